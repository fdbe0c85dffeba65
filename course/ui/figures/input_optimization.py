"""The smallest change that turns a wrong prediction right."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from course.ui.figures.layout import add_scale, draw_image, draw_map
from course.ui.figures.mistaken import NO_CLASS, find
from course.ui.figures.registry import Kind, register
from course.ui.scene import Scene, WrongCallError, title_of

WEIGHTS = (0.0, 10.0, 100.0, 1000.0)
STEPS = 24
STEP_SIZE = 0.3
PENALTIES = ("l2", "l1", "tv")
SPECTRUM_STEPS, SPECTRUM_STEP_SIZE, SPECTRUM_WEIGHT = 16, 0.0005, 500.0
"""Of the search in the spectrum, whose steps are of another kind."""

SHOWN_SHARE = 0.995
"""The largest half of a percent of the change is clipped, so that more of the rest is seen."""


class Change(NamedTuple):
    """An image before and after, `(H, W, 3)`, and what the network says.

    Attributes:
        before: the photo.
        after: changed, or as it was if nothing was found.
        difference: after − before.
        said: what the network says of either, in words.
        has_worked: whether it sees the right class afterwards.
        size: the change's penalty.
        penalty: its kind.
        predicted: the wrong class.
        true: the right class.
        search: where it was searched for, in words.
    """

    before: np.ndarray
    after: np.ndarray
    difference: np.ndarray
    said: tuple[str, str]
    has_worked: bool
    size: float
    penalty: str
    predicted: str
    true: str
    search: str


def compute(scene: Scene) -> Change:
    """Search with the student's own functions."""
    photo, predicted, true = find(scene)
    penalty, where = scene.wanted.method or "l2", scene.wanted.search or "pixels"
    if where == "spectrum" and penalty != "l2":
        raise WrongCallError("--method: the search in the spectrum knows the penalty l2 only")
    scene.advance("searching for the smallest change")
    steps, network, before = scene.wanted.steps, scene.model, photo[None]
    if where == "spectrum":
        search = scene.student("input_optimization.optimize_in_spectrum")
        walk = steps or SPECTRUM_STEPS, SPECTRUM_STEP_SIZE, SPECTRUM_WEIGHT
        images, success, size = search(network, before, true, *walk, seed=0)
    else:
        search = scene.student("input_optimization.smallest_change")
        many = steps or STEPS
        images, success, size = search(network, before, true, WEIGHTS, many, STEP_SIZE, penalty)
    after = np.asarray(images)[0]
    difference = scene.student("input_optimization.difference_image")(photo[None], images)

    def says(image: np.ndarray) -> str:
        classes = (predicted, true)
        return ", ".join(f"{title_of(k)} {scene.probability(image, k):.2f}" for k in classes)

    return Change(
        photo,
        after,
        np.asarray(difference)[0],
        (says(photo), says(after)),
        bool(np.asarray(success)[0]),
        float(np.asarray(size)[0]),
        penalty,
        title_of(predicted),
        title_of(true),
        where,
    )


def lay_out(found: Change) -> Figure:
    """Before, after, and the change: in colour, and summed over colours."""
    figure = Figure(figsize=(12, 4), layout="constrained")
    axes = figure.subplots(1, 4)
    largest = max(float(np.quantile(np.abs(found.difference), SHOWN_SHARE)), 1e-9)
    draw_image(axes[0], found.before, f"before: {found.said[0]}")
    draw_image(axes[1], found.after, f"after: {found.said[1]}")
    factor = 0.5 / largest
    title = f"the change, {factor:.0f} × (grey: 0)" if factor < 1e6 else "no change (grey: 0)"
    draw_image(axes[2], 0.5 + found.difference / (2 * largest), title)
    drawn = draw_map(axes[3], found.difference.sum(axis=-1), "summed over colours")
    add_scale(figure, drawn, axes[3])
    return figure


def caption(found: Change) -> str:
    """Whether it was found, and how large it is."""
    what = f"From {found.predicted} to {found.true}"
    if found.search == "spectrum":
        what += ", in the spectrum"
    if not found.has_worked:
        return f"{what}: no change that works was found"
    return f"{what}: the smallest change that was found has the {found.penalty} {found.size:.2g}"


register(
    Kind(
        "input_optimization",
        compute,
        lay_out,
        caption,
        takes=("--image", "--class", "--model", "--steps", "--search"),
        methods=PENALTIES,
        no_class=NO_CLASS,
    )
)
