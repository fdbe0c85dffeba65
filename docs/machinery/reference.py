"""The hook that lists what the reference holds; mkdocstrings makes it, from the docstrings."""

import ast
import re
from typing import Any

from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files

import course.given
from course.given.modules import TABLE
from docs.machinery.notebooks import ROOT

HEAD = """\
# Functions

The functions that you write, and those that are given, from their docstrings. What a word means is
in the [glossary](glossary.md), which photos there are [in their list](photos.md).
"""

TASKS = """\
## {number} {title}

`course/{name}.py`, explained in [its chapter]({name}.md).

::: course.{name}
    options:
        show_root_toc_entry: false
"""

NAME = """\
::: {place}
    options:
        show_root_heading: true
"""

GIVEN = """\
## Given

From `course.given`, to call.
"""

TYPES = """\
## Types

What the signatures above call by name, from `course.given.types`.

::: course.given.types
    options:
        show_root_toc_entry: false
"""


@event_priority(50)  # before the notebooks, which link to it
def on_files(files: Files, config: Any) -> Files:
    """Add the page."""
    files.append(File.generated(config, "reference.md", content=page()))
    return files


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Make links of the papers that a docstring names by their number, and show sources."""
    if page.file.src_uri != "reference.md":
        return html
    html = html.replace('<details class="source">', '<details class="source" open>')
    paper = r'<a href="https://doi.org/10.48550/arXiv.\1">arXiv:\1</a>'
    return re.sub(r"\barXiv:(\d+\.\d+)", paper, html)


def page() -> str:
    """The page, with a directive for each module of tasks and for each name that is given."""
    blocks = [HEAD, *(TASKS.format(**module._asdict()) for module in TABLE), GIVEN]
    blocks += [NAME.format(place=place) for place in given()]
    return "\n".join([*blocks, TYPES])


def given() -> list[str]:
    """The functions and classes that `course.given` offers: where each is defined.

    They are read, not imported: TensorFlow alone would take longer than the rest of the page.
    """
    places = {
        node.name: ".".join([*path.relative_to(ROOT).with_suffix("").parts, node.name])
        for path in (ROOT / "course" / "given").rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in course.given.__all__
    }
    return [places[name] for name in sorted(places)]
