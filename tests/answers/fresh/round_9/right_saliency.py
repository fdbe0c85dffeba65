# ruff: noqa: ANN001, ANN201, F821
"""Right answers to `saliency` of the ninth round: each keeps all promises."""

import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

from tests.answers.fresh import right


@right(
    "saliency.select_output",
    how="One-hot free: log-sum-exp for the probability, gather with batch_dims.",
)
def select_output_hot_free_log(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError(f"output must be 'logit' or 'softmax', not {output!r}")
    logits = model(tf.convert_to_tensor(images), training=False)
    n = tf.shape(logits)[0]
    k = tf.broadcast_to(tf.cast(class_index, tf.int32), [n])
    chosen = tf.gather(logits, k, axis=1, batch_dims=1)
    if output == "softmax":
        chosen = tf.exp(chosen - tf.reduce_logsumexp(logits, axis=1))
    return chosen


@right("saliency.gradient_saliency", how="A tf.Variable in place of tape.watch.")
def gradient_saliency_tf_variable_place(model, images, class_index, output="logit"):
    x = tf.Variable(tf.cast(images, tf.float32), trainable=False)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        total = tf.reduce_sum(select_output(model, x.read_value(), class_index, output))
    return tape.gradient(total, x)


@right("saliency.to_heatmap", how="Einsum.")
def to_heatmap_einsum(saliency):
    return np.einsum("bhwc->bhw", np.asarray(saliency))


@right("saliency.smooth", how="Map by map.")
def smooth_map_map(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma is negative")
    heatmaps = np.array(heatmaps)
    if sigma == 0:
        return heatmaps
    return np.stack([gaussian_filter(one, sigma, mode="reflect") for one in heatmaps])


@right("saliency.symmetric_limit", how="Largest of maximum and minus minimum.")
def symmetric_limit_largest_maximum_minus(heatmap):
    values = np.asarray(heatmap)
    return float(np.maximum(values.max(), -values.min()))


@right("saliency.plot_saliency", how="Object-oriented figure with a common list of axes.")
def plot_saliency_object_oriented_figure(image, heatmap, overlay=False):
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    limit = float(symmetric_limit(heatmap))
    if limit == 0:
        limit = 1.0
    fig = Figure(figsize=(5 if overlay else 9, 4), layout="constrained")
    if overlay:
        left = right = fig.add_subplot()
    else:
        left, right = fig.subplots(1, 2)
    left.imshow(image)
    shown = right.imshow(
        heatmap, cmap="seismic", vmin=-limit, vmax=limit, alpha=0.5 if overlay else None
    )
    fig.colorbar(shown, ax=right)
    return fig


@right(
    "saliency.select_output",
    how="One-hot mask with where, so that no infinite logit spoils the sum.",
)
def select_output_hot_mask_where(model, images, class_index, output="logit"):
    outputs = {"logit": tf.identity, "softmax": tf.nn.softmax}
    if output not in outputs:
        raise ValueError(f"output {output!r} is none of {list(outputs)}")
    values = outputs[output](model(tf.convert_to_tensor(images), training=False))
    chosen = tf.range(tf.shape(values)[1])[None] == tf.reshape(
        tf.cast(class_index, tf.int32), [-1, 1]
    )
    return tf.reduce_sum(tf.where(chosen, values, tf.zeros_like(values)), axis=1)
