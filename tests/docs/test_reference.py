"""The reference has every module of tasks, and everything that is given, with types and papers."""

from types import SimpleNamespace

import pytest

pytest.importorskip("mkdocs")

import course.given
from course.given.modules import TABLE
from docs.machinery.reference import given, on_page_content, page


def test_every_module_is_in_it_with_its_chapter() -> None:
    for module in TABLE:
        assert f"\n## {module.number} {module.title}\n" in page()
        assert f"\n::: course.{module.name}\n" in page()
        assert f"({module.name}.md)" in page()


def test_whatever_is_given_is_in_it_once() -> None:
    names = [place.rpartition(".")[2] for place in given()]
    assert names == sorted(set(course.given.__all__) - {"PHOTOS"}), "photos have a page"
    assert all(f"\n::: {place}\n" in page() for place in given())
    assert "\n::: course.given.types\n" in page()


def test_papers_are_links_and_sources_are_shown() -> None:
    made = SimpleNamespace(file=SimpleNamespace(src_uri="reference.md"))
    html = on_page_content('<details class="source">arXiv:1706.03825</details>', made)
    assert html == (
        '<details class="source" open>'
        '<a href="https://doi.org/10.48550/arXiv.1706.03825">arXiv:1706.03825</a></details>'
    )
