"""The chapters as students get them, without answers: as text, and as notebooks to work in.

A wheel carries them, made when it was built (`course.classroom.build_hook`). In a checkout they are
made from `docs/` when they are asked for.
"""

import re
from pathlib import Path

from course.given.modules import MODULES
from course.grader.places import CARRIED, DOCS, IS_INSTALLED, load
from course.grader.tasks import Task

CHAPTERS = CARRIED / "chapters"


class MissingLibraryError(ImportError):
    """A library that only some commands need is not installed; the message says how to get it."""


def texts() -> dict[str, str]:
    """The chapters as Markdown, by module: text and questions, no answers and no code."""
    if IS_INSTALLED:
        return _read(CHAPTERS, "md")
    citations = load(DOCS / "machinery", "citations")
    return {
        module: citations.with_citations(without_answers(source), away=True)
        for module, source in _read(DOCS, "py").items()
    }


def notebooks() -> dict[str, str]:
    """The chapters as notebooks to work in, by module; text of `.ipynb` files.

    Raises:
        MissingLibraryError: in a checkout without the libraries that make them.
    """
    if IS_INSTALLED:
        return _read(CHAPTERS, "ipynb")
    try:
        workbook = load(DOCS / "machinery", "workbook")
    except ImportError as error:
        raise MissingLibraryError(
            f"notebooks need {error.name}: pip install 'introspection-course[teach]'"
        ) from error
    sources = _read(DOCS, "py")
    return {module: workbook.edition(source, module) for module, source in sources.items()}


def without_answers(chapter: str) -> str:
    """A chapter in percent format as Markdown: its text and questions, no answers, no figures.

    What a text says of results ("result") answers the questions too, and is left out with them.
    """
    blocks = []
    for cell in re.split(r"^# %%", chapter, flags=re.M)[1:]:
        head, _, body = cell.partition("\n")
        if "[markdown]" not in head or '"answer"' in head or '"result"' in head:
            continue
        text = re.sub(r"^# ?", "", body, flags=re.M).strip()
        text = _QUESTION.sub(r"**Question.** \g<question>", text)
        text = _LINK.sub(_kept, text)
        text = re.sub(r"^{{ task (\S+) }}$", _task, text, flags=re.M)
        text = GUESS.sub(guess_in_words, text)
        blocks.append(text)
    return "\n\n".join(blocks) + "\n"


def _task(found: re.Match[str]) -> str:
    task = Task(found[1])
    return f"**Task:** `course check {task.name}` ({task.effort}). {task.why}"


GUESS = re.compile(r'^{{ guess "(?P<ask>[^"]*)"(?P<choices>(?:\s+"[^"]*")*) }}$', flags=re.M)
"""What a reader is asked to guess before an answer: a number, or one of the choices that follow."""


def choices_of(guess: re.Match[str]) -> list[str]:
    """What there is to choose from; nothing if a number is asked for."""
    return re.findall(r'"([^"]*)"', guess["choices"])


def guess_in_words(guess: re.Match[str]) -> str:
    """The guess where there is nobody to type it to."""
    choices = choices_of(guess)
    listed = f" ({', '.join(choices[:-1])}, or {choices[-1]})" if choices else ""
    return f"**First a guess.** {guess['ask']}{listed}"


_QUESTION = re.compile(r'^\?\?\? question "(?P<question>.*)"$(?:\n+ {4}.*)*$', flags=re.M)
"""A question, and the indented lines below it: the beginning of its answer."""


_LINK = re.compile(r"(?<!!)\[(?P<words>[^\[\]]+)\]\((?P<page>[\w/]+)\.md(?:#[^)]*)?\)")
"""A link to another page of the site."""


def _kept(link: re.Match[str]) -> str:
    """A link between chapters; of one to any other page, which students do not get, the words."""
    return link[0] if link["page"] in MODULES else link["words"]


def _read(folder: Path, kind: str) -> dict[str, str]:
    """The files of the modules' chapters; a module may have none yet."""
    files = {module: folder / f"{module}.{kind}" for module in MODULES}
    return {
        module: file.read_text(encoding="utf-8") for module, file in files.items() if file.is_file()
    }
