"""The hook that turns citations into links, and keeps the page of all works that are cited.

A text cites by the keys of `docs/references.toml`: `[@simonyan2013]` becomes "(Simonyan et al.,
2013)", several are parted by semicolons, and `@simonyan2013` becomes "Simonyan et al. (2013)". A
line `{{ references simonyan2013 adebayo2018 }}` becomes the list of these works. A citation leads
to this list if the page has one with that work in it, else to the page of all works. Code is left
as it is.
"""

import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[1]
PAGE = "references.md"

HEAD = """\
# References

Every work that the course cites, also [as a file for BibTeX](references.bib). A link leads to the
work itself; below it are the pages of this course that cite it.
"""

CITE = """
## To cite the course

```bibtex
{entry}```
"""

# What must not change comes first: fenced code, and code in a line.
_TOKENS = re.compile(
    r"""
      (?P<code> ^(?P<indent>[ ]*)(?P<fence>```+).*?^(?P=indent)(?P=fence)[ ]*$
              | (?P<tick>`+)(?:(?!\n\n).)+?(?P=tick) )
    | (?P<list> ^[ ]*\{\{[ ]references[ ](?P<listed>[^}]*)[ ]\}\}$ )
    | \[ (?P<group> @[^\]\s;]+ (?:;\s+@[^\]\s;]+)* ) \]
    | (?<![\w@.]) @(?P<key> [a-z]+\d{4}[a-z]? )\b
    """,
    flags=re.M | re.S | re.X,
)


@cache
def works() -> dict[str, dict[str, Any]]:
    """All works, by key."""
    return tomllib.loads((DOCS / "references.toml").read_text(encoding="utf-8"))


def on_files(files: Any, config: Any) -> Any:
    """Add the page of all works, and the file."""
    from mkdocs.structure.files import File  # the rest of this module works without mkdocs

    from docs.machinery.bibtex import bibliography

    files.append(File.generated(config, "references.bib", content=bibliography()))
    files.append(File.generated(config, PAGE, content="(see on_page_markdown)"))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Turn the citations of a page into links."""
    if page.file.src_uri.endswith(".ipynb"):
        return markdown
    if page.file.src_uri != PAGE:
        return with_citations(markdown)
    pages = {
        one.src_uri: one.content_string
        for one in files.documentation_pages()
        if one.src_uri.endswith(".md")  # not the notebooks, which have their chapters' citations
    }
    citing = {name: cited(text) for name, text in pages.items() if name != PAGE}
    titles = {name: _title(text) for name, text in pages.items()}
    from docs.machinery.bibtex import course

    return page_of_all(citing, titles) + CITE.format(entry=course())


def with_citations(text: str, away: bool = False) -> str:
    """Replace citations and lists of works by Markdown.

    Args:
        text: Markdown with citations.
        away: whether the text leaves this site: then every link leads to the work itself.

    Returns:
        Markdown that any renderer understands, but for the anchors of the lists, which are left
        out where the text goes away.

    Raises:
        LookupError: if a key is not in the bibliography; it names the key.
    """
    here = {key for one in _TOKENS.finditer(text) if one["list"] for key in one["listed"].split()}

    def target(key: str) -> str:
        if away:
            return link(key)
        return f"#ref-{key}" if key in here else f"{PAGE}#{key}"

    def replace(found: re.Match[str]) -> str:
        if found["code"]:
            return found[0]
        if found["list"]:
            keys = sorted(found["listed"].split())
            return "\n".join(_item(key, "" if away else f"ref-{key}") for key in keys)
        if found["group"]:
            keys = [one.strip("@;") for one in found["group"].split()]
            return f"({'; '.join(_cite(key, '{}, {}', target) for key in keys)})"
        return _cite(found["key"], "{} ({})", target)

    return _TOKENS.sub(replace, text)


def cited(text: str) -> set[str]:
    """The keys that a text cites, or lists."""
    keys: set[str] = set()
    for one in _TOKENS.finditer(text):
        if not one["code"]:
            named = one["listed"] or one["group"] or one["key"]
            keys |= {key.strip("@;") for key in named.split()}
    return keys


def page_of_all(citing: dict[str, set[str]], titles: dict[str, str]) -> str:
    """The page of all works, each with the pages that cite it.

    Args:
        citing: from a page's address to the keys that it cites.
        titles: from a page's address to what it is called.
    """
    lines = [HEAD]
    for key in sorted(works()):
        pages = sorted((titles[page], page) for page in citing if key in citing[page])
        where = ", ".join(f"[{title}]({page})" for title, page in pages)
        lines.append(f"{_item(key, key)}<br>\n    Cited in {where}.")
    return "\n".join(lines) + "\n"


def entry(key: str) -> str:
    """A work in full, as Markdown: authors, year, title, venue, and the link to it."""
    work = _work(key)
    authors = ", ".join(work["authors"])
    title = f"*{work['title']}*"
    if "doi" not in work:
        title = f"[{title}]({link(key)})" if link(key) else title
        return f"{authors} ({year(key)}). {title}. {work['venue']} ({work['note']})."
    doi = f"[doi:{work['doi']}]({link(key)})"
    return f"{authors} ({year(key)}). {title}. {work['venue']}. {doi}"


def link(key: str) -> str:
    """Where a work is to be found; empty if it is not on the web."""
    work = _work(key)
    # A bracket would end a Markdown link.
    doi = work.get("doi", "").replace("(", "%28").replace(")", "%29")
    return f"https://doi.org/{doi}" if doi else work.get("url", "")


def year(key: str) -> str:
    """The year of a work, from its key."""
    return re.sub(r"\D", "", key)


def names(key: str) -> str:
    """The authors as a text names them: one, two, or the first and others."""
    surnames = [author.partition(",")[0] for author in _work(key)["authors"]]
    return " and ".join(surnames) if len(surnames) < 3 else f"{surnames[0]} et al."


def _cite(key: str, form: str, target: Callable[[str], str]) -> str:
    text = form.format(names(key), year(key))
    return f'[{text}]({target(key)} "{_work(key)["title"]}")' if target(key) else text


def _item(key: str, anchor: str) -> str:
    place = f'<span id="{anchor}"></span>' if anchor else ""
    return f"- {place}{entry(key)}"


def _work(key: str) -> dict[str, Any]:
    if key not in works():
        raise LookupError(f"docs/references.toml has no work {key!r}")
    return works()[key]


def _title(text: str) -> str:
    """A page's first heading, up to its colon."""
    heading = next((line for line in text.split("\n") if line.startswith("# ")), "# ?")
    return heading.removeprefix("# ").partition(":")[0]
