# ruff: noqa: ANN001, ANN202, B905, F821
"""Right answers to `saliency` of the fifth round: each keeps all promises."""

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter1d

from course.given.types import Classes, Heatmap, Heatmaps, Image, Images, Maps, Output, Values
from tests.answers.fresh import right


@right(
    "saliency.select_output",
    how="Softmax as exp(logit minus logsumexp), the class picked by einsum with a one-hot matrix",
)
def select_output_logit_minus_logsumexp(
    model: keras.Model, images: Images, class_index: Classes, output: Output = "logit"
) -> Values:
    if output != "logit" and output != "softmax":
        raise ValueError(f"output must be 'logit' or 'softmax', not {output!r}")
    x = tf.convert_to_tensor(images)
    logits = model(x, training=False)
    k = tf.cast(tf.convert_to_tensor(class_index), tf.int32) + tf.zeros_like(logits[:, 0], tf.int32)
    hot = tf.cast(k[:, None] == tf.range(tf.shape(logits)[1])[None, :], tf.bool)
    chosen = tf.reduce_sum(tf.where(hot, logits, tf.zeros_like(logits)), axis=1)
    if output == "logit":
        return chosen
    return tf.exp(chosen - tf.reduce_logsumexp(logits, axis=1))


@right(
    "saliency.select_output",
    how="Keras.ops.take_along_axis, the images one after another in a list",
)
def select_output_keras_ops_take(
    model: keras.Model, images: Images, class_index: Classes, output: Output = "logit"
) -> Values:
    if output not in {"logit", "softmax"}:
        raise ValueError(f"no such output: {output!r}")
    images = keras.ops.convert_to_tensor(images)
    n = images.shape[0]
    classes = np.broadcast_to(np.asarray(class_index), (n,))
    values = []
    for i in range(n):
        row = model(images[i : i + 1], training=False)
        if output == "softmax":
            row = keras.ops.softmax(row, axis=-1)
        values.append(row[0, int(classes[i])])
    return keras.ops.stack(values)


@right(
    "saliency.gradient_saliency",
    how="A vector-Jacobian product: softmax by its own derivative as output_gradients",
)
def gradient_saliency_vector_jacobian_product(
    model: keras.Model, images: Images, class_index: Classes, output: Output = "logit"
) -> Maps:
    if output not in ("logit", "softmax"):
        raise ValueError(f"output {output!r}")
    x = tf.convert_to_tensor(images)
    k = np.broadcast_to(np.asarray(class_index), (x.shape[0],))
    with tf.GradientTape() as tape:
        tape.watch(x)
        logits = model(x, training=False)
    hot = tf.one_hot(k, logits.shape[-1], dtype=logits.dtype)
    if output == "logit":
        seed = hot
    else:
        p = tf.nn.softmax(logits)
        seed = tf.reduce_sum(p * hot, axis=1, keepdims=True) * (hot - p)
    return tape.gradient(logits, x, output_gradients=seed)


@right(
    "saliency.gradient_saliency",
    how="Image by image, by tf.gradients in a tf.function made anew in every call",
)
def gradient_saliency_image_image_tf(
    model: keras.Model, images: Images, class_index: Classes, output: Output = "logit"
) -> Maps:
    if output not in ("logit", "softmax"):
        raise ValueError(f"output {output!r}")

    @tf.function(reduce_retracing=True)
    def one(x, k):
        return tf.gradients(select_output(model, x, k, output), x)[0]

    images = np.asarray(images, dtype=np.float32)
    classes = np.broadcast_to(np.asarray(class_index), (len(images),)).astype(np.int32)
    return np.concatenate(
        [one(tf.constant(im[None]), tf.constant([c])).numpy() for im, c in zip(images, classes)]
    )


