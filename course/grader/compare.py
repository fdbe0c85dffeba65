"""How an answer is compared with what it should be, and the one place where tolerances are set.

Students compute in float32, whose relative precision is 2⁻²³ ≈ 1.2e-7. A sum of n terms computed in
any order is off by at most n · 2⁻²³ times the sum of their magnitudes, and usually by √n times. The
networks used for grading add up at most some hundred terms a layer, in two or three layers, so two
right ways to compute a value differ by less than 2¹⁰ · 2⁻²³ ≈ 1.2e-4 of the largest magnitude in
the array; the mistakes that the graders look for differ by percents.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

TOLERANCE = 2.0**10 * 2.0**-23
"""Allowed difference, as a share of the largest magnitude that is expected."""

SMALLEST = 1e-6
"""Allowed difference where zero is expected, for values of the order of one."""


@dataclass(frozen=True, eq=False)
class Pair:
    """An answer beside what it should be.

    Attributes:
        answer: its numbers, in double precision if the shape is right.
        expected: what they should be.
        what: the answer's name in messages.
        raw: the answer as it was returned.
        instead: what known mistakes would give, by what is said of them; or what computes it.
        tolerance: allowed difference, as a share of the largest magnitude.
    """

    answer: np.ndarray
    expected: np.ndarray
    what: str = "the result"
    raw: Any = None
    instead: "Instead" = None
    tolerance: float = TOLERANCE

    def offered(self) -> dict[str, np.ndarray]:
        """What known mistakes would give, computed now if it has to be."""
        others = self.instead() if callable(self.instead) else self.instead
        return {says: np.asarray(other, np.float64) for says, other in (others or {}).items()}


Instead = Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None
"""What known mistakes would give, or a function that computes it when it is wanted."""


class Compared(threading.local):
    """What the property at hand has compared of late: a mistake is told by what all of it shows.

    Each thread has its own, for each grades a task of its own.
    """

    def __init__(self) -> None:
        self.pairs: deque[Pair] = deque(maxlen=40)


compared = Compared()


class WrongAnswerError(AssertionError):
    """An answer is not what it should be.

    Attributes:
        headline: names the mistake, where a property knows it; otherwise empty.
        example: the numbers that show it.
        pair: the answer and what was expected, if it was compared with something.
    """

    pair: Pair | None = None

    def __init__(self, headline: str = "", example: str = "") -> None:
        super().__init__("\n".join(filter(None, [headline, example])))
        self.headline = headline
        self.example = example


class NamedError(WrongAnswerError):
    """A mistake that its headline names for sure: the catalogue of mistakes is not asked."""


class MissingError(NamedError):
    """There is None where there should be an answer; the student's source may say why."""


class SideEffectError(NamedError):
    """A function has changed something that it was given; what it returned may be right."""


def check(condition: Any, headline: str, example: str = "") -> None:
    """Insist on a condition; the headline names the mistake if it does not hold."""
    if not condition:
        raise WrongAnswerError(headline, example)


def check_type(condition: Any, headline: str) -> None:
    """Insist on what is said of an answer's type: this is said first, whatever else is wrong."""
    if not condition:
        raise NamedError(headline)


def as_array(answer: Any, shape: tuple[int, ...] | None = None, what: str = "the result") -> Any:
    """An answer as a float64 array, after a look at its type, shape and finiteness.

    Args:
        answer: what the student's function returned.
        shape: what it should have; None accepts any.
        what: its name in messages.

    Raises:
        NamedError: if it is not an array of real numbers.
        WrongAnswerError: if it has another shape, or is not finite.
    """
    array = _as_numbers(answer, what)
    if shape is not None:
        try:
            _check_shape(array, shape, what)
        except WrongAnswerError as error:  # what has become of the axes can be told without numbers
            error.pair = Pair(array, np.zeros(shape), what, answer)
            raise
    array = array.astype(np.float64)
    _check_finite(array, what)
    return array


