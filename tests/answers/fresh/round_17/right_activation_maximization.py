# ruff: noqa: ANN001, ANN201, F821
"""Right answers to `activation_maximization` of round 17: each keeps all promises."""

from itertools import accumulate

import numpy as np
import tensorflow as tf
from scipy.special import expit, logit

from tests.answers.fresh import right


@right("activation_maximization.random_start", how="Raw words of a Philox counter, scaled by hand.")
def random_start_raw_words_philox(shape, seed):
    words = np.random.Philox(seed).random_raw(int(np.prod(shape)))
    return ((words >> np.uint64(40)).astype(np.float32) / np.float32(2**24)).reshape(shape)


@right(
    "activation_maximization.random_start",
    how="A generator expression over a default_rng of its own, value by value.",
)
def random_start_generator_expression_over(shape, seed):
    rng = np.random.default_rng([17, seed])
    flat = np.fromiter((rng.random() for _ in range(int(np.prod(shape)))), np.float32)
    return tf.reshape(tf.constant(flat), shape)


@right(
    "activation_maximization.ascent_step",
    how="The vector-Jacobian product by a tf.Variable, then NumPy's minimum and maximum.",
)
def ascent_step_vector_jacobian_product(model, images, class_index, step_size, output="logit"):
    place = tf.Variable(tf.cast(images, tf.float32), trainable=True)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(place)
        score = select_output(model, tf.identity(place), class_index, output)
    slope = tape.gradient(score, place, output_gradients=tf.ones_like(score))
    return np.minimum(np.maximum(place.numpy() + float(step_size) * slope.numpy(), 0), 1)


@right(
    "activation_maximization.maximize_class",
    how="Itertools.accumulate over the steps; the scores are taken of all stages afterwards.",
)
def maximize_class_itertools_accumulate_over(
    model, start, class_index, steps, step_size, output="logit"
):
    stages = list(
        accumulate(
            range(steps),
            lambda x, _: ascent_step(model, x, class_index, step_size, output),
            initial=tf.convert_to_tensor(start),
        )
    )
    scores = np.array([np.asarray(select_output(model, x, class_index, output)) for x in stages])
    return Ascent(stages[-1], scores)


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="Scipy's logit and expit in float64, the chain rule by hand.",
)
def maximize_class_sigmoid_scipy_s_logit(
    model, start, class_index, steps, step_size, output="logit"
):
    z = logit(np.clip(np.asarray(start, np.float64), 0.001, 1 - 0.001))
    record = []
    while True:
        images = expit(z)
        x = tf.constant(images, tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(x)
            score = select_output(model, x, class_index, output)
        record.append(score.numpy())
        if len(record) > steps:
            return Ascent(images.astype(np.float32), np.vstack(record))
        z = z + step_size * tape.gradient(score, x).numpy() * images * (1 - images)
