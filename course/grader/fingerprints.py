"""Fingerprints of known mistakes: what each one answers to a few fixed calls.

    python -m course.grader.fingerprints

writes them beside the wrong answers, from the wrong answers. With this file, the student's edition
names the same mistakes as the teacher's command, without carrying the code that makes them.

A fingerprint is an answer's shape and four weighted sums of its values: enough to recognize an
answer, too little to get it back. Where a mistake happens to give the right answer, none is kept.
"""

import functools
import hashlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from course.grader.compare import SMALLEST, TOLERANCE
from course.grader.mistakes import Mistake, mistakes_of
from course.grader.networks import Network
from course.grader.places import ANSWERS, GRADING, SOLUTIONS, load
from course.grader.tasks import modules_with_tasks, select_tasks
from course.grader.work import Record

FILE = ANSWERS / "fingerprints.json"


class Print(msgspec.Struct, array_like=True, frozen=True):
    """Of one array: its shape, its largest magnitude, and weighted sums of its values."""

    shape: tuple[int, ...]
    size: float
    sums: tuple[float, ...]


class Known(msgspec.Struct, frozen=True, eq=False):
    """A known mistake by its answers to the fixed calls of its task.

    Attributes:
        name: of the function that makes it.
        says: what a message says of it.
        answers: for each call the prints of all parts of the answer; None where it gives the
            right answer, or none.
    """

    name: str
    says: str
    answers: list[list[Print] | None]

    def places(self) -> set[int]:
        """The calls by which it can be recognized."""
        return {i for i, answer in enumerate(self.answers) if answer is not None}


class Fingerprints(msgspec.Struct):
    """What the file holds.

    Attributes:
        sources: by module, the hash of what its fingerprints were made from.
        tasks: the known mistakes of every task.
    """

    sources: dict[str, str]
    tasks: dict[str, list[Known]]


MOST_PARTS = 20
"""How many parts an answer has at the most: no right one has as many."""


# --- taking one -----------------------------------------------------------------------------------


def take(answer: Any) -> list[Print] | None:
    """The fingerprint of an answer, or None if it does not consist of numbers."""
    parts = answer if isinstance(answer, tuple | list) else [answer]
    if len(parts) > MOST_PARTS:
        return None
    prints = [_print(part) for part in parts]
    return None if None in prints else prints  # type: ignore[return-value]


def _print(part: Any) -> Print | None:
    try:
        values = np.asarray(part, np.float64)
    except (TypeError, ValueError):
        return None
    if part is None or values.size > 2**20:
        return None
    # NaN and infinity are as good a mark as any, once they are numbers.
    values = np.nan_to_num(values, nan=-777.0, posinf=888.0, neginf=-888.0)
    flat = values.ravel()
    waves = np.cos(np.outer([1.0, 2.3, 3.7, 5.1], np.arange(1, flat.size + 1)))
    sums = waves @ flat * np.sqrt(2 / max(flat.size, 1))
    size = float(np.abs(flat).max(initial=0.0))
    return Print(values.shape, _short(size), tuple(_short(float(one)) for one in sums))


def _short(number: float) -> float:
    return float(f"{number:.7g}")


def is_same(one: list[Print] | None, other: list[Print] | None) -> bool:
    """Whether two fingerprints are of the same answer, up to float32's precision."""
    if one is None or other is None or len(one) != len(other):
        return False
    return all(map(_is_same_part, one, other))


def _is_same_part(one: Print, other: Print) -> bool:
    # A sum of many small errors, each with its own weight, is seldom larger than twice one of them.
    allowed = 2 * TOLERANCE * max(one.size, other.size) + min(SMALLEST, 1e-3 * one.size)
    return one.shape == other.shape and all(
        abs(a - b) <= allowed for a, b in zip(one.sums, other.sums, strict=True)
    )


# --- recognizing ----------------------------------------------------------------------------------


def recognize(task: str, ask: Callable[[Any], Any]) -> str | None:
    """What is said of the one known mistake that answers as the student's function does, or None.

    A mistake has to answer alike to all plain calls in which it shows. A call that stands aside
    (chance, zeros, no steps) has a say only where plain calls do not decide: two who make the same
    mistake may well do other things there.

    Args:
        task: the task's name.
        ask: gives the student's answer to a call, or None if there is none.
    """
    calls = calls_of(task)
    asked: dict[int, list[Print] | None] = {}

    def agrees(known: Known, place: int) -> bool:
        if place not in asked:
            asked[place] = take(ask(calls[place]))
        return is_same(known.answers[place], asked[place])

    evidence: dict[Known, set[int]] = {}
    for known in fingerprints_of(task):
        plain = [place for place in known.places() if not calls[place].is_aside]
        if plain and all(agrees(known, place) for place in plain):
            evidence[known] = {place for place in known.places() if agrees(known, place)}
    if not evidence:
        for known in fingerprints_of(task):
            if all(calls[place].is_aside and agrees(known, place) for place in known.places()):
                evidence[known] = known.places()
    # One that shows in more calls than another, and is right where the other is, is the one.
    best = [one for one in evidence if not any(evidence[one] < more for more in evidence.values())]
    said = {known.says for known in best}
    return said.pop() if len(said) == 1 else None


