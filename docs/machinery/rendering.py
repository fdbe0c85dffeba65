"""Turn a chapter that has been run into Markdown, for mkdocs to make a page of.

A cell's tags say how it is shown: "fold" folds its code away, below what comes out of it, "hide"
leaves its code out, and "answer" puts the cell, with all that comes out of it, into the answer
begun above it by `??? question "..."`. A cell with "result" says what came out: students' editions
leave it out, as they do answers. What has "skip-execution" is shown, and run by students' notebooks
only; "training" is explained in `docs/experiments/networks.py`.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator
from html import escape
from typing import NamedTuple

from nbformat import NotebookNode

from course.classroom.chapters import GUESS, choices_of, guess_in_words
from docs.machinery.tasks import task_box


class Chapter(NamedTuple):
    """A chapter as Markdown.

    Attributes:
        markdown: its text, with a place holder where HTML goes.
        html: from each place holder to the HTML, which Markdown must not touch.
    """

    markdown: str
    html: dict[str, str]


def to_markdown(notebook: NotebookNode) -> Chapter:
    """Turn cells and their outputs into Markdown.

    Args:
        notebook: one that has been run.
    """
    html: dict[str, str] = {}
    blocks = []
    for cell in _joined(notebook.cells):
        tags = cell.metadata.get("tags", [])
        text = _text(cell) if cell.cell_type == "markdown" else _code(cell, tags, html)
        blocks.append(textwrap.indent(text, "    ") if "answer" in tags else text)
    return Chapter("\n\n".join(blocks) + "\n", html)


def _joined(cells: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    """The cells, where code that is folded away, and puts out nothing, goes with what follows."""
    silent = None
    for cell in cells:
        if silent is not None:
            if cell.cell_type == "code" and cell.metadata.get("tags") == silent.metadata.get(
                "tags"
            ):
                cell = NotebookNode(cell, source=f"{silent.source}\n\n{cell.source}")
            else:
                yield silent
            silent = None
        if "fold" in cell.metadata.get("tags", []) and not cell.get("outputs"):
            silent = cell
        else:
            yield cell
    if silent is not None:
        yield silent


def _text(cell: NotebookNode) -> str:
    text = GUESS.sub(_guess, cell.source)
    return re.sub(r"^{{ task (\S+) }}$", lambda task: task_box(task[1]), text, flags=re.M)


def _guess(guess: re.Match[str]) -> str:
    """A paragraph, of which `assets/guess.js` makes a form."""
    choices = escape("|".join(choices_of(guess)))
    words = guess_in_words(guess).removeprefix("**First a guess.** ")
    return (
        f'<div class="guess" data-ask="{escape(guess["ask"])}" data-choices="{choices}">'
        f"<p><strong>First a guess.</strong> {escape(words, quote=False)}</p></div>"
    )


def _code(cell: NotebookNode, tags: list[str], html: dict[str, str]) -> str:
    source = f"```python\n{cell.source}\n```"
    outputs = [_output(output, html) for output in cell.outputs]
    if "hide" in tags:
        blocks = outputs
    elif "fold" in tags:
        blocks = [*outputs, '??? code "The code"\n' + textwrap.indent(source, "    ")]
    else:
        blocks = [source, *outputs]
    return "\n\n".join(blocks)


def _output(output: NotebookNode, html: dict[str, str]) -> str:
    if output.output_type == "stream":
        return f"```text\n{output.text.rstrip()}\n```" if output.name == "stdout" else ""
    data = output.data
    if "text/html" in data:
        place = f"OUTPUT{len(html)}OUTPUT"
        html[place] = _own_ids(data["text/html"], len(html))
        return place
    if "text/markdown" in data:
        return with_signs(_aligned(data["text/markdown"]))
    return f"```text\n{data['text/plain']}\n```"


def with_signs(text: str) -> str:
    """A computed negative number has a minus, as in the figures, not a hyphen; code stays."""
    found = r"(?P<code>(`+).*?\2)|(?<![\w.-])-(?=\d)"
    return re.sub(found, lambda one: one["code"] or "−", text, flags=re.S)


def _aligned(text: str) -> str:
    """In a table, only columns of numbers are aligned on the right, and never the first."""
    lines = text.split("\n")
    if len(lines) < 3 or not re.fullmatch(r"[|: -]+", lines[1]):
        return text
    columns = zip(*(line[2:-2].split(" | ") for line in lines[2:]), strict=True)
    numbers = [all(re.match(r"[+−-]?\d|–|$", cell) for cell in column) for column in columns]
    lines[1] = f"| :-- | {' | '.join('--:' if number else ':--' for number in numbers[1:])} |"
    return "\n".join(lines)


def _own_ids(html: str, number: int) -> str:
    """Two figures in one page must not share an id."""
    html = re.sub(r'\bid="', f'id="f{number}-', html)
    return re.sub(r'(url\(|href=")#', rf"\1#f{number}-", html)
