# ruff: noqa: ANN001, ANN201, E731
"""Right answers to `clever_hans` of round 17: each keeps all promises."""

import numpy as np
import tensorflow as tf
from scipy.spatial.distance import pdist, squareform
from scipy.special import softmax
from sklearn.cluster import spectral_clustering

from tests.answers.fresh import right


@right(
    "clever_hans.add_square",
    how="A boolean mask from comparisons of row and column numbers, and np.where.",
)
def add_square_boolean_mask_comparisons(images, size, value=0.0):
    x = np.asarray(images)
    height, width = x.shape[1:3]
    if size < 0 or size > height or size > width:
        raise ValueError(f"a square of {size} does not fit into {height} × {width}")
    row, column = np.ogrid[:height, :width]
    inside = (row >= height - size) & (column >= width - size)
    return np.where(inside[None, :, :, None], x.dtype.type(value), x)


@right("clever_hans.add_watermark", how="The complement (1 − image) is damped with einsum.")
def add_watermark_complement_image_damped(images, mask, alpha):
    dark = 1.0 - np.asarray(images, np.float64)
    mask = np.asarray(mask, np.float64)
    if mask.shape != dark.shape[1:3]:
        raise ValueError(f"the mask is {mask.shape}, the images are {dark.shape[1:3]}")
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha = {alpha} is outside [0, 1]")
    return (1.0 - np.einsum("bhwc,hw->bhwc", dark, 1.0 - alpha * mask)).astype(np.float32)


@right(
    "clever_hans.add_lightness_gradient",
    how="A bilinear blend of the four corners, by matrix products.",
)
def add_lightness_gradient_bilinear_blend_four(images, strength):
    x = np.asarray(images, np.float32)
    down, across = (np.linspace(0, 1, n) for n in x.shape[1:3])
    corners = np.array([[0.0, 0.5], [0.5, 1.0]])
    ramp = np.stack([1 - down, down], axis=1) @ corners @ np.stack([1 - across, across])
    return np.clip(x + np.float32(strength) * ramp.astype(np.float32)[None, :, :, None], 0, 1)


@right(
    "clever_hans.plant",
    how="Each image is marked in a batch of one, by a comprehension with dict.get.",
)
def plant_image_marked_batch(images, labels, cheats):
    x = np.asarray(images)
    names = [int(k) for k in np.asarray(labels)]
    if len(names) != len(x):
        raise ValueError(f"{len(names)} labels for {len(x)} images")
    keep = lambda one: one
    rows = [np.array(cheats.get(k, keep)(x[i : i + 1].copy()))[0] for i, k in enumerate(names)]
    return np.stack(rows) if rows else x.copy()


@right(
    "clever_hans.relevance_inside", how="Einsum over flattened pixels, and np.divide with `where`."
)
def relevance_inside_einsum_over_flattened(saliency, mask):
    maps = np.abs(np.asarray(saliency, np.float64))
    maps = maps.reshape(*maps.shape[:3], -1)
    mask = np.asarray(mask, np.float64)
    if mask.shape[-2:] != maps.shape[1:3]:
        raise ValueError(f"a mask of {mask.shape} does not fit maps of {maps.shape[1:3]}")
    inside = np.einsum("bhwc,bhw->b", maps, np.broadcast_to(mask, maps.shape[:3]))
    total = np.einsum("bhwc->b", maps)
    share = np.divide(inside, total, out=np.zeros_like(total), where=total > 0)
    return np.clip(share, 0, 1)


@right(
    "clever_hans.cheat_effect", how="Both batches in one run, scipy's softmax, a one-hot product."
)
def cheat_effect_both_batches_run(model, images, cheat, class_index):
    count = len(images)
    both = tf.concat([tf.cast(cheat(images), tf.float32), tf.cast(images, tf.float32)], axis=0)
    odds = softmax(np.asarray(model(both, training=False), np.float64), axis=1)
    hot = np.eye(odds.shape[1])[np.broadcast_to(np.asarray(class_index), (count,))]
    return np.einsum("bk,bk->b", odds[:count] - odds[count:], hot)


@right("clever_hans.cluster_heatmaps", how="Distances by scipy's pdist, the norm by einsum.")
def cluster_heatmaps_distances_scipy_s(heatmaps, clusters, seed):
    maps = np.array(heatmaps, dtype=np.float64)
    if not 1 <= clusters <= len(maps):
        raise ValueError(f"clusters = {clusters} for {len(maps)} maps")
    length = np.sqrt(np.einsum("bhw,bhw->b", maps, maps))
    length[length == 0] = 1.0
    flat = (maps / length[:, None, None]).reshape(len(maps), -1)
    affinity = np.exp(-squareform(pdist(flat, "sqeuclidean")))
    return np.asarray(spectral_clustering(affinity, n_clusters=clusters, random_state=seed))


@right(
    "clever_hans.add_square",
    how="The marked part is concatenated below and beside what stays, in TensorFlow.",
)
def add_square_marked_part_concatenated(images, size, value=0.0):
    x = tf.convert_to_tensor(images)
    count, height, width, channels = x.shape
    if not 0 <= size <= min(height, width):
        raise ValueError(f"size = {size}")
    square = tf.fill((count, size, size, channels), tf.cast(value, x.dtype))
    lower = tf.concat([x[:, height - size :, : width - size], square], axis=2)
    return tf.concat([x[:, : height - size], lower], axis=1)


@right("clever_hans.plant", how="TensorFlow's scatter of whole classes.")
def plant_tensorflow_s_scatter(images, labels, cheats):
    x, truth = (tf.convert_to_tensor(images), np.asarray(labels))
    if truth.shape != (x.shape[0],):
        raise ValueError(f"{truth.shape} labels for {x.shape[0]} images")
    out = tf.identity(x)
    for k in sorted(set(truth.tolist()) & set(cheats)):
        places = np.argwhere(truth == k)
        marked = cheats[k](tf.gather_nd(x, places).numpy())
        out = tf.tensor_scatter_nd_update(out, places, tf.cast(marked, x.dtype))
    return out
