"""The microscope: what it shows is what was computed, and every picture has words."""

import io
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("mkdocs")

from course.given import PHOTOS, load_model, load_photos, predict
from docs.experiments.channels import Liked, load_liked, look
from docs.experiments.classes import CLASSES
from docs.machinery.notebooks import files_behind
from docs.microscope import files as microscope
from docs.microscope.channels import (
    LAYERS,
    Row,
    activations,
    answers,
    chosen,
    crop,
    field_of_view,
    row,
    small_map,
)
from docs.microscope.describe import describe, whereabouts
from docs.microscope.page import blocks, heads
from solutions.feature_visualization import feature_extractor
from tests.docs.sources import DOCS


@pytest.fixture(scope="module")
def stem() -> Row:
    of_photos = activations(["stem_conv_norm"])["stem_conv_norm"]
    channels, _ = chosen(of_photos)
    return row("stem_conv_norm", of_photos, look("stem_conv_norm", channels, size=48, steps=2))


@pytest.fixture(scope="module")
def contents(stem: Row) -> dict[str, Any]:
    names = ["tench", "hen & chick"]
    return {
        "parts": {"stem": microscope.described("stem_conv_norm", stem)},
        "photos": {name: photo.shows for name, photo in PHOTOS.items()},
        "classes": {
            "names": names,
            "probability": [[0.5, 0.25], [0.75, 0.125]],
            "rank": [[1, 2], [1, 1]],
            "instead": [["tench", "cock"], names],
        },
    }


def test_all_parts_of_the_network_are_there() -> None:
    assert list(LAYERS) == ["stem", *(f"block{number}" for number in range(1, 17)), "head"]
    widths = [load_model().get_layer(layer).output.shape[-1] for layer in LAYERS.values()]
    assert min(widths) >= 12


@pytest.mark.parametrize("part", LAYERS)
def test_what_channels_look_for_is_kept_for_each_of_them(part: str) -> None:
    liked = load_liked(part)
    assert liked.images.shape == (12, 96, 96, 3)
    assert len(np.unique(liked.channels)) == 12
    assert liked.reached.shape == (12,)
    assert np.ptp(liked.images, axis=(1, 2, 3)).min() > 0.1, "each shows something"


def test_at_least_sixty_classes_are_there() -> None:
    assert len(np.unique(CLASSES)) == len(CLASSES) >= 60


