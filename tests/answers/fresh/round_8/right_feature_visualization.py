# ruff: noqa: ANN001, ANN201, ANN202, ANN204, F821
"""Right answers to `feature_visualization` of the eighth round: each keeps all promises."""

from difflib import get_close_matches

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter1d

from course.given import Ascent
from course.saliency import select_output
from tests.answers.fresh import right


@right(
    "feature_visualization.total_variation",
    how="Neighbours by tf.gather, in a loop over both axes, summed by einsum",
)
def total_variation_neighbours_tf_gather(images):
    images = tf.convert_to_tensor(images)
    total = tf.zeros_like(images[:, 0, 0, 0])
    for axis in (1, 2):
        size = images.shape[axis]
        steps = tf.gather(images, tf.range(1, size), axis=axis) - tf.gather(
            images, tf.range(size - 1), axis=axis
        )
        total += tf.einsum("bhwc->b", tf.abs(steps))
    return total


@right(
    "feature_visualization.jitter", how="Gathers rolled rows and then rolled columns, batch_dims=1"
)
def jitter_gathers_rolled_rows(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    b, h, w = images.shape[:3]
    draw = np.random.Generator(np.random.Philox(int(seed))).integers(
        0, 2 * int(max_shift) + 1, size=(2, b, 1)
    ) - int(max_shift)
    rows = (np.arange(h) - draw[0]) % h
    columns = (np.arange(w) - draw[1]) % w
    images = tf.gather(images, rows, axis=1, batch_dims=1)
    return tf.gather(images, columns, axis=2, batch_dims=1)


@right(
    "feature_visualization.normalize_gradient",
    how="The Euclidean norm of each image scaled by its largest value, times the root of the count",
)
def normalize_gradient_euclidean_norm_image(gradient):
    g = np.asarray(gradient)
    flat = g.reshape(len(g), -1).astype(np.float64)
    norm = np.linalg.norm(flat, axis=1)
    scale = np.divide(np.sqrt(flat.shape[1]), norm, out=np.zeros_like(norm), where=norm > 1e-12)
    return (flat * scale[:, None]).reshape(g.shape).astype(np.float32)


@right(
    "feature_visualization.feature_extractor",
    how="A dictionary of layers, and structural pattern matching",
)
def feature_extractor_dictionary_layers_structural(model, layer_name):
    layers = {layer.name: layer for layer in model.layers}
    match layers.get(layer_name):
        case None:
            near = get_close_matches(str(layer_name), layers, n=5, cutoff=0.4) or sorted(layers)
            raise ValueError(f"there is no layer {layer_name!r}. Near: {', '.join(near)}")
        case layer:
            return keras.Model(inputs=model.inputs[0], outputs=layer.output)


@right(
    "feature_visualization.maximize_feature",
    how="A class with __call__ gives the channel's mean as a column of one",
)
def maximize_feature_class_call_gives(model, start, layer_name, channel, steps, step_size):
    inner = feature_extractor(model, layer_name)

    class OneValue:
        def __call__(self, x, training=False):
            a = inner(x, training=False)[..., int(channel)]
            return tf.reduce_mean(tf.reshape(a, (tf.shape(a)[0], -1)), axis=1, keepdims=True)

    net = OneValue()
    x = tf.cast(start, tf.float32)
    scores = []
    for left in range(int(steps), -1, -1):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            value = net(x)[:, 0]
        scores.append(value)
        if left:
            x = tf.clip_by_value(x + step_size * tape.gradient(value, x), 0.0, 1.0)
    return Ascent(x, tf.stack(scores))


def _turned(image, shift, axis):
    size = image.shape[axis]
    cut = (size - int(shift)) % size
    first, second = tf.split(image, [cut, size - cut], axis=axis)
    return tf.concat([second, first], axis)


@right(
    "feature_visualization.jitter",
    how="A generator for each image, spawned; slices joined instead of tf.roll",
)
def jitter_generator_image_spawned(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    rolled = []
    for one, own in zip(
        tf.unstack(images), np.random.default_rng(int(seed)).spawn(len(images)), strict=True
    ):
        for axis in (0, 1):
            one = _turned(one, own.integers(-int(max_shift), int(max_shift) + 1), axis)
        rolled.append(one)
    return tf.stack(rolled)


@right(
    "feature_visualization.feature_extractor",
    how="The network's own graph is walked from the logits back, without get_layer",
)
def feature_extractor_network_s_own(model, layer_name):
    seen, waiting, names = (set(), list(model.outputs), [])
    while waiting:
        tensor = waiting.pop()
        operation, node, _ = tensor._keras_history
        if operation.name == layer_name:
            return keras.Model(model.inputs[0], tensor)
        if (id(operation), node) not in seen:
            seen.add((id(operation), node))
            names.append(operation.name)
            waiting.extend(operation._inbound_nodes[node].input_tensors)
    near = get_close_matches(layer_name, names, n=6, cutoff=0.3) or names
    raise ValueError(f"there is no layer {layer_name!r}; near are {', '.join(near)}")


@right(
    "feature_visualization.normalize_gradient",
    how="TensorFlow: the largest value first, so that no square is too small",
)
def normalize_gradient_tensorflow_largest_value(gradient):
    g = tf.convert_to_tensor(gradient)
    top = tf.reduce_max(tf.abs(g), axis=(1, 2, 3), keepdims=True)
    even = tf.math.divide_no_nan(g, top)
    return tf.math.divide_no_nan(
        even, tf.sqrt(tf.reduce_mean(tf.square(even), axis=(1, 2, 3), keepdims=True))
    )


def _slope_of_tv(x):
    g = np.zeros_like(x)
    for axis in (1, 2):
        s = np.sign(np.diff(x, axis=axis))
        after = [slice(None)] * 4
        before = [slice(None)] * 4
        after[axis], before[axis] = (slice(1, None), slice(None, -1))
        g[tuple(after)] += s
        g[tuple(before)] -= s
    return g


@right(
    "feature_visualization.maximize_class_regularized",
    how="The gradients of the penalties by hand in NumPy, blur by two one-dimensional filters",
)
def maximize_class_regularized_gradients_penalties_hand(
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
    x = np.array(start, np.float32)
    steps = int(steps)
    draws = np.random.default_rng(int(seed)).integers(0, 2**31 - 1, size=max(steps, 1))
    scores = [np.asarray(select_output(model, x, class_index, output))]
    for draw in draws[:steps]:
        free = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(free)
            seen = select_output(
                model, jitter(free, int(max_shift), int(draw)), class_index, output
            )
        g = (
            tape.gradient(seen, free).numpy()
            - tv_weight * _slope_of_tv(x)
            - 2 * l2_weight * (x - 0.5)
        )
        x = np.clip(x + step_size * g, 0, 1).astype(np.float32)
        if blur_sigma != 0:
            for axis in (1, 2):
                x = gaussian_filter1d(x, blur_sigma, axis=axis, mode="reflect")
        scores.append(np.asarray(select_output(model, x, class_index, output)))
    return Ascent(x, np.stack(scores))
