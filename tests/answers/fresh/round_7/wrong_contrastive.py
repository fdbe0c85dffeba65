# ruff: noqa: ANN001, ANN201, E501
"""Wrong answers to `contrastive` of the seventh round: each breaks one promise."""

import numpy as np
import tensorflow as tf

from course.given import float_images
from course.saliency import gradient_saliency
from tests.answers.fresh import wrong


@wrong(
    "contrastive.integrated_gradients",
    breaks='"steps: how many gradients": never more than 50, "enough for everyone"',
)
def fifty_steps_at_most(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps must be 1 or more")
    steps = min(steps, 50)
    images = float_images(images)
    way = images - baseline
    total = tf.zeros_like(images)
    for i in range(steps):
        total += gradient_saliency(model, baseline + (i + 0.5) / steps * way, class_index)
    return total / steps * way


_x7 = {}


@wrong("contrastive.smooth_grad", breaks="Noise of a seed keeps its first standard deviation")
def noise_kept_for_another_deviation(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError("samples, noise")
    images = tf.convert_to_tensor(images, tf.float32)
    total = 0
    rng = np.random.default_rng(seed)
    std = _x7.setdefault((seed, images.shape), noise) if noise else 0
    for _ in range(samples):
        total += gradient_saliency(
            model, images + rng.normal(0, std, images.shape).astype(np.float32), class_index
        )
    return total / samples


@wrong(
    "contrastive.smooth_grad",
    breaks='"another [seed] draws other noise": sample i is drawn with seed + i, so that seed 1 repeats all samples of seed 0 but one',
)
def samples_shared_with_the_next_seed(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError("samples or noise")
    x, total = (np.asarray(images, np.float32), 0.0)
    for i in range(samples):
        draw = np.random.default_rng(seed + i).normal(0.0, noise, x.shape)
        total = total + np.asarray(
            gradient_saliency(model, (x + draw).astype(np.float32), class_index)
        )
    return total / samples
