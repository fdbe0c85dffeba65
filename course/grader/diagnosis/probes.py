"""Calls made once more, a little otherwise: what an answer depends on, and should not."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from course.grader.compare import Pair, is_close
from course.grader.work import Record

Ask = Callable[[Record], Any]
"""The student's answer to one more call; None if there is none."""

MOST_IMAGES = 8
"""How many images of a batch are asked about."""


RIGHT_ALONE = (
    "Each image is right when it is alone, and wrong in a batch: something is added up, averaged "
    "or scaled over the batch, or an image takes what belongs to another."
)


def depends_on_its_batch(record: Record, pair: Pair, ask: Ask, is_drawn: bool) -> str:
    """Whether images are right alone and wrong in a batch, or change with their neighbours.

    Args:
        record: the call.
        pair: its answer, and what is expected.
        ask: makes one more call.
        is_drawn: whether chance is in it: draws for a batch are others than for a single image.
    """
    if pair.answer.shape != pair.expected.shape or pair.answer.ndim < 1:
        return ""
    axis = 1 if "scores" in pair.what else 0
    count = pair.expected.shape[axis] if pair.expected.ndim > axis else 0
    place = part_of(record.answer, pair.raw)
    if not 1 < count <= MOST_IMAGES or place is None or _count(record) != count:
        return ""
    alone = []
    for one in _one_by_one(record, count):
        answer = ask(one)
        part = answer[place] if isinstance(answer, tuple) and len(answer) > place else answer
        try:
            alone.append(np.asarray(part, np.float64))
        except (TypeError, ValueError):
            return ""
    together = np.split(pair.answer, count, axis)
    wanted = np.split(pair.expected, count, axis)
    if any(one.shape != other.shape for one, other in zip(alone, wanted, strict=True)):
        return ""

    def like(ones: list[np.ndarray], others: list[np.ndarray]) -> bool:
        return all(is_close(a, b, pair.tolerance) for a, b in zip(ones, others, strict=True))

    if like(alone, wanted):
        return RIGHT_ALONE
    if not like(alone, together) and not is_drawn:
        return (
            "An image has another result alone than in a batch: it should depend on no other image."
        )
    return ""


def part_of(answer: Any, raw: Any) -> int | None:
    """Where in an answer a part is, or a copy of it; 0 for an answer that is not a tuple."""
    parts = answer if isinstance(answer, tuple) else (answer,)
    return next((i for i, part in enumerate(parts) if part is raw or _is_copy(part, raw)), None)


def _is_copy(part: Any, raw: Any) -> bool:
    """Whether an array holds the numbers of another, as they are."""
    both = isinstance(part, np.ndarray) and isinstance(raw, np.ndarray)
    return both and part.size > 0 and part.shape == raw.shape and np.array_equal(part, raw)


def _count(record: Record) -> int:
    """How many images a call is given; 0 if it is none."""
    return next(
        (
            len(value)
            for value in record.args
            if isinstance(value, np.ndarray) and value.ndim in (3, 4)
        ),
        0,
    )


def _one_by_one(record: Record, count: int) -> Iterator[Record]:
    """The same call for each image alone, with its own class."""
    for i in range(count):

        def own(value: Any, i: int = i) -> Any:
            is_batch = isinstance(value, np.ndarray) and value.ndim and len(value) == count
            return value[i : i + 1] if is_batch else value

        args = tuple(map(own, record.args))
        kwargs = {name: own(value) for name, value in record.kwargs.items()}
        yield Record(record.function, args, kwargs, None)
