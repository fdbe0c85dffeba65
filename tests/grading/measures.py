"""What else one may climb of a layer's channel, where the mean over its positions is asked for."""

from collections.abc import Callable

import numpy as np

from course.grader.networks import Network

from . import models

Measure = Callable[[np.ndarray, int], tuple[float, np.ndarray]]
"""From one image's activations `(..., C)` and a channel: a number, and its slope over each."""


def _of_channel(measure: Callable[[np.ndarray], tuple[float, np.ndarray]]) -> Measure:
    """A measure that looks at one channel alone."""

    def of(values: np.ndarray, channel: int) -> tuple[float, np.ndarray]:
        number, slope = measure(values[..., channel])
        slopes = np.zeros_like(values)
        slopes[..., channel] = slope
        return number, slopes

    return of


def _at(share: float) -> Measure:
    """The activation at one position: 0 is the first, 0.5 the middle, and 1 the last."""

    def at(one: np.ndarray) -> tuple[float, np.ndarray]:
        place = tuple(min(int(side * share), side - 1) for side in one.shape)
        slope = np.zeros_like(one)
        slope[place] = 1
        return float(one[place]), slope

    return _of_channel(at)


def _in_the_middle_of_all(one: np.ndarray) -> tuple[float, np.ndarray]:
    """The activation at the position in the middle, if they are counted row by row."""
    place = np.unravel_index(one.size // 2, one.shape)
    slope = np.zeros_like(one)
    slope[place] = 1
    return float(one[place]), slope


def _mean(values: np.ndarray, channel: int) -> tuple[float, np.ndarray]:
    """The mean of a channel; beyond the last one, counting begins anew."""
    channel %= values.shape[-1]
    slopes = np.zeros_like(values)
    slopes[..., channel] = values.shape[-1] / values.size
    return float(values[..., channel].mean()), slopes


def _others(values: np.ndarray, channel: int) -> tuple[float, np.ndarray]:
    """The means of all channels but one, added up."""
    slopes = np.full_like(values, values.shape[-1] / values.size)
    slopes[..., channel] = 0
    return float((values * slopes).sum()), slopes


def _over_others(values: np.ndarray, channel: int) -> tuple[float, np.ndarray]:
    """The channel's mean less the mean of all."""
    slopes = np.full_like(values, -1 / values.size)
    slopes[..., channel] += values.shape[-1] / values.size
    return float(values[..., channel].mean() - values.mean()), slopes


MEASURES: dict[str, Measure] = {
    "the sum over the positions, not the mean": _of_channel(lambda a: (a.sum(), np.ones_like(a))),
    "the largest activation, not the mean": _of_channel(lambda a: (a.max(), a == a.max())),
    "the smallest activation, not the mean": _of_channel(lambda a: (a.min(), a == a.min())),
    "the mean of the squared activations": _of_channel(lambda a: (np.mean(a**2), 2 * a / a.size)),
    "the mean of the activations above zero": _of_channel(
        lambda a: (np.mean(np.maximum(a, 0)), (a > 0) / a.size)
    ),
    "the mean of the magnitudes": _of_channel(lambda a: (np.mean(np.abs(a)), np.sign(a) / a.size)),
    "the length of the vector of activations": _of_channel(
        lambda a: (np.linalg.norm(a), a / max(np.linalg.norm(a), 1e-12))
    ),
    "the middle position alone, not the mean over all": _at(0.5),
    "the middle position, counted row by row, not the mean over all": _of_channel(
        _in_the_middle_of_all
    ),
    "the first position alone, not the mean over all": _at(0),
    "the last position alone, not the mean over all": _at(1),
    "the logarithm of the sum of the exponentials": _of_channel(
        lambda a: (np.log(np.exp(a).sum()), np.exp(a) / np.exp(a).sum())
    ),
    "the logarithm of the mean of the exponentials": _of_channel(
        lambda a: (np.log(np.exp(a).mean()), np.exp(a) / np.exp(a).sum())
    ),
    "the square of the mean": _of_channel(
        lambda a: (a.mean() ** 2, 2 * a.mean() * np.ones_like(a) / a.size)
    ),
    "the mean of the other channels, added up": lambda a, k: _others(a, k),
    "the standard deviation over the positions": _of_channel(
        lambda a: (a.std(), (a - a.mean()) / max(a.size * a.std(), 1e-12))
    ),
    "the mean of the next channel: counting begins with 0": lambda a, k: _mean(a, k + 1),
    "the mean of the channel before: counting begins with 0": lambda a, k: _mean(a, k - 1),
    "the mean over all channels": lambda a, _: (a.mean(), np.full_like(a, 1 / a.size)),
    "the channel's mean less the mean of all channels": _over_others,
}
"""By what is said of them."""


def measured(
    network: Network, layer: str, channels: np.ndarray, measure: Measure, images: np.ndarray
) -> np.ndarray:
    """A measure of each image's own channel."""
    values = models.activations(network, layer, images)
    return np.array([measure(values[i], c)[0] for i, c in enumerate(channels)])


def measured_slopes(
    network: Network, layer: str, channels: np.ndarray, measure: Measure, images: np.ndarray
) -> np.ndarray:
    """Its gradient with respect to the images."""
    values = models.activations(network, layer, images)
    chosen = np.stack([measure(values[i], c)[1] for i, c in enumerate(channels)])
    return network.gradients(images, chosen, layer)["input"]
