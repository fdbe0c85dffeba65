"""Every page in a browser, in both colour schemes: complete, quiet, and open to everyone."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

import pytest

from course.grader.tasks import select_tasks
from tests.site.conftest import SITE, pages

pytestmark = pytest.mark.slow
SCHEMES = ("light", "dark")
PHONE = 390
WIDTHS = (1280, PHONE)
LARGEST_PAGE = 600_000
"""In bytes, of which a server that packs sends fewer."""


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("page_name", pages() or ["index.html"])
def test_a_page_is_open_to_everyone(
    page_name: str, scheme: str, address: str, browser: Any
) -> None:
    """No request to elsewhere, no error on the console, nothing that axe objects to.

    As it comes on a wide screen, and on a phone with everything unfolded.
    """
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    elsewhere, errors, found = [], [], []
    with browser.new_context(color_scheme=scheme, reduced_motion="reduce") as context:
        page = context.new_page()
        page.on(
            "request",
            lambda one: one.url.startswith(("data:", address)) or elsewhere.append(one.url),
        )
        page.on("console", lambda one: one.type == "error" and errors.append(one.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{address}/{page_name}", wait_until="load")
            if width == PHONE:
                page.evaluate(
                    "for (const one of document.querySelectorAll('details')) one.open = 1"
                )
            page.wait_for_timeout(300)
            found += axe.run(page).response["violations"]
    assert elsewhere == []
    assert errors == []
    shown = [
        f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes'][:3]]}"
        for one in found
    ]
    assert shown == [], "\n".join(shown)


@pytest.mark.parametrize("page_name", pages() or ["index.html"])
def test_a_page_fits_a_phone(page_name: str, address: str, browser: Any) -> None:
    """The page itself does not scroll sideways; wide tables and figures do so on their own."""
    with browser.new_context(viewport={"width": PHONE, "height": 800}) as context:
        page = context.new_page()
        page.goto(f"{address}/{page_name}", wait_until="load")
        wide = page.evaluate("document.scrollingElement.scrollWidth")
    assert wide <= PHONE + 1


@pytest.mark.parametrize("page_name", pages() or ["index.html"])
def test_a_page_is_light(page_name: str) -> None:
    """Also on a slow line: the page with all its figures, which are part of it."""
    assert (SITE / page_name).stat().st_size <= LARGEST_PAGE


def test_a_guess_stands_beside_what_was_computed(address: str, browser: Any) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/clever_hans.html", wait_until="load")
        answer = page.locator(".guess + details.question").first
        assert not answer.locator(".beside").is_visible()
        page.get_by_label("Your guess").first.fill("50")
        page.keyboard.press("Enter")
        words = answer.locator(".beside").inner_text()
        assert words.startswith("Your guess: 50. Computed: ")
        assert answer.locator(".computed b").inner_text() in words


def test_search_finds_without_a_network(address: str, browser: Any) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/index.html", wait_until="load")
        page.keyboard.press("/")
        page.keyboard.type("watermark", delay=20)
        page.wait_for_selector(".md-search-result__item a", timeout=10_000)
        assert "watermark" in page.inner_text(".md-search-result__list").lower()


@pytest.mark.parametrize("page_name", pages() or ["index.html"])
def test_no_formula_is_left_as_it_was_written(page_name: str, address: str) -> None:
    soup = pytest.importorskip("bs4").BeautifulSoup(
        (SITE / page_name).read_text(encoding="utf-8"), "html.parser"
    )
    for part in soup.select("code, pre, .arithmatex, script, style"):
        part.decompose()
    assert "$" not in soup.get_text()


# --- links ----------------------------------------------------------------------------------------


class Links(HTMLParser):
    """A page's links and the places in it that can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.without_words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note ids, links, and pictures without words."""
        values = dict(attrs)
        self.ids |= {values[name] or "" for name in ("id", "name") if name in values}
        for name in ("href", "src"):
            if name in values:
                self.links.append(values[name] or "")
        if tag == "img" and "alt" not in values:
            self.without_words.append(str(values.get("src"))[:60])
        if tag == "div" and values.get("role") == "img" and not values.get("aria-label"):
            self.without_words.append("a figure")


def read(path: Path) -> Links:
    return Links(path.read_text(encoding="utf-8"))


def test_every_link_leads_somewhere(address: str) -> None:
    known = {name: read(SITE / name) for name in [*pages(), "404.html"]}
    broken = []
    for name, page in known.items():
        if name == "404.html":  # its links begin at the top of the server
            continue
        for link in page.links:
            if link.startswith(("http://", "https://", "data:", "mailto:", "javascript:")):
                continue
            target, place = urldefrag(unquote(urljoin(f"/{name}", link)))
            file = target.lstrip("/") + ("index.html" if target.endswith("/") else "")
            if not (SITE / file).exists():
                broken.append(f"{name}: {link}")
            elif place and file in known and place not in known[file].ids:
                broken.append(f"{name}: {link} (no such place)")
    assert broken == []


def test_every_picture_has_words(address: str) -> None:
    assert {name: read(SITE / name).without_words for name in pages()} == {
        name: [] for name in pages()
    }


def test_the_reference_has_every_task_and_every_type(address: str) -> None:
    places = read(SITE / "reference.html").ids
    missing = [task.name for task in select_tasks() if f"course.{task.name}" not in places]
    assert missing == []
    assert {"course.given.photos.load_photo", "course.given.types.Images"} <= places
