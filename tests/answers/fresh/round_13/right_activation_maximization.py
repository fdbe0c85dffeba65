# ruff: noqa: ANN001, ANN201, ANN202, F821
"""Right answers to `activation_maximization` of round 13: each keeps all promises."""

from itertools import accumulate

import numpy as np
import tensorflow as tf
from scipy.special import expit
from scipy.special import logit as inverse_sigmoid

from course.given import Ascent
from tests.answers.fresh import right


@right("activation_maximization.random_start", how="TensorFlow's stateless generator")
def random_start_tensorflow_s_stateless(shape, seed):
    pair = np.array([seed, 1312], dtype=np.int64)
    return tf.random.stateless_uniform(tuple(shape), seed=pair, minval=0.0, maxval=1.0)


@right("activation_maximization.random_start", how="Bits of a Philox generator, divided by hand")
def random_start_bits_philox_generator(shape, seed):
    bits = np.random.Generator(np.random.Philox(seed)).integers(0, 2**24 + 1, size=shape)
    return (bits / 2**24).astype(np.float32)


@right(
    "activation_maximization.ascent_step",
    how="Tf.gradients in a graph, the clip as a minimum of a maximum in NumPy",
)
def ascent_step_tf_gradients_graph(model, images, class_index, step_size, output="logit"):

    @tf.function(autograph=False)
    def uphill(x):
        return tf.gradients(tf.add_n([select_output(model, x, class_index, output)]), [x])[0]

    slope = uphill(tf.convert_to_tensor(images)).numpy()
    return np.minimum(np.maximum(np.asarray(images) + np.float32(step_size) * slope, 0), 1)


@right("activation_maximization.maximize_class", how="Itertools.accumulate over the steps")
def maximize_class_itertools_accumulate_over(
    model, start, class_index, steps, step_size, output="logit"
):

    def on(images, _):
        return ascent_step(model, images, class_index, step_size, output)

    way = accumulate(range(steps), on, initial=tf.convert_to_tensor(start))
    seen = [
        (images, np.asarray(select_output(model, images, class_index, output))) for images in way
    ]
    return Ascent(seen[-1][0], np.array([score for _, score in seen]))


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="The chain rule by hand: the gradient of the image times x (1 - x), z kept in NumPy",
)
def maximize_class_sigmoid_chain_rule_hand(
    model, start, class_index, steps, step_size, output="logit"
):
    z = inverse_sigmoid(np.clip(np.asarray(start, np.float64), 0.001, 1 - 0.001))
    scores = []
    for n in range(steps + 1):
        x = tf.constant(expit(z), tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(x)
            score = select_output(model, x, class_index, output)
        scores.append(score.numpy())
        if n < steps:
            z = z + step_size * tape.gradient(score, x).numpy() * expit(z) * expit(-z)
    return Ascent(expit(z).astype(np.float32), np.stack(scores))


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="A tape on z, the inverse sigmoid as a difference of logarithms",
)
def maximize_class_sigmoid_tape_z_inverse(
    model, start, class_index, steps, step_size, output="logit"
):
    start = tf.clip_by_value(tf.convert_to_tensor(start), 0.001, 1 - 0.001)
    z = tf.math.log(start) - tf.math.log1p(-start)
    scores = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            score = select_output(model, tf.sigmoid(z), class_index, output)
        scores.append(score)
        z = z + step_size * tape.gradient(score, z)
    images = tf.sigmoid(z)
    scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


@right("activation_maximization.maximize_class", how="A plain loop on the module's own functions")
def maximize_class_plain_loop_module(model, start, class_index, steps, step_size, output="logit"):
    images = tf.convert_to_tensor(start)
    scores = [select_output(model, images, class_index, output)]
    for _ in range(steps):
        images = ascent_step(model, images, class_index, step_size, output)
        scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))
