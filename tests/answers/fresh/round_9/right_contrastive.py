# ruff: noqa: ANN001, ANN201, F821
"""Right answers to `contrastive` of the ninth round: each keeps all promises."""

import itertools

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast, Errors, predict
from tests.answers.fresh import right


@right("contrastive.find_errors", how="Boolean mask.")
def find_errors_boolean_mask(model, images, labels):
    labels = np.asarray(labels)
    if len(labels) != len(images):
        raise ValueError(f"{len(labels)} labels, {len(images)} images")
    predicted = predict(model, images).argmax(axis=1)
    wrong = predicted != labels
    return Errors(np.arange(len(labels))[wrong], predicted[wrong], labels[wrong])


@right("contrastive.gradient_times_input", how="NumPy.")
def gradient_times_input_numpy(model, images, class_index):
    return np.multiply(gradient_saliency(model, images, class_index), np.asarray(images))


@right("contrastive.smooth_grad", how="Stateless noise, a running sum.")
def smooth_grad_stateless_noise_running(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples must be at least 1")
    if noise < 0:
        raise ValueError("noise must not be negative")
    images = tf.cast(images, tf.float32)
    total = tf.zeros_like(images)
    for i in range(samples):
        eps = tf.random.stateless_normal(tf.shape(images), seed=(seed, i))
        total += gradient_saliency(model, images + float(noise) * eps, class_index)
    return total / float(samples)


@right("contrastive.integrated_gradients", how="Loop over the fractions in float64, sum in NumPy.")
def integrated_gradients_loop_over_fractions(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps must be 1 or more")
    images = np.asarray(images, np.float32)
    way = images - np.float32(baseline)
    mean = np.zeros(images.shape, np.float64)
    for t in (np.arange(steps) + 0.5) / steps:
        at = (baseline + t * way).astype(np.float32)
        mean += np.asarray(gradient_saliency(model, at, class_index)) / steps
    return mean * way


@right("contrastive.grad_cam", how="Einsum, model with two outputs.")
def grad_cam_einsum_model_two(model, images, class_index, layer_name):
    found = [layer for layer in model.layers if layer.name == layer_name]
    if not found:
        raise ValueError(f"the model has no layer {layer_name!r}")
    both = keras.Model(model.inputs[0], [found[0].output, model.outputs[0]])
    images = tf.cast(images, tf.float32)
    n = images.shape[0]
    pairs = np.stack([np.arange(n), np.broadcast_to(np.asarray(class_index), n)], axis=1)
    with tf.GradientTape() as tape:
        tape.watch(images)
        maps, logits = both(images, training=False)
        value = tf.gather_nd(logits, pairs)
    weights = tf.reduce_mean(tape.gradient(value, maps), axis=(1, 2))
    cam = tf.nn.relu(tf.einsum("bijc,bc->bij", maps, weights))
    return tf.image.resize(cam[..., None], images.shape[1:3])[..., 0]


@right("contrastive.occlusion_sensitivity", how="Sums and counts.")
def occlusion_sensitivity_sums_counts(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(images)
    b, h, w, _ = images.shape
    if patch < 1 or stride < 1 or patch > min(h, w):
        raise ValueError(f"patch {patch} and stride {stride} for images of {h} x {w}")
    k = np.broadcast_to(np.asarray(class_index), b)
    before = predict(model, images)[np.arange(b), k]
    total, count = (np.zeros((b, h, w)), np.zeros((1, h, w)))
    starts = itertools.product(range(0, h - patch + 1, stride), range(0, w - patch + 1, stride))
    for y, x in starts:
        area = (slice(None), slice(y, y + patch), slice(x, x + patch))
        covered = images.copy()
        covered[area] = fill
        after = predict(model, covered)[np.arange(b), k]
        total[area] += (before - after)[:, None, None]
        count[area] += 1
    return total / np.where(count == 0, 1, count)


@right("contrastive.contrast", how="A list of both maps.")
def contrast_list_both_maps(method, model, images, predicted, true):
    p, t = [np.asarray(method(model, images, k)) for k in (predicted, true)]
    return Contrast(p, t, np.subtract(p, t))


@right("contrastive.gradient_times_input", how="A tape of its own.")
def gradient_times_input_tape_own(model, images, class_index):
    x = tf.cast(images, tf.float32)
    k = tf.broadcast_to(tf.cast(class_index, tf.int32), [x.shape[0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        logits = tf.gather(model(x, training=False), k, batch_dims=1)
    return x * tape.gradient(logits, x)


@right("contrastive.smooth_grad", how="NumPy's generator; noise drawn for the whole batch.")
def smooth_grad_numpy_s_generator(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError(f"samples {samples} must be 1 or more, noise {noise} 0 or more")
    images = np.asarray(images, np.float32)
    rng = np.random.default_rng(seed)
    mean = np.zeros(images.shape)
    for _ in range(samples):
        copy = images + np.float32(noise) * rng.standard_normal(images.shape, np.float32)
        mean += np.asarray(gradient_saliency(model, copy, class_index))
    return mean / samples
