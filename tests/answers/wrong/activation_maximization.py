"""Known mistakes in 1.2, by task. TensorFlow is imported only where it is needed."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course.grader.mistakes import mistake

# --- random_start ---------------------------------------------------------------------------------


def _wrong_noise(says: str) -> Any:
    """Chance cannot be computed again: the properties name these mistakes."""
    return mistake("activation_maximization.random_start", says, is_computed=False)


@_wrong_noise("The seed has no effect")
def noise_from_a_fixed_seed(shape: tuple[int, ...], seed: int) -> Any:
    return np.random.default_rng(42).random(shape)


@_wrong_noise("The same seed gives other images the second time")
def noise_without_a_seed(shape: tuple[int, ...], seed: int) -> Any:
    return np.random.default_rng().random(shape)


_generators: dict[int, np.random.Generator] = {}


@_wrong_noise("The same seed gives other images the second time")
def noise_from_a_generator_that_goes_on(shape: tuple[int, ...], seed: int) -> Any:
    return _generators.setdefault(seed, np.random.default_rng(seed)).random(shape)


@_wrong_noise("The same values come again at other places")
def noise_of_one_image_rolled(shape: tuple[int, ...], seed: int) -> Any:
    one = np.random.default_rng(seed).random(shape[1:])
    return np.stack([np.roll(one, 5 * image, axis=0) for image in range(shape[0])])


@_wrong_noise("The noise leaves [0, 1]")
def noise_around_zero(shape: tuple[int, ...], seed: int) -> Any:
    return np.random.default_rng(seed).uniform(-1, 1, shape)


@_wrong_noise("The noise leaves [0, 1]")
def noise_up_to_255(shape: tuple[int, ...], seed: int) -> Any:
    return np.random.default_rng(seed).integers(0, 256, shape)


@_wrong_noise("The noise is not uniform")
def noise_from_a_clipped_normal(shape: tuple[int, ...], seed: int) -> Any:
    return np.clip(np.random.default_rng(seed).normal(0.5, 0.2, shape), 0, 1)


@_wrong_noise("The noise is not uniform")
def noise_that_is_faint(shape: tuple[int, ...], seed: int) -> Any:
    return 0.5 + 0.1 * np.random.default_rng(seed).uniform(-1, 1, shape)


@_wrong_noise("The noise does not reach from 0 to 1")
def noise_without_black_and_white(shape: tuple[int, ...], seed: int) -> Any:
    return np.random.default_rng(seed).uniform(0.02, 0.98, shape)


@_wrong_noise("The noise is not uniform")
def noise_that_is_nearly_uniform(shape: tuple[int, ...], seed: int) -> Any:
    return np.random.default_rng(seed).beta(1.1, 1.1, shape)


@_wrong_noise("The same values come again at other places")
def noise_whose_second_half_repeats_the_first(shape: tuple[int, ...], seed: int) -> Any:
    count = int(np.prod(shape))
    return np.resize(np.random.default_rng(seed).random(count - count // 2), shape)


@_wrong_noise("The same values come again at other places")
def noise_that_is_its_own_mirror_image(shape: tuple[int, ...], seed: int) -> Any:
    noise, half = np.random.default_rng(seed).random(shape), shape[2] // 2
    noise[:, :, shape[2] - half :] = 1 - noise[:, :, :half][:, :, ::-1]
    return noise


@_wrong_noise("from a few levels only")
def noise_in_levels(shape: tuple[int, ...], seed: int) -> Any:
    return np.random.default_rng(seed).integers(0, 256, shape) / 255


@_wrong_noise("The seed has no effect")
def noise_of_one_byte_of_the_seed(shape: tuple[int, ...], seed: int) -> Any:
    return np.random.default_rng(seed % 256).random(shape)


@_wrong_noise("The same seed gives other images")
def noise_of_seed_zero_by_chance(shape: tuple[int, ...], seed: int) -> Any:
    return np.random.default_rng(seed or None).random(shape)


@_wrong_noise("The random state that all code shares is changed")
def noise_by_a_global_seed(shape: tuple[int, ...], seed: int) -> Any:
    import tensorflow as tf

    tf.random.set_seed(seed)
    return tf.random.uniform(shape)


@_wrong_noise("The random state that all code shares is changed")
def noise_by_numpys_global_seed(shape: tuple[int, ...], seed: int) -> Any:
    np.random.seed(seed % 2**32)
    return np.random.random(shape)


@_wrong_noise("The images are alike")
def noise_repeated_for_the_batch(shape: tuple[int, ...], seed: int) -> Any:
    return np.repeat(np.random.default_rng(seed).random((1, *shape[1:])), shape[0], axis=0)


@_wrong_noise("The channels are alike")
def noise_in_grey(shape: tuple[int, ...], seed: int) -> Any:
    return np.repeat(np.random.default_rng(seed).random((*shape[:3], 1)), shape[3], axis=3)


@_wrong_noise("shape of the result is wrong")
def noise_for_one_image(shape: tuple[int, ...], seed: int) -> Any:
    return np.random.default_rng(seed).random(shape[1:])


# --- right answers, of which the mistakes change one part -----------------------------------------


def _values(
    model: Any, images: Any, class_index: Any, output: str = "logit", training: bool = False
) -> Any:
    """The explained values."""
    import tensorflow as tf

    if output not in ("logit", "softmax"):
        raise ValueError(f'output must be "logit" or "softmax", not {output!r}')
    values = model(images, training=training)
    values = tf.nn.softmax(values) if output == "softmax" else values
    return tf.gather(values, tf.broadcast_to(class_index, tf.shape(values)[:1]), batch_dims=1)


def _slope(
    model: Any,
    at: Any,
    class_index: Any,
    output: str = "logit",
    training: bool = False,
    seen: Callable[[Any], Any] = lambda images: images,
) -> Any:
    """The gradient of the values, for what the model gets to see of something."""
    import tensorflow as tf

    at = tf.constant(at)
    with tf.GradientTape() as tape:
        tape.watch(at)
        values = _values(model, seen(at), class_index, output, training)
    return tape.gradient(values, at)


def _clipped(images: Any) -> Any:
    return np.clip(images, 0, 1)


def _one_step(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    return _clipped(images + step_size * _slope(model, images, class_index, output))


def _walk(
    model: Any,
    start: Any,
    class_index: Any,
    steps: int,
    step_size: float,
    output: str = "logit",
    *,
    step: Callable[..., Any] = _one_step,
    climbed: str | None = None,
) -> tuple[Any, Any]:
    """The images at the end, and the scores of all on the way."""
    images, scores = start, [_values(model, start, class_index, output)]
    for _ in range(steps):
        images = step(model, images, class_index, step_size, climbed or output)
        scores.append(_values(model, images, class_index, output))
    return images, np.array(scores)


def _sigmoid(z: Any) -> Any:
    import tensorflow as tf

    return tf.sigmoid(z)


def _slope_over_z(
    model: Any, z: Any, class_index: Any, output: str = "logit", training: bool = False
) -> Any:
    return _slope(model, z, class_index, output, training, seen=_sigmoid)


def _walk_in_z(
    model: Any,
    start: Any,
    class_index: Any,
    steps: int,
    step_size: float,
    output: str = "logit",
    *,
    edge: float = 1e-3,
    slope: Callable[..., Any] = _slope_over_z,
    finish: Callable[[Any], Any] = lambda z: z,
    shown: Callable[[Any], Any] = _sigmoid,
    climbed: str | None = None,
) -> tuple[Any, Any]:
    """Likewise, by way of z."""
    clipped = np.clip(start, edge, 1 - edge)
    with np.errstate(divide="ignore"):
        z, scores = np.log(clipped / (1 - clipped)), []
    for _ in range(steps):
        scores.append(_values(model, shown(z), class_index, output))
        z = finish(z + step_size * slope(model, z, class_index, climbed or output))
    return _sigmoid(z), np.array([*scores, _values(model, shown(z), class_index, output)])


# --- ascent_step ----------------------------------------------------------------------------------


def _wrong_step(says: str, is_computed: bool = True) -> Any:
    return mistake("activation_maximization.ascent_step", says, is_computed)


@_wrong_step("a step downhill: the gradient is subtracted")
def step_downhill(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    return _one_step(model, images, class_index, -step_size, output)


@_wrong_step("a step that is not clipped to [0, 1], or was clipped too early")
def step_without_clipping(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    return images + step_size * _slope(model, images, class_index, output)


@_wrong_step("clipping to [0, 255], instead of [0, 1]")
def step_clipped_to_255(*args: Any, **named: Any) -> Any:
    return np.clip(step_without_clipping(*args, **named), 0, 255)


@_wrong_step("images stretched to [0, 1], instead of clipped")
def step_with_stretched_images(*args: Any, **named: Any) -> Any:
    stepped = step_without_clipping(*args, **named)
    return (stepped - np.min(stepped)) / np.ptp(stepped)


@_wrong_step("only the gradient's sign, and not its size")
def step_by_the_sign(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    return _clipped(images + step_size * np.sign(_slope(model, images, class_index, output)))


@_wrong_step("gradients that are cut off at -1 and 1", is_computed=False)
def step_along_a_gradient_that_is_cut_off(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    slope = np.clip(_slope(model, images, class_index, output), -1, 1)
    return _clipped(images + step_size * slope)


@_wrong_step("a gradient that was normalised first")
def step_normalised(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    gradient = _slope(model, images, class_index, output)
    length = np.sqrt(np.sum(np.square(gradient), axis=(1, 2, 3), keepdims=True))
    return _clipped(images + step_size * gradient / length)


@_wrong_step("the gradient of the batch's mean: more images, smaller steps")
def step_of_the_mean(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    return _one_step(model, images, class_index, step_size / len(images), output)


@_wrong_step("the first image's class, used for all images")
def step_to_the_first_class(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    return _one_step(model, images, np.ravel(class_index)[0], step_size, output)


@_wrong_step("the predicted class, instead of the one asked for")
def step_to_the_predicted_class(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    predicted = np.argmax(model(images, training=False), axis=-1)
    return _one_step(model, images, predicted, step_size, output)


@_wrong_step("the logit, although output says softmax")
def step_up_the_logit_always(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    _values(model, images, class_index, output)  # refuses an unknown output
    return _one_step(model, images, class_index, step_size, "logit")


@_wrong_step("the logarithm of the softmax, instead of the softmax itself")
def step_up_the_log_probability(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    gradient = _slope(model, images, class_index, output)
    if output == "softmax":
        gradient /= np.reshape(_values(model, images, class_index, output), (-1, 1, 1, 1))
    return _clipped(images + step_size * gradient)


@_wrong_step("training mode", is_computed=False)
def step_in_training_mode(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    return _clipped(images + step_size * _slope(model, images, class_index, output, training=True))


@_wrong_step("weights are changed", is_computed=False)
def step_that_trains_too(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    stepped = _one_step(model, images, class_index, step_size, output)
    for weight in model.trainable_variables:
        weight.assign(1.01 * weight)
    return stepped


@_wrong_step("should be a ValueError", is_computed=False)
def step_up_anything(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    output = "softmax" if output == "softmax" else "logit"
    return _one_step(model, images, class_index, step_size, output)


@_wrong_step("writes into an array", is_computed=False)
def step_in_place(
    model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
) -> Any:
    images += step_size * np.asarray(_slope(model, images, class_index, output))
    return _clipped(images)


@_wrong_step("`trainable` flags", is_computed=False)
def step_with_a_frozen_model(model: Any, *args: Any, **named: Any) -> Any:
    model.trainable = False
    return _one_step(model, *args, **named)


@_wrong_step("EagerTensor", is_computed=False)
def step_of_arrays_only(model: Any, images: Any, *args: Any, **named: Any) -> Any:
    return _one_step(model, images.astype(np.float32), *args, **named)


@_wrong_step("The shape of the images is wrong", is_computed=False)
def step_without_the_batch_of_one(*args: Any, **named: Any) -> Any:
    images = np.asarray(_one_step(*args, **named))
    return images[0] if len(images) == 1 else images


# --- maximize_class -------------------------------------------------------------------------------


def _wrong_ascent(says: str, is_computed: bool = True) -> Any:
    return mistake("activation_maximization.maximize_class", says, is_computed)


@_wrong_ascent("scores that lack the last images: look once more after the loop")
def ascent_without_the_last_score(*args: Any, **named: Any) -> Any:
    images, scores = _walk(*args, **named)
    return images, scores[:-1]


@_wrong_ascent("scores that lack the start: look once before the loop")
def ascent_without_the_first_score(*args: Any, **named: Any) -> Any:
    images, scores = _walk(*args, **named)
    return images, scores[1:]


@_wrong_ascent("scores that lag one step behind, with the start's twice")
def ascent_with_late_scores(*args: Any, **named: Any) -> Any:
    images, scores = _walk(*args, **named)
    return images, np.concatenate([scores[:1], scores[:-1]])


@_wrong_ascent("one step too many")
def ascent_one_step_too_far(
    model: Any, start: Any, class_index: Any, steps: int, *args: Any, **named: Any
) -> Any:
    images, scores = _walk(model, start, class_index, steps + 1, *args, **named)
    return images, scores[:-1]


@_wrong_ascent("one step too many")
def ascent_one_step_and_score_too_far(
    model: Any, start: Any, class_index: Any, steps: int, *args: Any, **named: Any
) -> Any:
    return _walk(model, start, class_index, steps + 1, *args, **named)


@_wrong_ascent("one step too few")
def ascent_one_step_short(
    model: Any, start: Any, class_index: Any, steps: int, *args: Any, **named: Any
) -> Any:
    return _walk(model, start, class_index, steps - 1, *args, **named)


@_wrong_ascent("the start moved anew in every step: move the images of the last one")
def ascent_from_the_start_in_every_step(*args: Any, **named: Any) -> Any:
    start = args[1]

    def step(model: Any, images: Any, class_index: Any, size: float, output: str) -> Any:
        return _clipped(start + size * _slope(model, images, class_index, output))

    return _walk(*args, **named, step=step)


@_wrong_ascent("scores added up over the batch")
def ascent_with_summed_scores(*args: Any, **named: Any) -> Any:
    images, scores = _walk(*args, **named)
    return images, scores.sum(axis=1)


@_wrong_ascent("scores averaged over the batch")
def ascent_with_averaged_scores(*args: Any, **named: Any) -> Any:
    images, scores = _walk(*args, **named)
    return images, scores.mean(axis=1)


@_wrong_ascent("scores with rows and columns swapped: (B, steps + 1)")
def ascent_with_transposed_scores(*args: Any, **named: Any) -> Any:
    images, scores = _walk(*args, **named)
    return images, scores.T


@_wrong_ascent("a descent: the gradient is subtracted")
def ascent_downhill(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    return _walk(model, start, class_index, steps, -step_size, output)


@_wrong_ascent("an ascent without clipping to [0, 1]")
def ascent_without_clipping(*args: Any, **named: Any) -> Any:
    return _walk(*args, **named, step=step_without_clipping)


@_wrong_ascent("images clipped once at the end, instead of after every step")
def ascent_clipped_at_the_end(*args: Any, **named: Any) -> Any:
    images, scores = _walk(*args, **named, step=step_without_clipping)
    return _clipped(images), scores


@_wrong_ascent("steps of the gradient's sign only")
def ascent_by_the_sign(*args: Any, **named: Any) -> Any:
    return _walk(*args, **named, step=step_by_the_sign)


@_wrong_ascent("the first image's class, used for all images")
def ascent_to_the_first_class(
    model: Any, start: Any, class_index: Any, *args: Any, **named: Any
) -> Any:
    return _walk(model, start, np.ravel(class_index)[0], *args, **named)


@_wrong_ascent("the start's gradient for every step, instead of a new one each")
def ascent_along_the_first_gradient(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    gradient = _slope(model, start, class_index, output)

    def step(model: Any, images: Any, *args: Any) -> Any:
        return _clipped(images + step_size * gradient)

    return _walk(model, start, class_index, steps, step_size, output, step=step)


@_wrong_ascent("an ascent of the logit, although output says softmax")
def ascent_of_the_logit_always(*args: Any, **named: Any) -> Any:
    return _walk(*args, **named, climbed="logit")


@_wrong_ascent("logits as the scores, although output says softmax")
def ascent_scored_by_the_logit(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    _values(model, start, class_index, output)  # refuses an unknown output
    return _walk(model, start, class_index, steps, step_size, climbed=output)


@_wrong_ascent("logits as the scores, although output says softmax")
def ascent_scored_by_the_logit_after_the_first(*args: Any, **named: Any) -> Any:
    images, scores = _walk(*args, **named)
    _, logits = ascent_scored_by_the_logit(*args, **named)
    return images, np.concatenate([scores[:1], logits[1:]])


@_wrong_ascent("at least one step, also with steps=0")
def ascent_of_at_least_one_step(
    model: Any, start: Any, class_index: Any, steps: int, *args: Any, **named: Any
) -> Any:
    return _walk(model, start, class_index, max(steps, 1), *args, **named)


@_wrong_ascent("The scores", is_computed=False)
def ascent_scored_by_the_logit_without_steps(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    images, scores = _walk(model, start, class_index, steps, step_size, output)
    return images, scores if steps else np.array([_values(model, start, class_index)])


@_wrong_ascent("shape of the images", is_computed=False)
def ascent_without_the_batch_of_one(*args: Any, **named: Any) -> Any:
    images, scores = _walk(*args, **named)
    return (images[0] if len(images) == 1 else images), scores


@_wrong_ascent("raises UnboundLocalError", is_computed=False)
def ascent_that_needs_a_step(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    images, scores = start, [_values(model, start, class_index, output)]
    for _ in range(steps):
        stepped = _one_step(model, images, class_index, step_size, output)
        scores.append(_values(model, stepped, class_index, output))
        images = stepped
    return stepped, np.array(scores)


@_wrong_ascent("training mode", is_computed=False)
def ascent_in_training_mode(*args: Any, **named: Any) -> Any:
    return _walk(*args, **named, step=step_in_training_mode)


@_wrong_ascent("should be a tuple", is_computed=False)
def ascent_without_a_record(*args: Any, **named: Any) -> Any:
    return _walk(*args, **named)[0]


@_wrong_ascent("should be a ValueError", is_computed=False)
def ascent_of_anything(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    output = "softmax" if output == "softmax" else "logit"
    return _walk(model, start, class_index, steps, step_size, output)


@_wrong_ascent("writes into an array", is_computed=False)
def ascent_in_place(*args: Any, **named: Any) -> Any:
    images, scores = _walk(*args, **named)
    args[1][:] = images
    return args[1], scores


@_wrong_ascent("the last images come back", is_computed=False)
def ascent_to_the_best_images(
    model: Any, start: Any, class_index: Any, steps: int, *args: Any, **named: Any
) -> Any:
    ends = [_walk(model, start, class_index, n, *args, **named) for n in range(steps + 1)]
    best = ends[-1][1].argmax(axis=0)
    images = np.stack([np.asarray(ends[n][0])[i] for i, n in enumerate(best)])
    return images, ends[-1][1]


@_wrong_ascent("the last images come back", is_computed=False)
def ascent_that_stops_when_scores_fall(
    model: Any, start: Any, class_index: Any, steps: int, *args: Any, **named: Any
) -> Any:
    for n in range(1, steps + 1):
        images, scores = _walk(model, start, class_index, n, *args, **named)
        if np.all(scores[-1] < scores[-2]):
            return images, scores
    return _walk(model, start, class_index, steps, *args, **named)


@_wrong_ascent("A tensor has no .copy", is_computed=False)
def ascent_of_arrays_only(model: Any, start: Any, *args: Any, **named: Any) -> Any:
    return _walk(model, start.copy(), *args, **named)


@_wrong_ascent("`trainable` flags", is_computed=False)
def ascent_with_a_frozen_model(model: Any, *args: Any, **named: Any) -> Any:
    model.trainable = False
    return _walk(model, *args, **named)


# --- maximize_class_sigmoid -----------------------------------------------------------------------


def _wrong_sigmoid(says: str, is_computed: bool = True) -> Any:
    return mistake("activation_maximization.maximize_class_sigmoid", says, is_computed)


@_wrong_sigmoid("z moved by the images' gradient, without the sigmoid's slope")
def sigmoid_without_the_chain_rule(*args: Any, **named: Any) -> Any:
    def slope(model: Any, z: Any, class_index: Any, output: str = "logit") -> Any:
        return _slope(model, _sigmoid(z), class_index, output)

    return _walk_in_z(*args, **named, slope=slope)


@_wrong_sigmoid("", is_computed=False)
def sigmoid_up_the_output_in_its_first_step_only(*args: Any, **named: Any) -> Any:
    outputs = iter(())

    def slope(model: Any, z: Any, class_index: Any, output: str = "logit") -> Any:
        return _slope_over_z(model, z, class_index, next(outputs, "logit"))

    output = named.get("output", args[5] if len(args) > 5 else "logit")
    outputs = iter([output])
    return _walk_in_z(*args, **named, slope=slope)


@_wrong_sigmoid("z itself, instead of the images sigmoid(z)")
def sigmoid_returning_z(*args: Any, **named: Any) -> Any:
    images, scores = _walk_in_z(*args, **named)
    return np.log(images / (1 - images)), scores


@_wrong_sigmoid("a start taken for z: it has to be inverted first")
def sigmoid_of_the_start(model: Any, start: Any, *args: Any, **named: Any) -> Any:
    return _walk_in_z(model, _sigmoid(np.clip(start, 1e-3, 1 - 1e-3)), *args, **named, edge=0)


@_wrong_sigmoid("z clipped to [0, 1] after every step")
def sigmoid_of_clipped_z(*args: Any, **named: Any) -> Any:
    return _walk_in_z(*args, **named, finish=_clipped)


@_wrong_sigmoid("images clipped to [1e-3, 1 - 1e-3] again after every step")
def sigmoid_clipped_again_and_again(*args: Any, **named: Any) -> Any:
    return _walk_in_z(*args, **named, finish=lambda z: np.clip(z, -np.log(999), np.log(999)))


@_wrong_sigmoid("a descent: the gradient is subtracted")
def sigmoid_downhill(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    return _walk_in_z(model, start, class_index, steps, -step_size, output)


@_wrong_sigmoid("the first image's class, used for all images")
def sigmoid_to_the_first_class(
    model: Any, start: Any, class_index: Any, *args: Any, **named: Any
) -> Any:
    return _walk_in_z(model, start, np.ravel(class_index)[0], *args, **named)


@_wrong_sigmoid("one step too many")
def sigmoid_one_step_too_far(
    model: Any, start: Any, class_index: Any, steps: int, *args: Any, **named: Any
) -> Any:
    return _walk_in_z(model, start, class_index, steps + 1, *args, **named)


@_wrong_sigmoid("one step too few")
def sigmoid_one_step_short(
    model: Any, start: Any, class_index: Any, steps: int, *args: Any, **named: Any
) -> Any:
    return _walk_in_z(model, start, class_index, steps - 1, *args, **named)


@_wrong_sigmoid("scores that are one step behind the images")
def sigmoid_with_late_scores(*args: Any, **named: Any) -> Any:
    images, scores = _walk_in_z(*args, **named)
    return images, np.concatenate([scores[:1], scores[:-1]])


@_wrong_sigmoid("scores that lack the last images: look once more after the loop")
def sigmoid_without_the_last_score(*args: Any, **named: Any) -> Any:
    images, scores = _walk_in_z(*args, **named)
    return images, scores[:-1]


@_wrong_sigmoid("the model's values at z, instead of at the images sigmoid(z)")
def sigmoid_scored_at_z(*args: Any, **named: Any) -> Any:
    return _walk_in_z(*args, **named, shown=lambda z: z)


@_wrong_sigmoid("an ascent of the logit, although output says softmax")
def sigmoid_of_the_logit_always(*args: Any, **named: Any) -> Any:
    return _walk_in_z(*args, **named, climbed="logit")


@_wrong_sigmoid("a start clipped to [1e-2, 1 - 1e-2], instead of [1e-3, 1 - 1e-3]")
def sigmoid_with_another_edge(*args: Any, **named: Any) -> Any:
    return _walk_in_z(*args, **named, edge=1e-2)


@_wrong_sigmoid("a start that is not clipped to [1e-3, 1 - 1e-3], or not so far")
def sigmoid_of_an_unclipped_start(*args: Any, **named: Any) -> Any:
    return _walk_in_z(*args, **named, edge=0)


@_wrong_sigmoid("clipped ascent on the images, without any sigmoid")
def sigmoid_forgotten(*args: Any, **named: Any) -> Any:
    return _walk(*args, **named)


@_wrong_sigmoid("training mode", is_computed=False)
def sigmoid_in_training_mode(*args: Any, **named: Any) -> Any:
    def slope(*args: Any) -> Any:
        return _slope_over_z(*args, **named, training=True)

    return _walk_in_z(*args, **named, slope=slope)


@_wrong_sigmoid("should be a ValueError", is_computed=False)
def sigmoid_of_anything(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    output = "softmax" if output == "softmax" else "logit"
    return _walk_in_z(model, start, class_index, steps, step_size, output)


@_wrong_sigmoid("the last images come back", is_computed=False)
def sigmoid_to_the_best_images(
    model: Any, start: Any, class_index: Any, steps: int, *args: Any, **named: Any
) -> Any:
    ends = [_walk_in_z(model, start, class_index, n, *args, **named) for n in range(steps + 1)]
    best = ends[-1][1].argmax(axis=0)
    images = np.stack([np.asarray(ends[n][0])[i] for i, n in enumerate(best)])
    return images, ends[-1][1]


@_wrong_sigmoid("A tensor has no .copy", is_computed=False)
def sigmoid_of_arrays_only(model: Any, start: Any, *args: Any, **named: Any) -> Any:
    return _walk_in_z(model, start.copy(), *args, **named)


@_wrong_sigmoid("`trainable` flags", is_computed=False)
def sigmoid_with_a_frozen_model(model: Any, *args: Any, **named: Any) -> Any:
    model.trainable = False
    return _walk_in_z(model, *args, **named)


# --- as others do it, and have written it down ----------------------------------------------------


def _adam(step_size: float) -> Callable[[Any], Any]:
    """From gradients to Adam's steps uphill, with the constants of its paper."""
    moments = {"first": 0.0, "second": 0.0, "time": 0}

    def step(gradient: Any) -> Any:
        moments["time"] += 1
        moments["first"] = 0.9 * moments["first"] + 0.1 * gradient
        moments["second"] = 0.999 * moments["second"] + 0.001 * gradient**2
        first = moments["first"] / (1 - 0.9 ** moments["time"])
        second = moments["second"] / (1 - 0.999 ** moments["time"])
        return step_size * first / (np.sqrt(second) + 1e-7)

    return step


