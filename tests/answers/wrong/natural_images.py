"""Known mistakes in 1.4, by task.

TensorFlow is imported where it is needed: the first tasks need none, and should not wait for it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from course.grader.mistakes import mistake

# --- frequencies ----------------------------------------------------------------------------------


def _grid(height: int, width: int) -> tuple[Any, Any]:
    """Vertical and horizontal frequencies, that broadcast against each other."""
    return np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)


def _speeds(height: int, width: int) -> Any:
    return np.hypot(*_grid(height, width))


@mistake("natural_images.frequencies", "6.283 times what is expected", is_computed=False)
def angular_frequencies(height: int, width: int) -> Any:
    return 2 * np.pi * _speeds(height, width)


@mistake("natural_images.frequencies", "the square of the frequency: take the root")
def squared_frequencies(height: int, width: int) -> Any:
    return _speeds(height, width) ** 2


@mistake("natural_images.frequencies", "the sum of the two frequencies, not the length")
def summed_frequencies(height: int, width: int) -> Any:
    return sum(map(np.abs, _grid(height, width)))


@mistake("natural_images.frequencies", "the larger of the two frequencies, not the length")
def largest_frequencies(height: int, width: int) -> Any:
    return np.maximum(*map(np.abs, _grid(height, width)))


@mistake("natural_images.frequencies", "frequencies of at least 1 / max(H, W): 0 stays 0 here")
def frequencies_with_a_least(height: int, width: int) -> Any:
    return np.maximum(_speeds(height, width), 1 / max(height, width))


@mistake("natural_images.frequencies", "both axes divided by the longer side, not each by its own")
def cycles_per_longer_side(height: int, width: int) -> Any:
    down, right = _grid(height, width)
    return np.hypot(height * down, width * right) / max(height, width)


@mistake("natural_images.frequencies", "columns as np.linspace(0, 0.5, W // 2 + 1)")
def always_up_to_one_half(height: int, width: int) -> Any:
    down, _ = _grid(height, width)
    return np.hypot(down, np.linspace(0, 0.5, width // 2 + 1))


@mistake("natural_images.frequencies", "cycles per image, not per pixel")
def cycles_per_image(height: int, width: int) -> Any:
    down, right = _grid(height, width)
    return np.hypot(height * down, width * right)


@mistake(
    "natural_images.frequencies",
    "frequencies that rise all the way: the second half of the rows is negative",
)
def rising_all_the_way(height: int, width: int) -> Any:
    return np.hypot(np.arange(height)[:, None] / height, np.arange(width // 2 + 1) / width)


@mistake("natural_images.frequencies", "the order of fftshift: the frequency 0 stands first")
def zero_in_the_middle(height: int, width: int) -> Any:
    return np.fft.fftshift(_speeds(height, width), axes=0)


@mistake("natural_images.frequencies", "the order of fftshift: the frequency 0 stands first")
def zero_in_the_middle_of_both(height: int, width: int) -> Any:
    return np.fft.fftshift(_speeds(height, width))


@mistake("natural_images.frequencies", "rows from -0.5 to 0.5 by linspace: see numpy.fft.fftfreq")
def evenly_spaced_rows(height: int, width: int) -> Any:
    return np.hypot(np.linspace(-0.5, 0.5, height)[:, None], np.fft.rfftfreq(width))


@mistake("natural_images.frequencies", "columns as np.linspace(0, 0.5, W // 2 + 1)")
def evenly_spaced_columns(height: int, width: int) -> Any:
    return np.hypot(np.fft.fftfreq(height)[:, None], np.linspace(0, 0.5, width // 2 + 1))


@mistake("natural_images.frequencies", "shape of the result", is_computed=False)
def all_columns(height: int, width: int) -> Any:
    return np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width))


@mistake("natural_images.frequencies", "shape of the result", is_computed=False)
def half_of_the_rows(height: int, width: int) -> Any:
    return np.hypot(np.fft.rfftfreq(height)[:, None], np.fft.fftfreq(width))


@mistake("natural_images.frequencies", "the height for both axes")
def height_for_both(height: int, width: int) -> Any:
    down, right = np.fft.fftfreq(height)[:, None], np.arange(width // 2 + 1) / height
    return np.hypot(down, right)


# --- fourier_images -------------------------------------------------------------------------------


def _slowest(height: int, width: int) -> Any:
    return np.maximum(_speeds(height, width), 1 / max(height, width))


def _back(spectrum: Any, height: int, width: int, norm: str = "ortho") -> Any:
    import tensorflow as tf

    size = height * width
    scale = {"ortho": size**0.5, "backward": 1.0, "forward": float(size)}[norm]
    planes = scale * tf.signal.irfft2d(tf.cast(spectrum, tf.complex64), [height, width])
    return tf.transpose(planes, (0, 2, 3, 1))


@mistake(
    "natural_images.fourier_images", "fast waves as strong as slow ones: divide by the frequency"
)
def not_divided(spectrum: Any, height: int, width: int) -> Any:
    return _back(spectrum, height, width)


@mistake("natural_images.fourier_images", "a multiplication by the frequency, not a division")
def multiplied_by_frequency(spectrum: Any, height: int, width: int) -> Any:
    return _back(spectrum * _slowest(height, width), height, width)


@mistake("natural_images.fourier_images", "a division by the square of the frequency")
def divided_twice(spectrum: Any, height: int, width: int) -> Any:
    return _back(spectrum / _slowest(height, width) ** 2, height, width)


@mistake("natural_images.fourier_images", "a division by the root of the frequency")
def divided_by_the_root(spectrum: Any, height: int, width: int) -> Any:
    return _back(spectrum / np.sqrt(_slowest(height, width)), height, width)


@mistake(
    "natural_images.fourier_images", "the usual scale of the inverse transform, not norm='ortho'"
)
def with_the_usual_scale(spectrum: Any, height: int, width: int) -> Any:
    return _back(spectrum / _slowest(height, width), height, width, "backward")


@mistake("natural_images.fourier_images", "a sum of waves without any scale")
def without_scale(spectrum: Any, height: int, width: int) -> Any:
    return _back(spectrum / _slowest(height, width), height, width, "forward")


@mistake("natural_images.fourier_images", "No gradient flows through it", is_computed=False)
def transformed_by_numpy(spectrum: Any, height: int, width: int) -> Any:
    divided = np.asarray(spectrum) / _slowest(height, width)
    return np.moveaxis(np.fft.irfft2(divided, s=(height, width), norm="ortho"), 1, -1)


@mistake("natural_images.fourier_images", "NaN or infinity", is_computed=False)
def divided_by_zero(spectrum: Any, height: int, width: int) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return _back(spectrum / _speeds(height, width), height, width)


@mistake(
    "natural_images.fourier_images",
    "a spectrum without its constant wave: its frequency counts as 1 / max(H, W)",
)
def without_the_constant(spectrum: Any, height: int, width: int) -> Any:
    speeds = _speeds(height, width)
    return _back(spectrum * ((speeds > 0) / np.where(speeds > 0, speeds, 1)), height, width)


@mistake(
    "natural_images.fourier_images",
    "a division by the sum of the two frequencies, not by the length",
)
def divided_by_the_sum(spectrum: Any, height: int, width: int) -> Any:
    total = np.maximum(sum(map(np.abs, _grid(height, width))), 1 / max(height, width))
    return _back(spectrum / total, height, width)


@mistake("natural_images.fourier_images", "1 / max(H, W) added to the frequency, not its least")
def with_the_slowest_added(spectrum: Any, height: int, width: int) -> Any:
    return _back(spectrum / (_speeds(height, width) + 1 / max(height, width)), height, width)


@mistake("natural_images.fourier_images", "1 / min(H, W) for the slowest frequency")
def slowest_by_the_shorter_side(spectrum: Any, height: int, width: int) -> Any:
    weights = np.maximum(_speeds(height, width), 1 / min(height, width))
    return _back(spectrum / weights, height, width)


@mistake("natural_images.fourier_images", "a division by 1 + the frequency")
def with_one_added(spectrum: Any, height: int, width: int) -> Any:
    return _back(spectrum / (1 + _speeds(height, width)), height, width)


@mistake("natural_images.fourier_images", "The channels come first", is_computed=False)
def channels_first(spectrum: Any, height: int, width: int) -> Any:
    return np.moveaxis(_back(spectrum / _slowest(height, width), height, width), -1, 1)


@mistake("natural_images.fourier_images", "shape of the result", is_computed=False)
def always_even(spectrum: Any, height: int, width: int) -> Any:
    planes = np.fft.irfft2(spectrum / _slowest(height, width), norm="ortho")
    return np.moveaxis(planes, 1, -1)


@mistake("natural_images.fourier_images", "ArrayOfOneKind", is_computed=False)
def only_numpys_arrays(spectrum: Any, height: int, width: int) -> Any:
    if not isinstance(spectrum, np.ndarray):
        raise TypeError("ArrayOfOneKind")
    return _back(spectrum / _slowest(height, width), height, width)


# --- color_basis ----------------------------------------------------------------------------------


def _covariance(photos: Any) -> Any:
    pixels = np.reshape(np.asarray(photos, float), (-1, np.shape(photos)[-1]))
    return np.atleast_2d(np.cov(pixels.T))


def _root(covariance: Any) -> Any:
    variances, directions = np.linalg.eigh(covariance)
    return directions * np.sqrt(np.maximum(variances, 0))


def _longest_one(root: Any) -> Any:
    return root / np.linalg.norm(root, axis=0).max()


def _wrong_colors(says: str = "", is_computed: bool = True) -> Any:
    return mistake("natural_images.color_basis", says, is_computed)


@_wrong_colors("the covariance itself, not its square root")
def the_covariance(photos: Any) -> Any:
    return _longest_one(_covariance(photos))


@_wrong_colors("", is_computed=False)
def with_a_small_number_added(photos: Any) -> Any:
    return _longest_one(np.linalg.cholesky(_covariance(photos) + 1e-6 * np.eye(photos.shape[-1])))


@_wrong_colors("the root of every number of the covariance")
def root_of_each_number(photos: Any) -> Any:
    return _longest_one(np.sqrt(np.abs(_covariance(photos))))


@_wrong_colors("the directions alone, without the roots of the variances")
def directions_alone(photos: Any) -> Any:
    return np.linalg.eigh(_covariance(photos))[1]


@_wrong_colors("the variances in place of their roots")
def scaled_by_variances(photos: Any) -> Any:
    variances, directions = np.linalg.eigh(_covariance(photos))
    return _longest_one(directions * variances)


@_wrong_colors("the transposed matrix: directions are columns, and columns are scaled")
def rows_scaled(photos: Any) -> Any:
    root = _root(_covariance(photos)).T
    return _longest_one(root)


@_wrong_colors("the correlation of the channels, not their covariance")
def of_correlations(photos: Any) -> Any:
    covariance = _covariance(photos)
    deviations = np.sqrt(np.diag(covariance))
    return _longest_one(_root(covariance / np.outer(deviations, deviations)))


@_wrong_colors("the covariance round each photo's own mean colour")
def around_each_photo(photos: Any) -> Any:
    photos = np.asarray(photos, float)
    return _longest_one(_root(_covariance(photos - photos.mean(axis=(1, 2), keepdims=True))))


@_wrong_colors("the mean of products: the mean colour is not subtracted")
def around_black(photos: Any) -> Any:
    pixels = np.reshape(np.asarray(photos, float), (-1, np.shape(photos)[-1]))
    return _longest_one(_root(pixels.T @ pixels / len(pixels)))


@_wrong_colors("the covariance of the first photo alone")
def of_the_first_photo(photos: Any) -> Any:
    return _longest_one(_root(_covariance(np.asarray(photos)[:1])))


@_wrong_colors("the deviations of the channels alone: they vary together")
def channels_alone(photos: Any) -> Any:
    return _longest_one(np.diag(np.sqrt(np.diag(_covariance(photos)))))


@_wrong_colors("The longest column does not have length 1", is_computed=False)
def not_scaled(photos: Any) -> Any:
    return _root(_covariance(photos))


@_wrong_colors("The longest column does not have length 1", is_computed=False)
def largest_number_one(photos: Any) -> Any:
    root = _root(_covariance(photos))
    return root / np.abs(root).max()


@_wrong_colors("The longest column does not have length 1", is_computed=False)
def norm_one(photos: Any) -> Any:
    root = _root(_covariance(photos))
    return root / np.linalg.norm(root) if len(root) > 1 else 2 * root / np.linalg.norm(root)


# --- random_view ----------------------------------------------------------------------------------


def _rows(
    size: Any,
    max_shift: float,
    max_angle: float,
    max_zoom: float,
    seed: Any,
    *,
    draw: Callable[[Any, int], Any] = lambda rng, count: rng.uniform(-1, 1, (count, 4)),
    change: Callable[[Any], Any] = lambda matrix: matrix,
    inverse: bool = False,
    middle: Callable[[int], float] = lambda side: (side - 1) / 2,
) -> Any:
    """Right rows for `affine_transform`, of which each mistake changes one part."""
    count, height, width = size[:3]
    drawn = draw(np.random.default_rng(seed), count)
    down, right, angle, zoom = (drawn * [max_shift, max_shift, np.radians(max_angle), max_zoom]).T
    factor = 1 + zoom if inverse else 1 / (1 + zoom)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * factor
    (a, b), (c, d) = change(matrix)
    x, y = middle(width), middle(height)
    columns, rows = [a, b, x - a * x - b * y + right], [c, d, y - c * x - d * y + down]
    return np.stack([*columns, *rows, 0 * a, 0 * a], axis=1).astype(np.float32)


def _seen(images: Any, rows: Any, interpolation: str = "bilinear", mode: str = "reflect") -> Any:
    import keras

    return keras.ops.image.affine_transform(images, rows, interpolation, mode)


def _wrong_view(says: str, is_computed: bool = False) -> Any:
    return mistake("natural_images.random_view", says, is_computed)


def _first_for_all(rng: Any, count: int) -> Any:
    return np.repeat(rng.uniform(-1, 1, (1, 4)), count, axis=0)


def _one_sided(rng: Any, count: int) -> Any:
    return rng.uniform(0, 1, (count, 4))


def _mostly_small(rng: Any, count: int) -> Any:
    return np.clip(rng.normal(0, 0.33, (count, 4)), -1, 1)


def _one_number_for_both_shifts(rng: Any, count: int) -> Any:
    drawn = rng.uniform(-1, 1, (count, 4))
    return drawn[:, [0, 0, 2, 3]]


@_wrong_view("All images of a batch are seen by the same view")
def one_view_for_all(images: Any, *limits: Any) -> Any:
    return _seen(images, _rows(images.shape, *limits, draw=_first_for_all))


@_wrong_view("not drawn uniformly")
def only_forwards(images: Any, *limits: Any) -> Any:
    return _seen(images, _rows(images.shape, *limits, draw=_one_sided))


@_wrong_view("not drawn uniformly")
def mostly_small_amounts(images: Any, *limits: Any) -> Any:
    return _seen(images, _rows(images.shape, *limits, draw=_mostly_small))


@_wrong_view("depend on each other")
def one_shift_for_both(images: Any, *limits: Any) -> Any:
    return _seen(images, _rows(images.shape, *limits, draw=_one_number_for_both_shifts))


@_wrong_view("An image is turned by too much")
def angle_in_radians(
    images: Any, max_shift: float, max_angle: float, max_zoom: float, seed: int
) -> Any:
    limits = max_shift, 180 if max_angle else 0, max_zoom
    return _seen(images, _rows(images.shape, *limits, seed))


@_wrong_view("not drawn uniformly")
def angle_half_as_large(
    images: Any, max_shift: float, max_angle: float, max_zoom: float, seed: int
) -> Any:
    return _seen(images, _rows(images.shape, max_shift, max_angle / 2, max_zoom, seed))


@_wrong_view("An image is shifted by more than max_shift")
def turned_about_a_corner(images: Any, *limits: Any) -> Any:
    return _seen(images, _rows(images.shape, *limits, middle=lambda side: 0))


@_wrong_view("An image is zoomed by too much")
def zoomed_the_other_way(images: Any, *limits: Any) -> Any:
    return _seen(images, _rows(images.shape, *limits, inverse=True))


@_wrong_view("stretched, sheared or mirrored")
def columns_zoomed_alone(images: Any, *limits: Any) -> Any:
    def change(matrix: Any) -> Any:
        turn = matrix / np.sqrt(np.linalg.det(matrix.T))
        return np.stack([matrix[0], turn[1]])

    return _seen(images, _rows(images.shape, *limits, change=change))


@_wrong_view("stretched, sheared or mirrored")
def sheared(images: Any, *limits: Any) -> Any:
    def change(matrix: Any) -> Any:
        return np.stack([matrix[0], np.stack([0 * matrix[1, 0], matrix[1, 1]])])

    return _seen(images, _rows(images.shape, *limits, change=change))


@_wrong_view("black beyond the border")
def black_border(images: Any, *limits: Any) -> Any:
    return _seen(images, _rows(images.shape, *limits), mode="constant")


@_wrong_view("does not repeat the outermost pixels")
def mirrored_without_repeating(images: Any, *limits: Any) -> Any:
    wide = np.pad(np.asarray(images), [(0, 0), (8, 8), (8, 8), (0, 0)], "reflect")
    return np.asarray(_seen(wide, _rows(wide.shape, *limits)))[:, 8:-8, 8:-8]


@_wrong_view("A straight ramp is bent")
def nearest_pixels(images: Any, *limits: Any) -> Any:
    return _seen(images, _rows(images.shape, *limits), interpolation="nearest")


@_wrong_view("No gradient flows through it")
def views_by_scipy(images: Any, *limits: Any) -> Any:
    from scipy.ndimage import map_coordinates

    images, rows, views = np.asarray(images), _rows(images.shape, *limits), []
    y, x = np.mgrid[: images.shape[1], : images.shape[2]]
    for image, (a, b, right, c, d, down, *_) in zip(images, rows, strict=True):
        source = [c * x + d * y + down, a * x + b * y + right]
        planes = [
            map_coordinates(p, source, order=1, mode="reflect") for p in np.moveaxis(image, -1, 0)
        ]
        views.append(np.stack(planes, axis=-1))
    return np.stack(views)


@_wrong_view("not that of the view")
def gradient_of_a_view_that_is_not_turned(
    images: Any, max_shift: float, max_angle: float, max_zoom: float, seed: int
) -> Any:
    import tensorflow as tf

    turned, still = (
        _rows(images.shape, max_shift, angle, max_zoom, seed) for angle in (max_angle, 0)
    )

    @tf.custom_gradient
    def look(images: Any) -> Any:
        def back(slope: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(images)
                views = _seen(images, still)
            return tape.gradient(views, images, slope)

        return _seen(images, turned), back

    return look(tf.convert_to_tensor(images))


@_wrong_view("The same seed gives other views")
def unseeded_views(
    images: Any, max_shift: float, max_angle: float, max_zoom: float, seed: int
) -> Any:
    return _seen(images, _rows(images.shape, max_shift, max_angle, max_zoom, None))


@_wrong_view("Another seed gives the same views")
def always_the_same_views(
    images: Any, max_shift: float, max_angle: float, max_zoom: float, seed: int
) -> Any:
    return _seen(images, _rows(images.shape, max_shift, max_angle, max_zoom, 0))


@_wrong_view("The random state that all code shares is changed")
def views_of_the_shared_state(
    images: Any, max_shift: float, max_angle: float, max_zoom: float, seed: int
) -> Any:
    def draw(rng: Any, count: int) -> Any:
        np.random.seed(seed)
        return np.random.uniform(-1, 1, (count, 4))

    rows = _rows(images.shape, max_shift, max_angle, max_zoom, seed, draw=draw)
    return _seen(images, rows)


@_wrong_view("not drawn uniformly")
def shifts_of_whole_pixels(images: Any, max_shift: float, *limits: Any) -> Any:
    def draw(rng: Any, count: int) -> Any:
        drawn = rng.uniform(-1, 1, (count, 4))
        drawn[:, :2] = np.round(drawn[:, :2] * max_shift) / max(max_shift, 1)
        return drawn

    return _seen(images, _rows(images.shape, max_shift, *limits, draw=draw))


@_wrong_view("Without a shift, a turn and a zoom, the images change")
def half_a_pixel_off(images: Any, *limits: Any) -> Any:
    rows = _rows(images.shape, *limits)
    rows[:, [2, 5]] += 0.5
    return _seen(images, rows)


@_wrong_view("shape of the result")
def only_three_channels(images: Any, *limits: Any) -> Any:
    return _seen(images[..., :3], _rows(images.shape, *limits))


# --- visualize_class ------------------------------------------------------------------------------


def _planes(parts: Any, height: int, width: int) -> Any:
    """A right `fourier_images`, from real and imaginary parts."""
    import tensorflow as tf

    weights = tf.constant(np.sqrt(height * width) / _slowest(height, width), tf.complex64)
    planes = tf.signal.irfft2d(tf.complex(parts[0], parts[1]) * weights, [height, width])
    return tf.transpose(planes, (0, 2, 3, 1))


def _adam(parts: Any, gradient: Any, kept: dict[str, Any], n: int) -> Any:
    mean = 0.9 * kept.get("mean", 0.0) + 0.1 * gradient
    square = 0.999 * kept.get("square", 0.0) + 0.001 * gradient**2
    kept |= {"mean": mean, "square": square}
    return mean / (1 - 0.9 ** (n + 1)) / (np.sqrt(square / (1 - 0.999 ** (n + 1))) + 1e-7)


def _visualize(
    model: Any,
    class_index: Any,
    steps: int,
    seed: int,
    colors: Any = None,
    view: Any = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
    *,
    deviation: float = 0.01,
    draw: Callable[..., Any] = lambda rng, scale, shape: rng.normal(0, scale, shape),
    squash: Callable[[Any], Any] | None = None,
    planes: Callable[..., Any] = _planes,
    mix: Callable[[Any], Any] = lambda colors: colors.T,
    rows: Callable[..., Any] = _rows,
    step_seed: Callable[[int, int], Any] = lambda seed, n: [seed, n],
    update: Callable[..., Any] = _adam,
    fading: Callable[[int, int], float] = lambda n, steps: 1 - n / steps,
    training: bool = False,
    is_seen: bool = True,
    last_seen: bool = False,
) -> Any:
    """A right answer, of which each mistake changes one part."""
    import tensorflow as tf

    height, width, channels = model.input_shape[1:]
    if None in (height, width):
        raise ValueError("the model takes images of any size")
    classes = np.atleast_1d(np.asarray(class_index))
    colors = np.eye(channels) if colors is None else np.asarray(colors)
    mixed = tf.constant(mix(colors), tf.float32)
    shape = (2, len(classes), channels, height, width // 2 + 1)
    parts = draw(np.random.default_rng(seed), deviation, shape).astype(np.float32)

    def paint(parts: Any) -> Any:
        return (squash or tf.sigmoid)(planes(parts, height, width) @ mixed)

    def score(images: Any) -> Any:
        return tf.gather(model(images, training=training), classes, batch_dims=1)

    scores, kept = [], {}
    for n in range(steps):
        where = rows((len(classes), height, width), *view, step_seed(seed, n))
        with tf.GradientTape() as tape:
            variable = tf.constant(parts)
            tape.watch(variable)
            images = paint(variable)
            values = score(_seen(images, where) if is_seen else images)
        gradient = np.asarray(tape.gradient(values, variable))
        ratio = update(parts, gradient, kept, n)
        scores.append(values)
        parts = (parts + step_size * fading(n, steps) * ratio).astype(np.float32)
    images = paint(tf.constant(parts))
    final = _seen(images, rows(images.shape, *view, step_seed(seed, steps)))
    return images, tf.stack([*scores, score(final if last_seen else images)])


def _wrong_class(says: str, is_computed: bool = False) -> Any:
    return mistake("natural_images.visualize_class", says, is_computed)


@_wrong_class("a descent: the step goes down")
def spectrum_downhill(*args: Any, **kwargs: Any) -> Any:
    def update(*given: Any) -> Any:
        return -_adam(*given)

    return _visualize(*args, **kwargs, update=update)


@_wrong_class("plain steps along the gradient, not Adam's")
def plain_steps(*args: Any, **kwargs: Any) -> Any:
    return _visualize(*args, **kwargs, update=lambda parts, gradient, kept, n: gradient)


@_wrong_class("the sign of the gradient, not Adam's step")
def steps_by_sign(*args: Any, **kwargs: Any) -> Any:
    return _visualize(*args, **kwargs, update=lambda parts, gradient, kept, n: np.sign(gradient))


@_wrong_class("Adam without the correction of its first steps")
def adam_uncorrected(*args: Any, **kwargs: Any) -> Any:
    def update(parts: Any, gradient: Any, kept: dict[str, Any], n: int) -> Any:
        _adam(parts, gradient, kept, n)
        return kept["mean"] / (np.sqrt(kept["square"]) + 1e-7)

    return _visualize(*args, **kwargs, update=update)


def _adam_of(first: float, second: float) -> Any:
    """Adam's update with other running means."""

    def update(parts: Any, gradient: Any, kept: dict[str, Any], n: int) -> Any:
        mean = first * kept.get("mean", 0.0) + (1 - first) * gradient
        square = second * kept.get("square", 0.0) + (1 - second) * gradient**2
        kept |= {"mean": mean, "square": square}
        size = np.sqrt(square / (1 - second ** (n + 1))) + 1e-7
        return mean / (1 - first ** (n + 1)) / size

    return update


