"""1.3 Feature visualization (bonus): inputs that look natural, and features inside the network.

Plain ascent ends in noise that only a network understands. Regularizers pull it back to what
pictures are like; and the same ascent on a hidden channel shows what that channel looks for.

Shapes, arrays and models are treated as in `saliency`: any number of images and channels, arrays or
tensors, nothing changed, nothing kept.

Source: Olah, Mordvintsev, Schubert, "Feature Visualization", Distill, 2017,
doi:10.23915/distill.00007.
"""

from difflib import get_close_matches

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter

from course.given import Ascent, compiled
from course.given.types import Array, Classes, Images, Maps, Output, Values

from .activation_maximization import maximize_class
from .saliency import select_output


def total_variation(images: Images) -> Values:
    """Measure how rough each image is.

    A gradient flows from the result back to the images: a later task goes down it.

    Args:
        images: `(B, H, W, C)`.

    Returns:
        `(B,)`: the sum of the absolute differences between vertical and horizontal neighbours,
        over all pixels and channels, as `tf.image.total_variation` defines it.

    Source:
        Rudin, Osher, Fatemi 1992, here in its anisotropic form; Mahendran & Vedaldi 2015.
    """
    down = tf.abs(images[:, 1:] - images[:, :-1])
    right = tf.abs(images[:, :, 1:] - images[:, :, :-1])
    return tf.reduce_sum(down, axis=(1, 2, 3)) + tf.reduce_sum(right, axis=(1, 2, 3))


def _shifts(count: int, max_shift: int, seed: int) -> Array:
    """A whole shift for each of two axes, one row per image: `(count, 2)`."""
    return np.random.default_rng(seed).integers(-max_shift, max_shift + 1, (count, 2), np.int32)


def _rolled_pixels(shape: tuple[int, ...], max_shift: int, seed: int) -> Array:
    """The numbers of all pixels of a batch, each image's rolled by its own shifts: `(B, H, W)`."""
    shifts = _shifts(shape[0], max_shift, seed)
    numbers = np.arange(np.prod(shape[:3]), dtype=np.int32).reshape(shape[:3])
    return np.stack([np.roll(own, by, (0, 1)) for own, by in zip(numbers, shifts, strict=True)])


def _roll(images: Images, pixels: Array) -> Images:
    """`tf.roll` with another shift for every image, written as a look-up of its pixels."""
    return tf.gather(tf.reshape(images, (-1, images.shape[-1])), pixels)


def jitter(images: Images, max_shift: int, seed: int) -> Images:
    """Roll every image by its own random whole number of pixels.

    What leaves on one side comes in on the other. Shifts are drawn uniformly from the whole numbers
    in [−max_shift, max_shift], for each image and for each of the two spatial axes on its own. A
    gradient flows from the rolled images back to the images: later tasks climb through them.

    Args:
        images: `(B, H, W, C)`.
        max_shift: the largest shift, in pixels; 0 changes nothing.
        seed: an int ≥ 0; the same seed gives the same shifts, another one draws them anew for every
            image. The random state that all code shares is neither used nor changed.

    Returns:
        `(B, H, W, C)`: the rolled images.

    Source:
        Mordvintsev, Olah, Tyka, "Inceptionism", 2015; Olah et al. 2017.
    """
    return _roll(images, _rolled_pixels(images.shape, max_shift, seed))


def normalize_gradient(gradient: Maps) -> Maps:
    """Scale every image's gradient to the same size.

    Then a step size means the same at the start, where gradients are small, and later on.

    Args:
        gradient: `(B, H, W, C)`, signed.

    Returns:
        `(B, H, W, C)`: each image's gradient divided by its own root mean square. A gradient that
        is zero everywhere stays zero, and changes no other image's. One whose root mean square is
        below 1e-7 may come out smaller, or as zero.
    """
    size = tf.sqrt(tf.reduce_mean(tf.square(gradient), axis=(1, 2, 3), keepdims=True))
    return tf.math.divide_no_nan(gradient, size)  # g / √mean(g²)


