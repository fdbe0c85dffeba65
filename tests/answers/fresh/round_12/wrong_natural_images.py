# ruff: noqa: ANN001, ANN201, ANN202, E501, F821
"""Wrong answers to `natural_images` of round 12: each breaks one promise."""

import numpy as np
import tensorflow as tf

from course.given import Ascent
from tests.answers.fresh import wrong


@wrong(
    "natural_images.visualize_class",
    breaks='"ValueError: if the model takes images of any size": 224 pixels are taken without a word',
)
def takes_224_pixels_for_any_size(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    height, width, channels = model.input_shape[1:]
    if height is None or width is None:
        height = width = 224
    classes = np.atleast_1d(np.asarray(class_index))
    mix = np.eye(channels) if colors is None else np.asarray(colors)
    mix = tf.constant(mix, tf.float32)
    shape = (2, len(classes), channels, height, width // 2 + 1)
    parts = tf.constant(np.random.default_rng(seed).normal(0, 0.01, shape), tf.float32)
    views = np.random.default_rng([seed, 1])
    first, second = (tf.zeros_like(parts), tf.zeros_like(parts))

    def picture(parts):
        waves = fourier_images(tf.complex(parts[0], parts[1]), height, width)
        return tf.sigmoid(tf.einsum("bhwc,dc->bhwd", waves, mix))

    scores = []
    for n in range(steps):
        view_seed = int(views.integers(2**31 - 1))
        with tf.GradientTape() as tape:
            tape.watch(parts)
            seen = random_view(picture(parts), *view, view_seed)
            logit = select_output(model, seen, classes)
        scores.append(logit)
        slope = tape.gradient(logit, parts)
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        rate = step_size * (1 - n / steps)
        unbiased, spread = (first / (1 - 0.9 ** (n + 1)), second / (1 - 0.999 ** (n + 1)))
        parts = parts + rate * unbiased / (tf.sqrt(spread) + 1e-07)
    images = picture(parts)
    scores.append(select_output(model, images, classes))
    return Ascent(images, tf.stack(scores))
