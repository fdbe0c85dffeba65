# ruff: noqa: B905, E731
"""Right answers to `contrastive` of the sixth round: each keeps all promises."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast, Errors
from course.given.types import Array, Classes, Heatmaps, Images, Labels, Maps
from course.saliency import gradient_saliency
from tests.answers.fresh import right


@right(
    "contrastive.find_errors", how="A loop over sliced batches with flat lists, made int at the end"
)
def find_errors_loop_over_sliced(model: keras.Model, images: Images, labels: Labels) -> Errors:
    y = np.asarray(labels)
    if len(y) != len(images):
        raise ValueError("labels")
    x, hits = (np.asarray(images), [])
    for at in range(0, len(x), 7):
        logits = np.asarray(model(x[at : at + 7], training=False))
        for b, row in enumerate(logits, start=at):
            if int(row.argmax()) != int(y[b]):
                hits.append((b, int(row.argmax()), int(y[b])))
    return Errors(*np.array(hits, dtype=int).reshape(-1, 3).T)


@right(
    "contrastive.gradient_times_input",
    how="Derivative along a scaling of each value: gradient with respect to a factor of ones",
)
def gradient_times_input_derivative_along_scaling(
    model: keras.Model, images: Images, class_index: Classes
) -> Maps:
    x = tf.convert_to_tensor(images)
    factor = tf.ones_like(x)
    k = tf.broadcast_to(tf.cast(class_index, tf.int32), [x.shape[0]])
    with tf.GradientTape() as tape:
        tape.watch(factor)
        logits = model(factor * x, training=False)
        value = tf.gather(logits, k, axis=1, batch_dims=1)
    return tape.gradient(value, factor)


@right(
    "contrastive.smooth_grad", how="Running mean, one sample at a time, noise from a Philox stream"
)
def smooth_grad_running_mean_sample(
    model: keras.Model, images: Images, class_index: Classes, samples: int, noise: float, seed: int
) -> Maps:
    if samples < 1 or noise < 0:
        raise ValueError("samples or noise")
    x = np.array(images, "float32")
    rng = np.random.Generator(np.random.Philox(seed))
    mean = np.zeros(x.shape)
    for n in range(1, samples + 1):
        shaken = (x + noise * rng.standard_normal(x.shape)).astype("float32")
        mean += (np.asarray(gradient_saliency(model, shaken, class_index)) - mean) / n
    return mean.astype("float32")


@right(
    "contrastive.integrated_gradients",
    how="Walks by repeated addition of half parts, image by image",
)
def integrated_gradients_walks_repeated_addition(
    model: keras.Model, images: Images, class_index: Classes, baseline: float = 0.0, steps: int = 32
) -> Maps:
    if steps < 1:
        raise ValueError("steps")
    x = np.asarray(images, "float32")
    classes = np.broadcast_to(np.asarray(class_index), (len(x),))
    out = []
    for one, k in zip(x, classes):
        way = one - np.float32(baseline)
        total = np.zeros_like(one)
        for at in (np.arange(steps) + 0.5) / steps:
            total += np.asarray(
                gradient_saliency(model, (baseline + at * way)[None].astype("float32"), int(k))
            )[0]
        out.append(way * total / steps)
    return np.stack(out)


@right("contrastive.grad_cam", how="Weights from a tape in the images, combination by einsum")
def grad_cam_weights_tape_images(
    model: keras.Model, images: Images, class_index: Classes, layer_name: str
) -> Heatmaps:
    if layer_name not in [layer.name for layer in model.layers]:
        raise ValueError(layer_name)
    cut = keras.Model(model.inputs, [model.get_layer(layer_name).output, model.outputs[0]])
    x = tf.convert_to_tensor(images)
    k = tf.broadcast_to(tf.cast(class_index, tf.int32), [x.shape[0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        acts, logits = cut(x, training=False)
        value = tf.gather(logits, k, axis=1, batch_dims=1)
    slope = tape.gradient(value, acts, unconnected_gradients="zero")
    weight = tf.reduce_mean(slope, axis=[1, 2])
    heat = tf.nn.relu(tf.einsum("bhwc,bc->bhw", acts, weight))
    return tf.image.resize(heat[..., None], x.shape[1:3])[..., 0]


@right(
    "contrastive.occlusion_sensitivity",
    how="Sums and counts as outer products of row and column membership",
)
def occlusion_sensitivity_sums_counts_outer(
    model: keras.Model,
    images: Images,
    class_index: Classes,
    patch: int,
    stride: int,
    fill: float = 0.5,
) -> Heatmaps:
    x = np.array(images, "float32")
    b, h, w = x.shape[:3]
    if patch < 1 or stride < 1 or patch > min(h, w):
        raise ValueError("patch or stride")
    k = np.broadcast_to(np.asarray(class_index), (b,))
    logit = lambda batch: np.asarray(model(batch, training=False))[np.arange(b), k]
    clean = logit(x)
    rows = [
        (np.arange(h) >= r) & (np.arange(h) < r + patch) for r in range(0, h - patch + 1, stride)
    ]
    cols = [
        (np.arange(w) >= c) & (np.arange(w) < c + patch) for c in range(0, w - patch + 1, stride)
    ]
    total, count = (np.zeros((b, h, w)), np.zeros((h, w)))
    for r in rows:
        for c in cols:
            area = np.outer(r, c)
            covered = np.where(area[..., None], np.float32(fill), x)
            total += (clean - logit(covered))[:, None, None] * area
            count += area
    return total / np.maximum(count, 1)


@right("contrastive.contrast", how="Maps kept in a list, difference through functools")
def contrast_maps_kept_list(
    method: Callable[[keras.Model, Images, Classes], Array],
    model: keras.Model,
    images: Images,
    predicted: Classes,
    true: Classes,
) -> Contrast:
    maps = [np.array(method(model, images, k)) for k in (predicted, true)]
    return Contrast(*maps, np.subtract(*maps))


@right("contrastive.contrast", how="Generator unpacking, tensors kept as tensors")
def contrast_generator_unpacking_tensors(
    method: Callable[[keras.Model, Images, Classes], Array],
    model: keras.Model,
    images: Images,
    predicted: Classes,
    true: Classes,
) -> Contrast:
    p, t = (tf.convert_to_tensor(method(model, images, k)) for k in (predicted, true))
    return Contrast(p, t, tf.add(p, tf.negative(t)))
