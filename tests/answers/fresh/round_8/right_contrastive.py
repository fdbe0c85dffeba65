# ruff: noqa: ANN001, ANN201, E501
"""Right answers to `contrastive` of the eighth round: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast, Errors, batches, float_images, predict
from course.saliency import gradient_saliency, select_output
from tests.answers.fresh import right


@right(
    "contrastive.find_errors",
    how="Rows of triples collected in a loop over slices, then transposed",
)
def find_errors_rows_triples_collected(model, images, labels):
    truth = np.asarray(labels).astype(int)
    if len(truth) != len(images):
        raise ValueError(f"{len(truth)} labels for {len(images)} images")
    rows = []
    for part in batches(len(truth), 8):
        for i, logits in enumerate(predict(model, images[part]), start=part.start):
            k = int(logits.argmax())
            if k != truth[i]:
                rows.append((i, k, truth[i]))
    return Errors(*np.array(rows, int).reshape(-1, 3).T)


@right(
    "contrastive.gradient_times_input",
    how="The derivative with respect to the logarithm of a factor on every value, at factor 1",
)
def gradient_times_input_derivative_respect_logarithm(model, images, class_index):
    images = float_images(images)
    factor = tf.ones_like(images)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(factor)
        logit = select_output(model, images * factor, class_index)
    return tape.gradient(logit, factor)


@right(
    "contrastive.smooth_grad",
    how="A running mean, noise of Philox in float32, one sample at a time",
)
def smooth_grad_running_mean_noise(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError(f"samples {samples} must be at least 1, noise {noise} not negative")
    x = np.asarray(images, np.float32)
    source = np.random.Generator(np.random.Philox(int(seed)))
    mean = np.zeros(x.shape, np.float64)
    for n in range(1, int(samples) + 1):
        copy = x + np.float32(noise) * source.standard_normal(x.shape, np.float32)
        mean += (np.asarray(gradient_saliency(model, copy, class_index)) - mean) / n
    return mean


@right(
    "contrastive.integrated_gradients",
    how="From the image back to the baseline, each point a weighted mean of both",
)
def integrated_gradients_image_back_baseline(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}")
    x = np.asarray(images, np.float32)
    origin = np.full_like(x, float(baseline))
    summed = np.zeros(x.shape)
    for i in reversed(range(int(steps))):
        t = np.float32((i + 0.5) / steps)
        summed += np.asarray(gradient_saliency(model, t * x + (1 - t) * origin, class_index))
    return summed * (x - origin) / int(steps)


@right("contrastive.contrast", how="A map over both classes and operator.sub on float64 arrays")
def contrast_map_over_both(method, model, images, predicted, true):
    import functools
    import operator

    explain = functools.partial(method, model, images)
    pair = [np.array(maps) for maps in map(explain, (predicted, true))]
    return Contrast(*pair, functools.reduce(operator.sub, pair))


@right(
    "contrastive.grad_cam",
    how="The gradient by a one-hot matrix as output_gradients, the weights by a reshape, the sum by matmul",
)
def grad_cam_gradient_hot_matrix(model, images, class_index, layer_name):
    if layer_name not in {layer.name for layer in model.layers}:
        raise ValueError(f"the model has no layer {layer_name!r}")
    opened = keras.Model(model.inputs[0], [model.get_layer(layer_name).output, model.outputs[0]])
    images = float_images(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        maps, logits = opened(images, training=False)
        hot = tf.one_hot(
            tf.broadcast_to(tf.cast(class_index, tf.int32), [len(images)]),
            logits.shape[-1],
            dtype=logits.dtype,
        )
    slope = tape.gradient(logits, maps, output_gradients=hot)
    b, h, w, c = (maps.shape[0], *maps.shape[1:])
    weight = tf.reduce_mean(tf.reshape(slope, (b, h * w, c)), axis=1, keepdims=True)
    summed = tf.matmul(tf.reshape(maps, (b, h * w, c)), weight, transpose_b=True)
    cam = tf.maximum(tf.reshape(summed, (b, h, w, 1)), 0)
    return tf.image.resize(cam, images.shape[1:3])[:, :, :, 0].numpy()


@right(
    "contrastive.occlusion_sensitivity",
    how="Covers as an outer product of indicator rows; drops spread over the image by two matrix products",
)
def occlusion_sensitivity_covers_outer_product(model, images, class_index, patch, stride, fill=0.5):
    x = np.asarray(images, np.float32)
    b, h, w, _ = x.shape
    if patch < 1 or stride < 1 or patch > min(h, w):
        raise ValueError(f"patch {patch} or stride {stride} does not fit images of {h} x {w}")
    bands = []
    for size in (h, w):
        starts = np.arange(0, size - patch + 1, stride)[:, None]
        bands.append(
            ((np.arange(size) >= starts) & (np.arange(size) < starts + patch)).astype(np.float64)
        )
    down, across = bands
    chosen = (np.arange(b), np.broadcast_to(np.asarray(class_index), b))
    clean = predict(model, x)[chosen].astype(np.float64)
    drops = np.empty((b, len(down), len(across)))
    for i, r in enumerate(down):
        for j, c in enumerate(across):
            hidden = np.outer(r, c)[:, :, None] > 0
            drops[:, i, j] = clean - predict(model, np.where(hidden, np.float32(fill), x))[chosen]
    return down.T @ drops @ across / np.maximum(np.outer(down.sum(0), across.sum(0)), 1)


@right(
    "contrastive.smooth_grad",
    how="The images of a batch share their noise, which the docstring leaves open; a tensor is returned",
)
def smooth_grad_images_batch_share(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError(f"samples must be at least 1: {samples}")
    if noise < 0:
        raise ValueError(f"noise must not be negative: {noise}")
    x = float_images(images)
    draws = np.random.default_rng([int(seed), 11])
    maps = tf.zeros_like(x)
    for _ in range(int(samples)):
        shared = tf.constant(draws.normal(0.0, 1.0, (1, *x.shape[1:])), tf.float32)
        maps += tf.convert_to_tensor(
            gradient_saliency(model, x + float(noise) * shared, class_index)
        )
    return maps / float(samples)


@right("contrastive.find_errors", how="Lists of ints made into int32 tensors")
def find_errors_lists_ints_made(model, images, labels):
    truth = [int(label) for label in np.asarray(labels)]
    if len(truth) != len(images):
        raise ValueError(f"{len(truth)} labels for {len(images)} images")
    said = [int(row.argmax()) for row in predict(model, images)]
    places = [i for i, (a, b) in enumerate(zip(said, truth, strict=True)) if a != b]
    return Errors(
        index=tf.constant(places, tf.int32),
        predicted=tf.constant([said[i] for i in places], tf.int32),
        true=tf.constant([truth[i] for i in places], tf.int32),
    )


@right(
    "contrastive.integrated_gradients",
    how="The fractions as one column of an array, all points of one image in slices of 16",
)
def integrated_gradients_fractions_column_array(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError(f"steps must be at least 1: {steps}")
    x = np.asarray(images, np.float32)
    classes = np.broadcast_to(np.asarray(class_index), len(x)).astype(np.int32)
    fractions = ((np.arange(int(steps)) + 0.5) / int(steps)).astype(np.float32)[:, None, None, None]
    maps = []
    for one, k in zip(x, classes, strict=True):
        way = one - np.float32(baseline)
        points = np.float32(baseline) + fractions * way
        total = 0.0
        for part in batches(len(points)):
            some = points[part]
            total = total + np.asarray(gradient_saliency(model, some, np.full(len(some), k))).sum(
                axis=0, dtype=np.float64
            )
        maps.append(total / len(points) * way)
    return np.stack(maps)


@right("contrastive.occlusion_sensitivity", how="Image by image, sixteen covered copies at a time")
def occlusion_sensitivity_image_image_sixteen(model, images, class_index, patch, stride, fill=0.5):
    x = np.asarray(images, np.float32)
    b, h, w, _ = x.shape
    if patch < 1 or stride < 1 or patch > h or (patch > w):
        raise ValueError("patch and stride must be at least 1, and the patch must fit")
    corners = [
        (i, j) for i in range(0, h - patch + 1, stride) for j in range(0, w - patch + 1, stride)
    ]
    count = np.zeros((h, w))
    for i, j in corners:
        count[i : i + patch, j : j + patch] += 1
    maps = []
    for image, k in zip(x, np.broadcast_to(np.asarray(class_index), b), strict=True):
        clean = predict(model, image[None])[0, k]
        heat = np.zeros((h, w))
        for part in batches(len(corners)):
            covered = np.repeat(image[None], part.stop - part.start, axis=0)
            for one, (i, j) in zip(covered, corners[part], strict=True):
                one[i : i + patch, j : j + patch] = fill
            for value, (i, j) in zip(predict(model, covered)[:, k], corners[part], strict=True):
                heat[i : i + patch, j : j + patch] += clean - value
        maps.append(np.divide(heat, count, out=np.zeros_like(heat), where=count > 0))
    return np.stack(maps)
