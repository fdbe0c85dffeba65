"""The microscope in a browser: choose a block, open a channel, and all of it without a script."""

from collections.abc import Iterator
from typing import Any

import pytest

from docs.microscope.channels import LAYERS, SHOWN

pytestmark = pytest.mark.slow


@pytest.fixture
def page(address: str, browser: Any) -> Iterator[Any]:
    with browser.new_context(viewport={"width": 1200, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{address}/microscope.html", wait_until="load")
        yield page


def shown(page: Any) -> list[str]:
    """The parts of the network that can be seen."""
    every = page.locator(".mi section").all()
    return [part.get_attribute("id") for part in every if part.is_visible()]


def test_a_block_is_chosen_by_click_and_by_keyboard(page: Any) -> None:
    assert shown(page) == ["stem"]
    page.click(".mi-choose >> text=11")
    page.wait_for_function("document.querySelector('#block11').checkVisibility()")
    assert shown(page) == ["block11"]
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('#block12').checkVisibility()")
    assert shown(page) == ["block12"]
    assert page.locator(".mi-choose [aria-current]").inner_text() == "12"


def test_a_channel_is_opened_by_keyboard_and_shows_where_it_answers(page: Any) -> None:
    first = page.locator("#stem summary").first
    small = first.locator("img").first.bounding_box()["width"]
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#stem details').open")
    assert first.locator("img").first.bounding_box()["width"] > 2 * small
    photos = page.locator("#stem .mi-where").first.locator("img:not(.mi-map)")
    assert photos.count() == 4
    for photo in photos.all():
        photo.scroll_into_view_if_needed()
        assert photo.get_attribute("alt")
        assert photo.is_visible()


def test_every_picture_arrives(page: Any) -> None:
    page.click(".mi-choose >> text=all")
    page.evaluate("document.querySelectorAll('.mi details').forEach((one) => (one.open = true))")
    lazy = "document.querySelectorAll('.mi-tile').forEach((one) => (one.loading = 'eager'))"
    page.evaluate(lazy)
    page.wait_for_function(
        "[...document.querySelectorAll('.mi-tile')].every((one) => one.naturalWidth > 0)"
    )
    assert page.locator(".mi-tile").count() > len(LAYERS) * SHOWN


def test_without_a_script_all_of_it_is_there(address: str, browser: Any) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/microscope.html", wait_until="load")
        assert shown(page) == list(LAYERS)
        assert page.locator(".mi section summary").count() == len(LAYERS) * SHOWN
