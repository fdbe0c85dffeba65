"""What the numbers say: how an answer is related to what is expected, whoever made the mistake.

A relation is a sentence and a function that computes, from what is expected, what an answer of that
kind would be. It is said only if it holds for everything that the property at hand has compared,
also for what was right, and if no other kind of relation holds as well.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from course.grader.cases import Case
from course.grader.compare import SMALLEST, TOLERANCE, is_close

# --- what is said ---------------------------------------------------------------------------------


def diagnose(cases: Sequence[Case]) -> str | None:
    """One sentence on how all answers are related to what is expected, or None.

    Args:
        cases: what was compared under one name, the one that failed last.
    """
    if not cases or cases[-1].is_right:
        return None
    failed = cases[-1]
    if failed.answer.shape != failed.expected.shape:
        return _shape(failed)
    cases = [case for case in cases if case.answer.shape == case.expected.shape != (0,)]
    if offered := _instead(cases):
        return offered
    telling = [case for case in cases if not case.is_right]
    if sum(np.count_nonzero(np.abs(case.expected) > SMALLEST) for case in telling) < 2:
        return None
    if all(not np.any(case.answer) for case in cases):
        return "It is 0 everywhere."
    found = [says for find in KINDS if (says := find(cases))]
    return found[0] if len(found) == 1 else None if found else _along_the_way(cases)


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
    masks = [mask[None] if mask.ndim == 2 else mask for mask in map(_is_wrong, wrong)]
    if not masks or not all(mask.ndim >= 3 for mask in masks) or wrong[-1].is_record:
        return None
    for says, inside in PLACES:
        places = [inside(mask) for mask in masks]
        # A few wrong values that happen to lie there are no reason to blame the whole place.
        share = sum(np.sum(mask & place) for mask, place in zip(masks, places, strict=True))
        is_most = share > 0.6 * sum(map(np.sum, places))
        if is_most and all(map(_is_only, masks, places)):
            return says
    return None


def locate_row(cases: Sequence[Case]) -> str | None:
    """Which row of a record of steps is wrong, if all others are right; or None."""
    wrong = [case for case in cases if not case.is_right]
    rows = set()
    for case in wrong:
        if not case.is_record or case.answer.shape != case.expected.shape or len(case.answer) < 2:
            return None
        off = np.flatnonzero(_is_wrong(case).reshape(len(case.answer), -1).any(axis=1))
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
    right = ~_is_wrong(case)
    images = case.numbers.get("the number of images")
    if answer.ndim >= 3 and len(answer) == images and images > 1:
        count = int(right.reshape(len(right), -1).all(axis=1).sum())
        if count:
            return f"{count} of {len(right)} images {'is' if count == 1 else 'are'} right."
    count = int(right.sum())
    return f"{count} of {right.size} values {'is' if count == 1 else 'are'} right." if count else ""


def _is_wrong(case: Case) -> np.ndarray:
    scale = float(np.max(np.abs(case.expected), initial=0.0))
    return ~(np.abs(case.answer - case.expected) <= case.tolerance * scale + SMALLEST)


# --- shapes ---------------------------------------------------------------------------------------


def _shape(case: Case) -> str | None:
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


# --- relations without anything to fit ------------------------------------------------------------

Relation = Callable[[Case], np.ndarray]


def _softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _along(axis: int, change: Callable[[np.ndarray, int], np.ndarray]) -> Relation:
    """The relation that changes something along an axis, if there is such an axis."""
    return lambda case: change(case.expected, axis)


def _flip(values: np.ndarray, axis: int) -> np.ndarray:
    return np.flip(values, axis)


def _of_batch(choose: Callable[[np.ndarray], np.ndarray]) -> Relation:
    return lambda case: np.broadcast_to(choose(case.expected), case.expected.shape)


def _between_0_and_1(case: Case) -> np.ndarray:
    low, high = case.expected.min(), case.expected.max()
    return (case.expected - low) / (high - low)


def _each_between_0_and_1(case: Case) -> np.ndarray:
    axes = tuple(range(1, case.expected.ndim))
    low = case.expected.min(axis=axes, keepdims=True)
    return (case.expected - low) / (case.expected.max(axis=axes, keepdims=True) - low)


def _times_images(case: Case) -> np.ndarray:
    return case.expected * case.arrays["images"]


VALUES: list[tuple[str, Relation]] = [
    ("The values are clipped to [0, 1].", lambda c: np.clip(c.expected, 0, 1)),
    ("The negative values are gone: they are set to 0.", lambda c: np.maximum(c.expected, 0)),
    ("The positive values are gone: they are set to 0.", lambda c: np.minimum(c.expected, 0)),
    ("The signs are lost: it is the absolute value.", lambda c: np.abs(c.expected)),
    ("It is the negative of the absolute value.", lambda c: -np.abs(c.expected)),
    ("Only the signs are left: the sizes are lost.", lambda c: np.sign(c.expected)),
    ("It is the square of what is expected.", lambda c: c.expected**2),
    ("It is the square root of what is expected.", lambda c: np.sqrt(c.expected)),
    ("It is 1 minus what is expected.", lambda c: 1 - c.expected),
    ("It is a share of the rest, not of the whole.", lambda c: c.expected / (1 - c.expected)),
    ("It is the reciprocal of what is expected.", lambda c: 1 / c.expected),
    ("It is rounded to whole numbers.", lambda c: np.round(c.expected)),
    ("It is cut to whole numbers.", lambda c: np.trunc(c.expected)),
    ("It is the logarithm of what is expected.", lambda c: np.log(c.expected)),
    ("It is the exponential of what is expected.", lambda c: np.exp(c.expected)),
    ("A sigmoid is taken once too often.", lambda c: 1 / (1 + np.exp(-c.expected))),
    ("A sigmoid is missing.", lambda c: np.log(c.expected / (1 - c.expected))),
    ("A softmax is taken once too often.", lambda c: _softmax(c.expected)),
    ("The images are stretched to [0, 1], all together.", _between_0_and_1),
    ("Each image is stretched to [0, 1].", _each_between_0_and_1),
    ("It is multiplied with the images once too often.", _times_images),
]

AXES: list[tuple[str, Relation]] = [
    ("The images come in the reverse order.", _along(0, _flip)),
    ("It is upside down: the rows are reversed.", _along(1, _flip)),
    ("It is a mirror image: the columns are reversed.", _along(2, _flip)),
    ("The channels come in the reverse order.", _along(3, _flip)),
    ("Rows and columns are swapped.", lambda c: np.swapaxes(c.expected, 1, 2)),
    ("It is one row too low.", lambda c: np.roll(c.expected, 1, 1)),
    ("It is one row too high.", lambda c: np.roll(c.expected, -1, 1)),
    ("It is one column too far to the right.", lambda c: np.roll(c.expected, 1, 2)),
    ("It is one column too far to the left.", lambda c: np.roll(c.expected, -1, 2)),
]

BATCH: list[tuple[str, Relation]] = [
    ("The first image's result is used for all images.", _of_batch(lambda e: e[:1])),
    ("The last image's result is used for all images.", _of_batch(lambda e: e[-1:])),
    (
        "It is averaged over the batch: every image should have its own.",
        _of_batch(lambda e: e.mean(axis=0, keepdims=True)),
    ),
    (
        "It is added up over the batch: every image should have its own.",
        _of_batch(lambda e: e.sum(axis=0, keepdims=True)),
    ),
]

CHANNELS: list[tuple[str, Relation]] = [
    (
        "It is averaged over the channels: every channel should have its own.",
        _of_batch(lambda e: e.mean(axis=-1, keepdims=True)),
    ),
    (
        "It is added up over the channels: every channel should have its own.",
        _of_batch(lambda e: e.sum(axis=-1, keepdims=True)),
    ),
    (
        "The first channel is used for all channels.",
        _of_batch(lambda e: e[..., :1]),
    ),
]


STEPS: list[tuple[str, Relation]] = [
    (
        "They are one step behind the images.",
        lambda c: np.concatenate([c.expected[:1], c.expected[:-1]]),
    ),
    (
        "The last row repeats the one before it: look once more after the last step.",
        lambda c: np.concatenate([c.expected[:-1], c.expected[-2:-1]]),
    ),
    (
        "The first row is the second: look once before the first step.",
        lambda c: np.concatenate([c.expected[1:2], c.expected[1:]]),
    ),
    (
        "They are one step ahead of the images.",
        lambda c: np.concatenate([c.expected[1:], c.expected[-1:]]),
    ),
    ("The steps come in the reverse order.", _along(0, _flip)),
    ("The best so far is kept.", lambda c: np.maximum.accumulate(c.expected)),
    ("All rows are the last one.", _of_batch(lambda e: e[-1:])),
    ("All rows are the first one.", _of_batch(lambda e: e[:1])),
    ("The rows are added up from step to step.", lambda c: np.cumsum(c.expected, axis=0)),
    ("They tell by how much the first is exceeded.", lambda c: c.expected - c.expected[:1]),
    (
        "Every image has the batch's mean.",
        lambda c: np.broadcast_to(c.expected.mean(axis=1, keepdims=True), c.expected.shape),
    ),
    (
        "Every image has the batch's sum.",
        lambda c: np.broadcast_to(c.expected.sum(axis=1, keepdims=True), c.expected.shape),
    ),
]


def _first_of(
    table: list[tuple[str, Relation]], least: int = 1, is_record: bool | None = None
) -> Callable[..., str | None]:
    """A kind of relations of which the last that fits, the most general, is said.

    Args:
        table: the relations.
        least: how many axes they need.
        is_record: whether the first axis has to count steps, or images; None for any.
    """

    def find(cases: Sequence[Case]) -> str | None:
        if is_record is not None and any(case.is_record != is_record for case in cases):
            return None
        if any(case.expected.ndim < least for case in cases):
            return None
        fitting = [says for says, relation in table if _holds(cases, relation)]
        return fitting[-1] if fitting else None

    return find


def _holds(cases: Sequence[Case], relation: Relation) -> bool:
    """Whether a relation gives every answer, also those that are right."""
    return all(_gives(case, relation) for case in cases)


def _gives(case: Case, relation: Relation) -> bool:
    try:
        with np.errstate(all="ignore"):
            return _same(case.answer, np.asarray(relation(case)), case.tolerance)
    except (ValueError, IndexError, KeyError):  # it needs an axis or an array that is not there
        return False


def _same(answer: np.ndarray, other: np.ndarray, tolerance: float = TOLERANCE) -> bool:
    """Equal up to a tolerance; numbers that are all tiny are like each other by chance."""
    if answer.shape != other.shape or not np.all(np.isfinite(other)):
        return False
    scale = float(np.max(np.abs(other), initial=0.0))
    small = min(SMALLEST, 1e-3 * scale)
    return bool(np.all(np.abs(answer - other) <= tolerance * scale + small))


# --- relations with something to fit --------------------------------------------------------------


def _instead_of(says: str) -> Callable[[Case], np.ndarray]:
    return lambda case: case.instead[says]


def _argument(name: str) -> Callable[[Case], np.ndarray]:
    return lambda case: case.arrays[name]


def _instead(cases: Sequence[Case]) -> str | None:
    """What the property itself says a known mistake would give."""
    names = [says for case in cases for says in case.instead if not case.is_right]
    fitting = [
        says
        for says in dict.fromkeys(names)
        if _holds([c for c in cases if says in c.instead], _instead_of(says))
    ]
    return f"This looks like {', or '.join(fitting)}." if 0 < len(fitting) < 4 else None


def _untouched(cases: Sequence[Case]) -> str | None:
    """One of the arguments, given back as it is: always, or in all the calls that go wrong."""
    wrong = [case for case in cases if not case.is_right]
    for name in cases[-1].arrays:
        if _holds(cases, _argument(name)):
            return f"It is {name} itself, unchanged."
        if _holds(wrong, _argument(name)):
            return f"Where it is wrong, it is {name} itself, unchanged."
    return None


CHOSEN: list[tuple[str, Callable[[np.ndarray], np.ndarray]]] = [
    ("the mean over the channels", lambda a: a.mean(axis=-1)),
    ("the first channel", lambda a: a[..., 0]),
    ("the last channel", lambda a: a[..., -1]),
    ("the largest of the channels", lambda a: a.max(axis=-1)),
    ("the smallest of the channels", lambda a: a.min(axis=-1)),
    ("the largest magnitude of the channels", lambda a: np.abs(a).max(axis=-1)),
    ("the sum of the channels' magnitudes", lambda a: np.abs(a).sum(axis=-1)),
    ("the length of the vector of the channels", lambda a: np.sqrt((a * a).sum(axis=-1))),
    ("the root mean square of the channels", lambda a: np.sqrt((a * a).mean(axis=-1))),
    ("the mean magnitude of the channels", lambda a: np.abs(a).mean(axis=-1)),
    ("the sum of the channels' squares", lambda a: (a * a).sum(axis=-1)),
    ("the median of the channels", lambda a: np.median(a, axis=-1)),
    ("the product of the channels", lambda a: a.prod(axis=-1)),
    ("the standard deviation of the channels", lambda a: a.std(axis=-1)),
    ("the range of the channels", lambda a: np.ptp(a, axis=-1)),
    ("the sum of the positive channels", lambda a: np.maximum(a, 0).sum(axis=-1)),
    ("the magnitude of the sum of the channels", lambda a: np.abs(a.sum(axis=-1))),
    (
        "the channel with the largest magnitude, with its sign",
        lambda a: np.take_along_axis(a, np.abs(a).argmax(axis=-1)[..., None], -1)[..., 0],
    ),
]
"""What may have become of an array's channels."""


