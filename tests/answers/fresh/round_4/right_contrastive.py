# ruff: noqa: ANN001, ANN201, ANN202, B007, B905
"""Right answers to `contrastive` of a fourth round, each in another style."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast, Errors, batches, float_images, predict
from course.saliency import gradient_saliency
from tests.answers.fresh import right


def _fourth_named_output(model, layer_name):
    if layer_name not in [layer.name for layer in model.layers]:
        raise ValueError(f"no layer {layer_name!r}")
    layer = model.get_layer(layer_name)
    for depth in model._nodes_by_depth.values() if hasattr(model, "_nodes_by_depth") else []:
        for node in depth:
            if node.operation is layer:
                return node.outputs[0]
    return layer.output


@right("contrastive.find_errors", how="enumerate")
def find_errors_enumerate(model, images, labels):
    if len(images) != len(labels):
        raise ValueError("lengths")
    rows = []
    for part in batches(len(images), 8):
        for i, logits in zip(
            range(part.start, part.stop), predict(model, np.asarray(images[part]))
        ):
            if logits.argmax() != int(labels[i]):
                rows.append((i, int(logits.argmax()), int(labels[i])))
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return Errors(*table.T)


@right("contrastive.find_errors", how="tf where")
def find_errors_tf_where(model, images, labels):
    if int(tf.shape(labels)[0]) != int(tf.shape(images)[0]):
        raise ValueError("lengths")
    labels = tf.cast(labels, tf.int64)
    predicted = tf.argmax(model(images, training=False), axis=-1)
    wrong = tf.where(tf.not_equal(predicted, labels))[:, 0]
    return Errors(index=wrong, predicted=tf.gather(predicted, wrong), true=tf.gather(labels, wrong))


@right("contrastive.gradient_times_input", how="scaled input derivative")
def gradient_times_input_scaled_input_derivative(model, images, class_index):
    images = float_images(images)
    gain = tf.ones_like(images)
    with tf.GradientTape() as tape:
        tape.watch(gain)
        logits = model(gain * images, training=False)
        picked = tf.gather(
            logits, tf.zeros(len(images), tf.int32) + tf.cast(class_index, tf.int32), batch_dims=1
        )
    return tape.gradient(picked, gain)


@right("contrastive.smooth_grad", how="repeat batch")
def smooth_grad_repeat_batch(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError("samples, noise")
    classes = np.broadcast_to(np.asarray(class_index), len(images))
    out = []
    for number, (image, k) in enumerate(zip(np.asarray(images, np.float32), classes)):
        rng = np.random.RandomState(seed % 2**32)
        gradients = []
        for part in batches(samples, 8):
            n = part.stop - part.start
            noisy = image + noise * rng.randn(n, *image.shape)
            gradients.append(
                np.asarray(gradient_saliency(model, noisy.astype("float32"), int(k)), np.float64)
            )
        out.append(np.concatenate(gradients).mean(axis=0))
    return np.stack(out)


@right("contrastive.smooth_grad", how="running mean stateless")
def smooth_grad_running_mean_stateless(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples")
    if noise < 0:
        raise ValueError("noise")
    images = tf.convert_to_tensor(images, tf.float32)
    mean = tf.zeros_like(images)
    for n in range(1, samples + 1):
        noisy = images + tf.random.stateless_normal(images.shape, seed=[seed, n], stddev=noise)
        mean += (gradient_saliency(model, noisy, class_index) - mean) / n
    return mean


@right("contrastive.integrated_gradients", how="linspace chunks")
def integrated_gradients_linspace_chunks(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps")
    x = np.asarray(images, np.float64)
    k = np.broadcast_to(np.asarray(class_index), len(x))
    edges = np.linspace(0, 1, steps + 1)
    alphas = (edges[1:] + edges[:-1]) / 2
    maps = []
    for image, c in zip(x, k):
        parts = []
        for part in batches(steps, 16):
            a = alphas[part, None, None, None]
            way = (1 - a) * baseline + a * image[None]
            parts.append(np.asarray(gradient_saliency(model, way.astype(np.float32), int(c))))
        maps.append((image - baseline) * np.concatenate(parts).mean(0))
    return np.array(maps)


@right("contrastive.grad_cam", how="einsum numpy")
def grad_cam_einsum_numpy(model, images, class_index, layer_name):
    images = float_images(images)
    try:
        target = _fourth_named_output(model, layer_name)
    except ValueError as error:
        raise ValueError("no such layer: " + layer_name) from error
    cut = keras.Model(model.input, {"a": target, "y": model.output})
    n = int(images.shape[0])
    one_hot = tf.one_hot(np.broadcast_to(np.asarray(class_index), n), int(model.output_shape[-1]))
    with tf.GradientTape() as tape:
        tape.watch(images)
        out = cut(images, training=False)
        score = tf.reduce_sum(out["y"] * one_hot)
    g = tape.gradient(score, out["a"], unconnected_gradients=tf.UnconnectedGradients.ZERO)
    alpha = np.asarray(g).mean((1, 2))
    cam = np.maximum(np.einsum("bc,bhwc->bhw", alpha, np.asarray(out["a"])), 0)
    return np.asarray(tf.image.resize(cam[..., None], images.shape[1:3])).squeeze(-1)


@right("contrastive.occlusion_sensitivity", how="masks batched")
def occlusion_sensitivity_masks_batched(model, images, class_index, patch, stride, fill=0.5):
    images = np.array(images, dtype=np.float32)
    b, h, w, _ = images.shape
    if min(patch, stride) < 1 or patch > h or patch > w:
        raise ValueError("patch, stride")
    corners = [
        (i, j) for i in range(0, h - patch + 1, stride) for j in range(0, w - patch + 1, stride)
    ]
    masks = np.zeros((len(corners), h, w), bool)
    for m, (i, j) in zip(masks, corners):
        m[i : i + patch, j : j + patch] = True
    maps = []
    for x, k in zip(images, np.broadcast_to(np.asarray(class_index), b)):
        base = float(predict(model, x[None])[0, k])
        drops = []
        for part in batches(len(corners)):
            covered = np.where(masks[part][..., None], np.float32(fill), x[None])
            drops.append(base - predict(model, covered)[:, k])
        drops = np.concatenate(drops).astype(np.float64)
        number = masks.sum(0)
        maps.append(np.einsum("p,phw->hw", drops, masks) / np.where(number, number, 1))
    return np.stack(maps)


@right("contrastive.contrast", how="map loop")
def contrast_map_loop(method, model, images, predicted, true):
    p, q = (tf.convert_to_tensor(method(model, images, k)) for k in (predicted, true))
    return Contrast(for_predicted=p, for_true=q, difference=tf.subtract(p, q))
