# ruff: noqa: ANN001, ANN201, ANN202, E501, E731, F821
"""Right answers to `saliency` of the seventh round: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

from tests.answers.fresh import right


@right(
    "saliency.select_output",
    how="A one-hot mask and a sum of products in place of a gather; the softmax by hand, shifted by the largest logit",
)
def select_output_hot_mask_sum(model, images, class_index, output="logit"):
    if output not in {"logit", "softmax"}:
        raise ValueError(f"output must be 'logit' or 'softmax', not {output!r}")
    logits = model(tf.convert_to_tensor(images), training=False)
    batch, classes = (tf.shape(logits)[0], tf.shape(logits)[1])
    chosen = tf.one_hot(
        tf.broadcast_to(tf.cast(class_index, tf.int32), [batch]), classes, dtype=logits.dtype
    )
    if output == "logit":
        return tf.einsum("bk,bk->b", logits, chosen)
    shifted = logits - tf.stop_gradient(tf.reduce_max(logits, axis=1, keepdims=True))
    odds = tf.exp(shifted)
    return tf.einsum("bk,bk->b", odds, chosen) / tf.reduce_sum(odds, axis=1)


@right(
    "saliency.select_output",
    how="Keras.ops and a match statement; the class is taken with take_along_axis",
)
def select_output_keras_ops_match(model, images, class_index, output="logit"):
    ops = keras.ops
    match output:
        case "logit":
            finish = lambda x: x
        case "softmax":
            finish = lambda x: ops.softmax(x, axis=-1)
        case _:
            raise ValueError(f"unknown output: {output!r}")
    values = finish(model(ops.convert_to_tensor(images), training=False))
    index = ops.cast(ops.convert_to_tensor(class_index), "int32")
    index = ops.broadcast_to(ops.reshape(index, (-1,)), (ops.shape(values)[0],))
    return ops.take_along_axis(values, index[:, None], axis=1)[:, 0]


@right(
    "saliency.gradient_saliency",
    how="The class is picked by `output_gradients` on the whole logits, not by select_output",
)
def gradient_saliency_class_picked_output(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError(f"unknown output: {output!r}")
    x = tf.convert_to_tensor(images)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        values = model(x, training=False)
        if output == "softmax":
            values = tf.nn.softmax(values)
    k = tf.broadcast_to(tf.cast(class_index, tf.int32), [tf.shape(values)[0]])
    picked = tf.one_hot(k, values.shape[-1], dtype=values.dtype)
    return tape.gradient(values, x, output_gradients=picked)


@right("saliency.gradient_saliency", how="16 images at a time, results joined in NumPy")
def gradient_saliency_images_time_results(model, images, class_index, output="logit"):
    from course.given import batches

    images = tf.convert_to_tensor(images)
    classes = np.broadcast_to(np.asarray(class_index), (len(images),))
    parts = []
    for part in batches(len(images)):
        some = images[part]
        with tf.GradientTape() as tape:
            tape.watch(some)
            total = tf.reduce_sum(select_output(model, some, classes[part].copy(), output))
        parts.append(tape.gradient(total, some).numpy())
    return np.concatenate(parts)


@right("saliency.to_heatmap", how="Einsum")
def to_heatmap_einsum(saliency):
    return np.einsum("...c->...", np.asarray(saliency))


@right("saliency.to_heatmap", how="Channels are added one by one with functools.reduce")
def to_heatmap_channels_added_functools(saliency):
    import functools
    import operator

    return functools.reduce(operator.add, tf.unstack(tf.convert_to_tensor(saliency), axis=-1))


@right("saliency.smooth", how="The blur as two matrices: what the filter makes of unit vectors")
def smooth_blur_two_matrices(heatmaps, sigma):
    if sigma < 0:
        raise ValueError(f"sigma must not be negative, but is {sigma}")
    maps = np.asarray(heatmaps)
    if sigma == 0:
        return maps.copy()

    def matrix(n):
        return gaussian_filter(np.eye(n), (sigma, 0))

    rows, columns = (matrix(maps.shape[1]), matrix(maps.shape[2]))
    return (rows @ maps.astype(np.float64) @ columns.T).astype(np.result_type(maps, np.float32))


@right("saliency.smooth", how="Map by map in a list comprehension, float64 inside")
def smooth_map_map_list(heatmaps, sigma):
    if negative := (sigma < 0):
        raise ValueError(f"sigma is negative: {negative}")
    return np.stack(
        [gaussian_filter(np.asarray(one, np.float64), sigma, mode="reflect") for one in heatmaps]
    ).astype(np.float32)


@right("saliency.symmetric_limit", how="The maximum norm")
def symmetric_limit_maximum_norm(heatmap):
    return float(np.linalg.norm(np.ravel(np.asarray(heatmap)), ord=np.inf))


@right("saliency.symmetric_limit", how="The larger of the two ends, in TensorFlow")
def symmetric_limit_larger_two_ends(heatmap):
    heatmap = tf.convert_to_tensor(heatmap)
    top, bottom = (tf.reduce_max(heatmap), tf.reduce_min(heatmap))
    return float(tf.maximum(top, -bottom))


@right(
    "saliency.plot_saliency",
    how="A mosaic, a norm object with its middle at 0 and another diverging map",
)
def plot_saliency_mosaic_norm_object(image, heatmap, overlay=False):
    from matplotlib.colors import CenteredNorm

    image, heatmap = (np.asarray(image, np.float32), np.asarray(heatmap))
    figure = Figure(figsize=(5, 4) if overlay else (9, 4), layout="constrained")
    axes = figure.subplot_mosaic("x" if overlay else "ix")
    axes.get("i", axes["x"]).imshow(image)
    norm = CenteredNorm(vcenter=0.0, halfrange=symmetric_limit(heatmap) or 0.001)
    drawn = axes["x"].imshow(heatmap, cmap="seismic", norm=norm, alpha=0.5 if overlay else 1.0)
    figure.colorbar(drawn, ax=list(axes.values()))
    for ax in axes.values():
        ax.set_axis_off()
    return figure


@right(
    "saliency.plot_saliency",
    how="Pyplot, closed again at once; the limits are set afterwards with set_clim",
)
def plot_saliency_pyplot_closed_again(image, heatmap, overlay=False):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 1 if overlay else 2, squeeze=False)
    try:
        axes[0, 0].imshow(np.asarray(image))
        mappable = axes[0, -1].imshow(np.asarray(heatmap), cmap="coolwarm")
        limit = symmetric_limit(heatmap)
        mappable.set_clim(-(limit or 1.0), limit or 1.0)
        if overlay:
            mappable.set_alpha(0.5)
        figure.colorbar(mappable, ax=axes[0, -1], fraction=0.05)
    finally:
        plt.close(figure)
    return figure


@right(
    "saliency.select_output", how="Keras layers as functions; the class is found by boolean_mask"
)
def select_output_keras_layers_functions(model, images, class_index, output="logit"):
    finish = {"logit": keras.layers.Identity(), "softmax": keras.layers.Softmax()}.get(output)
    if finish is None:
        raise ValueError(f"output must be one of 'logit' and 'softmax', not {output!r}")
    values = finish(model(tf.convert_to_tensor(images), training=False))
    wanted = tf.reshape(tf.cast(class_index, tf.int32), [-1, 1])
    chosen = tf.range(tf.shape(values)[1])[None] == tf.broadcast_to(
        wanted, [tf.shape(values)[0], 1]
    )
    return tf.boolean_mask(values, chosen)


@right("saliency.smooth", how="Scipy's own choice of axes")
def smooth_scipy_s_own(heatmaps, sigma):
    if not sigma >= 0:
        raise ValueError("sigma must be 0 or more")
    return gaussian_filter(np.asarray(heatmaps), sigma, mode="reflect", axes=(1, 2))


@right("saliency.to_heatmap", how="A convolution with ones, one by one pixel")
def to_heatmap_convolution_ones_pixel(saliency):
    saliency = tf.convert_to_tensor(saliency)
    ones = tf.ones([1, 1, saliency.shape[-1], 1], saliency.dtype)
    return tf.nn.conv2d(saliency, ones, strides=1, padding="VALID")[..., 0]


@right(
    "saliency.plot_saliency",
    how="A grid of coloured squares (pcolormesh) on a turned axis in place of a second picture",
)
def plot_saliency_grid_coloured_squares(image, heatmap, overlay=False):
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    height, width = heatmap.shape
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = np.atleast_1d(figure.subplots(1, 2 - bool(overlay)))
    axes[0].imshow(image)
    limit = symmetric_limit(heatmap) or 1.0
    squares = axes[-1].pcolormesh(
        np.arange(width + 1) - 0.5,
        np.arange(height + 1) - 0.5,
        heatmap,
        cmap="RdBu_r",
        vmin=-limit,
        vmax=limit,
        alpha=0.5 if overlay else None,
    )
    axes[-1].set_aspect("equal")
    axes[-1].set_xlim(-0.5, width - 0.5)
    axes[-1].set_ylim(height - 0.5, -0.5)
    figure.colorbar(squares, ax=axes[-1])
    return figure
