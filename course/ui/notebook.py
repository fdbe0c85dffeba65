"""`check` and `hint` for notebooks: functions that are defined in cells are graded."""

import functools
import html
import sys
import textwrap
from pathlib import Path

from course.grader.grading import Report, Verdict, grade_sources
from course.grader.hints import IS_LAST, next_hint
from course.grader.places import NoFolderError, work_folder
from course.grader.pool import PRELOAD, Workers, start_workers
from course.grader.sources import has_been_started, read_submission
from course.grader.statuses import STATUSES
from course.grader.tasks import Task, select_tasks
from course.ui.board import next_step, points
from course.ui.kernel import CannotCrossError, Kernel


class Board:
    """A report that Jupyter shows as a table."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def __repr__(self) -> str:
        lines = []
        for verdict in self.report.tasks:
            status = STATUSES[verdict.status]
            lines.append(f"{status.sign} {verdict.task}: {status.words}")
        return "\n".join([*lines, points(self.report), next_step(self.report.tasks, _in_a_cell)])

    def _repr_html_(self) -> str:
        rows = []
        for verdict in self.report.tasks:
            status = STATUSES[verdict.status]
            message = f"<pre>{html.escape(verdict.message)}</pre>" if verdict.message else ""
            rows.append(
                f"<tr><td style='text-align:left'>{html.escape(verdict.task)}</td>"
                f"<td style='text-align:left;color:{status.color}'>{status.sign} {status.words}"
                f"</td><td style='text-align:left'>{message}</td></tr>"
            )
        after = html.escape(next_step(self.report.tasks, _in_a_cell))
        return (
            f"<table>{''.join(rows)}</table><p><b>{points(self.report)}</b></p><pre>{after}</pre>"
        )


def _in_a_cell(verb: str, name: str) -> str:
    """How one asks for a check or a hint in a notebook."""
    return f'{verb}("{name}")'


def check(*names: str, work: str | Path | None = None, seed: int = 0) -> Board:
    """Grade tasks from a notebook.

    What the notebook holds under a task's name is graded instead of the function in the file,
    however it has come about; what it uses of the notebook's other functions, imports and values
    goes with it. If something of that cannot go along, the board says what.

    Args:
        names: modules or tasks, such as "saliency" or "saliency.smooth"; none means everything.
        work: the folder with the modules; None for the one in which the notebook lies.
        seed: the same seed gives the same verdicts.

    Returns:
        The board; Jupyter shows it as a table.

    Raises:
        LookupError: if there is no such module or task.
        NotADirectoryError: if `work` is no folder.
    """
    tasks = select_tasks(names)
    sources, refused = _sources(read_submission(_folder(work)), _kernel())
    kept = [task for task in tasks if task.name not in refused]
    workers = _workers()
    report = grade_sources(sources, kept, seed, workers)
    workers.prepare()  # for the next check
    verdicts = {verdict.task: verdict for verdict in report.tasks}
    report.tasks = [verdicts.get(task.name) or _not_sent(task, refused) for task in tasks]
    report.max_score = sum(task.points for task in tasks)
    return Board(report)


def _sources(files: dict[str, str], kernel: Kernel) -> tuple[dict[str, str], dict[str, str]]:
    """The modules with what the notebook holds in place of what the files say.

    Returns:
        The sources, and for each task whose function cannot be sent the reason.
    """
    parts: dict[str, dict[str, None]] = {}  # in their order, each once
    refused: dict[str, str] = {}
    for task in select_tasks():
        if not kernel.has(task.module, task.function):
            continue
        if kernel.is_stub(task.function) and has_been_started(files, task.name):
            continue  # the student works in the file
        try:
            own = kernel.source_of(task.function)
        except CannotCrossError as error:
            refused[task.name] = str(error)
        else:
            parts.setdefault(task.module, {}).update(dict.fromkeys(own))
    sources = dict(files)
    for module, own_parts in parts.items():
        sources[module] = "\n\n".join([files.get(module, ""), *own_parts]) + "\n"
    return sources, refused


def _not_sent(task: Task, refused: dict[str, str]) -> Verdict:
    return Verdict(
        task=task.name,
        status="error",
        score=0.0,
        max_score=task.points,
        message=refused[task.name],
        hint=task.hints[0],
    )


def hint(name: str, work: str | Path | None = None) -> None:
    """Print the next of a task's three hints; the last one again once all have been read.

    Args:
        name: a task, such as "saliency.smooth".
        work: the folder that remembers what has been read; None for the one in which the notebook
            lies.

    Raises:
        LookupError: if there is no such task.
    """
    tasks = select_tasks([name])
    if len(tasks) > 1:
        raise LookupError(f"name one task, for instance {tasks[0].name!r}")
    number, text = next_hint(tasks[0], _folder(work))
    print(f"Hint {number} of {len(tasks[0].hints)} for {tasks[0].name}\n")
    if number == 1 and tasks[0].why:
        print(textwrap.fill(f"{tasks[0].why} ({tasks[0].effort})", 78) + "\n")
    print(textwrap.fill(text, 78))
    if number == len(tasks[0].hints):
        print(f"\n{IS_LAST}")


def _folder(work: str | Path | None) -> Path:
    """The folder that is meant; a notebook may also lie alone, and hold all that is graded."""
    if work is None:
        try:
            return work_folder()
        except NoFolderError:
            return Path.cwd()
    if not Path(work).is_dir():
        raise NotADirectoryError(f"work: there is no folder {work}")
    return Path(work)


def _kernel() -> Kernel:
    """What the notebook holds; nothing outside of one."""
    if "IPython" not in sys.modules:
        return Kernel({})
    shell = sys.modules["IPython"].get_ipython()
    if shell is None:
        return Kernel({})
    return Kernel(shell.user_ns, shell.history_manager.input_hist_raw)


@functools.cache
def _workers() -> Workers:
    """One warm process for all checks of a notebook."""
    import atexit

    workers = start_workers(PRELOAD)
    atexit.register(workers.close)
    return workers
