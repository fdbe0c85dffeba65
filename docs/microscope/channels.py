"""Which channels of a layer are shown, and where in the photos they find what they look for.

Nobody chooses: the channels are evenly spaced among those that answer to any photo. What they would
like to see takes longer: `docs/experiments/channels.py` makes these images beforehand.
"""

from collections.abc import Collection
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from course.given import PHOTOS, batches, load_model, load_photos
from docs.experiments.channels import Liked, fired
from solutions.feature_visualization import feature_extractor

SHOWN = 12
"""Channels per layer."""

CROPS = 4
"""Photos per channel, with a crop of each."""

SMALLEST, LARGEST = 24, 112
"""Between these, a crop is as large as what a position sees; in pixels of photos of 224."""

CROP = 64
"""Height and width of the picture of a crop."""

MAP = 56
"""Height and width of a map of where a channel answers, in pixels."""

LAYERS = {
    "stem": "stem_conv_norm",
    "block1": "block1_depthwise_norm",
    **{f"block{number}": f"block{number}_expand_norm" for number in range(2, 17)},
    "head": "top_conv_norm",
}
"""From each part of EfficientNet-Lite0 to its first filters, before their ReLU.

Below zero, the ReLU has no gradient, and an image could not climb out. (The filters of the
depthwise convolution stand behind a ReLU themselves; only the first block has none before it.)
"""


class Answers(NamedTuple):
    """What some channels of a layer answer to the photos.

    Attributes:
        photos: `(N, 4)`: in which photos each channel answers most, first the best.
        places: `(N, 4, 2)`: at which position in them, as a row and a column of the layer.
        maps: `(N, 4, h, w)`: where it answers in them; 1 is its strongest answer to any photo.
        strongest: `(N,)`: how much it fires for the photo that excites it most.
    """

    photos: np.ndarray
    places: np.ndarray
    maps: np.ndarray
    strongest: np.ndarray


class Row(NamedTuple):
    """What the page shows of a layer.

    Attributes:
        liked: which channels, what they look for, and how much they fire for that.
        width: how many channels the layer has.
        answering: how many of them answer to any photo.
        sees: the height and width of what one position sees, in pixels.
        answers: to the photos.
        crops: `(12, 4, 64, 64, 3)`: what excites them most in the photos.
    """

    liked: Liked
    width: int
    answering: int
    sees: int
    answers: Answers
    crops: np.ndarray


def activations(layers: Collection[str]) -> dict[str, np.ndarray]:
    """What layers of EfficientNet-Lite0 answer to all photos, in one pass: each `(B, h, w, C)`."""
    model, photos = load_model(), load_photos(PHOTOS)
    outputs = {layer: model.get_layer(layer).output for layer in layers}
    extractor = keras.Model(model.inputs[0], outputs)
    parts = [extractor(photos[part], training=False) for part in batches(len(photos), 4)]
    return {layer: np.concatenate([part[layer] for part in parts]) for layer in layers}


def row(layer: str, activations: np.ndarray, liked: Liked) -> Row:
    """Look at a layer of EfficientNet-Lite0.

    Args:
        layer: its name.
        activations: to all photos, `(B, h, w, C)`.
        liked: by which of its channels.
    """
    photos = load_photos(PHOTOS)
    _, answering = chosen(activations)
    found = answers(activations[..., liked.channels])
    sees = field_of_view(feature_extractor(load_model(), layer).layers)
    crops = [
        [
            crop(photos[photo], (place + 0.5) * 224 / activations.shape[1], sees)
            for photo, place in zip(*each, strict=True)
        ]
        for each in zip(found.photos, found.places, strict=True)
    ]
    return Row(liked, activations.shape[-1], answering, sees, found, np.array(crops))


def chosen(activations: np.ndarray, count: int = SHOWN) -> tuple[np.ndarray, int]:
    """Choose channels: evenly spaced among those above 0 somewhere in some photo.

    The ReLU that follows silences all others: for these photos, they do not exist.

    Args:
        activations: `(B, h, w, C)`.
        count: how many to choose.

    Returns:
        The channels, and among how many they are chosen.
    """
    answering = np.flatnonzero(activations.max(axis=(0, 1, 2)) > 0)
    return answering[np.arange(count) * len(answering) // count], len(answering)


def answers(activations: np.ndarray, count: int = CROPS) -> Answers:
    """Find the photos in which each channel answers most, one place in each.

    Args:
        activations: `(B, h, w, N)`.
        count: how many photos per channel.
    """
    images, height, width, channels = activations.shape
    flat = activations.reshape(images, height * width, channels)
    peaks = flat.max(axis=1)  # (B, N)
    photos = np.argsort(-peaks, axis=0, kind="stable")[:count].T
    here = np.arange(channels)[:, None]
    places = np.stack(np.unravel_index(flat.argmax(axis=1)[photos, here], (height, width)), -1)
    maps = np.maximum(activations[photos, ..., here], 0) / peaks.max(axis=0)[:, None, None, None]
    return Answers(photos, places, maps, fired(activations).max(axis=0))


def field_of_view(layers: list) -> int:
    """Say how many pixels of the image one position of the last layer sees, in each direction.

    Args:
        layers: from the image on; beside shortcuts, which see less, the longest path counts.
    """
    sees = step = 1
    for layer in layers:
        sees += (getattr(layer, "kernel_size", (1,))[0] - 1) * step
        step *= getattr(layer, "strides", (1,))[0]
    return sees


def crop(photo: np.ndarray, middle: np.ndarray, sees: int) -> np.ndarray:
    """Cut a square out of a photo, moved inwards where it would reach beyond the border.

    Args:
        photo: `(H, W, 3)`.
        middle: of the square, `(2,)`: from the top and from the left, in pixels.
        sees: what the position in its middle sees, in pixels: as large is the square, but not
            smaller than 24 pixels nor larger than 112.

    Returns:
        `(64, 64, 3)`, resized bilinearly.
    """
    side = min(max(sees, SMALLEST), LARGEST)
    corner = np.round(middle - side / 2).astype(int)
    top, left = np.clip(corner, 0, np.array(photo.shape[:2]) - side)
    part = photo[top : top + side, left : left + side]
    return tf.image.resize(part, (CROP, CROP), antialias=True).numpy()


def small_map(answer: np.ndarray, side: int = MAP) -> np.ndarray:
    """Bring a map to the size that is shown: the largest of several positions, or enlarged.

    Args:
        answer: `(h, w)`, with h = w a multiple of `side` or smaller.
        side: height and width of the result.
    """
    if len(answer) > side:
        times = len(answer) // side
        return answer.reshape(side, times, side, times).max(axis=(1, 3))
    return tf.image.resize(answer[..., None], (side, side)).numpy()[..., 0]
