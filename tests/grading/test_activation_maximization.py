"""1.2 Activation maximization: what has to hold in `course/activation_maximization.py`."""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import combinations, product
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from course.grader.compare import SMALLEST, as_array, check, check_close
from course.grader.grading import settings
from course.grader.networks import Network
from course.grader.tasks import task
from course.grader.work import Function, Tensor, Work

from . import models
from .chance import check_repeats, others_than, same_for_two
from .climbs import other_climbs, unclipped_climb
from .common import (
    IN_TRAINING,
    check_own_random_numbers,
    check_refuses_other_outputs,
    check_tuple,
    check_untrained,
    few,
    outputs,
    own,
    seeds,
)

# --- random_start ---------------------------------------------------------------------------------

random_start = task("activation_maximization.random_start")

ANOTHER_TIME = (
    "The same seed gives other images the second time: draw from a generator that each call makes "
    "of its seed, or by tf.random.stateless_uniform. (tf.random.uniform goes on drawing.)"
)

NOISE = (4, 24, 20, 3)
"""Large enough that a test of chance can be strict, and still never fails a right answer."""

FINE = (2, 256, 256, 3)
"""Large enough to tell a distribution from one that is nearly uniform."""


@random_start
@few
@given(seeds)
def test_values_are_spread_evenly(work: Work, seed: int) -> None:
    """The values are uniform in [0, 1]: every tenth of it holds a tenth of them."""
    noise = as_array(work.activation_maximization.random_start(NOISE, own(work, seed)), NOISE)
    low, high = noise.min(), noise.max()
    check(
        low >= 0 and high <= 1,
        "The noise leaves [0, 1].",
        f"Its values lie between {low:.3g} and {high:.3g}.",
    )
    # Of 5,760 uniform values, none in a hundredth of the range has a chance of 1e-25.
    ends = low < 0.01 and high > 0.99
    wrong = f"The noise does not reach from 0 to 1, but from {low:.2g} to {high:.2g}."
    if high - low < 0.9:
        wrong = f"The noise is not uniform in [0, 1]: it goes from {low:.2g} to {high:.2g} only."
    check(ends, wrong)
    # That images or channels repeat each other is said by the next property.
    levels = len(np.unique(noise))
    example = f"There are {levels} different ones among {noise.size}."
    check(levels > 0.2 * noise.size, "The values are from a few levels only.", example)
    # Kolmogorov-Smirnov: among 393,216 uniform values, a gap of 0.0061 has a chance of 1e-12.
    noise = as_array(work.activation_maximization.random_start(FINE, own(work, seed)), FINE)
    parts = np.bincount(np.minimum(1000 * noise.ravel(), 999).astype(int), minlength=1000)
    gap = np.abs(np.cumsum(parts) / noise.size - np.arange(1, 1001) / 1000)
    # It is below 0.00032 less often than once in 10^11 times.
    evenly = "The noise is spread too evenly: values that are drawn each on its own are not."
    check(gap.max() > 0.00032, evenly)
    inside = np.mean((noise > 0.25) & (noise < 0.75))
    where = "in the middle" if inside > 0.5 else "near 0 and 1"
    check(
        gap.max() < 0.0061,
        f"The noise is not uniform in [0, 1]: too many values are {where}, or on one side.",
        f"Half of the values should lie between 0.25 and 0.75; of yours, {inside:.1%} do.",
    )


@random_start
@few
@given(seeds)
def test_values_are_drawn_on_their_own(work: Work, seed: int) -> None:
    """A value tells nothing of its neighbour, in the next image, row, column or channel."""
    noise = as_array(work.activation_maximization.random_start(NOISE, own(work, seed)), NOISE)
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
    again = "The same values come again at other places: each should be drawn on its own."
    for mirrored, most in ((None, 0.15), (1, 0.25), (2, 0.25)):
        # Of 5,760 independent pairs, 0.15 is eleven standard deviations; eight, where each pair
        # counts twice. In a mirror, two of 20 columns are where they were.
        check(likeness_elsewhere(noise, mirrored) < most, again)


