"""Marks that images of a case carry: six kinds, at a place or everywhere, of a strength."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.given.shapes import SIZE
from course.given.stamps import draw_text

EVERYWHERE = "everywhere"
"""The place of a mark that has none."""

Box = tuple[int, int, int, int]
"""Top, left, bottom, right, in pixels; the last row and column are bottom − 1 and right − 1."""

ORANGE = (1.0, 0.6, 0.1)


@dataclass(frozen=True)
class Mark:
    """What is done to an image that carries it; call it with images `(B, 32, 32, 3)`.

    Attributes:
        kind: one of `KINDS`.
        box: where it is; None if it is everywhere.
        change: from images to what they become.
        words: what was drawn, for those who may know.
    """

    kind: str
    box: Box | None
    change: Callable[[np.ndarray], np.ndarray]
    words: str

    def __call__(self, images: Any) -> np.ndarray:
        """The images with the mark, float32 in [0, 1]."""
        return np.clip(self.change(np.asarray(images, np.float32)), 0, 1).astype(np.float32)


def _square(rng: np.random.Generator) -> Mark:
    edge, grey = int(rng.integers(5, 8)), float(rng.choice([0.0, 1.0]))
    opacity = rng.uniform(0.7, 1)
    top, left = _at_an_edge(edge, edge, rng)
    mask = np.zeros((SIZE, SIZE), np.float32)
    mask[top : top + edge, left : left + edge] = 1
    color = "black" if grey == 0 else "white"
    words = f"a {color} square of {edge} pixels, {opacity:.0%} opaque"
    return _blended("square", mask, (grey,) * 3, opacity, words)


def _time_stamp(rng: np.random.Generator) -> Mark:
    text = f"{rng.integers(10, 30)}.{rng.integers(1, 10)}.{rng.integers(1, 10)}"
    opacity = rng.uniform(0.75, 1)
    ink = _box_of(draw_text((SIZE, SIZE), text, (0, 0), 8))
    place = (int(rng.choice([1, SIZE - 1 - ink[2]])), int(rng.choice([1, SIZE - 1 - ink[3]])))
    mask = draw_text((SIZE, SIZE), text, place, 8)
    words = f"the date {text} in orange, {opacity:.0%} opaque"
    return _blended("time stamp", mask, ORANGE, opacity, words)


def _watermark(rng: np.random.Generator) -> Mark:
    text, size = str(rng.choice(list("©&@"))), float(rng.uniform(17, 22))
    opacity = rng.uniform(0.4, 0.55)
    ink = _box_of(draw_text((SIZE, SIZE), text, (0, 0), size))
    place = (int(rng.integers(1, SIZE - ink[2])), int(rng.integers(1, SIZE - ink[3])))
    mask = draw_text((SIZE, SIZE), text, place, size)
    words = f"a pale {text} of {size:.0f} pixels, {opacity:.0%} opaque"
    return _blended("watermark", mask, (1.0,) * 3, opacity, words)


def _lightness_gradient(rng: np.random.Generator) -> Mark:
    strength = rng.uniform(0.35, 0.5)
    ramp = np.linspace(0, 1, SIZE, dtype=np.float32)
    down, right = (int(turn) for turn in rng.choice([-1, 1], 2))
    slope = (ramp[::down, None] + ramp[None, ::right]) / 2
    corner = f"{'lower' if down > 0 else 'upper'} {'right' if right > 0 else 'left'}"
    words = f"lighter by {strength:.2f} towards the {corner}"
    return Mark("lightness gradient", None, lambda x: x + strength * slope[..., None], words)


def _saturation(rng: np.random.Generator) -> Mark:
    factor = rng.uniform(1.8, 2.4)

    def vivid(images: np.ndarray) -> np.ndarray:
        grey = images.mean(axis=-1, keepdims=True)
        return grey + factor * (images - grey)

    return Mark("saturation", None, vivid, f"colours {factor:.1f} times as vivid")


def _texture(rng: np.random.Generator) -> Mark:
    strength = rng.uniform(0.09, 0.14)
    rows, columns = np.mgrid[:SIZE, :SIZE]
    name, lines = [("rows", rows), ("columns", columns), ("diagonals", rows + columns)][
        int(rng.integers(3))
    ]
    pattern = np.where(lines // 2 % 2, strength, -strength).astype(np.float32)
    words = f"{name} of two pixels, lighter and darker by {strength:.2f}"
    return Mark("texture", None, lambda x: x + pattern[..., None], words)


_DRAWN: dict[str, Callable[[np.random.Generator], Mark]] = {
    "square": _square,
    "time stamp": _time_stamp,
    "watermark": _watermark,
    "lightness gradient": _lightness_gradient,
    "saturation": _saturation,
    "texture": _texture,
}

KINDS = tuple(_DRAWN)
"""The kinds of marks."""

WITHOUT_A_PLACE = ("lightness gradient", "saturation", "texture")
"""The kinds that are everywhere."""


def draw_mark(kind: str, rng: np.random.Generator) -> Mark:
    """Draw a mark of a kind: its place, its size and its strength.

    Args:
        kind: one of `KINDS`.
        rng: where chance comes from.
    """
    return _DRAWN[kind](rng)


def _blended(
    kind: str, mask: np.ndarray, color: tuple[float, ...], opacity: float, words: str
) -> Mark:
    """A mark that moves pixels part of the way to a colour."""
    share = opacity * mask[..., None]
    ink = np.array(color, np.float32)
    return Mark(kind, _box_of(mask), lambda x: x + share * (ink - x), words)


def _box_of(mask: np.ndarray) -> Box:
    """The smallest box around what can be seen of a mask."""
    rows, columns = (np.flatnonzero((mask > 0.15).any(axis=axis)) for axis in (1, 0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def _at_an_edge(height: int, width: int, rng: np.random.Generator) -> tuple[int, int]:
    """Where something touches one of the four edges, or nearly."""
    near, far = int(rng.integers(0, 3)), int(rng.integers(0, SIZE - max(height, width) + 1))
    top, left = [
        (near, far),
        (SIZE - height - near, far),
        (far, near),
        (far, SIZE - width - near),
    ][int(rng.integers(4))]
    return top, left
