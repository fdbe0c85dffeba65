"""Relations by what is said of them: what an answer would be, from what is expected."""

from collections.abc import Callable

import numpy as np

from course.grader.diagnosis.compared import Case
from course.grader.diagnosis.fit import Relation
from course.grader.networks import softmax


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
    ("It is the square, with its sign.", lambda c: c.expected * np.abs(c.expected)),
    ("It is the square root of what is expected.", lambda c: np.sqrt(c.expected)),
    (
        "It is the square root of the magnitude, with its sign.",
        lambda c: np.sign(c.expected) * np.sqrt(np.abs(c.expected)),
    ),
    ("It is 1 minus what is expected.", lambda c: 1 - c.expected),
    ("It is a share of the rest, not of the whole.", lambda c: c.expected / (1 - c.expected)),
    ("It is the reciprocal of what is expected.", lambda c: 1 / c.expected),
    ("It is rounded to whole numbers.", lambda c: np.round(c.expected)),
    ("It is cut to whole numbers.", lambda c: np.trunc(c.expected)),
    ("It is the logarithm of what is expected.", lambda c: np.log(c.expected)),
    ("It is the exponential of what is expected.", lambda c: np.exp(c.expected)),
    ("A sigmoid is taken once too often.", lambda c: 1 / (1 + np.exp(-c.expected))),
    ("A sigmoid is missing.", lambda c: np.log(c.expected / (1 - c.expected))),
    ("A softmax is taken once too often.", lambda c: softmax(c.expected)),
    ("The images are stretched to [0, 1], all together.", _between_0_and_1),
    ("Each image is stretched to [0, 1].", _each_between_0_and_1),
    ("It is multiplied with the images once too often.", _times_images),
]


AXES: list[tuple[str, Relation]] = [
    ("It is one row too low.", lambda c: np.roll(c.expected, 1, 1)),
    ("It is one row too high.", lambda c: np.roll(c.expected, -1, 1)),
    ("It is one column too far to the right.", lambda c: np.roll(c.expected, 1, 2)),
    ("It is one column too far to the left.", lambda c: np.roll(c.expected, -1, 2)),
    ("The images come in the reverse order.", _along(0, _flip)),
    ("It is upside down: the rows are reversed.", _along(1, _flip)),
    ("It is a mirror image: the columns are reversed.", _along(2, _flip)),
    ("The channels come in the reverse order.", _along(3, _flip)),
    ("Rows and columns are swapped.", lambda c: np.swapaxes(c.expected, 1, 2)),
]


def _first_alone(values: np.ndarray) -> np.ndarray:
    kept = np.zeros_like(values)
    kept[:1] = values[:1]
    return kept


BATCH: list[tuple[str, Relation]] = [
    (
        "Only the first image has a result: it is 0 for all others.",
        lambda c: _first_alone(c.expected),
    ),
    ("The first image's result is used for all images.", _of_batch(lambda e: e[:1])),
    ("The last image's result is used for all images.", _of_batch(lambda e: e[-1:])),
    (
        "It is added up over the batch: every image should have its own.",
        _of_batch(lambda e: e.sum(axis=0, keepdims=True)),
    ),
    (
        "It is averaged over the batch: every image should have its own.",
        _of_batch(lambda e: e.mean(axis=0, keepdims=True)),
    ),
]


CHANNELS: list[tuple[str, Relation]] = [
    (
        "It is averaged over rows and columns: every pixel should have its own.",
        _of_batch(lambda e: e.mean(axis=(1, 2), keepdims=True)),
    ),
    (
        "It is added up over the channels: every channel should have its own.",
        _of_batch(lambda e: e.sum(axis=-1, keepdims=True)),
    ),
    (
        "It is averaged over the channels: every channel should have its own.",
        _of_batch(lambda e: e.mean(axis=-1, keepdims=True)),
    ),
    (
        "The first channel is used for all channels.",
        _of_batch(lambda e: e[..., :1]),
    ),
    (
        "The last channel is used for all channels.",
        _of_batch(lambda e: e[..., -1:]),
    ),
    (
        "The channel with the largest magnitude at a pixel is used for all of its channels.",
        _of_batch(
            lambda e: np.take_along_axis(e, np.abs(e).argmax(axis=-1, keepdims=True), axis=-1)
        ),
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
        "They are the differences from step to step.",
        lambda c: np.concatenate([c.expected[:1], np.diff(c.expected, axis=0)]),
    ),
    (
        "Every image has the batch's mean.",
        lambda c: np.broadcast_to(c.expected.mean(axis=1, keepdims=True), c.expected.shape),
    ),
    (
        "Every image has the batch's sum.",
        lambda c: np.broadcast_to(c.expected.sum(axis=1, keepdims=True), c.expected.shape),
    ),
]
