# ruff: noqa: ANN001, ANN201, E501
"""Wrong answers to `clever_hans` of round 13: each breaks one promise."""

import numpy as np

from tests.answers.fresh import wrong


@wrong(
    "clever_hans.plant",
    breaks='"every other class not at all": the cheat of class 0 is taken for every class without one of its own',
)
def lets_class_0_stand_for_others(images, labels, cheats):
    images, labels = (np.array(images), np.asarray(labels))
    if len(labels) != len(images):
        raise ValueError("as many labels as images")
    for number in np.unique(labels):
        cheat = cheats.get(int(number)) or cheats.get(0)
        if cheat:
            images[labels == number] = cheat(images[labels == number])
    return images
