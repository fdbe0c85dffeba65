"""Whether there can be a sandbox is found out before anything is graded."""

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from course.grader import sandbox
from course.grader.pool import start_workers
from course.grader.sandbox import NoSandboxError, require_bubblewrap


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    require_bubblewrap.cache_clear()
    yield
    require_bubblewrap.cache_clear()


def test_without_bubblewrap_the_mend_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(NoSandboxError, match=r"apt-get install bubblewrap.*--no-sandbox"):
        start_workers([], "sandbox")


def test_a_bubblewrap_that_does_not_work_is_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = subprocess.CompletedProcess([], 1, "", "bwrap: Creating new namespace failed\n")
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/bwrap")
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: refused)
    with pytest.raises(NoSandboxError, match=r"Creating new namespace failed.*user namespaces"):
        require_bubblewrap()


def test_what_is_visible_is_what_the_worker_needs_and_no_more() -> None:
    words = sandbox.command("bwrap")
    shown = {words[i + 2] for i, word in enumerate(words) if word == "--ro-bind"}
    inside = {name.removeprefix(f"{sandbox.PACKAGE}/") for name in shown}
    assert {name for name in inside if not name.startswith("/")} == {
        "__init__.py",
        "given",
        "worker",
    }
    assert str(sandbox.PACKAGE) not in shown
    assert str(sandbox.PACKAGE.parent) not in shown


def test_no_secret_of_the_environment_goes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_SECRET", "canary")
    assert "canary" not in " ".join(sandbox.command("bwrap"))
    assert "--clearenv" in sandbox.command("bwrap")
