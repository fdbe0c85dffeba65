"""Other right answers to 2.2, by task."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast
from tests.answers.right import answer


def _rise(model: Any, images: Any, class_index: Any) -> Any:
    """The gradient of the logit, by a one-hot product."""
    images = tf.cast(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = model(images, training=False)
        value = tf.reduce_sum(logits * tf.one_hot(class_index, logits.shape[-1]))
    return tape.gradient(value, images)


_fast_rise = tf.function(_rise, reduce_retracing=True)


# --- find_errors ----------------------------------------------------------------------------------


@answer("contrastive.find_errors")
def errors_in_a_loop(model: Any, images: Any, labels: Any) -> Any:
    if len(images) != len(labels):
        raise ValueError(f"{len(labels)} labels for {len(images)} images")
    found = []
    for i, (image, label) in enumerate(zip(images, labels, strict=True)):
        best = int(np.argmax(model(image[None])))
        if best != label:
            found.append((i, best, int(label)))
    return tuple(np.array(found, np.int64).reshape(-1, 3).T)


@answer("contrastive.find_errors")
def errors_by_tensors(model: Any, images: Any, labels: Any) -> Any:
    labels = tf.convert_to_tensor(labels, tf.int64)
    if tuple(labels.shape) != (len(images),):
        raise ValueError("labels")
    predicted = tf.argmax(model(images, training=False), axis=-1)
    index = tf.where(predicted != labels)[:, 0]
    return index, tf.gather(predicted, index), tf.gather(labels, index)


@answer("contrastive.find_errors")
def errors_by_predict(model: Any, images: Any, labels: Any) -> Any:
    if np.shape(labels)[0] != np.shape(images)[0]:
        raise ValueError("labels")
    predicted = model.predict(images, verbose=0).argmax(-1)
    (index,) = np.nonzero(predicted - labels)
    return index.astype(np.int32), np.take(predicted, index), np.take(labels, index)


# --- gradient_times_input -------------------------------------------------------------------------


@answer("contrastive.gradient_times_input")
def product_by_one_hot(model: Any, images: Any, class_index: Any) -> Any:
    return tf.multiply(_rise(model, images, class_index), images)


@answer("contrastive.gradient_times_input")
def product_one_by_one(model: Any, images: Any, class_index: Any) -> Any:
    each = np.broadcast_to(class_index, len(images))
    maps = [image * _rise(model, image[None], k)[0] for image, k in zip(images, each, strict=True)]
    return np.asarray(maps, np.float64)


@answer("contrastive.gradient_times_input")
def product_by_the_jacobian(model: Any, images: Any, class_index: Any) -> Any:
    tensor = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        logits = model(tensor, training=False)
    rows = tape.batch_jacobian(logits, tensor).numpy()
    return images * rows[np.arange(len(images)), class_index]


@answer("contrastive.gradient_times_input")
def product_in_xla(model: Any, images: Any, class_index: Any) -> Any:
    @tf.function(jit_compile=True)
    def product(batch: Any) -> Any:
        return batch * _rise(model, batch, class_index)

    return product(tf.constant(images))


# --- smooth_grad ----------------------------------------------------------------------------------


def _require_noise(samples: int, noise: float) -> None:
    if samples < 1 or noise < 0:
        raise ValueError("samples or noise")


@answer("contrastive.smooth_grad")
def smoothed_in_a_loop(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    _require_noise(samples, noise)
    generator, total = np.random.RandomState(seed), np.zeros(images.shape)
    for _ in range(samples):
        noisy = images + generator.normal(0, noise, images.shape)
        total += _fast_rise(model, tf.constant(noisy, tf.float32), tf.constant(class_index))
    return total / samples


@answer("contrastive.smooth_grad")
def smoothed_by_a_stateless_draw(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    _require_noise(samples, noise)
    draw = tf.random.stateless_normal((samples, *images.shape), [seed, 1], stddev=noise)
    return tf.add_n([_rise(model, images + one, class_index) for one in draw]) / samples


@answer("contrastive.smooth_grad")
def smoothed_in_one_batch(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    _require_noise(samples, noise)
    generator = tf.random.Generator.from_seed(seed)
    copies = tf.repeat(tf.constant(images), samples, axis=0)
    copies += generator.normal(copies.shape, stddev=noise)
    classes = np.repeat(np.broadcast_to(class_index, len(images)), samples)
    maps = tf.reshape(_rise(model, copies, classes), (len(images), samples, *images.shape[1:]))
    return tf.reduce_mean(maps, axis=1)


# --- integrated_gradients -------------------------------------------------------------------------


@answer("contrastive.integrated_gradients")
def path_in_a_loop(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    if steps < 1:
        raise ValueError("steps")
    start, total = np.full_like(images, baseline), 0
    for i in range(steps):
        place = start + np.float32((2 * i + 1) / (2 * steps)) * (images - start)
        total = total + _fast_rise(model, tf.constant(place), tf.constant(class_index))
    return (images - start) * total / steps


@answer("contrastive.integrated_gradients")
def path_in_one_batch(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    if steps <= 0:
        raise ValueError("steps")
    edges = np.linspace(0, 1, steps + 1)
    middles = ((edges[1:] + edges[:-1]) / 2).reshape(-1, 1, 1, 1)
    each, maps = np.broadcast_to(class_index, len(images)), []
    for image, k in zip(np.asarray(images, np.float64), each, strict=True):
        slopes = _rise(model, baseline + middles * (image - baseline), int(k))
        maps.append((image - baseline) * np.mean(slopes, axis=0))
    return np.array(maps)


@answer("contrastive.integrated_gradients")
def path_by_the_weights(
    model: Any,
    images: Any,
    class_index: Any,
    baseline: float = 0.0,
    steps: int = 32,
    power: int = 1,
) -> Any:
    """The way is watched, not the place: the chain rule then brings the factor by itself."""
    if steps < 1:
        raise ValueError("steps")
    way, total = tf.constant(images - baseline, tf.float32), 0.0
    for alpha in np.arange(0.5, steps) / steps:
        with tf.GradientTape() as tape:
            tape.watch(way)
            logits = model(baseline + alpha * way, training=False)
            value = tf.reduce_sum(logits * tf.one_hot(class_index, logits.shape[-1]))
        total += way * tape.gradient(value, way) / alpha
    return total / steps


# --- grad_cam -------------------------------------------------------------------------------------


@answer("contrastive.grad_cam")
def cam_by_a_model_of_two(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    both = keras.Model(model.inputs, [model.get_layer(layer_name).output, *model.outputs])
    batch = tf.Variable(images)
    with tf.GradientTape() as tape:
        activation, logits = both(batch)
        value = tf.gather(logits, np.broadcast_to(class_index, len(images)), batch_dims=1)
    weights = tf.reduce_mean(tape.gradient(value, activation), [1, 2])
    cam = tf.nn.relu(tf.einsum("bc,bhwc->bhw", weights, activation))
    return tf.squeeze(tf.image.resize(cam[..., None], images.shape[1:3]), -1)


@answer("contrastive.grad_cam")
def cam_one_by_one(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    outputs = {"maps": model.get_layer(layer_name).output, "logits": model.outputs[0]}
    both, maps = keras.Model(model.inputs, outputs), []
    each = np.broadcast_to(class_index, len(images))
    for image, k in zip(np.asarray(images), each, strict=True):
        with tf.GradientTape() as tape:
            found = both(tf.Variable(image[None]), training=False)
            logit = found["logits"][0, int(k)]
        weights = np.mean(tape.gradient(logit, found["maps"]), axis=(0, 1, 2))
        maps.append(np.maximum(np.asarray(found["maps"])[0] @ weights, 0))
    return tf.image.resize(np.stack(maps)[..., None], images.shape[1:3], "bilinear")[..., 0]


@answer("contrastive.grad_cam")
def cam_by_the_jacobian(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    both = keras.Model(model.inputs[0], [model.get_layer(layer_name).output, model.outputs[0]])
    with tf.GradientTape() as tape:
        watched = tf.Variable(images)
        activation, logits = both(watched, training=False)
    slopes = tape.batch_jacobian(logits, activation).numpy()
    slopes = slopes[np.arange(len(images)), class_index]
    cam = (slopes.mean(axis=(1, 2), keepdims=True) * activation.numpy()).sum(-1, keepdims=True)
    return keras.ops.image.resize(cam.clip(0), images.shape[1:3])[..., 0]


# --- occlusion_sensitivity ------------------------------------------------------------------------


def _require_patches(images: Any, patch: int, stride: int) -> None:
    if stride < 1 or patch < 1 or patch > images.shape[1] or patch > images.shape[2]:
        raise ValueError("patch or stride")


def _logits_of(model: Any, images: Any, class_index: Any) -> Any:
    table = np.asarray(model(images, training=False), np.float64)
    return table[np.arange(len(images)), class_index]


@answer("contrastive.occlusion_sensitivity")
def drops_by_masks(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    _require_patches(images, patch, stride)
    height, width = images.shape[1:3]
    rows, columns = np.indices((height, width))
    total, count = np.zeros(images.shape[:3]), np.zeros((height, width))
    for top in range(0, height - patch + 1, stride):
        for left in range(0, width - patch + 1, stride):
            mask = (rows >= top) & (rows < top + patch)
            mask &= (columns >= left) & (columns < left + patch)
            covered = np.where(mask[None, :, :, None], np.float32(fill), images)
            drop = _logits_of(model, images, class_index)
            drop = drop - _logits_of(model, covered, class_index)
            total += drop[:, None, None] * mask
            count += mask
    return np.divide(total, count, out=np.zeros_like(total), where=count > 0)


@answer("contrastive.occlusion_sensitivity")
def drops_one_by_one(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    _require_patches(images, patch, stride)
    each, maps = np.broadcast_to(class_index, len(images)), []
    for image, k in zip(images, each, strict=True):
        drops: list[list[list[float]]] = [[[] for _ in row] for row in image]
        whole = _logits_of(model, image[None], k)[0]
        for top in range(0, image.shape[0] - patch + 1, stride):
            for left in range(0, image.shape[1] - patch + 1, stride):
                covered = np.array(image)
                covered[top : top + patch, left : left + patch, :] = fill
                drop = whole - _logits_of(model, covered[None], k)[0]
                for y in range(top, top + patch):
                    for x in range(left, left + patch):
                        drops[y][x].append(drop)
        maps.append([[np.mean(cell) if cell else 0.0 for cell in row] for row in drops])
    return np.array(maps)


@answer("contrastive.occlusion_sensitivity")
def drops_in_one_batch(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    _require_patches(images, patch, stride)
    images = np.asarray(images)
    height, width = images.shape[1:3]
    masks = np.zeros((0, height, width), np.float32)
    for top in np.arange(0, height - patch + 1, stride):
        for left in np.arange(0, width - patch + 1, stride):
            mask = np.zeros((1, height, width), np.float32)
            mask[0, top : top + patch, left : left + patch] = 1
            masks = np.concatenate([masks, mask])
    covered = images[:, None] * (1 - masks[..., None]) + fill * masks[..., None]
    classes = np.broadcast_to(class_index, len(images))
    left_over = _logits_of(
        model, covered.reshape(-1, *images.shape[1:]), classes.repeat(len(masks))
    )
    drops = _logits_of(model, images, classes)[:, None] - left_over.reshape(len(images), -1)
    return tf.einsum("bn,nhw->bhw", drops, masks.astype(float)) / np.maximum(masks.sum(axis=0), 1)


# --- contrast -------------------------------------------------------------------------------------


@answer("contrastive.contrast")
def contrast_as_a_tuple(method: Any, model: Any, images: Any, predicted: Any, true: Any) -> Any:
    one, other = (tf.convert_to_tensor(method(model, images, k)) for k in (predicted, true))
    return one, other, tf.subtract(one, other)


@answer("contrastive.contrast")
def contrast_one_by_one(method: Any, model: Any, images: Any, predicted: Any, true: Any) -> Any:
    count = len(images)
    pairs = zip(np.broadcast_to(predicted, count), np.broadcast_to(true, count), strict=True)
    maps = [
        (method(model, images[i : i + 1], p)[0], method(model, images[i : i + 1], t)[0])
        for i, (p, t) in enumerate(pairs)
    ]
    one, other = (np.stack(side).astype(np.float64) for side in zip(*maps, strict=True))
    return one, other, one - other


@answer("contrastive.contrast")
def contrast_by_the_difference(
    method: Any, model: Any, images: Any, predicted: Any, true: Any
) -> Any:
    for_predicted, for_true = (np.asarray(method(model, images, k)) for k in (predicted, true))
    difference = for_predicted + np.negative(for_true)
    return Contrast(difference=difference, for_true=for_true, for_predicted=for_predicted)
