"""The folder that a student works in: `course init` writes it, and an edition is more of the same.

It holds the stubs, a page that says how to begin, and notebooks if asked for. All else stays where
it is installed.
"""

import json
from pathlib import Path
from typing import NamedTuple

from course.classroom.chapters import notebooks
from course.classroom.make_stubs import fresh_stubs
from course.given.modules import TABLE
from course.grader.files import CannotWriteError, require_writable, write_atomic
from course.grader.places import MARK, PACKAGE, ROOT, VERSION

TEMPLATES = Path(__file__).with_name("templates")


class Written(NamedTuple):
    """What became of a folder's files, by paths in it.

    Attributes:
        new: those that were written.
        kept: those that were there already, and were left as they are.
    """

    new: list[Path]
    kept: list[Path]


def write_folder(folder: Path, with_notebooks: bool = False) -> Written:
    """Write a folder to work in. A file that is there is never overwritten.

    Args:
        folder: where to; it may be there, and hold other things.
        with_notebooks: whether to add a notebook for each chapter, in `notebooks/`.

    Raises:
        CannotWriteError: if one may not write there.
        MissingLibraryError: if notebooks are asked for, and cannot be made here.
    """
    mark = {"course": "introspection-course", "version": VERSION}
    if folder.resolve() in (ROOT, PACKAGE):
        raise CannotWriteError(
            f"DIR: {folder} is the course itself; name a new folder, such as work"
        )
    require_writable(folder, "DIR")
    texts = {"README.md": read_me(), MARK.as_posix(): json.dumps(mark, indent=2) + "\n"}
    texts |= {f"{module}.py": text for module, text in fresh_stubs().items()}
    if with_notebooks:
        texts |= {f"notebooks/{module}.ipynb": text for module, text in notebooks().items()}
    written = Written([], [])
    for name, text in texts.items():
        path = folder / name
        if path.exists() or path.is_symlink():
            written.kept.append(Path(name))
        else:
            write_atomic(path, text.encode())
            written.new.append(Path(name))
    return written


def read_me(install: str = "pip install introspection-course") -> str:
    """The page that lies in the folder: how to begin.

    Args:
        install: the command that installs the course.
    """
    page = (TEMPLATES / "folder.md").read_text(encoding="utf-8")
    return page.replace("{modules}", modules()).replace("{install}", install)


def modules() -> str:
    """The modules as a table in Markdown: what one writes, and what one finds out with it."""
    lines = ["| | you write | and find out |", "| --- | --- | --- |"]
    lines += [f"| {one.number} | {one.title} | {one.finds} |" for one in TABLE]
    return "\n".join(lines)
