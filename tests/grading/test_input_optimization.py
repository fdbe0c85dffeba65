"""2.3 Input optimization: what has to hold of the functions in `course/input_optimization.py`."""

import functools
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import assume, given
from hypothesis.errors import UnsatisfiedAssumption

from course.grader.compare import as_array, check, check_close, check_type, is_close
from course.grader.networks import Dense, Flatten, Network
from course.grader.tasks import task
from course.grader.work import Work

from . import models
from .batches import batches, check_takes_tensors, generator, images, some_classes, two_shapes
from .chance import others_than, same_for_two
from .common import (
    IN_TRAINING,
    PARTLY,
    check_own_random_numbers,
    check_refuses,
    check_tuple,
    check_untrained,
    few,
    gradient_through,
    own,
    seeds,
)
from .directions import DIRECTIONS, LENGTHS
from .spectra import multiplicity, painted, weights
from .views import STILL, VIEW, WATCHED, Limits, check_views, spots_in, watcher

KINDS = ["l2", "l1", "tv"]


def unknown_kinds(draw: np.random.Generator) -> list[str | None]:
    """What is none of the three kinds, some of it nearly so."""
    kind = str(draw.choice(KINDS))
    word = "".join(draw.choice(list("abcxyz123"), 3))
    return [
        kind.upper(),
        kind + str(draw.choice(list(" s2_"))),
        f"l{draw.integers(3, 10)}",
        word,
        "",
        None,
    ]


@functools.cache
def fair(seed: int, shape: tuple[int, int, int], factor: float = 1.0) -> Network:
    """Logits are weighted sums of the pixels, equal for a grey image: no class is out of reach.

    With a large factor, the network is sure of what it sees: probabilities are 1 and 0.
    """
    kernel, _ = models.Weights(seed, 61)(int(np.prod(shape)), models.CLASSES)
    kernel = models.as_single(factor * kernel)
    bias = models.as_single(-0.5 * kernel.sum(axis=0))
    return models.chain(shape, Flatten("flatten"), Dense("logits", (kernel, bias)))


def starts(draw: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Random images in which a fifth of the values is black, and a fifth is white."""
    return np.clip(draw.uniform(-0.33, 1.33, shape), 0, 1).astype(np.float32)


def penalty_of(change: np.ndarray, kind: str) -> np.ndarray:
    """The penalty of every image's change `(B, H, W, C)`: `(B,)`."""
    if kind == "tv":
        steps = [np.abs(np.diff(change, axis=axis)).sum(axis=(1, 2, 3)) for axis in (1, 2)]
        return (steps[0] + steps[1]) / change[0].size
    return np.mean(change**2 if kind == "l2" else np.abs(change), axis=(1, 2, 3))


def penalty_slope(
    change: np.ndarray, kind: str, signs: Callable[[np.ndarray], np.ndarray] | None = None
) -> np.ndarray:
    """The gradient of the penalty with respect to the change, as it is where no change is 0.

    Magnitudes have a kink at 0, where the slope is taken to be 0. A change that is not 0, but so
    near it that rounding decides on its sign, has no slope to rely on: such a draw is rejected.
    """
    clear_sign = signs or sign_if_clear
    if kind == "l2":
        return 2 * change / change[0].size
    if kind == "l1":
        return clear_sign(change) / change[0].size
    slope = np.zeros_like(change)
    for axis in (1, 2):
        sides = [(0, 0)] * 4
        sides[axis] = (1, 1)  # beyond the border there is no neighbour to differ from
        slope -= np.diff(np.pad(clear_sign(np.diff(change, axis=axis)), sides), axis=axis)
    return slope / change[0].size


def sign_if_clear(values: np.ndarray) -> np.ndarray:
    """The signs of values, none of which may be so small that rounding could turn it."""
    assume(not np.any((values != 0) & (np.abs(values) < 1e-5)))
    return np.sign(values)


def is_target(values: np.ndarray, target: Any) -> np.ndarray:
    """Whether the target has the largest logit: `(B,)` bool; near ties are rejected."""
    first, second = np.sort(values, axis=1)[:, :-3:-1].T
    assume(np.all(first - second > 1e-3))
    return values.argmax(axis=1) == target


def descent(
    network: Network,
    originals: np.ndarray,
    target: Any,
    steps: int,
    step_size: float,
    weight: float,
    kind: str,
    smoothing: float = 0.0,
    kink: float = 0.0,
    temperature: float = 1.0,
    signs: Callable[[np.ndarray], np.ndarray] | None = None,
    excess_of: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray] | None = None,
    momentum: float = 0.0,
    weighing: Callable[[int, int], float] = lambda n, steps: 1.0,
    direct: Callable[[np.ndarray], np.ndarray] = np.asarray,
    fading: Callable[[int, int], float] = lambda n, steps: 1.0,
    penalized: Callable[[list[np.ndarray]], np.ndarray] = lambda path: path[-1] - path[0],
    slope_of: Callable[..., np.ndarray] = penalty_slope,
) -> list[np.ndarray]:
    """Where a network leads the images: one entry more than there are steps.

    The gradient of a cross-entropy with respect to the logits is the probabilities, less 1 for the
    target.

    Args:
        network: that leads.
        originals: where the images start.
        target: the class for each image, or for all.
        steps: how many.
        step_size: of the descent.
        weight: of the penalty.
        kind: of the penalty.
        smoothing: the share of the target's probability that all classes get alike.
        kink: what counts as the slope of a magnitude where the change is 0.
        temperature: by which the logits are divided.
        signs: of changes; by default the clear ones.
        excess_of: from logits, rows of ones and zeros, and the originals' logits to the slope of
            another loss.
        weighing: what the penalty's weight is multiplied by in step n of N.
        direct: makes a direction of the gradient.
        momentum: the share of the last step that is added to the next.
        fading: what the step size is multiplied by in step n of N.
        penalized: from the images so far, the originals first, to what counts as their change.
        slope_of: the gradient of the penalty, from a change, its kind and `signs`.
    """
    wanted = np.eye(models.CLASSES)[np.broadcast_to(target, len(originals))]
    wanted = (1 - smoothing) * wanted + smoothing / models.CLASSES
    originals = originals.astype(np.float64)
    path, velocity = [originals], np.zeros_like(originals)
    for _ in range(steps):
        excess = models.softmax(network.outputs(path[-1]) / temperature) - wanted
        if excess_of is not None:
            excess = excess_of(network.outputs(path[-1]), wanted, network.outputs(originals))
        slope = network.gradients(path[-1], excess / temperature)["input"]
        change = penalized(path)
        number = len(path) - 1
        slope = slope + weight * weighing(number, steps) * slope_of(change, kind, signs)
        if kind == "l1" and kink:
            slope = slope + weight * kink * (change == 0) / change[0].size
        velocity = momentum * velocity + direct(slope)
        rate = step_size * fading(number, steps)
        path.append(np.clip(path[-1] - rate * velocity, 0, 1))
    return path


