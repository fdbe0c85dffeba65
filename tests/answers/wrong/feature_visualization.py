"""Known mistakes in 1.3, by task.

TensorFlow is imported where it is needed: the first tasks need none, and should not wait for it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter

from course.grader.mistakes import mistake

# --- total_variation ------------------------------------------------------------------------------


def _edges(images: Any, power: int = 1) -> tuple[Any, Any]:
    """Vertical and horizontal differences, as arrays or as tensors."""
    down, right = images[:, 1:] - images[:, :-1], images[:, :, 1:] - images[:, :, :-1]
    return abs(down) ** power, abs(right) ** power


@mistake("feature_visualization.total_variation", "one sum over the whole batch: sum each image")
def variation_of_the_batch(images: Any) -> Any:
    return sum(edges.sum() for edges in _edges(images))


@mistake("feature_visualization.total_variation", "the mean over the pixels, instead of the sum")
def variation_as_mean(images: Any) -> Any:
    down, right = _edges(images)
    return down.mean(axis=(1, 2, 3)) + right.mean(axis=(1, 2, 3))


@mistake("feature_visualization.total_variation", "the sum of squares, instead of absolute values")
def variation_of_squares(images: Any) -> Any:
    return sum(edges.sum(axis=(1, 2, 3)) for edges in _edges(images, 2))


@mistake("feature_visualization.total_variation", "the sum of signed differences: they cancel")
def variation_with_signs(images: Any) -> Any:
    return sum(np.diff(images, axis=axis).sum(axis=(1, 2, 3)) for axis in (1, 2))


@mistake("feature_visualization.total_variation", "the differences along the rows only")
def variation_along_rows(images: Any) -> Any:
    return _edges(images)[1].sum(axis=(1, 2, 3))


@mistake("feature_visualization.total_variation", "the differences along the columns only")
def variation_along_columns(images: Any) -> Any:
    return _edges(images)[0].sum(axis=(1, 2, 3))


@mistake("feature_visualization.total_variation", "differences between columns and channels")
def variation_over_channels(images: Any) -> Any:
    return sum(np.abs(np.diff(images, axis=axis)).sum(axis=(1, 2, 3)) for axis in (2, 3))


@mistake("feature_visualization.total_variation", "a comparison of the first and last rows too")
def variation_around_the_edge(images: Any) -> Any:
    return sum(np.abs(images - np.roll(images, 1, axis)).sum(axis=(1, 2, 3)) for axis in (1, 2))


@mistake("feature_visualization.total_variation", "the last row and the last column left out")
def variation_without_the_last(images: Any) -> Any:
    down, right = _edges(images)
    return down[:, :, :-1].sum(axis=(1, 2, 3)) + right[:, :-1].sum(axis=(1, 2, 3))


@mistake("feature_visualization.total_variation", "differences between neighbouring channels too")
def variation_between_channels_too(images: Any) -> Any:
    return sum(np.abs(np.diff(images, axis=axis)).sum(axis=(1, 2, 3)) for axis in (1, 2, 3))


@mistake("feature_visualization.total_variation", "the isotropic form: the root of squares")
def isotropic_variation(images: Any) -> Any:
    down = np.diff(images, axis=1, append=images[:, -1:])
    right = np.diff(images, axis=2, append=images[:, :, -1:])
    return np.sqrt(down**2 + right**2).sum(axis=(1, 2, 3))


@mistake("feature_visualization.total_variation", "No gradient flows", is_computed=False)
def variation_by_numpy(images: Any) -> Any:
    return sum(np.abs(np.diff(images, axis=axis)).sum(axis=(1, 2, 3)) for axis in (1, 2))


@mistake("feature_visualization.total_variation", "Only a part of the gradient", is_computed=False)
def variation_half_by_numpy(images: Any) -> Any:
    import tensorflow as tf

    down, right = _edges(images)[0], abs(np.diff(images, axis=2))
    return tf.reduce_sum(down, axis=(1, 2, 3)) + tf.reduce_sum(right, axis=(1, 2, 3))


@mistake("feature_visualization.total_variation", "IndexError", is_computed=False)
def variation_of_three_channels(images: Any) -> Any:
    return sum(_variation_of_one_channel(images[..., channel]) for channel in range(3))


def _variation_of_one_channel(images: Any) -> Any:
    import tensorflow as tf

    return sum(tf.reduce_sum(edges, axis=(1, 2)) for edges in _edges(images))


@mistake("feature_visualization.total_variation", "EagerTensor", is_computed=False)
def variation_of_arrays_only(images: Any) -> Any:
    return sum(edges.sum(axis=(1, 2, 3)) for edges in _edges(images.astype(np.float32)))


# --- jitter ---------------------------------------------------------------------------------------


def _rolled(images: Any, shifts: Any) -> Any:
    import tensorflow as tf

    pairs = zip(tf.unstack(images), shifts, strict=True)
    return tf.stack([tf.roll(one, shift, (0, 1)) for one, shift in pairs])


def _drawn(images: Any, max_shift: int, seed: Any) -> Any:
    return np.random.default_rng(seed).integers(-max_shift, max_shift + 1, (len(images), 2))


@mistake("feature_visualization.jitter", "no jitter at all: the images come back as they are")
def not_jittered(images: Any, max_shift: int, seed: int) -> Any:
    return images


@mistake("feature_visualization.jitter", "rolled by the same shift", is_computed=False)
def one_shift_for_all(images: Any, max_shift: int, seed: int) -> Any:
    return np.roll(images, _drawn(images, max_shift, seed)[0], axis=(1, 2))


@mistake("feature_visualization.jitter", "Some shifts never occur", is_computed=False)
def only_forward(images: Any, max_shift: int, seed: int) -> Any:
    return _rolled(images, np.random.default_rng(seed).integers(0, max_shift + 1, (len(images), 2)))


@mistake("feature_visualization.jitter", "Some shifts never occur", is_computed=False)
def without_the_largest_shift(images: Any, max_shift: int, seed: int) -> Any:
    high = max(max_shift, 1 - max_shift)
    shifts = np.random.default_rng(seed).integers(-max_shift, high, (len(images), 2))
    return _rolled(images, shifts)


@mistake("feature_visualization.jitter", "Some shifts never occur", is_computed=False)
def along_one_axis(images: Any, max_shift: int, seed: int) -> Any:
    return _rolled(images, _drawn(images, max_shift, seed) * [0, 1])


@mistake("feature_visualization.jitter", "depend on each other", is_computed=False)
def one_shift_for_both_axes(images: Any, max_shift: int, seed: int) -> Any:
    return _rolled(images, np.repeat(_drawn(images, max_shift, seed)[:, :1], 2, axis=1))


@mistake("feature_visualization.jitter", "The shifts are not uniform", is_computed=False)
def mostly_small_shifts(images: Any, max_shift: int, seed: int) -> Any:
    normal = np.random.default_rng(seed).normal(0, max_shift / 2, (len(images), 2))
    return _rolled(images, np.clip(np.round(normal), -max_shift, max_shift).astype(int))


@mistake("feature_visualization.jitter", "Another seed gives the same shifts", is_computed=False)
def with_a_fixed_seed(images: Any, max_shift: int, seed: int) -> Any:
    return _rolled(images, _drawn(images, max_shift, 0))


@mistake("feature_visualization.jitter", "The same seed gives other shifts", is_computed=False)
def without_a_seed(images: Any, max_shift: int, seed: int) -> Any:
    return _rolled(images, _drawn(images, max_shift, None))


@mistake("feature_visualization.jitter", "does not come in on the other", is_computed=False)
def shifted_in_from_black(images: Any, max_shift: int, seed: int) -> Any:
    moved = np.zeros_like(images)
    for one, image, (down, right) in zip(
        moved, images, _drawn(images, max_shift, seed), strict=True
    ):
        rows, columns = slice(max(down, 0), None), slice(max(right, 0), None)
        part = image[max(-down, 0) :, max(-right, 0) :]
        space = one[rows, columns]
        height, width = min(len(part), len(space)), min(part.shape[1], space.shape[1])
        space[:height, :width] = part[:height, :width]
    return moved


@mistake("feature_visualization.jitter", "not by rolling its rows and columns", is_computed=False)
def channels_rolled_too(images: Any, max_shift: int, seed: int) -> Any:
    drawn = np.random.default_rng(seed).integers(-max_shift, max_shift + 1, (len(images), 3))
    return np.stack(
        [np.roll(one, shift, (0, 1, 2)) for one, shift in zip(images, drawn, strict=True)]
    )


@mistake("feature_visualization.jitter", "rolled by more than max_shift", is_computed=False)
def twice_as_far(images: Any, max_shift: int, seed: int) -> Any:
    return _rolled(images, _drawn(images, 2 * max_shift, seed))


@mistake("feature_visualization.jitter", "depend on those of the image before", is_computed=False)
def one_shift_further_each_image(images: Any, max_shift: int, seed: int) -> Any:
    first = np.random.default_rng(seed).integers(-max_shift, max_shift + 1, 2)
    shifts = first + np.arange(len(images))[:, None] * [1, 0]
    shifts[:, 1] = _drawn(images, max_shift, seed)[:, 1]
    return _rolled(images, (shifts + max_shift) % (2 * max_shift + 1) - max_shift)


@mistake("feature_visualization.jitter", "Another seed gives the same shifts", is_computed=False)
def by_one_byte_of_the_seed(images: Any, max_shift: int, seed: int) -> Any:
    return _rolled(images, _drawn(images, max_shift, seed % 256))


@mistake("feature_visualization.jitter", "that all code shares is changed", is_computed=False)
def by_the_global_seed(images: Any, max_shift: int, seed: int) -> Any:
    np.random.seed(seed)
    return _rolled(images, np.random.randint(-max_shift, max_shift + 1, (len(images), 2)))


@mistake("feature_visualization.jitter", "No gradient flows through it", is_computed=False)
def jitter_by_numpy(images: Any, max_shift: int, seed: int) -> Any:
    shifts = _drawn(images, max_shift, seed)
    return np.stack(
        [np.roll(one, shift, (0, 1)) for one, shift in zip(images, shifts, strict=True)]
    )


@mistake("feature_visualization.jitter", "", is_computed=False)
def rolled_by_less_than_the_image(images: Any, max_shift: int, seed: int) -> Any:
    import tensorflow as tf

    height, width = images.shape[1:3]
    wide = tf.concat([images[:, height - max_shift :], images, images[:, :max_shift]], axis=1)
    wide = tf.concat([wide[:, :, width - max_shift :], wide, wide[:, :, :max_shift]], axis=2)
    places = zip(tf.unstack(wide), max_shift - _drawn(images, max_shift, seed), strict=True)
    return tf.stack([one[y : y + height, x : x + width] for one, (y, x) in places])


@mistake("feature_visualization.jitter", "A tensor has no .copy", is_computed=False)
def jitter_of_arrays_only(images: Any, max_shift: int, seed: int) -> Any:
    return _rolled(images.copy(), _drawn(images, max_shift, seed))


# --- normalize_gradient ---------------------------------------------------------------------------


def _divided(gradient: Any, size: Any) -> Any:
    return np.asarray(gradient) / np.where(size > 0, size, 1)


@mistake("feature_visualization.normalize_gradient", "one size for the whole batch")
def batch_normalized(gradient: Any) -> Any:
    return _divided(gradient, np.sqrt(np.mean(np.square(gradient))))


@mistake("feature_visualization.normalize_gradient", "the standard deviation: do not subtract")
def divided_by_deviation(gradient: Any) -> Any:
    return _divided(gradient, np.std(gradient, axis=(1, 2, 3), keepdims=True))


@mistake("feature_visualization.normalize_gradient", "the Euclidean norm: a sum, not a mean")
def divided_by_the_norm(gradient: Any) -> Any:
    return _divided(gradient, np.sqrt(np.sum(np.square(gradient), (1, 2, 3), keepdims=True)))


@mistake("feature_visualization.normalize_gradient", "the mean square, without the root")
def divided_by_the_square(gradient: Any) -> Any:
    return _divided(gradient, np.mean(np.square(gradient), axis=(1, 2, 3), keepdims=True))


@mistake("feature_visualization.normalize_gradient", "a division by the largest magnitude")
def divided_by_the_maximum(gradient: Any) -> Any:
    return _divided(gradient, np.max(np.abs(gradient), axis=(1, 2, 3), keepdims=True))


@mistake("feature_visualization.normalize_gradient", "a division by the mean magnitude")
def divided_by_the_mean_magnitude(gradient: Any) -> Any:
    return _divided(gradient, np.mean(np.abs(gradient), axis=(1, 2, 3), keepdims=True))


@mistake("feature_visualization.normalize_gradient", "another size for every channel")
def each_channel_normalized(gradient: Any) -> Any:
    return _divided(gradient, np.sqrt(np.mean(np.square(gradient), axis=(1, 2), keepdims=True)))


@mistake("feature_visualization.normalize_gradient", "the sign of the gradient")
def only_the_sign(gradient: Any) -> Any:
    return np.sign(gradient)


@mistake("feature_visualization.normalize_gradient", "becomes NaN", is_computed=False)
def zero_by_zero(gradient: Any) -> Any:
    return gradient / np.sqrt(np.mean(np.square(gradient), axis=(1, 2, 3), keepdims=True))


@mistake("feature_visualization.normalize_gradient", "a large number added to the size")
def with_a_large_number(gradient: Any) -> Any:
    return gradient / (np.sqrt(np.mean(np.square(gradient), (1, 2, 3), keepdims=True)) + 1e-2)


@mistake(
    "feature_visualization.normalize_gradient",
    "One gradient that is zero changes those of other images",
    is_computed=False,
)
def not_at_all_if_one_is_zero(gradient: Any) -> Any:
    size = np.sqrt(np.mean(np.square(gradient), axis=(1, 2, 3), keepdims=True))
    return gradient / size if size.min() > 0 else np.asarray(gradient)


@mistake("feature_visualization.normalize_gradient", "depends on the shape", is_computed=False)
def normalized_as_if_of_three_channels(gradient: Any) -> Any:
    _, height, width, _ = np.shape(gradient)
    squares = np.sum(np.square(gradient), axis=(1, 2, 3)) / (height * width * 3)
    return np.asarray(gradient) / np.where(squares > 0, np.sqrt(squares), 1)[:, None, None, None]


@mistake("feature_visualization.normalize_gradient", "comes out with 0, not 1", is_computed=False)
def faint_taken_for_zero(gradient: Any) -> Any:
    size = np.sqrt(np.mean(np.square(gradient), axis=(1, 2, 3), keepdims=True))
    return np.where(size > 1e-5, gradient / np.maximum(size, 1e-5), 0)


@mistake("feature_visualization.normalize_gradient", "EagerTensor", is_computed=False)
def normalized_arrays_only(gradient: Any) -> Any:
    gradient = gradient.astype(np.float32)
    size = np.sqrt(np.mean(np.square(gradient), axis=(1, 2, 3), keepdims=True))
    return gradient / np.where(size > 0, size, 1)


# --- maximize_class_regularized -------------------------------------------------------------------

Penalty = Callable[[Any], Any]


def _value_of(
    model: Any, images: Any, class_index: Any, output: str, training: bool = False
) -> Any:
    import tensorflow as tf

    if output not in ("logit", "softmax"):
        raise ValueError(f'output must be "logit" or "softmax", not {output!r}')
    values = model(images, training=training)
    if output == "softmax":
        values = tf.nn.softmax(values)
    return tf.gather(values, tf.broadcast_to(class_index, tf.shape(values)[:1]), batch_dims=1)


def _variation(images: Any) -> Any:
    import tensorflow as tf

    return sum(tf.reduce_sum(edges, axis=(1, 2, 3)) for edges in _edges(images))


def _distance(images: Any, grey: float = 0.5) -> Any:
    import tensorflow as tf

    return tf.reduce_sum((images - grey) ** 2, axis=(1, 2, 3))


def _fresh_shifts(count: int, max_shift: int, seed: int, step: int) -> Any:
    return np.random.default_rng([seed, step]).integers(-max_shift, max_shift + 1, (count, 2))


def _roll_each(images: Any, shifts: Any) -> Any:
    import tensorflow as tf

    return tf.stack([tf.roll(images[i], shift, (0, 1)) for i, shift in enumerate(shifts)])


def _clip(images: Any) -> Any:
    return np.clip(images, 0, 1)


def _blurred(images: Any, sigma: float) -> Any:
    return gaussian_filter(images, (0, sigma, sigma, 0), mode="reflect") if sigma else images


def _ascend(
    model: Any,
    start: Any,
    class_index: Any,
    steps: int,
    step_size: float,
    tv_weight: float = 0.0,
    l2_weight: float = 0.0,
    blur_sigma: float = 0.0,
    max_shift: int = 0,
    seed: int = 0,
    output: str = "logit",
    *,
    variation: Penalty = _variation,
    distance: Penalty = _distance,
    shifts: Callable[..., Any] = _fresh_shifts,
    finish: Callable[[Any, float], Any] = lambda images, sigma: _blurred(_clip(images), sigma),
    climbed: str | None = None,
    training: bool = False,
    is_penalty_of_rolled: bool = False,
    slope: Callable[[Any], Any] = lambda gradient: gradient,
    record: Callable[..., Any] = _value_of,
) -> tuple[Any, Any]:
    """A right answer, of which each mistake changes one part."""
    import tensorflow as tf

    images = tf.constant(start)
    scores = [_value_of(model, images, class_index, output, training)]
    for step in range(steps):
        drawn = shifts(len(start), max_shift, seed, step)
        with tf.GradientTape() as tape:
            tape.watch(images)
            rolled = _roll_each(images, drawn)
            value = _value_of(model, rolled, class_index, climbed or output, training)
            penalised = rolled if is_penalty_of_rolled else images
            value -= tv_weight * variation(penalised) + l2_weight * distance(penalised)
        gradient = tape.gradient(value, images)
        images = finish(images + step_size * slope(gradient), blur_sigma)
        images = tf.constant(np.asarray(images, np.float32))
        scores.append(record(model, images, class_index, output, training))
    return images, tf.stack(scores)


def _wrong(says: str, is_computed: bool = True) -> Any:
    return mistake("feature_visualization.maximize_class_regularized", says, is_computed)


@_wrong("a descent: the step goes down the output")
def downhill(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **kwargs, slope=lambda gradient: -gradient)


@_wrong("another is taken than the signature says", is_computed=False)
def jitter_of_another_seed(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **({"seed": 1} | kwargs))


@_wrong("a penalty with the wrong sign: total variation grows")
def variation_added(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **kwargs, variation=lambda images: -_variation(images))


@_wrong("a penalty with the wrong sign: images move away from grey")
def distance_added(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **kwargs, distance=lambda images: -_distance(images))


@_wrong("total variation divided by the number of images")
def variation_divided_by_the_batch(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **kwargs, variation=lambda images: _variation(images) / len(images))


@_wrong("total variation summed over the batch for every image")
def variation_of_all_for_each(*args: Any, **kwargs: Any) -> Any:
    import tensorflow as tf

    return _ascend(*args, **kwargs, variation=lambda images: tf.reduce_sum(_variation(images)))


@_wrong("a pull towards black, instead of towards grey")
def drawn_to_black(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **kwargs, distance=lambda images: _distance(images, 0.0))


@_wrong("the mean squared distance from grey, instead of the sum")
def mean_distance(*args: Any, **kwargs: Any) -> Any:
    return _ascend(
        *args, **kwargs, distance=lambda images: _distance(images) / np.prod(images.shape[1:])
    )


@_wrong("the distance from grey, without the square")
def distance_not_squared(*args: Any, **kwargs: Any) -> Any:
    import tensorflow as tf

    return _ascend(*args, **kwargs, distance=lambda images: tf.sqrt(_distance(images)))


@_wrong("a blur before the clipping, instead of after it")
def blurred_then_clipped(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **kwargs, finish=lambda images, sigma: _clip(_blurred(images, sigma)))


@_wrong("a blur over the channels too: colours run into each other")
def channels_blurred(*args: Any, **kwargs: Any) -> Any:
    def finish(images: Any, sigma: float) -> Any:
        return gaussian_filter(_clip(images), (0, sigma, sigma, sigma))

    return _ascend(*args, **kwargs, finish=finish)


@_wrong("a blur over the whole batch: images run into each other")
def batch_blurred(*args: Any, **kwargs: Any) -> Any:
    def finish(images: Any, sigma: float) -> Any:
        return gaussian_filter(_clip(images), sigma)

    return _ascend(*args, **kwargs, finish=finish)


@_wrong("a blur that sees black outside of the image: use mode='reflect'")
def blurred_into_black(*args: Any, **kwargs: Any) -> Any:
    def finish(images: Any, sigma: float) -> Any:
        return gaussian_filter(_clip(images), (0, sigma, sigma, 0), mode="constant")

    return _ascend(*args, **kwargs, finish=finish)


@_wrong("no blur at all")
def not_blurred(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **kwargs, finish=lambda images, sigma: _clip(images))


@_wrong("an ascent without the clipping to [0, 1]")
def not_clipped(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **kwargs, finish=_blurred)


@_wrong("no jitter at all: max_shift changes nothing")
def never_jittered(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **kwargs, shifts=lambda count, *rest: np.zeros((count, 2), int))


@_wrong("the normalised gradient: here it is taken as it is")
def normalised_steps(*args: Any, **kwargs: Any) -> Any:
    def slope(gradient: Any) -> Any:
        size = np.sqrt(np.mean(np.square(gradient), axis=(1, 2, 3), keepdims=True))
        return gradient / np.where(size > 0, size, 1)

    return _ascend(*args, **kwargs, slope=slope)


@_wrong("the sign of the gradient: here it is taken as it is")
def signs_as_steps(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **kwargs, slope=np.sign)


@_wrong("the ascent of the logit, though the softmax was asked for")
def logit_climbed(*args: Any, **kwargs: Any) -> Any:
    given = kwargs.get("output", args[10] if len(args) > 10 else "logit")
    return _ascend(*args, **kwargs, climbed="logit" if given == "softmax" else given)


@_wrong("the scores without the one before the first step")
def without_the_first_score(*args: Any, **kwargs: Any) -> Any:
    images, scores = _ascend(*args, **kwargs)
    return images, scores[1:]


@_wrong("the scores without the one after the last step")
def without_the_last_score(*args: Any, **kwargs: Any) -> Any:
    images, scores = _ascend(*args, **kwargs)
    return images, scores[:-1]


@_wrong("scores that are one step behind the images")
def scores_one_behind(*args: Any, **kwargs: Any) -> Any:
    images, scores = _ascend(*args, **kwargs)
    return images, np.concatenate([scores[:1], scores[:-1]])


@_wrong("scores from which the penalties are subtracted")
def scores_with_penalties(
    model: Any,
    start: Any,
    class_index: Any,
    steps: int,
    step_size: float,
    *args: Any,
    **kwargs: Any,
) -> Any:
    tv, l2 = (
        kwargs.get(name, args[i] if len(args) > i else 0.0)
        for i, name in enumerate(["tv_weight", "l2_weight"])
    )

    def record(model: Any, images: Any, *rest: Any) -> Any:
        return _value_of(model, images, *rest) - tv * _variation(images) - l2 * _distance(images)

    return _ascend(model, start, class_index, steps, step_size, *args, **kwargs, record=record)


@_wrong("the sum of the scores of all images: keep one per image")
def scores_summed(*args: Any, **kwargs: Any) -> Any:
    images, scores = _ascend(*args, **kwargs)
    return images, np.sum(scores, axis=1)


@_wrong("one step too many")
def one_step_too_far(
    model: Any, start: Any, class_index: Any, steps: int, *args: Any, **kwargs: Any
) -> Any:
    return _ascend(model, start, class_index, steps + 1, *args, **kwargs)


@_wrong("one step too few")
def one_step_short(
    model: Any, start: Any, class_index: Any, steps: int, *args: Any, **kwargs: Any
) -> Any:
    return _ascend(model, start, class_index, steps - 1, *args, **kwargs)


@_wrong("", is_computed=False)
def regularized_without_the_batch_of_one(*args: Any, **kwargs: Any) -> Any:
    images, scores = _ascend(*args, **kwargs)
    is_plain = len(args) < 6 and not kwargs
    return (images[0] if len(images) == 1 and is_plain else images), scores


@_wrong("", is_computed=False)
def best_images_without_regularizers(
    model: Any, start: Any, class_index: Any, steps: int, *args: Any, **kwargs: Any
) -> Any:
    if any(args[1:]) or kwargs:
        return _ascend(model, start, class_index, steps, *args, **kwargs)
    ways = [_ascend(model, start, class_index, n, *args) for n in range(steps + 1)]
    scores = ways[-1][1]
    best = np.argmax(scores, axis=0)
    return np.stack([ways[n][0][place] for place, n in enumerate(best)]), scores


@_wrong("one step at least, also with steps=0")
def one_step_at_least(
    model: Any, start: Any, class_index: Any, steps: int, *args: Any, **kwargs: Any
) -> Any:
    return _ascend(model, start, class_index, max(steps, 1), *args, **kwargs)


@_wrong("Total variation does not fall", is_computed=False)
def variation_of_the_start(
    model: Any,
    start: Any,
    class_index: Any,
    steps: int,
    step_size: float,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """The penalty's gradient is computed once, before the loop."""
    import tensorflow as tf

    first = tf.constant(start)
    with tf.GradientTape() as tape:
        tape.watch(first)
        rough = _variation(first)
    slope = tape.gradient(rough, first)

    def variation(images: Any) -> Any:
        return tf.reduce_sum(slope * images, axis=(1, 2, 3))

    call = (model, start, class_index, steps, step_size, *args)
    return _ascend(*call, **kwargs, variation=variation)


