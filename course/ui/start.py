"""`course start`: the first thing a newcomer runs."""

import importlib.metadata
import platform
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from course.given import load_model, load_photo, top_classes
from course.given.plots import show_images
from course.grader.files import free_name, require_writable
from course.grader.grading import untouched_tasks
from course.grader.places import SOLUTIONS, NoFolderError, work_folder
from course.grader.sources import read_submission
from course.grader.tasks import select_tasks
from course.ui import show
from course.ui.board import board, not_checked
from course.ui.progress import progress
from course.ui.scene import Wanted

PHOTO = "coffee"
FOLDER = Path("pictures")


def start() -> None:
    """Look the installation over, have the network look at a photo, and show what there is to do.

    The student's own files are neither run nor changed.

    Raises:
        CannotWriteError: if the pictures cannot be written where one stands.
    """
    console = Console(highlight=False, soft_wrap=True)
    console.print("\nLooking inside a neural network\n", style="bold")
    console.print(_versions())
    require_writable(FOLDER, "the folder for the pictures")
    photo = load_photo(PHOTO)
    with progress("Looking at a photo", None) as advance:
        advance("loading the network")
        seen = top_classes(load_model(), photo[None], 3)[0]
        written = _draw_figures(photo, seen[0][0], advance)
    console.print("\nWhat the network sees in the photo of a cup of coffee:")
    for name, probability in seen:
        console.print(f"  {probability:5.2f}  {name}")
    for path in written:
        console.print(f"Wrote {path}")
    try:
        folder = work_folder()
    except NoFolderError:
        console.print("\nWhere it looks is for you to find out. Make a folder to work in:\n")
        console.print("  course init work\n  cd work\n  course start")
    else:
        _print_board(console, folder)


def _versions() -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2))
    table.add_row("Python", platform.python_version(), platform.platform(terse=True))
    for name in ("tensorflow", "keras", "numpy", "hypothesis"):
        table.add_row(name, _version(name))
    return table


def _version(name: str) -> str:
    for candidate in (name, f"{name}-cpu"):
        try:
            return importlib.metadata.version(candidate)
        except importlib.metadata.PackageNotFoundError:
            continue
    return "missing"


def _draw_figures(photo: np.ndarray, seen: str, advance: Callable[[str], None]) -> list[Path]:
    """The reference's saliency and ascent; an installed course has no reference, only the photo."""
    if SOLUTIONS.is_dir():
        figures = {
            # Each figure knows its own share only.
            module: show.draw(
                module, SOLUTIONS, Wanted(image=PHOTO), lambda part, share=None: advance(part)
            )
            for module in ("saliency", "activation_maximization")
        }
    else:
        figures = {"photo": show_images(photo[None], [seen])}
    written = []
    for name, figure in figures.items():
        path = free_name(FOLDER / f"start-{name}.png")
        show.save(figure, path)
        written.append(path)
    return written


def _print_board(console: Console, folder: Path) -> None:
    tasks = select_tasks()
    untouched = untouched_tasks(read_submission(folder), tasks)
    console.print("\nYour tasks:\n", style="bold")
    console.print(board(not_checked(task, untouched) for task in tasks))
    first = next((task.name for task in tasks if task.name in untouched), None)
    if first is None:
        console.print("\nEverything has been started: `course check` says what is right.")
        return
    module, _, function = first.partition(".")
    file = folder / f"{module}.py"
    here = Path.cwd()
    shown = file.relative_to(here) if file.is_relative_to(here) else file
    console.print(f"\nOpen {shown} and fill in {function}. Then:\n")
    console.print(f"  course check {first}")
    console.print(f"  course hint {first}")
