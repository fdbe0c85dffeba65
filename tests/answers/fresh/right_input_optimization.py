# ruff: noqa: ANN001, ANN201, ANN202
"""Right answers to `input_optimization`, each in another style."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Optimized as _Optimized
from course.given import compiled as _compiled
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


# --- change_penalty


@right("input_optimization.change_penalty", how="a dictionary of numpy functions, float64")
def looks_up_a_function(images, originals, kind="l2"):
    kinds = {
        "l2": lambda d: np.mean(d * d, axis=(1, 2, 3)),
        "l1": lambda d: np.mean(abs(d), axis=(1, 2, 3)),
        "tv": lambda d: (
            sum(abs(np.diff(d, axis=i)).sum(axis=(1, 2, 3)) for i in (1, 2)) / d[0].size
        ),
    }
    if kind not in kinds:
        raise ValueError(f"{kind!r} is none of {sorted(kinds)}")
    return kinds[kind](np.asarray(images, np.float64) - np.asarray(originals, np.float64))


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
