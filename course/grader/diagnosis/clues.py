"""Relations with many numbers to fit, for answers that no plain relation explains.

Each is tried in turn, and said with the numbers it has found. To be said it has to hold for all
that was compared, and there have to be far more values than numbers that are fitted.
"""

from collections.abc import Callable, Sequence

import numpy as np

from course.grader.compare import SMALLEST, TOLERANCE
from course.grader.diagnosis.changes import span
from course.grader.diagnosis.compared import Case
from course.grader.diagnosis.fit import is_off, like

Values = np.ndarray
Clue = Callable[[Sequence[Case]], str | None]


def find_clue(cases: Sequence[Case], clues: Sequence[Clue] | None = None) -> str | None:
    """The first sentence that is true of all answers, or None.

    Args:
        cases: the answers.
        clues: what is looked for; by default all `CLUES`.
    """
    cases = [
        case
        for case in cases
        if case.answer.shape == case.expected.shape != (0,) and np.all(np.isfinite(case.answer))
    ]
    telling = [case for case in cases if not case.is_right]
    if not telling or sum(np.count_nonzero(case.expected) for case in telling) < 4:
        return None
    with np.errstate(all="ignore"):
        return next((says for find in clues or CLUES if (says := find(cases))), None)


def _wrong(cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if not case.is_right]


# --- of every value by itself ---------------------------------------------------------------------

GRIDS = {
    255: "in steps of 1/255, as in pictures of 8 bits",
    256: "in steps of 1/256",
    10: "to one digit behind the point",
    100: "to two digits behind the point",
    1000: "to three digits behind the point",
}


def _on_a_grid(cases: Sequence[Case]) -> str | None:
    """Rounded, if not to whole numbers."""
    for count, says in GRIDS.items():
        steps = [case.answer * count for case in cases]
        are_whole = all(np.abs(one - np.round(one)).max() < 2e-3 for one in steps)
        near = all(np.abs(case.answer - case.expected).max() < 1.02 / count for case in cases)
        values = sum(len(np.unique(case.answer)) for case in _wrong(cases))
        if are_whole and near and values > 5:
            return f"The values are rounded, or computed, {says}."
    return None


def _limited(cases: Sequence[Case]) -> str | None:
    """Cut off at a number that shows in the answers themselves."""
    wrong = _wrong(cases)
    low = min(float(case.answer.min()) for case in wrong)
    high = max(float(case.answer.max()) for case in wrong)
    for says, ends in (
        (f"Values above {high:.4g} are cut off.", (None, high)),
        (f"Values below {low:.4g} are cut off.", (low, None)),
        (f"Values below {low:.4g} and above {high:.4g} are cut off.", (low, high)),
    ):
        holds = all(like(case.answer, np.clip(case.expected, *ends)) for case in cases)
        cut = sum(int(np.sum(np.clip(case.expected, *ends) != case.expected)) for case in wrong)
        if holds and cut > 3 and all(np.unique(one.expected).size > 8 for one in wrong):
            return says
    return None


def _to_an_arguments_range(cases: Sequence[Case]) -> str | None:
    """Cut off at the smallest and largest value of an argument: of a call, or of each image."""
    for name in cases[-1].arrays:
        for says, axes in (("", None), ("each of ", (1, 2, 3))):

            def within(case: Case, name: str = name, axes: tuple[int, ...] | None = axes) -> bool:
                array = case.arrays.get(name)
                if array is None or array.ndim != 4 or array.ndim != case.expected.ndim:
                    return False
                ends = (f(axis=axes, keepdims=True) for f in (array.min, array.max))
                return like(case.answer, np.clip(case.expected, *ends))

            if all(map(within, cases)):
                return f"The values are clipped to the range of {says}{name}, not to [0, 1]."
    return None


def _constant(cases: Sequence[Case]) -> str | None:
    """One number stands wherever it is wrong, and one other number should."""
    shown = ""
    for case in _wrong(cases):
        off = is_off(case)
        mine, right = case.answer[off], case.expected[off]
        if np.ptp(mine) > 1e-5 or np.ptp(right) > 1e-5:
            return None
        if len(mine) < 3:
            continue
        shown = f"Where it is wrong, it is {mine[0]:.4g} everywhere, not {right[0]:.4g}."
    return shown or None


