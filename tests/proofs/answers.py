"""Answers: every wrong one is rejected and named, every right one accepted, and counted.

    python -m tests.proofs.answers

does what `pytest tests/answers --slow` does with its first two tests, and keeps the figures.
Exits with 1 if a wrong answer passes or is not named, or a right one fails.
"""

import sys

from rich.console import Console

from course.grader.grading import grade_task
from course.grader.pool import PRELOAD, start_workers
from course.ui.progress import progress
from tests.answers.test_answers import RIGHT, TASKS, WRONG, headline_of, name_of, submission_of
from tests.proofs.results import record


def main() -> int:
    """Grade all answers; returns the exit code."""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    workers = start_workers(PRELOAD, "spawn")
    rejected, named, accepted = 0, 0, 0
    try:
        with progress("Answers", len(WRONG) + len(RIGHT)) as advance:
            for known in WRONG:
                verdict = grade_task(TASKS[known.task], submission_of(known, workers))
                is_rejected = verdict.status in ("failed", "error", "timeout")
                is_named = is_rejected and known.says in headline_of(verdict)
                rejected, named = rejected + is_rejected, named + is_named
                if not is_named:
                    console.print(f"{name_of(known)}: {verdict.status}\n{verdict.message}")
                advance(f"{rejected} rejected, {named} named")
            for other in RIGHT:
                verdict = grade_task(TASKS[other.task], submission_of(other, workers))
                accepted += verdict.status == "passed"
                if verdict.status != "passed":
                    console.print(f"{name_of(other)}: {verdict.status}\n{verdict.message}")
                advance(f"{accepted} accepted")
    finally:
        workers.close()
    console.print(
        f"wrong answers: {len(WRONG)}, rejected {rejected}, named {named}; "
        f"right answers: {len(RIGHT)}, accepted {accepted}"
    )
    record(
        "answers",
        wrong=len(WRONG),
        rejected=rejected,
        named=named,
        right=len(RIGHT),
        accepted=accepted,
    )
    return 0 if named == len(WRONG) and accepted == len(RIGHT) else 1


if __name__ == "__main__":
    sys.exit(main())