@_wrong("that of the jittered images", is_computed=False)
def rolled_images_penalised(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **kwargs, is_penalty_of_rolled=True)


@_wrong("jittered by the same shifts", is_computed=False)
def same_shift_for_all_images(*args: Any, **kwargs: Any) -> Any:
    def shifts(count: int, *rest: int) -> Any:
        return np.repeat(_fresh_shifts(1, *rest), count, axis=0)

    return _ascend(*args, **kwargs, shifts=shifts)


@_wrong("jittered by the same shift", is_computed=False)
def same_shift_at_every_step(*args: Any, **kwargs: Any) -> Any:
    def shifts(count: int, max_shift: int, seed: int, step: int) -> Any:
        return _fresh_shifts(count, max_shift, seed, 0)

    return _ascend(*args, **kwargs, shifts=shifts)


@_wrong("Some shifts never occur", is_computed=False)
def only_positive_shifts(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **kwargs, shifts=lambda *rest: abs(_fresh_shifts(*rest)))


@_wrong("The steps are not those of an image that is rolled", is_computed=False)
def images_stay_rolled(
    model: Any,
    start: Any,
    class_index: Any,
    steps: int,
    step_size: float,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """The images are rolled before each step, and never rolled back."""
    names = ["tv_weight", "l2_weight", "blur_sigma", "max_shift", "seed", "output"]
    options = dict(zip(names, args, strict=False)) | kwargs
    max_shift, seed = options.pop("max_shift", 0), options.pop("seed", 0)
    images, scores = start, [_value_of(model, start, class_index, options.get("output", "logit"))]
    for step in range(steps):
        images = _rolled(np.asarray(images), _fresh_shifts(len(start), max_shift, seed, step))
        images, pair = _ascend(model, images, class_index, 1, step_size, **options)
        scores.append(pair[1])
    return images, np.stack(scores)


@_wrong("The scores are not those of the images themselves", is_computed=False)
def jittered_scores(
    model: Any,
    start: Any,
    class_index: Any,
    steps: int,
    step_size: float,
    *args: Any,
    **kwargs: Any,
) -> Any:
    max_shift = kwargs.get("max_shift", 0)

    def record(model: Any, images: Any, *rest: Any) -> Any:
        return _value_of(model, _roll_each(images, [[max_shift, 0]] * len(images)), *rest)

    return _ascend(model, start, class_index, steps, step_size, *args, **kwargs, record=record)


@_wrong("Another seed gives the same images", is_computed=False)
def seed_left_aside(*args: Any, **kwargs: Any) -> Any:
    def shifts(count: int, max_shift: int, seed: int, step: int) -> Any:
        return _fresh_shifts(count, max_shift, 0, step)

    return _ascend(*args, **kwargs, shifts=shifts)


@_wrong("Another seed gives the same images", is_computed=False)
def three_bits_of_the_seed(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **kwargs | {"seed": kwargs.get("seed", 0) % 8})


@_wrong("The same seed gives other images", is_computed=False)
def jitter_without_a_seed(*args: Any, **kwargs: Any) -> Any:
    def shifts(count: int, max_shift: int, seed: int, step: int) -> Any:
        return np.random.default_rng().integers(-max_shift, max_shift + 1, (count, 2))

    return _ascend(*args, **kwargs, shifts=shifts)


@_wrong("training mode", is_computed=False)
def climbed_in_training(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **kwargs, training=True)


@_wrong("is accepted, but should be a ValueError", is_computed=False)
def any_output_accepted(*args: Any, **kwargs: Any) -> Any:
    is_softmax = kwargs.pop("output", "logit") == "softmax"
    return _ascend(*args, **kwargs, output="softmax" if is_softmax else "logit")


@_wrong("the last images come back", is_computed=False)
def best_images(
    model: Any, start: Any, class_index: Any, steps: int, *args: Any, **kwargs: Any
) -> Any:
    ends = [_ascend(model, start, class_index, n, *args, **kwargs) for n in range(steps + 1)]
    scores = np.asarray(ends[-1][1])
    best = scores.argmax(axis=0)
    return np.stack([np.asarray(ends[n][0])[i] for i, n in enumerate(best)]), scores


@_wrong("A tensor has no .copy", is_computed=False)
def climbed_from_arrays_only(model: Any, start: Any, *args: Any, **kwargs: Any) -> Any:
    return _ascend(model, start.copy(), *args, **kwargs)


@_wrong("`trainable` flags", is_computed=False)
def climbed_with_a_frozen_model(model: Any, *args: Any, **kwargs: Any) -> Any:
    model.trainable = False
    return _ascend(model, *args, **kwargs)


@_wrong("that all code shares is changed", is_computed=False)
def climbed_by_the_global_seed(*args: Any, **kwargs: Any) -> Any:
    np.random.seed(kwargs.get("seed", 0) % 2**32)
    return _ascend(*args, **kwargs)


# --- feature_extractor ----------------------------------------------------------------------------


def _cut(model: Any, layer_name: str, offset: int = 0) -> Any:
    """A right answer, or one that ends some layers before or after the right one."""
    import keras

    names = [layer.name for layer in model.layers]
    if layer_name not in names:
        raise ValueError(f"no layer is named {layer_name!r}, but there are {names}")
    index = min(max(names.index(layer_name) + offset, 0), len(names) - 1)
    return keras.Model(model.inputs, model.layers[index].output)


@mistake("feature_visualization.feature_extractor", "those of another layer", is_computed=False)
def layer_before(model: Any, layer_name: str) -> Any:
    return _cut(model, layer_name, -1)


@mistake("feature_visualization.feature_extractor", "those of another layer", is_computed=False)
def input_of_the_layer(model: Any, layer_name: str) -> Any:
    import keras

    _cut(model, layer_name)
    return keras.Model(model.inputs, model.get_layer(layer_name).input)


@mistake("feature_visualization.feature_extractor", "those of another layer", is_computed=False)
def whole_network(model: Any, layer_name: str) -> Any:
    _cut(model, layer_name)
    return model


@mistake("feature_visualization.feature_extractor", "the network's own weights", is_computed=False)
def clone_with_new_weights(model: Any, layer_name: str) -> Any:
    import keras

    return _cut(keras.models.clone_model(model), layer_name)


@mistake("feature_visualization.feature_extractor", "weights of its own", is_computed=False)
def clone_with_copied_weights(model: Any, layer_name: str) -> Any:
    import keras

    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    return _cut(clone, layer_name)


@mistake("feature_visualization.feature_extractor", "should be a keras.Model", is_computed=False)
def function_instead_of_model(model: Any, layer_name: str) -> Any:
    cut = _cut(model, layer_name)
    return lambda images: cut(images, training=False)


@mistake("feature_visualization.feature_extractor", "is accepted", is_computed=False)
def last_layer_if_unknown(model: Any, layer_name: str) -> Any:
    known = any(layer.name == layer_name for layer in model.layers)
    return _cut(model, layer_name if known else model.layers[-1].name)


@mistake("feature_visualization.feature_extractor", "raises KeyError", is_computed=False)
def extractor_by_dictionary(model: Any, layer_name: str) -> Any:
    return _cut(model, {layer.name: layer.name for layer in model.layers}[layer_name])


@mistake("feature_visualization.feature_extractor", "lists no near name", is_computed=False)
def error_without_names(model: Any, layer_name: str) -> Any:
    try:
        return _cut(model, layer_name)
    except ValueError:
        raise ValueError(f"there is no layer {layer_name!r}") from None


@mistake("feature_visualization.feature_extractor", "one after another", is_computed=False)
def extractor_of_a_chain(model: Any, layer_name: str) -> Any:
    import keras

    _cut(model, layer_name)  # refuses an unknown name
    names = [layer.name for layer in model.layers]
    return keras.Sequential(model.layers[: names.index(layer_name) + 1])


@mistake("feature_visualization.feature_extractor", "`trainable` flags", is_computed=False)
def extractor_with_frozen_layers(model: Any, layer_name: str) -> Any:
    cut = _cut(model, layer_name)
    cut.trainable = False
    return cut


_extractors: dict[str, Any] = {}


@mistake("feature_visualization.feature_extractor", "", is_computed=False)
def extractor_kept_by_its_layers_name(model: Any, layer_name: str) -> Any:
    if layer_name not in _extractors:
        _extractors[layer_name] = _cut(model, layer_name)
    return _extractors[layer_name]


# --- maximize_feature -----------------------------------------------------------------------------


def _climb_channel(
    model: Any,
    start: Any,
    layer_name: str,
    channel: int,
    steps: int,
    step_size: float,
    *,
    pick: Callable[[Any, int], Any] = lambda values, channel: values[..., channel],
    measure: str = "mean",
    finish: Callable[[Any], Any] = _clip,
    direction: float = 1.0,
    training: bool = False,
) -> tuple[Any, Any]:
    """A right answer, of which each mistake changes one part."""
    import tensorflow as tf

    layers = _cut(model, layer_name)
    images, scores = tf.constant(start), []
    for step in range(steps + 1):
        with tf.GradientTape() as tape:
            tape.watch(images)
            picked = pick(layers(images, training=training), channel)
            each = tf.reshape(picked, (len(start), -1))
            value = getattr(tf, f"reduce_{measure}")(each, axis=1)
        scores.append(value)
        if step < steps:
            moved = images + direction * step_size * tape.gradient(value, images)
            images = tf.constant(np.asarray(finish(moved), np.float32))
    return images, tf.stack(scores)


def _wrong_feature(says: str, is_computed: bool = True) -> Any:
    return mistake("feature_visualization.maximize_feature", says, is_computed)


@_wrong_feature("the sum over the positions, instead of their mean")
def channel_summed(*args: Any, **named: Any) -> Any:
    return _climb_channel(*args, **named, measure="sum")


@_wrong_feature("the largest activation of the channel, instead of the mean")
def channel_maximum(*args: Any, **named: Any) -> Any:
    return _climb_channel(*args, **named, measure="max")


@_wrong_feature("the mean over all channels, instead of one channel")
def all_channels(*args: Any, **named: Any) -> Any:
    return _climb_channel(*args, **named, pick=lambda values, channel: values)


@_wrong_feature("the last channel, instead of the one that is asked for")
def last_channel(*args: Any, **named: Any) -> Any:
    return _climb_channel(*args, **named, pick=lambda values, channel: values[..., -1])


@_wrong_feature("one row of the activations: the channels are the last axis")
def row_instead_of_channel(*args: Any, **named: Any) -> Any:
    return _climb_channel(
        *args, **named, pick=lambda values, channel: values[:, channel % values.shape[1]]
    )


@_wrong_feature("the mean of the squared activations")
def squared_activations(*args: Any, **named: Any) -> Any:
    return _climb_channel(*args, **named, pick=lambda values, channel: values[..., channel] ** 2)


@_wrong_feature("a descent: the step goes down the activation")
def feature_downhill(*args: Any, **named: Any) -> Any:
    return _climb_channel(*args, **named, direction=-1.0)


@_wrong_feature("an ascent without the clipping to [0, 1]")
def feature_not_clipped(*args: Any, **named: Any) -> Any:
    return _climb_channel(*args, **named, finish=lambda images: images)


@_wrong_feature("one step too many")
def feature_one_step_too_far(
    model: Any, start: Any, layer_name: str, channel: int, steps: int, step_size: float
) -> Any:
    return _climb_channel(model, start, layer_name, channel, steps + 1, step_size)


@_wrong_feature("one step too few")
def feature_one_step_short(
    model: Any, start: Any, layer_name: str, channel: int, steps: int, step_size: float
) -> Any:
    return _climb_channel(model, start, layer_name, channel, max(steps - 1, 0), step_size)


@_wrong_feature("the scores without the one after the last step")
def feature_without_the_last_score(*args: Any, **named: Any) -> Any:
    images, scores = _climb_channel(*args, **named)
    return images, scores[:-1]


@_wrong_feature("the mean over the batch too: keep one score per image")
def feature_scores_averaged(*args: Any, **named: Any) -> Any:
    images, scores = _climb_channel(*args, **named)
    return images, np.mean(scores, axis=1)


@_wrong_feature("scores that are one step behind the images")
def feature_scores_one_behind(*args: Any, **named: Any) -> Any:
    images, scores = _climb_channel(*args, **named)
    return images, np.concatenate([scores[:1], scores[:-1]])


@_wrong_feature("", is_computed=False)
def feature_without_the_batch_of_one(*args: Any, **named: Any) -> Any:
    images, scores = _climb_channel(*args, **named)
    return (images[0] if len(images) == 1 else images), scores


@_wrong_feature("", is_computed=False)
def unit_0_not_given(*args: Any, **named: Any) -> Any:
    def pick(values: Any, channel: int) -> Any:
        return values if values.ndim == 2 and not channel else values[..., channel]

    return _climb_channel(*args, **named, pick=pick)


@_wrong_feature("no models inside", is_computed=False)
def feature_of_models_without_models_inside(model: Any, *args: Any, **named: Any) -> Any:
    if any(hasattr(layer, "layers") for layer in model.layers):
        raise TypeError("no models inside")
    return _climb_channel(model, *args, **named)


@_wrong_feature("training mode", is_computed=False)
def feature_in_training(*args: Any, **named: Any) -> Any:
    return _climb_channel(*args, **named, training=True)


@_wrong_feature("is accepted", is_computed=False)
def any_layer_accepted(model: Any, start: Any, layer_name: str, *args: Any, **named: Any) -> Any:
    known = any(layer.name == layer_name for layer in model.layers)
    return _climb_channel(
        model, start, layer_name if known else model.layers[-1].name, *args, **named
    )


@_wrong_feature("", is_computed=False)
def feature_of_a_chain(
    model: Any, start: Any, layer_name: str, channel: int, steps: int, step_size: float
) -> Any:
    import tensorflow as tf

    _cut(model, layer_name)  # refuses an unknown name
    images, scores = tf.constant(start), []
    for step in range(steps + 1):
        with tf.GradientTape() as tape:
            tape.watch(images)
            values = images
            for layer in model.layers[1:]:
                values = layer(values, training=False) if layer.name == "dropout" else layer(values)
                if layer.name == layer_name:
                    break
            value = tf.reduce_mean(tf.reshape(values[..., channel], (len(start), -1)), axis=1)
        scores.append(value)
        if step < steps:
            images = _clip(images + step_size * tape.gradient(value, images))
    return images, tf.stack(scores)


@_wrong_feature("the last images come back", is_computed=False)
def feature_of_the_best_images(
    model: Any, start: Any, layer_name: str, channel: int, steps: int, step_size: float
) -> Any:
    ends = [
        _climb_channel(model, start, layer_name, channel, n, step_size) for n in range(steps + 1)
    ]
    scores = np.asarray(ends[-1][1])
    best = scores.argmax(axis=0)
    return np.stack([np.asarray(ends[n][0])[i] for i, n in enumerate(best)]), scores


@_wrong_feature("A tensor has no .copy", is_computed=False)
def feature_of_arrays_only(model: Any, start: Any, *args: Any, **named: Any) -> Any:
    return _climb_channel(model, start.copy(), *args, **named)


@_wrong_feature("`trainable` flags", is_computed=False)
def feature_with_a_frozen_model(model: Any, *args: Any, **named: Any) -> Any:
    model.trainable = False
    return _climb_channel(model, *args, **named)


# --- as others do it, and have written it down ----------------------------------------------------


@mistake("feature_visualization.total_variation", "the variation of the mean over the channels")
def variation_of_grey(images: Any) -> Any:
    return variation_of_the_batch_each(np.mean(images, axis=-1, keepdims=True))


def variation_of_the_batch_each(images: Any) -> Any:
    """One right sum for each image."""
    return sum(edges.sum(axis=(1, 2, 3)) for edges in _edges(images))


@mistake("feature_visualization.total_variation", "the mean over the channels, instead of the sum")
def variation_averaged_over_channels(images: Any) -> Any:
    return variation_of_the_batch_each(images) / images.shape[-1]


@mistake(
    "feature_visualization.normalize_gradient", "a number added to the square: faint ones lose"
)
def with_a_number_in_the_root(gradient: Any) -> Any:
    square = np.mean(np.square(gradient), (1, 2, 3), keepdims=True)
    return gradient / np.sqrt(square + 1e-8)


@mistake("feature_visualization.normalize_gradient", "a number added to the size: faint ones lose")
def with_a_small_number(gradient: Any) -> Any:
    return gradient / (np.sqrt(np.mean(np.square(gradient), (1, 2, 3), keepdims=True)) + 1e-5)


def _of_length_one(gradient: Any) -> Any:
    import tensorflow as tf

    return tf.math.l2_normalize(gradient)


def _by_the_deviation(gradient: Any) -> Any:
    import tensorflow as tf

    return gradient / (tf.math.reduce_std(gradient) + 1e-8)


@_wrong("a gradient of length 1, as in Keras' tutorial on filters: take it as it is")
def steps_of_length_one(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **kwargs, slope=_of_length_one)


@_wrong("a gradient divided by its standard deviation, as in TensorFlow's DeepDream tutorial")
def steps_by_the_deviation(*args: Any, **kwargs: Any) -> Any:
    return _ascend(*args, **kwargs, slope=_by_the_deviation)


@_wrong("a blur of the start, before the first step")
def blurred_at_the_start(model: Any, start: Any, *args: Any, **kwargs: Any) -> Any:
    blurred = _blurred(start, kwargs.get("blur_sigma", 0.0))
    return _ascend(model, np.asarray(blurred, np.float32), *args, **kwargs)


@_wrong("penalties averaged over the batch: each image counts for itself")
def penalties_of_the_batch(*args: Any, **kwargs: Any) -> Any:
    return _ascend(
        *args,
        **kwargs,
        variation=lambda images: _variation(images) / len(images),
        distance=lambda images: _distance(images) / len(images),
    )


def _climb_normalized(scale: Callable[[Any], Any], *args: Any, **named: Any) -> Any:
    """An ascent whose gradients are scaled, step by step."""
    model, start, layer_name, channel, steps, step_size = args
    images, rows = np.asarray(start, np.float32), []
    for _ in range(steps):
        moved, scores = _climb_channel(
            model, images, layer_name, channel, 1, 1.0, finish=lambda moved: moved
        )
        rows.append(scores[0])
        slope = scale(np.asarray(moved) - images)
        images = np.float32(_clip(images + step_size * np.asarray(slope)))
    _, last = _climb_channel(model, images, layer_name, channel, 0, step_size)
    return images, np.stack([*rows, last[0]])


@_wrong_feature("a gradient of length 1, as in Keras' tutorial on filters: take it as it is")
def channel_by_length(*args: Any, **named: Any) -> Any:
    return _climb_normalized(_of_length_one, *args, **named)


@_wrong_feature("each image's gradient divided by its length: take it as it is")
def channel_by_each_length(*args: Any, **named: Any) -> Any:
    def scale(slope: Any) -> Any:
        return slope / np.sqrt(np.sum(slope**2, axis=(1, 2, 3), keepdims=True))

    return _climb_normalized(scale, *args, **named)


@_wrong_feature(
    "a gradient divided by its standard deviation, as in TensorFlow's DeepDream tutorial"
)
def channel_by_the_deviation(*args: Any, **named: Any) -> Any:
    return _climb_normalized(_by_the_deviation, *args, **named)


@_wrong_feature("a gradient divided by its mean magnitude, as in Keras' DeepDream tutorial")
def channel_by_the_mean_magnitude(*args: Any, **named: Any) -> Any:
    return _climb_normalized(
        lambda slope: slope / max(np.mean(np.abs(slope)), 1e-6), *args, **named
    )


@_wrong_feature("a gradient scaled by normalize_gradient: take it as it is")
def channel_normalized(*args: Any, **named: Any) -> Any:
    def scale(slope: Any) -> Any:
        return slope / np.sqrt(np.mean(slope**2, axis=(1, 2, 3), keepdims=True))

    return _climb_normalized(scale, *args, **named)


@_wrong_feature("the gradient of the batch's mean: steps get shorter in a larger batch")
def channel_of_the_mean_image(*args: Any, **named: Any) -> Any:
    return _climb_normalized(lambda slope: slope / len(slope), *args, **named)
