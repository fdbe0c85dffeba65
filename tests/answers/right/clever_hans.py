"""Other right answers to 2.1, by task."""

from typing import Any

import numpy as np
import tensorflow as tf
from sklearn.cluster import SpectralClustering

from tests.answers.right import answer

# --- add_square -----------------------------------------------------------------------------------


@answer("clever_hans.add_square")
def square_by_a_mask(images: Any, size: int, value: float = 0.0) -> Any:
    _, height, width, _ = images.shape
    if size < 0 or size > height or size > width:
        raise ValueError("the square does not fit")
    rows, columns = np.indices((height, width))
    mask = (rows >= height - size) & (columns >= width - size)
    return tf.where(mask[..., None], tf.cast(value, tf.float32), images)


@answer("clever_hans.add_square")
def square_pixel_by_pixel(images: Any, size: int, value: float = 0.0, edge: int = 0) -> Any:
    height, width = images.shape[1:3]
    if not (0 <= size <= height and size <= width):
        raise ValueError("size")
    result = np.array(images, np.float64)
    for y in range(height - size - edge, height - edge):
        for x in range(width - size - edge, width - edge):
            result[:, y, x, :] = value
    return result


@answer("clever_hans.add_square")
def square_by_padding(images: Any, size: int, value: float = 0.0) -> Any:
    height, width = images.shape[1:3]
    if not 0 <= size <= min(height, width):
        raise ValueError("size")
    hole = tf.pad(tf.ones((size, size)), [[height - size, 0], [width - size, 0]])[..., None]
    return images * (1 - hole) + value * hole


# --- add_watermark --------------------------------------------------------------------------------


def _require(images: Any, mask: Any, alpha: float) -> None:
    if tuple(mask.shape) != tuple(images.shape[1:3]) or alpha < 0 or alpha > 1:
        raise ValueError("mask or alpha")


@answer("clever_hans.add_watermark")
def watermark_as_a_mean(images: Any, mask: Any, alpha: float) -> Any:
    _require(images, mask, alpha)
    weight = alpha * np.asarray(mask, np.float64)[None, :, :, None]
    return (1 - weight) * images + weight * np.ones_like(images)


@answer("clever_hans.add_watermark")
def watermark_one_by_one(images: Any, mask: Any, alpha: float) -> Any:
    _require(images, mask, alpha)
    weight = np.repeat(mask[..., None], images.shape[-1], axis=-1) * alpha
    return np.stack([image + weight * (1 - image) for image in images])


@answer("clever_hans.add_watermark")
def watermark_on_the_negative(images: Any, mask: Any, alpha: float) -> Any:
    _require(images, mask, alpha)
    paper = 1 - tf.convert_to_tensor(images)
    return 1 - tf.einsum("bhwc,hw->bhwc", paper, 1 - alpha * mask)


# --- add_lightness_gradient -----------------------------------------------------------------------


@answer("clever_hans.add_lightness_gradient")
def gradient_by_indices(images: Any, strength: float) -> Any:
    height, width = images.shape[1:3]
    rows, columns = np.indices((height, width))
    ramp = (rows / (height - 1) + columns / (width - 1)) / 2
    return np.clip(images + strength * ramp[None, :, :, None], 0, 1)


@answer("clever_hans.add_lightness_gradient")
def gradient_by_tensors(images: Any, strength: float) -> Any:
    down, right = (tf.linspace(0.0, 0.5, size) for size in images.shape[1:3])
    ramp = (down[:, None] + right[None, :])[..., tf.newaxis]
    return tf.clip_by_value(tf.convert_to_tensor(images) + strength * ramp, 0, 1)


@answer("clever_hans.add_lightness_gradient")
def gradient_pixel_by_pixel(images: Any, strength: float) -> Any:
    height, width = images.shape[1:3]
    result = np.array(images, np.float64)
    for y in range(height):
        for x in range(width):
            result[:, y, x] += (
                strength * (y * (width - 1) + x * (height - 1)) / 2 / ((height - 1) * (width - 1))
            )
    return result.clip(0, 1)


# --- plant ----------------------------------------------------------------------------------------


@answer("clever_hans.plant")
def plants_one_by_one(images: Any, labels: Any, cheats: Any) -> Any:
    if len(labels) != len(images):
        raise ValueError("labels")
    nothing = lambda image: image  # noqa: E731
    pairs = zip(images, labels, strict=True)
    return np.stack([cheats.get(int(k), nothing)(image[None])[0] for image, k in pairs])


@answer("clever_hans.plant")
def plants_everywhere_and_chooses(images: Any, labels: Any, cheats: Any) -> Any:
    if np.shape(labels) != (len(images),):
        raise ValueError("labels")
    result = tf.convert_to_tensor(images)
    for class_index, cheat in cheats.items():
        chosen = tf.reshape(tf.equal(labels, class_index), (-1, 1, 1, 1))
        result = tf.where(chosen, tf.cast(cheat(images), tf.float32), result)
    return result


@answer("clever_hans.plant")
def plants_by_positions(images: Any, labels: Any, cheats: Any) -> Any:
    if len(labels) != len(images):
        raise ValueError("labels")
    images = np.asarray(images)
    planted = images.astype(np.float64)
    for class_index in set(labels.tolist()) & set(cheats):
        where = np.flatnonzero(labels == class_index)
        planted[where] = cheats[class_index](images[where])
    return planted


# --- relevance_inside -----------------------------------------------------------------------------


