"""`course watch`: save a file, and see at once what has become of the task at hand.

A verdict is never older than its file: what a save touches is graded again, the task at hand first
and then, one by one, whatever had been graded before, as long as no key and no save comes between.
"""

import subprocess
import sys
from pathlib import Path

from rich.console import Console, RenderableType
from rich.text import Text

from course.grader.grading import Verdict, grade_sources, untouched_tasks
from course.grader.hints import IS_LAST, next_hint
from course.grader.pool import Workers
from course.grader.sources import read_submission, touched_by
from course.grader.statuses import STATUSES
from course.grader.tasks import Task
from course.ui.board import AFTER_ALL, after_module, board, complete_modules, not_checked
from course.ui.keyboard import keys
from course.ui.questions import heading_of

HELP = "h hint   l list   n next   b back   r run all   s show the figure   q quit"
LOOK_EVERY = 0.05
"""Seconds between two looks at the files, which are small: reading them is the simplest look."""


class Watch:
    """The state of a watch.

    Attributes:
        tasks: all that are watched, in their order.
        current: the task at hand.
    """

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
        self._before: dict[str, Verdict] = {}  # what is no longer true, until it is graded again
        self._waiting: list[Task] = []  # to be graded again
        self._told: list[str] = []  # the modules whose end has been told
        self._figure = ""  # the module that has just been finished

    def run(self) -> None:
        """Watch until the q key or Ctrl-C."""
        self._say(f"Watching {self._work}", "bold")
        self.begin()
        with keys() as read:
            try:
                while True:
                    key = read(0.0 if self._waiting else LOOK_EVERY)
                    if key == "q":
                        return
                    self.press(key)
                    self.look()
            except KeyboardInterrupt:
                return

    def begin(self) -> None:
        """Grade up to the first task that does not pass, and show where that is."""
        for task in self.tasks:
            self.current = task
            self._grade(task)
            if not self._has_passed(task):
                break
        self._told = complete_modules(self._all_verdicts())
        self._print(board(self._all_verdicts()))
        self._tell(self._verdicts[self.current.name])
        self._say_where_we_are()

    def look(self) -> None:
        """See whether a file has changed; else grade one of the tasks that wait for it.

        If there is nothing to do, the worker of the next save gets ready.
        """
        sources = read_submission(self._work)
        changed = {
            name
            for name in sources.keys() | self._sources.keys()
            if sources.get(name) != self._sources.get(name)
        }
        if changed:
            touched = touched_by(changed, self._sources) | touched_by(changed, sources)
            self._sources = sources
            self._take_back(touched)
            self._choose(changed)
            self._grade_and_tell(self.current)
            self._go_on_if_it_passes()
        elif self._waiting:
            self._grade_and_tell(self._waiting[0])
            self._go_on_if_it_passes()
        else:
            self._workers.prepare()

    def press(self, key: str) -> None:
        """Do what a key stands for; other keys do nothing."""
        match key:
            case "h":
                number, text = next_hint(self.current, self._work)
                self._say(
                    f"\nHint {number} of {len(self.current.hints)} for {self.current.name}", "bold"
                )
                self._console.print(Text(text), soft_wrap=False, width=80)
                if number == len(self.current.hints):
                    self._say(IS_LAST)
            case "l":
                self._print(board(self._all_verdicts()))
                self._say_where_we_are()
            case "n":
                self._go_to(self._next_open())
            case "b":
                self._go_to(self.tasks[self.tasks.index(self.current) - 1])
            case "r":
                for task in self.tasks:
                    self._grade(task)
                self._print(board(self._all_verdicts()))
                self._go_on_if_it_passes()
            case "s":
                self._show(self._figure or self.current.module)

    # --- grading ----------------------------------------------------------------------------------

    def _grade(self, task: Task) -> Verdict:
        (verdict,) = grade_sources(self._sources, [task], self._seed, self._workers).tasks
        self._verdicts[task.name] = verdict
        self._before.pop(task.name, None)
        self._waiting = [one for one in self._waiting if one is not task]
        self._workers.renew()  # nothing of it goes on running
        return verdict

    def _grade_and_tell(self, task: Task) -> None:
        """Grade a task; of one that is not at hand only news are told."""
        before = self._before.get(task.name)
        verdict = self._grade(task)
        if task is self.current or before is None or before.status != verdict.status:
            self._tell(verdict, before if task is not self.current else None)

    def _take_back(self, modules: set[str]) -> None:
        """Call no verdict true any more that was given on another state of these modules."""
        touched = [task for task in self.tasks if task.module in modules]
        for task in touched:
            if task.name in self._verdicts:
                self._before[task.name] = self._verdicts.pop(task.name)
        self._waiting = [task for task in self.tasks if task.name in self._before]

    # --- the task at hand -------------------------------------------------------------------------

    def _choose(self, changed: set[str]) -> None:
        """Follow the student to another module; within one, stay with the task at hand."""
        if self.current.module in changed:
            return
        elsewhere = [task for task in self.tasks if task.module in changed]
        had_passed = {name for name, one in self._before.items() if one.status == "passed"}
        open_ones = [task for task in elsewhere if task.name not in had_passed]
        self.current = (open_ones or elsewhere or [self.current])[0]

    def _go_on_if_it_passes(self) -> None:
        """Once nothing waits any more: from a task that passes to the next one that does not."""
        if self._waiting:
            return
        self._tell_what_is_complete()
        while self._has_passed(self.current) and self._next_open() is not self.current:
            self.current = self._next_open()
            verdict = self._verdicts.get(self.current.name) or self._grade(self.current)
            if verdict.status != "not_started":
                self._tell(verdict)
            self._tell_what_is_complete()
        self._say_where_we_are()

    def _go_to(self, task: Task) -> None:
        self.current, self._figure = task, ""
        self._tell(self._grade(task))
        self._say_where_we_are()

    def _next_open(self) -> Task:
        """The next task that has not passed, round and round; the same one if all have."""
        at = self.tasks.index(self.current)
        others = self.tasks[at + 1 :] + self.tasks[:at]
        return next((task for task in others if not self._has_passed(task)), self.current)

    def _has_passed(self, task: Task) -> bool:
        verdict = self._verdicts.get(task.name)
        return verdict is not None and verdict.status == "passed"

    # --- what is printed: strangers' words are text, never markup ---------------------------------

    def _print(self, shown: RenderableType) -> None:
        self._console.print()
        self._console.print(shown)

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style))

    def _tell(self, verdict: Verdict, before: Verdict | None = None) -> None:
        status = STATUSES[verdict.status]
        was = f" (it was: {STATUSES[before.status].words})" if before else ""
        self._say(f"\n{status.sign} {verdict.task}: {status.words}{was}", f"bold {status.style}")
        if verdict.message:
            self._say(verdict.message)

    def _tell_what_is_complete(self) -> None:
        complete = complete_modules(self._all_verdicts())
        for module in complete:
            if module not in self._told:
                self._figure = module
                self._say(f"\n{after_module(module)}", "green")
                self._say("Key s draws it.")
        self._told = complete

    def _say_where_we_are(self) -> None:
        passed = sum(map(self._has_passed, self.tasks))
        self._say(f"\n{passed} of {len(self.tasks)} passed.  {self._what_next()}")
        self._say(HELP, "dim")

    def _what_next(self) -> str:
        """The next thing to do."""
        if all(map(self._has_passed, self.tasks)):
            modules = list(dict.fromkeys(task.module for task in self.tasks))
            done = " and ".join(map(heading_of, modules)) if len(modules) < 3 else ""
            return f"Nothing is open in {done}." if done else AFTER_ALL
        verdict = self._verdicts.get(self.current.name)
        status = verdict.status if verdict else ""
        what = {
            "not_started": f"fill it in in {self.current.module}.py, and save",
            "passed": "n goes on to what is open",
        }.get(status, "change it and save, or press h for a hint")
        effort = f" ({self.current.effort})" if status == "not_started" else ""
        return f"Now: {self.current.name}: {what}{effort}"

    def _all_verdicts(self) -> list[Verdict]:
        """A verdict for every task; the others are stubs, only started, or to be graded again."""
        untouched = untouched_tasks(self._sources, self.tasks)
        shown = []
        for task in self.tasks:
            verdict = self._verdicts.get(task.name) or not_checked(task, untouched)
            if task in self._waiting:
                verdict.status = "outdated"
            shown.append(verdict)
        return shown

    def _show(self, module: str) -> None:
        """Draw the figure in a process of its own: it may take long, or end badly."""
        self._say(f"Drawing {module} ...")
        command = [sys.executable, "-m", "course.ui", "show", module, "--work", str(self._work)]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self._say((done.stdout + done.stderr).strip())
