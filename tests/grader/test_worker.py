"""Whatever a student's code does costs its own task and no other."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from course.grader import work
from course.grader.grading import Report, Verdict, as_json, grade_sources
from course.grader.pool import BrokenGraderError, ForkedWorkers, Workers, start_workers
from course.grader.tasks import select_tasks
from course.worker import protocol

Grade = Callable[..., Report]

NAMES = ("saliency.to_heatmap", "saliency.smooth", "saliency.symmetric_limit")


def statuses(report: Report) -> dict[str, str]:
    return {verdict.task.partition(".")[2]: verdict.status for verdict in report.tasks}


def verdict_of(report: Report, name: str) -> Verdict:
    return next(verdict for verdict in report.tasks if verdict.task == name)


def smooth_that(body: str) -> str:
    """Source of a `smooth` with this body."""
    return f"def smooth(heatmaps, sigma):\n    {body}"


def test_solutions_get_their_points(grade_with: Grade) -> None:
    report = grade_with("saliency", "", *NAMES)
    assert set(statuses(report).values()) == {"passed"}
    assert report.score == report.max_score == 3


def test_a_wrong_function_fails_its_task_and_no_other(grade_with: Grade) -> None:
    report = grade_with("saliency", smooth_that("return 2 * np.asarray(heatmaps)"), *NAMES)
    assert statuses(report) == {
        "to_heatmap": "passed",
        "smooth": "failed",
        "symmetric_limit": "passed",
    }


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ("while True: pass", "timeout", "takes too long"),
        ("import os; os._exit(0)", "error", "exit code 0"),
        ("import os; os.abort()", "error", "never came back"),
        ("raise SystemExit", "error", "ends the whole program"),
        ("raise KeyboardInterrupt", "error", "KeyboardInterrupt"),
        ("raise RuntimeError('too bad')", "error", "RuntimeError: too bad"),
        ("return undefined_name", "error", "undefined_name"),
        ("return object()", "failed", "should be an array of numbers"),
        ("return None", "failed", "`return` missing"),
        ("return np.asarray(heatmaps).astype(object)", "failed", "dtype object"),
        ("return np.full_like(heatmaps, np.nan)", "failed", "NaN"),
        (
            "sigma += 1; raise NotImplementedError('saliency.to_heatmap')",
            "error",
            "saliency.to_heatmap",
        ),
        ("heatmaps[:] = 0; return heatmaps", "failed", "work on a copy"),
        ("import nowhere", "error", "nowhere"),
    ],
)
def test_trouble_costs_one_task_and_says_so(
    grade_with: Grade, monkeypatch: pytest.MonkeyPatch, body: str, status: str, words: str
) -> None:
    if status == "timeout":
        monkeypatch.setattr(work, "CALL_SECONDS", 4.0)
    report = grade_with("saliency", smooth_that(body), *NAMES)
    assert statuses(report) == {
        "to_heatmap": "passed",
        "smooth": status,
        "symmetric_limit": "passed",
    }
    message = verdict_of(report, "saliency.smooth").message
    assert words in " ".join(message.split())
    assert max(map(len, message.splitlines())) <= 80
    assert "site-packages" not in message


@pytest.mark.skipif(os.name != "posix", reason="no memory limit here")
def test_asking_for_ten_gigabytes_costs_one_task(grade_with: Grade) -> None:
    report = grade_with("saliency", smooth_that("return np.ones(10 * 2**30, np.uint8)"), *NAMES)
    assert statuses(report)["smooth"] == "error"
    assert statuses(report)["symmetric_limit"] == "passed"
    assert "memory" in verdict_of(report, "saliency.smooth").message


def test_a_flood_of_output_disturbs_nothing(grade_with: Grade) -> None:
    flood = "print('x' * 10**7); import os; os.write(1, b'y' * 10**6); os.write(2, b'z' * 10**6)"
    body = (
        f"{flood}\n    return gaussian_filter(heatmaps, (0, sigma, sigma)) if sigma >= 0 else 1/0"
    )
    report = grade_with("saliency", smooth_that(body), *NAMES)
    verdict = verdict_of(report, "saliency.smooth")
    assert verdict.status == "error"  # the ZeroDivisionError at sigma=-1, after all the output
    assert "ZeroDivisionError" in verdict.message
    assert len(verdict.message) < 1500


def test_a_giant_answer_is_refused(grade_with: Grade) -> None:
    report = grade_with("saliency", smooth_that("return np.zeros(20 * 2**20)"), *NAMES)
    assert statuses(report)["smooth"] == "error"
    assert statuses(report)["symmetric_limit"] == "passed"


def test_a_syntax_error_costs_its_module(workers: Workers, solutions: dict[str, str]) -> None:
    sources = solutions | {"saliency": solutions["saliency"].replace("return float(", "return (")}
    sources["saliency"] += "\ndef broken(:\n"
    report = grade_sources(sources, select_tasks(["saliency"]), 0, workers)
    assert set(statuses(report).values()) == {"error"}
    message = report.tasks[0].message
    assert "Python cannot read the file" in message
    assert f"saliency.py, line {len(sources['saliency'].splitlines())}" in message


def test_an_error_shows_the_students_own_lines_only(grade_with: Grade) -> None:
    text = "def helper(x):\n    return np.linalg.inv(x)\n\n" + smooth_that(
        "return helper(heatmaps)"
    )
    message = verdict_of(grade_with("saliency", text, *NAMES), "saliency.smooth").message
    assert "return helper(heatmaps)" in message
    assert "return np.linalg.inv(x)" in message
    assert "linalg.py" not in message


def test_processes_that_a_student_starts_end_with_the_task(
    grade_with: Grade, workers: Workers, tmp_path: os.PathLike[str]
) -> None:
    if type(workers).__name__ != "ForkedWorkers":
        pytest.skip("only a forked worker has a process group of its own")
    sign = f"{tmp_path}/alive"
    later = f"subprocess.Popen(['sh', '-c', 'sleep 2; touch {sign}'])"
    grade_with("saliency", smooth_that(f"import subprocess; {later}; raise ValueError"), *NAMES)
    time.sleep(2.5)
    assert not os.path.exists(sign)


def test_the_same_seed_gives_the_same_report(grade_with: Grade) -> None:
    wrong = smooth_that("return np.abs(heatmaps)")
    first, second = (grade_with("saliency", wrong, *NAMES) for _ in range(2))
    for report in (first, second):
        for verdict in report.tasks:
            verdict.seconds = 0.0
    assert first == second


def test_modules_find_each_other_in_the_handin(grade_with: Grade) -> None:
    """A submission's modules import its own, by either spelling, not the package's stubs."""
    text = (
        "from course.saliency import to_heatmap as first\n"
        "from .saliency import to_heatmap as second\n"
        "def random_start(shape, seed):\n"
        "    assert first is second and first.__module__ == 'course.saliency'\n"
        "    return np.asarray(first(np.ones((*shape, 1)))) * 0.5\n"
    )
    report = grade_with("activation_maximization", text, "activation_maximization.random_start")
    assert "AssertionError" not in report.tasks[0].message
    assert report.tasks[0].status == "failed"


@pytest.mark.slow
def test_without_fork_a_process_serves_until_it_is_broken(
    solutions: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fallback of Windows and macOS, in short: the slow tests put it through everything."""
    monkeypatch.setenv("COURSE_WORKER", "spawn")
    ending = {"saliency": solutions["saliency"] + "\n" + smooth_that("import os; os._exit(3)")}
    report = grade_sources(ending, select_tasks(NAMES))
    assert statuses(report) == {
        "to_heatmap": "passed",
        "smooth": "error",
        "symmetric_limit": "passed",
    }
    assert "exit code 3" in verdict_of(report, "saliency.smooth").message


