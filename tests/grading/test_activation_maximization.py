"""1.2 Activation maximization: what has to hold in `course/activation_maximization.py`."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from course.grader.compare import SMALLEST, as_array, check, check_close
from course.grader.grading import settings
from course.grader.tasks import task
from course.grader.work import Work

from . import models
from .common import (
    IN_TRAINING,
    check_refuses,
    check_tuple,
    check_untrained,
    few,
    outputs,
    seeds,
)

# --- random_start ---------------------------------------------------------------------------------

random_start = task("activation_maximization.random_start")

NOISE = (4, 24, 20, 3)
"""Large enough that a test of chance can be strict, and still never fails a right answer."""


@random_start
@few
@given(seeds)
def test_values_are_spread_evenly(work: Work, seed: int) -> None:
    """The values are uniform in [0, 1]: every tenth of it holds a tenth of them."""
    noise = as_array(work.activation_maximization.random_start(NOISE, seed), NOISE)
    low, high = noise.min(), noise.max()
    check(
        low >= 0 and high <= 1,
        "The noise leaves [0, 1].",
        f"Its values lie between {low:.3g} and {high:.3g}.",
    )
    # Kolmogorov-Smirnov: among 5,760 uniform values, a gap of 0.05 has a chance of 1e-12.
    gap = np.abs(np.sort(noise, axis=None) - np.linspace(0, 1, noise.size))
    inside = np.mean((noise > 0.25) & (noise < 0.75))
    check(
        gap.max() < 0.05,
        "The noise is not uniform in [0, 1].",
        f"Half of the values should lie between 0.25 and 0.75; of yours, {inside:.0%} do.",
    )


@random_start
@few
@given(seeds)
def test_values_are_drawn_on_their_own(work: Work, seed: int) -> None:
    """A value tells nothing of its neighbour, in the next image, row, column or channel."""
    noise = as_array(work.activation_maximization.random_start(NOISE, seed), NOISE)
    for axis, what in enumerate(["images", "rows", "columns", "channels"]):
        one = np.delete(noise, -1, axis).ravel()
        other = np.delete(noise, 0, axis).ravel()
        correlation = np.corrcoef(one, other)[0, 1]
        # Of 3,840 or more independent pairs, 0.15 is more than nine standard deviations.
        check(
            abs(correlation) < 0.15,
            f"The {what} are alike: they should be drawn each on its own.",
            f"Neighbouring {what} have a correlation of {correlation:.2f}.",
        )


@random_start
@few
@given(seeds)
def test_the_seed_decides(work: Work, seed: int) -> None:
    """The same seed gives the same images, and another seed gives others."""
    shape = (2, *models.SHAPE)
    first, other, again = (
        as_array(work.activation_maximization.random_start(shape, one), shape)
        for one in (seed, seed + 1, seed)
    )
    check(np.array_equal(first, again), "The same seed gives other images the second time.")
    check(not np.allclose(first, other), "The seed has no effect: another gives the same images.")


# --- ascent_step ----------------------------------------------------------------------------------

ascent_step = task("activation_maximization.ascent_step")


@ascent_step
@settings
@given(seeds, st.booleans(), st.sampled_from([0.03, 1.0, 1e4]))
def test_steps_along_the_gradient_and_clips(
    work: Work, seed: int, is_shared: bool, step_size: float
) -> None:
    """The step is step_size times the gradient, then clipped to [0, 1], from any start.

    On a linear model, the gradient is the weights.
    """
    model, images = models.linear(work.seed), models.starts(seed)
    classes = models.some_classes(seed, 2, is_shared)
    answer = work.activation_maximization.ascent_step(model, images, classes, step_size)
    check_inside(answer, images.shape)
    step = step_size * models.weights_of_linear(work.seed)[classes]
    check_close(answer, np.clip(images + step, 0, 1))


@ascent_step
@few
@given(seeds, outputs)
def test_climbs_the_output_it_is_asked_for(work: Work, seed: int, output: str) -> None:
    """On a smooth network, the step follows the slope of the logit, or of the probability."""
    images, classes = models.images(seed), models.classes(seed)
    expected = step_up(models.smooth(work.seed), images, classes, 0.1, output)
    model = models.smooth(work.seed)
    answer = work.activation_maximization.ascent_step(model, images, classes, 0.1, output)
    check_close(answer, expected)


@ascent_step
def test_step_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode, and its weights are the same afterwards."""
    model, images = models.with_training_state(work.seed), models.images(work.seed)
    expected = step_up(models.with_training_state(work.seed), images, 1, 0.1)
    answer = work.activation_maximization.ascent_step(model, images, 1, 0.1)
    check_close(answer, expected, IN_TRAINING)
    check_untrained(work, model)


