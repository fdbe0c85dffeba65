"""2.3 Explanation by input optimization: what would have had to be different?

Take an image that the network gets wrong, and change it, as little as possible, until the network
gets it right. Does the change tell why the error was made? Nobody promises that it does: this is
the open question of the assignment.

Source: Wachter, Mittelstadt, Russell, "Counterfactual explanations without opening the black box",
2017, arXiv:1711.00399; the same search, meant as an attack: Szegedy et al., "Intriguing properties
of neural networks", 2013, arXiv:1312.6199. The search in the spectrum: Mordvintsev et al.,
"Differentiable image parameterizations", 2018, doi:10.23915/distill.00012; held from every view:
Athalye et al., "Synthesizing robust adversarial examples", 2017, arXiv:1707.07397.

Shapes: B images of H × W pixels with C channels. Images may come as NumPy arrays or as tensors.
"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from course.given import Optimized, compiled, float_images, predict
from course.given.types import Classes, Images, Maps, Penalty, Values

from .natural_images import fourier_images, frequencies, random_view


def change_penalty(images: Images, originals: Images, kind: Penalty = "l2") -> Values:
    """Measure how far each image was changed.

    All three are means over the H · W · C numbers of an image, so that images of different sizes
    can be compared. A gradient flows from the penalties back to `images`: the next task goes down
    it.

    Args:
        images: `(B, H, W, C)`, after the change.
        originals: `(B, H, W, C)`, before it.
        kind: `"l2"`, the mean of the squared changes (no root is taken); `"l1"`, the mean of the
            absolute changes; `"tv"`, the total variation of the change `images − originals`, as
            `tf.image.total_variation` defines it, divided by H · W · C.

    Returns:
        `(B,)`: one number per image, 0 for no change.

    Raises:
        ValueError: if `kind` is none of the three.
    """
    raise NotImplementedError("input_optimization.change_penalty")


def optimize_to_class(
    model: keras.Model,
    images: Images,
    target: Classes,
    steps: int,
    step_size: float,
    penalty_weight: float,
    penalty: Penalty = "l2",
) -> Optimized:
    """Change images until the model sees the target class in them.

    Plain gradient descent on the image. What falls is, for each image on its own, the
    cross-entropy of the softmax towards the target plus `penalty_weight` times the penalty of the
    change so far. Every step subtracts `step_size` times the gradient and then clips to [0, 1]. All
    the steps are taken, also after the target has been reached. Where a change is 0, the slope of
    its absolute value is taken to be 0, as TensorFlow does.

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        images: `(B, H, W, C)`, float32 in [0, 1]; not changed. The descent starts here.
        target: the class to reach: one int for the whole batch, or an int array `(B,)`.
        steps: how many; 0 returns the images as they are.
        step_size: the gradient of the loss is multiplied by this number.
        penalty_weight: 0 or more; the larger, the more a change costs.
        penalty: kind of penalty, as in `change_penalty`.

    Returns:
        `Optimized(images, success, change)`: the images after the last step, `(B, H, W, C)` in
        [0, 1]; `(B,)` bool, whether the target has the largest logit for the images that are
        returned; and `(B,)`, their `change_penalty` with respect to the originals, unweighted.

    Raises:
        ValueError: if `penalty` is none of the three kinds.

    Source:
        Wachter et al. 2017; Szegedy et al. 2013.
    """
    raise NotImplementedError("input_optimization.optimize_to_class")


def difference_image(originals: Images, optimized: Images) -> Maps:
    """Show what was changed, and in which direction.

    Args:
        originals: `(B, H, W, C)`, in [0, 1].
        optimized: `(B, H, W, C)`, in [0, 1].

    Returns:
        `(B, H, W, C)` in [-1, 1], signed: optimized − original, positive where the image became
        lighter.
    """
    raise NotImplementedError("input_optimization.difference_image")


def smallest_change(
    model: keras.Model,
    images: Images,
    target: Classes,
    weights: Sequence[float],
    steps: int,
    step_size: float,
    penalty: Penalty = "l2",
) -> Optimized:
    """Try several penalty weights, and keep for each image the smallest change that works.

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        images: `(B, H, W, C)`, float32 in [0, 1]; not changed.
        target: the class to reach: one int for the whole batch, or an int array `(B,)`.
        weights: the penalty weights to try with `optimize_to_class`, one or more, in any order.
        steps: as in `optimize_to_class`.
        step_size: as in `optimize_to_class`.
        penalty: kind of penalty, as in `change_penalty`.

    Returns:
        `Optimized(images, success, change)`: for each image, among its successful results, the one
        with the least change. An image that the model takes for the target from the start is
        returned as it is, with success and change 0. Where no weight succeeds, it is the unchanged
        image too, with `success` false and change 0.

    Raises:
        ValueError: if `penalty` is none of the three kinds.
    """
    raise NotImplementedError("input_optimization.smallest_change")


def optimize_in_spectrum(
    model: keras.Model,
    images: Images,
    target: Classes,
    steps: int,
    step_size: float,
    penalty_weight: float,
    seed: int,
    view: tuple[float, float, float] = (12.0, 8.0, 0.1),
) -> Optimized:
    """Change images in their slow waves first, and so that the target is seen from every side.

    The loss is that of `optimize_to_class` with the penalty `"l2"`, but what is changed is the
    spectrum of the change: images are `clip(originals + fourier_images(spectrum))`, clipped to
    [0, 1], and the spectrum is 0 at the start. Every step subtracts the gradient with respect to
    the real and imaginary parts, so scaled, for each image on its own, that the root mean square
    of its magnitudes is the step size; that falls from `step_size` in equal parts: in step n of N,
    counted from 0, it is `step_size · (1 − n / N)`. A gradient of zeros stays zeros. In every step
    the model looks at the images by a fresh `random_view`, each image by its own; the penalty is
    that of the images, not of a view.

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        images: `(B, H, W, C)`, float32 in [0, 1]; not changed. The descent starts here.
        target: the class to reach: one int for the whole batch, or an int array `(B,)`.
        steps: how many, N; 0 returns the images as they are.
        step_size: by how much an average coefficient of the spectrum changes in the first step.
        penalty_weight: 0 or more; the larger, the more a change costs.
        seed: of the views, as in `random_view`; the same seed gives the same images.
        view: `(max_shift, max_angle, max_zoom)`, as in `random_view`; zeros for no views.

    Returns:
        `Optimized(images, success, change)`, as `optimize_to_class`: success tells of the images
        that are returned, not of a view.

    Source:
        Mordvintsev et al. 2018; Athalye et al. 2017.
    """
    raise NotImplementedError("input_optimization.optimize_in_spectrum")
