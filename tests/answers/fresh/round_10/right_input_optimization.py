# ruff: noqa: ANN001, ANN201, ANN202, ANN204, E501, F821
"""Right answers to `input_optimization` of round 10: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Optimized, float_images, predict
from tests.answers.fresh import right


@right(
    "input_optimization.change_penalty",
    how="A dictionary of sums over unrolled changes, with Keras ops and einsum; the neighbours' differences by keras.ops.diff.",
)
def change_penalty_dictionary_sums_over(images, originals, kind="l2"):
    change = keras.ops.subtract(float_images(images), float_images(originals))
    sums = {
        "l2": lambda d: tf.einsum("bhwc,bhwc->b", d, d),
        "l1": lambda d: keras.ops.sum(keras.ops.abs(d), axis=(1, 2, 3)),
        "tv": lambda d: sum(
            keras.ops.sum(keras.ops.abs(keras.ops.diff(d, axis=axis)), axis=(1, 2, 3))
            for axis in (1, 2)
        ),
    }
    if kind not in sums:
        raise ValueError(f"kind must be one of {sorted(sums)}, not {kind!r}")
    _, height, width, channels = change.shape
    return sums[kind](change) / float(height * width * channels)


@right(
    "input_optimization.difference_image",
    how="The negative of a subtraction from the originals, with keras.ops.",
)
def difference_image_negative_subtraction_originals(originals, optimized):
    before, after = (keras.ops.convert_to_tensor(one) for one in (originals, optimized))
    return keras.ops.negative(keras.ops.subtract(before, keras.ops.cast(after, before.dtype)))


@right(
    "input_optimization.optimize_to_class",
    how="Each image alone in a tf.function that takes its gradient with tf.gradients; the cross-entropy as logsumexp minus logit.",
)
def optimize_to_class_image_alone_tf(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    originals = float_images(images)
    goals = np.broadcast_to(np.asarray(target), originals.shape[0])
    size, weight = (tf.constant(number, tf.float32) for number in (step_size, penalty_weight))

    @tf.function(autograph=False)
    def downhill(current, original, goal):
        logits = model(current, training=False)[0]
        cost = tf.reduce_logsumexp(logits) - logits[goal]
        cost += weight * change_penalty(current, original, penalty)[0]
        slope = tf.gradients(cost, current, unconnected_gradients="zero")[0]
        return tf.minimum(tf.maximum(current - size * slope, 0.0), 1.0)

    finished = []
    for number, goal in enumerate(goals):
        original = originals[number : number + 1]
        current = original
        for _ in range(steps):
            current = downhill(current, original, tf.constant(int(goal)))
        finished.append(current)
    result = tf.concat(finished, axis=0)
    success = np.argmax(predict(model, result), axis=1) == goals
    return Optimized(result, success, change_penalty(result, originals, penalty))


@right(
    "input_optimization.smallest_change",
    how="All results in one array with the untouched images as a first candidate, and a single argmin over them.",
)
def smallest_change_results_array_untouched(
    model, images, target, weights, steps, step_size, penalty="l2"
):
    originals = float_images(images)
    goals = np.broadcast_to(np.asarray(target), originals.shape[0])
    already = np.argmax(predict(model, originals), axis=-1) == goals
    candidates = [Optimized(originals, already, change_penalty(originals, originals, penalty))]
    candidates += [
        optimize_to_class(model, originals, goals, steps, step_size, float(weight), penalty)
        for weight in weights
    ]
    pictures, worked, changes = (np.stack([np.asarray(c[i]) for c in candidates]) for i in range(3))
    cost = np.where(worked, changes, np.inf)
    choice = cost.argmin(axis=0)
    each = np.arange(len(choice))
    return Optimized(pictures[choice, each], worked[choice, each], changes[choice, each])


class _SpectrumOfChange:
    def __init__(self, originals):
        self.originals = originals
        count, self.height, self.width, channels = originals.shape
        self.parts = tf.Variable(tf.zeros((2, count, channels, self.height, self.width // 2 + 1)))

    def images(self):
        spectrum = tf.complex(self.parts[0], self.parts[1])
        waves = tf.cast(fourier_images(spectrum, self.height, self.width), tf.float32)
        return tf.clip_by_value(self.originals + waves, 0.0, 1.0)

    def step(self, slope, size):
        slope = slope.numpy().astype(np.float64)
        flat = slope.swapaxes(0, 1).reshape(slope.shape[1], -1)
        rms = np.linalg.norm(flat, axis=1) / np.sqrt(flat.shape[1] / 2)
        scale = np.divide(size, rms, out=np.zeros_like(rms), where=rms > 0)
        self.parts.assign_sub((slope * scale[None, :, None, None, None]).astype(np.float32))


@right(
    "input_optimization.optimize_in_spectrum",
    how="Real and imaginary part are one variable with a leading axis of two; normalization by norms in NumPy.",
)
def optimize_in_spectrum_real_imaginary_part(
    model, images, target, steps, step_size, penalty_weight, seed, view=(12.0, 8.0, 0.1)
):
    change = _SpectrumOfChange(float_images(images))
    goals = np.broadcast_to(np.asarray(target), change.originals.shape[0]).astype(np.int32)
    keys = np.random.SeedSequence([seed, 2018]).spawn(steps)
    for n, key in enumerate(keys):
        with tf.GradientTape() as tape:
            pictures = change.images()
            seen = random_view(pictures, *view, seed=int(key.generate_state(1)[0] >> 1))
            logits = model(seen, training=False)
            costs = keras.losses.sparse_categorical_crossentropy(goals, logits, from_logits=True)
            costs += penalty_weight * change_penalty(pictures, change.originals)
        slope = tape.gradient(costs, change.parts, unconnected_gradients="zero")
        change.step(slope, step_size * (steps - n) / steps)
    pictures = change.images() if steps else change.originals
    success = np.argmax(predict(model, pictures), axis=-1) == goals
    return Optimized(pictures, success, change_penalty(pictures, change.originals))


@right(
    "input_optimization.optimize_to_class",
    how="One tf.Variable, clipped with keras.ops, log_softmax and a one-hot target.",
)
def optimize_to_class_tf_variable_clipped(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    originals = float_images(images)
    change_penalty(originals, originals, penalty)
    goals = np.broadcast_to(np.asarray(target), originals.shape[0])
    pixels = tf.Variable(originals)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            current = tf.convert_to_tensor(pixels)
            logs = tf.nn.log_softmax(model(current, training=False))
            hot = tf.one_hot(goals, logs.shape[-1], dtype=logs.dtype)
            entropy = -tf.einsum("bk,bk->b", hot, logs)
            cost = tf.reduce_sum(
                entropy + penalty_weight * change_penalty(current, originals, penalty)
            )
        slope = tape.gradient(cost, pixels, unconnected_gradients="zero")
        pixels.assign(keras.ops.clip(pixels - step_size * slope, 0.0, 1.0))
    final = tf.identity(pixels)
    success = tf.argmax(predict(model, final), axis=-1).numpy() == goals
    return Optimized(
        images=final, success=success, change=change_penalty(final, originals, penalty)
    )