@ascent_step
def test_step_refuses_an_unknown_output(work: Work) -> None:
    """An output other than "logit" or "softmax" is a ValueError."""
    function, model = work.activation_maximization.ascent_step, models.linear(work.seed)
    images = models.images(work.seed)
    function(model, images, 0, 0.1)
    check_refuses(function, model, images, 0, 0.1, "chance", argument='output="chance"')


# --- maximize_class -------------------------------------------------------------------------------

maximize_class = task("activation_maximization.maximize_class")


@maximize_class
@settings
@given(seeds, st.booleans(), st.integers(1, 3), st.sampled_from([0.03, 1.0]))
def test_goes_straight_on_a_linear_model(
    work: Work, seed: int, is_shared: bool, steps: int, step_size: float
) -> None:
    """After n steps on a linear model, an image has moved by n · step_size · its class's weights.

    Values that reach 0 or 1 stay there. Row n of the scores tells of the images after n steps.
    """
    model, start = models.linear(work.seed), models.starts(seed)
    classes = models.some_classes(seed, 2, is_shared)
    step = step_size * models.weights_of_linear(work.seed)[classes]
    path = [np.clip(start + n * step, 0, 1) for n in range(steps + 1)]
    answer = work.activation_maximization.maximize_class(model, start, classes, steps, step_size)
    check_ascent(answer, model, path, classes)


@maximize_class
@few
@given(seeds, outputs)
def test_climbs_a_smooth_network(work: Work, seed: int, output: str) -> None:
    """Each step follows the slope at the images before it; scores rise when steps are small."""
    oracle, start = models.smooth(work.seed), models.images(seed)
    classes = models.classes(seed)
    once = step_up(oracle, start, classes, 0.1, output)
    twice = step_up(oracle, once, classes, 0.1, output)
    answer = work.activation_maximization.maximize_class(
        models.smooth(work.seed), start, classes, 2, 0.1, output
    )
    check_ascent(answer, oracle, [start, once, twice], classes, output)


@maximize_class
@few
@given(seeds, outputs)
def test_no_steps_return_the_start(work: Work, seed: int, output: str) -> None:
    """With steps=0, the start comes back, and the scores have one row: the start's."""
    model, start, classes = models.smooth(work.seed), models.starts(seed), models.classes(seed)
    answer = work.activation_maximization.maximize_class(model, start, classes, 0, 0.1, output)
    check_ascent(answer, model, [start], classes, output)


