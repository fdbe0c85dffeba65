"""What the numbers say of a mistake, and when they say nothing."""

from collections.abc import Callable

import numpy as np
import pytest

from course.grader.compare import Pair
from course.grader.diagnosis.compared import Case, case_of
from course.grader.diagnosis.factors import ask_of_factor
from course.grader.diagnosis.relations import diagnose
from course.grader.diagnosis.where import count_right, locate, when_wrong


def cases(
    mistake: Callable[..., np.ndarray], shapes: tuple[tuple[int, ...], ...] = ((2, 6, 5, 3),)
) -> list[Case]:
    """What a mistake makes of random expected values; it may look at the images too."""
    found = []
    for number, shape in enumerate(shapes):
        draw = np.random.default_rng(number)
        images = draw.uniform(0.1, 0.9, shape)
        expected = draw.normal(size=shape)
        answer = np.asarray(mistake(expected), float)
        found.append(case_of(Pair(answer, expected), {"images": images, "step_size": 0.3}))
    return found


BATCHES = ((1, 6, 5, 2), (2, 7, 4, 1), (3, 6, 5, 3))
MAPS = ((2, 6, 5), (3, 6, 5))

RELATIONS = [
    ("sign turned around", lambda e: -e),
    ("absolute value", np.abs),
    ("negative values are gone", lambda e: np.maximum(e, 0)),
    ("positive values are gone", lambda e: np.minimum(e, 0)),
    ("the square of", lambda e: e * e),
    ("Only the signs", np.sign),
    ("1 minus", lambda e: 1 - e),
    ("divided by the number of images", lambda e: e / len(e)),
    ("multiplied by the number of channels", lambda e: e * e.shape[-1]),
    ("divided by the number of pixels", lambda e: e / e[0, ..., 0].size),
    ("depends on the shape", lambda e: 1.2 ** e.shape[-1] * e),
    ("divided by step_size", lambda e: e / 0.3),
    ("divided by the number of images + 1", lambda e: e * len(e) / (len(e) + 1)),
    ("twice", lambda e: 2 * e),
    ("right up to one factor", lambda e: 0.37 * e),
    ("7 times what is expected", lambda e: 7 * e),
    ("clipped to [0, 1]", lambda e: np.clip(e, 0, 1)),
    ("plus 0.7", lambda e: e + 0.7),
    ("less its mean", lambda e: e - e.mean(axis=(1, 2, 3), keepdims=True)),
    ("by its largest magnitude", lambda e: e / np.abs(e).max(axis=(1, 2, 3), keepdims=True)),
    ("Each image is stretched", lambda e: (e - lows(e)) / (highs(e) - lows(e))),
    ("order", lambda e: e[::-1]),
    ("upside down", lambda e: e[:, ::-1]),
    ("mirror image", lambda e: e[:, :, ::-1]),
    ("channels come in the reverse", lambda e: e[..., ::-1]),
    ("Only the first image has a result", lambda e: np.concatenate([e[:1], 0 * e[1:]])),
    ("first image's result", lambda e: 0 * e + e[:1]),
    ("averaged over the batch", lambda e: 0 * e + e.mean(axis=0)),
    ("averaged over the channels", lambda e: 0 * e + e.mean(axis=-1, keepdims=True)),
    ("0 everywhere", lambda e: 0 * e),
    ("float16", lambda e: e.astype(np.float16)),
]


def lows(expected: np.ndarray) -> np.ndarray:
    return expected.min(axis=(1, 2, 3), keepdims=True)


def highs(expected: np.ndarray) -> np.ndarray:
    return expected.max(axis=(1, 2, 3), keepdims=True)


@pytest.mark.parametrize(("says", "mistake"), RELATIONS, ids=[says for says, _ in RELATIONS])
def test_a_relation_that_holds_everywhere_is_said(
    says: str, mistake: Callable[..., np.ndarray]
) -> None:
    assert says in (diagnose(cases(mistake, BATCHES)) or "nothing")


def test_a_factor_per_image_is_said_when_it_has_no_name() -> None:
    found = diagnose(cases(lambda e: e * np.array([2.7, 0.4])[:, None, None, None]))
    assert found is not None
    assert "another factor" in found


@pytest.mark.parametrize(
    "mistake",
    [
        lambda e: e + np.sin(np.arange(e.size)).reshape(e.shape),
        lambda e: np.abs(e) if len(e) > 2 else 2 * e,
    ],
)
def test_what_has_no_relation_or_several_is_not_named(
    mistake: Callable[..., np.ndarray],
) -> None:
    assert diagnose(cases(mistake, BATCHES)) is None


def test_a_factor_with_two_names_is_said_with_both() -> None:
    found = diagnose(cases(lambda e: e / 2, ((2, 6, 5, 3), (2, 4, 5, 1))))
    assert found is not None
    assert "0.5 times" in found
    assert "number of images" in found


