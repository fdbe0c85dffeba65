# ruff: noqa: ANN001, ANN201, ANN202, F821
"""Right answers to `saliency` of round 11: each keeps all promises."""

from functools import partial

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from matplotlib.colors import CenteredNorm
from matplotlib.figure import Figure
from scipy import ndimage
from scipy.ndimage import gaussian_filter1d

from tests.answers.fresh import right


@right("saliency.select_output", how="Keras ops throughout: softmax, take_along_axis, shape.")
def select_output_keras_ops_throughout(model, images, class_index, output="logit"):
    if output not in {"logit", "softmax"}:
        raise ValueError(f"output has to be 'logit' or 'softmax', not {output!r}")
    answers = keras.ops.cast(model(images, training=False), "float32")
    if output == "softmax":
        answers = keras.ops.softmax(answers, axis=-1)
    wanted = keras.ops.cast(keras.ops.convert_to_tensor(class_index), "int32")
    wanted = keras.ops.broadcast_to(wanted, keras.ops.shape(answers)[:1])
    return keras.ops.take_along_axis(answers, wanted[:, None], axis=-1)[:, 0]


PICKERS_BY_NAME = {
    "logit": lambda logits: logits,
    "softmax": lambda logits: tf.exp(tf.nn.log_softmax(logits)),
}


@right(
    "saliency.select_output",
    how="Gather_nd on a list of (row, class) pairs, and exp of log_softmax as the probability.",
)
def select_output_row_class(model, images, class_index, output="logit"):
    try:
        picker = PICKERS_BY_NAME[output]
    except KeyError:
        raise ValueError(f"there is no output {output!r}") from None
    logits = picker(tf.cast(model(tf.convert_to_tensor(images), training=False), tf.float32))
    rows = tf.range(tf.shape(logits)[0])
    columns = tf.zeros_like(rows) + tf.cast(class_index, tf.int32)
    return tf.gather_nd(logits, tf.stack([rows, columns], axis=1))


def slope_of_one_image(model, image, number, output):
    image = tf.convert_to_tensor(image[None], tf.float32)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(image)
        value = select_output(model, image, int(number), output)
    return tape.gradient(value, image, unconnected_gradients="zero")[0].numpy()


@right(
    "saliency.gradient_saliency",
    how="One image at a time in a comprehension, so no image can see another.",
)
def gradient_saliency_image_time_comprehension(model, images, class_index, output="logit"):
    images = np.asarray(images, np.float32)
    numbers = np.broadcast_to(np.asarray(class_index), len(images))
    return np.stack(
        [slope_of_one_image(model, x, k, output) for x, k in zip(images, numbers, strict=True)]
    )


@right(
    "saliency.gradient_saliency",
    how="Tf.gradients inside a tf.function that lives for one call only.",
)
def gradient_saliency_tf_gradients_inside(model, images, class_index, output="logit"):
    images = tf.cast(tf.convert_to_tensor(images), tf.float32)

    @tf.function(autograph=False)
    def slope(x):
        return tf.gradients(select_output(model, x, class_index, output), x)[0]

    return slope(images)


@right("saliency.to_heatmap", how="A matrix product with a vector of ones.")
def to_heatmap_matrix_product_vector(saliency):
    saliency = np.asarray(saliency)
    return saliency @ np.ones(saliency.shape[-1], saliency.dtype)


@right("saliency.to_heatmap", how="Einsum in TensorFlow.")
def to_heatmap_einsum_tensorflow(saliency):
    return tf.einsum("bhwc->bhw", tf.convert_to_tensor(saliency))


def matrix_of_blur(length, sigma):
    return gaussian_filter1d(np.eye(length), sigma, axis=0, mode="reflect")


@right("saliency.smooth", how="The blur as two matrices, found by blurring the unit vectors.")
def smooth_blur_two_matrices(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma is negative")
    heatmaps = np.array(heatmaps, dtype=float)
    if sigma == 0:
        return heatmaps
    rows, columns = (matrix_of_blur(n, sigma) for n in heatmaps.shape[1:])
    return np.einsum("ij,bjk,lk->bil", rows, heatmaps, columns)


@right("saliency.smooth", how="Map over single maps, each filtered in two dimensions.")
def smooth_map_over_single(heatmaps, sigma):
    if not sigma >= 0:
        raise ValueError(f"sigma must not be negative, it is {sigma}")
    blur = partial(ndimage.gaussian_filter, sigma=sigma, mode="reflect")
    return np.array(list(map(blur, np.asarray(heatmaps, np.float64))))


@right("saliency.symmetric_limit", how="The maximum norm.")
def symmetric_limit_maximum_norm(heatmap):
    return float(np.linalg.norm(np.ravel(heatmap), ord=np.inf))


@right(
    "saliency.plot_saliency",
    how="Pyplot's subplot_mosaic and a CenteredNorm; the figure is closed for pyplot and returned.",
)
def plot_saliency_pyplot_s_subplot(image, heatmap, overlay=False):
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    norm = CenteredNorm(vcenter=0, halfrange=symmetric_limit(heatmap) or 1.0)
    figure, axes = plt.subplot_mosaic([["image", "map"]] if not overlay else [["both"]])
    plt.close(figure)
    below, above = (axes["both"],) * 2 if overlay else (axes["image"], axes["map"])
    below.imshow(np.clip(image, 0, 1))
    drawn = above.imshow(heatmap, cmap="seismic", norm=norm, alpha=0.5 if overlay else None)
    figure.colorbar(drawn, ax=list(axes.values()))
    for one in axes.values():
        one.set_axis_off()
    return figure


@right(
    "saliency.plot_saliency",
    how='Add_axes by hand, colour bar in its own axes, explicit extents, map in "bwr".',
)
def plot_saliency_add_axes_hand(image, heatmap, overlay=False):
    image, heatmap = (np.asarray(image, float), np.asarray(heatmap, float))
    height, width = heatmap.shape
    frame = (-0.5, width - 0.5, height - 0.5, -0.5)
    limit = symmetric_limit(heatmap)
    limit = limit if limit > 0 else 0.001
    figure = Figure(figsize=(8, 4))
    left = figure.add_axes([0.03, 0.05, 0.4, 0.9])
    right = left if overlay else figure.add_axes([0.46, 0.05, 0.4, 0.9])
    left.imshow(image, extent=frame, interpolation="nearest")
    colored = right.imshow(
        heatmap,
        cmap="bwr",
        vmin=-limit,
        vmax=limit,
        extent=frame,
        interpolation="nearest",
        alpha=0.5 if overlay else 1.0,
        zorder=2,
    )
    figure.colorbar(colored, cax=figure.add_axes([0.9, 0.1, 0.02, 0.8]))
    return figure
