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
    change = float_images(images) - float_images(originals)
    if kind == "l2":
        return tf.reduce_mean(tf.square(change), axis=(1, 2, 3))
    if kind == "l1":
        return tf.reduce_mean(tf.abs(change), axis=(1, 2, 3))
    if kind == "tv":
        return tf.image.total_variation(change) / tf.cast(tf.size(change[0]), change.dtype)
    raise ValueError(f'kind must be "l2", "l1" or "tv", not {kind!r}')


@compiled
def _step(
    model: keras.Model,
    images: Images,
    originals: Images,
    target: Classes,
    step_size: float,
    weight: float,
    penalty: Penalty,
) -> Images:
    """One step down the loss, clipped."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = tf.cast(model(images, training=False), tf.float32)
        # loss = −log p(target) + weight · penalty(x, x₀)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits)
        loss += weight * change_penalty(images, originals, penalty)
    return tf.clip_by_value(images - step_size * tape.gradient(loss, images), 0.0, 1.0)


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
    optimized = originals = float_images(images)
    targets = tf.broadcast_to(tf.cast(target, tf.int32), originals.shape[:1])
    weight = float(penalty_weight)
    for _ in range(steps):
        optimized = _step(model, optimized, originals, targets, step_size, weight, penalty)
    change = change_penalty(optimized, originals, penalty)
    success = predict(model, optimized).argmax(axis=-1) == targets.numpy()
    return Optimized(optimized, success, change)


def difference_image(originals: Images, optimized: Images) -> Maps:
    """Show what was changed, and in which direction.

    Args:
        originals: `(B, H, W, C)`, in [0, 1].
        optimized: `(B, H, W, C)`, in [0, 1].

    Returns:
        `(B, H, W, C)` in [-1, 1], signed: optimized − original, positive where the image became
        lighter.
    """
    return float_images(optimized) - float_images(originals)


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
    best = np.array(images)
    least = np.array(change_penalty(best, best, penalty))
    found = predict(model, best).argmax(axis=-1) == target
    for weight in weights:
        trial = optimize_to_class(model, images, target, steps, step_size, weight, penalty)
        better = np.array(trial.success) & (~found | (np.array(trial.change) < least))
        best[better] = np.array(trial.images)[better]
        least[better] = np.array(trial.change)[better]
        found |= better
    return Optimized(best, found, least)


@compiled
def _cross_entropy(model: keras.Model, images: Images, target: Classes) -> Values:
    """How far each image is from its target: −log p(target)."""
    logits = tf.cast(model(images, training=False), tf.float32)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits)


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
    changed = originals = float_images(images)
    targets = tf.broadcast_to(tf.cast(target, tf.int32), originals.shape[:1])
    _, height, width, channels = originals.shape
    waves = frequencies(height, width).shape
    spectrum = tf.zeros((len(originals), channels, *waves), tf.complex64)
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(spectrum)
            # x = clip(x₀ + F⁻¹(s / f))
            changed = originals + fourier_images(spectrum, height, width)
            changed = tf.clip_by_value(changed, 0.0, 1.0)
            loss = _cross_entropy(model, random_view(changed, *view, seed + n), targets)
            loss += penalty_weight * change_penalty(changed, originals)
        gradient = tape.gradient(loss, spectrum)
        length = tf.sqrt(tf.reduce_mean(tf.abs(gradient) ** 2, axis=(1, 2, 3), keepdims=True))
        rate = step_size * (1 - n / steps)
        spectrum -= rate * tf.math.divide_no_nan(gradient, tf.cast(length, gradient.dtype))
    changed = tf.clip_by_value(originals + fourier_images(spectrum, height, width), 0.0, 1.0)
    success = predict(model, changed).argmax(axis=-1) == targets.numpy()
    return Optimized(changed, success, change_penalty(changed, originals))
