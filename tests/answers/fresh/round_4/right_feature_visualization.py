# ruff: noqa: ANN001, ANN201, E501, F821
"""Right answers to `feature_visualization` of a fourth round, each in another style."""

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from course.given import Ascent
from course.saliency import select_output
from tests.answers.fresh import right


@right("feature_visualization.total_variation", how="conv")
def total_variation_conv(images):
    x = tf.cast(images, tf.float64)
    vertical = keras.ops.abs(keras.ops.diff(x, axis=1))
    horizontal = keras.ops.abs(keras.ops.diff(x, axis=2))
    return keras.ops.sum(vertical, (1, 2, 3)) + keras.ops.sum(horizontal, (1, 2, 3))


@right("feature_visualization.total_variation", how="per image")
def total_variation_per_image(images):
    return tf.stack(
        [tf.image.total_variation(image) for image in tf.unstack(tf.convert_to_tensor(images))]
    )


@right("feature_visualization.jitter", how="tf roll stateless")
def jitter_tf_roll_stateless(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    shifts = tf.random.stateless_uniform(
        [images.shape[0], 2],
        seed=(seed, 1),
        minval=-max_shift,
        maxval=max_shift + 1,
        dtype=tf.int32,
    )
    return tf.map_fn(
        lambda p: tf.roll(p[0], p[1], axis=[0, 1]),
        (images, shifts),
        fn_output_signature=images.dtype,
    )


@right("feature_visualization.jitter", how="permutation matrix")
def jitter_permutation_matrix(images, max_shift, seed):
    images = tf.convert_to_tensor(images)
    rng = np.random.RandomState(seed)
    rolled = []
    for image in tf.unstack(images):
        down, right = rng.randint(-max_shift, max_shift + 1, size=2)
        p = np.roll(np.eye(image.shape[0]), down, axis=0).astype(images.dtype.as_numpy_dtype)
        q = np.roll(np.eye(image.shape[1]), right, axis=0).astype(images.dtype.as_numpy_dtype)
        rolled.append(tf.einsum("ih,hwc,jw->ijc", p, image, q))
    return tf.stack(rolled)


@right("feature_visualization.normalize_gradient", how="float64 loop")
def normalize_gradient_float64_loop(gradient):
    out = np.array(gradient, dtype=np.float64)
    for g in out:
        size = np.linalg.norm(g) / np.sqrt(g.size)
        if size > 0:
            g /= size
    return out.astype(np.float32)


@right("feature_visualization.normalize_gradient", how="where tf")
def normalize_gradient_where_tf(gradient):
    g = tf.cast(gradient, tf.float64)
    mean_square = tf.reduce_mean(g * g, axis=(1, 2, 3), keepdims=True)
    safe = tf.where(mean_square > 0, mean_square, tf.ones_like(mean_square))
    return tf.cast(g * tf.math.rsqrt(safe), tf.float32)


@right("feature_visualization.maximize_class_regularized", how="uses jitter")
def maximize_class_regularized_uses_jitter(
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
    images = tf.convert_to_tensor(start, tf.float32)
    scores = [select_output(model, images, class_index, output)]
    for seed_of_step in np.random.SeedSequence(seed).generate_state(steps) if steps else []:
        x = tf.Variable(images)
        with tf.GradientTape() as tape:
            objective = tf.reduce_sum(
                select_output(
                    model, jitter(x + 0, max_shift, int(seed_of_step)), class_index, output
                )
            )
            objective -= tv_weight * tf.reduce_sum(total_variation(x))
            objective -= 2 * l2_weight * tf.nn.l2_loss(x - 0.5)
        images = tf.clip_by_value(x + step_size * tape.gradient(objective, x), 0, 1)
        if blur_sigma != 0:
            images = tf.stack(
                [
                    tf.stack(
                        [gaussian_filter(i[..., c], blur_sigma) for c in range(i.shape[-1])], -1
                    )
                    for i in images.numpy()
                ]
            )
        scores.append(select_output(model, images, class_index, output))
    return Ascent(images.numpy(), np.stack([s.numpy() for s in scores]))


@right("feature_visualization.feature_extractor", how="layers dict")
def feature_extractor_layers_dict(model, layer_name):
    by_name = {layer.name: layer for layer in model.layers}
    try:
        layer = by_name[layer_name]
    except KeyError:
        raise ValueError(
            f"There is no layer {layer_name}. Did you mean one of {sorted(by_name, key=lambda n: -__import__('difflib').SequenceMatcher(None, n, layer_name).ratio())[:5]}?"
        ) from None
    outer = {id(node) for nodes in getattr(model, "_nodes_by_depth", {}).values() for node in nodes}
    for node in layer._inbound_nodes:
        if id(node) in outer:
            return keras.Model(inputs=model.input, outputs=node.outputs[0])
    return keras.Model(inputs=model.input, outputs=layer.output)


@right("feature_visualization.maximize_feature", how="mask")
def maximize_feature_mask(model, start, layer_name, channel, steps, step_size):
    extractor = feature_extractor(model, layer_name)
    images = np.array(start, dtype=np.float32)
    scores = []
    for n in range(steps + 1):
        x = tf.constant(images)
        with tf.GradientTape() as tape:
            tape.watch(x)
            activations = extractor(x, training=False)
            axes = list(range(1, len(activations.shape) - 1))
            score = tf.reduce_mean(activations, axis=axes)[:, channel]
        scores.append(score.numpy())
        if n < steps:
            images = np.clip(images + step_size * tape.gradient(score, x).numpy(), 0, 1)
    return Ascent(images, scores=np.array(scores))
