"""Answers: every wrong one is rejected and named, every right one accepted, and counted.

    python -m tests.proofs.answers

does what `pytest tests/answers --slow` does with its first two tests, and keeps the figures: also
who names the mistake in the first line. Known mistakes are named by their fingerprints, from the
file that the student's edition carries too; so the figures are those of both.
Exits with 1 if a wrong answer passes or is not named, or a right one fails.
"""

import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from rich.console import Console

from course.grader import fingerprints, messages
from course.grader.grading import Verdict, grade_task
from course.grader.pool import PRELOAD, start_workers
from course.grader.tasks import modules_with_tasks
from course.ui.progress import progress
from tests.answers.test_answers import RIGHT, TASKS, WRONG, headline_of, name_of, submission_of
from tests.proofs.results import record

NAMED_BY = {
    "recognize": "catalogue",
    "diagnose": "numbers",
    "find_clue": "numbers",
    "_asked": "asked",
    "_mixed_up": "asked",
    "_kept": "asked",
    "locate": "place",
    "when_wrong": "place",
}
"""Who may name a mistake, by the function of `course.grader.messages` that asks for it."""


class Naming:
    """Notes which of the functions that may name a mistake has done so last."""

    def __init__(self) -> None:
        self.last = ""
        for name in NAMED_BY:
            setattr(messages, name, self._watched(name, getattr(messages, name)))
        messages.RELATED = tuple(self._watched("diagnose", one) for one in messages.RELATED)

    def _watched(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any) -> Any:
            found = function(*args)
            self.last = name if found else self.last
            return found

        return watched

    def of(self, verdict: Verdict) -> str:
        """Who has named the mistake of a verdict; begins afresh."""
        last, self.last = self.last, ""
        if verdict.status == "error":
            return "error"
        if verdict.message.startswith("This does not hold"):
            return "nobody"
        return NAMED_BY.get(last, "property")


def main() -> int:
    """Grade all answers; returns the exit code."""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    stale = [
        module
        for module in modules_with_tasks()
        if fingerprints.hash_of_sources(module) != fingerprints.stored().sources.get(module)
    ]
    if stale:  # they are made anew, for this run
        console.print(f"out of date for {', '.join(stale)}: python -m course.grader.fingerprints")
    workers, naming, named_by = start_workers(PRELOAD, "spawn"), Naming(), Counter[str]()
    rejected, named, accepted = 0, 0, 0
    try:
        with progress("Answers", len(WRONG) + len(RIGHT)) as advance:
            for known in WRONG:
                verdict = grade_task(TASKS[known.task], submission_of(known, workers))
                named_by[naming.of(verdict)] += 1
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
    who = ", ".join(f"{name} {count}" for name, count in named_by.most_common())
    console.print(
        f"wrong answers: {len(WRONG)}, rejected {rejected}, named {named} ({who}); "
        f"right answers: {len(RIGHT)}, accepted {accepted}"
    )
    record(
        "answers",
        wrong=len(WRONG),
        rejected=rejected,
        named=named,
        right=len(RIGHT),
        accepted=accepted,
        **{f"named_by_{name}": count for name, count in sorted(named_by.items())},
    )
    return 0 if named == len(WRONG) and accepted == len(RIGHT) else 1


if __name__ == "__main__":
    sys.exit(main())
