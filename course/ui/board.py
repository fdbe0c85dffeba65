"""What a student sees in the terminal: the board with every task, messages, and what is next."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from course.grader.grading import Report, Verdict
from course.grader.statuses import STATUSES
from course.grader.tasks import Task, modules_with_tasks, select_tasks
from course.ui.questions import as_text, heading_of


def board(verdicts: Iterable[Verdict]) -> Table:
    """All tasks by module, each with its status and its points, and how far each module is."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    for module, group in groupby(verdicts, _module_of):
        inside = list(group)
        title = Text.assemble((heading_of(module), "bold"), ("  " + module, "dim"))
        table.add_row("", title, Text(f"{_passed(inside)} of {len(inside)}", "bold"))
        for verdict in inside:
            status = STATUSES[verdict.status]
            table.add_row(
                Text(status.sign, status.style),
                Text(f"  {verdict.task.partition('.')[2]}"),
                Text(status.words, status.style),
                Text(f"{verdict.score:g} / {verdict.max_score:g}", "dim"),
            )
    return table


def messages(verdicts: Iterable[Verdict]) -> RenderableType:
    """What is wrong, task by task."""
    shown: list[RenderableType] = []
    for verdict in verdicts:
        if verdict.message:
            status = STATUSES[verdict.status]
            shown.append(Text(f"\n{status.sign} {verdict.task}", f"bold {status.style}"))
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
    console.print(Text(f"\n{points(report)}", "bold"))
    console.print(Text(next_step(report.tasks)))
    if retry:
        console.print(Text(f"To repeat exactly this: {retry}", "dim"))


def points(report: Report) -> str:
    """The sum, and how many tasks it stands for."""
    passed = f"{_passed(report.tasks)} of {len(report.tasks)} tasks"
    return f"{report.score:g} of {report.max_score:g} points, {passed}"


def on_command_line(verb: str, name: str) -> str:
    """How one asks for a check or a hint in a terminal."""
    return f"course {verb} {name}"


def next_step(
    verdicts: Sequence[Verdict], call: Callable[[str, str], str] = on_command_line
) -> str:
    """What there is to do after a check.

    The questions of the last module of which everything has passed, and then the first task that
    is open, the next module, or after the last one the report.

    Args:
        verdicts: of the check.
        call: how one asks for a "check" or a "hint" of a name.
    """
    done = complete_modules(verdicts)
    lines = [after_module(done[-1])] if done else []
    open_tasks = [verdict.task for verdict in verdicts if verdict.status != "passed"]
    asked = {_module_of(verdict) for verdict in verdicts}
    others = [name for name in modules_with_tasks() if name not in asked]
    if open_tasks:
        lines.append(f"Next: {open_tasks[0]}   ({call('hint', open_tasks[0])})")
        task = Task(open_tasks[0])
        lines += [f"  {task.why} ({task.effort})"] * bool(task.why)
    elif not others:
        lines.append(AFTER_ALL)
    elif len(done) == len(asked):  # else single tasks were asked for
        after = following(done[-1]) or others[0]
        lines.append(f"Next: {heading_of(after)}   ({call('check', after)})")
    return "\n".join(lines)


AFTER_ALL = (
    "Everything passes. `course report` writes your lab report: your figures, your answers and "
    "this board.\n"
    "And there is a case to solve with what you have written: five networks, of which some cheat, "
    "and nobody says which: `course case new`."
)


def after_module(module: str) -> str:
    """What there is to do when the last task of a module has passed."""
    questions = as_text(module)
    asked = f"\nTo think about; `course report` asks it too:\n{questions}" if questions else ""
    return f"All of {heading_of(module)} passes. See what it shows: course show {module}{asked}"


def following(module: str) -> str:
    """The module after another; "" after the last."""
    names = modules_with_tasks()
    return dict(pairwise(names)).get(module, "")


def complete_modules(verdicts: Sequence[Verdict]) -> list[str]:
    """The modules whose every task is among the verdicts, and has passed."""
    passed = {verdict.task for verdict in verdicts if verdict.status == "passed"}
    modules = dict.fromkeys(map(_module_of, verdicts))
    return [one for one in modules if {task.name for task in select_tasks([one])} <= passed]


def not_checked(task: Task, untouched: set[str]) -> Verdict:
    """What the board shows of a task that has not been graded: a stub, or at least started."""
    status = "not_started" if task.name in untouched else "started"
    return Verdict(task=task.name, status=status, score=0.0, max_score=task.points)


def _module_of(verdict: Verdict) -> str:
    return verdict.task.partition(".")[0]


def _passed(verdicts: Iterable[Verdict]) -> int:
    return sum(verdict.status == "passed" for verdict in verdicts)
