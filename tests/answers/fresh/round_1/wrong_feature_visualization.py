# ruff: noqa: ANN001, ANN003, ANN201, ANN202
"""Wrong answers to `feature_visualization`: each breaks one promise of a docstring."""

import difflib

import keras
import numpy as np
import scipy.ndimage as ndi
import tensorflow as tf

from course.given import Ascent as _Ascent
from tests.answers.fresh import wrong


def _check(output):
    if output not in ("logit", "softmax"):
        raise ValueError(f"output must be logit or softmax, not {output!r}")


def _explained(model, images, class_index, output="logit"):
    _check(output)
    values = model(tf.convert_to_tensor(images, tf.float32), training=False)
    values = tf.nn.softmax(values) if output == "softmax" else values
    classes = tf.broadcast_to(tf.cast(class_index, tf.int32), [values.shape[0]])
    return tf.gather(values, classes, axis=1, batch_dims=1)


def _tensor(images):
    return tf.convert_to_tensor(np.array(images), tf.float32)


def _clip(images):
    return tf.clip_by_value(images, 0.0, 1.0)


def _rolled(images, shifts):
    pairs = zip(tf.unstack(images), np.asarray(shifts), strict=True)
    return tf.stack([tf.roll(image, [int(s) for s in shift], [0, 1]) for image, shift in pairs])


# --- total_variation


@wrong(
    "feature_visualization.total_variation",
    breaks="The sum of differences: here their mean over the image's values",
)
def averages_the_differences(images):
    images = _tensor(images)
    return tf.image.total_variation(images) / float(np.prod(images.shape[1:]))


@wrong(
    "feature_visualization.total_variation",
    breaks="Absolute differences: here squared ones, as Mahendran & Vedaldi's beta = 2",
)
def squares_the_differences(images):
    x = _tensor(images)
    down, right = x[:, 1:] - x[:, :-1], x[:, :, 1:] - x[:, :, :-1]
    return tf.reduce_sum(down**2, axis=(1, 2, 3)) + tf.reduce_sum(right**2, axis=(1, 2, 3))


@wrong(
    "feature_visualization.total_variation",
    breaks="Anisotropic: here the length of the two differences together",
)
def measures_it_isotropically(images):
    x = np.asarray(images, np.float32)
    down = np.diff(x, axis=1, append=x[:, -1:])
    right = np.diff(x, axis=2, append=x[:, :, -1:])
    return np.sqrt(down**2 + right**2).sum(axis=(1, 2, 3))


@wrong("feature_visualization.total_variation", breaks="(B,): here one number for the whole batch")
def adds_up_the_batch(images):
    return tf.reduce_sum(tf.image.total_variation(_tensor(images)))


@wrong(
    "feature_visualization.total_variation",
    breaks="Neighbours in the image: here the edges are neighbours of the opposite edges, too",
)
def wraps_around(images):
    x = np.asarray(images, np.float32)
    return sum(np.abs(np.roll(x, 1, axis) - x).sum(axis=(1, 2, 3)) for axis in (1, 2))


@wrong(
    "feature_visualization.total_variation",
    breaks="All neighbours: the last row and column are left out, as in Keras' style transfer",
)
def leaves_out_the_last_row_and_column(images):
    x = _tensor(images)
    down = tf.abs(x[:, :-1, :-1] - x[:, 1:, :-1])
    right = tf.abs(x[:, :-1, :-1] - x[:, :-1, 1:])
    return tf.reduce_sum(down + right, axis=(1, 2, 3))


@wrong(
    "feature_visualization.total_variation",
    breaks="Over all channels: here of the mean over the channels",
)
def looks_at_the_grey_image(images):
    return tf.image.total_variation(tf.reduce_mean(_tensor(images), axis=-1, keepdims=True))


@wrong(
    "feature_visualization.total_variation",
    breaks="A gradient flows back: here np.diff cuts the way",
)
def adds_differences_in_numpy(images):
    images = np.asarray(images, np.float64)
    return sum(np.abs(np.diff(images, axis=axis)).sum(axis=(1, 2, 3)) for axis in (1, 2))


# --- jitter


def _draw(images, max_shift, seed):
    return np.random.default_rng(seed).integers(-max_shift, max_shift + 1, (len(images), 2))


