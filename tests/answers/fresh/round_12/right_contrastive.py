# ruff: noqa: ANN001, ANN201, ANN202, B905, E501
"""Right answers to `contrastive` of round 12: each keeps all promises."""

import itertools

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast, Errors, predict
from course.given.layers import layer_output
from course.saliency import gradient_saliency, select_output
from tests.answers.fresh import right


@right("contrastive.find_errors", how="TensorFlow from the logits to tf.where")
def find_errors_tensorflow_logits_tf(model, images, labels):
    x = tf.cast(tf.convert_to_tensor(images), tf.float32)
    true = tf.constant(np.asarray(labels), tf.int64)
    if true.shape != (x.shape[0],):
        raise ValueError(f"{true.shape} labels for {x.shape[0]} images")
    chunks = [
        tf.argmax(model(part, training=False), axis=-1)
        for part in (x[i : i + 8] for i in range(0, x.shape[0], 8))
    ]
    chosen = tf.concat(chunks, 0)
    index = tf.where(chosen != true)[:, 0]
    return Errors(
        *(one.numpy() for one in (index, tf.gather(chosen, index), tf.gather(true, index)))
    )


@right(
    "contrastive.gradient_times_input",
    how="The gradient with respect to a factor of one on every value",
)
def gradient_times_input_respect_factor_every(model, images, class_index):
    x = tf.cast(tf.convert_to_tensor(images), tf.float32)
    gain = tf.ones_like(x)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(gain)
        logit = select_output(model, gain * x, class_index)
    return tape.gradient(logit, gain)


@right(
    "contrastive.smooth_grad",
    how="A running mean of tensors, TensorFlow's stateless normal numbers and a seed per sample",
)
def smooth_grad_running_mean_tensors(model, images, class_index, samples, noise, seed):
    if not samples >= 1:
        raise ValueError(f"samples is {samples}")
    if not noise >= 0:
        raise ValueError(f"noise is {noise}")
    x = tf.cast(tf.convert_to_tensor(images), tf.float32)
    keys = (
        np.random.SeedSequence(int(seed))
        .generate_state(2 * samples)
        .astype(np.int64)
        .reshape(samples, 2)
    )
    mean = tf.zeros_like(x)
    for count, key in enumerate(keys, start=1):
        grain = tf.random.stateless_normal(x.shape, seed=tf.constant(key), stddev=float(noise))
        mean += (gradient_saliency(model, x + grain, class_index) - mean) / count
    return mean


def _r_noisy(x, samples, noise, seed):
    streams = np.random.SeedSequence(seed).spawn(samples)
    yield from (
        x + np.random.default_rng(s).normal(0, noise, x.shape).astype("f4") for s in streams
    )


@right("contrastive.smooth_grad", how="A generator of noisy copies and np.mean over a list")
def smooth_grad_generator_noisy_copies(model, images, class_index, samples, noise, seed):
    if samples <= 0:
        raise ValueError("samples")
    if noise < 0:
        raise ValueError("noise")
    x = np.array(images, "f4")
    maps = [
        np.array(gradient_saliency(model, y, class_index))
        for y in _r_noisy(x, samples, noise, seed)
    ]
    return np.mean(maps, axis=0)


@right(
    "contrastive.integrated_gradients",
    how="All the steps of one image as one batch, weights by np.tensordot",
)
def integrated_gradients_steps_image_batch(model, images, class_index, baseline=0.0, steps=32):
    if not steps >= 1:
        raise ValueError(f"{steps} steps")
    stack = np.array(images, dtype=np.float32)
    fractions = ((np.arange(steps) + 0.5) / steps).astype(np.float32)

    def r_one(image, own):
        way = image - np.float32(baseline)
        points = np.float32(baseline) + np.multiply.outer(fractions, way)
        slopes = [
            np.asarray(gradient_saliency(model, points[i : i + 16], own))
            for i in range(0, steps, 16)
        ]
        weights = np.full(steps, 1 / steps)
        return way * np.tensordot(weights, np.concatenate(slopes).astype(np.float64), axes=1)

    classes = np.broadcast_to(np.asarray(class_index), len(stack))
    return np.array([r_one(image, int(own)) for image, own in zip(stack, classes)])


@right(
    "contrastive.grad_cam",
    how="Keras ops, an extractor with two outputs, einsum for the weighted sum",
)
def grad_cam_keras_ops_extractor(model, images, class_index, layer_name):
    if layer_name not in [layer.name for layer in model.layers]:
        raise ValueError(f"{model.name} has no layer {layer_name!r}")
    outputs = {"features": layer_output(model, layer_name), "logits": model.outputs[0]}
    cut = keras.Model(model.inputs[0], outputs)
    x = tf.cast(tf.convert_to_tensor(images), tf.float32)
    rows = np.arange(x.shape[0])
    pairs = np.stack([rows, np.broadcast_to(np.asarray(class_index), rows.shape)], axis=1)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        found = cut(x, training=False)
        own = tf.gather_nd(found["logits"], pairs)
    slope = tape.gradient(
        own, found["features"], unconnected_gradients=tf.UnconnectedGradients.ZERO
    )
    weights = tf.einsum("bhwc->bc", slope) / float(slope.shape[1] * slope.shape[2])
    cam = keras.ops.maximum(keras.ops.einsum("bhwc,bc->bhw", found["features"], weights), 0.0)
    large = tf.image.resize(cam[..., tf.newaxis], (x.shape[1], x.shape[2]), method="bilinear")
    return tf.squeeze(large, axis=-1)


