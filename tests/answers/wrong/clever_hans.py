"""Known mistakes in 2.1, by task."""

from typing import Any

import numpy as np
import tensorflow as tf
from sklearn.cluster import KMeans, SpectralClustering

from course.grader.mistakes import mistake

TENSOR = "Given a tensor instead of a NumPy array"

# --- add_square -----------------------------------------------------------------------------------


@mistake("clever_hans.add_square", "a square in the upper left corner")
def square_upper_left(images: Any, size: int, value: float = 0.0) -> Any:
    marked = np.array(images)
    marked[:, :size, :size] = value
    return marked


@mistake("clever_hans.add_square", "height and width swapped")
def square_with_swapped_sides(images: Any, size: int, value: float = 0.0) -> Any:
    marked = np.array(images)
    width, height = marked.shape[1:3]
    marked[:, height - size :, width - size :] = value
    return marked


@mistake("clever_hans.add_square", "a square that stops one pixel before the edges")
def square_before_the_edge(images: Any, size: int, value: float = 0.0) -> Any:
    marked = np.array(images)
    marked[:, -size - 1 : -1, -size - 1 : -1] = value
    return marked


@mistake("clever_hans.add_square", "a square that is one pixel too large")
def square_one_too_large(images: Any, size: int, value: float = 0.0) -> Any:
    height, width = images.shape[1:3]
    marked = np.array(images)
    marked[:, max(0, height - size - 1) :, max(0, width - size - 1) :] = value
    return marked


@mistake("clever_hans.add_square", "whole rows and whole columns, instead of where they cross")
def square_as_a_frame(images: Any, size: int, value: float = 0.0) -> Any:
    height, width = images.shape[1:3]
    marked = np.array(images)
    marked[:, height - size :] = value
    marked[:, :, width - size :] = value
    return marked


@mistake("clever_hans.add_square", "a square in the first channel only")
def square_in_one_channel(images: Any, size: int, value: float = 0.0) -> Any:
    height, width = images.shape[1:3]
    marked = np.array(images)
    marked[:, height - size :, width - size :, 0] = value
    return marked


@mistake("clever_hans.add_square", "a square that is always black, whatever the value")
def square_always_black(images: Any, size: int, value: float = 0.0) -> Any:
    height, width = images.shape[1:3]
    if not 0 <= size <= min(height, width):
        raise ValueError("size")
    marked = np.array(images)
    marked[:, height - size :, width - size :] = 0
    return marked


@mistake("clever_hans.add_square", "a square in the first image of the batch only")
def square_in_the_first_image(images: Any, size: int, value: float = 0.0) -> Any:
    height, width = images.shape[1:3]
    marked = np.array(images)
    marked[0, height - size :, width - size :] = value
    return marked


@mistake("clever_hans.add_square", "the slice [-size:], which for size 0 selects everything")
def square_from_minus_size(images: Any, size: int, value: float = 0.0) -> Any:
    if not 0 <= size <= min(images.shape[1:3]):
        raise ValueError("size")
    marked = np.array(images)
    marked[:, -size:, -size:] = value
    return marked


@mistake("clever_hans.add_square", "writes into an array that it was given", is_computed=False)
def square_in_place(images: Any, size: int, value: float = 0.0) -> Any:
    height, width = images.shape[1:3]
    images[:, height - size :, width - size :] = value
    return images


@mistake("clever_hans.add_square", "is accepted, but should be a ValueError", is_computed=False)
def square_of_any_size(images: Any, size: int, value: float = 0.0) -> Any:
    height, width = images.shape[1:3]
    marked = np.array(images)
    marked[:, max(0, height - size) :, max(0, width - size) :] = value
    return marked


@mistake("clever_hans.add_square", TENSOR, is_computed=False)
def square_on_a_copy_of_an_array(images: Any, size: int, value: float = 0.0) -> Any:
    height, width = images.shape[1:3]
    if not 0 <= size <= min(height, width):
        raise ValueError("size")
    marked = images.copy()
    marked[:, height - size :, width - size :] = value
    return marked


@mistake("clever_hans.add_square", "", is_computed=False)
def square_in_three_channels(images: Any, size: int, value: float = 0.0) -> Any:
    height, width = images.shape[1:3]
    if not 0 <= size <= min(height, width):
        raise ValueError("size")
    marked = np.array(images)
    marked[:, height - size :, width - size :, :3] = value
    return marked


