"""Mutants: the solutions with one small thing changed, of which the graders must fail every one.

    python -m tests.proofs.mutants [MODULE ...]

prints every mutant that survives, and the figures. A survivor is either killed by a new property,
or entered in `equivalent.toml` beside this file with the reason why no student could tell it from
the solution. Exits with 1 if there is another one.
"""

import ast
import copy
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from course.grader.grading import grade_task
from course.grader.pool import PRELOAD, Workers, start_workers
from course.grader.sources import read_submission
from course.grader.tasks import Task, select_tasks, tasks_of
from course.grader.work import Work
from course.ui.progress import progress
from tests.proofs.results import record

ROOT = Path(__file__).resolve().parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.toml")

OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True)
class Mutant:
    """A module's source with one change, and what the change is."""

    module: str
    change: str
    source: str


def mutants_of(source: str, module: str) -> Iterator[Mutant]:
    """Every mutant of a module; docstrings and annotations are left alone."""
    tree = ast.parse(source)
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        for path, node in _places(function):
            for mutated in _mutations_of(node):
                before, after = _shown(node), _shown(mutated) if mutated else "nothing"
                yield Mutant(
                    module,
                    f"{module}.{function.name}: {before} -> {after}",
                    ast.unparse(_with_replaced(tree, function, path, mutated)),
                )


def _shown(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


Path_ = tuple[tuple[str, int | None], ...]


def _places(function: ast.FunctionDef) -> Iterator[tuple[Path_, ast.AST]]:
    """Every node in a function's body and defaults, with the way that leads to it."""
    has_docstring = ast.get_docstring(function) is not None
    for index, statement in enumerate(function.body):
        if index > 0 or not has_docstring:
            yield from _below(statement, (("body", index),))
    for index, default in enumerate(function.args.defaults):
        yield from _below(default, (("args", None), ("defaults", index)))


def _below(node: ast.AST, path: Path_) -> Iterator[tuple[Path_, ast.AST]]:
    yield path, node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        if isinstance(value, ast.AST):
            yield from _below(value, (*path, (name, None)))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield from _below(item, (*path, (name, index)))


def _mutations_of(node: ast.AST) -> Iterator[ast.AST | None]:
    """Other nodes to put in a node's place; None takes it away."""
    match node:
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in OPERATORS:
            yield _changed(node, op=OPERATORS[type(op)]())
        case ast.Compare(ops=[op]) if type(op) in COMPARISONS:
            yield _changed(node, ops=[COMPARISONS[type(op)]()])
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
            if value != 0:
                yield ast.Constant(value - 1)
        case ast.Constant(value=float(value)):
            yield ast.Constant(value * 2 if value else 0.1)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield operand
        case ast.IfExp(body=body, orelse=orelse):
            yield body
            yield orelse
        case ast.Call(args=args, keywords=keywords):
            for index in range(len(keywords)):
                yield _changed(node, keywords=keywords[:index] + keywords[index + 1 :])
            if len(args) >= 2:
                yield _changed(node, args=[args[1], args[0], *args[2:]])
            if isinstance(node.func, ast.Attribute) and len(args) >= 1:
                yield args[0]  # without the call: no absolute value, no mean, no clipping
    if isinstance(node, ast.AugAssign | ast.If | ast.Expr):
        yield None


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    mutated = copy.copy(node)
    for name, value in fields.items():
        setattr(mutated, name, value)
    return mutated


def _with_replaced(
    tree: ast.Module, function: ast.FunctionDef, path: Path_, mutated: ast.AST | None
) -> ast.Module:
    """A copy of the tree in which the node at the end of the path is another."""
    at = tree.body.index(function)
    tree = copy.deepcopy(tree)
    parent: ast.AST = tree.body[at]
    for name, index in path[:-1]:
        parent = getattr(parent, name) if index is None else getattr(parent, name)[index]
    name, index = path[-1]
    replacement = ast.Pass() if mutated is None else copy.deepcopy(mutated)
    if index is None:
        setattr(parent, name, replacement)
    else:
        getattr(parent, name)[index] = replacement
    return ast.fix_missing_locations(tree)


def is_killed(mutant: Mutant, sources: dict[str, str], tasks: list[Task], workers: Workers) -> bool:
    """Whether any task's verdict is something else than passed."""
    sources = sources | {mutant.module: mutant.source}
    changed = mutant.change.partition(":")[0]
    own_first = sorted(tasks, key=lambda task: task.name != changed)
    return any(grade_task(task, Work(sources, workers)).status != "passed" for task in own_first)


def main(modules: list[str]) -> int:
    """Run all mutants of the modules; returns the exit code."""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    sources = read_submission(ROOT / "solutions")
    reasons = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))
    workers = start_workers(PRELOAD, "spawn")  # stays warm, while every fork begins cold
    mutants = [
        mutant
        for module in modules or dict.fromkeys(task.module for task in select_tasks())
        for mutant in mutants_of(sources[module], module)
    ]
    killed, excused, survivors = 0, 0, []
    try:
        with progress("Mutants", len(mutants)) as advance:
            for mutant in mutants:
                if is_killed(mutant, sources, tasks_of(mutant.module), workers):
                    killed += 1
                elif mutant.change in reasons:
                    excused += 1
                else:
                    survivors.append(mutant)
                    console.print(f"survives: {mutant.change}")
                advance(f"{killed} killed, {len(survivors)} survive")
    finally:
        workers.close()
    console.print(
        f"{len(mutants)} mutants: {killed} killed, {excused} equivalent, {len(survivors)} survive"
    )
    if not modules:
        figures = {"killed": killed, "equivalent": excused, "survivors": len(survivors)}
        record("mutants", mutants=len(mutants), **figures)
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
