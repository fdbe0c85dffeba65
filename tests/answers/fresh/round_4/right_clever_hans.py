# ruff: noqa: ANN001, ANN201, ANN202, B905
"""Right answers to `clever_hans` of a fourth round, each in another style."""

import keras
import numpy as np
from sklearn.cluster import SpectralClustering

from course.given import float_images
from tests.answers.fresh import right


@right("clever_hans.add_square", how="where mask")
def add_square_where_mask(images, size, value=0.0):
    images = np.asarray(float_images(images))
    h, w = (images.shape[1], images.shape[2])
    if not 0 <= size <= min(h, w):
        raise ValueError(f"size {size} for {h} x {w}")
    inside = (np.arange(h) >= h - size)[:, None] & (np.arange(w) >= w - size)
    return np.where(inside[..., None], np.float32(value), images)


@right("clever_hans.add_watermark", how="lerp tf")
def add_watermark_lerp_tf(images, mask, alpha):
    images = float_images(images)
    if tuple(np.shape(mask)) != tuple(images.shape[1:3]):
        raise ValueError("mask")
    if alpha < 0 or alpha > 1:
        raise ValueError("alpha")
    w = keras.ops.expand_dims(keras.ops.cast(mask, "float32"), -1) * alpha
    return images + w * (1 - images)


@right("clever_hans.add_lightness_gradient", how="linspace")
def add_lightness_gradient_linspace(images, strength):
    images = float_images(images)
    ramp = np.add.outer(np.linspace(0, 0.5, images.shape[1]), np.linspace(0, 0.5, images.shape[2]))
    return keras.ops.clip(images + (strength * ramp[..., None]).astype("float32"), 0, 1)


@right("clever_hans.plant", how="one by one")
def plant_one_by_one(images, labels, cheats):
    labels = [int(k) for k in np.asarray(labels)]
    if len(labels) != len(images):
        raise ValueError("labels")
    planted = []
    for image, label in zip(np.array(images), labels):
        batch = image[None].copy()
        planted.append(np.asarray(cheats[label](batch))[0] if label in cheats else batch[0])
    return np.stack(planted)


@right("clever_hans.relevance_inside", how="einsum")
def relevance_inside_einsum(saliency, mask):
    s = np.abs(np.asarray(saliency, np.float64))
    s = s if s.ndim == 4 else s[..., None]
    m = np.asarray(mask, np.float64)
    if m.shape[-2:] != s.shape[1:3]:
        raise ValueError("mask")
    m = np.broadcast_to(m, s.shape[:3])
    inside, everywhere = (np.einsum("bhwc,bhw->b", s, m), np.einsum("bhwc->b", s))
    return np.divide(inside, everywhere, out=np.zeros_like(inside), where=everywhere != 0)


@right("clever_hans.cheat_effect", how="softmax self")
def cheat_effect_softmax_self(model, images, cheat, class_index):

    def chance(x):
        p = keras.ops.softmax(model(keras.ops.convert_to_tensor(x), training=False), axis=-1)
        k = np.broadcast_to(np.asarray(class_index), p.shape[0])
        return keras.ops.take_along_axis(p, k[:, None].astype("int32"), axis=1)[:, 0]

    return keras.ops.convert_to_numpy(chance(cheat(np.array(images))) - chance(np.array(images)))


@right("clever_hans.cluster_heatmaps", how="rbf affinity")
def cluster_heatmaps_rbf_affinity(heatmaps, clusters, seed):
    from sklearn.preprocessing import normalize

    maps = normalize(np.reshape(np.asarray(heatmaps, np.float64), (len(heatmaps), -1)))
    if not 1 <= clusters <= len(maps):
        raise ValueError("clusters")
    if clusters == len(maps):
        return np.arange(clusters)
    return (
        SpectralClustering(clusters, affinity="rbf", gamma=1.0, random_state=seed).fit(maps).labels_
    )


@right("clever_hans.cluster_heatmaps", how="gram")
def cluster_heatmaps_gram(heatmaps, clusters, seed):
    flat = np.asarray(heatmaps, np.float64).reshape(len(heatmaps), -1)
    if clusters < 1 or clusters > len(flat):
        raise ValueError("clusters")
    length = np.sqrt(np.sum(flat**2, 1))
    flat = np.divide(flat, length[:, None], out=np.zeros_like(flat), where=length[:, None] > 0)
    gram = flat @ flat.T
    square = np.diag(gram)[:, None] + np.diag(gram)[None] - 2 * gram
    model = SpectralClustering(
        n_clusters=int(clusters),
        affinity="precomputed",
        random_state=seed,
        assign_labels="discretize" if False else "kmeans",
    )
    return model.fit_predict(np.exp(-np.clip(square, 0, None)))
