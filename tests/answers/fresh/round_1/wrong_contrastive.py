# ruff: noqa: ANN001, ANN201, ANN202
"""Wrong answers to `contrastive`: each breaks one promise of a docstring."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Contrast as _Contrast
from course.given import Errors as _Errors
from course.given import predict as _predict
from tests.answers.fresh import wrong


def _tensor(images):
    return tf.convert_to_tensor(np.array(images), tf.float32)


def _logits(model, images):
    return model(_tensor(images), training=False).numpy()


def _classes(class_index, batch):
    return np.broadcast_to(np.asarray(class_index), (batch,))


def _gradient(model, images, class_index, output="logit", mean=False):
    images = _tensor(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        values = model(images, training=False)
        if output == "softmax":
            values = tf.nn.softmax(values)
        picked = tf.gather(values, _classes(class_index, len(images)), axis=1, batch_dims=1)
        picked = tf.reduce_mean(picked) if mean else picked
    return tape.gradient(picked, images).numpy()


def _each_class(class_index, count):
    return tf.broadcast_to(tf.cast(tf.convert_to_tensor(class_index), tf.int32), [count])


def _logit(model, images, class_index):
    logits = model(images, training=False)
    return tf.gather(logits, _each_class(class_index, tf.shape(logits)[0]), axis=1, batch_dims=1)


def _slope(model, images, class_index):
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = _logit(model, images, class_index)
    return tape.gradient(value, images)


def _real(images):
    return tf.convert_to_tensor(images, tf.float32)


def _open(model, layer_name):
    if layer_name not in [layer.name for layer in model.layers]:
        raise ValueError(f"the model has no layer {layer_name!r}")
    return keras.Model(model.inputs[0], [model.get_layer(layer_name).output, model.outputs[0]])


def _activation_and_gradient(model, images, class_index, layer_name):
    cut = _open(model, layer_name)
    images = _real(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        activation, logits = cut(images, training=False)
        value = tf.gather(logits, _each_class(class_index, len(images)), axis=1, batch_dims=1)
    return images, activation, tape.gradient(value, activation)


def _own(model, images, class_index):
    logits = _predict(model, images)
    return logits[np.arange(len(images)), np.broadcast_to(np.asarray(class_index), len(images))]


def _require_patch(images, patch, stride):
    if patch < 1 or stride < 1 or patch > min(images.shape[1:3]):
        raise ValueError(f"a patch of {patch} by strides of {stride} does not fit")


# --- find_errors


def _check_labels(images, labels):
    if labels.shape != (len(images),):
        raise ValueError("there must be as many labels as images")


@wrong(
    "contrastive.find_errors",
    breaks="N entries each: here predicted and true are those of the whole batch",
)
def returns_all_predictions(model, images, labels):
    labels = np.asarray(labels)
    _check_labels(images, labels)
    predicted = _logits(model, images).argmax(axis=-1)
    return _Errors(np.flatnonzero(predicted != labels), predicted, labels)


@wrong("contrastive.find_errors", breaks="(N,): here (N, 1) positions, as np.argwhere gives them")
def returns_a_column_of_positions(model, images, labels):
    labels = np.asarray(labels)
    _check_labels(images, labels)
    predicted = _logits(model, images).argmax(axis=-1)
    index = np.argwhere(predicted != labels)
    return _Errors(index, predicted[index[:, 0]], labels[index[:, 0]])


@wrong("contrastive.find_errors", breaks="(N,): here one error alone is squeezed to a scalar")
def squeezes_a_single_error(model, images, labels):
    labels = np.asarray(labels)
    _check_labels(images, labels)
    predicted = _logits(model, images).argmax(axis=-1)
    index = np.squeeze(np.argwhere(predicted != labels))
    return _Errors(index, predicted[index], labels[index])


@wrong("contrastive.find_errors", breaks="int: here no error at all gives empty arrays of floats")
def makes_floats_of_no_errors(model, images, labels):
    labels = np.asarray(labels)
    _check_labels(images, labels)
    predicted = _logits(model, images).argmax(axis=-1)
    rows = [(i, p, t) for i, (p, t) in enumerate(zip(predicted, labels, strict=True)) if p != t]
    return _Errors(*(np.array([row[k] for row in rows]) for k in range(3)))


@wrong(
    "contrastive.find_errors",
    breaks="In rising order of position: here the surest error comes first",
)
def sorts_by_confidence(model, images, labels):
    labels = np.asarray(labels)
    _check_labels(images, labels)
    logits = _logits(model, images)
    predicted = logits.argmax(axis=-1)
    index = np.flatnonzero(predicted != labels)
    index = index[np.argsort(-logits.max(axis=-1)[index], kind="stable")]
    return _Errors(index, predicted[index], labels[index])


@wrong(
    "contrastive.find_errors",
    breaks=(
        "ValueError for other numbers of labels: here a single label is broadcast over the batch"
    ),
)
def broadcasts_one_label(model, images, labels):
    labels = np.asarray(labels)
    if len(labels) not in (1, len(images)):
        raise ValueError("labels")
    labels = np.broadcast_to(labels, (len(images),))
    predicted = _logits(model, images).argmax(axis=-1)
    index = np.flatnonzero(predicted != labels)
    return _Errors(index, predicted[index], labels[index])


@wrong(
    "contrastive.find_errors",
    breaks="Errors(index, predicted, true): here the last two are exchanged",
)
def exchanges_predicted_and_true(model, images, labels):
    labels = np.asarray(labels)
    _check_labels(images, labels)
    predicted = _logits(model, images).argmax(axis=-1)
    index = np.flatnonzero(predicted != labels)
    return _Errors(index, labels[index], predicted[index])


@wrong(
    "contrastive.find_errors",
    breaks=(
        "The class with the largest logit: here exp overflows, and nan counts as class 0 or "
        "its first place"
    ),
)
def takes_the_largest_of_overflown_odds(model, images, labels):
    labels = np.asarray(labels)
    _check_labels(images, labels)
    with np.errstate(over="ignore", invalid="ignore"):
        odds = np.exp(_logits(model, images))
        predicted = (odds / odds.sum(axis=-1, keepdims=True)).argmax(axis=-1)
    index = np.flatnonzero(predicted != labels)
    return _Errors(index, predicted[index], labels[index])


@wrong("contrastive.find_errors", breaks="The images it gets wrong: here those it gets right")
def lists_what_is_right(model, images, labels):
    labels = np.asarray(labels)
    _check_labels(images, labels)
    predicted = _logits(model, images).argmax(axis=-1)
    index = np.flatnonzero(predicted == labels)
    return _Errors(index, predicted[index], labels[index])


@wrong(
    "contrastive.find_errors",
    breaks="in rising order of the place in the batch: the surest error comes first",
)
def surest_error_first(model, images, labels):
    images, labels = np.asarray(images, np.float32), np.asarray(labels)
    if len(labels) != len(images):
        raise ValueError("there must be one label per image")
    logits = _predict(model, images)
    predicted = logits.argmax(axis=1)
    index = np.flatnonzero(predicted != labels)
    index = index[np.argsort(-logits.max(axis=1)[index], kind="stable")]
    return _Errors(index, predicted[index], labels[index])


@wrong(
    "contrastive.find_errors",
    breaks="each (N,): the places come from argwhere, as (N, 1)",
)
def places_in_a_column(model, images, labels):
    images, labels = np.asarray(images, np.float32), np.asarray(labels)
    if len(labels) != len(images):
        raise ValueError("there must be one label per image")
    predicted = _predict(model, images).argmax(axis=1)
    wrongly = predicted != labels
    return _Errors(np.argwhere(wrongly), predicted[wrongly], labels[wrongly])


@wrong(
    "contrastive.find_errors",
    breaks="each int: without a single error, np.array([]) is of floats",
)
def floats_if_there_is_no_error(model, images, labels):
    images, labels = np.asarray(images, np.float32), np.asarray(labels)
    if len(labels) != len(images):
        raise ValueError("there must be one label per image")
    predicted = _predict(model, images).argmax(axis=1)
    index, found, true = [], [], []
    for i in range(len(labels)):
        if predicted[i] != labels[i]:
            index.append(i)
            found.append(int(predicted[i]))
            true.append(int(labels[i]))
    return _Errors(np.array(index), np.array(found), np.array(true))


# --- gradient_times_input


@wrong("contrastive.gradient_times_input", breaks="Signed: here absolute values")
def drops_the_sign_of_the_product(model, images, class_index):
    return np.abs(_gradient(model, images, class_index) * np.asarray(images))


@wrong(
    "contrastive.gradient_times_input",
    breaks="The image as it is, in [0, 1]: here brought to [-1, 1] first",
)
def centres_the_image(model, images, class_index):
    return _gradient(model, images, class_index) * (2 * np.asarray(images) - 1)


@wrong(
    "contrastive.gradient_times_input",
    breaks="The logit's gradient: here that of the probability",
)
def explains_the_probability(model, images, class_index):
    return _gradient(model, images, class_index, "softmax") * np.asarray(images)


@wrong("contrastive.gradient_times_input", breaks="(B, H, W, C): here the channels are added up")
def adds_up_the_channels(model, images, class_index):
    return (_gradient(model, images, class_index) * np.asarray(images)).sum(axis=-1)


@wrong(
    "contrastive.gradient_times_input",
    breaks="The gradient of each image's logit: here of the batch's mean, B times smaller",
)
def divides_by_the_batch_size(model, images, class_index):
    return _gradient(model, images, class_index, mean=True) * np.asarray(images)


@wrong(
    "contrastive.gradient_times_input",
    breaks="Gradient times image: here negative gradients are set to 0 first",
)
def keeps_rising_pixels_only(model, images, class_index):
    return np.maximum(_gradient(model, images, class_index), 0) * np.asarray(images)


@wrong(
    "contrastive.gradient_times_input",
    breaks="the image as it is, in [0, 1]: centres it to [-1, 1] first, as networks are fed",
)
def image_centred_around_grey(model, images, class_index):
    images = _real(images)
    return _slope(model, images, class_index) * (2 * images - 1)


@wrong(
    "contrastive.gradient_times_input",
    breaks="the gradient of a class's logit: of the logit less the mean of all logits",
)
def logit_against_the_mean_logit(model, images, class_index):
    images = _real(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = model(images, training=False)
        own = tf.gather(logits, _each_class(class_index, len(images)), axis=1, batch_dims=1)
        value = own - tf.reduce_mean(logits, axis=1)
    return tape.gradient(value, images) * images


@wrong(
    "contrastive.gradient_times_input",
    breaks="value by value: the gradient is summed over the channels first",
)
def gradient_summed_over_channels(model, images, class_index):
    images = _real(images)
    gradient = tf.reduce_sum(_slope(model, images, class_index), axis=-1, keepdims=True)
    return gradient * images


# --- smooth_grad


def _check_noise(samples, noise):
    if samples < 1 or noise < 0:
        raise ValueError("samples must be at least 1, and noise not negative")


def _smooth(model, images, class_index, samples, noise, seed, draw=None, noisy=None, fold=None):
    rng = np.random.default_rng(seed)
    images = np.array(images, np.float32)
    draw = draw or (lambda rng: rng.normal(0, noise, images.shape))
    noisy = noisy or (lambda images, n: images + n)
    fold = fold or (lambda g: g)
    total = np.zeros(images.shape)
    for _ in range(int(samples)):
        total += fold(_gradient(model, noisy(images, draw(rng)), class_index))
    return (total / samples).astype(np.float32)


@wrong("contrastive.smooth_grad", breaks="Noisy copies are not clipped: here they are, to [0, 1]")
def clips_the_noisy_copies(model, images, class_index, samples, noise, seed):
    _check_noise(samples, noise)
    noisy = lambda x, n: np.clip(x + n, 0, 1)  # noqa: E731
    return _smooth(model, images, class_index, samples, noise, seed, noisy=noisy)


@wrong(
    "contrastive.smooth_grad",
    breaks=(
        "noise is the standard deviation: here a fraction of each image's range, as in the paper"
    ),
)
def scales_noise_by_the_range(model, images, class_index, samples, noise, seed):
    _check_noise(samples, noise)
    noisy = lambda x, n: x + n * np.ptp(x, axis=(1, 2, 3), keepdims=True)  # noqa: E731
    return _smooth(model, images, class_index, samples, noise, seed, noisy=noisy)


@wrong("contrastive.smooth_grad", breaks="Averaged with their sign: here their absolute values")
def averages_absolute_gradients(model, images, class_index, samples, noise, seed):
    _check_noise(samples, noise)
    return _smooth(model, images, class_index, samples, noise, seed, fold=np.abs)


@wrong(
    "contrastive.smooth_grad",
    breaks="Gradients are averaged: here their squares (SmoothGrad-squared)",
)
def averages_squared_gradients(model, images, class_index, samples, noise, seed):
    _check_noise(samples, noise)
    return _smooth(model, images, class_index, samples, noise, seed, fold=np.square)


@wrong(
    "contrastive.smooth_grad",
    breaks="Drawn anew for every sample: here all samples share one noise",
)
def draws_the_noise_once(model, images, class_index, samples, noise, seed):
    _check_noise(samples, noise)
    draw = lambda _: np.random.default_rng(seed).normal(0, noise, np.shape(images))  # noqa: E731
    return _smooth(model, images, class_index, samples, noise, seed, draw=draw)


@wrong(
    "contrastive.smooth_grad",
    breaks="Drawn anew for every channel: here the channels of a pixel share their noise",
)
def draws_grey_noise(model, images, class_index, samples, noise, seed):
    _check_noise(samples, noise)
    draw = lambda rng: rng.normal(0, noise, (*np.shape(images)[:3], 1))  # noqa: E731
    return _smooth(model, images, class_index, samples, noise, seed, draw=draw)


@wrong("contrastive.smooth_grad", breaks="Normal: here uniform, of the same standard deviation")
def draws_uniform_noise(model, images, class_index, samples, noise, seed):
    _check_noise(samples, noise)
    edge = np.sqrt(3) * noise
    draw = lambda rng: rng.uniform(-edge, edge, np.shape(images))  # noqa: E731
    return _smooth(model, images, class_index, samples, noise, seed, draw=draw)


@wrong(
    "contrastive.smooth_grad",
    breaks="Normal of that standard deviation: here truncated at two of them, so narrower",
)
def truncates_the_noise(model, images, class_index, samples, noise, seed):
    _check_noise(samples, noise)

    def draw(rng):
        numbers = tf.random.stateless_truncated_normal(
            np.shape(images), [int(rng.integers(2**31)), 0], 0.0, float(noise)
        )
        return numbers.numpy()

    return _smooth(model, images, class_index, samples, noise, seed, draw=draw)


@wrong(
    "contrastive.smooth_grad",
    breaks="The standard deviation is noise: here noise is taken for the variance",
)
def takes_noise_for_the_variance(model, images, class_index, samples, noise, seed):
    _check_noise(samples, noise)
    draw = lambda rng: rng.normal(0, np.sqrt(noise), np.shape(images))  # noqa: E731
    return _smooth(model, images, class_index, samples, noise, seed, draw=draw)


@wrong(
    "contrastive.smooth_grad",
    breaks="Noise is added to the image: here to the last noisy copy, a random walk",
)
def piles_the_noise_up(model, images, class_index, samples, noise, seed):
    _check_noise(samples, noise)
    walk = np.zeros(np.shape(images))

    def draw(rng):
        nonlocal walk
        walk = walk + rng.normal(0, noise, walk.shape)
        return walk

    return _smooth(model, images, class_index, samples, noise, seed, draw=draw)


@wrong(
    "contrastive.smooth_grad",
    breaks="Only noisy copies are averaged: here the clean image counts as one of the samples",
)
def counts_the_clean_image(model, images, class_index, samples, noise, seed):
    _check_noise(samples, noise)
    first = True

    def draw(rng):
        nonlocal first
        clean, first = first, False
        return rng.normal(0, 0 if clean else noise, np.shape(images))

    return _smooth(model, images, class_index, samples, noise, seed, draw=draw)


@wrong(
    "contrastive.smooth_grad",
    breaks="Drawn anew for every sample: here every other sample is the last one's mirror image",
)
def mirrors_every_other_sample(model, images, class_index, samples, noise, seed):
    _check_noise(samples, noise)
    waiting = []

    def draw(rng):
        if waiting:
            return -waiting.pop()
        waiting.append(rng.normal(0, noise, np.shape(images)))
        return waiting[0]

    return _smooth(model, images, class_index, samples, noise, seed, draw=draw)


@wrong(
    "contrastive.smooth_grad",
    breaks="The same seed gives the same result: here 0 counts as none",
)
def takes_seed_zero_for_none(model, images, class_index, samples, noise, seed):
    _check_noise(samples, noise)
    return _smooth(model, images, class_index, samples, noise, seed or None)


@wrong(
    "contrastive.smooth_grad",
    breaks="noise 0 gives the gradient: here it raises like a negative one",
)
def refuses_no_noise(model, images, class_index, samples, noise, seed):
    _check_noise(samples, noise)
    if noise == 0:
        raise ValueError("noise must be positive")
    return _smooth(model, images, class_index, samples, noise, seed)


@wrong("contrastive.smooth_grad", breaks="ValueError for fewer than 1 sample: here one is taken")
def takes_at_least_one_sample(model, images, class_index, samples, noise, seed):
    samples = max(samples, 1)
    _check_noise(samples, noise)
    return _smooth(model, images, class_index, samples, noise, seed)


@wrong(
    "contrastive.smooth_grad",
    breaks="noise drawn anew for every sample: keras.random with an int as its seed draws the same "
    "noise every time",
)
def the_same_noise_for_every_sample(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError("samples must be 1 or more, and noise not negative")
    images, total = _real(images), 0.0
    for _ in range(samples):
        noisy = images + keras.random.normal(tuple(images.shape), stddev=noise, seed=seed)
        total += _slope(model, noisy, class_index)
    return total / samples


@wrong(
    "contrastive.smooth_grad",
    breaks="the noise is normal: it is cut off at two standard deviations, which makes it smaller",
)
def truncated_noise(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError("samples must be 1 or more, and noise not negative")
    images, total = _real(images), 0.0
    for sample in range(samples):
        draw = tf.random.stateless_truncated_normal(images.shape, [seed, sample])
        total += _slope(model, images + noise * draw, class_index)
    return total / samples


@wrong(
    "contrastive.smooth_grad",
    breaks="drawn anew for every channel: one number per pixel, the same in all channels",
)
def grey_noise_on_the_image(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError("samples must be 1 or more, and noise not negative")
    images, total, rng = _real(images), 0.0, np.random.default_rng(seed)
    for _ in range(samples):
        draw = rng.normal(0, noise, (*images.shape[:3], 1)).astype(np.float32)
        total += _slope(model, images + draw, class_index)
    return total / samples


@wrong(
    "contrastive.smooth_grad",
    breaks="over noisy copies: the first of the samples is the image without noise",
)
def one_sample_without_noise(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise < 0:
        raise ValueError("samples must be 1 or more, and noise not negative")
    images, rng = _real(images), np.random.default_rng(seed)
    total = _slope(model, images, class_index)
    for _ in range(samples - 1):
        draw = rng.normal(0, noise, images.shape).astype(np.float32)
        total += _slope(model, images + draw, class_index)
    return total / samples


@wrong(
    "contrastive.smooth_grad",
    breaks="noise 0 gives the gradient itself: it is refused with a ValueError",
)
def refuses_to_do_without_noise(model, images, class_index, samples, noise, seed):
    if samples < 1 or noise <= 0:
        raise ValueError("samples and noise must be positive")
    images, total, rng = _real(images), 0.0, np.random.default_rng(seed)
    for _ in range(samples):
        draw = rng.normal(0, noise, images.shape).astype(np.float32)
        total += _slope(model, images + draw, class_index)
    return total / samples


# --- integrated_gradients


def _integrate(model, images, class_index, baseline, steps, *, fractions=None, factor=None,
               output="logit", start=None, divide=None):  # fmt: skip
    if steps < 1:
        raise ValueError("steps must be at least 1")
    images = np.array(images, np.float32)
    start = np.full_like(images, baseline) if start is None else start
    fractions = (np.arange(steps) + 0.5) / steps if fractions is None else fractions
    total = np.zeros(images.shape)
    for fraction in fractions:
        total += _gradient(model, start + fraction * (images - start), class_index, output)
    return total / (divide or len(fractions)) * (images - start if factor is None else factor)


@wrong(
    "contrastive.integrated_gradients",
    breaks="The middle of each part: here its right end, as in the paper",
)
def takes_the_right_ends(model, images, class_index, baseline=0.0, steps=32):
    fractions = (np.arange(steps) + 1) / max(steps, 1)
    return _integrate(model, images, class_index, baseline, steps, fractions=fractions)


@wrong("contrastive.integrated_gradients", breaks="The middle of each part: here its left end")
def takes_the_left_ends(model, images, class_index, baseline=0.0, steps=32):
    fractions = np.arange(steps) / max(steps, 1)
    return _integrate(model, images, class_index, baseline, steps, fractions=fractions)


@wrong(
    "contrastive.integrated_gradients",
    breaks=(
        "Midpoint rule: here the trapezoidal one with steps + 1 points, as in TensorFlow's tutorial"
    ),
)
def takes_trapezoids(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps must be at least 1")
    images = np.array(images, np.float32)
    total = np.zeros(images.shape)
    for i in range(steps + 1):
        x = baseline + i / steps * (images - baseline)
        total += _gradient(model, x, class_index) * (0.5 if i in (0, steps) else 1)
    return total / steps * (images - baseline)


@wrong(
    "contrastive.integrated_gradients",
    breaks="Multiplied with image - baseline: here with the image",
)
def multiplies_with_the_image(model, images, class_index, baseline=0.0, steps=32):
    factor = np.array(images, np.float32)
    return _integrate(model, images, class_index, baseline, steps, factor=factor)


@wrong(
    "contrastive.integrated_gradients",
    breaks="The mean is multiplied with image - baseline: here not multiplied at all",
)
def leaves_the_product_out(model, images, class_index, baseline=0.0, steps=32):
    return _integrate(model, images, class_index, baseline, steps, factor=1.0)


@wrong(
    "contrastive.integrated_gradients",
    breaks=(
        "The way starts at the baseline: here always at black, only the factor knows the baseline"
    ),
)
def starts_at_black(model, images, class_index, baseline=0.0, steps=32):
    factor = np.array(images, np.float32) - np.float32(baseline)
    return _integrate(model, images, class_index, 0.0, steps, factor=factor)


@wrong(
    "contrastive.integrated_gradients",
    breaks="The mean of all gradients: here their sum by steps + 1",
)
def divides_by_one_too_many(model, images, class_index, baseline=0.0, steps=32):
    return _integrate(model, images, class_index, baseline, steps, divide=steps + 1)


@wrong("contrastive.integrated_gradients", breaks="The logit is explained: here the probability")
def integrates_the_probability(model, images, class_index, baseline=0.0, steps=32):
    return _integrate(model, images, class_index, baseline, steps, output="softmax")


@wrong("contrastive.integrated_gradients", breaks="ValueError for no steps: here a map of zeros")
def gives_zeros_for_no_steps(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        return np.zeros(np.shape(images), np.float32)
    return _integrate(model, images, class_index, baseline, steps)


@wrong(
    "contrastive.integrated_gradients",
    breaks=(
        "Each image its class: here classes are repeated where the way is tiled, so they get "
        "mixed up"
    ),
)
def mixes_up_the_classes_on_the_way(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError("steps must be at least 1")
    images = np.array(images, np.float32)
    classes = np.repeat(_classes(class_index, len(images)), steps).reshape(steps, -1)
    total = np.zeros(images.shape)
    for i in range(steps):
        x = baseline + (i + 0.5) / steps * (images - baseline)
        total += _gradient(model, x, classes[i])
    return total / steps * (images - baseline)


@wrong(
    "contrastive.integrated_gradients",
    breaks="the mean of the gradients: the mean of the chunks' means, where a last chunk of fewer "
    "steps counts as much as a full one",
)
def mean_of_the_chunks_means(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError(f"steps must be 1 or more, not {steps}")
    images, means = _real(images), []
    fractions = (np.arange(steps) + 0.5) / steps
    for start in range(0, steps, 8):
        chunk = [
            _slope(model, baseline + float(f) * (images - baseline), class_index)
            for f in fractions[start : start + 8]
        ]
        means.append(tf.reduce_mean(tf.stack(chunk), axis=0))
    return (images - baseline) * tf.reduce_mean(tf.stack(means), axis=0)


@wrong(
    "contrastive.integrated_gradients",
    breaks="each image's own class: all steps go through at once, with the images tiled and the "
    "classes repeated, so they do not belong together",
)
def classes_repeated_images_tiled(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError(f"steps must be 1 or more, not {steps}")
    images = np.asarray(images, np.float32)
    fractions = ((np.arange(steps) + 0.5) / steps).reshape(-1, 1, 1, 1, 1)
    way = (baseline + fractions * (images - baseline)).astype(np.float32)
    classes = np.repeat(np.broadcast_to(np.asarray(class_index), len(images)), steps)
    slopes = [
        _slope(model, _real(part), classes[16 * i : 16 * i + len(part)])
        for i, part in enumerate(
            np.split(way.reshape(-1, *images.shape[1:]), range(16, steps * len(images), 16))
        )
    ]
    mean = np.concatenate(slopes).reshape(way.shape).mean(axis=0)
    return (images - np.float32(baseline)) * mean


@wrong(
    "contrastive.integrated_gradients",
    breaks="the straight way to this image: goes to image + baseline",
)
def way_past_the_image(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError(f"steps must be 1 or more, not {steps}")
    images, total = _real(images), 0.0
    for step in range(steps):
        total += _slope(model, baseline + (step + 0.5) / steps * images, class_index)
    return (images - baseline) * total / steps


@wrong(
    "contrastive.integrated_gradients",
    breaks="multiplied with image − baseline: multiplied with the image",
)
def multiplied_with_the_image(model, images, class_index, baseline=0.0, steps=32):
    if steps < 1:
        raise ValueError(f"steps must be 1 or more, not {steps}")
    images, total = _real(images), 0.0
    for step in range(steps):
        place = baseline + (step + 0.5) / steps * (images - baseline)
        total += _slope(model, place, class_index)
    return images * total / steps


# --- grad_cam


def _cam(model, images, class_index, layer_name, *, weigh=None, combine=None, resize=None,
         output="logit", mean=False):  # fmt: skip
    if layer_name not in [layer.name for layer in model.layers]:
        raise ValueError(f"the model has no layer {layer_name!r}")
    images = _tensor(images)
    cut = keras.Model(model.inputs, [model.get_layer(layer_name).output, model.outputs[0]])
    with tf.GradientTape() as tape:
        tape.watch(images)
        activations, values = cut(images, training=False)
        values = tf.nn.softmax(values) if output == "softmax" else values
        picked = tf.gather(values, _classes(class_index, len(images)), axis=1, batch_dims=1)
        picked = tf.reduce_mean(picked) if mean else picked
    gradient = tape.gradient(picked, activations)
    weigh = weigh or (lambda g: tf.reduce_mean(g, axis=(1, 2), keepdims=True))
    combine = combine or (lambda w, a: tf.nn.relu(tf.reduce_sum(w * a, axis=-1)))
    resize = resize or (lambda cam, size: tf.image.resize(cam[..., None], size)[..., 0])
    return resize(combine(weigh(gradient), activations), images.shape[1:3])


@wrong("contrastive.grad_cam", breaks="Negative sums are set to 0: here there is no ReLU")
def leaves_the_relu_out(model, images, class_index, layer_name):
    combine = lambda w, a: tf.reduce_sum(w * a, axis=-1)  # noqa: E731
    return _cam(model, images, class_index, layer_name, combine=combine)


@wrong(
    "contrastive.grad_cam",
    breaks="ReLU once, after the sum: here each channel's part goes through it",
)
def rectifies_every_channel(model, images, class_index, layer_name):
    combine = lambda w, a: tf.reduce_sum(tf.nn.relu(w * a), axis=-1)  # noqa: E731
    return _cam(model, images, class_index, layer_name, combine=combine)


@wrong(
    "contrastive.grad_cam",
    breaks="ReLU only after the sum: here negative weights are set to 0, too",
)
def rectifies_the_weights(model, images, class_index, layer_name):
    weigh = lambda g: tf.nn.relu(tf.reduce_mean(g, axis=(1, 2), keepdims=True))  # noqa: E731
    return _cam(model, images, class_index, layer_name, weigh=weigh)


@wrong(
    "contrastive.grad_cam",
    breaks="It is not rescaled: here each map is divided by its maximum, as in Keras' tutorial",
)
def divides_by_the_maximum(model, images, class_index, layer_name):
    cam = _cam(model, images, class_index, layer_name)
    return tf.math.divide_no_nan(cam, tf.reduce_max(cam, axis=(1, 2), keepdims=True))


@wrong("contrastive.grad_cam", breaks="The mean of the gradient: here its sum")
def adds_up_the_gradient(model, images, class_index, layer_name):
    weigh = lambda g: tf.reduce_sum(g, axis=(1, 2), keepdims=True)  # noqa: E731
    return _cam(model, images, class_index, layer_name, weigh=weigh)


@wrong(
    "contrastive.grad_cam",
    breaks="The mean over the positions: here over the batch as well, as Keras' tutorial does",
)
def averages_weights_over_the_batch(model, images, class_index, layer_name):
    weigh = lambda g: tf.reduce_mean(g, axis=(0, 1, 2), keepdims=True)  # noqa: E731
    return _cam(model, images, class_index, layer_name, weigh=weigh)


@wrong("contrastive.grad_cam", breaks="The channels are added up: here they are averaged")
def averages_the_channels(model, images, class_index, layer_name):
    combine = lambda w, a: tf.nn.relu(tf.reduce_mean(w * a, axis=-1))  # noqa: E731
    return _cam(model, images, class_index, layer_name, combine=combine)


@wrong("contrastive.grad_cam", breaks="Bilinear: here the nearest position is copied")
def enlarges_by_copying(model, images, class_index, layer_name):
    resize = lambda cam, size: tf.image.resize(cam[..., None], size, "nearest")[..., 0]  # noqa: E731
    return _cam(model, images, class_index, layer_name, resize=resize)


@wrong(
    "contrastive.grad_cam",
    breaks="As tf.image.resize does it: here as TensorFlow 1 did, without half-pixel centres",
)
def resizes_as_tensorflow_1(model, images, class_index, layer_name):
    def resize(cam, size):
        return tf.compat.v1.image.resize_bilinear(cam[..., None], size)[..., 0]

    return _cam(model, images, class_index, layer_name, resize=resize)


@wrong("contrastive.grad_cam", breaks="ReLU, then the resizing: here the other way round")
def rectifies_after_resizing(model, images, class_index, layer_name):
    return tf.nn.relu(
        _cam(
            model, images, class_index, layer_name,
            combine=lambda w, a: tf.reduce_sum(w * a, axis=-1),
        )
    )  # fmt: skip


@wrong("contrastive.grad_cam", breaks="The class's logit: here its probability")
def explains_the_probability_of_the_class(model, images, class_index, layer_name):
    return _cam(model, images, class_index, layer_name, output="softmax")


@wrong(
    "contrastive.grad_cam",
    breaks="Each image's own logit: here the batch's mean, so the map is B times fainter",
)
def differentiates_the_batch_mean(model, images, class_index, layer_name):
    return _cam(model, images, class_index, layer_name, mean=True)


@wrong(
    "contrastive.grad_cam",
    breaks="(B, H, W): here width and height are exchanged, as for OpenCV",
)
def exchanges_width_and_height(model, images, class_index, layer_name):
    resize = lambda cam, size: tf.image.resize(cam[..., None], size[::-1])[..., 0]  # noqa: E731
    return _cam(model, images, class_index, layer_name, resize=resize)


@wrong(
    "contrastive.grad_cam",
    breaks=(
        "Any functional model: here the layers behind the named one are called one after "
        "another, which breaks branches"
    ),
)
def chains_the_layers_behind(model, images, class_index, layer_name):
    names = [layer.name for layer in model.layers]
    if layer_name not in names:
        raise ValueError(f"the model has no layer {layer_name!r}")
    images = _tensor(images)
    cut = keras.Model(model.inputs, model.get_layer(layer_name).output)
    activations = cut(images, training=False)
    with tf.GradientTape() as tape:
        tape.watch(activations)
        x = activations
        for layer in model.layers[names.index(layer_name) + 1 :]:
            x = layer(x)
        picked = tf.gather(x, _classes(class_index, len(images)), axis=1, batch_dims=1)
    weights = tf.reduce_mean(tape.gradient(picked, activations), axis=(1, 2), keepdims=True)
    cam = tf.nn.relu(tf.reduce_sum(weights * activations, axis=-1, keepdims=True))
    return tf.image.resize(cam, images.shape[1:3])[..., 0]


@wrong(
    "contrastive.grad_cam",
    breaks="ValueError for an unknown layer: here the last convolution is taken instead",
)
def falls_back_to_the_last_convolution(model, images, class_index, layer_name):
    if layer_name not in [layer.name for layer in model.layers]:
        maps = [layer.name for layer in model.layers if len(layer.output.shape) == 4]
        layer_name = maps[-1]
    return _cam(model, images, class_index, layer_name)


@wrong(
    "contrastive.grad_cam",
    breaks="a channel's weight is the mean over its positions: the mean over the batch, too, as in "
    "Keras's tutorial",
)
def weights_shared_by_the_batch(model, images, class_index, layer_name):
    images, activation, gradient = _activation_and_gradient(model, images, class_index, layer_name)
    weights = tf.reduce_mean(gradient, axis=[0, 1, 2])
    maps = tf.nn.relu(tf.reduce_sum(activation * weights, axis=-1, keepdims=True))
    return tf.image.resize(maps, images.shape[1:3])[..., 0]


@wrong(
    "contrastive.grad_cam",
    breaks="negative sums are set to 0, then resized: resizes first, and negative places eat into "
    "their neighbours",
)
def relu_after_the_resizing(model, images, class_index, layer_name):
    images, activation, gradient = _activation_and_gradient(model, images, class_index, layer_name)
    weights = tf.reduce_mean(gradient, axis=[1, 2], keepdims=True)
    maps = tf.reduce_sum(activation * weights, axis=-1, keepdims=True)
    return tf.nn.relu(tf.image.resize(maps, images.shape[1:3])[..., 0])


@wrong(
    "contrastive.grad_cam",
    breaks="as tf.image.resize does it: with the corners' pixel centres aligned",
)
def resized_with_aligned_corners(model, images, class_index, layer_name):
    images, activation, gradient = _activation_and_gradient(model, images, class_index, layer_name)
    weights = tf.reduce_mean(gradient, axis=[1, 2], keepdims=True)
    maps = tf.nn.relu(tf.reduce_sum(activation * weights, axis=-1, keepdims=True))
    size = images.shape[1:3]
    return tf.compat.v1.image.resize_bilinear(maps, size, align_corners=True)[..., 0]


@wrong(
    "contrastive.grad_cam",
    breaks="possibly with branches: calls the layers behind the chosen one in a row, as an old "
    "tutorial does, so skips and sums get lost",
)
def head_rebuilt_in_a_row(model, images, class_index, layer_name):
    images = _real(images)
    if layer_name not in [layer.name for layer in model.layers]:
        raise ValueError(f"the model has no layer {layer_name!r}")
    activation = keras.Model(model.inputs[0], model.get_layer(layer_name).output)(images)
    place = [layer.name for layer in model.layers].index(layer_name)
    with tf.GradientTape() as tape:
        tape.watch(activation)
        x = activation
        for layer in model.layers[place + 1 :]:
            many = len(layer.input) if isinstance(layer.input, list) else 1
            x = layer([x] * many if many > 1 else x)
        value = tf.gather(x, _each_class(class_index, len(images)), axis=1, batch_dims=1)
    weights = tf.reduce_mean(tape.gradient(value, activation), axis=[1, 2], keepdims=True)
    maps = tf.nn.relu(tf.reduce_sum(activation * weights, axis=-1, keepdims=True))
    return tf.image.resize(maps, images.shape[1:3])[..., 0]


@wrong(
    "contrastive.grad_cam",
    breaks="ReLU once, after the sum: the weights lose their negative values before",
)
def weights_through_a_relu(model, images, class_index, layer_name):
    images, activation, gradient = _activation_and_gradient(model, images, class_index, layer_name)
    weights = tf.nn.relu(tf.reduce_mean(gradient, axis=[1, 2]))
    maps = tf.nn.relu(tf.einsum("bhwc,bc->bhw", activation, weights))
    return tf.image.resize(maps[..., None], images.shape[1:3])[..., 0]


# --- occlusion_sensitivity


def _check_patch(images, patch, stride):
    if patch < 1 or stride < 1 or patch > min(images.shape[1:3]):
        raise ValueError("patch and stride must be at least 1, and the patch must fit")


def _starts(length, patch, stride):
    return list(range(0, length - patch + 1, stride))


def _occlude(model, images, class_index, patch, stride, fill, *, check=_check_patch,
             starts=_starts, value=None, change=lambda drop: drop, fold="mean", keep=False,
             channels=None):  # fmt: skip
    images = np.array(images, np.float32)
    check(images, patch, stride)
    classes = _classes(class_index, len(images))
    value = value or (lambda x: _logits(model, x)[np.arange(len(x)), classes])
    before = value(images)
    total = np.zeros(images.shape[:3])
    count = np.zeros(images.shape[1:3])
    covered = images.copy()
    for row in starts(images.shape[1], patch, stride):
        for column in starts(images.shape[2], patch, stride):
            if not keep:
                covered = images.copy()
            place = np.s_[:, row : row + patch, column : column + patch]
            covered[(*place, slice(channels))] = fill
            drop = change(before - value(covered))[:, None, None]
            if fold == "last":
                total[place], count[place[1:]] = drop, 1
            else:
                total[place] += drop
                count[place[1:]] += 1
    return total if fold == "sum" else total / np.where(count == 0, 1, count)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="logit(image) - logit(covered): here the other way round",
)
def measures_the_rise(model, images, class_index, patch, stride, fill=0.5):
    return -_occlude(model, images, class_index, patch, stride, fill)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="The mean of the drops that cover a pixel: here their sum",
)
def adds_up_the_drops(model, images, class_index, patch, stride, fill=0.5):
    return _occlude(model, images, class_index, patch, stride, fill, fold="sum")


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="The mean of all patches that cover a pixel: here the last one overwrites the others",
)
def keeps_the_last_drop(model, images, class_index, patch, stride, fill=0.5):
    return _occlude(model, images, class_index, patch, stride, fill, fold="last")


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="Patches lie inside as a whole: here those at the lower and right edge are cut off",
)
def cuts_patches_off(model, images, class_index, patch, stride, fill=0.5):
    starts = lambda n, _, s: list(range(0, n, s))  # noqa: E731
    return _occlude(model, images, class_index, patch, stride, fill, starts=starts)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="No patch is moved: here a last one is pushed against the edge",
)
def pushes_a_last_patch_to_the_edge(model, images, class_index, patch, stride, fill=0.5):
    starts = lambda n, p, s: sorted({*_starts(n, p, s), n - p})  # noqa: E731
    return _occlude(model, images, class_index, patch, stride, fill, starts=starts)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="Patches as long as they lie inside: here one that just fits is left out",
)
def leaves_the_last_fitting_patch_out(model, images, class_index, patch, stride, fill=0.5):
    starts = lambda n, p, s: list(range(0, n - p, s)) or [0]  # noqa: E731
    return _occlude(model, images, class_index, patch, stride, fill, starts=starts)


@wrong("contrastive.occlusion_sensitivity", breaks="The drop of the logit: here of the probability")
def measures_the_probability(model, images, class_index, patch, stride, fill=0.5):
    images = np.array(images, np.float32)
    classes = _classes(class_index, len(images))
    value = lambda x: tf.nn.softmax(_logits(model, x)).numpy()[np.arange(len(x)), classes]  # noqa: E731
    return _occlude(model, images, class_index, patch, stride, fill, value=value)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="Covered pixels get the level fill: here always 0",
)
def always_covers_with_black(model, images, class_index, patch, stride, fill=0.5):
    return _occlude(model, images, class_index, patch, stride, 0.0)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="Covered in every channel: here in the first three only",
)
def covers_three_channels(model, images, class_index, patch, stride, fill=0.5):
    return _occlude(model, images, class_index, patch, stride, fill, channels=3)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="One patch is covered: here the earlier ones stay covered",
)
def covers_more_and_more(model, images, class_index, patch, stride, fill=0.5):
    return _occlude(model, images, class_index, patch, stride, fill, keep=True)


@wrong("contrastive.occlusion_sensitivity", breaks="Signed: here a rise counts as 0")
def keeps_positive_drops_only(model, images, class_index, patch, stride, fill=0.5):
    change = lambda drop: np.maximum(drop, 0)  # noqa: E731
    return _occlude(model, images, class_index, patch, stride, fill, change=change)


@wrong("contrastive.occlusion_sensitivity", breaks="0 where no patch reaches: here nan")
def divides_by_no_patch(model, images, class_index, patch, stride, fill=0.5):
    images = np.array(images, np.float32)
    result = _occlude(model, images, class_index, patch, stride, fill)
    for axis in (1, 2):
        reached = np.zeros(images.shape[axis], bool)
        for start in _starts(images.shape[axis], patch, stride):
            reached[start : start + patch] = True
        result[(slice(None),) * axis + (~reached,)] = np.nan
    return result


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="patch may be the smaller of H and W: here it must be smaller",
)
def refuses_the_largest_patch(model, images, class_index, patch, stride, fill=0.5):
    def check(images, patch, stride):
        _check_patch(images, patch + 1, stride)
        _check_patch(images, patch, stride)

    return _occlude(model, images, class_index, patch, stride, fill, check=check)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="ValueError if the patch does not fit: here it is compared with the larger edge only",
)
def lets_a_patch_stick_out(model, images, class_index, patch, stride, fill=0.5):
    def check(images, patch, stride):
        if patch < 1 or stride < 1 or patch > max(images.shape[1:3]):
            raise ValueError("patch or stride")

    return _occlude(model, images, class_index, patch, stride, fill, check=check)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="the mean of the drops of all patches over a pixel: only the last one counts",
)
def the_last_patch_wins(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(images, np.float32)
    _require_patch(images, patch, stride)
    before, maps = _own(model, images, class_index), np.zeros(images.shape[:3])
    for top in range(0, images.shape[1] - patch + 1, stride):
        for left in range(0, images.shape[2] - patch + 1, stride):
            part = np.s_[:, top : top + patch, left : left + patch]
            covered = images.copy()
            covered[part] = fill
            maps[part] = (before - _own(model, covered, class_index))[:, None, None]
    return maps


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="0 where no patch reaches: 0 / 0 is NaN",
)
def nan_where_no_patch_reaches(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(images, np.float32)
    _require_patch(images, patch, stride)
    before = _own(model, images, class_index)
    total, count = np.zeros(images.shape[:3]), np.zeros(images.shape[1:3])
    for top in range(0, images.shape[1] - patch + 1, stride):
        for left in range(0, images.shape[2] - patch + 1, stride):
            rows, columns = slice(top, top + patch), slice(left, left + patch)
            covered = images.copy()
            covered[:, rows, columns] = fill
            total[:, rows, columns] += (before - _own(model, covered, class_index))[:, None, None]
            count[rows, columns] += 1
    with np.errstate(invalid="ignore"):
        return total / count


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="as long as they lie inside the image as a whole: a patch that ends at the edge is "
    "dropped, since the range stops one short",
)
def range_stops_one_short(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(images, np.float32)
    _require_patch(images, patch, stride)
    before = _own(model, images, class_index)
    total, count = np.zeros(images.shape[:3]), np.zeros(images.shape[1:3])
    for top in range(0, images.shape[1] - patch, stride):
        for left in range(0, images.shape[2] - patch, stride):
            rows, columns = slice(top, top + patch), slice(left, left + patch)
            covered = images.copy()
            covered[:, rows, columns] = fill
            total[:, rows, columns] += (before - _own(model, covered, class_index))[:, None, None]
            count[rows, columns] += 1
    return total / np.maximum(count, 1)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="the image with the patch covered: the patches before stay covered, too",
)
def patches_stay_covered(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(images, np.float32)
    _require_patch(images, patch, stride)
    before = _own(model, images, class_index)
    total, count = np.zeros(images.shape[:3]), np.zeros(images.shape[1:3])
    covered = images.copy()
    for top in range(0, images.shape[1] - patch + 1, stride):
        for left in range(0, images.shape[2] - patch + 1, stride):
            rows, columns = slice(top, top + patch), slice(left, left + patch)
            covered[:, rows, columns] = fill
            total[:, rows, columns] += (before - _own(model, covered, class_index))[:, None, None]
            count[rows, columns] += 1
    return total / np.maximum(count, 1)


@wrong(
    "contrastive.occlusion_sensitivity",
    breaks="ValueError if the patch does not fit: asks for the larger of H and W, and gives zeros",
)
def fits_the_longer_edge(model, images, class_index, patch, stride, fill=0.5):
    images = np.asarray(images, np.float32)
    if patch < 1 or stride < 1 or patch > max(images.shape[1:3]):
        raise ValueError(f"a patch of {patch} by strides of {stride} does not fit")
    before = _own(model, images, class_index)
    total, count = np.zeros(images.shape[:3]), np.zeros(images.shape[1:3])
    for top in range(0, images.shape[1] - patch + 1, stride):
        for left in range(0, images.shape[2] - patch + 1, stride):
            rows, columns = slice(top, top + patch), slice(left, left + patch)
            covered = images.copy()
            covered[:, rows, columns] = fill
            total[:, rows, columns] += (before - _own(model, covered, class_index))[:, None, None]
            count[rows, columns] += 1
    return total / np.maximum(count, 1)


# --- contrast


@wrong("contrastive.contrast", breaks="for_predicted - for_true: here the other way round")
def subtracts_the_prediction(method, model, images, predicted, true):
    chosen, right = method(model, images, predicted), method(model, images, true)
    return _Contrast(chosen, right, right - chosen)


@wrong("contrastive.contrast", breaks="Signed: here the difference's absolute value")
def drops_the_sign_of_the_difference(method, model, images, predicted, true):
    chosen, right = method(model, images, predicted), method(model, images, true)
    return _Contrast(chosen, right, abs(chosen - right))


@wrong(
    "contrastive.contrast",
    breaks=(
        "The maps' own difference: here each map is brought to maximum 1 before it is subtracted"
    ),
)
def subtracts_scaled_maps(method, model, images, predicted, true):
    chosen = np.asarray(method(model, images, predicted))
    right = np.asarray(method(model, images, true))

    def scaled(maps):
        size = np.abs(maps).max(axis=tuple(range(1, maps.ndim)), keepdims=True)
        return maps / np.where(size == 0, 1, size)

    return _Contrast(chosen, right, scaled(chosen) - scaled(right))


@wrong(
    "contrastive.contrast",
    breaks="for_predicted is the predicted class's map: here the difference is written over it",
)
def writes_over_the_first_map(method, model, images, predicted, true):
    chosen = np.array(method(model, images, predicted))
    right = np.asarray(method(model, images, true))
    difference = chosen
    difference -= right
    return _Contrast(chosen, right, difference)


@wrong(
    "contrastive.contrast",
    breaks=(
        "method(model, images, class_index): here by keywords, so a lambda with other names fails"
    ),
)
def calls_by_keywords(method, model, images, predicted, true):
    chosen = method(model=model, images=images, class_index=predicted)
    right = method(model=model, images=images, class_index=true)
    return _Contrast(chosen, right, chosen - right)


@wrong(
    "contrastive.contrast",
    breaks="predicted is what the caller says: here the model is asked again",
)
def asks_for_the_prediction_again(method, model, images, predicted, true):
    predicted = _logits(model, images).argmax(axis=-1)
    chosen, right = method(model, images, predicted), method(model, images, true)
    return _Contrast(chosen, right, chosen - right)


@wrong(
    "contrastive.contrast",
    breaks="In the shape of the method's maps: here channels are added up",
)
def adds_up_the_channels_of_maps(method, model, images, predicted, true):
    chosen = np.asarray(method(model, images, predicted))
    right = np.asarray(method(model, images, true))
    if chosen.ndim == 4:
        chosen, right = chosen.sum(axis=-1), right.sum(axis=-1)
    return _Contrast(chosen, right, chosen - right)


@wrong(
    "contrastive.contrast",
    breaks=(
        "The difference of the two maps returned: here the method is run again for it, and "
        "may draw anew"
    ),
)
def runs_the_method_again(method, model, images, predicted, true):
    return _Contrast(
        method(model, images, predicted),
        method(model, images, true),
        method(model, images, predicted) - method(model, images, true),
    )


@wrong(
    "contrastive.contrast",
    breaks="Arrays give each image its class: here the first one's serve all",
)
def explains_the_first_classes(method, model, images, predicted, true):
    predicted, true = int(np.ravel(predicted)[0]), int(np.ravel(true)[0])
    chosen, right = method(model, images, predicted), method(model, images, true)
    return _Contrast(chosen, right, chosen - right)


@wrong(
    "contrastive.contrast",
    breaks="the difference of these two: both are brought to a largest value of 1 before, though "
    "returned as they are",
)
def difference_of_scaled_maps(method, model, images, predicted, true):
    one, other = (np.asarray(method(model, images, index)) for index in (predicted, true))

    def scaled(maps):
        size = np.abs(maps).max(axis=tuple(range(1, maps.ndim)), keepdims=True)
        return maps / np.where(size == 0, 1, size)

    return _Contrast(one, other, scaled(one) - scaled(other))


@wrong(
    "contrastive.contrast",
    breaks="the method is called by position: gives the class by name",
)
def class_by_name(method, model, images, predicted, true):
    one = method(model, images, class_index=predicted)
    other = method(model, images, class_index=true)
    return _Contrast(one, other, one - other)
