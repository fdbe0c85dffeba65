# ruff: noqa: ANN001, ANN201, ANN202, B905, F821
"""Right answers to `saliency` of round 16: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from scipy import ndimage
from scipy.ndimage import gaussian_filter1d

from tests.answers.fresh import right


@right("saliency.select_output", how="Log-sum-exp, and indices (row, class) with gather_nd")
def select_output_row_class(model, images, class_index, output="logit"):
    if output not in {"logit", "softmax"}:
        raise ValueError(f"output must be 'logit' or 'softmax', not {output!r}")
    z = tf.convert_to_tensor(model(images, training=False))
    n = tf.shape(z)[0]
    where = tf.stack([tf.range(n), tf.broadcast_to(tf.cast(class_index, tf.int32), [n])], axis=1)
    own = tf.gather_nd(z, where)
    return own if output == "logit" else tf.exp(own - tf.reduce_logsumexp(z, axis=1))


@right("saliency.gradient_saliency", how="TF 1 style, tf.gradients within a graph")
def gradient_saliency_tf_style_tf(model, images, class_index, output="logit"):

    @tf.function(autograph=False)
    def graph_of_gradient(x, k):
        return tf.gradients(select_output(model, x, k, output), [x])[0]

    return graph_of_gradient(tf.cast(images, tf.float32), tf.cast(class_index, tf.int32))


def _gradient_of_one(model, image, k, output):
    row = tf.Variable(image[None])
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(row)
        score = select_output(model, row, k, output)[0]
    return tape.gradient(score, row).numpy()[0]


@right("saliency.gradient_saliency", how="One image after the other, each with its own tape")
def gradient_saliency_image_after_own(model, images, class_index, output="logit"):
    images = np.asarray(images, dtype=np.float32)
    classes = np.broadcast_to(np.asarray(class_index), len(images))
    return np.array([_gradient_of_one(model, x, int(k), output) for x, k in zip(images, classes)])


@right("saliency.to_heatmap", how="Einsum without a second operand")
def to_heatmap_einsum_without_second(saliency):
    return np.einsum("bhwc->bhw", np.asarray(saliency))


def _blur_matrix(n, sigma):
    return np.eye(n) if sigma == 0 else gaussian_filter1d(np.eye(n), sigma, axis=0, mode="reflect")


@right("saliency.smooth", how="The blur as two matrices, applied by einsum")
def smooth_blur_two_matrices(heatmaps, sigma):
    if sigma < 0:
        raise ValueError(f"sigma is negative: {sigma}")
    maps = np.asarray(heatmaps, dtype=np.float64)
    rows, columns = (_blur_matrix(n, float(sigma)) for n in maps.shape[1:])
    return np.einsum("ij,bjk,lk->bil", rows, maps, columns)


@right("saliency.symmetric_limit", how="The infinity norm of numpy.linalg")
def symmetric_limit_infinity_norm_numpy(heatmap):
    return float(np.linalg.norm(np.asarray(heatmap).reshape(-1), ord=np.inf))


@right(
    "saliency.plot_saliency",
    how="No pyplot: a bare Figure, a TwoSlopeNorm-free symmetric norm and an own axis for the bar",
)
def plot_saliency_pyplot_bare_figure(image, heatmap, overlay=False):
    limit = symmetric_limit(heatmap)
    limit = float(limit) if limit > 0 else 1.0
    style = {"cmap": "RdBu_r", "norm": Normalize(-limit, limit), "interpolation": "nearest"}
    fig = Figure(figsize=(8, 4), layout="constrained")
    axes = fig.subplots(1, 1 if overlay else 2, squeeze=False)[0]
    axes[0].imshow(np.asarray(image), origin="upper", interpolation="nearest")
    if overlay:
        style["alpha"] = 0.5
    artist = axes[-1].imshow(np.asarray(heatmap), origin="upper", **style)
    fig.colorbar(artist, ax=list(axes))
    return fig


@right("saliency.to_heatmap", how="A product with a vector of ones")
def to_heatmap_product_vector_ones(saliency):
    s = np.asarray(saliency)
    return s @ np.ones(s.shape[-1], s.dtype)


_FINISH = {"logit": lambda z: z, "softmax": lambda z: keras.ops.softmax(z, axis=-1)}


@right("saliency.select_output", how="Keras.ops and one-hot vectors, a lookup table of functions")
def select_output_keras_ops_hot(model, images, class_index, output="logit"):
    if output not in _FINISH:
        raise ValueError(f"unknown output {output!r}; known: {sorted(_FINISH)}")
    values = _FINISH[output](model(images, training=False))
    chosen = keras.ops.reshape(tf.cast(class_index, "int32"), (-1, 1))
    chosen = tf.broadcast_to(chosen, [tf.shape(values)[0], 1])
    return keras.ops.take_along_axis(values, chosen, axis=1)[:, 0]


@right("saliency.symmetric_limit", how="The two ends of the range, sorted")
def symmetric_limit_two_ends_range(heatmap):
    low, high = (np.min(heatmap), np.max(heatmap))
    return float(sorted([0.0, -float(low), float(high)])[-1])


@right("saliency.smooth", how="One two-dimensional filter per heat map in a comprehension")
def smooth_two_dimensional_filter(heatmaps, sigma):
    if sigma < 0:
        raise ValueError(f"sigma={sigma} is below 0")
    return np.array(
        [ndimage.gaussian_filter(np.asarray(m), float(sigma), mode="reflect") for m in heatmaps]
    )
