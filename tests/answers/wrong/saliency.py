"""Known mistakes in 1.1, by task. TensorFlow is imported only where it is needed."""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy.ndimage import gaussian_filter, gaussian_filter1d, uniform_filter

from course.grader.mistakes import mistake

# --- select_output --------------------------------------------------------------------------------


def _wrong_value(says: str, is_computed: bool = True) -> Any:
    return mistake("saliency.select_output", says, is_computed)


def _table(model: Any, images: Any, output: str = "logit", training: bool = False) -> Any:
    """All outputs of all images, `(B, K)`."""
    import tensorflow as tf

    if output not in ("logit", "softmax"):
        raise ValueError(f'output must be "logit" or "softmax", not {output!r}')
    values = model(images, training=training)
    return tf.nn.softmax(values) if output == "softmax" else values


def _pick(table: Any, class_index: Any) -> Any:
    import tensorflow as tf

    return tf.gather(table, tf.broadcast_to(class_index, tf.shape(table)[:1]), batch_dims=1)


@_wrong_value("the largest output, whatever class is asked for")
def value_of_the_predicted_class(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    import tensorflow as tf

    return tf.reduce_max(_table(model, images, output), axis=1)


@_wrong_value("the first image's class, used for all images")
def value_of_the_first_class(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    return _pick(_table(model, images, output), np.ravel(class_index)[0])


@_wrong_value("the whole rows of the table: nothing has been picked")
def value_of_every_class(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    return _table(model, images, output)


@_wrong_value("every image's value of every image's class: (B, B)")
def values_of_all_pairs(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    import tensorflow as tf

    classes = np.broadcast_to(class_index, len(images))
    return tf.gather(_table(model, images, output), classes, axis=1)


@_wrong_value("one sum over the whole batch")
def value_of_the_batch(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    import tensorflow as tf

    return tf.reduce_sum(_pick(_table(model, images, output), class_index))


@_wrong_value("the logit, although output says softmax")
def value_without_softmax(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    _table(model, images, output)  # refuses an unknown output
    return _pick(_table(model, images), class_index)


@_wrong_value("the logarithm of the softmax, instead of the softmax itself")
def value_in_logarithms(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    import tensorflow as tf

    values = _pick(_table(model, images, output), class_index)
    return tf.math.log(values) if output == "softmax" else values


@_wrong_value("a softmax along the batch, instead of along the classes")
def value_by_softmax_of_the_batch(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    import tensorflow as tf

    table = _table(model, images, output)
    if output == "softmax":
        table = tf.nn.softmax(_table(model, images), axis=0)
    return _pick(table, class_index)


@_wrong_value("a sigmoid of the logit, instead of the softmax")
def value_by_sigmoid(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    import tensorflow as tf

    _table(model, images, output)  # refuses an unknown output
    values = _pick(_table(model, images), class_index)
    return tf.sigmoid(values) if output == "softmax" else values


@_wrong_value("No gradient flows through it", is_computed=False)
def value_by_numpy(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    table = np.asarray(_table(model, images, output))
    return table[np.arange(len(table)), class_index]


@_wrong_value("should be a ValueError", is_computed=False)
def value_of_any_output(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    output = "softmax" if output == "softmax" else "logit"
    return _pick(_table(model, images, output), class_index)


@_wrong_value("training mode", is_computed=False)
def value_in_training(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    return _pick(_table(model, images, output, training=True), class_index)


@_wrong_value("A single int is indexed like an array", is_computed=False)
def value_for_arrays_of_classes(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    import tensorflow as tf

    table = _table(model, images, output)
    return tf.stack([table[i, class_index[i]] for i in range(len(images))])


@_wrong_value("The softmax overflows", is_computed=False)
def value_by_a_plain_exponential(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    import tensorflow as tf

    values = tf.cast(_table(model, images), tf.float64)
    _table(model, images, output)  # refuses an unknown output
    if output == "softmax":
        values = tf.exp(values) / tf.reduce_sum(tf.exp(values), axis=1, keepdims=True)
    return _pick(values, class_index)


@_wrong_value("An axis is gone", is_computed=False)
def value_without_the_batch_of_one(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    import tensorflow as tf

    return tf.squeeze(_pick(_table(model, images, output), class_index))


@_wrong_value("A tensor has no", is_computed=False)
def value_of_arrays_only(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    return _pick(_table(model, images.copy(), output), class_index)


@_wrong_value("raises", is_computed=False)
def value_of_pythons_ints_only(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    import tensorflow as tf

    table = _table(model, images, output)
    if isinstance(class_index, int):
        return table[:, class_index]
    return tf.stack([table[i, one] for i, one in enumerate(class_index)])


@_wrong_value("is accepted, but should be a ValueError", is_computed=False)
def value_of_an_output_in_capitals(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    for word in ("logit", "softmax"):
        if output.lower().strip().startswith(word[1:]) or output.lower().strip().startswith(
            word[:3]
        ):
            return _pick(_table(model, images, word), class_index)
    raise ValueError(output)


@_wrong_value("Two tensors of different types", is_computed=False)
def value_of_short_ints_only(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    import tensorflow as tf

    table = _table(model, images, output)
    if np.ndim(class_index) == 0:
        return table[:, int(class_index)]
    pairs = tf.stack([tf.range(len(images)), tf.convert_to_tensor(class_index)], axis=1)
    return tf.gather_nd(table, pairs)


@_wrong_value("`trainable` flags", is_computed=False)
def value_of_a_frozen_model(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    model.trainable = False
    return _pick(_table(model, images, output), class_index)


_first_models: list[Any] = []


@_wrong_value("", is_computed=False)
def value_of_the_first_model(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    _first_models.append(model)
    return _pick(_table(_first_models[0], images, output), class_index)


# --- gradient_saliency ----------------------------------------------------------------------------


def _wrong_gradient(says: str, is_computed: bool = True) -> Any:
    return mistake("saliency.gradient_saliency", says, is_computed)


def _derive(function: Callable[[Any], Any], images: Any) -> Any:
    import tensorflow as tf

    images = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        values = function(images)
    return np.asarray(tape.gradient(values, images))


def _gradient(
    model: Any, images: Any, class_index: Any, output: str = "logit", training: bool = False
) -> Any:
    return _derive(
        lambda images: _pick(_table(model, images, output, training), class_index), images
    )


@_wrong_gradient("cut off", is_computed=False)
def gradient_that_is_cut_off(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    return np.clip(_gradient(model, images, class_index, output), -1, 1)


@_wrong_gradient("another mixture of the logits", is_computed=False)
def gradient_in_parts_with_the_first_classes(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    images, parts = np.asarray(images), []
    for first in range(0, len(images), 32):
        part = images[first : first + 32]
        classes = np.broadcast_to(class_index, len(images))[: len(part)]
        parts.append(_gradient(model, part, classes, output))
    return np.concatenate(parts)


@_wrong_gradient("The tape was not told to watch", is_computed=False)
def gradient_not_watched(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    import tensorflow as tf

    images = tf.constant(images)
    with tf.GradientTape() as tape:
        values = _pick(_table(model, images, output), class_index)
    return tape.gradient(values, images)


@_wrong_gradient("the gradient of a loss, which points the other way, not of the output")
def gradient_of_the_loss(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    import tensorflow as tf

    def loss(images: Any) -> Any:
        return -tf.math.log(_pick(_table(model, images, "softmax"), class_index))

    _table(model, images, output)  # refuses an unknown output
    return _derive(loss, images)


@_wrong_gradient("the gradient with its sign turned around")
def gradient_with_the_other_sign(*args: Any, **named: Any) -> Any:
    return -_gradient(*args, **named)


@_wrong_gradient("the gradient without its signs")
def gradient_without_signs(*args: Any, **named: Any) -> Any:
    return np.abs(_gradient(*args, **named))


@_wrong_gradient("the gradient with its negative part cut off")
def gradient_without_negatives(*args: Any, **named: Any) -> Any:
    return np.maximum(_gradient(*args, **named), 0)


@_wrong_gradient("the gradient scaled to a largest magnitude of 1")
def gradient_normalised(*args: Any, **named: Any) -> Any:
    gradient = _gradient(*args, **named)
    return gradient / np.abs(gradient).max(axis=(1, 2, 3), keepdims=True)


@_wrong_gradient("the gradient times the image")
def gradient_times_the_image(model: Any, images: Any, *args: Any, **named: Any) -> Any:
    return images * _gradient(model, images, *args, **named)


@_wrong_gradient("the gradient of the batch's mean: it gets smaller in a larger batch")
def gradient_of_the_mean(model: Any, images: Any, *args: Any, **named: Any) -> Any:
    return _gradient(model, images, *args, **named) / len(images)


@_wrong_gradient("the gradient of the predicted class, not of the class asked for")
def gradient_of_the_predicted_class(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    return _gradient(model, images, np.argmax(_table(model, images), axis=1), output)


@_wrong_gradient("the gradient of all outputs' sum, not of the class asked for")
def gradient_of_all_classes(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    return _derive(lambda images: _table(model, images, output), images)


@_wrong_gradient("gradients of all images' classes added up: tf.gather needs batch_dims=1")
def gradient_of_all_pairs(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    import tensorflow as tf

    classes = np.broadcast_to(class_index, len(images))
    return _derive(lambda images: tf.gather(_table(model, images, output), classes, axis=1), images)


@_wrong_gradient("the first image's class, used for all images")
def gradient_of_the_first_class(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    return _gradient(model, images, np.ravel(class_index)[0], output)


@_wrong_gradient("the gradient at a black image, instead of at the images")
def gradient_at_black(model: Any, images: Any, *args: Any, **named: Any) -> Any:
    return _gradient(model, np.zeros_like(images), *args, **named)


@_wrong_gradient("a sum over the channels: to_heatmap does that later")
def gradient_without_channels(*args: Any, **named: Any) -> Any:
    return _gradient(*args, **named).sum(axis=-1)


@_wrong_gradient("the gradient of the logit, although output says softmax")
def gradient_of_the_logit_always(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    _table(model, images, output)  # refuses an unknown output
    return _gradient(model, images, class_index)


@_wrong_gradient("the gradient of the softmax's logarithm, not of the softmax")
def gradient_of_the_logarithm(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    gradient = _gradient(model, images, class_index, output)
    if output == "softmax":
        values = _pick(_table(model, images, output), class_index)
        gradient = gradient / np.reshape(values, (-1, 1, 1, 1))
    return gradient


@_wrong_gradient("broadcast a single class_index to shape (B,)", is_computed=False)
def gradient_for_arrays_of_classes(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    import tensorflow as tf

    def pick(images: Any) -> Any:
        return tf.gather(_table(model, images, output), class_index, batch_dims=1)

    return _derive(pick, images)


@_wrong_gradient("should be a ValueError", is_computed=False)
def gradient_of_any_output(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
    output = "softmax" if output == "softmax" else "logit"
    return _gradient(model, images, class_index, output)


@_wrong_gradient("training mode", is_computed=False)
def gradient_in_training(*args: Any, **named: Any) -> Any:
    return _gradient(*args, **named, training=True)


@_wrong_gradient("weights are changed", is_computed=False)
def gradient_that_trains(model: Any, *args: Any, **named: Any) -> Any:
    gradient = _gradient(model, *args, **named)
    for weight in model.trainable_variables:
        weight.assign(1.01 * weight)
    return gradient


@_wrong_gradient("writes into an array", is_computed=False)
def gradient_in_place(model: Any, images: Any, *args: Any, **named: Any) -> Any:
    gradient = _gradient(model, images, *args, **named)
    images *= 255
    return gradient


@_wrong_gradient("`trainable` flags", is_computed=False)
def gradient_of_a_frozen_model(model: Any, *args: Any, **named: Any) -> Any:
    model.trainable = False
    return _gradient(model, *args, **named)


@_wrong_gradient("EagerTensor object has no attribute", is_computed=False)
def gradient_of_arrays_only(model: Any, images: Any, *args: Any, **named: Any) -> Any:
    return _gradient(model, images.astype(np.float32), *args, **named)


@_wrong_gradient("NaN", is_computed=False)
def gradient_of_a_plain_exponential(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    import tensorflow as tf

    def value(images: Any) -> Any:
        table = _table(model, images)
        if output == "softmax":
            table = tf.exp(table) / tf.reduce_sum(tf.exp(table), axis=1, keepdims=True)
        return _pick(table, class_index)

    _table(model, images, output)  # refuses an unknown output
    return _derive(value, images)


@_wrong_gradient("an axis of length 1 has to", is_computed=False)
def gradient_without_axes_of_one(*args: Any, **named: Any) -> Any:
    return np.squeeze(_gradient(*args, **named))


@_wrong_gradient("", is_computed=False)
def gradient_layer_by_layer(
    model: Any, images: Any, class_index: Any, output: str = "logit"
) -> Any:
    import tensorflow as tf

    def value(images: Any) -> Any:
        for layer in model.layers[1:]:
            images = layer(images, training=False) if layer.name == "dropout" else layer(images)
        return _pick(tf.nn.softmax(images) if output == "softmax" else images, class_index)

    _table(model, images, output)  # refuses an unknown output
    return _derive(value, images)


# --- to_heatmap -----------------------------------------------------------------------------------


def _wrong_heatmap(says: str, is_computed: bool = True) -> Any:
    return mistake("saliency.to_heatmap", says, is_computed)


@_wrong_heatmap("the sum of absolute values: the signs are lost")
def heatmap_of_magnitudes(saliency: Any) -> Any:
    return np.abs(saliency).sum(axis=-1)


@_wrong_heatmap("the absolute value of the sum: the signs are lost")
def heatmap_without_signs(saliency: Any) -> Any:
    return np.abs(saliency.sum(axis=-1))


@_wrong_heatmap("the mean over the channels, instead of their sum")
def heatmap_of_means(saliency: Any) -> Any:
    return saliency.mean(axis=-1)


@_wrong_heatmap("the largest magnitude of the channels, instead of their sum")
def heatmap_of_largest_magnitudes(saliency: Any) -> Any:
    return np.abs(saliency).max(axis=-1)


@_wrong_heatmap("the largest of the channels, instead of their sum")
def heatmap_of_maxima(saliency: Any) -> Any:
    return saliency.max(axis=-1)


@_wrong_heatmap("the length of the vector of channels, instead of their sum")
def heatmap_of_lengths(saliency: Any) -> Any:
    return np.sqrt(np.square(saliency).sum(axis=-1))


@_wrong_heatmap("a sum that keeps the channel axis, with length 1")
def heatmap_with_an_axis_too_many(saliency: Any) -> Any:
    return saliency.sum(axis=-1, keepdims=True)


@_wrong_heatmap("a sum over the rows: the channels are the last axis")
def heatmap_without_rows(saliency: Any) -> Any:
    return saliency.sum(axis=1)


@_wrong_heatmap("a sum over the batch too")
def heatmap_of_the_batch(saliency: Any) -> Any:
    return saliency.sum(axis=(0, -1))


@_wrong_heatmap("the first channel only")
def heatmap_of_the_first_channel(saliency: Any) -> Any:
    return saliency[..., 0]


@_wrong_heatmap("IndexError", is_computed=False)
def heatmap_of_three_channels(saliency: Any) -> Any:
    return saliency[..., 0] + saliency[..., 1] + saliency[..., 2]


@_wrong_heatmap("three times the mean over the channels: there may be more or fewer than three")
def heatmap_of_three_means(saliency: Any) -> Any:
    return 3 * np.mean(saliency, axis=-1)


@_wrong_heatmap("A tensor has no", is_computed=False)
def heatmap_of_arrays_only(saliency: Any) -> Any:
    return saliency.sum(axis=-1)


@_wrong_heatmap("An axis is gone", is_computed=False)
def heatmap_without_axes_of_one(saliency: Any) -> Any:
    return np.squeeze(np.sum(saliency, axis=-1))


# --- smooth ---------------------------------------------------------------------------------------


def _wrong_smooth(says: str, is_computed: bool = True) -> Any:
    return mistake("saliency.smooth", says, is_computed)


def _filter(heatmaps: Any, sigma: float, mode: str = "reflect") -> Any:
    if sigma < 0:
        raise ValueError("sigma")
    return gaussian_filter(heatmaps, (0, sigma, sigma), mode=mode)


@_wrong_smooth("a filter along the batch too: images run into each other")
def smooth_across_the_batch(heatmaps: Any, sigma: float) -> Any:
    return gaussian_filter(heatmaps, sigma)


@_wrong_smooth("a full width at half maximum of sigma, not its standard deviation")
def smooth_by_the_full_width(heatmaps: Any, sigma: float) -> Any:
    return _filter(heatmaps, sigma / 2.3548)


@_wrong_smooth("Where it is wrong, it is heatmaps itself, unchanged", is_computed=False)
def smooth_only_much(heatmaps: Any, sigma: float) -> Any:
    return heatmaps if 0 <= sigma < 0.5 else _filter(heatmaps, sigma)


@_wrong_smooth("a filter along the rows only")
def smooth_along_rows(heatmaps: Any, sigma: float) -> Any:
    return gaussian_filter1d(heatmaps, sigma, axis=2) if sigma else heatmaps


@_wrong_smooth("a filter with zeros outside of the map: mode should be 'reflect'")
def smooth_with_zeros_outside(heatmaps: Any, sigma: float) -> Any:
    return _filter(heatmaps, sigma, "constant")


@_wrong_smooth("a filter with mode 'nearest', instead of 'reflect'")
def smooth_with_repeated_edges(heatmaps: Any, sigma: float) -> Any:
    return _filter(heatmaps, sigma, "nearest")


@_wrong_smooth("a filter that goes on at the other side: mode should be 'reflect'")
def smooth_around_the_edge(heatmaps: Any, sigma: float) -> Any:
    return _filter(heatmaps, sigma, "wrap")


@_wrong_smooth("a filter of absolute values: the signs are lost")
def smooth_magnitudes(heatmaps: Any, sigma: float) -> Any:
    return _filter(np.abs(heatmaps), sigma)


@_wrong_smooth("a moving average, instead of a Gaussian")
def smooth_by_averages(heatmaps: Any, sigma: float) -> Any:
    return uniform_filter(heatmaps, (0, 2 * sigma + 1, 2 * sigma + 1)) if sigma else heatmaps


@_wrong_smooth("a filter with the variance in the place of sigma")
def smooth_by_the_variance(heatmaps: Any, sigma: float) -> Any:
    return _filter(heatmaps, sigma**2)


@_wrong_smooth("heat maps that are scaled after the filter")
def smooth_and_scale(heatmaps: Any, sigma: float) -> Any:
    filtered = _filter(heatmaps, sigma)
    return filtered / np.abs(filtered).max(axis=(1, 2), keepdims=True)


@_wrong_smooth("sigma=0 replaced by a default of 1")
def smooth_always(heatmaps: Any, sigma: float) -> Any:
    return _filter(heatmaps, sigma or 1)


@_wrong_smooth("NaN", is_computed=False)
def smooth_by_dividing_by_sigma(heatmaps: Any, sigma: float) -> Any:
    with np.errstate(all="ignore"):
        return _filter(heatmaps, sigma) * (sigma / np.float64(sigma))


@_wrong_smooth("should be a ValueError", is_computed=False)
def smooth_by_any_sigma(heatmaps: Any, sigma: float) -> Any:
    return _filter(heatmaps, max(sigma, 0))


@_wrong_smooth("writes into an array", is_computed=False)
def smooth_in_place(heatmaps: Any, sigma: float) -> Any:
    heatmaps[:] = _filter(heatmaps, sigma)
    return heatmaps


@_wrong_smooth("should be a ValueError", is_computed=False)
def smooth_by_a_sigma_a_little_below_zero(heatmaps: Any, sigma: float) -> Any:
    return _filter(heatmaps, sigma if sigma <= -1 else max(sigma, 0))


@_wrong_smooth("EagerTensor object has no attribute", is_computed=False)
def smooth_arrays_only(heatmaps: Any, sigma: float) -> Any:
    return _filter(heatmaps.astype(np.float32), sigma)


@_wrong_smooth("a filter by whole numbers of pixels")
def smooth_by_whole_pixels(heatmaps: Any, sigma: float) -> Any:
    return _filter(heatmaps, sigma if sigma < 0 else int(sigma + 0.5))


# --- symmetric_limit ------------------------------------------------------------------------------


def _wrong_limit(says: str) -> Any:
    return mistake("saliency.symmetric_limit", says)


@mistake("saliency.symmetric_limit", "larger than it has to be", is_computed=False)
def limit_above_nothing(heatmap: Any) -> float:
    return max(float(np.max(np.abs(heatmap))), 1e-6)


@_wrong_limit("the magnitude of the largest value: take magnitudes first, then the largest")
def limit_of_the_maximums_magnitude(heatmap: Any) -> float:
    return float(abs(np.max(heatmap)))


@mistake("saliency.symmetric_limit", "one number, not a pair", is_computed=False)
def limit_on_either_side(heatmap: Any) -> Any:
    largest = float(np.max(np.abs(heatmap)))
    return -largest, largest


@_wrong_limit("the largest value: what is far below zero does not fit")
def limit_of_the_maximum(heatmap: Any) -> float:
    return float(np.max(heatmap))


@_wrong_limit("the size of the smallest value: what is far above zero does not fit")
def limit_of_the_minimum(heatmap: Any) -> float:
    return float(np.abs(np.min(heatmap)))


@_wrong_limit("half of the range: zero is not in the middle")
def limit_of_half_the_range(heatmap: Any) -> float:
    return float(np.ptp(heatmap) / 2)


@_wrong_limit("the whole range, from the smallest to the largest value")
def limit_of_the_whole_range(heatmap: Any) -> float:
    return float(np.ptp(heatmap))


@_wrong_limit("the size of the sum of the largest and the smallest value")
def limit_of_the_sum(heatmap: Any) -> float:
    return float(np.abs(np.max(heatmap) + np.min(heatmap)))


@_wrong_limit("the mean magnitude, instead of the largest")
def limit_of_the_mean(heatmap: Any) -> float:
    return float(np.mean(np.abs(heatmap)))


@_wrong_limit("a quantile of the magnitudes, instead of the largest")
def limit_of_a_quantile(heatmap: Any) -> float:
    return float(np.quantile(np.abs(heatmap), 0.99))


@_wrong_limit("a limit of 1, whatever the heat map holds")
def limit_of_one(heatmap: Any) -> float:
    return 1.0


@_wrong_limit("one limit a column, instead of one for the heat map")
def limit_of_every_column(heatmap: Any) -> Any:
    return np.max(np.abs(heatmap), axis=0)


@_wrong_limit("the largest positive value only")
def limit_of_positive_values(heatmap: Any) -> float:
    return float(np.max(np.maximum(heatmap, 0)))


@mistake("saliency.symmetric_limit", "where the heat map is 0 everywhere", is_computed=False)
def limit_of_at_least_something(heatmap: Any) -> float:
    return float(np.max(np.abs(heatmap))) or 1.0


@mistake("saliency.symmetric_limit", "A tensor has no", is_computed=False)
def limit_of_arrays_only(heatmap: Any) -> float:
    return float(max(heatmap.max(), -heatmap.min()))


# --- plot_saliency --------------------------------------------------------------------------------


def _wrong_plot(says: str) -> Any:
    """Figures are not compared as a whole: the properties name these mistakes."""
    return mistake("saliency.plot_saliency", says, is_computed=False)


def _draw(
    image: Any,
    heatmap: Any,
    overlay: bool = False,
    *,
    colors: Any = "RdBu_r",
    limits: Callable[[Any], tuple[Any, Any]] = lambda heatmap: (
        -np.abs(heatmap).max(),
        np.abs(heatmap).max(),
    ),
    alpha: float = 0.6,
    has_bar: bool = True,
) -> Any:
    """A right plot, of which each mistake changes one part."""
    figure = Figure()
    axes = figure.subplots(1, 1 if overlay else 2, squeeze=False)[0]
    low, high = limits(heatmap)
    axes[0].imshow(image)
    shown = axes[-1].imshow(
        heatmap, cmap=colors, vmin=low, vmax=high, alpha=alpha if overlay else 1
    )
    if has_bar:
        figure.colorbar(shown, ax=axes[-1])
    return figure


@_wrong_plot("should be a matplotlib Figure")
def plot_without_return(*args: Any, **named: Any) -> Any:
    _draw(*args, **named)


@_wrong_plot("should be a matplotlib Figure")
def plot_returning_axes(*args: Any, **named: Any) -> Any:
    return _draw(*args, **named).axes


@_wrong_plot("The number of pictures is wrong")
def plot_without_overlay(image: Any, heatmap: Any, overlay: bool = False) -> Any:
    return _draw(image, heatmap)


@_wrong_plot("The number of pictures is wrong")
def plot_with_overlay_always(image: Any, heatmap: Any, overlay: bool = False) -> Any:
    return _draw(image, heatmap, True)


@_wrong_plot("The number of pictures is wrong")
def plot_with_overlay_by_default(image: Any, heatmap: Any, overlay: bool = True) -> Any:
    return _draw(image, heatmap, overlay)


@_wrong_plot("The heat map is not drawn as it is")
def plot_of_magnitudes(image: Any, heatmap: Any, overlay: bool = False) -> Any:
    return _draw(image, np.abs(heatmap), overlay)


@_wrong_plot("The heat map is not drawn as it is")
def plot_of_a_heatmap_from_0_to_1(image: Any, heatmap: Any, overlay: bool = False) -> Any:
    return _draw(image, (heatmap - heatmap.min()) / np.ptp(heatmap), overlay)


@_wrong_plot("for a heat map of zeros they are equal")
def plot_by_two_slopes(image: Any, heatmap: Any, overlay: bool = False) -> Any:
    TwoSlopeNorm(0, -np.abs(heatmap).max(), np.abs(heatmap).max())
    return _draw(image, heatmap, overlay)


@_wrong_plot("A heat map of zeros does not have the neutral colour")
def plot_with_a_bar_of_its_own(image: Any, heatmap: Any, overlay: bool = False) -> Any:
    figure = _draw(image, heatmap, overlay, has_bar=False)
    shown = figure.axes[-1].images[-1]
    figure.colorbar(ScalarMappable(Normalize(*shown.get_clim()), shown.cmap), ax=figure.axes[-1])
    return figure


@_wrong_plot("The image is not drawn as it is")
def plot_of_a_grey_image(image: Any, heatmap: Any, overlay: bool = False) -> Any:
    return _draw(np.repeat(image.mean(axis=-1, keepdims=True), 3, axis=-1), heatmap, overlay)


@_wrong_plot("should each be drawn once")
def plot_with_an_image_too_many(image: Any, heatmap: Any, overlay: bool = False) -> Any:
    figure = _draw(image, heatmap, overlay)
    figure.axes[0].imshow(image)
    return figure


@_wrong_plot("not symmetric around zero")
def plot_with_limits_of_the_data(*args: Any, **named: Any) -> Any:
    return _draw(*args, **named, limits=lambda heatmap: (None, None))


@_wrong_plot("not symmetric around zero")
def plot_with_limits_from_zero(*args: Any, **named: Any) -> Any:
    return _draw(*args, **named, limits=lambda heatmap: (0, np.abs(heatmap).max()))


@_wrong_plot("not symmetric around zero")
def plot_with_an_upper_limit_only(*args: Any, **named: Any) -> Any:
    return _draw(*args, **named, limits=lambda heatmap: (None, np.abs(heatmap).max()))


@_wrong_plot("not symmetric around zero")
def plot_with_a_lower_limit_only(*args: Any, **named: Any) -> Any:
    return _draw(*args, **named, limits=lambda heatmap: (-np.abs(heatmap).max(), None))


@_wrong_plot("not as tight as they could be")
def plot_with_wide_limits(*args: Any, **named: Any) -> Any:
    return _draw(
        *args,
        **named,
        limits=lambda heatmap: (-3 * np.abs(heatmap).max(), 3 * np.abs(heatmap).max()),
    )


@_wrong_plot("do not hold the whole heat map")
def plot_with_limits_of_the_maximum(*args: Any, **named: Any) -> Any:
    return _draw(*args, **named, limits=lambda heatmap: (-heatmap.max(), heatmap.max()))


@_wrong_plot("not diverging")
def plot_in_default_colours(*args: Any, **named: Any) -> Any:
    return _draw(*args, **named, colors="viridis")


@_wrong_plot("not diverging")
def plot_in_rainbow_colours(*args: Any, **named: Any) -> Any:
    return _draw(*args, **named, colors="jet")


@_wrong_plot("should be one colour bar")
def plot_without_a_bar(*args: Any, **named: Any) -> Any:
    return _draw(*args, **named, has_bar=False)


def _limit_or_one(heatmap: Any) -> tuple[Any, Any]:
    limit = np.abs(heatmap).max() or 1.0
    return -limit, limit


@_wrong_plot("should be one colour bar")
def plot_without_a_bar_nor_limits_of_0(*args: Any, **named: Any) -> Any:
    return _draw(*args, **named, has_bar=False, limits=_limit_or_one)


@_wrong_plot("is not diverging")
def plot_in_one_colour_for_both_signs(*args: Any, **named: Any) -> Any:
    both = LinearSegmentedColormap.from_list("both", ["red", "white", "red"])
    return _draw(*args, **named, colors=both)


@_wrong_plot("is not drawn as it is")
def plot_of_a_rounded_heatmap(image: Any, heatmap: Any, overlay: bool = False) -> Any:
    rounded = np.asarray(heatmap, np.float16).astype(np.float32)
    exact = lambda _: (-np.abs(heatmap).max(), np.abs(heatmap).max())  # noqa: E731
    return _draw(image, rounded, overlay, limits=exact)


@_wrong_plot("hides the image")
def plot_with_an_opaque_overlay(*args: Any, **named: Any) -> Any:
    return _draw(*args, **named, alpha=1)


@_wrong_plot("hides the heat map")
def plot_with_the_image_on_top(image: Any, heatmap: Any, overlay: bool = False) -> Any:
    figure = Figure()
    axes = figure.subplots(1, 1 if overlay else 2, squeeze=False)[0]
    limit = np.abs(heatmap).max()
    shown = axes[-1].imshow(heatmap, cmap="RdBu_r", vmin=-limit, vmax=limit)
    axes[0].imshow(image, alpha=0.6)
    figure.colorbar(shown, ax=axes[-1])
    return figure


@_wrong_plot("upside down")
def plot_upside_down(*args: Any, **named: Any) -> Any:
    figure = _draw(*args, **named)
    figure.axes[0].invert_yaxis()
    return figure


@_wrong_plot("mirrored")
def plot_mirrored(*args: Any, **named: Any) -> Any:
    figure = _draw(*args, **named)
    figure.axes[0].invert_xaxis()
    return figure


@_wrong_plot("outside of the page")
def plot_beside_the_page(*args: Any, **named: Any) -> Any:
    figure = _draw(*args, **named)
    figure.axes[0].set_position([1.2, 0, 0.5, 0.5])
    return figure


@_wrong_plot("too small to be seen")
def plot_as_a_stamp(*args: Any, **named: Any) -> Any:
    figure = _draw(*args, **named)
    figure.axes[0].set_position([0.5, 0.5, 0.02, 0.02])
    return figure


@_wrong_plot("cannot be seen as it is")
def plot_behind_a_curtain(*args: Any, **named: Any) -> Any:
    figure = _draw(*args, **named)
    figure.patches.append(Rectangle((0, 0), 1, 1, color="white", transform=figure.transFigure))
    return figure


@_wrong_plot("cannot be seen as it is")
def plot_of_hidden_axes(*args: Any, **named: Any) -> Any:
    figure = _draw(*args, **named)
    figure.axes[0].set_visible(False)
    return figure


@_wrong_plot("does not lie pixel by pixel on the image")
def plot_of_another_size(image: Any, heatmap: Any, overlay: bool = False) -> Any:
    figure = _draw(image, heatmap, overlay)
    figure.axes[0].images[-1].set_extent((0, 2, 2, 0))
    figure.axes[0].set(xlim=(-0.5, image.shape[1] - 0.5), ylim=(image.shape[0] - 0.5, -0.5))
    return figure if overlay else _draw(image, heatmap)


@_wrong_plot("The colour bar is not that of the heat map")
def plot_with_a_bar_of_the_image(image: Any, heatmap: Any, overlay: bool = False) -> Any:
    figure = _draw(image, heatmap, overlay, has_bar=False)
    figure.colorbar(figure.axes[0].images[0], ax=figure.axes[0])
    return figure


@_wrong_plot("cannot be seen: set its alpha")
def plot_with_a_breath_of_a_heatmap(*args: Any, **named: Any) -> Any:
    return _draw(*args, **named, alpha=0.02)


# --- as others do it ------------------------------------------------------------------------------


@mistake("saliency.smooth", "a kernel that ends after one sigma: scipy's ends after four")
def smooth_with_a_short_kernel(heatmaps: Any, sigma: float) -> Any:
    return gaussian_filter(heatmaps, (0, sigma, sigma), truncate=1.0)


@mistake("saliency.smooth", "a kernel that ends after three sigma: scipy's ends after four")
def smooth_with_three_sigma(heatmaps: Any, sigma: float) -> Any:
    return gaussian_filter(heatmaps, (0, sigma, sigma), truncate=3.0)


@_wrong_gradient("the gradient of the probability where the logit is asked, as in many tutorials")
def gradient_of_the_probability(model: Any, images: Any, class_index: Any, *rest: Any) -> Any:
    return _gradient(model, images, class_index, "softmax")
