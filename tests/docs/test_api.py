"""The reference has every task and every given function, with its words."""

import re

import pytest

pytest.importorskip("mkdocs")

from course.grader.tasks import select_tasks
from docs.machinery.api import given, page, to_markdown


def test_everything_is_in_it() -> None:
    text = page()
    for task in select_tasks():
        assert f"{{ #{task.name}-reference }}" in text
    assert {"load_photo", "Ascent"} <= set(given())
    for name in given():
        assert f"### {name} " in text


def test_sections_become_lists() -> None:
    docstring = (
        "Do it.\n\nArgs:\n    one: the first,\n        really.\n    two: more.\n\nReturns:\n    It."
    )
    assert to_markdown(docstring) == (
        "Do it.\n\n**Args**\n\n- `one`: the first, really.\n- `two`: more.\n\n**Returns**\n\nIt."
    )


def test_signatures_fit_the_page() -> None:
    text = page()
    assert "```python\nAscent(images, scores)\n```" in text
    assert "    cheat: Callable[[Any], Any],\n    class_index: Any,\n) -> Any" in text
    signatures = re.findall(r"```python\n(.*?)\n```", text, flags=re.S)
    assert max(len(line) for one in signatures for line in one.split("\n")) <= 80


def test_papers_are_links() -> None:
    assert "doi.org/10.48550/arXiv.1706.03825" in page()
    assert "arxiv.org" not in page()
