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
def penalty_by_numpy(images: Any, originals: Any, kind: str = "l2") -> Any:
    change = (np.asarray(images, np.float64) - np.asarray(originals)).astype(np.float32)
    rows = change.reshape(len(change), -1)
    match kind:
        case "l2":
            return (rows**2).sum(axis=1) / rows.shape[1]
        case "l1":
            return np.abs(rows).mean(axis=1)
        case "tv":
            down = np.abs(change[:, 1:] - change[:, :-1]).reshape(len(change), -1)
            across = np.abs(change[:, :, 1:] - change[:, :, :-1]).reshape(len(change), -1)
            return (down.sum(axis=1) + across.sum(axis=1)) / rows.shape[1]
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
