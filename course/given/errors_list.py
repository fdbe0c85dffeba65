"""Pictures that EfficientNet-Lite0 gets wrong, with the class that is right.

All are made from bundled photos: whole, or a part of one, some of them turned, blurred or without
colour. The recipes stand below, and none puts anything into a picture. They were picked from
some 470 tried alike (52 parts of 9 photos, in nine ways each): for what is wrong about the answer
to be beyond doubt, for variety, and no more than four from one photo.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from course.given.imagenet import class_index_of
from course.given.photos import load_photo

SIZE = 224
LUMA = (0.299, 0.587, 0.114)
"""How light red, green and blue look (ITU-R BT.601)."""


class _Wrong(NamedTuple):
    """How a picture is made, in this order: part, quarter turns, blur, colour."""

    photo: str
    label: str
    why: str
    part: tuple[int, int, int] | None = None  # left, top, edge of a square, in the photo's pixels
    turns: int = 0  # quarter turns, to the left
    blur: float = 0.0  # sigma, in pixels of the finished picture
    grey: bool = False

    def picture(self) -> np.ndarray:
        if self.part is None:
            image = load_photo(self.photo, SIZE)
        else:
            left, top, edge = self.part
            whole = (load_photo(self.photo, None) * 255 + 0.5).astype(np.uint8)
            cut = Image.fromarray(whole[top : top + edge, left : left + edge])
            scaled = cut.resize((SIZE, SIZE), Image.Resampling.BICUBIC)
            image = np.asarray(scaled, np.float32) / 255
        image = gaussian_filter(np.rot90(image, self.turns), self.blur, axes=(0, 1))
        if self.grey:
            image = np.repeat(image @ np.array(LUMA, np.float32)[:, None], 3, axis=-1)
        return np.clip(image, 0, 1, dtype=np.float32)

    def describe(self) -> str:
        made = [f"{self.photo}, {'whole' if self.part is None else 'the part ' + self._where()}"]
        made += [f"turned by {90 * self.turns}° to the left"] * bool(self.turns)
        made += [f"blurred (sigma {self.blur:g} pixels)"] * bool(self.blur)
        made += ["without colour"] * self.grey
        return f"{', '.join(made)}: {self.label}, for {self.why}"

    def _where(self) -> str:
        assert self.part is not None
        left, top, edge = self.part
        return f"of {edge} pixels from column {left}, row {top}"


_UNIFORM = "she wears the dress uniform of the US Navy, with its ribbons"
_TRIPOD = "a film camera stands on a three-legged tripod, the largest thing but for the man"
_PALACE = "this is the great tower of the Summer Palace in Beijing; there is no boat near"
_SHUTTLE = "this is a model of NASA's Space Shuttle, with wings, tail and windows, on its tank"

_WRONG = (
    _Wrong(
        "chelsea",
        "tabby",
        "the coat is striped, with an M on the forehead; an Egyptian cat is spotted",
    ),
    _Wrong(
        "chelsea",
        "tabby",
        "it is the forehead of the same tabby cat, with one eye; there is no fox",
        part=(100, 0, 120),
    ),
    _Wrong(
        "clock_motion",
        "wall clock",
        "its author photographed a wall clock while he moved the camera; you cannot see it either",
    ),
    _Wrong("coffee", "espresso", "the cup with the coffee fills the picture", blur=4),
    _Wrong("camera", "tripod", _TRIPOD, turns=1),
    _Wrong("camera", "tripod", _TRIPOD, turns=2),
    _Wrong("camera", "tripod", _TRIPOD, blur=4),
    _Wrong(
        "camera",
        "tripod",
        "there is only a tripod on a lawn, and a hem of the man's coat",
        part=(210, 276, 210),
        turns=2,
    ),
    _Wrong("grace_hopper", "military uniform", _UNIFORM, turns=2),
    _Wrong("grace_hopper", "military uniform", _UNIFORM, part=(81, 250, 350)),
    _Wrong("grace_hopper", "military uniform", _UNIFORM, part=(81, 250, 350), turns=1),
    _Wrong(
        "grace_hopper",
        "military uniform",
        "it shows the cloth of the uniform with the ribbons of her decorations, and no more",
        part=(311, 400, 200),
    ),
    _Wrong("china", "palace", _PALACE, turns=2),
    _Wrong("china", "palace", _PALACE, blur=4),
    _Wrong(
        "china",
        "lakeside",
        "this is Kunming Lake, below the palace; Beijing has no sea",
        part=(365, 140, 160),
    ),
    _Wrong("astronaut", "space shuttle", _SHUTTLE, part=(340, 84, 172)),
    _Wrong("astronaut", "space shuttle", _SHUTTLE, part=(340, 84, 172), grey=True),
    _Wrong(
        "motorcycle",
        "carton",
        "two cardboard boxes on a shelf fill the picture",
        part=(537, 20, 105),
    ),
)


def load_errors() -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Load pictures that the embedded network gets wrong.

    Returns:
        images: `(N, 224, 224, 3)`, float32 in [0, 1].
        labels: `(N,)` int, the ImageNet classes that are right.
        descriptions: N lines, how each was made and why its label is right.
    """
    images = np.stack([wrong.picture() for wrong in _WRONG])
    labels = np.array([class_index_of(wrong.label) for wrong in _WRONG])
    return images, labels, [wrong.describe() for wrong in _WRONG]
