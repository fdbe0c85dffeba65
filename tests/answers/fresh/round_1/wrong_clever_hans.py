# ruff: noqa: ANN001, ANN201, ANN202
"""Wrong answers to `clever_hans`: each breaks one promise of a docstring."""

import numpy as np
import tensorflow as tf
from sklearn.cluster import SpectralClustering as _SpectralClustering
from sklearn.metrics.pairwise import rbf_kernel as _rbf_kernel

from course.given import predict as _predict
from course.given import probabilities as _probabilities
from tests.answers.fresh import wrong


def _array(images):
    return np.array(images, np.float32)


def _own(table, class_index):
    return table[np.arange(len(table)), np.broadcast_to(np.asarray(class_index), len(table))]


def _spectral(affinity, clusters, seed):
    method = _SpectralClustering(clusters, affinity="precomputed", random_state=seed)
    return method.fit_predict(affinity)


def _require_clusters(clusters, count):
    if not 1 <= clusters <= count:
        raise ValueError(f"clusters must be from 1 to {count}, not {clusters}")


def _affinity(maps):
    squares = np.sum((maps[:, None] - maps[None]) ** 2, axis=-1)
    return np.exp(-squares)


# --- add_square


def _check_size(images, size):
    if size < 0 or size > images.shape[1] or size > images.shape[2]:
        raise ValueError(f"size {size} does not fit")


@wrong("clever_hans.add_square", breaks="0 paints nothing: here the slice [-0:] paints everything")
def paints_everything_for_zero(images, size, value=0.0):
    images = _array(images)
    _check_size(images, size)
    images[:, -size:, -size:] = value
    return images


@wrong(
    "clever_hans.add_square",
    breaks="The images are not changed: here a numpy batch is painted in place",
)
def paints_in_place(images, size, value=0.0):
    images = np.asarray(images)
    images = images if images.flags.writeable else images.copy()
    _check_size(images, size)
    height, width = images.shape[1:3]
    images[:, height - size :, width - size :] = value
    return images


@wrong(
    "clever_hans.add_square",
    breaks="The square has the grey level value: here it is always black",
)
def always_paints_black(images, size, value=0.0):
    images = _array(images)
    _check_size(images, size)
    height, width = images.shape[1:3]
    images[:, height - size :, width - size :] = 0
    return images


@wrong("clever_hans.add_square", breaks="Lower right: here lower left")
def paints_the_lower_left(images, size, value=0.0):
    images = _array(images)
    _check_size(images, size)
    images[:, images.shape[1] - size :, :size] = value
    return images


@wrong(
    "clever_hans.add_square",
    breaks="The square touches both edges: here it keeps a pixel's distance where there is room",
)
def keeps_a_margin(images, size, value=0.0):
    images = _array(images)
    _check_size(images, size)
    bottom = max(images.shape[1] - 1, size)
    right = max(images.shape[2] - 1, size)
    images[:, bottom - size : bottom, right - size : right] = value
    return images


@wrong("clever_hans.add_square", breaks="Every channel: here only the first three")
def paints_three_channels(images, size, value=0.0):
    images = _array(images)
    _check_size(images, size)
    height, width = images.shape[1:3]
    images[:, height - size :, width - size :, :3] = value
    return images


@wrong(
    "clever_hans.add_square",
    breaks="A size up to H and W is allowed: here the full edge is refused",
)
def refuses_the_full_edge(images, size, value=0.0):
    images = _array(images)
    height, width = images.shape[1:3]
    if not 0 <= size < min(height, width):
        raise ValueError("size must be smaller than the image")
    images[:, height - size :, width - size :] = value
    return images


@wrong(
    "clever_hans.add_square",
    breaks="ValueError if larger than H or W: here only if larger than both",
)
def refuses_only_what_is_larger_than_both(images, size, value=0.0):
    images = _array(images)
    height, width = images.shape[1:3]
    if size < 0 or size > max(height, width):
        raise ValueError("size does not fit")
    images[:, max(height - size, 0) :, max(width - size, 0) :] = value
    return images


@wrong("clever_hans.add_square", breaks="ValueError for a negative size: here it paints nothing")
def takes_negative_for_zero(images, size, value=0.0):
    images = _array(images)
    size = max(size, 0)
    _check_size(images, size)
    height, width = images.shape[1:3]
    images[:, height - size :, width - size :] = value
    return images


@wrong(
    "clever_hans.add_square",
    breaks="ValueError if size is larger than W: asks for H only, and fills a narrow image",
)
def asks_for_the_height_only(images, size, value=0.0):
    images = np.array(images)
    if not 0 <= size <= images.shape[1]:
        raise ValueError(f"size must be from 0 to {images.shape[1]}, not {size}")
    images[:, images.shape[1] - size :, max(images.shape[2] - size, 0) :] = value
    return images


