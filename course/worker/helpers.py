"""Functions that properties hand to a student's functions, which call them in the worker."""

import random
import sys
from typing import Any

import numpy as np


def lighten(images: Any, amount: float) -> Any:
    """Move every value of the images towards white, by this fraction of the way."""
    _require_images(images)
    return images + amount * (1 - images)


def _require_images(images: Any) -> None:
    """A cheat is called with a batch of one image or more: a class without any is passed over."""
    if np.ndim(images) != 4 or len(images) == 0:
        raise ValueError(f"a cheat takes a batch (N, H, W, C), not one of {np.shape(images)}")


def darken(images: Any, amount: float) -> Any:
    """Move every value of the images towards black, by this fraction of the way."""
    _require_images(images)
    return images * (1 - amount)


def logit_times_image(m: Any, x: Any, k: Any, /, in_color: bool = True) -> Any:
    """A stand-in for an explanation: each image times its logit of its class.

    Its three arguments have no names that a caller could use: a method is called by position.

    Returns:
        `(B, H, W, C)`, or `(B, H, W)` with the channels added up if not `in_color`.
    """
    images = np.asarray(x)
    logits = np.asarray(m(images, training=False))
    maps = images * logits[np.arange(len(images)), k].reshape(-1, 1, 1, 1)
    return maps if in_color else maps.sum(axis=-1)


def random_maps(m: Any, x: Any, k: Any, /) -> Any:
    """A stand-in for an explanation that draws anew in every call."""
    return np.random.default_rng().uniform(-1, 1, np.shape(x))


def scale_weights(model: Any, factor: float) -> None:
    """Multiply all weights of the worker's copy of a model, to see which others share them."""
    model.set_weights([factor * weight for weight in model.get_weights()])


def slope_through(function: Any, place: int, weights: Any, *arguments: Any) -> Any:
    """The gradient of a weighted sum of what a function returns, with respect to an argument.

    Args:
        function: what is differentiated.
        place: the argument's position.
        weights: of the values that the function returns.
        arguments: of the function.

    Returns:
        The gradient, of a complex argument its real and its imaginary part; None if there is none.
    """
    import tensorflow as tf

    given = list(arguments)
    given[place] = tf.convert_to_tensor(given[place])
    with tf.GradientTape() as tape:
        tape.watch(given[place])
        values = tf.cast(tf.convert_to_tensor(function(*given)), tf.float32)
        total = tf.reduce_sum(values * weights)
    gradient = tape.gradient(total, given[place])
    if gradient is None:
        return None
    gradient = np.asarray(tf.convert_to_tensor(gradient))
    return np.stack([gradient.real, gradient.imag]) if np.iscomplexobj(gradient) else gradient


def seed_everything(seed: int) -> None:
    """Seed the random states that all code of a process shares."""
    random.seed(seed)
    np.random.seed(seed)
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].random.set_seed(seed)


def next_random_numbers() -> np.ndarray:
    """One number from each of the random states that all code of a process shares.

    Of TensorFlow's only its seed: its state also moves when nothing but a graph is built.
    """
    numbers = [random.random(), np.random.random()]
    if "tensorflow" in sys.modules:
        from tensorflow.python.eager.context import global_seed

        numbers.append(float(global_seed() or 0))
    return np.array(numbers)
