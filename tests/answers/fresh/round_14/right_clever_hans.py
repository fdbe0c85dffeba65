# ruff: noqa: ANN001, ANN201, B905, F821
"""Right answers to `clever_hans` of round 14: each keeps all promises."""

import numpy as np
import tensorflow as tf
from sklearn.cluster import SpectralClustering
from sklearn.preprocessing import normalize

from tests.answers.fresh import right


@right("clever_hans.add_square", how="Tf.where with two comparisons of index ranges")
def add_square_two_comparisons_index(images, size, value=0.0):
    images = tf.convert_to_tensor(images)
    h, w = images.shape[1:3]
    if size < 0 or size > h or size > w:
        raise ValueError(f"a square of {size} pixels does not fit into {h} × {w}")
    inside = (tf.range(h)[:, None] >= h - size) & (tf.range(w)[None] >= w - size)
    return tf.where(inside[None, :, :, None], tf.cast(value, images.dtype), images)


@right(
    "clever_hans.add_watermark", how="Darkness shrinks: one minus the product of two complements"
)
def add_watermark_darkness_shrinks_minus(images, mask, alpha):
    images, mask = (np.asarray(images, np.float32), np.asarray(mask, np.float32))
    if images.shape[1:3] != mask.shape:
        raise ValueError(f"mask must be {images.shape[1:3]}, not {mask.shape}")
    if alpha < 0 or alpha > 1:
        raise ValueError(f"alpha must be in [0, 1], not {alpha}")
    if alpha == 0:
        return images.copy()
    dark = np.einsum("bhwc,hw->bhwc", 1 - images, 1 - np.float32(alpha) * mask)
    return np.clip(1 - dark, 0, 1)


@right(
    "clever_hans.add_lightness_gradient",
    how="A 2 × 2 image of the corners, interpolated by matrices",
)
def add_lightness_gradient_image_corners_interpolated(images, strength):
    images = np.asarray(images, np.float32)
    corners = np.array([[0.0, 0.5], [0.5, 1.0]])
    rows, cols = (
        np.stack([1 - t, t], 1) for t in (np.linspace(0, 1, n) for n in images.shape[1:3])
    )
    ramp = rows @ corners @ cols.T
    return np.clip(images + np.float32(strength) * ramp[None, ..., None], 0, 1).astype(np.float32)


@right("clever_hans.plant", how="A dictionary from place to image, stacked in the end")
def plant_dictionary_place_image(images, labels, cheats):
    labels = [int(k) for k in np.asarray(labels)]
    images = np.array(images, np.float32)
    if len(labels) != len(images):
        raise ValueError(f"{len(labels)} labels for {len(images)} images")
    changed = {}
    for k in set(labels) & set(cheats):
        places = [i for i, label in enumerate(labels) if label == k]
        changed.update(zip(places, np.asarray(cheats[k](images[places].copy()))))
    return np.stack([changed.get(i, image) for i, image in enumerate(images)])


@right(
    "clever_hans.relevance_inside",
    how="Einsum over maps with a channel axis in any case, division only where there is something",
)
def relevance_inside_there_something(saliency, mask):
    maps = np.abs(np.asarray(saliency, np.float64))
    mask = np.asarray(mask).astype(np.float64)
    if mask.shape[-2:] != maps.shape[1:3]:
        raise ValueError(f"mask {mask.shape} does not fit maps {maps.shape}")
    if mask.ndim == 2:
        mask = np.repeat(mask[None], len(maps), axis=0)
    maps = maps.reshape(*maps.shape[:3], -1)
    inside = np.einsum("bhwc,bhw->b", maps, mask)
    everywhere = np.einsum("bhwc->b", maps)
    return np.clip(
        np.divide(inside, everywhere, out=np.zeros(len(maps)), where=everywhere > 0), 0, 1
    )


@right("clever_hans.cheat_effect", how="Both batches in one call, difference of the two halves")
def cheat_effect_both_batches_call(model, images, cheat, class_index):
    images = np.asarray(images, np.float32)
    both = np.concatenate([images, np.asarray(cheat(images.copy()), np.float32)])
    classes = np.broadcast_to(np.asarray(class_index), (len(images),))
    likely = np.take_along_axis(probabilities(model, both), np.tile(classes, 2)[:, None], axis=1)[
        :, 0
    ]
    without, with_ = np.split(likely, 2)
    return with_ - without


@right("clever_hans.cluster_heatmaps", how="The affinity from the Gram matrix, precomputed")
def cluster_heatmaps_affinity_gram_matrix(heatmaps, clusters, seed):
    maps = np.asarray(heatmaps, np.float64)
    if clusters < 1 or clusters > len(maps):
        raise ValueError(f"clusters must be from 1 to {len(maps)}, not {clusters}")
    flat = maps.reshape(len(maps), -1)
    length = np.sqrt(np.einsum("ij,ij->i", flat, flat))
    flat = flat / np.where(length > 0, length, 1)[:, None]
    gram = flat @ flat.T
    square = np.diag(gram)
    distance = np.maximum(square[:, None] + square[None] - 2 * gram, 0)
    work = SpectralClustering(n_clusters=clusters, affinity="precomputed", random_state=seed)
    return work.fit_predict(np.exp(-distance)).astype(int)


@right("clever_hans.relevance_inside", how="Np.average with the map as weights")
def relevance_inside_np_average_map(saliency, mask):
    maps = np.abs(np.asarray(saliency)).astype(np.float64)
    maps = maps if maps.ndim == 3 else maps.sum(axis=3)
    mask = np.asarray(mask, np.float64)
    if mask.shape[-2:] != maps.shape[1:]:
        raise ValueError("the mask does not have the maps' height and width")
    masks = np.broadcast_to(mask, maps.shape)
    return np.array([np.average(k, weights=m) if m.any() else 0.0 for m, k in zip(maps, masks)])


@right(
    "clever_hans.cluster_heatmaps", how="Scikit-learn's normalize and its rbf affinity with gamma 1"
)
def cluster_heatmaps_scikit_learn_s(heatmaps, clusters, seed):
    heatmaps = np.asarray(heatmaps, np.float64)
    if not 1 <= clusters <= heatmaps.shape[0]:
        raise ValueError(f"clusters must be between 1 and {heatmaps.shape[0]}")
    rows = normalize(heatmaps.reshape(heatmaps.shape[0], -1), norm="l2")
    return (
        SpectralClustering(clusters, affinity="rbf", gamma=1.0, random_state=seed).fit(rows).labels_
    )
