# ruff: noqa: ANN001, ANN201, ANN202, B905, E501, F821, RUF059
"""Right answers to `feature_visualization` of round 14: each keeps all promises."""

import difflib

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter1d

from course.given.layers import layer_output
from tests.answers.fresh import right


@right(
    "feature_visualization.total_variation",
    how="Depthwise convolution with two difference kernels per channel",
)
def total_variation_depthwise_convolution_two(images):
    x = tf.cast(tf.convert_to_tensor(images), tf.float32)
    n_b, n_h, n_w, n_c = x.shape

    def differences(kernel):
        kernel = tf.tile(
            tf.reshape(tf.constant(kernel, tf.float32), (len(kernel), -1, 1, 1)),
            (1, 1, x.shape[-1], 1),
        )
        return tf.nn.depthwise_conv2d(x, kernel, strides=(1, 1, 1, 1), padding="VALID")

    total = tf.zeros(n_b)
    if n_h > 1:
        total += tf.reduce_sum(tf.abs(differences([[-1.0], [1.0]])), axis=(1, 2, 3))
    if n_w > 1:
        total += tf.reduce_sum(tf.abs(differences([[-1.0, 1.0]])), axis=(1, 2, 3))
    return total


@right(
    "feature_visualization.jitter",
    how="Gather with wrapped indices for rows and columns, batch_dims",
)
def jitter_gather_wrapped_indices(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    b, h, w, _ = images.shape
    rng = np.random.Generator(np.random.PCG64(seed))
    moves = rng.integers(-max_shift, max_shift, size=(2, b), endpoint=True)
    rows = (np.arange(h)[None] - moves[0][:, None]) % h
    columns = (np.arange(w)[None] - moves[1][:, None]) % w
    images = tf.gather(images, tf.constant(rows), axis=1, batch_dims=1)
    return tf.gather(images, tf.constant(columns), axis=2, batch_dims=1)


@right(
    "feature_visualization.normalize_gradient",
    how="NumPy in double precision, norm of rows, division with where=",
)
def normalize_gradient_numpy_double_precision(gradient):
    gradient = np.asarray(gradient)
    rows = gradient.reshape(len(gradient), -1).astype(np.float64)
    rms = np.linalg.norm(rows, axis=1, keepdims=True) / np.sqrt(rows.shape[1])
    out = np.divide(rows, rms, out=np.zeros_like(rows), where=rms > 0)
    return out.reshape(gradient.shape).astype(np.float32)


def _f14_tv_slope(x):
    out = np.zeros_like(x)
    for axis in (1, 2):
        s = np.sign(np.diff(x, axis=axis))
        pad = [(0, 0)] * 4
        pad[axis] = (1, 0)
        out += np.pad(s, pad)
        pad[axis] = (0, 1)
        out -= np.pad(s, pad)
    return out


def _f14_rolled(x, moves, sign):
    return np.stack(
        [np.roll(one, (sign * dy, sign * dx), (0, 1)) for one, (dy, dx) in zip(x, moves)]
    )


@right(
    "feature_visualization.maximize_class_regularized",
    how="Penalties' gradients by hand in NumPy, roll and roll back by own shifts",
)
def maximize_class_regularized_penalties_gradients_hand(
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
    x = np.array(start, np.float32)
    rng = np.random.default_rng(seed)
    scores = [np.asarray(select_output(model, x, class_index, output))]
    for _ in range(steps):
        moves = rng.integers(-max_shift, max_shift, (len(x), 2), endpoint=True)
        seen = tf.constant(_f14_rolled(x, moves, 1))
        with tf.GradientTape() as tape:
            tape.watch(seen)
            value = select_output(model, seen, class_index, output)
        up = _f14_rolled(tape.gradient(value, seen).numpy(), moves, -1)
        up = up - tv_weight * _f14_tv_slope(x) - 2 * l2_weight * (x - np.float32(0.5))
        x = np.clip(x + step_size * up, 0, 1).astype(np.float32)
        if blur_sigma != 0:
            for axis in (1, 2):
                x = gaussian_filter1d(x, blur_sigma, axis=axis, mode="reflect")
        scores.append(np.asarray(select_output(model, x, class_index, output)))
    return Ascent(x, np.stack(scores))


@right(
    "feature_visualization.feature_extractor",
    how="Dictionary of layers, given layer_output for the tensor, near names by difflib with a fall-back to all",
)
def feature_extractor_dictionary_layers_given(model, layer_name):
    table = {layer.name: layer for layer in model.layers}
    if layer_name not in table:
        alike = difflib.get_close_matches(layer_name, table, n=5, cutoff=0.4) or sorted(table)
        raise ValueError(f"there is no layer {layer_name!r}; near are: {', '.join(alike)}")
    inputs = model.inputs[0] if len(model.inputs) == 1 else model.inputs
    return keras.Model(inputs, layer_output(model, layer_name))


def _f14_way(part, x, channel, step_size):
    while True:
        with tf.GradientTape() as tape:
            tape.watch(x)
            seen = part(x, training=False)[..., channel]
            value = tf.reduce_mean(seen, axis=list(range(1, len(seen.shape))))
        yield (x, value)
        x = tf.clip_by_value(x + tf.cast(step_size, tf.float32) * tape.gradient(value, x), 0.0, 1.0)


@right(
    "feature_visualization.maximize_feature",
    how="A generator of (image, score) pairs, mean over whatever axes lie between",
)
def maximize_feature_image_score(model, start, layer_name, channel, steps, step_size):
    part = feature_extractor(model, layer_name)
    x = tf.cast(tf.convert_to_tensor(start), tf.float32)
    pairs = [pair for _, pair in zip(range(steps + 1), _f14_way(part, x, int(channel), step_size))]
    return Ascent(pairs[-1][0], tf.stack([value for _, value in pairs]))


@right(
    "feature_visualization.maximize_class_regularized",
    how="All in one tape, seeds of a SeedSequence, blur channel by channel",
)
def maximize_class_regularized_tape_seeds_seedsequence(
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
    from scipy.ndimage import gaussian_filter as blur

    images = tf.cast(tf.convert_to_tensor(start), tf.float32)
    seeds = np.random.SeedSequence(int(seed)).generate_state(max(int(steps), 1)).tolist()
    scores = [select_output(model, images, class_index, output)]
    for one in seeds[: int(steps)]:
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = select_output(model, jitter(images, max_shift, one), class_index, output)
            rough = total_variation(images)
            away = tf.reduce_sum(tf.math.squared_difference(images, 0.5), axis=[1, 2, 3])
            aim = value - float(tv_weight) * rough - float(l2_weight) * away
        images = keras.ops.clip(images + float(step_size) * tape.gradient(aim, images), 0.0, 1.0)
        if blur_sigma:
            images = tf.stack(
                [
                    tf.stack(
                        [
                            blur(one_[..., c], blur_sigma, mode="reflect")
                            for c in range(one_.shape[-1])
                        ],
                        axis=-1,
                    )
                    for one_ in np.asarray(images)
                ]
            )
        scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))
