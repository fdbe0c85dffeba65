# ruff: noqa: ANN001, ANN201, ANN202
"""Right answers to `contrastive`, each in another style."""

import functools
import itertools

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast as _Contrast
from course.given import Errors as _Errors
from course.given import compiled as _compiled
from tests.answers.fresh import right


def _input_gradient(model, images, class_index):
    x = tf.Variable(np.asarray(images, np.float32))
    with tf.GradientTape() as tape:
        logits = model(x, training=False)
    hot = tf.zeros_like(logits) + tf.one_hot(class_index, logits.shape[-1], dtype=logits.dtype)
    return tape.gradient(logits, x, output_gradients=hot).numpy()


# --- find_errors


@right("contrastive.find_errors", how="tf.where and tf.gather, all int64")
def gathers_the_errors(model, images, labels):
    labels = tf.cast(labels, tf.int64)
    if labels.shape != (images.shape[0],):
        raise ValueError(f"{labels.shape} labels for {images.shape[0]} images")
    predicted = tf.argmax(model(tf.convert_to_tensor(images), training=False), axis=-1)
    index = tf.where(predicted != labels)[:, 0]
    return _Errors(index, tf.gather(predicted, index), tf.gather(labels, index))


@right("contrastive.find_errors", how="one image at a time, lists made int at the end")
def collects_errors_in_lists(model, images, labels):
    labels = np.asarray(labels).tolist()
    if len(labels) != len(images):
        raise ValueError("not as many labels as images")
    found = [[], [], []]
    for i, label in enumerate(labels):
        logits = np.asarray(model(np.asarray(images[i])[None], training=False))[0]
        if (guess := int(np.argmax(logits))) != label:
            for row, number in zip(found, (i, guess, label), strict=True):
                row.append(number)
    return _Errors(*(np.array(row, dtype=np.int32) for row in found))


# --- gradient_times_input


@right(
    "contrastive.gradient_times_input",
    how="the derivative of f(s * image) by s * ones, at 1: a Variable of factors",
)
def differentiates_by_factors(model, images, class_index):
    images = tf.convert_to_tensor(images, tf.float32)
    factors = tf.Variable(tf.ones_like(images))
    with tf.GradientTape() as tape:
        logits = model(factors * images, training=False)
        k = tf.cast(class_index, tf.int32)
        total = tf.reduce_sum(logits * tf.one_hot(k, logits.shape[-1]))
    return tape.gradient(total, factors)


@right("contrastive.gradient_times_input", how="through gradient_saliency, product in float64")
def multiplies_the_saliency(model, images, class_index):
    from course.saliency import gradient_saliency

    gradient = np.asarray(gradient_saliency(model, images, class_index), np.float64)
    return np.multiply(gradient, np.asarray(images, np.float64))


# --- smooth_grad


@tf.function(reduce_retracing=True)
def _smooth_in_autograph(model, images, hot, samples, noise, seed):
    total = tf.zeros_like(images)
    for i in tf.range(samples):
        x = images + tf.random.stateless_normal(tf.shape(images), [seed, i], stddev=noise)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = tf.reduce_sum(model(x, training=False) * hot)
        total += tape.gradient(value, x)
    return total / tf.cast(samples, tf.float32)


