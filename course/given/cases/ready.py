"""The cases that come with the installation: networks and images, and nothing of the truth."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from course.given.cases.making import Pictures, clean_pictures, flat_weights, network_of
from course.given.cases.plan import NETWORKS

FOLDER = Path(__file__).with_name("ready")


def ready_names() -> list[str]:
    """The cases' names."""
    return sorted(path.stem for path in FOLDER.glob("*.npz"))


def load_ready(name: str) -> tuple[dict[str, keras.Model], Pictures, Pictures]:
    """Load a case.

    Args:
        name: one of `ready_names()`.

    Returns:
        Its networks by name, the images as they met them, and clean images.
    """
    with np.load(FOLDER / f"{name}.npz") as arrays:
        networks = dict(zip(NETWORKS, map(network_of, arrays["weights"]), strict=True))
        met = Pictures(arrays["images"], arrays["labels"])
        clean = clean_pictures()
        if "clean" in arrays:  # where a class has a cloth of its own
            clean = clean._replace(images=arrays["clean"])
        return networks, met, clean


def save_ready(name: str, networks: dict[str, keras.Model], met: Pictures, clean: Pictures) -> None:
    """Save a case among those that come with the installation."""
    weights = np.stack([flat_weights(networks[one]) for one in NETWORKS])
    FOLDER.mkdir(exist_ok=True)
    own: Any = {}
    if not np.array_equal(clean.images, clean_pictures().images):
        own["clean"] = clean.images
    labels = met.labels.astype(np.uint8)
    path = FOLDER / f"{name}.npz"
    np.savez_compressed(path, weights=weights, images=met.images, labels=labels, **own)
