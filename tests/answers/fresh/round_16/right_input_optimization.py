# ruff: noqa: ANN001, ANN201, ANN202, ANN204, E731, F821
"""Right answers to `input_optimization` of round 16: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from tests.answers.fresh import right


@right(
    "input_optimization.change_penalty",
    how="Flattened changes and match; keras.ops.diff for the variation",
)
def change_penalty_flattened_changes_match(images, originals, kind="l2"):
    change = tf.cast(images, tf.float32) - tf.cast(originals, tf.float32)
    flat = lambda t: tf.reshape(t, [tf.shape(t)[0], -1])
    match kind:
        case "l2":
            return keras.ops.mean(keras.ops.square(flat(change)), axis=1)
        case "l1":
            return keras.ops.mean(keras.ops.abs(flat(change)), axis=1)
        case "tv":
            rough = sum(
                keras.ops.sum(keras.ops.abs(flat(keras.ops.diff(change, axis=a))), axis=1)
                for a in (1, 2)
            )
            return rough / float(np.prod(change.shape[1:]))
    raise ValueError(f"kind must be l2, l1 or tv, not {kind!r}")


@right(
    "input_optimization.optimize_to_class",
    how="TF 1 graph of gradients, a while_loop over the steps",
)
def optimize_to_class_tf_graph_gradients(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    if penalty not in ("l2", "l1", "tv"):
        raise ValueError(f"penalty {penalty!r}")
    first = tf.cast(images, tf.float32)
    wanted = tf.broadcast_to(tf.cast(target, tf.int64), [first.shape[0]])

    @tf.function(autograph=False)
    def descend(origin, labels, rate, weight, count):

        def body(i, now):
            log_p = tf.nn.log_softmax(model(now, training=False))
            own = tf.reduce_sum(log_p * tf.one_hot(labels, log_p.shape[1]), axis=1)
            loss = tf.reduce_sum(weight * change_penalty(now, origin, penalty) - own)
            return (i + 1, tf.clip_by_value(now - rate * tf.gradients(loss, now)[0], 0.0, 1.0))

        return tf.while_loop(lambda i, _: i < count, body, (tf.constant(0), origin))[1]

    end = descend(
        first,
        wanted,
        *(tf.constant(v, tf.float32) for v in (step_size, penalty_weight)),
        tf.constant(steps),
    )
    hit = tf.equal(tf.argmax(model(end, training=False), axis=1), wanted)
    return Optimized(images=end, success=hit, change=change_penalty(end, first, penalty))


@right("input_optimization.difference_image", how="Np.diff of the stacked pair")
def difference_image_np_diff_stacked(originals, optimized):
    pair = np.stack([np.asarray(originals, np.float32), np.asarray(optimized, np.float32)])
    return np.diff(pair, axis=0)[0]


@right(
    "input_optimization.smallest_change",
    how="All results stacked, an argmin over the weights with a masked array",
)
def smallest_change_results_stacked_argmin(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    start = np.asarray(images, np.float32)
    runs = [
        optimize_to_class(model, start, target, steps, step_size, float(w), penalty)
        for w in weights
    ]
    ok = np.array([np.asarray(r.success) for r in runs], bool)
    size = np.ma.masked_array([np.asarray(r.change) for r in runs], mask=~ok)
    winner = size.filled(np.inf).argmin(axis=0)
    column = np.arange(len(start))
    right_already = predict(model, start).argmax(axis=1) == np.asarray(target)
    changed = ok.any(axis=0) & ~right_already
    pictures = np.array([np.asarray(r.images) for r in runs])[winner, column]
    return Optimized(
        np.where(changed[:, None, None, None], pictures, start),
        changed | right_already,
        np.where(changed, size.data[winner, column], 0.0),
    )


class _SpectralDescent:
    def __init__(self, model, originals, classes, weight):
        self.model, self.originals, self.classes, self.weight = (model, originals, classes, weight)
        b, self.h, self.w, c = originals.shape
        self.parts = tf.Variable(tf.zeros((2, b, c, self.h, self.w // 2 + 1)))

    def images(self):
        added = fourier_images(tf.complex(self.parts[0], self.parts[1]), self.h, self.w)
        return tf.clip_by_value(self.originals + added, 0.0, 1.0)

    def step(self, size, view, seed):
        with tf.GradientTape() as tape:
            now = self.images()
            logits = self.model(random_view(now, *view, seed), training=False)
            log_p = tf.gather(tf.nn.log_softmax(logits), self.classes, axis=1, batch_dims=1)
            loss = self.weight * change_penalty(now, self.originals, "l2") - log_p
        slope = tf.cast(tape.gradient(loss, self.parts), tf.float64)
        power = tf.reduce_mean(tf.abs(tf.complex(slope[0], slope[1])) ** 2, axis=(1, 2, 3))
        scaled = tf.math.divide_no_nan(slope, tf.sqrt(power)[None, :, None, None, None])
        self.parts.assign_sub(tf.cast(size * scaled, tf.float32))


@right(
    "input_optimization.optimize_in_spectrum",
    how="A class that holds one complex variable, magnitudes by tf.abs",
)
def optimize_in_spectrum_class_holds_complex(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    originals = tf.cast(images, tf.float32)
    classes = tf.broadcast_to(tf.cast(target, tf.int32), originals.shape[:1])
    descent = _SpectralDescent(model, originals, classes, float(penalty_weight))
    draws = np.random.RandomState(int(seed) % 2**32)
    for n in range(steps):
        descent.step(float(step_size) * (1 - n / steps), view, int(draws.randint(2**31 - 1)))
    end = descent.images()
    answer = np.argmax(model(end, training=False), axis=1)
    return Optimized(end, answer == classes.numpy(), change_penalty(end, originals))
