# ruff: noqa: ANN001, ANN201, ANN202, B905, E731, F821, RUF059
"""Right answers to `contrastive` of round 13: each keeps all promises."""

from itertools import product as pairs_of_places

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast, Errors, batches, float_images, predict
from course.given.layers import layer_output
from tests.answers.fresh import right


@right("contrastive.find_errors", how="A comprehension over the triples that differ")
def find_errors_comprehension_over_triples(model, images, labels):
    images, labels = (np.asarray(images), np.asarray(labels))
    if images.shape[0] != labels.shape[0]:
        raise ValueError("there must be one label for every image")
    said = np.concatenate(
        [
            np.argmax(model(tf.constant(images[part]), training=False), axis=1)
            for part in batches(len(images))
        ]
    )
    triples = [(i, p, t) for i, (p, t) in enumerate(zip(said, labels)) if p != t]
    table = np.array(triples, dtype=int).reshape(-1, 3)
    return Errors(index=table[:, 0], predicted=table[:, 1], true=table[:, 2])


@right(
    "contrastive.gradient_times_input",
    how="One tape over the logits, the class picked by a one-hot product",
)
def gradient_times_input_tape_over_logits(model, images, class_index):
    x = float_images(images)
    with tf.GradientTape() as tape:
        tape.watch(x)
        logits = model(x, training=False)
        wanted = tf.one_hot(np.broadcast_to(np.asarray(class_index), x.shape[0]), logits.shape[-1])
        total = tf.tensordot(logits, wanted, axes=2)
    return keras.ops.multiply(x, tape.gradient(total, x))


