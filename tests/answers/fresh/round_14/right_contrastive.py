# ruff: noqa: ANN001, ANN201, ANN202, B905, F821
"""Right answers to `contrastive` of round 14: each keeps all promises."""

import itertools
from functools import reduce

import keras
import numpy as np
import tensorflow as tf

from tests.answers.fresh import right


@right("contrastive.find_errors", how="Tf.where and tf.gather")
def find_errors_tf_gather(model, images, labels):
    labels = tf.reshape(tf.cast(tf.convert_to_tensor(labels), tf.int64), (-1,))
    if labels.shape[0] != len(images):
        raise ValueError(f"{labels.shape[0]} labels, {len(images)} images")
    said = tf.argmax(predict(model, np.asarray(images)), axis=1)
    index = tf.where(tf.not_equal(said, labels))[:, 0]
    return Errors(index, tf.gather(said, index), tf.gather(labels, index))


@right(
    "contrastive.gradient_times_input",
    how="Slope of the logit along a scaled image, one scale per value (scale 1)",
)
def gradient_times_input_slope_logit_along(model, images, class_index):
    images = tf.cast(tf.convert_to_tensor(images), tf.float32)
    classes = tf.fill((images.shape[0],), 0) + tf.cast(class_index, tf.int32)
    scale = tf.ones_like(images)
    with tf.GradientTape() as tape:
        tape.watch(scale)
        logits = model(scale * images, training=False)
        mine = tf.gather(logits, classes, batch_dims=1)
    return tape.gradient(mine, scale)


@right("contrastive.smooth_grad", how="Stateless TensorFlow noise, a running mean")
def smooth_grad_stateless_tensorflow_noise(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError(f"samples must be 1 or more, not {samples}")
    if noise < 0:
        raise ValueError(f"noise must not be negative, but is {noise}")
    images = tf.cast(tf.convert_to_tensor(images), tf.float32)
    mean = tf.zeros_like(images)
    for i in range(samples):
        key = tf.constant([int(seed), i], tf.int64)
        draw = tf.random.stateless_normal(images.shape, seed=key, stddev=float(noise))
        mean += (gradient_saliency(model, images + draw, class_index) - mean) / float(i + 1)
    return mean


@right(
    "contrastive.integrated_gradients", how="Fractions by functools.reduce, differences in float64"
)
def integrated_gradients_fractions_functools_reduce(
    model, images, class_index, baseline=0.0, steps=32
):
    if steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}")
    images = np.asarray(images, np.float32)
    from_, to = (np.float64(baseline), images.astype(np.float64))

    def plus(total, i):
        t = (2 * i + 1) / (2 * steps)
        there = ((1 - t) * from_ + t * to).astype(np.float32)
        return total + np.asarray(gradient_saliency(model, there, class_index), np.float64)

    return (reduce(plus, range(steps), np.zeros(images.shape)) / steps * (to - from_)).astype(
        np.float32
    )


@right("contrastive.grad_cam", how="Batched matrix products over flat positions")
def grad_cam_batched_matrix_products(model, images, class_index, layer_name):
    if layer_name not in {layer.name for layer in model.layers}:
        raise ValueError(f"the model has no layer {layer_name!r}")
    inner = keras.Model(model.inputs, [layer_output(model, layer_name), model.outputs[0]])
    images = tf.cast(tf.convert_to_tensor(images), tf.float32)
    n, height, width, _ = images.shape
    hot = tf.one_hot(np.broadcast_to(np.asarray(class_index), (n,)), model.output_shape[-1])
    with tf.GradientTape() as tape:
        tape.watch(images)
        seen, logits = inner(images, training=False)
        value = tf.reduce_sum(hot * logits)
    slope = tape.gradient(value, seen)
    _, h, w, channels = seen.shape
    slope = tf.reshape(slope, (n, h * w, channels))
    weights = tf.matmul(slope, tf.fill((n, h * w, 1), 1.0 / (h * w)), transpose_a=True)
    cam = keras.activations.relu(tf.matmul(tf.reshape(seen, (n, h * w, channels)), weights))
    return tf.squeeze(tf.image.resize(tf.reshape(cam, (n, h, w, 1)), (height, width)), axis=-1)


