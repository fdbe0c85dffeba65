"""The site's settings: every page can be reached, and nothing is asked of another server."""

import re
from pathlib import Path

import pytest

from tests.docs.sources import CHAPTERS, DOCS, ROOT

SETTINGS = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
NAVIGATION = SETTINGS[SETTINGS.index("\nnav:") : SETTINGS.index("\ntheme:")]


def test_navigation_lists_every_page_once() -> None:
    pages = {path.stem for path in DOCS.glob("*.*") if path.suffix in (".py", ".md")}
    pages |= {"reference", "references"}  # made from docstrings, and from the bibliography
    assert sorted(re.findall(r"(\w+)\.md", NAVIGATION)) == sorted(pages)


def test_chapters_stand_in_the_order_of_the_course() -> None:
    assert [page for page in re.findall(r"(\w+)\.md", NAVIGATION) if page in CHAPTERS] == CHAPTERS


def test_fonts_are_the_readers_own() -> None:
    assert re.search(r"^  font: false", SETTINGS, re.M)


def test_styles_and_scripts_are_in_the_site() -> None:
    extras = re.findall(r"^  - (assets/\S+)$", SETTINGS, re.M)
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


def test_the_bundled_script_comes_with_its_licence() -> None:
    assert "MIT License" in (DOCS / "assets/katex/LICENSE").read_text(encoding="utf-8")
