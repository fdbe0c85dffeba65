# ruff: noqa: ANN001, ANN201, ANN202
"""Right answers to `input_optimization`, each in another style."""

import operator

import keras
import numpy as np
import scipy.special as _special
import tensorflow as tf

from course.given import Optimized as _Optimized
from course.given import compiled as _compiled
from course.given import predict as _predict
from tests.answers.fresh import right


def _measure(change, kind):
    """The penalty of a change, in tf."""
    size = float(change.shape[1] * change.shape[2] * change.shape[3])
    if kind == "l2":
        return tf.reduce_sum(tf.square(change), axis=[1, 2, 3]) / size
    if kind == "l1":
        return tf.norm(tf.reshape(change, [-1, int(size)]), ord=1, axis=1) / size
    if kind == "tv":
        return tf.image.total_variation(change) / size
    raise ValueError(f"there is no penalty {kind!r}")


def _classes(class_index, count):
    return np.broadcast_to(np.asarray(class_index), (count,)).astype(np.int64)


def _penalty_and_slope(change, kind):
    """In numpy: (B,) and (B, H, W, C)."""
    count = change[0].size
    if kind == "l2":
        return np.mean(change**2, axis=(1, 2, 3)), 2 * change / count
    if kind == "l1":
        return np.mean(np.abs(change), axis=(1, 2, 3)), np.sign(change) / count
    if kind != "tv":
        raise ValueError(f"penalty must be 'l2', 'l1' or 'tv', not {kind!r}")
    total, slope = np.zeros(len(change)), np.zeros_like(change)
    for axis in (1, 2):
        step = np.diff(change, axis=axis)
        total += np.abs(step).sum(axis=(1, 2, 3))
        before, after = [(0, 0)] * 4, [(0, 0)] * 4
        before[axis], after[axis] = (1, 0), (0, 1)
        slope += np.pad(np.sign(step), before) - np.pad(np.sign(step), after)
    return total / count, slope / count


# --- change_penalty


@right("input_optimization.change_penalty", how="match on the kind, keras.ops")
def matches_the_kind(images, originals, kind="l2"):
    ops = keras.ops
    change = ops.subtract(
        ops.convert_to_tensor(images, "float32"), ops.convert_to_tensor(originals, "float32")
    )
    match kind:
        case "l2":
            return ops.mean(ops.square(change), axis=(1, 2, 3))
        case "l1":
            return ops.mean(ops.abs(change), axis=(1, 2, 3))
        case "tv":
            down = ops.sum(ops.abs(change[:, 1:] - change[:, :-1]), axis=(1, 2, 3))
            right_ = ops.sum(ops.abs(change[:, :, 1:] - change[:, :, :-1]), axis=(1, 2, 3))
            return (down + right_) / float(np.prod(change.shape[1:]))
        case _:
            raise ValueError(kind)


@right("input_optimization.change_penalty", how="match, keras.ops and a map over the images")
def matched_and_mapped(images, originals, kind="l2"):
    change = tf.cast(images, tf.float32) - tf.cast(originals, tf.float32)
    match kind:
        case "l2":
            return keras.ops.mean(keras.ops.square(change), axis=(1, 2, 3))
        case "l1":
            return keras.ops.mean(keras.ops.abs(change), axis=(1, 2, 3))
        case "tv":
            count = float(np.prod(change.shape[1:]))
            return tf.map_fn(lambda c: tf.image.total_variation(c) / count, change)
    raise ValueError(f"kind must be 'l2', 'l1' or 'tv', not {kind!r}")


# --- optimize_to_class


@tf.function(reduce_retracing=True)
def _descend_in_autograph(model, originals, target, steps, step_size, weight, kind):
    x = originals
    for _ in tf.range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits = model(x, training=False)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=target, logits=logits)
            loss += weight * _measure(x - originals, kind)
        x = tf.clip_by_value(x - step_size * tape.gradient(loss, x), 0.0, 1.0)
    success = tf.argmax(model(x, training=False), axis=-1, output_type=tf.int32) == target
    return x, success, _measure(x - originals, kind)


