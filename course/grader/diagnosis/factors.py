"""Answers that are right up to a factor, or up to something that is added."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from course.grader.compare import SMALLEST, TOLERANCE
from course.grader.diagnosis.compared import Case
from course.grader.diagnosis.fit import holds, same


def find_factor(cases: Sequence[Case]) -> str | None:
    """Factors, from the most specific to the most general."""
    specific = [says for says in (_named_factor(cases), _normalized(cases)) if says]
    if len(specific) == 1:
        return specific[0]
    return _constant_factor(cases) or _factor_per_shape(cases) or _factor_per_image(cases)


def factors_of(cases: Sequence[Case]) -> list[tuple[float, Case]] | None:
    """The factor of every case, or None if one of them has none."""
    found = [
        (factor_between(case.answer, case.expected), case)
        for case in cases
        if np.any(case.expected)
    ]
    if not found or any(ratio is None for ratio, _ in found):
        return None
    return found  # type: ignore[return-value]


def _names(cases: Sequence[Case]) -> list[str]:
    """What the factors of all cases may be."""
    ratios = factors_of(cases) or []
    each = [set(names_of(ratio, case)) for ratio, case in ratios]
    return sorted(set.intersection(*each)) if each else []


def _named_factor(cases: Sequence[Case]) -> str | None:
    names = _names(cases)
    return f"It is {names[0]}." if len(names) == 1 else None


def ask_of_factor(cases: Sequence[Case]) -> str | None:
    """A question, where there is one number alone: too little to say that it is a factor."""
    wrong = [case for case in cases if not case.is_right]
    names = _names(wrong) if all(one.answer.shape == one.expected.shape for one in wrong) else []
    return f"Is it {', or '.join(names)}?" if 0 < len(names) < 4 else None


def _constant_factor(cases: Sequence[Case]) -> str | None:
    """A factor that is the same everywhere, with all that it may be."""
    factors = [ratio for ratio, _ in factors_of(cases) or []]
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


def factor_between(answer: np.ndarray, expected: np.ndarray) -> float | None:
    """The factor between two arrays, or None if there is none; 0 is none."""
    norm = float((expected * expected).sum())
    factor = float((answer * expected).sum()) / norm if norm else 0.0
    is_one = factor != 0.0 and same(answer, factor * expected)
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


def names_of(ratio: float, case: Case) -> Iterable[str]:
    """What a factor may be, from the sizes and arguments of the call.

    A factor of 1 fits every size of 1; it has all of their names.
    """

    def is_it(value: float) -> bool:
        return abs(ratio - value) <= 2 * TOLERANCE * abs(value)

    yield from (says for value, says in PLAIN.items() if is_it(value))
    for name, array in case.arrays.items():
        if array.ndim < 2 or not np.any(array):
            continue
        for says, norm in NORMS:
            size = float(norm(array))
            if size != 0 and is_it(1 / size):
                yield f"divided by the {says} of {name}"
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

        whole, each = holds(cases, of_all), is_batch and holds(cases, of_each)
        if whole and each:
            return f"It is divided by its {says}."
        if whole or each:
            return f"{'Each image' if each else 'The whole batch'} is divided by its {says}."
    return None


def _factor_per_shape(cases: Sequence[Case]) -> str | None:
    """A factor that is the same for all images of a batch, and another one for other shapes."""
    plain = [
        {name: value for name, value in case.numbers.items() if not name.startswith("the ")}
        for case in cases
    ]
    if any(one != plain[0] for one in plain):
        return None  # it may be another argument on which it depends
    factors = sorted((ratio, case.expected.shape) for ratio, case in factors_of(cases) or [])
    if not factors or factors[-1][0] - factors[0][0] <= 2 * TOLERANCE * abs(factors[-1][0]):
        return None
    (small, small_shape), (large, large_shape) = factors[0], factors[-1]
    if small_shape == large_shape:
        return None
    return (
        "All is right up to a factor that depends on the shape: "
        f"it is {small:.4g} for {small_shape}, and {large:.4g} for {large_shape}."
    )


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
    ratios = [factor_between(one, other) for one, other in pairs]
    if any(ratio is None for ratio in ratios):
        return None
    return "Each image is right up to a factor, and every image has another factor."


def find_offset(cases: Sequence[Case]) -> str | None:
    """Something that is added, from the most specific to the most general."""
    return _mean_taken(cases) or _offset(cases) or _offset_per_image(cases)


def _offset(cases: Sequence[Case]) -> str | None:
    """Something that is added to all values alike."""
    offsets = [np.unique(np.round(case.answer - case.expected, 5)) for case in cases]
    values = sum(case.expected.size for case in cases)
    mean = float(np.mean(cases[-1].answer - cases[-1].expected))
    if values < 4 or abs(mean) < 10 * SMALLEST or len(np.unique(np.concatenate(offsets))) > 2:
        return None
    if not holds(cases, lambda c: c.expected + mean):
        return None
    return f"It is what is expected plus {mean:.4g}, everywhere."


def _offset_per_image(cases: Sequence[Case]) -> str | None:
    if any(case.expected.ndim < 3 for case in cases):
        return None
    axes = tuple(range(1, cases[-1].expected.ndim))

    def shifted(case: Case) -> np.ndarray:
        return case.expected + (case.answer - case.expected).mean(axis=axes, keepdims=True)

    if not holds(cases, shifted):
        return None
    return "Each image is right up to something that is added to all of its values."


def _mean_taken(cases: Sequence[Case]) -> str | None:
    """The right answer less its own mean."""
    if any(case.expected.ndim < 3 or case.expected[0].size < 2 for case in cases):
        return None

    def centred(case: Case) -> np.ndarray:
        axes = tuple(range(1, case.expected.ndim))
        return case.expected - case.expected.mean(axis=axes, keepdims=True)

    if not holds(cases, centred):
        return None
    return "The mean of each image is taken away: it is what is expected less its mean."
