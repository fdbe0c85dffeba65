"""What the README and the pages tell one to run, runs: a block below `<!-- run -->`, as it stands.

`<!-- run: exit 1 -->` says how it ends, if not with 0: a check of stubs, for instance, with 1. Each
block runs in a copy of the course, in which it can do no harm.
"""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.docs.sources import DOCS, ROOT

PAGES = {path.name: path for path in [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]}
FOLDERS = ("course", "docs", "solutions", "tests")
FILES = ("README.md", "LICENSE", "pyproject.toml", ".gitignore")

NOT_RUN: dict[str, str] = {}
"""Pages with code of which nothing is run, and why."""


class Block(NamedTuple):
    """A block of code that is to be run.

    Attributes:
        page: where it stands.
        line: the number of its first line there.
        language: what it is written in.
        code: its text.
        ends_with: the exit code that it should have.
    """

    page: str
    line: int
    language: str
    code: str
    ends_with: int


def blocks_in(page: str, text: str) -> list[Block]:
    """The blocks of a page that are to be run."""
    pattern = r"^( *)<!-- run(?:: exit (\d+))? -->\n\1```(\w+)[^\n]*\n(.*?)^\1```$"
    return [
        Block(
            page,
            text.count("\n", 0, found.start(4)) + 1,
            found[3],
            textwrap.dedent(found[4]),
            int(found[2] or 0),
        )
        for found in re.finditer(pattern, text, flags=re.M | re.S)
    ]


BLOCKS = [one for page, path in PAGES.items() for one in blocks_in(page, path.read_text("utf-8"))]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the course that a block may change."""
    folder = tmp_path / "course"
    for name in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__", ".course", "node_modules")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in FILES:
        shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("block", BLOCKS, ids=lambda one: f"{one.page}-{one.line}")
def test_a_block_runs_as_it_stands(block: Block, copy: Path) -> None:
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": programs, "PYTHONPATH": str(copy)}
    command = {
        "bash": ["bash", "-euo", "pipefail", "-c", block.code],
        "python": [sys.executable, "-c", block.code],
    }[block.language]
    done = subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == block.ends_with, done.stdout[-3000:] + done.stderr[-3000:]
    assert "Traceback" not in done.stderr, done.stderr[-3000:]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_with_code_has_some_that_is_run(page: str) -> None:
    text = PAGES[page].read_text(encoding="utf-8")
    code = re.findall(r"^ *```(?:bash|python|powershell)", text, flags=re.M)
    run = [one for one in BLOCKS if one.page == page]
    comments = re.findall(r"^ *<!-- run", text, flags=re.M)
    assert len(run) == len(comments), "a comment has no block below it, or is misspelt"
    assert bool(run) == bool(code) or page in NOT_RUN


def test_a_block_is_found_where_it_is_indented() -> None:
    text = (
        "- One\n\n    <!-- run: exit 2 -->\n    ```bash\n    if true; then\n      exit 2\n    fi\n"
    )
    assert blocks_in("a.md", f"{text}    ```\n") == [
        Block("a.md", 5, "bash", "if true; then\n  exit 2\nfi\n", 2)
    ]
    assert blocks_in("a.md", "```bash\nexit 2\n```\n") == []


def test_the_comments_are_not_in_the_pages() -> None:
    from docs.machinery.run_comments import on_page_markdown

    for page, path in PAGES.items():
        text = on_page_markdown(path.read_text(encoding="utf-8"))
        assert not re.search(r"^ *<!-- run", text, flags=re.M), page
