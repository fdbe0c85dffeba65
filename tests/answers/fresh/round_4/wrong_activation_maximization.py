# ruff: noqa: ANN001, ANN201, ANN202
"""Wrong answers to `activation_maximization` of a fourth round: each breaks one promise."""

import numpy as np
import tensorflow as tf

from course.given import Ascent, compiled
from course.saliency import select_output
from tests.answers.fresh import wrong


def _fourth_climb(model, images, class_index, step_size, output):
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = select_output(model, images, class_index, output)
    gradient = tape.gradient(value, images, unconnected_gradients="zero")
    return (value, tf.clip_by_value(images + tf.cast(step_size, tf.float32) * gradient, 0.0, 1.0))


_fourth_climb = compiled(_fourth_climb)


def _fourth_climb_z(model, z, class_index, step_size, output):
    with tf.GradientTape() as tape:
        tape.watch(z)
        value = select_output(model, tf.sigmoid(z), class_index, output)
    gradient = tape.gradient(value, z, unconnected_gradients="zero")
    return (value, z + tf.cast(step_size, tf.float32) * gradient)


_fourth_climb_z = compiled(_fourth_climb_z)


@wrong(
    "activation_maximization.random_start",
    breaks="Same seed, same images (an op seed continues a stream)",
)
def random_start_op_seed(shape, seed):
    return tf.random.uniform(shape, seed=seed)


@wrong("activation_maximization.random_start", breaks="Uniform in [0, 1], not a little around grey")
def random_start_around_grey(shape, seed):
    return 0.4 + 0.2 * np.random.default_rng(seed).random(shape, dtype=np.float32)


@wrong(
    "activation_maximization.random_start",
    breaks="Every value drawn on its own, also of the channels",
)
def random_start_grey_noise(shape, seed):
    return np.repeat(
        np.random.default_rng(seed).random((*shape[:3], 1), dtype=np.float32), shape[3], axis=3
    )


@wrong("activation_maximization.ascent_step", breaks="Plain gradient, not its sign")
def ascent_step_sign(model, images, class_index, step_size, output="logit"):
    images = tf.cast(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = select_output(model, images, class_index, output)
    gradient = tape.gradient(value, images, unconnected_gradients="zero")
    return tf.clip_by_value(images + step_size * tf.sign(gradient), 0.0, 1.0)


@wrong(
    "activation_maximization.ascent_step",
    breaks="The gradient is multiplied by the step size, not normalized",
)
def ascent_step_normalized(model, images, class_index, step_size, output="logit"):
    images = tf.cast(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = select_output(model, images, class_index, output)
    gradient = tape.gradient(value, images, unconnected_gradients="zero")
    return tf.clip_by_value(
        images + step_size * gradient / (tf.math.reduce_std(gradient) + 1e-08), 0.0, 1.0
    )


@wrong("activation_maximization.ascent_step", breaks="Softmax is climbed, not its logarithm")
def ascent_step_log_probability(model, images, class_index, step_size, output="logit"):
    images = tf.cast(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = select_output(model, images, class_index, output)
        value = tf.math.log(value) if output == "softmax" else value
    gradient = tape.gradient(value, images, unconnected_gradients="zero")
    return tf.clip_by_value(images + step_size * gradient, 0.0, 1.0)


@wrong(
    "activation_maximization.maximize_class",
    breaks="The last images, also if others on the way scored higher",
)
def maximize_class_best_image(model, start, class_index, steps, step_size, output="logit"):
    images = tf.cast(start, tf.float32)
    scores, way = ([], [images])
    for _ in range(steps):
        value, images = _fourth_climb(model, images, class_index, step_size, output)
        scores.append(value)
        way.append(images)
    scores.append(select_output(model, images, class_index, output))
    best = np.argmax(np.stack(scores), axis=0)
    return Ascent(tf.stack([way[n][b] for b, n in enumerate(best)]), tf.stack(scores))


@wrong("activation_maximization.maximize_class", breaks="Every step clips; not only at the end")
def maximize_class_no_clip_between(model, start, class_index, steps, step_size, output="logit"):
    images = tf.cast(start, tf.float32)
    scores = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = select_output(model, images, class_index, output)
        images = images + step_size * tape.gradient(value, images)
        scores.append(value)
    images = tf.clip_by_value(images, 0.0, 1.0)
    scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


@wrong("activation_maximization.maximize_class", breaks="Changes nothing that it is given")
def maximize_class_in_place(model, start, class_index, steps, step_size, output="logit"):
    scores = []
    if not isinstance(start, np.ndarray):
        start = np.array(start)
    for _ in range(steps):
        value, images = _fourth_climb(model, tf.constant(start), class_index, step_size, output)
        start[...] = images
        scores.append(value)
    scores.append(select_output(model, start, class_index, output))
    return Ascent(start, tf.stack(scores))


@wrong("activation_maximization.maximize_class_sigmoid", breaks="Clipped to [1e-3, 1 - 1e-3]")
def maximize_class_sigmoid_clip_1e6(model, start, class_index, steps, step_size, output="logit"):
    start = tf.clip_by_value(tf.cast(start, tf.float32), 1e-06, 1 - 1e-06)
    z = tf.math.log(start) - tf.math.log1p(-start)
    scores = []
    for _ in range(steps):
        value, z = _fourth_climb_z(model, z, class_index, step_size, output)
        scores.append(value)
    images = tf.sigmoid(z)
    scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


def _maximize_class_sigmoid_clips_z_climb_z(model, z, class_index, step_size, output):
    with tf.GradientTape() as tape:
        tape.watch(z)
        value = select_output(model, tf.sigmoid(z), class_index, output)
    gradient = tape.gradient(value, z, unconnected_gradients="zero")
    return (value, tf.clip_by_value(z + tf.cast(step_size, tf.float32) * gradient, -6.907, 6.907))


_maximize_class_sigmoid_clips_z_climb_z = compiled(_maximize_class_sigmoid_clips_z_climb_z)


@wrong(
    "activation_maximization.maximize_class_sigmoid", breaks="Climbs without clipping: z is free"
)
def maximize_class_sigmoid_clips_z(model, start, class_index, steps, step_size, output="logit"):
    start = tf.clip_by_value(tf.cast(start, tf.float32), 0.001, 1 - 0.001)
    z = tf.math.log(start) - tf.math.log1p(-start)
    scores = []
    for _ in range(steps):
        value, z = _maximize_class_sigmoid_clips_z_climb_z(model, z, class_index, step_size, output)
        scores.append(value)
    images = tf.sigmoid(z)
    scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))