def likeness_elsewhere(noise: np.ndarray, mirrored: int | None) -> float:
    """The largest correlation of noise with itself, moved, and mirrored along an axis or none."""
    waves = np.fft.fftn(noise - noise.mean())
    others = waves
    if mirrored is not None:  # a mirror puts waves into the other order
        others = np.roll(np.flip(waves, mirrored), 1, mirrored)
    products = np.abs(np.fft.ifftn(waves.conj() * others).real) / noise.size / noise.var()
    if mirrored is None:
        products.flat[0] = 0  # itself, where it is
    return float(products.max())


@random_start
@few
@given(seeds)
def test_the_seed_decides(work: Work, seed: int) -> None:
    """The same seed gives the same images, and another seed gives others."""
    seed, draw = own(work, seed), np.random.default_rng(own(work, seed))
    shape = tuple(int(side) for side in draw.permutation([1, 5, 6, 3]))
    drawn = [0, 1, seed, *others_than(seed)]
    first, again = (
        [as_array(work.activation_maximization.random_start(shape, one), shape) for one in drawn]
        for _ in range(2)
    )
    check_repeats(ANOTHER_TIME, drawn, first, again)
    wrong = same_for_two("The seed has no effect: another gives the same images.", drawn, first)
    for one, other in combinations(range(len(drawn)), 2):
        shown = f"Seeds {drawn[one]} and {drawn[other]} give the same."
        check(not np.allclose(first[one], first[other]), wrong, shown)
        shared = [a for a, b in product(first[one], first[other]) if np.allclose(a, b)]
        check(not shared, "Another seed gives some of the same images, in other places.", shown)


@random_start
def test_start_has_random_numbers_of_its_own(work: Work) -> None:
    """The random state that all code shares is neither used nor changed."""
    shape = (2, *models.SHAPE)
    check_own_random_numbers(work, work.activation_maximization.random_start, shape, work.seed)


# --- ascent_step ----------------------------------------------------------------------------------

ascent_step = task("activation_maximization.ascent_step")


step_sizes = st.sampled_from([(1.0, 1.0), (0.01, 0.5), (10, 1e4)])
"""Between which numbers a step size is drawn."""


def size_between(seed: int, ends: tuple[float, float]) -> float:
    """A step size, as likely small as large."""
    return float(np.exp(np.random.default_rng(seed).uniform(*np.log(ends))))


def up_a_slope(work: Work, count: int, step_size: float) -> tuple[Network, np.ndarray, float]:
    """A linear network, its weights, and the step size; for two images, another, steep network.

    The steps are as long as on the other. A gradient that is cut off, or whose length is limited,
    is another there.
    """
    steepness = models.STEEP if count == 2 else 1.0
    given = work.seed + (count == 2), models.WIDE, steepness
    return models.linear(*given), models.weights_of_linear(*given), step_size / steepness


def gentle(work: Work) -> Network:
    """The one that is not steep: where one is as good as another, a known one takes less time."""
    return up_a_slope(work, 1, 1.0)[0]


@ascent_step
@settings
@given(seeds, st.booleans(), step_sizes)
def test_steps_along_the_gradient_and_clips(
    work: Work, seed: int, is_shared: bool, ends: tuple[float, float]
) -> None:
    """The step is step_size times the gradient, then clipped to [0, 1], from any start.

    On a linear model, the gradient is the weights.
    """
    seed = own(work, seed)
    for count, sign in ((2, 1), (1, 1), (3, -1)):  # a step below zero leads downhill
        model, weights, step_size = up_a_slope(work, count, sign * size_between(seed, ends))
        images = models.starts(seed, count, models.WIDE)
        classes = models.some_classes(seed, count, is_shared)
        answer = work.activation_maximization.ascent_step(model, images, classes, step_size)
        check_untrained(work, model)
        check_inside(answer, images.shape)
        expected = np.clip(images + step_size * weights[classes], 0, 1)
        others = partial(other_climbs, model, [images, expected], classes, "logit")
        check_close(answer, expected, instead=others)


