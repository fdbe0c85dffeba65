# ruff: noqa: ANN001, ANN201, ANN202, B905, RUF005, E741, RUF059
"""More right answers to `contrastive`, of a later round, each in another style."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast, Errors, batches, predict
from course.saliency import gradient_saliency
from tests.answers.fresh import right


def _third_arrays(images, class_index):
    images = np.asarray(images, np.float32)
    return (images, np.broadcast_to(np.asarray(class_index, np.int64), (len(images),)))


def _third_layer_output(model, layer_name):
    if layer_name not in [layer.name for layer in model.layers]:
        raise ValueError(f"no layer {layer_name!r}")
    layer = model.get_layer(layer_name)
    graph = getattr(model, "_functional", None) or model
    for nodes in graph._nodes_by_depth.values():
        for node in nodes:
            if node.operation is layer:
                return node.output_tensors[0]
    raise ValueError(layer_name)


@right("contrastive.find_errors", how="model.predict, zip and lists")
def find_errors_keras_predict_lists(model, images, labels):
    truth = [int(l) for l in np.asarray(labels)]
    if len(truth) != len(images):
        raise ValueError("labels")
    guess = model.predict(np.asarray(images), verbose=0).argmax(-1).tolist()
    rows = [(i, g, t) for i, (g, t) in enumerate(zip(guess, truth)) if g != t]
    return Errors(*np.array(rows, dtype=int).reshape(-1, 3).T)


@right("contrastive.find_errors", how="tf.argmax and tf.where")
def find_errors_tf_where(model, images, labels):
    labels = tf.cast(labels, tf.int64)
    if labels.shape[0] != len(images):
        raise ValueError("labels")
    p = tf.argmax(model(tf.convert_to_tensor(images, tf.float32), training=False), axis=-1)
    i = tf.where(p != labels)[:, 0]
    return Errors(i, tf.gather(p, i), tf.gather(labels, i))


@right("contrastive.gradient_times_input", how="derivative with respect to a per-value factor at 1")
def gradient_times_input_jvp_scaled(model, images, class_index):
    x = tf.convert_to_tensor(images, tf.float32)
    k = tf.broadcast_to(tf.cast(class_index, tf.int32), [x.shape[0]])
    s = tf.ones_like(x)
    with tf.GradientTape() as tape:
        tape.watch(s)
        y = tf.gather(model(s * x, training=False), k, axis=1, batch_dims=1)
    return tape.gradient(y, s)


@right("contrastive.smooth_grad", how="np.repeat of the batch, in slices; legacy RandomState")
def smooth_grad_global_seed_repeat(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError("samples >= 1 and noise >= 0, please")
    x = np.asarray(images, np.float32)
    r = np.random.RandomState(abs(seed) % 2**32)
    k = np.broadcast_to(class_index, (len(x),))
    out = []
    for image, c in zip(x, k):
        noisy = (
            np.repeat(image[None], samples, 0) + r.standard_normal((samples,) + image.shape) * noise
        )
        g = np.concatenate(
            [
                np.asarray(gradient_saliency(model, noisy[s].astype(np.float32), int(c)))
                for s in batches(samples)
            ]
        )
        out.append(g.mean(0))
    return np.stack(out)


@right("contrastive.smooth_grad", how="tf.random.stateless_normal with seed pairs")
def smooth_grad_stateless_tf(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples")
    if noise < 0.0:
        raise ValueError("noise")
    x = tf.convert_to_tensor(images, tf.float32)
    grads = [
        gradient_saliency(
            model,
            x + tf.random.stateless_normal(x.shape, [seed, n], stddev=float(noise)),
            class_index,
        )
        for n in range(samples)
    ]
    return tf.add_n([tf.convert_to_tensor(g) for g in grads]) / float(samples)


@right("contrastive.integrated_gradients", how="all fractions of an image as batches")
def integrated_gradients_stacked_tf(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps")
    x = np.asarray(images, np.float32)
    f = ((np.arange(steps) + 0.5) / steps).astype(np.float32)[:, None, None, None]
    out = np.zeros_like(x)
    for n, k in enumerate(np.broadcast_to(class_index, len(x))):
        way = (1 - f) * baseline + f * x[n]
        for s in batches(steps, 8):
            out[n] += np.asarray(gradient_saliency(model, way[s], int(k))).sum(0)
    return (x - baseline) * out / steps


@right("contrastive.grad_cam", how="one image at a time, keras ops")
def grad_cam_two_part_keras_ops(model, images, class_index, layer_name):
    net = keras.Model(
        model.inputs[0], {"a": _third_layer_output(model, layer_name), "y": model.outputs[0]}
    )
    images, classes = _third_arrays(images, class_index)
    maps = []
    for image, k in zip(images, classes):
        x = tf.Variable(image[None])
        with tf.GradientTape() as tape:
            r = net(x, training=False)
            y = r["y"][0, int(k)]
        g = tape.gradient(y, r["a"])
        alpha = np.mean(g, axis=(0, 1, 2))
        cam = np.maximum(np.asarray(r["a"])[0] @ alpha, 0)
        maps.append(tf.image.resize(cam[..., None], image.shape[:2], "bilinear").numpy()[..., 0])
    return np.array(maps)


@right(
    "contrastive.occlusion_sensitivity",
    how="all coverings of an image stacked, masks as a matrix product",
)
def occlusion_sensitivity_stacked_coverings(model, images, class_index, patch, stride, fill=0.5):
    x = np.asarray(images, np.float32)
    b, h, w, c = x.shape
    if min(patch, stride) < 1:
        raise ValueError("at least 1")
    if patch > h or patch > w:
        raise ValueError("does not fit")
    tops, lefts = (np.arange(0, h - patch + 1, stride), np.arange(0, w - patch + 1, stride))
    i, j = (np.arange(h), np.arange(w))
    rows = (i >= tops[:, None]) & (i < tops[:, None] + patch)
    cols = (j >= lefts[:, None]) & (j < lefts[:, None] + patch)
    masks = (rows[:, None, :, None] & cols[None, :, None, :]).reshape(-1, h, w)
    k = np.broadcast_to(class_index, b)
    out = np.zeros((b, h, w))
    for n in range(b):
        base = predict(model, x[n : n + 1])[0, k[n]]
        drops = np.concatenate(
            [
                base
                - predict(model, np.where(masks[s][..., None], np.float32(fill), x[n]))[:, k[n]]
                for s in batches(len(masks))
            ]
        )
        out[n] = np.tensordot(drops, masks, 1) / np.maximum(masks.sum(0), 1)
    return out


@right("contrastive.contrast", how="list comprehension, keras.ops.subtract")
def contrast_keras_subtract(method, model, images, predicted, true):
    maps = [keras.ops.convert_to_tensor(method(model, images, k)) for k in (predicted, true)]
    return Contrast(*maps, keras.ops.subtract(*maps))