@wrong("feature_visualization.jitter", breaks="Each image its own shift: here one for the batch")
def shifts_the_batch_as_one(images, max_shift, seed):
    shift = np.random.default_rng(seed).integers(-max_shift, max_shift + 1, 2)
    return np.roll(np.asarray(images), tuple(shift), axis=(1, 2))


@wrong(
    "feature_visualization.jitter",
    breaks="Each axis on its own: here rows and columns get the same shift",
)
def shifts_along_the_diagonal(images, max_shift, seed):
    shifts = np.random.default_rng(seed).integers(-max_shift, max_shift + 1, len(images))
    pairs = zip(np.asarray(images), shifts, strict=True)
    return np.stack([np.roll(image, (s, s), (0, 1)) for image, s in pairs])


@wrong(
    "feature_visualization.jitter",
    breaks="Max_shift itself can be drawn: here the upper end is left out",
)
def never_draws_the_largest_shift(images, max_shift, seed):
    rng = np.random.default_rng(seed)
    shifts = rng.integers(-max_shift, max(max_shift, 1 - max_shift), (len(images), 2))
    return _rolled(_tensor(images), shifts)


@wrong(
    "feature_visualization.jitter",
    breaks="Uniform: a rounded uniform number draws both ends half as often",
)
def rounds_a_uniform_number(images, max_shift, seed):
    shifts = np.random.default_rng(seed).uniform(-max_shift, max_shift, (len(images), 2))
    return _rolled(_tensor(images), np.rint(shifts))


@wrong(
    "feature_visualization.jitter",
    breaks="Uniform: a uniform number cut towards zero draws 0 twice as often",
)
def cuts_a_uniform_number(images, max_shift, seed):
    rng = np.random.default_rng(seed)
    shifts = rng.uniform(-max_shift - 1, max_shift + 1, (len(images), 2)).astype(int)
    return _rolled(_tensor(images), np.clip(shifts, -max_shift, max_shift))


@wrong("feature_visualization.jitter", breaks="In [-max_shift, max_shift]: here never negative")
def shifts_only_forwards(images, max_shift, seed):
    return _rolled(_tensor(images), np.abs(_draw(images, max_shift, seed)))


@wrong(
    "feature_visualization.jitter",
    breaks="What leaves comes in again: here the gap is filled with zeros",
)
def fills_the_gap_with_zeros(images, max_shift, seed):
    images = np.asarray(images)
    shifts = _draw(images, max_shift, seed)
    pairs = zip(images, shifts, strict=True)
    return np.stack([ndi.shift(image, (*shift, 0), order=0) for image, shift in pairs])


@wrong(
    "feature_visualization.jitter",
    breaks="The same seed gives the same shifts: here seed 0 counts as none",
)
def takes_seed_zero_for_none(images, max_shift, seed):
    return _rolled(_tensor(images), _draw(images, max_shift, seed or None))


@wrong(
    "feature_visualization.jitter",
    breaks="Max_shift 0 changes nothing: here its empty range raises",
)
def cannot_draw_from_nothing(images, max_shift, seed):
    if max_shift < 1:
        raise ValueError("max_shift must be at least 1")
    return _rolled(_tensor(images), _draw(images, max_shift, seed))


@wrong(
    "feature_visualization.jitter",
    breaks="Each image and axis on its own: here an image's columns move as the next one's rows",
)
def hands_shifts_on_to_the_next_image(images, max_shift, seed):
    draws = np.random.default_rng(seed).integers(-max_shift, max_shift + 1, len(images) + 1)
    return _rolled(_tensor(images), np.stack([draws[:-1], draws[1:]], axis=1))


@wrong(
    "feature_visualization.jitter",
    breaks="The images are not changed: here a numpy batch is rolled in place",
)
def rolls_in_place(images, max_shift, seed):
    shifts = _draw(images, max_shift, seed)
    images = images if isinstance(images, np.ndarray) else np.array(images)
    for i, shift in enumerate(shifts):
        images[i] = np.roll(images[i], tuple(shift), (0, 1))
    return images


@wrong(
    "feature_visualization.jitter",
    breaks="Every image by its own shift: makes a new generator with the same seed for each",
)
def seeds_again_for_every_image(images, max_shift, seed):
    rolled = []
    for image in np.asarray(images):
        rng = np.random.default_rng(seed)
        rolled.append(np.roll(image, rng.integers(-max_shift, max_shift + 1, 2), axis=(0, 1)))
    return np.stack(rolled)


