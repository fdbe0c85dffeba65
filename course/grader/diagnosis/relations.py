"""What the numbers say: how an answer is related to what is expected, whoever made the mistake.

A relation is a sentence and a function that computes, from what is expected, what an answer of that
kind would be. It is said only if it holds for everything that the property at hand has compared,
also for what was right, and if no other kind of relation holds as well.
"""

from collections.abc import Callable, Sequence

import numpy as np

from course.grader.compare import SMALLEST, is_close
from course.grader.diagnosis.compared import Case
from course.grader.diagnosis.factors import factors_of, find_factor, find_offset
from course.grader.diagnosis.fit import Relation, holds, like, same
from course.grader.diagnosis.moved import find_move
from course.grader.diagnosis.shapes import say_of_shapes
from course.grader.diagnosis.tables import AXES, BATCH, CHANNELS, STEPS, VALUES


def diagnose(cases: Sequence[Case]) -> str | None:
    """One sentence on how all answers are related to what is expected, or None.

    Args:
        cases: what was compared under one name, the one that failed last.
    """
    if not cases or cases[-1].is_right:
        return None
    failed = cases[-1]
    if failed.answer.shape != failed.expected.shape:
        return say_of_shapes(failed)
    cases = [case for case in cases if case.answer.shape == case.expected.shape != (0,)]
    if offered := _instead(cases):
        return offered
    telling = [case for case in cases if not case.is_right]
    if sum(np.count_nonzero(np.abs(case.expected) > SMALLEST) for case in telling) < 2:
        return None
    if all(not np.any(case.answer) for case in cases):
        return ALL_ZERO
    found = [says for find in KINDS if (says := find(cases))]
    return found[0] if len(found) == 1 else None if found else find_move(cases)


ALL_ZERO = "It is 0 everywhere."


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
        fitting = [says for says, relation in table if holds(cases, relation)]
        return fitting[-1] if fitting else None

    return find


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
        if holds([c for c in cases if says in c.instead], _instead_of(says))
    ]
    return f"This looks like {', or '.join(fitting)}." if 0 < len(fitting) < 4 else None


def _untouched(cases: Sequence[Case]) -> str | None:
    """One of the arguments, given back as it is: always, or in all the calls that go wrong."""
    wrong = [case for case in cases if not case.is_right]
    for name in cases[-1].arrays:
        if holds(cases, _argument(name)):
            return f"It is {name} itself, unchanged."
        if holds(wrong, _argument(name)):
            return f"Where it is wrong, it is {name} itself, unchanged."
        if wrong and all(_is_right_or_given(case, name) for case in wrong):
            return f"Some images are right, and the others are {name} itself, unchanged."
    return None


def _is_right_or_given(case: Case, name: str) -> bool:
    """Whether every image is either right or what an argument has there, and there are both."""
    given = case.arrays.get(name)
    if given is None or given.shape != case.expected.shape or given.ndim != 4:
        return False
    scale = float(np.abs(case.expected).max(initial=0.0))
    kinds = {
        "right" if like(mine, right, scale=scale) else like(mine, other, scale=scale)
        for mine, right, other in zip(case.answer, case.expected, given, strict=True)
    }
    return kinds == {"right", True}


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
    ("the sum of the largest and the smallest channel", lambda a: a.max(axis=-1) + a.min(axis=-1)),
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
    if factors_of(cases):  # a factor says it all
        return None
    for name, array in cases[-1].arrays.items():
        if array.ndim < 3 or array.shape[:-1] != cases[-1].expected.shape:
            continue
        if array.shape[-1] == 1:
            continue
        for says, choose in CHOSEN:
            if holds(cases, lambda case, c=choose, n=name: c(case.arrays[n])):  # type: ignore[misc]
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
    is_sum = same((channels @ weights).reshape(case.answer.shape), case.answer)
    return np.asarray(np.round(weights, 6) + 0.0) if is_sum else None


def _reordered(cases: Sequence[Case]) -> str | None:
    """The right images, each once, in another order."""
    if any(case.is_record or case.expected.ndim < 3 for case in cases):
        return None
    for case in cases:
        found = [
            [i for i, one in enumerate(case.expected) if same(mine, one, case.tolerance)]
            for mine in case.answer
        ]
        if sorted(one[0] for one in found if len(one) == 1) != list(range(len(case.expected))):
            return None
    return "The right images come in another order."


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
    find_factor,
    find_offset,
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
