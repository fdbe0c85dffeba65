from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from course.given import PHOTOS, class_index_of, load_photo, load_photos


@pytest.mark.parametrize("name", PHOTOS)
def test_every_bundled_photo_is_there(name: str) -> None:
    photo = load_photo(name)
    assert photo.shape == (224, 224, 3)
    assert photo.dtype == np.float32
    assert 0 <= photo.min() < photo.max() <= 1
    assert photo.std() > 0.01


@pytest.mark.parametrize("name", PHOTOS)
def test_every_bundled_photo_is_credited(name: str) -> None:
    photo = PHOTOS[name]
    assert photo.credit
    assert photo.shows
    assert photo.true_class is None or 0 <= class_index_of(photo.true_class) < 1000


def test_sizes() -> None:
    assert load_photo("coffee", 32).shape == (32, 32, 3)
    assert load_photo("coffee", (40, 60)).shape == (40, 60, 3)
    assert load_photo("coffee", None).shape == (400, 600, 3)
    assert load_photos(["coffee", "camera"], 16).shape == (2, 16, 16, 3)
    with pytest.raises(ValueError, match="size must be positive"):
        load_photo("coffee", 0)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return tmp_path / "picture.png"


def test_cuts_out_the_middle(picture: Path) -> None:
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, 10:20] = 255
    Image.fromarray(wide).save(picture)
    np.testing.assert_array_equal(load_photo(picture, 10), np.ones((10, 10, 3)))
    Image.fromarray(wide.transpose(1, 0, 2)).save(picture)
    np.testing.assert_array_equal(load_photo(picture, 10), np.ones((10, 10, 3)))


def test_does_not_alias_when_it_shrinks(picture: Path) -> None:
    stripes = np.zeros((96, 96), np.uint8)
    stripes[:, ::2] = 255
    Image.fromarray(stripes).save(picture)
    inner = load_photo(picture, 24)[2:-2, 2:-2]
    np.testing.assert_allclose(inner, 0.5, atol=0.02)


def test_lays_transparency_on_white(picture: Path) -> None:
    rgba = np.zeros((4, 4, 4), np.uint8)
    rgba[:2, :, 3] = 255  # the upper half is black, the lower one is not there
    Image.fromarray(rgba).save(picture)
    photo = load_photo(picture, None)
    np.testing.assert_array_equal(photo[:2], 0)
    np.testing.assert_array_equal(photo[2:], 1)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "RGBA"])
def test_every_kind_of_file_becomes_rgb(picture: Path, mode: str) -> None:
    grey = np.repeat(np.uint8([[0, 255]]), 2, axis=0)
    Image.fromarray(grey).convert(mode).save(picture)
    np.testing.assert_allclose(load_photo(picture, None)[..., 0], grey / 255, atol=1e-6)


def test_sixteen_bits_are_scaled_not_cut(picture: Path) -> None:
    grey = np.array([[0, 257 * 51], [257 * 102, 65535]], np.uint16)
    Image.fromarray(grey).save(picture)
    photo = load_photo(picture, None)
    np.testing.assert_allclose(photo[..., 0], grey / 65535, atol=1e-6)
    assert photo.shape == (2, 2, 3)


def test_real_numbers_are_taken_as_0_to_1(tmp_path: Path) -> None:
    values = np.float32([[0, 0.2], [0.4, 1]])
    Image.fromarray(values).save(tmp_path / "picture.tiff")
    photo = load_photo(tmp_path / "picture.tiff", None)
    np.testing.assert_allclose(photo[..., 1], values, atol=1e-6)


def test_turns_as_the_camera_says(tmp_path: Path) -> None:
    image = Image.fromarray(np.repeat(np.uint8([[0] * 8 + [255] * 8] * 8)[..., None], 3, -1))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn clockwise
    image.save(tmp_path / "turned.png", exif=exif)
    photo = load_photo(tmp_path / "turned.png", None)
    assert photo.shape == (16, 8, 3)
    np.testing.assert_array_equal(photo[:8], 0)
    np.testing.assert_array_equal(photo[8:], 1)


def test_a_typo_gets_near_names() -> None:
    with pytest.raises(FileNotFoundError, match="'cofee'; did you mean coffee"):
        load_photo("cofee")
    with pytest.raises(FileNotFoundError, match="there are coffee, camera"):
        load_photo("/no/such/file.png")


def test_a_file_that_is_no_image(tmp_path: Path) -> None:
    text = tmp_path / "notes.png"
    text.write_text("not an image")
    with pytest.raises(ValueError, match=r"notes\.png is not an image"):
        load_photo(text)


def test_a_file_cut_short(picture: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (50, 50, 3), np.uint8)
    Image.fromarray(noise).save(picture)
    picture.write_bytes(picture.read_bytes()[:4000])
    with pytest.raises(ValueError, match="is not an image that can be read"):
        load_photo(picture)


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no photo and no file"):
        load_photo(tmp_path)
