# ruff: noqa: E501
"""Wrong answers to `clever_hans` of the sixth round: each breaks one promise."""

from collections.abc import Callable

import keras
import numpy as np

from course.given.types import Classes, Images, Values
from tests.answers.fresh import wrong


@wrong(
    "clever_hans.cheat_effect",
    breaks="Softmax over the classes however large the logits are: one maximum of both batches is subtracted, and rows far below become 0/0",
)
def softmax_with_one_maximum_for_all(
    model: keras.Model, images: Images, cheat: Callable[[Images], Images], class_index: Classes
) -> Values:
    x = np.array(images, "float32")
    marked = np.asarray(cheat(x.copy()), "float32")
    z = np.asarray(model(np.concatenate([marked, x]), training=False), "float64")
    p = np.exp(z - z.max())
    p /= p.sum(axis=1, keepdims=True)
    classes = np.broadcast_to(np.asarray(class_index), (len(x),))
    p = p.reshape(2, len(x), -1)
    return np.array([p[0, b, k] - p[1, b, k] for b, k in enumerate(classes)])
