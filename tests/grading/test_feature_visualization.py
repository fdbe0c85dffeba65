"""1.3 Feature visualization: what has to hold in `course/feature_visualization.py`."""

from collections.abc import Callable
from functools import partial
from itertools import combinations, product
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from scipy.stats import chi2

from course.grader.compare import as_array, check, check_close, is_close
from course.grader.grading import settings
from course.grader.networks import Network
from course.grader.tasks import task
from course.grader.work import Function, StudentError, Tensor, Work

from . import models
from .chance import check_repeats, check_repeats_itself, others_than, same_for_two
from .common import (
    IN_TRAINING,
    PARTLY,
    check_gradient_flows,
    check_own_random_numbers,
    check_refuses,
    check_refuses_other_outputs,
    check_tuple,
    check_untrained,
    few,
    gradient_through,
    no_names,
    outputs,
    own,
    seeds,
)
from .directions import DIRECTIONS, LENGTHS, Direct
from .measures import MEASURES, Measure, measured, measured_slopes
from .test_activation_maximization import (
    LAST,
    check_ascent,
    check_inside,
    check_takes_tensors,
    path_up,
    size_between,
    step_sizes,
    step_up,
    up_a_slope,
)

step_counts = st.sampled_from([1, 0, 2, 3])
"""One step comes first: with none, most mistakes look alike."""

# --- total_variation ------------------------------------------------------------------------------

total_variation = task("feature_visualization.total_variation")


@total_variation
@settings
@given(seeds, st.booleans())
def test_adds_up_differences_of_neighbours(work: Work, seed: int, is_pixel: bool) -> None:
    """Total variation is the sum of |differences| between vertical and horizontal neighbours.

    Of one white pixel on black, these are its sides that lie inside of the image, once for each
    channel.
    """
    seed = own(work, seed)
    height, width = np.random.default_rng(seed).integers(2, 8, 2)
    for count, channels in ((3, 3), (1, 3), (2, 1), (1, 1), (2, 2), (2, 4)):
        shape = (height, width, channels)
        images = (
            one_white_pixel(seed, count, shape) if is_pixel else models.images(seed, count, shape)
        )
        answer = work.feature_visualization.total_variation(images)
        check_close(answer, roughness(images), instead=partial(other_roughness, images))


def other_roughness(images: np.ndarray) -> dict[str, np.ndarray]:
    """What else may be added up of neighbours, by what is said of it."""
    images, axes = images.astype(np.float64), (1, 2, 3)
    down, right = (np.abs(np.diff(images, axis=axis)).sum(axis=axes) for axis in (1, 2))
    signed = [np.diff(images, axis=axis).sum(axis=axes) for axis in (1, 2)]
    between = np.abs(np.diff(images, axis=3)).sum(axis=axes)
    falling = np.abs(images[:, 1:, 1:] - images[:, :-1, :-1]).sum(axis=axes)
    rising = np.abs(images[:, 1:, :-1] - images[:, :-1, 1:]).sum(axis=axes)
    second = (np.abs(np.diff(images, n=2, axis=axis)).sum(axis=axes) for axis in (1, 2))
    wide = (
        np.abs(images[:, 2:] - images[:, :-2]).sum(axis=axes),
        np.abs(images[:, :, 2:] - images[:, :, :-2]).sum(axis=axes),
    )
    steps = (np.diff(images, axis=1)[:, :, :-1], np.diff(images, axis=2)[:, :-1])
    isotropic = np.hypot(*steps).sum(axis=axes)
    return {
        "differences with their signs, not their magnitudes": signed[0] + signed[1],
        "differences between rows with their signs": signed[0] + right,
        "differences between columns with their signs": down + signed[1],
        "differences between channels, too": down + right + between,
        "differences between channels, not between columns": down + between,
        "differences between channels, not between rows": right + between,
        "twice the differences between rows, and none between columns": 2 * down,
        "twice the differences between columns, and none between rows": 2 * right,
        "differences between diagonal neighbours too, on one diagonal": down + right + falling,
        "differences between diagonal neighbours too": down + right + falling + rising,
        "differences between diagonal neighbours alone": falling,
        "differences of differences": sum(second, np.zeros(len(images))),
        "differences between pixels that are two apart": wide[0] + wide[1],
        "differences to both sides: each pair counts twice": 2 * (down + right),
        "the larger of the differences between rows and between columns": np.maximum(down, right),
        "the product of the differences between rows and between columns": down * right,
        "the root of the sum of squares of both directions": np.hypot(down, right),
        "the root of the sum of squares at every pixel, added up (isotropic)": isotropic,
        "the last column compared with the first, too": down
        + np.abs(images - np.roll(images, 1, axis=2)).sum(axis=axes),
        "the last row compared with the first, too": right
        + np.abs(images - np.roll(images, 1, axis=1)).sum(axis=axes),
    }


@total_variation
def test_total_variation_takes_a_tensor(work: Work) -> None:
    """The images may come as a tensor, and a gradient flows back to them, also where neighbours are
    equal.
    """
    images, function = models.distinct(work.seed), work.feature_visualization.total_variation
    check_close(function(Tensor(images)), roughness(images))
    gradient = gradient_through(work, function, 0, 1, images)
    check_close(gradient, slopes_of_roughness(images), PARTLY, "the gradient through it")
    images[:, 1:3, 1:3] = 0.5
    function(images)  # the call to be shown
    gradient = gradient_through(work, function, 0, 1, images)
    check(
        np.all(np.isfinite(gradient)),
        "The gradient is NaN where neighbours are equal: a root has an infinite slope at 0.",
    )


