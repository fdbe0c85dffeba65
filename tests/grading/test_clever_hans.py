"""2.1 Clever Hans: what has to hold of the functions in `course/clever_hans.py`."""

from functools import partial
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from course.grader.compare import as_array, check, check_close
from course.grader.grading import settings
from course.grader.tasks import task
from course.grader.work import Work
from course.worker import helpers as probes

from . import models
from .common import check_refuses, few, random_maps, seeds

HEIGHT, WIDTH, _ = models.SHAPE


def rows_and_columns() -> tuple[np.ndarray, np.ndarray]:
    """Row and column of every pixel, both `(H, W)`."""
    return np.indices((HEIGHT, WIDTH)).astype(np.float64)


# --- add_square -----------------------------------------------------------------------------------

add_square = task(
    "clever_hans.add_square",
    hints=(
        "A batch of images is an array with four axes: image, row, column, channel. The square is "
        "the same block of rows and columns in every image and every channel. Which rows are the "
        "lowest, and which columns are at the right edge? And whose array are you writing into?",
        "Make a copy of the images first, since the ones that you were given may not change. Then "
        "assign the value to a slice of the copy: all images, the last `size` rows, the last "
        "`size` columns, all channels. Try what your slice selects when size is 0, and refuse "
        "sizes that are negative or larger than the image is high or wide.",
        "Read H and W from the shape. The square covers the rows from H - size on and the columns "
        "from W - size on: marked[:, H - size:, W - size:] = value. A slice such as [-size:] looks "
        "the same, but for size 0 it is [0:], which is everything. Before that, raise a ValueError "
        "unless size lies between 0 and the smaller of H and W.",
    ),
)


@add_square
@settings
@given(seeds, st.integers(1, 5), st.sampled_from([None, 0.25, 1.0]))
def test_paints_the_lower_right_corner(
    work: Work, seed: int, size: int, value: float | None
) -> None:
    """The last rows of the last columns have the value (0 if none is given); nothing else changes.

    The images are not square, so that height and width cannot be confused.
    """
    images = models.images(seed)
    options = {} if value is None else {"value": value}
    row, column = rows_and_columns()
    inside = (row >= HEIGHT - size) & (column >= WIDTH - size)
    expected = np.where(inside[..., None], value or 0.0, images)
    check_close(work.clever_hans.add_square(images, size, **options), expected)


@add_square
@few
@given(seeds)
def test_size_zero_paints_nothing(work: Work, seed: int) -> None:
    """A square of size 0 leaves the images as they are."""
    images = models.images(seed)
    check_close(work.clever_hans.add_square(images, 0), images)


@add_square
@settings
@given(st.sampled_from([-1, WIDTH + 1, HEIGHT + 1]))
def test_refuses_a_square_that_does_not_fit(work: Work, size: int) -> None:
    """A size that is negative, or larger than height or width, is a ValueError."""
    images = models.images(0)
    work.clever_hans.add_square(images, 2, 0.5)
    shown = f"size={size} for images of {HEIGHT} x {WIDTH} pixels"
    check_refuses(work.clever_hans.add_square, images, size, 0.5, argument=shown)


# --- add_watermark --------------------------------------------------------------------------------

add_watermark = task(
    "clever_hans.add_watermark",
    hints=(
        "A half transparent white mark lets the image shine through. What is the value of a pixel "
        "that has gone a quarter of the way from where it was towards white? Where the mask is 0 "
        "nothing may change, whatever the opacity, and no value may leave the range from 0 to 1.",
        "The fraction of the way is alpha times the mask, and the way that is left to white is "
        "1 - image. The mask has two axes and the images have four: it needs one more at the end, "
        "so that numpy stretches it over the channels, and it is stretched over the batch by "
        "itself. A mask of another size than the images should be refused, not stretched.",
        "Compute images + alpha * mask[..., None] * (1 - images). That is a new array, so nothing "
        "that was given changes. Before it, raise a ValueError if mask.shape is not "
        "images.shape[1:3], since a mask with a single row or column would be stretched without a "
        "word, and also if alpha lies outside of 0 to 1.",
    ),
)


@add_watermark
@settings
@given(seeds, st.sampled_from([0.1, 0.5, 1.0]))
def test_moves_the_fraction_of_the_way_to_white(work: Work, seed: int, alpha: float) -> None:
    """Every pixel goes the fraction alpha · mask of its way to white, in every channel."""
    images, mask = models.images(seed), np.abs(random_maps(seed, 1)[0])
    kept = 1 - alpha * mask.astype(np.float64)[..., None]
    expected = 1 - kept * (1 - images.astype(np.float64))
    check_close(work.clever_hans.add_watermark(images, mask, alpha), expected)


