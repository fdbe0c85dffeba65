# ruff: noqa: ANN001, ANN201, ANN202, F821
"""Right answers to `activation_maximization` of the ninth round: each keeps all promises."""

import numpy as np
import tensorflow as tf

from course.given import Ascent
from tests.answers.fresh import right


@right("activation_maximization.random_start", how="Stateless TensorFlow noise.")
def random_start_stateless_tensorflow_noise(shape, seed):
    rng = tf.random.Generator.from_seed(seed, alg="philox")
    return rng.uniform(shape, 0.0, 1.0)


@right(
    "activation_maximization.ascent_step",
    how="Built on gradient_saliency's idea, in eager mode with NumPy's clip.",
)
def ascent_step_built_gradient_saliency(model, images, class_index, step_size, output="logit"):
    x = tf.identity(tf.cast(images, tf.float32))
    with tf.GradientTape() as tape:
        tape.watch(x)
        score = select_output(model, x, class_index, output)
    moved = x.numpy() + np.float32(step_size) * tape.gradient(score, x).numpy()
    return np.clip(moved, 0.0, 1.0)


def _way(model, x, k, steps, size, output):
    yield x
    for _ in range(steps):
        x = ascent_step(model, x, k, size, output)
        yield x


@right("activation_maximization.maximize_class", how="A generator yields the way.")
def maximize_class_generator_yields_way(
    model, start, class_index, steps, step_size, output="logit"
):
    scores = []
    for x in _way(model, np.array(start), class_index, steps, step_size, output):
        scores.append(np.asarray(select_output(model, x, class_index, output)))
    return Ascent(images=x, scores=np.stack(scores, axis=0))


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="The chain rule by hand: the gradient of the images times images · (1 − images).",
)
def maximize_class_sigmoid_chain_rule_hand(
    model, start, class_index, steps, step_size, output="logit"
):
    p = np.clip(np.asarray(start, dtype=np.float64), 0.001, 1 - 0.001)
    z = tf.constant(np.log(p / (1 - p)), tf.float32)
    scores = []
    for n in range(steps + 1):
        images = tf.sigmoid(z)
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = select_output(model, images, class_index, output)
        scores.append(value)
        if n < steps:
            z += step_size * tape.gradient(value, images) * images * (1 - images)
    return Ascent(images, tf.stack(scores))


@right(
    "activation_maximization.random_start",
    how="A random generator of its own, float32 drawn directly.",
)
def random_start_generator_own_float(shape, seed):
    return np.random.Generator(np.random.PCG64(seed)).random(tuple(shape), dtype=np.float32)
