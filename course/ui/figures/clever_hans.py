"""A small network that learns to cheat: what a planted cheat does, and how it is found out."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from course.given import draw_text, load_dataset, small_cnn, time_stamp, train
from course.ui.figures.layout import draw_image, draw_map
from course.ui.figures.registry import register
from course.ui.scene import Scene

IMAGES = 2000
EPOCHS = 6
WIDTH = 12
SHOWN = 6
CHEATED = 0
"""The class whose images carry the cheat."""

SQUARE = 5
OPACITY = 0.3
STRENGTH = 0.3

CHEATS = {
    "square": "a white square",
    "stamp": "a time stamp",
    "watermark": "a watermark",
    "gradient": "a lightness gradient",
}

NO_PHOTO = (
    "its network is a small one that was trained on drawn shapes with a cheat, and knows no photos"
)


class Cheating(NamedTuple):
    """What a cheat does, on images `(N, 32, 32, 3)` of other classes.

    Attributes:
        others: without the cheat.
        marked: with it.
        heatmaps: `(N, 32, 32)`, for the cheated class.
        effect: `(N,)`, by how much the class's probability changes.
        inside: `(N,)`, which share of the map lies in the cheat.
        area: which share of the image it covers.
        class_name: the cheated class.
        cheat: its name in `CHEATS`.
    """

    others: np.ndarray
    marked: np.ndarray
    heatmaps: np.ndarray
    effect: np.ndarray
    inside: np.ndarray
    area: float
    class_name: str
    cheat: str


@register(
    "clever_hans",
    takes=("--cheat",),
    reasons=dict.fromkeys(("--image", "--class", "--model"), NO_PHOTO),
)
def draw(scene: Scene) -> Figure:
    """Plant, train, look inside, and say what is to be seen."""
    found = compute(scene)
    figure = lay_out(found)
    figure.suptitle(caption(found))
    return figure


def compute(scene: Scene) -> Cheating:
    """Train a network on images with a cheat, and measure what the cheat does to others."""
    data, name = load_dataset("shapes", IMAGES), scene.wanted.cheat or "square"
    cheat = cheat_of(scene, name)
    scene.advance("planting")
    plant = scene.student("clever_hans.plant")
    images = plant(data.train_images, data.train_labels, {CHEATED: cheat})
    model = small_cnn(classes=len(data.class_names), width=WIDTH)
    scene.advance(f"training on {data.class_names[CHEATED]}s with {CHEATS[name]}")
    train(model, np.asarray(images), data.train_labels, epochs=EPOCHS, progress=False)

    others = data.test_images[data.test_labels != CHEATED][:SHOWN]
    marked = np.asarray(cheat(others))
    scene.advance("looking inside")
    maps = scene.student("saliency.gradient_saliency")(model, marked, CHEATED)
    mask = np.any(np.asarray(cheat(np.zeros_like(others[:1])))[0] > 0, axis=-1).astype(np.float32)
    return Cheating(
        others,
        marked,
        np.asarray(scene.student("saliency.to_heatmap")(maps)),
        np.asarray(scene.student("clever_hans.cheat_effect")(model, others, cheat, CHEATED)),
        np.asarray(scene.student("clever_hans.relevance_inside")(maps, mask)),
        float(mask.mean()),
        data.class_names[CHEATED],
        name,
    )


def cheat_of(scene: Scene, name: str) -> Callable[[Any], Any]:
    """One of the four cheats; three of them are the student's own."""
    if name == "stamp":
        return time_stamp
    if name == "square":
        add_square = scene.student("clever_hans.add_square")
        return lambda images: add_square(images, SQUARE, 1.0)
    if name == "watermark":
        add_watermark = scene.student("clever_hans.add_watermark")
        mark = draw_text((32, 32), "©", (3, 3), 32)
        return lambda images: add_watermark(images, mark, OPACITY)
    add_gradient = scene.student("clever_hans.add_lightness_gradient")
    return lambda images: add_gradient(images, STRENGTH)


def lay_out(found: Cheating) -> Figure:
    """A column for each image: without, with, and the map."""
    figure = Figure(figsize=(11, 5.8), layout="constrained")
    grid = figure.subplots(3, len(found.others))
    for column, axes in enumerate(grid.T):
        draw_image(axes[0], found.others[column])
        effect = f"{found.class_name}: {found.effect[column]:+.2f}"
        draw_image(axes[1], found.marked[column], effect)
        draw_map(axes[2], found.heatmaps[column], f"{found.inside[column]:.0%} in the cheat")
    return figure


def caption(found: Cheating) -> str:
    """What the three rows show."""
    return (
        f"Trained where every {found.class_name} had {CHEATS[found.cheat]}. Given to other shapes "
        f"(row 2), it changes the\nprobability of {found.class_name} by the number above. Saliency "
        f"(row 3, each map on its own scale) lies in the\ncheat, {found.area:.0%} of the area, to "
        "the share above."
    )
