"""What tests of several folders need."""

import os

import hypothesis
import pytest

from course.grader.sandbox import NoSandboxError, require_bubblewrap

# What a run refuses is the change's fault, never chance's: the repository's own tests draw the same
# every time. Before a new one is trusted, it draws anew: pytest --hypothesis-profile=default.
hypothesis.settings.register_profile("repository", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repository")

PROCESSES = 2
"""In which the quick tests run side by side: each takes one processor, and up to 2 GB of memory."""


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks at the same options
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Have `pytest`, with no path and no --slow, run in two processes, each file whole in one.

    Whoever asks for some of the tests wants to see them at work, or to stop in them; and among the
    slow ones are attacks that use up what all processes of a user share.
    """
    if hasattr(config, "workerinput") or not config.pluginmanager.hasplugin("xdist"):
        return  # this is one of the two, or there can be only one
    option = config.option
    asked_for_some = option.file_or_dir or option.slow or option.usepdb
    if not asked_for_some and option.numprocesses is None:  # -n 0 has been asked for as well
        option.numprocesses, option.dist = PROCESSES, "loadfile"


@pytest.fixture(scope="session")
def needs_sandbox() -> None:
    """Skip where there is no bubblewrap; in CI, with COURSE_NEEDS_SANDBOX set, that is an error."""
    try:
        require_bubblewrap()
    except NoSandboxError as error:
        if os.environ.get("COURSE_NEEDS_SANDBOX"):
            raise
        pytest.skip(str(error))