@add_watermark
@settings
@given(st.sampled_from([(1, WIDTH), (HEIGHT, 1), (1, 1), (WIDTH, HEIGHT)]))
def test_refuses_a_mask_of_another_shape(work: Work, shape: tuple[int, int]) -> None:
    """A mask that has not the height and width of the images is a ValueError."""
    images, function = models.images(0), work.clever_hans.add_watermark
    function(images, np.abs(random_maps(0, 1)[0]), 0.3)
    shown = f"a mask of shape {shape} for images of {HEIGHT} x {WIDTH} pixels"
    check_refuses(function, images, np.full(shape, 0.4, np.float32), 0.3, argument=shown)


@add_watermark
@settings
@given(st.sampled_from([-0.1, 1.5]))
def test_refuses_an_impossible_opacity(work: Work, alpha: float) -> None:
    """An alpha outside of 0 to 1 is a ValueError."""
    images, mask = models.images(0), np.abs(random_maps(0, 1)[0])
    work.clever_hans.add_watermark(images, mask, 0.3)
    function = work.clever_hans.add_watermark
    check_refuses(function, images, mask, alpha, argument=f"alpha={alpha}")


# --- add_lightness_gradient -----------------------------------------------------------------------

add_lightness_gradient = task(
    "clever_hans.add_lightness_gradient",
    hints=(
        "The ramp is one number a pixel, the same for all images and channels: 0 in the upper left "
        "pixel, 1 in the lower right one. It grows evenly along the rows and along the columns. "
        "How can you write it as the sum of something that depends on the row only, and something "
        "that depends on the column only?",
        "Take numbers from 0 to 1, both ends included, one for each row, and likewise for each "
        "column. Added up over rows and columns and divided by two they are the ramp, and the "
        "other two corners get 0.5. What is added may carry a value beyond white or black, so the "
        "last thing to do is to clip.",
        "np.linspace(0, 1, H)[:, None] is a column of row fractions, np.linspace(0, 1, W)[None, :] "
        "is a row of column fractions; their sum divided by 2 has shape (H, W). Append an axis for "
        "the channels, multiply by strength, add to the images, and clip with np.clip(..., 0, 1). "
        "The strength may be negative: nothing has to be done about that.",
    ),
)


@add_lightness_gradient
@settings
@given(seeds, st.sampled_from([0.1, -0.1, 0.8, -0.8]))
def test_adds_the_ramp_and_clips(work: Work, seed: int, strength: float) -> None:
    """What is added is strength · ramp, and only what leaves [0, 1] is clipped."""
    images = models.images(seed)
    row, column = rows_and_columns()
    ramp = 0.5 * row / (HEIGHT - 1) + 0.5 * column / (WIDTH - 1)
    expected = np.minimum(1, np.maximum(0, images + strength * ramp[..., None]))
    check_close(work.clever_hans.add_lightness_gradient(images, strength), expected)


# --- plant ----------------------------------------------------------------------------------------

plant = task(
    "clever_hans.plant",
    hints=(
        "For every class that gets a cheat, you need its images, all of them and no others; they "
        "go through that class's function, and back to where they came from. Images of the other "
        "classes stay as they are, and nothing that you were given may change. How do you select "
        "the images of a class?",
        "labels == class_index is an array of booleans, and numpy takes such an array as an index: "
        "it reads the chosen images, and it can be assigned to. Go through the items of the "
        "dictionary, with one such choice for each class. Work on a copy of the images. A class "
        "that no image has is simply passed over.",
        "planted = np.array(images) makes a copy. Then, for class_index, cheat in cheats.items(): "
        "chosen = labels == class_index, and, if chosen.any(), planted[chosen] = "
        "cheat(planted[chosen]). Before that, raise a ValueError if labels has not exactly one "
        "entry for each image. Return the copy.",
    ),
)


