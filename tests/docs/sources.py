"""The chapters' sources, read as text: these tests run without what builds the site."""

import ast
import re
from pathlib import Path

from course.given.modules import MODULES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CHAPTERS = [name for name in MODULES if (DOCS / f"{name}.py").is_file()]


def tasks(module: str) -> list[str]:
    """The tasks of a module, in order: its solution's public functions."""
    tree = ast.parse((ROOT / "solutions" / f"{module}.py").read_text(encoding="utf-8"))
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [f"{module}.{name}" for name in functions if not name.startswith("_")]


def chapter(name: str) -> str:
    """A chapter's source."""
    return (DOCS / f"{name}.py").read_text(encoding="utf-8")


def answers(source: str) -> list[str]:
    """Each question of a chapter with its answer: its cells up to the next one that is outside."""
    cells = re.split(r"^# %%", source, flags=re.M)
    found: list[str] = []
    for cell in cells:
        if '# ??? question "' in cell:
            found.append(cell)
        elif '"answer"' in cell.split("\n")[0]:
            found[-1] += cell
    return found


def code_cells(source: str) -> list[tuple[int, str]]:
    """Each code cell of a page: the line of the page in which it begins, and its code."""
    parts = re.split(r"^(# %%.*)$", source, flags=re.M)
    found, line = [], parts[0].count("\n") + 1
    for head, body in zip(parts[1::2], parts[2::2], strict=True):
        if "[markdown]" not in head:
            found.append((line, body.strip()))
        line += body.count("\n")
    return found
