"""Turn a chapter into the notebook that a student works in.

The text stays, as plain Markdown. Each task becomes a cell with its stub, to be filled in, and a
cell that checks it; so what the chapter computes afterwards, it computes with the student's own
functions. Questions get a place for an answer, and their answers are left out. Other modules'
functions are imported from the solutions, so that a student can begin with any chapter; in a folder
of `course init`, where there are none, they are the student's own.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import jupytext
import nbformat
from markdown.extensions.toc import slugify
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.classroom.chapters import GUESS, guess_in_words
from course.grader.tasks import Task

from .guesses import cell_for_guess
from .plain import Address, to_plain

STUBS = Path(__file__).resolve().parents[2] / "course"

HOW = """\
{title}

This is [a chapter of the course's site]({address}) as a notebook to work in. Run its cells from
top to bottom. Where there is a task, replace the last line of the stub by your solution, run the
cell, and then the check below it. What follows is computed with your own functions."""

SET_UP = """\
# Run this first. In Colab, and where the course is not installed yet, it takes a few minutes.
import importlib.util
import sys
from pathlib import Path

if importlib.util.find_spec("course") is None:
    !git clone -q --depth 1 {repository} introspection-course
    !"{{sys.executable}}" introspection-course/docs/machinery/install.py
    %cd introspection-course
    sys.path.insert(0, str(Path.cwd()))
"""

SET_UP_BY_HAND = """\
# Run this first.
import importlib.util

if importlib.util.find_spec("course") is None:
    print("The course is not installed here. Open this notebook in the course's folder, with the")
    print("environment that you have installed it into: python -m pip install -e .")
"""

SET_UP_EDITION = """\
# Run this first, and again when you have changed another module. If it fails, the course is not
# installed into the Python that runs this notebook.
from course import check, hint, use_own_modules

use_own_modules()
"""

TASK = """\
**Task `{task}`.** {what}

{why} *{effort}*

Fill in the stub, run the cell, and check it. `hint("{task}")` in a cell of its own gives the next
of three hints."""

QUESTION = """\
**Question.** {question}

*Your answer:* (double-click here to write)

[The answer is in the chapter]({address})"""

COLLAPSED = {"jupyter": {"source_hidden": True}, "cellView": "form"}
"""Of a cell whose code is folded away: in JupyterLab, and in Colab."""

GUESS_BY_HAND = "*Your guess:* (double-click here to write; the course's site has the number)"

_PARTS = re.compile(
    r"^\{\{ task (?P<task>\S+) \}\}$"
    r'|^\?\?\? question "(?P<question>.*)"$(?P<answer>(?:\n(?: {4}.*)?)*)',
    flags=re.M,
)


def edition(source: str, module: str) -> str:
    """Make the notebook for a folder of `course init`, where nothing but the course is installed.

    Args:
        source: the chapter's, in percent format.
        module: the module that the chapter's tasks fill in.

    Returns:
        The text of the notebook's file.
    """
    chapter = jupytext.reads(source, fmt="py:percent")
    made = workbook(chapter, module, lambda target: "", "")
    made.cells[1].source = SET_UP_EDITION.rstrip()
    made.cells[2].source = made.cells[2].source.replace("from course import check, hint\n", "")
    # What experiments have written down lies in the repository alone.
    made.cells = [
        new_markdown_cell(GUESS_BY_HAND, id=one.id)
        if "from docs.experiments import" in one.source
        else one
        for one in made.cells
    ]
    for cell in made.cells:
        if cell.cell_type == "code":
            for name, own in OWN.items():
                cell.source = re.sub(rf"^from {name}\b", f"from {own}", cell.source, flags=re.M)
    return nbformat.writes(made) + "\n"


OWN = {r"solutions": "course", r"docs\.machinery\.figures": "course.given.display"}
"""What takes the place of the checkout's packages where there is no checkout."""


def workbook(chapter: NotebookNode, module: str, address: Address, repository: str) -> NotebookNode:
    """Make a student's notebook.

    Args:
        chapter: as `notebooks.read` returns it.
        module: the module that the chapter's tasks fill in.
        address: tells where a link within the site leads.
        repository: from where the course can be cloned; "" if it cannot.

    Returns:
        A notebook without outputs.
    """
    first, *others = chapter.cells
    title, _, text = first.source.partition("\n")
    set_up = SET_UP.format(repository=repository) if repository else SET_UP_BY_HAND
    cells = [
        new_markdown_cell(to_plain(HOW.format(title=title, address=f"{module}.md"), address)),
        new_code_cell(set_up.rstrip()),
        new_code_cell(imports(module)),
        *_from_text(text, module, address),
    ]
    place = ""
    for number, cell in enumerate(others):
        if _is_left_out(cell):
            continue
        if cell.cell_type == "code":
            cells += _from_code(cell, module)
        else:
            place = _last_heading(cell.source) or place
            from_text = list(_from_text(cell.source, module, address, place))
            cells += _with_guess(from_text, _answers(others, number))
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number:03}"  # the same chapter gives the same file
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return new_notebook(cells=cells, metadata=metadata)


