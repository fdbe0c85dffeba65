"""1.1 Saliency: what has to hold of the functions in `course/saliency.py`."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from course.grader.compare import as_array, check, check_close
from course.grader.grading import settings
from course.grader.protocol import Drawn, Picture
from course.grader.tasks import task
from course.grader.work import Work
from tests.grading import models
from tests.grading.common import check_refuses, few, outputs, random_maps, seeds

# --- select_output --------------------------------------------------------------------------------

select_output = task(
    "saliency.select_output",
    hints=(
        "The model turns a batch of images into a table: one row an image, one column a class. "
        "You are asked for one number from every row. Print the shape of what the model returns "
        "for two images before you go on, and remember that it has to be called in inference "
        "mode, with training=False, or dropout and batch normalisation will disturb the numbers.",
        "There are two steps. First decide whether you want the table of logits as it is, or its "
        "softmax along the class axis; anything else than these two words is a ValueError. Then "
        "pick. The class may be a single int for all rows, or an array with one class a row: if "
        "you turn the first case into the second by broadcasting, one way of picking serves both.",
        "Broadcast class_index to the shape (B,) with tf.broadcast_to, where B is the number of "
        "rows. To pick one column from every row, use tf.gather with batch_dims=1, or multiply by "
        "tf.one_hot(classes, K) and sum over the last axis. Check the word in output before "
        "anything else, and raise a ValueError that names the argument and shows what it was.",
    ),
)


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
    classes = models.classes(seed)
    answer = work.saliency.select_output(model, images, classes, "softmax")
    check_close(answer, models.outputs(model, images, classes, "softmax"))


@select_output
def test_calls_the_model_for_inference(work: Work) -> None:
    """The model is called with training=False: dropout is off, and batch statistics stay."""
    model, images = models.with_training_state(work.seed), models.images(work.seed)
    answer = work.saliency.select_output(model, images, 1)
    check_close(
        answer,
        models.outputs(model, images, 1),
        headline="The model seems to run in training mode: dropout is on. Use training=False.",
    )


@select_output
@settings
@given(st.sampled_from(["probability", "Softmax", "", "logits"]))
def test_refuses_an_unknown_output(work: Work, word: str) -> None:
    """An output other than "logit" or "softmax" is a ValueError."""
    model, images = models.linear(work.seed), models.images(0)
    work.saliency.select_output(model, images, 0)
    function = work.saliency.select_output
    check_refuses(function, model, images, 0, word, argument=f"output={word!r}")


# --- gradient_saliency ----------------------------------------------------------------------------

gradient_saliency = task(
    "saliency.gradient_saliency",
    hints=(
        "You know how to differentiate a loss with respect to the weights. Here the weights stay "
        "where they are, and you differentiate with respect to the images. Which object does "
        "TensorFlow use to record a calculation for differentiation, and does it record what you "
        "do with a plain tensor, or only what you do with variables?",
        "Open a GradientTape, and tell it to watch the images, since they are no variables. Inside "
        "it, compute the explained values with the function that you have just written. Outside, "
        "ask the tape for the gradient of those values with respect to the images. Nothing has to "
        "be averaged, normalised or made positive: the sign is half of the message.",
        "Turn the images into a tensor first (tf.convert_to_tensor), since a tape cannot watch "
        "numpy arrays. Then: with tf.GradientTape() as tape, call tape.watch(images), then "
        "values = select_output(...). The gradient of a vector of values is the gradient of its "
        "sum; since each value depends on its own image alone, each image gets its own gradient. "
        "Pass class_index and output on as they came.",
    ),
)


@gradient_saliency
@settings
@given(seeds)
def test_has_the_shape_of_the_images(work: Work, seed: int) -> None:
    """The gradient has the shape of the images: one number for each value of each image."""
    images = models.images(seed)
    answer = work.saliency.gradient_saliency(models.smooth(work.seed), images, 0)
    as_array(answer, images.shape, "the gradient")


@gradient_saliency
@settings
@given(seeds)
def test_equals_the_weights_of_a_linear_model(work: Work, seed: int) -> None:
    """On a linear model, the gradient of a logit is that class's weights, signs included."""
    model, weights = models.linear(work.seed), models.weights_of_linear(work.seed)
    images, classes = models.images(seed), models.classes(seed)
    answer = work.saliency.gradient_saliency(model, images, classes)
    check_close(answer, weights[classes])