def one_white_pixel(seed: int, count: int, shape: tuple[int, ...]) -> np.ndarray:
    """Black images with one white pixel each, at the border of the image or inside."""
    images = np.zeros((count, *shape), np.float32)
    draw, rows = np.random.default_rng(seed), np.arange(count)
    images[rows, draw.integers(0, shape[0], count), draw.integers(0, shape[1], count)] = 1
    return images


def roughness(images: np.ndarray) -> np.ndarray:
    """Total variation, by its definition."""
    images = images.astype(np.float64)
    return sum(np.abs(np.diff(images, axis=axis)).sum(axis=(1, 2, 3)) for axis in (1, 2))


def slopes_of_roughness(
    images: np.ndarray,
    axes: tuple[int, ...] = (1, 2),
    make: Callable[[np.ndarray], np.ndarray] = np.sign,
) -> np.ndarray:
    """The gradient of total variation: +1 for every neighbour that is darker, −1 if lighter."""
    slopes = np.zeros(images.shape)
    for axis in axes:
        steps = make(np.diff(images.astype(np.float64), axis=axis))
        # Views: what is written into them is written into the slopes.
        of_steps = np.moveaxis(slopes, axis, 0)
        of_steps[1:] += np.moveaxis(steps, axis, 0)
        of_steps[:-1] -= np.moveaxis(steps, axis, 0)
    return slopes


# --- jitter ---------------------------------------------------------------------------------------

jitter = task("feature_visualization.jitter")


@jitter
@settings
@given(seeds, st.sampled_from([1, 0, 2, 7]))
def test_only_rolls(work: Work, seed: int, max_shift: int) -> None:
    """Each image is rolled along its rows and columns, by at most max_shift, and nothing else."""
    seed, shape = own(work, seed), models.any_shape(own(work, seed))
    for count in (2, 1):
        images = models.images(seed, count, shape)
        answer = work.feature_visualization.jitter(images, max_shift, seed)
        shifts_between(images, as_array(answer, images.shape), max_shift)


@jitter
@few
@given(seeds, st.sampled_from([3, 1, 4]))
def test_shifts_are_uniform(work: Work, seed: int, max_shift: int) -> None:
    """Over many images, all shifts from -max_shift to max_shift occur, equally often."""
    seed, kinds = own(work, seed), 2 * max_shift + 1
    images = many_images(seed)
    answer = as_array(work.feature_visualization.jitter(images, max_shift, seed), images.shape)
    shifts = shifts_between(images, answer, max_shift)
    check(np.any(shifts != shifts[0]), "All images are rolled by the same shift.")
    for axis, name in enumerate(["rows", "columns"]):
        counts = np.bincount(shifts[:, axis] + max_shift, minlength=kinds)
        shown = ", ".join(f"{share:.0%}" for share in counts / counts.sum())
        example = f"How often {name} are rolled by {-max_shift} to {max_shift}: {shown}."
        missing = ", ".join(map(str, np.flatnonzero(counts == 0) - max_shift))
        check(counts.min() > 0, f"Some shifts never occur: {missing}.", example)
        is_uniform = surprise(counts) > 1e-12
        check(is_uniform, "The shifts are not uniform.", example)
    # Of right draws of 2,000 pairs, one in 10^12 is correlated like that.
    now, later = shifts[:-1], shifts[1:]
    across = np.corrcoef(np.concatenate([now, later], axis=1).T)
    sizes = np.corrcoef(np.abs(shifts).T) if max_shift > 1 else np.eye(2)
    related = abs(across[0, 1]) < 0.16 and abs(sizes[0, 1]) < 0.16
    check(related, "The shifts of rows and of columns depend on each other.")
    related = np.abs(across[:2, 2:]).max() < 0.16
    check(related, "The shifts of an image depend on those of the image before.")


def surprise(counts: np.ndarray) -> float:
    """How probable it is that uniform draws are spread as unevenly as these (chi-square)."""
    expected = counts.sum() / len(counts)
    return float(chi2.sf(np.sum((counts - expected) ** 2) / expected, len(counts) - 1))


@jitter
@few
@given(seeds)
def test_shifts_come_from_the_seed(work: Work, seed: int) -> None:
    """The same seed gives the same shifts, and another seed gives others."""
    seed = own(work, seed)
    images, drawn = many_images(seed)[:40], [0, 1, seed, *others_than(seed)]
    first, again = (
        [as_array(work.feature_visualization.jitter(images, 3, one), images.shape) for one in drawn]
        for _ in range(2)
    )
    check_repeats("The same seed gives other shifts in a second call.", drawn, first, again)
    wrong = same_for_two("Another seed gives the same shifts.", drawn, first)
    for one, other in combinations(range(len(drawn)), 2):
        shown = f"Seeds {drawn[one]} and {drawn[other]} give the same."
        check(not is_close(first[one], first[other]), wrong, shown)
    now, next_seed = (
        shifts_between(images, as_array(work.feature_visualization.jitter(images, 3, one)), 3)
        for one in (seed, seed + 1)
    )
    moved = "The next seed gives the same shifts, one image on: is a seed made of seed + i?"
    check(not np.array_equal(now[1:], next_seed[:-1]), moved)
    # What was drawn for a seed is not kept for other limits.
    nearer = as_array(work.feature_visualization.jitter(images, 1, seed), images.shape)
    shifts_between(images, nearer, 1)