def _of_channels(cases: Sequence[Case]) -> str | None:
    """An argument whose channels are made one, in another way than is asked for."""
    if _ratios(cases):  # a factor says it all
        return None
    for name, array in cases[-1].arrays.items():
        if array.ndim < 3 or array.shape[:-1] != cases[-1].expected.shape:
            continue
        if array.shape[-1] == 1:
            continue
        for says, choose in CHOSEN:
            if _holds(cases, lambda case, c=choose, n=name: c(case.arrays[n])):  # type: ignore[misc]
                return f"It is {says} of {name}."
        weights = [_weights(case, name) for case in cases]
        if all(one is not None for one in weights):
            shown = ", ".join(f"{weight:.3g}" for weight in weights[-1])  # type: ignore[union-attr]
            return f"It is a weighted sum of the channels of {name}, with the weights {shown}."
    return None


def _weights(case: Case, name: str) -> np.ndarray | None:
    """With which weights the channels of an argument add up to the answer, or None."""
    array = case.arrays.get(name)
    if array is None or array.shape[:-1] != case.answer.shape or array.size < 8:
        return None
    channels = array.reshape(-1, array.shape[-1])
    if len(channels) <= 2 * channels.shape[1]:
        return None
    weights = np.linalg.lstsq(channels, case.answer.ravel(), rcond=None)[0]
    is_sum = _same((channels @ weights).reshape(case.answer.shape), case.answer)
    return np.asarray(np.round(weights, 6) + 0.0) if is_sum else None


