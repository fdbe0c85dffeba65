"""2.2 Contrastive explanations: why this class, and why not the right one?

A network errs. One map explains the class it chose, another the class it should have chosen; what
sets the two apart is the explanation of the error. Five methods make such maps.

The maps explain the *logit* of a class throughout. Shapes: B images of H × W pixels with C
channels. Images may come as NumPy arrays or as tensors. However many samples, steps or patches
there are, only a few images need be in work at a time: on a CPU that is also the fastest.
"""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast, Errors, batches, compiled, float_images, predict
from course.given.layers import layer_output
from course.given.types import Array, Classes, Heatmaps, Image, Images, Labels, Maps

from .saliency import gradient_saliency


def find_errors(model: keras.Model, images: Images, labels: Labels) -> Errors:
    """List the images that a model gets wrong.

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        images: `(B, H, W, C)`, float32 in [0, 1].
        labels: int array `(B,)`, the correct classes.

    Returns:
        `Errors(index, predicted, true)`, each `(N,)` int for N wrong predictions: where they stand
        in the batch, in rising order, the class with the largest logit, and the correct class.

    Raises:
        ValueError: if there are not as many labels as images.
    """
    raise NotImplementedError("contrastive.find_errors")


def gradient_times_input(model: keras.Model, images: Images, class_index: Classes) -> Maps:
    """Multiply the gradient of a class's logit with the image, value by value.

    For a linear network these are the contributions that add up to the logit (less its bias).

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        images: `(B, H, W, C)`, float32 in [0, 1].
        class_index: one int for the whole batch, or an int array `(B,)`.

    Returns:
        `(B, H, W, C)`, signed: gradient · image, with the image as it is, in [0, 1].

    Source:
        Shrikumar, Greenside, Shcherbina, Kundaje 2016, arXiv:1605.01713.
    """
    raise NotImplementedError("contrastive.gradient_times_input")


def smooth_grad(
    model: keras.Model, images: Images, class_index: Classes, samples: int, noise: float, seed: int
) -> Maps:
    """Average the gradient over noisy copies of the image.

    The noise is normal with mean 0, drawn anew for every sample, pixel and channel, and added to
    the image; the noisy copies are *not* clipped to [0, 1]. Gradients are averaged with their sign.

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        images: `(B, H, W, C)`, float32 in [0, 1]; not changed.
        class_index: one int for the whole batch, or an int array `(B,)`.
        samples: how many noisy copies of each image, at least 1.
        noise: standard deviation, in image units; 0 gives the gradient itself.
        seed: an int ≥ 0; the same seed gives the same result, another one draws other noise for
            every sample. The random state that all code shares is neither used nor changed. Whether
            the images of a batch share their noise is up to you.

    Returns:
        `(B, H, W, C)`, signed: the mean gradient of the logit.

    Raises:
        ValueError: if `samples` is less than 1, or if `noise` is negative.

    Source:
        Smilkov, Thorat, Kim, Viégas, Wattenberg 2017, arXiv:1706.03825 (who give the noise as a
        fraction of the image's range; here it is the standard deviation itself).
    """
    raise NotImplementedError("contrastive.smooth_grad")


def integrated_gradients(
    model: keras.Model, images: Images, class_index: Classes, baseline: float = 0.0, steps: int = 32
) -> Maps:
    """Average the gradient on the straight way from a plain image to this one.

    The way leads from an image of the grey level `baseline` to `image`. It is cut into `steps`
    equal parts, and the gradient is taken in the middle of each (midpoint rule): at the fractions
    (i + 0.5) / steps of the way, for i = 0 … steps − 1. The mean of these gradients is multiplied
    with image − baseline. The map then sums to f(image) − f(baseline), f being the logit, up to
    the error of the midpoint rule: it is *complete*.

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        images: `(B, H, W, C)`, float32 in [0, 1]; not changed.
        class_index: one int for the whole batch, or an int array `(B,)`.
        baseline: the grey level in [0, 1] where the way starts, in every pixel and channel.
        steps: how many gradients, at least 1.

    Returns:
        `(B, H, W, C)`, signed.

    Raises:
        ValueError: if `steps` is less than 1.

    Source:
        Sundararajan, Taly, Yan 2017, arXiv:1703.01365 (there with the right end of each part).
    """
    raise NotImplementedError("contrastive.integrated_gradients")


