# ruff: noqa: ANN001, ANN201, ANN202, B905, F821, F841
"""Wrong answers to `natural_images` of a fourth round: each breaks one promise."""

import keras
import numpy as np
import tensorflow as tf

from course.feature_visualization import feature_extractor, normalize_gradient
from course.given import Ascent, compiled
from course.saliency import select_output
from tests.answers.fresh import wrong


def _fourth_climb_in_spectrum(model, value_of, count, steps, seed, colors, view, step_size):
    height, width, channels = model.input_shape[1:]
    if height is None or width is None:
        raise ValueError("the model takes images of any size")
    rng = np.random.default_rng(seed)
    shape = (count, channels, height, width // 2 + 1)
    z = tf.constant(rng.normal(0.0, 0.01, (2, *shape)), tf.float32)
    view_seeds = rng.integers(0, 2**31 - 1, size=steps)
    matrix = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)

    def draw(z):
        mixed = fourier_images(tf.complex(z[0], z[1]), height, width)
        return tf.sigmoid(tf.einsum("ij,bhwj->bhwi", matrix, mixed))

    first, second = (tf.zeros_like(z), tf.zeros_like(z))
    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            seen = random_view(draw(z), *view, seed=int(view_seeds[n]))
            value = value_of(seen)
        gradient = tape.gradient(value, z)
        scores.append(value)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        m = first / (1 - 0.9 ** (n + 1))
        v = second / (1 - 0.999 ** (n + 1))
        z = z + step_size * (1 - n / steps) * m / (tf.sqrt(v) + 1e-07)
    images = draw(z)
    scores.append(value_of(images))
    return Ascent(images, tf.stack(scores))


_fourth_logits = compiled(
    lambda model, images, class_index: select_output(model, images, class_index)
)


def _fourth_dream_step(extractor, image, step_size):
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = tf.reduce_mean(tf.square(extractor(image, training=False)))
    gradient = normalize_gradient(tape.gradient(value, image))
    return tf.clip_by_value(image + tf.cast(step_size, tf.float32) * gradient, 0.0, 1.0)


_fourth_dream_step = compiled(_fourth_dream_step)


@wrong("natural_images.frequencies", breaks="Cycles, not radians, per pixel")
def frequencies_angular(height, width):
    rows = np.fft.fftfreq(height)[:, None]
    columns = np.fft.rfftfreq(width)[None, :]
    return 2 * np.pi * np.sqrt(rows**2 + columns**2)


@wrong(
    "natural_images.frequencies", breaks="In the order of rfft2: negative ones in the second half"
)
def frequencies_linspace(height, width):
    rows = np.fft.fftshift(np.fft.fftfreq(height))[:, None]
    columns = np.fft.rfftfreq(width)[None, :]
    return np.sqrt(rows**2 + columns**2)


