# ruff: noqa: ANN001, ANN201, ANN204, E501, F821
"""Right answers to `saliency` of the eighth round: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter1d

from tests.answers.fresh import right


@right(
    "saliency.select_output",
    how="A matrix product with a one-hot matrix picks the values, through keras.ops",
)
def select_output_matrix_product_hot(model, images, class_index, output="logit"):
    final = {"logit": keras.activations.linear, "softmax": keras.ops.softmax}.get(output)
    if final is None:
        raise ValueError(f"output must be 'logit' or 'softmax', not {output!r}")
    values = final(model(keras.ops.convert_to_tensor(images), training=False))
    rows = keras.ops.shape(values)[0]
    classes = keras.ops.cast(keras.ops.convert_to_tensor(class_index), "int32") + keras.ops.zeros(
        (rows,), "int32"
    )
    return keras.ops.squeeze(keras.ops.take_along_axis(values, classes[:, None], axis=1), axis=1)


class _Slope:
    def __init__(self, model, output):
        self.model, self.output = (model, output)

    def __call__(self, x, classes):
        with tf.GradientTape(watch_accessed_variables=False, persistent=False) as tape:
            tape.watch(x)
            y = select_output(self.model, x, classes, self.output)
        return tape.gradient(y, x, output_gradients=tf.ones_like(y))


@right(
    "saliency.gradient_saliency",
    how="Weights the values with ones as output_gradients, and clears nothing; a class with __call__",
)
def gradient_saliency_weights_values_ones(model, images, class_index, output="logit"):
    return _Slope(model, output)(tf.identity(tf.cast(images, tf.float32)), class_index).numpy()


@right("saliency.to_heatmap", how="A product with a vector of ones")
def to_heatmap_product_vector_ones(saliency):
    s = np.asarray(saliency)
    return np.matmul(s, np.ones(s.shape[-1], s.dtype))


@right("saliency.smooth", how="Two one-dimensional filters, one after the other, columns first")
def smooth_two_dimensional_filters(heatmaps, sigma):
    if sigma < 0:
        raise ValueError(f"sigma must not be negative: {sigma}")
    maps = np.array(heatmaps)
    if float(sigma) == 0.0:
        return maps
    for axis in (2, 1):
        maps = gaussian_filter1d(maps, sigma, axis=axis)
    return maps


@right("saliency.symmetric_limit", how="The infinity norm of the flattened map")
def symmetric_limit_infinity_norm_flattened(heatmap):
    return float(np.linalg.norm(np.asarray(heatmap).ravel(), ord=np.inf))


@right(
    "saliency.plot_saliency",
    how="Axes placed by hand, the colour bar in its own axes by cax, coolwarm, and a Normalize object",
)
def plot_saliency_axes_placed_hand(image, heatmap, overlay=False):
    from matplotlib.colors import Normalize

    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    v = symmetric_limit(heatmap) or 1.0
    fig = Figure(figsize=(9, 4))
    places = [(0.05, 0.1, 0.8, 0.8)] if overlay else [(0.03, 0.1, 0.4, 0.8), (0.46, 0.1, 0.4, 0.8)]
    axes = [fig.add_axes(place) for place in places]
    bar = fig.add_axes((0.9, 0.1, 0.03, 0.8))
    axes[0].imshow(image)
    drawn = axes[-1].imshow(
        heatmap, norm=Normalize(-v, v), cmap="coolwarm", alpha=0.5 if overlay else None
    )
    fig.colorbar(drawn, cax=bar)
    return fig


@right(
    "saliency.plot_saliency",
    how="The heat map is a mesh, its axis turned so that the first row is at the top",
)
def plot_saliency_heat_map_mesh(image, heatmap, overlay=False):
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    h, w = heatmap.shape
    v = symmetric_limit(heatmap) or 0.001
    fig = Figure(figsize=(8, 4), layout="constrained")
    axes = np.atleast_1d(fig.subplots(1, 1 if overlay else 2))
    axes[0].imshow(image)
    below, above = (np.arange(w + 1) - 0.5, np.arange(h + 1) - 0.5)
    mesh = axes[-1].pcolormesh(
        below, above, heatmap, cmap="seismic", vmin=-v, vmax=v, alpha=0.5 if overlay else None
    )
    axes[-1].set(xlim=(-0.5, w - 0.5), ylim=(h - 0.5, -0.5), aspect="equal")
    fig.colorbar(mesh, ax=list(axes), label="gradient")
    return fig


@right(
    "saliency.plot_saliency",
    how="Extents in pixel edges from 0 for both pictures, a TwoSlopeNorm, the colour map as an object, the bar below",
)
def plot_saliency_extents_pixel_edges(image, heatmap, overlay=False):
    import matplotlib
    from matplotlib.colors import TwoSlopeNorm

    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    height, width = heatmap.shape
    v = symmetric_limit(heatmap) or 1.0
    fig = Figure(layout="constrained")
    first = fig.add_subplot(1, 1 if overlay else 2, 1)
    second = first if overlay else fig.add_subplot(1, 2, 2)
    edges = (0, width, height, 0)
    first.imshow(image, extent=edges)
    shown = second.imshow(
        heatmap,
        extent=edges,
        norm=TwoSlopeNorm(0, -v, v),
        cmap=matplotlib.colormaps["bwr"],
        alpha=0.5 if overlay else 1.0,
        zorder=2,
    )
    fig.colorbar(shown, ax=second, orientation="horizontal")
    return fig
