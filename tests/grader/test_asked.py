"""What a function answers to other arguments: where it is right, and what it ignores."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course.grader.compare import Pair
from course.grader.diagnosis.asked import ignored, right_for_others
from course.grader.work import Record

IMAGES = np.random.default_rng(0).uniform(0.1, 0.9, (3, 4, 4, 2))
MASK = np.random.default_rng(1).uniform(size=(4, 4))
OTHERS = np.random.default_rng(2).uniform(0.1, 0.9, (3, 4, 4, 2))

Answer = Callable[..., np.ndarray]


def record_of(function: Answer, given: dict[str, Any]) -> Record:
    return Record("module.name", tuple(given.values()), {}, function(*given.values()))


def elsewhere(mine: Answer, right: Answer, **given: Any) -> str:
    """What is said of the arguments for which one function is right, where it should be another."""
    record = record_of(mine, given)
    pair = Pair(record.answer, right(*given.values()), raw=record.answer)
    return right_for_others(pair, record, lambda one: mine(*one.args), list(given))


def not_used(mine: Answer, **given: Any) -> str:
    """What is said of the arguments that a function does not use."""
    return ignored(record_of(mine, given), lambda one: mine(*one.args), list(given))


def powers(images: np.ndarray, sigma: float) -> np.ndarray:
    return images**sigma


def many(images: np.ndarray, steps: int) -> np.ndarray:
    return images * 0.9**steps


def marked(images: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return images * mask[..., None]


@pytest.mark.parametrize(
    ("mine", "right", "given", "says"),
    [
        (lambda x, s: x ** (s * s), powers, {"images": IMAGES, "sigma": 1.7}, "its square seems"),
        (lambda x, s: x ** (2 * s), powers, {"images": IMAGES, "sigma": 1.7}, "its double seems"),
        (lambda x, n: x * 0.9 ** (n - 1), many, {"images": IMAGES, "steps": 3}, "one too few"),
        (lambda x, n: x * 0.9 ** (n + 1), many, {"images": IMAGES, "steps": 3}, "one too many"),
        (
            lambda x, m: marked(x, m.T),
            marked,
            {"images": IMAGES, "mask": MASK},
            "rows and columns exchanged",
        ),
        (lambda x, m: marked(x, 1 - m), marked, {"images": IMAGES, "mask": MASK}, "1 − mask"),
        (
            lambda x, m: marked(x, m**2),
            marked,
            {"images": IMAGES, "mask": MASK},
            "its square seems to be used",
        ),
        (
            lambda a, b: a / b,
            lambda a, b: b / a,
            {"images": IMAGES, "originals": OTHERS},
            "images and originals exchanged",
        ),
        (
            lambda x, k: x * (k - 1.0).reshape(-1, 1, 1, 1),
            lambda x, k: x * np.reshape(k, (-1, 1, 1, 1)),
            {"images": IMAGES, "class_index": np.array([3, 1, 2])},
            "the one before the one",
        ),
    ],
)
def test_it_is_said_for_which_other_argument_the_answer_is_right(
    mine: Answer, right: Answer, given: dict[str, Any], says: str
) -> None:
    assert says in elsewhere(mine, right, **given)


def test_nothing_is_said_of_a_mistake_that_no_argument_explains() -> None:
    assert elsewhere(lambda x, s: np.sin(7 * x), powers, images=IMAGES, sigma=1.7) == ""


def test_an_argument_that_is_not_used_is_named() -> None:
    assert "does not change with sigma" in not_used(lambda x, s: x**2, images=IMAGES, sigma=1.5)
    says = not_used(lambda x, k: x**2, images=IMAGES, class_index=np.array([0, 2, 1]))
    assert "class_index" in says


def test_a_mask_that_is_rounded_is_told_from_one_that_is_not() -> None:
    assert "rounded" in not_used(lambda x, m: marked(x, m > 0.5), images=IMAGES, mask=MASK)
    some = np.where(MASK < 0.3, 0.0, MASK)
    above = not_used(lambda x, m: marked(x, m > 0), images=IMAGES, mask=some)
    assert "rounded up" in above
    assert not_used(marked, images=IMAGES, mask=MASK) == ""


def test_no_argument_is_blamed_that_need_not_be_used() -> None:
    assert not_used(lambda x, seed: x**2, images=IMAGES, seed=4) == ""
    assert not_used(lambda x, a, m: x + a * m[..., None], images=IMAGES, alpha=0.0, mask=MASK) == ""
    assert not_used(lambda x, s, n: np.zeros(3), images=IMAGES, sigma=1.5, size=2) == ""
