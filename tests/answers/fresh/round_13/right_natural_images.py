# ruff: noqa: ANN001, ANN201, ANN202, B905, F821
"""Right answers to `natural_images` of round 13: each keeps all promises."""

import keras
import numpy as np
import tensorflow as tf

from course.given import Ascent
from tests.answers.fresh import right


@right("natural_images.frequencies", how="Complex numbers: the length is the absolute value")
def frequencies_complex_numbers_length(height, width):
    down = np.array([k if 2 * k < height else k - height for k in range(height)]) / height
    across = np.arange(width // 2 + 1) / width
    return np.abs(down[:, None] + 1j * across[None, :])


@right(
    "natural_images.fourier_images", how="No FFT: sums of cosines and sines as two matrix products"
)
def fourier_images_fft_sums_cosines(spectrum, height, width):
    s = tf.convert_to_tensor(spectrum)
    real = s.dtype.real_dtype
    least = np.where(
        frequencies(height, width) > 0, frequencies(height, width), 1 / max(height, width)
    )
    s = s / tf.cast(least, s.dtype)
    rows = np.outer(np.arange(height), np.arange(height)) % height
    down = tf.cast(np.exp(2j * np.pi * rows / height) / np.sqrt(height), s.dtype)
    mixed = tf.einsum("yk,bckf->bcyf", down, s)
    half = np.arange(width // 2 + 1)
    twice = np.where((half == 0) | (2 * half == width), 1.0, 2.0) / np.sqrt(width)
    turn = 2 * np.pi * (np.outer(half, np.arange(width)) % width) / width
    cosine = tf.cast(twice[:, None] * np.cos(turn), real)
    sine = tf.cast(twice[:, None] * np.sin(turn), real)
    sums = tf.einsum("bcyf,fx->byxc", tf.math.real(mixed), cosine)
    return sums - tf.einsum("bcyf,fx->byxc", tf.math.imag(mixed), sine)


@right("natural_images.color_basis", how="Singular values of the pixels, and the symmetric root")
def color_basis_singular_values_pixels(photos):
    x = np.array(photos, dtype=np.float64)
    x = x.reshape(-1, x.shape[-1])
    x -= x.mean(axis=0, keepdims=True)
    _, spread, axes = np.linalg.svd(x, full_matrices=False)
    root = np.einsum("kc,k,kd->cd", axes, spread, axes)
    return root / max(np.linalg.norm(column) for column in root.T)


@right(
    "natural_images.color_basis",
    how="An eigendecomposition; one channel and grey photos are no special case",
)
def color_basis_eigendecomposition_channel_grey(photos):
    x = np.asarray(photos, np.float64)
    pixels = x.reshape(-1, x.shape[-1])
    pixels = pixels - pixels.mean(axis=0)
    covariance = pixels.T @ pixels / len(pixels)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    return root / np.linalg.norm(root, axis=0).max()


@right("natural_images.random_view", how="Four gathers with weights, all coordinates in NumPy")
def random_view_four_gathers_weights(images, max_shift, max_angle, max_zoom, seed):
    x = tf.convert_to_tensor(images)
    b, h, w, _ = x.shape
    rng = np.random.default_rng(seed)
    dy, dx, turn, grow = (
        limit * rng.uniform(-1, 1, (b, 1, 1))
        for limit in (max_shift, max_shift, max_angle, max_zoom)
    )
    turn, grow = (np.deg2rad(turn), 1 + grow)
    r, s = np.mgrid[:h, :w].astype(float)
    r, s = (r - (h - 1) / 2, s - (w - 1) / 2)
    rows = (np.cos(turn) * r - np.sin(turn) * s) / grow + (h - 1) / 2 - dy
    columns = (np.sin(turn) * r + np.cos(turn) * s) / grow + (w - 1) / 2 - dx

    def mirrored(index, size):
        index = index.astype(int) % (2 * size)
        return np.minimum(index, 2 * size - 1 - index)

    top, left = (np.floor(rows), np.floor(columns))
    view = 0.0
    for a in (0, 1):
        for c in (0, 1):
            weight = (1 - np.abs(rows - top - a)) * (1 - np.abs(columns - left - c))
            place = np.stack([mirrored(top + a, h), mirrored(left + c, w)], axis=-1)
            taken = tf.gather_nd(x, tf.constant(place, tf.int32), batch_dims=1)
            view += tf.cast(weight[..., None], x.dtype) * taken
    return view


@right("natural_images.random_view", how="Every view is one sparse matrix product per image")
def random_view_every_sparse_matrix(images, max_shift, max_angle, max_zoom, seed):
    x = tf.convert_to_tensor(images)
    b, h, w, c = x.shape
    views = []
    for image, rng in zip(tf.unstack(x), np.random.default_rng([seed, 3]).spawn(b)):
        shift = rng.uniform(-max_shift, max_shift, 2)
        angle = np.deg2rad(rng.uniform(-max_angle, max_angle))
        zoom = rng.uniform(1 - max_zoom, 1 + max_zoom)
        middle = np.array([[h - 1], [w - 1]]) / 2
        matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / zoom
        source = matrix @ (np.indices((h, w)).reshape(2, -1) - middle) + middle + shift[:, None]
        low = np.floor(source)
        part = source - low
        rows, columns, values = ([], [], [])
        for a in (0, 1):
            for d in (0, 1):
                y = (low[0] + a).astype(int) % (2 * h)
                z = (low[1] + d).astype(int) % (2 * w)
                y, z = (np.where(y < h, y, 2 * h - 1 - y), np.where(z < w, z, 2 * w - 1 - z))
                rows.append(np.arange(h * w))
                columns.append(y * w + z)
                values.append((part[0] if a else 1 - part[0]) * (part[1] if d else 1 - part[1]))
        place = tf.constant(np.concatenate(columns), tf.int32)
        share = tf.cast(np.concatenate(values)[:, None], x.dtype)
        taken = share * tf.gather(tf.reshape(image, [h * w, c]), place)
        summed = tf.math.unsorted_segment_sum(taken, tf.constant(np.concatenate(rows)), h * w)
        views.append(tf.reshape(summed, [h, w, c]))
    return tf.stack(views)


@right(
    "natural_images.visualize_class",
    how="Keras's own Adam on two variables, its learning rate set before every step",
)
def visualize_class_keras_s_own(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    height, width, channels = model.input_shape[1:]
    if None in (height, width):
        raise ValueError("visualize_class needs a model for images of a known size")
    wanted = np.reshape(np.asarray(class_index), [-1])
    start_rng, seed_rng = (np.random.default_rng([seed, k]) for k in (10, 11))
    shape = (len(wanted), channels, height, width // 2 + 1)
    real = keras.Variable(start_rng.normal(scale=0.01, size=shape), dtype="float32")
    imag = keras.Variable(start_rng.normal(scale=0.01, size=shape), dtype="float32")
    adam = keras.optimizers.Adam(step_size, beta_1=0.9, beta_2=0.999, epsilon=1e-07)
    adam.build([real, imag])

    def look():
        waves = fourier_images(tf.complex(real.value, imag.value), height, width)
        waves = tf.convert_to_tensor(waves)
        if colors is not None:
            waves = tf.linalg.matvec(tf.cast(colors, waves.dtype), waves)
        return keras.ops.sigmoid(waves)

    record = []
    for n, draw in enumerate(seed_rng.integers(2**31 - 1, size=steps)):
        adam.learning_rate = step_size * (1 - n / steps)
        with tf.GradientTape() as tape:
            score = select_output(model, random_view(look(), *view, int(draw)), wanted)
            loss = -tf.reduce_sum(score)
        adam.apply(tape.gradient(loss, [real.value, imag.value]), [real, imag])
        record.append(score.numpy())
    final = look()
    record.append(np.asarray(select_output(model, final, wanted)))
    return Ascent(final, np.stack(record))


@right(
    "natural_images.visualize_channel",
    how="Visualize_class on a model that ends in the means of the channels",
)
def visualize_channel_class_model_ends(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    opened = feature_extractor(model, layer_name)
    out = opened.outputs[0]
    between = list(range(len(out.shape)))[1:-1]
    means = keras.Model(opened.inputs[0], keras.ops.mean(out, axis=between) if between else out)
    return visualize_class(means, channel, steps, seed, colors, view, step_size)


@right(
    "natural_images.visualize_channel",
    how="Everything written out, with a gather over the batch and Adam by hand",
)
def visualize_channel_everything_written_out(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    extractor = feature_extractor(model, layer_name)

    def answer(images, wanted):
        a = extractor(images, training=False)
        a = tf.reduce_mean(tf.reshape(a, [a.shape[0], -1, a.shape[-1]]), axis=1)
        return tf.gather(a, tf.constant(wanted, tf.int32), axis=1, batch_dims=1)

    h, w, c = model.input_shape[1:]
    if h is None or w is None:
        raise ValueError("the model takes images of any size; a known size is needed")
    classes = np.atleast_1d(np.asarray(channel))
    mix = np.eye(c) if colors is None else np.asarray(colors)
    rng = np.random.default_rng([seed, 0])
    parts = [
        tf.constant(rng.normal(0, 0.01, (len(classes), c, h, w // 2 + 1)), tf.float32) for _ in "ri"
    ]

    def picture(parts):
        free = fourier_images(tf.complex(*parts), h, w)
        return tf.sigmoid(tf.einsum("ij,bhwj->bhwi", tf.constant(mix, tf.float32), free))

    first = [tf.zeros_like(part) for part in parts]
    second = [tf.zeros_like(part) for part in parts]
    scores = []
    for n in range(steps):
        draw = int(np.random.default_rng([seed, 1, n]).integers(2**31 - 1))
        with tf.GradientTape() as tape:
            tape.watch(parts)
            score = answer(random_view(picture(parts), *view, draw), classes)
        slopes = tape.gradient(score, parts)
        scores.append(score)
        rate = step_size * (1 - n / steps)
        for i, g in enumerate(slopes):
            first[i] = 0.9 * first[i] + 0.1 * g
            second[i] = 0.999 * second[i] + 0.001 * g**2
            m, v = (first[i] / (1 - 0.9 ** (n + 1)), second[i] / (1 - 0.999 ** (n + 1)))
            parts[i] = parts[i] + rate * m / (tf.sqrt(v) + 1e-07)
    images = picture(parts)
    scores.append(answer(images, classes))
    return Ascent(images, tf.stack(scores))


@right("natural_images.deep_dream", how="A recursion over the octaves, from the smallest up")
def deep_dream_recursion_over_octaves(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError("there has to be one octave or more")
    opened = feature_extractor(model, layer_name)
    photo = np.array(image, dtype=np.float32)[None]

    def liked(x):
        x = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            energy = tf.reduce_mean(tf.square(opened(x, training=False)))
        return np.asarray(normalize_gradient(tape.gradient(energy, x)))

    def dream_at(k):
        size = [round(n / scale**k) for n in photo.shape[1:3]]
        small = tf.image.resize(photo, size).numpy()
        x = small
        if k < octaves - 1:
            x = x + tf.image.resize(dream_at(k + 1), size).numpy()
        for _ in range(steps):
            x = np.clip(x + np.float32(step_size) * liked(x), 0, 1)
        return x - small if k else x

    return dream_at(0)[0]


@right("natural_images.visualize_class", how="Adam by hand on a list of two parts")
def visualize_class_adam_hand_list(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    h, w, c = model.input_shape[1:]
    if h is None or w is None:
        raise ValueError("the model takes images of any size; a known size is needed")
    classes = np.atleast_1d(np.asarray(class_index))
    mix = np.eye(c) if colors is None else np.asarray(colors)
    rng = np.random.default_rng([seed, 0])
    parts = [
        tf.constant(rng.normal(0, 0.01, (len(classes), c, h, w // 2 + 1)), tf.float32) for _ in "ri"
    ]

    def picture(parts):
        free = fourier_images(tf.complex(*parts), h, w)
        return tf.sigmoid(tf.einsum("ij,bhwj->bhwi", tf.constant(mix, tf.float32), free))

    first = [tf.zeros_like(part) for part in parts]
    second = [tf.zeros_like(part) for part in parts]
    scores = []
    for n in range(steps):
        draw = int(np.random.default_rng([seed, 1, n]).integers(2**31 - 1))
        with tf.GradientTape() as tape:
            tape.watch(parts)
            score = select_output(model, random_view(picture(parts), *view, draw), classes)
        slopes = tape.gradient(score, parts)
        scores.append(score)
        rate = step_size * (1 - n / steps)
        for i, g in enumerate(slopes):
            first[i] = 0.9 * first[i] + 0.1 * g
            second[i] = 0.999 * second[i] + 0.001 * g**2
            m, v = (first[i] / (1 - 0.9 ** (n + 1)), second[i] / (1 - 0.999 ** (n + 1)))
            parts[i] = parts[i] + rate * m / (tf.sqrt(v) + 1e-07)
    images = picture(parts)
    scores.append(select_output(model, images, classes))
    return Ascent(images, tf.stack(scores))


@right("natural_images.deep_dream", how="A loop that carries the added detail")
def deep_dream_loop_carries_added(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    if octaves < 1:
        raise ValueError(f"octaves must be 1 or more, not {octaves}")
    extractor = feature_extractor(model, layer_name)
    photo = tf.convert_to_tensor(image)[None]
    height, width = photo.shape[1:3]
    added = tf.zeros_like(photo)
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        plain = tf.image.resize(photo, size)
        x = plain + tf.image.resize(added, size)
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = tf.reduce_mean(extractor(x, training=False) ** 2)
            x = tf.clip_by_value(
                x + step_size * normalize_gradient(tape.gradient(loss, x)), 0.0, 1.0
            )
        added = x - plain
    return x[0]


@right("natural_images.fourier_images", how="Irfft2d with a length, a transpose at the end")
def fourier_images_irfft_d_length(spectrum, height, width):
    spectrum = tf.convert_to_tensor(spectrum)
    slow = np.maximum(frequencies(height, width), 1.0 / max(height, width))
    scaled = spectrum * tf.cast(np.sqrt(height * width) / slow, spectrum.dtype)
    images = tf.signal.irfft2d(scaled, fft_length=[height, width])
    return tf.transpose(images, [0, 2, 3, 1])
