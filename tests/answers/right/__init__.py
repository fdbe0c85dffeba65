"""Other ways to be right: answers that look nothing like the solutions, and have to pass.

    @answer("saliency.to_heatmap")
    def with_einsum(saliency): ...

One file a module. As with the wrong answers, a file's text is put behind the solution's, so its
functions may use the solution's other functions by an import, and helpers need names of their own.
"""

import importlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One way to be right.

    Attributes:
        task: the task that it solves.
        function: solves it.
    """

    task: str
    function: Callable[..., Any]


_answers: dict[str, list[Answer]] = {}


def answer(task: str) -> Callable[..., Any]:
    """Enter a function as a right answer to a task."""

    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        _answers.setdefault(task, []).append(Answer(task, function))
        return function

    return enter


def answers_to(task: str) -> list[Answer]:
    """The right answers to a task, besides the solution; none if there is no file of them."""
    with suppress(ModuleNotFoundError):
        importlib.import_module(f"tests.answers.right.{task.partition('.')[0]}")
    return _answers.get(task, [])
