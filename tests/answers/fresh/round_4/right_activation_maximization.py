# ruff: noqa: ANN001, ANN201, ANN202, B905, F821
"""Right answers to `activation_maximization` of a fourth round, each in another style."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Ascent
from course.saliency import select_output
from tests.answers.fresh import right


@right("activation_maximization.random_start", how="stateless")
def random_start_stateless(shape, seed):
    return tf.random.stateless_uniform(shape, seed=[seed, 7])


@right("activation_maximization.random_start", how="generator")
def random_start_generator(shape, seed):
    return tf.random.Generator.from_seed(seed).uniform(shape, dtype=tf.float64)


@right("activation_maximization.random_start", how="keras seed")
def random_start_keras_seed(shape, seed):
    return keras.random.uniform(shape, seed=keras.random.SeedGenerator(seed))


@right("activation_maximization.ascent_step", how="minimize negative")
def ascent_step_minimize_negative(model, images, class_index, step_size, output="logit"):
    x = tf.Variable(tf.cast(images, tf.float32), constraint=lambda v: tf.clip_by_value(v, 0.0, 1.0))
    with tf.GradientTape() as tape:
        loss = -tf.reduce_sum(select_output(model, x, class_index, output))
    gradient = tape.gradient(loss, x)
    x.assign_sub(step_size * gradient)
    return np.minimum(np.maximum(x.numpy(), 0), 1)


@right("activation_maximization.maximize_class", how="one at a time")
def maximize_class_one_at_a_time(model, start, class_index, steps, step_size, output="logit"):
    start = np.array(start, dtype=np.float32)
    classes = np.broadcast_to(class_index, len(start))
    ends, ways = ([], [])
    for image, k in zip(start, classes):
        image, way = (image[None], [select_output(model, image[None], int(k), output).numpy()[0]])
        for _ in range(steps):
            image = np.asarray(ascent_step(model, image, int(k), step_size, output))
            way.append(select_output(model, image, int(k), output).numpy()[0])
        ends.append(image[0])
        ways.append(way)
    return Ascent(np.stack(ends), np.array(ways).T)


@right("activation_maximization.maximize_class", how="tensorarray")
def maximize_class_tensorarray(model, start, class_index, steps, step_size, output="logit"):
    images = tf.convert_to_tensor(start, tf.float32)
    scores = tf.TensorArray(tf.float32, size=steps + 1)
    scores = scores.write(0, select_output(model, images, class_index, output))
    for n in tf.range(1, steps + 1):
        images = ascent_step(model, images, class_index, step_size, output)
        scores = scores.write(n, select_output(model, images, class_index, output))
    return Ascent(images=images, scores=scores.stack())


def _maximize_class_sigmoid_chain_rule_g(model, x, class_index, output):
    x = tf.constant(x, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = select_output(model, x, class_index, output)
    return tape.gradient(value, x).numpy()


@right("activation_maximization.maximize_class_sigmoid", how="chain rule")
def maximize_class_sigmoid_chain_rule(model, start, class_index, steps, step_size, output="logit"):
    from scipy.special import expit, logit

    z = logit(np.clip(np.asarray(start, np.float64), 0.001, 1 - 0.001))
    scores = []
    for _ in range(steps):
        x = expit(z)
        scores.append(select_output(model, x, class_index, output).numpy())
        z = z + step_size * _maximize_class_sigmoid_chain_rule_g(
            model, x, class_index, output
        ) * x * (1 - x)
    scores.append(select_output(model, expit(z), class_index, output).numpy())
    return Ascent(expit(z), np.array(scores))
