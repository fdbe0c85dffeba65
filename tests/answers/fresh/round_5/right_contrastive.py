# ruff: noqa: ANN001, ANN202, B905
"""Right answers to `contrastive` of the fifth round: each keeps all promises."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast, Errors
from course.given.types import Array, Classes, Heatmaps, Images, Labels, Maps
from course.saliency import gradient_saliency
from tests.answers.fresh import right


@right("contrastive.find_errors", how="Tf.where and tf.boolean_mask, in parts of eight images")
def find_errors_tf_boolean_mask(model: keras.Model, images: Images, labels: Labels) -> Errors:
    if len(images) != len(labels):
        raise ValueError(f"{len(labels)} labels for {len(images)} images")
    true = tf.cast(tf.convert_to_tensor(labels), tf.int64)
    n = len(images)
    logits = [
        model(tf.convert_to_tensor(images[i : i + 8]), training=False) for i in range(0, n, 8)
    ]
    predicted = tf.argmax(tf.concat(logits, axis=0), axis=1)
    wrong = tf.not_equal(predicted, true)
    return Errors(
        index=tf.boolean_mask(tf.range(n), wrong).numpy(),
        predicted=tf.boolean_mask(predicted, wrong).numpy(),
        true=tf.boolean_mask(true, wrong).numpy(),
    )


@right(
    "contrastive.find_errors", how="Lists of Python ints, a comprehension, arrays of a given dtype"
)
def find_errors_lists_python_ints(model: keras.Model, images: Images, labels: Labels) -> Errors:
    true = [int(t) for t in np.asarray(labels)]
    images = np.asarray(images)
    if len(true) != images.shape[0]:
        raise ValueError("not as many labels as images")
    logits = [np.asarray(model(x[None], training=False))[0].tolist() for x in images]
    best = [row.index(max(row)) for row in logits]
    index = [i for i in range(len(true)) if best[i] != true[i]]
    return Errors(
        np.array(index, dtype=np.int64),
        np.array([best[i] for i in index], dtype=np.int64),
        np.array([true[i] for i in index], dtype=np.int64),
    )


@right(
    "contrastive.gradient_times_input",
    how="The slope with respect to a factor, 1 everywhere, with which the image is multiplied",
)
def gradient_times_input_slope_respect_factor(
    model: keras.Model, images: Images, class_index: Classes
) -> Maps:
    x = tf.convert_to_tensor(images, tf.float32)
    factor = tf.ones_like(x)
    k = np.broadcast_to(np.asarray(class_index), (x.shape[0],))
    with tf.GradientTape() as tape:
        tape.watch(factor)
        logits = model(x * factor, training=False)
        chosen = tf.reduce_sum(logits * tf.one_hot(k, logits.shape[-1], dtype=logits.dtype))
    return tape.gradient(chosen, factor)


@right(
    "contrastive.smooth_grad",
    how="Image by image, all its copies as one batch in small parts, a running mean",
)
def smooth_grad_image_image_copies(
    model: keras.Model, images: Images, class_index: Classes, samples: int, noise: float, seed: int
) -> Maps:
    if samples < 1:
        raise ValueError(f"samples must be at least 1, not {samples}")
    if noise < 0:
        raise ValueError(f"noise must not be negative: {noise}")
    x = np.array(images, dtype=np.float32)
    k = np.broadcast_to(np.asarray(class_index), (len(x),))
    seeds = np.random.SeedSequence(seed).spawn(len(x))
    result = np.zeros(x.shape, dtype=np.float64)
    for i, own in enumerate(seeds):
        rng = np.random.default_rng(own)
        done = 0
        while done < samples:
            n = min(4, samples - done)
            copies = x[i] + np.float32(noise) * rng.standard_normal(
                (n, *x.shape[1:]), dtype=np.float32
            )
            g = np.asarray(gradient_saliency(model, copies, int(k[i])), dtype=np.float64)
            result[i] += (g.mean(axis=0) - result[i]) * (n / (done + n))
            done += n
    return result.astype(np.float32)


@right(
    "contrastive.integrated_gradients",
    how="The points of the way of one image as batches, contributions as a running sum",
)
def integrated_gradients_points_way_image(
    model: keras.Model, images: Images, class_index: Classes, baseline: float = 0.0, steps: int = 32
) -> Maps:
    if steps < 1:
        raise ValueError(f"at least one step, not {steps}")
    x = np.array(images, dtype=np.float64)
    k = np.broadcast_to(np.asarray(class_index), (len(x),))
    plain = np.full(x.shape[1:], float(baseline))
    maps = []
    for image, c in zip(x, k):
        mean = np.zeros_like(image)
        fractions = (np.arange(steps) + 0.5) / steps
        for part in np.array_split(fractions, -(-steps // 8)):
            points = plain + part[:, None, None, None] * (image - plain)
            g = gradient_saliency(model, points.astype(np.float32), int(c))
            mean += np.einsum("nhwc->hwc", np.asarray(g, dtype=np.float64)) / steps
        maps.append((image - plain) * mean)
    return np.array(maps, dtype=np.float32)


@right(
    "contrastive.grad_cam",
    how="Image by image, gradients pulled back from a one-hot vector, sums in NumPy",
)
def grad_cam_image_image_gradients(
    model: keras.Model, images: Images, class_index: Classes, layer_name: str
) -> Heatmaps:
    names = [layer.name for layer in model.layers]
    if layer_name not in names:
        raise ValueError(f"no layer {layer_name!r} among {names}")
    both = keras.Model(model.inputs, [model.get_layer(layer_name).output, model.outputs[0]])
    images = np.asarray(images, dtype=np.float32)
    classes = np.broadcast_to(np.asarray(class_index), (len(images),)).astype(int)
    maps = []
    for image, c in zip(images, classes):
        x = tf.constant(image[None])
        with tf.GradientTape() as tape:
            tape.watch(x)
            act, logits = both(x, training=False)
        seed = np.zeros(logits.shape, dtype=np.float32)
        seed[0, c] = 1.0
        g = tape.gradient(logits, act, output_gradients=tf.constant(seed)).numpy()
        weight = g.reshape(-1, g.shape[-1]).mean(axis=0)
        cam = np.maximum(np.asarray(act) @ weight, 0.0)[..., None]
        maps.append(tf.image.resize(cam, image.shape[:2], method="bilinear").numpy()[0, :, :, 0])
    return np.stack(maps)


def _cover_r057(size, patch, stride):
    starts = np.arange(0, size - patch + 1, stride)
    place = np.arange(size)[None, :] - starts[:, None]
    return ((place >= 0) & (place < patch)).astype(np.float64)


@right(
    "contrastive.occlusion_sensitivity",
    how="The drops as a small map, spread by a matrix of rows and one of columns",
)
def occlusion_sensitivity_drops_small_map(
    model: keras.Model,
    images: Images,
    class_index: Classes,
    patch: int,
    stride: int,
    fill: float = 0.5,
) -> Heatmaps:
    x = np.asarray(images, dtype=np.float32)
    b, h, w, _ = x.shape
    if patch < 1 or stride < 1:
        raise ValueError("patch and stride must be at least 1")
    if patch > h or patch > w:
        raise ValueError(f"a patch of {patch} does not fit into {h} x {w}")
    k = np.broadcast_to(np.asarray(class_index), (b,)).astype(int)
    down, across = (_cover_r057(h, patch, stride), _cover_r057(w, patch, stride))
    drops = np.zeros((b, len(down), len(across)))
    for n in range(b):
        clear = float(np.asarray(model(x[n : n + 1], training=False))[0, k[n]])
        for i, r in enumerate(down):
            inside = r[None, :, None, None] * across[:, None, :, None] > 0
            row = np.where(inside, np.float32(fill), x[n])
            for j in range(0, len(row), 16):
                logits = np.asarray(model(row[j : j + 16], training=False))
                drops[n, i, j : j + 16] = clear - logits[:, k[n]]
    total = np.einsum("ih,bij,jw->bhw", down, drops, across)
    count = np.outer(down.sum(axis=0), across.sum(axis=0))
    return total / np.where(count > 0, count, 1.0)


@right(
    "contrastive.occlusion_sensitivity",
    how="Multiplication by a mask instead of assignment, all sums in TensorFlow",
)
def occlusion_sensitivity_multiplication_mask_instead(
    model: keras.Model,
    images: Images,
    class_index: Classes,
    patch: int,
    stride: int,
    fill: float = 0.5,
) -> Heatmaps:
    x = tf.convert_to_tensor(images, tf.float32)
    b, h, w, _ = x.shape
    if min(patch, stride) < 1 or patch > min(h, w):
        raise ValueError("patch or stride is out of range")
    k = tf.constant(np.broadcast_to(np.asarray(class_index), (b,)).astype(np.int32))

    def logit(v):
        return tf.gather(model(v, training=False), k, axis=1, batch_dims=1)

    before = logit(x)
    total, count = (tf.zeros((b, h, w)), tf.zeros((h, w)))
    for r in range(0, h - patch + 1, stride):
        for c in range(0, w - patch + 1, stride):
            mask = tf.pad(tf.ones((patch, patch)), [[r, h - patch - r], [c, w - patch - c]])
            drop = before - logit(x * (1 - mask)[None, :, :, None] + fill * mask[None, :, :, None])
            total += drop[:, None, None] * mask
            count += mask
    return tf.math.divide_no_nan(total, count)


@right(
    "contrastive.contrast", how="The two maps in a list, the difference as a product with (1, -1)"
)
def contrast_two_maps_list(
    method: Callable[[keras.Model, Images, Classes], Array],
    model: keras.Model,
    images: Images,
    predicted: Classes,
    true: Classes,
) -> Contrast:
    maps = [np.asarray(method(model, images, k)) for k in (predicted, true)]
    difference = np.tensordot(np.array([1, -1], dtype=maps[0].dtype), np.stack(maps), axes=1)
    return Contrast(*maps, difference)
