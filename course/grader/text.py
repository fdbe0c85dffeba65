"""Strangers' words made harmless: nothing that steers a terminal or hides in a page."""

import unicodedata

_JOINERS = "\u200c\u200d"
"""Invisible, and part of how Persian and Indian names are written."""


def printable(text: str) -> str:
    """Text without control characters, in the lines that it has: others become `?`."""
    return "".join(char if char == "\n" else _shown(char) for char in text)


def one_line(text: str, longest: int = 300) -> str:
    """Text without control characters, in one line that is not longer than `longest`."""
    return "".join(map(_shown, text[:longest]))


def _shown(char: str) -> str:
    if char.isprintable() or char in _JOINERS:
        return char
    return " " if unicodedata.category(char) == "Zs" else "?"
