"""The hook that makes the reference: what `course.given` offers, and the tasks, by docstring."""

import ast
import inspect
import re
import textwrap
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from course.given.modules import MODULES

ROOT = Path(__file__).resolve().parents[2]

HEAD = """\
# Functions

The functions that you write, and those that are given, from their docstrings. Types say `Any` where
TensorFlow's tensors and numpy's arrays are both welcome; the docstrings give shapes and units. What
a word means is in the [glossary](glossary.md), which photos there are [in their list](photos.md).
"""


def on_files(files: Files, config: Any) -> Files:
    """Add the page."""
    files.append(File.generated(config, "reference.md", content=page()))
    return files


def page() -> str:
    """The whole page as Markdown."""
    blocks = [HEAD]
    for module in MODULES:
        blocks.append(f"## course.{module}")
        for node in definitions_in(ROOT / "course" / f"{module}.py"):
            blocks.append(entry(node, f"{module}.{node.name}", f"{module}.md#{module}.{node.name}"))
    blocks.append("## course.given")
    for name, path in given().items():
        (node,) = (one for one in definitions_in(path) if one.name == name)
        blocks.append(entry(node, f"given.{name}", ""))
    return "\n\n".join(blocks) + "\n"


def given() -> dict[str, Path]:
    """The functions and types that `course.given` offers, and the files in which they stand."""
    import course.given

    offered = {name: getattr(course.given, name) for name in course.given.__all__}
    return {
        name: Path(inspect.getsourcefile(one) or "")
        for name, one in sorted(offered.items())
        if hasattr(one, "__module__") and one.__module__.startswith("course.given")
    }


def definitions_in(path: Path) -> list[ast.FunctionDef | ast.ClassDef]:
    """The public functions and types of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return [node for node in found if not node.name.startswith("_")]


def entry(node: ast.FunctionDef | ast.ClassDef, anchor: str, chapter: str) -> str:
    """One function or type: its name, its signature and its docstring."""
    signature = signature_of(node)
    more = f"\n\n[In the chapter]({chapter})" if chapter else ""
    text = with_links(to_markdown(ast.get_docstring(node) or ""))
    return (
        f"### {node.name} {{ #{anchor}-reference }}\n\n```python\n{signature}\n```\n\n{text}{more}"
    )


def signature_of(node: ast.FunctionDef | ast.ClassDef) -> str:
    """How a function is called, or of what a type is made; one argument a line if it is long."""
    if isinstance(node, ast.ClassDef):
        fields = (one.target for one in node.body if isinstance(one, ast.AnnAssign))
        arguments, comma, returns = ", ".join(map(ast.unparse, fields)), ", ", ""
    else:
        arguments, comma = ast.unparse(node.args), r", (?=\w+:)"  # not one within a type
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    signature = f"{node.name}({arguments}){returns}"
    if len(signature) > 80:
        arguments = re.sub(comma, ",\n    ", arguments)
        signature = f"{node.name}(\n    {arguments},\n){returns}"
    return signature


def with_links(text: str) -> str:
    """Papers that a docstring names by their number, as links by their DOI."""
    doi = r"[doi:10.48550/arXiv.\1](https://doi.org/10.48550/arXiv.\1)"
    return re.sub(r"\barXiv:(\d+\.\d+)", doi, text)


def to_markdown(docstring: str) -> str:
    """Google's sections as bold words and definition lists; the rest as it is."""
    blocks = []
    for block in re.split(r"^(\w+):\n(?=    )", docstring, flags=re.M):
        if re.fullmatch(r"\w+", block):
            blocks.append(f"**{block}**")
        elif blocks and re.fullmatch(r"\*\*(Args|Raises|Attributes)\*\*", blocks[-1]):
            blocks.append(_items(block))
        else:
            blocks.append(textwrap.dedent(block).strip())
    return "\n\n".join(block for block in blocks if block)


def _items(block: str) -> str:
    body, _, rest = textwrap.dedent(block).partition("\n\n")
    found = re.findall(r"^([\w*]+): (.*(?:\n +.*)*)", body, flags=re.M)
    lines = [f"- `{name}`: {' '.join(text.split())}" for name, text in found]
    return "\n".join(lines) + (f"\n\n{textwrap.dedent(rest).strip()}" if rest.strip() else "")
