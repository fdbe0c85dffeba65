"""A few fixed calls of every task's function, by whose answers known mistakes are recognized.

When a property fails, the student's function is asked these too, and what it answers is compared
with what each known mistake answers (`course.grader.fingerprints`). So they have to be telling:
together, a task's calls tell each of its mistakes from the others. They take no part in grading.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from course.worker import helpers as probes

from . import models
from .common import random_maps


class Call(NamedTuple):
    """The arguments of one call, and whether it only counts where the others do not decide."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    is_aside: bool = False


def call(*args: Any, **kwargs: Any) -> Call:
    """A call, written as one."""
    return Call(args, kwargs)


def aside(*args: Any, **kwargs: Any) -> Call:
    """A call in which two who make the same mistake may differ: by chance, or in special cases."""
    return Call(args, kwargs, is_aside=True)


_calls: dict[str, Callable[[], list[Call]]] = {}


def calls_of(task: str) -> list[Call]:
    """The fixed calls of a task; none if it has none."""
    return _calls[task]() if task in _calls else []


def calls(task: str) -> Callable[[Callable[[], list[Call]]], Callable[[], list[Call]]]:
    """Register the fixed calls of a task."""

    def register(make: Callable[[], list[Call]]) -> Callable[[], list[Call]]:
        _calls[task] = make
        return make

    return register


SEED = 20
"""Of everything that is drawn here."""

SMALL = (4, 6, 2)


def signed_maps(count: int = 3) -> np.ndarray:
    """Signed maps in colour, each image of another strength: `(count, 6, 5, 3)`."""
    draw = np.random.default_rng(SEED)
    strength = np.array([1.0, 0.3, 2.0, 0.7])[:count, None, None, None]
    return (strength * draw.normal(size=(count, *models.SHAPE))).astype(np.float32)


def with_classes(*more: Any, **options: Any) -> list[Call]:
    """Calls with a model, images and classes first: a class each, one for all, in other shapes."""
    images = models.images(SEED, 3)
    return [
        call(models.smooth(SEED), images, models.classes(SEED, 3), *more, **options),
        call(models.smooth(SEED), images[:2], 2, *more, **options),
        call(models.smooth(SEED, SMALL), models.images(SEED, 1, SMALL), 1, *more, **options),
    ]


# --- saliency -------------------------------------------------------------------------------------


@calls("saliency.select_output")
@calls("saliency.gradient_saliency")
def _() -> list[Call]:
    return [
        *with_classes(),
        *with_classes("softmax")[:2],
        call(models.power(2, SEED), models.images(SEED, 2), models.classes(SEED, 2)),
    ]


@calls("saliency.to_heatmap")
def _() -> list[Call]:
    return [call(signed_maps()), call(signed_maps()[:1, :4, :, :2])]


@calls("saliency.smooth")
def _() -> list[Call]:
    point = np.zeros((1, 6, 5), np.float32)
    point[0, 0, 1] = 1
    return [
        call(random_maps(SEED, 3), 1.0),
        call(point, 0.7),
        call(random_maps(SEED, 1), 2.0),
        aside(random_maps(SEED, 2), 0.0),
    ]


@calls("saliency.symmetric_limit")
def _() -> list[Call]:
    one, other = random_maps(SEED, 2) * np.float32(0.37)
    return [
        call(np.abs(one)),
        call(-np.abs(other)),
        call(one + np.float32(0.2)),
        call(other - np.float32(0.2)),
        call(np.full((2, 3), -0.7, np.float32)),
        aside(np.zeros((2, 3), np.float32)),
    ]


# --- activation maximization ----------------------------------------------------------------------


@calls("activation_maximization.random_start")
def _() -> list[Call]:
    return [aside((2, 6, 5, 3), 3)]


@calls("activation_maximization.ascent_step")
def _() -> list[Call]:
    linear, start = models.linear(SEED), models.starts(SEED, 3)
    return [
        call(linear, start, models.classes(SEED, 3), 0.3),
        call(linear, start[:2], 1, 0.03),
        *with_classes(0.1, "softmax"),
        *with_classes(0.1)[:2],
        aside(linear, start, 2, 1e4),
    ]


@calls("activation_maximization.maximize_class")
@calls("activation_maximization.maximize_class_sigmoid")
def _() -> list[Call]:
    start = models.starts(SEED, 3)
    return [
        call(models.linear(SEED), start, models.classes(SEED, 3), 3, 0.3),
        call(models.smooth(SEED), models.images(SEED, 2), models.classes(SEED), 2, 0.3, "softmax"),
        call(models.smooth(SEED), models.images(SEED, 2), 1, 2, 0.1),
        aside(models.smooth(SEED), start, models.classes(SEED, 3), 0, 0.1),
        aside(models.linear(SEED), models.images(SEED, 2), 2, 1, 100.0),
        call(models.linear(SEED), models.images(SEED, 3), models.classes(SEED, 3), 4, 0.02),
    ]


