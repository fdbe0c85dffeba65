# ruff: noqa: ANN001, ANN201, F821
"""Wrong answers to `saliency` of a fourth round: each breaks one promise."""

import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

from tests.answers.fresh import wrong


@wrong("saliency.select_output", breaks="Softmax is the probability, not its logarithm")
def select_output_log_softmax(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError("output must be 'logit' or 'softmax'")
    images = tf.cast(images, tf.float32)
    values = model(images, training=False)
    if output == "softmax":
        values = tf.nn.log_softmax(values, axis=-1)
    index = tf.broadcast_to(tf.cast(class_index, tf.int32), [tf.shape(values)[0]])
    return tf.gather(values, index, axis=1, batch_dims=1)


@wrong("saliency.select_output", breaks="A probability is right however large the logits are")
def select_output_naive_softmax(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError("output must be 'logit' or 'softmax'")
    images = tf.cast(images, tf.float32)
    values = model(images, training=False)
    if output == "softmax":
        values = tf.exp(values) / tf.reduce_sum(tf.exp(values), axis=-1, keepdims=True)
    index = tf.broadcast_to(tf.cast(class_index, tf.int32), [tf.shape(values)[0]])
    return tf.gather(values, index, axis=1, batch_dims=1)


@wrong(
    "saliency.select_output",
    breaks="The probability of the image's class, not of the likeliest one",
)
def select_output_top_probability(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError("output must be 'logit' or 'softmax'")
    images = tf.cast(images, tf.float32)
    values = model(images, training=False)
    if output == "softmax":
        values = tf.nn.softmax(values, axis=-1)
    class_index = tf.argmax(values, axis=1) if output == "softmax" else class_index
    index = tf.broadcast_to(tf.cast(class_index, tf.int32), [tf.shape(values)[0]])
    return tf.gather(values, index, axis=1, batch_dims=1)


@wrong("saliency.gradient_saliency", breaks="The sign is kept")
def gradient_saliency_abs(model, images, class_index, output="logit"):
    images = tf.cast(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(select_output(model, images, class_index, output))
    return tf.abs(tape.gradient(total, images, unconnected_gradients="zero"))


@wrong("saliency.gradient_saliency", breaks="A function changes nothing, not the `trainable` flags")
def gradient_saliency_freezes_model(model, images, class_index, output="logit"):
    images = tf.cast(images, tf.float32)
    model.trainable = False
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(select_output(model, images, class_index, output))
    return tape.gradient(total, images, unconnected_gradients="zero")


@wrong(
    "saliency.gradient_saliency",
    breaks="In units of output per unit of input: not divided by its maximum",
)
def gradient_saliency_max_normalized(model, images, class_index, output="logit"):
    images = tf.cast(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(select_output(model, images, class_index, output))
    g = tape.gradient(total, images, unconnected_gradients="zero")
    return g / (tf.reduce_max(tf.abs(g)) + 1e-08)


@wrong(
    "saliency.gradient_saliency",
    breaks="Gradient per unit of input in [0, 1], not per grey level of 255",
)
def gradient_saliency_uint_scale(model, images, class_index, output="logit"):
    images = tf.cast(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(select_output(model, images, class_index, output))
    return tape.gradient(total, images, unconnected_gradients="zero") / 255.0


@wrong("saliency.to_heatmap", breaks="Signed sum, not the maximal absolute value (Simonyan)")
def to_heatmap_abs_max(saliency):
    return tf.reduce_max(tf.abs(tf.convert_to_tensor(saliency)), axis=-1)


@wrong("saliency.to_heatmap", breaks="C is any number of channels")
def to_heatmap_rgb_only(saliency):
    return (
        saliency[..., 0]
        + saliency[..., min(1, saliency.shape[-1] - 1)] * (saliency.shape[-1] > 1)
        + (saliency[..., 2] if saliency.shape[-1] > 2 else 0)
    )


@wrong("saliency.smooth", breaks="Sigma 0 changes nothing")
def smooth_zero_raises(heatmaps, sigma):
    if sigma <= 0:
        raise ValueError("sigma must not be negative")
    heatmaps = np.asarray(heatmaps)
    return gaussian_filter(heatmaps, sigma=(0, sigma, sigma), mode="reflect")


@wrong("saliency.smooth", breaks="As scipy.ndimage filters (truncate 4)")
def smooth_truncate3(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma must not be negative")
    heatmaps = np.asarray(heatmaps)
    return gaussian_filter(heatmaps, sigma=(0, sigma, sigma), mode="reflect", truncate=3.0)


@wrong("saliency.smooth", breaks='"reflect", not "mirror"')
def smooth_mirror(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma must not be negative")
    heatmaps = np.asarray(heatmaps)
    return gaussian_filter(heatmaps, sigma=(0, sigma, sigma), mode="mirror")


@wrong("saliency.symmetric_limit", breaks="The whole heat map fits, not 99 %")
def symmetric_limit_percentile(heatmap):
    return float(np.percentile(np.abs(np.asarray(heatmap)), 99))


@wrong("saliency.symmetric_limit", breaks="As tightly as possible")
def symmetric_limit_at_least_one(heatmap):
    return max(float(np.max(np.abs(np.asarray(heatmap)))), 0.001)


@wrong("saliency.plot_saliency", breaks="Nothing is rescaled")
def plot_saliency_image_stretched(image, heatmap, overlay=False):
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    limit = symmetric_limit(heatmap)
    if limit == 0:
        limit = 1.0
    figure = Figure(figsize=(8, 4), layout="constrained")
    if overlay:
        axis = figure.subplots()
        axis.imshow(image, interpolation="nearest")
        shown = axis.imshow(
            heatmap, cmap="RdBu_r", vmin=-limit, vmax=limit, alpha=0.5, interpolation="nearest"
        )
        axes = [axis]
    else:
        axes = list(figure.subplots(1, 2))
        axes[0].imshow(
            (image - image.min()) / (image.max() - image.min() + 1e-09), interpolation="nearest"
        )
        shown = axes[1].imshow(
            heatmap, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest"
        )
    for axis in axes:
        axis.set_axis_off()
    figure.colorbar(shown, ax=axes)
    return figure


@wrong("saliency.plot_saliency", breaks="The heat map over the image")
def plot_saliency_heat_in_front_wrong_order(image, heatmap, overlay=False):
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    limit = symmetric_limit(heatmap)
    if limit == 0:
        limit = 1.0
    figure = Figure(figsize=(8, 4), layout="constrained")
    if overlay:
        axis = figure.subplots()
        shown = axis.imshow(
            heatmap, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest"
        )
        axis.imshow(image, alpha=0.5, interpolation="nearest")
        axes = [axis]
    else:
        axes = list(figure.subplots(1, 2))
        axes[0].imshow(image, interpolation="nearest")
        shown = axes[1].imshow(
            heatmap, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest"
        )
    for axis in axes:
        axis.set_axis_off()
    figure.colorbar(shown, ax=axes)
    return figure
