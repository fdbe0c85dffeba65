# ruff: noqa: ANN001, ANN201, E741, F841
"""More wrong answers to `clever_hans`, of a later round: each breaks one promise."""

import numpy as np
from sklearn.cluster import SpectralClustering

from course.given import probabilities
from tests.answers.fresh import wrong


@wrong(
    "clever_hans.add_square",
    breaks="The square touches the lower and the right edge (one pixel inside)",
)
def add_square_inset_one(images, size, value=0.0):
    images = np.array(images, np.float32)
    height, width = images.shape[1:3]
    if not 0 <= size <= min(height, width):
        raise ValueError("the square does not fit")
    images[:, max(height - size - 1, 0) : height - 1, max(width - size - 1, 0) : width - 1] = value
    return images


@wrong(
    "clever_hans.add_square",
    breaks="ValueError if size is larger than W, too (compared with H only)",
)
def add_square_only_height_checked(images, size, value=0.0):
    images = np.array(images, np.float32)
    height, width = images.shape[1:3]
    if not 0 <= size <= height:
        raise ValueError("the square does not fit")
    images[:, height - size :, max(width - size, 0) :] = value
    return images


@wrong("clever_hans.add_square", breaks="Size 0 paints nothing ([-0:] paints all)")
def add_square_minus_zero(images, size, value=0.0):
    images = np.array(images, np.float32)
    height, width = images.shape[1:3]
    if not 0 <= size <= min(height, width):
        raise ValueError("the square does not fit")
    images[:, -size:, -size:] = value
    return images


@wrong("clever_hans.add_square", breaks="A size equal to H or W is allowed (>= refuses it)")
def add_square_full_size_refused(images, size, value=0.0):
    images = np.array(images, np.float32)
    height, width = images.shape[1:3]
    if not 0 <= size < min(height, width):
        raise ValueError("the square does not fit")
    images[:, height - size :, width - size :] = value
    return images


@wrong(
    "clever_hans.add_square",
    breaks="The grey level itself is painted (levels above one half become white)",
)
def add_square_rounded_level(images, size, value=0.0):
    images = np.array(images, np.float32)
    height, width = images.shape[1:3]
    if not 0 <= size <= min(height, width):
        raise ValueError("the square does not fit")
    images[:, height - size :, width - size :] = value
    if value > 0.5:
        images[:, height - size :, width - size :] = np.float32(round(value))
    return images


@wrong("clever_hans.add_watermark", breaks="Alpha · mask for masks between 0 and 1 (mask > 0.5)")
def add_watermark_binary_mask(images, mask, alpha):
    images, mask = (np.asarray(images, np.float32), np.asarray(mask, np.float32))
    if mask.shape != images.shape[1:3]:
        raise ValueError("the mask has another shape")
    if not 0 <= alpha <= 1:
        raise ValueError("alpha must be in [0, 1]")
    opacity = (alpha * (mask > 0.5))[None, :, :, None]
    return (images * (1 - opacity) + opacity).astype(np.float32)


@wrong(
    "clever_hans.add_watermark",
    breaks="ValueError for a mask that is not (H, W) ((1, W) or (H, 1) broadcast)",
)
def add_watermark_broadcast_mask(images, mask, alpha):
    images, mask = (np.asarray(images, np.float32), np.asarray(mask, np.float32))
    try:
        mask = np.broadcast_to(mask, images.shape[1:3])
    except ValueError:
        raise
    if not 0 <= alpha <= 1:
        raise ValueError("alpha must be in [0, 1]")
    opacity = (alpha * mask)[None, :, :, None]
    return (images * (1 - opacity) + opacity).astype(np.float32)


@wrong(
    "clever_hans.add_watermark",
    breaks="The fraction of the way to white (adds alpha · mask, clipped)",
)
def add_watermark_additive(images, mask, alpha):
    images, mask = (np.asarray(images, np.float32), np.asarray(mask, np.float32))
    if mask.shape != images.shape[1:3]:
        raise ValueError("the mask has another shape")
    if not 0 <= alpha <= 1:
        raise ValueError("alpha must be in [0, 1]")
    opacity = (alpha * mask)[None, :, :, None]
    return np.clip(images + opacity, 0, 1).astype(np.float32)


