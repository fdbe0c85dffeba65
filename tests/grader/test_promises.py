"""Every sentence of a docstring is graded by a property, or promises nothing and is said to."""

import ast
import inspect
import re
import tomllib
from collections.abc import Iterator

import pytest

from course.grader.places import GRADING, PACKAGE
from course.grader.tasks import modules_with_tasks, tasks_of

PROMISES = tomllib.loads((GRADING / "promises.toml").read_text(encoding="utf-8"))
MODULES = modules_with_tasks()


def sentences_in(docstring: str) -> Iterator[str]:
    """The sentences of a docstring, each on one line; an argument's begins with its name.

    What stands under `Source:` is left out: it promises nothing.
    """
    section = ""
    for paragraph in inspect.cleandoc(docstring).split("\n\n"):
        lines = paragraph.splitlines()
        if heading := re.fullmatch(r"(Args|Returns|Raises|Source):(?: .*)?", lines[0]):
            section, lines = heading[1], lines[1:]
        if section == "Source":
            continue
        parts = ["\n".join(lines)]
        if section in ("Args", "Raises"):
            parts = re.split(r"\n(?=    \S)", parts[0])
        for part in parts:
            yield from re.split(r"(?<=[.?!]) (?=[A-Z`(])", " ".join(part.split()))


def docstrings_of(module: str) -> dict[str, str]:
    """The docstrings of a stub module: its own under "", its functions' under their names."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {"": ast.get_docstring(tree) or ""} | {
        function.name: ast.get_docstring(function) or "" for function in functions
    }


def promises_of(module: str, function: str) -> dict[str, list[str]]:
    """The sentences of one docstring, with the properties that grade them; none for "explains"."""
    table = PROMISES[module]
    table = table.get(function, {}) if function else table
    lists = {key: value for key, value in table.items() if isinstance(value, list)}
    return {sentence: [] for sentence in lists.pop("explains", [])} | lists


@pytest.mark.parametrize("module", MODULES)
def test_every_sentence_is_graded_or_explains(module: str) -> None:
    for function, docstring in docstrings_of(module).items():
        where = f"[{module}.{function}]".replace(".]", "]")
        written, listed = set(sentences_in(docstring)), set(promises_of(module, function))
        written -= set(PROMISES["everywhere"]["explains"])
        assert sorted(written - listed) == [], f"not in promises.toml, {where}"
        assert sorted(listed - written) == [], f"no longer in the docstring, {where}"


@pytest.mark.parametrize("module", MODULES)
def test_every_promise_has_a_property_and_every_property_a_promise(module: str) -> None:
    properties = {
        task.function: [one.__name__ for one in task.properties] for task in tasks_of(module)
    }
    everywhere = {name for names in properties.values() for name in names}
    for function in ["", *properties]:
        named = [name for names in promises_of(module, function).values() for name in names]
        known = set(properties[function]) if function else everywhere
        assert set(named) <= known, f"no such property in {module}.{function}"
        if function:
            assert known <= set(named), f"promises nothing in {module}.{function}"


def test_sentences_are_told_apart() -> None:
    text = """Blur maps. As scipy does (e.g. by a filter), over
    two axes.

    Args:
        sigma: in pixels; 0 changes
            nothing. Never negative.
        maps: signed.

    Returns:
        `(B,)`: the maps. `None` never.

    Source:
        Nobody. Ever.
    """
    assert list(sentences_in(text)) == [
        "Blur maps.",
        "As scipy does (e.g. by a filter), over two axes.",
        "sigma: in pixels; 0 changes nothing.",
        "Never negative.",
        "maps: signed.",
        "`(B,)`: the maps.",
        "`None` never.",
    ]
