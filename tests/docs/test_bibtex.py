"""The bibliography as BibTeX: every work, and the course itself, in a form that TeX can read."""

import re

import pytest

pytest.importorskip("mkdocs")

from docs.machinery import bibtex
from docs.machinery.citations import works
from tests.docs.sources import ROOT


def test_every_work_is_in_it_once() -> None:
    keys = re.findall(r"^@\w+\{(\w+),$", bibtex.bibliography(), re.M)
    assert keys == [bibtex.COURSE, *sorted(works())]


def test_braces_are_balanced_and_signs_escaped() -> None:
    for entry in bibtex.bibliography().split("\n@"):
        assert entry.count("{") == entry.count("}"), entry
        for name, text in re.findall(r"^  (\w+) = \{(.*)\},$", entry, re.M):
            assert name in ("doi", "url") or not re.search(r"(?<!\\)[&%#_$]", text), text


def test_a_work_has_its_authors_its_year_and_its_doi() -> None:
    assert bibtex.entry("borland2007") == (
        "@misc{borland2007,\n"
        "  author = {Borland, D. and Taylor, R. M.},\n"
        "  title = {{Rainbow color map (still) considered harmful}},\n"
        "  year = {2007},\n"
        "  howpublished = {IEEE Computer Graphics and Applications 27(2)},\n"
        "  doi = {10.1109/MCG.2007.323435},\n"
        "}\n"
    )


def test_the_course_is_cited_as_its_own_file_says() -> None:
    title = re.search(r'^title: "(.*)"$', (ROOT / "CITATION.cff").read_text("utf-8"), re.M)
    assert title
    assert f"title = {{{{{title[1]}}}}}" in bibtex.course()
    assert "author = {{The authors of the introspection course}}" in bibtex.course()
    assert re.search(r"version = \{\d+\.\d+\.\d+\}", bibtex.course())
