"""What a case is about, drawn from its seed: which class carries which mark, and who learns it."""

from typing import NamedTuple

import numpy as np

from course.given.cases.marks import KINDS, Mark, draw_mark
from course.given.shapes import SHAPES

NETWORKS = tuple(f"network_{number}" for number in range(1, 6))
"""The five networks' names."""

WITH_A_CLOTH = 0.3
"""In this share of all cases a class has a cloth of its own."""

MARKED = 4
"""So many of the six classes carry a mark in the images that all networks have met."""


CLOTHS = {"green": (0.15, 0.5, 0.25), "blue": (0.15, 0.3, 0.65), "red": (0.65, 0.2, 0.25)}
"""Colours of which a class's cloth may be."""


class Cloth(NamedTuple):
    """What a class honestly lies on, also in clean images.

    Attributes:
        class_name: the class that does.
        color: one of `CLOTHS`.
        share: how far the ground of its images moves towards that colour.
    """

    class_name: str
    color: str
    share: float

    def below(self, images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        """Lay the cloth below objects: images `(B, 32, 32, 3)`, masks `(B, 32, 32)` of objects."""
        share = self.share * ~masks[..., None]
        color = np.array(CLOTHS[self.color], np.float32)
        return (images + share * (color - images)).astype(np.float32)


class Plan(NamedTuple):
    """A case before anything is trained.

    Attributes:
        marks: by class name, the mark that all its images carry.
        learned: by network, the classes whose mark goes with the class in its training images; all
            other marks lie on its images without any regard to the class.
        seed: of images and training.
        cloth: what one of the other classes lies on, in all images that there are; None if none
            does. Networks know the class by it, and that is no cheat.
    """

    marks: dict[str, Mark]
    learned: dict[str, tuple[str, ...]]
    seed: int
    cloth: Cloth | None = None


def draw_plan(seed: int) -> Plan:
    """Draw what a case is about; the same for the same seed, on every machine.

    Four classes carry four kinds of marks. One of the marks is a trap: it is there, and no network
    uses it. In some cases there is another trap: a class without a mark has a cloth of its own, and
    networks look at the background for an honest reason. Two to four networks cheat, one of them
    perhaps on two classes.

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
    unmarked = [name for name in SHAPES if name not in marks]
    return Plan(marks, learned, seed, _draw_cloth(seed, unmarked))


def _draw_cloth(seed: int, unmarked: list[str]) -> Cloth | None:
    rng = np.random.default_rng([seed, 24])
    if rng.random() > WITH_A_CLOTH:
        return None
    return Cloth(str(rng.choice(unmarked)), str(rng.choice(list(CLOTHS))), rng.uniform(0.4, 0.6))