def test_an_unknown_kind_of_worker_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_WORKER", "thread")
    with pytest.raises(ValueError, match="COURSE_WORKER"):
        start_workers([])


def test_stubs_start_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("a worker was started for nothing")

    monkeypatch.setattr("course.grader.grading.start_workers", refuse)
    sources = {"saliency": "def smooth(heatmaps, sigma):\n    raise NotImplementedError"}
    report = grade_sources(sources, select_tasks(["saliency.smooth", "feature_visualization"]))
    assert {verdict.status for verdict in report.tasks} == {"not_started"}
    assert report.score == 0
    assert not report.is_full


def test_nothing_asked_is_not_full_marks(solutions: dict[str, str]) -> None:
    assert not grade_sources(solutions, []).is_full


def test_a_failure_carries_the_call_that_shows_it(grade_with: Grade) -> None:
    report = grade_with("saliency", smooth_that("return 2 * np.asarray(heatmaps)"), NAMES[1])
    shown = report.tasks[0].counterexample
    assert shown is not None
    heatmaps = np.array(shown.arguments["0"])
    assert heatmaps.ndim == 3
    np.testing.assert_allclose(np.array(shown.answer), 2 * heatmaps)
    assert shown.call.startswith("smooth(")
    decoded = msgspec.json.decode(as_json(report), type=Report)
    assert decoded.tasks[0].counterexample == shown


