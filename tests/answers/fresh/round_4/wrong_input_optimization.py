# ruff: noqa: ANN001, ANN201, ANN202, F821, F841
"""Wrong answers to `input_optimization` of a fourth round: each breaks one promise."""

import numpy as np
import tensorflow as tf

from course.given import Optimized, compiled, float_images, predict
from course.natural_images import fourier_images, random_view
from tests.answers.fresh import wrong


def _fourth_descend(model, images, originals, target, step_size, weight, penalty):
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = model(images, training=False)
        labels = tf.broadcast_to(tf.cast(target, tf.int32), [tf.shape(logits)[0]])
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        loss += tf.cast(weight, tf.float32) * change_penalty(images, originals, penalty)
    gradient = tape.gradient(loss, images)
    return tf.clip_by_value(images - tf.cast(step_size, tf.float32) * gradient, 0.0, 1.0)


_fourth_descend = compiled(_fourth_descend)


def _fourth_reached(model, images, target):
    return predict(model, np.asarray(images)).argmax(axis=-1) == np.asarray(target)


_fourth_view_logits = compiled(lambda model, images: model(images, training=False))


@wrong("input_optimization.change_penalty", breaks="No root is taken")
def change_penalty_l2_root(images, originals, kind="l2"):
    change = tf.convert_to_tensor(images) - tf.convert_to_tensor(originals)
    if kind == "l2":
        return tf.sqrt(tf.reduce_mean(tf.square(change), axis=[1, 2, 3]))
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=[1, 2, 3])
    if kind == "tv":
        size = tf.cast(tf.reduce_prod(tf.shape(change)[1:]), change.dtype)
        return tf.image.total_variation(change) / size
    raise ValueError("kind must be 'l2', 'l1' or 'tv'")


@wrong(
    "input_optimization.change_penalty",
    breaks="The total variation of the change, not of the images",
)
def change_penalty_tv_of_images(images, originals, kind="l2"):
    change = tf.convert_to_tensor(images) - tf.convert_to_tensor(originals)
    if kind == "l2":
        return tf.reduce_mean(tf.square(change), axis=[1, 2, 3])
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=[1, 2, 3])
    if kind == "tv":
        size = tf.cast(tf.reduce_prod(tf.shape(change)[1:]), change.dtype)
        return (
            tf.image.total_variation(tf.convert_to_tensor(images))
            - tf.image.total_variation(tf.convert_to_tensor(originals))
        ) / size
    raise ValueError("kind must be 'l2', 'l1' or 'tv'")


@wrong("input_optimization.change_penalty", breaks="Tv is divided by H · W · C")
def change_penalty_tv_hw(images, originals, kind="l2"):
    change = tf.convert_to_tensor(images) - tf.convert_to_tensor(originals)
    if kind == "l2":
        return tf.reduce_mean(tf.square(change), axis=[1, 2, 3])
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=[1, 2, 3])
    if kind == "tv":
        size = tf.cast(tf.reduce_prod(tf.shape(change)[1:3]), change.dtype)
        return tf.image.total_variation(change) / size
    raise ValueError("kind must be 'l2', 'l1' or 'tv'")


