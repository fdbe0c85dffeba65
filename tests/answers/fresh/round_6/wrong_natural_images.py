# ruff: noqa: ANN001, ANN202, E501, E731, F821
"""Wrong answers to `natural_images` of the sixth round: each breaks one promise."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Ascent
from course.given.types import Classes
from course.saliency import select_output
from tests.answers.fresh import wrong


def _w144_size(model):
    size = model.inputs[0].shape[1:]
    if None in size:
        raise ValueError("the model takes images of any size")
    return size


@wrong(
    "natural_images.visualize_class",
    breaks='"the real and the imaginary part of every coefficient are drawn": both get the same number',
)
def real_and_imaginary_part_alike(
    model: keras.Model,
    class_index: Classes,
    steps: int,
    seed: int,
    colors: "Array | None" = None,
    view: tuple[float, float, float] = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Ascent:
    h, w, c = _w144_size(model)
    many = np.atleast_1d(np.asarray(class_index)).astype("int32")
    b = len(many)
    keys = np.random.SeedSequence(seed)
    rng = np.random.default_rng(keys)
    parts = tf.constant(
        np.repeat(rng.normal(0, 0.01, (1, b, c, h, w // 2 + 1)), 2, axis=0).astype("float32")
    )
    a = tf.constant(np.eye(c, dtype="float32") if colors is None else np.asarray(colors, "float32"))
    show = lambda p: tf.sigmoid(
        tf.einsum("ij,bhwj->bhwi", a, fourier_images(tf.complex(p[0], p[1]), h, w))
    )
    m, v, scores = (tf.zeros_like(parts), tf.zeros_like(parts), [])
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(parts)
            seen = random_view(show(parts), *view, seed=int(rng.integers(2**31 - 1)))
            value = select_output(model, seen, many)
        g = tape.gradient(value, parts)
        scores.append(value)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        rate = step_size * (1 - n / steps)
        parts += rate * (m / (1 - 0.9 ** (n + 1))) / (tf.sqrt(v / (1 - 0.999 ** (n + 1))) + 1e-07)
    out = show(parts)
    scores.append(select_output(model, out, many))
    return Ascent(out, tf.stack(scores))


def _w146_size(model):
    size = model.inputs[0].shape[1:]
    if size[0] is None:
        raise ValueError("the model takes images of any size")
    return size


@wrong(
    "natural_images.visualize_class",
    breaks='"ValueError: if the model takes images of any size": only an unknown height is noticed',
)
def only_an_unknown_height_refused(
    model: keras.Model,
    class_index: Classes,
    steps: int,
    seed: int,
    colors: "Array | None" = None,
    view: tuple[float, float, float] = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Ascent:
    h, w, c = _w146_size(model)
    many = np.atleast_1d(np.asarray(class_index)).astype("int32")
    b = len(many)
    keys = np.random.SeedSequence(seed)
    rng = np.random.default_rng(keys)
    parts = tf.constant(rng.normal(0, 0.01, (2, b, c, h, w // 2 + 1)).astype("float32"))
    a = tf.constant(np.eye(c, dtype="float32") if colors is None else np.asarray(colors, "float32"))
    show = lambda p: tf.sigmoid(
        tf.einsum("ij,bhwj->bhwi", a, fourier_images(tf.complex(p[0], p[1]), h, w))
    )
    m, v, scores = (tf.zeros_like(parts), tf.zeros_like(parts), [])
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(parts)
            seen = random_view(show(parts), *view, seed=int(rng.integers(2**31 - 1)))
            value = select_output(model, seen, many)
        g = tape.gradient(value, parts)
        scores.append(value)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        rate = step_size * (1 - n / steps)
        parts += rate * (m / (1 - 0.9 ** (n + 1))) / (tf.sqrt(v / (1 - 0.999 ** (n + 1))) + 1e-07)
    out = show(parts)
    scores.append(select_output(model, out, many))
    return Ascent(out, tf.stack(scores))
