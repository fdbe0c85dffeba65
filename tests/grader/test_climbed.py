"""What an answer has followed is told by the logits whose gradients are in it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from course.grader.compare import Pair
from course.grader.diagnosis.climbed import climbed
from course.grader.diagnosis.compared import Case, case_of
from course.grader.networks import Network
from course.grader.places import GRADING, load

models: Any = load(GRADING, "models")

Weigh = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From probabilities and the rows of the classes, `(B, K)`, to what each logit counts."""


def gradient(network: Network, images: np.ndarray, classes: np.ndarray, weigh: Weigh) -> np.ndarray:
    shares = models.softmax(network.outputs(images))
    found = network.gradients(images, weigh(shares, np.eye(models.CLASSES)[classes]))["input"]
    return np.asarray(found)


def logit(shares: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    return chosen


def log_of_probability(shares: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    return chosen - shares


def cases(mistake: Weigh, right: Weigh = logit, kind: str = "gradient") -> list[Case]:
    """Two calls of a function that returns a gradient, its product, or the images after a step."""
    found = []
    for seed in (1, 2):
        network, images = models.smooth(seed), models.images(seed, 3).astype(float)
        classes = models.classes(seed, 3)
        mine, wanted = (gradient(network, images, classes, one) for one in (mistake, right))
        if kind == "product":
            mine, wanted = mine * images, wanted * images
        if kind == "step":
            mine, wanted = (np.clip(images + 0.3 * one, 0, 1) for one in (mine, wanted))
        call = {"model": network, "images": images, "class_index": classes, "step_size": 0.3}
        found.append(case_of(Pair(mine, wanted), call))
    return found


FOLLOWED: list[tuple[str, Weigh]] = [
    ("the probability, where", lambda p, k: (p * k).sum(axis=1, keepdims=True) * (k - p)),
    ("the cross-entropy", log_of_probability),
    ("of the first image's class", lambda p, k: np.repeat(k[:1], len(k), axis=0)),
    ("of all the batch's classes, added up", lambda p, k: np.repeat(k.sum(axis=0)[None], 3, 0)),
    ("all logits, added up", lambda p, k: np.ones_like(k)),
    ("the class that the model sees", lambda p, k: np.eye(models.CLASSES)[p.argmax(axis=1)]),
    ("less the mean over the other", lambda p, k: k - (1 - k) / (models.CLASSES - 1)),
    ("the gradients of the logits count", lambda p, k: k - 0.25 * np.roll(k, 1, axis=1)),
]


@pytest.mark.parametrize("kind", ["gradient", "product", "step"])
@pytest.mark.parametrize(("says", "mistake"), FOLLOWED, ids=[says for says, _ in FOLLOWED])
def test_what_was_followed_is_found(says: str, mistake: Weigh, kind: str) -> None:
    assert says in (climbed(cases(mistake, kind=kind)) or "nothing")


def test_smoothed_labels_are_found() -> None:
    def smoothed(shares: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        return 0.9 * chosen + 0.1 / models.CLASSES - shares

    found = climbed(cases(smoothed, log_of_probability))
    assert found is not None
    assert "the target counts 0.925" in found


def test_what_is_right_and_what_is_no_gradient_is_not_named() -> None:
    assert climbed(cases(logit)) is None
    wrong = cases(logit)
    noise = np.random.default_rng(0).normal(size=wrong[0].answer.shape)
    other = case_of(Pair(wrong[0].answer + noise, wrong[0].expected), {"images": noise})
    assert climbed([other]) is None
    assert climbed([]) is None


def test_a_pull_that_is_too_weak_is_found() -> None:
    found = []
    for seed in (1, 2):
        network, images = models.smooth(seed), models.images(seed, 3).astype(float)
        up = gradient(network, images, models.classes(seed, 3), logit)
        ends = [images + 0.1 * (up - weight * (images - 0.5)) for weight in (0.4, 0.8)]
        call = {"model": network, "images": images, "step_size": 0.1}
        found.append(case_of(Pair(*ends), call))
    assert "images − 0.5, counts -0.4, where it should count -0.8" in str(climbed(found))


@pytest.mark.parametrize("kind", ["gradient", "step"])
def test_a_gradient_of_images_that_are_made_grey_is_found(kind: str) -> None:
    def in_grey(images: np.ndarray) -> np.ndarray:
        return np.broadcast_to(images.mean(axis=-1, keepdims=True), images.shape)

    def told(back: Callable[[np.ndarray], np.ndarray]) -> str:
        found = []
        for case in cases(logit, kind=kind):
            images, classes = case.arrays["images"], case.arrays["class_index"]
            assert case.network is not None
            mine = back(gradient(case.network, in_grey(images), classes.astype(int), logit))
            mine = np.clip(images + 0.3 * mine, 0, 1) if kind == "step" else mine
            found.append(replace(case, answer=mine))
        return str(climbed(found))

    assert "the gradient at grey images" in told(np.asarray)
    assert "made grey on the way to the model" in told(in_grey)
