# ruff: noqa: ANN001, ANN201, ANN202, B905, E501, F821
"""Right answers to `natural_images` of the seventh round: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from course.feature_visualization import feature_extractor, normalize_gradient
from course.given import Ascent
from course.saliency import select_output
from tests.answers.fresh import right


@right("natural_images.frequencies", how="The vector as a complex number, whose size is its length")
def frequencies_vector_complex_number(height, width):
    return np.abs(np.fft.rfftfreq(width)[None, :] + 1j * np.fft.fftfreq(height)[:, None])


@right(
    "natural_images.frequencies",
    how="Counted by hand in a list comprehension, no function for Fourier transforms",
)
def frequencies_counted_hand_list(height, width):
    import math

    return np.array(
        [
            [math.hypot(min(i, height - i) / height, j / width) for j in range(width // 2 + 1)]
            for i in range(height)
        ]
    )


@right(
    "natural_images.fourier_images",
    how="The two axes are transformed one after the other, each with its own scale",
)
def fourier_images_two_axes_transformed(spectrum, height, width):
    f = np.maximum(frequencies(height, width), 1 / max(height, width))
    waves = tf.cast(spectrum, tf.complex64) * tf.cast(1 / f, tf.complex64)
    columns = tf.signal.ifft(tf.transpose(waves, [0, 1, 3, 2])) * tf.cast(height**0.5, tf.complex64)
    rows = tf.signal.irfft(tf.transpose(columns, [0, 3, 1, 2]), [width]) * width**0.5
    return tf.transpose(rows, [0, 1, 3, 2])


@right("natural_images.fourier_images", how="No fast transform: two matrices of waves and einsum")
def fourier_images_fast_transform_two(spectrum, height, width):
    f = np.maximum(np.asarray(frequencies(height, width)), 1 / max(height, width))
    spectrum = tf.cast(spectrum, tf.complex64) / tf.constant(f, tf.complex64)
    y, x, j = (np.arange(height), np.arange(width), np.arange(width // 2 + 1))
    rows = np.exp(2j * np.pi * np.outer(y, y) / height) / np.sqrt(height)
    twice = np.where((j == 0) | (2 * j == width), 1, 2)
    angle = 2 * np.pi * np.outer(j, x) / width
    waves = tf.einsum("yk,bckj->bcyj", tf.constant(rows, tf.complex64), spectrum)
    scale = (twice / np.sqrt(width))[:, None]
    even = tf.constant(scale * np.cos(angle), tf.float32)
    odd = tf.constant(-scale * np.sin(angle), tf.float32)
    return tf.einsum("bcyj,jx->byxc", tf.math.real(waves), even) + tf.einsum(
        "bcyj,jx->byxc", tf.math.imag(waves), odd
    )


@right(
    "natural_images.color_basis",
    how="Singular values of the pixels themselves, the covariance is never written down",
)
def color_basis_singular_values_pixels(photos):
    photos = np.asarray(photos, np.float64)
    pixels = photos.reshape(-1, photos.shape[-1])
    triangle = np.linalg.qr(pixels - pixels.mean(0), mode="r")
    _, sizes, directions = np.linalg.svd(triangle, full_matrices=False)
    root = directions.T * sizes
    if root.shape[1] < root.shape[0]:
        root = np.pad(root, [(0, 0), (0, root.shape[0] - root.shape[1])])
    return (root / sizes.max()).astype(np.float32)


@right("natural_images.color_basis", how="The symmetric root; moments by TensorFlow")
def color_basis_symmetric_root_moments(photos):
    photos = tf.cast(photos, tf.float64)
    pixels = tf.reshape(photos, [-1, tf.shape(photos)[-1]])
    centred = pixels - tf.reduce_mean(pixels, axis=0)
    values, vectors = tf.linalg.eigh(tf.matmul(centred, centred, transpose_a=True))
    root = vectors * tf.sqrt(tf.nn.relu(values)) @ tf.transpose(vectors)
    return root / tf.reduce_max(tf.norm(root, axis=0))


@right(
    "natural_images.random_view",
    how="Image by image, mirrored by a symmetric table of places; all amounts drawn as one table",
)
def random_view_image_image_mirrored(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images)
    count, height, width, channels = images.shape
    limits = np.array([max_shift, max_shift, np.deg2rad(max_angle), max_zoom], np.float64)
    table = limits * np.random.default_rng(seed).uniform(-1, 1, (count, 4))
    middle = np.array([(height - 1) / 2, (width - 1) / 2])[:, None, None]
    grid = np.indices((height, width)) - middle
    views = []
    for image, (down, aside, turn, more) in zip(tf.unstack(images), table):
        matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        source = np.einsum("ij,jyx->iyx", matrix / (1 + more), grid) + middle
        source -= np.array([down, aside])[:, None, None]
        low = np.floor(source).astype(int)
        share = tf.constant(source - low, images.dtype)[..., None]
        corners = {}
        for i in (0, 1):
            for j in (0, 1):
                y = np.pad(np.arange(height), (0, height), "symmetric")[(low[0] + i) % (2 * height)]
                x = np.pad(np.arange(width), (0, width), "symmetric")[(low[1] + j) % (2 * width)]
                flat = tf.reshape(image, [-1, channels])
                corners[i, j] = tf.gather(flat, y * width + x)
        up, left = (1 - share[0], 1 - share[1])
        views.append(
            up * (left * corners[0, 0] + share[1] * corners[0, 1])
            + share[0] * (left * corners[1, 0] + share[1] * corners[1, 1])
        )
    return tf.stack(views)


@right(
    "natural_images.random_view",
    how="Interpolation as four gathers over the whole batch; the amounts are drawn in another order",
)
def random_view_interpolation_four_gathers(images, max_shift, max_angle, max_zoom, seed):
    images = tf.convert_to_tensor(images)
    count, height, width = images.shape[:3]
    rng = np.random.default_rng(seed)
    zoom = 1 + max_zoom * (2 * rng.random((count, 1, 1)) - 1)
    angle = max_angle / 180 * np.pi * (2 * rng.random((count, 1, 1)) - 1)
    dx, dy = max_shift * (2 * rng.random((2, count, 1, 1)) - 1)
    mid_y, mid_x = ((height - 1) / 2, (width - 1) / 2)
    y, x = np.mgrid[:height, :width].astype(float)
    y, x = (y - mid_y, x - mid_x)
    from_y = (np.cos(angle) * y - np.sin(angle) * x) / zoom + mid_y - dy
    from_x = (np.sin(angle) * y + np.cos(angle) * x) / zoom + mid_x - dx
    y0, x0 = (np.floor(from_y).astype(int), np.floor(from_x).astype(int))
    share_y, share_x = (from_y - y0, from_x - x0)

    def fold(i, n):
        i = i % (2 * n)
        return np.minimum(i, 2 * n - 1 - i)

    def at(i, j):
        return tf.gather_nd(images, np.stack([fold(i, height), fold(j, width)], -1), batch_dims=1)

    def weigh(share):
        return tf.cast(share[..., None], images.dtype)

    top = weigh(1 - share_x) * at(y0, x0) + weigh(share_x) * at(y0, x0 + 1)
    low = weigh(1 - share_x) * at(y0 + 1, x0) + weigh(share_x) * at(y0 + 1, x0 + 1)
    return weigh(1 - share_y) * top + weigh(share_y) * low


@right(
    "natural_images.visualize_class",
    how="Moments and step by hand on one stacked array of real and imaginary parts",
)
def visualize_class_moments_step_hand(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    height, width, channels = model.input_shape[1:]
    if height is None or width is None:
        raise ValueError("the model must have a known image size")
    k = np.atleast_1d(np.asarray(class_index))
    mix = np.eye(channels) if colors is None else np.asarray(colors)
    mix = tf.cast(mix, tf.float32)
    rng = np.random.default_rng(seed)
    shape = (2, len(k), channels, height, width // 2 + 1)
    z = tf.constant(rng.normal(0, 0.01, shape), tf.float32)
    m = v = tf.zeros_like(z)

    def picture(z):
        waves = tf.cast(fourier_images(tf.complex(z[0], z[1]), height, width), tf.float32)
        return tf.sigmoid(tf.einsum("bhwc,dc->bhwd", waves, mix))

    scores = []
    for n in range(steps):
        view_seed = int(rng.integers(2**31))
        with tf.GradientTape() as tape:
            tape.watch(z)
            seen = random_view(picture(z), *view, seed=view_seed)
            value = select_output(model, seen, k)
        gradient = tape.gradient(value, z)
        scores.append(value)
        m = 0.9 * m + 0.1 * gradient
        v = 0.999 * v + 0.001 * gradient**2
        rate = step_size * (1 - n / steps)
        z += rate * m / (1 - 0.9 ** (n + 1)) / (tf.sqrt(v / (1 - 0.999 ** (n + 1))) + 1e-07)
    x = picture(z)
    scores.append(select_output(model, x, k))
    return Ascent(x, tf.stack(scores))


@right(
    "natural_images.visualize_class",
    how="Keras' Adam on a variable, with its step size set anew; colours are mixed in the spectrum already",
)
def visualize_class_keras_adam_variable(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    _, height, width, channels = model.input_shape
    if None in (height, width):
        raise ValueError("the model takes images of any size")
    classes = np.asarray(class_index).reshape(-1)
    mix = tf.cast(np.eye(channels) if colors is None else colors, tf.complex64)
    rng = np.random.default_rng(seed)
    start = rng.standard_normal((2, len(classes), channels, height, width // 2 + 1)) * 0.01
    parts = keras.Variable(start, dtype="float32")
    adam = keras.optimizers.Adam(0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07)
    adam.build([parts])

    def images():
        z = tf.convert_to_tensor(parts)
        mixed = tf.einsum("dc,bchf->bdhf", mix, tf.complex(z[0], z[1]))
        return tf.sigmoid(tf.cast(fourier_images(mixed, height, width), tf.float32))

    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            seen = random_view(images(), *view, seed=int(rng.integers(1 << 31)))
            logit = select_output(model, seen, classes)
            down = -logit
        adam.learning_rate = step_size * (1 - n / steps)
        adam.apply([tape.gradient(down, parts.value)], [parts])
        scores.append(np.asarray(logit))
    final = images()
    scores.append(np.asarray(select_output(model, final, classes)))
    return Ascent(final, np.stack(scores))


@right(
    "natural_images.visualize_channel",
    how="The channels are averaged by a matrix of picks; Adam by hand",
)
def visualize_channel_channels_averaged_matrix(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    cut = feature_extractor(model, layer_name)
    height, width, channels = model.input_shape[1:]
    if height is None or width is None:
        raise ValueError("the model must have a known image size")
    k = tf.constant(np.atleast_1d(np.asarray(channel)), tf.int32)
    mix = np.eye(channels) if colors is None else np.asarray(colors)
    mix = tf.cast(mix, tf.float32)
    rng = np.random.default_rng(seed)
    shape = (2, len(k), channels, height, width // 2 + 1)
    z = tf.constant(rng.normal(0, 0.01, shape), tf.float32)
    m = v = tf.zeros_like(z)

    def picture(z):
        waves = tf.cast(fourier_images(tf.complex(z[0], z[1]), height, width), tf.float32)
        return tf.sigmoid(tf.einsum("bhwc,dc->bhwd", waves, mix))

    def respond(x):
        seen = cut(x, training=False)
        flat = tf.reshape(seen, [len(k), -1, seen.shape[-1]])
        return tf.einsum("bpc,bc->b", flat, tf.one_hot(k, seen.shape[-1])) / flat.shape[1]

    scores = []
    for n in range(steps):
        view_seed = int(rng.integers(2**31))
        with tf.GradientTape() as tape:
            tape.watch(z)
            value = respond(random_view(picture(z), *view, seed=view_seed))
        gradient = tape.gradient(value, z)
        scores.append(value)
        m = 0.9 * m + 0.1 * gradient
        v = 0.999 * v + 0.001 * gradient**2
        rate = step_size * (1 - n / steps)
        z += rate * m / (1 - 0.9 ** (n + 1)) / (tf.sqrt(v / (1 - 0.999 ** (n + 1))) + 1e-07)
    x = picture(z)
    scores.append(respond(x))
    return Ascent(x, tf.stack(scores))


@right(
    "natural_images.visualize_channel",
    how="A model of its own, whose logits are the channels' means, goes to visualize_class",
)
def visualize_channel_model_own_whose(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    cut = feature_extractor(model, layer_name)
    seen = cut.outputs[0]
    if len(seen.shape) > 2:
        seen = keras.ops.mean(seen, axis=tuple(range(1, len(seen.shape) - 1)))
    averages = keras.Model(cut.inputs[0], seen)
    return visualize_class(averages, channel, steps, seed, colors, view, step_size)


@right(
    "natural_images.deep_dream",
    how="What was added is kept in a generator's state; the mean square is a dot product",
)
def deep_dream_what_added_kept(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    cut = feature_extractor(model, layer_name)
    photo = tf.constant(np.asarray(image, np.float32)[None])

    def uphill(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            seen = tf.reshape(cut(x, training=False), [-1])
            goal = tf.tensordot(seen, seen, 1) / tf.cast(tf.size(seen), tf.float32)
        return np.asarray(normalize_gradient(tape.gradient(goal, x)))

    def dream(k):
        size = [round(n / scale**k) for n in photo.shape[1:3]]
        base = tf.image.resize(photo, size, method="bilinear")
        x = base if k == octaves - 1 else base + tf.image.resize(dream(k + 1), size)
        for _ in range(steps):
            x = tf.constant(np.clip(x + step_size * uphill(x), 0, 1), tf.float32)
        return x - base

    return np.asarray(photo + dream(0))[0]


@right("natural_images.deep_dream", how="A plain loop over sizes made beforehand")
def deep_dream_plain_loop_over(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    cut = feature_extractor(model, layer_name)
    photo = tf.cast(image, tf.float32)[None]
    height, width = photo.shape[1:3]
    added = tf.zeros_like(photo)
    sizes = [(round(height / scale**k), round(width / scale**k)) for k in range(octaves)]
    for size in sizes[::-1]:
        base = tf.image.resize(photo, size)
        x = base + tf.image.resize(added, size)
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(x)
                goal = tf.reduce_mean(cut(x, training=False) ** 2)
            gradient = normalize_gradient(tape.gradient(goal, x))
            x = tf.clip_by_value(x + step_size * gradient, 0.0, 1.0)
        added = x - base
    return x[0]
