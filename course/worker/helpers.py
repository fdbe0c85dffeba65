"""Functions that properties hand to a student's functions, which call them in the worker."""

import random
import sys
from typing import Any

import numpy as np


def lighten(images: Any, amount: float) -> Any:
    """Move every value of the images towards white, by this fraction of the way."""
    return images + amount * (1 - images)


def darken(images: Any, amount: float) -> Any:
    """Move every value of the images towards black, by this fraction of the way."""
    return images * (1 - amount)


def logit_times_image(model: Any, images: Any, class_index: Any, in_colour: bool = True) -> Any:
    """A stand-in for an explanation: each image times its logit of its class.

    Returns:
        `(B, H, W, C)`, or `(B, H, W)` with the channels added up if not `in_colour`.
    """
    images = np.asarray(images)
    logits = np.asarray(model(images, training=False))
    maps = images * logits[np.arange(len(images)), class_index].reshape(-1, 1, 1, 1)
    return maps if in_colour else maps.sum(axis=-1)


def scale_weights(model: Any, factor: float) -> None:
    """Multiply all weights of the worker's copy of a model, to see which others share them."""
    model.set_weights([factor * weight for weight in model.get_weights()])


def seed_everything(seed: int) -> None:
    """Seed the random states that all code of a process shares."""
    random.seed(seed)
    np.random.seed(seed)
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].random.set_seed(seed)


def next_random_numbers() -> np.ndarray:
    """One number from each of the random states that all code of a process shares."""
    numbers = [random.random(), np.random.random()]
    if "tensorflow" in sys.modules:
        numbers.append(float(sys.modules["tensorflow"].random.uniform(())))
    return np.array(numbers)