@wrong(
    "clever_hans.add_square",
    breaks="the lower right corner: takes W for the rows and H for the columns",
)
def corner_of_a_turned_image(images, size, value=0.0):
    images = np.array(images)
    _, width, height, _ = images.shape
    if size < 0 or size > min(height, width):
        raise ValueError(f"the square does not fit: {size}")
    rows, columns = np.arange(height - size, height), np.arange(width - size, width)
    images[:, rows[rows < images.shape[1]][:, None], columns[columns < images.shape[2]]] = value
    return images


@wrong(
    "clever_hans.add_square",
    breaks="the grey level in every channel: only the first three, to spare an alpha channel",
)
def spares_the_fourth_channel(images, size, value=0.0):
    images = np.array(images)
    height, width = images.shape[1:3]
    if not 0 <= size <= min(height, width):
        raise ValueError(f"the square does not fit: {size}")
    images[:, height - size :, width - size :, :3] = value
    return images


# --- add_watermark


def _check_mark(images, mask, alpha):
    if mask.shape != images.shape[1:3]:
        raise ValueError("the mask does not fit")
    if not 0 <= alpha <= 1:
        raise ValueError("alpha must be in [0, 1]")


@wrong(
    "clever_hans.add_watermark",
    breaks="Pixels move a fraction of their way to white: here alpha is added and clipped",
)
def adds_the_mark(images, mask, alpha):
    images, mask = _array(images), _array(mask)
    _check_mark(images, mask, alpha)
    return np.clip(images + alpha * mask[..., None], 0, 1)


@wrong(
    "clever_hans.add_watermark",
    breaks="A mask value in between counts in part: here the mask is made black and white",
)
def hardens_the_mask(images, mask, alpha):
    images, mask = _array(images), _array(mask)
    _check_mark(images, mask, alpha)
    part = alpha * (mask[..., None] > 0.5)
    return images + part * (1 - images)


@wrong(
    "clever_hans.add_watermark",
    breaks="The fraction is alpha · mask: here the mask is first stretched to the maximum 1",
)
def stretches_the_mask(images, mask, alpha):
    images, mask = _array(images), _array(mask)
    _check_mark(images, mask, alpha)
    part = alpha * mask[..., None] / (mask.max() or 1)
    return images + part * (1 - images)


@wrong(
    "clever_hans.add_watermark",
    breaks="White is 1 in every channel: here it is the image's brightest value",
)
def moves_to_the_brightest_value(images, mask, alpha):
    images, mask = _array(images), _array(mask)
    _check_mark(images, mask, alpha)
    white = images.max(axis=(1, 2, 3), keepdims=True)
    return images + alpha * mask[..., None] * (white - images)


@wrong(
    "clever_hans.add_watermark",
    breaks=(
        "ValueError for a mask of another shape: here one that broadcasts, such as (1, W), passes"
    ),
)
def lets_the_mask_broadcast(images, mask, alpha):
    images, mask = _array(images), _array(mask)
    if not 0 <= alpha <= 1:
        raise ValueError("alpha must be in [0, 1]")
    try:
        mask = np.broadcast_to(mask, images.shape[1:3])
    except ValueError as error:
        raise ValueError("the mask does not fit") from error
    return images + alpha * mask[..., None] * (1 - images)


@wrong(
    "clever_hans.add_watermark",
    breaks="ValueError for a mask of another shape: here one of (W, H) is reshaped",
)
def reshapes_the_mask(images, mask, alpha):
    images, mask = _array(images), _array(mask)
    mask = mask.reshape(images.shape[1:3])
    _check_mark(images, mask, alpha)
    return images + alpha * mask[..., None] * (1 - images)


@wrong(
    "clever_hans.add_watermark",
    breaks="ValueError for alpha outside [0, 1]: here it is clipped",
)
def clips_alpha(images, mask, alpha):
    images, mask = _array(images), _array(mask)
    alpha = min(max(alpha, 0), 1)
    _check_mark(images, mask, alpha)
    return images + alpha * mask[..., None] * (1 - images)


@wrong("clever_hans.add_watermark", breaks="alpha 0 and 1 are allowed: here both raise")
def refuses_both_ends_of_alpha(images, mask, alpha):
    images, mask = _array(images), _array(mask)
    _check_mark(images, mask, alpha)
    if alpha in (0, 1):
        raise ValueError("alpha must lie between 0 and 1")
    return images + alpha * mask[..., None] * (1 - images)


@wrong(
    "clever_hans.add_watermark",
    breaks="The images are not changed: here a numpy batch is marked in place",
)
def marks_in_place(images, mask, alpha):
    images, mask = np.asarray(images), _array(mask)
    images = images if images.flags.writeable else images.copy()
    _check_mark(images, mask, alpha)
    images += np.float32(alpha) * mask[..., None] * (1 - images)
    return images


@wrong(
    "clever_hans.add_watermark",
    breaks="a value of the mask in between moves the pixel in part: the mask is cut at one half",
)
def mask_cut_at_one_half(images, mask, alpha):
    images, mask = np.asarray(images), np.asarray(mask)
    if mask.shape != images.shape[1:3] or not 0 <= alpha <= 1:
        raise ValueError("the mask must be (H, W) and alpha in [0, 1]")
    return np.where((mask > 0.5)[..., None], images + alpha * (1 - images), images)


