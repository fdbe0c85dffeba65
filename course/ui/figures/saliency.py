"""Where the network looks: the smoothed gradient beside the photo."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from course.ui.figures.layout import SMOOTHING
from course.ui.figures.registry import Kind, register
from course.ui.scene import Scene, title_of

PHOTO = "coffee"


class Saliency(NamedTuple):
    """The figure that the student's functions draw, and what it is about."""

    figure: Figure
    class_name: str
    probability: float
    output: str


def compute(scene: Scene) -> Saliency:
    """Everything by the student's own functions, also the drawing."""
    photo = scene.photo_or(PHOTO)
    seen, output = scene.seen_in(photo), scene.wanted.output or "logit"
    scene.advance("the gradient")
    gradient = scene.student("saliency.gradient_saliency")(scene.model, photo[None], seen, output)
    heatmaps = scene.student("saliency.to_heatmap")(gradient)
    heatmap = np.asarray(scene.student("saliency.smooth")(heatmaps, SMOOTHING))[0]
    figure = scene.student("saliency.plot_saliency")(photo, heatmap)
    return Saliency(figure, title_of(seen), scene.probability(photo, seen), output)


def lay_out(found: Saliency) -> Figure:
    """As the student's function laid it out."""
    return found.figure


def caption(found: Saliency) -> str:
    """What the map shows."""
    what = {"logit": "its logit", "softmax": "its probability"}[found.output]
    return (
        f"{found.class_name} ({found.probability:.2f}): where lighter pixels raise or lower {what}"
    )


register(
    Kind(
        "saliency",
        compute,
        lay_out,
        caption,
        takes=("--image", "--class", "--model", "--output"),
    )
)
