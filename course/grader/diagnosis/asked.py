"""What the student's function answers to other arguments: where it is right, and what it ignores.

Two questions that need no idea of the mistake. Is there another argument for which the function
gives what is expected here? Then that argument is used in another way than it should be. And is
there an argument that may be changed, and the answer stays? Then it is not used.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from course.grader.compare import SMALLEST, Pair, is_close
from course.grader.diagnosis.probes import Ask, part_of
from course.grader.networks import Network
from course.grader.work import Record

MOST_CALLS = 48
"""How many more calls are made for one question."""

MOST_ON_NETWORKS = 16
"""How many, where a network is looked at: that takes longer."""

MOST_ASCENTS = 4
"""How many, if each is a whole ascent."""

LABELS = ("class", "target", "channel", "predicted", "true")
"""How the names of arguments begin that count classes or channels."""

COUNTS = ("steps", "samples", "size", "patch", "stride", "octaves", "max_shift")
"""Arguments that count something; one may be off by one."""

MAY_BE_IDLE = ("seed", "samples", "noise", "stride", "clusters", "weights", "cheat", "method")
"""Arguments on which a right answer need not depend, or that cannot be changed."""


Question = Callable[[Record, Ask, list[str]], str]
"""What is asked: by a call, what makes one more, and the names of the arguments."""


class Other(NamedTuple):
    """A call with something changed, and what is said if it gives what is expected."""

    record: Record
    says: str


# --- where it is right ----------------------------------------------------------------------------


def right_for_others(pair: Pair | None, record: Record, ask: Ask, names: list[str]) -> str:
    """For which other arguments the function gives what is expected, or an empty text.

    Args:
        pair: the call's answer, and what is expected.
        record: the call.
        ask: makes one more call.
        names: of the call's arguments, in their order.
    """
    place = part_of(record.answer, pair.raw) if pair else None
    if (
        pair is None
        or place is None
        or pair.expected.size < 2
        or np.ptp(pair.expected) < 10 * SMALLEST
    ):
        return ""
    most = MOST_ON_NETWORKS if has_network(record) else MOST_CALLS
    most = MOST_ASCENTS if "step_size" in _given(record, names) else most
    for other in islice(_others(record, names), most):
        answer = _numbers(ask(other.record), place)
        if answer is None or answer.shape != pair.expected.shape:
            continue
        if is_close(answer, pair.expected, pair.tolerance):
            return other.says
    return ""


def has_network(record: Record) -> bool:
    """Whether a call looks at a network."""
    return any(isinstance(one, Network) for one in (*record.args, *record.kwargs.values()))


def _numbers(answer: Any, place: int) -> np.ndarray | None:
    part = answer[place] if isinstance(answer, tuple) and len(answer) > place else answer
    try:
        return np.asarray(part, np.float64)
    except (TypeError, ValueError):
        return None


def _others(record: Record, names: list[str]) -> Iterator[Other]:
    """The same call with one argument changed, or two exchanged."""
    given = _given(record, names)
    for name, value in sorted(given.items(), key=_late):
        for new, says in _other_values(name, value):
            yield Other(_with(record, names, {name: new}), says)
    yield from _exchanged(record, names, given)


def _late(item: tuple[str, Any]) -> int:
    """What is asked about first: a number of steps, then other numbers and classes, then arrays."""
    name, value = item
    is_array = isinstance(value, np.ndarray) and value.ndim > 1
    return 2 if is_array else 0 if name.startswith(COUNTS) else 1


def _given(record: Record, names: list[str]) -> dict[str, Any]:
    return dict(zip(names, record.args, strict=False)) | record.kwargs


def _with(record: Record, names: list[str], changed: dict[str, Any]) -> Record:
    """The same call with other values of some arguments."""
    places = {name: i for i, name in enumerate(names) if i < len(record.args)}
    args = list(record.args)
    kwargs = dict(record.kwargs)
    for name, value in changed.items():
        if name in places:
            args[places[name]] = value
        else:
            kwargs[name] = value
    return replace(record, args=tuple(args), kwargs=kwargs, answer=None)


NUMBERS: list[tuple[str, Callable[[float], float]]] = [
    ("its square root seems to be used", lambda v: v * v),
    ("its square seems to be used", lambda v: v**0.5 if v > 0 else np.nan),
    ("its double seems to be used", lambda v: v / 2),
    ("its half seems to be used", lambda v: 2 * v),
    ("its opposite seems to be used", lambda v: -v),
    ("its reciprocal seems to be used", lambda v: 1 / v),
    ("1 minus it seems to be used", lambda v: 1 - v),
]
"""What is said if a function is right for the value that follows, in place of an argument."""

VALUES: list[tuple[str, Callable[[np.ndarray], np.ndarray]]] = [
    ("1 − {0}: that seems to be used in place of {0}", lambda a: 1 - a),
    ("the roots of {0}: its square seems to be used", lambda a: np.sqrt(np.maximum(a, 0))),
    ("−{0}: its sign seems to be turned around on the way", lambda a: -a),
    ("half of {0}: twice {0} seems to be used", lambda a: a / 2),
    ("twice {0}: half of {0} seems to be used", lambda a: a * 2),
    ("{0} / 255: 255 times {0} seems to be used", lambda a: a / 255),
    ("255 · {0}: {0} seems to be divided by 255 on the way", lambda a: a * 255),
    ("({0} + 1) / 2: 2 · {0} − 1 seems to be used", lambda a: (a + 1) / 2),
    ("the magnitudes of {0}: take the magnitude of every value first", np.abs),
]
"""What an array is replaced by, of any number of axes, and what is said if that is right."""

IMAGES = [
    *VALUES,
    (
        "{0} with its channels in the reverse order: they are turned on the way",
        lambda a: a[..., ::-1],
    ),
    ("{0} upside down: the rows are turned on the way", lambda a: a[:, ::-1]),
    ("{0} mirrored: the columns are turned on the way", lambda a: a[:, :, ::-1]),
    ("{0} in the reverse order: the images are turned on the way", lambda a: a[::-1]),
]

MAPS = [
    *VALUES,
    ("{0} upside down: the rows are turned on the way", lambda a: a[::-1]),
    ("{0} mirrored: the columns are turned on the way", lambda a: a[:, ::-1]),
    ("{0} with rows and columns exchanged: so are they on the way", lambda a: a.T),
]


def _other_values(name: str, value: Any) -> Iterator[tuple[Any, str]]:
    """Other values of one argument, and what is said if they give what is expected."""
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if name.startswith("seed"):
        return
    if name.startswith(LABELS):
        yield from _other_labels(name, value)
    elif is_number and name.startswith(COUNTS):
        for one, says in ((1, "one too few"), (-1, "one too many")):
            if value + one >= 0:
                yield value + one, f"{_with_it(name, value, value + one)}: {says}."
    elif is_number and value != 0:
        for says, change in NUMBERS:
            new = float(change(float(value)))
            if np.isfinite(new) and abs(new - value) > 1e-3 * abs(value):
                yield type(value)(new), f"{_with_it(name, value, new)}: {says}."
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.ndim > 1:
        for says, turn in IMAGES if value.ndim > 2 else MAPS:
            array = np.array(turn(value), value.dtype, order="C")
            if array.shape == value.shape and not np.array_equal(array, value):
                yield array, f"It is right for {says.format(name)}."


def _other_labels(name: str, value: Any) -> Iterator[tuple[Any, str]]:
    if np.asarray(value).dtype.kind not in "iu":
        return
    for one, used in ((1, "before"), (-1, "after")):
        new = value + one
        if np.all(np.asarray(new) >= 0):
            yield new, f"{name}: the one {used} the one that is asked for seems to be used."
    if np.ndim(value) == 1 and len(value) > 1 and not np.array_equal(value, value[::-1]):
        yield (
            np.ascontiguousarray(value[::-1]),
            f"It is right with {name} in the reverse order: each image takes another one's.",
        )


def _with_it(name: str, old: Any, new: Any) -> str:
    return f"With {name}={new:.4g} it gives what is expected for {name}={old:.4g}"


def _exchanged(record: Record, names: list[str], given: dict[str, Any]) -> Iterator[Other]:
    """Two arguments of the same kind in each other's place."""
    shown = [name for name in given if not name.startswith((*LABELS, "seed"))]
    for i, one in enumerate(shown):
        for other in shown[i + 1 :]:
            a, b = given[one], given[other]
            arrays = isinstance(a, np.ndarray) and isinstance(b, np.ndarray)
            are_arrays = arrays and a.shape == b.shape and a.dtype == b.dtype
            numbers = isinstance(a, int | float) and type(a) is type(b)
            are_numbers = numbers and a != b and not isinstance(a, bool)
            if (are_arrays and not np.array_equal(a, b)) or are_numbers:
                says = f"It is right with {one} and {other} exchanged: one is taken for the other."
                yield Other(_with(record, names, {one: b, other: a}), says)


