# ruff: noqa: E501
"""Wrong answers to `saliency` of the sixth round: each breaks one promise."""

import keras
import tensorflow as tf

from course.given.types import Classes, Images, Output, Values
from tests.answers.fresh import wrong


@wrong(
    "saliency.select_output",
    breaks='ValueError for any other output: the check is for a substring, so "soft", "log" or "" pass',
)
def output_named_in_part(
    model: keras.Model, images: Images, class_index: Classes, output: Output = "logit"
) -> Values:
    if output not in "logit, softmax":
        raise ValueError(f"output must be logit or softmax, not {output!r}")
    values = model(tf.convert_to_tensor(images), training=False)
    if output == "softmax":
        values = tf.exp(values - tf.reduce_logsumexp(values, axis=1, keepdims=True))
    classes = tf.broadcast_to(tf.cast(class_index, tf.int32), tf.shape(values)[:1])
    picked = tf.one_hot(classes, tf.shape(values)[1], on_value=True, off_value=False)
    return tf.reduce_sum(tf.where(picked, values, tf.zeros_like(values)), axis=1)
