# ruff: noqa: ANN001, ANN201, ANN202, ANN204, E501, F821
"""Right answers to `natural_images` of round 11: each keeps all promises."""

import math
from itertools import product

import keras
import numpy as np
import tensorflow as tf
from scipy.linalg import eigh

from course.given import Ascent
from tests.answers.fresh import right


@right("natural_images.frequencies", how="Np.hypot.outer.")
def frequencies_np_hypot_outer(height, width):
    return np.hypot.outer(np.fft.fftfreq(height), np.fft.rfftfreq(width))


@right("natural_images.frequencies", how="Plain Python numbers, no FFT helper at all.")
def frequencies_plain_python_numbers(height, width):
    down = [min(k, height - k) / height for k in range(height)]
    across = [k / width for k in range(width // 2 + 1)]
    return np.array([[math.dist((v, u), (0, 0)) for u in across] for v in down])


def waves_of(length, count):
    return np.exp(2j * np.pi * np.outer(np.arange(length), np.arange(count)) / length) / np.sqrt(
        length
    )


@right(
    "natural_images.fourier_images",
    how="The transform as matrix products (einsum with matrices of waves), no FFT.",
)
def fourier_images_einsum_matrices_waves(spectrum, height, width):
    spectrum = tf.cast(tf.convert_to_tensor(spectrum), tf.complex128)
    gain = 1 / np.maximum(frequencies(height, width), 1 / max(height, width))
    count = width // 2 + 1
    twice = np.full(count, 2.0)
    twice[0] = 1
    if width % 2 == 0:
        twice[-1] = 1
    spectrum = spectrum * tf.constant(gain * twice, tf.complex128)
    down = tf.constant(waves_of(height, height))
    across = tf.constant(waves_of(width, count))
    waves = tf.einsum("bckf,hk->bchf", spectrum, down)
    images = tf.math.real(tf.einsum("bchf,wf->bhwc", waves, across))
    return tf.cast(images, tf.float32)


@right(
    "natural_images.color_basis",
    how="The symmetric root, from the singular values of the scatter matrix.",
)
def color_basis_symmetric_root_singular(photos):
    photos = np.asarray(photos, np.float64)
    pixels = photos.reshape(-1, photos.shape[-1])
    pixels = pixels - pixels.mean(axis=0)
    axes, strengths, _ = np.linalg.svd(pixels.T @ pixels, hermitian=True)
    root = np.einsum("ik,k,jk->ij", axes, np.sqrt(strengths), axes)
    return root / np.sqrt((root**2).sum(axis=0)).max()


@right("natural_images.color_basis", how="Np.cov and scipy's eigh, columns are the scaled axes.")
def color_basis_np_cov_scipy(photos):
    channels = np.moveaxis(np.asarray(photos, float), -1, 0)
    covariance = np.atleast_2d(np.cov(channels.reshape(len(channels), -1)))
    spread, axes = eigh(covariance)
    spread = np.clip(spread, 0, None)
    return axes @ np.diag(np.sqrt(spread / spread[-1]))


def mirrored_place(index, size):
    index = index % (2 * size)
    return np.where(index < size, index, 2 * size - 1 - index)


@right(
    "natural_images.random_view",
    how="One sparse matrix per image: a view is a linear map of the pixels.",
)
def random_view_sparse_matrix_per(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images)
    count, height, width, channels = images.shape
    chance = np.random.default_rng([seed, 8])
    down, across, angle, zoom = chance.uniform(-1, 1, (4, count))
    views = []
    grid = np.indices((height, width)).reshape(2, -1).astype(float)
    middle = np.array([[(height - 1) / 2], [(width - 1) / 2]])
    for b in range(count):
        turn = np.deg2rad(max_angle * angle[b])
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        matrix = matrix / (1 + max_zoom * zoom[b])
        shift = max_shift * np.array([[down[b]], [across[b]]])
        source = middle + matrix @ (grid - middle - shift)
        whole = np.floor(source).astype(int)
        part = source - whole
        entries, weights = ([], [])
        for dy in (0, 1):
            for dx in (0, 1):
                y = mirrored_place(whole[0] + dy, height)
                x = mirrored_place(whole[1] + dx, width)
                entries.append(np.stack([np.arange(height * width), y * width + x], axis=1))
                weights.append((part[0] if dy else 1 - part[0]) * (part[1] if dx else 1 - part[1]))
        entries, weights = (np.concatenate(entries), np.concatenate(weights))
        view = tf.SparseTensor(
            entries.astype(np.int64),
            tf.constant(weights, images.dtype),
            (height * width, height * width),
        )
        pixels = tf.reshape(images[b], (-1, channels))
        views.append(tf.sparse.sparse_dense_matmul(view, pixels))
    return tf.reshape(tf.stack(views), (count, height, width, channels))


class ViewPoint:
    def __init__(self, shape, limits, seed):
        chance = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed)))
        b, self.h, self.w = shape
        shift, angle, zoom = limits
        self.down = chance.uniform(-shift, shift, (b, 1, 1)) if shift else np.zeros((b, 1, 1))
        self.side = chance.uniform(-shift, shift, (b, 1, 1)) if shift else np.zeros((b, 1, 1))
        self.turn = np.radians(
            chance.uniform(-angle, angle, (b, 1, 1)) if angle else np.zeros((b, 1, 1))
        )
        self.zoom = chance.uniform(1 - zoom, 1 + zoom, (b, 1, 1)) if zoom else np.ones((b, 1, 1))

    def places(self):
        y = np.arange(self.h)[None, :, None] - (self.h - 1) / 2
        x = np.arange(self.w)[None, None, :] - (self.w - 1) / 2
        c, s = (np.cos(self.turn) / self.zoom, np.sin(self.turn) / self.zoom)
        return (
            c * y + s * x + self.down + (self.h - 1) / 2,
            c * x - s * y + self.side + (self.w - 1) / 2,
        )