@ascent_step
@few
@given(seeds, outputs)
def test_climbs_the_output_it_is_asked_for(work: Work, seed: int, output: str) -> None:
    """On a smooth network, the step follows the slope of the logit, or of the probability."""
    seed, shape = own(work, seed), models.any_shape(work.seed)
    images, classes = models.images(seed, 2, shape), models.classes(seed)
    model = models.smooth(work.seed, shape)
    answer = work.activation_maximization.ascent_step(model, images, classes, 0.1, output)
    expected = step_up(model, images, classes, 0.1, output)
    others = partial(other_climbs, model, [images, expected], classes, output)
    check_close(answer, expected, instead=others)


@ascent_step
def test_step_takes_tensors(work: Work) -> None:
    """Images and classes may come as tensors."""
    model, images = gentle(work), models.images(work.seed, 2, models.WIDE)
    classes = models.classes(work.seed).astype(np.int32)
    function = work.activation_maximization.ascent_step
    answer = function(model, Tensor(images), Tensor(classes), 0.1)
    check_close(answer, step_up(model, images, classes, 0.1))


@ascent_step
def test_step_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode; weights and `trainable` flags are the same afterwards."""
    model, images = models.with_training_state(work.seed), models.images(work.seed)
    answer = work.activation_maximization.ascent_step(model, images, 1, 0.1)
    check_close(answer, step_up(model, images, 1, 0.1), IN_TRAINING)
    work.activation_maximization.ascent_step(model, images, 1, 0.1, "softmax")
    check_untrained(work, model)


@ascent_step
def test_step_refuses_an_unknown_output(work: Work) -> None:
    """An output other than "logit" or "softmax" is a ValueError."""
    model, images = gentle(work), models.images(work.seed, 2, models.WIDE)
    check_refuses_other_outputs(
        work, work.activation_maximization.ascent_step, model, images, 0, 0.1
    )


# --- maximize_class -------------------------------------------------------------------------------

maximize_class = task("activation_maximization.maximize_class")


@maximize_class
@settings
@given(seeds, st.booleans(), st.integers(1, 3), step_sizes)
def test_goes_straight_on_a_linear_model(
    work: Work, seed: int, is_shared: bool, steps: int, ends: tuple[float, float]
) -> None:
    """After n steps on a linear model, an image has moved by n · step_size · its class's weights.

    Values that reach 0 or 1 stay there. Row n of the scores tells of the images after n steps.
    """
    seed = own(work, seed)
    for count in (2, 1):
        model, weights, step_size = up_a_slope(work, count, size_between(seed, ends))
        start = models.starts(seed, count, models.WIDE)
        classes = models.some_classes(seed, count, is_shared)
        step = step_size * weights[classes]
        path = [np.clip(start + n * step, 0, 1) for n in range(steps + 1)]
        function = work.activation_maximization.maximize_class
        check_ascent(function(model, start, classes, steps, step_size), model, path, classes)


@maximize_class
@few
@given(seeds, outputs)
def test_climbs_a_smooth_network(work: Work, seed: int, output: str) -> None:
    """Each step follows the slope at the images before it; scores rise when steps are small."""
    seed, shape = own(work, seed), models.any_shape(work.seed)
    model, start = models.smooth(work.seed, shape), models.images(seed, 3, shape)
    classes = models.classes(seed, 3)
    path = path_up(model, start, classes, 2, 0.1, output)
    answer = work.activation_maximization.maximize_class(model, start, classes, 2, 0.1, output)
    check_ascent(answer, model, path, classes, output)


LAST = "When scores fall, all steps are taken all the same, and the last images come back."


@maximize_class
@few
@given(seeds)
def test_goes_on_when_scores_fall(work: Work, seed: int) -> None:
    """All steps are taken, and the last images come back, also if others scored higher.

    Steps that are too long lead over the top of a hill, and lower with each.
    """
    seed = own(work, seed)
    model, start, classes = models.hill(work.seed), models.images(seed), models.classes(seed)
    step_size = size_between(seed, (1.1, 1.3))
    path = path_up(model, start, classes, 3, step_size)
    answer = work.activation_maximization.maximize_class(model, start, classes, 3, step_size)
    check_ascent(answer, model, path, classes, headline=LAST)


@maximize_class
@few
@given(seeds, outputs)
def test_no_steps_return_the_start(work: Work, seed: int, output: str) -> None:
    """With steps=0, the start comes back, and the scores have one row: the start's."""
    seed, shape = own(work, seed), models.any_shape(work.seed)
    model, start = models.smooth(work.seed, shape), models.starts(seed, 2, shape)
    classes = models.classes(seed)
    answer = work.activation_maximization.maximize_class(model, start, classes, 0, 0.1, output)
    check_ascent(answer, model, [start], classes, output)