def _reordered(cases: Sequence[Case]) -> str | None:
    """The right images, each once, in another order."""
    if any(case.is_record or case.expected.ndim < 3 for case in cases):
        return None
    for case in cases:
        found = [
            [i for i, one in enumerate(case.expected) if _same(mine, one, case.tolerance)]
            for mine in case.answer
        ]
        if sorted(one[0] for one in found if len(one) == 1) != list(range(len(case.expected))):
            return None
    return "The right images come in another order."


def _along_the_way(cases: Sequence[Case]) -> str | None:
    """What an argument is changed by: right in its direction, but not in its length."""
    for name in cases[-1].arrays:
        ratios = []
        for case in cases:
            start = case.arrays.get(name)
            if start is None or start.shape != case.expected.shape or start.ndim < 3:
                break
            # Where a value has been clipped, it tells nothing of the step.
            is_free = (case.expected % 1 != 0) & (case.answer % 1 != 0)
            mine, right = (np.where(is_free, a - start, 0) for a in (case.answer, case.expected))
            for one, other in zip(mine, right, strict=True):
                if np.count_nonzero(other) > 3:
                    ratios.append((_ratio(one, other), case))
        else:
            if len(ratios) < 2 or any(ratio is None for ratio, _ in ratios):
                continue
            return _of_lengths(name, ratios)  # type: ignore[arg-type]
    return None


