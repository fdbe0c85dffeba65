"""The pytest plugin: the properties as plain tests, for debuggers and for this repository.

pytest tests/grading                                 the solutions
pytest tests/grading --work course --in-process      a student's own, in one process
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from course.grader import tasks
from course.grader.places import PACKAGE, SOLUTIONS
from course.grader.pool import PRELOAD, LostError, Workers, start_workers
from course.grader.sources import read_submission
from course.grader.work import NotStartedError, StudentError, Work


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the student's modules are, and how to run them."""
    group = parser.getgroup("course")
    group.addoption("--work", help="folder with the modules (default: solutions, or course)")
    group.addoption("--in-process", action="store_true", help="no worker process: for a debugger")
    group.addoption("--seed", type=int, default=0, help="of the properties' inputs")
    group.addoption("--slow", action="store_true", help="run the slow tests too")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "task(name): the task that a property belongs to")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark every property with its task's name; leave slow tests out unless asked for."""
    for item in items:
        task = getattr(getattr(item, "function", None), "task", None)
        if isinstance(task, tasks.Task):
            item.add_marker(pytest.mark.task(task.name))
        if item.get_closest_marker("slow") and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow: runs with --slow"))


@pytest.fixture(scope="session")
def _workers(request: pytest.FixtureRequest) -> Iterator[Workers]:
    # One process that stays warm, where `course check` forks a cold one for every task.
    mode = "in-process" if request.config.getoption("--in-process") else "spawn"
    workers = start_workers(PRELOAD, mode)
    yield workers
    workers.close()


@pytest.fixture(scope="session")
def work(request: pytest.FixtureRequest, _workers: Workers) -> Work:
    """The functions of the submission that --work names."""
    default = SOLUTIONS if SOLUTIONS.is_dir() else PACKAGE
    folder = Path(request.config.getoption("--work") or default)
    if not folder.is_dir():
        raise pytest.UsageError(f"--work: there is no folder {folder}")
    return Work(read_submission(folder), _workers, request.config.getoption("--seed"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Begin each property's task afresh, and turn what is no ordinary failure into one."""
    __tracebackhide__ = True
    task = getattr(getattr(item, "function", None), "task", None)
    if isinstance(task, tasks.Task) and "work" in getattr(item, "funcargs", {}):
        item.funcargs["work"].begin(task.name)  # type: ignore[attr-defined]
    try:
        return (yield)
    except NotStartedError as error:
        pytest.fail(f"{error} is not started", pytrace=False)
    except LostError as lost:
        pytest.fail(lost.reason, pytrace=False)
    except StudentError as error:
        frames = "".join(f"\n  {f.file}:{f.line}  {f.text}" for f in error.frames)
        pytest.fail(f"{error}{frames}", pytrace=False)