@wrong("clever_hans.add_watermark", breaks="ValueError if alpha lies outside [0, 1] (clipped)")
def add_watermark_clips_alpha(images, mask, alpha):
    images, mask = (np.asarray(images, np.float32), np.asarray(mask, np.float32))
    if mask.shape != images.shape[1:3]:
        raise ValueError("the mask has another shape")
    alpha = float(np.clip(alpha, 0, 1))
    opacity = (alpha * mask)[None, :, :, None]
    return (images * (1 - opacity) + opacity).astype(np.float32)


@wrong(
    "clever_hans.add_watermark",
    breaks="The mask must be (H, W) (a (W, H) mask is transposed to fit)",
)
def add_watermark_swapped_mask_ok(images, mask, alpha):
    images, mask = (np.asarray(images, np.float32), np.asarray(mask, np.float32))
    if mask.shape != images.shape[1:3] and mask.T.shape == images.shape[1:3]:
        mask = mask.T
    if mask.shape != images.shape[1:3]:
        raise ValueError("the mask has another shape")
    if not 0 <= alpha <= 1:
        raise ValueError("alpha must be in [0, 1]")
    opacity = (alpha * mask)[None, :, :, None]
    return (images * (1 - opacity) + opacity).astype(np.float32)


@wrong(
    "clever_hans.add_lightness_gradient",
    breaks="0.5 in the two other corners (ramp (i + j) / (H + W − 2): only for squares)",
)
def add_lightness_gradient_diagonal_index(images, strength):
    images = np.asarray(images, np.float32)
    height, width = images.shape[1:3]
    ramp = (np.arange(height)[:, None] + np.arange(width)[None]) / (height + width - 2)
    return np.clip(images + strength * ramp[None, :, :, None], 0, 1).astype(np.float32)


@wrong("clever_hans.add_lightness_gradient", breaks="1 in the lower right pixel (i / H, j / W)")
def add_lightness_gradient_no_endpoint(images, strength):
    images = np.asarray(images, np.float32)
    height, width = images.shape[1:3]
    ramp = (
        np.linspace(0, 1, height, endpoint=False)[:, None]
        + np.linspace(0, 1, width, endpoint=False)[None]
    ) / 2
    return np.clip(images + strength * ramp[None, :, :, None], 0, 1).astype(np.float32)


@wrong(
    "clever_hans.add_lightness_gradient",
    breaks="Clipped to [0, 1] (only at 1: a negative strength gives values below 0)",
)
def add_lightness_gradient_clip_top_only(images, strength):
    images = np.asarray(images, np.float32)
    height, width = images.shape[1:3]
    ramp = (np.linspace(0, 1, height)[:, None] + np.linspace(0, 1, width)[None]) / 2
    return np.minimum(images + strength * ramp[None, :, :, None], 1).astype(np.float32)


@wrong(
    "clever_hans.add_lightness_gradient",
    breaks="The sum is clipped (the added ramp is clipped to [0, 1]: no darkening)",
)
def add_lightness_gradient_clipped_ramp(images, strength):
    images = np.asarray(images, np.float32)
    height, width = images.shape[1:3]
    ramp = (np.linspace(0, 1, height)[:, None] + np.linspace(0, 1, width)[None]) / 2
    return np.clip(images + np.clip(strength * ramp, 0, 1)[None, :, :, None], 0, 1).astype(
        np.float32
    )


@wrong(
    "clever_hans.plant",
    breaks="A cheat is a function of (N, H, W, C) (called with single images (H, W, C))",
)
def plant_one_image_dropped_dim(images, labels, cheats):
    images, labels = (np.array(images, np.float32), np.asarray(labels))
    if len(images) != len(labels):
        raise ValueError("labels")
    for i, l in enumerate(labels):
        if int(l) in cheats:
            images[i] = np.asarray(cheats[int(l)](images[i]))
    return images


