# ruff: noqa: ANN001, ANN201, ANN202
"""Right answers to `clever_hans`, each in another style."""

import functools

import keras
import numpy as np
import scipy.special as _special
import tensorflow as tf
from scipy.spatial.distance import pdist as _pdist
from scipy.spatial.distance import squareform as _squareform
from sklearn.cluster import SpectralClustering as _SpectralClustering
from sklearn.cluster import spectral_clustering as _spectral_clustering
from sklearn.metrics.pairwise import rbf_kernel as _rbf_kernel
from sklearn.preprocessing import normalize as _normalize

from course.given import predict as _predict
from tests.answers.fresh import right


def _classes(class_index, count):
    return np.broadcast_to(np.asarray(class_index), (count,)).astype(np.int64)


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


@right("clever_hans.add_square", how="np.where over rows and columns")
def where_row_and_column(images, size, value=0.0):
    images = np.asarray(images)
    _, height, width, _ = images.shape
    if not 0 <= size <= min(height, width):
        raise ValueError(f"size must be from 0 to {min(height, width)}, not {size}")
    row, column = np.ogrid[:height, :width]
    inside = (row >= height - size) & (column >= width - size)
    return np.where(inside[..., None], np.asarray(value, images.dtype), images)


@right("clever_hans.add_square", how="a mask padded in tf")
def padded_mask(images, size, value=0.0):
    images = tf.cast(images, tf.float32)
    height, width = images.shape[1:3]
    if size < 0 or size > height or size > width:
        raise ValueError(f"a square of {size} does not fit into {height} × {width} pixels")
    mask = tf.pad(tf.ones([size, size]), [[height - size, 0], [width - size, 0]])[..., None]
    return images * (1 - mask) + value * mask


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


@right("clever_hans.add_watermark", how="screen blending in float64")
def screen_blending(images, mask, alpha):
    images, mask = np.asarray(images, np.float64), np.asarray(mask, np.float64)
    if mask.shape != images.shape[1:3] or not 0 <= alpha <= 1:
        raise ValueError(f"a mask of {mask.shape} with alpha {alpha} cannot be laid on")
    return 1 - (1 - images) * (1 - alpha * mask[:, :, np.newaxis])


@right("clever_hans.add_watermark", how="image by image in tf")
def marked_one_by_one(images, mask, alpha):
    images = tf.cast(images, tf.float32)
    mask = tf.cast(mask, tf.float32)
    if mask.shape.as_list() != images.shape.as_list()[1:3]:
        raise ValueError(f"the mask must be {images.shape[1:3]}, not {mask.shape}")
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be in [0, 1], not {alpha}")
    weight = alpha * mask[..., None]
    return tf.clip_by_value(tf.stack([x + weight * (1 - x) for x in tf.unstack(images)]), 0.0, 1.0)


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


@right("clever_hans.add_lightness_gradient", how="np.add.outer")
def outer_sum(images, strength):
    images = np.asarray(images, np.float64)
    ramp = np.add.outer(*(np.arange(n) / (n - 1) for n in images.shape[1:3])) / 2
    return np.clip(images + strength * ramp[None, ..., None], 0, 1)


@right("clever_hans.add_lightness_gradient", how="tf.meshgrid")
def meshgrid_in_tensorflow(images, strength):
    images = tf.cast(images, tf.float32)
    height, width = images.shape[1:3]
    columns, rows = tf.meshgrid(tf.linspace(0.0, 1.0, width), tf.linspace(0.0, 1.0, height))
    ramp = tf.reshape((rows + columns) / 2, [1, height, width, 1])
    return tf.clip_by_value(images + tf.cast(strength, tf.float32) * ramp, 0.0, 1.0)


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


@right("clever_hans.plant", how="groups put back by dynamic_stitch")
def stitched_together(images, labels, cheats):
    images, labels = np.asarray(images, np.float32), np.asarray(labels)
    if labels.shape != images.shape[:1]:
        raise ValueError(f"there are {len(images)} images and {labels.shape} labels")
    places = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    groups = [cheats.get(int(labels[own[0]]), np.copy)(images[own]) for own in places]
    return tf.dynamic_stitch(
        [tf.constant(own, tf.int32) for own in places],
        [tf.convert_to_tensor(group, tf.float32) for group in groups],
    )