@maximize_class
def test_ascent_takes_tensors(work: Work) -> None:
    """Start and classes may come as tensors."""
    check_takes_tensors(work, work.activation_maximization.maximize_class, step_up)


@maximize_class
def test_ascent_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode; weights and `trainable` flags are the same afterwards."""
    model, start = models.with_training_state(work.seed), models.images(work.seed)
    answer = work.activation_maximization.maximize_class(model, start, 0, 1, 0.1)
    path = path_up(model, start, 0, 1, 0.1)
    check_ascent(answer, model, path, 0, headline=IN_TRAINING)
    work.activation_maximization.maximize_class(model, start, 1, 1, 0.1, "softmax")
    check_untrained(work, model)


@maximize_class
def test_ascent_refuses_an_unknown_output(work: Work) -> None:
    """An output other than "logit" or "softmax" is a ValueError, also with steps=0."""
    function = work.activation_maximization.maximize_class
    start = models.images(work.seed, 1, models.WIDE)
    for steps in (1, 0):
        check_refuses_other_outputs(work, function, gentle(work), start, 0, steps, 0.1)


# --- maximize_class_sigmoid -----------------------------------------------------------------------

maximize_class_sigmoid = task("activation_maximization.maximize_class_sigmoid")


@maximize_class_sigmoid
@settings
@given(seeds, st.booleans(), st.integers(1, 3), st.sampled_from([(1, 3), (0.1, 1), (50, 200)]))
def test_z_follows_its_own_gradient(
    work: Work, seed: int, is_shared: bool, steps: int, ends: tuple[float, float]
) -> None:
    """On a linear model, a step adds step_size · weights · s · (1 − s) to z, with s = sigmoid(z).

    That is the chain rule: s · (1 − s) is the slope of the sigmoid. The images are s.
    """
    seed = own(work, seed)
    for count in (2, 1):
        model, all_weights, step_size = up_a_slope(work, count, size_between(seed, ends))
        start = models.images(seed, count, models.WIDE)
        classes = models.some_classes(seed, count, is_shared)
        z, path = inverse_sigmoid(start), [start]
        for _ in range(steps):
            z = z + step_size * all_weights[classes] * path[-1] * (1 - path[-1])
            path.append(sigmoid(z))
        slope = step_size * all_weights[classes]
        others = other_ways_in_z(start, slope, steps)
        function = work.activation_maximization.maximize_class_sigmoid
        answer = function(model, start, classes, steps, step_size)
        check_ascent(answer, model, path, classes, others=others)


def other_ways_in_z(
    start: np.ndarray, slope: np.ndarray, steps: int
) -> dict[str, list[np.ndarray]]:
    """Where known mistakes lead on a linear model, whose slope is the same everywhere."""
    clipped = np.clip(start.astype(np.float64), 1e-3, 1 - 1e-3)
    z = np.log(clipped / (1 - clipped))

    def chain(z: np.ndarray) -> np.ndarray:
        return sigmoid(z) * (1 - sigmoid(z))

    def end(z: np.ndarray, bend: Callable[[np.ndarray], Any] = chain) -> np.ndarray:
        for _ in range(steps):
            z = z + slope * bend(z)
        return z

    ends = {
        "z = log(start): log(start / (1 − start)) is the z whose sigmoid is the start": end(
            np.log(clipped)
        ),
        "z by another logarithm, np.log2: the sigmoid needs the natural one": end(z / np.log(2)),
        "z with its sign turned around: log((1 − start) / start)": end(-z),
        "the start taken for z: it is the sigmoid of z": end(clipped),
        "the gradient with respect to the images, not to z": end(z, np.ones_like),
        "the slope s without (1 − s)": end(z, sigmoid),
        "tanh, stretched to [0, 1], in place of the sigmoid": 2 * end(z),
    }
    return {says: [sigmoid(one)] for says, one in ends.items()}


@maximize_class_sigmoid
@few
@given(seeds, outputs)
def test_z_climbs_a_smooth_network(work: Work, seed: int, output: str) -> None:
    """Each step follows the slope of the output over z; scores rise when steps are small."""
    seed, shape = own(work, seed), models.any_shape(work.seed)
    model, start = models.smooth(work.seed, shape), models.images(seed, 3, shape)
    classes = models.classes(seed, 3)
    path, others = (
        path_up(model, start, classes, 2, 0.5, output, step)
        for step in (step_up_in_z, partial(step_up_in_z, is_grey=True))
    )
    function = work.activation_maximization.maximize_class_sigmoid
    answer = function(model, start, classes, 2, 0.5, output)
    named = {"gradients over z that are averaged over the channels": others}
    check_ascent(answer, model, path, classes, output, others=named)


@maximize_class_sigmoid
@few
@given(seeds)
def test_z_goes_on_when_scores_fall(work: Work, seed: int) -> None:
    """All steps are taken, and the last images come back, also if others scored higher."""
    seed = own(work, seed)
    model, start, classes = models.hill(work.seed), models.images(seed), models.classes(seed)
    path = path_up(model, start, classes, 3, 20.0, step=step_up_in_z)
    function = work.activation_maximization.maximize_class_sigmoid
    answer = function(model, start, classes, 3, 20.0)
    check_ascent(answer, model, path, classes, headline=LAST)


@maximize_class_sigmoid
@few
@given(seeds, outputs)
def test_begins_at_the_clipped_start(work: Work, seed: int, output: str) -> None:
    """The start is clipped to [1e-3, 1 − 1e-3] beforehand, and comes back so with steps=0."""
    seed, shape = own(work, seed), models.any_shape(work.seed)
    model, start = models.smooth(work.seed, shape), models.starts(seed, 3, shape)
    classes = models.classes(seed, 3)
    clipped = np.clip(start.astype(np.float64), 1e-3, 1 - 1e-3)
    function = work.activation_maximization.maximize_class_sigmoid
    for steps in (0, 1):
        path = path_up(model, clipped, classes, steps, 5.0, output, step_up_in_z)
        answer = function(model, start, classes, steps, 5.0, output)
        check_ascent(answer, model, path, classes, output)


@maximize_class_sigmoid
def test_sigmoid_takes_tensors(work: Work) -> None:
    """Start and classes may come as tensors."""
    check_takes_tensors(work, work.activation_maximization.maximize_class_sigmoid, step_up_in_z)


@maximize_class_sigmoid
def test_sigmoid_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode; weights and `trainable` flags are the same afterwards."""
    model, start = models.with_training_state(work.seed), models.images(work.seed)
    path = path_up(model, start, 0, 1, 0.5, step=step_up_in_z)
    answer = work.activation_maximization.maximize_class_sigmoid(model, start, 0, 1, 0.5)
    check_ascent(answer, model, path, 0, headline=IN_TRAINING)
    work.activation_maximization.maximize_class_sigmoid(model, start, 1, 1, 0.5, "softmax")
    check_untrained(work, model)


