# ruff: noqa: E731, F821
"""Right answers to `feature_visualization` of the sixth round: each keeps all promises."""

from difflib import get_close_matches

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from course.given import Ascent
from course.given.types import Classes, Images, Maps, Output, Values
from course.saliency import select_output
from tests.answers.fresh import right


@right(
    "feature_visualization.total_variation",
    how="Padding-free differences through matrix products with a difference matrix",
)
def total_variation_padding_free_differences(images: Images) -> Values:
    x = tf.convert_to_tensor(images)
    d = lambda n: tf.constant(np.eye(n, dtype="float32")[1:] - np.eye(n, dtype="float32")[:-1])
    rows = tf.einsum("rh,bhwc->brwc", d(x.shape[1]), x)
    cols = tf.einsum("rw,bhwc->bhrc", d(x.shape[2]), x)
    return tf.reduce_sum(tf.abs(rows), axis=[1, 2, 3]) + tf.reduce_sum(tf.abs(cols), axis=[1, 2, 3])


@right("feature_visualization.jitter", how="Gather with index arrays made by modulo")
def jitter_gather_index_arrays(images: Images, max_shift: int, seed: int) -> Images:
    x = tf.convert_to_tensor(images)
    b, h, w = x.shape[:3]
    shift = np.random.Generator(np.random.PCG64(seed)).integers(
        -max_shift, max_shift, size=(2, b), endpoint=True
    )
    r = (np.arange(h) - shift[0][:, None]) % h
    c = (np.arange(w) - shift[1][:, None]) % w
    index = np.stack(
        np.broadcast_arrays(np.arange(b)[:, None, None], r[:, :, None], c[:, None, :]), axis=-1
    )
    return tf.gather_nd(x, index)


@right(
    "feature_visualization.normalize_gradient",
    how="Unit vectors by linalg.norm times the root of the count",
)
def normalize_gradient_unit_vectors_linalg(gradient: Maps) -> Maps:
    g = np.asarray(gradient)
    out = np.zeros_like(g)
    for b in range(len(g)):
        length = np.linalg.norm(g[b].ravel().astype("float64"))
        if length:
            out[b] = g[b] * (np.sqrt(g[b].size) / length)
    return out


@right(
    "feature_visualization.maximize_class_regularized",
    how="Penalties differentiated by hand (signs of differences), only the network by tape",
)
def maximize_class_regularized_signs_differences(
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
    x = np.array(start, "float32")
    scores = [np.asarray(select_output(model, x, class_index, output))]
    for n in range(steps):
        t = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(t)
            value = select_output(
                model, jitter(t, max_shift, 100003 * seed + n), class_index, output
            )
        g = np.array(tape.gradient(value, t))
        down, along = (np.sign(np.diff(x, axis=1)), np.sign(np.diff(x, axis=2)))
        rough = np.zeros_like(x)
        rough[:, 1:] += down
        rough[:, :-1] -= down
        rough[:, :, 1:] += along
        rough[:, :, :-1] -= along
        g = g - tv_weight * rough - l2_weight * 2 * (x - 0.5)
        x = np.clip(x + step_size * g, 0, 1).astype("float32")
        if blur_sigma:
            x = gaussian_filter(x, (0, blur_sigma, blur_sigma, 0), mode="reflect")
        scores.append(np.asarray(select_output(model, x, class_index, output)))
    return Ascent(x, np.stack(scores))


@right(
    "feature_visualization.feature_extractor",
    how="Dictionary of layers; symbolic output of the layer",
)
def feature_extractor_dictionary_layers_symbolic(
    model: keras.Model, layer_name: str
) -> keras.Model:
    layers = {layer.name: layer for layer in model.layers}
    if layer_name in layers:
        return keras.Model(inputs=model.inputs[0], outputs=layers[layer_name].output)
    near = get_close_matches(layer_name, list(layers), n=5, cutoff=0.3)
    raise ValueError(f"no layer {layer_name!r}; near are: {near}")


@right(
    "feature_visualization.maximize_feature",
    how="Channel mean by reshaping to (B, positions, channels)",
)
def maximize_feature_b_positions_channels(
    model: keras.Model, start: Images, layer_name: str, channel: int, steps: int, step_size: float
) -> Ascent:
    part = feature_extractor(model, layer_name)
    x, scores = (tf.convert_to_tensor(start), [])
    for n in range(steps + 1):
        with tf.GradientTape() as tape:
            tape.watch(x)
            acts = part(x, training=False)
            score = tf.reduce_mean(
                tf.reshape(acts, [x.shape[0], -1, acts.shape[-1]])[:, :, channel], axis=1
            )
        scores.append(score)
        if n < steps:
            x = tf.clip_by_value(x + step_size * tape.gradient(score, x), 0.0, 1.0)
    return Ascent(x, tf.stack(scores))


@right(
    "feature_visualization.total_variation", how="Tf.image.image_gradients, which pads with zeros"
)
def total_variation_tf_image_image(images: Images) -> Values:
    down, along = tf.image.image_gradients(tf.convert_to_tensor(images))
    return tf.reduce_sum(tf.abs(down) + tf.abs(along), axis=[1, 2, 3])