def test_a_report_can_be_written_whatever_a_call_was_given(grade_with: Grade) -> None:
    wrong = "def fourier_images(coefficients, height, width):\n    return coefficients.real"
    report = grade_with("natural_images", wrong, "natural_images.fourier_images")
    msgspec.to_builtins(report)  # as Gradescope's file and the run of a class need it
    read = msgspec.json.decode(as_json(report), type=Report).tasks[0].counterexample
    assert read is not None
    first = np.ravel(read.arguments["0"])[0]
    assert "j" in first


# --- a server that dies costs the task that killed it, and no other -------------------------------

IN_NUMPY = """
import numpy as np

def symmetric_limit(heatmap):
    return float(np.max(np.abs(heatmap)))

"""

only_forked = pytest.mark.skipif(sys.platform != "linux", reason="there is a server on Linux only")


@only_forked
@pytest.mark.parametrize("what", ["SIGKILL", pytest.param("SIGTERM", marks=pytest.mark.slow)])
def test_a_submission_that_kills_the_server_costs_its_task(what: str) -> None:
    kill = f"import os, signal, time; os.kill(os.getppid(), signal.{what}); time.sleep(20)"
    # It is started again and again: without TensorFlow, that is quick.
    workers = start_workers(["numpy"], "fork")
    try:
        sources = {"saliency": IN_NUMPY + smooth_that(kill)}
        report = grade_sources(sources, select_tasks(NAMES[1:]), 0, workers)
    finally:
        workers.close()
    assert statuses(report) == {"smooth": "error", "symmetric_limit": "passed"}
    message = " ".join(verdict_of(report, "saliency.smooth").message.split())
    assert "the process that starts all others has ended, too" in message


@pytest.mark.slow
@only_forked
def test_a_right_answer_is_tried_again_when_the_server_ends_in_mid_call(
    grade_with: Grade, workers: Workers, tmp_path: Path
) -> None:
    if type(workers).__name__ != "ForkedWorkers":
        pytest.skip("no server here")
    sign = tmp_path / "once"
    body = (
        f"import os, pathlib, time\n    sign = pathlib.Path({str(sign)!r})\n"
        "    if not sign.exists():\n"
        "        sign.touch()\n        os.kill(os.getppid(), 9)\n        time.sleep(20)\n"
        "    if sigma < 0:\n        raise ValueError\n"
        "    return gaussian_filter(heatmaps, (0, sigma, sigma))"
    )
    report = grade_with("saliency", smooth_that(body), *NAMES)
    assert sign.exists()
    assert set(statuses(report).values()) == {"passed"}


# --- several tasks at once ------------------------------------------------------------------------


