"""2.1 Clever Hans: what has to hold of the functions in `course/clever_hans.py`."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from hypothesis import given

from course.grader.compare import as_array, check, check_close
from course.grader.networks import Network
from course.grader.tasks import task
from course.grader.work import Work
from course.worker import helpers

from . import models
from .batches import (
    batches,
    check_takes_tensors,
    generator,
    images,
    shapes,
    some_classes,
    two_shapes,
)
from .chance import check_repeats
from .common import check_refuses, check_untrained, few, seeds

# --- add_square -----------------------------------------------------------------------------------

add_square = task("clever_hans.add_square")


@add_square
@few
@given(seeds)
def test_paints_the_lower_right_corner(work: Work, seed: int) -> None:
    """The last rows of the last columns have the value (0 if none is given) in every channel;
    nothing else changes. The largest square is as large as the shorter side.
    """
    draw, largest = generator(work, seed), True
    for batch in batches(draw):
        _, height, width, _ = batch.shape
        size = min(height, width) if largest else int(draw.integers(1, min(height, width)))
        options, largest = draw.choice([{}, {"value": round(draw.uniform(), 2)}]), False
        row, column = np.indices((height, width))
        inside = (row >= height - size) & (column >= width - size)
        value = options.get("value", 0)
        expected = np.where(inside[..., None], value, batch)
        levels = {
            "a level of 0 or 1: value may be any grey": round(value + 1e-9),
            "white, where value is above one half": 1 if value > 0.5 else value,
            "1 − value": 1 - value,
            "a value from 0 to 255": 255 * value,
            "a value that is divided by 255": value / 255,
            "a grey of 0.5, whatever value says": 0.5,
            "a square that one sees through: half of what was there": (batch + value) / 2,
            "what was there, multiplied with value": batch * value,
        }
        others = {says: np.where(inside[..., None], one, batch) for says, one in levels.items()}
        answer = work.clever_hans.add_square(batch, size, **options)
        check_close(answer, expected, instead=others)


@add_square
@few
@given(seeds)
def test_size_zero_paints_nothing(work: Work, seed: int) -> None:
    """A square of size 0 leaves the images as they are."""
    draw = generator(work, seed)
    batch = images(draw, shapes(draw)[0])
    check_close(work.clever_hans.add_square(batch, 0, 1.0), batch)


@add_square
@few
@given(seeds)
def test_refuses_a_square_that_does_not_fit(work: Work, seed: int) -> None:
    """A size that is negative, or larger than height or width, is a ValueError."""
    draw, function = generator(work, seed), work.clever_hans.add_square
    for batch in batches(draw):
        _, height, width, _ = batch.shape
        function(batch, min(height, width), 0.5)
        for size in (-int(draw.integers(1, 4)), min(height, width) + 1, max(height, width) + 1):
            shown = f"size={size} for images of {height} x {width} pixels"
            check_refuses(function, batch, size, 0.5, argument=shown)


@add_square
def test_a_square_in_a_tensor(work: Work) -> None:
    """Images may come as a tensor, too: the result is the same."""
    draw = generator(work)
    batch = images(draw, shapes(draw)[0])
    check_takes_tensors(work.clever_hans.add_square, batch, 2, 0.5)


# --- add_watermark --------------------------------------------------------------------------------

add_watermark = task("clever_hans.add_watermark")


def soft_mask(draw: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """A mask of a shape: about a third of it 0, a third 1 or 0.7, and the rest in between."""
    largest = draw.choice([0.7, 1.0])
    return np.clip(draw.uniform(-1, 2, shape), 0, largest).astype(np.float32)


@add_watermark
@few
@given(seeds)
def test_moves_the_fraction_of_the_way_to_white(work: Work, seed: int) -> None:
    """Every pixel goes the fraction alpha · mask of its way to white, in every channel.

    Also with an alpha of 0, which changes nothing, and of 1.
    """
    draw = generator(work, seed)
    for batch, end in zip(batches(draw), (None, 0.0, 1.0, None, None), strict=True):
        alpha = round(draw.uniform(), 2) if end is None else end
        mask = soft_mask(draw, batch.shape[1:3])
        kept = 1 - alpha * mask.astype(np.float64)[..., None]
        expected = 1 - kept * (1 - batch.astype(np.float64))
        answer = work.clever_hans.add_watermark(batch, mask, alpha)
        mark = alpha * mask.astype(np.float64)[..., None]
        lightest = batch.max(axis=(1, 2, 3), keepdims=True).astype(np.float64)
        others = {
            "a way to each pixel's lightest channel, not to white": batch
            + mark * (batch.max(axis=-1, keepdims=True) - batch),
            "a way to each image's own mean, not to white": batch
            + mark * (batch.mean(axis=(1, 2, 3), keepdims=True) - batch),
            "a way to each image's own lightest value, not to white": batch
            + mark * (lightest - batch),
            "a way to the lightest value of the batch, not to white": batch
            + mark * (lightest.max() - batch),
            "the larger of image and mark, not a mixture": np.maximum(batch, mark),
            "images that are brightened by alpha · mask times what they are": batch * (1 + mark),
            "images that fade where the mask is 0, too": batch * (1 - alpha) + mark,
            "alpha and 1 − alpha exchanged, and images that fade everywhere": batch * alpha
            + mark * (1 - alpha) / max(alpha, 1e-9),
        }
        check_close(answer, expected, instead=others)


@add_watermark
@few
@given(seeds)
def test_refuses_a_mask_of_another_shape(work: Work, seed: int) -> None:
    """A mask that has not the height and width of the images is a ValueError."""
    draw, function = generator(work, seed), work.clever_hans.add_watermark
    batch = images(draw, shapes(draw)[0])
    count, height, width, _ = batch.shape
    function(batch, soft_mask(draw, (height, width)), 0.3)
    others = [(1, width), (height, 1), (1, 1), (width, height), (height, width + 1)]
    for shape in [*others, (height, width, 1), (count, height, width)]:
        shown = f"a mask of shape {shape} for images of {height} x {width} pixels"
        check_refuses(function, batch, soft_mask(draw, shape), 0.3, argument=shown)


@add_watermark
@few
@given(seeds)
def test_refuses_an_impossible_opacity(work: Work, seed: int) -> None:
    """An alpha outside of 0 to 1 is a ValueError."""
    draw, function = generator(work, seed), work.clever_hans.add_watermark
    batch = images(draw, shapes(draw)[0])
    mask = soft_mask(draw, batch.shape[1:3])
    function(batch, mask, 0.3)
    amount = round(draw.uniform(0.01, 0.2), 2)
    for alpha in (-amount, 1 + amount, -3.0, 255.0):
        check_refuses(function, batch, mask, alpha, argument=f"alpha={alpha}")


@add_watermark
def test_a_watermark_in_a_tensor(work: Work) -> None:
    """Images may come as a tensor, too: the result is the same."""
    draw = generator(work)
    batch = images(draw, shapes(draw)[0])
    mask = soft_mask(draw, batch.shape[1:3])
    check_takes_tensors(work.clever_hans.add_watermark, batch, mask, 0.5)


# --- add_lightness_gradient -----------------------------------------------------------------------

add_lightness_gradient = task("clever_hans.add_lightness_gradient")


@add_lightness_gradient
@few
@given(seeds)
def test_adds_the_ramp_and_clips(work: Work, seed: int) -> None:
    """What is added is strength · ramp in every channel, and only what leaves [0, 1] is clipped."""
    draw = generator(work, seed)
    for batch, least in zip(batches(draw), (-1.0, 0.5, -0.5, 0.0, 0.0), strict=True):
        strength = round(least + draw.uniform(0, 0.5), 2)
        _, height, width, _ = batch.shape
        row, column = np.indices((height, width))
        ramp = 0.5 * row / (height - 1) + 0.5 * column / (width - 1)
        expected = np.minimum(1, np.maximum(0, batch + strength * ramp[..., None]))
        down, right = row / (height - 1), column / (width - 1)
        ramps = {
            "the larger of two ramps, not their mean": np.maximum(down, right),
            "the smaller of two ramps, not their mean": np.minimum(down, right),
            "the distance from the corner, not a ramp": np.hypot(down, right) / 2**0.5,
        }
        others = {
            says: np.clip(batch + strength * other[..., None], 0, 1)
            for says, other in ramps.items()
        }
        to_white = np.clip(batch + strength * ramp[..., None] * (1 - batch), 0, 1)
        others["a way towards white, not something that is added"] = to_white
        answer = work.clever_hans.add_lightness_gradient(batch, strength)
        check_close(answer, expected, instead=others)


@add_lightness_gradient
def test_a_ramp_in_a_tensor(work: Work) -> None:
    """Images may come as a tensor, too: the result is the same."""
    draw = generator(work)
    batch = images(draw, shapes(draw)[0])
    check_takes_tensors(work.clever_hans.add_lightness_gradient, batch, 0.5)


# --- plant ----------------------------------------------------------------------------------------

plant = task("clever_hans.plant")


def some_cheats(draw: np.random.Generator, classes: list[int]) -> dict[int, Callable[[Any], Any]]:
    """A cheat of its own for each class: the first lightens, the second darkens, and so on."""
    kinds = itertools.cycle([helpers.lighten, helpers.darken])
    return {k: partial(next(kinds), amount=round(draw.uniform(0.2, 0.7), 2)) for k in classes}


@plant
@few
@given(seeds)
def test_changes_each_class_by_its_own_cheat(work: Work, seed: int) -> None:
    """A class with a cheat is changed by it, every other class is not; the order is kept.

    A class with a cheat that no image has is passed over; 0 is a class like all others: it may have
    a cheat where others have none.
    """
    draw = generator(work, seed)
    orders = [0, 1, 2, 3], [0], [3, 0], [], [1, 3, 2, 0]  # no image has the last class
    for shape, order in zip(shapes(draw), orders, strict=True):
        batch = images(draw, (shape[0] if len(order) < 2 else 6, *shape[1:]))
        classes = draw.permutation([0, *draw.choice(np.arange(1, 1000), 3, replace=False)])
        classes = np.sort(classes) if order == [3, 0] else classes
        labels = draw.permutation(np.resize(classes[:3], len(batch)))
        kind = draw.choice([np.int64, np.int32])
        cheats = some_cheats(draw, classes[order].tolist())
        expected = batch.astype(np.float64)
        for i, label in enumerate(labels.tolist()):
            if label in cheats:
                expected[i] = cheats[label](expected[i : i + 1])[0]
        twice = batch.astype(np.float64)
        for i, label in enumerate(labels.tolist()):
            for _ in range(2 * (label in cheats)):
                twice[i] = cheats[label](twice[i : i + 1])[0]
        beyond = {}
        for says, is_there in (
            ("cheats in all classes from theirs on", np.greater_equal),
            ("cheats in all classes up to theirs", np.less_equal),
        ):
            beyond[says] = batch.astype(np.float64)
            for class_index, cheat in cheats.items():
                chosen = is_there(labels, class_index)
                if chosen.any():
                    beyond[says][chosen] = cheat(beyond[says][chosen])
        for says, one in zip(
            ("the first of the cheats", "the last of the cheats"), (0, -1), strict=True
        ):
            has_one = np.isin(labels, list(cheats))
            if cheats and has_one.any():
                beyond[f"{says} in all classes that have one"] = batch.astype(np.float64)
                planted = list(cheats.values())[one](batch.astype(np.float64)[has_one])
                beyond[f"{says} in all classes that have one"][has_one] = planted
        answer = work.clever_hans.plant(batch, labels.astype(kind), cheats)
        check_close(answer, expected, instead=beyond | {"each cheat planted twice": twice})


@plant
@few
@given(seeds)
def test_refuses_too_few_or_too_many_labels(work: Work, seed: int) -> None:
    """If there are not as many labels as images, that is a ValueError."""
    draw, function = generator(work, seed), work.clever_hans.plant
    batch = images(draw, (3, *shapes(draw)[0][1:]))
    labels, cheats = draw.integers(0, 2, 5), some_cheats(draw, [1])
    function(batch, labels[:3], cheats)
    for count in (1, 2, 4, 5):
        shown = f"labels with {count} entries for 3 images"
        check_refuses(function, batch, labels[:count], cheats, argument=shown)


@plant
def test_plants_in_a_tensor(work: Work) -> None:
    """Images may come as a tensor, too: the result is the same."""
    draw = generator(work)
    batch, labels = images(draw, (3, *shapes(draw)[0][1:])), draw.permutation([1, 1, 2])
    check_takes_tensors(work.clever_hans.plant, batch, labels, some_cheats(draw, [1]))


# --- relevance_inside -----------------------------------------------------------------------------

relevance_inside = task("clever_hans.relevance_inside")


@relevance_inside
@few
@given(seeds)
def test_is_the_share_of_magnitude_inside(work: Work, seed: int) -> None:
    """The share is the sum of |saliency| inside the mask, divided by the sum everywhere.

    So it is 1 for a map that is zero outside, and the share of the area for a constant map. Maps
    with and without channels, faint and large ones; one mask for all or one each, hard or soft.
    """
    draw = generator(work, seed)
    kinds = draw.permutation(list(itertools.product([True, False], repeat=2)))
    for shape, (in_color, has_own_masks) in zip(shapes(draw), [*kinds, kinds[0]], strict=True):
        count, height, width, _ = shape
        maps = (draw.integers(-100, 101, shape) / 100).astype(np.float32)
        maps[:, 0, 0] = 1  # so that none of them is zero everywhere
        maps[-1] *= np.float32(draw.choice([50, 1e-9]))
        mask = soft_mask(draw, (count, height, width) if has_own_masks else (height, width))
        if draw.integers(2):
            mask = np.round(mask)
        maps = maps if in_color else maps[..., 0]
        size = np.abs(maps.astype(np.float64)).reshape(count, height, width, -1)
        inside = (size * mask.reshape(-1, height, width, 1)).reshape(count, -1).sum(axis=1)
        expected = inside / size.reshape(count, -1).sum(axis=1)
        is_hard = np.all(mask == np.round(mask))
        given_mask = draw.choice([bool, np.float32, int]) if is_hard else np.float32
        answer = work.clever_hans.relevance_inside(maps, mask.astype(given_mask))
        is_negative = isinstance(answer, np.ndarray) and answer.min(initial=0) < -1e-6
        headline = "A share is negative: take absolute values first." if is_negative else ""
        total = size.reshape(count, -1).sum(axis=1)
        others = partial(other_shares, maps, mask.reshape(-1, height, width))
        headline = headline or _added(answer, inside, total)
        check_close(answer, expected, headline, "the share", instead=others)


def other_shares(maps: np.ndarray, masks: np.ndarray) -> dict[str, np.ndarray]:
    """Shares by other measures of a pixel's relevance, by what is said of them."""
    maps = maps.astype(np.float64).reshape(*maps.shape[:3], -1)
    measures = {
        "the largest channel's magnitude, not the sum over the channels": np.abs(maps).max(axis=3),
        "the length of the channels' vector, not the sum of magnitudes": np.sqrt(
            (maps**2).sum(axis=3)
        ),
        "the first channel alone": np.abs(maps[..., 0]),
        "the last channel alone": np.abs(maps[..., -1]),
        "negative values only": np.maximum(-maps, 0).sum(axis=3),
        "the roots of the magnitudes": np.sqrt(np.abs(maps)).sum(axis=3),
    }
    found = {
        says: (size * masks).sum(axis=(1, 2)) / np.maximum(size.sum(axis=(1, 2)), 1e-30)
        for says, size in measures.items()
    }
    size, area = np.abs(maps).sum(axis=3), np.maximum(masks.sum(axis=(1, 2)), 1e-30)
    inside = (size * masks).sum(axis=(1, 2))
    return found | {
        "the mean inside of the mask: it is divided by the mask's area": inside / area,
        "the sum inside of the mask, not divided by anything": inside,
        "the sum inside, over the largest value": inside / np.maximum(size.max(axis=(1, 2)), 1e-30),
    }


