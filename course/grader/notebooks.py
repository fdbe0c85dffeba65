"""A notebook as a module: the definitions in its cells, without what else the cells do.

IPython itself says what is magic and what is Python. A cell that trains a network for an hour must
not do so when it is graded, so only what defines something is taken: imports, functions, classes,
and what they need that costs nothing. Of what is defined several times the last one counts, as it
does in the notebook.
"""

import ast
import json
import re
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from course.grader.quick import executed, quick_statements
from course.grader.slicing import bound_by, needed_by, used_by

PYTHON_MAGICS = {"time", "capture", "prun", "memit", "debug"}
"""Cell magics that run the cell as Python, and so define what it defines; %%timeit does not."""


MAX_CODE = 2**18
"""Characters of all cells together."""

MAX_VALUES = 2_000_000
"""How many values, lists and dictionaries the file may hold: each takes many times its length."""

MAX_EFFORT = 500_000
"""Characters that IPython may read: a cell that is no Python once, and anew for each magic."""

_NO_MAGIC = """\
def get_ipython():
    raise RuntimeError("there is a magic of IPython in this function (%, ! or ?): take it out")"""

_MAGIC = re.compile(r"^[ \t]*[%!?,;/]|=[ \t]*[%!]|\?[ \t]*$", flags=re.MULTILINE)


def notebook_source(text: str, functions: Collection[str] = ()) -> str:
    """The definitions in a notebook, as the text of a module.

    Args:
        text: of an `.ipynb` file.
        functions: those that count; what none of them uses is left out, for it may need what is
            only there in the notebook. By default everything counts.

    Raises:
        ValueError: if it is not a notebook, is too long, or IPython, which reads the magics, is not
            installed.
    """
    cells = _cells(text)
    statements: list[ast.stmt] = []
    for cell in cells:
        with suppress(SyntaxError):
            statements += _statements(cell)
    try:
        kept = quick_statements(statements)
        kept = needed_by(functions, kept) if functions else kept
        parts = [ast.unparse(_guarded(node)) for node in kept]
        names = set().union(*map(used_by, kept)) if functions else set()
    except (RecursionError, MemoryError):
        raise ValueError("its cells are nested too deeply") from None
    if "get_ipython" in names:
        parts.insert(0, _NO_MAGIC)
    bound = {name for node in kept for name in bound_by(node)}
    parts += [_unread(cell, name) for name in functions if name not in bound for cell in cells]
    # In a checkout one can begin with any chapter; a submission has its own modules.
    own = "\n\n".join(filter(None, parts))
    own = re.sub(r"^from solutions\.", "from course.", own, flags=re.MULTILINE)
    # A signature may name what is not taken along; nobody looks it up then.
    return f"from __future__ import annotations\n\n{own}\n"


def _cells(text: str) -> list[str]:
    """The code of a notebook, cell by cell."""
    if sum(map(text.count, "[{,")) > MAX_VALUES:
        raise ValueError("it holds too many values: clear its outputs")
    try:
        notebook = json.loads(text)
        sheets = notebook.get("worksheets", [notebook])  # until nbformat 3, a notebook had several
        cells = [one for sheet in sheets for one in sheet["cells"] if one["cell_type"] == "code"]
        sources = [_joined(cell["input"] if "input" in cell else cell["source"]) for cell in cells]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"it is not a notebook ({type(error).__name__}: {error})") from None
    if sum(map(len, sources)) > MAX_CODE:
        raise ValueError(f"its cells are longer than {MAX_CODE // 2**10} KB")
    if sum(map(_effort, sources)) > MAX_EFFORT:
        raise ValueError("it holds too many magics and shell commands")
    return sources


def _guarded(node: ast.stmt) -> ast.stmt:
    """A statement that may fail as in a notebook: the cells below it are run all the same."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
        return node
    if not any(isinstance(one, ast.Call) for one in executed(node)):
        return node
    handler = ast.ExceptHandler(ast.Name("Exception"), None, [ast.Pass()])
    return ast.Try([node], [handler], [], [])


def _unread(cell: str, name: str) -> str:
    """A function that says why there is none, if a cell that defines it is not Python."""
    if not re.search(rf"^[ \t]*def[ \t]+{name}\b", cell, flags=re.MULTILINE):
        return ""
    try:
        _statements(cell)
    except SyntaxError as error:
        where = f", line {error.lineno}" if error.lineno else ""
        why = f"in the notebook's cell that defines {name}: {error.msg}{where}"
        return f"def {name}(*_, **__):\n    raise SyntaxError({why!r})"
    return ""


def _joined(source: Any) -> str:
    text = "".join(source)  # nbformat allows one text, or a list of lines
    if not isinstance(text, str):
        raise TypeError("a cell is not text")
    return text


def definitions_in(cell: str) -> str:
    """The part of a cell that defines something; nothing if it cannot be parsed.

    Raises:
        ValueError: if IPython is not installed.
    """
    try:
        return "\n\n".join(map(ast.unparse, quick_statements(_statements(cell))))
    except (SyntaxError, RecursionError, MemoryError):
        return ""


def _statements(cell: str) -> list[ast.stmt]:
    """What a cell says, as Python.

    Raises:
        SyntaxError: if it is none.
    """
    try:
        tree = ast.parse(without_magic(cell))
        ast.unparse(tree)  # numbers of thousands of digits can be read, and not be written
        return tree.body
    except RuntimeError:  # more magics in one cell than IPython reads, or brackets in brackets
        raise SyntaxError("it is nested too deeply") from None
    except (ValueError, MemoryError) as error:
        raise SyntaxError(str(error)) from None


def without_magic(cell: str) -> str:
    """A cell as plain Python: magics become calls, and a cell timed or captured is its body.

    Raises:
        ValueError: if IPython is not installed.
    """
    try:
        from IPython.core.inputtransformer2 import TransformerManager
    except ImportError:
        raise ValueError("IPython is needed to read notebooks: pip install ipython") from None
    first, _, body = cell.lstrip().partition("\n")
    if first.startswith("%%"):
        name = (first[2:].split() or [""])[0]
        return without_magic(body) if name in PYTHON_MAGICS else ""
    return cell if _is_python(cell) else TransformerManager().transform_cell(cell)


def _is_python(cell: str) -> bool:
    try:
        ast.parse(cell)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _effort(cell: str) -> int:
    return 0 if _is_python(cell) else (len(cell) + 100) * (1 + len(_MAGIC.findall(cell)))
