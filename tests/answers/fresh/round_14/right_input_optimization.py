# ruff: noqa: ANN001, ANN201, ANN202, ANN204, B905, E501, F821
"""Right answers to `input_optimization` of round 14: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from tests.answers.fresh import right


def _f14_steps(d):
    down = tf.reshape(d[:, 1:] - d[:, :-1], (d.shape[0], -1))
    across = tf.reshape(d[:, :, 1:] - d[:, :, :-1], (d.shape[0], -1))
    return tf.concat([down, across], axis=1)


_F14_MEASURES = {
    "l2": lambda d: tf.einsum("bhwc,bhwc->b", d, d),
    "l1": lambda d: tf.einsum("bhwc->b", tf.abs(d)),
    "tv": lambda d: tf.reduce_sum(tf.abs(_f14_steps(d)), axis=1),
}


@right(
    "input_optimization.change_penalty",
    how="Vectors and norms, differences by tf.concat for the total variation",
)
def change_penalty_vectors_norms_differences(images, originals, kind="l2"):
    if kind not in _F14_MEASURES:
        raise ValueError(f"kind must be one of {sorted(_F14_MEASURES)}, not {kind!r}")
    images = tf.cast(tf.convert_to_tensor(images), tf.float32)
    change = images - tf.cast(tf.convert_to_tensor(originals), tf.float32)
    return _F14_MEASURES[kind](change) / float(np.prod(change.shape[1:]))


@right(
    "input_optimization.optimize_to_class",
    how="Keras SGD on a variable with a constraint applied by assign",
)
def optimize_to_class_keras_sgd_variable(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"penalty must be 'l2', 'l1' or 'tv', not {penalty!r}")
    originals = tf.cast(tf.convert_to_tensor(images), tf.float32)
    classes = np.broadcast_to(np.asarray(target), (originals.shape[0],))
    current = tf.Variable(originals)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")
    for _ in range(int(steps)):
        with tf.GradientTape() as tape:
            far = tf.reduce_sum(change_penalty(current.value(), originals, penalty))
            loss = (
                loss_of(classes, model(current.value(), training=False))
                + float(penalty_weight) * far
            )
        current.assign_sub(float(step_size) * tape.gradient(loss, current))
        current.assign(tf.clip_by_value(current, 0.0, 1.0))
    final = tf.convert_to_tensor(current)
    answers = np.asarray(model(final, training=False)).argmax(axis=1)
    return Optimized(final, answers == classes, change_penalty(final, originals, penalty))


@right("input_optimization.difference_image", how="Keras ops")
def difference_image_keras_ops(originals, optimized):
    new, old = (keras.ops.convert_to_tensor(x, dtype="float32") for x in (optimized, originals))
    return keras.ops.subtract(new, old)


@right(
    "input_optimization.smallest_change",
    how="Argmin over a table of changes, with the unchanged image as one more candidate",
)
def smallest_change_argmin_over_table(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"no penalty {penalty!r}")
    start = np.asarray(images, np.float32)
    tries = [
        optimize_to_class(model, start, target, steps, step_size, float(w), penalty)
        for w in weights
    ]
    already = np.asarray(predict(model, start)).argmax(axis=1) == np.asarray(target)
    cost = np.stack(
        [np.where(already, -1.0, np.inf)]
        + [np.where(np.asarray(t.success), np.asarray(t.change, np.float64), np.inf) for t in tries]
    )
    best = cost.argmin(axis=0)
    least = cost[best, np.arange(len(start))]
    candidates = [start] + [np.asarray(t.images) for t in tries]
    chosen = np.stack([candidates[k][i] for i, k in enumerate(best)])
    success = np.isfinite(least)
    return Optimized(chosen, success, np.where(success & (best > 0), least, 0.0))


class _F14Search:
    def __init__(self, model, images, target, weight, view, seed):
        self.model, self.weight, self.view = (model, float(weight), tuple(view))
        self.originals = tf.cast(tf.convert_to_tensor(images), tf.float32)
        b, self.h, self.w, c = self.originals.shape
        self.classes = np.broadcast_to(np.asarray(target), (b,)).astype(np.int64)
        self.spectrum = np.zeros((b, c, self.h, self.w // 2 + 1), np.complex128)
        self.rng = np.random.Generator(np.random.Philox(seed))

    def images(self, real, imaginary):
        change = fourier_images(tf.complex(real, imaginary), self.h, self.w)
        return tf.clip_by_value(self.originals + change, 0.0, 1.0)

    def parts(self):
        return [tf.constant(part, tf.float32) for part in (self.spectrum.real, self.spectrum.imag)]

    def slope(self):
        parts = self.parts()
        with tf.GradientTape() as tape:
            tape.watch(parts)
            now = self.images(*parts)
            seen = random_view(now, *self.view, seed=int(self.rng.integers(2**31)))
            odds = tf.nn.log_softmax(self.model(seen, training=False))
            loss = -tf.gather(odds, self.classes, batch_dims=1)
            loss = loss + self.weight * change_penalty(now, self.originals, "l2")
        real, imaginary = (np.asarray(one, np.float64) for one in tape.gradient(loss, parts))
        return real + 1j * imaginary

    def step(self, size):
        slope = self.slope()
        rms = np.sqrt(np.mean(np.abs(slope) ** 2, axis=(1, 2, 3), keepdims=True))
        self.spectrum -= size * slope / np.where(rms > 0, rms, 1)


@right(
    "input_optimization.optimize_in_spectrum",
    how="A class that holds the search, complex arithmetic in NumPy between the gradients",
)
def optimize_in_spectrum_class_holds_search(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    search = _F14Search(model, images, target, penalty_weight, view, seed)
    for n in range(steps):
        search.step(step_size * (1 - n / steps))
    final = search.images(*search.parts()) if steps else search.originals
    said = np.asarray(model(final, training=False)).argmax(axis=-1)
    return Optimized(final, said == search.classes, change_penalty(final, search.originals, "l2"))


@right(
    "input_optimization.optimize_to_class",
    how="The cross-entropy's slope by hand (softmax minus one-hot), passed back as output_gradients",
)
def optimize_to_class_softmax_minus_hot(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    originals = np.asarray(images, np.float32)
    change_penalty(originals, originals, penalty)
    classes = np.broadcast_to(np.asarray(target), (len(originals),))
    x = tf.constant(originals)
    for _ in range(steps):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            logits = model(x, training=False)
            cost = change_penalty(x, originals, penalty)
        pull = tf.nn.softmax(logits) - tf.one_hot(classes, logits.shape[-1])
        slope = tape.gradient(logits, x, output_gradients=pull)
        slope += float(penalty_weight) * tape.gradient(cost, x)
        x = tf.clip_by_value(x - float(step_size) * slope, 0.0, 1.0)
    success = predict(model, np.asarray(x)).argmax(axis=-1) == classes
    return Optimized(np.asarray(x), success, np.asarray(change_penalty(x, originals, penalty)))


@right("input_optimization.smallest_change", how="Image by image in plain Python, min with a key")
def smallest_change_image_image_plain(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    images = np.asarray(images, np.float32)
    change_penalty(images, images, penalty)
    classes = np.broadcast_to(np.asarray(target), (len(images),)).tolist()
    said = predict(model, images).argmax(-1).tolist()
    rows = []
    for image, k, now in zip(images, classes, said):
        if now == k:
            rows.append((image, True, 0.0))
            continue
        tries = [
            optimize_to_class(model, image[None], k, steps, step_size, w, penalty) for w in weights
        ]
        good = [t for t in tries if bool(np.asarray(t.success)[0])]
        if not good:
            rows.append((image, False, 0.0))
            continue
        best = min(good, key=lambda t: float(np.asarray(t.change)[0]))
        rows.append((np.asarray(best.images)[0], True, float(np.asarray(best.change)[0])))
    return Optimized(*(np.array(column) for column in zip(*rows)))
