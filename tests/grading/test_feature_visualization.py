"""1.+ Feature visualization: what has to hold in `course/feature_visualization.py`."""

from itertools import product
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from course.grader.compare import as_array, check, check_close, is_close
from course.grader.grading import settings
from course.grader.tasks import task
from course.grader.work import Function, StudentError, Work

from . import models
from .common import check_refuses, check_tuple, check_untrained, few, outputs, seeds
from .test_activation_maximization import (
    IN_TRAINING,
    check_ascent,
    check_inside,
    step_up,
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

    Of one white pixel on black, these are its sides that lie inside of the image; a white pixel
    has three channels.
    """
    images = one_white_pixel(seed) if is_pixel else models.images(seed, 3)
    answer = work.feature_visualization.total_variation(images)
    check_close(answer, roughness(images))


def one_white_pixel(seed: int) -> np.ndarray:
    """Three black images with one white pixel each, at the border of the image or inside."""
    images = np.zeros((3, *models.SHAPE), np.float32)
    draw = np.random.default_rng(seed)
    images[np.arange(3), draw.integers(0, 6, 3), draw.integers(0, 5, 3)] = 1
    return images


def roughness(images: np.ndarray) -> np.ndarray:
    """Total variation, by its definition."""
    images = images.astype(np.float64)
    return sum(np.abs(np.diff(images, axis=axis)).sum(axis=(1, 2, 3)) for axis in (1, 2))


def slopes_of_roughness(images: np.ndarray) -> np.ndarray:
    """The gradient of total variation: +1 for every neighbour that is darker, −1 if lighter."""
    images = images.astype(np.float64)
    slopes = np.zeros_like(images)
    down, right = np.sign(np.diff(images, axis=1)), np.sign(np.diff(images, axis=2))
    slopes[:, 1:] += down
    slopes[:, :-1] -= down
    slopes[:, :, 1:] += right
    slopes[:, :, :-1] -= right
    return slopes


# --- jitter ---------------------------------------------------------------------------------------

jitter = task("feature_visualization.jitter")


@jitter
@settings
@given(seeds, st.sampled_from([0, 1, 2, 7]))
def test_only_rolls(work: Work, seed: int, max_shift: int) -> None:
    """Each image is rolled along its rows and columns, by at most max_shift, and nothing else."""
    images = models.images(seed)
    answer = work.feature_visualization.jitter(images, max_shift, seed)
    shifts_between(images, as_array(answer, images.shape), max_shift)


@jitter
@few
@given(seeds)
def test_shifts_are_uniform(work: Work, seed: int) -> None:
    """Over many images, all shifts from -max_shift to max_shift occur, equally often."""
    images = many_images(seed)
    answer = as_array(work.feature_visualization.jitter(images, 3, seed), images.shape)
    shifts = shifts_between(images, answer, 3)
    check(np.any(shifts != shifts[0]), "All images are rolled by the same shift.")
    for axis, name in enumerate(["rows", "columns"]):
        seen = sorted(set(shifts[:, axis].tolist()))
        example = f"Of the shifts of {name} from -3 to 3, yours are {seen}."
        check(len(seen) == 7, "Some shifts never occur.", example)
    # Of right draws of 200 pairs, one in 10^11 is correlated like that.
    related = np.corrcoef(shifts.T)[0, 1]
    check(abs(related) < 0.5, "The shifts of rows and of columns depend on each other.")
    # Kolmogorov-Smirnov: among 400 draws, a gap of 0.18 has a chance of 1e-11.
    shares = np.bincount(shifts.ravel() + 3, minlength=7) / shifts.size
    gap = np.abs(np.cumsum(shares) - np.arange(1, 8) / 7).max()
    shown = ", ".join(f"{share:.0%}" for share in shares)
    check(gap < 0.18, "The shifts are not uniform.", f"How often -3 to 3 occur: {shown}.")


@jitter
@few
@given(seeds)
def test_shifts_come_from_the_seed(work: Work, seed: int) -> None:
    """The same seed gives the same shifts, and another seed gives others."""
    images = many_images(seed)
    first = as_array(work.feature_visualization.jitter(images, 3, seed), images.shape)
    again = as_array(work.feature_visualization.jitter(images, 3, seed), images.shape)
    check(is_close(again, first), "The same seed gives other shifts in a second call.")
    other = as_array(work.feature_visualization.jitter(images, 3, seed + 1), images.shape)
    check(not is_close(other, first), "Another seed gives the same shifts.")


def many_images(seed: int) -> np.ndarray:
    """Enough images that a test of chance can be strict, and still never fails a right answer."""
    return models.images(seed, 200, (12, 9, 1))


def shifts_between(images: np.ndarray, rolled: np.ndarray, max_shift: int) -> np.ndarray:
    """By how much every image was rolled: `(B, 2)`; fails if one was not, or by too much."""
    found = np.full((len(images), 2), max_shift + 1)
    for shift in product(range(-max_shift, max_shift + 1), repeat=2):
        same = np.abs(np.roll(images, shift, axis=(1, 2)) - rolled).max(axis=(1, 2, 3)) < 1e-6
        found[same] = shift
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
    gradient = gradients(seed)
    size = [np.sqrt(np.mean(one.astype(np.float64) ** 2)) for one in gradient]
    expected = gradient / np.reshape(size, (-1, 1, 1, 1))
    check_close(work.feature_visualization.normalize_gradient(gradient), expected)


@normalize_gradient
@few
@given(seeds, st.integers(0, 1))
def test_zero_stays_zero(work: Work, seed: int, scale: int) -> None:
    """A gradient that is zero everywhere stays zero, alone or beside another one."""
    gradient = scale * gradients(seed)
    gradient[1] = 0
    answer = np.asarray(work.feature_visualization.normalize_gradient(gradient), np.float64)
    check(not np.any(np.isnan(answer)), "A zero gradient becomes NaN: 0 is divided by 0.")
    answer = as_array(answer, gradient.shape)
    check(np.all(answer[1] == 0), "A zero gradient does not stay zero.")


def gradients(seed: int) -> np.ndarray:
    """Signed arrays with a mean that is not zero, one small, one large: `(2, 6, 5, 3)`."""
    return (models.images(seed) - np.float32(0.4)) * np.float32([[[[0.03]]], [[[40]]]])


# --- maximize_class_regularized -------------------------------------------------------------------

maximize_class_regularized = task("feature_visualization.maximize_class_regularized")


@maximize_class_regularized
@settings
@given(seeds, st.booleans(), step_counts, st.sampled_from([0.03, 1.0]))
def test_with_all_off_it_is_plain_ascent(
    work: Work, seed: int, is_shared: bool, steps: int, step_size: float
) -> None:
    """With every regulariser off, it climbs as maximize_class does, and steps=0 is the start.

    On a linear model, every step adds the weights, and values that reach 0 or 1 stay there.
    """
    model, start = models.linear(work.seed), models.starts(seed)
    classes = models.some_classes(seed, 2, is_shared)
    step = step_size * models.weights_of_linear(work.seed)[classes]
    path = [np.clip(start + n * step, 0, 1) for n in range(steps + 1)]
    function = work.feature_visualization.maximize_class_regularized
    check_ascent(function(model, start, classes, steps, step_size), model, path, classes)


@maximize_class_regularized
@few
@given(seeds, outputs)
def test_climbs_the_output_that_is_asked_for(work: Work, seed: int, output: str) -> None:
    """On a smooth network, it follows the slope of each image's own logit or probability."""
    oracle, start = models.smooth(work.seed), models.images(seed)
    classes = models.classes(seed)
    path = [start, step_up(oracle, start, classes, 0.1, output)]
    function = work.feature_visualization.maximize_class_regularized
    answer = function(models.smooth(work.seed), start, classes, 1, 0.1, output=output)
    check_ascent(answer, oracle, path, classes, output)


@maximize_class_regularized
@few
@given(seeds, st.sampled_from([0.03, 0.3]))
def test_goes_down_total_variation(work: Work, seed: int, tv_weight: float) -> None:
    """A step goes up the output, and down tv_weight times each image's own total variation.

    The gradient of total variation adds up signs: +1 for every neighbour that is darker, −1 for
    every one that is lighter. It is subtracted.
    """
    model, start, one = models.linear(work.seed), models.distinct(seed), seed % models.CLASSES
    up = models.weights_of_linear(work.seed)[one]
    path = [start, start + 0.1 * (up - tv_weight * slopes_of_roughness(start))]
    function = work.feature_visualization.maximize_class_regularized
    answer = function(model, start, one, 1, 0.1, tv_weight=tv_weight)
    check_ascent(answer, model, path, one)


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
@given(seeds, st.integers(1, 3), st.sampled_from([0.1, 1.0]))
def test_is_drawn_to_grey(work: Work, seed: int, steps: int, l2_weight: float) -> None:
    """A step goes down the gradient of l2_weight · Σ (images − 0.5)², which is 2 · (images − 0.5).

    It is multiplied by l2_weight, and so pulls every value towards 0.5.
    """
    model, path, one = models.linear(work.seed), [models.starts(seed)], seed % models.CLASSES
    up = models.weights_of_linear(work.seed)[one]
    for _ in range(steps):
        down = l2_weight * 2 * (path[-1] - 0.5)
        path.append(np.clip(path[-1] + 0.1 * (up - down), 0, 1))
    function = work.feature_visualization.maximize_class_regularized
    answer = function(model, path[0], one, steps, 0.1, l2_weight=l2_weight)
    check_ascent(answer, model, path, one)


@maximize_class_regularized
@few
@given(seeds, st.integers(1, 2), st.sampled_from([0.5, 1.0]))
def test_blurs_after_clipping(work: Work, seed: int, steps: int, sigma: float) -> None:
    """After every step, clipped as ever, each image is blurred over its rows and columns.

    The blur is that of scipy, with mode "reflect"; images and channels do not run into each other.
    """
    model, path, one = models.linear(work.seed), [models.starts(seed)], seed % models.CLASSES
    up = models.weights_of_linear(work.seed)[one]
    for _ in range(steps):
        clipped = np.clip(path[-1] + up, 0, 1)
        path.append(gaussian_filter(clipped, (0, sigma, sigma, 0), mode="reflect"))
    function = work.feature_visualization.maximize_class_regularized
    answer = function(model, path[0], one, steps, 1.0, blur_sigma=sigma)
    check_ascent(answer, model, path, one)


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
        seen = (np.flatnonzero(drawn.sum(axis=(0, axis))) - 2).tolist()
        example = f"Of the shifts of {name} from -2 to 2, yours are {seen}."
        check(len(seen) == 5, "Some shifts never occur.", example)


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
    model, start, seed = models.linear(work.seed), models.distinct(work.seed, 3), work.seed
    function = work.feature_visualization.maximize_class_regularized
    first, again, other = (
        as_array(check_tuple(answer, ("images", "scores"))[0], start.shape, "the images")
        for answer in (
            function(model, start, 0, 5, 0.03, max_shift=2, seed=one)
            for one in (seed, seed, seed + 1)
        )
    )
    check(is_close(again, first), "The same seed gives other images in a second call.")
    check(not is_close(other, first), "Another seed gives the same images.")


@maximize_class_regularized
def test_regularized_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode, and its weights are the same afterwards."""
    oracle, start = models.with_training_state(work.seed), models.images(work.seed)
    path = [start, step_up(oracle, start, 1, 0.1)]
    model = models.with_training_state(work.seed)
    answer = work.feature_visualization.maximize_class_regularized(model, start, 1, 1, 0.1)
    check_ascent(answer, oracle, path, 1, headline=IN_TRAINING)
    check_untrained(work, model)


@maximize_class_regularized
@settings
@given(st.integers(0, 1))
def test_regularized_refuses_an_unknown_output(work: Work, steps: int) -> None:
    """An output other than "logit" or "softmax" is a ValueError, also with steps=0."""
    function = work.feature_visualization.maximize_class_regularized
    model, start = models.linear(work.seed), models.images(work.seed)
    function(model, start, 0, steps, 0.1)
    refused = 'output="chance"'
    check_refuses(function, model, start, 0, steps, 0.1, output="chance", argument=refused)


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

LAYERS = ["first", "second", "flatten", "logits"]


@feature_extractor
@settings
@given(seeds, st.sampled_from(LAYERS))
def test_gives_the_activations_of_the_layer(work: Work, seed: int, layer: str) -> None:
    """The result is a model that gives what comes out of the layer; the first model stays whole."""
    network, images = models.smooth(work.seed), models.images(seed)
    model = network
    extract = extractor(work.feature_visualization.feature_extractor(model, layer))
    answer = as_array(extract(images))
    outputs = {"input": images} | {
        name: models.activations(network, name, images) for name in LAYERS
    }
    expected = outputs.pop(layer)
    for name, values in outputs.items():
        is_other = answer.shape == values.shape and is_close(answer, values)
        check(not is_other, f"The activations are those of another layer: {name!r}.")
    headline = "The activations differ: does the new model have the network's own weights?"
    check_close(answer, expected, headline)
    check_untrained(work, model)


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
@few
@given(st.sampled_from([("frist", "first"), ("Flatten", "flatten"), ("lgits", "logits")]))
def test_names_near_layers(work: Work, names: tuple[str, str]) -> None:
    """A name that no layer has is a ValueError, whose message holds names that are near."""
    asked, near = names
    model = models.smooth(work.seed)
    function = work.feature_visualization.feature_extractor
    function(model, near)
    check_refuses(function, model, asked, argument=f"layer_name={asked!r}")
    message = message_of_refusal(function, model, asked)
    said = f"Asked for {asked!r}, the message should hold {near!r}. Yours is: {message}"
    check(near in message, "The message of the ValueError lists no near name.", said)


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
    oracle, channel, path = models.smooth(work.seed), seed % 4, [models.images(seed)]
    for _ in range(2):
        path.append(feature_step_up(oracle, layer, channel, path[-1], 0.5))
    function = work.feature_visualization.maximize_feature
    model = models.smooth(work.seed)
    answer = function(model, path[0], layer, channel, 2, 0.5)
    check_feature_ascent(answer, oracle, layer, channel, path)


@maximize_feature
@few
@given(seeds, step_counts)
def test_climbs_a_dense_unit(work: Work, seed: int, steps: int) -> None:
    """In a dense layer, a channel is a unit; on a linear model, each step adds its weights.

    Values that reach 0 or 1 stay there, and steps=0 is the start.
    """
    model, start, channel = models.linear(work.seed), models.starts(seed), seed % models.CLASSES
    step = models.weights_of_linear(work.seed)[channel]
    path = [np.clip(start + n * step, 0, 1) for n in range(steps + 1)]
    function = work.feature_visualization.maximize_feature
    answer = function(model, start, "logits", channel, steps, 1.0)
    check_feature_ascent(answer, model, "logits", channel, path)


@maximize_feature
def test_feature_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode, and its weights are the same afterwards."""
    oracle, start = models.with_training_state(work.seed), models.images(work.seed)
    path = [start, feature_step_up(oracle, "dropout", 1, start, 0.5)]
    model = models.with_training_state(work.seed)
    answer = work.feature_visualization.maximize_feature(model, start, "dropout", 1, 1, 0.5)
    check_feature_ascent(answer, oracle, "dropout", 1, path, IN_TRAINING)
    check_untrained(work, model)


@maximize_feature
def test_feature_refuses_an_unknown_layer(work: Work) -> None:
    """A name that no layer has is a ValueError."""
    function, model = (
        work.feature_visualization.maximize_feature,
        models.linear(work.seed),
    )
    start = models.images(work.seed)
    function(model, start, "logits", 0, 1, 0.1)
    refused = 'layer_name="logit"'
    check_refuses(function, model, start, "logit", 0, 1, 0.1, argument=refused)


def feature_step_up(
    model: Any, layer: str, channel: int, images: np.ndarray, step_size: float
) -> np.ndarray:
    """Images one step further up a channel's mean, with the slope from central differences."""
    slopes = models.central_differences(
        lambda moved: models.channel_means(model, layer, channel, moved), images
    )
    return np.clip(images + step_size * slopes, 0, 1)


def check_feature_ascent(
    answer: Any,
    model: Any,
    layer: str,
    channel: int,
    path: list[np.ndarray],
    headline: str = "",
) -> None:
    """Insist that an ascent ends where the path ends, and has the means of all images on it."""
    images, scores = check_tuple(answer, ("images", "scores"))
    check_inside(images, path[0].shape)
    check_close(images, path[-1], headline, "the images")
    expected = np.stack([models.channel_means(model, layer, channel, one) for one in path])
    check_close(scores, expected, headline, "the scores")
