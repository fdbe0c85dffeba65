# ruff: noqa: ANN001, ANN201, ANN202, B905, E501, F821
"""Right answers to `activation_maximization` of round 16: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf
from scipy.special import expit, logit

from tests.answers.fresh import right


@right("activation_maximization.random_start", how="A stateless TensorFlow generator (Philox)")
def random_start_stateless_tensorflow_generator(shape, seed):
    return tf.random.Generator.from_seed(seed, alg="philox").uniform(shape, 0.0, 1.0, tf.float32)


@right(
    "activation_maximization.ascent_step",
    how="An SGD optimizer with a constraint on the variable, and the loss negated",
)
def ascent_step_sgd_optimizer_constraint(model, images, class_index, step_size, output="logit"):
    x = tf.Variable(tf.cast(images, tf.float32), trainable=True)
    with tf.GradientTape() as tape:
        cost = -tf.reduce_sum(select_output(model, x, class_index, output))
    slope = tape.gradient(cost, x)
    x.assign_sub(tf.cast(step_size, tf.float32) * slope)
    return keras.ops.clip(x.value(), 0.0, 1.0)


def _walk_of_one(model, image, k, steps, step_size, output):
    x = tf.constant(image[None])
    for left in range(steps, -1, -1):
        yield (x, float(select_output(model, x, k, output)[0]))
        if left:
            x = ascent_step(model, x, k, step_size, output)


@right("activation_maximization.maximize_class", how="A generator of states, images one by one")
def maximize_class_generator_states_images(
    model, start, class_index, steps, step_size, output="logit"
):
    start = np.asarray(start, np.float32)
    classes = [int(k) for k in np.broadcast_to(np.asarray(class_index), (len(start),))]
    walks = [
        list(_walk_of_one(model, x, k, steps, step_size, output)) for x, k in zip(start, classes)
    ]
    ends = np.concatenate([np.asarray(walk[-1][0]) for walk in walks])
    return Ascent(images=ends, scores=np.array([[s for _, s in walk] for walk in walks]).T)


def _slope_at(model, x, class_index, output):
    x = tf.constant(x, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = select_output(model, x, class_index, output)
    return (np.asarray(tape.gradient(y, x), np.float64), np.asarray(y))


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="Scipy's logit and expit, chain rule by hand from gradient_saliency-like tape on the images",
)
def maximize_class_sigmoid_scipy_s_logit(
    model, start, class_index, steps, step_size, output="logit"
):
    free = logit(np.clip(np.asarray(start, np.float64), 0.001, 1 - 0.001))
    record = []
    for _ in range(steps):
        x = expit(free)
        slope, y = _slope_at(model, x, class_index, output)
        record.append(y)
        free = free + float(step_size) * slope * x * (1 - x)
    last = expit(free).astype(np.float32)
    record.append(np.asarray(select_output(model, tf.constant(last), class_index, output)))
    return Ascent(last, np.stack(record))


@right(
    "activation_maximization.random_start", how="NumPy's SeedSequence, value by value, legacy-free"
)
def random_start_numpy_s_seedsequence(shape, seed):
    bits = np.random.PCG64DXSM(np.random.SeedSequence([int(seed), 20091]))
    return np.random.Generator(bits).uniform(0.0, 1.0, size=tuple(shape)).astype("float32")
