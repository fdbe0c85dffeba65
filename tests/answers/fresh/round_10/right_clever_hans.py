# ruff: noqa: ANN001, ANN201, ANN202, B905, E501
"""Right answers to `clever_hans` of round 10: each keeps all promises."""

import numpy as np
import tensorflow as tf
from scipy.special import softmax
from sklearn.cluster import SpectralClustering, spectral_clustering
from sklearn.preprocessing import normalize

from course.given import predict
from tests.answers.fresh import right


@right(
    "clever_hans.add_square",
    how="A mask padded from a block of ones, and tf.where with a grey level of the images' dtype.",
)
def add_square_grey_level_images(images, size, value=0.0):
    images = tf.convert_to_tensor(images)
    _, height, width, _ = images.shape
    if size < 0 or size > height or size > width:
        raise ValueError(f"a square of {size} does not fit into {height} × {width}")
    corner = tf.pad(tf.ones((size, size), tf.bool), [[height - size, 0], [width - size, 0]])
    return tf.where(corner[None, :, :, None], tf.cast(value, images.dtype), images)


@right(
    "clever_hans.add_watermark",
    how="Seen from white: the distance to white shrinks by the factor 1 − alpha · mask, in one einsum.",
)
def add_watermark_seen_white_distance(images, mask, alpha):
    images = np.asarray(images, np.float64)
    keep = 1.0 - alpha * np.asarray(mask, np.float64)
    if keep.shape != images.shape[1:3]:
        raise ValueError(f"the mask is {keep.shape}, the images are {images.shape[1:3]}")
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha must lie in [0, 1], not {alpha}")
    lighter = 1.0 - np.einsum("bhwc,hw->bhwc", 1.0 - images, keep)
    return np.clip(lighter, 0.0, 1.0).astype(np.float32)


@right(
    "clever_hans.add_lightness_gradient",
    how="The ramp is made from its four corners by two matrix products of hat functions.",
)
def add_lightness_gradient_ramp_made_four(images, strength):
    images = np.asarray(images, np.float64)
    corners = np.array([[0.0, 0.5], [0.5, 1.0]])
    down, along = (
        np.stack([1 - np.arange(n) / (n - 1), np.arange(n) / (n - 1)]) for n in images.shape[1:3]
    )
    ramp = down.T @ corners @ along
    return np.clip(images + strength * ramp[None, :, :, None], 0, 1).astype(np.float32)


@right(
    "clever_hans.plant",
    how="Tf.dynamic_partition by cheat and tf.dynamic_stitch back into the old order.",
)
def plant_tf_dynamic_partition(images, labels, cheats):
    images = tf.convert_to_tensor(images)
    labels = np.asarray(labels)
    if labels.shape != (images.shape[0],):
        raise ValueError(f"{images.shape[0]} images, but labels {labels.shape}")
    functions = [None, *cheats.values()]
    part_of = np.zeros(len(labels), np.int32)
    for part, label in enumerate(cheats, start=1):
        part_of[labels == label] = part
    places = tf.dynamic_partition(tf.range(len(labels)), part_of, len(functions))
    parts = tf.dynamic_partition(images, part_of, len(functions))
    changed = [
        part
        if function is None or not len(part)
        else tf.cast(function(np.array(part)), images.dtype)
        for function, part in zip(functions, parts)
    ]
    return tf.dynamic_stitch(places, changed)


@right(
    "clever_hans.relevance_inside",
    how="A loop over images and np.average with the map as weights of the mask.",
)
def relevance_inside_loop_over_images(saliency, mask):
    saliency, mask = (np.asarray(saliency, np.float64), np.asarray(mask, np.float64))
    if saliency.ndim == 3:
        saliency = saliency[..., np.newaxis]
    count, height, width, _ = saliency.shape
    if mask.ndim < 2 or mask.shape[-2:] != (height, width):
        raise ValueError(f"a mask of shape {mask.shape} does not lie over {height} × {width}")
    masks = [mask] * count if mask.ndim == 2 else list(mask)
    shares = np.zeros(count)
    for number, (one, where) in enumerate(zip(saliency, masks)):
        weights = np.linalg.norm(one, ord=1, axis=-1)
        if weights.any():
            shares[number] = np.average(where, weights=weights)
    return shares


