# ruff: noqa: ANN001, ANN202, ANN204, E501, F821, N801, RUF059
"""Right answers to `feature_visualization` of the fifth round: each keeps all promises."""

import random
from difflib import get_close_matches

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter1d

from course.activation_maximization import maximize_class
from course.given import Ascent
from course.given.types import Classes, Images, Maps, Output, Values
from course.saliency import select_output
from tests.answers.fresh import right


@right(
    "feature_visualization.total_variation",
    how="Larger minus smaller of two neighbours, in keras.ops",
)
def total_variation_larger_minus_smaller(images: Images) -> Values:
    x = keras.ops.convert_to_tensor(images)
    total = 0
    for a, b in ((x[:, 1:], x[:, :-1]), (x[:, :, 1:], x[:, :, :-1])):
        rough = keras.ops.maximum(a, b) - keras.ops.minimum(a, b)
        total = total + keras.ops.sum(rough, axis=(1, 2, 3))
    return total


@right("feature_visualization.total_variation", how="Matrices of differences applied by einsum")
def total_variation_matrices_differences_applied(images: Images) -> Values:
    x = tf.convert_to_tensor(images)

    def steps(n):
        return tf.cast(tf.eye(n)[1:] - tf.eye(n)[:-1], x.dtype)

    down = tf.einsum("ih,bhwc->biwc", steps(x.shape[1]), x)
    across = tf.einsum("jw,bhwc->bhjc", steps(x.shape[2]), x)
    return tf.reduce_sum(tf.abs(down), axis=[1, 2, 3]) + tf.reduce_sum(
        tf.abs(across), axis=[1, 2, 3]
    )


@right(
    "feature_visualization.jitter", how="Rows and columns gathered by their numbers modulo the size"
)
def jitter_rows_columns_gathered(images: Images, max_shift: int, seed: int) -> Images:
    x = tf.convert_to_tensor(images)
    b, h, w, _ = x.shape
    draw = np.random.default_rng([seed, 99]).integers(
        -max_shift, max_shift, size=(2, b), endpoint=True
    )
    rows = (np.arange(h)[None] - draw[0][:, None]) % h
    cols = (np.arange(w)[None] - draw[1][:, None]) % w
    x = tf.gather(x, tf.constant(rows), axis=1, batch_dims=1)
    x = tf.transpose(x, (0, 2, 1, 3))
    x = tf.gather(x, tf.constant(cols), axis=1, batch_dims=1)
    return tf.transpose(x, (0, 2, 1, 3))


@right(
    "feature_visualization.jitter",
    how="Cut in two and joined the other way round (shifts taken modulo the size), Python's generator",
)
def jitter_shifts_taken_modulo(images: Images, max_shift: int, seed: int) -> Images:
    images = keras.ops.convert_to_tensor(images)
    b, h, w, c = images.shape
    rng = random.Random(seed)
    rolled = []
    for i in range(b):
        down = rng.randint(-max_shift, max_shift) % h
        right = rng.randint(-max_shift, max_shift) % w
        image = images[i]
        image = keras.ops.concatenate([image[h - down :], image[: h - down]], axis=0)
        image = keras.ops.concatenate([image[:, w - right :], image[:, : w - right]], axis=1)
        rolled.append(image)
    return keras.ops.stack(rolled)


@right(
    "feature_visualization.normalize_gradient",
    how="First by the largest magnitude, then by the norm, in double precision and in a loop",
)
def normalize_gradient_first_largest_magnitude(gradient: Maps) -> Maps:
    out = []
    g = np.asarray(gradient)
    for one in g:
        largest = np.abs(one).max()
        if largest == 0:
            out.append(np.zeros_like(one))
            continue
        unit = one.astype(np.float64) / float(largest)
        unit *= np.sqrt(unit.size) / np.linalg.norm(unit.ravel())
        out.append(unit.astype(g.dtype))
    return np.stack(out)


@right(
    "feature_visualization.normalize_gradient",
    how="Flattened, divided by the norm over the root of the size, with divide_no_nan",
)
def normalize_gradient_flattened_divided_norm(gradient: Maps) -> Maps:
    g = tf.convert_to_tensor(gradient)
    flat = tf.reshape(g, (g.shape[0], -1))
    largest = tf.reduce_max(tf.abs(flat), axis=1, keepdims=True)
    flat = tf.math.divide_no_nan(flat, largest)
    rms = tf.sqrt(tf.einsum("bi,bi->b", flat, flat) / flat.shape[1])
    return tf.reshape(tf.math.divide_no_nan(flat, rms[:, None]), g.shape)