def _added(answer: Any, inside: np.ndarray, total: np.ndarray) -> str:
    """Whether a small number has been added to what is divided by: faint maps tell."""
    shares = np.asarray(answer) if np.shape(answer) == inside.shape else None
    if shares is None or shares.dtype.kind != "f" or np.any(shares <= 0) or np.any(inside <= 0):
        return ""
    faint = total < 1e-5
    # Of a clear map the number is too small to be seen; of a faint one it is most of the sum.
    clear = np.abs(shares - inside / total)[~faint].max(initial=0) < 1e-3
    if not faint.any() or not clear or np.all(np.isclose(shares, inside / total, rtol=1e-3)):
        return ""
    small = float((inside / shares - total)[faint][0])
    if not 0 < small < 1e-2:
        return ""
    return f"It is as if {small:.2g} were added to the sum: faint maps get a smaller share."


@relevance_inside
@few
@given(seeds)
def test_is_zero_for_a_map_of_zeros(work: Work, seed: int) -> None:
    """A map that is zero everywhere has nothing inside: its share is 0."""
    draw = generator(work, seed)
    for batch in batches(draw):
        maps = batch[..., 0] if draw.integers(2) else batch
        maps[-1] = 0
        mask = soft_mask(draw, batch.shape[1:3])
        answer = np.asarray(work.clever_hans.relevance_inside(maps, mask))
        if answer.shape == (len(maps),) and answer.dtype.kind == "f":
            wrong = "A map of zeros gives 0 / 0, which is NaN. Its share is 0."
            check(not np.isnan(answer[-1]), wrong)
        share = as_array(answer, (len(maps),), "the share")[-1]
        check(share == 0, "A map of zeros should give a share of 0.")


