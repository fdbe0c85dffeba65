# ruff: noqa: ANN001, ANN201, ANN202
"""Right answers to `activation_maximization`, each in another style."""

import functools
import itertools
import random

import keras
import numpy as np
import scipy.special as _special
import tensorflow as tf

from course.given import Ascent as _Ascent
from course.given import compiled as _compiled
from tests.answers.fresh import right


def _value(model, images, class_index, output):
    """The value of each image, from class numbers (B,)."""
    if output not in ("logit", "softmax"):
        raise ValueError(f"output is {output!r}")
    values = model(images, training=False)
    if output == "softmax":
        values = tf.nn.softmax(values)
    return tf.reduce_sum(values * tf.one_hot(class_index, values.shape[-1]), axis=-1)


def _whole(class_index, images):
    """One class for each image, as a constant."""
    return tf.constant(np.broadcast_to(np.asarray(class_index, np.int32), (len(images),)))


# --- random_start


@right("activation_maximization.random_start", how="TensorFlow's stateless generator")
def draws_without_state(shape, seed):
    return tf.random.stateless_uniform(shape, seed=(seed, 0))


@right("activation_maximization.random_start", how="numpy's old RandomState, cast to float32")
def draws_from_random_state(shape, seed):
    return np.random.RandomState(seed).uniform(size=shape).astype("float32")


@right("activation_maximization.random_start", how="keras.random with its seed")
def draws_with_keras(shape, seed):
    return keras.random.uniform(tuple(shape), 0.0, 1.0, dtype="float32", seed=seed)


@right("activation_maximization.random_start", how="the standard library, value by value")
def draws_with_the_standard_library(shape, seed):
    rng = random.Random(seed)
    return np.array([rng.random() for _ in range(int(np.prod(shape)))], np.float32).reshape(shape)


@right("activation_maximization.random_start", how="numpy's Philox")
def philox_generator(shape, seed):
    return np.random.Generator(np.random.Philox(seed)).random(size=shape, dtype=np.float32)


@right("activation_maximization.random_start", how="a generator of TensorFlow's")
def tensorflows_generator(shape, seed):
    return tf.random.Generator.from_seed(seed).uniform(shape)


# --- ascent_step


@right("activation_maximization.ascent_step", how="a tf.Variable copy, assign_add, keras' clip")
def steps_on_a_variable(model, images, class_index, step_size, output="logit"):
    x = tf.Variable(np.array(images, np.float32))
    with tf.GradientTape() as tape:
        value = _value(model, x, _whole(class_index, images), output)
    x.assign_add(tf.cast(step_size, tf.float32) * tape.gradient(value, x))
    return keras.ops.clip(x.read_value(), 0.0, 1.0)


@right("activation_maximization.ascent_step", how="through gradient_saliency, the step in numpy")
def steps_along_the_saliency(model, images, class_index, step_size, output="logit"):
    from course.saliency import gradient_saliency

    gradient = np.asarray(gradient_saliency(model, images, class_index, output))
    return np.clip(np.asarray(images) + step_size * gradient, 0, 1).astype(np.float32)


@right(
    "activation_maximization.ascent_step",
    how="descends the negative with keras' SGD and a constraint",
)
def descends_with_sgd(model, images, class_index, step_size, output="logit"):
    x = keras.Variable(np.array(images, np.float32))
    x.constraint = lambda v: keras.ops.clip(v, 0.0, 1.0)
    with tf.GradientTape() as tape:
        loss = -_value(model, x.value, _whole(class_index, images), output)
    gradient = tape.gradient(loss, x.value)
    keras.optimizers.SGD(1.0).apply([step_size * gradient], [x])
    return x.numpy()


