"""Tasks and their properties, as the files in `tests/grading/` declare them.

    smooth = task("saliency.smooth")

    @smooth
    @given(sigma=...)
    def test_does_not_mix_images(work, sigma):
        "Each heat map of a batch is smoothed on its own."

A property is a test of `work` alone (hypothesis draws the rest). The first line of its docstring
says what is true of a right answer; a student reads it when it is not. Why a task is wanted, how
long it takes, how hard it is and its three hints lie beside, in `hints/MODULE.toml`.
"""

import functools
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from course.given.modules import MODULES, TABLE
from course.given.near import near, suggest
from course.grader.places import GRADING, load

Property = Callable[..., None]


@dataclass(eq=False)
class Task:
    """One function that a student fills in.

    Attributes:
        name: `"module.function"`; the one name it has everywhere.
        points: what it is worth.
        properties: the tests that it has to pass, in the order in which they are tried.
    """

    name: str
    points: float = 1.0
    properties: list[Property] = field(default_factory=list)

    def __call__(self, test: Property) -> Property:
        """Declare a test as a property of this task."""
        self.properties.append(test)
        test.task = self  # type: ignore[attr-defined]
        return test

    @property
    def module(self) -> str:
        """The student's module that holds the function."""
        return self.name.partition(".")[0]

    @property
    def function(self) -> str:
        """The function's name in its module."""
        return self.name.partition(".")[2]

    @property
    def hints(self) -> tuple[str, ...]:
        """Three, from a nudge to nearly the answer."""
        return tuple(" ".join(hint.split()) for hint in self._notes["hints"])

    @property
    def why(self) -> str:
        """What the function is wanted for, in one line."""
        return self._notes.get("why", "")

    @property
    def minutes(self) -> int:
        """About how long it takes; 0 if nobody has said."""
        return self._notes.get("minutes", 0)

    @property
    def effort(self) -> str:
        """How long it takes, and how hard it is, such as "about 10 minutes, easy"."""
        return f"about {self.minutes} minutes, {self._notes['difficulty']}" if self.minutes else ""

    @property
    def _notes(self) -> dict[str, Any]:
        return _notes(self.module)[self.function]


@functools.cache
def _notes(module: str) -> dict[str, dict[str, Any]]:
    text = (GRADING / "hints" / f"{module}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


_declared: dict[str, Task] = {}


def task(name: str, points: float = 1.0) -> Task:
    """Declare a task; used once for each, in the order in which they are solved."""
    _declared[name] = Task(name, points)
    return _declared[name]


def modules_with_tasks() -> list[str]:
    """The student's modules for which there are gradings, in the order of the course."""
    return [name for name in MODULES if (GRADING / f"test_{name}.py").is_file()]


def tasks_of(module: str) -> list[Task]:
    """The tasks of one module, in the order in which they are solved."""
    load(GRADING, f"test_{module}")
    return [declared for declared in _declared.values() if declared.module == module]


def select_tasks(names: Iterable[str] = ()) -> list[Task]:
    """The tasks that were asked for, in the order of the course.

    Args:
        names: of modules or the numbers of their chapters (`1.1`), of tasks, of functions alone
            (`smooth`) or of modules' files (`course/saliency.py`); none means everything.

    Raises:
        LookupError: if there is nothing of the name, or more than one; the message lists names.
    """
    names = [without_path(name) for name in names]
    available = modules_with_tasks()
    parts = {name.partition(".")[0] for name in names}
    # A module's properties take a moment to import: only those that are asked for.
    asked = parts if parts and parts <= set(available) else set(available)
    tasks = [one for module in available if module in asked for one in tasks_of(module)]
    wanted = {full for name in names for full in _meant_by(name, tasks, available)}
    return [one for one in tasks if not names or wanted & {one.name, one.module}]


_NUMBERS = {module.number: module.name for module in TABLE}


def without_path(name: str) -> str:
    """The name of what was typed: a module's for its file's path, or for its chapter's number."""
    if name in _NUMBERS:
        return _NUMBERS[name]
    path = PurePosixPath(name.replace("\\", "/"))
    return path.stem if path.suffix in (".py", ".ipynb") else path.name.removeprefix("course.")


def _meant_by(name: str, tasks: list[Task], modules: list[str]) -> list[str]:
    """The module or the task that a name means."""
    names = [one.name for one in tasks]
    if name in modules or name in names:
        return [name]
    bearing = [one.name for one in tasks if one.function == name]
    if len(bearing) > 1:
        raise LookupError(f"{name!r} can be {' or '.join(bearing)}: name its module too")
    if not bearing:
        module = name.partition(".")[0]
        if module in modules:
            known = [one.name for one in tasks if one.module == module]
        else:
            known = [*modules, *names, *(one.function for one in tasks)]
            known = known if near(name, known) else names
        raise LookupError(f"there is no task {name!r}; {suggest(name, known)}")
    return bearing


def describe_property(test: Any) -> str:
    """What a property says, in one sentence: the first paragraph of its docstring."""
    return " ".join((test.__doc__ or test.__name__).strip().split("\n\n")[0].split())
