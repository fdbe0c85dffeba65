# ruff: noqa: ANN001, ANN201, E501
"""Right answers to `clever_hans` of the eighth round: each keeps all promises."""

import numpy as np
import tensorflow as tf
from sklearn.cluster import SpectralClustering

from course.given import probabilities
from tests.answers.fresh import right


@right("clever_hans.add_square", how="A mask of comparisons, and tf.where")
def add_square_mask_comparisons_tf(images, size, value=0.0):
    images = tf.convert_to_tensor(images)
    h, w = images.shape[1:3]
    if size < 0 or size > min(h, w):
        raise ValueError(f"size must be from 0 to {min(h, w)}, not {size}")
    inside = (np.arange(h) >= h - size)[:, None] & (np.arange(w) >= w - size)
    return tf.where(inside[None, :, :, None], tf.cast(value, images.dtype), images)


@right(
    "clever_hans.add_watermark",
    how="The dark is faded: one minus (one minus the image) times the transparency",
)
def add_watermark_minus_image(images, mask, alpha):
    images, mask = (np.asarray(images), np.asarray(mask))
    if mask.shape != images.shape[1:3]:
        raise ValueError(f"mask must be {images.shape[1:3]}, not {mask.shape}")
    if alpha < 0 or alpha > 1:
        raise ValueError(f"alpha must be in [0, 1]: {alpha}")
    through = 1.0 - float(alpha) * mask.astype(np.float64)
    dark = np.einsum("bhwc,hw->bhwc", 1.0 - images.astype(np.float64), through)
    return np.clip(1.0 - dark, 0, 1).astype(np.float32)


@right("clever_hans.add_lightness_gradient", how="Np.indices and an affine map")
def add_lightness_gradient_np_indices_affine(images, strength):
    x = np.array(images, np.float64)
    rows, columns = np.indices(x.shape[1:3])
    x += (float(strength) * (rows / rows[-1, -1] + columns / columns[-1, -1]) / 2)[:, :, None]
    return x.clip(0, 1).astype(np.float32)


@right(
    "clever_hans.plant",
    how="Tf.dynamic_partition's idea by argsort and split, put back by the inverse order",
)
def plant_tf_dynamic_partition(images, labels, cheats):
    images, labels = (np.asarray(images), np.asarray(labels))
    if len(images) != len(labels):
        raise ValueError(f"{len(labels)} labels for {len(images)} images")
    order = np.argsort(labels, kind="stable")
    found, starts = np.unique(labels[order], return_index=True)
    changed = np.empty_like(images)
    for k, places in zip(found.tolist(), np.split(order, starts[1:]), strict=True):
        part = images[places]
        changed[places] = np.asarray(cheats[k](part)) if k in cheats else part
    return changed


@right("clever_hans.relevance_inside", how="An average with weights, image by image, in float64")
def relevance_inside_average_weights_image(saliency, mask):
    maps = np.abs(np.asarray(saliency, np.float64))
    mask = np.asarray(mask, np.float64)
    if mask.shape[-2:] != maps.shape[1:3]:
        raise ValueError(f"the mask {mask.shape} does not fit maps of {maps.shape[1:3]}")
    if maps.ndim == 4:
        maps = np.einsum("bhwc->bhw", maps)
    masks = [mask] * len(maps) if mask.ndim == 2 else list(mask)
    return np.array(
        [
            min(np.average(m, weights=s), 1.0) if s.any() else 0.0
            for s, m in zip(maps, masks, strict=True)
        ]
    )


@right(
    "clever_hans.cheat_effect",
    how="Both versions in one long batch through `probabilities`, then a difference along a new axis",
)
def cheat_effect_both_versions_long(model, images, cheat, class_index):
    clean = np.asarray(images)
    marked = np.asarray(cheat(images))
    both = probabilities(model, np.concatenate([clean, marked])).reshape(2, len(clean), -1)
    hot = np.arange(both.shape[-1]) == np.asarray(class_index).reshape(-1, 1)
    return np.diff((both * hot).sum(-1), axis=0)[0]


@right(
    "clever_hans.cluster_heatmaps", how="Squared distances by the Gram matrix, affinity precomputed"
)
def cluster_heatmaps_squared_distances_gram(heatmaps, clusters, seed):
    flat = np.array(heatmaps, np.float64).reshape(len(heatmaps), -1)
    if clusters < 1 or clusters > len(flat):
        raise ValueError(f"clusters must be from 1 to {len(flat)}, not {clusters}")
    largest = np.abs(flat).max(1, keepdims=True)
    flat = np.divide(flat, largest, out=np.zeros_like(flat), where=largest > 0)
    norm = np.sqrt((flat * flat).sum(1, keepdims=True))
    flat = np.divide(flat, norm, out=np.zeros_like(flat), where=norm > 0)
    gram = flat @ flat.T
    squares = np.diag(gram)
    distance = np.maximum(squares[:, None] + squares - gram - gram.T, 0)
    sorter = SpectralClustering(
        int(clusters), affinity="precomputed", random_state=int(seed), assign_labels="kmeans"
    )
    return sorter.fit(np.exp(-distance)).labels_.astype(int)


@right(
    "clever_hans.cluster_heatmaps",
    how="Scikit-learn's own rbf affinity with gamma 1, and its normalize",
)
def cluster_heatmaps_scikit_learn_s(heatmaps, clusters, seed):
    from sklearn.preprocessing import normalize

    flat = np.asarray(heatmaps, np.float64).reshape(len(heatmaps), -1)
    if not 1 <= clusters <= flat.shape[0]:
        raise ValueError(f"clusters must be from 1 to {len(flat)}, not {clusters}")
    top = np.abs(flat).max(axis=1, keepdims=True)
    flat = normalize(flat / np.where(top > 0, top, 1))
    return SpectralClustering(
        n_clusters=int(clusters), random_state=seed, affinity="rbf", gamma=1.0
    ).fit_predict(flat)


@right(
    "clever_hans.relevance_inside",
    how="TensorFlow, channels kept to the end, the mask given axes until it fits",
)
def relevance_inside_tensorflow_channels_kept(saliency, mask):
    maps = tf.abs(tf.cast(saliency, tf.float64))
    mask = tf.cast(mask, tf.float64)
    if tuple(mask.shape)[-2:] != tuple(maps.shape)[1:3]:
        raise ValueError(f"mask {tuple(mask.shape)} and maps {tuple(maps.shape)} do not fit")
    mask = mask if len(mask.shape) == 3 else mask[None]
    mask = mask if len(maps.shape) == 3 else mask[..., None]
    others = list(range(1, len(maps.shape)))
    share = tf.math.divide_no_nan(tf.reduce_sum(maps * mask, others), tf.reduce_sum(maps, others))
    return tf.clip_by_value(share, 0.0, 1.0)
