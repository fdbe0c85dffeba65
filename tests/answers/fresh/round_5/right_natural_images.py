# ruff: noqa: ANN001, ANN202, B905, E501, F821
"""Right answers to `natural_images` of the fifth round: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from course.feature_visualization import feature_extractor, normalize_gradient
from course.given import Ascent
from course.given.types import Array, Classes, Image, Images
from course.saliency import select_output
from tests.answers.fresh import right


@right("natural_images.frequencies", how="Complex numbers by hand in a double loop")
def frequencies_complex_numbers_hand(height: int, width: int) -> Array:
    rows = []
    for i in range(height):
        down = (i if 2 * i <= height else i - height) / height
        rows.append([abs(complex(j / width, down)) for j in range(width // 2 + 1)])
    return np.array(rows)


def _waves_r029(n, k):
    angle = 2 * np.pi * np.outer(np.arange(n), np.arange(k)) / n
    return (np.cos(angle), np.sin(angle))


@right(
    "natural_images.fourier_images",
    how="The inverse transform as sums of cosines and sines by einsum",
)
def fourier_images_inverse_transform_sums(spectrum: Array, height: int, width: int) -> Array:
    s = tf.convert_to_tensor(spectrum)
    re, im = (tf.math.real(s), tf.math.imag(s))
    fr = np.maximum(np.asarray(frequencies(height, width)), 1.0 / max(height, width))
    half = width // 2 + 1
    twice = np.full(half, 2.0)
    twice[0] = 1.0
    if width % 2 == 0:
        twice[-1] = 1.0
    gain = tf.cast(twice[None, :] / fr / np.sqrt(height * width), re.dtype)
    re, im = (re * gain, im * gain)
    cy, sy = (tf.cast(a, re.dtype) for a in _waves_r029(height, height))
    cx, sx = (tf.cast(a, re.dtype) for a in _waves_r029(width, half))
    re2 = tf.einsum("yk,bckf->bcyf", cy, re) - tf.einsum("yk,bckf->bcyf", sy, im)
    im2 = tf.einsum("yk,bckf->bcyf", sy, re) + tf.einsum("yk,bckf->bcyf", cy, im)
    return tf.einsum("xf,bcyf->byxc", cx, re2) - tf.einsum("xf,bcyf->byxc", sx, im2)


@right(
    "natural_images.fourier_images",
    how="Channel by channel in a list, transform along the rows and along the columns in turn",
)
def fourier_images_channel_channel_list(spectrum: Array, height: int, width: int) -> Array:
    s = tf.convert_to_tensor(spectrum)
    least = 1.0 / max(height, width)
    fr = np.asarray(frequencies(height, width))
    fr = np.where(fr < least, least, fr)
    out = []
    for plane in tf.unstack(s / tf.cast(fr, s.dtype), axis=1):
        columns = tf.transpose(tf.signal.ifft(tf.transpose(plane, (0, 2, 1))), (0, 2, 1))
        columns = columns * tf.cast(height**0.5, s.dtype)
        image = tf.signal.irfft(columns, fft_length=[width])
        out.append(image * tf.cast(width**0.5, image.dtype))
    return tf.stack(out, axis=-1)


@right(
    "natural_images.color_basis",
    how="The triangle of a QR decomposition of the pixels, no covariance is formed",
)
def color_basis_triangle_qr_decomposition(photos: Images) -> Array:
    photos = np.array(photos, dtype=np.float64)
    c = photos.shape[-1]
    pixels = photos.reshape(-1, c)
    pixels -= pixels.mean(axis=0)
    pixels = np.concatenate([pixels, np.zeros((c, c))])
    a = np.linalg.qr(pixels, mode="r").T
    longest = max(float(np.sqrt(sum(v * v for v in column))) for column in a.T)
    return a / longest if longest > 0 else a


@right(
    "natural_images.color_basis",
    how="The symmetric square root, covariance as mean of products minus product of means by einsum",
)
def color_basis_symmetric_square_root(photos: Images) -> Array:
    x = np.asarray(photos, dtype=np.float64)
    n = x[..., 0].size
    mean = np.einsum("bhwc->c", x) / n
    d = x - mean
    cov = np.einsum("bhwi,bhwj->ij", d, d) / n
    values, v = np.linalg.eigh(cov)
    root = v @ np.diag(np.sqrt(values.clip(min=0))) @ v.T
    return root / np.sqrt((root**2).sum(axis=0).max())


def _folded_r033(i, n):
    i = np.mod(i, 2 * n)
    return np.where(i < n, i, 2 * n - 1 - i)


@right(
    "natural_images.random_view",
    how="A sparse matrix of weights for each image, made in NumPy and multiplied in TensorFlow",
)
def random_view_sparse_matrix_weights(
    images: Images, max_shift: float, max_angle: float, max_zoom: float, seed: int
) -> Images:
    images = tf.convert_to_tensor(images)
    b, h, w, c = images.shape
    draws = np.random.default_rng(seed).uniform(-1.0, 1.0, size=(b, 4))
    out = []
    for image, (u, v, turn, size) in zip(tf.unstack(images), draws):
        magnified = 1 + max_zoom * size
        theta = np.pi / 180 * max_angle * turn
        yy, xx = np.mgrid[0:h, 0:w]
        z = xx - (w - 1) / 2 - v * max_shift + 1j * (yy - (h - 1) / 2 - u * max_shift)
        z = z * np.exp(1j * theta) / magnified
        row, col = (z.imag.ravel() + (h - 1) / 2, z.real.ravel() + (w - 1) / 2)
        r0, c0 = (np.floor(row), np.floor(col))
        pixels, sources, weights = ([], [], [])
        for r in (r0, r0 + 1):
            for q in (c0, c0 + 1):
                source = _folded_r033(r.astype(np.int64), h) * w + _folded_r033(
                    q.astype(np.int64), w
                )
                pixels.append(np.arange(h * w))
                sources.append(source)
                weights.append((1 - np.abs(row - r)) * (1 - np.abs(col - q)))
        where = np.stack([np.concatenate(pixels), np.concatenate(sources)], axis=1)
        matrix = tf.SparseTensor(
            where.astype(np.int64), tf.cast(np.concatenate(weights), images.dtype), (h * w, h * w)
        )
        flat = tf.sparse.sparse_dense_matmul(matrix, tf.reshape(image, (h * w, c)))
        out.append(tf.reshape(flat, (h, w, c)))
    return tf.stack(out)


@right(
    "natural_images.random_view",
    how="Mirrored by padding as often as needed, then four shifted windows gathered by batch",
)
def random_view_mirrored_padding_often(
    images: Images, max_shift: float, max_angle: float, max_zoom: float, seed: int
) -> Images:
    x = tf.convert_to_tensor(images)
    b, h, w, c = x.shape
    rng = np.random.default_rng([seed, 5])
    low = np.array([-max_shift, -max_shift, -max_angle, 1 - max_zoom])[:, None, None, None]
    high = np.array([max_shift, max_shift, max_angle, 1 + max_zoom])[:, None, None, None]
    dy, dx, angle, zoom = low + (high - low) * rng.random((4, b, 1, 1))
    angle = angle * np.pi / 180
    middle_y, middle_x = ((h - 1) * 0.5, (w - 1) * 0.5)
    y = np.arange(h).reshape(1, h, 1) - middle_y - dy
    xx = np.arange(w).reshape(1, 1, w) - middle_x - dx
    src_y = (y * np.cos(angle) + xx * np.sin(angle)) / zoom + middle_y
    src_x = (xx * np.cos(angle) - y * np.sin(angle)) / zoom + middle_x
    period_y = np.concatenate([np.arange(h), np.arange(h)[::-1]])
    period_x = np.concatenate([np.arange(w), np.arange(w)[::-1]])
    y0, x0 = (np.floor(src_y).astype(int), np.floor(src_x).astype(int))
    wy, wx = (tf.cast((s - f)[..., None], x.dtype) for s, f in ((src_y, y0), (src_x, x0)))
    flat = tf.reshape(x, (b, h * w, c))

    def at(rows, cols):
        index = period_y[rows % (2 * h)] * w + period_x[cols % (2 * w)]
        return tf.gather(flat, tf.constant(index), batch_dims=1)

    upper = (1 - wx) * at(y0, x0) + wx * at(y0, x0 + 1)
    lower = (1 - wx) * at(y0 + 1, x0) + wx * at(y0 + 1, x0 + 1)
    return (1 - wy) * upper + wy * lower


@right(
    "natural_images.visualize_class",
    how="Adam written out after Kingma and Ba, real and imaginary part as two variables",
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
    if None in model.input_shape[1:]:
        raise ValueError("the model takes images of any size")
    h, w, c = model.input_shape[1:]
    classes = np.atleast_1d(np.asarray(class_index))
    shape = (len(classes), c, h, w // 2 + 1)
    rng = np.random.default_rng(seed)
    re = tf.Variable(rng.normal(0, 0.01, shape), dtype=tf.float32)
    im = tf.Variable(rng.normal(0, 0.01, shape), dtype=tf.float32)
    first = [tf.zeros(shape), tf.zeros(shape)]
    second = [tf.zeros(shape), tf.zeros(shape)]

    def paint():
        raw = fourier_images(tf.complex(re, im), h, w)
        if colors is not None:
            raw = tf.einsum("ij,bhwj->bhwi", tf.cast(colors, tf.float32), raw)
        return tf.sigmoid(raw)

    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            seen = random_view(paint(), *view, int(rng.integers(2**31)))
            y = select_output(model, seen, classes)
        slopes = tape.gradient(y, [re, im])
        scores.append(y)
        rate = step_size * (1 - n / steps)
        for i, (part, g) in enumerate(zip((re, im), slopes)):
            first[i] = 0.9 * first[i] + 0.1 * g
            second[i] = 0.999 * second[i] + 0.001 * g**2
            m = first[i] / (1 - 0.9 ** (n + 1))
            v = second[i] / (1 - 0.999 ** (n + 1))
            part.assign_add(rate * m / (tf.sqrt(v) + 1e-07))
    images = paint()
    scores.append(select_output(model, images, classes))
    return Ascent(images, tf.stack(scores))


@right(
    "natural_images.visualize_class",
    how="Keras' own Adam with a new learning rate in every step, one variable with a last axis of two parts",
)
def visualize_class_keras_own_adam(
    model: keras.Model,
    class_index: Classes,
    steps: int,
    seed: int,
    colors: "Array | None" = None,
    view: tuple[float, float, float] = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Ascent:
    size = tuple(model.inputs[0].shape[1:])
    if any(n is None for n in size):
        raise ValueError(f"images of a known size are needed, not {size}")
    h, w, c = size
    k = np.reshape(np.asarray(class_index), (-1,)).astype(np.int32)
    start_rng, view_rng = (np.random.default_rng([seed, 0]), np.random.default_rng([seed, 1]))
    parts = keras.Variable(
        0.01 * start_rng.standard_normal((len(k), c, h, w // 2 + 1, 2)), dtype="float32"
    )
    mixing = np.eye(c) if colors is None else np.asarray(colors)
    mixing = tf.constant(mixing.T, dtype=tf.float32)

    def images():
        p = tf.convert_to_tensor(parts)
        return tf.sigmoid(
            tf.tensordot(fourier_images(tf.complex(p[..., 0], p[..., 1]), h, w), mixing, 1)
        )

    adam = keras.optimizers.Adam(beta_1=0.9, beta_2=0.999, epsilon=1e-07)
    scores = np.zeros((steps + 1, len(k)), dtype=np.float32)
    for n in range(steps):
        with tf.GradientTape() as tape:
            seen = random_view(images(), view[0], view[1], view[2], int(view_rng.integers(2**30)))
            logits = select_output(model, seen, k, "logit")
            loss = -tf.reduce_sum(logits)
        scores[n] = logits.numpy()
        adam.learning_rate = step_size * (1 - n / steps)
        adam.apply([tape.gradient(loss, parts.value)], [parts])
    result = images().numpy()
    scores[steps] = np.asarray(select_output(model, result, k, "logit"))
    return Ascent(result, scores)


def _mean_r037(act):
    axes = tuple(range(1, len(act.shape) - 1))
    return keras.ops.mean(act, axis=axes) if axes else act


@right(
    "natural_images.visualize_channel",
    how='The channel means as the "logits" of a new model for visualize_class',
)
def visualize_channel_means_logits_new(
    model: keras.Model,
    layer_name: str,
    channel: Classes,
    steps: int,
    seed: int,
    colors: "Array | None" = None,
    view: tuple[float, float, float] = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Ascent:
    extractor = feature_extractor(model, layer_name)
    head = keras.Model(extractor.inputs, keras.layers.Lambda(_mean_r037)(extractor.outputs[0]))
    return visualize_class(
        model=head,
        class_index=channel,
        steps=steps,
        seed=seed,
        colors=colors,
        view=view,
        step_size=step_size,
    )


@right("natural_images.visualize_channel", how="Written out whole, with Adam by hand")
def visualize_channel_written_out_whole(
    model: keras.Model,
    layer_name: str,
    channel: Classes,
    steps: int,
    seed: int,
    colors: "Array | None" = None,
    view: tuple[float, float, float] = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Ascent:
    if None in model.input_shape[1:]:
        raise ValueError("the model takes images of any size")
    extractor = feature_extractor(model, layer_name)
    h, w, c = model.input_shape[1:]
    channels = np.atleast_1d(np.asarray(channel))
    shape = (len(channels), c, h, w // 2 + 1)
    rng = np.random.default_rng(seed)
    parts = [tf.Variable(rng.normal(0, 0.01, shape), dtype=tf.float32) for _ in range(2)]
    moments = [[tf.zeros(shape), tf.zeros(shape)] for _ in range(2)]

    def paint():
        raw = fourier_images(tf.complex(*parts), h, w)
        if colors is not None:
            raw = tf.einsum("ij,bhwj->bhwi", tf.cast(colors, tf.float32), raw)
        return tf.sigmoid(raw)

    def response(images):
        act = extractor(images, training=False)
        act = tf.reshape(act, (len(channels), -1, act.shape[-1]))
        return tf.gather(tf.reduce_mean(act, axis=1), channels, axis=1, batch_dims=1)

    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            y = response(random_view(paint(), *view, int(rng.integers(2**31))))
        scores.append(y)
        for part, moment, g in zip(parts, moments, tape.gradient(y, parts)):
            moment[0] = 0.9 * moment[0] + 0.1 * g
            moment[1] = 0.999 * moment[1] + 0.001 * g * g
            up = moment[0] / (1 - 0.9 ** (n + 1))
            size = tf.sqrt(moment[1] / (1 - 0.999 ** (n + 1)))
            part.assign_add(step_size * (1 - n / steps) * up / (size + 1e-07))
    scores.append(response(paint()))
    return Ascent(paint(), tf.stack(scores))


def _detail_r039(extractor, photo, k, octaves, steps, step_size, scale):
    h, w = (photo.shape[1], photo.shape[2])
    here = [round(h / scale**k), round(w / scale**k)]
    base = tf.image.resize(photo, here, method="bilinear")
    dream = base
    if k + 1 < octaves:
        added = _detail_r039(extractor, photo, k + 1, octaves, steps, step_size, scale)
        dream = base + tf.image.resize(added, here, method="bilinear")
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(dream)
            a = extractor(dream, training=False)
            power = tf.reduce_sum(tf.square(a)) / tf.cast(tf.size(a), a.dtype)
        g = normalize_gradient(tape.gradient(power, dream))
        dream = tf.minimum(tf.maximum(dream + step_size * g, 0.0), 1.0)
    return dream - base if k > 0 else dream


@right("natural_images.deep_dream", how="Recursion from the own size down to the smallest")
def deep_dream_recursion_own_size(
    model: keras.Model,
    image: Image,
    layer_name: str,
    octaves: int,
    steps: int = 10,
    step_size: float = 0.01,
    scale: float = 1.4,
) -> Image:
    if octaves < 1:
        raise ValueError(f"octaves must be at least 1, not {octaves}")
    extractor = feature_extractor(model, layer_name)
    photo = tf.constant(np.array(image, dtype=np.float32)[np.newaxis])
    return _detail_r039(extractor, photo, 0, octaves, steps, step_size, scale)[0]


@right("natural_images.deep_dream", how="Octave by octave in a list, the detail kept in NumPy")
def deep_dream_octave_octave_list(
    model: keras.Model,
    image: Image,
    layer_name: str,
    octaves: int,
    steps: int = 10,
    step_size: float = 0.01,
    scale: float = 1.4,
) -> Image:
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    extractor = feature_extractor(model, layer_name)
    photo = tf.convert_to_tensor(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    detail = np.zeros((1, 1, 1, photo.shape[-1]), dtype=np.float32)
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        base = tf.image.resize(photo, size)
        x = base + tf.image.resize(detail, size)
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = tf.reduce_mean(extractor(x, training=False) ** 2)
            x = x + step_size * normalize_gradient(tape.gradient(loss, x))
            x = tf.clip_by_value(x, 0.0, 1.0)
        detail = (x - base).numpy()
    return x[0]


# Whoever wrote it meant it as wrong. But a gradient flows, of TensorFlow's own making.
@right(
    "natural_images.random_view",
    how="TensorFlow's projective transform, whose gradient is only nearly that of the views",
)
def view_by_projective_transform(
    images: Images, max_shift: float, max_angle: float, max_zoom: float, seed: int
) -> Images:
    images = keras.ops.convert_to_tensor(images)
    b, h, w, _ = images.shape
    rng = np.random.default_rng(seed)
    dy, dx = rng.uniform(-max_shift, max_shift, (2, b))
    angle = np.radians(rng.uniform(-max_angle, max_angle, b))
    zoom = rng.uniform(1 - max_zoom, 1 + max_zoom, b)
    cos, sin = (np.cos(angle) / zoom, np.sin(angle) / zoom)
    cy, cx = ((h - 1) / 2, (w - 1) / 2)
    a2 = cx - cos * (cx + dx) + sin * (cy + dy)
    b2 = cy - sin * (cx + dx) - cos * (cy + dy)
    zero = np.zeros(b)
    t = np.stack([cos, -sin, a2, sin, cos, b2, zero, zero], axis=1).astype("float32")
    return keras.ops.image.affine_transform(
        images, t, interpolation="bilinear", fill_mode="reflect"
    )
