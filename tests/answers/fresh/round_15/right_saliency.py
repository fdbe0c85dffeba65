# ruff: noqa: ANN001, ANN201, ANN202, E501, F821
"""Right answers to `saliency` of round 15: each keeps all promises."""

import keras
import numpy as np
import scipy.ndimage as ndi
import tensorflow as tf

from course.given import compiled
from tests.answers.fresh import right


@right(
    "saliency.select_output",
    how="One-hot and einsum, a table of functions, the largest logit taken off by hand.",
)
def select_output_hot_einsum_table(model, images, class_index, output="logit"):

    def probability(z, own):
        top = tf.reduce_max(z, axis=1)
        return tf.exp(own - top) / tf.einsum("bk->b", tf.exp(z - top[:, None]))

    known = {"logit": lambda z, own: own, "softmax": probability}
    if output not in known:
        raise ValueError(f"output must be one of {sorted(known)}, not {output!r}")
    logits = tf.convert_to_tensor(model(images, training=False))
    count, classes = tf.unstack(tf.shape(logits))
    wanted = tf.ones([count], tf.int32) * tf.cast(class_index, tf.int32)
    own = tf.einsum("bk,bk->b", logits, tf.one_hot(wanted, classes, dtype=logits.dtype))
    return known[output](logits, own)


@right("saliency.select_output", how="Gather_nd over pairs of row and class, softmax by Keras ops.")
def select_output_gather_nd_over(model, images, class_index, output="logit"):
    if output == "logit":
        table = model(images, training=False)
    elif output == "softmax":
        table = keras.ops.softmax(model(images, training=False), axis=-1)
    else:
        raise ValueError("output: 'logit' or 'softmax'")
    rows = tf.range(tf.shape(table)[0])
    columns = tf.zeros_like(rows) + tf.cast(class_index, rows.dtype)
    return tf.gather_nd(table, tf.stack([rows, columns], axis=-1))


@right("saliency.gradient_saliency", how="One image at a time in a Python loop, then concatenated.")
def gradient_saliency_image_time_python(model, images, class_index, output="logit"):
    images = tf.convert_to_tensor(np.asarray(images), tf.float32)
    classes = np.broadcast_to(np.asarray(class_index), (len(images),))
    maps = []
    for i, k in enumerate(classes):
        one = images[i : i + 1]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(one)
            value = select_output(model, one, int(k), output)
        maps.append(tape.gradient(value, one))
    return tf.concat(maps, axis=0).numpy()


@right("saliency.to_heatmap", how="A matrix product with a column of ones.")
def to_heatmap_matrix_product_column(saliency):
    s = np.asarray(saliency)
    return (s @ np.ones((s.shape[-1], 1), s.dtype))[..., 0]


@right("saliency.smooth", how="Two one-dimensional passes along the named axes.")
def smooth_two_dimensional_passes(heatmaps, sigma):
    if sigma < 0:
        raise ValueError(f"sigma must be 0 or more, not {sigma}")
    result = np.array(heatmaps, dtype=np.float64)
    if sigma > 0:
        for axis in (1, 2):
            result = ndi.gaussian_filter1d(result, sigma, axis=axis, mode="reflect")
    return result


@right("saliency.symmetric_limit", how="The infinity norm of the flattened map.")
def symmetric_limit_infinity_norm_flattened(heatmap):
    return float(np.linalg.norm(np.ravel(np.asarray(heatmap, dtype=np.float64)), ord=np.inf))


@right(
    "saliency.plot_saliency",
    how="A Figure without pyplot, a norm object and a colour bar axis of its own.",
)
def plot_saliency_figure_without_pyplot(image, heatmap, overlay=False):
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    v = float(symmetric_limit(heatmap)) or 1.0
    style = {"cmap": "seismic", "norm": Normalize(vmin=-v, vmax=v), "interpolation": "nearest"}
    figure = Figure(figsize=(8, 4))
    if overlay:
        panel, bar = figure.subplots(1, 2, gridspec_kw={"width_ratios": [20, 1]})
        panel.imshow(image, interpolation="nearest")
        style["alpha"] = 0.5
    else:
        photo, panel, bar = figure.subplots(1, 3, gridspec_kw={"width_ratios": [20, 20, 1]})
        photo.imshow(image, interpolation="nearest")
        photo.set_axis_off()
    shown = panel.imshow(heatmap, **style)
    panel.set_axis_off()
    figure.colorbar(shown, cax=bar)
    return figure


@right(
    "saliency.smooth",
    how="A Gaussian kernel of its own (four sigmas, as scipy's), correlated along rows and columns.",
)
def smooth_four_sigmas_scipy(heatmaps, sigma):
    if sigma < 0:
        raise ValueError(f"sigma must not be negative: {sigma}")
    maps = np.array(heatmaps, np.float64)
    radius = int(4 * sigma + 0.5)
    if sigma == 0 or radius == 0:
        return maps
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    once = ndi.correlate1d(maps, kernel, axis=-1, mode="reflect")
    return ndi.correlate1d(once, kernel, axis=-2, mode="reflect")


@compiled
def _r15_gradient(model, images, class_index, output):
    return tf.gradients(select_output(model, images, class_index, output), [images])[0]


@right(
    "saliency.gradient_saliency",
    how="Tf.gradients inside of a function compiled by the course's decorator.",
)
def gradient_saliency_tf_gradients_inside(model, images, class_index, output="logit"):
    if output not in {"logit", "softmax"}:
        raise ValueError(f"output must be 'logit' or 'softmax', not {output!r}")
    return _r15_gradient(
        model, tf.convert_to_tensor(np.asarray(images, np.float32)), class_index, output
    )
