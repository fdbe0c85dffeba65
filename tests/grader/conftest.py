"""Workers that the tests of the grader share: starting them takes seconds."""

import re
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


@pytest.fixture(scope="module")
def warm_workers() -> Iterator[Workers]:
    workers = start_workers(PRELOAD, "spawn")  # stays warm, while every fork begins cold
    yield workers
    workers.close()


HEAD = """
import numpy as np
import tensorflow as tf
from course.given import Ascent, Optimized, Contrast
from course.saliency import gradient_saliency as _gradient, select_output as _select
"""
"""What the answers of a student begin with, whose first lines are looked at."""


@pytest.fixture(scope="module")
def first_line(solutions: dict[str, str], warm_workers: Workers) -> Callable[[str, str], str]:
    """What a message says before anything else, for some text behind the module's solution."""

    def grade(task: str, text: str) -> str:
        module = task.partition(".")[0]
        sources = solutions | {module: f"{solutions[module]}\n\n{HEAD}\n{text}\n"}
        (verdict,) = grade_sources(sources, select_tasks([task]), 0, warm_workers).tasks
        assert verdict.status in ("failed", "error")
        first = re.split("What should hold:|For example:|Read on:", verdict.message)[0]
        return " ".join(first.split())

    return grade