def grad_cam(model: keras.Model, images: Images, class_index: Classes, layer_name: str) -> Heatmaps:
    """Show which parts of a layer speak for a class.

    A channel's weight is the *mean* of the gradient of the class's logit over the channel's
    positions. The channels are added up with these weights, negative sums are set to 0 (ReLU, once,
    after the sum), and the result is brought to the size of the image, bilinearly, as
    `tf.image.resize` does it. It is not rescaled to [0, 1].

    Args:
        model: a functional `keras.Model` from images to logits `(B, K)`, possibly with branches
            and with models in it.
        images: `(B, H, W, C)`, float32 in [0, 1].
        class_index: one int for the whole batch, or an int array `(B,)`.
        layer_name: a layer of the model with an output of shape `(B, h, w, channels)`. Whether a
            model inside the model, or a layer of it, is found too is up to you.

    Returns:
        `(B, H, W)`, never negative.

    Raises:
        ValueError: if the model has no layer of that name.

    Source:
        Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra 2017, arXiv:1610.02391.
    """
    raise NotImplementedError("contrastive.grad_cam")


def occlusion_sensitivity(
    model: keras.Model,
    images: Images,
    class_index: Classes,
    patch: int,
    stride: int,
    fill: float = 0.5,
) -> Heatmaps:
    """Cover the image patch by patch, and see how far the logit of a class falls.

    The drop of a patch is logit(image) − logit(image with the patch covered). A pixel's value is
    the mean of the drops of all the patches that cover it.

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        images: `(B, H, W, C)`, float32 in [0, 1]; not changed.
        class_index: one int for the whole batch, or an int array `(B,)`.
        patch: edge of the square patch, in pixels, from 1 to the smaller of H and W.
        stride: from one patch to the next, in pixels, at least 1. Patches start at the rows and
            columns 0, stride, 2 · stride, … as long as they lie inside the image as a whole: none
            is cut off or moved at the lower and the right edge.
        fill: the grey level in [0, 1] of a covered pixel, in every channel.

    Returns:
        `(B, H, W)`, signed: positive where covering hurts the class, 0 where no patch reaches.

    Raises:
        ValueError: if `patch` or `stride` is less than 1, or if the patch does not fit.

    Source:
        Zeiler & Fergus 2014, arXiv:1311.2901, section 4.2 (there one value per patch).
    """
    raise NotImplementedError("contrastive.occlusion_sensitivity")


def contrast(
    method: Callable[[keras.Model, Images, Classes], Array],
    model: keras.Model,
    images: Images,
    predicted: Classes,
    true: Classes,
) -> Contrast:
    """Explain an error: what speaks for the predicted class, for the correct one, and the rest.

    Args:
        method: `method(model, images, class_index)` gives maps, such as `gradient_times_input`, or
            `lambda m, x, k: smooth_grad(m, x, k, samples=16, noise=0.1, seed=0)`; it is called by
            position, since its arguments may have any names.
        model: a `keras.Model` from images to logits `(B, K)`.
        images: `(B, H, W, C)`, float32 in [0, 1].
        predicted: the class the model chose: one int, or an int array `(B,)`.
        true: the correct class, likewise.

    Returns:
        `Contrast(for_predicted, for_true, difference)`, each in the shape of the method's maps:
        the map for either class, and the difference of these two, `for_predicted − for_true`.
        Where it is positive, the image spoke for the error.

    Source:
        Prabhushankar, Kwon, Temel, AlRegib 2020, arXiv:2008.00178 ("why P rather than Q?").
    """
    raise NotImplementedError("contrastive.contrast")
