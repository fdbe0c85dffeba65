# ruff: noqa: ANN001, ANN201, ANN202
"""Right answers to `clever_hans` of the seventh round: each keeps all promises."""

import numpy as np
from sklearn.cluster import SpectralClustering

from course.given import float_images, probabilities
from tests.answers.fresh import right


@right(
    "clever_hans.add_square",
    how="Np.where on where rows and columns are counted from the lower right",
)
def add_square_where_rows_columns(images, size, value=0.0):
    images = np.asarray(images)
    height, width = images.shape[1:3]
    if not 0 <= size <= min(height, width):
        raise ValueError(f"a square of {size} does not fit into {height} × {width}")
    rows, columns = np.ogrid[height:0:-1, width:0:-1]
    inside = (rows <= size) & (columns <= size)
    return np.where(inside[..., None], np.asarray(value, images.dtype), images)


@right("clever_hans.add_square", how="TensorFlow: a padded mask of ones")
def add_square_tensorflow_padded_mask(images, size, value=0.0):
    import tensorflow as tf

    images = tf.convert_to_tensor(images)
    _, height, width, _ = images.shape
    if size < 0 or size > height or size > width:
        raise ValueError("the square does not fit")
    square = tf.ones([1, size, size, 1], images.dtype)
    mask = (
        tf.image.pad_to_bounding_box(square, height - size, width - size, height, width)
        if size
        else 0
    )
    return images * (1 - mask) + float(value) * mask


@right(
    "clever_hans.add_watermark",
    how="A mean of image and white, weighted by the mask; image by image",
)
def add_watermark_mean_image_white(images, mask, alpha):
    images, mask = (np.asarray(images), np.asarray(mask))
    if mask.shape != tuple(images.shape[1:3]):
        raise ValueError(f"the mask has the shape {mask.shape}, the images {images.shape[1:3]}")
    if alpha < 0 or alpha > 1:
        raise ValueError(f"alpha must be in [0, 1], not {alpha}")
    white = np.multiply(alpha, mask, dtype=np.float32)[:, :, np.newaxis]
    return np.stack([np.clip(one * (1 - white) + white, 0, 1) for one in images])


@right(
    "clever_hans.add_watermark",
    how="What is left to white shrinks: 1 − (1 − image)(1 − alpha · mask)",
)
def add_watermark_what_left_white(images, mask, alpha):
    images, mask = (float_images(images), np.asarray(mask, np.float32))
    if mask.ndim != 2 or mask.shape != tuple(images.shape[1:3]):
        raise ValueError("the mask must be (H, W)")
    if not 0 <= alpha <= 1:
        raise ValueError("alpha must be in [0, 1]")
    left = np.einsum("bhwc,hw->bhwc", 1 - images.numpy(), 1 - np.float32(alpha) * mask)
    return np.clip(1 - left, 0, 1)


@right("clever_hans.add_lightness_gradient", how="Np.fromfunction")
def add_lightness_gradient_np_fromfunction(images, strength):
    images = np.asarray(images, np.float32)
    height, width = images.shape[1:3]
    ramp = np.fromfunction(
        lambda row, column: (row / (height - 1) + column / (width - 1)) / 2, (height, width)
    )
    lighter = images + (strength * ramp[None, ..., None]).astype(np.float32)
    return np.minimum(1, np.maximum(0, lighter))


@right(
    "clever_hans.add_lightness_gradient",
    how="The ramp is a 2 × 2 picture, enlarged bilinearly with its corners kept",
)
def add_lightness_gradient_ramp_picture_enlarged(images, strength):
    from scipy.interpolate import RegularGridInterpolator

    images = np.asarray(images)
    height, width = images.shape[1:3]
    corners = RegularGridInterpolator(([0, 1], [0, 1]), np.array([[0, 0.5], [0.5, 1]]))
    grid = np.meshgrid(np.linspace(0, 1, height), np.linspace(0, 1, width), indexing="ij")
    ramp = corners(np.stack(grid, axis=-1))
    return np.clip(images + strength * ramp[..., None], 0, 1).astype(np.float32)


@right("clever_hans.plant", how="Indices by class, put back with one take in inverse order")
def plant_indices_class_put(images, labels, cheats):
    images, labels = (np.asarray(images), np.asarray(labels))
    if labels.shape != (len(images),):
        raise ValueError("there must be one label per image")
    order, parts = ([], [])
    for k in np.unique(labels):
        index = np.flatnonzero(labels == k)
        own = images[index]
        parts.append(np.asarray(cheats[int(k)](own)) if int(k) in cheats else own)
        order.append(index)
    return np.concatenate(parts)[np.argsort(np.concatenate(order))]


