"""A submission as texts: reading the modules, and telling what has been started in them."""

import ast
import codecs
import functools
import importlib.util
import io
import tokenize
import warnings
from pathlib import Path

from course.given.modules import MODULES
from course.grader.notebooks import notebook_source
from course.grader.places import PACKAGE

# Python from 3.12 on warns of much when it parses, and says it to whoever runs the grader.
warnings.filterwarnings("ignore", module="<unknown>")

MAX_SOURCE = 2**18
"""Bytes: some ten times as many as a module has. Parsed, each becomes up to 900 of them."""

MAX_NOTEBOOK = 32 * 2**20
"""Bytes: a notebook holds its pictures too."""

FILES = {f"{name}{suffix}": name for suffix in (".py", ".ipynb") for name in MODULES}
"""The names of a submission's files, and the module that each holds."""


ENCODINGS = (
    *("utf-8", "ascii", "iso8859", "cp", "mac", "koi8"),
    *("gb", "big5", "shift_jis", "euc_"),
)
"""How the names of encodings begin that an editor writes. Python knows others, and for some of them
needs quadratic time (punycode)."""

_NOT_TEXT = "it is not text in UTF-8 or the encoding it names ({}); save it as UTF-8"


def read_submission(folder: Path) -> dict[str, str]:
    """Read a student's modules, without running them.

    Args:
        folder: holds some of the modules, each as `MODULE.py` or as a notebook `MODULE.ipynb`.

    Returns:
        The source of every module that is there, by module name. What cannot be read becomes a
        module that raises an error saying why.
    """
    sources: dict[str, str] = {}
    for file, module in FILES.items():
        # A notebook counts where the file beside it is still as it was given.
        if (folder / file).is_file() and not has_been_started(sources, module):
            sources[module] = _read(folder / file)
    return {module: sources[module] for module in MODULES if module in sources}


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_NOTEBOOK + 1)
    except OSError as error:
        return unreadable(path.name, str(error))
    return source_of(path.name, data)


def source_of(file: str, data: bytes) -> str:
    """The text of a module, from the bytes of its file: Python, or a notebook under any name.

    Args:
        file: its name, for messages.
        data: what it holds.

    Returns:
        Python; a module that raises an error where the file cannot be read.
    """
    try:
        # Python hardly begins with a dictionary, a notebook has to.
        if data.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{"):
            if len(data) > MAX_NOTEBOOK:
                size = MAX_NOTEBOOK // 2**20
                raise ValueError(f"it is larger than {size} megabytes: clear its outputs")
            return notebook_source(data.decode("utf-8-sig"), functions_of(FILES.get(file, "")))
        if len(data) > MAX_SOURCE:
            raise ValueError(f"it is longer than {MAX_SOURCE // 2**10} KB")
        return decode(data)
    except ValueError as error:
        return unreadable(file, str(error))


@functools.cache
def functions_of(module: str) -> frozenset[str]:
    """The functions that are asked for in a module, as its stubs say; none for another name."""
    stubs = PACKAGE / f"{module}.py"
    try:
        tree = ast.parse(stubs.read_bytes()) if module in MODULES else ast.Module([], [])
    except (OSError, SyntaxError, ValueError):  # a student's own file, in a checkout
        return frozenset()
    names = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in names if not name.startswith("_"))


def unreadable(file: str, reason: str) -> str:
    """A module that says, as soon as it is imported, why there is none."""
    return f"raise ImportError({f'{file} cannot be read: {reason}'!r})"


def decode(data: bytes) -> str:
    """The text of a Python file, in the encoding that its first lines name, or else UTF-8.

    Raises:
        ValueError: if it is not text in that encoding.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data:
        raise ValueError(_NOT_TEXT.format("it looks like UTF-16"))
    try:
        encoding = codecs.lookup(tokenize.detect_encoding(io.BytesIO(data).readline)[0]).name
        if not encoding.startswith(ENCODINGS):
            raise ValueError(f"it is written in {encoding}; save it as UTF-8")
        return importlib.util.decode_source(data)
    except (SyntaxError, LookupError, UnicodeError) as error:
        raise ValueError(_NOT_TEXT.format(error)) from None


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


@functools.lru_cache(maxsize=1)  # what is asked of one source is asked at once
def parsed(source: str) -> ast.Module:
    """A source as a tree, to be looked at only."""
    return ast.parse(source)


def untouched_functions(source: str) -> set[str]:
    """The names of the functions that are still stubs; none if the source cannot be parsed."""
    try:
        tree = parsed(source)
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
        tree = parsed(sources[module])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return bool(functions - untouched)


def touched_by(changed: set[str], sources: dict[str, str]) -> set[str]:
    """The modules whose verdicts may be others when some have changed: those that import them.

    Args:
        changed: names of modules.
        sources: of all modules.

    Returns:
        These modules, those that import one of them, those that import those, and so on.
    """
    arrows = {name: _siblings_in(source) for name, source in sources.items()}
    touched = set(changed)
    while more := {name for name, used in arrows.items() if used & touched} - touched:
        touched |= more
    return touched


def _siblings_in(source: str) -> set[str]:
    """The modules of the course that a module imports, or names as `course.saliency`."""
    try:
        tree = parsed(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()  # it cannot be imported, whatever the others hold
    words: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                words.update(*(alias.name.split(".") for alias in names))
            case ast.ImportFrom(module=module, names=names):
                words.update((module or "").split("."), (alias.name for alias in names))
            case ast.Constant(value=str(text)):  # for importlib
                words.update(text.split(".") if len(text) < 60 else ())
    return words & set(MODULES)


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
