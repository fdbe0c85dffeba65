"""Other ways to be right in 1.1, by task."""

from typing import Any

import numpy as np
import tensorflow as tf

from tests.answers.right import answer

# --- select_output --------------------------------------------------------------------------------


@answer("saliency.select_output")
def value_by_a_product(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    if output not in {"logit", "softmax"}:
        raise ValueError(f"output cannot be {output}")
    table = model(images, training=False)
    table = {"logit": tf.identity, "softmax": tf.nn.softmax}[output](table)
    return tf.reduce_sum(table * tf.one_hot(class_index, table.shape[-1]), axis=-1)


@answer("saliency.select_output")
def value_in_double_precision(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    """With the softmax written out."""
    if output != "logit" and output != "softmax":
        raise ValueError(output)
    table = tf.cast(model(tf.convert_to_tensor(images), training=False), tf.float64)
    if output == "softmax":
        table = tf.exp(table - tf.reduce_max(table, axis=1, keepdims=True))
        table /= tf.reduce_sum(table, axis=1, keepdims=True)
    rows = tf.range(len(images))
    columns = tf.zeros_like(rows) + tf.cast(class_index, tf.int32)
    return tf.gather_nd(table, tf.stack([rows, columns], axis=1))


@answer("saliency.select_output")
def value_image_by_image(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    if output not in ("logit", "softmax"):
        raise ValueError("output")
    picked = []
    for i in range(len(images)):
        row = model(images[i : i + 1], training=False)[0]
        row = tf.nn.softmax(row) if output == "softmax" else row
        picked.append(row[class_index if np.ndim(class_index) == 0 else class_index[i]])
    return tf.stack(picked)


@answer("saliency.select_output")
def value_by_keras(
    model: Any, images: Any, class_index: Any, output: str = "logit", axis: int = -1
) -> Any:
    """Written for any backend, with an argument more than was asked for."""
    import keras

    if output == "softmax":
        table = keras.ops.softmax(model(images, training=False), axis=axis)
    elif output == "logit":
        table = model(images, training=False)
    else:
        raise ValueError(f"output={output!r}")
    classes = keras.ops.broadcast_to(class_index, (len(images),))
    return keras.ops.take_along_axis(table, classes[:, None], axis=axis)[:, 0]


# --- gradient_saliency ----------------------------------------------------------------------------


@answer("saliency.gradient_saliency")
def gradient_by_a_variable(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    """Eager; a tape watches variables by itself. The sum has the same gradient."""
    from course.saliency import select_output

    variable = tf.Variable(images)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(select_output(model, variable, class_index, output))
    return tape.gradient(total, variable).numpy()


@tf.function(jit_compile=True)
def _gradient_with_xla(model: Any, images: Any, classes: Any, output: str) -> Any:
    from course.saliency import select_output

    return tf.gradients(select_output(model, images, classes, output), images)[0]


@answer("saliency.gradient_saliency")
def gradient_with_xla(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    classes = np.broadcast_to(class_index, len(images))
    return _gradient_with_xla(model, tf.constant(images), tf.constant(classes), output)


@answer("saliency.gradient_saliency")
def gradient_image_by_image(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    classes = np.broadcast_to(class_index, len(images))
    pairs = zip(images, classes, strict=True)
    each = [gradient_by_a_variable(model, one[None], int(k), output) for one, k in pairs]
    return np.concatenate(each)


@answer("saliency.gradient_saliency")
def gradient_from_a_jacobian(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    """The slopes of all outputs, of which one an image is taken."""
    if output not in ("logit", "softmax"):
        raise ValueError("output must be logit or softmax")
    images = tf.constant(images)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(images)
        table = model(images, training=False)
        table = tf.nn.softmax(table) if output == "softmax" else table
    slopes = tape.batch_jacobian(table, images, experimental_use_pfor=False)
    return np.asarray(slopes, np.float64)[np.arange(len(images)), class_index]


# --- to_heatmap -----------------------------------------------------------------------------------


@answer("saliency.to_heatmap")
def heatmap_in_double_precision(saliency: Any) -> Any:
    return np.asarray(saliency, np.float64).sum(-1)


@answer("saliency.to_heatmap")
def heatmap_by_a_product(saliency: Any) -> Any:
    return np.asarray(saliency) @ np.ones(saliency.shape[-1], np.float32)


@answer("saliency.to_heatmap")
def heatmap_channel_by_channel(saliency: Any) -> Any:
    return tf.add_n(tf.unstack(saliency, axis=3))


# --- smooth ---------------------------------------------------------------------------------------


@answer("saliency.smooth")
def smooth_by_one_sigma_an_axis(heatmaps: Any, sigma: float) -> Any:
    from scipy.ndimage import gaussian_filter

    if not sigma >= 0:
        raise ValueError("sigma < 0")
    return gaussian_filter(np.asarray(heatmaps, np.float64), sigma=(0, sigma, sigma))


@answer("saliency.smooth")
def smooth_map_by_map(heatmaps: Any, sigma: float) -> Any:
    from scipy import ndimage

    if sigma == 0:
        return heatmaps
    if sigma < 0:
        raise ValueError(sigma)
    return np.stack([ndimage.gaussian_filter(one, sigma) for one in heatmaps])


@answer("saliency.smooth")
def smooth_by_matrices(heatmaps: Any, sigma: float) -> Any:
    """A filter along one axis is a matrix: its columns are filtered unit vectors."""
    from scipy.ndimage import gaussian_filter1d

    if sigma < 0:
        raise ValueError("sigma")
    rows, columns = (
        gaussian_filter1d(np.eye(side), sigma, axis=0, mode="reflect") if sigma else np.eye(side)
        for side in heatmaps.shape[1:]
    )
    return rows @ heatmaps @ columns.T


# --- symmetric_limit ------------------------------------------------------------------------------


@answer("saliency.symmetric_limit")
def limit_of_both_ends(heatmap: Any) -> float:
    return max(float(np.max(heatmap)), -float(np.min(heatmap)))


@answer("saliency.symmetric_limit")
def limit_by_a_norm(heatmap: Any) -> Any:
    return np.linalg.norm(np.ravel(heatmap), np.inf)


@answer("saliency.symmetric_limit")
def limit_by_tensorflow(heatmap: Any) -> Any:
    return tf.reduce_max(tf.abs(heatmap))


# --- plot_saliency --------------------------------------------------------------------------------


@answer("saliency.plot_saliency")
def plot_by_pyplot(image: Any, heatmap: Any, overlay: bool = False) -> Any:
    import matplotlib.pyplot as plt
    from matplotlib.colors import CenteredNorm

    figure, axes = plt.subplots(ncols=1 if overlay else 2)
    axes = np.atleast_1d(axes)
    axes[0].imshow(image)
    shown = axes[-1].imshow(heatmap, cmap="seismic", norm=CenteredNorm(), alpha=0.5)
    plt.colorbar(shown)
    plt.show()
    return figure


@answer("saliency.plot_saliency")
def plot_with_own_axes_for_the_bar(image: Any, heatmap: Any, overlay: bool = False) -> Any:
    import matplotlib.pyplot as plt
    from matplotlib.colors import TwoSlopeNorm

    from course.saliency import symmetric_limit

    figure = plt.figure(figsize=(9, 4))
    names = ["both", "bar"] if overlay else ["image", "both", "bar"]
    axes = figure.subplot_mosaic([names], width_ratios=[10] * (len(names) - 1) + [1])
    limit = symmetric_limit(heatmap) or 0.5  # it insists on limits in ascending order
    norm = TwoSlopeNorm(0, -limit, limit)
    axes[names[0]].imshow(image)
    shown = axes["both"].imshow(heatmap, cmap="PiYG", norm=norm, alpha=0.7 if overlay else None)
    figure.colorbar(shown, cax=axes["bar"])
    figure.suptitle("Saliency")
    return figure


@answer("saliency.plot_saliency")
def plot_with_a_scale_for_both(image: Any, heatmap: Any, overlay: bool = False) -> Any:
    """The bar belongs to a scale, not to what is drawn by it."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

    limit = float(np.abs(heatmap).max()) or 1.0
    scale = ScalarMappable(Normalize(-limit, limit), "RdBu_r")
    figure = Figure(figsize=(8, 4))
    axes = np.atleast_1d(figure.subplots(1, 1 if overlay else 2))
    axes[0].imshow(image)
    axes[-1].imshow(heatmap, cmap=scale.cmap, norm=scale.norm, alpha=0.5 if overlay else 1)
    figure.colorbar(scale, ax=axes[-1])
    return figure


@answer("saliency.plot_saliency")
def plot_with_a_transparent_map(
    image: Any, heatmap: Any, overlay: bool = False, size: float = 3
) -> Any:
    """Small values let more of the image through; a mesh, instead of an image."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3 * size, size))
    axes = figure.add_subplot() if overlay else figure.add_subplot(1, 2, 2)
    limit = max(abs(heatmap.min()), abs(heatmap.max()), 1e-9)
    (axes if overlay else figure.add_subplot(1, 2, 1)).imshow(image, interpolation="nearest")
    strength = 0.2 + 0.6 * np.abs(heatmap) / limit
    rows, columns = np.indices(np.shape(heatmap))
    shown = axes.pcolormesh(
        columns, rows, heatmap, cmap="coolwarm", vmin=-limit, vmax=limit, alpha=strength
    )
    axes.set_ylim(len(heatmap) - 0.5, -0.5)
    figure.colorbar(shown, ax=axes, shrink=0.8)
    return figure
