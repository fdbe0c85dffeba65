"""Images of every kind that the docstrings allow, drawn from the run's seed and an example's.

No answer can be learnt by heart, and none gets through by luck: every example tries a batch of one,
one to four channels, images that are taller than wide and wider than tall.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.grader.compare import NamedError, check_close
from course.grader.work import Function, StudentError, Tensor, Work

from .common import check_tuple
from .models import CLASSES, MANY
from .models import drawn_images as images


def generator(work: Work, *seeds: int) -> np.random.Generator:
    """Where an example's numbers come from."""
    return np.random.default_rng([work.seed, *seeds])


def shapes(draw: np.random.Generator) -> list[tuple[int, int, int, int]]:
    """Shapes `(B, H, W, C)` of five batches.

    Batches of 1, 1, 2 and 3 images with 1 to 4 channels, two of them tall and two wide, from 2 × 3
    to 7 × 4 pixels; then the first shape again, at which what is kept from one call to the next
    comes to light.
    """
    counts, channels = draw.permutation([1, 1, 2, 3]), draw.permutation([1, 2, 3, 4])
    short = draw.integers(2, 5, 4)
    sides = np.stack([short, short + draw.integers(1, 4, 4)], axis=1)
    sides = np.where(draw.permutation([True, True, False, False])[:, None], sides, sides[:, ::-1])
    found = [
        (int(count), int(height), int(width), int(channel))
        for count, (height, width), channel in zip(counts, sides, channels, strict=True)
    ]
    return [*found, found[0]]


def batches(draw: np.random.Generator) -> Iterator[np.ndarray]:
    """A batch of images in each of the `shapes`."""
    for shape in shapes(draw):
        yield images(draw, shape)


def check_takes_tensors(function: Function, *args: Any) -> None:
    """Insist that a function returns the same for tensors as for the arrays in its arguments.

    Args:
        function: the student's.
        args: what to call it with; arrays of images or maps, with three axes or four, become
            tensors.
    """
    tensors = [Tensor(arg) if np.ndim(arg) >= 3 else arg for arg in args]
    expected = function(*args)
    try:
        answer = function(*tensors)
    except StudentError as error:
        raised = f"the function raises {error.types[0]}: {error.message}"
        raise NamedError(f"Given a tensor instead of a NumPy array, {raised}") from None
    pairs = [(answer, expected)]
    if isinstance(expected, tuple):
        pairs = list(zip(check_tuple(answer, ("",) * len(expected)), expected, strict=True))
    for one, other in pairs:
        check_close(one, other, "A tensor gives another result than the same numbers in an array.")


def check_takes_many(function: Function, *args: Any) -> None:
    """Insist that a function says of each image in a large batch what it says in a small one.

    Args:
        function: the student's, whose result has an entry for each image, or parts that have.
        args: what to call it with; images, and whatever has an entry for each, are repeated.
    """
    alone = next(len(arg) for arg in args if np.ndim(arg) >= 3)
    order = np.random.default_rng(alone).permutation(np.resize(np.arange(alone), MANY))
    many = [arg[order] if np.ndim(arg) not in (0, 2) else arg for arg in args]  # 2: a mask for all
    answer, expected = function(*many), function(*args)
    pairs = [(answer, expected)]
    if isinstance(expected, tuple):
        pairs = list(zip(check_tuple(answer, ("",) * len(expected)), expected, strict=True))
    for one, other in pairs:
        check_close(one, np.asarray(other)[order], TOGETHER)


TOGETHER = (
    f"The images are right in a small batch, and wrong in one of {MANY}: are some left out, or put "
    "together with what belongs to others?"
)


def two_shapes(work: Work) -> list[tuple[int, int, int]]:
    """The shapes `(H, W, C)` of the images of two networks.

    One is tall and one wide; one has 4 channels, and one has 1 or 2.
    """
    draw = np.random.default_rng([work.seed, 37])
    low, high = np.sort(draw.choice([4, 5, 6, 7], 2, replace=False)).tolist()
    one, other = draw.permutation([4, int(draw.integers(1, 3))]).tolist()
    return [(high, low, one), (low, high, other)]


def some_classes(draw: np.random.Generator, count: int) -> Any:
    """Classes as a function may get them: one int for all images, or an array with one each.

    The int is Python's or one of NumPy's.
    """
    kinds = (int, np.int32, np.int64)
    if draw.integers(2):
        return kinds[draw.integers(3)](draw.integers(CLASSES))
    classes = draw.permutation(np.resize(np.arange(CLASSES), count))
    return classes.astype(kinds[draw.integers(1, 3)])
