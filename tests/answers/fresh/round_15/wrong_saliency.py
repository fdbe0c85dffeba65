# ruff: noqa: ANN001, ANN201, ANN202, E501, F821
"""Wrong answers to `saliency` of round 15: each breaks one promise."""

import numpy as np
import tensorflow as tf

from tests.answers.fresh import wrong


def _w15_gradient(model, images, class_index, output):
    images = tf.cast(tf.convert_to_tensor(images), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = tf.reduce_sum(select_output(model, images, class_index, output))
    return tape.gradient(value, images)


_w15_cache = {}


@wrong(
    "saliency.gradient_saliency",
    breaks='"keeps nothing from one call to the next": results are cached by the id of the model and the first pixel.',
)
def keeps_by_the_first_pixel(model, images, class_index, output="logit"):
    key = (id(model), np.shape(images), float(np.ravel(images)[0]), str(class_index), output)
    if key not in _w15_cache:
        _w15_cache[key] = _w15_gradient(model, images, class_index, output)
    return _w15_cache[key]
