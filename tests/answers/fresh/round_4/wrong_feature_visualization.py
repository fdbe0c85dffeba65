# ruff: noqa: ANN001, ANN201, ANN202, F821
"""Wrong answers to `feature_visualization` of a fourth round: each breaks one promise."""

from difflib import get_close_matches

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from course.given import Ascent, compiled
from course.saliency import select_output
from tests.answers.fresh import wrong


def _fourth_shifts(rng, count, max_shift):
    return rng.integers(-max_shift, max_shift + 1, size=(count, 2)).astype(np.int32)


def _fourth_roll(images, shifts):
    height, width = (tf.shape(images)[1], tf.shape(images)[2])
    rows = tf.math.floormod(tf.range(height)[None] - shifts[:, :1], height)
    columns = tf.math.floormod(tf.range(width)[None] - shifts[:, 1:], width)
    images = tf.gather(images, rows, axis=1, batch_dims=1)
    return tf.gather(images, columns, axis=2, batch_dims=1)


def _fourth_regularized(
    model, images, shifts, class_index, step_size, tv_weight, l2_weight, output
):
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = select_output(model, _fourth_roll(images, shifts), class_index, output)
        goal = value - tf.cast(tv_weight, tf.float32) * tf.image.total_variation(images)
        goal -= tf.cast(l2_weight, tf.float32) * tf.reduce_sum((images - 0.5) ** 2, axis=[1, 2, 3])
    gradient = tape.gradient(goal, images)
    return tf.clip_by_value(images + tf.cast(step_size, tf.float32) * gradient, 0.0, 1.0)


_fourth_regularized = compiled(_fourth_regularized)


_fourth_score = compiled(
    lambda model, images, class_index, output: select_output(model, images, class_index, output)
)


def _fourth_output_of(model, layer_name):
    """The symbolic output of a layer, as the outer model calls it."""
    names = [layer.name for layer in model.layers]
    if layer_name not in names:
        near = get_close_matches(layer_name, names, n=5, cutoff=0.3)
        raise ValueError(f"no layer {layer_name!r}; near are {near or names[:5]}")
    layer = model.get_layer(layer_name)
    for depth in model._nodes_by_depth.values() if hasattr(model, "_nodes_by_depth") else []:
        for node in depth:
            if node.operation is layer:
                return node.outputs[0]
    return layer.output


@wrong("feature_visualization.total_variation", breaks="Anisotropic")
def total_variation_isotropic(images):
    images = tf.convert_to_tensor(images)
    a = images[:, 1:, :-1] - images[:, :-1, :-1]
    b = images[:, :-1, 1:] - images[:, :-1, :-1]
    return tf.reduce_sum(tf.sqrt(a * a + b * b + 1e-12), axis=[1, 2, 3])


@wrong("feature_visualization.total_variation", breaks="Neighbours do not wrap around")
def total_variation_wraps(images):
    images = tf.convert_to_tensor(images)
    return sum(
        tf.reduce_sum(tf.abs(images - tf.roll(images, 1, axis=a)), axis=[1, 2, 3]) for a in (1, 2)
    )


def _jitter_diagonal_shifts(rng, count, max_shift):
    return np.repeat(rng.integers(-max_shift, max_shift + 1, size=(count, 1)), 2, axis=1).astype(
        np.int32
    )


