# ruff: noqa: ANN001, ANN201, E501
"""Wrong answers to `feature_visualization` of round 15: each breaks one promise."""

import tensorflow as tf

from tests.answers.fresh import wrong


@wrong(
    "feature_visualization.total_variation",
    breaks='"A gradient flows from the result back to the images": a root of squares with epsilon 0 has slope nan at equal neighbours.',
)
def takes_roots_of_squares(images):
    images = tf.convert_to_tensor(images)
    v = tf.sqrt(tf.square(images[:, 1:] - images[:, :-1]))
    h = tf.sqrt(tf.square(images[:, :, 1:] - images[:, :, :-1]))
    return tf.reduce_sum(v, (1, 2, 3)) + tf.reduce_sum(h, (1, 2, 3))