def recognize_by_computing(task: str, records: Sequence[Record]) -> str | None:
    """What is said of the one known mistake that gives all recorded answers, or None.

    For a task without fixed calls, where the code of the wrong answers is at hand. Every answer has
    to fit, also those that were right: on its own, the smallest example that fails is often too
    plain to tell two mistakes apart.

    Args:
        task: the task's name.
        records: calls of the student's function, the one that failed last.
    """
    # The last one is the smallest that failed: cheap to compute, and it rules out most mistakes.
    some = [*reversed(records[-6:]), *records[:-6][:40]]
    prints = [take(one.answer) for one in some]
    if not prints:
        return None
    said = {
        known.says
        for known in mistakes_of(task)
        if known.is_computed
        and all(
            is_same(_answer(known.function, one), mine)
            for one, mine in zip(some, prints, strict=True)
        )
    }
    return said.pop() if len(said) == 1 else None


@functools.cache
def fingerprints_of(task: str) -> list[Known]:
    """The fingerprints of a task's mistakes: from the file, or made anew if that is out of date."""
    module = task.partition(".")[0]
    kept = stored()
    if (ANSWERS / "wrong").is_dir() and kept.sources.get(module) != hash_of_sources(module):
        return make(task)
    return kept.tasks.get(task, [])


@functools.cache
def stored() -> Fingerprints:
    """What the file holds; nothing if it is not there."""
    if not FILE.is_file():
        return Fingerprints({}, {})
    return msgspec.json.decode(FILE.read_bytes(), type=Fingerprints)


def calls_of(task: str) -> list[Any]:
    """The fixed calls of a task."""
    return load(GRADING, "calls").calls_of(task)


# --- making them ----------------------------------------------------------------------------------


def make(task: str) -> list[Known]:
    """The fingerprints of a task's mistakes, computed from the wrong answers."""
    module, _, name = task.partition(".")
    right = getattr(load(SOLUTIONS, module), name)
    calls = calls_of(task)
    answers = [_answer(right, call) for call in calls]
    made = [_known(mistake, calls, answers) for mistake in mistakes_of(task) if mistake.is_computed]
    return [known for known in made if known.places()]


def _known(mistake: Mistake, calls: list[Any], right: list[list[Print] | None]) -> Known:
    answers = [_answer(mistake.function, call) for call in calls]
    told = [
        None if is_same(mine, correct) else mine
        for mine, correct in zip(answers, right, strict=True)
    ]
    return Known(mistake.function.__name__, mistake.says, told)


def _answer(function: Callable[..., Any], call: Any) -> list[Print] | None:
    try:
        return take(function(*map(_as_given, call.args), **call.kwargs))
    except Exception:  # a mistake need not cope with every input
        return None


def _as_given(value: Any) -> Any:
    """An argument as the worker would get it."""
    if isinstance(value, np.ndarray):
        return np.copy(value)
    return value.keras_model if isinstance(value, Network) else value


def hash_of_sources(module: str) -> str:
    """Names what a module's fingerprints are made from."""
    digest = hashlib.sha256(repr(TOLERANCE).encode())
    for path in (
        ANSWERS / "wrong" / f"{module}.py",
        *(GRADING / f"{name}.py" for name in ("calls", "models", "common")),
    ):
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()[:16]


def confused(task: str, made: list[Known]) -> list[str]:
    """The mistakes of a task that its calls cannot tell: from a right answer, or from another."""
    told = {known.name for known in made}
    names = [
        f"{one.function.__name__}: right on all calls"
        for one in mistakes_of(task)
        if one.is_computed and one.function.__name__ not in told
    ]
    for i, one in enumerate(made):
        names += [
            f"{one.name}: like {other.name}"
            for other in made[i + 1 :]
            if one.says != other.says
            and one.places() == other.places()
            and all(is_same(one.answers[place], other.answers[place]) for place in one.places())
        ]
    return names


def unanswered(task: str) -> list[str]:
    """The fixed calls of a task that a right answer cannot cope with: they are out of date."""
    module, _, name = task.partition(".")
    right = getattr(load(SOLUTIONS, module), name)
    places = [place for place, call in enumerate(calls_of(task)) if _answer(right, call) is None]
    return [f"the solution has no answer to call {place}" for place in places]


def encode(made: Fingerprints) -> bytes:
    """The file's text: a line for each mistake, so that changes to it can be read."""
    head = msgspec.json.encode(made.sources).decode()
    tasks = []
    for task, mistakes in made.tasks.items():
        lines = ",\n".join(msgspec.json.encode(known).decode() for known in mistakes)
        tasks.append(f'"{task}": [\n{lines}\n]')
    return f'{{"sources": {head},\n"tasks": {{\n{",".join(tasks)}\n}}}}\n'.encode()


def main() -> int:
    """Bring the file up to date; returns 1 if there are mistakes that cannot be told apart."""
    made = Fingerprints({module: hash_of_sources(module) for module in modules_with_tasks()}, {})
    trouble = []
    for task in select_tasks():
        made.tasks[task.name] = fingerprints_of(task.name)
        trouble += [f"{task.name}: {name}" for name in confused(task.name, made.tasks[task.name])]
        trouble += [f"{task.name}: {call}" for call in unanswered(task.name)]
    FILE.write_bytes(encode(made))
    count = sum(map(len, made.tasks.values()))
    print(f"{FILE.name}: {count} mistakes, {FILE.stat().st_size:,} bytes")
    print("\n".join(trouble))
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
