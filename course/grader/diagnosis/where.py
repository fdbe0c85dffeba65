"""Where answers are wrong, or in which calls, if everything else is right."""

from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np

from course.grader.diagnosis.compared import Case
from course.grader.diagnosis.fit import is_off


def locate(cases: Sequence[Case]) -> str | None:
    """Where the answers are wrong, if everywhere else they are right; or None."""
    wrong = [
        case
        for case in cases
        if not case.is_right
        and case.answer.shape == case.expected.shape
        and np.all(np.isfinite(case.answer))
    ]
    # A table is looked at as one map; its axes are rows and columns.
    masks = [mask[None] if mask.ndim == 2 else mask for mask in map(is_off, wrong)]
    if not masks or not all(mask.ndim >= 3 for mask in masks) or wrong[-1].is_record:
        return None
    for says, inside in PLACES:
        places = [inside(mask) for mask in masks]
        # A few wrong values that happen to lie there are no reason to blame the whole place.
        share = sum(np.sum(mask & place) for mask, place in zip(masks, places, strict=True))
        is_most = share > 0.6 * sum(map(np.sum, places))
        if is_most and all(map(_is_only, masks, places)):
            return says
    return _locate_edge(wrong, masks)


def _locate_edge(wrong: Sequence[Case], masks: Sequence[np.ndarray]) -> str | None:
    """The last or the first few rows or columns, if all the others are right."""
    is_zero = not any(np.any(case.answer[is_off(case)]) for case in wrong)
    what = "0 stands there" if is_zero else "all else is right"
    for axis, name in ((1, "row"), (2, "column")):
        lines: list[np.ndarray] = [
            np.any(np.moveaxis(mask, axis, 0).reshape(mask.shape[axis], -1), axis=1)
            for mask in masks
        ]
        counts = [int(line.sum()) for line in lines]
        if max(counts) < 2 or any(2 * c > len(x) for c, x in zip(counts, lines, strict=True)):
            continue
        of_lines = list(zip(lines, counts, strict=True))
        for side, is_there in (
            ("last", all(line[-count:].all() for line, count in of_lines)),
            ("first", all(line[:count].all() for line, count in of_lines)),
        ):
            if is_there:
                shown = f"{counts[-1]} {name}s are" if counts[-1] > 1 else f"{name} is"
                return f"Only the {side} {shown} wrong: {what}."
    return None


def locate_row(cases: Sequence[Case]) -> str | None:
    """Which row of a record of steps is wrong, if all others are right; or None."""
    wrong = [case for case in cases if not case.is_right]
    rows = set()
    for case in wrong:
        if not case.is_record or case.answer.shape != case.expected.shape or len(case.answer) < 2:
            return None
        off = np.flatnonzero(is_off(case).reshape(len(case.answer), -1).any(axis=1))
        if len(off) != 1:
            return None
        rows.add("first" if off[0] == 0 else "last" if off[0] == len(case.answer) - 1 else "")
    if len(rows) != 1 or rows == {""}:
        return None
    return f"Only the {rows.pop()} row is wrong."


def when_wrong(cases: Sequence[Case]) -> str | None:
    """Which calls go wrong, if one argument alone tells them from the others; or None."""
    wrong = [case for case in cases if not case.is_right]
    right = [case for case in cases if case.is_right and case.answer.size]
    if len(wrong) < 3 or len(right) < 4:
        return None
    said = [says for name in _choices(wrong[-1]) if (says := _parted(name, wrong, right))]
    said += [says for name in COUNTED if (says := _counted(name, wrong, right))]
    return said[0] if len(said) == 1 else None


COUNTED = ("the number of images", "the number of channels")


