# ruff: noqa: ANN001, ANN201, ANN202, E501, F821, F841
"""More wrong answers to `saliency`, of a later round: each breaks one promise."""

import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

from course.given import compiled
from tests.answers.fresh import wrong


def _third_values(logits, class_index, output):
    values = tf.nn.softmax(logits) if output == "softmax" else logits
    index = tf.broadcast_to(tf.cast(class_index, tf.int32), tf.shape(values)[:1])
    return tf.gather(values, index, axis=1, batch_dims=1)


@compiled
def _third_gradient(model, images, class_index, output):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        value = tf.reduce_sum(select_output(model, images, class_index, output))
    return tape.gradient(value, images)


@wrong(
    "saliency.select_output",
    breaks="ValueError for any output but the two (here 'Softmax' and 'LOGIT' are let through)",
)
def select_output_case_insensitive(model, images, class_index, output="logit"):
    output = output.lower()
    if output not in ("logit", "softmax"):
        raise ValueError(output)
    return _third_values(
        model(tf.convert_to_tensor(images, tf.float32), training=False), class_index, output
    )


def _clipped_logits_values(logits, class_index, output):
    values = tf.nn.softmax(tf.clip_by_value(logits, -30.0, 30.0)) if output == "softmax" else logits
    index = tf.broadcast_to(tf.cast(class_index, tf.int32), tf.shape(values)[:1])
    return tf.gather(values, index, axis=1, batch_dims=1)


