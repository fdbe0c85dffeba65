# ruff: noqa: ANN001, ANN201, ANN202, B905
"""Right answers to `clever_hans` of the ninth round: each keeps all promises."""

import numpy as np
import tensorflow as tf
from scipy.spatial.distance import cdist
from sklearn.cluster import SpectralClustering
from sklearn.metrics.pairwise import rbf_kernel

from course.given import probabilities
from tests.answers.fresh import right


@right("clever_hans.add_square", how="Slices from H − size.")
def add_square_slices_h_size(images, size, value=0.0):
    out = np.array(images)
    h, w = out.shape[1:3]
    if size < 0 or size > h or size > w:
        raise ValueError(f"a square of {size} does not fit into {h} x {w}")
    out[:, h - size :, w - size :, :] = value
    return out


@right("clever_hans.add_watermark", how="As a mixture.")
def add_watermark_mixture(images, mask, alpha):
    images, mask = (np.asarray(images, np.float32), np.asarray(mask, np.float32))
    if mask.shape != images.shape[1:3] or not 0 <= alpha <= 1:
        raise ValueError("the mask must be (H, W) and alpha from 0 to 1")
    a = (np.float32(alpha) * mask)[None, :, :, None]
    return np.clip((1 - a) * images + a, 0, 1)


@right("clever_hans.add_lightness_gradient", how="In TensorFlow.")
def add_lightness_gradient_tensorflow(images, strength):
    images = tf.cast(images, tf.float32)
    h, w = images.shape[1:3]
    ramp = (tf.linspace(0.0, 1.0, h)[:, None] + tf.linspace(0.0, 1.0, w)[None, :]) / 2
    return tf.clip_by_value(images + float(strength) * ramp[None, :, :, None], 0.0, 1.0)


@right("clever_hans.plant", how="Goes through the classes that occur.")
def plant_goes_through_classes(images, labels, cheats):
    source, labels = (np.asarray(images), np.asarray(labels))
    if len(labels) != len(source):
        raise ValueError("as many labels as images are needed")
    out = source.copy()
    for k, cheat in cheats.items():
        own = labels == k
        if own.any():
            out[own] = np.asarray(cheat(source[own]))
    return out


@right("clever_hans.relevance_inside", how="Image by image.")
def relevance_inside_image_image(saliency, mask):
    maps = np.abs(np.asarray(saliency, dtype=np.float64))
    if maps.ndim == 4:
        maps = maps.sum(axis=3)
    mask = np.asarray(mask).astype(np.float64)
    if mask.shape[-2:] != maps.shape[1:]:
        raise ValueError(f"mask {mask.shape}, maps {maps.shape}")
    shares = []
    for one, m in zip(maps, np.broadcast_to(mask, maps.shape)):
        top = one.max()
        one = one / top if top > 0 else one
        shares.append((one * m).sum() / one.sum() if top > 0 else 0.0)
    return np.array(shares)


@right("clever_hans.cheat_effect", how="Take_along_axis.")
def cheat_effect_take_along_axis(model, images, cheat, class_index):
    clean = np.asarray(images)
    k = np.broadcast_to(np.asarray(class_index), (len(clean),))[:, None]

    def ask(x):
        return np.take_along_axis(probabilities(model, np.asarray(x)), k, axis=1)[:, 0]

    return ask(cheat(images)) - ask(clean)


@right(
    "clever_hans.cluster_heatmaps",
    how='Scikit-learn\'s own "rbf" with gamma = 1 on the normalized maps.',
)
def cluster_heatmaps_scikit_learn_s(heatmaps, clusters, seed):
    flat = np.asarray(heatmaps, dtype=np.float64)
    flat = flat.reshape(len(flat), -1)
    if not 1 <= clusters <= len(flat):
        raise ValueError(f"clusters must be from 1 to {len(flat)}")
    norms = np.linalg.norm(flat, axis=1, keepdims=True)
    flat = flat / np.where(norms == 0, 1, norms)
    if clusters == 1:
        return np.zeros(len(flat), int)
    if clusters == len(flat):
        return np.arange(len(flat))
    spectral = SpectralClustering(clusters, affinity="precomputed", random_state=seed)
    return spectral.fit_predict(rbf_kernel(flat, gamma=1.0))


@right("clever_hans.add_square", how="A mask and np.where.")
def add_square_mask_np_where(images, size, value=0.0):
    x = np.asarray(images)
    h, w = x.shape[1:3]
    if not 0 <= size <= min(h, w):
        raise ValueError("size must be from 0 to the smaller of H and W")
    y, z = np.ogrid[:h, :w]
    inside = (y >= h - size) & (z >= w - size)
    return np.where(inside[..., None], np.asarray(value, x.dtype), x)


@right(
    "clever_hans.cluster_heatmaps",
    how="Pairwise distances by cdist, always handed to scikit-learn but for the two trivial cases.",
)
def cluster_heatmaps_pairwise_distances_cdist(heatmaps, clusters, seed):
    maps = np.asarray(heatmaps, dtype=float)
    n = maps.shape[0]
    if clusters < 1 or clusters > n:
        raise ValueError("clusters must be from 1 to B")
    if clusters in (1, n):
        return np.arange(n) % clusters
    x = maps.reshape(n, -1)
    for row in (x := x.copy()):
        length = np.linalg.norm(row)
        if length > 0:
            row /= length
    affinity = np.exp(-cdist(x, x, "sqeuclidean"))
    return SpectralClustering(
        n_clusters=int(clusters), affinity="precomputed", random_state=int(seed)
    ).fit_predict(affinity)