def away_from_the_seen(logits: np.ndarray, wanted: np.ndarray, originals: np.ndarray) -> np.ndarray:
    """The slope of the logarithm of the probability of the class that is seen in the original."""
    return np.eye(models.CLASSES)[originals.argmax(axis=1)] - models.softmax(logits)


def margin(logits: np.ndarray, wanted: np.ndarray, originals: np.ndarray) -> np.ndarray:
    """The slope of the largest other logit less the target's, as Carlini and Wagner have it."""
    rival = np.where(wanted > 0, -np.inf, logits).argmax(axis=1)
    return np.eye(models.CLASSES)[rival] - wanted


def squared_error(logits: np.ndarray, wanted: np.ndarray, originals: np.ndarray) -> np.ndarray:
    """The slope of the squared distance of the probabilities from the target's."""
    shares = models.softmax(logits)
    off = 2 * (shares - wanted)
    return shares * (off - (off * shares).sum(axis=1, keepdims=True))


def slope_of_grey(change: np.ndarray, *how: Any) -> np.ndarray:
    """The slope of a penalty of the channels' mean."""
    slope = penalty_slope(change.mean(axis=-1, keepdims=True), *how)
    return np.broadcast_to(slope / change.shape[-1], change.shape)


def slope_of_root(change: np.ndarray, kind: str, *how: Any) -> np.ndarray:
    """The slope of the root of a penalty; 0 where nothing is changed."""
    root = np.sqrt(penalty_of(change, kind))[:, None, None, None]
    return penalty_slope(change, kind, *how) / np.maximum(2 * root, 1e-6)


OTHER_DESCENTS: dict[str, dict[str, Any]] = {
    "labels that are smoothed by 0.1: the target counts 1 alone": {"smoothing": 0.1},
    "labels that are smoothed by 0.2: the target counts 1 alone": {"smoothing": 0.2},
    "a slope of 1 where nothing is changed: there the slope of a magnitude is 0": {"kink": 1.0},
    "a slope of -1 where nothing is changed: there the slope of a magnitude is 0": {"kink": -1.0},
    "logits that are divided by 2 first": {"temperature": 2.0},
    "logits that are doubled first": {"temperature": 0.5},
    "steps away from the class that is seen, not towards the target": {
        "excess_of": away_from_the_seen
    },
    "the target's logit against the largest other one, not the cross-entropy": {
        "excess_of": margin
    },
    "the squared error of the probabilities, not the cross-entropy": {"excess_of": squared_error},
    "momentum of 0.9, not plain steps": {"momentum": 0.9},
    "a penalty whose weight grows with the number of the step": {
        "weighing": lambda n, steps: n + 1
    },
    "no penalty: it does not pull": {"weighing": lambda n, steps: 0.0},
    "a penalty of the change in the last step, not of all since the original": {
        "penalized": lambda path: path[-1] - path[max(len(path) - 2, 0)]
    },
    "a penalty in the last step alone": {"weighing": lambda n, steps: float(n == steps - 1)},
    "a penalty of the distance from grey, not from the originals": {
        "penalized": lambda path: path[-1] - 0.5
    },
    "a penalty of the images, not of their change": {"penalized": lambda path: path[-1]},
    "a penalty of the grey images, the mean of the channels": {"slope_of": slope_of_grey},
    "a penalty of which a root is taken": {"slope_of": slope_of_root},
    **{says: {"direct": direct} for says, direct in (LENGTHS | DIRECTIONS).items()},
    "a step size that falls to 0": {"fading": lambda n, steps: 1 - n / steps},
    "a step size that is divided by the number of the step": {
        "fading": lambda n, steps: 1 / (n + 1)
    },
}
"""Known mistakes in a descent, by what is said of them."""


def other_descents(*given: Any) -> dict[str, np.ndarray]:
    """Where they lead."""
    return {says: descent(*given, signs=np.sign, **how)[-1] for says, how in OTHER_DESCENTS.items()}


def second_best(network: Network, batch: np.ndarray) -> np.ndarray:
    """For each image, the class that a network sees in it next to the one it sees."""
    return np.argsort(network.outputs(batch), axis=1)[:, -2]


