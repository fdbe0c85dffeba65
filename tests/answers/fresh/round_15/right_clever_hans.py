# ruff: noqa: ANN001, ANN201, ANN202, B905
"""Right answers to `clever_hans` of round 15: each keeps all promises."""

import numpy as np
import tensorflow as tf
from sklearn.cluster import SpectralClustering

from tests.answers.fresh import right


@right("clever_hans.add_square", how="A mask from row and column numbers, and np.where.")
def add_square_mask_row_column(images, size, value=0.0):
    source = np.asarray(images)
    _, h, w, _ = source.shape
    if any(size < 0 or size > edge for edge in (h, w)):
        raise ValueError(f"size must be from 0 to {min(h, w)}, not {size}")
    low, right = (np.arange(h) >= h - size, np.arange(w) >= w - size)
    return np.where(np.outer(low, right)[None, :, :, None], source.dtype.type(value), source)


@right("clever_hans.add_watermark", how="The darkness 1 − image is faded, by einsum.")
def add_watermark_darkness_image_faded(images, mask, alpha):
    bright, cover = (np.asarray(images), np.asarray(mask, np.float32))
    if cover.shape != tuple(bright.shape[1:3]):
        raise ValueError(f"mask must be {bright.shape[1:3]}, not {cover.shape}")
    if not (alpha >= 0 and alpha <= 1):
        raise ValueError(f"alpha must be in [0, 1], not {alpha}")
    faded = 1 - np.einsum("bhwc,hw->bhwc", 1 - bright, 1 - np.float32(alpha) * cover)
    keep = (alpha * cover == 0)[None, :, :, None]
    return np.clip(np.where(keep, bright, faded), 0, 1).astype(np.float32)


@right(
    "clever_hans.add_lightness_gradient",
    how="A small image of the four corners, enlarged by tensordot with linear weights.",
)
def add_lightness_gradient_small_image_four(images, strength):
    images = tf.cast(tf.convert_to_tensor(images), tf.float32)
    h, w = (images.shape[1], images.shape[2])
    corners = tf.constant([[0.0, 0.5], [0.5, 1.0]])
    down, right = (tf.linspace(0.0, 1.0, h), tf.linspace(0.0, 1.0, w))
    rows = tf.stack([1 - down, down], axis=1)
    columns = tf.stack([1 - right, right], axis=0)
    ramp = rows @ corners @ columns
    return tf.clip_by_value(images + float(strength) * ramp[tf.newaxis, ..., tf.newaxis], 0.0, 1.0)


@right("clever_hans.plant", how="TensorFlow's scatter update over the indices of each class.")
def plant_tensorflow_s_scatter(images, labels, cheats):
    planted = tf.identity(tf.convert_to_tensor(images))
    labels = np.asarray(labels).reshape(-1)
    if labels.shape[0] != planted.shape[0]:
        raise ValueError(f"{labels.shape[0]} labels for {planted.shape[0]} images")
    for own_class in set(labels.tolist()) & {int(k) for k in cheats}:
        where = np.flatnonzero(labels == own_class)
        before = np.array(images)[where]
        after = tf.cast(tf.convert_to_tensor(cheats[own_class](before)), planted.dtype)
        planted = tf.tensor_scatter_nd_update(planted, where[:, None], after)
    return planted.numpy()


@right("clever_hans.relevance_inside", how="One image at a time with dot products.")
def relevance_inside_image_time_dot(saliency, mask):
    maps, mask = (np.abs(np.array(saliency, np.float64)), np.array(mask, np.float64))
    size = maps.shape[1:3]
    if mask.ndim not in (2, 3) or mask.shape[-2:] != size:
        raise ValueError(f"the mask's last axes must be {size}, not {mask.shape}")
    masks = [mask] * len(maps) if mask.ndim == 2 else list(mask)
    if len(masks) != len(maps):
        raise ValueError("one mask for each map")

    def share(one, inside):
        flat = one.reshape(inside.size, -1).sum(axis=1)
        top = flat.max()
        return (
            0.0
            if top == 0
            else min(1.0, float(flat / top @ inside.ravel()) / float((flat / top).sum()))
        )

    return np.array([share(a, b) for a, b in zip(maps, masks)])


@right(
    "clever_hans.cheat_effect",
    how="Both batches in one call, log-softmax of TensorFlow and take_along_axis.",
)
def cheat_effect_both_batches_call(model, images, cheat, class_index):
    clean = np.asarray(images, np.float32)
    marked = np.asarray(cheat(images), np.float32)
    p = np.exp(tf.nn.log_softmax(model(np.concatenate([marked, clean]), training=False)).numpy())
    k = np.array(np.broadcast_to(np.asarray(class_index), (len(clean),)))[:, None]
    own = [np.take_along_axis(half, k, axis=1)[:, 0] for half in np.split(p, 2)]
    return own[0] - own[1]


@right(
    "clever_hans.cluster_heatmaps",
    how="Scipy's pdist gives the squared distances of the normalized rows.",
)
def cluster_heatmaps_scipy_s_pdist(heatmaps, clusters, seed):
    from scipy.spatial.distance import pdist, squareform

    rows = np.array([np.ravel(one) for one in np.asarray(heatmaps, np.float64)])
    if clusters not in range(1, len(rows) + 1):
        raise ValueError(f"clusters must be from 1 to {len(rows)}, not {clusters}")
    for row in rows:
        length = np.sqrt(row @ row)
        if length > 0:
            row /= length
    likeness = np.exp(-squareform(pdist(rows, "sqeuclidean")))
    if clusters == 1:
        return np.zeros(len(rows), int)
    spectral = SpectralClustering(n_clusters=clusters, affinity="precomputed", random_state=seed)
    return spectral.fit(likeness).labels_.astype(int)


@right(
    "clever_hans.relevance_inside", how="Einsum with an ellipsis, the mask broadcast in TensorFlow."
)
def relevance_inside_einsum_ellipsis_mask(saliency, mask):
    size = tf.abs(tf.cast(tf.convert_to_tensor(saliency), tf.float64))
    if len(size.shape) == 4:
        size = tf.einsum("bhwc->bhw", size)
    inside = tf.cast(tf.convert_to_tensor(mask), tf.float64)
    if len(inside.shape) not in (2, 3) or inside.shape[-2:] != size.shape[1:]:
        raise ValueError(
            f"the mask must end with {tuple(size.shape[1:])}, not {tuple(inside.shape)}"
        )
    inside = tf.broadcast_to(inside, size.shape)
    return tf.math.divide_no_nan(tf.einsum("bhw,bhw->b", size, inside), tf.einsum("bhw->b", size))


@right(
    "clever_hans.add_square", how="A block of trues padded at the upper and left side, tf.where."
)
def add_square_block_trues_padded(images, size, value=0.0):
    x = tf.cast(tf.convert_to_tensor(images), tf.float32)
    h, w = (int(x.shape[1]), int(x.shape[2]))
    if size < 0 or size > h or size > w:
        raise ValueError(f"a square of {size} does not fit into {h} x {w}")
    block = tf.pad(tf.ones([size, size], tf.bool), [[h - size, 0], [w - size, 0]])
    return tf.where(block[None, :, :, None], tf.constant(value, tf.float32), x)
