"""A submission's memory as a whole: limited where a systemd can, and else as before."""

import json
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course.grader import memory
from course.grader.grading import grade_sources
from course.grader.pool import start_workers
from course.grader.sources import read_submission
from course.grader.tasks import select_tasks
from course.worker.settings import BARE

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="control groups are Linux's")

TELL = [sys.executable, "-c", "import json, os; print(json.dumps([*os.environ]))"]


@pytest.fixture
def systemd_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Path]]:
    """Puts a script in systemd-run's place, and says where it writes what it was asked for."""

    def put(then: str) -> Path:
        program, asked = tmp_path / "systemd-run", tmp_path / "asked"
        program.write_text(f'#!/bin/sh\necho "$@" >> {asked}\n{then}\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        monkeypatch.setenv("A_SECRET", "of the teacher")
        return asked

    memory._scope.cache_clear()
    yield put
    memory._scope.cache_clear()


RUN = 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"'


@pytest.mark.parametrize("then", ["exit 1", "exec /no/such/program"])
def test_where_systemd_cannot_the_command_is_as_it_was(
    systemd_run: Callable[[str], Path], then: str
) -> None:
    systemd_run(then)
    assert memory.limited(TELL) == (TELL, BARE)


def test_where_there_is_no_systemd_the_command_is_as_it_was(
    systemd_run: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert memory.limited(TELL) == (TELL, BARE)


def test_systemd_limits_all_of_it_and_passes_no_variable_on(
    systemd_run: Callable[[str], Path],
) -> None:
    asked = systemd_run(RUN)
    command, variables = memory.limited(TELL)
    assert variables["A_SECRET"]
    told = subprocess.run(command, env=variables, capture_output=True, text=True, check=True).stdout
    assert set(BARE) <= set(json.loads(told)) <= {*BARE, "LC_CTYPE"}
    assert f"MemoryMax={memory.LIMIT}" in asked.read_text()


def test_a_sandbox_works_within_it(systemd_run: Callable[[str], Path], needs_sandbox: None) -> None:
    asked = systemd_run(RUN)
    workers = start_workers((), "sandbox")
    solutions = read_submission(ROOT / "solutions")
    report = grade_sources(solutions, select_tasks(["saliency.symmetric_limit"]), 0, workers)
    workers.close()
    assert report.is_full
    assert "course.worker.process" in asked.read_text()
