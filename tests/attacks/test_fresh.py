"""The attacks of the last round; the teachers' page has its figures from here."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.classroom.gradescope import _nobody_can_run_python
from course.classroom.names import file_names
from course.classroom.submissions import read_submission_at, read_submissions
from course.grader.grading import Verdict
from course.grader.places import DOCS
from course.grader.pool import PRELOAD, Workers, start_workers
from course.worker.filter import is_available
from tests.attacks import files, fresh, second, third
from tests.attacks.conftest import CANARY
from tests.attacks.files import CLASSES
from tests.attacks.fresh import RESOURCES
from tests.attacks.known import FORGERIES, THEFTS
from tests.attacks.test_attacks import grade_attack

NEEDS_FILTER = {
    *("calls_home", "leases_files", "calls_more_of_the_kernel", "shuts_itself_in"),
    *("clones_itself_as_root", "watches_files"),
}
TWICE = {"leaves_things_behind", "locks_files"}
POINTS = fresh.POINTS | second.POINTS | third.POINTS
LEAKS = fresh.LEAKS | second.LEAKS
FILES = files.FILES | second.FILES | third.FILES
ATTACKS = POINTS | RESOURCES | LEAKS
SECOND = second.POINTS | second.LEAKS | second.FILES
THIRD = third.POINTS | third.FILES


@pytest.fixture(scope="module")
def nobodies() -> Iterator[Workers]:
    if not _nobody_can_run_python():
        pytest.skip("only root can start processes as nobody, and nobody has to find Python")
    workers = start_workers(PRELOAD, "nobody")
    yield workers
    workers.close()


def verdict_on(name: str, workers: Workers) -> Verdict:
    """The verdict on an attack, after which an honest submission has been graded."""
    if name in NEEDS_FILTER and not is_available():
        pytest.skip("no libseccomp here")
    files = len(os.listdir("/proc/self/fd"))
    verdict = grade_attack(ATTACKS[name].source, workers)
    assert len(os.listdir("/proc/self/fd")) <= files + 2  # a line of its own for each worker
    return verdict


@pytest.mark.parametrize("name", [*POINTS, *RESOURCES])
def test_no_point_is_got(name: str, workers: Workers) -> None:
    verdict = verdict_on(name, workers)
    assert verdict.status in ("failed", "error", "timeout")
    assert verdict.score == 0
    assert CANARY not in verdict.message


@pytest.mark.parametrize("name", LEAKS)
def test_nothing_is_found_or_left(name: str, workers: Workers) -> None:
    for _ in range(2 if name in TWICE else 1):
        verdict = verdict_on(name, workers)
        assert verdict.status == "error"
        assert "LOOT: []" in verdict.message, verdict.message


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, one in ATTACKS.items() if one.has_gradescope])
def test_nobody_gets_no_further(name: str, nobodies: Workers) -> None:
    verdict = verdict_on(name, nobodies)
    assert verdict.status in ("failed", "error", "timeout")
    assert name not in LEAKS or "LOOT: []" in verdict.message, verdict.message


@pytest.mark.parametrize("name", FILES)
def test_what_arrives_is_read_and_no_more(name: str, tmp_path: Path) -> None:
    attack = FILES[name]
    folder = tmp_path / "eve"
    folder.mkdir()
    (folder / attack.file).write_bytes(attack.data())
    place = folder / attack.file if attack.file.startswith("eve.") else folder
    submission = read_submission_at(place, "eve")
    said = " ".join([submission.refusal, *submission.notes, *submission.sources.values()])
    assert re.search(attack.says, said), said[:300]
    assert said.isprintable() or submission.sources
    assert submission.refusal or set(submission.sources) == {"saliency"}


def test_python_warns_nobody_of_what_a_stranger_has_written() -> None:
    parse = "from course.grader import sources; sources.untouched_functions('x = \"\\\\d\"')"
    command = [sys.executable, "-W", "always::DeprecationWarning:<unknown>", "-c", parse]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize("name", CLASSES)
def test_nobody_is_counted_as_another(name: str, tmp_path: Path) -> None:
    for file, data in CLASSES[name].files.items():
        (tmp_path / file).write_bytes(data)
    found = {one.name: one.sources for one in read_submissions(tmp_path).submissions}
    assert found == CLASSES[name].expected
    assert len({file.casefold() for file in file_names(found).values()}) == len(found)


def test_the_page_has_the_figures_of_this_round() -> None:
    attacks = [*ATTACKS.values(), *FILES.values(), *CLASSES.values()]
    page = " ".join((DOCS / "teachers.md").read_text(encoding="utf-8").split())
    broke = sum(bool(one.broke) for one in attacks)
    assert f"There are {len(FORGERIES) + len(THEFTS) + len(attacks)} attacks" in page
    assert f"In the last round, {len(attacks)} new ones were tried" in page
    again = sum(bool(one.broke) for one in SECOND.values())
    assert f"a second set of {len(SECOND)} broke {again} things more" in page
    assert f"a third of {len(THIRD)} broke nothing" in page
    assert not any(one.broke for one in THIRD.values())
    assert f"{broke} of them broke something" in page
