# ruff: noqa: E501, E731
"""Wrong answers to `contrastive` of the sixth round: each breaks one promise."""

import keras
import numpy as np

from course.given.types import Classes, Heatmaps, Images, Maps
from course.saliency import gradient_saliency
from tests.answers.fresh import wrong


@wrong(
    "contrastive.smooth_grad",
    breaks="Mean over the samples: means of chunks of 8 are averaged with equal weight, so with 9 samples the last weighs as much as the first eight",
)
def chunks_that_count_alike(
    model: keras.Model, images: Images, class_index: Classes, samples: int, noise: float, seed: int
) -> Maps:
    if samples < 1 or noise < 0:
        raise ValueError("samples or noise")
    x = np.array(images, "float32")
    rng = np.random.Generator(np.random.Philox(seed))
    means = []
    for n in range(samples):
        shaken = (x + noise * rng.standard_normal(x.shape)).astype("float32")
        if n % 8 == 0:
            means.append([])
        means[-1].append(np.asarray(gradient_saliency(model, shaken, class_index)))
    return np.mean([np.mean(m, axis=0) for m in means], axis=0)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="Fill in [0, 1]: a fill of 0.0 counts as not given, and grey is used",
)
def fill_of_zero_not_given(
    model: keras.Model,
    images: Images,
    class_index: Classes,
    patch: int,
    stride: int,
    fill: float = 0.5,
) -> Heatmaps:
    x = np.array(images, "float32")
    b, h, w = x.shape[:3]
    if patch < 1 or stride < 1 or patch > min(h, w):
        raise ValueError("patch or stride")
    k = np.broadcast_to(np.asarray(class_index), (b,))
    logit = lambda batch: np.asarray(model(batch, training=False))[np.arange(b), k]
    clean = logit(x)
    rows = [
        (np.arange(h) >= r) & (np.arange(h) < r + patch) for r in range(0, h - patch + 1, stride)
    ]
    cols = [
        (np.arange(w) >= c) & (np.arange(w) < c + patch) for c in range(0, w - patch + 1, stride)
    ]
    total, count = (np.zeros((b, h, w)), np.zeros((h, w)))
    for r in rows:
        for c in cols:
            area = np.outer(r, c)
            covered = np.where(area[..., None], np.float32(fill or 0.5), x)
            total += (clean - logit(covered))[:, None, None] * area
            count += area
    return total / np.maximum(count, 1)
