# ruff: noqa: ANN001, ANN201, ANN202
"""Wrong answers to `contrastive` of a fourth round: each breaks one promise."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast, Errors, compiled, float_images, predict
from course.saliency import gradient_saliency
from tests.answers.fresh import wrong

_fourth_gradient = compiled(
    lambda model, images, class_index: gradient_saliency(model, images, class_index)
)


def _fourth_named_output(model, layer_name):
    if layer_name not in [layer.name for layer in model.layers]:
        raise ValueError(f"no layer {layer_name!r}")
    layer = model.get_layer(layer_name)
    for depth in model._nodes_by_depth.values() if hasattr(model, "_nodes_by_depth") else []:
        for node in depth:
            if node.operation is layer:
                return node.outputs[0]
    return layer.output


@wrong("contrastive.find_errors", breaks="In rising order of place")
def find_errors_by_confidence(model, images, labels):
    labels = np.asarray(labels)
    if len(labels) != len(images):
        raise ValueError("not as many labels as images")
    predicted = predict(model, np.asarray(images)).argmax(axis=-1)
    index = np.flatnonzero(predicted != labels)
    index = index[np.argsort(-predict(model, np.asarray(images)).max(axis=1)[index], kind="stable")]
    return Errors(index, predicted[index], labels[index])


@wrong("contrastive.gradient_times_input", breaks="With the image as it is, in [0, 1]")
def gradient_times_input_centered(model, images, class_index):
    images = float_images(images)
    return (2 * images - 1) * _fourth_gradient(model, images, class_index)


@wrong("contrastive.gradient_times_input", breaks="Of the class's logit")
def gradient_times_input_softmax(model, images, class_index):
    images = float_images(images)
    return images * gradient_saliency(model, images, class_index, "softmax")


@wrong("contrastive.smooth_grad", breaks="Averaged with their sign")
def smooth_grad_squared(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples must be at least 1")
    if noise < 0:
        raise ValueError("noise must not be negative")
    images = float_images(images)
    rng = np.random.default_rng([abs(seed), int(seed < 0)])
    total = tf.zeros_like(images)
    for _ in range(samples):
        noisy = images + rng.normal(0.0, noise, images.shape).astype(np.float32)
        total += _fourth_gradient(model, noisy, class_index) ** 2
    return total / samples


@wrong("contrastive.smooth_grad", breaks="Noise is the standard deviation itself")
def smooth_grad_range_fraction(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples must be at least 1")
    if noise < 0:
        raise ValueError("noise must not be negative")
    images = float_images(images)
    rng = np.random.default_rng([abs(seed), int(seed < 0)])
    noise = noise * float(tf.reduce_max(images) - tf.reduce_min(images))
    total = tf.zeros_like(images)
    for _ in range(samples):
        noisy = images + rng.normal(0.0, noise, images.shape).astype(np.float32)
        total += _fourth_gradient(model, noisy, class_index)
    return total / samples


@wrong("contrastive.smooth_grad", breaks="Drawn anew for every channel")
def smooth_grad_grey_noise(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples must be at least 1")
    if noise < 0:
        raise ValueError("noise must not be negative")
    images = float_images(images)
    rng = np.random.default_rng([abs(seed), int(seed < 0)])
    total = tf.zeros_like(images)
    for _ in range(samples):
        noisy = images + rng.normal(0.0, noise, (*images.shape[:3], 1)).astype(np.float32)
        total += _fourth_gradient(model, noisy, class_index)
    return total / samples


@wrong("contrastive.smooth_grad", breaks="Averaged with their sign")
def smooth_grad_abs(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples must be at least 1")
    if noise < 0:
        raise ValueError("noise must not be negative")
    images = float_images(images)
    rng = np.random.default_rng([abs(seed), int(seed < 0)])
    total = tf.zeros_like(images)
    for _ in range(samples):
        noisy = images + rng.normal(0.0, noise, images.shape).astype(np.float32)
        total += tf.abs(_fourth_gradient(model, noisy, class_index))
    return total / samples


@wrong("contrastive.smooth_grad", breaks="Only noisy copies are averaged")
def smooth_grad_includes_clean(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples must be at least 1")
    if noise < 0:
        raise ValueError("noise must not be negative")
    images = float_images(images)
    rng = np.random.default_rng([abs(seed), int(seed < 0)])
    total = tf.zeros_like(images)
    for _ in range(samples):
        noisy = images + rng.normal(0.0, noise, images.shape).astype(np.float32)
        total += _fourth_gradient(model, noisy, class_index)
    return (total + _fourth_gradient(model, images, class_index)) / (samples + 1)


@wrong("contrastive.integrated_gradients", breaks="Midpoint rule")
def integrated_gradients_right_end(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps must be at least 1")
    images = float_images(images)
    way = images - baseline
    total = tf.zeros_like(images)
    for i in range(steps):
        total += _fourth_gradient(model, baseline + (i + 1) / steps * way, class_index)
    return way * total / steps


@wrong("contrastive.integrated_gradients", breaks="Midpoint rule, `steps` gradients")
def integrated_gradients_trapezoid(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps must be at least 1")
    images = float_images(images)
    way = images - baseline
    total = tf.zeros_like(images)
    for i in range(steps + 1):
        total += (0.5 if i in (0, steps) else 1.0) * _fourth_gradient(
            model, baseline + i / steps * way, class_index
        )
    return way * total / steps


@wrong("contrastive.integrated_gradients", breaks="The way is straight from baseline to image")
def integrated_gradients_way_from_black(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps must be at least 1")
    images = float_images(images)
    way = images - baseline
    total = tf.zeros_like(images)
    for i in range(steps):
        total += _fourth_gradient(model, (i + 0.5) / steps * images, class_index)
    return way * total / steps


@wrong("contrastive.grad_cam", breaks="Not rescaled to [0, 1]")
def grad_cam_rescaled(model, images, class_index, layer_name):
    images = float_images(images)
    both = keras.Model(model.inputs, [_fourth_named_output(model, layer_name), model.outputs[0]])
    with tf.GradientTape() as tape:
        tape.watch(images)
        activations, logits = both(images, training=False)
        index = tf.broadcast_to(tf.cast(class_index, tf.int32), [tf.shape(logits)[0]])
        value = tf.gather(logits, index, axis=1, batch_dims=1)
    gradient = tape.gradient(value, activations, unconnected_gradients="zero")
    weights = tf.reduce_mean(gradient, axis=[1, 2], keepdims=True)
    cam = tf.nn.relu(tf.reduce_sum(weights * activations, axis=-1, keepdims=True))
    cam = cam / (tf.reduce_max(cam, axis=[1, 2, 3], keepdims=True) + 1e-08)
    return tf.image.resize(cam, images.shape[1:3])[..., 0]


@wrong("contrastive.grad_cam", breaks="Channels are added up (Keras example takes the mean)")
def grad_cam_mean_channels(model, images, class_index, layer_name):
    images = float_images(images)
    both = keras.Model(model.inputs, [_fourth_named_output(model, layer_name), model.outputs[0]])
    with tf.GradientTape() as tape:
        tape.watch(images)
        activations, logits = both(images, training=False)
        index = tf.broadcast_to(tf.cast(class_index, tf.int32), [tf.shape(logits)[0]])
        value = tf.gather(logits, index, axis=1, batch_dims=1)
    gradient = tape.gradient(value, activations, unconnected_gradients="zero")
    weights = tf.reduce_mean(gradient, axis=[1, 2], keepdims=True)
    cam = tf.nn.relu(tf.reduce_mean(weights * activations, axis=-1, keepdims=True))
    return tf.image.resize(cam, images.shape[1:3])[..., 0]


@wrong("contrastive.grad_cam", breaks="ReLU once, before the map is resized")
def grad_cam_relu_after_resize(model, images, class_index, layer_name):
    images = float_images(images)
    both = keras.Model(model.inputs, [_fourth_named_output(model, layer_name), model.outputs[0]])
    with tf.GradientTape() as tape:
        tape.watch(images)
        activations, logits = both(images, training=False)
        index = tf.broadcast_to(tf.cast(class_index, tf.int32), [tf.shape(logits)[0]])
        value = tf.gather(logits, index, axis=1, batch_dims=1)
    gradient = tape.gradient(value, activations, unconnected_gradients="zero")
    weights = tf.reduce_mean(gradient, axis=[1, 2], keepdims=True)
    cam = tf.reduce_sum(weights * activations, axis=-1, keepdims=True)
    return tf.nn.relu(tf.image.resize(cam, images.shape[1:3])[..., 0])


@wrong("contrastive.grad_cam", breaks="The class's logit")
def grad_cam_softmax(model, images, class_index, layer_name):
    images = float_images(images)
    both = keras.Model(model.inputs, [_fourth_named_output(model, layer_name), model.outputs[0]])
    with tf.GradientTape() as tape:
        tape.watch(images)
        activations, logits = both(images, training=False)
        logits = tf.nn.softmax(logits)
        index = tf.broadcast_to(tf.cast(class_index, tf.int32), [tf.shape(logits)[0]])
        value = tf.gather(logits, index, axis=1, batch_dims=1)
    gradient = tape.gradient(value, activations, unconnected_gradients="zero")
    weights = tf.reduce_mean(gradient, axis=[1, 2], keepdims=True)
    cam = tf.nn.relu(tf.reduce_sum(weights * activations, axis=-1, keepdims=True))
    return tf.image.resize(cam, images.shape[1:3])[..., 0]


@wrong("contrastive.grad_cam", breaks="Weights keep their sign")
def grad_cam_relu_weights(model, images, class_index, layer_name):
    images = float_images(images)
    both = keras.Model(model.inputs, [_fourth_named_output(model, layer_name), model.outputs[0]])
    with tf.GradientTape() as tape:
        tape.watch(images)
        activations, logits = both(images, training=False)
        index = tf.broadcast_to(tf.cast(class_index, tf.int32), [tf.shape(logits)[0]])
        value = tf.gather(logits, index, axis=1, batch_dims=1)
    gradient = tape.gradient(value, activations, unconnected_gradients="zero")
    weights = tf.nn.relu(tf.reduce_mean(gradient, axis=[1, 2], keepdims=True))
    cam = tf.nn.relu(tf.reduce_sum(weights * activations, axis=-1, keepdims=True))
    return tf.image.resize(cam, images.shape[1:3])[..., 0]


@wrong(
    "contrastive.grad_cam",
    breaks="A channel's weight is the mean (not gradient × activation per position: HiResCAM)",
)
def grad_cam_elementwise(model, images, class_index, layer_name):
    images = float_images(images)
    both = keras.Model(model.inputs, [_fourth_named_output(model, layer_name), model.outputs[0]])
    with tf.GradientTape() as tape:
        tape.watch(images)
        activations, logits = both(images, training=False)
        index = tf.broadcast_to(tf.cast(class_index, tf.int32), [tf.shape(logits)[0]])
        value = tf.gather(logits, index, axis=1, batch_dims=1)
    gradient = tape.gradient(value, activations, unconnected_gradients="zero")
    weights = gradient
    cam = tf.nn.relu(tf.reduce_sum(weights * activations, axis=-1, keepdims=True))
    return tf.image.resize(cam, images.shape[1:3])[..., 0]


@wrong("contrastive.occlusion_sensitivity", breaks="No patch is moved at the edge")
def occlusion_sensitivity_moved_edge(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(float_images(images))
    count, height, width = images.shape[:3]
    if patch < 1 or stride < 1 or patch > min(height, width):
        raise ValueError("patch and stride must be at least 1, and the patch must fit")
    index = np.broadcast_to(np.asarray(class_index), (count,))
    rows = np.arange(count)
    whole = predict(model, images)[rows, index]
    total, covers = (np.zeros((count, height, width)), np.zeros((height, width)))
    for top in sorted({min(t, height - patch) for t in range(0, height, stride)}):
        for left in sorted({min(t, width - patch) for t in range(0, width, stride)}):
            covered = images.copy()
            covered[:, top : top + patch, left : left + patch] = fill
            drop = whole - predict(model, covered)[rows, index]
            total[:, top : top + patch, left : left + patch] += drop[:, None, None]
            covers[top : top + patch, left : left + patch] += 1
    return total / np.maximum(covers, 1)


@wrong("contrastive.occlusion_sensitivity", breaks="Each patch alone is covered")
def occlusion_sensitivity_accumulated(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(float_images(images))
    count, height, width = images.shape[:3]
    if patch < 1 or stride < 1 or patch > min(height, width):
        raise ValueError("patch and stride must be at least 1, and the patch must fit")
    index = np.broadcast_to(np.asarray(class_index), (count,))
    rows = np.arange(count)
    whole = predict(model, images)[rows, index]
    total, covers = (np.zeros((count, height, width)), np.zeros((height, width)))
    covered = images.copy()
    for top in range(0, height - patch + 1, stride):
        for left in range(0, width - patch + 1, stride):
            covered[:, top : top + patch, left : left + patch] = fill
            drop = whole - predict(model, covered)[rows, index]
            total[:, top : top + patch, left : left + patch] += drop[:, None, None]
            covers[top : top + patch, left : left + patch] += 1
    return total / np.maximum(covers, 1)


@wrong("contrastive.occlusion_sensitivity", breaks="H × W: non-square images")
def occlusion_sensitivity_square_only(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(float_images(images))
    count, height, width = images.shape[:3]
    if patch < 1 or stride < 1 or patch > min(height, width):
        raise ValueError("patch and stride must be at least 1, and the patch must fit")
    index = np.broadcast_to(np.asarray(class_index), (count,))
    rows = np.arange(count)
    whole = predict(model, images)[rows, index]
    total, covers = (np.zeros((count, height, width)), np.zeros((height, width)))
    for top in range(0, height - patch + 1, stride):
        for left in range(0, min(height, width) - patch + 1, stride):
            covered = images.copy()
            covered[:, top : top + patch, left : left + patch] = fill
            drop = whole - predict(model, covered)[rows, index]
            total[:, top : top + patch, left : left + patch] += drop[:, None, None]
            covers[top : top + patch, left : left + patch] += 1
    return total / np.maximum(covers, 1)


@wrong("contrastive.occlusion_sensitivity", breaks="Signed")
def occlusion_sensitivity_clipped(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(float_images(images))
    count, height, width = images.shape[:3]
    if patch < 1 or stride < 1 or patch > min(height, width):
        raise ValueError("patch and stride must be at least 1, and the patch must fit")
    index = np.broadcast_to(np.asarray(class_index), (count,))
    rows = np.arange(count)
    whole = predict(model, images)[rows, index]
    total, covers = (np.zeros((count, height, width)), np.zeros((height, width)))
    for top in range(0, height - patch + 1, stride):
        for left in range(0, width - patch + 1, stride):
            covered = images.copy()
            covered[:, top : top + patch, left : left + patch] = fill
            drop = whole - predict(model, covered)[rows, index]
            total[:, top : top + patch, left : left + patch] += drop[:, None, None]
            covers[top : top + patch, left : left + patch] += 1
    return np.maximum(total / np.maximum(covers, 1), 0)


@wrong("contrastive.occlusion_sensitivity", breaks="0 where no patch reaches")
def occlusion_sensitivity_nan_uncovered(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(float_images(images))
    count, height, width = images.shape[:3]
    if patch < 1 or stride < 1 or patch > min(height, width):
        raise ValueError("patch and stride must be at least 1, and the patch must fit")
    index = np.broadcast_to(np.asarray(class_index), (count,))
    rows = np.arange(count)
    whole = predict(model, images)[rows, index]
    total, covers = (np.zeros((count, height, width)), np.zeros((height, width)))
    for top in range(0, height - patch + 1, stride):
        for left in range(0, width - patch + 1, stride):
            covered = images.copy()
            covered[:, top : top + patch, left : left + patch] = fill
            drop = whole - predict(model, covered)[rows, index]
            total[:, top : top + patch, left : left + patch] += drop[:, None, None]
            covers[top : top + patch, left : left + patch] += 1
    return total / covers


@wrong(
    "contrastive.occlusion_sensitivity", breaks="Fill is the given grey level, not the image's mean"
)
def occlusion_sensitivity_mean_fill(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(float_images(images))
    count, height, width = images.shape[:3]
    if patch < 1 or stride < 1 or patch > min(height, width):
        raise ValueError("patch and stride must be at least 1, and the patch must fit")
    index = np.broadcast_to(np.asarray(class_index), (count,))
    rows = np.arange(count)
    whole = predict(model, images)[rows, index]
    total, covers = (np.zeros((count, height, width)), np.zeros((height, width)))
    for top in range(0, height - patch + 1, stride):
        for left in range(0, width - patch + 1, stride):
            covered = images.copy()
            covered[:, top : top + patch, left : left + patch] = images.mean(
                axis=(1, 2), keepdims=True
            )
            drop = whole - predict(model, covered)[rows, index]
            total[:, top : top + patch, left : left + patch] += drop[:, None, None]
            covers[top : top + patch, left : left + patch] += 1
    return total / np.maximum(covers, 1)


@wrong("contrastive.contrast", breaks="The difference of these two maps")
def contrast_normalized(method, model, images, predicted, true):
    for_predicted = method(model, images, predicted)
    for_true = method(model, images, true)
    return Contrast(
        for_predicted,
        for_true,
        for_predicted / np.max(np.abs(for_predicted)) - for_true / np.max(np.abs(for_true)),
    )
