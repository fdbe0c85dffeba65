"""Flakes: the solutions graded again and again with fresh seeds; a right answer never fails.

    python -m tests.proofs.flakes [TIMES]

grades all solutions that often (default 200) in one process, and prints every verdict that is no
pass, with the seed that repeats it. Exits with 1 if there is one.
"""

import sys
from pathlib import Path

from rich.console import Console

from course.grader.grading import fresh_seed, grade
from course.grader.pool import PRELOAD, start_workers
from course.grader.tasks import select_tasks
from course.ui.progress import progress
from tests.grading import models
from tests.proofs.results import record

ROOT = Path(__file__).resolve().parents[2]


def main(times: int) -> int:
    """Grade the solutions; returns the exit code."""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    tasks = select_tasks()
    workers = start_workers(PRELOAD, "spawn")  # stays warm, while every fork begins cold
    failures = 0
    try:
        with progress("Runs", times) as advance:
            for _ in range(times):
                seed = fresh_seed()
                for verdict in grade(ROOT / "solutions", tasks, seed, workers).tasks:
                    if verdict.status != "passed":
                        failures += 1
                        console.print(f"course check {verdict.task} --seed {seed}")
                        console.print(verdict.message)
                advance(f"{failures} failures")
                models.forget()
    finally:
        workers.close()
    console.print(f"{times} runs of {len(tasks)} tasks: {failures} failures")
    record("flakes", runs=times, tasks=len(tasks), failures=failures)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
