"""1.1 Saliency: what has to hold of the functions in `course/saliency.py`."""

from functools import partial
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter, uniform_filter
from scipy.optimize import minimize

from course.grader.compare import NamedError, as_array, check, check_close
from course.grader.grading import settings
from course.grader.tasks import task
from course.grader.work import Tensor, Work
from course.worker.protocol import Drawn, Figure

from . import models
from .common import (
    IN_TRAINING,
    PARTLY,
    check_refuses,
    check_refuses_other_outputs,
    check_untrained,
    few,
    gradient_through,
    own,
    random_maps,
    seeds,
)

# --- select_output --------------------------------------------------------------------------------

select_output = task("saliency.select_output")


@select_output
@settings
@given(seeds)
def test_picks_the_logit_of_one_class_for_all(work: Work, seed: int) -> None:
    """With one int as the class, Python's or NumPy's, every image's value is its logit of it."""
    seed = own(work, seed)
    one, model = seed % models.CLASSES, models.linear(work.seed + seed % 2, models.WIDE)
    for count, class_index in ((3, one), (1, one), (2, np.int64(one))):
        images = models.images(seed, count, models.WIDE)
        answer = work.saliency.select_output(model, images, class_index)
        check_close(answer, models.outputs(model, images, one))


@select_output
@settings
@given(seeds, st.sampled_from([np.int64, np.int32]))
def test_picks_each_images_own_class(work: Work, seed: int, dtype: type[np.integer]) -> None:
    """With an array of classes, the i-th image's value is for the i-th class."""
    seed, shape = own(work, seed), models.any_shape(work.seed)
    model = models.smooth(work.seed, shape)
    for images, classes in (
        models.of_every_class(models.images(seed, 2, shape)),
        (models.images(seed, 1, shape), models.classes(seed, 1)),
        models.many_images(seed, shape),
    ):
        classes = classes.astype(dtype)
        answer = work.saliency.select_output(model, images, classes)
        check_close(answer, models.outputs(model, images, classes))


LARGE = "The softmax of large logits is another one: are they clipped, or rounded?"

OVERFLOW = (
    "The softmax overflows: subtract each image's own largest logit first, or use tf.nn.softmax."
)


@select_output
@few
@given(seeds)
def test_softmax_is_the_probability_of_the_class(work: Work, seed: int) -> None:
    """With output="softmax", the value is the probability of the class, however large the logits.

    Logits of a thousand, of minus a thousand, or far apart have probabilities like others.
    """
    seed, shape = own(work, seed), models.any_shape(work.seed)
    light_and_dark = models.exact_images(seed) * np.float32([1, 0.25]).reshape(2, 1, 1, 1)
    networks = [
        (models.smooth(work.seed, shape), models.images(seed, 2, shape)),
        (models.loud(work.seed), models.exact_images(seed)),
        (models.loud(work.seed, -1000), models.exact_images(seed)),
        (models.uneven(work.seed), light_and_dark),
    ]
    for model, images in networks:
        images, classes = models.of_every_class(images)
        classes = classes.astype(np.int32)
        answer = work.saliency.select_output(model, images, classes, "softmax")
        check(np.all(np.isfinite(np.asarray(answer, np.float64))), OVERFLOW)
        headline = "" if model is networks[0][0] else LARGE
        check_close(answer, models.outputs(model, images, classes, "softmax"), headline)


@select_output
def test_select_output_takes_tensors(work: Work) -> None:
    """Images and classes may come as tensors, and a gradient flows back to the images, from the
    logits and from the probabilities.
    """
    model, images = models.smooth(work.seed), models.images(work.seed)
    classes = models.classes(work.seed).astype(np.int32)
    answer = work.saliency.select_output(model, Tensor(images), Tensor(classes))
    check_close(answer, models.outputs(model, images, classes))
    function = work.saliency.select_output
    for output in ("logit", "softmax"):
        function(model, images, classes, output)  # the call to be shown
        gradient = gradient_through(work, function, 1, 1, model, images, classes, output)
        slopes = models.slopes(model, images, classes, output)
        check_close(gradient, slopes, PARTLY, "the gradient through it")


