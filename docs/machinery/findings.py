"""The page of what the chapters found: each question, and the sentences that were computed for it.

Nothing is written twice: the questions are those of the chapters, and the sentences are what
`write` put out in the cells of their answers, numbers and all.
"""

import re
from collections.abc import Iterator, Mapping

from nbformat import NotebookNode

from course.given.modules import TABLE
from docs.machinery.rendering import with_signs

HEAD = """\
# What was found

Every question of the chapters with its answer in numbers, to print for a lecture or to look
something up. How a number came about, and how sure it is, is in its chapter.
"""

NOTHING = "*The answer is in the chapter.*"


def page(chapters: Mapping[str, NotebookNode]) -> str:
    """The page as Markdown.

    Args:
        chapters: that have been run, by module.
    """
    blocks = [HEAD]
    for module in TABLE:
        if module.name in chapters:
            blocks.append(f"## {module.number} [{module.title}]({module.name}.md)")
            for question, sentences in findings(chapters[module.name]):
                blocks += [f"**{question}**", *(sentences or [NOTHING])]
    return "\n\n".join(blocks) + "\n"


def findings(chapter: NotebookNode) -> Iterator[tuple[str, list[str]]]:
    """Each question of a chapter, and what was computed for its answer in words."""
    question, sentences = "", []
    for cell in chapter.cells:
        if "answer" in cell.metadata.get("tags", []):
            sentences += _written(cell)
        elif asked := re.findall(r'^\?\?\? question "(.*)"$', cell.source, re.M):
            if question:
                yield question, sentences
            question, sentences = asked[-1], []
    if question:
        yield question, sentences


def _written(cell: NotebookNode) -> Iterator[str]:
    """What a cell wrote, but for tables and for what only announces one."""
    for output in cell.get("outputs", []):
        text = output.get("data", {}).get("text/markdown", "").strip()
        if text and not text.startswith("|") and not text.endswith(":"):
            yield with_signs(text)