@wrong(
    "natural_images.frequencies",
    breaks="F = W // 2 + 1, odd or even width (Lucid adds one for odd widths)",
)
def frequencies_lucid_odd(height, width):
    fy = np.fft.fftfreq(height)[:, None]
    fx = np.fft.fftfreq(width)[: width // 2 + (2 if width % 2 == 1 else 1)]
    return np.sqrt(fx * fx + fy * fy)


@wrong(
    "natural_images.frequencies",
    breaks="Length (≥ 0) for H of odd size too: vertical frequencies from arange / H",
)
def frequencies_nyquist_abs_forgotten(height, width):
    rows = np.minimum(np.arange(height), height - 1 - np.arange(height))[:, None] / height
    return np.hypot(rows, np.fft.rfftfreq(width)[None, :])


@wrong("natural_images.fourier_images", breaks="Width even or odd")
def fourier_images_even_only(spectrum, height, width):
    spectrum = tf.convert_to_tensor(spectrum)
    scale = 1.0 / np.maximum(frequencies(height, width), 1.0 / max(height, width))
    spectrum = spectrum * tf.cast(scale, spectrum.dtype)
    images = tf.signal.irfft2d(spectrum, fft_length=[height, 2 * (width // 2)])
    images = images * tf.cast(np.sqrt(height * width), images.dtype)
    return tf.transpose(images, [0, 2, 3, 1])


@wrong("natural_images.fourier_images", breaks="Frequency 0 counts as 1 / max(H, W)")
def fourier_images_dc_dropped(spectrum, height, width):
    spectrum = tf.convert_to_tensor(spectrum)
    scale = 1.0 / np.maximum(frequencies(height, width), 1.0 / max(height, width))
    scale[0, 0] = 0
    spectrum = spectrum * tf.cast(scale, spectrum.dtype)
    images = tf.signal.irfft2d(spectrum, fft_length=[height, width])
    images = images * tf.cast(np.sqrt(height * width), images.dtype)
    return tf.transpose(images, [0, 2, 3, 1])


@wrong("natural_images.fourier_images", breaks="Ortho scale, not Lucid's division by 4")
def fourier_images_lucid_scale(spectrum, height, width):
    spectrum = tf.convert_to_tensor(spectrum)
    scale = 1.0 / np.maximum(frequencies(height, width), 1.0 / max(height, width))
    spectrum = spectrum * tf.cast(scale, spectrum.dtype)
    images = tf.signal.irfft2d(spectrum, fft_length=[height, width])
    images = images * tf.cast(np.sqrt(height * width) / 4, images.dtype)
    return tf.transpose(images, [0, 2, 3, 1])


@wrong("natural_images.fourier_images", breaks="Divided by the frequency, not its root")
def fourier_images_root_freq(spectrum, height, width):
    spectrum = tf.convert_to_tensor(spectrum)
    scale = np.maximum(frequencies(height, width), 1.0 / max(height, width)) ** (-0.5)
    spectrum = spectrum * tf.cast(scale, spectrum.dtype)
    images = tf.signal.irfft2d(spectrum, fft_length=[height, width])
    images = images * tf.cast(np.sqrt(height * width), images.dtype)
    return tf.transpose(images, [0, 2, 3, 1])


@wrong("natural_images.color_basis", breaks="Covariance, not correlation")
def color_basis_correlation(photos):
    photos = np.asarray(photos, dtype=np.float64)
    pixels = photos.reshape(-1, photos.shape[-1])
    pixels = (pixels - pixels.mean(axis=0)) / pixels.std(axis=0)
    covariance = pixels.T @ pixels / len(pixels)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return root / np.linalg.norm(root, axis=0).max()


@wrong("natural_images.color_basis", breaks="Over all pixels of all photos")
def color_basis_mean_per_photo(photos):
    photos = np.asarray(photos, dtype=np.float64)
    photos = photos - photos.mean(axis=(1, 2), keepdims=True)
    pixels = photos.reshape(-1, photos.shape[-1])
    pixels = pixels - pixels.mean(axis=0)
    covariance = pixels.T @ pixels / len(pixels)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return root / np.linalg.norm(root, axis=0).max()


@wrong("natural_images.color_basis", breaks="Of these photos")
def color_basis_imagenet_constant(photos):
    a = np.array([[0.26, 0.09, 0.02], [0.27, 0.0, -0.05], [0.27, -0.09, 0.03]])
    return a / np.linalg.norm(a, axis=0).max()


@wrong("natural_images.color_basis", breaks="Each channel's own mean")
def color_basis_grand_mean(photos):
    photos = np.asarray(photos, dtype=np.float64)
    pixels = photos.reshape(-1, photos.shape[-1])
    pixels = pixels - pixels.mean()
    covariance = pixels.T @ pixels / len(pixels)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return root / np.linalg.norm(root, axis=0).max()


@wrong("natural_images.random_view", breaks="The outermost pixels are repeated")
def random_view_mirror_once(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images)
    count, height, width = (images.shape[0], images.shape[1], images.shape[2])
    rng = np.random.default_rng(seed)
    shift_rows = rng.uniform(-max_shift, max_shift, (count, 1, 1))
    shift_columns = rng.uniform(-max_shift, max_shift, (count, 1, 1))
    angle = np.deg2rad(rng.uniform(-max_angle, max_angle, (count, 1, 1)))
    zoom = rng.uniform(1 - max_zoom, 1 + max_zoom, (count, 1, 1))
    y = np.arange(height)[None, :, None] - (height - 1) / 2 - shift_rows
    x = np.arange(width)[None, None, :] - (width - 1) / 2 - shift_columns
    rows = (np.cos(angle) * y + np.sin(angle) * x) / zoom + (height - 1) / 2
    columns = (np.cos(angle) * x - np.sin(angle) * y) / zoom + (width - 1) / 2

    def mirrored(index, size):
        index = index % (2 * size - 2)
        return np.where(index < size, index, 2 * size - 2 - index).astype(np.int32)

    top, left = (np.floor(rows), np.floor(columns))
    down, right = (rows - top, columns - left)
    views = 0.0
    for i, row_weight in ((0, 1 - down), (1, down)):
        for j, column_weight in ((0, 1 - right), (1, right)):
            where = mirrored(top + i, height) * width + mirrored(left + j, width)
            flat = tf.reshape(images, [count, height * width, -1])
            values = tf.gather(flat, where.reshape(count, -1), axis=1, batch_dims=1)
            weight = (row_weight * column_weight).reshape(count, -1, 1)
            views = views + values * tf.cast(weight, images.dtype)
    return tf.reshape(views, tf.shape(images))


@wrong(
    "natural_images.random_view",
    breaks="A shift along the rows and one along the columns, independently",
)
def random_view_one_shift(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images)
    count, height, width = (images.shape[0], images.shape[1], images.shape[2])
    rng = np.random.default_rng(seed)
    shift_rows = rng.uniform(-max_shift, max_shift, (count, 1, 1))
    shift_columns = shift_rows
    angle = np.deg2rad(rng.uniform(-max_angle, max_angle, (count, 1, 1)))
    zoom = rng.uniform(1 - max_zoom, 1 + max_zoom, (count, 1, 1))
    y = np.arange(height)[None, :, None] - (height - 1) / 2 - shift_rows
    x = np.arange(width)[None, None, :] - (width - 1) / 2 - shift_columns
    rows = (np.cos(angle) * y + np.sin(angle) * x) / zoom + (height - 1) / 2
    columns = (np.cos(angle) * x - np.sin(angle) * y) / zoom + (width - 1) / 2

    def mirrored(index, size):
        index = index % (2 * size)
        return np.where(index < size, index, 2 * size - 1 - index).astype(np.int32)

    top, left = (np.floor(rows), np.floor(columns))
    down, right = (rows - top, columns - left)
    views = 0.0
    for i, row_weight in ((0, 1 - down), (1, down)):
        for j, column_weight in ((0, 1 - right), (1, right)):
            where = mirrored(top + i, height) * width + mirrored(left + j, width)
            flat = tf.reshape(images, [count, height * width, -1])
            values = tf.gather(flat, where.reshape(count, -1), axis=1, batch_dims=1)
            weight = (row_weight * column_weight).reshape(count, -1, 1)
            views = views + values * tf.cast(weight, images.dtype)
    return tf.reshape(views, tf.shape(images))


@wrong(
    "natural_images.random_view", breaks="Shifts drawn uniformly in [−max, max], not whole numbers"
)
def random_view_whole_shifts(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images)
    count, height, width = (images.shape[0], images.shape[1], images.shape[2])
    rng = np.random.default_rng(seed)
    shift_rows = rng.uniform(-max_shift, max_shift, (count, 1, 1))
    shift_columns = rng.uniform(-max_shift, max_shift, (count, 1, 1))
    shift_rows, shift_columns = (np.round(shift_rows), np.round(shift_columns))
    angle = np.deg2rad(rng.uniform(-max_angle, max_angle, (count, 1, 1)))
    zoom = rng.uniform(1 - max_zoom, 1 + max_zoom, (count, 1, 1))
    y = np.arange(height)[None, :, None] - (height - 1) / 2 - shift_rows
    x = np.arange(width)[None, None, :] - (width - 1) / 2 - shift_columns
    rows = (np.cos(angle) * y + np.sin(angle) * x) / zoom + (height - 1) / 2
    columns = (np.cos(angle) * x - np.sin(angle) * y) / zoom + (width - 1) / 2

    def mirrored(index, size):
        index = index % (2 * size)
        return np.where(index < size, index, 2 * size - 1 - index).astype(np.int32)

    top, left = (np.floor(rows), np.floor(columns))
    down, right = (rows - top, columns - left)
    views = 0.0
    for i, row_weight in ((0, 1 - down), (1, down)):
        for j, column_weight in ((0, 1 - right), (1, right)):
            where = mirrored(top + i, height) * width + mirrored(left + j, width)
            flat = tf.reshape(images, [count, height * width, -1])
            values = tf.gather(flat, where.reshape(count, -1), axis=1, batch_dims=1)
            weight = (row_weight * column_weight).reshape(count, -1, 1)
            views = views + values * tf.cast(weight, images.dtype)
    return tf.reshape(views, tf.shape(images))


@wrong("natural_images.random_view", breaks="Turned also where H ≠ W: no stretching")
def random_view_sheared(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images)
    count, height, width = (images.shape[0], images.shape[1], images.shape[2])
    rng = np.random.default_rng(seed)
    shift_rows = rng.uniform(-max_shift, max_shift, (count, 1, 1))
    shift_columns = rng.uniform(-max_shift, max_shift, (count, 1, 1))
    angle = np.deg2rad(rng.uniform(-max_angle, max_angle, (count, 1, 1)))
    zoom = rng.uniform(1 - max_zoom, 1 + max_zoom, (count, 1, 1))
    y = np.arange(height)[None, :, None] - (height - 1) / 2 - shift_rows
    x = np.arange(width)[None, None, :] - (width - 1) / 2 - shift_columns
    rows = (np.cos(angle) * y + np.sin(angle) * x * height / width) / zoom + (height - 1) / 2
    columns = (np.cos(angle) * x - np.sin(angle) * y * width / height) / zoom + (width - 1) / 2

    def mirrored(index, size):
        index = index % (2 * size)
        return np.where(index < size, index, 2 * size - 1 - index).astype(np.int32)

    top, left = (np.floor(rows), np.floor(columns))
    down, right = (rows - top, columns - left)
    views = 0.0
    for i, row_weight in ((0, 1 - down), (1, down)):
        for j, column_weight in ((0, 1 - right), (1, right)):
            where = mirrored(top + i, height) * width + mirrored(left + j, width)
            flat = tf.reshape(images, [count, height * width, -1])
            values = tf.gather(flat, where.reshape(count, -1), axis=1, batch_dims=1)
            weight = (row_weight * column_weight).reshape(count, -1, 1)
            views = views + values * tf.cast(weight, images.dtype)
    return tf.reshape(views, tf.shape(images))


@wrong(
    "natural_images.random_view",
    breaks="Magnified by a factor in [1 − z, 1 + z], not made smaller by it",
)
def random_view_zoom_reversed(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images)
    count, height, width = (images.shape[0], images.shape[1], images.shape[2])
    rng = np.random.default_rng(seed)
    shift_rows = rng.uniform(-max_shift, max_shift, (count, 1, 1))
    shift_columns = rng.uniform(-max_shift, max_shift, (count, 1, 1))
    angle = np.deg2rad(rng.uniform(-max_angle, max_angle, (count, 1, 1)))
    zoom = rng.uniform(1 - max_zoom, 1 + max_zoom, (count, 1, 1))
    y = np.arange(height)[None, :, None] - (height - 1) / 2 - shift_rows
    x = np.arange(width)[None, None, :] - (width - 1) / 2 - shift_columns
    rows = (np.cos(angle) * y + np.sin(angle) * x) * zoom + (height - 1) / 2
    columns = (np.cos(angle) * x - np.sin(angle) * y) * zoom + (width - 1) / 2

    def mirrored(index, size):
        index = index % (2 * size)
        return np.where(index < size, index, 2 * size - 1 - index).astype(np.int32)

    top, left = (np.floor(rows), np.floor(columns))
    down, right = (rows - top, columns - left)
    views = 0.0
    for i, row_weight in ((0, 1 - down), (1, down)):
        for j, column_weight in ((0, 1 - right), (1, right)):
            where = mirrored(top + i, height) * width + mirrored(left + j, width)
            flat = tf.reshape(images, [count, height * width, -1])
            values = tf.gather(flat, where.reshape(count, -1), axis=1, batch_dims=1)
            weight = (row_weight * column_weight).reshape(count, -1, 1)
            views = views + values * tf.cast(weight, images.dtype)
    return tf.reshape(views, tf.shape(images))


@wrong("natural_images.random_view", breaks="Shifts in pixels, not fractions of the image")
def random_view_shift_fraction(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images)
    count, height, width = (images.shape[0], images.shape[1], images.shape[2])
    rng = np.random.default_rng(seed)
    shift_rows = rng.uniform(-max_shift, max_shift, (count, 1, 1))
    shift_columns = rng.uniform(-max_shift, max_shift, (count, 1, 1))
    angle = np.deg2rad(rng.uniform(-max_angle, max_angle, (count, 1, 1)))
    zoom = rng.uniform(1 - max_zoom, 1 + max_zoom, (count, 1, 1))
    y = np.arange(height)[None, :, None] - (height - 1) / 2 - shift_rows * height / 100
    x = np.arange(width)[None, None, :] - (width - 1) / 2 - shift_columns
    rows = (np.cos(angle) * y + np.sin(angle) * x) / zoom + (height - 1) / 2
    columns = (np.cos(angle) * x - np.sin(angle) * y) / zoom + (width - 1) / 2

    def mirrored(index, size):
        index = index % (2 * size)
        return np.where(index < size, index, 2 * size - 1 - index).astype(np.int32)

    top, left = (np.floor(rows), np.floor(columns))
    down, right = (rows - top, columns - left)
    views = 0.0
    for i, row_weight in ((0, 1 - down), (1, down)):
        for j, column_weight in ((0, 1 - right), (1, right)):
            where = mirrored(top + i, height) * width + mirrored(left + j, width)
            flat = tf.reshape(images, [count, height * width, -1])
            values = tf.gather(flat, where.reshape(count, -1), axis=1, batch_dims=1)
            weight = (row_weight * column_weight).reshape(count, -1, 1)
            views = views + values * tf.cast(weight, images.dtype)
    return tf.reshape(views, tf.shape(images))


@wrong(
    "natural_images.random_view",
    breaks="Zoom and turn about the middle of the image ((H − 1) / 2), not H / 2",
)
def random_view_pixel_center_off(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images)
    count, height, width = (images.shape[0], images.shape[1], images.shape[2])
    rng = np.random.default_rng(seed)
    shift_rows = rng.uniform(-max_shift, max_shift, (count, 1, 1))
    shift_columns = rng.uniform(-max_shift, max_shift, (count, 1, 1))
    angle = np.deg2rad(rng.uniform(-max_angle, max_angle, (count, 1, 1)))
    zoom = rng.uniform(1 - max_zoom, 1 + max_zoom, (count, 1, 1))
    y = np.arange(height)[None, :, None] - height / 2 - shift_rows
    x = np.arange(width)[None, None, :] - width / 2 - shift_columns
    rows = (np.cos(angle) * y + np.sin(angle) * x) / zoom + height / 2
    columns = (np.cos(angle) * x - np.sin(angle) * y) / zoom + width / 2

    def mirrored(index, size):
        index = index % (2 * size)
        return np.where(index < size, index, 2 * size - 1 - index).astype(np.int32)

    top, left = (np.floor(rows), np.floor(columns))
    down, right = (rows - top, columns - left)
    views = 0.0
    for i, row_weight in ((0, 1 - down), (1, down)):
        for j, column_weight in ((0, 1 - right), (1, right)):
            where = mirrored(top + i, height) * width + mirrored(left + j, width)
            flat = tf.reshape(images, [count, height * width, -1])
            values = tf.gather(flat, where.reshape(count, -1), axis=1, batch_dims=1)
            weight = (row_weight * column_weight).reshape(count, -1, 1)
            views = views + values * tf.cast(weight, images.dtype)
    return tf.reshape(views, tf.shape(images))


def _visualize_class_decay_off_by_one_climb_in_spectrum(
    model, value_of, count, steps, seed, colors, view, step_size
):
    height, width, channels = model.input_shape[1:]
    if height is None or width is None:
        raise ValueError("the model takes images of any size")
    rng = np.random.default_rng(seed)
    shape = (count, channels, height, width // 2 + 1)
    z = tf.constant(rng.normal(0.0, 0.01, (2, *shape)), tf.float32)
    view_seeds = rng.integers(0, 2**31 - 1, size=steps)
    matrix = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)

    def draw(z):
        mixed = fourier_images(tf.complex(z[0], z[1]), height, width)
        return tf.sigmoid(tf.einsum("ij,bhwj->bhwi", matrix, mixed))

    first, second = (tf.zeros_like(z), tf.zeros_like(z))
    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            seen = random_view(draw(z), *view, seed=int(view_seeds[n]))
            value = value_of(seen)
        gradient = tape.gradient(value, z)
        scores.append(value)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        m = first / (1 - 0.9 ** (n + 1))
        v = second / (1 - 0.999 ** (n + 1))
        z = z + step_size * (1 - (n + 1) / steps) * m / (tf.sqrt(v) + 1e-07)
    images = draw(z)
    scores.append(value_of(images))
    return Ascent(images, tf.stack(scores))


@wrong("natural_images.visualize_class", breaks="1 − n / N with n counted from 0")
def visualize_class_decay_off_by_one(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    index = np.atleast_1d(np.asarray(class_index))

    def value_of(images):
        return _fourth_logits(model, images, index)

    return _visualize_class_decay_off_by_one_climb_in_spectrum(
        model, value_of, len(index), steps, seed, colors, view, step_size
    )


def _visualize_class_transposed_colors_climb_in_spectrum(
    model, value_of, count, steps, seed, colors, view, step_size
):
    height, width, channels = model.input_shape[1:]
    if height is None or width is None:
        raise ValueError("the model takes images of any size")
    rng = np.random.default_rng(seed)
    shape = (count, channels, height, width // 2 + 1)
    z = tf.constant(rng.normal(0.0, 0.01, (2, *shape)), tf.float32)
    view_seeds = rng.integers(0, 2**31 - 1, size=steps)
    matrix = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)

    def draw(z):
        mixed = fourier_images(tf.complex(z[0], z[1]), height, width)
        return tf.sigmoid(tf.einsum("ji,bhwj->bhwi", matrix, mixed))

    first, second = (tf.zeros_like(z), tf.zeros_like(z))
    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            seen = random_view(draw(z), *view, seed=int(view_seeds[n]))
            value = value_of(seen)
        gradient = tape.gradient(value, z)
        scores.append(value)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        m = first / (1 - 0.9 ** (n + 1))
        v = second / (1 - 0.999 ** (n + 1))
        z = z + step_size * (1 - n / steps) * m / (tf.sqrt(v) + 1e-07)
    images = draw(z)
    scores.append(value_of(images))
    return Ascent(images, tf.stack(scores))


@wrong("natural_images.visualize_class", breaks="A mixes the channels: A · x")
def visualize_class_transposed_colors(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    index = np.atleast_1d(np.asarray(class_index))

    def value_of(images):
        return _fourth_logits(model, images, index)

    return _visualize_class_transposed_colors_climb_in_spectrum(
        model, value_of, len(index), steps, seed, colors, view, step_size
    )


def _visualize_class_last_score_of_view_climb_in_spectrum(
    model, value_of, count, steps, seed, colors, view, step_size
):
    height, width, channels = model.input_shape[1:]
    if height is None or width is None:
        raise ValueError("the model takes images of any size")
    rng = np.random.default_rng(seed)
    shape = (count, channels, height, width // 2 + 1)
    z = tf.constant(rng.normal(0.0, 0.01, (2, *shape)), tf.float32)
    view_seeds = rng.integers(0, 2**31 - 1, size=steps)
    matrix = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)

    def draw(z):
        mixed = fourier_images(tf.complex(z[0], z[1]), height, width)
        return tf.sigmoid(tf.einsum("ij,bhwj->bhwi", matrix, mixed))

    first, second = (tf.zeros_like(z), tf.zeros_like(z))
    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            seen = random_view(draw(z), *view, seed=int(view_seeds[n]))
            value = value_of(seen)
        gradient = tape.gradient(value, z)
        scores.append(value)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        m = first / (1 - 0.9 ** (n + 1))
        v = second / (1 - 0.999 ** (n + 1))
        z = z + step_size * (1 - n / steps) * m / (tf.sqrt(v) + 1e-07)
    images = draw(z)
    scores.append(value_of(random_view(images, *view, seed=seed + 999)))
    return Ascent(images, tf.stack(scores))


@wrong("natural_images.visualize_class", breaks="The last row is that of the images, not of a view")
def visualize_class_last_score_of_view(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    index = np.atleast_1d(np.asarray(class_index))

    def value_of(images):
        return _fourth_logits(model, images, index)

    return _visualize_class_last_score_of_view_climb_in_spectrum(
        model, value_of, len(index), steps, seed, colors, view, step_size
    )


def _visualize_class_start_real_only_climb_in_spectrum(
    model, value_of, count, steps, seed, colors, view, step_size
):
    height, width, channels = model.input_shape[1:]
    if height is None or width is None:
        raise ValueError("the model takes images of any size")
    rng = np.random.default_rng(seed)
    shape = (count, channels, height, width // 2 + 1)
    z = tf.constant(rng.normal(0.0, 0.01, (2, *shape)), tf.float32)
    z = tf.stack([z[0], tf.zeros_like(z[1])])
    view_seeds = rng.integers(0, 2**31 - 1, size=steps)
    matrix = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)

    def draw(z):
        mixed = fourier_images(tf.complex(z[0], z[1]), height, width)
        return tf.sigmoid(tf.einsum("ij,bhwj->bhwi", matrix, mixed))

    first, second = (tf.zeros_like(z), tf.zeros_like(z))
    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            seen = random_view(draw(z), *view, seed=int(view_seeds[n]))
            value = value_of(seen)
        gradient = tape.gradient(value, z)
        scores.append(value)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        m = first / (1 - 0.9 ** (n + 1))
        v = second / (1 - 0.999 ** (n + 1))
        z = z + step_size * (1 - n / steps) * m / (tf.sqrt(v) + 1e-07)
    images = draw(z)
    scores.append(value_of(images))
    return Ascent(images, tf.stack(scores))


@wrong("natural_images.visualize_class", breaks="Real and imaginary part drawn")
def visualize_class_start_real_only(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    index = np.atleast_1d(np.asarray(class_index))

    def value_of(images):
        return _fourth_logits(model, images, index)

    return _visualize_class_start_real_only_climb_in_spectrum(
        model, value_of, len(index), steps, seed, colors, view, step_size
    )


def _visualize_class_adam_complex_climb_in_spectrum(
    model, value_of, count, steps, seed, colors, view, step_size
):
    height, width, channels = model.input_shape[1:]
    if height is None or width is None:
        raise ValueError("the model takes images of any size")
    rng = np.random.default_rng(seed)
    shape = (count, channels, height, width // 2 + 1)
    z = tf.constant(rng.normal(0.0, 0.01, (2, *shape)), tf.float32)
    view_seeds = rng.integers(0, 2**31 - 1, size=steps)
    matrix = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)

    def draw(z):
        mixed = fourier_images(tf.complex(z[0], z[1]), height, width)
        return tf.sigmoid(tf.einsum("ij,bhwj->bhwi", matrix, mixed))

    first, second = (tf.zeros_like(z), tf.zeros_like(z))
    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            seen = random_view(draw(z), *view, seed=int(view_seeds[n]))
            value = value_of(seen)
        gradient = tape.gradient(value, z)
        scores.append(value)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * tf.reduce_sum(gradient**2, axis=0, keepdims=True)
        m = first / (1 - 0.9 ** (n + 1))
        v = second / (1 - 0.999 ** (n + 1))
        z = z + step_size * (1 - n / steps) * m / (tf.sqrt(v) + 1e-07)
    images = draw(z)
    scores.append(value_of(images))
    return Ascent(images, tf.stack(scores))


@wrong(
    "natural_images.visualize_class",
    breaks="Adam changes the real and the imaginary part each (own second moment)",
)
def visualize_class_adam_complex(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    index = np.atleast_1d(np.asarray(class_index))

    def value_of(images):
        return _fourth_logits(model, images, index)

    return _visualize_class_adam_complex_climb_in_spectrum(
        model, value_of, len(index), steps, seed, colors, view, step_size
    )


def _visualize_class_momentum_08_climb_in_spectrum(
    model, value_of, count, steps, seed, colors, view, step_size
):
    height, width, channels = model.input_shape[1:]
    if height is None or width is None:
        raise ValueError("the model takes images of any size")
    rng = np.random.default_rng(seed)
    shape = (count, channels, height, width // 2 + 1)
    z = tf.constant(rng.normal(0.0, 0.01, (2, *shape)), tf.float32)
    view_seeds = rng.integers(0, 2**31 - 1, size=steps)
    matrix = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)

    def draw(z):
        mixed = fourier_images(tf.complex(z[0], z[1]), height, width)
        return tf.sigmoid(tf.einsum("ij,bhwj->bhwi", matrix, mixed))

    first, second = (tf.zeros_like(z), tf.zeros_like(z))
    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            seen = random_view(draw(z), *view, seed=int(view_seeds[n]))
            value = value_of(seen)
        gradient = tape.gradient(value, z)
        scores.append(value)
        first = 0.9 * first + 0.1 * gradient
        second = 0.99 * second + 0.01 * gradient**2
        m = first / (1 - 0.9 ** (n + 1))
        v = second / (1 - 0.99 ** (n + 1))
        z = z + step_size * (1 - n / steps) * m / (tf.sqrt(v) + 1e-07)
    images = draw(z)
    scores.append(value_of(images))
    return Ascent(images, tf.stack(scores))


@wrong("natural_images.visualize_class", breaks="Β₂ = 0.999")
def visualize_class_momentum_08(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    index = np.atleast_1d(np.asarray(class_index))

    def value_of(images):
        return _fourth_logits(model, images, index)

    return _visualize_class_momentum_08_climb_in_spectrum(
        model, value_of, len(index), steps, seed, colors, view, step_size
    )


def _visualize_class_same_start_climb_in_spectrum(
    model, value_of, count, steps, seed, colors, view, step_size
):
    height, width, channels = model.input_shape[1:]
    if height is None or width is None:
        raise ValueError("the model takes images of any size")
    rng = np.random.default_rng(seed)
    shape = (count, channels, height, width // 2 + 1)
    z = tf.constant(np.repeat(rng.normal(0.0, 0.01, (2, 1, *shape[1:])), count, axis=1), tf.float32)
    view_seeds = rng.integers(0, 2**31 - 1, size=steps)
    matrix = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)

    def draw(z):
        mixed = fourier_images(tf.complex(z[0], z[1]), height, width)
        return tf.sigmoid(tf.einsum("ij,bhwj->bhwi", matrix, mixed))

    first, second = (tf.zeros_like(z), tf.zeros_like(z))
    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            seen = random_view(draw(z), *view, seed=int(view_seeds[n]))
            value = value_of(seen)
        gradient = tape.gradient(value, z)
        scores.append(value)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        m = first / (1 - 0.9 ** (n + 1))
        v = second / (1 - 0.999 ** (n + 1))
        z = z + step_size * (1 - n / steps) * m / (tf.sqrt(v) + 1e-07)
    images = draw(z)
    scores.append(value_of(images))
    return Ascent(images, tf.stack(scores))


@wrong(
    "natural_images.visualize_class", breaks="Every coefficient drawn: the images of a batch differ"
)
def visualize_class_same_start(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    index = np.atleast_1d(np.asarray(class_index))

    def value_of(images):
        return _fourth_logits(model, images, index)

    return _visualize_class_same_start_climb_in_spectrum(
        model, value_of, len(index), steps, seed, colors, view, step_size
    )


def _visualize_class_seed_ignored_view_climb_in_spectrum(
    model, value_of, count, steps, seed, colors, view, step_size
):
    height, width, channels = model.input_shape[1:]
    if height is None or width is None:
        raise ValueError("the model takes images of any size")
    rng = np.random.default_rng(seed)
    shape = (count, channels, height, width // 2 + 1)
    z = tf.constant(rng.normal(0.0, 0.01, (2, *shape)), tf.float32)
    view_seeds = rng.integers(0, 2**31 - 1, size=steps)
    matrix = tf.eye(channels) if colors is None else tf.cast(colors, tf.float32)

    def draw(z):
        mixed = fourier_images(tf.complex(z[0], z[1]), height, width)
        return tf.sigmoid(tf.einsum("ij,bhwj->bhwi", matrix, mixed))

    first, second = (tf.zeros_like(z), tf.zeros_like(z))
    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            seen = random_view(draw(z), *view, seed=int(np.random.randint(2**31 - 1)))
            value = value_of(seen)
        gradient = tape.gradient(value, z)
        scores.append(value)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        m = first / (1 - 0.9 ** (n + 1))
        v = second / (1 - 0.999 ** (n + 1))
        z = z + step_size * (1 - n / steps) * m / (tf.sqrt(v) + 1e-07)
    images = draw(z)
    scores.append(value_of(images))
    return Ascent(images, tf.stack(scores))


@wrong("natural_images.visualize_class", breaks="The same seed gives the same images")
def visualize_class_seed_ignored_view(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    index = np.atleast_1d(np.asarray(class_index))

    def value_of(images):
        return _fourth_logits(model, images, index)

    return _visualize_class_seed_ignored_view_climb_in_spectrum(
        model, value_of, len(index), steps, seed, colors, view, step_size
    )


def _visualize_channel_center_neuron_mean_channel(extractor, images, channels):
    values = extractor(images, training=False)
    values = tf.reshape(values, [tf.shape(values)[0], -1, values.shape[-1]])
    return tf.gather(values[:, values.shape[1] // 2], channels, axis=1, batch_dims=1)


_visualize_channel_center_neuron_mean_channel = compiled(
    _visualize_channel_center_neuron_mean_channel
)


@wrong("natural_images.visualize_channel", breaks="The mean over all positions, not the middle one")
def visualize_channel_center_neuron(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    extractor = feature_extractor(model, layer_name)
    index = np.atleast_1d(np.asarray(channel))

    def value_of(images):
        return _visualize_channel_center_neuron_mean_channel(extractor, images, index)

    return _fourth_climb_in_spectrum(
        model, value_of, len(index), steps, seed, colors, view, step_size
    )


def _visualize_channel_squared_mean_channel(extractor, images, channels):
    values = extractor(images, training=False)
    values = tf.reshape(values, [tf.shape(values)[0], -1, values.shape[-1]]) ** 2
    return tf.gather(tf.reduce_mean(values, axis=1), channels, axis=1, batch_dims=1)


_visualize_channel_squared_mean_channel = compiled(_visualize_channel_squared_mean_channel)


@wrong("natural_images.visualize_channel", breaks="Mean activation, not of squares")
def visualize_channel_squared(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    extractor = feature_extractor(model, layer_name)
    index = np.atleast_1d(np.asarray(channel))

    def value_of(images):
        return _visualize_channel_squared_mean_channel(extractor, images, index)

    return _fourth_climb_in_spectrum(
        model, value_of, len(index), steps, seed, colors, view, step_size
    )


def _deep_dream_mean_not_squared_dream_step(extractor, image, step_size):
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = tf.reduce_mean(extractor(image, training=False))
    gradient = normalize_gradient(tape.gradient(value, image))
    return tf.clip_by_value(image + tf.cast(step_size, tf.float32) * gradient, 0.0, 1.0)


_deep_dream_mean_not_squared_dream_step = compiled(_deep_dream_mean_not_squared_dream_step)


@wrong("natural_images.deep_dream", breaks="Mean of the squared activations")
def deep_dream_mean_not_squared(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    extractor = feature_extractor(model, layer_name)
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    photo = tf.cast(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    added = tf.zeros_like(photo)
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        small = tf.image.resize(photo, size)
        dream = small + tf.image.resize(added, size)
        for _ in range(steps):
            dream = _deep_dream_mean_not_squared_dream_step(extractor, dream, step_size)
        added = dream - small
    return dream[0]


@wrong("natural_images.deep_dream", breaks="All that was added is carried on")
def deep_dream_detail_not_kept(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    extractor = feature_extractor(model, layer_name)
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    photo = tf.cast(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    added = tf.zeros_like(photo)
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        small = tf.image.resize(photo, size)
        dream = small + tf.image.resize(added, size)
        for _ in range(steps):
            dream = _fourth_dream_step(extractor, dream, step_size)
        added = dream - (small + tf.image.resize(added, size))
    return dream[0]


@wrong("natural_images.deep_dream", breaks="Only the steps clip, not this sum")
def deep_dream_sum_clipped(model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4):
    extractor = feature_extractor(model, layer_name)
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    photo = tf.cast(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    added = tf.zeros_like(photo)
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        small = tf.image.resize(photo, size)
        dream = tf.clip_by_value(small + tf.image.resize(added, size), 0.0, 1.0)
        for _ in range(steps):
            dream = _fourth_dream_step(extractor, dream, step_size)
        added = dream - small
    return dream[0]


@wrong("natural_images.deep_dream", breaks="Tf.image.resize (bilinear)")
def deep_dream_bicubic(model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4):
    extractor = feature_extractor(model, layer_name)
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    photo = tf.cast(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    added = tf.zeros_like(photo)
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        small = tf.image.resize(photo, size, method="bicubic")
        dream = small + tf.image.resize(added, size, method="bicubic")
        for _ in range(steps):
            dream = _fourth_dream_step(extractor, dream, step_size)
        added = dream - small
    return dream[0]


@wrong("natural_images.deep_dream", breaks="Up to its own size, not beyond")
def deep_dream_scaled_up(model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4):
    extractor = feature_extractor(model, layer_name)
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    photo = tf.cast(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    added = tf.zeros_like(photo)
    for k in reversed(range(octaves)):
        size = (
            round(height * scale ** (octaves - 1 - k)),
            round(width * scale ** (octaves - 1 - k)),
        )
        small = tf.image.resize(photo, size)
        dream = small + tf.image.resize(added, size)
        for _ in range(steps):
            dream = _fourth_dream_step(extractor, dream, step_size)
        added = dream - small
    return tf.image.resize(dream, (height, width))[0]


def _deep_dream_std_normalized_dream_step(extractor, image, step_size):
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = tf.reduce_mean(tf.square(extractor(image, training=False)))
    gradient = tape.gradient(value, image)
    gradient = gradient / (tf.math.reduce_std(gradient) + 1e-08)
    return tf.clip_by_value(image + tf.cast(step_size, tf.float32) * gradient, 0.0, 1.0)


_deep_dream_std_normalized_dream_step = compiled(_deep_dream_std_normalized_dream_step)


@wrong(
    "natural_images.deep_dream", breaks="Scaled by normalize_gradient (rms), as here, not by std"
)
def deep_dream_std_normalized(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    extractor = feature_extractor(model, layer_name)
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    photo = tf.cast(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    added = tf.zeros_like(photo)
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        small = tf.image.resize(photo, size)
        dream = small + tf.image.resize(added, size)
        for _ in range(steps):
            dream = _deep_dream_std_normalized_dream_step(extractor, dream, step_size)
        added = dream - small
    return dream[0]


@wrong(
    "natural_images.deep_dream", breaks="All sizes are of the photo itself: resized from the photo"
)
def deep_dream_small_from_small(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    extractor = feature_extractor(model, layer_name)
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    photo = tf.cast(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    added = tf.zeros_like(photo)
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        small = (
            tf.image.resize(
                tf.image.resize(
                    photo,
                    (round(height / scale ** (octaves - 1)), round(width / scale ** (octaves - 1))),
                ),
                size,
            )
            if k
            else photo
        )
        dream = small + tf.image.resize(added, size)
        for _ in range(steps):
            dream = _fourth_dream_step(extractor, dream, step_size)
        added = dream - small
    return dream[0]


@wrong(
    "natural_images.visualize_class",
    breaks="The start does not depend on the number of steps (its seed is drawn with theirs)",
)
def visualize_class_keras_adam(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    h, w, c = model.input_shape[1:]
    if h is None or w is None:
        raise ValueError("size")
    classes = tf.reshape(tf.cast(class_index, tf.int32), [-1])
    b = classes.shape[0]
    sequence = np.random.SeedSequence(seed).generate_state(steps + 1)
    noise = np.random.default_rng(int(sequence[-1]))
    parts = [
        tf.Variable(noise.normal(scale=0.01, size=(b, c, h, w // 2 + 1)).astype("float32"))
        for _ in range(2)
    ]
    adam = keras.optimizers.Adam(step_size, beta_1=0.9, beta_2=0.999, epsilon=1e-07)

    def picture():
        x = fourier_images(tf.complex(parts[0], parts[1]), h, w)
        if colors is not None:
            x = tf.matmul(x, tf.cast(tf.transpose(tf.convert_to_tensor(colors)), x.dtype))
        return tf.nn.sigmoid(x)

    scores = []
    kparts = [keras.Variable(p) for p in parts]
    adam.build(kparts)
    for n in range(steps):
        with tf.GradientTape() as tape:
            x = fourier_images(tf.complex(kparts[0].value, kparts[1].value), h, w)
            if colors is not None:
                x = tf.matmul(x, tf.cast(tf.transpose(tf.convert_to_tensor(colors)), x.dtype))
            logit = select_output(
                model,
                random_view(tf.nn.sigmoid(x), view[0], view[1], view[2], int(sequence[n])),
                classes,
            )
            loss = -tf.reduce_sum(logit)
        scores.append(logit.numpy())
        adam.learning_rate = step_size * (1 - n / steps)
        adam.apply(tape.gradient(loss, [p.value for p in kparts]))
    for p, k in zip(parts, kparts):
        p.assign(k.value)
    images = picture()
    scores.append(select_output(model, images, classes).numpy())
    return Ascent(images.numpy(), np.stack(scores))
