# ruff: noqa: ANN001, ANN201, F841
"""Wrong answers to `clever_hans` of a fourth round: each breaks one promise."""

import numpy as np
from sklearn.cluster import SpectralClustering

from course.given import float_images, probabilities
from tests.answers.fresh import wrong


@wrong("clever_hans.add_square", breaks="Images are not changed")
def add_square_in_place(images, size, value=0.0):
    images = (
        np.asarray(images, dtype=np.float32) if isinstance(images, np.ndarray) else np.array(images)
    )
    height, width = images.shape[1:3]
    if size < 0 or size > height or size > width:
        raise ValueError("the square does not fit")
    images[:, height - size :, width - size :, :] = value
    return images


@wrong("clever_hans.add_square", breaks="ValueError if larger than W, too")
def add_square_only_height_checked(images, size, value=0.0):
    images = np.array(images, dtype=np.float32)
    height, width = images.shape[1:3]
    if size < 0 or size > max(height, width):
        raise ValueError("the square does not fit")
    images[:, height - size :, width - size :, :] = value
    return images


@wrong("clever_hans.add_square", breaks="Touches the lower and right edge")
def add_square_one_pixel_in(images, size, value=0.0):
    images = np.array(images, dtype=np.float32)
    height, width = images.shape[1:3]
    if size < 0 or size > height or size > width:
        raise ValueError("the square does not fit")
    images[:, height - size - 1 : height - 1, width - size - 1 : width - 1, :] = value
    return images


@wrong("clever_hans.add_watermark", breaks="The mask is in [0, 1]: fractions count")
def add_watermark_binary_mask(images, mask, alpha):
    images = np.array(images, dtype=np.float32)
    mask = np.asarray(mask, dtype=np.float32)
    if mask.shape != images.shape[1:3]:
        raise ValueError("the mask has another shape than the images")
    if not 0 <= alpha <= 1:
        raise ValueError("alpha must be in [0, 1]")
    part = np.float32(alpha) * (mask > 0)[None, :, :, None]
    return (1 - part) * images + part


@wrong(
    "clever_hans.add_watermark",
    breaks="ValueError if the mask's shape is not (H, W): also transposed",
)
def add_watermark_only_size_checked(images, mask, alpha):
    images = np.array(images, dtype=np.float32)
    mask = np.asarray(mask, dtype=np.float32)
    if mask.size != images[0, ..., 0].size:
        raise ValueError("the mask has another shape than the images")
    mask = mask.reshape(images.shape[1:3])
    if not 0 <= alpha <= 1:
        raise ValueError("alpha must be in [0, 1]")
    part = np.float32(alpha) * mask[None, :, :, None]
    return (1 - part) * images + part


@wrong("clever_hans.add_watermark", breaks="Alpha 0 and 1 are allowed")
def add_watermark_alpha_open(images, mask, alpha):
    images = np.array(images, dtype=np.float32)
    mask = np.asarray(mask, dtype=np.float32)
    if mask.shape != images.shape[1:3]:
        raise ValueError("the mask has another shape than the images")
    if not 0 < alpha < 1:
        raise ValueError("alpha must be in [0, 1]")
    part = np.float32(alpha) * mask[None, :, :, None]
    return (1 - part) * images + part


@wrong("clever_hans.add_watermark", breaks="ValueError if the mask's shape is not (H, W)")
def add_watermark_broadcast_mask(images, mask, alpha):
    images = np.array(images, dtype=np.float32)
    mask = np.asarray(mask, dtype=np.float32)
    pass
    if not 0 <= alpha <= 1:
        raise ValueError("alpha must be in [0, 1]")
    part = np.float32(alpha) * mask[None, :, :, None]
    return (1 - part) * images + part


@wrong("clever_hans.add_lightness_gradient", breaks="A negative strength darkens")
def add_lightness_gradient_only_positive(images, strength):
    images = np.array(images, dtype=np.float32)
    height, width = images.shape[1:3]
    rows = np.arange(height)[:, None] / (height - 1)
    columns = np.arange(width)[None, :] / (width - 1)
    ramp = (rows + columns) / 2
    return np.clip(images + abs(strength) * ramp[None, :, :, None], 0.0, 1.0).astype(np.float32)


@wrong("clever_hans.add_lightness_gradient", breaks="Clipped to [0, 1] at both ends")
def add_lightness_gradient_clip_above_only(images, strength):
    images = np.array(images, dtype=np.float32)
    height, width = images.shape[1:3]
    rows = np.arange(height)[:, None] / (height - 1)
    columns = np.arange(width)[None, :] / (width - 1)
    ramp = (rows + columns) / 2
    return np.minimum(images + strength * ramp[None, :, :, None], 1.0).astype(np.float32)


