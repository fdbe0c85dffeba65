# ruff: noqa: ANN001, ANN201
"""Right answers to `clever_hans`, each in another style."""

import functools

import keras
import numpy as np
import tensorflow as tf
from sklearn.cluster import SpectralClustering as _SpectralClustering
from sklearn.cluster import spectral_clustering as _spectral_clustering
from sklearn.metrics.pairwise import rbf_kernel as _rbf_kernel

from tests.answers.fresh import right

# --- add_square


@right("clever_hans.add_square", how="tf.where with a mask of rows and columns")
def chooses_by_a_mask(images, size, value=0.0):
    images = tf.convert_to_tensor(images)
    _, height, width, _ = images.shape
    if not 0 <= size <= min(height, width):
        raise ValueError(f"a square of {size} pixels does not fit {height} x {width}")
    inside = (tf.range(height)[:, None] >= height - size) & (tf.range(width) >= width - size)
    return tf.where(inside[..., None], tf.cast(value, images.dtype), images)


@right("clever_hans.add_square", how="flipped, so that the square starts at 0")
def paints_a_flipped_copy(images, size, value=0.0):
    result = np.array(images)[:, ::-1, ::-1]
    if size < 0 or any(size > edge for edge in result.shape[1:3]):
        raise ValueError("size")
    result[:, :size, :size] = value
    return result[:, ::-1, ::-1]


# --- add_watermark


@right("clever_hans.add_watermark", how="keras.ops, the darkness shrinks")
def shrinks_the_darkness(images, mask, alpha):
    mask = np.asarray(mask, np.float32)
    if tuple(mask.shape) != tuple(images.shape[1:3]):
        raise ValueError("mask")
    if alpha < 0 or alpha > 1:
        raise ValueError("alpha")
    dark = 1 - keras.ops.convert_to_tensor(images, "float32")
    return 1 - dark * (1 - alpha * mask[None, :, :, None])


@right("clever_hans.add_watermark", how="image by image, in float64")
def blends_image_by_image(images, mask, alpha):
    mask = np.asarray(mask, float)
    if np.shape(images)[1:3] != mask.shape:
        raise ValueError(f"the mask is {mask.shape}")
    if not 0.0 <= alpha <= 1.0:
        raise ValueError(f"alpha is {alpha}")
    opacity = np.expand_dims(alpha * mask, -1)
    blended = [opacity + (1 - opacity) * np.asarray(image, float) for image in images]
    return np.clip(np.stack(blended), 0, 1)


# --- add_lightness_gradient


@right("clever_hans.add_lightness_gradient", how="tf.linspace and tf.clip_by_value")
def adds_a_tensor_ramp(images, strength):
    images = tf.convert_to_tensor(images, tf.float32)
    rows = tf.linspace(0.0, 0.5, images.shape[1])
    columns = tf.linspace(0.0, 0.5, images.shape[2])
    ramp = rows[:, None] + columns[None, :]
    return tf.clip_by_value(images + strength * ramp[None, :, :, None], 0.0, 1.0)


@right("clever_hans.add_lightness_gradient", how="np.indices, each axis by its length less one")
def adds_scaled_indices(images, strength):
    images = np.array(images, np.float64)
    row, column = np.indices(images.shape[1:3])
    ramp = 0.5 * row / max(row.max(), 1) + 0.5 * column / max(column.max(), 1)
    images += strength * ramp[None, ..., None]
    return np.clip(images, 0, 1, out=images)


# --- plant


@right("clever_hans.plant", how="one image a time, as a batch of one")
def plants_one_by_one(images, labels, cheats):
    labels = [int(label) for label in np.asarray(labels)]
    if len(labels) != len(images):
        raise ValueError("labels")
    rows = []
    for image, label in zip(np.array(images), labels, strict=True):
        batch = image[None]
        rows.append(np.asarray(cheats[label](batch.copy()) if label in cheats else batch))
    return np.concatenate(rows) if rows else np.array(images)


