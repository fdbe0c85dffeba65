"""What may be made of a gradient by mistake before a step is taken along it."""

from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter

Direct = Callable[[np.ndarray], np.ndarray]
"""From gradients, `(B, H, W, C)`, to what is stepped along."""


def _over(size: Direct) -> Direct:
    """Gradients that are divided by a size; those of size 0 stay."""
    return lambda slope: slope / np.maximum(size(slope), 1e-12)


def _for_all_channels(choose: Direct) -> Direct:
    return lambda slope: np.broadcast_to(choose(slope), slope.shape)


LENGTHS: dict[str, Direct] = {
    "gradients over their largest magnitude": _over(
        lambda slope: np.abs(slope).max(axis=(1, 2, 3), keepdims=True)
    ),
    "gradients over their root mean square": _over(
        lambda slope: np.sqrt((slope**2).mean(axis=(1, 2, 3), keepdims=True))
    ),
    "gradients over their length": _over(
        lambda slope: np.sqrt((slope**2).sum(axis=(1, 2, 3), keepdims=True))
    ),
    "gradients over their standard deviation": _over(
        lambda slope: slope.std(axis=(1, 2, 3), keepdims=True)
    ),
    "gradients over the mean of their magnitudes": _over(
        lambda slope: np.abs(slope).mean(axis=(1, 2, 3), keepdims=True)
    ),
    "gradients that are added up over the channels": _for_all_channels(
        lambda slope: slope.sum(axis=-1, keepdims=True)
    ),
}
"""Those that matter only where a gradient is not scaled anyway; by what is said of them."""

DIRECTIONS: dict[str, Direct] = {
    "gradients that are cut off at -1 and 1": lambda slope: np.clip(slope, -1, 1),
    "gradients less their mean": lambda slope: slope - slope.mean(axis=(1, 2, 3), keepdims=True),
    "gradients that are averaged over the channels": _for_all_channels(
        lambda slope: slope.mean(axis=-1, keepdims=True)
    ),
    "the first channel's gradient for all channels": _for_all_channels(
        lambda slope: slope[..., :1]
    ),
    "gradients with the channels in the reverse order": lambda slope: slope[..., ::-1],
    "gradients that are blurred with a standard deviation of one pixel": lambda slope: (
        gaussian_filter(slope, (0, 1, 1, 0), mode="reflect")
    ),
    "each pixel's gradient over its own length": _over(
        lambda slope: np.linalg.norm(slope, axis=-1, keepdims=True)
    ),
    "gradients with their negative part cut off": lambda slope: np.maximum(slope, 0),
    "gradients with their positive part cut off": lambda slope: np.minimum(slope, 0),
    "the magnitudes of the gradients": np.abs,
    "the sign of the gradient": np.sign,
}
"""By what is said of them."""