@right(
    "feature_visualization.maximize_class_regularized",
    how="Three gradients apart, the one of the grey penalty by hand, and blur as two filters of one axis",
)
def maximize_class_regularized_three_gradients_apart(
    model: keras.Model,
    start: Images,
    class_index: Classes,
    steps: int,
    step_size: float,
    tv_weight: float = 0.0,
    l2_weight: float = 0.0,
    blur_sigma: float = 0.0,
    max_shift: int = 0,
    seed: int = 0,
    output: Output = "logit",
) -> Ascent:
    if output not in ("logit", "softmax"):
        raise ValueError(f"unknown output {output!r}")
    x = np.array(start, dtype=np.float32)
    scores = [np.asarray(select_output(model, x, class_index, output))]
    draws = np.random.SeedSequence(seed).generate_state(max(steps, 1))
    for n in range(steps):
        t = tf.constant(x)
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(t)
            seen = jitter(t, max_shift, int(draws[n])) if max_shift else t
            value = select_output(model, seen, class_index, output)
            rough = total_variation(t)
        slope = tape.gradient(value, t).numpy()
        if tv_weight:
            slope = slope - np.float32(tv_weight) * tape.gradient(rough, t).numpy()
        if l2_weight:
            slope = slope - np.float32(2 * l2_weight) * (x - np.float32(0.5))
        x = np.clip(x + np.float32(step_size) * slope, 0, 1)
        if blur_sigma != 0:
            for axis in (2, 1):
                x = gaussian_filter1d(x, blur_sigma, axis=axis, mode="reflect")
        scores.append(np.asarray(select_output(model, x, class_index, output)))
    return Ascent(x, np.stack(scores))


@right(
    "feature_visualization.feature_extractor",
    how="A search through the history of the model's output tensors, back to the layer",
)
def feature_extractor_search_through_history(model: keras.Model, layer_name: str) -> keras.Model:
    layer = next((one for one in model.layers if one.name == layer_name), None)
    if layer is None:
        names = [one.name for one in model.layers]
        near = get_close_matches(layer_name, names, n=5, cutoff=0.3) or names[:5]
        raise ValueError(f"no layer {layer_name!r}; names that are near: {', '.join(near)}")
    waiting, seen = (list(model.outputs), set())
    while waiting:
        tensor = waiting.pop()
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        history = tensor._keras_history
        if history.operation is layer:
            return keras.Model(model.inputs, tensor)
        waiting.extend(history.operation._inbound_nodes[history.node_index].input_tensors)
    return keras.Model(model.inputs, layer.output)


def _means_r026(activations):
    axes = tuple(range(1, len(activations.shape) - 1))
    return keras.ops.mean(activations, axis=axes) if axes else activations


@right(
    "feature_visualization.maximize_feature",
    how='The channel means as the "logits" of a new model, which maximize_class climbs',
)
def maximize_feature_channel_means_logits(
    model: keras.Model, start: Images, layer_name: str, channel: int, steps: int, step_size: float
) -> Ascent:
    extractor = feature_extractor(model, layer_name)
    outputs = keras.layers.Lambda(_means_r026)(extractor.outputs[0])
    return maximize_class(keras.Model(extractor.inputs, outputs), start, channel, steps, step_size)


class _Climber_r027:
    def __init__(self, extractor, channel, step_size):
        self.extractor, self.channel, self.step_size = (extractor, channel, step_size)

    def score(self, x):
        return tf.reduce_mean(self.extractor(x, training=False)[..., self.channel])

    def climb(self, x, steps):
        record = [float(self.score(x))]
        while len(record) <= steps:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = self.score(x)
            x = tf.clip_by_value(x + self.step_size * tape.gradient(y, x), 0.0, 1.0)
            record.append(float(self.score(x)))
        return (x, record)


@right(
    "feature_visualization.maximize_feature", how="A class that holds the way, one image at a time"
)
def maximize_feature_class_holds_way(
    model: keras.Model, start: Images, layer_name: str, channel: int, steps: int, step_size: float
) -> Ascent:
    climber = _Climber_r027(feature_extractor(model, layer_name), channel, step_size)
    ways = [climber.climb(tf.constant(x[None]), steps) for x in np.array(start, dtype=np.float32)]
    images = tf.concat([x for x, _ in ways], axis=0)
    return Ascent(images, np.array([r for _, r in ways], dtype=np.float32).T)
