"""Figures that tell how good an explanation is, where the eye alone would be fooled."""

from typing import Any

import keras
import numpy as np
from scipy.stats import rankdata

from course.given.near import suggest
from course.given.recognition import probabilities


def map_similarity(a: Any, b: Any) -> np.ndarray:
    """Compare maps by the order in which they rank the pixels (Spearman's correlation).

    Args:
        a: `(B, ...)`, maps of any shape.
        b: maps of the same shape.

    Returns:
        `(B,)`, from −1 to 1: 1 for the same order, 0 for no relation, and 0 where a map is constant
        and ranks nothing.

    Raises:
        ValueError: if the shapes differ.
    """
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError(f"the maps have different shapes, a {a.shape} and b {b.shape}")
    ranks_a, ranks_b = (_centred_ranks(maps.reshape(len(maps), -1)) for maps in (a, b))
    scale = np.linalg.norm(ranks_a, axis=1) * np.linalg.norm(ranks_b, axis=1)
    return np.sum(ranks_a * ranks_b, axis=1) / np.where(scale == 0, 1, scale)


def _centred_ranks(maps: np.ndarray) -> np.ndarray:
    ranks = rankdata(maps, axis=1)
    return ranks - ranks.mean(axis=1, keepdims=True)


def deletion_curve(
    model: keras.Model,
    images: Any,
    heatmaps: Any,
    class_index: Any,
    fractions: Any,
    fill: float = 0.5,
) -> np.ndarray:
    """Delete the pixels that a map calls most relevant, and watch the probability fall.

    The better the map, the sooner it falls (Petsiuk, Das, Saenko, "RISE", 2018, arXiv:1806.07421).
    Most relevant are the largest values, with their sign; of equal ones, those further up and left.

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        images: `(B, H, W, C)`, float32 in [0, 1].
        heatmaps: `(B, H, W)`.
        class_index: one int for the whole batch, or an int array `(B,)`.
        fractions: `(F,)`, the shares of the pixels to delete, each in [0, 1].
        fill: what deleted pixels become, in every channel.

    Returns:
        `(F, B)`: the class's softmax probability with each fraction deleted.

    Raises:
        ValueError: if the heat maps do not fit the images, or a fraction is outside [0, 1].
    """
    images, heatmaps = np.asarray(images, np.float32), np.asarray(heatmaps, np.float64)
    fractions = np.asarray(fractions, float)
    if heatmaps.shape != images.shape[:3]:
        raise ValueError(f"heatmaps must be {images.shape[:3]}, not {heatmaps.shape}")
    if fractions.ndim != 1 or np.any((fractions < 0) | (fractions > 1)):
        raise ValueError(f"fractions must be a list of numbers from 0 to 1, not {fractions}")
    order = np.argsort(-heatmaps.reshape(len(images), -1), axis=1, kind="stable")
    place = np.argsort(order, axis=1).reshape(heatmaps.shape)  # 0 for the most relevant pixel
    classes = np.broadcast_to(class_index, len(images))
    curve = []
    for count in np.round(fractions * place[0].size):
        changed = np.where((place < count)[..., None], np.float32(fill), images)
        curve.append(probabilities(model, changed)[np.arange(len(images)), classes])
    return np.array(curve).reshape(len(fractions), len(images))


def randomize_layers(model: keras.Model, down_to: str | None = None, seed: int = 0) -> keras.Model:
    """Copy a model and spoil what it has learned, from the logits downwards.

    An explanation that stays the same does not depend on what the network knows: the sanity check
    of Adebayo et al. 2018, arXiv:1810.03292. Each array of weights is shuffled, so that it keeps
    its mean and its spread, and the activations their size.

    Args:
        model: a functional or sequential model, possibly with models in it; it stays as it is.
        down_to: the name of the lowest layer to spoil, or of a model in it, which is spoiled as a
            whole; None for every layer.
        seed: the same shuffling for the same seed. A layer is shuffled in the same way however far
            down the spoiling goes.

    Returns:
        The spoiled copy.

    Raises:
        ValueError: if the model has no layer of that name; the message lists near ones. Also if
            Keras cannot copy the model.
    """
    layers = _layers_of(model)
    names = [name for path, _ in layers for name in path]
    if down_to is not None and down_to not in names:
        raise ValueError(f"the model has no layer {down_to!r}; {suggest(down_to, names)}")
    first = next(i for i, (path, _) in enumerate(layers) if down_to is None or down_to in path)
    try:
        copy = keras.models.clone_model(model)
    except Exception as error:
        raise ValueError(
            f"{model.name!r} cannot be copied: it has to be functional or sequential, of layers "
            f"that Keras can write down ({error})"
        ) from error
    copy.set_weights(model.get_weights())
    for index, (_, layer) in enumerate(_layers_of(copy)):
        if index >= first:
            rng = np.random.default_rng([seed, index])
            layer.set_weights([_shuffled(weight, rng) for weight in layer.get_weights()])
    copy.trainable = model.trainable
    return copy


def _layers_of(
    model: keras.Model, path: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], keras.Layer]]:
    """The layers from the input to the logits, with the names of the models around them."""
    found: list[tuple[tuple[str, ...], keras.Layer]] = []
    for layer in model.layers:
        inside = (*path, layer.name)
        found += _layers_of(layer, inside) if hasattr(layer, "layers") else [(inside, layer)]
    return found


def _shuffled(weight: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.permutation(weight.ravel()).reshape(weight.shape)