def _as_numbers(answer: Any, what: str) -> np.ndarray:
    """What an answer's type says is said first, and nothing else can overrule it.

    Converted is nothing before its shape is known: a byte would become eight.
    """
    if isinstance(answer, np.ndarray | float | int) and not isinstance(answer, bool):
        return np.asarray(answer)
    if answer is None:
        raise MissingError(f"{_capital(what)} is None: is the `return` missing?")
    kind = getattr(answer, "type_name", type(answer).__name__)
    kind = f"list or tuple of {len(answer)}" if kind == "tuple" else kind
    article = "an" if kind[0] in "aeiouAEIOU" else "a"
    raise NamedError(f"{_capital(what)} should be an array of numbers, but is {article} {kind}.")


def _check_shape(array: np.ndarray, shape: tuple[int, ...], what: str) -> None:
    if array.shape != shape:
        example = f"Expected: {show_shape(shape)}. Yours: {show_shape(array.shape)}."
        raise WrongAnswerError(f"The shape of {what} is wrong.", example)


def _check_finite(array: np.ndarray, what: str) -> None:
    if not np.all(np.isfinite(array)):
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        check(
            False,
            f"{_capital(what)} holds NaN or infinity: is something divided by 0, or too large?",
            f"The first is at index {list(where)}.",
        )


def check_close(
    answer: Any,
    expected: Any,
    headline: str = "",
    what: str = "the result",
    tolerance: float = TOLERANCE,
    instead: Instead = None,
) -> None:
    """Insist that an answer equals what is expected, up to float32's precision.

    Args:
        answer: what the student's function returned.
        expected: what it should be.
        headline: names the mistake, where the property knows it.
        what: the answer's name in messages.
        tolerance: allowed difference, as a share of the largest expected magnitude. Anything but
            the default needs a reason, said where it is given.
        instead: what known mistakes would give here, by what is said of them, such as
            `{"the images of one step earlier": path[-2]}`; or a function that computes them, which
            is called only after a failure.

    Raises:
        WrongAnswerError: with the worst place, what stands there and what should.
    """
    expected = np.asarray(expected, np.float64)
    array = _as_numbers(answer, what)
    if array.shape == expected.shape:
        array = array.astype(np.float64)
    pair = Pair(array, expected, what, answer, instead, tolerance)
    compared.pairs.append(pair)
    try:
        _check_shape(array, expected.shape, what)
        _check_finite(array, what)
        if not is_close(array, expected, tolerance):
            raise WrongAnswerError(headline, _where_they_differ_most(array, expected, what))
    except WrongAnswerError as error:
        error.pair = pair
        raise


def _where_they_differ_most(array: np.ndarray, expected: np.ndarray, what: str) -> str:
    difference = np.abs(array - expected)
    worst = tuple(int(i) for i in np.unravel_index(np.argmax(difference), difference.shape))
    place = f"At index {list(worst)}" if worst else ""
    if what != "the result":
        place = f"{place} of {what}" if place else _capital(what)
    one, other = expected[worst], array[worst]
    digits = next((n for n in (4, 6) if f"{one:.{n}g}" != f"{other:.{n}g}"), 9)
    numbers = f"expected {one:.{digits}g}, yours is {other:.{digits}g}."
    return f"{place}: {numbers}" if place else _capital(numbers)


def is_close(array: Any, expected: Any, tolerance: float = TOLERANCE) -> bool:
    """Whether two arrays of the same shape differ by no more than float32's precision."""
    scale = float(np.max(np.abs(expected), initial=0.0))
    return bool(np.all(np.abs(array - expected) <= tolerance * scale + SMALLEST))


def show_shape(shape: tuple[int, ...]) -> str:
    """A shape for people: "shape (2, 4, 5)", or "a single number"."""
    return f"shape {tuple(shape)}" if shape else "a single number"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
