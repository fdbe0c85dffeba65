# ruff: noqa: ANN001, ANN201, ANN202, E501, F821
"""More wrong answers to `input_optimization`, of a later round: each breaks one promise."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Optimized, compiled, predict
from solutions.natural_images import fourier_images, frequencies, random_view
from tests.answers.fresh import wrong


def _third_penalty(images, originals, kind):
    change = images - originals
    if kind == "l2":
        return tf.reduce_mean(change**2, axis=(1, 2, 3))
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=(1, 2, 3))
    if kind == "tv":
        return tf.image.total_variation(change) / tf.cast(tf.size(change[0]), change.dtype)
    raise ValueError(f"no such penalty: {kind!r}")


@compiled
def _third_step(model, images, originals, classes, step_size, weight, kind):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        logits = model(images, training=False)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
        loss += weight * _third_penalty(images, originals, kind)
    return tf.clip_by_value(images - step_size * tape.gradient(loss, images), 0.0, 1.0)


def _third_classes(target, count):
    return np.broadcast_to(np.asarray(target, np.int32), (count,))


def _rms_penalty(images, originals, kind):
    change = images - originals
    if kind == "l2":
        return tf.sqrt(tf.reduce_mean(change**2, axis=(1, 2, 3)))
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=(1, 2, 3))
    if kind == "tv":
        return tf.image.total_variation(change) / tf.cast(tf.size(change[0]), change.dtype)
    raise ValueError(f"no such penalty: {kind!r}")


@wrong("input_optimization.change_penalty", breaks="No root is taken (root mean square)")
def change_penalty_rms(images, originals, kind="l2"):
    return _rms_penalty(
        tf.convert_to_tensor(images, tf.float32), tf.convert_to_tensor(originals, tf.float32), kind
    )


def _tv_of_each_penalty(images, originals, kind):
    change = images - originals
    if kind == "l2":
        return tf.reduce_mean(change**2, axis=(1, 2, 3))
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=(1, 2, 3))
    if kind == "tv":
        return (tf.image.total_variation(images) - tf.image.total_variation(originals)) / tf.cast(
            tf.size(change[0]), change.dtype
        )
    raise ValueError(f"no such penalty: {kind!r}")


@wrong(
    "input_optimization.change_penalty",
    breaks="TV of the change (TV of the images minus TV of the originals)",
)
def change_penalty_tv_of_each(images, originals, kind="l2"):
    return _tv_of_each_penalty(
        tf.convert_to_tensor(images, tf.float32), tf.convert_to_tensor(originals, tf.float32), kind
    )


def _tv_per_pixel_penalty(images, originals, kind):
    change = images - originals
    if kind == "l2":
        return tf.reduce_mean(change**2, axis=(1, 2, 3))
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=(1, 2, 3))
    if kind == "tv":
        return tf.image.total_variation(change) / tf.cast(tf.size(change[0, :, :, 0]), change.dtype)
    raise ValueError(f"no such penalty: {kind!r}")


@wrong("input_optimization.change_penalty", breaks="Divided by H · W · C (by H · W)")
def change_penalty_tv_per_pixel(images, originals, kind="l2"):
    return _tv_per_pixel_penalty(
        tf.convert_to_tensor(images, tf.float32), tf.convert_to_tensor(originals, tf.float32), kind
    )


def _else_tv_penalty(images, originals, kind):
    change = images - originals
    if kind == "l2":
        return tf.reduce_mean(change**2, axis=(1, 2, 3))
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=(1, 2, 3))
    if kind:
        return tf.image.total_variation(change) / tf.cast(tf.size(change[0]), change.dtype)
    raise ValueError(f"no such penalty: {kind!r}")


@wrong(
    "input_optimization.change_penalty",
    breaks="ValueError if kind is none of the three (anything else counts as tv)",
)
def change_penalty_else_tv(images, originals, kind="l2"):
    return _else_tv_penalty(
        tf.convert_to_tensor(images, tf.float32), tf.convert_to_tensor(originals, tf.float32), kind
    )


@wrong("input_optimization.change_penalty", breaks="The default is l2")
def change_penalty_default_l1(images, originals, kind="l1"):
    return _third_penalty(
        tf.convert_to_tensor(images, tf.float32), tf.convert_to_tensor(originals, tf.float32), kind
    )


@wrong(
    "input_optimization.optimize_to_class",
    breaks="Success is that of the images that are returned (of those before the last step)",
)
def optimize_to_class_stale_success(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(penalty)
    o = tf.convert_to_tensor(images, tf.float32)
    k = _third_classes(target, o.shape[0])
    x = before = tf.identity(o)
    for _ in range(steps):
        before = x
        x = _third_step(model, x, o, k, float(step_size), float(penalty_weight), penalty)
    return Optimized(
        x, predict(model, before.numpy()).argmax(1) == k, change_penalty(x, o, penalty)
    )


@wrong(
    "input_optimization.optimize_to_class",
    breaks="All steps are taken, also after the target has been reached (such an image stands still)",
)
def optimize_to_class_freezes_reached(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(penalty)
    o = tf.convert_to_tensor(images, tf.float32)
    k = _third_classes(target, o.shape[0])
    x = tf.identity(o)
    for _ in range(steps):
        there = predict(model, x.numpy()).argmax(1) == k
        x = tf.where(
            there[:, None, None, None],
            x,
            _third_step(model, x, o, k, float(step_size), float(penalty_weight), penalty),
        )
    return Optimized(x, predict(model, x.numpy()).argmax(1) == k, change_penalty(x, o, penalty))


@wrong(
    "input_optimization.optimize_to_class",
    breaks="Success: the target has the largest logit (its probability is above one half)",
)
def optimize_to_class_majority_success(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"no such penalty: {penalty!r}")
    originals = tf.convert_to_tensor(images, tf.float32)
    classes = _third_classes(target, originals.shape[0])
    images = tf.identity(originals)
    for _ in range(steps):
        images = _third_step(
            model, images, originals, classes, float(step_size), float(penalty_weight), penalty
        )
    success = (
        tf.nn.softmax(predict(model, images.numpy())).numpy()[np.arange(len(classes)), classes]
        > 0.5
    )
    return Optimized(images, success, change_penalty(images, originals, penalty))


@compiled
def _batch_mean_loss_step(model, images, originals, classes, step_size, weight, kind):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        logits = model(images, training=False)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
        loss += weight * _third_penalty(images, originals, kind)
        loss = tf.reduce_mean(loss)
    return tf.clip_by_value(images - step_size * tape.gradient(loss, images), 0.0, 1.0)


@wrong(
    "input_optimization.optimize_to_class",
    breaks="Each image on its own (loss averaged over the batch)",
)
def optimize_to_class_batch_mean_loss(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"no such penalty: {penalty!r}")
    originals = tf.convert_to_tensor(images, tf.float32)
    classes = _third_classes(target, originals.shape[0])
    images = tf.identity(originals)
    for _ in range(steps):
        images = _batch_mean_loss_step(
            model, images, originals, classes, float(step_size), float(penalty_weight), penalty
        )
    success = predict(model, images.numpy()).argmax(1) == classes
    return Optimized(images, success, change_penalty(images, originals, penalty))


@compiled
def _label_smoothing_step(model, images, originals, classes, step_size, weight, kind):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        logits = model(images, training=False)
        loss = keras.losses.categorical_crossentropy(
            tf.one_hot(classes, logits.shape[-1]), logits, from_logits=True, label_smoothing=0.1
        )
        loss += weight * _third_penalty(images, originals, kind)
    return tf.clip_by_value(images - step_size * tape.gradient(loss, images), 0.0, 1.0)


@wrong(
    "input_optimization.optimize_to_class",
    breaks="Cross-entropy towards the target (label smoothing 0.1)",
)
def optimize_to_class_label_smoothing(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"no such penalty: {penalty!r}")
    originals = tf.convert_to_tensor(images, tf.float32)
    classes = _third_classes(target, originals.shape[0])
    images = tf.identity(originals)
    for _ in range(steps):
        images = _label_smoothing_step(
            model, images, originals, classes, float(step_size), float(penalty_weight), penalty
        )
    success = predict(model, images.numpy()).argmax(1) == classes
    return Optimized(images, success, change_penalty(images, originals, penalty))


@compiled
def _unstable_log_step(model, images, originals, classes, step_size, weight, kind):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        logits = model(images, training=False)
        loss = -tf.math.log(
            tf.clip_by_value(
                tf.gather(tf.nn.softmax(logits), classes, axis=1, batch_dims=1), 1e-07, 1.0
            )
        )
        loss += weight * _third_penalty(images, originals, kind)
    return tf.clip_by_value(images - step_size * tape.gradient(loss, images), 0.0, 1.0)


@wrong(
    "input_optimization.optimize_to_class",
    breaks="Cross-entropy of the softmax, whatever the logits (Keras on probabilities: clipped at 1e-7, so no gradient)",
)
def optimize_to_class_unstable_log(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"no such penalty: {penalty!r}")
    originals = tf.convert_to_tensor(images, tf.float32)
    classes = _third_classes(target, originals.shape[0])
    images = tf.identity(originals)
    for _ in range(steps):
        images = _unstable_log_step(
            model, images, originals, classes, float(step_size), float(penalty_weight), penalty
        )
    success = predict(model, images.numpy()).argmax(1) == classes
    return Optimized(images, success, change_penalty(images, originals, penalty))


@compiled
def _l1_slope_step(model, images, originals, classes, step_size, weight, kind):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        logits = model(images, training=False)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
        change = images - originals
        loss += weight * (
            tf.reduce_mean(tf.where(change >= 0, change, -change), axis=(1, 2, 3))
            if kind == "l1"
            else _third_penalty(images, originals, kind)
        )
    return tf.clip_by_value(images - step_size * tape.gradient(loss, images), 0.0, 1.0)


@wrong(
    "input_optimization.optimize_to_class",
    breaks="Where a change is 0, the slope of its absolute value is 0 (it is 1)",
)
def optimize_to_class_l1_slope(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"no such penalty: {penalty!r}")
    originals = tf.convert_to_tensor(images, tf.float32)
    classes = _third_classes(target, originals.shape[0])
    images = tf.identity(originals)
    for _ in range(steps):
        images = _l1_slope_step(
            model, images, originals, classes, float(step_size), float(penalty_weight), penalty
        )
    success = predict(model, images.numpy()).argmax(1) == classes
    return Optimized(images, success, change_penalty(images, originals, penalty))


@wrong("input_optimization.optimize_to_class", breaks="Change is unweighted (times penalty_weight)")
def optimize_to_class_weighted_change(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"no such penalty: {penalty!r}")
    originals = tf.convert_to_tensor(images, tf.float32)
    classes = _third_classes(target, originals.shape[0])
    images = tf.identity(originals)
    for _ in range(steps):
        images = _third_step(
            model, images, originals, classes, float(step_size), float(penalty_weight), penalty
        )
    success = predict(model, images.numpy()).argmax(1) == classes
    return Optimized(images, success, penalty_weight * change_penalty(images, originals, penalty))


@wrong(
    "input_optimization.optimize_to_class",
    breaks="Change is that of the penalty asked for (always l2)",
)
def optimize_to_class_change_l2_always(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"no such penalty: {penalty!r}")
    originals = tf.convert_to_tensor(images, tf.float32)
    classes = _third_classes(target, originals.shape[0])
    images = tf.identity(originals)
    for _ in range(steps):
        images = _third_step(
            model, images, originals, classes, float(step_size), float(penalty_weight), penalty
        )
    success = predict(model, images.numpy()).argmax(1) == classes
    return Optimized(images, success, change_penalty(images, originals))


@wrong(
    "input_optimization.optimize_to_class",
    breaks="ValueError for a wrong penalty also with 0 steps and weight 0 (never checked then)",
)
def optimize_to_class_late_error(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        if penalty_weight and steps:
            raise ValueError(f"no such penalty: {penalty!r}")
        penalty = "l2"
    originals = tf.convert_to_tensor(images, tf.float32)
    classes = _third_classes(target, originals.shape[0])
    images = tf.identity(originals)
    for _ in range(steps):
        images = _third_step(
            model, images, originals, classes, float(step_size), float(penalty_weight), penalty
        )
    success = predict(model, images.numpy()).argmax(1) == classes
    return Optimized(images, success, change_penalty(images, originals, penalty))


@wrong(
    "input_optimization.difference_image",
    breaks="Optimized − original in [-1, 1] (brought to [0, 1] for display: 0.5 + d / 2)",
)
def difference_image_display_scaled(originals, optimized):
    return 0.5 + (np.asarray(optimized) - np.asarray(originals)) / 2


@wrong(
    "input_optimization.difference_image",
    breaks="Changes nothing it is given (optimized -= originals)",
)
def difference_image_in_place(originals, optimized):
    if isinstance(optimized, np.ndarray) and optimized.flags.writeable:
        optimized -= np.asarray(originals)
        return optimized
    return np.asarray(optimized) - np.asarray(originals)


@wrong(
    "input_optimization.difference_image",
    breaks="The change itself (divided by the largest magnitude of each image)",
)
def difference_image_amplified(originals, optimized):
    d = np.asarray(optimized) - np.asarray(originals)
    m = np.abs(d).max(axis=(1, 2, 3), keepdims=True)
    return d / np.where(m > 0, m, 1)


@wrong(
    "input_optimization.difference_image",
    breaks="The change itself (rounded to 8 bits, as uint8 images give it)",
)
def difference_image_eight_bit(originals, optimized):
    return (np.rint(np.asarray(optimized) * 255) - np.rint(np.asarray(originals) * 255)) / 255


@wrong(
    "input_optimization.smallest_change",
    breaks="The least change among the successful (that of the largest weight that works)",
)
def smallest_change_heaviest_weight(model, images, target, weights, steps, step_size, penalty="l2"):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(penalty)
    o = np.array(images, np.float32)
    k = _third_classes(target, len(o))
    best, ok = (o.copy(), predict(model, o).argmax(1) == k)
    change, done = (np.zeros(len(o), np.float32), ok.copy())
    for w in sorted(weights, reverse=True):
        r = optimize_to_class(model, o, target, steps, step_size, w, penalty)
        new = np.asarray(r.success) & ~done
        best[new], change[new] = (np.asarray(r.images)[new], np.asarray(r.change)[new])
        done |= new
    return Optimized(best, done, change)


@wrong(
    "input_optimization.smallest_change",
    breaks="Changes nothing it is given (sorts the list of weights)",
)
def smallest_change_sorts_weights(model, images, target, weights, steps, step_size, penalty="l2"):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"no such penalty: {penalty!r}")
    originals = np.array(images, np.float32)
    classes = _third_classes(target, len(originals))
    best = originals.copy()
    already = predict(model, originals).argmax(1) == classes
    success = already.copy()
    change = np.where(already, 0.0, np.inf).astype(np.float32)
    if isinstance(weights, list):
        weights.sort()
    for weight in weights:
        result = optimize_to_class(model, originals, target, steps, step_size, weight, penalty)
        better = np.asarray(result.success) & (np.asarray(result.change) < change)
        best[better] = np.asarray(result.images)[better]
        change[better] = np.asarray(result.change)[better]
        success |= better
    return Optimized(best, success, np.where(success, change, 0).astype(np.float32))


@wrong(
    "input_optimization.smallest_change",
    breaks="For each image (one weight for the whole batch: most successes, then least mean change)",
)
def smallest_change_batch_weight(model, images, target, weights, steps, step_size, penalty="l2"):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(penalty)
    o = np.array(images, np.float32)
    k = _third_classes(target, len(o))
    start = predict(model, o).argmax(1) == k
    rs = [optimize_to_class(model, o, target, steps, step_size, w, penalty) for w in weights]
    r = min(
        rs,
        key=lambda r: (-np.sum(r.success), np.mean(r.change)),
        default=Optimized(o, start, np.zeros(len(o))),
    )
    ok = np.asarray(r.success) & ~start
    x = np.where(ok[:, None, None, None], np.asarray(r.images), o)
    return Optimized(x, ok | start, np.where(ok, np.asarray(r.change), 0))


@wrong(
    "input_optimization.smallest_change",
    breaks="An image already taken for the target is returned as it is (optimized like the others)",
)
def smallest_change_start_not_success(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"no such penalty: {penalty!r}")
    originals = np.array(images, np.float32)
    classes = _third_classes(target, len(originals))
    best = originals.copy()
    already = predict(model, originals).argmax(1) == classes
    success = already.copy()
    success[:] = False
    change = np.where(already, np.inf, np.inf).astype(np.float32)
    for weight in weights:
        result = optimize_to_class(model, originals, target, steps, step_size, weight, penalty)
        better = np.asarray(result.success) & (np.asarray(result.change) < change)
        best[better] = np.asarray(result.images)[better]
        change[better] = np.asarray(result.change)[better]
        success |= better
    return Optimized(best, success, np.where(success, change, 0).astype(np.float32))


@wrong(
    "input_optimization.smallest_change",
    breaks="Every weight is tried from the images (from where the last weight ended)",
)
def smallest_change_warm_start(model, images, target, weights, steps, step_size, penalty="l2"):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(penalty)
    o = np.array(images, np.float32)
    k = _third_classes(target, len(o))
    best, x = (o.copy(), o)
    ok = predict(model, o).argmax(1) == k
    change = np.where(ok, 0.0, np.inf).astype(np.float32)
    for w in weights:
        r = optimize_to_class(model, x, target, steps, step_size, w, penalty)
        x = np.asarray(r.images)
        c = np.asarray(change_penalty(x, o, penalty))
        better = np.asarray(r.success) & (c < change)
        best[better], change[better] = (x[better], c[better])
        ok = ok | better
    return Optimized(best, ok, np.where(ok, change, 0).astype(np.float32))


@wrong(
    "input_optimization.smallest_change",
    breaks="Where no weight succeeds the unchanged image (the last attempt)",
)
def smallest_change_nearest_failure(model, images, target, weights, steps, step_size, penalty="l2"):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"no such penalty: {penalty!r}")
    originals = np.array(images, np.float32)
    classes = _third_classes(target, len(originals))
    best = originals.copy()
    already = predict(model, originals).argmax(1) == classes
    success = already.copy()
    change = np.where(already, 0.0, np.inf).astype(np.float32)
    for weight in weights:
        result = optimize_to_class(model, originals, target, steps, step_size, weight, penalty)
        better = np.asarray(result.success) & (np.asarray(result.change) < change)
        best[better] = np.asarray(result.images)[better]
        change[better] = np.asarray(result.change)[better]
        success |= better
    if len(weights):
        best[~success] = np.asarray(result.images)[~success]
    return Optimized(best, success, np.where(success, change, 0).astype(np.float32))


@wrong("input_optimization.smallest_change", breaks="Change 0 where no weight succeeds (inf)")
def smallest_change_inf_change(model, images, target, weights, steps, step_size, penalty="l2"):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"no such penalty: {penalty!r}")
    originals = np.array(images, np.float32)
    classes = _third_classes(target, len(originals))
    best = originals.copy()
    already = predict(model, originals).argmax(1) == classes
    success = already.copy()
    change = np.where(already, 0.0, np.inf).astype(np.float32)
    for weight in weights:
        result = optimize_to_class(model, originals, target, steps, step_size, weight, penalty)
        better = np.asarray(result.success) & (np.asarray(result.change) < change)
        best[better] = np.asarray(result.images)[better]
        change[better] = np.asarray(result.change)[better]
        success |= better
    return Optimized(best, success, change)


@wrong(
    "input_optimization.smallest_change",
    breaks="An int array: one class for each image (the start is compared with the first only)",
)
def smallest_change_first_target(model, images, target, weights, steps, step_size, penalty="l2"):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"no such penalty: {penalty!r}")
    originals = np.array(images, np.float32)
    classes = _third_classes(target, len(originals))
    best = originals.copy()
    already = predict(model, originals).argmax(1) == classes[0]
    success = already.copy()
    change = np.where(already, 0.0, np.inf).astype(np.float32)
    for weight in weights:
        result = optimize_to_class(model, originals, target, steps, step_size, weight, penalty)
        better = np.asarray(result.success) & (np.asarray(result.change) < change)
        best[better] = np.asarray(result.images)[better]
        change[better] = np.asarray(result.change)[better]
        success |= better
    return Optimized(best, success, np.where(success, change, 0).astype(np.float32))


@wrong(
    "input_optimization.change_penalty",
    breaks="A gradient flows back to the images (none leaves NumPy)",
)
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


@wrong(
    "input_optimization.change_penalty",
    breaks="A gradient flows back to the images (none leaves NumPy)",
)
def change_penalty_numpy_match(images, originals, kind="l2"):
    d = np.asarray(images, np.float64) - np.asarray(originals, np.float64)
    flat = d.reshape(len(d), -1)
    match kind:
        case "l2":
            return (flat * flat).mean(1)
        case "l1":
            return np.abs(flat).mean(1)
        case "tv":
            return (
                np.abs(np.diff(d, axis=1)).sum((1, 2, 3))
                + np.abs(np.diff(d, axis=2)).sum((1, 2, 3))
            ) / flat.shape[1]
    raise ValueError(kind)


def _in_spectrum_with(penalty, model, images, target, steps, step_size, weight, seed, view):
    originals, classes = tf.convert_to_tensor(images), _third_classes(target, len(images))
    count, height, width, channels = originals.shape
    spectrum = tf.zeros((count, channels, *frequencies(height, width).shape), tf.complex64)
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(spectrum)
            changed = originals + fourier_images(spectrum, height, width)
            changed = tf.clip_by_value(changed, 0.0, 1.0)
            seen = random_view(changed, *view, seed + n)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(
                classes, model(seen, training=False)
            )
            loss += weight * penalty(changed, seen, originals, seed + n)
        slope = tape.gradient(loss, spectrum)
        length = tf.sqrt(tf.reduce_mean(tf.abs(slope) ** 2, axis=(1, 2, 3), keepdims=True))
        rate = step_size * (1 - n / steps)
        spectrum -= rate * tf.math.divide_no_nan(slope, tf.cast(length, slope.dtype))
    changed = tf.clip_by_value(originals + fourier_images(spectrum, height, width), 0.0, 1.0)
    success = predict(model, changed).argmax(axis=-1) == classes
    return Optimized(changed, success, _third_penalty(changed, originals, "l2"))


@wrong(
    "input_optimization.optimize_in_spectrum",
    breaks="The penalty is that of the images (of the same view of images and originals)",
)
def spectrum_penalty_of_both_views(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    def penalty(changed, seen, originals, number):
        return _third_penalty(seen, random_view(originals, *view, number), "l2")

    call = model, images, target, steps, step_size, penalty_weight, seed, view
    return _in_spectrum_with(penalty, *call)


@wrong(
    "input_optimization.optimize_in_spectrum",
    breaks="The penalty is that of the images (of what is seen, less the originals)",
)
def spectrum_penalty_of_the_view(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    def penalty(changed, seen, originals, number):
        return _third_penalty(seen, originals, "l2")

    call = model, images, target, steps, step_size, penalty_weight, seed, view
    return _in_spectrum_with(penalty, *call)
