"""Grids of pictures and curves, as figures that can be shown or saved.

They are made without `pyplot`, so no window and no global state come with them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INCHES = 2.2  # edge of one picture


def show_images(
    images: Any,
    titles: Sequence[str] | None = None,
    columns: int | None = None,
    size: tuple[float, float] | None = None,
) -> Figure:
    """Lay images out in a grid.

    Args:
        images: `(B, H, W, C)` or `(B, H, W)`, in [0, 1]; images of different sizes as a list.
        titles: B texts, one above each image.
        columns: how many images stand side by side; None for a grid that is wider than high.
        size: of the figure in inches, as (width, height); None for room enough.

    Returns:
        The figure, with one pair of axes an image.

    Raises:
        ValueError: if there is no image, or not one title for each.
    """
    images = [np.asarray(image, float) for image in images]
    if not images:
        raise ValueError("images is empty")
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"titles must be {len(images)} texts, not {len(titles)}")
    columns = columns or min(len(images), max(4, int(np.ceil(np.sqrt(1.5 * len(images))))))
    rows = -(-len(images) // columns)
    figure, axes = _grid(rows, columns, size)
    for index, image in enumerate(images):
        _draw(axes[divmod(index, columns)], image)
        if titles is not None:
            axes[divmod(index, columns)].set_title(titles[index], fontsize=9)
    for empty in axes.ravel()[len(images) :]:
        empty.remove()
    return figure


def compare_heatmaps(
    images: Any,
    heatmaps: Mapping[str, Any],
    titles: Sequence[str] | None = None,
    cmap: str = "gray",
    limit: Callable[[np.ndarray], float | tuple[float, float]] | None = None,
    shared: bool = False,
    size: tuple[float, float] | None = None,
) -> Figure:
    """Lay out a gallery: a row for each image, a column for each method.

    Which colours and limits show a signed map truly is for the caller to say.

    Args:
        images: `(B, H, W, C)` in [0, 1].
        heatmaps: from a column's name to its maps, `(B, H, W)`, or to other images,
            `(B, H, W, C)`.
        titles: B texts, one beside each image.
        cmap: a name that matplotlib knows.
        limit: from a map to the v for which the colours span [−v, v], or to both ends; None for a
            span from the map's least to its largest value.
        shared: whether the maps of a row have one scale, drawn beside them, so that they can be
            compared; `limit` then sees all their values, in one line.
        size: of the figure in inches, as (width, height); None for room enough.

    Returns:
        The figure, the images in its first column.
    """
    figure, axes = _grid(len(images), 1 + len(heatmaps), size)
    for row, image in zip(axes, images, strict=True):
        _draw(row[0], np.asarray(image, float))
    for number, row in enumerate(axes):
        shown = [np.asarray(maps[number], float) for maps in heatmaps.values()]
        together = np.concatenate([one.ravel() for one in shown if one.ndim == 2] or [np.zeros(0)])
        for one, heatmap in zip(row[1:], shown, strict=True):
            if heatmap.ndim == 3:
                _draw(one, heatmap)
            else:
                low, high = _ends(together if shared else heatmap, limit)
                drawn = one.imshow(heatmap, cmap=cmap, vmin=low, vmax=high)
        if shared and together.size:
            figure.colorbar(drawn, ax=row[-1], shrink=0.8)
    for one, name in zip(axes[0, 1:], heatmaps, strict=True):
        one.set_title(name, fontsize=9)
    for one, title in zip(axes[:, 0], titles or [], strict=titles is not None):
        one.set_ylabel(title, fontsize=9)
    return figure


def _ends(
    maps: np.ndarray, limit: Callable[[np.ndarray], float | tuple[float, float]] | None
) -> tuple[float, float]:
    """The values that get the colour map's two ends."""
    found = (maps.min(), maps.max()) if limit is None else limit(maps)
    return found if isinstance(found, tuple) else (-found, found)


def show_curves(
    curves: Any,
    x: Any = None,
    labels: Sequence[str] | None = None,
    x_label: str = "step",
    y_label: str = "score",
) -> Figure:
    """Draw curves, such as the scores of an ascent or the probabilities of a deletion.

    Args:
        curves: `(N, B)`: B curves of N points.
        x: `(N,)`, where the points stand; None for 0 to N − 1.
        labels: B names for the legend.
        x_label: below the horizontal axis.
        y_label: beside the vertical axis.

    Returns:
        The figure, with one pair of axes.
    """
    curves = np.asarray(curves, float).reshape(len(curves), -1)
    figure = Figure(figsize=(5, 3.2), layout="constrained")
    axes = figure.subplots()
    lines = axes.plot(np.arange(len(curves)) if x is None else np.asarray(x), curves)
    axes.set(xlabel=x_label, ylabel=y_label)
    axes.grid(alpha=0.3)
    if labels is not None:
        axes.legend(lines, labels, fontsize=9)
    return figure


def _grid(rows: int, columns: int, size: tuple[float, float] | None) -> tuple[Figure, np.ndarray]:
    enough = (INCHES * columns, (INCHES + 0.2) * rows)
    figure = Figure(figsize=size or enough, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    for each in axes.ravel():
        each.set(xticks=[], yticks=[])
    return figure, axes


def _draw(axes: Axes, image: np.ndarray) -> None:
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    # "none": an SVG keeps the image's own pixels.
    axes.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="none")