@right("input_optimization.optimize_to_class", how="AutoGraph over tf.range")
def descends_in_autograph(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    images = tf.convert_to_tensor(images, tf.float32)
    return _Optimized(
        *_descend_in_autograph(
            model,
            images,
            tf.broadcast_to(tf.cast(target, tf.int32), images.shape[:1]),
            tf.constant(steps),
            tf.constant(step_size, tf.float32),
            tf.constant(penalty_weight, tf.float32),
            penalty,
        )
    )


@right(
    "input_optimization.optimize_to_class",
    how="keras' SGD on a Variable, log_softmax by hand; the loss is the batch's sum",
)
def descends_with_keras_sgd(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    if penalty not in {"l1", "l2", "tv"}:
        raise ValueError(penalty)
    originals = tf.constant(np.array(images), tf.float32)
    x = keras.Variable(originals)
    hot = tf.one_hot(tf.cast(target, tf.int32), model.output_shape[-1])
    optimizer = keras.optimizers.SGD(learning_rate=1.0)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            surprise = -tf.reduce_sum(tf.nn.log_softmax(model(x.value, training=False)) * hot, -1)
            loss = tf.reduce_sum(surprise + penalty_weight * _measure(x.value - originals, penalty))
        optimizer.apply([step_size * tape.gradient(loss, x.value)], [x])
        x.assign(keras.ops.clip(x, 0.0, 1.0))
    result = x.numpy()
    found = np.argmax(model(tf.constant(result), training=False), axis=-1)
    success = found == np.asarray(target)
    return _Optimized(result, success, _measure(result - originals, penalty).numpy())


@_compiled
def _one_descent(model, x, originals, target, step_size, weight, kind):
    with tf.GradientTape() as tape:
        tape.watch(x)
        logits = model(x, training=False)
        # the cross-entropy: log of the sum of exponentials, less the target's logit
        value = tf.reduce_logsumexp(logits, axis=-1) - tf.gather(
            logits, target, axis=1, batch_dims=1
        )
        value += weight * _measure(x - originals, kind)
    return tf.clip_by_value(x - step_size * tape.gradient(value, x), 0, 1)


@right("input_optimization.optimize_to_class", how="image by image, a compiled step, logsumexp")
def descends_image_by_image(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    images = np.array(images, np.float32)
    rows = []
    for image, k in zip(images, np.broadcast_to(target, len(images)), strict=True):
        start = tf.constant(image[None])
        x, k = start, np.array([k])
        for _ in range(steps):
            x = _one_descent(model, x, start, k, float(step_size), float(penalty_weight), penalty)
        logits = np.asarray(model(x, training=False))[0]
        rows.append((x.numpy()[0], bool(logits.argmax() == k[0]), _measure(x - start, penalty)[0]))
    pictures, success, change = zip(*rows, strict=True)
    return _Optimized(np.stack(pictures), np.array(success), np.array(change, np.float32))


@right("input_optimization.optimize_to_class", how="all slopes by hand, the logits' as a vjp")
def slopes_by_hand(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    originals = np.asarray(images, np.float32)
    now, classes = originals.copy(), _classes(target, len(originals))
    _penalty_and_slope(now - originals, penalty)
    for _ in range(steps):
        x = tf.constant(now)
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits = model(x, training=False)
        surplus = _special.softmax(logits.numpy().astype(np.float64), axis=1)
        surplus[np.arange(len(now)), classes] -= 1
        slope = tape.gradient(logits, x, tf.constant(surplus, logits.dtype)).numpy()
        slope = slope + penalty_weight * _penalty_and_slope(now - originals, penalty)[1]
        now = np.clip(now - step_size * slope, 0, 1).astype(np.float32)
    success = _predict(model, now).argmax(axis=1) == classes
    return _Optimized(now, success, _penalty_and_slope(now - originals, penalty)[0])


@right("input_optimization.optimize_to_class", how="AutoGraph while, one tape for the summed loss")
def autograph_while(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    costs = {
        "l2": lambda c: tf.reduce_mean(c * c, [1, 2, 3]),
        "l1": lambda c: tf.reduce_mean(tf.abs(c), [1, 2, 3]),
        "tv": lambda c: tf.image.total_variation(c) / float(np.prod(c.shape[1:])),
    }
    if penalty not in costs:
        raise ValueError(f"penalty must be one of {list(costs)}, not {penalty!r}")
    cost, originals = costs[penalty], tf.cast(images, tf.float32)
    labels = tf.constant(_classes(target, len(originals)))

    @tf.function
    def descend(count, step_size, weight):
        now, step = originals, 0
        while step < count:
            with tf.GradientTape() as tape:
                tape.watch(now)
                logits = model(now, training=False)
                loss = tf.reduce_sum(
                    keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
                ) + weight * tf.reduce_sum(cost(now - originals))
            now = tf.clip_by_value(now - step_size * tape.gradient(loss, now), 0.0, 1.0)
            step += 1
        return now

    numbers = (tf.constant(float(number)) for number in (step_size, penalty_weight))
    now = descend(tf.constant(steps), *numbers)
    success = tf.argmax(model(now, training=False), axis=1) == labels
    return _Optimized(now, success, cost(now - originals))


# --- difference_image


@right("input_optimization.difference_image", how="tf.subtract")
def subtracts_tensors(originals, optimized):
    return tf.subtract(tf.cast(optimized, tf.float32), tf.cast(originals, tf.float32))


@right(
    "input_optimization.difference_image",
    how="np.stack image by image, float64, held in [-1, 1]",
)
def subtracts_image_by_image(originals, optimized):
    pairs = zip(np.asarray(originals, float), np.asarray(optimized, float), strict=True)
    return np.stack([np.clip(after - before, -1, 1) for before, after in pairs])


@right("input_optimization.difference_image", how="operator.sub on tensors")
def operator_on_tensors(originals, optimized):
    return operator.sub(*(tf.cast(each, tf.float32) for each in (optimized, originals)))


@right("input_optimization.difference_image", how="np.subtract into float64")
def subtracted_in_float64(originals, optimized):
    return np.subtract(np.asarray(optimized), np.asarray(originals), dtype=np.float64)


# --- smallest_change


@right(
    "input_optimization.smallest_change",
    how="all results stacked, argmin over a change that is infinite for failures",
)
def takes_the_argmin(model, images, target, weights, steps, step_size, penalty="l2"):
    from course.input_optimization import optimize_to_class

    # no step at all: is the target there from the start? (it checks the penalty, too)
    start = optimize_to_class(model, images, target, 0, step_size, 0.0, penalty)
    right_away = np.asarray(start.success)
    results = [
        optimize_to_class(model, images, target, steps, step_size, weight, penalty)
        for weight in weights
    ]
    changes = [np.where(right_away, 0.0, np.inf)]
    changes += [np.where(np.asarray(r.success), np.asarray(r.change), np.inf) for r in results]
    pictures = np.stack([np.array(images)] + [np.asarray(r.images) for r in results])
    best = np.where(right_away, 0, np.argmin(changes, axis=0))
    columns = np.arange(len(best))
    change = np.array(changes)[best, columns]
    success = np.isfinite(change)
    return _Optimized(pictures[best, columns], success, np.where(success, change, 0.0))


@right(
    "input_optimization.smallest_change",
    how="image by image, min over a generator, own descent in eager mode",
)
def asks_for_each_image(model, images, target, weights, steps, step_size, penalty="l2"):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"unknown penalty {penalty}")
    images = np.array(images, np.float32)
    answers = []
    for image, k in zip(images, np.broadcast_to(target, len(images)), strict=True):
        start = tf.constant(image[None])

        def works(x, k=k):
            return int(np.argmax(model(x, training=False)[0])) == k

        def descend(weight, start=start, k=k):
            x = start
            for _ in range(steps):
                with tf.GradientTape() as tape:
                    tape.watch(x)
                    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(
                        [int(k)], model(x, training=False)
                    )
                    loss += weight * _measure(x - start, penalty)
                x = tf.clip_by_value(x - step_size * tape.gradient(loss, x), 0, 1)
            return float(_measure(x - start, penalty)[0]), x

        if works(start):
            answers.append((image, True, 0.0))
            continue
        tried = (descend(weight) for weight in weights)
        change, x = min(
            (pair for pair in tried if works(pair[1])), key=lambda p: p[0], default=(0.0, None)
        )
        answers.append((image, False, 0.0) if x is None else (x.numpy()[0], True, change))
    pictures, success, change = zip(*answers, strict=True)
    return _Optimized(np.stack(pictures), np.array(success), np.array(change))


@right("input_optimization.smallest_change", how="argmin over a table of changes")
def argmin_over_a_table(model, images, target, weights, steps, step_size, penalty="l2"):
    from course.input_optimization import change_penalty, optimize_to_class

    originals = np.asarray(images, np.float32)
    change_penalty(originals, originals, penalty)
    there = _predict(model, originals).argmax(axis=1) == _classes(target, len(originals))
    candidates, changes = [originals], [np.where(there, 0.0, np.inf)]
    for weight in weights:
        found = optimize_to_class(model, originals, target, steps, step_size, weight, penalty)
        candidates.append(np.asarray(found.images))
        changes.append(
            np.where(np.asarray(found.success) & ~there, np.asarray(found.change), np.inf)
        )
    table = np.array(changes)
    best, each = table.argmin(axis=0), np.arange(len(originals))
    least = table[best, each]
    return _Optimized(
        np.array(candidates)[best, each], np.isfinite(least), np.where(np.isfinite(least), least, 0)
    )


@right("input_optimization.smallest_change", how="image by image, keeping the best so far")
def image_by_image(model, images, target, weights, steps, step_size, penalty="l2"):
    from course.input_optimization import optimize_to_class

    if penalty not in {"l2", "l1", "tv"}:
        raise ValueError(f"penalty must be 'l2', 'l1' or 'tv', not {penalty!r}")
    kept = []
    originals = np.asarray(images, np.float32)
    for image, goal in zip(originals, _classes(target, len(originals)).tolist(), strict=True):
        one = image[None]
        if _predict(model, one)[0].argmax() == goal:
            kept.append((image, True, 0.0))
            continue
        results = [
            optimize_to_class(model, one, goal, steps, step_size, w, penalty) for w in weights
        ]
        works = [(float(r.change[0]), i) for i, r in enumerate(results) if bool(r.success[0])]
        if works:
            change, i = min(works)
            kept.append((np.asarray(results[i].images)[0], True, change))
        else:
            kept.append((image, False, 0.0))
    return _Optimized(*(np.array(column) for column in zip(*kept, strict=True)))
