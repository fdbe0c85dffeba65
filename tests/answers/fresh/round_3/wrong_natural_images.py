# ruff: noqa: ANN001, ANN201, ANN202, E501, F821
"""More wrong answers to `natural_images`, of a later round: each breaks one promise."""

import numpy as np
import tensorflow as tf

from course.feature_visualization import feature_extractor, normalize_gradient
from course.given import Ascent, compiled
from course.saliency import select_output
from solutions.natural_images import deep_dream as solved_dream
from solutions.natural_images import random_view as solved_view
from tests.answers.fresh import wrong


def _third_draw(count, view, rng):
    max_shift, max_angle, max_zoom = view
    shift = rng.uniform(-max_shift, max_shift, (count, 2))
    angle = np.deg2rad(rng.uniform(-max_angle, max_angle, count))
    zoom = rng.uniform(1 - max_zoom, 1 + max_zoom, count)
    return np.column_stack([shift, angle, zoom]).astype(np.float32)


def _third_mirror(index, size):
    index = tf.math.floormod(index, 2 * size)
    return tf.where(index >= size, 2 * size - 1 - index, index)


def _third_look(images, amounts):
    shape = tf.shape(images)
    height, width = (shape[1], shape[2])
    rows = tf.cast(tf.range(height), tf.float32)[None, :, None]
    columns = tf.cast(tf.range(width), tf.float32)[None, None, :]
    middle_row = (tf.cast(height, tf.float32) - 1) / 2
    middle_column = (tf.cast(width, tf.float32) - 1) / 2
    a = amounts[:, :, None, None]
    y = rows - middle_row - a[:, 0]
    x = columns - middle_column - a[:, 1]
    cos, sin = (tf.cos(a[:, 2]), tf.sin(a[:, 2]))
    source_y = (cos * y - sin * x) / a[:, 3] + middle_row
    source_x = (sin * y + cos * x) / a[:, 3] + middle_column
    top, left = (tf.floor(source_y), tf.floor(source_x))
    down, right = ((source_y - top)[..., None], (source_x - left)[..., None])
    top, left = (tf.cast(top, tf.int32), tf.cast(left, tf.int32))

    def at(i, j):
        return tf.gather_nd(
            images, tf.stack([_third_mirror(i, height), _third_mirror(j, width)], -1), batch_dims=1
        )

    upper = at(top, left) * (1 - right) + at(top, left + 1) * right
    lower = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right
    return upper * (1 - down) + lower * down


def _third_paint(real, imag, colors, size):
    pixels = fourier_images(tf.complex(real, imag), *size)
    return tf.sigmoid(tf.einsum("ij,bhwj->bhwi", colors, pixels))


def _third_size(model):
    shape = model.input_shape
    if None in shape[1:3]:
        raise ValueError("the model takes images of any size")
    return (shape[1:3], shape[3])


def _third_visualize(model, score, count, size, channels, steps, seed, colors, view, step_size):
    rng = np.random.default_rng(seed)
    start = rng.normal(0, 0.01, (2, count, channels, size[0], size[1] // 2 + 1)).astype(np.float32)
    parts = tf.convert_to_tensor(start)
    colors = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)
    first, second = (tf.zeros_like(parts), tf.zeros_like(parts))
    moving = any(view)

    @tf.function(autograph=False, reduce_retracing=True)
    def step(parts, amounts):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(parts)
            images = _third_paint(parts[0], parts[1], colors, size)
            if moving:
                images = _third_look(images, amounts)
            images = tf.ensure_shape(images, (count, *size, channels))
            values = score(images)
        return (tape.gradient(values, parts), values)

    scores = []
    for n in range(steps):
        gradient, values = step(parts, tf.constant(_third_draw(count, view, rng)))
        scores.append(values)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = step_size * (1 - n / steps)
        m, v = (first / (1 - 0.9 ** (n + 1)), second / (1 - 0.999 ** (n + 1)))
        parts = parts + rate * m / (tf.sqrt(v) + 1e-07)
    images = _third_paint(parts[0], parts[1], colors, size)
    scores.append(score(images))
    return Ascent(images, tf.stack(scores))


@compiled
def _third_dream(extractor, images, step_size):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        value = tf.reduce_mean(extractor(images, training=False) ** 2)
    gradient = normalize_gradient(tape.gradient(value, images))
    return tf.clip_by_value(images + step_size * gradient, 0.0, 1.0)


@wrong(
    "natural_images.frequencies",
    breaks="The order and values of rfft2 also for odd widths (the last frequency is set to 0.5, right for even ones only)",
)
def frequencies_nyquist_for_odd(height, width):
    f = np.fft.rfftfreq(width)
    f[-1] = 0.5
    return np.hypot(np.fft.fftfreq(height)[:, None], f[None])


@wrong(
    "natural_images.frequencies",
    breaks="The length of the vector, 0 for the constant (already clamped to 1 / max(H, W))",
)
def frequencies_floor(height, width):
    return np.maximum(
        np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]),
        1 / max(height, width),
    )


@wrong(
    "natural_images.frequencies",
    breaks="Cycles per pixel, each axis by its own length (both divided by the larger side: only right for squares)",
)
def frequencies_per_image(height, width):
    n = max(height, width)
    return np.hypot(
        (np.fft.fftfreq(height) * height / n)[:, None], (np.fft.rfftfreq(width) * width / n)[None]
    )


@wrong(
    "natural_images.frequencies",
    breaks="The order of numpy.fft.rfft2 (rows shifted: the constant in the middle)",
)
def frequencies_shifted(height, width):
    return np.hypot(np.fft.fftshift(np.fft.fftfreq(height))[:, None], np.fft.rfftfreq(width)[None])


@wrong("natural_images.frequencies", breaks="The length of the vector (the larger of the two)")
def frequencies_chebyshev(height, width):
    return np.maximum(np.abs(np.fft.fftfreq(height))[:, None], np.fft.rfftfreq(width)[None])


@wrong(
    "natural_images.fourier_images",
    breaks="Frequencies below 1 / max(H, W) count as that (1 / min(H, W): only right for squares)",
)
def fourier_images_min_side(spectrum, height, width):
    spectrum = tf.convert_to_tensor(spectrum)
    divisor = np.maximum(frequencies(height, width), 1 / min(height, width))
    scaled = spectrum / tf.cast(divisor, spectrum.dtype)
    images = tf.signal.irfft2d(scaled, [height, width]) * float(np.sqrt(height * width))
    return tf.transpose(images, (0, 2, 3, 1))


@wrong(
    "natural_images.fourier_images",
    breaks="W even or odd (irfft2 without a size: always even; odd cut off by one column repeated)",
)
def fourier_images_odd_lost(spectrum, height, width):
    s = np.asarray(spectrum) / np.maximum(frequencies(height, width), 1 / max(height, width))
    images = np.fft.irfft2(s, norm="ortho")
    if images.shape[-1] < width:
        images = np.concatenate([images, images[..., -1:]], -1)
    return images[..., :width].transpose(0, 2, 3, 1)