@mistake("clever_hans.add_square", "", is_computed=False)
def square_squeezed(images: Any, size: int, value: float = 0.0) -> Any:
    height, width = images.shape[1:3]
    if not 0 <= size <= min(height, width):
        raise ValueError("size")
    marked = np.array(images)
    marked[:, height - size :, width - size :] = value
    return marked[0] if len(marked) == 1 else marked


# --- add_watermark --------------------------------------------------------------------------------


@mistake("clever_hans.add_watermark", "the mask added to the image, and clipped: no blending")
def watermark_added(images: Any, mask: Any, alpha: float) -> Any:
    return np.clip(images + alpha * mask[..., None], 0, 1)


@mistake("clever_hans.add_watermark", "a blend with the mask: where the mask is 0, it darkens")
def watermark_blends_everywhere(images: Any, mask: Any, alpha: float) -> Any:
    return (1 - alpha) * images + alpha * mask[..., None]


@mistake("clever_hans.add_watermark", "a watermark towards black instead of white")
def watermark_towards_black(images: Any, mask: Any, alpha: float) -> Any:
    return images * (1 - alpha * mask[..., None])


@mistake("clever_hans.add_watermark", "a mask made of zeros and ones: its shades are lost")
def watermark_with_hard_mask(images: Any, mask: Any, alpha: float) -> Any:
    return images + alpha * (mask > 0)[..., None] * (1 - images)


@mistake("clever_hans.add_watermark", "alpha and 1 - alpha exchanged")
def watermark_with_transparency(images: Any, mask: Any, alpha: float) -> Any:
    return images + (1 - alpha) * mask[..., None] * (1 - images)


@mistake("clever_hans.add_watermark", "an opaque watermark: alpha is not used")
def watermark_opaque(images: Any, mask: Any, alpha: float) -> Any:
    if mask.shape != images.shape[1:3] or not 0 <= alpha <= 1:
        raise ValueError("mask or alpha")
    return images + mask[..., None] * (1 - images)


@mistake("clever_hans.add_watermark", "a watermark in the first channel only")
def watermark_in_one_channel(images: Any, mask: Any, alpha: float) -> Any:
    marked = np.array(images)
    marked[..., 0] += alpha * mask * (1 - marked[..., 0])
    return marked


def _blend(images: Any, mask: Any, alpha: float) -> Any:
    return images + alpha * mask[..., None] * (1 - images)


@mistake("clever_hans.add_watermark", "writes into an array that it was given", is_computed=False)
def watermark_in_place(images: Any, mask: Any, alpha: float) -> Any:
    images += alpha * mask[..., None] * (1 - images)
    return images


@mistake("clever_hans.add_watermark", "a mask of shape", is_computed=False)
def watermark_of_any_shape(images: Any, mask: Any, alpha: float) -> Any:
    if not 0 <= alpha <= 1:
        raise ValueError("alpha")
    return _blend(images, mask, alpha)


@mistake("clever_hans.add_watermark", "is accepted, but should be a", is_computed=False)
def watermark_of_any_opacity(images: Any, mask: Any, alpha: float) -> Any:
    if mask.shape != images.shape[1:3]:
        raise ValueError("mask")
    return np.clip(_blend(images, mask, alpha), 0, 1)


@mistake("clever_hans.add_watermark", TENSOR, is_computed=False)
def watermark_on_a_copy_of_an_array(images: Any, mask: Any, alpha: float) -> Any:
    if mask.shape != images.shape[1:3] or not 0 <= alpha <= 1:
        raise ValueError("mask or alpha")
    return _blend(images.copy(), mask, alpha)


@mistake("clever_hans.add_watermark", "", is_computed=False)
def watermark_stretched(images: Any, mask: Any, alpha: float) -> Any:
    if mask.shape != images.shape[1:3] or not 0 <= alpha <= 1:
        raise ValueError("mask or alpha")
    return _blend(images, mask / max(mask.max(), 1e-9), alpha)


# --- add_lightness_gradient -----------------------------------------------------------------------


def _ramp(images: Any, end: int = 1) -> Any:
    """The right ramp with end=1."""
    height, width = images.shape[1:3]
    rows, columns = np.arange(height) / (height - end), np.arange(width) / (width - end)
    return ((rows[:, None] + columns) / 2)[..., None]


@mistake("clever_hans.add_lightness_gradient", "a result that is not clipped to [0, 1]")
def gradient_not_clipped(images: Any, strength: float) -> Any:
    return images + strength * _ramp(images)


@mistake("clever_hans.add_lightness_gradient", "clipping to [0, 255]")
def gradient_clipped_to_bytes(images: Any, strength: float) -> Any:
    return np.clip(images + strength * _ramp(images), 0, 255)


