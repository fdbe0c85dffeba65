"""One warm sandbox for all attacks: what one of them breaks, the next would notice."""

import os
from collections.abc import Iterator

import pytest

from course.grader.processes import PRELOAD, Workers, start_workers
from course.grader.sandbox import NoSandboxError, require_bubblewrap

CANARY = "the-canary-sings"


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    try:
        require_bubblewrap()
    except NoSandboxError as error:
        if os.environ.get("COURSE_NEEDS_SANDBOX"):
            raise
        pytest.skip(str(error))
    os.environ["COURSE_CANARY"] = CANARY
    workers = start_workers(PRELOAD, "sandbox")
    yield workers
    workers.close()
    del os.environ["COURSE_CANARY"]
