# ruff: noqa: ANN001, ANN201, ANN202, B905, E501, F821
"""Right answers to `saliency` of round 10: each keeps all promises."""

import operator
from functools import reduce

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from scipy.ndimage import correlate1d, gaussian_filter

from tests.answers.fresh import right


@right(
    "saliency.select_output",
    how="One-hot rows and an einsum; the function that turns logits into values comes from a dictionary.",
)
def select_output_hot_rows_einsum(model, images, class_index, output="logit"):
    turns = {"logit": tf.identity, "softmax": tf.nn.softmax}
    if output not in turns:
        raise ValueError(f"output must be one of {', '.join(turns)}, not {output!r}")
    values = turns[output](model(images, training=False))
    batch, classes = (values.shape[0] or tf.shape(values)[0], values.shape[-1])
    wanted = tf.broadcast_to(tf.cast(class_index, tf.int32), [batch])
    return tf.einsum("bk,bk->b", values, tf.one_hot(wanted, classes, dtype=values.dtype))


@right(
    "saliency.select_output",
    how="Flat indices into the unrolled logits with Keras ops, and the softmax by hand after the largest logit has been taken off.",
)
def select_output_flat_indices_into(model, images, class_index, output="logit"):
    if output == "logit":
        table = model(images, training=False)
    elif output == "softmax":
        table = model(images, training=False)
        powers = keras.ops.exp(table - keras.ops.max(table, axis=1, keepdims=True))
        table = powers / keras.ops.sum(powers, axis=1, keepdims=True)
    else:
        raise ValueError('"logit" or "softmax" is needed')
    count, width = keras.ops.shape(table)
    places = keras.ops.arange(count, dtype="int32") * width + keras.ops.cast(class_index, "int32")
    return keras.ops.take(keras.ops.reshape(table, (-1,)), places)


def _gradient_of_one(model, image, label, output):
    image = tf.cast(image[None], tf.float32)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(image)
        value = select_output(model, image, int(label), output)
    return tape.gradient(value, image, unconnected_gradients="zero")[0]


@right(
    "saliency.gradient_saliency",
    how="A list comprehension over the images, one tape for each, one class for each.",
)
def gradient_saliency_list_comprehension_over(model, images, class_index, output="logit"):
    images = tf.convert_to_tensor(images)
    labels = np.broadcast_to(np.asarray(class_index), images.shape[0])
    maps = [_gradient_of_one(model, image, label, output) for image, label in zip(images, labels)]
    return tf.stack(maps)


@right(
    "saliency.gradient_saliency",
    how="Tf.gradients in a tf.function made for the call, without a tape.",
)
def gradient_saliency_tf_gradients_tf(model, images, class_index, output="logit"):

    @tf.function(autograph=False)
    def backwards(pixels, classes):
        value = select_output(model, pixels, classes, output)
        return tf.gradients(value, pixels, unconnected_gradients="zero")[0]

    return backwards(tf.cast(images, tf.float32), tf.cast(class_index, tf.int32))


@right("saliency.to_heatmap", how="A matrix product with a column of ones.")
def to_heatmap_matrix_product_column(saliency):
    saliency = np.asarray(saliency)
    return (saliency @ np.ones((saliency.shape[-1], 1), saliency.dtype))[..., 0]


@right(
    "saliency.smooth",
    how="A kernel of one's own, cut at four sigma, and scipy.ndimage.correlate1d along either axis.",
)
def smooth_kernel_s_own(heatmaps, sigma):
    if sigma < 0:
        raise ValueError(f"sigma must be 0 or more, not {sigma}")
    blurred = np.array(heatmaps, np.float64)
    if sigma == 0:
        return blurred
    reach = int(4 * sigma + 0.5)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    for axis in (1, 2):
        blurred = correlate1d(blurred, bell / bell.sum(), axis=axis, mode="reflect")
    return blurred


@right("saliency.symmetric_limit", how="The infinity norm of the unrolled map.")
def symmetric_limit_infinity_norm_unrolled(heatmap):
    return float(np.linalg.norm(np.ravel(np.asarray(heatmap)), ord=np.inf))


@right(
    "saliency.plot_saliency",
    how="Pyplot's current figure, two imshow calls on named axes, the limits set with set_clim afterwards.",
)
def plot_saliency_pyplot_s_current(image, heatmap, overlay=False):
    limit = symmetric_limit(heatmap) or 1e-06
    figure = plt.figure(figsize=(4.5, 4) if overlay else (8, 4))
    panel = figure.add_subplot(1, 1, 1) if overlay else figure.add_subplot(1, 2, 1)
    panel.imshow(np.asarray(image), vmin=0, vmax=1)
    if not overlay:
        panel.set_axis_off()
        panel = figure.add_subplot(1, 2, 2)
    colors = panel.imshow(
        np.asarray(heatmap), cmap=plt.get_cmap("seismic"), interpolation="nearest"
    )
    colors.set_clim(-limit, limit)
    colors.set_alpha(0.5 if overlay else 1.0)
    panel.set_axis_off()
    plt.colorbar(colors, ax=panel, shrink=0.8, label="relevance")
    plt.close(figure)
    return figure


@right(
    "saliency.plot_saliency",
    how="The heat map as a pcolormesh of unit cells with the vertical axis turned, on a Figure made by hand with its own canvas.",
)
def plot_saliency_heat_map_pcolormesh(image, heatmap, overlay=False):
    heatmap = np.asarray(heatmap, float)
    rows, columns = heatmap.shape
    limit = symmetric_limit(heatmap)
    limit = limit if limit > 0 else 1.0
    figure = Figure(figsize=(9, 4))
    FigureCanvasAgg(figure)
    picture = figure.add_axes((0.05, 0.05, 0.4, 0.9))
    picture.imshow(np.asarray(image))
    second = picture if overlay else figure.add_axes((0.49, 0.05, 0.38, 0.9))
    cells = second.pcolormesh(
        np.arange(columns + 1) - 0.5,
        np.arange(rows + 1) - 0.5,
        heatmap,
        cmap="RdBu_r",
        vmin=-limit,
        vmax=limit,
        alpha=0.5 if overlay else None,
    )
    second.set_aspect("equal")
    second.set_xlim(-0.5, columns - 0.5)
    second.set_ylim(rows - 0.5, -0.5)
    figure.colorbar(cells, cax=figure.add_axes((0.9, 0.1, 0.02, 0.8)))
    return figure


@right("saliency.to_heatmap", how="Functools.reduce over the unstacked channels.")
def to_heatmap_functools_reduce_over(saliency):
    return reduce(operator.add, tf.unstack(tf.convert_to_tensor(saliency), axis=-1))


@right(
    "saliency.smooth",
    how="One call of scipy with its keyword axes, so that the batch is left out by name.",
)
def smooth_call_scipy_keyword(heatmaps, sigma):
    if not sigma >= 0:
        raise ValueError(f"sigma must not be negative, but is {sigma}")
    return gaussian_filter(np.asarray(heatmaps), sigma=sigma, mode="reflect", axes=(1, 2))


@right(
    "saliency.symmetric_limit",
    how="The entry that lies furthest from zero, found with max and a key.",
)
def symmetric_limit_entry_lies_furthest(heatmap):
    return float(abs(max(np.asarray(heatmap).flat, key=abs)))
