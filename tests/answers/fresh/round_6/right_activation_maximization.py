# ruff: noqa: F821
"""Right answers to `activation_maximization` of the sixth round: each keeps all promises."""

import itertools
import random

import keras
import numpy as np
import tensorflow as tf

from course.given import Ascent
from course.given.types import Classes, Images, Output
from course.saliency import select_output
from tests.answers.fresh import right


@right(
    "activation_maximization.random_start",
    how="Philox generator, filled value by value through ravel order",
)
def random_start_philox_generator_filled(shape: tuple[int, int, int, int], seed: int) -> Images:
    rng = np.random.Generator(np.random.Philox(seed))
    out = np.empty(shape, np.float32)
    rng.random(out=out, dtype=np.float32)
    return out


@right("activation_maximization.random_start", how="Python's own random.Random")
def random_start_python_s_own(shape: tuple[int, int, int, int], seed: int) -> Images:
    rng = random.Random(seed)
    return np.array([rng.random() for _ in range(int(np.prod(shape)))], dtype="float32").reshape(
        shape
    )


@right(
    "activation_maximization.ascent_step",
    how="Jacobian-free: gradient through a keras op sum, clipping by median of three",
)
def ascent_step_jacobian_free_gradient(
    model: keras.Model,
    images: Images,
    class_index: Classes,
    step_size: float,
    output: Output = "logit",
) -> Images:
    x = tf.convert_to_tensor(images)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        total = keras.ops.sum(select_output(model, x, class_index, output))
    up = x + step_size * tape.gradient(total, x)
    return np.median(
        np.stack([up, np.zeros(x.shape, "float32"), np.ones(x.shape, "float32")]), axis=0
    )


@right("activation_maximization.maximize_class", how="Recursion-free accumulate over ascent_step")
def maximize_class_recursion_free_accumulate(
    model: keras.Model,
    start: Images,
    class_index: Classes,
    steps: int,
    step_size: float,
    output: Output = "logit",
) -> Ascent:
    path = itertools.accumulate(
        range(steps),
        lambda x, _: ascent_step(model, x, class_index, step_size, output),
        initial=tf.identity(start),
    )
    scores, last = ([], None)
    for last in path:
        scores.append(np.asarray(select_output(model, last, class_index, output)))
    return Ascent(np.asarray(last), np.stack(scores))


@right(
    "activation_maximization.maximize_class",
    how="Each image climbs alone, paths put side by side afterwards",
)
def maximize_class_image_climbs_alone(
    model: keras.Model,
    start: Images,
    class_index: Classes,
    steps: int,
    step_size: float,
    output: Output = "logit",
) -> Ascent:
    start = np.asarray(start, "float32")
    classes = np.broadcast_to(np.asarray(class_index), (len(start),))
    images, columns = ([], [])
    for b in range(len(start)):
        x, k, column = (start[b : b + 1].copy(), int(classes[b]), [])
        for n in range(steps + 1):
            column.append(float(np.asarray(select_output(model, x, k, output))[0]))
            if n < steps:
                x = np.asarray(ascent_step(model, x, k, step_size, output))
        images.append(x)
        columns.append(column)
    return Ascent(np.concatenate(images), np.array(columns, "float32").T)


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="Chain rule by hand: gradient in the images times s(1 - s)",
)
def maximize_class_sigmoid_chain_rule_hand(
    model: keras.Model,
    start: Images,
    class_index: Classes,
    steps: int,
    step_size: float,
    output: Output = "logit",
) -> Ascent:
    s = tf.clip_by_value(tf.cast(start, tf.float32), 0.001, 1 - 0.001)
    z = tf.math.log(s) - tf.math.log1p(-s)
    scores = []
    for n in range(steps + 1):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(s)
            value = select_output(model, s, class_index, output)
        scores.append(value)
        if n < steps:
            z = z + step_size * tape.gradient(value, s) * s * (1 - s)
            s = tf.sigmoid(z)
    return Ascent(s, tf.stack(scores))
