"""Figures in a page: light, sharp where a place is to be seen, and in the page's own colour."""

import base64
import io
import re

import numpy as np
import pytest

pytest.importorskip("IPython")

from matplotlib.figure import Figure
from PIL import Image

from course.given.display import INK, to_svg


def drawn(image: np.ndarray) -> Figure:
    figure = Figure(figsize=(3, 3))
    axes = figure.subplots()
    axes.imshow(image, cmap="RdBu_r")
    axes.set_title("A title")
    return figure


def pictures(svg: str) -> list[Image.Image]:
    found = re.findall(r"data:image/\w+;base64,([^\"]+)", svg)
    return [Image.open(io.BytesIO(base64.b64decode(one))) for one in found]


def test_a_photo_is_small_and_nearly_as_it_was() -> None:
    rows, columns = np.mgrid[:200, :200] / 200
    photo = np.stack([rows, columns, 0.5 + 0.3 * np.sin(30 * rows * columns)], axis=-1)
    (picture,) = pictures(to_svg(drawn(photo)))
    assert picture.format == "WEBP"
    assert 150 < picture.width == picture.height < 200, "as large as it is shown"
    shown = np.asarray(picture.resize((200, 200)).convert("RGB")) / 255
    assert np.sqrt(np.mean((shown - photo) ** 2)) < 0.03


def test_a_map_of_few_places_is_exact() -> None:
    steps = np.arange(64.0).reshape(8, 8)
    (picture,) = pictures(to_svg(drawn(steps)))
    colors = drawn(steps).axes[0].images[0].to_rgba(steps, bytes=True)
    np.testing.assert_array_equal(np.asarray(picture.convert("RGBA")), colors)


def test_letters_are_letters_and_take_the_colour_of_the_page() -> None:
    svg = to_svg(drawn(np.zeros((2, 2))))
    assert re.search(r"<text[^>]*fill: currentColor[^>]*>A title</text>", svg)
    assert INK not in svg
    assert "<glyph" not in svg
    assert "<metadata>" not in svg
    assert 'id="axes' not in svg, "nobody asks for it by name"


def test_what_is_referred_to_keeps_its_name() -> None:
    figure = Figure(figsize=(3, 2))
    figure.subplots().plot([1, 2], [2, 1], "o-")
    svg = to_svg(figure)
    wanted = set(re.findall(r"url\(#([\w-]+)\)", svg)) | set(re.findall(r'href="#([\w-]+)"', svg))
    assert wanted
    assert wanted == set(re.findall(r' id="([\w-]+)"', svg))
