# ruff: noqa: ANN202, B905, E501, F821
"""Wrong answers to `input_optimization` of the fifth round: each breaks one promise."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from course.given import Optimized
from course.given.types import Classes, Images, Penalty, Values
from course.natural_images import fourier_images, random_view
from tests.answers.fresh import wrong


@wrong(
    "input_optimization.change_penalty",
    breaks="0 for no change (a smoothed absolute value is not), and the l1 is a mean of absolute changes",
)
def smoothed_absolute_value(images: Images, originals: Images, kind: Penalty = "l2") -> Values:
    d = tf.convert_to_tensor(images) - tf.convert_to_tensor(originals)
    size = tf.cast(tf.size(d[0]), d.dtype)
    if kind == "l1":
        return tf.reduce_sum(tf.sqrt(d * d + 1e-06), axis=(1, 2, 3)) / size
    if kind == "l2":
        return tf.reduce_sum(d * d, axis=(1, 2, 3)) / size
    if kind == "tv":
        return tf.image.total_variation(d) / size
    raise ValueError(kind)


@wrong(
    "input_optimization.optimize_to_class",
    breaks="The penalty of the change so far, from the originals (here from the step before: it never pulls)",
)
def penalty_from_the_step_before(
    model: keras.Model,
    images: Images,
    target: Classes,
    steps: int,
    step_size: float,
    penalty_weight: float,
    penalty: Penalty = "l2",
) -> Optimized:
    original = tf.convert_to_tensor(images, tf.float32)
    x = original
    k = np.broadcast_to(np.asarray(target), (x.shape[0],))
    before = x
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(k, model(x, training=False))
            loss += penalty_weight * change_penalty(x, before, penalty)
        before = tf.identity(x)
        x = tf.clip_by_value(x - step_size * tape.gradient(loss, x), 0, 1)
    success = np.argmax(model(x, training=False), axis=1) == k
    return Optimized(x, success, change_penalty(x, original, penalty))


@wrong(
    "input_optimization.smallest_change",
    breaks="For each image: here one weight for the whole batch, the first that all images succeed with",
)
def one_weight_for_all(
    model: keras.Model,
    images: Images,
    target: Classes,
    weights: Sequence[float],
    steps: int,
    step_size: float,
    penalty: Penalty = "l2",
) -> Optimized:
    images = np.asarray(images, dtype=np.float32)
    change_penalty(images, images, penalty)
    best = None
    for w in sorted(weights, reverse=True):
        r = optimize_to_class(model, images, target, steps, step_size, w, penalty)
        if np.all(r.success):
            best = r
            break
    if best is None:
        zero = np.zeros(len(images))
        return Optimized(images.copy(), zero.astype(bool), zero)
    return best


@wrong(
    "input_optimization.smallest_change",
    breaks="Least change by the chosen penalty (always measured by the l2)",
)
def least_by_l2(
    model: keras.Model,
    images: Images,
    target: Classes,
    weights: Sequence[float],
    steps: int,
    step_size: float,
    penalty: Penalty = "l2",
) -> Optimized:
    x = np.array(images, dtype=np.float32)
    k = np.broadcast_to(np.asarray(target), (len(x),))
    change_penalty(x, x, penalty)
    success = np.argmax(np.asarray(model(x, training=False)), axis=1) == k
    out, least = (x.copy(), np.where(success, 0, np.inf))
    for w in weights:
        r = optimize_to_class(model, x, k, steps, step_size, w, penalty)
        cost = np.asarray(change_penalty(r.images, x))
        better = np.asarray(r.success) & (cost < least)
        out[better], least[better] = (np.asarray(r.images)[better], cost[better])
        success |= better
    return Optimized(out, success, np.where(success, least, 0))


@wrong(
    "input_optimization.optimize_in_spectrum",
    breaks="Success tells of the images that are returned, not of a view",
)
def success_of_a_view(
    model: keras.Model,
    images: Images,
    target: Classes,
    steps: int,
    step_size: float,
    penalty_weight: float,
    seed: int,
    view: tuple[float, float, float] = (12.0, 8.0, 0.1),
) -> Optimized:
    original = tf.convert_to_tensor(images, tf.float32)
    b, h, w, c = original.shape
    k = np.broadcast_to(np.asarray(target), (b,))
    shape = (b, c, h, w // 2 + 1)
    re, im = (tf.Variable(tf.zeros(shape)), tf.Variable(tf.zeros(shape)))
    rng = np.random.default_rng(seed)

    def paint():
        return tf.clip_by_value(original + fourier_images(tf.complex(re, im), h, w), 0.0, 1.0)

    for n in range(steps):
        with tf.GradientTape() as tape:
            x = paint()
            seen = random_view(x, *view, int(rng.integers(2**31)))
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(k, model(seen, training=False))
            loss = loss + penalty_weight * change_penalty(x, original, "l2")
        gr, gi = tape.gradient(loss, [re, im])
        largest = tf.reduce_max(tf.maximum(tf.abs(gr), tf.abs(gi)), axis=(1, 2, 3), keepdims=True)
        gr, gi = (tf.math.divide_no_nan(gr, largest), tf.math.divide_no_nan(gi, largest))
        rms = tf.sqrt(tf.reduce_mean(gr**2 + gi**2, axis=(1, 2, 3), keepdims=True))
        rate = step_size * (1 - n / steps)
        re.assign_sub(rate * tf.math.divide_no_nan(gr, rms))
        im.assign_sub(rate * tf.math.divide_no_nan(gi, rms))
    x = paint()
    success = np.argmax(np.asarray(model(random_view(x, *view, seed), training=False)), axis=1) == k
    return Optimized(x, success, change_penalty(x, original, "l2"))


@wrong(
    "input_optimization.optimize_in_spectrum",
    breaks="Plain steps of a scaled gradient (this is Adam)",
)
def spectrum_by_adam(
    model: keras.Model,
    images: Images,
    target: Classes,
    steps: int,
    step_size: float,
    penalty_weight: float,
    seed: int,
    view: tuple[float, float, float] = (12.0, 8.0, 0.1),
) -> Optimized:
    original = tf.convert_to_tensor(images, tf.float32)
    b, h, w, c = original.shape
    k = np.broadcast_to(np.asarray(target), (b,))
    parts = [tf.Variable(tf.zeros((b, c, h, w // 2 + 1))) for _ in range(2)]
    adam = keras.optimizers.Adam(step_size)
    rng = np.random.default_rng(seed)
    x = original
    for n in range(steps):
        adam.learning_rate = step_size * (1 - n / steps)
        with tf.GradientTape() as tape:
            x = tf.clip_by_value(original + fourier_images(tf.complex(*parts), h, w), 0.0, 1.0)
            seen = random_view(x, *view, int(rng.integers(2**31)))
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(k, model(seen, training=False))
            loss += penalty_weight * change_penalty(x, original)
        adam.apply_gradients(zip(tape.gradient(loss, parts), parts))
    x = tf.clip_by_value(original + fourier_images(tf.complex(*parts), h, w), 0.0, 1.0)
    success = np.argmax(np.asarray(model(x, training=False)), axis=1) == k
    return Optimized(x, success, change_penalty(x, original))
