# ruff: noqa: ANN001, ANN201, ANN202, E501, F821
"""More wrong answers to `activation_maximization`, of a later round: each breaks one promise."""

import numpy as np
import tensorflow as tf

from course.given import Ascent, compiled
from course.saliency import select_output
from tests.answers.fresh import wrong


def _third_check(output):
    if output not in ("logit", "softmax"):
        raise ValueError(f"output must be 'logit' or 'softmax', not {output!r}")


@compiled
def _third_climb(model, images, class_index, step_size, output):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        scores = select_output(model, images, class_index, output)
    gradient = tape.gradient(scores, images)
    return (tf.clip_by_value(images + step_size * gradient, 0.0, 1.0), scores)


@compiled
def _third_climb_z(model, z, class_index, step_size, output):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(z)
        scores = select_output(model, tf.sigmoid(z), class_index, output)
    return (z + step_size * tape.gradient(scores, z), scores)


@wrong(
    "activation_maximization.random_start",
    breaks="The same seed gives the same images, seed 0 too (0 counts as no seed)",
)
def random_start_seed_zero_unseeded(shape, seed):
    return np.random.default_rng(seed or None).random(shape, dtype=np.float32)


@wrong(
    "activation_maximization.random_start",
    breaks="Another seed gives other images (only the lowest 8 bits are used)",
)
def random_start_seed_mod_256(shape, seed):
    return np.random.default_rng(seed % 256).random(shape, dtype=np.float32)


@wrong(
    "activation_maximization.random_start", breaks="Uniform in [0, 1] (only 16 grey levels k/15)"
)
def random_start_eight_bit(shape, seed):
    return (np.random.default_rng(seed).integers(0, 16, shape) / 15).astype(np.float32)


@wrong("activation_maximization.random_start", breaks="Uniform (mean of two uniform draws)")
def random_start_triangular(shape, seed):
    r = np.random.default_rng(seed)
    return (r.random(shape, dtype=np.float32) + r.random(shape, dtype=np.float32)) / 2


@wrong(
    "activation_maximization.random_start",
    breaks="Same seed, same images, without the shared state (tf.random.uniform's op seed)",
)
def random_start_tf_op_seed(shape, seed):
    return tf.random.uniform(shape, seed=seed)


@wrong(
    "activation_maximization.random_start",
    breaks="The shared random state is not used (mixes np.random.get_state into the seed)",
)
def random_start_reads_global(shape, seed):
    return np.random.default_rng([seed, int(np.random.get_state()[1][0])]).random(
        shape, dtype=np.float32
    )


@wrong(
    "activation_maximization.ascent_step",
    breaks="The images given are not changed (+= and clip in place)",
)
def ascent_step_in_place(model, images, class_index, step_size, output="logit"):
    _third_check(output)
    new = _third_climb(model, images, class_index, step_size, output)[0]
    if isinstance(images, np.ndarray):
        images[...] = new.numpy()
        return images
    return new


_momentum_velocity = {}


