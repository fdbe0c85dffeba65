# ruff: noqa: ANN001, ANN201, ANN202, B905, E501, E731, F821, RUF059
"""Right answers to `contrastive` of round 16: each keeps all promises."""

from itertools import product

import keras
import numpy as np
import tensorflow as tf

from tests.answers.fresh import right


@right("contrastive.find_errors", how="TensorFlow only: tf.where, boolean_mask, batches of 16")
def find_errors_tensorflow_only_tf(model, images, labels):
    truth = tf.cast(labels, tf.int64)
    if truth.shape[0] != images.shape[0]:
        raise ValueError("as many labels as images are needed")
    data = tf.data.Dataset.from_tensor_slices(tf.cast(images, tf.float32)).batch(16)
    guess = tf.concat([tf.argmax(model(part, training=False), axis=1) for part in data], axis=0)
    wrong = tf.not_equal(guess, truth)
    return Errors(
        tf.where(wrong)[:, 0], tf.boolean_mask(guess, wrong), tf.boolean_mask(truth, wrong)
    )


@right(
    "contrastive.gradient_times_input",
    how="Derivative of the logit along the way s·x, with respect to a tensor of ones: the chain rule does the product",
)
def gradient_times_input_derivative_logit_along(model, images, class_index):
    x = tf.cast(images, tf.float32)
    mask = tf.ones_like(x)
    with tf.GradientTape() as tape:
        tape.watch(mask)
        logits = model(mask * x, training=False)
        hot = tf.one_hot(tf.cast(class_index, tf.int32), logits.shape[-1], dtype=logits.dtype)
        explained = tf.reduce_sum(logits * hot)
    return tape.gradient(explained, mask)


@right(
    "contrastive.smooth_grad",
    how="Stateless TensorFlow noise keyed by (seed, sample) and a running mean",
)
def smooth_grad_seed_sample(model, images, class_index, samples, noise, seed):
    if samples < 1:
        raise ValueError("at least one sample")
    if noise < 0:
        raise ValueError("a standard deviation is not negative")
    x = tf.cast(images, tf.float32)
    mean = tf.zeros_like(x)
    for i in range(samples):
        eps = tf.random.stateless_normal(tf.shape(x), tf.constant([seed, i], tf.int64), 0.0, noise)
        mean += (gradient_saliency(model, x + eps, class_index) - mean) / (i + 1.0)
    return mean


@right(
    "contrastive.integrated_gradients",
    how="All points of one image at once by einsum, with np.average over the midpoints",
)
def integrated_gradients_points_image_once(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError(f"steps={steps}")
    x = np.asarray(images, np.float32)
    classes = np.broadcast_to(np.asarray(class_index), x.shape[:1])
    t = ((np.arange(steps) + 0.5) / steps).astype(np.float32)

    def attribution(one, k):
        difference = one - np.float32(baseline)
        path = np.float32(baseline) + np.einsum("s,hwc->shwc", t, difference)
        slopes = [np.asarray(gradient_saliency(model, p[None], int(k)))[0] for p in path]
        return difference * np.average(slopes, axis=0)

    return np.stack([attribution(one, k) for one, k in zip(x, classes)])


@right(
    "contrastive.grad_cam",
    how="NumPy from the activations on; the layer found by a search through model.layers",
)
def grad_cam_numpy_activations_layer(model, images, class_index, layer_name):
    if layer_name not in [layer.name for layer in model.layers]:
        raise ValueError(f"no layer {layer_name!r}")
    two = keras.Model(
        model.inputs[0], {"a": layer_output(model, layer_name), "z": model.outputs[0]}
    )
    maps = []
    classes = np.broadcast_to(np.asarray(class_index), (images.shape[0],))
    for image, k in zip(np.asarray(images, np.float32), classes):
        with tf.GradientTape() as tape:
            row = tf.Variable(image[None])
            out = two(row, training=False)
            target = out["z"][0, int(k)]
        g = np.asarray(tape.gradient(target, out["a"], unconnected_gradients="zero"))[0]
        cam = np.tensordot(np.asarray(out["a"])[0], g.mean(axis=(0, 1)), axes=1)
        big = tf.image.resize(np.maximum(cam, 0)[..., None], image.shape[:2], method="bilinear")
        maps.append(np.asarray(big)[..., 0])
    return np.stack(maps)


@right(
    "contrastive.occlusion_sensitivity",
    how="A list of corner positions, masks as outer products, tensordot at the end",
)
def occlusion_sensitivity_list_corner_positions(
    model, images, class_index, patch, stride, fill=0.5
):
    x = np.asarray(images, np.float32)
    b, h, w, _ = x.shape
    if min(patch, stride) < 1 or patch > h or patch > w:
        raise ValueError(f"patch {patch}, stride {stride} for {h} x {w}")
    starts = [[s for s in range(0, n, stride) if s + patch <= n] for n in (h, w)]
    inside = lambda s, n: (np.arange(n) >= s) & (np.arange(n) < s + patch)
    covers = np.array([np.outer(inside(r, h), inside(c, w)) for r, c in product(*starts)])
    hot = np.reshape(np.asarray(class_index), (-1, 1)) == np.arange(
        model(x[:1], training=False).shape[-1]
    )

    def logit(z):
        return np.where(hot, np.asarray(model(z, training=False), np.float64), 0).sum(1)

    clear = logit(x)
    drops = np.stack([clear - logit(np.where(m[..., None], np.float32(fill), x)) for m in covers])
    number = covers.sum(0)
    return np.tensordot(drops.T, covers.astype(float), axes=1) / np.where(number == 0, 1, number)


@right("contrastive.contrast", how="A map over the two classes and np.diff")
def contrast_map_over_two(method, model, images, predicted, true):
    both = np.array([np.asarray(m) for m in (method(model, images, k) for k in (true, predicted))])
    return Contrast(for_predicted=both[1], for_true=both[0], difference=np.diff(both, axis=0)[0])


@right("contrastive.find_errors", how="Structured array of triples")
def find_errors_structured_array_triples(model, images, labels):
    if len(labels) != len(images):
        raise ValueError(f"{len(images)} images, {len(labels)} labels")
    guesses = predict(model, images).argmax(axis=1)
    rows = np.array(
        list(zip(range(len(guesses)), guesses, np.asarray(labels))), dtype=np.int64
    ).reshape(-1, 3)
    return Errors(*rows[rows[:, 1] != rows[:, 2]].T)


@right(
    "contrastive.integrated_gradients",
    how="A loop with Kahan-free float64 mean, tape around the interpolation itself",
)
def integrated_gradients_loop_kahan_free(model, images, class_index, baseline=0.0, steps=32):
    if not steps >= 1:
        raise ValueError("steps must be 1 or more")
    x = tf.cast(images, tf.float32)
    start = tf.fill(tf.shape(x), tf.cast(baseline, tf.float32))
    slopes = np.zeros(x.shape, np.float64)
    for i in range(steps):
        t = np.float32((2 * i + 1) / (2 * steps))
        point = tf.Variable(start * (1 - t) + x * t)
        with tf.GradientTape() as tape:
            z = model(point, training=False)
            hot = tf.one_hot(
                tf.broadcast_to(tf.cast(class_index, tf.int32), z.shape[:1]), z.shape[1]
            )
            f = tf.einsum("bk,bk->", z, hot)
        slopes += tape.gradient(f, point).numpy()
    return (np.asarray(x, np.float64) - baseline) * slopes / steps
