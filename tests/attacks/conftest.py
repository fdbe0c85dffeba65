"""One warm sandbox for all attacks: what one of them breaks, the next would notice."""

import os
import sys
from collections.abc import Iterator

import pytest

from course.grader.pool import PRELOAD, Workers, start_workers

CANARY = "the-canary-sings"


@pytest.fixture(scope="session")
def workers(needs_sandbox: None) -> Iterator[Workers]:
    os.environ["COURSE_CANARY"] = CANARY
    workers = start_workers(PRELOAD, "sandbox")
    yield workers
    workers.close()
    del os.environ["COURSE_CANARY"]


@pytest.fixture(scope="module", autouse=True)
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No two files of attacks at the same time, though `pytest` runs in two processes.

    Some attacks use up what all processes of a user share, and an honest answer that is graded
    beside them would miss it.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    lock = tmp_path_factory.getbasetemp().parent / "attacks.lock"  # the same for both processes
    with open(lock, "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
