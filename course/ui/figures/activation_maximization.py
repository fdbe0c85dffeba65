"""What the network would like to see: from noise and from a photo, and how the score climbs."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from course.ui.figures.layout import draw_image
from course.ui.figures.registry import Kind, register
from course.ui.scene import Scene, title_of

PHOTO = "coffee"
STEPS = 128
PIECE = 8
"""Steps between two words of progress."""

METHODS = {"clip": ("maximize_class", 0.5), "sigmoid": ("maximize_class_sigmoid", 5.0)}
"""Function and step size: a step in front of the sigmoid moves a pixel by at most a quarter."""


class Ascents(NamedTuple):
    """Two ascents side by side, from noise and from a photo.

    Attributes:
        shown: steps done and images `(2, H, W, 3)`, at four moments.
        scores: `(steps + 1, 2)`.
        class_name: towards what.
        output: "logit" or "softmax".
        method: "clip" or "sigmoid".
    """

    shown: dict[int, np.ndarray]
    scores: np.ndarray
    class_name: str
    output: str
    method: str


def compute(scene: Scene) -> Ascents:
    """Climb in pieces, so that the progress can be seen."""
    photo = scene.photo_or(PHOTO)
    wanted, output = scene.seen_in(photo), scene.wanted.output or "logit"
    method = scene.wanted.method or "clip"
    function, step_size = METHODS[method]
    maximize = scene.student(f"activation_maximization.{function}")
    noise = scene.student("activation_maximization.random_start")((1, *photo.shape), 0)
    images = np.concatenate([np.asarray(noise), photo[None]])
    steps = scene.wanted.steps or STEPS
    shown, scores, done = {0: images}, [], 0
    for moment in moments(steps):
        while done < moment:
            piece = min(PIECE, moment - done)
            images, part = maximize(scene.model, images, wanted, piece, step_size, output)
            images, done = np.asarray(images), done + piece
            scores.append(np.asarray(part)[:-1])
            last = np.asarray(part)[-1:]
            scene.advance(f"step {done} of {steps}", done / steps)
        shown[moment] = images
    return Ascents(shown, np.concatenate([*scores, last]), title_of(wanted), output, method)


def moments(steps: int) -> list[int]:
    """When to look at an ascent: early, in between, and at its end."""
    return sorted({max(1, steps // 16), max(1, steps // 4), steps})


def lay_out(found: Ascents) -> Figure:
    """A row for each start, and the curves beside them."""
    figure = Figure(figsize=(11, 5), layout="constrained")
    grid = figure.add_gridspec(2, len(found.shown) + 2)
    for column, (step, images) in enumerate(found.shown.items()):
        for row in range(2):
            title = ("start" if step == 0 else f"{step} steps") if row == 0 else ""
            draw_image(figure.add_subplot(grid[row, column]), images[row], title)
    axes = figure.add_subplot(grid[:, -2:])
    axes.plot(found.scores, label=["from noise", "from the photo"])
    axes.set(xlabel="step", ylabel=found.output)
    axes.legend()
    return figure


def caption(found: Ascents) -> str:
    """Where the ascent leads, and how valid images are kept."""
    kept = {"clip": "clipped after each step", "sigmoid": "through a sigmoid"}[found.method]
    return f"Climbing towards {found.class_name} ({found.output}), {kept}"


register(
    Kind(
        "activation_maximization",
        compute,
        lay_out,
        caption,
        takes=("--image", "--class", "--model", "--output", "--steps"),
        methods=tuple(METHODS),
    )
)