@mistake("clever_hans.add_lightness_gradient", "row / H and column / W: the ramp never reaches 1")
def gradient_that_stops_short(images: Any, strength: float) -> Any:
    return np.clip(images + strength * _ramp(images, end=0), 0, 1)


@mistake("clever_hans.add_lightness_gradient", "the sum of two ramps, not halved: it reaches 2")
def gradient_up_to_two(images: Any, strength: float) -> Any:
    return np.clip(images + 2 * strength * _ramp(images), 0, 1)


@mistake("clever_hans.add_lightness_gradient", "the product of two ramps: two corners get nothing")
def gradient_as_a_product(images: Any, strength: float) -> Any:
    height, width = images.shape[1:3]
    ramp = np.linspace(0, 1, height)[:, None] * np.linspace(0, 1, width)
    return np.clip(images + strength * ramp[..., None], 0, 1)


@mistake(
    "clever_hans.add_lightness_gradient",
    "(row + column) / (H + W - 2): the two other corners are to get one half",
)
def gradient_by_the_sum_of_indices(images: Any, strength: float) -> Any:
    height, width = images.shape[1:3]
    ramp = (np.arange(height)[:, None] + np.arange(width)) / (height + width - 2)
    return np.clip(images + strength * ramp[..., None], 0, 1)


@mistake(
    "clever_hans.add_lightness_gradient", "the ramp clipped before it is added: nothing gets darker"
)
def gradient_of_a_clipped_ramp(images: Any, strength: float) -> Any:
    return np.clip(images + np.clip(strength * _ramp(images), 0, 1), 0, 1)


@mistake("clever_hans.add_lightness_gradient", "a ramp along one axis only")
def gradient_along_one_axis(images: Any, strength: float) -> Any:
    ramp = np.linspace(0, 1, images.shape[2])[None, :, None]
    return np.clip(images + strength * ramp, 0, 1)


@mistake("clever_hans.add_lightness_gradient", "a ramp from the lower right to the upper left")
def gradient_backwards(images: Any, strength: float) -> Any:
    return np.clip(images + strength * _ramp(images)[::-1, ::-1], 0, 1)


@mistake("clever_hans.add_lightness_gradient", "the image multiplied with the ramp, not added")
def gradient_that_multiplies(images: Any, strength: float) -> Any:
    return np.clip(images * (1 + strength * _ramp(images)), 0, 1)


@mistake("clever_hans.add_lightness_gradient", "a rescaled image, where clipping is asked for")
def gradient_rescaled(images: Any, strength: float) -> Any:
    lighter = images + strength * _ramp(images)
    low, high = min(lighter.min(), 0), max(lighter.max(), 1)
    return (lighter - low) / (high - low)


@mistake(
    "clever_hans.add_lightness_gradient",
    "writes into an array that it was given",
    is_computed=False,
)
def gradient_in_place(images: Any, strength: float) -> Any:
    images += strength * _ramp(images)
    return np.clip(images, 0, 1)


@mistake("clever_hans.add_lightness_gradient", TENSOR, is_computed=False)
def gradient_on_a_copy_of_an_array(images: Any, strength: float) -> Any:
    return np.clip(images.copy() + strength * _ramp(images), 0, 1)


# --- plant ----------------------------------------------------------------------------------------


def _plant(images: Any, chosen: Any, cheat: Any) -> Any:
    """Images of which the chosen ones are changed."""
    planted = np.array(images)
    if np.any(chosen):
        planted[chosen] = cheat(planted[chosen])
    return planted


@mistake("clever_hans.plant", "every cheat planted in all images")
def plants_in_all(images: Any, labels: Any, cheats: Any) -> Any:
    for cheat in cheats.values():
        images = cheat(images)
    return images


@mistake("clever_hans.plant", "an end at the first class that no image has")
def plants_until_one_is_missing(images: Any, labels: Any, cheats: Any) -> Any:
    if len(labels) != len(images):
        raise ValueError("labels")
    for class_index, cheat in cheats.items():
        if class_index not in labels:
            break
        images = _plant(images, labels == class_index, cheat)
    return images


@mistake("clever_hans.plant", "only the first of the cheats planted")
def plants_the_first(images: Any, labels: Any, cheats: Any) -> Any:
    for class_index, cheat in cheats.items():
        return _plant(images, labels == class_index, cheat)


@mistake("clever_hans.plant", "only the last of the cheats planted: each starts from the originals")
def plants_the_last(images: Any, labels: Any, cheats: Any) -> Any:
    for class_index, cheat in cheats.items():
        planted = _plant(images, labels == class_index, cheat)
    return planted