def _of_lengths(name: str, ratios: list[tuple[float, Case]]) -> str | None:
    factors = np.array([ratio for ratio, _ in ratios])
    if np.allclose(factors, 1, atol=1e-3):
        return None
    names = sorted(set.intersection(*(set(_names_of(ratio, case)) for ratio, case in ratios)))
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


def _without_nan(cases: Sequence[Case]) -> str | None:
    """NaN where 0 is expected, and right elsewhere."""
    wrong = [case for case in cases if np.isnan(case.answer).any()]
    for case in wrong:
        is_nan = np.isnan(case.answer)
        if np.any(np.abs(case.expected[is_nan]) > SMALLEST):
            return None
        if not is_close(np.where(is_nan, 0.0, case.answer), case.expected):
            return None
    return "It is NaN where 0 is expected: 0 / 0." if wrong else None


def _scale(cases: Sequence[Case]) -> str | None:
    """Factors, from the most specific to the most general."""
    specific = [says for says in (_named_factor(cases), _normalized(cases)) if says]
    if len(specific) == 1:
        return specific[0]
    return _constant_factor(cases) or _factor_per_image(cases)


def _ratios(cases: Sequence[Case]) -> list[tuple[float, Case]] | None:
    """The factor of every case, or None if one of them has none."""
    found = [(_ratio(case.answer, case.expected), case) for case in cases if np.any(case.expected)]
    if not found or any(ratio is None for ratio, _ in found):
        return None
    return found  # type: ignore[return-value]