@_wrong_class("Adam with β₁ = 0.9 and β₂ = 0.99")
def adam_that_forgets(*args: Any, **kwargs: Any) -> Any:
    return _visualize(*args, **kwargs, update=_adam_of(0.9, 0.99))


@_wrong_class("Another seed gives the same images")
def start_of_three_bits_of_the_seed(
    model: Any, class_index: Any, steps: int, seed: int, *args: Any, **kwargs: Any
) -> Any:
    return _visualize(model, class_index, steps, seed % 8, *args, **kwargs)


@_wrong_class("a step size that does not fall")
def never_fading(*args: Any, **kwargs: Any) -> Any:
    return _visualize(*args, **kwargs, fading=lambda n, steps: 1.0)


@_wrong_class("a step size that falls one step too early")
def fading_too_early(*args: Any, **kwargs: Any) -> Any:
    return _visualize(*args, **kwargs, fading=lambda n, steps: 1 - (n + 1) / steps)


@_wrong_class("the transposed matrix of colors")
def colors_transposed(*args: Any, **kwargs: Any) -> Any:
    return _visualize(*args, **kwargs, mix=lambda colors: colors)


@_wrong_class("independent channels, whatever colors says")
def colors_forgotten(*args: Any, **kwargs: Any) -> Any:
    return _visualize(*args, **kwargs, mix=lambda colors: np.eye(len(colors)))