@wrong("input_optimization.optimize_to_class", breaks="The change so far, since the original")
def optimize_to_class_previous_step_penalty(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError("penalty must be 'l2', 'l1' or 'tv'")
    originals = float_images(images)
    current = originals
    for _ in range(steps):
        current = _fourth_descend(
            model, current, current, target, step_size, penalty_weight, penalty
        )
    success = _fourth_reached(model, current, target)
    return Optimized(current, success, change_penalty(current, originals, penalty))


@wrong("input_optimization.optimize_to_class", breaks="Success is of the returned images")
def optimize_to_class_success_before_last(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError("penalty must be 'l2', 'l1' or 'tv'")
    originals = float_images(images)
    current = originals
    for _ in range(steps):
        before = current
        current = _fourth_descend(
            model, current, originals, target, step_size, penalty_weight, penalty
        )
    success = _fourth_reached(model, before if steps else current, target)
    return Optimized(current, success, change_penalty(current, originals, penalty))


def _optimize_to_class_normalized_descend(
    model, images, originals, target, step_size, weight, penalty
):
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = model(images, training=False)
        labels = tf.broadcast_to(tf.cast(target, tf.int32), [tf.shape(logits)[0]])
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        loss += tf.cast(weight, tf.float32) * change_penalty(images, originals, penalty)
    gradient = tape.gradient(loss, images)
    gradient = gradient / (
        tf.sqrt(tf.reduce_mean(gradient**2, axis=[1, 2, 3], keepdims=True)) + 1e-12
    )
    return tf.clip_by_value(images - tf.cast(step_size, tf.float32) * gradient, 0.0, 1.0)


_optimize_to_class_normalized_descend = compiled(_optimize_to_class_normalized_descend)


@wrong("input_optimization.optimize_to_class", breaks="Plain gradient descent")
def optimize_to_class_normalized(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError("penalty must be 'l2', 'l1' or 'tv'")
    originals = float_images(images)
    current = originals
    for _ in range(steps):
        current = _optimize_to_class_normalized_descend(
            model, current, originals, target, step_size, penalty_weight, penalty
        )
    success = _fourth_reached(model, current, target)
    return Optimized(current, success, change_penalty(current, originals, penalty))


@wrong(
    "input_optimization.difference_image",
    breaks="In [−1, 1], 0 for no change, not shifted to [0, 1]",
)
def difference_image_for_display(originals, optimized):
    return 0.5 + (tf.convert_to_tensor(optimized) - tf.convert_to_tensor(originals)) / 2


@wrong("input_optimization.difference_image", breaks="Not scaled to the largest change")
def difference_image_scaled(originals, optimized):
    d = tf.convert_to_tensor(optimized) - tf.convert_to_tensor(originals)
    return d / (tf.reduce_max(tf.abs(d)) + 1e-09)


@wrong(
    "input_optimization.smallest_change",
    breaks="Success is true for an image already of the target",
)
def smallest_change_already_no_success(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError("penalty must be 'l2', 'l1' or 'tv'")
    originals = float_images(images)
    already = _fourth_reached(model, originals, target)
    best = np.array(originals)
    success = np.zeros(len(best), bool)
    change = np.where(already, 0.0, np.inf)
    for weight in weights:
        result = optimize_to_class(model, originals, target, steps, step_size, weight, penalty)
        candidate = np.asarray(result.change, dtype=np.float64)
        better = ~already & np.asarray(result.success) & (candidate < change)
        best[better] = np.asarray(result.images)[better]
        change[better] = candidate[better]
        success |= better
    return Optimized(best, success, np.where(success, change, 0.0))


@wrong(
    "input_optimization.smallest_change",
    breaks="The least change, not the largest weight that works",
)
def smallest_change_largest_weight(model, images, target, weights, steps, step_size, penalty="l2"):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError("penalty must be 'l2', 'l1' or 'tv'")
    originals = float_images(images)
    already = _fourth_reached(model, originals, target)
    best = np.array(originals)
    success = np.array(already)
    change = np.where(already, 0.0, np.inf)
    for weight in sorted(weights, reverse=True):
        result = optimize_to_class(model, originals, target, steps, step_size, weight, penalty)
        candidate = np.asarray(result.change, dtype=np.float64)
        better = ~already & np.asarray(result.success) & np.isinf(change)
        best[better] = np.asarray(result.images)[better]
        change[better] = candidate[better]
        success |= better
    return Optimized(best, success, np.where(success, change, 0.0))


@wrong("input_optimization.smallest_change", breaks="Among its successful results")
def smallest_change_ignores_success(model, images, target, weights, steps, step_size, penalty="l2"):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError("penalty must be 'l2', 'l1' or 'tv'")
    originals = float_images(images)
    already = _fourth_reached(model, originals, target)
    best = np.array(originals)
    success = np.array(already)
    change = np.where(already, 0.0, np.inf)
    for weight in weights:
        result = optimize_to_class(model, originals, target, steps, step_size, weight, penalty)
        candidate = np.asarray(result.change, dtype=np.float64)
        better = ~already & (candidate < change)
        best[better] = np.asarray(result.images)[better]
        change[better] = candidate[better]
        success |= better
    return Optimized(best, success, np.where(success, change, 0.0))


@wrong("input_optimization.smallest_change", breaks="Each weight starts from the original images")
def smallest_change_starts_from_last(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError("penalty must be 'l2', 'l1' or 'tv'")
    originals = float_images(images)
    already = _fourth_reached(model, originals, target)
    best = np.array(originals)
    success = np.array(already)
    change = np.where(already, 0.0, np.inf)
    current = originals
    for weight in weights:
        result = optimize_to_class(model, current, target, steps, step_size, weight, penalty)
        current = result.images
        candidate = np.asarray(change_penalty(result.images, originals, penalty), dtype=np.float64)
        better = ~already & np.asarray(result.success) & (candidate < change)
        best[better] = np.asarray(result.images)[better]
        change[better] = candidate[better]
        success |= better
    return Optimized(best, success, np.where(success, change, 0.0))


@wrong(
    "input_optimization.optimize_in_spectrum",
    breaks="The rms of the magnitudes, not of real and imaginary numbers",
)
def optimize_in_spectrum_rms_of_parts(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    originals = float_images(images)
    count, height, width, channels = originals.shape
    shape = (count, channels, height, width // 2 + 1)
    real, imaginary = (tf.zeros(shape), tf.zeros(shape))
    labels = tf.broadcast_to(tf.cast(target, tf.int32), [count])
    seeds = np.random.default_rng(seed).integers(0, 2**31 - 1, size=steps)

    def draw(real, imaginary):
        change = fourier_images(tf.complex(real, imaginary), height, width)
        return tf.clip_by_value(originals + change, 0.0, 1.0)

    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch([real, imaginary])
            current = draw(real, imaginary)
            seen = random_view(current, *view, seed=int(seeds[n]))
            logits = _fourth_view_logits(model, seen)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            loss += penalty_weight * change_penalty(current, originals, "l2")
        a, b = tape.gradient(loss, [real, imaginary])
        largest = tf.reduce_max(tf.maximum(tf.abs(a), tf.abs(b)), axis=[1, 2, 3], keepdims=True)
        a, b = (tf.math.divide_no_nan(a, largest), tf.math.divide_no_nan(b, largest))
        rms = tf.sqrt(tf.reduce_mean((a**2 + b**2) / 2, axis=[1, 2, 3], keepdims=True))
        size = step_size * (1 - n / steps)
        real = real - size * tf.math.divide_no_nan(a, rms)
        imaginary = imaginary - size * tf.math.divide_no_nan(b, rms)
    current = draw(real, imaginary) if steps else originals
    success = _fourth_reached(model, current, target)
    return Optimized(current, success, change_penalty(current, originals, "l2"))


@wrong(
    "input_optimization.optimize_in_spectrum",
    breaks="One scale for real and imaginary parts together",
)
def optimize_in_spectrum_parts_separate(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    originals = float_images(images)
    count, height, width, channels = originals.shape
    shape = (count, channels, height, width // 2 + 1)
    real, imaginary = (tf.zeros(shape), tf.zeros(shape))
    labels = tf.broadcast_to(tf.cast(target, tf.int32), [count])
    seeds = np.random.default_rng(seed).integers(0, 2**31 - 1, size=steps)

    def draw(real, imaginary):
        change = fourier_images(tf.complex(real, imaginary), height, width)
        return tf.clip_by_value(originals + change, 0.0, 1.0)

    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch([real, imaginary])
            current = draw(real, imaginary)
            seen = random_view(current, *view, seed=int(seeds[n]))
            logits = _fourth_view_logits(model, seen)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            loss += penalty_weight * change_penalty(current, originals, "l2")
        a, b = tape.gradient(loss, [real, imaginary])
        largest = tf.reduce_max(tf.maximum(tf.abs(a), tf.abs(b)), axis=[1, 2, 3], keepdims=True)
        a, b = (tf.math.divide_no_nan(a, largest), tf.math.divide_no_nan(b, largest))
        rms = tf.sqrt(tf.reduce_mean(a**2 + b**2, axis=[1, 2, 3], keepdims=True))
        size = step_size * (1 - n / steps)
        real = real - size * tf.math.divide_no_nan(a, rms)
        rms = tf.sqrt(tf.reduce_mean(2 * b**2, axis=[1, 2, 3], keepdims=True))
        imaginary = imaginary - size * tf.math.divide_no_nan(b, rms)
    current = draw(real, imaginary) if steps else originals
    success = _fourth_reached(model, current, target)
    return Optimized(current, success, change_penalty(current, originals, "l2"))


@wrong(
    "input_optimization.optimize_in_spectrum",
    breaks="The penalty is that of the images, not of a view",
)
def optimize_in_spectrum_penalty_of_view(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    originals = float_images(images)
    count, height, width, channels = originals.shape
    shape = (count, channels, height, width // 2 + 1)
    real, imaginary = (tf.zeros(shape), tf.zeros(shape))
    labels = tf.broadcast_to(tf.cast(target, tf.int32), [count])
    seeds = np.random.default_rng(seed).integers(0, 2**31 - 1, size=steps)

    def draw(real, imaginary):
        change = fourier_images(tf.complex(real, imaginary), height, width)
        return tf.clip_by_value(originals + change, 0.0, 1.0)

    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch([real, imaginary])
            current = draw(real, imaginary)
            seen = random_view(current, *view, seed=int(seeds[n]))
            logits = _fourth_view_logits(model, seen)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            loss += penalty_weight * change_penalty(seen, originals, "l2")
        a, b = tape.gradient(loss, [real, imaginary])
        largest = tf.reduce_max(tf.maximum(tf.abs(a), tf.abs(b)), axis=[1, 2, 3], keepdims=True)
        a, b = (tf.math.divide_no_nan(a, largest), tf.math.divide_no_nan(b, largest))
        rms = tf.sqrt(tf.reduce_mean(a**2 + b**2, axis=[1, 2, 3], keepdims=True))
        size = step_size * (1 - n / steps)
        real = real - size * tf.math.divide_no_nan(a, rms)
        imaginary = imaginary - size * tf.math.divide_no_nan(b, rms)
    current = draw(real, imaginary) if steps else originals
    success = _fourth_reached(model, current, target)
    return Optimized(current, success, change_penalty(current, originals, "l2"))


@wrong(
    "input_optimization.optimize_in_spectrum", breaks="Gradient with respect to the imaginary part"
)
def optimize_in_spectrum_conjugate(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    originals = float_images(images)
    count, height, width, channels = originals.shape
    shape = (count, channels, height, width // 2 + 1)
    real, imaginary = (tf.zeros(shape), tf.zeros(shape))
    labels = tf.broadcast_to(tf.cast(target, tf.int32), [count])
    seeds = np.random.default_rng(seed).integers(0, 2**31 - 1, size=steps)

    def draw(real, imaginary):
        change = fourier_images(tf.complex(real, imaginary), height, width)
        return tf.clip_by_value(originals + change, 0.0, 1.0)

    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch([real, imaginary])
            current = draw(real, imaginary)
            seen = random_view(current, *view, seed=int(seeds[n]))
            logits = _fourth_view_logits(model, seen)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            loss += penalty_weight * change_penalty(current, originals, "l2")
        a, b = tape.gradient(loss, [real, imaginary])
        largest = tf.reduce_max(tf.maximum(tf.abs(a), tf.abs(b)), axis=[1, 2, 3], keepdims=True)
        a, b = (tf.math.divide_no_nan(a, largest), tf.math.divide_no_nan(b, largest))
        rms = tf.sqrt(tf.reduce_mean(a**2 + b**2, axis=[1, 2, 3], keepdims=True))
        size = step_size * (1 - n / steps)
        real = real - size * tf.math.divide_no_nan(a, rms)
        imaginary = imaginary + size * tf.math.divide_no_nan(b, rms)
    current = draw(real, imaginary) if steps else originals
    success = _fourth_reached(model, current, target)
    return Optimized(current, success, change_penalty(current, originals, "l2"))


@wrong("input_optimization.optimize_in_spectrum", breaks="Each image by its own view")
def optimize_in_spectrum_one_view_for_batch(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    originals = float_images(images)
    count, height, width, channels = originals.shape
    shape = (count, channels, height, width // 2 + 1)
    real, imaginary = (tf.zeros(shape), tf.zeros(shape))
    labels = tf.broadcast_to(tf.cast(target, tf.int32), [count])
    seeds = np.random.default_rng(seed).integers(0, 2**31 - 1, size=steps)

    def draw(real, imaginary):
        change = fourier_images(tf.complex(real, imaginary), height, width)
        return tf.clip_by_value(originals + change, 0.0, 1.0)

    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch([real, imaginary])
            current = draw(real, imaginary)
            seen = tf.concat(
                [random_view(current[i : i + 1], *view, seed=int(seeds[n])) for i in range(count)],
                axis=0,
            )
            logits = _fourth_view_logits(model, seen)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            loss += penalty_weight * change_penalty(current, originals, "l2")
        a, b = tape.gradient(loss, [real, imaginary])
        largest = tf.reduce_max(tf.maximum(tf.abs(a), tf.abs(b)), axis=[1, 2, 3], keepdims=True)
        a, b = (tf.math.divide_no_nan(a, largest), tf.math.divide_no_nan(b, largest))
        rms = tf.sqrt(tf.reduce_mean(a**2 + b**2, axis=[1, 2, 3], keepdims=True))
        size = step_size * (1 - n / steps)
        real = real - size * tf.math.divide_no_nan(a, rms)
        imaginary = imaginary - size * tf.math.divide_no_nan(b, rms)
    current = draw(real, imaginary) if steps else originals
    success = _fourth_reached(model, current, target)
    return Optimized(current, success, change_penalty(current, originals, "l2"))


@wrong("input_optimization.optimize_in_spectrum", breaks="A gradient of zeros stays zeros")
def optimize_in_spectrum_nan_on_zero(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    originals = float_images(images)
    count, height, width, channels = originals.shape
    shape = (count, channels, height, width // 2 + 1)
    real, imaginary = (tf.zeros(shape), tf.zeros(shape))
    labels = tf.broadcast_to(tf.cast(target, tf.int32), [count])
    seeds = np.random.default_rng(seed).integers(0, 2**31 - 1, size=steps)

    def draw(real, imaginary):
        change = fourier_images(tf.complex(real, imaginary), height, width)
        return tf.clip_by_value(originals + change, 0.0, 1.0)

    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch([real, imaginary])
            current = draw(real, imaginary)
            seen = random_view(current, *view, seed=int(seeds[n]))
            logits = _fourth_view_logits(model, seen)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            loss += penalty_weight * change_penalty(current, originals, "l2")
        a, b = tape.gradient(loss, [real, imaginary])
        largest = tf.reduce_max(tf.maximum(tf.abs(a), tf.abs(b)), axis=[1, 2, 3], keepdims=True)
        pass
        rms = tf.sqrt(tf.reduce_mean(a**2 + b**2, axis=[1, 2, 3], keepdims=True))
        size = step_size * (1 - n / steps)
        real = real - size * (a / rms)
        imaginary = imaginary - size * (b / rms)
    current = draw(real, imaginary) if steps else originals
    success = _fourth_reached(model, current, target)
    return Optimized(current, success, change_penalty(current, originals, "l2"))
