"""What tests of several folders need."""

import os

import pytest

from course.grader.sandbox import NoSandboxError, require_bubblewrap


@pytest.fixture(scope="session")
def needs_sandbox() -> None:
    """Skip where there is no bubblewrap; in CI, with COURSE_NEEDS_SANDBOX set, that is an error."""
    try:
        require_bubblewrap()
    except NoSandboxError as error:
        if os.environ.get("COURSE_NEEDS_SANDBOX"):
            raise
        pytest.skip(str(error))
