import keras
import numpy as np
import pytest

from course.given import HARD_PHOTOS, load_hard_photos, load_photo, predict


@pytest.fixture(scope="module")
def photos() -> tuple[np.ndarray, np.ndarray]:
    return load_hard_photos()


def test_the_network_gets_all_of_them_wrong_and_none_is_near_a_tie(
    network: keras.Model, photos: tuple[np.ndarray, np.ndarray]
) -> None:
    images, labels = photos
    assert len(labels) >= 12
    logits = predict(network, images, batch=16)
    lead = logits.max(1) - logits[np.arange(len(labels)), labels]
    assert np.all(lead > np.log(1.5)), lead


def test_images(photos: tuple[np.ndarray, np.ndarray]) -> None:
    images, _ = photos
    assert images.shape == (len(HARD_PHOTOS), 224, 224, 3)
    assert images.dtype == np.float32
    assert images.min() >= 0
    assert images.max() <= 1


def test_each_says_how_it_was_made_and_why_it_is_right() -> None:
    made = [hard.made for hard in HARD_PHOTOS]
    assert len(set(made)) == len(made)
    assert "chelsea" in made
    assert "camera, turned by 90°" in made
    assert "motorcycle from 65%, 45% to 100%, 100%" in made
    assert all(hard.why for hard in HARD_PHOTOS)


def test_is_made_as_it_says(photos: tuple[np.ndarray, np.ndarray]) -> None:
    images = dict(zip((hard.made for hard in HARD_PHOTOS), photos[0], strict=True))
    np.testing.assert_allclose(images["chelsea"], load_photo("chelsea"), atol=0.002)
    camera = load_photo("camera")
    np.testing.assert_allclose(images["camera, turned by 90°"], np.rot90(camera), atol=0.002)
    grey = images["china, grey"]
    np.testing.assert_array_equal(grey[..., 0], grey[..., 2])
    blurred = images["coffee, blurred by 4 pixels"]
    assert (
        np.abs(np.diff(blurred, axis=0)).mean()
        < 0.5 * np.abs(np.diff(load_photo("coffee"), axis=0)).mean()
    )