@right(
    "clever_hans.cheat_effect",
    how="Clean and cheated images go through the model together, and scipy's softmax with take_along_axis reads the answer.",
)
def cheat_effect_clean_cheated_images(model, images, cheat, class_index):
    both = np.stack([np.asarray(images, np.float32), np.asarray(cheat(images), np.float32)])
    pairs = both.reshape(-1, *both.shape[2:])
    logits = np.concatenate([np.asarray(model(image[None], training=False)) for image in pairs])
    odds = softmax(logits.astype(np.float64), axis=-1).reshape(2, both.shape[1], -1)
    classes = np.broadcast_to(np.asarray(class_index), both.shape[1])[None, :, None]
    without, with_it = np.take_along_axis(odds, classes, axis=2)[..., 0]
    return with_it - without


@right(
    "clever_hans.cluster_heatmaps",
    how='Scikit-learn\'s own normalize and its affinity "rbf" with gamma 1 on the unrolled maps.',
)
def cluster_heatmaps_scikit_learn_s(heatmaps, clusters, seed):
    heatmaps = np.asarray(heatmaps, np.float64)
    if clusters not in range(1, len(heatmaps) + 1):
        raise ValueError(f"clusters must be from 1 to {len(heatmaps)}, not {clusters}")
    directions = normalize(heatmaps.reshape(len(heatmaps), -1))
    sorter = SpectralClustering(n_clusters=clusters, gamma=1.0, random_state=seed)
    return sorter.fit(directions).labels_


@right(
    "clever_hans.add_square",
    how="The grey level is blended in with a 0/1 picture made by np.fromfunction.",
)
def add_square_grey_level_blended(images, size, value=0.0):
    images = np.asarray(images, np.float32)
    height, width = (images.shape[1], images.shape[2])
    if not (0 <= size <= height and size <= width):
        raise ValueError(f"size must be from 0 to {min(height, width)}, not {size}")
    inside = np.fromfunction(
        lambda _, y, x, __: (y >= height - size) * (x >= width - size), (1, height, width, 1)
    ).astype(np.float32)
    return images * (1 - inside) + np.float32(value) * inside


@right(
    "clever_hans.cheat_effect",
    how="Two calls of the model, tf.nn.softmax in float64 and a gather with batch_dims.",
)
def cheat_effect_two_calls_model(model, images, cheat, class_index):

    def certainty(shown):
        logits = predict(model, shown)
        odds = tf.nn.softmax(tf.cast(logits, tf.float64), axis=-1)
        wanted = tf.broadcast_to(tf.cast(class_index, tf.int32), [logits.shape[0]])
        return tf.gather(odds, wanted, axis=1, batch_dims=1)

    return certainty(cheat(images)) - certainty(images)


@right(
    "clever_hans.cluster_heatmaps",
    how="Scikit-learn's function spectral_clustering on an affinity from 2 − 2 cos, corrected for maps of zeros.",
)
def cluster_heatmaps_scikit_learn_s_function(heatmaps, clusters, seed):
    maps = [np.ravel(one).astype(np.float64) for one in np.asarray(heatmaps)]
    if clusters < 1 or clusters > len(maps):
        raise ValueError(f"from 1 to {len(maps)} groups can be found, not {clusters}")
    maps = np.stack([one / np.linalg.norm(one) if one.any() else one for one in maps])
    gram = maps @ maps.T
    lengths = np.diag(gram)
    squared = np.maximum(lengths[:, None] + lengths[None, :] - 2 * gram, 0)
    np.fill_diagonal(squared, 0)
    return spectral_clustering(np.exp(-squared), n_clusters=clusters, random_state=seed).astype(int)
