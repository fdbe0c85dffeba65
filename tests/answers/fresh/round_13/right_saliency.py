# ruff: noqa: ANN001, ANN201, ANN202, B905, E501, F821
"""Right answers to `saliency` of round 13: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from scipy import ndimage as nd_for_smooth

from tests.answers.fresh import right


@right("saliency.select_output", how="One-hot and einsum, the softmax as exp of log_softmax")
def select_output_hot_einsum_softmax(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError(f"output must be 'logit' or 'softmax', not {output!r}")
    values = model(tf.convert_to_tensor(images), training=False)
    if output == "softmax":
        values = tf.exp(tf.nn.log_softmax(values, axis=-1))
    classes = tf.broadcast_to(tf.cast(class_index, tf.int32), tf.shape(values)[:1])
    hot = tf.one_hot(classes, values.shape[-1], dtype=values.dtype)
    return tf.einsum("bk,bk->b", values, hot)


@right(
    "saliency.select_output", how="Keras ops only: take_along_axis, and the softmax shifted by hand"
)
def select_output_keras_ops_only(model, images, class_index, output="logit"):
    match output:
        case "logit" | "softmax":
            pass
        case _:
            raise ValueError(f"no such output: {output!r}")
    table = model(keras.ops.convert_to_tensor(images), training=False)
    if output == "softmax":
        shifted = table - keras.ops.max(table, axis=-1, keepdims=True)
        odds = keras.ops.exp(shifted)
        table = odds / keras.ops.sum(odds, axis=-1, keepdims=True)
    which = keras.ops.cast(class_index, "int32") + keras.ops.zeros_like(table[:, 0], dtype="int32")
    return keras.ops.take_along_axis(table, which[:, None], axis=1)[:, 0]


@right("saliency.gradient_saliency", how="A tf.function with tf.gradients instead of a tape")
def gradient_saliency_tf_function_tf(model, images, class_index, output="logit"):

    @tf.function(autograph=False)
    def graph_of_slopes(x):
        return tf.gradients(select_output(model, x, class_index, output), x)[0]

    return graph_of_slopes(tf.convert_to_tensor(images))


@right(
    "saliency.gradient_saliency", how="Image by image in a comprehension, put together at the end"
)
def gradient_saliency_image_image_comprehension(model, images, class_index, output="logit"):
    images = tf.convert_to_tensor(images)
    classes = np.broadcast_to(np.asarray(class_index), images.shape[0])

    def slope_of_one(x, k):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = select_output(model, x, int(k), output)[0]
        return tape.gradient(value, x)

    return tf.concat([slope_of_one(images[i : i + 1], k) for i, k in enumerate(classes)], axis=0)


@right("saliency.to_heatmap", how="A product with a vector of ones")
def to_heatmap_product_vector_ones(saliency):
    maps = tf.convert_to_tensor(saliency)
    return tf.linalg.matvec(maps, tf.ones(maps.shape[-1:], maps.dtype))


@right("saliency.smooth", how="One-dimensional filters, one axis after the other, map by map")
def smooth_dimensional_filters_axis(heatmaps, sigma):
    if sigma < 0:
        raise ValueError(f"sigma must be 0 or more, not {sigma}")
    maps = np.array(heatmaps, dtype=float)
    if sigma > 0:
        for one in range(len(maps)):
            rows = nd_for_smooth.gaussian_filter1d(maps[one], sigma, axis=0, mode="reflect")
            maps[one] = nd_for_smooth.gaussian_filter1d(rows, sigma, axis=1, mode="reflect")
    return maps


@right("saliency.symmetric_limit", how="The norm of order infinity")
def symmetric_limit_norm_order_infinity(heatmap):
    return float(np.linalg.norm(np.asarray(heatmap, dtype=np.float64).ravel(), ord=np.inf))


@right(
    "saliency.plot_saliency",
    how="A Figure without pyplot, gridspec, and pcolormesh-free drawing with a TwoSlopeNorm-like Normalize object",
)
def plot_saliency_figure_without_pyplot(image, heatmap, overlay=False):
    figure = Figure(figsize=(5, 4) if overlay else (9, 4), layout="constrained")
    panels = figure.subplots(1, 1 if overlay else 2, squeeze=False)[0]
    v = symmetric_limit(heatmap) or 1.0
    panels[0].imshow(np.asarray(image), origin="upper")
    drawn = panels[-1].imshow(
        np.asarray(heatmap),
        cmap="seismic",
        norm=Normalize(-v, v),
        origin="upper",
        interpolation="nearest",
        alpha=0.5 if overlay else None,
    )
    figure.colorbar(drawn, ax=panels[-1])
    for panel in panels:
        panel.set_axis_off()
    return figure


def blur_matrix(count, sigma):
    radius = int(4 * sigma + 0.5)
    offsets = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2)
    kernel /= kernel.sum()
    matrix = np.zeros((count, count))
    for row in range(count):
        for offset, weight in zip(offsets, kernel):
            place = (row + offset) % (2 * count)
            matrix[row, place if place < count else 2 * count - 1 - place] += weight
    return matrix


@right("saliency.smooth", how="The kernel and the mirrored border written out, two matrix products")
def smooth_kernel_mirrored_border(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("a negative sigma makes no sense")
    maps = np.array(heatmaps)
    if sigma == 0:
        return maps
    _, h, w = maps.shape
    return np.einsum(
        "ij,bjk,lk->bil", blur_matrix(h, sigma), maps.astype(np.float64), blur_matrix(w, sigma)
    )


@right("saliency.plot_saliency", how="Plain imshow twice, RdBu_r, the limits may be 0")
def plot_saliency_plain_imshow_twice(image, heatmap, overlay=False):
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    v = symmetric_limit(heatmap)
    figure = Figure(figsize=(8, 4))
    axes = figure.subplots(1, 1 if overlay else 2, squeeze=False)[0]
    axes[0].imshow(image)
    shown = axes[-1].imshow(heatmap, cmap="RdBu_r", vmin=-v, vmax=v, alpha=0.5 if overlay else 1.0)
    figure.colorbar(shown, ax=axes[-1])
    return figure
