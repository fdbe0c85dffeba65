"""Known mistakes in 2.3, by task.

TensorFlow is imported where it is needed: a task of plain arrays does not wait for it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course.given import Optimized
from course.grader.mistakes import mistake

TENSOR = "Given a tensor instead of a NumPy array"

# --- change_penalty -------------------------------------------------------------------------------


def _size_of(change: Any, kind: str) -> Any:
    """The right penalty of a change: `(B,)`."""
    import tensorflow as tf

    change = tf.convert_to_tensor(change)
    if kind == "l2":
        return tf.reduce_mean(tf.square(change), axis=(1, 2, 3))
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=(1, 2, 3))
    if kind == "tv":
        return tf.image.total_variation(change) / np.prod(change.shape[1:])
    raise ValueError("kind")


@mistake(
    "input_optimization.change_penalty", "the total variation of the images, not of the change"
)
def tv_of_the_images(images: Any, originals: Any, kind: str = "l2") -> Any:
    return _size_of(images if kind == "tv" else images - originals, kind)


@mistake(
    "input_optimization.change_penalty",
    "the total variation of the images minus that of the originals",
)
def tv_of_both(images: Any, originals: Any, kind: str = "l2") -> Any:
    if kind == "tv":
        return _size_of(images, kind) - _size_of(originals, kind)
    return _size_of(images - originals, kind)


@mistake("input_optimization.change_penalty", "a total variation that is not divided by H · W · C")
def tv_as_sum(images: Any, originals: Any, kind: str = "l2") -> Any:
    size = _size_of(images - originals, kind)
    return size * np.prod(images.shape[1:]) if kind == "tv" else size


@mistake("input_optimization.change_penalty", "a total variation divided by H · W, without C")
def tv_by_pixels(images: Any, originals: Any, kind: str = "l2") -> Any:
    return _size_of(images - originals, kind) * (images.shape[-1] if kind == "tv" else 1)


@mistake("input_optimization.change_penalty", "a total variation along the columns only")
def tv_along_one_axis(images: Any, originals: Any, kind: str = "l2") -> Any:
    change = images - originals
    if kind == "tv":
        return np.abs(np.diff(change, axis=1)).sum(axis=(1, 2, 3)) / change[0].size
    return _size_of(change, kind)


@mistake("input_optimization.change_penalty", "a total variation of squares")
def tv_squared(images: Any, originals: Any, kind: str = "l2") -> Any:
    change = images - originals
    if kind == "tv":
        down, across = (np.square(np.diff(change, axis=axis)) for axis in (1, 2))
        return (down.sum(axis=(1, 2, 3)) + across.sum(axis=(1, 2, 3))) / change[0].size
    return _size_of(change, kind)


@mistake("input_optimization.change_penalty", "a mean over the pairs of neighbours, not H · W · C")
def tv_as_means(images: Any, originals: Any, kind: str = "l2") -> Any:
    change = images - originals
    if kind == "tv":
        down, across = (np.abs(np.diff(change, axis=axis)) for axis in (1, 2))
        return down.mean(axis=(1, 2, 3)) + across.mean(axis=(1, 2, 3))
    return _size_of(change, kind)


@mistake("input_optimization.change_penalty", "a total variation that goes round the border")
def tv_around_the_border(images: Any, originals: Any, kind: str = "l2") -> Any:
    change = images - originals
    if kind == "tv":
        turned = sum(np.abs(change - np.roll(change, 1, axis=axis)) for axis in (1, 2))
        return turned.mean(axis=(1, 2, 3))
    return _size_of(change, kind)


@mistake("input_optimization.change_penalty", "sums over an image, instead of means")
def penalty_as_sum(images: Any, originals: Any, kind: str = "l2") -> Any:
    return _size_of(images - originals, kind) * np.prod(images.shape[1:])


@mistake("input_optimization.change_penalty", "one mean over the whole batch")
def penalty_of_the_batch(images: Any, originals: Any, kind: str = "l2") -> Any:
    return np.mean(_size_of(images - originals, kind))


@mistake("input_optimization.change_penalty", "the batch's mean, given to every image")
def penalty_shared_by_all(images: Any, originals: Any, kind: str = "l2") -> Any:
    size = _size_of(images - originals, kind)
    return np.full(len(size), np.mean(size), np.float32)


@mistake("input_optimization.change_penalty", "means that are also divided by the batch size")
def penalty_divided_by_the_batch(images: Any, originals: Any, kind: str = "l2") -> Any:
    return _size_of(images - originals, kind) / len(images)


@mistake("input_optimization.change_penalty", "means over rows and columns, one for each channel")
def penalty_of_every_channel(images: Any, originals: Any, kind: str = "l2") -> Any:
    change = images - originals
    return np.stack([_size_of(change[..., c : c + 1], kind) for c in range(3)], axis=-1)


@mistake("input_optimization.change_penalty", "the root of the mean square: no root is taken")
def penalty_with_root(images: Any, originals: Any, kind: str = "l2") -> Any:
    size = _size_of(images - originals, kind)
    return size**0.5 if kind == "l2" else size


@mistake("input_optimization.change_penalty", "half of the mean square: the square is not halved")
def penalty_halved(images: Any, originals: Any, kind: str = "l2") -> Any:
    return _size_of(images - originals, kind) / (2 if kind == "l2" else 1)


@mistake("input_optimization.change_penalty", "the mean of the changes with their signs")
def penalty_with_signs(images: Any, originals: Any, kind: str = "l2") -> Any:
    change = images - originals
    return change.mean(axis=(1, 2, 3)) if kind == "l1" else _size_of(change, kind)


@mistake("input_optimization.change_penalty", "the penalty of the images, not of their change")
def penalty_of_the_images(images: Any, originals: Any, kind: str = "l2") -> Any:
    return _size_of(images, kind)


@mistake("input_optimization.change_penalty", 'kind "l1" as the default instead of "l2"')
def penalty_l1_by_default(images: Any, originals: Any, kind: str = "l1") -> Any:
    return _size_of(images - originals, kind)


@mistake("input_optimization.change_penalty", "l1 and l2 mixed up")
def penalty_mixed_up(images: Any, originals: Any, kind: str = "l2") -> Any:
    return _size_of(images - originals, {"l1": "l2", "l2": "l1"}.get(kind, kind))


@mistake("input_optimization.change_penalty", "is accepted", is_computed=False)
def penalty_tv_otherwise(images: Any, originals: Any, kind: str = "l2") -> Any:
    return _size_of(images - originals, kind if kind in ("l1", "l2") else "tv")


@mistake("input_optimization.change_penalty", TENSOR, is_computed=False)
def size_of_a_copy_of_an_array(images: Any, originals: Any, kind: str = "l2") -> Any:
    return _size_of(images.copy() - originals, kind)


@mistake("input_optimization.change_penalty", TENSOR, is_computed=False)
def size_from_a_copy_of_an_array(images: Any, originals: Any, kind: str = "l2") -> Any:
    return _size_of(images - originals.copy(), kind)


@mistake("input_optimization.change_penalty", "", is_computed=False)
def size_in_three_channels(images: Any, originals: Any, kind: str = "l2") -> Any:
    change = np.asarray(images) - np.asarray(originals)
    return _size_of(change, kind) * change.shape[-1] / 3


@mistake("input_optimization.change_penalty", "No gradient flows through it", is_computed=False)
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


@mistake("input_optimization.change_penalty", "Only a part of the gradient", is_computed=False)
def tv_partly_by_numpy(images: Any, originals: Any, kind: str = "l2") -> Any:
    import tensorflow as tf

    if kind != "tv":
        return _size_of(images - originals, kind)
    change = tf.convert_to_tensor(images) - originals
    down = np.abs(np.diff(np.asarray(change), axis=1)).sum(axis=(1, 2, 3))
    across = tf.reduce_sum(tf.abs(change[:, :, 1:] - change[:, :, :-1]), axis=(1, 2, 3))
    return (across + down) / np.prod(change.shape[1:])


# --- optimize_to_class ----------------------------------------------------------------------------

CHANGED_WEIGHTS = "The model's weights are changed"
NOT_FINITE = "holds NaN or infinity"


def _cross_entropy(logits: Any, target: Any) -> Any:
    import tensorflow as tf

    return tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits)


def _clipped_step(images: Any, slope: Any, step_size: float) -> Any:
    import tensorflow as tf

    return tf.clip_by_value(images - step_size * slope, 0.0, 1.0)


def _path(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    penalty_weight: float,
    penalty: str = "l2",
    loss: Callable[..., Any] = _cross_entropy,
    cost: Callable[..., Any] = _size_of,
    move: Callable[..., Any] = _clipped_step,
    training: bool = False,
) -> list[Any]:
    """The images before the first and after every step, where one part may be done otherwise.

    Args:
        model: and what follows, as in `optimize_to_class`.
        loss: of logits and targets, one an image.
        cost: of the change and the kind, one an image.
        move: of images, slope and step size.
        training: how the model is called.
    """
    import tensorflow as tf

    originals = tf.convert_to_tensor(images)
    targets = tf.broadcast_to(tf.cast(target, tf.int32), originals.shape[:1])
    path = [originals]
    cost(originals - originals, penalty)
    for _ in range(steps):
        now = path[-1]
        with tf.GradientTape() as tape:
            tape.watch(now)
            total = loss(model(now, training=training), targets)
            total += penalty_weight * cost(now - originals, penalty)
        path.append(move(now, tape.gradient(total, now), step_size))
    return path


def _result(model: Any, path: list[Any], target: Any, penalty: str = "l2", *rest: Any) -> Any:
    """What is to be returned of a path."""
    predicted = np.argmax(model(path[-1], training=False), axis=1)
    return Optimized(path[-1], predicted == target, _size_of(path[-1] - path[0], penalty))


def _optimize(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    penalty_weight: float,
    penalty: str = "l2",
    **parts: Any,
) -> Any:
    """The task solved, but for the parts (see `_path`) that are done otherwise."""
    path = _path(model, images, target, steps, step_size, penalty_weight, penalty, **parts)
    return _result(model, path, target, penalty)


# The mistakes below take the task's arguments as `call`, or those that they need by name.


@mistake("input_optimization.optimize_to_class", "a climb up the loss, instead of a descent")
def climbs_the_loss(
    model: Any, images: Any, target: Any, steps: int, step_size: float, *rest: Any
) -> Any:
    return _optimize(model, images, target, steps, -step_size, *rest)


@mistake("input_optimization.optimize_to_class", "", is_computed=False)
def succeeds_with_no_step(model: Any, images: Any, target: Any, steps: int, *rest: Any) -> Any:
    changed, success, change = _optimize(model, images, target, steps, *rest)
    return Optimized(changed, success & (steps > 0), change)


@mistake("input_optimization.optimize_to_class", "a penalty that is subtracted: change is rewarded")
def rewards_change(*call: Any) -> Any:
    return _optimize(*call, cost=lambda change, kind: -_size_of(change, kind))


@mistake("input_optimization.optimize_to_class", "a descent without the penalty")
def forgets_the_penalty(*call: Any) -> Any:
    return _optimize(*call, cost=lambda change, kind: 0 * _size_of(change, kind))


@mistake("input_optimization.optimize_to_class", "a penalty without its weight")
def forgets_the_weight(
    model: Any, images: Any, target: Any, steps: int, step_size: float, weight: float, *rest: Any
) -> Any:
    return _optimize(model, images, target, steps, step_size, 1.0, *rest)


@mistake("input_optimization.optimize_to_class", "a weight for the cross-entropy, not the penalty")
def weighs_the_cross_entropy(
    model: Any, images: Any, target: Any, steps: int, step_size: float, weight: float, *rest: Any
) -> Any:
    def loss(logits: Any, targets: Any) -> Any:
        return weight * _cross_entropy(logits, targets)

    return _optimize(model, images, target, steps, step_size, 1.0, *rest, loss=loss)


@mistake("input_optimization.optimize_to_class", "a penalty of the images, not of their change")
def penalizes_the_images(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    weight: float,
    penalty: str = "l2",
) -> Any:
    def cost(change: Any, kind: str) -> Any:
        return _size_of(change + images, kind)

    return _optimize(model, images, target, steps, step_size, weight, penalty, cost=cost)


@mistake("input_optimization.optimize_to_class", "the penalty l2, whatever kind is asked for")
def always_penalizes_l2(*call: Any) -> Any:
    def cost(change: Any, kind: str) -> Any:
        _size_of(change, kind)
        return _size_of(change, "l2")

    return _optimize(*call, cost=cost)


@mistake("input_optimization.optimize_to_class", "a loss that is the mean over the batch")
def divides_by_the_batch(*call: Any) -> Any:
    def move(images: Any, slope: Any, step_size: float) -> Any:
        return _clipped_step(images, slope / len(images), step_size)

    return _optimize(*call, move=move)


@mistake("input_optimization.optimize_to_class", "a cross-entropy that is the mean over the batch")
def divides_the_cross_entropy_by_the_batch(*call: Any) -> Any:
    def loss(logits: Any, targets: Any) -> Any:
        return _cross_entropy(logits, targets) / len(logits)

    return _optimize(*call, loss=loss)


@mistake(
    "input_optimization.optimize_to_class", "a softmax applied twice: before the cross-entropy"
)
def applies_softmax_twice(*call: Any) -> Any:
    import tensorflow as tf

    return _optimize(*call, loss=lambda logits, t: _cross_entropy(tf.nn.softmax(logits), t))


@mistake(
    "input_optimization.optimize_to_class", "the logit maximised, instead of the cross-entropy"
)
def maximises_the_logit(*call: Any) -> Any:
    import tensorflow as tf

    return _optimize(*call, loss=lambda logits, t: -tf.gather(logits, t, batch_dims=1))


@mistake("input_optimization.optimize_to_class", "the probability maximised, without its logarithm")
def maximises_the_probability(*call: Any) -> Any:
    import tensorflow as tf

    return _optimize(
        *call, loss=lambda logits, t: -tf.gather(tf.nn.softmax(logits), t, batch_dims=1)
    )


@mistake(
    "input_optimization.optimize_to_class", "a cross-entropy of each class on its own: sigmoid"
)
def takes_the_sigmoid(*call: Any) -> Any:
    import tensorflow as tf

    def loss(logits: Any, targets: Any) -> Any:
        wanted = tf.one_hot(targets, logits.shape[1])
        each = tf.nn.sigmoid_cross_entropy_with_logits(wanted, logits)
        return tf.reduce_sum(each, axis=1)

    return _optimize(*call, loss=loss)


@mistake("input_optimization.optimize_to_class", "the first image's target, used for all of them")
def uses_the_first_target(model: Any, images: Any, target: Any, *rest: Any) -> Any:
    return _optimize(model, images, np.ravel(target)[0], *rest)


@mistake("input_optimization.optimize_to_class", "a descent that never clips")
def never_clips(*call: Any) -> Any:
    return _optimize(*call, move=lambda images, slope, size: images - size * slope)


@mistake("input_optimization.optimize_to_class", "clipping after the last step only")
def clips_at_the_end(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    weight: float,
    penalty: str = "l2",
) -> Any:
    def move(now: Any, slope: Any, size: float) -> Any:
        return now - size * slope

    path = _path(model, images, target, steps, step_size, weight, penalty, move=move)
    return _result(model, [path[0], np.clip(path[-1], 0, 1)], target, penalty)


@mistake("input_optimization.optimize_to_class", "clipping before the step, instead of after it")
def clips_before_the_step(*call: Any) -> Any:
    import tensorflow as tf

    def move(images: Any, slope: Any, step_size: float) -> Any:
        return tf.clip_by_value(images, 0.0, 1.0) - step_size * slope

    return _optimize(*call, move=move)


@mistake("input_optimization.optimize_to_class", "steps along the sign of the gradient")
def follows_the_sign(*call: Any) -> Any:
    import tensorflow as tf

    return _optimize(
        *call, move=lambda images, slope, size: _clipped_step(images, tf.sign(slope), size)
    )


@mistake("input_optimization.optimize_to_class", "gradients that are normalised to length one")
def normalises_the_gradient(*call: Any) -> Any:
    import tensorflow as tf

    def move(images: Any, slope: Any, step_size: float) -> Any:
        length = tf.norm(tf.reshape(slope, (len(images), -1)), axis=1)
        return _clipped_step(images, slope / tf.reshape(length, (-1, 1, 1, 1)), step_size)

    return _optimize(*call, move=move)


@mistake(
    "input_optimization.optimize_to_class", "a stop when the target is reached: take all the steps"
)
def stops_at_the_target(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    weight: float,
    penalty: str = "l2",
) -> Any:
    path = _path(model, images, target, steps, step_size, weight, penalty)
    ends = [np.all(_result(model, [one], target).success) for one in path]
    return _result(model, path[: (*ends, True).index(True) + 1], target, penalty)


@mistake(
    "input_optimization.optimize_to_class", "a stop when the target is reached: take all the steps"
)
def each_stops_at_its_target(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    weight: float,
    penalty: str = "l2",
) -> Any:
    path = np.stack(_path(model, images, target, steps, step_size, weight, penalty))
    there = np.stack([_result(model, [one], target).success for one in path])
    there[-1] = True
    last = path[there.argmax(axis=0), np.arange(len(images))]
    return _result(model, [path[0], last], target, penalty)


@mistake("input_optimization.optimize_to_class", NOT_FINITE, is_computed=False)
def penalizes_by_the_root(*call: Any) -> Any:
    def cost(change: Any, kind: str) -> Any:
        size = _size_of(change, kind)
        return size**0.5 if kind == "l2" else size

    return _optimize(*call, cost=cost)


@mistake("input_optimization.optimize_to_class", "one step too many")
def steps_too_far(model: Any, images: Any, target: Any, steps: int, *rest: Any) -> Any:
    return _optimize(model, images, target, steps + 1, *rest)


@mistake("input_optimization.optimize_to_class", "one step too few")
def steps_too_short(model: Any, images: Any, target: Any, steps: int, *rest: Any) -> Any:
    return _optimize(model, images, target, steps - 1, *rest)


@mistake("input_optimization.optimize_to_class", "at least one step, also when steps is 0")
def always_takes_a_step(model: Any, images: Any, target: Any, steps: int, *rest: Any) -> Any:
    return _optimize(model, images, target, max(1, steps), *rest)


@mistake("input_optimization.optimize_to_class", "success for all if any image succeeds")
def success_of_any(*call: Any) -> Any:
    answer = _optimize(*call)
    return answer._replace(success=np.full(len(answer.images), np.any(answer.success)))


@mistake("input_optimization.optimize_to_class", "success for none unless all images succeed")
def success_of_all(*call: Any) -> Any:
    answer = _optimize(*call)
    return answer._replace(success=np.full(len(answer.images), np.all(answer.success)))


@mistake("input_optimization.optimize_to_class", "success told of the images before the last step")
def success_before_the_last_step(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    weight: float,
    penalty: str = "l2",
) -> Any:
    path = _path(model, images, target, steps, step_size, weight, penalty)
    before = _result(model, path[:-1] or path, target, penalty)
    return _result(model, path, target, penalty)._replace(success=before.success)


@mistake("input_optimization.optimize_to_class", "success told of the original images")
def success_of_the_originals(model: Any, images: Any, target: Any, *rest: Any) -> Any:
    before = np.argmax(model(images, training=False), axis=1) == target
    return _optimize(model, images, target, *rest)._replace(success=before)


@mistake("input_optimization.optimize_to_class", "success if the target's logit has risen")
def success_if_the_logit_rises(model: Any, images: Any, target: Any, *rest: Any) -> Any:
    answer = _optimize(model, images, target, *rest)
    rows = np.arange(len(images))
    before, after = (np.asarray(model(one))[rows, target] for one in (images, answer.images))
    return answer._replace(success=after > before)


@mistake("input_optimization.optimize_to_class", "success only above a probability of one half")
def success_above_a_half(model: Any, images: Any, target: Any, *rest: Any) -> Any:
    answer = _optimize(model, images, target, *rest)
    chances = np.exp(_cross_entropy(model(answer.images), np.broadcast_to(target, len(images))))
    return answer._replace(success=chances < 2)


@mistake("input_optimization.optimize_to_class", "a change that is multiplied by the weight")
def reports_the_weighted_change(
    model: Any, images: Any, target: Any, steps: int, step_size: float, weight: float, *rest: Any
) -> Any:
    answer = _optimize(model, images, target, steps, step_size, weight, *rest)
    return answer._replace(change=weight * answer.change)


@mistake("input_optimization.optimize_to_class", "the whole loss as the change")
def reports_the_loss(
    model: Any, images: Any, target: Any, steps: int, step_size: float, weight: float, *rest: Any
) -> Any:
    answer = _optimize(model, images, target, steps, step_size, weight, *rest)
    left = _cross_entropy(model(answer.images), np.broadcast_to(target, len(images)))
    return answer._replace(change=left + weight * answer.change)


@mistake("input_optimization.optimize_to_class", "a change that is always l2, whatever the penalty")
def reports_l2(*call: Any) -> Any:
    answer = _optimize(*call)
    return answer._replace(change=_size_of(answer.images - call[1], "l2"))


@mistake(
    "input_optimization.optimize_to_class", "a change since the last step, not since the start"
)
def reports_the_last_step(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    weight: float,
    penalty: str = "l2",
) -> Any:
    path = _path(model, images, target, steps, step_size, weight, penalty)
    change = _size_of(path[-1] - path[max(0, len(path) - 2)], penalty)
    return _result(model, path, target, penalty)._replace(change=change)


@mistake("input_optimization.optimize_to_class", "seems to run in training mode", is_computed=False)
def runs_for_training(*call: Any) -> Any:
    return _optimize(*call, training=True)


@mistake("input_optimization.optimize_to_class", CHANGED_WEIGHTS, is_computed=False)
def predicts_for_training(model: Any, images: Any, target: Any, *rest: Any) -> Any:
    answer = _optimize(model, images, target, *rest)
    success = np.argmax(model(answer.images, training=True), axis=1) == target
    return answer._replace(success=success)


@mistake("input_optimization.optimize_to_class", CHANGED_WEIGHTS, is_computed=False)
def trains_the_model(model: Any, images: Any, target: Any, *rest: Any) -> Any:
    answer = _optimize(model, images, target, *rest)
    model.set_weights([0.99 * weight for weight in model.get_weights()])
    return answer


@mistake("input_optimization.optimize_to_class", "is accepted", is_computed=False)
def takes_other_kinds_for_tv(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    weight: float,
    penalty: str = "l2",
) -> Any:
    kind = penalty if penalty in ("l1", "l2") else "tv"
    return _optimize(model, images, target, steps, step_size, weight, kind)


@mistake("input_optimization.optimize_to_class", "is accepted", is_computed=False)
def refuses_only_when_it_steps(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    weight: float,
    penalty: str = "l2",
) -> Any:
    kind = "l2" if steps == 0 and penalty not in ("l1", "tv") else penalty
    return _optimize(model, images, target, steps, step_size, weight, kind)


@mistake("input_optimization.optimize_to_class", "writes into an array", is_computed=False)
def writes_into_the_images(model: Any, images: Any, *rest: Any) -> Any:
    answer = _optimize(model, images, *rest)
    images[...] = answer.images
    return answer


@mistake("input_optimization.optimize_to_class", TENSOR, is_computed=False)
def optimizes_a_copy_of_an_array(model: Any, images: Any, *rest: Any) -> Any:
    return _optimize(model, images.copy(), *rest)


@mistake("input_optimization.optimize_to_class", "", is_computed=False)
def takes_the_logarithm_of_a_softmax(*call: Any) -> Any:
    import tensorflow as tf

    def loss(logits: Any, targets: Any) -> Any:
        return -tf.math.log(tf.gather(tf.nn.softmax(logits), targets, batch_dims=1))

    return _optimize(*call, loss=loss)


# --- difference_image -----------------------------------------------------------------------------


@mistake("input_optimization.difference_image", "original − optimized: the sign is turned round")
def difference_turned_round(originals: Any, optimized: Any) -> Any:
    return originals - optimized


@mistake("input_optimization.difference_image", "the absolute difference: the sign is lost")
def difference_without_sign(originals: Any, optimized: Any) -> Any:
    return np.abs(optimized - originals)


@mistake("input_optimization.difference_image", "the difference squared")
def difference_squared(originals: Any, optimized: Any) -> Any:
    return (optimized - originals) ** 2


@mistake("input_optimization.difference_image", "the difference moved into the range from 0 to 1")
def difference_moved(originals: Any, optimized: Any) -> Any:
    return (optimized - originals + 1) / 2


@mistake("input_optimization.difference_image", "the difference clipped to [0, 1]: darker is lost")
def difference_clipped(originals: Any, optimized: Any) -> Any:
    return np.clip(optimized - originals, 0, 1)


@mistake("input_optimization.difference_image", "the difference added up over the channels")
def difference_summed(originals: Any, optimized: Any) -> Any:
    return (optimized - originals).sum(axis=-1)


@mistake("input_optimization.difference_image", "the difference averaged over the channels")
def difference_averaged(originals: Any, optimized: Any) -> Any:
    return (optimized - originals).mean(axis=-1)


@mistake("input_optimization.difference_image", "the difference divided by its largest magnitude")
def difference_normalised(originals: Any, optimized: Any) -> Any:
    change = optimized - originals
    return change / np.abs(change).max()


@mistake("input_optimization.difference_image", "the mean difference of the batch")
def difference_of_the_batch(originals: Any, optimized: Any) -> Any:
    return (optimized - originals).mean(axis=0)


@mistake("input_optimization.difference_image", "the optimized images themselves")
def difference_forgotten(originals: Any, optimized: Any) -> Any:
    return optimized


@mistake("input_optimization.difference_image", TENSOR, is_computed=False)
def difference_of_a_copy_of_an_array(originals: Any, optimized: Any) -> Any:
    return optimized.copy() - originals


@mistake("input_optimization.difference_image", "", is_computed=False)
def difference_squeezed(originals: Any, optimized: Any) -> Any:
    return np.squeeze(np.asarray(optimized) - np.asarray(originals))


# --- smallest_change ------------------------------------------------------------------------------


def _pick_trials(
    model: Any,
    images: Any,
    target: Any,
    weights: Sequence[float],
    steps: int,
    step_size: float,
    penalty: str = "l2",
    choose: Callable[..., Any] | None = None,
    start: bool = True,
) -> Any:
    """The task solved, but that what is kept is chosen otherwise.

    Args:
        model: and what follows, as in `smallest_change`.
        choose: of success and change `(N, B)`, the trial that each image is taken from: `(B,)`.
        start: whether an image that is right already is left alone.
    """
    start_is = _optimize(model, images, target, 0, step_size, 0.0, penalty)
    tried = [_optimize(model, images, target, steps, step_size, one, penalty) for one in weights]
    success = np.stack([one.success for one in tried])
    change = np.stack([one.change for one in tried])
    chosen = (choose or _least)(success, change)
    each = np.arange(len(images))
    kept = np.stack([one.images for one in tried])[chosen, each]
    works, paid = success[chosen, each], change[chosen, each]
    stays = ~works | (start_is.success if start else False)
    return Optimized(
        np.where(stays.reshape(-1, 1, 1, 1), images, kept),
        works | start_is.success if start else works,
        np.where(stays, 0, paid),
    )


def _least(success: Any, change: Any) -> Any:
    return np.where(success, change, np.inf).argmin(axis=0)


@mistake(
    "input_optimization.smallest_change", "the largest or last change that works, not the smallest"
)
def keeps_the_largest_change(*call: Any) -> Any:
    return _pick_trials(
        *call, choose=lambda success, change: np.where(success, change, -np.inf).argmax(axis=0)
    )


@mistake(
    "input_optimization.smallest_change", "the largest or last change that works, not the smallest"
)
def keeps_the_last_success(*call: Any) -> Any:
    return _pick_trials(
        *call, choose=lambda success, change: len(change) - 1 - success[::-1].argmax(axis=0)
    )


@mistake(
    "input_optimization.smallest_change", "the first weight that works, not the smallest change"
)
def keeps_the_first_success(*call: Any) -> Any:
    return _pick_trials(*call, choose=lambda success, change: success.argmax(axis=0))


@mistake(
    "input_optimization.smallest_change", "the largest weight that works, not the smallest change"
)
def keeps_the_largest_weight(
    model: Any, images: Any, target: Any, weights: Sequence[float], *rest: Any
) -> Any:
    def choose(success: Any, change: Any) -> Any:
        return success.argmax(axis=0)

    falling = sorted(weights, reverse=True)
    return _pick_trials(model, images, target, falling, *rest, choose=choose)


@mistake("input_optimization.smallest_change", "the smallest weight that works, not its change")
def keeps_the_smallest_weight(
    model: Any, images: Any, target: Any, weights: Sequence[float], *rest: Any
) -> Any:
    def choose(success: Any, change: Any) -> Any:
        return success.argmax(axis=0)

    return _pick_trials(model, images, target, sorted(weights), *rest, choose=choose)


@mistake("input_optimization.smallest_change", "a search that ends at the first weight that fails")
def ends_at_the_first_failure(*call: Any) -> Any:
    def choose(success: Any, change: Any) -> Any:
        return _least(np.minimum.accumulate(success, axis=0), change)

    return _pick_trials(*call, choose=choose)


@mistake("input_optimization.smallest_change", "the least change, whether it works or not")
def ignores_success(*call: Any) -> Any:
    return _pick_trials(*call, choose=lambda success, change: change.argmin(axis=0))


@mistake("input_optimization.smallest_change", "one weight for the whole batch")
def one_weight_for_all(*call: Any) -> Any:
    def choose(success: Any, change: Any) -> Any:
        order = np.lexsort([change.mean(axis=1), -success.sum(axis=1)])
        return np.full(change.shape[1], order[0])

    return _pick_trials(*call, choose=choose)


@mistake("input_optimization.smallest_change", "the penalty l2, whatever kind is asked for")
def searches_with_l2(
    model: Any,
    images: Any,
    target: Any,
    weights: Sequence[float],
    steps: int,
    step_size: float,
    penalty: str = "l2",
) -> Any:
    _size_of(images, penalty)
    return _pick_trials(model, images, target, weights, steps, step_size)


@mistake("input_optimization.smallest_change", "changes that are compared as l2, whatever the kind")
def compares_by_l2(
    model: Any,
    images: Any,
    target: Any,
    weights: Sequence[float],
    steps: int,
    step_size: float,
    penalty: str = "l2",
) -> Any:
    call = (model, images, target)
    tried = [_optimize(*call, steps, step_size, weight, penalty).images for weight in weights]
    squares = np.stack([_size_of(one - images, "l2") for one in tried])

    def choose(success: Any, change: Any) -> Any:
        return _least(success, squares)

    return _pick_trials(*call, weights, steps, step_size, penalty, choose=choose)


@mistake("input_optimization.smallest_change", "the first image's target, used for all of them")
def searches_for_the_first_target(model: Any, images: Any, target: Any, *rest: Any) -> Any:
    return _pick_trials(model, images, np.ravel(target)[0], *rest)


@mistake("input_optimization.smallest_change", "a change that is searched for in right images too")
def changes_right_images(*call: Any) -> Any:
    return _pick_trials(*call, start=False)


@mistake("input_optimization.smallest_change", "a failure that returns the changed image")
def returns_failed_images(*call: Any) -> Any:
    answer, trial = _pick_trials(*call), _last_trial(*call)
    failed = ~answer.success
    kept = np.where(failed.reshape(-1, 1, 1, 1), trial.images, answer.images)
    return Optimized(kept, answer.success, np.where(failed, trial.change, answer.change))


@mistake("input_optimization.smallest_change", "a failure with the change of an image not returned")
def reports_the_failed_change(*call: Any) -> Any:
    answer, trial = _pick_trials(*call), _last_trial(*call)
    return answer._replace(change=np.where(answer.success, answer.change, trial.change))


@mistake("input_optimization.smallest_change", "success for every image, also where none works")
def claims_success(*call: Any) -> Any:
    answer = _pick_trials(*call)
    return answer._replace(success=np.full(len(answer.images), True))


@mistake(
    "input_optimization.smallest_change", "success of the last weight, not of what is returned"
)
def success_of_the_last_weight(*call: Any) -> Any:
    return _pick_trials(*call)._replace(success=_last_trial(*call).success)


def _last_trial(
    model: Any,
    images: Any,
    target: Any,
    weights: Sequence[float],
    steps: int,
    step_size: float,
    penalty: str = "l2",
) -> Any:
    return _optimize(model, images, target, steps, step_size, weights[-1], penalty)


@mistake("input_optimization.smallest_change", NOT_FINITE, is_computed=False)
def fails_without_a_number(*call: Any) -> Any:
    answer = _pick_trials(*call)
    return answer._replace(change=np.where(answer.success, answer.change, np.nan))


@mistake("input_optimization.smallest_change", CHANGED_WEIGHTS, is_computed=False)
def looks_for_training(model: Any, images: Any, *rest: Any) -> Any:
    model(images, training=True)
    return _pick_trials(model, images, *rest)


@mistake("input_optimization.smallest_change", "is accepted", is_computed=False)
def searches_with_tv_otherwise(
    model: Any,
    images: Any,
    target: Any,
    weights: Sequence[float],
    steps: int,
    step_size: float,
    penalty: str = "l2",
) -> Any:
    kind = penalty if penalty in ("l1", "l2") else "tv"
    return _pick_trials(model, images, target, weights, steps, step_size, kind)


@mistake("input_optimization.smallest_change", "writes into an array", is_computed=False)
def searches_in_place(model: Any, images: Any, *rest: Any) -> Any:
    answer = _pick_trials(model, images, *rest)
    images += 0.5 * (answer.images - images) + 1e-3
    return answer


# --- as others do it ------------------------------------------------------------------------------


@mistake("input_optimization.change_penalty", "the difference of two total variations")
def tv_difference(images: Any, originals: Any, kind: str = "l2") -> Any:
    if kind != "tv":
        return _size_of(images - originals, kind)
    return np.abs(_size_of(images, "tv") - _size_of(originals, "tv"))


@mistake("input_optimization.optimize_to_class", "logits taken for probabilities: from_logits=True")
def takes_logits_for_probabilities(*call: Any) -> Any:
    import keras

    def loss(logits: Any, targets: Any) -> Any:
        return keras.losses.sparse_categorical_crossentropy(targets, logits)

    return _optimize(*call, loss=loss)


@mistake("input_optimization.optimize_to_class", "clipping to the images' range, not to [0, 1]")
def clips_to_the_range(model: Any, images: Any, *rest: Any) -> Any:
    low, high = float(np.min(images)), float(np.max(images))

    def move(now: Any, slope: Any, step_size: float) -> Any:
        import tensorflow as tf

        return tf.clip_by_value(now - step_size * slope, low, high)

    return _optimize(model, images, *rest, move=move)


@mistake("input_optimization.optimize_to_class", "Adam's steps, instead of plain ones")
def descends_with_adam(*call: Any) -> Any:
    moments = {"first": 0.0, "second": 0.0, "time": 0}

    def move(images: Any, slope: Any, step_size: float) -> Any:
        moments["time"] += 1
        moments["first"] = 0.9 * moments["first"] + 0.1 * slope
        moments["second"] = 0.999 * moments["second"] + 0.001 * slope**2
        first = moments["first"] / (1 - 0.9 ** moments["time"])
        second = moments["second"] / (1 - 0.999 ** moments["time"])
        return _clipped_step(images, first / (second**0.5 + 1e-7), step_size)

    return _optimize(*call, move=move)


@mistake("input_optimization.smallest_change", "weights that start where the last one ended")
def goes_on_from_weight_to_weight(
    model: Any,
    images: Any,
    target: Any,
    weights: Sequence[float],
    steps: int,
    step_size: float,
    penalty: str = "l2",
) -> Any:
    now, tried = images, []
    for weight in weights:
        answer = _optimize(model, now, target, steps, step_size, weight, penalty)
        now = np.asarray(answer.images)
        tried.append(answer._replace(change=np.asarray(_size_of(now - images, penalty))))
    success = np.stack([one.success for one in tried])
    change = np.stack([one.change for one in tried])
    chosen, each = _least(success, change), np.arange(len(images))
    kept = np.stack([one.images for one in tried])[chosen, each]
    works = success[chosen, each]
    is_right = _optimize(model, images, target, 0, step_size, 0.0, penalty).success
    stays = ~works | is_right
    return Optimized(
        np.where(stays.reshape(-1, 1, 1, 1), images, kept),
        works | is_right,
        np.where(stays, 0, change[chosen, each]),
    )


@mistake("input_optimization.smallest_change", TENSOR, is_computed=False)
def searches_from_a_copy_of_an_array(model: Any, images: Any, *rest: Any) -> Any:
    return _pick_trials(model, images.copy(), *rest)


# --- optimize_in_spectrum -------------------------------------------------------------------------


def _paint(spectrum: Any, height: int, width: int) -> Any:
    """A right `fourier_images`."""
    import tensorflow as tf

    speeds = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))
    slowest = np.maximum(speeds, 1 / max(height, width))
    planes = tf.signal.irfft2d(spectrum * (np.sqrt(height * width) / slowest), [height, width])
    return tf.transpose(planes, (0, 2, 3, 1))


def _look(images: Any, limits: Any, seed: Any, is_shared: bool = False) -> Any:
    """A right `random_view`, or one of which all images have the same."""
    import keras

    count, height, width, _ = images.shape
    drawn = np.random.default_rng(seed).uniform(-1, 1, (count, 4))
    drawn = np.repeat(drawn[:1], count, axis=0) if is_shared else drawn
    down, right, angle, zoom = (drawn * [limits[0], *limits]).T
    angle = np.radians(angle)
    cos, sin, x, y = np.cos(angle) / (1 + zoom), np.sin(angle) / (1 + zoom), width - 1, height - 1
    columns = [cos, -sin, (x - cos * x + sin * y) / 2 + right]
    rows = [sin, cos, (y - sin * x - cos * y) / 2 + down]
    views = np.stack([*columns, *rows, 0 * cos, 0 * cos], axis=1).astype(np.float32)
    return keras.ops.image.affine_transform(images, views, "bilinear", "reflect")


def _clip(images: Any) -> Any:
    import tensorflow as tf

    return tf.clip_by_value(images, 0.0, 1.0)


def _clipped_for_free(images: Any) -> Any:
    """Clipped, but with the gradient of what is not clipped."""
    import tensorflow as tf

    return images + tf.stop_gradient(_clip(images) - images)


def _unit(gradient: Any, n: int, axes: Any = (1, 2, 3)) -> Any:
    """A right scaling of gradients, or one over other axes."""
    import tensorflow as tf

    square = tf.reduce_mean(abs(gradient) ** 2, axis=axes, keepdims=True)
    return tf.math.divide_no_nan(gradient, tf.cast(tf.sqrt(square), gradient.dtype))


def _in_spectrum(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    penalty_weight: float,
    seed: int,
    view: Any = (12.0, 8.0, 0.1),
    *,
    paint: Callable[..., Any] = _paint,
    loss: Callable[..., Any] = _cross_entropy,
    cost: Callable[[Any, Any], Any] = lambda change, seen: _size_of(change, "l2"),
    clip: Callable[[Any], Any] = _clip,
    look: Callable[..., Any] = _look,
    step_seed: Callable[[int, int], Any] = lambda seed, n: [seed, n],
    update: Callable[[Any, int], Any] = _unit,
    fading: Callable[[int, int], float] = lambda n, steps: 1 - n / steps,
    judged: Callable[[Any], Any] = lambda images: images,
    training: bool = False,
) -> Any:
    """A right answer, of which each mistake changes one part."""
    import tensorflow as tf

    originals = tf.convert_to_tensor(images)
    count, height, width, channels = originals.shape
    targets = tf.broadcast_to(tf.cast(target, tf.int32), [count])
    spectrum = tf.zeros((count, channels, height, width // 2 + 1), tf.complex64)
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(spectrum)
            changed = clip(originals + paint(spectrum, height, width))
            seen = look(changed, view, step_seed(seed, n))
            total = loss(model(seen, training=training), targets)
            total += penalty_weight * cost(changed - originals, seen)
        rate = step_size * fading(n, steps)
        spectrum -= rate * update(tape.gradient(total, spectrum), n)
    changed = clip(originals + paint(spectrum, height, width))
    predicted = np.argmax(model(judged(changed), training=False), axis=1)
    return Optimized(changed, predicted == targets.numpy(), _size_of(changed - originals, "l2"))


def _wrong_wave(says: str, is_computed: bool = True) -> Any:
    return mistake("input_optimization.optimize_in_spectrum", says, is_computed)


@_wrong_wave("a search in pixels, not in the spectrum")
def searches_in_pixels(model: Any, images: Any, target: Any, *call: Any) -> Any:
    steps, step_size, weight, *_ = call
    left = list(range(steps))

    def move(now: Any, slope: Any, size: float) -> Any:
        import tensorflow as tf

        rate = size * len(left) / steps
        left.pop()
        square = tf.reduce_mean(slope**2, axis=(1, 2, 3), keepdims=True)
        return _clipped_step(now, slope / tf.sqrt(square), rate)

    return _optimize(model, images, target, steps, step_size, weight, move=move)


@_wrong_wave("waves that are not divided by their frequency")
def waves_alike(*call: Any) -> Any:
    import tensorflow as tf

    def paint(spectrum: Any, height: int, width: int) -> Any:
        scale = np.sqrt(height * width).astype(np.complex64)
        planes = tf.signal.irfft2d(spectrum * scale, [height, width])
        return tf.transpose(planes, (0, 2, 3, 1))

    return _in_spectrum(*call, paint=paint)


@_wrong_wave("a climb up the loss, instead of a descent")
def climbs_in_the_spectrum(*call: Any) -> Any:
    return _in_spectrum(*call, update=lambda gradient, n: -_unit(gradient, n))


@_wrong_wave("a descent along the conjugate: the imaginary parts go up")
def conjugates_the_gradient(*call: Any) -> Any:
    import tensorflow as tf

    return _in_spectrum(*call, update=lambda *given: tf.math.conj(_unit(*given)))


@_wrong_wave("a descent of the real parts alone")
def moves_the_real_parts(*call: Any) -> Any:
    import tensorflow as tf

    def update(gradient: Any, n: int) -> Any:
        return _unit(tf.cast(tf.math.real(gradient), tf.complex64), n)

    return _in_spectrum(*call, update=update)


@_wrong_wave("Adam's steps, instead of plain ones")
def adam_in_the_spectrum(*call: Any) -> Any:
    import tensorflow as tf

    kept: dict[str, Any] = {}

    def update(gradient: Any, n: int) -> Any:
        parts = tf.stack([tf.math.real(gradient), tf.math.imag(gradient)])
        kept["mean"] = 0.9 * kept.get("mean", 0.0) + 0.1 * parts
        kept["square"] = 0.999 * kept.get("square", 0.0) + 0.001 * parts**2
        mean, square = kept["mean"] / (1 - 0.9 ** (n + 1)), kept["square"] / (1 - 0.999 ** (n + 1))
        return tf.complex(*tf.unstack(mean / (tf.sqrt(square) + 1e-7)))

    return _in_spectrum(*call, update=update)


@_wrong_wave("a step size that does not fall")
def never_fades(*call: Any) -> Any:
    return _in_spectrum(*call, fading=lambda n, steps: 1.0)


@_wrong_wave("a step size that falls one step too early")
def fades_too_early(*call: Any) -> Any:
    return _in_spectrum(*call, fading=lambda n, steps: 1 - (n + 1) / steps)


@_wrong_wave("plain steps along the gradient, not scaled to a length")
def plain_steps_in_the_spectrum(*call: Any) -> Any:
    return _in_spectrum(*call, update=lambda gradient, n: gradient)


@_wrong_wave("the sign of each part of the gradient")
def signs_in_the_spectrum(*call: Any) -> Any:
    import tensorflow as tf

    def update(gradient: Any, n: int) -> Any:
        return tf.complex(tf.sign(tf.math.real(gradient)), tf.sign(tf.math.imag(gradient)))

    return _in_spectrum(*call, update=update)


@_wrong_wave("one length for the whole batch")
def one_length_for_all(*call: Any) -> Any:
    return _in_spectrum(*call, update=lambda *given: _unit(*given, axes=(0, 1, 2, 3)))


@_wrong_wave("a length for each channel, not for each image")
def one_length_per_channel(*call: Any) -> Any:
    return _in_spectrum(*call, update=lambda *given: _unit(*given, axes=(2, 3)))


@_wrong_wave("the root of the sum of squares as the length, not of their mean")
def scales_to_the_norm(*call: Any) -> Any:
    import tensorflow as tf

    def update(gradient: Any, n: int) -> Any:
        count = tf.cast(tf.size(gradient[0]), tf.float32)
        return _unit(gradient, n) / tf.cast(tf.sqrt(count), tf.complex64)

    return _in_spectrum(*call, update=update)


@_wrong_wave("a mean over real and imaginary parts, not over their magnitudes")
def halves_the_square(*call: Any) -> Any:
    return _in_spectrum(*call, update=lambda *given: 2**0.5 * _unit(*given))


@_wrong_wave(NOT_FINITE, is_computed=False)
def divides_waves_by_zero(*call: Any) -> Any:
    import tensorflow as tf

    def update(gradient: Any, n: int) -> Any:
        square = tf.reduce_mean(abs(gradient) ** 2, axis=(1, 2, 3), keepdims=True)
        return gradient / tf.cast(tf.sqrt(square), tf.complex64)

    return _in_spectrum(*call, update=update)


@_wrong_wave("a descent without the penalty")
def forgets_the_price_of_waves(*call: Any) -> Any:
    return _in_spectrum(*call, cost=lambda change, seen: 0.0)


@_wrong_wave("the logit maximised, instead of the cross-entropy")
def maximises_the_logit_of_waves(*call: Any) -> Any:
    import tensorflow as tf

    return _in_spectrum(*call, loss=lambda logits, t: -tf.gather(logits, t, batch_dims=1))


@_wrong_wave("images that are not clipped")
def never_clips_waves(*call: Any) -> Any:
    return _in_spectrum(*call, clip=lambda images: images)


@_wrong_wave("a gradient that ignores the clipping")
def clips_waves_for_free(*call: Any) -> Any:
    return _in_spectrum(*call, clip=_clipped_for_free)


@_wrong_wave("the first image's target, used for all of them")
def first_target_for_all_waves(model: Any, images: Any, target: Any, *call: Any) -> Any:
    return _in_spectrum(model, images, np.ravel(target)[0], *call)


@_wrong_wave("The gradient is not that of a view", is_computed=False)
def looks_at_no_view(*call: Any) -> Any:
    return _in_spectrum(*call, look=lambda images, limits, seed: images)


@_wrong_wave("All steps see the same view", is_computed=False)
def looks_from_one_place(*call: Any) -> Any:
    return _in_spectrum(*call, step_seed=lambda seed, n: seed)


@_wrong_wave("All images of a batch are seen by one view", is_computed=False)
def one_view_for_a_batch(*call: Any) -> Any:
    def look(images: Any, limits: Any, seed: Any) -> Any:
        return _look(images, limits, seed, is_shared=True)

    return _in_spectrum(*call, look=look)


@_wrong_wave("A view goes beyond", is_computed=False)
def shifts_three_times_as_far(*call: Any) -> Any:
    def look(images: Any, limits: Any, seed: Any) -> Any:
        return _look(images, (3 * limits[0], *limits[1:]), seed)

    return _in_spectrum(*call, look=look)


@_wrong_wave("max_angle has no effect", is_computed=False)
def only_shifts(*call: Any) -> Any:
    def look(images: Any, limits: Any, seed: Any) -> Any:
        return _look(images, (limits[0], 0, 0), seed)

    return _in_spectrum(*call, look=look)


@_wrong_wave("Another seed gives the same images", is_computed=False)
def ignores_the_seed(*call: Any) -> Any:
    return _in_spectrum(*call, step_seed=lambda seed, n: n)


@_wrong_wave("The same seed gives other images", is_computed=False)
def draws_views_without_a_seed(*call: Any) -> Any:
    return _in_spectrum(*call, step_seed=lambda seed, n: None)


@_wrong_wave("The random state that all code shares is changed", is_computed=False)
def draws_views_of_the_shared_state(*call: Any) -> Any:
    def step_seed(seed: int, n: int) -> Any:
        np.random.seed(seed + n)
        return np.random.randint(1000)

    return _in_spectrum(*call, step_seed=step_seed)


@_wrong_wave("", is_computed=False)
def tells_of_a_view(*call: Any) -> Any:
    def judged(images: Any) -> Any:
        import tensorflow as tf

        return tf.reverse(images, [2])

    return _in_spectrum(*call, judged=judged)


@_wrong_wave("seems to run in training mode", is_computed=False)
def trains_in_the_spectrum(*call: Any) -> Any:
    return _in_spectrum(*call, training=True)


@_wrong_wave(TENSOR, is_computed=False)
def waves_of_a_copy_of_an_array(model: Any, images: Any, *call: Any) -> Any:
    return _in_spectrum(model, images.copy(), *call)


@_wrong_wave("", is_computed=False)
def succeeds_in_no_step(model: Any, images: Any, target: Any, steps: int, *call: Any) -> Any:
    changed, success, change = _in_spectrum(model, images, target, steps, *call)
    return Optimized(changed, success & (steps > 0), change)


@_wrong_wave("", is_computed=False)
def succeeds_in_the_last_view(*call: Any) -> Any:
    last: list[Any] = []

    def look(images: Any, limits: Any, seed: Any) -> Any:
        last[:] = [limits, seed]
        return _look(images, limits, seed)

    return _in_spectrum(
        *call, look=look, judged=lambda images: _look(images, *last) if last else images
    )


@_wrong_wave("The images of a batch influence each other", is_computed=False)
def draws_views_from_all_targets(model: Any, images: Any, target: Any, *call: Any) -> Any:
    def step_seed(seed: int, n: int) -> Any:
        return [seed, n, int(np.sum(target))]

    return _in_spectrum(model, images, target, *call, step_seed=step_seed)


@_wrong_wave("`trainable` flags", is_computed=False)
def freezes_the_model_of_waves(model: Any, *call: Any) -> Any:
    model.trainable = False
    return _in_spectrum(model, *call)


@_wrong_wave("The penalty seems to be that of a view", is_computed=False)
def spares_the_penalty_of_views(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    penalty_weight: float,
    seed: int,
    view: Any = (12.0, 8.0, 0.1),
) -> Any:
    weight = 0.0 if any(view) else penalty_weight
    return _in_spectrum(model, images, target, steps, step_size, weight, seed, view)


@_wrong_wave("another is taken than the signature says", is_computed=False)
def looks_by_another_view(
    model: Any,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    penalty_weight: float,
    seed: int,
    view: Any = (16.0, 15.0, 0.2),
) -> Any:
    return _in_spectrum(model, images, target, steps, step_size, penalty_weight, seed, view)