def _names(cases: Sequence[Case]) -> list[str]:
    """What the factors of all cases may be."""
    ratios = _ratios(cases) or []
    each = [set(_names_of(ratio, case)) for ratio, case in ratios]
    return sorted(set.intersection(*each)) if each else []


def _named_factor(cases: Sequence[Case]) -> str | None:
    names = _names(cases)
    return f"It is {names[0]}." if len(names) == 1 else None


def _constant_factor(cases: Sequence[Case]) -> str | None:
    """A factor that is the same everywhere, with all that it may be."""
    factors = [ratio for ratio, _ in _ratios(cases) or []]
    values = sum(np.count_nonzero(case.expected) for case in cases)
    if not factors or values < 4 or max(factors) - min(factors) > TOLERANCE * abs(factors[-1]):
        return None
    names = _names(cases)
    shown = f"It is {factors[-1]:.4g} times what is expected"
    if names:
        return f"{shown}: is it {', or '.join(names)}?"
    # A number that means nothing to anybody may still be found in the code.
    return (
        f"{shown}."
        if _is_simple(factors[-1])
        else f"All is right up to one factor, {factors[-1]:.4g}."
    )


def _is_simple(factor: float) -> bool:
    """Whether it, or its reciprocal, is a whole number: others tell nobody anything."""
    either = np.array([factor, 1 / factor])
    return bool(np.any(np.abs(either - np.round(either)) <= 2 * TOLERANCE * np.abs(either)))


