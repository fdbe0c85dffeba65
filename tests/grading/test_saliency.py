"""1.1 Saliency: what has to hold of the functions in `course/saliency.py`."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from course.grader.compare import check, check_close
from course.grader.grading import settings
from course.grader.tasks import task
from course.grader.work import Work
from course.worker.protocol import Drawn, Picture

from . import models
from .common import (
    IN_TRAINING,
    check_refuses,
    check_untrained,
    few,
    random_maps,
    seeds,
)


def one_class(seed: int) -> np.ndarray:
    """An array with one class an image, the same for two images."""
    return np.full(2, seed % models.CLASSES)


# --- select_output --------------------------------------------------------------------------------

select_output = task("saliency.select_output")


@select_output
@settings
@given(seeds)
def test_picks_the_logit_of_one_class_for_all(work: Work, seed: int) -> None:
    """With one int as the class, every image's value is its logit of that class."""
    model, images, one = models.smooth(work.seed), models.images(seed), seed % models.CLASSES
    answer = work.saliency.select_output(model, images, one)
    check_close(answer, models.outputs(model, images, one))


@select_output
@settings
@given(seeds)
def test_picks_each_images_own_class(work: Work, seed: int) -> None:
    """With an array of classes, the i-th image's value is for the i-th class."""
    model, images = models.smooth(work.seed), models.images(seed, 3)
    classes = models.classes(seed, 3)
    answer = work.saliency.select_output(model, images, classes)
    check_close(answer, models.outputs(model, images, classes))


@select_output
@settings
@given(seeds)
def test_softmax_is_the_probability_of_the_class(work: Work, seed: int) -> None:
    """With output="softmax", the value is the probability of the class."""
    model, images = models.smooth(work.seed), models.images(seed)
    classes = one_class(seed)
    answer = work.saliency.select_output(model, images, classes, "softmax")
    check_close(answer, models.outputs(model, images, classes, "softmax"))


@select_output
def test_calls_the_model_for_inference(work: Work) -> None:
    """The model is called with training=False: dropout is off, and batch statistics stay."""
    model, images = models.with_training_state(work.seed), models.images(work.seed)
    classes = one_class(work.seed)
    answer = work.saliency.select_output(model, images, classes)
    check_close(answer, models.outputs(model, images, classes), IN_TRAINING)


@select_output
@settings
@given(st.sampled_from(["probability", "Softmax", "", "logits"]))
def test_refuses_an_unknown_output(work: Work, word: str) -> None:
    """An output other than "logit" or "softmax" is a ValueError."""
    function, model = work.saliency.select_output, models.linear(work.seed)
    images, classes = models.images(work.seed), one_class(work.seed)
    function(model, images, classes)
    check_refuses(function, model, images, classes, word, argument=f'output="{word}"')


# --- gradient_saliency ----------------------------------------------------------------------------

gradient_saliency = task("saliency.gradient_saliency")


@gradient_saliency
@settings
@given(seeds)
def test_equals_the_weights_of_a_linear_model(work: Work, seed: int) -> None:
    """On a linear model, the gradient of a logit is that class's weights, signs included."""
    model, images, one = models.linear(work.seed), models.images(seed), seed % models.CLASSES
    answer = work.saliency.gradient_saliency(model, images, one)
    expected = np.stack([models.weights_of_linear(work.seed)[one]] * 2)
    check_close(answer, expected)


@gradient_saliency
@few
@given(seeds)
def test_agrees_with_central_differences(work: Work, seed: int) -> None:
    """Each gradient tells how its image's output changes when one value is moved a little.

    So it depends on the image and its class, and not on the other images in the batch.
    """
    images, classes = models.images(seed), models.classes(seed)
    expected = models.slopes(models.smooth(work.seed), images, classes)
    check_close(
        work.saliency.gradient_saliency(models.smooth(work.seed), images, classes), expected
    )


