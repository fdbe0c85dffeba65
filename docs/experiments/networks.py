"""The small networks of chapters 2.1 and 2.3, trained by the chapters' own lines.

    python -m docs.experiments.networks [CHAPTER ...]

takes some minutes of one processor core per chapter, and writes the weights of its networks, in 16
bits, to `CHAPTER.npz`. The cells of a chapter that have the tag "training" are all that its
networks depend on. Those that are tagged "skip-execution" too do the training: a page shows them,
but does not run them, and loads what this command has trained. Notebooks to work in run all of
them. A quick test fails when these cells are no longer those that made the weights; a slow one
trains one network of each chapter again.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jupytext
import keras
import numpy as np

from course.given import (
    accuracy,
    hardening,
    load_dataset,
    shapes,
    small_cnn,
    stamps,
    train,
    training,
)
from course.given.weights import flatten, unflatten
from solutions import clever_hans

from . import records

FOLDER = Path(__file__).resolve().parent
WIDTH = 12
"""Of all these networks."""

CHAPTERS = {
    "clever_hans": (
        stamps.four_cheats,
        clever_hans.add_square,
        clever_hans.add_watermark,
        clever_hans.add_lightness_gradient,
        clever_hans.plant,
    ),
    "input_optimization": (hardening,),
}
"""Which chapters train networks, and what is behind their cells beside `EVERYWHERE`."""

EVERYWHERE = (small_cnn, train, training.training_step, shapes)


class Cell(NamedTuple):
    """A cell that networks depend on: its code, and whether the page leaves it out."""

    source: str
    trains: bool


def cells(chapter: str, tag: str = "training") -> Iterator[Cell]:
    """The cells that a chapter's networks depend on, in their order."""
    for cell in jupytext.read(FOLDER.parent / f"{chapter}.py", fmt="py:percent").cells:
        tags = cell.metadata.get("tags", [])
        if tag in tags:
            yield Cell(cell.source, "skip-execution" in tags)


def run(chapter: str, only_definitions: bool = False, tag: str = "training") -> dict[str, Any]:
    """Run these cells.

    Args:
        chapter: its name, such as `"clever_hans"`.
        only_definitions: leave out those that train.
        tag: of the cells.

    Returns:
        The names that they define; `networks` has the networks by their names.
    """
    names: dict[str, Any] = {}
    for cell in cells(chapter, tag):
        if not (only_definitions and cell.trains):
            exec(compile(cell.source, f"docs/{chapter}.py", "exec"), names)
    return names


def code_hash(chapter: str) -> str:
    """Of all code whose change could change the networks; imports of plots and tables do not."""
    return records.code_hash(
        *CHAPTERS[chapter],
        *EVERYWHERE,
        text="\n".join(without_imports(cell.source) for cell in cells(chapter)),
    )


def without_imports(source: str) -> str:
    """A cell's code but for its imports, of which most are of plots and tables."""
    tree = ast.parse(source)
    tree.body = [one for one in tree.body if not isinstance(one, ast.Import | ast.ImportFrom)]
    return ast.unparse(tree)


def made_by(chapter: str) -> str:
    """The hash of the code that made a chapter's weights."""
    with np.load(FOLDER / f"{chapter}.npz") as file:
        return str(file["code"])


def load_networks(chapter: str) -> dict[str, keras.Model]:
    """Read the networks that this chapter's lines have trained.

    Args:
        chapter: its name, such as `"clever_hans"`.

    Returns:
        By name, models from images `(B, 32, 32, 3)` to logits `(B, 6)`.
    """
    with np.load(FOLDER / f"{chapter}.npz") as file:
        return {
            name: unflatten(small_cnn(width=WIDTH), file[name].astype(np.float32))
            for name in file
            if name != "code"
        }


def main(chapters: list[str]) -> None:
    """Train, write, and say how good the networks are."""
    data = load_dataset("shapes", 4000)
    for chapter in chapters:
        networks = run(chapter)["networks"]
        weights = {name: flatten(one).astype(np.float16) for name, one in networks.items()}
        np.savez(FOLDER / f"{chapter}.npz", code=code_hash(chapter), **weights)
        for name, network in load_networks(chapter).items():
            print(f"{name}: {accuracy(network, data.test_images, data.test_labels):.3f}")


if __name__ == "__main__":
    main(sys.argv[1:] or list(CHAPTERS))
