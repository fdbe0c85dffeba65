# ruff: noqa: ANN001, ANN201
"""Wrong answers to `activation_maximization` of the seventh round: each breaks one promise."""

import numpy as np

from tests.answers.fresh import wrong


@wrong(
    "activation_maximization.random_start",
    breaks="Another seed gives others: image i of seed s is image i - 1 of seed s + 1",
)
def images_of_the_next_seed_in_other_places(shape, seed):
    return np.stack(
        [np.random.default_rng(seed + i).uniform(size=shape[1:]) for i in range(shape[0])]
    ).astype(np.float32)
