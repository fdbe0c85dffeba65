"""What views a function looks by: a network that sees single pixels tells where they come from."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from course.grader.compare import check
from course.grader.networks import BatchNormalization, Dense, Dropout, Flatten, Network

from . import models
from .spectra import multiplicity, weights

Limits = tuple[float, float, float]
"""Of shift (pixels), angle (degrees) and zoom."""

STILL: Limits = (0.0, 0.0, 0.0)
VIEW: Limits = (2.0, 20.0, 0.2)

WATCHED = (15, 17, 3)
"""The shape `(H, W, C)` of the images that the watcher takes."""

PLACES = np.array([[7, 8], [7, 12], [11, 8]])
"""The pixels, by row and column, at which the watcher looks: the middle, and two that are four
pixels from it.
"""

FARTHEST: dict[Limits, float] = {
    (2.0, 0.0, 0.0): 2.83,
    (0.0, 20.0, 0.0): 1.39,
    (0.0, 0.0, 0.2): 1.0,
}
"""By how many pixels the watcher's places can move, by the limits of shift, angle and zoom.

That is √2 · 2, 2 sin(20° / 2) · 4 and (1 / 0.8 − 1) · 4.
"""

LEAST = 0.01
"""Pixels: what moves by less does not move.

Of four images, all have amounts so near each other, or so near 0, once in a million times.
"""


LOOKS = np.array([[0, 1, 2], [2, 0, 1], [1, 2, 0], [2, 1, 0]])
"""Which of the places each class looks at, in each channel."""


@functools.cache
def watcher(seed: int, classes: int = 1) -> Network:
    """A network that looks at one pixel of every channel, each class at other ones.

    Args:
        seed: of the weights.
        classes: how many classes look, counted from 0; the others see nothing.
    """
    draw, looks = np.random.default_rng([seed, 71]), np.zeros((*WATCHED, models.CLASSES))
    for one in range(classes):
        rows, columns = PLACES[LOOKS[one]].T
        looks[rows, columns, np.arange(3), one] = draw.choice([-1, 1], 3) * draw.uniform(1, 2, 3)
    kernel = models.as_single(looks.reshape(-1, models.CLASSES))
    bias = models.as_single(np.zeros(models.CLASSES))
    return models.chain(WATCHED, Flatten("flatten"), Dense("logits", (kernel, bias)))


CORNERS = [(1, 1), (2, 1), (1, 3), (2, 4)]
"""Pixels of 3 × 5, one for each class: no wave through them has a real or imaginary part of 0."""


@functools.cache
def lookout(seed: int, channels: int) -> Network:
    """A network of which each class looks at one of 3 × 5 pixels, and which forgets in training.

    In inference mode its logits are weighted sums. All waves of an image then have slopes of about
    the same size: Adam, which divides a slope by its size, strengthens no rounding error.
    """
    draw, shape = np.random.default_rng([seed, 73]), (3, 5, channels)
    kernel = np.zeros((*shape, models.CLASSES))
    for one, (row, column) in enumerate(CORNERS):
        kernel[row, column, :, one] = draw.choice([-1, 1]) * draw.uniform(1, 2, channels)
    gamma, variance = draw.uniform(0.7, 1.3, (2, channels))
    beta, mean = draw.normal(0, 0.5, (2, channels))
    norm = tuple(map(models.as_single, (gamma, beta, mean, variance)))
    weights = models.as_single(kernel.reshape(-1, models.CLASSES)), np.zeros(models.CLASSES)
    return models.chain(
        shape,
        BatchNormalization("norm", norm),
        Flatten("flatten"),
        Dropout("dropout", options={"rate": 0.5}),
        Dense("logits", weights, options={"trainable": False}),
    )


def spots_in(changed: np.ndarray) -> np.ndarray:
    """Where the watcher's pixels come from in views of grey images: `(B, 3, H, W)`.

    A change is the gradient, of which slow waves have been strengthened twice. Undone, what is left
    is the gradient: a spot where a view has its pixel from, spread bilinearly over its neighbours.

    Args:
        changed: how images, before they are squashed, differ from grey, `(B, H, W, 3)`.
    """
    height, width = changed.shape[1:3]
    spectrum = np.fft.rfft2(np.moveaxis(changed, -1, 1), norm="ortho")
    spectrum *= weights(height, width) ** 2 / multiplicity(height, width)
    return np.fft.irfft2(spectrum, s=(height, width), norm="ortho")


def _sources_of(spots: np.ndarray) -> np.ndarray:
    """The middles of the spots, `(B, 3, 2)`: row and column."""
    height, width = spots.shape[2:]
    largest = np.abs(spots).max(axis=(2, 3), keepdims=True)
    spots = np.where(np.abs(spots) > 1e-3 * largest, spots, 0)  # the rest is rounding
    total = spots.sum(axis=(2, 3))
    check(np.all(total != 0), "A view goes beyond max_shift, max_angle or max_zoom.")
    rows = (spots.sum(axis=3) @ np.arange(height)) / total
    columns = (spots.sum(axis=2) @ np.arange(width)) / total
    return np.stack([rows, columns], axis=-1)


def check_views(step: Callable[[Limits], np.ndarray], classes: Any) -> None:
    """Insist that a step looks at four grey images by views of their own, within the limits.

    Args:
        step: by what limits of views it is taken, to the `spots_in` what it has changed.
        classes: for which it is taken, one for each image.
    """
    names = ("max_shift", "max_angle", "max_zoom")
    looks = LOOKS[classes]
    for limits, farthest in FARTHEST.items():
        moved = _sources_of(step(limits)) - PLACES[looks]
        moved = np.take_along_axis(moved, np.argsort(looks)[..., None], axis=1)  # by place
        name, distance = names[np.argmax(limits)], np.linalg.norm(moved, axis=-1)
        check(distance.max() > LEAST, f"The gradient is not that of a view: {name} has no effect.")
        check(np.ptp(moved, axis=0).max() > LEAST, "All images of a batch are seen by one view.")
        # The gradient of a turned view is known only roughly in some libraries.
        said = f"{name} is {max(limits):g}, and a pixel comes from {distance.max():.2f} pixels away"
        check(distance.max() < farthest + 0.5, f"A view goes beyond {name}.", f"{said}.")