def test_channels_are_evenly_spaced_among_those_that_answer() -> None:
    given = np.full((2, 3, 3, 60), -1.0)
    given[1, 2, 0, ::2] = 0.5
    channels, answering = chosen(given)
    assert answering == 30
    np.testing.assert_array_equal(channels, 2 * (np.arange(12) * 30 // 12))


def test_a_crop_is_where_the_channel_answers_most() -> None:
    given = np.zeros((5, 7, 7, 2))
    given[3, 1, 6, 0], given[0, 4, 4, 0] = 8, 6
    given[2, 0, 5, 1] = 4
    found = answers(given, count=2)
    np.testing.assert_array_equal(found.photos[:, 0], [3, 2])
    np.testing.assert_array_equal(found.photos[0], [3, 0])
    np.testing.assert_array_equal(found.places[0], [[1, 6], [4, 4]])
    np.testing.assert_array_equal(found.places[1, 0], [0, 5])
    assert found.maps[0, 0].max() == 1, "the strongest answer to any photo"
    assert found.maps[0, 1, 4, 4] == 6 / 8
    np.testing.assert_allclose(found.strongest, [6 / 49, 4 / 49], err_msg="the ReLU ends at 6")


def test_a_row_is_what_the_network_says(stem: Row) -> None:
    of_photos = predict(feature_extractor(load_model(), "stem_conv_norm"), load_photos(PHOTOS))
    assert stem.sees == 3
    for channel, photos, places in zip(
        stem.liked.channels, stem.answers.photos, stem.answers.places, strict=True
    ):
        peaks = of_photos[..., channel].max(axis=(1, 2))
        np.testing.assert_array_equal(photos, np.argsort(-peaks, kind="stable")[:4])
        at = of_photos[photos, places[:, 0], places[:, 1], channel]
        np.testing.assert_array_equal(at, peaks[photos])
    behind = feature_extractor(load_model(size=32), "stem_conv_activation")
    liked: Liked = stem.liked
    means = predict(behind, liked.images).mean(axis=(1, 2))[np.arange(12), liked.channels]
    np.testing.assert_allclose(liked.reached, means, atol=1e-4)


@pytest.mark.parametrize(
    ("layer", "sees"),
    [("stem_conv_norm", 3), ("block2_depthwise_norm", 11), ("block3_expand_norm", 11)],
)
def test_what_a_position_sees_is_what_moves_it(layer: str, sees: int) -> None:
    extractor = feature_extractor(load_model(size=64), layer)
    assert field_of_view(extractor.layers) == sees
    images = np.full((2, 64, 64, 3), 0.5, np.float32)
    # Two pixels on a row, as far from each other as one position can see at most.
    middle = extractor.output.shape[1] // 2
    moved = np.zeros(64, bool)
    for column in range(64):
        images[1] = images[0]
        images[1, :, column] = 0.9
        both = predict(extractor, images)[:, middle, middle]
        moved[column] = np.any(both[0] != both[1])
    assert np.ptp(np.flatnonzero(moved)) + 1 == sees


def test_a_crop_stays_within_its_photo() -> None:
    photo = np.zeros((224, 224, 3), np.float32)
    photo[:24, 200:] = 1
    np.testing.assert_allclose(crop(photo, np.array([2.0, 222.0]), 24), 1)
    assert crop(photo, np.array([2.0, 222.0]), 48).mean() == pytest.approx(0.25, abs=0.03)


def test_a_small_map_keeps_the_peak() -> None:
    answer = np.zeros((112, 112))
    answer[31, 70] = 1
    assert np.argwhere(small_map(answer) == 1).tolist() == [[15, 35]]
    assert small_map(np.eye(7)).shape == (56, 56)


def test_a_strip_holds_its_images_in_their_order() -> None:
    images = np.zeros((3, 16, 16, 3))
    images += np.array([0.1, 0.5, 0.9])[:, None, None, None]
    pixels = np.asarray(Image.open(io.BytesIO(microscope.strip(images))), float) / 255
    assert pixels.shape == (16, 48, 3)
    np.testing.assert_allclose(pixels[8, [8, 24, 40], 0], [0.1, 0.5, 0.9], atol=0.02)


def test_a_shade_covers_what_leaves_the_channel_cold() -> None:
    maps = [np.zeros((16, 16)), np.ones((16, 16))]
    covered = np.asarray(Image.open(io.BytesIO(microscope.shade(maps))))
    assert covered[8, 8, 3] > 200
    assert covered[8, 24, 3] < 10


def test_every_tile_is_on_a_strip_that_is_made(stem: Row, contents: dict[str, Any]) -> None:
    html = blocks(contents) + heads(contents)
    made = {*microscope.strips("stem", stem), "stem.webp", "photos.webp", "classes.webp"}
    assert {name.rpartition("/")[2] for name in re.findall(r'src="([^"]+)"', html)} == made


def test_every_tile_has_words_but_for_the_shades(contents: dict[str, Any]) -> None:
    tiles = re.findall(r'src="[^"]*/([\w-]+)\.webp" alt="([^"]*)"', blocks(contents))
    assert len(tiles) == 12 * (1 + 4 + 2 * 4)
    assert {strip for strip, words in tiles if not words} == {"stem-maps"}


def test_a_class_says_what_the_others_see_instead(contents: dict[str, Any]) -> None:
    tench, hen = re.findall("<li>.*?</li>", heads(contents))
    assert "Lite1 0.50</span>" in tench
    assert "Lite1 0.25, first: cock</span>" in hen
    assert "Lite2 0.12" in hen
    assert "<b>hen &amp; chick</b>" in hen


def test_a_part_can_be_linked_to(contents: dict[str, Any]) -> None:
    html = blocks(contents)
    assert set(re.findall(r'href="#([\w-]+)"', html)) <= set(re.findall(r'id="([\w-]+)"', html))


@pytest.mark.parametrize(
    ("right", "down", "words"),
    [
        (1, 0, "upright stripes"),
        (0, 1, "level stripes"),
        (1, 1, "stripes rising to the right"),
        (1, -1, "stripes falling to the right"),
    ],
)
def test_stripes_are_described(right: int, down: int, words: str) -> None:
    rows, columns = np.mgrid[:64, :64]
    gray = 0.5 + 0.4 * np.sin(2 * np.pi * (right * columns + down * rows) / 8)
    apart = 8 / np.hypot(right, down)
    assert describe(np.repeat(gray[..., None], 3, axis=2)) == (
        f"{words} about {apart:.0f} pixels apart, in shades of grey"
    )


def test_noise_has_no_direction_and_many_colors() -> None:
    noise = np.random.default_rng(0).uniform(0, 1, (64, 64, 3))
    assert describe(noise).startswith("spots or curls about 3 pixels apart, in strong colours")


@pytest.mark.parametrize(
    ("place", "words"), [((0, 0), "upper left"), ((3, 3), "middle"), ((6, 3), "lower")]
)
def test_places_have_words(place: tuple[int, int], words: str) -> None:
    assert whereabouts(np.array(place), 7) == words


def test_the_pages_text_can_change_without_new_pictures() -> None:
    behind = files_behind("import docs.microscope.files")
    assert DOCS / "microscope" / "channels.py" in behind
    assert not {DOCS / "microscope.py", DOCS / "microscope" / "page.py"} & behind


def test_they_are_made_once(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microscope, "CACHE", tmp_path)
    monkeypatch.setattr(microscope, "make", lambda: {"contents.json": b'{"parts": {}}'})
    assert microscope.contents() == {"parts": {}}
    monkeypatch.setattr(microscope, "make", lambda: pytest.fail("made twice"))
    assert microscope.contents() == {"parts": {}}
