"""A class in natural colours and what two other networks see in it; a channel; and a dream."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from course.given import PHOTOS, class_index_of, load_model, load_photos, recognized_by
from course.ui.figures.layout import in_a_row
from course.ui.figures.registry import Kind, register
from course.ui.scene import Scene, title_of

CLASS = "pineapple"
STEPS = 96
OTHERS = ("efficientnet-lite1", "efficientnet-lite2")
DEPTH = 0.5
"""Where in the network the layer lies, from input to output."""


class Inputs(NamedTuple):
    """Images `(H, W, 3)` by what they are, and what the others give the class."""

    images: dict[str, np.ndarray]
    chances: list[float]
    name: str


def compute(scene: Scene) -> Inputs:
    """One ascent to a class, one to a channel, and a dream on a photo."""
    photo, steps = scene.photo_or("coffee"), scene.wanted.steps or STEPS
    wanted = class_index_of(CLASS) if scene.class_index is None else scene.class_index
    layers = scene.spatial_layers()
    layer = scene.layer_or(layers[int(DEPTH * len(layers))])
    channel = scene.channel_or(layer, 0)
    scene.advance("the colours of photos")
    colors = np.asarray(scene.student("natural_images.color_basis")(load_photos(PHOTOS)))
    scene.advance(f"{steps} steps towards {title_of(wanted)}")
    climb = scene.student("natural_images.visualize_class")
    image = np.asarray(climb(scene.model, wanted, steps, 0, colors)[0])
    scene.advance(layer)
    climb = scene.student("natural_images.visualize_channel")
    pattern = np.asarray(climb(scene.model, layer, channel, steps // 2, 0, colors)[0])
    scene.advance("dreaming")
    dream = scene.student("natural_images.deep_dream")(scene.model, photo, layer, 1)
    seen = recognized_by([load_model(name) for name in OTHERS], image, wanted)
    images = {
        title_of(wanted): image[0],
        f"{layer}, channel {channel}": pattern[0],
        "a photo": photo,
        f"dreamt on by {layer}": np.asarray(dream),
    }
    return Inputs(images, seen.probability[:, 0].tolist(), title_of(wanted))


def lay_out(found: Inputs) -> Figure:
    """All in one row."""
    return in_a_row(found.images, 2.8, 3.4)


def caption(found: Inputs) -> str:
    """What the networks say that were never asked."""
    said = " and ".join(f"{chance:.2f}" for chance in found.chances)
    return f"Two networks that were never asked give the image on the left {said} for {found.name}"


register(
    Kind(
        "natural_images",
        compute,
        lay_out,
        caption,
        takes=("--image", "--class", "--model", "--steps", "--layer", "--channel"),
    )
)
