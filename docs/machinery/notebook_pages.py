"""The hook that makes a page of this site of what mkdocs-jupyter makes of a notebook.

The plugin brings 700 KB of JupyterLab's styles with every page, in light colours alone and with
too little contrast, and asks another server for MathJax. Of its page only the cells are kept; what
is in them gets this site's own styles, highlighting and formulas.
"""

import posixpath
import re
from typing import Any

from bs4 import BeautifulSoup, Tag

from docs.machinery.downloads import STAND_IN, offer
from docs.machinery.notebooks import ROOT

_TASK = re.compile(r"Task (\w+\.\w+)\.\s")
_TITLE = re.compile(r"# @title (.*)")
_FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$]+)\$", flags=re.S)


def on_config(config: Any) -> Any:
    """Keep what the plugin makes in this folder, not in the one from which mkdocs is started."""
    config.plugins["mkdocs-jupyter"].config["cache_dir"] = str(ROOT / ".cache" / "notebook-pages")
    return config


def is_notebook(page: Any) -> bool:
    """Whether a page is made of a notebook."""
    return page.file.src_uri.endswith(".ipynb")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Keep notebooks out of the search: their chapters have the same words."""
    if is_notebook(page):
        page.meta["search"] = {"exclude": True}
    return markdown


def on_page_content(html: str, page: Any, config: Any, **_: Any) -> str:
    """Keep the cells, and put the links to the chapter and to the file above them."""
    if not is_notebook(page):
        return html
    module = posixpath.basename(page.file.src_uri).removesuffix(".ipynb")
    to_chapter = f'<a href="../{module}.html">Read the chapter</a>'
    links = [to_chapter, *offer(module, config.extra.get("repository", ""), folder="")]
    head, title, rest = mended(html, config.site_url or STAND_IN).partition("</h1>")
    return f'{head}{title}\n<p class="notebook">{" · ".join(links)}</p>\n{rest}'


def mended(html: str, site: str) -> str:
    """A notebook's cells in this site's own dress.

    Args:
        html: as mkdocs-jupyter makes it.
        site: the site's full address, which a notebook's links begin with.
    """
    soup = BeautifulSoup(html, "html.parser")
    cells = [
        _text(cell) if _is_text(cell) else _code(cell)
        for cell in soup.select(".jp-Notebook > .jp-Cell")
    ]
    # Within the site, links are relative: the page is read from a disk, too.
    return re.sub(rf'href="{re.escape(site)}(?=[^"])', 'href="../', "\n".join(cells))


def _is_text(cell: Tag) -> bool:
    return "jp-MarkdownCell" in cell["class"]


def _text(cell: Tag) -> str:
    (text,) = cell.select(".jp-MarkdownOutput")
    for words in text.find_all(string=_FORMULA):
        if not words.find_parent(["code", "pre"]):
            html = _FORMULA.sub(_formula, words.output_ready(formatter="html"))
            words.replace_with(BeautifulSoup(html, "html.parser"))
    for formula in text.select("p > span.arithmatex:only-child"):
        alone = formula.parent and formula.parent.get_text() == formula.get_text()
        if alone and formula.get_text().startswith("\\["):
            formula.parent.unwrap()
            formula.name = "div"  # with the whole width of a phone, as in a chapter
    for sign in text.select(".anchor-link"):
        sign["class"] = "headerlink"
        sign["title"] = "Permanent link"
    return f'<div class="cell"{_place(text)}>{text.decode_contents()}</div>'


def _place(text: Tag) -> str:
    """The task's name as the id of its text, for the task's box in the chapter to lead to."""
    begins = _TASK.match(text.get_text().strip())
    return f' id="{begins[1]}"' if begins else ""


def _formula(found: re.Match[str]) -> str:
    """As mkdocs has it, for mathematics.js to render."""
    if found[1] is not None:
        return f'<span class="arithmatex">\\[{found[1]}\\]</span>'
    return f'<span class="arithmatex">\\({found[2]}\\)</span>'


def _code(cell: Tag) -> str:
    """The code as in a chapter; folded away if it is so in the notebook. There is no output yet."""
    pre = cell.select_one(".highlight-ipynb pre")
    assert pre is not None
    code = f'<div class="highlight"><pre><code>{pre.decode_contents()}</code></pre></div>'
    if title := _TITLE.match(pre.get_text()):
        code = f'<details class="code"><summary>{title[1]}</summary>{code}</details>'
    return f'<div class="cell code">{code}</div>'
