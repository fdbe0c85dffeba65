"""Relations that are fitted: each is found from what the mistake makes of random numbers."""

from collections.abc import Callable

import numpy as np
import pytest

from course.grader.compare import Pair
from course.grader.diagnosis.clues import describe, find_clue
from course.grader.diagnosis.compared import Case, case_of

BATCHES = ((1, 6, 5, 2), (2, 7, 4, 1), (3, 6, 5, 3))

Mistake = Callable[[np.ndarray, np.ndarray], np.ndarray]


def cases(mistake: Mistake, shapes: tuple[tuple[int, ...], ...] = BATCHES) -> list[Case]:
    """What a mistake makes of random expected values and images."""
    found = []
    for number, shape in enumerate(shapes):
        draw = np.random.default_rng(number)
        images, expected = draw.uniform(0.1, 0.9, shape), draw.normal(size=shape)
        answer = np.asarray(mistake(expected, images), float)
        found.append(case_of(Pair(answer, expected), {"images": images}))
    return found


def tilted(images: np.ndarray) -> np.ndarray:
    return np.linspace(0, 1, images.shape[2])[:, None]


FITTED: list[tuple[str, Mistake]] = [
    ("steps of 1/255", lambda e, x: np.round(e * 255) / 255),
    ("two digits", lambda e, x: np.round(e, 2)),
    ("above 0.7 are cut off", lambda e, x: np.minimum(e, 0.7)),
    ("below -0.4 and above 0.7 are cut off", lambda e, x: np.clip(e, -0.4, 0.7)),
    ("multiplied with 1 − images", lambda e, x: e * (1 - x)),
    ("divided by images", lambda e, x: e / x),
    ("-0.01 × images + what is expected", lambda e, x: e - 0.01 * x),
    ("0.3 × images + 2 × what is expected", lambda e, x: 2 * e + 0.3 * x),
    ("− 0.5", lambda e, x: 3 * e - 0.5),
    ("is right, but for a number", lambda e, x: e - 0.3 * e.mean(axis=(1, 2), keepdims=True)),
    ("Each row is right, but for", lambda e, x: e + 0.1 * e.mean(axis=2, keepdims=True)),
    ("Each column is right, but for", lambda e, x: e + 0.1 * e.mean(axis=1, keepdims=True)),
    (
        "its contrast and its brightness",
        lambda e, x: (
            (e - e.mean(axis=(1, 2, 3), keepdims=True)) / e.std(axis=(1, 2, 3), keepdims=True)
        ),
    ),
    ("squared, and divided by images", lambda e, x: e * e / x),
    ("2 · images − 1 stood in place of images", lambda e, x: e / x * (2 * x - 1)),
    (
        "the mean over the channels of images stood",
        lambda e, x: e / x * x.mean(axis=-1, keepdims=True),
    ),
    ("changed by itself", lambda e, x: np.arctan(5 * e)),
    ("Row 0 is what row 1 should be", lambda e, x: np.concatenate([e[:, 1:2], e[:, 1:]], axis=1)),
    (
        "Column 3 is what column 1 should be",
        lambda e, x: np.concatenate([e[:, :, :3], e[:, :, 1:2], e[:, :, 4:]], axis=2),
    ),
    ("to the power of 3", lambda e, x: e**3),
    ("times 2", lambda e, x: 2 * np.sign(e) * np.abs(e) ** 1.5),
]


@pytest.mark.parametrize(("says", "mistake"), FITTED, ids=[says for says, _ in FITTED])
def test_what_was_computed_is_found(says: str, mistake: Mistake) -> None:
    assert says in (find_clue(cases(mistake)) or "nothing")


LARGE = ((2, 6, 5, 3), (3, 9, 8, 3))

MIXED: list[tuple[str, Mistake]] = [
    ("factor of its own: 1, 2, 3", lambda e, x: e * np.array([1.0, 2.0, 3.0])),
    ("images of a batch are mixed", lambda e, x: e - 0.5 * e.mean(axis=0)),
    ("channels are mixed", lambda e, x: e + 0.5 * e[..., ::-1]),
    ("a mixture of its neighbours", lambda e, x: (e + np.roll(e, 1, axis=1)) / 2),
]