@select_output
def test_calls_the_model_for_inference(work: Work) -> None:
    """The model is called with training=False: dropout is off, and batch statistics stay."""
    model, images = models.with_training_state(work.seed), models.images(work.seed)
    answer = work.saliency.select_output(model, images, 1)
    check_close(answer, models.outputs(model, images, 1), IN_TRAINING)
    work.saliency.select_output(model, images, 1, "softmax")
    check_untrained(work, model)


@select_output
def test_refuses_an_unknown_output(work: Work) -> None:
    """An output other than "logit" or "softmax" is a ValueError, however like them it looks."""
    model, images = models.linear(work.seed), models.images(work.seed)
    check_refuses_other_outputs(work, work.saliency.select_output, model, images, 1)


# --- gradient_saliency ----------------------------------------------------------------------------

gradient_saliency = task("saliency.gradient_saliency")


@gradient_saliency
@settings
@given(seeds)
def test_equals_the_weights_of_a_linear_model(work: Work, seed: int) -> None:
    """On a linear model, the gradient of a logit is that class's weights, signs included.

    So it is, too, if they are so large that a gradient may be cut off.
    """
    seed = own(work, seed)
    one = seed % models.CLASSES
    in_an_array = np.full(1, one, np.int32)
    for count, steepness, class_index in ((3, models.STEEP, np.int64(one)), (1, 1.0, in_an_array)):
        model = models.linear(work.seed, models.WIDE, steepness)
        weights = models.weights_of_linear(work.seed, models.WIDE, steepness)[one]
        images = models.images(seed, count, models.WIDE)
        answer = work.saliency.gradient_saliency(model, images, class_index)
        check_untrained(work, model)
        check_close(answer, np.stack([weights] * count))


@gradient_saliency
def test_gradients_of_many_images(work: Work) -> None:
    """Of a large batch, too, each image has the gradient for its own class."""
    given = work.seed, models.WIDE, 1.0
    images, classes = models.many_images(own(work, 1), models.WIDE)
    answer = work.saliency.gradient_saliency(models.linear(*given), images, classes)
    check_close(answer, models.weights_of_linear(*given)[classes])


@gradient_saliency
@few
@given(seeds)
def test_gradients_of_each_images_own_class(work: Work, seed: int) -> None:
    """Each gradient tells how its image's output changes when one value is moved a little.

    So it depends on the image and its class, and not on the other images in the batch.
    """
    seed, shape = own(work, seed), models.any_shape(work.seed)
    model = models.branching(work.seed, shape)
    images, classes = models.of_every_class(models.images(seed, 2, shape))
    both = [classes, classes[::-1].copy()]
    answers = [work.saliency.gradient_saliency(model, images, classes) for classes in both]
    for answer, classes in zip(answers, both, strict=True):
        check_close(answer, models.slopes(model, images, classes))


@gradient_saliency
@few
@given(seeds)
def test_gradients_of_the_softmax(work: Work, seed: int) -> None:
    """With output="softmax", it is the gradient of the probability, however large the logits."""
    seed = own(work, seed)
    model, images, classes = models.loud(work.seed), models.exact_images(seed), models.classes(seed)
    answer = work.saliency.gradient_saliency(model, images, classes, "softmax")
    check_close(answer, models.slopes(model, images, classes, "softmax"))


@gradient_saliency
def test_gradient_saliency_takes_tensors(work: Work) -> None:
    """Images and classes may come as tensors."""
    model, images = models.linear(work.seed, models.WIDE), models.images(work.seed, 2, models.WIDE)
    classes = models.classes(work.seed)
    answer = work.saliency.gradient_saliency(model, Tensor(images), Tensor(classes))
    check_close(answer, models.slopes(model, images, classes))