@relevance_inside
@few
@given(seeds)
def test_relevance_refuses_a_mask_of_another_shape(work: Work, seed: int) -> None:
    """A mask that has not the height and width of the maps is a ValueError."""
    draw, function = generator(work, seed), work.clever_hans.relevance_inside
    shape = shapes(draw)[0]
    count, height, width, _ = shape
    maps = images(draw, shape if draw.integers(2) else shape[:3])
    function(maps, soft_mask(draw, (height, width)))
    others = [(1, width), (height, 1), (1, 1), (width, height), (height, width + 1)]
    for other in [*others, (count, width, height), (count, height, 1)]:
        shown = f"a mask of shape {other} for maps of {height} x {width} pixels"
        check_refuses(function, maps, soft_mask(draw, other), argument=shown)


@relevance_inside
def test_relevance_in_a_tensor(work: Work) -> None:
    """Maps may come as a tensor, too, with channels or without: the result is the same."""
    draw = generator(work)
    maps = images(draw, shapes(draw)[0]) - np.float32(0.505)
    mask = soft_mask(draw, maps.shape[1:3])
    check_takes_tensors(work.clever_hans.relevance_inside, maps, mask)
    check_takes_tensors(work.clever_hans.relevance_inside, maps[..., 0], mask)


# --- cheat_effect ---------------------------------------------------------------------------------