@jitter
def test_jitter_has_random_numbers_of_its_own(work: Work) -> None:
    """The random state that all code shares is neither used nor changed."""
    images = many_images(work.seed)[:20]
    check_own_random_numbers(work, work.feature_visualization.jitter, images, 3, work.seed)


@jitter
def test_jitter_takes_a_tensor(work: Work) -> None:
    """The images may come as a tensor, and a gradient flows back to them."""
    images, function = models.images(work.seed), work.feature_visualization.jitter
    answer = as_array(function(Tensor(images), 2, work.seed), images.shape)
    shifts_between(images, answer, 2)
    check_gradient_flows(work, function, answer, images, 2, work.seed)


def many_images(seed: int) -> np.ndarray:
    """Enough images that a test of chance can be strict, and still never fails a right answer."""
    return models.images(seed, 2000, (11, 10, 1))


def shifts_between(images: np.ndarray, rolled: np.ndarray, max_shift: int) -> np.ndarray:
    """By how much every image was rolled: `(B, 2)`; fails if one was not, or by too much."""
    found = np.full((len(images), 2), max_shift + 1)
    height, width = images.shape[1:3]
    for down, right in product(range(-max_shift, max_shift + 1), repeat=2):
        # The first pixel leaves few images over, of which all is compared.
        first = images[:, -down % height, -right % width] - rolled[:, 0, 0]
        left = np.flatnonzero((found[:, 0] > max_shift) & (np.abs(first).max(axis=1) < 1e-6))
        off = np.abs(np.roll(images[left], (down, right), axis=(1, 2)) - rolled[left])
        found[left[off.max(axis=(1, 2, 3)) < 1e-6]] = down, right
    for lost in np.flatnonzero(found[:, 0] > max_shift):
        image, answer = images[lost], rolled[lost]
        check(
            is_close(np.sort(answer, axis=None), np.sort(image, axis=None)),
            "What leaves an image on one side does not come in on the other.",
            "An image has other values than before.",
        )
        check(
            any(
                is_close(np.roll(image, shift, axis=(0, 1)), answer)
                for shift in product(*map(range, image.shape[:2]))
            ),
            "The values of an image are moved, but not by rolling its rows and columns.",
        )
        check(False, "An image is rolled by more than max_shift.", f"max_shift is {max_shift}.")
    return found


# --- normalize_gradient ---------------------------------------------------------------------------

normalize_gradient = task("feature_visualization.normalize_gradient")


@normalize_gradient
@settings
@given(seeds)
def test_every_image_has_size_one(work: Work, seed: int) -> None:
    """Each image's gradient is divided by its own root mean square; its direction is kept."""
    seed = own(work, seed)
    for count, shape in ((2, models.SHAPE), (1, models.any_shape(seed)), (3, models.WIDE)):
        gradient = gradients(seed, count, shape)
        answer = work.feature_visualization.normalize_gradient(gradient)
        others = {"each pixel over its own root mean square": normalized(gradient, (3,))}
        check_close(answer, normalized(gradient), instead=others)