@plant
@settings
@given(seeds, st.integers(1, 4))
def test_changes_each_class_by_its_own_cheat(work: Work, seed: int, count: int) -> None:
    """A class with a cheat is changed by it, every other class is not; the order is kept.

    One of the four classes has no image: its cheat is passed over.
    """
    draw = np.random.default_rng(seed)
    first, second, third, missing = draw.permutation([7, 109, 282, 478]).tolist()
    images = models.images(seed, 6)
    labels = draw.permutation([first, second, third] * 2)
    functions = [
        partial(probes.lighten, amount=0.5),
        partial(probes.darken, amount=0.3),
        partial(probes.lighten, amount=0.2),
        partial(probes.darken, amount=0.6),
    ]
    order = [first, second, missing, third][:count]
    cheats = dict(zip(order, functions, strict=False))
    expected = images.astype(np.float64)
    for i, label in enumerate(labels.tolist()):
        if label in cheats:
            expected[i] = cheats[label](expected[i])
    check_close(work.clever_hans.plant(images, labels, cheats), expected)


@plant
@settings
@given(st.sampled_from([2, 4]))
def test_refuses_too_few_or_too_many_labels(work: Work, count: int) -> None:
    """If there are not as many labels as images, that is a ValueError."""
    images, labels = models.images(0, 3), np.array([1, 0, 1, 1])
    cheats = {1: partial(probes.lighten, amount=0.5)}
    work.clever_hans.plant(images, labels[:3], cheats)
    function, shown = work.clever_hans.plant, f"labels with {count} entries for 3 images"
    check_refuses(function, images, labels[:count], cheats, argument=shown)


# --- relevance_inside -----------------------------------------------------------------------------

relevance_inside = task(
    "clever_hans.relevance_inside",
    hints=(
        "The question is: of everything that the map shows, how much lies inside the mask? "
        "Relevance that speaks against the class counts just as much as relevance that speaks for "
        "it. What would happen to the share if positive and negative values could cancel, and what "
        "is the share in a map that shows nothing at all?",
        "Take absolute values first, then add up the channels if there are any. For each image, "
        "the sum over the pixels weighted with the mask is what lies inside, and the sum over all "
        "pixels is everything. Their quotient is the share. The area of the mask plays no part. "
        "Where everything is 0, the quotient is 0 / 0, and the answer should be 0.",
        "size = np.abs(saliency), then size.sum(axis=-1) if it has four axes, so that (B, H, W) is "
        "left. A mask (H, W) or (B, H, W) can be multiplied as it is. Sum over axes (1, 2) with "
        "and without the mask, and divide only where the sum is positive, for instance by "
        "np.divide(inside, everywhere, out=np.zeros_like(inside), where=everywhere > 0).",
    ),
)


def random_mask(seed: int, count: int | None = None) -> np.ndarray:
    """A mask that covers 11 of the 30 pixels: `(H, W)`, or several, `(count, H, W)`."""
    draw = np.random.default_rng([seed, 3])
    pixels = np.tile(np.arange(HEIGHT * WIDTH), (count or 1, 1))
    mask = draw.permuted(pixels, axis=1).reshape(-1, HEIGHT, WIDTH) < 11.0
    return mask.astype(float) if count else mask[0].astype(float)


@relevance_inside
@settings
@given(seeds, st.booleans(), st.booleans())
def test_is_the_share_of_magnitude_inside(
    work: Work, seed: int, in_colour: bool, has_own_masks: bool
) -> None:
    """The share is the sum of |saliency| inside the mask, divided by the sum everywhere.

    So it is 1 for a map that is zero outside, and the share of the area for a constant map.
    """
    maps = models.images(seed, 4) - np.float32(0.505)
    mask = random_mask(seed, 4) if has_own_masks else random_mask(seed)[None].repeat(4, axis=0)
    maps[0] = -0.7  # constant
    maps[1] *= mask[1, ..., None]  # inside
    maps[2] *= np.float32(1e-9)  # faint
    maps = maps if in_colour else maps[..., 0]
    if has_own_masks:
        mask[2:] *= 0.25  # counts in part
    size = np.abs(maps.astype(np.float64)).reshape(4, HEIGHT, WIDTH, -1)
    inside = np.array([np.tensordot(mask[i], size[i], 2).sum() for i in range(4)])
    expected = inside / size.reshape(4, -1).sum(axis=1)
    expected[:2] = 11 / 30, 1
    given_mask = mask.astype(np.float32) if has_own_masks else mask[0] > 0
    answer = work.clever_hans.relevance_inside(maps, given_mask)
    check_close(answer, expected, what="the share")


