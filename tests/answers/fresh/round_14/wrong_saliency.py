# ruff: noqa: ANN001, ANN201, E501
"""Wrong answers to `saliency` of round 14: each breaks one promise."""

import numpy as np
import tensorflow as tf

from tests.answers.fresh import wrong


@wrong(
    "saliency.select_output",
    breaks='"A gradient flows from the values back to the images": the softmax is done in NumPy, so under a tape only the logit has a gradient',
)
def takes_the_softmax_in_numpy(model, images, class_index, output="logit"):
    if output not in ("logit", "softmax"):
        raise ValueError(output)
    logits = model(tf.convert_to_tensor(images, tf.float32), training=False)
    classes = np.broadcast_to(np.asarray(class_index), (logits.shape[0],))
    if output == "softmax":
        from scipy.special import softmax

        return tf.constant(softmax(logits.numpy(), axis=-1)[np.arange(len(classes)), classes])
    return tf.gather(logits, classes, batch_dims=1)
