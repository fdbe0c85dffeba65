"""`check` for notebooks: grades functions that are defined in cells, and shows the board."""

import ast
import functools
import html
import sys
from collections.abc import Iterable
from pathlib import Path

from course.grader.board import STYLES
from course.grader.grading import Report, grade_sources
from course.grader.handin import MODULES, read_handin
from course.grader.processes import PRELOAD, Workers, start_workers
from course.grader.tasks import select_tasks

COURSE = Path(__file__).resolve().parents[1]
COLOURS = {"passed": "#1a7f37", "not_started": "#6e7781"}


class Board:
    """A report that Jupyter shows as a table."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def __repr__(self) -> str:
        lines = [f"{STYLES[v.status][0]} {v.task}: {v.status}" for v in self.report.tasks]
        return "\n".join([*lines, f"{self.report.score:g} of {self.report.max_score:g} points"])

    def _repr_html_(self) -> str:
        rows = []
        for verdict in self.report.tasks:
            colour = COLOURS.get(verdict.status, "#cf222e")
            message = f"<pre>{html.escape(verdict.message)}</pre>" if verdict.message else ""
            rows.append(
                f"<tr><td style='text-align:left'>{html.escape(verdict.task)}</td>"
                f"<td style='text-align:left;color:{colour}'>{STYLES[verdict.status][0]} "
                f"{verdict.status.replace('_', ' ')}</td>"
                f"<td style='text-align:left'>{message}</td></tr>"
            )
        points = f"{self.report.score:g} of {self.report.max_score:g} points"
        return f"<table>{''.join(rows)}</table><p><b>{points}</b></p>"


def check(*names: str, work: str | Path = COURSE, seed: int = 0) -> Board:
    """Grade tasks from a notebook.

    A function that is defined in the notebook under a task's name is graded instead of the one in
    the file; the notebook's other functions, its imports and its constants go with it.

    Args:
        names: modules or tasks, such as "saliency" or "saliency.smooth"; none means everything.
        work: the folder with the six modules.
        seed: the same seed gives the same verdicts.

    Returns:
        The board; Jupyter shows it as a table.

    Raises:
        LookupError: if there is no such module or task.
        NotADirectoryError: if `work` is no folder.
    """
    if not Path(work).is_dir():
        raise NotADirectoryError(f"work: there is no folder {work}")
    tasks = select_tasks(names)
    cells = [definitions_in(cell) for cell in _cells()]
    own = "\n\n".join(filter(None, cells))
    sources = read_handin(Path(work))
    for module in MODULES:
        graded = {task.function for task in select_tasks() if task.module == module}
        if graded & _functions_in(own):
            sources[module] = f"{sources.get(module, '')}\n\n{own}\n"
    return Board(grade_sources(sources, tasks, seed, _workers()))


def definitions_in(cell: str) -> str:
    """The part of a cell that defines something: imports, functions, classes and constants.

    The rest is left out: a cell that trains a network for an hour must not do so when it is graded.
    """
    lines = [line for line in cell.splitlines() if not line.lstrip().startswith(("%", "!", "?"))]
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        return ""
    return "\n\n".join(ast.unparse(node) for node in tree.body if _defines(node))


def _defines(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
        return True
    if isinstance(node, ast.Assign):
        try:
            ast.literal_eval(node.value)
        except ValueError:
            return False
        return True
    return False


def _functions_in(source: str) -> set[str]:
    return {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}


def _cells() -> Iterable[str]:
    """The cells that have been run, in their order; none outside a notebook."""
    if "IPython" not in sys.modules:
        return ()
    shell = sys.modules["IPython"].get_ipython()
    return shell.user_ns.get("In", ()) if shell is not None else ()


@functools.cache
def _workers() -> Workers:
    """One warm process for all checks of a notebook."""
    import atexit

    workers = start_workers(PRELOAD)
    atexit.register(workers.close)
    return workers