def _left_out(cases: Sequence[Case]) -> str | None:
    """Right where values should be large, and 0 where they should be small, or the other way."""
    found = set()
    for case in _wrong(cases):
        off, size = is_off(case), np.abs(case.expected)
        kept = size[~off & (size > 0)]
        if off.sum() < 4 or len(kept) < 4 or np.any(case.answer[off]):
            return None
        low, high = size[off].max() <= kept.min(), size[off].min() >= kept.max()
        found.add("smallest" if low else "largest" if high else "")
    if len(found) > 1 or found == {""}:
        return None
    return f"All is right but for the {found.pop()} magnitudes, which are 0."


def _power(cases: Sequence[Case]) -> str | None:
    """A power of what is expected, up to a factor."""
    pairs = [
        (np.abs(case.answer).ravel(), np.abs(case.expected).ravel())
        for case in cases
        if np.all(np.sign(case.answer) * np.sign(case.expected) >= 0)
    ]
    if len(pairs) < len(cases):
        return None
    mine, right = (np.concatenate(one) for one in zip(*pairs, strict=True))
    large = right > 1e-3 * right.max()
    if large.sum() < 12 or np.any(mine[large] <= 0) or np.ptp(np.log(right[large])) < 0.3:
        return None
    exponent, factor = np.polyfit(np.log(right[large]), np.log(mine[large]), 1)
    if abs(exponent - 1) < 1e-3 or not like(mine[large], np.exp(factor) * right[large] ** exponent):
        return None
    times = "" if abs(factor) < 1e-3 else f", times {np.exp(factor):.4g}"
    return f"It is what is expected to the power of {exponent:.4g}{times}."


# --- with the arguments ---------------------------------------------------------------------------


def _terms(case: Case) -> dict[str, Values]:
    """What an answer may be added up from: the right one, and arguments of the same shape."""
    return {"what is expected": case.expected} | {
        name: array for name, array in case.arrays.items() if array.shape == case.expected.shape
    }


def _terms_with_sizes(case: Case) -> dict[str, Values]:
    """The same, and arguments that are multiplied with the size of a step or a mark."""
    terms = _terms(case)
    return terms | {
        f"{size} × {name}": float(case.options[size]) * terms[name]
        for size in ("step_size", "alpha", "strength")
        for name in terms
        if size in case.options and name != "what is expected"
    }


def _sum_of_terms(cases: Sequence[Case]) -> str | None:
    """The right answer and the arguments, each times a number, added up, and a number."""
    return _sum_of(cases, _terms) or _sum_of(cases, _terms_with_sizes)


def _sum_of(cases: Sequence[Case], terms_of: Callable[[Case], dict[str, Values]]) -> str | None:
    terms = [terms_of(case) for case in cases]
    names = set.intersection(*map(set, terms))
    tables = [
        np.stack([one[name].ravel() for name in sorted(names)] + [np.ones(case.answer.size)])
        for one, case in zip(terms, cases, strict=True)
    ]
    table = np.concatenate(tables, axis=1).T
    mine = np.concatenate([case.answer.ravel() for case in cases])
    right = np.concatenate([case.expected.ravel() for case in cases])
    # What has been clipped to 0 or 1 is no sum any more.
    is_free = (mine % 1 != 0) & (right % 1 != 0)
    table, mine = table[is_free], mine[is_free]
    if len(table) < 6 * table.shape[1]:
        return None
    counts, _, rank, _ = np.linalg.lstsq(table, mine, rcond=1e-9)
    scale = max(np.abs(mine).max(), np.abs(table[:, :-1]).max())
    if rank < table.shape[1] or not like(table @ counts, mine, scale=scale):
        return None
    are_plain = np.all(np.abs(counts - np.round(counts, 2)) < 5e-4)
    if len(_wrong(cases)) < 2 and not are_plain:  # one example may be so by chance
        return None
    shown = [
        name if abs(count - 1) < 5e-4 else f"{count:.4g} × {name}"
        for name, count in zip(sorted(names), counts, strict=False)
        if abs(count) > 1e-4
    ]
    if abs(counts[-1]) > 1e-4:
        shown.append(f"{counts[-1]:.4g}")
    says = " + ".join(shown).replace("+ -", "− ")
    # Where that is all, what is wrong has been clipped, or not.
    return f"It is {says}." if shown and says != "what is expected" else None


