# ruff: noqa: ANN001, ANN003, ANN201, ANN202
"""Wrong answers to `saliency`: each breaks one promise of a docstring."""

import keras
import numpy as np
import scipy.ndimage as ndi
import tensorflow as tf
from matplotlib.figure import Figure as _Figure

from tests.answers.fresh import wrong


def _check(output):
    if output not in ("logit", "softmax"):
        raise ValueError(f"output must be logit or softmax, not {output!r}")


def _logits(model, images, training=False):
    return model(tf.convert_to_tensor(images, tf.float32), training=training)


def _classes(class_index, count):
    return tf.broadcast_to(tf.cast(class_index, tf.int32), [count])


def _pick(values, class_index):
    classes = _classes(class_index, tf.shape(values)[0])
    return tf.gather(values, classes, axis=1, batch_dims=1)


def _explained(model, images, class_index, output="logit"):
    _check(output)
    logits = _logits(model, images)
    return _pick(tf.nn.softmax(logits) if output == "softmax" else logits, class_index)


def _gradient(model, images, class_index, output="logit", explained=_explained):
    images = tf.convert_to_tensor(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = explained(model, images, class_index, output)
    return tape.gradient(value, images)


# --- select_output


@wrong(
    "saliency.select_output",
    breaks="An array gives each image its class: here all get the first one's",
)
def takes_the_class_of_the_first_image(model, images, class_index, output="logit"):
    _check(output)
    values = _logits(model, images)
    if output == "softmax":
        values = tf.nn.softmax(values)
    return values[:, int(np.ravel(class_index)[0])]


@wrong(
    "saliency.select_output",
    breaks="The probability is over the classes: here the softmax runs over the batch",
)
def softmax_over_the_batch(model, images, class_index, output="logit"):
    _check(output)
    values = _logits(model, images)
    if output == "softmax":
        values = tf.nn.softmax(values, axis=0)
    return _pick(values, class_index)


@wrong(
    "saliency.select_output",
    breaks="Right for any logits: here exp overflows, and large ones give NaN",
)
def naive_softmax(model, images, class_index, output="logit"):
    _check(output)
    values = _logits(model, images)
    if output == "softmax":
        odds = tf.exp(values)
        values = odds / tf.reduce_sum(odds, axis=-1, keepdims=True)
    return _pick(values, class_index)


@wrong(
    "saliency.select_output",
    breaks="Inference mode: here the model is called with training=True",
)
def calls_the_model_in_training_mode(model, images, class_index, output="logit"):
    _check(output)
    values = _logits(model, images, training=True)
    if output == "softmax":
        values = tf.nn.softmax(values)
    return _pick(values, class_index)


@wrong(
    "saliency.select_output",
    breaks="ValueError for any other word: here case is ignored, and 'Softmax' or 'LOGIT' pass",
)
def forgives_capital_letters(model, images, class_index, output="logit"):
    output = output.lower()
    _check(output)
    return _explained(model, images, class_index, output)


@wrong(
    "saliency.select_output",
    breaks="ValueError for an unknown output: here everything but 'softmax' is taken for the logit",
)
def anything_else_is_the_logit(model, images, class_index, output="logit"):
    values = _logits(model, images)
    if output == "softmax":
        values = tf.nn.softmax(values)
    return _pick(values, class_index)


@wrong(
    "saliency.select_output",
    breaks="The shape is (B,): here a batch of one is squeezed to a scalar",
)
def squeezes_a_batch_of_one(model, images, class_index, output="logit"):
    return tf.squeeze(_explained(model, images, class_index, output))


@wrong(
    "saliency.select_output",
    breaks="'softmax' is the probability: here its logarithm is returned",
)
def gives_the_log_probability(model, images, class_index, output="logit"):
    _check(output)
    values = _logits(model, images)
    if output == "softmax":
        values = tf.nn.log_softmax(values)
    return _pick(values, class_index)


@wrong(
    "saliency.select_output",
    breaks="Right for any logits: here shifted by the batch's largest, so that others become 0 / 0",
)
def softmax_shifted_by_the_batch(model, images, class_index, output="logit"):
    _check(output)
    logits = model(tf.convert_to_tensor(images, tf.float32), training=False)
    if output == "softmax":
        odds = tf.exp(logits - tf.reduce_max(logits))
        logits = odds / tf.reduce_sum(odds, axis=1, keepdims=True)
    return _pick(logits, class_index)


@wrong(
    "saliency.select_output",
    breaks="Right for any logits: here shifted by the mean, so that one far above overflows",
)
def softmax_shifted_by_the_mean(model, images, class_index, output="logit"):
    _check(output)
    logits = model(tf.convert_to_tensor(images, tf.float32), training=False)
    if output == "softmax":
        odds = tf.exp(logits - tf.reduce_mean(logits, axis=1, keepdims=True))
        logits = odds / tf.reduce_sum(odds, axis=1, keepdims=True)
    return _pick(logits, class_index)


@wrong(
    "saliency.select_output",
    breaks="The logit: here minus the largest logit, which a stable softmax may subtract",
)
def stabilized_logits_too(model, images, class_index, output="logit"):
    _check(output)
    logits = model(tf.convert_to_tensor(images, tf.float32), training=False)
    logits = logits - tf.reduce_max(logits, axis=-1, keepdims=True)  # numerical stability
    if output == "softmax":
        odds = tf.exp(logits)
        logits = odds / tf.reduce_sum(odds, axis=-1, keepdims=True)
    return _pick(logits, class_index)


@wrong(
    "saliency.select_output",
    breaks="Python's or NumPy's int: asks isinstance(class_index, int), so a NumPy integer fails",
)
def only_pythons_own_int(model, images, class_index, output="logit"):
    _check(output)
    logits = model(tf.convert_to_tensor(images, tf.float32), training=False)
    if output == "softmax":
        logits = tf.nn.softmax(logits)
    if isinstance(class_index, int):
        return logits[:, class_index]
    rows = range(len(class_index))
    return tf.stack([logits[row, int(class_index[row])] for row in rows])


# --- gradient_saliency


@wrong(
    "saliency.gradient_saliency",
    breaks="The sign is kept: here the absolute value is returned, as in Simonyan's maps",
)
def takes_the_absolute_gradient(model, images, class_index, output="logit"):
    return tf.abs(_gradient(model, images, class_index, output))


@wrong(
    "saliency.gradient_saliency",
    breaks="A gradient depends on its image alone: here on the batch's mean, so B divides it",
)
def differentiates_the_batch_mean(model, images, class_index, output="logit"):
    return _gradient(model, images, class_index, output, lambda *a: tf.reduce_mean(_explained(*a)))


@wrong(
    "saliency.gradient_saliency",
    breaks="Units of output per input: here each map is divided by its largest absolute value",
)
def scales_each_map_to_one(model, images, class_index, output="logit"):
    gradient = _gradient(model, images, class_index, output)
    return gradient / tf.reduce_max(tf.abs(gradient), axis=(1, 2, 3), keepdims=True)


@wrong("saliency.gradient_saliency", breaks="Negative entries are kept: here a ReLU sets them to 0")
def keeps_only_positive_evidence(model, images, class_index, output="logit"):
    return tf.nn.relu(_gradient(model, images, class_index, output))


@wrong(
    "saliency.gradient_saliency",
    breaks="The model is not changed: here its last layer is left with another activation",
)
def swaps_the_last_activation_for_good(model, images, class_index, output="logit"):
    _check(output)
    layer = model.layers[-1]
    before = layer.activation
    layer.activation = keras.activations.softmax if output == "softmax" else before
    return _gradient(model, images, class_index, "logit")


@wrong(
    "saliency.gradient_saliency",
    breaks="The model is not changed: here it is frozen, and stays so",
)
def freezes_the_model(model, images, class_index, output="logit"):
    model.trainable = False
    return _gradient(model, images, class_index, output)


@wrong(
    "saliency.gradient_saliency",
    breaks="The images are not changed: here a numpy batch is centred in place",
)
def centres_the_images_in_place(model, images, class_index, output="logit"):
    gradient = _gradient(model, images, class_index, output)
    if isinstance(images, np.ndarray):
        images -= images.mean()
    return gradient


@wrong(
    "saliency.gradient_saliency",
    breaks="'softmax' explains the probability: here its logarithm is differentiated",
)
def differentiates_the_cross_entropy(model, images, class_index, output="logit"):
    _check(output)

    def explained(model, images, class_index, output):
        logits = _logits(model, images)
        return _pick(tf.nn.log_softmax(logits) if output == "softmax" else logits, class_index)

    return _gradient(model, images, class_index, output, explained)


@wrong(
    "saliency.gradient_saliency",
    breaks="Output is heeded: here the logit is explained whatever it says (after the check)",
)
def always_explains_the_logit(model, images, class_index, output="logit"):
    _check(output)
    return _gradient(model, images, class_index, "logit")


@wrong(
    "saliency.gradient_saliency",
    breaks="The softmax's gradient: here without what the other logits do to the probability",
)
def own_logit_of_the_softmax_only(model, images, class_index, output="logit"):
    _check(output)
    images = tf.convert_to_tensor(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = model(images, training=False)
        own = _pick(logits, class_index)
    gradient = tape.gradient(own, images)
    if output == "softmax":
        p = _pick(tf.nn.softmax(logits), class_index)[:, None, None, None]
        gradient = p * (1 - p) * gradient
    return gradient


@wrong(
    "saliency.gradient_saliency",
    breaks="The flags are left alone: here every layer is thawed, also those frozen before",
)
def thaws_what_was_frozen(model, images, class_index, output="logit"):
    images = tf.convert_to_tensor(images, tf.float32)
    model.trainable = False
    try:
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = _explained(model, images, class_index, output)
        return tape.gradient(value, images)
    finally:
        model.trainable = True


_GRAPHS = {}


@wrong(
    "saliency.gradient_saliency",
    breaks="Nothing is kept: here the compiled graph explains the first model it met for ever",
)
def graph_of_the_first_model(model, images, class_index, output="logit"):
    _check(output)
    if output not in _GRAPHS:

        @tf.function(reduce_retracing=True)
        def graph(images, classes):
            with tf.GradientTape() as tape:
                tape.watch(images)
                value = _explained(model, images, classes, output)
            return tape.gradient(value, images)

        _GRAPHS[output] = graph
    images = tf.convert_to_tensor(images, tf.float32)
    return _GRAPHS[output](images, _classes(class_index, len(images)))


# --- to_heatmap


@wrong(
    "saliency.to_heatmap",
    breaks="Signed sum: here the largest absolute value over the channels (Simonyan)",
)
def takes_the_strongest_channel(saliency):
    return tf.reduce_max(tf.abs(saliency), axis=-1)


@wrong("saliency.to_heatmap", breaks="The channels are added up: here they are averaged")
def averages_the_channels(saliency):
    return tf.reduce_mean(tf.convert_to_tensor(saliency), axis=-1)


@wrong("saliency.to_heatmap", breaks="With their signs: here absolute values are added up")
def adds_absolute_values(saliency):
    return np.abs(np.asarray(saliency)).sum(axis=-1)


@wrong("saliency.to_heatmap", breaks="All channels count: here only the first three")
def adds_three_channels_only(saliency):
    return np.asarray(saliency)[..., :3].sum(axis=-1)


@wrong("saliency.to_heatmap", breaks="The shape is (B, H, W): here a batch of one loses its axis")
def drops_the_axis_of_a_single_image(saliency):
    return np.squeeze(np.asarray(saliency).sum(axis=-1))


@wrong(
    "saliency.to_heatmap",
    breaks="The sum keeps its sign: here the absolute value of the sum is returned",
)
def drops_the_sign_of_the_sum(saliency):
    return tf.abs(tf.reduce_sum(tf.convert_to_tensor(saliency), axis=-1))


@wrong(
    "saliency.to_heatmap",
    breaks="(B, H, W): squeezes grey images, so a batch of one grey map loses its batch axis too",
)
def squeezes_grey_maps(saliency):
    saliency = np.asarray(saliency)
    if saliency.shape[-1] == 1:
        return np.squeeze(saliency)
    return saliency.sum(axis=-1)


@wrong(
    "saliency.to_heatmap",
    breaks="The sum over the channels: takes the entry of the channel that is strongest, with sign",
)
def strongest_channel_with_sign(saliency):
    saliency = np.asarray(saliency)
    strongest = np.abs(saliency).argmax(axis=-1)[..., None]
    return np.take_along_axis(saliency, strongest, axis=-1)[..., 0]


@wrong(
    "saliency.to_heatmap",
    breaks="Changes nothing that it is given: adds the other channels into the first one, in place",
)
def adds_into_the_first_channel(saliency):
    saliency = saliency if isinstance(saliency, np.ndarray) else np.array(saliency)
    total = saliency[..., 0]
    for channel in range(1, saliency.shape[-1]):
        total += saliency[..., channel]
    return total.copy()


@wrong(
    "saliency.to_heatmap",
    breaks="The sum: weighs three channels by how light red, green and blue look",
)
def weighed_like_luminance(saliency):
    saliency = np.asarray(saliency)
    if saliency.shape[-1] == 3:
        return 3 * saliency @ np.array([0.299, 0.587, 0.114], saliency.dtype)
    return saliency.sum(axis=-1)


# --- smooth


@wrong(
    "saliency.smooth",
    breaks="Heat maps of a batch are not mixed: here the filter runs over all three axes",
)
def smooths_over_the_batch_too(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma must not be negative")
    return ndi.gaussian_filter(np.asarray(heatmaps), sigma)


@wrong(
    "saliency.smooth",
    breaks="Mode 'reflect' repeats the edge pixel: here TensorFlow's REFLECT does not",
)
def mirrors_without_the_edge(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma must not be negative")
    return ndi.gaussian_filter(np.asarray(heatmaps), (0, sigma, sigma), mode="mirror")


@wrong("saliency.smooth", breaks="Mode 'reflect': here the outside counts as 0, so edges fade")
def fades_towards_the_edges(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma must not be negative")
    return ndi.gaussian_filter(np.asarray(heatmaps), (0, sigma, sigma), mode="constant")


@wrong(
    "saliency.smooth",
    breaks="As scipy filters (4 sigma): here the kernel is cut after one sigma",
)
def cuts_the_kernel_short(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma must not be negative")
    return ndi.gaussian_filter(np.asarray(heatmaps), (0, sigma, sigma), truncate=1.0)


@wrong(
    "saliency.smooth",
    breaks="The maps given are not changed: here the result is written into them",
)
def writes_into_the_given_maps(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma must not be negative")
    heatmaps = np.asarray(heatmaps)
    if not heatmaps.flags.writeable:
        heatmaps = heatmaps.copy()
    ndi.gaussian_filter(heatmaps, (0, sigma, sigma), output=heatmaps)
    return heatmaps


@wrong("saliency.smooth", breaks="Sigma 0 changes nothing: here it raises like a negative one")
def refuses_zero(heatmaps, sigma):
    if sigma <= 0:
        raise ValueError("sigma must be positive")
    return ndi.gaussian_filter(np.asarray(heatmaps), (0, sigma, sigma))


@wrong("saliency.smooth", breaks="ValueError for a negative sigma: here it counts as 0")
def takes_negative_for_zero(heatmaps, sigma):
    sigma = max(sigma, 0)
    return ndi.gaussian_filter(np.asarray(heatmaps), (0, sigma, sigma))


@wrong(
    "saliency.smooth",
    breaks="A Gaussian blur: here the result is stretched back to the old maximum",
)
def restores_the_peak(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma must not be negative")
    heatmaps = np.asarray(heatmaps)
    blurred = ndi.gaussian_filter(heatmaps, (0, sigma, sigma))
    before = np.abs(heatmaps).max(axis=(1, 2), keepdims=True)
    after = np.abs(blurred).max(axis=(1, 2), keepdims=True)
    return blurred * before / np.where(after == 0, 1, after)


@wrong(
    "saliency.smooth",
    breaks="Sigma is the standard deviation in pixels: here it is rounded to a whole number",
)
def rounds_sigma(heatmaps, sigma):
    if sigma < 0:
        raise ValueError("sigma must not be negative")
    sigma = round(sigma)
    return ndi.gaussian_filter(np.asarray(heatmaps), (0, sigma, sigma))


@wrong(
    "saliency.smooth",
    breaks="As scipy filters: cuts the kernel off after 2 sigma, where scipy goes on to 4",
)
def kernel_of_two_sigma(heatmaps, sigma):
    if sigma < 0:
        raise ValueError(f"sigma must not be negative, but is {sigma}")
    return np.stack([ndi.gaussian_filter(one, sigma, truncate=2) for one in np.asarray(heatmaps)])


# --- symmetric_limit


@wrong(
    "saliency.symmetric_limit",
    breaks="The whole map fits: here a stronger negative value does not, only the maximum counts",
)
def looks_at_the_maximum_only(heatmap):
    return max(float(np.max(heatmap)), 0.0)


@wrong(
    "saliency.symmetric_limit",
    breaks="The whole map fits: here the 99th percentile of the absolute values is the limit",
)
def cuts_off_outliers(heatmap):
    return float(np.percentile(np.abs(heatmap), 99))


@wrong(
    "saliency.symmetric_limit",
    breaks="As tightly as possible: here a map of zeros gets the limit 1 instead of 0",
)
def gives_one_to_a_flat_map(heatmap):
    return float(np.max(np.abs(heatmap))) or 1.0


@wrong(
    "saliency.symmetric_limit",
    breaks="The whole map fits around zero: here half the span from least to largest",
)
def takes_half_the_span(heatmap):
    return float(np.ptp(np.asarray(heatmap))) / 2


@wrong(
    "saliency.symmetric_limit",
    breaks="As tightly as possible: here at least 1e-3, too wide for faint maps",
)
def never_goes_below_a_thousandth(heatmap):
    return max(float(np.max(np.abs(heatmap))), 1e-3)


@wrong("saliency.symmetric_limit", breaks="As tight as possible: here the limit leaves 10 % of air")
def leaves_some_air(heatmap):
    return 1.1 * float(np.max(np.abs(heatmap)))


@wrong(
    "saliency.symmetric_limit",
    breaks="As tightly as possible: the infinity norm of a matrix is its largest row sum",
)
def infinity_norm_of_the_matrix(heatmap):
    return float(np.linalg.norm(np.asarray(heatmap, np.float64), np.inf))


@wrong(
    "saliency.symmetric_limit",
    breaks="As tightly as possible: rounds up to one digit, for ticks that read well",
)
def rounded_up_for_the_ticks(heatmap):
    limit = _limit(heatmap)
    if limit == 0:
        return 0.0
    digit = 10.0 ** np.floor(np.log10(limit))
    return float(np.ceil(limit / digit) * digit)


@wrong(
    "saliency.symmetric_limit",
    breaks="The limit is a single number: keeps the axes, a (1, 1) array",
)
def limit_with_two_axes(heatmap):
    return np.abs(np.asarray(heatmap)).max(axis=(0, 1), keepdims=True)


# --- plot_saliency


def _draw_image(axes, image):
    image = np.asarray(image)
    if image.shape[-1] == 1:
        axes.imshow(image[..., 0], cmap="gray", vmin=0, vmax=1)
    else:
        axes.imshow(image)


def _limit(heatmap):
    return float(np.max(np.abs(heatmap)))


def _plot(image, heatmap, overlay, *, draw=_draw_image, **settings):
    heatmap = np.asarray(heatmap)
    limit = _limit(heatmap)
    if "norm" not in settings:
        settings = {"vmin": -limit, "vmax": limit} | settings
    settings = {"cmap": "RdBu_r"} | settings
    figure = _Figure(layout="constrained")
    if overlay:
        axes = figure.subplots()
        draw(axes, image)
        shown = axes.imshow(heatmap, **({"alpha": 0.5} | settings))
    else:
        left, axes = figure.subplots(1, 2)
        draw(left, image)
        shown = axes.imshow(heatmap, **settings)
    figure.colorbar(shown, ax=axes)
    return figure


@wrong(
    "saliency.plot_saliency",
    breaks="Limits from symmetric_limit: here matplotlib spans the map's least to largest value",
)
def lets_matplotlib_choose_the_limits(image, heatmap, overlay=False):
    return _plot(image, heatmap, overlay, vmin=None, vmax=None)


@wrong("saliency.plot_saliency", breaks="A diverging colour map: here the sequential 'hot'")
def draws_in_hot(image, heatmap, overlay=False):
    return _plot(image, heatmap, overlay, cmap="hot")


@wrong(
    "saliency.plot_saliency",
    breaks="A diverging colour map: here the rainbow 'jet', as on many Grad-CAM pictures",
)
def draws_in_jet(image, heatmap, overlay=False):
    return _plot(image, heatmap, overlay, cmap="jet")


@wrong(
    "saliency.plot_saliency",
    breaks="Nothing is rescaled: here the map is divided by its limit and drawn over [-1, 1]",
)
def draws_relative_values(image, heatmap, overlay=False):
    return _plot(image, np.asarray(heatmap) / (_limit(heatmap) or 1), overlay)


@wrong(
    "saliency.plot_saliency",
    breaks="Nothing is rescaled: here the image's contrast is stretched to [0, 1]",
)
def stretches_the_image(image, heatmap, overlay=False):
    image = np.asarray(image, float)
    span = np.ptp(image)
    return _plot((image - image.min()) / (span or 1), heatmap, overlay)


@wrong(
    "saliency.plot_saliency",
    breaks="The map is half transparent in an overlay: here it hides the image",
)
def hides_the_image(image, heatmap, overlay=False):
    return _plot(image, heatmap, overlay, alpha=1.0)


@wrong(
    "saliency.plot_saliency",
    breaks="The map lies over the image: here the image lies, half transparent, over the map",
)
def lays_the_image_over_the_map(image, heatmap, overlay=False):
    if not overlay:
        return _plot(image, heatmap, False)
    limit = _limit(heatmap)
    figure = _Figure(layout="constrained")
    axes = figure.subplots()
    shown = axes.imshow(np.asarray(heatmap), cmap="RdBu_r", vmin=-limit, vmax=limit)
    image = np.asarray(image)
    image = image[..., 0] if image.shape[-1] == 1 else image
    axes.imshow(image, alpha=0.5, cmap="gray", vmin=0, vmax=1)
    figure.colorbar(shown, ax=axes)
    return figure


@wrong("saliency.plot_saliency", breaks="A colour bar explains the map: here the overlay has none")
def forgets_the_bar_of_the_overlay(image, heatmap, overlay=False):
    if not overlay:
        return _plot(image, heatmap, False)
    limit = _limit(heatmap)
    figure = _Figure(layout="constrained")
    axes = figure.subplots()
    _draw_image(axes, image)
    axes.imshow(np.asarray(heatmap), cmap="RdBu_r", vmin=-limit, vmax=limit, alpha=0.5)
    return figure


@wrong(
    "saliency.plot_saliency",
    breaks="The limits are symmetric: here a TwoSlopeNorm gives either sign its own scale",
)
def gives_either_sign_its_own_scale(image, heatmap, overlay=False):
    from matplotlib.colors import TwoSlopeNorm

    heatmap = np.asarray(heatmap)
    low, high = min(float(heatmap.min()), -1e-9), max(float(heatmap.max()), 1e-9)
    return _plot(image, heatmap, overlay, norm=TwoSlopeNorm(0.0, low, high))


@wrong("saliency.plot_saliency", breaks="The bar explains the heat map: here it is the image's")
def explains_the_image_instead(image, heatmap, overlay=False):
    heatmap = np.asarray(heatmap)
    limit = _limit(heatmap)
    figure = _Figure(layout="constrained")
    axes = [figure.subplots()] * 2 if overlay else figure.subplots(1, 2)
    _draw_image(axes[0], image)
    axes[1].imshow(heatmap, cmap="RdBu_r", vmin=-limit, vmax=limit, alpha=0.5 if overlay else None)
    figure.colorbar(axes[0].images[0], ax=axes[1])
    return figure


@wrong(
    "saliency.plot_saliency",
    breaks="Pixel by pixel: here the map's extent goes from 0 to W, half a pixel off",
)
def overlay_half_a_pixel_off(image, heatmap, overlay=False):
    image, heatmap = np.asarray(image), np.asarray(heatmap)
    v = _limit(heatmap)
    figure = _Figure()
    if overlay:
        axes = figure.subplots()
        axes.imshow(image)
        height, width = heatmap.shape
        drawn = axes.imshow(
            heatmap, cmap="RdBu_r", vmin=-v, vmax=v, alpha=0.5, extent=(0, width, height, 0)
        )
    else:
        left, axes = figure.subplots(1, 2)
        left.imshow(image)
        drawn = axes.imshow(heatmap, cmap="RdBu_r", vmin=-v, vmax=v)
    figure.colorbar(drawn, ax=axes)
    return figure


@wrong(
    "saliency.plot_saliency",
    breaks="All of it can be seen: here the axes' limits cut half of the outer pixels off",
)
def outer_pixels_cut_in_half(image, heatmap, overlay=False):
    heatmap = np.asarray(heatmap)
    v = _limit(heatmap)
    figure = _Figure()
    axes = [figure.subplots()] if overlay else list(figure.subplots(1, 2))
    axes[0].imshow(np.asarray(image))
    drawn = axes[-1].imshow(heatmap, cmap="RdBu_r", vmin=-v, vmax=v, alpha=0.5 if overlay else None)
    for one in axes:
        one.set_xlim(0, heatmap.shape[1] - 1)
        one.set_ylim(heatmap.shape[0] - 1, 0)
        one.set_axis_off()
    figure.colorbar(drawn, ax=axes)
    return figure
