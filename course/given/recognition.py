"""What networks see in images: probabilities, and what becomes of a class in networks not asked."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from course.given.results import Recognition
from course.given.training import predict


def probabilities(model: keras.Model, images: Any, batch: int = 16) -> np.ndarray:
    """Ask a model how likely each class is: the softmax of its logits.

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        images: `(B, H, W, C)`, float32 in [0, 1].
        batch: how many images at once; it bounds the memory and changes nothing else.

    Returns:
        `(B, K)`, float64: each row adds up to 1.
    """
    logits = predict(model, images, batch).astype(np.float64)
    odds = np.exp(logits - logits.max(axis=-1, keepdims=True))  # no overflow, the same softmax
    return odds / odds.sum(axis=-1, keepdims=True)


def recognized_by(networks: Sequence[keras.Model], images: Any, class_index: Any) -> Recognition:
    """Ask networks for a class in images that were made for another network.

    An image that only one network takes for a class shows a habit of that network. The images are
    resized (bilinearly, smoothed beforehand where they shrink) to the size that a network asks for.

    Args:
        networks: N models from images to logits over the same K classes.
        images: `(B, H, W, C)`, float32 in [0, 1], of any size.
        class_index: one int for the whole batch, or an int array `(B,)`.

    Returns:
        `Recognition(probability, rank)`, each `(N, B)`: the class's softmax probability, and its
        place among all classes, 1 for the likeliest.

    Raises:
        ValueError: if `networks` is empty.
    """
    if not networks:
        raise ValueError("networks must hold at least one network")
    images = np.asarray(images, np.float32)
    asked, ranks = [], []
    for network in networks:
        each = probabilities(network, _fitted(images, network.input_shape[1:3]))
        own = each[np.arange(len(images)), np.broadcast_to(class_index, len(images))]
        asked.append(own)
        ranks.append(1 + np.sum(each > own[:, None], axis=1))
    return Recognition(np.stack(asked), np.stack(ranks))


def _fitted(images: np.ndarray, size: tuple[int | None, int | None]) -> np.ndarray:
    """The images in the size that a network asks for; None stands for any."""
    wanted = tuple(own or have for own, have in zip(size, images.shape[1:3], strict=True))
    if wanted == images.shape[1:3]:
        return images
    import tensorflow as tf

    return tf.image.resize(images, wanted, antialias=True).numpy()