def _counted(name: str, wrong: Sequence[Case], right: Sequence[Case]) -> str | None:
    """What is said if it is one image or channel alone that is right, or wrong; or three channels.

    Others are apart by chance.
    """
    bad, good = ({case.numbers.get(name) for case in side} for side in (wrong, right))
    if None in bad | good or bad & good:
        return None
    of = name.removeprefix("the number of ")
    if good == {3} and "channels" in name and len(bad) > 1:
        return "It is right with 3 channels, and wrong with other numbers of channels."
    for some, others, one, other in ((good, bad, "right", "wrong"), (bad, good, "wrong", "right")):
        if some == {1} and len(others) > 1:
            alone = of.removesuffix("s")
            return f"It is {one} with one {alone} alone, and {other} with several {of}."
    return None


def _choices(case: Case) -> list[str]:
    """What may decide: plain arguments, but no labels."""
    labels = ("seed", "target", "channel", "class")
    return [name for name in case.options if not name.startswith(labels)]


def _parted(name: str, wrong: Sequence[Case], right: Sequence[Case]) -> str | None:
    """What is said if the values of one argument in wrong calls are apart from all others.

    Of numbers, each side needs enough, or they are apart by chance.
    """
    bad, good = ({case.options.get(name) for case in side} for side in (wrong, right))
    if None in bad | good or bad & good:
        return None
    if len(bad) == 1 and isinstance(value := next(iter(bad)), str):
        return f'It is right for other values of {name}, and wrong for {name}="{value}".'
    if any(isinstance(value, str) for value in bad | good):
        return None
    numbers = [[float(value or 0) for value in side] for side in (bad, good)]
    if len(bad) < 3 or len(good) < 4:
        return None
    if max(numbers[0]) < min(numbers[1]):
        return f"It is wrong where {name} is {max(numbers[0]):.4g} or less, and right above."
    if min(numbers[0]) > max(numbers[1]):
        return f"It is right where {name} is {max(numbers[1]):.4g} or less, and wrong above."
    return None


def count_right(case: Case) -> str:
    """How much of an answer is right: "2 of 3 images are right."; empty if nothing is."""
    answer, expected = case.answer, case.expected
    if answer.shape != expected.shape or answer.ndim == 0:
        return ""
    right = ~is_off(case)
    images = case.numbers.get("the number of images")
    if answer.ndim >= 3 and len(answer) == images and images > 1:
        count = int(right.reshape(len(right), -1).all(axis=1).sum())
        if count:
            return f"{count} of {len(right)} images {'is' if count == 1 else 'are'} right."
    count = int(right.sum())
    return f"{count} of {right.size} values {'is' if count == 1 else 'are'} right." if count else ""


def _border(mask: np.ndarray) -> np.ndarray:
    inside = np.ones_like(mask)
    inside[:, 1:-1, 1:-1] = False
    return inside


def _one(axis: int, place: int) -> Callable[[np.ndarray], np.ndarray]:
    """Everything at one place along an axis."""

    def inside(mask: np.ndarray) -> np.ndarray:
        chosen = np.zeros_like(mask)
        if axis < mask.ndim and -mask.shape[axis] <= place < mask.shape[axis]:
            chosen[(slice(None),) * axis + (place,)] = True
        return chosen

    return inside


PLACES: list[tuple[str, Callable[[np.ndarray], np.ndarray]]] = list(
    chain(
        (
            ("Only the first row is wrong.", _one(1, 0)),
            ("Only the last row is wrong.", _one(1, -1)),
            ("Only the first column is wrong.", _one(2, 0)),
            ("Only the last column is wrong.", _one(2, -1)),
            ("Only the border is wrong: all of the inside is right.", _border),
            ("Only the first image is wrong.", _one(0, 0)),
            ("Only the last image is wrong.", _one(0, -1)),
        ),
        ((f"Only channel {i} is wrong.", _one(3, i)) for i in range(4)),
    )
)


def _is_only(mask: np.ndarray, inside: np.ndarray) -> bool:
    """Whether everything wrong is inside, and there is something outside that is right."""
    return not np.any(mask & ~inside) and not np.all(inside)
