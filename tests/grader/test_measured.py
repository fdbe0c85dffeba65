"""Single numbers per image are told by the logits, or the measures, that they are."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course.grader.compare import Pair
from course.grader.diagnosis.compared import Case, case_of
from course.grader.diagnosis.measured import find_number
from course.grader.places import GRADING, load

models: Any = load(GRADING, "models")

Number = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From logits `(B, K)` and classes to one number for each image."""


def picked(logits: np.ndarray, classes: np.ndarray) -> np.ndarray:
    return np.asarray(logits[np.arange(len(logits)), classes])


def cases(mistake: Number, is_scaled: bool = False) -> list[Case]:
    """Three calls of a function that gives a number per image, or a map times that number."""
    found = []
    for seed in (1, 2, 3):
        network, images = models.smooth(seed), models.images(seed, 3).astype(float)
        logits, classes = network.outputs(images), models.classes(seed, 3)
        mine, right = mistake(logits, classes), picked(logits, classes)
        if is_scaled:
            maps = np.random.default_rng(seed).normal(size=(3, 6, 5))
            mine, right = maps * mine[:, None, None], maps
        call = {"model": network, "images": images, "class_index": classes}
        found.append(case_of(Pair(mine, right), call))
    return found


LOGITS: list[tuple[str, Number]] = [
    ("the probability.", lambda a, k: picked(models.softmax(a), k)),
    ("the logarithm of the probability.", lambda a, k: picked(np.log(models.softmax(a)), k)),
    ("the logit less the mean of all.", lambda a, k: picked(a, k) - a.mean(axis=1)),
    ("the logit of the class with the largest logit.", lambda a, k: a.max(axis=1)),
    ("the logit of the class before", lambda a, k: picked(a, (k - 1) % 4)),
    ("the logit of the first image's class", lambda a, k: a[:, k[0]]),
]


@pytest.mark.parametrize(("says", "mistake"), LOGITS, ids=[says for says, _ in LOGITS])
def test_another_number_from_the_logits_is_named(says: str, mistake: Number) -> None:
    assert says in (find_number(cases(mistake)) or "nothing")


def test_a_factor_of_each_image_is_named() -> None:
    found = find_number(cases(lambda a, k: 1 / picked(a, k), is_scaled=True))
    assert found == "Each image is divided by the logit of its class."


def test_a_measure_of_an_argument_is_named() -> None:
    found = []
    for seed in range(4):
        maps = np.random.default_rng(seed).normal(size=(2, 4, 5, 3))
        pair = Pair(3 * maps.reshape(2, -1).std(axis=1), np.abs(maps).max(axis=(1, 2, 3)))
        found.append(case_of(pair, {"heatmaps": maps}))
    assert find_number(found) == "It is 3 times the standard deviation of heatmaps."


def test_what_is_right_or_unknown_is_not_named() -> None:
    assert find_number(cases(picked)) is None
    assert find_number(cases(lambda a, k: picked(a, k) + np.arange(3))) is None
    assert find_number([]) is None
