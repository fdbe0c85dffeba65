# ruff: noqa: ANN001, ANN201, ANN202, E731, F821
"""Right answers to `activation_maximization` of round 14: each keeps all promises."""

from itertools import accumulate, repeat

import keras
import numpy as np
import tensorflow as tf
from scipy.special import expit, logit

from tests.answers.fresh import right


@right("activation_maximization.random_start", how="A TensorFlow Generator of its own (Philox)")
def random_start_tensorflow_generator_own(shape, seed):
    generator = tf.random.Generator.from_seed(int(seed), alg="philox")
    return generator.uniform(tuple(shape))


@right(
    "activation_maximization.ascent_step",
    how="Keras.optimizers.SGD with a variable constraint done by hand",
)
def ascent_step_keras_optimizers_sgd(model, images, class_index, step_size, output="logit"):
    variable = tf.Variable(tf.cast(tf.convert_to_tensor(images), tf.float32), trainable=True)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(variable)
        loss = -tf.reduce_sum(select_output(model, variable.value(), class_index, output))
    slope = tape.gradient(loss, variable)
    variable.assign_sub(tf.cast(step_size, tf.float32) * slope)
    return keras.ops.clip(tf.convert_to_tensor(variable), 0.0, 1.0)


@right("activation_maximization.maximize_class", how="Itertools.accumulate over a path of images")
def maximize_class_itertools_accumulate_over(
    model, start, class_index, steps, step_size, output="logit"
):
    first = tf.cast(tf.convert_to_tensor(start), tf.float32)
    climb = lambda x, _: tf.convert_to_tensor(ascent_step(model, x, class_index, step_size, output))
    path = list(accumulate(repeat(None, int(steps)), climb, initial=first))
    scores = np.array([np.asarray(select_output(model, x, class_index, output)) for x in path])
    return Ascent(path[-1], scores)


@right("activation_maximization.maximize_class", how="Tf.while_loop with a TensorArray")
def maximize_class_tf_while_loop(model, start, class_index, steps, step_size, output="logit"):
    start = tf.cast(tf.convert_to_tensor(start), tf.float32)
    classes = tf.broadcast_to(tf.cast(class_index, tf.int32), tf.shape(start)[:1])
    steps = int(steps)

    def record(n, images, table):
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = select_output(model, images, classes, output)
        rise = tape.gradient(value, images)
        return (
            n + 1,
            tf.clip_by_value(images + tf.cast(step_size, tf.float32) * rise, 0.0, 1.0),
            table.write(n, value),
        )

    table = tf.TensorArray(tf.float32, size=steps + 1)
    _, images, table = tf.while_loop(
        lambda n, *_: n < steps, record, (tf.constant(0), start, table)
    )
    table = table.write(steps, select_output(model, images, classes, output))
    return Ascent(images, table.stack())


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="Scipy's logit, gradients of the module's gradient in x and the chain rule by hand",
)
def maximize_class_sigmoid_scipy_s_logit(
    model, start, class_index, steps, step_size, output="logit"
):
    z = logit(np.clip(np.asarray(start, np.float64), 0.001, 1 - 0.001))
    scores = []

    def slope(x):
        x = tf.constant(x, tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = select_output(model, x, class_index, output)
        scores.append(np.asarray(value))
        return np.asarray(tape.gradient(value, x), np.float64)

    for _ in range(steps):
        x = expit(z)
        z = z + step_size * slope(x) * x * (1 - x)
    slope(expit(z))
    return Ascent(expit(z).astype(np.float32), np.stack(scores))


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="A tf.Variable for z, scores written into a NumPy table",
)
def maximize_class_sigmoid_tf_variable_z(
    model, start, class_index, steps, step_size, output="logit"
):
    first = np.clip(np.asarray(start, np.float32), np.float32(0.001), np.float32(1 - 0.001))
    z = tf.Variable(np.log(first) - np.log1p(-first))
    paint = lambda: keras.ops.sigmoid(z.value())
    table = np.empty((int(steps) + 1, len(first)), np.float32)
    for n in range(int(steps)):
        with tf.GradientTape() as tape:
            value = select_output(model, paint(), class_index, output)
        table[n] = np.asarray(value)
        z.assign_add(float(step_size) * tape.gradient(value, z))
    table[int(steps)] = np.asarray(select_output(model, paint(), class_index, output))
    return Ascent(paint(), table)
