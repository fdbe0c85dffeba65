"""1.4 Natural images (bonus): what the network would like to see, in colours and shapes of photos.

Regularizers pull noise towards something smoother, and it stays noise. Three ingredients do better:
write the image as a spectrum, in which slow waves are easier to change than fast ones; let its
channels vary together as they do in photos; and never look at it from the same place twice.

Source: Olah, Mordvintsev, Schubert, "Feature Visualization", Distill, 2017,
doi:10.23915/distill.00007; Mordvintsev, Pezzotti, Schubert, Olah, "Differentiable Image
Parameterizations", Distill, 2018, doi:10.23915/distill.00012. Shapes: B images of H × W pixels with
C channels; F = W // 2 + 1 frequencies along the width.
"""

import keras
import numpy as np
import tensorflow as tf

from course.given import Ascent, compiled
from course.given.types import Array, Classes, Image, Images

from .feature_visualization import feature_extractor, normalize_gradient
from .saliency import select_output


def frequencies(height: int, width: int) -> Array:
    """Say how fast each wave of a real two-dimensional Fourier transform varies.

    Args:
        height: H, of the images, in pixels.
        width: W, of the images, in pixels.

    Returns:
        `(H, F)`, in cycles per pixel, for the coefficients in the order of `numpy.fft.rfft2`: the
        length of the vector of the vertical and the horizontal frequency.
    """
    raise NotImplementedError("natural_images.frequencies")


def fourier_images(spectrum: Array, height: int, width: int) -> Array:
    """Turn spectra into images, with slow waves made strong and fast ones faint, as in photos.

    Each coefficient is divided by its frequency in cycles per pixel, where frequencies below
    1 / max(H, W), that is 0, count as 1 / max(H, W). Then the spectrum is transformed back, with
    the scale at which the transform keeps the sum of squares (`norm="ortho"` in NumPy). A gradient
    flows from the images back to the spectrum: later tasks climb in it.

    Args:
        spectrum: `(B, C, H, F)`, complex, in the order of `numpy.fft.rfft2`.
        height: H, of the images, in pixels.
        width: W, of the images, in pixels, even or odd.

    Returns:
        `(B, H, W, C)`, real, of any size and sign: not yet in [0, 1].

    Source:
        Mordvintsev et al. 2018.
    """
    raise NotImplementedError("natural_images.fourier_images")


def color_basis(photos: Images) -> Array:
    """Find what makes independent channels vary together as the colours of photos do.

    Where a photo is light, it is light in red, green and blue; seldom is it light in one alone. The
    covariance of the channels over all pixels of all photos says so, and a square root of it mixes
    channels that know nothing of each other into channels with that covariance.

    Args:
        photos: `(B, H, W, C)`, in [0, 1], not all of one colour; not changed.

    Returns:
        `(C, C)`: a matrix A for which A Aᵀ is the covariance times a number, so chosen that the
        longest column of A has length 1. Any such matrix will do (there are many, all rotations of
        each other).

    Source:
        Olah et al. 2017, section "Preconditioning and parameterization".
    """
    raise NotImplementedError("natural_images.color_basis")


def random_view(
    images: Images, max_shift: float, max_angle: float, max_zoom: float, seed: int
) -> Images:
    """Look at every image from a slightly different place: shift it, turn it and zoom.

    Each image has its own amounts, all drawn uniformly and independently: a shift along the rows
    and one along the columns, an angle, and a zoom about the middle of the image. Values between
    pixels are interpolated bilinearly; beyond the border the image goes on mirrored, its outermost
    pixels repeated (d c b a | a b c d | d c b a). A gradient flows from the views back to the
    images: later tasks climb through them.

    Args:
        images: `(B, H, W, C)`; not changed.
        max_shift: shifts are in [−max_shift, max_shift], in pixels.
        max_angle: angles are in [−max_angle, max_angle], in degrees.
        max_zoom: images are magnified by a factor in [1 − max_zoom, 1 + max_zoom].
        seed: an int ≥ 0; the same seed gives the same views, another one draws them anew for every
            image. The random state that all code shares (`np.random.seed`, `tf.random.set_seed`) is
            neither used nor changed.

    Returns:
        `(B, H, W, C)`: the views. With all three limits at 0, the images as they are.

    Source:
        Olah et al. 2017, section "Transformation robustness".
    """
    raise NotImplementedError("natural_images.random_view")


