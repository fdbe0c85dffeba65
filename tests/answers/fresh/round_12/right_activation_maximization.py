# ruff: noqa: ANN001, ANN201, ANN202, E501, F821
"""Right answers to `activation_maximization` of round 12: each keeps all promises."""

import itertools

import keras
import numpy as np
import tensorflow as tf
from scipy.special import expit, logit

from course.given import Ascent
from course.saliency import gradient_saliency
from tests.answers.fresh import right


@right(
    "activation_maximization.random_start",
    how="A TensorFlow Generator object with the Philox algorithm",
)
def random_start_tensorflow_generator_object(shape, seed):
    generator = tf.random.Generator.from_seed(seed, alg="philox")
    return generator.uniform(shape, dtype=tf.float32)


@right("activation_maximization.random_start", how="A MT19937 bit generator from a SeedSequence")
def random_start_mt_bit_generator(shape, seed):
    bits = np.random.MT19937(np.random.SeedSequence(int(seed)))
    return np.random.Generator(bits).uniform(0.0, 1.0, size=tuple(shape)).astype("float32")


@right(
    "activation_maximization.ascent_step",
    how="NumPy around the saliency of the output, minimum and maximum for the clip",
)
def ascent_step_numpy_around_saliency(model, images, class_index, step_size, output="logit"):
    slope = np.asarray(gradient_saliency(model, images, class_index, output))
    moved = np.asarray(images, np.float32) + np.float32(step_size) * slope
    return np.minimum(np.maximum(moved, 0), 1)


@right(
    "activation_maximization.ascent_step",
    how="SGD of Keras on a variable with a clipping constraint of its own",
)
def ascent_step_sgd_keras_variable(model, images, class_index, step_size, output="logit"):
    free = keras.Variable(tf.cast(tf.convert_to_tensor(images), tf.float32))
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(free.value)
        fall = -tf.math.reduce_sum(
            select_output(model, tf.identity(free.value), class_index, output)
        )
    slope = tf.convert_to_tensor(tape.gradient(fall, free.value))
    return keras.ops.clip(free.value - keras.ops.cast(step_size, "float32") * slope, 0, 1)


@right("activation_maximization.maximize_class", how="Recursion on the number of steps")
def maximize_class_recursion_number_steps(
    model, start, class_index, steps, step_size, output="logit"
):
    now = np.array(start, dtype=np.float32)
    here = np.asarray(select_output(model, now, class_index, output))[np.newaxis]
    if steps < 1:
        return Ascent(now, here)
    after = ascent_step(model, now, class_index, step_size, output)
    rest = maximize_class_recursion_number_steps(
        model, after, class_index, steps - 1, step_size, output
    )
    return Ascent(rest.images, np.concatenate([here, np.asarray(rest.scores)]))


@right(
    "activation_maximization.maximize_class", how="Itertools.accumulate over an iterator of steps"
)
def maximize_class_itertools_accumulate_over(
    model, start, class_index, steps, step_size, output="logit"
):
    first = tf.identity(tf.cast(tf.convert_to_tensor(start), tf.float32))

    def r_next(x, _):
        return ascent_step(model, x, class_index, step_size, output)

    scores, x = ([], first)
    for x in itertools.accumulate(range(steps), r_next, initial=first):
        scores.append(np.asarray(select_output(model, x, class_index, output)))
    return Ascent(x, np.vstack(scores))


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="Chain rule by hand: the saliency times x (1 − x), all in NumPy with scipy's expit and logit",
)
def maximize_class_sigmoid_chain_rule_hand(
    model, start, class_index, steps, step_size, output="logit"
):
    z = logit(np.clip(np.asarray(start, np.float64), 0.001, 1 - 0.001))

    def r_image():
        return expit(z).astype(np.float32)

    def r_score():
        return np.asarray(select_output(model, r_image(), class_index, output))

    scores = [r_score()]
    for _ in range(steps):
        x = r_image()
        slope = np.asarray(gradient_saliency(model, x, class_index, output), np.float64)
        z = z + float(step_size) * slope * x * (1.0 - x)
        scores.append(r_score())
    return Ascent(r_image(), np.array(scores))


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="One step as a tf.function with tf.gradients, which returns the value and the next z",
)
def maximize_class_sigmoid_step_tf_function(
    model, start, class_index, steps, step_size, output="logit"
):
    start = tf.clip_by_value(tf.cast(tf.convert_to_tensor(start), tf.float32), 0.001, 1 - 0.001)
    z = tf.math.log(start) - tf.math.log(1 - start)
    scores = []

    @tf.function(autograph=False)
    def r_move(z):
        value = select_output(model, tf.sigmoid(z), class_index, output)
        return (value, z + tf.cast(step_size, tf.float32) * tf.gradients(value, z)[0])

    for _ in range(steps):
        value, z = r_move(z)
        scores.append(value)
    images = tf.sigmoid(z)
    scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


@right(
    "activation_maximization.ascent_step",
    how="A tape that watches nothing by itself, and tf.clip_by_value",
)
def ascent_step_tape_watches_nothing(model, images, class_index, step_size, output="logit"):
    x = tf.cast(tf.convert_to_tensor(images), tf.float32)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        value = select_output(model, x, class_index, output)
    gradient = tape.gradient(value, x)
    return tf.clip_by_value(x + step_size * gradient, 0.0, 1.0)