@_wrong_class("")
def clipped_images(*args: Any, **kwargs: Any) -> Any:
    import tensorflow as tf

    def squash(planes: Any) -> Any:
        return tf.clip_by_value(0.5 + planes / 4, 0.0, 1.0)

    return _visualize(*args, **kwargs, squash=squash)


@_wrong_class("waves that are not divided by their frequency")
def frequencies_forgotten(*args: Any, **kwargs: Any) -> Any:
    import tensorflow as tf

    def planes(parts: Any, height: int, width: int) -> Any:
        weights = tf.constant(_slowest(height, width), tf.float32)
        return _planes(parts * weights, height, width)

    return _visualize(*args, **kwargs, planes=planes)


@_wrong_class("normal with standard deviation 0.01")
def start_too_strong(*args: Any, **kwargs: Any) -> Any:
    return _visualize(*args, **kwargs, deviation=0.1)


@_wrong_class("normal with standard deviation 0.01")
def start_in_the_first_quadrant(*args: Any, **kwargs: Any) -> Any:
    def draw(rng: Any, scale: float, shape: Any) -> Any:
        return np.abs(rng.normal(0, scale, shape))

    return _visualize(*args, **kwargs, draw=draw)


@_wrong_class("normal with standard deviation 0.01")
def start_uniform(*args: Any, **kwargs: Any) -> Any:
    def draw(rng: Any, scale: float, shape: Any) -> Any:
        return rng.uniform(0, scale, shape)

    return _visualize(*args, **kwargs, draw=draw)


