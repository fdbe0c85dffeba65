"""Images are made harder, and by no more than they may be."""

from typing import Any

import numpy as np
import pytest
from scipy.special import log_softmax

from course.given import harder_images, load_dataset, predict, small_cnn, train


@pytest.fixture(scope="module")
def lesson() -> tuple[Any, np.ndarray, np.ndarray]:
    data = load_dataset("shapes", 400)
    network = small_cnn(width=8)
    train(network, data.train_images, data.train_labels, epochs=3, progress=False)
    return network, data.test_images[:40], data.test_labels[:40]


def loss(network: Any, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return -log_softmax(predict(network, images), axis=1)[np.arange(len(labels)), labels]


@pytest.mark.parametrize("norm", ["largest", "euclidean"])
def test_the_network_is_less_sure_and_the_distance_is_kept(norm: Any, lesson: Any) -> None:
    network, images, labels = lesson
    distance = 0.05 if norm == "largest" else 1.0
    before = images.copy()
    moved = np.asarray(harder_images(network, images, labels, distance, norm))
    np.testing.assert_array_equal(images, before)
    assert np.mean(loss(network, moved, labels) > loss(network, images, labels)) > 0.9
    assert moved.min() >= 0
    assert moved.max() <= 1
    change = np.reshape(moved - images, (len(images), -1))
    sizes = np.linalg.norm(change, np.inf if norm == "largest" else 2, axis=1)
    assert sizes.max() <= distance * (1 + 1e-5)
    assert np.median(sizes) > 0.9 * distance, "three steps reach as far as they may"


def test_an_image_is_moved_whatever_stands_beside_it(lesson: Any) -> None:
    network, images, labels = lesson
    together = np.asarray(harder_images(network, images[:4], labels[:4], 1.0, "euclidean"))
    alone = np.asarray(harder_images(network, images[3:4], labels[3:4], 1.0, "euclidean"))
    np.testing.assert_allclose(together[3:], alone, atol=1e-4)


def test_no_steps_no_change(lesson: Any) -> None:
    network, images, labels = lesson
    np.testing.assert_array_equal(harder_images(network, images, labels, 0.1, steps=0), images)


def test_a_norm_that_is_not_known_is_named(lesson: Any) -> None:
    network, images, labels = lesson
    with pytest.raises(ValueError, match='norm must be "largest" or "euclidean"'):
        harder_images(network, images, labels, 0.1, "taxicab")  # type: ignore[arg-type]