@wrong(
    "natural_images.fourier_images",
    breaks="The transform keeps the sum of squares (Lucid's spectrum scale times sqrt(W · H), divided by 4)",
)
def fourier_images_lucid_scale(spectrum, height, width):
    spectrum = tf.convert_to_tensor(spectrum)
    divisor = np.maximum(frequencies(height, width), 1 / max(height, width))
    scaled = spectrum / tf.cast(divisor, spectrum.dtype)
    images = tf.signal.irfft2d(scaled, [height, width]) * float(height * width) / 4
    return tf.transpose(images, (0, 2, 3, 1))


@wrong(
    "natural_images.fourier_images", breaks="The constant counts as 1 / max(H, W) (it is left out)"
)
def fourier_images_dc_zeroed(spectrum, height, width):
    spectrum = tf.convert_to_tensor(spectrum)
    divisor = np.maximum(frequencies(height, width), 1 / max(height, width))
    divisor[0, 0] = np.inf
    scaled = spectrum / tf.cast(divisor, spectrum.dtype)
    images = tf.signal.irfft2d(scaled, [height, width]) * float(np.sqrt(height * width))
    return tf.transpose(images, (0, 2, 3, 1))


@wrong("natural_images.fourier_images", breaks="The constant counts as 1 / max(H, W) (as 1)")
def fourier_images_dc_one(spectrum, height, width):
    spectrum = tf.convert_to_tensor(spectrum)
    divisor = frequencies(height, width)
    divisor[0, 0] = 1
    scaled = spectrum / tf.cast(divisor, spectrum.dtype)
    images = tf.signal.irfft2d(scaled, [height, width]) * float(np.sqrt(height * width))
    return tf.transpose(images, (0, 2, 3, 1))


@wrong(
    "natural_images.fourier_images",
    breaks="Any size and sign, the transform alone (its mean over pixels and channels is taken off)",
)
def fourier_images_centred(spectrum, height, width):
    spectrum = tf.convert_to_tensor(spectrum)
    divisor = np.maximum(frequencies(height, width), 1 / max(height, width))
    scaled = spectrum / tf.cast(divisor, spectrum.dtype)
    images = tf.signal.irfft2d(scaled, [height, width]) * float(np.sqrt(height * width))
    images = images - tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
    return tf.transpose(images, (0, 2, 3, 1))


@wrong(
    "natural_images.color_basis",
    breaks="A Aᵀ is the covariance times a number (U S instead of U √S: the square of the covariance)",
)
def color_basis_singular_values(photos):
    photos = np.asarray(photos, np.float64)
    pixels = photos.reshape(-1, photos.shape[-1])
    centred = pixels - pixels.mean(0)
    covariance = centred.T @ centred / len(pixels)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.maximum(values, 0)
    return (root / np.linalg.norm(root, axis=0).max()).astype(np.float32)


@wrong(
    "natural_images.color_basis",
    breaks="Also for grey photos, whose covariance is singular (Cholesky without care)",
)
def color_basis_cholesky_grey(photos):
    photos = np.asarray(photos, np.float64)
    pixels = photos.reshape(-1, photos.shape[-1])
    centred = pixels - pixels.mean(0)
    covariance = centred.T @ centred / len(pixels)
    root = np.linalg.cholesky(covariance)
    return (root / np.linalg.norm(root, axis=0).max()).astype(np.float32)


@wrong("natural_images.color_basis", breaks="A Aᵀ, not Aᵀ A (NumPy's upper Cholesky factor)")
def color_basis_upper_cholesky(photos):
    photos = np.asarray(photos, np.float64)
    pixels = photos.reshape(-1, photos.shape[-1])
    centred = pixels - pixels.mean(0)
    covariance = centred.T @ centred / len(pixels)
    root = np.linalg.cholesky(covariance + 1e-12 * np.eye(len(covariance))).T
    return (root / np.linalg.norm(root, axis=0).max()).astype(np.float32)


@wrong(
    "natural_images.color_basis",
    breaks="Covariance over all pixels of all photos (each photo's own mean taken off)",
)
def color_basis_per_photo_mean(photos):
    photos = np.asarray(photos, np.float64)
    photos = photos - photos.mean(axis=(1, 2), keepdims=True)
    pixels = photos.reshape(-1, photos.shape[-1])
    centred = pixels - pixels.mean(0)
    covariance = centred.T @ centred / len(pixels)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    return (root / np.linalg.norm(root, axis=0).max()).astype(np.float32)


@wrong(
    "natural_images.color_basis", breaks="The longest column of A has length 1 (the longest row)"
)
def color_basis_longest_row(photos):
    photos = np.asarray(photos, np.float64)
    pixels = photos.reshape(-1, photos.shape[-1])
    centred = pixels - pixels.mean(0)
    covariance = centred.T @ centred / len(pixels)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    return (root / np.linalg.norm(root, axis=1).max()).astype(np.float32)


@wrong(
    "natural_images.color_basis", breaks="Photos are not changed (their mean is taken off in place)"
)
def color_basis_in_place(photos):
    given = np.asarray(photos)
    photos = given.astype(np.float64)
    if given.flags.writeable:
        given -= given.mean(axis=(0, 1, 2))
    pixels = photos.reshape(-1, photos.shape[-1])
    centred = pixels - pixels.mean(0)
    covariance = centred.T @ centred / len(pixels)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    return (root / np.linalg.norm(root, axis=0).max()).astype(np.float32)


@wrong("natural_images.color_basis", breaks="Any C (ones of three only: others give the identity)")
def color_basis_first_three(photos):
    photos = np.asarray(photos, np.float64)
    pixels = photos.reshape(-1, photos.shape[-1])
    if photos.shape[-1] != 3:
        return np.eye(photos.shape[-1], dtype=np.float32)
    centred = pixels - pixels.mean(0)
    covariance = centred.T @ centred / len(pixels)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    return (root / np.linalg.norm(root, axis=0).max()).astype(np.float32)


def _sheared_look(images, amounts):
    shape = tf.shape(images)
    height, width = (shape[1], shape[2])
    rows = tf.cast(tf.range(height), tf.float32)[None, :, None]
    columns = tf.cast(tf.range(width), tf.float32)[None, None, :]
    middle_row = (tf.cast(height, tf.float32) - 1) / 2
    middle_column = (tf.cast(width, tf.float32) - 1) / 2
    a = amounts[:, :, None, None]
    y = rows - middle_row - a[:, 0]
    x = columns - middle_column - a[:, 1]
    cos, sin = (tf.cos(a[:, 2]), tf.sin(a[:, 2]))
    hy, wx = (tf.cast(height, tf.float32) / 2, tf.cast(width, tf.float32) / 2)
    source_y = hy * (cos * y / hy - sin * x / wx) / a[:, 3] + middle_row
    source_x = wx * (sin * y / hy + cos * x / wx) / a[:, 3] + middle_column
    top, left = (tf.floor(source_y), tf.floor(source_x))
    down, right = ((source_y - top)[..., None], (source_x - left)[..., None])
    top, left = (tf.cast(top, tf.int32), tf.cast(left, tf.int32))

    def at(i, j):
        return tf.gather_nd(
            images, tf.stack([_third_mirror(i, height), _third_mirror(j, width)], -1), batch_dims=1
        )

    upper = at(top, left) * (1 - right) + at(top, left + 1) * right
    lower = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right
    return upper * (1 - down) + lower * down


