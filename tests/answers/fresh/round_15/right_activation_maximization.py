# ruff: noqa: ANN001, ANN201, ANN202, E501, F821
"""Right answers to `activation_maximization` of round 15: each keeps all promises."""

import numpy as np
import tensorflow as tf

from course.given import Ascent
from tests.answers.fresh import right


@right(
    "activation_maximization.random_start",
    how="Scipy's frozen uniform distribution with a generator of its own.",
)
def random_start_scipy_s_frozen(shape, seed):
    from scipy.stats import uniform

    source = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed)))
    return uniform(0, 1).rvs(size=tuple(shape), random_state=source).astype(np.float32)


@tf.function(autograph=False, reduce_retracing=True)
def _r15_slope(model, images, classes, output):
    return tf.gradients(select_output(model, images, classes, output), images)[0]


@right(
    "activation_maximization.ascent_step",
    how="A tf.function with gradients taken by tf.gradients, and minimum and maximum in place of clip.",
)
def ascent_step_tf_function_gradients(model, images, class_index, step_size, output="logit"):
    images = tf.constant(np.asarray(images, np.float32))
    classes = tf.constant(np.broadcast_to(np.asarray(class_index, np.int32), len(images)))
    moved = images + np.float32(step_size) * _r15_slope(model, images, classes, output)
    return tf.minimum(tf.maximum(moved, 0.0), 1.0)


@right(
    "activation_maximization.maximize_class",
    how="Itertools.accumulate walks the path, the scores come from a comprehension afterwards.",
)
def maximize_class_itertools_accumulate_walks(
    model, start, class_index, steps, step_size, output="logit"
):
    from itertools import accumulate

    first = np.array(start, np.float32)
    path = list(
        accumulate(
            range(steps),
            lambda x, _: np.asarray(ascent_step(model, x, class_index, step_size, output)),
            initial=first,
        )
    )
    return Ascent(
        path[-1], np.array([np.asarray(select_output(model, x, class_index, output)) for x in path])
    )


def _w15_gradient(model, images, class_index, output):
    images = tf.cast(tf.convert_to_tensor(images), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = tf.reduce_sum(select_output(model, images, class_index, output))
    return tape.gradient(value, images)


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="Scipy's logit and expit, the chain rule by hand: gradient · x · (1 − x).",
)
def maximize_class_sigmoid_scipy_s_logit(
    model, start, class_index, steps, step_size, output="logit"
):
    from scipy.special import expit, logit

    z = logit(np.clip(np.asarray(start, np.float64), 0.001, 1 - 0.001))
    x = expit(z).astype(np.float32)
    scores = [np.asarray(select_output(model, x, class_index, output))]
    while len(scores) <= steps:
        x64 = expit(z)
        z = z + step_size * np.asarray(_w15_gradient(model, x, class_index, output)) * x64 * (
            1 - x64
        )
        x = expit(z).astype(np.float32)
        scores.append(np.asarray(select_output(model, x, class_index, output)))
    return Ascent(x, np.stack(scores))


@right("activation_maximization.random_start", how="TensorFlow's own generator object.")
def random_start_tensorflow_s_own(shape, seed):
    generator = tf.random.Generator.from_seed(seed, alg="philox")
    return generator.uniform(tuple(shape), minval=0.0, maxval=1.0, dtype=tf.float32)