@wrong(
    "clever_hans.add_watermark",
    breaks="the fraction alpha · mask: stretches the mask to reach 1 first",
)
def mask_stretched_to_one(images, mask, alpha):
    images, mask = np.asarray(images), np.asarray(mask, np.float32)
    if mask.shape != images.shape[1:3] or not 0 <= alpha <= 1:
        raise ValueError("the mask must be (H, W) and alpha in [0, 1]")
    mask = mask / mask.max() if mask.any() else mask
    weight = alpha * mask[..., None]
    return (1 - weight) * images + weight


@wrong(
    "clever_hans.add_watermark",
    breaks="alpha 0 changes nothing: it is refused with a ValueError",
)
def refuses_an_alpha_of_zero(images, mask, alpha):
    images, mask = np.asarray(images), np.asarray(mask, np.float32)
    if mask.shape != images.shape[1:3]:
        raise ValueError(f"the mask must be {images.shape[1:3]}, not {mask.shape}")
    if not 0 < alpha <= 1:
        raise ValueError(f"alpha must be in (0, 1], not {alpha}")
    return images + alpha * mask[..., None] * (1 - images)


# --- add_lightness_gradient


def _ramp(height, width):
    return (np.linspace(0, 1, height)[:, None] + np.linspace(0, 1, width)) / 2


@wrong(
    "clever_hans.add_lightness_gradient",
    breaks="0.5 in the two other corners: here the product of both ramps, 0 there",
)
def multiplies_the_ramps(images, strength):
    images = _array(images)
    height, width = images.shape[1:3]
    ramp = np.linspace(0, 1, height)[:, None] * np.linspace(0, 1, width)
    return np.clip(images + strength * ramp[..., None], 0, 1)


@wrong(
    "clever_hans.add_lightness_gradient",
    breaks="1 in the lower right pixel: here i / H and j / W never get there",
)
def never_reaches_the_corner(images, strength):
    images = _array(images)
    height, width = images.shape[1:3]
    ramp = (np.arange(height)[:, None] / height + np.arange(width) / width) / 2
    return np.clip(images + strength * ramp[..., None], 0, 1)


@wrong("clever_hans.add_lightness_gradient", breaks="Clipped to [0, 1]: here not at all")
def never_clips(images, strength):
    images = _array(images)
    return images + strength * _ramp(*images.shape[1:3])[..., None]


@wrong(
    "clever_hans.add_lightness_gradient",
    breaks="Clipped to [0, 1]: here at 1 only, so a negative strength goes below 0",
)
def clips_at_white_only(images, strength):
    images = _array(images)
    return np.minimum(images + strength * _ramp(*images.shape[1:3])[..., None], 1)


@wrong(
    "clever_hans.add_lightness_gradient",
    breaks="A negative strength darkens: here its absolute value lightens",
)
def only_lightens(images, strength):
    images = _array(images)
    return np.clip(images + abs(strength) * _ramp(*images.shape[1:3])[..., None], 0, 1)


@wrong(
    "clever_hans.add_lightness_gradient",
    breaks="Linear in row and column: here the distance from the upper left corner",
)
def measures_the_distance(images, strength):
    images = _array(images)
    height, width = images.shape[1:3]
    ramp = np.hypot(np.linspace(0, 1, height)[:, None], np.linspace(0, 1, width)) / np.sqrt(2)
    return np.clip(images + strength * ramp[..., None], 0, 1)


@wrong(
    "clever_hans.add_lightness_gradient",
    breaks=(
        "The ramp is (row + column) / 2 of each axis's own range: here row + column over "
        "their common range, not 0.5 in the corners of a non-square image"
    ),
)
def weighs_pixels_alike(images, strength):
    images = _array(images)
    height, width = images.shape[1:3]
    ramp = (np.arange(height)[:, None] + np.arange(width)) / max(height + width - 2, 1)
    return np.clip(images + strength * ramp[..., None], 0, 1)


@wrong(
    "clever_hans.add_lightness_gradient",
    breaks="Clipped: here a too light image is rescaled to the maximum 1",
)
def rescales_light_images(images, strength):
    images = _array(images)
    images = np.maximum(images + strength * _ramp(*images.shape[1:3])[..., None], 0)
    return images / np.maximum(images.max(axis=(1, 2, 3), keepdims=True), 1)


@wrong(
    "clever_hans.add_lightness_gradient",
    breaks="0.5 in the two other corners: counts row plus column over H + W − 2, which is so for "
    "square images only",
)
def row_plus_column(images, strength):
    images = np.asarray(images)
    row, column = np.indices(images.shape[1:3])
    ramp = (row + column) / (images.shape[1] + images.shape[2] - 2)
    return np.clip(images + strength * ramp[..., None], 0, 1).astype(np.float32)