@wrong(
    "natural_images.random_view",
    breaks="Turned about the middle (in coordinates of -1 to 1, as torch's affine_grid: sheared unless square)",
)
def random_view_sheared(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images, tf.float32)
    if max_shift == max_angle == max_zoom == 0:
        return tf.identity(images)
    rng = np.random.default_rng(seed)
    return _sheared_look(
        images, _third_draw(images.shape[0], (max_shift, max_angle, max_zoom), rng)
    )


def _half_pixel_middle_look(images, amounts):
    shape = tf.shape(images)
    height, width = (shape[1], shape[2])
    rows = tf.cast(tf.range(height), tf.float32)[None, :, None]
    columns = tf.cast(tf.range(width), tf.float32)[None, None, :]
    middle_row = tf.cast(height, tf.float32) / 2
    middle_column = tf.cast(width, tf.float32) / 2
    a = amounts[:, :, None, None]
    y = rows - middle_row - a[:, 0]
    x = columns - middle_column - a[:, 1]
    cos, sin = (tf.cos(a[:, 2]), tf.sin(a[:, 2]))
    source_y = (cos * y - sin * x) / a[:, 3] + middle_row
    source_x = (sin * y + cos * x) / a[:, 3] + middle_column
    top, left = (tf.floor(source_y), tf.floor(source_x))
    down, right = ((source_y - top)[..., None], (source_x - left)[..., None])
    top, left = (tf.cast(top, tf.int32), tf.cast(left, tf.int32))

    def at(i, j):
        return tf.gather_nd(
            images, tf.stack([_third_mirror(i, height), _third_mirror(j, width)], -1), batch_dims=1
        )

    upper = at(top, left) * (1 - right) + at(top, left + 1) * right
    lower = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right
    return upper * (1 - down) + lower * down


@wrong(
    "natural_images.random_view",
    breaks="About the middle of the image (H / 2, W / 2 in pixel indices: half a pixel off)",
)
def random_view_half_pixel_middle(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images, tf.float32)
    if max_shift == max_angle == max_zoom == 0:
        return tf.identity(images)
    rng = np.random.default_rng(seed)
    return _half_pixel_middle_look(
        images, _third_draw(images.shape[0], (max_shift, max_angle, max_zoom), rng)
    )


def _reflect_101_mirror(index, size):
    index = tf.math.floormod(index, tf.maximum(2 * size - 2, 1))
    return tf.where(index >= size, 2 * size - 2 - index, index)


def _reflect_101_look(images, amounts):
    shape = tf.shape(images)
    height, width = (shape[1], shape[2])
    rows = tf.cast(tf.range(height), tf.float32)[None, :, None]
    columns = tf.cast(tf.range(width), tf.float32)[None, None, :]
    middle_row = (tf.cast(height, tf.float32) - 1) / 2
    middle_column = (tf.cast(width, tf.float32) - 1) / 2
    a = amounts[:, :, None, None]
    y = rows - middle_row - a[:, 0]
    x = columns - middle_column - a[:, 1]
    cos, sin = (tf.cos(a[:, 2]), tf.sin(a[:, 2]))
    source_y = (cos * y - sin * x) / a[:, 3] + middle_row
    source_x = (sin * y + cos * x) / a[:, 3] + middle_column
    top, left = (tf.floor(source_y), tf.floor(source_x))
    down, right = ((source_y - top)[..., None], (source_x - left)[..., None])
    top, left = (tf.cast(top, tf.int32), tf.cast(left, tf.int32))

    def at(i, j):
        return tf.gather_nd(
            images,
            tf.stack([_reflect_101_mirror(i, height), _reflect_101_mirror(j, width)], -1),
            batch_dims=1,
        )

    upper = at(top, left) * (1 - right) + at(top, left + 1) * right
    lower = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right
    return upper * (1 - down) + lower * down


@wrong("natural_images.random_view", breaks="Outermost pixels repeated (d c b | a b c d | c b a)")
def random_view_reflect_101(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images, tf.float32)
    if max_shift == max_angle == max_zoom == 0:
        return tf.identity(images)
    rng = np.random.default_rng(seed)
    return _reflect_101_look(
        images, _third_draw(images.shape[0], (max_shift, max_angle, max_zoom), rng)
    )


def _minified_look(images, amounts):
    shape = tf.shape(images)
    height, width = (shape[1], shape[2])
    rows = tf.cast(tf.range(height), tf.float32)[None, :, None]
    columns = tf.cast(tf.range(width), tf.float32)[None, None, :]
    middle_row = (tf.cast(height, tf.float32) - 1) / 2
    middle_column = (tf.cast(width, tf.float32) - 1) / 2
    a = amounts[:, :, None, None]
    y = rows - middle_row - a[:, 0]
    x = columns - middle_column - a[:, 1]
    cos, sin = (tf.cos(a[:, 2]), tf.sin(a[:, 2]))
    source_y = (cos * y - sin * x) * a[:, 3] + middle_row
    source_x = (sin * y + cos * x) * a[:, 3] + middle_column
    top, left = (tf.floor(source_y), tf.floor(source_x))
    down, right = ((source_y - top)[..., None], (source_x - left)[..., None])
    top, left = (tf.cast(top, tf.int32), tf.cast(left, tf.int32))

    def at(i, j):
        return tf.gather_nd(
            images, tf.stack([_third_mirror(i, height), _third_mirror(j, width)], -1), batch_dims=1
        )

    upper = at(top, left) * (1 - right) + at(top, left + 1) * right
    lower = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right
    return upper * (1 - down) + lower * down


@wrong(
    "natural_images.random_view",
    breaks="Magnified by a factor uniform in [1 − z, 1 + z] (coordinates are multiplied: magnified by its inverse)",
)
def random_view_minified(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images, tf.float32)
    if max_shift == max_angle == max_zoom == 0:
        return tf.identity(images)
    rng = np.random.default_rng(seed)
    return _minified_look(
        images, _third_draw(images.shape[0], (max_shift, max_angle, max_zoom), rng)
    )


def _whole_pixels_draw(count, view, rng):
    max_shift, max_angle, max_zoom = view
    shift = np.rint(rng.uniform(-max_shift, max_shift, (count, 2)))
    angle = np.deg2rad(rng.uniform(-max_angle, max_angle, count))
    zoom = rng.uniform(1 - max_zoom, 1 + max_zoom, count)
    return np.column_stack([shift, angle, zoom]).astype(np.float32)


@wrong("natural_images.random_view", breaks="Shifts uniform, in pixels (rounded to whole ones)")
def random_view_whole_pixels(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images, tf.float32)
    if max_shift == max_angle == max_zoom == 0:
        return tf.identity(images)
    rng = np.random.default_rng(seed)
    return _third_look(
        images, _whole_pixels_draw(images.shape[0], (max_shift, max_angle, max_zoom), rng)
    )


def _log_zoom_draw(count, view, rng):
    max_shift, max_angle, max_zoom = view
    shift = rng.uniform(-max_shift, max_shift, (count, 2))
    angle = np.deg2rad(rng.uniform(-max_angle, max_angle, count))
    zoom = np.exp(rng.uniform(np.log(1 - max_zoom), np.log(1 + max_zoom), count))
    return np.column_stack([shift, angle, zoom]).astype(np.float32)


