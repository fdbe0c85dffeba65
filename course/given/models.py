"""Networks to look into: those that are installed along, and any of `keras.applications`."""

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Literal

import keras
import numpy as np

from course.given.efficientnet_lite import SCALES, load_efficientnet_lite
from course.given.fetching import fetching
from course.given.near import suggest

DEFAULT_MODEL = "efficientnet-lite0"

# The image size of the released weights, where it is not 224.
_SIZES = {
    "InceptionResNetV2": 299,
    "InceptionV3": 299,
    "NASNetLarge": 331,
    "Xception": 299,
    **{f"EfficientNetB{i}": s for i, s in enumerate((224, 240, 260, 300, 380, 456, 528, 600))},
    **{f"EfficientNetV2B{i}": s for i, s in enumerate((224, 240, 260, 300))},
    "EfficientNetV2S": 384,
    "EfficientNetV2M": 480,
    "EfficientNetV2L": 480,
}


def load_model(name: str = DEFAULT_MODEL, size: int | Literal["own"] | None = "own") -> keras.Model:
    """Load a network trained on ImageNet, from images in [0, 1] to logits.

    Preprocessing is inside the model, and its weights are frozen. A model is loaded once a process:
    the same name and size give the same object.

    Args:
        name: `"efficientnet-lite0"`, `"efficientnet-lite1"` or `"efficientnet-lite2"`, which are
            installed with the course, or a name in `keras.applications`, such as `"ResNet50"`,
            whose weights are fetched on first use.
        size: height and width of the images in pixels; `"own"` for those it was trained on, None
            for images of any size.

    Returns:
        A model from images `(B, size, size, 3)`, float32 in [0, 1], to logits `(B, 1000)`.

    Raises:
        ValueError: if there is no such model (the message lists near names), `size` is below 32,
            or a model from `keras.applications` is asked for another size than its own.
        ModuleNotFoundError: if the package with the weights of an EfficientNet-Lite is not
            installed (the message says what to type).
        NotReachableError: if the weights must be fetched and cannot be (a `ConnectionError`).
    """
    if name in SCALES:
        size = SCALES[name].size if size == "own" else size
        if size is not None and not (isinstance(size, int) and size >= 32):
            raise ValueError(f"size must be at least 32, None or 'own' for {name}, not {size!r}")
        return _load_embedded(name, size)
    known = {other.casefold(): other for other in model_names()}
    if name not in known.values():
        raise ValueError(f"there is no model {name!r}; {suggest(name, known.values())}")
    own = _SIZES.get(name, 224)
    if size not in ("own", own):
        raise ValueError(f"size must be {own} (or 'own') for {name}, not {size!r}")
    return _load_application(name)


def model_names() -> list[str]:
    """List the names that `load_model` knows.

    Returns:
        `"efficientnet-lite0"` and its two larger siblings, then every network of
        `keras.applications`.
    """
    return [*SCALES, *(name for name, f in vars(keras.applications).items() if _builds(f))]


def _builds(function: object) -> bool:
    return (
        inspect.isfunction(function)
        and "classifier_activation" in inspect.signature(function).parameters
    )


@functools.cache
def _load_embedded(name: str, size: int | None) -> keras.Model:
    return _frozen(load_efficientnet_lite(name, size))


@functools.cache
def _load_application(name: str) -> keras.Model:
    with fetching(f"the ImageNet weights of {name}", f'load_model("{DEFAULT_MODEL}")'):
        return _frozen(build_application(name, weights="imagenet"))


def _frozen(model: keras.Model) -> keras.Model:
    model.trainable = False
    return model


def build_application(name: str, weights: str | None) -> keras.Model:
    """Build a network of `keras.applications` with its preprocessing inside.

    Args:
        name: such as `"ResNet50"`.
        weights: `"imagenet"`, which may fetch them, or None for random ones.

    Returns:
        A model from images in [0, 1] to logits, all its layers reachable by name.
    """
    size = _SIZES.get(name, 224)
    images = keras.Input((size, size, 3), name="images")
    build = getattr(keras.applications, name)
    preprocess = sys.modules[build.__module__].preprocess_input  # each network's stands beside it
    network = build(
        input_tensor=_preprocessed(images, preprocess),
        weights=weights,
        classifier_activation=None,
    )
    return keras.Model(images, network.output, name=name)


def _preprocessed(
    images: keras.KerasTensor, preprocess: Callable[[np.ndarray], np.ndarray]
) -> keras.KerasTensor:
    """Put a `preprocess_input` into the model, as layers that can be saved.

    All of them scale and shift each channel, and some turn RGB into BGR. What this one does shows
    in what it makes of black, red, green and blue.
    """
    probes = 255.0 * np.concatenate([np.zeros((1, 3)), np.eye(3)]).reshape(1, 1, 4, 3)
    black, *primaries = np.asarray(preprocess(probes.astype("float32")))[0, 0]
    matrix = np.array(primaries) - black
    if not matrix[0, 0]:
        images = keras.ops.flip(images, axis=-1)
        matrix = matrix[::-1]
    scale = np.diag(matrix).tolist()
    return keras.layers.Rescaling(scale, black.tolist(), name="preprocess")(images)
