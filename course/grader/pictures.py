"""The pictures of `course show`, one function each."""

import numpy as np
from matplotlib.figure import Figure

from course.grader.show import Scene, picture, title_of

SMOOTHING = 4.0
"""Pixels: of 224, enough to see regions where the raw gradient flickers from pixel to pixel."""


@picture("saliency")
def saliency(scene: Scene) -> Figure:
    """Where the network looks: the smoothed gradient beside the photo."""
    photo = scene.photo_or("coffee")
    seen = scene.seen_in(photo)
    scene.advance("the gradient")
    gradient = scene.student("saliency.gradient_saliency")(scene.model, photo[None], seen)
    heatmaps = scene.student("saliency.to_heatmap")(gradient)
    heatmap = np.asarray(scene.student("saliency.smooth")(heatmaps, SMOOTHING))[0]
    figure = scene.student("saliency.plot_saliency")(photo, heatmap)
    chance = scene.probability(photo, seen)
    figure.suptitle(f"{title_of(seen)} ({chance:.2f}): where lighter pixels raise or lower it")
    return figure


@picture("ascent")
def ascent(scene: Scene) -> Figure:
    """What the network would like to see: from noise and from a photo, and how the score climbs."""
    photo = scene.photo_or("coffee")
    wanted = scene.seen_in(photo) if scene.class_index is None else scene.class_index
    random_start = scene.student("activation_maximization.random_start")
    maximize = scene.student("activation_maximization.maximize_class")
    images = np.concatenate([np.asarray(random_start((1, *photo.shape), 0)), photo[None]])
    shown, scores, done = [images], [], 0
    for until in (8, 32, 128):
        while done < until:  # in pieces, so that the progress can be seen
            images, part = maximize(scene.model, images, wanted, 8, 0.5)
            images, done = np.asarray(images), done + 8
            scores.append(np.asarray(part)[:-1])
            scene.advance(f"step {done} of 128")
        shown.append(images)
    scores.append(np.asarray(part)[-1:])
    return _draw_ascent(shown, np.concatenate(scores), title_of(wanted))


def _draw_ascent(shown: list[np.ndarray], scores: np.ndarray, name: str) -> Figure:
    figure = Figure(figsize=(11, 5), layout="constrained")
    grid = figure.add_gridspec(2, 6)
    for column, (images, title) in enumerate(
        zip(shown, ("start", "8 steps", "32 steps", "128 steps"), strict=True)
    ):
        for row in range(2):
            axes = figure.add_subplot(grid[row, column])
            axes.imshow(np.clip(images[row], 0, 1))
            axes.set_title(title if row == 0 else "")
            axes.set_axis_off()
    axes = figure.add_subplot(grid[:, 4:])
    axes.plot(scores, label=["from noise", "from the photo"])
    axes.set(xlabel="step", ylabel="logit", title=f"climbing towards {name}")
    axes.legend()
    return figure


@picture("feature")
def feature(scene: Scene) -> Figure:
    """The same class with and without regularisers, and what three hidden channels look for."""
    start = np.full((1, *scene.model.input_shape[1:]), 0.5, np.float32)
    start += np.random.default_rng(0).normal(0, 0.02, start.shape).astype(np.float32)
    wanted = 701 if scene.class_index is None else scene.class_index
    regularized = scene.student("feature_visualization.maximize_class_regularized")
    maximize_feature = scene.student("feature_visualization.maximize_feature")
    scene.advance("plain ascent")
    pictures = {f"{title_of(wanted)}, plain": regularized(scene.model, start, wanted, 64, 1.0)[0]}
    scene.advance("regularised ascent")
    pictures[f"{title_of(wanted)}, regularised"] = regularized(
        scene.model, start, wanted, 96, 1.0, tv_weight=2e-3, blur_sigma=0.4, max_shift=8
    )[0]
    layers = [layer.name for layer in scene.model.layers if len(layer.output.shape) == 4]
    for share in (0.2, 0.5, 0.95):
        layer = layers[int(share * len(layers))]
        scene.advance(layer)
        pictures[f"{layer}, channel 0"] = maximize_feature(scene.model, start, layer, 0, 48, 20.0)[
            0
        ]
    figure = Figure(figsize=(12, 3), layout="constrained")
    for axes, (title, images) in zip(
        figure.subplots(1, len(pictures)), pictures.items(), strict=True
    ):
        axes.imshow(np.clip(np.asarray(images)[0], 0, 1))
        axes.set_title(title, fontsize=9)
        axes.set_axis_off()
    return figure
