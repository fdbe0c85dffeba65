# ruff: noqa: B905, E501
"""Right answers to `clever_hans` of the fifth round: each keeps all promises."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from sklearn.cluster import SpectralClustering
from sklearn.preprocessing import normalize

from course.given.types import Classes, Heatmaps, Images, Labels, Maps, Mask, Values
from tests.answers.fresh import right


@right("clever_hans.add_square", how="Three pieces joined by concatenation, in TensorFlow")
def add_square_three_pieces_joined(images: Images, size: int, value: float = 0.0) -> Images:
    x = tf.convert_to_tensor(images)
    b, h, w, c = x.shape
    if size < 0 or size > h or size > w:
        raise ValueError(f"a square of {size} does not fit into {h} x {w}")
    square = tf.fill((b, size, size, c), tf.cast(value, x.dtype))
    lower = tf.concat([x[:, h - size :, : w - size], square], axis=2)
    return tf.concat([x[:, : h - size], lower], axis=1)


@right("clever_hans.add_square", how="A mask from row and column numbers, np.where")
def add_square_mask_row_column(images: Images, size: int, value: float = 0.0) -> Images:
    x = np.asarray(images)
    rows, cols = np.indices(x.shape[1:3])
    if size < 0 or size > min(x.shape[1], x.shape[2]):
        raise ValueError("size must be from 0 to the smaller edge")
    inside = (rows >= x.shape[1] - size) & (cols >= x.shape[2] - size)
    return np.where(inside[None, :, :, None], np.asarray(value, dtype=x.dtype), x)


@right("clever_hans.add_watermark", how="What is missing to white shrinks by the fraction")
def add_watermark_what_missing_white(images: Images, mask: Mask, alpha: float) -> Images:
    x = tf.convert_to_tensor(images)
    m = tf.cast(tf.convert_to_tensor(mask), x.dtype)
    if tuple(m.shape) != tuple(x.shape[1:3]):
        raise ValueError(f"the mask is {tuple(m.shape)}, the images {tuple(x.shape[1:3])}")
    if not (alpha >= 0 and alpha <= 1):
        raise ValueError(f"alpha {alpha} is not in [0, 1]")
    left = 1.0 - tf.cast(alpha, x.dtype) * m
    return tf.clip_by_value(1.0 - tf.einsum("bhwc,hw->bhwc", 1.0 - x, left), 0.0, 1.0)


@right(
    "clever_hans.add_lightness_gradient", how="Pixel loops, the ramp as the mean of two fractions"
)
def add_lightness_gradient_pixel_loops_ramp(images: Images, strength: float) -> Images:
    x = np.array(images, dtype=np.float32)
    _, h, w, _ = x.shape
    for i in range(h):
        for j in range(w):
            x[:, i, j, :] += strength * (0.5 * i / (h - 1) + 0.5 * j / (w - 1))
    return np.clip(x, 0.0, 1.0)


@right(
    "clever_hans.plant",
    how="Stable sort by class, a cheat for each run, and the inverse permutation",
)
def plant_stable_sort_class(
    images: Images, labels: Labels, cheats: dict[int, Callable[[Images], Images]]
) -> Images:
    x, y = (np.array(images), np.asarray(labels))
    if y.shape[:1] != x.shape[:1]:
        raise ValueError(f"{len(x)} images, but {len(y)} labels")
    order = np.argsort(y, kind="stable")
    kinds, first = np.unique(y[order], return_index=True)
    runs = np.split(order, first[1:]) if len(kinds) else []
    done = [
        np.asarray(cheats[k](x[run])) if k in cheats else x[run]
        for k, run in zip(kinds.tolist(), runs)
    ]
    if not done:
        return x
    return np.concatenate(done)[np.argsort(order)]


@right("clever_hans.plant", how="Tensors gathered and scattered")
def plant_tensors_gathered_scattered(
    images: Images, labels: Labels, cheats: dict[int, Callable[[Images], Images]]
) -> Images:
    x = tf.convert_to_tensor(images)
    y = tf.convert_to_tensor(labels)
    if x.shape[0] != y.shape[0]:
        raise ValueError("there must be as many labels as images")
    for k, cheat in cheats.items():
        where = tf.where(y == tf.cast(k, y.dtype))
        if where.shape[0] > 0:
            own = tf.gather(x, where[:, 0]).numpy()
            x = tf.tensor_scatter_nd_update(x, where, tf.cast(cheat(own), x.dtype))
    return x.numpy()


@right(
    "clever_hans.relevance_inside", how="Np.average with the map as weights, one image at a time"
)
def relevance_inside_np_average_map(saliency: Maps, mask: Mask) -> Values:
    s = np.abs(np.asarray(saliency, dtype=np.float64))
    if s.ndim == 4:
        s = s @ np.ones(s.shape[-1])
    m = np.asarray(mask, dtype=np.float64)
    if m.ndim not in (2, 3) or m.shape[-2:] != s.shape[-2:]:
        raise ValueError(f"mask {m.shape} does not fit {s.shape}")
    shares = []
    for i, one in enumerate(s):
        own = m[i] if m.ndim == 3 else m
        shares.append(float(np.average(own, weights=one)) if one.max() > 0 else 0.0)
    return np.clip(np.array(shares), 0.0, 1.0)


@right("clever_hans.cheat_effect", how="Both batches in one, a logsumexp by hand")
def cheat_effect_both_batches_logsumexp(
    model: keras.Model, images: Images, cheat: Callable[[Images], Images], class_index: Classes
) -> Values:
    x = np.array(images, dtype=np.float32)
    y = np.asarray(cheat(x.copy()), dtype=np.float32)
    logits = np.asarray(model(np.concatenate([y, x]), training=False), dtype=np.float64)
    top = logits.max(axis=1)
    log_sum = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    k = np.tile(np.broadcast_to(np.asarray(class_index), (len(x),)), 2)
    p = np.exp(np.take_along_axis(logits, k[:, None].astype(int), axis=1)[:, 0] - log_sum)
    return p[: len(x)] - p[len(x) :]


@right(
    "clever_hans.cluster_heatmaps", how="Scikit-learn's own kernel with gamma 1 on normalized maps"
)
def cluster_heatmaps_scikit_learn_s(heatmaps: Heatmaps, clusters: int, seed: int) -> Labels:
    maps = np.array(heatmaps, dtype=np.float64)
    if clusters < 1 or clusters > maps.shape[0]:
        raise ValueError(f"{clusters} groups of {maps.shape[0]} maps")
    flat = normalize(maps.reshape(maps.shape[0], -1), norm="l2")
    spray = SpectralClustering(n_clusters=clusters, affinity="rbf", gamma=1.0, random_state=seed)
    return spray.fit(flat).labels_.astype(int)


@right(
    "clever_hans.cluster_heatmaps",
    how="Distances from scalar products, loops over pairs, a matrix that is symmetric by construction",
)
def cluster_heatmaps_distances_scalar_products(
    heatmaps: Heatmaps, clusters: int, seed: int
) -> Labels:
    maps = [np.asarray(h, dtype=np.float64).ravel() for h in np.asarray(heatmaps)]
    b = len(maps)
    if not 1 <= clusters <= b:
        raise ValueError("clusters must lie between 1 and the number of maps")
    lengths = [float(np.sqrt(m @ m)) for m in maps]
    units = [m / n if n > 0 else m for m, n in zip(maps, lengths)]
    affinity = np.eye(b)
    for i in range(b):
        for j in range(i):
            d = units[i] - units[j]
            affinity[i, j] = affinity[j, i] = np.exp(-(d @ d))
    model = SpectralClustering(clusters, affinity="precomputed", random_state=seed)
    return np.asarray(model.fit_predict(affinity), dtype=np.int64)
