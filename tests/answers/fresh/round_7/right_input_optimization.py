# ruff: noqa: ANN001, ANN201, ANN202, F821
"""Right answers to `input_optimization` of the seventh round: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Optimized, float_images, predict
from course.natural_images import fourier_images, random_view
from tests.answers.fresh import right


@right("input_optimization.change_penalty", how="Keras.ops; the neighbours' differences by slices")
def change_penalty_keras_ops_neighbours(images, originals, kind="l2"):
    ops = keras.ops
    d = ops.convert_to_tensor(images) - ops.convert_to_tensor(originals)
    match kind:
        case "l2":
            parts = [ops.square(d)]
        case "l1":
            parts = [ops.abs(d)]
        case "tv":
            parts = [ops.abs(d[:, 1:] - d[:, :-1]), ops.abs(d[:, :, 1:] - d[:, :, :-1])]
        case _:
            raise ValueError(f"unknown kind of penalty: {kind!r}")
    return sum(ops.sum(part, axis=(1, 2, 3)) for part in parts) / float(np.prod(d.shape[1:]))


@right(
    "input_optimization.change_penalty",
    how="Norms of flat changes, the means by dividing through the count",
)
def change_penalty_norms_flat_changes(images, originals, kind="l2"):
    if kind not in {"l1", "l2", "tv"}:
        raise ValueError(f"kind must be l1, l2 or tv, not {kind!r}")
    d = tf.subtract(tf.convert_to_tensor(images), tf.convert_to_tensor(originals))
    size = tf.cast(tf.size(d[0]), d.dtype)
    if kind == "tv":
        return tf.image.total_variation(d) / size
    flat = tf.reshape(d, [tf.shape(d)[0], -1])
    return (
        tf.norm(flat, ord=1, axis=1) if kind == "l1" else tf.einsum("bi,bi->b", flat, flat)
    ) / size


@right(
    "input_optimization.optimize_to_class",
    how="The gradient of the cross-entropy by hand (softmax minus one-hot), started at the logits",
)
def optimize_to_class_softmax_minus_hot(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"unknown penalty {penalty!r}")
    originals = float_images(images)
    wanted = tf.broadcast_to(tf.cast(target, tf.int32), [originals.shape[0]])
    x = tf.identity(originals)
    for _ in range(steps):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            logits = model(x, training=False)
            cost = change_penalty(x, originals, penalty)
        error = tf.nn.softmax(logits) - tf.one_hot(wanted, logits.shape[1])
        slope = tape.gradient(logits, x, output_gradients=error)
        slope += penalty_weight * tape.gradient(cost, x)
        x = tf.clip_by_value(x - step_size * slope, 0, 1)
    success = tf.argmax(predict(model, x), axis=-1, output_type=tf.int32) == wanted
    return Optimized(x, success, change_penalty(x, originals, penalty))


@right(
    "input_optimization.optimize_to_class",
    how="Keras' SGD with a variable; the cross-entropy by log_softmax",
)
def optimize_to_class_keras_sgd_variable(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    originals = float_images(images)
    wanted = np.broadcast_to(np.asarray(target), len(originals)).astype(np.int32)
    change_penalty(originals, originals, penalty)
    x = tf.Variable(originals)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            each = tf.nn.log_softmax(model(tf.identity(x), training=False))
            loss = -tf.reduce_sum(tf.gather(each, wanted, batch_dims=1))
            loss += penalty_weight * tf.reduce_sum(
                change_penalty(tf.identity(x), originals, penalty)
            )
        x.assign_sub(step_size * tape.gradient(loss, x))
        x.assign(tf.clip_by_value(x, 0.0, 1.0))
    final = x.numpy()
    success = predict(model, final).argmax(-1) == wanted
    return Optimized(final, success, change_penalty(final, originals, penalty))


@right("input_optimization.difference_image", how="Keras.ops")
def difference_image_keras_ops(originals, optimized):
    return keras.ops.subtract(optimized, originals)


@right("input_optimization.difference_image", how="Added with weights −1 and 1")
def difference_image_added_weights(originals, optimized):
    return np.einsum("i,ibhwc->bhwc", [-1.0, 1.0], np.stack([originals, optimized])).astype(
        "float32"
    )


@right(
    "input_optimization.smallest_change",
    how='All results stacked, with "unchanged" as one of them, and one argmin',
)
def smallest_change_results_stacked_unchanged(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    start = np.array(images, np.float32)
    change_penalty(start, start, penalty)
    right = predict(model, start).argmax(-1) == np.broadcast_to(np.asarray(target), len(start))
    results = [
        optimize_to_class(model, start, target, steps, step_size, w, penalty) for w in list(weights)
    ]
    works = np.stack([right] + [np.asarray(r.success) & ~right for r in results])
    sizes = np.stack([np.zeros(len(start))] + [np.asarray(r.change) for r in results])
    pictures = np.stack([start] + [np.asarray(r.images) for r in results])
    best, each = (np.where(works, sizes, np.inf).argmin(0), np.arange(len(start)))
    success = works.any(0)
    return Optimized(pictures[best, each], success, np.where(success, sizes[best, each], 0.0))


@right("input_optimization.smallest_change", how="Functools.reduce over results, in TensorFlow")
def smallest_change_functools_reduce_over(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    from functools import reduce

    start = float_images(images)
    zero = tf.cast(change_penalty(start, start, penalty), tf.float32)
    wanted = tf.broadcast_to(tf.cast(target, tf.int32), [start.shape[0]])
    done = tf.argmax(predict(model, start), -1, output_type=tf.int32) == wanted

    def better(best, weight):
        new = optimize_to_class(model, start, target, steps, step_size, weight, penalty)
        size = tf.cast(new.change, tf.float32)
        take = tf.convert_to_tensor(new.success) & (~best.success | (size < best.change))
        return Optimized(
            tf.where(take[:, None, None, None], new.images, best.images),
            best.success | take,
            tf.where(take, size, best.change),
        )

    best = reduce(better, weights, Optimized(start, tf.zeros_like(done), zero))
    return Optimized(
        tf.where(done[:, None, None, None], start, best.images),
        best.success | done,
        tf.where(done, zero, best.change),
    )


@right(
    "input_optimization.optimize_in_spectrum",
    how="Real and imaginary parts as two tensors, one tape",
)
def optimize_in_spectrum_real_imaginary_parts(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    originals = float_images(images)
    count, height, width, channels = originals.shape
    labels = tf.broadcast_to(tf.cast(target, tf.int32), [count])
    shape = (count, channels, height, width // 2 + 1)
    real, imag = (tf.zeros(shape), tf.zeros(shape))
    rng = np.random.default_rng(seed)

    def picture(real, imag):
        change = fourier_images(tf.complex(real, imag), height, width)
        return tf.clip_by_value(originals + tf.cast(change, tf.float32), 0.0, 1.0)

    for n in range(steps):
        view_seed = int(rng.integers(2**31))
        with tf.GradientTape() as tape:
            tape.watch([real, imag])
            x = picture(real, imag)
            seen = random_view(x, *view, seed=view_seed)
            logits = model(seen, training=False)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss += penalty_weight * change_penalty(x, originals, "l2")
        down_real, down_imag = tape.gradient(loss, [real, imag])
        size = tf.sqrt(tf.reduce_mean(down_real**2 + down_imag**2, axis=[1, 2, 3], keepdims=True))
        scale = tf.math.divide_no_nan(float(step_size) * (1 - n / steps), size)
        real, imag = (real - scale * down_real, imag - scale * down_imag)
    x = picture(real, imag) if steps else originals
    success = predict(model, x).argmax(-1) == labels.numpy()
    return Optimized(x, success, change_penalty(x, originals, "l2"))


@right(
    "input_optimization.optimize_in_spectrum",
    how="One complex tensor: TensorFlow's gradient of it holds both parts",
)
def optimize_in_spectrum_complex_tensor_tensorflow(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    originals = float_images(images)
    count, height, width, channels = originals.shape
    wanted = tf.broadcast_to(tf.cast(target, tf.int32), [count])
    spectrum = tf.zeros((count, channels, height, width // 2 + 1), tf.complex64)
    seeds = np.random.SeedSequence(int(seed)).generate_state(max(1, steps))
    x = originals
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(spectrum)
            change = tf.cast(fourier_images(spectrum, height, width), tf.float32)
            x = tf.clip_by_value(originals + change, 0, 1)
            logits = model(random_view(x, *view, int(seeds[n])), training=False)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, logits)
            loss = loss + penalty_weight * change_penalty(x, originals)
        slope = tape.gradient(loss, spectrum)
        size = tf.sqrt(tf.reduce_mean(tf.abs(slope) ** 2, axis=[1, 2, 3], keepdims=True))
        factor = tf.math.divide_no_nan(float(step_size) * (1 - n / steps), size)
        spectrum = spectrum - tf.cast(factor, tf.complex64) * slope
        change = tf.cast(fourier_images(spectrum, height, width), tf.float32)
        x = tf.clip_by_value(originals + change, 0, 1)
    success = predict(model, x).argmax(axis=-1) == np.asarray(wanted)
    return Optimized(x, success, change_penalty(x, originals, "l2"))
