# ruff: noqa: ANN001, ANN201, ANN202, F821
"""Right answers to `input_optimization` of round 13: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Optimized, float_images, predict
from tests.answers.fresh import right

PENALTIES_BY_KIND = {
    "l2": lambda d: [keras.ops.square(d)],
    "l1": lambda d: [keras.ops.absolute(d)],
    "tv": lambda d: [
        keras.ops.absolute(d[:, 1:] - d[:, :-1]),
        keras.ops.absolute(d[:, :, 1:] - d[:, :, :-1]),
    ],
}


@right(
    "input_optimization.change_penalty",
    how="A dictionary of functions, Keras ops on flattened differences",
)
def change_penalty_dictionary_functions_keras(images, originals, kind="l2"):
    if kind not in PENALTIES_BY_KIND:
        raise ValueError(f"no such penalty: {kind!r}; there are {', '.join(PENALTIES_BY_KIND)}")
    d = keras.ops.subtract(tf.convert_to_tensor(images), tf.convert_to_tensor(originals))
    numbers = d.shape[1] * d.shape[2] * d.shape[3]
    return sum(keras.ops.sum(part, axis=(1, 2, 3)) for part in PENALTIES_BY_KIND[kind](d)) / numbers


@right(
    "input_optimization.optimize_to_class",
    how="The cross-entropy as logsumexp minus the logit, a compiled slope",
)
def optimize_to_class_cross_entropy_logsumexp(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"no such penalty: {penalty!r}")
    before = float_images(images)
    hot = tf.one_hot(
        np.broadcast_to(np.asarray(target), before.shape[0]),
        model(before[:1], training=False).shape[-1],
    )

    @tf.function(autograph=False)
    def downhill(x):
        logits = model(x, training=False)
        cross = tf.reduce_logsumexp(logits, axis=1) - tf.reduce_sum(logits * hot, axis=1)
        return tf.gradients(cross + penalty_weight * change_penalty(x, before, penalty), x)[0]

    x = tf.identity(before)
    for _ in range(steps):
        x = tf.minimum(tf.maximum(x - step_size * downhill(x), 0.0), 1.0)
    reached = np.argmax(predict(model, x), axis=1) == np.argmax(hot, axis=1)
    return Optimized(x, reached, change_penalty(x, before, penalty))


@right("input_optimization.difference_image", how="Np.subtract on float32")
def difference_image_np_subtract_float(originals, optimized):
    before, after = (np.asarray(one, dtype=np.float32) for one in (originals, optimized))
    return np.subtract(after, before)


@right(
    "input_optimization.smallest_change",
    how="All tries stacked, failures at infinity, and an argmin; the start is the first try",
)
def smallest_change_tries_stacked_failures(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    x = np.asarray(images, np.float32)
    tries = [optimize_to_class(model, x, target, 0, step_size, 0.0, penalty)]
    tries += [
        optimize_to_class(model, x, target, steps, step_size, weight, penalty) for weight in weights
    ]
    success = np.stack([np.asarray(one.success) for one in tries])
    change = np.stack([np.asarray(one.change) for one in tries])
    change[0] = 0.0
    place = np.argmin(np.where(success, change, np.inf), axis=0)
    each = np.arange(len(x))
    pictures = np.stack([x, *(np.asarray(one.images) for one in tries[1:])])
    return Optimized(pictures[place, each], success[place, each], change[place, each])


@right(
    "input_optimization.optimize_in_spectrum",
    how="A complex spectrum in NumPy, real and imaginary part stacked on a last axis",
)
def optimize_in_spectrum_complex_numpy_real(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    before = float_images(images)
    b, h, w, c = before.shape
    wanted = np.broadcast_to(np.asarray(target), b).astype(np.int32)
    spectrum = np.zeros((b, c, h, w // 2 + 1, 2), np.float32)
    draws = np.random.default_rng([seed, 99]).integers(2**31 - 1, size=steps)

    def pictures_of(pair):
        change = fourier_images(tf.complex(pair[..., 0], pair[..., 1]), h, w)
        return tf.clip_by_value(before + change, 0.0, 1.0)

    for n, draw in enumerate(draws):
        pair = tf.constant(spectrum)
        with tf.GradientTape() as tape:
            tape.watch(pair)
            now = pictures_of(pair)
            seen = model(random_view(now, *view, int(draw)), training=False)
            cross = keras.losses.sparse_categorical_crossentropy(wanted, seen, from_logits=True)
            loss = cross + penalty_weight * change_penalty(now, before, "l2")
        slope = tape.gradient(loss, pair).numpy().astype(np.float64)
        size = np.sqrt(np.sum(slope**2, axis=-1).mean(axis=(1, 2, 3)))
        scale = step_size * (1 - n / steps) / np.where(size > 0, size, 1)
        spectrum = (spectrum - scale[:, None, None, None, None] * slope).astype(np.float32)
    final = pictures_of(tf.constant(spectrum))
    reached = np.argmax(predict(model, final), axis=-1) == wanted
    return Optimized(final, reached, change_penalty(final, before))


@right("input_optimization.optimize_to_class", how="A sum of losses on one eager tape")
def optimize_to_class_sum_losses_eager(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    originals = float_images(images)
    classes = tf.constant(np.broadcast_to(np.asarray(target), originals.shape[0]), tf.int32)
    change_penalty(originals, originals, penalty)
    x = originals
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits = model(x, training=False)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
            loss += penalty_weight * change_penalty(x, originals, penalty)
        x = tf.clip_by_value(x - step_size * tape.gradient(loss, x), 0.0, 1.0)
    success = tf.argmax(model(x, training=False), axis=-1, output_type=tf.int32) == classes
    return Optimized(x, success, change_penalty(x, originals, penalty))


@right(
    "input_optimization.smallest_change", how="One weight after the other, with boolean indexing"
)
def smallest_change_weight_after_boolean(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    originals = np.asarray(images, np.float32)
    b = len(originals)
    change_penalty(originals, originals, penalty)
    best, change = (originals.copy(), np.full(b, np.inf))
    already = predict(model, originals).argmax(axis=-1) == np.asarray(target)
    for weight in weights:
        tried = optimize_to_class(model, originals, target, steps, step_size, weight, penalty)
        now = np.asarray(tried.change)
        better = np.asarray(tried.success) & (now < change)
        best[better], change[better] = (np.asarray(tried.images)[better], now[better])
    best[already], change[already] = (originals[already], 0)
    success = np.isfinite(change)
    return Optimized(best, success, np.where(success, change, 0))


@right("input_optimization.optimize_in_spectrum", how="Two real tensors, scaled together")
def optimize_in_spectrum_two_real_tensors(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    originals = float_images(images)
    b, h, w, c = originals.shape
    classes = tf.constant(np.broadcast_to(np.asarray(target), b), tf.int32)
    real = tf.zeros((b, c, h, w // 2 + 1))
    imag = tf.zeros_like(real)

    def picture(real, imag):
        return tf.clip_by_value(originals + fourier_images(tf.complex(real, imag), h, w), 0.0, 1.0)

    for n in range(steps):
        draw = int(np.random.default_rng([seed, n]).integers(2**31 - 1))
        with tf.GradientTape() as tape:
            tape.watch([real, imag])
            x = picture(real, imag)
            logits = model(random_view(x, *view, draw), training=False)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
            loss += penalty_weight * change_penalty(x, originals, "l2")
        down, across = tape.gradient(loss, [real, imag])
        size = tf.sqrt(tf.reduce_mean(down**2 + across**2, axis=(1, 2, 3), keepdims=True))
        rate = step_size * (1 - n / steps)
        real -= rate * tf.math.divide_no_nan(down, size)
        imag -= rate * tf.math.divide_no_nan(across, size)
    x = picture(real, imag) if steps else originals
    success = tf.argmax(model(x, training=False), axis=-1, output_type=tf.int32) == classes
    return Optimized(x, success, change_penalty(x, originals, "l2"))


@right("input_optimization.change_penalty", how="Three plain branches")
def change_penalty_three_plain_branches(images, originals, kind="l2"):
    change = tf.convert_to_tensor(images) - tf.convert_to_tensor(originals)
    if kind == "l2":
        return tf.reduce_mean(change**2, axis=(1, 2, 3))
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=(1, 2, 3))
    if kind == "tv":
        return tf.image.total_variation(change) / float(np.prod(change.shape[1:]))
    raise ValueError(f"kind must be 'l2', 'l1' or 'tv', not {kind!r}")