@right(
    "natural_images.random_view",
    how="Hat functions: bilinear weights as max(0, 1 − |distance|), four gathers for the batch as a whole.",
)
def random_view_hat_functions_bilinear(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images)
    b, h, w, c = images.shape
    y, x = ViewPoint((b, h, w), (max_shift, max_angle, max_zoom), seed).places()
    flat = tf.reshape(images, (b, h * w, c))
    view = 0.0
    for dy, dx in product((0, 1), repeat=2):
        row, column = (np.floor(y) + dy, np.floor(x) + dx)
        weight = np.maximum(0, 1 - np.abs(y - row)) * np.maximum(0, 1 - np.abs(x - column))
        place = folded_index(row, h) * w + folded_index(column, w)
        view += tf.gather(flat, place, batch_dims=1) * tf.constant(weight[..., None], images.dtype)
    return view


def folded_index(index, size):
    index = np.mod(index.astype(np.int64), 2 * size)
    return np.minimum(index, 2 * size - 1 - index)


class AdamByHand:
    def __init__(self, shape):
        self.m, self.v, self.t = (np.zeros(shape), np.zeros(shape), 0)

    def direction(self, slope):
        self.t += 1
        self.m = 0.9 * self.m + 0.1 * slope
        self.v = 0.999 * self.v + 0.001 * slope**2
        return self.m / (1 - 0.9**self.t) / (np.sqrt(self.v / (1 - 0.999**self.t)) + 1e-07)


