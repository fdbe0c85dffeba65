"""What becomes of a notebook that mkdocs-jupyter has made a page of: this site's own dress."""

from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("mkdocs_jupyter")

import nbformat
from mkdocs_jupyter.convert import nb2html
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from docs.machinery import downloads
from docs.machinery.notebook_pages import mended
from tests.docs.sources import DOCS

SITE = "https://example.org/course/"


@pytest.fixture(scope="module")
def plugin_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """As the plugin makes it."""
    folded = {"jupyter": {"source_hidden": True}}
    cells = [
        new_markdown_cell("# A title\n\nThe map $a_1 < b$, and `$no$`.\n\n$$\nx * y * z\n$$"),
        new_markdown_cell("With $N =\n2$ and $M$."),
        new_markdown_cell(f"[There]({SITE}start.html#install) and [elsewhere](https://doi.org/1)."),
        new_markdown_cell("**Task `saliency.smooth`.** Blur heat maps."),
        new_code_cell("first = 1"),
        new_code_cell("# @title The code\nsecond = 2", metadata=folded),
    ]
    metadata = {"kernelspec": {"language": "python", "name": "python3", "display_name": "Python"}}
    file: Path = tmp_path_factory.mktemp("notebooks") / "one.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata=metadata), file)
    return nb2html(str(file), custom_mathjax_url="")


@pytest.fixture(scope="module")
def page(plugin_page: str) -> str:
    return mended(plugin_page, SITE)


def test_the_plugins_styles_and_scripts_are_gone(plugin_page: str, page: str) -> None:
    assert len(plugin_page) > 500_000, "or this hook is not needed any more"
    assert len(page) < 2_000
    assert "<style" not in page
    assert "<script" not in page
    assert "jp-" not in page


def test_each_cell_is_there_once_in_order(page: str) -> None:
    places = [page.index(words) for words in ("A title", "elsewhere", "first", "second")]
    assert places == sorted(places)
    assert page.count('<div class="cell') == 6
    assert page.count("first") == 1


def test_formulas_are_rendered_as_everywhere_on_the_site(page: str) -> None:
    assert '<span class="arithmatex">\\(a_1 &lt; b\\)</span>' in page
    assert '<div class="arithmatex">\\[\nx * y * z\n\\]</div>' in page
    assert '<span class="arithmatex">\\(N =\n2\\)</span>' in page, "also across two lines"
    assert "$no$" in page, "code is no formula"


def test_code_looks_as_in_the_chapters(page: str) -> None:
    assert page.count('<div class="highlight"><pre><code>') == 2
    folded = page.index("<details")
    assert page.index("first") < folded < page.index("second") < page.index("</details>")


def test_links_within_the_site_work_from_a_disk(page: str) -> None:
    assert 'href="../start.html#install"' in page
    assert 'href="https://doi.org/1"' in page


def test_a_task_can_be_led_to(page: str) -> None:
    assert page.count('<div class="cell" id="saliency.smooth">') == 1
    assert page.count(" id=") == 2, "the title has the other one"


def test_where_the_site_lies_need_not_be_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page has its links all the same, and a file to download has none that leads nowhere."""
    monkeypatch.setattr(downloads, "PLACE", tmp_path)
    monkeypatch.setattr(downloads, "chapters", lambda config: ["saliency"])
    files = SimpleNamespace(
        get_file_from_path=lambda path: SimpleNamespace(url=path.replace(".md", ".html"))
    )
    config = SimpleNamespace(site_url="", docs_dir=DOCS, extra={})
    downloads.on_nav(None, config, files)
    file = tmp_path / "notebooks" / "saliency.ipynb"
    page = mended(nb2html(str(file), custom_mathjax_url=""), downloads.STAND_IN)
    assert 'href="../saliency.html' in page
    assert downloads.STAND_IN not in page
    downloads.on_env(None, config, files)
    text = file.read_text(encoding="utf-8")
    assert downloads.STAND_IN not in text
    assert "saliency.html" not in text
