"""What the course's functions return when they return more than one array."""

from typing import Any, NamedTuple


class Ascent(NamedTuple):
    """A gradient ascent: where it ended and how it went.

    Attributes:
        images: `(B, H, W, C)` in [0, 1].
        scores: `(steps + 1, B)`, the explained value before the first and after every step.
    """

    images: Any
    scores: Any


class Errors(NamedTuple):
    """The examples that a model gets wrong.

    Attributes:
        index: `(N,)` int, where they stand in the batch.
        predicted: `(N,)` int, the class with the largest logit.
        true: `(N,)` int, the class of the label.
    """

    index: Any
    predicted: Any
    true: Any


class Contrast(NamedTuple):
    """Two explanations of one image, and what sets them apart.

    Attributes:
        for_predicted: the map for the predicted class.
        for_true: the map for the correct class.
        difference: `for_predicted − for_true`.
    """

    for_predicted: Any
    for_true: Any
    difference: Any


class Optimized(NamedTuple):
    """Images that were changed until a model sees another class in them.

    Attributes:
        images: `(B, H, W, C)` in [0, 1].
        success: `(B,)` bool, whether the model now predicts the target.
        change: `(B,)` the final penalty of the change, unweighted.
    """

    images: Any
    success: Any
    change: Any