@right(
    "contrastive.smooth_grad",
    how="A running mean, noise from TensorFlow's Generator, shared by the batch",
)
def smooth_grad_running_mean_noise(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError(f"samples must be 1 or more, not {samples}")
    if noise < 0:
        raise ValueError(f"noise must not be negative, as {noise} is")
    x = float_images(images)
    source = tf.random.Generator.from_seed(seed, alg="philox")
    mean = tf.zeros_like(x)
    for n in range(1, samples + 1):
        copy = x + source.normal(x.shape[1:], stddev=noise)
        mean += (tf.convert_to_tensor(gradient_saliency(model, copy, class_index)) - mean) / n
    return mean


@right(
    "contrastive.integrated_gradients", how="Image by image: its whole way is one batch, in slices"
)
def integrated_gradients_image_image_whole(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("at least one step is needed")
    x = np.asarray(images, np.float32)
    classes = np.broadcast_to(np.asarray(class_index), len(x))
    fractions = ((np.arange(steps) + 0.5) / steps).astype(np.float32)
    maps = []
    for image, k in zip(x, classes):
        way = baseline + np.multiply.outer(fractions, image - np.float32(baseline))
        slopes = [
            np.asarray(gradient_saliency(model, way[part].astype(np.float32), int(k)))
            for part in batches(steps)
        ]
        maps.append(np.concatenate(slopes).mean(axis=0) * (image - np.float32(baseline)))
    return np.stack(maps)


@right("contrastive.grad_cam", how="Matvec and a tf.function with tf.gradients")
def grad_cam_matvec_tf_function(model, images, class_index, layer_name):
    two_ends = keras.Model(
        model.inputs[0], {"inner": layer_output(model, layer_name), "end": model.outputs[0]}
    )
    x = float_images(images)
    classes = np.broadcast_to(np.asarray(class_index), x.shape[0])

    @tf.function(autograph=False)
    def ends_and_slope(batch):
        found = two_ends(batch, training=False)
        chosen = tf.gather_nd(
            found["end"], np.stack([np.arange(len(classes)), classes], axis=1).astype(np.int32)
        )
        return (found["inner"], tf.gradients(chosen, found["inner"])[0])

    inner, slope = ends_and_slope(x)
    count = inner.shape[1] * inner.shape[2]
    weights = tf.einsum("bhwk->bk", slope)[:, None, None, :] / count
    speaks = tf.maximum(tf.reduce_sum(inner * weights, axis=-1, keepdims=True), 0.0)
    return tf.squeeze(tf.image.resize(speaks, x.shape[1:3], method="bilinear"), axis=-1)


@right(
    "contrastive.occlusion_sensitivity",
    how="All masks as one matrix: the maps are a product of drops and masks",
)
def occlusion_sensitivity_masks_matrix_maps(model, images, class_index, patch, stride, fill=0.5):
    x = np.asarray(images, np.float32)
    b, h, w, c = x.shape
    if min(patch, stride) < 1:
        raise ValueError("patch and stride have to be 1 or more")
    if patch > h or patch > w:
        raise ValueError("the patch is larger than the image")
    classes = np.broadcast_to(np.asarray(class_index), (b,))
    places = list(pairs_of_places(range(0, h - patch + 1, stride), range(0, w - patch + 1, stride)))
    masks = np.zeros((len(places), h, w), bool)
    for mask, (i, j) in zip(masks, places):
        mask[i : i + patch, j : j + patch] = True
    own = lambda batch: np.take_along_axis(
        np.asarray(predict(model, batch), float), classes[:, None], 1
    )[:, 0]
    whole = own(x)
    drops = [whole - own(np.where(mask[None, :, :, None], np.float32(fill), x)) for mask in masks]
    summed = np.einsum("pb,phw->bhw", np.array(drops), masks.astype(float))
    return summed / np.clip(masks.sum(axis=0), 1, None)


@right("contrastive.contrast", how="One comprehension, the difference with np.subtract")
def contrast_comprehension_difference_np(method, model, images, predicted, true):
    maps = [np.asarray(method(model, images, which)) for which in (predicted, true)]
    return Contrast(*maps, difference=np.subtract(*maps))


@right("contrastive.grad_cam", how="Einsum of weights and activations, gather with batch_dims")
def grad_cam_einsum_weights_activations(model, images, class_index, layer_name):
    both = keras.Model(model.inputs[0], [layer_output(model, layer_name), model.outputs[0]])
    x = float_images(images)
    with tf.GradientTape() as tape:
        tape.watch(x)
        inner, logits = both(x, training=False)
        classes = tf.constant(np.broadcast_to(np.asarray(class_index), x.shape[0]), tf.int32)
        score = tf.gather(logits, classes, axis=1, batch_dims=1)
    slope = tape.gradient(score, inner)
    weights = tf.reduce_mean(slope, axis=(1, 2))
    cam = tf.nn.relu(tf.einsum("bhwk,bk->bhw", inner, weights))
    return tf.image.resize(cam[..., None], x.shape[1:3])[..., 0]


@right("contrastive.integrated_gradients", how="A loop over the steps, the whole batch at once")
def integrated_gradients_loop_over_steps(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}")
    images = np.asarray(images, np.float32)
    away = images - np.float32(baseline)
    total = np.zeros_like(images)
    for i in range(steps):
        point = np.float32(baseline) + np.float32((i + 0.5) / steps) * away
        total += np.asarray(gradient_saliency(model, point, class_index))
    return total / steps * away


@right("contrastive.occlusion_sensitivity", how="Sums and counts in two arrays")
def occlusion_sensitivity_sums_counts_two(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(images, np.float32)
    b, h, w, _ = images.shape
    if patch < 1 or stride < 1 or patch > min(h, w):
        raise ValueError("patch and stride must be at least 1, and the patch has to fit")
    rows, classes = (np.arange(b), np.broadcast_to(np.asarray(class_index), b))
    whole = predict(model, images)[rows, classes]
    total, count = (np.zeros((b, h, w)), np.zeros((h, w)))
    for top in range(0, h - patch + 1, stride):
        for left in range(0, w - patch + 1, stride):
            covered = images.copy()
            covered[:, top : top + patch, left : left + patch] = fill
            drop = whole - predict(model, covered)[rows, classes]
            total[:, top : top + patch, left : left + patch] += drop[:, None, None]
            count[top : top + patch, left : left + patch] += 1
    return total / np.maximum(count, 1)
