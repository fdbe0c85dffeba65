"""The page of what was found: the chapters' own questions and sentences, and nothing else."""

import pytest

pytest.importorskip("mkdocs")

import re

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from docs.machinery.downloads import builds_on
from docs.machinery.findings import NOTHING, findings, page
from docs.machinery.notebooks import read
from docs.machinery.tasks import takes
from tests.docs.sources import CHAPTERS, DOCS, chapter


def wrote(*texts: str, tags: tuple[str, ...] = ("answer",)) -> NotebookNode:
    outputs = [new_output("display_data", {"text/markdown": text}) for text in texts]
    return new_code_cell("...", outputs=outputs, metadata={"tags": list(tags)})


def question(words: str) -> NotebookNode:
    return new_markdown_cell(f'Text.\n\n??? question "{words}"\n\n    Because.')


def test_a_question_has_the_sentences_of_its_answer() -> None:
    cells = [
        wrote("Before all questions.", tags=()),
        question("First?"),
        wrote("As a table:", "| a |\n| - |", "It is 42 %."),
        new_markdown_cell("More.", metadata={"tags": ["answer"]}),
        wrote("And 7."),
        wrote("Not an answer.", tags=("fold",)),
        question("Second?"),
        new_code_cell("...", metadata={"tags": ["answer"]}),
    ]
    found = list(findings(new_notebook(cells=cells)))
    assert found == [("First?", ["It is 42 %.", "And 7."]), ("Second?", [])]
    made = page({"saliency": new_notebook(cells=cells)})
    assert "## 1.1 [Saliency](saliency.md)\n\n**First?**\n\nIt is 42 %.\n\nAnd 7." in made
    assert made.endswith(f"**Second?**\n\n{NOTHING}\n")


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_question_of_a_chapter_is_found(name: str) -> None:
    asked = re.findall(r'^# \?\?\? question "(.*)"$', chapter(name), re.M)
    assert [words for words, _ in findings(read(DOCS / f"{name}.py"))] == asked


def test_a_chapter_says_what_it_builds_on() -> None:
    assert builds_on("saliency") == ""
    link = "[`gradient_saliency`](saliency.md#saliency.gradient_saliency)"
    assert f"Builds on {link}." in builds_on("contrastive")


def test_a_chapter_says_how_long_it_takes() -> None:
    assert takes("saliency") == "6 tasks, about 65 minutes"
