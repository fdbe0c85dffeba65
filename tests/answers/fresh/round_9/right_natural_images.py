# ruff: noqa: ANN001, ANN201, ANN202, F821, N806
"""Right answers to `natural_images` of the ninth round: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Ascent
from tests.answers.fresh import right


@right("natural_images.frequencies", how="By hand, without numpy.fft.")
def frequencies_hand_without_numpy(height, width):
    rows = np.arange(height)
    rows = np.minimum(rows, height - rows) / height
    columns = np.arange(width // 2 + 1) / width
    return np.sqrt(rows[:, None] ** 2 + columns[None, :] ** 2)


@right("natural_images.fourier_images", how="Scales before the transform.")
def fourier_images_scales_before_transform(spectrum, height, width):
    f = np.asarray(frequencies(height, width), np.float64)
    f = np.where(f > 0, f, 1.0 / max(height, width))
    factor = tf.constant(np.sqrt(height * width) / f, tf.complex64)
    waves = tf.cast(spectrum, tf.complex64) * factor
    return tf.transpose(tf.signal.irfft2d(waves, fft_length=[height, width]), [0, 2, 3, 1])


@right("natural_images.color_basis", how="Symmetric square root from eigh.")
def color_basis_symmetric_square_root(photos):
    x = np.asarray(photos, np.float64)
    x = x.reshape(-1, x.shape[-1])
    x = x - x.mean(axis=0, keepdims=True)
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    root = vectors @ np.diag(np.sqrt(np.maximum(values, 0))) @ vectors.T
    return root / np.linalg.norm(root, axis=0).max()


@right("natural_images.random_view", how="TensorFlow's projective transform.")
def random_view_tensorflow_s_projective(images, max_shift, max_angle, max_zoom, seed):
    images = tf.cast(images, tf.float32)
    b, h, w, _ = images.shape
    rng = np.random.default_rng(seed)
    dy, dx = rng.uniform(-max_shift, max_shift, (2, b))
    a = np.radians(rng.uniform(-max_angle, max_angle, b))
    m = rng.uniform(1 - max_zoom, 1 + max_zoom, b)
    c, s = (np.cos(a) / m, np.sin(a) / m)
    cy, cx, zero = ((h - 1) / 2, (w - 1) / 2, np.zeros(b))
    x0 = cx - c * (cx + dx) + s * (cy + dy)
    y0 = cy - s * (cx + dx) - c * (cy + dy)
    transforms = np.stack([c, -s, x0, s, c, y0, zero, zero], axis=1).astype(np.float32)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=transforms,
        output_shape=[h, w],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )


@right(
    "natural_images.visualize_class",
    how="Adam written by hand on one array of real and imaginary parts.",
)
def visualize_class_adam_written_hand(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    _, h, w, c = model.input_shape
    if h is None or w is None:
        raise ValueError("the model must know the size of its images")
    k = np.atleast_1d(np.asarray(class_index))
    rng = np.random.default_rng(seed)
    z = tf.constant(rng.normal(0, 0.01, (2, len(k), c, h, w // 2 + 1)), tf.float32)
    A = None if colors is None else tf.cast(colors, tf.float32)

    def images(z):
        x = fourier_images(tf.complex(z[0], z[1]), h, w)
        if A is not None:
            x = tf.einsum("dc,bhwc->bhwd", A, x)
        return tf.sigmoid(x)

    first, second, scores = (tf.zeros_like(z), tf.zeros_like(z), [])
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            s = select_output(model, random_view(images(z), *view, int(rng.integers(2**31))), k)
        scores.append(s)
        g = tape.gradient(s, z)
        first = 0.9 * first + 0.1 * g
        second = 0.999 * second + 0.001 * g * g
        m, v = (first / (1 - 0.9 ** (n + 1)), second / (1 - 0.999 ** (n + 1)))
        z += step_size * (1 - n / steps) * m / (tf.sqrt(v) + 1e-07)
    x = images(z)
    scores.append(select_output(model, x, k))
    return Ascent(x, tf.stack(scores))


@right(
    "natural_images.visualize_channel", how="A model of channel means, given to visualize_class."
)
def visualize_channel_model_means_given(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    cut = feature_extractor(model, layer_name)
    out = cut.output
    if len(out.shape) > 2:
        out = keras.ops.mean(out, axis=tuple(range(1, len(out.shape) - 1)))
    means = keras.Model(cut.inputs[0], out)
    return visualize_class(means, channel, steps, seed, colors, view, step_size)


@right("natural_images.deep_dream", how="Recursion over the octaves.")
def deep_dream_recursion_over_octaves(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    net = feature_extractor(model, layer_name)
    photo = tf.cast(image, tf.float32)[None]
    if steps == 0:
        return photo[0]
    h, w = photo.shape[1:3]

    def octave(k):
        size = (round(h / scale**k), round(w / scale**k))
        base = tf.image.resize(photo, size)
        x = base
        if k < octaves - 1:
            x = base + tf.image.resize(octave(k + 1), size)
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(x)
                value = tf.reduce_mean(tf.square(net(x, training=False)))
            x = tf.clip_by_value(
                x + step_size * normalize_gradient(tape.gradient(value, x)), 0.0, 1.0
            )
        return x - base

    return tf.clip_by_value(photo + octave(0), 0.0, 1.0)[0]


@right("natural_images.frequencies", how="Numpy.fft's own frequencies, broadcast by hypot.outer.")
def frequencies_numpy_fft_s(height, width):
    return np.hypot.outer(np.fft.fftfreq(height), np.fft.rfftfreq(width))


@right("natural_images.color_basis", how="Singular value decomposition of the pixels themselves.")
def color_basis_singular_value_decomposition(photos):
    photos = np.asarray(photos, np.float64)
    pixels = photos.reshape(-1, photos.shape[-1])
    pixels = pixels - pixels.mean(axis=0)
    _, sizes, rows = np.linalg.svd(np.atleast_2d(pixels.T @ pixels))
    A = rows.T * np.sqrt(sizes)
    return A / np.sqrt((A * A).sum(axis=0).max())
