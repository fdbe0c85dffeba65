# ruff: noqa: ANN001, ANN201, B905, E501
"""Wrong answers to `feature_visualization` of the seventh round: each breaks one promise."""

from difflib import get_close_matches

import keras
import numpy as np
import tensorflow as tf

from tests.answers.fresh import wrong


@wrong(
    "feature_visualization.normalize_gradient",
    breaks='"divided by its own root mean square": one below 1e-6 counts as 1e-6',
)
def faint_ones_count_as_a_millionth(gradient):
    g = np.asarray(gradient, np.float64)
    size = np.sqrt(np.mean(g**2, axis=(1, 2, 3), keepdims=True))
    return (g / np.maximum(size, 1e-06)).astype(np.float32)


@wrong(
    "feature_visualization.feature_extractor",
    breaks='"layer_name: the name of one of its layers": the first layer whose name starts with it, as "conv" finds "conv_1"',
)
def layer_by_the_beginning_of_its_name(model, layer_name):
    for layer in model.layers:
        if layer.name.startswith(layer_name):
            return keras.Model(model.inputs, layer.output)
    names = [layer.name for layer in model.layers]
    raise ValueError(f"no layer {layer_name!r}; near: {get_close_matches(layer_name, names)}")


_x7 = {}


@wrong("feature_visualization.jitter", breaks="Shifts of a seed are kept for another max_shift")
def shifts_kept_for_another_limit(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    n = images.shape[0]
    shifts = _x7.setdefault(
        (seed, n),
        np.random.default_rng(seed).integers(-max_shift, max_shift, (n, 2), endpoint=True),
    )
    return tf.stack([tf.roll(one, [int(v) for v in s], [0, 1]) for one, s in zip(images, shifts)])


@wrong(
    "feature_visualization.jitter",
    breaks="Another seed gives others: image i of seed s is shifted as image i - 1 of seed s + 1",
)
def shifts_of_the_next_seed_one_image_on(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    shifts = [
        np.random.default_rng(seed + i).integers(-max_shift, max_shift, 2, endpoint=True)
        for i in range(images.shape[0])
    ]
    return tf.stack([tf.roll(one, [int(v) for v in s], [0, 1]) for one, s in zip(images, shifts)])
