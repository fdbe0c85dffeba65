"""2.2 Contrastive explanations: what has to hold of the functions in `course/contrastive.py`."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from course.grader.compare import as_array, check, check_close, is_close
from course.grader.grading import settings
from course.grader.tasks import task
from course.grader.work import Function, Work
from course.worker import helpers as probes

from . import models
from .common import check_refuses, check_tuple, few, seeds

HEIGHT, WIDTH, _ = models.SHAPE

Network = Callable[..., Any]

networks = st.sampled_from([models.smooth, models.with_training_state])
"""Both are differentiable everywhere; the second has dropout, and shows if it is on."""

shared = st.booleans()
"""One class for all images, or one each."""

IN_TRAINING = "The model seems to run in training mode: dropout is on. Use training=False."


def headline_for(network: Network) -> str:
    return IN_TRAINING if network is models.with_training_state else ""


# --- find_errors ----------------------------------------------------------------------------------

find_errors = task("contrastive.find_errors")

PARTS = ("index", "predicted", "true")


@find_errors
@settings
@given(seeds)
def test_lists_the_wrong_predictions(work: Work, seed: int) -> None:
    """index, predicted and true list the images whose largest logit is not that of the label."""
    draw = np.random.default_rng(seed)
    predicted, labels = draw.integers(0, models.CLASSES, (2, 10))
    labels[draw.permutation(10)[:5]] = -1  # no label yet
    labels = np.where(labels == -1, predicted, labels)
    logits = draw.permuted(np.tile([-3.0, -1.0, 0.5, 1.0], (10, 1)), axis=1)
    logits[np.arange(10), predicted] = 2.0
    images = models.images_with_logits(logits, seed)
    answer = work.contrastive.find_errors(models.readout(), images, labels)
    wrong = [i for i in range(10) if predicted[i] != labels[i]]
    wanted = wrong, [predicted[i] for i in wrong], [labels[i] for i in wrong]
    for part, expected, name in zip(check_tuple(answer, PARTS), wanted, PARTS, strict=True):
        check_close(part, np.array(expected, float), what=name)
        check(np.asarray(part).dtype.kind in "iu", f"{name} should hold whole numbers (int).")


@find_errors
@few
@given(seeds)
def test_finds_nothing_where_all_is_right(work: Work, seed: int) -> None:
    """If every prediction is right (in inference mode), all three parts are empty."""
    model, images = models.with_training_state(work.seed), models.images(seed, 10)
    labels = models.logits(model, images).argmax(axis=-1)
    answer = check_tuple(work.contrastive.find_errors(model, images, labels), PARTS)
    found = "It finds errors where there are none: does the model run in training mode?"
    for part, name in zip(answer, PARTS, strict=True):
        check(np.size(part) == 0, found, f"{name} has {np.size(part)} entries.")
        as_array(part, (0,), name)


@find_errors
@settings
@given(st.sampled_from([2, 4, 1]))
def test_refuses_too_few_or_too_many_labels(work: Work, count: int) -> None:
    """If there are not as many labels as images, that is a ValueError."""
    model, images, labels = models.readout(), models.images(0, 3), np.array([3, 3, 3, 3])
    work.contrastive.find_errors(model, images, labels[:3])
    function, shown = work.contrastive.find_errors, f"labels with {count} entries for 3 images"
    check_refuses(function, model, images, labels[:count], argument=shown)


# --- gradient_times_input -------------------------------------------------------------------------

gradient_times_input = task("contrastive.gradient_times_input")


@gradient_times_input
@settings
@given(seeds, networks, shared)
def test_multiplies_gradient_and_image(
    work: Work, seed: int, network: Network, is_shared: bool
) -> None:
    """Every value is the gradient of the class's logit there, times the image's value there."""
    images, classes = models.images(seed), models.some_classes(seed, 2, is_shared)
    expected = images * models.slopes(network(work.seed), images, classes)
    answer = work.contrastive.gradient_times_input(network(work.seed), images, classes)
    check_close(answer, expected, headline_for(network))


# --- smooth_grad ----------------------------------------------------------------------------------

smooth_grad = task("contrastive.smooth_grad")


@smooth_grad
@settings
@given(seeds, st.booleans())
def test_is_the_gradient_where_noise_does_nothing(work: Work, seed: int, is_linear: bool) -> None:
    """With noise 0 it is the gradient of the logit; on a linear model, whose gradient is the same
    everywhere, it is so with any noise. Each image has its own class.
    """
    images, classes = models.images(seed), models.classes(seed)
    if is_linear:
        model, noise = models.linear(work.seed), 0.3
        expected = models.weights_of_linear(work.seed)[classes]
    else:
        model, noise = models.smooth(work.seed), 0.0
        expected = models.slopes(models.smooth(work.seed), images, classes)
    answer = work.contrastive.smooth_grad(model, images, classes, 3, noise, seed)
    check_close(answer, expected)


@smooth_grad
@few
@given(seeds)
def test_chance_comes_from_the_seed(work: Work, seed: int) -> None:
    """The same seed gives the same result, and another seed another one."""
    model, images = models.power(2, work.seed), models.images(seed)
    maps = [
        as_array(work.contrastive.smooth_grad(model, images, 1, samples=3, noise=0.2, seed=s))
        for s in (seed, seed, seed + 1)
    ]
    check(is_close(maps[1], maps[0]), "Two calls with the same seed give different results.")
    check(not is_close(maps[2], maps[0], 0.01), "Another seed gives the same result: use the seed.")


@smooth_grad
@few
@given(seeds)
def test_noise_is_as_strong_as_asked_for(work: Work, seed: int) -> None:
    """The noise has mean 0 and the standard deviation `noise`, and with more samples it averages
    out: with 16 samples a quarter of its spread is left.

    The model's gradient is 2 · weight · image. So the gradient of a dark image shows the mean of
    the noise itself. Over 4 seeds of 90 numbers, estimates of its spread are off by some 5 %, and
    of its mean by 5 % of the spread; refused is what is off by 30 % and 40 %.
    """
    model, weights = models.power(2, work.seed), models.weights_of_power(2, work.seed)[1]
    dark = np.zeros((1, *models.SHAPE), np.float32)
    dark[0, 0, 0] = 0.2  # so that noise in proportion to the image's range shows
    looks = []
    for samples in (1, 16):
        maps = [
            as_array(
                work.contrastive.smooth_grad(model, dark, 1, samples, 0.2, seed + i), dark.shape
            )
            for i in range(4)
        ]
        noise = (np.concatenate(maps) / (2 * weights) - dark) * np.sqrt(samples) / 0.2
        between = noise - noise.mean(axis=-1, keepdims=True)  # of 3 channels: 2/3 of the variance
        looks.append((abs(noise.mean()), np.sqrt(np.mean(between**2) * 3 / 2)))
    (_, one), (mean, many) = looks
    shown = f"The mean of 16 samples is {mean:.2f} times its spread away from 0."
    check(mean < 0.4, "The noise has not mean 0: are the noisy copies clipped?", shown)
    shown = f"With one sample, its spread is {one:.2f} times what it should be."
    wrong = "The noise has another standard deviation than asked for, in image units."
    check(0.7 < one < 1.3, wrong, shown)
    shown = f"With 16 samples, its spread is {many:.2f} times what it should be."
    wrong = "The noise does not average out: is the same noise added to every sample?"
    check(0.7 < many < 1.3, wrong, shown)


@smooth_grad
@few
@given(seeds)
def test_averages_gradients_and_not_images(work: Work, seed: int) -> None:
    """What is averaged are the gradients at the noisy images.

    The model's gradient is 3 · weight · image². On a black image its mean over the noise shows the
    variance of the noise, noise², however many samples there are. The estimate from 16 samples of
    90 numbers is off by 4 %; refused is less than half. Averaged images give a sixteenth.
    """
    model, weights = models.power(3, work.seed), models.weights_of_power(3, work.seed)[1]
    black = np.zeros((1, *models.SHAPE), np.float32)
    answer = as_array(work.contrastive.smooth_grad(model, black, 1, 16, 0.5, seed), black.shape)
    found = float(np.mean(answer / (3 * weights))) / 0.5**2
    shown = f"The mean gradient is {found:.2f} times what it should be."
    wrong = "It looks as if the noisy images are averaged, and not their gradients."
    check(found > 0.5, wrong, shown)


@smooth_grad
@settings
@given(st.sampled_from([(0, 0.1), (-1, 0.1), (3, -0.1)]))
def test_refuses_no_samples_and_negative_noise(work: Work, bad: tuple[int, float]) -> None:
    """Fewer than 1 sample, or a negative noise, is a ValueError."""
    model, images, function = models.power(2), models.images(0), work.contrastive.smooth_grad
    function(model, images, 1, 3, 0.1, 0)
    check_refuses(function, model, images, 1, *bad, 0, argument=f"samples={bad[0]}, noise={bad[1]}")


# --- integrated_gradients -------------------------------------------------------------------------

integrated_gradients = task("contrastive.integrated_gradients")


@integrated_gradients
@settings
@given(
    seeds, shared, st.sampled_from([3, 1]), st.sampled_from([4, 1]), st.sampled_from([0.3, None])
)
def test_uses_the_midpoint_rule(
    work: Work, seed: int, is_shared: bool, exponent: int, steps: int, baseline: float | None
) -> None:
    """The map is (image − baseline) times the mean of the gradients in the middle of each step;
    the baseline is 0 if none is given. On a linear model the result is exact for any steps.
    """
    model = models.power(exponent, work.seed)
    images, classes = models.images(seed), models.some_classes(seed, 2, is_shared)
    weights = models.weights_of_power(exponent, work.seed)[np.broadcast_to(classes, 2)]
    way = images.astype(np.float64) - (baseline or 0.0)
    places = [images - way * (1 - (i + 0.5) / steps) for i in range(steps)]
    slope = np.mean([exponent * weights * place ** (exponent - 1) for place in places], axis=0)
    options = {} if baseline is None else {"baseline": baseline}
    function = work.contrastive.integrated_gradients
    check_close(function(model, images, classes, steps=steps, **options), way * slope)


@integrated_gradients
@few
@given(seeds)
def test_is_complete(work: Work, seed: int) -> None:
    """The map adds up to the logit of the image minus the logit of the baseline.

    With 20 steps the midpoint rule was off by up to 0.006 % of the magnitude of the map, on 30
    such networks; refused is what is off by 0.03 %.
    """
    images, classes = models.images(seed), models.classes(seed)
    model, oracle = models.smooth(work.seed), models.smooth(work.seed)
    baseline = np.full_like(images, 0.25)
    rise = models.outputs(oracle, images, classes) - models.outputs(oracle, baseline, classes)
    function = work.contrastive.integrated_gradients
    maps = as_array(function(model, images, classes, baseline=0.25, steps=20), images.shape)
    for total, wanted, one in zip(maps.sum(axis=(1, 2, 3)), rise, maps, strict=True):
        numbers = f"Expected a sum of {wanted:.5g}, yours is {total:.5g}."
        check(abs(total - wanted) < 3e-4 * np.abs(one).sum(), "", numbers)


@integrated_gradients
@few
@given(st.sampled_from([0, -2]))
def test_refuses_no_steps(work: Work, steps: int) -> None:
    """Fewer than 1 step is a ValueError."""
    model, images = models.power(3, work.seed), models.images(0)
    function = work.contrastive.integrated_gradients
    function(model, images, 1, baseline=0.3, steps=2)
    check_refuses(function, model, images, 1, steps=steps, argument=f"steps={steps}")


# --- grad_cam -------------------------------------------------------------------------------------

grad_cam = task("contrastive.grad_cam")


def resize_bilinear(maps: np.ndarray) -> np.ndarray:
    """Maps `(B, h, w)` at the size of the images, one axis after the other.

    The middles of the pixels are what is interpolated between; beyond the outermost ones, their
    values go on.
    """
    for axis, size in ((1, HEIGHT), (2, WIDTH)):
        middles = np.arange(maps.shape[axis]) + 0.5
        wanted = (np.arange(size) + 0.5) * maps.shape[axis] / size
        maps = np.apply_along_axis(lambda line: np.interp(wanted, middles, line), axis, maps)  # noqa: B023
    return maps


@grad_cam
@settings
@given(seeds, shared)
def test_equals_the_class_activation_map(work: Work, seed: int, is_shared: bool) -> None:
    """In a network that ends in global average pooling, it is the class activation map: the
    channels weighted by the class's weights, over the number of positions; negative sums are 0,
    and the result is resized bilinearly.
    """
    model, images = models.pooling(work.seed), models.images(seed, 3)
    classes = models.some_classes(seed, 3, is_shared)
    features = models.activations(model, "features", images)
    kernel = model.layer("logits").weights[0][:, np.broadcast_to(classes, 3)]
    cam = np.einsum("bhwc,cb->bhw", features, kernel) / (features.shape[1] * features.shape[2])
    expected = resize_bilinear(np.where(cam > 0, cam, 0))
    answer = work.contrastive.grad_cam(model, images, classes, "features")
    check_close(answer, expected)


@grad_cam
@settings
@given(seeds, networks)
def test_weights_are_mean_gradients_of_the_layer(work: Work, seed: int, network: Network) -> None:
    """A channel's weight is the mean over its positions of the gradient of the logit, for the
    layer that was named.

    Here the layer "first" is as large as the image, and not the last one with positions.
    """
    images, class_index = models.images(seed, 1), seed % models.CLASSES
    oracle = network(work.seed)
    activation = models.activations(oracle, "first", images)
    chosen = np.eye(models.CLASSES)[[class_index]]
    gradient = oracle.gradients(images, chosen)["first"]
    weights = gradient.mean(axis=(1, 2), keepdims=True)
    expected = np.maximum(0, (weights * activation).sum(axis=-1))
    answer = work.contrastive.grad_cam(network(work.seed), images, class_index, "first")
    check_close(answer, expected, headline_for(network))


@grad_cam
def test_refuses_an_unknown_layer(work: Work) -> None:
    """The name of a layer that the model does not have is a ValueError."""
    model, images = models.pooling(work.seed), models.images(work.seed, 3)
    work.contrastive.grad_cam(model, images, 1, "features")
    shown = 'layer_name="seventh"'
    check_refuses(work.contrastive.grad_cam, model, images, 1, "seventh", argument=shown)


# --- occlusion_sensitivity ------------------------------------------------------------------------

occlusion_sensitivity = task("contrastive.occlusion_sensitivity")


def starts(size: int, patch: int, stride: int) -> list[int]:
    """Where patches start along an axis."""
    return [place for place in range(0, size, stride) if place + patch <= size]


@occlusion_sensitivity
@settings
@given(
    seeds,
    shared,
    st.sampled_from([(2, 1), (1, 1), (3, 2), (2, 3), (2, 2), (5, 1)]),
    st.sampled_from([0.8, None, 0.0]),
)
def test_is_exact_on_a_linear_model(
    work: Work, seed: int, is_shared: bool, sides: tuple[int, int], fill: float | None
) -> None:
    """On a linear model, a drop is the sum of weight · (image − fill) over the patch; a pixel gets
    the mean drop of the patches that cover it, and 0 if there are none. fill is 0.5 if not given.
    """
    patch, stride = sides
    images, classes = models.images(seed), models.some_classes(seed, 2, is_shared)
    weights = models.weights_of_linear(work.seed)[np.broadcast_to(classes, 2)]
    lost = (weights * (images - (0.5 if fill is None else fill))).sum(axis=-1)
    expected = np.zeros((2, HEIGHT, WIDTH))
    for y, x in np.ndindex(HEIGHT, WIDTH):
        drops = [
            lost[:, top : top + patch, left : left + patch].sum(axis=(1, 2))
            for top in starts(HEIGHT, patch, stride)
            for left in starts(WIDTH, patch, stride)
            if top <= y < top + patch and left <= x < left + patch
        ]
        expected[:, y, x] = np.mean(drops, axis=0) if drops else 0
    options = {} if fill is None else {"fill": fill}
    model, function = models.linear(work.seed), work.contrastive.occlusion_sensitivity
    answer = function(model, images, classes, patch, stride, **options)
    if is_all_right_but_for_nan(answer, expected):
        check(False, "A pixel that no patch covers gets 0 / 0, which is NaN. It should get 0.")
    check_close(answer, expected)


def is_all_right_but_for_nan(answer: Any, expected: np.ndarray) -> bool:
    """Whether an answer would be right if NaN were 0."""
    array = np.asarray(answer)
    if array.shape != expected.shape or array.dtype.kind != "f" or not np.isnan(array).any():
        return False
    return is_close(np.nan_to_num(array), expected)


@occlusion_sensitivity
@few
@given(seeds, networks)
def test_asks_the_network(work: Work, seed: int, network: Network) -> None:
    """In any network, a drop is what the covered image really loses, in inference mode."""
    images, class_index = models.images(seed, 1), seed % models.CLASSES
    oracle, expected = network(work.seed), np.zeros((1, HEIGHT, WIDTH))
    for rows in (slice(0, 3), slice(3, 6)):
        covered = images.astype(np.float64)
        covered[:, rows, 0:3] = 0.5
        left = models.outputs(oracle, covered, class_index)
        expected[:, rows, 0:3] = models.outputs(oracle, images, class_index) - left
    function = work.contrastive.occlusion_sensitivity
    answer = function(network(work.seed), images, class_index, patch=3, stride=3)
    check_close(answer, expected, headline_for(network))


@occlusion_sensitivity
@settings
@given(st.sampled_from([(0, 1), (WIDTH + 1, 1), (HEIGHT + 1, 1), (2, 0), (2, -1)]))
def test_refuses_impossible_patches_and_strides(work: Work, bad: tuple[int, int]) -> None:
    """A patch below 1 or larger than the image, or a stride below 1, is a ValueError."""
    model, images = models.linear(work.seed), models.images(0)
    function = work.contrastive.occlusion_sensitivity
    function(model, images, models.classes(0), 2, 3, 0.8)
    shown = f"patch={bad[0]} with stride={bad[1]} on images of {HEIGHT} x {WIDTH} pixels"
    check_refuses(function, model, images, 1, *bad, argument=shown)


# --- contrast -------------------------------------------------------------------------------------

contrast = task("contrastive.contrast")

MAPS = ("for_predicted", "for_true", "difference")


def check_contrast(
    function: Function, model: Any, images: np.ndarray, classes: tuple[Any, Any], in_colour: bool
) -> None:
    """Insist on the three maps of `probes.logit_times_image` for two classes."""
    method = partial(probes.logit_times_image, in_colour=in_colour)
    answer = check_tuple(function(method, model, images, *classes), MAPS)
    sides = []
    for class_index in classes:
        value = models.outputs(model, images, class_index)
        maps = value[:, None, None, None] * images
        sides.append(maps if in_colour else maps.sum(axis=-1))
    wanted = *sides, sides[0] - sides[1]
    for part, expected, name in zip(answer, wanted, MAPS, strict=True):
        check_close(part, expected, what=name)


@contrast
@settings
@given(seeds, shared, st.booleans())
def test_compares_two_classes(work: Work, seed: int, is_shared: bool, in_colour: bool) -> None:
    """The parts are the method's maps for the predicted and for the true class, and their
    difference, predicted − true; with the classes exchanged, it changes its sign.

    The method is one that you have not seen.
    """
    model, images = models.linear(work.seed), models.images(seed, 3)
    predicted = models.some_classes(seed, 3, is_shared)
    true = (predicted + 1) % models.CLASSES
    check_contrast(work.contrastive.contrast, model, images, (predicted, true), in_colour)
    check_contrast(work.contrastive.contrast, model, images, (true, predicted), in_colour)
