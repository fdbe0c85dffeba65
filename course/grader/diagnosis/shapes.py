"""What an answer's shape has become."""

from collections.abc import Callable

from course.grader.diagnosis.compared import Case


def say_of_shapes(case: Case) -> str | None:
    """What has become of the axes, told from the shapes alone."""
    mine, wanted = case.answer.shape, case.expected.shape
    if says := _another_axis(case) or _of_record(case):
        return says
    for says, shapes in SHAPES:
        if mine in shapes(wanted):
            return says
    if len(mine) == len(wanted) + 1:
        more = next((n for i, n in enumerate(mine) if mine[:i] + mine[i + 1 :] == wanted), None)
        return f"There is an axis too many, of length {more}." if more else None
    if len(mine) == len(wanted) == 1:
        return f"The result has {mine[0]} value{'s' * (mine[0] != 1)} for {wanted[0]}."
    if len(mine) == len(wanted) > 1:
        is_plain = len(wanted) == 2 or "image" in case.arrays  # no axis of images
        names = AXES[1:] if is_plain else AXES
        parts = zip((name.removesuffix("s") for name in names), mine, wanted, strict=False)
        wrong = [
            f"{one} {name}{'s' * (one != 1)} for {other}"
            for name, one, other in parts
            if one != other
        ]
        return f"The result has {', and '.join(wrong)}."
    return None


AXES = ("images", "rows", "columns", "channels")


def _another_axis(case: Case) -> str | None:
    """Whether another axis of an argument is gone than the one that should be."""
    for name, array in case.arrays.items():
        if array.ndim != 4 or len(set(array.shape)) < 4:
            continue
        left = [array.shape[:i] + array.shape[i + 1 :] for i in range(4)]
        if {case.answer.shape, case.expected.shape} <= set(left):
            mine, right = (left.index(one.shape) for one in (case.answer, case.expected))
            return f"The axis of the {AXES[mine]} of {name} is gone, not that of the {AXES[right]}."
    return None


def _of_record(case: Case) -> str | None:
    """Whether a record of steps has not one row for each state."""
    mine, wanted = case.answer.shape, case.expected.shape
    if not case.is_record or len(mine) != 2 or mine[1:] != wanted[1:]:
        return None
    if mine[0] == wanted[0] - 1:
        return "There is one row too few: one before the first step, and one after every step."
    return f"There are {mine[0]} rows for {wanted[0]}: one before the first and after every step."


SHAPES: list[tuple[str, Callable[[tuple[int, ...]], list[tuple[int, ...]]]]] = [
    (
        "Height and width are swapped.",
        lambda s: [(s[0], s[2], s[1], *s[3:])] if len(s) in (3, 4) else [],
    ),
    ("The two axes are exchanged.", lambda s: [s[::-1]] if len(s) == 2 else []),
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