def _value_and_slope(model, images, classes, output):
    images = tf.convert_to_tensor(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = _value(model, images, classes, output)
    return value.numpy(), tape.gradient(value, images).numpy()


@right("activation_maximization.ascent_step", how="numpy around the tape, float64")
def numpy_around_the_tape(model, images, class_index, step_size, output="logit"):
    before = np.asarray(images, np.float64)
    _, slope = _value_and_slope(model, before, _whole(class_index, before), output)
    return np.minimum(np.maximum(before + step_size * slope, 0), 1)


# --- maximize_class


@tf.function(reduce_retracing=True)
def _autograph_climb(model, images, class_index, steps, step_size, output):
    scores = tf.TensorArray(tf.float32, size=steps + 1)
    for i in tf.range(steps):
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = _value(model, images, class_index, output)
        scores = scores.write(i, value)
        images = tf.clip_by_value(images + step_size * tape.gradient(value, images), 0.0, 1.0)
    scores = scores.write(steps, _value(model, images, class_index, output))
    return images, scores.stack()


@right(
    "activation_maximization.maximize_class",
    how="AutoGraph loop over tf.range with a TensorArray",
)
def climbs_in_autograph(model, start, class_index, steps, step_size, output="logit"):
    start = tf.convert_to_tensor(start, tf.float32)
    return _Ascent(
        *_autograph_climb(
            model,
            start,
            _whole(class_index, start),
            tf.constant(steps),
            tf.constant(step_size, tf.float32),
            output,
        )
    )


@right("activation_maximization.maximize_class", how="itertools.accumulate over ascent_step")
def accumulates_steps(model, start, class_index, steps, step_size, output="logit"):
    from course.activation_maximization import ascent_step
    from course.saliency import select_output

    path = list(
        itertools.accumulate(
            range(steps),
            lambda x, _: ascent_step(model, x, class_index, step_size, output),
            initial=tf.convert_to_tensor(start, tf.float32),
        )
    )
    scores = [np.asarray(select_output(model, x, class_index, output)) for x in path]
    return _Ascent(np.asarray(path[-1]), np.stack(scores))


@right(
    "activation_maximization.maximize_class",
    how="image by image, the paths put together at the end",
)
def climbs_one_after_another(model, start, class_index, steps, step_size, output="logit"):
    start = np.asarray(start, np.float32)
    images, scores = [], []
    for image, k in zip(start, _whole(class_index, start), strict=True):
        x, k, curve = tf.Variable(image[None]), k[None], []
        for step in range(steps + 1):
            with tf.GradientTape() as tape:
                value = _value(model, x, k, output)
            curve.append(float(value[0]))
            if step < steps:
                x.assign(tf.clip_by_value(x + step_size * tape.gradient(value, x), 0, 1))
        images.append(x.numpy()[0])
        scores.append(curve)
    return _Ascent(np.stack(images), np.array(scores, np.float32).T)


@right("activation_maximization.maximize_class", how="tf.while_loop inside the course's compiled")
def climbs_in_a_while_loop(model, start, class_index, steps, step_size, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError(output)
    start = np.array(start, np.float32)
    return _Ascent(
        *_while_climb(model, start, _whole(class_index, start), steps, float(step_size), output)
    )


@_compiled
def _while_climb(model, images, class_index, steps, step_size, output):
    def body(i, x, scores):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = _value(model, x, class_index, output)
        x_next = tf.clip_by_value(x + step_size * tape.gradient(value, x), 0, 1)
        x_next = tf.ensure_shape(x_next, x.shape)
        return i + 1, x_next, scores.write(i, value)

    scores = tf.TensorArray(tf.float32, size=steps + 1)
    _, images, scores = tf.while_loop(lambda i, *_: i < steps, body, (0, images, scores))
    return images, scores.write(steps, _value(model, images, class_index, output)).stack()


# --- maximize_class_sigmoid


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="eager, z a tf.Variable, scipy's logit for the start",
)
def climbs_on_a_variable_z(model, start, class_index, steps, step_size, output="logit"):
    from scipy.special import logit

    clipped = np.clip(np.asarray(start, np.float64), 1e-3, 1 - 1e-3)
    z = tf.Variable(logit(clipped).astype(np.float32))
    classes = _whole(class_index, clipped)
    scores = [_value(model, tf.sigmoid(z), classes, output)]
    while len(scores) <= steps:
        with tf.GradientTape() as tape:
            value = _value(model, tf.sigmoid(z), classes, output)
        z.assign_add(step_size * tape.gradient(value, z))
        scores.append(_value(model, tf.sigmoid(z), classes, output))
    return _Ascent(tf.sigmoid(z), tf.stack(scores))


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="the chain rule by hand: image gradient times x (1 - x)",
)
def applies_the_chain_rule_by_hand(model, start, class_index, steps, step_size, output="logit"):
    x = tf.clip_by_value(tf.convert_to_tensor(start, tf.float32), 1e-3, 1 - 1e-3)
    classes = _whole(class_index, x)
    z = -tf.math.log(1 / x - 1)
    curve = []
    for step in range(steps + 1):
        x = tf.nn.sigmoid(z)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = _value(model, x, classes, output)
        curve.append(value.numpy())
        if step != steps:
            z += step_size * tape.gradient(value, x) * x * (1 - x)
    return _Ascent(x.numpy(), np.array(curve))


@tf.function(reduce_retracing=True)
def _autograph_climb_z(model, z, class_index, steps, step_size, output):
    scores = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
    i = 0
    while i < steps:
        with tf.GradientTape() as tape:
            tape.watch(z)
            value = _value(model, tf.sigmoid(z), class_index, output)
        scores = scores.write(i, value)
        z += step_size * tape.gradient(value, z)
        i += 1
    scores = scores.write(i, _value(model, tf.sigmoid(z), class_index, output))
    return tf.sigmoid(z), scores.stack()


@right("activation_maximization.maximize_class_sigmoid", how="AutoGraph while on tensors")
def climbs_z_in_autograph(model, start, class_index, steps, step_size, output="logit"):
    start = tf.clip_by_value(tf.convert_to_tensor(start, tf.float32), 1e-3, 1 - 1e-3)
    z = tf.math.log(start / (1 - start))
    images, scores = _autograph_climb_z(
        model,
        z,
        _whole(class_index, z),
        tf.constant(steps),
        tf.constant(step_size, tf.float32),
        output,
    )
    return _Ascent(images=images, scores=scores)


@right("activation_maximization.maximize_class_sigmoid", how="chain rule by hand, z in float64")
def chain_rule_by_hand(model, start, class_index, steps, step_size, output="logit"):
    z = _special.logit(np.clip(np.asarray(start, np.float64), 1e-3, 1 - 1e-3))
    measure = functools.partial(
        _value_and_slope, model, classes=_whole(class_index, z), output=output
    )
    value, slope = measure(_special.expit(z))
    scores = [value]
    for _ in range(steps):
        z = z + step_size * slope * _special.expit(z) * _special.expit(-z)
        value, slope = measure(_special.expit(z))
        scores.append(value)
    return _Ascent(_special.expit(z), np.stack(scores))
