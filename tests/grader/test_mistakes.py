"""A mistake is named only if it gives exactly the answers that were given."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course.grader import fingerprints
from course.grader.fingerprints import (
    calls_of,
    fingerprints_of,
    hash_of_sources,
    is_same,
    make,
    recognize,
    recognize_by_computing,
    take,
)
from course.grader.places import SOLUTIONS, load
from course.grader.tasks import modules_with_tasks, select_tasks
from course.grader.work import Record

TASK = "saliency.to_heatmap"


def asked(function: Callable[..., Any]) -> Callable[[Any], Any]:
    """A student's function, as the recognition asks it."""
    return lambda call: function(*call.args, **call.kwargs)


def test_a_known_mistake_is_named() -> None:
    assert "absolute" in str(recognize(TASK, asked(lambda maps: np.abs(maps).sum(axis=-1))))


def test_every_answer_has_to_fit() -> None:
    answers = iter([np.abs, lambda maps: maps])
    assert recognize(TASK, asked(lambda maps: next(answers)(maps).sum(axis=-1))) is None


@pytest.mark.parametrize(
    "answer", [np.zeros((3, 6, 5)) + 7, np.full((3, 6, 5), np.inf), None, "words", (1, 2)]
)
def test_other_answers_are_not_named(answer: Any) -> None:
    assert recognize(TASK, lambda call: answer) is None


def test_a_right_answer_is_not_named() -> None:
    assert recognize(TASK, asked(lambda maps: maps.sum(axis=-1))) is None


def test_what_no_call_tells_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two mistakes that answer alike: nobody knows which it is."""
    known = fingerprints_of(TASK)
    alike = [known[0], fingerprints.Known("other", "something else", known[0].answers)]
    monkeypatch.setattr(fingerprints, "fingerprints_of", lambda task: alike)
    answers = iter(known[0].answers)
    monkeypatch.setattr(fingerprints, "take", lambda answer: next(answers))
    assert recognize(TASK, lambda call: 0) is None


def test_without_fixed_calls_a_mistake_is_computed_on_what_was_asked() -> None:
    def records(function: Callable[..., Any]) -> list[Record]:
        return [Record(TASK, one.args, one.kwargs, function(*one.args)) for one in calls_of(TASK)]

    wrong, right = records(lambda maps: np.abs(maps).sum(-1)), records(lambda maps: maps.sum(-1))
    assert "absolute" in str(recognize_by_computing(TASK, wrong))
    assert recognize_by_computing(TASK, right) is None
    assert recognize_by_computing(TASK, [*wrong, *right]) is None
    assert recognize_by_computing(TASK, []) is None


def test_a_fingerprint_is_of_shape_and_values() -> None:
    values = np.random.default_rng(0).normal(size=(2, 3))
    assert is_same(take(values), take(values.astype(np.float32)))
    assert not is_same(take(values), take(values.T))
    assert not is_same(take(values), take(values * [1, 1, 1.001]))
    assert not is_same(take(values), take((values, values)))
    assert take(object()) is None


@pytest.mark.parametrize("module", modules_with_tasks())
def test_the_fingerprints_are_up_to_date(module: str) -> None:
    """If not: python -m course.grader.fingerprints."""
    assert fingerprints.stored().sources[module] == hash_of_sources(module)


def test_no_right_answer_is_in_the_file() -> None:
    for task in (TASK, "clever_hans.add_square", "saliency.symmetric_limit"):
        right = asked(getattr(load(SOLUTIONS, task.partition(".")[0]), task.partition(".")[2]))
        for place, call in enumerate(calls_of(task)):
            answer = take(right(call))
            for known in fingerprints_of(task):
                assert not is_same(known.answers[place], answer)


@pytest.mark.slow
@pytest.mark.parametrize("task", [task.name for task in select_tasks()])
def test_the_file_holds_what_the_wrong_answers_answer(task: str) -> None:
    kept, made = fingerprints.stored().tasks[task], make(task)
    assert [known.name for known in kept] == [known.name for known in made]
    for one, other in zip(kept, made, strict=True):
        assert one.says == other.says
        assert one.places() == other.places()
        assert all(is_same(one.answers[i], other.answers[i]) for i in one.places())
