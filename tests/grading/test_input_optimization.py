"""2.3 Input optimization: what has to hold of the functions in `course/input_optimization.py`."""

from typing import Any

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from course.grader.compare import as_array, check, check_close
from course.grader.grading import settings
from course.grader.tasks import task
from course.grader.work import Work

from . import models
from .common import check_refuses, check_tuple, check_untrained, few, seeds

KINDS = ["l2", "l1", "tv"]
kinds = st.sampled_from(KINDS)
unknown_kinds = st.sampled_from(["L2", "l3", ""])


def penalty_of(change: np.ndarray, kind: str) -> np.ndarray:
    """The penalty of every image's change `(B, H, W, C)`: `(B,)`."""
    if kind == "tv":
        steps = [np.abs(np.diff(change, axis=axis)).sum(axis=(1, 2, 3)) for axis in (1, 2)]
        return (steps[0] + steps[1]) / change[0].size
    return np.mean(change**2 if kind == "l2" else np.abs(change), axis=(1, 2, 3))


def penalty_slope(change: np.ndarray, kind: str) -> np.ndarray:
    """The gradient of the penalty with respect to the change, as it is where no change is 0.

    Magnitudes have a kink at 0, where the slope is taken to be 0. A change that is not 0, but so
    near it that rounding decides on its sign, has no slope to rely on: such a draw is rejected.
    """
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


def clear_sign(values: np.ndarray) -> np.ndarray:
    """The signs of values, none of which may be so small that rounding could turn it."""
    assume(not np.any((values != 0) & (np.abs(values) < 1e-5)))
    return np.sign(values)


def logits_of_balanced(seed: int, images: np.ndarray) -> np.ndarray:
    """What `models.balanced` says, in double precision: `(B, CLASSES)`."""
    kernel, bias = models.balanced(seed).layer("logits").weights
    return images.reshape(len(images), -1) @ kernel + bias


def is_target(values: np.ndarray, target: Any) -> np.ndarray:
    """Whether the target has the largest logit: `(B,)` bool; near ties are rejected."""
    first, second = np.sort(values, axis=1)[:, :-3:-1].T
    assume(np.all(first - second > 1e-3))
    return values.argmax(axis=1) == target


def descent(
    seed: int,
    originals: np.ndarray,
    target: Any,
    steps: int,
    step_size: float,
    weight: float,
    kind: str,
) -> list[np.ndarray]:
    """Where `models.balanced` leads the images: one entry more than there are steps.

    The gradient of a cross-entropy with respect to the logits is the probabilities, less 1 for the
    target. Each logit falls or rises with its class's weights.
    """
    weights = models.weights_of_linear(seed)
    wanted = np.eye(models.CLASSES)[np.broadcast_to(target, len(originals))]
    originals = originals.astype(np.float64)
    path = [originals]
    for _ in range(steps):
        excess = models.softmax(logits_of_balanced(seed, path[-1])) - wanted
        slope = np.tensordot(excess, weights, axes=1)
        slope += weight * penalty_slope(path[-1] - originals, kind)
        path.append(np.clip(path[-1] - step_size * slope, 0, 1))
    return path


def other_classes(seed: int, images: np.ndarray) -> np.ndarray:
    """For each image, the class that `models.balanced` sees in it next to the one it sees."""
    return np.argsort(logits_of_balanced(seed, images), axis=1)[:, -2]


