"""Reading a student's function, without running it: why a gradient may be None."""

import ast
import functools
import re
from collections.abc import Iterator
from contextlib import suppress

MOST_READ = 2**16
"""Characters of a source that is read for a reason; an honest one has half as many."""

MOST_TAPES = 8
"""How many `with` blocks of tapes a function may have: what is in them is gone through for each."""

LEAVING = {"numpy", "predict", "predict_on_batch", "item", "tolist"}
"""Methods whose result is no tensor any more."""


def broken_path(source: str, function: str) -> str:
    """Where the way from the watched tensor to the result may be broken.

    Args:
        source: of the student's module.
        function: the name of the function that was called in it.

    Returns:
        A sentence; empty if neither the function nor those that it calls here use a tape, or if
        the source is too long for a look.
    """
    if len(source) > MOST_READ:
        return ""
    with suppress(RecursionError, MemoryError, ValueError):
        return next(filter(None, map(_path_in, _with_helpers(source, function))), "")
    return ""


def returns_nothing(source: str, function: str) -> bool:
    """Whether a function has no `return` with a value."""
    definition = _functions(source).get(function)
    if definition is None:
        return False
    return not any(isinstance(n, ast.Return) and n.value is not None for n in ast.walk(definition))


def uses_numpy(source: str, function: str) -> bool:
    """Whether a function, or one of its file that it calls, leaves TensorFlow; True if unknown."""
    if function not in _functions(source):
        return True
    text = " ".join(ast.unparse(one) for one in _with_helpers(source, function))
    return bool(re.search(r"\b(np|numpy|scipy|ndimage)\b|predict|gaussian_filter", text))


def argument_names(source: str, function: str) -> list[str]:
    """The names of a function's arguments, in order; none if it is not plainly defined."""
    definition = _functions(source).get(function)
    return [one.arg for one in definition.args.args] if definition else []


@functools.lru_cache(maxsize=2)  # all questions on one failure are about one source, and its stub
def _functions(source: str) -> dict[str, ast.FunctionDef]:
    """The functions of a file by all their names: `smooth = my_version` gives another one."""
    found: dict[str, ast.FunctionDef] = {}
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        for node in ast.parse(source).body:
            match node:
                case ast.FunctionDef(name=name):
                    found[name] = node
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=other)):
                    if other in found:
                        found[name] = found[other]
    return found


def _with_helpers(source: str, function: str) -> Iterator[ast.FunctionDef]:
    """A function, and then the functions of its file that it calls, each once."""
    functions, names, seen = _functions(source), [function], set()
    while names:
        name = names.pop(0)
        if name in seen or name not in functions:
            continue
        seen.add(name)
        yield functions[name]
        calls = [node for node in ast.walk(functions[name]) if isinstance(node, ast.Call)]
        names += [call.func.id for call in calls if isinstance(call.func, ast.Name)]


def _path_in(function: ast.FunctionDef) -> str:
    taped = [
        (node, item.optional_vars)
        for node in ast.walk(function)
        if isinstance(node, ast.With)
        for item in node.items
        if "GradientTape" in ast.unparse(item.context_expr)
    ]
    blocks = list(dict.fromkeys(block for block, _ in taped))  # one block may hold several tapes
    if not 0 < len(blocks) <= MOST_TAPES:
        return ""
    inside = [node for block in blocks for part in block.body for node in ast.walk(part)]
    calls = [node for node in inside if isinstance(node, ast.Call)]
    methods = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
    if methods & LEAVING:
        name = sorted(methods & LEAVING)[0]
        instead = (
            "call model(images, training=False)" if "predict" in name else "stay in TensorFlow"
        )
        return (
            f"Inside the tape, .{name}() leaves TensorFlow, and the tape sees nothing: {instead}."
        )
    numpy = sorted({ast.unparse(call.func) for call in calls if _is_numpy(call)})
    if numpy:
        return f"Inside the tape, {numpy[0]} leaves TensorFlow, and the tape sees nothing of it."
    if "watch" not in methods and "Variable" not in ast.unparse(function):
        return (
            "The tape was not told to watch: turn the images into a tensor before the tape, and "
            "call tape.watch(images) first thing in it."
        )
    target, source = _asked(function)
    assigned = _assigned(inside)
    if target and target not in assigned and target in _assigned(list(ast.walk(function))):
        return f"{target} is computed outside of the tape, which does not see it."
    if source and source not in _used(blocks):
        return f"{source} is watched, but nothing inside the tape is computed from it."
    changed = _assigned_after_watch(blocks)
    if source in changed:
        return f"{source} is assigned anew after tape.watch: the tape watches the old one."
    return (
        "What is differentiated has to be computed inside the tape, in TensorFlow throughout, from "
        "the very tensor that is watched."
    )


def _is_numpy(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    return name.startswith(("np.", "numpy.")) and not name.endswith(("arange", "newaxis"))


def _asked(function: ast.FunctionDef) -> tuple[str, str]:
    """The names in `tape.gradient(target, source)`; empty where there is no plain name."""
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(attr="gradient"), args=[target, source, *_]):
                names = [arg.id if isinstance(arg, ast.Name) else "" for arg in (target, source)]
                return names[0], names[1]
    return "", ""


def _assigned(nodes: list[ast.AST]) -> set[str]:
    return {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _used(blocks: list[ast.With]) -> set[str]:
    """The names that are read inside the tape, other than to watch them."""
    statements = [part for block in blocks for part in block.body]
    others = [part for part in statements if ".watch(" not in ast.unparse(part)]
    nodes = [node for part in others for node in ast.walk(part) if isinstance(node, ast.Name)]
    return {node.id for node in nodes if isinstance(node.ctx, ast.Load)}


def _assigned_after_watch(blocks: list[ast.With]) -> set[str]:
    names: set[str] = set()
    for block in blocks:
        has_watched = False
        for part in block.body:
            if has_watched:
                names |= _assigned(list(ast.walk(part)))
            has_watched = has_watched or ".watch(" in ast.unparse(part)
    return names
