# ruff: noqa: ANN001, ANN201, ANN202, ANN204, F821
"""Right answers to `feature_visualization` of the ninth round: each keeps all promises."""

from difflib import get_close_matches

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter1d

from course.given import Ascent
from tests.answers.fresh import right


@right("feature_visualization.total_variation", how="By differences.")
def total_variation_differences(images):
    images = tf.convert_to_tensor(images)
    down = tf.abs(images[:, 1:, :, :] - images[:, :-1, :, :])
    right = tf.abs(images[:, :, 1:, :] - images[:, :, :-1, :])
    return tf.reduce_sum(down, axis=(1, 2, 3)) + tf.reduce_sum(right, axis=(1, 2, 3))


@right("feature_visualization.jitter", how="Gathers the rolled rows and columns by index.")
def jitter_gathers_rolled_rows(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    b, h, w = images.shape[:3]
    rng = np.random.default_rng(seed)
    shifts = rng.integers(-max_shift, max_shift, size=(2, b), endpoint=True)
    rows = (np.arange(h)[None, :] - shifts[0][:, None]) % h
    columns = (np.arange(w)[None, :] - shifts[1][:, None]) % w
    images = tf.gather(images, rows, axis=1, batch_dims=1)
    return tf.gather(images, columns, axis=2, batch_dims=1)


@right(
    "feature_visualization.normalize_gradient",
    how="First by the largest value, so that no square underflows.",
)
def normalize_gradient_first_largest_value(gradient):
    g = tf.convert_to_tensor(gradient)
    peak = tf.reduce_max(tf.abs(g), axis=(1, 2, 3), keepdims=True)
    g = tf.math.divide_no_nan(g, peak)
    rms = tf.sqrt(tf.reduce_mean(g * g, axis=(1, 2, 3), keepdims=True))
    return tf.math.divide_no_nan(g, rms)


class _Objective:
    def __init__(self, model, k, output, tv, l2, shift):
        self.model, self.k, self.output = (model, k, output)
        self.tv, self.l2, self.shift = (tv, l2, shift)

    def gradient(self, x, seed):
        with tf.GradientTape() as tape:
            tape.watch(x)
            seen = jitter(x, self.shift, seed) if self.shift else x
            value = select_output(self.model, seen, self.k, self.output)
            if self.tv:
                value -= self.tv * total_variation(x)
            if self.l2:
                value -= self.l2 * tf.reduce_sum(tf.square(x - 0.5), axis=(1, 2, 3))
        return tape.gradient(value, x)


@right("feature_visualization.maximize_class_regularized", how="A class that keeps the settings.")
def maximize_class_regularized_keeps_settings(
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
    objective = _Objective(model, class_index, output, tv_weight, l2_weight, max_shift)
    rng = np.random.default_rng(seed)
    x = tf.cast(start, tf.float32)
    scores = [select_output(model, x, class_index, output)]
    for _ in range(steps):
        g = objective.gradient(x, int(rng.integers(2**31)))
        x = tf.clip_by_value(x + step_size * g, 0.0, 1.0)
        if blur_sigma != 0:
            y = x.numpy()
            for axis in (1, 2):
                y = gaussian_filter1d(y, blur_sigma, axis=axis, mode="reflect")
            x = tf.constant(np.clip(y, 0, 1))
        scores.append(select_output(model, x, class_index, output))
    return Ascent(x, tf.stack(scores))


@right(
    "feature_visualization.feature_extractor",
    how="Lists near names first and all names if none is near.",
)
def feature_extractor_lists_near_names(model, layer_name):
    known = [layer.name for layer in model.layers]
    if layer_name in known:
        layer = model.layers[known.index(layer_name)]
        return keras.Model(inputs=model.inputs[0], outputs=layer.output)
    near = get_close_matches(layer_name, known, n=5, cutoff=0.3) or known
    raise ValueError(f"no layer named {layer_name!r}. Did you mean: {', '.join(near)}?")


@right(
    "feature_visualization.maximize_feature",
    how="Means over whatever axes stand between the first and the last.",
)
def maximize_feature_means_over_whatever(model, start, layer_name, channel, steps, step_size):
    net = feature_extractor(model, layer_name)

    def score(x):
        a = tf.gather(net(x, training=False), channel, axis=-1)
        return tf.reduce_mean(a, axis=list(range(1, a.shape.rank)))

    x, scores = (tf.cast(start, tf.float32), [])
    for n in range(steps + 1):
        with tf.GradientTape() as tape:
            tape.watch(x)
            s = score(x)
        scores.append(s)
        if n < steps:
            x = tf.clip_by_value(x + step_size * tape.gradient(s, x), 0.0, 1.0)
    return Ascent(x, tf.stack(scores))


@right("feature_visualization.jitter", how="Tf.roll, image by image.")
def jitter_tf_roll_image(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    shifts = np.random.default_rng(seed).integers(-max_shift, max_shift + 1, (images.shape[0], 2))
    return tf.stack(
        [tf.roll(images[i], [int(dy), int(dx)], [0, 1]) for i, (dy, dx) in enumerate(shifts)]
    )
