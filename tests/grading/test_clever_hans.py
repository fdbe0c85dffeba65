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

add_square = task("clever_hans.add_square")


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

add_watermark = task("clever_hans.add_watermark")


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

add_lightness_gradient = task("clever_hans.add_lightness_gradient")


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

plant = task("clever_hans.plant")


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

relevance_inside = task("clever_hans.relevance_inside")


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

cheat_effect = task("clever_hans.cheat_effect")


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

cluster_heatmaps = task("clever_hans.cluster_heatmaps")


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
