# ruff: noqa: ANN001, ANN202, E731, F821
"""Right answers to `natural_images` of the sixth round: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from course.feature_visualization import feature_extractor, normalize_gradient
from course.given import Ascent
from course.given.types import Array, Classes, Image, Images
from course.saliency import select_output
from tests.answers.fresh import right


@right("natural_images.frequencies", how="Modulus of a complex outer sum")
def frequencies_modulus_complex_outer(height: int, width: int) -> Array:
    return np.abs(np.add.outer(1j * np.fft.fftfreq(height), np.fft.rfftfreq(width)))


@right("natural_images.frequencies", how="Whole numbers folded by minimum")
def frequencies_whole_numbers_folded(height: int, width: int) -> Array:
    r, c = np.indices((height, width // 2 + 1))
    r = np.minimum(r, height - r)
    return np.sqrt((r / height) ** 2 + (c / width) ** 2)


@right(
    "natural_images.fourier_images",
    how="Plain ifft along the rows, then weighted cosines and sines along the columns, no irfft",
)
def fourier_images_plain_ifft_along(spectrum: Array, height: int, width: int) -> Array:
    s = tf.cast(tf.convert_to_tensor(spectrum), tf.complex64)
    f = np.maximum(frequencies(height, width), 1 / max(height, width))
    s = s * tf.constant((1 / f).astype("complex64"))
    rows = tf.linalg.matrix_transpose(tf.signal.ifft(tf.linalg.matrix_transpose(s)))
    k = np.arange(width // 2 + 1)
    weight = np.where((k == 0) | (2 * k == width), 1.0, 2.0)[:, None]
    angle = 2 * np.pi * np.outer(k, np.arange(width)) / width
    scale = np.sqrt(height * width) / width
    cos, sin = (
        tf.constant((weight * g(angle) * scale).astype("float32")) for g in (np.cos, np.sin)
    )
    out = tf.einsum("bchf,fw->bhwc", tf.math.real(rows), cos) - tf.einsum(
        "bchf,fw->bhwc", tf.math.imag(rows), sin
    )
    return out


@right(
    "natural_images.color_basis",
    how="Triangular factor of a QR of the centred pixels, no covariance formed",
)
def color_basis_triangular_factor_qr(photos: Images) -> Array:
    pixels = np.asarray(photos, "float64")
    pixels = pixels.reshape(-1, pixels.shape[-1])
    c = pixels.shape[1]
    centred = np.vstack([pixels - pixels.mean(axis=0), np.zeros((c, c))])
    a = np.linalg.qr(centred, mode="r").T
    return a / np.linalg.norm(a, axis=0).max()


@right(
    "natural_images.random_view",
    how="Complex coordinates (turn and zoom in one factor), gather of four neighbours",
)
def random_view_turn_zoom_factor(
    images: Images, max_shift: float, max_angle: float, max_zoom: float, seed: int
) -> Images:
    x = tf.convert_to_tensor(images)
    b, h, w = x.shape[:3]
    rng = np.random.Generator(np.random.SFC64(seed))
    dr, dc, turn, zoom = (2 * rng.random((4, b, 1, 1)) - 1) * np.array(
        [max_shift, max_shift, np.deg2rad(max_angle), max_zoom]
    )[:, None, None, None]
    r, c = np.mgrid[:h, :w]
    z = r - (h - 1) / 2 - dr + 1j * (c - (w - 1) / 2 - dc)
    z = z * np.exp(1j * turn) / (1 + zoom)
    r, c = (z.real + (h - 1) / 2, z.imag + (w - 1) / 2)
    if max_shift == max_angle == max_zoom == 0:
        return tf.identity(x)
    r0, c0 = (np.floor(r), np.floor(c))
    fr, fc = (r - r0, c - c0)
    fold = lambda i, n: np.minimum(i.astype(int) % (2 * n), 2 * n - 1 - i.astype(int) % (2 * n))
    n = np.broadcast_to(np.arange(b)[:, None, None], r.shape)
    out = tf.zeros_like(x)
    for i in (0, 1):
        for j in (0, 1):
            share = np.abs(1 - i - fr) * np.abs(1 - j - fc)
            index = np.stack([n, fold(r0 + i, h), fold(c0 + j, w)], axis=-1)
            out += tf.constant(share[..., None].astype("float32")) * tf.gather_nd(x, index)
    return out


def _r048_size(model):
    size = model.inputs[0].shape[1:]
    if None in size:
        raise ValueError("the model takes images of any size")
    return size


@right(
    "natural_images.visualize_class", how="Adam written out by hand on one real array of both parts"
)
def visualize_class_adam_written_out(
    model: keras.Model,
    class_index: Classes,
    steps: int,
    seed: int,
    colors: "Array | None" = None,
    view: tuple[float, float, float] = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Ascent:
    h, w, c = _r048_size(model)
    many = np.atleast_1d(np.asarray(class_index)).astype("int32")
    b = len(many)
    keys = np.random.SeedSequence(seed)
    rng = np.random.default_rng(keys)
    parts = tf.constant(rng.normal(0, 0.01, (2, b, c, h, w // 2 + 1)).astype("float32"))
    a = tf.constant(np.eye(c, dtype="float32") if colors is None else np.asarray(colors, "float32"))
    show = lambda p: tf.sigmoid(
        tf.einsum("ij,bhwj->bhwi", a, fourier_images(tf.complex(p[0], p[1]), h, w))
    )
    m, v, scores = (tf.zeros_like(parts), tf.zeros_like(parts), [])
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(parts)
            seen = random_view(show(parts), *view, seed=int(rng.integers(2**31 - 1)))
            value = select_output(model, seen, many)
        g = tape.gradient(value, parts)
        scores.append(value)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        rate = step_size * (1 - n / steps)
        parts += rate * (m / (1 - 0.9 ** (n + 1))) / (tf.sqrt(v / (1 - 0.999 ** (n + 1))) + 1e-07)
    out = show(parts)
    scores.append(select_output(model, out, many))
    return Ascent(out, tf.stack(scores))


@right(
    "natural_images.visualize_channel",
    how="A small functional model whose logits are the channel means, given to visualize_class",
)
def visualize_channel_small_functional_model(
    model: keras.Model,
    layer_name: str,
    channel: Classes,
    steps: int,
    seed: int,
    colors: "Array | None" = None,
    view: tuple[float, float, float] = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Ascent:
    part = feature_extractor(model, layer_name)
    acts = part.outputs[0]
    means = keras.layers.Lambda(
        lambda t: keras.ops.mean(
            keras.ops.reshape(t, (keras.ops.shape(t)[0], -1, t.shape[-1])), axis=1
        ),
        output_shape=(acts.shape[-1],),
    )(acts)
    return visualize_class(
        keras.Model(part.inputs, means), channel, steps, seed, colors, view, step_size
    )


def _r050_dream(part, x, steps, step_size):
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_mean(tf.square(part(x, training=False)))
        g = tape.gradient(loss, x, unconnected_gradients="zero")
        x = tf.clip_by_value(x + step_size * normalize_gradient(g), 0.0, 1.0)
    return x


@right("natural_images.deep_dream", how="Keeps photo and dream apart, recursion over the octaves")
def deep_dream_keeps_photo_apart(
    model: keras.Model,
    image: Image,
    layer_name: str,
    octaves: int,
    steps: int = 10,
    step_size: float = 0.01,
    scale: float = 1.4,
) -> Image:
    if octaves < 1:
        raise ValueError("octaves")
    part = feature_extractor(model, layer_name)
    photo = tf.constant(np.array(image, "float32"))[None]
    h, w = photo.shape[1:3]
    if steps == 0:
        return photo[0]

    def added(k):
        size = (round(h / scale**k), round(w / scale**k))
        small = tf.image.resize(photo, size) if k else photo
        begin = small
        if k < octaves - 1:
            begin = small + tf.image.resize(added(k + 1), size)
        return _r050_dream(part, begin, steps, step_size) - small

    if octaves == 1:
        return _r050_dream(part, photo, steps, step_size)[0]
    return tf.clip_by_value(photo + added(0), 0.0, 1.0)[0]
