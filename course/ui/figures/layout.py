"""What the figures are laid out with: images with an edge, and maps with a scale."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

SMOOTHING = 4.0
"""Pixels: of 224, enough to see regions where the raw gradient flickers from pixel to pixel."""

EDGE = "#8a8a8a"
"""A thin frame: what is white in an image must not run out into a white page."""


def draw_image(axes: Axes, image: Any, title: str = "") -> None:
    """An image in [0, 1], in a frame."""
    axes.imshow(np.clip(np.asarray(image, float), 0, 1))
    _frame(axes, title)


def in_a_row(images: Mapping[str, Any], width: float, height: float) -> Figure:
    """Images beside one another.

    Args:
        images: by title; each `(H, W, 3)` in [0, 1].
        width: of each, in inches.
        height: in inches, with the titles.
    """
    figure = Figure(figsize=(width * len(images), height), layout="constrained")
    grid = figure.subplots(1, len(images))
    for axes, (title, image) in zip(grid, images.items(), strict=True):
        draw_image(axes, image, title)
    return figure


def draw_map(axes: Axes, heatmap: Any, title: str = "", limit: float | None = None) -> Any:
    """A signed map in which zero is white.

    Args:
        axes: where to.
        heatmap: `(H, W)`.
        title: above it.
        limit: what the strongest colour stands for; None for the map's own largest value.

    Returns:
        What a colour bar can be made of.
    """
    heatmap = np.asarray(heatmap, float)
    limit = limit_of([heatmap]) if limit is None else limit
    drawn = axes.imshow(heatmap, cmap="RdBu_r", vmin=-limit, vmax=limit)
    _frame(axes, title)
    return drawn


def add_scale(figure: Figure, drawn: Any, axes: Any) -> None:
    """A colour bar beside a map, or beside all that share its scale."""
    figure.colorbar(drawn, ax=axes, shrink=0.8, format="%.2g")


def limit_of(heatmaps: Sequence[Any]) -> float:
    """The largest absolute value of some maps, and never zero."""
    return max(1e-12, *(float(np.abs(np.asarray(one)).max()) for one in heatmaps))


def as_heatmap(maps: Any) -> np.ndarray:
    """The first of a batch of maps: `(H, W)`; of `(H, W, C)` the smoothed sum over channels."""
    first = np.asarray(maps)[0]
    return gaussian_filter(first.sum(axis=-1), SMOOTHING) if first.ndim == 3 else first


def _frame(axes: Axes, title: str) -> None:
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(color=EDGE, linewidth=0.8)
    axes.set_title(title, fontsize=9)
