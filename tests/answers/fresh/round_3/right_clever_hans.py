# ruff: noqa: ANN001, ANN201, E731, E741
"""More right answers to `clever_hans`, of a later round, each in another style."""

import numpy as np
import tensorflow as tf
from sklearn.cluster import SpectralClustering
from sklearn.cluster import spectral_clustering as _sc
from sklearn.preprocessing import normalize as _normalize

from tests.answers.fresh import right


@right("clever_hans.add_square", how="tf.where with index masks")
def add_square_mask_where_tf(images, size, value=0.0):
    images = tf.convert_to_tensor(images)
    h, w = (images.shape[1], images.shape[2])
    if size < 0 or size > h or size > w:
        raise ValueError(f"{size} does not fit into {h} x {w}")
    inside = (tf.range(h)[:, None] >= h - size) & (tf.range(w)[None] >= w - size)
    return tf.where(inside[None, :, :, None], tf.cast(value, images.dtype), images)


@right("clever_hans.add_square", how="multiplication with a padded mask")
def add_square_pad_of_ones(images, size, value=0.0):
    x = np.asarray(images)
    _, h, w, _ = x.shape
    if size < 0 or size > min(h, w):
        raise ValueError("size")
    m = np.pad(np.ones((size, size), x.dtype), ((h - size, 0), (w - size, 0)))[None, ..., None]
    return x * (1 - m) + value * m


@right("clever_hans.add_watermark", how="1 − (1 − x)(1 − a m)")
def add_watermark_complement_product(images, mask, alpha):
    x, m = (np.asarray(images), np.asarray(mask, dtype=np.float32))
    if m.ndim != 2 or m.shape != (x.shape[1], x.shape[2]):
        raise ValueError("mask must be (H, W)")
    if alpha < 0 or alpha > 1:
        raise ValueError("alpha")
    return 1 - (1 - x) * (1 - np.float32(alpha) * m[..., np.newaxis])


@right("clever_hans.add_lightness_gradient", how="np.mgrid")
def add_lightness_gradient_mgrid(images, strength):
    x = np.asarray(images)
    h, w = x.shape[1:3]
    i, j = np.mgrid[:h, :w]
    return (x + strength * 0.5 * (i / (h - 1) + j / (w - 1))[..., None]).clip(0, 1)


@right("clever_hans.add_lightness_gradient", how="tf.linspace")
def add_lightness_gradient_tf_linspace(images, strength):
    x = tf.convert_to_tensor(images, tf.float32)
    ramp = (
        tf.linspace(0.0, 0.5, x.shape[1])[:, None, None]
        + tf.linspace(0.0, 0.5, x.shape[2])[None, :, None]
    )
    return tf.clip_by_value(x + tf.cast(strength, tf.float32) * ramp, 0.0, 1.0)


@right("clever_hans.plant", how="tf.tensor_scatter_nd_update")
def plant_tf_scatter(images, labels, cheats):
    out, labels = (tf.convert_to_tensor(images), np.asarray(labels))
    if labels.shape[0] != out.shape[0]:
        raise ValueError("one label for each image")
    for k in set(labels.tolist()) & set(cheats):
        rows = tf.where(labels == k)
        out = tf.tensor_scatter_nd_update(
            out, rows, tf.cast(cheats[k](tf.gather_nd(out, rows)), out.dtype)
        )
    return out


@right("clever_hans.plant", how="one image at a time as a batch of one")
def plant_per_image_batches_of_one(images, labels, cheats):
    images = np.asarray(images)
    labels = [int(l) for l in np.asarray(labels)]
    if len(labels) != len(images):
        raise ValueError("labels")
    same = lambda x: x
    return (
        np.concatenate(
            [
                np.asarray(cheats.get(l, same)(images[i : i + 1].copy()))
                for i, l in enumerate(labels)
            ]
        )
        if labels
        else images.copy()
    )


@right("clever_hans.relevance_inside", how="einsum")
def relevance_inside_einsum(saliency, mask):
    s = np.abs(np.asarray(saliency, dtype=np.float64))
    s = s[..., None] if s.ndim == 3 else s
    m = np.asarray(mask).astype(np.float64)
    if m.shape[-2:] != s.shape[1:3]:
        raise ValueError(f"{m.shape} does not fit {s.shape}")
    m = np.broadcast_to(m, s.shape[:3])
    inside, total = (np.einsum("bhwc,bhw->b", s, m), np.einsum("bhwc->b", s))
    return np.where(total == 0, 0, inside / np.where(total == 0, 1, total))


@right("clever_hans.relevance_inside", how="tf.math.divide_no_nan")
def relevance_inside_tf_nan(saliency, mask):
    s = tf.abs(tf.convert_to_tensor(saliency))
    if len(s.shape) == 4:
        s = tf.reduce_sum(s, -1)
    m = tf.cast(mask, s.dtype)
    if tuple(m.shape[-2:]) != tuple(s.shape[-2:]):
        raise ValueError("mask")
    return tf.clip_by_value(
        tf.math.divide_no_nan(tf.reduce_sum(s * m, [1, 2]), tf.reduce_sum(s, [1, 2])), 0, 1
    )


@right("clever_hans.cheat_effect", how="tf softmax, take_along_axis")
def cheat_effect_select_output_softmax(model, images, cheat, class_index):
    x = tf.convert_to_tensor(np.array(images, np.float32))
    k = np.broadcast_to(np.asarray(class_index), (len(x),)).astype(np.int64)
    p = lambda v: tf.gather(
        tf.nn.softmax(model(v, training=False)), k, axis=1, batch_dims=1
    ).numpy()
    before = p(x)
    return (
        p(tf.convert_to_tensor(np.asarray(cheat(np.array(images, np.float32))), tf.float32))
        - before
    )


@right("clever_hans.cluster_heatmaps", how="affinity rbf with gamma 1, normalize()")
def cluster_heatmaps_rbf_gamma1(heatmaps, clusters, seed):
    x = np.asarray(heatmaps)
    if clusters < 1 or clusters > len(x):
        raise ValueError(f"clusters must be in [1, {len(x)}]")
    x = _normalize(x.reshape(len(x), -1).astype(float))
    if clusters == len(x):
        return np.arange(len(x))
    return (
        SpectralClustering(n_clusters=clusters, affinity="rbf", gamma=1.0, random_state=seed)
        .fit(x)
        .labels_
    )


@right("clever_hans.cluster_heatmaps", how="sklearn.cluster.spectral_clustering, cosine identity")
def cluster_heatmaps_spectral_function(heatmaps, clusters, seed):
    x = np.asarray(heatmaps, np.float64)
    x = x.reshape(x.shape[0], -1)
    if not 1 <= clusters <= x.shape[0]:
        raise ValueError("clusters")
    n = np.linalg.norm(x, axis=1)
    x = x / np.where(n > 0, n, 1)[:, None]
    sq = (x**2).sum(1)
    a = np.exp(-np.maximum(sq[:, None] + sq[None] - 2 * x @ x.T, 0))
    if clusters == 1:
        return np.zeros(len(x), dtype=int)
    if clusters == len(x):
        return np.arange(len(x))
    return _sc(a, n_clusters=clusters, random_state=seed)