WITH_ARGUMENT: list[tuple[str, Callable[[Values, Values], Values]]] = [
    ("multiplied with {}", lambda e, a: e * a),
    ("divided by {}", lambda e, a: e / a),
    ("squared, and divided by {}", lambda e, a: e * e / a),
    ("multiplied with the magnitude of {}", lambda e, a: e * np.abs(a)),
    ("multiplied with 1 − {}", lambda e, a: e * (1 - a)),
    ("multiplied with {0} · (1 − {0})", lambda e, a: e * a * (1 - a)),
    ("divided by {0} · (1 − {0})", lambda e, a: e / (a * (1 - a))),
]


def _with_an_argument(cases: Sequence[Case]) -> str | None:
    """The right answer times an argument, or divided by it."""
    for name in cases[-1].arrays:
        for says, combine in WITH_ARGUMENT:
            if all(_combined(case, name, combine) for case in cases):
                return f"It is what is expected, {says.format(name)}."
    return None


IN_PLACE: list[tuple[str, Callable[[Values], Values]]] = [
    ("1 − {}", lambda a: 1 - a),
    ("2 · {} − 1", lambda a: 2 * a - 1),
    ("the square of {}", lambda a: a * a),
    ("the mean over the channels of {}", lambda a: a.mean(axis=-1, keepdims=True)),
    ("{} with the channels in the reverse order", lambda a: a[..., ::-1]),
    ("{} in the reverse order", lambda a: a[::-1]),
    ("{} over the largest value of each", lambda a: a / a.max(axis=(1, 2, 3), keepdims=True)),
]
"""What an answer that is a multiple of an argument may be a multiple of instead."""


def _in_place_of_an_argument(cases: Sequence[Case]) -> str | None:
    """The right answer over an argument, times something else that is made of it."""
    for name, array in cases[-1].arrays.items():
        if array.ndim != 4 or array.shape != cases[-1].expected.shape:
            continue
        for says, make in IN_PLACE:
            if all(_combined(case, name, lambda e, a, m=make: e / a * m(a)) for case in cases):  # type: ignore[misc]
                return f"It is as if {says.format(name)} stood in place of {name} in the product."
    return None


def _combined(case: Case, name: str, combine: Callable[[Values, Values], Values]) -> bool:
    array = case.arrays.get(name)
    if array is None or array.ndim < 2:
        return False
    if array.ndim == case.expected.ndim - 2:  # a mask for images
        array = array[None, ..., None]
    try:
        return like(case.answer, combine(case.expected, array))
    except ValueError:
        return False


def _shifted_argument(cases: Sequence[Case]) -> str | None:
    """Right, if something had been taken away from an argument that the answer is a multiple of."""
    for name in cases[-1].arrays:
        found = [_taken_away(case, name) for case in cases]
        if any(one is None for one in found):
            continue
        wrong = [
            (case, one)
            for case, one in zip(cases, found, strict=True)
            if one is not None and not case.is_right
        ]
        axes = (1, 2, 3)
        if all(
            np.abs(one.mean(axis=axes) - case.arrays[name].mean(axis=axes)).max() < 1e-3
            for case, one in wrong
        ):
            return f"It is as if its own mean had been taken away from each of {name} first."
        all_taken = np.concatenate([one.ravel() for _, one in wrong])
        if np.abs(all_taken).max() < 1e-3:
            continue
        if np.ptp(all_taken) < 1e-3:
            return f"It is as if {all_taken.mean():.4g} had been taken away from {name} first."
        return f"It is as if a number of its own had been taken away from each of {name} first."
    return None


def _taken_away(case: Case, name: str) -> Values | None:
    """What is missing in an argument at every place, if the answer is a multiple of it."""
    array = case.arrays.get(name)
    if array is None or array.shape != case.expected.shape or array.ndim != 4:
        return None
    large = np.abs(case.expected) > 0.05 * np.abs(case.expected).max()
    if large.sum() < 12:
        return None
    taken = array * (1 - case.answer / np.where(case.expected == 0, 1, case.expected))
    means = np.where(large, taken, np.nan)
    each = np.nanmean(means, axis=(1, 2, 3), keepdims=True)
    off = np.abs(np.where(large, taken - each, 0)).max()
    return np.broadcast_to(each, array.shape) if off < 2e-3 else None