@right(
    "contrastive.occlusion_sensitivity",
    how="Indicator matrices for rows and columns, one einsum spreads the drops",
)
def occlusion_sensitivity_indicator_matrices_rows(
    model, images, class_index, patch, stride, fill=0.5
):
    images = np.asarray(images, np.float32)
    b, height, width, _ = images.shape
    if patch < 1 or stride < 1:
        raise ValueError("patch and stride must be at least 1")
    if patch > height or patch > width:
        raise ValueError(f"a patch of {patch} does not fit into {height} × {width}")
    classes = np.broadcast_to(np.asarray(class_index), (b,))[:, None]

    def cover(length):
        starts = np.arange(0, length - patch + 1, stride)[:, None]
        place = np.arange(length)[None]
        return (place >= starts) & (place < starts + patch)

    def ask(batch):
        return np.take_along_axis(predict(model, batch), classes, axis=1)[:, 0]

    down, across = (cover(height), cover(width))
    clean = ask(images)
    drops = np.array(
        [
            [
                clean - ask(np.where(np.outer(r, c)[None, :, :, None], np.float32(fill), images))
                for c in across
            ]
            for r in down
        ]
    )
    total = np.einsum(
        "ijb,ih,jw->bhw", drops.astype(np.float64), down.astype(float), across.astype(float)
    )
    count = np.outer(down.sum(0), across.sum(0))
    return total / np.where(count, count, 1)


@right("contrastive.contrast", how="A loop over the names of the result")
def contrast_loop_over_names(method, model, images, predicted, true):
    maps = {
        name: tf.convert_to_tensor(method(model, images, classes))
        for name, classes in {"for_predicted": predicted, "for_true": true}.items()
    }
    return Contrast(**maps, difference=tf.subtract(*maps.values()))


@right(
    "contrastive.grad_cam",
    how="A model with a dictionary of outputs, one tape per image, tensordot",
)
def grad_cam_model_dictionary_outputs(model, images, class_index, layer_name):
    model.get_layer(layer_name)
    twofold = keras.Model(
        model.inputs, {"seen": layer_output(model, layer_name), "logits": model.outputs[0]}
    )
    images = tf.cast(tf.convert_to_tensor(images), tf.float32)
    maps = []
    for image, k in zip(
        images, np.broadcast_to(np.asarray(class_index), (images.shape[0],)).tolist()
    ):
        image = image[tf.newaxis]
        with tf.GradientTape() as tape:
            tape.watch(image)
            got = twofold(image, training=False)
            value = got["logits"][0, k]
        weights = np.asarray(tape.gradient(value, got["seen"]))[0].mean(axis=(0, 1))
        summed = np.tensordot(np.asarray(got["seen"])[0], weights, axes=1)
        small = np.maximum(summed, 0)[..., None]
        maps.append(tf.image.resize(small, image.shape[1:3])[..., 0])
    return tf.stack(maps)


@right(
    "contrastive.occlusion_sensitivity",
    how="All patches of an image in one list, asked through predict, running sums by slices",
)
def occlusion_sensitivity_patches_image_list(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(images, np.float32)
    n, h, w, _ = images.shape
    if min(patch, stride) < 1 or patch > h or patch > w:
        raise ValueError(f"patch {patch} and stride {stride} do not fit {h} × {w}")
    corners = list(
        itertools.product(range(0, h - patch + 1, stride), range(0, w - patch + 1, stride))
    )
    classes = np.broadcast_to(np.asarray(class_index), (n,))
    out = np.zeros((n, h, w))
    for image, k, heat in zip(images, classes, out):
        stack = np.repeat(image[None], 1 + len(corners), axis=0)
        for covered, (y, x) in zip(stack[1:], corners):
            covered[y : y + patch, x : x + patch] = fill
        logits = predict(model, stack)[:, k].astype(np.float64)
        times = np.zeros((h, w))
        for drop, (y, x) in zip(logits[0] - logits[1:], corners):
            heat[y : y + patch, x : x + patch] += drop
            times[y : y + patch, x : x + patch] += 1
        np.divide(heat, times, out=heat, where=times > 0)
    return out


@right("contrastive.integrated_gradients", how="All steps of one image as one batch")
def integrated_gradients_steps_image_batch(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps must be 1 or more")
    images = np.asarray(images, np.float32)
    classes = np.broadcast_to(np.asarray(class_index), (len(images),))
    where = ((np.arange(steps, dtype=np.float32) + 0.5) / steps).reshape(-1, 1, 1, 1)
    maps = []
    for image, k in zip(images, classes):
        way = image - np.float32(baseline)
        places = np.float32(baseline) + where * way
        parts = [
            np.asarray(gradient_saliency(model, places[part], int(k))) for part in batches(steps)
        ]
        maps.append(way * np.concatenate(parts).mean(axis=0))
    return np.stack(maps)
