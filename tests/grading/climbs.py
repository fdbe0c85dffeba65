"""Where an ascent leads if its steps are others than plain ones along the gradient."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from course.grader.compare import is_close
from course.grader.networks import Network

from . import models
from .directions import DIRECTIONS, LENGTHS, Direct

Rule = Callable[[list[np.ndarray], int], np.ndarray]
"""From the slopes so far, the latest last, and the number of all steps, to a direction."""


def _size(slope: np.ndarray) -> np.ndarray:
    return np.asarray(np.sqrt((slope**2).sum(axis=(1, 2, 3), keepdims=True)))


def _momentum(share: float) -> Rule:
    """The sum of all slopes, older ones ever fainter."""
    return lambda slopes, steps: np.sum(
        [share**age * slope for age, slope in enumerate(reversed(slopes))], axis=0
    )


def _adam(slopes: list[np.ndarray], steps: int) -> np.ndarray:
    """As in algorithm 1 of Kingma and Ba."""
    count = len(slopes)
    ages = np.arange(count)[::-1].reshape(-1, 1, 1, 1, 1)
    mean = (0.1 * 0.9**ages * slopes).sum(axis=0) / (1 - 0.9**count)
    square = (0.001 * 0.999**ages * np.square(slopes)).sum(axis=0) / (1 - 0.999**count)
    return np.asarray(mean / (np.sqrt(square) + 1e-7))


def _of_the_last(direct: Direct) -> Rule:
    return lambda slopes, steps: direct(slopes[-1])


RULES: dict[str, Rule] = {
    "momentum of 0.9, not plain steps": _momentum(0.9),
    "momentum of 0.5, not plain steps": _momentum(0.5),
    "the running mean of the gradients (0.9 of the old), not the gradient": lambda slopes, steps: (
        0.1 * _momentum(0.9)(slopes, steps)
    ),
    "Adam's steps, not plain ones": _adam,
    "a step size that is divided by the number of the step": lambda slopes, steps: (
        slopes[-1] / len(slopes)
    ),
    "a step size that falls to 0": lambda slopes, steps: (
        slopes[-1] * (1 - (len(slopes) - 1) / steps)
    ),
    "a step size that is halved after every step": lambda slopes, steps: (
        slopes[-1] * 0.5 ** (len(slopes) - 1)
    ),
    "the way of one step in all: each begins at the start again, or takes only its share": (
        lambda slopes, steps: slopes[-1] / steps
    ),
    "a step size that grows with the number of the step": lambda slopes, steps: (
        slopes[-1] * len(slopes)
    ),
    "the first step's gradient for all steps": lambda slopes, steps: slopes[0],
    "gradients whose length is limited to 1": lambda slopes, steps: (
        slopes[-1] / np.maximum(1, _size(slopes[-1]))
    ),
    "gradients whose length over the batch is limited to 1": lambda slopes, steps: (
        slopes[-1] / max(1.0, float(np.linalg.norm(slopes[-1])))
    ),
    "gradients over the root mean square of the batch": lambda slopes, steps: (
        slopes[-1] / np.sqrt((slopes[-1] ** 2).mean())
    ),
    "gradients over the largest magnitude in the batch": lambda slopes, steps: (
        slopes[-1] / np.abs(slopes[-1]).max()
    ),
    **{says: _of_the_last(direct) for says, direct in (LENGTHS | DIRECTIONS).items()},
}
"""By what is said of them."""


def _clip(images: np.ndarray) -> np.ndarray:
    return np.clip(images, 0, 1)


def _stretch(images: np.ndarray) -> np.ndarray:
    return np.asarray((images - images.min()) / np.ptp(images))


def _stretch_each(images: np.ndarray) -> np.ndarray:
    low, high = (end(axis=(1, 2, 3), keepdims=True) for end in (images.min, images.max))
    return np.asarray((images - low) / (high - low))


def _plain(slopes: list[np.ndarray], steps: int) -> np.ndarray:
    return slopes[-1]


def _climb(
    network: Network,
    path: list[np.ndarray],
    classes: Any,
    output: str,
    size: float,
    rule: Rule = _plain,
    make_valid: Callable[[np.ndarray], np.ndarray] = _clip,
) -> list[np.ndarray]:
    """As many images as a path has, from the same start, by another rule."""
    found, slopes, steps = [path[0].astype(np.float64)], [], len(path) - 1
    for _ in range(steps):
        slopes.append(models.slopes(network, found[-1], classes, output))
        found.append(make_valid(found[-1] + size * rule(slopes, steps)))
    return found


def _step_size(network: Network, path: list[np.ndarray], classes: Any, output: str) -> float:
    """The step size of a plain ascent; 0 if a path is none."""
    start = path[0].astype(np.float64)
    if len(path) < 2:
        return 0.0
    slope = models.slopes(network, start, classes, output)
    free = (path[1] > 0) & (path[1] < 1) & (np.abs(slope) > 0.1 * np.abs(slope).max())
    if not free.any():
        return 0.0
    size = float(np.median((path[1] - start)[free] / slope[free]))
    is_plain = is_close(_climb(network, path, classes, output, size)[-1], path[-1], 1e-3)
    return size if is_plain else 0.0


def other_climbs(
    network: Network, path: list[np.ndarray], classes: Any, output: str
) -> dict[str, np.ndarray]:
    """Where each of the `RULES` ends; nothing if the right path is no plain ascent."""
    size = _step_size(network, path, classes, output)
    if not size:
        return {}
    climb = partial(_climb, network, path, classes)
    found = {says: climb(output, size, rule)[-1] for says, rule in RULES.items()}
    other = "logit" if output == "softmax" else "softmax"
    return found | {
        "images that are clipped once, after the last step: every step clips": _clip(
            climb(output, size, make_valid=np.asarray)[-1]
        ),
        "a sigmoid of the images after every step, which should be clipped": climb(
            output, size, make_valid=lambda images: 1 / (1 + np.exp(-images))
        )[-1],
        "images that are stretched to [0, 1] after every step, not clipped": climb(
            output, size, make_valid=_stretch
        )[-1],
        "images that are stretched to [0, 1], each by itself, not clipped": climb(
            output, size, make_valid=_stretch_each
        )[-1],
        f'a climb of the {other}, where output="{output}" is asked for': climb(other, size)[-1],
    }


def unclipped_climb(
    network: Network, path: list[np.ndarray], classes: Any, output: str
) -> list[np.ndarray]:
    """The images on the way if only the last are clipped; none if the path is no plain ascent."""
    size = _step_size(network, path, classes, output)
    if not size:
        return []
    *way, last = _climb(network, path, classes, output, size, make_valid=np.asarray)
    return [*way, _clip(last)]
