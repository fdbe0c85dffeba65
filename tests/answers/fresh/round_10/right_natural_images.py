# ruff: noqa: ANN001, ANN201, ANN202, ANN204, B905, E501, F821
"""Right answers to `natural_images` of round 10: each keeps all promises."""

import math

import keras
import numpy as np
import tensorflow as tf
from scipy.linalg import eigh

from course.given import Ascent
from tests.answers.fresh import right


@right(
    "natural_images.frequencies",
    how="Whole numbers of waves by a comprehension, math.hypot in two loops.",
)
def frequencies_whole_numbers_waves(height, width):
    waves = [row if row < (height + 1) // 2 else row - height for row in range(height)]
    return np.array(
        [
            [math.hypot(wave / height, column / width) for column in range(width // 2 + 1)]
            for wave in waves
        ]
    )


@right(
    "natural_images.fourier_images",
    how="No transform at all: the waves are written down as cosines and sines and added up with two einsums.",
)
def fourier_images_transform_waves_written(spectrum, height, width):
    half = width // 2 + 1
    floor = 1 / max(height, width)
    counts = np.full(half, 2.0)
    counts[0] = 1.0
    if width % 2 == 0:
        counts[-1] = 1.0
    scale = counts / np.maximum(frequencies(height, width), floor) / np.sqrt(height * width)
    spectrum = tf.cast(spectrum, tf.complex64) * tf.cast(scale, tf.complex64)
    down = np.exp(2j * np.pi * np.outer(np.arange(height), np.arange(height)) / height)
    along = np.exp(2j * np.pi * np.outer(np.arange(width), np.arange(half)) / width)
    columns = tf.einsum("yh,bchf->bcyf", tf.constant(down, tf.complex64), spectrum)
    return tf.math.real(tf.einsum("xf,bcyf->byxc", tf.constant(along, tf.complex64), columns))


@right(
    "natural_images.fourier_images",
    how="Two one-dimensional transforms after each other, the full one along the height and the real one along the width.",
)
def fourier_images_two_dimensional_transforms(spectrum, height, width):
    lowest = 1.0 / max(height, width)
    f = tf.clip_by_value(tf.cast(frequencies(height, width), tf.float32), lowest, 1000000.0)
    spectrum = tf.cast(spectrum, tf.complex64)
    weighted = tf.complex(tf.math.real(spectrum) / f, tf.math.imag(spectrum) / f)
    upright = tf.signal.ifft(tf.transpose(weighted, [0, 1, 3, 2]))
    rows = tf.signal.irfft(tf.transpose(upright, [0, 3, 1, 2]), fft_length=[width])
    return tf.transpose(rows, [0, 1, 3, 2]) * tf.sqrt(tf.cast(height * width, tf.float32))


@right(
    "natural_images.color_basis",
    how="The singular values of the centred pixels, without the covariance ever being formed.",
)
def color_basis_singular_values_centred(photos):
    pixels = np.asarray(photos, np.float64).reshape(-1, np.shape(photos)[-1])
    triangle = np.linalg.qr(pixels - pixels.mean(axis=0), mode="r")
    _, sizes, directions = np.linalg.svd(triangle, full_matrices=True)
    sizes = np.concatenate([sizes, np.zeros(pixels.shape[1] - len(sizes))])
    return directions.T * (sizes / sizes[0])


@right(
    "natural_images.color_basis",
    how="The symmetric root by scipy.linalg.eigh of an einsum over the axes of the photos, scaled by its longest column.",
)
def color_basis_symmetric_root_scipy(photos):
    centred = np.array(photos, np.float64)
    centred -= centred.mean(axis=(0, 1, 2))
    values, vectors = eigh(np.einsum("bhwc,bhwd->cd", centred, centred))
    root = np.einsum("ik,k,jk->ij", vectors, np.sqrt(np.maximum(values, 0.0)), vectors)
    return root / max(np.linalg.norm(column) for column in root.T)


class _Camera:
    def __init__(self, max_shift, max_angle, max_zoom, seed, count):
        key = np.random.SeedSequence(seed).generate_state(2).astype(np.int32)
        drawn = tf.random.stateless_uniform([4, count, 1, 1], key, -1.0, 1.0)
        self.dy, self.dx = (max_shift * drawn[0], max_shift * drawn[1])
        self.angle = max_angle * np.pi / 180 * drawn[2]
        self.zoom = 1.0 + max_zoom * drawn[3]

    def sources(self, height, width):
        y = tf.reshape(tf.range(height, dtype=tf.float32), [1, -1, 1]) - (height - 1) / 2 - self.dy
        x = tf.reshape(tf.range(width, dtype=tf.float32), [1, 1, -1]) - (width - 1) / 2 - self.dx
        c, s = (tf.cos(self.angle) / self.zoom, tf.sin(self.angle) / self.zoom)
        return (c * y - s * x + (height - 1) / 2, s * y + c * x + (width - 1) / 2)


def _folded_index(place, length):
    inside = tf.math.floormod(tf.cast(place, tf.int32), 2 * length)
    return tf.minimum(inside, 2 * length - 1 - inside)


@right(
    "natural_images.random_view",
    how="A class for one camera: TensorFlow draws without state, gather_nd looks up the four neighbours, triangle-wave indices mirror.",
)
def random_view_class_camera_tensorflow(images, max_shift, max_angle, max_zoom, seed):
    images = tf.cast(images, tf.float32)
    count, height, width, _ = images.shape
    camera = _Camera(float(max_shift), float(max_angle), float(max_zoom), seed, count)
    y, x = camera.sources(height, width)
    top, left = (tf.floor(y), tf.floor(x))
    v, u = ((y - top)[..., None], (x - left)[..., None])
    batch = tf.zeros_like(top, tf.int32) + tf.reshape(tf.range(count), [-1, 1, 1])

    def pixels(row, column):
        places = [batch, _folded_index(row, height), _folded_index(column, width)]
        return tf.gather_nd(images, tf.stack(places, axis=-1))

    upper = (1 - u) * pixels(top, left) + u * pixels(top, left + 1)
    lower = (1 - u) * pixels(top + 1, left) + u * pixels(top + 1, left + 1)
    return (1 - v) * upper + v * lower


class _Painting(tf.Module):
    def __init__(self, count, size, seed, colors):
        super().__init__()
        self.height, self.width, channels = size
        shape = (2, count, channels, self.height, self.width // 2 + 1)
        noise = np.random.default_rng([seed, 0]).standard_normal(shape)
        self.parts = tf.Variable(tf.constant(0.01 * noise, tf.float32))
        self.first, self.second = (tf.Variable(tf.zeros(shape)) for _ in range(2))
        self.colors = None if colors is None else tf.cast(colors, tf.float32)

    def images(self):
        spectrum = tf.complex(self.parts[0], self.parts[1])
        waves = tf.cast(fourier_images(spectrum, self.height, self.width), tf.float32)
        if self.colors is not None:
            waves = tf.linalg.matmul(waves, self.colors, transpose_b=True)
        return tf.sigmoid(waves)

    def improve(self, slope, number, size):
        self.first.assign(0.9 * self.first + (1 - 0.9) * slope)
        self.second.assign(0.999 * self.second + (1 - 0.999) * tf.square(slope))
        first = self.first / (1 - 0.9**number)
        second = self.second / (1 - 0.999**number)
        self.parts.assign_add(size * first / (tf.sqrt(second) + 1e-07))


@right(
    "natural_images.visualize_class",
    how="One variable for real and imaginary parts in a tf.Module, Adam with moments of the same shape, matrix product with the transpose of A.",
)
def visualize_class_variable_real_imaginary(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    size = tuple(model.input_shape[1:])
    if None in size:
        raise ValueError(f"{model.name!r} takes images of any size: {size}")
    classes = np.reshape(np.asarray(class_index), -1)
    painting = _Painting(len(classes), size, seed, colors)
    keys = np.random.default_rng([seed, 1])
    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            seen = random_view(painting.images(), *view, seed=int(keys.integers(2**31)))
            value = select_output(model, seen, classes)
        scores.append(value)
        slope = tape.gradient(value, painting.parts, unconnected_gradients="zero")
        painting.improve(slope, n + 1, step_size * (1 - n / steps))
    images = painting.images()
    return Ascent(images, tf.stack([*scores, select_output(model, images, classes)]))


@right(
    "natural_images.visualize_channel",
    how="A model whose outputs are the channels' means is handed to visualize_class, which does the rest.",
)
def visualize_channel_model_whose_outputs(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    extractor = feature_extractor(model, layer_name)
    features = extractor.outputs[0]
    if None in model.input_shape[1:]:
        raise ValueError("a model for images of a known size is needed")
    between = tuple(range(1, len(features.shape) - 1))
    means = keras.ops.mean(features, axis=between) if between else features
    answers = keras.Model(extractor.inputs[0], means)
    wanted = np.asarray(channel) % features.shape[-1]
    return visualize_class(answers, wanted, steps, seed, colors, view, step_size)


@right(
    "natural_images.deep_dream",
    how="A recursion over the octaves that returns what has been added, with a tf.function for the slope.",
)
def deep_dream_recursion_over_octaves(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError(f"octaves must be 1 or more, not {octaves}")
    extractor = feature_extractor(model, layer_name)
    photo = np.array(image, np.float32)[None]
    height, width = photo.shape[1:3]

    @tf.function(autograph=False, reduce_retracing=True)
    def slope(picture):
        energy = tf.reduce_mean(tf.square(extractor(picture, training=False)))
        return tf.gradients(energy, picture, unconnected_gradients="zero")[0]

    def dreamt(k):
        """The photo in size k with its dream, and what the dream has added."""
        size = [round(height / scale**k), round(width / scale**k)]
        plain = tf.image.resize(photo, size) if k else tf.constant(photo)
        picture = plain
        if k < octaves - 1:
            picture = plain + tf.image.resize(dreamt(k + 1)[1], size)
        for _ in range(steps):
            uphill = normalize_gradient(slope(picture))
            picture = tf.clip_by_value(picture + tf.cast(step_size, tf.float32) * uphill, 0.0, 1.0)
        return (picture, picture - plain)

    return dreamt(0)[0][0].numpy()


@right(
    "natural_images.random_view",
    how="NumPy draws the amounts and computes indices and shares; TensorFlow gathers four neighbours one after the other.",
)
def random_view_numpy_draws_amounts(images, max_shift, max_angle, max_zoom, seed):
    images = tf.cast(images, tf.float32)
    count, height, width, _ = images.shape
    rng = np.random.default_rng(seed)
    dy, dx = rng.uniform(-max_shift, max_shift, (2, count, 1, 1))
    angle = np.deg2rad(rng.uniform(-max_angle, max_angle, (count, 1, 1)))
    zoom = rng.uniform(1 - max_zoom, 1 + max_zoom, (count, 1, 1))
    middle_y, middle_x = ((height - 1) / 2, (width - 1) / 2)
    y, x = np.mgrid[:height, :width].astype(float)
    y, x = (y - middle_y - dy, x - middle_x - dx)
    source_y = (np.cos(angle) * y - np.sin(angle) * x) / zoom + middle_y
    source_x = (np.sin(angle) * y + np.cos(angle) * x) / zoom + middle_x
    top, left = (np.floor(source_y), np.floor(source_x))
    down, along = (source_y - top, source_x - left)

    def mirrored(place, length):
        place = place.astype(int) % (2 * length)
        return np.where(place < length, place, 2 * length - 1 - place)

    view = 0.0
    for row, row_part in ((top, 1 - down), (top + 1, down)):
        for column, column_part in ((left, 1 - along), (left + 1, along)):
            index = mirrored(row, height) * width + mirrored(column, width)
            flat = tf.reshape(images, [count, height * width, -1])
            taken = tf.gather(flat, index.reshape(count, -1), axis=1, batch_dims=1)
            share = (row_part * column_part).astype(np.float32)[..., None]
            view += share * tf.reshape(taken, tf.shape(images))
    return view


@right(
    "natural_images.visualize_channel",
    how="Two variables, and Keras's own Adam whose learning rate is set before every step.",
)
def visualize_channel_two_variables_keras(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    extractor = feature_extractor(model, layer_name)
    _, height, width, depth = model.input_shape
    if height is None or width is None:
        raise ValueError("the model must take images of a known size")
    channels = np.atleast_1d(np.asarray(channel)).astype(np.int32)
    mix = tf.eye(depth) if colors is None else tf.cast(colors, tf.float32)
    rng = np.random.default_rng(seed)
    shape = (len(channels), depth, height, width // 2 + 1)
    real = tf.Variable(rng.normal(0, 0.01, shape).astype(np.float32))
    imaginary = tf.Variable(rng.normal(0, 0.01, shape).astype(np.float32))
    optimizer = keras.optimizers.Adam(step_size, beta_1=0.9, beta_2=0.999, epsilon=1e-07)

    def picture():
        waves = fourier_images(tf.complex(real, imaginary), height, width)
        return tf.sigmoid(tf.einsum("dc,bhwc->bhwd", mix, waves))

    def activation(images):
        features = extractor(images, training=False)
        places = list(range(1, len(features.shape) - 1))
        means = tf.reduce_mean(features, axis=places)
        return tf.gather(means, channels, batch_dims=1)

    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            score = activation(random_view(picture(), *view, int(rng.integers(2**31))))
            loss = -tf.reduce_sum(score)
        scores.append(score)
        optimizer.learning_rate.assign(step_size * (1 - n / steps))
        optimizer.apply_gradients(zip(tape.gradient(loss, [real, imaginary]), [real, imaginary]))
    images = picture()
    scores.append(activation(images))
    return Ascent(images, tf.stack(scores))


@right(
    "natural_images.deep_dream",
    how="A loop that carries only what has been added, resized from size to size, with a tape in every step.",
)
def deep_dream_loop_carries_only(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError("octaves must be at least 1")
    extractor = feature_extractor(model, layer_name)
    photo = tf.cast(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    added = tf.zeros((1, 1, 1, photo.shape[-1]))
    for k in range(octaves - 1, -1, -1):
        size = (round(height / scale**k), round(width / scale**k))
        small = tf.image.resize(photo, size) if k else photo
        dream = small + tf.image.resize(added, size)
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(dream)
                loss = tf.reduce_mean(extractor(dream, training=False) ** 2)
            slope = normalize_gradient(tape.gradient(loss, dream))
            dream = tf.clip_by_value(dream + step_size * slope, 0.0, 1.0)
        added = dream - small
    return dream[0]
