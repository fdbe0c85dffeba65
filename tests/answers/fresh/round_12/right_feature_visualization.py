# ruff: noqa: ANN001, ANN201, ANN202, ANN204, F821
"""Right answers to `feature_visualization` of round 12: each keeps all promises."""

import difflib

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from course.given import Ascent
from course.given.layers import layer_output
from tests.answers.fresh import right


@right(
    "feature_visualization.total_variation",
    how="Keras ops and slices given as a loop over axes with take",
)
def total_variation_keras_ops_slices(images):
    x, total = (tf.convert_to_tensor(images), 0.0)
    for axis in (1, 2):
        n = tf.shape(x)[axis]
        later = tf.gather(x, tf.range(1, n), axis=axis)
        earlier = tf.gather(x, tf.range(n - 1), axis=axis)
        total += keras.ops.sum(keras.ops.abs(later - earlier), axis=(1, 2, 3))
    return total


@right(
    "feature_visualization.jitter",
    how="Gathers by modular index arithmetic, rows first and columns then, with one stateless draw",
)
def jitter_gathers_modular_index(images, max_shift, seed):
    x = tf.convert_to_tensor(images)
    count, height, width, _ = x.shape
    drawn = np.random.default_rng([int(seed), 77]).integers(
        -int(max_shift), int(max_shift), size=(2, count, 1), endpoint=True
    )
    rows = (np.arange(height) - drawn[0]) % height
    columns = (np.arange(width) - drawn[1]) % width
    return tf.gather(tf.gather(x, rows, axis=1, batch_dims=1), columns, axis=2, batch_dims=1)


@right("feature_visualization.jitter", how="Permutation matrices and einsum")
def jitter_permutation_matrices_einsum(images, max_shift, seed):
    x = tf.convert_to_tensor(images)
    b, h, w, _ = x.shape
    rng = np.random.Generator(np.random.Philox(int(seed)))
    amounts = rng.integers(-int(max_shift), int(max_shift) + 1, (b, 2))
    dtype = x.dtype.as_numpy_dtype
    rows = np.stack([np.roll(np.eye(h, dtype=dtype), dy, axis=0) for dy in amounts[:, 0]])
    cols = np.stack([np.roll(np.eye(w, dtype=dtype), dx, axis=0) for dx in amounts[:, 1]])
    return tf.einsum("bih,bjw,bhwc->bijc", rows, cols, x)


@right(
    "feature_visualization.normalize_gradient",
    how="Einsum for the squares, in float64, and np.divide with where",
)
def normalize_gradient_einsum_squares_float(gradient):
    g = np.asarray(gradient)
    flat = g.reshape(len(g), -1).astype(np.float64)
    rms = np.sqrt(np.einsum("bi,bi->b", flat, flat) / flat.shape[1])[:, None]
    unit = np.divide(flat, rms, out=np.zeros_like(flat), where=rms > 0)
    return unit.reshape(g.shape).astype(g.dtype)


class _RRegularized:
    def __init__(self, model, classes, output, tv, l2, shift):
        self.output_of = lambda x: select_output(model, x, classes, output)
        self.tv, self.l2, self.shift = (tv, l2, shift)

    def slope(self, x, seed):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            parts = [self.output_of(jitter(x, self.shift, seed))]
            if self.tv:
                parts.append(-self.tv * total_variation(x))
            if self.l2:
                parts.append(-self.l2 * tf.einsum("bhwc,bhwc->b", x - 0.5, x - 0.5))
            goal = tf.add_n(parts)
        return tape.gradient(goal, x)


def _r_blurred(images, sigma):
    planes = [
        [gaussian_filter(image[..., c], sigma) for c in range(image.shape[-1])] for image in images
    ]
    return np.moveaxis(np.array(planes, np.float32), 1, -1)


@right(
    "feature_visualization.maximize_class_regularized",
    how="A closure for the goal, tf.clip_by_value and a blur image by image and channel by channel",
)
def maximize_class_regularized_closure_goal_tf(
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
    climb = _RRegularized(model, class_index, output, tv_weight, l2_weight, max_shift)
    x = tf.cast(tf.convert_to_tensor(start), tf.float32)
    scores = [climb.output_of(x)]
    draw = np.random.default_rng(seed)
    for _ in range(steps):
        slope = climb.slope(x, int(draw.integers(2**30)))
        x = tf.clip_by_value(x + step_size * slope, 0.0, 1.0)
        if blur_sigma != 0:
            x = tf.constant(_r_blurred(x.numpy(), blur_sigma))
        scores.append(climb.output_of(x))
    return Ascent(x, tf.stack(scores))


@right(
    "feature_visualization.feature_extractor",
    how="The given layer_output, and a message from difflib with a fallback to all names",
)
def feature_extractor_given_layer_output(model, layer_name):
    names = [layer.name for layer in model.layers]
    if names.count(layer_name) == 0:
        near = difflib.get_close_matches(str(layer_name), names, n=5, cutoff=0.3) or names
        raise ValueError(f"{model.name} has no layer {layer_name!r}. Near are: {', '.join(near)}")
    return keras.Model(inputs=model.inputs[0], outputs=layer_output(model, layer_name))


@right(
    "feature_visualization.maximize_feature",
    how="A wrapping model whose logits are the channel means, climbed by maximize_class itself",
)
def maximize_feature_wrapping_model_whose(model, start, layer_name, channel, steps, step_size):
    cut = feature_extractor(model, layer_name)
    features = cut.outputs[0]
    for _ in range(len(features.shape) - 2):
        features = keras.ops.mean(features, axis=1)
    means = keras.Model(cut.inputs[0], features)
    return maximize_class(means, start, int(channel), steps, step_size, output="logit")


@right(
    "feature_visualization.maximize_class_regularized",
    how="NumPy images between the steps, seeds of the steps drawn beforehand",
)
def maximize_class_regularized_numpy_images_between(
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
    images = np.array(start, dtype=np.float32)
    scores = [np.asarray(select_output(model, images, class_index, output))]
    seeds = np.random.default_rng(seed).integers(0, 2**31 - 1, size=steps)
    for number in range(steps):
        x = tf.constant(images)
        with tf.GradientTape() as tape:
            tape.watch(x)
            seen = jitter(x, max_shift, int(seeds[number]))
            goal = select_output(model, seen, class_index, output)
            goal -= tv_weight * total_variation(x)
            goal -= l2_weight * tf.reduce_sum((x - 0.5) ** 2, axis=(1, 2, 3))
        images = np.clip(images + step_size * tape.gradient(goal, x).numpy(), 0, 1)
        if blur_sigma:
            images = gaussian_filter(images, (0, blur_sigma, blur_sigma, 0), mode="reflect")
        images = images.astype(np.float32)
        scores.append(np.asarray(select_output(model, images, class_index, output)))
    return Ascent(images, np.stack(scores))


@right(
    "feature_visualization.maximize_feature",
    how="Flattened positions, score taken from the same tape as the gradient",
)
def maximize_feature_flattened_positions_score(model, start, layer_name, channel, steps, step_size):
    extractor = feature_extractor(model, layer_name)

    def own_score(x):
        own = extractor(x, training=False)[..., channel]
        return tf.reduce_mean(tf.reshape(own, (tf.shape(own)[0], -1)), axis=1)

    x = tf.cast(tf.convert_to_tensor(start), tf.float32)
    scores = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = own_score(x)
        scores.append(value)
        x = tf.clip_by_value(x + step_size * tape.gradient(value, x), 0.0, 1.0)
    scores.append(own_score(x))
    return Ascent(x, tf.stack(scores))
