"""The site's settings: every page can be reached, and nothing is asked of another server."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from course.given.modules import MODULES, TABLE, Module
from docs.machinery.not_found import on_post_template
from tests.docs.sources import CHAPTERS, DOCS, ROOT, chapter

SETTINGS = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
NAVIGATION = SETTINGS[SETTINGS.index("\nnav:") : SETTINGS.index("\ntheme:")]


@pytest.mark.parametrize("address", ["", "https://example.org/course/"])
def test_the_page_for_a_wrong_address_needs_nothing_from_a_place_that_may_be_wrong(
    address: str,
) -> None:
    config = SimpleNamespace(site_name="The course", site_url=address)
    theirs = '<link href="/assets/main.css"><h1>404</h1>'
    shown = on_post_template(theirs, "404.html", config)
    assert (shown == theirs) == bool(address)
    if not address:
        assert "The course" in shown
        assert not re.search("(href|src)=", shown)
    assert on_post_template(theirs, "sitemap.xml", config) == theirs


def test_navigation_lists_every_page_once() -> None:
    pages = {path.stem for path in DOCS.glob("*.*") if path.suffix in (".py", ".md")}
    # Made from docstrings, from the bibliography, and from the chapters' answers.
    pages |= {"reference", "references", "findings"}
    assert sorted(re.findall(r"(\w+)\.md", NAVIGATION)) == sorted(pages)


def test_titles_are_those_of_the_table_of_modules() -> None:
    """Each chapter by its number and title, and its notebook below it."""
    entries = re.findall(r"^ +- (.*): ((?:notebooks/)?\w+\.(?:md|ipynb))$", NAVIGATION, re.M)
    found = [(title, page) for title, page in entries if Path(page).stem in MODULES]
    assert found == [
        entry
        for module in TABLE
        if module.name in CHAPTERS
        for entry in (
            (f"{module.number} {module.title}", f"{module.name}.md"),
            (f"{module.number} Notebook", f"notebooks/{module.name}.ipynb"),
        )
    ]


@pytest.mark.parametrize("module", [one for one in TABLE if one.name in CHAPTERS], ids=CHAPTERS)
def test_a_chapters_heading_begins_with_its_number_and_title(module: Module) -> None:
    heading = re.search(r"^# # (.*)$", chapter(module.name), re.M)
    assert heading
    assert heading[1].startswith(f"{module.number} {module.title}: ")


def test_chapters_stand_in_the_order_of_the_course() -> None:
    assert [page for page in re.findall(r"(\w+)\.md", NAVIGATION) if page in CHAPTERS] == CHAPTERS


def test_fonts_are_the_readers_own() -> None:
    assert re.search(r"^  font: false", SETTINGS, re.M)


def test_styles_and_scripts_are_in_the_site() -> None:
    extras = re.findall(r"^  (?:- |polyfills: \[)(assets/[^]\s]+)", SETTINGS, re.M)
    assert len(extras) == SETTINGS.count("assets/") - 1, "but for the favicon, all of them"
    for extra in extras:
        assert (DOCS / extra).is_file(), extra


@pytest.mark.parametrize("path", sorted(DOCS.glob("assets/**/*.css")), ids=lambda path: path.name)
def test_styles_fetch_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for url in re.findall(r"(?:url\(|@import\s*)[\"']?([^\"')]+)", text):
        if url.endswith(".woff2"):
            assert (path.parent / url).is_file(), url
        assert not re.match(r"(https?:)?//", url), url


@pytest.mark.parametrize("name", ["katex", "iframe-worker"])
def test_a_bundled_script_comes_with_its_licence(name: str) -> None:
    licence = (DOCS / "assets" / name / "LICENSE").read_text(encoding="utf-8")
    assert "Permission is hereby granted, free of charge" in licence