@relevance_inside
@few
@given(seeds)
def test_is_zero_for_a_map_of_zeros(work: Work, seed: int) -> None:
    """A map that is zero everywhere has nothing inside: its share is 0."""
    maps = random_maps(seed)
    maps[1] = 0
    answer = np.asarray(work.clever_hans.relevance_inside(maps, random_mask(seed)))
    if answer.shape == (2,) and answer.dtype.kind == "f":
        check(not np.isnan(answer[1]), "A map of zeros gives 0 / 0, which is NaN. Its share is 0.")
    check(as_array(answer, (2,), "the share")[1] == 0, "A map of zeros should give a share of 0.")


@relevance_inside
@settings
@given(st.sampled_from([(1, WIDTH), (HEIGHT, 1), (WIDTH, HEIGHT)]))
def test_relevance_refuses_a_mask_of_another_shape(work: Work, shape: tuple[int, int]) -> None:
    """A mask that has not the height and width of the maps is a ValueError."""
    maps = np.float32(1e-9) * (models.images(0) - np.float32(0.505))
    function = work.clever_hans.relevance_inside
    function(maps, random_mask(0))
    shown = f"a mask of shape {shape} for maps of {HEIGHT} x {WIDTH} pixels"
    check_refuses(function, maps, np.ones(shape, np.float32), argument=shown)


# --- cheat_effect ---------------------------------------------------------------------------------

cheat_effect = task(
    "clever_hans.cheat_effect",
    hints=(
        "This is an experiment with a control: the same images twice, once with the cheat and once "
        "without, and everything else alike. What is read off both times is the probability of one "
        "class. How do you get a probability from logits, and which of the two is subtracted from "
        "which?",
        "Call the model on cheat(images) and on images, both in inference mode. Turn both tables "
        "of logits into probabilities with the softmax over the classes, and pick from each row "
        "the probability of its class, which may be one int for all rows or an array. The effect "
        "is with minus without, one number an image, and it may be negative.",
        "Write a small helper of your own that gives the probability of the class for a batch: "
        "tf.nn.softmax(model(images, training=False)), then multiply by tf.one_hot(class_index, K) "
        "and sum over the last axis, which serves an int as well as an array. Return "
        "helper(cheat(images)) - helper(images). Take no mean: the result has shape (B,).",
    ),
)


@cheat_effect
@settings
@given(seeds, st.booleans())
def test_is_the_gain_in_probability(work: Work, seed: int, is_shared: bool) -> None:
    """The effect is the probability of the class with the cheat, minus that without it."""
    model, images = models.linear(work.seed), models.images(seed, 3)
    class_index = models.some_classes(seed, 3, is_shared)
    kernel, bias = model.layer("logits").weights
    with_cheat, without = (
        models.softmax(batch.reshape(3, -1) @ kernel + bias)
        for batch in (probes.lighten(images.astype(np.float64), 0.4), images)
    )
    rows = np.arange(3)
    expected = with_cheat[rows, class_index] - without[rows, class_index]
    cheat = partial(probes.lighten, amount=0.4)
    answer = work.clever_hans.cheat_effect(model, images, cheat, class_index)
    check_close(answer, expected, what="the effect")


@cheat_effect
def test_effect_is_measured_in_inference(work: Work) -> None:
    """The model runs in inference mode both times: dropout is off, and its weights stay."""
    model, images = models.with_training_state(work.seed), models.images(work.seed)
    cheat = partial(probes.lighten, amount=0.4)
    answer = work.clever_hans.cheat_effect(model, images, cheat, 1)
    lighter = models.outputs(model, probes.lighten(images, np.float32(0.4)), 1, "softmax")
    expected = lighter - models.outputs(model, images, 1, "softmax")
    headline = "The model seems to run in training mode: dropout is on. Use training=False."
    check_close(answer, expected, headline, "the effect")


# --- cluster_heatmaps -----------------------------------------------------------------------------

cluster_heatmaps = task(
    "clever_hans.cluster_heatmaps",
    hints=(
        "scikit-learn has spectral clustering ready to use: it takes a table with one row for each "
        "thing to be grouped. Here a thing is a whole heat map. What is its row? And should two "
        "maps that look at the same place, one faintly and one strongly, be far apart?",
        "Flatten every map into one row, and divide each row by its Euclidean norm, so that only "
        "where it looks counts. A map of zeros has norm 0: leave it as it is. Then use "
        "SpectralClustering with the affinity of the docstring, which scikit-learn calls rbf, and "
        "hand the seed on, since its last stage starts from random numbers.",
        "Reshape to (B, -1), compute np.linalg.norm with axis=1 and keepdims=True, and divide by "
        "it where it is positive. Then SpectralClustering(clusters, affinity='rbf', gamma=1.0, "
        "random_state=seed) and its method fit_predict give one group a map: gamma=1.0 is what "
        "makes the affinity exp(-distance squared). Refuse fewer than 1 or more than B clusters.",
    ),
)


