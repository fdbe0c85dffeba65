# ruff: noqa: ANN001, ANN201, ANN202, B905, E501, F821, RUF059
"""Right answers to `natural_images` of round 17: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from tests.answers.fresh import right


@right(
    "natural_images.frequencies",
    how="Whole waves counted by hand, absolute value of a complex number.",
)
def frequencies_whole_waves_counted(height, width):
    down = [min(k, height - k) / height for k in range(height)]
    return np.array([[abs(complex(y, k / width)) for k in range(width // 2 + 1)] for y in down])


@right(
    "natural_images.fourier_images",
    how="The inverse transform as two matrices of cosines and sines, applied with einsum.",
)
def fourier_images_inverse_transform_two(spectrum, height, width):
    f = np.maximum(np.asarray(frequencies(height, width)), 1 / max(height, width))
    spectrum = tf.cast(spectrum, tf.complex64) / tf.cast(f, tf.complex64)
    rows = np.arange(height)
    down = np.exp(2j * np.pi * np.outer(rows, rows) / height)
    k = np.arange(width // 2 + 1)
    twice = np.where((k == 0) | (2 * k == width), 1, 2)
    across = twice[:, None] * np.exp(2j * np.pi * np.outer(k, np.arange(width)) / width)
    down, across = (tf.constant(down, tf.complex64), tf.constant(across, tf.complex64))
    waves = tf.einsum("bckf,hk->bchf", spectrum, down)
    return tf.math.real(tf.einsum("bchf,fw->bhwc", waves, across)) / float(np.sqrt(height * width))


@right(
    "natural_images.fourier_images",
    how="Keras.ops-free tf.signal with the 1/f filter in two real multiplications.",
)
def fourier_images_keras_ops_free(spectrum, height, width):
    slow = 1.0 / max(height, width)
    gain = np.sqrt(height * width) / np.where(
        frequencies(height, width) < slow, slow, frequencies(height, width)
    )
    gain = tf.constant(gain, tf.float32)
    s = tf.convert_to_tensor(spectrum)
    re, im = (tf.cast(part(s), tf.float32) * gain for part in (tf.math.real, tf.math.imag))
    planes = tf.signal.irfft2d(tf.complex(re, im), fft_length=[height, width])
    return tf.stack(tf.unstack(planes, axis=1), axis=-1)


@right(
    "natural_images.color_basis",
    how="No covariance at all: the triangle of a QR decomposition, turned over.",
)
def color_basis_covariance_triangle_qr(photos):
    pixels = np.array(photos, np.float64).reshape(-1, np.shape(photos)[-1])
    pixels = pixels - pixels.mean(axis=0)
    lower = np.linalg.qr(pixels, mode="r").T
    if lower.shape[1] < lower.shape[0]:
        lower = np.pad(lower, ((0, 0), (0, lower.shape[0] - lower.shape[1])))
    return lower / max(np.sqrt(np.einsum("ij,ij->j", lower, lower)))


def _fold_back(index, size):
    index = np.mod(index, 2 * size)
    return np.where(index < size, index, 2 * size - 1 - index)


@right(
    "natural_images.random_view",
    how="Complex numbers for the turn and the zoom, four gathers with folded indices, weights by hand.",
)
def random_view_complex_numbers_turn(images, max_shift, max_angle, max_zoom, seed):
    x = tf.convert_to_tensor(images)
    count, height, width = x.shape[:3]
    rng = np.random.default_rng([seed, 99])
    dy, dx, angle, zoom = rng.uniform(-1, 1, (4, count, 1, 1))
    rows, columns = np.mgrid[:height, :width]
    middle = (width - 1) / 2 + 1j * (height - 1) / 2
    plane = columns + 1j * rows - middle
    turn = np.exp(1j * np.radians(max_angle * angle)) / (1 + max_zoom * zoom)
    at = plane * turn + middle + max_shift * (dx + 1j * dy)
    y, z = (at.imag, at.real)
    if max_shift == max_angle == max_zoom == 0:
        y, z = (np.broadcast_to(rows, y.shape) + 0.0, np.broadcast_to(columns, z.shape) + 0.0)
    top, left = (np.floor(y).astype(int), np.floor(z).astype(int))
    view = 0.0
    for i in (0, 1):
        for j in (0, 1):
            weight = np.abs(1 - i - (y - top)) * np.abs(1 - j - (z - left))
            place = _fold_back(top + i, height) * width + _fold_back(left + j, width)
            flat = tf.reshape(x, (count, height * width, -1))
            taken = tf.gather(flat, tf.constant(place), batch_dims=1)
            view += tf.constant(weight[..., None], x.dtype) * taken
    return tf.reshape(view, x.shape)


@right(
    "natural_images.visualize_class",
    how="Closures; Adam in NumPy on float64 moments; real and imaginary parts in two separate arrays.",
)
def visualize_class_closures_adam_numpy(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    if any(size is None for size in model.input_shape[1:]):
        raise ValueError("visualize_class needs a model for images of one size")
    classes = np.array(class_index, np.int32).reshape(-1)
    height, width, channels = model.input_shape[1:]
    mix = np.eye(channels) if colors is None else np.asarray(colors)
    mix = tf.constant(mix, tf.float32)
    start_rng, view_rng = (np.random.default_rng([seed, stream]) for stream in (1, 2))
    shape = (len(classes), channels, height, width // 2 + 1)
    waves = [start_rng.normal(scale=0.01, size=shape) for _ in "ri"]

    def paint(re, im):
        return tf.sigmoid(tf.linalg.matvec(mix, fourier_images(tf.complex(re, im), height, width)))

    first, second = ([np.zeros(shape)] * 2, [np.zeros(shape)] * 2)
    scores = []
    for n in range(steps):
        own = int(view_rng.integers(2**31))
        now = [tf.constant(one, tf.float32) for one in waves]
        with tf.GradientTape() as tape:
            tape.watch(now)
            score = select_output(model, random_view(paint(*now), *view, own), classes)
        scores.append(np.asarray(score))
        slopes = [np.asarray(g, float) for g in tape.gradient(score, now)]
        first = [0.9 * a + 0.1 * g for a, g in zip(first, slopes)]
        second = [0.999 * a + 0.001 * g**2 for a, g in zip(second, slopes)]
        rate = step_size * (1 - n / steps)
        for i in (0, 1):
            mean, power = (first[i] / (1 - 0.9 ** (n + 1)), second[i] / (1 - 0.999 ** (n + 1)))
            waves[i] = waves[i] + rate * mean / (np.sqrt(power) + 1e-07)
    images = paint(*(tf.constant(one, tf.float32) for one in waves))
    scores.append(np.asarray(select_output(model, images, classes)))
    return Ascent(images, np.stack(scores))


@right(
    "natural_images.visualize_channel",
    how='A model whose "logits" are the channel means, handed to visualize_class.',
)
def visualize_channel_model_whose_logits(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    cut = feature_extractor(model, layer_name)
    shown = cut.output
    between = tuple(range(1, len(shown.shape) - 1))
    means = keras.ops.mean(shown, axis=between) if between else shown
    pooled = keras.Model(cut.inputs, means)
    return visualize_class(
        pooled, channel, steps=steps, seed=seed, colors=colors, view=view, step_size=step_size
    )


def _dream_added(cut, photo, k, last, steps, step_size, scale):
    height, width = photo.shape[1:3]
    size = (round(height / scale**k), round(width / scale**k))
    plain = tf.image.resize(photo, size, method="bilinear")
    x = plain
    if k < last:
        x = x + tf.image.resize(
            _dream_added(cut, photo, k + 1, last, steps, step_size, scale), size
        )
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            goal = tf.reduce_mean(tf.square(cut(x, training=False)))
        x = tf.clip_by_value(x + step_size * normalize_gradient(tape.gradient(goal, x)), 0.0, 1.0)
    return x - plain


@right(
    "natural_images.deep_dream", how="Recursion over the octaves, each returns what it has added."
)
def deep_dream_recursion_over_octaves(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError(f"octaves must be 1 or more, not {octaves}")
    photo = tf.cast(tf.convert_to_tensor(image), tf.float32)[tf.newaxis]
    cut = feature_extractor(model, layer_name)
    found = photo + _dream_added(cut, photo, 0, octaves - 1, steps, step_size, scale)
    return tf.clip_by_value(found, 0.0, 1.0)[0]


@right(
    "natural_images.color_basis",
    how="Np.cov made two-dimensional, and the symmetric root by a singular value decomposition.",
)
def color_basis_np_cov_made(photos):
    pixels = np.asarray(photos, np.float64).reshape(-1, np.shape(photos)[-1])
    covariance = np.atleast_2d(np.cov(pixels, rowvar=False, bias=True))
    u, power, _ = np.linalg.svd(covariance, hermitian=True)
    root = u * np.sqrt(power) @ u.T
    return root / np.sqrt(np.square(root).sum(axis=0).max())


@right(
    "natural_images.random_view",
    how="The image is padded symmetrically as often as needed by an index table, then sampled with sparse matrices of hat functions.",
)
def random_view_image_padded_symmetrically(images, max_shift, max_angle, max_zoom, seed):
    x = tf.convert_to_tensor(images)
    count, height, width, channels = x.shape
    rng = np.random.Generator(np.random.Philox(seed))
    out = []
    for one in tf.unstack(x):
        dy, dx = rng.uniform(-max_shift, max_shift, 2)
        angle = np.deg2rad(rng.uniform(-max_angle, max_angle))
        zoom = rng.uniform(1 - max_zoom, 1 + max_zoom)
        matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / zoom
        middle = np.array([[(height - 1) / 2], [(width - 1) / 2]])
        grid = np.indices((height, width)).reshape(2, -1)
        at = matrix @ (grid - middle) + middle + np.array([[dy], [dx]])
        base = np.floor(at).astype(int)
        part = at - base
        total = 0.0
        for i, j in np.ndindex(2, 2):
            place = []
            for index, size in ((base[0] + i, height), (base[1] + j, width)):
                table = np.r_[0:size, size - 1 : -1 : -1]
                place.append(table[index % (2 * size)])
            weight = (part[0] if i else 1 - part[0]) * (part[1] if j else 1 - part[1])
            total += tf.gather_nd(one, np.stack(place, -1)) * tf.constant(weight[:, None], x.dtype)
        out.append(tf.reshape(total, (height, width, channels)))
    return tf.stack(out)