def test_one_number_is_not_enough_to_tell() -> None:
    assert diagnose([Case(np.array(0.3), np.array(0.6))]) is None


def test_of_one_number_it_is_asked() -> None:
    images = {"images": np.ones((2, 5, 4, 3))}
    case = case_of(Pair(np.array([7.2, 0.0]), np.array([0.12, 0.0])), images)
    assert diagnose([case]) is None
    assert ask_of_factor([case]) == "Is it multiplied by the number of values in an image?"


def test_nothing_is_said_of_what_is_right() -> None:
    assert diagnose(cases(lambda e: e)) is None
    assert diagnose([]) is None


def test_what_holds_of_the_failing_call_alone_is_not_said() -> None:
    right, wrong = cases(lambda e: e)[0], cases(np.abs)[0]
    assert diagnose([wrong]) is not None
    assert diagnose([right, wrong]) is None


def test_zero_divided_by_zero_is_said() -> None:
    expected = np.array([0.0, 0.5, 0.25])
    found = diagnose([Case(np.array([np.nan, 0.5, 0.25]), expected)])
    assert found is not None
    assert "0 / 0" in found
    assert diagnose([Case(np.array([0.0, np.nan, 0.25]), expected)]) is None


def test_what_the_property_offers_instead_is_said() -> None:
    draw = np.random.default_rng(0)
    before, after = draw.normal(size=(2, 2, 6, 5, 3))
    case = Case(before, after, instead={"the images of one step earlier": before})
    assert diagnose([case]) == "This looks like the images of one step earlier."