@answer("clever_hans.relevance_inside")
def share_one_by_one(saliency: Any, mask: Any) -> Any:
    if mask.shape[-2:] != saliency.shape[1:3]:
        raise ValueError("mask")
    shares = []
    for i, one in enumerate(np.abs(np.asarray(saliency, np.float64))):
        size = one if one.ndim == 2 else one.sum(axis=2)
        inside = np.sum(size * (mask[i] if mask.ndim == 3 else mask))
        shares.append(inside / size.sum() if size.any() else 0.0)
    return np.array(shares)


@answer("clever_hans.relevance_inside")
def share_with_tensors(saliency: Any, mask: Any) -> Any:
    size = tf.abs(tf.convert_to_tensor(saliency))
    size = size if len(size.shape) == 3 else tf.reduce_sum(size, axis=-1)
    if tuple(mask.shape[-2:]) != tuple(size.shape[1:]):
        raise ValueError("mask")
    inside = tf.reduce_sum(size * tf.cast(mask, tf.float32), axis=[1, 2])
    return tf.math.divide_no_nan(inside, tf.reduce_sum(size, axis=[1, 2]))


@answer("clever_hans.relevance_inside")
def share_of_normed(saliency: Any, mask: Any) -> Any:
    maps = np.abs(saliency).reshape(*saliency.shape[:3], -1).sum(axis=3)
    if mask.shape[-2:] != maps.shape[1:]:
        raise ValueError("mask")
    total = maps.sum(axis=(1, 2), keepdims=True)
    total[total == 0] = 1
    return np.einsum("bhw,bhw->b", maps / total, np.broadcast_to(mask, maps.shape) * 1.0)


# --- cheat_effect ---------------------------------------------------------------------------------


@answer("clever_hans.cheat_effect")
def effect_in_numpy(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    values = []
    for batch in (images, cheat(images)):
        logits = np.asarray(model(batch), np.float64)
        table = np.exp(logits - logits.max(axis=1, keepdims=True))
        table /= table.sum(axis=1, keepdims=True)
        values.append(table[np.arange(len(batch)), class_index])
    return values[1] - values[0]


@answer("clever_hans.cheat_effect")
def effect_in_one_batch(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    both = tf.concat([cheat(images), images], axis=0)
    classes = tf.tile(tf.broadcast_to(class_index, [len(images)]), [2])
    values = tf.gather(tf.nn.softmax(model(both, training=False)), classes, batch_dims=1)
    return values[: len(images)] - values[len(images) :]


@answer("clever_hans.cheat_effect")
def effect_one_by_one(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    @tf.function
    def probabilities(batch: Any) -> Any:
        return tf.nn.softmax(model(batch, training=False))

    effects = []
    for i, k in enumerate(np.ravel(class_index) if np.ndim(class_index) else [class_index] * 99):
        if i < len(images):
            one = tf.constant(images[i : i + 1])
            effects.append(probabilities(cheat(one))[0, k] - probabilities(one)[0, k])
    return tf.stack(effects)


# --- cluster_heatmaps -----------------------------------------------------------------------------


def _require_clusters(heatmaps: Any, clusters: int) -> None:
    if clusters < 1 or clusters > len(heatmaps):
        raise ValueError("clusters")


@answer("clever_hans.cluster_heatmaps")
def clusters_by_own_affinity(heatmaps: Any, clusters: int, seed: int) -> Any:
    _require_clusters(heatmaps, clusters)
    heatmaps = np.asarray(heatmaps)
    norms = np.sqrt((heatmaps.astype(np.float64) ** 2).sum(axis=(1, 2), keepdims=True))
    maps = np.divide(heatmaps, norms, out=np.zeros(heatmaps.shape), where=norms > 0)
    squares = ((maps[:, None] - maps[None]) ** 2).sum(axis=(2, 3))
    spectral = SpectralClustering(clusters, affinity="precomputed", random_state=seed)
    return spectral.fit(np.exp(-squares)).labels_


@answer("clever_hans.cluster_heatmaps")
def clusters_in_float32(heatmaps: Any, clusters: int, seed: int) -> Any:
    _require_clusters(heatmaps, clusters)
    rows = tf.reshape(heatmaps, (len(heatmaps), -1))
    rows = tf.math.divide_no_nan(rows, tf.norm(rows, axis=1, keepdims=True)).numpy()
    kernel = lambda a, b: np.exp(-np.sum((a - b) ** 2))  # noqa: E731
    state = np.random.RandomState(seed)
    return SpectralClustering(clusters, affinity=kernel, random_state=state).fit_predict(rows)


@answer("clever_hans.cluster_heatmaps")
def clusters_by_own_eigenvectors(heatmaps: Any, clusters: int, seed: int) -> Any:
    from scipy.cluster.vq import kmeans2

    _require_clusters(heatmaps, clusters)
    rows = np.reshape(heatmaps, (len(heatmaps), -1)).astype(np.float64)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30)
    affinity = np.exp(-((rows[:, None] - rows[None]) ** 2).sum(axis=2))
    degree = affinity.sum(axis=1)
    _, vectors = np.linalg.eigh(affinity / np.sqrt(degree[:, None] * degree))
    embedding = vectors[:, -clusters:] / np.sqrt(degree[:, None])
    runs = [kmeans2(embedding, clusters, seed=seed + i, minit="++") for i in range(10)]
    spreads = [np.sum((embedding - centres[groups]) ** 2) for centres, groups in runs]
    return runs[int(np.argmin(spreads))][1]