def visualize_class(
    model: keras.Model,
    class_index: Classes,
    steps: int,
    seed: int,
    colors: "Array | None" = None,
    view: tuple[float, float, float] = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Ascent:
    """Climb to images that a class responds to: in the spectrum, in colour, and from every side.

    What is changed are spectra: images are `sigmoid(A · fourier_images(spectrum))`, where A mixes
    the channels of every pixel. The start is faint noise: the real and the imaginary part of every
    coefficient are drawn from a normal distribution with standard deviation 0.01. Every step looks
    at the images by a fresh `random_view`, each image by its own, and changes the real and the
    imaginary parts by Adam (β₁ = 0.9, β₂ = 0.999, ε = 1e-7) so that the logit of the view rises.
    Its step size falls from `step_size` in equal parts: in step n of N, counted from 0, it is
    `step_size · (1 − n / N)`.

    Args:
        model: a `keras.Model` from images of a known size, `(B, H, W, C)`, to logits `(B, K)`.
        class_index: one int for one image, or an int array `(B,)` for B images.
        steps: how many steps to take, N; 0 returns the start, which does not depend on N.
        seed: of the start and the views, as in `random_view`; the same seed gives the same images.
        colors: `(C, C)`, the matrix A, such as `color_basis` finds; None for channels that vary
            independently.
        view: `(max_shift, max_angle, max_zoom)`, as in `random_view`; zeros for no views.
        step_size: Adam's, at the beginning.

    Returns:
        `Ascent(images, scores)`: `(B, H, W, C)` in [0, 1]; and `(steps + 1, B)`, of which row n is
        the logit of the view from which step n is taken, and the last row that of the images as
        they are returned, not of a view.

    Raises:
        ValueError: if the model takes images of any size.

    Source:
        Olah et al. 2017; Mordvintsev et al. 2018; Kingma & Ba, "Adam", 2014, arXiv:1412.6980.
    """
    raise NotImplementedError("natural_images.visualize_class")


def visualize_channel(
    model: keras.Model,
    layer_name: str,
    channel: Classes,
    steps: int,
    seed: int,
    colors: "Array | None" = None,
    view: tuple[float, float, float] = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Ascent:
    """Climb to images that a hidden channel responds to, as `visualize_class` does for a class.

    Args:
        model: a `keras.Model` from images of a known size, `(B, H, W, C)`.
        layer_name: the layer, as in `feature_extractor`.
        channel: which of its channels (the last axis of its activations): one int for one image, or
            an int array `(B,)` for B images.
        steps: as in `visualize_class`.
        seed: as in `visualize_class`.
        colors: as in `visualize_class`.
        view: as in `visualize_class`.
        step_size: as in `visualize_class`.

    Returns:
        `Ascent(images, scores)`, as `visualize_class`; in place of a logit stands the mean
        activation of the channel over all positions.

    Raises:
        ValueError: if there is no such layer, or the model takes images of any size.
    """
    raise NotImplementedError("natural_images.visualize_channel")


def deep_dream(
    model: keras.Model,
    image: Image,
    layer_name: str,
    octaves: int,
    steps: int = 10,
    step_size: float = 0.01,
    scale: float = 1.4,
) -> Image:
    """Let a layer exaggerate what it finds in a photo, first in the large and then in the small.

    The photo is seen in growing sizes, one per octave: `round(H / scale**k)` by
    `round(W / scale**k)`, from k = `octaves` − 1 down to its own size, k = 0. In every size, each
    step goes up the gradient of the mean of the squared activations of the layer, scaled by
    `normalize_gradient`, and is clipped to [0, 1]. A gradient of zeros stays zeros. What an octave
    has added to the photo, enlarged, is added to the photo in the next size, so that the photo
    itself is never blurred; only the steps clip, not this sum. All sizes are made by
    `tf.image.resize` (bilinear).

    Args:
        model: a `keras.Model` for images of any size (`load_model(size=None)`); with one octave,
            also one for images of the photo's size.
        image: `(H, W, C)`, float32 in [0, 1]; not changed.
        layer_name: the layer, as in `feature_extractor`.
        octaves: how many sizes, 1 or more.
        steps: how many steps in each size; 0 returns the photo.
        step_size: by how much an average value changes in one step.
        scale: how many times larger a size is than the one before, above 1.

    Returns:
        `(H, W, C)` in [0, 1]: the photo with the dream in it.

    Raises:
        ValueError: if there is no such layer, or `octaves` is below 1.

    Source:
        Mordvintsev, Olah, Tyka, "Inceptionism: Going Deeper into Neural Networks", 2015.
    """
    raise NotImplementedError("natural_images.deep_dream")
