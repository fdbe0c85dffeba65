"""Words for pictures that nobody has looked at: for those who cannot see them."""

import numpy as np


def describe(image: np.ndarray) -> str:
    """Say what a texture is like: in which direction it runs, how coarse it is, how colourful.

    Args:
        image: `(H, W, 3)`, in [0, 1].
    """
    return f"{_direction(image)} about {_period(image):.0f} pixels apart, in {_colors(image)}"


def whereabouts(place: np.ndarray, side: int) -> str:
    """Say where in a square something is, by thirds.

    Args:
        place: a row and a column.
        side: how many rows and columns the square has.
    """
    thirds = np.minimum(3 * (np.asarray(place) + 0.5) // side, 2).astype(int)
    row, column = (words[third] for words, third in zip(THIRDS, thirds, strict=True))
    return f"{row} {column}".strip() or "middle"


THIRDS = ("upper", "", "lower"), ("left", "", "right")


def _direction(image: np.ndarray) -> str:
    """The direction along which lightness changes least, by the structure tensor."""
    down, right = np.gradient(image.mean(axis=-1))
    xx, yy, xy = np.mean(right**2), np.mean(down**2), np.mean(right * down)
    if np.hypot(xx - yy, 2 * xy) < 0.3 * (xx + yy):
        return "spots or curls"
    angle = np.degrees(np.arctan2(2 * xy, xx - yy)) / 2  # of the steepest change, from the right
    if abs(angle) < 22.5:
        return "upright stripes"
    if abs(angle) > 67.5:
        return "level stripes"
    return "stripes rising to the right" if angle > 0 else "stripes falling to the right"


def _period(image: np.ndarray) -> float:
    """One over the mean frequency, weighted by how strong each wave is."""
    gray = image.mean(axis=-1)
    power = np.abs(np.fft.rfft2(gray - gray.mean())) ** 2
    frequency = np.hypot(np.fft.fftfreq(len(gray))[:, None], np.fft.rfftfreq(gray.shape[1]))
    return power.sum() / max((power * frequency).sum(), 1e-12)


def _colors(image: np.ndarray) -> str:
    spread = np.mean(image.max(axis=-1) - image.min(axis=-1))
    if spread < 0.12:
        return "shades of grey"
    return "muted colours" if spread < 0.3 else "strong colours"