@wrong(
    "feature_visualization.jitter",
    breaks="What leaves comes in again: here scipy's 'wrap', which loses a row and a column",
)
def scipys_mode_wrap(images, max_shift, seed):
    images = np.asarray(images)
    shifts = _draw(images, max_shift, seed)
    moved = [
        ndi.shift(i, (*d, 0), order=0, mode="wrap") for i, d in zip(images, shifts, strict=True)
    ]
    return np.stack(moved)


@wrong(
    "feature_visualization.jitter",
    breaks="A gradient flows back: here NumPy gathers the rolled indices",
)
def gathers_rolled_indices(images, max_shift, seed):
    images = np.asarray(images)
    batch, height, width = images.shape[:3]
    shifts = np.random.default_rng(seed).integers(
        -max_shift, max_shift, (2, batch, 1), endpoint=True
    )
    rows = (np.arange(height) - shifts[0]) % height
    columns = (np.arange(width) - shifts[1]) % width
    return images[np.arange(batch)[:, None, None], rows[:, :, None], columns[:, None, :]]


@wrong(
    "feature_visualization.jitter",
    breaks="A gradient flows back: here images are cropped from NumPy's wrapped padding",
)
def crops_from_wrapped_padding(images, max_shift, seed):
    rng = np.random.RandomState(seed)
    images = np.array(images)
    height, width = images.shape[1:3]
    for i, image in enumerate(images):
        pad = np.pad(image, ((max_shift,) * 2, (max_shift,) * 2, (0, 0)), mode="wrap")
        y, x = rng.randint(0, 2 * max_shift + 1, size=2)
        images[i] = pad[y : y + height, x : x + width]
    return images


# --- normalize_gradient


@wrong(
    "feature_visualization.normalize_gradient",
    breaks="Each by its own: here by the root mean square of the whole batch",
)
def divides_by_that_of_the_batch(gradient):
    gradient = tf.convert_to_tensor(gradient)
    return tf.math.divide_no_nan(gradient, tf.sqrt(tf.reduce_mean(gradient**2)))


@wrong(
    "feature_visualization.normalize_gradient",
    breaks="The root mean square: here the Euclidean norm",
)
def divides_by_the_norm(gradient):
    gradient = tf.convert_to_tensor(gradient)
    size = tf.sqrt(tf.reduce_sum(gradient**2, axis=(1, 2, 3), keepdims=True))
    return tf.math.divide_no_nan(gradient, size)


@wrong("feature_visualization.normalize_gradient", breaks="Zero stays zero: here 0 / 0 is nan")
def divides_zero_by_zero(gradient):
    gradient = tf.convert_to_tensor(gradient)
    return gradient / tf.sqrt(tf.reduce_mean(gradient**2, axis=(1, 2, 3), keepdims=True))


@wrong(
    "feature_visualization.normalize_gradient",
    breaks="Divided by the root mean square: here 1e-5 is added, too much for small gradients",
)
def adds_a_constant(gradient):
    gradient = tf.convert_to_tensor(gradient)
    size = tf.sqrt(tf.reduce_mean(gradient**2, axis=(1, 2, 3), keepdims=True))
    return gradient / (size + 1e-5)


@wrong(
    "feature_visualization.normalize_gradient",
    breaks="The root mean square: here the standard deviation, which takes the mean off",
)
def divides_by_the_deviation(gradient):
    gradient = tf.convert_to_tensor(gradient)
    size = tf.math.reduce_std(gradient, axis=(1, 2, 3), keepdims=True)
    return tf.math.divide_no_nan(gradient, size)


@wrong(
    "feature_visualization.normalize_gradient",
    breaks="One size for an image: here every channel gets its own",
)
def scales_every_channel(gradient):
    gradient = tf.convert_to_tensor(gradient)
    size = tf.sqrt(tf.reduce_mean(gradient**2, axis=(1, 2), keepdims=True))
    return tf.math.divide_no_nan(gradient, size)


@wrong(
    "feature_visualization.normalize_gradient",
    breaks="The gradient is not changed: here it is divided in place",
)
def divides_in_place(gradient):
    gradient = gradient if isinstance(gradient, np.ndarray) else np.array(gradient)
    size = np.sqrt(np.mean(gradient**2, axis=(1, 2, 3), keepdims=True))
    gradient /= np.where(size == 0, 1, size)
    return gradient


