# ruff: noqa: ANN001, ANN202, B905, E501, F821
"""Right answers to `saliency` of the sixth round: each keeps all promises."""

import functools

import keras
import numpy as np
import tensorflow as tf
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter1d

from course.given.types import Classes, Heatmap, Heatmaps, Image, Images, Maps, Output, Values
from tests.answers.fresh import right


@right(
    "saliency.select_output", how="One-hot times values with einsum, softmax through log-sum-exp"
)
def select_output_hot_times_values(
    model: keras.Model, images: Images, class_index: Classes, output: Output = "logit"
) -> Values:
    if output not in ("logit", "softmax"):
        raise ValueError(f"output must be logit or softmax, not {output!r}")
    values = model(tf.convert_to_tensor(images), training=False)
    if output == "softmax":
        values = tf.exp(values - tf.reduce_logsumexp(values, axis=1, keepdims=True))
    classes = tf.broadcast_to(tf.cast(class_index, tf.int32), tf.shape(values)[:1])
    picked = tf.one_hot(classes, tf.shape(values)[1], on_value=True, off_value=False)
    return tf.reduce_sum(tf.where(picked, values, tf.zeros_like(values)), axis=1)


@right("saliency.select_output", how="Takes whole columns and then the diagonal")
def select_output_takes_whole_columns(
    model: keras.Model, images: Images, class_index: Classes, output: Output = "logit"
) -> Values:
    table = {"logit": tf.identity, "softmax": lambda z: keras.ops.softmax(z, axis=-1)}
    try:
        transform = table[output]
    except KeyError:
        raise ValueError(output) from None
    values = transform(model(tf.convert_to_tensor(images), training=False))
    if np.ndim(class_index) == 0:
        return values[:, int(class_index)]
    return tf.linalg.diag_part(tf.gather(values, tf.convert_to_tensor(class_index), axis=1))


@right("saliency.gradient_saliency", how="One image at a time with a fresh tape, results stacked")
def gradient_saliency_image_time_fresh(
    model: keras.Model, images: Images, class_index: Classes, output: Output = "logit"
) -> Maps:
    if output not in ("logit", "softmax"):
        raise ValueError(output)
    images = tf.convert_to_tensor(images)
    classes = np.broadcast_to(np.asarray(class_index), (images.shape[0],))
    rows = []
    for one, k in zip(tf.split(images, images.shape[0]), classes):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(one)
            value = select_output(model, one, int(k), output)
        rows.append(tape.gradient(value, one, unconnected_gradients="zero"))
    return tf.concat(rows, axis=0)


@right("saliency.gradient_saliency", how="Tf.gradients inside a tf.function made for this one call")
def gradient_saliency_tf_gradients_inside(
    model: keras.Model, images: Images, class_index: Classes, output: Output = "logit"
) -> Maps:
    x = tf.convert_to_tensor(images)

    @tf.function
    def slope(batch):
        return tf.gradients(select_output(model, batch, class_index, output), batch)[0]

    return slope(x).numpy()


@right("saliency.to_heatmap", how="A matrix product with a vector of ones")
def to_heatmap_matrix_product_vector(saliency: Maps) -> Heatmaps:
    s = np.asarray(saliency)
    return s @ np.ones(s.shape[-1], s.dtype)


@right("saliency.to_heatmap", how="Functools.reduce over unstacked channels")
def to_heatmap_functools_reduce_over(saliency: Maps) -> Heatmaps:
    return functools.reduce(tf.add, tf.unstack(tf.convert_to_tensor(saliency), axis=-1))


@right("saliency.smooth", how="One image at a time by gaussian_filter1d, rows then columns")
def smooth_image_time_gaussian(heatmaps: Heatmaps, sigma: float) -> Heatmaps:
    if sigma < 0:
        raise ValueError("sigma must not be negative")
    maps = np.array(heatmaps)
    if sigma == 0:
        return maps
    for b, one in enumerate(maps):
        maps[b] = gaussian_filter1d(
            gaussian_filter1d(one, sigma, axis=0, mode="reflect"), sigma, axis=1, mode="reflect"
        )
    return maps


@right("saliency.symmetric_limit", how="Infinity norm of the flattened map")
def symmetric_limit_infinity_norm_flattened(heatmap: Heatmap) -> float:
    return float(np.linalg.norm(np.ravel(np.asarray(heatmap)), ord=np.inf))


@right("saliency.symmetric_limit", how="Sorts by size and takes the last one")
def symmetric_limit_sorts_size_takes(heatmap: Heatmap) -> float:
    return abs(min(np.asarray(heatmap).ravel().tolist(), key=lambda v: -abs(v)))


@right(
    "saliency.plot_saliency",
    how="Figure built without pyplot, axes placed by hand, a Normalize object shared with the colour bar",
)
def plot_saliency_figure_built_without(
    image: Image, heatmap: Heatmap, overlay: bool = False
) -> Figure:
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    v = symmetric_limit(heatmap) or 1.0
    fig = Figure(figsize=(8, 4))
    places = [(0.05, 0.1, 0.75, 0.8)] if overlay else [(0.03, 0.1, 0.4, 0.8), (0.46, 0.1, 0.4, 0.8)]
    axes = [fig.add_axes(p) for p in places]
    axes[0].imshow(image, vmin=0, vmax=1)
    shown = axes[-1].imshow(
        heatmap, cmap="seismic", norm=Normalize(-v, v), alpha=0.5 if overlay else 1.0
    )
    fig.colorbar(shown, cax=fig.add_axes((0.9, 0.1, 0.03, 0.8)))
    return fig


@right(
    "saliency.plot_saliency",
    how="Both pictures get the same extent with pixel edges at whole numbers",
)
def plot_saliency_both_pictures_get(
    image: Image, heatmap: Heatmap, overlay: bool = False
) -> Figure:
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    h, w = heatmap.shape
    v = symmetric_limit(heatmap)
    if v == 0:
        v = 1.0
    box = {"extent": (0, w, h, 0), "origin": "upper", "interpolation": "nearest"}
    fig = Figure()
    axes = np.ravel(fig.subplots(1, 1 if overlay else 2))
    axes[0].imshow(image, **box)
    drawn = axes[-1].imshow(
        heatmap, cmap="RdBu_r", vmin=-v, vmax=v, alpha=0.5 if overlay else None, **box
    )
    fig.colorbar(drawn, ax=list(axes))
    return fig
