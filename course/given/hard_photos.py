"""Photos that the embedded network gets wrong, with the right answer and why it is right.

All are bundled photos, whole, cut, turned, blurred or grey: changes after which a person still sees
what is there. None is near a tie: the network holds the wrong class for at least one and a half
times as likely as the right one. None was chosen for how it is explained.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

from course.given.imagenet import class_index_of
from course.given.photos import fit, load_photo


class HardPhoto(NamedTuple):
    """How a photo is made from a bundled one, and what is to be seen in it.

    Attributes:
        photo: a name in `PHOTOS`.
        true_class: the ImageNet class that is right.
        why: why that class is right.
        cut: the part that is kept, `(left, top, right, bottom)` as shares of width and height.
        turn: degrees, against the clock; 0, 90, 180 or 270.
        blur: standard deviation of a Gaussian blur, in pixels of a 224 pixel photo.
        grey: whether colour is taken away.
    """

    photo: str
    true_class: str
    why: str
    cut: tuple[float, float, float, float] = (0, 0, 1, 1)
    turn: int = 0
    blur: float = 0
    grey: bool = False

    @property
    def made(self) -> str:
        """How it was made, in words."""
        left, top, right, bottom = (f"{share:.0%}" for share in self.cut)
        whole = self.cut == (0, 0, 1, 1)
        steps = [self.photo if whole else f"{self.photo} from {left}, {top} to {right}, {bottom}"]
        if self.grey:
            steps.append("grey")
        if self.blur:
            steps.append(f"blurred by {self.blur:g} pixels")
        if self.turn:
            steps.append(f"turned by {self.turn}°")
        return ", ".join(steps)


_TRIPOD = "the camera stands on a tripod, all three legs in sight"
_TABBY = "the coat has a tabby's stripes and the M on its forehead; the Egyptian cat is spotted"
_UNIFORM = "she wears the service dress of the US Navy with rank, ribbons and name tag"
_PALACE = "a tower of a palace, with tiled roofs above painted beams; no bell, no boats"

HARD_PHOTOS: tuple[HardPhoto, ...] = (
    HardPhoto("coffee", "espresso", "an espresso with its crema, in an espresso cup", blur=4),
    HardPhoto("camera", "tripod", _TRIPOD, turn=90),
    HardPhoto("camera", "tripod", _TRIPOD, turn=180),
    HardPhoto("camera", "tripod", _TRIPOD, blur=4),
    HardPhoto("chelsea", "tabby", _TABBY),
    HardPhoto("chelsea", "tabby", _TABBY, grey=True),
    HardPhoto("chelsea", "tabby", _TABBY, turn=90),
    HardPhoto("chelsea", "tabby", _TABBY, cut=(0.05, 0, 0.65, 1)),
    HardPhoto("grace_hopper", "military uniform", _UNIFORM, turn=180),
    HardPhoto("grace_hopper", "military uniform", _UNIFORM, blur=4),
    HardPhoto("grace_hopper", "military uniform", _UNIFORM, cut=(0, 0.5, 1, 1)),
    HardPhoto("china", "palace", _PALACE, grey=True),
    HardPhoto("china", "palace", _PALACE, turn=180),
    HardPhoto("clock_motion", "wall clock", "the photographer says so: a wall clock, in motion"),
    HardPhoto(
        "motorcycle",
        "disk brake",
        "a front wheel with the disk of its brake in full sight",
        cut=(0.65, 0.45, 1, 1),
    ),
    HardPhoto(
        "motorcycle",
        "carton",
        "three cardboard boxes on a shelf; no book is there",
        cut=(0.72, 0.05, 0.92, 0.3),
    ),
)


def load_hard_photos(size: int = 224) -> tuple[np.ndarray, np.ndarray]:
    """Load the photos of `HARD_PHOTOS`, in that order.

    Args:
        size: height and width in pixels.

    Returns:
        images `(B, size, size, 3)`, float32 in [0, 1]; labels `(B,)`, int, the right ImageNet
        classes.
    """
    images = np.stack([_make(hard, size) for hard in HARD_PHOTOS])
    return images, np.array([class_index_of(hard.true_class) for hard in HARD_PHOTOS])


def _make(hard: HardPhoto, size: int) -> np.ndarray:
    image = Image.fromarray(np.uint8(np.round(255 * load_photo(hard.photo, size=None))))
    scale = np.array([image.width, image.height] * 2)
    image = fit(image.crop(tuple(np.round(hard.cut * scale).astype(int))), size)
    if hard.grey:
        image = image.convert("L").convert("RGB")
    image = image.filter(ImageFilter.GaussianBlur(hard.blur * size / 224))
    return np.rot90(np.float32(image) / 255, hard.turn // 90).copy()