@wrong(
    "feature_visualization.normalize_gradient",
    breaks="Only zeros stay as they are: here one zero gradient leaves the whole batch unscaled",
)
def gives_up_at_one_zero_image(gradient):
    gradient = np.asarray(gradient)
    size = np.sqrt(np.mean(gradient**2, axis=(1, 2, 3), keepdims=True))
    return gradient / size if np.all(size > 0) else gradient.copy()


# --- maximize_class_regularized


def _tv(images):
    return tf.image.total_variation(images)


def _l2(images):
    return tf.reduce_sum((images - 0.5) ** 2, axis=(1, 2, 3))


def _blur(images, sigma):
    return ndi.gaussian_filter(np.asarray(images), (0, sigma, sigma, 0), mode="reflect")


def _score(model, images, class_index, output, **_):
    return _explained(model, images, class_index, output)


def _fresh(rng, batch, max_shift):
    return rng.integers(-max_shift, max_shift + 1, (batch, 2))


def _regularized(
    model, start, class_index, steps, step_size, tv_weight, l2_weight, blur_sigma, max_shift, seed,
    output, *, tv=_tv, l2=_l2, blur=_blur, draw=_fresh, on_jittered=False, change=lambda g: g,
    finish=None,
):  # fmt: skip
    """A right answer, but for what is handed in by keyword."""
    rng = np.random.default_rng(seed)
    images = _tensor(start)
    scores = [_explained(model, images, class_index, output)]
    for _ in range(int(steps)):
        shifts = draw(rng, len(images), max_shift)
        with tf.GradientTape() as tape:
            tape.watch(images)
            rolled = _rolled(images, shifts)
            punished = rolled if on_jittered else images
            value = _explained(model, rolled, class_index, output)
            value = value - tv_weight * tv(punished) - l2_weight * l2(punished)
        images = _clip(images + step_size * change(tape.gradient(value, images)))
        if blur_sigma:
            images = _tensor(blur(images, blur_sigma))
        scores.append(_explained(model, images, class_index, output))
    return _Ascent(images, tf.stack(scores))


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="Every step draws its jitter anew: here every step rolls alike",
)
def rolls_alike_at_every_step(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    draw = lambda _, batch, most: _fresh(np.random.default_rng(seed), batch, most)  # noqa: E731
    return _regularized(
        model, start, class_index, steps, step_size, tv_weight, l2_weight, blur_sigma, max_shift,
        seed, output, draw=draw,
    )  # fmt: skip


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="Another shift for every image: here a step rolls the whole batch alike",
)
def rolls_the_batch_alike(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    draw = lambda rng, batch, most: np.repeat(_fresh(rng, 1, most), batch, 0)  # noqa: E731
    return _regularized(
        model, start, class_index, steps, step_size, tv_weight, l2_weight, blur_sigma, max_shift,
        seed, output, draw=draw,
    )  # fmt: skip


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="The gradient of the images themselves: here that of the jittered ones, not rolled back",
)
def never_rolls_the_gradient_back(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    rng = np.random.default_rng(seed)
    images = _tensor(start)
    scores = [_explained(model, images, class_index, output)]
    for _ in range(int(steps)):
        rolled = _rolled(images, _fresh(rng, len(images), max_shift))
        with tf.GradientTape(persistent=True) as tape:
            tape.watch([rolled, images])
            value = _explained(model, rolled, class_index, output)
            penalty = tv_weight * _tv(images) + l2_weight * _l2(images)
        gradient = tape.gradient(value, rolled) - tape.gradient(penalty, images)
        images = _clip(images + step_size * gradient)
        if blur_sigma:
            images = _tensor(_blur(images, blur_sigma))
        scores.append(_explained(model, images, class_index, output))
    return _Ascent(images, tf.stack(scores))


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="The images stay where they are: here the jitter is never undone",
)
def wanders_off_with_the_jitter(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    rng = np.random.default_rng(seed)
    images = _tensor(start)
    scores = [_explained(model, images, class_index, output)]
    for _ in range(int(steps)):
        images = _rolled(images, _fresh(rng, len(images), max_shift))
        images = _regularized(
            model, images, class_index, 1, step_size, tv_weight, l2_weight, blur_sigma, 0, 0, output
        ).images
        scores.append(_explained(model, images, class_index, output))
    return _Ascent(images, tf.stack(scores))


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="The penalties are those of the images: here of the jittered ones, whose edges meet",
)
def punishes_the_jittered_images(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    return _regularized(
        model, start, class_index, steps, step_size, tv_weight, l2_weight, blur_sigma, max_shift,
        seed, output, on_jittered=True,
    )  # fmt: skip


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="Distance from mid-grey: here from black",
)
def pulls_towards_black(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    return _regularized(
        model, start, class_index, steps, step_size, tv_weight, l2_weight, blur_sigma, max_shift,
        seed, output, l2=lambda x: tf.reduce_sum(x**2, axis=(1, 2, 3)),
    )  # fmt: skip


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="The squared distance is summed: here it is averaged",
)
def averages_the_distance(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    return _regularized(
        model, start, class_index, steps, step_size, tv_weight, l2_weight, blur_sigma, max_shift,
        seed, output, l2=lambda x: tf.reduce_mean((x - 0.5) ** 2, axis=(1, 2, 3)),
    )  # fmt: skip


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="Each image's penalty counts in full: here the batch's mean, so B dilutes it",
)
def averages_the_penalty_over_the_batch(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    return _regularized(
        model, start, class_index, steps, step_size, tv_weight, l2_weight, blur_sigma, max_shift,
        seed, output, tv=lambda x: _tv(x) / len(x), l2=lambda x: _l2(x) / len(x),
    )  # fmt: skip


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="Over the two spatial axes: here the blur mixes the channels, too",
)
def blurs_the_channels_too(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    blur = lambda x, s: ndi.gaussian_filter(np.asarray(x), (0, s, s, s))  # noqa: E731
    return _regularized(
        model, start, class_index, steps, step_size, tv_weight, l2_weight, blur_sigma, max_shift,
        seed, output, blur=blur,
    )  # fmt: skip


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="Every step is followed by a blur: here only the last one",
)
def blurs_only_at_the_end(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    left = int(steps)

    def blur(x, sigma):
        nonlocal left
        left -= 1
        return x if left else _blur(x, sigma)

    return _regularized(
        model, start, class_index, steps, step_size, tv_weight, l2_weight, blur_sigma, max_shift,
        seed, output, blur=blur,
    )  # fmt: skip


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="The images are clipped, then blurred: here the other way round",
)
def blurs_before_clipping(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    rng = np.random.default_rng(seed)
    images = _tensor(start)
    scores = [_explained(model, images, class_index, output)]
    for _ in range(int(steps)):
        shifts = _fresh(rng, len(images), max_shift)
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = _explained(model, _rolled(images, shifts), class_index, output)
            value = value - tv_weight * _tv(images) - l2_weight * _l2(images)
        images = images + step_size * tape.gradient(value, images)
        if blur_sigma:
            images = _tensor(_blur(images, blur_sigma))
        images = _clip(images)
        scores.append(_explained(model, images, class_index, output))
    return _Ascent(images, tf.stack(scores))


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="Scores are the outputs: here the penalties are taken off",
)
def records_the_whole_objective(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    def value(images):
        output_ = _explained(model, images, class_index, output)
        return output_ - tv_weight * _tv(images) - l2_weight * _l2(images)

    images = _tensor(start)
    scores = [value(images)]
    rng = np.random.default_rng(seed)
    for _ in range(int(steps)):
        images = _regularized(
            model, images, class_index, 1, step_size, tv_weight, l2_weight, blur_sigma, max_shift,
            int(rng.integers(2**31)), output,
        ).images  # fmt: skip
        scores.append(value(images))
    return _Ascent(images, tf.stack(scores))


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="Scores are for the images themselves: here for the jittered ones",
)
def records_the_jittered_output(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    shifts = []

    def draw(rng, batch, most):
        shifts.append(_fresh(rng, batch, most))
        return shifts[-1]

    images = _tensor(start)
    scores = []
    rng = np.random.default_rng(seed)
    for _ in range(int(steps)):
        before, images = images, _regularized(
            model, images, class_index, 1, step_size, tv_weight, l2_weight, blur_sigma, max_shift,
            int(rng.integers(2**31)), output, draw=draw,
        ).images  # fmt: skip
        scores.append(_explained(model, _rolled(before, shifts[-1]), class_index, output))
    scores.append(_explained(model, images, class_index, output))
    return _Ascent(images, tf.stack(scores))


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="Scores are those after every step: here taken before the step's blur",
)
def records_before_the_blur(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    sharp = [_tensor(start)]

    def blur(images, sigma):
        sharp.append(images)
        return _blur(images, sigma)

    result = _regularized(
        model, start, class_index, steps, step_size, tv_weight, l2_weight, blur_sigma, max_shift,
        seed, output, blur=blur,
    )  # fmt: skip
    if not blur_sigma:
        return result
    scores = [_explained(model, images, class_index, output) for images in sharp]
    return result._replace(scores=tf.stack(scores))


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="The gradient is taken as it is: here it is brought to root mean square 1",
)
def normalises_the_gradient(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    def change(g):
        size = tf.sqrt(tf.reduce_mean(g**2, axis=(1, 2, 3), keepdims=True))
        return tf.math.divide_no_nan(g, size)

    return _regularized(
        model, start, class_index, steps, step_size, tv_weight, l2_weight, blur_sigma, max_shift,
        seed, output, change=change,
    )  # fmt: skip


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="0 steps return the start: here it is blurred first",
)
def blurs_the_start(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    start = _blur(start, blur_sigma) if blur_sigma else start
    return _regularized(
        model, start, class_index, steps, step_size, tv_weight, l2_weight, blur_sigma, max_shift,
        seed, output,
    )  # fmt: skip


@wrong(
    "feature_visualization.maximize_class_regularized",
    breaks="l2_weight · Σ (images − 0.5)²: here tf.nn.l2_loss, which is half of the sum",
)
def half_of_the_squares(
    model, start, class_index, steps, step_size, tv_weight=0.0, l2_weight=0.0, blur_sigma=0.0,
    max_shift=0, seed=0, output="logit",
):  # fmt: skip
    return _regularized(
        model, start, class_index, steps, step_size, tv_weight, l2_weight, blur_sigma, max_shift,
        seed, output, l2=lambda x: _l2(x) / 2,
    )  # fmt: skip


# --- feature_extractor


def _layer(model, layer_name):
    names = [layer.name for layer in model.layers]
    if layer_name not in names:
        near = difflib.get_close_matches(layer_name, names, n=5, cutoff=0.1)
        raise ValueError(f"no layer {layer_name!r}; near ones: {', '.join(near)}")
    return model.get_layer(layer_name)


@wrong(
    "feature_visualization.feature_extractor",
    breaks="It shares the weights: here the model is cloned, with the weights of this moment",
)
def copies_the_weights(model, layer_name):
    _layer(model, layer_name)
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return keras.Model(copy.inputs, copy.get_layer(layer_name).output)


@wrong(
    "feature_visualization.feature_extractor",
    breaks="It shares the weights: here clone_model draws new ones",
)
def draws_new_weights(model, layer_name):
    _layer(model, layer_name)
    copy = keras.models.clone_model(model)
    return keras.Model(copy.inputs, copy.get_layer(layer_name).output)


@wrong(
    "feature_visualization.feature_extractor",
    breaks="The activations of that layer: here what goes into it",
)
def cuts_before_the_layer(model, layer_name):
    layer = _layer(model, layer_name)
    return keras.Model(model.inputs, layer.input)


@wrong(
    "feature_visualization.feature_extractor",
    breaks="Branches are no obstacle: here the layers are chained in their order",
)
def chains_the_layers(model, layer_name):
    _layer(model, layer_name)
    x = inputs = keras.Input(model.input_shape[1:])
    for layer in model.layers:
        if not isinstance(layer, keras.layers.InputLayer):
            x = layer(x)
        if layer.name == layer_name:
            break
    return keras.Model(inputs, x)


@wrong(
    "feature_visualization.feature_extractor",
    breaks="ValueError for an unknown name: here the nearest layer is taken instead",
)
def takes_the_nearest_layer(model, layer_name):
    names = [layer.name for layer in model.layers]
    near = difflib.get_close_matches(layer_name, names, n=1, cutoff=0.0)
    return keras.Model(model.inputs, model.get_layer(near[0]).output)


@wrong(
    "feature_visualization.feature_extractor",
    breaks="The layer of that name: here the first one whose name contains it",
)
def takes_a_part_of_a_name(model, layer_name):
    for layer in model.layers:
        if layer_name in layer.name:
            return keras.Model(model.inputs, layer.output)
    return keras.Model(model.inputs, _layer(model, layer_name).output)


@wrong(
    "feature_visualization.feature_extractor",
    breaks="The message lists near names: here it says only that there is no such layer",
)
def names_no_alternative(model, layer_name):
    if layer_name not in [layer.name for layer in model.layers]:
        raise ValueError(f"there is no layer {layer_name!r}")
    return keras.Model(model.inputs, model.get_layer(layer_name).output)


@wrong(
    "feature_visualization.feature_extractor",
    breaks="The model is left as it is: here it is frozen, and stays so",
)
def freezes_the_model(model, layer_name):
    layer = _layer(model, layer_name)
    model.trainable = False
    return keras.Model(model.inputs, layer.output)


@wrong(
    "feature_visualization.feature_extractor",
    breaks="ValueError for any unknown name: here IndexError when none is near",
)
def finds_nothing_near(model, layer_name):
    names = [layer.name for layer in model.layers]
    if layer_name not in names:
        near = difflib.get_close_matches(layer_name, names)
        raise ValueError(f"no layer {layer_name!r}; did you mean {near[0]}? ({', '.join(near)})")
    return keras.Model(model.inputs, model.get_layer(layer_name).output)


@wrong(
    "feature_visualization.feature_extractor",
    breaks="The layer's activations: here of layers in a row, whatever the branches",
)
def layers_in_a_row(model, layer_name):
    wanted = _layer(model, layer_name)
    inputs = keras.Input(model.input_shape[1:])
    x = inputs
    for layer in model.layers:
        if not isinstance(layer, keras.layers.InputLayer):
            x = layer(x) if not isinstance(layer.input, list) else layer([x] * len(layer.input))
        if layer is wanted:
            break
    return keras.Model(inputs, x)


@wrong(
    "feature_visualization.feature_extractor",
    breaks="ValueError if there is no such layer: silently takes the one whose name is nearest",
)
def takes_the_nearest_name(model, layer_name):
    names = [layer.name for layer in model.layers]
    if layer_name not in names:
        near = difflib.get_close_matches(layer_name, names, n=1)
        if not near:
            raise ValueError(f"there is no layer {layer_name!r}; there are {names}")
        layer_name = near[0]
    return keras.Model(model.inputs[0], model.get_layer(layer_name).output)


# --- maximize_feature


def _channel_mean(activations, channel):
    values = activations[..., channel]
    return tf.reduce_mean(tf.reshape(values, [values.shape[0], -1]), axis=1)


def _climb_feature(
    model, start, layer_name, channel, steps, step_size,
    *, score=_channel_mean, target=None, clip=_clip,
):  # fmt: skip
    extractor = keras.Model(model.inputs, _layer(model, layer_name).output)
    target = target or score
    images = _tensor(start)
    scores = [score(extractor(images, training=False), channel)]
    for _ in range(int(steps)):
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = target(extractor(images, training=False), channel)
        images = clip(images + step_size * tape.gradient(value, images))
        scores.append(score(extractor(images, training=False), channel))
    return _Ascent(images, tf.stack(scores))


@wrong("feature_visualization.maximize_feature", breaks="The mean over the positions: here the sum")
def adds_up_the_positions(model, start, layer_name, channel, steps, step_size):
    score = lambda a, c: tf.reduce_sum(a[..., c], axis=tuple(range(1, len(a.shape) - 1)))  # noqa: E731
    return _climb_feature(model, start, layer_name, channel, steps, step_size, score=score)


@wrong(
    "feature_visualization.maximize_feature",
    breaks="One channel: here the whole layer's mean is climbed and recorded",
)
def climbs_the_whole_layer(model, start, layer_name, channel, steps, step_size):
    score = lambda a, c: tf.reduce_mean(tf.reshape(a, [len(a), -1]), axis=1)  # noqa: E731
    return _climb_feature(model, start, layer_name, channel, steps, step_size, score=score)


@wrong(
    "feature_visualization.maximize_feature",
    breaks="Any layer: here activations must have four axes, so a dense layer fails",
)
def knows_feature_maps_only(model, start, layer_name, channel, steps, step_size):
    score = lambda a, c: tf.reduce_mean(a[:, :, :, c], axis=(1, 2))  # noqa: E731
    return _climb_feature(model, start, layer_name, channel, steps, step_size, score=score)


@wrong(
    "feature_visualization.maximize_feature",
    breaks="Each image on its own path: here the batch's mean is climbed, and B divides steps",
)
def climbs_the_batch_mean(model, start, layer_name, channel, steps, step_size):
    target = lambda a, c: tf.reduce_mean(a[..., c])  # noqa: E731
    return _climb_feature(model, start, layer_name, channel, steps, step_size, target=target)


@wrong(
    "feature_visualization.maximize_feature",
    breaks="The mean over all positions: here a border of 2 is left out, as in Keras' tutorial",
)
def leaves_out_the_border(model, start, layer_name, channel, steps, step_size):
    def score(a, c):
        return _channel_mean(
            a[:, 2:-2, 2:-2] if len(a.shape) == 4 and min(a.shape[1:3]) > 4 else a, c
        )

    return _climb_feature(model, start, layer_name, channel, steps, step_size, score=score)


@wrong(
    "feature_visualization.maximize_feature",
    breaks="The activation itself: here the mean of its square (DeepDream)",
)
def climbs_the_mean_square(model, start, layer_name, channel, steps, step_size):
    score = lambda a, c: _channel_mean(a**2, c)  # noqa: E731
    return _climb_feature(model, start, layer_name, channel, steps, step_size, score=score)


@wrong(
    "feature_visualization.maximize_feature",
    breaks="Plain clipped steps: here the gradient is normalised, as in Keras' tutorial",
)
def normalises_the_feature_gradient(model, start, layer_name, channel, steps, step_size):
    extractor = keras.Model(model.inputs, _layer(model, layer_name).output)
    images = _tensor(start)
    scores = [_channel_mean(extractor(images, training=False), channel)]
    for _ in range(int(steps)):
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = _channel_mean(extractor(images, training=False), channel)
        gradient = tf.math.l2_normalize(tape.gradient(value, images), axis=(1, 2, 3))
        images = _clip(images + step_size * gradient)
        scores.append(_channel_mean(extractor(images, training=False), channel))
    return _Ascent(images, tf.stack(scores))


@wrong(
    "feature_visualization.maximize_feature",
    breaks="Clipped steps: here the images may leave [0, 1]",
)
def climbs_without_clipping(model, start, layer_name, channel, steps, step_size):
    return _climb_feature(model, start, layer_name, channel, steps, step_size, clip=tf.identity)


@wrong(
    "feature_visualization.maximize_feature",
    breaks="ValueError for an unknown layer: here a KeyError",
)
def looks_the_layer_up_in_a_dict(model, start, layer_name, channel, steps, step_size):
    {layer.name: layer for layer in model.layers}[layer_name]
    return _climb_feature(model, start, layer_name, channel, steps, step_size)


@wrong(
    "feature_visualization.maximize_feature",
    breaks="Clipped steps: here clipped once at the end, with scores of images outside of [0, 1]",
)
def clips_once_at_the_end(model, start, layer_name, channel, steps, step_size):
    cut, images = keras.Model(model.inputs, _layer(model, layer_name).output), _tensor(start)

    def score(x):
        activation = cut(x, training=False)[..., channel]
        return tf.reduce_mean(tf.reshape(activation, [len(x), -1]), axis=1)

    scores = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(images)
            goal = score(images)
        scores.append(goal)
        images = images + step_size * tape.gradient(goal, images)
    images = tf.clip_by_value(images, 0.0, 1.0)
    return _Ascent(images, tf.stack([*scores, score(images)]))


@wrong(
    "feature_visualization.maximize_feature",
    breaks="The mean over the positions: here the largest activation of the channel",
)
def largest_activation(model, start, layer_name, channel, steps, step_size):
    score = lambda a, c: tf.reduce_max(tf.reshape(a[..., c], [len(a), -1]), axis=1)  # noqa: E731
    return _climb_feature(model, start, layer_name, channel, steps, step_size, score=score)


@wrong(
    "feature_visualization.maximize_feature",
    breaks="The channel's mean activation: here the mean of all channels is taken off",
)
def channel_against_the_others(model, start, layer_name, channel, steps, step_size):
    score = lambda a, c: _channel_mean(a - tf.reduce_mean(a, axis=-1, keepdims=True), c)  # noqa: E731
    return _climb_feature(model, start, layer_name, channel, steps, step_size, score=score)
