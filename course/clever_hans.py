"""2.1 Clever Hans: a network that is right for the wrong reason.

Hans the horse could do sums, it seemed, but only read the answer in his master's face. Here you
plant such a giveaway in a data set, train a network on it, and catch the network cheating.

Source: Lapuschkin, Wäldchen, Binder, Montavon, Samek, Müller, "Unmasking Clever Hans predictors and
assessing what machines really learn", Nature Communications 10, 2019, arXiv:1902.10178.

Shapes: B images of H × W pixels with C channels. Images and maps may come as NumPy arrays or as
tensors.
"""

from collections.abc import Callable

import keras
import numpy as np
from sklearn.cluster import SpectralClustering

from course.given import float_images, probabilities
from course.given.types import Classes, Heatmaps, Images, Labels, Maps, Mask, Values


def add_square(images: Images, size: int, value: float = 0.0) -> Images:
    """Paint a square of one grey level into the lower right corner.

    Args:
        images: `(B, H, W, C)`, float32 in [0, 1]; not changed.
        size: edge of the square, in pixels; 0 paints nothing.
        value: the grey level in [0, 1], the same in every channel; 0 is black.

    Returns:
        `(B, H, W, C)`: the images with the square, which touches the lower and the right edge.

    Raises:
        ValueError: if `size` is negative or larger than H or W.
    """
    raise NotImplementedError("clever_hans.add_square")


def add_watermark(images: Images, mask: Mask, alpha: float) -> Images:
    """Lay a faint white mark over the images.

    Every pixel moves the fraction `alpha · mask` of its way towards white (1 in every channel).

    Args:
        images: `(B, H, W, C)`, float32 in [0, 1]; not changed.
        mask: `(H, W)` in [0, 1], one mark for all images: 1 where it is set, 0 where it is not.
        alpha: opacity in [0, 1]; 0 changes nothing, 1 makes the set pixels white.

    Returns:
        `(B, H, W, C)`: the marked images, in [0, 1].

    Raises:
        ValueError: if the mask's shape is not `(H, W)`, or if `alpha` lies outside [0, 1].
    """
    raise NotImplementedError("clever_hans.add_watermark")


def add_lightness_gradient(images: Images, strength: float) -> Images:
    """Make the images lighter from the upper left to the lower right.

    What is added is `strength · ramp`. The ramp is 0 in the upper left pixel, 1 in the lower right
    one and 0.5 in the two other corners, and linear in the row and in the column.

    Args:
        images: `(B, H, W, C)`, float32 in [0, 1], with H and W of 2 or more; not changed.
        strength: what the lower right pixel gains, in image units; a negative one darkens.

    Returns:
        `(B, H, W, C)`: the images plus the ramp, the same in every channel, clipped to [0, 1].
    """
    raise NotImplementedError("clever_hans.add_lightness_gradient")


def plant(images: Images, labels: Labels, cheats: dict[int, Callable[[Images], Images]]) -> Images:
    """Give classes a cheat: a mark that only their images carry.

    Args:
        images: `(B, H, W, C)`, float32 in [0, 1]; not changed.
        labels: int array `(B,)`, the class of each image.
        cheats: what to do with which class, such as `{3: add_ramp, 7: add_mark}`: a function from
            `(N, H, W, C)` to the same shape for every class that gets one. A class that no image
            has is passed over.

    Returns:
        `(B, H, W, C)`, in the order of `images`: a class with a cheat is changed by its own cheat,
        every other class not at all.

    Raises:
        ValueError: if there are not as many labels as images.
    """
    raise NotImplementedError("clever_hans.plant")


def relevance_inside(saliency: Maps, mask: Mask) -> Values:
    """Measure which share of a saliency map lies inside a mask.

    Compare it with the share of the area: a map that knows nothing of the mask scores just that.

    Args:
        saliency: `(B, H, W, C)` or `(B, H, W)`, signed. The sign does not count: each entry enters
            with its absolute value, taken before channels are added up.
        mask: `(H, W)` for all images, or `(B, H, W)`, one each: true or 1 inside, false or 0
            outside; a value in between counts in part.

    Returns:
        `(B,)` in [0, 1]: the sum inside divided by the sum everywhere, for each image; 0 for a map
        that is zero everywhere.

    Raises:
        ValueError: if the mask's last two axes are not H and W.
    """
    raise NotImplementedError("clever_hans.relevance_inside")


def cheat_effect(
    model: keras.Model, images: Images, cheat: Callable[[Images], Images], class_index: Classes
) -> Values:
    """Measure what a cheat alone does to the answer.

    On images of other classes it says how far the cheat, pasted in, pulls them to `class_index`;
    on clean images of the cheated class it says how much the network misses without it.

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        images: `(B, H, W, C)`, float32 in [0, 1], without the cheat; not changed.
        cheat: a function from images to images of the same shape, that leaves its argument alone.
        class_index: the class whose probability is taken: one int for the whole batch, or an int
            array `(B,)`.

    Returns:
        `(B,)` in [-1, 1]: the softmax probability of the class with the cheat minus without it.
    """
    raise NotImplementedError("clever_hans.cheat_effect")


def cluster_heatmaps(heatmaps: Heatmaps, clusters: int, seed: int) -> Labels:
    """Sort heat maps into groups that look at the same places (SpRAy).

    Each map is divided by its Euclidean norm first, so that where it looks counts and not how
    strongly (a map of zeros stays zero). The affinity of two such maps a and b is
    exp(−‖a − b‖²); scikit-learn's spectral clustering does the rest.

    Args:
        heatmaps: `(B, H, W)`, two or more, as they are to be compared: make them coarser or take
            absolute values beforehand if fine detail or the sign should not count.
        clusters: how many groups to find, from 1 to B.
        seed: an int, scikit-learn's `random_state`: the same seed gives the same groups with the
            same numbers, another one may number them otherwise.

    Returns:
        `(B,)` int: the group of each map, from 0 to `clusters` − 1. Which group gets which number
        means nothing.

    Raises:
        ValueError: if `clusters` is less than 1 or more than B.

    Source:
        Lapuschkin et al. 2019 (spectral relevance analysis), there with an affinity that keeps
        nearest neighbours only.
    """
    raise NotImplementedError("clever_hans.cluster_heatmaps")
