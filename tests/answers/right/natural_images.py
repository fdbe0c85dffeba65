"""Other ways to be right in 1.4."""

from typing import Any

import numpy as np

from tests.answers.right import answer

# --- frequencies ----------------------------------------------------------------------------------


@answer("natural_images.frequencies")
def frequencies_by_meshgrid(height: int, width: int) -> Any:
    right, down = np.meshgrid(np.fft.rfftfreq(width), np.fft.fftfreq(height))
    return np.sqrt(down**2 + right**2).astype(np.float32)


@answer("natural_images.frequencies")
def frequencies_in_a_loop(height: int, width: int) -> Any:
    table = []
    for v in range(height):
        down = (v if v <= height // 2 else v - height) / height
        table.append([abs(complex(down, h / width)) for h in range(width // 2 + 1)])
    return np.array(table)


@answer("natural_images.frequencies")
def frequencies_cut_from_all(height: int, width: int) -> Any:
    down, right = np.fft.fftfreq(height), np.fft.fftfreq(width)
    return np.linalg.norm(np.stack(np.meshgrid(down, right, indexing="ij")), axis=0)[
        :, : width // 2 + 1
    ]


@answer("natural_images.frequencies")
def frequencies_as_a_tensor(height: int, width: int) -> Any:
    import tensorflow as tf

    v = tf.range(height)
    down = tf.cast(tf.minimum(v, height - v), tf.float32)[:, None] / height
    right = tf.range(width // 2 + 1, dtype=tf.float32)[None] / width
    return tf.sqrt(down**2 + right**2)


# --- fourier_images -------------------------------------------------------------------------------


@answer("natural_images.fourier_images")
def images_by_one_transform(spectrum: Any, height: int, width: int) -> Any:
    import tensorflow as tf

    from course.natural_images import frequencies

    slowest = np.clip(np.asarray(frequencies(height, width)), 1 / max(height, width), None)
    scale = tf.cast(slowest / np.sqrt(height * width), tf.complex64)
    return tf.einsum("bchw->bhwc", tf.signal.irfft2d(spectrum / scale, [height, width]))


@answer("natural_images.fourier_images")
def images_as_sums_of_waves(spectrum: Any, height: int, width: int) -> Any:
    """Every wave by its formula."""
    import tensorflow as tf

    from course.natural_images import frequencies

    spectrum = tf.cast(spectrum, tf.complex64)
    slowest = np.maximum(np.asarray(frequencies(height, width)), 1 / max(height, width))
    y, x, v, h = np.ogrid[:height, :width, :height, : width // 2 + 1]
    waves = np.exp(2j * np.pi * (v * y / height + h * x / width)) / np.sqrt(height * width)
    waves = waves * np.where((h == 0) | (2 * h == width), 1, 2) / slowest
    return tf.math.real(tf.einsum("bcvh,yxvh->byxc", spectrum, tf.cast(waves, tf.complex64)))


@answer("natural_images.fourier_images")
def images_axis_by_axis(spectrum: Any, height: int, width: int) -> Any:
    """Along the columns, and then along the rows."""
    import tensorflow as tf

    from course.natural_images import frequencies

    slowest = tf.maximum(frequencies(height, width), 1 / max(height, width))
    divided = tf.cast(spectrum, tf.complex128) / tf.cast(slowest, tf.complex128)
    columns = tf.linalg.matrix_transpose(tf.signal.ifft(tf.linalg.matrix_transpose(divided)))
    planes = tf.signal.irfft(columns, [width])
    return tf.transpose(np.sqrt(height * width) * planes, (0, 2, 3, 1))


@answer("natural_images.fourier_images")
def images_image_by_image(spectrum: Any, height: int, width: int) -> Any:
    import tensorflow as tf

    from course.natural_images import frequencies

    weights = tf.complex(
        tf.cast(1 / tf.maximum(frequencies(height, width), 1 / max(height, width)), tf.float32), 0.0
    )
    images = []
    for one in tf.unstack(tf.convert_to_tensor(spectrum)):
        planes = [tf.signal.irfft2d(plane * weights, (height, width)) for plane in tf.unstack(one)]
        images.append(tf.stack(planes, axis=-1) * (height * width) ** 0.5)
    return tf.stack(images)


# --- color_basis ----------------------------------------------------------------------------------


@answer("natural_images.color_basis")
def basis_by_cholesky(photos: Any) -> Any:
    pixels = np.asarray(photos, np.float64).reshape(-1, photos.shape[-1])
    centred = pixels - pixels.mean(0)
    covariance = centred.T @ centred / (len(pixels) - 1)
    least = 1e-8 * np.trace(covariance) * np.eye(len(covariance))  # grey photos have a singular one
    root = np.linalg.cholesky(covariance + least)
    return root / np.sqrt((root**2).sum(axis=0).max())


@answer("natural_images.color_basis")
def basis_by_sqrtm(photos: Any) -> Any:
    """The symmetric root."""
    from scipy.linalg import sqrtm

    pixels = np.asarray(photos, np.float64).reshape(-1, photos.shape[-1])
    covariance = np.cov(pixels, rowvar=False).reshape(2 * (photos.shape[-1],))
    root = np.real(sqrtm(covariance))
    return root / max(np.linalg.norm(column) for column in root.T)


@answer("natural_images.color_basis")
def basis_by_svd_of_the_covariance(photos: Any) -> Any:
    import tensorflow as tf

    pixels = tf.reshape(tf.cast(photos, tf.float64), (-1, photos.shape[-1]))
    centred = pixels - tf.reduce_mean(pixels, axis=0)
    variances, directions, _ = tf.linalg.svd(tf.transpose(centred) @ centred)
    root = directions @ tf.linalg.diag(tf.sqrt(variances))
    return tf.cast(root / tf.reduce_max(tf.norm(root, axis=0)), tf.float32)


@answer("natural_images.color_basis")
def basis_from_the_pixels_themselves(photos: Any) -> Any:
    pixels = np.asarray(photos, np.float64).reshape(-1, photos.shape[-1])
    _, sizes, directions = np.linalg.svd(pixels - pixels.mean(axis=0), full_matrices=False)
    return directions.T * (sizes / sizes.max())


# --- random_view ----------------------------------------------------------------------------------


def _source(size: Any, down: float, right: float, angle: float, zoom: float) -> Any:
    """From which row and column each pixel of a view comes, turned first, then shifted."""
    height, width = size
    middle = np.array([height / 2 - 0.5, width / 2 - 0.5]).reshape(2, 1, 1)
    places = np.mgrid[:height, :width] - middle
    cos, sin = np.cos(angle), np.sin(angle)
    turned = np.tensordot([[cos, sin], [-sin, cos]], places, 1) / zoom
    return turned + middle + np.reshape([down, right], (2, 1, 1))


@answer("natural_images.random_view")
def views_by_gather(
    images: Any, max_shift: float, max_angle: float, max_zoom: float, seed: int
) -> Any:
    """Four looks-up and a mean of them; mirrored by arithmetic."""
    import tensorflow as tf

    images = tf.convert_to_tensor(images)
    size, rng, views = images.shape[1:3], np.random.default_rng([seed, 1]), []
    for image in tf.unstack(images):
        u = 2 * rng.random(4) - 1
        source = _source(
            size,
            u[0] * max_shift,
            u[1] * max_shift,
            np.pi / 180 * u[2] * max_angle,
            1 + u[3] * max_zoom,
        )
        low = np.floor(source).astype(int)
        y, x = (source - low)[..., None].astype(np.float32)

        def look(down: int, right: int, image: Any = image, low: Any = low) -> Any:
            rows, columns = (
                np.where(i % (2 * n) < n, i % (2 * n), 2 * n - 1 - i % (2 * n))
                for i, n in zip((low[0] + down, low[1] + right), size, strict=True)
            )
            return tf.gather_nd(image, np.stack([rows, columns], axis=-1))

        above = (1 - x) * look(0, 0) + x * look(0, 1)
        views.append((1 - y) * above + y * ((1 - x) * look(1, 0) + x * look(1, 1)))
    return tf.stack(views)


@answer("natural_images.random_view")
def views_by_the_raw_operation(
    images: Any, max_shift: float, max_angle: float, max_zoom: float, seed: int
) -> Any:
    """The middle is half a pixel off, as in many programs; TensorFlow's own generator."""
    import tensorflow as tf

    count, height, width = images.shape[:3]
    draw = tf.random.Generator.from_seed(seed + 1).uniform((4, count), -1, 1)
    down, right = draw[0] * max_shift, draw[1] * max_shift
    angle, zoom = draw[2] * (max_angle * np.pi / 180), 1 + draw[3] * max_zoom
    c, s, x, y = tf.cos(angle) / zoom, tf.sin(angle) / zoom, width / 2, height / 2
    zero = tf.zeros_like(c)
    rows = [c, -s, x - c * x + s * y + right, s, c, y - s * x - c * y + down, zero, zero]
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack(rows, axis=1),
        output_shape=(height, width),
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )


@answer("natural_images.random_view")
def views_by_matrices(
    images: Any, max_shift: float, max_angle: float, max_zoom: float, seed: int
) -> Any:
    """Each pixel of a view is a weighted mean of all pixels, most of which weigh nothing."""
    import tensorflow as tf

    images = tf.convert_to_tensor(images)
    count, height, width, channels = images.shape
    rng, views = np.random.default_rng((seed, 2)), []
    for image in tf.reshape(images, (count, height * width, channels)):
        down, right = rng.uniform(-max_shift, max_shift, 2)
        angle = np.deg2rad(rng.uniform(-max_angle, max_angle))
        source = _source((height, width), down, right, angle, rng.uniform(-max_zoom, max_zoom) + 1)
        weights = np.zeros((height * width, height * width))
        places = np.arange(height * width)
        first = np.floor(source).astype(int)
        for step in np.ndindex(2, 2):
            near = 1 - np.abs(source - first - np.reshape(step, (2, 1, 1)))
            y, x = (
                np.where(i % (2 * n) < n, i % n, n - 1 - i % n)
                for i, n in zip(first + np.reshape(step, (2, 1, 1)), (height, width), strict=True)
            )
            np.add.at(weights, (places, (y * width + x).ravel()), near.prod(axis=0).ravel())
        views.append(tf.constant(weights, image.dtype) @ image)
    return tf.reshape(tf.stack(views), images.shape)


@answer("natural_images.random_view")
def views_shifted_first(
    images: Any, max_shift: float, max_angle: float, max_zoom: float, seed: int
) -> Any:
    """The content is shifted after it has been turned and zoomed, by a product of matrices."""
    import keras

    images = keras.ops.convert_to_tensor(images)
    count, height, width = images.shape[:3]
    draw, rows = np.random.default_rng(seed), []
    x, y = (width - 1) / 2, (height - 1) / 2
    for _ in range(count):
        right, down = draw.uniform(-max_shift, max_shift, 2)
        angle, zoom = (
            np.radians(draw.uniform(-max_angle, max_angle)),
            draw.uniform(-max_zoom, max_zoom),
        )
        to_middle = np.array([[1, 0, -x - right], [0, 1, -y - down], [0, 0, 1]])
        turn = np.array(
            [
                [np.cos(angle), np.sin(angle), 0],
                [-np.sin(angle), np.cos(angle), 0],
                [0, 0, 1 + zoom],
            ]
        )
        turn = turn / turn[2, 2]
        back = np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])
        rows.append((back @ turn @ to_middle).ravel()[:8])
    rows = np.array(rows, np.float32)
    return keras.ops.image.affine_transform(
        images, rows, interpolation="bilinear", fill_mode="reflect"
    )


# --- visualize_class ------------------------------------------------------------------------------


def _mixed(planes: Any, colors: Any) -> Any:
    import tensorflow as tf

    if colors is None:
        return tf.sigmoid(planes)
    return tf.sigmoid(tf.einsum("byxc,dc->byxd", planes, tf.cast(colors, tf.float32)))


@answer("natural_images.visualize_class")
def class_by_keras_adam(
    model: Any,
    class_index: Any,
    steps: int,
    seed: int,
    colors: Any = None,
    view: Any = (16, 15, 0.2),
    step_size: float = 0.02,
) -> Any:
    """With an optimizer of the library, on two variables."""
    import keras
    import tensorflow as tf

    from course.natural_images import fourier_images, random_view

    height, width, channels = model.input_shape[1:]
    if height is None or width is None:
        raise ValueError("of what size should the images be?")
    classes = [class_index] if np.ndim(class_index) == 0 else list(class_index)
    rng = np.random.default_rng([seed, 17])
    shape = (len(classes), channels, height, width // 2 + 1)
    real, imaginary = (
        tf.Variable(rng.normal(scale=0.01, size=shape).astype("float32")) for _ in "ri"
    )
    adam, scores = keras.optimizers.Adam(step_size), []

    def paint() -> Any:
        return _mixed(fourier_images(tf.complex(real, imaginary), height, width), colors)

    def values(images: Any) -> Any:
        return tf.reduce_sum(model(images, training=False) * tf.one_hot(classes, k), axis=1)

    k = model.output_shape[-1]
    for n in range(steps):
        adam.learning_rate = step_size * (steps - n) / steps
        with tf.GradientTape() as tape:
            value = values(random_view(paint(), *view, 1000 * seed + n))
            loss = -tf.reduce_sum(value)
        adam.apply_gradients(
            zip(tape.gradient(loss, [real, imaginary]), [real, imaginary], strict=True)
        )
        scores.append(value)
    return paint(), tf.stack([*scores, values(paint())])


@answer("natural_images.visualize_class")
def class_image_by_image(
    model: Any,
    class_index: Any,
    steps: int,
    seed: int,
    colors: Any = None,
    view: Any = (16, 15, 0.2),
    step_size: float = 0.02,
) -> Any:
    """One image after the other, each with a generator of its own; Adam by hand."""
    import tensorflow as tf

    from course.natural_images import fourier_images, random_view

    if None in model.input_shape[1:]:
        raise ValueError("no size")
    height, width, channels = model.input_shape[1:]
    images, scores = [], []
    for i, one in enumerate(np.atleast_1d(np.asarray(class_index))):
        rng = np.random.default_rng([i, seed])
        s = rng.normal(0, 0.01, (2, 1, channels, height, width // 2 + 1)).astype(np.float32)
        m = v = np.zeros_like(s)
        row = []
        for n in range(steps):
            with tf.GradientTape() as tape:
                z = tf.constant(s)
                tape.watch(z)
                image = _mixed(fourier_images(tf.complex(z[0], z[1]), height, width), colors)
                value = model(random_view(image, *view, seed * 7 + 1000 * i + n), training=False)[
                    0, one
                ]
            g = tape.gradient(value, z).numpy()
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            up = m / (1 - 0.9 ** (n + 1)) / (np.sqrt(v / (1 - 0.999 ** (n + 1))) + 1e-7)
            s = s + np.float32(step_size * (1 - n / steps)) * up
            row.append(float(value))
        image = _mixed(fourier_images(s[0] + 1j * s[1], height, width), colors)
        images.append(image[0])
        scores.append([*row, float(model(image, training=False)[0, one])])
    return np.stack(images), np.array(scores).T


@answer("natural_images.visualize_class")
def class_with_a_schedule(
    model: Any,
    class_index: Any,
    steps: int,
    seed: int,
    colors: Any = None,
    view: Any = (16, 15, 0.2),
    step_size: float = 0.02,
) -> Any:
    """Keras's schedule, which falls by the optimizer's own count; half-precision nowhere."""
    import keras
    import tensorflow as tf

    from course.natural_images import fourier_images, frequencies, random_view
    from course.saliency import select_output

    height, width, channels = model.input_shape[1:]
    if not height or not width:
        raise ValueError("the model does not say how large its images are")
    classes = np.atleast_1d(class_index)
    shape = (2, len(classes), channels, *np.shape(frequencies(height, width)))
    parts = tf.Variable(0.01 * tf.random.stateless_normal(shape, (seed, 0)))
    schedule = keras.optimizers.schedules.PolynomialDecay(step_size, max(steps, 1), 0.0)
    adam = keras.optimizers.Adam(schedule)
    scores = []
    for n in range(steps):
        with tf.GradientTape() as tape:
            images = _mixed(fourier_images(tf.complex(*tf.unstack(parts)), height, width), colors)
            seen = random_view(images, *view, seed=hash((seed, n)) % 2**31)
            scores.append(select_output(model, seen, classes))
            loss = -scores[-1]
        adam.apply([tape.gradient(loss, parts)], [parts])
    images = _mixed(fourier_images(tf.complex(*tf.unstack(parts)), height, width), colors)
    return images, tf.stack([*scores, select_output(model, images, classes)])


@answer("natural_images.visualize_class")
def class_in_one_graph(
    model: Any,
    class_index: Any,
    steps: int,
    seed: int,
    colors: Any = None,
    view: Any = (16, 15, 0.2),
    step_size: float = 0.02,
) -> Any:
    """The loop itself compiled, with a generator for the whole run."""
    import tensorflow as tf

    from course.natural_images import fourier_images, random_view
    from course.saliency import select_output

    height, width, channels = model.input_shape[1:]
    if None in model.input_shape[1:3]:
        raise ValueError("size unknown")
    rng = np.random.default_rng(seed)
    classes = np.reshape(class_index, -1)
    start = rng.normal(0, 0.01, (2, len(classes), channels, height, width // 2 + 1))
    seeds = rng.integers(0, 2**31, steps)

    @tf.function(autograph=False)
    def run(s: Any) -> Any:
        m = v = tf.zeros_like(s)
        scores = []
        for n in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(s)
                images = _mixed(fourier_images(tf.complex(s[0], s[1]), height, width), colors)
                scores.append(select_output(model, random_view(images, *view, seeds[n]), classes))
            g = tape.gradient(scores[-1], s)
            m, v = m + 0.1 * (g - m), v + 0.001 * (g * g - v)
            ratio = (m / (1 - 0.9 ** (n + 1))) / (tf.sqrt(v / (1 - 0.999 ** (n + 1))) + 1e-7)
            s += step_size * (1 - n / steps) * ratio
        images = _mixed(fourier_images(tf.complex(s[0], s[1]), height, width), colors)
        return images, tf.stack([*scores, select_output(model, images, classes)])

    return run(tf.constant(start, tf.float32))


# --- visualize_channel ----------------------------------------------------------------------------


def _means(values: Any) -> Any:
    import keras

    if len(values.shape) == 2:
        return values
    return keras.layers.GlobalAveragePooling2D()(values)


@answer("natural_images.visualize_channel")
def channel_by_a_pooling_layer(
    model: Any, layer_name: str, channel: Any, steps: int, seed: int, *args: Any, **kwargs: Any
) -> Any:
    import keras

    from course.natural_images import visualize_class

    values = model.get_layer(layer_name).output
    pooled = keras.Model(model.inputs, _means(values))
    return visualize_class(pooled, channel, steps, seed, *args, **kwargs)


@answer("natural_images.visualize_channel")
def channel_by_a_dense_layer(
    model: Any,
    layer_name: str,
    channel: Any,
    steps: int,
    seed: int,
    colors: Any = None,
    view: Any = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Any:
    """A class for each image: the weights pick its channel."""
    import keras

    from course.feature_visualization import feature_extractor
    from course.natural_images import visualize_class

    layer = feature_extractor(model, layer_name)
    means = _means(layer.outputs[0])
    wanted = np.atleast_1d(channel)
    picked = keras.ops.stack([means[:, int(one)] for one in wanted], axis=1)
    which = np.arange(len(wanted)) if np.ndim(channel) else 0
    small = keras.Model(layer.inputs, picked)
    return visualize_class(
        small, which, steps=steps, seed=seed, colors=colors, view=view, step_size=step_size
    )


@answer("natural_images.visualize_channel")
def channel_by_a_reshape(
    model: Any,
    layer_name: str,
    channel: Any,
    steps: int,
    seed: int,
    colors: Any = None,
    view: Any = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Any:
    import keras

    from course.feature_visualization import feature_extractor
    from course.natural_images import visualize_class

    values = feature_extractor(model, layer_name).output
    flat = keras.layers.Reshape((-1, values.shape[-1]))(values)
    means = keras.Model(model.inputs, keras.ops.mean(flat, axis=1))
    return visualize_class(means, channel, steps, seed, colors, view, step_size)


@answer("natural_images.visualize_channel")
def channel_by_its_own_loop(
    model: Any,
    layer_name: str,
    channel: Any,
    steps: int,
    seed: int,
    colors: Any = None,
    view: Any = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Any:
    """Without visualize_class."""
    import keras

    if layer_name not in {layer.name for layer in model.layers}:
        raise ValueError(f"{layer_name} is not there")
    pooled = keras.Model(model.inputs, _means(model.get_layer(layer_name).output))
    return class_image_by_image(pooled, channel, steps, seed, colors, view, step_size)


# --- deep_dream -----------------------------------------------------------------------------------


def _excitement(model: Any, layer_name: str, octaves: int) -> Any:
    import keras

    if octaves < 1 or layer_name not in [layer.name for layer in model.layers]:
        raise ValueError(f"{layer_name!r}, {octaves}")
    return keras.Model(model.inputs, model.get_layer(layer_name).output)


def _slope(layer: Any, image: Any) -> Any:
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(image)
        values = layer(image[None], training=False)
        value = tf.reduce_sum(values**2) / tf.cast(tf.size(values), tf.float32)
    return tape.gradient(value, image)


@answer("natural_images.deep_dream")
def dream_without_a_batch(
    model: Any,
    image: Any,
    layer_name: str,
    octaves: int,
    steps: int = 10,
    step_size: float = 0.01,
    scale: float = 1.4,
) -> Any:
    import tensorflow as tf

    layer, photo = _excitement(model, layer_name, octaves), tf.convert_to_tensor(image)
    detail = tf.zeros_like(photo)
    for k in range(octaves - 1, -1, -1):
        height, width = (int(np.round(side / scale**k)) for side in photo.shape[:2])
        base = tf.image.resize(photo, (height, width), method="bilinear")
        dream = base + tf.image.resize(detail, (height, width))
        for _ in range(steps):
            g = _slope(layer, dream)
            size = tf.math.reduce_euclidean_norm(g) / np.sqrt(g.shape.num_elements())
            dream = tf.clip_by_value(dream + step_size * tf.math.divide_no_nan(g, size), 0, 1)
        detail = dream - base
    return photo + detail


@answer("natural_images.deep_dream")
def dream_by_recursion(
    model: Any,
    image: Any,
    layer_name: str,
    octaves: int,
    steps: int = 10,
    step_size: float = 0.01,
    scale: float = 1.4,
) -> Any:
    """First the dream of the smaller photo, then this one."""
    import tensorflow as tf

    layer, whole = _excitement(model, layer_name, octaves), np.asarray(image)

    def added(k: int) -> Any:
        size = tuple(round(side / scale**k) for side in whole.shape[:2])
        base = tf.image.resize(whole, size).numpy()
        dream = base if k == octaves - 1 else base + tf.image.resize(added(k + 1), size).numpy()
        for _ in range(steps):
            g = _slope(layer, tf.constant(dream)).numpy()
            dream = np.clip(dream + step_size * g / (np.sqrt((g**2).mean()) or 1), 0, 1)
        return dream - base

    return whole + added(0)


@answer("natural_images.deep_dream")
def dream_by_keras_resizing(
    model: Any,
    image: Any,
    layer_name: str,
    octaves: int,
    steps: int = 10,
    step_size: float = 0.01,
    scale: float = 1.4,
) -> Any:
    import keras
    import tensorflow as tf

    layer = _excitement(model, layer_name, octaves)
    photo = dream = base = tf.convert_to_tensor(image)
    height, width = photo.shape[:2]
    sizes = [(round(height * scale**-k), round(width * scale**-k)) for k in range(octaves)]
    for size in sizes[::-1]:
        added = keras.ops.image.resize(dream - base, size, interpolation="bilinear")
        base = keras.ops.image.resize(photo, size, interpolation="bilinear")
        dream = base + added
        for _ in range(steps):
            g = _slope(layer, dream)
            up = tf.math.divide_no_nan(g, tf.sqrt(tf.reduce_mean(g * g)))
            dream = keras.ops.clip(dream + step_size * up, 0, 1)
    return dream


@answer("natural_images.deep_dream")
def dream_compiled_anew(
    model: Any,
    image: Any,
    layer_name: str,
    octaves: int,
    steps: int = 10,
    step_size: float = 0.01,
    scale: float = 1.4,
) -> Any:
    """With AutoGraph's own loop over the steps."""
    import tensorflow as tf

    from course.feature_visualization import normalize_gradient

    layer = _excitement(model, layer_name, octaves)

    @tf.function(reduce_retracing=True)
    def octave(dream: Any, times: Any) -> Any:
        for _ in tf.range(times):
            gradient = normalize_gradient(_slope(layer, dream[0])[None])
            dream = tf.clip_by_value(dream + step_size * gradient, 0.0, 1.0)
        return dream

    photo = tf.convert_to_tensor(image)[None]
    detail = 0 * photo
    for k in sorted(range(octaves), reverse=True):
        size = [round(side / scale**k) for side in photo.shape[1:3]]
        base = tf.image.resize(photo, size)
        detail = octave(base + tf.image.resize(detail, size), tf.constant(steps)) - base
    return (photo + detail)[0]
