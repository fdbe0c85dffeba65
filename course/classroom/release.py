"""`course release`: the students' edition, a folder that is ready for git.

It is the folder that `course init` writes, and what a classroom needs besides: a wheel to install
the course from, so that everyone has the same, and the workflow for GitHub Classroom. In the wheel
are neither the solutions nor the answers by which the graders are proved: wrong answers are a step
away from right ones.
"""

import ast
import json
import tempfile
from pathlib import Path

from course.classroom.chapters import MissingLibraryError, texts
from course.classroom.folder import TEMPLATES, read_me, write_folder
from course.classroom.wheel import write_wheel
from course.given.modules import MODULES
from course.grader.files import require_writable, write_atomic
from course.grader.grading import fresh_seed
from course.grader.places import PACKAGE, ROOT
from course.grader.sources import untouched_functions

HIDDEN_SEEDS = 3


class CannotReleaseError(ValueError):
    """A release that would lose or give away something; says which argument is at fault."""


def release(
    folder: Path, with_docs: bool = False, with_notebooks: bool = False, hidden: Path | None = None
) -> None:
    """Write the students' edition.

    Args:
        folder: where to; new or empty.
        with_docs: whether to add the chapters as text, without answers.
        with_notebooks: whether to add the chapters as notebooks to work in.
        hidden: a new file for the teacher, outside of the folder: seeds that nobody else knows, to
            grade with in the end.

    Raises:
        CannotReleaseError: if the folder is not empty, a stub has been filled in, or a library is
            missing.
        CannotWriteError: if one may not write there.
    """
    folder = folder.resolve()  # `../edition`, called in the course's folder, is not in it
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotReleaseError(f"DIR: {folder} is not empty; name a new folder")
    if folder.is_relative_to(ROOT) and folder != ROOT:
        raise CannotReleaseError(f"DIR: {folder} lies in the course itself; name one outside")
    if hidden is not None and (hidden.exists() or hidden.resolve().is_relative_to(folder)):
        raise CannotReleaseError(f"--with-hidden: {hidden} has to be a new file, and not in DIR")
    require_stubs(PACKAGE)
    require_writable(folder.parent, "DIR")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".release-") as draft:
        edition = Path(draft) / "edition"
        try:
            fill(edition, with_docs, with_notebooks)
        except (MissingLibraryError, RuntimeError) as error:
            raise CannotReleaseError(str(error)) from error
        if hidden is not None:
            seeds = {"seeds": [fresh_seed() for _ in range(HIDDEN_SEEDS)]}
            write_atomic(hidden, json.dumps(seeds, indent=2).encode() + b"\n")
        if folder.exists():
            folder.rmdir()
        edition.rename(folder)


def require_stubs(package: Path) -> None:
    """See that no module holds anything but stubs.

    Raises:
        CannotReleaseError: naming the function that has been filled in.
    """
    for module in MODULES:
        source = (package / f"{module}.py").read_text(encoding="utf-8")
        stubs = untouched_functions(source)
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and node.name not in stubs:
                raise CannotReleaseError(
                    f"course/{module}.py: {node.name} has been filled in; release from a clean copy"
                )


def fill(folder: Path, with_docs: bool = False, with_notebooks: bool = False) -> None:
    """Write all that belongs to an edition into a new folder."""
    write_folder(folder, with_notebooks)
    wheel = write_wheel(folder / "wheel")
    files = {
        "README.md": read_me(install="pip install -r requirements.txt"),
        "requirements.txt": f"./wheel/{wheel.name}\n",
        ".gitignore": (TEMPLATES / "gitignore").read_text(encoding="utf-8"),
        ".github/workflows/check.yml": (TEMPLATES / "classroom.yml").read_text(encoding="utf-8"),
    }
    if with_docs:
        files |= {f"chapters/{module}.md": text for module, text in texts().items()}
    for name, text in files.items():
        write_atomic(folder / name, text.encode())
