"""Other ways to be right in 2.3, by task."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from course.given import Optimized, compiled
from solutions.input_optimization import change_penalty, optimize_to_class
from tests.answers.right import answer

# --- change_penalty -------------------------------------------------------------------------------


@answer("input_optimization.change_penalty")
def penalty_in_rows_of_float64(images: Any, originals: Any, kind: str = "l2") -> Any:
    change = tf.cast(images, tf.float64) - tf.cast(originals, tf.float64)
    count, height, width, channels = change.shape
    rows = tf.reshape(change, (count, height * width * channels))
    match kind:
        case "l2":
            return tf.einsum("bi,bi->b", rows, rows) / rows.shape[1]
        case "l1":
            return tf.norm(rows, ord=1, axis=1) / rows.shape[1]
        case "tv":
            rows = (
                tf.experimental.numpy.diff(change, axis=1),
                tf.experimental.numpy.diff(change, axis=2),
            )
            return sum(tf.reduce_sum(abs(one), (1, 2, 3)) for one in rows) / (
                height * width * channels
            )
    raise ValueError(kind)


@answer("input_optimization.change_penalty")
def penalty_one_image_after_the_other(images: Any, originals: Any, kind: str = "l2") -> Any:
    measures = {
        "l2": lambda change: tf.reduce_mean(change * change),
        "l1": lambda change: tf.norm(tf.reshape(change, [-1]), ord=1) / tf.size(change, tf.float32),
        "tv": lambda change: tf.image.total_variation(change) / tf.size(change, tf.float32),
    }
    if kind not in measures:
        raise ValueError(f"unknown kind of penalty: {kind}")
    changes = tf.unstack(tf.convert_to_tensor(images - originals))
    return tf.stack([measures[kind](change) for change in changes])


@answer("input_optimization.change_penalty")
@compiled
def penalty_compiled(images: Any, originals: Any, kind: str = "l2") -> Any:
    if kind not in ("l1", "l2", "tv"):
        raise ValueError("kind")
    change = images - originals
    if kind == "tv":
        moved = tf.abs(change[:, 1:] - change[:, :-1]), tf.abs(change[:, :, 1:] - change[:, :, :-1])
        total = tf.reduce_sum(moved[0], (1, 2, 3)) + tf.reduce_sum(moved[1], (1, 2, 3))
        return total / tf.cast(tf.reduce_prod(tf.shape(change)[1:]), tf.float32)
    return tf.reduce_mean(tf.abs(change) ** int(kind[1]), axis=[-1, -2, -3])


# --- optimize_to_class ----------------------------------------------------------------------------


@answer("input_optimization.optimize_to_class")
def optimize_by_the_sum_of_losses(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    penalty_weight: float,
    penalty: str = "l2",
) -> Any:
    """Eagerly, with a variable and an optimizer; a sum over the batch has the same gradients."""
    originals = tf.constant(images)
    moving = tf.Variable(originals)
    wanted = tf.one_hot(np.broadcast_to(target, len(images)), model.output_shape[-1])
    descent = keras.optimizers.SGD(step_size)
    for _ in range(steps):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(moving)
            logits = model(moving, training=False)
            loss = tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(wanted, logits))
            loss += penalty_weight * tf.reduce_sum(change_penalty(moving, originals, penalty))
        descent.apply_gradients([(tape.gradient(loss, moving), moving)])
        moving.assign(tf.clip_by_value(moving, 0, 1))
    predicted = np.argmax(model(moving, training=False), axis=1)
    change = change_penalty(moving, originals, penalty)
    return moving.numpy(), predicted == np.asarray(target), change.numpy()


@answer("input_optimization.optimize_to_class")
def optimize_one_image_after_the_other(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    penalty_weight: float,
    penalty: str = "l2",
    verbose: bool = False,
) -> Any:
    found = []
    for image, one in zip(images, np.broadcast_to(target, len(images)), strict=True):
        start = now = tf.convert_to_tensor(image[None])
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(now)
                chance = tf.nn.log_softmax(model(now, training=False))[0, int(one)]
                loss = penalty_weight * change_penalty(now, start, penalty)[0] - chance
            now = np.clip(now.numpy() - np.float32(step_size) * tape.gradient(loss, now), 0, 1)
            now = tf.convert_to_tensor(now)
            if verbose:
                print(float(loss))
        is_right = int(tf.argmax(model(now, training=False)[0])) == int(one)
        found.append((now[0], is_right, change_penalty(now, start, penalty)[0]))
    changed, success, change = zip(*found, strict=True)
    return Optimized(tf.stack(changed), np.array(success), tf.stack(change))


@answer("input_optimization.optimize_to_class")
def optimize_by_two_gradients(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    penalty_weight: float,
    penalty: str = "l2",
) -> Any:
    """The gradients of the two parts, each with a tape of its own, and numpy at the end."""
    originals = np.array(images, np.float32)
    batch, changed = len(originals), originals.copy()
    classes = np.full(batch, target) if np.ndim(target) == 0 else np.array(target)
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")
    change_penalty(originals, originals, penalty)
    for _ in range(steps):
        moving = tf.constant(changed)
        with tf.GradientTape() as tape, tf.GradientTape() as other:
            tape.watch(moving)
            other.watch(moving)
            towards = cross_entropy(classes, model(moving, training=False))
            cost = change_penalty(moving, originals, penalty)
        slope = tape.gradient(towards, moving).numpy()
        slope += penalty_weight * other.gradient(cost, moving).numpy()
        changed = np.minimum(np.maximum(changed - step_size * slope, 0), 1).astype(np.float32)
    logits = model.predict(changed, verbose=0)
    success = logits[np.arange(batch), classes] >= logits.max(axis=1)
    return Optimized(changed, success, change_penalty(changed, originals, penalty))


# --- difference_image -----------------------------------------------------------------------------


@answer("input_optimization.difference_image")
def difference_by_numpy(originals: Any, optimized: Any) -> Any:
    return np.subtract(optimized, originals, dtype=np.float64)


@answer("input_optimization.difference_image")
def difference_as_negative(originals: Any, optimized: Any) -> Any:
    return -(tf.constant(originals) - optimized)


@answer("input_optimization.difference_image")
def difference_of_two_parts(originals: Any, optimized: Any) -> Any:
    lighter = keras.ops.relu(optimized - originals)
    darker = keras.ops.relu(originals - optimized)
    return lighter - darker


# --- smallest_change ------------------------------------------------------------------------------


@answer("input_optimization.smallest_change")
def smallest_by_argmin(
    model: Any,
    images: Any,
    target: Any,
    weights: Sequence[float],
    steps: int,
    step_size: float,
    penalty: str = "l2",
) -> Any:
    """All trials in one array, the originals among them; what failed costs infinitely much."""
    plans = [(0, 0.0), *((steps, weight) for weight in weights)]
    tried = [
        optimize_to_class(model, images, target, count, step_size, weight, penalty)
        for count, weight in plans
    ]
    success = np.stack([one.success for one in tried])
    price = np.where(success, np.stack([one.change for one in tried]), np.inf)
    chosen, each = price.argmin(axis=0), np.arange(len(images))
    least = np.where(success.any(axis=0), price[chosen, each], 0.0)
    return np.stack([one.images for one in tried])[chosen, each], success.any(axis=0), least


@answer("input_optimization.smallest_change")
def smallest_one_image_after_the_other(
    model: Any,
    images: Any,
    target: Any,
    weights: Sequence[float],
    steps: int,
    step_size: float,
    penalty: str = "l2",
) -> Any:
    kept = []
    for image, one in zip(images, np.broadcast_to(target, len(images)), strict=True):
        call = (model, image[None], int(one))
        best = optimize_to_class(*call, 0, step_size, 0.0, penalty)
        if not best.success[0]:
            tried = [
                optimize_to_class(*call, steps, step_size, weight, penalty) for weight in weights
            ]
            worked = [trial for trial in tried if trial.success[0]]
            best = min(worked, key=lambda trial: float(trial.change[0]), default=best)
        kept.append(best)
    return Optimized(*(np.concatenate(parts) for parts in zip(*kept, strict=True)))


@answer("input_optimization.smallest_change")
def smallest_by_where(
    model: Any,
    images: Any,
    target: Any,
    weights: Sequence[float],
    steps: int,
    step_size: float,
    penalty: str = "l2",
) -> Any:
    """Tensors all the way; weights from the largest to the smallest."""
    best = optimize_to_class(model, images, target, 0, step_size, 0.0, penalty)
    for weight in sorted(weights, reverse=True):
        new = optimize_to_class(model, images, target, steps, step_size, weight, penalty)
        is_better = new.success & (~best.success | (new.change < best.change))
        best = Optimized(
            tf.where(is_better[:, None, None, None], new.images, best.images),
            best.success | new.success,
            tf.where(is_better, new.change, best.change),
        )
    return best


# --- optimize_in_spectrum -------------------------------------------------------------------------


@answer("input_optimization.optimize_in_spectrum")
def waves_by_two_variables(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    penalty_weight: float,
    seed: int,
    view: Any = (12, 8, 0.1),
) -> Any:
    """Real and imaginary parts as variables of an optimizer; a generator for the whole run."""
    from course.natural_images import fourier_images, random_view

    originals = tf.convert_to_tensor(images)
    count, height, width, channels = originals.shape
    shape = (count, channels, height, width // 2 + 1)
    real, imaginary = tf.Variable(tf.zeros(shape)), tf.Variable(tf.zeros(shape))
    descent, rng = keras.optimizers.SGD(step_size), np.random.default_rng([seed, 5])
    wanted = tf.one_hot(np.broadcast_to(target, count), model.output_shape[-1])

    def paint() -> Any:
        planes = fourier_images(tf.complex(real, imaginary), height, width)
        return keras.ops.clip(originals + planes, 0, 1)

    for n in range(steps):
        with tf.GradientTape() as tape:
            changed = paint()
            seen = random_view(changed, *view, int(rng.integers(2**31)))
            logits = model(seen, training=False)
            loss = tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(wanted, logits))
            loss += penalty_weight * tf.reduce_sum(change_penalty(changed, originals))
        moved = [real, imaginary]
        slopes = tf.stack(tape.gradient(loss, moved))
        square = tf.reduce_sum(slopes**2, axis=(0, 2, 3, 4), keepdims=True)
        slopes *= tf.where(square > 0, tf.math.rsqrt(square / np.prod(shape[1:])), 0.0)
        descent.learning_rate = step_size * (steps - n) / steps
        descent.apply_gradients(zip(tf.unstack(slopes), moved, strict=True))
    success = np.argmax(model(paint(), training=False), axis=1) == np.asarray(target)
    return paint().numpy(), success, change_penalty(paint(), originals).numpy()


@answer("input_optimization.optimize_in_spectrum")
def waves_image_by_image(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    penalty_weight: float,
    seed: int,
    view: Any = (12.0, 8.0, 0.1),
) -> Any:
    """One image after the other, each with a seed of its own, and other names for the clipping."""
    from course.natural_images import fourier_images, random_view

    found = []
    targets = np.broadcast_to(target, len(images))
    for i, (image, one) in enumerate(zip(images, targets, strict=True)):
        start = changed = tf.convert_to_tensor(image[None])
        _, height, width, channels = start.shape
        spectrum = tf.zeros((1, channels, height, width // 2 + 1), tf.complex64)
        for n in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(spectrum)
                planes = fourier_images(spectrum, height, width)
                changed = tf.minimum(tf.maximum(start + planes, 0), 1)
                seen = random_view(changed, *view, 1000 * (seed + 1) + 100 * i + n)
                chance = tf.nn.log_softmax(model(seen, training=False))[0, int(one)]
                loss = penalty_weight * tf.reduce_mean((changed - start) ** 2) - chance
            slope = tape.gradient(loss, spectrum).numpy()
            if np.any(slope):
                slope *= step_size * (1 - n / steps) / np.sqrt(np.mean(slope * slope.conj()).real)
            spectrum = spectrum - slope
        changed = tf.clip_by_value(start + fourier_images(spectrum, height, width), 0, 1)
        is_right = int(tf.argmax(model(changed, training=False)[0])) == int(one)
        found.append((changed[0], is_right, tf.reduce_mean((changed - start) ** 2)))
    changed, success, change = zip(*found, strict=True)
    return Optimized(tf.stack(changed), np.array(success), tf.stack(change))


@answer("input_optimization.optimize_in_spectrum")
def waves_by_a_gradient_of_the_images(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    penalty_weight: float,
    seed: int,
    view: Any = (12.0, 8.0, 0.1),
) -> Any:
    """The gradient over the images first, and from there to the spectrum by numpy."""
    from course.natural_images import frequencies, random_view

    originals = np.array(images, np.float32)
    _, height, width, _ = originals.shape
    slowest = np.maximum(frequencies(height, width), 1 / max(height, width))
    columns = np.arange(width // 2 + 1)
    twice = np.where((columns == 0) | (2 * columns == width), 1, 2)
    spectrum = np.zeros((len(originals), originals.shape[-1], *slowest.shape), complex)

    def free() -> Any:
        planes = np.fft.irfft2(spectrum / slowest, s=(height, width), norm="ortho")
        return originals + np.moveaxis(planes, 1, -1)

    classes = np.broadcast_to(target, len(originals))
    for n in range(steps):
        now = tf.constant(np.clip(free(), 0, 1), tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(now)
            logits = model(random_view(now, *view, 7919 * seed + n), training=False)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
        slope = tape.gradient(loss, now).numpy()
        slope += 2 * penalty_weight * (now.numpy() - originals) / originals[0].size
        slope *= (free() >= 0) & (free() <= 1)
        waves = np.fft.rfft2(np.moveaxis(slope, -1, 1), norm="ortho") * twice / slowest
        length = np.linalg.norm(waves.reshape(len(waves), -1), axis=1)
        length = np.where(length == 0, 1, length) / waves[0].size ** 0.5
        spectrum -= step_size * (steps - n) / steps * waves / length[:, None, None, None]
    changed = np.clip(free(), 0, 1).astype(np.float32)
    success = np.argmax(model(tf.constant(changed), training=False), axis=1) == classes
    return changed, success, np.mean((changed - originals) ** 2, axis=(1, 2, 3))


@answer("input_optimization.optimize_in_spectrum")
def waves_in_one_graph(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    penalty_weight: float,
    seed: int,
    view: Any = (12.0, 8.0, 0.1),
) -> Any:
    """A step compiled, with views drawn by TensorFlow's stateless generator."""
    from course.natural_images import fourier_images

    originals = tf.convert_to_tensor(images)
    count, height, width, channels = originals.shape
    classes = tf.broadcast_to(tf.cast(target, tf.int32), [count])
    reach = tf.constant([view[0], view[0], np.radians(view[1]), view[2]], tf.float32)

    def paint(spectrum: Any) -> Any:
        return tf.clip_by_value(originals + fourier_images(spectrum, height, width), 0.0, 1.0)

    @tf.function(autograph=False)
    def slope(spectrum: Any, n: Any) -> Any:
        drawn = tf.random.stateless_uniform([count, 4], [seed, n], -1, 1) * reach
        down, right, angle, zoom = tf.unstack(drawn, axis=1)
        cos, sin, none = tf.cos(angle) / (1 + zoom), tf.sin(angle) / (1 + zoom), tf.zeros(count)
        x, y = width - 1.0, height - 1.0
        rows = [cos, -sin, (x - cos * x + sin * y) / 2 + right]
        rows += [sin, cos, (y - sin * x - cos * y) / 2 + down, none, none]
        with tf.GradientTape() as tape:
            tape.watch(spectrum)
            changed = paint(spectrum)
            seen = keras.ops.image.affine_transform(
                changed, tf.stack(rows, axis=1), "bilinear", "reflect"
            )
            logits = model(seen, training=False)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
            loss += penalty_weight * tf.reduce_mean((changed - originals) ** 2, axis=(1, 2, 3))
        return tape.gradient(loss, spectrum)

    spectrum = tf.zeros((count, channels, height, width // 2 + 1), tf.complex64)
    for n in range(steps):
        now = slope(spectrum, tf.constant(n))
        square = tf.reduce_mean(tf.abs(now) ** 2, axis=(1, 2, 3), keepdims=True)
        rate = step_size * (1 - n / steps) / tf.sqrt(tf.maximum(square, 1e-30))
        spectrum -= tf.cast(rate, tf.complex64) * now
    changed = paint(spectrum)
    success = tf.argmax(model(changed, training=False), axis=1, output_type=tf.int32) == classes
    return Optimized(changed, success.numpy(), change_penalty(changed, originals))