@wrong(
    "clever_hans.add_lightness_gradient",
    breaks="clipped to [0, 1]: only at 1, so a negative strength leads below 0",
)
def clipped_at_white_only(images, strength):
    images = np.asarray(images)
    rows, columns = (np.linspace(0, 0.5, n) for n in images.shape[1:3])
    ramp = rows[:, None] + columns
    return np.minimum(images + strength * ramp[..., None], 1.0)


@wrong(
    "clever_hans.add_lightness_gradient",
    breaks="a negative strength darkens the lower right: it turns the ramp round instead, and "
    "lightens the upper left",
)
def negative_from_the_other_corner(images, strength):
    images = np.asarray(images)
    rows, columns = (np.linspace(0, 0.5, n) for n in images.shape[1:3])
    ramp = rows[:, None] + columns
    if strength < 0:
        ramp, strength = ramp[::-1, ::-1], -strength
    return np.clip(images + strength * ramp[..., None], 0, 1)


# --- plant


def _check_labels(images, labels):
    if labels.ndim != 1 or len(labels) != len(images):
        raise ValueError("there must be as many labels as images")


@wrong("clever_hans.plant", breaks="The images are not changed: here a numpy batch is written into")
def plants_in_place(images, labels, cheats):
    images, labels = np.asarray(images), np.asarray(labels)
    images = images if images.flags.writeable else images.copy()
    _check_labels(images, labels)
    for label, cheat in cheats.items():
        if np.any(labels == label):
            images[labels == label] = cheat(images[labels == label])
    return images


@wrong(
    "clever_hans.plant",
    breaks="The order is that of images: here the images come class by class",
)
def sorts_by_class(images, labels, cheats):
    images, labels = _array(images), np.asarray(labels)
    _check_labels(images, labels)
    parts = []
    for label in np.unique(labels):
        part = images[labels == label]
        parts.append(cheats[label](part) if label in cheats else part)
    return np.concatenate(parts) if parts else images


@wrong(
    "clever_hans.plant",
    breaks="A class that no image has is passed over: here its cheat gets an empty batch",
)
def cheats_with_nothing(images, labels, cheats):
    images, labels = _array(images), np.asarray(labels)
    _check_labels(images, labels)
    for label, cheat in cheats.items():
        images[labels == label] = np.asarray(cheat(images[labels == label].copy()))
    return images


@wrong("clever_hans.plant", breaks="A class that no image has is passed over: here a ValueError")
def refuses_absent_classes(images, labels, cheats):
    images, labels = _array(images), np.asarray(labels)
    _check_labels(images, labels)
    if not set(cheats) <= {int(label) for label in labels}:
        raise ValueError("a class has no image")
    for label, cheat in cheats.items():
        images[labels == label] = np.asarray(cheat(images[labels == label]))
    return images


@wrong(
    "clever_hans.plant",
    breaks="Cheats take (N, H, W, C): here each image is handed over without its batch axis",
)
def hands_over_single_images(images, labels, cheats):
    images, labels = _array(images), np.asarray(labels)
    _check_labels(images, labels)
    return np.stack(
        [cheats[k](x) if k in cheats else x for x, k in zip(images, labels.tolist(), strict=True)]
    )


@wrong("clever_hans.plant", breaks="Any class may cheat: here class 0 counts as no class")
def skips_class_zero(images, labels, cheats):
    images, labels = _array(images), np.asarray(labels)
    _check_labels(images, labels)
    for label in np.unique(labels).tolist():
        cheat = label and cheats.get(label)
        if cheat:
            images[labels == label] = np.asarray(cheat(images[labels == label]))
    return images


@wrong("clever_hans.plant", breaks="Its own cheat: here all cheating classes get the first one")
def gives_all_the_first_cheat(images, labels, cheats):
    images, labels = _array(images), np.asarray(labels)
    _check_labels(images, labels)
    for label in cheats:
        if np.any(labels == label):
            cheat = next(iter(cheats.values()))
            images[labels == label] = np.asarray(cheat(images[labels == label]))
    return images


@wrong(
    "clever_hans.plant",
    breaks="ValueError for other numbers of labels: here what is too much is cut off",
)
def goes_as_far_as_both_reach(images, labels, cheats):
    images = _array(images)
    for i, label in zip(range(len(images)), np.asarray(labels).tolist(), strict=False):
        if label in cheats:
            images[i : i + 1] = np.asarray(cheats[label](images[i : i + 1].copy()))
    return images


@wrong("clever_hans.plant", breaks="All images are returned: here only those that cheat")
def returns_the_cheats_only(images, labels, cheats):
    images, labels = _array(images), np.asarray(labels)
    _check_labels(images, labels)
    for label, cheat in cheats.items():
        if np.any(labels == label):
            images[labels == label] = np.asarray(cheat(images[labels == label]))
    return images[np.isin(labels, list(cheats))]