def families(seed: int, patterns: list[np.ndarray], size: int) -> tuple[np.ndarray, np.ndarray]:
    """Maps that look like one of the patterns, some faintly and some strongly, in random order.

    Returns:
        `(len(patterns) * size, H, W)`, and the number of each map's pattern.
    """
    draw = np.random.default_rng([seed, 5])
    family = draw.permutation(np.repeat(np.arange(len(patterns)), size))
    maps = np.array(patterns)[family]
    maps = maps + 0.01 * draw.normal(size=maps.shape) * (maps != 0)
    strength = 10 ** draw.uniform(-1, 1, len(maps))
    return (strength[:, None, None] * maps).astype(np.float32), family


def corner_pattern(seed: int) -> np.ndarray:
    """Positive values in the upper left corner, zero elsewhere: `(H, W)`."""
    pattern = np.zeros((HEIGHT, WIDTH))
    pattern[:3, :2] = np.random.default_rng([seed, 9]).uniform(0.5, 1.0, (3, 2))
    return pattern


def check_groups(answer: Any, family: np.ndarray, clusters: int) -> None:
    """Insist that two maps are in one group just when they are of one family."""
    groups = as_array(answer, family.shape, "the groups")
    named = bool(np.all((groups >= 0) & (groups < clusters) & (groups == np.round(groups))))
    check(named, f"The groups should be whole numbers from 0 to {clusters - 1}.", f"{groups}")
    together = groups[:, None] == groups[None, :]
    related = family[:, None] == family[None, :]
    for i, j in np.argwhere(together != related)[:1]:
        alike = "look alike, up to their strength" if related[i, j] else "look at other things"
        parted = "the same group" if together[i, j] else "different groups"
        check(False, "", f"The maps {i} and {j} {alike}, but yours are in {parted}.")


@cluster_heatmaps
@few
@given(seeds)
def test_groups_what_looks_alike(work: Work, seed: int) -> None:
    """Maps that look at the same place, with the same sign, are in one group, whatever their
    strength and their order, and maps that look at other things are in another.
    """
    row, column = rows_and_columns()
    is_dark = (row + column) % 2
    pattern = corner_pattern(seed) * (1 - 0.8 * is_dark)
    inverse = corner_pattern(seed) * (0.2 + 0.8 * is_dark)  # the same place, other values
    patterns = [pattern, inverse, -pattern, pattern[::-1], pattern[::-1, ::-1]]
    maps, family = families(seed, patterns, 4)
    check_groups(work.clever_hans.cluster_heatmaps(maps, 5, seed), family, 5)


@cluster_heatmaps
@few
@given(seeds)
def test_groups_maps_of_zeros(work: Work, seed: int) -> None:
    """Maps that are zero everywhere are a group of their own, and no error."""
    pattern = corner_pattern(seed)
    maps, family = families(seed, [pattern, pattern[::-1, ::-1], 0 * pattern], 4)
    check_groups(work.clever_hans.cluster_heatmaps(maps, 3, seed), family, 3)


@cluster_heatmaps
@few
@given(seeds)
def test_the_same_seed_gives_the_same_groups(work: Work, seed: int) -> None:
    """The same seed gives the same groups with the same numbers."""
    maps = random_maps(seed, 12)
    first = as_array(work.clever_hans.cluster_heatmaps(maps, 5, seed), (12,), "the groups")
    again = as_array(work.clever_hans.cluster_heatmaps(maps, 5, seed), (12,), "the groups")
    headline = "Two calls with the same seed give different groups: hand the seed on."
    check(np.array_equal(first, again), headline, f"{first}\n{again}")


@cluster_heatmaps
@few
@given(st.sampled_from([0, -1, 5]))
def test_refuses_an_impossible_number_of_clusters(work: Work, clusters: int) -> None:
    """Fewer than 1 cluster, or more than there are maps, is a ValueError; 1 and B are none."""
    maps, function = random_maps(0, 4), work.clever_hans.cluster_heatmaps
    check_groups(function(maps, 1, 0), np.zeros(4), 1)
    as_array(function(maps, 4, 0), (4,), "the groups")
    check_refuses(function, maps, clusters, 0, argument=f"clusters={clusters} for 4 maps")