@maximize_class
def test_ascent_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode, and its weights are the same afterwards."""
    oracle, start = models.with_training_state(work.seed), models.images(work.seed)
    path = [start, step_up(oracle, start, 1, 0.1)]
    model = models.with_training_state(work.seed)
    answer = work.activation_maximization.maximize_class(model, start, 1, 1, 0.1)
    check_ascent(answer, oracle, path, 1, headline=IN_TRAINING)
    check_untrained(work, model)


@maximize_class
@settings
@given(st.integers(0, 1))
def test_ascent_refuses_an_unknown_output(work: Work, steps: int) -> None:
    """An output other than "logit" or "softmax" is a ValueError, also with steps=0."""
    function, model = work.activation_maximization.maximize_class, models.linear(work.seed)
    start = models.images(work.seed)
    function(model, start, 0, steps, 0.1)
    check_refuses(function, model, start, 0, steps, 0.1, "chance", argument='output="chance"')


# --- maximize_class_sigmoid -----------------------------------------------------------------------

maximize_class_sigmoid = task("activation_maximization.maximize_class_sigmoid")


@maximize_class_sigmoid
@settings
@given(seeds, st.booleans(), st.integers(1, 3), st.sampled_from([0.3, 3.0, 100.0]))
def test_z_follows_its_own_gradient(
    work: Work, seed: int, is_shared: bool, steps: int, step_size: float
) -> None:
    """On a linear model, a step adds step_size · weights · s · (1 − s) to z, with s = sigmoid(z).

    That is the chain rule: s · (1 − s) is the slope of the sigmoid. The images are s.
    """
    model, start = models.linear(work.seed), models.images(seed)
    classes = models.some_classes(seed, 2, is_shared)
    weights = models.weights_of_linear(work.seed)[classes]
    z, path = inverse_sigmoid(start), [start]
    for _ in range(steps):
        z = z + step_size * weights * path[-1] * (1 - path[-1])
        path.append(sigmoid(z))
    function = work.activation_maximization.maximize_class_sigmoid
    answer = function(model, start, classes, steps, step_size)
    check_ascent(answer, model, path, classes)


@maximize_class_sigmoid
@few
@given(seeds, outputs)
def test_z_climbs_a_smooth_network(work: Work, seed: int, output: str) -> None:
    """Each step follows the slope of the output over z; scores rise when steps are small."""
    oracle, start = models.smooth(work.seed), models.images(seed)
    classes = models.classes(seed)
    once = step_up_in_z(oracle, start, classes, 0.5, output)
    twice = step_up_in_z(oracle, once, classes, 0.5, output)
    function = work.activation_maximization.maximize_class_sigmoid
    answer = function(models.smooth(work.seed), start, classes, 2, 0.5, output)
    check_ascent(answer, oracle, [start, once, twice], classes, output)


@maximize_class_sigmoid
@few
@given(seeds, outputs)
def test_begins_at_the_clipped_start(work: Work, seed: int, output: str) -> None:
    """With steps=0, the start comes back clipped to [1e-3, 1 − 1e-3], and so are its scores."""
    model, start, classes = models.smooth(work.seed), models.starts(seed), models.classes(seed)
    function = work.activation_maximization.maximize_class_sigmoid
    answer = function(model, start, classes, 0, 0.5, output)
    check_ascent(answer, model, [np.clip(start, 1e-3, 1 - 1e-3)], classes, output)


@maximize_class_sigmoid
def test_sigmoid_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode, and its weights are the same afterwards."""
    oracle, start = models.with_training_state(work.seed), models.images(work.seed)
    path = [start, step_up_in_z(oracle, start, 1, 0.5)]
    model = models.with_training_state(work.seed)
    answer = work.activation_maximization.maximize_class_sigmoid(model, start, 1, 1, 0.5)
    check_ascent(answer, oracle, path, 1, headline=IN_TRAINING)
    check_untrained(work, model)


@maximize_class_sigmoid
@settings
@given(st.integers(0, 1))
def test_sigmoid_refuses_an_unknown_output(work: Work, steps: int) -> None:
    """An output other than "logit" or "softmax" is a ValueError, also with steps=0."""
    function, model = work.activation_maximization.maximize_class_sigmoid, models.linear(work.seed)
    start = models.images(work.seed)
    function(model, start, 0, steps, 0.1)
    check_refuses(function, model, start, 0, steps, 0.1, "chance", argument='output="chance"')


# --- what they share ------------------------------------------------------------------------------


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def inverse_sigmoid(images: np.ndarray) -> np.ndarray:
    images = images.astype(np.float64)
    return np.log(images / (1 - images))


def step_up(
    model: Any, images: np.ndarray, classes: Any, step_size: float, output: str = "logit"
) -> np.ndarray:
    """Images one step further, with the slope from central differences."""
    return np.clip(images + step_size * models.slopes(model, images, classes, output), 0, 1)


def step_up_in_z(
    model: Any, images: np.ndarray, classes: Any, step_size: float, output: str = "logit"
) -> np.ndarray:
    """Likewise, for images that are sigmoids of z: the slope over z is found by the chain rule."""
    slopes = models.slopes(model, images, classes, output) * images * (1 - images)
    return sigmoid(inverse_sigmoid(images) + step_size * slopes)


def check_inside(images: Any, shape: tuple[int, ...]) -> None:
    """Insist on valid images."""
    images = as_array(images, shape, "the images")
    low, high = images.min(), images.max()
    check(
        low >= -SMALLEST and high <= 1 + SMALLEST,
        "The images leave [0, 1].",
        f"The images' values lie between {low:.3g} and {high:.3g}.",
    )


def check_ascent(
    answer: Any,
    model: Any,
    path: list[np.ndarray],
    classes: Any,
    output: str = "logit",
    headline: str = "",
) -> None:
    """Insist that an ascent ends where the path ends, and has the scores of all images on it."""
    images, scores = check_tuple(answer, ("images", "scores"))
    check_inside(images, path[0].shape)
    check_close(images, path[-1], headline, "the images")
    expected = np.stack([models.outputs(model, one, classes, output) for one in path])
    check_close(scores, expected, headline, "the scores")