@wrong(
    "clever_hans.plant",
    breaks="a class that no image has is passed over: its cheat is called with no images",
)
def calls_cheats_without_images(images, labels, cheats):
    planted, labels = np.array(images), np.asarray(labels)
    if len(labels) != len(planted):
        raise ValueError("there must be one label per image")
    for label, cheat in cheats.items():
        own = labels == label
        planted[own] = cheat(planted[own])
    return planted


@wrong(
    "clever_hans.plant",
    breaks="the cheat of the class: takes the cheats by their place in the dict, not by its keys",
)
def counts_the_cheats(images, labels, cheats):
    planted, labels = np.array(images), np.asarray(labels)
    if len(labels) != len(planted):
        raise ValueError("there must be one label per image")
    for label, cheat in enumerate(cheats.values()):
        if np.any(labels == label):
            planted[labels == label] = cheat(planted[labels == label])
    return planted


@wrong(
    "clever_hans.plant",
    breaks="ValueError if there are not as many labels as images: only if there are too few",
)
def too_many_labels_are_fine(images, labels, cheats):
    images, labels = np.asarray(images), np.asarray(labels)
    if len(labels) < len(images):
        raise ValueError("there must be one label per image")
    planted = [
        np.asarray(cheats[int(label)](image[None]))[0] if int(label) in cheats else image
        for image, label in zip(images, labels, strict=False)
    ]
    return np.stack(planted)


@wrong(
    "clever_hans.plant",
    breaks="changes nothing that it is given: enters a cheat that does nothing into the dict for "
    "every class without one",
)
def fills_the_dict_up(images, labels, cheats):
    planted, labels = np.array(images), np.asarray(labels)
    if len(labels) != len(planted):
        raise ValueError("there must be one label per image")
    for label in np.unique(labels):
        cheat = cheats.setdefault(int(label), lambda x: x)
        planted[labels == label] = cheat(planted[labels == label])
    return planted


# --- relevance_inside


def _pixels(saliency):
    pixels = np.abs(np.asarray(saliency, np.float64))
    return pixels.sum(axis=-1) if pixels.ndim == 4 else pixels


def _share(inside, everywhere):
    return np.divide(inside, everywhere, out=np.zeros_like(everywhere), where=everywhere > 0)


def _check_mask(pixels, mask):
    if mask.shape[-2:] != pixels.shape[-2:]:
        raise ValueError("the mask does not fit")


@wrong(
    "clever_hans.relevance_inside",
    breaks="The absolute value is taken before channels are added up: here after",
)
def adds_channels_before_the_absolute(saliency, mask):
    saliency, mask = np.asarray(saliency, np.float64), np.asarray(mask, np.float64)
    pixels = np.abs(saliency.sum(axis=-1) if saliency.ndim == 4 else saliency)
    _check_mask(pixels, mask)
    return _share((pixels * mask).sum(axis=(1, 2)), pixels.sum(axis=(1, 2)))


@wrong(
    "clever_hans.relevance_inside",
    breaks="The sign does not count: here only positive relevance is counted",
)
def counts_positive_entries_only(saliency, mask):
    pixels = _pixels(np.maximum(np.asarray(saliency), 0))
    mask = np.asarray(mask, np.float64)
    _check_mask(pixels, mask)
    return _share((pixels * mask).sum(axis=(1, 2)), pixels.sum(axis=(1, 2)))


@wrong("clever_hans.relevance_inside", breaks="0 for a map of zeros: here nan")
def divides_zero_by_zero(saliency, mask):
    pixels, mask = _pixels(saliency), np.asarray(mask, np.float64)
    _check_mask(pixels, mask)
    with np.errstate(invalid="ignore"):
        return (pixels * mask).sum(axis=(1, 2)) / pixels.sum(axis=(1, 2))


@wrong(
    "clever_hans.relevance_inside",
    breaks="The share of the sum: here 1e-6 is added below, too much for faint maps",
)
def adds_a_constant(saliency, mask):
    pixels, mask = _pixels(saliency), np.asarray(mask, np.float64)
    _check_mask(pixels, mask)
    return (pixels * mask).sum(axis=(1, 2)) / (pixels.sum(axis=(1, 2)) + 1e-6)


@wrong(
    "clever_hans.relevance_inside",
    breaks="A mask value in between counts in part: here it counts as inside",
)
def counts_every_touched_pixel(saliency, mask):
    pixels, mask = _pixels(saliency), np.asarray(mask) > 0
    _check_mask(pixels, mask)
    return _share((pixels * mask).sum(axis=(1, 2)), pixels.sum(axis=(1, 2)))


@wrong(
    "clever_hans.relevance_inside",
    breaks="(B, H, W) are one mask each: here the first serves all",
)
def uses_the_first_mask_for_all(saliency, mask):
    pixels, mask = _pixels(saliency), np.asarray(mask, np.float64)
    _check_mask(pixels, mask)
    mask = mask[0] if mask.ndim == 3 else mask
    return _share((pixels * mask).sum(axis=(1, 2)), pixels.sum(axis=(1, 2)))


