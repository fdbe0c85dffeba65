"""The hook that gives each chapter a notebook to work in: a page, a file, and a link to Colab.

The plugin mkdocs-jupyter makes the page and puts the file beside it (`include_source`).
`notebook_pages.py` mends what the page looks like.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import nbformat
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files

from course.given.modules import TABLE
from docs.machinery.notebooks import ROOT, read
from docs.machinery.plain import Address
from docs.machinery.tasks import needs, takes
from docs.machinery.workbook import workbook

COLAB = "https://colab.research.google.com/github/{repository}/blob/notebooks/{module}.ipynb"
PLACE = ROOT / ".cache" / "workbooks"

STAND_IN = "https://site.invalid/"
"""Where the site lies, if nobody has said so: of links that begin with it, pages make relative
ones."""

_LINK = re.compile(rf'!?\[([^\[\]]*)\]\({re.escape(STAND_IN)}[^)\s]*(?: \\"[^"]*\\")?\)')
"""A link to there, in a notebook's file, where quotation marks follow a backslash."""


def chapters(config: Any) -> Iterator[str]:
    """The modules that have a chapter."""
    names = (module.name for module in TABLE)
    return (name for name in names if (Path(config.docs_dir) / f"{name}.py").is_file())


@event_priority(50)  # before mkdocs-jupyter, which looks for notebooks among the files
def on_files(files: Files, config: Any) -> Files:
    """Add a notebook for each chapter."""
    for module in chapters(config):
        # Not `File.generated`: mkdocs-jupyter's own kind of file would forget where it lies.
        name = f"notebooks/{module}.ipynb"
        files.append(File(name, str(PLACE), config.site_dir, config.use_directory_urls))
    return files


def on_nav(nav: Any, config: Any, files: Files) -> Any:
    """Write the notebooks, now that all pages are there that a chapter may link to."""
    (PLACE / "notebooks").mkdir(parents=True, exist_ok=True)
    for module in chapters(config):
        chapter = read(Path(config.docs_dir) / f"{module}.py")
        address = address_in(files, f"{module}.md", config.site_url or STAND_IN)
        notebook = workbook(chapter, module, address, config.extra.get("repository", ""))
        _file(module).write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    return nav


def on_env(env: Any, config: Any, files: Files) -> Any:
    """Keep only the words of links, if the site's address is not known: a file leads nowhere.

    By now the plugin has rendered the pages, and it has not copied the files yet.
    """
    if not config.site_url:
        for module in chapters(config):
            text = _file(module).read_text(encoding="utf-8")
            _file(module).write_text(_LINK.sub(r"\1", text), encoding="utf-8")
    return env


def _file(module: str) -> Path:
    return PLACE / "notebooks" / f"{module}.ipynb"


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Put the links below a chapter's title."""
    module = page.file.src_uri.removesuffix(".md")
    if module not in chapters(config):
        return markdown
    page_of_it = f"[Work in the notebook](notebooks/{module}.ipynb)"
    links = " · ".join(
        [takes(module), page_of_it, *offer(module, config.extra.get("repository", ""))]
    )
    below = f"{links}\n{{ .notebook }}" + builds_on(module)
    return re.sub(r"^# .*$", lambda title: f"{title[0]}\n\n{below}", markdown, count=1, flags=re.M)


def builds_on(module: str) -> str:
    """Which functions of the chapters before this one uses; "" if it can be read first."""
    links = [
        f"[`{name}`]({other}.md#{other}.{name})"
        for other, names in needs(module).items()
        for name in names
    ]
    return f"\n\nBuilds on {', '.join(links)}.\n{{ .needs }}" if links else ""


def offer(module: str, repository: str, folder: str = "notebooks/") -> list[str]:
    """The links to a notebook: to download it, and to open it in Colab if it is there.

    Args:
        module: the chapter's.
        repository: where the course can be cloned; "" if nowhere.
        folder: of the notebook, as seen from the page.
    """
    file = f"{module}.ipynb"
    # HTML, because mkdocs would make a link to the page of it.
    links = [f'<a href="{folder}{file}" download="{file}">Download it</a>']
    if on_github := re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(\.git)?/?", repository):
        colab = COLAB.format(repository=on_github[1], module=module)
        links.append(f'<a href="{colab}">Open in Colab</a>')
    return links


def address_in(files: Files, page: str, site: str) -> Address:
    """How links of a page become addresses.

    Args:
        files: all that is in the site.
        page: where the links stand.
        site: the site's own address; "" if it is not known, and then no link has one.
    """

    def address(target: str) -> str:
        path, _, place = target.partition("#")
        file = files.get_file_from_path(path or page)
        if file is None or not site:  # mkdocs itself complains of links that lead nowhere
            return ""
        return urljoin(site, file.url) + (f"#{place}" if place else "")

    return address