cheat_effect = task("clever_hans.cheat_effect")


@cheat_effect
@few
@given(seeds)
def test_is_the_gain_in_probability(work: Work, seed: int) -> None:
    """The effect is the probability of the class with the cheat, minus that without it."""
    draw = generator(work, seed)
    networks = [models.linear(work.seed + i, shape) for i, shape in enumerate(two_shapes(work))]
    networks.append(models.linear(work.seed + 2, two_shapes(work)[0]))
    for network, count in zip(
        networks, draw.permutation([1, 2, models.MANY]).tolist(), strict=True
    ):
        check_effect(
            work, draw, network, images(draw, (count, *network.layers[0].options["shape"]))
        )


@cheat_effect
def test_large_logits_have_probabilities(work: Work) -> None:
    """Logits of a thousand are none too large: their softmax is neither 0 / 0 nor infinite; nor
    where those of a light image lie far above a dark one's.
    """
    batch = models.exact_images(work.seed, 3)
    check_effect(work, generator(work), models.loud(work.seed), batch, amount=0.5)
    batch = batch * np.float32([1, 0.25, 1]).reshape(3, 1, 1, 1)
    check_effect(work, generator(work), models.uneven(work.seed), batch, amount=0.5)


def check_effect(
    work: Work, draw: np.random.Generator, network: Network, batch: np.ndarray, amount: float = 0.0
) -> None:
    """Insist on the effect of a cheat on images, some classes and a network."""
    cheat = partial(helpers.lighten, amount=amount or round(draw.uniform(0.2, 0.6), 2))
    class_index = some_classes(draw, len(batch))
    both = cheat(batch.astype(np.float64)), batch
    with_cheat, without = (models.outputs(network, one, class_index, "softmax") for one in both)

    def others() -> dict[str, np.ndarray]:
        logits = [network.outputs(one) for one in both]
        seen = [one.argmax(axis=1) for one in logits]
        rows = np.arange(len(batch))
        shares = [models.softmax(one) for one in logits]
        change = shares[0] - shares[1]
        again = models.outputs(network, cheat(both[0]), class_index, "softmax")
        bent = [1 / (1 + np.exp(-one)) for one in logits]
        own = np.arange(len(batch)), np.broadcast_to(class_index, len(batch))
        return {
            "the largest change of all classes": np.abs(change).max(axis=1),
            "the class whose probability changes most": change[rows, np.abs(change).argmax(axis=1)],
            "a cheat that is added twice": again - without,
            "images with the cheat against those with the cheat twice": again - with_cheat,
            "images with the cheat twice against those with the cheat": with_cheat - again,
            "sigmoids of the logits, not a softmax": (bent[0] - bent[1])[own],
            "the difference of the probabilities' logarithms": np.log(with_cheat / without),
            "the difference of the odds": with_cheat / (1 - with_cheat) - without / (1 - without),
            "the share of what was missing to 1": (with_cheat - without) / (1 - without),
            "the difference of the largest probabilities": shares[0].max(axis=1)
            - shares[1].max(axis=1),
            "the probability without the cheat": without,
            "half of the difference": (with_cheat - without) / 2,
            "the probability of the class that is seen with the cheat, less that of the class "
            "asked for without it": shares[0].max(axis=1) - without,
            "the difference for the class that is seen without the cheat": shares[0][rows, seen[1]]
            - shares[1][rows, seen[1]],
        }

    answer = work.clever_hans.cheat_effect(network, batch, cheat, class_index)
    check_close(answer, with_cheat - without, what="the effect", instead=others)


