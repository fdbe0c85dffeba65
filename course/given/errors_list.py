"""Pictures of which the right class is beyond doubt, many of which EfficientNet-Lite0 gets wrong.

All are made from bundled photos: whole, or a part of one, some of them turned, blurred, darkened or
without colour. The recipes stand below, and none puts anything into a picture. There are two lists:
`load_versions` holds pictures made by a rule, and a network decides which of them are errors.
`load_errors` holds few, picked from some 470 tried alike (52 parts of 9 photos, in nine ways each):
for what is wrong about the answer to be beyond doubt, for variety, and no more than four from one
photo.
"""

from typing import Any, NamedTuple

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from course.given.imagenet import class_index_of
from course.given.photos import load_photo
from course.given.results import Versions

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
    light: float = 1.0  # by which all values are multiplied
    box: tuple[int, int, int, int] | None = None  # top, left, bottom, right; see load_versions

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
        return np.clip(self.light * image, 0, 1, dtype=np.float32)

    def mask(self) -> np.ndarray:
        """Where the box is, in the finished picture."""
        upright = np.zeros((SIZE, SIZE), bool)
        top, left, bottom, right = self.box or (0, 0, SIZE, SIZE)
        upright[top:bottom, left:right] = True
        return np.rot90(upright, self.turns)

    def describe(self) -> str:
        made = [f"{self.photo}, {'whole' if self.part is None else 'the part ' + self._where()}"]
        made += [f"turned by {90 * self.turns}° to the left"] * bool(self.turns)
        made += [f"blurred (sigma {self.blur:g} pixels)"] * bool(self.blur)
        made += ["without colour"] * self.grey
        made += [f"{self.light:g} times as light"] * (self.light != 1)
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


_MOTIFS = (
    _WRONG[0],  # chelsea, whole: the cat fills it
    _WRONG[2]._replace(box=(69, 70, 161, 172)),  # clock_motion, whole: the clock
    _WRONG[3]._replace(blur=0, box=(7, 40, 171, 173)),  # coffee, whole: the cup
    _WRONG[4]._replace(turns=0, box=(82, 96, 224, 177)),  # camera, whole: the tripod
    _WRONG[8]._replace(turns=0),  # grace_hopper, whole: from cap to sleeves, the uniform fills it
    _WRONG[9]._replace(box=(36, 0, 224, 224)),  # grace_hopper, her jacket
    _WRONG[12]._replace(turns=0, box=(14, 0, 222, 140)),  # china, whole: the tower
    _WRONG[14]._replace(box=(100, 0, 224, 224)),  # china, the lake: water and shores
    _WRONG[15]._replace(box=(0, 17, 224, 152)),  # astronaut, the shuttle
    _WRONG[17]._replace(box=(18, 0, 169, 224)),  # motorcycle, the boxes
)
"""Everything in the bundled photos that has an ImageNet class beyond doubt, uncut and upright."""

_WAYS: tuple[dict[str, Any], ...] = (
    {},
    {"grey": True},
    {"blur": 4.0},
    {"light": 0.3},
    {"turns": 1},
    {"turns": 1, "grey": True},
    {"turns": 2},
    {"turns": 2, "grey": True},
)
"""What is done to each of them; none of it changes what is to be seen."""


def load_versions() -> Versions:
    """Load pictures whose class is beyond doubt, many of which networks get wrong.

    The rule: 10 motifs, which are all parts of the bundled photos that have an ImageNet class for
    certain, each in 8 ways: as it is, without colour, blurred (sigma 4 pixels), 0.3 times as light,
    turned by 90° and by 180°, and both turned and without colour. None is picked or left out for
    what a network says of it. EfficientNet-Lite0 gets 65 of the 80 wrong.

    Where the labelled thing is, a mask says: the smallest upright rectangle that holds all that can
    be seen of it, drawn by hand on each motif (a tower without the trees before it, a cup without
    its saucer).

    Returns:
        `Versions(images, labels, photos, descriptions, masks)`. The 80 are of 8 photos only, so
        what is measured on them belongs together by photo: see `bootstrap_interval`.
    """
    made = [motif._replace(**way) for motif in _MOTIFS for way in _WAYS]
    return Versions(
        np.stack([one.picture() for one in made]),
        np.array([class_index_of(one.label) for one in made]),
        np.array([one.photo for one in made]),
        [one.describe() for one in made],
        np.stack([one.mask() for one in made]),
    )