@gradient_saliency
def test_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode; weights and `trainable` flags are the same afterwards."""
    model, images = models.with_training_state(work.seed), models.images(work.seed)
    answer = work.saliency.gradient_saliency(model, images, 1)
    check_close(answer, models.slopes(model, images, 1), IN_TRAINING)
    work.saliency.gradient_saliency(model, images, 1, "softmax")
    check_untrained(work, model)


@gradient_saliency
def test_gradient_refuses_an_unknown_output(work: Work) -> None:
    """An output other than "logit" or "softmax" is a ValueError."""
    model, images = models.linear(work.seed, models.WIDE), models.images(work.seed, 2, models.WIDE)
    check_refuses_other_outputs(work, work.saliency.gradient_saliency, model, images, 1)


# --- to_heatmap -----------------------------------------------------------------------------------

to_heatmap = task("saliency.to_heatmap")


@to_heatmap
@settings
@given(seeds)
def test_adds_up_the_channels(work: Work, seed: int) -> None:
    """A heat map is the signed sum of the saliency over the channels, however many there are."""
    seed = own(work, seed)
    height, width = np.random.default_rng(seed).integers(2, 8, 2)
    for count, channels in ((2, 3), (1, 3), (3, 1), (1, 1), (2, 2), (2, 4)):
        saliency = 10 * (models.images(seed, count, (height, width, channels)) - np.float32(0.5))
        check_close(work.saliency.to_heatmap(saliency), saliency.astype(np.float64).sum(axis=-1))


@to_heatmap
def test_to_heatmap_takes_a_tensor(work: Work) -> None:
    """The saliency may come as a tensor, as from the function before."""
    saliency = models.images(work.seed) - np.float32(0.5)
    check_close(work.saliency.to_heatmap(Tensor(saliency)), saliency.astype(float).sum(axis=-1))


# --- smooth ---------------------------------------------------------------------------------------

smooth = task("saliency.smooth")


def heatmaps(work: Work, seed: int) -> np.ndarray:
    """One to three signed heat maps of any small size."""
    draw = np.random.default_rng(own(work, seed))
    height, width = (int(side) for side in draw.integers(2, 9, 2))
    return random_maps(own(work, seed), int(draw.integers(1, 4)), (height, width))


@smooth
@settings
@given(seeds, st.floats(0.3, 3))
def test_filters_the_two_spatial_axes(work: Work, seed: int, sigma: float) -> None:
    """Each heat map is filtered over its rows and columns, as by scipy with mode "reflect"."""
    maps = 10 * heatmaps(work, seed)
    expected = [gaussian_filter(one.astype(np.float64), sigma, mode="reflect") for one in maps]
    answer = work.saliency.smooth(maps, sigma)
    others = partial(other_filters, maps, sigma, answer)
    check_close(answer, np.stack(expected), instead=others)


def other_filters(maps: np.ndarray, sigma: float, answer: Any) -> dict[str, np.ndarray]:
    """What another filter would give: beyond the border, in its width or in its kind."""
    given = maps.astype(np.float64)
    both, box = (0, sigma, sigma), 2 * round(sigma) + 1
    beyond = {
        "mirror": "mirrored, but its outermost pixels are not repeated",
        "nearest": "as its outermost pixels, again and again",
        "constant": "as zeros",
        "wrap": "at the opposite side",
    }
    found = {
        f'a filter with mode "{mode}": beyond the border a map goes on {says}': gaussian_filter(
            given, both, mode=mode
        )
        for mode, says in beyond.items()
    }
    for cut in (1, 2, 3):
        says = f"a filter that is cut off at {cut} standard deviations (scipy has 4)"
        found[says] = gaussian_filter(given, both, mode="reflect", truncate=cut)
    for order, says in enumerate(("slope", "curvature"), 1):
        shown = f"the {says} of the smoothed map, not the map"
        found[shown] = gaussian_filter(given, both, mode="reflect", order=(0, order, order))
    found["a mean over a square, not a Gaussian"] = uniform_filter(given, (0, box, box))
    return found | other_sigma(maps, sigma, answer)


def other_sigma(maps: np.ndarray, sigma: float, answer: Any) -> dict[str, np.ndarray]:
    """The filter with another sigma, or with one for each axis, that comes nearest to an answer."""
    is_map = np.shape(answer) == maps.shape and np.asarray(answer).dtype.kind == "f"
    if not is_map or min(maps.shape[1:]) < 4:  # on the smallest maps, many filters are alike
        return {}
    if np.allclose(answer, maps, atol=1e-5):  # nothing is filtered
        return {}

    def filtered(logarithms: Any) -> np.ndarray:
        both = np.exp(np.clip(np.broadcast_to(logarithms, 2), -4, 3))
        return gaussian_filter(maps.astype(np.float64), (0, *both), mode="reflect")

    def distance(logarithms: Any) -> float:
        return float(np.abs(filtered(logarithms) - np.asarray(answer, np.float64)).max())

    near = min(np.linspace(np.log(sigma) - 3, np.log(sigma) + 3, 31), key=distance)
    found = minimize(distance, [near, near], method="Nelder-Mead", options={"xatol": 1e-6}).x
    down, right = np.exp(found) / sigma
    if abs(down - right) > 0.01 * max(down, right):
        return {"a filter with one standard deviation down and another across": filtered(found)}
    size = "smaller" if down < 1 else "larger"
    return {f"a filter with a {size} standard deviation than sigma": filtered(found)}


@smooth
@settings
@given(seeds)
def test_sigma_zero_changes_nothing(work: Work, seed: int) -> None:
    """With sigma 0, the heat maps come back as they are."""
    maps = heatmaps(work, seed)
    check_close(work.saliency.smooth(maps, 0), maps)


@smooth
def test_smooth_takes_a_tensor(work: Work) -> None:
    """The heat maps may come as a tensor."""
    maps = heatmaps(work, 0)
    expected = gaussian_filter(maps.astype(np.float64), (0, 1, 1), mode="reflect")
    check_close(work.saliency.smooth(Tensor(maps), 1.0), expected)


@smooth
@settings
@given(seeds)
def test_refuses_a_negative_sigma(work: Work, seed: int) -> None:
    """A negative sigma is a ValueError, however near to 0."""
    maps, draw = heatmaps(work, seed), np.random.default_rng(own(work, seed))
    work.saliency.smooth(maps, 1.0)
    sigma = -float(np.round(10 ** draw.uniform(-2, 1), 3))
    check_refuses(work.saliency.smooth, maps, sigma, argument=f"sigma={sigma}")


# --- symmetric_limit ------------------------------------------------------------------------------

symmetric_limit = task("saliency.symmetric_limit")


@symmetric_limit
@settings
@given(seeds, st.sampled_from([-1.0, 0.0, 1.0]), st.floats(-12, 3))
def test_is_the_largest_magnitude(work: Work, seed: int, shift: float, power: float) -> None:
    """The limit is the largest distance of any value from zero, on either side."""
    heatmap = np.float32(10**power) * (heatmaps(work, seed)[0] + np.float32(shift))
    expected = max(abs(float(value)) for value in heatmap.ravel())
    limit = work.saliency.symmetric_limit(heatmap)
    if isinstance(limit, tuple | list):
        raise NamedError("The limit should be one number, not a pair: zero is in the middle.")
    # Compared as a share of itself: a tiny heat map has a tiny limit.
    ratio = as_array(limit, (), "the limit") / expected
    headline = f"The limit is larger than it has to be: {float(ratio):.4g} times."
    headline = "The limit is too small: not all values fit." if ratio < 1 else headline
    size = np.abs(heatmap.astype(np.float64))
    others = {
        "two standard deviations": 2 * heatmap.std(),
        "three standard deviations": 3 * heatmap.std(),
        "one standard deviation": heatmap.std(),
        "the root mean square": np.sqrt(np.mean(size**2)),
        "the mean magnitude": size.mean(),
        "twice the largest magnitude": 2 * expected,
        "the sum of magnitudes": size.sum(),
        "the Euclidean norm": np.sqrt(np.sum(size**2)),
        "the range, from the smallest to the largest value": np.ptp(heatmap),
        "half of the range": np.ptp(heatmap) / 2,
        "the distance of the farthest value from the mean": np.abs(heatmap - heatmap.mean()).max(),
        "the median magnitude": np.median(size),
        "the mean of the magnitudes of the largest and the smallest value": (
            abs(heatmap.max()) + abs(heatmap.min())
        )
        / 2,
        "rounded to two digits": np.round(expected, 2),
        "rounded to whole numbers": np.round(expected),
        "rounded up to a whole number": np.ceil(expected),
    } | {f"the {share:g}th percentile": np.percentile(size, share) for share in (90, 95, 98, 99)}
    for count in (1, 2, 3):
        of_values, of_sizes = (one.mean() + count * one.std() for one in (heatmap, size))
        some = f"{count} standard deviation{'s' * (count > 1)}"
        others |= {f"the mean plus {some}": of_values, f"the mean magnitude plus {some}": of_sizes}
    instead = {says: other / expected for says, other in others.items()}
    what = "the ratio of your limit to the right one"
    check_close(ratio, 1.0, headline, what, instead=instead)


@symmetric_limit
def test_the_limit_of_nothing_is_zero(work: Work) -> None:
    """Where a heat map is zero everywhere, the limit is 0."""
    limit = work.saliency.symmetric_limit(np.zeros((4, 3), np.float32))
    wrong = "The limit is not 0, where the heat map is 0 everywhere."
    check(as_array(limit, (), "the limit") == 0, wrong, f"Yours is {float(limit):.4g}.")


@symmetric_limit
def test_symmetric_limit_takes_a_tensor(work: Work) -> None:
    """The heat map may come as a tensor."""
    heatmap = heatmaps(work, 0)[0]
    answer = work.saliency.symmetric_limit(Tensor(heatmap))
    check_close(answer, np.abs(heatmap).max(), what="the limit")


# --- plot_saliency --------------------------------------------------------------------------------

plot_saliency = task("saliency.plot_saliency")


def plot(
    work: Work, seed: int, overlay: bool, side: int = 1
) -> tuple[Figure, np.ndarray, np.ndarray]:
    """A student's plot of a random image and heat map, and those two.

    The heat map reaches further on one side of zero. An overlay of False is left to the default.
    """
    seed = own(work, seed)
    draw = np.random.default_rng(seed)
    size = (int(draw.integers(4, 8)), int(draw.integers(4, 8)))
    image, heatmap = models.images(seed, 1, (*size, 3))[0], random_maps(seed, 1, size)[0]
    heatmap = np.float32(draw.uniform(0.1, 10)) * (heatmap + np.float32(0.3 * side))
    figure = work.saliency.plot_saliency(image, heatmap, *([True] if overlay else []))
    check(isinstance(figure, Figure), "The result should be a matplotlib Figure.")
    return figure, image, heatmap


def drawn_on(figure: Figure) -> list[Drawn]:
    """All that is drawn, apart from colour bars, in its order."""
    return [one for axes in figure.axes if not axes.is_colorbar for one in axes.images]


def drawn_heatmap(figure: Figure) -> Drawn:
    """What is drawn through a colour map, apart from colour bars."""
    drawn = [one for one in drawn_on(figure) if one.is_mapped]
    check(drawn, "Nothing is drawn through a colour map.")
    return drawn[-1]


@plot_saliency
def test_draws_image_and_heatmap(work: Work) -> None:
    """Image and heat map are drawn on two pairs of axes, or with overlay on a single one."""
    for overlay in (False, True):
        figure, image, heatmap = plot(work, 0, overlay)
        axes = [one for one in figure.axes if not one.is_colorbar and one.images]
        wanted = 1 if overlay else 2
        earlier = ". Are those of an earlier call among them?" if len(axes) > wanted else "."
        wrong = (
            f"The number of pictures is wrong: {len(axes)}, where it should be {wanted}{earlier}"
        )
        check(len(axes) == wanted, wrong, f"That is with overlay={overlay}.")
        drawn = [shown.values for shown in drawn_on(figure)]
        check(len(drawn) == 2, "Image and heat map should each be drawn once.")
        for what, values in (("image", image), ("heat map", heatmap)):
            is_drawn = any(_equal(values, one) for one in drawn)
            check(is_drawn, f"The {what} is not drawn as it is{_instead_drawn(values, drawn)}.")


@plot_saliency
def test_zero_is_neutral(work: Work) -> None:
    """The colour scale goes from -v to v, so that zero has the neutral colour, and all fits."""
    for side, overlay in ((-1, False), (1, False), (-1, True)):
        figure, _, heatmap = plot(work, 1, overlay, side)
        low, high = drawn_heatmap(figure).limits
        limit = float(np.abs(heatmap).max())
        example = f"Expected -{limit:.3g} and {limit:.3g}, yours are {low:.3g} and {high:.3g}."
        start, slack = "The limits of the colour scale", 1e-5 * limit
        check(abs(low + high) < slack, f"{start} are not symmetric around zero.", example)
        check(high > limit - slack, f"{start} do not hold the whole heat map.", example)
        check(high < limit + slack, f"{start} are not as tight as they could be.", example)


@plot_saliency
def test_colours_diverge(work: Work) -> None:
    """The colour map is diverging: two colours for the two signs, and a neutral one for zero."""
    for overlay in (False, True):
        figure, _, _ = plot(work, 2, overlay)
        colors = drawn_heatmap(figure).colors[:, :3]
        saturation = colors.max(axis=1) - colors.min(axis=1)
        is_neutral = saturation[128] < 0.1 and saturation[128] < 0.5 * saturation[[32, 224]].min()
        check(
            is_neutral and np.abs(colors[32] - colors[224]).max() > 0.2,
            "The colour map is not diverging: zero should be neutral, and the signs two colours.",
        )


@plot_saliency
def test_has_a_colour_bar(work: Work) -> None:
    """A colour bar tells which colour means how much in the heat map."""
    for overlay in (False, True):
        figure, _, _ = plot(work, 3, overlay)
        bars = [axes.images[0] for axes in figure.axes if axes.is_colorbar]
        check(len(bars) == 1, "There should be one colour bar.", f"Yours has {len(bars)}.")
        drawn = drawn_heatmap(figure)
        is_its = _equal(bars[0].colors, drawn.colors) and bars[0].limits == drawn.limits
        check(is_its, "The colour bar is not that of the heat map.")


@plot_saliency
def test_overlay_lets_the_image_through(work: Work) -> None:
    """With overlay, the heat map lies over the image, and is half transparent."""
    figure, _, _ = plot(work, 5, overlay=True)
    images = next(axes.images for axes in figure.axes if axes.images)
    check(images[-1].is_mapped, "The image hides the heat map: draw the heat map last.")
    alpha = images[-1].alpha
    wrong = (
        "The heat map hides the image, or lies below it, or cannot be seen: set its alpha (which "
        f"is {alpha:.2g}), and draw it last."
    )
    check(0.1 < alpha < 0.9, wrong)


@plot_saliency
def test_a_map_of_zeros_is_neutral(work: Work) -> None:
    """A heat map of zeros is drawn like any other: all of it has the neutral colour."""
    image, nothing = models.images(work.seed, 1, (5, 6, 3))[0], np.zeros((5, 6), np.float32)
    for overlay in (False, True):
        picture = work.saliency.plot_saliency(image, nothing, overlay)
        check(isinstance(picture, Figure), "The result should be a matplotlib Figure.")
        drawn = drawn_heatmap(picture)
        check(_equal(drawn.values, nothing), "A heat map of zeros is not drawn as it is.")
        color = drawn.colors[128, :3]
        said = f"It is drawn in red, green, blue = {np.round(color, 2).tolist()}."
        check(np.ptp(color) < 0.1, "A heat map of zeros does not have the neutral colour.", said)


@plot_saliency
def test_can_be_seen(work: Work) -> None:
    """On the page, every pixel of image and heat map is where it belongs, in its own colour."""
    for overlay in (False, True):
        figure, image, heatmap = plot(work, 4, overlay)
        page, *places = work.look()
        if overlay:
            apart = np.abs(np.subtract(*places)).max()
            check(apart < 1, "The heat map does not lie pixel by pixel on the image.")
        for drawn, middles in zip(drawn_on(figure), places, strict=True):
            check_places(middles, page.shape[:2])
            rows, columns = np.floor(middles.astype(np.float64)).astype(int).reshape(-1, 2).T
            seen = page[rows, columns].reshape(*middles.shape[:2], -1)
            if drawn.is_mapped:
                expected = colors_of(heatmap, drawn)
                check_seen(seen, mixed(seen, expected, image if overlay else 1), "heat map")
            elif not overlay:
                check_seen(seen, image, "image")


def check_places(middles: np.ndarray, page: tuple[int, int]) -> None:
    """Insist that the middles of the pixels are on the page, with the first row at the top."""
    inside = (middles >= 0) & (middles < page)
    check(inside.all(), "A part of the picture lies outside of the page.")
    down = middles[-1, 0, 0] - middles[0, 0, 0]
    right = middles[0, -1, 1] - middles[0, 0, 1]
    check(down > 0, "The picture is upside down: the first row belongs at the top.")
    check(right > 0, "The picture is mirrored: the first column belongs on the left.")
    is_large = down > 0.1 * page[0] and right > 0.1 * page[1]
    check(is_large, "The picture is too small to be seen.")


def check_seen(seen: np.ndarray, expected: np.ndarray, what: str) -> None:
    """Insist on colours, as far as a screen shows them."""
    apart = np.abs(seen - expected)
    inside = apart[1:-1, 1:-1].max(initial=0) < 0.05
    wrong = "something hides it, or changes its colours."
    if inside:
        wrong = "its outermost pixels are cut off, as by the limits of the axes."
    check(apart.max() < 0.05, f"The {what} cannot be seen as it is: {wrong}")


def mixed(seen: np.ndarray, colors: np.ndarray, below: Any) -> np.ndarray:
    """The mixture of a heat map's colours with what is below them that comes nearest to the seen.

    Each pixel may have a transparency of its own.
    """
    way = colors - below
    share = np.sum((seen - below) * way, axis=-1) / np.maximum(np.sum(way**2, axis=-1), 1e-9)
    return below + np.clip(share, 0.1, 1)[..., None] * way


def colors_of(heatmap: np.ndarray, drawn: Drawn) -> np.ndarray:
    """The colours that a colour map gives to the values: `(H, W, 3)`."""
    scale = (len(drawn.colors) - 1) / 2
    steps = np.round(heatmap / np.abs(heatmap).max() * scale + scale).astype(int)
    return drawn.colors[steps][..., :3]


def _instead_drawn(values: np.ndarray, drawn: list[np.ndarray]) -> str:
    """What has become of values on the way to a picture, if it can be told."""
    alike = [one for one in drawn if one.shape == values.shape]
    changes = {
        ", but upside down": values[::-1],
        ", but mirrored": values[:, ::-1],
        ", but with the channels in the reverse order": values[..., ::-1],
        ", but with rows and columns exchanged": np.swapaxes(values, 0, 1),
        ", but without its signs": np.abs(values),
        ", but cut off at 0 and 1": np.clip(values, 0, 1),
    }
    for says, other in changes.items():
        if any(_equal(other, one) for one in alike):
            return says
    for one in alike:
        if abs(np.corrcoef(one.ravel(), values.ravel())[0, 1]) > 1 - 1e-6:
            ends, wanted = ((a.min(), a.max()) for a in (one, values))
            return (
                f", but stretched: from {ends[0]:.2g} to {ends[1]:.2g}, "
                f"where it goes from {wanted[0]:.2g} to {wanted[1]:.2g}"
            )
    return "" if alike else ": its shape is another"


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, atol=1e-5))