@gradient_saliency
@settings
@given(seeds, outputs)
def test_agrees_with_central_differences(work: Work, seed: int, output: str) -> None:
    """The gradient says how the output changes when one value of the image is moved a little."""
    images, classes = models.images(seed, 1), models.classes(seed, 1)
    oracle = models.smooth(work.seed, "float64")
    expected = models.central_differences(
        lambda moved: models.outputs(oracle, moved, classes[0], output), images
    )
    answer = work.saliency.gradient_saliency(models.smooth(work.seed), images, classes, output)
    check_close(answer, expected)


@gradient_saliency
@settings
@given(seeds)
def test_softmax_gradients_sum_to_zero(work: Work, seed: int) -> None:
    """Over all classes, softmax gradients add up to zero, because probabilities add up to one."""
    images = np.repeat(models.images(seed, 1), models.CLASSES, axis=0)
    every_class = np.arange(models.CLASSES)
    answer = as_array(
        work.saliency.gradient_saliency(models.smooth(work.seed), images, every_class, "softmax"),
        images.shape,
    )
    total, size = np.abs(answer.sum(axis=0)).max(), np.abs(answer).max()
    check(size > 0, "The gradients of the softmax are zero everywhere.")
    check(total < 1e-4 * size, "", f"The largest sum over the classes is {total:.3g}.")


@gradient_saliency
@settings
@given(seeds)
def test_does_not_mix_images(work: Work, seed: int) -> None:
    """Each image's gradient is the same whatever other images are in the batch."""
    model, images = models.smooth(work.seed), models.images(seed, 3)
    together = work.saliency.gradient_saliency(model, images, 1)
    alone = work.saliency.gradient_saliency(model, images[1:2], 1)
    alone = as_array(alone, (1, *models.SHAPE), "the gradient")
    check_close(np.asarray(together)[1:2], alone)


