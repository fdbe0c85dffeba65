# ruff: noqa: ANN001, ANN201, ANN202, B905, F821
"""Right answers to `input_optimization` of round 15: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Optimized, predict
from tests.answers.fresh import right


@right(
    "input_optimization.change_penalty",
    how="A table of functions and einsum over flattened changes.",
)
def change_penalty_table_functions_einsum(images, originals, kind="l2"):

    def rough(d):
        return sum(
            tf.reduce_sum(tf.abs(e), axis=[1, 2, 3])
            for e in (d[:, 1:] - d[:, :-1], d[:, :, 1:] - d[:, :, :-1])
        )

    measures = {
        "l2": lambda d: tf.einsum("bhwc,bhwc->b", d, d),
        "l1": lambda d: tf.einsum("bhwc->b", tf.abs(d)),
        "tv": rough,
    }
    if kind not in measures:
        raise ValueError(f"kind must be one of {list(measures)}, not {kind!r}")
    d = tf.subtract(images, tf.convert_to_tensor(originals))
    return measures[kind](d) / tf.cast(tf.reduce_prod(tf.shape(d)[1:]), d.dtype)


@right(
    "input_optimization.optimize_to_class",
    how="Eager loop with the sparse cross-entropy from logits.",
)
def optimize_to_class_eager_loop_sparse(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"penalty: {penalty!r}")
    first = tf.cast(tf.convert_to_tensor(images), tf.float32)
    k = tf.constant(np.broadcast_to(np.asarray(target, np.int32), (first.shape[0],)))
    x = first
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(k, model(x, training=False))
            loss = tf.reduce_sum(loss + penalty_weight * change_penalty(x, first, penalty))
        x = tf.clip_by_value(x - step_size * tape.gradient(loss, x), 0.0, 1.0)
    success = tf.argmax(model(x, training=False), axis=1, output_type=tf.int32) == k
    return Optimized(x, success, change_penalty(x, first, penalty))


@right(
    "input_optimization.optimize_to_class",
    how="Logsumexp minus the own logit as the loss, one image after the other.",
)
def optimize_to_class_logsumexp_minus_own(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in {"l2", "l1", "tv"}:
        raise ValueError(f"penalty must be l2, l1 or tv, not {penalty!r}")
    originals = np.array(images, np.float32)
    targets = [int(t) for t in np.broadcast_to(np.asarray(target), (len(originals),))]
    found = []
    for original, wanted in zip(originals, targets):
        start = tf.constant(original[None])
        x = tf.identity(start)
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(x)
                z = model(x, training=False)[0]
                loss = tf.reduce_logsumexp(z) - z[wanted]
                loss += penalty_weight * change_penalty(x, start, penalty)[0]
            x = tf.minimum(tf.maximum(x - step_size * tape.gradient(loss, x), 0.0), 1.0)
        z = model(x, training=False).numpy()[0]
        found.append(
            (
                x.numpy()[0],
                int(z.argmax()) == wanted,
                float(np.asarray(change_penalty(x, start, penalty))[0]),
            )
        )
    new, success, change = zip(*found)
    return Optimized(np.stack(new), np.array(success, bool), np.array(change, np.float32))


@right("input_optimization.difference_image", how="Keras ops.")
def difference_image_keras_ops(originals, optimized):
    return keras.ops.subtract(
        keras.ops.convert_to_tensor(optimized), keras.ops.convert_to_tensor(originals)
    )


@right("input_optimization.smallest_change", how="Running best with boolean masks in NumPy.")
def smallest_change_running_best_boolean(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"penalty: {penalty!r}")
    best = np.array(images, np.float32)
    k = np.broadcast_to(np.asarray(target), (len(best),))
    success = predict(model, best).argmax(axis=1) == k
    change = np.where(success, 0.0, np.inf)
    for weight in weights:
        new = [
            np.asarray(part)
            for part in optimize_to_class(model, images, target, steps, step_size, weight, penalty)
        ]
        better = new[1] & (new[2] < change)
        best[better], change[better] = (new[0][better], new[2][better])
        success = success | new[1]
    return Optimized(best, success, np.where(success, change, 0.0).astype(np.float32))


@right(
    "input_optimization.smallest_change",
    how="All results stacked with the unchanged image as a first candidate, then one argmin.",
)
def smallest_change_results_stacked_unchanged(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    originals = np.array(images, np.float32)
    nothing = optimize_to_class(model, originals, target, 0, step_size, 0.0, penalty)
    tried = [
        nothing,
        *(
            optimize_to_class(model, originals, target, steps, step_size, w, penalty)
            for w in weights
        ),
    ]
    pictures, done, cost = (
        np.stack([np.asarray(field) for field in column]) for column in zip(*tried)
    )
    cost = np.where(
        np.asarray(nothing.success)[None] & (np.arange(len(tried))[:, None] > 0), np.inf, cost
    )
    choice = np.where(done, cost, np.inf).argmin(axis=0)
    every = np.arange(len(originals))
    success = done.any(axis=0)
    return Optimized(
        pictures[np.where(success, choice, 0), every],
        success,
        np.where(success, cost[choice, every], 0.0).astype(np.float32),
    )


@right(
    "input_optimization.optimize_in_spectrum", how="Eager, real and imaginary parts as two tensors."
)
def optimize_in_spectrum_eager_real_imaginary(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    first = tf.cast(tf.convert_to_tensor(images), tf.float32)
    b, h, w, c = first.shape
    k = tf.constant(np.broadcast_to(np.asarray(target, np.int32), (b,)))
    real, imag = (tf.zeros([b, c, h, w // 2 + 1]), tf.zeros([b, c, h, w // 2 + 1]))

    def picture(re, im):
        return tf.clip_by_value(
            first + tf.cast(fourier_images(tf.complex(re, im), h, w), tf.float32), 0.0, 1.0
        )

    seeds = np.random.default_rng(seed).integers(0, 2**31 - 1, max(steps, 1))
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch([real, imag])
            x = picture(real, imag)
            seen = random_view(x, *view, seed=int(seeds[n]))
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(k, model(seen, training=False))
            loss = tf.reduce_sum(
                loss + penalty_weight * tf.reduce_mean((x - first) ** 2, axis=[1, 2, 3])
            )
        dr, di = tape.gradient(loss, [real, imag])
        top = tf.reduce_max(tf.maximum(tf.abs(dr), tf.abs(di)), axis=[1, 2, 3], keepdims=True)
        dr, di = (tf.math.divide_no_nan(dr, top), tf.math.divide_no_nan(di, top))
        rms = tf.sqrt(tf.reduce_mean(dr**2 + di**2, axis=[1, 2, 3], keepdims=True))
        rate = step_size * (1 - n / steps)
        real -= rate * tf.math.divide_no_nan(dr, rms)
        imag -= rate * tf.math.divide_no_nan(di, rms)
    x = picture(real, imag) if steps else first
    success = tf.argmax(model(x, training=False), axis=1, output_type=tf.int32) == k
    return Optimized(x, success, tf.reduce_mean((x - first) ** 2, axis=[1, 2, 3]))