@wrong(
    "clever_hans.relevance_inside",
    breaks="For each image: here one share of the whole batch, repeated",
)
def shares_over_the_whole_batch(saliency, mask):
    pixels, mask = _pixels(saliency), np.asarray(mask, np.float64)
    _check_mask(pixels, mask)
    return np.full(len(pixels), (pixels * mask).sum() / (pixels.sum() or 1))


@wrong(
    "clever_hans.relevance_inside",
    breaks=(
        "ValueError for a mask of another size: here one that broadcasts, such as (1, W), passes"
    ),
)
def lets_a_row_serve_as_mask(saliency, mask):
    pixels, mask = _pixels(saliency), np.asarray(mask, np.float64)
    return _share((pixels * mask).sum(axis=(1, 2)), pixels.sum(axis=(1, 2)))


@wrong("clever_hans.relevance_inside", breaks="Absolute values: here their squares, the energy")
def shares_the_energy(saliency, mask):
    pixels, mask = _pixels(np.square(np.asarray(saliency))), np.asarray(mask, np.float64)
    _check_mask(pixels, mask)
    return _share((pixels * mask).sum(axis=(1, 2)), pixels.sum(axis=(1, 2)))


@wrong(
    "clever_hans.relevance_inside",
    breaks="The sum inside by the sum everywhere: here by the sum outside",
)
def divides_by_the_outside(saliency, mask):
    pixels, mask = _pixels(saliency), np.asarray(mask, np.float64)
    _check_mask(pixels, mask)
    inside = (pixels * mask).sum(axis=(1, 2))
    return np.clip(_share(inside, (pixels * (1 - mask)).sum(axis=(1, 2))), 0, 1)


@wrong(
    "clever_hans.relevance_inside",
    breaks="a value in between counts in part: the mask becomes bool, and counts as a whole",
)
def any_value_is_inside(saliency, mask):
    saliency, mask = np.abs(np.asarray(saliency)), np.asarray(mask).astype(bool)
    if saliency.ndim == 4:
        saliency = saliency.sum(axis=-1)
    if mask.shape[-2:] != saliency.shape[1:]:
        raise ValueError(f"the mask must be {saliency.shape[1:]}, not {mask.shape}")
    inside, total = (saliency * mask).sum(axis=(1, 2)), saliency.sum(axis=(1, 2))
    return np.divide(inside, total, out=np.zeros_like(total), where=total > 0)


@wrong(
    "clever_hans.relevance_inside",
    breaks="the sum inside by the sum everywhere: adds 1e-8 below, which swallows faint maps",
)
def epsilon_swallows_faint_maps(saliency, mask):
    saliency, mask = np.abs(np.asarray(saliency)), np.asarray(mask, np.float64)
    if saliency.ndim == 4:
        saliency = saliency.sum(axis=-1)
    if mask.shape[-2:] != saliency.shape[1:]:
        raise ValueError(f"the mask must be {saliency.shape[1:]}, not {mask.shape}")
    return (saliency * mask).sum(axis=(1, 2)) / (saliency.sum(axis=(1, 2)) + 1e-8)


@wrong(
    "clever_hans.relevance_inside",
    breaks="0 for a map that is zero everywhere: gives the share of the area, as for a map that "
    "knows nothing",
)
def zero_map_gets_the_area(saliency, mask):
    saliency, mask = np.abs(np.asarray(saliency, np.float64)), np.asarray(mask, np.float64)
    if saliency.ndim == 4:
        saliency = saliency.sum(axis=-1)
    if mask.shape[-2:] != saliency.shape[1:]:
        raise ValueError(f"the mask must be {saliency.shape[1:]}, not {mask.shape}")
    blank = saliency.sum(axis=(1, 2)) == 0
    saliency[blank] = 1.0
    return (saliency * mask).sum(axis=(1, 2)) / saliency.sum(axis=(1, 2))


@wrong(
    "clever_hans.relevance_inside",
    breaks="ValueError if the mask's last axes are not H and W: one row or one column is broadcast",
)
def whatever_broadcasts(saliency, mask):
    saliency, mask = np.abs(np.asarray(saliency)), np.asarray(mask, np.float64)
    if saliency.ndim == 4:
        saliency = saliency.sum(axis=-1)
    inside, total = (saliency * mask).sum(axis=(1, 2)), saliency.sum(axis=(1, 2))
    return np.where(total > 0, inside / np.where(total > 0, total, 1), 0.0)


# --- cheat_effect


def _probability(model, images, class_index, training=False, axis=-1):
    logits = model(tf.convert_to_tensor(images, tf.float32), training=training)
    values = tf.nn.softmax(logits, axis=axis).numpy()
    return values[np.arange(len(values)), np.asarray(class_index)]


@wrong("clever_hans.cheat_effect", breaks="Probabilities: here the difference of the logits")
def compares_logits(model, images, cheat, class_index):
    def logit(x):
        values = model(tf.convert_to_tensor(x, tf.float32), training=False).numpy()
        return values[np.arange(len(values)), np.asarray(class_index)]

    return logit(cheat(_array(images))) - logit(images)


