"""One warm sandbox for all attacks: what one of them breaks, the next would notice."""

import os
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
