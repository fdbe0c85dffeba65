# ruff: noqa: E501, F821
"""Wrong answers to `saliency` of the fifth round: each breaks one promise."""

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from course.given.types import Classes, Heatmaps, Images, Maps, Output
from tests.answers.fresh import wrong


@wrong(
    "saliency.gradient_saliency",
    breaks="One class for each image, also in batches above 32 (the classes are not cut up with the images)",
)
def gradient_in_parts_of_32(
    model: keras.Model, images: Images, class_index: Classes, output: Output = "logit"
) -> Maps:
    images = np.asarray(images, dtype=np.float32)
    maps = []
    for i in range(0, len(images), 32):
        part = tf.constant(images[i : i + 32])
        with tf.GradientTape() as tape:
            tape.watch(part)
            classes = class_index if np.ndim(class_index) == 0 else class_index[: len(part)]
            y = select_output(model, part, classes, output)
        maps.append(tape.gradient(y, part).numpy())
    return np.concatenate(maps)


@wrong(
    "saliency.smooth",
    breaks='The mode is scipy\'s "reflect" (d c b a | a b c d | d c b a), numpy\'s and TensorFlow\'s "reflect" leaves the edge out, which is scipy\'s "mirror"',
)
def smooth_by_numpys_reflect(heatmaps: Heatmaps, sigma: float) -> Heatmaps:
    if sigma < 0:
        raise ValueError("sigma must not be negative")
    h = np.asarray(heatmaps)
    if sigma == 0:
        return h.copy()
    return gaussian_filter(h, (0, sigma, sigma), mode="mirror")


@wrong(
    "saliency.smooth",
    breaks="As scipy filters: the kernel is cut at 4 sigma, here at 2 (a kernel of fixed size as in OpenCV tutorials)",
)
def smooth_cut_at_two_sigma(heatmaps: Heatmaps, sigma: float) -> Heatmaps:
    if sigma < 0:
        raise ValueError("sigma must not be negative")
    h = np.asarray(heatmaps, dtype=np.float32)
    if sigma == 0:
        return h.copy()
    return gaussian_filter(h, sigma=(0, sigma, sigma), mode="reflect", truncate=2.0)