@wrong(
    "clever_hans.plant",
    breaks="A class that no image has is passed over (its cheat is called with no images)",
)
def plant_empty_call(images, labels, cheats):
    images, labels = (np.array(images, np.float32), np.asarray(labels))
    if len(images) != len(labels):
        raise ValueError("not as many labels as images")
    for label, cheat in cheats.items():
        which = labels == label
        images[which] = np.asarray(cheat(images[which]))
    return images


@wrong("clever_hans.plant", breaks="ValueError also if there are more labels than images")
def plant_too_few_only(images, labels, cheats):
    images, labels = (np.array(images, np.float32), np.asarray(labels))
    if len(images) > len(labels):
        raise ValueError("not as many labels as images")
    for label, cheat in cheats.items():
        which = labels[: len(images)] == label
        if which.any():
            images[which] = np.asarray(cheat(images[which]))
    return images


@wrong("clever_hans.plant", breaks="In the order of images (grouped by class)")
def plant_labels_changed_order(images, labels, cheats):
    images, labels = (np.array(images, np.float32), np.asarray(labels))
    if len(images) != len(labels):
        raise ValueError("labels")
    parts = [images[~np.isin(labels, list(cheats))]]
    for k, cheat in cheats.items():
        if (labels == k).any():
            parts.append(np.asarray(cheat(images[labels == k])))
    return np.concatenate(parts)


@wrong("clever_hans.plant", breaks="Changes nothing it is given (pops the cheats out of the dict)")
def plant_pops_cheats(images, labels, cheats):
    images, labels = (np.array(images, np.float32), np.asarray(labels))
    if len(images) != len(labels):
        raise ValueError("not as many labels as images")
    for label in list(cheats):
        cheat = cheats.pop(label)
        which = labels == label
        if which.any():
            images[which] = np.asarray(cheat(images[which]))
    return images


@wrong("clever_hans.relevance_inside", breaks="Absolute value before channels are added up (after)")
def relevance_inside_abs_after_sum(saliency, mask):
    size = np.asarray(saliency, np.float64)
    if size.ndim == 4:
        size = size.sum(-1)
    size = np.abs(size)
    mask = np.asarray(mask, np.float64)
    if mask.shape[-2:] != size.shape[1:]:
        raise ValueError("the mask's size is another")
    total = size.sum((1, 2))
    inside = (size * mask).sum((1, 2))
    return np.divide(inside, total, out=np.zeros_like(total), where=total > 0)


@wrong(
    "clever_hans.relevance_inside", breaks="A mask value in between counts in part (astype(bool))"
)
def relevance_inside_bool_mask(saliency, mask):
    size = np.abs(np.asarray(saliency, np.float64))
    if size.ndim == 4:
        size = size.sum(-1)
    mask = np.asarray(mask).astype(bool)
    if mask.shape[-2:] != size.shape[1:]:
        raise ValueError("the mask's size is another")
    total = size.sum((1, 2))
    inside = (size * mask).sum((1, 2))
    return np.divide(inside, total, out=np.zeros_like(total), where=total > 0)


@wrong("clever_hans.relevance_inside", breaks="Also for tiny maps (1e-7 added to the divisor)")
def relevance_inside_eps(saliency, mask):
    size = np.abs(np.asarray(saliency, np.float64))
    if size.ndim == 4:
        size = size.sum(-1)
    mask = np.asarray(mask, np.float64)
    if mask.shape[-2:] != size.shape[1:]:
        raise ValueError("the mask's size is another")
    total = size.sum((1, 2))
    inside = (size * mask).sum((1, 2))
    return inside / (total + 1e-07)


@wrong(
    "clever_hans.relevance_inside",
    breaks="ValueError if the mask's last two axes are not H and W ((1, W) broadcasts)",
)
def relevance_inside_row_mask_broadcast(saliency, mask):
    size = np.abs(np.asarray(saliency, np.float64))
    if size.ndim == 4:
        size = size.sum(-1)
    mask = np.asarray(mask, np.float64)
    total = size.sum((1, 2))
    inside = (size * mask).sum((1, 2))
    return np.divide(inside, total, out=np.zeros_like(total), where=total > 0)


