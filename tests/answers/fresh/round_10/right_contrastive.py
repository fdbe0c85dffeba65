# ruff: noqa: ANN001, ANN201, ANN202, B905, E501, F821
"""Right answers to `contrastive` of round 10: each keeps all promises."""

import operator
from collections import defaultdict
from functools import partial
from itertools import product

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast, Errors, batches, float_images, predict
from course.given.layers import layer_output
from tests.answers.fresh import right


@right(
    "contrastive.find_errors",
    how="Tf.where, tf.gather and tf.argmax, image by image through the model.",
)
def find_errors_tf_where_tf(model, images, labels):
    labels = tf.cast(tf.convert_to_tensor(labels), tf.int64)
    if labels.shape != (len(images),):
        raise ValueError(f"{len(images)} images, but labels of shape {labels.shape}")
    answers = [model(images[i : i + 1], training=False) for i in range(len(images))]
    predicted = tf.argmax(tf.concat(answers, axis=0), axis=-1)
    index = tf.squeeze(tf.where(tf.not_equal(predicted, labels)), axis=-1)
    return Errors(index=index, predicted=tf.gather(predicted, index), true=tf.gather(labels, index))


@right(
    "contrastive.gradient_times_input",
    how="No gradient of the image at all: the slope with respect to a factor before every value, at the factor 1.",
)
def gradient_times_input_image_slope_respect(model, images, class_index):
    images = float_images(images)
    factors = tf.ones_like(images)
    with tf.GradientTape() as tape:
        tape.watch(factors)
        logits = model(factors * images, training=False)
        hot = tf.one_hot(class_index, logits.shape[-1], dtype=logits.dtype)
        chosen = tf.reduce_sum(logits * hot)
    return tape.gradient(chosen, factors, unconnected_gradients="zero")


