# ruff: noqa: E501
"""Wrong answers to `activation_maximization` of the sixth round: each breaks one promise."""

import numpy as np

from course.given.types import Images
from tests.answers.fresh import wrong


@wrong(
    "activation_maximization.random_start",
    breaks='"every value drawn on its own": a shuffled even ladder, in which no value comes twice and every level once',
)
def start_from_a_shuffled_ladder(shape: tuple[int, int, int, int], seed: int) -> Images:
    n = int(np.prod(shape))
    ladder = (np.arange(n) + 0.5) / n
    return np.random.default_rng(seed).permutation(ladder).reshape(shape).astype("float32")
