"""The hook with which mkdocs builds chapters: every `docs/*.py` is run and becomes a page.

Why not the plugin mkdocs-jupyter, which makes the pages of the notebooks to work in: it renders
text with another Markdown than mkdocs does. There, folded answers stay unrendered, headings cannot
have a given id (a task's name), broken links pass a strict build, and its cache does not notice
that a solution has changed.

With the environment variable `RUN_CHAPTERS=false` nothing is run, and the pages have no figures:
for those who write text, or change how the site looks.
"""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from docs.machinery import findings
from docs.machinery.notebooks import executed, read
from docs.machinery.rendering import to_markdown

log = get_plugin_logger("chapters")

SIDE_BY_SIDE = 2
"""How many chapters run at a time, each on one processor: sharing two costs a third more time."""

FIRST = ("contrastive", "input_optimization", "feature_visualization", "clever_hans")
"""Chapters that take longest, and so begin first, lest one of them be left over at the end."""

ALONE = ("slow",)
"""Chapters that measure time, and so run when all others are done."""

_html: dict[str, dict[str, str]] = {}


def on_files(files: Files, config: Any) -> Files:
    """Run the chapters, and add their pages and the one of what they found.

    Raises:
        PluginError: if a cell raises, which ends the build.
    """
    paths = sorted(Path(config.docs_dir).glob("*.py"))
    run = _run if config.extra.get("run", True) else read
    others = sorted((path for path in paths if path.stem not in ALONE), key=_turn)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:  # each has a kernel of its own
        notebooks = {
            path.stem: made for path, made in zip(others, pool.map(run, others), strict=True)
        }
    notebooks |= {path.stem: run(path) for path in paths if path.stem in ALONE}
    for stem in sorted(notebooks):
        chapter = to_markdown(notebooks[stem])
        name = f"{stem}.md"
        files.append(File.generated(config, name, content=chapter.markdown))
        _html[name] = chapter.html
    files.append(File.generated(config, "findings.md", content=findings.page(notebooks)))
    return files


def on_page_content(html: str, page: Any, config: Any, files: Files) -> str:
    """Put figures in their places, now that Markdown can no longer touch them."""
    for place, output in _html.get(page.file.src_uri, {}).items():
        html = html.replace(f"<p>{place}</p>", output)
    return tidy(html)


def tidy(html: str) -> str:
    """Tables as they should be, and no marks round what is plain in code.

    An interval in brackets stands below its number, and no header is empty.
    """
    html = re.sub(r'<span class="[npw]">([^<]*)</span>', r"\1", html)
    interval = r"(<td[^>]* right;\">[^<>]*?) ([(\[][^<>()\[\]]*\d[^<>()\[\]]*[)\]])</td>"
    html = re.sub(interval, r'\1 <span class="interval">\2</span></td>', html)
    return re.sub(r"<th([^>]*)></th>", r"<td\1></td>", html)  # a header without words is none


def _turn(path: Path) -> tuple[int, str]:
    """Where a chapter stands in the queue."""
    return FIRST.index(path.stem) if path.stem in FIRST else len(FIRST), path.stem


def _run(path: Path) -> NotebookNode:
    began = time.monotonic()
    try:
        notebook = executed(read(path), None if path.stem in ALONE else 1)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise PluginError(f"{path.name}: {error}") from error
    log.info("%s took %.0f s", path.name, time.monotonic() - began)
    return notebook
