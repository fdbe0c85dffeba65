# ruff: noqa: ANN001, ANN201, ANN202
"""Right answers to `saliency`, each in another style."""

import functools
import math

import keras
import numpy as np
import scipy.ndimage as ndi
import scipy.special as _special
import tensorflow as tf
from matplotlib.colors import CenteredNorm as _CenteredNorm
from matplotlib.figure import Figure as _Figure

from course.given import compiled as _compiled
from tests.answers.fresh import right


def _classes(class_index, count):
    return np.broadcast_to(np.asarray(class_index), (count,)).astype(np.int32)


def _known(output):
    if output not in {"logit", "softmax"}:
        raise ValueError(f"unknown output {output}")


# --- select_output


@right("saliency.select_output", how="one-hot product, summed over the classes")
def multiplies_with_one_hot(model, images, class_index, output="logit"):
    _known(output)
    logits = model(tf.convert_to_tensor(images, tf.float32), training=False)
    values = {"logit": tf.identity, "softmax": tf.nn.softmax}[output](logits)
    hot = tf.one_hot(tf.cast(class_index, tf.int32), values.shape[-1], dtype=values.dtype)
    return tf.reduce_sum(values * hot, axis=-1)


@right("saliency.select_output", how="keras.ops.take_along_axis, its own stable softmax")
def takes_along_the_axis(model, images, class_index, output="logit"):
    ops = keras.ops
    _known(output)
    logits = model(ops.convert_to_tensor(images, "float32"), training=False)
    if output == "softmax":
        odds = ops.exp(logits - ops.max(logits, axis=-1, keepdims=True))
        logits = odds / ops.sum(odds, axis=-1, keepdims=True)
    index = ops.broadcast_to(ops.cast(class_index, "int32"), (logits.shape[0],))
    return ops.take_along_axis(logits, index[:, None], axis=1)[:, 0]


@right("saliency.select_output", how="gather_nd on stacked indices, exp of log_softmax")
def gathers_pairs(model, images, class_index, output="logit"):
    if output == "logit":
        transform = tf.identity
    elif output == "softmax":
        transform = lambda x: tf.exp(tf.nn.log_softmax(x))  # noqa: E731
    else:
        raise ValueError(output)
    values = transform(model(tf.cast(images, tf.float32), training=False))
    rows = tf.range(tf.shape(values)[0])
    columns = tf.zeros_like(rows) + tf.cast(class_index, rows.dtype)
    return tf.gather_nd(values, tf.stack([rows, columns], axis=-1))


# --- gradient_saliency


@right("saliency.gradient_saliency", how="an image at a time, through select_output")
def goes_image_by_image(model, images, class_index, output="logit"):
    from course.saliency import select_output

    images = tf.convert_to_tensor(images, tf.float32)
    classes = np.broadcast_to(np.asarray(class_index), (len(images),))
    gradients = []
    for image, k in zip(images, classes, strict=True):
        batch = image[None]
        with tf.GradientTape() as tape:
            tape.watch(batch)
            value = select_output(model, batch, int(k), output)
        gradients.append(tape.gradient(value, batch)[0])
    return tf.stack(gradients)


@right(
    "saliency.gradient_saliency",
    how="tf.Variable, tf.gradients' output_gradients picks the class",
)
def seeds_the_gradient_of_all_logits(model, images, class_index, output="logit"):
    _known(output)
    x = tf.Variable(np.array(images, np.float32))
    with tf.GradientTape() as tape:
        values = model(x, training=False)
        if output == "softmax":
            values = tf.nn.softmax(values)
    hot = np.zeros(values.shape, np.float32)
    hot[np.arange(hot.shape[0]), np.asarray(class_index)] = 1
    return tape.gradient(values, x, output_gradients=tf.constant(hot)).numpy()


@_compiled
def _compiled_gradient(model, images, class_index, output):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        values = model(images, training=False)
        if output == "softmax":
            values = tf.nn.softmax(values)
        hot = tf.one_hot(class_index, values.shape[-1])
        total = tf.reduce_sum(values * hot)
    return tape.gradient(total, images)


