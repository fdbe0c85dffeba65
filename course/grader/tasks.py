"""Tasks and their properties, as the files in `tests/grading/` declare them.

    smooth = task("saliency.smooth", hints=("...", "...", "..."))

    @smooth
    @given(sigma=...)
    def test_does_not_mix_images(work, sigma):
        "Each heat map of a batch is smoothed on its own."

A property is a test of `work` alone (hypothesis draws the rest). The first line of its docstring
says what is true of a right answer; a student reads it when it is not.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from course.given.modules import MODULES
from course.grader.places import GRADING, load

Property = Callable[..., None]


@dataclass(eq=False)
class Task:
    """One function that a student fills in.

    Attributes:
        name: `"module.function"`; the one name it has everywhere.
        hints: three, from a nudge to nearly the answer.
        points: what it is worth.
        properties: the tests that it has to pass, in the order in which they are tried.
    """

    name: str
    hints: tuple[str, str, str]
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


_declared: dict[str, Task] = {}


def task(name: str, hints: tuple[str, str, str], points: float = 1.0) -> Task:
    """Declare a task; used once for each, in the order in which they are solved."""
    _declared[name] = Task(name, hints, points)
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
        names: of modules or of tasks; none means everything.

    Raises:
        LookupError: if there is no such module or task; the message lists near names.
    """
    names = list(names)
    available = modules_with_tasks()
    asked = {name.partition(".")[0] for name in names} or set(available)
    tasks = [one for module in available if module in asked for one in tasks_of(module)]
    known = {*available, *(one.name for one in tasks)}
    for name in names:
        if name not in known:
            near = get_close_matches(name, sorted(known)) or available
            raise LookupError(f"there is no task {name!r}; near names: {', '.join(near)}")
    return [one for one in tasks if not names or one.name in names or one.module in names]


def describe_property(test: Any) -> str:
    """What a property says, in one sentence: the first paragraph of its docstring."""
    return " ".join((test.__doc__ or test.__name__).strip().split("\n\n")[0].split())
