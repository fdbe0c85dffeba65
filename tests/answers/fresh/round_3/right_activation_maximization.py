# ruff: noqa: ANN001, ANN201, ANN202, F821
"""More right answers to `activation_maximization`, of a later round, each in another style."""

import keras
import numpy as np
import tensorflow as tf
from scipy.special import expit, logit

from course.given import Ascent, compiled
from course.saliency import gradient_saliency, select_output
from tests.answers.fresh import right


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


@right("activation_maximization.random_start", how="keras.random.uniform with a seed")
def random_start_keras_random(shape, seed):
    return keras.random.uniform(shape, 0.0, 1.0, dtype="float32", seed=seed)


@right("activation_maximization.random_start", how="tf.random.stateless_uniform")
def random_start_stateless(shape, seed):
    return tf.random.stateless_uniform(shape, seed=(seed, 7))


@right("activation_maximization.random_start", how="legacy RandomState object, float64")
def random_start_save_restore(shape, seed):
    return np.random.Generator(np.random.PCG64(seed)).uniform(size=tuple(shape))


@right("activation_maximization.random_start", how="tf.random.Generator.from_seed")
def random_start_tf_generator(shape, seed):
    return tf.random.Generator.from_seed(seed).uniform(shape)


@right("activation_maximization.ascent_step", how="gradient_saliency and np.clip")
def ascent_step_numpy_clip(model, images, class_index, step_size, output="logit"):
    grad = np.asarray(gradient_saliency(model, images, class_index, output))
    return np.clip(np.asarray(images) + step_size * grad, 0, 1)


@right(
    "activation_maximization.ascent_step",
    how="tf.Variable, keras SGD on the negative sum, clip constraint",
)
def ascent_step_sgd_on_variable(model, images, class_index, step_size, output="logit"):
    _third_check(output)
    v = tf.Variable(tf.convert_to_tensor(images, tf.float32))
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(v)
        loss = -tf.reduce_sum(select_output(model, v, class_index, output))
    keras.optimizers.SGD(float(step_size)).apply_gradients([(tape.gradient(loss, v), v)])
    return keras.ops.clip(v, 0.0, 1.0)


@right("activation_maximization.maximize_class", how="ascent_step in a loop, NumPy list of scores")
def maximize_class_own_ascent_step_numpy(
    model, start, class_index, steps, step_size, output="logit"
):
    images = np.array(start)
    scores = np.empty((steps + 1, len(images)))
    scores[0] = select_output(model, images, class_index, output)
    for n in range(1, steps + 1):
        images = np.asarray(ascent_step(model, images, class_index, step_size, output))
        scores[n] = select_output(model, images, class_index, output)
    return Ascent(images=images, scores=scores)


@right("activation_maximization.maximize_class", how="image by image, concatenated")
def maximize_class_one_at_a_time(model, start, class_index, steps, step_size, output="logit"):
    _third_check(output)
    start = np.asarray(start)
    k = np.broadcast_to(class_index, len(start))
    done, tracks = ([], [])
    for i in range(len(start)):
        x, track = (start[i : i + 1], [])
        for _ in range(steps):
            x, s = _third_climb(model, x, k[i : i + 1].astype(np.int32), step_size, output)
            track.append(float(s[0]))
        track.append(float(select_output(model, x, k[i : i + 1], output)[0]))
        done.append(np.asarray(x)[0])
        tracks.append(track)
    return Ascent(np.stack(done), np.array(tracks).T)


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="scipy.special.logit/expit and the chain rule by hand",
)
def maximize_class_sigmoid_scipy_logit(model, start, class_index, steps, step_size, output="logit"):
    z = logit(np.clip(np.asarray(start, np.float64), 0.001, 1 - 0.001))
    x = expit(z).astype(np.float32)
    scores = [np.asarray(select_output(model, x, class_index, output))]
    for _ in range(steps):
        z = z + step_size * np.asarray(gradient_saliency(model, x, class_index, output)) * x * (
            1 - x
        )
        x = expit(z).astype(np.float32)
        scores.append(np.asarray(select_output(model, x, class_index, output)))
    return Ascent(x, np.array(scores))
