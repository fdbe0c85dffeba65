# ruff: noqa: ANN001, ANN201, E731, F821
"""Right answers to `input_optimization` of the eighth round: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Optimized, float_images
from course.natural_images import fourier_images, random_view
from tests.answers.fresh import right


@right(
    "input_optimization.change_penalty",
    how="One sum of a function of a list of differences, by a table",
)
def change_penalty_sum_function_list(images, originals, kind="l2"):
    if kind not in ("l2", "l1", "tv"):
        raise ValueError(f"kind must be l2, l1 or tv, not {kind!r}")
    change = tf.subtract(tf.convert_to_tensor(images), tf.convert_to_tensor(originals))
    parts = (
        [change]
        if kind != "tv"
        else [change[:, 1:] - change[:, :-1], change[:, :, 1:] - change[:, :, :-1]]
    )
    measure = tf.square if kind == "l2" else tf.abs
    return tf.add_n([tf.reduce_sum(measure(part), axis=(1, 2, 3)) for part in parts]) / float(
        np.prod(change.shape[1:])
    )


@right("input_optimization.difference_image", how="Keras.ops, the sum with the negative")
def difference_image_keras_ops_sum(originals, optimized):
    minus, plus = (keras.ops.convert_to_tensor(x) for x in (originals, optimized))
    return keras.ops.convert_to_numpy(keras.ops.add(plus, keras.ops.negative(minus)))


@right(
    "input_optimization.optimize_to_class",
    how="The gradient of the cross-entropy through log_softmax and a one-hot matrix; NumPy around",
)
def optimize_to_class_gradient_cross_entropy(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in {"l1", "l2", "tv"}:
        raise ValueError(f"penalty must be l1, l2 or tv, not {penalty!r}")
    originals = np.array(images, np.float32)
    count = len(originals)
    goal = np.broadcast_to(np.asarray(target), count).astype(int)
    now = originals.copy()
    done = 0
    while done < steps:
        z = tf.constant(now)
        with tf.GradientTape() as tape:
            tape.watch(z)
            surprise = tf.nn.log_softmax(model(z, training=False))
            likely = tf.gather(surprise, goal, batch_dims=1)
            fall = tf.reduce_sum(
                float(penalty_weight) * change_penalty(z, originals, penalty)
            ) - tf.reduce_sum(likely)
        now = np.clip(now - np.float32(step_size) * tape.gradient(fall, z).numpy(), 0, 1)
        done += 1
    logits = np.asarray(model(now, training=False))
    return Optimized(
        now, logits.argmax(-1) == goal, np.asarray(change_penalty(now, originals, penalty))
    )


@right(
    "input_optimization.smallest_change",
    how="All runs stacked, argmin over an array with the start as run 0",
)
def smallest_change_runs_stacked_argmin(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    images = np.asarray(images, np.float32)
    runs = [optimize_to_class(model, images, target, 0, step_size, 0.0, penalty)]
    runs += [
        optimize_to_class(model, images, target, steps, step_size, float(w), penalty)
        for w in weights
    ]
    won = np.stack([np.asarray(run.success) for run in runs])
    cost = np.where(won, np.stack([np.asarray(run.change, np.float64) for run in runs]), np.inf)
    cost[0] = np.where(won[0], -1.0, 1e300)
    choice = cost.argmin(axis=0)
    rows = np.arange(len(images))
    pictures = np.stack([np.asarray(run.images) for run in runs])
    return Optimized(
        pictures[choice, rows], won[choice, rows], np.where(choice == 0, 0.0, cost[choice, rows])
    )


@right(
    "input_optimization.optimize_in_spectrum",
    how="Real and imaginary parts in one tensor, the norm by the Euclidean length and the count",
)
def optimize_in_spectrum_real_imaginary_parts(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    originals = float_images(images)
    b, h, w, c = originals.shape
    classes = tf.cast(target, tf.int32) + tf.zeros(b, tf.int32)
    spectrum = tf.zeros((2, b, c, h, w // 2 + 1))
    shift, angle, zoom = view
    seeds = np.random.SeedSequence(int(seed)).generate_state(max(steps, 1))
    make = lambda pair: tf.clip_by_value(
        originals + fourier_images(tf.complex(*tf.unstack(pair)), h, w), 0.0, 1.0
    )
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(spectrum)
            x = make(spectrum)
            seen = random_view(x, shift, angle, zoom, int(seeds[n]))
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(
                classes, model(seen, training=False)
            )
            loss += penalty_weight * change_penalty(x, originals, "l2")
        slope = tape.gradient(loss, spectrum)
        slope = tf.math.divide_no_nan(
            slope, tf.reduce_max(tf.abs(slope), axis=[0, 2, 3, 4], keepdims=True)
        )
        norm = tf.sqrt(tf.reduce_sum(slope * slope, axis=[0, 2, 3, 4], keepdims=True))
        count = float(c * h * (w // 2 + 1))
        spectrum -= tf.math.divide_no_nan(slope, norm) * float(
            step_size * (1 - n / steps) * count**0.5
        )
    x = originals if steps == 0 else make(spectrum)
    success = tf.argmax(model(x, training=False), -1, output_type=tf.int32) == classes
    return Optimized(x, success, change_penalty(x, originals, "l2"))