@right("saliency.gradient_saliency", how="compiled graph, gradient of the batch's sum")
def differentiates_the_sum_in_a_graph(model, images, class_index, output="logit"):
    _known(output)
    images = tf.convert_to_tensor(images, tf.float32)
    return _compiled_gradient(model, images, np.asarray(class_index), output)


@right("saliency.gradient_saliency", how="batch_jacobian of a column")
def jacobian_of_one_column(model, images, class_index, output="logit"):
    _known(output)
    images = tf.cast(images, tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(images)
        table = model(images, training=False)
        if output == "softmax":
            table = tf.nn.softmax(table)
        own = tf.gather(table, _classes(class_index, len(images))[:, None], axis=1, batch_dims=1)
    return tape.batch_jacobian(own, images, experimental_use_pfor=False)[:, 0]


@right("saliency.gradient_saliency", how="the softmax's slope by hand, as output_gradients")
def softmax_slope_by_hand(model, images, class_index, output="logit"):
    _known(output)
    images = tf.cast(images, tf.float32)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        logits = model(images, training=False)
    chosen = np.eye(logits.shape[-1])[_classes(class_index, len(images))]
    if output == "softmax":
        p = _special.softmax(np.asarray(logits, np.float64), axis=1)
        own = np.sum(p * chosen, axis=1, keepdims=True)
        chosen = own * (chosen - p)
    return tape.gradient(logits, images, output_gradients=tf.constant(chosen, logits.dtype)).numpy()


# --- to_heatmap


@right("saliency.to_heatmap", how="einsum in float64")
def sums_by_einsum(saliency):
    return np.einsum("bhwc->bhw", np.asarray(saliency, np.float64))


@right("saliency.to_heatmap", how="matrix product with ones")
def multiplies_with_ones(saliency):
    saliency = tf.convert_to_tensor(saliency)
    return tf.linalg.matvec(saliency, tf.ones(saliency.shape[-1:], saliency.dtype))


@right("saliency.to_heatmap", how="functools.reduce over the unstacked channels")
def adds_channel_after_channel(saliency):
    return functools.reduce(tf.add, tf.unstack(tf.convert_to_tensor(saliency), axis=-1))


# --- smooth


@right("saliency.smooth", how="a map at a time")
def blurs_map_by_map(heatmaps, sigma):
    if sigma < 0:
        raise ValueError(f"sigma is {sigma}")
    return np.stack([ndi.gaussian_filter(heatmap, sigma) for heatmap in np.asarray(heatmaps)])


@right("saliency.smooth", how="two one-dimensional filters, float64")
def blurs_rows_then_columns(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("negative sigma")
    result = np.array(heatmaps, np.float64)
    if sigma == 0:
        return result
    for axis in (1, 2):
        result = ndi.gaussian_filter1d(result, sigma, axis=axis, mode="reflect")
    return result


@right("saliency.smooth", how="matrices that hold the reflected kernel, in tf")
def multiplies_with_blur_matrices(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("negative sigma")
    heatmaps = tf.cast(heatmaps, tf.float64)
    if sigma == 0:
        return heatmaps
    radius = int(4 * float(sigma) + 0.5)
    offsets = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2)
    kernel /= kernel.sum()

    def matrix(n):
        result = np.zeros((n, n))
        for i in range(n):
            for offset, weight in zip(offsets, kernel, strict=True):
                j = (i + offset) % (2 * n)
                result[i, j if j < n else 2 * n - 1 - j] += weight
        return tf.constant(result)

    rows, columns = matrix(heatmaps.shape[1]), matrix(heatmaps.shape[2])
    return tf.einsum("ih,bhw,jw->bij", rows, heatmaps, columns)


@right("saliency.smooth", how="a product with two matrices")
def product_with_two_matrices(heatmaps, sigma):
    if sigma < 0:
        raise ValueError(f"sigma must not be negative, not {sigma}")
    heatmaps = np.asarray(heatmaps, np.float64)
    if sigma == 0:
        return heatmaps.copy()
    down, across = (
        ndi.gaussian_filter1d(np.eye(n), sigma, axis=0, mode="reflect") for n in heatmaps.shape[1:]
    )
    return np.einsum("ih,bhw,jw->bij", down, heatmaps, across, optimize=True)


# --- symmetric_limit


@right("saliency.symmetric_limit", how="larger of maximum and minus minimum")
def compares_both_ends(heatmap):
    heatmap = np.asarray(heatmap)
    return max(float(heatmap.max()), -float(heatmap.min()))


@right("saliency.symmetric_limit", how="infinity norm of the flattened map, in tf")
def takes_the_infinity_norm(heatmap):
    return float(tf.norm(tf.reshape(tf.convert_to_tensor(heatmap), [-1]), ord=math.inf))


@right("saliency.symmetric_limit", how="Python's max over all numbers")
def pythons_max(heatmap):
    limit = lambda numbers: max(map(abs, numbers))  # noqa: E731
    return limit(np.asarray(heatmap, float).ravel().tolist())


# --- plot_saliency


@right(
    "saliency.plot_saliency",
    how="pyplot, taken off its stack again; 'seismic' with a Normalize",
)
def plots_with_pyplot(image, heatmap, overlay=False):
    import matplotlib.colors
    import matplotlib.pyplot as plt

    from course.saliency import symmetric_limit

    limit = symmetric_limit(heatmap)
    norm = matplotlib.colors.Normalize(-limit, limit)
    image = np.asarray(image)
    figure, axes = plt.subplots(1, 1 if overlay else 2, squeeze=False)
    axes[0, 0].imshow(image if image.shape[-1] > 1 else image[..., 0], cmap="gray", vmin=0, vmax=1)
    shown = axes[0, -1].imshow(
        np.asarray(heatmap), cmap="seismic", norm=norm, alpha=0.5 if overlay else 1
    )
    figure.colorbar(shown, ax=axes[0, -1])
    plt.close(figure)
    return figure


@right(
    "saliency.plot_saliency",
    how="grey images repeated to RGB, the bar on axes of its own by hand",
)
def places_the_bar_by_hand(image, heatmap, overlay=False):
    heatmap = np.asarray(heatmap)
    limit = float(abs(heatmap).max())
    image = np.asarray(image)
    if image.shape[-1] == 1:
        image = np.repeat(image, 3, axis=-1)
    figure = _Figure(figsize=(6, 3))
    if overlay:
        left = over = figure.add_axes([0.1, 0.1, 0.7, 0.8])
    else:
        left = figure.add_axes([0.02, 0.1, 0.4, 0.8])
        over = figure.add_axes([0.45, 0.1, 0.4, 0.8])
    left.imshow(image)
    shown = over.imshow(heatmap, cmap="bwr", alpha=0.5 if overlay else None)
    shown.set_clim(-limit, limit)
    figure.colorbar(shown, cax=figure.add_axes([0.88, 0.1, 0.03, 0.8]))
    return figure


@right("saliency.plot_saliency", how="CenteredNorm, a mosaic")
def mosaic_with_a_centred_norm(image, heatmap, overlay=False):
    from course.saliency import symmetric_limit

    heatmap = np.asarray(heatmap)
    norm = _CenteredNorm(vcenter=0, halfrange=float(symmetric_limit(heatmap)))
    figure = _Figure(layout="constrained")
    axes = figure.subplot_mosaic("m" if overlay else "im")
    axes["m" if overlay else "i"].imshow(np.asarray(image), interpolation="nearest")
    drawn = axes["m"].imshow(
        heatmap, cmap="PuOr", norm=norm, alpha=0.5 if overlay else 1, interpolation="nearest"
    )
    figure.colorbar(drawn, ax=axes["m"])
    return figure
