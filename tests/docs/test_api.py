"""The reference has every task and every given function, with its words."""

import pytest

pytest.importorskip("mkdocs")

from course.grader.tasks import select_tasks
from docs.tools.api import given, page, to_markdown


def test_everything_is_in_it() -> None:
    text = page()
    for task in select_tasks():
        assert f"{{ #{task.name}-reference }}" in text
    assert "load_photo" in given()
    for name in given():
        assert f"### {name} " in text


def test_sections_become_lists() -> None:
    docstring = (
        "Do it.\n\nArgs:\n    one: the first,\n        really.\n    two: more.\n\nReturns:\n    It."
    )
    assert to_markdown(docstring) == (
        "Do it.\n\n**Args**\n\n- `one`: the first, really.\n- `two`: more.\n\n**Returns**\n\nIt."
    )
