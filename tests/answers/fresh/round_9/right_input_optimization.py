# ruff: noqa: ANN001, ANN201, ANN202, F821
"""Right answers to `input_optimization` of the ninth round: each keeps all promises."""

import numpy as np
import tensorflow as tf

from course.given import Optimized, predict
from tests.answers.fresh import right

AXES = [1, 2, 3]

MEASURES = {
    "l2": lambda d: tf.reduce_mean(d * d, AXES),
    "l1": lambda d: tf.reduce_mean(tf.abs(d), AXES),
    "tv": lambda d: tf.image.total_variation(d) / (d.shape[1] * d.shape[2] * d.shape[3]),
}


@right("input_optimization.change_penalty", how="A dictionary of measures.")
def change_penalty_dictionary_measures(images, originals, kind="l2"):
    if kind not in MEASURES:
        raise ValueError(f"kind must be one of {', '.join(MEASURES)}, not {kind!r}")
    return MEASURES[kind](tf.cast(images, tf.float32) - tf.cast(originals, tf.float32))


@right("input_optimization.optimize_to_class", how="Cross-entropy by log-softmax.")
def optimize_to_class_cross_entropy_log(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    start = tf.cast(images, tf.float32)
    change_penalty(start, start, penalty)
    k = np.broadcast_to(np.asarray(target), (start.shape[0],))
    rows = np.stack([np.arange(len(k)), k], axis=1)
    x = start
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = -tf.gather_nd(tf.nn.log_softmax(model(x, training=False)), rows)
            loss += penalty_weight * change_penalty(x, start, penalty)
        x = tf.clip_by_value(x - step_size * tape.gradient(loss, x), 0.0, 1.0)
    success = np.argmax(model(x, training=False), axis=-1) == k
    return Optimized(x, success, change_penalty(x, start, penalty))


@right("input_optimization.difference_image", how="Tf.subtract.")
def difference_image_tf_subtract(originals, optimized):
    return tf.cast(optimized, tf.float32) - tf.cast(originals, tf.float32)


@right("input_optimization.smallest_change", how="All results stacked, then argmin.")
def smallest_change_results_stacked_then(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    x0 = np.asarray(images, np.float32)
    xs, costs = ([x0], [])
    already = predict(model, x0).argmax(-1) == np.broadcast_to(np.asarray(target), len(x0))
    for weight in weights:
        r = optimize_to_class(model, x0, target, steps, step_size, float(weight), penalty)
        xs.append(np.asarray(r.images))
        costs.append(np.where(np.asarray(r.success), np.asarray(r.change), np.inf))
    costs = np.array(costs)
    best = costs.argmin(axis=0)
    least = costs.min(axis=0)
    use = np.isfinite(least) & ~already
    pick = np.where(use, best + 1, 0)
    images = np.stack(xs)[pick, np.arange(len(x0))]
    return Optimized(images, already | use, np.where(use, least, 0.0))


@right("input_optimization.optimize_in_spectrum", how="One real array holds both parts.")
def optimize_in_spectrum_real_array_holds(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    x0 = tf.cast(images, tf.float32)
    b, h, w, c = x0.shape
    labels = tf.constant(np.broadcast_to(np.asarray(target), (b,)), tf.int32)
    z = tf.zeros((b, 2, c, h, w // 2 + 1))
    rng = np.random.default_rng(seed)

    def changed(z):
        return tf.clip_by_value(x0 + fourier_images(tf.complex(z[:, 0], z[:, 1]), h, w), 0.0, 1.0)

    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            x = changed(z)
            logits = model(random_view(x, *view, int(rng.integers(2**31))), training=False)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss += penalty_weight * change_penalty(x, x0, "l2")
        g = tape.gradient(loss, z)
        peak = tf.reduce_max(tf.abs(g), axis=(1, 2, 3, 4), keepdims=True)
        g = tf.math.divide_no_nan(g, peak)
        rms = tf.sqrt(2 * tf.reduce_mean(g * g, axis=(1, 2, 3, 4), keepdims=True))
        z -= step_size * (1 - n / steps) * tf.math.divide_no_nan(g, rms)
    x = changed(z) if steps else x0
    success = np.argmax(model(x, training=False), -1) == labels.numpy()
    return Optimized(x, success, change_penalty(x, x0, "l2"))


@right("input_optimization.difference_image", how="NumPy.")
def difference_image_numpy(originals, optimized):
    return np.subtract(np.asarray(optimized), np.asarray(originals))
