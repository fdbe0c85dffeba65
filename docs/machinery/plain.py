"""Turn the Markdown of mkdocs into what every notebook renders.

Boxes become quotations, tabs follow each other, attributes such as `{ #id }` are left out,
citations are written out, and links get the site's full address.
"""

import re
import textwrap
from collections.abc import Callable

from .citations import with_citations

Address = Callable[[str], str]
"""From a link within the site to its full address; "" if the site has none."""

_BOX = re.compile(
    r'^(?P<mark>!!!|\?\?\?\+?|===[!+]?) *(?P<kind>[\w-]*)(?: *"(?P<title>.*)")? *\n'
    r"(?P<body>(?:(?: {4}.*)?\n)*)",
    flags=re.M,
)
# What must not change comes first: code, and formulas.
_TOKENS = re.compile(
    r"(?P<kept>^(?P<indent>[ >]*)(?P<fence>```+).*?^(?P=indent)(?P=fence) *$"
    r"|(?P<tick>`+)(?:(?!\n\n).)+?(?P=tick)|\$\$.+?\$\$|\$(?:(?!\n\n)[^$])+\$)"
    r'|(?P<image>!?)\[(?P<label>[^\]]*)\]\((?P<target>[^)\s]+)(?P<title> "[^"]*")?\)'
    r"|(?P<attributes>(?:(?<=\))|[ ]+)\{:? *[#.][A-Za-z][^{}\n]*\})",
    flags=re.M | re.S,
)


def to_plain(text: str, address: Address) -> str:
    """Turn Markdown for mkdocs into plain Markdown.

    Args:
        text: a text, or a part of one.
        address: tells where a link within the site leads.
    """
    text = _without_boxes(with_citations(text, away=True))

    def replace(found: re.Match[str]) -> str:
        if found["kept"]:
            return found[0]
        if found["attributes"]:
            return ""
        if re.match(r"https?:|mailto:", found["target"]):
            return found[0]
        target = address(found["target"])
        link = f"{found['image']}[{found['label']}]({target}{found['title'] or ''})"
        return link if target else found["label"]

    return _TOKENS.sub(replace, text)


def _without_boxes(text: str) -> str:
    return _BOX.sub(_opened, f"{text}\n").rstrip("\n")


def _opened(box: re.Match[str]) -> str:
    """A box with its title in bold, and what is in it unfolded."""
    body = _without_boxes(textwrap.dedent(box["body"]).strip("\n"))
    title = box["title"] if box["title"] is not None else box["kind"].capitalize()
    inside = "\n\n".join(filter(None, [f"**{title}**" if title else "", body]))
    if not box["mark"].startswith("==="):
        inside = textwrap.indent(inside, "> ", lambda line: True)
    return f"{inside}\n\n"