@right("clever_hans.plant", how="Marked groups are scattered into a TensorFlow tensor")
def plant_marked_groups_scattered(images, labels, cheats):
    import tensorflow as tf

    result = images = tf.convert_to_tensor(images)
    labels = np.asarray(labels)
    if len(labels) != len(images):
        raise ValueError("labels and images do not go together")
    for k, cheat in cheats.items():
        if (index := np.argwhere(labels == k)).size:
            marked = tf.cast(cheat(tf.gather(images, index[:, 0]).numpy()), images.dtype)
            result = tf.tensor_scatter_nd_update(result, index, marked)
    return result


@right(
    "clever_hans.relevance_inside", how="Flat maps and an einsum; a (H, W) mask is broadcast first"
)
def relevance_inside_h_w(saliency, mask):
    saliency, mask = (np.abs(np.asarray(saliency, np.float64)), np.asarray(mask, np.float64))
    shape = saliency.shape[:3]
    if mask.ndim not in (2, 3) or mask.shape[-2:] != shape[1:]:
        raise ValueError(f"a mask of {mask.shape} does not fit maps of {shape}")
    mask = np.broadcast_to(mask, shape).reshape(shape[0], -1)
    sizes = saliency.reshape(*mask.shape, -1)
    inside, total = (np.einsum("bpc,bp->b", sizes, mask), np.einsum("bpc->b", sizes))
    return np.divide(inside, total, out=np.zeros(len(total)), where=total > 0)


@right(
    "clever_hans.relevance_inside",
    how="Map by map, each made to add up to 1 before the mask is laid on",
)
def relevance_inside_map_map_made(saliency, mask):
    maps, mask = (np.asarray(saliency, np.float64), np.asarray(mask, np.float64))
    if mask.shape[-2:] != maps.shape[1:3]:
        raise ValueError("the mask has another height or width")
    masks = mask if mask.ndim == 3 else [mask] * len(maps)

    def share(one, inside):
        size = np.abs(one)
        size = size if size.ndim == 2 else size.sum(axis=2)
        return 0.0 if not size.any() else float(np.vdot(size / size.sum(), inside))

    return np.clip([share(*pair) for pair in zip(maps, masks, strict=True)], 0, 1)


@right(
    "clever_hans.cheat_effect",
    how="Both versions go through the network as one batch; softmax by scipy",
)
def cheat_effect_both_versions_go(model, images, cheat, class_index):
    from scipy.special import softmax

    from course.given import predict

    images = np.asarray(images, np.float32)
    both = np.concatenate([images, np.asarray(cheat(images.copy()), np.float32)])
    p = softmax(predict(model, both).astype(np.float64), axis=-1)
    k = np.broadcast_to(np.asarray(class_index), len(images))
    before, after = np.split(np.take_along_axis(p, np.tile(k, 2)[:, None], axis=1)[:, 0], 2)
    return after - before


@right("clever_hans.cheat_effect", how="A one-hot mask from comparing with arange")
def cheat_effect_hot_mask_comparing(model, images, cheat, class_index):
    gain = probabilities(model, cheat(float_images(images).numpy())) - probabilities(model, images)
    chosen = np.arange(gain.shape[1]) == np.reshape(np.asarray(class_index), (-1, 1))
    return np.sum(np.where(chosen, gain, 0.0), axis=1)


@right(
    "clever_hans.cluster_heatmaps", how='Scikit-learn makes the affinity itself: "rbf" with gamma 1'
)
def cluster_heatmaps_scikit_learn_makes(heatmaps, clusters, seed):
    from sklearn.preprocessing import normalize

    rows = np.asarray(heatmaps, np.float64).reshape(len(heatmaps), -1)
    if clusters < 1 or clusters > len(rows):
        raise ValueError(f"clusters must be from 1 to {len(rows)}, not {clusters}")
    if clusters in (1, len(rows)):
        return np.arange(len(rows)) % clusters
    spectral = SpectralClustering(n_clusters=clusters, affinity="rbf", gamma=1.0, random_state=seed)
    return spectral.fit(normalize(rows)).labels_


@right(
    "clever_hans.cluster_heatmaps",
    how="Distances from the products: ‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b",
)
def cluster_heatmaps_distances_products_b(heatmaps, clusters, seed):
    from scipy.spatial.distance import pdist, squareform

    maps = np.asarray(heatmaps, np.float64)
    if not 0 < clusters <= len(maps):
        raise ValueError("clusters must be from 1 to the number of maps")
    unit = [m.ravel() / (np.linalg.norm(m) or 1.0) for m in maps]
    affinity = np.exp(-squareform(pdist(unit, "sqeuclidean")))
    if clusters == len(maps):
        return np.arange(clusters)
    if clusters == 1:
        return np.zeros(len(maps), int)
    return SpectralClustering(
        clusters, affinity="precomputed", random_state=seed, assign_labels="kmeans"
    ).fit_predict(affinity)
