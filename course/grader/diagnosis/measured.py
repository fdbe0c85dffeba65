"""Single numbers per image: from which logit, or from which measure of the image, they are."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from course.grader.compare import SMALLEST, TOLERANCE
from course.grader.diagnosis.compared import Case
from course.grader.diagnosis.fit import like
from course.grader.networks import softmax

Values = np.ndarray

LOOSE = 4 * TOLERANCE
"""Single numbers have been added up from many."""


def find_number(cases: Sequence[Case]) -> str | None:
    """What the numbers are instead of what is expected, or None."""
    wrong = [case for case in cases if not case.is_right]
    if not wrong or any(case.answer.shape != case.expected.shape for case in cases):
        return None
    with np.errstate(all="ignore"):
        return _of_logits(cases) or _of_measures(cases) or _factor_of_measures(cases)


# --- logits ---------------------------------------------------------------------------------------


FORMS: dict[str, Callable[[Values], Values]] = {
    "the logit": lambda a: a,
    "the probability": softmax,
    "the probability by half of the logits": lambda a: softmax(a / 2),
    "the probability by twice the logits": lambda a: softmax(2 * a),
    "the probability by a tenth of the logits": lambda a: softmax(a / 10),
    "the logarithm of the probability": lambda a: np.log(softmax(a)),
    "the sigmoid of the logit": lambda a: 1 / (1 + np.exp(-a)),
    "the logit less the mean of all": lambda a: a - a.mean(axis=1, keepdims=True),
    "the logit less the largest": lambda a: a - a.max(axis=1, keepdims=True),
    "the logit over the largest": lambda a: a / a.max(axis=1, keepdims=True),
    "the logit over the sum of all": lambda a: a / a.sum(axis=1, keepdims=True),
    "the odds of the probability": lambda a: softmax(a) / (1 - softmax(a)),
    "minus the logit": lambda a: -a,
    "the exponential of the logit (not divided by the sum of all)": np.exp,
    "minus the logarithm of the probability (the cross-entropy)": lambda a: -np.log(softmax(a)),
}

CHOICES: dict[str, Callable[[Values, Values], Values]] = {
    "": lambda a, k: k,
    " of the class with the largest logit": lambda a, k: a.argmax(axis=1),
    " of the class with the smallest logit": lambda a, k: a.argmin(axis=1),
    " of the class before the one asked for": lambda a, k: (k - 1) % a.shape[1],
    " of the class after the one asked for": lambda a, k: (k + 1) % a.shape[1],
    " of the first image's class": lambda a, k: 0 * k + k[0],
    " of class 0, whatever is asked for": lambda a, k: 0 * k,
    " of the last image's class": lambda a, k: 0 * k + k[-1],
    " of the class counted from the end": lambda a, k: a.shape[1] - 1 - k,
    " of another image's class": lambda a, k: k[::-1],
}


def _of_logits(cases: Sequence[Case]) -> str | None:
    """Another number than the one that is asked for, from the same logits."""
    if any(case.is_record for case in cases):  # without a step, the first row is the last, too
        cases = [case for case in cases if not case.is_right]
    tables = [table for case in cases if (table := _table(case)) is not None]
    if not tables or len(tables) < len(cases):
        return None
    if all(np.abs(mine - np.round(mine)).max() < SMALLEST for mine, _, _ in tables):
        return None  # probabilities of 0 and 1 are like many things
    right = [_table(replace(case, answer=case.expected)) for case in cases]
    if all(like(mine[0], one[0], LOOSE) for mine, one in zip(tables, right, strict=True) if one):
        return None  # of a record, it is another row that is wrong
    fitting = [
        f"{form}{choice}"
        for choice, choose in CHOICES.items()
        for form, compute in FORMS.items()
        if all(
            like(mine, compute(logits)[np.arange(len(mine)), choose(logits, classes)], LOOSE)
            for mine, logits, classes in tables
        )
    ]
    what = "In the first row, it" if cases[-1].is_record else "It"
    return f"{what} is {', or '.join(fitting)}." if 0 < len(fitting) < 3 else None


def _table(case: Case) -> tuple[Values, Values, Values] | None:
    """The answer's numbers, the logits, and the classes that are asked for."""
    images = next((case.arrays[n] for n in ("images", "start") if n in case.arrays), None)
    classes = case.arrays.get("class_index", case.options.get("class_index"))
    if case.network is None or images is None or classes is None or images.ndim != 4:
        return None
    # Of a record of steps, the first row is that of the start.
    mine = case.answer[0] if case.is_record and case.answer.ndim == 2 else case.answer
    if mine.shape != (len(images),):
        return None
    logits = case.network.outputs(images)
    return mine, logits, np.broadcast_to(np.asarray(classes, int), len(images))


# --- measures of images ---------------------------------------------------------------------------

