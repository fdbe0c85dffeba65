# ruff: noqa: ANN001, ANN201, ANN202, E501, F821
"""Right answers to `natural_images` of the eighth round: each keeps all promises."""

import numpy as np
import tensorflow as tf

from course.feature_visualization import feature_extractor, normalize_gradient
from course.given import Ascent
from course.saliency import select_output
from tests.answers.fresh import right


@right(
    "natural_images.color_basis",
    how="The symmetric square root, with its columns turned round and one sign changed",
)
def color_basis_symmetric_square_root(photos):
    photos = np.asarray(photos, np.float64)
    pixels = photos.reshape(-1, photos.shape[-1])
    pixels = pixels - pixels.mean(axis=0)
    u, s, _ = np.linalg.svd(pixels.T @ pixels)
    root = u * np.sqrt(s) @ u.T
    root = root[:, ::-1].copy()
    root[:, 0] *= -1
    return (root / np.linalg.norm(root, axis=0).max()).astype(np.float32)


@right(
    "natural_images.frequencies",
    how="Complex numbers, whose size is the length; whole cycles first",
)
def frequencies_complex_numbers_whose(height, width):
    rows = (np.arange(height) + height // 2) % height - height // 2
    columns = np.arange(width // 2 + 1)
    return np.abs(columns / width + 1j * (rows / height)[:, None])


@right(
    "natural_images.fourier_images",
    how="The gain first, with the transform's scale in it; tf.einsum for the axes",
)
def fourier_images_gain_first_transform(spectrum, height, width):
    height, width = (int(height), int(width))
    gain = np.sqrt(height * width) / np.clip(
        np.asarray(frequencies(height, width)), 1 / max(height, width), None
    )
    waves = tf.cast(spectrum, tf.complex64) * tf.constant(gain, tf.complex64)
    return tf.einsum("bchw->bhwc", tf.signal.irfft2d(waves, fft_length=(height, width)))


@right(
    "natural_images.color_basis",
    how="Singular values of the centred pixels' triangular factor (QR), no covariance is made",
)
def color_basis_singular_values_centred(photos):
    photos = np.asarray(photos, np.float64)
    pixels = photos.reshape(-1, photos.shape[-1])
    if len(pixels) < pixels.shape[1]:
        pixels = np.concatenate([np.repeat(pixels, pixels.shape[1], axis=0)])
    r = np.linalg.qr(pixels - pixels.mean(axis=0), mode="r")
    root = r.T
    return root / np.sqrt(np.square(root).sum(axis=0).max())


def _mirror(i, size):
    i = np.mod(i, 2 * size)
    return np.where(i < size, i, 2 * size - 1 - i)


@right(
    "natural_images.random_view",
    how="Mirrored padding as wide as needed is not made: the four neighbours have flat indices, and their weights add up in one sum",
)
def random_view_mirrored_padding_wide(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images)
    b, h, w, c = images.shape
    draw = np.random.Generator(np.random.Philox(int(seed))).uniform(-1.0, 1.0, size=(b, 4))
    places = []
    corner = np.mgrid[:h, :w].reshape(2, -1) - np.array([[h - 1], [w - 1]]) / 2
    for up, left, turn, grow in draw:
        a = np.deg2rad(turn * max_angle)
        turned = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]) / (1 + grow * max_zoom)
        places.append(
            turned @ corner
            + np.array([[h - 1], [w - 1]]) / 2
            + max_shift * np.array([[up], [left]])
        )
    places = np.stack(places)
    low = np.floor(places)
    part = places - low
    flat = tf.reshape(images, (b, h * w, c))
    view = 0
    for dy in (0, 1):
        for dx in (0, 1):
            weight = np.abs(1 - dy - part[:, 0]) * np.abs(1 - dx - part[:, 1])
            index = _mirror(low[:, 0].astype(int) + dy, h) * w + _mirror(
                low[:, 1].astype(int) + dx, w
            )
            view = view + tf.gather(flat, index, batch_dims=1) * tf.cast(
                weight[..., None], images.dtype
            )
    return tf.reshape(view, (b, h, w, c))


