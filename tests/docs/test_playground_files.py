"""What the playground loads on request: the real network and some photos."""

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.special import softmax

pytest.importorskip("mkdocs")

from course.given import class_names, load_dataset, load_photo, predict
from course.given.modules import MODULES
from docs.playground import files as playground
from docs.playground.networks import CHEATS, load_samples
from docs.playground.sealed import SEALED, draw_secrets, load_sealed, sealed_hash
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
    assert parts[-2:] == ["sealed", "photo"]  # these are about all modules
    assert set(parts[:-2]) <= set(MODULES)
    for name in parts:
        assert (DOCS / "playground" / "src" / "page" / f"{name}.js").is_file()


@pytest.mark.parametrize("what", ["map", "step", "change"])
def test_what_was_measured_keeps_up_with_the_screen(what: str) -> None:
    """Under 30 ms, also the slowest in twenty: read from the benchmark, not timed here."""
    assert json.loads(PLAYGROUND.read_text(encoding="utf-8"))[what]["slowest_of_20"] < 30


# --- the sealed networks --------------------------------------------------------------------------

SECRETS = draw_secrets(load_dataset("shapes", 4).class_names)


def effects(network: Any, images: np.ndarray, classes: list[str]) -> dict[str, float]:
    """By how much a mark raises the mean probability of a class: what the page shows."""

    def average(images: np.ndarray) -> np.ndarray:
        return softmax(predict(network, images), axis=1).mean(axis=0)

    unmarked = average(images)
    return {
        f"{name}, {mark}": float(raised)
        for mark, cheat in CHEATS.items()
        for name, raised in zip(classes, average(cheat(images)) - unmarked, strict=True)
    }


@pytest.mark.parametrize("number", range(len(SECRETS)))
def test_a_sealed_network_can_be_caught(number: int) -> None:
    """By the images that the page has, and by 400 others."""
    data = load_dataset("shapes")
    network = load_sealed(number)
    few = effects(network, load_samples()[0], data.class_names)
    many = effects(network, data.test_images[:400], data.class_names)
    strongest, second = sorted(few.values(), reverse=True)[:2]
    if SECRETS[number].answer == "honest":
        assert strongest < 0.1, few
        assert max(many.values()) < 0.1, many
    else:
        assert few[SECRETS[number].answer] == strongest > max(0.2, 1.5 * second), few
        assert many[SECRETS[number].answer] == max(many.values()) > 0.1, many


def test_the_page_can_check_an_answer_and_not_read_it() -> None:
    text = (SEALED / "sealed.json").read_text(encoding="utf-8")
    expected = [sealed_hash(number, secret.answer) for number, secret in enumerate(SECRETS)]
    assert json.loads(text)["hashes"] == expected
    assert len(set(expected)) == len(SECRETS)
    assert "honest" not in text
    assert not any(mark in text for mark in CHEATS)


def test_there_are_all_kinds_of_answers() -> None:
    assert {secret.mark for secret in SECRETS if secret.class_name} == set(CHEATS)
    honest = [secret for secret in SECRETS if secret.answer == "honest"]
    assert sorted(bool(secret.mark) for secret in honest) == [False, True], "one has met a mark"
