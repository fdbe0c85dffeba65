"""Marks that photos carry: a time stamp, a watermark. Networks learn them gladly."""

import functools
import importlib.resources
import io
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WATERMARKS = ("shortcut", "other", "latin", "shuffled")


def draw_text(
    shape: tuple[int, int],
    text: str,
    position: tuple[float, float] = (0.0, 0.0),
    size: float = 10.0,
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
    if size <= 0:
        raise ValueError(f"size must be positive, not {size}")
    font = ImageFont.load_default(size)
    left, top, _, _ = font.getbbox(text)
    height, width = shape
    mask = Image.new("L", (width, height))
    row, column = position
    ImageDraw.Draw(mask).text((column - left, row - top), text, fill=255, font=font)
    return np.asarray(mask, np.float32) / 255


def time_stamp_mask(shape: tuple[int, int], text: str = "'19 7 23") -> np.ndarray:
    """Draw a date into the lower right corner, as cameras did.

    Args:
        shape: `(H, W)` of the mask.
        text: the date.

    Returns:
        `(H, W)`, float32 in [0, 1]: how much of each pixel the text covers.
    """
    height, width = shape
    size = max(8.0, 0.06 * min(shape))
    margin = max(1, round(0.02 * min(shape)))
    left, top, right, bottom = ImageFont.load_default(size).getbbox(text)
    position = (height - margin - (bottom - top), width - margin - (right - left))
    return draw_text(shape, text, position, size)


def time_stamp(
    images: Any,
    text: str = "'19 7 23",
    colour: tuple[float, float, float] = (1.0, 0.6, 0.1),
) -> np.ndarray:
    """Print a date into the lower right corner of images, as cameras did.

    Args:
        images: `(B, H, W, 3)`, float32 in [0, 1]; not changed.
        text: the date.
        colour: red, green and blue of the ink, in [0, 1].

    Returns:
        `(B, H, W, 3)`, float32 in [0, 1]: the stamped images.
    """
    images = np.asarray(images, np.float32)
    mask = time_stamp_mask(images.shape[1:3], text)[..., None]
    return (1 - mask) * images + mask * np.float32(colour)


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
    mark = np.asarray(strip.resize((columns, rows), Image.Resampling.BOX), np.float32) / 255
    if kind == "shuffled":
        mark = np.random.default_rng(0).permutation(mark.ravel()).reshape(mark.shape)
    mask = np.zeros((height, width), np.float32)
    top, left = round(0.4 * height), round(0.01 * width)
    part = mask[top : top + rows, left : left + columns]
    part[:] = mark[: part.shape[0], : part.shape[1]]
    return mask


@functools.cache
def _strip(kind: str) -> Image.Image:
    """A rendered text, `tools/render_watermark.py` made it."""
    file = importlib.resources.files("course.given") / "assets" / f"watermark_{kind}.png"
    return Image.open(io.BytesIO(file.read_bytes())).convert("L")
