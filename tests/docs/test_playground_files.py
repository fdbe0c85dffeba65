"""What the playground loads on request: the real network and some photos."""

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("mkdocs")

from course.given import class_names, load_photo
from course.given.modules import MODULES
from docs.playground import files as playground
from tests.benchmarks.results import PLAYGROUND
from tests.docs.sources import DOCS, chapter


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return {**playground.network(), **playground.photos()}


def test_the_network_is_whole(files: dict[str, bytes]) -> None:
    described = json.loads(files["efficientnet-lite0.json"])
    numbers = sum(int(np.prod(shape)) for one in described["layers"] for shape in one["shapes"])
    assert described["numbers"] == numbers
    assert len(files["efficientnet-lite0.f16"]) == 2 * numbers
    assert described["classes"] == class_names()
    assert described["size"] == 224


def test_no_weight_is_too_large_for_16_bits(files: dict[str, bytes]) -> None:
    weights = np.frombuffer(files["efficientnet-lite0.f16"], "<f2")
    assert np.isfinite(weights).all()


def test_every_photo_is_there_with_words(files: dict[str, bytes]) -> None:
    for photo in json.loads(files["efficientnet-lite0.json"])["photos"]:
        assert photo["shows"]
        image = Image.open(io.BytesIO(files[f"photos/{photo['name']}.jpg"]))
        pixels = np.asarray(image, np.float32) / 255
        assert np.abs(pixels - load_photo(photo["name"])).mean() < 0.02


def test_they_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"a.json": b"{}", "photos/b.jpg": b"b"}
    monkeypatch.setattr(playground, "CACHE", tmp_path)
    monkeypatch.setattr(playground, "network", lambda: {"a.json": made["a.json"]})
    monkeypatch.setattr(playground, "photos", lambda: {"photos/b.jpg": made["photos/b.jpg"]})
    assert playground.assets() == made
    monkeypatch.setattr(playground, "network", lambda: pytest.fail("made twice"))
    assert playground.assets() == made


def test_the_pages_parts_are_called_as_the_modules_are() -> None:
    parts = re.findall(r'data-playground="(\w+)"', chapter("playground"))
    assert parts[-1] == "photo"
    assert set(parts[:-1]) <= set(MODULES)
    for name in parts:
        assert (DOCS / "playground" / "src" / "page" / f"{name}.js").is_file()


@pytest.mark.parametrize("what", ["map", "step", "change"])
def test_what_was_measured_keeps_up_with_the_screen(what: str) -> None:
    """Under 30 ms, also the slowest in twenty: read from the benchmark, not timed here."""
    assert json.loads(PLAYGROUND.read_text(encoding="utf-8"))[what]["slowest_of_20"] < 30