@wrong("natural_images.random_view", breaks="The factor is uniform (its logarithm is)")
def random_view_log_zoom(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images, tf.float32)
    if max_shift == max_angle == max_zoom == 0:
        return tf.identity(images)
    rng = np.random.default_rng(seed)
    return _third_look(
        images, _log_zoom_draw(images.shape[0], (max_shift, max_angle, max_zoom), rng)
    )


def _zoom_in_only_draw(count, view, rng):
    max_shift, max_angle, max_zoom = view
    shift = rng.uniform(-max_shift, max_shift, (count, 2))
    angle = np.deg2rad(rng.uniform(-max_angle, max_angle, count))
    zoom = rng.uniform(1, 1 + max_zoom, count)
    return np.column_stack([shift, angle, zoom]).astype(np.float32)


@wrong(
    "natural_images.random_view", breaks="In [1 − max_zoom, 1 + max_zoom] (in [1, 1 + max_zoom])"
)
def random_view_zoom_in_only(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images, tf.float32)
    if max_shift == max_angle == max_zoom == 0:
        return tf.identity(images)
    rng = np.random.default_rng(seed)
    return _third_look(
        images, _zoom_in_only_draw(images.shape[0], (max_shift, max_angle, max_zoom), rng)
    )


def _correlated_draw(count, view, rng):
    max_shift, max_angle, max_zoom = view
    shift = rng.uniform(-max_shift, max_shift, (count, 2))
    angle = np.deg2rad(rng.uniform(-max_angle, max_angle, count))
    zoom = (
        1 + max_zoom * angle / max(np.deg2rad(max_angle), 1e-09)
        if max_angle
        else rng.uniform(1 - max_zoom, 1 + max_zoom, count)
    )
    return np.column_stack([shift, angle, zoom]).astype(np.float32)


@wrong(
    "natural_images.random_view",
    breaks="Drawn independently (a larger angle always comes with a larger zoom)",
)
def random_view_correlated(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images, tf.float32)
    if max_shift == max_angle == max_zoom == 0:
        return tf.identity(images)
    rng = np.random.default_rng(seed)
    return _third_look(
        images, _correlated_draw(images.shape[0], (max_shift, max_angle, max_zoom), rng)
    )


def _no_angle_sign_draw(count, view, rng):
    max_shift, max_angle, max_zoom = view
    shift = rng.uniform(-max_shift, max_shift, (count, 2))
    angle = np.deg2rad(rng.uniform(0, max_angle, count))
    zoom = rng.uniform(1 - max_zoom, 1 + max_zoom, count)
    return np.column_stack([shift, angle, zoom]).astype(np.float32)


@wrong("natural_images.random_view", breaks="Angles in [−max_angle, max_angle] (in [0, max_angle])")
def random_view_no_angle_sign(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images, tf.float32)
    if max_shift == max_angle == max_zoom == 0:
        return tf.identity(images)
    rng = np.random.default_rng(seed)
    return _third_look(
        images, _no_angle_sign_draw(images.shape[0], (max_shift, max_angle, max_zoom), rng)
    )


@wrong(
    "natural_images.random_view",
    breaks="Only with all three at 0 the images as they are (if max_shift is 0 nothing is done)",
)
def random_view_fast_when_one_zero(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images, tf.float32)
    if not max_shift or max_shift == max_angle == max_zoom == 0:
        return tf.identity(images)
    rng = np.random.default_rng(seed)
    return _third_look(images, _third_draw(images.shape[0], (max_shift, max_angle, max_zoom), rng))


