# ruff: noqa: ANN001, ANN201, ANN202, ANN204, B905, E501, F821
"""Right answers to `natural_images` of round 14: each keeps all promises."""

import math

import keras
import numpy as np
import tensorflow as tf

from tests.answers.fresh import right


@right("natural_images.frequencies", how="A loop over whole numbers of waves and math.hypot")
def frequencies_loop_over_whole(height, width):

    def waves(row):
        return row if 2 * row < height else row - height

    return np.array(
        [
            [math.hypot(waves(row) / height, col / width) for col in range(width // 2 + 1)]
            for row in range(height)
        ]
    )


@right(
    "natural_images.fourier_images",
    how="The channels last before the transform, scale folded into the frequencies",
)
def fourier_images_channels_last_before(spectrum, height, width):
    slow = np.clip(np.asarray(frequencies(height, width)), 1 / max(height, width), None)
    gain = tf.constant((height * width) ** 0.5 / slow, tf.float32)
    spectrum = tf.cast(tf.convert_to_tensor(spectrum), tf.complex64)
    planes = [
        tf.signal.irfft2d(
            spectrum[:, c] * tf.complex(gain, tf.zeros_like(gain)), fft_length=[height, width]
        )
        for c in range(spectrum.shape[1])
    ]
    return tf.stack(planes, axis=-1)


@right(
    "natural_images.color_basis",
    how="Singular value decomposition of the centred pixels, no covariance is ever formed",
)
def color_basis_singular_value_decomposition(photos):
    pixels = np.asarray(photos, np.float64)
    pixels = pixels.reshape(-1, pixels.shape[-1])
    channels = pixels.shape[1]
    small = np.linalg.qr(pixels - pixels.mean(axis=0), mode="r")
    _, spread, axes = np.linalg.svd(small)
    basis = np.zeros((channels, channels))
    basis[:, : len(spread)] = axes[: len(spread)].T * spread
    return (basis / spread[0]).astype(np.float32)


def _f14_mirror(place, length):
    place = np.mod(place + 0.5, 2 * length)
    return np.clip(np.minimum(place, 2 * length - place) - 0.5, 0, length - 1)


@right(
    "natural_images.random_view",
    how="Four gathers with mirrored coordinates, all amounts from one uniform draw",
)
def random_view_four_gathers_mirrored(images, max_shift, max_angle, max_zoom, seed):
    images = tf.cast(tf.convert_to_tensor(images), tf.float32)
    b, h, w, c = images.shape
    amounts = np.random.default_rng([seed, 14]).uniform(-1, 1, (b, 4, 1, 1))
    middle = np.array([(h - 1) / 2, (w - 1) / 2])
    y, x = np.mgrid[:h, :w] - middle[:, None, None]
    turn = np.deg2rad(max_angle * amounts[:, 2])
    zoom = 1 + max_zoom * amounts[:, 3]
    rows = (np.cos(turn) * y - np.sin(turn) * x) / zoom + middle[0] + max_shift * amounts[:, 0]
    cols = (np.sin(turn) * y + np.cos(turn) * x) / zoom + middle[1] + max_shift * amounts[:, 1]
    rows, cols = (_f14_mirror(rows, h), _f14_mirror(cols, w))
    top, left = (np.floor(rows).astype(int), np.floor(cols).astype(int))
    flat = tf.reshape(images, (b, h * w, c))
    out = 0.0
    for i in (0, 1):
        for j in (0, 1):
            place = np.minimum(top + i, h - 1) * w + np.minimum(left + j, w - 1)
            weight = np.abs(1 - i - (rows - top)) * np.abs(1 - j - (cols - left))
            seen = tf.gather(flat, tf.constant(place.reshape(b, -1)), axis=1, batch_dims=1)
            out += tf.reshape(seen, (b, h, w, c)) * tf.constant(weight[..., None], tf.float32)
    return out


def _f14_matrix(rows):
    return np.array(rows, float)


@right(
    "natural_images.random_view",
    how="3 × 3 matrices multiplied, TensorFlow's projective transform with its mode REFLECT",
)
def random_view_matrices_multiplied_tensorflow(images, max_shift, max_angle, max_zoom, seed):
    images = tf.cast(tf.convert_to_tensor(images), tf.float32)
    b, h, w, _ = images.shape
    rng = np.random.default_rng(seed)
    there = _f14_matrix([[1, 0, (w - 1) / 2], [0, 1, (h - 1) / 2], [0, 0, 1]])
    back = _f14_matrix([[1, 0, (1 - w) / 2], [0, 1, (1 - h) / 2], [0, 0, 1]])
    rows = []
    for _ in range(b):
        dx, dy = max_shift * rng.uniform(-1, 1, 2)
        angle = np.radians(max_angle * rng.uniform(-1, 1))
        zoom = 1 + max_zoom * rng.uniform(-1, 1)
        turn = _f14_matrix(
            [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
        )
        shift = _f14_matrix([[1, 0, dx], [0, 1, dy], [0, 0, 1]])
        rows.append((shift @ there @ np.diag([1 / zoom, 1 / zoom, 1]) @ turn @ back).ravel()[:8])
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.constant(np.array(rows), tf.float32),
        output_shape=tf.constant([h, w]),
        fill_value=tf.constant(0.0),
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )


@right(
    "natural_images.visualize_class",
    how="Keras.optimizers.Adam on two variables, its learning rate assigned before every step",
)
def visualize_class_keras_optimizers_adam(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    height, width, channels = model.input_shape[1:]
    if None in (height, width):
        raise ValueError("the model takes images of any size; one of a known size is needed")
    classes = np.asarray(class_index).reshape(-1)
    noise, views = (np.random.default_rng([seed, part]) for part in (1, 2))
    shape = (len(classes), channels, height, width // 2 + 1)
    parts = [tf.Variable(noise.normal(scale=0.01, size=shape).astype(np.float32)) for _ in range(2)]
    mix = np.eye(channels) if colors is None else np.asarray(colors)
    mix = tf.constant(mix, tf.float32)

    def develop():
        raw = fourier_images(tf.complex(parts[0].value(), parts[1].value()), height, width)
        return tf.math.sigmoid(tf.einsum("ij,byxj->byxi", mix, raw))

    adam = keras.optimizers.Adam(step_size, beta_1=0.9, beta_2=0.999, epsilon=1e-07)
    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            seen = random_view(develop(), *view, seed=int(views.integers(2**31)))
            value = select_output(model, seen, classes)
            loss = -tf.reduce_sum(value)
        adam.learning_rate = step_size * (1 - n / steps)
        adam.apply_gradients(zip(tape.gradient(loss, parts), parts))
        scores.append(value)
    final = develop()
    return Ascent(final, tf.stack([*scores, select_output(model, final, classes)]))


@right(
    "natural_images.visualize_channel",
    how='The features\' means become the "logits" of a small functional model',
)
def visualize_channel_features_means_become(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    if None in tuple(model.input_shape[1:3]):
        raise ValueError("the model must have a known image size")
    features = feature_extractor(model, layer_name)
    inputs = keras.Input(tuple(model.input_shape[1:]))
    inside = features(inputs, training=False)
    for _ in range(len(inside.shape) - 2):
        inside = keras.ops.mean(inside, axis=1)
    averaged = keras.Model(inputs, inside)
    return visualize_class(
        averaged, channel, steps=steps, seed=seed, colors=colors, view=view, step_size=step_size
    )


def _f14_dream(part, photo, k, octaves, steps, step_size, scale):
    """What the octaves from the smallest up to k have added."""
    h, w = photo.shape[1:3]
    size = (round(h / scale**k), round(w / scale**k))
    base = tf.image.resize(photo, size, method="bilinear")
    now = base
    if k + 1 < octaves:
        now = base + tf.image.resize(
            _f14_dream(part, photo, k + 1, octaves, steps, step_size, scale), size
        )
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(now)
            joy = tf.reduce_mean(tf.square(part(now, training=False)))
        now = tf.clip_by_value(
            now + step_size * normalize_gradient(tape.gradient(joy, now)), 0.0, 1.0
        )
    return now - base if k else now


@right(
    "natural_images.deep_dream",
    how="Recursion over the octaves, from its own size to the smaller ones",
)
def deep_dream_recursion_over_octaves(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError(f"octaves must be 1 or more, not {octaves}")
    part = feature_extractor(model, layer_name)
    photo = tf.cast(tf.convert_to_tensor(image), tf.float32)[tf.newaxis]
    return _f14_dream(part, photo, 0, octaves, steps, step_size, scale)[0]


@right(
    "natural_images.color_basis",
    how="The symmetric matrix square root by eigenvalues, cut at 0 so that a singular covariance is no obstacle",
)
def color_basis_symmetric_matrix_square(photos):
    photos = np.asarray(photos, np.float64)
    channels = photos.shape[-1]
    deviations = photos - photos.mean(axis=(0, 1, 2))
    covariance = np.einsum("bhwi,bhwj->ij", deviations, deviations) / (photos.size / channels)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors @ np.diag(np.sqrt(np.clip(values, 0, None))) @ vectors.T
    return root / np.max(np.linalg.norm(root, axis=0))


@right(
    "natural_images.fourier_images",
    how="The inverse transform as matrix products with cosines and sines, no FFT at all",
)
def fourier_images_inverse_transform_matrix(spectrum, height, width):
    spectrum = tf.cast(tf.convert_to_tensor(spectrum), tf.complex64)
    half = width // 2 + 1
    gain = 1 / np.maximum(np.asarray(frequencies(height, width)), 1 / max(height, width))
    twice = np.full(half, 2.0)
    twice[0] = 1
    if width % 2 == 0:
        twice[-1] = 1
    rows = np.exp(2j * np.pi * np.outer(np.arange(height), np.arange(height)) / height)
    cols = np.exp(2j * np.pi * np.outer(np.arange(half), np.arange(width)) / width)
    weights = tf.constant(gain * twice / np.sqrt(height * width), tf.complex64)
    waves = tf.einsum("yk,bckl->bcyl", tf.constant(rows, tf.complex64), spectrum * weights)
    images = tf.math.real(tf.einsum("bcyl,lx->bcyx", waves, tf.constant(cols, tf.complex64)))
    return tf.transpose(images, (0, 2, 3, 1))


class _F14Adam:
    def __init__(self, shape):
        self.first, self.second, self.count = (np.zeros(shape), np.zeros(shape), 0)

    def move(self, slope, rate):
        self.count += 1
        self.first = 0.9 * self.first + 0.1 * slope
        self.second = 0.999 * self.second + 0.001 * slope**2
        first = self.first / (1 - 0.9**self.count)
        second = self.second / (1 - 0.999**self.count)
        return rate * first / (np.sqrt(second) + 1e-07)


@right(
    "natural_images.visualize_class",
    how="Adam written in NumPy, moments as one array with an axis for real and imaginary",
)
def visualize_class_adam_written_numpy(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    size = tuple(model.input_shape[1:])
    if any(n is None for n in size[:2]):
        raise ValueError("the model takes images of any size")
    h, w, c = size
    classes = [int(k) for k in np.ravel(np.asarray(class_index))]
    rng = np.random.default_rng(seed)
    spectrum = rng.normal(0, 0.01, (2, len(classes), c, h, w // 2 + 1))
    adam = _F14Adam(spectrum.shape)
    shift, angle, zoom = view

    def paint(both):
        raw = fourier_images(tf.complex(both[0], both[1]), h, w)
        if colors is not None:
            raw = tf.linalg.matvec(tf.cast(colors, tf.float32), raw)
        return tf.sigmoid(raw)

    scores = []
    for n in range(steps):
        both = tf.constant(spectrum, tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(both)
            seen = random_view(paint(both), shift, angle, zoom, int(rng.integers(2**31)))
            value = select_output(model, seen, np.array(classes))
        scores.append(np.asarray(value))
        spectrum = spectrum + adam.move(
            np.asarray(tape.gradient(value, both), float), step_size * (1 - n / steps)
        )
    images = paint(tf.constant(spectrum, tf.float32))
    scores.append(np.asarray(select_output(model, images, np.array(classes))))
    return Ascent(images, np.stack(scores))


@right("natural_images.deep_dream", how="A list of sizes, what was added is kept as a NumPy array")
def deep_dream_list_sizes_what(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError("at least one octave")
    inside = feature_extractor(model, layer_name)
    photo = np.array(image, np.float32)[None]
    sizes = [tuple(round(n / scale**k) for n in photo.shape[1:3]) for k in range(octaves)][::-1]
    added = np.zeros((1, *sizes[0], photo.shape[-1]), np.float32)
    for size in sizes:
        plain = tf.image.resize(photo, size).numpy()
        now = plain + tf.image.resize(added, size).numpy()
        for _ in range(steps):
            there = tf.constant(now)
            with tf.GradientTape() as tape:
                tape.watch(there)
                wild = tf.reduce_mean(
                    tf.math.squared_difference(inside(there, training=False), 0.0)
                )
            up = np.asarray(normalize_gradient(tape.gradient(wild, there)))
            now = np.clip(now + np.float32(step_size) * up, 0, 1)
        added = now - plain
    return now[0]
