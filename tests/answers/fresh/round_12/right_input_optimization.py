# ruff: noqa: ANN001, ANN201, ANN202, B905, E501, F821
"""Right answers to `input_optimization` of round 12: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Optimized, float_images, predict
from tests.answers.fresh import right


@right(
    "input_optimization.change_penalty",
    how="Match statement, total variation from slices and means over a flattened axis",
)
def change_penalty_match_statement_total(images, originals, kind="l2"):
    d = float_images(images) - float_images(originals)
    flat = tf.reshape(d, (tf.shape(d)[0], -1))
    size = tf.cast(tf.shape(flat)[1], tf.float32)
    match kind:
        case "l2":
            return tf.einsum("bi,bi->b", flat, flat) / size
        case "l1":
            return tf.norm(flat, ord=1, axis=1) / size
        case "tv":
            steps = (d[:, 1:] - d[:, :-1], d[:, :, 1:] - d[:, :, :-1])
            return sum(tf.reduce_sum(tf.abs(s), axis=(1, 2, 3)) for s in steps) / size
        case _:
            raise ValueError(f"kind is {kind!r}, not 'l2', 'l1' or 'tv'")


@right(
    "input_optimization.optimize_to_class",
    how="The loss as log-sum-exp minus logit, a loop over images one by one",
)
def optimize_to_class_loss_log_sum(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in {"l2", "l1", "tv"}:
        raise ValueError(f"penalty is {penalty!r}")
    stack = float_images(images)
    wanted = [int(k) for k in np.broadcast_to(np.asarray(target), stack.shape[0])]

    def r_descend(start, k):
        now = tf.identity(start)
        for _ in range(steps):
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(now)
                z = model(now, training=False)
                cost = tf.reduce_logsumexp(z, axis=1) - z[:, k]
                cost = cost + float(penalty_weight) * change_penalty(now, start, penalty)
            now = tf.maximum(
                tf.minimum(now - float(step_size) * tape.gradient(cost, now), 1.0), 0.0
            )
        reached = int(tf.argmax(model(now, training=False)[0])) == k
        return (now[0], reached, change_penalty(now, start, penalty)[0])

    found = [r_descend(stack[b : b + 1], k) for b, k in enumerate(wanted)]
    pictures, reached, costs = zip(*found)
    return Optimized(tf.stack(pictures), np.array(reached, bool), tf.stack(costs))


@right("input_optimization.difference_image", how="Keras' subtract, or a sum with a negative")
def difference_image_keras_subtract_sum(originals, optimized):
    before, after = (
        tf.cast(tf.convert_to_tensor(one), tf.float32) for one in (originals, optimized)
    )
    return keras.ops.add(keras.ops.negative(before), after)


@right(
    "input_optimization.smallest_change",
    how="An image's tries gathered into a table, and argmin over costs that are infinite where nothing was reached",
)
def smallest_change_nothing_reached(model, images, target, weights, steps, step_size, penalty="l2"):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"no penalty {penalty!r}")
    start = float_images(images).numpy()
    rows = np.arange(len(start))
    right = np.equal(predict(model, start).argmax(-1), np.asarray(target))
    tries = [
        optimize_to_class(model, start, target, steps, step_size, float(w), penalty)
        for w in weights
    ]
    pictures = np.stack([start, *(np.asarray(t.images) for t in tries)])
    reached = np.stack([right, *(np.asarray(t.success) & ~right for t in tries)])
    costs = np.stack([np.zeros(len(start)), *(np.asarray(t.change, np.float64) for t in tries)])
    choice = np.where(reached, costs, np.inf).argmin(axis=0)
    return Optimized(pictures[choice, rows], reached.any(axis=0), costs[choice, rows])


@right(
    "input_optimization.optimize_in_spectrum",
    how="Two separate variables for real and imaginary parts, np.hypot for the magnitudes",
)
def optimize_in_spectrum_two_separate_variables(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    before = float_images(images)
    b, h, w, c = before.shape
    own = np.broadcast_to(np.asarray(target), (b,)).astype(np.int64)
    real = np.zeros((b, c, h, w // 2 + 1), np.float32)
    imaginary = real.copy()
    seeds = (int(s) for s in np.random.SeedSequence(int(seed)).generate_state(steps + 1) // 2)

    def r_after(re, im):
        waves = tf.cast(fourier_images(tf.dtypes.complex(re, im), h, w), tf.float32)
        return tf.clip_by_value(before + waves, 0, 1)

    for n, view_seed in zip(range(steps), seeds):
        re, im = (tf.constant(real), tf.constant(imaginary))
        with tf.GradientTape() as tape:
            tape.watch([re, im])
            after = r_after(re, im)
            logits = model(random_view(after, view[0], view[1], view[2], view_seed), training=False)
            likely = tf.nn.log_softmax(logits, axis=-1)
            cost = -tf.gather(likely, own, batch_dims=1) + penalty_weight * change_penalty(
                after, before
            )
        d_re, d_im = (g.numpy().astype(np.float64) for g in tape.gradient(cost, [re, im]))
        for i in range(b):
            rms = np.sqrt(np.mean(np.hypot(d_re[i], d_im[i]) ** 2))
            if rms > 0:
                factor = step_size * (1 - n / steps) / rms
                real[i] -= factor * d_re[i]
                imaginary[i] -= factor * d_im[i]
    last = r_after(real, imaginary)
    winners = np.argmax(np.asarray(model(last, training=False)), axis=-1)
    return Optimized(last, winners == own, change_penalty(last, before, "l2"))


@right("input_optimization.change_penalty", how="Early returns and tf.image.total_variation")
def change_penalty_early_returns_tf(images, originals, kind="l2"):
    change = float_images(images) - float_images(originals)
    if kind == "l2":
        return tf.reduce_mean(change**2, axis=(1, 2, 3))
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=(1, 2, 3))
    if kind == "tv":
        _, h, w, c = tf.unstack(tf.shape(change))
        return tf.image.total_variation(change) / tf.cast(h * w * c, tf.float32)
    raise ValueError(f"no penalty {kind!r}")


@right(
    "input_optimization.optimize_to_class",
    how="The whole batch at once, with TensorFlow's sparse cross-entropy",
)
def optimize_to_class_whole_batch_once(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    originals = float_images(images)
    count = originals.shape[0]
    classes = np.broadcast_to(np.asarray(target), count)
    change_penalty(originals, originals, penalty)
    x = originals
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits = model(x, training=False)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
            loss += penalty_weight * change_penalty(x, originals, penalty)
        x = tf.clip_by_value(x - step_size * tape.gradient(loss, x), 0.0, 1.0)
    success = predict(model, x.numpy()).argmax(axis=1) == classes
    return Optimized(x, success, change_penalty(x, originals, penalty))


@right("input_optimization.smallest_change", how="Best so far, updated by boolean masks")
def smallest_change_best_so_far(model, images, target, weights, steps, step_size, penalty="l2"):
    x = float_images(images).numpy()
    change_penalty(x, x, penalty)
    classes = np.broadcast_to(np.asarray(target), len(x))
    already = predict(model, x).argmax(axis=1) == classes
    best, success, least = (x.copy(), already.copy(), np.where(already, 0.0, np.inf))
    for weight in weights:
        tried = optimize_to_class(model, x, target, steps, step_size, weight, penalty)
        change = np.asarray(tried.change)
        better = np.asarray(tried.success) & (change < least) & ~already
        best[better] = np.asarray(tried.images)[better]
        least[better], success[better] = (change[better], True)
    return Optimized(best, success, np.where(success, least, 0.0))


@right(
    "input_optimization.optimize_in_spectrum",
    how="Parts stacked along a leading axis, divide_no_nan for zeros",
)
def optimize_in_spectrum_parts_stacked_along(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    originals = float_images(images)
    count, height, width, channels = originals.shape
    classes = np.broadcast_to(np.asarray(target), count)
    parts = tf.zeros((2, count, channels, height, width // 2 + 1))
    rng = np.random.default_rng(seed)

    def picture(parts):
        change = fourier_images(tf.complex(parts[0], parts[1]), height, width)
        return tf.clip_by_value(originals + change, 0.0, 1.0)

    for n in range(steps):
        view_seed = int(rng.integers(2**31 - 1))
        with tf.GradientTape() as tape:
            tape.watch(parts)
            x = picture(parts)
            logits = model(random_view(x, *view, view_seed), training=False)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
            loss += penalty_weight * change_penalty(x, originals, "l2")
        slope = tape.gradient(loss, parts)
        power = tf.reduce_sum(slope**2, axis=0, keepdims=True)
        size = tf.sqrt(tf.reduce_mean(power, axis=(2, 3, 4), keepdims=True))
        parts -= step_size * (1 - n / steps) * tf.math.divide_no_nan(slope, size)
    x = picture(parts)
    success = predict(model, x.numpy()).argmax(axis=1) == classes
    return Optimized(x, success, change_penalty(x, originals, "l2"))
