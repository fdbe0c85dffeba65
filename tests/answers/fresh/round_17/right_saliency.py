# ruff: noqa: ANN001, ANN201, ANN202, E501, F821
"""Right answers to `saliency` of round 17: each keeps all promises."""

from functools import reduce
from operator import add

import keras
import numpy as np
import tensorflow as tf
from matplotlib.colors import CenteredNorm
from matplotlib.figure import Figure
from scipy.ndimage import convolve1d

from tests.answers.fresh import right


@right("saliency.select_output", how="Log-sum-exp in Keras ops, and take_along_axis.")
def select_output_log_sum_exp(model, images, class_index, output="logit"):
    if output != "logit" and output != "softmax":
        raise ValueError(f"output must be 'logit' or 'softmax', not {output!r}")
    z = model(keras.ops.convert_to_tensor(images), training=False)
    k = keras.ops.cast(keras.ops.convert_to_tensor(class_index), "int32")
    k = keras.ops.broadcast_to(keras.ops.reshape(k, (-1, 1)), (keras.ops.shape(z)[0], 1))
    own = keras.ops.take_along_axis(z, k, axis=1)[:, 0]
    if output == "logit":
        return own
    return keras.ops.exp(own - keras.ops.logsumexp(z, axis=1))


@right(
    "saliency.gradient_saliency",
    how="The symbolic tf.gradients inside a tf.function, one image at a time.",
)
def gradient_saliency_symbolic_tf_gradients(model, images, class_index, output="logit"):
    images = tf.convert_to_tensor(images)
    count = images.shape[0]
    classes = np.broadcast_to(np.asarray(class_index), (count,))

    @tf.function(reduce_retracing=True, autograph=False)
    def one_image_jacobian(one, k):
        return tf.gradients(select_output(model, one, k, output), one)[0]

    rows = [
        one_image_jacobian(images[i : i + 1], tf.constant(int(classes[i]))) for i in range(count)
    ]
    return np.concatenate([row.numpy() for row in rows], axis=0)


@right("saliency.to_heatmap", how="Einsum.")
def to_heatmap_einsum(saliency):
    return np.einsum("bhwc->bhw", np.asarray(saliency))


@right("saliency.smooth", how="An FIR kernel of one's own and two one-dimensional convolutions.")
def smooth_fir_kernel_s(heatmaps, sigma):
    if sigma < 0:
        raise ValueError(f"sigma is negative: {sigma}")
    x = np.array(heatmaps)
    if sigma == 0:
        return x
    reach = int(4 * float(sigma) + 0.5)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps /= taps.sum()
    return convolve1d(convolve1d(x, taps, axis=1, mode="reflect"), taps, axis=2, mode="reflect")


@right("saliency.symmetric_limit", how="The infinity norm of the flattened map.")
def symmetric_limit_infinity_norm_flattened(heatmap):
    return float(np.linalg.norm(np.asarray(heatmap, float).ravel(), ord=np.inf))


@right(
    "saliency.plot_saliency",
    how="The heat map as a pcolormesh with its rows turned downwards, and a colour bar on axes of a GridSpec.",
)
def plot_saliency_heat_map_pcolormesh(image, heatmap, overlay=False):
    heat = np.asarray(heatmap, float)
    height, width = heat.shape
    v = symmetric_limit(heat) or 1.0
    figure = Figure(figsize=(5 if overlay else 9, 4), layout="constrained")
    columns = 1 if overlay else 2
    grid = figure.add_gridspec(1, columns + 1, width_ratios=[12] * columns + [1])
    photo_axes = figure.add_subplot(grid[0, 0])
    photo_axes.imshow(np.asarray(image, float), interpolation="nearest")
    heat_axes = photo_axes if overlay else figure.add_subplot(grid[0, 1])
    mesh = heat_axes.pcolormesh(
        np.arange(width + 1) - 0.5,
        np.arange(height + 1) - 0.5,
        heat,
        cmap="RdBu_r",
        vmin=-v,
        vmax=v,
        alpha=0.5 if overlay else None,
    )
    heat_axes.set_xlim(-0.5, width - 0.5)
    heat_axes.set_ylim(height - 0.5, -0.5)
    heat_axes.set_aspect("equal")
    figure.colorbar(mesh, cax=figure.add_subplot(grid[0, -1]))
    return figure


@right(
    "saliency.plot_saliency", how="Keyword dictionaries, a symmetric norm object and bare add_axes."
)
def plot_saliency_keyword_dictionaries_symmetric(image, heatmap, overlay=False):
    heat = np.asarray(heatmap, dtype=float)
    scale = CenteredNorm(vcenter=0.0, halfrange=symmetric_limit(heat) or 1.0)
    figure = Figure(figsize=(9, 4))
    places = (
        [(0.05, 0.1, 0.75, 0.8)] * 2
        if overlay
        else [(0.05, 0.1, 0.36, 0.8), (0.45, 0.1, 0.36, 0.8)]
    )
    under = figure.add_axes(places[0])
    over = under if overlay else figure.add_axes(places[1])
    under.imshow(np.asarray(image))
    look = dict(cmap="seismic", norm=scale, origin="upper", **{"alpha": 0.5} if overlay else {})
    drawn = over.imshow(heat, **look)
    figure.colorbar(drawn, cax=figure.add_axes((0.87, 0.1, 0.03, 0.8)))
    return figure


@right(
    "saliency.select_output",
    how="Boolean indexing by comparing class numbers, softmax in float64 first.",
)
def select_output_boolean_indexing_comparing(model, images, class_index, output="logit"):
    if output not in {"logit", "softmax"}:
        raise ValueError(f"unknown output {output!r}")
    z = tf.cast(model(tf.convert_to_tensor(images), training=False), tf.float64)
    if output == "softmax":
        z = tf.nn.softmax(z, axis=1)
    numbers = tf.range(tf.shape(z)[1])[None]
    own = tf.equal(numbers, tf.reshape(tf.cast(class_index, tf.int32), (-1, 1)))
    return tf.cast(tf.reduce_sum(tf.where(own, z, tf.zeros_like(z)), axis=1), tf.float32)


@right("saliency.to_heatmap", how="A plain sum of unstacked channels.")
def to_heatmap_plain_sum_unstacked(saliency):
    return reduce(add, tf.unstack(tf.convert_to_tensor(saliency), axis=-1))


@right("saliency.symmetric_limit", how="The outermost of the sorted values.")
def symmetric_limit_outermost_sorted_values(heatmap):
    ordered = sorted(float(value) for value in np.asarray(heatmap).ravel())
    return max(-ordered[0], ordered[-1], 0.0)
