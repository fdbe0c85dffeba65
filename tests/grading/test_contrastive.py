"""2.2 Contrastive explanations: what has to hold of the functions in `course/contrastive.py`."""

import functools
import itertools
from collections.abc import Callable
from functools import partial
from statistics import NormalDist
from typing import Any

import numpy as np
from hypothesis import given

from course.grader.compare import as_array, check, check_close, check_type, is_close
from course.grader.networks import (
    Activation,
    Add,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    InputLayer,
    Multiply,
    Network,
)
from course.grader.tasks import task
from course.grader.work import Function, Work
from course.worker import helpers

from . import models
from .batches import (
    check_takes_many,
    check_takes_tensors,
    generator,
    images,
    some_classes,
    two_shapes,
)
from .chance import others_than
from .common import (
    check_own_random_numbers,
    check_refuses,
    check_tuple,
    check_untrained,
    few,
    no_names,
    seeds,
)
from .directions import DIRECTIONS

IN_TRAINING = "The model seems to run in training mode: dropout is on. Use training=False."


@functools.cache
def cubic(seed: int, shape: tuple[int, int, int]) -> Network:
    """Logits are weighted sums of the values' third power: their slopes rise steeply."""
    kernel, bias = models.Weights(seed, 43)(int(np.prod(shape)), models.CLASSES)
    cube = Multiply("cube", inputs=("input",) * 3)
    return models.chain(shape, cube, Flatten("flatten"), Dense("logits", (kernel, bias)))


def networks_and_images(
    work: Work, draw: np.random.Generator
) -> list[tuple[Network, np.ndarray, Any]]:
    """A smooth network with one image, and one that shows if dropout is on, with three images."""
    shape = two_shapes(work)[0]
    smooth, changing = models.smooth(work.seed, shape), models.with_training_state(work.seed)
    return [
        (smooth, images(draw, (1, *shape)), some_classes(draw, 1)),
        (changing, images(draw, (3, *models.SHAPE)), some_classes(draw, 3)),
    ]