@wrong(
    "activation_maximization.ascent_step",
    breaks="Plain step, nothing kept (a global velocity of the last call)",
)
def ascent_step_momentum(model, images, class_index, step_size, output="logit"):
    _third_check(output)
    x = tf.convert_to_tensor(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        s = select_output(model, x, class_index, output)
    g = tape.gradient(s, x)
    v = _momentum_velocity.get(tuple(x.shape))
    v = g if v is None else 0.5 * v + g
    _momentum_velocity[tuple(x.shape)] = v
    return tf.clip_by_value(x + step_size * v, 0.0, 1.0)


@wrong(
    "activation_maximization.ascent_step",
    breaks="Clipped to [0, 1] (to the range of the images given)",
)
def ascent_step_clip_to_input_range(model, images, class_index, step_size, output="logit"):
    _third_check(output)
    x = tf.convert_to_tensor(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        s = select_output(model, x, class_index, output)
    return tf.clip_by_value(x + step_size * tape.gradient(s, x), tf.reduce_min(x), tf.reduce_max(x))


@wrong(
    "activation_maximization.ascent_step",
    breaks="The gradient is taken whole (clipnorm 1 as in Keras optimizers)",
)
def ascent_step_gradient_clipped_first(model, images, class_index, step_size, output="logit"):
    _third_check(output)
    x = tf.convert_to_tensor(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        s = select_output(model, x, class_index, output)
    g = tf.clip_by_norm(tape.gradient(s, x), 1.0, axes=[1, 2, 3])
    return tf.clip_by_value(x + step_size * g, 0.0, 1.0)


@wrong(
    "activation_maximization.maximize_class",
    breaks="Output is climbed and recorded (scores are always logits)",
)
def maximize_class_always_logit_scores(model, start, class_index, steps, step_size, output="logit"):
    _third_check(output)
    x = tf.convert_to_tensor(start, tf.float32)
    scores = [select_output(model, x, class_index)]
    for _ in range(steps):
        x = _third_climb(model, x, class_index, step_size, output)[0]
        scores.append(select_output(model, x, class_index))
    return Ascent(x, tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class",
    breaks="Scores of the images, that is after the clip (taken before the clip)",
)
def maximize_class_scores_before_clip(model, start, class_index, steps, step_size, output="logit"):
    _third_check(output)
    x = tf.convert_to_tensor(start, tf.float32)
    scores = [select_output(model, x, class_index, output)]
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            s = select_output(model, x, class_index, output)
        y = x + step_size * tape.gradient(s, x)
        scores.append(select_output(model, y, class_index, output))
        x = tf.clip_by_value(y, 0.0, 1.0)
    return Ascent(x, tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class",
    breaks="All steps are taken, each image as if alone (all stop as soon as the mean score falls)",
)
def maximize_class_batch_stop(model, start, class_index, steps, step_size, output="logit"):
    _third_check(output)
    x = tf.convert_to_tensor(start, tf.float32)
    scores = [select_output(model, x, class_index, output)]
    for _ in range(steps):
        new = _third_climb(model, x, class_index, step_size, output)[0]
        s = select_output(model, new, class_index, output)
        if tf.reduce_mean(s) < tf.reduce_mean(scores[-1]):
            new, s = (x, scores[-1])
        x = new
        scores.append(s)
    return Ascent(x, tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class",
    breaks="Plain steps, also where the score falls (an image's worse step is rejected)",
)
def maximize_class_reject_worse(model, start, class_index, steps, step_size, output="logit"):
    _third_check(output)
    x = tf.convert_to_tensor(start, tf.float32)
    scores = [select_output(model, x, class_index, output)]
    for _ in range(steps):
        new = _third_climb(model, x, class_index, step_size, output)[0]
        s = select_output(model, new, class_index, output)
        ok = s >= scores[-1]
        x = tf.where(ok[:, None, None, None], new, x)
        scores.append(tf.where(ok, s, scores[-1]))
    return Ascent(x, tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class",
    breaks="ValueError for a wrong output also with steps = 0 (only the step checks it; else logits)",
)
def maximize_class_softmax_error_late(model, start, class_index, steps, step_size, output="logit"):
    x = tf.convert_to_tensor(start, tf.float32)

    def value(x):
        return select_output(model, x, class_index, "softmax" if output == "softmax" else "logit")

    scores = [value(x)]
    for _ in range(steps):
        x = ascent_step(model, x, class_index, step_size, output)
        scores.append(value(x))
    return Ascent(x, tf.stack(scores))


@compiled
def _tanh_parameter_climb_z(model, z, class_index, step_size, output):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(z)
        scores = select_output(model, (tf.tanh(z) + 1) / 2, class_index, output)
    return (z + step_size * tape.gradient(scores, z), scores)


@wrong(
    "activation_maximization.maximize_class_sigmoid",
    breaks="Images = sigmoid(z) (Carlini-Wagner's (tanh z + 1) / 2)",
)
def maximize_class_sigmoid_tanh_parameter(
    model, start, class_index, steps, step_size, output="logit"
):
    _third_check(output)
    clipped = tf.clip_by_value(tf.convert_to_tensor(start, tf.float32), 0.001, 1 - 0.001)
    z = tf.atanh(2 * clipped - 1)
    scores = []
    for _ in range(steps):
        z, score = _tanh_parameter_climb_z(model, z, class_index, step_size, output)
        scores.append(score)
    images = (tf.tanh(z) + 1) / 2
    scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class_sigmoid",
    breaks="Scores[0] belongs to the clipped start from which the climb begins (that of the start itself)",
)
def maximize_class_sigmoid_first_score_unclipped(
    model, start, class_index, steps, step_size, output="logit"
):
    _third_check(output)
    start = tf.convert_to_tensor(start, tf.float32)
    clipped = tf.clip_by_value(start, 0.001, 1 - 0.001)
    z = tf.math.log(clipped) - tf.math.log1p(-clipped)
    scores = [select_output(model, start, class_index, output)]
    for _ in range(steps):
        z, _s = _third_climb_z(model, z, class_index, step_size, output)
        scores.append(select_output(model, tf.sigmoid(z), class_index, output))
    return Ascent(tf.sigmoid(z), tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class_sigmoid",
    breaks="The z are free (clipped to ±log(999) after every step)",
)
def maximize_class_sigmoid_z_clipped_each_step(
    model, start, class_index, steps, step_size, output="logit"
):
    _third_check(output)
    clipped = tf.clip_by_value(tf.convert_to_tensor(start, tf.float32), 0.001, 1 - 0.001)
    z = tf.math.log(clipped) - tf.math.log1p(-clipped)
    scores = []
    for _ in range(steps):
        z, score = _third_climb_z(model, z, class_index, step_size, output)
        z = tf.clip_by_value(z, -6.9067548, 6.9067548)
        scores.append(score)
    images = tf.sigmoid(z)
    scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class_sigmoid", breaks="Clipped to [1e-3, 1 − 1e-3] (to 1e-6)"
)
def maximize_class_sigmoid_clip_to_1e6(model, start, class_index, steps, step_size, output="logit"):
    _third_check(output)
    clipped = tf.clip_by_value(tf.convert_to_tensor(start, tf.float32), 1e-06, 1 - 1e-06)
    z = tf.math.log(clipped) - tf.math.log1p(-clipped)
    scores = []
    for _ in range(steps):
        z, score = _third_climb_z(model, z, class_index, step_size, output)
        scores.append(score)
    images = tf.sigmoid(z)
    scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class_sigmoid",
    breaks="0 steps return the clipped start (the start itself is returned)",
)
def maximize_class_sigmoid_steps0_unclipped(
    model, start, class_index, steps, step_size, output="logit"
):
    _third_check(output)
    clipped = tf.clip_by_value(tf.convert_to_tensor(start, tf.float32), 0.001, 1 - 0.001)
    z = tf.math.log(clipped) - tf.math.log1p(-clipped)
    scores = []
    for _ in range(steps):
        z, score = _third_climb_z(model, z, class_index, step_size, output)
        scores.append(score)
    images = tf.sigmoid(z) if steps else tf.convert_to_tensor(start, tf.float32)
    scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))
