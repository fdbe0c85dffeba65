"""`course show`: a student's own functions at work on a real photo and a real network.

Every picture is a function of a `Scene`, entered under its name; what it needs of the student it
calls as `scene.student("module.function")`.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from course.given import class_index_of, class_names, load_model, load_photo
from course.grader.files import write_atomic
from course.grader.sources import read_submission
from course.worker.importer import SubmissionImporter


class CannotShowError(Exception):
    """Something that the picture needs is missing, or fails."""


@dataclass
class Scene:
    """What a picture is made of.

    Attributes:
        model: the network.
        photo: the photo, `(H, W, 3)` in [0, 1], or None where the picture chooses its own.
        class_index: what to look for, or None for what the network sees.
        advance: to be called with a word as parts of the work are done.
    """

    model: Any
    photo: np.ndarray | None
    class_index: int | None
    advance: Callable[[str], None]

    def student(self, name: str) -> Callable[..., Any]:
        """One of the student's functions, by its task's name."""
        module_name, _, function_name = name.partition(".")
        try:
            module = importlib.import_module(f"course.{module_name}")
            function = getattr(module, function_name)
        except Exception as error:
            raise CannotShowError(f"{name} cannot be imported: {error}") from error

        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except NotImplementedError as error:
                raise CannotShowError(f"{error} is not started: `course check` tells") from error
            except Exception as error:
                kind = type(error).__name__
                raise CannotShowError(
                    f"{name} raises {kind}: {error} (course check {name})"
                ) from error

        return call

    @property
    def photo_or(self) -> Callable[[str], np.ndarray]:
        """The photo that was asked for, or else the bundled one of the name given."""
        return lambda name: load_photo(name) if self.photo is None else self.photo

    def seen_in(self, photo: np.ndarray) -> int:
        """The class that was asked for, or else the one that the network sees in the photo."""
        if self.class_index is not None:
            return self.class_index
        return int(np.argmax(self.model(photo[None], training=False)))

    def probability(self, photo: np.ndarray, class_index: int) -> float:
        """How sure the network is of a class."""
        logits = np.asarray(self.model(photo[None], training=False), np.float64)[0]
        exponentials = np.exp(logits - logits.max())
        return float(exponentials[class_index] / exponentials.sum())


Picture = Callable[[Scene], Figure]
_pictures: dict[str, Picture] = {}


def picture(name: str) -> Callable[[Picture], Picture]:
    """Enter a function as the picture of this name."""

    def enter(function: Picture) -> Picture:
        _pictures[name] = function
        return function

    return enter


def draw(
    what: str,
    work: Path,
    image: str | None,
    class_name: str | None,
    model_name: str,
    advance: Callable[[str], None] = lambda part: None,
) -> Figure:
    """Draw one of the pictures.

    Args:
        what: the picture's name.
        work: the folder with the student's modules.
        image: a bundled photo's name or a file; None for one that suits.
        class_name: an ImageNet class; None for what the network sees.
        model_name: as `load_model` takes it.
        advance: called with a word as parts of the work are done.

    Raises:
        CannotShowError: if a function that it needs is missing or fails.
        ValueError: if there is no such photo, class or network.
    """
    importlib.import_module("course.ui.figures")
    if what not in _pictures:
        raise CannotShowError(f"there is no picture {what!r} yet; there are {', '.join(_pictures)}")
    SubmissionImporter().install(read_submission(work))
    class_index = None if class_name is None else class_index_of(class_name)
    photo = None if image is None else load_photo(image)
    return _pictures[what](Scene(load_model(model_name), photo, class_index, advance))


def title_of(class_index: int) -> str:
    """A class's name, short enough for a title."""
    return class_names()[class_index].split(",")[0]


def save(figure: Figure, path: Path) -> None:
    """Write a figure as a file of the kind that its name says, whole or not at all."""
    import io

    buffer = io.BytesIO()
    figure.savefig(buffer, format=path.suffix.lstrip(".") or "png", dpi=150)
    write_atomic(path, buffer.getvalue())
