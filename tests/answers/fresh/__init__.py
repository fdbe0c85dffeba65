"""Answers by fresh eyes: written from the stubs alone, by somebody who had seen no property.

    @wrong("saliency.to_heatmap", breaks="The signs are kept: here they are lost")
    def adds_magnitudes(saliency): ...

    @right("saliency.to_heatmap", how="an einsum")
    def with_einsum(saliency): ...

A wrong one breaks the promise that it names; a right one keeps all of them, in another style. Each
round has a folder, with one file a module and kind (`round_9/wrong_saliency.py`). All right answers
are kept; of the wrong ones since the fifth round those which passed, or whose first line said too
little. As with the other answers, a file's text is put behind the solution's, so its helpers need
names of their own.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Fresh:
    """One answer.

    Attributes:
        task: the task that it answers.
        function: the answer.
        is_right: whether it has to pass.
        says: the promise that it breaks, or how it keeps them.
    """

    task: str
    function: Callable[..., Any]
    is_right: bool
    says: str


registered: list[Fresh] = []
"""All answers of the files that have been imported."""


def wrong(task: str, breaks: str) -> Callable[..., Any]:
    """Register a function that breaks this promise."""
    return _registered(task, False, breaks)


def right(task: str, how: str) -> Callable[..., Any]:
    """Register a function that is right in this way."""
    return _registered(task, True, how)


def _registered(task: str, is_right: bool, says: str) -> Callable[..., Any]:
    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        registered.append(Fresh(task, function, is_right, says))
        return function

    return register


def answers_of(module: str) -> list[Fresh]:
    """The wrong and the right answers to a module's tasks; none where there is no file of them."""
    for path in sorted(Path(__file__).parent.glob(f"round_*/*_{module}.py")):
        importlib.import_module(f"{__name__}.{path.parent.name}.{path.stem}")
    return [answer for answer in registered if answer.task.partition(".")[0] == module]
