# ruff: noqa: ANN001, ANN201, ANN202, F821
"""Right answers to `activation_maximization` of round 11: each keeps all promises."""

from itertools import accumulate

import numpy as np
import tensorflow as tf
from scipy import stats
from scipy.special import expit, logit

from course.given import Ascent
from tests.answers.fresh import right


@right(
    "activation_maximization.random_start", how="A Philox generator spawned from a SeedSequence."
)
def random_start_philox_generator_spawned(shape, seed):
    chance = np.random.Generator(np.random.Philox(np.random.SeedSequence([int(seed), 99])))
    return chance.random(shape, dtype=np.float32)


@right(
    "activation_maximization.random_start",
    how="Scipy.stats with a generator of its own, one image after another.",
)
def random_start_scipy_stats_generator(shape, seed):
    count, *rest = shape
    chance = np.random.default_rng(seed)
    each = [stats.uniform.rvs(size=tuple(rest), random_state=chance) for _ in range(count)]
    return np.stack(each).astype(np.float32)


@right(
    "activation_maximization.ascent_step",
    how="One step for each image alone, NumPy for the arithmetic.",
)
def ascent_step_image_alone_numpy(model, images, class_index, step_size, output="logit"):
    images = np.asarray(images, np.float32)
    classes = np.broadcast_to(class_index, images.shape[:1])
    stepped = np.empty_like(images)
    for number in range(len(images)):
        one = tf.constant(images[number : number + 1])
        with tf.GradientTape() as tape:
            tape.watch(one)
            value = select_output(model, one, classes[number], output)
        slope = tape.gradient(value, one).numpy()[0]
        stepped[number] = np.clip(images[number] + step_size * slope, 0, 1)
    return stepped


@right(
    "activation_maximization.ascent_step",
    how="A tf.Variable and assign_add instead of a watched tensor.",
)
def ascent_step_tf_variable_assign(model, images, class_index, step_size, output="logit"):
    canvas = tf.Variable(tf.cast(images, tf.float32), trainable=True)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(canvas)
        total = tf.add_n(tf.unstack(select_output(model, canvas, class_index, output)))
    canvas.assign_add(float(step_size) * tape.gradient(total, canvas))
    return tf.minimum(tf.maximum(canvas, 0.0), 1.0)


@right(
    "activation_maximization.maximize_class",
    how="Itertools.accumulate yields the whole path; the scores are asked for afterwards.",
)
def maximize_class_itertools_accumulate_yields(
    model, start, class_index, steps, step_size, output="logit"
):
    start = np.array(start, dtype=np.float32)

    def onward(images, _):
        return np.asarray(ascent_step(model, images, class_index, step_size, output))

    path = list(accumulate(range(steps), onward, initial=start))
    scores = [np.asarray(select_output(model, one, class_index, output)) for one in path]
    return Ascent(path[-1], np.vstack(scores))


@right(
    "activation_maximization.maximize_class",
    how="One graph with a while loop and a TensorArray for the scores.",
)
def maximize_class_graph_while_loop(model, start, class_index, steps, step_size, output="logit"):
    start = tf.cast(tf.convert_to_tensor(start), tf.float32)
    classes = tf.cast(tf.convert_to_tensor(class_index), tf.int32)

    @tf.function(autograph=False)
    def climb(images):

        def look(images):
            with tf.GradientTape() as tape:
                tape.watch(images)
                value = select_output(model, images, classes, output)
            return (value, tape.gradient(value, images))

        def body(n, images, scores):
            value, slope = look(images)
            moved = tf.clip_by_value(images + float(step_size) * slope, 0.0, 1.0)
            return (n + 1, moved, scores.write(n, value))

        scores = tf.TensorArray(tf.float32, size=steps + 1)
        n, images, scores = tf.while_loop(
            lambda n, *_: n < steps, body, (tf.constant(0), images, scores)
        )
        scores = scores.write(n, select_output(model, images, classes, output))
        return (images, scores.stack())

    return Ascent(*climb(start))


def value_and_slope_at(model, pixels, class_index, output):
    x = tf.constant(pixels, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = select_output(model, x, class_index, output)
    return (value.numpy(), tape.gradient(value, x).numpy().astype(np.float64))


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="Scipy's logit and expit in double precision, the chain rule written out.",
)
def maximize_class_sigmoid_scipy_s_logit(
    model, start, class_index, steps, step_size, output="logit"
):
    z = logit(np.clip(np.asarray(start, np.float64), 0.001, 1 - 0.001))
    scores = []
    for n in range(steps + 1):
        x = expit(z)
        value, slope = value_and_slope_at(model, x, class_index, output)
        scores.append(value)
        if n < steps:
            z = z + step_size * slope * x * expit(-z)
    return Ascent(x.astype(np.float32), np.array(scores))
