"""`course release`: the student's edition, in a folder that is ready for git.

It holds the stubs, what is given, the grader and the properties that students may read. It does not
hold the solutions, nor the answers by which the graders are proved: wrong answers are a step away
from right ones. So the student's grader names a mistake where a property does; the teacher's knows
the whole catalogue.
"""

import ast
import json
import re
import shutil
import tempfile
from pathlib import Path

from course.given.modules import MODULES
from course.grader.files import write_atomic
from course.grader.grading import fresh_seed
from course.grader.places import DOCS, ROOT, load
from course.grader.sources import untouched_functions

FILES = ("pyproject.toml", ".gitignore", "tests/__init__.py")
FOLDERS = ("course", "tests/grading")
TEMPLATES = Path(__file__).with_name("templates")

HIDDEN_SEEDS = 3


class CannotReleaseError(ValueError):
    """A release that would lose or give away something; says which argument is at fault."""


def release(folder: Path, with_docs: bool = False, hidden: Path | None = None) -> None:
    """Write the student's edition.

    Args:
        folder: where to; new or empty.
        with_docs: whether to add the chapters as text, without answers.
        hidden: a new file for the teacher, outside of the folder: seeds that nobody else knows, to
            grade with in the end.

    Raises:
        CannotReleaseError: if the folder is not empty, or a stub has been filled in.
    """
    folder = folder.resolve()  # `../edition`, called in the course's folder, is not in it
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotReleaseError(f"DIR: {folder} is not empty; name a new folder")
    if folder.is_relative_to(ROOT) and folder != ROOT:
        raise CannotReleaseError(f"DIR: {folder} lies in the course itself; name one outside")
    if hidden is not None and (hidden.exists() or hidden.resolve().is_relative_to(folder)):
        raise CannotReleaseError(f"--with-hidden: {hidden} has to be a new file, and not in DIR")
    insist_on_stubs(ROOT / "course")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".release-") as draft:
        fill(Path(draft) / "edition", with_docs)
        if hidden is not None:
            seeds = {"seeds": [fresh_seed() for _ in range(HIDDEN_SEEDS)]}
            write_atomic(hidden, json.dumps(seeds, indent=2).encode() + b"\n")
        if folder.exists():
            folder.rmdir()
        (Path(draft) / "edition").rename(folder)


def insist_on_stubs(package: Path) -> None:
    """See that no module holds anything but stubs.

    Raises:
        CannotReleaseError: naming the function that has been filled in.
    """
    for module in MODULES:
        source = (package / f"{module}.py").read_text(encoding="utf-8")
        stubs = untouched_functions(source)
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and node.name not in stubs:
                raise CannotReleaseError(
                    f"course/{module}.py: {node.name} has been filled in; release from a clean copy"
                )


def fill(folder: Path, with_docs: bool) -> None:
    """Copy what belongs to the edition."""
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".course", ".ipynb_checkpoints")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    readme = re.sub(r"^!\[.*\n\n", "", readme, flags=re.M)  # the picture shows a solution at work
    readme = readme.partition("## For teachers")[0].rstrip() + "\n"
    (folder / "README.md").write_text(readme, encoding="utf-8")
    workflow = folder / ".github" / "workflows" / "check.yml"
    workflow.parent.mkdir(parents=True)
    shutil.copyfile(TEMPLATES / "classroom.yml", workflow)
    if with_docs:
        citations = load(DOCS / "machinery", "citations")

        for path in sorted((ROOT / "docs").glob("*.py")):
            if path.stem in MODULES:
                text = without_answers(path.read_text(encoding="utf-8"))
                text = citations.with_citations(text, away=True)
                (folder / "docs").mkdir(exist_ok=True)
                (folder / "docs" / f"{path.stem}.md").write_text(text, encoding="utf-8")


def without_answers(chapter: str) -> str:
    """A chapter in percent format as Markdown: its text and questions, no answers, no figures."""
    blocks = []
    for cell in re.split(r"^# %%", chapter, flags=re.M)[1:]:
        head, _, body = cell.partition("\n")
        if "[markdown]" not in head or "answer" in head:
            continue
        text = re.sub(r"^# ?", "", body, flags=re.M).strip()
        text = re.sub(r'^\?\?\? question "(.*)"$', r"**Question.** \1", text, flags=re.M)
        text = re.sub(r"^{{ task (\S+) }}$", r"**Task:** `course check \1`", text, flags=re.M)
        blocks.append(text)
    return "\n\n".join(blocks) + "\n"
