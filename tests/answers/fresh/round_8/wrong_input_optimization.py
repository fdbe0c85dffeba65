# ruff: noqa: ANN001, ANN201, B007, E501, F821
"""Wrong answers to `input_optimization` of the eighth round: each breaks one promise."""

import tensorflow as tf

from course.given import Optimized
from tests.answers.fresh import wrong


@wrong(
    "input_optimization.optimize_to_class",
    breaks='"ValueError: if penalty is none of the three kinds": without a weight the kind is not looked at, and the change is measured as l2',
)
def kind_not_looked_at_without_a_weight(
    model, images, target, steps, step_size, penalty_weight, penalty="l2"
):
    originals = tf.convert_to_tensor(images)
    if not penalty_weight and penalty not in ("l1", "tv"):
        penalty = "l2"
    classes = tf.cast(target, tf.int32) + tf.zeros(originals.shape[0], tf.int32)
    x = tf.identity(originals)
    for step in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            logits = model(x, training=False)
            ce = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
            loss = ce + penalty_weight * change_penalty(x, originals, penalty)
        x = tf.clip_by_value(x - step_size * tape.gradient(loss, x), 0.0, 1.0)
    predicted = tf.argmax(model(x, training=False), axis=-1, output_type=tf.int32)
    return Optimized(x, predicted == classes, change_penalty(x, originals, penalty))
