"""The same class with and without regularizers, and what three hidden channels look for."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from course.given import class_index_of
from course.ui.figures.layout import in_a_row
from course.ui.figures.registry import Kind, register
from course.ui.scene import Scene, title_of

CLASS = "parachute"
STEPS = 96
CLASS_STEP = 1.0
CHANNEL_STEP = 20.0
"""Larger, for a mean over all positions has a smaller gradient than a logit."""

DEPTHS = (0.2, 0.5, 0.95)
"""Where in the network the three layers lie, from input to output."""

METHODS: dict[str, dict[str, Any]] = {
    "all": {"tv_weight": 2e-3, "blur_sigma": 0.4, "max_shift": 8},
    "tv": {"tv_weight": 2e-3},
    "l2": {"l2_weight": 2e-2},
    "blur": {"blur_sigma": 0.4},
    "jitter": {"max_shift": 8},
}
"""The regularizers, and how strong."""


class Inputs(NamedTuple):
    """Images `(H, W, 3)` by what they are the optimal inputs of."""

    images: dict[str, np.ndarray]
    method: str
    steps: int


def compute(scene: Scene) -> Inputs:
    """Two ascents to a class, and one for each channel."""
    channels = {layer: scene.channel_or(layer, 0) for layer in layers_of(scene)}
    start = grey_noise(scene)
    wanted = class_index_of(CLASS) if scene.class_index is None else scene.class_index
    method, steps = scene.wanted.method or "all", scene.wanted.steps or STEPS
    regularized = scene.student("feature_visualization.maximize_class_regularized")
    maximize_feature = scene.student("feature_visualization.maximize_feature")
    output = scene.wanted.output or "logit"
    images = {}
    for name, options in (("plain", {}), (f"with {method}", METHODS[method])):
        scene.advance(name)
        ascent = regularized(
            scene.model, start, wanted, steps, CLASS_STEP, output=output, **options
        )
        images[f"{title_of(wanted)}, {name}"] = np.asarray(ascent[0])[0]
    for layer, channel in channels.items():
        scene.advance(layer)
        ascent = maximize_feature(scene.model, start, layer, channel, steps // 2, CHANNEL_STEP)
        images[f"{layer}, channel {channel}"] = np.asarray(ascent[0])[0]
    return Inputs(images, method, steps)


def grey_noise(scene: Scene) -> np.ndarray:
    """Where all ascents begin: `(1, H, W, 3)`, around mid-grey."""
    height, width = (side or 224 for side in scene.model.input_shape[1:3])
    noise = np.random.default_rng(0).normal(0.5, 0.02, (1, height, width, 3))
    return noise.astype(np.float32)


def layers_of(scene: Scene) -> list[str]:
    """The layer that was asked for, or three from input to output."""
    layers = scene.spatial_layers()
    chosen = [layers[int(depth * len(layers))] for depth in DEPTHS]
    return list(dict.fromkeys(scene.layer_or(layer) for layer in chosen))


def lay_out(found: Inputs) -> Figure:
    """All in one row."""
    return in_a_row(found.images, 2.4, 3.2)


def caption(found: Inputs) -> str:
    """What was done to them."""
    used = ", ".join(f"{key} {value:g}" for key, value in METHODS[found.method].items())
    return f"{found.steps} steps from grey noise; regularized with {used}; then hidden channels"


register(
    Kind(
        "feature_visualization",
        compute,
        lay_out,
        caption,
        takes=("--class", "--model", "--output", "--steps", "--layer", "--channel"),
        methods=tuple(METHODS),
        reasons={
            "--image": "it begins with grey noise; course show activation_maximization "
            "--image FILE begins with a photo"
        },
    )
)
