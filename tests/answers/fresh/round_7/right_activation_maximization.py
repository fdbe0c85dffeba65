# ruff: noqa: ANN001, ANN201, ANN202, F821
"""Right answers to `activation_maximization` of the seventh round: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Ascent
from course.saliency import select_output
from tests.answers.fresh import right


@right(
    "activation_maximization.random_start",
    how="Random bytes of Python's own generator, read as 32-bit numbers",
)
def random_start_bytes_python_s(shape, seed):
    import random

    count = int(np.prod(shape))
    raw = random.Random(int(seed)).randbytes(4 * count)
    return (np.frombuffer(raw, np.uint32) / 2.0**32).astype(np.float32).reshape(shape)


@right(
    "activation_maximization.random_start",
    how="Another bit generator, and a generator of images one by one",
)
def random_start_another_bit_generator(shape, seed):
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(int(seed))))
    return np.stack([rng.uniform(size=shape[1:]) for _ in range(shape[0])]).astype("float32")


@right(
    "activation_maximization.ascent_step",
    how="Keras' SGD downhill on minus the output, with a constraint of its own afterwards",
)
def ascent_step_keras_sgd_downhill(model, images, class_index, step_size, output="logit"):
    x = keras.Variable(tf.convert_to_tensor(images), dtype="float32")
    with tf.GradientTape() as tape:
        minus = -select_output(model, x.value, class_index, output)
    gradient = tape.gradient(minus, x.value)
    keras.optimizers.SGD(float(step_size)).apply([gradient], [x])
    return np.clip(keras.ops.convert_to_numpy(x), 0.0, 1.0)


@right(
    "activation_maximization.ascent_step",
    how="The gradient comes from saliency's function, the rest is NumPy",
)
def ascent_step_gradient_comes_saliency(model, images, class_index, step_size, output="logit"):
    from course.saliency import gradient_saliency

    slope = np.asarray(gradient_saliency(model, images, class_index, output))
    return np.minimum(np.maximum(np.asarray(images) + np.float32(step_size) * slope, 0), 1)


@right(
    "activation_maximization.maximize_class",
    how="Itertools.accumulate makes the way, whose scores are asked for afterwards",
)
def maximize_class_itertools_accumulate_makes(
    model, start, class_index, steps, step_size, output="logit"
):
    from itertools import accumulate

    def climb(x, _):
        return ascent_step(model, x, class_index, step_size, output)

    scores, x = ([], None)
    for x in accumulate(range(int(steps)), climb, initial=tf.identity(start)):
        scores.append(np.asarray(select_output(model, x, class_index, output)))
    return Ascent(x, np.stack(scores))


@right(
    "activation_maximization.maximize_class",
    how="One pass of the network per step gives score and gradient; compiled",
)
def maximize_class_pass_network_per(model, start, class_index, steps, step_size, output="logit"):
    from course.given import compiled

    if output not in ("logit", "softmax"):
        raise ValueError(output)

    @compiled
    def look(x, k):
        with tf.GradientTape() as tape:
            tape.watch(x)
            values = select_output(model, x, k, output)
        return (values, tape.gradient(values, x))

    x, record = (np.array(start, np.float32), [])
    k = np.broadcast_to(np.asarray(class_index), len(x)).copy()
    for _ in range(steps):
        values, slope = look(x, k)
        record.append(values.numpy())
        x = np.clip(x + np.float32(step_size) * slope.numpy(), 0, 1)
    record.append(np.asarray(select_output(model, x, k, output)))
    return Ascent(x, np.stack(record))


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="The chain rule by hand, z in float64 in NumPy",
)
def maximize_class_sigmoid_chain_rule_hand(
    model, start, class_index, steps, step_size, output="logit"
):
    from scipy.special import expit, logit

    from course.saliency import gradient_saliency

    z = logit(np.clip(np.asarray(start, np.float64), 0.001, 1 - 0.001))

    def score(z):
        return np.asarray(select_output(model, expit(z).astype("float32"), class_index, output))

    scores = [score(z)]
    for _ in range(steps):
        x = expit(z)
        by_x = np.asarray(gradient_saliency(model, x.astype("float32"), class_index, output))
        z = z + step_size * by_x * x * (1 - x)
        scores.append(score(z))
    return Ascent(expit(z).astype("float32"), np.array(scores))


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="Recursion: each call does one step and hands on the record",
)
def maximize_class_sigmoid_recursion_call_step(
    model, start, class_index, steps, step_size, output="logit"
):
    x = tf.clip_by_value(tf.cast(start, tf.float32), 0.001, 1 - 0.001)

    def walk(z, left, record):
        with tf.GradientTape() as tape:
            tape.watch(z)
            value = select_output(model, 1 / (1 + tf.exp(-z)), class_index, output)
        record = (*record, value)
        if left == 0:
            return Ascent(tf.sigmoid(z), tf.stack(record))
        return walk(z + step_size * tape.gradient(value, z), left - 1, record)

    if steps > 500:
        z, scores = (tf.math.log(x / (1 - x)), [])
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(z)
                scores.append(select_output(model, tf.sigmoid(z), class_index, output))
            z += step_size * tape.gradient(scores[-1], z)
        scores.append(select_output(model, tf.sigmoid(z), class_index, output))
        return Ascent(tf.sigmoid(z), tf.stack(scores))
    return walk(tf.math.log(x / (1 - x)), steps, ())


@right(
    "activation_maximization.random_start",
    how="TensorFlow's generator object, whose state is its own",
)
def random_start_tensorflow_s_generator(shape, seed):
    state = np.random.SeedSequence(int(seed)).generate_state(1)[0]
    return tf.random.Generator.from_seed(int(state), alg="philox").uniform(shape)


@right(
    "activation_maximization.maximize_class",
    how="TensorFlow's while_loop with a TensorArray of scores",
)
def maximize_class_tensorflow_s_while(model, start, class_index, steps, step_size, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError(output)
    x = tf.cast(start, tf.float32)
    record = tf.TensorArray(tf.float32, size=int(steps) + 1, clear_after_read=False)
    record = record.write(0, select_output(model, x, class_index, output))

    def step(n, x, record):
        x = tf.cast(ascent_step(model, x, class_index, step_size, output), tf.float32)
        return (n + 1, x, record.write(n + 1, select_output(model, x, class_index, output)))

    _, x, record = tf.while_loop(lambda n, *_: n < steps, step, (0, x, record))
    return Ascent(x, record.stack())
