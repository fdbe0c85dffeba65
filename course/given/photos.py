"""Photos to look at: some that are installed with the course's libraries, or your own.

No photo is copied or fetched: each bundled one is read from the package that brings it.
"""

import importlib.util
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from PIL import Image, ImageOps

from course.given.near import suggest
from course.given.reading import read_image

if TYPE_CHECKING:
    import keras

Size: TypeAlias = "int | tuple[int, int] | keras.Model | None"


class Photo(NamedTuple):
    """A photo that a library brings.

    Attributes:
        package: the library, as it is imported.
        file: where the photo stands in that package.
        credit: who made it, and its licence.
        shows: what is to be seen.
        true_class: the ImageNet class that is right for the whole photo; None where ImageNet has
            no such class.
    """

    package: str
    file: str
    credit: str
    shows: str
    true_class: str | None = None


PHOTOS: dict[str, Photo] = {
    "coffee": Photo(
        "skimage", "data/coffee.png", "Rachel Michetti, CC0", "a cup of espresso", "espresso"
    ),
    "camera": Photo(
        "skimage", "data/camera.png", "Lav Varshney, CC0", "a camera on a tripod", "tripod"
    ),
    "chelsea": Photo(
        "skimage", "data/chelsea.png", "Stefan van der Walt, CC0", "a tabby cat's face", "tabby"
    ),
    "astronaut": Photo(
        "skimage", "data/astronaut.png", "NASA, public domain", "Eileen Collins in a space suit"
    ),
    "rocket": Photo(
        "skimage", "data/rocket.jpg", "SpaceX, public domain", "a Falcon 9 before its launch"
    ),
    "motorcycle": Photo(
        "skimage",
        "data/motorcycle_left.png",
        "Scharstein et al., Middlebury stereo benchmark, 2014",
        "a motorcycle in a garage",
    ),
    "clock_motion": Photo(
        "skimage",
        "data/clock_motion.png",
        "Stefan van der Walt, public domain",
        "a wall clock, blurred by motion",
        "wall clock",
    ),
    "coins": Photo(
        "skimage",
        "data/coins.png",
        "Brooklyn Museum, no known copyright restrictions",
        "Greek coins from Pompeii",
    ),
    "grass": Photo("skimage", "data/grass.png", "Linolafett, CC0", "grass"),
    "gravel": Photo("skimage", "data/gravel.png", "CC0Textures, CC0", "gravel"),
    "brick": Photo("skimage", "data/brick.png", "CC0Textures, CC0", "a brick wall"),
    "hubble": Photo(
        "skimage", "data/hubble_deep_field.jpg", "NASA, public domain", "distant galaxies"
    ),
    "retina": Photo(
        "skimage", "data/retina.jpg", "Mikael Häggström, CC0", "the back of a human eye"
    ),
    "china": Photo(
        "sklearn",
        "datasets/images/china.jpg",
        "danielbuechele, CC BY 2.0",
        "a tower of a Chinese palace above a lake",
        "palace",
    ),
    "flower": Photo("sklearn", "datasets/images/flower.jpg", "vultilion, CC BY 2.0", "a dahlia"),
    "grace_hopper": Photo(
        "matplotlib",
        "mpl-data/sample_data/grace_hopper.jpg",
        "James S. Davis, US Navy, public domain",
        "Grace Hopper in the uniform of the US Navy",
        "military uniform",
    ),
}


def load_photo(name_or_path: str | Path, size: Size = 224) -> np.ndarray:
    """Load a photo, cut to its middle and scaled.

    A bundled photo's name wins over a file of the same name. Files are turned as their camera
    says (EXIF), laid on white where they are transparent, and become RGB whatever they were.

    Args:
        name_or_path: a name in `PHOTOS`, such as `"coffee"`, or an image file.
        size: height and width in pixels, `(height, width)`, a network, whose images' size is taken
            (224 if it takes any), or None to keep the whole photo.

    Returns:
        `(H, W, 3)`, float32 in [0, 1].

    Raises:
        FileNotFoundError: if there is neither such a photo nor such a file.
        ValueError: if the file is not an image, or a size is not positive.
    """
    wanted = None if size is None else _height_and_width(size)
    path = _find(name_or_path)
    if wanted is None:
        image = read_image(path)
    else:
        # Twice the size is enough to scale down from without a trace.
        image = _fit(read_image(path, needed=2 * max(wanted)), *wanted)
    return np.asarray(image, np.float32) / 255


def load_photos(names_or_paths: Iterable[str | Path], size: Size = 224) -> np.ndarray:
    """Load several photos as one batch.

    Args:
        names_or_paths: as for `load_photo`.
        size: as for `load_photo`; with None the photos must have the same size.

    Returns:
        `(B, H, W, 3)`, float32 in [0, 1].
    """
    return np.stack([load_photo(each, size) for each in names_or_paths])


def _find(name_or_path: str | Path) -> Path:
    photo = PHOTOS.get(str(name_or_path))
    if photo:
        # The package is found, not imported: that would take a second.
        spec = importlib.util.find_spec(photo.package)
        assert spec is not None
        assert spec.submodule_search_locations is not None
        return Path(next(iter(spec.submodule_search_locations)), photo.file)
    path = Path(name_or_path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no photo and no file {str(name_or_path)!r}; "
            + suggest(str(name_or_path), PHOTOS)
        )
    return path


def _height_and_width(size: "int | tuple[int, int] | keras.Model") -> tuple[int, int]:
    if isinstance(size, int):
        height, width = size, size
    elif isinstance(size, tuple):
        height, width = size
    else:
        # Of some networks that are subclassed, no shape is known.
        shape = getattr(size, "input_shape", (None,) * 4)
        if not isinstance(shape, tuple) or len(shape) != 4:
            raise ValueError(f"size: the network has to take images (B, H, W, C), not {shape}")
        height, width = (side or 224 for side in shape[1:3])
    if min(height, width) < 1:
        raise ValueError(f"size must be positive, not {size}")
    return height, width


def _fit(image: Image.Image, height: int, width: int) -> Image.Image:
    """Cut out the largest middle part with the right proportions, and scale it."""
    return ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC)