@right("contrastive.smooth_grad", how="AutoGraph over tf.range with stateless noise")
def averages_in_autograph(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError(f"samples is {samples}")
    if noise < 0:
        raise ValueError(f"noise is {noise}")
    images = tf.convert_to_tensor(images, tf.float32)
    classes = np.broadcast_to(np.asarray(class_index), (images.shape[0],))
    return _smooth_in_autograph(
        model,
        images,
        tf.one_hot(classes, model.output_shape[-1]),
        tf.constant(samples),
        tf.constant(noise, tf.float32),
        tf.constant(seed),
    )


@right(
    "contrastive.smooth_grad",
    how="image by image with a running mean; images share their noise",
)
def runs_a_mean_image_by_image(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError("samples or noise")
    images = np.asarray(images, np.float32)
    result = []
    for image, k in zip(images, np.broadcast_to(class_index, len(images)), strict=True):
        rng = np.random.RandomState(seed)
        mean = np.zeros(image.shape)
        for n in range(1, samples + 1):
            noisy = image + noise * rng.standard_normal(image.shape)
            mean += (_input_gradient(model, noisy[None], [int(k)])[0] - mean) / n
        result.append(mean)
    return np.array(result)


# --- integrated_gradients


@right(
    "contrastive.integrated_gradients",
    how="functools.reduce over gradient_saliency at the midpoints",
)
def reduces_over_midpoints(model, images, class_index, baseline=0.0, steps=32):
    from course.saliency import gradient_saliency

    if steps < 1:
        raise ValueError("steps")
    images = tf.convert_to_tensor(images, tf.float32)
    way = images - baseline
    edges = np.linspace(0, 1, steps + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    gradients = (gradient_saliency(model, baseline + f * way, class_index) for f in middles)
    return way * functools.reduce(lambda a, b: a + b, gradients) / steps


@_compiled
def _integral(model, images, baseline, class_index, steps):
    start = tf.zeros_like(images) + baseline

    def body(i, total):
        fraction = (tf.cast(i, tf.float32) + 0.5) / tf.cast(steps, tf.float32)
        x = start + fraction * (images - start)
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits = model(x, training=False)
            value = tf.gather(logits, class_index, axis=1, batch_dims=1)
        return i + 1, tf.ensure_shape(total + tape.gradient(value, x), total.shape)

    _, total = tf.while_loop(lambda i, _: i < steps, body, (0, tf.zeros_like(images)))
    return total * (images - start) / tf.cast(steps, tf.float32)


@right("contrastive.integrated_gradients", how="tf.while_loop in a compiled graph")
def integrates_in_a_graph(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("at least one step")
    images = np.array(images, np.float32)
    classes = np.broadcast_to(np.asarray(class_index, np.int32), (len(images),))
    return _integral(model, images, float(baseline), classes.copy(), int(steps))


# --- grad_cam


@right(
    "contrastive.grad_cam",
    how="a model with two outputs, the gradient with respect to the layer's",
)
def asks_a_model_with_two_outputs(model, images, class_index, layer_name):
    try:
        features = model.get_layer(layer_name).output
    except ValueError:
        raise ValueError(f"the model has no layer called {layer_name!r}") from None
    both = keras.Model(model.inputs, [features, model.outputs[0]])
    images = tf.convert_to_tensor(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)  # or a layer in front of all weights would not be on the tape
        maps, logits = both(images, training=False)
        hot = tf.one_hot(tf.cast(class_index, tf.int32), logits.shape[-1])
        value = tf.reduce_sum(logits * hot, axis=-1)
    gradient = tape.gradient(value, maps)
    weights = tf.reduce_mean(gradient, axis=[1, 2])
    cam = tf.einsum("bhwc,bc->bhw", maps, weights)
    cam = tf.where(cam > 0, cam, 0.0)
    return tf.squeeze(tf.image.resize(cam[..., None], images.shape[1:3]), axis=-1)


@right(
    "contrastive.grad_cam",
    how="image by image; the weighted sum in numpy, keras.ops.image.resize",
)
def weighs_image_by_image(model, images, class_index, layer_name):
    layers = {layer.name: layer for layer in model.layers}
    if layer_name not in layers:
        raise ValueError(f"unknown layer {layer_name}; there are {sorted(layers)}")
    both = keras.Model(model.inputs, (layers[layer_name].output, model.outputs[0]))
    images = np.asarray(images, np.float32)
    result = []
    for image, k in zip(images, np.broadcast_to(class_index, len(images)), strict=True):
        x = tf.Variable(image[None])
        with tf.GradientTape() as tape:
            maps, logits = both(x, training=False)
            value = logits[0, int(k)]
        gradient = tape.gradient(value, maps).numpy()[0].astype(float)
        alpha = gradient.reshape(-1, gradient.shape[-1]).mean(axis=0)
        cam = np.maximum(np.tensordot(maps.numpy()[0], alpha, axes=(-1, 0)), 0)
        big = keras.ops.image.resize(
            cam.astype(np.float32)[..., None], image.shape[:2], data_format="channels_last"
        )
        result.append(np.asarray(big)[..., 0])
    return np.stack(result)


# --- occlusion_sensitivity


@right("contrastive.occlusion_sensitivity", how="masks as products, through select_output, in tf")
def covers_by_masks(model, images, class_index, patch, stride, fill=0.5):
    from course.saliency import select_output

    images = tf.convert_to_tensor(images, tf.float32)
    _, height, width, _ = images.shape
    if patch < 1 or stride < 1 or patch > height or patch > width:
        raise ValueError(f"patch {patch}, stride {stride} on {height} x {width}")
    logit = tf.convert_to_tensor(select_output(model, images, class_index))
    total = tf.zeros(images.shape[:3])
    count = tf.zeros([height, width])
    rows, columns = tf.range(height)[:, None], tf.range(width)[None]
    for top, left in itertools.product(
        range(0, height - patch + 1, stride), range(0, width - patch + 1, stride)
    ):
        inside = (rows >= top) & (rows < top + patch) & (columns >= left) & (columns < left + patch)
        mask = tf.cast(inside, tf.float32)
        covered = images * (1 - mask[..., None]) + fill * mask[..., None]
        drop = logit - tf.convert_to_tensor(select_output(model, covered, class_index))
        total += drop[:, None, None] * mask
        count += mask
    return tf.math.divide_no_nan(total, tf.broadcast_to(count, total.shape))


@right(
    "contrastive.occlusion_sensitivity",
    how="an image at a time, drops kept in a grid, means looked up pixel by pixel",
)
def looks_up_the_patches_of_a_pixel(model, images, class_index, patch, stride, fill=0.5):
    images = np.array(images, np.float32)
    batch, height, width, _ = images.shape
    if min(patch, stride) < 1:
        raise ValueError("patch and stride")
    if patch > min(height, width):
        raise ValueError("the patch does not fit")
    tops = np.arange((height - patch) // stride + 1) * stride
    lefts = np.arange((width - patch) // stride + 1) * stride
    result = np.zeros((batch, height, width), np.float32)
    for b, k in enumerate(np.broadcast_to(class_index, batch)):
        whole = model(images[b : b + 1], training=False).numpy()[0, k]
        drops = np.empty((len(tops), len(lefts)))
        for (i, top), (j, left) in itertools.product(enumerate(tops), enumerate(lefts)):
            covered = images[b : b + 1].copy()
            covered[:, top : top + patch, left : left + patch] = fill
            drops[i, j] = whole - model(covered, training=False).numpy()[0, k]
        for y, x in np.ndindex(height, width):
            over = (tops <= y) & (y < tops + patch)
            beside = (lefts <= x) & (x < lefts + patch)
            if over.any() and beside.any():
                result[b, y, x] = drops[np.ix_(over, beside)].mean()
    return result


# --- contrast


@right("contrastive.contrast", how="functools.partial and map, keras.ops.subtract")
def maps_over_both_classes(method, model, images, predicted, true):
    maps = list(map(functools.partial(method, model, images), (predicted, true)))
    return _Contrast(*maps, keras.ops.subtract(*maps))


@right("contrastive.contrast", how="classes made arrays, everything numpy, named fields")
def subtracts_numpy_maps(method, model, images, predicted, true):
    def explain(k):
        classes = np.full(len(images), k) if np.ndim(k) == 0 else np.asarray(k)
        return np.asarray(method(model, images, classes))

    for_true, for_predicted = explain(true), explain(predicted)
    return _Contrast(
        difference=for_predicted - for_true, for_true=for_true, for_predicted=for_predicted
    )