@wrong(
    "saliency.select_output",
    breaks="A probability is right however large the logits are (logits are clipped to ±30 for safety)",
)
def select_output_clipped_logits(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError(f"output must be 'logit' or 'softmax', not {output!r}")
    return _clipped_logits_values(
        model(tf.convert_to_tensor(images, tf.float32), training=False), class_index, output
    )


@wrong(
    "saliency.select_output",
    breaks="Class_index may be NumPy's int (only isinstance(int) is a scalar, else it is indexed)",
)
def select_output_numpy_int_is_array(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError(output)
    values = model(tf.convert_to_tensor(images, tf.float32), training=False)
    if output == "softmax":
        values = tf.nn.softmax(values)
    if isinstance(class_index, int):
        return values[:, class_index]
    return tf.stack([values[i, class_index[i]] for i in range(values.shape[0])])


@wrong("saliency.select_output", breaks="(B,) also for B = 1 (squeezed to a scalar)")
def select_output_squeeze(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError(f"output must be 'logit' or 'softmax', not {output!r}")
    return tf.squeeze(
        _third_values(
            model(tf.convert_to_tensor(images, tf.float32), training=False), class_index, output
        )
    )


_model_cache_seen = {}


@wrong(
    "saliency.select_output",
    breaks="Keeps nothing between calls (logits are cached by id of model and images)",
)
def select_output_model_cache(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError(output)
    key = (id(model), np.asarray(images).tobytes())
    if key not in _model_cache_seen:
        _model_cache_seen[key] = model(tf.convert_to_tensor(images, tf.float32), training=False)
    return _third_values(_model_cache_seen[key], class_index, output)


@wrong(
    "saliency.select_output",
    breaks="Changes no trainable flag of the model (sets model.trainable = False)",
)
def select_output_freezes(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError(f"output must be 'logit' or 'softmax', not {output!r}")
    model.trainable = False
    return _third_values(
        model(tf.convert_to_tensor(images, tf.float32), training=False), class_index, output
    )


@wrong(
    "saliency.gradient_saliency",
    breaks="The gradient of each channel stands in its channel (OpenCV's BGR order)",
)
def gradient_saliency_bgr(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError(f"output must be 'logit' or 'softmax', not {output!r}")
    return _third_gradient(model, images, class_index, output)[..., ::-1]


@wrong(
    "saliency.gradient_saliency",
    breaks="In units of output per unit of input (given per grey level, / 255)",
)
def gradient_saliency_per_255(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError(f"output must be 'logit' or 'softmax', not {output!r}")
    return _third_gradient(model, images, class_index, output) / 255.0


@wrong(
    "saliency.gradient_saliency",
    breaks="Each image's gradient depends on its own class alone (gather without batch_dims sums the whole batch's classes)",
)
def gradient_saliency_cross_classes(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError(output)
    x = tf.convert_to_tensor(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = model(x, training=False)
        if output == "softmax":
            y = tf.nn.softmax(y)
        y = tf.gather(y, class_index, axis=1)
    return tape.gradient(y, x)


@wrong(
    "saliency.gradient_saliency", breaks="Softmax is the probability (here: gradient of its log)"
)
def gradient_saliency_log_softmax(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError(output)
    x = tf.convert_to_tensor(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = model(x, training=False)
        if output == "softmax":
            y = tf.nn.log_softmax(y)
        k = tf.broadcast_to(tf.cast(class_index, tf.int32), tf.shape(y)[:1])
        y = tf.gather(y, k, axis=1, batch_dims=1)
    return tape.gradient(y, x)


@wrong(
    "saliency.gradient_saliency",
    breaks="Changes no weight of the model (assigns moving averages by one training=True call before)",
)
def gradient_saliency_keeps_weights_grad(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError(output)
    model(tf.convert_to_tensor(images, tf.float32), training=True)
    return _third_gradient(model, images, class_index, output)


@wrong("saliency.to_heatmap", breaks="Any number of channels (only the first three are added)")
def to_heatmap_rgb_only(saliency):
    return np.asarray(saliency)[..., :3].sum(axis=-1)


@wrong("saliency.to_heatmap", breaks="Changes nothing it is given (adds into channel 0)")
def to_heatmap_in_place(saliency):
    s = np.asarray(saliency)
    if s.flags.writeable:
        for c in range(1, s.shape[-1]):
            s[..., 0] += s[..., c]
        return s[..., 0]
    return s.sum(-1)


@wrong(
    "saliency.to_heatmap",
    breaks="Signed sum (here the channel with the largest magnitude, with its sign)",
)
def to_heatmap_strongest_channel(saliency):
    s = np.asarray(saliency)
    return np.take_along_axis(s, np.abs(s).argmax(-1)[..., None], -1)[..., 0]


@wrong("saliency.to_heatmap", breaks="Unweighted sum (Rec. 601 weights × 3)")
def to_heatmap_luma(saliency):
    s = np.asarray(saliency)
    if s.shape[-1] != 3:
        return s.sum(-1)
    return s @ (3 * np.array([0.299, 0.587, 0.114], s.dtype))


@wrong(
    "saliency.smooth",
    breaks="As scipy.ndimage filters (its kernel is cut at 4 sigma; here at 3, as OpenCV does)",
)
def smooth_truncate3(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma must not be negative")
    return gaussian_filter(np.asarray(heatmaps), (0, sigma, sigma), truncate=3.0, mode="reflect")


@wrong("saliency.smooth", breaks="Changes nothing it is given (filters into its input)")
def smooth_in_place(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma")
    maps = np.asarray(heatmaps)
    out = maps if maps.flags.writeable else maps.copy()
    gaussian_filter(maps, (0, sigma, sigma), mode="reflect", output=out)
    return out


@wrong("saliency.smooth", breaks="Only 0 changes nothing (sigma below 0.5 is skipped)")
def smooth_small_sigma_skipped(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma must not be negative")
    if sigma < 0.5:
        return np.asarray(heatmaps)
    return gaussian_filter(np.asarray(heatmaps), (0, sigma, sigma), mode="reflect")


@wrong(
    "saliency.smooth",
    breaks="Sigma is the standard deviation (taken for the full width at half maximum)",
)
def smooth_fwhm(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma must not be negative")
    return gaussian_filter(np.asarray(heatmaps), (0, sigma / 2.355, sigma / 2.355), mode="reflect")


@wrong("saliency.smooth", breaks="Sigma 0 changes nothing (raises)")
def smooth_zero_raises(heatmaps, sigma):
    if sigma <= 0:
        raise ValueError("sigma must not be negative")
    return gaussian_filter(np.asarray(heatmaps), (0, sigma, sigma), mode="reflect")


@wrong(
    "saliency.symmetric_limit",
    breaks="0 for a map of zeros, as tight as possible (returns 1 to avoid an empty scale)",
)
def symmetric_limit_one_for_zero(heatmap):
    return float(np.abs(np.asarray(heatmap)).max()) or 1.0


@wrong("saliency.symmetric_limit", breaks="The whole map fits (99.9th percentile)")
def symmetric_limit_percentile(heatmap):
    return float(np.percentile(np.abs(np.asarray(heatmap)), 99.9))


@wrong("saliency.symmetric_limit", breaks="A single number (shape (1, 1) array)")
def symmetric_limit_array_result(heatmap):
    return np.abs(np.asarray(heatmap)).max(keepdims=True)


@wrong("saliency.symmetric_limit", breaks="As tight as possible also for tiny maps (at least 1e-6)")
def symmetric_limit_floor_eps(heatmap):
    return max(float(np.abs(np.asarray(heatmap)).max()), 1e-06)


@wrong("saliency.plot_saliency", breaks="All of it can be seen (axis limits cut half a pixel off)")
def plot_saliency_cropped_axes(image, heatmap, overlay=False):
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    limit = symmetric_limit(heatmap)
    figure = Figure(figsize=(9, 4))
    axes = figure.subplots(1, 1 if overlay else 2, squeeze=False)[0]
    axes[0].imshow(image)
    shown = axes[-1].imshow(
        heatmap, cmap="RdBu_r", vmin=-limit, vmax=limit, alpha=0.5 if overlay else None
    )
    figure.colorbar(shown, ax=axes[-1])
    for axis in axes:
        axis.set_axis_off()
        axis.set_xlim(0, image.shape[1] - 1)
        axis.set_ylim(image.shape[0] - 1, 0)
    return figure


@wrong(
    "saliency.plot_saliency",
    breaks="Pixel by pixel over the image (extent starts at 0: half a pixel off)",
)
def plot_saliency_half_pixel_extent(image, heatmap, overlay=False):
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    limit = symmetric_limit(heatmap)
    figure = Figure(figsize=(9, 4))
    axes = figure.subplots(1, 1 if overlay else 2, squeeze=False)[0]
    axes[0].imshow(image)
    shown = axes[-1].imshow(
        heatmap,
        cmap="RdBu_r",
        vmin=-limit,
        vmax=limit,
        extent=(0, heatmap.shape[1], heatmap.shape[0], 0) if overlay else None,
        alpha=0.5 if overlay else None,
    )
    figure.colorbar(shown, ax=axes[-1])
    for axis in axes:
        axis.set_axis_off()
    return figure


@wrong(
    "saliency.plot_saliency",
    breaks="The heat map over the image (image above, half transparent; the map opaque below)",
)
def plot_saliency_image_on_top(image, heatmap, overlay=False):
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    limit = symmetric_limit(heatmap)
    figure = Figure(figsize=(9, 4))
    axes = figure.subplots(1, 1 if overlay else 2, squeeze=False)[0]
    axes[0].imshow(image, zorder=5 if overlay else 0, alpha=0.5 if overlay else None)
    shown = axes[-1].imshow(heatmap, cmap="RdBu_r", vmin=-limit, vmax=limit, zorder=1)
    figure.colorbar(shown, ax=axes[-1])
    for axis in axes:
        axis.set_axis_off()
    return figure


@wrong(
    "saliency.plot_saliency",
    breaks="Nothing is rescaled (the image is stretched to its own minimum and maximum)",
)
def plot_saliency_stretched_image(image, heatmap, overlay=False):
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    limit = symmetric_limit(heatmap)
    figure = Figure(figsize=(9, 4))
    axes = figure.subplots(1, 1 if overlay else 2, squeeze=False)[0]
    axes[0].imshow((image - image.min()) / max(image.max() - image.min(), 1e-09))
    shown = axes[-1].imshow(
        heatmap, cmap="RdBu_r", vmin=-limit, vmax=limit, alpha=0.5 if overlay else None
    )
    figure.colorbar(shown, ax=axes[-1])
    for axis in axes:
        axis.set_axis_off()
    return figure


@wrong(
    "saliency.plot_saliency",
    breaks="The colour bar explains the heat map (built from a mappable of limits ±1)",
)
def plot_saliency_colorbar_of_own_mappable(image, heatmap, overlay=False):
    image, heatmap = (np.asarray(image), np.asarray(heatmap))
    limit = symmetric_limit(heatmap)
    figure = Figure(figsize=(9, 4))
    axes = figure.subplots(1, 1 if overlay else 2, squeeze=False)[0]
    axes[0].imshow(image)
    shown = axes[-1].imshow(
        heatmap, cmap="RdBu_r", vmin=-limit, vmax=limit, alpha=0.5 if overlay else None
    )
    import matplotlib as mpl

    figure.colorbar(mpl.cm.ScalarMappable(mpl.colors.Normalize(-1, 1), "RdBu_r"), ax=axes[-1])
    for axis in axes:
        axis.set_axis_off()
    return figure
