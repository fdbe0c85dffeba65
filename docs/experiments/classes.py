"""What classes of the head look like to EfficientNet-Lite0, and what two others see in that.

    python -m docs.experiments.classes

takes about three minutes of one processor core, and writes `classes.webp`, the images side by side,
and `classes.json`, for the page of the microscope. Nobody chooses: every sixteenth class of
ImageNet gets one image, by `visualize_class` with the first seed.
"""

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from course.given import PHOTOS, load_model, load_photos, recognized_by, top_classes
from solutions import natural_images
from solutions.natural_images import color_basis, visualize_class

from . import records
from .records import begin, rounded, write

RESULTS = Path(__file__).with_name("classes.json")
IMAGES = RESULTS.with_suffix(".webp")
SIZE = 192
STEPS = 64
STEP_SIZE = 0.045
CLASSES = np.arange(0, 1000, 16)
BATCH = 9
"""Images at once: all 63 in seven equal batches."""

JUDGES = ("efficientnet-lite1", "efficientnet-lite2")


class Seen(NamedTuple):
    """Images of classes, and what the two others see in them.

    Attributes:
        images: `(N, 192, 192, 3)`.
        probability: `(2, N)`: what each of the others gives the class.
        rank: `(2, N)`: the place of the class, 1 for the first.
        instead: `(2, N)`: the name of the class that is first.
    """

    images: np.ndarray
    probability: np.ndarray
    rank: np.ndarray
    instead: np.ndarray


def seen(classes: np.ndarray = CLASSES, size: int = SIZE, steps: int = STEPS) -> Seen:
    """Make an image of each class, and ask the two others.

    Args:
        classes: indices, `(N,)`.
        size: of the images, in pixels.
        steps: of each ascent.
    """
    model, colors = load_model(size=size), color_basis(load_photos(PHOTOS))
    view = (size / 14, 15.0, 0.2)
    batches = np.split(classes, range(BATCH, len(classes), BATCH))
    images = np.concatenate(
        [visualize_class(model, some, steps, 0, colors, view, STEP_SIZE).images for some in batches]
    )
    networks = [load_model(name) for name in JUDGES]
    recognition = recognized_by(networks, images, classes)
    first = [
        [name for ((name, _),) in top_classes(network, _fitted(images, network), 1)]
        for network in networks
    ]
    return Seen(images, recognition.probability, recognition.rank, np.array(first))


def _fitted(images: np.ndarray, network: object) -> np.ndarray:
    return tf.image.resize(images, network.input_shape[1:3], antialias=True).numpy()


def code_hash() -> str:
    """Of all code whose change could change the results."""
    return records.code_hash(
        sys.modules[__name__],
        recognized_by,
        natural_images.color_basis,
        natural_images.frequencies,
        natural_images.fourier_images,
        natural_images.visualize_class,
        natural_images._painted,
        natural_images._views,
    )


def main() -> None:
    """Make the images, and write down what is seen in them."""
    from docs.microscope.files import strip  # needs what builds the site

    found = seen()
    IMAGES.write_bytes(strip(found.images))
    results = begin(RESULTS, code_hash())
    results["probability"] = [rounded(each) for each in found.probability]
    results["rank"] = found.rank.tolist()
    results["instead"] = found.instead.tolist()
    write(RESULTS, results)


if __name__ == "__main__":
    main()
