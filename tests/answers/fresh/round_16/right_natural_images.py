# ruff: noqa: ANN001, ANN201, ANN202, ANN204, B905, E501, E731, F402, F821
"""Right answers to `natural_images` of round 16: each keeps all promises."""

import math

import keras
import numpy as np
import tensorflow as tf
from scipy.linalg import svd

from tests.answers.fresh import right


@right(
    "natural_images.frequencies",
    how="Complex numbers: the absolute value of horizontal + i · vertical",
)
def frequencies_complex_numbers_absolute(height, width):
    k = np.arange(height)
    vertical = np.where(2 * k < height, k, k - height) / height
    return np.abs(np.add.outer(1j * vertical, np.arange(width // 2 + 1) / width))


@right(
    "natural_images.fourier_images",
    how="No FFT: two matrices of waves, einsum, the half spectrum weighted by hand",
)
def fourier_images_fft_two_matrices(spectrum, height, width):
    slowest = 1.0 / max(height, width)
    f = np.asarray(frequencies(height, width), np.float64)
    fold = np.full(width // 2 + 1, 2.0)
    fold[0] = 1.0
    if width % 2 == 0:
        fold[-1] = 1.0
    weight = fold / np.where(f < slowest, slowest, f) / np.sqrt(height * width)
    grid = np.arange(height)
    down = np.exp(2j * np.pi * np.outer(grid, grid) / height)
    across = np.exp(2j * np.pi * np.outer(np.arange(width), np.arange(width // 2 + 1)) / width)
    s = tf.cast(spectrum, tf.complex64) * tf.constant(weight, tf.complex64)
    s = tf.einsum("bckf,yk->bcyf", s, tf.constant(down, tf.complex64))
    return tf.math.real(tf.einsum("bcyf,xf->byxc", s, tf.constant(across, tf.complex64)))


@right(
    "natural_images.color_basis",
    how="Np.cov and the symmetric root by scipy's SVD, einsum for the lengths",
)
def color_basis_np_cov_symmetric(photos):
    channels = np.moveaxis(np.asarray(photos, dtype=np.float64), -1, 0)
    channels = channels.reshape(channels.shape[0], -1)
    u, s, _ = svd(np.atleast_2d(np.cov(channels, bias=True)))
    root = np.einsum("ij,j,kj->ik", u, np.sqrt(s), u)
    return root / np.sqrt(np.einsum("ij,ij->j", root, root).max())


@right(
    "natural_images.random_view",
    how="NumPy coordinates, image by image, four tf.gather of flattened pixels with hat functions as weights",
)
def random_view_numpy_coordinates_image(images, max_shift, max_angle, max_zoom, seed):
    b, h, w, channels = images.shape
    dice = np.random.Generator(np.random.PCG64([int(seed), 31]))
    amounts = dice.uniform(-1, 1, (b, 4)) * [max_shift, max_shift, np.deg2rad(max_angle), max_zoom]
    middle = np.array([(h - 1) / 2, (w - 1) / 2])[:, None, None]
    grid = np.indices((h, w)) - middle
    flip = lambda i, n: np.minimum(i % (2 * n), 2 * n - 1 - i % (2 * n))
    rows = []
    for (*shift, angle, zoom), image in zip(
        amounts, tf.unstack(tf.convert_to_tensor(images), num=b)
    ):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        y, x = (
            np.einsum("ij,jhw->ihw", turn, grid) / (1 + zoom)
            + middle
            - np.reshape(shift, (2, 1, 1))
        )
        corner = [np.floor(y).astype(int), np.floor(x).astype(int)]
        pixels = tf.reshape(image, (h * w, channels))
        parts = []
        for down, right in np.ndindex(2, 2):
            hat = (1 - np.abs(y - corner[0] - down)) * (1 - np.abs(x - corner[1] - right))
            where = flip(corner[0] + down, h) * w + flip(corner[1] + right, w)
            parts.append(tf.gather(pixels, where) * tf.constant(hat[..., None], image.dtype))
        rows.append(tf.add_n(parts))
    return tf.stack(rows)


class _FallingRate(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, first, count):
        self.first, self.count = (first, count)

    def __call__(self, step):
        return self.first * (1.0 - tf.cast(step, tf.float32) / self.count)


@right(
    "natural_images.visualize_class",
    how="Keras.optimizers.Adam on two variables, a learning-rate schedule, TF generator for the start",
)
def visualize_class_keras_optimizers_adam(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    if None in model.input_shape[1:]:
        raise ValueError(f"{model.name} takes images of any size")
    height, width, channels = model.input_shape[1:]
    classes = tf.reshape(tf.cast(class_index, tf.int32), [-1])
    size = (classes.shape[0], channels, height, width // 2 + 1)
    noise = tf.random.stateless_normal((2, *size), [int(seed), 0], stddev=0.01)
    re, im = (keras.Variable(noise[0]), keras.Variable(noise[1]))
    adam = keras.optimizers.Adam(
        _FallingRate(float(step_size), float(max(steps, 1))), 0.9, 0.999, 1e-07
    )
    adam.build([re, im])

    def developed():
        x = fourier_images(tf.complex(re.value, im.value), height, width)
        if colors is not None:
            x = tf.tensordot(x, tf.transpose(tf.cast(colors, tf.float32)), axes=1)
        return keras.ops.sigmoid(x)

    seeds = np.random.SeedSequence([int(seed), 1]).generate_state(max(steps, 1)) // 2
    rows = np.empty((steps + 1, size[0]), np.float32)
    for n in range(steps):
        with tf.GradientTape() as tape:
            logits = select_output(
                model, random_view(developed(), *view, int(seeds[n])), classes, "logit"
            )
            cost = tf.negative(tf.reduce_sum(logits))
        adam.apply(tape.gradient(cost, [re.value, im.value]))
        rows[n] = logits
    final = developed()
    rows[steps] = select_output(model, final, classes)
    return Ascent(final, rows)


@right(
    "natural_images.visualize_channel",
    how="A Lambda-free GlobalAveragePooling where there are positions, keywords throughout",
)
def visualize_channel_there_positions_keywords(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    features = feature_extractor(model, layer_name)
    if any(n is None for n in model.inputs[0].shape[1:]):
        raise ValueError("a known size is needed")
    given = features.outputs[0]
    if len(given.shape) == 4:
        given = keras.layers.GlobalAveragePooling2D()(given)
    elif len(given.shape) == 3:
        given = keras.layers.GlobalAveragePooling1D()(given)
    per_channel = keras.Model(inputs=features.inputs[0], outputs=given)
    return visualize_class(
        model=per_channel,
        class_index=channel,
        steps=steps,
        seed=seed,
        colors=colors,
        view=view,
        step_size=step_size,
    )


def _dreamt(inner, photo, k, octaves, steps, step_size, scale):
    full = photo.shape[1:3]
    size = [round(n / scale**k) for n in full]
    seen = tf.image.resize(photo, size, method="bilinear")
    x = seen
    if k + 1 < octaves:
        extra = _dreamt(inner, photo, k + 1, octaves, steps, step_size, scale)
        x = seen + tf.image.resize(extra, size, method="bilinear")
    x = tf.Variable(x)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            strength = keras.ops.mean(keras.ops.square(inner(x.value(), training=False)))
        slope = normalize_gradient(tape.gradient(strength, x))
        x.assign(tf.clip_by_value(x + step_size * slope, 0.0, 1.0))
    return x - seen


@right(
    "natural_images.deep_dream",
    how="A recursion from the largest size down, the climb as a nested function",
)
def deep_dream_recursion_largest_size(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError(f"octaves={octaves}")
    photo = tf.expand_dims(tf.cast(image, tf.float32), 0)
    inner = feature_extractor(model, layer_name)
    dream = _dreamt(inner, photo, 0, octaves, steps, step_size, scale)
    return tf.clip_by_value(photo + dream, 0.0, 1.0)[0]


@right("natural_images.frequencies", how="Scalar loops and math.hypot")
def frequencies_scalar_loops_math(height, width):
    table = []
    for row in range(height):
        vertical = min(row, height - row) / height
        table.append([math.hypot(vertical, column / width) for column in range(width // 2 + 1)])
    return np.array(table)


@right("natural_images.color_basis", how="SVD of the centred pixels themselves, no covariance")
def color_basis_svd_centred_pixels(photos):
    x = np.array(photos, dtype=np.float64)
    pixels = x.reshape(-1, x.shape[3])
    pixels = np.vstack([pixels - np.average(pixels, axis=0), np.zeros((x.shape[3], x.shape[3]))])
    _, size, turned = np.linalg.svd(pixels, full_matrices=False)
    basis = turned.T @ np.diag(size)
    return basis / max(np.linalg.norm(column) for column in basis.T)


@right(
    "natural_images.fourier_images", how="Ifft2 of a full spectrum that is completed by conjugates"
)
def fourier_images_ifft_full_spectrum(spectrum, height, width):
    s = tf.cast(spectrum, tf.complex64)
    slow = 1 / max(height, width)
    s = s / tf.constant(np.maximum(np.asarray(frequencies(height, width)), slow), tf.complex64)
    s = tf.signal.ifft(tf.transpose(s, (0, 1, 3, 2)))
    s = tf.transpose(s, (0, 1, 3, 2))
    last = width // 2 + 1 if width % 2 else width // 2
    tail = tf.reverse(tf.math.conj(s[..., 1:last]), axis=[-1])
    real_ends = tf.cast(tf.math.real(s), tf.complex64)
    head = [real_ends[..., :1], s[..., 1:last]]
    if width % 2 == 0:
        head.append(real_ends[..., -1:])
    x = tf.math.real(tf.signal.ifft(tf.concat([*head, tail], axis=-1)))
    return tf.einsum("bchw->bhwc", x) * float(np.sqrt(height * width))