# --- what is not used -----------------------------------------------------------------------------


def ignored(record: Record, ask: Ask, names: list[str]) -> str:
    """Which arguments may be changed without a change of the answer, or an empty text.

    Args:
        record: the call.
        ask: makes one more call.
        names: of the call's arguments, in their order.
    """
    before = record.answer if isinstance(record.answer, tuple) else (record.answer,)
    given = _given(record, names)
    plain = {name: one for name, one in given.items() if type(one) in (int, float)}
    if any(one == 0 and not name.startswith((*LABELS, "seed")) for name, one in plain.items()):
        return ""  # what is multiplied by 0 need not be looked at

    def stays(name: str, values: list[Any]) -> bool:
        is_told, values = False, values[:1] if "step_size" in given else values
        for value in values:
            answer = ask(_with(record, names, {name: value}))
            if answer is not None and not _is_equal(before, answer):
                return False
            is_told = is_told or answer is not None
        return is_told

    idle = [
        name
        for name, value in given.items()
        if not _may_be_idle(name, given)
        and (values := _changed(name, value))
        and stays(name, values)
    ]
    if 0 < len(idle) < 3:
        shown = " nor with ".join(idle)
        return (
            f"The result does not change with {shown}: {'are they' if idle[1:] else 'is it'} used?"
        )
    for name, value in given.items():
        if idle or not _is_mask(name, value):
            continue
        for says, whole in (("rounded", np.round), ("rounded up", np.ceil)):
            if stays(name, [whole(value)]):
                return (
                    f"The result is the same when {name} is {says} to 0 and 1: values in between "
                    "should count in part."
                )
    return ""