@right(
    "contrastive.occlusion_sensitivity",
    how="A list of patches as slices, logits by take_along_axis, and coverage counted as a sum of one more map",
)
def occlusion_sensitivity_list_patches_slices(model, images, class_index, patch, stride, fill=0.5):
    x = np.array(images, dtype=np.float32)
    height, width = x.shape[1:3]
    if patch < 1:
        raise ValueError(f"patch is {patch}")
    if stride < 1:
        raise ValueError(f"stride is {stride}")
    if patch > height or patch > width:
        raise ValueError(f"a patch of {patch} does not fit into {height} x {width}")
    pick = np.broadcast_to(np.asarray(class_index), (len(x),))[:, None]

    def r_logit(batch):
        return np.take_along_axis(predict(model, batch), pick, axis=1)[:, 0].astype(np.float64)

    tops = [row for row in range(height) if row % stride == 0 and row + patch <= height]
    lefts = [col for col in range(width) if col % stride == 0 and col + patch <= width]
    clean = r_logit(x)
    sums = np.zeros((len(x) + 1, height, width))
    for top, left in itertools.product(tops, lefts):
        mask = np.zeros((height, width), bool)
        mask[top : top + patch, left : left + patch] = True
        drop = clean - r_logit(np.where(mask[..., None], np.float32(fill), x))
        sums += np.append(drop, 1.0)[:, None, None] * mask
    return sums[:-1] / np.where(sums[-1] > 0, sums[-1], 1)


@right("contrastive.contrast", how="Tensors and tf.subtract over an unpacked generator")
def contrast_tensors_tf_subtract(method, model, images, predicted, true):
    pair = tuple(tf.convert_to_tensor(method(model, images, asked)) for asked in (predicted, true))
    return Contrast(for_predicted=pair[0], for_true=pair[1], difference=tf.subtract(*pair))


@right(
    "contrastive.grad_cam",
    how="The tape watches the images, the features are an intermediate result",
)
def grad_cam_tape_watches_images(model, images, class_index, layer_name):
    both = keras.Model(model.inputs, [layer_output(model, layer_name), model.outputs[0]])
    images = tf.cast(tf.convert_to_tensor(images), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        features, logits = both(images, training=False)
        hot = tf.one_hot(class_index, logits.shape[-1])
        value = tf.reduce_sum(logits * hot, axis=-1)
    gradient = tape.gradient(value, features)
    weights = tf.reduce_mean(gradient, axis=(1, 2), keepdims=True)
    cam = tf.nn.relu(tf.reduce_sum(weights * features, axis=-1, keepdims=True))
    return tf.image.resize(cam, images.shape[1:3])[..., 0]


@right(
    "contrastive.occlusion_sensitivity",
    how="Two plain loops with running total and count, a whole batch at a time",
)
def occlusion_sensitivity_two_plain_loops(model, images, class_index, patch, stride, fill=0.5):
    x = np.asarray(images, np.float32)
    b, h, w, _ = x.shape
    if patch < 1 or stride < 1 or patch > min(h, w):
        raise ValueError("patch or stride")
    classes = np.broadcast_to(np.asarray(class_index), b)
    clean = predict(model, x)[np.arange(b), classes]
    total, count = (np.zeros((b, h, w)), np.zeros((h, w)))
    for row in range(0, h - patch + 1, stride):
        for column in range(0, w - patch + 1, stride):
            covered = x.copy()
            covered[:, row : row + patch, column : column + patch] = fill
            drop = clean - predict(model, covered)[np.arange(b), classes]
            total[:, row : row + patch, column : column + patch] += drop[:, None, None]
            count[row : row + patch, column : column + patch] += 1
    return total / np.maximum(count, 1)


@right("contrastive.smooth_grad", how="One generator for all samples, a running sum in float64")
def smooth_grad_generator_samples_running(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError("samples must be at least 1, and noise not negative")
    x = np.asarray(images, np.float32)
    rng = np.random.default_rng(seed)
    total = np.zeros(x.shape, np.float64)
    for _ in range(samples):
        noisy = x + (noise * rng.standard_normal(x.shape)).astype(np.float32)
        total += np.asarray(gradient_saliency(model, noisy, class_index))
    return total / samples


@right("contrastive.contrast", how="NumPy over a dictionary of both classes")
def contrast_numpy_over_dictionary(method, model, images, predicted, true):
    maps = {name: np.array(method(model, images, k)) for name, k in [("p", predicted), ("q", true)]}
    return Contrast(maps["p"], maps["q"], maps["p"] - maps["q"])