def check_optimized(
    answer: Any, shape: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Insist that an answer looks like `Optimized`, and return images, success and change."""
    changed, success, change = check_tuple(answer, ("images", "success", "change"))
    changed = as_array(changed, shape, "the optimized batch")
    as_array(success, shape[:1], "success")
    check_type(np.asarray(success).dtype == bool, "success should be of booleans, True or False.")
    return changed, np.asarray(success), as_array(change, shape[:1], "change")


def check_success(success: np.ndarray, expected: np.ndarray, after: str = "") -> None:
    """Insist that success is what it should be, image by image."""
    shown = f"{after}expected {expected.tolist()}, yours is {success.tolist()}."
    is_true, is_false = np.any(success & ~expected), np.any(~success & expected)
    headline = "success is true for an image whose largest logit is another class's."
    if is_false:
        headline = "success is false for an image in which the target has the largest logit."
    headline = "" if is_true and is_false else headline
    check(np.array_equal(success, expected), headline, shown[0].upper() + shown[1:])


def check_untouched(answer: Any, originals: np.ndarray, success: np.ndarray) -> None:
    """Insist that the originals come back as they are, with this success and with change 0."""
    changed, said, change = check_optimized(answer, originals.shape)
    check_close(changed, originals, what="the optimized batch")
    check_success(said, success)
    check_close(change, np.zeros(len(originals)), what="change")


# --- change_penalty -------------------------------------------------------------------------------

change_penalty = task("input_optimization.change_penalty")


@change_penalty
@few
@given(seeds)
def test_is_a_mean_over_each_image(work: Work, seed: int) -> None:
    """An image's penalty is the mean of the squared changes (l2, the default; no root is taken),
    of the absolute ones (l1), or the total variation over H · W · C (tv); 0 for no change.
    """
    draw = generator(work, seed)
    for batch in batches(draw):
        originals = images(draw, batch.shape)
        originals[-1] = batch[-1] if len(batch) > 1 else originals[-1]  # no change
        change = batch.astype(np.float64) - originals
        for kind in (None, *KINDS):
            options = () if kind is None else (kind,)
            answer = work.input_optimization.change_penalty(batch, originals, *options)
            others = functools.partial(other_penalties, change, kind or "l2")
            expected = penalty_of(change, kind or "l2")
            check_close(answer, expected, what="the penalty", instead=others)


def other_penalties(change: np.ndarray, kind: str) -> dict[str, np.ndarray]:
    """What else may be made of a change `(B, H, W, C)`, by what is said of it."""
    size, axes = np.abs(change), (1, 2, 3)
    lengths = np.linalg.norm(change, axis=-1)
    changed = np.maximum((change != 0).sum(axis=axes), 1)
    down, right = (np.diff(change, axis=axis) for axis in (1, 2))
    diagonal = change[:, 1:, 1:] - change[:, :-1, :-1]
    variation = penalty_of(change, "tv")
    grey = change.mean(axis=-1, keepdims=True)
    found = {
        "the penalty of the grey images, the mean of the channels": penalty_of(grey, kind),
        "the mean over the pixels of the length of each one's change": lengths.mean(axis=(1, 2)),
        "the largest change": size.max(axis=axes),
        "the median change": np.median(size.reshape(len(size), -1), axis=1),
        "the variance of the change": change.var(axis=axes),
        "the standard deviation of the change": change.std(axis=axes),
        "the Euclidean norm of the change": np.sqrt((change**2).sum(axis=axes)),
        "the mean over the values that have changed, not over all": (
            (size if kind == "l1" else change**2).sum(axis=axes) / changed
        ),
        "the number of changed values": changed.astype(float),
        "the share of changed values": (change != 0).mean(axis=axes),
        "the mean of the third powers": (size**3).mean(axis=axes),
        "total variation along the rows alone": np.abs(right).sum(axis=axes) / change[0].size,
        "total variation along the columns alone": np.abs(down).sum(axis=axes) / change[0].size,
        "total variation with diagonal neighbours": variation
        + np.abs(diagonal).sum(axis=axes) / change[0].size,
        "total variation, the larger of the two directions": np.maximum(
            np.abs(right).sum(axis=axes), np.abs(down).sum(axis=axes)
        )
        / change[0].size,
    }
    return {f'{says}, with kind="{kind}"': np.asarray(values) for says, values in found.items()}


@change_penalty
@few
@given(seeds)
def test_refuses_an_unknown_kind(work: Work, seed: int) -> None:
    """A kind other than "l2", "l1" or "tv" is a ValueError."""
    draw, function = generator(work, seed), work.input_optimization.change_penalty
    batch, originals = images(draw, (2, 4, 3, 2)), images(draw, (2, 4, 3, 2))
    function(batch, originals, "l1")
    for kind in unknown_kinds(draw):
        check_refuses(function, batch, originals, kind, argument=f"kind={kind!r}")


@change_penalty
def test_penalty_of_tensors(work: Work) -> None:
    """Images may come as tensors, too: the result is the same."""
    draw = generator(work)
    batch, originals = images(draw, (2, 4, 3, 2)), images(draw, (2, 4, 3, 2))
    for kind in KINDS:
        check_takes_tensors(work.input_optimization.change_penalty, batch, originals, kind)


@change_penalty
@few
@given(seeds)
def test_a_gradient_flows_back_from_the_penalty(work: Work, seed: int) -> None:
    """A gradient flows from the penalties, of every kind, back to the images."""
    draw, function = generator(work, seed), work.input_optimization.change_penalty
    batch, originals = draw.uniform(0.1, 0.9, (2, 2, 4, 3, 2)).astype(np.float32)
    share = draw.uniform(0.5, 1.5, 2)
    for kind in KINDS:
        slope = penalty_slope(batch.astype(np.float64) - originals, kind)
        function(batch, originals, kind)
        gradient = gradient_through(work, function, 0, share, batch, originals, kind)
        expected = share.reshape(2, 1, 1, 1) * slope
        check_close(gradient, expected, PARTLY, "the gradient through it")


# --- optimize_to_class ----------------------------------------------------------------------------

optimize_to_class = task("input_optimization.optimize_to_class")


@optimize_to_class
@few
@given(seeds)
def test_descends_and_clips(work: Work, seed: int) -> None:
    """Every step subtracts step_size times the gradient of each image's loss, in which the penalty
    is that of the whole change since the original, and clips to [0, 1]; all the steps are taken,
    also where the target has been reached.
    """
    draw, (tall, wide) = generator(work, seed), two_shapes(work)
    for shape, kind in ((tall, "l2"), (tall, "tv"), (wide, "l1")):
        network, count = fair(work.seed, shape), int(draw.choice([1, 3]))
        originals, target = starts(draw, (count, *shape)), some_classes(draw, count)
        if draw.integers(2):  # reached from the start
            target = network.outputs(originals).argmax(axis=1)
        walk = int(draw.integers(2, 5)), round(draw.uniform(0.3, 0.6), 2)
        weight = float(draw.choice([3, 10]))
        if kind == "l2":  # magnitudes have to count at every step, and also where they are 0
            walk = [walk, walk, (1, 0.05), (1, 100.0)][draw.integers(4)]
            weight = float(draw.choice([0, weight]))
        expected = descent(network, originals, target, *walk, weight, kind)[-1]
        options = (kind,) if kind != "l2" or draw.integers(2) else ()
        answer = work.input_optimization.optimize_to_class(
            network, originals, target, *walk, weight, *options
        )
        changed, _, _ = check_optimized(answer, originals.shape)
        check_untrained(work, network)  # or the next call shows another model
        given = network, originals, target, *walk, weight, kind
        others = functools.partial(other_descents, *given)
        check_close(changed, expected, what="the optimized batch", instead=others)


@optimize_to_class
@few
@given(seeds)
def test_success_tells_of_what_is_returned(work: Work, seed: int) -> None:
    """Success is, for each image, whether the model gives the target the largest logit for the
    image that is returned, not for one before it.

    Told around the step at which the first image reaches its target. And after a walk with so large
    a penalty that it swings from one side of the original to the other: an image that has had its
    target one step before has lost it.
    """
    draw, shape = generator(work, seed), two_shapes(work)[0]
    network, function = fair(work.seed, shape), work.input_optimization.optimize_to_class
    originals = starts(draw, (3, *shape))
    target = second_best(network, originals)
    values = [
        network.outputs(one) for one in descent(network, originals, target, 24, 0.05, 0, "l2")
    ]
    reached = [bool(np.any(one.argmax(axis=1) == target)) for one in values].index(True)
    assume(reached > 0)
    for steps in (reached - 1, reached):
        success = is_target(values[steps], target)
        _, said, _ = check_optimized(
            function(network, originals, target, steps, 0.05, 0.0), originals.shape
        )
        check_success(said, success, after=f"After {steps} steps: ")
    steps, weight = swing(draw, network, originals, target)
    path = descent(network, originals, target, steps, 0.3, weight, "l2")
    _, said, _ = check_optimized(
        function(network, originals, target, steps, 0.3, weight), originals.shape
    )
    success = is_target(network.outputs(path[-1]), target)
    check_success(said, success, after=f"After {steps} steps that swing: ")


def swing(
    draw: np.random.Generator, network: Network, originals: np.ndarray, target: np.ndarray
) -> tuple[int, float]:
    """Steps and a penalty weight for which some image has lost its target in the last step."""
    for _ in range(30):
        weight = round(draw.uniform(1.8, 3.0) * originals[0].size / 0.6, 1)
        path = descent(network, originals, target, 8, 0.3, weight, "l2")
        is_reached = np.stack([network.outputs(one).argmax(axis=1) == target for one in path])
        lost = np.any(is_reached[:-1] & ~is_reached[1:], axis=1)
        if lost.any():
            return int(np.flatnonzero(lost)[0]) + 1, weight
    assume(False)
    raise AssertionError


@optimize_to_class
@few
@given(seeds)
def test_change_is_the_penalty_alone(work: Work, seed: int) -> None:
    """The change is what `change_penalty` says of the returned images, whatever the weight is."""
    draw, (tall, wide) = generator(work, seed), two_shapes(work)
    for shape, kind in ((tall, "l2"), (tall, "tv"), (wide, "l1")):
        network, count = fair(work.seed, shape), int(draw.choice([1, 3]))
        originals, target = starts(draw, (count, *shape)), some_classes(draw, count)
        options = (kind,) if kind != "l2" or draw.integers(2) else ()
        answer = work.input_optimization.optimize_to_class(
            network, originals, target, 2, 0.5, float(draw.choice([0, 5])), *options
        )
        changed, _, change = check_optimized(answer, originals.shape)
        check_close(change, penalty_of(changed - originals, kind), what="change")


@optimize_to_class
@few
@given(seeds)
def test_no_steps_return_the_originals(work: Work, seed: int) -> None:
    """With steps=0 the originals come back, with change 0, and with success where the model sees
    the target in them already.
    """
    draw, shape = generator(work, seed), two_shapes(work)[0]
    for count, kind in zip((1, 4), draw.choice(KINDS, 2).tolist(), strict=True):
        network, originals = fair(work.seed, shape), images(draw, (count, *shape))
        seen = network.outputs(originals).argmax(axis=1)
        target = np.where(np.arange(count) % 2, (seen + 1) % models.CLASSES, seen)
        success = is_target(network.outputs(originals), target)
        answer = work.input_optimization.optimize_to_class(
            network, originals, target, 0, 0.5, 1.0, kind
        )
        check_untouched(answer, originals, success)


@optimize_to_class
def test_optimizing_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode, and its weights are the same afterwards."""
    network, originals = models.with_training_state(work.seed), models.images(work.seed)
    expected = descent(network, originals, 0, 1, 0.1, 1.0, "l2")[-1]
    answer = work.input_optimization.optimize_to_class(network, originals, 0, 1, 0.1, 1.0)
    changed, _, _ = check_optimized(answer, originals.shape)
    headline = "The model seems to run in training mode: dropout is on. Use training=False."
    check_close(changed, expected, headline, "the optimized batch")
    check_untrained(work, network)


@optimize_to_class
def test_descends_where_the_model_is_sure(work: Work) -> None:
    """The cross-entropy falls also where the target's probability is so small that it is 0 in
    single precision: the gradient is neither 0 nor NaN.
    """
    draw, shape = generator(work), two_shapes(work)[0]
    network, originals = fair(work.seed, shape, factor=400.0), images(draw, (40, *shape))
    logits = network.outputs(originals)
    first, second = np.sort(logits, axis=1)[:, :-3:-1].T
    far = (first - logits.min(axis=1) > 150) & (first - second > 20)
    originals, target = originals[far][:2], logits.argmin(axis=1)[far][:2]
    expected = descent(network, originals, target, 1, 5e-4, 0.0, "l2")[-1]
    answer = work.input_optimization.optimize_to_class(network, originals, target, 1, 5e-4, 0.0)
    changed, _, _ = check_optimized(answer, originals.shape)
    check_close(changed, expected, what="the optimized batch")


@optimize_to_class
@few
@given(seeds)
def test_optimizing_refuses_an_unknown_penalty(work: Work, seed: int) -> None:
    """A penalty other than "l2", "l1" or "tv" is a ValueError, also if it has nothing to do."""
    draw, shape = generator(work, seed), two_shapes(work)[0]
    function, network = work.input_optimization.optimize_to_class, fair(work.seed, shape)
    originals = images(draw, (1, *shape))
    function(network, originals, 0, 1, 0.1, 1.0, "tv")
    for number, kind in enumerate(unknown_kinds(draw)):
        steps, weight = number % 2, float(number % 3)
        arguments = network, originals, 0, steps, 0.1, weight, kind
        check_refuses(function, *arguments, argument=f"penalty={kind!r}")


@optimize_to_class
def test_optimizes_a_tensor(work: Work) -> None:
    """Images may come as a tensor, too: the result is the same."""
    draw, shape = generator(work), two_shapes(work)[0]
    network, originals = fair(work.seed, shape), images(draw, (3, *shape))
    function = work.input_optimization.optimize_to_class
    check_takes_tensors(function, network, originals, 1, 2, 0.3, 1.0, "l2")


# --- difference_image -----------------------------------------------------------------------------

difference_image = task("input_optimization.difference_image")


@difference_image
@few
@given(seeds)
def test_is_optimized_minus_original(work: Work, seed: int) -> None:
    """The difference is optimized − original at every value, with its sign."""
    draw = generator(work, seed)
    for originals in batches(draw):
        optimized = starts(draw, originals.shape)
        answer = work.input_optimization.difference_image(originals, optimized)
        check_close(answer, optimized.astype(np.float64) - originals)


@difference_image
def test_difference_of_tensors(work: Work) -> None:
    """Images may come as tensors, too: the result is the same."""
    draw = generator(work)
    originals, optimized = images(draw, (2, 4, 3, 2)), images(draw, (2, 4, 3, 2))
    check_takes_tensors(work.input_optimization.difference_image, originals, optimized)


# --- smallest_change ------------------------------------------------------------------------------

smallest_change = task("input_optimization.smallest_change")

WEIGHTS = {
    "l2": (0.0, 60.0, 150.0, 600.0),
    "l1": (0.0, 10.0, 30.0, 600.0),
    "tv": (0.0, 1.0, 10.0, 600.0),
}
"""Which of the first three is best differs from image to image; the last gives large changes.

It is so large that each step overshoots: from one side of the original to the other, ever farther.
"""


def shape_of_90(work: Work) -> tuple[int, int, int]:
    """The shape of images with 90 numbers, for which the `WEIGHTS` are made."""
    shapes = [(5, 6, 3), (6, 5, 3), (9, 5, 2), (5, 9, 2), (10, 9, 1), (9, 10, 1)]
    return shapes[np.random.default_rng([work.seed, 67]).integers(len(shapes))]


def trials(
    network: Network, originals: np.ndarray, target: Any, steps: int, step_size: float, kind: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images `(N, B, H, W, C)`, success and change `(N, B)`: one entry for each of the weights."""
    changed = np.stack(
        [
            descent(network, originals, target, steps, step_size, weight, kind)[-1]
            for weight in WEIGHTS[kind]
        ]
    )
    success = np.stack([is_target(network.outputs(one), target) for one in changed])
    change = np.stack([penalty_of(one - originals, kind) for one in changed])
    return changed, success, change


@smallest_change
@few
@given(seeds)
def test_takes_the_least_change_that_works(work: Work, seed: int) -> None:
    """Each image is the result that reached the target with the least change, by the penalty that
    is asked for, among all weights, in whatever order they come.
    """
    draw, shape = generator(work, seed), shape_of_90(work)
    network, function = fair(work.seed, shape), work.input_optimization.smallest_change
    orders = [[2, 1, 0], [*draw.permutation(3), 3], draw.permutation(4)]
    for kind, order in zip(draw.permutation(KINDS).tolist(), map(np.array, orders), strict=True):
        originals = starts(draw, (3, *shape))
        target = second_best(network, originals)
        changed, success, change = trials(network, originals, target, 3, 0.3, kind)
        assume(success[:3].any(axis=0).all())
        options = (kind,) if kind != "l2" or draw.integers(2) else ()
        price = np.where(success[order], change[order], np.inf)
        least, next_to_it = np.sort(price, axis=0)[:2]
        assume(np.all(next_to_it > 1.001 * least))  # or rounding decides which one it is
        weights = [WEIGHTS[kind][i] for i in order]
        answer = function(network, originals, target, weights, 3, 0.3, *options)
        kept, said, paid = check_optimized(answer, originals.shape)
        check_success(said, np.ones(3, bool))
        squared = np.stack([penalty_of(one - originals, "l2") for one in changed])[order]
        others = functools.partial(other_choices, weights, success[order], change[order], squared)
        check_close(paid, least, what="change", instead=others)
        best = changed[order][price.argmin(axis=0), np.arange(3)]
        check_close(kept, best, what="the optimized batch")


def other_choices(
    weights: list[float], success: np.ndarray, change: np.ndarray, squared: np.ndarray
) -> dict[str, np.ndarray]:
    """The changes by which others would choose, by what is said of them; from `(N, B)` each.

    Args:
        weights: in the order in which they are given.
        success: of every weight and image.
        change: likewise, by the penalty that is asked for.
        squared: likewise, the mean of the squared changes.
    """
    images, up = np.arange(change.shape[1]), np.argsort(weights)

    def first(order: np.ndarray) -> np.ndarray:
        return change[order][success[order].argmax(axis=0), images]

    def until_all_work(order: np.ndarray) -> np.ndarray:
        done = np.logical_or.accumulate(success[order], axis=0).all(axis=1)
        some = order[: int(done.argmax()) + 1] if done.any() else order
        return np.where(success[some], change[some], np.inf).min(axis=0)

    given = np.arange(len(weights))
    found = {"the least change, whether it works or not": change.min(axis=0)}
    for says, order in (("given", given), ("rising", up), ("falling", up[::-1])):
        found |= {
            f"the first weight that works, in {says} order": first(order),
            f"a search in {says} order that ends when all are right": until_all_work(order),
        }
    by_squares = np.where(success, squared, np.inf).argmin(axis=0)
    return found | {
        "a choice by the mean of the squared changes, whatever penalty says": change[
            by_squares, images
        ],
        "the mean of the squared changes, whatever penalty says": squared[by_squares, images],
        "the first of the weights alone": change[0],
        "all weights but the last": np.where(success[:-1], change[:-1], 1e9).min(axis=0),
        "all weights but the first": np.where(success[1:], change[1:], 1e9).min(axis=0),
        "the largest change that works": np.where(success, change, -np.inf).max(axis=0),
        "the last weight that works": first(given[::-1]),
    }


@smallest_change
@few
@given(seeds)
def test_failure_returns_the_unchanged_image(work: Work, seed: int) -> None:
    """Where no weight reaches the target, the image is unchanged, success is False, change is 0."""
    draw, shape = generator(work, seed), shape_of_90(work)
    network = fair(work.seed, shape)
    for count, kind in ((1, "l2"), (3, str(draw.choice(KINDS)))):
        originals = images(draw, (count, *shape))
        values = network.outputs(originals)
        # Two steps of this size move a value by less than 0.006, and with it a logit by some 0.1.
        assume(np.all(values.max(axis=1) - values.min(axis=1) > 0.3))
        answer = work.input_optimization.smallest_change(
            network, originals, values.argmin(axis=1), list(WEIGHTS[kind]), 2, 1e-4, kind
        )
        kept, _, _ = check_optimized(answer, originals.shape)
        failed = "Where no weight reaches the target, a changed image is returned: an attempt."
        check(is_close(kept, originals, 1e-5), failed)
        check_untouched(answer, originals, np.zeros(count, bool))


@smallest_change
@few
@given(seeds)
def test_what_is_right_already_is_left_alone(work: Work, seed: int) -> None:
    """An image in which the model sees the target from the start stays as it is: success, with
    change 0.
    """
    draw, shape = generator(work, seed), shape_of_90(work)
    network = fair(work.seed, shape)
    many = images(draw, (60, *shape))
    zeros = many[network.outputs(many).argmax(axis=1) == 0][:1]
    assume(len(zeros))
    some = images(draw, (3, *shape))
    for originals, target, kind in (
        (some[:1], network.outputs(some[:1]).argmax(axis=1), "l2"),
        (some, network.outputs(some).argmax(axis=1), str(draw.choice(KINDS))),
        (zeros, 0, "l2"),  # 0 is a class like any other
    ):
        each = np.broadcast_to(target, len(originals))
        assume(is_target(network.outputs(originals), each).all())
        answer = work.input_optimization.smallest_change(
            network, originals, target, list(WEIGHTS[kind]), 3, 0.3, kind
        )
        check_untouched(answer, originals, np.ones(len(originals), bool))


@smallest_change
def test_searching_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode throughout, and its weights are the same afterwards."""
    network, originals = models.with_training_state(work.seed), models.images(work.seed, 3)
    target, weights = models.classes(work.seed, 3), list(WEIGHTS["l2"])
    answer = work.input_optimization.smallest_change(network, originals, target, weights, 1, 0.1)
    check_untrained(work, network)
    check_optimized(answer, originals.shape)


@smallest_change
@few
@given(seeds)
def test_searching_refuses_an_unknown_penalty(work: Work, seed: int) -> None:
    """A penalty other than "l2", "l1" or "tv" is a ValueError, also if there is nothing to do."""
    draw, shape = generator(work, seed), shape_of_90(work)
    function, network = work.input_optimization.smallest_change, fair(work.seed, shape)
    originals = images(draw, (3, *shape))
    seen = network.outputs(originals).argmax(axis=1)
    function(network, originals, seen, [0.0, 1.0], 1, 0.1, "tv")
    for number, kind in enumerate(unknown_kinds(draw)):
        target = (seen + number % 2) % models.CLASSES
        arguments = network, originals, target, [0.0, 1.0], 1, 0.1, kind
        check_refuses(function, *arguments, argument=f"penalty={kind!r}")


@smallest_change
def test_searches_from_a_tensor(work: Work) -> None:
    """Images may come as a tensor, too: the result is the same."""
    draw, shape = generator(work), shape_of_90(work)
    network, originals = fair(work.seed, shape), images(draw, (3, *shape))
    function = work.input_optimization.smallest_change
    check_takes_tensors(function, network, originals, 1, [0.0, 150.0], 2, 0.3, "l2")


# --- optimize_in_spectrum -------------------------------------------------------------------------

optimize_in_spectrum = task("input_optimization.optimize_in_spectrum")


def greys(draw: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Random images, of which some values are nearly black or white: a step clips them."""
    return np.clip(starts(draw, shape), 0.004, 0.996).astype(np.float32)


def waves_of(slope: np.ndarray) -> np.ndarray:
    """The gradient over the spectrum, from that over what `fourier_images` makes of it."""
    size = slope.shape[1:3]
    spectrum = np.fft.rfft2(np.moveaxis(slope, -1, 1), norm="ortho")
    return spectrum * multiplicity(*size) / weights(*size)


def wave_descent(
    network: Network,
    originals: np.ndarray,
    target: Any,
    steps: int,
    step_size: float,
    weight: float,
    over: Callable[[np.ndarray], np.ndarray] = waves_of,
    back: Callable[..., np.ndarray] = painted,
    fading: Callable[[int, int], float] = lambda n, steps: 1 - n / steps,
    is_clipped: bool = True,
) -> list[np.ndarray]:
    """Where a network leads images without views: one entry more than there are steps.

    Args:
        network: and what follows, as in `descent`.
        over: from a gradient over the images to that over the spectrum.
        back: from a spectrum to the change of images.
        fading: what the step size is multiplied by in step n of N.
    """
    wanted = np.eye(models.CLASSES)[np.broadcast_to(target, len(originals))]
    originals, size = originals.astype(np.float64), originals.shape[1:3]
    path, spectrum, free = [originals], 0 * over(originals), originals
    for n in range(steps):
        excess = models.softmax(network.outputs(path[-1])) - wanted
        slope = network.gradients(path[-1], excess)["input"]
        slope = slope + weight * penalty_slope(path[-1] - originals, "l2")
        # Where an image is clipped, a change changes nothing.
        is_inside = (free >= 0) & (free <= 1) | (not is_clipped)
        waves = over(slope * is_inside)
        length = np.sqrt(np.mean(np.abs(waves) ** 2, axis=(1, 2, 3), keepdims=True))
        if length.min() < 1e-4:  # a gradient that is nearly zero is rounding, and scaled up
            assume(False)
        spectrum = spectrum - step_size * fading(n, steps) * waves / length
        free = originals + back(spectrum, *size)
        if np.any(np.minimum(np.abs(free), np.abs(1 - free)) < 1e-5):  # rounding decides: rejected
            assume(False)
        path.append(np.clip(free, 0, 1) if is_clipped else free)
    return path


@optimize_in_spectrum
@few
@given(seeds)
def test_descends_in_the_spectrum(work: Work, seed: int) -> None:
    """Without views, each step subtracts the gradient over the spectrum's real and imaginary parts,
    scaled to step_size · (1 − n / N); images are clip(originals + fourier_images(spectrum)).

    What is clipped has no gradient. All the steps are taken, also where the target is reached.
    """
    draw, (tall, wide) = generator(work, seed), two_shapes(work)
    for shape, count in ((tall, 3), (wide, 1)):
        network = fair(work.seed, shape)
        originals, target = greys(draw, (count, *shape)), some_classes(draw, count)
        if draw.integers(2):  # reached from the start
            target = network.outputs(originals).argmax(axis=1)
        walk = int(draw.integers(2, 5)), round(draw.uniform(0.02, 0.08), 3)
        walk = *walk, float(draw.choice([0, 3, 10]))
        path = wave_descent(network, originals, target, *walk)
        answer = work.input_optimization.optimize_in_spectrum(
            network, originals, target, *walk, seed, STILL
        )
        changed, _, _ = check_optimized(answer, originals.shape)
        check_untrained(work, network)
        others = partial(other_waves, network, originals, target, *walk)
        check_close(changed, path[-1], what="the optimized batch", instead=others)


def other_waves(
    network: Network,
    originals: np.ndarray,
    target: Any,
    steps: int,
    step_size: float,
    weight: float,
) -> dict[str, np.ndarray]:
    """Where known mistakes lead; nothing of one on whose way rounding decides."""
    right = partial(wave_descent, network, originals, target, steps, step_size)
    ways = {
        "the images of one step earlier": partial(right, weight),
        "a penalty that counts 1, whatever penalty_weight is": partial(right, 1.0),
        "a penalty that does not count": partial(right, 0.0),
        "images that are clipped after the last step only": partial(
            right, weight, is_clipped=False
        ),
    }
    ends = {}
    for says, way in ways.items():
        with suppress(UnsatisfiedAssumption):
            ends[says] = np.clip(way()[-2 if "earlier" in says else -1], 0, 1)
    return ends


@optimize_in_spectrum
@few
@given(seeds)
def test_spectrum_tells_of_what_is_returned(work: Work, seed: int) -> None:
    """Success is whether the model sees the target in the images that are returned, not in a view
    of them; change is their mean squared change, without the weight.

    Told around the step size with which the first image reaches its target, and with views.
    """
    draw, shape = generator(work, seed), two_shapes(work)[0]
    network, function = fair(work.seed, shape), work.input_optimization.optimize_in_spectrum
    originals = greys(draw, (3, *shape))
    target = second_best(network, originals)
    sizes = np.linspace(0, 0.15, 16)
    ends = [wave_descent(network, originals, target, 3, one, 0)[-1] for one in sizes]
    is_there = [bool(np.any(network.outputs(one).argmax(axis=1) == target)) for one in ends]
    assume(any(is_there) and not is_there[0])
    reached = is_there.index(True)
    for number, view in ((reached - 1, STILL), (reached, STILL), (4, VIEW)):
        step_size, weight = float(sizes[number]), 0.0 if view == STILL else 2.0
        answer = function(network, originals, target, 3, step_size, weight, seed, view)
        changed, said, change = check_optimized(answer, originals.shape)
        success = is_target(network.outputs(changed), target)
        check_success(said, success, after=f"With step_size={step_size:.2g}: ")
        check_close(change, penalty_of(changed - originals, "l2"), what="change")


@optimize_in_spectrum
@few
@given(seeds)
def test_no_steps_in_the_spectrum_return_the_originals(work: Work, seed: int) -> None:
    """With steps=0 the originals come back, with change 0, and with success where the model sees
    the target in them already.
    """
    draw, shape = generator(work, seed), two_shapes(work)[0]
    network, originals = fair(work.seed, shape), starts(draw, (4, *shape))
    seen = network.outputs(originals).argmax(axis=1)
    target = np.where(np.arange(4) % 2, (seen + 1) % models.CLASSES, seen)
    success = is_target(network.outputs(originals), target)
    answer = work.input_optimization.optimize_in_spectrum(
        network, originals, target, 0, 0.05, 1.0, seed
    )
    check_untouched(answer, originals, success)


@optimize_in_spectrum
@few
@given(seeds)
def test_each_step_and_each_image_has_a_view(work: Work, seed: int) -> None:
    """Every step looks at each image by a fresh view of its own, within the limits, and the
    gradient is that of what is seen.

    The network looks at single pixels of grey images; the change tells from where a view took them.
    """
    network, originals = watcher(work.seed), np.full((4, *WATCHED), 0.5, np.float32)

    def spots(limits: Limits, steps: int = 1) -> np.ndarray:
        answer = work.input_optimization.optimize_in_spectrum(
            network, originals, 0, steps, 0.002, 0.0, seed, limits
        )
        return spots_in(check_optimized(answer, originals.shape)[0] - 0.5)

    check_views(spots, [0, 0, 0, 0])
    # The second step is half as long: from the same place it would change the same spots again.
    first, both = (spots(VIEW, steps) for steps in (1, 2))
    other = np.abs(both - 1.5 * first).max() > 0.1 * np.abs(first).max()
    check(other, "All steps see the same view.")


@optimize_in_spectrum
def test_the_seed_decides_the_views(work: Work) -> None:
    """The same seed gives the same images, and another seed gives others."""
    draw, shape = generator(work), two_shapes(work)[0]
    network, originals = fair(work.seed, shape), greys(draw, (2, *shape))
    seed = own(work, 1) % 10_000
    first, again, *others = (
        check_optimized(
            work.input_optimization.optimize_in_spectrum(
                network, originals, 1, 2, 0.05, 1.0, one, VIEW
            ),
            originals.shape,
        )[0]
        for one in (seed, seed, *others_than(seed))
    )
    check(is_close(again, first), "The same seed gives other images in a second call.")
    drawn = [seed, *others_than(seed)]
    wrong = same_for_two("Another seed gives the same images.", drawn, [first, *others])
    for one, other in combinations([first, *others], 2):
        check(not is_close(other, one, 1e-4), wrong)
    call = network, originals, 1, 1, 0.05, 1.0, work.seed
    short, full = (
        check_optimized(work.input_optimization.optimize_in_spectrum(*call, *more), originals.shape)
        for more in ((), ((12.0, 8.0, 0.1),))
    )
    check_close(short[0], full[0], "Without view, another is taken than the signature says.")


@optimize_in_spectrum
def test_the_penalty_is_that_of_the_images(work: Work) -> None:
    """The penalty is that of the images, not of a view: also where there are views, it pulls the
    images straight back.

    It weighs so much that the model does not count in the second step.
    """
    draw, shape = generator(work), two_shapes(work)[0]
    network, originals = fair(work.seed, shape), np.full((2, *shape), 0.5, np.float32)
    target = some_classes(draw, 2)
    first, both = (
        check_optimized(
            work.input_optimization.optimize_in_spectrum(
                network, originals, target, steps, 0.02, 1e8, work.seed, VIEW
            ),
            originals.shape,
        )[0]
        for steps in (1, 2)
    )
    waves = waves_of(first.astype(np.float64) - 0.5)
    length = np.sqrt(np.mean(np.abs(waves) ** 2, axis=(1, 2, 3), keepdims=True))
    expected = first + painted(-0.01 * waves / length, *shape[:2])
    wrong = "The penalty seems to be that of a view, or to be left out."
    check_close(both, expected, wrong, "the optimized batch", 1e-3)


@optimize_in_spectrum
def test_views_are_drawn_by_the_seed_alone(work: Work) -> None:
    """The random state that all code shares is neither used nor changed."""
    draw, shape = generator(work), two_shapes(work)[0]
    network, originals = fair(work.seed, shape), greys(draw, (2, *shape))
    function = work.input_optimization.optimize_in_spectrum
    check_own_random_numbers(work, function, network, originals, 1, 1, 0.05, 1.0, work.seed, VIEW)


@optimize_in_spectrum
def test_neighbours_do_not_matter_in_the_spectrum(work: Work) -> None:
    """An image stays the same when its neighbours in the batch go to other classes."""
    draw, shape = generator(work), two_shapes(work)[0]
    network, originals = fair(work.seed, shape), greys(draw, (3, *shape))
    ends = [
        check_optimized(
            work.input_optimization.optimize_in_spectrum(
                network, originals, np.array([0, one, 2]), 2, 0.05, 1.0, work.seed, VIEW
            ),
            originals.shape,
        )[0][::2]
        for one in (1, 3)
    ]
    check_close(*ends, "The images of a batch influence each other.", "the other images")


@optimize_in_spectrum
def test_spectrum_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode, and its weights are the same afterwards."""
    network, originals = models.with_training_state(work.seed), models.images(work.seed)
    target = network.outputs(originals).argmin(axis=1)  # far away, so that the gradient is large
    expected = wave_descent(network, originals, target, 1, 0.03, 1.0)[-1]
    answer = work.input_optimization.optimize_in_spectrum(
        network, originals, target, 1, 0.03, 1.0, 0, STILL
    )
    changed, _, _ = check_optimized(answer, originals.shape)
    check_close(changed, expected, IN_TRAINING, "the optimized batch")
    check_untrained(work, network)


@optimize_in_spectrum
def test_zeros_stay_zeros_in_the_spectrum(work: Work) -> None:
    """Where the gradient is zero everywhere, the images stay as they are."""
    draw, shape = generator(work), two_shapes(work)[0]
    network, originals = fair(work.seed, shape, factor=0.0), greys(draw, (2, *shape))
    answer = work.input_optimization.optimize_in_spectrum(network, originals, 1, 2, 0.05, 0.0, 0)
    changed, _, _ = check_optimized(answer, originals.shape)
    check_close(changed, originals, what="the optimized batch")


@optimize_in_spectrum
def test_changes_a_tensor_in_its_spectrum(work: Work) -> None:
    """Images may come as a tensor, too: the result is the same."""
    draw, shape = generator(work), two_shapes(work)[0]
    network, originals = fair(work.seed, shape), greys(draw, (3, *shape))
    function = work.input_optimization.optimize_in_spectrum
    check_takes_tensors(function, network, originals, 1, 2, 0.05, 1.0, work.seed, STILL)
