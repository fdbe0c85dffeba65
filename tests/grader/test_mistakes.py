"""A mistake is named only if it gives exactly the answers that were given."""

import numpy as np

from course.grader.mistakes import recognise
from course.grader.work import Record

SALIENCY = np.random.default_rng(0).normal(size=(2, 6, 5, 3))


def recorded(*answers: np.ndarray) -> list[Record]:
    return [Record("saliency.to_heatmap", (SALIENCY,), {}, answer) for answer in answers]


def test_a_known_mistake_is_named() -> None:
    known = recognise("saliency.to_heatmap", recorded(np.abs(SALIENCY).sum(axis=-1)))
    assert known is not None
    assert "absolute" in known.says


def test_every_answer_has_to_fit() -> None:
    answers = recorded(np.abs(SALIENCY).sum(axis=-1), SALIENCY.sum(axis=-1))
    assert recognise("saliency.to_heatmap", answers) is None


def test_unknown_and_infinite_answers_are_not_named() -> None:
    assert recognise("saliency.to_heatmap", recorded(np.zeros((2, 6, 5)) + 7)) is None
    assert recognise("saliency.to_heatmap", recorded(np.full((2, 6, 5), np.inf))) is None
    assert recognise("saliency.to_heatmap", []) is None