def _normalized_step(size: Callable[[Any], Any]) -> Callable[..., Any]:
    """A step along the gradient divided by its size."""

    def step(
        model: Any, images: Any, class_index: Any, step_size: float, output: str = "logit"
    ) -> Any:
        slope = np.asarray(_slope(model, images, class_index, output))
        return _clipped(images + step_size * slope / (size(slope) + 1e-8))

    return step


def _norm_of_all(slope: Any) -> Any:
    return np.sqrt(np.sum(slope**2))


def _deviation_of_all(slope: Any) -> Any:
    return np.std(slope)


def _mean_of_all(slope: Any) -> Any:
    return np.mean(np.abs(slope))


@_wrong_step("a gradient of length 1, as in Keras' tutorial on filters: take it as it is")
def step_of_length_one(*args: Any, **named: Any) -> Any:
    return _normalized_step(_norm_of_all)(*args, **named)


@_wrong_step("a gradient divided by its standard deviation, as in TensorFlow's DeepDream tutorial")
def step_by_the_deviation(*args: Any, **named: Any) -> Any:
    return _normalized_step(_deviation_of_all)(*args, **named)


@_wrong_step("a gradient divided by its mean magnitude, as in Keras' DeepDream tutorial")
def step_by_the_mean_magnitude(*args: Any, **named: Any) -> Any:
    return _normalized_step(_mean_of_all)(*args, **named)


