"""What has become of an argument: which images and pixels are changed, and how each pixel is.

For functions that give back images they were given, changed in some way.
"""

from collections.abc import Callable, Sequence

import numpy as np

from course.grader.compare import SMALLEST, TOLERANCE
from course.grader.diagnosis.compared import Case

Values = np.ndarray


def find_change(cases: Sequence[Case]) -> str | None:
    """How images are changed otherwise than they should be, or None."""
    wrong = [case for case in cases if not case.is_right]
    last = wrong[-1] if wrong else None
    images = _images(last) if last else None
    if last and images is not None:
        # What is said of images and pixels is about the example that is shown.
        says = _which_images(last, images) or _which_pixels(last, images)
        if says:
            return says
    for find in (_how_far, _how_each_pixel):
        found = [find(case, images) for case in wrong if (images := _images(case)) is not None]
        if found and len(found) == len(wrong) and all(found):
            return found[-1]
    return None


def _images(case: Case) -> Values | None:
    """The images that were given: `(B, H, W, C)`, like the answer."""
    shape = case.answer.shape
    found = [a for a in case.arrays.values() if a.ndim == 4 and a.shape == shape]
    is_usable = (
        len(found) == 1 and case.expected.shape == shape and np.all(np.isfinite(case.answer))
    )
    return found[0] if is_usable else None


def _is_changed(one: Values, other: Values) -> Values:
    return np.asarray(np.abs(one - other) > 4 * TOLERANCE)


def _which_images(case: Case, images: Values) -> str | None:
    """An image is changed that should not be, or the other way round."""
    mine, right = (
        np.any(_is_changed(one, images), axis=(1, 2, 3)) for one in (case.answer, case.expected)
    )
    for i in np.flatnonzero(mine != right):
        if mine[i]:
            return f"Image {i} of {len(images)} is changed, but should stay as it is."
        return f"Image {i} of {len(images)} stays as it is, but should be changed."
    return None


def _which_pixels(case: Case, images: Values) -> str | None:
    """Other rows, columns or channels are changed than should be."""
    mine, right = (_is_changed(one, images) for one in (case.answer, case.expected))
    if not mine.any() or not right.any() or right.mean() > 0.9:
        return None
    for axis, name in ((1, "row"), (2, "column"), (3, "channel")):
        others = tuple(i for i in range(4) if i != axis)
        found, wanted = (np.flatnonzero(one.any(axis=others)) for one in (mine, right))
        if not np.array_equal(found, wanted):
            return (
                f"Other {name}s are changed than should be: {span(found)} of {mine.shape[axis]}, "
                f"where it should be {span(wanted)} (counted from 0)."
            )
    return None


def span(places: Values) -> str:
    """Places along an axis, in short."""
    if len(places) == 1:
        return str(places[0])
    if np.all(np.diff(places) == 1):
        return f"{places[0]} to {places[-1]}"
    shown = ", ".join(map(str, places[:5]))
    return shown if len(places) < 6 else f"{shown} and {len(places) - 5} more"


def _how_far(case: Case, images: Values) -> str | None:
    """No value changes by more than a limit, which many values reach."""
    change, wanted = np.abs(case.answer - images), np.abs(case.expected - images)
    most = float(change.max())
    at_most = np.abs(change - most) < 1e-5
    if at_most.sum() < 6 or most < 1e-3 or wanted.max() < 1.05 * most:
        return None
    inside = (case.answer > SMALLEST) & (case.answer < 1 - SMALLEST)
    # What is the same at a pixel in all images and channels is no limit, but what the pixel gets.
    places = np.unique(wanted[at_most & inside].round(3))
    if len(places) < 4:
        return None
    return f"No value is changed by more than {most:.4g}: is the change limited?"


def _how_each_pixel(case: Case, images: Values) -> str | None:
    """Each pixel is a factor times what it was, plus a number; but other ones than it should be."""
    _, height, width, _ = images.shape
    found, wanted, places = [], [], []
    for place in np.ndindex(height, width):
        before, mine, right = (
            one[:, place[0], place[1]].ravel() for one in (images, case.answer, case.expected)
        )
        line, right_line = _line(before, mine), _line(before, right)
        if line is None or right_line is None:
            if _free(mine).sum() < 3 or _free(right).sum() < 3:
                continue  # too much of it is clipped to tell
            return None
        found.append(line)
        wanted.append(right_line)
        places.append(place)
    if 3 * len(places) < height * width:
        return None
    all_mine, all_right = np.array(found), np.array(wanted)
    worst = int(np.abs(all_mine - all_right).max(axis=1).argmax())
    row, column = places[worst]
    (factor, offset), (right_factor, right_offset) = (
        np.round(line[worst], 5) + 0.0 for line in (found, wanted)
    )
    if np.abs(all_mine - all_right).max() < 1e-3:
        return None  # what is wrong lies where too much is clipped
    if np.abs(all_mine[:, 0] - all_right[:, 0]).max() < 1e-3:
        ratio = _constant(all_mine[:, 1], all_right[:, 1], np.divide)
        if ratio is not None and abs(ratio) < 1e-3:
            return "The factor by which each pixel is multiplied is right, but nothing is added."
        if ratio is not None:
            return f"What is added is {ratio:.3g} times what should be."
        less = _constant(all_mine[:, 1], all_right[:, 1], np.subtract)
        if less is not None:
            return f"What is added differs everywhere from what should be by {less:+.3g}."
    return (
        f"The pixel at row {row}, column {column} is {factor:.3g} times what it was, plus "
        f"{offset:.3g}; it should be {right_factor:.3g} times that, plus {right_offset:.3g}."
    )


def _line(before: Values, after: Values) -> tuple[float, float] | None:
    """The factor and the number that is added, if all unclipped values fit."""
    free = _free(after)
    if free.sum() < 3 or np.ptp(before[free]) < 1e-3:
        return None
    factor, offset = np.polyfit(before[free], after[free], 1)
    is_line = np.abs(factor * before[free] + offset - after[free]).max() < 4 * TOLERANCE
    return (float(factor), float(offset)) if is_line else None


def _free(after: Values) -> Values:
    """Where a value has not been clipped."""
    return np.asarray((after > SMALLEST) & (after < 1 - SMALLEST))


def _constant(
    one: Values, other: Values, compare: Callable[[Values, Values], Values]
) -> float | None:
    """What two arrays differ by, if it is the same everywhere."""
    large = np.abs(other) > 1e-2
    if large.sum() < 3:
        return None
    found = compare(one[large], other[large])
    return float(found.mean()) if np.ptp(found) < 2e-3 else None
