"""The works that are cited, and the course itself, as BibTeX, to download or to copy."""

import re
from importlib.metadata import version
from typing import Any

import yaml

from docs.machinery.citations import works, year
from docs.machinery.notebooks import ROOT

COURSE = "introspectioncourse"
"""The key of the course itself."""


def bibliography() -> str:
    """The file: the course, and then every work in `docs/references.toml` by its key."""
    return "\n".join([course(), *(entry(key) for key in sorted(works()))])


def entry(key: str) -> str:
    """One work.

    Its venue stands as a text has it, volume and all, so each is a `misc`.
    """
    work = works()[key]
    fields = {
        "author": " and ".join(work["authors"]),
        "title": work["title"],
        "year": year(key),
        "howpublished": work["venue"],
        **{name: work[name] for name in ("doi", "url", "note") if name in work},
    }
    return _written("misc", key, fields)


def course() -> str:
    """The course itself, as `CITATION.cff` has it."""
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    authors = [_name(author) for author in cff["authors"]]
    fields = {
        "author": " and ".join(authors),
        "title": cff["title"],
        "version": version("introspection-course"),
        "note": "Software and teaching material",
    }
    if "repository-code" in cff:
        fields["url"] = cff["repository-code"]
    return _written("software", COURSE, fields)


def _name(author: dict[str, Any]) -> str:
    """Whoever has one name is not a person, and must not be taken apart."""
    if "name" in author:
        return f"{{{author['name']}}}"
    return f"{author['family-names']}, {author['given-names']}"


def _written(kind: str, key: str, fields: dict[str, str]) -> str:
    lines = [f"  {name} = {{{_escaped(name, text)}}}," for name, text in fields.items()]
    return "\n".join([f"@{kind}{{{key},", *lines, "}", ""])


def _escaped(name: str, text: str) -> str:
    if name in ("doi", "url"):  # TeX reads every sign of them as it stands
        return text
    escaped = re.sub(r"([&%#_$])", r"\\\1", text)
    return f"{{{escaped}}}" if name == "title" else escaped  # a title keeps its capitals
