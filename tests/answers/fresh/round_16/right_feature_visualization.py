# ruff: noqa: ANN001, ANN201, ANN202, E501, E731, F821
"""Right answers to `feature_visualization` of round 16: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter1d

from course.given.layers import layer_output
from course.given.near import suggest
from tests.answers.fresh import right


def _difference_matrix(n):
    return np.eye(n - 1, n, 1, dtype=np.float32) - np.eye(n - 1, n, dtype=np.float32)


@right(
    "feature_visualization.total_variation",
    how="Two small depthwise-free convolutions: differences as matrix products with bidiagonal matrices",
)
def total_variation_two_small_depthwise(images):
    x = tf.cast(images, tf.float32)
    down = tf.einsum("ih,bhwc->biwc", _difference_matrix(x.shape[1]), x)
    across = tf.einsum("jw,bhwc->bhjc", _difference_matrix(x.shape[2]), x)
    return tf.reduce_sum(tf.abs(down), axis=[1, 2, 3]) + tf.reduce_sum(
        tf.abs(across), axis=[1, 2, 3]
    )


@right(
    "feature_visualization.jitter",
    how="Gather with rows and columns counted modulo the size, stateless draws",
)
def jitter_gather_rows_columns(images, max_shift, seed):
    x = tf.convert_to_tensor(images)
    m = tf.cast(max_shift, tf.int32)
    key = tf.stack([tf.cast(seed, tf.int64), tf.constant(77, tf.int64)])
    shift = tf.random.stateless_uniform([tf.shape(x)[0], 2, 1], key, -m, m + 1, tf.int32)
    for axis in (1, 2):
        n = tf.shape(x)[axis]
        x = tf.gather(x, (tf.range(n) - shift[:, axis - 1]) % n, axis=axis, batch_dims=1)
    return x


@right(
    "feature_visualization.normalize_gradient",
    how="In double precision, by rsqrt of the mean square where it is positive",
)
def normalize_gradient_double_precision_rsqrt(gradient):
    given = tf.convert_to_tensor(gradient)
    g = tf.cast(given, tf.float64)
    square = tf.reduce_mean(g * g, axis=(1, 2, 3), keepdims=True)
    safe = tf.where(square > 0, square, tf.ones_like(square))
    return tf.cast(g * tf.math.rsqrt(safe), given.dtype)


def _slope_of_variation(x):
    slope = np.zeros_like(x)
    down, across = (np.sign(np.diff(x, axis=1)), np.sign(np.diff(x, axis=2)))
    slope[:, 1:] += down
    slope[:, :-1] -= down
    slope[:, :, 1:] += across
    slope[:, :, :-1] -= across
    return slope


@right(
    "feature_visualization.maximize_class_regularized",
    how="Penalties' gradients by hand (signs of differences), only the output by tape",
)
def maximize_class_regularized_signs_differences(
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
    look = lambda z: np.asarray(select_output(model, tf.constant(z), class_index, output))
    x = np.array(start, np.float32)
    scores, dice = (
        [look(x)],
        np.random.RandomState(np.random.MT19937(np.random.SeedSequence(int(seed)))),
    )
    for _ in range(steps):
        moved = int(dice.randint(0, 2**31 - 1))
        with tf.GradientTape() as tape:
            v = tf.Variable(x)
            y = select_output(model, jitter(v, max_shift, moved), class_index, output)
        slope = np.asarray(tape.gradient(y, v)) - 2 * l2_weight * (x - np.float32(0.5))
        slope = slope - tv_weight * _slope_of_variation(x)
        x = np.clip(x + step_size * slope, 0, 1).astype(np.float32)
        if blur_sigma != 0:
            for axis in (1, 2):
                x = gaussian_filter1d(x, blur_sigma, axis=axis, mode="reflect")
        scores.append(look(x))
    return Ascent(x, np.stack(scores))


@right(
    "feature_visualization.feature_extractor", how="A dictionary of layers and course.given.near"
)
def feature_extractor_dictionary_layers_course(model, layer_name):
    table = {layer.name: layer for layer in model.layers}
    try:
        table[layer_name]
    except KeyError:
        close = sorted(table, key=lambda name: -len(set(name) & set(layer_name)))[:3]
        text = f"no layer {layer_name!r}: {suggest(layer_name, table)} (or {', '.join(close)})"
        raise ValueError(text) from None
    return keras.Model(inputs=model.inputs[0], outputs=layer_output(model, layer_name))


@right(
    "feature_visualization.maximize_feature",
    how="A pooled model whose classes are the channels, and maximize_class",
)
def maximize_feature_pooled_model_whose(model, start, layer_name, channel, steps, step_size):
    features = feature_extractor(model, layer_name)
    answer = features.outputs[0]
    between = tuple(range(1, len(answer.shape) - 1))
    pooled = keras.ops.mean(answer, axis=between) if between else answer
    return maximize_class(keras.Model(features.inputs[0], pooled), start, channel, steps, step_size)


@right("feature_visualization.total_variation", how="TensorFlow's own function")
def total_variation_tensorflow_s_own(images):
    return tf.image.total_variation(tf.convert_to_tensor(images))


@right(
    "feature_visualization.normalize_gradient",
    how="The norm of flattened rows over the root of their length",
)
def normalize_gradient_norm_flattened_rows(gradient):
    g = tf.convert_to_tensor(gradient)
    size = tf.norm(tf.reshape(tf.cast(g, tf.float64), [tf.shape(g)[0], -1]), axis=1)
    size /= tf.sqrt(tf.cast(tf.size(g[0]), tf.float64))
    return tf.cast(
        tf.math.divide_no_nan(tf.cast(g, tf.float64), size[:, None, None, None]), g.dtype
    )