@right(
    "natural_images.visualize_class",
    how="Adam written out in NumPy after Kingma & Ba, moments in one array for real and imaginary parts.",
)
def visualize_class_adam_written_out(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    height, width, channels = model.input_shape[1:]
    if height is None or width is None:
        raise ValueError("the model has to have images of a known size")
    classes = np.atleast_1d(np.asarray(class_index))
    mixing = np.eye(channels) if colors is None else np.asarray(colors)
    mixing = tf.constant(mixing, tf.float32)
    for_start, for_views = np.random.SeedSequence([seed, 77]).spawn(2)
    shape = (2, len(classes), channels, height, width // 2 + 1)
    parts = np.random.default_rng(for_start).normal(0, 0.01, shape)
    view_seeds = np.random.default_rng(for_views)

    def paint(parts):
        waves = fourier_images(tf.complex(parts[0], parts[1]), height, width)
        return tf.sigmoid(tf.einsum("ij,bhwj->bhwi", mixing, tf.cast(waves, tf.float32)))

    adam, scores = (AdamByHand(shape), [])
    for n in range(steps):
        variable = tf.constant(parts, tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(variable)
            seen = random_view(paint(variable), *view, int(view_seeds.integers(2**62)))
            score = select_output(model, seen, classes, "logit")
        scores.append(score.numpy())
        slope = tape.gradient(score, variable).numpy().astype(np.float64)
        parts = parts + step_size * (1 - n / steps) * adam.direction(slope)
    images = paint(tf.constant(parts, tf.float32))
    scores.append(select_output(model, images, classes, "logit").numpy())
    return Ascent(images.numpy(), np.stack(scores))


@right(
    "natural_images.visualize_channel",
    how='The channel\'s mean is made the only "logits" of a new model, and that goes to `visualize_class`.',
)
def visualize_channel_s_mean_made(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    network = feature_extractor(model, layer_name)
    inside = network.outputs[0]
    positions = tuple(range(1, len(inside.shape) - 1))
    means = keras.ops.mean(inside, axis=positions) if positions else inside
    probe = keras.Model(network.inputs[0], means)
    return visualize_class(probe, channel, steps, seed, colors, view, step_size)


def sizes_of_octaves(shape, octaves, scale):
    for k in reversed(range(octaves)):
        yield tuple(round(edge / scale**k) for edge in shape)


def one_dream_step(network, dream, step_size):
    dream = tf.convert_to_tensor(dream[None])
    with tf.GradientTape() as tape:
        tape.watch(dream)
        excitement = tf.reduce_mean(tf.square(network(dream, training=False)))
    slope = np.asarray(normalize_gradient(tape.gradient(excitement, dream)))
    return np.clip(dream.numpy() + step_size * slope, 0, 1)[0].astype(np.float32)


@right(
    "natural_images.deep_dream",
    how="A generator of sizes, NumPy detail carried from octave to octave.",
)
def deep_dream_generator_sizes_numpy(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError("at least one octave is needed")
    network = feature_extractor(model, layer_name)
    photo = np.asarray(image, np.float32)
    added = np.zeros((1, 1, photo.shape[-1]), np.float32)
    for size in sizes_of_octaves(photo.shape[:2], octaves, scale):
        small = tf.image.resize(photo, size).numpy()
        dream = small + tf.image.resize(added, size).numpy()
        for _ in range(steps):
            dream = one_dream_step(network, dream, step_size)
        added = dream - small
    return dream


@right(
    "natural_images.fourier_images",
    how="Two one-dimensional transforms, first down the columns, then irfft along the rows.",
)
def fourier_images_two_dimensional_transforms(spectrum, height, width):
    spectrum = tf.convert_to_tensor(spectrum)
    slowest = 1 / max(height, width)
    fade = [[math_power(f, slowest) for f in row] for row in np.asarray(frequencies(height, width))]
    spectrum = spectrum * tf.cast(tf.constant(np.array(fade)), spectrum.dtype)
    columns = tf.signal.ifft(tf.transpose(spectrum, (0, 1, 3, 2)))
    columns = tf.transpose(columns, (0, 1, 3, 2))
    images = tf.signal.irfft(columns, fft_length=[width])
    return tf.transpose(images, (0, 2, 3, 1)) * float(height * width) ** 0.5


def math_power(frequency, slowest):
    return 1 / slowest if frequency < slowest else 1 / frequency


class SpectrumCanvas:
    def __init__(self, count, size, colors, chance):
        self.height, self.width, channels = size
        shape = (count, channels, self.height, self.width // 2 + 1)
        start = chance.normal(scale=0.01, size=(2, *shape)).astype(np.float32)
        self.variables = [keras.Variable(part) for part in start]
        self.colors = None if colors is None else tf.constant(np.asarray(colors), tf.float32)

    def images(self):
        real, imaginary = (tf.convert_to_tensor(one.value) for one in self.variables)
        waves = fourier_images(tf.complex(real, imaginary), self.height, self.width)
        waves = tf.cast(waves, tf.float32)
        if self.colors is not None:
            waves = tf.matmul(waves, self.colors, transpose_b=True)
        return tf.sigmoid(waves)


@right(
    "natural_images.visualize_class",
    how="Keras' own Adam with a PolynomialDecay schedule, on two keras.Variables.",
)
def visualize_class_keras_own_adam(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    size = model.input_shape[1:]
    if None in size[:2]:
        raise ValueError(f"the size of the model's images is not known: {size}")
    classes = np.array(class_index, ndmin=1)
    canvas = SpectrumCanvas(len(classes), size, colors, np.random.default_rng([seed, 1]))
    seeds = np.random.SeedSequence([seed, 2]).generate_state(max(steps, 1), np.uint64).tolist()
    rate = keras.optimizers.schedules.PolynomialDecay(step_size, max(steps, 1), 0.0, power=1.0)
    adam = keras.optimizers.Adam(rate, beta_1=0.9, beta_2=0.999, epsilon=1e-07)
    scores = []
    for view_seed in seeds[:steps]:
        with tf.GradientTape() as tape:
            score = select_output(model, random_view(canvas.images(), *view, view_seed), classes)
            loss = -tf.reduce_sum(score)
        scores.append(score.numpy())
        adam.apply(tape.gradient(loss, [one.value for one in canvas.variables]), canvas.variables)
    images = canvas.images()
    return Ascent(images, np.stack([*scores, np.asarray(select_output(model, images, classes))]))


@right(
    "natural_images.deep_dream",
    how="Recursive: the dream of a size asks for that of the next smaller one.",
)
def deep_dream_recursive_size_asks(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError(f"octaves must be 1 or more, not {octaves}")
    network = feature_extractor(model, layer_name)
    photo = tf.cast(tf.convert_to_tensor(image), tf.float32)[tf.newaxis]

    def excite(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            power = tf.reduce_mean(tf.math.square(network(x, training=False)))
        slope = tf.convert_to_tensor(normalize_gradient(tape.gradient(power, x)))
        return tf.clip_by_value(x + step_size * tf.cast(slope, tf.float32), 0.0, 1.0)

    def dream_in_size(k):
        size = [round(edge / scale**k) for edge in photo.shape[1:3]]
        seen = tf.image.resize(photo, size)
        x = seen
        if k < octaves - 1:
            x += tf.image.resize(dream_in_size(k + 1), size)
        for _ in range(steps):
            x = excite(x)
        return x - seen

    return tf.clip_by_value(photo + dream_in_size(0), 0, 1)[0]