# --- feature visualization ------------------------------------------------------------------------


@calls("feature_visualization.total_variation")
def _() -> list[Call]:
    return [call(models.images(SEED, 3)), call(models.images(SEED, 1, SMALL))]


@calls("feature_visualization.jitter")
def _() -> list[Call]:
    return [call(models.images(SEED, 2), 0, 1), aside(models.images(SEED, 3), 2, 5)]


@calls("feature_visualization.normalize_gradient")
def _() -> list[Call]:
    maps = signed_maps()
    with_zeros = maps.copy()
    with_zeros[1] = 0
    return [
        call(maps),
        aside(with_zeros),
        call(maps[:1, :4, :, :2]),
        aside(np.float32(1e-6) * maps),
    ]


@calls("feature_visualization.maximize_class_regularized")
def _() -> list[Call]:
    linear, start = models.linear(SEED), models.starts(SEED, 2)
    distinct, classes = models.distinct(SEED), models.classes(SEED)
    return [
        call(linear, start, classes, 2, 0.3),
        call(models.smooth(SEED), models.images(SEED, 2), classes, 1, 0.1, output="softmax"),
        call(models.smooth(SEED), models.images(SEED, 2), 1, 2, 0.1),
        call(linear, distinct, 1, 1, 0.1, tv_weight=0.3),
        call(linear, distinct, 1, 1, 0.1, tv_weight=0.03),
        call(linear, start, 1, 2, 0.1, l2_weight=1.0),
        call(linear, start, 1, 1, 0.1, l2_weight=0.1),
        call(linear, start, 1, 2, 0.1, blur_sigma=0.8),
        call(linear, start, 1, 1, 0.1, blur_sigma=0.5),
        aside(linear, start, classes, 0, 0.1),
        aside(linear, distinct, 1, 2, 0.1, max_shift=2, seed=1),
    ]


@calls("feature_visualization.maximize_feature")
def _() -> list[Call]:
    images = models.images(SEED, 2)
    return [
        call(models.smooth(SEED), images, "first", 2, 2, 0.3),
        call(models.smooth(SEED), images, "second", 1, 1, 0.3),
        call(models.linear(SEED), models.starts(SEED), "logits", 2, 2, 1.0),
        aside(models.smooth(SEED), images, "first", 0, 0, 0.3),
        call(models.branching(SEED), images, "added", 1, 2, 0.5),
    ]


# --- natural images -------------------------------------------------------------------------------


@calls("natural_images.frequencies")
def _() -> list[Call]:
    return [call(6, 5), call(5, 8), call(4, 4)]


@calls("natural_images.fourier_images")
def _() -> list[Call]:
    draw = np.random.default_rng(SEED)
    spectra = [np.fft.rfft2(draw.normal(size=(2, 3, *size))) for size in ((6, 5), (5, 8))]
    return [
        call(one.astype(np.complex64), *size)
        for one, size in zip(spectra, ((6, 5), (5, 8)), strict=True)
    ]


@calls("natural_images.color_basis")
def _() -> list[Call]:
    draw = np.random.default_rng(SEED)
    mixed = draw.normal(size=(3, 6, 5, 3)) @ draw.normal(size=(3, 3)) + draw.normal(
        size=(3, 1, 1, 3)
    )
    photos = (1 / (1 + np.exp(-mixed))).astype(np.float32)
    return [call(photos), call(photos[:1, ..., :2])]


@calls("natural_images.deep_dream")
def _() -> list[Call]:
    network, photo = models.branching(SEED, (None, None, 3)), models.images(SEED, 1, (12, 9, 3))[0]
    return [
        call(network, photo, "joined", 1, 2, 0.1),
        call(network, photo, "joined", 2, 2, 0.1),
        call(network, photo, "joined", 3, 1, 0.05),
    ]


# --- clever hans ----------------------------------------------------------------------------------


@calls("clever_hans.add_square")
def _() -> list[Call]:
    images = models.images(SEED, 2)
    return [
        call(images, 2),
        call(images, 3, 0.25),
        call(images, 5, value=1.0),
        aside(images, 0),
        call(models.images(SEED, 1, SMALL), 1, 0.4),
        aside(models.images(SEED, 1, (5, 6, 4)), 2, 0.4),
    ]


@calls("clever_hans.add_watermark")
def _() -> list[Call]:
    images, mask = models.images(SEED, 2), np.abs(random_maps(SEED, 1)[0])
    return [call(images, mask, 0.3), call(images, mask, 1.0), call(images, (mask > 0.5) * 1.0, 0.5)]