@right("saliency.to_heatmap", how="A matrix product with a vector of ones")
def to_heatmap_matrix_product_vector(saliency: Maps) -> Heatmaps:
    s = tf.convert_to_tensor(saliency)
    ones = tf.ones((s.shape[-1], 1), dtype=s.dtype)
    return tf.linalg.matmul(s, tf.broadcast_to(ones, [s.shape[0], s.shape[1], s.shape[-1], 1]))[
        ..., 0
    ]


@right("saliency.to_heatmap", how="Python's sum over the unstacked channels")
def to_heatmap_python_s_sum(saliency: Maps) -> Heatmaps:
    channels = np.moveaxis(np.array(saliency), -1, 0)
    return sum(channels[1:], start=channels[0].copy())


@right("saliency.smooth", how="Two one-dimensional filters, one after the other, columns first")
def smooth_two_dimensional_filters(heatmaps: Heatmaps, sigma: float) -> Heatmaps:
    if sigma < 0:
        raise ValueError(f"sigma is negative: {sigma}")
    maps = np.array(heatmaps)
    if sigma == 0:
        return maps
    return gaussian_filter1d(
        gaussian_filter1d(maps, sigma, axis=2, mode="reflect"), sigma, axis=1, mode="reflect"
    )


@right("saliency.symmetric_limit", how="The norm of order infinity of the flattened map")
def symmetric_limit_norm_order_infinity(heatmap: Heatmap) -> float:
    return float(np.linalg.norm(np.ravel(np.asarray(heatmap)), ord=np.inf))


@right("saliency.symmetric_limit", how="A plain Python loop")
def symmetric_limit_plain_python_loop(heatmap: Heatmap) -> float:
    limit = 0.0
    for row in np.asarray(heatmap).tolist():
        for v in row:
            limit = max(limit, v, -v)
    return float(limit)


@right(
    "saliency.plot_saliency", how="No pyplot, axes placed by hand, a colour bar in axes of its own"
)
def plot_saliency_pyplot_axes_placed(
    image: Image, heatmap: Heatmap, overlay: bool = False
) -> Figure:
    image, heatmap = (np.array(image), np.array(heatmap))
    v = symmetric_limit(heatmap)
    if v == 0:
        v = 1.0
    fig = Figure(figsize=(6 if overlay else 10, 5))
    if overlay:
        ax = fig.add_axes((0.05, 0.05, 0.78, 0.9))
        ax.imshow(image, interpolation="nearest")
    else:
        left = fig.add_axes((0.03, 0.05, 0.4, 0.9))
        left.imshow(image, interpolation="nearest")
        left.set_axis_off()
        ax = fig.add_axes((0.46, 0.05, 0.4, 0.9))
    drawn = ax.imshow(heatmap, cmap="seismic", vmin=-v, vmax=v, interpolation="nearest")
    if overlay:
        drawn.set_alpha(0.5)
    ax.set_axis_off()
    fig.colorbar(drawn, cax=fig.add_axes((0.88, 0.1, 0.03, 0.8)))
    return fig


@right("saliency.plot_saliency", how="The heat map as a pcolormesh with the y axis upside down")
def plot_saliency_heat_map_pcolormesh(
    image: Image, heatmap: Heatmap, overlay: bool = False
) -> Figure:
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    v = symmetric_limit(heatmap)
    limit = v if v > 0 else 1.0
    rows, cols = heatmap.shape
    fig, axes = plt.subplots(ncols=1 if overlay else 2, squeeze=False)
    axes[0, 0].imshow(image)
    ax = axes[0, -1]
    drawn = ax.pcolormesh(
        np.arange(cols + 1) - 0.5,
        np.arange(rows + 1) - 0.5,
        heatmap,
        cmap="RdBu_r",
        vmin=-limit,
        vmax=limit,
        alpha=0.5 if overlay else 1.0,
    )
    ax.set_xlim(-0.5, cols - 0.5)
    ax.set_ylim(rows - 0.5, -0.5)
    ax.set_aspect("equal")
    fig.colorbar(drawn, ax=ax)
    plt.close(fig)
    return fig