@wrong("clever_hans.cheat_effect", breaks="With minus without: here without minus with")
def subtracts_the_other_way_round(model, images, cheat, class_index):
    after = _probability(model, cheat(_array(images)), class_index)
    return _probability(model, images, class_index) - after


@wrong(
    "clever_hans.cheat_effect",
    breaks="A fall is negative: here the size of the effect without its sign",
)
def drops_the_sign(model, images, cheat, class_index):
    after = _probability(model, cheat(_array(images)), class_index)
    return np.abs(after - _probability(model, images, class_index))


@wrong("clever_hans.cheat_effect", breaks="One number an image: here the batch's mean")
def averages_the_batch(model, images, cheat, class_index):
    after = _probability(model, cheat(_array(images)), class_index)
    return np.mean(after - _probability(model, images, class_index))


@wrong(
    "clever_hans.cheat_effect",
    breaks="An array gives each image its class: here the first one's is used for all",
)
def takes_the_first_class(model, images, cheat, class_index):
    k = int(np.ravel(class_index)[0])
    after = _probability(model, cheat(_array(images)), k)
    return after - _probability(model, images, k)


@wrong(
    "clever_hans.cheat_effect",
    breaks="class_index says which class: here the one predicted with the cheat is measured",
)
def follows_the_prediction(model, images, cheat, class_index):
    cheated = cheat(_array(images))
    logits = model(tf.convert_to_tensor(cheated, tf.float32), training=False).numpy()
    k = logits.argmax(axis=-1)
    return _probability(model, cheated, k) - _probability(model, images, k)


@wrong(
    "clever_hans.cheat_effect",
    breaks=(
        "The softmax's probability for any logits: here exp overflows and gives nan for large ones"
    ),
)
def overflows_with_large_logits(model, images, cheat, class_index):
    def probability(x):
        logits = model(tf.convert_to_tensor(x, tf.float32), training=False).numpy()
        with np.errstate(over="ignore", invalid="ignore"):
            odds = np.exp(logits)
            odds /= odds.sum(axis=-1, keepdims=True)
        return odds[np.arange(len(odds)), np.asarray(class_index)]

    return probability(cheat(_array(images))) - probability(images)


@wrong("clever_hans.cheat_effect", breaks="The softmax is over the classes: here over the batch")
def normalizes_over_the_batch(model, images, cheat, class_index):
    after = _probability(model, cheat(_array(images)), class_index, axis=0)
    return after - _probability(model, images, class_index, axis=0)


@wrong(
    "clever_hans.cheat_effect",
    breaks="(B,): indexes all rows with all classes, so an array of classes gives (B, B)",
)
def every_class_for_every_image(model, images, cheat, class_index):
    after = _probabilities(model, np.asarray(cheat(images)))
    return (after - _probabilities(model, np.asarray(images)))[:, np.asarray(class_index)]


@wrong(
    "clever_hans.cheat_effect",
    breaks="the softmax probability: exp of the logits as they are, infinite for large ones",
)
def softmax_that_overflows(model, images, cheat, class_index):
    def probability(x):
        odds = np.exp(_predict(model, np.asarray(x)))
        return _own(odds / odds.sum(axis=1, keepdims=True), class_index)

    return probability(cheat(images)) - probability(images)


@wrong(
    "clever_hans.cheat_effect",
    breaks="in [-1, 1], with minus without: a cheat that drives away from the class counts as 0",
)
def no_effect_below_zero(model, images, cheat, class_index):
    after = _own(_probabilities(model, np.asarray(cheat(images))), class_index)
    return np.maximum(after - _own(_probabilities(model, np.asarray(images)), class_index), 0)


@wrong(
    "clever_hans.cheat_effect",
    breaks="the cheat is a function of images (B, H, W, C): it gets them one by one, as (H, W, C)",
)
def cheat_without_a_batch_axis(model, images, cheat, class_index):
    images = np.asarray(images)
    marked = np.stack([np.asarray(cheat(image)) for image in images])
    after, before = _probabilities(model, marked), _probabilities(model, images)
    return _own(after, class_index) - _own(before, class_index)


# --- cluster_heatmaps


def _check_clusters(heatmaps, clusters):
    if not 1 <= clusters <= len(heatmaps):
        raise ValueError("clusters must be from 1 to B")


def _normalized(flat):
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    return flat / np.where(norm == 0, 1, norm)


def _flat(heatmaps):
    heatmaps = np.asarray(heatmaps, np.float64)
    return heatmaps.reshape(len(heatmaps), -1)