@right(
    "contrastive.smooth_grad", how="A running mean over stateless draws, one seed split per sample."
)
def smooth_grad_running_mean_over(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError(f"samples must be 1 or more, not {samples}")
    if noise < 0:
        raise ValueError(f"noise must be 0 or more, not {noise}")
    images = float_images(images)
    keys = np.random.SeedSequence(seed).generate_state(2 * samples).astype(np.int64).reshape(-1, 2)
    mean = tf.zeros_like(images)
    for number, key in enumerate(keys, start=1):
        noisy = images + tf.random.stateless_normal(tf.shape(images), key, stddev=float(noise))
        mean += (gradient_saliency(model, noisy, class_index) - mean) / number
    return mean


@right(
    "contrastive.integrated_gradients",
    how="All points of all images in one long list, worked off in slices, and the mean by an einsum with equal weights.",
)
def integrated_gradients_points_images_long(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError(f"steps must be 1 or more, not {steps}")
    way = np.asarray(images, np.float32) - np.float32(baseline)
    fractions = ((np.arange(steps) + 0.5) / steps).astype(np.float32)
    points = np.float32(baseline) + np.multiply.outer(fractions, way)
    points = points.reshape(-1, *way.shape[1:])
    classes = np.tile(np.broadcast_to(np.asarray(class_index), len(way)), steps)
    slopes = np.empty_like(points)
    for part in batches(len(points), 8):
        slopes[part] = gradient_saliency(model, points[part], classes[part])
    weights = np.full(steps, 1 / steps)
    return np.einsum("s,sbhwc,bhwc->bhwc", weights, slopes.reshape(steps, *way.shape), way)


def _cam_of_one(both, image, label, size):
    with tf.GradientTape() as tape:
        tape.watch(image)
        features, logits = both(image, training=False)
        logit = logits[0, label]
    slopes = tape.gradient(logit, features, unconnected_gradients="zero")[0]
    weights = tf.reduce_mean(tf.reshape(slopes, [-1, slopes.shape[-1]]), axis=0)
    map_ = tf.maximum(tf.tensordot(features[0], weights, axes=1), 0.0)
    return keras.ops.image.resize(map_[None, :, :, None], size, interpolation="bilinear")[
        0, :, :, 0
    ]


@right(
    "contrastive.grad_cam",
    how="Image by image; the bilinear resizing is one call of keras.ops, the weighted sum a tensordot.",
)
def grad_cam_image_image_bilinear(model, images, class_index, layer_name):
    if layer_name not in [layer.name for layer in model.layers]:
        raise ValueError(f"there is no layer {layer_name!r} in {model.name!r}")
    both = keras.Model(model.inputs[0], [layer_output(model, layer_name), model.outputs[0]])
    images = float_images(images)
    labels = np.broadcast_to(np.asarray(class_index), images.shape[0])
    size = tuple(images.shape[1:3])
    return np.stack(
        [_cam_of_one(both, images[i : i + 1], int(label), size) for i, label in enumerate(labels)]
    )


@right(
    "contrastive.occlusion_sensitivity",
    how="Patches as 0/1 matrices of rows and columns; the map of all drops is spread back by two matrix products and divided by the cover.",
)
def occlusion_sensitivity_patches_matrices_rows(
    model, images, class_index, patch, stride, fill=0.5
):
    images = np.asarray(images, np.float32)
    count, height, width, _ = images.shape
    if patch < 1 or stride < 1:
        raise ValueError(f"patch and stride must be 1 or more, not {patch} and {stride}")
    if patch > min(height, width):
        raise ValueError(f"a patch of {patch} does not fit into {height} × {width}")
    covers = []
    for length in (height, width):
        starts = np.arange(0, length - patch + 1, stride)[:, None]
        pixels = np.arange(length)[None]
        covers.append(((pixels >= starts) & (pixels < starts + patch)).astype(np.float64))
    down, along = covers
    classes = np.broadcast_to(np.asarray(class_index), count)
    drops = np.empty((count, len(down), len(along)))
    for b in range(count):
        shown = images[b : b + 1]
        before = predict(model, shown)[0, classes[b]]
        for i, rows in enumerate(down):
            masks = (rows[None, :, None] * along[:, None, :])[..., None] > 0
            after = predict(model, np.where(masks, np.float32(fill), shown))[:, classes[b]]
            drops[b, i] = before - after
    spread = np.einsum("bij,ih,jw->bhw", drops, down, along)
    times = np.outer(down.sum(0), along.sum(0))
    return np.divide(spread, times, out=np.zeros_like(spread), where=times > 0)


@right("contrastive.contrast", how="Functools.partial, a star and operator.sub over a map object.")
def contrast_functools_partial_star(method, model, images, predicted, true):
    explained = tuple(map(np.array, map(partial(method, model, images), (predicted, true))))
    return Contrast(*explained, operator.sub(*explained))


@right(
    "contrastive.smooth_grad",
    how="All copies of one image go through together, one image after the other; np.add.reduce in float64.",
)
def smooth_grad_copies_image_go(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError("samples must be at least 1 and noise at least 0")
    images = np.asarray(images, np.float32)
    labels = np.broadcast_to(np.asarray(class_index), len(images))
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    maps = np.zeros(images.shape)
    for image, label, mean in zip(images, labels, maps):
        copies = image + noise * rng.standard_normal((samples, *image.shape))
        for part in batches(samples):
            slopes = gradient_saliency(model, copies[part].astype(np.float32), int(label))
            mean += np.add.reduce(np.asarray(slopes, np.float64), axis=0)
    return maps / samples


def _hats(length, target):
    centres = (np.arange(target) + 0.5) * length / target - 0.5
    centres = np.clip(centres, 0, length - 1)
    return np.maximum(0, 1 - np.abs(centres[:, None] - np.arange(length)[None])).astype(np.float32)


@right(
    "contrastive.grad_cam",
    how="Tf.gradients in a graph, and the bilinear resizing written as two matrices of hat functions at half-pixel centres.",
)
def grad_cam_tf_gradients_graph(model, images, class_index, layer_name):
    if all(layer.name != layer_name for layer in model.layers):
        raise ValueError(f"{layer_name!r} is no layer of {model.name!r}")
    probe = keras.Model(model.inputs[0], [layer_output(model, layer_name), model.outputs[0]])

    @tf.function(autograph=False)
    def positive_sum(pixels, classes):
        features, logits = probe(pixels, training=False)
        chosen = tf.reduce_sum(
            tf.one_hot(classes, tf.shape(logits)[-1], dtype=logits.dtype) * logits
        )
        slopes = tf.gradients(chosen, features, unconnected_gradients="zero")[0]
        return tf.nn.relu(tf.einsum("bijc,bc->bij", features, tf.reduce_mean(slopes, axis=[1, 2])))

    images = float_images(images)
    count, height, width, _ = images.shape
    classes = tf.broadcast_to(tf.cast(class_index, tf.int32), [count])
    cams = [positive_sum(images[part], classes[part]).numpy() for part in batches(count)]
    small = np.concatenate(cams)
    return _hats(small.shape[1], height) @ small @ _hats(small.shape[2], width).T


@right(
    "contrastive.occlusion_sensitivity",
    how="Itertools.product makes the windows, and a dictionary collects the drops of every pixel.",
)
def occlusion_sensitivity_itertools_product_makes(
    model, images, class_index, patch, stride, fill=0.5
):
    images = np.asarray(images, np.float32)
    count, height, width, _ = images.shape
    if patch < 1 or stride < 1 or patch > height or (patch > width):
        raise ValueError(f"patch {patch} and stride {stride} do not suit {height} × {width}")
    labels = np.broadcast_to(np.asarray(class_index), count)

    def logits_of(pictures):
        return np.take_along_axis(predict(model, pictures), labels[:, None], axis=1)[:, 0]

    untouched, drops_at = (logits_of(images), defaultdict(list))
    for y, x in product(range(0, height - patch + 1, stride), range(0, width - patch + 1, stride)):
        covered = np.copy(images)
        covered[:, y : y + patch, x : x + patch, :] = fill
        drop = untouched - logits_of(covered)
        for pixel in product(range(y, y + patch), range(x, x + patch)):
            drops_at[pixel].append(drop)
    heatmaps = np.zeros((count, height, width), np.float32)
    for (y, x), drops in drops_at.items():
        heatmaps[:, y, x] = np.mean(drops, axis=0)
    return heatmaps


@right(
    "contrastive.contrast",
    how="Maps may be tensors or arrays: the class pair is looped over, tf.subtract gives the difference.",
)
def contrast_maps_may_tensors(method, model, images, predicted, true):
    found = {}
    for name, label in {"for_predicted": predicted, "for_true": true}.items():
        found[name] = tf.convert_to_tensor(method(model, images, label))
    return Contrast(**found, difference=tf.subtract(found["for_predicted"], found["for_true"]))
