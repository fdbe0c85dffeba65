# ruff: noqa: ANN001, ANN201, ANN202, ANN204, B905, F821
"""Right answers to `saliency` of round 12: each keeps all promises."""

import functools
import operator

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from scipy import ndimage
from scipy.ndimage import gaussian_filter1d

from tests.answers.fresh import right


@right(
    "saliency.select_output",
    how="Einsum with a one-hot matrix, and the probability as exp of logit minus a log-sum-exp",
)
def select_output_einsum_hot_matrix(model, images, class_index, output="logit"):
    if output != "logit" and output != "softmax":
        raise ValueError(f"output is {output!r}; it has to be 'logit' or 'softmax'")
    logits = model(tf.convert_to_tensor(images), training=False)
    hot = tf.one_hot(class_index, logits.shape[-1], dtype=logits.dtype)
    hot = tf.broadcast_to(hot, tf.shape(logits))
    own = tf.einsum("bk,bk->b", logits, hot)
    if output == "logit":
        return own
    return tf.exp(own - tf.reduce_logsumexp(logits, axis=-1))


_R_READOUTS = {"logit": lambda z: z, "softmax": lambda z: keras.ops.softmax(z, axis=-1)}


@right(
    "saliency.select_output",
    how="Keras ops, take_along_axis, and a dictionary of read-outs in place of an if",
)
def select_output_keras_ops_take(model, images, class_index, output="logit"):
    try:
        readout = _R_READOUTS[output]
    except (KeyError, TypeError):
        raise ValueError(f"no output called {output!r}") from None
    values = readout(model(tf.convert_to_tensor(images), training=False))
    column = keras.ops.reshape(keras.ops.cast(class_index, "int32"), (-1, 1))
    column = keras.ops.broadcast_to(column, (keras.ops.shape(values)[0], 1))
    return keras.ops.take_along_axis(values, column, axis=1)[:, 0]


@right(
    "saliency.gradient_saliency", how="Image by image, gradients of scalars, and stacked in the end"
)
def gradient_saliency_image_image_gradients(model, images, class_index, output="logit"):
    stack = np.asarray(images, np.float32)
    classes = np.broadcast_to(np.asarray(class_index), (len(stack),))

    def r_single(picture, own):
        variable = tf.Variable(picture[None], trainable=False)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(variable)
            scalar = select_output(model, variable.read_value(), int(own), output)[0]
        return tf.convert_to_tensor(tape.gradient(scalar, variable))[0]

    return tf.stack([r_single(p, k) for p, k in zip(stack, classes)])


@right("saliency.gradient_saliency", how="Tf.gradients inside of a tf.function instead of a tape")
def gradient_saliency_tf_gradients_inside(model, images, class_index, output="logit"):

    @tf.function(autograph=False)
    def r_graph(x, k):
        return tf.gradients(select_output(model, x, k, output), x)[0]

    x = tf.cast(tf.convert_to_tensor(images), tf.float32)
    return r_graph(x, tf.cast(tf.convert_to_tensor(class_index), tf.int32))


@right("saliency.to_heatmap", how="A matrix product with a vector of ones")
def to_heatmap_matrix_product_vector(saliency):
    values = np.asarray(saliency)
    return values @ np.ones(values.shape[-1], values.dtype)


@right("saliency.to_heatmap", how="Functools.reduce over the unstacked channels")
def to_heatmap_functools_reduce_over(saliency):
    return functools.reduce(operator.add, tf.unstack(tf.convert_to_tensor(saliency), axis=-1))


@right(
    "saliency.smooth", how="One-dimensional filters, first down and then across, on a float64 copy"
)
def smooth_dimensional_filters_first(heatmaps, sigma):
    if not sigma >= 0:
        raise ValueError(f"sigma must be 0 or more, not {sigma}")
    maps = np.array(heatmaps, dtype=np.float64)
    if sigma == 0:
        return maps
    for axis in (1, 2):
        maps = gaussian_filter1d(maps, sigma, axis=axis, mode="reflect")
    return maps


@right("saliency.symmetric_limit", how="The infinity norm of the flattened map")
def symmetric_limit_infinity_norm_flattened(heatmap):
    return float(np.linalg.norm(np.ravel(np.asarray(heatmap)), ord=np.inf))


@right("saliency.symmetric_limit", how="Sorting and looking at both ends")
def symmetric_limit_sorting_looking_both(heatmap):
    ranked = np.sort(np.asarray(heatmap), axis=None)
    return float(max(-ranked[0], ranked[-1], 0.0))


class _RPicture:
    def __init__(self, heatmap):
        self.heatmap = np.array(heatmap, dtype=float)
        v = symmetric_limit(self.heatmap)
        self.norm = TwoSlopeNorm(0.0, -v, v) if v > 0 else TwoSlopeNorm(0.0, -1.0, 1.0)

    def on(self, axes, opacity):
        return axes.imshow(
            self.heatmap, cmap="seismic", norm=self.norm, alpha=opacity, interpolation="nearest"
        )


@right("saliency.plot_saliency", how="A small class, plt.subplots and a TwoSlopeNorm around zero")
def plot_saliency_small_class_plt(image, heatmap, overlay=False):
    picture = _RPicture(heatmap)
    figure, grid = plt.subplots(1, 1 if overlay else 2, squeeze=False)
    first, last = (grid[0, 0], grid[0, -1])
    first.imshow(np.array(image), interpolation="nearest")
    artist = picture.on(last, 0.5 if overlay else 1.0)
    for one in grid.flat:
        one.set_xticks([])
        one.set_yticks([])
    figure.colorbar(artist, ax=last, label="output per unit of input")
    plt.close(figure)
    return figure


@right("saliency.plot_saliency", how="Plain Figure with one branch for both cases")
def plot_saliency_plain_figure_branch(image, heatmap, overlay=False):
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    limit = symmetric_limit(heatmap) or 1.0
    figure = Figure(figsize=(8, 4))
    if overlay:
        axes = figure.add_subplot()
        axes.imshow(image)
        drawn = axes.imshow(heatmap, cmap="RdBu_r", vmin=-limit, vmax=limit, alpha=0.5)
    else:
        left, axes = figure.subplots(1, 2)
        left.imshow(image)
        left.set_axis_off()
        drawn = axes.imshow(heatmap, cmap="RdBu_r", vmin=-limit, vmax=limit)
    axes.set_axis_off()
    figure.colorbar(drawn, ax=axes)
    return figure


@right("saliency.smooth", how="Image by image with a list comprehension")
def smooth_image_image_list(heatmaps, sigma):
    if sigma < 0:
        raise ValueError(f"sigma is {sigma}, below 0")
    maps = np.asarray(heatmaps)
    return np.array([ndimage.gaussian_filter(one, sigma=sigma, mode="reflect") for one in maps])