@right(
    "natural_images.visualize_class",
    how="SFC64 draws, moments moved by a share of the difference, the mixing by a broadcast product",
)
def visualize_class_sfc_draws_moments(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    h, w, c = model.input_shape[1:]
    if None in (h, w, c):
        raise ValueError("the model takes images of any size")
    classes = np.atleast_1d(np.asarray(class_index)).astype(int)
    b = len(classes)
    mix = np.eye(c) if colors is None else np.asarray(colors)
    mix = tf.constant(mix, tf.float32)
    rng = np.random.Generator(np.random.SFC64(int(seed)))
    z = tf.constant(rng.normal(0, 0.01, (2, b, c, h, w // 2 + 1)), tf.float32)
    view_seeds = rng.integers(0, 2**31 - 1, steps)

    def images_of(z):
        waves = fourier_images(tf.complex(z[0], z[1]), h, w)
        return tf.sigmoid(tf.reduce_sum(waves[..., None, :] * mix, axis=-1))

    m, v, scores = (tf.zeros_like(z), tf.zeros_like(z), [])
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            seen = random_view(images_of(z), *view, int(view_seeds[n]))
            score = select_output(model, seen, classes)
        g = tape.gradient(score, z)
        scores.append(score)
        m, v = (m + (g - m) * (1 - 0.9), v + (g * g - v) * (1 - 0.999))
        mean, square = (m / (1 - 0.9 ** (n + 1)), v / (1 - 0.999 ** (n + 1)))
        z += tf.cast(step_size * (steps - n) / steps, tf.float32) * mean / (tf.sqrt(square) + 1e-07)
    images = images_of(z)
    scores.append(select_output(model, images, classes))
    return Ascent(images, tf.stack(scores))


@right(
    "natural_images.visualize_channel",
    how="The position axes averaged one by one, the channel by a one-hot vector",
)
def visualize_channel_position_axes_averaged(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    h, w, c = model.input_shape[1:]
    if None in (h, w, c):
        raise ValueError("the model takes images of any size")
    classes = np.atleast_1d(np.asarray(channel)).astype(int)
    b = len(classes)
    mix = np.eye(c) if colors is None else np.asarray(colors)
    mix = tf.constant(mix, tf.float32)
    rng = np.random.default_rng(seed)
    z = tf.constant(rng.normal(0, 0.01, (2, b, c, h, w // 2 + 1)), tf.float32)
    view_seeds = rng.integers(0, 2**31 - 1, steps)

    def images_of(z):
        waves = fourier_images(tf.complex(z[0], z[1]), h, w)
        return tf.sigmoid(tf.einsum("bhwj,ij->bhwi", waves, mix))

    net = feature_extractor(model, layer_name)

    def score_of(x):
        a = net(x, training=False)
        hot = tf.one_hot(classes, a.shape[-1])
        while len(a.shape) > 2:
            a = tf.reduce_mean(a, axis=1)
        return tf.einsum("bk,bk->b", a, hot)

    m, v, scores = (tf.zeros_like(z), tf.zeros_like(z), [])
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            seen = random_view(images_of(z), *view, int(view_seeds[n]))
            score = score_of(seen)
        g = tape.gradient(score, z)
        scores.append(score)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        rate = step_size * (1 - n / steps)
        z = z + rate * (m / (1 - 0.9 ** (n + 1))) / (tf.sqrt(v / (1 - 0.999 ** (n + 1))) + 1e-07)
    images = images_of(z)
    scores.append(score_of(images))
    return Ascent(images, tf.stack(scores))


def _dream(net, photo, k, octaves, steps, step_size, scale):
    """The photo in size k, and the dream in it."""
    h, w = photo.shape[1:3]
    size = [round(h / scale**k), round(w / scale**k)]
    seen = tf.image.resize(photo, size)
    if k + 1 < octaves:
        smaller, dreamt = _dream(net, photo, k + 1, octaves, steps, step_size, scale)
        x = seen + tf.image.resize(dreamt - smaller, size)
    else:
        x = tf.identity(seen)
    for _ in range(steps):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            loud = tf.reduce_mean(tf.square(net(x, training=False)))
        x = tf.clip_by_value(x + step_size * normalize_gradient(tape.gradient(loud, x)), 0.0, 1.0)
    return (seen, x)


@right("natural_images.deep_dream", how="Recursion from the small to the large")
def deep_dream_recursion_small_large(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError(f"octaves must be 1 or more, not {octaves}")
    net = feature_extractor(model, layer_name)
    photo = tf.expand_dims(tf.cast(image, tf.float32), 0)
    return _dream(net, photo, 0, int(octaves), int(steps), step_size, float(scale))[1][0]