@right("clever_hans.plant", how="tf.dynamic_stitch of the classes' parts")
def stitches_the_classes(images, labels, cheats):
    images = tf.convert_to_tensor(images, tf.float32)
    labels = np.asarray(labels)
    if labels.shape != (images.shape[0],):
        raise ValueError(f"{labels.shape} labels for {images.shape[0]} images")
    places, parts = [tf.range(len(labels))], [images]
    for label in sorted(set(labels.tolist()) & set(cheats)):
        where = np.flatnonzero(labels == label).astype(np.int32)
        places.append(tf.constant(where))
        parts.append(tf.cast(cheats[label](tf.gather(images, where)), tf.float32))
    return tf.dynamic_stitch(places, parts)


# --- relevance_inside


@right("clever_hans.relevance_inside", how="einsum over broadcast masks, float64")
def contracts_with_the_mask(saliency, mask):
    size = np.abs(np.asarray(saliency).astype(float))
    if size.ndim == 3:
        size = size[..., None]
    mask = np.asarray(mask).astype(float)
    if mask.shape[-2:] != size.shape[1:3]:
        raise ValueError("mask")
    mask = np.broadcast_to(mask, size.shape[:3])
    total = size.sum(axis=(1, 2, 3))
    inside = np.einsum("bhwc,bhw->b", size, mask)
    return np.where(total == 0, 0.0, inside / np.where(total == 0, 1.0, total))


@right(
    "clever_hans.relevance_inside",
    how="tf.divide_no_nan, each map divided by its maximum first",
)
def divides_in_tensorflow(saliency, mask):
    x = tf.abs(tf.cast(saliency, tf.float64))
    if x.shape.rank == 4:
        x = tf.reduce_sum(x, -1)
    mask = tf.cast(mask, tf.float64)
    if mask.shape[-2:] != x.shape[-2:]:
        raise ValueError(f"a mask {mask.shape} for maps {x.shape}")
    x = tf.math.divide_no_nan(x, tf.reduce_max(x, [1, 2], keepdims=True))
    return tf.math.divide_no_nan(tf.reduce_sum(x * mask, [1, 2]), tf.reduce_sum(x, [1, 2]))


# --- cheat_effect


@right("clever_hans.cheat_effect", how="both batches in one call")
def asks_once_for_both(model, images, cheat, class_index):
    images = tf.convert_to_tensor(images, tf.float32)
    both = tf.concat([tf.cast(cheat(images), tf.float32), images], axis=0)
    probabilities = tf.nn.softmax(model(both, training=False))
    classes = tf.tile(tf.broadcast_to(tf.cast(class_index, tf.int32), [len(images)]), [2])
    picked = tf.gather(probabilities, classes, axis=1, batch_dims=1)
    after, before = tf.split(picked, 2)
    return after - before


@right("clever_hans.cheat_effect", how="functools.partial of select_output, in numpy")
def subtracts_selected_outputs(model, images, cheat, class_index):
    from course.saliency import select_output

    probability = functools.partial(select_output, model, class_index=class_index, output="softmax")
    with_it, without = (
        np.asarray(probability(images=batch)) for batch in (cheat(np.array(images)), images)
    )
    return with_it - without


# --- cluster_heatmaps


@right("clever_hans.cluster_heatmaps", how="scikit-learn's own rbf affinity with gamma 1")
def uses_the_rbf_affinity(heatmaps, clusters, seed):
    flat = np.array(heatmaps, np.float64)
    flat = flat.reshape(flat.shape[0], -1)
    if clusters < 1 or clusters > len(flat):
        raise ValueError(f"{clusters} clusters of {len(flat)} maps")
    for row in flat:
        row /= np.linalg.norm(row) or 1.0
    model = _SpectralClustering(n_clusters=clusters, affinity="rbf", gamma=1.0, random_state=seed)
    return model.fit(flat).labels_


@right("clever_hans.cluster_heatmaps", how="the function spectral_clustering on rbf_kernel")
def calls_the_function_on_a_kernel(heatmaps, clusters, seed):
    maps = tf.reshape(tf.cast(heatmaps, tf.float64), [len(heatmaps), -1])
    if not 0 < clusters <= len(maps):
        raise ValueError("clusters")
    unit = tf.math.divide_no_nan(maps, tf.norm(maps, axis=1, keepdims=True)).numpy()
    return _spectral_clustering(
        _rbf_kernel(unit, gamma=1.0), n_clusters=clusters, random_state=seed
    ).astype(np.int64)
