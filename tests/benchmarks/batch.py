"""What a classroom costs: `python -m tests.benchmarks.batch [HANDINS]`.

Grades the same submissions (all modules, solved; default 10) in one process, by `course grade`
with one worker, and with two, all in sandboxes, and prints:
- the overhead of a submission with one worker, as a share of grading it in one process;
- the speed-up from one worker to two;
- the memory that a worker takes, with all its processes, at its peak.
"""

import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
from rich.console import Console

from course.classroom.schedule import grade_all
from course.classroom.submissions import Submission
from course.grader.grading import grade_sources
from course.grader.pool import PRELOAD, start_workers
from course.grader.sources import read_submission
from course.grader.tasks import select_tasks
from tests.proofs.results import record

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
TASKS = tuple(task.name for task in select_tasks())


def submissions(count: int) -> list[Submission]:
    """Submissions that differ in a comment, so that each is graded."""
    solved = read_submission(SOLUTIONS)
    marks = (f"{solved['saliency']}\n# {number}\n" for number in range(count))
    return [Submission(f"{i}", sources=solved | {"saliency": text}) for i, text in enumerate(marks)]


def in_one_process(some: list[Submission]) -> float:
    """Seconds for each submission, once TensorFlow is there."""
    workers = start_workers(PRELOAD, "sandbox")
    try:
        grade_sources(some[0].sources, select_tasks(TASKS), 1, workers)
        began = time.perf_counter()
        for submission in some:
            grade_sources(submission.sources, select_tasks(TASKS), 1, workers)
        return (time.perf_counter() - began) / len(some)
    finally:
        workers.close()


def in_a_classroom(some: list[Submission], workers: int) -> tuple[float, float]:
    """Seconds from the first result of every worker to the last, per submission; peak bytes."""
    stamps: list[float] = []
    peak, over = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.5):
            peak = max(peak, sum(map(_memory, psutil.Process().children(recursive=True))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    with tempfile.TemporaryDirectory() as folder:
        grade_all(
            some,
            Path(folder),
            TASKS,
            1,
            "sandbox",
            workers=workers,
            on_result=lambda submission: stamps.append(time.perf_counter()),
        )
    over.set()
    watcher.join()
    # The first ones wait for the imports; the rest is what counts for many.
    warm = stamps[workers - 1 :]
    return (warm[-1] - warm[0]) / (len(warm) - 1), peak / workers


def _memory(process: psutil.Process) -> int:
    try:
        return process.memory_full_info().pss  # shared pages are counted once
    except psutil.Error:
        return 0


def main(count: int) -> None:
    """Measure, and print."""
    console = Console(highlight=False)
    some = submissions(count)
    alone = in_one_process(some)
    one, memory = in_a_classroom(some, 1)
    two, _ = in_a_classroom(some, 2)
    console.print(f"a submission of {len(TASKS)} tasks in one process: {alone:.2f} s")
    console.print(f"overhead of a classroom with one worker: {one / alone - 1:+.0%}")
    console.print(f"speed-up from one worker to two: {one / two:.2f}")
    console.print(f"memory of a worker: {memory / 2**30:.2f} GB")
    record(
        "scale",
        seconds_alone=round(alone, 2),
        tasks=len(TASKS),
        overhead=round(one / alone - 1, 3),
        speed_up=round(one / two, 2),
        worker_gigabytes=round(memory / 2**30, 2),
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