@compiled
def _regularized_step(
    model: keras.Model,
    images: Images,
    class_index: Classes,
    step_size: float,
    tv_weight: float,
    l2_weight: float,
    pixels: Array,
    output: Output,
) -> tuple[Images, Values]:
    """One step up the jittered output and down the penalties, clipped; and the output before it."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = select_output(model, _roll(images, pixels), class_index, output)
        value = tf.cast(value, tf.float32)  # a network may compute in half precision
        # f(roll(x)) − λ₁ · TV(x) − λ₂ · ‖x − ½‖²
        value -= tv_weight * total_variation(images)
        value -= l2_weight * tf.reduce_sum(tf.square(images - 0.5), axis=(1, 2, 3))
    stepped = tf.clip_by_value(images + step_size * tape.gradient(value, images), 0.0, 1.0)
    return stepped, select_output(model, images, class_index, output)


def maximize_class_regularized(
    model: keras.Model,
    start: Images,
    class_index: Classes,
    steps: int,
    step_size: float,
    tv_weight: float = 0.0,
    l2_weight: float = 0.0,
    blur_sigma: float = 0.0,
    max_shift: int = 0,
    seed: int = 0,
    output: Output = "logit",
) -> Ascent:
    """Climb as `maximize_class` does, but prefer images that are smooth, grey and robust.

    Every step goes up the gradient of

        output(jittered images) − tv_weight · total variation − l2_weight · Σ (images − 0.5)²

    with respect to the images themselves (not the jittered ones; the penalties are those of the
    images themselves, too), is clipped to [0, 1], and then, if `blur_sigma` is not 0, followed by
    a Gaussian blur over the two spatial axes (`scipy.ndimage`, mode "reflect"). The gradient is
    taken as it is, not normalized. Every step draws its jitter anew, as `jitter` does: another
    shift for every image. With every regularizer off, the result equals that of `maximize_class`.

    Args:
        model: a `keras.Model` from images to logits `(B, K)`.
        start: `(B, H, W, C)`, float32 in [0, 1].
        class_index: one int for the whole batch, or an int array `(B,)`.
        steps: how many steps to take; 0 returns the start.
        step_size: the gradient is multiplied by this number.
        tv_weight: weight of each image's total variation.
        l2_weight: weight of each image's squared distance from mid-grey, summed over its values.
        blur_sigma: standard deviation of the blur after each step, in pixels.
        max_shift: the largest jitter, in pixels.
        seed: of the jitter, as in `jitter`; the same seed gives the same result.
        output: what is climbed and recorded, `"logit"` or `"softmax"`.

    Returns:
        `Ascent(images, scores)`, as `maximize_class`. The scores are the outputs for the images
        themselves, without jitter and penalties.

    Raises:
        ValueError: if `output` is neither `"logit"` nor `"softmax"`.

    Source:
        Mahendran & Vedaldi 2015 (total variation); Yosinski et al. 2015 (blur, L2); Olah et al.
        2017 (jitter).
    """
    images, scores = start, []
    for step in range(steps):
        pixels = _rolled_pixels(start.shape, max_shift, seed + step)
        images, values = _regularized_step(
            model, images, class_index, step_size, tv_weight, l2_weight, pixels, output
        )
        if blur_sigma:
            images = gaussian_filter(images, blur_sigma, mode="reflect", axes=(1, 2))
        scores.append(values)
    scores.append(select_output(model, images, class_index, output))
    return Ascent(images, tf.stack(scores))


def feature_extractor(model: keras.Model, layer_name: str) -> keras.Model:
    """Cut a network open after one of its layers.

    Branches that join again, and models inside, are no obstacle on the way to the layer.

    Args:
        model: a `keras.Model`; it is left as it is.
        layer_name: the name of one of its layers. Whether a model inside the model, or a layer of
            it, is found too is up to you.

    Returns:
        A `keras.Model` from the same images to the activations of that layer; it shares the
        weights.

    Raises:
        ValueError: if there is no such layer; the message lists names that are near.
    """
    names = [layer.name for layer in model.layers]
    if layer_name not in names:
        near = get_close_matches(layer_name, names) or names[-3:]
        raise ValueError(f"no layer is named {layer_name!r}; near names: {', '.join(near)}")
    return keras.Model(model.inputs, model.get_layer(layer_name).output)


def maximize_feature(
    model: keras.Model, start: Images, layer_name: str, channel: int, steps: int, step_size: float
) -> Ascent:
    """Climb to an input that a hidden channel responds to, with plain clipped steps.

    The model may have branches and models inside, as for `feature_extractor`.

    Args:
        model: a `keras.Model`.
        start: `(B, H, W, C)`, float32 in [0, 1].
        layer_name: the layer, as in `feature_extractor`.
        channel: which of its channels (the last axis of its activations).
        steps: how many steps to take, as in `maximize_class`.
        step_size: as in `maximize_class`.

    Returns:
        `Ascent(images, scores)`, as `maximize_class`; a score is the mean activation of the
        channel over all positions, one per image.

    Raises:
        ValueError: if there is no such layer.
    """
    activations = feature_extractor(model, layer_name).output
    positions = tuple(range(1, len(activations.shape) - 1))
    channels = keras.ops.mean(activations, axis=positions)
    return maximize_class(keras.Model(model.inputs, channels), start, channel, steps, step_size)
