"""What a figure is made of: the student's functions, a network, a photo, and what was asked for."""

import importlib
import shlex
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from course.given import class_name_of, load_photo, probabilities
from course.given.near import suggest

DEFAULT_NETWORK = "efficientnet-lite0"


class CannotShowError(Exception):
    """Something that the figure needs of the student is missing, or fails."""


class WrongCallError(ValueError):
    """What was asked for does not fit the figure."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for; None where nothing was, so that nothing is ignored without a word.

    Attributes:
        image: a bundled photo's name, or a file.
        class_name: an ImageNet class.
        model: a network's name, as `load_model` takes it.
        output: what is explained, "logit" or "softmax".
        steps: how many steps to take.
        layer: a layer's name.
        channel: one of its channels.
        cheat: what is planted.
        method: how it is done; each figure has its own.
        search: where a change is searched for, "pixels" or "spectrum".
    """

    image: str | None = None
    class_name: str | None = None
    model: str | None = None
    output: str | None = None
    steps: int | None = None
    layer: str | None = None
    channel: int | None = None
    cheat: str | None = None
    method: str | None = None
    search: str | None = None

    def given(self) -> dict[str, Any]:
        """What was asked for, by the option's name."""
        named = {_option(one.name): getattr(self, one.name) for one in fields(self)}
        return {option: value for option, value in named.items() if value is not None}

    def command(self, what: str) -> str:
        """The command that draws the figure."""
        words = [word for option in self.given().items() for word in map(str, option)]
        return shlex.join(["course", "show", what, *words])


def _option(name: str) -> str:
    return "--" + name.removesuffix("_name")


@dataclass
class Scene:
    """What a figure is made of.

    Attributes:
        model: the network.
        photo: the photo, `(H, W, 3)` in [0, 1], in the network's size; None where the figure
            chooses its own.
        class_index: what to look for, or None for what the network sees.
        wanted: what was asked for.
        advance: to be called with a word as parts of the work are done, and with the share of all
            that is done then, from 0 to 1, where that is known.
    """

    model: Any
    photo: np.ndarray | None
    class_index: int | None
    wanted: Wanted
    advance: Callable[..., None]

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
                raise CannotShowError(
                    f"{error} is not started, and the figure needs it: write it, and grade it with "
                    f"course check {error}"
                ) from error
            except CannotShowError:
                raise  # of a function that this one was given
            except Exception as error:
                kind = type(error).__name__
                raise CannotShowError(
                    f"{name} raises {kind}: {error} (course check {name})"
                ) from error

        return call

    def photo_or(self, name: str) -> np.ndarray:
        """The photo that was asked for, or else the bundled one of this name."""
        return load_photo(name, self.model) if self.photo is None else self.photo

    def seen_in(self, photo: np.ndarray) -> int:
        """The class that was asked for, or else the one that the network sees in the photo."""
        if self.class_index is not None:
            return self.class_index
        return int(np.argmax(probabilities(self.model, photo[None])[0]))

    def probability(self, photo: np.ndarray, class_index: int) -> float:
        """How sure the network is of a class."""
        return float(probabilities(self.model, photo[None])[0, class_index])

    def spatial_layers(self) -> list[str]:
        """The layers whose results still have places: `(B, h, w, channels)`."""
        return [layer.name for layer in self.model.layers if len(_shape_of(layer)) == 4]

    def layer_or(self, name: str) -> str:
        """The layer that was asked for, or else this one.

        Raises:
            WrongCallError: if the network has none of the name that has places.
        """
        if self.wanted.layer is None:
            return name
        known = self.spatial_layers()
        if self.wanted.layer not in known:
            raise WrongCallError(
                f"--layer: the network has no layer {self.wanted.layer!r} with places; "
                + suggest(self.wanted.layer, known)
            )
        return self.wanted.layer

    def channel_or(self, layer: str, channel: int) -> int:
        """The channel that was asked for, or else this one.

        Raises:
            WrongCallError: if the layer does not have so many.
        """
        count = _shape_of(self.model.get_layer(layer))[-1] or 0
        wanted = channel if self.wanted.channel is None else self.wanted.channel
        if wanted >= count:
            raise WrongCallError(f"--channel: {layer} has the channels 0 to {count - 1}")
        return wanted


def _shape_of(layer: Any) -> tuple[int | None, ...]:
    """The shape of a layer's result; of one that has several, or is not connected, nothing."""
    try:
        return tuple(layer.output.shape)
    except AttributeError:
        return ()


def title_of(class_index: int) -> str:
    """A class's name, short enough for a title."""
    return class_name_of(class_index)
