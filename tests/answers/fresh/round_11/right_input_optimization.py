# ruff: noqa: ANN001, ANN201, ANN202, ANN204, E501, F821
"""Right answers to `input_optimization` of round 11: each keeps all promises."""

import operator

import keras
import numpy as np
import tensorflow as tf
from scipy.special import softmax

from course.given import Optimized, float_images, predict
from tests.answers.fresh import right

PENALTY_TABLE = {
    "l2": lambda d: keras.ops.mean(keras.ops.square(d), axis=(1, 2, 3)),
    "l1": lambda d: keras.ops.mean(keras.ops.abs(d), axis=(1, 2, 3)),
    "tv": lambda d: (
        (
            keras.ops.sum(keras.ops.abs(d[:, 1:] - d[:, :-1]), axis=(1, 2, 3))
            + keras.ops.sum(keras.ops.abs(d[:, :, 1:] - d[:, :, :-1]), axis=(1, 2, 3))
        )
        / (d.shape[1] * d.shape[2] * d.shape[3])
    ),
}


@right("input_optimization.change_penalty", how="A table of Keras ops, total variation from diffs.")
def change_penalty_table_keras_ops(images, originals, kind="l2"):
    if kind not in PENALTY_TABLE:
        raise ValueError(f"kind must be one of {', '.join(PENALTY_TABLE)}, not {kind!r}")
    change = keras.ops.cast(images, "float32") - keras.ops.cast(originals, "float32")
    return PENALTY_TABLE[kind](change)


def slope_of_penalty(change, kind):
    if kind == "l2":
        slope = 2 * change
    elif kind == "l1":
        slope = np.sign(change)
    else:
        slope = np.zeros_like(change)
        for axis in (1, 2):
            one = np.moveaxis(change, axis, 0)
            edge = np.sign(np.diff(one, axis=0))
            into = np.moveaxis(slope, axis, 0)
            into[1:] += edge
            into[:-1] -= edge
    return slope / change[0].size


@right(
    "input_optimization.optimize_to_class",
    how="The slopes of cross-entropy and penalty by hand; TensorFlow only for the product with the network's Jacobian.",
)
def optimize_to_class_slopes_cross_entropy(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"no penalty {penalty!r}")
    originals = np.array(images, np.float32)
    classes = np.broadcast_to(np.asarray(target), len(originals))
    rows = np.arange(len(originals))
    x = originals.copy()
    for _ in range(steps):
        seen = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(seen)
            logits = model(seen, training=False)
        error = softmax(logits.numpy().astype(float), axis=-1)
        error[rows, classes] -= 1
        slope = tape.gradient(logits, seen, output_gradients=tf.constant(error, logits.dtype))
        slope = slope.numpy() + penalty_weight * slope_of_penalty(x - originals, penalty)
        x = np.clip(x - step_size * slope, 0, 1).astype(np.float32)
    success = np.asarray(model(x, training=False)).argmax(axis=-1) == classes
    return Optimized(x, success, change_penalty(x, originals, penalty))


@right("input_optimization.difference_image", how="Operator.sub on double precision.")
def difference_image_operator_sub_double(originals, optimized):
    before, after = (np.asarray(one, np.float64) for one in (originals, optimized))
    return operator.sub(after, before)


@right(
    "input_optimization.smallest_change",
    how="All results in one stack; the choice is an argmin with infinity for failures.",
)
def smallest_change_results_stack_choice(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    images = np.asarray(images, np.float32)
    tried = [
        optimize_to_class(model, images, target, steps, step_size, float(weight), penalty)
        for weight in weights
    ]
    there = predict(model, images).argmax(-1) == np.broadcast_to(target, len(images))
    pictures = np.stack([images, *(np.asarray(one.images) for one in tried)])
    works = np.stack([there, *(np.asarray(one.success) for one in tried)])
    costs = np.stack([np.zeros(len(images)), *(np.asarray(one.change) for one in tried)])
    best = np.where(works, costs, np.inf).argmin(axis=0)
    best = np.where(there | ~works.any(axis=0), 0, best)
    rows = np.arange(len(images))
    return Optimized(pictures[best, rows], works.any(axis=0), costs[best, rows])


class SpectralWalk:
    def __init__(self, model, images, target):
        self.model, self.originals = (model, float_images(images))
        self.size = self.originals.shape[1:3]
        self.target = tf.broadcast_to(tf.cast(target, tf.int32), (len(self.originals),))

    def paint(self, parts):
        change = fourier_images(tf.complex(parts[..., 0], parts[..., 1]), *self.size)
        return tf.clip_by_value(self.originals + tf.cast(change, tf.float32), 0.0, 1.0)

    def slope(self, parts, weight, view, seed):
        with tf.GradientTape() as tape:
            tape.watch(parts)
            images = self.paint(parts)
            logits = self.model(random_view(images, *view, seed), training=False)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(self.target, logits)
            loss += weight * tf.reduce_mean((images - self.originals) ** 2, axis=(1, 2, 3))
        return tape.gradient(loss, parts)


@right(
    "input_optimization.optimize_in_spectrum",
    how="Real and imaginary parts as the last axis of one real tensor; magnitudes by a norm.",
)
def optimize_in_spectrum_real_imaginary_parts(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    walk = SpectralWalk(model, images, target)
    count, height, width, channels = walk.originals.shape
    parts = tf.zeros((count, channels, height, width // 2 + 1, 2))
    chance = np.random.default_rng([seed, 12])
    for n in range(steps):
        slope = walk.slope(parts, penalty_weight, view, int(chance.integers(2**60)))
        slope = tf.cast(slope, tf.float64)
        magnitude = tf.norm(slope, axis=-1)
        size = tf.sqrt(tf.reduce_mean(magnitude**2, axis=(1, 2, 3)))[:, None, None, None, None]
        step = step_size * (1 - n / steps)
        parts = parts - tf.cast(step * tf.math.divide_no_nan(slope, size), tf.float32)
    last = walk.paint(parts)
    success = tf.argmax(model(last, training=False), -1, output_type=tf.int32) == walk.target
    return Optimized(last, success, change_penalty(last, walk.originals, "l2"))


@right(
    "input_optimization.optimize_to_class",
    how="One graph for the whole descent: tf.while_loop, cross-entropy as logsumexp minus the target's logit.",
)
def optimize_to_class_graph_whole_descent(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    originals = float_images(images)
    classes = tf.zeros(len(originals), tf.int32) + tf.cast(target, tf.int32)
    if penalty not in {"l1", "l2", "tv"}:
        raise ValueError(f"penalty {penalty!r} is unknown")

    def descend(n, x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits = tf.cast(model(x, training=False), tf.float32)
            cost = tf.reduce_logsumexp(logits, axis=-1) - tf.gather(logits, classes, batch_dims=1)
            cost += float(penalty_weight) * change_penalty(x, originals, penalty)
        slope = tape.gradient(cost, x)
        return (n + 1, tf.clip_by_value(x - float(step_size) * slope, 0.0, 1.0))

    @tf.function(autograph=False)
    def run(x):
        return tf.while_loop(lambda n, x: n < steps, descend, (tf.constant(0), x))[1]

    last = run(originals)
    best = tf.argmax(model(last, training=False), axis=-1, output_type=tf.int32)
    return Optimized(last, tf.equal(best, classes), change_penalty(last, originals, penalty))