@right("clever_hans.plant", how="a list of images, replaced class by class")
def list_of_images(images, labels, cheats):
    images, labels = np.array(images), [int(label) for label in np.asarray(labels)]
    if len(labels) != len(images):
        raise ValueError(f"there are {len(images)} images and {len(labels)} labels")
    result = list(images)
    for label in set(labels) & set(cheats):
        own = [place for place, other in enumerate(labels) if other == label]
        for place, image in zip(own, np.asarray(cheats[label](images[own])), strict=True):
            result[place] = image
    return np.stack(result)


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


@right("clever_hans.relevance_inside", how="tf.divide_no_nan in float64")
def divided_without_nan(saliency, mask):
    saliency = tf.abs(tf.cast(saliency, tf.float64))
    mask = tf.cast(mask, tf.float64)
    if saliency.shape.rank == 4:
        saliency = tf.reduce_sum(saliency, axis=-1)
    if mask.shape[-2:].as_list() != saliency.shape[1:].as_list():
        raise ValueError(f"the mask must be {saliency.shape[1:]}, not {mask.shape}")
    total = tf.reduce_sum(saliency, axis=[1, 2])
    return tf.math.divide_no_nan(tf.reduce_sum(saliency * mask, axis=[1, 2]), total)


@right("clever_hans.relevance_inside", how="rows of pixels, one by one")
def one_map_at_a_time(saliency, mask):
    saliency, mask = np.asarray(saliency, np.float64), np.asarray(mask, np.float64)
    if mask.shape[-2:] != saliency.shape[1:3]:
        raise ValueError(f"the mask must be {saliency.shape[1:3]}, not {mask.shape}")
    masks = np.broadcast_to(mask, saliency.shape[:3]).reshape(len(saliency), -1)
    shares = []
    for one, inside in zip(saliency, masks, strict=True):
        size = np.abs(one).reshape(inside.size, -1).sum(axis=1)
        shares.append(np.average(inside, weights=size) if size.any() else 0.0)
    return np.array(shares)


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


@right("clever_hans.cheat_effect", how="log_softmax of scipy, float64")
def through_the_log_softmax(model, images, cheat, class_index):
    images = np.asarray(images, np.float32)
    classes = _classes(class_index, len(images))[:, None]

    def asked(x):
        logs = _special.log_softmax(_predict(model, np.asarray(x)).astype(np.float64), axis=1)
        return np.exp(np.take_along_axis(logs, classes, axis=1))[:, 0]

    return asked(cheat(images.copy())) - asked(images)


@right("clever_hans.cheat_effect", how="minus the cross-entropy's exponential, in tf")
def exponential_of_the_loss(model, images, cheat, class_index):
    images = tf.cast(images, tf.float32)
    classes = _classes(class_index, len(images))
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits
    after, before = (
        tf.exp(-loss(classes, model(tf.cast(x, tf.float32), training=False)))
        for x in (cheat(np.array(images)), images)
    )
    return after - before


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


@right("clever_hans.cluster_heatmaps", how="scikit-learn's own rbf with gamma 1")
def rbf_with_gamma_one(heatmaps, clusters, seed):
    heatmaps = np.asarray(heatmaps, np.float64)
    if not 1 <= clusters <= len(heatmaps):
        raise ValueError(f"clusters must be from 1 to {len(heatmaps)}, not {clusters}")
    rows = heatmaps.reshape(len(heatmaps), -1)
    largest = np.abs(rows).max(axis=1, keepdims=True)
    rows = _normalize(rows / np.where(largest > 0, largest, 1))  # zeros stay zeros
    method = _SpectralClustering(clusters, gamma=1.0, affinity="rbf", random_state=seed)
    return method.fit(rows).labels_


@right("clever_hans.cluster_heatmaps", how="precomputed from scipy's distances")
def scipys_distances(heatmaps, clusters, seed):
    rows = np.reshape(np.asarray(heatmaps, np.float64), (len(heatmaps), -1))
    if clusters < 1 or clusters > len(rows):
        raise ValueError(f"clusters must be from 1 to {len(rows)}, not {clusters}")
    size = np.sqrt(np.einsum("bn,bn->b", rows, rows))
    rows = rows / np.where(size > 0, size, 1)[:, None]
    affinity = np.exp(-_squareform(_pdist(rows, "sqeuclidean")))
    return _SpectralClustering(
        n_clusters=clusters, random_state=seed, affinity="precomputed"
    ).fit_predict(affinity)