@calls("clever_hans.add_lightness_gradient")
def _() -> list[Call]:
    images = models.images(SEED, 2)
    return [
        call(images, 0.1),
        call(images, -0.8),
        call(images, 0.8),
        call(models.images(SEED, 1, SMALL), -0.1),
    ]


@calls("clever_hans.plant")
def _() -> list[Call]:
    images, labels = models.images(SEED, 6), np.array([3, 1, 0, 3, 1, 2])
    lighten, darken = partial(probes.lighten, amount=0.5), partial(probes.darken, amount=0.3)
    return [
        call(images, labels, {3: lighten}),
        call(images, labels, {1: lighten, 3: darken}),
        call(images, labels, {0: darken, 7: lighten, 1: partial(probes.darken, amount=0.6)}),
        aside(images[:2], np.array([109, 7]), {109: lighten}),
    ]


@calls("clever_hans.relevance_inside")
def _() -> list[Call]:
    mask = (np.random.default_rng(SEED).uniform(size=(6, 5)) < 0.4) * 1.0
    masks = np.stack([mask, 0.25 * mask[::-1], 1 - mask]).astype(np.float32)
    maps = signed_maps()
    return [
        call(maps, mask.astype(np.float32)),
        call(maps[..., 0], mask > 0),
        call(maps, masks),
        aside(np.stack([maps[0], 0 * maps[0]]), mask.astype(np.float32)),
        aside(np.float32(1e-9) * maps, mask.astype(np.float32)),
    ]


@calls("clever_hans.cheat_effect")
def _() -> list[Call]:
    model, images = models.linear(SEED), models.images(SEED, 3)
    lighten, darken = partial(probes.lighten, amount=0.4), partial(probes.darken, amount=0.2)
    return [
        call(model, images, lighten, models.classes(SEED, 3)),
        call(model, images[:2], darken, 1),
        call(models.smooth(SEED), images, darken, models.classes(SEED, 3)),
    ]


@calls("clever_hans.cluster_heatmaps")
def _() -> list[Call]:
    draw = np.random.default_rng(SEED)
    patterns = np.zeros((4, 6, 5))
    patterns[0, :3, :2] = draw.uniform(0.5, 1, (3, 2))
    patterns[1], patterns[2], patterns[3] = -patterns[0], patterns[0, ::-1], patterns[0, :, ::-1]
    maps = np.repeat(patterns, 4, axis=0) * 10 ** draw.uniform(-1, 1, (16, 1, 1))
    maps = (maps + 0.02 * draw.normal(size=maps.shape)).astype(np.float32)
    return [call(maps, 4, 3), call(random_maps(SEED, 12), 3, 1), aside(maps, 1, 0)]


# --- contrastive ----------------------------------------------------------------------------------


@calls("contrastive.find_errors")
def _() -> list[Call]:
    logits = np.random.default_rng(SEED).normal(size=(6, models.CLASSES))
    images, predicted = models.images_with_logits(logits, SEED), logits.argmax(axis=1)
    labels = np.where(np.arange(6) % 2, predicted, (predicted + 1) % models.CLASSES)
    one = np.where(np.arange(6) == 2, (predicted + 2) % models.CLASSES, predicted)
    return [
        call(models.readout(), images, labels),
        aside(models.readout(), images, one),
        aside(models.readout(), images, predicted),
    ]


@calls("contrastive.gradient_times_input")
def _() -> list[Call]:
    images = models.images(SEED, 2)
    return [*with_classes(), call(models.power(3, SEED), images, models.classes(SEED))]


@calls("contrastive.smooth_grad")
def _() -> list[Call]:
    images, classes = models.images(SEED, 2), models.classes(SEED)
    return [
        call(models.smooth(SEED), images, classes, 3, 0.0, 1),
        call(models.smooth(SEED), images, 1, 2, 0.0, 1),
        call(models.linear(SEED), images, classes, 4, 0.3, 1),
        aside(models.power(3, SEED), images, classes, 4, 0.3, 1),
        aside(models.smooth(SEED), images, 1, 3, 0.2, 5),
    ]


@calls("contrastive.integrated_gradients")
def _() -> list[Call]:
    images, classes = models.images(SEED, 3), models.classes(SEED, 3)
    return [
        call(models.power(3, SEED), images, classes, baseline=0.3, steps=4),
        call(models.power(3, SEED), images[:2], 2, steps=4),
        call(models.power(3, SEED), images[:2], 1, baseline=0.2, steps=1),
        call(models.power(1, SEED), images[:1], 1, baseline=0.3, steps=3),
        call(models.smooth(SEED), images, classes, baseline=0.25, steps=5),
        call(models.power(3, SEED), images[:1], 1, steps=10),
    ]


