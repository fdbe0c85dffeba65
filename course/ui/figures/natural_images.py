"""A class as it grows, and what two other networks see in it; a channel; and a dream."""

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
DREAM_STEPS = 10
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
    moments, halves, done = growth(steps), steps // 2, 0
    total = sum(moments) + halves + DREAM_STEPS
    scene.advance("the colours of photos")
    colors = np.asarray(scene.student("natural_images.color_basis")(load_photos(PHOTOS)))
    climb, grown = scene.student("natural_images.visualize_class"), {}
    for few in moments:
        scene.advance(f"{few} of {steps} steps towards {title_of(wanted)}", done / total)
        image = np.asarray(climb(scene.model, wanted, few, 0, colors)[0])
        grown[f"{title_of(wanted)}, {few} steps"] = image[0]
        done += few
    scene.advance(f"{layer}, channel {channel}", done / total)
    climb = scene.student("natural_images.visualize_channel")
    pattern = np.asarray(climb(scene.model, layer, channel, halves, 0, colors)[0])
    scene.advance("dreaming", (done + halves) / total)
    dream = scene.student("natural_images.deep_dream")(scene.model, photo, layer, 1, DREAM_STEPS)
    scene.advance("asking two other networks", 1.0)
    seen = recognized_by([load_model(name) for name in OTHERS], image, wanted)
    images = grown | {
        f"{layer}, channel {channel}": pattern[0],
        "a photo": photo,
        f"dreamt on by {layer}": np.asarray(dream),
    }
    return Inputs(images, seen.probability[:, 0].tolist(), title_of(wanted))


def growth(steps: int) -> list[int]:
    """How many steps the ascents have that are shown: each is one by itself, and settles."""
    return sorted({max(1, steps // 16), max(1, steps // 4), steps})


def lay_out(found: Inputs) -> Figure:
    """All in one row."""
    return in_a_row(found.images, 2.8, 3.4)


def caption(found: Inputs) -> str:
    """What the networks say that were never asked."""
    said = " and ".join(f"{chance:.2f}" for chance in found.chances)
    return f"After all steps, two networks that were never asked give {found.name} {said}"


register(
    Kind(
        "natural_images",
        compute,
        lay_out,
        caption,
        takes=("--image", "--class", "--model", "--steps", "--layer", "--channel"),
    )
)
