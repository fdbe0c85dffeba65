"""A notebook as a module: the definitions in its cells, without what else the cells do.

IPython itself says what is magic and what is Python. A cell that trains a network for an hour must
not do so when it is graded, so only what defines something is taken: imports, functions, classes,
and assignments that cost nothing. Of what is defined several times the last one counts, as it does
in the notebook.
"""

import ast
import json
import re
import symtable
from bisect import bisect_left
from collections.abc import Collection, Iterator
from typing import Any

PYTHON_MAGICS = {"time", "capture", "prun", "memit", "debug"}
"""Cell magics that run the cell as Python, and so define what it defines; %%timeit does not."""


MAX_CODE = 2**18
"""Characters of all cells together."""

MAX_VALUES = 2_000_000
"""How many values, lists and dictionaries the file may hold: each takes many times its length."""

MAX_DEFINITIONS = 5000
"""How many statements of all cells may define something."""

MAX_EFFORT = 500_000
"""Characters that IPython may read: a cell that is no Python once, and anew for each magic."""

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
    if sum(map(text.count, "[{,")) > MAX_VALUES:
        raise ValueError("it holds too many values: clear its outputs")
    try:
        notebook = json.loads(text)
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        sources = [_joined(cell["source"]) for cell in cells]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ValueError(f"it is not a notebook ({type(error).__name__}: {error})") from None
    if sum(map(len, sources)) > MAX_CODE:
        raise ValueError(f"its cells are longer than {MAX_CODE // 2**10} KB")
    if sum(map(_effort, sources)) > MAX_EFFORT:
        raise ValueError("it holds too many magics and shell commands")
    own = "\n\n".join(filter(None, map(definitions_in, sources)))
    # In a checkout one can begin with any chapter; a submission has its own modules.
    own = re.sub(r"^from solutions\.", "from course.", own, flags=re.MULTILINE)
    try:
        own = needed_by(functions, own) if functions else own
    except (RecursionError, MemoryError):
        raise ValueError("its cells are nested too deeply") from None
    # A signature may name what is not taken along; nobody looks it up then.
    return f"from __future__ import annotations\n\n{own}\n"


def needed_by(functions: Collection[str], own: str) -> str:
    """Those of a notebook's definitions that some functions use, directly or by others."""
    nodes = ast.parse(own).body
    if len(nodes) > MAX_DEFINITIONS:
        raise ValueError("it holds too many definitions")
    places: dict[str, list[int]] = {}
    for place, node in enumerate(nodes):
        for name in _bound_by(node):
            places.setdefault(name, []).append(place)
    kept: dict[int, set[str]] = {}  # by its place, the names that a definition uses
    waiting = [(name, len(nodes)) for name in (*functions, "*")]
    seen: set[tuple[str, int]] = set()
    while waiting:
        name, before = waiting.pop()
        if (name, before) in seen:
            continue
        seen.add((name, before))
        found = places.get(name, [])
        found = found[: bisect_left(found, before)]
        # Of several definitions the last counts; of `import a.b` and `import a.c`, and of star
        # imports, all do.
        several = name == "*" or all(isinstance(nodes[place], ast.Import) for place in found)
        for place in found if several else found[-1:]:
            if place not in kept:
                kept[place] = used_by(nodes[place])
                waiting += [(used, len(nodes)) for used in kept[place] if used != name]
            if name in kept[place]:  # `step = tf.function(step)` needs the one before
                waiting.append((name, place))
    return "\n\n".join(ast.unparse(nodes[place]) for place in sorted(kept))


def used_by(node: ast.AST) -> set[str]:
    """The names that a definition looks up outside of itself; a function's own variables do not."""

    def outside(table: symtable.SymbolTable) -> set[str]:
        is_top = table.get_type() == "module"
        names = {
            symbol.get_name()
            for symbol in table.get_symbols()
            if (symbol.is_referenced() if is_top else symbol.is_global())
        }
        return names.union(*map(outside, table.get_children()))

    try:
        return outside(symtable.symtable(ast.unparse(node), "a cell", "exec"))
    except SyntaxError:  # one that only shows when it is compiled: it is said when it is run
        return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _bound_by(node: ast.stmt) -> set[str]:
    """The names that a definition gives a meaning to; "*" if it does not say which."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    stored = (one for one in ast.walk(node) if isinstance(one, ast.Name))
    return {one.id for one in stored if isinstance(one.ctx, ast.Store)}


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
        text = without_magic(cell)
    except RuntimeError:  # more magics in one cell than IPython reads
        return ""
    try:
        return "\n\n".join(ast.unparse(node) for node in _definitions(ast.parse(text).body))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""


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


def _definitions(nodes: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            continue  # it has to stand at a file's top, and does already
        if defines(node):
            yield node
        elif isinstance(node, ast.If | ast.With | ast.Try):
            # A definition in there is one of the notebook's; what decides over it is not run.
            yield from _definitions(node.body)


def defines(node: ast.stmt) -> bool:
    """Whether a statement only defines something, and costs nothing."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
        return True
    if isinstance(node, ast.Assign):
        return _is_cheap(node.value)
    return isinstance(node, ast.AnnAssign) and node.value is not None and _is_cheap(node.value)


def _is_cheap(value: ast.expr) -> bool:
    """Whether a value is computed from what is written there, or made of a function."""
    if isinstance(value, ast.Lambda | ast.Name):
        return True
    if isinstance(value, ast.Call):
        return _is_made_of_a_function(value) or _is_plain(value)
    return _is_plain(value)


def _is_made_of_a_function(value: ast.Call) -> bool:
    """Such as `tf.function(step)` or `functools.partial(blur, sigma=1.0)`."""
    return bool(value.args) and isinstance(value.args[0], ast.Name | ast.Lambda)


_ARRAYS = {"array", "asarray", "float32", "float64", "linspace", "arange", "zeros", "ones"}
_PLAIN = (
    *(ast.Constant, ast.UnaryOp, ast.BinOp, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Name),
    *(ast.Attribute, ast.operator, ast.unaryop, ast.expr_context, ast.keyword),
    *(ast.Subscript, ast.Slice),
)


def _is_plain(value: ast.AST) -> bool:
    """Whether a value is arithmetic on constants, or a NumPy array of them: `1 / 255`."""
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else ""
        return name in _ARRAYS and all(map(_is_plain, [*value.args, *value.keywords]))
    return isinstance(value, _PLAIN) and all(map(_is_plain, ast.iter_child_nodes(value)))
