# ruff: noqa: ANN001, ANN201, ANN202, ANN204, E501, F821
"""Right answers to `feature_visualization` of round 11: each keeps all promises."""

import difflib

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from course.given import Ascent
from course.given.layers import layer_output
from tests.answers.fresh import right


@right("feature_visualization.total_variation", how="Keras.ops.diff along both axes.")
def total_variation_keras_ops_diff(images):
    images = keras.ops.convert_to_tensor(images)
    return sum(
        keras.ops.sum(keras.ops.abs(keras.ops.diff(images, axis=axis)), axis=(1, 2, 3))
        for axis in (1, 2)
    )


@right(
    "feature_visualization.total_variation",
    how="TensorFlow's own function mapped over single images.",
)
def total_variation_tensorflow_s_own(images):
    return tf.map_fn(tf.image.total_variation, tf.convert_to_tensor(images))


@right("feature_visualization.jitter", how="Tf.roll on every image of the unstacked batch.")
def jitter_tf_roll_every(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    chance = np.random.default_rng([seed, 4711])
    rolled = []
    for image in tf.unstack(images):
        down, right = chance.integers(-max_shift, max_shift + 1, size=2).tolist()
        rolled.append(tf.roll(image, shift=(down, right), axis=(0, 1)))
    return tf.stack(rolled)


@right(
    "feature_visualization.jitter",
    how="Two gathers with indices modulo the size, shifts from a SeedSequence.",
)
def jitter_two_gathers_indices(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    count, height, width = images.shape[:3]
    chance = np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence(seed)))
    shifts = chance.integers(-max_shift, max_shift, (2, count, 1), endpoint=True)
    rows = (np.arange(height) - shifts[0]) % height
    columns = (np.arange(width) - shifts[1]) % width
    images = tf.gather(images, rows, axis=1, batch_dims=1)
    images = tf.transpose(images, (0, 2, 1, 3))
    images = tf.gather(images, columns, axis=1, batch_dims=1)
    return tf.transpose(images, (0, 2, 1, 3))


@right(
    "feature_visualization.normalize_gradient",
    how="Flat rows in double precision, np.divide with `where`.",
)
def normalize_gradient_flat_rows_double(gradient):
    gradient = np.asarray(gradient)
    flat = gradient.reshape(len(gradient), -1).astype(np.float64)
    size = np.sqrt(np.einsum("bn,bn->b", flat, flat) / flat.shape[1])[:, None]
    scaled = np.divide(flat, size, out=np.zeros_like(flat), where=size > 0)
    return scaled.reshape(gradient.shape).astype(np.float32)


@right("feature_visualization.normalize_gradient", how="Divide_no_nan by a norm, TensorFlow only.")
def normalize_gradient_divide_nan_norm(gradient):
    gradient = tf.cast(tf.convert_to_tensor(gradient), tf.float64)
    squares = tf.reduce_mean(
        tf.square(gradient), axis=tf.range(1, tf.rank(gradient)), keepdims=True
    )
    return tf.cast(tf.math.divide_no_nan(gradient, tf.sqrt(squares)), tf.float32)


def rolled_each(images, shifts):
    return np.stack(
        [np.roll(x, tuple(s), axis=(0, 1)) for x, s in zip(images, shifts, strict=True)]
    )


def slope_of_roughness(images):
    slope = np.zeros_like(images)
    down = np.sign(images[:, 1:] - images[:, :-1])
    slope[:, 1:] += down
    slope[:, :-1] -= down
    across = np.sign(images[:, :, 1:] - images[:, :, :-1])
    slope[:, :, 1:] += across
    slope[:, :, :-1] -= across
    return slope


