# ruff: noqa: ANN001, ANN201, ANN202, E501, F821
"""Right answers to `input_optimization` of round 17: each keeps all promises."""

import numpy as np
import tensorflow as tf

from tests.answers.fresh import right


@right(
    "input_optimization.change_penalty", how="A dictionary of functions, einsum for the squares."
)
def change_penalty_dictionary_functions_einsum(images, originals, kind="l2"):
    kinds = {
        "l2": lambda d: tf.einsum("bhwc,bhwc->b", d, d),
        "l1": lambda d: tf.norm(tf.reshape(d, (tf.shape(d)[0], -1)), ord=1, axis=1),
        "tv": tf.image.total_variation,
    }
    if kind not in kinds:
        raise ValueError(f"kind must be one of {list(kinds)}, not {kind!r}")
    d = tf.cast(images, tf.float32) - tf.cast(originals, tf.float32)
    return kinds[kind](d) / tf.cast(tf.size(d[0]), tf.float32)


@right(
    "input_optimization.optimize_to_class",
    how="Log-sum-exp minus the target's logit, images one after another.",
)
def optimize_to_class_log_sum_exp(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in {"l2", "l1", "tv"}:
        raise ValueError(f"penalty {penalty!r}")
    given = tf.cast(tf.convert_to_tensor(images), tf.float32)
    goals = np.broadcast_to(np.asarray(target), given.shape[0])
    pictures, wins, costs = ([], [], [])
    for i, k in enumerate(goals.tolist()):
        start = x = given[i : i + 1]
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(x)
                z = model(x, training=False)
                loss = tf.reduce_logsumexp(z, axis=1) - z[:, k]
                loss = loss + penalty_weight * change_penalty(x, start, penalty)
            x = tf.clip_by_value(x - step_size * tape.gradient(loss, x), 0.0, 1.0)
        pictures.append(x[0])
        wins.append(int(np.argmax(model(x, training=False)[0])) == k)
        costs.append(float(change_penalty(x, start, penalty)[0]))
    return Optimized(tf.stack(pictures), np.array(wins, bool), np.array(costs, np.float32))


@right("input_optimization.difference_image", how="Np.add with a negated array.")
def difference_image_np_add_negated(originals, optimized):
    return np.add(np.asarray(optimized, np.float32), np.negative(np.asarray(originals, np.float32)))


@right(
    "input_optimization.smallest_change",
    how="A candidate per weight and the start as another one, chosen by argmin over infinite costs.",
)
def smallest_change_candidate_per_weight(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    x = np.array(images, np.float32)
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"penalty {penalty!r}")
    begun = predict(model, x).argmax(axis=1) == np.asarray(target)
    candidates, costs = ([x], [np.where(begun, 0.0, np.finfo(float).max)])
    for weight in weights:
        run = optimize_to_class(model, x, target, steps, step_size, weight, penalty)
        candidates.append(np.asarray(run.images))
        costs.append(np.where(np.asarray(run.success), np.asarray(run.change), np.inf))
    costs = np.stack(costs)
    best = np.where(begun, 0, costs.argmin(axis=0))
    found = begun | (best > 0)
    rows = np.arange(len(x))
    change = np.where(begun | ~found, 0.0, costs[best, rows])
    return Optimized(np.stack(candidates)[best, rows], found, change)


@right(
    "input_optimization.optimize_in_spectrum",
    how="Two real arrays, the gain in NumPy (peak first, so that nothing underflows), the loss by log-sum-exp.",
)
def optimize_in_spectrum_peak_first_so(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    original = tf.cast(tf.convert_to_tensor(images), tf.float32)
    count, height, width, channels = original.shape
    goals = tf.broadcast_to(tf.cast(target, tf.int32), [count])
    shape = (count, channels, height, width // 2 + 1)
    waves = np.zeros((2, *shape), np.float32)
    rng = np.random.default_rng([seed, 3])

    def paint(pair):
        moved = fourier_images(tf.complex(pair[0], pair[1]), height, width)
        return tf.minimum(tf.maximum(original + tf.cast(moved, tf.float32), 0.0), 1.0)

    for n in range(steps):
        own = int(rng.integers(2**31))
        pair = tf.constant(waves)
        with tf.GradientTape() as tape:
            tape.watch(pair)
            x = tf.clip_by_value(
                original + fourier_images(tf.complex(pair[0], pair[1]), height, width), 0, 1
            )
            z = model(random_view(x, *view, own), training=False)
            loss = tf.reduce_logsumexp(z, axis=1) - tf.gather(z, goals, batch_dims=1)
            loss += penalty_weight * change_penalty(x, original, "l2")
        slope = tape.gradient(loss, pair).numpy().astype(np.float64)
        peak = np.abs(slope).max(axis=(0, 2, 3, 4), keepdims=True)
        slope = slope / np.where(peak > 0, peak, 1)
        power = np.mean(np.sum(slope**2, axis=0), axis=(1, 2, 3))[None, :, None, None, None]
        unit = slope / np.sqrt(np.where(power > 0, power, 1))
        waves = (waves - step_size * (1 - n / steps) * unit).astype(np.float32)
    x = paint(tf.constant(waves)) if steps else original
    success = np.argmax(np.asarray(model(x, training=False)), axis=1) == goals.numpy()
    return Optimized(x, success, change_penalty(x, original, "l2"))


@right(
    "input_optimization.difference_image", how="A one-line linear combination of a stacked pair."
)
def difference_image_line_linear_combination(originals, optimized):
    pair = tf.stack([tf.cast(originals, tf.float32), tf.cast(optimized, tf.float32)])
    return tf.tensordot(tf.constant([-1.0, 1.0]), pair, axes=1)
