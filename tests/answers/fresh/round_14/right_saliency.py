# ruff: noqa: ANN001, ANN201, ANN202, ANN204, B905, E501, F821
"""Right answers to `saliency` of round 14: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter1d

from tests.answers.fresh import right


@right("saliency.select_output", how="Einsum with one-hot rows, softmax by hand with log-sum-exp")
def select_output_einsum_hot_rows(model, images, class_index, output="logit"):
    if output not in {"logit", "softmax"}:
        raise ValueError(f"output must be 'logit' or 'softmax', not {output!r}")
    logits = tf.cast(
        model(tf.cast(tf.convert_to_tensor(images), tf.float32), training=False), tf.float32
    )
    if output == "softmax":
        logits = tf.exp(logits - tf.reduce_logsumexp(logits, axis=1, keepdims=True))
    hot = tf.one_hot(tf.cast(class_index, tf.int32), tf.shape(logits)[1])
    hot = tf.broadcast_to(hot, tf.shape(logits))
    return tf.einsum("bk,bk->b", logits, hot)


@right("saliency.select_output", how="Keras ops throughout, take_along_axis")
def select_output_keras_ops_throughout(model, images, class_index, output="logit"):
    choose = {"logit": lambda x: x, "softmax": lambda x: keras.ops.softmax(x, axis=-1)}
    if output not in choose:
        raise ValueError("output: 'logit' or 'softmax'")
    answers = choose[output](model(keras.ops.convert_to_tensor(images, "float32"), training=False))
    which = keras.ops.reshape(keras.ops.cast(class_index, "int32"), (-1, 1))
    which = keras.ops.broadcast_to(which, (keras.ops.shape(answers)[0], 1))
    return keras.ops.squeeze(keras.ops.take_along_axis(answers, which, axis=1), axis=1)


@right("saliency.gradient_saliency", how="One image at a time, stacked")
def gradient_saliency_image_time_stacked(model, images, class_index, output="logit"):
    images = tf.cast(tf.convert_to_tensor(images), tf.float32)
    classes = np.broadcast_to(np.asarray(class_index), (images.shape[0],))

    def one(image, k):
        image = image[tf.newaxis]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(image)
            value = select_output(model, image, int(k), output)[0]
        return tape.gradient(value, image)[0]

    return tf.stack([one(image, k) for image, k in zip(images, classes)])


@right("saliency.gradient_saliency", how="Tf.gradients inside a tf.function")
def gradient_saliency_tf_gradients_inside(model, images, class_index, output="logit"):

    @tf.function(autograph=False)
    def graph(x, k):
        return tf.gradients(tf.reduce_sum(select_output(model, x, k, output)), x)[0]

    return graph(tf.cast(tf.convert_to_tensor(images), tf.float32), tf.cast(class_index, tf.int32))


@right("saliency.to_heatmap", how="Matrix product with a vector of ones")
def to_heatmap_matrix_product_vector(saliency):
    saliency = np.asarray(saliency)
    return saliency @ np.ones(saliency.shape[-1], saliency.dtype)


@right("saliency.smooth", how="Two one-dimensional filters one after the other")
def smooth_two_dimensional_filters(heatmaps, sigma):
    if sigma < 0:
        raise ValueError(f"sigma must not be negative, but is {sigma}")
    out = np.array(heatmaps)
    if sigma > 0:
        for axis in (1, 2):
            out = gaussian_filter1d(out, sigma, axis=axis, mode="reflect")
    return out


@right("saliency.symmetric_limit", how="The infinity norm of the flat map")
def symmetric_limit_infinity_norm_flat(heatmap):
    return float(np.linalg.norm(np.asarray(heatmap).ravel(), ord=np.inf))


class _F14Painter:
    def __init__(self, columns):
        self.figure = Figure(figsize=(4 * columns + 1, 4))
        widths = [1.0] * columns + [0.06]
        grid = self.figure.add_gridspec(1, columns + 1, width_ratios=widths)
        self.axes = [self.figure.add_subplot(grid[0, i]) for i in range(columns)]
        self.bar = self.figure.add_subplot(grid[0, columns])

    def photo(self, image):
        self.axes[0].imshow(image, interpolation="nearest")

    def heat(self, heatmap, limit, alpha):
        norm = Normalize(-limit, limit)
        drawn = self.axes[-1].imshow(
            heatmap, cmap="coolwarm", norm=norm, alpha=alpha, interpolation="nearest"
        )
        self.figure.colorbar(drawn, cax=self.bar)


@right(
    "saliency.plot_saliency",
    how="A class-based painter on a bare Figure with a grid of its own and a separate axis for the bar",
)
def plot_saliency_class_based_painter(image, heatmap, overlay=False):
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    painter = _F14Painter(1 if overlay else 2)
    painter.photo(image)
    painter.heat(heatmap, symmetric_limit(heatmap) or 1.0, 0.5 if overlay else 1.0)
    return painter.figure


@right(
    "saliency.smooth", how="One dense matrix per axis, each the filter's answer to the unit matrix"
)
def smooth_dense_matrix_per(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma must be 0 or more")
    maps = np.asarray(heatmaps)
    if sigma == 0:
        return maps.copy()
    rows, cols = (
        gaussian_filter1d(np.eye(n), sigma, axis=0, mode="reflect") for n in maps.shape[1:]
    )
    return np.einsum("yi,bij,xj->byx", rows, maps, cols, optimize=True).astype(maps.dtype)