@right(
    "feature_visualization.maximize_class_regularized",
    how="The penalties' slopes by hand in NumPy; the images are rolled, and the slope rolled back.",
)
def maximize_class_regularized_penalties_slopes_hand(
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
    chance = np.random.default_rng([seed, 31])
    images = np.array(start, dtype=np.float32)
    scores = [np.asarray(select_output(model, images, class_index, output))]
    for _ in range(steps):
        shifts = chance.integers(-max_shift, max_shift, (len(images), 2), endpoint=True)
        seen = tf.constant(rolled_each(images, shifts))
        with tf.GradientTape() as tape:
            tape.watch(seen)
            value = select_output(model, seen, class_index, output)
        slope = rolled_each(tape.gradient(value, seen).numpy(), -shifts)
        slope = slope - tv_weight * slope_of_roughness(images) - 2 * l2_weight * (images - 0.5)
        images = np.clip(images + step_size * slope, 0, 1).astype(np.float32)
        if blur_sigma:
            images = gaussian_filter(images, (0, blur_sigma, blur_sigma, 0), mode="reflect")
        scores.append(np.asarray(select_output(model, images, class_index, output)))
    return Ascent(images, np.array(scores))


@right(
    "feature_visualization.maximize_class_regularized",
    how="A tape over the whole objective, seeds for the jitter handed out by a SeedSequence.",
)
def maximize_class_regularized_tape_over_whole(
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

    def score(x):
        return select_output(model, x, class_index, output)

    seeds = np.random.SeedSequence([seed, 5]).generate_state(steps + 1, np.uint64)
    x = tf.cast(tf.convert_to_tensor(start), tf.float32)
    history = [score(x)]
    for number in seeds[:steps].tolist():
        with tf.GradientTape() as tape:
            tape.watch(x)
            goal = score(jitter(x, max_shift, number))
            goal -= tv_weight * tf.image.total_variation(x)
            goal -= l2_weight * tf.reduce_sum(tf.math.squared_difference(x, 0.5), (1, 2, 3))
        x = tf.clip_by_value(x + step_size * tape.gradient(goal, x), 0, 1)
        if blur_sigma > 0:
            blurred = gaussian_filter1d(x.numpy(), blur_sigma, axis=1, mode="reflect")
            x = tf.constant(gaussian_filter1d(blurred, blur_sigma, axis=2, mode="reflect"))
        history.append(score(x))
    return Ascent(x, tf.stack(history))


@right(
    "feature_visualization.feature_extractor",
    how="Keras' graph is asked for the layer's tensor through the given helper; names near by difflib.",
)
def feature_extractor_keras_graph_asked(model, layer_name):
    names = [layer.name for layer in model.layers]
    if layer_name not in names:
        close = difflib.get_close_matches(layer_name, names, n=5, cutoff=0.3) or names
        raise ValueError(f"no layer is called {layer_name!r}; near are {', '.join(close)}")
    return keras.Model(model.inputs[0], layer_output(model, layer_name), name="cut_open")


class ChannelProbe:
    def __init__(self, network, channel):
        self.network, self.channel = (network, channel)

    def score(self, images):
        found = self.network(images, training=False)[..., self.channel]
        found = keras.ops.cast(found, "float32")
        return keras.ops.mean(keras.ops.reshape(found, (images.shape[0], -1)), axis=1)

    def score_and_slope(self, images):
        images = tf.constant(images)
        with tf.GradientTape() as tape:
            tape.watch(images)
            score = self.score(images)
        return (score.numpy(), tape.gradient(score, images).numpy())


@right(
    "feature_visualization.maximize_feature",
    how="Keras.ops for the mean, a fold over range(steps), the extractor made once.",
)
def maximize_feature_keras_ops_mean(model, start, layer_name, channel, steps, step_size):
    probe = ChannelProbe(feature_extractor(model, layer_name), channel)
    images = np.array(start, np.float32)
    scores = np.empty((steps + 1, len(images)), np.float32)
    for step in range(steps):
        scores[step], slope = probe.score_and_slope(images)
        images = np.clip(images + np.float32(step_size) * slope, 0, 1)
    scores[steps] = probe.score(tf.constant(images))
    return Ascent(images, scores)
