# ruff: noqa: ANN001, ANN202, B905, E501, F821
"""Wrong answers to `natural_images` of the fifth round: each breaks one promise."""

import keras
import numpy as np
import tensorflow as tf

from course.feature_visualization import feature_extractor, normalize_gradient
from course.given import Ascent
from course.given.types import Array, Classes, Image
from course.saliency import select_output
from tests.answers.fresh import wrong


@wrong(
    "natural_images.visualize_class",
    breaks="Adam changes real and imaginary part each by its own second moment (here by that of the magnitude)",
)
def adam_by_magnitude(
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
        squared = slopes[0] ** 2 + slopes[1] ** 2
        for i, (part, g) in enumerate(zip((re, im), slopes)):
            first[i] = 0.9 * first[i] + 0.1 * g
            second[i] = 0.999 * second[i] + 0.001 * squared
            m = first[i] / (1 - 0.9 ** (n + 1))
            v = second[i] / (1 - 0.999 ** (n + 1))
            part.assign_add(rate * m / (tf.sqrt(v) + 1e-07))
    images = paint()
    scores.append(select_output(model, images, classes))
    return Ascent(images, tf.stack(scores))


@wrong(
    "natural_images.visualize_class",
    breaks="The start, which does not depend on N: the seeds of the views are drawn first, N of them",
)
def start_after_the_views_seeds(
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
    seeds = rng.integers(2**31, size=steps)
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
            seen = random_view(paint(), *view, int(seeds[n]))
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


@wrong(
    "natural_images.visualize_class",
    breaks="Images are sigmoid(...): here they are cut off at 0 and 1 around a mid-grey",
)
def images_clipped_round_grey(
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
        return tf.clip_by_value(0.5 + raw, 0.0, 1.0)

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


@wrong(
    "natural_images.visualize_class",
    breaks="Colors=None means channels that vary independently, the identity; with a matrix it is applied after the sigmoid",
)
def colors_after_the_sigmoid(
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
        raw = tf.sigmoid(raw)
        if colors is not None:
            raw = tf.einsum("ij,bhwj->bhwi", tf.cast(colors, tf.float32), raw)
            raw = tf.clip_by_value(raw, 0.0, 1.0)
        return raw

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


@wrong(
    "natural_images.visualize_channel",
    breaks="The mean over all positions, not the value in the middle (a neuron, as in Olah et al.)",
)
def channel_in_the_middle(
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
        return tf.gather(act[:, act.shape[1] // 2], channels, axis=1, batch_dims=1)

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


@wrong(
    "natural_images.visualize_channel",
    breaks="An int array (B,) for B images: each image its own channel, here all of them climb the mean of the channels",
)
def all_climb_the_mean_of_channels(
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
        chosen = tf.gather(act, channels, axis=-1)
        return tf.reduce_mean(chosen, axis=(1, 2))

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


@wrong(
    "natural_images.visualize_channel",
    breaks="Seed and view as in visualize_class: the views keep their defaults whatever is given",
)
def views_keep_their_defaults(
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
            y = response(random_view(paint(), 16.0, 15.0, 0.2, int(rng.integers(2**31))))
        scores.append(y)
        for part, moment, g in zip(parts, moments, tape.gradient(y, parts)):
            moment[0] = 0.9 * moment[0] + 0.1 * g
            moment[1] = 0.999 * moment[1] + 0.001 * g * g
            up = moment[0] / (1 - 0.9 ** (n + 1))
            size = tf.sqrt(moment[1] / (1 - 0.999 ** (n + 1)))
            part.assign_add(step_size * (1 - n / steps) * up / (size + 1e-07))
    scores.append(response(paint()))
    return Ascent(paint(), tf.stack(scores))


def _mean_w138(act):
    axes = tuple(range(1, len(act.shape) - 1))
    return keras.ops.mean(act, axis=axes) if axes else act


@wrong(
    "natural_images.visualize_channel",
    breaks='ValueError if there is no such layer, also for the beginning of a name ("conv" finds "conv1")',
)
def channel_by_prefix_of_a_name(
    model: keras.Model,
    layer_name: str,
    channel: Classes,
    steps: int,
    seed: int,
    colors: "Array | None" = None,
    view: tuple[float, float, float] = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Ascent:
    names = [layer.name for layer in model.layers]
    matches = [name for name in names if name == layer_name or name.startswith(layer_name)]
    if not matches:
        raise ValueError(f"no layer {layer_name!r}")
    extractor = feature_extractor(model, matches[0])
    head = keras.Model(extractor.inputs, keras.layers.Lambda(_mean_w138)(extractor.outputs[0]))
    return visualize_class(head, channel, steps, seed, colors, view, step_size)


@wrong(
    "natural_images.deep_dream",
    breaks="From the smallest size to the largest: what was added is measured against the photo of the size before, seen enlarged (details of the photo come in twice)",
)
def added_to_what_came_before(
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
    detail = None
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        base = tf.image.resize(photo, size)
        x = base if detail is None else base + tf.image.resize(detail, size)
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = tf.reduce_mean(extractor(x, training=False) ** 2)
            x = x + step_size * normalize_gradient(tape.gradient(loss, x))
            x = tf.clip_by_value(x, 0.0, 1.0)
        smaller = (round(height / scale ** (k + 1)), round(width / scale ** (k + 1)))
        detail = x - tf.image.resize(tf.image.resize(photo, smaller), size)
    return x[0]


@wrong(
    "natural_images.deep_dream",
    breaks="Every step is clipped to [0, 1], here only the last one of a size",
)
def clipped_only_at_the_end(
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
    detail = None
    for k in reversed(range(octaves)):
        size = (round(height / scale**k), round(width / scale**k))
        base = tf.image.resize(photo, size)
        x = base if detail is None else base + tf.image.resize(detail, size)
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = tf.reduce_mean(extractor(x, training=False) ** 2)
            x = x + step_size * normalize_gradient(tape.gradient(loss, x))
        x = tf.clip_by_value(x, 0.0, 1.0)
        detail = x - base
    return x[0]
