"""Workers that the tests of the grader share: starting them takes seconds."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course.grader.grading import Report, grade_sources
from course.grader.pool import PRELOAD, Workers, start_workers
from course.grader.sources import read_submission
from course.grader.tasks import select_tasks

ROOT = Path(__file__).resolve().parents[2]


# On Linux the second kind is what other systems have; there it is the only one.
KINDS = (
    ["fork", pytest.param("spawn", marks=pytest.mark.slow)]
    if sys.platform == "linux"
    else ["spawn"]
)


@pytest.fixture(scope="package", params=KINDS)
def workers(request: pytest.FixtureRequest) -> Iterator[Workers]:
    """Workers of every kind, one kind after the other."""
    workers = start_workers(PRELOAD, request.param)
    yield workers
    workers.close()


@pytest.fixture(scope="session")
def solutions() -> dict[str, str]:
    return read_submission(ROOT / "solutions")


@pytest.fixture
def grade_with(workers: Workers, solutions: dict[str, str]) -> Callable[..., Report]:
    """Grade the solutions with some text put behind one of the modules."""

    def grade(module: str, text: str, *names: str) -> Report:
        sources = solutions | {module: f"{solutions[module]}\n\n{text}\n"}
        return grade_sources(sources, select_tasks(names), 0, workers)

    return grade
