# ruff: noqa: ANN001, ANN201, ANN202, B905, E501, F821
"""Right answers to `feature_visualization` of round 10: each keeps all promises."""

from difflib import SequenceMatcher

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from course.given import Ascent
from course.given.layers import layer_output
from tests.answers.fresh import right


def _neighbour_matrix(length):
    return np.eye(length, dtype=np.float32)[1:] - np.eye(length, dtype=np.float32)[:-1]


@right(
    "feature_visualization.total_variation",
    how="Every pixel is compared with its neighbour through edge matrices, two einsums per direction.",
)
def total_variation_every_pixel_compared(images):
    images = tf.convert_to_tensor(images)
    _, height, width, _ = images.shape
    down = tf.einsum("ih,bhwc->biwc", tf.cast(_neighbour_matrix(height), images.dtype), images)
    along = tf.einsum("jw,bhwc->bhjc", tf.cast(_neighbour_matrix(width), images.dtype), images)
    flat = [keras.ops.sum(keras.ops.abs(one), axis=(1, 2, 3)) for one in (down, along)]
    return tf.add_n(flat)


@right(
    "feature_visualization.jitter",
    how="Rows and columns are gathered at shifted indices with batch_dims=1.",
)
def jitter_rows_columns_gathered(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    count, height, width, _ = images.shape
    rng = np.random.Generator(np.random.PCG64DXSM([seed, 77]))
    dy, dx = rng.integers(-max_shift, max_shift, size=(2, count, 1), endpoint=True)
    rows = (np.arange(height) - dy) % height
    columns = (np.arange(width) - dx) % width
    return tf.gather(tf.gather(images, rows, axis=1, batch_dims=1), columns, axis=2, batch_dims=1)


def _rotated(image, shift, axis):
    cut = image.shape[axis] - shift % image.shape[axis]
    first, second = tf.split(image, [cut, image.shape[axis] - cut], axis=axis)
    return tf.concat([second, first], axis=axis)


@right(
    "feature_visualization.jitter",
    how="Every image is cut in two and glued together the other way round, once per axis; stateless integers.",
)
def jitter_every_image_cut(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    shifts = tf.random.stateless_uniform(
        [images.shape[0], 2],
        seed=tf.constant([seed, 2017], tf.int64),
        minval=-max_shift,
        maxval=max_shift + 1,
        dtype=tf.int32,
    ).numpy()
    return tf.stack(
        [_rotated(_rotated(image, int(y), 0), int(x), 1) for image, (y, x) in zip(images, shifts)]
    )


@right(
    "feature_visualization.normalize_gradient",
    how="Scaled by the largest entry first, so that no square gets lost, then an einsum for the sum of squares.",
)
def normalize_gradient_scaled_largest_entry(gradient):
    gradient = tf.convert_to_tensor(gradient)
    largest = tf.reduce_max(tf.abs(gradient), axis=(1, 2, 3), keepdims=True)
    unit = tf.math.divide_no_nan(gradient, largest)
    squares = tf.einsum("bhwc,bhwc->b", unit, unit)
    count = tf.cast(tf.reduce_prod(tf.shape(gradient)[1:]), gradient.dtype)
    rms = tf.sqrt(squares / count)[:, None, None, None]
    return tf.math.divide_no_nan(unit, rms)


@right(
    "feature_visualization.feature_extractor",
    how="The given layer_output finds the tensor, and names that are near are ranked by difflib's ratio.",
)
def feature_extractor_given_layer_output(model, layer_name):
    names = [layer.name for layer in model.layers]
    if not any(name == layer_name for name in names):
        names.sort(
            key=lambda name: -SequenceMatcher(None, layer_name.lower(), name.lower()).ratio()
        )
        raise ValueError(f"no layer is called {layer_name!r}; near are {', '.join(names[:8])}")
    [images] = model.inputs
    return keras.Model(inputs=images, outputs=layer_output(model, layer_name), name="cut_open")


@right(
    "feature_visualization.maximize_feature",
    how="A model is built whose logits are the channels' means, and maximize_class climbs it.",
)
def maximize_feature_model_built_whose(model, start, layer_name, channel, steps, step_size):
    extractor = feature_extractor(model, layer_name)
    features = extractor.outputs[0]
    places = tuple(range(1, len(features.shape) - 1))
    means = keras.ops.mean(features, axis=places) if places else features
    head = keras.Model(extractor.inputs[0], means)
    return maximize_class(head, start, int(channel) % features.shape[-1], steps, step_size)


def _slope_of_roughness(images):
    slope = np.zeros_like(images)
    down, along = (np.sign(np.diff(images, axis=1)), np.sign(np.diff(images, axis=2)))
    slope[:, 1:] += down
    slope[:, :-1] -= down
    slope[:, :, 1:] += along
    slope[:, :, :-1] -= along
    return slope


def _slope_through_jitter(model, images, class_index, output, max_shift, key):
    pixels = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        value = select_output(model, jitter(pixels, max_shift, key), class_index, output)
    return tape.gradient(value, pixels, unconnected_gradients="zero").numpy()


@right(
    "feature_visualization.maximize_class_regularized",
    how="Three separate gradients, the penalties' in closed form with NumPy, the blur as two passes of gaussian_filter1d.",
)
def maximize_class_regularized_three_separate_gradients(
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
    images = np.array(start, np.float32)
    scores = [np.asarray(select_output(model, images, class_index, output))]
    for key in np.random.SeedSequence([seed, 13]).generate_state(max(steps, 1), np.uint32)[:steps]:
        slope = _slope_through_jitter(model, images, class_index, output, max_shift, int(key) >> 1)
        slope = slope - tv_weight * _slope_of_roughness(images) - 2 * l2_weight * (images - 0.5)
        images = np.clip(images + step_size * slope, 0, 1).astype(np.float32)
        if blur_sigma:
            for axis in (1, 2):
                images = gaussian_filter1d(images, blur_sigma, axis=axis, mode="reflect")
        scores.append(np.asarray(select_output(model, images, class_index, output)))
    return Ascent(images, np.stack(scores))


@right(
    "feature_visualization.feature_extractor",
    how="The names are asked first, and the given `near` finds those to list.",
)
def feature_extractor_names_asked_first(model, layer_name):
    from course.given.layers import layer_output
    from course.given.near import near

    names = {layer.name: number for number, layer in enumerate(model.layers)}
    if layer_name not in names:
        close = near(layer_name, names) or list(names)[:10]
        raise ValueError(f"{model.name} has no layer {layer_name!r}, but {', '.join(close)}")
    inputs = model.inputs if len(model.inputs) > 1 else model.inputs[0]
    return keras.Model(inputs, layer_output(model, layer_name))


@right(
    "feature_visualization.maximize_class_regularized",
    how="One tape over the whole objective, seeds drawn in advance, scipy's blur with a sigma per axis.",
)
def maximize_class_regularized_tape_over_whole(
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
    images = tf.convert_to_tensor(start)
    seeds = np.random.default_rng(seed).integers(2**31, size=steps)
    scores = [select_output(model, images, class_index, output)]
    for step in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(images)
            moved = jitter(images, max_shift, int(seeds[step]))
            value = select_output(model, moved, class_index, output)
            value -= tv_weight * total_variation(images)
            value -= l2_weight * tf.reduce_sum((images - 0.5) ** 2, axis=(1, 2, 3))
        images = images + step_size * tape.gradient(value, images)
        images = tf.clip_by_value(images, 0.0, 1.0)
        if blur_sigma != 0:
            sigmas = (0, blur_sigma, blur_sigma, 0)
            images = tf.constant(gaussian_filter(images.numpy(), sigmas, mode="reflect"))
        scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))