@wrong("clever_hans.add_lightness_gradient", breaks="Linear in the row and in the column")
def add_lightness_gradient_radial(images, strength):
    images = np.array(images, dtype=np.float32)
    height, width = images.shape[1:3]
    rows = np.arange(height)[:, None] / (height - 1)
    columns = np.arange(width)[None, :] / (width - 1)
    ramp = np.sqrt((rows**2 + columns**2) / 2)
    return np.clip(images + strength * ramp[None, :, :, None], 0.0, 1.0).astype(np.float32)


@wrong("clever_hans.plant", breaks="Images are not changed")
def plant_in_place(images, labels, cheats):
    images = images if isinstance(images, np.ndarray) else np.array(images)
    labels = np.asarray(labels)
    if len(labels) != len(images):
        raise ValueError("not as many labels as images")
    result = images
    for label, cheat in cheats.items():
        chosen = labels == label
        if chosen.any():
            result[chosen] = np.asarray(cheat(images[chosen]))
    return result


@wrong("clever_hans.plant", breaks="A class that no image has is passed over")
def plant_absent_class_called(images, labels, cheats):
    images = np.array(images, dtype=np.float32)
    labels = np.asarray(labels)
    if len(labels) != len(images):
        raise ValueError("not as many labels as images")
    result = images.copy()
    for label, cheat in cheats.items():
        chosen = labels == label
        if True:
            result[chosen] = np.asarray(cheat(images[chosen]))
    return result


@wrong("clever_hans.plant", breaks="The key is the class, not the place in the dict")
def plant_label_position(images, labels, cheats):
    images = np.array(images, dtype=np.float32)
    labels = np.asarray(labels)
    if len(labels) != len(images):
        raise ValueError("not as many labels as images")
    result = images.copy()
    for label, cheat in enumerate(cheats.values()):
        chosen = labels == label
        if chosen.any():
            result[chosen] = np.asarray(cheat(images[chosen]))
    return result


@wrong("clever_hans.relevance_inside", breaks="The sign does not count")
def relevance_inside_positive_only(saliency, mask):
    relevance = np.maximum(np.asarray(saliency, dtype=np.float64), 0)
    mask = np.asarray(mask, dtype=np.float64)
    if relevance.ndim == 4:
        relevance = relevance.sum(axis=-1)
    if mask.shape[-2:] != relevance.shape[1:]:
        raise ValueError("the mask has another size than the maps")
    total = relevance.sum(axis=(1, 2))
    inside = (relevance * mask).sum(axis=(1, 2))
    return np.where(total > 0, inside / np.where(total > 0, total, 1.0), 0.0)


@wrong("clever_hans.relevance_inside", breaks="A mask value in between counts in part")
def relevance_inside_threshold(saliency, mask):
    relevance = np.abs(np.asarray(saliency, dtype=np.float64))
    mask = (np.asarray(mask) > 0.5).astype(np.float64)
    if relevance.ndim == 4:
        relevance = relevance.sum(axis=-1)
    if mask.shape[-2:] != relevance.shape[1:]:
        raise ValueError("the mask has another size than the maps")
    total = relevance.sum(axis=(1, 2))
    inside = (relevance * mask).sum(axis=(1, 2))
    return np.where(total > 0, inside / np.where(total > 0, total, 1.0), 0.0)


@wrong("clever_hans.relevance_inside", breaks="A mask (B, H, W), one each")
def relevance_inside_no_batch_mask(saliency, mask):
    relevance = np.abs(np.asarray(saliency, dtype=np.float64))
    mask = np.asarray(mask, dtype=np.float64)
    if relevance.ndim == 4:
        relevance = relevance.sum(axis=-1)
    if mask.shape[-2:] != relevance.shape[1:]:
        raise ValueError("the mask has another size than the maps")
    mask = mask if mask.ndim == 2 else mask[0]
    total = relevance.sum(axis=(1, 2))
    inside = (relevance * mask).sum(axis=(1, 2))
    return np.where(total > 0, inside / np.where(total > 0, total, 1.0), 0.0)


@wrong("clever_hans.relevance_inside", breaks="Absolute value, not squares")
def relevance_inside_squared(saliency, mask):
    relevance = np.asarray(saliency, dtype=np.float64) ** 2
    mask = np.asarray(mask, dtype=np.float64)
    if relevance.ndim == 4:
        relevance = relevance.sum(axis=-1)
    if mask.shape[-2:] != relevance.shape[1:]:
        raise ValueError("the mask has another size than the maps")
    total = relevance.sum(axis=(1, 2))
    inside = (relevance * mask).sum(axis=(1, 2))
    return np.where(total > 0, inside / np.where(total > 0, total, 1.0), 0.0)


@wrong("clever_hans.relevance_inside", breaks="The exact share (no epsilon in the denominator)")
def relevance_inside_eps(saliency, mask):
    relevance = np.abs(np.asarray(saliency, dtype=np.float64))
    mask = np.asarray(mask, dtype=np.float64)
    if relevance.ndim == 4:
        relevance = relevance.sum(axis=-1)
    if mask.shape[-2:] != relevance.shape[1:]:
        raise ValueError("the mask has another size than the maps")
    total = relevance.sum(axis=(1, 2))
    inside = (relevance * mask).sum(axis=(1, 2))
    return inside / (total + 0.001)


