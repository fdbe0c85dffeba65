import keras
import numpy as np
import pytest

from course.given import (
    class_index_of,
    load_model,
    load_photo,
    predict,
    probabilities,
    recognized_by,
)


def network(logits: list[float], size: int | None) -> keras.Model:
    """A network that sees the same in every image, but for the brightness of the first class."""
    images = keras.Input((size, size, 3))
    pooled = keras.layers.GlobalAveragePooling2D()(images)
    model = keras.Model(images, keras.layers.Dense(len(logits))(pooled))
    kernel = np.zeros((3, len(logits)), np.float32)
    kernel[:, 0] = 1
    model.set_weights([kernel, np.float32(logits)])
    return model


def test_probabilities_are_the_softmax() -> None:
    model = network([1.0, 3.0, 2.0], None)
    images = np.random.default_rng(0).random((5, 6, 7, 3), np.float32)
    exact = np.exp(predict(model, images).astype(np.float64))
    exact /= exact.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(probabilities(model, images), exact, rtol=1e-6)
    np.testing.assert_allclose(probabilities(model, images, batch=2), exact, rtol=1e-6)
    assert probabilities(model, images[:0]).shape == (0, 3)


def test_large_logits_do_not_overflow() -> None:
    model = network([1e4, -1e4, 0.0], None)
    np.testing.assert_array_equal(probabilities(model, np.zeros((1, 2, 2, 3))), [[1, 0, 0]])


def test_each_network_gives_the_class_a_probability_and_a_place() -> None:
    networks = [network([1.0, 3.0, 2.0], 8), network([5.0, 0.0, 0.0], None)]
    images = np.zeros((2, 6, 4, 3), np.float32)
    probability, rank = recognized_by(networks, images, [0, 2])
    np.testing.assert_array_equal(rank, [[3, 2], [1, 2]])
    expected = [probabilities(one, np.zeros((1, 8, 8, 3)))[0, [0, 2]] for one in networks]
    np.testing.assert_allclose(probability, expected, rtol=1e-6)
    np.testing.assert_array_equal(recognized_by(networks, images, 1).rank, [[1, 1], [2, 2]])


def test_no_networks_are_refused() -> None:
    with pytest.raises(ValueError, match="networks must hold at least one"):
        recognized_by([], np.zeros((1, 4, 4, 3)), 0)


def test_the_siblings_agree_on_a_photo_of_another_size() -> None:
    networks = [load_model("efficientnet-lite1"), load_model("efficientnet-lite2")]
    seen = recognized_by(networks, load_photo("coffee", 200)[None], class_index_of("espresso"))
    assert seen.rank.tolist() == [[1], [1]]
    assert seen.probability.min() > 0.2
