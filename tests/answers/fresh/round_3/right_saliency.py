# ruff: noqa: ANN001, ANN201, B905, E731, F821
"""More right answers to `saliency`, of a later round, each in another style."""

import keras
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from tests.answers.fresh import right


@right("saliency.select_output", how="keras.ops, one-hot product")
def select_output_keras_ops_onehot(model, images, class_index, output="logit"):
    match output:
        case "logit":
            f = lambda v: v
        case "softmax":
            f = keras.ops.softmax
        case _:
            raise ValueError(output)
    v = f(model(keras.ops.convert_to_tensor(images, "float32"), training=False))
    hot = keras.ops.one_hot(
        keras.ops.broadcast_to(keras.ops.cast(class_index, "int32"), keras.ops.shape(v)[:1]),
        v.shape[-1],
    )
    return keras.ops.einsum("bk,bk->b", v, hot)


@right("saliency.gradient_saliency", how="tf.Variable, one image at a time")
def gradient_saliency_loop_per_image_variable(model, images, class_index, output="logit"):
    images = np.asarray(images, dtype="float32")
    ks = np.full(len(images), class_index) if np.ndim(class_index) == 0 else np.asarray(class_index)
    out = []
    for image, k in zip(images, ks):
        v = tf.Variable(image[np.newaxis])
        with tf.GradientTape() as tape:
            s = select_output(model, v, int(k), output)
        out.append(tape.gradient(s, v).numpy()[0])
    return np.stack(out)


@right("saliency.to_heatmap", how="matrix product with ones")
def to_heatmap_matmul(saliency):
    s = np.asarray(saliency)
    return s @ np.ones(s.shape[-1], s.dtype)


@right("saliency.to_heatmap", how="keras.ops.einsum")
def to_heatmap_einsum_ops(saliency):
    return keras.ops.einsum("...c->...", saliency)


@right("saliency.smooth", how="gaussian_filter with axes=(1, 2)")
def smooth_axes_keyword(heatmaps, sigma):
    if sigma < 0:
        raise ValueError(f"sigma={sigma!r} must be >= 0")
    return gaussian_filter(np.asarray(heatmaps, dtype=np.float64), sigma, axes=(1, 2))


@right("saliency.smooth", how="two passes of gaussian_filter1d, map by map")
def smooth_separable_1d_loop(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("negative sigma")
    out = np.empty(np.shape(heatmaps), np.float32)
    for i, m in enumerate(np.asarray(heatmaps)):
        out[i] = (
            gaussian_filter1d(gaussian_filter1d(m, sigma, axis=0), sigma, axis=1) if sigma else m
        )
    return out


@right("saliency.symmetric_limit", how="max(max, -min) as NumPy scalar")
def symmetric_limit_max_of_both_ends(heatmap):
    h = np.asarray(heatmap)
    return max(h.max(), -h.min(), 0)


@right("saliency.symmetric_limit", how="tf.norm ord=inf, 0-d tensor")
def symmetric_limit_inf_norm_tf(heatmap):
    return tf.norm(tf.reshape(tf.convert_to_tensor(heatmap), [-1]), ord=np.inf)


@right("saliency.plot_saliency", how="pyplot, TwoSlopeNorm, seismic, titles")
def plot_saliency_two_slope_norm(image, heatmap, overlay=False):
    import matplotlib.pyplot as plt
    from matplotlib.colors import Normalize

    v = float(symmetric_limit(heatmap))
    fig, axs = plt.subplots(1, 1 if overlay else 2, constrained_layout=True)
    axs = np.atleast_1d(axs)
    axs[0].imshow(np.asarray(image), vmin=0, vmax=1)
    axs[0].set_title("image")
    m = axs[-1].imshow(
        np.asarray(heatmap),
        norm=Normalize(-v, v),
        cmap=plt.colormaps["seismic"],
        **{"alpha": 0.5} if overlay else {},
    )
    fig.colorbar(m, ax=axs.tolist(), shrink=0.8)
    plt.close(fig)
    return fig


@right("saliency.plot_saliency", how="pcolormesh with inverted y, own colour-bar axes")
def plot_saliency_pcolormesh(image, heatmap, overlay=False):
    h = np.asarray(heatmap)
    v = symmetric_limit(h)
    fig = Figure()
    gs = fig.add_gridspec(1, 2 if overlay else 3, width_ratios=[10, 1] if overlay else [10, 10, 1])
    first = fig.add_subplot(gs[0, 0])
    first.imshow(np.asarray(image))
    second = first if overlay else fig.add_subplot(gs[0, 1])
    m = second.pcolormesh(
        np.arange(h.shape[1] + 1) - 0.5,
        np.arange(h.shape[0] + 1) - 0.5,
        h,
        cmap="coolwarm",
        vmin=-v,
        vmax=v,
        alpha=0.5 if overlay else 1,
    )
    if not overlay:
        second.set_aspect("equal")
        second.invert_yaxis()
    fig.colorbar(m, cax=fig.add_subplot(gs[0, -1]))
    return fig