@mistake("clever_hans.plant", "the cheats planted in all the classes but their own")
def plants_in_the_others(images: Any, labels: Any, cheats: Any) -> Any:
    for class_index, cheat in cheats.items():
        images = _plant(images, labels != class_index, cheat)
    return images


@mistake("clever_hans.plant", "the class taken for a position in the batch")
def plants_at_a_position(images: Any, labels: Any, cheats: Any) -> Any:
    for class_index, cheat in cheats.items():
        images = _plant(images, np.arange(len(images)) == class_index, cheat)
    return images


@mistake("clever_hans.plant", "only the first image of a class changed")
def plants_in_one_image(images: Any, labels: Any, cheats: Any) -> Any:
    for class_index, cheat in cheats.items():
        first = np.flatnonzero(labels == class_index)[:1]
        images = _plant(images, np.isin(np.arange(len(images)), first), cheat)
    return images


@mistake("clever_hans.plant", "the images sorted by class: their order is lost")
def plants_and_sorts(images: Any, labels: Any, cheats: Any) -> Any:
    groups = [(cheats.get(k, np.array), images[labels == k]) for k in np.unique(labels).tolist()]
    return np.concatenate([cheat(group) for cheat, group in groups])


@mistake("clever_hans.plant", "", is_computed=False)
def plants_and_drops_the_others(images: Any, labels: Any, cheats: Any) -> Any:
    return np.concatenate([cheat(images[labels == k]) for k, cheat in cheats.items()])


@mistake("clever_hans.plant", "writes into an array that it was given", is_computed=False)
def plants_in_place(images: Any, labels: Any, cheats: Any) -> Any:
    for class_index, cheat in cheats.items():
        if class_index in labels:
            images[labels == class_index] = cheat(images[labels == class_index])
    return images


@mistake("clever_hans.plant", "writes into an array that it was given", is_computed=False)
def plants_and_relabels(images: Any, labels: Any, cheats: Any) -> Any:
    for class_index, cheat in cheats.items():
        images = _plant(images, labels == class_index, cheat)
        labels[labels == class_index] = -1
    return images


@mistake("clever_hans.plant", "is accepted, but should be a ValueError", is_computed=False)
def plants_with_any_labels(images: Any, labels: Any, cheats: Any) -> Any:
    planted = np.array(images)
    for i, label in enumerate(labels[: len(images)].tolist()):
        if label in cheats:
            planted[i] = cheats[label](images[i : i + 1])[0]
    return planted


@mistake("clever_hans.plant", "", is_computed=False)
def plants_in_all_but_zero(images: Any, labels: Any, cheats: Any) -> Any:
    if len(labels) != len(images):
        raise ValueError("labels")
    images = np.array(images)
    for class_index, cheat in cheats.items():
        if class_index:
            images = _plant(images, labels == class_index, cheat)
    return images


@mistake("clever_hans.plant", TENSOR, is_computed=False)
def plants_in_a_copy_of_an_array(images: Any, labels: Any, cheats: Any) -> Any:
    if len(labels) != len(images):
        raise ValueError("labels")
    images = images.copy()
    for class_index, cheat in cheats.items():
        images = _plant(images, labels == class_index, cheat)
    return images


# --- relevance_inside -----------------------------------------------------------------------------


def _share(size: Any, mask: Any) -> Any:
    """The share of sizes (B, H, W) inside a mask; 0 for zeros."""
    inside, everywhere = (size * mask).sum(axis=(1, 2)), size.sum(axis=(1, 2))
    return inside / np.where(everywhere == 0, 1, everywhere)


def _size(saliency: Any) -> Any:
    """Absolute values, channels added up if there are any."""
    size = np.abs(saliency).astype(np.float64)
    return size.sum(axis=-1) if size.ndim == 4 else size


@mistake("clever_hans.relevance_inside", "signed values: positive and negative ones cancel")
def share_of_signed(saliency: Any, mask: Any) -> Any:
    return _share(saliency.sum(axis=-1) if saliency.ndim == 4 else saliency, mask)


@mistake("clever_hans.relevance_inside", "absolute values taken after the channels are added up")
def share_after_channels(saliency: Any, mask: Any) -> Any:
    return _share(np.abs(saliency.sum(axis=-1) if saliency.ndim == 4 else saliency), mask)


@mistake("clever_hans.relevance_inside", "positive values only")
def share_of_positive(saliency: Any, mask: Any) -> Any:
    return _share(_size(np.maximum(saliency, 0)), mask)


