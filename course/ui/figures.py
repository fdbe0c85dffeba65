"""The pictures of `course show`, one function each."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

from course.given import load_dataset, load_errors, small_cnn, train
from course.ui.show import Scene, picture, title_of

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


@picture("activation_maximization")
def activation_maximization(scene: Scene) -> Figure:
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


@picture("feature_visualization")
def feature_visualization(scene: Scene) -> Figure:
    """The same class with and without regularizers, and what three hidden channels look for."""
    start = np.full((1, *scene.model.input_shape[1:]), 0.5, np.float32)
    start += np.random.default_rng(0).normal(0, 0.02, start.shape).astype(np.float32)
    wanted = 701 if scene.class_index is None else scene.class_index
    regularized = scene.student("feature_visualization.maximize_class_regularized")
    maximize_feature = scene.student("feature_visualization.maximize_feature")
    scene.advance("plain ascent")
    pictures = {f"{title_of(wanted)}, plain": regularized(scene.model, start, wanted, 64, 1.0)[0]}
    scene.advance("regularized ascent")
    pictures[f"{title_of(wanted)}, regularized"] = regularized(
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


@picture("clever_hans")
def clever_hans(scene: Scene) -> Figure:
    """A small network that learns to cheat: what a planted square does, and how it is found out."""
    data, cheated, size = load_dataset("shapes", 2000), 0, 5
    name = data.class_names[cheated]
    add_square = scene.student("clever_hans.add_square")
    plant = scene.student("clever_hans.plant")

    def cheat(images: Any) -> Any:
        return add_square(images, size, 1.0)

    scene.advance("planting")
    images = plant(data.train_images, data.train_labels, {cheated: cheat})
    model = small_cnn(classes=len(data.class_names), width=12)
    scene.advance(f"training on {name}s with a white square")
    train(model, np.asarray(images), data.train_labels, epochs=6, progress=False)

    others = data.test_images[data.test_labels != cheated][:6]
    marked = np.asarray(cheat(others))
    scene.advance("looking inside")
    maps = scene.student("saliency.gradient_saliency")(model, marked, cheated)
    heatmaps = np.asarray(scene.student("saliency.to_heatmap")(maps))
    mask = np.asarray(add_square(np.zeros_like(others[:1]), size, 1.0))[0, ..., 0]
    inside = np.asarray(scene.student("clever_hans.relevance_inside")(maps, mask))
    effect = np.asarray(scene.student("clever_hans.cheat_effect")(model, others, cheat, cheated))

    figure = Figure(figsize=(11, 5.6), layout="constrained")
    grid = figure.subplots(3, len(others))
    for column, axes in enumerate(grid.T):
        _draw(axes[0], others[column])
        _draw(axes[1], marked[column], f"{name}: {effect[column]:+.2f}")
        _draw(axes[2], heatmaps[column], f"{inside[column]:.0%} in the square", signed=True)
    figure.suptitle(
        f"Trained where every {name} had a white square. Pasted into other shapes (row 2), the "
        f"square changes\nthe probability of {name} by the number above. Saliency (row 3) lies in "
        f"the square, {mask.mean():.0%} of the area, to the share above."
    )
    return figure


@picture("contrastive")
def contrastive(scene: Scene) -> Figure:
    """Why the network chose the wrong class: maps for it, for the right one, and the difference."""
    photo, predicted, true = _an_error(scene)
    methods = {
        "gradient × input": scene.student("contrastive.gradient_times_input"),
        "integrated gradients": scene.student("contrastive.integrated_gradients"),
        "Grad-CAM": lambda m, x, k: grad_cam(m, x, k, _last_feature_layer(m)),
    }
    grad_cam = scene.student("contrastive.grad_cam")
    columns = (f"for {title_of(predicted)} (wrong)", f"for {title_of(true)} (right)", "difference")
    figure = Figure(figsize=(11, 8), layout="constrained")
    grid = figure.subplots(len(methods), 4)
    for row, (name, method) in zip(grid, methods.items(), strict=True):
        scene.advance(name)
        maps = scene.student("contrastive.contrast")(
            method, scene.model, photo[None], predicted, true
        )
        _draw(row[0], photo, name)
        for axes, one, title in zip(row[1:], maps, columns, strict=True):
            heatmap = np.asarray(one)[0]
            if heatmap.ndim == 3:
                heatmap = gaussian_filter(heatmap.sum(axis=-1), SMOOTHING)
            _draw(axes, heatmap, title, signed=True)
    figure.suptitle(f"What speaks for {title_of(predicted)} (red), and what for {title_of(true)}?")
    return figure


@picture("input_optimization")
def input_optimization(scene: Scene) -> Figure:
    """The smallest change that turns a wrong prediction right."""
    photo, predicted, true = _an_error(scene)
    scene.advance("searching for the smallest change")
    images, success, change = scene.student("input_optimization.smallest_change")(
        scene.model, photo[None], true, (0.0, 10.0, 100.0, 1000.0), 24, 0.3
    )
    optimized = np.asarray(images)[0]
    difference = scene.student("input_optimization.difference_image")(photo[None], images)
    difference = np.asarray(difference)[0]
    figure = Figure(figsize=(11, 4), layout="constrained")
    axes = figure.subplots(1, 4)
    # Some of it is clipped, so that more of it can be seen.
    largest = max(float(np.quantile(np.abs(difference), 0.995)), 1e-9)
    for one, image, when in ((axes[0], photo, "before"), (axes[1], optimized, "after")):
        sure = ", ".join(
            f"{title_of(k)} {scene.probability(image, k):.2f}" for k in (predicted, true)
        )
        _draw(one, image, f"{when}: {sure}")
    _draw(axes[2], 0.5 + difference / (2 * largest), f"the change, {0.5 / largest:.0f} × (grey: 0)")
    _draw(axes[3], difference.sum(axis=-1), "summed over colours", signed=True)
    outcome = "works" if np.asarray(success)[0] else "was not found"
    figure.suptitle(
        f"From {title_of(predicted)} to {title_of(true)}: a change {outcome}, root mean square "
        f"{float(np.sqrt(np.asarray(change)[0])):.4f} of the range"
    )
    return figure


def _an_error(scene: Scene) -> tuple[np.ndarray, int, int]:
    """A photo, the wrong class that the network sees in it, and the right one."""
    if scene.photo is not None and scene.class_index is not None:
        photo, true = scene.photo, scene.class_index
    else:
        images, labels, _ = load_errors()
        photo, true = images[0], int(labels[0])
    predicted = int(np.argmax(scene.model(photo[None], training=False)))
    if predicted == true:
        raise ValueError(f"the network sees {title_of(true)} in it, which is right: nothing to do")
    return photo, predicted, true


def _last_feature_layer(model: Any) -> str:
    """The last layer that still has places: what Grad-CAM usually looks at."""
    return [layer.name for layer in model.layers if len(layer.output.shape) == 4][-1]


def _draw(axes: Axes, image: np.ndarray, title: str = "", signed: bool = False) -> None:
    """An image, or with `signed` a map in which zero is white."""
    limit = max(float(np.abs(image).max()), 1e-12) if signed else 1.0
    if signed:
        axes.imshow(image, cmap="RdBu_r", vmin=-limit, vmax=limit)
    else:
        axes.imshow(np.clip(image, 0, 1))
    axes.set_title(title, fontsize=9)
    axes.set_axis_off()
