# ruff: noqa: ANN001, ANN201, B905, F821
"""Right answers to `input_optimization` of a fourth round, each in another style."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Optimized, predict
from course.natural_images import fourier_images, random_view
from tests.answers.fresh import right


@right("input_optimization.change_penalty", how="numpy dict")
def change_penalty_numpy_dict(images, originals, kind="l2"):
    change = tf.subtract(images, originals)
    penalties = {
        "l2": lambda d: keras.ops.mean(d * d, axis=(1, 2, 3)),
        "l1": lambda d: keras.ops.mean(keras.ops.absolute(d), axis=(1, 2, 3)),
        "tv": lambda d: tf.image.total_variation(d) / np.prod(d.shape[1:]),
    }
    if kind not in penalties:
        raise ValueError(kind)
    return penalties[kind](change)


@right("input_optimization.optimize_to_class", how="keras loss sgd")
def optimize_to_class_keras_loss_sgd(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in {"l2", "l1", "tv"}:
        raise ValueError(penalty)
    start = np.array(images, dtype=np.float32)
    x = tf.Variable(start)
    y = np.broadcast_to(np.asarray(target), (len(start),))
    ce = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = ce(y, model(x, training=False)) + penalty_weight * tf.reduce_sum(
                change_penalty(x, start, penalty)
            )
        x.assign(tf.clip_by_value(x - step_size * tape.gradient(loss, x), 0, 1))
    success = tf.argmax(model(x, training=False), axis=1).numpy() == y
    return Optimized(
        images=x.numpy(), success=success, change=change_penalty(x, start, penalty).numpy()
    )


@right("input_optimization.difference_image", how="numpy")
def difference_image_numpy(originals, optimized):
    return np.subtract(optimized, originals)


@right("input_optimization.smallest_change", how="each alone")
def smallest_change_each_alone(model, images, target, weights, steps, step_size, penalty="l2"):
    change_penalty(np.zeros((1, 2, 2, 1), "float32"), np.zeros((1, 2, 2, 1), "float32"), penalty)
    images = np.array(images, dtype="float32")
    targets = np.broadcast_to(np.asarray(target), len(images))
    out = []
    for image, k in zip(images, targets):
        x = image[None]
        if predict(model, x)[0].argmax() == k:
            out.append((image, True, 0.0))
            continue
        tries = [optimize_to_class(model, x, int(k), steps, step_size, w, penalty) for w in weights]
        good = [(float(r.change[0]), np.asarray(r.images)[0]) for r in tries if bool(r.success[0])]
        if good:
            change, best = min(good, key=lambda pair: pair[0])
            out.append((best, True, change))
        else:
            out.append((image, False, 0.0))
    return Optimized(*(np.array(column) for column in zip(*out)))


@right("input_optimization.optimize_in_spectrum", how="complex tape")
def optimize_in_spectrum_complex_tape(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    x0 = tf.convert_to_tensor(images, tf.float32)
    b, h, w, c = x0.shape
    y = tf.fill([b], target) if np.ndim(target) == 0 else tf.convert_to_tensor(target)
    z = tf.zeros([b, c, h, w // 2 + 1], tf.complex64)
    x = x0
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            x = tf.clip_by_value(x0 + fourier_images(z, h, w), 0.0, 1.0)
            logits = model(random_view(x, *view, seed=1000003 * seed + n), training=False)
            ce = keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)
            loss = tf.reduce_sum(ce + penalty_weight * change_penalty(x, x0))
        g = tape.gradient(loss, z).numpy().astype(np.complex128)
        for i in range(b):
            size = np.sqrt(np.mean(np.abs(g[i]) ** 2))
            g[i] = g[i] / size if size else 0
        z = z - tf.cast(step_size * (1 - n / steps) * g, tf.complex64)
    if steps:
        x = tf.clip_by_value(x0 + fourier_images(z, h, w), 0.0, 1.0)
    success = np.argmax(predict(model, x.numpy()), axis=1) == np.asarray(y)
    return Optimized(x, success, change_penalty(x, x0))