# --- of whole images ------------------------------------------------------------------------------


def _over(axes: tuple[int, ...], says: str, least: int) -> Clue:
    """Right up to a number that is added, the same along some axes."""

    def find(cases: Sequence[Case]) -> str | None:
        if any(case.expected.ndim < least for case in cases):
            return None
        wrong = _wrong(cases)
        if any(np.prod([case.expected.shape[i] for i in axes]) < 4 for case in wrong):
            return None
        for case in wrong:
            off = case.answer - case.expected
            if not like(
                off,
                np.broadcast_to(off.mean(axis=axes, keepdims=True), off.shape),
                scale=float(np.abs(case.expected).max()),
            ):
                return None
        off = (wrong[-1].answer - wrong[-1].expected).mean(axis=axes).ravel()
        return f"{says} {off[np.abs(off).argmax()]:+.4g}."

    return find


_per_channel = _over(
    (1, 2), "Each channel is right, but for a number that is added to all of it: for one of them", 4
)
_per_row = _over((2,), "Each row is right, but for a number that is added: for one of them", 3)
_per_column = _over(
    (1,), "Each column is right, but for a number that is added: for one of them", 3
)


def _affine_per_image(cases: Sequence[Case]) -> str | None:
    """Each image's contrast and brightness are changed, and nothing else."""
    lines = []
    for case in _wrong(cases):
        if case.expected.ndim < 3 or case.expected[0].size < 8:
            return None
        for mine, right in zip(case.answer, case.expected, strict=True):
            if np.ptp(right) < 1e-3 * np.abs(case.expected).max():
                return None
            factor, offset = np.polyfit(right.ravel(), mine.ravel(), 1)
            if not like(mine, factor * right + offset):
                return None
            lines.append((factor, offset))
    if len(lines) < 2:
        return None
    factor, offset = lines[-1]
    if all(abs(right * 1 - 1) < 1e-3 for right, _ in lines):
        return None
    return (
        "Each image is right up to a factor and a number that is added: its contrast and its "
        f"brightness are others (the last one: {factor:.3g} and {offset:.3g})."
    )


def _factors_of_channels(cases: Sequence[Case]) -> str | None:
    """Each channel times a factor of its own: they are not alike."""
    if any(case.expected.ndim != 4 or case.expected.shape[-1] < 2 for case in _wrong(cases)):
        return None
    shown, are_apart = None, False
    for case in _wrong(cases):
        square = (case.expected**2).sum(axis=(0, 1, 2))
        if np.any(square == 0) or case.expected[..., 0].size < 4:
            return None
        factors = (case.answer * case.expected).sum(axis=(0, 1, 2)) / square
        if not like(case.answer, factors * case.expected):
            return None
        are_apart = are_apart or np.ptp(factors) > 1e-2 * np.abs(factors).max()
        shown = ", ".join(f"{factor:.4g}" for factor in factors + 0.0)
    return f"Each channel is multiplied by a factor of its own: {shown}." if are_apart else None


def _mixed(axis: int, what: str, of_what: str) -> Clue:
    """Right results that are added up from each other: of images, or of channels."""

    def find(cases: Sequence[Case]) -> str | None:
        shown = ""
        for case in cases:
            if case.expected.ndim < 2 or case.expected.ndim + axis < 1:
                return None
            count = case.expected.shape[axis]
            mine, right = (
                np.moveaxis(one, axis, 0).reshape(count, -1) for one in (case.answer, case.expected)
            )
            if right.shape[1] < 3 * count + 2:
                return None
            parts, _, rank, _ = np.linalg.lstsq(right.T, mine.T, rcond=1e-6)
            if rank < count or not like((right.T @ parts).T, mine):
                return None
            apart = parts - np.diag(np.diag(parts))
            if np.abs(apart).max(initial=0) > 1e-3:
                place = int(np.abs(apart).max(axis=0).argmax())
                counts = " + ".join(
                    f"{part:.3g} × {of_what} {i}"
                    for i, part in enumerate(parts[:, place])
                    if abs(part) > 1e-3
                ).replace("+ -", "− ")
                shown = f"{what}: {of_what} {place} is {counts}."
        return shown or None

    return find


