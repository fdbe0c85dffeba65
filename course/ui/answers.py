"""A student's answers: one Markdown file, cut into the modules that its headings name."""

import base64
import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from markdown_it import MarkdownIt

from course.given.modules import TABLE

PICTURES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}
"""What browsers show, by the file's ending."""

LARGEST_PICTURE = 16 * 2**20
"""Bytes: a report is sent around as one file."""


class Answers:
    """The answers as HTML.

    Attributes:
        before: what stands above the first module.
        parts: by module, without its heading.
        missing: the pictures that could not be taken in, and why.
    """

    def __init__(self, text: str, folder: Path) -> None:
        """Cut and render a text; pictures are looked for from `folder` on."""
        self.missing: dict[str, str] = {}
        self._folder = folder
        # Markup in the answers is shown as text: a report is opened by others, too.
        self._markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
        renderer: Any = self._markdown.renderer
        self._renderer = renderer
        self._renderer.rules["image"] = self._picture
        lines = text.splitlines()
        starts = [*self._modules(text), ("", len(lines), len(lines))]
        self.before = self._render(lines[: starts[0][1]])
        self.parts: dict[str, str] = {}
        for (module, _, begin), (_, end, _) in pairwise(starts):
            self.parts[module] = self.parts.get(module, "") + self._render(lines[begin:end])

    def _modules(self, text: str) -> list[tuple[str, int, int]]:
        """The headings that name a module: which one, and where it begins and ends, in lines."""
        found = []
        tokens = self._markdown.parse(text)
        for token, inside in pairwise(tokens):
            if token.type == "heading_open" and token.map and token.level == 0:
                module = _named_in(inside.content)
                if module:
                    found.append((module, token.map[0], token.map[1]))
        return found

    def _render(self, lines: list[str]) -> str:
        return self._markdown.render("\n".join(lines))

    def _picture(self, tokens: Any, index: int, options: Any, env: Any) -> str:
        """A picture as data in the page: the page's own policy loads nothing from elsewhere."""
        token = tokens[index]
        address = str(token.attrs["src"])
        try:
            token.attrs["src"] = address if address.startswith("data:") else self._data(address)
        except (OSError, ValueError) as error:
            self.missing[unquote(address)] = str(error)
            token.attrs["src"] = ""
        return str(self._renderer.image(tokens, index, options, env))

    def _data(self, address: str) -> str:
        if re.match(r"[a-z]+:|//", address, flags=re.I):
            raise ValueError("it lies elsewhere: save it beside your answers")
        return as_data(self._folder / unquote(address))


def as_data(path: Path) -> str:
    """A picture's file as an address that holds it.

    Raises:
        OSError: if it cannot be read.
        ValueError: if browsers do not show such files, or it is too large.
    """
    if path.suffix.lower() not in PICTURES:
        raise ValueError(f"its name should end in {', '.join(PICTURES)}")
    if not path.is_file():
        raise FileNotFoundError("there is no such file")
    if path.stat().st_size > LARGEST_PICTURE:
        raise ValueError(f"it is larger than {LARGEST_PICTURE // 2**20} megabytes")
    return data_address(path.read_bytes(), PICTURES[path.suffix.lower()])


def data_address(data: bytes, kind: str) -> str:
    """Data as an address, for a page that needs nothing else."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _named_in(heading: str) -> str:
    """The module that a heading names by its number, its title or its name; "" if none."""
    words = heading.casefold().strip()
    for module in TABLE:
        named = (module.title.casefold(), module.name, module.name.replace("_", " "))
        if re.match(rf"{re.escape(module.number)}(?![\d.])", words) or words.endswith(named):
            return module.name
    return ""