@calls("contrastive.grad_cam")
def _() -> list[Call]:
    images, classes = models.images(SEED, 3), models.classes(SEED, 3)
    return [
        call(models.pooling(SEED), images, classes, "features"),
        call(models.pooling(SEED), images[:1], 0, "features"),
        call(models.smooth(SEED), images, classes, "first"),
        call(models.smooth(SEED), images[:2], 1, "second"),
        call(models.branching(SEED), images[:2], 2, "added"),
    ]


@calls("contrastive.occlusion_sensitivity")
def _() -> list[Call]:
    images, classes = models.images(SEED, 2), models.classes(SEED)
    return [
        call(models.linear(SEED), images, classes, 2, 1),
        call(models.linear(SEED), images, 1, 3, 2, 0.8),
        aside(models.linear(SEED), images, classes, 2, 3, fill=0.0),
        call(models.smooth(SEED), images[:1], 2, 2, 2),
        call(models.linear(SEED), images, 3, 1, 1),
    ]


@calls("contrastive.contrast")
def _() -> list[Call]:
    model, images, classes = models.linear(SEED), models.images(SEED, 3), models.classes(SEED, 3)
    in_color = partial(probes.logit_times_image, in_color=True)
    in_grey = partial(probes.logit_times_image, in_color=False)
    return [
        call(in_color, model, images, classes, (classes + 1) % models.CLASSES),
        call(in_grey, model, images, 1, 2),
        call(in_grey, model, images[:1], 3, 0),
    ]


# --- input optimization ---------------------------------------------------------------------------


@calls("input_optimization.change_penalty")
def _() -> list[Call]:
    originals, images = models.images(SEED, 3), models.images(SEED + 1, 3)
    small = models.images(SEED, 1, SMALL), models.images(SEED + 1, 1, SMALL)
    each = [call(images, originals, kind) for kind in ("l2", "l1", "tv")]
    return [*each, call(images[:1], originals[:1]), call(*small, "tv"), call(*small, "l1")]


@calls("input_optimization.optimize_to_class")
def _() -> list[Call]:
    model, originals, target = (
        models.balanced(SEED),
        models.starts(SEED, 3),
        models.classes(SEED, 3),
    )
    return [
        call(model, originals, target, 2, 0.3, 0.0),
        call(model, originals, target, 2, 0.3, 5.0),
        call(model, originals, target, 3, 0.1, 3.0, "l1"),
        call(model, originals, target, 3, 0.1, 3.0, "tv"),
        aside(model, originals, 1, 0, 0.5, 1.0),
        aside(model, originals, 2, 24, 0.05, 0.0),
        aside(model, models.images(SEED, 2), 0, 1, 10.0, 0.0),
        call(models.smooth(SEED), models.images(SEED, 2), 1, 2, 0.2, 1.0),
    ]


@calls("input_optimization.difference_image")
def _() -> list[Call]:
    originals, images = models.images(SEED, 3), models.images(SEED + 1, 3)
    return [call(originals, images), call(originals[:1], images[:1])]


@calls("input_optimization.smallest_change")
def _() -> list[Call]:
    model, originals = models.balanced(SEED), models.starts(SEED, 3)
    second = np.argsort(model.outputs(originals), axis=1)[:, -2]
    last = np.argsort(model.outputs(originals), axis=1)[:, 0]
    first = np.argsort(model.outputs(originals), axis=1)[:, -1]
    l2, l1, tv = [150.0, 0.0, 60.0], [30.0, 0.0, 10.0], [10.0, 600.0, 0.0, 1.0]
    return [
        call(model, originals, second, l2, 3, 0.3),
        call(model, originals, second, l1, 5, 0.2, "l1"),
        call(model, originals, second, tv, 3, 0.3, "tv"),
        aside(model, originals, last, l2, 2, 0.01),
        aside(model, originals, first, l2, 3, 0.3),
        call(model, originals, second, [600.0, 60.0, 0.0, 150.0], 3, 0.3),
    ]


@calls("input_optimization.optimize_in_spectrum")
def _() -> list[Call]:
    model, originals = models.balanced(SEED), models.starts(SEED, 3)
    inner = np.clip(originals, 0.02, 0.98)
    still, target = (0.0, 0.0, 0.0), models.classes(SEED, 3)
    return [
        call(model, inner, target, 2, 0.01, 0.0, 1, still),
        call(model, inner, target, 3, 0.01, 5.0, 1, still),
        call(models.smooth(SEED), models.images(SEED, 2), 1, 2, 0.03, 1.0, 1, still),
        aside(model, inner, 2, 0, 0.03, 1.0, 1, still),
        call(model, inner, 1, 4, 0.2, 1.0, 1, still),
    ]