@gradient_saliency
def test_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode, and its weights are the same afterwards."""
    model, images = models.with_training_state(work.seed), models.images(work.seed)
    first = work.saliency.gradient_saliency(model, images, 1)
    again = work.saliency.gradient_saliency(model, images, 1)
    check_close(again, first, "The model seems to run in training mode: two calls differ.")
    for before, after in zip(model.get_weights(), work.weights(model), strict=True):
        check_close(after, before, "The model's weights are changed.", "a weight")


@gradient_saliency
def test_gradient_refuses_an_unknown_output(work: Work) -> None:
    """An output other than "logit" or "softmax" is a ValueError."""
    model, images = models.linear(work.seed), models.images(0)
    work.saliency.gradient_saliency(model, images, 0)
    function = work.saliency.gradient_saliency
    check_refuses(function, model, images, 0, "chance", argument='output="chance"')


# --- to_heatmap -----------------------------------------------------------------------------------

to_heatmap = task(
    "saliency.to_heatmap",
    hints=(
        "A saliency has one number for each colour of each pixel; a heat map has one number a "
        "pixel. Which axis has to go, and what happens to the output when red, green and blue of "
        "one pixel all rise together by the same small amount?",
        "The output's change is the sum of the three gradients times the amount, signs included. "
        "So the three numbers are added up as they are. Positive and negative ones may cancel; "
        "that is what truly happens when the pixel gets lighter without changing its colour.",
        "Sum over the last axis, which holds the channels, with tf.reduce_sum or numpy's sum and "
        "axis=-1. No absolute value, no maximum, no mean: those are other conventions from the "
        "literature, and each answers another question. The result has shape (B, H, W), so no "
        "keepdims either.",
    ),
)


@to_heatmap
@settings
@given(seeds)
def test_adds_up_the_channels(work: Work, seed: int) -> None:
    """A heat map is the signed sum of the saliency over the channels."""
    saliency = models.images(seed) - np.float32(0.5)
    check_close(work.saliency.to_heatmap(saliency), saliency.astype(np.float64).sum(axis=-1))


# --- smooth ---------------------------------------------------------------------------------------

smooth = task(
    "saliency.smooth",
    hints=(
        "scipy.ndimage has a Gaussian filter that works on arrays with any number of axes. Your "
        "array has three: images, rows and columns. What would the filter do along the first of "
        "them, and do you want that?",
        "Without further words, the filter blurs along every axis, so that heat maps of different "
        "images run into each other. Its documentation names an argument by which to choose the "
        "axes; or give sigma as a sequence, one number an axis, with 0 where nothing should "
        "happen. Look up also what its mode does at the border.",
        "Call scipy.ndimage.gaussian_filter with axes=(1, 2), or with sigma=(0, sigma, sigma), and "
        "mode='reflect'. Before that, raise a ValueError that names sigma if it is negative. "
        "sigma=0 needs no special case: the filter then returns the heat maps as they are. If "
        "yours come as a tensor, numpy.asarray makes them an array.",
    ),
)


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

symmetric_limit = task(
    "saliency.symmetric_limit",
    hints=(
        "A diverging colour map has its neutral colour in the middle of its range. Where must the "
        "two ends of the range lie, so that the middle is exactly zero, and no value of the heat "
        "map falls outside?",
        "The range is [-v, v]. Every value fits if v is at least as large as the largest value, "
        "and at least as large as minus the smallest. No larger v is wanted, since the colours "
        "would be pale. Try it on a heat map with values between -3 and 1, and then on one with "
        "values between -1 and 3.",
        "Take the absolute value of every pixel, and then the maximum of them all. Turn the result "
        "into a Python float with float(...). The maximum alone misses large negative values, and "
        "half of the range between maximum and minimum does not put zero in the middle.",
    ),
)


@symmetric_limit
@settings
@given(seeds, st.sampled_from([-1.0, 0.0, 1.0]))
def test_is_the_largest_magnitude(work: Work, seed: int, shift: float) -> None:
    """The limit is the largest distance of any value from zero, on either side."""
    heatmap = random_maps(seed)[0] + np.float32(shift)
    expected = max(abs(float(value)) for value in heatmap.ravel())
    check_close(work.saliency.symmetric_limit(heatmap), expected, what="the limit")


# --- plot_saliency --------------------------------------------------------------------------------

plot_saliency = task(
    "saliency.plot_saliency",
    hints=(
        "You need a matplotlib figure with two pictures beside each other, or, with overlay, one "
        "picture on top of the other on the same axes. imshow draws both kinds: an array (H, W, C) "
        "as colours, and an array (H, W) through a colour map. Which colour map and which limits "
        "show the sign?",
        "Draw the heat map with a diverging colour map, such as RdBu_r, and give imshow both vmin "
        "and vmax, from the function that you have just written, so that zero gets the neutral "
        "colour. A colour bar tells what the colours mean. For the overlay, draw the image first, "
        "and the heat map after it with an alpha below one.",
        "figure, axes = plt.subplots(1, 2), or one pair of axes for the overlay. Then "
        "axes[0].imshow(image); drawn = axes[1].imshow(heatmap, cmap='RdBu_r', vmin=-limit, "
        "vmax=limit); figure.colorbar(drawn, ax=axes[1]); return figure. With overlay, both imshow "
        "calls go to the same axes, and the second one also gets alpha=0.6.",
    ),
)


def mapped_images(picture: Any) -> list[Drawn]:
    """What is drawn through a colour map, apart from colour bars."""
    check(isinstance(picture, Picture), "The result should be a matplotlib Figure.")
    return [image for axes in picture.axes for image in axes.images if image.is_mapped]


def plot(work: Work, seed: int, overlay: bool) -> tuple[Picture, np.ndarray, np.ndarray]:
    """A student's plot of a random image and heat map, and those two."""
    image, heatmap = models.images(seed, 1)[0], random_maps(seed, 1)[0] + np.float32(0.3)
    picture = work.saliency.plot_saliency(image, heatmap, overlay)
    check(isinstance(picture, Picture), "The result should be a matplotlib Figure.")
    return picture, image, heatmap


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
    """The colour scale is symmetric around zero, so that zero has the neutral colour."""
    picture, _, heatmap = plot(work, seed, overlay)
    shown = mapped_images(picture)[-1]
    limit = float(np.abs(heatmap).max())
    low, high = shown.limits
    check(
        abs(low + limit) < 1e-5 and abs(high - limit) < 1e-5,
        "The limits of the colour scale are not symmetric around zero.",
        f"Expected -{limit:.3g} and {limit:.3g}, yours are {low:.3g} and {high:.3g}.",
    )


@plot_saliency
@few
@given(seeds, st.booleans())
def test_colours_diverge(work: Work, seed: int, overlay: bool) -> None:
    """The colour map is diverging: two colours for the two signs, and a neutral one for zero."""
    picture, _, _ = plot(work, seed, overlay)
    colours = mapped_images(picture)[-1].colours[:, :3]
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