@pytest.mark.parametrize(("says", "mistake"), MIXED, ids=[says for says, _ in MIXED])
def test_what_was_mixed_is_found(says: str, mistake: Mistake) -> None:
    assert says in (find_clue(cases(mistake, LARGE)) or "nothing")


def test_an_argument_that_was_shifted_first_is_found() -> None:
    def shifted(taken: Callable[[np.ndarray], np.ndarray | float]) -> list[Case]:
        found = []
        for number, shape in enumerate(BATCHES):
            draw = np.random.default_rng(number)
            images, slope = draw.uniform(0.1, 0.9, shape), draw.normal(size=shape)
            pair = Pair((images - taken(images)) * slope, images * slope)
            found.append(case_of(pair, {"images": images}))
        return found

    assert "0.5 had been taken away from images" in str(find_clue(shifted(lambda x: 0.5)))
    means = shifted(lambda x: x.mean(axis=(1, 2, 3), keepdims=True))
    assert "its own mean had been taken away" in str(find_clue(means))


def test_clipping_to_an_arguments_range_is_found() -> None:
    def narrow(expected: np.ndarray, images: np.ndarray) -> np.ndarray:
        return np.clip(expected, images.min(), images.max())

    assert "clipped to the range of images" in str(find_clue(cases(narrow)))


def test_one_number_in_the_place_of_another_is_found() -> None:
    expected = np.full((2, 4, 4, 1), 0.5)
    expected[:, 2:, 2:] = 0.3
    answer = np.where(expected == 0.3, 1.0, expected)
    found = find_clue([case_of(Pair(answer, expected), {})])
    assert found == "Where it is wrong, it is 1 everywhere, not 0.3."


@pytest.mark.parametrize(
    "mistake",
    [
        lambda e, x: e + np.sin(np.arange(e.size)).reshape(e.shape),
        lambda e, x: e if len(e) > 1 else e + np.cos(np.arange(e.size)).reshape(e.shape),
        lambda e, x: e,
    ],
)
def test_what_has_no_relation_is_not_named(mistake: Mistake) -> None:
    assert find_clue(cases(mistake)) is None


def test_what_is_right_but_for_clipping_is_no_sum() -> None:
    def unclipped(expected: np.ndarray, images: np.ndarray) -> np.ndarray:
        return np.where((expected == 0) | (expected == 1), expected * 1.3 - 0.2, expected)

    made = cases(lambda e, x: e)
    clipped = [
        case_of(Pair(unclipped(right, right), right), {"images": one.arrays["images"]})
        for one in made
        for right in [np.clip(one.expected, 0, 1)]
    ]
    assert "what is expected." not in str(find_clue(clipped))


def test_a_relation_has_to_hold_for_what_is_right_too() -> None:
    wrong = cases(lambda e, x: np.minimum(e, 0.7))
    assert find_clue(wrong) is not None
    assert find_clue([*cases(lambda e, x: e), *wrong]) is None


def test_any_wrong_numbers_are_described() -> None:
    def spoilt(mistake: Mistake) -> str:
        return describe(cases(mistake, ((2, 6, 5, 3),)))

    assert "only where a negative value" in spoilt(lambda e, x: np.where(e < 0, e - x, e))
    assert "too large" in spoilt(lambda e, x: e * (1 + x))
    assert "nearly right" in spoilt(lambda e, x: e * (1 + 0.01 * x))
    assert "correlation" in spoilt(lambda e, x: e + np.roll(e, 1, axis=1))
    rows = np.isin(np.arange(6), [2, 3])[:, None, None]
    assert "only in rows 2 to 3 of 6" in spoilt(lambda e, x: np.where(rows, e - x, e))
    assert spoilt(lambda e, x: e) == ""


def test_an_argument_that_is_weighed_by_the_size_of_a_step_is_found() -> None:
    found = []
    for number, size in enumerate((0.1, 0.5, 2.0)):
        draw = np.random.default_rng(number)
        images, expected = draw.uniform(0.1, 0.9, (2, 6, 5, 3)), draw.normal(size=(2, 6, 5, 3))
        pair = Pair(expected - size * images, expected)
        found.append(case_of(pair, {"images": images, "step_size": size}))
    assert "-1 × step_size × images + what is expected" in str(find_clue(found))
