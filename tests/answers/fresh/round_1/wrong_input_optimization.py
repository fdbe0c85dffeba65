# ruff: noqa: ANN001, ANN201, ANN202
"""Wrong answers to `input_optimization`: each breaks one promise of a docstring."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Optimized as _Optimized
from tests.answers.fresh import wrong

_KINDS = ("l2", "l1", "tv")


def _check(kind):
    if kind not in _KINDS:
        raise ValueError(f"kind must be one of {_KINDS}, not {kind!r}")


def _tensor(images):
    return tf.convert_to_tensor(np.array(images), tf.float32)


def _clip(images):
    return tf.clip_by_value(images, 0.0, 1.0)


def _penalty(images, originals, kind):
    _check(kind)
    change = images - originals
    if kind == "l2":
        return tf.reduce_mean(change**2, axis=(1, 2, 3))
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=(1, 2, 3))
    return tf.image.total_variation(change) / float(np.prod(change.shape[1:]))


def _targets(target, images):
    return tf.constant(np.broadcast_to(np.asarray(target, np.int32), (len(images),)))


def _real(images):
    return tf.convert_to_tensor(images, tf.float32)


def _goals(target, count):
    return tf.broadcast_to(tf.cast(tf.convert_to_tensor(target), tf.int32), [count])


def _price(images, originals, kind):
    change = images - originals
    if kind == "l2":
        return tf.reduce_mean(change**2, axis=[1, 2, 3])
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=[1, 2, 3])
    if kind == "tv":
        return tf.image.total_variation(change) / float(np.prod(change.shape[1:]))
    raise ValueError(f"penalty must be 'l2', 'l1' or 'tv', not {kind!r}")


def _entropy(model, images, target):
    logits = model(images, training=False)
    labels = _goals(target, len(images))
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)


def _arrived(model, images, target):
    logits = model(images, training=False)
    return tf.argmax(logits, axis=1, output_type=tf.int32) == _goals(target, len(images))


def _descend(model, images, target, steps, step_size, weight, penalty="l2"):
    originals = images = _real(images)
    _price(images, originals, penalty)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(images)
            loss = _entropy(model, images, target) + weight * _price(images, originals, penalty)
        images = tf.clip_by_value(images - step_size * tape.gradient(loss, images), 0.0, 1.0)
    return images, _arrived(model, images, target), _price(images, originals, penalty)


def _column(values):
    return tf.reshape(values, [-1, 1, 1, 1])


# --- change_penalty


@wrong(
    "input_optimization.change_penalty",
    breaks="No root is taken: here l2 is the root mean square",
)
def takes_the_root(images, originals, kind="l2"):
    result = _penalty(_tensor(images), _tensor(originals), kind)
    return tf.sqrt(result) if kind == "l2" else result


@wrong("input_optimization.change_penalty", breaks="Means over an image's numbers: here sums")
def adds_up_the_changes(images, originals, kind="l2"):
    images = _tensor(images)
    return _penalty(images, _tensor(originals), kind) * float(np.prod(images.shape[1:]))


@wrong(
    "input_optimization.change_penalty",
    breaks="tv is that of the change: here that of the changed image",
)
def measures_the_image_itself(images, originals, kind="l2"):
    images, originals = _tensor(images), _tensor(originals)
    return _penalty(images, originals if kind != "tv" else tf.zeros_like(images), kind)


@wrong(
    "input_optimization.change_penalty",
    breaks="tv is that of the change: here how much the total variation changed",
)
def compares_two_variations(images, originals, kind="l2"):
    images, originals = _tensor(images), _tensor(originals)
    if kind != "tv":
        return _penalty(images, originals, kind)
    grown = tf.image.total_variation(images) - tf.image.total_variation(originals)
    return tf.abs(grown) / float(np.prod(images.shape[1:]))


@wrong("input_optimization.change_penalty", breaks="tv is divided by H · W · C: here not at all")
def does_not_divide_the_variation(images, originals, kind="l2"):
    images, originals = _tensor(images), _tensor(originals)
    if kind == "tv":
        return tf.image.total_variation(images - originals)
    return _penalty(images, originals, kind)


@wrong(
    "input_optimization.change_penalty",
    breaks="Divided by H · W · C: here tv is divided by H · W alone",
)
def forgets_the_channels(images, originals, kind="l2"):
    images = _tensor(images)
    result = _penalty(images, _tensor(originals), kind)
    return result * images.shape[-1] if kind == "tv" else result


@wrong("input_optimization.change_penalty", breaks="One number an image: here the batch's mean")
def averages_the_batch(images, originals, kind="l2"):
    return tf.reduce_mean(_penalty(_tensor(images), _tensor(originals), kind))


@wrong(
    "input_optimization.change_penalty",
    breaks="ValueError for an unknown kind: here it is taken for l2",
)
def takes_anything_for_l2(images, originals, kind="l2"):
    kind = kind if kind in _KINDS else "l2"
    return _penalty(_tensor(images), _tensor(originals), kind)


@wrong(
    "input_optimization.change_penalty",
    breaks="ValueError for an unknown kind: here 'L2' or 'TV' pass",
)
def forgives_capital_letters(images, originals, kind="l2"):
    return _penalty(_tensor(images), _tensor(originals), kind.lower())


@wrong(
    "input_optimization.change_penalty",
    breaks="The mean of absolute changes: here the absolute mean change, where up and down cancel",
)
def lets_changes_cancel(images, originals, kind="l2"):
    images, originals = _tensor(images), _tensor(originals)
    if kind == "l1":
        return tf.abs(tf.reduce_mean(images - originals, axis=(1, 2, 3)))
    return _penalty(images, originals, kind)


@wrong(
    "input_optimization.change_penalty",
    breaks="the total variation of the change: takes how much the total variation has changed",
)
def change_of_the_total_variation(images, originals, kind="l2"):
    images, originals = _real(images), _real(originals)
    if kind == "tv":
        rise = tf.image.total_variation(images) - tf.image.total_variation(originals)
        return tf.abs(rise) / float(np.prod(images.shape[1:]))
    return _price(images, originals, kind)


@wrong(
    "input_optimization.change_penalty",
    breaks="ValueError for an unknown kind: looks it up in a dict, a KeyError",
)
def kinds_in_a_dict(images, originals, kind="l2"):
    change = _real(images) - _real(originals)
    kinds = {
        "l2": lambda: tf.reduce_mean(tf.square(change), axis=[1, 2, 3]),
        "l1": lambda: tf.reduce_mean(tf.abs(change), axis=[1, 2, 3]),
        "tv": lambda: tf.image.total_variation(change) / float(np.prod(change.shape[1:])),
    }
    return kinds[kind]()


@wrong(
    "input_optimization.change_penalty",
    breaks="0 for no change: rounds the corner of the absolute value off, √(x² + 1e-6)",
)
def corner_rounded_off(images, originals, kind="l2"):
    images, originals = _real(images), _real(originals)
    if kind == "l1":
        return tf.reduce_mean(tf.sqrt((images - originals) ** 2 + 1e-6), axis=[1, 2, 3])
    return _price(images, originals, kind)


@wrong(
    "input_optimization.change_penalty",
    breaks="divided by H · W · C: divides by the number of pairs of neighbours",
)
def mean_over_the_pairs(images, originals, kind="l2"):
    images, originals = _real(images), _real(originals)
    if kind == "tv":
        _, height, width, channels = images.shape
        pairs = ((height - 1) * width + height * (width - 1)) * channels
        return tf.image.total_variation(images - originals) / max(pairs, 1)
    return _price(images, originals, kind)


# --- optimize_to_class


def _cross_entropy(logits, targets):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)


def _optimize(
    model, images, target, steps, step_size, penalty_weight, penalty,
    *, loss=_cross_entropy, cost=_penalty, clip=_clip, mean=False, change=lambda g: g, stop=False,
):  # fmt: skip
    """A right answer, but for what is handed in by keyword."""
    originals = x = _tensor(images)
    targets = _targets(target, x)
    _check(penalty)
    for _ in range(int(steps)):
        if stop and _reached(model, x, targets).all():
            break
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = loss(model(x, training=False), targets)
            value += penalty_weight * cost(x, originals, penalty)
            value = tf.reduce_mean(value) if mean else value
        x = clip(x - step_size * change(tape.gradient(value, x)))
    x = _clip(x) if steps else x
    return _Optimized(x, _reached(model, x, targets), _penalty(x, originals, penalty))


def _reached(model, images, targets):
    return tf.argmax(model(images, training=False), -1).numpy() == np.asarray(targets)


@wrong(
    "input_optimization.optimize_to_class",
    breaks="All the steps are taken: here it stops once every target is reached",
)
def stops_when_all_are_there(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    return _optimize(model, images, target, steps, step_size, penalty_weight, penalty, stop=True)


@wrong(
    "input_optimization.optimize_to_class",
    breaks="All the steps are taken: here each image is left alone from when it reaches its target",
)
def freezes_what_has_arrived(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    originals = x = _tensor(images)
    targets = _targets(target, x)
    _check(penalty)
    for _ in range(int(steps)):
        done = _reached(model, x, targets)[:, None, None, None]
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = _cross_entropy(model(x, training=False), targets)
            value += penalty_weight * _penalty(x, originals, penalty)
        x = tf.where(done, x, _clip(x - step_size * tape.gradient(value, x)))
    return _Optimized(x, _reached(model, x, targets), _penalty(x, originals, penalty))


@wrong(
    "input_optimization.optimize_to_class",
    breaks="Each image on its own: here the batch's mean loss falls, so B divides the step",
)
def descends_the_batch_mean(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    return _optimize(model, images, target, steps, step_size, penalty_weight, penalty, mean=True)


@wrong(
    "input_optimization.optimize_to_class",
    breaks="The penalty of the change so far: here of the last step's change only",
)
def punishes_the_last_step_only(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    originals = x = before = _tensor(images)
    targets = _targets(target, x)
    _check(penalty)
    for _ in range(int(steps)):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = _cross_entropy(model(x, training=False), targets)
            value += penalty_weight * _penalty(x, before, penalty)
        before, x = x, _clip(x - step_size * tape.gradient(value, x))
    return _Optimized(x, _reached(model, x, targets), _penalty(x, originals, penalty))


@wrong(
    "input_optimization.optimize_to_class",
    breaks="The penalty is a mean: here the change is punished by its sum",
)
def punishes_the_sum(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    def cost(x, originals, kind):
        return _penalty(x, originals, kind) * float(np.prod(x.shape[1:]))

    return _optimize(model, images, target, steps, step_size, penalty_weight, penalty, cost=cost)


@wrong("input_optimization.optimize_to_class", breaks="Clipped at every step: here only at the end")
def clips_at_the_end(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    return _optimize(
        model, images, target, steps, step_size, penalty_weight, penalty, clip=tf.identity
    )


@wrong(
    "input_optimization.optimize_to_class",
    breaks="Success of the images returned: here of those before the last step",
)
def judges_before_the_last_step(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    result = _optimize(model, images, target, steps, step_size, penalty_weight, penalty)
    early = _optimize(model, images, target, max(steps - 1, 0), step_size, penalty_weight, penalty)
    return result._replace(success=early.success)


@wrong(
    "input_optimization.optimize_to_class",
    breaks="Success of the images returned: here whether the target was reached at any time",
)
def counts_a_passing_success(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    results = [
        _optimize(model, images, target, n, step_size, penalty_weight, penalty)
        for n in range(int(steps) + 1)
    ]
    return results[-1]._replace(success=np.any([r.success for r in results], axis=0))


@wrong(
    "input_optimization.optimize_to_class",
    breaks="Success is the largest logit: here a probability above one half",
)
def asks_for_a_majority(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    result = _optimize(model, images, target, steps, step_size, penalty_weight, penalty)
    probabilities = tf.nn.softmax(model(result.images, training=False))
    targets = _targets(target, result.images)
    success = tf.gather(probabilities, targets, axis=1, batch_dims=1) > 0.5
    return result._replace(success=success)


@wrong(
    "input_optimization.optimize_to_class",
    breaks="The change is unweighted: here it is multiplied by penalty_weight",
)
def weighs_the_change(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    result = _optimize(model, images, target, steps, step_size, penalty_weight, penalty)
    return result._replace(change=penalty_weight * result.change)


@wrong(
    "input_optimization.optimize_to_class",
    breaks="The change is that of the kind asked for: here always l2",
)
def reports_l2_always(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    result = _optimize(model, images, target, steps, step_size, penalty_weight, penalty)
    return result._replace(change=_penalty(result.images, _tensor(images), "l2"))


@wrong(
    "input_optimization.optimize_to_class",
    breaks="The cross-entropy falls: here the target's logit rises, and the others are ignored",
)
def raises_the_logit(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    loss = lambda logits, k: -tf.gather(logits, k, axis=1, batch_dims=1)  # noqa: E731
    return _optimize(model, images, target, steps, step_size, penalty_weight, penalty, loss=loss)


@wrong(
    "input_optimization.optimize_to_class",
    breaks=(
        "The cross-entropy for any logits: here -log of a softmax that has become 0, whose "
        "gradient is nan"
    ),
)
def takes_the_logarithm_of_zero(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    def loss(logits, k):
        return -tf.math.log(tf.gather(tf.nn.softmax(logits), k, axis=1, batch_dims=1))

    return _optimize(model, images, target, steps, step_size, penalty_weight, penalty, loss=loss)


@wrong(
    "input_optimization.optimize_to_class",
    breaks=(
        "The cross-entropy of any logits: here Keras' loss on clipped probabilities, whose "
        "gradient is 0 when the model is sure"
    ),
)
def clips_the_probabilities(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    def loss(logits, k):
        p = tf.clip_by_value(tf.nn.softmax(logits), 1e-7, 1 - 1e-7)
        return -tf.math.log(tf.gather(p, k, axis=1, batch_dims=1))

    return _optimize(model, images, target, steps, step_size, penalty_weight, penalty, loss=loss)


@wrong(
    "input_optimization.optimize_to_class",
    breaks=(
        "The gradient is multiplied by step_size: here only its sign is, as an iterated FGSM does"
    ),
)
def steps_by_the_sign(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    return _optimize(
        model, images, target, steps, step_size, penalty_weight, penalty, change=tf.sign
    )


@wrong(
    "input_optimization.optimize_to_class",
    breaks="The images are not changed: here a numpy batch becomes the result",
)
def optimizes_the_given_array(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    result = _optimize(model, images, target, steps, step_size, penalty_weight, penalty)
    if isinstance(images, np.ndarray):
        images[...] = result.images.numpy()
    return result


@wrong(
    "input_optimization.optimize_to_class",
    breaks="the penalty of the change so far: penalizes the change since the last step, which is "
    "none and has no slope",
)
def penalty_since_the_last_step(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    originals = images = _real(images)
    _price(images, originals, penalty)
    for _ in range(steps):
        before = tf.identity(images)
        with tf.GradientTape() as tape:
            tape.watch(images)
            loss = _entropy(model, images, target)
            loss += penalty_weight * _price(images, tf.stop_gradient(before), penalty)
        images = tf.clip_by_value(images - step_size * tape.gradient(loss, images), 0.0, 1.0)
    return _Optimized(images, _arrived(model, images, target), _price(images, originals, penalty))


@wrong(
    "input_optimization.optimize_to_class",
    breaks="the cross-entropy of the softmax: Keras's loss without from_logits=True takes the "
    "logits for probabilities",
)
def logits_taken_for_probabilities(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    originals = images = _real(images)
    labels = _goals(target, len(images))
    _price(images, originals, penalty)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(images)
            logits = model(images, training=False)
            loss = keras.losses.sparse_categorical_crossentropy(labels, logits)
            loss += penalty_weight * _price(images, originals, penalty)
        images = tf.clip_by_value(images - step_size * tape.gradient(loss, images), 0.0, 1.0)
    return _Optimized(images, _arrived(model, images, target), _price(images, originals, penalty))


@wrong(
    "input_optimization.optimize_to_class",
    breaks="the slope of the absolute value at 0 is 0: writes it as where(x < 0, −x, x), with a "
    "slope of 1",
)
def slope_of_one_at_zero(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    def cost(images):
        change = images - originals
        if penalty == "l1":
            return tf.reduce_mean(tf.where(change < 0, -change, change), axis=[1, 2, 3])
        return _price(images, originals, penalty)

    originals = images = _real(images)
    cost(images)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(images)
            loss = _entropy(model, images, target) + penalty_weight * cost(images)
        images = tf.clip_by_value(images - step_size * tape.gradient(loss, images), 0.0, 1.0)
    return _Optimized(images, _arrived(model, images, target), cost(images))


@wrong(
    "input_optimization.optimize_to_class",
    breaks="success of the images that are returned: of those before the last step, whose logits "
    "were at hand",
)
def success_before_the_last_step(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    originals = images = _real(images)
    success = _arrived(model, images, target)
    _price(images, originals, penalty)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(images)
            loss = _entropy(model, images, target)
            loss += penalty_weight * _price(images, originals, penalty)
        success = _arrived(model, images, target)
        images = tf.clip_by_value(images - step_size * tape.gradient(loss, images), 0.0, 1.0)
    return _Optimized(images, success, _price(images, originals, penalty))


@wrong(
    "input_optimization.optimize_to_class",
    breaks="success is the largest logit: asks for a probability above one half",
)
def success_above_one_half(model, images, target, steps, step_size, penalty_weight, penalty="l2"):
    images, _, change = _descend(model, images, target, steps, step_size, penalty_weight, penalty)
    return _Optimized(images, tf.exp(-_entropy(model, images, target)) > 0.5, change)


@wrong(
    "input_optimization.optimize_to_class",
    breaks="for each image on its own: Keras's loss is the mean over the batch, so each image of B "
    "moves a B-th as far",
)
def loss_averaged_over_the_batch(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    originals = images = _real(images)
    labels = _goals(target, len(images))
    entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    _price(images, originals, penalty)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(images)
            loss = entropy(labels, model(images, training=False))
            loss += penalty_weight * tf.reduce_mean(_price(images, originals, penalty))
        images = tf.clip_by_value(images - step_size * tape.gradient(loss, images), 0.0, 1.0)
    return _Optimized(images, _arrived(model, images, target), _price(images, originals, penalty))


# --- difference_image


@wrong(
    "input_optimization.difference_image",
    breaks="optimized - original: here original - optimized",
)
def subtracts_the_other_way_round(originals, optimized):
    return np.asarray(originals) - np.asarray(optimized)


@wrong("input_optimization.difference_image", breaks="Signed: here absolute values")
def drops_the_sign(originals, optimized):
    return np.abs(np.asarray(optimized) - np.asarray(originals))


@wrong(
    "input_optimization.difference_image",
    breaks="The difference itself: here stretched so that its largest value is 1",
)
def stretches_the_difference(originals, optimized):
    change = np.asarray(optimized) - np.asarray(originals)
    size = np.abs(change).max(axis=(1, 2, 3), keepdims=True)
    return change / np.where(size == 0, 1, size)


@wrong(
    "input_optimization.difference_image",
    breaks="In [-1, 1] with 0 for no change: here shifted to [0, 1] to be shown",
)
def shifts_to_grey(originals, optimized):
    return (np.asarray(optimized) - np.asarray(originals)) / 2 + 0.5


@wrong(
    "input_optimization.difference_image",
    breaks="Negative where the image became darker: here cut off at 0",
)
def cuts_off_what_became_darker(originals, optimized):
    return np.clip(np.asarray(optimized) - np.asarray(originals), 0, 1)


@wrong(
    "input_optimization.difference_image",
    breaks="(B, H, W, C): here a batch of one loses its axis",
)
def squeezes_a_single_difference(originals, optimized):
    return np.squeeze(np.asarray(optimized) - np.asarray(originals))


@wrong(
    "input_optimization.difference_image",
    breaks="optimized − original: stretches it so that the largest change is 1",
)
def stretched_to_be_seen(originals, optimized):
    change = np.asarray(optimized, np.float64) - np.asarray(originals)
    size = np.abs(change).max(axis=(1, 2, 3), keepdims=True)
    return change / np.where(size == 0, 1, size)


@wrong(
    "input_optimization.difference_image",
    breaks="changes nothing that it is given: subtracts within the array of the optimized images",
)
def subtracts_in_place(originals, optimized):
    change = optimized if isinstance(optimized, np.ndarray) else np.array(optimized)
    change -= np.asarray(originals)
    return change


@wrong(
    "input_optimization.difference_image",
    breaks="what was changed: changes below half a grey level of 255 are lost, since it counts in "
    "whole ones",
)
def whole_grey_levels(originals, optimized):
    before, after = (np.rint(255 * np.asarray(x, np.float64)) for x in (originals, optimized))
    return (after - before) / 255


# --- smallest_change


def _smallest(
    model, images, target, weights, steps, step_size, penalty,
    *, less=lambda new, old: new < old, first=False, started=True,
):  # fmt: skip
    """A right answer, but for what is handed in by keyword."""
    _check(penalty)
    originals = _tensor(images)
    targets = _targets(target, originals)
    done = _reached(model, originals, targets) & started
    best, success = originals.numpy(), done.copy()
    change = np.where(done, 0, np.inf)
    for weight in weights:
        result = _optimize(model, images, target, steps, step_size, weight, penalty)
        new = np.asarray(result.change)
        better = result.success & ~done & (~success | less(new, change))
        if first:
            better &= ~success
        best[better], success[better] = result.images.numpy()[better], True
        change[better] = new[better]
    return _Optimized(best, success, np.where(success, change, 0).astype(np.float32))


@wrong(
    "input_optimization.smallest_change",
    breaks="The least change: here the first weight that succeeds, in the order given",
)
def takes_the_first_success(model, images, target, weights, steps, step_size, penalty="l2"):
    return _smallest(model, images, target, weights, steps, step_size, penalty, first=True)


@wrong(
    "input_optimization.smallest_change",
    breaks="The least change: here the last weight that succeeds",
)
def takes_the_last_success(model, images, target, weights, steps, step_size, penalty="l2"):
    less = lambda new, old: new == new  # noqa: E731
    return _smallest(model, images, target, weights, steps, step_size, penalty, less=less)


@wrong(
    "input_optimization.smallest_change",
    breaks="The least change: here the largest weight that succeeds, which need not change least",
)
def trusts_the_largest_weight(model, images, target, weights, steps, step_size, penalty="l2"):
    weights = sorted(weights, reverse=True)
    return _smallest(model, images, target, weights, steps, step_size, penalty, first=True)


@wrong(
    "input_optimization.smallest_change",
    breaks="For each image: here one weight for all, that with the least mean change",
)
def chooses_one_weight_for_all(model, images, target, weights, steps, step_size, penalty="l2"):
    results = [
        _smallest(model, images, target, [weight], steps, step_size, penalty) for weight in weights
    ]
    if not results:
        return _smallest(model, images, target, [], steps, step_size, penalty)
    return max(results, key=lambda r: (np.sum(r.success), -float(np.mean(r.change))))


@wrong(
    "input_optimization.smallest_change",
    breaks=(
        "An image that is the target from the start stays as it is: here it is changed as all "
        "others"
    ),
)
def changes_what_was_right(model, images, target, weights, steps, step_size, penalty="l2"):
    return _smallest(model, images, target, weights, steps, step_size, penalty, started=False)


@wrong(
    "input_optimization.smallest_change",
    breaks="Where none succeeds, the unchanged image: here the last attempt",
)
def returns_the_failed_attempt(model, images, target, weights, steps, step_size, penalty="l2"):
    result = _smallest(model, images, target, weights, steps, step_size, penalty)
    if len(weights) and not np.all(result.success):
        last = _optimize(model, images, target, steps, step_size, weights[-1], penalty)
        result.images[~result.success] = last.images.numpy()[~result.success]
    return result


@wrong(
    "input_optimization.smallest_change",
    breaks="Where none succeeds, change is 0: here infinite",
)
def gives_an_infinite_change(model, images, target, weights, steps, step_size, penalty="l2"):
    result = _smallest(model, images, target, weights, steps, step_size, penalty)
    return result._replace(change=np.where(result.success, result.change, np.inf))


@wrong(
    "input_optimization.smallest_change",
    breaks=(
        "Where none succeeds, success is false: here true for every image, as each was "
        "returned somehow"
    ),
)
def calls_everything_a_success(model, images, target, weights, steps, step_size, penalty="l2"):
    result = _smallest(model, images, target, weights, steps, step_size, penalty)
    return result._replace(success=np.ones_like(result.success))


@wrong(
    "input_optimization.smallest_change",
    breaks="Only successful results count: here the least change of all wins, reached or not",
)
def ignores_whether_it_works(model, images, target, weights, steps, step_size, penalty="l2"):
    _check(penalty)
    originals = _tensor(images)
    done = _reached(model, originals, _targets(target, originals))
    best = _Optimized(originals.numpy(), done.copy(), np.where(done, 0, np.inf))
    for weight in weights:
        result = _optimize(model, images, target, steps, step_size, weight, penalty)
        better = ~done & (np.asarray(result.change) < best.change)
        best.images[better] = result.images.numpy()[better]
        best.success[better] = result.success[better]
        best.change[better] = np.asarray(result.change)[better]
    best.images[~best.success] = originals.numpy()[~best.success]
    return best._replace(change=np.where(best.success, best.change, 0))


@wrong(
    "input_optimization.smallest_change",
    breaks="Each weight starts at the images: here where the last weight ended",
)
def goes_on_from_the_last_result(model, images, target, weights, steps, step_size, penalty="l2"):
    _check(penalty)
    originals = x = _tensor(images)
    targets = _targets(target, x)
    done = _reached(model, x, targets)
    best, success = originals.numpy(), done.copy()
    change = np.where(done, 0, np.inf)
    for weight in weights:
        result = _optimize(model, x, target, steps, step_size, weight, penalty)
        x = result.images
        new = _penalty(x, originals, penalty).numpy()
        better = result.success & ~done & (new < change)
        best[better], success[better], change[better] = x.numpy()[better], True, new[better]
    return _Optimized(best, success, np.where(success, change, 0))


@wrong(
    "input_optimization.smallest_change",
    breaks="The kind of penalty is the caller's: here l2 is optimized and compared",
)
def always_measures_l2(model, images, target, weights, steps, step_size, penalty="l2"):
    _check(penalty)
    return _smallest(model, images, target, weights, steps, step_size, "l2")


@wrong(
    "input_optimization.smallest_change",
    breaks="Weights are any sequence: here they are sorted in place, which a tuple cannot be",
)
def sorts_the_weights_in_place(model, images, target, weights, steps, step_size, penalty="l2"):
    weights.sort(reverse=True)
    return _smallest(model, images, target, weights, steps, step_size, penalty)


@wrong(
    "input_optimization.smallest_change",
    breaks=(
        "ValueError for an unknown penalty: here nothing is checked when all images are right "
        "from the start"
    ),
)
def checks_too_late(model, images, target, weights, steps, step_size, penalty="l2"):
    originals = _tensor(images)
    if _reached(model, originals, _targets(target, originals)).all():
        n = len(originals)
        return _Optimized(originals, np.ones(n, bool), np.zeros(n, np.float32))
    return _smallest(model, images, target, weights, steps, step_size, penalty)


@wrong(
    "input_optimization.smallest_change",
    breaks="the one with the least change: takes the successful result of the largest weight, "
    "though after so many steps another may have changed less",
)
def largest_weight_that_works(model, images, target, weights, steps, step_size, penalty="l2"):
    originals = _real(images)
    best, change = originals, _price(originals, originals, penalty)
    success = _arrived(model, originals, target)
    for weight in sorted(weights, reverse=True):
        found, works, cost = _descend(model, originals, target, steps, step_size, weight, penalty)
        take = works & ~success
        best = tf.where(_column(take), found, best)
        change = tf.where(take, cost, change)
        success = success | take
    return _Optimized(best, success, change)


@wrong(
    "input_optimization.smallest_change",
    breaks="where no weight succeeds, the unchanged image and 0: the last attempt and its change",
)
def last_attempt_where_none_works(model, images, target, weights, steps, step_size, penalty="l2"):
    originals = _real(images)
    success = _arrived(model, originals, target)
    best, change = originals, tf.where(success, 0.0, np.inf)
    found, cost = originals, _price(originals, originals, penalty)
    for weight in weights:
        found, works, cost = _descend(model, originals, target, steps, step_size, weight, penalty)
        take = works & (cost < change)
        best, change = tf.where(_column(take), found, best), tf.where(take, cost, change)
        success = success | works
    return _Optimized(
        tf.where(_column(success), best, found), success, tf.where(success, change, cost)
    )


@wrong(
    "input_optimization.smallest_change",
    breaks="change 0 where no weight succeeds: it stays infinite",
)
def infinite_where_none_works(model, images, target, weights, steps, step_size, penalty="l2"):
    originals = _real(images)
    _price(originals, originals, penalty)
    success = _arrived(model, originals, target)
    best, change = originals, tf.where(success, 0.0, np.inf)
    for weight in weights:
        found, works, cost = _descend(model, originals, target, steps, step_size, weight, penalty)
        take = works & (cost < change)
        best, change = tf.where(_column(take), found, best), tf.where(take, cost, change)
        success = success | works
    return _Optimized(best, success, change)


@wrong(
    "input_optimization.smallest_change",
    breaks="changes nothing that it is given: sorts the list of weights, in place",
)
def sorts_the_list_it_was_given(model, images, target, weights, steps, step_size, penalty="l2"):
    originals = _real(images)
    _price(originals, originals, penalty)
    success = _arrived(model, originals, target)
    best, change = originals, tf.where(success, 0.0, np.inf)
    weights = weights if isinstance(weights, list) else list(weights)
    weights.sort(reverse=True)
    for weight in weights:
        found, works, cost = _descend(model, originals, target, steps, step_size, weight, penalty)
        take = works & (cost < change)
        best, change = tf.where(_column(take), found, best), tf.where(take, cost, change)
        success = success | works
    return _Optimized(best, success, tf.where(success, change, 0.0))


@wrong(
    "input_optimization.smallest_change",
    breaks="an image that is taken for the target from the start is returned as it is: the descent "
    "moves it as well",
)
def moves_what_is_already_there(model, images, target, weights, steps, step_size, penalty="l2"):
    originals = _real(images)
    _price(originals, originals, penalty)
    success = tf.zeros(len(originals), bool)
    best, change = originals, tf.fill([len(originals)], np.float32(np.inf))
    for weight in weights:
        found, works, cost = _descend(model, originals, target, steps, step_size, weight, penalty)
        take = works & (cost < change)
        best, change = tf.where(_column(take), found, best), tf.where(take, cost, change)
        success = success | works
    return _Optimized(best, success, tf.where(success, change, 0.0))


@wrong(
    "input_optimization.smallest_change",
    breaks="for each image: keeps the one weight whose successes have the least mean change",
)
def one_weight_for_the_whole_batch(model, images, target, weights, steps, step_size, penalty="l2"):
    originals = _real(images)
    _price(originals, originals, penalty)
    there = _arrived(model, originals, target)
    best, success, least = originals, there, (0, np.inf)
    change = tf.zeros(len(originals))
    for weight in weights:
        found, works, cost = _descend(model, originals, target, steps, step_size, weight, penalty)
        new = works & ~there
        count = int(tf.reduce_sum(tf.cast(new, tf.int32)))
        mean = float(tf.reduce_mean(tf.boolean_mask(cost, new))) if count else np.inf
        if count and (-count, mean) < (-least[0], least[1]):
            least, success = (count, mean), there | new
            best, change = tf.where(_column(new), found, originals), tf.where(new, cost, 0.0)
    return _Optimized(best, success, change)