def _is_left_out(cell: NotebookNode) -> bool:
    return bool({"answer", "result"} & set(cell.metadata.get("tags", [])))


def _answers(cells: list[NotebookNode], number: int) -> list[str]:
    """The code that is left out: all that comes before a cell, and the answer behind it."""
    behind = next(
        (i for i, cell in enumerate(cells) if i > number and "computed(" in cell.source), number
    )
    left_out = [cell for cell in cells[: behind + 1] if _is_left_out(cell)]
    return [cell.source for cell in left_out if cell.cell_type == "code"]


def _with_guess(cells: list[NotebookNode], answers: list[str]) -> list[NotebookNode]:
    """Cells with a cell to type a guess into behind the one that asks for it, if one does."""
    place = next((i for i, cell in enumerate(cells) if "**First a guess.**" in cell.source), None)
    code = "" if place is None else cell_for_guess(answers)
    if place is None or not code:
        return cells
    guess = new_code_cell(code, metadata=COLLAPSED)
    return [*cells[: place + 1], guess, *cells[place + 1 :]]


def imports(module: str) -> str:
    """What a module's stubs import, as a notebook can import it, and the grader."""
    source = (STUBS / f"{module}.py").read_text(encoding="utf-8")
    nodes = [one for one in ast.parse(source).body if isinstance(one, ast.Import | ast.ImportFrom)]
    text = "\n".join(source.splitlines()[nodes[0].lineno - 1 : nodes[-1].end_lineno])
    text = re.sub(r"^from \.(?=\w)", "from solutions.", text, flags=re.M)
    grader = "from course import check, hint"
    return re.sub(r"^(from course\.given import .*)$", rf"\1\n{grader}", text, flags=re.M)


def stub(module: str, function: str) -> str:
    """A task's stub.

    Raises:
        LookupError: if there is none.
    """
    source = (STUBS / f"{module}.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return ast.get_source_segment(source, node) or ""
    raise LookupError(f"course/{module}.py has no stub {function!r}")


def _from_text(text: str, module: str, address: Address, place: str = "") -> Iterator[NotebookNode]:
    """The cells for a text: as it is, but for the tasks and questions in it."""
    text = GUESS.sub(guess_in_words, text)
    end = 0
    for part in [*_PARTS.finditer(text), None]:
        between = text[end : part.start() if part else len(text)].strip()
        if between:
            yield new_markdown_cell(to_plain(between, address))
        if part is None:
            return
        end = part.end()
        if part["task"]:
            yield from _task(part["task"], module)
        else:
            asked = QUESTION.format(question=part["question"], address=f"#{place}")
            yield new_markdown_cell(to_plain(asked, address))


def _task(task: str, module: str) -> Iterator[NotebookNode]:
    source = stub(module, task.removeprefix(f"{module}."))
    what = (ast.get_docstring(ast.parse(source).body[0]) or "").split("\n")[0]
    known = Task(task)
    effort = known.effort and f"{known.effort[0].upper()}{known.effort[1:]}."
    yield new_markdown_cell(TASK.format(task=task, what=what, why=known.why, effort=effort))
    yield new_code_cell(source)
    yield new_code_cell(f'check("{task}")')


def _from_code(cell: NotebookNode, module: str) -> Iterator[NotebookNode]:
    """The cell without the imports of what the student writes; collapsed if it is on the site."""
    lines = cell.source.splitlines()
    for node in ast.parse(cell.source).body:
        if isinstance(node, ast.ImportFrom) and node.module == f"solutions.{module}":
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = "\0"
    source = "\n".join(line for line in lines if line != "\0").strip()
    if not source:
        return
    if {"fold", "hide"} & set(cell.metadata.get("tags", [])):
        yield new_code_cell(f"# @title The code\n{source}", metadata=COLLAPSED)
    else:
        yield new_code_cell(source)


def _last_heading(text: str) -> str:
    """The anchor of a text's last heading; "" if it has none."""
    found = re.findall(r"^#+ (.*?)(?: *\{ *#([\w.-]+) *\})?$", text, flags=re.M)
    return (found[-1][1] or slugify(found[-1][0], "-")) if found else ""