def clear_images(
    draw: np.random.Generator, network: Network, shape: tuple[int, ...], count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Images of which a network is sure, so that rounding cannot decide, and what it sees."""
    batch = (draw.integers(6, 59, (20 * count, *shape)) / 64).astype(np.float32)
    logits = network.outputs(batch)
    first, second = np.sort(logits, axis=1)[:, :-3:-1].T
    sure = np.flatnonzero(first - second > 0.05)[:count]
    return batch[sure], logits[sure].argmax(axis=1)


# --- find_errors ----------------------------------------------------------------------------------

find_errors = task("contrastive.find_errors")

PARTS = ("index", "predicted", "true")


def check_errors(
    answer: Any, predicted: np.ndarray, labels: np.ndarray, logits: np.ndarray | None = None
) -> None:
    """Insist on the list of the errors, in whole numbers."""
    wrong = np.flatnonzero(predicted != labels)
    wanted, parts = (wrong, predicted[wrong], labels[wrong]), check_tuple(answer, PARTS)
    found = np.asarray(parts[0])
    is_short = found.ndim == 1 and found.size <= 10 * labels.size  # a longer list takes long, too
    if is_short and found.dtype.kind in "iuf":
        missed, added = np.setdiff1d(wrong, found), np.setdiff1d(found, wrong)
        said = f"Image {_some(missed)} is missing in index." if missed.size else ""
        headline = "An image that is predicted wrongly is not listed."
        if np.array_equal(found - 1, wrong):
            headline = "The index is counted from 1: the first image is image 0."
        elif np.array_equal(parts[1], wrong):
            headline = f"The parts are exchanged: they should be ({', '.join(PARTS)})."
        check(not missed.size, headline, said)
        said = f"Image {_some(added)} does not belong in index." if added.size else ""
        check(not added.size, "An image that is predicted rightly is listed as an error.", said)
        check(np.all(np.diff(found) > 0), "The errors are not in rising order, each once.")
    for part, expected, name in zip(parts, wanted, PARTS, strict=True):
        others = {
            f"the entries of {other}": one.astype(float)
            for other, one in zip(PARTS, wanted, strict=True)
            if other != name
        }
        if name != "true":
            others["numbers that are counted from 1"] = expected + 1.0
        if name == "predicted" and logits is not None:
            ranks = np.argsort(logits, axis=1)[wrong].astype(float)
            others["the class with the second largest logit"] = ranks[:, -2]
            others["the class with the smallest logit"] = ranks[:, 0]
        check_close(part, expected.astype(float), what=name, instead=others)
        also = "" if np.size(part) else ", also when it is empty"
        says = f"{name} should hold whole numbers (int){also}."
        check_type(np.asarray(part).dtype.kind in "iu", says)


def _some(numbers: np.ndarray) -> str:
    """Numbers in a row; of many only the first, for an answer may be of any length."""
    return ", ".join(map(str, numbers[:10])) + (", ..." if len(numbers) > 10 else "")


@find_errors
@few
@given(seeds)
def test_lists_the_wrong_predictions(work: Work, seed: int) -> None:
    """index, predicted and true list the images whose largest logit is not that of the label.

    None of them is wrong, or one, or some, or all; also in a batch of one image.
    """
    draw = generator(work, seed)
    for shape in two_shapes(work):
        network = models.linear(work.seed, shape)
        for count, errors in [
            (6, 6),  # all of them first: of a few, it cannot be told what is listed instead
            (6, 0),
            (6, 1),
            (6, int(draw.integers(2, 6))),
            (1, 0),
            (1, 1),
            (models.MANY, int(draw.integers(10, models.MANY))),
        ]:
            batch, predicted = clear_images(draw, network, shape, count)
            other = (predicted + draw.integers(1, models.CLASSES, count)) % models.CLASSES
            labels = np.where(draw.permutation(count) < errors, other, predicted)
            labels = labels.astype(draw.choice([np.int32, np.int64]))
            answer = work.contrastive.find_errors(network, batch, labels)
            check_errors(answer, predicted, labels, network.outputs(batch))


@find_errors
@few
@given(seeds)
def test_large_logits_are_predictions(work: Work, seed: int) -> None:
    """The class with the largest logit is predicted, also where the logits are of a thousand."""
    draw, network = generator(work, seed), models.loud(work.seed)
    batch, predicted = clear_images(draw, network, models.SHAPE, 6)
    labels = (predicted + draw.integers(0, 2, 6)) % models.CLASSES
    check_errors(work.contrastive.find_errors(network, batch, labels), predicted, labels)


@find_errors
@few
@given(seeds)
def test_finds_nothing_where_all_is_right(work: Work, seed: int) -> None:
    """If every prediction is right (in inference mode), all three parts are empty."""
    draw, network = generator(work, seed), models.with_training_state(work.seed)
    batch, labels = clear_images(draw, network, models.SHAPE, 10)
    answer = check_tuple(work.contrastive.find_errors(network, batch, labels), PARTS)
    found = "It finds errors where there are none: does the model run in training mode?"
    for part, name in zip(answer, PARTS, strict=True):
        check(np.size(part) == 0, found, f"{name} has {np.size(part)} entries.")
        as_array(part, (0,), name)
    check_untrained(work, network)


@find_errors
@few
@given(seeds)
def test_refuses_too_few_or_too_many_labels(work: Work, seed: int) -> None:
    """If there are not as many labels as images, that is a ValueError."""
    draw, shape = generator(work, seed), two_shapes(work)[0]
    network, labels = models.linear(work.seed, shape), draw.integers(0, models.CLASSES, 5)
    batch, function = images(draw, (3, *shape)), work.contrastive.find_errors
    function(network, batch, labels[:3])
    for count in (1, 2, 4, 5):
        shown = f"labels with {count} entries for 3 images"
        check_refuses(function, network, batch, labels[:count], argument=shown)


@find_errors
def test_errors_in_a_tensor(work: Work) -> None:
    """Images may come as a tensor, too: the result is the same."""
    draw, shape = generator(work), two_shapes(work)[0]
    network = models.linear(work.seed, shape)
    batch, predicted = clear_images(draw, network, shape, 3)
    labels = np.where(np.arange(3) == 1, predicted, (predicted + 1) % models.CLASSES)
    check_takes_tensors(work.contrastive.find_errors, network, batch, labels)


# --- gradient_times_input -------------------------------------------------------------------------

gradient_times_input = task("contrastive.gradient_times_input")


@gradient_times_input
@few
@given(seeds)
def test_multiplies_gradient_and_image(work: Work, seed: int) -> None:
    """Every value is the gradient of the class's logit there, times the image's value there.

    So it is in a large batch, too, in which each image has a class of its own.
    """
    draw, linear = generator(work, seed), models.linear(work.seed, models.WIDE, 1.0)
    many = (linear, *models.many_images(int(draw.integers(2**30)), models.WIDE))
    for network, batch, class_index in [*networks_and_images(work, draw), many]:
        slopes = models.slopes(network, batch, class_index)
        answer = work.contrastive.gradient_times_input(network, batch, class_index)
        others = {
            says: batch * direct(slopes) for says, direct in DIRECTIONS.items() if "channel" in says
        }
        check_close(answer, batch * slopes, headline_for(network), instead=others)
        check_untrained(work, network)


def headline_for(network: Network) -> str:
    """What a wrong answer on a network shows: one of them has dropout."""
    has_dropout = any(layer.name == "dropout" for layer in network.layers)
    return IN_TRAINING if has_dropout else ""


@gradient_times_input
def test_product_with_a_tensor(work: Work) -> None:
    """Images may come as a tensor, too: the result is the same."""
    draw = generator(work)
    network, batch, class_index = networks_and_images(work, draw)[0]
    check_takes_tensors(work.contrastive.gradient_times_input, network, batch, class_index)


# --- smooth_grad ----------------------------------------------------------------------------------

smooth_grad = task("contrastive.smooth_grad")


@smooth_grad
@few
@given(seeds)
def test_is_the_gradient_where_noise_does_nothing(work: Work, seed: int) -> None:
    """With noise 0 it is the gradient of the logit; on a linear model, whose gradient is the same
    everywhere, it is so with any noise. Each image has its own class.
    """
    draw, shape = generator(work, seed), two_shapes(work)[1]
    linear = models.linear(work.seed, shape)
    cases = [(linear, images(draw, (2, *shape)), some_classes(draw, 2))]
    cases = [*cases, *networks_and_images(work, draw)]
    for place, (network, batch, class_index) in enumerate(cases):
        noise, number = 0.3 if network is linear else 0.0, int(draw.integers(1000))
        # The same for each network: a compiled answer is compiled anew for another number.
        samples = 1 + (work.seed + place) % 3
        expected = models.slopes(network, batch, class_index)
        answer = work.contrastive.smooth_grad(network, batch, class_index, samples, noise, number)
        check_close(answer, expected, headline_for(network))
        check_untrained(work, network)


@functools.cache
def mirror(seed: int) -> Network:
    """A network whose gradient shows the image itself, in 64 × 64 pixels with 4 channels.

    The logits are weighted sums of the squares; half the slope over the weight is the image.
    """
    shape = (64, 64, 4)
    draw, size = np.random.default_rng([seed, 41]), (int(np.prod(shape)), models.CLASSES)
    kernel = models.as_single(draw.choice([-1, 1], size) * draw.uniform(0.5, 1.5, size))
    square = Multiply("square", inputs=("input",) * 2)
    weights = kernel, np.zeros(models.CLASSES)
    return models.chain(shape, square, Flatten("flatten"), Dense("logits", weights))


def noise_of(
    work: Work, image: np.ndarray, class_index: int, samples: int, noise: float, seed: int
) -> np.ndarray:
    """The mean over the samples of the noise that was added to an image, `(64, 64, 4)`.

    In units of its standard deviation: normal numbers, if all is right.
    """
    network = mirror(work.seed)
    answer = work.contrastive.smooth_grad(network, image[None], class_index, samples, noise, seed)
    kernel = network.layer("logits").weights[0][:, class_index].reshape(image.shape)
    mean = as_array(answer, (1, *image.shape))[0] / (2 * kernel) - image
    return np.sqrt(samples) * mean / noise


EDGES = [NormalDist().inv_cdf(i / 32) for i in range(1, 32)]
"""They cut the numbers into 32 parts; a normal number falls into each as often as into others."""


def surprise(numbers: np.ndarray) -> float:
    """How unlike normal numbers they are: Pearson's chi-squared of the 32 parts.

    For normal numbers it is around 31, and more than 130 less often than once in 10^13 times. For
    16,384 numbers of any other common distribution (uniform, triangular, Laplace, cut off at two
    standard deviations) or of a spread that is off by 10 %, it is above 200.
    """
    counts = np.bincount(np.searchsorted(EDGES, numbers.ravel()), minlength=32)
    expected = numbers.size / 32
    return float(np.sum((counts - expected) ** 2) / expected)


def check_normal(numbers: np.ndarray, samples: int, noise: float) -> None:
    """Insist on normal numbers with mean 0 and a standard deviation of 1.

    They are in units of `noise`, times the root of `samples`.
    """
    if surprise(numbers) < 130:
        return
    mean, spread = float(numbers.mean()), float(numbers.std())
    check(spread > 1e-3, "There is no noise: it has to be added to every sample, the first too.")
    shown = f"The mean of {samples} is {mean:.3f} times its standard deviation away from 0."
    shared = is_close(numbers[..., 1:], numbers[..., :-1], 1e-2)
    check(not shared, "All channels share their noise: draw it of the images' whole shape.")
    wrong = (
        "The noise has not mean 0: are the noisy copies clipped, signs lost, is no mean taken, or "
        "is noise added to the copy before instead of the image?"
    )
    check(abs(mean) < 0.07, wrong, shown)
    wrong = (
        f"The noise has another standard deviation than asked for, in image units: {spread:.2g} "
        "times as much."
    )
    if abs(spread * noise - np.sqrt(noise)) < 0.03 * np.sqrt(noise):
        wrong = "noise is taken for the variance: it is the standard deviation."
    if abs(spread * (samples + 1) / samples - 1) < 0.02:
        wrong = f"{wrong[:-1]}, as if the image without noise were averaged, too."
    if samples > 1 and spread > 1:
        wrong = "The noise does not average out: is the same noise added to every sample?"
    if samples > 1 and spread < 1:
        wrong = "The noise averages out too well: every sample has to draw its own, independently."
    is_normal = surprise((numbers - mean) / spread) < 130
    ends = float(np.abs(numbers).max())
    abnormal = "The noise is not normally distributed."
    if samples == 1 and ends < 3:  # of 16,384 normal numbers, 44 are beyond 3
        abnormal = (
            f"The noise is not normally distributed: it ends at {ends:.3g} times its standard "
            "deviation. Is it uniform, or truncated?"
        )
    if samples == 1 and not is_normal:
        wrong = abnormal
    shown = f"With {samples} samples, its spread is {spread:.3f} times what it should be."
    check(0.95 < spread < 1.05, wrong, shown)
    shown = f"Beyond two standard deviations are {np.mean(abs(numbers) > 2):.2%}, not 4.55 %."
    check(False, abnormal, shown)


@smooth_grad
def test_noise_is_normal(work: Work) -> None:
    """The noise is normal with mean 0 and the standard deviation `noise`, and averages out over the
    samples; copies that leave [0, 1] are not clipped.
    """
    draw = generator(work)
    # One sample more than go together where they are cut into parts of 32 or 16: each counts once.
    # In a dark image, the sign of the gradient at a noisy copy changes from sample to sample.
    for samples, darkest in ((1, 0.0), (33, 0.9), (129, 0.0)):
        image = draw.uniform(darkest, darkest + 0.1, (64, 64, 4))
        class_index = int(draw.integers(models.CLASSES))
        noise, seed = round(draw.uniform(0.1, 0.5), 2), int(draw.integers(1, 10_000))
        found = noise_of(work, image.astype(np.float32), class_index, samples, noise, seed)
        check_normal(found, samples, noise)


@smooth_grad
def test_noise_is_own_everywhere(work: Work) -> None:
    """Every pixel and channel has noise of its own, and so has another seed.

    Of 16,000 pairs of independent numbers, the correlation is beyond 0.06 less often than once in
    10^12 times.
    """
    draw = generator(work)
    image, seed = draw.uniform(0, 1, (64, 64, 4)).astype(np.float32), int(draw.integers(10_000))
    # Of several samples, so that a seed for each, counted on from this one, would be seen.
    one, *others = (noise_of(work, image, 1, 4, 0.2, n) for n in (seed, *others_than(seed)))
    pairs = {
        **{f"seed {n}": (one, other) for n, other in zip(others_than(seed), others, strict=True)},
        "the row below": (one[1:], one[:-1]),
        "the column beside": (one[:, 1:], one[:, :-1]),
        "the next channel": (one[..., 1:], one[..., :-1]),
    }
    for name, (left, right) in pairs.items():
        likeness = float(np.corrcoef(left.ravel(), right.ravel())[0, 1])
        wrong = f"The noise of {name} is not its own."
        if "seed" in name:
            wrong = "Another seed gives the same result, or shares samples with it."
        shown = f"The correlation with that of {name} is {likeness:.2f}, not about 0."
        check(abs(likeness) < 0.06, wrong, shown)
    # What was drawn for a seed is not kept for another noise.
    check_normal(noise_of(work, image, 1, 1, 0.4, seed), 1, 0.4)


@smooth_grad
@few
@given(seeds)
def test_chance_comes_from_the_seed(work: Work, seed: int) -> None:
    """The same seed gives the same result, also the seed 0."""
    draw, shape = generator(work, seed), two_shapes(work)[0]
    network, batch = cubic(work.seed, shape), images(draw, (2, *shape))
    for number in (0, int(draw.integers(10_000))):
        one, other = (
            as_array(work.contrastive.smooth_grad(network, batch, 1, 3, 0.2, number))
            for _ in range(2)
        )
        check(is_close(other, one), "Two calls with the same seed give different results.")


@smooth_grad
def test_noise_is_drawn_by_the_seed_alone(work: Work) -> None:
    """The random state that all code shares is neither used nor changed."""
    draw, shape = generator(work), two_shapes(work)[0]
    network, batch = cubic(work.seed, shape), images(draw, (2, *shape))
    check_own_random_numbers(work, work.contrastive.smooth_grad, network, batch, 1, 3, 0.2, 7)


@smooth_grad
@few
@given(seeds)
def test_averages_gradients_and_not_images(work: Work, seed: int) -> None:
    """What is averaged are the gradients at the noisy images.

    The model's gradient is 3 · weight · image². On a black image its mean over the noise shows the
    variance of the noise, noise², however many samples there are. The estimate from 16 samples of
    90 numbers is off by 4 %; refused is less than half. Averaged images give a sixteenth.
    """
    network = cubic(work.seed, models.SHAPE)
    kernel = network.layer("logits").weights[0][:, 1].reshape(models.SHAPE)
    black = np.zeros((1, *models.SHAPE), np.float32)
    number = int(generator(work, seed).integers(10_000))
    answer = as_array(work.contrastive.smooth_grad(network, black, 1, 16, 0.5, number), black.shape)
    found = float(np.sum(answer[0] * np.sign(kernel)) / np.sum(3 * abs(kernel))) / 0.5**2
    shown = f"The mean gradient is {found:.2f} times what it should be."
    wrong = "It looks as if the noisy images are averaged, and not their gradients."
    check(found > 0.5, wrong, shown)


@smooth_grad
@few
@given(seeds)
def test_refuses_no_samples_and_negative_noise(work: Work, seed: int) -> None:
    """Fewer than 1 sample, or a negative noise, is a ValueError."""
    draw, shape, function = generator(work, seed), two_shapes(work)[0], work.contrastive.smooth_grad
    network, batch = cubic(work.seed, shape), images(draw, (2, *shape))
    function(network, batch, 1, 3, 0.1, 0)
    few_samples, amount = -int(draw.integers(1, 5)), round(draw.uniform(0.01, 0.2), 2)
    for samples, noise in [(0, 0.1), (few_samples, 0.1), (3, -amount), (1, -1.0)]:
        shown = f"samples={samples}, noise={noise}"
        check_refuses(function, network, batch, 1, samples, noise, 0, argument=shown)


@smooth_grad
def test_smooths_a_tensor(work: Work) -> None:
    """Images may come as a tensor, too, and in a batch of any size: the result is the same."""
    draw, shape = generator(work), two_shapes(work)[0]
    network, batch = cubic(work.seed, shape), images(draw, (2, *shape))
    check_takes_tensors(work.contrastive.smooth_grad, network, batch, 1, 3, 0.1, 7)
    classes = draw.permutation(2)  # without noise, for each batch has its own
    check_takes_many(work.contrastive.smooth_grad, network, batch, classes, 3, 0.0, 7)


# --- integrated_gradients -------------------------------------------------------------------------

integrated_gradients = task("contrastive.integrated_gradients")


@integrated_gradients
@few
@given(seeds)
def test_uses_the_midpoint_rule(work: Work, seed: int) -> None:
    """The map is (image − baseline) times the mean of the gradients of the logit in the middle of
    each step; the baseline is 0 and the steps are 32 if none are given.
    """
    draw, shape = generator(work, seed), two_shapes(work)[0]
    network, function = cubic(work.seed, shape), work.contrastive.integrated_gradients
    for count in draw.permutation([1, 3]).tolist():
        batch = images(draw, (count, *shape))
        for steps in (1, int(draw.integers(2, 6)), int(draw.integers(17, 21)), None):
            options = {} if steps is None else {"steps": steps}
            if draw.integers(2):
                options["baseline"] = round(draw.uniform(), 2)
            check_path(function, network, batch, some_classes(draw, count), options)
    # Where slopes rise as steeply as here, half of so many steps would have another mean.
    batch, many = images(draw, (1, *models.SHAPE)), {"steps": int(draw.integers(101, 120))}
    check_path(function, models.power(30, work.seed), batch, some_classes(draw, 1), many)


def check_path(
    function: Function, network: Network, batch: np.ndarray, class_index: Any, options: Any
) -> None:
    """Insist on the gradients in the middles of the steps."""
    steps, way = options.get("steps", 32), batch.astype(np.float64) - options.get("baseline", 0.0)
    places = [batch - way * (1 - (i + 0.5) / steps) for i in range(steps)]
    slope = np.mean([models.slopes(network, place, class_index) for place in places], axis=0)
    expected, axes = way * slope, (1, 2, 3)

    def others() -> dict[str, np.ndarray]:
        ends = (models.outputs(network, place, class_index) for place in (batch, batch - way))
        gain = np.subtract(*ends).reshape(-1, 1, 1, 1)
        total = expected.sum(axis=axes, keepdims=True)
        says = "that it adds up to the difference of the logits"
        grey = batch.mean(axis=axes, keepdims=True)
        shares = [(i + 0.5) / steps for i in range(steps)]

        def mean_slope(start: Any, path: np.ndarray) -> np.ndarray:
            each = [models.slopes(network, start + one * path, class_index) for one in shares]
            return np.asarray(np.mean(each, axis=0))

        black, whole = batch - way, batch.astype(np.float64)
        return {
            "a way that begins at black: the baseline is missing where gradients are taken": way
            * mean_slope(0.0, way),
            "a way from which the baseline is not taken away: it is image − baseline": whole
            * mean_slope(black, whole),
            "baseline left out: the way is that from black": whole * mean_slope(0.0, whole),
            "places at baseline + share · image: the way is image − baseline": way
            * mean_slope(black, whole),
            "a way that begins at 1 − baseline": (whole - 1 + black)
            * mean_slope(1 - black, whole - 1 + black),
            "a way that begins at the image and leads away from the baseline": way
            * mean_slope(whole, way),
            "the mean of the gradient over the channels": way * slope.mean(axis=-1, keepdims=True),
            "places that cut the way into steps + 1 parts": way
            * np.mean(
                [
                    models.slopes(network, black + (i + 1) / (steps + 1) * way, class_index)
                    for i in range(steps)
                ],
                axis=0,
            ),
            "the mean gradient times the image, not times image − baseline": whole * slope,
            f"a map that is scaled so {says}": expected * gain / total,
            f"a map to which so much is added {says}": expected + (gain - total) / way[0].size,
            "the way from the image's own mean, not from the baseline": (batch - grey) * slope,
        }

    answer = function(network, batch, class_index, **options)
    headline = headline_for(network)
    if np.shape(answer) == expected.shape and not is_close(np.asarray(answer), expected):
        headline = where_on_the_way(function) or headline
        function(network, batch, class_index, **options)  # the call to be shown
    check_close(answer, expected, headline, instead=others)


def where_on_the_way(function: Function) -> str:
    """What is said if gradients are taken elsewhere than in the middles of the steps.

    The gradient of a sum of squares shows the place where it is taken: on a way from black, divided
    by the way and its own value at the image, it is the place as a share of the way.
    """
    network, image = squares(), models.images(3, 1)
    whole = models.slopes(network, image, 0) * image
    for steps in (1, 2, 4):
        answer = np.asarray(function(network, image, 0, baseline=0.0, steps=steps))
        if answer.shape != whole.shape:
            return ""
        shares = answer / whole
        share = float(shares.mean())
        if np.ptp(shares) > 1e-3 or not 0 <= share <= 1:  # another mistake than that of the places
            return ""
        if abs(share - 0.5) > 1e-3:
            where = "the place" if steps == 1 else "the mean of the places"
            return (
                f"With steps={steps}, {where} where the gradient is taken is at {share:.3g} of the "
                "way from the baseline to the image, not in the middle, at 0.5."
            )
    return ""


@functools.cache
def squares() -> Network:
    """Logits are weighted sums of squares: the slope grows like the value itself."""
    return models.power(2, 5)


@integrated_gradients
@few
@given(seeds)
def test_walks_in_any_network(work: Work, seed: int) -> None:
    """So it is in any network, in inference mode, and the model is left as it was."""
    draw = generator(work, seed)
    for network, batch, class_index in networks_and_images(work, draw):
        options = {"steps": int(draw.integers(1, 5)), "baseline": round(draw.uniform(), 2)}
        function = work.contrastive.integrated_gradients
        check_path(function, network, batch, class_index, options)
        check_untrained(work, network)


@integrated_gradients
@few
@given(seeds)
def test_refuses_no_steps(work: Work, seed: int) -> None:
    """Fewer than 1 step is a ValueError."""
    draw, shape = generator(work, seed), two_shapes(work)[0]
    network, batch = cubic(work.seed, shape), images(draw, (2, *shape))
    function = work.contrastive.integrated_gradients
    function(network, batch, 1, baseline=0.3, steps=2)
    for steps in (0, -int(draw.integers(1, 9))):
        check_refuses(function, network, batch, 1, steps=steps, argument=f"steps={steps}")


@integrated_gradients
def test_walks_to_a_tensor(work: Work) -> None:
    """Images may come as a tensor, too, and in a batch of any size: the result is the same."""
    draw, shape = generator(work), two_shapes(work)[0]
    network, batch = cubic(work.seed, shape), images(draw, (2, *shape))
    for takes in (check_takes_tensors, check_takes_many):
        takes(work.contrastive.integrated_gradients, network, batch, draw.permutation(2), 0.2, 3)


# --- grad_cam -------------------------------------------------------------------------------------

grad_cam = task("contrastive.grad_cam")


def resize_bilinear(maps: np.ndarray, sides: tuple[int, int]) -> np.ndarray:
    """Maps `(B, h, w)` at another size, one axis after the other.

    The middles of the pixels are what is interpolated between; beyond the outermost ones, their
    values go on.
    """
    for axis, size in zip((1, 2), sides, strict=True):
        middles = np.arange(maps.shape[axis]) + 0.5
        wanted = (np.arange(size) + 0.5) * maps.shape[axis] / size
        maps = np.apply_along_axis(lambda line: np.interp(wanted, middles, line), axis, maps)  # noqa: B023
    return maps


def cam_of(network: Network, batch: np.ndarray, class_index: Any, layer_name: str) -> np.ndarray:
    """What is expected: the sum of a layer's channels, each weighted with its mean gradient."""
    activation = network.activations(batch, layer_name)
    chosen = np.eye(models.CLASSES)[np.broadcast_to(class_index, len(batch))]
    weights = network.gradients(batch, chosen)[layer_name].mean(axis=(1, 2), keepdims=True)
    cam = np.maximum(0, (weights * activation).sum(axis=-1))
    return resize_bilinear(cam, batch.shape[1:3])


def check_cam(
    work: Work, network: Network, batch: np.ndarray, class_index: Any, layer_name: str
) -> None:
    """Insist on the map of a layer for a class."""
    expected = cam_of(network, batch, class_index, layer_name)
    answer = work.contrastive.grad_cam(network, batch, class_index, layer_name)
    headline = headline_for(network)
    size = network.activations(batch, layer_name).shape[1:3]
    is_wrong = np.shape(answer) == expected.shape and not is_close(answer, expected)
    if is_wrong and size != batch.shape[1:3]:
        same_size = models.branching(work.seed)
        others = models.images(work.seed)
        means = [cam_of(same_size, others, k, "added").mean() for k in range(models.CLASSES)]
        one = int(np.argmax(means))
        whole = cam_of(same_size, others, one, "added")
        found = work.contrastive.grad_cam(same_size, others, one, "added")
        headline = weights_of(same_size, others, one, found) or headline
        if whole.max() > 0 and np.shape(found) == whole.shape and is_close(found, whole):
            headline = (
                "The map is right for a layer of the image's size, so it is resized otherwise than "
                "bilinearly (tf.image.resize), or negative sums become 0 after it."
            )
        work.contrastive.grad_cam(network, batch, class_index, layer_name)  # the call to be shown
    others = partial(other_cams, network, batch, class_index, layer_name)
    check_close(answer, expected, headline, instead=others)


def _stretched(maps: np.ndarray) -> np.ndarray:
    low, high = (f(axis=(1, 2), keepdims=True) for f in (maps.min, maps.max))
    return np.asarray((maps - low) / np.maximum(high - low, 1e-9))


def other_cams(
    network: Network, batch: np.ndarray, class_index: Any, layer_name: str
) -> dict[str, np.ndarray]:
    """What known mistakes in the last steps would give."""
    activation = network.activations(batch, layer_name)
    chosen = np.eye(models.CLASSES)[np.broadcast_to(class_index, len(batch))]
    slopes = network.gradients(batch, chosen)[layer_name]
    weights = slopes.mean(axis=(1, 2), keepdims=True)
    cam = np.maximum(0, (weights * activation).sum(axis=-1))
    size = batch.shape[1:3]
    each = np.maximum(0, (slopes * activation).sum(axis=-1))
    says = "gradient · activation at every position, not the mean gradient for all positions"
    return {
        "a map whose rows and columns are exchanged before it is resized": resize_bilinear(
            np.swapaxes(cam, 1, 2), size
        ),
        "each map stretched to [0, 1]": _stretched(resize_bilinear(cam, size)),
        "the gradient's mean over the channels as the weight of every position": resize_bilinear(
            np.maximum(0, (slopes.mean(axis=-1, keepdims=True) * activation).sum(axis=-1)), size
        ),
        "the root of the map": resize_bilinear(np.sqrt(cam), size),
        "the square of the map": resize_bilinear(cam**2, size),
        "a map that is upside down before it is resized": resize_bilinear(cam[:, ::-1], size),
        says: resize_bilinear(each, size),
    }


OTHER_WEIGHTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "the largest gradient of each channel, not the mean": lambda g: g.max(axis=(1, 2)),
    "the smallest gradient of each channel, not the mean": lambda g: g.min(axis=(1, 2)),
    "the mean of the squared gradients": lambda g: (g**2).mean(axis=(1, 2)),
    "the mean of the gradients' magnitudes": lambda g: np.abs(g).mean(axis=(1, 2)),
    "the mean of the positive gradients": lambda g: np.maximum(g, 0).mean(axis=(1, 2)),
    "the sum of the squared gradients": lambda g: (g**2).sum(axis=(1, 2)),
    "the length of the gradient": lambda g: np.sqrt((g**2).sum(axis=(1, 2))),
    "the sign of the mean gradient": lambda g: np.sign(g.mean(axis=(1, 2))),
    "the median gradient": lambda g: np.median(g, axis=(1, 2)),
    "the gradient at the first position": lambda g: g[:, 0, 0],
    "the magnitude of the mean gradient": lambda g: np.abs(g.mean(axis=(1, 2))),
    "the softmax of the mean gradients": lambda g: models.softmax(g.mean(axis=(1, 2))),
    "1 for every channel": lambda g: np.ones_like(g[:, 0, 0]),
}
"""What else may be taken as the weights of channels."""


