# ruff: noqa: ANN001, ANN201
"""Right answers to `clever_hans` of round 11: each keeps all promises."""

import numpy as np
import tensorflow as tf
from scipy.spatial.distance import pdist, squareform
from scipy.special import softmax
from sklearn.cluster import SpectralClustering, spectral_clustering
from sklearn.preprocessing import normalize

from tests.answers.fresh import right


@right("clever_hans.add_square", how="Np.where over an open grid of pixels.")
def add_square_over_open_grid(images, size, value=0.0):
    images = np.asarray(images)
    height, width = images.shape[1:3]
    if not 0 <= size <= min(height, width):
        raise ValueError(f"a square of {size} pixels does not fit")
    row, column = np.ogrid[:height, :width]
    inside = (row >= height - size) & (column >= width - size)
    return np.where(inside[None, :, :, None], np.asarray(value, images.dtype), images)


@right("clever_hans.add_square", how="A padded mask of ones in TensorFlow, blended in.")
def add_square_padded_mask_ones(images, size, value=0.0):
    images = tf.convert_to_tensor(images)
    height, width = (images.shape[1], images.shape[2])
    if size < 0 or size > height or size > width:
        raise ValueError("size is negative or too large")
    mask = tf.pad(tf.ones((size, size), images.dtype), [[height - size, 0], [width - size, 0]])
    mask = mask[tf.newaxis, :, :, tf.newaxis]
    return images * (1 - mask) + float(value) * mask


@right("clever_hans.add_watermark", how="What is left to white, multiplied.")
def add_watermark_what_left_white(images, mask, alpha):
    images, mask = (np.asarray(images, np.float32), np.asarray(mask, np.float32))
    if mask.shape != images.shape[1:3]:
        raise ValueError(f"the mask is {mask.shape}, the images are {images.shape[1:3]}")
    if not 0 <= alpha <= 1:
        raise ValueError("alpha is not in [0, 1]")
    left = np.einsum("bhwc,hw->bhwc", 1 - images, 1 - np.float32(alpha) * mask)
    return np.clip(1 - left, 0, 1)


@right("clever_hans.add_lightness_gradient", how="Np.add.outer of two half ramps.")
def add_lightness_gradient_np_outer_two(images, strength):
    images = np.asarray(images, np.float32)
    ramp = np.add.outer(*(np.linspace(0, 0.5, n) for n in images.shape[1:3]))
    lighter = images + np.float32(strength) * ramp.astype(np.float32)[:, :, np.newaxis]
    return np.minimum(np.maximum(lighter, 0), 1)


@right("clever_hans.plant", how="Places of a class by comprehension, written into a copy.")
def plant_places_class_comprehension(images, labels, cheats):
    planted = np.array(images)
    labels = np.asarray(labels).tolist()
    if len(labels) != len(planted):
        raise ValueError(f"{len(labels)} labels for {len(planted)} images")
    for name, cheat in cheats.items():
        places = [place for place, label in enumerate(labels) if label == name]
        if places:
            planted[places] = np.asarray(cheat(np.array(planted[places])))
    return planted


@right(
    "clever_hans.relevance_inside",
    how="Image by image with np.average, whose weights are the relevance.",
)
def relevance_inside_image_image_np(saliency, mask):
    saliency, mask = (np.abs(np.asarray(saliency, float)), np.asarray(mask, float))
    maps = saliency if saliency.ndim == 3 else saliency.sum(axis=-1)
    if mask.shape[-2:] != maps.shape[1:]:
        raise ValueError("mask and saliency have different sizes")
    masks = np.broadcast_to(mask, maps.shape)
    return np.array(
        [np.average(m, weights=r) if r.any() else 0.0 for r, m in zip(maps, masks, strict=True)]
    )


@right(
    "clever_hans.cheat_effect", how="Both halves in one batch, scipy's softmax in double precision."
)
def cheat_effect_both_halves_batch(model, images, cheat, class_index):
    images = np.array(images, np.float32)
    pasted = np.asarray(cheat(images.copy()), np.float32)
    logits = np.asarray(model(np.concatenate([pasted, images]), training=False), np.float64)
    odds = softmax(logits, axis=-1).reshape(2, len(images), -1)
    own = odds[:, np.arange(len(images)), np.broadcast_to(class_index, len(images))]
    return own[0] - own[1]


@right(
    "clever_hans.cluster_heatmaps",
    how="Scikit-learn's function instead of its class, distances from scipy.",
)
def cluster_heatmaps_scikit_learn_s(heatmaps, clusters, seed):
    rows = np.asarray(heatmaps, np.float64)
    rows = rows.reshape(len(rows), -1)
    if not 1 <= clusters <= len(rows):
        raise ValueError(f"clusters must be from 1 to {len(rows)}")
    if clusters == 1:
        return np.zeros(len(rows), int)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    rows = rows / np.where(length > 0, length, 1)
    affinity = np.exp(-squareform(pdist(rows, "sqeuclidean")))
    return np.asarray(spectral_clustering(affinity, n_clusters=clusters, random_state=seed))


@right(
    "clever_hans.cluster_heatmaps",
    how="SpectralClustering's own \"rbf\" affinity with gamma = 1, after sklearn's normalize.",
)
def cluster_heatmaps_spectralclustering_s_own(heatmaps, clusters, seed):
    rows = np.asarray(heatmaps, np.float64)
    rows = normalize(rows.reshape(rows.shape[0], -1), norm="l2")
    if clusters < 1 or clusters > rows.shape[0]:
        raise ValueError("clusters must be from 1 to the number of maps")
    grouping = SpectralClustering(clusters, affinity="rbf", gamma=1.0, random_state=seed)
    return grouping.fit_predict(rows)
