"""`course report`: the student's lab report, one HTML file that needs nothing else."""

import base64
import contextlib
import io
from collections.abc import Callable
from pathlib import Path

from markdown_it import MarkdownIt

from course.classroom.pages import template
from course.given.modules import TABLE
from course.grader.files import write_atomic
from course.grader.grading import grade
from course.grader.tasks import select_tasks

CAPTIONS = {module.name: module.caption for module in TABLE}

QUESTIONS = """\
# Lab report

Name:

Write below each question; Markdown is understood. `course report` puts your figures beside it.

## 1.1 Saliency

Which parts of the photo does the network look at? Does that make sense?

What changes when you take the softmax's gradient instead of the logit's, and why?

## 1.2 Activation maximization

Does the optimal input look natural? If not, why not?

What happens with many steps? Does it matter whether you begin with noise or with a photo?

Clipping or sigmoid, logit or softmax: what works better, and why?

## Bonus: feature visualization

Which regularizer made the input look more natural? What do hidden channels look for?

## 2.1 Clever Hans

Which cheat did you plant, and how do you know that the network uses it?

Which cheat does saliency show, and which does it miss? What finds that one?

## 2.2 Contrastive explanations

How do the maps of the predicted and of the correct class differ?

Which method helps most to explain the errors, and how did you measure that?

## 2.3 Explanation by input optimization

Was the smallest change found? Does it explain the error, or only fool the network?
"""


def ask_questions(answers: Path) -> bool:
    """Make the file for the answers, unless it is there; says whether it was made."""
    if answers.exists():
        return False
    write_atomic(answers, QUESTIONS.encode())
    return True


def write_report(
    work: Path,
    answers: Path,
    out: Path,
    seed: int = 0,
    advance: Callable[[str], None] = lambda part: None,
) -> dict[str, str]:
    """Grade, draw, and write the report.

    Args:
        work: the folder with the six modules.
        answers: the file with the answers, Markdown in UTF-8.
        out: the report's file.
        seed: as for `grade`.
        advance: called with a word as parts are done.

    Returns:
        Which pictures could not be drawn, and why.

    Raises:
        OSError: if the answers cannot be read.
        UnicodeDecodeError: if they are not UTF-8.
    """
    # Markup in the answers is shown as text: a report is opened by others, too.
    text = (
        MarkdownIt("commonmark", {"html": False})
        .enable("table")
        .render(answers.read_text(encoding="utf-8-sig"))
    )
    graded = grade(work, select_tasks(), seed)
    advance("the board")
    figures, missing = {}, {}
    for what in CAPTIONS:
        try:
            figures[what] = _picture(what, work)
        except Exception as error:  # a student's function may raise anything
            missing[what] = str(error) or type(error).__name__
        advance(what)
    page = template("course.ui", "report.html").render(
        answers=text, report=graded, figures=figures, missing=missing, captions=CAPTIONS
    )
    write_atomic(out, page.encode())
    return missing


def _picture(what: str, work: Path) -> str:
    """One picture of `course show`, as a data address."""
    from course.ui import show

    with contextlib.redirect_stdout(io.StringIO()):
        figure = show.draw(what, work, None, None, "efficientnet-lite0")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
