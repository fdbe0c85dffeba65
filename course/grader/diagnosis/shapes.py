"""What an answer's shape has become."""

from collections.abc import Callable

import numpy as np

from course.grader.diagnosis.compared import Case


def say_of_shapes(case: Case) -> str | None:
    """What has become of the axes, told from the shapes alone."""
    mine, wanted = case.answer.shape, case.expected.shape
    for says, shapes in SHAPES:
        if mine in shapes(wanted):
            return says
    if len(mine) == len(wanted) > 2:
        parts = zip(("image", "row", "column", "channel"), mine, wanted, strict=False)
        wrong = [
            f"{one} {name}{'s' * (one != 1)} for {other}"
            for name, one, other in parts
            if one != other
        ]
        return f"The result has {', and '.join(wrong)}."
    return None


SHAPES: list[tuple[str, Callable[[tuple[int, ...]], list[tuple[int, ...]]]]] = [
    (
        "Height and width are swapped.",
        lambda s: [(s[0], s[2], s[1], *s[3:])] if len(s) in (3, 4) else [],
    ),
    (
        "The channels come first: they should be the last axis.",
        lambda s: [(s[0], s[3], s[1], s[2])] if len(s) == 4 else [],
    ),
    (
        "Every image is combined with every class, (B, B): there should be one value per image.",
        lambda s: [(s[0], s[0])] if len(s) == 1 and s[0] > 1 else [],
    ),
    (
        "An axis is gone: an axis of length 1 has to stay, also for a batch of one (squeeze?).",
        lambda s: [tuple(n for n in s if n != 1)] if 1 in s else [],
    ),
    (
        "There is one number for the whole batch: every image should have its own.",
        lambda s: [()] if len(s) == 1 else [],
    ),
    ("The batch axis is missing.", lambda s: [s[1:]] if len(s) > 1 else []),
    ("The last axis is missing.", lambda s: [s[:-1]] if len(s) > 1 else []),
    ("There is an axis of length 1 too many.", lambda s: [(1, *s), (*s, 1)]),
    ("The channels are still there.", lambda s: [(*s, n) for n in (2, 3, 4, 5)] if s else []),
]
"""What is said of a shape, and the shapes of which it is true, from the one that is expected."""
