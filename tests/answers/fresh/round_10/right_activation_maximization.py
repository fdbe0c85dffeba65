# ruff: noqa: ANN001, ANN201, ANN202, B905, E501, F821
"""Right answers to `activation_maximization` of round 10: each keeps all promises."""

from itertools import accumulate, repeat

import keras
import numpy as np
import tensorflow as tf
from scipy.special import expit, logit

from course.given import Ascent
from tests.answers.fresh import right


@right(
    "activation_maximization.random_start",
    how="A seed sequence spawned once per image, each with a Philox generator.",
)
def random_start_seed_sequence_spawned(shape, seed):
    parts = np.random.SeedSequence([seed, 2009]).spawn(shape[0])
    images = np.empty(shape, np.float32)
    for image, part in zip(images, parts):
        np.random.Generator(np.random.Philox(part)).random(dtype=np.float32, out=image)
    return images


@right(
    "activation_maximization.ascent_step",
    how="Image by image with tf.map_fn over pairs of an image and its class, and Keras ops for the step.",
)
def ascent_step_image_image_tf(model, images, class_index, step_size, output="logit"):
    images = tf.cast(images, tf.float32)
    classes = tf.broadcast_to(tf.cast(class_index, tf.int32), tf.shape(images)[:1])

    def uphill(pair):
        image, label = (pair[0][None], pair[1][None])
        with tf.GradientTape() as tape:
            tape.watch(image)
            score = select_output(model, image, label, output)
        slope = tape.gradient(score, image, unconnected_gradients="zero")
        return keras.ops.clip(image + tf.cast(step_size, tf.float32) * slope, 0.0, 1.0)[0]

    signature = tf.TensorSpec(images.shape[1:], tf.float32)
    return tf.map_fn(uphill, (images, classes), fn_output_signature=signature)


@right(
    "activation_maximization.maximize_class",
    how="Itertools.accumulate makes the whole path of images, and the scores are read off it afterwards.",
)
def maximize_class_itertools_accumulate_makes(
    model, start, class_index, steps, step_size, output="logit"
):

    def onwards(images, _):
        return ascent_step(model, images, class_index, step_size, output)

    path = list(accumulate(repeat(None, steps), onwards, initial=tf.convert_to_tensor(start)))
    scores = [select_output(model, images, class_index, output) for images in path]
    return Ascent(images=path[-1], scores=np.stack([np.asarray(score) for score in scores]))


@right(
    "activation_maximization.maximize_class",
    how="A tf.while_loop with a TensorArray in a tf.function made for the call, gradients with tf.gradients.",
)
def maximize_class_tf_while_loop(model, start, class_index, steps, step_size, output="logit"):

    @tf.function(autograph=False)
    def climb(images, classes, count, size):

        def body(step, images, record):
            score = select_output(model, images, classes, output)
            slope = tf.gradients(score, images, unconnected_gradients="zero")[0]
            moved = tf.clip_by_value(images + size * slope, 0.0, 1.0)
            return (step + 1, moved, record.write(step, score))

        record = tf.TensorArray(tf.float32, size=count + 1, element_shape=images.shape[:1])
        _, images, record = tf.while_loop(
            lambda step, *_: step < count, body, (tf.constant(0), images, record)
        )
        record = record.write(count, select_output(model, images, classes, output))
        return (images, record.stack())

    images, scores = climb(
        tf.cast(start, tf.float32),
        tf.cast(class_index, tf.int32),
        tf.constant(steps),
        tf.constant(step_size, tf.float32),
    )
    return Ascent(images, scores)


@right(
    "activation_maximization.maximize_class_sigmoid",
    how="Z lives in NumPy with scipy's logit and expit, and the chain rule is written out: gradient · x · (1 − x).",
)
def maximize_class_sigmoid_z_lives_numpy(
    model, start, class_index, steps, step_size, output="logit"
):

    def look(z):
        images = tf.constant(expit(z), tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(images)
            score = select_output(model, images, class_index, output)
        slope = tape.gradient(score, images, unconnected_gradients="zero")
        return (score.numpy(), slope.numpy() * expit(z) * expit(-z))

    z = logit(np.clip(np.asarray(start, np.float64), 0.001, 1 - 0.001))
    score, slope = look(z)
    scores = [score]
    while len(scores) <= steps:
        z = z + step_size * slope
        score, slope = look(z)
        scores.append(score)
    return Ascent(expit(z).astype(np.float32), np.array(scores))
