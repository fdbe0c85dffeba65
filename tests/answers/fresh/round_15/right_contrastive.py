# ruff: noqa: ANN001, ANN201, ANN202, B905, E501, F821
"""Right answers to `contrastive` of round 15: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast, Errors, batches, predict
from course.given.layers import layer_output
from tests.answers.fresh import right


@right("contrastive.find_errors", how="Triples collected by a comprehension, turned into columns.")
def find_errors_triples_collected_comprehension(model, images, labels):
    truth = [int(k) for k in np.asarray(labels)]
    if len(truth) != len(np.asarray(images)):
        raise ValueError(f"{len(truth)} labels for {len(np.asarray(images))} images")
    rows = predict(model, np.asarray(images))
    wrong = [
        (i, int(np.argmax(row)), k)
        for i, (row, k) in enumerate(zip(rows, truth))
        if int(np.argmax(row)) != k
    ]
    return Errors(*np.array(wrong, dtype=int).reshape(-1, 3).T)


@right(
    "contrastive.gradient_times_input",
    how="The derivative along t in logit(t ∘ image) at t = 1, with one t for every value.",
)
def gradient_times_input_t_image(model, images, class_index):
    x = tf.cast(tf.convert_to_tensor(images), tf.float32)
    factors = tf.ones_like(x)
    with tf.GradientTape() as tape:
        tape.watch(factors)
        logits = model(factors * x, training=False)
        k = tf.one_hot(tf.fill([x.shape[0]], 0) + tf.cast(class_index, tf.int32), logits.shape[-1])
        value = tf.reduce_sum(tf.where(k > 0, logits, 0.0))
    return tape.gradient(value, factors)


@right(
    "contrastive.smooth_grad",
    how="A generator function of noisy batches and a running mean (Welford).",
)
def smooth_grad_generator_function_noisy(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError(f"samples must be at least 1, not {samples}")
    if noise < 0:
        raise ValueError(f"noise must not be negative, not {noise}")
    clean = np.array(images, np.float32)

    def copies():
        for stream in np.random.SeedSequence([seed]).spawn(samples):
            own = np.random.default_rng(stream)
            yield (clean + own.normal(0.0, noise, clean.shape).astype(np.float32))

    mean = np.zeros(clean.shape)
    for n, copy in enumerate(copies(), 1):
        mean += (np.asarray(gradient_saliency(model, copy, class_index), np.float64) - mean) / n
    return mean.astype(np.float32)


@right(
    "contrastive.integrated_gradients",
    how="Functools.reduce over the fractions, in TensorFlow, from the far end.",
)
def integrated_gradients_functools_reduce_over(model, images, class_index, baseline=0.0, steps=32):
    from functools import reduce

    if steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}")
    ends = tf.cast(tf.convert_to_tensor(images), tf.float32)
    way = ends - tf.constant(baseline, tf.float32)
    places = [1 - (2 * i + 1) / (2 * steps) for i in range(steps)]
    total = reduce(
        lambda so_far, t: (
            so_far
            + tf.convert_to_tensor(gradient_saliency(model, ends - (1 - t) * way, class_index))
        ),
        places,
        tf.zeros_like(ends),
    )
    return total / steps * way


@right("contrastive.grad_cam", how="Two einsums and the weights as a tensor of their own.")
def grad_cam_two_einsums_weights(model, images, class_index, layer_name):
    if layer_name not in {layer.name for layer in model.layers}:
        raise ValueError(f"the model has no layer {layer_name!r}")
    probe = keras.Model(
        model.inputs, {"layer": layer_output(model, layer_name), "logits": model.outputs[0]}
    )
    x = tf.cast(tf.convert_to_tensor(images), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        found = probe(x, training=False)
        wanted = tf.one_hot(
            tf.zeros([x.shape[0]], tf.int32) + tf.cast(class_index, tf.int32),
            found["logits"].shape[-1],
        )
        score = tf.einsum("bk,bk->", tf.cast(found["logits"], tf.float32), wanted)
    slope = tape.gradient(score, found["layer"], unconnected_gradients=tf.UnconnectedGradients.ZERO)
    places = slope.shape[1] * slope.shape[2]
    weights = tf.einsum("bhwc->bc", slope) / places
    summed = tf.einsum("bhwc,bc->bhw", found["layer"], weights)
    positive = tf.where(summed > 0, summed, tf.zeros_like(summed))
    return tf.image.resize(positive[..., tf.newaxis], x.shape[1:3], method="bilinear")[:, :, :, 0]


def _w15_logit(model, x, class_index):
    return predict(model, x)[np.arange(len(x)), np.broadcast_to(np.asarray(class_index), (len(x),))]


@right(
    "contrastive.occlusion_sensitivity",
    how="A matrix of patches by pixels: its transpose spreads the drops, its column sums divide them.",
)
def occlusion_sensitivity_matrix_patches_pixels(
    model, images, class_index, patch, stride, fill=0.5
):
    from itertools import product

    if patch < 1 or stride < 1:
        raise ValueError("patch and stride must be at least 1")
    x = np.asarray(images, np.float32)
    b, h, w, _ = x.shape
    if patch > h or patch > w:
        raise ValueError(f"a patch of {patch} does not fit into {h} x {w}")
    starts = [range(0, n - patch + 1, stride) for n in (h, w)]
    covers = np.zeros((len(starts[0]) * len(starts[1]), h, w), bool)
    for cover, (i, j) in zip(covers, product(*starts)):
        cover[i : i + patch, j : j + patch] = True
    clean = _w15_logit(model, x, class_index)
    drops = np.stack(
        [
            clean
            - _w15_logit(model, np.where(c[None, :, :, None], np.float32(fill), x), class_index)
            for c in covers
        ],
        axis=1,
    )
    spread = drops @ covers.reshape(len(covers), -1).astype(float)
    often = covers.sum(axis=0).ravel()
    return np.where(often > 0, spread / np.where(often > 0, often, 1), 0.0).reshape(b, h, w)


@right(
    "contrastive.contrast", how="A loop over the fields and np.subtract, with copies of both maps."
)
def contrast_loop_over_fields(method, model, images, predicted, true):
    maps = {}
    for field, classes in {"for_predicted": predicted, "for_true": true}.items():
        maps[field] = np.array(method(model, images, classes))
    return Contrast(**maps, difference=np.subtract(maps["for_predicted"], maps["for_true"]))


@right("contrastive.find_errors", how="Tf.where and gather, tensors as the result.")
def find_errors_gather_tensors_result(model, images, labels):
    true = tf.cast(tf.reshape(tf.convert_to_tensor(labels), [-1]), tf.int64)
    if true.shape[0] != np.shape(images)[0]:
        raise ValueError("as many labels as images are needed")
    guess = tf.argmax(predict(model, np.asarray(images)), axis=-1)
    index = tf.where(tf.not_equal(guess, true))[:, 0]
    return Errors(index, tf.gather(guess, index), tf.gather(true, index))


@right(
    "contrastive.smooth_grad",
    how="Stateless normal numbers of TensorFlow, one pair of keys for each sample, images in groups.",
)
def smooth_grad_stateless_normal_numbers(model, images, class_index, samples, noise, seed):
    if not (samples >= 1 and noise >= 0):
        raise ValueError("samples must be 1 or more and noise 0 or more")
    x = tf.cast(tf.convert_to_tensor(images), tf.float32)
    classes = np.broadcast_to(np.asarray(class_index), (x.shape[0],))
    parts = []
    for first, part in enumerate(batches(x.shape[0])):
        total = tf.zeros_like(x[part])
        for n in range(samples):
            key = tf.constant([seed, n * 65536 + first], tf.int64)
            noisy = x[part] + tf.random.stateless_normal(x[part].shape, key, 0.0, float(noise))
            total += tf.convert_to_tensor(gradient_saliency(model, noisy, classes[part]))
        parts.append(total / samples)
    return tf.concat(parts, 0)