@_wrong_class("All images of a batch start from the same noise")
def one_start_for_all(*args: Any, **kwargs: Any) -> Any:
    def draw(rng: Any, scale: float, shape: Any) -> Any:
        return np.repeat(rng.normal(0, scale, (2, 1, *shape[2:])), shape[1], axis=1)

    return _visualize(*args, **kwargs, draw=draw)


@_wrong_class("The random state that all code shares is changed")
def start_of_the_shared_state(
    model: Any, class_index: Any, steps: int, seed: int, *args: Any, **kwargs: Any
) -> Any:
    def draw(rng: Any, scale: float, shape: Any) -> Any:
        np.random.seed(seed)
        return np.random.normal(0, scale, shape)

    return _visualize(model, class_index, steps, seed, *args, **kwargs, draw=draw)


@_wrong_class("")
def one_adam_for_both_parts(*args: Any, **kwargs: Any) -> Any:
    def update(parts: Any, gradient: Any, kept: dict[str, Any], n: int) -> Any:
        mean = 0.9 * kept.get("mean", 0.0) + 0.1 * gradient
        square = 0.999 * kept.get("square", 0.0) + 0.001 * np.sum(gradient**2, axis=0)
        kept |= {"mean": mean, "square": square}
        return mean / (1 - 0.9 ** (n + 1)) / (np.sqrt(square / (1 - 0.999 ** (n + 1))) + 1e-7)

    return _visualize(*args, **kwargs, update=update)


