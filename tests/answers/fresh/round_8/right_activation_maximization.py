# ruff: noqa: ANN001, ANN201, ANN202, B007, E731
"""Right answers to `activation_maximization` of the eighth round: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Ascent
from course.saliency import select_output
from tests.answers.fresh import right


@right(
    "activation_maximization.random_start",
    how="Philox bits by hand: 24 random bits a value, divided by the largest",
)
def random_start_philox_bits_hand(shape, seed):
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence(int(seed))))
    return (generator.integers(0, 2**24, size=tuple(shape), endpoint=True) / 2**24).astype(
        np.float32
    )


@right(
    "activation_maximization.ascent_step",
    how="Relu twice instead of a clip, keras.ops for the rest",
)
def ascent_step_relu_twice_instead(model, images, class_index, step_size, output="logit"):
    images = keras.ops.convert_to_tensor(images)
    with tf.GradientTape(watch_accessed_variables=False) as t:
        t.watch(images)
        s = keras.ops.sum(select_output(model, images, class_index, output))
    up = images + keras.ops.cast(step_size, images.dtype) * t.gradient(s, images)
    return keras.ops.minimum(keras.ops.relu(up), 1.0)


def _way(model, x, class_index, steps, step_size, output):
    for left in range(steps, -1, -1):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            value = select_output(model, x, class_index, output)
        yield (x, value)
        if left:
            x = tf.clip_by_value(x + step_size * tape.gradient(value, x), 0.0, 1.0)


@right(
    "activation_maximization.maximize_class",
    how="Recursion-free generator of the way, scores written into a preallocated array",
)
def maximize_class_recursion_free_generator(
    model, start, class_index, steps, step_size, output="logit"
):
    start = tf.cast(start, tf.float32)
    steps, step_size = (int(steps), tf.cast(step_size, tf.float32))
    scores = np.zeros((steps + 1, start.shape[0]), np.float32)
    x = start
    for n, (x, value) in enumerate(_way(model, start, class_index, steps, step_size, output)):
        scores[n] = value.numpy()
    return Ascent(x.numpy(), scores)


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="Tanh of half of z in place of the sigmoid, atanh to start, the chain rule by hand",
)
def maximize_class_sigmoid_tanh_half_z(model, start, class_index, steps, step_size, output="logit"):
    p = np.clip(np.asarray(start, np.float64), 0.001, 1 - 0.001)
    z = tf.constant(2 * np.arctanh(2 * p - 1), tf.float32)
    image = lambda z: (1 + tf.tanh(z / 2)) / 2
    scores = []
    for n in range(int(steps) + 1):
        x = image(z)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            y = select_output(model, x, class_index, output)
        scores.append(y)
        if n < steps:
            z = z + tf.cast(step_size, tf.float32) * tape.gradient(y, x) * x * (1 - x)
    return Ascent(image(z), tf.stack(scores))


@right(
    "activation_maximization.random_start",
    how="Every value from a generator of its own row: spawned streams, float64",
)
def random_start_every_value_generator(shape, seed):
    b, h, w, c = (int(n) for n in shape)
    streams = np.random.SeedSequence(int(seed)).spawn(b * h)
    rows = [np.random.Generator(np.random.SFC64(s)).random((w, c)) for s in streams]
    return tf.constant(np.reshape(rows, (b, h, w, c)), tf.float32)
