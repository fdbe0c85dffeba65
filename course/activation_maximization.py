"""1.2 Activation maximization: what would the network like to see?

Instead of explaining one image, change an image until the network is as sure of a class as it can
be: gradient *ascent* on the input, with the weights left as they are.

Shapes, arrays and models are treated as in `saliency`: any number of images and channels, arrays or
tensors, nothing changed, nothing kept.

Source: Erhan, Bengio, Courville, Vincent, "Visualizing Higher-Layer Features of a Deep Network",
2009, University of Montreal, technical report 1341.
"""

import keras
import numpy as np
import tensorflow as tf

from course.given import Ascent, compiled
from course.given.types import Array, Classes, Images, Output, Values

from .saliency import select_output


def random_start(shape: tuple[int, int, int, int], seed: int) -> Images:
    """Draw images of pure noise to start from.

    Args:
        shape: `(B, H, W, C)`.
        seed: an int ≥ 0; the same seed gives the same images, another one gives others, of which
            none is the same. The random state that all code shares (`np.random.seed`,
            `tf.random.set_seed`) is neither used nor changed.

    Returns:
        `(B, H, W, C)`: every value drawn on its own, uniform in [0, 1].
    """
    raise NotImplementedError("activation_maximization.random_start")


def ascent_step(
    model: keras.Model,
    images: Images,
    class_index: Classes,
    step_size: float,
    output: Output = "logit",
) -> Images:
    """Take one plain gradient step towards a larger output, then clip to valid images.

    The model runs in inference mode, and its weights are left as they are.

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        images: `(B, H, W, C)`, float32 in [0, 1].
        class_index: one int for the whole batch, or an int array `(B,)`.
        step_size: the gradient is multiplied by this number and added to the images.
        output: what is climbed, `"logit"` or `"softmax"`.

    Returns:
        `(B, H, W, C)`: the images after the step, in [0, 1].

    Raises:
        ValueError: if `output` is neither `"logit"` nor `"softmax"`.

    Source:
        Erhan et al. 2009, section 3; the clipping makes it projected gradient ascent.
    """
    raise NotImplementedError("activation_maximization.ascent_step")


def maximize_class(
    model: keras.Model,
    start: Images,
    class_index: Classes,
    steps: int,
    step_size: float,
    output: Output = "logit",
) -> Ascent:
    """Climb for many steps, and keep a record of the way.

    Each image of a batch follows its own path, as if it were alone. The model runs in inference
    mode, and its weights are left as they are.

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        start: `(B, H, W, C)`, float32 in [0, 1].
        class_index: one int for the whole batch, or an int array `(B,)`.
        steps: how many times to step as in `ascent_step`; 0 returns the start.
        step_size: as in `ascent_step`.
        output: what is climbed and recorded, `"logit"` or `"softmax"`.

    Returns:
        `Ascent(images, scores)`: the images after the last step, `(B, H, W, C)` in [0, 1], also if
        others on the way scored higher; and `scores` `(steps + 1, B)`, the explained value of each
        image before the first and after every step.

    Raises:
        ValueError: if `output` is neither `"logit"` nor `"softmax"`.
    """
    raise NotImplementedError("activation_maximization.maximize_class")


def maximize_class_sigmoid(
    model: keras.Model,
    start: Images,
    class_index: Classes,
    steps: int,
    step_size: float,
    output: Output = "logit",
) -> Ascent:
    """Climb without clipping: the images are sigmoids of free numbers z, so always valid.

    The ascent runs on z, with images = sigmoid(z) and the gradient taken with respect to z. It
    starts at the z whose sigmoid is the start, after the start has been clipped to
    [1e-3, 1 − 1e-3] (a pure black or white pixel would lie at infinity). All else is as in
    `maximize_class`.

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        start: `(B, H, W, C)`, float32 in [0, 1].
        class_index: one int for the whole batch, or an int array `(B,)`.
        steps: how many plain gradient steps to take in z; 0 returns the clipped start.
        step_size: the gradient with respect to z is multiplied by this number.
        output: what is climbed and recorded, `"logit"` or `"softmax"`.

    Returns:
        `Ascent(images, scores)`, as `maximize_class`.

    Raises:
        ValueError: if `output` is neither `"logit"` nor `"softmax"`.
    """
    raise NotImplementedError("activation_maximization.maximize_class_sigmoid")