_mixed_images = _mixed(0, "The images of a batch are mixed with each other", "image")
_mixed_channels = _mixed(-1, "The channels are mixed with each other", "channel")


def _pointwise(cases: Sequence[Case]) -> str | None:
    """Every value is changed by itself: the larger the right one, the larger the answer."""
    mine, right = (
        np.concatenate([one.ravel() for one in ones])
        for ones in ([case.answer for case in cases], [case.expected for case in cases])
    )
    if len(mine) < 24 or len(np.unique(right.round(6))) < 20:
        return None
    order = np.argsort(right)
    mine, right = mine[order], right[order]
    allowed = 2 * TOLERANCE * float(np.abs(mine).max())
    rises, falls = (np.all(one * np.diff(mine) >= -allowed) for one in (1, -1))
    if not (rises or falls) or np.ptp(mine) < 10 * allowed:
        return None
    off, half = np.abs(mine - right), len(mine) // 2
    low, high = int(off[:half].argmax()), half + int(off[half:].argmax())
    shown = ", and ".join(f"{right[i]:.3g} becomes {mine[i]:.3g}" for i in (low, high))
    return f"Every value is changed by itself, whatever stands beside it: {shown}."


def _moved_lines(cases: Sequence[Case]) -> str | None:
    """Every wrong row or column is another one of what is expected."""
    for axis, name in ((-2, "row"), (-1, "column")):
        shown = []
        for case in _wrong(cases):
            # Of images, rows and columns are the axes before the channels.
            place = axis - 1 if case.expected.ndim == 4 else axis
            if case.expected.ndim < 2:
                return None
            mine, right = (np.moveaxis(one, place, 0) for one in (case.answer, case.expected))
            moved = _places_of_lines(mine, right)
            if moved is None:
                break
            shown = moved
        else:
            if shown:
                said = "; ".join(f"{name} {i} is what {name} {j} should be" for i, j in shown[:3])
                return f"{said[:1].upper()}{said[1:]}{' …' if shown[3:] else ''} (counted from 0)."
    return None


def _places_of_lines(mine: Values, right: Values) -> list[tuple[int, int]] | None:
    """Which line of what is expected stands in which wrong line; None if something else does."""
    if len(mine) < 3 or mine[0].size < 3:
        return None
    scale, found = float(np.abs(right).max()), []
    for i, (one, other) in enumerate(zip(mine, right, strict=True)):
        if like(one, other, scale=scale):
            continue
        if np.ptp(one) < 1e-3 * scale:
            return None
        same = [j for j, line in enumerate(right) if like(one, line, scale=scale)]
        if not same:
            return None
        found.append(
            (
                i,
                min(
                    same,
                    key=lambda j, i=i: abs(i - j),  # type: ignore[misc]
                ),
            )
        )
    return found or None


def _filtered(cases: Sequence[Case]) -> str | None:
    """Each value a mixture of its neighbours in the right answer, the same everywhere."""
    tables, values = [], []
    for case in _wrong(cases):
        if case.expected.ndim not in (3, 4) or min(case.expected.shape[1:3]) < 3:
            return None
        height, width = case.expected.shape[1:3]
        shifted = [
            case.expected[:, row : height - 2 + row, column : width - 2 + column].ravel()
            for row in range(3)
            for column in range(3)
        ]
        tables.append(np.stack(shifted))
        values.append(case.answer[:, 1:-1, 1:-1].ravel())
    table, mine = np.concatenate(tables, axis=1).T, np.concatenate(values)
    if len(table) < 45:
        return None
    kernel, _, rank, _ = np.linalg.lstsq(table, mine, rcond=1e-6)
    if rank < 9 or not like(table @ kernel, mine) or abs(kernel[4] - 1) < 1e-3:
        return None
    return (
        "It is blurred, or sharpened: each value is a mixture of its neighbours in what is "
        f"expected ({kernel[4]:.3g} of itself, {kernel[1]:.3g} of the one above)."
    )


CLUES: list[Clue] = [
    _on_a_grid,
    _limited,
    _to_an_arguments_range,
    _constant,
    _left_out,
    _with_an_argument,
    _in_place_of_an_argument,
    _sum_of_terms,
    _shifted_argument,
    _factors_of_channels,
    _per_channel,
    _per_row,
    _per_column,
    _affine_per_image,
    _mixed_images,
    _mixed_channels,
    _moved_lines,
    _power,
    _pointwise,
    _filtered,
]