@_wrong_class("does not tell of the images that are returned")
def highest_view_returned(model: Any, class_index: Any, steps: int, *args: Any) -> Any:
    """Of all images on the way, those whose view had the highest score."""
    seen: list[Any] = []

    def squash(planes: Any) -> Any:
        import tensorflow as tf

        seen.append(tf.sigmoid(planes))
        return seen[-1]

    _, scores = _visualize(model, class_index, steps, *args, squash=squash)
    best = np.argmax(scores, axis=0)
    return np.stack([seen[n][i] for i, n in enumerate(best)]), scores


@_wrong_class("All steps see the same view")
def one_view_for_all_steps(*args: Any, **kwargs: Any) -> Any:
    return _visualize(*args, **kwargs, step_seed=lambda seed, n: seed)


@_wrong_class("There is no view")
def never_viewed(*args: Any, **kwargs: Any) -> Any:
    return _visualize(*args, **kwargs, is_seen=False)


@_wrong_class("does not tell of the images that are returned")
def last_score_of_a_view(*args: Any, **kwargs: Any) -> Any:
    return _visualize(*args, **kwargs, last_seen=True)


@_wrong_class("The same seed gives other images")
def views_without_a_seed(*args: Any, **kwargs: Any) -> Any:
    return _visualize(*args, **kwargs, step_seed=lambda seed, n: None)


@_wrong_class("Another seed gives the same images")
def start_and_views_of_seed_0(
    model: Any, class_index: Any, steps: int, seed: int, *args: Any, **kwargs: Any
) -> Any:
    return _visualize(model, class_index, steps, 0, *args, **kwargs)


@_wrong_class("The images of a batch influence each other")
def views_drawn_from_all_classes(model: Any, class_index: Any, *args: Any, **kwargs: Any) -> Any:
    drawn_from = int(np.sum(class_index))

    def step_seed(seed: int, n: int) -> Any:
        return [seed, n, drawn_from]

    return _visualize(model, class_index, *args, **kwargs, step_seed=step_seed)


@_wrong_class("training mode")
def with_training_on(*args: Any, **kwargs: Any) -> Any:
    return _visualize(*args, **kwargs, training=True)


@_wrong_class("An axis is gone")
def one_class_without_batch(model: Any, class_index: Any, *args: Any, **kwargs: Any) -> Any:
    images, scores = _visualize(model, class_index, *args, **kwargs)
    return (images, scores) if np.ndim(class_index) else (images[0], scores[:, 0])


@_wrong_class("a model for any size is accepted")
def any_size_becomes_32(
    model: Any, class_index: Any, steps: int, seed: int, *args: Any, **kwargs: Any
) -> Any:
    if None not in model.input_shape[1:]:
        return _visualize(model, class_index, steps, seed, *args, **kwargs)
    return np.full((1, 32, 32, 3), 0.5, np.float32), np.zeros((steps + 1, 1))


