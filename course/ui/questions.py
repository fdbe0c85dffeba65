"""The questions of each module, which lie in `questions.toml`: the part that nobody can grade."""

import functools
import tomllib
from pathlib import Path
from typing import NamedTuple

from course.given.modules import TABLE


class Question(NamedTuple):
    """Something to think about, once a module passes.

    Attributes:
        ask: the question.
        look: a command whose figure helps to answer it.
    """

    ask: str
    look: str


@functools.cache
def _asked() -> dict[str, list[Question]]:
    text = Path(__file__).with_name("questions.toml").read_text(encoding="utf-8")
    return {
        module: [Question(one["ask"], one["look"]) for one in questions]
        for module, questions in tomllib.loads(text).items()
    }


def questions_of(module: str) -> list[Question]:
    """The questions of a module; none if nobody has written any."""
    return _asked().get(module, [])


def as_text(module: str) -> str:
    """A module's questions for a terminal, each with the command that helps."""
    return "\n".join(f"  ? {one.ask}\n    {one.look}" for one in questions_of(module))


def heading_of(module: str) -> str:
    """A module as people read it, such as `1.1 Saliency`; its name if it is not in the table."""
    named = {one.name: f"{one.number} {one.title}" for one in TABLE}
    return named.get(module, module)


def answer_sheet() -> str:
    """The file for the answers, in Markdown: a heading for each module, its questions below."""
    parts = [
        "# Lab report\n\nName:\n\nWrite below each question. Markdown is understood, and "
        "pictures of your own\nare taken in: `![what it shows](my-picture.png)`. `course report` "
        "puts your figures\nbeside the answers.\n"
    ]
    for module in TABLE:
        asked = [f"{one.ask}\n" for one in questions_of(module.name)]
        parts += [f"## {heading_of(module.name)}\n", *asked]
    return "\n".join(parts)