@cheat_effect
def test_effect_is_measured_in_inference(work: Work) -> None:
    """The model runs in inference mode both times: dropout is off, and its weights stay."""
    network, batch = models.with_training_state(work.seed), models.images(work.seed)
    cheat = partial(helpers.lighten, amount=0.4)
    answer = work.clever_hans.cheat_effect(network, batch, cheat, 1)
    lighter = models.outputs(network, helpers.lighten(batch, np.float32(0.4)), 1, "softmax")
    expected = lighter - models.outputs(network, batch, 1, "softmax")
    headline = "The model seems to run in training mode: dropout is on. Use training=False."
    check_close(answer, expected, headline, "the effect")
    check_untrained(work, network)


@cheat_effect
def test_effect_on_a_tensor(work: Work) -> None:
    """Images may come as a tensor, too: the result is the same."""
    draw, shape = generator(work), two_shapes(work)[0]
    network, batch = models.linear(work.seed, shape), images(draw, (3, *shape))
    cheat, class_index = partial(helpers.darken, amount=0.5), some_classes(draw, 3)
    check_takes_tensors(work.clever_hans.cheat_effect, network, batch, cheat, class_index)


# --- cluster_heatmaps -----------------------------------------------------------------------------

cluster_heatmaps = task("clever_hans.cluster_heatmaps")