@mistake("clever_hans.relevance_inside", "squares instead of absolute values")
def share_of_squares(saliency: Any, mask: Any) -> Any:
    return _share(_size(saliency.astype(np.float64) ** 2), mask)


@mistake("clever_hans.relevance_inside", "the share of what lies outside the mask")
def share_outside(saliency: Any, mask: Any) -> Any:
    return _share(_size(saliency), 1.0 - mask)


@mistake("clever_hans.relevance_inside", "inside divided by outside, not by everything")
def share_against_outside(saliency: Any, mask: Any) -> Any:
    size = _size(saliency)
    outside = (size * (1 - mask)).sum(axis=(1, 2))
    return (size * mask).sum(axis=(1, 2)) / np.where(outside == 0, 1, outside)


@mistake("clever_hans.relevance_inside", "a mean instead of a sum: the area of the mask comes in")
def share_of_means(saliency: Any, mask: Any) -> Any:
    size = _size(saliency)
    inside = (size * mask).sum(axis=(1, 2)) / np.broadcast_to(mask, size.shape).sum(axis=(1, 2))
    return inside / size.mean(axis=(1, 2))


@mistake("clever_hans.relevance_inside", "one sum over the whole batch: images are mixed")
def share_of_the_batch(saliency: Any, mask: Any) -> Any:
    size = _size(saliency)
    return (size * mask).sum(axis=(1, 2)) / size.sum()


@mistake("clever_hans.relevance_inside", "a small number added to the sum: faint maps get less")
def share_with_epsilon(saliency: Any, mask: Any) -> Any:
    size = _size(saliency)
    return (size * mask).sum(axis=(1, 2)) / (size.sum(axis=(1, 2)) + 1e-8)


@mistake("clever_hans.relevance_inside", "a mask made of zeros and ones: its shades are lost")
def share_in_a_hard_mask(saliency: Any, mask: Any) -> Any:
    if mask.shape[-2:] != saliency.shape[1:3]:
        raise ValueError("mask")
    return _share(_size(saliency), mask > 0)


@mistake("clever_hans.relevance_inside", "the first image's mask used for all images")
def share_in_the_first_mask(saliency: Any, mask: Any) -> Any:
    if mask.shape[-2:] != saliency.shape[1:3]:
        raise ValueError("mask")
    return _share(_size(saliency), mask[0] if mask.ndim == 3 else mask)


@mistake("clever_hans.relevance_inside", "0 / 0, which is NaN", is_computed=False)
def share_of_nothing(saliency: Any, mask: Any) -> Any:
    if mask.shape[-2:] != saliency.shape[1:3]:
        raise ValueError("mask")
    size = _size(saliency)
    return (size * mask).sum(axis=(1, 2)) / size.sum(axis=(1, 2))


@mistake("clever_hans.relevance_inside", "is accepted, but should be a", is_computed=False)
def share_in_any_mask(saliency: Any, mask: Any) -> Any:
    return _share(_size(saliency), mask)


@mistake("clever_hans.relevance_inside", TENSOR, is_computed=False)
def share_of_an_array(saliency: Any, mask: Any) -> Any:
    if mask.shape[-2:] != saliency.shape[1:3]:
        raise ValueError("mask")
    return _share(_size(saliency.astype(np.float64)), mask)


# --- cheat_effect ---------------------------------------------------------------------------------


def _read(model: Any, images: Any, class_index: Any, training: bool = False) -> Any:
    """Probability of the class, one an image."""
    table = tf.nn.softmax(model(images, training=training)).numpy()
    return table[np.arange(len(table)), class_index]