@wrong("clever_hans.cheat_effect", breaks="The given class, not the predicted")
def cheat_effect_predicted_class(model, images, cheat, class_index):
    images = float_images(images)
    before = probabilities(model, images)
    after = probabilities(model, cheat(images))
    rows = np.arange(len(before))
    index = np.broadcast_to(np.asarray(class_index), (len(before),))
    return after[rows, after.argmax(axis=1)] - before[rows, index]


@wrong("clever_hans.cheat_effect", breaks="Difference, not relative change")
def cheat_effect_ratio(model, images, cheat, class_index):
    images = float_images(images)
    before = probabilities(model, images)
    after = probabilities(model, cheat(images))
    rows = np.arange(len(before))
    index = np.broadcast_to(np.asarray(class_index), (len(before),))
    return (after[rows, index] - before[rows, index]) / np.maximum(before[rows, index], 1e-09)


@wrong("clever_hans.cluster_heatmaps", breaks="A map of zeros stays zero")
def cluster_heatmaps_nan_zeros(heatmaps, clusters, seed):
    maps = np.asarray(heatmaps, dtype=np.float64)
    maps = maps.reshape(len(maps), -1)
    if clusters < 1 or clusters > len(maps):
        raise ValueError("clusters must be from 1 to B")
    if clusters == 1:
        return np.zeros(len(maps), dtype=int)
    if clusters == len(maps):
        return np.arange(len(maps))
    norms = np.linalg.norm(maps, axis=1, keepdims=True)
    maps = maps / norms
    distances = ((maps[:, None] - maps[None]) ** 2).sum(axis=-1)
    affinity = np.exp(-distances)
    clustering = SpectralClustering(n_clusters=clusters, affinity="precomputed", random_state=seed)
    return clustering.fit_predict(affinity)


@wrong("clever_hans.cluster_heatmaps", breaks="Affinity exp(−‖a − b‖²) with factor 1")
def cluster_heatmaps_rbf_default(heatmaps, clusters, seed):
    maps = np.asarray(heatmaps, dtype=np.float64)
    maps = maps.reshape(len(maps), -1)
    if clusters < 1 or clusters > len(maps):
        raise ValueError("clusters must be from 1 to B")
    if clusters == 1:
        return np.zeros(len(maps), dtype=int)
    if clusters == len(maps):
        return np.arange(len(maps))
    norms = np.linalg.norm(maps, axis=1, keepdims=True)
    maps = maps / np.where(norms > 0, norms, 1.0)
    distances = ((maps[:, None] - maps[None]) ** 2).sum(axis=-1)
    affinity = np.exp(-distances / (2 * 0.1**2))
    clustering = SpectralClustering(n_clusters=clusters, affinity="precomputed", random_state=seed)
    return clustering.fit_predict(affinity)


@wrong("clever_hans.cluster_heatmaps", breaks="Signed maps as they are")
def cluster_heatmaps_absolute(heatmaps, clusters, seed):
    maps = np.asarray(heatmaps, dtype=np.float64)
    maps = np.abs(maps.reshape(len(maps), -1))
    if clusters < 1 or clusters > len(maps):
        raise ValueError("clusters must be from 1 to B")
    if clusters == 1:
        return np.zeros(len(maps), dtype=int)
    if clusters == len(maps):
        return np.arange(len(maps))
    norms = np.linalg.norm(maps, axis=1, keepdims=True)
    maps = maps / np.where(norms > 0, norms, 1.0)
    distances = ((maps[:, None] - maps[None]) ** 2).sum(axis=-1)
    affinity = np.exp(-distances)
    clustering = SpectralClustering(n_clusters=clusters, affinity="precomputed", random_state=seed)
    return clustering.fit_predict(affinity)


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="The affinity of maps, not nearest neighbours (Lapuschkin)",
)
def cluster_heatmaps_passes_maps(heatmaps, clusters, seed):
    maps = np.asarray(heatmaps, dtype=np.float64)
    maps = maps.reshape(len(maps), -1)
    if clusters < 1 or clusters > len(maps):
        raise ValueError("clusters must be from 1 to B")
    if clusters == 1:
        return np.zeros(len(maps), dtype=int)
    if clusters == len(maps):
        return np.arange(len(maps))
    norms = np.linalg.norm(maps, axis=1, keepdims=True)
    maps = maps / np.where(norms > 0, norms, 1.0)
    distances = ((maps[:, None] - maps[None]) ** 2).sum(axis=-1)
    affinity = np.exp(-distances)
    clustering = SpectralClustering(
        n_clusters=clusters,
        affinity="nearest_neighbors",
        n_neighbors=min(10, len(maps)),
        random_state=seed,
    )
    return clustering.fit_predict(maps)
