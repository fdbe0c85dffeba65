# ruff: noqa: ANN001, ANN201, ANN202, B905, E501
"""Right answers to `contrastive` of the seventh round: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast, Errors, float_images, predict
from course.saliency import gradient_saliency
from tests.answers.fresh import right


@right("contrastive.find_errors", how="Tf.where and gather; a sparse list of places")
def find_errors_gather_sparse_list(model, images, labels):
    if len(labels) != len(images):
        raise ValueError(f"{len(labels)} labels do not go with {len(images)} images")
    labels = tf.cast(labels, tf.int32)
    predicted = tf.argmax(predict(model, images), axis=1, output_type=tf.int32)
    index = tf.reshape(tf.where(predicted != labels), [-1])
    return Errors(index, tf.gather(predicted, index), tf.gather(labels, index))


@right("contrastive.find_errors", how="A structured array, made from a list comprehension")
def find_errors_structured_array_made(model, images, labels):
    true = [int(k) for k in np.asarray(labels)]
    if len(true) != len(images):
        raise ValueError("there must be as many labels as images")
    seen = (int(np.argmax(row)) for row in predict(model, images))
    rows = [(i, p, t) for i, (p, t) in enumerate(zip(seen, true, strict=True)) if p != t]
    index, predicted, wanted = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Errors(index, predicted, wanted)


@right(
    "contrastive.gradient_times_input",
    how="The derivative with respect to a factor on every value, taken at 1",
)
def gradient_times_input_derivative_respect_factor(model, images, class_index):
    images = float_images(images)
    classes = tf.broadcast_to(tf.cast(class_index, tf.int32), [tf.shape(images)[0]])
    factors = tf.ones_like(images)
    with tf.GradientTape() as tape:
        tape.watch(factors)
        logits = model(images * factors, training=False)
        total = tf.reduce_sum(tf.gather(logits, classes, batch_dims=1))
    return tape.gradient(total, factors)


@right("contrastive.gradient_times_input", how="Einsum of two arrays without a sum")
def gradient_times_input_einsum_two_arrays(model, images, class_index):
    slope = np.asarray(gradient_saliency(model, images, class_index, output="logit"))
    return np.einsum("...,...->...", slope, np.asarray(images, np.float32))


@right("contrastive.smooth_grad", how="Image by image, its copies in batches; a running mean")
def smooth_grad_image_image_copies(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError("samples must be 1 or more, and noise 0 or more")
    images = np.asarray(images, np.float32)
    classes = np.broadcast_to(np.asarray(class_index), len(images))
    rng = np.random.default_rng(seed)
    result = []
    for image, k in zip(images, classes):
        mean, done = (np.zeros(image.shape), 0)
        while done < samples:
            some = min(16, samples - done)
            noisy = image + noise * rng.standard_normal((some, *image.shape), dtype=np.float32)
            slopes = np.asarray(gradient_saliency(model, noisy.astype(np.float32), int(k)))
            done += some
            mean += (slopes.mean(axis=0, dtype=np.float64) - mean) * (some / done)
        result.append(mean.astype(np.float32))
    return np.stack(result)


@right(
    "contrastive.smooth_grad",
    how="Images of a batch share their noise; stateless random numbers of TensorFlow",
)
def smooth_grad_images_batch_share(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples must be 1 or more")
    if noise < 0:
        raise ValueError("noise must not be negative")
    images = float_images(images)
    total = 0.0
    for number in range(samples):
        key = tf.constant([int(seed), number], tf.int64)
        drawn = tf.random.stateless_normal(images.shape[1:], key, stddev=float(noise))
        total = total + np.asarray(
            gradient_saliency(model, images + drawn, class_index), np.float64
        )
    return np.asarray(total / samples, np.float32)


@right(
    "contrastive.integrated_gradients",
    how="A running mean of gradients, from the image back to the baseline",
)
def integrated_gradients_running_mean_image(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps must be 1 or more")
    images = np.asarray(images, np.float32)
    start = np.full_like(images, baseline)
    mean = np.zeros(images.shape)
    for number, share in enumerate(reversed((np.arange(steps) + 0.5) / steps), start=1):
        point = ((1 - share) * start + share * images).astype(np.float32)
        mean += (np.asarray(gradient_saliency(model, point, class_index)) - mean) / number
    return (mean * (images - start)).astype(np.float32)


@right(
    "contrastive.integrated_gradients",
    how="All steps of an image in one batch of sixteen, one image at a time",
)
def integrated_gradients_steps_image_batch(model, images, class_index, baseline=0.0, steps=32):
    from course.given import batches

    if steps < 1:
        raise ValueError("steps must be 1 or more")
    images = float_images(images)
    shares = tf.constant((np.arange(steps) + 0.5) / steps, tf.float32)[:, None, None, None]
    classes = np.broadcast_to(np.asarray(class_index), images.shape[0])

    def one(image, k):
        way = image - baseline
        slopes = [
            tf.reduce_sum(gradient_saliency(model, baseline + shares[part] * way, int(k)), axis=0)
            for part in batches(steps)
        ]
        return tf.add_n(slopes) / steps * way

    return tf.stack([one(*pair) for pair in zip(images, classes)])


@right(
    "contrastive.grad_cam",
    how="The class is picked by output_gradients, the channels are added with einsum",
)
def grad_cam_class_picked_output(model, images, class_index, layer_name):
    if all(layer.name != layer_name for layer in model.layers):
        raise ValueError(f"there is no layer {layer_name!r}")
    images = float_images(images)
    twofold = keras.Model(model.inputs, [model.get_layer(layer_name).output, model.outputs[0]])
    with tf.GradientTape() as tape:
        tape.watch(images)
        maps, logits = twofold(images, training=False)
    k = tf.broadcast_to(tf.cast(class_index, tf.int32), [images.shape[0]])
    slope = tape.gradient(
        logits,
        maps,
        output_gradients=tf.one_hot(k, logits.shape[1]),
        unconnected_gradients=tf.UnconnectedGradients.ZERO,
    )
    weights = np.asarray(slope).mean(axis=(1, 2))
    heat = np.maximum(np.einsum("bhwc,bc->bhw", np.asarray(maps), weights), 0)
    return tf.image.resize(heat[..., None], images.shape[1:3]).numpy()[..., 0]


@right(
    "contrastive.occlusion_sensitivity",
    how="The patches' rows and columns as two matrices of zeros and ones, the mean by einsum",
)
def occlusion_sensitivity_patches_rows_columns(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(images, np.float32)
    count, height, width, _ = images.shape
    if patch < 1 or stride < 1:
        raise ValueError("patch and stride must be 1 or more")
    if patch > height or patch > width:
        raise ValueError("the patch does not fit")

    def cover(length):
        starts = np.arange(0, length - patch + 1, stride)[:, None]
        places = np.arange(length)
        return (places >= starts) & (places < starts + patch)

    rows, columns = (cover(height), cover(width))
    classes = np.broadcast_to(np.asarray(class_index), count)

    def ask(some):
        return np.take_along_axis(predict(model, some), classes[:, None], axis=1)[:, 0]

    clean = ask(images)
    drops = np.array(
        [
            [
                clean - ask(np.where((r[:, None] & c)[..., None], np.float32(fill), images))
                for c in columns
            ]
            for r in rows
        ],
        np.float64,
    )
    total = np.einsum("ijb,ih,jw->bhw", drops, rows * 1.0, columns * 1.0, optimize=True)
    times = np.outer(rows.sum(0), columns.sum(0))
    return np.divide(total, times, out=np.zeros_like(total), where=times > 0)


@right("contrastive.contrast", how="A dictionary comprehension, and the difference by np.subtract")
def contrast_dictionary_comprehension_difference(method, model, images, predicted, true):
    maps = {
        name: np.asarray(method(model, images, k))
        for name, k in (("for_predicted", predicted), ("for_true", true))
    }
    return Contrast(**maps, difference=np.subtract(maps["for_predicted"], maps["for_true"]))


@right("contrastive.contrast", how="Map over the classes, keras.ops")
def contrast_map_over_classes(method, model, images, predicted, true):
    first, second = (method(model, images, k) for k in (predicted, true))
    return Contrast(first, second, keras.ops.subtract(first, second))


@right(
    "contrastive.grad_cam",
    how="Images of the batch become channels of one picture for the resizing; gradient by a compiled function",
)
def grad_cam_images_batch_become(model, images, class_index, layer_name):
    from course.given import compiled

    found = [layer for layer in model.layers if layer.name == layer_name]
    if not found:
        raise ValueError(f"the model has no layer {layer_name!r}")
    both = keras.Model(model.inputs, [found[0].output, model.outputs[0]])

    @compiled
    def look(x, k):
        with tf.GradientTape() as tape:
            tape.watch(x)
            maps, logits = both(x, training=False)
            chosen = tf.reduce_sum(tf.gather(logits, k, batch_dims=1))
        slope = tape.gradient(chosen, maps, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        weights = tf.reduce_mean(slope, axis=(1, 2))
        return tf.nn.relu(tf.einsum("bhwc,bc->hwb", maps, weights))

    images = np.asarray(images, np.float32)
    k = np.broadcast_to(np.asarray(class_index), len(images)).copy()
    sheet = tf.image.resize(look(images, k), images.shape[1:3])
    return np.moveaxis(sheet.numpy(), -1, 0)


@right(
    "contrastive.occlusion_sensitivity",
    how="One image at a time, a row of patches as one batch; the drops are spread by an outer loop over pixels of a patch",
)
def occlusion_sensitivity_image_time_row(model, images, class_index, patch, stride, fill=0.5):
    images = float_images(images).numpy()
    height, width = images.shape[1:3]
    if min(patch, stride) < 1:
        raise ValueError("patch and stride must be at least 1")
    if patch > min(height, width):
        raise ValueError("the patch is larger than the image")
    tops = range(0, height - patch + 1, stride)
    lefts = np.arange(0, width - patch + 1, stride)
    classes = np.broadcast_to(np.asarray(class_index), len(images))

    def one(image, k):
        clean = float(predict(model, image[None])[0, k])
        total, times = (np.zeros((height, width)), np.zeros((height, width)))
        for top in tops:
            row = np.repeat(image[None], len(lefts), axis=0)
            for copy, left in zip(row, lefts):
                copy[top : top + patch, left : left + patch, :] = fill
            drops = clean - predict(model, row)[:, k]
            for across in range(patch):
                total[top : top + patch, lefts + across] += drops
                times[top : top + patch, lefts + across] += 1
        return total / np.where(times, times, 1)

    return np.array([one(image, int(k)) for image, k in zip(images, classes)])


@right(
    "contrastive.contrast", how="Both maps by one loop over a tuple, tuple arithmetic at the end"
)
def contrast_both_maps_loop(method, model, images, predicted, true):

    def explain(of):
        return tf.convert_to_tensor(method(model, images, of))

    pair = [explain(of) for of in (predicted, true)]
    signs = tf.constant([1.0, -1.0], pair[0].dtype)
    return Contrast(*pair, difference=tf.tensordot(signs, tf.stack(pair), 1))
