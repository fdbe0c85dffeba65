"""A small network that learns to cheat: what a planted cheat does, and how it is found out."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from course.given import four_cheats, load_dataset, small_cnn, train
from course.ui.figures.layout import draw_image, draw_map
from course.ui.figures.registry import Kind, register
from course.ui.scene import Scene

IMAGES = 2000
EPOCHS = 6
WIDTH = 12
SHOWN = 6
CHEATED = 0
"""The class whose images carry the cheat."""

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
        cheat: its name in `four_cheats`.
    """

    others: np.ndarray
    marked: np.ndarray
    heatmaps: np.ndarray
    effect: np.ndarray
    inside: np.ndarray
    area: float
    class_name: str
    cheat: str


def compute(scene: Scene) -> Cheating:
    """Train a network on images with a cheat, and measure what the cheat does to others."""
    data, name = load_dataset("shapes", IMAGES), (scene.wanted.cheat or "square").replace("-", " ")
    parts = ("add_square", "add_watermark", "add_lightness_gradient")
    cheat = four_cheats(*(scene.student(f"clever_hans.{part}") for part in parts))[name]
    scene.advance("planting")
    plant = scene.student("clever_hans.plant")
    images = plant(data.train_images, data.train_labels, {CHEATED: cheat})
    model = small_cnn(classes=len(data.class_names), width=WIDTH)
    scene.advance(f"training on {data.class_names[CHEATED]}s with a {name}")
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
        f"Trained where every {found.class_name} had a {found.cheat}. Given to other shapes "
        f"(row 2), it changes the\nprobability of {found.class_name} by the number above. Saliency "
        f"(row 3, each map on its own scale) lies in the\ncheat, {found.area:.0%} of the area, to "
        "the share above."
    )


register(
    Kind(
        "clever_hans",
        compute,
        lay_out,
        caption,
        takes=("--cheat",),
        reasons=dict.fromkeys(("--image", "--class", "--model"), NO_PHOTO),
    )
)
