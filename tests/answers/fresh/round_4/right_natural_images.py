# ruff: noqa: ANN001, ANN201, ANN202, B023, E731, F821, RUF046, RUF059
"""Right answers to `natural_images` of a fourth round, each in another style."""

import keras
import numpy as np
import tensorflow as tf

from course.feature_visualization import feature_extractor, normalize_gradient
from tests.answers.fresh import right


@right("natural_images.frequencies", how="abs complex")
def frequencies_abs_complex(height, width):
    return np.abs(np.fft.rfftfreq(width) + 1j * np.fft.fftfreq(height).reshape(-1, 1)).astype(
        np.float32
    )


@right("natural_images.frequencies", how="loops")
def frequencies_loops(height, width):
    table = []
    for i in range(height):
        fy = min(i, height - i) / height
        table.append([(fy**2 + (j / width) ** 2) ** 0.5 for j in range(width // 2 + 1)])
    return tf.constant(table)


@right("natural_images.fourier_images", how="per channel irfft")
def fourier_images_per_channel_irfft(spectrum, height, width):
    spectrum = tf.cast(spectrum, tf.complex64)
    f = tf.maximum(tf.cast(frequencies(height, width), tf.float32), 1 / max(height, width))
    spectrum = spectrum / tf.cast(f, tf.complex64)
    rows = tf.signal.ifft(tf.transpose(spectrum, [0, 1, 3, 2]))
    rows = tf.transpose(rows, [0, 1, 3, 2])
    images = tf.signal.irfft(rows, [width])
    return tf.einsum("bchw->bhwc", images) * (height * width) ** 0.5


@right("natural_images.fourier_images", how="cosines")
def fourier_images_cosines(spectrum, height, width):
    s = tf.cast(spectrum, tf.complex128)
    s = s / tf.cast(
        tf.maximum(tf.cast(frequencies(height, width), tf.float64), 1 / max(height, width)),
        tf.complex128,
    )
    n = width // 2 + 1
    twice = np.full(n, 2.0)
    twice[0] = 1.0
    if width % 2 == 0:
        twice[-1] = 1.0
    vertical = np.exp(2j * np.pi * np.outer(np.arange(height), np.arange(height)) / height)
    horizontal = (
        np.exp(2j * np.pi * np.outer(np.arange(n), np.arange(width)) / width) * twice[:, None]
    )
    x = tf.einsum("hk,bckf,fw->bhwc", tf.constant(vertical), s, tf.constant(horizontal))
    return tf.cast(tf.math.real(x) / np.sqrt(height * width), tf.float32)


@right("natural_images.color_basis", how="svd")
def color_basis_svd(photos):
    x = np.reshape(np.asarray(photos, np.float64), (-1, np.shape(photos)[-1]))
    _, s, vt = np.linalg.svd(x - x.mean(0), full_matrices=False)
    return vt.T * (s / s.max())


@right("natural_images.color_basis", how="symmetric root")
def color_basis_symmetric_root(photos):
    from scipy.linalg import sqrtm

    c = np.atleast_2d(
        np.cov(np.asarray(photos, np.float64).reshape(-1, np.shape(photos)[-1]), rowvar=False)
    )
    a = np.real(sqrtm(c))
    return tf.constant(a / max(np.linalg.norm(column) for column in a.T), tf.float32)


@right("natural_images.random_view", how="matrices")
def random_view_matrices(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images)
    b, h, w, c = images.shape
    u = tf.random.stateless_uniform(
        [4, b], seed=[seed, 0], minval=-1.0, maxval=1.0, dtype=tf.float64
    ).numpy()
    views = []
    middle = np.array([(h - 1) / 2, (w - 1) / 2])
    grid = np.stack(np.meshgrid(np.arange(h), np.arange(w), indexing="ij"), -1).astype(float)
    for k in range(b):
        angle = u[2, k] * max_angle * np.pi / 180
        zoom = 1 + u[3, k] * max_zoom
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        p = (grid - middle) @ turn.T / zoom + middle + max_shift * u[:2, k]
        low = np.floor(p).astype(int)
        part = p - low
        view = tf.zeros_like(images[k])
        for di in (0, 1):
            for dj in (0, 1):
                i, j = (low[..., 0] + di, low[..., 1] + dj)
                i, j = (i % (2 * h), j % (2 * w))
                i, j = (np.minimum(i, 2 * h - 1 - i), np.minimum(j, 2 * w - 1 - j))
                weight = np.abs(1 - di - part[..., 0]) * np.abs(1 - dj - part[..., 1])
                view += tf.gather_nd(images[k], np.stack([i, j], -1)) * tf.cast(
                    weight[..., None], images.dtype
                )
        views.append(view)
    return tf.stack(views)


def _random_view_keras_affine_affine(images, m):
    b, h, w, _ = images.shape
    ys, xs = np.mgrid[:h, :w]
    out = []
    for k in range(b):
        x = m[k, 0] * xs + m[k, 1] * ys + m[k, 2]
        y = m[k, 3] * xs + m[k, 4] * ys + m[k, 5]
        x, y = (np.round(x, 9), np.round(y, 9))
        pad = int(max(0, np.ceil(max(-x.min(), x.max() - w + 1, -y.min(), y.max() - h + 1)))) + 1
        image = images[k]
        ry = np.pad(np.arange(h), pad, mode="symmetric")
        rx = np.pad(np.arange(w), pad, mode="symmetric")
        image = tf.gather(tf.gather(image, ry, axis=0), rx, axis=1)
        x, y = (x + pad, y + pad)
        i, j = (np.floor(y).astype(int), np.floor(x).astype(int))
        v, u = (
            tf.constant((y - i)[..., None], tf.float32),
            tf.constant((x - j)[..., None], tf.float32),
        )
        get = lambda p, q: tf.gather_nd(image, np.stack([p, q], axis=-1))
        upper = (1 - u) * get(i, j) + u * get(i, j + 1)
        lower = (1 - u) * get(i + 1, j) + u * get(i + 1, j + 1)
        out.append((1 - v) * upper + v * lower)
    return tf.stack(out)


@right("natural_images.random_view", how="keras affine")
def random_view_keras_affine(images, max_shift, max_angle, max_zoom, seed):
    images = tf.cast(images, tf.float32)
    b, h, w, _ = images.shape
    r = np.random.RandomState(seed % 2**32)
    dy, dx = r.uniform(-1, 1, (2, b)) * max_shift
    a = np.radians(r.uniform(-1, 1, b) * max_angle)
    z = 1 + r.uniform(-1, 1, b) * max_zoom
    cy, cx = ((h - 1) / 2, (w - 1) / 2)
    m = np.stack(
        [
            np.cos(a) / z,
            -np.sin(a) / z,
            cx + dx - (cx * np.cos(a) - cy * np.sin(a)) / z,
            np.sin(a) / z,
            np.cos(a) / z,
            cy + dy - (cx * np.sin(a) + cy * np.cos(a)) / z,
            0 * a,
            0 * a,
        ],
        axis=1,
    )
    return (
        tf.raw_ops.ImageProjectiveTransformV3(
            images=images,
            transforms=tf.constant(m, tf.float32),
            output_shape=[h, w],
            fill_value=0.0,
            interpolation="BILINEAR",
            fill_mode="REFLECT",
        )
        if False
        else _random_view_keras_affine_affine(images, m)
    )


@right("natural_images.visualize_channel", how="mean head model")
def visualize_channel_mean_head_model(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    extractor = feature_extractor(model, layer_name)
    output = extractor.outputs[0]
    if len(output.shape) == 4:
        output = keras.layers.GlobalAveragePooling2D()(output)
    head = keras.Model(extractor.inputs, output)
    return visualize_class(head, channel, steps, seed, colors, view, step_size)


@right("natural_images.deep_dream", how="recursive")
def deep_dream_recursive(model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4):
    if octaves < 1:
        raise ValueError("octaves")
    cut = feature_extractor(model, layer_name)
    image = tf.convert_to_tensor(image, tf.float32)
    h, w = image.shape[:2]

    def dream(k):
        size = [int(round(h / scale**k)), int(round(w / scale**k))]
        photo = tf.image.resize(image, size)
        x = photo
        if k < octaves - 1:
            x = x + tf.image.resize(dream(k + 1), size)
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = tf.reduce_mean(cut(x[tf.newaxis], training=False) ** 2)
            g = tape.gradient(loss, x)
            x = tf.clip_by_value(x + step_size * normalize_gradient(g[None])[0], 0, 1)
        return x - photo

    if steps == 0:
        return np.array(image)
    return np.clip(image + dream(0), 0, 1)
