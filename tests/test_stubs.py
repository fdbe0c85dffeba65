"""The stubs are the solutions with the bodies taken out, and stay so."""

import ast
import re
from pathlib import Path

import pytest

from course.classroom.make_stubs import SOLUTION_FILES, make_stubs, public_functions
from course.given.modules import MODULES
from course.grader.grading import grade_sources
from course.grader.sources import is_stub
from course.grader.tasks import select_tasks, tasks_of

ROOT = Path(__file__).resolve().parents[1]
solutions = pytest.mark.parametrize("solution", SOLUTION_FILES, ids=lambda path: path.stem)


def functions_of(text: str) -> dict[str, ast.FunctionDef]:
    return {function.name: function for function in public_functions(ast.parse(text))}


@solutions
def test_stubs_have_not_drifted(solution: Path) -> None:
    """Signature, docstring and order; what a student has written already is left in peace."""
    stub = ROOT / "course" / solution.name
    try:
        have = functions_of(stub.read_text(encoding="utf-8"))
    except SyntaxError:
        pytest.skip("a student's syntax error is a matter for course check")
    want = functions_of(make_stubs(solution.read_text(encoding="utf-8"), solution.stem))
    assert [name for name in have if name in want] == list(want)
    for name, function in have.items():
        if is_stub(function):
            assert ast.unparse(function) == ast.unparse(want[name])


@solutions
def test_tasks_are_the_functions_in_their_order(solution: Path) -> None:
    functions = list(functions_of(solution.read_text(encoding="utf-8")))
    assert [task.function for task in tasks_of(solution.stem)] == functions
    assert len(functions) <= 7


@solutions
def test_fresh_stubs_are_not_started(solution: Path) -> None:
    text = make_stubs(solution.read_text(encoding="utf-8"), solution.stem)
    report = grade_sources({solution.stem: text}, select_tasks([solution.stem]))
    assert {verdict.status for verdict in report.tasks} == {"not_started"}


@solutions
def test_stubs_say_what_a_student_needs(solution: Path) -> None:
    for function in functions_of(solution.read_text(encoding="utf-8")).values():
        docstring = ast.get_docstring(function) or ""
        assert "Returns:" in docstring, function.name
        for argument in function.args.args:
            assert f"{argument.arg}:" in docstring, f"{function.name}: {argument.arg}"


def test_bodies_helpers_and_decorators_are_left_out() -> None:
    head = 'def f(\n    x: int,\n) -> int:\n    """One.\n\n    Two.\n    """\n'
    top = '"""Doc."""\n\nimport os\n\n\n'
    helper = '\n\ndef _secret(x):\n    """No."""\n'
    text = make_stubs(f"{top}@cached\n{head}    return secret(x)\n{helper}", "m")
    assert text == f'{top}{head}    raise NotImplementedError("m.f")\n'


def test_hints_are_three_and_of_a_readable_length() -> None:
    for task in select_tasks():
        assert len(task.hints) == 3, task.name
        for hint in task.hints:
            assert 40 <= len(hint.split()) <= 160, f"{task.name}: {len(hint.split())} words"


def test_every_task_says_why_how_long_and_how_hard() -> None:
    for task in select_tasks():
        assert re.fullmatch(r"[A-Z].{20,108}[.?]", task.why), f"why = ... of {task.name}"
        effort = r"about (5|[1-6][05]) minutes, (easy|medium|hard)"
        assert re.fullmatch(effort, task.effort), f"minutes and difficulty of {task.name}"


def test_every_task_has_properties_with_a_sentence() -> None:
    for task in select_tasks():
        assert task.properties, task.name
        assert task.module in MODULES
        for test in task.properties:
            assert (test.__doc__ or "").strip().endswith("."), test.__name__