MEASURES: dict[str, Callable[[Values], Values]] = {
    "mean": lambda a: a.mean(axis=1),
    "sum": lambda a: a.sum(axis=1),
    "largest value": lambda a: a.max(axis=1),
    "smallest value": lambda a: a.min(axis=1),
    "range from the smallest to the largest value": lambda a: np.ptp(a, axis=1),
    "largest magnitude": lambda a: np.abs(a).max(axis=1),
    "mean magnitude": lambda a: np.abs(a).mean(axis=1),
    "sum of magnitudes": lambda a: np.abs(a).sum(axis=1),
    "standard deviation": lambda a: a.std(axis=1),
    "variance": lambda a: a.var(axis=1),
    "root mean square": lambda a: np.sqrt((a * a).mean(axis=1)),
    "mean square": lambda a: (a * a).mean(axis=1),
    "Euclidean norm": lambda a: np.sqrt((a * a).sum(axis=1)),
    "sum of squares": lambda a: (a * a).sum(axis=1),
    "median": lambda a: np.median(a, axis=1),
    "median magnitude": lambda a: np.median(np.abs(a), axis=1),
    "95th percentile of the magnitudes": lambda a: np.percentile(np.abs(a), 95, axis=1),
    "99th percentile of the magnitudes": lambda a: np.percentile(np.abs(a), 99, axis=1),
}


def _arguments(case: Case, count: int) -> dict[str, Values]:
    """Arguments with one row for each image, and the difference of two of the same shape."""
    found = {
        name: array.reshape(count, -1) if array.ndim > 2 and len(array) == count else None
        for name, array in case.arrays.items()
    }
    rows = {name: array for name, array in found.items() if array is not None}
    if case.answer.ndim == 0:
        rows = {name: array.reshape(1, -1) for name, array in case.arrays.items() if array.ndim > 1}
    if len(rows) == 2:
        (one, first), (other, second) = rows.items()
        if first.shape == second.shape:
            rows[f"{one} − {other}"] = first - second
    return rows


def _of_measures(cases: Sequence[Case]) -> str | None:
    """A measure of an argument, times the same number for all."""
    if any(case.answer.ndim > 1 or case.is_record for case in cases):
        return None
    wrong = [case for case in cases if not case.is_right]
    count = sum(case.answer.size for case in wrong)
    if count < 3:
        return None
    names = _arguments(wrong[-1], max(wrong[-1].answer.size, 1))
    fitting = []
    for name in names:
        for says, measure in MEASURES.items():
            pairs = []
            for case in cases:
                rows = _arguments(case, max(case.answer.size, 1)).get(name)
                if rows is None:
                    break
                pairs.append((case.answer.reshape(-1), measure(rows)))
            else:
                mine, other = (np.concatenate(one) for one in zip(*pairs, strict=True))
                factor = float((mine * other).sum() / max((other * other).sum(), 1e-30))
                if abs(factor) > 1e-6 and _each_like(mine, factor * other):
                    times = "" if abs(factor - 1) < 1e-3 else f"{factor:.4g} times "
                    fitting.append(f"It is {times}the {says} of {name}.")
    return fitting[0] if len(fitting) == 1 else None


def _each_like(one: Values, other: Values) -> bool:
    """Equal as a share of each value: single numbers may be of very different sizes."""
    return bool(np.all(np.abs(one - other) <= 8 * TOLERANCE * np.abs(other) + 1e-15))


def _factor_of_measures(cases: Sequence[Case]) -> str | None:
    """Each image times a measure of it, or divided by it."""
    found: list[tuple[Values, dict[str, Values]]] = []
    for case in cases:
        if case.is_right:
            continue
        if case.answer.ndim < 3 or case.is_record:
            return None
        flat, right = (one.reshape(len(one), -1) for one in (case.answer, case.expected))
        square = (right * right).sum(axis=1)
        if np.any(square == 0):
            return None
        factors = (flat * right).sum(axis=1) / square
        if not like(flat, factors[:, None] * right, LOOSE) or np.any(np.abs(factors) < 1e-9):
            return None
        found.append((factors, _measures(case, right)))
    if sum(len(factors) for factors, _ in found) < 2:
        return None
    names = set.intersection(*(set(measures) for _, measures in found))
    fitting = [
        f"Each image is {verb} {shown}{name}."
        for name in sorted(names)
        for verb, power in (("multiplied by", 1), ("divided by", -1))
        for count, shown in ((1, ""), (2, "twice "), (0.5, "half of "))
        if all(
            _each_like(factors, (count * measures[name]) ** power) for factors, measures in found
        )
    ]
    return fitting[0] if len(fitting) == 1 else None


def _measures(case: Case, right: Values) -> dict[str, Values]:
    """What a factor of each image may be."""
    rows = {"the right answer": right} | {
        name: array.reshape(len(array), -1)
        for name, array in case.arrays.items()
        if array.ndim == 4 and len(array) == len(right)
    }
    found = {
        f"the {says} of {name}": measure(values)
        for name, values in rows.items()
        for says, measure in MEASURES.items()
    }
    images = case.arrays.get("images")
    classes = case.arrays.get("class_index", case.options.get("class_index"))
    if case.network is not None and images is not None and classes is not None:
        logits = case.network.outputs(images)
        chosen = np.arange(len(logits)), np.broadcast_to(np.asarray(classes, int), len(logits))
        found |= {f"{says} of its class": form(logits)[chosen] for says, form in FORMS.items()}
    return found
