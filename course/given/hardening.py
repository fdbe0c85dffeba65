"""Make images harder for a network: what adversarial training trains on."""

from typing import Literal

import keras
import tensorflow as tf

from course.given.compiling import compiled
from course.given.types import Array, Classes, Images


def harder_images(
    model: keras.Model,
    images: Images,
    class_index: Classes,
    distance: float,
    norm: Literal["largest", "euclidean"] = "largest",
    steps: int = 3,
    reach: float = 0.6,
) -> Images:
    """Move images, by no more than a distance, to where a network is less sure of their classes.

    Projected gradient ascent on the cross-entropy (PGD): every step goes `reach` times the distance
    uphill, and is put back into the distance and into [0, 1].

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        images: `(B, H, W, C)`, float32 in [0, 1]; not changed.
        class_index: `(B,)`, int: of which class the network shall be less sure.
        distance: how far an image may be moved, in units of black to white.
        norm: what is measured, image by image: the `"largest"` change of a value, or the
            `"euclidean"` length of all changes together.
        steps: how many steps.
        reach: how long a step is, as a share of the distance.

    Returns:
        `(B, H, W, C)` in [0, 1]: the images, moved.

    Raises:
        ValueError: if `norm` is none of these.

    Source:
        Madry et al., "Towards Deep Learning Models Resistant to Adversarial Attacks", ICLR 2018,
        arXiv:1706.06083.
    """
    if norm not in ("largest", "euclidean"):
        raise ValueError(f'norm must be "largest" or "euclidean", not {norm!r}')
    moved = images
    for _ in range(steps):
        moved = _harder_step(model, moved, images, class_index, distance, norm, reach)
    return moved


@compiled
def _harder_step(
    model: keras.Model,
    moved: Images,
    images: Images,
    class_index: Classes,
    distance: float,
    norm: str,
    reach: float,
) -> Array:
    with tf.GradientTape() as tape:
        tape.watch(moved)
        logits = model(moved, training=False)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(class_index, logits)
    uphill = tape.gradient(loss, moved)
    if norm == "largest":
        moved += reach * distance * tf.sign(uphill)
        moved = tf.clip_by_value(moved, images - distance, images + distance)
    else:
        uphill = tf.math.l2_normalize(uphill, axis=(1, 2, 3))
        change = moved + reach * distance * uphill - images
        moved = images + tf.clip_by_norm(change, distance, axes=(1, 2, 3))
    return tf.clip_by_value(moved, 0.0, 1.0)
