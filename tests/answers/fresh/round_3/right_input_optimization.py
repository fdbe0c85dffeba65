# ruff: noqa: ANN001, ANN201, ANN202, B905, F821
"""More right answers to `input_optimization`, of a later round, each in another style."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Optimized, predict
from tests.answers.fresh import right


def _third_classes(target, count):
    return np.broadcast_to(np.asarray(target, np.int32), (count,))


@right(
    "input_optimization.optimize_to_class", how="keras SGD on a variable, keras loss from logits"
)
def optimize_to_class_sgd_variable(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    o = tf.convert_to_tensor(images, tf.float32)
    change_penalty(o, o, penalty)
    k = tf.constant(_third_classes(target, o.shape[0]))
    v = tf.Variable(o)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            ce = keras.losses.sparse_categorical_crossentropy(
                k, model(v, training=False), from_logits=True
            )
            loss = tf.reduce_sum(ce + penalty_weight * change_penalty(v, o, penalty))
        v.assign_sub(step_size * tape.gradient(loss, v))
        v.assign(tf.clip_by_value(v, 0, 1))
    x = tf.identity(v)
    return Optimized(
        x, tf.argmax(model(x, training=False), 1, tf.int32) == k, change_penalty(x, o, penalty)
    )


@right("input_optimization.optimize_to_class", how="image by image, log_softmax, NumPy")
def optimize_to_class_one_image_at_a_time(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in {"l1", "l2", "tv"}:
        raise ValueError("penalty")
    images = np.asarray(images, np.float32)
    new, ok = ([], [])
    for image, k in zip(images, _third_classes(target, len(images))):
        x = image[None]
        for _ in range(steps):
            v = tf.constant(x)
            with tf.GradientTape() as tape:
                tape.watch(v)
                loss = (
                    -tf.nn.log_softmax(model(v, training=False))[0, int(k)]
                    + penalty_weight * change_penalty(v, image[None], penalty)[0]
                )
            x = np.clip(x - step_size * tape.gradient(loss, v).numpy(), 0, 1).astype(np.float32)
        new.append(x[0])
        ok.append(int(np.argmax(model(x, training=False)[0])) == k)
    new = np.array(new)
    return Optimized(new, np.array(ok), change_penalty(new, images, penalty))


@right("input_optimization.difference_image", how="tf.subtract")
def difference_image_tf_subtract(originals, optimized):
    return tf.subtract(tf.cast(optimized, tf.float32), tf.cast(originals, tf.float32))


@right("input_optimization.smallest_change", how="all results stacked, argmin of masked changes")
def smallest_change_argmin_stack(model, images, target, weights, steps, step_size, penalty="l2"):
    change_penalty(np.zeros((1, 2, 2, 1), np.float32), np.zeros((1, 2, 2, 1), np.float32), penalty)
    x = np.asarray(images, np.float32)
    k = _third_classes(target, len(x))
    start = predict(model, x).argmax(-1) == k
    rs = [Optimized(x, start, np.zeros(len(x)))] + [
        optimize_to_class(model, x, target, steps, step_size, w, penalty) for w in weights
    ]
    ok = np.stack([np.asarray(r.success) for r in rs])
    cost = np.where(ok, np.stack([np.asarray(r.change) for r in rs]), np.inf)
    cost[0, start] = -1
    i = cost.argmin(0)
    any_ok = ok.any(0)
    i[~any_ok] = 0
    rows = np.arange(len(x))
    return Optimized(
        np.stack([np.asarray(r.images) for r in rs])[i, rows],
        any_ok,
        np.maximum(np.where(any_ok, cost[i, rows], 0), 0),
    )
