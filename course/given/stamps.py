"""Marks that photos carry: a time stamp, a watermark. Networks learn them gladly."""

import functools
import importlib.resources
import io
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WATERMARKS = ("shortcut", "other", "latin", "shuffled")

SQUARE = 6
OPACITY = 0.3
STRENGTH = 0.3
"""How large and how strong `four_cheats` are: on images of 32 pixels, easily learned."""


def draw_text(
    shape: tuple[int, int],
    text: str,
    position: tuple[int, int] = (0, 0),
    size: float = 10,
) -> np.ndarray:
    """Draw text as a mask.

    Args:
        shape: `(H, W)` of the mask.
        text: one line. What reaches over the edge is cut off.
        position: `(row, column)` of the upper left corner of the ink, in pixels.
        size: of the font, in pixels; digits and capitals are about 0.7 of it high.

    Returns:
        `(H, W)`, float32 in [0, 1]: how much of each pixel the text covers.

    Raises:
        ValueError: if `size` is not positive.
    """
    return _place(shape, _ink(text, size), position)


def time_stamp_mask(shape: tuple[int, int], text: str = "'19 7 23") -> np.ndarray:
    """Draw a date into the lower right corner, as cameras did.

    Args:
        shape: `(H, W)` of the mask.
        text: the date.

    Returns:
        `(H, W)`, float32 in [0, 1]: how much of each pixel the text covers.
    """
    ink = _ink(text, size=max(8.0, 0.06 * min(shape)))
    margin = max(1, round(0.02 * min(shape)))
    return _place(shape, ink, (shape[0] - margin - ink.height, shape[1] - margin - ink.width))


def _ink(text: str, size: float) -> Image.Image:
    """The text, white on black and without a margin, in the font that Pillow brings along."""
    if size <= 0:
        raise ValueError(f"size must be positive, not {size}")
    font = ImageFont.load_default(size)
    margin = round(2 * size)  # some letters reach past the box that the font states
    _, _, right, bottom = font.getbbox(text)
    canvas = Image.new("L", (round(right) + 2 * margin, round(bottom) + 2 * margin))
    ImageDraw.Draw(canvas).text((margin, margin), text, fill=255, font=font)
    return canvas.crop(canvas.getbbox())


def _place(shape: tuple[int, int], ink: Image.Image, position: tuple[int, int]) -> np.ndarray:
    """Lay ink on an empty mask; what reaches over an edge is cut off."""
    height, width = shape
    row, column = position
    mask = Image.new("L", (width, height))
    mask.paste(ink, (column, row))
    return np.asarray(mask, np.float32) / 255


def time_stamp(
    images: Any,
    text: str = "'19 7 23",
    color: tuple[float, float, float] = (1.0, 0.6, 0.1),
) -> np.ndarray:
    """Print a date into the lower right corner of images, as cameras did.

    Args:
        images: `(B, H, W, 3)`, float32 in [0, 1]; not changed.
        text: the date.
        color: red, green and blue of the ink, in [0, 1].

    Returns:
        `(B, H, W, 3)`, float32 in [0, 1]: the stamped images.
    """
    images = np.asarray(images, np.float32)
    mask = time_stamp_mask(images.shape[1:3], text)[..., None]
    return (1 - mask) * images + mask * np.array(color, np.float32)


def copyright_mask(shape: tuple[int, int]) -> np.ndarray:
    """Draw a large © as a mask, as picture agencies lay one over their photos.

    Args:
        shape: `(H, W)` of the mask.

    Returns:
        `(H, W)`, float32 in [0, 1]: how much of each pixel the sign covers.
    """
    size = min(shape)
    return draw_text(shape, "©", (round(0.1 * size), round(0.1 * size)), size)


def four_cheats(
    add_square: Callable, add_watermark: Callable, add_lightness_gradient: Callable
) -> dict[str, Callable[[Any], Any]]:
    """The cheats of chapter 2.1 as the networks meet them, made with its three functions.

    Args:
        add_square: as in `course.clever_hans`; your own, or the solutions'.
        add_watermark: as in `course.clever_hans`.
        add_lightness_gradient: as in `course.clever_hans`.

    Returns:
        By name, functions of images `(B, H, W, 3)` that return them with the cheat: `"square"` (of
        6 pixels), `"time stamp"`, `"watermark"` (a © with an opacity of 0.3) and
        `"lightness gradient"` (of strength 0.3).
    """

    def watermark(images: Any) -> Any:
        return add_watermark(images, copyright_mask(tuple(images.shape[1:3])), OPACITY)

    return {
        "square": lambda images: add_square(images, SQUARE),
        "time stamp": time_stamp,
        "watermark": watermark,
        "lightness gradient": lambda images: add_lightness_gradient(images, STRENGTH),
    }


def load_watermark(size: int | tuple[int, int] = 224, kind: str = "shortcut") -> np.ndarray:
    """Load the mask of a watermark, or of a control for it, across the middle of a photo.

    The first mark makes many networks see a carton, as photos of cartons in ImageNet carry
    Chinese watermarks (Li et al., "A Whac-A-Mole Dilemma", CVPR 2023, arXiv:2212.04825). The others
    tell what it is about the mark that does so.

    Args:
        size: height and width of the mask in pixels, or `(height, width)`.
        kind: `"shortcut"` (the Chinese word for it, three times), `"other"` (six other Chinese
            characters), `"latin"` (`"shortcuts!"`) or `"shuffled"` (the first one's pixels, in
            another order within the rectangle that it fills).

    Returns:
        `(H, W)`, float32 in [0, 1]: where the mark is set.

    Raises:
        ValueError: if `kind` is none of these, or a size is not positive.
    """
    if kind not in WATERMARKS:
        raise ValueError(f"kind must be one of {', '.join(WATERMARKS)}, not {kind!r}")
    height, width = (size, size) if isinstance(size, int) else size
    if min(height, width) < 1:
        raise ValueError(f"size must be positive, not {size}")
    strip = _strip("shortcut" if kind == "shuffled" else kind)
    scale = min(height, width) / 448  # the strips are made for twice 224 pixels
    rows, columns = (max(1, round(scale * length)) for length in (strip.height, strip.width))
    mark = strip.resize((columns, rows), Image.Resampling.BOX)
    if kind == "shuffled":
        pixels = np.random.default_rng(0).permutation(np.asarray(mark).ravel())
        mark = Image.fromarray(pixels.reshape(rows, columns))
    return _place((height, width), mark, (round(0.4 * height), round(0.01 * width)))


@functools.cache
def _strip(kind: str) -> Image.Image:
    """A rendered text, `course/given/assets/render_watermarks.py` made it."""
    file = importlib.resources.files("course.given") / "assets" / f"watermark_{kind}.png"
    return Image.open(io.BytesIO(file.read_bytes())).convert("L")
