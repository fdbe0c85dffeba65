# ruff: noqa: ANN001, ANN201, E501
"""Wrong answers to `saliency` of the ninth round: each breaks one promise."""

import tensorflow as tf

from tests.answers.fresh import wrong


@wrong(
    "saliency.select_output",
    breaks='"ValueError: if output is neither "logit" nor "softmax"": None is silently taken for the logit.',
)
def nothing_taken_for_the_logit(model, images, class_index, output="logit"):
    output = output or "logit"
    if output not in {"logit", "softmax"}:
        raise ValueError(output)
    logits = model(tf.convert_to_tensor(images), training=False)
    values = tf.nn.softmax(logits) if output == "softmax" else logits
    hot = tf.one_hot(tf.cast(class_index, tf.int32), tf.shape(values)[-1], dtype=values.dtype)
    hot = tf.broadcast_to(hot, tf.shape(values))
    return tf.reduce_sum(tf.where(hot > 0, values, tf.zeros_like(values)), axis=-1)
