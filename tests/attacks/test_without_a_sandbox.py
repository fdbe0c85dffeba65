"""The same attacks on Gradescope's path, where the code runs as nobody and without a sandbox."""

import json
import os
from collections.abc import Iterator

import pytest

from course.classroom.gradescope import _nobody_can_run_python
from course.classroom.schedule import grade_here
from course.grader.grading import grade_task
from course.grader.places import SOLUTIONS
from course.grader.pool import PRELOAD, Workers, start_workers
from course.grader.work import Work
from course.worker.filter import is_available
from course.worker.settings import BARE
from tests.attacks.conftest import CANARY
from tests.attacks.known import FORGERIES, THEFTS, smoothing
from tests.attacks.test_attacks import NEEDS_FILTER, SMOOTH, count_processes, grade_attack

HELD = ("raises_its_limits", "reads_the_environment", "traces_the_server", "looks_for_the_seed")


@pytest.fixture(scope="module")
def nobodies() -> Iterator[Workers]:
    if not _nobody_can_run_python():
        pytest.skip("only root can start processes as nobody, and nobody has to find Python")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_CANARY", CANARY)
        workers = start_workers(PRELOAD, "nobody")
    yield workers
    workers.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", FORGERIES)
def test_no_point_is_forged_by_nobody(name: str, nobodies: Workers) -> None:
    verdict = grade_attack(FORGERIES[name], nobodies)
    assert verdict.status in ("failed", "error", "timeout", "not_started")
    assert len(verdict.message) < 4000


@pytest.mark.parametrize("name", [*HELD, *sorted(NEEDS_FILTER)])
def test_nothing_is_found_by_nobody(name: str, nobodies: Workers) -> None:
    if name in NEEDS_FILTER and not is_available():
        pytest.skip("no libseccomp here")
    verdict = grade_attack(THEFTS[name], nobodies)
    assert "LOOT: []" in verdict.message, verdict.message


def test_the_environment_of_nobody_is_bare(nobodies: Workers) -> None:
    look = smoothing("raise RuntimeError(sorted(os.environ))")
    verdict = grade_task(SMOOTH, Work({"saliency": look}, nobodies))
    assert "COURSE_CANARY" not in verdict.message
    assert not {"USER", "LOGNAME", "SHELL"} & set(BARE)


def test_nothing_outlives_its_task(nobodies: Workers) -> None:
    """Neither a daemon nor a chain of forks that leaves every group of processes."""
    nobodies.renew()
    before = count_processes()
    grade_attack(FORGERIES["leaves_a_chain_of_forks"], nobodies)
    nobodies.renew()
    assert count_processes() <= before


SPAWNED = (
    *("patches_numpy", "patches_tensorflow", "patches_the_worker", "patches_scipy"),
    *("exits_hard", "exits_at_exit", "hangs_up", "kills_itself", "sends_answers_ahead"),
)
"""What may outlive a task where one process serves all tasks of a submission."""


@pytest.mark.slow
@pytest.mark.parametrize("name", SPAWNED)
def test_no_point_is_forged_where_there_is_no_fork(name: str) -> None:
    workers = start_workers(PRELOAD, "spawn")
    try:
        verdict = grade_attack(FORGERIES[name], workers)
    finally:
        workers.close()
    assert verdict.status in ("failed", "error", "timeout", "not_started")


@pytest.mark.slow
def test_what_one_submission_patches_is_forgotten_before_the_next() -> None:
    honest = (SOLUTIONS / "saliency.py").read_text(encoding="utf-8")
    patching = f"import scipy.ndimage\nscipy.ndimage.gaussian_filter = None\n{honest}"

    def status_of(source: str) -> str:
        report = grade_here({"saliency": source}, ("saliency.smooth",), 0, "spawn")
        return json.loads(report)["tasks"][0]["status"]

    assert status_of(patching) == "error"
    assert status_of(honest) == "passed"


def test_who_is_not_root_has_no_nobody() -> None:
    if os.getuid() == 0:
        pytest.skip("only for an ordinary user")
    assert not _nobody_can_run_python()
