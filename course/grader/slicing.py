"""What some functions of a program need: the statements that give their names a meaning."""

import ast
import symtable
from bisect import bisect_left
from collections.abc import Collection
from typing import NamedTuple

from course.grader.quick import executed, root_of

MAX_DEFINITIONS = 5000
"""How many statements of all cells may define something."""

MAX_QUESTIONS = 200_000
"""How often it may be asked what a name means at a place."""


class _Uses(NamedTuple):
    """The names that a statement gives a meaning to and looks up: when it runs, and later.

    Later is when a function that it defines is called.
    """

    binds: set[str]
    now: set[str]
    later: set[str]


def needed_by(functions: Collection[str], nodes: list[ast.stmt]) -> list[ast.stmt]:
    """Those statements that some functions use, directly or by others, in their order.

    Raises:
        ValueError: if they are too many.
    """
    if len(nodes) > MAX_DEFINITIONS:
        raise ValueError("it holds too many definitions")
    uses = [_uses(node) for node in nodes]
    places: dict[str, list[int]] = {}
    for place, use in enumerate(uses):
        for name in use.binds:
            places.setdefault(name, []).append(place)
    kept: set[int] = set()
    waiting = [(name, len(nodes)) for name in (*functions, "*")]
    seen: set[tuple[str, int]] = set()
    while waiting:
        name, before = waiting.pop()
        if (name, before) in seen:
            continue
        seen.add((name, before))
        if len(seen) > MAX_QUESTIONS:
            raise ValueError("its definitions use each other in too many ways")
        found = places.get(name, [])
        found = found[: bisect_left(found, before)]
        # Of several definitions the last counts; of `import a.b` and `import a.c`, and of star
        # imports, all do.
        several = name == "*" or all(isinstance(nodes[place], ast.Import) for place in found)
        for place in found if several else found[-1:]:
            kept.add(place)  # `step = tf.function(step)` needs the one before
            waiting += [(used, place) for used in uses[place].now]
            # A function may be called at once, or at the end for the first time.
            waiting += [(used, when) for used in uses[place].later for when in (before, len(nodes))]
    return [nodes[place] for place in sorted(kept)]


def used_by(node: ast.AST) -> set[str]:
    """The names that a statement looks up outside of itself; a function's own variables do not."""
    return _looked_up(node)[0]


def bound_by(node: ast.stmt) -> set[str]:
    """The names that a statement gives a meaning to; "*" if it does not say which."""
    return _uses(node).binds


def _uses(node: ast.stmt) -> _Uses:
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        return _Uses(names, set(), set())  # "*" is among them if it does not say which
    every, binds = _looked_up(node)
    changes = {_changed(part) for part in executed(node)} - binds - {""}
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        heads = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        now = {one.id for head in heads for one in ast.walk(head) if isinstance(one, ast.Name)}
        return _Uses({node.name}, now, every - now)
    # What may or may not bind a name leaves what it meant before.
    is_certain = isinstance(node, ast.Assign | ast.AnnAssign | ast.ClassDef)
    now = every | changes | (set() if is_certain else binds)
    later = every if _holds_a_function(node) else set()
    return _Uses(binds | changes, now, later)


def _holds_a_function(node: ast.AST) -> bool:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    return any(isinstance(one, kinds) for one in ast.walk(node))


def _changed(node: ast.AST) -> str:
    """The name whose object a part of a statement changes: `a.b = 1`, `a[0] = 1`, `a.append(1)`."""
    match node:
        case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()):
            return root_of(node)
        case ast.Expr(value=ast.Call(func=ast.Attribute() as called)):
            return root_of(called)
    return ""


def _looked_up(node: ast.AST) -> tuple[set[str], set[str]]:
    """The names that a statement looks up outside of itself, and those that it binds there."""

    def outside(table: symtable.SymbolTable) -> set[str]:
        is_top = table.get_type() == "module"
        names = {
            symbol.get_name()
            for symbol in table.get_symbols()
            if (symbol.is_referenced() if is_top else symbol.is_global())
        }
        return names.union(*map(outside, table.get_children()))

    try:
        top = symtable.symtable(ast.unparse(node), "a cell", "exec")
    except SyntaxError:  # one that only shows when it is compiled: it is said when it is run
        named = [one for one in ast.walk(node) if isinstance(one, ast.Name)]
        binds = {one.id for one in named if isinstance(one.ctx, ast.Store)}
        return {one.id for one in named}, binds | {getattr(node, "name", "")} - {""}
    symbols = top.get_symbols()
    binds = {one.get_name() for one in symbols if one.is_assigned() or one.is_imported()}
    return outside(top), binds
