"""Why the network chose the wrong class: maps for it, for the right one, and the difference."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from course.ui.figures.layout import add_scale, as_heatmap, draw_image, draw_map, limit_of
from course.ui.figures.mistaken import NO_CLASS, find
from course.ui.figures.registry import Kind, register
from course.ui.scene import Scene, title_of

METHODS = ("three", "gradient", "smoothgrad", "integrated", "gradcam", "occlusion")
"""Three of the five side by side, or one of them alone."""

THREE = ("gradient", "integrated", "gradcam")

SAMPLES = 8
NOISE = 0.1
PATCHES = 4
"""Occlusion: so many patches side by side, each moved by half of its width."""

Method = Callable[[Any, Any, Any], Any]


class Contrasts(NamedTuple):
    """For each method's name three maps `(H, W)`: for the wrong class, the right one, the rest."""

    photo: np.ndarray
    maps: dict[str, list[np.ndarray]]
    predicted: str
    true: str


def compute(scene: Scene) -> Contrasts:
    """The maps of each method, by the student's own functions."""
    photo, predicted, true = find(scene)
    contrast = scene.student("contrastive.contrast")
    asked = scene.wanted.method or "three"
    maps = {}
    for one in THREE if asked == "three" else (asked,):
        name, method = method_of(scene, one)
        scene.advance(name)
        three = contrast(method, scene.model, photo[None], predicted, true)
        maps[name] = [as_heatmap(each) for each in three]
    return Contrasts(photo, maps, title_of(predicted), title_of(true))


def method_of(scene: Scene, name: str) -> tuple[str, Method]:
    """A method's full name, and the student's function with its settings."""
    layer = scene.layer_or(scene.spatial_layers()[-1])  # the last one: what Grad-CAM is made for
    match name:
        case "gradient":
            return "gradient × input", scene.student("contrastive.gradient_times_input")
        case "integrated":
            return "integrated gradients", scene.student("contrastive.integrated_gradients")
        case "smoothgrad":
            smooth_grad = scene.student("contrastive.smooth_grad")
            return "SmoothGrad", lambda m, x, k: smooth_grad(m, x, k, SAMPLES, NOISE, 0)
        case "gradcam":
            grad_cam = scene.student("contrastive.grad_cam")
            return f"Grad-CAM, {layer}", lambda m, x, k: grad_cam(m, x, k, layer)
    occlude = scene.student("contrastive.occlusion_sensitivity")
    return "occlusion", lambda m, x, k: occlude(m, x, k, *_patch_and_stride(x))


def _patch_and_stride(images: Any) -> tuple[int, int]:
    patch = max(2, min(np.shape(images)[1:3]) // PATCHES)
    return patch, patch // 2


def lay_out(found: Contrasts) -> Figure:
    """A row for each method, whose three maps share one scale."""
    titles = (f"for {found.predicted} (wrong)", f"for {found.true} (right)", "difference")
    height = 2.7 * len(found.maps) + 0.8
    figure = Figure(figsize=(11.5, height), layout="constrained")
    grid = figure.subplots(len(found.maps), 4, squeeze=False)
    for row, (name, maps) in zip(grid, found.maps.items(), strict=True):
        draw_image(row[0], found.photo, name)
        limit = limit_of(maps)
        for axes, heatmap, title in zip(row[1:], maps, titles, strict=True):
            drawn = draw_map(axes, heatmap, title, limit)
        add_scale(figure, drawn, row[1:])
    return figure


def caption(found: Contrasts) -> str:
    """What the colours mean, and which maps can be compared."""
    return (
        f"What speaks for {found.predicted} (red, in the first map), and what for {found.true}?\n"
        "The three maps of a row share one scale; rows cannot be compared by their size."
    )


register(
    Kind(
        "contrastive",
        compute,
        lay_out,
        caption,
        takes=("--image", "--class", "--model", "--layer"),
        methods=METHODS,
        no_class=NO_CLASS,
    )
)