def check_optimized(answer: Any, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Insist that an answer looks like `Optimized`, and return images, success and change."""
    images, success, change = check_tuple(answer, ("images", "success", "change"))
    images = as_array(images, (count, *models.SHAPE), "the optimized batch")
    as_array(success, (count,), "success")
    check(np.asarray(success).dtype == bool, "success should be of booleans, True or False.")
    return images, np.asarray(success), as_array(change, (count,), "change")


def check_success(success: np.ndarray, expected: np.ndarray, after: str = "") -> None:
    """Insist that success is what it should be, image by image."""
    shown = f"{after}expected {expected.tolist()}, yours is {success.tolist()}."
    check(np.array_equal(success, expected), "", shown[0].upper() + shown[1:])


def check_untouched(answer: Any, originals: np.ndarray, success: np.ndarray) -> None:
    """Insist that the originals come back as they are, with this success and with change 0."""
    images, said, change = check_optimized(answer, len(originals))
    check_close(images, originals, what="the optimized batch")
    check_success(said, success)
    check_close(change, np.zeros(len(originals)), what="change")


# --- change_penalty -------------------------------------------------------------------------------

change_penalty = task("input_optimization.change_penalty")


@change_penalty
@settings
@given(seeds, st.sampled_from(["l2", "l1", None]))
def test_is_a_mean_over_each_image(work: Work, seed: int, kind: str | None) -> None:
    """An image's penalty is the mean of the squared changes (l2, the default; no root is taken),
    or of the absolute ones (l1), over all its rows, columns and channels.
    """
    originals = models.images(seed, 3)
    images = np.abs(originals - [[[[0.1]]], [[[0.4]]], [[[0.8]]]]).astype(np.float32)
    expected = penalty_of(images.astype(np.float64) - originals, kind or "l2")
    options = () if kind is None else (kind,)
    answer = work.input_optimization.change_penalty(images, originals, *options)
    check_close(answer, expected, what="the penalty")


@change_penalty
@settings
@given(seeds, st.sampled_from([3, 1]), st.integers(0, 3), st.integers(0, 2))
def test_tv_is_the_outline_of_a_change(
    work: Work, seed: int, count: int, top: int, left: int
) -> None:
    """If a rectangle becomes lighter or darker by d in all channels, tv is |d| times the length of
    its outline inside the image, times C, divided by H · W · C; 0 if it is the whole image.
    """
    height, width, _ = models.SHAPE
    originals = models.images(seed, count)
    change, outline = np.zeros_like(originals), []
    draw = np.random.default_rng(seed)
    for one in change:
        rows, columns = draw.integers(1, [height - top + 1, width - left + 1]).tolist()
        amount = draw.choice([-0.3, 0.5])
        one[top : top + rows, left : left + columns] = amount
        across = columns * ((top > 0) + (top + rows < height))
        along = rows * ((left > 0) + (left + columns < width))
        outline.append(abs(amount) * (across + along))
    expected = np.array(outline) / (height * width)
    answer = work.input_optimization.change_penalty(originals + change, originals, "tv")
    check_close(answer, expected, what="the penalty")


@change_penalty
@settings
@given(unknown_kinds)
def test_refuses_an_unknown_kind(work: Work, kind: str) -> None:
    """A kind other than "l2", "l1" or "tv" is a ValueError."""
    images, originals = models.images(0), models.images(1)
    function = work.input_optimization.change_penalty
    function(images, originals, "l1")
    check_refuses(function, images, originals, kind, argument=f"kind={kind!r}")


# --- optimize_to_class ----------------------------------------------------------------------------

optimize_to_class = task("input_optimization.optimize_to_class")


@optimize_to_class
@settings
@given(
    seeds,
    st.booleans(),
    st.sampled_from([(2, 0.5), (5, 0.5), (1, 0.05), (1, 100.0)]),
    st.sampled_from([3.0, 10.0, 0.0]),
    kinds,
)
def test_descends_and_clips(
    work: Work, seed: int, is_shared: bool, walk: tuple[int, float], weight: float, kind: str
) -> None:
    """Every step subtracts step_size times the gradient of each image's loss, and clips to [0, 1].

    On a linear model, the gradient of the cross-entropy is known: the classes' weights, added up
    with the probabilities, less those of the target.
    """
    originals, target = models.starts(seed), models.some_classes(seed, 2, is_shared)
    expected = descent(work.seed, originals, target, *walk, weight, kind)[-1]
    model = models.balanced(work.seed)
    answer = work.input_optimization.optimize_to_class(
        model, originals, target, *walk, weight, kind
    )
    check_untrained(work, model)
    images, _, _ = check_optimized(answer, 2)
    check_close(images, expected, what="the optimized batch")


@optimize_to_class
@few
@given(seeds)
def test_success_tells_of_what_is_returned(work: Work, seed: int) -> None:
    """Success is, for each image, whether the model gives the target the largest logit for the
    image that is returned, not for one before it.

    Told after 1 step, when no image has reached its target, around the step at which the first one
    does, and after 24 steps, when all have.
    """
    originals = models.starts(seed, 3)
    target = other_classes(work.seed, originals)
    path = descent(work.seed, originals, target, 24, 0.05, 0.0, "l2")
    values = [logits_of_balanced(work.seed, one) for one in path]
    expected = [one.argmax(axis=1) == target for one in values]
    assume(not expected[1].any() and expected[-1].all())
    reached = [one[0] for one in expected].index(True)
    counts = [1, reached - 1, reached, min(reached + 1, 24), 24]
    assume(any(len(set(expected[steps])) == 2 for steps in counts))  # some do and some do not
    expected = {steps: is_target(values[steps], target) for steps in counts}
    answers = [
        work.input_optimization.optimize_to_class(
            models.balanced(work.seed), originals, target, steps, 0.05, 0.0
        )
        for steps in counts
    ]
    for answer, steps in zip(answers, counts, strict=True):
        _, success, _ = check_optimized(answer, 3)
        check_success(success, expected[steps], after=f"After {steps} steps: ")


@optimize_to_class
@settings
@given(seeds, st.sampled_from([None, *KINDS]), st.sampled_from([0.0, 5.0]))
def test_change_is_the_penalty_alone(
    work: Work, seed: int, kind: str | None, weight: float
) -> None:
    """The change is what `change_penalty` says of the returned images, whatever the weight is."""
    originals, target = models.starts(seed), models.classes(seed)
    options = () if kind is None else (kind,)
    answer = work.input_optimization.optimize_to_class(
        models.balanced(work.seed), originals, target, 2, 0.5, weight, *options
    )
    images, _, change = check_optimized(answer, 2)
    check_close(change, penalty_of(images - originals, kind or "l2"), what="change")


@optimize_to_class
@settings
@given(seeds, kinds)
def test_no_steps_return_the_originals(work: Work, seed: int, kind: str) -> None:
    """With steps=0 the originals come back, with change 0, and with success where the model sees
    the target in them already.
    """
    originals, target = models.images(seed, 3), seed % models.CLASSES
    success = is_target(logits_of_balanced(work.seed, originals), target)
    answer = work.input_optimization.optimize_to_class(
        models.balanced(work.seed), originals, target, 0, 0.5, 1.0, kind
    )
    check_untouched(answer, originals, success)


@optimize_to_class
def test_optimizing_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode, and its weights are the same afterwards."""
    oracle, originals = models.with_training_state(work.seed), models.images(work.seed)

    def loss(batch: np.ndarray) -> np.ndarray:
        return -np.log(models.outputs(oracle, batch, 1, "softmax"))

    expected = np.clip(originals - 0.1 * models.central_differences(loss, originals), 0, 1)
    model = models.with_training_state(work.seed)
    answer = work.input_optimization.optimize_to_class(model, originals, 1, 1, 0.1, 1.0)
    images, _, _ = check_optimized(answer, 2)
    headline = "The model seems to run in training mode: dropout is on. Use training=False."
    check_close(images, expected, headline, "the optimized batch")
    check_untrained(work, model)


@optimize_to_class
@settings
@given(unknown_kinds, st.integers(0, 1))
def test_optimizing_refuses_an_unknown_penalty(work: Work, kind: str, steps: int) -> None:
    """A penalty other than "l2", "l1" or "tv" is a ValueError, also with steps=0."""
    function, model = work.input_optimization.optimize_to_class, models.balanced(work.seed)
    originals = models.images(0)
    function(model, originals, 0, steps, 0.1, 1.0, "l1")
    check_refuses(
        function, model, originals, 0, steps, 0.1, 1.0, kind, argument=f"penalty={kind!r}"
    )


# --- difference_image -----------------------------------------------------------------------------

difference_image = task("input_optimization.difference_image")


@difference_image
@settings
@given(seeds)
def test_is_optimized_minus_original(work: Work, seed: int) -> None:
    """The difference is optimized − original at every value, with its sign."""
    originals, optimized = models.images(seed), models.images(seed + 1)
    answer = work.input_optimization.difference_image(originals, optimized)
    check_close(answer, optimized.astype(np.float64) - originals)


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


def trials(
    seed: int, originals: np.ndarray, target: Any, steps: int, step_size: float, kind: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images `(N, B, H, W, C)`, success and change `(N, B)`: one entry for each of the weights."""
    images = np.stack(
        [descent(seed, originals, target, steps, step_size, one, kind)[-1] for one in WEIGHTS[kind]]
    )
    success = np.stack([is_target(logits_of_balanced(seed, one), target) for one in images])
    change = np.stack([penalty_of(one - originals, kind) for one in images])
    return images, success, change


@smallest_change
@settings
@given(seeds, st.sampled_from([None, *KINDS]))
def test_takes_the_least_change_that_works(work: Work, seed: int, kind: str | None) -> None:
    """Each image is the result that reached the target with the least change among all weights,
    in whatever order the weights come.
    """
    originals = models.starts(seed, 3)
    target = other_classes(work.seed, originals)
    images, success, change = trials(work.seed, originals, target, 3, 0.3, kind or "l2")
    assume(success[:3].any(axis=0).all())
    options = () if kind is None else (kind,)
    weights, answers = WEIGHTS[kind or "l2"], []
    orders = [np.array([2, 1, 0]), np.random.default_rng(seed).permutation(4)]
    for order in orders:
        answers.append(
            work.input_optimization.smallest_change(
                models.balanced(work.seed),
                originals,
                target,
                [weights[i] for i in order],
                3,
                0.3,
                *options,
            )
        )
    for order, answer in zip(orders, answers, strict=True):
        price = np.where(success[order], change[order], np.inf)
        least, next_to_it = np.sort(price, axis=0)[:2]
        assume(np.all(next_to_it > 1.001 * least))  # or rounding decides which one it is
        kept, said, paid = check_optimized(answer, 3)
        check_success(said, np.ones(3, bool))
        check_close(paid, least, what="change")
        best = images[order][price.argmin(axis=0), np.arange(3)]
        check_close(kept, best, what="the optimized batch")


@smallest_change
@settings
@given(seeds, kinds)
def test_failure_returns_the_unchanged_image(work: Work, seed: int, kind: str) -> None:
    """Where no weight reaches the target, the image is unchanged, success is False, change is 0."""
    originals = models.images(seed, 3)
    values = logits_of_balanced(work.seed, originals)
    target = values.argmin(axis=1)
    # Two steps of this size move a value by less than 0.006, and with it a logit by some 0.1.
    assume(np.all(values.max(axis=1) - values.min(axis=1) > 0.3))
    answer = work.input_optimization.smallest_change(
        models.balanced(work.seed), originals, target, list(WEIGHTS[kind]), 2, 1e-4, kind
    )
    check_untouched(answer, originals, np.zeros(3, bool))


@smallest_change
@settings
@given(seeds, kinds)
def test_what_is_right_already_is_left_alone(work: Work, seed: int, kind: str) -> None:
    """An image in which the model sees the target from the start stays as it is: success, with
    change 0.
    """
    originals = models.images(seed, 1) * np.float32([1.0, 0.95, 0.9]).reshape(3, 1, 1, 1)
    values = logits_of_balanced(work.seed, originals)
    target = int(values[0].argmax())
    assume(is_target(values, target).all())
    answer = work.input_optimization.smallest_change(
        models.balanced(work.seed), originals, target, list(WEIGHTS[kind]), 3, 0.3, kind
    )
    check_untouched(answer, originals, np.ones(3, bool))


@smallest_change
def test_searching_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode throughout, and its weights are the same afterwards."""
    model, originals = models.with_training_state(work.seed), models.images(work.seed, 3)
    target, weights = models.classes(work.seed, 3), list(WEIGHTS["l2"])
    answer = work.input_optimization.smallest_change(model, originals, target, weights, 1, 0.1)
    check_untrained(work, model)
    check_optimized(answer, 3)


@smallest_change
@settings
@given(unknown_kinds)
def test_searching_refuses_an_unknown_penalty(work: Work, kind: str) -> None:
    """A penalty other than "l2", "l1" or "tv" is a ValueError."""
    function, model = work.input_optimization.smallest_change, models.balanced(work.seed)
    originals = models.images(0)
    function(model, originals, 0, [0.0, 1.0], 1, 0.1, "l1")
    check_refuses(
        function, model, originals, 0, [0.0, 1.0], 1, 0.1, kind, argument=f"penalty={kind!r}"
    )
