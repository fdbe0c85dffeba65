"""What channels of every block of EfficientNet-Lite0 would like to see.

    python -m docs.experiments.channels

takes about two minutes of one processor core, and writes `channels.npz`, a strip of images per part
of the network, and `channels.json`, for the page of the microscope. Nobody chooses: which channels
is fixed by rule, and each gets one image, by `visualize_channel` with the first seed.
"""

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from course.given import PHOTOS, load_model, load_photos, predict
from solutions import feature_visualization, natural_images
from solutions.feature_visualization import feature_extractor
from solutions.natural_images import color_basis, visualize_channel

from . import load_results, records
from .records import begin, rounded, write

RESULTS = Path(__file__).with_name("channels.json")
IMAGES = RESULTS.with_suffix(".npz")
SIZE = 112
STEPS = 48
STEP_SIZE = 0.04
BORDER = 8
"""What is cut off all around an image, in pixels: there the network sees the padding."""

AVERAGED_AWAY = ("stem_conv_norm", "block1_depthwise_norm")
"""Where images climb behind the ReLU: before it, light and dark sides of an edge add up to zero."""


class Liked(NamedTuple):
    """What some channels of a layer look for.

    Attributes:
        channels: `(N,)`: which.
        images: `(N, 96, 96, 3)`: what each would like to see.
        reached: `(N,)`: how much each fires for its image.
    """

    channels: np.ndarray
    images: np.ndarray
    reached: np.ndarray


def look(layer: str, channels: np.ndarray, size: int = SIZE, steps: int = STEPS) -> Liked:
    """Climb to an image for each channel.

    Args:
        layer: its name, before the ReLU.
        channels: `(N,)`: which.
        size: of the images, in pixels, before their border is cut off.
        steps: of the ascent.
    """
    climbed = layer.replace("_norm", "_activation") if layer in AVERAGED_AWAY else layer
    view = (size / 14, 15.0, 0.2)  # the shift of `visualize_class`, 16 pixels of 224
    colors = color_basis(load_photos(PHOTOS))
    ascent = visualize_channel(
        load_model(size=size), climbed, channels, steps, 0, colors, view, STEP_SIZE
    )
    images = np.asarray(ascent.images)[:, BORDER:-BORDER, BORDER:-BORDER]
    answer = predict(feature_extractor(load_model(size=None), layer), images, 4)
    return Liked(channels, images, fired(answer)[np.arange(len(channels)), channels])


def fired(activations: np.ndarray) -> np.ndarray:
    """How much channels fire: the mean over all positions, behind the ReLU (which ends at 6).

    Args:
        activations: `(B, h, w, C)`, before it.

    Returns:
        `(B, C)`.
    """
    return np.clip(activations, 0, 6).mean(axis=(1, 2))


def strip_of(part: str) -> bytes:
    """A part's images side by side, as WebP."""
    with np.load(IMAGES) as file:
        return file[part].tobytes()


def load_liked(part: str) -> Liked:
    """What the command has made for a part of the network, such as `"block3"`."""
    one = load_results("channels")["parts"][part]
    images = records.unpacked(strip_of(part))
    return Liked(np.array(one["channels"]), images, np.array(one["reached"]))


def code_hash() -> str:
    """Of all code whose change could change the results."""
    from docs.microscope.channels import LAYERS, chosen  # which loads what is made here

    return records.code_hash(
        sys.modules[__name__],
        chosen,
        feature_visualization.feature_extractor,
        natural_images.color_basis,
        natural_images.frequencies,
        natural_images.fourier_images,
        natural_images.visualize_class,
        natural_images.visualize_channel,
        natural_images._painted,
        natural_images._views,
        text=f"LAYERS = {LAYERS!r}",
    )


def main() -> None:
    """Make the images, and write down what they excite."""
    from docs.microscope.channels import LAYERS, activations, chosen
    from docs.microscope.files import strip  # needs what builds the site

    found = activations(LAYERS.values())
    parts, strips = {}, {}
    for part, layer in LAYERS.items():
        which, _ = chosen(found[layer])
        liked = look(layer, which)
        parts[part] = {"channels": which.tolist(), "reached": rounded(liked.reached)}
        strips[part] = np.frombuffer(strip(liked.images), np.uint8)
        print(part, flush=True)
    np.savez(IMAGES, **strips)
    write(RESULTS, begin(RESULTS, code_hash()) | {"parts": parts})


if __name__ == "__main__":
    main()
