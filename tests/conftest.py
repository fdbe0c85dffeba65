"""What tests of several folders need."""

import os

import hypothesis
import pytest

from course.grader.sandbox import NoSandboxError, require_bubblewrap

# What a run refuses is the change's fault, never chance's: the repository's own tests draw the same
# every time. Before a new one is trusted, it draws anew: pytest --hypothesis-profile=default.
hypothesis.settings.register_profile("repository", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repository")


@pytest.fixture(scope="session")
def needs_sandbox() -> None:
    """Skip where there is no bubblewrap; in CI, with COURSE_NEEDS_SANDBOX set, that is an error."""
    try:
        require_bubblewrap()
    except NoSandboxError as error:
        if os.environ.get("COURSE_NEEDS_SANDBOX"):
            raise
        pytest.skip(str(error))
