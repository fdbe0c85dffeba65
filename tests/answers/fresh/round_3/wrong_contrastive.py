# ruff: noqa: ANN001, ANN201, ANN202, B905, E501, RUF005, RUF007, F821, F841
"""More wrong answers to `contrastive`, of a later round: each breaks one promise."""

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import zoom as _zoom

from course.given import Contrast, Errors, compiled, predict
from course.saliency import gradient_saliency
from tests.answers.fresh import wrong


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


@wrong("contrastive.find_errors", breaks="Each (N,) int, also for no error (np.array([]) is float)")
def find_errors_float_when_empty(model, images, labels):
    if len(images) != len(labels):
        raise ValueError("labels")
    p = predict(model, np.asarray(images)).argmax(1)
    found = [(i, a, b) for i, (a, b) in enumerate(zip(p, np.asarray(labels))) if a != b]
    return Errors(
        np.array([f[0] for f in found]),
        np.array([f[1] for f in found]),
        np.array([f[2] for f in found]),
    )


@wrong("contrastive.find_errors", breaks="In rising order of index (most confident first)")
def find_errors_surest_first(model, images, labels):
    labels = np.asarray(labels)
    if len(images) != len(labels):
        raise ValueError("labels")
    z = predict(model, np.asarray(images))
    p = z.argmax(1)
    i = np.flatnonzero(p != labels)
    i = i[np.argsort(-z[i].max(1))]
    return Errors(i, p[i], labels[i])


@wrong(
    "contrastive.find_errors",
    breaks="Wrong is: the largest logit is another class (right if among the two largest)",
)
def find_errors_top2(model, images, labels):
    labels = np.asarray(labels)
    if len(images) != len(labels):
        raise ValueError("labels")
    z = predict(model, np.asarray(images))
    p = z.argmax(1)
    i = np.flatnonzero((np.argsort(-z, 1)[:, :2] != labels[:, None]).all(1))
    return Errors(i, p[i], labels[i])


@wrong("contrastive.find_errors", breaks="Each (N,) (index is (N, 1))")
def find_errors_argwhere_2d(model, images, labels):
    labels = np.asarray(labels)
    images = np.asarray(images)
    if len(labels) != len(images):
        raise ValueError("not as many labels as images")
    predicted = predict(model, images).argmax(1)
    index = np.flatnonzero(predicted != labels)
    return Errors(index[:, None], predicted[index], labels[index])


@wrong(
    "contrastive.find_errors",
    breaks="ValueError if there are not as many labels as images (one label is broadcast)",
)
def find_errors_one_label_for_all(model, images, labels):
    labels = np.asarray(labels)
    images = np.asarray(images)
    if len(labels) not in (1, len(images)):
        raise ValueError("not as many labels as images")
    predicted = predict(model, images).argmax(1)
    labels = np.broadcast_to(labels, predicted.shape)
    index = np.flatnonzero(predicted != labels)
    return Errors(index, predicted[index], labels[index])


@wrong(
    "contrastive.gradient_times_input",
    breaks="With the image as it is (2 · image − 1, as networks take it)",
)
def gradient_times_input_centred_image(model, images, class_index):
    return np.asarray(gradient_saliency(model, images, class_index)) * (2 * np.asarray(images) - 1)


@wrong(
    "contrastive.gradient_times_input",
    breaks="Changes nothing it is given (multiplies into the images)",
)
def gradient_times_input_in_place(model, images, class_index):
    g = np.asarray(gradient_saliency(model, images, class_index))
    if isinstance(images, np.ndarray) and images.flags.writeable:
        images *= g
        return images
    return g * np.asarray(images)


@wrong("contrastive.gradient_times_input", breaks="The logit's gradient (the probability's)")
def gradient_times_input_probability(model, images, class_index):
    return np.asarray(gradient_saliency(model, images, class_index, "softmax")) * np.asarray(images)


