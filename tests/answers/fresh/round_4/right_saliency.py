# ruff: noqa: ANN001, ANN201, ANN202, B905, F821
"""Right answers to `saliency` of a fourth round, each in another style."""

import keras
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

from tests.answers.fresh import right


@right("saliency.plot_saliency", how="the colour bar widens the limits of a map of zeros")
def plot_saliency_zero_map(image, heatmap, overlay=False):
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    limit = symmetric_limit(heatmap)
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
        axes[0].imshow(image, interpolation="nearest")
        shown = axes[1].imshow(
            heatmap, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest"
        )
    for axis in axes:
        axis.set_axis_off()
    figure.colorbar(shown, ax=axes)
    return figure


@right("saliency.select_output", how="one hot")
def select_output_one_hot(model, images, class_index, output="logit"):
    functions = {"logit": tf.identity, "softmax": keras.ops.softmax}
    if output not in functions:
        raise ValueError(f"unknown output {output!r}")
    values = functions[output](model(tf.cast(images, tf.float32), training=False))
    chosen = tf.one_hot(tf.cast(class_index, tf.int32), values.shape[-1], dtype=values.dtype)
    return tf.einsum("bk,bk->b", values, chosen * tf.ones_like(values))


@right("saliency.select_output", how="list comprehension")
def select_output_list_comprehension(model, images, class_index, output="logit"):
    if output == "logit":
        explained = model(tf.convert_to_tensor(images), training=False)
    elif output == "softmax":
        explained = tf.keras.activations.softmax(
            model(tf.convert_to_tensor(images), training=False)
        )
    else:
        raise ValueError("output")
    classes = (
        [int(k) for k in np.ravel(class_index)]
        if np.ndim(class_index)
        else [int(class_index)] * int(explained.shape[0])
    )
    return tf.stack([explained[b, k] for b, k in enumerate(classes)])


@right("saliency.gradient_saliency", how="variable persistent")
def gradient_saliency_variable_persistent(model, images, class_index, output="logit"):
    x = tf.Variable(np.asarray(images, dtype=np.float32))
    with tf.GradientTape(persistent=True) as tape:
        values = select_output(model, x, class_index, output)
        parts = tf.unstack(values)
    gradients = [tape.gradient(p, x)[i] for i, p in enumerate(parts)]
    del tape
    return tf.stack(gradients).numpy()


@right("saliency.gradient_saliency", how="map fn")
def gradient_saliency_map_fn(model, images, class_index, output="logit"):
    images = tf.convert_to_tensor(images, dtype=tf.float32)
    index = tf.cast(class_index, tf.int32) + tf.zeros([images.shape[0]], tf.int32)

    def one(pair):
        image, k = pair
        with tf.GradientTape() as tape:
            tape.watch(image)
            value = select_output(model, image[None], k[None], output)[0]
        return tape.gradient(value, image)

    return tf.map_fn(one, (images, index), fn_output_signature=tf.float32)


@right("saliency.to_heatmap", how="einsum")
def to_heatmap_einsum(saliency):
    return np.einsum("bhwc->bhw", np.asarray(saliency))


@right("saliency.to_heatmap", how="keras ops")
def to_heatmap_keras_ops(saliency):
    return keras.ops.sum(
        keras.ops.stack(keras.ops.unstack(keras.ops.convert_to_tensor(saliency), axis=3), axis=0),
        axis=0,
    )


@right("saliency.smooth", how="matrix")
def smooth_matrix(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma is negative")
    heatmaps = np.asarray(heatmaps, dtype=np.float64)
    if sigma == 0:
        return heatmaps

    def matrix(n):
        r = int(4.0 * float(sigma) + 0.5)
        k = np.exp(-0.5 * (np.arange(-r, r + 1) / sigma) ** 2)
        k /= k.sum()
        m = np.zeros((n, n))
        for i in range(n):
            for o, weight in zip(range(-r, r + 1), k):
                j = (i + o) % (2 * n)
                m[i, j if j < n else 2 * n - 1 - j] += weight
        return m

    return np.einsum(
        "ih,bhw,jw->bij", matrix(heatmaps.shape[1]), heatmaps, matrix(heatmaps.shape[2])
    )


@right("saliency.smooth", how="loop axes")
def smooth_loop_axes(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma is negative")
    return tf.stack(
        [tf.constant(gaussian_filter(np.array(h, dtype="float64"), sigma)) for h in heatmaps]
    )


@right("saliency.symmetric_limit", how="norm inf")
def symmetric_limit_norm_inf(heatmap):
    return tf.norm(tf.reshape(tf.convert_to_tensor(heatmap), [-1]), ord=np.inf)


@right("saliency.plot_saliency", how="pyplot twoslope")
def plot_saliency_pyplot_twoslope(image, heatmap, overlay=False):
    import matplotlib.pyplot as plt
    from matplotlib.colors import CenteredNorm

    heatmap = np.asarray(heatmap)
    v = float(symmetric_limit(heatmap))
    norm = CenteredNorm(vcenter=0, halfrange=v if v else 1)
    if overlay:
        figure, axis = plt.subplots()
        axis.imshow(np.clip(np.asarray(image), 0, 1))
        drawn = axis.imshow(heatmap, cmap="seismic", norm=norm, alpha=0.5)
    else:
        figure, (left, right) = plt.subplots(1, 2)
        left.imshow(np.clip(np.asarray(image), 0, 1))
        drawn = right.imshow(heatmap, cmap="seismic", norm=norm)
    figure.colorbar(drawn)
    plt.close(figure)
    return figure
