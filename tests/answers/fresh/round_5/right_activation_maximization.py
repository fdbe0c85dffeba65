# ruff: noqa: ANN001, ANN202, B905, E501, F821
"""Right answers to `activation_maximization` of the fifth round: each keeps all promises."""

import random
from itertools import accumulate, repeat

import keras
import numpy as np
import tensorflow as tf

from course.given import Ascent
from course.given.types import Classes, Images, Output
from course.saliency import select_output
from tests.answers.fresh import right


@right(
    "activation_maximization.random_start",
    how="Python's own generator, number by number, through lists",
)
def random_start_python_s_own(shape: tuple[int, int, int, int], seed: int) -> Images:
    rng = random.Random(int(seed))
    b, h, w, c = shape
    return np.array(
        [
            [[[rng.random() for _ in range(c)] for _ in range(w)] for _ in range(h)]
            for _ in range(b)
        ],
        dtype=np.float32,
    )


@right("activation_maximization.random_start", how="TensorFlow's stateless generator")
def random_start_tensorflow_s_stateless(shape: tuple[int, int, int, int], seed: int) -> Images:
    return tf.random.stateless_uniform(tuple(shape), seed=tf.constant([seed, 17], tf.int64))


@right(
    "activation_maximization.ascent_step",
    how="Descent on the negative sum, in a variable of its own",
)
def ascent_step_descent_negative_sum(
    model: keras.Model,
    images: Images,
    class_index: Classes,
    step_size: float,
    output: Output = "logit",
) -> Images:
    x = tf.Variable(tf.cast(images, tf.float32))
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        loss = -tf.reduce_sum(select_output(model, x, class_index, output))
    slope = tape.gradient(loss, x)
    x.assign_sub(tf.cast(step_size, tf.float32) * slope)
    return tf.minimum(tf.maximum(x, 0.0), 1.0)


@right(
    "activation_maximization.maximize_class",
    how="Image by image, the way as an itertools.accumulate, the columns of the record joined at the end",
)
def maximize_class_image_image_way(
    model: keras.Model,
    start: Images,
    class_index: Classes,
    steps: int,
    step_size: float,
    output: Output = "logit",
) -> Ascent:
    if output not in ("logit", "softmax"):
        raise ValueError(f"unknown output {output!r}")
    start = np.array(start, dtype=np.float32)
    classes = np.broadcast_to(np.asarray(class_index), (len(start),)).tolist()
    last, columns = ([], [])
    for image, k in zip(start, classes):
        way = accumulate(
            repeat(None, steps),
            lambda x, _, k=k: ascent_step(model, x, k, step_size, output),
            initial=image[np.newaxis],
        )
        column = []
        for x in way:
            column.append(float(select_output(model, x, k, output)[0]))
        last.append(np.asarray(x))
        columns.append(column)
    return Ascent(np.concatenate(last), np.array(columns, dtype=np.float32).T)


@right(
    "activation_maximization.maximize_class",
    how="One tf.while_loop with a TensorArray, in a tf.function made anew",
)
def maximize_class_tf_while_loop(
    model: keras.Model,
    start: Images,
    class_index: Classes,
    steps: int,
    step_size: float,
    output: Output = "logit",
) -> Ascent:
    if output not in ("logit", "softmax"):
        raise ValueError(f"unknown output {output!r}")
    start = tf.convert_to_tensor(start, tf.float32)
    k = tf.constant(np.array(np.broadcast_to(np.asarray(class_index), (start.shape[0],)), np.int32))

    def step(i, x, record):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = select_output(model, x, k, output)
        after = tf.clip_by_value(x + step_size * tape.gradient(y, x), 0.0, 1.0)
        return (i + 1, after, record.write(i, tf.cast(y, tf.float32)))

    @tf.function(autograph=False)
    def run(x, n):
        record = tf.TensorArray(tf.float32, size=n + 1, element_shape=(x.shape[0],))
        _, x, record = tf.while_loop(lambda i, *_: i < n, step, (0, x, record))
        record = record.write(n, tf.cast(select_output(model, x, k, output), tf.float32))
        return (x, record.stack())

    images, scores = run(start, tf.constant(steps))
    return Ascent(images, scores)


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="The chain rule by hand: gradient of the images times s (1 - s)",
)
def maximize_class_sigmoid_chain_rule_hand(
    model: keras.Model,
    start: Images,
    class_index: Classes,
    steps: int,
    step_size: float,
    output: Output = "logit",
) -> Ascent:
    s = tf.clip_by_value(tf.convert_to_tensor(start, tf.float32), 0.001, 1 - 0.001)
    z = tf.math.log(s) - tf.math.log1p(-s)
    scores = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(s)
            y = select_output(model, s, class_index, output)
        scores.append(np.asarray(y))
        z = z + step_size * tape.gradient(y, s) * s * (1.0 - s)
        s = tf.sigmoid(z)
    scores.append(np.asarray(select_output(model, s, class_index, output)))
    return Ascent(s, np.stack(scores))