@wrong("contrastive.gradient_times_input", breaks="With the image as it is (its mean taken off)")
def gradient_times_input_own_mean(model, images, class_index):
    x = np.asarray(images)
    return np.asarray(gradient_saliency(model, images, class_index)) * (
        x - x.mean(axis=(1, 2, 3), keepdims=True)
    )


@wrong(
    "contrastive.smooth_grad",
    breaks="Noise drawn anew for every sample (the generator is made anew in the loop)",
)
def smooth_grad_reseeded(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples must be 1 or more")
    if noise < 0:
        raise ValueError("noise must not be negative")
    images, _ = _third_arrays(images, class_index)
    rng = np.random.default_rng(seed)
    total = np.zeros(images.shape, np.float64)
    for _ in range(samples):
        noisy = images + np.random.default_rng(seed).normal(0, noise, images.shape).astype(
            np.float32
        )
        total += np.asarray(gradient_saliency(model, noisy, class_index))
    return total / samples


@wrong(
    "contrastive.smooth_grad",
    breaks="Drawn anew for every channel (the same in all channels of a pixel)",
)
def smooth_grad_grey_noise(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples must be 1 or more")
    if noise < 0:
        raise ValueError("noise must not be negative")
    images, _ = _third_arrays(images, class_index)
    rng = np.random.default_rng(seed)
    total = np.zeros(images.shape, np.float64)
    for _ in range(samples):
        noisy = images + rng.normal(0, noise, images.shape[:3] + (1,)).astype(np.float32)
        total += np.asarray(gradient_saliency(model, noisy, class_index))
    return total / samples


@wrong("contrastive.smooth_grad", breaks="Normal (uniform of the same standard deviation)")
def smooth_grad_uniform_matched(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples must be 1 or more")
    if noise < 0:
        raise ValueError("noise must not be negative")
    images, _ = _third_arrays(images, class_index)
    rng = np.random.default_rng(seed)
    total = np.zeros(images.shape, np.float64)
    for _ in range(samples):
        noisy = images + (rng.uniform(-1, 1, images.shape) * noise * 3**0.5).astype(np.float32)
        total += np.asarray(gradient_saliency(model, noisy, class_index))
    return total / samples


@wrong("contrastive.smooth_grad", breaks="Noise is the standard deviation (taken for the variance)")
def smooth_grad_variance(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples must be 1 or more")
    if noise < 0:
        raise ValueError("noise must not be negative")
    images, _ = _third_arrays(images, class_index)
    rng = np.random.default_rng(seed)
    total = np.zeros(images.shape, np.float64)
    for _ in range(samples):
        noisy = images + rng.normal(0, noise**0.5, images.shape).astype(np.float32)
        total += np.asarray(gradient_saliency(model, noisy, class_index))
    return total / samples


@wrong(
    "contrastive.smooth_grad",
    breaks="Drawn anew for every sample (every other sample is the last one's negative)",
)
def smooth_grad_antithetic(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples must be 1 or more")
    if noise < 0:
        raise ValueError("noise must not be negative")
    images, _ = _third_arrays(images, class_index)
    rng = np.random.default_rng(seed)
    total = np.zeros(images.shape, np.float64)
    for i in range(samples):
        if i % 2 == 0:
            eps = rng.normal(0, noise, images.shape).astype(np.float32)
        noisy = images + (eps if i % 2 == 0 else -eps)
        total += np.asarray(gradient_saliency(model, noisy, class_index))
    return total / samples


@wrong("contrastive.smooth_grad", breaks="All samples are noisy (the first is the image itself)")
def smooth_grad_first_is_clean(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples must be 1 or more")
    if noise < 0:
        raise ValueError("noise must not be negative")
    images, _ = _third_arrays(images, class_index)
    rng = np.random.default_rng(seed)
    total = np.zeros(images.shape, np.float64)
    for i in range(samples):
        noisy = images + (i > 0) * rng.normal(0, noise, images.shape).astype(np.float32)
        total += np.asarray(gradient_saliency(model, noisy, class_index))
    return total / samples


@wrong(
    "contrastive.smooth_grad",
    breaks="Normal (tf.random.truncated_normal cuts at 2 standard deviations)",
)
def smooth_grad_truncated(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples must be 1 or more")
    if noise < 0:
        raise ValueError("noise must not be negative")
    images, _ = _third_arrays(images, class_index)
    rng = np.random.default_rng(seed)
    total = np.zeros(images.shape, np.float64)
    for _ in range(samples):
        noisy = (
            images
            + tf.random.stateless_truncated_normal(images.shape, (seed, _), 0.0, noise).numpy()
        )
        total += np.asarray(gradient_saliency(model, noisy, class_index))
    return total / samples


@wrong(
    "contrastive.smooth_grad",
    breaks="Averaged with their sign (the sign of the mean times the mean magnitude)",
)
def smooth_grad_mean_abs(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples must be 1 or more")
    if noise < 0:
        raise ValueError("noise must not be negative")
    images, _ = _third_arrays(images, class_index)
    rng = np.random.default_rng(seed)
    total = np.zeros(images.shape, np.float64)
    for _ in range(samples):
        noisy = images + rng.normal(0, noise, images.shape).astype(np.float32)
        g = np.asarray(gradient_saliency(model, noisy, class_index))
        total += np.abs(g)
        signed = g if _ == 0 else signed + g
    return np.sign(signed) * total / samples


@wrong(
    "contrastive.integrated_gradients",
    breaks="In the middle of each part (at the right end, as in the paper)",
)
def integrated_gradients_right_end(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps must be 1 or more")
    images, _ = _third_arrays(images, class_index)
    total = np.zeros(images.shape, np.float64)
    for i in range(steps):
        at = (baseline + (i + 1) / steps * (images - baseline)).astype(np.float32)
        total += np.asarray(gradient_saliency(model, at, class_index))
    return total / steps * (images - baseline)


@wrong(
    "contrastive.integrated_gradients",
    breaks="Midpoint rule (trapezoid over linspace(0, 1, steps + 1), as TensorFlow's tutorial)",
)
def integrated_gradients_trapezoid(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps")
    images = np.asarray(images, np.float32)
    g = [
        np.asarray(
            gradient_saliency(
                model, (baseline + a * (images - baseline)).astype(np.float32), class_index
            )
        )
        for a in np.linspace(0, 1, steps + 1)
    ]
    g = sum(((a + b) / 2 for a, b in zip(g[:-1], g[1:]))) / steps
    return g * (images - baseline)


@wrong(
    "contrastive.integrated_gradients",
    breaks="The way leads from the baseline (from black: fraction · image)",
)
def integrated_gradients_scaled_path(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps must be 1 or more")
    images, _ = _third_arrays(images, class_index)
    total = np.zeros(images.shape, np.float64)
    for i in range(steps):
        at = ((i + 0.5) / steps * images).astype(np.float32)
        total += np.asarray(gradient_saliency(model, at, class_index))
    return total / steps * (images - baseline)


@wrong(
    "contrastive.integrated_gradients", breaks="Multiplied with image − baseline (with the image)"
)
def integrated_gradients_times_image(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps must be 1 or more")
    images, _ = _third_arrays(images, class_index)
    total = np.zeros(images.shape, np.float64)
    for i in range(steps):
        at = (baseline + (i + 0.5) / steps * (images - baseline)).astype(np.float32)
        total += np.asarray(gradient_saliency(model, at, class_index))
    return total / steps * images


@wrong(
    "contrastive.integrated_gradients",
    breaks="The mean of the gradients times the difference (rescaled to sum to the logit difference exactly)",
)
def integrated_gradients_completed(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps")
    images, k = _third_arrays(images, class_index)
    total = np.zeros(images.shape, np.float64)
    for i in range(steps):
        total += np.asarray(
            gradient_saliency(
                model,
                (baseline + (i + 0.5) / steps * (images - baseline)).astype(np.float32),
                class_index,
            )
        )
    m = total / steps * (images - baseline)
    r = np.arange(len(images))
    want = predict(model, images)[r, k] - predict(model, np.full_like(images, baseline))[r, k]
    s = m.sum((1, 2, 3))
    return m * np.where(np.abs(s) > 1e-06, want / np.where(s == 0, 1, s), 1)[:, None, None, None]


@compiled
def _relu_after_resize_cam(both, images, class_index):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        acts, logits = both(images, training=False)
        value = tf.gather(logits, class_index, axis=1, batch_dims=1)
    weights = tf.reduce_mean(tape.gradient(value, acts), axis=(1, 2), keepdims=True)
    cam = tf.reduce_sum(weights * acts, axis=-1, keepdims=True)
    return tf.nn.relu(tf.image.resize(cam, tf.shape(images)[1:3])[..., 0])


@wrong(
    "contrastive.grad_cam", breaks="Negative sums are set to 0, then resized (resized, then ReLU)"
)
def grad_cam_relu_after_resize(model, images, class_index, layer_name):
    both = keras.Model(model.inputs[0], [_third_layer_output(model, layer_name), model.outputs[0]])
    images, classes = _third_arrays(images, class_index)
    return _relu_after_resize_cam(both, images, classes)


@compiled
def _hirescam_cam(both, images, class_index):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        acts, logits = both(images, training=False)
        value = tf.gather(logits, class_index, axis=1, batch_dims=1)
    weights = tape.gradient(value, acts)
    cam = tf.nn.relu(tf.reduce_sum(weights * acts, axis=-1, keepdims=True))
    return tf.image.resize(cam, tf.shape(images)[1:3])[..., 0]


@wrong(
    "contrastive.grad_cam",
    breaks="A channel's weight is the mean gradient (HiResCAM: gradient times activation at each place)",
)
def grad_cam_hirescam(model, images, class_index, layer_name):
    both = keras.Model(model.inputs[0], [_third_layer_output(model, layer_name), model.outputs[0]])
    images, classes = _third_arrays(images, class_index)
    return _hirescam_cam(both, images, classes)


@wrong(
    "contrastive.grad_cam",
    breaks="As tf.image.resize does it (corners aligned, scipy.ndimage.zoom)",
)
def grad_cam_align_corners(model, images, class_index, layer_name):
    both = keras.Model(model.inputs[0], [_third_layer_output(model, layer_name), model.outputs[0]])
    images, classes = _third_arrays(images, class_index)
    x = tf.convert_to_tensor(images)
    with tf.GradientTape() as tape:
        tape.watch(x)
        acts, logits = both(x, training=False)
        value = tf.gather(logits, classes, axis=1, batch_dims=1)
    w = tf.reduce_mean(tape.gradient(value, acts), axis=(1, 2), keepdims=True)
    cam = tf.nn.relu(tf.reduce_sum(w * acts, -1)).numpy()
    return np.stack(
        [_zoom(c, (x.shape[1] / c.shape[0], x.shape[2] / c.shape[1]), order=1) for c in cam]
    )


@compiled
def _positive_weights_cam(both, images, class_index):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        acts, logits = both(images, training=False)
        value = tf.gather(logits, class_index, axis=1, batch_dims=1)
    weights = tf.reduce_mean(tape.gradient(value, acts), axis=(1, 2), keepdims=True)
    weights = tf.nn.relu(weights)
    cam = tf.nn.relu(tf.reduce_sum(weights * acts, axis=-1, keepdims=True))
    return tf.image.resize(cam, tf.shape(images)[1:3])[..., 0]


@wrong(
    "contrastive.grad_cam",
    breaks="Weights with their sign (negative weights dropped, as Grad-CAM++ does)",
)
def grad_cam_positive_weights(model, images, class_index, layer_name):
    both = keras.Model(model.inputs[0], [_third_layer_output(model, layer_name), model.outputs[0]])
    images, classes = _third_arrays(images, class_index)
    return _positive_weights_cam(both, images, classes)


@compiled
def _width_height_cam(both, images, class_index):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        acts, logits = both(images, training=False)
        value = tf.gather(logits, class_index, axis=1, batch_dims=1)
    weights = tf.reduce_mean(tape.gradient(value, acts), axis=(1, 2), keepdims=True)
    cam = tf.nn.relu(tf.reduce_sum(weights * acts, axis=-1, keepdims=True))
    return tf.image.resize(cam, tf.shape(images)[1:3][::-1])[..., 0]


@wrong(
    "contrastive.grad_cam",
    breaks="Brought to the size of the image (width and height swapped, then transposed back: OpenCV's order)",
)
def grad_cam_width_height(model, images, class_index, layer_name):
    both = keras.Model(model.inputs[0], [_third_layer_output(model, layer_name), model.outputs[0]])
    images, classes = _third_arrays(images, class_index)
    return _width_height_cam(both, images, classes)


@compiled
def _antialias_cubic_cam(both, images, class_index):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        acts, logits = both(images, training=False)
        value = tf.gather(logits, class_index, axis=1, batch_dims=1)
    weights = tf.reduce_mean(tape.gradient(value, acts), axis=(1, 2), keepdims=True)
    cam = tf.nn.relu(tf.reduce_sum(weights * acts, axis=-1, keepdims=True))
    return tf.nn.relu(tf.image.resize(cam, tf.shape(images)[1:3], method="bicubic")[..., 0])


@wrong("contrastive.grad_cam", breaks="Bilinearly (bicubic, negative values cut)")
def grad_cam_antialias_cubic(model, images, class_index, layer_name):
    both = keras.Model(model.inputs[0], [_third_layer_output(model, layer_name), model.outputs[0]])
    images, classes = _third_arrays(images, class_index)
    return _antialias_cubic_cam(both, images, classes)


@compiled
def _batch_weights_cam(both, images, class_index):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        acts, logits = both(images, training=False)
        value = tf.gather(logits, class_index, axis=1, batch_dims=1)
    weights = tf.reduce_mean(tape.gradient(value, acts), axis=(0, 1, 2), keepdims=True)
    cam = tf.nn.relu(tf.reduce_sum(weights * acts, axis=-1, keepdims=True))
    return tf.image.resize(cam, tf.shape(images)[1:3])[..., 0]


@wrong("contrastive.grad_cam", breaks="Each image's own weights (mean over the batch too)")
def grad_cam_batch_weights(model, images, class_index, layer_name):
    both = keras.Model(model.inputs[0], [_third_layer_output(model, layer_name), model.outputs[0]])
    images, classes = _third_arrays(images, class_index)
    return _batch_weights_cam(both, images, classes)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="Patches as long as they lie inside (the last that just fits is left out)",
)
def occlusion_sensitivity_misses_last(model, images, class_index, patch, stride, fill=0.5):
    images, classes = _third_arrays(images, class_index)
    height, width = images.shape[1:3]
    if patch < 1 or stride < 1 or patch > min(height, width):
        raise ValueError("patch and stride must be 1 or more, and the patch must fit")
    rows = np.arange(len(images))
    before = predict(model, images)[rows, classes]
    total, count = (np.zeros(images.shape[:3]), np.zeros((height, width)))
    for top in range(0, max(height - patch, 1), stride):
        for left in range(0, max(width - patch, 1), stride):
            covered = images.copy()
            covered[:, top : top + patch, left : left + patch] = fill
            drop = before - predict(model, covered)[rows, classes]
            total[:, top : top + patch, left : left + patch] += drop[:, None, None]
            count[top : top + patch, left : left + patch] += 1
    return total / np.maximum(count, 1)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="No patch is cut off at the edge (patches start all over the image and are cut)",
)
def occlusion_sensitivity_cut_patches(model, images, class_index, patch, stride, fill=0.5):
    images, classes = _third_arrays(images, class_index)
    height, width = images.shape[1:3]
    if patch < 1 or stride < 1 or patch > min(height, width):
        raise ValueError("patch and stride must be 1 or more, and the patch must fit")
    rows = np.arange(len(images))
    before = predict(model, images)[rows, classes]
    total, count = (np.zeros(images.shape[:3]), np.zeros((height, width)))
    for top in range(0, height, stride):
        for left in range(0, width, stride):
            covered = images.copy()
            covered[:, top : top + patch, left : left + patch] = fill
            drop = before - predict(model, covered)[rows, classes]
            total[:, top : top + patch, left : left + patch] += drop[:, None, None]
            count[top : top + patch, left : left + patch] += 1
    return total / np.maximum(count, 1)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="The mean over all the patches that cover a pixel (the last one's drop)",
)
def occlusion_sensitivity_overwritten(model, images, class_index, patch, stride, fill=0.5):
    images, classes = _third_arrays(images, class_index)
    height, width = images.shape[1:3]
    if patch < 1 or stride < 1 or patch > min(height, width):
        raise ValueError("patch and stride must be 1 or more, and the patch must fit")
    rows = np.arange(len(images))
    before = predict(model, images)[rows, classes]
    total, count = (np.zeros(images.shape[:3]), np.zeros((height, width)))
    for top in range(0, height - patch + 1, stride):
        for left in range(0, width - patch + 1, stride):
            covered = images.copy()
            covered[:, top : top + patch, left : left + patch] = fill
            drop = before - predict(model, covered)[rows, classes]
            total[:, top : top + patch, left : left + patch] = drop[:, None, None]
            count[top : top + patch, left : left + patch] = 1
    return total / np.maximum(count, 1)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="One patch covered at a time (covered patches stay covered)",
)
def occlusion_sensitivity_cumulative(model, images, class_index, patch, stride, fill=0.5):
    images, classes = _third_arrays(images, class_index)
    height, width = images.shape[1:3]
    if patch < 1 or stride < 1 or patch > min(height, width):
        raise ValueError("patch and stride must be 1 or more, and the patch must fit")
    rows = np.arange(len(images))
    before = predict(model, images)[rows, classes]
    total, count = (np.zeros(images.shape[:3]), np.zeros((height, width)))
    for top in range(0, height - patch + 1, stride):
        for left in range(0, width - patch + 1, stride):
            covered = images.copy() if top == left == 0 else covered
            covered[:, top : top + patch, left : left + patch] = fill
            drop = before - predict(model, covered)[rows, classes]
            total[:, top : top + patch, left : left + patch] += drop[:, None, None]
            count[top : top + patch, left : left + patch] += 1
    return total / np.maximum(count, 1)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="ValueError if the patch does not fit (only H is looked at)",
)
def occlusion_sensitivity_height_only(model, images, class_index, patch, stride, fill=0.5):
    images, classes = _third_arrays(images, class_index)
    height, width = images.shape[1:3]
    if patch < 1 or stride < 1 or patch > height:
        raise ValueError("patch and stride must be 1 or more, and the patch must fit")
    rows = np.arange(len(images))
    before = predict(model, images)[rows, classes]
    total, count = (np.zeros(images.shape[:3]), np.zeros((height, width)))
    for top in range(0, height - patch + 1, stride):
        for left in range(0, width - patch + 1, stride):
            covered = images.copy()
            covered[:, top : top + patch, left : left + patch] = fill
            drop = before - predict(model, covered)[rows, classes]
            total[:, top : top + patch, left : left + patch] += drop[:, None, None]
            count[top : top + patch, left : left + patch] += 1
    return total / np.maximum(count, 1)


@wrong("contrastive.occlusion_sensitivity", breaks="0 where no patch reaches (NaN)")
def occlusion_sensitivity_stride_default_zero(model, images, class_index, patch, stride, fill=0.5):
    images, classes = _third_arrays(images, class_index)
    height, width = images.shape[1:3]
    if patch < 1 or stride < 1 or patch > min(height, width):
        raise ValueError("patch and stride must be 1 or more, and the patch must fit")
    rows = np.arange(len(images))
    before = predict(model, images)[rows, classes]
    total, count = (np.zeros(images.shape[:3]), np.zeros((height, width)))
    for top in range(0, height - patch + 1, stride):
        for left in range(0, width - patch + 1, stride):
            covered = images.copy()
            covered[:, top : top + patch, left : left + patch] = fill
            drop = before - predict(model, covered)[rows, classes]
            total[:, top : top + patch, left : left + patch] += drop[:, None, None]
            count[top : top + patch, left : left + patch] += 1
    with np.errstate(invalid="ignore"):
        return total / count


@wrong("contrastive.occlusion_sensitivity", breaks="Fill in every channel (only in the first)")
def occlusion_sensitivity_one_channel(model, images, class_index, patch, stride, fill=0.5):
    images, classes = _third_arrays(images, class_index)
    height, width = images.shape[1:3]
    if patch < 1 or stride < 1 or patch > min(height, width):
        raise ValueError("patch and stride must be 1 or more, and the patch must fit")
    rows = np.arange(len(images))
    before = predict(model, images)[rows, classes]
    total, count = (np.zeros(images.shape[:3]), np.zeros((height, width)))
    for top in range(0, height - patch + 1, stride):
        for left in range(0, width - patch + 1, stride):
            covered = images.copy()
            covered[:, top : top + patch, left : left + patch, 0] = fill
            drop = before - predict(model, covered)[rows, classes]
            total[:, top : top + patch, left : left + patch] += drop[:, None, None]
            count[top : top + patch, left : left + patch] += 1
    return total / np.maximum(count, 1)


@wrong(
    "contrastive.contrast",
    breaks="For_predicted is the method's map (the difference is taken into it)",
)
def contrast_in_place_difference(method, model, images, predicted, true):
    one = np.array(method(model, images, predicted))
    other = np.asarray(method(model, images, true))
    diff = one
    diff -= other
    return Contrast(one, other, diff)


@wrong("contrastive.contrast", breaks="The method is called by position (class_index=...)")
def contrast_keywords(method, model, images, predicted, true):
    one, other = (
        method(model=model, images=images, class_index=predicted),
        method(model=model, images=images, class_index=true),
    )
    return Contrast(one, other, np.asarray(one) - np.asarray(other))


@wrong(
    "contrastive.contrast", breaks="The plain difference (of the maps, each divided by its maximum)"
)
def contrast_normalized_difference(method, model, images, predicted, true):
    one, other = (method(model, images, predicted), method(model, images, true))
    return Contrast(
        one,
        other,
        np.asarray(one) / max(np.abs(one).max(), 1e-12)
        - np.asarray(other) / max(np.abs(other).max(), 1e-12),
    )


@wrong("contrastive.contrast", breaks="The signed difference (negative parts set to 0)")
def contrast_only_positive(method, model, images, predicted, true):
    one, other = (method(model, images, predicted), method(model, images, true))
    return Contrast(one, other, np.maximum(np.asarray(one) - np.asarray(other), 0))


@wrong(
    "contrastive.contrast",
    breaks="The difference of these two maps (a third and fourth call make it anew)",
)
def contrast_third_call(method, model, images, predicted, true):
    one, other = (method(model, images, predicted), method(model, images, true))
    return Contrast(
        one,
        other,
        np.asarray(method(model, images, predicted)) - np.asarray(method(model, images, true)),
    )
