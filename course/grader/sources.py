"""A submission as texts: reading the modules, and telling what has been started in them."""

import ast
import importlib.util
from pathlib import Path

from course.given.modules import MODULES

MAX_SOURCE = 2**20


def read_submission(folder: Path) -> dict[str, str]:
    """Read a student's modules, without running them.

    Args:
        folder: holds some of the six modules.

    Returns:
        The source of every module that is there, by module name. What is no text, or is longer
        than a megabyte, becomes a module that raises an error saying so.
    """
    return {name: _read(folder / f"{name}.py") for name in MODULES if _is_there(folder, name)}


def _is_there(folder: Path, name: str) -> bool:
    return (folder / f"{name}.py").is_file()


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_SOURCE:
            raise ValueError("it is longer than a megabyte")
        return decode(path.read_bytes())
    except (OSError, ValueError) as error:
        return f"raise ImportError({f'{path.name} cannot be read: {error}'!r})"


def decode(data: bytes) -> str:
    """The text of a Python file, in the encoding that its first lines name, or else UTF-8.

    Raises:
        ValueError: if it is not text in that encoding.
    """
    try:
        return importlib.util.decode_source(data)
    except (SyntaxError, LookupError, UnicodeError) as error:
        raise ValueError(f"it is not text in UTF-8 or the encoding it names: {error}") from None


def is_stub(function: ast.FunctionDef) -> bool:
    """Whether a function holds nothing but its docstring and `raise NotImplementedError(...)`."""
    body = function.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    if len(body) != 1 or not isinstance(body[0], ast.Raise):
        return False
    error = body[0].exc
    called = error.func if isinstance(error, ast.Call) else error
    return isinstance(called, ast.Name) and called.id == "NotImplementedError"


def untouched_functions(source: str) -> set[str]:
    """The names of the functions that are still stubs; none if the source cannot be parsed."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    # The last definition of a name is the one that counts.
    last = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    named = {name for name, function in last.items() if is_stub(function)}
    rebound = _bound_otherwise(tree)
    return set() if "*" in rebound else named - rebound


def has_been_started(sources: dict[str, str], name: str) -> bool:
    """Whether there is anything to run for a module or a task: something else than a stub."""
    module, _, function = name.partition(".")
    if module not in sources:
        return False
    untouched = untouched_functions(sources[module])
    if function:
        return function not in untouched
    try:
        tree = ast.parse(sources[module])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return bool(functions - untouched)


def _bound_otherwise(tree: ast.Module) -> set[str]:
    """Names that something else than a plain top-level `def` may bind too."""
    nested = [node for node in tree.body if not isinstance(node, ast.FunctionDef)]
    names: set[str] = set()
    for statement in nested:
        for node in ast.walk(statement):
            match node:
                case ast.Name(id=name, ctx=ast.Store()) | ast.FunctionDef(name=name):
                    names.add(name)
                case ast.alias(name=name, asname=alias):
                    names.add(alias or name)
    return names