def _may_be_idle(name: str, given: dict[str, Any]) -> bool:
    """Whether a right answer need not depend on an argument, given the others."""
    return (
        name.startswith(MAY_BE_IDLE)
        or (name == "steps" and "step_size" not in given)
        or (name == "heatmaps" and "clusters" in given)  # the groups may well stay
        or (name == "penalty_weight" and given.get("steps") == 1)  # there is no change to pay for
        or (name == "scale" and given.get("octaves") == 1)
        # The slope of a linear network is the same everywhere.
        or (name == "images" and any(isinstance(one, Network) for one in given.values()))
    )


def _is_equal(before: tuple[Any, ...], after: Any) -> bool:
    parts = after if isinstance(after, tuple) else (after,)
    if len(parts) != len(before):
        return False
    for one, other in zip(before, parts, strict=True):
        try:
            a, b = np.asarray(one, np.float64), np.asarray(other, np.float64)
        except (TypeError, ValueError):
            return False
        if a.shape != b.shape or not np.array_equal(np.isnan(a), np.isnan(b)):
            return False
        if not is_close(np.nan_to_num(a), np.nan_to_num(b)):
            return False
    return True


def _is_mask(name: str, value: Any) -> bool:
    is_array = isinstance(value, np.ndarray) and value.dtype.kind == "f" and "mask" in name
    return is_array and bool(np.any(value != np.round(value)))


WORDS = {"logit": ["softmax"], "softmax": ["logit"], "l2": ["l1", "tv"], "l1": ["l2"], "tv": ["l1"]}


def _changed(name: str, value: Any) -> list[Any]:
    """Other values that an argument may have, on which a right answer depends."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, str):
        return list(WORDS.get(value, []))
    if name.startswith(LABELS) and np.asarray(value).dtype.kind in "iu":
        others = [value + 1, value - 1]
        return [one for one in others if np.all(np.asarray(one) >= 0)]
    if isinstance(value, int):
        return [value + 1, value - 1] if value > 1 else [value + 1]
    if isinstance(value, float):
        return [0.5 * value, 0.9 * value] if value else [0.4]
    if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size > 3:
        return [np.random.default_rng(0).permuted(value), value / 2]
    return []
