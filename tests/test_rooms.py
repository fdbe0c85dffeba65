"""The rooms of the package: imports run one way, and nothing outside is found by a name."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "course"
ROOMS = ("ui", "classroom", "grader", "worker", "given")
"""From the top to the bottom: a room may import what is below it, and what is beside it."""

FILES = sorted(path for room in ROOMS for path in (PACKAGE / room).rglob("*.py"))
each_file = pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))


def imported_by(path: Path) -> Iterator[str]:
    """What a file imports, anywhere in it, by full names."""
    inside = ".".join(path.relative_to(PACKAGE.parent).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = inside.rsplit(".", node.level - 1)[0] + "." if node.level else ""
            yield from (f"{base}{node.module or ''}.{alias.name}" for alias in node.names)


def room_of(name: str) -> str:
    return [*name.split("."), ""][1]


@each_file
def test_no_arrow_looks_up(path: Path) -> None:
    here = ROOMS.index(path.relative_to(PACKAGE).parts[0])
    for name in imported_by(path):
        if name.startswith("course.") and room_of(name) in ROOMS:
            assert ROOMS.index(room_of(name)) >= here, f"{path.name} imports {name}"


@each_file
def test_nothing_outside_is_found_by_its_name(path: Path) -> None:
    """Another package of the name may be installed, or lie where one stands."""
    assert not {name.split(".")[0] for name in imported_by(path)} & {"tests", "docs", "solutions"}


def test_no_two_files_import_each_other_round_a_circle() -> None:
    modules = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in FILES
    }
    arrows = {
        name: {
            found
            for one in imported_by(path)
            if (found := one if one in modules else one.rpartition(".")[0]) in modules
        }
        for name, path in modules.items()
    }
    TopologicalSorter(arrows).prepare()  # raises if there is a circle


def test_every_room_says_what_belongs_there() -> None:
    for room in ROOMS:
        text = (PACKAGE / room / "__init__.py").read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(text)), room
