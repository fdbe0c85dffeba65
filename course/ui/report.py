"""`course report`: the student's lab report, one HTML file that needs nothing else."""

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from course.classroom.pages import template
from course.given.modules import TABLE, Module
from course.grader.files import write_atomic
from course.grader.grading import grade
from course.grader.tasks import select_tasks
from course.ui import show
from course.ui.answers import Answers, as_data, data_address
from course.ui.case_page import case_page
from course.ui.questions import answer_sheet


class Shown(NamedTuple):
    """A figure in the report.

    Attributes:
        source: the picture, as an address that holds it.
        caption: below it.
        command: which made it; "" if that is not known.
    """

    source: str
    caption: str
    command: str


class Chapter(NamedTuple):
    """What the report says on one module."""

    module: Module
    answers: str
    figures: list[Shown]
    missing: str


def ask_questions(answers: Path) -> bool:
    """Make the file for the answers, unless it is there; says whether it was made."""
    if answers.exists():
        return False
    write_atomic(answers, answer_sheet().encode())
    return True


def write_report(
    work: Path,
    answers: Path,
    out: Path,
    seed: int = 0,
    advance: Callable[[str], None] = lambda part: None,
) -> dict[str, str]:
    """Grade, draw, and write the report.

    Beside each module's answers stand its figure and those that `course show --keep` has put into
    the folder `report` beside the answers. If a folder `case` lies there too, what its `case.toml`
    claims has its part, with the evidence.

    Args:
        work: the folder with the student's modules.
        answers: the file with the answers, Markdown in UTF-8.
        out: the report's file.
        seed: as for `grade`.
        advance: called with a word as parts are done.

    Returns:
        Which pictures are missing, and why.

    Raises:
        OSError: if the answers cannot be read.
        UnicodeDecodeError: if they are not UTF-8.
    """
    written = Answers(answers.read_text(encoding="utf-8-sig"), answers.parent)
    graded = grade(work, select_tasks(), seed)
    advance("the board")
    chapters = []
    for module in TABLE:
        kept, unread = kept_figures(module, answers.parent / show.KEPT)
        written.missing |= unread
        figures, missing = [], ""
        try:
            source = _own_figure(module.name, work)
            figures.append(Shown(source, module.caption, f"course show {module.name}"))
        except Exception as error:  # a student's function may raise anything
            missing = str(error) or type(error).__name__
        text = written.parts.get(module.name, "")
        chapters.append(Chapter(module, text, [*figures, *kept], missing))
        advance(module.name)
    case = case_page(answers.parent / "case")
    written.missing |= case.missing
    page = template("course.ui", "report.html").render(
        before=written.before,
        chapters=chapters,
        case=case.html,
        report=graded,
        missing=written.missing,
    )
    write_atomic(out, page.encode())
    return written.missing | {one.module.name: one.missing for one in chapters if one.missing}


def kept_figures(module: Module, folder: Path) -> tuple[list[Shown], dict[str, str]]:
    """The figures of a module that were kept, the oldest first, and those that cannot be read.

    They are `MODULE.png`, `MODULE-2.png` and so on.
    """
    figures, unread = [], {}
    files = (path for path in folder.glob("*.png") if _number(path, module.name))
    for path in sorted(files, key=lambda path: _number(path, module.name)):
        try:
            with Image.open(path) as image:
                command = str(image.info.get(show.COMMAND, ""))
            figures.append(Shown(as_data(path), module.caption, command))
        except (OSError, ValueError, SyntaxError) as error:
            unread[str(path)] = str(error)
    return figures, unread


def _number(path: Path, name: str) -> int:
    """Which of a module's kept figures a file is, from 1; 0 if it is none."""
    rest = path.stem.removeprefix(name)
    if path.stem == name:
        return 1
    digits = rest.removeprefix("-")
    belongs = path.stem.startswith(name) and rest != digits and digits.isdecimal()
    return int(digits) if belongs else 0


def _own_figure(what: str, work: Path) -> str:
    """The figure of `course show`, as an address that holds it."""
    with contextlib.redirect_stdout(io.StringIO()):
        figure = show.draw(what, work)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120)
    return data_address(buffer.getvalue(), "image/png")
