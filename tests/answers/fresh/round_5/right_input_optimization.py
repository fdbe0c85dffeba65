# ruff: noqa: ANN001, ANN202, B905, E501, F821
"""Right answers to `input_optimization` of the fifth round: each keeps all promises."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from course.given import Optimized
from course.given.types import Classes, Images, Maps, Penalty, Values
from course.natural_images import fourier_images, random_view
from tests.answers.fresh import right


def _rough_r060(d):
    down = keras.ops.abs(d[:, 1:] - d[:, :-1])
    across = keras.ops.abs(d[:, :, 1:] - d[:, :, :-1])
    return keras.ops.sum(down, axis=(1, 2, 3)) + keras.ops.sum(across, axis=(1, 2, 3))


_kinds_r060 = {
    "l2": lambda d: keras.ops.einsum("bhwc,bhwc->b", d, d),
    "l1": lambda d: keras.ops.sum(keras.ops.abs(d), axis=(1, 2, 3)),
    "tv": _rough_r060,
}


@right(
    "input_optimization.change_penalty",
    how="A table of three functions of the change, scalar products by einsum",
)
def change_penalty_table_three_functions(
    images: Images, originals: Images, kind: Penalty = "l2"
) -> Values:
    if kind not in _kinds_r060:
        raise ValueError(f"kind must be one of {list(_kinds_r060)}, not {kind!r}")
    change = keras.ops.convert_to_tensor(images) - keras.ops.convert_to_tensor(originals)
    return _kinds_r060[kind](change) / float(np.prod(change.shape[1:]))


def _slope_r061(d, kind):
    n = d[0].size
    if kind == "l2":
        return 2 * d / n
    if kind == "l1":
        return np.sign(d) / n
    g = np.zeros_like(d)
    down, across = (np.sign(np.diff(d, axis=1)), np.sign(np.diff(d, axis=2)))
    g[:, 1:] += down
    g[:, :-1] -= down
    g[:, :, 1:] += across
    g[:, :, :-1] -= across
    return g / n


@right(
    "input_optimization.optimize_to_class",
    how="All slopes by hand: softmax minus one-hot pulled back, and those of the penalties in NumPy",
)
def optimize_to_class_slopes_hand_softmax(
    model: keras.Model,
    images: Images,
    target: Classes,
    steps: int,
    step_size: float,
    penalty_weight: float,
    penalty: Penalty = "l2",
) -> Optimized:
    if penalty not in ("l1", "l2", "tv"):
        raise ValueError(f"penalty {penalty!r}")
    before = np.array(images, dtype=np.float32)
    x = before.copy()
    k = np.broadcast_to(np.asarray(target), (len(x),)).astype(int)
    hot = np.eye(int(model.output_shape[-1]), dtype=np.float32)[k]
    for _ in range(steps):
        t = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(t)
            logits = model(t, training=False)
        slope = tape.gradient(logits, t, output_gradients=tf.nn.softmax(logits) - hot).numpy()
        slope = slope + np.float32(penalty_weight) * _slope_r061(x - before, penalty)
        x = np.clip(x - np.float32(step_size) * slope, 0, 1)
    success = np.asarray(model(x, training=False)).argmax(axis=1) == k
    return Optimized(x, success, np.asarray(change_penalty(x, before, penalty)))


def _way_r062(model, start, k, step_size, weight, penalty):
    x = start
    while True:
        yield x
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits = model(x, training=False)[0]
            loss = tf.reduce_logsumexp(logits) - logits[k]
            loss = loss + weight * change_penalty(x, start, penalty)[0]
        x = tf.clip_by_value(x - step_size * tape.gradient(loss, x), 0.0, 1.0)


@right(
    "input_optimization.optimize_to_class",
    how="Image by image, loss as logsumexp minus logit, a generator of the way",
)
def optimize_to_class_image_image_loss(
    model: keras.Model,
    images: Images,
    target: Classes,
    steps: int,
    step_size: float,
    penalty_weight: float,
    penalty: Penalty = "l2",
) -> Optimized:
    start = np.array(images, dtype=np.float32)
    change_penalty(start, start, penalty)
    found, success, change = ([], [], [])
    for image, k in zip(start, np.broadcast_to(np.asarray(target), (len(start),)).tolist()):
        original = tf.constant(image[None])
        way = _way_r062(model, original, k, step_size, penalty_weight, penalty)
        for _ in range(steps + 1):
            x = next(way)
        found.append(x.numpy())
        success.append(int(tf.argmax(model(x, training=False)[0])) == k)
        change.append(float(change_penalty(x, original, penalty)[0]))
    return Optimized(
        np.concatenate(found), np.array(success, dtype=bool), np.array(change, dtype=np.float32)
    )


@right("input_optimization.difference_image", how="Keras.ops, the sum with the negative")
def difference_image_keras_ops_sum(originals: Images, optimized: Images) -> Maps:
    before, after = (keras.ops.convert_to_tensor(x) for x in (originals, optimized))
    return keras.ops.add(keras.ops.negative(before), after)


@right(
    "input_optimization.smallest_change",
    how="One image at a time, min over a list of candidates by key",
)
def smallest_change_image_time_min(
    model: keras.Model,
    images: Images,
    target: Classes,
    weights: Sequence[float],
    steps: int,
    step_size: float,
    penalty: Penalty = "l2",
) -> Optimized:
    x = np.array(images, dtype=np.float32)
    change_penalty(x, x, penalty)
    classes = np.broadcast_to(np.asarray(target), (len(x),)).tolist()
    rows = []
    for i, k in enumerate(classes):
        own = x[i : i + 1]
        if int(np.argmax(np.asarray(model(own, training=False))[0])) == k:
            rows.append((own, True, 0.0))
            continue
        runs = [optimize_to_class(model, own, k, steps, step_size, w, penalty) for w in weights]
        found = [r for r in runs if bool(np.asarray(r.success)[0])]
        if not found:
            rows.append((own, False, 0.0))
            continue
        best = min(found, key=lambda r: float(np.asarray(r.change)[0]))
        rows.append((np.asarray(best.images), True, float(np.asarray(best.change)[0])))
    return Optimized(
        np.concatenate([r[0] for r in rows]),
        np.array([r[1] for r in rows]),
        np.array([r[2] for r in rows], dtype=np.float32),
    )


@right(
    "input_optimization.optimize_in_spectrum",
    how="Real and imaginary part as two variables, first scaled by the largest",
)
def optimize_in_spectrum_real_imaginary_part(
    model: keras.Model,
    images: Images,
    target: Classes,
    steps: int,
    step_size: float,
    penalty_weight: float,
    seed: int,
    view: tuple[float, float, float] = (12.0, 8.0, 0.1),
) -> Optimized:
    original = tf.convert_to_tensor(images, tf.float32)
    b, h, w, c = original.shape
    k = np.broadcast_to(np.asarray(target), (b,))
    shape = (b, c, h, w // 2 + 1)
    re, im = (tf.Variable(tf.zeros(shape)), tf.Variable(tf.zeros(shape)))
    rng = np.random.default_rng(seed)

    def paint():
        return tf.clip_by_value(original + fourier_images(tf.complex(re, im), h, w), 0.0, 1.0)

    for n in range(steps):
        with tf.GradientTape() as tape:
            x = paint()
            seen = random_view(x, *view, int(rng.integers(2**31)))
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(k, model(seen, training=False))
            loss = loss + penalty_weight * change_penalty(x, original, "l2")
        gr, gi = tape.gradient(loss, [re, im])
        largest = tf.reduce_max(tf.maximum(tf.abs(gr), tf.abs(gi)), axis=(1, 2, 3), keepdims=True)
        gr, gi = (tf.math.divide_no_nan(gr, largest), tf.math.divide_no_nan(gi, largest))
        rms = tf.sqrt(tf.reduce_mean(gr**2 + gi**2, axis=(1, 2, 3), keepdims=True))
        rate = step_size * (1 - n / steps)
        re.assign_sub(rate * tf.math.divide_no_nan(gr, rms))
        im.assign_sub(rate * tf.math.divide_no_nan(gi, rms))
    x = paint()
    success = np.argmax(np.asarray(model(x, training=False)), axis=1) == k
    return Optimized(x, success, change_penalty(x, original, "l2"))


def _norms_r066(g):
    rows = np.asarray(g, dtype=np.complex128).reshape(len(g), -1)
    return np.array([np.linalg.norm(r) / np.sqrt(r.size) for r in rows])


@right(
    "input_optimization.optimize_in_spectrum",
    how="One complex spectrum without variables, norms of flattened rows, images in a function of the spectrum",
)
def optimize_in_spectrum_complex_without_variables(
    model: keras.Model,
    images: Images,
    target: Classes,
    steps: int,
    step_size: float,
    penalty_weight: float,
    seed: int,
    view: tuple[float, float, float] = (12.0, 8.0, 0.1),
) -> Optimized:
    before = tf.constant(np.array(images, dtype=np.float32))
    b, h, w, c = before.shape
    hot = tf.one_hot(np.broadcast_to(np.asarray(target), (b,)), model.output_shape[-1])
    spectrum = tf.zeros((b, c, h, w // 2 + 1), tf.complex64)
    seeds = np.random.SeedSequence(seed).generate_state(steps) if steps else []

    def images_of(s):
        return tf.clip_by_value(before + fourier_images(s, h, w), 0.0, 1.0)

    for n, own in enumerate(seeds):
        with tf.GradientTape() as tape:
            tape.watch(spectrum)
            x = images_of(spectrum)
            logits = model(random_view(x, view[0], view[1], view[2], int(own)), training=False)
            entropy = -tf.reduce_sum(hot * tf.nn.log_softmax(logits))
            change = tf.reduce_sum(tf.reduce_mean((x - before) ** 2, axis=(1, 2, 3)))
            loss = entropy + penalty_weight * change
        g = tape.gradient(loss, spectrum).numpy()
        size = _norms_r066(g)
        factor = np.divide(
            step_size * (1 - n / steps), size, out=np.zeros_like(size), where=size > 0
        )
        spectrum = spectrum - tf.constant((g * factor[:, None, None, None]).astype(np.complex64))
    x = images_of(spectrum)
    success = tf.argmax(model(x, training=False), axis=1) == tf.argmax(hot, axis=1)
    return Optimized(x.numpy(), success.numpy(), np.asarray(change_penalty(x, before)))