@maximize_class_sigmoid
def test_sigmoid_refuses_an_unknown_output(work: Work) -> None:
    """An output other than "logit" or "softmax" is a ValueError, also with steps=0."""
    function = work.activation_maximization.maximize_class_sigmoid
    start = models.images(work.seed, 1, models.WIDE)
    for steps in (1, 0):
        check_refuses_other_outputs(work, function, gentle(work), start, 0, steps, 0.1)


# --- what they share ------------------------------------------------------------------------------


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def inverse_sigmoid(images: np.ndarray) -> np.ndarray:
    images = images.astype(np.float64)
    return np.log(images / (1 - images))


def step_up(
    model: Network, images: np.ndarray, classes: Any, step_size: float, output: str = "logit"
) -> np.ndarray:
    """Images one step further."""
    return np.clip(images + step_size * models.slopes(model, images, classes, output), 0, 1)


def step_up_in_z(
    model: Network,
    images: np.ndarray,
    classes: Any,
    step_size: float,
    output: str = "logit",
    is_grey: bool = False,
) -> np.ndarray:
    """Likewise, for images that are sigmoids of z: the slope over z is found by the chain rule.

    A known mistake is to average it over the channels.
    """
    slopes = models.slopes(model, images, classes, output) * images * (1 - images)
    slopes = slopes.mean(axis=-1, keepdims=True) if is_grey else slopes
    return sigmoid(inverse_sigmoid(images) + step_size * slopes)