@_wrong_class("The gradient is not that of a view")
def gradient_beside_the_view(
    model: Any,
    class_index: Any,
    steps: int,
    seed: int,
    colors: Any = None,
    view: Any = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Any:
    images, still = _visualize(model, class_index, steps, seed, colors, (0, 0, 0), step_size)
    _, scores = _visualize(model, class_index, steps, seed, colors, view, step_size)
    return images, np.concatenate([scores[:-1], still[-1:]])


@_wrong_class("All images of a batch are seen by one view")
def one_view_for_all_images(*args: Any, **kwargs: Any) -> Any:
    def rows(size: Any, *given: Any) -> Any:
        return _rows(size, *given, draw=_first_for_all)

    return _visualize(*args, **kwargs, rows=rows)


@_wrong_class("All images of a batch are seen by one view")
def angles_shared_by_all_images(*args: Any, **kwargs: Any) -> Any:
    def draw(rng: Any, count: int) -> Any:
        drawn = rng.uniform(-1, 1, (count, 4))
        drawn[:, 2:] = drawn[0, 2:]
        return drawn

    def rows(size: Any, *given: Any) -> Any:
        return _rows(size, *given, draw=draw)

    return _visualize(*args, **kwargs, rows=rows)


@_wrong_class("A view goes beyond max_shift")
def shifts_three_times_as_far(*args: Any, **kwargs: Any) -> Any:
    def rows(size: Any, max_shift: float, *given: Any) -> Any:
        return _rows(size, 3 * max_shift, *given)

    return _visualize(*args, **kwargs, rows=rows)


@_wrong_class("max_zoom has no effect")
def never_zoomed(*args: Any, **kwargs: Any) -> Any:
    def rows(size: Any, max_shift: float, max_angle: float, _: float, seed: Any) -> Any:
        return _rows(size, max_shift, max_angle, 0, seed)

    return _visualize(*args, **kwargs, rows=rows)


@_wrong_class("The random state that all code shares is changed")
def views_in_steps_of_the_shared_state(
    model: Any, class_index: Any, steps: int, seed: int, *args: Any, **kwargs: Any
) -> Any:
    def rows(size: Any, *given: Any) -> Any:
        np.random.seed(given[-1][0] + given[-1][1])
        return _rows(size, *given, draw=lambda rng, n: np.random.uniform(-1, 1, (n, 4)))

    return _visualize(model, class_index, steps, seed, *args, **kwargs, rows=rows)


@_wrong_class("another ε than 1e-7")
def epsilon_of_other_libraries(*args: Any, **kwargs: Any) -> Any:
    def update(parts: Any, gradient: Any, kept: dict[str, Any], n: int) -> Any:
        _adam(parts, gradient, kept, n)
        mean, square = kept["mean"] / (1 - 0.9 ** (n + 1)), kept["square"] / (1 - 0.999 ** (n + 1))
        return mean / (np.sqrt(square) + 1e-8)

    return _visualize(*args, **kwargs, update=update)


@_wrong_class("")
def squares_forgotten_sooner(*args: Any, **kwargs: Any) -> Any:
    def update(parts: Any, gradient: Any, kept: dict[str, Any], n: int) -> Any:
        kept["mean"] = 0.9 * kept.get("mean", 0.0) + 0.1 * gradient
        kept["square"] = 0.99 * kept.get("square", 0.0) + 0.01 * gradient**2
        mean, square = kept["mean"] / (1 - 0.9 ** (n + 1)), kept["square"] / (1 - 0.99 ** (n + 1))
        return mean / (np.sqrt(square) + 1e-7)

    return _visualize(*args, **kwargs, update=update)


@_wrong_class("the class of the first image for all")
def class_of_the_first_image(model: Any, class_index: Any, *args: Any, **kwargs: Any) -> Any:
    classes = np.atleast_1d(class_index)
    return _visualize(model, 0 * classes + classes[0], *args, **kwargs)


@_wrong_class("`trainable` flags")
def visualizing_with_a_frozen_model(model: Any, *args: Any, **kwargs: Any) -> Any:
    model.trainable = False
    return _visualize(model, *args, **kwargs)


# --- visualize_channel ----------------------------------------------------------------------------


def _channels(
    model: Any,
    layer_name: str,
    *,
    reduce: Callable[..., Any] | None = None,
) -> Any:
    import keras

    names = [layer.name for layer in model.layers]
    if layer_name not in names:
        raise ValueError(f"no layer is named {layer_name}")
    values = model.get_layer(layer_name).output
    axes = tuple(range(1, len(values.shape) - 1))
    return keras.Model(model.inputs, (reduce or keras.ops.mean)(values, axis=axes))


def _wrong_channel(says: str, is_computed: bool = False) -> Any:
    return mistake("natural_images.visualize_channel", says, is_computed)


@_wrong_channel("the sum over the positions, not the mean")
def channel_summed(model: Any, layer_name: str, *args: Any, **kwargs: Any) -> Any:
    import keras

    return _visualize(_channels(model, layer_name, reduce=keras.ops.sum), *args, **kwargs)


@_wrong_channel("the largest activation")
def channel_at_its_maximum(model: Any, layer_name: str, *args: Any, **kwargs: Any) -> Any:
    import keras

    return _visualize(_channels(model, layer_name, reduce=keras.ops.max), *args, **kwargs)


@_wrong_channel("the mean of the squared activations")
def channel_squared(model: Any, layer_name: str, *args: Any, **kwargs: Any) -> Any:
    import keras

    def reduce(values: Any, axis: Any) -> Any:
        return keras.ops.mean(values**2, axis=axis)

    return _visualize(_channels(model, layer_name, reduce=reduce), *args, **kwargs)


@_wrong_channel("")
def channel_above_zero(model: Any, layer_name: str, *args: Any, **kwargs: Any) -> Any:
    import keras

    def reduce(values: Any, axis: Any) -> Any:
        return keras.ops.mean(keras.ops.relu(values), axis=axis)

    return _visualize(_channels(model, layer_name, reduce=reduce), *args, **kwargs)


@_wrong_channel("seed is not passed on")
def channel_without_seed(
    model: Any, layer_name: str, channel: Any, steps: int, seed: int, *args: Any, **kwargs: Any
) -> Any:
    return _visualize(_channels(model, layer_name), channel, steps, 0, *args, **kwargs)


@_wrong_channel("seed is not passed on")
def channel_of_three_bits_of_the_seed(
    model: Any, layer_name: str, channel: Any, steps: int, seed: int, *args: Any, **kwargs: Any
) -> Any:
    return _visualize(_channels(model, layer_name), channel, steps, seed % 8, *args, **kwargs)


@_wrong_channel("Adam with β₁ = 0.9 and β₂ = 0.99")
def channel_by_an_adam_that_forgets(model: Any, layer_name: str, *args: Any, **kwargs: Any) -> Any:
    return _visualize(_channels(model, layer_name), *args, **kwargs, update=_adam_of(0.9, 0.99))


@_wrong_channel("is accepted, but should be a ValueError")
def channel_of_the_first_name_that_fits(
    model: Any, layer_name: str, *args: Any, **kwargs: Any
) -> Any:
    names = [one.name for one in model.layers if one.name.startswith(layer_name)]
    return _visualize(_channels(model, (names or [layer_name])[0]), *args, **kwargs)


@_wrong_channel("the channel before: counting begins with 0")
def channel_counted_from_one(
    model: Any, layer_name: str, channel: Any, *args: Any, **kwargs: Any
) -> Any:
    channels = _channels(model, layer_name)
    before = (np.asarray(channel) - 1) % channels.output_shape[-1]
    return _visualize(channels, before, *args, **kwargs)


@_wrong_channel("the channel of the first image for all")
def channel_of_the_first(
    model: Any, layer_name: str, channel: Any, *args: Any, **kwargs: Any
) -> Any:
    each = np.atleast_1d(np.asarray(channel))
    return _visualize(_channels(model, layer_name), 0 * each + each[0], *args, **kwargs)


@_wrong_channel("independent channels, whatever colors says")
def channel_without_colors(
    model: Any,
    layer_name: str,
    channel: Any,
    steps: int,
    seed: int,
    colors: Any = None,
    view: Any = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Any:
    channels = _channels(model, layer_name)
    return _visualize(channels, channel, steps, seed, None, view, step_size)


@_wrong_channel("another step size than the one asked for")
def channel_without_step_size(
    model: Any,
    layer_name: str,
    channel: Any,
    steps: int,
    seed: int,
    colors: Any = None,
    view: Any = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Any:
    return _visualize(_channels(model, layer_name), channel, steps, seed, colors, view)


@_wrong_channel("view is not passed on")
def channel_without_view(
    model: Any,
    layer_name: str,
    channel: Any,
    steps: int,
    seed: int,
    colors: Any = None,
    view: Any = (16.0, 15.0, 0.2),
    step_size: float = 0.02,
) -> Any:
    channels = _channels(model, layer_name)
    return _visualize(channels, channel, steps, seed, colors, (0, 0, 0), step_size)


@_wrong_channel("All images of a batch are seen by one view")
def one_view_for_all_channels(model: Any, layer_name: str, *args: Any, **kwargs: Any) -> Any:
    def rows(size: Any, *given: Any) -> Any:
        return _rows(size, *given, draw=_first_for_all)

    return _visualize(_channels(model, layer_name), *args, **kwargs, rows=rows)


@_wrong_channel("another ε than 1e-7")
def channel_with_the_epsilon_of_others(
    model: Any, layer_name: str, *args: Any, **kwargs: Any
) -> Any:
    def update(parts: Any, gradient: Any, kept: dict[str, Any], n: int) -> Any:
        _adam(parts, gradient, kept, n)
        mean, square = kept["mean"] / (1 - 0.9 ** (n + 1)), kept["square"] / (1 - 0.999 ** (n + 1))
        return mean / (np.sqrt(square) + 1e-8)

    return _visualize(_channels(model, layer_name), *args, **kwargs, update=update)


@_wrong_channel("`trainable` flags")
def channel_of_a_frozen_model(model: Any, layer_name: str, *args: Any, **kwargs: Any) -> Any:
    model.trainable = False
    return _visualize(_channels(model, layer_name), *args, **kwargs)


@_wrong_channel("no positions")
def channel_needs_positions(model: Any, layer_name: str, *args: Any, **kwargs: Any) -> Any:
    channels = _channels(model, layer_name)
    if len(model.get_layer(layer_name).output.shape) != 4:
        raise TypeError("no positions")
    return _visualize(channels, *args, **kwargs)


@_wrong_channel("KeyError")
def channel_of_a_lost_layer(model: Any, layer_name: str, *args: Any, **kwargs: Any) -> Any:
    {layer.name: layer for layer in model.layers}[layer_name]
    return _visualize(_channels(model, layer_name), *args, **kwargs)


@_wrong_channel("a model for any size is accepted")
def channel_of_any_size(
    model: Any, layer_name: str, channel: Any, steps: int, *args: Any, **kwargs: Any
) -> Any:
    if None in model.input_shape[1:]:
        return np.full((1, 32, 32, 3), 0.5, np.float32), np.zeros((steps + 1, 1))
    return _visualize(_channels(model, layer_name), channel, steps, *args, **kwargs)


@_wrong_channel("training mode")
def channel_in_training(model: Any, layer_name: str, *args: Any, **kwargs: Any) -> Any:
    return _visualize(_channels(model, layer_name), *args, **kwargs, training=True)


# --- deep_dream -----------------------------------------------------------------------------------


def _rms(gradient: Any) -> Any:
    import tensorflow as tf

    return tf.math.divide_no_nan(gradient, tf.sqrt(tf.reduce_mean(gradient**2)))


def _dream(
    model: Any,
    image: Any,
    layer_name: str,
    octaves: int,
    steps: int = 10,
    step_size: float = 0.01,
    scale: float = 1.4,
    *,
    objective: Callable[[Any], Any] | None = None,
    normalize: Callable[[Any], Any] = _rms,
    finish: Callable[[Any], Any] | None = None,
    round_off: Callable[[float], int] = round,
    resize: Callable[..., Any] | None = None,
    keeps_photo: bool = True,
    is_chained: bool = False,
    clips_sum: bool = False,
    training: bool = False,
    at_least: int = 1,
) -> Any:
    """A right answer, of which each mistake changes one part."""
    import keras
    import tensorflow as tf

    if layer_name not in [layer.name for layer in model.layers]:
        raise ValueError(f"no layer is named {layer_name}")
    if octaves < at_least:
        raise ValueError(f"octaves must be 1 or more, not {octaves}")
    layer = keras.Model(model.inputs, model.get_layer(layer_name).output)
    photo = dream = base = tf.convert_to_tensor(image, tf.float32)[None]
    for octave in reversed(range(octaves)):
        size = list(photo.shape[1:3])
        if is_chained:
            for _ in range(octave):
                size = [round_off(side / scale) for side in size]
        else:
            size = [round_off(side / scale**octave) for side in size]
        changed = (resize or tf.image.resize)(dream - base, size)
        base = (resize or tf.image.resize)(photo, size)
        dream = base + changed if keeps_photo else tf.image.resize(dream, size)
        dream = tf.clip_by_value(dream, 0.0, 1.0) if clips_sum else dream
        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(dream)
                values = layer(dream, training=training)
                value = (objective or (lambda a: tf.reduce_mean(a**2)))(values)
            dream = dream + step_size * normalize(tape.gradient(value, dream))
            dream = (finish or (lambda x: tf.clip_by_value(x, 0.0, 1.0)))(dream)
    return dream[0]


def _wrong_dream(says: str, is_computed: bool = True) -> Any:
    return mistake("natural_images.deep_dream", says, is_computed)


@_wrong_dream("the mean activation, without the square")
def dream_of_the_mean(*args: Any, **kwargs: Any) -> Any:
    import tensorflow as tf

    return _dream(*args, **kwargs, objective=tf.reduce_mean)


@_wrong_dream("a descent: the step goes down")
def dream_downhill(*args: Any, **kwargs: Any) -> Any:
    return _dream(*args, **kwargs, normalize=lambda gradient: -_rms(gradient))


@_wrong_dream("the gradient as it is, not normalized")
def dream_not_normalized(*args: Any, **kwargs: Any) -> Any:
    return _dream(*args, **kwargs, normalize=lambda gradient: gradient)


@_wrong_dream("a division by the standard deviation of the gradient")
def dream_by_deviation(*args: Any, **kwargs: Any) -> Any:
    import tensorflow as tf

    def normalize(gradient: Any) -> Any:
        return gradient / (tf.math.reduce_std(gradient) + 1e-8)

    return _dream(*args, **kwargs, normalize=normalize)


@_wrong_dream("a division by the mean magnitude of the gradient")
def dream_by_magnitude(*args: Any, **kwargs: Any) -> Any:
    import tensorflow as tf

    def normalize(gradient: Any) -> Any:
        return gradient / tf.reduce_mean(tf.abs(gradient))

    return _dream(*args, **kwargs, normalize=normalize)


@_wrong_dream("steps without the clipping to [0, 1]")
def dream_not_clipped(*args: Any, **kwargs: Any) -> Any:
    return _dream(*args, **kwargs, finish=lambda dream: dream)


@_wrong_dream("a shrunk photo that is enlarged again: its details are lost")
def dream_of_a_blurred_photo(*args: Any, **kwargs: Any) -> Any:
    return _dream(*args, **kwargs, keeps_photo=False)


@_wrong_dream("sizes rounded down")
def dream_rounded_down(*args: Any, **kwargs: Any) -> Any:
    return _dream(*args, **kwargs, round_off=int)


@_wrong_dream("sizes rounded one from the next: each is round(side / scale**k)")
def dream_in_chained_sizes(*args: Any, **kwargs: Any) -> Any:
    return _dream(*args, **kwargs, is_chained=True)


@_wrong_dream("the sum of photo and dream clipped, before the steps: only they clip")
def dream_of_a_clipped_sum(*args: Any, **kwargs: Any) -> Any:
    return _dream(*args, **kwargs, clips_sum=True)


@_wrong_dream("one octave, however many are asked for")
def dream_in_one_octave(
    model: Any, image: Any, layer_name: str, octaves: int, *args: Any, **kwargs: Any
) -> Any:
    return _dream(model, image, layer_name, min(octaves, 1), *args, **kwargs)


@_wrong_dream("bicubic interpolation, where bilinear is asked for")
def dream_by_cubes(*args: Any, **kwargs: Any) -> Any:
    import tensorflow as tf

    def resize(images: Any, size: Any) -> Any:
        return tf.image.resize(images, size, "bicubic")

    return _dream(*args, **kwargs, resize=resize)


@_wrong_dream("bilinear interpolation with antialiasing, which tf.image.resize leaves out")
def dream_with_antialiasing(*args: Any, **kwargs: Any) -> Any:
    import tensorflow as tf

    def resize(images: Any, size: Any) -> Any:
        return tf.image.resize(images, size, antialias=True)

    return _dream(*args, **kwargs, resize=resize)


@_wrong_dream("a dream that is clipped at the end only: every step clips")
def dream_clipped_at_the_end(*args: Any, **kwargs: Any) -> Any:
    import tensorflow as tf

    dream = _dream(*args, **kwargs, finish=lambda dream: dream)
    return tf.clip_by_value(dream, 0.0, 1.0)


@_wrong_dream("nearest neighbours, where bilinear is asked for")
def dream_by_neighbours(*args: Any, **kwargs: Any) -> Any:
    import tensorflow as tf

    def resize(images: Any, size: Any) -> Any:
        return tf.image.resize(images, size, "nearest")

    return _dream(*args, **kwargs, resize=resize)


@_wrong_dream("The batch axis is still there", is_computed=False)
def dream_with_a_batch(*args: Any, **kwargs: Any) -> Any:
    return _dream(*args, **kwargs)[None]


@_wrong_dream("ArrayOfOneKind", is_computed=False)
def dream_of_numpys_arrays(model: Any, image: Any, *args: Any, **kwargs: Any) -> Any:
    if not isinstance(image, np.ndarray):
        raise TypeError("ArrayOfOneKind")
    return _dream(model, image, *args, **kwargs)


@_wrong_dream("octaves=0 is accepted", is_computed=False)
def dream_without_octaves(*args: Any, **kwargs: Any) -> Any:
    return _dream(*args, **kwargs, at_least=-9)


@_wrong_dream("KeyError", is_computed=False)
def dream_in_a_lost_layer(
    model: Any, image: Any, layer_name: str, *args: Any, **kwargs: Any
) -> Any:
    {layer.name: layer for layer in model.layers}[layer_name]
    return _dream(model, image, layer_name, *args, **kwargs)


@_wrong_dream("holds NaN or infinity", is_computed=False)
def dream_divided_by_zero(*args: Any, **kwargs: Any) -> Any:
    import tensorflow as tf

    def normalize(gradient: Any) -> Any:
        return gradient / tf.sqrt(tf.reduce_mean(gradient**2))

    return _dream(*args, **kwargs, normalize=normalize)


@_wrong_dream("", is_computed=False)
def dream_with_halves_rounded_up(*args: Any, **kwargs: Any) -> Any:
    return _dream(*args, **kwargs, round_off=lambda side: int(side + 0.5))


@_wrong_dream("others are taken than the signature says", is_computed=False)
def dream_of_other_defaults(
    model: Any,
    image: Any,
    layer_name: str,
    octaves: int,
    steps: int = 10,
    step_size: float = 0.02,
    scale: float = 1.4,
) -> Any:
    return _dream(model, image, layer_name, octaves, steps, step_size, scale)


@_wrong_dream("training mode", is_computed=False)
def dream_in_training(*args: Any, **kwargs: Any) -> Any:
    return _dream(*args, **kwargs, training=True)


@_wrong_dream("", is_computed=False)
def dream_of_at_least_one_step(
    model: Any, image: Any, layer_name: str, octaves: int, steps: int = 10, *args: Any
) -> Any:
    return _dream(model, image, layer_name, octaves, max(steps, 1), *args)
