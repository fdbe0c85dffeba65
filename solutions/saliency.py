"""1.1 Saliency: which pixels would change the network's answer?

The gradient of a class score with respect to the image tells, for every pixel and channel, whether
the score would rise or fall if that value were a little larger, and how fast.

Here and in all other modules: B images of H × W pixels with C channels, K classes; B and C are any
number from 1. Arrays come as NumPy arrays or as tensors, and results may be either. Models are
always called in inference mode. A function changes nothing that it is given, neither an array nor a
model (its weights and `trainable` flags), and keeps nothing from one call to the next.

Source: Simonyan, Vedaldi, Zisserman, "Deep Inside Convolutional Networks", 2013,
arXiv:1312.6034.
"""

import keras
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter

from course.given import compiled
from course.given.types import Classes, Heatmap, Heatmaps, Image, Images, Maps, Output, Values


def select_output(
    model: keras.Model, images: Images, class_index: Classes, output: Output = "logit"
) -> Values:
    """Pick the one value per image that is to be explained.

    The model is called in inference mode (`training=False`). A gradient flows from the values back
    to the images: the next task takes it.

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        images: `(B, H, W, C)`, float32 in [0, 1].
        class_index: one int (Python's or NumPy's) for the whole batch, or an int array `(B,)` with
            one class for each image.
        output: `"logit"`, or `"softmax"` for the probability of the class.

    Returns:
        `(B,)`: the logit or the probability of each image's class. A probability is right however
        large the logits are.

    Raises:
        ValueError: if `output` is neither `"logit"` nor `"softmax"`.
    """
    if output not in ("logit", "softmax"):
        raise ValueError(f'output must be "logit" or "softmax", not {output!r}')
    values = model(images, training=False)
    if output == "softmax":
        values = tf.nn.softmax(values)
    chosen = tf.one_hot(class_index, values.shape[-1], dtype=values.dtype)
    return tf.reduce_sum(chosen * values, axis=-1)


@compiled
def gradient_saliency(
    model: keras.Model, images: Images, class_index: Classes, output: Output = "logit"
) -> Maps:
    """Differentiate the explained value with respect to the input.

    The sign is kept: a positive entry says that a larger value there raises the output. Each
    image's gradient depends on that image alone. The model is called in inference mode.

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        images: `(B, H, W, C)`, float32 in [0, 1].
        class_index: one int for the whole batch, or an int array `(B,)`.
        output: `"logit"` or `"softmax"`.

    Returns:
        `(B, H, W, C)`: the gradient, in units of output per unit of input.

    Raises:
        ValueError: if `output` is neither `"logit"` nor `"softmax"`.

    Source:
        Simonyan et al. 2013, section 3.
    """
    with tf.GradientTape() as tape:
        tape.watch(images)
        values = select_output(model, images, class_index, output)
    return tape.gradient(values, images)  # ∂f/∂x


def to_heatmap(saliency: Maps) -> Heatmaps:
    """Turn a saliency with colour channels into one number per pixel.

    The channels are added up with their signs: this is the change of the output when all channels
    of a pixel grow together.

    Args:
        saliency: `(B, H, W, C)`, signed.

    Returns:
        `(B, H, W)`: the signed sum over the channels.
    """
    return tf.reduce_sum(saliency, axis=-1)  # R + G + B


def smooth(heatmaps: Heatmaps, sigma: float) -> Heatmaps:
    """Blur heat maps with a Gaussian, over the two spatial axes only.

    As `scipy.ndimage` filters with its mode "reflect". Heat maps of a batch are not mixed.

    Args:
        heatmaps: `(B, H, W)`, signed.
        sigma: standard deviation of the Gaussian, in pixels; 0 changes nothing.

    Returns:
        `(B, H, W)`: the smoothed heat maps.

    Raises:
        ValueError: if `sigma` is negative.
    """
    if sigma < 0:
        raise ValueError(f"sigma must not be negative, but is {sigma}")
    return gaussian_filter(heatmaps, sigma, mode="reflect", axes=(1, 2))


def symmetric_limit(heatmap: Heatmap) -> float:
    """Find the limit of a colour scale on which zero is neutral.

    A diverging colour map drawn over [−limit, limit] has its neutral colour exactly at zero, and
    the whole heat map fits on it, as tightly as possible.

    Args:
        heatmap: `(H, W)`, signed.

    Returns:
        The limit, a single number ≥ 0, in the units of the heat map.
    """
    return float(np.max(np.abs(heatmap)))


def plot_saliency(image: Image, heatmap: Heatmap, overlay: bool = False) -> Figure:
    """Show an image and its heat map, side by side or one over the other.

    The heat map is drawn with a diverging colour map (such as "RdBu_r" or "seismic") between the
    limits −v and v that `symmetric_limit` gives, so that zero has the neutral colour. A colour bar
    explains it. Nothing is rescaled, and all of it can be seen: the first row is at the top. A heat
    map of zeros is drawn like any other, all in the neutral colour (v may then be any number).

    Args:
        image: `(H, W, 3)`, in [0, 1].
        heatmap: `(H, W)`, signed.
        overlay: if true, draw one picture: the heat map, half transparent, over the image, pixel by
            pixel.

    Returns:
        A matplotlib `Figure`: image and heat map on two axes, or both on a single one; the colour
        bar has its own axes beside them.
    """
    figure = Figure(figsize=(5, 4) if overlay else (8, 4), layout="constrained")
    axes = figure.subplots(1, 1 if overlay else 2, squeeze=False)[0]
    limit = symmetric_limit(heatmap) or 1.0  # on a scale from 0 to 0, zero is not in the middle
    axes[0].imshow(image)
    shown = axes[-1].imshow(
        heatmap, cmap="RdBu_r", vmin=-limit, vmax=limit, alpha=0.6 if overlay else 1.0
    )
    figure.colorbar(shown, ax=axes[-1])
    for ax in axes:
        ax.set_axis_off()
    return figure
