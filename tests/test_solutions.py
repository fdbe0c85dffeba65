"""What the solutions do beyond what is graded: how they meet what is not as it should be."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from solutions import (
    clever_hans,
    contrastive,
    feature_visualization,
    input_optimization,
    saliency,
)

SHAPE = (6, 5, 3)
WHOLE = np.full((2, *SHAPE), 200, np.uint8)
REAL = np.full((2, *SHAPE), 0.5, np.float32)
MASK = np.ones(SHAPE[:2], np.float32)


def transfer_learned() -> keras.Model:
    """A network with a model in it, "backbone", as one gets it from a network that was trained."""
    entry = keras.Input(SHAPE)
    features = keras.layers.Conv2D(4, 3, padding="same", name="inner")(entry)
    features = keras.layers.Add()([features, keras.layers.Conv2D(4, 1)(entry)])
    backbone = keras.Model(entry, features, name="backbone")
    images = keras.Input(SHAPE)
    pooled = keras.layers.GlobalAveragePooling2D()(backbone(images))
    return keras.Model(images, keras.layers.Dense(4, name="logits")(pooled))


MODEL = transfer_learned()

CALLS: dict[str, Callable[[], Any]] = {
    "add_square": lambda: clever_hans.add_square(WHOLE, 2),
    "add_watermark": lambda: clever_hans.add_watermark(WHOLE, MASK, 0.5),
    "add_lightness_gradient": lambda: clever_hans.add_lightness_gradient(WHOLE, 0.5),
    "plant": lambda: clever_hans.plant(WHOLE, np.array([0, 1]), {}),
    "cheat_effect": lambda: clever_hans.cheat_effect(MODEL, WHOLE, lambda one: one, 1),
    "find_errors": lambda: contrastive.find_errors(MODEL, WHOLE, np.array([0, 1])),
    "gradient_times_input": lambda: contrastive.gradient_times_input(MODEL, WHOLE, 1),
    "smooth_grad": lambda: contrastive.smooth_grad(MODEL, WHOLE, 1, 2, 0.1, 0),
    "integrated_gradients": lambda: contrastive.integrated_gradients(MODEL, WHOLE, 1),
    "grad_cam": lambda: contrastive.grad_cam(MODEL, WHOLE, 1, "backbone"),
    "occlusion_sensitivity": lambda: contrastive.occlusion_sensitivity(MODEL, WHOLE, 1, 2, 2),
    "change_penalty": lambda: input_optimization.change_penalty(WHOLE, REAL),
    "optimize_to_class": lambda: input_optimization.optimize_to_class(MODEL, WHOLE, 1, 1, 0.1, 1.0),
    "difference_image": lambda: input_optimization.difference_image(WHOLE, WHOLE),
    "smallest_change": lambda: input_optimization.smallest_change(MODEL, WHOLE, 1, [1.0], 1, 0.1),
    "optimize_in_spectrum": lambda: input_optimization.optimize_in_spectrum(
        MODEL, WHOLE, 1, 1, 0.1, 1.0, 0
    ),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_images_of_whole_numbers_are_refused(call: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match="real numbers from 0 to 1, not uint8"):
        call()


def test_grad_cam_looks_at_a_model_inside_the_model() -> None:
    images = np.random.default_rng(0).random((2, *SHAPE), np.float32)
    kernel = MODEL.get_layer("logits").kernel.numpy()
    features = MODEL.get_layer("backbone")(images).numpy()
    expected = np.maximum(0, features @ kernel[:, 1] / features[0, ..., 0].size)
    cam = contrastive.grad_cam(MODEL, images, 1, "backbone")
    np.testing.assert_allclose(cam, expected, rtol=1e-4, atol=1e-6)


def test_grad_cam_says_which_networks_it_cannot_look_into() -> None:
    images = keras.Input(SHAPE)
    twice = keras.layers.Conv2D(3, 3, padding="same", name="twice")
    flat = keras.layers.Flatten()(twice(twice(images)))
    with pytest.raises(ValueError, match=r"'twice' gives 2 tensors .* used several times"):
        contrastive.grad_cam(keras.Model(images, keras.layers.Dense(4)(flat)), REAL, 1, "twice")

    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.flat, self.last = keras.layers.Flatten(name="flat"), keras.layers.Dense(4)

        def call(self, images: Any) -> Any:
            return self.last(self.flat(images))

    own = Own()
    own(REAL)
    with pytest.raises(ValueError, match="is a Own, which does not tell how"):
        contrastive.grad_cam(own, REAL, 1, "flat")


def test_grad_cam_looks_at_this_model_where_another_has_the_layer_too() -> None:
    first = keras.Sequential([keras.Input(SHAPE), keras.layers.Conv2D(4, 3, name="shared")])
    other = keras.Sequential([keras.Input(SHAPE), keras.layers.Rescaling(2.0), *first.layers])
    other.add(keras.layers.GlobalAveragePooling2D())
    assert contrastive.grad_cam(other, REAL, 1, "shared").shape == (2, *SHAPE[:2])


def test_grad_cam_says_in_which_model_a_layer_lies() -> None:
    with pytest.raises(ValueError, match="'inner': it lies in 'backbone'"):
        contrastive.grad_cam(MODEL, REAL, 1, "inner")
    with pytest.raises(ValueError, match=r"is named 'outer'$"):
        contrastive.grad_cam(MODEL, REAL, 1, "outer")


def test_a_heat_map_of_zeros_is_drawn_in_the_neutral_colour() -> None:
    figure = saliency.plot_saliency(REAL[0], np.zeros(SHAPE[:2], np.float32))
    shown = figure.axes[1].images[0]
    assert shown.norm(0.0) == 0.5


def test_a_network_in_half_precision_is_explained_too() -> None:
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        model = keras.models.clone_model(MODEL)
    finally:
        keras.mixed_precision.set_global_policy("float32")
    half = keras.Sequential([*model.layers[:-1], keras.layers.Dense(4, dtype="float16")])
    assert half(REAL).dtype == tf.float16
    cam = contrastive.grad_cam(half, REAL, 1, "backbone")
    assert cam.dtype == tf.float32
    np.testing.assert_allclose(
        saliency.select_output(half, REAL, 1), half(REAL)[:, 1], rtol=1e-2, atol=1e-2
    )
    for search in (
        lambda: input_optimization.optimize_to_class(half, REAL, 1, 1, 0.1, 1.0),
        lambda: input_optimization.optimize_in_spectrum(half, REAL, 1, 1, 0.1, 1.0, 0),
        lambda: feature_visualization.maximize_class_regularized(half, REAL, 1, 1, 0.1),
    ):
        assert np.isfinite(search().images).all()
