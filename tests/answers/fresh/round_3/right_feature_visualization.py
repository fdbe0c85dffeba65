# ruff: noqa: ANN001, ANN201, ANN202, B905, E501, E741, F821
"""More right answers to `feature_visualization`, of a later round, each in another style."""

from difflib import get_close_matches

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from course.activation_maximization import maximize_class
from course.given import Ascent
from course.saliency import gradient_saliency, select_output
from tests.answers.fresh import right


def _third_shifts(count, max_shift, rng):
    return rng.integers(-max_shift, max_shift, size=(count, 2), endpoint=True)


@right("feature_visualization.total_variation", how="image by image")
def total_variation_loop_tf(images):
    return [
        tf.image.total_variation(image) for image in tf.unstack(tf.convert_to_tensor(images))
    ] and tf.stack(
        [tf.image.total_variation(tf.convert_to_tensor(images)[i]) for i in range(len(images))]
    )


@right("feature_visualization.jitter", how="tf.random.stateless_uniform ints, tf.map_fn")
def jitter_stateless_map(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    shifts = tf.random.stateless_uniform(
        (images.shape[0], 2), (seed, 0), -max_shift, max_shift + 1, dtype=tf.int32
    )
    return tf.map_fn(
        lambda p: tf.roll(p[0], p[1], axis=[0, 1]),
        (images, shifts),
        fn_output_signature=images.dtype,
    )


@right("feature_visualization.normalize_gradient", how="np.linalg.norm / sqrt(n)")
def normalize_gradient_linalg_norm(gradient):
    g = np.asarray(gradient, np.float64)
    flat = g.reshape(len(g), -1)
    rms = np.linalg.norm(flat, axis=1) / np.sqrt(flat.shape[1])
    rms[rms == 0] = 1
    return g / rms[:, None, None, None]


@right(
    "feature_visualization.normalize_gradient",
    how="scaled by the maximum first, so that squares do not underflow",
)
def normalize_gradient_max_scaled(gradient):
    g = tf.convert_to_tensor(gradient)
    g = tf.math.divide_no_nan(g, tf.reduce_max(tf.abs(g), axis=[1, 2, 3], keepdims=True))
    return (
        tf.math.multiply_no_nan(
            tf.math.rsqrt(
                tf.maximum(tf.reduce_mean(tf.square(g), [1, 2, 3], keepdims=True), 1e-30)
            ),
            tf.ones_like(g),
        )
        * g
    )


@right(
    "feature_visualization.maximize_class_regularized",
    how="jitter with seed drawn per step, gradient rolled by autodiff, SciPy blur",
)
def maximize_class_regularized_composed_numpy(
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
    seeds = np.random.SeedSequence(seed).generate_state(max(steps, 1))
    scores = [np.asarray(select_output(model, x, class_index, output))]
    for n in range(steps):
        v = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(v)
            objective = select_output(
                model, jitter(v, max_shift, int(seeds[n])), class_index, output
            )
            objective -= tv_weight * total_variation(v)
            objective -= l2_weight * tf.reduce_sum(tf.square(v - 0.5), [1, 2, 3])
        x = np.clip(x + step_size * tape.gradient(objective, v).numpy(), 0, 1)
        if blur_sigma:
            x = gaussian_filter(x, sigma=blur_sigma, axes=(1, 2))
        scores.append(np.asarray(select_output(model, x, class_index, output)))
    return Ascent(x, np.stack(scores))


@right(
    "feature_visualization.maximize_class_regularized",
    how="analytic penalties; delegates to maximize_class if all is off",
)
def maximize_class_regularized_delegates_when_off(
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
    if not (tv_weight or l2_weight or blur_sigma or max_shift):
        return maximize_class(model, start, class_index, steps, step_size, output)
    x = np.array(start, np.float32)
    rng = np.random.default_rng(seed)
    scores = [np.asarray(select_output(model, x, class_index, output))]
    for _ in range(steps):
        d = _third_shifts(len(x), max_shift, rng)
        rolled = np.stack([np.roll(i, s, (0, 1)) for i, s in zip(x, d)])
        g = np.asarray(gradient_saliency(model, rolled, class_index, output))
        g = np.stack([np.roll(i, -s, (0, 1)) for i, s in zip(g, d)])
        t = np.zeros_like(x)
        sy, sx = (np.sign(np.diff(x, axis=1)), np.sign(np.diff(x, axis=2)))
        t[:, 1:] += sy
        t[:, :-1] -= sy
        t[:, :, 1:] += sx
        t[:, :, :-1] -= sx
        x = np.clip(x + step_size * (g - tv_weight * t - 2 * l2_weight * (x - 0.5)), 0, 1).astype(
            np.float32
        )
        if blur_sigma:
            x = np.stack([gaussian_filter(i, (blur_sigma, blur_sigma, 0)) for i in x])
        scores.append(np.asarray(select_output(model, x, class_index, output)))
    return Ascent(x, np.stack(scores))


@right(
    "feature_visualization.feature_extractor",
    how="inbound nodes of the layer, taken by the model's own history",
)
def feature_extractor_replay_inbound(model, layer_name):
    by_name = {l.name: l for l in model.layers}
    if layer_name not in by_name:
        raise ValueError(
            f"No layer named {layer_name!r}. Did you mean: {', '.join(get_close_matches(layer_name, by_name, n=10, cutoff=0.1))}?"
        )
    seen, todo = (set(), list(model.outputs))
    while todo:
        t = todo.pop()
        if id(t) in seen:
            continue
        seen.add(id(t))
        op, node, _ = t._keras_history
        if op is by_name[layer_name]:
            return keras.Model(inputs=model.inputs[0], outputs=t)
        todo += op._inbound_nodes[node].input_tensors
    raise ValueError(layer_name)


@right(
    "feature_visualization.maximize_feature",
    how="a keras model with pooling and Dense-free selection, via maximize_class",
)
def maximize_feature_wrapped_model(model, start, layer_name, channel, steps, step_size):
    extractor = feature_extractor(model, layer_name)
    out = extractor.outputs[0]
    while len(out.shape) > 2:
        out = keras.ops.mean(out, axis=1)
    return maximize_class(keras.Model(extractor.inputs[0], out), start, channel, steps, step_size)


@right("feature_visualization.maximize_feature", how="eager loop in NumPy")
def maximize_feature_numpy_loop(model, start, layer_name, channel, steps, step_size):
    net = feature_extractor(model, layer_name)
    x, track = (np.array(start), [])
    for n in range(steps + 1):
        v = tf.Variable(x)
        with tf.GradientTape() as tape:
            a = net(v, training=False)[..., channel]
            s = tf.reduce_mean(a, axis=tuple(range(1, len(a.shape)))) if len(a.shape) > 1 else a
        track.append(s.numpy())
        if n < steps:
            x = np.clip(x + step_size * tape.gradient(s, v).numpy(), 0, 1)
    return Ascent(x, np.array(track))
