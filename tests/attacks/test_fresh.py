"""The attacks of the last round; the teachers' page has its figures from here."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from course.classroom.case import judge_case, key_with_case
from course.classroom.gradescope import _nobody_can_run_python
from course.classroom.names import file_names
from course.classroom.submissions import read_submission_at, read_submissions
from course.given.cases.plan import NETWORKS
from course.grader.grading import Verdict
from course.grader.places import DOCS
from course.grader.pool import PRELOAD, Workers, _say_how_it_ended, start_workers
from course.grader.tasks import select_tasks
from course.worker.filter import is_available
from course.worker.protocol import ProtocolError
from tests.attacks import fifth, files, fourth, fresh, second, sixth, third
from tests.attacks.conftest import CANARY
from tests.attacks.files import CLASSES
from tests.attacks.fresh import RESOURCES
from tests.attacks.known import FORGERIES, THEFTS
from tests.attacks.test_attacks import grade_attack

NEEDS_FILTER = {
    *("calls_home", "leases_files", "calls_more_of_the_kernel", "shuts_itself_in"),
    *("clones_itself_as_root", "watches_files", "hears_who_opens_files"),
    "says_it_in_longer_numbers",
    "numbers_its_calls_at_length",
}
TWICE = {"leaves_things_behind", "locks_files", "locks_parts_of_files"}
ROUNDS = (fresh, second, third, fourth, fifth, sixth)
POINTS = {name: one for part in ROUNDS for name, one in part.POINTS.items()}
LEAKS = {name: one for part in ROUNDS for name, one in getattr(part, "LEAKS", {}).items()}
FILES = files.FILES | {
    name: one for part in ROUNDS for name, one in getattr(part, "FILES", {}).items()
}
CASES = fourth.CASES | fifth.CASES | sixth.CASES
ATTACKS = POINTS | RESOURCES | LEAKS
SECOND = second.POINTS | second.LEAKS | second.FILES
THIRD = third.POINTS | third.FILES
FOURTH = fourth.POINTS | fourth.LEAKS | fourth.FILES | fourth.CASES
FIFTH = fifth.POINTS | fifth.LEAKS | fifth.FILES | fifth.CASES
SIXTH = sixth.POINTS | sixth.LEAKS | sixth.FILES | sixth.CASES
LATER = FOURTH | FIFTH | SIXTH


def marked(names: Iterable[str]) -> list[Any]:
    """The names, of which those are slow that take a second, or are new and have broken nothing."""
    slow = {"a_chain_of_calls", *(name for name in LATER if not LATER[name].broke)}
    return [pytest.param(one, marks=pytest.mark.slow) if one in slow else one for one in names]


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
    attack = ATTACKS[name]
    verdict = grade_attack(attack.source, workers, *select_tasks([attack.task]))
    assert len(os.listdir("/proc/self/fd")) <= files + 2  # a line of its own for each worker
    return verdict


@pytest.mark.parametrize("name", marked([*POINTS, *RESOURCES]))
def test_no_point_is_got(name: str, workers: Workers) -> None:
    verdict = verdict_on(name, workers)
    assert verdict.status in ("failed", "error", "timeout")
    assert verdict.score == 0
    assert CANARY not in verdict.message


@pytest.mark.parametrize("name", marked(LEAKS))
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


@pytest.mark.parametrize("name", marked(FILES))
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


HONEST = frozenset(f"{network} is honest" for network in NETWORKS)


@pytest.mark.parametrize("name", CASES)
def test_no_case_is_solved_by_its_file(name: str, tmp_path: Path) -> None:
    data = CASES[name].data()
    kind = {b"PK": "eve.zip", b"\x1f\x8b": "eve.tgz"}.get(data[:2], "eve/case.toml")
    (tmp_path / kind).parent.mkdir(exist_ok=True)
    (tmp_path / kind).write_bytes(data)
    [eve] = read_submissions(tmp_path, with_case=True).submissions
    assert not eve.refusal
    assert sum(map(len, eve.cases.values())) < 100_000
    assert key_with_case("", eve.cases, 1)
    verdict = judge_case(eve.cases, HONEST)
    assert verdict.score == 0
    assert re.search(CASES[name].says, verdict.message), verdict.message[:500]
    assert len(verdict.message) < 3000
    assert verdict.message.replace("\n", "").isprintable()


def test_a_signal_without_a_name_is_said() -> None:
    gone = ProtocolError("the other side has gone")
    assert "crashed (signal 40)" in _say_how_it_ended(-40, gone)


def test_the_page_has_the_figures_of_all_rounds() -> None:
    later = LATER.values()
    attacks = [*ATTACKS.values(), *FILES.values(), *CLASSES.values(), *CASES.values()]
    before = len(attacks) - len(later)
    page = " ".join((DOCS / "teachers.md").read_text(encoding="utf-8").split())
    assert f"There are {len(FORGERIES) + len(THEFTS) + len(attacks)} attacks" in page
    assert f"In the round before the last, {before} new ones were tried" in page
    assert f"{broken(attacks) - broken(later)} of them broke something" in page
    assert f"a second set of {len(SECOND)} broke {broken(SECOND.values())} things more" in page
    assert f"a third of {len(THIRD)} broke nothing" in page
    assert not broken(THIRD.values())
    assert f"a fourth set of {len(FOURTH)} broke {broken(FOURTH.values())} things" in page
    assert f"a fifth of {len(FIFTH)} broke {broken(FIFTH.values())}" in page
    assert f"a sixth of {len(SIXTH)} broke nothing" in page
    assert not broken(SIXTH.values())


def broken(attacks: Iterable[Any]) -> int:
    """How many attacks have broken something."""
    return sum(bool(one.broke) for one in attacks)