@only_forked
def test_tasks_that_are_graded_at_once_get_the_verdicts_that_they_get_one_by_one() -> None:
    sources = {"saliency": IN_NUMPY + smooth_that("return 2 * np.asarray(heatmaps)")}
    sources["clever_hans"] = "import numpy as np\n\ndef plant(*given):\n    return given[0]\n"
    names = (*NAMES, "clever_hans.add_square", "clever_hans.plant")
    one, other = (start_workers(["numpy"], "fork") for _ in range(2))
    told: list[list[str]] = [[], []]
    try:
        reports = [
            grade_sources(sources, select_tasks(names), 0, one, lambda v: told[0].append(v.task)),
            grade_sources(
                sources, select_tasks(names), 0, one, lambda v: told[1].append(v.task), [other]
            ),
        ]
    finally:
        one.close()
        other.close()
    for report in reports:
        for verdict in report.tasks:
            verdict.seconds = 0.0
    assert reports[0] == reports[1]
    assert told[0] == told[1] == list(names)
    assert {verdict.status for verdict in reports[0].tasks} == {"passed", "failed", "error"}


@pytest.mark.parametrize("mode", ["spawn", pytest.param("fork", marks=only_forked)])
def test_workers_that_are_closed_start_no_other(mode: str) -> None:
    workers = start_workers(["numpy"], mode)
    workers.ask(protocol.Load({}), 60)
    workers.close()

    def ask_another() -> None:
        workers.renew()
        workers.ask(protocol.Load({}), 60)

    with pytest.raises(BrokenGraderError):
        ask_another()


# --- a worker that stands ready -------------------------------------------------------------------


def test_a_worker_that_stands_ready_is_as_good_as_any(grade_with: Grade, workers: Workers) -> None:
    for _ in range(2):
        workers.prepare()
        workers.prepare()  # there is one already
        assert statuses(grade_with("saliency", "", "saliency.to_heatmap")) == {
            "to_heatmap": "passed"
        }


def test_nothing_of_a_task_is_left_in_the_worker_that_stands_ready(
    grade_with: Grade, workers: Workers
) -> None:
    if type(workers).__name__ != "ForkedWorkers":
        pytest.skip("one process serves all tasks")
    leave = "import builtins; builtins.left = 1; return gaussian_filter(heatmaps, (0, 1, 1))"
    find = "import builtins; assert not hasattr(builtins, 'left'); return 'nothing'"
    grade_with("saliency", smooth_that(leave), NAMES[1])
    workers.prepare()
    message = grade_with("saliency", smooth_that(find), NAMES[1]).tasks[0].message
    assert "AssertionError" not in message


@only_forked
def test_a_worker_that_is_killed_while_it_stands_ready_costs_nothing() -> None:
    workers = start_workers(["numpy"], "fork")
    assert isinstance(workers, ForkedWorkers)
    sources, tasks = {"saliency": IN_NUMPY}, select_tasks(NAMES[2:])
    try:
        assert grade_sources(sources, tasks, 0, workers).is_full
        workers.prepare()
        server = workers._server.pid
        (ready,) = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        os.kill(int(ready), signal.SIGKILL)
        assert grade_sources(sources, tasks, 0, workers).is_full
    finally:
        workers.close()


@only_forked
def test_nobody_waits_for_a_server_that_is_still_importing() -> None:
    workers = start_workers(["tensorflow"], "fork")
    assert isinstance(workers, ForkedWorkers)
    try:
        workers.prepare()
        assert workers._connection is None
    finally:
        workers.close()


def test_a_grader_that_cannot_work_says_what_it_has_found_out(solutions: dict[str, str]) -> None:
    class Failing:
        tasks = 0

        def renew(self) -> None:
            self.tasks += 1

        def ask(self, request: object, seconds: float) -> object:
            if self.tasks > 1:
                raise BrokenGraderError("no TensorFlow here")
            return protocol.Returned(protocol.Scalar(None), [])

        def close(self) -> None:
            pass

    with pytest.raises(BrokenGraderError) as broken:
        grade_sources(solutions, select_tasks(NAMES), 0, Failing())
    report = broken.value.report
    assert [verdict.status for verdict in report.tasks] == ["failed", "error", "error"]
    assert "no TensorFlow here" in report.tasks[1].message
    assert not report.is_full
