"""Where an ascent leads if its steps are others than plain ones along the gradient."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course.grader.compare import is_close
from course.grader.networks import Network

from . import models

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
    "a step size that is divided by the number of steps": lambda slopes, steps: slopes[-1] / steps,
    "a step size that grows with the number of the step": lambda slopes, steps: (
        slopes[-1] * len(slopes)
    ),
    "the first step's gradient for all steps": lambda slopes, steps: slopes[0],
    "gradients that are cut off at -1 and 1": lambda slopes, steps: np.clip(slopes[-1], -1, 1),
    "gradients whose length is limited to 1": lambda slopes, steps: (
        slopes[-1] / np.maximum(1, _size(slopes[-1]))
    ),
    "gradients of length 1": lambda slopes, steps: (
        slopes[-1] / np.maximum(_size(slopes[-1]), 1e-12)
    ),
    "gradients over their largest magnitude": lambda slopes, steps: (
        slopes[-1] / np.abs(slopes[-1]).max(axis=(1, 2, 3), keepdims=True)
    ),
    "gradients less their mean": lambda slopes, steps: (
        slopes[-1] - slopes[-1].mean(axis=(1, 2, 3), keepdims=True)
    ),
    "gradients with their negative part cut off": lambda slopes, steps: np.maximum(slopes[-1], 0),
    "the sign of the gradient": lambda slopes, steps: np.sign(slopes[-1]),
}
"""By what is said of them."""


def other_climbs(
    network: Network, path: list[np.ndarray], classes: Any, output: str
) -> dict[str, np.ndarray]:
    """Where each of the `RULES` ends; nothing if the right path is no plain ascent."""
    steps, start = len(path) - 1, path[0].astype(np.float64)
    if not steps:
        return {}

    def end(rule: Rule, size: float) -> np.ndarray:
        images, slopes = start, []
        for _ in range(steps):
            slopes.append(models.slopes(network, images, classes, output))
            images = np.clip(images + size * rule(slopes, steps), 0, 1)
        return images

    slope = models.slopes(network, start, classes, output)
    free = (path[1] > 0) & (path[1] < 1) & (np.abs(slope) > 0.1 * np.abs(slope).max())
    if not free.any():
        return {}
    step_size = float(np.median((path[1] - start)[free] / slope[free]))
    if not is_close(end(lambda slopes, steps: slopes[-1], step_size), path[-1], 1e-3):
        return {}
    return {says: end(rule, step_size) for says, rule in RULES.items()}
