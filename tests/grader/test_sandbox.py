"""Whether there can be a sandbox is found out before anything is graded."""

import shutil
import site
import subprocess
from collections.abc import Iterator
from pathlib import Path

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


def test_a_checkout_among_the_libraries_shows_no_more_than_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`pip install -e git+https://...` puts it there."""
    for name in ("course", "solutions", "tests", ".git", "venv"):
        (tmp_path / name).mkdir()
    (tmp_path / "README.md").touch()
    monkeypatch.setattr(sandbox, "ROOT", tmp_path)
    monkeypatch.setattr(sandbox, "PACKAGE", tmp_path / "course")
    monkeypatch.setattr(sandbox, "IS_INSTALLED", False)
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(tmp_path), str(tmp_path / "venv")])
    words = sandbox.command("bwrap")
    hidden = {words[i + 1] for i, word in enumerate(words) if word == "--tmpfs"}
    assert {str(tmp_path / name) for name in ("solutions", "tests", ".git")} <= hidden
    assert str(tmp_path / "venv") not in hidden
    assert words[words.index(str(tmp_path / "README.md")) - 1] == "/dev/null"


def test_a_python_among_a_person_s_own_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sandbox would show all of them."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(tmp_path)])
    with pytest.raises(NoSandboxError, match="would show all that lies there"):
        sandbox.command("bwrap")


def test_another_copy_of_the_course_is_hidden_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editable installation leaves the properties among the libraries."""
    (tmp_path / "course" / "carried").mkdir(parents=True)
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(tmp_path)])
    words = sandbox.command("bwrap")
    assert words[words.index(str(tmp_path / "course")) - 1] == "--tmpfs"
