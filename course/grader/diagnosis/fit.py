"""Whether a relation gives the answers, up to rounding, and which values are wrong."""

from collections.abc import Callable, Sequence

import numpy as np

from course.grader.compare import SMALLEST, TOLERANCE
from course.grader.diagnosis.compared import Case

Relation = Callable[[Case], np.ndarray]


def holds(cases: Sequence[Case], relation: Relation) -> bool:
    """Whether a relation gives every answer, also those that are right."""
    return all(_gives(case, relation) for case in cases)


def _gives(case: Case, relation: Relation) -> bool:
    try:
        with np.errstate(all="ignore"):
            return same(case.answer, np.asarray(relation(case)), case.tolerance)
    except (ValueError, IndexError, KeyError):  # it needs an axis or an array that is not there
        return False


def same(answer: np.ndarray, other: np.ndarray, tolerance: float = TOLERANCE) -> bool:
    """Equal up to a tolerance; numbers that are all tiny are like each other by chance."""
    if answer.shape != other.shape or not np.all(np.isfinite(other)):
        return False
    scale = float(np.max(np.abs(other), initial=0.0))
    small = min(SMALLEST, 1e-3 * scale)
    return bool(np.all(np.abs(answer - other) <= tolerance * scale + small))


def like(
    one: np.ndarray, other: np.ndarray, tolerance: float = 2 * TOLERANCE, scale: float = 0.0
) -> bool:
    """Equal up to rounding, as a share of the largest magnitude in the other, or of a scale."""
    if one.shape != other.shape or not np.all(np.isfinite(other)):
        return False
    scale = scale or float(np.abs(other).max(initial=0.0))
    return bool(np.abs(one - other).max(initial=0.0) <= tolerance * scale + SMALLEST)


def is_off(case: Case) -> np.ndarray:
    """Where an answer is wrong; what is not a number is."""
    scale = float(np.max(np.abs(case.expected), initial=0.0))
    return ~(np.abs(case.answer - case.expected) <= case.tolerance * scale + SMALLEST)
