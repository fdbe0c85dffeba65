"""What a student sees in the terminal: the board with every task, messages, and what is next."""

from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from course.grader.grading import Report, Verdict
from course.grader.tasks import Task

STYLES = {
    "passed": ("✓", "green"),
    "failed": ("✗", "red"),
    "error": ("!", "red"),
    "timeout": ("⧗", "red"),
    "not_started": ("·", "dim"),
    "started": ("…", "yellow"),
}


def board(verdicts: Iterable[Verdict]) -> Table:
    """All tasks by module, each with its status and its points."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    module = ""
    for verdict in verdicts:
        if verdict.task.partition(".")[0] != module:
            module = verdict.task.partition(".")[0]
            table.add_row("", Text(module, "bold"))
        mark, style = STYLES[verdict.status]
        table.add_row(
            Text(mark, style),
            Text(f"  {verdict.task.partition('.')[2]}"),
            Text(verdict.status.replace("_", " "), style),
            Text(f"{verdict.score:g} / {verdict.max_score:g}", "dim"),
        )
    return table


def messages(verdicts: Iterable[Verdict]) -> RenderableType:
    """What is wrong, task by task."""
    shown: list[RenderableType] = []
    for verdict in verdicts:
        if verdict.message:
            mark, style = STYLES[verdict.status]
            shown.append(Text(f"\n{mark} {verdict.task}", f"bold {style}"))
            shown.append(Padding(Text(verdict.message), (0, 0, 0, 2)))
    return Group(*shown)


def print_report(console: Console, report: Report, retry: str = "") -> None:
    """Print the whole result of a check.

    Args:
        console: where to.
        report: what came out.
        retry: the command that replays it, if it needs another than plain `course check`.
    """
    console.print(board(report.tasks))
    console.print(messages(report.tasks))
    open_tasks = [verdict for verdict in report.tasks if verdict.status != "passed"]
    console.print(f"\n{report.score:g} of {report.max_score:g} points", style="bold")
    if open_tasks:
        console.print(f"Next: {open_tasks[0].task}   (course hint {open_tasks[0].task})")
    if retry:
        console.print(f"To repeat exactly this: {retry}", style="dim")


def not_checked(task: Task, untouched: set[str]) -> Verdict:
    """What the board shows of a task that has not been graded: a stub, or at least started."""
    status = "not_started" if task.name in untouched else "started"
    return Verdict(task=task.name, status=status, score=0.0, max_score=task.points)
