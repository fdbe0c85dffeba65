"""No point forged, nothing stolen, nobody else harmed."""

import os
import socket
from pathlib import Path

import pytest

from course.grader import work as work_module
from course.grader.grading import Verdict, grade_task
from course.grader.pool import Workers
from course.grader.sources import read_submission
from course.grader.tasks import Task, select_tasks
from course.grader.work import MOST_RECORDS, Work
from course.worker.filter import is_available
from course.worker.protocol import Returned, Scalar
from tests.attacks.conftest import CANARY
from tests.attacks.known import FORGERIES, THEFTS, smoothing

SOLUTIONS = read_submission(Path(__file__).resolve().parents[2] / "solutions")
(SMOOTH,) = select_tasks(["saliency.smooth"])


def grade_attack(
    source: str,
    workers: Workers,
    task: Task = SMOOTH,
    seconds: float = work_module.CALL_SECONDS,
) -> Verdict:
    """The verdict on an attack, whose calls may take so long; and see that an honest submission
    after it gets its point, in whatever time it needs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work_module, "CALL_SECONDS", seconds)
        verdict = grade_task(task, Work({task.module: source}, workers))
    workers.forget()  # as the run of a class does between two submissions
    honest = grade_task(SMOOTH, Work(SOLUTIONS, workers))
    assert honest.status == "passed", honest.message
    return verdict


def test_there_are_attacks_enough() -> None:
    assert len(FORGERIES) + len(THEFTS) >= 85


SOME = 4
"""One in so many forgeries is tried at once, and all of them by the slow tests."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] * (place % SOME > 0))
        for place, name in enumerate(FORGERIES)
    ],
)
def test_no_point_is_forged(name: str, workers: Workers) -> None:
    verdict = grade_attack(FORGERIES[name], workers)
    assert verdict.status in ("failed", "error", "timeout", "not_started")
    assert verdict.score == 0
    assert CANARY not in verdict.message
    assert len(verdict.message) < 4000
    assert all(char.isprintable() or char == "\n" for char in verdict.message)


NEEDS_FILTER = {"reads_keys", "calls_all_of_the_kernel", "opens_odd_sockets"}


@pytest.mark.parametrize("name", THEFTS)
def test_nothing_is_found(name: str, workers: Workers, tmp_path: Path) -> None:
    if name in NEEDS_FILTER and not is_available():
        pytest.skip("no libseccomp here")
    (tmp_path / "canary.txt").write_text(CANARY)
    source = THEFTS[name].replace("CANARY", str(tmp_path / "canary.txt"))
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind("\0course-canary")
        unix.listen()
        verdict = grade_attack(source.replace("PORT", str(tcp.getsockname()[1])), workers)
        for listener in (tcp, unix):
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):
                listener.accept()
    assert verdict.status == "error"
    assert "LOOT: []" in verdict.message, verdict.message
    assert CANARY not in verdict.message


def test_a_hang_that_ignores_signals_is_ended(workers: Workers) -> None:
    hang = smoothing(
        """
        import signal, time
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        while True:
            time.sleep(0.1)
        """
    )
    assert grade_attack(hang, workers, seconds=1.0).status == "timeout"


def test_a_fork_bomb_reaches_its_limit_and_ends(workers: Workers) -> None:
    bomb = smoothing(
        """
        import time
        count = 0
        try:
            while count < 5000:
                if os.fork() == 0:
                    time.sleep(1000)
                count += 1
        except OSError:
            pass
        raise RuntimeError(f"made {count}")
        """
    )
    before = count_processes()
    verdict = grade_attack(bomb, workers)
    made = int(verdict.message.partition("made ")[2].split()[0])
    assert made < 200  # the first call meets the limit; a replay finds it used up
    workers.renew()
    assert count_processes() <= before


def test_a_daemon_ends_with_its_task(workers: Workers) -> None:
    daemon = smoothing(
        """
        import time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                while True:
                    time.sleep(0.05)
            os._exit(0)
        return 0 * heatmaps
        """
    )
    before = count_processes()
    assert grade_attack(daemon, workers).status == "failed"
    workers.renew()
    assert count_processes() <= before


def test_a_disk_cannot_be_filled(workers: Workers) -> None:
    filler = smoothing(
        """
        written = 0
        for number in range(200):
            try:
                with open(f"/tmp/{number}", "wb") as file:
                    written += file.write(bytes(2**20))
            except OSError:
                break
        raise RuntimeError(f"wrote {written // 2**20} MB")
        """
    )
    for _ in range(2):  # what the first has written is gone when the second comes
        verdict = grade_attack(filler, workers)
        assert 40 < int(verdict.message.partition("wrote ")[2].split()[0]) <= 64


def test_memory_that_is_shared_counts_as_well(workers: Workers) -> None:
    mapper = smoothing(
        """
        import mmap
        kept = []
        try:
            while len(kept) < 100:
                kept.append(mmap.mmap(-1, 2**28))
        except (OSError, MemoryError, ValueError):
            pass
        raise RuntimeError(f"mapped {len(kept)} quarters")
        """
    )
    verdict = grade_attack(mapper, workers)
    assert 4 < int(verdict.message.partition("mapped ")[2].split()[0]) <= 16


def test_the_grader_keeps_few_calls_and_small_ones() -> None:
    """However long an example shrinks, and however large the answers are."""
    work = Work({}, Generous())
    work.begin("saliency.smooth")
    for number in range(1000):
        work.saliency.smooth(number)
    assert len(work.records) <= MOST_RECORDS
    assert [record.args[0] for record in (work.records[0], work.records[-1])] == [0, 999]


class Generous:
    """Workers that have the same answer for everything."""

    def renew(self) -> None:
        pass

    def ask(self, request: object, seconds: float) -> Returned:
        return Returned(Scalar(1.0), [])

    def close(self) -> None:
        pass


def test_what_is_patched_is_whole_again_for_the_next(workers: Workers) -> None:
    patch = "import course.given.plots as p\np.show_images = None\nimport numpy\nnumpy.abs = None\n"
    look = smoothing("import course.given.plots as p, numpy\nreport([p.show_images, numpy.abs])")
    grade_task(SMOOTH, Work({"saliency": patch + smoothing("return heatmaps")}, workers))
    verdict = grade_task(SMOOTH, Work({"saliency": look}, workers))
    assert "None" not in verdict.message


def test_killing_everything_costs_only_the_own_task(workers: Workers) -> None:
    kill = smoothing("import signal\nos.kill(-1, 9)\nos.kill(1, 9)\nreturn 0 * heatmaps")
    assert grade_attack(kill, workers).status in ("failed", "error")


def test_a_worker_that_answers_by_drops_is_out_of_time(workers: Workers) -> None:
    """Else this would wait for ever: the drops do not end."""
    drops = smoothing(
        """
        import time
        while True:
            for number in range(3, 64):
                try:
                    os.write(number, b"\\x00")
                except OSError:
                    pass
            time.sleep(0.4)
        """
    )
    assert grade_attack(drops, workers, seconds=1.5).status in ("timeout", "error")


def count_processes() -> int:
    """How many processes there are below this one, at any depth."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                after_the_name = (folder / "stat").read_text().rpartition(")")[2]
            except OSError:
                continue
            parents[int(folder.name)] = int(after_the_name.split()[1])
    below, layer = 0, {os.getpid()}
    while layer := {number for number, parent in parents.items() if parent in layer}:
        below += len(layer)
    return below