def path_up(
    model: Network,
    start: np.ndarray,
    classes: Any,
    steps: int,
    step_size: float,
    output: str = "logit",
    step: Callable[..., np.ndarray] = step_up,
) -> list[np.ndarray]:
    """The images before the first and after every step."""
    path = [start]
    for _ in range(steps):
        path.append(step(model, path[-1], classes, step_size, output))
    return path


def check_takes_tensors(
    work: Work, function: Function, step: Callable[..., np.ndarray], **options: Any
) -> None:
    """Insist that an ascent takes start and classes as tensors."""
    model, _, size = up_a_slope(work, 2, 0.1)
    start = models.images(work.seed, 2, models.WIDE)
    classes = models.classes(work.seed).astype(np.int32)
    for steps in (1, 0):
        path = path_up(model, start, classes, steps, size, step=step)
        answer = function(model, Tensor(start), Tensor(classes), steps, size, **options)
        check_ascent(answer, model, path, classes)


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
    others: Mapping[str, list[np.ndarray]] | None = None,
    other_scores: Mapping[str, list[np.ndarray]] | None = None,
    penalty: np.ndarray | None = None,
) -> None:
    """Insist that an ascent ends where the path ends, and has the scores of all images on it.

    Args:
        answer: what the student's function returned.
        model: on which it climbs.
        path: the images before the first and after every step.
        classes: to which it climbs.
        output: of the model.
        headline: names the mistake, where the property knows it.
        others: the paths of known mistakes, by what is said of them.
        other_scores: the images of which known mistakes give the scores.
        penalty: what the scores are less by mistake, as many rows as the path has.
    """
    images, scores = check_tuple(answer, ("images", "scores"))
    check_inside(images, path[0].shape)

    def ends() -> dict[str, np.ndarray]:
        found = other_climbs(model, path, classes, output)
        if len(path) > 1:
            found |= {"the images of one step earlier: the last step is not in them": path[-2]}
        return found | {says: other[-1] for says, other in (others or {}).items()}

    def seen(images: list[np.ndarray], output: str = output) -> np.ndarray:
        return np.stack([models.outputs(model, one, classes, output) for one in images])

    def rows() -> dict[str, np.ndarray]:
        asked, other = ("logit", "softmax") if output == "logit" else ("softmax", "logit")
        found = {f'scores of output="{other}", where "{asked}" is asked for': seen(path, other)}
        log = "logarithms of the probabilities, not what is asked for"
        found |= {log: np.log(seen(path, "softmax"))}
        if penalty is not None:
            found |= {"scores less the penalty: they are the outputs alone": seen(path) - penalty}
        if way := unclipped_climb(model, path, classes, output):
            found |= {"scores of images that are clipped after the last step only": seen(way)}
        return found | {says: seen(one) for says, one in (other_scores or {}).items()}

    check_close(images, path[-1], headline, "the images", instead=ends)
    check_close(scores, seen(path), headline, "the scores", instead=rows)