def _ratio(answer: np.ndarray, expected: np.ndarray) -> float | None:
    """The factor between two arrays, or None if there is none; 0 is none."""
    norm = float((expected * expected).sum())
    factor = float((answer * expected).sum()) / norm if norm else 0.0
    is_one = factor != 0.0 and _same(answer, factor * expected)
    return factor if is_one and np.max(np.abs(answer)) > 10 * SMALLEST else None


PLAIN = {
    2.0: "twice what is expected",
    0.5: "half of what is expected",
    4.0: "four times what is expected",
    0.25: "a quarter of what is expected",
    255.0: "255 times what is expected, as if images went from 0 to 255",
    1 / 255: "divided by 255, as if images went from 0 to 255",
    -1.0: "what is expected with the sign turned around",
    -2.0: "twice what is expected with the sign turned around",
    2 * np.pi: "6.283 times what is expected: 2 π",
}


AREAS = ("the number of pixels", "the number of values in an image")
"""Of which one may take the root: lengths and transforms are divided by it."""


def _names_of(ratio: float, case: Case) -> Iterable[str]:
    """What a factor may be, from the sizes and arguments of the call.

    A factor of 1 fits every size of 1; it has all of their names.
    """

    def is_it(value: float) -> bool:
        return abs(ratio - value) <= 2 * TOLERANCE * abs(value)

    yield from (says for value, says in PLAIN.items() if is_it(value))
    for name, value in case.numbers.items():
        if value == 0:
            continue
        if is_it(value):
            yield f"multiplied by {name}"
        if is_it(1 / value):
            yield f"divided by {name}"
        if name in AREAS and value > 1:
            if is_it(value**0.5):
                yield f"multiplied by the root of {name}"
            if is_it(value**-0.5):
                yield f"divided by the root of {name}"
        if is_it(-value):
            yield f"multiplied by {name}, with the sign turned around"
        if is_it(-1 / value):
            yield f"divided by {name}, with the sign turned around"
        is_count = name == "the number of images" or not name.startswith("the ")
        if is_count and value >= 1 and float(value).is_integer():
            if is_it(value / (value + 1)):
                yield f"divided by {name} + 1, not by {name}"
            if value > 1 and is_it(value / (value - 1)):
                yield f"divided by {name} − 1, not by {name}"


NORMS: list[tuple[str, Callable[..., np.ndarray]]] = [
    ("largest magnitude", lambda e, **axes: np.abs(e).max(**axes)),
    ("maximum", lambda e, **axes: e.max(**axes)),
    ("sum", lambda e, **axes: e.sum(**axes)),
    ("sum of magnitudes", lambda e, **axes: np.abs(e).sum(**axes)),
    ("mean magnitude", lambda e, **axes: np.abs(e).mean(**axes)),
    ("Euclidean norm", lambda e, **axes: np.sqrt((e * e).sum(**axes))),
    ("root mean square", lambda e, **axes: np.sqrt((e * e).mean(**axes))),
    ("standard deviation", lambda e, **axes: e.std(**axes)),
]


def _normalized(cases: Sequence[Case]) -> str | None:
    """Divided by a norm of what is expected: of each image, or of all of it."""
    is_batch = all(case.expected.ndim > 2 for case in cases)
    for says, norm in NORMS:

        def of_all(case: Case, norm: Any = norm) -> np.ndarray:
            return case.expected / norm(case.expected)

        def of_each(case: Case, norm: Any = norm) -> np.ndarray:
            axes = tuple(range(1, case.expected.ndim))
            return case.expected / norm(case.expected, axis=axes, keepdims=True)

        whole, each = _holds(cases, of_all), is_batch and _holds(cases, of_each)
        if whole and each:
            return f"It is divided by its {says}."
        if whole or each:
            return f"{'Each image' if each else 'The whole batch'} is divided by its {says}."
    return None


