"""What the course's functions return when they return more than one array."""

from typing import NamedTuple

from course.given.types import Array, Images, Labels, Values


class Ascent(NamedTuple):
    """A gradient ascent: where it ended and how it went.

    Attributes:
        images: `(B, H, W, C)` in [0, 1].
        scores: `(steps + 1, B)`, the explained value before the first and after every step.
    """

    images: Images
    scores: Array


class Errors(NamedTuple):
    """The examples that a model gets wrong.

    Attributes:
        index: `(N,)` int, where they stand in the batch.
        predicted: `(N,)` int, the class with the largest logit.
        true: `(N,)` int, the class of the label.
    """

    index: Array  # type: ignore[assignment]  # tuple.index is of no use here
    predicted: Labels
    true: Labels


class Contrast(NamedTuple):
    """Two explanations of one image, and what sets them apart.

    Attributes:
        for_predicted: the map for the predicted class.
        for_true: the map for the correct class.
        difference: `for_predicted − for_true`.
    """

    for_predicted: Array
    for_true: Array
    difference: Array


class Optimized(NamedTuple):
    """Images that were changed until a model sees another class in them.

    Attributes:
        images: `(B, H, W, C)` in [0, 1].
        success: `(B,)` bool, whether the model now predicts the target.
        change: `(B,)` the final penalty of the change, unweighted.
    """

    images: Images
    success: Array
    change: Values


class Recognition(NamedTuple):
    """What N networks see of a class in B images.

    Attributes:
        probability: `(N, B)`, the class's softmax probability.
        rank: `(N, B)` int, its place among all classes, 1 for the likeliest.
    """

    probability: Array
    rank: Array


class Versions(NamedTuple):
    """Pictures made from photos by a rule, with the class that is right.

    Attributes:
        images: `(N, 224, 224, 3)`, float32 in [0, 1].
        labels: `(N,)` int, the ImageNet classes that are right.
        photos: `(N,)`, the name of the photo that each was made from.
        descriptions: N lines, how each was made and why its label is right.
        masks: `(N, 224, 224)` bool, a rectangle round the labelled thing.
    """

    images: Images
    labels: Labels
    photos: Array
    descriptions: list[str]
    masks: Array
