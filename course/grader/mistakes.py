"""The catalogue of known mistakes: naming what went wrong is computed, not guessed.

A mistake is a function with the same arguments as the task's, that returns what a student who made
it would return. What it answers to a few fixed calls is its fingerprint, by which it is named when
a property fails (`course.grader.fingerprints`). The same functions are the wrong answers by which
the graders themselves are tested (`tests/answers/wrong/`).

    @mistake("saliency.to_heatmap", "the mean over the channels instead of their sum")
    def mean_of_channels(saliency): ...
"""

import inspect
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from course.grader.places import ANSWERS, load


@dataclass(frozen=True)
class Mistake:
    """A known mistake.

    Attributes:
        task: the task in which it is made.
        says: what the first line of the message has to say of it.
        function: makes it.
        is_computed: whether it can be recognized by its answers. False for mistakes that show in
            something else than the answer (side effects, chance); there a property names them.
    """

    task: str
    says: str
    function: Callable[..., Any]
    is_computed: bool = True


_catalogue: dict[str, list[Mistake]] = {}


def mistake(task: str, says: str, is_computed: bool = True) -> Callable[..., Any]:
    """Enter a function into the catalogue."""

    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        _catalogue.setdefault(task, []).append(Mistake(task, says, function, is_computed))
        return function

    return enter


def mistakes_of(task: str) -> list[Mistake]:
    """The known mistakes of a task; none if its catalogue is not there."""
    with suppress(ModuleNotFoundError):
        load(ANSWERS / "wrong", task.partition(".")[0])
    return _catalogue.get(task, [])


def source_of(task: str, function: Callable[..., Any]) -> str:
    """Source by which a function replaces a solution's: put behind it, a whole submission.

    Args:
        task: `"module.function"`, the one that is replaced.
        function: what replaces it; the file that it stands in is taken along.
    """
    file = inspect.getsource(inspect.getmodule(function))  # type: ignore[arg-type]
    return f"\n\n{file}\n\n{task.partition('.')[2]} = {function.__name__}\n"