def _factor_per_image(cases: Sequence[Case]) -> str | None:
    if any(case.expected.ndim < 3 for case in cases):
        return None
    pairs = [
        (one, other)
        for case in cases
        for one, other in zip(case.answer, case.expected, strict=True)
        if np.any(other) or np.any(one)
    ]
    if len(pairs) < 2 or any(other.size < 4 for _, other in pairs):
        return None
    ratios = [_ratio(one, other) for one, other in pairs]
    if any(ratio is None for ratio in ratios):
        return None
    return "Each image is right up to a factor, and every image has another factor."


def _offset(cases: Sequence[Case]) -> str | None:
    """Something that is added to all values alike."""
    offsets = [np.unique(np.round(case.answer - case.expected, 5)) for case in cases]
    values = sum(case.expected.size for case in cases)
    mean = float(np.mean(cases[-1].answer - cases[-1].expected))
    if values < 4 or abs(mean) < 10 * SMALLEST or len(np.unique(np.concatenate(offsets))) > 2:
        return None
    if not _holds(cases, lambda c: c.expected + mean):
        return None
    return f"It is what is expected plus {mean:.4g}, everywhere."


def _offset_per_image(cases: Sequence[Case]) -> str | None:
    if any(case.expected.ndim < 3 for case in cases):
        return None
    axes = tuple(range(1, cases[-1].expected.ndim))

    def shifted(case: Case) -> np.ndarray:
        return case.expected + (case.answer - case.expected).mean(axis=axes, keepdims=True)

    if not _holds(cases, shifted):
        return None
    return "Each image is right up to something that is added to all of its values."


def _mean_taken(cases: Sequence[Case]) -> str | None:
    """The right answer less its own mean."""
    if any(case.expected.ndim < 3 or case.expected[0].size < 2 for case in cases):
        return None

    def centred(case: Case) -> np.ndarray:
        axes = tuple(range(1, case.expected.ndim))
        return case.expected - case.expected.mean(axis=axes, keepdims=True)

    if not _holds(cases, centred):
        return None
    return "The mean of each image is taken away: it is what is expected less its mean."


def _imprecise(cases: Sequence[Case]) -> str | None:
    """Right to some three digits: half precision on the way."""
    wrong = [case for case in cases if not case.is_right]
    for case in wrong:
        size = np.abs(case.expected).max()
        if not np.all(np.abs(case.answer - case.expected) <= 2.0**-8 * size):
            return None
    for name in ("float16", "bfloat16"):
        if all(_is_rounded(case.answer, name) for case in wrong):
            return f"It is right to three digits only: it is computed in {name}, not in float32."
    return None


KINDS: list[Callable[[Sequence[Case]], str | None]] = [
    _without_nan,
    _untouched,
    _of_channels,
    _first_of(VALUES),
    lambda cases: _first_of(AXES, least=3)(cases) or _reordered(cases),
    _first_of(BATCH, is_record=False),
    _first_of(STEPS, is_record=True),
    _first_of(CHANNELS, least=3),
    _scale,
    lambda cases: _mean_taken(cases) or _offset(cases) or _offset_per_image(cases),
    _imprecise,
]
"""Kinds of relations; if two kinds fit, nobody can tell which it is, and nothing is said."""


def _is_rounded(values: np.ndarray, dtype: str) -> bool:
    """Whether all values are among the few that a short type of float has."""
    if dtype == "float16":
        return np.array_equal(values.astype(np.float16), values)
    # A bfloat16 is the upper half of a float32.
    single = values.astype(np.float32)
    return np.array_equal(single, values) and not np.any(single.view(np.uint32) & 0xFFFF)


# --- places ---------------------------------------------------------------------------------------


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