def families(
    draw: np.random.Generator, patterns: list[np.ndarray], size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Maps that look like one of the patterns, some faintly and some strongly, in random order.

    Returns:
        `(len(patterns) * size, H, W)`, and the number of each map's pattern.
    """
    family = draw.permutation(np.repeat(np.arange(len(patterns)), size))
    maps = np.array(patterns)[family]
    maps = maps + 0.01 * draw.normal(size=maps.shape) * (maps != 0)
    strength = 10 ** draw.uniform(-5, 1, len(maps))
    return (strength[:, None, None] * maps).astype(np.float32), family


def corner_pattern(draw: np.random.Generator) -> np.ndarray:
    """Positive values in the upper left corner, zero elsewhere: `(H, W)`."""
    pattern = np.zeros(2 * draw.permutation([3, int(draw.integers(4, 7))]))
    height, width = (side // 2 for side in pattern.shape)
    pattern[:height, :width] = draw.uniform(0.5, 1.0, (height, width))
    return pattern


def wrong_pairs(answer: Any, family: np.ndarray) -> np.ndarray:
    """Which pairs of maps are in one group and not of one family, or the other way: `(B, B)`."""
    groups = as_array(answer, family.shape, "the groups")
    together, related = (one[:, None] == one[None, :] for one in (groups, family))
    return np.asarray(together != related)


def check_groups(answer: Any, family: np.ndarray, clusters: int, headline: str = "") -> None:
    """Insist that two maps are in one group just when they are of one family."""
    groups = as_array(answer, family.shape, "the groups")
    is_int = np.asarray(answer).dtype.kind in "iu"
    check(is_int, "The groups should be whole numbers (int).", f"{groups}")
    named = bool(np.all((groups >= 0) & (groups < clusters)))
    check(named, f"The groups should be whole numbers from 0 to {clusters - 1}.", f"{groups}")
    for i, j in np.argwhere(wrong_pairs(groups, family))[:1]:
        alike = "belong together" if family[i] == family[j] else "do not belong together"
        parted = "the same group" if groups[i] == groups[j] else "different groups"
        check(False, headline, f"The maps {i} and {j} {alike}, but yours are in {parted}.")


@cluster_heatmaps
@few
@given(seeds)
def test_groups_what_looks_alike(work: Work, seed: int) -> None:
    """Maps that look at the same place, with the same sign, are in one group, whatever their
    strength and their order, and maps that look at other things are in another.
    """
    draw = generator(work, seed)
    corner = corner_pattern(draw)
    is_dark = np.indices(corner.shape).sum(axis=0) % 2
    pattern = corner * (1 - 0.8 * is_dark)
    inverse = corner * (0.2 + 0.8 * is_dark)  # the same place, other values
    patterns = [pattern, inverse, -pattern, pattern[::-1], pattern[::-1, ::-1]]
    count = int(draw.integers(2, 6))  # the first two are always among them
    maps, family = families(draw, patterns[:count], 4)
    number = int(draw.integers(1000))

    def group(maps: np.ndarray) -> Any:
        return work.clever_hans.cluster_heatmaps(maps, count, number)

    answer, headline = group(maps), ""
    if np.any(wrong_pairs(answer, family)):
        ones = maps / np.linalg.norm(maps, axis=(1, 2), keepdims=True)
        by_strength = "It is right for maps of norm 1: divide each map by its own norm first."
        headline = "" if np.any(wrong_pairs(group(ones), family)) else by_strength
        answer = group(maps)  # the call to be shown
    check_groups(answer, family, count, headline)


@cluster_heatmaps
@few
@given(seeds)
def test_groups_maps_of_zeros(work: Work, seed: int) -> None:
    """Maps that are zero everywhere are a group of their own, and no error."""
    draw = generator(work, seed)
    pattern = corner_pattern(draw)
    maps, family = families(draw, [pattern, pattern[::-1, ::-1], 0 * pattern], 4)
    answer = work.clever_hans.cluster_heatmaps(maps, 3, int(draw.integers(1000)))
    check_groups(answer, family, 3)


COUNT = 8
SPLITS = np.array([(0, *bits) for bits in itertools.product((0, 1), repeat=COUNT - 1)][1:])
"""Every way to part eight maps into two groups, `(127, 8)`."""


def best_split(points: np.ndarray) -> tuple[np.ndarray, float]:
    """What k-means looks for: the split into two groups `(8,)` whose points `(8, D)` lie nearest
    to the mean of their group. And how many times farther they lie in the next best.
    """
    spreads = np.sum(points**2)
    for side in (SPLITS, 1 - SPLITS):
        spreads = spreads - np.sum((side @ points) ** 2, axis=1) / side.sum(axis=1)
    best, next_to_it = np.argsort(spreads)[:2]
    return SPLITS[best], spreads[next_to_it] / max(spreads[best], 1e-12)


def embedded(affinity: np.ndarray, loops: bool = False) -> np.ndarray:
    """Spectral clustering's coordinates of eight maps: two eigenvectors of the graph, `(8, 2)`.

    Args:
        affinity: `(8, 8)`.
        loops: whether a map's affinity with itself counts; in scikit-learn it does not.
    """
    affinity = affinity if loops else affinity * (1 - np.eye(COUNT))
    degree = affinity.sum(axis=1)
    if degree.min() <= 0:  # some are like no other: it is not said how they are grouped
        return np.zeros((COUNT, 2))
    values, vectors = np.linalg.eigh(affinity / np.sqrt(degree[:, None] * degree))
    is_clear = values[-2] - values[-3] > 0.02 * abs(values[-2])
    return vectors[:, -2:] / np.sqrt(degree[:, None]) if is_clear else np.zeros((COUNT, 2))


def distances(maps: np.ndarray) -> np.ndarray:
    """Squared distances of all maps, `(8, 8)`."""
    return np.sum((maps[:, None] - maps[None]) ** 2, axis=(2, 3))


def nearest(maps: np.ndarray, count: int) -> np.ndarray:
    """scikit-learn's affinity by nearest neighbours, each being its own nearest: `(8, 8)`."""
    ranks = np.argsort(np.argsort(distances(maps), axis=1), axis=1)
    return ((ranks < count) + (ranks < count).T) / 2


def over(maps: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The graph's coordinates of maps that are divided by another measure of their size."""
    return embedded(np.exp(-distances(maps / size.reshape(COUNT, 1, 1))))


OTHER_SPLITS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "twice the squares": lambda maps: embedded(np.exp(-2 * distances(maps))),
    "k-means": lambda maps: maps.reshape(COUNT, -1),
    "distances that are not squared": lambda maps: embedded(np.exp(-np.sqrt(distances(maps)))),
    "half the squares": lambda maps: embedded(np.exp(-distances(maps) / 2)),
    "squares over the largest one": lambda maps: embedded(
        np.exp(-distances(maps) / distances(maps).max())
    ),
    "distances over the largest one": lambda maps: embedded(
        np.exp(-np.sqrt(distances(maps) / distances(maps).max()))
    ),
    "squares over the number of pixels": lambda maps: embedded(
        np.exp(-distances(maps) / maps[0].size)
    ),
    "maps whose mean is taken off": lambda maps: over(
        maps - maps.mean(axis=(1, 2), keepdims=True),
        np.linalg.norm(maps - maps.mean(axis=(1, 2), keepdims=True), axis=(1, 2)),
    ),
    "maps over their maximum": lambda maps: over(maps, np.abs(maps).max(axis=(1, 2))),
    "maps over their sum": lambda maps: over(maps, np.abs(maps).sum(axis=(1, 2))),
    "maps over their norm as matrices": lambda maps: over(
        maps, np.linalg.norm(maps, 2, axis=(1, 2))
    ),
    "the cosine between maps as their affinity": lambda maps: embedded(1 - distances(maps) / 2),
    "the cosine between maps, from 0 to 1, as their affinity": lambda maps: embedded(
        1 - distances(maps) / 4
    ),
    "1 over 1 + the distance as the affinity": lambda maps: embedded(
        1 / (1 + np.sqrt(distances(maps)))
    ),
    "three nearest neighbours": lambda maps: embedded(nearest(maps, 3)),
    "five nearest neighbours": lambda maps: embedded(nearest(maps, 5)),
}
"""Coordinates of maps, each of norm 1, by which others would group them."""


Grouping = Callable[[np.ndarray], np.ndarray]
"""From eight maps to the group of each, of two."""


def another_way(group: Grouping, draw: np.random.Generator) -> str:
    """What is said of the one other way that finds the same groups; empty if not one does.

    A way is compared on maps on which it is sure of its groups, and it has to agree on nearly all;
    k-means, which looks for groups step by step, misses the best ones now and then. At least eight
    of the maps have to tell it from the right way.
    """
    agreed, told, left = Counter[str](), Counter[str](), set(OTHER_SPLITS)
    for _ in range(150):
        maps = draw.normal(size=(COUNT, 3, 5)).astype(np.float32)
        ones = maps / np.linalg.norm(maps.astype(np.float64), axis=(1, 2), keepdims=True)
        right, _ = best_split(embedded(np.exp(-distances(ones))))
        splits = {name: best_split(OTHER_SPLITS[name](ones)) for name in sorted(left)}
        telling = {
            name: split
            for name, (split, gap) in splits.items()
            if gap > 1.02 and not np.array_equal(split, right)
        }
        groups = group(maps) if telling else right
        for name, split in telling.items():
            told[name] += 1
            agreed[name] += np.array_equal(groups != groups[0], split)
        left -= {name for name in left if told[name] > 5 and agreed[name] < 0.5 * told[name]}
        if not left or (len(left) == 1 and told[min(left)] >= 8):
            break
    fitting = [
        name
        for name in left
        if told[name] >= 8 and agreed[name] > (0.6 if name == "k-means" else 0.85) * told[name]
    ]
    return f"These are the groups that are found by {fitting[0]}." if len(fitting) == 1 else ""


def telling_maps(draw: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Eight maps and their two groups, until each of the `OTHER_SPLITS` has been wrong once.

    The groups are the best that there are by far, so that no right way to compute them finds
    others; that has been seen on a thousand such draws.
    """
    left = set(OTHER_SPLITS)
    for _ in range(300):
        patterns = draw.normal(size=(3, *draw.permutation([3, int(draw.integers(4, 7))])))
        maps = np.tensordot(draw.normal(size=(COUNT, 3)), patterns, axes=1).astype(np.float32)
        ones = maps / np.linalg.norm(maps.astype(np.float64), axis=(1, 2), keepdims=True)
        affinity = np.exp(-distances(ones))
        (split, gap), (same, other_gap) = (best_split(embedded(affinity, i)) for i in (False, True))
        if min(gap, other_gap) < 1.2 or np.any(split != same):
            continue
        others = {name: best_split(OTHER_SPLITS[name](ones))[0] for name in left}
        wrong = {name for name, other in others.items() if np.any(other != split)}
        if wrong:
            yield maps, split
            left -= wrong
        if not left:
            return


@cluster_heatmaps
def test_groups_as_spectral_clustering_does(work: Work) -> None:
    """Two groups of eight maps are those of scikit-learn's spectral clustering, for maps of norm 1
    and the affinity exp(−‖a − b‖²).

    On these maps, k-means, nearest neighbours, another norm or another affinity finds other groups.
    """
    draw = generator(work, 5)

    def group(maps: np.ndarray) -> np.ndarray:
        answer = work.clever_hans.cluster_heatmaps(maps, 2, int(draw.integers(1000)))
        return as_array(answer, (COUNT,), "the groups")

    for maps, split in itertools.chain(*(telling_maps(draw) for _ in range(3))):
        groups = group(maps)
        if not np.array_equal(groups != groups[0], split):
            headline = another_way(group, draw)
            group(maps)  # so that the message shows this call, and not the last one
            check_groups(groups.astype(int), split, 2, headline)


@cluster_heatmaps
def test_the_seed_decides_the_numbers(work: Work) -> None:
    """The same seed gives the same groups with the same numbers, another one may number them
    otherwise.

    Tried on maps without any pattern, where the same numbers come back about once in a hundred
    seeds: that none of nine others differs from the first never happens.
    """
    draw, function = generator(work), work.clever_hans.cluster_heatmaps
    maps = draw.normal(size=(12, 4, 5)).astype(np.float32)
    numbers = [0, *draw.choice(np.arange(1, 10_000), 9, replace=False).tolist()]
    first, again = (
        [as_array(function(maps, 5, one), (12,), "the groups") for one in some]
        for some in (numbers, numbers[:2])
    )
    headline = "Two calls with the same seed give different groups: hand the seed on."
    check_repeats(headline, numbers[:2], first[:2], again)
    is_used = any(not np.array_equal(first[0], other) for other in first[1:])
    check(is_used, "Another seed never gives other numbers: hand the seed on.", f"{first[0]}")


@cluster_heatmaps
def test_refuses_an_impossible_number_of_clusters(work: Work) -> None:
    """Fewer than 1 cluster, or more than there are maps, is a ValueError; 1 and B are none."""
    draw, function = generator(work), work.clever_hans.cluster_heatmaps
    count = int(draw.integers(2, 6))
    maps = 3 * np.eye(count)[:, None] + draw.uniform(0, 0.1, (count, 4, count))
    maps = maps.astype(np.float32)
    check_groups(function(maps, 1, 0), np.zeros(count), 1)
    check_groups(function(maps, count, 0), np.arange(count), count)
    for clusters in (0, -int(draw.integers(1, 4)), count + 1, count + int(draw.integers(2, 9))):
        shown = f"clusters={clusters} for {count} maps"
        check_refuses(function, maps, clusters, 0, argument=shown)


@cluster_heatmaps
def test_groups_maps_in_a_tensor(work: Work) -> None:
    """Maps may come as a tensor, too: the result is the same."""
    draw = generator(work)
    pattern = corner_pattern(draw)
    maps, _ = families(draw, [pattern, pattern[::-1, ::-1]], 3)
    check_takes_tensors(work.clever_hans.cluster_heatmaps, maps, 2, int(draw.integers(1000)))
