"""The hook that offers each chapter as a notebook, to download or to open in Colab."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import nbformat
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files

from course.given.modules import MODULES
from docs.machinery.notebooks import read
from docs.machinery.plain import Address
from docs.machinery.workbook import workbook

COLAB = "https://colab.research.google.com/github/{repository}/blob/notebooks/{module}.ipynb"


@event_priority(-50)  # when all pages are there that a chapter may link to
def on_files(files: Files, config: Any) -> Files:
    """Add a notebook for each chapter."""
    for module in MODULES:
        chapter = read(Path(config.docs_dir) / f"{module}.py")
        address = address_in(files, f"{module}.md", config.site_url or "")
        notebook = workbook(chapter, module, address, config.extra.get("repository", ""))
        name = f"notebooks/{module}.ipynb"
        files.append(File.generated(config, name, content=nbformat.writes(notebook) + "\n"))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Put the links below a chapter's title."""
    module = page.file.src_uri.removesuffix(".md")
    if module not in MODULES:
        return markdown
    links = offer(module, config.extra.get("repository", ""))
    return re.sub(r"^# .*$", lambda title: f"{title[0]}\n\n{links}", markdown, count=1, flags=re.M)


def offer(module: str, repository: str) -> str:
    """The links to a chapter's notebook: to download it, and to open it in Colab if it is there."""
    file = f"{module}.ipynb"
    links = [f'[Download as a notebook](notebooks/{file}){{ download="{file}" }}']
    if on_github := re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(\.git)?/?", repository):
        links.append(f"[Open in Colab]({COLAB.format(repository=on_github[1], module=module)})")
    return " · ".join(links) + "\n{ .notebook }"


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
