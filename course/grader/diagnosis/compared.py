"""What is known of an answer: its numbers, what they should be, and the call they came from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course.grader.compare import TOLERANCE, Pair, is_close
from course.grader.networks import Network


@dataclass(frozen=True, eq=False)
class Case:
    """An answer, what is expected, and what is known of the call.

    Attributes:
        answer: the answer's numbers.
        expected: what they should be.
        arrays: the call's arrays, by the names of the arguments.
        numbers: sizes and arguments that may have slipped in as a factor, by what they are called.
        instead: what known mistakes would give, by what is said of them.
        dtype: of the answer as it came; empty if it was not an array.
        is_record: whether the first axis counts steps, and not images.
        tolerance: what the property allows, as a share of the largest magnitude.
        options: the call's arguments that are single numbers or words.
        network: the call's model, if it has one.
    """

    answer: np.ndarray
    expected: np.ndarray
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    instead: Mapping[str, np.ndarray] = field(default_factory=dict)
    dtype: str = ""
    is_record: bool = False
    tolerance: float = TOLERANCE
    options: Mapping[str, float | str] = field(default_factory=dict)
    network: Network | None = None

    @property
    def is_right(self) -> bool:
        """Whether there is nothing to explain here."""
        is_same_shape = self.answer.shape == self.expected.shape
        return is_same_shape and is_close(self.answer, self.expected, self.tolerance)


def case_of(pair: Pair, arguments: Mapping[str, Any], is_recent: bool = True) -> Case:
    """A pair with what the call's arguments say of it.

    Args:
        pair: an answer and what is expected.
        arguments: of the call, by name.
        is_recent: whether to compute what known mistakes would give; for all pairs, it would take
            too long.
    """
    arrays = {
        name: np.asarray(value, np.float64)
        for name, value in arguments.items()
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiub"
    }
    numbers = dict(_sizes([*arrays.values(), pair.expected]))
    for name, value in arguments.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        is_label = any(word in name for word in ("class", "seed", "target", "channel"))
        if is_number and not is_label and value != 0:
            numbers[name] = float(value)
    dtype = str(getattr(pair.raw, "dtype", ""))
    is_record = "scores" in pair.what
    options = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in arguments.items()
        if isinstance(value, _PLAIN)
    }
    for name, array in arrays.items():
        if array.ndim > 1 and array.size:
            options[f"the largest magnitude in {name}"] = float(np.abs(array).max())
    network = next((one for one in arguments.values() if isinstance(one, Network)), None)
    instead = pair.offered() if is_recent else {}
    known = arrays, numbers, instead, dtype, is_record, pair.tolerance, options, network
    return Case(pair.answer, pair.expected, *known)


def without_repeats(cases: Sequence[Case]) -> list[Case]:
    """The same cases, each once, in their order: an example that shrinks comes again and again."""
    found: dict[bytes, Case] = {}
    for case in cases:
        key = case.answer.tobytes() + case.expected.tobytes()
        found.pop(key, None)  # the last one keeps its place at the end
        found[key] = case
    return list(found.values())


_PLAIN = (int, float, str, np.integer, np.floating)
"""Arguments that may decide whether an answer is right."""


def _sizes(arrays: Iterable[np.ndarray]) -> Iterable[tuple[str, float]]:
    batch = next((one.shape for one in arrays if one.ndim == 4), None)
    if batch is None:
        return
    count, height, width, channels = batch
    yield "the number of images", count
    yield "the number of channels", channels
    yield "the height", height
    yield "the width", width
    yield "the number of pixels", height * width
    yield "the number of values in an image", height * width * channels
