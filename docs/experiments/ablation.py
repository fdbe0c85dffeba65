"""What does each of the three ingredients of natural images contribute? Behind chapter 1.4.

    python -m docs.experiments.ablation

takes some fifteen minutes of one processor core, and writes `ablation.json`: what two networks that
were not asked see in images made with and without waves, colours and views, all eight ways, of 12
classes and with 3 seeds. To be affordable, images are of 160 pixels and have 64 steps; the chapter
shows the same classes in 224 pixels and 128 steps.
"""

import sys
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf

from course.given import (
    PHOTOS,
    class_index_of,
    compiled,
    load_model,
    load_photos,
    recognized_by,
)
from course.given.types import Array, Classes, Images
from solutions import natural_images, saliency
from solutions.natural_images import _painted, _views, color_basis, frequencies
from solutions.saliency import select_output

from . import records
from .records import begin, rounded, write

RESULTS = Path(__file__).with_name("ablation.json")
NAMES = ("pineapple", "tarantula", "espresso", "tabby", "goldfish", "zebra")
NAMES += ("volcano", "strawberry", "hen", "beaver", "starfish", "balloon")
CLASSES = np.array([class_index_of(name) for name in NAMES])
INGREDIENTS = ("waves", "colours", "views")
COMBINATIONS = tuple(product((False, True), repeat=3))
"""Which of the three ingredients are there."""

SEEDS = range(3)
OTHERS = ("efficientnet-lite1", "efficientnet-lite2")
SIDE, STEPS, STEP_SIZE = 160, 64, 0.04
VIEW, STILL = (11.0, 15.0, 0.2), (0.0, 0.0, 0.0)


@cache
def asked() -> keras.Model:
    """The network that is asked."""
    return load_model(size=SIDE)


@cache
def others() -> tuple[keras.Model, ...]:
    """The networks that are not."""
    return tuple(load_model(name) for name in OTHERS)


@cache
def photo_colors() -> np.ndarray:
    """How channels vary together in photos."""
    return color_basis(load_photos(PHOTOS))


def slow_waves() -> np.ndarray:
    """By how much `fourier_images` makes each wave stronger than the fastest could be."""
    return 1 / np.maximum(frequencies(SIDE, SIDE), 1 / SIDE)


def evenly() -> np.ndarray:
    """What undoes that: all waves alike, and on average as strong as before."""
    weights = slow_waves()
    return np.sqrt(np.mean(weights**2)) / weights


@compiled
def _slope(
    parts: Array,
    scale: Array,
    colors: Array,
    views: Array,
    model: keras.Model,
    class_index: Classes,
    output: Literal["logit", "softmax"],
) -> Array:
    with tf.GradientTape() as tape:
        tape.watch(parts)
        images = _painted(parts * scale, colors, SIDE, SIDE)
        seen = keras.ops.image.affine_transform(images, views, "bilinear", "reflect")
        value = select_output(model, seen, class_index, output)
    return tape.gradient(value, parts)


def climb(
    class_index: Classes,
    ingredients: tuple[bool, bool, bool] = (True, True, True),
    seed: int = 0,
    steps: int = STEPS,
    output: Literal["logit", "softmax"] = "logit",
    start: "Array | None" = None,
) -> Images:
    """Climb as `visualize_class` does, with any of the ingredients left out.

    Args:
        class_index: `(B,)` int.
        ingredients: whether slow waves are made strong, colours vary together, views change.
        seed: of the start and the views.
        steps: how many.
        output: what to climb.
        start: spectra to start from, `(2, B, 3, H, F)`: real and imaginary parts; None for noise.

    Returns:
        `(B, 160, 160, 3)` in [0, 1].
    """
    waves, colored, viewed = ingredients
    scale = np.ones_like(slow_waves()) if waves else evenly()
    basis = photo_colors() if colored else np.eye(3)
    count = len(class_index)
    if start is None:
        noise = np.random.default_rng(seed).normal(0, 0.01, (2, count, 3, *scale.shape))
        start = noise.astype(np.float32)
    parts, mean, square = start, np.zeros_like(start), np.zeros_like(start)
    for n in range(steps):
        views = _views((count, SIDE, SIDE), *(VIEW if viewed else STILL), [seed, n])
        slope = _slope(parts, scale, basis, views, asked(), class_index, output).numpy()
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        ratio = mean / (1 - 0.9 ** (n + 1)) / (np.sqrt(square / (1 - 0.999 ** (n + 1))) + 1e-7)
        parts = parts + np.float32(STEP_SIZE * (1 - n / steps)) * ratio
    return _painted(np.float32(parts * scale), np.float32(basis), SIDE, SIDE).numpy()


def piece(ingredients: tuple[bool, bool, bool], seed: int, steps: int = STEPS) -> dict[str, Any]:
    """One combination with one seed, all classes: what the slow test computes again."""
    seen = recognized_by(others(), climb(CLASSES, ingredients, seed, steps), CLASSES)
    return {
        "ingredients": list(ingredients),
        "seed": seed,
        "probability": [rounded(each) for each in seen.probability],
        "rank": seen.rank.tolist(),
    }


def code_hash() -> str:
    """Of all code whose change could change the results."""
    return records.code_hash(
        sys.modules[__name__],
        recognized_by,
        saliency.select_output,
        natural_images.color_basis,
        natural_images.frequencies,
        natural_images.fourier_images,
        natural_images._painted,
        natural_images._views,
    )


def main() -> None:
    """Measure everything, and write it down."""
    results = begin(RESULTS, code_hash())
    pieces = results.setdefault("pieces", [])
    for seed, ingredients in list(product(SEEDS, COMBINATIONS))[len(pieces) :]:
        pieces.append(piece(ingredients, seed))
        write(RESULTS, results)


if __name__ == "__main__":
    main()
