"""The catalogue of known mistakes: naming what went wrong is computed, not guessed.

A mistake is a function with the same arguments as the task's, that returns what a student who made
it would return. When a property fails, every mistake of the task is computed on the very inputs
that the student's function got; one that gives the same answers is named. The same functions are
the wrong answers by which the graders themselves are tested (`tests/answers/wrong/`).

    @mistake("saliency.to_heatmap", "the mean over the channels instead of their sum")
    def mean_of_channels(saliency): ...
"""

import inspect
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.grader.compare import is_close
from course.grader.networks import Network
from course.grader.places import ANSWERS, load
from course.grader.work import Record


@dataclass(frozen=True)
class Mistake:
    """A known mistake.

    Attributes:
        task: the task in which it is made.
        says: what the first line of the message has to say of it.
        function: makes it.
        is_computed: whether it can be recognised by computing it. False for mistakes that show in
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


def recognise(task: str, records: Sequence[Record]) -> Mistake | None:
    """The first known mistake that explains every recorded answer, or None.

    Every answer has to fit, also those that were right: on its own, the smallest example that
    fails is often too plain to tell two mistakes apart.
    """
    # The last one is the smallest that failed: cheap to compute, and it rules out most mistakes.
    some = [*reversed(records[-6:]), *records[:-6][:40]]
    for known in mistakes_of(task):
        if some and known.is_computed and all(_explains(known, record) for record in some):
            return known
    return None


def _explains(known: Mistake, record: Record) -> bool:
    try:
        copies = [_as_the_worker_got_it(arg) for arg in record.args]
        return _same(known.function(*copies, **record.kwargs), record.answer)
    except Exception:  # a mistake need not cope with every input
        return False


def _as_the_worker_got_it(arg: Any) -> Any:
    if isinstance(arg, np.ndarray):
        return np.copy(arg)
    return arg.keras_model if isinstance(arg, Network) else arg


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    if isinstance(other, tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    one, other = np.asarray(one), np.asarray(other)
    if one.shape != other.shape or not np.all(np.isfinite(other.astype(float))):
        return False  # infinity is near everything
    return is_close(one.astype(float), other.astype(float))


def source_of(task: str, function: Callable[..., Any]) -> str:
    """Source by which a function replaces a solution's: put behind it, a whole submission.

    Args:
        task: `"module.function"`, the one that is replaced.
        function: what replaces it; the file that it stands in is taken along.
    """
    file = inspect.getsource(inspect.getmodule(function))  # type: ignore[arg-type]
    return f"\n\n{file}\n\n{task.partition('.')[2]} = {function.__name__}\n"