@wrong("clever_hans.relevance_inside", breaks="One mask each, if (B, H, W) (the first for all)")
def relevance_inside_first_mask(saliency, mask):
    size = np.abs(np.asarray(saliency, np.float64))
    if size.ndim == 4:
        size = size.sum(-1)
    mask = np.asarray(mask, np.float64)
    mask = mask[0] if mask.ndim == 3 else mask
    if mask.shape[-2:] != size.shape[1:]:
        raise ValueError("the mask's size is another")
    total = size.sum((1, 2))
    inside = (size * mask).sum((1, 2))
    return np.divide(inside, total, out=np.zeros_like(total), where=total > 0)


@wrong(
    "clever_hans.relevance_inside", breaks="Absolute values (squares, 'energy-based pointing game')"
)
def relevance_inside_square_energy(saliency, mask):
    size = np.square(np.asarray(saliency, np.float64))
    if size.ndim == 4:
        size = size.sum(-1)
    mask = np.asarray(mask, np.float64)
    if mask.shape[-2:] != size.shape[1:]:
        raise ValueError("the mask's size is another")
    total = size.sum((1, 2))
    inside = (size * mask).sum((1, 2))
    return np.divide(inside, total, out=np.zeros_like(total), where=total > 0)


@wrong(
    "clever_hans.cheat_effect", breaks="A plain difference (relative to the probability without)"
)
def cheat_effect_relative(model, images, cheat, class_index):
    images = np.array(images, np.float32)
    rows = np.arange(len(images))
    after = probabilities(model, np.asarray(cheat(images.copy())))[rows, np.asarray(class_index)]
    before = probabilities(model, images)[rows, np.asarray(class_index)]
    return (after - before) / np.maximum(before, 1e-09)


@wrong(
    "clever_hans.cheat_effect",
    breaks="Class_index is the class whose probability is taken (an array: its first for all)",
)
def cheat_effect_own_class(model, images, cheat, class_index):
    images = np.array(images, np.float32)
    class_index = np.ravel(class_index)[0]
    rows = np.arange(len(images))
    after = probabilities(model, np.asarray(cheat(images.copy())))[rows, np.asarray(class_index)]
    return after - probabilities(model, images)[rows, np.asarray(class_index)]


@wrong(
    "clever_hans.cheat_effect",
    breaks="In [-1, 1], negative where the cheat lowers it (clipped at 0)",
)
def cheat_effect_one_by_one(model, images, cheat, class_index):
    images = np.array(images, np.float32)
    rows = np.arange(len(images))
    after = probabilities(model, np.asarray(cheat(images.copy())))[rows, np.asarray(class_index)]
    return np.clip(after - probabilities(model, images)[rows, np.asarray(class_index)], 0, 1)


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="Exp(−‖a − b‖²) (sklearn's rbf with gamma 1 / n_features)",
)
def cluster_heatmaps_gamma_per_dim(heatmaps, clusters, seed):
    flat = np.asarray(heatmaps, np.float64).reshape(len(heatmaps), -1)
    if not 1 <= clusters <= len(flat):
        raise ValueError("clusters must be from 1 to B")
    if clusters == 1:
        return np.zeros(len(flat), int)
    if clusters == len(flat):
        return np.arange(len(flat))
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    flat = np.divide(flat, norm, out=np.zeros_like(flat), where=norm > 0)
    affinity = np.exp(-((flat[:, None] - flat[None]) ** 2).mean(-1))
    return SpectralClustering(clusters, affinity="precomputed", random_state=seed).fit_predict(
        affinity
    )


@wrong("clever_hans.cluster_heatmaps", breaks="The squared distance")
def cluster_heatmaps_not_squared(heatmaps, clusters, seed):
    flat = np.asarray(heatmaps, np.float64).reshape(len(heatmaps), -1)
    if not 1 <= clusters <= len(flat):
        raise ValueError("clusters must be from 1 to B")
    if clusters == 1:
        return np.zeros(len(flat), int)
    if clusters == len(flat):
        return np.arange(len(flat))
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    flat = np.divide(flat, norm, out=np.zeros_like(flat), where=norm > 0)
    affinity = np.exp(-np.linalg.norm(flat[:, None] - flat[None], axis=-1))
    return SpectralClustering(clusters, affinity="precomputed", random_state=seed).fit_predict(
        affinity
    )


