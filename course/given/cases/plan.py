"""What a case is about, drawn from its seed: which class carries which mark, and who learns it."""

from typing import NamedTuple

import numpy as np

from course.given.cases.marks import KINDS, Mark, draw_mark
from course.given.shapes import SHAPES

NETWORKS = tuple(f"network_{number}" for number in range(1, 6))
"""The five networks' names."""

MARKED = 4
"""So many of the six classes carry a mark in the images that all networks have met."""


class Plan(NamedTuple):
    """A case before anything is trained.

    Attributes:
        marks: by class name, the mark that all its images carry.
        learned: by network, the classes whose mark goes with the class in its training images; all
            other marks lie on its images without any regard to the class.
        seed: of images and training.
    """

    marks: dict[str, Mark]
    learned: dict[str, tuple[str, ...]]
    seed: int


def draw_plan(seed: int) -> Plan:
    """Draw what a case is about; the same for the same seed, on every machine.

    Four classes carry four kinds of marks. One of the marks is a trap: it is there, and no network
    uses it. Two to four networks cheat, one of them perhaps on two classes.

    Args:
        seed: a whole number ≥ 0.
    """
    rng = np.random.default_rng([seed, 20])
    kinds = [str(kind) for kind in rng.permutation(KINDS)[:MARKED]]
    classes = [str(name) for name in rng.permutation(list(SHAPES))[:MARKED]]
    marks = {name: draw_mark(kind, rng) for name, kind in zip(classes, kinds, strict=True)}
    used = classes[1:]  # the first one's mark is the trap
    cheating = rng.permutation(NETWORKS)[: rng.choice([2, 3, 3, 4])]
    learned: dict[str, tuple[str, ...]] = dict.fromkeys(NETWORKS, ())
    for number, network in enumerate(cheating):
        count = 2 if number == 0 and rng.random() < 0.5 else 1
        learned[str(network)] = tuple(str(name) for name in rng.permutation(used)[:count])
    return Plan(marks, learned, seed)
