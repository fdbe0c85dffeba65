# ruff: noqa: B905
"""Right answers to `clever_hans` of the sixth round: each keeps all promises."""

from collections.abc import Callable

import keras
import numpy as np
from sklearn.cluster import SpectralClustering

from course.given.types import Classes, Heatmaps, Images, Labels, Maps, Mask, Values
from tests.answers.fresh import right


@right("clever_hans.add_square", how="Np.where with a mask of row and column numbers")
def add_square_mask_row_column(images: Images, size: int, value: float = 0.0) -> Images:
    x = np.asarray(images)
    h, w = x.shape[1:3]
    if not 0 <= size <= min(h, w):
        raise ValueError("size")
    inside = (np.arange(h)[:, None] >= h - size) & (np.arange(w) >= w - size)
    return np.where(inside[None, :, :, None], np.asarray(value, x.dtype), x)


@right(
    "clever_hans.add_watermark", how="Negative picture: darkness is multiplied by 1 - alpha mask"
)
def add_watermark_negative_picture_darkness(images: Images, mask: Mask, alpha: float) -> Images:
    x, m = (np.asarray(images), np.asarray(mask, "float32"))
    if m.shape != x.shape[1:3] or not 0 <= alpha <= 1:
        raise ValueError("mask or alpha")
    return np.clip(1 - np.einsum("bhwc,hw->bhwc", 1 - x, 1 - np.float32(alpha) * m), 0, 1)


@right("clever_hans.add_lightness_gradient", how="Ramp from np.fromfunction")
def add_lightness_gradient_ramp_np_fromfunction(images: Images, strength: float) -> Images:
    x = np.asarray(images)
    h, w = x.shape[1:3]
    ramp = np.fromfunction(lambda r, c: r / (2 * (h - 1)) + c / (2 * (w - 1)), (h, w))
    return np.clip(x + (strength * ramp)[..., None], 0, 1).astype("float32")


@right("clever_hans.plant", how="Sorts by class, splits, cheats, puts back by the inverse order")
def plant_sorts_class_splits(
    images: Images, labels: Labels, cheats: dict[int, Callable[[Images], Images]]
) -> Images:
    x, y = (np.asarray(images), np.asarray(labels))
    if len(x) != len(y):
        raise ValueError("labels")
    order = np.argsort(y, kind="stable")
    kinds, first = np.unique(y[order], return_index=True)
    groups = np.split(x[order], first[1:])
    done = [np.asarray(cheats[int(k)](g)) if int(k) in cheats else g for k, g in zip(kinds, groups)]
    return np.concatenate(done)[np.argsort(order, kind="stable")] if len(x) else x.copy()


@right(
    "clever_hans.relevance_inside",
    how="Matrix products of flattened maps, scaled by the largest entry first",
)
def relevance_inside_matrix_products_flattened(saliency: Maps, mask: Mask) -> Values:
    s = np.abs(np.asarray(saliency, "float64"))
    if s.ndim == 4:
        s = s.sum(axis=-1)
    m = np.asarray(mask, "float64")
    if m.shape[-2:] != s.shape[1:]:
        raise ValueError("mask")
    m = np.broadcast_to(m, s.shape)
    inside = np.array([np.vdot(a, b) for a, b in zip(s, m)])
    total = s.reshape(len(s), -1).sum(axis=1)
    return np.clip(np.divide(inside, total, out=np.zeros_like(total), where=total > 0), 0, 1)


@right("clever_hans.cheat_effect", how="Both batches in one call, difference taken by a signed sum")
def cheat_effect_both_batches_call(
    model: keras.Model, images: Images, cheat: Callable[[Images], Images], class_index: Classes
) -> Values:
    x = np.array(images, "float32")
    marked = np.asarray(cheat(x.copy()), "float32")
    z = np.asarray(model(np.concatenate([marked, x]), training=False), "float64")
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    classes = np.broadcast_to(np.asarray(class_index), (len(x),))
    p = p.reshape(2, len(x), -1)
    return np.array([p[0, b, k] - p[1, b, k] for b, k in enumerate(classes)])


@right(
    "clever_hans.cluster_heatmaps",
    how="Affinity from the Gram matrix; one group and all single need no clustering",
)
def cluster_heatmaps_affinity_gram_matrix(heatmaps: Heatmaps, clusters: int, seed: int) -> Labels:
    x = np.asarray(heatmaps, "float64")
    n = len(x)
    if clusters < 1 or clusters > n:
        raise ValueError("clusters")
    x = x.reshape(n, -1)
    norm = np.sqrt(np.einsum("bi,bi->b", x, x))
    x = x / np.where(norm > 0, norm, 1)[:, None]
    if clusters == 1:
        return np.zeros(n, int)
    square = np.add.outer((x * x).sum(axis=1), (x * x).sum(axis=1)) - 2 * x @ x.T
    affinity = np.exp(-np.maximum(square, 0))
    return SpectralClustering(clusters, affinity="precomputed", random_state=seed).fit_predict(
        affinity
    )