@wrong("feature_visualization.jitter", breaks="Each of the two axes on its own")
def jitter_diagonal(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    shifts = _jitter_diagonal_shifts(np.random.default_rng(seed), images.shape[0], max_shift)
    return _fourth_roll(images, tf.constant(shifts))


@wrong("feature_visualization.normalize_gradient", breaks="Root mean square, no mean subtracted")
def normalize_gradient_std(gradient):
    gradient = tf.convert_to_tensor(gradient)
    largest = tf.reduce_max(tf.abs(gradient), axis=[1, 2, 3], keepdims=True)
    gradient = tf.math.divide_no_nan(gradient, largest)
    rms = tf.math.reduce_std(gradient, axis=[1, 2, 3], keepdims=True)
    return tf.math.divide_no_nan(gradient, rms)


@wrong(
    "feature_visualization.normalize_gradient", breaks="Divided by its rms, also a small gradient"
)
def normalize_gradient_epsilon(gradient):
    gradient = tf.convert_to_tensor(gradient)
    rms = tf.sqrt(tf.reduce_mean(tf.square(gradient), axis=[1, 2, 3], keepdims=True))
    return gradient / (rms + 1e-05)


@wrong("feature_visualization.normalize_gradient", breaks="One rms an image, over channels too")
def normalize_gradient_per_channel(gradient):
    gradient = tf.convert_to_tensor(gradient)
    largest = tf.reduce_max(tf.abs(gradient), axis=[1, 2, 3], keepdims=True)
    gradient = tf.math.divide_no_nan(gradient, largest)
    rms = tf.sqrt(tf.reduce_mean(tf.square(gradient), axis=[1, 2], keepdims=True))
    return tf.math.divide_no_nan(gradient, rms)


def _maximize_class_regularized_tv_of_jittered_regularized(
    model, images, shifts, class_index, step_size, tv_weight, l2_weight, output
):
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = select_output(model, _fourth_roll(images, shifts), class_index, output)
        goal = value - tf.cast(tv_weight, tf.float32) * tf.image.total_variation(
            _fourth_roll(images, shifts)
        )
        goal -= tf.cast(l2_weight, tf.float32) * tf.reduce_sum((images - 0.5) ** 2, axis=[1, 2, 3])
    gradient = tape.gradient(goal, images)
    return tf.clip_by_value(images + tf.cast(step_size, tf.float32) * gradient, 0.0, 1.0)


_maximize_class_regularized_tv_of_jittered_regularized = compiled(
    _maximize_class_regularized_tv_of_jittered_regularized
)


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="The penalties are those of the images themselves",
)
def maximize_class_regularized_tv_of_jittered(
    model,
    start,
    class_index,
    steps,
    step_size,
    tv_weight=0.0,
    l2_weight=0.0,
    blur_sigma=0.0,
    max_shift=0,
    seed=0,
    output="logit",
):
    if output not in ("logit", "softmax"):
        raise ValueError("output must be 'logit' or 'softmax'")
    images = tf.cast(start, tf.float32)
    rng = np.random.default_rng(seed)
    scores = [_fourth_score(model, images, class_index, output)]
    for _ in range(steps):
        shifts = _fourth_shifts(rng, images.shape[0], max_shift)
        images = _maximize_class_regularized_tv_of_jittered_regularized(
            model, images, shifts, class_index, step_size, tv_weight, l2_weight, output
        )
        if blur_sigma:
            images = tf.constant(
                gaussian_filter(images.numpy(), (0, blur_sigma, blur_sigma, 0), mode="reflect")
            )
        scores.append(_fourth_score(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


def _maximize_class_regularized_keeps_rolled_regularized(
    model, images, shifts, class_index, step_size, tv_weight, l2_weight, output
):
    images = _fourth_roll(images, shifts)
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = select_output(model, images, class_index, output)
        goal = value - tf.cast(tv_weight, tf.float32) * tf.image.total_variation(images)
        goal -= tf.cast(l2_weight, tf.float32) * tf.reduce_sum((images - 0.5) ** 2, axis=[1, 2, 3])
    gradient = tape.gradient(goal, images)
    return tf.clip_by_value(images + tf.cast(step_size, tf.float32) * gradient, 0.0, 1.0)


_maximize_class_regularized_keeps_rolled_regularized = compiled(
    _maximize_class_regularized_keeps_rolled_regularized
)


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="The images are not rolled themselves",
)
def maximize_class_regularized_keeps_rolled(
    model,
    start,
    class_index,
    steps,
    step_size,
    tv_weight=0.0,
    l2_weight=0.0,
    blur_sigma=0.0,
    max_shift=0,
    seed=0,
    output="logit",
):
    if output not in ("logit", "softmax"):
        raise ValueError("output must be 'logit' or 'softmax'")
    images = tf.cast(start, tf.float32)
    rng = np.random.default_rng(seed)
    scores = [_fourth_score(model, images, class_index, output)]
    for _ in range(steps):
        shifts = _fourth_shifts(rng, images.shape[0], max_shift)
        images = _maximize_class_regularized_keeps_rolled_regularized(
            model, images, shifts, class_index, step_size, tv_weight, l2_weight, output
        )
        if blur_sigma:
            images = tf.constant(
                gaussian_filter(images.numpy(), (0, blur_sigma, blur_sigma, 0), mode="reflect")
            )
        scores.append(_fourth_score(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


@wrong("feature_visualization.maximize_class_regularized", breaks="Another shift for every image")
def maximize_class_regularized_one_shift_for_batch(
    model,
    start,
    class_index,
    steps,
    step_size,
    tv_weight=0.0,
    l2_weight=0.0,
    blur_sigma=0.0,
    max_shift=0,
    seed=0,
    output="logit",
):
    if output not in ("logit", "softmax"):
        raise ValueError("output must be 'logit' or 'softmax'")
    images = tf.cast(start, tf.float32)
    rng = np.random.default_rng(seed)
    scores = [_fourth_score(model, images, class_index, output)]
    for _ in range(steps):
        shifts = np.repeat(_fourth_shifts(rng, 1, max_shift), images.shape[0], axis=0)
        images = _fourth_regularized(
            model, images, shifts, class_index, step_size, tv_weight, l2_weight, output
        )
        if blur_sigma:
            images = tf.constant(
                gaussian_filter(images.numpy(), (0, blur_sigma, blur_sigma, 0), mode="reflect")
            )
        scores.append(_fourth_score(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


def _maximize_class_regularized_normalized_regularized(
    model, images, shifts, class_index, step_size, tv_weight, l2_weight, output
):
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = select_output(model, _fourth_roll(images, shifts), class_index, output)
        goal = value - tf.cast(tv_weight, tf.float32) * tf.image.total_variation(images)
        goal -= tf.cast(l2_weight, tf.float32) * tf.reduce_sum((images - 0.5) ** 2, axis=[1, 2, 3])
    gradient = normalize_gradient(tape.gradient(goal, images))
    return tf.clip_by_value(images + tf.cast(step_size, tf.float32) * gradient, 0.0, 1.0)


_maximize_class_regularized_normalized_regularized = compiled(
    _maximize_class_regularized_normalized_regularized
)


@wrong("feature_visualization.maximize_class_regularized", breaks="The gradient is not normalized")
def maximize_class_regularized_normalized(
    model,
    start,
    class_index,
    steps,
    step_size,
    tv_weight=0.0,
    l2_weight=0.0,
    blur_sigma=0.0,
    max_shift=0,
    seed=0,
    output="logit",
):
    if output not in ("logit", "softmax"):
        raise ValueError("output must be 'logit' or 'softmax'")
    images = tf.cast(start, tf.float32)
    rng = np.random.default_rng(seed)
    scores = [_fourth_score(model, images, class_index, output)]
    for _ in range(steps):
        shifts = _fourth_shifts(rng, images.shape[0], max_shift)
        images = _maximize_class_regularized_normalized_regularized(
            model, images, shifts, class_index, step_size, tv_weight, l2_weight, output
        )
        if blur_sigma:
            images = tf.constant(
                gaussian_filter(images.numpy(), (0, blur_sigma, blur_sigma, 0), mode="reflect")
            )
        scores.append(_fourth_score(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="The images are blurred, not the gradient",
)
def maximize_class_regularized_blur_gradient(
    model,
    start,
    class_index,
    steps,
    step_size,
    tv_weight=0.0,
    l2_weight=0.0,
    blur_sigma=0.0,
    max_shift=0,
    seed=0,
    output="logit",
):
    if output not in ("logit", "softmax"):
        raise ValueError("output must be 'logit' or 'softmax'")
    images = tf.cast(start, tf.float32)
    rng = np.random.default_rng(seed)
    scores = [_fourth_score(model, images, class_index, output)]
    for _ in range(steps):
        shifts = _fourth_shifts(rng, images.shape[0], max_shift)
        before = images
        images = _fourth_regularized(
            model, images, shifts, class_index, step_size, tv_weight, l2_weight, output
        )
        if blur_sigma:
            images = before + gaussian_filter(
                (images - before).numpy(), (0, blur_sigma, blur_sigma, 0), mode="reflect"
            )
        scores.append(_fourth_score(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


@wrong("feature_visualization.feature_extractor", breaks="The activations as they are")
def feature_extractor_pooled(model, layer_name):
    y = _fourth_output_of(model, layer_name)
    return keras.Model(model.inputs, keras.layers.ReLU()(y))


@wrong("feature_visualization.feature_extractor", breaks="The model is left as it is")
def feature_extractor_freezes(model, layer_name):
    model.trainable = False
    return keras.Model(model.inputs, _fourth_output_of(model, layer_name))


def _maximize_feature_squared_feature(extractor, images, channel):
    values = tf.gather(extractor(images, training=False), channel, axis=-1)
    return tf.reduce_mean(tf.reshape(values**2, [tf.shape(values)[0], -1]), axis=1)


def _maximize_feature_squared_feature_step(extractor, images, channel, step_size):
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = _maximize_feature_squared_feature(extractor, images, channel)
    gradient = tape.gradient(value, images, unconnected_gradients="zero")
    return (value, tf.clip_by_value(images + tf.cast(step_size, tf.float32) * gradient, 0.0, 1.0))


_maximize_feature_squared_feature_step = compiled(_maximize_feature_squared_feature_step)


@wrong("feature_visualization.maximize_feature", breaks="Mean activation, not mean square")
def maximize_feature_squared(model, start, layer_name, channel, steps, step_size):
    extractor = feature_extractor(model, layer_name)
    images = tf.cast(start, tf.float32)
    scores = []
    for _ in range(steps):
        value, images = _maximize_feature_squared_feature_step(
            extractor, images, channel, step_size
        )
        scores.append(value)
    scores.append(_maximize_feature_squared_feature(extractor, images, channel))
    return Ascent(images, tf.stack(scores))


def _maximize_feature_dense_fails_feature(extractor, images, channel):
    values = extractor(images, training=False)[:, :, :, channel]
    return tf.reduce_mean(tf.reshape(values, [tf.shape(values)[0], -1]), axis=1)


def _maximize_feature_dense_fails_feature_step(extractor, images, channel, step_size):
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = _maximize_feature_dense_fails_feature(extractor, images, channel)
    gradient = tape.gradient(value, images, unconnected_gradients="zero")
    return (value, tf.clip_by_value(images + tf.cast(step_size, tf.float32) * gradient, 0.0, 1.0))


_maximize_feature_dense_fails_feature_step = compiled(_maximize_feature_dense_fails_feature_step)


@wrong(
    "feature_visualization.maximize_feature", breaks="The last axis of its activations: any layer"
)
def maximize_feature_dense_fails(model, start, layer_name, channel, steps, step_size):
    extractor = feature_extractor(model, layer_name)
    images = tf.cast(start, tf.float32)
    scores = []
    for _ in range(steps):
        value, images = _maximize_feature_dense_fails_feature_step(
            extractor, images, channel, step_size
        )
        scores.append(value)
    scores.append(_maximize_feature_dense_fails_feature(extractor, images, channel))
    return Ascent(images, tf.stack(scores))


def _maximize_feature_center_neuron_feature(extractor, images, channel):
    values = tf.gather(extractor(images, training=False), channel, axis=-1)
    flat = tf.reshape(values, [tf.shape(values)[0], -1])
    return flat[:, tf.shape(flat)[1] // 2]


def _maximize_feature_center_neuron_feature_step(extractor, images, channel, step_size):
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = _maximize_feature_center_neuron_feature(extractor, images, channel)
    gradient = tape.gradient(value, images, unconnected_gradients="zero")
    return (value, tf.clip_by_value(images + tf.cast(step_size, tf.float32) * gradient, 0.0, 1.0))


_maximize_feature_center_neuron_feature_step = compiled(
    _maximize_feature_center_neuron_feature_step
)


@wrong(
    "feature_visualization.maximize_feature",
    breaks="The mean over all positions, not the middle neuron",
)
def maximize_feature_center_neuron(model, start, layer_name, channel, steps, step_size):
    extractor = feature_extractor(model, layer_name)
    images = tf.cast(start, tf.float32)
    scores = []
    for _ in range(steps):
        value, images = _maximize_feature_center_neuron_feature_step(
            extractor, images, channel, step_size
        )
        scores.append(value)
    scores.append(_maximize_feature_center_neuron_feature(extractor, images, channel))
    return Ascent(images, tf.stack(scores))