@pytest.mark.parametrize(
    ("says", "answer", "expected"),
    [
        ("swapped", (2, 5, 6), (2, 6, 5)),
        ("squeeze", (6, 5), (1, 6, 5)),
        ("(B, B)", (3, 3), (3,)),
        ("whole batch", (), (3,)),
        ("too many", (3, 1), (3,)),
        ("two axes are exchanged", (4, 6), (6, 4)),
        ("5 columns for 3", (6, 5), (6, 3)),
        ("an axis too many, of length 3", (2, 3, 6, 5), (2, 6, 5)),
        ("4 values for 3", (4,), (3,)),
        ("batch axis is missing", (6, 5, 3), (2, 6, 5, 3)),
        ("channels are still there", (2, 6, 5, 3), (2, 6, 5)),
        ("2 images for 3", (2, 6, 5, 3), (3, 6, 5, 3)),
        ("4 rows for 6, and 3 columns for 5", (2, 4, 3), (2, 6, 5)),
    ],
)
def test_a_wrong_shape_says_what_became_of_the_axes(
    says: str, answer: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    found = diagnose([Case(np.ones(answer), np.ones(expected))])
    assert found is not None
    assert says in found


def test_another_axis_than_the_right_one_is_named() -> None:
    saliency = {"saliency": np.ones((2, 6, 5, 3))}
    found = diagnose([case_of(Pair(np.ones((6, 5, 3)), np.ones((2, 6, 5))), saliency)])
    assert found == "The axis of the images of saliency is gone, not that of the channels."


def test_a_record_without_its_first_or_last_row_is_named() -> None:
    pair = Pair(np.ones((3, 2)), np.ones((4, 2)), what="the scores")
    assert "one row too few" in str(diagnose([case_of(pair, {})]))


def spoilt(*place: int | slice) -> list[Case]:
    expected = np.random.default_rng(1).normal(size=(2, 6, 5, 3))
    answer = expected.copy()
    answer[place] += np.random.default_rng(2).normal(size=answer[place].shape)
    images = {"images": np.ones(expected.shape)}
    return [case_of(Pair(answer, expected), images)]


def maps_of(mistake: Callable[[np.ndarray], np.ndarray]) -> list[Case]:
    """What a mistake makes of the channels of saliencies, whose sum is expected."""
    found = []
    for number, shape in enumerate(((2, 6, 5, 3), (1, 4, 5, 4))):
        saliency = np.random.default_rng(number).normal(size=shape)
        pair = Pair(mistake(saliency), saliency.sum(axis=-1))
        found.append(case_of(pair, {"saliency": saliency}))
    return found


@pytest.mark.parametrize(
    ("says", "mistake"),
    [
        ("the first channel of saliency", lambda a: a[..., 0]),
        ("the largest of the channels of saliency", lambda a: a.max(axis=-1)),
        ("with the weights 1, 1, 1, 0", lambda a: a[..., :3].sum(axis=-1)),
        ("divided by the number of channels", lambda a: a.mean(axis=-1)),
    ],
)
def test_what_became_of_an_arguments_channels_is_said(
    says: str, mistake: Callable[[np.ndarray], np.ndarray]
) -> None:
    assert says in str(diagnose(maps_of(mistake)))


def blurred(sigma: float, answer: float) -> Case:
    """A call with one argument, right if the answer is 1."""
    return case_of(Pair(np.full((2, 3), answer), np.ones((2, 3))), {"sigma": sigma, "kind": "l1"})


def test_it_is_said_which_calls_go_wrong() -> None:
    right = [blurred(sigma, 1.0) for sigma in (0.7, 1.0, 1.5, 2.0)]
    wrong = [blurred(sigma, 2.0) for sigma in (0.1, 0.3, 0.4)]
    assert "wrong where sigma is 0.4 or less" in str(when_wrong([*right, *wrong]))
    assert when_wrong([*right, *wrong[:2]]) is None
    assert when_wrong([*right, *wrong, blurred(1.0, 2.0)]) is None


def test_an_argument_given_back_is_said_also_if_only_some_calls_do_so() -> None:
    maps = np.random.default_rng(0).normal(size=(2, 3, 4))
    wrong = case_of(Pair(maps, maps * maps), {"heatmaps": maps})
    right = case_of(Pair(maps + 1, maps + 1), {"heatmaps": maps})
    assert "heatmaps itself" in str(diagnose([right, wrong]))


def test_another_order_of_the_images_is_said() -> None:
    assert "another order" in str(diagnose(cases(lambda e: e[[1, 2, 0]], ((3, 6, 5, 3),))))


def stepped(scale: Callable[[np.ndarray], np.ndarray]) -> list[Case]:
    """What a scale of the steps makes of an ascent in one step."""
    found = []
    for number, shape in enumerate(BATCHES[1:]):
        draw = np.random.default_rng(number)
        start, step = draw.uniform(0, 1, shape), draw.normal(0, 0.2, shape)
        ends = [np.clip(start + change, 0, 1) for change in (scale(step), step)]
        found.append(case_of(Pair(*ends, what="the images"), {"start": start, "step_size": 0.3}))
    return found


def test_the_length_of_a_step_is_told_apart_from_its_direction() -> None:
    assert "divided by the number of images" in str(diagnose(stepped(lambda s: s / len(s))))
    limited = stepped(lambda s: s / np.sqrt((s * s).sum(axis=(1, 2, 3), keepdims=True)))
    assert "not the right length" in str(diagnose(limited))
    assert diagnose(stepped(np.sign)) is None


def test_a_change_that_grows_with_the_image_is_said() -> None:
    draw = np.random.default_rng(5)
    start, step = draw.uniform(0.3, 0.7, (2, 4, 5, 3)), draw.normal(0, 0.1, (2, 4, 5, 3))
    pair = Pair(start * (1 + step), start + step)
    assert "multiplied with the images" in str(diagnose([case_of(pair, {"images": start})]))
    black = np.where(np.arange(5)[:, None] > 2, 0.0, start), np.where(start > 0.65, 0.0, start)
    assert "multiplied" not in str(diagnose([case_of(Pair(*black), {"images": start})]))


def test_images_that_are_left_as_they_are_beside_right_ones_are_told() -> None:
    images, expected = np.random.default_rng(3).uniform(size=(2, 3, 4, 5, 2))
    answer = np.concatenate([expected[:1], images[1:]])
    found = diagnose([case_of(Pair(answer, expected), {"images": images})])
    assert found == "Some images are right, and the others are images itself, unchanged."


def test_a_factor_that_is_a_measure_of_an_argument_is_named() -> None:
    saliency = np.random.default_rng(4).normal(size=(2, 4, 5, 3))
    expected = saliency.sum(axis=-1)
    pair = Pair(expected / np.abs(saliency).max(), expected)
    assert "largest magnitude of saliency" in str(diagnose([case_of(pair, {"saliency": saliency})]))


def test_a_few_values_are_no_place() -> None:
    assert locate(spoilt(slice(None), -1, -1)) is None


def test_the_place_is_said_if_all_else_is_right() -> None:
    everything = slice(None)
    assert "last row" in str(locate(spoilt(everything, -1)))
    assert "first column" in str(locate(spoilt(everything, everything, 0)))
    assert "last image" in str(locate(spoilt(-1)))
    assert "channel 1" in str(locate(spoilt(everything, everything, everything, 1)))
    assert locate(spoilt(everything, 2)) is None
    assert locate(spoilt(everything, slice(4, None))) == (
        "Only the last 2 rows are wrong: all else is right."
    )
    assert "first 2 columns" in str(locate(spoilt(everything, everything, slice(2))))


def test_what_is_right_is_counted() -> None:
    assert count_right(spoilt(0)[0]) == "1 of 2 images is right."
    assert count_right(spoilt(slice(None), -1)[0]) == "150 of 180 values are right."
