# ruff: noqa: ANN001, ANN201, ANN202
"""Wrong answers to `activation_maximization`: each breaks one promise of a docstring."""

import numpy as np
import tensorflow as tf

from course.given import Ascent as _Ascent
from tests.answers.fresh import wrong


def _check(output):
    if output not in ("logit", "softmax"):
        raise ValueError(f"output must be logit or softmax, not {output!r}")


def _pick(values, class_index):
    classes = tf.broadcast_to(tf.cast(class_index, tf.int32), [values.shape[0]])
    return tf.gather(values, classes, axis=1, batch_dims=1)


def _explained(model, images, class_index, output="logit", training=False):
    _check(output)
    logits = model(tf.convert_to_tensor(images, tf.float32), training=training)
    return _pick(tf.nn.softmax(logits) if output == "softmax" else logits, class_index)


def _gradient(model, images, class_index, output, explained=_explained):
    images = tf.convert_to_tensor(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = explained(model, images, class_index, output)
    return tape.gradient(value, images)


def _tensor(images):
    return tf.convert_to_tensor(np.array(images), tf.float32)


def _clip(images):
    return tf.clip_by_value(images, 0.0, 1.0)


# --- random_start


@wrong(
    "activation_maximization.random_start",
    breaks="The same seed gives the same images: here a second call draws on, an operation's seed",
)
def goes_on_from_call_to_call(shape, seed):
    return tf.random.uniform(shape, seed=seed)


@wrong(
    "activation_maximization.random_start",
    breaks="Uniform: here a normal distribution around grey, clipped to [0, 1]",
)
def draws_clipped_normal_noise(shape, seed):
    noise = np.random.default_rng(seed).normal(0.5, 0.2, shape)
    return np.clip(noise, 0, 1).astype(np.float32)


@wrong(
    "activation_maximization.random_start",
    breaks="Every value on its own: here every image of the batch is the same",
)
def repeats_one_image(shape, seed):
    image = np.random.default_rng(seed).random((1, *shape[1:]), np.float32)
    return np.repeat(image, shape[0], axis=0)


@wrong(
    "activation_maximization.random_start",
    breaks="Every value on its own: here all channels of a pixel are equal",
)
def draws_grey_noise(shape, seed):
    noise = np.random.default_rng(seed).random((*shape[:3], 1), np.float32)
    return np.repeat(noise, shape[3], axis=-1)


@wrong(
    "activation_maximization.random_start",
    breaks="The same seed gives the same images: here seed 0 counts as none",
)
def takes_seed_zero_for_none(shape, seed):
    return np.random.default_rng(seed or None).random(shape, np.float32)


@wrong(
    "activation_maximization.random_start",
    breaks="Another seed gives other images: here only its last byte counts, 256 is 0",
)
def keeps_one_byte_of_the_seed(shape, seed):
    return np.random.default_rng(seed % 256).random(shape, np.float32)


@wrong(
    "activation_maximization.random_start",
    breaks="Uniform in [0, 1]: here faint noise around grey, in [0.4, 0.6], as tutorials start",
)
def draws_faint_noise(shape, seed):
    noise = np.random.default_rng(seed).random(shape, np.float32)
    return np.float32(0.4) + np.float32(0.2) * noise


# --- ascent_step


@wrong(
    "activation_maximization.ascent_step",
    breaks="A plain gradient step: here the gradient is divided by its root mean square",
)
def normalises_the_gradient(model, images, class_index, step_size, output="logit"):
    images = _tensor(images)
    gradient = _gradient(model, images, class_index, output)
    size = tf.sqrt(tf.reduce_mean(gradient**2, axis=(1, 2, 3), keepdims=True))
    return _clip(images + step_size * tf.math.divide_no_nan(gradient, size))


@wrong(
    "activation_maximization.ascent_step",
    breaks="Clipped to valid images: here the result may leave [0, 1]",
)
def forgets_to_clip(model, images, class_index, step_size, output="logit"):
    images = _tensor(images)
    return images + step_size * _gradient(model, images, class_index, output)


@wrong(
    "activation_maximization.ascent_step",
    breaks="In [0, 1]: here only negative values are cut off",
)
def clips_below_only(model, images, class_index, step_size, output="logit"):
    images = _tensor(images)
    return tf.nn.relu(images + step_size * _gradient(model, images, class_index, output))


@wrong(
    "activation_maximization.ascent_step",
    breaks="The images given are not changed: here a numpy batch takes the step in place",
)
def steps_in_place(model, images, class_index, step_size, output="logit"):
    gradient = _gradient(model, images, class_index, output)
    if not isinstance(images, np.ndarray) or images.dtype != np.float32:
        images = np.array(images, np.float32)
    images += np.float32(step_size) * gradient.numpy()
    np.clip(images, 0, 1, out=images)
    return images


@wrong(
    "activation_maximization.ascent_step",
    breaks="The gradient of each image's output: here that of the batch mean, B times smaller",
)
def climbs_the_batch_mean(model, images, class_index, step_size, output="logit"):
    images = _tensor(images)
    mean = lambda *a: tf.reduce_mean(_explained(*a))  # noqa: E731
    return _clip(images + step_size * _gradient(model, images, class_index, output, mean))


@wrong("activation_maximization.ascent_step", breaks="Inference mode: here training=True")
def climbs_in_training_mode(model, images, class_index, step_size, output="logit"):
    images = _tensor(images)
    explained = lambda *a: _explained(*a, training=True)  # noqa: E731
    return _clip(images + step_size * _gradient(model, images, class_index, output, explained))


@wrong(
    "activation_maximization.ascent_step",
    breaks="A plain step: here only the gradient's sign counts (FGSM)",
)
def steps_by_the_sign(model, images, class_index, step_size, output="logit"):
    images = _tensor(images)
    return _clip(images + step_size * tf.sign(_gradient(model, images, class_index, output)))


@wrong(
    "activation_maximization.ascent_step",
    breaks="Multiplied by step_size: here by its absolute value, so that a negative one climbs",
)
def climbs_whatever_the_sign_of_the_step(model, images, class_index, step_size, output="logit"):
    images = _tensor(images)
    return _clip(images + abs(step_size) * _gradient(model, images, class_index, output))


_VELOCITY = {}


@wrong(
    "activation_maximization.ascent_step",
    breaks="One plain step: here momentum is kept from one call to the next",
)
def remembers_its_momentum(model, images, class_index, step_size, output="logit"):
    images = _tensor(images)
    gradient = _gradient(model, images, class_index, output)
    key = tuple(images.shape)
    _VELOCITY[key] = 0.9 * _VELOCITY.get(key, 0.0) + gradient
    return _clip(images + step_size * _VELOCITY[key])


@wrong(
    "activation_maximization.ascent_step",
    breaks="What is clipped are the images: here the step, too, to [-0.1, 0.1]",
)
def clips_the_step_too(model, images, class_index, step_size, output="logit"):
    images = _tensor(images)
    step = step_size * _gradient(model, images, class_index, output)
    return _clip(images + tf.clip_by_value(step, -0.1, 0.1))


@wrong(
    "activation_maximization.ascent_step",
    breaks="Step_size times the gradient: here its norm is clipped at 1, as by clipnorm",
)
def clips_the_gradient_norm(model, images, class_index, step_size, output="logit"):
    images = _tensor(images)
    gradient = _gradient(model, images, class_index, output)
    gradient = tf.clip_by_norm(gradient, 1.0, axes=[1, 2, 3])
    return tf.clip_by_value(images + step_size * gradient, 0.0, 1.0)


@wrong(
    "activation_maximization.ascent_step",
    breaks="Clips to [0, 1]: clips to the range of the images that came in, so grey stays grey",
)
def clips_to_the_range_that_came(model, images, class_index, step_size, output="logit"):
    images = _tensor(images)
    gradient = _gradient(model, images, class_index, output)
    low, high = tf.reduce_min(images), tf.reduce_max(images)
    return tf.clip_by_value(images + step_size * gradient, low, high)


@wrong(
    "activation_maximization.ascent_step",
    breaks="Climbs the probability: climbs its logarithm, through the cross-entropy",
)
def climbs_the_log_probability(model, images, class_index, step_size, output="logit"):
    images = _tensor(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = _explained(model, images, class_index, output)
        if output == "softmax":
            value = tf.math.log(value)
    return tf.clip_by_value(images + step_size * tape.gradient(value, images), 0.0, 1.0)


# --- maximize_class


def _ascend(model, start, class_index, steps, step_size, output, *, score=_explained, clip=_clip):
    images = _tensor(start)
    scores = [score(model, images, class_index, output)]
    for _ in range(int(steps)):
        images = clip(images + step_size * _gradient(model, images, class_index, output))
        scores.append(score(model, images, class_index, output))
    return images, scores


@wrong(
    "activation_maximization.maximize_class",
    breaks="(steps + 1, B) scores: here the one after the last step is missing",
)
def forgets_the_last_score(model, start, class_index, steps, step_size, output="logit"):
    images, scores = _ascend(model, start, class_index, steps, step_size, output)
    return _Ascent(images, tf.stack(scores[:-1] if steps else scores))


@wrong(
    "activation_maximization.maximize_class",
    breaks="The images after the last step: here those with the best score",
)
def keeps_the_best_images(model, start, class_index, steps, step_size, output="logit"):
    images = best = _tensor(start)
    scores = [_explained(model, images, class_index, output)]
    best_score = scores[0]
    for _ in range(int(steps)):
        images = _clip(images + step_size * _gradient(model, images, class_index, output))
        scores.append(_explained(model, images, class_index, output))
        better = scores[-1] > best_score
        best = tf.where(better[:, None, None, None], images, best)
        best_score = tf.maximum(scores[-1], best_score)
    return _Ascent(best, tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class",
    breaks="Steps as in ascent_step: here the images are clipped only once, at the end",
)
def clips_at_the_end_only(model, start, class_index, steps, step_size, output="logit"):
    images = _tensor(start)
    scores = [_explained(model, images, class_index, output)]
    for _ in range(int(steps)):
        images = images + step_size * _gradient(model, images, class_index, output)
        scores.append(_explained(model, _clip(images), class_index, output))
    return _Ascent(_clip(images), tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class",
    breaks="A score is that of the images after the step: here it is taken before they are clipped",
)
def scores_before_clipping(model, start, class_index, steps, step_size, output="logit"):
    images = _tensor(start)
    scores = [_explained(model, images, class_index, output)]
    for _ in range(int(steps)):
        raw = images + step_size * _gradient(model, images, class_index, output)
        scores.append(_explained(model, raw, class_index, output))
        images = _clip(raw)
    return _Ascent(images, tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class",
    breaks="Scores are those of each image: here the batch mean, repeated",
)
def records_the_batch_mean(model, start, class_index, steps, step_size, output="logit"):
    images, scores = _ascend(model, start, class_index, steps, step_size, output)
    scores = tf.stack(scores)
    return _Ascent(images, tf.zeros_like(scores) + tf.reduce_mean(scores, axis=1, keepdims=True))


@wrong(
    "activation_maximization.maximize_class",
    breaks="The recorded value is the one climbed: here always the logit",
)
def records_the_logit(model, start, class_index, steps, step_size, output="logit"):
    score = lambda m, x, k, _: _explained(m, x, k, "logit")  # noqa: E731
    _check(output)
    images, scores = _ascend(model, start, class_index, steps, step_size, output, score=score)
    return _Ascent(images, tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class",
    breaks="Steps says how often to step: here one step less is taken, and the last score repeated",
)
def takes_one_step_less(model, start, class_index, steps, step_size, output="logit"):
    images, scores = _ascend(model, start, class_index, max(steps - 1, 0), step_size, output)
    return _Ascent(images, tf.stack(scores + scores[-1:] * min(steps, 1)))


@wrong(
    "activation_maximization.maximize_class",
    breaks="Each image follows its own path: here all stop once the batch's mean score falls",
)
def stops_when_the_mean_falls(model, start, class_index, steps, step_size, output="logit"):
    images = _tensor(start)
    scores = [_explained(model, images, class_index, output)]
    for _ in range(int(steps)):
        new = _clip(images + step_size * _gradient(model, images, class_index, output))
        score = _explained(model, new, class_index, output)
        if float(tf.reduce_mean(score)) > float(tf.reduce_mean(scores[-1])):
            images = new
        else:
            score = scores[-1]
        scores.append(score)
    return _Ascent(images, tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class",
    breaks="Alone or in a batch the same: here gradients are divided by the batch's common norm",
)
def shares_a_gradient_norm(model, start, class_index, steps, step_size, output="logit"):
    images = _tensor(start)
    scores = [_explained(model, images, class_index, output)]
    for _ in range(int(steps)):
        gradient = _gradient(model, images, class_index, output)
        images = _clip(images + step_size * gradient / (tf.norm(gradient) + 1e-8))
        scores.append(_explained(model, images, class_index, output))
    return _Ascent(images, tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class",
    breaks="The start is not changed: here a numpy start becomes the result",
)
def climbs_on_the_given_array(model, start, class_index, steps, step_size, output="logit"):
    images, scores = _ascend(model, start, class_index, steps, step_size, output)
    if isinstance(start, np.ndarray):
        start[...] = images.numpy()
        return _Ascent(start, tf.stack(scores))
    return _Ascent(images, tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class",
    breaks="Scores are (steps + 1, B): here (B, steps + 1)",
)
def turns_the_scores_round(model, start, class_index, steps, step_size, output="logit"):
    images, scores = _ascend(model, start, class_index, steps, step_size, output)
    return _Ascent(images, tf.stack(scores, axis=1))


@wrong(
    "activation_maximization.maximize_class",
    breaks="The values on the way: here the best so far, a curve that never falls",
)
def records_the_best_so_far(model, start, class_index, steps, step_size, output="logit"):
    images, scores = _ascend(model, start, class_index, steps, step_size, output)
    return _Ascent(images, np.maximum.accumulate(np.stack(scores), axis=0))


@wrong(
    "activation_maximization.maximize_class",
    breaks="Scores are (steps + 1, B): squeezed, so one image gives (steps + 1,)",
)
def scores_squeezed(model, start, class_index, steps, step_size, output="logit"):
    images = _tensor(start)
    scores = [_explained(model, images, class_index, output).numpy()]
    for _ in range(steps):
        gradient = _gradient(model, images, class_index, output)
        images = tf.clip_by_value(images + step_size * gradient, 0.0, 1.0)
        scores.append(_explained(model, images, class_index, output).numpy())
    return _Ascent(images.numpy(), np.squeeze(np.array(scores)))


@wrong(
    "activation_maximization.maximize_class",
    breaks="Each image as if alone: here all stop as soon as one of them no longer rises",
)
def stops_for_all_when_one_falls(model, start, class_index, steps, step_size, output="logit"):
    images = _tensor(start)
    scores = [_explained(model, images, class_index, output)]
    for _ in range(steps):
        gradient = _gradient(model, images, class_index, output)
        moved = tf.clip_by_value(images + step_size * gradient, 0.0, 1.0)
        after = _explained(model, moved, class_index, output)
        if bool(tf.reduce_all(after >= scores[-1])):
            images = moved
        scores.append(_explained(model, images, class_index, output))
    return _Ascent(images, tf.stack(scores))


# --- maximize_class_sigmoid


def _explained_z(model, z, class_index, output):
    return _explained(model, tf.sigmoid(z), class_index, output)


def _logit(images):
    return tf.math.log(images) - tf.math.log1p(-images)


def _climb_z(
    model, start, class_index, steps, step_size, output,
    *, begin=lambda x: _logit(tf.clip_by_value(x, 1e-3, 1 - 1e-3)), image=tf.sigmoid,
    change=lambda g: g, keep=lambda z: z,
):  # fmt: skip
    z = begin(_tensor(start))
    scores = [_explained(model, image(z), class_index, output)]
    for _ in range(int(steps)):
        with tf.GradientTape() as tape:
            tape.watch(z)
            value = _explained(model, image(z), class_index, output)
        z = keep(z + step_size * change(tape.gradient(value, z)))
        scores.append(_explained(model, image(z), class_index, output))
    return _Ascent(image(z), tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class_sigmoid",
    breaks="The gradient with respect to z: here that with respect to the images is added to z",
)
def adds_the_image_gradient_to_z(model, start, class_index, steps, step_size, output="logit"):
    z = _logit(tf.clip_by_value(_tensor(start), 1e-3, 1 - 1e-3))
    scores = [_explained(model, tf.sigmoid(z), class_index, output)]
    for _ in range(int(steps)):
        z = z + step_size * _gradient(model, tf.sigmoid(z), class_index, output)
        scores.append(_explained(model, tf.sigmoid(z), class_index, output))
    return _Ascent(tf.sigmoid(z), tf.stack(scores))


@wrong(
    "activation_maximization.maximize_class_sigmoid",
    breaks="The start is clipped to [1e-3, 1 - 1e-3]: here not, so black and white lie at infinity",
)
def starts_at_infinity(model, start, class_index, steps, step_size, output="logit"):
    return _climb_z(model, start, class_index, steps, step_size, output, begin=_logit)


@wrong(
    "activation_maximization.maximize_class_sigmoid",
    breaks="Clipped to [1e-3, 1 - 1e-3]: here to [1e-6, 1 - 1e-6]",
)
def clips_less(model, start, class_index, steps, step_size, output="logit"):
    begin = lambda x: _logit(tf.clip_by_value(x, 1e-6, 1 - 1e-6))  # noqa: E731
    return _climb_z(model, start, class_index, steps, step_size, output, begin=begin)


@wrong(
    "activation_maximization.maximize_class_sigmoid",
    breaks="It starts at the z whose sigmoid is the start: here at z = start",
)
def starts_at_z_equal_to_the_start(model, start, class_index, steps, step_size, output="logit"):
    begin = lambda x: tf.clip_by_value(x, 1e-3, 1 - 1e-3)  # noqa: E731
    return _climb_z(model, start, class_index, steps, step_size, output, begin=begin)


@wrong(
    "activation_maximization.maximize_class_sigmoid",
    breaks="0 steps return the clipped start: here the start as it was",
)
def returns_the_raw_start_for_no_steps(model, start, class_index, steps, step_size, output="logit"):
    result = _climb_z(model, start, class_index, steps, step_size, output)
    return result if steps else result._replace(images=_tensor(start))


@wrong(
    "activation_maximization.maximize_class_sigmoid",
    breaks="The first score is that of the clipped start: here of the start as given",
)
def scores_the_raw_start(model, start, class_index, steps, step_size, output="logit"):
    result = _climb_z(model, start, class_index, steps, step_size, output)
    first = _explained(model, _tensor(start), class_index, output)
    return result._replace(scores=tf.concat([first[None], result.scores[1:]], axis=0))


@wrong(
    "activation_maximization.maximize_class_sigmoid",
    breaks="Images are sigmoids of z: here (tanh(w) + 1) / 2, and the ascent is on w",
)
def climbs_through_tanh(model, start, class_index, steps, step_size, output="logit"):
    return _climb_z(
        model, start, class_index, steps, step_size, output,
        begin=lambda x: tf.atanh(2 * tf.clip_by_value(x, 1e-3, 1 - 1e-3) - 1),
        image=lambda w: (tf.tanh(w) + 1) / 2,
    )  # fmt: skip


@wrong(
    "activation_maximization.maximize_class_sigmoid",
    breaks="Climb without clipping: here z is held within the limits of the start at every step",
)
def keeps_clipping(model, start, class_index, steps, step_size, output="logit"):
    low, high = np.float32(np.log(1e-3 / (1 - 1e-3))), np.float32(-np.log(1e-3 / (1 - 1e-3)))
    keep = lambda z: tf.clip_by_value(z, low, high)  # noqa: E731
    return _climb_z(model, start, class_index, steps, step_size, output, keep=keep)


@wrong(
    "activation_maximization.maximize_class_sigmoid",
    breaks="Plain gradient steps: here each gradient is brought to root mean square 1",
)
def normalises_in_z(model, start, class_index, steps, step_size, output="logit"):
    def change(g):
        return g / (tf.sqrt(tf.reduce_mean(g**2, axis=(1, 2, 3), keepdims=True)) + 1e-12)

    return _climb_z(model, start, class_index, steps, step_size, output, change=change)


@wrong(
    "activation_maximization.maximize_class_sigmoid",
    breaks="The start is not changed: here a numpy start is clipped in place",
)
def clips_the_start_in_place(model, start, class_index, steps, step_size, output="logit"):
    if isinstance(start, np.ndarray):
        np.clip(start, 1e-3, 1 - 1e-3, out=start)
    return _climb_z(model, start, class_index, steps, step_size, output)


@wrong(
    "activation_maximization.maximize_class_sigmoid",
    breaks="Plain gradient steps: here Adam takes them",
)
def climbs_with_adam(model, start, class_index, steps, step_size, output="logit"):
    m = v = t = 0.0

    def change(g):
        nonlocal m, v, t
        t += 1
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        return (m / (1 - 0.9**t)) / (tf.sqrt(v / (1 - 0.999**t)) + 1e-7)

    return _climb_z(model, start, class_index, steps, step_size, output, change=change)


@wrong(
    "activation_maximization.maximize_class_sigmoid",
    breaks="Without clipping: brings the images back to [1e-3, 1 − 1e-3] after every step",
)
def clips_after_every_step(model, start, class_index, steps, step_size, output="logit"):
    images = tf.clip_by_value(_tensor(start), 1e-3, 1 - 1e-3)
    scores = [_explained(model, images, class_index, output)]
    for _ in range(steps):
        z = _logit(images)
        gradient = _gradient(model, z, class_index, output, _explained_z)
        images = tf.clip_by_value(tf.sigmoid(z + step_size * gradient), 1e-3, 1 - 1e-3)
        scores.append(_explained(model, images, class_index, output))
    return _Ascent(images, tf.stack(scores))