@normalize_gradient
@few
@given(seeds)
def test_zero_stays_zero(work: Work, seed: int) -> None:
    """A gradient that is zero everywhere stays zero, alone or beside others, which are as ever."""
    for count in (3, 1):
        gradient = gradients(own(work, seed), count)
        gradient[count // 2] = 0
        answer = work.feature_visualization.normalize_gradient(gradient)
        nothing = np.any(np.isnan(np.asarray(answer, np.float64)))
        check(not nothing, "A zero gradient becomes NaN: 0 is divided by 0.")
        answer = as_array(answer, gradient.shape)
        check(np.all(answer[count // 2] == 0), "A zero gradient does not stay zero.")
        headline = "One gradient that is zero changes those of other images."
        check_close(answer, normalized(gradient), headline)


@normalize_gradient
@few
@given(seeds)
def test_faint_gradients_are_scaled_too(work: Work, seed: int) -> None:
    """A gradient millions of times smaller than others is brought to the same size as they are."""
    seed = own(work, seed)
    gradient = gradients(seed, 2)
    faint = seed % 2
    gradient[faint] *= 3e-7 / np.sqrt(np.mean(gradient[faint] ** 2))
    answer = as_array(work.feature_visualization.normalize_gradient(gradient), gradient.shape)
    size = float(np.sqrt(np.mean(answer[faint].astype(np.float64) ** 2)))
    check(
        abs(size - 1) <= 0.05,  # 1e-8 may be added to the size, so as never to divide by 0
        f"A gradient whose root mean square is 3e-7 comes out with {size:.3g}, not 1: "
        "is a number added to the size, or are small ones left as they are?",
    )


@normalize_gradient
def test_normalize_takes_a_tensor(work: Work) -> None:
    """The gradient may come as a tensor."""
    gradient = gradients(work.seed)
    answer = work.feature_visualization.normalize_gradient(Tensor(gradient))
    check_close(answer, normalized(gradient))


def gradients(seed: int, count: int = 2, shape: tuple[int, ...] = models.SHAPE) -> np.ndarray:
    """Signed arrays of any size, with a mean that is not zero: `(count, H, W, C)`.

    One of them is so small that a number added to its square would be seen.
    """
    sizes = 10 ** np.random.default_rng(seed).uniform(-1.5, 2, (count, 1, 1, 1))
    sizes[seed % count] = 6e-3
    return ((models.images(seed, count, shape) - 0.4) * sizes).astype(np.float32)


def normalized(gradient: np.ndarray, axes: tuple[int, ...] = (1, 2, 3)) -> np.ndarray:
    """By the definition."""
    gradient = gradient.astype(np.float64)
    size = np.sqrt(np.mean(gradient**2, axis=axes, keepdims=True))
    return gradient / np.where(size > 0, size, 1)


# --- maximize_class_regularized -------------------------------------------------------------------

maximize_class_regularized = task("feature_visualization.maximize_class_regularized")


@maximize_class_regularized
@settings
@given(seeds, st.booleans(), step_counts, step_sizes)
def test_with_all_off_it_is_plain_ascent(
    work: Work, seed: int, is_shared: bool, steps: int, ends: tuple[float, float]
) -> None:
    """With every regulariser off, it climbs as maximize_class does, and steps=0 is the start.

    On a linear model, every step adds the weights, and values that reach 0 or 1 stay there.
    """
    seed = own(work, seed)
    for count in (2, 1):
        model, weights, step_size = up_a_slope(work, count, size_between(seed, ends))
        start = models.starts(seed, count, models.WIDE)
        classes = models.some_classes(seed, count, is_shared)
        step = step_size * weights[classes]
        path = [np.clip(start + n * step, 0, 1) for n in range(steps + 1)]
        function = work.feature_visualization.maximize_class_regularized
        check_ascent(function(model, start, classes, steps, step_size), model, path, classes)


@maximize_class_regularized
@few
@given(seeds, outputs)
def test_climbs_the_output_that_is_asked_for(work: Work, seed: int, output: str) -> None:
    """On a smooth network, it follows the slope of each image's own logit or probability."""
    seed, shape = own(work, seed), models.any_shape(work.seed)
    model, start = models.smooth(work.seed, shape), models.images(seed, 2, shape)
    classes = models.classes(seed)
    path = path_up(model, start, classes, 2, 0.1, output)
    function = work.feature_visualization.maximize_class_regularized
    answer = function(model, start, classes, 2, 0.1, output=output)
    check_ascent(answer, model, path, classes, output)


@maximize_class_regularized
@few
@given(seeds)
def test_regularized_goes_on_when_scores_fall(work: Work, seed: int) -> None:
    """All steps are taken, and the last images come back, also if others scored higher."""
    seed = own(work, seed)
    model, start, classes = models.hill(work.seed), models.images(seed), models.classes(seed)
    path = path_up(model, start, classes, 3, 1.2)
    function = work.feature_visualization.maximize_class_regularized
    answer = function(model, start, classes, 3, 1.2)
    check_ascent(answer, model, path, classes, headline=LAST)


@maximize_class_regularized
@few
@given(seeds, st.booleans())
def test_goes_down_total_variation(work: Work, seed: int, is_wide: bool) -> None:
    """A step goes up the output, and down tv_weight times each image's own total variation; the
    scores are the output alone.

    The gradient of total variation adds up signs: +1 for every neighbour that is darker, −1 for
    every one that is lighter. It is subtracted.
    """
    seed, shape = own(work, seed), models.WIDE if is_wide else models.SHAPE
    model, start = models.linear(work.seed, shape), models.distinct(seed, 2, shape)
    one, tv_weight = seed % models.CLASSES, size_between(seed, (0.03, 0.3))
    up = models.weights_of_linear(work.seed, shape)[one]
    path = [start, start + 0.1 * (up - tv_weight * slopes_of_roughness(start))]
    others = {
        f"total variation of {says}": [np.clip(start + 0.1 * (up - tv_weight * slopes), 0, 1)]
        for says, slopes in {
            **slopes_of_grey(slopes_of_roughness, start),
            "vertical neighbours alone": slopes_of_roughness(start, (1,)),
            "horizontal neighbours alone": slopes_of_roughness(start, (2,)),
            "the squares of the differences, not of their magnitudes": slopes_of_roughness(
                start, make=lambda steps: 2 * steps
            ),
        }.items()
    }
    function = work.feature_visualization.maximize_class_regularized
    answer = function(model, start, one, 1, 0.1, tv_weight=tv_weight)
    path = [np.clip(images, 0, 1) for images in path]
    penalty = tv_weight * np.stack([roughness(images) for images in path])
    check_ascent(answer, model, path, one, others=others, penalty=penalty)


@maximize_class_regularized
def test_total_variation_falls(work: Work) -> None:
    """With a strong tv_weight, the images are much smoother after many steps than before."""
    model, start, one = models.linear(work.seed), models.distinct(work.seed), 1
    function = work.feature_visualization.maximize_class_regularized
    images, _ = check_tuple(
        function(model, start, one, 30, 0.005, tv_weight=1.0), ("images", "scores")
    )
    before, after = roughness(start), roughness(as_array(images, start.shape, "the images"))
    check(
        np.all(after < 0.5 * before),
        "Total variation does not fall over many steps.",
        f"It is {before[0]:.3g} before and {after[0]:.3g} after 30 steps.",
    )


@maximize_class_regularized
@few
@given(seeds, st.integers(1, 3))
def test_is_drawn_to_grey(work: Work, seed: int, steps: int) -> None:
    """A step goes down the gradient of l2_weight · Σ (images − 0.5)², which is 2 · (images − 0.5).

    It is multiplied by l2_weight, and so pulls every value towards 0.5.
    """
    seed = own(work, seed)
    l2_weight, one = size_between(seed, (0.1, 1)), seed % models.CLASSES
    model, start = models.linear(work.seed), models.starts(seed)
    up = models.weights_of_linear(work.seed)[one]

    def drawn(slopes: Callable[[np.ndarray], np.ndarray]) -> list[np.ndarray]:
        path = [start]
        for _ in range(steps):
            path.append(np.clip(path[-1] + 0.1 * (up - l2_weight * slopes(path[-1])), 0, 1))
        return path

    others = {
        f"the distance from grey of {says}": drawn(
            lambda images, says=says: slopes_of_grey(slopes_from_grey, images)[says]
        )
        for says in slopes_of_grey(slopes_from_grey, start)
    }
    others |= {
        f"the distance of every {name} from its own mean": drawn(
            lambda images, axes=axes: 2 * (images - images.mean(axis=axes, keepdims=True))
        )
        for name, axes in (("image", (1, 2, 3)), ("pixel", (3,)), ("channel", (1, 2)))
    }
    others["the magnitude of the distance from grey, not its square"] = drawn(
        lambda images: np.sign(images - 0.5)
    )
    function = work.feature_visualization.maximize_class_regularized
    answer = function(model, start, one, steps, 0.1, l2_weight=l2_weight)
    path = drawn(slopes_from_grey)
    penalty = l2_weight * np.sum((np.stack(path) - 0.5) ** 2, axis=(2, 3, 4))
    check_ascent(answer, model, path, one, others=others, penalty=penalty)


def slopes_from_grey(images: np.ndarray) -> np.ndarray:
    """The gradient of the squared distance from 0.5."""
    return 2 * (images.astype(np.float64) - 0.5)


def slopes_of_grey(
    slopes: Callable[[np.ndarray], np.ndarray], images: np.ndarray
) -> dict[str, np.ndarray]:
    """The gradients of a penalty that has been made of grey images, by what is said of them."""
    count = images.shape[-1]
    weights = {"the mean of the channels, not of every channel": np.full(count, 1 / count)}
    if count == 3:
        weights["the luminance of images, not of every channel"] = np.array([0.2989, 0.587, 0.114])
    return {says: slopes((images @ one)[..., None]) * one for says, one in weights.items()}


@maximize_class_regularized
@few
@given(seeds, st.integers(1, 2))
def test_blurs_after_clipping(work: Work, seed: int, steps: int) -> None:
    """After every step, clipped as ever, each image is blurred over its rows and columns.

    The blur is that of scipy, with mode "reflect"; images and channels do not run into each other.
    """
    seed = own(work, seed)
    sigma, one = size_between(seed, (0.4, 1.2)), seed % models.CLASSES
    model, path = models.linear(work.seed), [models.starts(seed)]
    up, sharp = models.weights_of_linear(work.seed)[one], [path[0]]

    def blurred(images: np.ndarray, width: float = sigma) -> np.ndarray:
        return gaussian_filter(images, (0, width, width, 0), mode="reflect")

    others = {
        "a blur that comes once, after the last step: it comes after every step": [path[0]],
        "a blur of the first step alone: it comes after every step": [path[0]],
        "a blur that comes before the step, not after it": [path[0]],
        "a blur of the gradient, not of the images": [path[0]],
    }
    once, first, before, slopes = others.values()
    for number in range(steps):
        sharp.append(np.clip(path[-1] + up, 0, 1))
        path.append(blurred(sharp[-1]))
        once.append(np.clip(once[-1] + up, 0, 1))
        moved = np.clip(first[-1] + up, 0, 1)
        first.append(moved if number else blurred(moved))
        before.append(np.clip(blurred(before[-1]) + up, 0, 1))
        slopes.append(np.clip(slopes[-1] + blurred(up[None]), 0, 1))
    once.append(blurred(once[-1]))
    for says, width in {
        "the square of blur_sigma, not blur_sigma,": sigma**2,
        "the root of blur_sigma, not blur_sigma,": sigma**0.5,
        "twice blur_sigma, not blur_sigma,": 2 * sigma,
        "half of blur_sigma, not blur_sigma,": sigma / 2,
    }.items():
        images = path[0]
        for _ in range(steps):
            images = blurred(np.clip(images + up, 0, 1), width)
        others[f"a blur with {says} as its standard deviation"] = [images]
    if steps == 1:  # the first step is the last
        others = {says: other for says, other in others.items() if "not" in says}
    scores = {"the scores of the images before the blur": sharp}
    function = work.feature_visualization.maximize_class_regularized
    answer = function(model, path[0], one, steps, 1.0, blur_sigma=sigma)
    check_ascent(answer, model, path, one, others=others, other_scores=scores)


@maximize_class_regularized
def test_jitters_every_step_anew(work: Work) -> None:
    """Every step draws a new shift for every image, from [-max_shift, max_shift] on both axes.

    On a linear model, the gradient with respect to an image that is rolled on the way to the model
    is the weights, rolled back. The sum of all steps tells how often each shift was drawn. The
    scores are those of the images as they are, without jitter.
    """
    model, start, one = models.linear(work.seed), models.distinct(work.seed, 3), 1
    weights, size, steps = models.weights_of_linear(work.seed)[one], 0.01, 50
    function = work.feature_visualization.maximize_class_regularized
    answer = function(model, start, one, steps, size, max_shift=2, seed=work.seed)
    images, scores = check_tuple(answer, ("images", "scores"))
    check_inside(images, start.shape)
    scores = as_array(scores, (steps + 1, 3), "the scores")
    ends = np.stack([models.outputs(model, moved, one) for moved in (start, images)])
    headline = "The scores are not those of the images themselves, without jitter."
    check_close(scores[[0, -1]], ends, headline, "the first and last scores")
    moved = (np.asarray(images, np.float64) - start) / size
    drawn = np.stack([count_shifts(one_moved, weights, 2, steps) for one_moved in moved])
    is_varied = np.any(drawn.max(axis=(1, 2)) < steps)
    check(is_varied, "Every step seems to be jittered by the same shift.")
    check(np.any(drawn != drawn[0]), "All images are jittered by the same shifts.")
    for axis, name in [(2, "rows"), (1, "columns")]:
        counts = drawn.sum(axis=(0, axis))
        example = f"How often {name} are rolled by -2 to 2: {counts.astype(int).tolist()}."
        check(counts.min() > 0, "Some shifts never occur.", example)
        check(surprise(counts) > 1e-12, "The shifts are not uniform.", example)
    short, full, again = (
        as_array(function(model, start, one, 5, size, max_shift=2, **more)[0], start.shape)
        for more in ({}, {"seed": 0}, {"seed": 0})
    )
    check(is_close(again, full), "The same seed gives other images the second time.")
    check_close(short, full, "Without seed, another is taken than the signature says.")


@maximize_class_regularized
def test_penalises_the_images_themselves(work: Work) -> None:
    """Total variation is that of the images as they are, also when the model sees them rolled."""
    model, start, one = models.linear(work.seed), models.distinct(work.seed, 1), 1
    function = work.feature_visualization.maximize_class_regularized
    answer = function(model, start, one, 1, 0.1, tv_weight=0.3, max_shift=2, seed=work.seed)
    images = as_array(check_tuple(answer, ("images", "scores"))[0], start.shape, "the images")
    up = (images - start) / 0.1 + 0.3 * slopes_of_roughness(start)
    headline = "Total variation seems to be that of the jittered images."
    count_shifts(up[0], models.weights_of_linear(work.seed)[one], 2, 1, headline)


@maximize_class_regularized
def test_jitter_comes_from_the_seed(work: Work) -> None:
    """The same seed gives the same images, and another seed gives others."""
    model, start, seed = (
        models.linear(work.seed),
        models.distinct(work.seed, 3),
        own(work, 1) % 10_000,
    )
    function = work.feature_visualization.maximize_class_regularized

    def draw(one: int) -> np.ndarray:
        answer = function(model, start, 0, 5, 0.03, max_shift=2, seed=one)
        return as_array(check_tuple(answer, ("images", "scores"))[0], start.shape, "the images")

    first = draw(seed)
    check_repeats_itself("The same seed gives other images in a second call.", draw, seed, first)
    others = others_than(seed)
    found = [first, *map(draw, others)]
    wrong = same_for_two("Another seed gives the same images.", [seed, *others], found)
    for one, other in combinations(found, 2):
        check(not is_close(one, other), wrong)


@maximize_class_regularized
def test_regularized_has_random_numbers_of_its_own(work: Work) -> None:
    """The random state that all code shares is neither used nor changed."""
    function = work.feature_visualization.maximize_class_regularized
    jittered = partial(function, max_shift=2, seed=work.seed)
    start = models.distinct(work.seed, 1)
    check_own_random_numbers(work, jittered, models.linear(work.seed), start, 0, 2, 0.03)


@maximize_class_regularized
def test_regularized_takes_tensors(work: Work) -> None:
    """Start and classes may come as tensors."""
    check_takes_tensors(work, work.feature_visualization.maximize_class_regularized, step_up)
    function = partial(work.feature_visualization.maximize_class_regularized, blur_sigma=0.6)
    check_takes_tensors(work, function, step_and_blur)


def step_and_blur(*args: Any) -> np.ndarray:
    """Images one step further, and blurred with sigma 0.6."""
    return gaussian_filter(step_up(*args), (0, 0.6, 0.6, 0), mode="reflect")


@maximize_class_regularized
def test_regularized_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode; weights and `trainable` flags are the same afterwards."""
    model, start = models.with_training_state(work.seed), models.images(work.seed)
    function = work.feature_visualization.maximize_class_regularized
    answer = function(model, start, 1, 1, 0.1)
    check_ascent(answer, model, path_up(model, start, 1, 1, 0.1), 1, headline=IN_TRAINING)
    function(model, start, 1, 1, 0.1, output="softmax")
    check_untrained(work, model)


@maximize_class_regularized
def test_regularized_refuses_an_unknown_output(work: Work) -> None:
    """An output other than "logit" or "softmax" is a ValueError, also with steps=0."""
    function = work.feature_visualization.maximize_class_regularized
    model, start = models.linear(work.seed), models.images(work.seed)
    for steps in (1, 0):
        check_refuses_other_outputs(work, function, model, start, 0, steps, 0.1)


def count_shifts(
    moved: np.ndarray, weights: np.ndarray, max_shift: int, steps: int, headline: str = ""
) -> np.ndarray:
    """How often each shift was drawn, if an image has moved by the sum of rolled weights.

    Args:
        moved: `(H, W, C)`, the way of an image, in units of the step size.
        weights: `(H, W, C)`, the gradient of the model.
        max_shift: the largest shift that is allowed.
        steps: how many there were.
        headline: of the message, if no sum of that many rolled weights is what the image moved by.

    Returns:
        `(2 · max_shift + 1, 2 · max_shift + 1)`: a count for every shift of rows and of columns.
    """
    shifts = list(product(range(-max_shift, max_shift + 1), repeat=2))
    rolled = np.stack([np.roll(weights, shift, axis=(0, 1)).ravel() for shift in shifts], axis=1)
    solution = np.linalg.lstsq(rolled, moved.ravel(), rcond=None)[0]
    counts = np.round(solution)
    # Rounding in float32 disturbs the counts by some thousandths.
    is_sum = np.abs(rolled @ counts - moved.ravel()).max() < 0.02 * np.abs(weights).max()
    check(
        is_sum and counts.sum() == steps and counts.min() >= 0,
        headline or "The steps are not those of an image that is rolled on its way to the model.",
        f"Expected a sum of {steps} times the weights, each rolled by at most {max_shift}.",
    )
    return counts.reshape(2 * max_shift + 1, -1)


# --- feature_extractor ----------------------------------------------------------------------------

feature_extractor = task("feature_visualization.feature_extractor")

CHAIN = ["first", "second", "flatten", "logits"]
BRANCHES = ["last", "joined", "side", "second", "added", "pool"]
"""Layers to be found: in a chain, and in branches that join again."""


@feature_extractor
@settings
@given(seeds, st.sampled_from(CHAIN))
def test_gives_the_activations_of_the_layer(work: Work, seed: int, layer: str) -> None:
    """The result is a model that gives what comes out of the layer, of the one network and of
    another.
    """
    images = models.images(own(work, seed))
    for model in (models.smooth(work.seed), models.smooth(work.seed + 1)):
        check_extractor(work, model, layer, images)


def check_extractor(work: Work, model: Network, layer: str, images: np.ndarray) -> None:
    """Insist on the activations of a layer; whose they are instead is said, if they are others'."""
    extract = extractor(work.feature_visualization.feature_extractor(model, layer))
    answer = as_array(extract(images))
    values = model.run(images)[0]
    expected = values.pop(layer)
    for name, others in values.items():
        is_other = answer.shape == others.shape and is_close(answer, others)
        check(not is_other, f"The activations are those of another layer: {name!r}.")
    headline = "The activations differ: does the new model have the network's own weights?"
    check_close(answer, expected, headline)


@feature_extractor
def test_goes_through_branches_and_models_inside(work: Work) -> None:
    """Branches that join again, and models inside, are no obstacle on the way to the layer."""
    images = models.images(own(work, 1))
    for layer in BRANCHES:
        check_extractor(work, models.branching(work.seed), layer, images)
    check_extractor(work, models.nested(work.seed), "logits", images)


@feature_extractor
def test_shares_the_weights(work: Work) -> None:
    """When the weights of the network change afterwards, so do those of the extractor."""
    model, images = models.linear(work.seed), models.images(work.seed)
    extract = extractor(work.feature_visualization.feature_extractor(model, "logits"))
    work.call("course.worker.helpers.scale_weights", (model, 2.0), {})
    after = extract(images)
    work.call("course.worker.helpers.scale_weights", (model, 0.5), {})
    headline = "The extractor has weights of its own: it does not share those of the network."
    check_close(after, 2 * models.logits(model, images), headline)


@feature_extractor
def test_extractor_leaves_the_model_alone(work: Work) -> None:
    """The network's weights and `trainable` flags are as they were."""
    model, images = models.with_training_state(work.seed), models.images(work.seed)
    extract = extractor(work.feature_visualization.feature_extractor(model, "dropout"))
    check_close(extract(images), model.activations(images, "dropout"))
    check_untrained(work, model)


@feature_extractor
@few
@given(seeds, st.sampled_from(CHAIN))
def test_names_near_layers(work: Work, seed: int, near: str) -> None:
    """A name that no layer has is a ValueError, whose message holds names that are near."""
    model, asked = models.smooth(work.seed), misspelt(near, own(work, seed))
    function = work.feature_visualization.feature_extractor
    function(model, near)
    check_refuses(function, model, asked, argument=f"layer_name={asked!r}")
    message = message_of_refusal(function, model, asked).replace(asked, "")
    said = f"Asked for {asked!r}, the message should hold {near!r}. Yours is: {message}"
    check(near in message, "The message of the ValueError lists no near name.", said)
    for other in no_names(near):  # to some, nothing is near
        check_refuses(function, model, other, argument=f"layer_name={other!r}")


def misspelt(name: str, seed: int) -> str:
    """A name as it is written in a hurry."""
    draw = np.random.default_rng(seed)
    place = int(draw.integers(1, len(name) - 1))
    swapped = name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :]
    left_out = name[:place] + name[place + 1 :]
    options = [name.title(), f"{name}s", left_out, swapped if swapped != name else f"{name}_1"]
    return str(draw.choice(options))


def extractor(answer: Any) -> Function:
    """The model that was returned; fails if it is anything else."""
    check(isinstance(answer, Function), "The result should be a keras.Model.")
    return answer


def message_of_refusal(function: Function, *args: Any) -> str:
    """What a student's function says when it raises an error."""
    try:
        function(*args)
    except StudentError as error:
        return error.message
    return ""


# --- maximize_feature -----------------------------------------------------------------------------

maximize_feature = task("feature_visualization.maximize_feature")


@maximize_feature
@few
@given(seeds, st.sampled_from(["second", "first"]))
def test_climbs_the_mean_of_a_channel(work: Work, seed: int, layer: str) -> None:
    """Steps follow the slope of the channel's mean over all positions, which is also the score."""
    seed, shape = own(work, seed), models.any_shape(work.seed)
    model = models.smooth(work.seed + seed % 2, shape)
    for count, channel in ((3, 1 + seed % 3), (1, 0)):
        path = [models.images(seed, count, shape)]
        for _ in range(2):
            path.append(feature_step_up(model, layer, channel, path[-1], 0.5))
        function = work.feature_visualization.maximize_feature
        answer = function(model, path[0], layer, channel, 2, 0.5)
        check_feature_ascent(answer, model, layer, channel, path, has_other_measures=True)


@maximize_feature
@few
@given(seeds, step_counts)
def test_climbs_a_dense_unit(work: Work, seed: int, steps: int) -> None:
    """In a dense layer, a channel is a unit; on a linear model, each step adds its weights.

    Values that reach 0 or 1 stay there, and steps=0 is the start.
    """
    seed = own(work, seed)
    start = models.starts(seed, 2, models.WIDE)
    model, weights, step_size = up_a_slope(work, len(start), 1.0)
    for channel in (1 + seed % (models.CLASSES - 1), 0):
        step = step_size * weights[channel]
        path = [np.clip(start + n * step, 0, 1) for n in range(steps + 1)]
        function = work.feature_visualization.maximize_feature
        answer = function(model, start, "logits", channel, steps, step_size)
        check_feature_ascent(answer, model, "logits", channel, path)


@maximize_feature
def test_climbs_through_branches_and_models_inside(work: Work) -> None:
    """Branches that join again, and models inside, are no obstacle on the way to the layer."""
    start, function = models.images(own(work, 1)), work.feature_visualization.maximize_feature
    for model, layer in (
        (models.branching(work.seed), "last"),
        (models.nested(work.seed), "logits"),
    ):
        path = [start, feature_step_up(model, layer, 2, start, 0.5)]
        check_feature_ascent(function(model, start, layer, 2, 1, 0.5), model, layer, 2, path)


@maximize_feature
def test_feature_goes_on_when_means_fall(work: Work) -> None:
    """All steps are taken, and the last images come back, also if others scored higher."""
    model, path = models.hill(work.seed), [models.images(own(work, 1))]
    for _ in range(3):
        path.append(feature_step_up(model, "logits", 1, path[-1], 1.2))
    answer = work.feature_visualization.maximize_feature(model, path[0], "logits", 1, 3, 1.2)
    check_feature_ascent(answer, model, "logits", 1, path, LAST)


@maximize_feature
def test_feature_takes_tensors(work: Work) -> None:
    """The start may come as a tensor."""
    model, start = models.linear(work.seed), models.images(work.seed)
    path = [start, feature_step_up(model, "logits", 1, start, 0.5)]
    function = work.feature_visualization.maximize_feature
    for steps in (1, 0):
        answer = function(model, Tensor(start), "logits", 1, steps, 0.5)
        check_feature_ascent(answer, model, "logits", 1, path[: steps + 1])


@maximize_feature
def test_feature_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode; weights and `trainable` flags are the same afterwards."""
    model, start = models.with_training_state(work.seed), models.images(work.seed)
    path = [start, feature_step_up(model, "dropout", 1, start, 0.5)]
    answer = work.feature_visualization.maximize_feature(model, start, "dropout", 1, 1, 0.5)
    check_feature_ascent(answer, model, "dropout", 1, path, IN_TRAINING)
    check_untrained(work, model)


@maximize_feature
def test_feature_refuses_an_unknown_layer(work: Work) -> None:
    """A name that no layer has is a ValueError, also with steps=0."""
    function, model = work.feature_visualization.maximize_feature, models.linear(work.seed)
    start, near = models.images(work.seed), misspelt("logits", work.seed)
    for steps, names in ((1, [near]), (0, no_names("logits"))):
        function(model, start, "logits", 0, steps, 0.1)
        for asked in names:
            refused = f"layer_name={asked!r}"
            check_refuses(function, model, start, asked, 0, steps, 0.1, argument=refused)


def feature_step_up(
    model: Network, layer: str, channel: int, images: np.ndarray, step_size: float
) -> np.ndarray:
    """Images one step further up a channel's mean."""
    slopes = models.channel_slopes(model, layer, channel, images)
    return np.clip(images + step_size * slopes, 0, 1)


def check_feature_ascent(
    answer: Any,
    model: Any,
    layer: str,
    channel: int,
    path: list[np.ndarray],
    headline: str = "",
    has_other_measures: bool = False,
) -> None:
    """Insist that an ascent ends where the path ends, and has the means of all images on it.

    The steps have the size 0.5, if it is to be told what else has been climbed.
    """
    images, scores = check_tuple(answer, ("images", "scores"))
    check_inside(images, path[0].shape)
    channels = np.full(len(path[0]), channel)
    measures = MEASURES if has_other_measures else {}

    def end(slopes: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        images = path[0]
        for _ in path[1:]:
            images = np.clip(images + 0.5 * slopes(images), 0, 1)
        return images

    def end_along(direct: Direct) -> np.ndarray:
        return end(lambda images: direct(models.channel_slopes(model, layer, channel, images)))

    def rows(measure: Measure) -> np.ndarray:
        return np.stack([measured(model, layer, channels, measure, one) for one in path])

    def ends() -> dict[str, np.ndarray]:
        found = {
            says: end(partial(measured_slopes, model, layer, channels, measure))
            for says, measure in measures.items()
        }
        others = LENGTHS | DIRECTIONS if has_other_measures else {}
        return found | {says: end_along(direct) for says, direct in others.items()}

    def other_scores() -> dict[str, np.ndarray]:
        return {says: rows(measure) for says, measure in measures.items()}

    check_close(images, path[-1], headline, "the images", instead=ends)
    expected = np.stack([models.channel_means(model, layer, channel, one) for one in path])
    check_close(scores, expected, headline, "the scores", instead=other_scores)