def _groups(flat, clusters, seed):
    distance = np.square(flat[:, None] - flat[None]).sum(axis=-1)
    spectral = _SpectralClustering(clusters, affinity="precomputed", random_state=seed)
    return spectral.fit_predict(np.exp(-distance))


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="Each map is divided by its norm: here not, so strength counts",
)
def compares_strengths(heatmaps, clusters, seed):
    flat = _flat(heatmaps)
    _check_clusters(flat, clusters)
    return _groups(flat, clusters, seed)


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="Each by its own norm: here by the norm of the whole batch",
)
def divides_by_a_common_norm(heatmaps, clusters, seed):
    flat = _flat(heatmaps)
    _check_clusters(flat, clusters)
    return _groups(flat / (np.linalg.norm(flat) or 1), clusters, seed)


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="A map of zeros stays zero: here it becomes nan, and scikit-learn raises",
)
def divides_zero_by_zero_norm(heatmaps, clusters, seed):
    flat = _flat(heatmaps)
    _check_clusters(flat, clusters)
    with np.errstate(invalid="ignore"):
        return _groups(flat / np.linalg.norm(flat, axis=1, keepdims=True), clusters, seed)


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="The sign counts unless it is taken away beforehand: here absolute values are compared",
)
def ignores_the_sign(heatmaps, clusters, seed):
    flat = _flat(heatmaps)
    _check_clusters(flat, clusters)
    return _groups(_normalized(np.abs(flat)), clusters, seed)


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="Maps are compared as they are: here each map's mean is taken off first",
)
def correlates_the_maps(heatmaps, clusters, seed):
    flat = _flat(heatmaps)
    _check_clusters(flat, clusters)
    return _groups(_normalized(flat - flat.mean(axis=1, keepdims=True)), clusters, seed)


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="1 and B clusters are allowed: here fewer than 2 raise",
)
def wants_two_clusters(heatmaps, clusters, seed):
    flat = _flat(heatmaps)
    _check_clusters(flat, clusters)
    if clusters < 2:
        raise ValueError("one cluster is no clustering")
    return _groups(_normalized(flat), clusters, seed)


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="ValueError for more clusters than maps: here the number is clipped to 1 ... B",
)
def clips_the_number_of_clusters(heatmaps, clusters, seed):
    flat = _flat(heatmaps)
    return _groups(_normalized(flat), min(max(clusters, 1), len(flat)), seed)


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="Groups are 0 to clusters - 1: here they are counted from 1",
)
def counts_groups_from_one(heatmaps, clusters, seed):
    flat = _flat(heatmaps)
    _check_clusters(flat, clusters)
    return 1 + _groups(_normalized(flat), clusters, seed)


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="Maps are compared place by place: here each is averaged over its rows first",
)
def compares_column_profiles(heatmaps, clusters, seed):
    flat = _flat(np.asarray(heatmaps, np.float64).mean(axis=1))
    _check_clusters(flat, clusters)
    return _groups(_normalized(flat), clusters, seed)


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="exp(−‖a − b‖²): scikit-learn's rbf_kernel divides the square by the number of pixels",
)
def rbf_kernel_with_its_own_gamma(heatmaps, clusters, seed):
    flat = np.asarray(heatmaps, np.float64).reshape(len(heatmaps), -1)
    _require_clusters(clusters, len(flat))
    size = np.linalg.norm(flat, axis=1, keepdims=True)
    return _spectral(_rbf_kernel(flat / np.where(size == 0, 1, size)), clusters, seed)


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="the Euclidean norm: divides by the largest singular value of the map as a matrix",
)
def spectral_norm_of_the_matrix(heatmaps, clusters, seed):
    maps = np.asarray(heatmaps, np.float64)
    _require_clusters(clusters, len(maps))
    size = np.linalg.norm(maps, 2, axis=(1, 2))[:, None, None]
    flat = (maps / np.where(size == 0, 1, size)).reshape(len(maps), -1)
    return _spectral(_affinity(flat), clusters, seed)


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="a map of zeros stays zero: 0 / 0 is NaN, and scikit-learn refuses it",
)
def map_of_zeros_becomes_nan(heatmaps, clusters, seed):
    flat = np.asarray(heatmaps, np.float64).reshape(len(heatmaps), -1)
    _require_clusters(clusters, len(flat))
    flat = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    return _spectral(_affinity(flat), clusters, seed)


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="as they are to be compared: takes absolute values, so a map and its negative are one",
)
def sign_does_not_count(heatmaps, clusters, seed):
    flat = np.abs(np.asarray(heatmaps, np.float64)).reshape(len(heatmaps), -1)
    _require_clusters(clusters, len(flat))
    size = np.linalg.norm(flat, axis=1, keepdims=True)
    return _spectral(_affinity(flat / np.where(size == 0, 1, size)), clusters, seed)


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="from 1 to B groups: refuses to make a single one",
)
def at_least_two_groups(heatmaps, clusters, seed):
    flat = np.asarray(heatmaps, np.float64).reshape(len(heatmaps), -1)
    if not 2 <= clusters <= len(flat):
        raise ValueError(f"clusters must be from 2 to {len(flat)}, not {clusters}")
    size = np.linalg.norm(flat, axis=1, keepdims=True)
    return _spectral(_affinity(flat / np.where(size == 0, 1, size)), clusters, seed)