@gradient_saliency
@few
@given(seeds)
def test_gradients_of_the_softmax(work: Work, seed: int) -> None:
    """With output="softmax", it is the probability's gradient; over all classes, they cancel.

    That is because all probabilities together are one, whatever the image.
    """
    model, images = models.smooth(work.seed), models.images(seed, 1)
    oracle, total = models.smooth(work.seed), np.zeros((1, *models.SHAPE))
    for one in range(models.CLASSES):
        answer = work.saliency.gradient_saliency(model, images, np.array([one]), "softmax")
        check_close(answer, models.slopes(oracle, images, one, "softmax"))
        total += answer
    check_close(total, np.zeros_like(total), what="the sum over all classes")


@gradient_saliency
def test_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode, and its weights are the same afterwards."""
    model, images = models.with_training_state(work.seed), models.images(work.seed)
    oracle, classes = models.with_training_state(work.seed), one_class(work.seed)
    answer = work.saliency.gradient_saliency(model, images, classes)
    check_close(answer, models.slopes(oracle, images, classes), IN_TRAINING)
    check_untrained(work, model)


@gradient_saliency
def test_gradient_refuses_an_unknown_output(work: Work) -> None:
    """An output other than "logit" or "softmax" is a ValueError."""
    function, model = work.saliency.gradient_saliency, models.linear(work.seed)
    images, classes = models.images(work.seed), one_class(work.seed)
    function(model, images, classes)
    check_refuses(function, model, images, classes, "chance", argument='output="chance"')


# --- to_heatmap -----------------------------------------------------------------------------------

to_heatmap = task("saliency.to_heatmap")


@to_heatmap
@settings
@given(seeds)
def test_adds_up_the_channels(work: Work, seed: int) -> None:
    """A heat map is the signed sum of the saliency over the channels."""
    saliency = models.images(seed) - np.float32(0.5)
    check_close(work.saliency.to_heatmap(saliency), saliency.astype(np.float64).sum(axis=-1))


# --- smooth ---------------------------------------------------------------------------------------

smooth = task("saliency.smooth")


@smooth
@settings
@given(seeds, st.sampled_from([0.5, 1.0, 2.0]))
def test_filters_the_two_spatial_axes(work: Work, seed: int, sigma: float) -> None:
    """Each heat map is filtered over its rows and columns, as by scipy with mode "reflect"."""
    maps = random_maps(seed)
    expected = [gaussian_filter(one.astype(np.float64), sigma, mode="reflect") for one in maps]
    check_close(work.saliency.smooth(maps, sigma), np.stack(expected))


@smooth
@settings
@given(seeds)
def test_sigma_zero_changes_nothing(work: Work, seed: int) -> None:
    """With sigma 0, the heat maps come back as they are."""
    maps = random_maps(seed)
    check_close(work.saliency.smooth(maps, 0), maps)


@smooth
def test_refuses_a_negative_sigma(work: Work) -> None:
    """A negative sigma is a ValueError."""
    maps = random_maps(work.seed)
    work.saliency.smooth(maps, 1.0)
    check_refuses(work.saliency.smooth, maps, -1.0, argument="sigma=-1.0")


# --- symmetric_limit ------------------------------------------------------------------------------

symmetric_limit = task("saliency.symmetric_limit")


@symmetric_limit
@settings
@given(seeds, st.sampled_from([-1.0, 0.0, 1.0]))
def test_is_the_largest_magnitude(work: Work, seed: int, shift: float) -> None:
    """The limit is the largest distance of any value from zero, on either side."""
    heatmap = random_maps(seed)[0] + np.float32(shift)
    expected = max(abs(float(value)) for value in heatmap.ravel())
    check_close(work.saliency.symmetric_limit(heatmap), expected, what="the limit")


# --- plot_saliency --------------------------------------------------------------------------------

plot_saliency = task("saliency.plot_saliency")


def plot(
    work: Work, seed: int, overlay: bool, side: int = 1
) -> tuple[Picture, np.ndarray, np.ndarray]:
    """A student's plot of a random image and heat map, and those two.

    The heat map reaches further on one side of zero, and its values cover [-0.7, 1.3] or, with
    side -1, [-1.3, 0.7]. An overlay of False is left to the default.
    """
    image, heatmap = models.images(seed, 1)[0], random_maps(seed, 1)[0]
    heatmap += np.float32(0.3 * side)
    picture = work.saliency.plot_saliency(image, heatmap, *([True] if overlay else []))
    check(isinstance(picture, Picture), "The result should be a matplotlib Figure.")
    return picture, image, heatmap


def drawn_heatmap(picture: Picture) -> Drawn:
    """What is drawn through a colour map, apart from colour bars."""
    drawn = [one for axes in picture.axes for one in axes.images if one.is_mapped]
    check(drawn, "Nothing is drawn through a colour map.")
    return drawn[-1]


@plot_saliency
@few
@given(seeds, st.booleans())
def test_draws_image_and_heatmap(work: Work, seed: int, overlay: bool) -> None:
    """Image and heat map are drawn on two pairs of axes, or with overlay on a single one."""
    picture, image, heatmap = plot(work, seed, overlay)
    axes = [one for one in picture.axes if not one.is_colour_bar and one.images]
    check(
        len(axes) == (1 if overlay else 2),
        "The number of pictures is wrong.",
        f"Expected {1 if overlay else 2} with overlay={overlay}, yours has {len(axes)}.",
    )
    drawn = [shown.values for one in axes for shown in one.images]
    check(len(drawn) == 2, "Image and heat map should each be drawn once.")
    check(any(_equal(image, one) for one in drawn), "The image is not drawn as it is.")
    check(any(_equal(heatmap, one) for one in drawn), "The heat map is not drawn as it is.")


@plot_saliency
@few
@given(seeds, st.booleans())
def test_zero_is_neutral(work: Work, seed: int, overlay: bool) -> None:
    """The colour scale goes from -v to v, so that zero has the neutral colour, and all fits."""
    for side in (-1, 1):
        picture, _, heatmap = plot(work, seed, overlay, side)
        low, high = drawn_heatmap(picture).limits
        limit = float(np.abs(heatmap).max())
        example = f"Expected -{limit:.3g} and {limit:.3g}, yours are {low:.3g} and {high:.3g}."
        start = "The limits of the colour scale"
        check(abs(low + high) < 1e-5, f"{start} are not symmetric around zero.", example)
        check(high > limit - 1e-5, f"{start} do not hold the whole heat map.", example)
        check(high < limit + 1e-5, f"{start} are not as tight as they could be.", example)


@plot_saliency
@few
@given(seeds, st.booleans())
def test_colours_diverge(work: Work, seed: int, overlay: bool) -> None:
    """The colour map is diverging: two colours for the two signs, and a neutral one for zero."""
    picture, _, _ = plot(work, seed, overlay)
    colours = drawn_heatmap(picture).colours[:, :3]
    saturation = colours.max(axis=1) - colours.min(axis=1)
    is_neutral = saturation[128] < 0.1 and saturation[128] < 0.5 * saturation[[32, 224]].min()
    check(
        is_neutral and np.abs(colours[32] - colours[224]).max() > 0.2,
        "The colour map is not diverging: zero should be neutral, and the signs two colours.",
    )


@plot_saliency
@few
@given(seeds, st.booleans())
def test_has_a_colour_bar(work: Work, seed: int, overlay: bool) -> None:
    """A colour bar tells which colour means how much."""
    picture, _, _ = plot(work, seed, overlay)
    bars = sum(axes.is_colour_bar for axes in picture.axes)
    check(bars == 1, "There should be one colour bar.", f"Yours has {bars}.")


@plot_saliency
@few
@given(seeds)
def test_overlay_lets_the_image_through(work: Work, seed: int) -> None:
    """With overlay, the heat map lies over the image, and is half transparent."""
    picture, _, _ = plot(work, seed, overlay=True)
    images = next(axes.images for axes in picture.axes if axes.images)
    check(images[-1].is_mapped, "The image hides the heat map: draw the heat map last.")
    alpha = images[-1].alpha
    check(0 < alpha < 1, "The heat map hides the image: give it an alpha below 1.")


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, atol=1e-5))
