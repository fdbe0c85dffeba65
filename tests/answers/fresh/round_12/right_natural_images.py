# ruff: noqa: ANN001, ANN201, ANN202, ANN204, B905, E501, F402, F821
"""Right answers to `natural_images` of round 12: each keeps all promises."""

import math

import keras
import numpy as np
import tensorflow as tf

from course.given import Ascent
from tests.answers.fresh import right


@right(
    "natural_images.frequencies",
    how="A comprehension with math.hypot, and rows counted as min(i, H − i)",
)
def frequencies_i_h_i(height, width):
    return np.array(
        [
            [math.hypot(min(i, height - i) / height, j / width) for j in range(width // 2 + 1)]
            for i in range(height)
        ]
    )


@right("natural_images.frequencies", how="The absolute value of a complex plane")
def frequencies_absolute_value_complex(height, width):
    plane = np.fft.fftfreq(height)[:, np.newaxis] * 1j + np.arange(width // 2 + 1) / width
    return np.abs(plane)


@right(
    "natural_images.fourier_images",
    how="The inverse transform as two complex matrix products, the half spectrum weighted twice where it has a mirror",
)
def fourier_images_inverse_transform_two(spectrum, height, width):
    s = tf.cast(tf.convert_to_tensor(spectrum), tf.complex128)
    f = width // 2 + 1
    gain = 1.0 / np.maximum(
        np.asarray(frequencies(height, width), np.float64), 1.0 / max(height, width)
    )
    rows = np.exp(2j * np.pi * np.outer(np.arange(height), np.arange(height)) / height)
    columns = np.exp(2j * np.pi * np.outer(np.arange(f), np.arange(width)) / width)
    twice = np.full(f, 2.0)
    twice[0] = 1.0
    if width % 2 == 0:
        twice[-1] = 1.0
    columns = twice[:, None] * columns / np.sqrt(height * width)
    waves = tf.einsum(
        "yh,bchf,fx->byxc",
        tf.constant(rows),
        s * tf.constant(gain, tf.complex128),
        tf.constant(columns),
    )
    return tf.cast(tf.math.real(waves), tf.float32)


@right("natural_images.fourier_images", how="Tf.signal with the scale put into the weights")
def fourier_images_tf_signal_scale(spectrum, height, width):
    floor = 1.0 / max(height, width)
    divisor = tf.maximum(tf.cast(frequencies(height, width), tf.float32), floor)
    weight = tf.complex((height * width) ** 0.5 / divisor, tf.zeros_like(divisor))
    planes = tf.signal.irfft2d(tf.cast(spectrum, tf.complex64) * weight, fft_length=(height, width))
    return tf.stack(tf.unstack(planes, axis=1), axis=-1)


@right(
    "natural_images.color_basis", how="Singular values of the centred pixels, scaled by the largest"
)
def color_basis_singular_values_centred(photos):
    table = np.array(photos, dtype=np.float64)
    table = table.reshape(-1, table.shape[-1])
    triangle = np.linalg.qr(table - table.mean(axis=0, keepdims=True), mode="r")
    _, sizes, turns = np.linalg.svd(triangle, full_matrices=False)
    a = np.zeros((table.shape[1],) * 2)
    a[:, : len(sizes)] = turns.T * sizes
    return a / np.sqrt(np.max(np.sum(a**2, axis=0)))


@right(
    "natural_images.color_basis",
    how="The symmetric root of the covariance, by einsum and tf.linalg",
)
def color_basis_symmetric_root_covariance(photos):
    x = tf.cast(tf.convert_to_tensor(photos), tf.float64)
    x -= tf.reduce_mean(x, axis=(0, 1, 2), keepdims=True)
    values, vectors = tf.linalg.eigh(tf.einsum("bhwi,bhwj->ij", x, x))
    root = tf.einsum("ik,k,jk->ij", vectors, tf.sqrt(tf.maximum(values, 0.0)), vectors)
    return (root / tf.sqrt(tf.reduce_max(tf.reduce_sum(root**2, axis=0)))).numpy()


@right(
    "natural_images.random_view",
    how="Geometry in NumPy, gather_nd of the four neighbours for the whole batch",
)
def random_view_geometry_numpy_gather(images, max_shift, max_angle, max_zoom, seed):
    x = tf.cast(tf.convert_to_tensor(images), tf.float32)
    b, h, w, _ = x.shape
    draw = np.random.default_rng(seed).uniform(-1, 1, (4, b, 1, 1))
    dy, dx = (draw[0] * max_shift, draw[1] * max_shift)
    angle = np.deg2rad(draw[2] * max_angle)
    zoom = 1 + draw[3] * max_zoom
    cy, cx = ((h - 1) / 2, (w - 1) / 2)
    rows = np.arange(h)[None, :, None] - cy - dy
    columns = np.arange(w)[None, None, :] - cx - dx
    from_y = (np.cos(angle) * rows - np.sin(angle) * columns) / zoom + cy
    from_x = (np.sin(angle) * rows + np.cos(angle) * columns) / zoom + cx

    def mirrored(place, size):
        place = np.mod(place, 2 * size)
        return np.where(place < size, place, 2 * size - 1 - place)

    top, left = (np.floor(from_y).astype(int), np.floor(from_x).astype(int))
    view = 0.0
    for below in (0, 1):
        for right in (0, 1):
            weight = np.abs(1 - below - (from_y - top)) * np.abs(1 - right - (from_x - left))
            at = np.stack([mirrored(top + below, h), mirrored(left + right, w)], axis=-1)
            view += weight[..., None].astype(np.float32) * tf.gather_nd(x, at, batch_dims=1)
    return view


class _RView:
    """The affine map of one image from places in the view to places in the photo."""

    def __init__(self, rng, height, width, max_shift, max_angle, max_zoom):
        self.size = np.array([height, width])
        self.shift = rng.uniform(-max_shift, max_shift, 2)
        turn = np.radians(rng.uniform(-max_angle, max_angle))
        factor = rng.uniform(1 - max_zoom, 1 + max_zoom)
        c, s = (np.cos(turn), np.sin(turn))
        self.matrix = np.array([[c, s], [-s, c]]) / factor

    def sources(self):
        grid = np.moveaxis(np.indices(tuple(self.size)), 0, -1).reshape(-1, 2)
        middle = (self.size - 1) / 2
        return (grid - middle - self.shift) @ self.matrix.T + middle

    def weights(self):
        height, width = self.size
        place = self.sources()
        corner = np.floor(place)
        part = place - corner
        rows, columns, amounts = ([], [], [])
        for step in ((0, 0), (0, 1), (1, 0), (1, 1)):
            amount = np.prod(np.where(step, part, 1 - part), axis=1)
            row, column = np.mod(corner + step, 2 * self.size).astype(int).T
            row = np.minimum(row, 2 * height - 1 - row)
            column = np.minimum(column, 2 * width - 1 - column)
            rows.append(np.arange(height * width))
            columns.append(row * width + column)
            amounts.append(amount)
        at = np.stack([np.concatenate(rows), np.concatenate(columns)], axis=1)
        shape = (height * width, height * width)
        return tf.SparseTensor(at, np.concatenate(amounts).astype(np.float32), shape)


@right(
    "natural_images.random_view",
    how="A class for the view of one image, and a sparse matrix per image, applied to all channels at once",
)
def random_view_class_image_sparse(images, max_shift, max_angle, max_zoom, seed):
    x = tf.cast(tf.convert_to_tensor(images), tf.float32)
    count, height, width, channels = x.shape
    streams = np.random.SeedSequence(int(seed)).spawn(count)
    seen = []
    for image, stream in zip(tf.unstack(x), streams):
        view = _RView(np.random.default_rng(stream), height, width, max_shift, max_angle, max_zoom)
        flat = tf.reshape(image, (height * width, channels))
        seen.append(tf.sparse.sparse_dense_matmul(view.weights(), flat))
    return tf.reshape(tf.stack(seen), (count, height, width, channels))


class _RAdam:
    def __init__(self):
        self.m, self.v, self.t = (0.0, 0.0, 0)

    def __call__(self, slope, rate):
        self.t += 1
        self.m = 0.9 * self.m + (1 - 0.9) * slope
        self.v = 0.999 * self.v + (1 - 0.999) * slope * slope
        m, v = (self.m / (1 - 0.9**self.t), self.v / (1 - 0.999**self.t))
        return rate * m / (np.sqrt(v) + 1e-07)


@right(
    "natural_images.visualize_class",
    how="Adam in NumPy on complex numbers, real and imaginary part seen as one float array",
)
def visualize_class_adam_numpy_complex(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    _, h, w, c = model.input_shape
    if None in (h, w):
        raise ValueError(f"{model.name} takes images of any size; its size has to be known")
    own = np.reshape(np.asarray(class_index), (-1,)).astype(np.int32)
    start, order = (np.random.default_rng(s) for s in np.random.SeedSequence(int(seed)).spawn(2))
    numbers = 0.01 * start.standard_normal((len(own), c, h, w // 2 + 1, 2))
    a = np.eye(c, dtype="f4") if colors is None else np.array(colors, "f4")

    def r_render(z):
        image = fourier_images(tf.complex(z[..., 0], z[..., 1]), h, w)
        return tf.math.sigmoid(tf.tensordot(tf.cast(image, tf.float32), a.T, axes=1))

    adam, record = (_RAdam(), [])
    for n in range(steps):
        z = tf.constant(numbers, tf.float32)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(z)
            seen = random_view(r_render(z), view[0], view[1], view[2], int(order.integers(1 << 30)))
            logit = select_output(model, seen, own, "logit")
        record.append(logit.numpy())
        numbers = numbers + adam(tape.gradient(logit, z).numpy(), step_size * (1 - n / steps))
    final = r_render(tf.constant(numbers, tf.float32))
    record.append(np.asarray(select_output(model, final, own, "logit")))
    return Ascent(final, np.stack(record))


@right(
    "natural_images.visualize_channel",
    how="A wrapping model whose logits are the channel means, given to visualize_class",
)
def visualize_channel_wrapping_model_whose(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    inside = feature_extractor(model, layer_name)
    features = inside.outputs[0]
    middle = tuple(range(1, len(features.shape) - 1))
    means = keras.ops.mean(features, axis=middle) if middle else features
    read = keras.Model(inside.inputs[0], means, name="r_channel_means")
    return visualize_class(
        read, channel, steps, seed, colors=colors, view=view, step_size=step_size
    )


def _r_sizes(height, width, octaves, scale):
    for k in range(octaves - 1, -1, -1):
        yield (round(height / scale**k), round(width / scale**k))


@right(
    "natural_images.deep_dream",
    how="A generator of sizes and one graph-compiled step in NumPy around",
)
def deep_dream_generator_sizes_graph(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if not octaves >= 1:
        raise ValueError(f"octaves is {octaves}")
    cut = feature_extractor(model, layer_name)

    @tf.function(
        autograph=False,
        input_signature=[tf.TensorSpec((1, None, None, image.shape[-1]), tf.float32)],
    )
    def r_slope(x):
        x = tf.ensure_shape(x, (1, *model.input_shape[1:3], image.shape[-1]))
        activations = cut(x, training=False)
        return tf.gradients(tf.reduce_mean(tf.square(activations)), x)[0]

    photo = np.array(image, dtype=np.float32)[None]
    dream = np.zeros_like(photo)
    result = photo
    for size in _r_sizes(*photo.shape[1:3], octaves, scale):
        base = tf.image.resize(photo, size, method="bilinear").numpy()
        result = base + tf.image.resize(dream, size, method="bilinear").numpy()
        for _ in range(steps):
            unit = np.asarray(normalize_gradient(r_slope(tf.constant(result))))
            result = np.clip(result + np.float32(step_size) * unit, 0, 1)
        dream = result - base
    return result[0]


@right(
    "natural_images.visualize_class",
    how="Both parts stacked along a leading axis, Adam written out on tensors",
)
def visualize_class_both_parts_stacked(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    height, width, channels = model.input_shape[1:]
    if height is None or width is None:
        raise ValueError("the model takes images of any size")
    classes = np.atleast_1d(np.asarray(class_index))
    mix = np.eye(channels) if colors is None else np.asarray(colors)
    mix = tf.constant(mix, tf.float32)
    shape = (2, len(classes), channels, height, width // 2 + 1)
    parts = tf.constant(np.random.default_rng(seed).normal(0, 0.01, shape), tf.float32)
    views = np.random.default_rng([seed, 1])
    first, second = (tf.zeros_like(parts), tf.zeros_like(parts))

    def picture(parts):
        waves = fourier_images(tf.complex(parts[0], parts[1]), height, width)
        return tf.sigmoid(tf.einsum("bhwc,dc->bhwd", waves, mix))

    scores = []
    for n in range(steps):
        view_seed = int(views.integers(2**31 - 1))
        with tf.GradientTape() as tape:
            tape.watch(parts)
            seen = random_view(picture(parts), *view, view_seed)
            logit = select_output(model, seen, classes)
        scores.append(logit)
        slope = tape.gradient(logit, parts)
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        rate = step_size * (1 - n / steps)
        unbiased, spread = (first / (1 - 0.9 ** (n + 1)), second / (1 - 0.999 ** (n + 1)))
        parts = parts + rate * unbiased / (tf.sqrt(spread) + 1e-07)
    images = picture(parts)
    scores.append(select_output(model, images, classes))
    return Ascent(images, tf.stack(scores))


@right(
    "natural_images.visualize_channel",
    how="Everything on its own, without a call of visualize_class",
)
def visualize_channel_everything_own_without(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    height, width, channels = model.input_shape[1:]
    if height is None or width is None:
        raise ValueError("the model takes images of any size")
    classes = np.atleast_1d(np.asarray(channel))
    mix = np.eye(channels) if colors is None else np.asarray(colors)
    mix = tf.constant(mix, tf.float32)
    shape = (2, len(classes), channels, height, width // 2 + 1)
    parts = tf.constant(np.random.default_rng(seed).normal(0, 0.01, shape), tf.float32)
    views = np.random.default_rng([seed, 1])
    first, second = (tf.zeros_like(parts), tf.zeros_like(parts))

    def picture(parts):
        waves = fourier_images(tf.complex(parts[0], parts[1]), height, width)
        return tf.sigmoid(tf.einsum("bhwc,dc->bhwd", waves, mix))

    extractor = feature_extractor(model, layer_name)

    def response(x):
        features = extractor(x, training=False)
        features = tf.reshape(features, (len(classes), -1, features.shape[-1]))
        return tf.gather(tf.reduce_mean(features, axis=1), classes, batch_dims=1)

    scores = []
    for n in range(steps):
        view_seed = int(views.integers(2**31 - 1))
        with tf.GradientTape() as tape:
            tape.watch(parts)
            seen = random_view(picture(parts), *view, view_seed)
            logit = response(seen)
        scores.append(logit)
        slope = tape.gradient(logit, parts)
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        rate = step_size * (1 - n / steps)
        unbiased, spread = (first / (1 - 0.9 ** (n + 1)), second / (1 - 0.999 ** (n + 1)))
        parts = parts + rate * unbiased / (tf.sqrt(spread) + 1e-07)
    images = picture(parts)
    scores.append(response(images))
    return Ascent(images, tf.stack(scores))


@right("natural_images.deep_dream", how="Eager tensors, the added part kept from size to size")
def deep_dream_eager_tensors_added(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError("octaves must be 1 or more")
    extractor = feature_extractor(model, layer_name)
    photo = tf.cast(tf.convert_to_tensor(image), tf.float32)[None]
    height, width = photo.shape[1:3]
    added = tf.zeros_like(photo)
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        small = tf.image.resize(photo, size)
        x = small + tf.image.resize(added, size)
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(x)
                goal = tf.reduce_mean(extractor(x, training=False) ** 2)
            slope = normalize_gradient(tape.gradient(goal, x))
            x = tf.clip_by_value(x + step_size * slope, 0.0, 1.0)
        added = x - small
    return x[0]
