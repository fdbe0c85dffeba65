"""The box that says what a task is, where it is done and how it is checked, made from its stub."""

import ast
import textwrap
from pathlib import Path

from course.grader.tasks import Task

STUBS = Path(__file__).resolve().parents[2] / "course"

BOX = """\
!!! task "Task `{name}`"

    {what}

    {why} *{effort}*

    Fill in `{function}` in `course/{module}.py` (or in
    <a href="notebooks/{module}.html#{name}">its cell of the notebook</a>). Then:

    ```bash
    course check {name}
    course hint {name}
    ```

    ??? code "The stub"

        ```python
{stub}
        ```
"""


def task_box(name: str) -> str:
    """Make the box of a task.

    Args:
        name: such as `"saliency.smooth"`.

    Returns:
        Markdown.

    Raises:
        LookupError: if there is no such stub.
    """
    module, _, function = name.partition(".")
    source = (STUBS / f"{module}.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            what = ast.get_docstring(node).split("\n")[0]
            stub = textwrap.indent(ast.get_source_segment(source, node), " " * 8)
            task = Task(name)
            effort = task.effort and f"{task.effort[0].upper()}{task.effort[1:]}."
            return BOX.format(
                name=name,
                what=what,
                why=task.why,
                effort=effort,
                function=function,
                module=module,
                stub=stub,
            )
    raise LookupError(f"course/{module}.py has no stub {function!r}")


def takes(module: str) -> str:
    """How many tasks a module has, and about how long they take in all."""
    tree = ast.parse((STUBS / f"{module}.py").read_text(encoding="utf-8"))
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    minutes = sum(Task(f"{module}.{name}").minutes for name in functions)
    return f"{len(functions)} tasks, about {minutes} minutes"


def needs(module: str) -> dict[str, list[str]]:
    """The other modules' functions that a module's stubs build on, by module."""
    tree = ast.parse((STUBS / f"{module}.py").read_text(encoding="utf-8"))
    return {
        node.module: [one.name for one in node.names]
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module
    }
