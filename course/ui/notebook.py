"""`check` and `hint` for notebooks: functions that are defined in cells are graded."""

import ast
import builtins
import functools
import html
import symtable
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

from course.given.modules import MODULES
from course.grader.grading import Report, grade_sources
from course.grader.hints import next_hint
from course.grader.places import NoFolderError, work_folder
from course.grader.pool import PRELOAD, Workers, start_workers
from course.grader.sources import read_submission
from course.grader.statuses import STATUSES
from course.grader.tasks import select_tasks
from course.ui.board import next_step, points


class Board:
    """A report that Jupyter shows as a table."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def __repr__(self) -> str:
        lines = []
        for verdict in self.report.tasks:
            status = STATUSES[verdict.status]
            lines.append(f"{status.sign} {verdict.task}: {status.words}")
        return "\n".join([*lines, points(self.report), next_step(self.report.tasks)])

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
        after = html.escape(next_step(self.report.tasks))
        return (
            f"<table>{''.join(rows)}</table><p><b>{points(self.report)}</b></p><pre>{after}</pre>"
        )


def check(*names: str, work: str | Path | None = None, seed: int = 0) -> Board:
    """Grade tasks from a notebook.

    A function that is defined in the notebook under a task's name is graded instead of the one in
    the file; what it uses of the notebook's other functions, imports and constants goes with it.

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
    folder = _folder(work)
    tasks = select_tasks(names)
    cells = [definitions_in(cell) for cell in _cells()]
    own = "\n\n".join(filter(None, cells))
    sources = read_submission(folder)
    for module in MODULES:
        graded = {task.function for task in select_tasks() if task.module == module}
        if defined := graded & _functions_in(own):
            sources[module] = f"{sources.get(module, '')}\n\n{needed_by(defined, own)}\n"
    return Board(grade_sources(sources, tasks, seed, _workers()))


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
    print(
        f"Hint {number} of {len(tasks[0].hints)} for {tasks[0].name}\n\n{textwrap.fill(text, 78)}"
    )


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


def needed_by(functions: set[str], own: str) -> str:
    """Those of a notebook's definitions that some functions use, directly or by others.

    Of what was defined several times only the last counts: a cell that raised an error when it was
    first run must not raise it again after it has been put right. What is not used is left out, for
    it may need what is only there in the notebook.
    """
    nodes = ast.parse(own).body
    places: dict[str, list[int]] = {}
    for place, node in enumerate(nodes):
        if _is_call(node) and not _used_by(node.value) <= {*places, *dir(builtins)}:
            continue  # made of what is only there in the notebook
        for name in _bound_by(node):
            earlier = places.get(name, []) if _adds(node) else []
            places[name] = [*earlier, place]
    kept: set[int] = set()
    wanted = [*functions, "*"]
    while wanted:
        for place in set(places.get(wanted.pop(), [])) - kept:
            kept.add(place)
            wanted += _used_by(nodes[place])
    return "\n\n".join(ast.unparse(nodes[place]) for place in sorted(kept))


def _is_call(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)


def _used_by(node: ast.AST) -> set[str]:
    """The names that a definition looks up outside of itself; a function's own variables do not."""

    def outside(table: symtable.SymbolTable) -> set[str]:
        is_top = table.get_type() == "module"
        names = {
            symbol.get_name()
            for symbol in table.get_symbols()
            if (symbol.is_referenced() if is_top else symbol.is_global())
        }
        return names.union(*map(outside, table.get_children()))

    return outside(symtable.symtable(ast.unparse(node), "a cell", "exec"))


def _adds(node: ast.stmt) -> bool:
    """Whether a definition leaves an earlier one of the name valid: one of several submodules."""
    return isinstance(node, ast.Import) and not any(alias.asname for alias in node.names)


def _bound_by(node: ast.stmt) -> set[str]:
    """The names that a definition gives a meaning to; "*" if it does not say which."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    stored = (one for one in ast.walk(node) if isinstance(one, ast.Name))
    return {one.id for one in stored if isinstance(one.ctx, ast.Store)}


def _defines(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
        return True
    return isinstance(node, ast.Assign) and _is_cheap(node.value)


def _is_cheap(value: ast.expr) -> bool:
    """Whether a value is a constant, or made of a function, as `tf.function(step)` is."""
    if isinstance(value, ast.Call):
        return bool(value.args) and isinstance(value.args[0], ast.Name | ast.Lambda)
    try:
        ast.literal_eval(value)
    except ValueError:
        return isinstance(value, ast.Lambda)
    return True


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
