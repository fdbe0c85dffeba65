"""By what images have been moved, and how that is related to what they should be moved by.

Where images take a step, a mistake in it shows in what they are changed by, and hardly in what
becomes of them. So all that is known of answers is looked for in changes as well. A value that has
been clipped tells nothing of a change: it is NaN, and so is whatever is computed from it.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from course.grader.compare import SMALLEST, TOLERANCE
from course.grader.diagnosis.clues import OF_CHANGES, find_clue
from course.grader.diagnosis.compared import Case
from course.grader.diagnosis.factors import factor_between, names_of
from course.grader.diagnosis.fit import Relation, holds
from course.grader.diagnosis.tables import AXES, BATCH, CHANNELS, VALUES

Values = np.ndarray

STARTS = ("images", "start", "originals", "image")
"""Arguments that are changed on the way."""

LEAST = 8
"""How many values have to tell a relation from a right answer."""


def find_move(cases: Sequence[Case]) -> str | None:
    """How the change of an argument is related to what it should be, or None."""
    if says := _stuck(cases):
        return says
    name, moves = _moves(cases)
    if moves:
        lengths = _lengths(moves, lambda move: move.expected)
        if lengths is not None:
            return _say_of_lengths(name, lengths) if len(lengths) > 1 else None
        if says := _related(name, moves):
            return says
    return _related("", [_unclipped(case) for case in cases])


def find_clue_of_a_move(cases: Sequence[Case]) -> str | None:
    """What can be said of a change that no plain relation explains."""
    name, moves = _moves(cases)
    filled = []
    for move in moves:
        mine, right = _given(move, lambda one: one.expected) or (move.answer, move.expected)
        filled.append(replace(move, answer=mine, expected=right))
    says = find_clue(filled, OF_CHANGES)
    return _of_change(name, says) if says else None


def _stuck(cases: Sequence[Case]) -> str | None:
    """Whether all is right but for values that are black or white, and stay so."""

    def stay(case: Case, name: str) -> Values:
        start = case.arrays[name]
        return np.where(start % 1 == 0, start, case.expected)

    for name in STARTS if not all(case.is_right for case in cases) else ():
        if holds(cases, lambda case, name=name: stay(case, name)):  # type: ignore[misc]
            return f"All is right but for values of {name} that are 0 or 1, which stay as they are."
    return None


def _unclipped(case: Case) -> Case:
    """A case in which values that have been clipped are not known."""
    sides = case.answer, case.expected
    mine, right = (np.where(side % 1 == 0, np.nan, side) for side in sides)
    return replace(case, answer=mine, expected=right)


def _moves(cases: Sequence[Case]) -> tuple[str, list[Case]]:
    """Which argument has been changed, and the changes; none if it is not in all cases."""
    for name in STARTS:
        moves = [_move(case, name) for case in cases]
        if all(move is not None for move in moves):
            return name, moves  # type: ignore[return-value]
    return "", []


def _move(case: Case, name: str) -> Case | None:
    """The case of a change, `(B, H, W, C)`, from the case of what has been changed.

    What is changed is known there as `images`, as relations call it that need it.
    """
    case = _unclipped(case)
    start = case.arrays.get(name)
    if start is None or start.shape != case.expected.shape or start.ndim < 3:
        return None
    arrays = case.answer - start, case.expected - start, start
    mine, right, start = (one if one.ndim == 4 else one[None] for one in arrays)
    return replace(case, answer=mine, expected=right, arrays={**case.arrays, "images": start})


def _lengths(moves: Sequence[Case], relation: Relation) -> list[tuple[float, Case]] | None:
    """The factor of every image that tells one, if a relation gives all changes up to a factor."""
    found = []
    for move in moves:
        given = _given(move, relation)
        if given is None:
            return None
        for mine, other in zip(*given, strict=True):
            if np.sum(np.abs(other) > SMALLEST) > 3:
                factor = factor_between(mine, other)
                if factor is None:
                    return None
                found.append((factor, move))
            elif not np.any(other) and np.sum(np.abs(mine) > 2 * SMALLEST) > 3:
                return None
    return found


def _given(move: Case, relation: Relation) -> tuple[Values, Values] | None:
    """A change and what a relation gives, with 0 in both where one of them is not known."""
    try:
        with np.errstate(all="ignore"):
            other = np.asarray(relation(move))
    except (ValueError, IndexError, KeyError):  # it needs something that is not there
        return None
    if other.shape != move.answer.shape:
        return None
    is_known = np.isfinite(move.answer) & np.isfinite(other)
    return np.where(is_known, move.answer, 0), np.where(is_known, other, 0)


def _tells(moves: Sequence[Case], relation: Relation) -> bool:
    """Whether enough values are known that a relation gives, and that are not right.

    Where it is not known what a relation gives, it cannot be told from what is right.
    """
    count, seen = 0, []
    for move in moves:
        with np.errstate(all="ignore"):
            other = np.asarray(relation(move))
            scale = float(np.nanmax(np.abs(move.expected), initial=0.0))
            is_off = np.abs(move.answer - move.expected) > 4 * TOLERANCE * scale + SMALLEST
        count += int(np.sum(is_off & np.isfinite(other)))
        seen.append(replace(move, answer=np.where(np.isfinite(other), move.answer, np.nan)))
    return count >= LEAST and _lengths(seen, lambda move: move.expected) is None


def _has_direction(moves: Sequence[Case], relation: Relation) -> bool:
    """Whether what a relation gives varies, and only its length changes with that of the change."""
    for move in moves:
        with np.errstate(all="ignore"):
            doubled = replace(move, expected=2 * move.expected)
            given, again = (np.nan_to_num(np.asarray(relation(one))) for one in (move, doubled))
        if not np.any(given):
            continue
        if np.ptp(given[given != 0]) < 1e-3 * np.abs(given).max():
            return False
        if factor_between(again, given) is None:
            return False
    return True


def _related(name: str, moves: Sequence[Case]) -> str | None:
    """The one kind of relation that holds: exactly, or else up to the length of each change.

    Args:
        name: of the argument that is changed; empty for results that are no changes.
        moves: the changes, or results.
    """
    if any(move.expected.ndim != 4 for move in moves):
        return None
    kinds = [
        [
            (says, lengths)
            for says, relation in table
            if (lengths := _lengths(moves, relation))
            and _tells(moves, relation)
            and (_are_ones(lengths) or _has_direction(moves, relation))
        ]
        for table in (VALUES, AXES, BATCH, CHANNELS)
    ]
    exact = [[one for one in kind if _are_ones(one[1])] for kind in kinds]
    found = [kind[-1] for kind in (kinds if name and not any(exact) else exact) if kind]
    if len(found) != 1:
        return None
    says, lengths = found[0]
    factors = np.array([factor for factor, _ in lengths])
    if _are_ones(lengths):
        length = ""
    elif np.ptp(factors) > 1e-3 * np.abs(factors).max():
        length = " Its length is another, too."
    else:
        length = f" It is also {factors[-1]:.4g} times as long."
    return _of_change(name, says) + length


def _are_ones(lengths: Sequence[tuple[float, Case]]) -> bool:
    return np.allclose([factor for factor, _ in lengths], 1, atol=1e-3)


def _of_change(name: str, says: str) -> str:
    """What is said of an answer, said of the change of an argument, if there is one."""
    if not name:
        return says
    if says.startswith("It is "):
        return f"The change of {name} is {says.removeprefix('It is ')}"
    return f"In the change of {name}, {says[:1].lower()}{says[1:]}"


def _say_of_lengths(name: str, lengths: Sequence[tuple[float, Case]]) -> str | None:
    """What a change is multiplied by that has the right direction."""
    if _are_ones(lengths):
        return None
    factors = np.array([factor for factor, _ in lengths])
    names = sorted(set.intersection(*(set(names_of(factor, case)) for factor, case in lengths)))
    # A count that is off by one is far-fetched where a plainer name fits.
    names = [name for name in names if "number of images" not in name or "1" not in name] or names
    if names:
        return f"The change of {name} is {', or '.join(names)}."
    if np.ptp(factors) > 1e-3 * np.abs(factors).max():
        return (
            f"The change of {name} has the right direction, but not the right length: is something "
            "normalized or limited?"
        )
    return f"The change of {name} is {factors[-1]:.4g} times what it should be."
