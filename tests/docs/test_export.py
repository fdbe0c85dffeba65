"""A network that is written down for the page computes what the model does."""

from typing import Any

import keras
import numpy as np
import pytest

from course.given import small_cnn
from course.given.efficientnet_lite import build_efficientnet_lite
from docs.playground.export import compute, export
from docs.playground.networks import load_networks, load_samples


def draw_weights(model: keras.Model) -> None:
    """Weights of which none is 0 or 1, so that none can be left out unnoticed."""
    rng = np.random.default_rng(0)
    for weight in model.weights:
        scale = 1.0 if "norm" in weight.path else 2 / np.sqrt(np.prod(weight.shape[:-1]))
        low = 0.5 if "variance" in weight.path or "gamma" in weight.path else -1.0
        weight.assign(scale * rng.uniform(low, 1.5, weight.shape))


@pytest.mark.parametrize(
    "build",
    [lambda: small_cnn(width=4), lambda: build_efficientnet_lite("efficientnet-lite0", 64, 7)],
)
def test_it_computes_the_same(build: Any) -> None:
    model = build()
    draw_weights(model)
    images = np.random.default_rng(1).random((2, *model.input_shape[1:]), np.float32)
    expected = np.asarray(model(images, training=False))
    scale = np.abs(expected).max()
    np.testing.assert_allclose(compute(export(model), images), expected, atol=1e-4 * scale)


@pytest.mark.parametrize(
    "odd",
    [
        keras.layers.Softmax(name="odd"),
        keras.layers.Conv2D(4, 3, padding="valid", name="odd"),
        keras.layers.Conv2D(4, 3, padding="same", activation="tanh", name="odd"),
        keras.layers.AveragePooling2D(2, padding="same", name="odd"),
        keras.layers.ReLU(1, name="odd"),
    ],
    ids=["softmax", "padding", "activation", "pooling", "relu"],
)
def test_a_layer_that_the_page_does_not_know_is_named(odd: keras.Layer) -> None:
    images = keras.Input((8, 8, 3))
    features = keras.layers.Conv2D(3, 1, padding="same")(images)
    model = keras.Model(images, odd(features))
    with pytest.raises(ValueError, match=r"model: .* odd"):
        export(model)


def test_networks_are_read_as_they_were_written() -> None:
    images, labels = load_samples()
    assert len(images) == len(labels)
    for network in load_networks().values():
        again = export(network)
        expected = np.asarray(network(images[:2], training=False))
        np.testing.assert_allclose(compute(again, images[:2]), expected, atol=1e-4)
