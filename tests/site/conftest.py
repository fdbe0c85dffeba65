"""The built site, served as a web server would, and a browser to look at it.

`mkdocs build` first; without a built site or a browser these tests skip. In CI, with
COURSE_NEEDS_SITE set, that is an error.
"""

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

SITE = Path(__file__).resolve().parents[2] / "site"
PREFIX = "/course"
"""Where the site lies on its server: not at the top, as on GitHub Pages."""


def give_up(why: str) -> NoReturn:
    if os.environ.get("COURSE_NEEDS_SITE"):
        pytest.fail(why)
    pytest.skip(why)


def pages() -> list[str]:
    """The pages' addresses within the site."""
    return sorted(
        path.relative_to(SITE).as_posix()
        for path in SITE.rglob("*.html")
        if path.name != "404.html"
    )


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the site below its prefix, and says nothing."""

    def translate_path(self, path: str) -> str:
        """Leave the prefix away."""
        return super().translate_path(path.removeprefix(PREFIX))

    def log_message(self, *words: Any) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    if not (SITE / "index.html").exists():
        give_up("there is no built site: mkdocs build")
    serve = functools.partial(Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
        server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        give_up("playwright is missing: pip install -e '.[browser]'")
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chrome")
    if program is None:
        give_up("there is no chromium")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        yield playwright.chromium.launch(executable_path=program, args=arguments)