@_wrong_ascent("gradients of length 1, as in Keras' tutorial on filters: take them as they are")
def ascent_of_length_one(*args: Any, **named: Any) -> Any:
    return _walk(*args, **named, step=_normalized_step(_norm_of_all))


@_wrong_ascent("gradients by their standard deviation, as in TensorFlow's DeepDream tutorial")
def ascent_by_the_deviation(*args: Any, **named: Any) -> Any:
    return _walk(*args, **named, step=_normalized_step(_deviation_of_all))


@_wrong_ascent("Adam's steps, instead of plain ones along the gradient")
def ascent_with_adam(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    adam = _adam(step_size)

    def step(model: Any, images: Any, class_index: Any, step_size: float, output: str) -> Any:
        slope = np.asarray(_slope(model, images, class_index, output))
        return _clipped(images + adam(slope)).astype(np.float32)

    return _walk(model, start, class_index, steps, step_size, output, step=step)


@_wrong_ascent("the images of one step earlier: the last step is not in them")
def ascent_without_the_last_step(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    _, scores = _walk(model, start, class_index, steps, step_size, output)
    images, _ = _walk(model, start, class_index, max(steps - 1, 0), step_size, output)
    return images, scores


@_wrong_ascent("scores of the images before they are clipped")
def scores_before_clipping(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    images, scores = start, [_values(model, start, class_index, output)]
    for _ in range(steps):
        moved = images + step_size * _slope(model, images, class_index, output)
        scores.append(_values(model, moved, class_index, output))
        images = _clipped(moved)
    return images, np.array(scores)


@_wrong_ascent("the batch's mean score for every image")
def scores_of_the_batch(*args: Any, **named: Any) -> Any:
    images, scores = _walk(*args, **named)
    return images, np.broadcast_to(scores.mean(axis=1, keepdims=True), scores.shape)


@_wrong_sigmoid("Adam's steps, instead of plain ones along the gradient")
def sigmoid_with_adam(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    adam = _adam(1.0)

    def slope(*args: Any) -> Any:
        return adam(np.asarray(_slope_over_z(*args)))

    return _walk_in_z(model, start, class_index, steps, step_size, output, slope=slope)


@_wrong_sigmoid("the scores of the start as it came, not as it is clipped")
def sigmoid_with_the_raw_start(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    images, scores = _walk_in_z(model, start, class_index, steps, step_size, output)
    return images, np.array([_values(model, start, class_index, output), *scores[1:]])


@_wrong_sigmoid("an ascent through tanh, as Carlini and Wagner do, instead of the sigmoid")
def ascent_through_tanh(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    import tensorflow as tf

    def seen(w: Any) -> Any:
        return (tf.tanh(w) + 1) / 2

    clipped = np.clip(start, 1e-3, 1 - 1e-3)
    w, scores = np.arctanh(2 * clipped - 1), [_values(model, clipped, class_index, output)]
    for _ in range(steps):
        w = w + step_size * _slope(model, w, class_index, output, seen=seen)
        scores.append(_values(model, seen(w), class_index, output))
    return seen(w), np.array(scores)


@_wrong_sigmoid("the images of one step earlier: the last step is not in them")
def sigmoid_without_the_last_step(
    model: Any, start: Any, class_index: Any, steps: int, step_size: float, output: str = "logit"
) -> Any:
    _, scores = _walk_in_z(model, start, class_index, steps, step_size, output)
    images, _ = _walk_in_z(model, start, class_index, max(steps - 1, 0), step_size, output)
    return images, scores
