# ruff: noqa: ANN001, ANN201, ANN202, ANN204, B023, B905, E501, F821
"""Right answers to `feature_visualization` of round 17: each keeps all promises."""

from difflib import get_close_matches

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter1d

from course.given.layers import layer_output
from tests.answers.fresh import right


@right(
    "feature_visualization.total_variation",
    how="Two difference filters as matrix products with einsum.",
)
def total_variation_two_difference_filters(images):
    x = tf.convert_to_tensor(images)
    total = 0.0
    for axis, rule in ((1, "ij,bjwc->biwc"), (2, "ij,bhjc->bhic")):
        unit = tf.eye(tf.shape(x)[axis], dtype=x.dtype)
        step = unit[1:] - unit[:-1]
        total += tf.reduce_sum(tf.abs(tf.einsum(rule, step, x)), [1, 2, 3])
    return total


@right(
    "feature_visualization.jitter",
    how="Gathered by indices modulo the size, shifts from a stateless draw.",
)
def jitter_gathered_indices_modulo(images, max_shift, seed):
    x = tf.convert_to_tensor(images)
    count, height, width = (tf.shape(x)[i] for i in range(3))
    reach = tf.cast(max_shift, tf.int32)
    pair = tf.stack([tf.cast(seed, tf.int64), tf.constant(20, tf.int64)])
    by = tf.random.stateless_uniform([count, 2], pair, -reach, reach + 1, tf.int32)
    rows = tf.math.floormod(tf.range(height)[None] - by[:, :1], height)
    columns = tf.math.floormod(tf.range(width)[None] - by[:, 1:], width)
    return tf.gather(tf.gather(x, rows, axis=1, batch_dims=1), columns, axis=2, batch_dims=1)


@right(
    "feature_visualization.normalize_gradient",
    how="Scaled by the peak first, then einsum and rsqrt, so that squares cannot underflow.",
)
def normalize_gradient_scaled_peak_first(gradient):
    g = tf.convert_to_tensor(gradient)
    g = tf.math.divide_no_nan(g, tf.reduce_max(tf.abs(g), axis=[1, 2, 3], keepdims=True))
    size = tf.cast(tf.size(g[0]), g.dtype)
    power = tf.einsum("bhwc,bhwc->b", g, g) / size
    gain = tf.where(power > 0, tf.math.rsqrt(tf.where(power > 0, power, 1.0)), 0.0)
    return tf.einsum("b,bhwc->bhwc", gain, g)


def _tape_slope(function, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x)


@right(
    "feature_visualization.maximize_class_regularized",
    how="Three gradients taken apart (the L2 one by hand, TV's by a tape of its own) and one-dimensional filters.",
)
def maximize_class_regularized_l_hand_tv(
    model,
    start,
    class_index,
    steps,
    step_size,
    tv_weight=0.0,
    l2_weight=0.0,
    blur_sigma=0.0,
    max_shift=0,
    seed=0,
    output="logit",
):
    seeds = np.random.default_rng([seed, 5])
    x = tf.cast(start, tf.float32)
    scores = [select_output(model, x, class_index, output)]
    for _ in range(steps):
        own = int(seeds.integers(2**31))
        up = _tape_slope(
            lambda v: select_output(model, jitter(v, max_shift, own), class_index, output), x
        )
        up = up - tv_weight * _tape_slope(tf.image.total_variation, x) - l2_weight * 2 * (x - 0.5)
        x = tf.minimum(tf.maximum(x + step_size * up, 0.0), 1.0)
        if blur_sigma:
            y = x.numpy()
            for axis in (1, 2):
                y = gaussian_filter1d(y, blur_sigma, axis=axis, mode="reflect")
            x = tf.constant(y)
        scores.append(select_output(model, x, class_index, output))
    return Ascent(x, tf.stack(scores))


@right(
    "feature_visualization.feature_extractor",
    how="A dictionary of layers, and the given `layer_output`.",
)
def feature_extractor_dictionary_layers_given(model, layer_name):
    known = {layer.name: layer for layer in model.layers}
    if layer_name not in known:
        near = get_close_matches(layer_name, list(known), n=5, cutoff=0.3) or list(known)
        raise ValueError(f"the model has no layer {layer_name!r}; near: {', '.join(near)}")
    return keras.Model(inputs=model.inputs, outputs=layer_output(model, layer_name))


class _ChannelClimber:
    def __init__(self, cut, channel):
        self.cut, self.channel = (cut, channel)

    def score(self, x):
        shown = keras.ops.moveaxis(self.cut(x, training=False), -1, 0)[self.channel]
        return keras.ops.mean(keras.ops.reshape(shown, (x.shape[0], -1)), axis=1)

    def step(self, x, size):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = self.score(x)
        return keras.ops.clip(x + size * tape.gradient(y, x), 0, 1)


@right(
    "feature_visualization.maximize_feature",
    how="A class that holds the cut model; the channel is moved to the front and flattened.",
)
def maximize_feature_class_holds_cut(model, start, layer_name, channel, steps, step_size):
    climber = _ChannelClimber(feature_extractor(model, layer_name), channel)
    x = tf.cast(start, tf.float32)
    scores = [climber.score(x)]
    while len(scores) <= steps:
        x = climber.step(x, step_size)
        scores.append(climber.score(x))
    return Ascent(x, keras.ops.stack(scores))


@right(
    "feature_visualization.jitter", how="Split into single images that are sliced and joined again."
)
def jitter_split_into_single(images, max_shift, seed):

    def _joined(one, by, axis):
        by = int(by) % one.shape[axis]
        first, second = tf.split(one, [one.shape[axis] - by, by], axis=axis)
        return tf.concat([second, first], axis=axis)

    x = tf.convert_to_tensor(images)
    by = np.random.Generator(np.random.PCG64([seed, 8])).integers(
        -int(max_shift), int(max_shift), size=(x.shape[0], 2), endpoint=True
    )
    return tf.stack([_joined(_joined(one, a, 0), b, 1) for one, (a, b) in zip(tf.unstack(x), by)])
