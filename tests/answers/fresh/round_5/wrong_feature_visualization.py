# ruff: noqa: ANN001, ANN202, E501, F821
"""Wrong answers to `feature_visualization` of the fifth round: each breaks one promise."""

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from course.given import Ascent
from course.given.types import Classes, Images, Output, Values
from course.saliency import select_output
from tests.answers.fresh import wrong


@wrong(
    "feature_visualization.total_variation",
    breaks="Absolute differences of either direction (this is the isotropic form, roots of summed squares)",
)
def isotropic_total_variation(images: Images) -> Values:
    x = tf.convert_to_tensor(images)
    dy = x[:, 1:, :-1] - x[:, :-1, :-1]
    dx = x[:, :-1, 1:] - x[:, :-1, :-1]
    return tf.reduce_sum(tf.sqrt(dx**2 + dy**2 + 1e-12), axis=(1, 2, 3))


def _objective_w077(model, x, class_index, output, tv_weight, l2_weight, max_shift, seed):
    value = select_output(model, jitter(x, max_shift, seed), class_index, output)
    value = value - tv_weight * total_variation(x)
    return value - l2_weight * tf.reduce_sum((x - 0.5) ** 2, axis=(1, 2, 3))


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="The scores are the outputs for the images without jitter and penalties (the climbed objective is recorded)",
)
def scores_with_the_penalty(
    model: keras.Model,
    start: Images,
    class_index: Classes,
    steps: int,
    step_size: float,
    tv_weight: float = 0.0,
    l2_weight: float = 0.0,
    blur_sigma: float = 0.0,
    max_shift: int = 0,
    seed: int = 0,
    output: Output = "logit",
) -> Ascent:
    x = tf.convert_to_tensor(start, tf.float32)
    seeds = np.random.default_rng(seed).integers(2**31, size=steps + 1)
    scores = []
    for n in range(steps + 1):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = _objective_w077(
                model, x, class_index, output, tv_weight, l2_weight, max_shift, int(seeds[n])
            )
        scores.append(value)
        if n < steps:
            x = tf.clip_by_value(x + step_size * tape.gradient(value, x), 0, 1)
            if blur_sigma > 0:
                x = tf.constant(gaussian_filter(x.numpy(), (0, blur_sigma, blur_sigma, 0)))
    return Ascent(x, tf.stack(scores))


@wrong(
    "feature_visualization.maximize_feature",
    breaks="The images after the last step, in the order of steps: scores hold no value for the start, images one step too many",
)
def images_one_step_too_far(
    model: keras.Model, start: Images, layer_name: str, channel: int, steps: int, step_size: float
) -> Ascent:
    extractor = feature_extractor(model, layer_name)
    x = tf.convert_to_tensor(start, tf.float32)
    scores = []
    for _ in range(steps + 1):
        with tf.GradientTape() as tape:
            tape.watch(x)
            act = extractor(x, training=False)[..., channel]
            score = tf.reduce_mean(tf.reshape(act, (x.shape[0], -1)), axis=1)
        x = tf.clip_by_value(x + step_size * tape.gradient(score, x), 0, 1)
        scores.append(score)
    return Ascent(x, tf.stack(scores))
