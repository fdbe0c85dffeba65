"""Notebooks as modules: what their cells define, and nothing of what else they do."""

import json

import pytest

from course.grader.notebooks import definitions_in, notebook_source


def notebook(*cells: str | list[str]) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]})


def defined(text: str) -> dict[str, object]:
    scope: dict[str, object] = {}
    exec(notebook_source(text), scope)
    return scope


def test_definitions_are_taken_and_work_is_not() -> None:
    scope = defined(
        notebook(
            ["import math\n", "def area(r):\n", "    return PI * r**2"],
            "PI = 3.0\nmodel = train_for_an_hour()\nprint(area(1))",
        )
    )
    assert scope["area"](2) == 12.0
    assert "model" not in scope


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%prun -q", "\n%%time"])
def test_a_cell_that_is_timed_or_captured_defines_what_it_holds(magic: str) -> None:
    assert defined(notebook(f"{magic}\ndef f():\n    return 1"))["f"]() == 1


@pytest.mark.parametrize("magic", ["%%bash", "%%timeit -n 1", "%%writefile saliency.py"])
def test_other_cell_magics_define_nothing_in_the_notebook(magic: str) -> None:
    assert "f" not in defined(notebook(f"{magic}\ndef f():\n    return 1"))


def test_a_line_of_a_function_that_looks_like_magic_stays() -> None:
    cell = "def f():\n    n = (5\n    % 3\n    )\n    return n"
    assert defined(notebook(cell))["f"]() == 2


def test_line_magics_and_shell_lines_are_left_out() -> None:
    cell = "%matplotlib inline\n!pip list\n?print\ndef f():\n    return 1"
    assert defined(notebook(cell))["f"]() == 1


def test_definitions_below_a_condition_count() -> None:
    assert defined(notebook("if True:\n    def f():\n        return 1"))["f"]() == 1


def test_names_for_functions_and_constants_go_along() -> None:
    scope = defined(
        notebook(
            "import functools\nimport numpy as np",
            "def blur(x, s):\n    return x * s",
            "smooth = functools.partial(blur, s=2)\nother = blur\nEPS = 1 / 255\nAXIS: int = -1",
            "W = np.array([1.0, 1.0])",
        )
    )
    assert scope["smooth"](3) == 6
    assert scope["other"] is scope["blur"]
    assert scope["EPS"] == 1 / 255
    assert scope["AXIS"] == -1
    assert scope["W"].sum() == 2


def test_the_last_definition_counts() -> None:
    assert defined(notebook("def f():\n    return 1", "def f():\n    return 2"))["f"]() == 2


def test_a_cell_that_cannot_be_parsed_costs_itself_only() -> None:
    assert definitions_in("def f(:\n    return 1") == ""
    assert defined(notebook("def f(:", "def g():\n    return 1"))["g"]() == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": 3}', '{"cells": [{}]}', "def f(): 1"])
def test_what_is_not_a_notebook_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="it is not a notebook"):
        notebook_source(text)


def test_a_signature_may_name_what_is_not_taken_along() -> None:
    cell = "models = load()\ndef f(x: models.Kind) -> tuple[slice, nothing]:\n    return 1"
    assert defined(notebook("import math", "from __future__ import annotations", cell))["f"](0) == 1


def test_aliases_of_types_go_along() -> None:
    assert defined(notebook("Window = tuple[slice, slice]"))["Window"] == tuple[slice, slice]
