# ruff: noqa: ANN001, ANN201, ANN202, E501, F821
"""Right answers to `contrastive` of round 11: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf
from scipy.signal import convolve2d
from scipy.stats import norm

from course.given import Contrast, Errors, batches, float_images, predict
from course.given.layers import layer_output
from tests.answers.fresh import right


@right(
    "contrastive.find_errors",
    how="Python lists and tuples; int arrays made at the end, also for no error.",
)
def find_errors_python_lists_tuples(model, images, labels):
    labels = [int(label) for label in np.asarray(labels).ravel()]
    if len(labels) != len(images):
        raise ValueError("labels and images differ in number")
    answers = [
        int(np.argmax(np.asarray(model(np.asarray(image, np.float32)[None], training=False))))
        for image in images
    ]
    found = [(i, p, t) for i, (p, t) in enumerate(zip(answers, labels, strict=True)) if p != t]
    return Errors(*np.array(found, dtype=int).reshape(-1, 3).T)


@right(
    "contrastive.gradient_times_input",
    how="The slope with respect to a volume knob for every value, at 1.",
)
def gradient_times_input_slope_respect_volume(model, images, class_index):
    images = float_images(images)
    knobs = tf.ones_like(images)
    with tf.GradientTape() as tape:
        tape.watch(knobs)
        logits = tf.cast(model(images * knobs, training=False), tf.float32)
        classes = tf.broadcast_to(tf.cast(class_index, tf.int32), tf.shape(logits)[:1])
        value = tf.gather(logits, classes, batch_dims=1)
    return tape.gradient(value, knobs)


@right(
    "contrastive.smooth_grad",
    how="A running mean (Welford), noise from scipy.stats with its own generator.",
)
def smooth_grad_running_mean_welford(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("samples is less than 1")
    if noise < 0:
        raise ValueError("noise is negative")
    images = np.asarray(images, np.float32)
    chance = np.random.default_rng([seed, 2017])
    mean = np.zeros(images.shape, np.float64)
    for number in range(1, samples + 1):
        shaken = images + noise * norm.rvs(size=images.shape, random_state=chance)
        slope = np.asarray(gradient_saliency(model, shaken.astype(np.float32), class_index))
        mean += (slope - mean) / number
    return mean


@right(
    "contrastive.smooth_grad", how="All noisy copies of one image as one batch, cut by `batches`."
)
def smooth_grad_noisy_copies_image(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError("samples must be at least 1 and noise not negative")
    images = np.asarray(images, np.float32)
    classes = np.broadcast_to(class_index, len(images))
    generators = np.random.SeedSequence(seed).spawn(len(images))
    result = np.zeros_like(images)
    for place, (image, number) in enumerate(zip(images, classes, strict=True)):
        chance = np.random.default_rng(generators[place])
        for part in batches(samples):
            count = part.stop - part.start
            shaken = image + noise * chance.standard_normal((count, *image.shape), np.float32)
            slopes = gradient_saliency(model, shaken.astype(np.float32), int(number))
            result[place] += np.sum(np.asarray(slopes), axis=0) / samples
    return result


@right(
    "contrastive.integrated_gradients",
    how="Np.mean over a stack of gradients, the fractions by linspace.",
)
def integrated_gradients_np_mean_over(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps is less than 1")
    images = np.asarray(images, np.float32)
    edges = np.linspace(0, 1, steps + 1)
    total = np.zeros(images.shape)
    for middle in (edges[1:] + edges[:-1]) / 2:
        between = ((1 - middle) * baseline + middle * images).astype(np.float32)
        total = total + np.asarray(gradient_saliency(model, between, class_index))
    return np.multiply(total / steps, images - np.float32(baseline))


@right(
    "contrastive.integrated_gradients",
    how="The integral is differentiated: one knob per value that scales the whole way, one tape per step.",
)
def integrated_gradients_integral_differentiated_knob(
    model, images, class_index, baseline=0.0, steps=32
):
    if steps < 1:
        raise ValueError(f"steps must be 1 or more, not {steps}")
    images = tf.cast(tf.convert_to_tensor(images), tf.float32)
    way = images - float(baseline)

    def portion(i):
        fraction = (i + 0.5) / steps
        knobs = tf.fill(tf.shape(images), tf.constant(fraction, tf.float32))
        with tf.GradientTape() as tape:
            tape.watch(knobs)
            logits = model(float(baseline) + knobs * way, training=False)
            classes = tf.zeros(len(images), tf.int32) + tf.cast(class_index, tf.int32)
            value = tf.reduce_sum(tf.gather(logits, classes, axis=1, batch_dims=1))
        return tape.gradient(value, knobs)

    return tf.add_n([portion(i) for i in range(steps)]) / steps


@right("contrastive.grad_cam", how="A model with two outputs, the weighting by einsum in NumPy.")
def grad_cam_model_two_outputs(model, images, class_index, layer_name):
    images = float_images(images)
    both = keras.Model(model.inputs[0], [layer_output(model, layer_name), model.outputs[0]])
    with tf.GradientTape() as tape:
        tape.watch(images)
        inside, logits = both(images, training=False)
        classes = tf.broadcast_to(tf.cast(class_index, tf.int32), (len(images),))
        value = tf.reduce_sum(tf.one_hot(classes, logits.shape[-1]) * logits)
    slope = tape.gradient(value, inside, unconnected_gradients="zero").numpy()
    weights = slope.mean(axis=(1, 2))
    speaks = np.maximum(np.einsum("bhwc,bc->bhw", inside.numpy(), weights), 0)
    return tf.image.resize(speaks[..., None], images.shape[1:3], method="bilinear")[..., 0]


@right(
    "contrastive.occlusion_sensitivity",
    how="All patches as masks, one matrix product for the mean.",
)
def occlusion_sensitivity_patches_masks_matrix(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(images, np.float32)
    count, height, width = images.shape[:3]
    if patch < 1 or stride < 1 or patch > min(height, width):
        raise ValueError("patch or stride does not fit")
    places = [
        (top, left)
        for top in range(0, height - patch + 1, stride)
        for left in range(0, width - patch + 1, stride)
    ]
    masks = np.zeros((len(places), height, width), bool)
    for mask, (top, left) in zip(masks, places, strict=True):
        mask[top : top + patch, left : left + patch] = True
    classes = np.broadcast_to(class_index, count)
    own = predict(model, images)[np.arange(count), classes]
    drops = np.stack(
        [
            own[b]
            - predict(model, np.where(masks[..., None], np.float32(fill), image))[:, classes[b]]
            for b, image in enumerate(images)
        ]
    )
    return np.tensordot(drops, masks.astype(float), 1) / np.maximum(masks.sum(axis=0), 1)


@right(
    "contrastive.contrast",
    how="Two calls by position in a comprehension, arrays subtracted by NumPy.",
)
def contrast_two_calls_position(method, model, images, predicted, true):
    chosen, right = (np.asarray(method(model, images, named)) for named in (predicted, true))
    return Contrast(for_predicted=chosen, for_true=right, difference=np.subtract(chosen, right))


def spread_from_corners(corners, patch):
    height, width = corners.shape
    return convolve2d(corners, np.ones((patch, patch)), mode="full")[:height, :width]


@right(
    "contrastive.occlusion_sensitivity",
    how="The drops stand at the patches' corners and are spread by a full convolution with a square of ones.",
)
def occlusion_sensitivity_drops_stand_patches(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(images, np.float32)
    count, height, width, _ = images.shape
    if min(patch, stride) < 1 or patch > height or patch > width:
        raise ValueError(f"a patch of {patch} every {stride} pixels is impossible here")
    rows, classes = (np.arange(count), np.broadcast_to(class_index, count))
    before = predict(model, images)[rows, classes].astype(float)
    drops, there = (np.zeros((count, height, width)), np.zeros((height, width)))
    for top in np.arange(0, height - patch + 1, stride):
        for left in np.arange(0, width - patch + 1, stride):
            y, x = np.ogrid[:height, :width]
            hidden = (y >= top) & (y < top + patch) & (x >= left) & (x < left + patch)
            covered = np.where(hidden[..., None], np.float32(fill), images)
            drops[:, top, left] = before - predict(model, covered)[rows, classes]
            there[top, left] = 1
    reached = np.rint(spread_from_corners(there, patch))
    total = np.stack([spread_from_corners(one, patch) for one in drops])
    return np.divide(total, reached, out=np.zeros_like(total), where=reached > 0)
