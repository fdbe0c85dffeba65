# ruff: noqa: ANN001, ANN201, ANN202, B905, E501, E731, F821
"""Right answers to `natural_images` of round 15: each keeps all promises."""

import numpy as np
import tensorflow as tf

from course.given import Ascent
from tests.answers.fresh import right


@right(
    "natural_images.frequencies",
    how="The frequencies from whole numbers, folded by minimum, as the size of a complex number.",
)
def frequencies_whole_numbers_folded(height, width):
    rows = np.arange(height)
    down = np.minimum(rows, height - rows) / height
    across = np.arange(width // 2 + 1) / width
    return np.abs(across[np.newaxis, :] + 1j * down[:, np.newaxis])


@right(
    "natural_images.fourier_images",
    how="The transform as two matrix products: a complex one down the rows, cosines and sines across.",
)
def fourier_images_transform_two_matrix(spectrum, height, width):
    z = tf.convert_to_tensor(spectrum)
    real_type = z.dtype.real_dtype
    slow = 1 / max(height, width)
    strength = 1 / np.clip(np.asarray(frequencies(height, width), np.float64), slow, None)
    z = z * tf.cast(strength, z.dtype)
    y, v = (np.arange(height), np.arange(height))
    x, f = (np.arange(width), np.arange(width // 2 + 1))
    down = np.exp(2j * np.pi * (np.outer(y, v) % height) / height)
    z = tf.einsum("yv,bcvf->bcyf", tf.cast(down, z.dtype), z)
    twice = np.where((f == 0) | (2 * f == width), 1.0, 2.0)[:, None]
    phase = 2 * np.pi * (np.outer(f, x) % width) / width
    cosines, sines = (
        tf.cast(twice * wave(phase) / np.sqrt(height * width), real_type)
        for wave in (np.cos, np.sin)
    )
    return tf.einsum("bcyf,fx->byxc", tf.math.real(z), cosines) - tf.einsum(
        "bcyf,fx->byxc", tf.math.imag(z), sines
    )


@right(
    "natural_images.color_basis",
    how="The singular values of the centred pixels, no covariance at all.",
)
def color_basis_singular_values_centred(photos):
    pixels = np.array(photos, dtype=np.float64)
    channels = pixels.shape[-1]
    pixels = pixels.reshape(-1, channels)
    pixels -= pixels.mean(axis=0, keepdims=True)
    _, strengths, directions = np.linalg.svd(pixels, full_matrices=False)
    basis = np.zeros((channels, channels))
    basis[:, : len(strengths)] = directions.T * (strengths / strengths[0])
    return basis


@right("natural_images.color_basis", how="The symmetric square root by scipy's eigh, from np.cov.")
def color_basis_symmetric_square_root(photos):
    from scipy.linalg import eigh

    pixels = np.asarray(photos, np.float64)
    covariance = np.atleast_2d(
        np.cov(pixels.reshape(-1, pixels.shape[-1]), rowvar=False, bias=True)
    )
    values, vectors = eigh(covariance)
    root = np.einsum("ik,k,jk->ij", vectors, np.sqrt(np.clip(values, 0, None)), vectors)
    return root / np.sqrt(np.einsum("ij,ij->j", root, root).max())


def _w15_fold(i, n):
    i = i % (2 * n)
    return tf.where(i >= n, 2 * n - 1 - i, i)


@right(
    "natural_images.random_view",
    how="Four gathers from the flat pixels, indices folded as whole numbers.",
)
def random_view_four_gathers_flat(images, max_shift, max_angle, max_zoom, seed):
    x = tf.convert_to_tensor(images)
    b, h, w, c = tf.unstack(tf.shape(x))
    key = tf.stack([tf.cast(seed, tf.int64), tf.constant(7, tf.int64)])
    u = tf.random.stateless_uniform([b, 4], key, -1.0, 1.0)[:, :, None, None]
    dy, dx = (u[:, 0] * max_shift, u[:, 1] * max_shift)
    angle = u[:, 2] * (max_angle * (np.pi / 180))
    zoom = 1 + u[:, 3] * max_zoom
    cy, cx = ((tf.cast(h, tf.float32) - 1) / 2, (tf.cast(w, tf.float32) - 1) / 2)
    i = tf.range(tf.cast(h, tf.float32))[None, :, None] - cy
    j = tf.range(tf.cast(w, tf.float32))[None, None, :] - cx
    sy = (tf.cos(angle) * i - tf.sin(angle) * j) / zoom + cy + dy
    sx = (tf.sin(angle) * i + tf.cos(angle) * j) / zoom + cx + dx
    y0, x0 = (tf.floor(sy), tf.floor(sx))
    fy, fx = (sy - y0, sx - x0)
    flat = tf.reshape(x, [b, h * w, c])
    out = 0.0
    for oy, wy in ((0, 1 - fy), (1, fy)):
        for ox, wx in ((0, 1 - fx), (1, fx)):
            row = _w15_fold(tf.cast(y0, tf.int32) + oy, h)
            column = _w15_fold(tf.cast(x0, tf.int32) + ox, w)
            out += (wy * wx)[..., None] * tf.gather(flat, row * w + column, batch_dims=1)
    return tf.ensure_shape(out, x.shape)


@right(
    "natural_images.random_view",
    how="The place itself is folded and held at the border (between two equal pixels nothing changes), then gather_nd.",
)
def random_view_between_two_equal(images, max_shift, max_angle, max_zoom, seed):
    pictures = tf.convert_to_tensor(images)
    b, h, w = (tf.shape(pictures)[axis] for axis in range(3))
    lanes = [
        tf.random.stateless_uniform(
            [b, 1, 1], tf.stack([tf.cast(seed, tf.int64), tf.constant(n, tf.int64)]), -1.0, 1.0
        )
        for n in (101, 102, 103, 104)
    ]
    down, right, turn, grow = (
        a * tf.cast(m, tf.float32)
        for a, m in zip(lanes, (max_shift, max_shift, max_angle, max_zoom))
    )
    half_h, half_w = (tf.cast(n - 1, tf.float32) / 2 for n in (h, w))
    y, x = tf.meshgrid(
        tf.range(0.0, tf.cast(h, tf.float32)), tf.range(0.0, tf.cast(w, tf.float32)), indexing="ij"
    )
    y, x = (y - half_h, x - half_w)
    turn = turn * (3.141592653589793 / 180)
    from_y = (y * tf.cos(turn) + x * tf.sin(turn)) / (1 + grow) + half_h - down
    from_x = (x * tf.cos(turn) - y * tf.sin(turn)) / (1 + grow) + half_w - right

    def mirrored(place, n):
        n = tf.cast(n, tf.float32)
        around = tf.math.floormod(place + 0.5, 2 * n)
        inside = tf.where(around > n, 2 * n - around, around) - 0.5
        return tf.clip_by_value(inside, 0.0, n - 1)

    from_y, from_x = (mirrored(from_y, h), mirrored(from_x, w))
    top, left = (tf.floor(from_y), tf.floor(from_x))
    part_y, part_x = ((from_y - top)[..., None], (from_x - left)[..., None])
    top, left = (tf.cast(top, tf.int32), tf.cast(left, tf.int32))
    low, far = (tf.minimum(top + 1, h - 1), tf.minimum(left + 1, w - 1))
    number = tf.broadcast_to(tf.range(b)[:, None, None], tf.shape(top))

    def pick(rows, columns):
        return tf.gather_nd(pictures, tf.stack([number, rows, columns], axis=-1))

    upper = pick(top, left) * (1 - part_x) + pick(top, far) * part_x
    lower = pick(low, left) * (1 - part_x) + pick(low, far) * part_x
    return upper * (1 - part_y) + lower * part_y


def _w15_climb_r047(score, shape, count, steps, seed, colors, view, step_size):
    h, w, c = shape
    if None in (h, w, c):
        raise ValueError("the model must take images of a known size")
    rng = np.random.default_rng([seed, 1])
    start = rng.normal(0, 0.01, (2, count, c, h, w // 2 + 1)).astype(np.float32)
    z = [tf.constant(start[0]), tf.constant(start[1])]
    seeds = np.random.default_rng([seed, 2]).integers(0, 2**31 - 1, max(steps, 1))
    mix = tf.eye(c) if colors is None else tf.cast(tf.convert_to_tensor(colors), tf.float32)

    def picture(parts):
        waves = tf.cast(fourier_images(tf.complex(parts[0], parts[1]), h, w), tf.float32)
        return tf.sigmoid(tf.einsum("ij,bhwj->bhwi", mix, waves))

    m = [tf.zeros_like(p) for p in z]
    v = [tf.zeros_like(p) for p in z]
    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            values = score(random_view(picture(z), *view, seed=int(seeds[n])))
            total = tf.reduce_sum(values)
        slopes = tape.gradient(total, z)
        scores.append(values)
        rate = step_size * (1 - n / steps)
        m = [0.9 * a + 0.1 * g for a, g in zip(m, slopes)]
        v = [0.999 * a + 0.001 * g * g for a, g in zip(v, slopes)]
        for p in range(2):
            mean = m[p] / (1 - 0.9 ** (n + 1))
            spread = tf.sqrt(v[p] / (1 - 0.999 ** (n + 1)))
            z[p] = z[p] + rate * mean / (spread + 1e-07)
    x = picture(z)
    scores.append(score(x))
    return Ascent(x, tf.stack(scores))


@right("natural_images.visualize_class", how="Adam by hand on two lists of tensors, eager.")
def visualize_class_adam_hand_two(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    classes = np.atleast_1d(np.asarray(class_index))
    score = lambda x: select_output(model, x, classes, "logit")
    return _w15_climb_r047(
        score, model.input_shape[1:], len(classes), steps, seed, colors, view, step_size
    )


@right(
    "natural_images.visualize_class",
    how="One variable with both parts as a last axis, Adam's moments in NumPy (float64), updated as running means.",
)
def visualize_class_variable_both_parts(
    model, class_index, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    _, h, w, c = model.input_shape
    if h is None or w is None:
        raise ValueError("visualize_class needs a model with a fixed image size")
    wanted = np.reshape(np.asarray(class_index), [-1])
    noise, looks = np.random.SeedSequence(seed).spawn(2)
    look_seeds = iter(looks.generate_state(steps + 1, np.uint32).astype(int))
    parts = tf.Variable(
        np.random.default_rng(noise).standard_normal((len(wanted), c, h, w // 2 + 1, 2)) * 0.01,
        dtype=tf.float32,
    )
    matrix = np.eye(c) if colors is None else np.asarray(colors)
    matrix = tf.constant(matrix.T.astype(np.float32))

    def images_of(numbers):
        waves = tf.cast(
            fourier_images(tf.complex(numbers[..., 0], numbers[..., 1]), h, w), tf.float32
        )
        return tf.nn.sigmoid(tf.reshape(tf.reshape(waves, [-1, c]) @ matrix, tf.shape(waves)))

    slopes_m, slopes_v = (np.zeros(parts.shape), np.zeros(parts.shape))
    record = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            seen = random_view(images_of(parts), *view, int(next(look_seeds)))
            logits = select_output(model, seen, wanted)
        slope = np.asarray(tape.gradient(logits, parts), np.float64)
        record.append(np.asarray(logits))
        slopes_m += (slope - slopes_m) * 0.1
        slopes_v += (slope**2 - slopes_v) * 0.001
        up = slopes_m / (1 - 0.9 ** (n + 1)) / (np.sqrt(slopes_v / (1 - 0.999 ** (n + 1))) + 1e-07)
        parts.assign_add((step_size * (1 - n / steps) * up).astype(np.float32))
    final = images_of(parts)
    record.append(np.asarray(select_output(model, final, wanted)))
    return Ascent(final.numpy(), np.stack(record))


def _w15_climb_r049(score, shape, count, steps, seed, colors, view, step_size):
    h, w, c = shape
    if None in (h, w, c):
        raise ValueError("the model must take images of a known size")
    rng = np.random.default_rng([seed, 1])
    start = rng.normal(0, 0.01, (2, count, c, h, w // 2 + 1)).astype(np.float32)
    z = [tf.constant(start[0]), tf.constant(start[1])]
    seeds = np.random.default_rng([seed, 2]).integers(0, 2**31 - 1, max(steps, 1))
    mix = tf.eye(c) if colors is None else tf.cast(tf.convert_to_tensor(colors), tf.float32)

    def picture(parts):
        waves = tf.cast(fourier_images(tf.complex(parts[0], parts[1]), h, w), tf.float32)
        return tf.sigmoid(tf.einsum("ij,bhwj->bhwi", mix, waves))

    m = [tf.zeros_like(p) for p in z]
    v = [tf.zeros_like(p) for p in z]
    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(z)
            values = score(random_view(picture(z), *view, seed=int(seeds[n])))
            total = tf.reduce_sum(values)
        slopes = tape.gradient(total, z)
        scores.append(values)
        rate = step_size * (1 - n / steps)
        m = [0.9 * a + 0.1 * g for a, g in zip(m, slopes)]
        v = [0.999 * a + 0.001 * g * g for a, g in zip(v, slopes)]
        for p in range(2):
            mean = m[p] / (1 - 0.9 ** (n + 1))
            spread = tf.sqrt(v[p] / (1 - 0.999 ** (n + 1)))
            z[p] = z[p] + rate * mean / (spread + 1e-07)
    x = picture(z)
    scores.append(score(x))
    return Ascent(x, tf.stack(scores))


@right(
    "natural_images.visualize_channel",
    how="The mean over positions by a reshape, gather with batch_dims.",
)
def visualize_channel_mean_over_positions(
    model, layer_name, channel, steps, seed, colors=None, view=(16.0, 15.0, 0.2), step_size=0.02
):
    cut = feature_extractor(model, layer_name)
    channels = tf.constant(np.atleast_1d(np.asarray(channel)).astype(np.int32))

    def score(x):
        acts = cut(x, training=False)
        acts = tf.reshape(acts, [channels.shape[0], -1, acts.shape[-1]])
        return tf.gather(tf.reduce_mean(acts, axis=1), channels, batch_dims=1)

    return _w15_climb_r049(
        score, model.input_shape[1:], int(channels.shape[0]), steps, seed, colors, view, step_size
    )


def _r15_added(network, photo, sizes, steps, step_size):
    if not sizes:
        return (tf.zeros_like(photo), tf.zeros_like(photo))
    small = tf.image.resize(photo, sizes[0], method="bilinear")
    _, before = _r15_added(network, photo, sizes[1:], steps, step_size)
    x = small + tf.image.resize(before, sizes[0], method="bilinear")
    for _ in range(steps):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            strength = tf.reduce_mean(network(x, training=False) ** 2)
        x = tf.minimum(
            tf.maximum(x + step_size * normalize_gradient(tape.gradient(strength, x)), 0.0), 1.0
        )
    return (x, x - small)


@right(
    "natural_images.deep_dream",
    how="Recursion: an octave asks the next smaller one what it has added.",
)
def deep_dream_recursion_octave_asks(
    model, image, layer_name, octaves, steps=10, step_size=0.01, scale=1.4
):
    network = feature_extractor(model, layer_name)
    if not octaves >= 1:
        raise ValueError(f"octaves must be 1 or more, not {octaves}")
    photo = tf.expand_dims(tf.constant(np.asarray(image, np.float32)), 0)
    height, width, _ = np.shape(image)
    sizes = [(round(height / scale**k), round(width / scale**k)) for k in range(octaves)]
    dreamt, _ = _r15_added(network, photo, sizes, steps, step_size)
    return np.asarray(dreamt)[0]


@right("natural_images.frequencies", how="A loop over the coefficients with plain Python numbers.")
def frequencies_loop_over_coefficients(height, width):
    from math import hypot

    def signed(i, n):
        return (i if 2 * i < n else i - n) / n

    return np.array(
        [
            [hypot(signed(i, height), j / width) for j in range(width // 2 + 1)]
            for i in range(height)
        ]
    )
