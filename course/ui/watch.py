"""`course watch`: save a file, and see at once what has become of the task at hand."""

import subprocess
import sys
from pathlib import Path

from rich.console import Console

from course.grader.grading import Verdict, grade_sources, untouched_tasks
from course.grader.hints import next_hint
from course.grader.pool import Workers
from course.grader.sources import read_submission
from course.grader.tasks import Task
from course.ui.board import STYLES, board, not_checked
from course.ui.keyboard import keys

HELP = "h hint   l list   n next   r run all   s show the picture   q quit"
LOOK_EVERY = 0.05
"""Seconds between two looks at the files, which are small: reading them is the simplest look."""


class Watch:
    """The state of a watch: what the files hold, the verdicts so far, and the task at hand."""

    def __init__(
        self, work: Path, tasks: list[Task], workers: Workers, console: Console, seed: int = 0
    ) -> None:
        self.tasks = tasks
        self.current = tasks[0]
        self._work = work
        self._workers = workers
        self._console = console
        self._seed = seed
        self._sources = read_submission(work)
        self._verdicts: dict[str, Verdict] = {}

    def run(self) -> None:
        """Watch until the q key or Ctrl-C."""
        self._console.print(f"Watching {self._work}", style="bold")
        self._grade_up_to_the_first_open_task()
        with keys() as read:
            try:
                while True:
                    key = read(LOOK_EVERY)
                    if key == "q":
                        return
                    self.press(key)
                    self.look()
            except KeyboardInterrupt:
                return

    def look(self) -> None:
        """Grade the task at hand if a file has changed."""
        sources = read_submission(self._work)
        changed = {
            name
            for name in sources.keys() | self._sources.keys()
            if sources.get(name) != self._sources.get(name)
        }
        if not changed:
            return
        self._sources = sources
        if self.current.module not in changed:  # the student has gone on somewhere else
            elsewhere = [task for task in self.tasks if task.module in changed]
            open_ones = [task for task in elsewhere if not self._has_passed(task)]
            self.current = (open_ones or elsewhere or [self.current])[0]
        self._grade([self.current])
        self._say_where_we_are()

    def press(self, key: str) -> None:
        """Do what a key stands for; other keys do nothing."""
        match key:
            case "h":
                number, text = next_hint(self.current, self._work)
                self._console.print(f"\nHint {number} of 3 for {self.current.name}", style="bold")
                self._console.print(text, soft_wrap=False, width=80)
            case "l":
                self._console.print()
                self._console.print(board(self._all_verdicts()))
                self._say_where_we_are()
            case "n":
                self._go_on()
                self._grade([self.current])
                self._say_where_we_are()
            case "r":
                self._grade(self.tasks)
                self._console.print(board(self._all_verdicts()))
                self._say_where_we_are()
            case "s":
                self._show()

    # --- what the keys and saves need -------------------------------------------------------------

    def _grade(self, tasks: list[Task]) -> None:
        report = grade_sources(self._sources, tasks, self._seed, self._workers)
        for verdict in report.tasks:
            self._verdicts[verdict.task] = verdict
        if len(tasks) == 1:
            verdict = report.tasks[0]
            mark, style = STYLES[verdict.status]
            said = verdict.status.replace("_", " ")
            self._console.print(f"\n{mark} {verdict.task}: {said}", style=f"bold {style}")
            self._console.print(verdict.message)
        self._workers.renew()

    def _grade_up_to_the_first_open_task(self) -> None:
        for task in self.tasks:
            self.current = task
            report = grade_sources(self._sources, [task], self._seed, self._workers)
            self._verdicts[task.name] = report.tasks[0]
            if not self._has_passed(task):
                break
        self._console.print(board(self._all_verdicts()))
        self._console.print(self._verdicts[self.current.name].message)
        self._say_where_we_are()

    def _all_verdicts(self) -> list[Verdict]:
        """A verdict for every task; those not graded yet are stubs, or only started."""
        untouched = untouched_tasks(self._sources, self.tasks)
        return [
            self._verdicts.get(task.name) or not_checked(task, untouched) for task in self.tasks
        ]

    def _go_on(self) -> None:
        """To the next task that has not passed, round and round."""
        at = self.tasks.index(self.current)
        others = self.tasks[at + 1 :] + self.tasks[:at]
        self.current = next((t for t in others if not self._has_passed(t)), self.current)

    def _has_passed(self, task: Task) -> bool:
        verdict = self._verdicts.get(task.name)
        return verdict is not None and verdict.status == "passed"

    def _say_where_we_are(self) -> None:
        passed = sum(map(self._has_passed, self.tasks))
        self._console.print(f"\n{passed} of {len(self.tasks)} passed.  Now: {self.current.name}")
        self._console.print(HELP, style="dim")

    def _show(self) -> None:
        """Draw the picture in a process of its own: it may take long, or end badly."""
        what = self.current.module
        self._console.print(f"Drawing {what} ...")
        command = [sys.executable, "-m", "course.ui", "show", what, "--work", str(self._work)]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self._console.print((done.stdout + done.stderr).strip())
