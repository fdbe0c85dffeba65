"""Every task has its place in its chapter, every question its answer, every figure its words."""

import ast
import re
from pathlib import Path

import pytest

from course.classroom.chapters import GUESS, texts
from tests.docs.sources import CHAPTERS, DOCS, answers, chapter, code_cells, tasks

LONGEST_CELL = 40
"""Lines of code in one cell."""


def test_part_1_is_written() -> None:
    first = ["saliency", "activation_maximization", "feature_visualization", "natural_images"]
    assert CHAPTERS[:4] == first


def test_the_first_page_shows_the_whole_way() -> None:
    found = re.findall(r"^# [12]\.\d \[.*\]\((\w+)\.md\)$", chapter("index"), re.M)
    assert found == CHAPTERS
    assert "(playground.md)" in chapter("index")


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_keeps_its_fixed_order(name: str) -> None:
    """As CONTRIBUTING.md says it: the question, the tasks, the answers, and where to go on."""
    fixed = ["What is asked", "Questions", "What you know now", "Try this", "Read more"]
    headings = re.findall(r"^# ## (.*?)(?: \{ #.*\})?$", chapter(name), re.M)
    assert [one for one in headings if one in fixed] == fixed
    assert headings[0] == fixed[0]
    assert headings[-4:] == fixed[1:]
    last_task = chapter(name).rindex("# {{ task ")
    assert last_task < chapter(name).index("# ## Questions\n")


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_hands_over_to_the_next(name: str) -> None:
    ending = chapter(name).partition("# ## What you know now\n")[2].partition("# ## ")[0]
    following = [*CHAPTERS, "playground"][CHAPTERS.index(name) + 1]
    assert f"({following}.md)" in ending


def test_the_glossary_is_in_order() -> None:
    terms = re.findall(r"^\*\*(.*?)\*\*$", (DOCS / "glossary.md").read_text("utf-8"), re.M)
    assert terms == sorted(terms, key=str.lower)


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_task_has_a_heading_with_its_name_as_id(name: str) -> None:
    """The one stable name of a task is also the anchor at which its section is found."""
    assert re.findall(r"^# ##+ .* \{ #([\w.]+) \}$", chapter(name), re.M) == tasks(name)


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_task_has_its_box_below_its_heading(name: str) -> None:
    sections = re.split(r"^# ##+ .*?(?:\{ #([\w.]+) \})?$", chapter(name), flags=re.M)
    boxes = {
        task: re.findall(r"^# \{\{ task (\S+) \}\}$", text, re.M)
        for task, text in zip(sections[1::2], sections[2::2], strict=True)
        if task
    }
    assert boxes == {task: [task] for task in tasks(name)}


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_answer_is_backed_by_something_computed(name: str) -> None:
    found = answers(chapter(name))
    assert found
    for answer in found:
        title = re.search(r'question "(.*)"', answer)[1]
        assert re.search(r"^(show|table|write)\(", answer, re.M), title
        assert re.search(r"^assert ", answer, re.M), f"{title}: nothing guards what its text says"


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.py")), ids=lambda path: path.stem)
def test_every_figure_has_an_alternative_text_and_a_caption(path: Path) -> None:
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "show"
    ]
    assert calls or path.stem in ("grader", "microscope", "playground", "scale", "speed")
    for call in calls:
        assert len(call.args) == 3, f"line {call.lineno}"
        assert all(isinstance(text, ast.Constant | ast.JoinedStr) for text in call.args[1:])


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.py")), ids=lambda path: path.stem)
def test_tags_are_known(path: Path) -> None:
    tags = re.findall(r"^# %%.*tags=(.*)$", path.read_text(encoding="utf-8"), re.M)
    assert {tag for some in tags for tag in ast.literal_eval(some)} <= {
        "answer",
        "fold",
        "hide",
        "result",
        "kept",
        "skip-execution",
        "training",
    }


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.py")), ids=lambda path: path.stem)
def test_no_cell_is_longer_than_a_screen(path: Path) -> None:
    """Who unfolds a cell should see all of it, and what it does: one thing."""
    cells = code_cells(path.read_text(encoding="utf-8"))
    long = {line: len(code.splitlines()) for line, code in cells}
    assert {line: length for line, length in long.items() if length > LONGEST_CELL} == {}


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_guess_has_its_answer_and_every_chapter_a_guess(name: str) -> None:
    source = chapter(name)
    asked = [*GUESS.finditer(re.sub(r"^# ?", "", source, flags=re.M))]
    assert len(asked) == source.count("{{ guess ")
    assert all(re.match(r'\n\n\?\?\? question "', guess.string[guess.end() :]) for guess in asked)
    answered = [answer for answer in answers(source) if "{{ guess " in answer]
    assert all(answer.count("\ncomputed(") == 1 for answer in answered)
    assert source.count("\ncomputed(") == len(answered) == len(asked)
    assert asked, "a question that one can guess at"


def test_the_edition_does_not_say_what_it_asks() -> None:
    text = " ".join(texts()["clever_hans"].split())
    assert "Which cheat does saliency miss" in text
    assert "exposed every cheat" not in text
    assert "on the lightness gradient they find nothing" not in text
    assert "the class is lost" not in text


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_edition_s_chapters_lead_to_no_page_that_students_lack(name: str) -> None:
    text = texts()[name]
    assert set(re.findall(r"\]\((\w+)\.md", text)) <= set(CHAPTERS)
    if name == CHAPTERS[-1]:
        assert "try the methods by hand in the playground" in " ".join(text.split())
