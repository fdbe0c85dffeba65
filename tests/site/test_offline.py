"""The built folder, opened by a double click: no server, no network."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.site.conftest import SITE, give_up, pages

pytestmark = pytest.mark.slow


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A browser's page that may not ask any server, and where each error counts."""
    if not (SITE / "index.html").exists():
        give_up("there is no built site: mkdocs build")
    elsewhere: list[str] = []
    errors: list[str] = []
    with browser.new_context(offline=True) as context:
        page = context.new_page()
        page.on(
            "request",
            lambda one: one.url.startswith(("file:", "data:")) or elsewhere.append(one.url),
        )
        page.on("console", lambda one: one.type == "error" and errors.append(one.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
    assert elsewhere == []
    assert errors == []


def test_one_gets_from_page_to_page(page: Any) -> None:
    page.goto((SITE / "index.html").as_uri(), wait_until="load")
    page.click("article a[href$='saliency.html']")
    page.wait_for_url("**/saliency.html")
    page.click("a:text('Work in the notebook')")
    page.wait_for_url("**/notebooks/saliency.html")
    page.click("a:text('Read the chapter')")
    page.wait_for_url("**/saliency.html")


@pytest.mark.parametrize("name", [one for one in pages() if one != "playground.html"])
def test_a_page_is_styled_and_has_its_formulas(name: str, page: Any) -> None:
    page.goto((SITE / name).as_uri(), wait_until="load")
    assert page.evaluate("getComputedStyle(document.querySelector('.md-header')).position") in (
        "sticky",
        "fixed",
    )
    formulas = page.locator(".arithmatex").count()
    assert page.locator(".arithmatex .katex").count() == formulas


@pytest.mark.parametrize("name", ["index.html", "notebooks/saliency.html"])
def test_search_finds(name: str, page: Any) -> None:
    page.goto((SITE / name).as_uri(), wait_until="load")
    page.keyboard.press("/")
    page.keyboard.type("watermark", delay=20)
    page.wait_for_selector(".md-search-result__item a", timeout=10_000)
    address = page.get_attribute(".md-search-result__item a", "href")
    assert address
    assert "watermark" in page.inner_text(".md-search-result__list").lower()
    page.goto(page.evaluate("href => new URL(href, location.href).href", address))
    assert "watermark" in page.inner_text("article").lower()


def test_the_playground_says_what_it_needs(browser: Any) -> None:
    if not (SITE / "playground.html").exists():
        give_up("there is no built site: mkdocs build")
    with browser.new_context(offline=True) as context:
        page = context.new_page()
        page.goto((SITE / "playground.html").as_uri(), wait_until="load")
        assert "http.server" in page.inner_text(".pg-sorry")