def weights_of(network: Network, batch: np.ndarray, class_index: int, found: Any) -> str:
    """Which weights the channels of the layer "added" have in a map, if not their mean gradients.

    The layer is as large as the images, so nothing is resized.
    """
    activation = network.activations(batch, "added")
    if np.shape(found) != activation.shape[:3]:
        return ""
    chosen = np.eye(models.CLASSES)[np.broadcast_to(class_index, len(batch))]
    slope = network.gradients(batch, chosen)["added"]
    fitted = []
    for one, channels in zip(np.asarray(found, np.float64), activation, strict=True):
        above = one > 1e-6
        if above.sum() < channels.shape[-1] + 2:
            return ""
        weights, _, rank, _ = np.linalg.lstsq(channels[above], one[above], rcond=None)
        if rank < len(weights) or not is_close(channels[above] @ weights, one[above], 1e-3):
            return ""
        fitted.append(weights)
    if is_close(np.stack(fitted), slope.mean(axis=(1, 2)), 1e-2):
        return ""
    for says, other in OTHER_WEIGHTS.items():
        if is_close(np.stack(fitted), other(slope), 1e-2):
            return f"A channel's weight is {says}."
    mine, right = (
        ", ".join(f"{weight:.2g}" for weight in one)
        for one in (fitted[0], slope.mean(axis=(1, 2))[0])
    )
    return f"The channels' weights are {mine}, where their mean gradients are {right}."


