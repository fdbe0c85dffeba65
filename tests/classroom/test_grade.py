"""`course grade`, from submissions to the gradebook."""

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from course.classroom import schedule as classroom
from course.classroom.submissions import Submission
from course.grader.sandbox import NoSandboxError
from course.grader.work import TASK_SECONDS
from course.ui import command
from tests.proofs.classroom import Room, fill

pytest.importorskip("distributed")
SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    folder = tmp_path / "submissions"
    for name in ("ada", "ben", "cleo"):
        (folder / name).mkdir(parents=True)
    shutil.copy(SOLUTIONS / "saliency.py", folder / "ada")
    (folder / "ben" / "saliency.py").write_text("def smooth(heatmaps, sigma):\n    return 0\n")
    (folder / "cleo" / "notes.txt").write_text("I did not manage.")
    return folder


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No cluster: submissions are graded right here, and counted."""
    graded = []

    def share_out(waiting, tasks, seed, mode, scheduler, workers):  # noqa: ANN001, ANN202
        for key, group in waiting.items():
            graded.append(group[0].name)
            data = classroom.grade_here(group[0].sources, tasks, seed, "in-process")
            yield key, classroom.msgspec.json.decode(data, type=classroom.Report)

    monkeypatch.setattr(classroom, "_share_out", share_out)
    monkeypatch.setattr(classroom, "die_with_parent", lambda: None)
    return graded


def grade(submissions: Path, *words: str) -> Result:
    out = submissions.parent / "out"
    call = ["grade", str(submissions), "--out", str(out), "--no-sandbox"]
    return CliRunner().invoke(command.main, [*call, "--only", "saliency.smooth", *words])


def scores(submissions: Path) -> dict[str, str]:
    text = (submissions.parent / "out" / "gradebook.csv").read_text(encoding="utf-8-sig")
    return {line["submission"]: line["score"] for line in csv.DictReader(text.splitlines())}


def test_writes_all_results(submissions: Path, here: list[str]) -> None:
    result = grade(submissions, "--seed", "3")
    assert result.exit_code == 0, result.output
    assert "2 submissions graded, 1 refused" in result.output
    assert scores(submissions) == {"ada": "1", "ben": "0", "cleo": "0"}
    out = submissions.parent / "out"
    scope = json.loads((out / "gradescope" / "ada" / "results.json").read_text())
    assert (scope["score"], scope["tests"][0]["status"]) == (1.0, "passed")
    assert 'failures="1"' in (out / "junit" / "ben.xml").read_text()
    assert "number" in (out / "feedback" / "ben.html").read_text()
    assert "none of the modules" in (out / "feedback" / "cleo.html").read_text()
    assert "saliency.smooth" in (out / "summary.html").read_text()
    assert "ada,,,1" in (out / "canvas.csv").read_text()
    assert "ada,ada,1,1" in (out / "moodle.csv").read_text()
    assert 'href="feedback/ada.html"' in (out / "index.html").read_text()
    assert "Refused: cleo: none of the modules is in it; there is notes.txt" in result.output


def test_grades_nothing_twice_and_keeps_the_seed(submissions: Path, here: list[str]) -> None:
    grade(submissions)
    first = (submissions.parent / "out" / "gradebook.csv").read_bytes()
    grade(submissions)
    assert here == ["ada", "ben"]
    assert (submissions.parent / "out" / "gradebook.csv").read_bytes() == first


def test_the_same_files_twice_are_graded_once(submissions: Path, here: list[str]) -> None:
    shutil.copytree(submissions / "ada", submissions / "zoe")
    grade(submissions)
    assert scores(submissions)["zoe"] == "1"
    assert here == ["ada", "ben"]


def test_a_changed_submission_needs_a_word(submissions: Path, here: list[str]) -> None:
    grade(submissions)
    before = scores(submissions)
    (submissions / "ada" / "saliency.py").write_text("broken(")
    result = grade(submissions)
    assert result.exit_code == 2
    assert "--regrade" in result.output
    assert "ada" in result.output
    assert scores(submissions) == before


@pytest.mark.parametrize(("rule", "score"), [("newer", "0"), ("higher", "1")])
def test_regrade(submissions: Path, here: list[str], rule: str, score: str) -> None:
    grade(submissions)
    (submissions / "ada" / "saliency.py").write_text("broken(")
    shutil.copy(SOLUTIONS / "saliency.py", submissions / "ben")
    result = grade(submissions, "--regrade", rule)
    assert result.exit_code == 0, result.output
    assert scores(submissions) == {"ada": score, "ben": "1", "cleo": "0"}
    assert "ben: 0 → 1" in result.output
    changed = (submissions.parent / "out" / "changes.csv").read_text()
    assert "ben,0,1" in changed
    assert ("ada,1,0" in changed) == (rule == "newer")
    shown = (submissions.parent / "out" / "feedback" / "ada.html").read_text()
    assert (">1 of 1 points" in shown) == (rule == "higher")
    for page in ("feedback/ada.html", "gradebook.csv"):
        text = (submissions.parent / "out" / page).read_text()
        assert ("An earlier submission counts" in text) == (rule == "higher")
    assert "An earlier" not in (submissions.parent / "out" / "feedback" / "ben.html").read_text()


def test_what_was_written_for_a_submission_that_is_gone_or_refused_is_removed(
    submissions: Path, here: list[str]
) -> None:
    grade(submissions)
    out = submissions.parent / "out"
    (out / "feedback" / "own.html").write_text("a teacher's")
    (submissions / "ada").rename(submissions / "Ada L")
    (submissions / "ben" / "saliency.py").rename(submissions / "ben" / "notes.txt")
    grade(submissions, "--regrade", "newer")
    pages = {path.name for path in (out / "feedback").iterdir()}
    assert pages == {"Ada L.html", "ben.html", "cleo.html", "own.html"}
    assert [path.name for path in (out / "junit").iterdir()] == ["Ada L.xml"]
    assert [path.name for path in (out / "gradescope").iterdir()] == ["Ada L"]


def test_a_run_that_is_stopped_says_how_to_go_on(
    submissions: Path, here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = classroom.grade_here

    def stop_after_one(*words: object) -> bytes:
        if here[-1] == "ben":
            raise KeyboardInterrupt
        return go_on(*words)

    with monkeypatch.context() as patch:
        patch.setattr(classroom, "grade_here", stop_after_one)
        result = grade(submissions, "--seed", "3")
    assert result.exit_code == 130
    assert "2 of 3 submissions are graded and kept; the same command goes on" in result.output
    assert grade(submissions, "--seed", "3").exit_code == 0
    assert here == ["ada", "ben", "ben"]


def test_a_submission_that_has_vanished_is_said(submissions: Path, here: list[str]) -> None:
    grade(submissions)
    shutil.rmtree(submissions / "ada")
    result = grade(submissions)
    assert result.exit_code == 2
    assert "no longer there: ada" in result.output
    result = grade(submissions, "--regrade", "newer")
    assert "ada: 1 → no longer there" in result.output
    changed = (submissions.parent / "out" / "changes.csv").read_text(encoding="utf-8-sig")
    assert "ada,1,\n" in changed


def test_two_submissions_of_one_number_are_one_row_and_a_warning(
    submissions: Path, here: list[str]
) -> None:
    for number in (98765, 98799):
        shutil.copytree(submissions / "ada", submissions / f"cantor_321_{number}_hw")
    (submissions / "cantor_321_98799_hw" / "saliency.py").write_text("broken(")
    result = grade(submissions)
    assert scores(submissions)["cantor_321"] == "0"
    assert "cantor_321_98765_hw" in result.output
    assert "Note: cantor_321: An earlier attempt does not count" in result.output


def test_whatever_lies_in_the_folder_is_in_a_list(submissions: Path, here: list[str]) -> None:
    (submissions / "gauss.rar").write_bytes(b"Rar!\x1a\x07\x01\x00")
    (submissions / "minutes.docx").write_bytes(b"PK")
    result = grade(submissions)
    assert "gauss: it is a RAR archive" in result.output
    assert "minutes.docx: neither a folder nor an archive" in result.output
    out = submissions.parent / "out"
    assert scores(submissions).keys() == {"ada", "ben", "cleo", "gauss"}
    passed_over = (out / "passed-over.csv").read_text(encoding="utf-8-sig")
    assert list(csv.reader(passed_over.splitlines()))[1][0] == "minutes.docx"
    assert "minutes.docx" in (out / "summary.html").read_text()


def test_points_are_scaled_and_the_assignment_named(submissions: Path, here: list[str]) -> None:
    grade(submissions, "--points", "12.5", "--assignment", "Homework 3 (4711)")
    out = submissions.parent / "out"
    canvas = (out / "canvas.csv").read_text(encoding="utf-8-sig")
    assert "Section,Homework 3 (4711)" in canvas
    assert "Points Possible,,,12.5" in canvas
    assert "ada,,,12.5" in canvas
    assert "ada,ada,12.5,12.5" in (out / "moodle.csv").read_text(encoding="utf-8-sig")
    assert scores(submissions)["ada"] == "1"


@pytest.mark.parametrize("where", ["", "out", "deep/out"])
def test_results_never_lie_among_the_submissions(submissions: Path, where: str) -> None:
    call = ["grade", str(submissions), "--out", str(submissions / where), "--no-sandbox"]
    result = CliRunner().invoke(command.main, call)
    assert result.exit_code == 2
    assert "lies among the submissions" in result.output
    assert not (submissions / "out").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_where_one_may_not_write_is_said_before_the_work(
    submissions: Path, here: list[str]
) -> None:
    call = ["grade", str(submissions), "--out", "/proc/out", "--no-sandbox"]
    result = CliRunner().invoke(command.main, call)
    assert result.exit_code == 2
    assert "--out: cannot write into /proc" in result.output
    assert here == []


def test_a_class_s_own_zip_is_recognized(submissions: Path) -> None:
    shutil.make_archive(str(submissions.parent / "class"), "zip", submissions)
    zipped = submissions.parent / "class.zip"
    call = ["grade", str(zipped), "--out", str(submissions.parent / "out"), "--no-sandbox"]
    result = CliRunner().invoke(command.main, call)
    assert result.exit_code == 2
    assert "unpack it, and name the folder" in result.output


def test_a_folder_with_other_things_is_left_alone(submissions: Path) -> None:
    (submissions.parent / "out").mkdir()
    (submissions.parent / "out" / "thesis.tex").write_text("precious")
    result = grade(submissions)
    assert result.exit_code == 2
    assert "--out" in result.output
    assert [path.name for path in (submissions.parent / "out").iterdir()] == ["thesis.tex"]


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    result = grade(tmp_path)
    assert result.exit_code == 2
    assert "HANDINS" in result.output


def test_without_a_sandbox_it_refuses(submissions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise NoSandboxError("There is no bubblewrap here: apt-get install bubblewrap")

    monkeypatch.setattr("course.grader.sandbox.require_bubblewrap", refuse)
    call = ["grade", str(submissions), "--out", str(submissions.parent / "out")]
    result = CliRunner().invoke(command.main, call)
    assert result.exit_code == 2
    assert "apt-get install bubblewrap" in result.output
    assert not (submissions.parent / "out").exists()


def test_a_time_out_is_tried_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def slow_once(sources: dict, tasks: tuple[str, ...], seed: int, mode: str) -> classroom.Report:
        tries.append(tasks)
        report = classroom.lost(tasks, seed, "It ended twice")
        for verdict in report.tasks:
            is_late = len(tries) == 1 and verdict.task == "saliency.smooth"
            verdict.status = "timeout" if is_late else "passed"
            verdict.score = 0.0 if is_late else 1.0
        return report

    monkeypatch.setattr(classroom, "_grade", slow_once)
    both = ("saliency.smooth", "saliency.to_heatmap")
    report = json.loads(classroom.grade_here({}, both, 0, None))
    assert tries == [both, ("saliency.smooth",)]
    assert report["score"] == 2.0


def test_a_submission_that_the_grader_stumbles_over_costs_only_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stumble(*details: object) -> None:
        raise TypeError("\x1b[2J what is this?")

    monkeypatch.setattr(classroom, "_grade", stumble)
    report = json.loads(classroom.grade_here({}, ("saliency.smooth",), 0, None))
    assert report["score"] == 0.0
    (verdict,) = report["tasks"]
    assert verdict["status"] == "error"
    assert "stumbled over this submission (TypeError: ?[2J what" in verdict["message"]
    assert verdict["property"] == classroom.LOST  # so it is not kept


def test_a_scheduler_that_does_not_answer_leaves_nothing_behind(
    submissions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody_there(address: str) -> None:
        raise OSError(f"timed out trying to connect to {address}")

    monkeypatch.setattr("course.classroom.run.require_scheduler", nobody_there)
    out = submissions.parent / "out"
    call = ["grade", str(submissions), "--out", str(out), "--no-sandbox"]
    result = CliRunner().invoke(command.main, [*call, "--scheduler", "tcp://127.0.0.1:1"])
    assert result.exit_code == 2
    assert "--scheduler: tcp://127.0.0.1:1 does not answer" in result.output
    assert not out.exists()


def test_the_time_limit_is_what_the_teacher_s_page_says() -> None:
    """Two minutes, and two more because what ran out of time is tried again."""
    page = (SOLUTIONS.parent / "docs" / "teachers.md").read_text(encoding="utf-8")
    assert "at most two minutes for each task, and once more two minutes" in page
    assert TASK_SECONDS == 120


# --- with processes -------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_submission_that_ends_its_workers_is_given_up(tmp_path: Path) -> None:
    """Out of a sandbox it cannot do so; here it runs in the worker itself."""
    sources = {"eve": "import os\nos._exit(1)\n", "zoe": (SOLUTIONS / "saliency.py").read_text()}
    submissions = [
        Submission(name, sources={"saliency": source}) for name, source in sources.items()
    ]
    task = ("saliency.smooth",)
    reports = classroom.grade_all(submissions, tmp_path, task, 1, "in-process", None, 1)
    assert {name: report.score for name, report in reports.items()} == {"eve": 0, "zoe": 1}
    assert "2 times" in reports["eve"].tasks[0].message
    assert len(list(tmp_path.glob("*.json"))) == 1  # what was given up is tried again another time


@pytest.mark.slow
def test_a_cluster_elsewhere_grades_as_well(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    submissions = [Submission("ada", sources={"saliency": (SOLUTIONS / "saliency.py").read_text()})]
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        address = cluster.scheduler_address
        reports = classroom.grade_all(submissions, tmp_path, ("saliency.smooth",), 1, None, address)
    assert reports["ada"].is_full


@pytest.mark.slow
def test_the_settings_reach_the_workers() -> None:
    """With dask's profiler, a worker may wait for itself without end."""
    dask, distributed = pytest.importorskip("dask"), pytest.importorskip("distributed")
    quiet = {"dashboard_address": None, "silence_logs": 50}
    with (
        dask.config.set(classroom.SETTINGS),
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, **quiet) as cluster,
        distributed.Client(cluster) as client,
    ):
        asked = client.submit(dask.config.get, "distributed.worker.profile.enabled")
        assert asked.result(timeout=30) is False


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_named(submissions: Path) -> None:
    result = grade(submissions, "--scheduler", "tcp://127.0.0.1:9")
    assert result.exit_code == 2
    assert "--scheduler: tcp://127.0.0.1:9" in result.output
    assert not (submissions.parent / "out" / "gradebook.csv").exists()


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path: Path, needs_sandbox: None) -> None:
    room = fill(tmp_path / "submissions", count=10)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    run(room, whole).wait()
    first = run(room, killed)
    until(lambda: len(list(killed.glob("results/*.json"))) >= 3, first)
    first.kill()
    first.wait()
    wait_for_the_end_of_group(first.pid)
    assert not (killed / "gradebook.csv").exists()
    done = {path: path.stat().st_mtime_ns for path in killed.glob("results/*.json")}
    assert run(room, killed).wait() == 0
    assert {path: path.stat().st_mtime_ns for path in done} == done  # nothing graded twice
    assert (killed / "gradebook.csv").read_bytes() == (whole / "gradebook.csv").read_bytes()
    room.check(whole / "gradebook.csv")


def run(room: Room, out: Path) -> subprocess.Popen[bytes]:
    call = [sys.executable, "-m", "course.ui", "grade", str(room.folder), "--out", str(out)]
    call += ["--seed", "5", "--workers", "1"]
    return subprocess.Popen(call, start_new_session=True, stdout=subprocess.DEVNULL)


def wait_for_the_end_of_group(number: int) -> None:
    """What a killed run has started ends by itself."""
    for _ in range(200):
        try:
            os.killpg(number, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError("processes are left over")


def until(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    while not condition():
        assert process.poll() is None
        time.sleep(0.05)