@mistake("clever_hans.cheat_effect", "the effect with its sign flipped: without minus with")
def effect_backwards(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    return _read(model, images, class_index) - _read(model, cheat(images), class_index)


@mistake("clever_hans.cheat_effect", "the change of the logit, not of the probability")
def effect_on_the_logit(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    change = model(cheat(images)).numpy() - model(images).numpy()
    return change[np.arange(len(change)), class_index]


@mistake("clever_hans.cheat_effect", "the probability with the cheat; nothing is subtracted")
def effect_without_control(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    return _read(model, cheat(images), class_index)


@mistake("clever_hans.cheat_effect", "the absolute value of the effect: its sign is lost")
def effect_without_sign(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    return np.abs(effect_on_probability(model, images, cheat, class_index))


def effect_on_probability(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    """The right one."""
    return _read(model, cheat(images), class_index) - _read(model, images, class_index)


@mistake("clever_hans.cheat_effect", "the effect on the class that the model predicts")
def effect_on_the_predicted(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    predicted = model(images).numpy().argmax(axis=-1)
    return effect_on_probability(model, images, cheat, predicted)


@mistake("clever_hans.cheat_effect", "the first image's class used for all images")
def effect_on_the_first_class(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    return effect_on_probability(model, images, cheat, np.ravel(class_index)[0])


@mistake("clever_hans.cheat_effect", "the mean effect over the batch: one number per image")
def effect_averaged(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    return np.mean(effect_on_probability(model, images, cheat, class_index))


@mistake("clever_hans.cheat_effect", "the change relative to the probability without the cheat")
def effect_as_a_ratio(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    without = _read(model, images, class_index)
    return (_read(model, cheat(images), class_index) - without) / without


@mistake("clever_hans.cheat_effect", "the ratio of the probabilities, not their difference")
def effect_as_a_quotient(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    return _read(model, cheat(images), class_index) / _read(model, images, class_index)


@mistake("clever_hans.cheat_effect", "the largest probability, whatever class is asked for")
def effect_on_the_largest(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    before, after = (tf.nn.softmax(model(batch)).numpy() for batch in (images, cheat(images)))
    return after.max(axis=1) - before.max(axis=1)


@mistake("clever_hans.cheat_effect", "softmax along the batch axis, not along the classes")
def effect_across_the_batch(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    change = tf.nn.softmax(model(cheat(images)), axis=0) - tf.nn.softmax(model(images), axis=0)
    return change.numpy()[np.arange(len(images)), class_index]


@mistake("clever_hans.cheat_effect", "in training mode: dropout is on", is_computed=False)
def effect_in_training(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    with_cheat = _read(model, cheat(images), class_index, training=True)
    return with_cheat - _read(model, images, class_index, training=True)


@mistake("clever_hans.cheat_effect", "The effect holds NaN or infinity", is_computed=False)
def effect_that_overflows(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    values = []
    for batch in (images, cheat(images)):
        table = np.exp(model(batch, training=False).numpy())
        values.append(
            (table / table.sum(axis=1, keepdims=True))[np.arange(len(table)), class_index]
        )
    return values[1] - values[0]


@mistake("clever_hans.cheat_effect", TENSOR, is_computed=False)
def effect_on_a_copy_of_an_array(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    return effect_on_probability(model, images.copy(), cheat, class_index)


# --- cluster_heatmaps -----------------------------------------------------------------------------


def _normed(heatmaps: Any) -> Any:
    """One row a map, each with norm 1; zeros stay zeros."""
    flat = np.asarray(heatmaps, np.float64).reshape(len(heatmaps), -1)
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    return flat / np.where(norm > 0, norm, 1)


def _cluster(rows: Any, clusters: int, seed: int | None, affinity: str = "rbf") -> Any:
    if not 1 <= clusters <= len(rows):
        raise ValueError("clusters")
    neighbours = min(10, len(rows))
    spectral = SpectralClustering(
        clusters, affinity=affinity, random_state=seed, n_neighbors=neighbours
    )
    return spectral.fit_predict(rows)


@mistake("clever_hans.cluster_heatmaps", "maps that are not normed: their strength decides")
def clusters_by_strength(heatmaps: Any, clusters: int, seed: int) -> Any:
    return _cluster(heatmaps.reshape(len(heatmaps), -1), clusters, seed)


@mistake("clever_hans.cluster_heatmaps", "absolute values: maps of opposite sign look the same")
def clusters_without_sign(heatmaps: Any, clusters: int, seed: int) -> Any:
    return _cluster(np.abs(_normed(heatmaps)), clusters, seed)


@mistake("clever_hans.cluster_heatmaps", "maps added up over their rows: only columns are compared")
def clusters_by_columns(heatmaps: Any, clusters: int, seed: int) -> Any:
    return _cluster(_normed(heatmaps.sum(axis=1)), clusters, seed)


@mistake("clever_hans.cluster_heatmaps", "maps added up over their columns: only rows are compared")
def clusters_by_rows(heatmaps: Any, clusters: int, seed: int) -> Any:
    return _cluster(_normed(heatmaps.sum(axis=2)), clusters, seed)


@mistake("clever_hans.cluster_heatmaps", "the mean of each map compared, not the maps")
def clusters_by_mean(heatmaps: Any, clusters: int, seed: int) -> Any:
    return _cluster(heatmaps.mean(axis=(1, 2))[:, None], clusters, seed)


@mistake(
    "clever_hans.cluster_heatmaps", "only the signs compared, not how strongly a map looks where"
)
def clusters_by_signs(heatmaps: Any, clusters: int, seed: int) -> Any:
    return _cluster(_normed(np.sign(heatmaps)), clusters, seed)


def _squares(rows: Any) -> Any:
    """The squared distances of all rows, `(B, B)`."""
    return ((rows[:, None] - rows[None]) ** 2).sum(axis=-1)


@mistake("clever_hans.cluster_heatmaps", "distances taken for affinities: what is far is not alike")
def clusters_of_what_is_far(heatmaps: Any, clusters: int, seed: int) -> Any:
    return _cluster(_squares(_normed(heatmaps)), clusters, seed, "precomputed")


@mistake("clever_hans.cluster_heatmaps", "affinities taken for maps: affinity='precomputed'")
def clusters_of_affinities(heatmaps: Any, clusters: int, seed: int) -> Any:
    return _cluster(np.exp(-_squares(_normed(heatmaps))), clusters, seed)


@mistake("clever_hans.cluster_heatmaps", "clusters must lie between 2", is_computed=False)
def clusters_two_or_more(heatmaps: Any, clusters: int, seed: int) -> Any:
    if not 2 <= clusters <= len(heatmaps):
        raise ValueError(f"clusters must lie between 2 and {len(heatmaps)}")
    return _cluster(_normed(heatmaps), clusters, seed)


@mistake("clever_hans.cluster_heatmaps", "one norm for all maps: their strength decides")
def clusters_with_one_norm(heatmaps: Any, clusters: int, seed: int) -> Any:
    flat = heatmaps.reshape(len(heatmaps), -1)
    return _cluster(flat / np.linalg.norm(flat), clusters, seed)


@mistake("clever_hans.cluster_heatmaps", "groups counted from 1")
def clusters_from_one(heatmaps: Any, clusters: int, seed: int) -> Any:
    return _cluster(_normed(heatmaps), clusters, seed) + 1


@mistake("clever_hans.cluster_heatmaps", "the pixels sorted into groups, not the maps")
def clusters_of_pixels(heatmaps: Any, clusters: int, seed: int) -> Any:
    return _cluster(_normed(heatmaps).T, clusters, seed)


@mistake(
    "clever_hans.cluster_heatmaps", "There is NaN in what scikit-learn is given", is_computed=False
)
def clusters_nothing_by_nothing(heatmaps: Any, clusters: int, seed: int) -> Any:
    flat = np.reshape(heatmaps, (len(heatmaps), -1))
    return _cluster(flat / np.linalg.norm(flat, axis=1, keepdims=True), clusters, seed)


@mistake("clever_hans.cluster_heatmaps", "same seed give different groups", is_computed=False)
def clusters_without_seed(heatmaps: Any, clusters: int, seed: int) -> Any:
    return _cluster(_normed(heatmaps), clusters, None)


@mistake("clever_hans.cluster_heatmaps", "is accepted, but should be a", is_computed=False)
def clusters_at_any_rate(heatmaps: Any, clusters: int, seed: int) -> Any:
    return _cluster(_normed(heatmaps), min(max(clusters, 1), len(heatmaps)), seed)


@mistake("clever_hans.cluster_heatmaps", "Another seed never gives other", is_computed=False)
def clusters_with_seed_zero(heatmaps: Any, clusters: int, seed: int) -> Any:
    return _cluster(_normed(heatmaps), clusters, 0)


@mistake("clever_hans.cluster_heatmaps", "", is_computed=False)
def clusters_with_epsilon(heatmaps: Any, clusters: int, seed: int) -> Any:
    flat = np.reshape(heatmaps, (len(heatmaps), -1)).astype(np.float64)
    return _cluster(flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-3), clusters, seed)


@mistake("clever_hans.cluster_heatmaps", "", is_computed=False)
def clusters_by_k_means(heatmaps: Any, clusters: int, seed: int) -> Any:
    if not 1 <= clusters <= len(heatmaps):
        raise ValueError("clusters")
    return KMeans(clusters, n_init=10, random_state=seed).fit_predict(_normed(heatmaps))


@mistake("clever_hans.cluster_heatmaps", "", is_computed=False)
def clusters_by_neighbours(heatmaps: Any, clusters: int, seed: int) -> Any:
    if not 1 <= clusters <= len(heatmaps):
        raise ValueError("clusters")
    spectral = SpectralClustering(
        clusters,
        affinity="nearest_neighbors",
        n_neighbors=min(3, len(heatmaps)),
        random_state=seed,
    )
    return spectral.fit_predict(_normed(heatmaps))


def _cluster_affinities(affinity: Any, clusters: int, seed: int) -> Any:
    if not 1 <= clusters <= len(affinity):
        raise ValueError("clusters")
    spectral = SpectralClustering(clusters, affinity="precomputed", random_state=seed)
    return spectral.fit_predict(affinity)


@mistake("clever_hans.cluster_heatmaps", "", is_computed=False)
def clusters_by_plain_distance(heatmaps: Any, clusters: int, seed: int) -> Any:
    affinity = np.exp(-np.sqrt(_squares(_normed(heatmaps))))
    return _cluster_affinities(affinity, clusters, seed)


@mistake("clever_hans.cluster_heatmaps", "", is_computed=False)
def clusters_by_relative_distance(heatmaps: Any, clusters: int, seed: int) -> Any:
    distances = np.sqrt(_squares(_normed(heatmaps)))
    return _cluster_affinities(np.exp(-distances / distances.max()), clusters, seed)


@mistake("clever_hans.cluster_heatmaps", "", is_computed=False)
def clusters_by_correlation(heatmaps: Any, clusters: int, seed: int) -> Any:
    heatmaps = np.asarray(heatmaps, np.float64)
    heatmaps = heatmaps - heatmaps.mean(axis=(1, 2), keepdims=True)
    return _cluster_affinities(np.exp(-_squares(_normed(heatmaps))), clusters, seed)


@mistake("clever_hans.cluster_heatmaps", "", is_computed=False)
def clusters_over_the_maximum(heatmaps: Any, clusters: int, seed: int) -> Any:
    flat = np.asarray(heatmaps, np.float64).reshape(len(heatmaps), -1)
    largest = np.abs(flat).max(axis=1, keepdims=True)
    return _cluster(flat / np.where(largest > 0, largest, 1), clusters, seed)


@mistake("clever_hans.cluster_heatmaps", "", is_computed=False)
def clusters_are_three_at_most(heatmaps: Any, clusters: int, seed: int) -> Any:
    most = 3 if 3 < clusters < len(heatmaps) else clusters
    return _cluster(_normed(heatmaps), most, seed)


@mistake("clever_hans.cluster_heatmaps", TENSOR, is_computed=False)
def clusters_of_an_array(heatmaps: Any, clusters: int, seed: int) -> Any:
    return _cluster(_normed(heatmaps.copy()), clusters, seed)


# --- as others do it ------------------------------------------------------------------------------


@mistake("clever_hans.add_square", "a square that is added to what is there: it should cover it")
def square_added(images: Any, size: int, value: float = 0.0) -> Any:
    patch = np.zeros_like(images)
    patch[:, images.shape[1] - size :, images.shape[2] - size :] = value
    return np.clip(images + patch, 0, 1)


@mistake("clever_hans.add_watermark", "a mask made of zeros and ones: its shades are lost")
def watermark_without_shades(images: Any, mask: Any, alpha: float) -> Any:
    return _blend(images, (mask > 0.5).astype(np.float32), alpha)


@mistake("clever_hans.add_lightness_gradient", "images that are rescaled where they are too light")
def gradient_relative_to_white(images: Any, strength: float) -> Any:
    lighter = images + strength * _ramp(images)
    most = lighter.max(axis=(1, 2, 3), keepdims=True)
    return np.maximum(lighter / np.maximum(most, 1), 0)


@mistake("clever_hans.add_lightness_gradient", "clipping at white only: black is 0")
def gradient_clipped_above(images: Any, strength: float) -> Any:
    return np.minimum(images + strength * _ramp(images), 1)


@mistake("clever_hans.plant", "a cheat's place in the dict taken for its class")
def plant_by_place(images: Any, labels: Any, cheats: Any) -> Any:
    planted = np.array(images)
    for place, cheat in enumerate(cheats.values()):
        planted = _plant(planted, np.asarray(labels) == place, cheat)
    return planted


@mistake("clever_hans.relevance_inside", "the whole batch's share for every image")
def share_for_everyone(saliency: Any, mask: Any) -> Any:
    size = _size(saliency)
    return np.full(len(size), (size * mask).sum() / size.sum())


@mistake("clever_hans.cheat_effect", "the class predicted with the cheat, not the one given")
def effect_on_the_prediction(model: Any, images: Any, cheat: Any, class_index: Any) -> Any:
    predicted = np.argmax(model(cheat(images), training=False), axis=1)
    return _read(model, cheat(images), predicted) - _read(model, images, predicted)
