# ruff: noqa: ANN001, ANN201, B905
"""Right answers to `clever_hans` of round 13: each keeps all promises."""

import numpy as np
import tensorflow as tf
from scipy.spatial.distance import cdist
from scipy.special import softmax as softmax_of_logits
from sklearn.cluster import SpectralClustering
from sklearn.preprocessing import normalize as unit_rows

from tests.answers.fresh import right


@right("clever_hans.add_square", how="Np.where with a mask of two comparisons")
def add_square_mask_two_comparisons(images, size, value=0.0):
    images = np.asarray(images)
    _, h, w, _ = images.shape
    if size < 0 or size > h or size > w:
        raise ValueError(f"a square of {size} does not fit into {h} by {w}")
    rows, columns = np.ogrid[:h, :w]
    inside = (rows >= h - size) & (columns >= w - size)
    return np.where(inside[None, :, :, None], images.dtype.type(value), images)


@right(
    "clever_hans.add_watermark",
    how="From the side of white: what is missing to white shrinks, by einsum",
)
def add_watermark_side_white_what(images, mask, alpha):
    x, stencil = (np.array(images), np.asarray(mask, dtype=np.float32))
    if stencil.shape != x.shape[1:-1]:
        raise ValueError("mask and images do not have the same height and width")
    if alpha < 0 or alpha > 1:
        raise ValueError("alpha has to lie in [0, 1]")
    marked = 1 - np.einsum("bhwc,hw->bhwc", 1 - x, 1 - np.float32(alpha) * stencil)
    return np.clip(np.where(stencil[..., None] * alpha == 0, x, marked), 0, 1)


@right("clever_hans.add_lightness_gradient", how="TensorFlow, with a mesh of indices")
def add_lightness_gradient_tensorflow_mesh_indices(images, strength):
    x = tf.convert_to_tensor(images)
    h, w = x.shape[1:3]
    row, column = tf.meshgrid(tf.range(h) / (h - 1), tf.range(w) / (w - 1), indexing="ij")
    ramp = tf.cast(0.5 * (row + column), x.dtype)
    return tf.clip_by_value(x + strength * ramp[None, :, :, None], 0, 1)


@right(
    "clever_hans.plant",
    how="The classes that have images, one np.where each, always from the originals",
)
def plant_always_originals(images, labels, cheats):
    before, labels = (np.asarray(images), np.asarray(labels).ravel())
    if labels.size != before.shape[0]:
        raise ValueError("as many labels as images are needed")
    after = before.copy()
    for number in set(labels.tolist()) & {int(key) for key in cheats}:
        places = np.flatnonzero(labels == number)
        np.put_along_axis(
            after,
            places[:, None, None, None],
            np.asarray(cheats[number](before[places].copy())),
            axis=0,
        )
    return after


@right("clever_hans.relevance_inside", how="A weighted average by np.average, one map at a time")
def relevance_inside_weighted_average_np(saliency, mask):
    maps = np.abs(np.asarray(saliency, dtype=np.float64))
    maps = maps[..., None] if maps.ndim == 3 else maps
    mask = np.asarray(mask).astype(np.float64)
    if mask.shape[-2:] != maps.shape[1:-1]:
        raise ValueError("the last two axes of the mask have to be H and W")
    masks = np.broadcast_to(mask, maps.shape[:3])
    shares = [
        np.average(np.repeat(m[..., None], one.shape[-1], axis=-1), weights=one)
        if one.any()
        else 0.0
        for one, m in zip(maps, masks)
    ]
    return np.clip(np.array(shares), 0, 1)


@right(
    "clever_hans.cheat_effect",
    how="Scipy's softmax of the logits of one call for both, and take_along_axis",
)
def cheat_effect_scipy_s_softmax(model, images, cheat, class_index):
    clean = np.asarray(images)
    both = np.stack([np.asarray(cheat(clean.copy())), clean])
    logits = np.stack(
        [np.asarray(model(tf.constant(one), training=False), np.float64) for one in both]
    )
    odds = softmax_of_logits(logits, axis=-1)
    picked = np.zeros(len(clean), dtype=int) + np.asarray(class_index)
    first, second = np.take_along_axis(odds, picked[None, :, None], axis=-1)[..., 0]
    return first - second


@right(
    "clever_hans.cluster_heatmaps",
    how="Scipy's distances, sklearn's normalize; one group or a group each without clustering",
)
def cluster_heatmaps_scipy_s_distances(heatmaps, clusters, seed):
    maps = np.asarray(heatmaps, dtype=np.float64)
    count = maps.shape[0]
    if clusters < 1 or clusters > count:
        raise ValueError(f"{clusters} groups of {count} maps are not possible")
    if clusters in (1, count):
        return np.arange(count) if clusters == count else np.zeros(count, dtype=int)
    rows = unit_rows(maps.reshape(count, -1))
    closeness = np.exp(-cdist(rows, rows, "sqeuclidean"))
    found = SpectralClustering(n_clusters=clusters, affinity="precomputed", random_state=seed)
    return found.fit(closeness).labels_.astype(int)


@right("clever_hans.add_square", how="A copy and one slice that counts from the upper left")
def add_square_copy_slice_counts(images, size, value=0.0):
    painted = np.array(images)
    h, w = painted.shape[1:3]
    if not 0 <= size <= min(h, w):
        raise ValueError(f"size must be from 0 to {min(h, w)}, not {size}")
    painted[:, h - size :, w - size :] = value
    return painted


@right("clever_hans.plant", how="A copy with boolean indexing, cheat by cheat")
def plant_copy_boolean_indexing(images, labels, cheats):
    images, labels = (np.array(images), np.asarray(labels))
    if len(labels) != len(images):
        raise ValueError(f"{len(labels)} labels for {len(images)} images")
    for number, cheat in cheats.items():
        own = labels == number
        if own.any():
            images[own] = cheat(images[own])
    return images


@right("clever_hans.relevance_inside", how="Np.divide with where, for maps of zeros")
def relevance_inside_np_divide_where(saliency, mask):
    maps, mask = (np.abs(np.asarray(saliency, np.float64)), np.asarray(mask, np.float64))
    if mask.shape[-2:] != maps.shape[1:3]:
        raise ValueError(f"the mask is {mask.shape}, the maps are {maps.shape}")
    if maps.ndim == 4:
        maps = maps.sum(axis=-1)
    inside, total = ((maps * mask).sum(axis=(1, 2)), maps.sum(axis=(1, 2)))
    return np.divide(inside, total, out=np.zeros_like(total), where=total > 0)
