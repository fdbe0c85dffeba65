# ruff: noqa: F821
"""Wrong answers to `activation_maximization` of the fifth round: each breaks one promise."""

import keras
import numpy as np

from course.given import Ascent
from course.given.types import Classes, Images, Output
from course.saliency import select_output
from tests.answers.fresh import wrong


@wrong(
    "activation_maximization.maximize_class",
    breaks="ValueError for an unknown output holds for steps = 0 too, and scores is then (1, B)",
)
def scores_of_no_steps(
    model: keras.Model,
    start: Images,
    class_index: Classes,
    steps: int,
    step_size: float,
    output: Output = "logit",
) -> Ascent:
    if steps == 0:
        return Ascent(np.array(start), np.zeros((1, len(start)), dtype=np.float32))
    x = start
    scores = []
    for _ in range(steps):
        scores.append(np.asarray(select_output(model, x, class_index, output)))
        x = ascent_step(model, x, class_index, step_size, output)
    scores.append(np.asarray(select_output(model, x, class_index, output)))
    return Ascent(x, np.array(scores))
