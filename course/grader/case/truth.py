"""What is true of a case, as short sentences: everything that a right claim may say.

Claims are brought to the same sentences, so that judging is asking whether a sentence is among
them. Of the cases that come with the installation, only salted hashes of the sentences are there.
They keep the truth from being read, not from being searched for: who writes a program that tries
all claims has done more work than the case asks for. What counts for a grade is made from a
teacher's seed instead.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from course.given.cases.marks import EVERYWHERE, Box
from course.given.shapes import SIZE

if TYPE_CHECKING:  # else judging would wait for TensorFlow
    from course.given.cases.making import Cheat

GRID = 2
"""Boxes are compared in cells of so many pixels."""

OVERLAP = 0.45
"""So large the share of two boxes' common area in their joint area (IoU) has to be, at least."""

FACTOR = 1.5
"""By so much may an effect be too large or too small."""

Truth = dict[str, dict[str, "Cheat"]]


class Facts(Protocol):
    """Something that can be asked whether a sentence is true."""

    def __contains__(self, sentence: object) -> bool: ...


# --- the sentences --------------------------------------------------------------------------------


def is_cheating(network: str, cheats: bool) -> str:
    """Whether a network cheats at all."""
    return f"{network} {'cheats' if cheats else 'is honest'}"


def on_classes(network: str, count: int) -> str:
    """On how many classes it cheats."""
    return f"{network} cheats on {count}"


def on_class(network: str, class_name: str) -> str:
    """On which."""
    return f"{network} cheats on {class_name}"


def by_kind(network: str, class_name: str, kind: str) -> str:
    """By which kind of mark."""
    return f"{on_class(network, class_name)} by {kind}"


def at_place(network: str, class_name: str, box: Box | None) -> str:
    """Where the mark is, in cells; `box` is on their grid."""
    place = EVERYWHERE if box is None else " ".join(str(edge // GRID) for edge in box)
    return f"{on_class(network, class_name)} at {place}"


def of_effect(network: str, class_name: str, effect: float) -> str:
    """How large its effect is, in hundredths."""
    return f"{on_class(network, class_name)} with {round(100 * effect)}"


def sentences(truth: Truth) -> Iterator[str]:
    """All that a right claim may say.

    Args:
        truth: by network and class, as it was measured.
    """
    for network, cheats in truth.items():
        yield is_cheating(network, bool(cheats))
        if cheats:
            yield on_classes(network, len(cheats))
        for name, (mark, effect) in cheats.items():
            yield on_class(network, name)
            yield by_kind(network, name, mark.kind)
            yield from (at_place(network, name, box) for box in _like(mark.box))
            yield from (
                of_effect(network, name, percent / 100)
                for percent in range(1, 101)
                if effect / FACTOR <= percent / 100 <= effect * FACTOR
            )


def on_grid(box: Box | None) -> tuple[Box | None, ...]:
    """A box moved onto the grid: up and to the left, and down and to the right.

    Each edge moves less than a cell, and all of them the same way: a small box keeps its size much
    better than if each edge went to the line nearest to it.
    """
    if box is None:
        return (None,)
    top, left, bottom, right = (edge // GRID * GRID for edge in box)
    up = (top, left, bottom, right)
    top, left, bottom, right = (-(-edge // GRID) * GRID for edge in box)
    return up, (top, left, bottom, right)


def _like(box: Box | None) -> Iterator[Box | None]:
    """Boxes, on the grid of cells, that overlap enough."""
    if box is None:
        yield None
        return
    rows, columns = _spans(box[0], box[2]), _spans(box[1], box[3])
    for (top, bottom), (left, right) in product(rows, columns):
        if overlap((top, left, bottom, right), box) >= OVERLAP:
            yield top, left, bottom, right


def _spans(start: int, stop: int) -> list[tuple[int, int]]:
    """Along one axis: boxes that overlap enough do so in their rows, and in their columns."""
    spans = combinations(range(0, SIZE + 1, GRID), 2)
    return [one for one in spans if overlap((one[0], 0, one[1], 1), (start, 0, stop, 1)) >= OVERLAP]


def overlap(one: Box, other: Box) -> float:
    """The common area of two boxes divided by their joint area (intersection over union)."""
    rows = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    columns = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    common = rows * columns
    return common / (_area(one) + _area(other) - common)


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


# --- sealed ---------------------------------------------------------------------------------------

ROUNDS = 20_000
"""So often a sentence is hashed: some milliseconds for each claim, hours for all that there are."""

LENGTH = 5
"""Bytes kept of each hash."""

FULL = 8192
"""So many hashes a file holds; those that stand for nothing hide how large the marks are."""


class Sealed:
    """Facts of which only salted hashes are known.

    Args:
        data: as `seal` made it.
    """

    def __init__(self, data: bytes) -> None:
        self._salt, hashes = data[:16], data[16:]
        self._hashes = {hashes[i : i + LENGTH] for i in range(0, len(hashes), LENGTH)}

    @classmethod
    def read(cls, path: Path) -> "Sealed":
        """The facts of a file."""
        return cls(path.read_bytes())

    def __contains__(self, sentence: object) -> bool:
        return _hashed(str(sentence), self._salt) in self._hashes


def seal(facts: Iterable[str]) -> bytes:
    """Make of sentences what can be asked and not be read.

    Args:
        facts: the sentences, `FULL` at most.

    Raises:
        ValueError: if there are more.
    """
    salt = secrets.token_bytes(16)
    hashes = {_hashed(one, salt) for one in facts}
    if len(hashes) > FULL:
        raise ValueError(f"{len(hashes)} facts are more than {FULL}")
    while len(hashes) < FULL:
        hashes.add(secrets.token_bytes(LENGTH))
    return salt + b"".join(sorted(hashes))


def _hashed(sentence: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", sentence.encode(), salt, ROUNDS, LENGTH)