OF_CHANGES: list[Clue] = [
    _limited,
    _left_out,
    _with_an_argument,
    _factors_of_channels,
    _mixed_images,
    _mixed_channels,
    _power,
]
"""Those in which 0 stays 0: where a change is not known, 0 may stand for it."""


# --- what is left to say --------------------------------------------------------------------------

Where = Callable[[Case], Values]

PARTS: list[tuple[str, Where]] = [
    ("where 0 is expected", lambda c: np.abs(c.expected) <= SMALLEST),
    ("where a negative value is expected", lambda c: c.expected < -SMALLEST),
    (
        "where a positive value is expected",
        lambda c: (c.expected > SMALLEST) & np.any(c.expected < -SMALLEST),
    ),
    ("where 0 or 1 is expected", lambda c: (c.expected == 0) | (c.expected == 1)),
    ("where 1 is expected", lambda c: c.expected == 1),
]
"""Parts of an answer by what is expected there."""


def describe(cases: Sequence[Case]) -> str:
    """What can be said of any wrong numbers: which are wrong, and how they differ."""
    case = cases[-1] if cases else None
    if case is None or case.is_right or case.answer.shape != case.expected.shape:
        return ""
    if not np.all(np.isfinite(case.answer)) or case.answer.size < 2:
        return ""
    which = _which(_wrong(cases)) or _lines_that_are_wrong(case)
    return " ".join(filter(None, [which, _how_far(case)]))


AXES = {
    1: ("image",),
    2: ("row", "column"),
    3: ("image", "row", "column"),
    4: ("image", "row", "column", "channel"),
}
"""What is counted along the axes of an answer, by their number."""


def _lines_that_are_wrong(case: Case) -> str:
    """Along which axes only some places hold wrong values, and which."""
    off = is_off(case)
    names = ("step", "image") if case.is_record and off.ndim == 2 else AXES.get(off.ndim, ())
    parts = []
    for axis, name in enumerate(names):
        others = tuple(i for i in range(off.ndim) if i != axis)
        places = np.flatnonzero(off.any(axis=others))
        if 0 < len(places) < off.shape[axis]:
            some = f"{name}{'s' * (len(places) > 1)}"
            parts.append(f"{some} {span(places)} of {off.shape[axis]}")
    return f"It is wrong only in {' and '.join(parts)} (counted from 0)." if parts else ""


def _which(wrong: Sequence[Case]) -> str:
    """In which part all of the wrong values lie, if all else is right."""
    wrong = [one for one in wrong if one.answer.shape == one.expected.shape]
    for says, where in PARTS:
        masks = [(is_off(case), where(case)) for case in wrong]
        inside = sum(int(np.sum(off & part)) for off, part in masks)
        outside = sum(int(np.sum(~part)) for _, part in masks)
        covered = inside > 0.6 * sum(int(part.sum()) for _, part in masks)
        if outside > 3 and inside > 3 and covered and not any(np.any(o & ~p) for o, p in masks):
            return f"It is wrong only {says}."
    return ""


def _how_far(case: Case) -> str:
    """How the wrong values differ: to which side, and by how much."""
    off = is_off(case)
    apart = (np.abs(case.answer) - np.abs(case.expected))[off]
    same_sign = np.all((case.answer * case.expected)[off] >= 0)
    scale = float(np.abs(case.expected).max(initial=0.0))
    if scale == 0 or not off.any():
        return ""
    largest = float(np.abs(case.answer - case.expected).max()) / scale
    if same_sign and np.all(apart > 0):
        side = "All wrong values are too large"
    elif same_sign and np.all(apart < 0):
        side = "All wrong values are too small"
    else:
        side = "Some values are too large, others too small"
    if largest < 0.03:
        return f"It is nearly right: off by at most {largest:.2g} of the largest value. {side}."
    if case.answer.size > 8 and np.std(case.answer) > 0 and np.std(case.expected) > 0:
        likeness = float(np.corrcoef(case.answer.ravel(), case.expected.ravel())[0, 1])
        return f"{side}; the correlation with what is expected is {likeness:.2f}."
    return f"{side}."