@wrong(
    "clever_hans.cluster_heatmaps", breaks="The maps as they are, with their sign (absolute values)"
)
def cluster_heatmaps_absolute(heatmaps, clusters, seed):
    flat = np.abs(np.asarray(heatmaps, np.float64)).reshape(len(heatmaps), -1)
    if not 1 <= clusters <= len(flat):
        raise ValueError("clusters must be from 1 to B")
    if clusters == 1:
        return np.zeros(len(flat), int)
    if clusters == len(flat):
        return np.arange(len(flat))
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    flat = np.divide(flat, norm, out=np.zeros_like(flat), where=norm > 0)
    affinity = np.exp(-((flat[:, None] - flat[None]) ** 2).sum(-1))
    return SpectralClustering(clusters, affinity="precomputed", random_state=seed).fit_predict(
        affinity
    )


@wrong("clever_hans.cluster_heatmaps", breaks="The seed is scikit-learn's random_state (always 0)")
def cluster_heatmaps_seed_ignored(heatmaps, clusters, seed):
    flat = np.asarray(heatmaps, np.float64).reshape(len(heatmaps), -1)
    if not 1 <= clusters <= len(flat):
        raise ValueError("clusters must be from 1 to B")
    if clusters == 1:
        return np.zeros(len(flat), int)
    if clusters == len(flat):
        return np.arange(len(flat))
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    flat = np.divide(flat, norm, out=np.zeros_like(flat), where=norm > 0)
    affinity = np.exp(-((flat[:, None] - flat[None]) ** 2).sum(-1))
    return SpectralClustering(clusters, affinity="precomputed", random_state=0).fit_predict(
        affinity
    )


@wrong(
    "clever_hans.cluster_heatmaps", breaks="Spectral clustering (k-means on the normalized maps)"
)
def cluster_heatmaps_kmeans(heatmaps, clusters, seed):
    flat = np.asarray(heatmaps, np.float64).reshape(len(heatmaps), -1)
    if not 1 <= clusters <= len(flat):
        raise ValueError("clusters must be from 1 to B")
    if clusters == 1:
        return np.zeros(len(flat), int)
    if clusters == len(flat):
        return np.arange(len(flat))
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    flat = np.divide(flat, norm, out=np.zeros_like(flat), where=norm > 0)
    affinity = np.exp(-((flat[:, None] - flat[None]) ** 2).sum(-1))
    return (
        __import__("sklearn.cluster")
        .cluster.KMeans(clusters, random_state=seed, n_init=10)
        .fit_predict(flat)
    )


@wrong("clever_hans.cluster_heatmaps", breaks="A map of zeros stays zero (0 / 0)")
def cluster_heatmaps_zero_map_nan(heatmaps, clusters, seed):
    flat = np.asarray(heatmaps, np.float64).reshape(len(heatmaps), -1)
    if not 1 <= clusters <= len(flat):
        raise ValueError("clusters must be from 1 to B")
    if clusters == 1:
        return np.zeros(len(flat), int)
    if clusters == len(flat):
        return np.arange(len(flat))
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    flat = flat / norm
    affinity = np.exp(-((flat[:, None] - flat[None]) ** 2).sum(-1))
    return SpectralClustering(clusters, affinity="precomputed", random_state=seed).fit_predict(
        affinity
    )


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="Divided by its own norm (mean taken off first: correlation)",
)
def cluster_heatmaps_global_mean(heatmaps, clusters, seed):
    flat = np.asarray(heatmaps, np.float64).reshape(len(heatmaps), -1)
    if not 1 <= clusters <= len(flat):
        raise ValueError("clusters must be from 1 to B")
    if clusters == 1:
        return np.zeros(len(flat), int)
    if clusters == len(flat):
        return np.arange(len(flat))
    flat = flat - flat.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    flat = np.divide(flat, norm, out=np.zeros_like(flat), where=norm > 0)
    affinity = np.exp(-((flat[:, None] - flat[None]) ** 2).sum(-1))
    return SpectralClustering(clusters, affinity="precomputed", random_state=seed).fit_predict(
        affinity
    )
