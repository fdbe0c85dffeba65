# ruff: noqa: ANN001, ANN201, ANN202, B905, F821
"""Right answers to `clever_hans` of round 16: each keeps all promises."""

from collections import defaultdict
from functools import reduce

import numpy as np
import tensorflow as tf
from scipy.spatial.distance import cdist
from scipy.special import softmax
from sklearn.preprocessing import normalize

from tests.answers.fresh import right


@right("clever_hans.add_square", how="Tf.pad of a small block into a 0/1 mask")
def add_square_tf_pad_small(images, size, value=0.0):
    x = tf.convert_to_tensor(images)
    h, w = x.shape[1:3]
    if size < 0 or size > h or size > w:
        raise ValueError(f"a square of {size} does not fit into {h} x {w}")
    block = tf.pad(tf.ones((size, size), tf.bool), [[h - size, 0], [w - size, 0]])
    return tf.where(block[None, :, :, None], tf.cast(value, x.dtype), x)


@right("clever_hans.add_watermark", how="The darkness 1 − x is multiplied down, by einsum")
def add_watermark_darkness_x_multiplied(images, mask, alpha):
    opacity = np.asarray(mask, dtype=np.float64)
    bright = np.asarray(images, dtype=np.float64)
    if opacity.shape != bright.shape[1:3]:
        raise ValueError(f"mask {opacity.shape} for images {bright.shape}")
    if not (alpha >= 0 and alpha <= 1):
        raise ValueError(f"alpha={alpha}")
    darkness = np.einsum("bhwc,hw->bhwc", 1 - bright, 1 - float(alpha) * opacity)
    return np.clip(1 - darkness, 0, 1).astype(np.float32)


@right("clever_hans.add_lightness_gradient", how="Np.fromfunction with a lambda, loop over images")
def add_lightness_gradient_np_fromfunction_lambda(images, strength):
    x = np.asarray(images)
    h, w = x.shape[1:3]
    ramp = np.fromfunction(lambda r, c, k: 0.5 * r / (h - 1) + 0.5 * c / (w - 1), (h, w, 1))
    return np.array([np.clip(one + strength * ramp, 0.0, 1.0) for one in x], dtype=np.float32)


@right("clever_hans.plant", how="Functional: a scatter update per class on a tensor")
def plant_functional_scatter_update(images, labels, cheats):
    y = np.asarray(labels).ravel()
    if y.shape[0] != images.shape[0]:
        raise ValueError(f"{y.shape[0]} labels for {images.shape[0]} images")

    def cheated(x, k):
        rows = np.nonzero(y == k)[0]
        new = tf.cast(cheats[k](tf.gather(x, rows).numpy()), x.dtype)
        return tf.tensor_scatter_nd_update(x, rows[:, None], new)

    return reduce(cheated, [k for k in cheats if (y == k).any()], tf.constant(np.array(images)))


@right(
    "clever_hans.relevance_inside",
    how="A weighted average: np.average of the mask with the map as weights, image by image",
)
def relevance_inside_weighted_average_np(saliency, mask):
    weights = np.abs(np.asarray(saliency, dtype=np.float64))
    if weights.ndim == 4:
        weights = np.add.reduce(weights, axis=3)
    inside = np.asarray(mask, dtype=np.float64)
    if inside.ndim not in (2, 3) or inside.shape[-2:] != weights.shape[-2:]:
        raise ValueError(f"mask {inside.shape} for maps {weights.shape}")
    pairs = zip(weights, np.broadcast_to(inside, weights.shape))
    return np.array([np.average(m, weights=w) if w.any() else 0.0 for w, m in pairs]).clip(0, 1)


@right(
    "clever_hans.cheat_effect",
    how="Originals and cheated images in one batch through scipy's softmax",
)
def cheat_effect_originals_cheated_images(model, images, cheat, class_index):
    clean = np.asarray(images, np.float32)
    both = np.concatenate([clean, np.asarray(cheat(clean.copy()), np.float32)])
    p = softmax(np.asarray(model(both, training=False), np.float64), axis=1).reshape(
        2, len(clean), -1
    )
    hot = np.arange(p.shape[2]) == np.reshape(np.asarray(class_index), (-1, 1))
    return np.where(hot, p[1] - p[0], 0.0).sum(axis=1)


@right(
    "clever_hans.cluster_heatmaps",
    how="Scipy's cdist for the squared distances, sklearn's normalize",
)
def cluster_heatmaps_scipy_s_cdist(heatmaps, clusters, seed):
    flat = np.reshape(np.asarray(heatmaps, np.float64), (len(heatmaps), -1))
    if not 1 <= clusters <= flat.shape[0]:
        raise ValueError(f"{clusters} groups of {flat.shape[0]} maps")
    unit = normalize(flat, norm="l2", axis=1)
    sorter = SpectralClustering(n_clusters=clusters, affinity="precomputed", random_state=seed)
    return sorter.fit(np.exp(-cdist(unit, unit, "sqeuclidean"))).labels_.astype(int)


@right("clever_hans.add_square", how="NumPy copy with slices counted from the front")
def add_square_numpy_copy_slices(images, size, value=0.0):
    painted = np.copy(np.asarray(images))
    height, width = (painted.shape[1], painted.shape[2])
    if not (0 <= size <= height and size <= width):
        raise ValueError(f"size {size} does not fit into {height} x {width}")
    corner = np.s_[:, height - size : height, width - size : width, :]
    painted[corner] = np.full_like(painted[corner], value)
    return painted


@right("clever_hans.plant", how="Images one by one into lists per class, then put back")
def plant_images_into_lists(images, labels, cheats):
    if len(labels) != len(images):
        raise ValueError("every image needs one label")
    members = defaultdict(list)
    for place, k in enumerate(np.asarray(labels).tolist()):
        members[k].append(place)
    result = list(np.array(images))
    for k, cheat in cheats.items():
        places = members.get(int(k), [])
        if places:
            for place, new in zip(places, np.asarray(cheat(np.stack([result[p] for p in places])))):
                result[place] = new
    return np.stack(result)
