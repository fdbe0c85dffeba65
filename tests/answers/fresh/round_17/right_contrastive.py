# ruff: noqa: ANN001, ANN201, B905, E731, F821
"""Right answers to `contrastive` of round 17: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from tests.answers.fresh import right


@right("contrastive.find_errors", how="TensorFlow's where and boolean masks.")
def find_errors_boolean_masks(model, images, labels):
    truth = tf.cast(tf.convert_to_tensor(labels), tf.int32)
    if truth.shape[0] != len(images):
        raise ValueError(f"{truth.shape[0]} labels for {len(images)} images")
    logits = model(tf.convert_to_tensor(images), training=False)
    guess = tf.argmax(logits, axis=1, output_type=tf.int32)
    missed = tf.not_equal(guess, truth)
    return Errors(
        tf.cast(tf.where(missed)[:, 0], tf.int32),
        tf.boolean_mask(guess, missed),
        tf.boolean_mask(truth, missed),
    )


@right(
    "contrastive.gradient_times_input",
    how="The derivative at s = 1 of a gain per value: the tape watches the gains.",
)
def gradient_times_input_derivative_s_gain(model, images, class_index):
    x = tf.cast(tf.convert_to_tensor(images), tf.float32)
    gain = tf.ones_like(x)
    with tf.GradientTape() as tape:
        tape.watch(gain)
        logits = model(gain * x, training=False)
        hot = tf.one_hot(
            tf.broadcast_to(tf.cast(class_index, tf.int32), [x.shape[0]]), logits.shape[-1]
        )
        total = tf.reduce_sum(logits * hot)
    return tape.gradient(total, gain)


@right(
    "contrastive.smooth_grad",
    how="Welford's running mean, and stateless normal noise from keys of a SeedSequence.",
)
def smooth_grad_welford_s_running(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError(f"samples = {samples}")
    if noise < 0:
        raise ValueError(f"noise = {noise}")
    x = tf.cast(tf.convert_to_tensor(images), tf.float32)
    keys = np.random.SeedSequence(seed).generate_state(2 * samples).reshape(samples, 2)
    mean = tf.zeros_like(x)
    for count, key in enumerate(keys.astype(np.int64), start=1):
        noisy = x + noise * tf.random.stateless_normal(tf.shape(x), tf.constant(key))
        mean += (gradient_saliency(model, noisy, class_index) - mean) / count
    return mean


@right(
    "contrastive.integrated_gradients",
    how="For each image all of its points in small batches, einsum with equal weights.",
)
def integrated_gradients_image_points_small(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError(f"steps = {steps}")
    x = np.asarray(images, np.float32)
    classes = np.broadcast_to(np.asarray(class_index), len(x))
    fractions = ((np.arange(steps) + 0.5) / steps).astype(np.float32)
    maps = []
    for one, k in zip(x, classes):
        way = one - np.float32(baseline)
        total = np.zeros(one.shape)
        for part in np.array_split(fractions, -(-steps // 8)):
            points = np.float32(baseline) + np.einsum("s,hwc->shwc", part, way)
            total += np.asarray(gradient_saliency(model, points, int(k))).sum(0)
        maps.append(way * total / steps)
    return np.array(maps, np.float32)


@right("contrastive.grad_cam", how="One image at a time, weights and sum in one einsum each.")
def grad_cam_image_time_weights(model, images, class_index, layer_name):
    if layer_name not in [layer.name for layer in model.layers]:
        raise ValueError(f"no layer {layer_name!r}")
    cut = keras.Model(model.inputs, [layer_output(model, layer_name), model.outputs[0]])
    x = tf.cast(tf.convert_to_tensor(images), tf.float32)
    classes = np.broadcast_to(np.asarray(class_index), x.shape[0])
    maps = []
    for i, k in enumerate(classes):
        with tf.GradientTape() as tape:
            tape.watch(x)
            shown, logits = cut(x[i : i + 1], training=False)
            score = logits[0, int(k)]
        slope = tape.gradient(score, shown, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        area = float(shown.shape[1] * shown.shape[2])
        heat = tf.einsum("bhwc,bc->bhw", shown, tf.einsum("bhwc->bc", slope) / area)
        heat = tf.maximum(heat, 0.0)[..., None]
        maps.append(tf.image.resize(heat, x.shape[1:3], method="bilinear")[0, :, :, 0])
    return tf.stack(maps)


@right(
    "contrastive.occlusion_sensitivity",
    how="Indicator matrices of the patches; the drops are spread by einsum.",
)
def occlusion_sensitivity_indicator_matrices_patches(
    model, images, class_index, patch, stride, fill=0.5
):
    x = np.array(images, np.float32)
    count, height, width, _ = x.shape
    if patch < 1 or stride < 1 or patch > height or (patch > width):
        raise ValueError(f"patch {patch}, stride {stride} for {height} × {width}")
    classes = np.broadcast_to(np.asarray(class_index), count)
    down, across = (
        np.array(
            [
                (np.arange(n) >= s) & (np.arange(n) < s + patch)
                for s in range(0, n - patch + 1, stride)
            ]
        )
        for n in (height, width)
    )
    ask = lambda batch: np.take_along_axis(predict(model, batch), classes[:, None], 1)[:, 0]
    clean = ask(x)
    drops = np.empty((count, len(down), len(across)))
    for i, j in np.ndindex(len(down), len(across)):
        cover = np.outer(down[i], across[j])[None, :, :, None]
        drops[:, i, j] = clean - ask(np.where(cover, np.float32(fill), x))
    down, across = (down.astype(float), across.astype(float))
    hits = np.outer(down.sum(0), across.sum(0))
    return np.einsum("bij,ih,jw->bhw", drops, down, across) / np.where(hits > 0, hits, 1)


@right("contrastive.contrast", how="Map over the two classes, np.subtract.")
def contrast_map_over_two(method, model, images, predicted, true):
    maps = [np.array(method(model, images, k)) for k in (predicted, true)]
    return Contrast(*maps, np.subtract(*maps))


@right(
    "contrastive.smooth_grad",
    how="Antithetic-free Monte Carlo with one generator per sample, spawned from the seed.",
)
def smooth_grad_antithetic_free_monte(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError("samples must be 1 or more, and noise not negative")
    x = np.asarray(images, np.float32)
    children = np.random.SeedSequence(seed).spawn(samples)
    maps = (
        np.asarray(
            gradient_saliency(
                model, x + np.float32(noise) * g.standard_normal(x.shape, np.float32), class_index
            )
        )
        for g in map(np.random.default_rng, children)
    )
    return sum(maps) / samples