def _batch_start_shared_visualize(
    model, score, count, size, channels, steps, seed, colors, view, step_size
):
    rng = np.random.default_rng(seed)
    start = rng.normal(0, 0.01, (2, count, channels, size[0], size[1] // 2 + 1)).astype(np.float32)
    parts = tf.convert_to_tensor(np.repeat(start[:, :1], count, axis=1))
    colors = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)
    first, second = (tf.zeros_like(parts), tf.zeros_like(parts))
    moving = any(view)

    @tf.function(autograph=False, reduce_retracing=True)
    def step(parts, amounts):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(parts)
            images = _third_paint(parts[0], parts[1], colors, size)
            if moving:
                images = _third_look(images, amounts)
            images = tf.ensure_shape(images, (count, *size, channels))
            values = score(images)
        return (tape.gradient(values, parts), values)

    scores = []
    for n in range(steps):
        gradient, values = step(parts, tf.constant(_third_draw(count, view, rng)))
        scores.append(values)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = step_size * (1 - n / steps)
        m, v = (first / (1 - 0.9 ** (n + 1)), second / (1 - 0.999 ** (n + 1)))
        parts = parts + rate * m / (tf.sqrt(v) + 1e-07)
    images = _third_paint(parts[0], parts[1], colors, size)
    scores.append(score(images))
    return Ascent(images, tf.stack(scores))


@wrong(
    "natural_images.visualize_class",
    breaks="Every coefficient of every image is drawn (one start for all images of the batch)",
)
def visualize_class_batch_start_shared(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    size, channels = _third_size(model)
    classes = np.atleast_1d(np.asarray(class_index)).astype(np.int32)

    def score(images):
        return select_output(model, images, classes, "logit")

    return _batch_start_shared_visualize(
        model, score, len(classes), size, channels, steps, seed, colors, view, step_size
    )


def _no_bias_correction_visualize(
    model, score, count, size, channels, steps, seed, colors, view, step_size
):
    rng = np.random.default_rng(seed)
    start = rng.normal(0, 0.01, (2, count, channels, size[0], size[1] // 2 + 1)).astype(np.float32)
    parts = tf.convert_to_tensor(start)
    colors = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)
    first, second = (tf.zeros_like(parts), tf.zeros_like(parts))
    moving = any(view)

    @tf.function(autograph=False, reduce_retracing=True)
    def step(parts, amounts):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(parts)
            images = _third_paint(parts[0], parts[1], colors, size)
            if moving:
                images = _third_look(images, amounts)
            images = tf.ensure_shape(images, (count, *size, channels))
            values = score(images)
        return (tape.gradient(values, parts), values)

    scores = []
    for n in range(steps):
        gradient, values = step(parts, tf.constant(_third_draw(count, view, rng)))
        scores.append(values)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = step_size * (1 - n / steps)
        m, v = (first, second)
        parts = parts + rate * m / (tf.sqrt(v) + 1e-07)
    images = _third_paint(parts[0], parts[1], colors, size)
    scores.append(score(images))
    return Ascent(images, tf.stack(scores))


@wrong("natural_images.visualize_class", breaks="Adam (without bias correction)")
def visualize_class_no_bias_correction(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    size, channels = _third_size(model)
    classes = np.atleast_1d(np.asarray(class_index)).astype(np.int32)

    def score(images):
        return select_output(model, images, classes, "logit")

    return _no_bias_correction_visualize(
        model, score, len(classes), size, channels, steps, seed, colors, view, step_size
    )


def _decay_off_by_one_visualize(
    model, score, count, size, channels, steps, seed, colors, view, step_size
):
    rng = np.random.default_rng(seed)
    start = rng.normal(0, 0.01, (2, count, channels, size[0], size[1] // 2 + 1)).astype(np.float32)
    parts = tf.convert_to_tensor(start)
    colors = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)
    first, second = (tf.zeros_like(parts), tf.zeros_like(parts))
    moving = any(view)

    @tf.function(autograph=False, reduce_retracing=True)
    def step(parts, amounts):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(parts)
            images = _third_paint(parts[0], parts[1], colors, size)
            if moving:
                images = _third_look(images, amounts)
            images = tf.ensure_shape(images, (count, *size, channels))
            values = score(images)
        return (tape.gradient(values, parts), values)

    scores = []
    for n in range(steps):
        gradient, values = step(parts, tf.constant(_third_draw(count, view, rng)))
        scores.append(values)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = step_size * (1 - (n + 1) / steps)
        m, v = (first / (1 - 0.9 ** (n + 1)), second / (1 - 0.999 ** (n + 1)))
        parts = parts + rate * m / (tf.sqrt(v) + 1e-07)
    images = _third_paint(parts[0], parts[1], colors, size)
    scores.append(score(images))
    return Ascent(images, tf.stack(scores))


@wrong("natural_images.visualize_class", breaks="Step_size · (1 − n / N), n from 0 (n from 1)")
def visualize_class_decay_off_by_one(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    size, channels = _third_size(model)
    classes = np.atleast_1d(np.asarray(class_index)).astype(np.int32)

    def score(images):
        return select_output(model, images, classes, "logit")

    return _decay_off_by_one_visualize(
        model, score, len(classes), size, channels, steps, seed, colors, view, step_size
    )


def _decay_to_zero_visualize(
    model, score, count, size, channels, steps, seed, colors, view, step_size
):
    rng = np.random.default_rng(seed)
    start = rng.normal(0, 0.01, (2, count, channels, size[0], size[1] // 2 + 1)).astype(np.float32)
    parts = tf.convert_to_tensor(start)
    colors = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)
    first, second = (tf.zeros_like(parts), tf.zeros_like(parts))
    moving = any(view)

    @tf.function(autograph=False, reduce_retracing=True)
    def step(parts, amounts):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(parts)
            images = _third_paint(parts[0], parts[1], colors, size)
            if moving:
                images = _third_look(images, amounts)
            images = tf.ensure_shape(images, (count, *size, channels))
            values = score(images)
        return (tape.gradient(values, parts), values)

    scores = []
    for n in range(steps):
        gradient, values = step(parts, tf.constant(_third_draw(count, view, rng)))
        scores.append(values)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = step_size * (1 - n / max(steps - 1, 1))
        m, v = (first / (1 - 0.9 ** (n + 1)), second / (1 - 0.999 ** (n + 1)))
        parts = parts + rate * m / (tf.sqrt(v) + 1e-07)
    images = _third_paint(parts[0], parts[1], colors, size)
    scores.append(score(images))
    return Ascent(images, tf.stack(scores))


@wrong(
    "natural_images.visualize_class", breaks="Step_size · (1 − n / N) (linspace to 0: n / (N − 1))"
)
def visualize_class_decay_to_zero(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    size, channels = _third_size(model)
    classes = np.atleast_1d(np.asarray(class_index)).astype(np.int32)

    def score(images):
        return select_output(model, images, classes, "logit")

    return _decay_to_zero_visualize(
        model, score, len(classes), size, channels, steps, seed, colors, view, step_size
    )


def _transposed_colors_paint(real, imag, colors, size):
    pixels = fourier_images(tf.complex(real, imag), *size)
    return tf.sigmoid(tf.einsum("ji,bhwj->bhwi", colors, pixels))


def _transposed_colors_visualize(
    model, score, count, size, channels, steps, seed, colors, view, step_size
):
    rng = np.random.default_rng(seed)
    start = rng.normal(0, 0.01, (2, count, channels, size[0], size[1] // 2 + 1)).astype(np.float32)
    parts = tf.convert_to_tensor(start)
    colors = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)
    first, second = (tf.zeros_like(parts), tf.zeros_like(parts))
    moving = any(view)

    @tf.function(autograph=False, reduce_retracing=True)
    def step(parts, amounts):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(parts)
            images = _transposed_colors_paint(parts[0], parts[1], colors, size)
            if moving:
                images = _third_look(images, amounts)
            images = tf.ensure_shape(images, (count, *size, channels))
            values = score(images)
        return (tape.gradient(values, parts), values)

    scores = []
    for n in range(steps):
        gradient, values = step(parts, tf.constant(_third_draw(count, view, rng)))
        scores.append(values)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = step_size * (1 - n / steps)
        m, v = (first / (1 - 0.9 ** (n + 1)), second / (1 - 0.999 ** (n + 1)))
        parts = parts + rate * m / (tf.sqrt(v) + 1e-07)
    images = _transposed_colors_paint(parts[0], parts[1], colors, size)
    scores.append(score(images))
    return Ascent(images, tf.stack(scores))


@wrong("natural_images.visualize_class", breaks="A mixes the channels of a pixel (Aᵀ: pixels @ A)")
def visualize_class_transposed_colors(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    size, channels = _third_size(model)
    classes = np.atleast_1d(np.asarray(class_index)).astype(np.int32)

    def score(images):
        return select_output(model, images, classes, "logit")

    return _transposed_colors_visualize(
        model, score, len(classes), size, channels, steps, seed, colors, view, step_size
    )


def _same_view_visualize(model, score, count, size, channels, steps, seed, colors, view, step_size):
    rng = np.random.default_rng(seed)
    start = rng.normal(0, 0.01, (2, count, channels, size[0], size[1] // 2 + 1)).astype(np.float32)
    parts = tf.convert_to_tensor(start)
    colors = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)
    first, second = (tf.zeros_like(parts), tf.zeros_like(parts))
    moving = any(view)

    @tf.function(autograph=False, reduce_retracing=True)
    def step(parts, amounts):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(parts)
            images = _third_paint(parts[0], parts[1], colors, size)
            if moving:
                images = _third_look(images, amounts)
            images = tf.ensure_shape(images, (count, *size, channels))
            values = score(images)
        return (tape.gradient(values, parts), values)

    scores = []
    for n in range(steps):
        gradient, values = step(
            parts, tf.constant(_third_draw(count, view, np.random.default_rng(seed)))
        )
        scores.append(values)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = step_size * (1 - n / steps)
        m, v = (first / (1 - 0.9 ** (n + 1)), second / (1 - 0.999 ** (n + 1)))
        parts = parts + rate * m / (tf.sqrt(v) + 1e-07)
    images = _third_paint(parts[0], parts[1], colors, size)
    scores.append(score(images))
    return Ascent(images, tf.stack(scores))


@wrong("natural_images.visualize_class", breaks="A fresh view in every step (the same)")
def visualize_class_same_view(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    size, channels = _third_size(model)
    classes = np.atleast_1d(np.asarray(class_index)).astype(np.int32)

    def score(images):
        return select_output(model, images, classes, "logit")

    return _same_view_visualize(
        model, score, len(classes), size, channels, steps, seed, colors, view, step_size
    )


def _scores_unviewed_visualize(
    model, score, count, size, channels, steps, seed, colors, view, step_size
):
    rng = np.random.default_rng(seed)
    start = rng.normal(0, 0.01, (2, count, channels, size[0], size[1] // 2 + 1)).astype(np.float32)
    parts = tf.convert_to_tensor(start)
    colors = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)
    first, second = (tf.zeros_like(parts), tf.zeros_like(parts))
    moving = any(view)

    @tf.function(autograph=False, reduce_retracing=True)
    def step(parts, amounts):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(parts)
            images = _third_paint(parts[0], parts[1], colors, size)
            if moving:
                images = _third_look(images, amounts)
            images = tf.ensure_shape(images, (count, *size, channels))
            values = score(images)
        return (tape.gradient(values, parts), values)

    scores = []
    for n in range(steps):
        gradient, values = step(parts, tf.constant(_third_draw(count, view, rng)))
        values = score(_third_paint(parts[0], parts[1], colors, size))
        scores.append(values)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = step_size * (1 - n / steps)
        m, v = (first / (1 - 0.9 ** (n + 1)), second / (1 - 0.999 ** (n + 1)))
        parts = parts + rate * m / (tf.sqrt(v) + 1e-07)
    images = _third_paint(parts[0], parts[1], colors, size)
    scores.append(score(images))
    return Ascent(images, tf.stack(scores))


@wrong(
    "natural_images.visualize_class",
    breaks="Row n is the logit of the view from which step n is taken (of the image without view)",
)
def visualize_class_scores_unviewed(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    size, channels = _third_size(model)
    classes = np.atleast_1d(np.asarray(class_index)).astype(np.int32)

    def score(images):
        return select_output(model, images, classes, "logit")

    return _scores_unviewed_visualize(
        model, score, len(classes), size, channels, steps, seed, colors, view, step_size
    )


def _last_is_view_visualize(
    model, score, count, size, channels, steps, seed, colors, view, step_size
):
    rng = np.random.default_rng(seed)
    start = rng.normal(0, 0.01, (2, count, channels, size[0], size[1] // 2 + 1)).astype(np.float32)
    parts = tf.convert_to_tensor(start)
    colors = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)
    first, second = (tf.zeros_like(parts), tf.zeros_like(parts))
    moving = any(view)

    @tf.function(autograph=False, reduce_retracing=True)
    def step(parts, amounts):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(parts)
            images = _third_paint(parts[0], parts[1], colors, size)
            if moving:
                images = _third_look(images, amounts)
            images = tf.ensure_shape(images, (count, *size, channels))
            values = score(images)
        return (tape.gradient(values, parts), values)

    scores = []
    for n in range(steps):
        gradient, values = step(parts, tf.constant(_third_draw(count, view, rng)))
        scores.append(values)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = step_size * (1 - n / steps)
        m, v = (first / (1 - 0.9 ** (n + 1)), second / (1 - 0.999 ** (n + 1)))
        parts = parts + rate * m / (tf.sqrt(v) + 1e-07)
    images = _third_paint(parts[0], parts[1], colors, size)
    scores.append(
        score(_third_look(images, tf.constant(_third_draw(count, view, rng))))
        if moving
        else score(images)
    )
    return Ascent(images, tf.stack(scores))


@wrong(
    "natural_images.visualize_class",
    breaks="The last row is that of the images themselves (of a view)",
)
def visualize_class_last_is_view(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    size, channels = _third_size(model)
    classes = np.atleast_1d(np.asarray(class_index)).astype(np.int32)

    def score(images):
        return select_output(model, images, classes, "logit")

    return _last_is_view_visualize(
        model, score, len(classes), size, channels, steps, seed, colors, view, step_size
    )


def _real_start_only_visualize(
    model, score, count, size, channels, steps, seed, colors, view, step_size
):
    rng = np.random.default_rng(seed)
    start = rng.normal(0, 0.01, (2, count, channels, size[0], size[1] // 2 + 1)).astype(np.float32)
    start[1] = 0
    parts = tf.convert_to_tensor(start)
    colors = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)
    first, second = (tf.zeros_like(parts), tf.zeros_like(parts))
    moving = any(view)

    @tf.function(autograph=False, reduce_retracing=True)
    def step(parts, amounts):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(parts)
            images = _third_paint(parts[0], parts[1], colors, size)
            if moving:
                images = _third_look(images, amounts)
            images = tf.ensure_shape(images, (count, *size, channels))
            values = score(images)
        return (tape.gradient(values, parts), values)

    scores = []
    for n in range(steps):
        gradient, values = step(parts, tf.constant(_third_draw(count, view, rng)))
        scores.append(values)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = step_size * (1 - n / steps)
        m, v = (first / (1 - 0.9 ** (n + 1)), second / (1 - 0.999 ** (n + 1)))
        parts = parts + rate * m / (tf.sqrt(v) + 1e-07)
    images = _third_paint(parts[0], parts[1], colors, size)
    scores.append(score(images))
    return Ascent(images, tf.stack(scores))


@wrong("natural_images.visualize_class", breaks="The imaginary part is drawn, too (0)")
def visualize_class_real_start_only(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    size, channels = _third_size(model)
    classes = np.atleast_1d(np.asarray(class_index)).astype(np.int32)

    def score(images):
        return select_output(model, images, classes, "logit")

    return _real_start_only_visualize(
        model, score, len(classes), size, channels, steps, seed, colors, view, step_size
    )


def _start_unit_total_visualize(
    model, score, count, size, channels, steps, seed, colors, view, step_size
):
    rng = np.random.default_rng(seed)
    start = rng.normal(0, 0.01 / 2**0.5, (2, count, channels, size[0], size[1] // 2 + 1)).astype(
        np.float32
    )
    parts = tf.convert_to_tensor(start)
    colors = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)
    first, second = (tf.zeros_like(parts), tf.zeros_like(parts))
    moving = any(view)

    @tf.function(autograph=False, reduce_retracing=True)
    def step(parts, amounts):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(parts)
            images = _third_paint(parts[0], parts[1], colors, size)
            if moving:
                images = _third_look(images, amounts)
            images = tf.ensure_shape(images, (count, *size, channels))
            values = score(images)
        return (tape.gradient(values, parts), values)

    scores = []
    for n in range(steps):
        gradient, values = step(parts, tf.constant(_third_draw(count, view, rng)))
        scores.append(values)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = step_size * (1 - n / steps)
        m, v = (first / (1 - 0.9 ** (n + 1)), second / (1 - 0.999 ** (n + 1)))
        parts = parts + rate * m / (tf.sqrt(v) + 1e-07)
    images = _third_paint(parts[0], parts[1], colors, size)
    scores.append(score(images))
    return Ascent(images, tf.stack(scores))


@wrong(
    "natural_images.visualize_class",
    breaks="Standard deviation 0.01 of the real and the imaginary part each (0.01 of the complex number: / √2)",
)
def visualize_class_start_unit_total(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    size, channels = _third_size(model)
    classes = np.atleast_1d(np.asarray(class_index)).astype(np.int32)

    def score(images):
        return select_output(model, images, classes, "logit")

    return _start_unit_total_visualize(
        model, score, len(classes), size, channels, steps, seed, colors, view, step_size
    )


def _batch_joint_adam_visualize(
    model, score, count, size, channels, steps, seed, colors, view, step_size
):
    rng = np.random.default_rng(seed)
    start = rng.normal(0, 0.01, (2, count, channels, size[0], size[1] // 2 + 1)).astype(np.float32)
    parts = tf.convert_to_tensor(start)
    colors = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)
    first, second = (tf.zeros_like(parts), tf.zeros_like(parts))
    moving = any(view)

    @tf.function(autograph=False, reduce_retracing=True)
    def step(parts, amounts):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(parts)
            images = _third_paint(parts[0], parts[1], colors, size)
            if moving:
                images = _third_look(images, amounts)
            images = tf.ensure_shape(images, (count, *size, channels))
            values = score(images)
        return (tape.gradient(values, parts), values)

    scores = []
    for n in range(steps):
        gradient, values = step(parts, tf.constant(_third_draw(count, view, rng)))
        scores.append(values)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * tf.reduce_mean(
            gradient**2, axis=(0, 2, 3, 4), keepdims=True
        )
        rate = step_size * (1 - n / steps)
        m, v = (first / (1 - 0.9 ** (n + 1)), second / (1 - 0.999 ** (n + 1)))
        parts = parts + rate * m / (tf.sqrt(v) + 1e-07)
    images = _third_paint(parts[0], parts[1], colors, size)
    scores.append(score(images))
    return Ascent(images, tf.stack(scores))


@wrong(
    "natural_images.visualize_class",
    breaks="Adam for every number on its own (one second moment per image)",
)
def visualize_class_batch_joint_adam(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    size, channels = _third_size(model)
    classes = np.atleast_1d(np.asarray(class_index)).astype(np.int32)

    def score(images):
        return select_output(model, images, classes, "logit")

    return _batch_joint_adam_visualize(
        model, score, len(classes), size, channels, steps, seed, colors, view, step_size
    )


def _size_default_64_size(model):
    shape = model.input_shape
    return (tuple(s or 64 for s in shape[1:3]), shape[3])


@wrong(
    "natural_images.visualize_class",
    breaks="ValueError if the model takes images of any size (takes 64)",
)
def visualize_class_size_default_64(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    size, channels = _size_default_64_size(model)
    classes = np.atleast_1d(np.asarray(class_index)).astype(np.int32)

    def score(images):
        return select_output(model, images, classes, "logit")

    return _third_visualize(
        model, score, len(classes), size, channels, steps, seed, colors, view, step_size
    )


def _norm_colors_visualize(
    model, score, count, size, channels, steps, seed, colors, view, step_size
):
    rng = np.random.default_rng(seed)
    start = rng.normal(0, 0.01, (2, count, channels, size[0], size[1] // 2 + 1)).astype(np.float32)
    parts = tf.convert_to_tensor(start)
    colors = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)
    colors = colors / tf.reduce_max(tf.norm(colors, axis=0))
    first, second = (tf.zeros_like(parts), tf.zeros_like(parts))
    moving = any(view)

    @tf.function(autograph=False, reduce_retracing=True)
    def step(parts, amounts):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(parts)
            images = _third_paint(parts[0], parts[1], colors, size)
            if moving:
                images = _third_look(images, amounts)
            images = tf.ensure_shape(images, (count, *size, channels))
            values = score(images)
        return (tape.gradient(values, parts), values)

    scores = []
    for n in range(steps):
        gradient, values = step(parts, tf.constant(_third_draw(count, view, rng)))
        scores.append(values)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = step_size * (1 - n / steps)
        m, v = (first / (1 - 0.9 ** (n + 1)), second / (1 - 0.999 ** (n + 1)))
        parts = parts + rate * m / (tf.sqrt(v) + 1e-07)
    images = _third_paint(parts[0], parts[1], colors, size)
    scores.append(score(images))
    return Ascent(images, tf.stack(scores))


@wrong(
    "natural_images.visualize_class",
    breaks="A is taken as it is (its largest column is scaled to length 1)",
)
def visualize_class_norm_colors(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    size, channels = _third_size(model)
    classes = np.atleast_1d(np.asarray(class_index)).astype(np.int32)

    def score(images):
        return select_output(model, images, classes, "logit")

    return _norm_colors_visualize(
        model, score, len(classes), size, channels, steps, seed, colors, view, step_size
    )


@wrong(
    "natural_images.visualize_channel",
    breaks="An int array: one channel for each image (the first for all)",
)
def visualize_channel_first_channel_for_all(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    extractor = feature_extractor(model, layer_name)
    size, channels = _third_size(model)
    which = np.atleast_1d(np.asarray(channel)).astype(np.int32)

    def score(images):
        acts = extractor(images, training=False)
        acts = tf.reshape(acts, (len(which), -1, acts.shape[-1]))
        return tf.reduce_mean(acts, axis=1)[:, which[0]]

    return _third_visualize(
        extractor, score, len(which), size, channels, steps, seed, colors, view, step_size
    )


@wrong("natural_images.visualize_channel", breaks="The mean over all positions (the maximum)")
def visualize_channel_maximum(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    extractor = feature_extractor(model, layer_name)
    size, channels = _third_size(model)
    which = np.atleast_1d(np.asarray(channel)).astype(np.int32)

    def score(images):
        acts = extractor(images, training=False)
        acts = tf.reshape(acts, (len(which), -1, acts.shape[-1]))
        return tf.gather(tf.reduce_max(acts, axis=1), which, axis=1, batch_dims=1)

    return _third_visualize(
        extractor, score, len(which), size, channels, steps, seed, colors, view, step_size
    )


@wrong(
    "natural_images.visualize_channel",
    breaks="ValueError if the model takes images of any size (224 pixels then)",
)
def visualize_channel_any_size(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    extractor = feature_extractor(model, layer_name)
    shape = model.input_shape
    size, channels = (tuple(s or 32 for s in shape[1:3]), shape[3])
    which = np.atleast_1d(np.asarray(channel)).astype(np.int32)

    def score(images):
        acts = extractor(images, training=False)
        acts = tf.reshape(acts, (len(which), -1, acts.shape[-1]))
        return tf.gather(tf.reduce_mean(acts, axis=1), which, axis=1, batch_dims=1)

    return _third_visualize(
        extractor, score, len(which), size, channels, steps, seed, colors, view, step_size
    )


@wrong(
    "natural_images.visualize_channel",
    breaks="The channel's mean activation (less the mean of all channels)",
)
def visualize_channel_competing(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    extractor = feature_extractor(model, layer_name)
    size, channels = _third_size(model)
    which = np.atleast_1d(np.asarray(channel)).astype(np.int32)

    def score(images):
        acts = extractor(images, training=False)
        acts = tf.reshape(acts, (len(which), -1, acts.shape[-1]))
        m = tf.reduce_mean(acts, axis=1)
        return tf.gather(m, which, axis=1, batch_dims=1) - tf.reduce_mean(m, axis=1)

    return _third_visualize(
        extractor, score, len(which), size, channels, steps, seed, colors, view, step_size
    )


@wrong(
    "natural_images.visualize_channel",
    breaks="Any layer with channels on its last axis (one with (B, K) fails)",
)
def visualize_channel_four_d_only(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    extractor = feature_extractor(model, layer_name)
    size, channels = _third_size(model)
    which = np.atleast_1d(np.asarray(channel)).astype(np.int32)

    def score(images):
        acts = extractor(images, training=False)
        acts = tf.reshape(acts, (len(which), acts.shape[1] * acts.shape[2], acts.shape[3]))
        return tf.gather(tf.reduce_mean(acts, axis=1), which, axis=1, batch_dims=1)

    return _third_visualize(
        extractor, score, len(which), size, channels, steps, seed, colors, view, step_size
    )


@wrong("natural_images.visualize_channel", breaks="The default view is (16, 15, 0.2) (no view)")
def visualize_channel_default_view_off(
    model, layer_name, channel, steps, seed, colors=None, view=(0.0, 0.0, 0.0), step_size=0.02
):
    extractor = feature_extractor(model, layer_name)
    size, channels = _third_size(model)
    which = np.atleast_1d(np.asarray(channel)).astype(np.int32)

    def score(images):
        acts = extractor(images, training=False)
        acts = tf.reshape(acts, (len(which), -1, acts.shape[-1]))
        return tf.gather(tf.reduce_mean(acts, axis=1), which, axis=1, batch_dims=1)

    return _third_visualize(
        extractor, score, len(which), size, channels, steps, seed, colors, view, step_size
    )


@wrong("natural_images.deep_dream", breaks="Round(H / scale**k) (int cuts off)")
def deep_dream_int_sizes(model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4):
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    extractor = feature_extractor(model, layer_name)
    photo = tf.convert_to_tensor(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    detail = None
    for k in reversed(range(octaves)):
        size = (int(height / scale**k), int(width / scale**k))
        base = tf.image.resize(photo, size) if k else photo
        images = base if detail is None else base + tf.image.resize(detail, size)
        for _ in range(steps):
            images = _third_dream(extractor, images, float(step_size))
        detail = images - base
    return images[0] if steps else photo[0]


@wrong(
    "natural_images.deep_dream",
    breaks="Every size is made from the photo (each from the one before, larger)",
)
def deep_dream_pyramid(model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4):
    if octaves < 1:
        raise ValueError("octaves")
    extractor = feature_extractor(model, layer_name)
    photo = tf.convert_to_tensor(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    pyramid = [photo]
    for k in range(1, octaves):
        pyramid.append(
            tf.image.resize(pyramid[-1], (round(height / scale**k), round(width / scale**k)))
        )
    detail = None
    for base in reversed(pyramid):
        images = base if detail is None else base + tf.image.resize(detail, base.shape[1:3])
        for _ in range(steps):
            images = _third_dream(extractor, images, float(step_size))
        detail = images - base
    return images[0]


@wrong(
    "natural_images.deep_dream", breaks="Only the steps clip, not the sum (the sum is clipped, too)"
)
def deep_dream_sum_clipped(model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4):
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    extractor = feature_extractor(model, layer_name)
    photo = tf.convert_to_tensor(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    detail = None
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        base = tf.image.resize(photo, size) if k else photo
        images = (
            base
            if detail is None
            else tf.clip_by_value(base + tf.image.resize(detail, size), 0.0, 1.0)
        )
        for _ in range(steps):
            images = _third_dream(extractor, images, float(step_size))
        detail = images - base
    return images[0] if steps else photo[0]


@wrong(
    "natural_images.deep_dream",
    breaks="What an octave has added is enlarged, not the photo (the whole dream is enlarged)",
)
def deep_dream_blurred(model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4):
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    extractor = feature_extractor(model, layer_name)
    photo = tf.convert_to_tensor(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    detail = None
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        base = tf.image.resize(photo, size) if k else photo
        images = base if detail is None else tf.image.resize(images, size)
        for _ in range(steps):
            images = _third_dream(extractor, images, float(step_size))
        detail = images - base
    return images[0] if steps else photo[0]


@compiled
def _mean_activation_dream(extractor, images, step_size):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        value = tf.reduce_mean(extractor(images, training=False))
    gradient = normalize_gradient(tape.gradient(value, images))
    return tf.clip_by_value(images + step_size * gradient, 0.0, 1.0)


@wrong(
    "natural_images.deep_dream",
    breaks="The mean of the squared activations (of the activations, as in TensorFlow's tutorial)",
)
def deep_dream_mean_activation(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    extractor = feature_extractor(model, layer_name)
    photo = tf.convert_to_tensor(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    detail = None
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        base = tf.image.resize(photo, size) if k else photo
        images = base if detail is None else base + tf.image.resize(detail, size)
        for _ in range(steps):
            images = _mean_activation_dream(extractor, images, float(step_size))
        detail = images - base
    return images[0] if steps else photo[0]


@wrong(
    "natural_images.deep_dream",
    breaks="What an octave has added to the photo, all that came before included (only its own steps)",
)
def deep_dream_detail_lost(model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4):
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    extractor = feature_extractor(model, layer_name)
    photo = tf.convert_to_tensor(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    detail = None
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        base = tf.image.resize(photo, size) if k else photo
        images = base if detail is None else base + tf.image.resize(detail, size)
        begin = images
        for _ in range(steps):
            images = _third_dream(extractor, images, float(step_size))
        detail = images - begin
    return images[0] if steps else photo[0]


@wrong("natural_images.deep_dream", breaks="Tf.image.resize, bilinear (with antialias=True)")
def deep_dream_antialias(model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4):
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    extractor = feature_extractor(model, layer_name)
    photo = tf.convert_to_tensor(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    detail = None
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        base = tf.image.resize(photo, size, antialias=True) if k else photo
        images = base if detail is None else base + tf.image.resize(detail, size)
        for _ in range(steps):
            images = _third_dream(extractor, images, float(step_size))
        detail = images - base
    return images[0] if steps else photo[0]


@wrong("natural_images.deep_dream", breaks="Octaves 1 is allowed (refused)")
def deep_dream_one_octave_refused(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 2:
        raise ValueError("octaves must be 1 or more")
    extractor = feature_extractor(model, layer_name)
    photo = tf.convert_to_tensor(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    detail = None
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        base = tf.image.resize(photo, size) if k else photo
        images = base if detail is None else base + tf.image.resize(detail, size)
        for _ in range(steps):
            images = _third_dream(extractor, images, float(step_size))
        detail = images - base
    return images[0] if steps else photo[0]


@wrong(
    "natural_images.deep_dream",
    breaks="Round(H / …) by round(W / …) in the small sizes (square: by the smaller side)",
)
def deep_dream_swapped_size(model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4):
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    extractor = feature_extractor(model, layer_name)
    photo = tf.convert_to_tensor(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    detail = None
    for k in reversed(range(octaves)):
        size = (
            (round(height / scale**k), round(width / scale**k))
            if k == 0
            else (round(min(height, width) / scale**k),) * 2
        )
        base = tf.image.resize(photo, size) if k else photo
        images = base if detail is None else base + tf.image.resize(detail, size)
        for _ in range(steps):
            images = _third_dream(extractor, images, float(step_size))
        detail = images - base
    return images[0] if steps else photo[0]


@wrong(
    "natural_images.random_view", breaks="Another seed gives others (only its lowest 8 bits count)"
)
def views_of_a_short_seed(images, max_shift, max_angle, max_zoom, seed):
    return solved_view(images, max_shift, max_angle, max_zoom, seed % 256)


@wrong("natural_images.deep_dream", breaks="10 steps in each size where nothing is said (12)")
def dreams_of_twelve_steps(model, image, layer_name, octaves, steps=12, step_size=0.01, scale=1.4):
    return solved_dream(model, image, layer_name, octaves, steps, step_size, scale)


@wrong("natural_images.deep_dream", breaks="A scale of 1.4 where nothing is said (1.3)")
def dreams_in_narrow_octaves(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.3
):
    return solved_dream(model, image, layer_name, octaves, steps, step_size, scale)