@functools.cache
def small_maps(seed: int, shape: tuple[int, int, int]) -> Network:
    """A network with a layer "features" smaller than the image, and more layers behind it."""
    draw = models.Weights(seed, 47)
    return models.chain(
        shape,
        Conv2D("features", draw(3, 2, shape[-1], 5), options={"activation": "tanh"}),
        Conv2D("deeper", draw(2, 2, 5, 4), options={"activation": "softplus"}),
        GlobalAveragePooling2D("pool"),
        Dense("logits", draw(4, models.CLASSES)),
    )


@grad_cam
def test_weights_channels_by_their_mean_gradients(work: Work) -> None:
    """A channel's weight is the mean over its positions of the gradient of the class's logit; the
    channels are added up, negative sums are 0, and the result is resized bilinearly.
    """
    draw, names = generator(work, 1), ["features", "deeper"]
    # Each network once with one image and once with three, one class for all and one for each.
    for place, (shape, count) in enumerate(itertools.product(two_shapes(work), (3, 1))):
        batch, name = images(draw, (count, *shape)), names[(place + place // 2 + work.seed) % 2]
        classes = draw.permutation(np.resize(np.arange(models.CLASSES), count))
        class_index = classes if place % 3 == 0 else int(classes[0])
        check_cam(work, small_maps(work.seed, shape), batch, class_index, name)


@grad_cam
@few
@given(seeds)
def test_the_map_is_made_in_inference(work: Work, seed: int) -> None:
    """The model runs in inference mode, and is left as it was."""
    draw, network = generator(work, seed), models.with_training_state(work.seed)
    name, batch = str(draw.choice(["first", "norm", "active"])), images(draw, (2, *models.SHAPE))
    brightest = [cam_of(network, batch, k, name).max() for k in range(models.CLASSES)]
    class_index = int(np.argmax(brightest))  # a map of zeros would be right in training, too
    check_cam(work, network, batch, class_index, name)
    check_untrained(work, network)


@functools.cache
def with_a_model_inside(seed: int) -> Network:
    """A network with branches that join again, and with a model in it, itself with branches."""
    draw, bent = models.Weights(seed, 53), {"padding": "same", "activation": "softplus"}
    block = Network(
        "block",
        layers=(
            InputLayer("entry", options={"shape": [*models.SHAPE[:2], 4]}),
            Conv2D("inner", draw(3, 3, 4, 4), options=bent),
            Add("both", inputs=("entry", "inner")),
        ),
    )
    return models.chain(
        models.SHAPE,
        Activation("bare", options={"activation": "softplus"}),
        Conv2D("first", draw(3, 3, models.SHAPE[-1], 4), options=bent),
        Conv2D("second", draw(3, 3, 4, 4), options=bent | {"activation": "tanh"}),
        Add("added", inputs=("first", "second")),
        block,
        Conv2D("last", draw(2, 3, 4, 3), options={"activation": "softplus"}),
        GlobalAveragePooling2D("pool"),
        Dense("logits", draw(3, models.CLASSES)),
    )


@grad_cam
@few
@given(seeds)
def test_any_functional_model_will_do(work: Work, seed: int) -> None:
    """Branches may join again behind the layer or before it, and a model may be in the model.

    So it is, too, with a layer before which there are no weights, nor has it any itself.
    """
    draw = generator(work, seed)
    for name in (str(draw.choice(["first", "second", "added", "last"])), "bare"):
        batch = images(draw, (2, *models.SHAPE))
        check_cam(work, with_a_model_inside(work.seed), batch, some_classes(draw, 2), name)


@grad_cam
def test_refuses_an_unknown_layer(work: Work) -> None:
    """The name of a layer that the model does not have is a ValueError."""
    draw, shape = generator(work), two_shapes(work)[0]
    network, batch = small_maps(work.seed, shape), images(draw, (2, *shape))
    work.contrastive.grad_cam(network, batch, 1, "features")
    for name in ("seventh", f"conv{draw.integers(100)}", *no_names("features")):
        shown = f"layer_name={name!r}"
        check_refuses(work.contrastive.grad_cam, network, batch, 1, name, argument=shown)


@grad_cam
def test_looks_at_a_tensor(work: Work) -> None:
    """Images may come as a tensor, too, and in a batch of any size: the result is the same."""
    draw, shape = generator(work), two_shapes(work)[0]
    network, batch = small_maps(work.seed, shape), images(draw, (2, *shape))
    for takes in (check_takes_tensors, check_takes_many):
        takes(work.contrastive.grad_cam, network, batch, draw.permutation(2), "features")


# --- occlusion_sensitivity ------------------------------------------------------------------------

occlusion_sensitivity = task("contrastive.occlusion_sensitivity")


def starts(size: int, patch: int, stride: int) -> list[int]:
    """Where patches start along an axis."""
    return [place for place in range(0, size, stride) if place + patch <= size]


def put_in(covered: np.ndarray, fill: float) -> np.ndarray:
    """A patch as it should be: the fill, in every channel."""
    return np.full_like(covered, fill)


def middle_of(start: int, patch: int, size: int) -> slice:
    """The middle of a patch."""
    return slice(start + patch // 2, start + patch // 2 + 1)


def corner_of(start: int, patch: int, size: int) -> slice:
    """Where a patch begins."""
    return slice(start, start + 1)


def first_channel(covered: np.ndarray, fill: float) -> np.ndarray:
    """A patch that covers the first channel only."""
    return np.where(np.arange(covered.shape[-1]) == 0, fill, covered)


OTHER_PATCHES: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "patches that cover the first channel only": first_channel,
    "patches of the mean of what they cover": lambda covered, fill: np.broadcast_to(
        covered.mean(axis=(1, 2, 3), keepdims=True), covered.shape
    ),
    "patches to which the fill is added": lambda covered, fill: covered + fill,
    "patches that are mixed with the fill, half and half": lambda covered, fill: (
        (covered + fill) / 2
    ),
    "patches that are multiplied by the fill": lambda covered, fill: covered * fill,
    "white patches": lambda covered, fill: np.ones_like(covered),
    "black patches": lambda covered, fill: np.zeros_like(covered),
}
"""What else a patch may be, by what is said of it."""


def mean_drops(
    network: Network,
    batch: np.ndarray,
    class_index: Any,
    patch: int,
    stride: int,
    fill: float,
    cover: Callable[[np.ndarray, float], np.ndarray] = put_in,
    is_outside: bool = False,
    is_square: bool = False,
    make: Callable[[np.ndarray], np.ndarray] = np.asarray,
    spread: Callable[[int, int, int], slice] = lambda start, patch, size: slice(
        start, start + patch
    ),
) -> np.ndarray:
    """What is expected: for every pixel, the mean of the drops of the patches that cover it."""
    height, width = batch.shape[1:3]
    total, count = np.zeros(batch.shape[:3]), np.zeros((height, width))
    whole = models.outputs(network, batch, class_index)
    for top in starts(height, patch, stride):
        for left in starts(min(height, width) if is_square else width, patch, stride):
            window = np.s_[:, top : top + patch, left : left + patch]
            covered = batch.astype(np.float64)
            covered[window] = cover(covered[window], fill)
            if is_outside:
                covered = np.full_like(covered, fill)
                covered[window] = batch[window]
            drop = make(whole - models.outputs(network, covered, class_index))
            reached = spread(top, patch, height), spread(left, patch, width)
            total[:, *reached] += drop[:, None, None]
            count[reached] += 1
    return total / np.maximum(count, 1)


@occlusion_sensitivity
@few
@given(seeds)
def test_is_the_mean_drop_of_the_patches(work: Work, seed: int) -> None:
    """A pixel gets the mean of the drops of the patches that cover it, and 0 if there are none.
    Patches lie inside the image as a whole. fill is 0.5 if it is not given.

    Patches that overlap, that leave gaps, that are as large as the image allows, or a single pixel.
    """
    draw, function = generator(work, seed), work.contrastive.occlusion_sensitivity
    for shape, count in zip(two_shapes(work), draw.permutation([1, 3]).tolist(), strict=True):
        network, batch = models.linear(work.seed, shape), images(draw, (count, *shape))
        largest, fills = min(shape[:2]), [0.0, None, *draw.uniform(size=3).round(2)]
        walks = [
            (3, int(draw.integers(1, 3))),
            (2, int(draw.integers(3, 5))),
            (largest, 1),
            (1, int(draw.integers(1, 4))),
            (int(draw.integers(1, largest + 1)), int(draw.integers(1, largest + 1))),
        ]
        for fill, (patch, stride) in zip(draw.permutation(fills), walks, strict=True):
            class_index = some_classes(draw, count)
            options = {} if fill is None else {"fill": float(fill)}
            fill = options.get("fill", 0.5)
            expected = mean_drops(network, batch, class_index, patch, stride, fill)
            answer = function(network, batch, class_index, patch, stride, **options)
            if is_all_right_but_for_nan(answer, expected):
                wrong = "A pixel that no patch covers gets 0 / 0, which is NaN. It should get 0."
                check(False, wrong)
            given = network, batch, class_index, patch, stride, fill
            check_close(answer, expected, instead=partial(other_drops, *given))


def other_drops(*given: Any) -> dict[str, np.ndarray]:
    """What known mistakes in covering would give."""
    network, batch, class_index = given[:3]
    right = mean_drops(*given)
    before = models.outputs(network, batch, class_index)[:, None, None]
    others = {says: mean_drops(*given, cover) for says, cover in OTHER_PATCHES.items()}
    return others | {
        "drops that are divided by the logit of the whole image": right / before,
        "the logits of the covered images, not the drops": before - right,
        "magnitudes of the drops": np.abs(right),
        "patches of each channel's own mean, whatever fill is": mean_drops(
            *given[:-1], batch.mean(axis=(1, 2), keepdims=True)
        ),
        "patches of the image's mean, whatever fill is": mean_drops(
            *given[:-1], batch.mean(axis=(1, 2, 3), keepdims=True)
        ),
        "the largest drop of the patches, not their mean": strongest_drops(*given),
        "a stride of 1, whatever stride is": mean_drops(*given[:4], 1, given[5]),
        "a stride of one patch, whatever stride is": mean_drops(*given[:4], given[3], given[5]),
        "patches that are one pixel larger": mean_drops(
            *given[:3], min(given[3] + 1, *batch.shape[1:3]), *given[4:]
        ),
        "patches that reach as many columns as rows: an image need not be square": mean_drops(
            *given, is_square=True
        ),
        "the squares of the drops": mean_drops(*given, make=np.square),
        "drops at the middle of each patch alone": mean_drops(*given, spread=middle_of),
        "drops at the upper left corner of each patch alone": mean_drops(*given, spread=corner_of),
        "everything but the patch covered, not the patch": mean_drops(*given, is_outside=True),
    }


def strongest_drops(
    network: Network, batch: np.ndarray, class_index: Any, patch: int, stride: int, fill: float
) -> np.ndarray:
    """For every pixel the largest drop of the patches that cover it, 0 or more."""
    strongest = np.zeros(batch.shape[:3])
    whole = models.outputs(network, batch, class_index)
    for top in starts(batch.shape[1], patch, stride):
        for left in starts(batch.shape[2], patch, stride):
            window = np.s_[:, top : top + patch, left : left + patch]
            covered = batch.astype(np.float64)
            covered[window] = fill
            drop = whole - models.outputs(network, covered, class_index)
            strongest[window] = np.maximum(strongest[window], drop[:, None, None])
    return strongest


def is_all_right_but_for_nan(answer: Any, expected: np.ndarray) -> bool:
    """Whether an answer would be right if NaN were 0."""
    array = np.asarray(answer)
    if array.shape != expected.shape or array.dtype.kind != "f" or not np.isnan(array).any():
        return False
    return is_close(np.nan_to_num(array), expected)


@occlusion_sensitivity
@few
@given(seeds)
def test_asks_the_network(work: Work, seed: int) -> None:
    """In any network, a drop is what the covered image really loses, in inference mode."""
    draw, function = generator(work, seed), work.contrastive.occlusion_sensitivity
    for network, batch, class_index in networks_and_images(work, draw):
        patch = int(draw.integers(2, 4))
        expected = mean_drops(network, batch, class_index, patch, 2, 0.5)
        answer = function(network, batch, class_index, patch=patch, stride=2)
        check_close(answer, expected, headline_for(network))
        check_untrained(work, network)


@occlusion_sensitivity
@few
@given(seeds)
def test_refuses_impossible_patches_and_strides(work: Work, seed: int) -> None:
    """A patch below 1 or larger than the image, or a stride below 1, is a ValueError."""
    draw, function = generator(work, seed), work.contrastive.occlusion_sensitivity
    for shape in two_shapes(work):
        height, width, _ = shape
        network, batch = models.linear(work.seed, shape), images(draw, (2, *shape))
        function(network, batch, 1, 2, 3, 0.8)
        less, low = -int(draw.integers(1, 5)), min(height, width)
        for patch, stride in [(0, 1), (less, 1), (low + 1, 1), (9, 1), (2, 0), (2, less)]:
            shown = f"patch={patch} with stride={stride} on images of {height} x {width} pixels"
            check_refuses(function, network, batch, 1, patch, stride, argument=shown)


@occlusion_sensitivity
def test_covers_a_tensor(work: Work) -> None:
    """Images may come as a tensor, too: the result is the same."""
    draw, shape = generator(work), two_shapes(work)[0]
    network, batch = models.linear(work.seed, shape), images(draw, (2, *shape))
    check_takes_tensors(work.contrastive.occlusion_sensitivity, network, batch, 1, 2, 2)


# --- contrast -------------------------------------------------------------------------------------

contrast = task("contrastive.contrast")

MAPS = ("for_predicted", "for_true", "difference")


def other_contrasts(one: np.ndarray, other: np.ndarray) -> dict[str, np.ndarray]:
    """What else than their difference may be made of two maps, by what is said of it."""
    with np.errstate(all="ignore"):
        found = {
            "the ratio of the two maps, not their difference": one / other,
            "the product of the two maps, not their difference": one * other,
            "the mean of the two maps, not their difference": (one + other) / 2,
            "half of the difference": (one - other) / 2,
            "the squared difference": (one - other) ** 2,
            "the difference in units of the true class's map": (one - other) / other,
            "the difference of the magnitudes": np.abs(one) - np.abs(other),
            "the positive part of the difference": np.maximum(one - other, 0),
            "the difference of the positive parts": np.maximum(one, 0) - np.maximum(other, 0),
        }
    return {says: np.nan_to_num(values) for says, values in found.items()}


@contrast
@few
@given(seeds)
def test_compares_two_classes(work: Work, seed: int) -> None:
    """The parts are the method's maps for the predicted and for the true class, and their
    difference, predicted − true; with the classes exchanged, it changes its sign.

    The method is one that you have not seen, with channels or without.
    """
    draw, shape = generator(work, seed), two_shapes(work)[0]
    network = models.linear(work.seed, shape)
    for count, in_color in zip(draw.permutation([1, 3]).tolist(), (True, False), strict=True):
        batch, one = images(draw, (count, *shape)), some_classes(draw, count)
        other = some_classes(draw, count)
        method = partial(helpers.logit_times_image, in_color=in_color)
        for predicted, true in ((one, other), (other, one)):
            answer = work.contrastive.contrast(method, network, batch, predicted, true)
            sides = []
            for class_index in (predicted, true):
                maps = models.outputs(network, batch, class_index)[:, None, None, None] * batch
                sides.append(maps if in_color else maps.sum(axis=-1))
            wanted = *sides, sides[0] - sides[1]
            others = {
                "difference": other_contrasts(*sides),
                "for_predicted": {"the map for the true class": sides[1]},
                "for_true": {"the map for the predicted class": sides[0]},
            }
            for part, expected, name in zip(check_tuple(answer, MAPS), wanted, MAPS, strict=True):
                check_close(part, expected, what=name, instead=others[name])


@contrast
def test_the_difference_is_of_what_is_returned(work: Work) -> None:
    """The difference is that of the two maps which are returned, also if the method draws anew in
    every call.
    """
    draw, shape = generator(work), two_shapes(work)[0]
    network, batch = models.linear(work.seed, shape), images(draw, (2, *shape))
    answer = work.contrastive.contrast(helpers.random_maps, network, batch, 0, 1)
    for_predicted, for_true, difference = (
        as_array(part, batch.shape, name)
        for part, name in zip(check_tuple(answer, MAPS), MAPS, strict=True)
    )
    check_close(difference, for_predicted - for_true, what="difference")


@contrast
def test_contrasts_a_tensor(work: Work) -> None:
    """Images may come as a tensor, too, and in a batch of any size: the result is the same."""
    draw, shape = generator(work), two_shapes(work)[0]
    network, batch = models.linear(work.seed, shape), images(draw, (2, *shape))
    classes = draw.permutation(2)
    args = (helpers.logit_times_image, network, batch, classes, 1 - classes)
    for takes in (check_takes_tensors, check_takes_many):
        takes(work.contrastive.contrast, *args)
