"""2.2 Contrastive explanations: what has to hold of the functions in `course/contrastive.py`."""

import functools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from course.grader import probes
from course.grader.compare import as_array, check, check_close
from course.grader.grading import settings
from course.grader.tasks import task
from course.grader.work import Work
from tests.grading import models
from tests.grading.common import check_refuses, check_tuple, check_untrained, few, seeds

shared = st.booleans()

# --- find_errors ----------------------------------------------------------------------------------

find_errors = task(
    "contrastive.find_errors",
    hints=(
        "For each image you need two numbers: the class that the model thinks most likely, and the "
        "label. An error is an image for which they differ. Which of the numbers in a row of "
        "logits tells the predicted class: the largest value, or the place where it stands?",
        "numpy's argmax along the class axis gives the predicted classes, one an image. Compare "
        "them with the labels, and ask numpy where the comparison fails: there is a function that "
        "turns an array of true and false into the positions of the true ones, in rising order.",
        "Call the model with training=False, take np.argmax(logits, axis=1) as predicted, and "
        "index = np.flatnonzero(predicted != labels). Return Errors(index, predicted[index], "
        "labels[index]): the last two hold only the wrong ones, as many as index. Before that, "
        "compare the number of labels with the number of images, and raise a ValueError that "
        "names labels if they differ.",
    ),
)


def hand_made_logits(seed: int, wrong: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Logits for five images, and labels of which those in `wrong` differ from the prediction."""
    draw = np.random.default_rng([seed, 23])
    labels = draw.integers(0, models.CLASSES, 5)
    predicted = labels.copy()
    predicted[list(wrong)] = (labels[list(wrong)] + draw.integers(1, 4, len(wrong))) % 4
    logits = draw.uniform(0.0, 0.4, (5, models.CLASSES))
    logits[np.arange(5), predicted] = 0.8
    return logits, labels


@find_errors
@settings
@given(seeds, st.sets(st.integers(0, 4)).map(lambda wrong: tuple(sorted(wrong))))
def test_lists_what_is_wrong(work: Work, seed: int, wrong: tuple[int, ...]) -> None:
    """The errors are listed in order, each with its predicted and its correct class."""
    logits, labels = hand_made_logits(seed, wrong)
    images = models.images_with_logits(logits, seed)
    answer = work.contrastive.find_errors(models.readout(), images, labels)
    parts = check_tuple(answer, ("index", "predicted", "true"))
    check_close(parts[0], wrong, what="index")
    check_close(parts[1], logits.argmax(axis=1)[list(wrong)], what="predicted")
    check_close(parts[2], labels[list(wrong)], what="true")


@find_errors
def test_errors_are_found_in_inference_mode(work: Work) -> None:
    """The model is called with training=False."""
    model, images = models.with_training_state(work.seed), models.images(work.seed, 5)
    predicted = models.logits(model, images).argmax(axis=1)
    for _ in range(3):  # dropout leaves some predictions as they are, but not fifteen
        answer = work.contrastive.find_errors(model, images, predicted)
        index = check_tuple(answer, ("index", "predicted", "true"))[0]
        check(
            len(as_array(index)) == 0,
            "The model seems to run in training mode: dropout is on. Use training=False.",
        )


@find_errors
def test_refuses_labels_that_do_not_fit(work: Work) -> None:
    """Another number of labels than of images is a ValueError."""
    images, function = models.images(0, 5), work.contrastive.find_errors
    function(models.readout(), images, np.zeros(5, np.int64))
    check_refuses(function, models.readout(), images, np.zeros(4, np.int64), argument="labels[:4]")


# --- gradient_times_input -------------------------------------------------------------------------

gradient_times_input = task(
    "contrastive.gradient_times_input",
    hints=(
        "The name says it all: two arrays of the same shape, multiplied value by value. You wrote "
        "the function for the first of them in the first module; the other is what the function is "
        "given. Think about what you must not do on the way: is there anything to take absolute "
        "values of, or to add up?",
        "You may import gradient_saliency from your own module saliency, or write the few lines "
        "with a GradientTape again. It is the gradient of the logit, not of the softmax. Multiply "
        "it with the images as they are, in [0, 1], without subtracting a mean.",
        "images * gradient_saliency(model, images, class_index), with the import at the top of the "
        "file: from .saliency import gradient_saliency. The result has a value for each channel, "
        "shape (B, H, W, C), and keeps its sign; who wants a heat map adds the channels up later.",
    ),
)


@gradient_times_input
@settings
@given(seeds, shared)
def test_is_the_contribution_in_a_linear_model(work: Work, seed: int, is_shared: bool) -> None:
    """On a linear model, the map is weight times pixel: it adds up to the logit less the bias."""
    model, weights = models.power(1, work.seed), models.weights_of_power(1, work.seed)
    images, classes = models.images(seed, 2), models.some_classes(seed, 2, is_shared)
    answer = work.contrastive.gradient_times_input(model, images, classes)
    check_close(answer, np.broadcast_to(weights[classes], images.shape) * images)


@gradient_times_input
@settings
@given(seeds)
def test_is_the_gradient_times_the_image(work: Work, seed: int) -> None:
    """On any model, the map is the gradient of the logit, times the image, value by value."""
    model, weights = models.power(3, work.seed), models.weights_of_power(3, work.seed)
    images, classes = models.images(seed, 2), models.classes(seed, 2)
    answer = work.contrastive.gradient_times_input(model, images, classes)
    check_close(answer, 3 * weights[classes] * images.astype(np.float64) ** 3)


# --- smooth_grad ----------------------------------------------------------------------------------

smooth_grad = task(
    "contrastive.smooth_grad",
    hints=(
        "The idea is to ask the same question many times, each time about a slightly different "
        "image, and to average the answers. What is averaged: the noisy images before the gradient "
        "is taken, or the gradients of the noisy images? The two are not the same unless the "
        "network is linear.",
        "Make a random generator from the seed. For each of the samples draw normal noise of the "
        "images' shape with standard deviation noise, add it, and take the gradient of the logit "
        "at the noisy images, as they are, not clipped. Add up these gradients with their signs, "
        "and divide by the number of samples in the end.",
        "rng = np.random.default_rng(seed); then in a loop over the samples, noisy = images + "
        "noise * rng.standard_normal(images.shape).astype('float32'), and total += "
        "gradient_saliency(model, noisy, class_index). Return total / samples. Before that, raise "
        "a ValueError that names samples or noise if there is less than one sample, or if the "
        "noise is negative. If one image's result must not depend on the others, draw for each.",
    ),
)


@smooth_grad
@settings
@given(seeds, shared)
def test_without_noise_it_is_the_gradient(work: Work, seed: int, is_shared: bool) -> None:
    """With noise 0, the result is the gradient itself."""
    model, weights = models.power(2, work.seed), models.weights_of_power(2, work.seed)
    images, classes = models.images(seed), models.some_classes(seed, 2, is_shared)
    answer = work.contrastive.smooth_grad(model, images, classes, 3, 0.0, seed)
    check_close(answer, 2 * np.broadcast_to(weights[classes], images.shape) * images)


@smooth_grad
@settings
@given(seeds, st.sampled_from([0.1, 1.0]), st.sampled_from([1, 5, 11]))
def test_noise_does_not_matter_to_a_linear_model(
    work: Work, seed: int, noise: float, samples: int
) -> None:
    """On a linear model, the gradient is the same everywhere, so any noise gives the weights."""
    model, weights = models.power(1, work.seed), models.weights_of_power(1, work.seed)
    images, classes = models.images(seed), models.classes(seed)
    answer = work.contrastive.smooth_grad(model, images, classes, samples, noise, seed)
    check_close(answer, weights[classes])


@smooth_grad
@few
@given(seeds, st.sampled_from([0.2, 0.4]))
def test_noise_is_a_standard_deviation_in_image_units(work: Work, seed: int, noise: float) -> None:
    """Noise is normal, with mean 0 and the standard deviation given, and nothing is clipped."""
    # On Σ w x³ the gradient is 3 w x², whose mean under noise is 3 w (x² + noise²).
    model, weights = models.power(3, work.seed), models.weights_of_power(3, work.seed)
    images, samples = models.images(seed, 1), 64
    answer = as_array(
        work.contrastive.smooth_grad(model, images, 0, samples, noise, seed), images.shape
    )
    squares = answer / (3 * weights[0]) - images.astype(np.float64) ** 2
    # Mean over 90 pixels of a mean over 64 samples of 2 x e + e²; five of its standard deviations.
    spread = np.sqrt(np.mean(4 * images**2 * noise**2) + 2 * noise**4)
    allowed = 5 * spread / np.sqrt(samples * images.size)
    found = float(squares.mean())
    check(
        abs(found - noise**2) < allowed,
        "",
        f"With noise={noise}, the variance should be {noise**2:.3g}; yours looks like {found:.3g}.",
    )


@smooth_grad
@few
@given(seeds)
def test_noise_comes_from_the_seed(work: Work, seed: int) -> None:
    """The same seed gives the same result, and another seed another."""
    model, images = models.smooth(work.seed), models.images(seed)
    first, again, other = (
        as_array(work.contrastive.smooth_grad(model, images, 1, 2, 0.3, one), images.shape)
        for one in (seed, seed, seed + 1)
    )
    check_close(again, first, "The same seed gives another result: the noise ignores the seed.")
    check(
        np.abs(first - other).max() > 1e-3 * np.abs(first).max(),
        "Another seed gives the same result: the noise ignores the seed, or there is none.",
    )


@smooth_grad
@few
@given(seeds)
def test_every_sample_has_noise_of_its_own(work: Work, seed: int) -> None:
    """More samples make the result steadier: its spread falls with the root of their number."""
    model, weights = models.power(2, work.seed), models.weights_of_power(2, work.seed)
    images, noise = models.images(seed, 1), 0.5

    def spread(samples: int) -> float:
        answer = work.contrastive.smooth_grad(model, images, 0, samples, noise, seed)
        off = as_array(answer, images.shape) / (2 * weights[0]) - images
        return float(np.sqrt(np.mean(off**2))) / noise

    one, many = spread(1), spread(36)  # expected: 1 and 1/6; from 90 values, within a third
    check(0.6 < one < 1.5, "", f"With one sample the noise should be 1, yours is {one:.2f}.")
    check(
        many < 0.25,
        "The spread does not fall with the number of samples.",
        f"From 1 to 36 samples it should fall from 1 to 0.17; yours is {one:.2f}, then {many:.2f}.",
    )


@smooth_grad
@few
@given(seeds)
def test_smooth_grad_does_not_mix_images(work: Work, seed: int) -> None:
    """The noise of one pixel is not the noise of another, and each image gets its own class."""
    model, weights = models.power(2, work.seed), models.weights_of_power(2, work.seed)
    images, classes = models.images(seed, 3), models.classes(seed, 3)
    answer = work.contrastive.smooth_grad(model, images, classes, 1, 0.5, seed)
    noise = as_array(answer, images.shape) / (2 * weights[classes]) - images
    distinct = len(np.unique(np.round(noise[0], 4)))
    check(
        distinct > 0.8 * noise[0].size,
        "The noise is the same for many pixels or channels: draw it for each on its own.",
        f"One image of {noise[0].size} values has {distinct} different ones.",
    )


@smooth_grad
def test_smooth_grad_refuses_bad_numbers(work: Work) -> None:
    """Less than one sample, or negative noise, is a ValueError."""
    model, images, function = models.power(1, work.seed), models.images(0), None
    function = work.contrastive.smooth_grad
    function(model, images, 0, 1, 0.0, 0)
    check_refuses(function, model, images, 0, 0, 0.1, 0, argument="samples=0")
    check_refuses(function, model, images, 0, 2, -0.1, 0, argument="noise=-0.1")


# --- integrated_gradients -------------------------------------------------------------------------

integrated_gradients = task(
    "contrastive.integrated_gradients",
    hints=(
        "Imagine the image appearing slowly out of a plain grey one, along a straight line. At "
        "each point of the way there is a gradient. You need their mean, and then one "
        "multiplication. With which array, so that the result adds up to the change of the logit "
        "over the whole way?",
        "A point on the way is baseline + alpha * (image - baseline), with alpha between 0 and 1. "
        "The midpoint rule takes alpha in the middle of each of the equal parts: for 2 steps that "
        "is 0.25 and 0.75. Take the gradient of the logit at each of these points, average them, "
        "and multiply the mean with image - baseline, not with the image.",
        "alphas = (np.arange(steps) + 0.5) / steps. In a loop over them, total += "
        "gradient_saliency(model, baseline + alpha * (images - baseline), class_index). Return "
        "(images - baseline) * total / steps. All in float32, and before it a ValueError that "
        "names steps if there is less than one. With baseline 0.3 and steps 1, check by hand that "
        "you ask for the gradient half way between grey and the image.",
    ),
)


def path_gradient(images: np.ndarray, baseline: float, steps: int, exponent: int) -> np.ndarray:
    """The mean over the midpoints of the derivative of x ↦ xⁿ on the way to the images."""
    way = images.astype(np.float64) - baseline
    points = [baseline + (i + 0.5) / steps * way for i in range(steps)]
    return np.mean([exponent * point ** (exponent - 1) for point in points], axis=0)


@integrated_gradients
@settings
@given(seeds, shared, st.sampled_from([0.0, 0.3, 1.0]))
def test_is_exact_on_a_linear_model(
    work: Work, seed: int, is_shared: bool, baseline: float
) -> None:
    """On a linear model, the map is weight · (image − baseline), whatever the number of steps."""
    model, weights = models.power(1, work.seed), models.weights_of_power(1, work.seed)
    images, classes = models.images(seed), models.some_classes(seed, 2, is_shared)
    answer = work.contrastive.integrated_gradients(model, images, classes, baseline, 3)
    check_close(answer, np.broadcast_to(weights[classes], images.shape) * (images - baseline))


@integrated_gradients
@settings
@given(seeds, st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from([1, 2, 9]))
def test_takes_gradients_in_the_middle_of_each_part(
    work: Work, seed: int, baseline: float, steps: int
) -> None:
    """The gradients are taken at the midpoints of `steps` equal parts of the way, and averaged."""
    model, weights = models.power(3, work.seed), models.weights_of_power(3, work.seed)
    images, classes = models.images(seed), models.classes(seed)
    answer = work.contrastive.integrated_gradients(model, images, classes, baseline, steps)
    mean = path_gradient(images, baseline, steps, 3)
    check_close(answer, weights[classes] * mean * (images - baseline))


@integrated_gradients
@few
@given(seeds, st.sampled_from([0.0, 0.5]))
def test_is_complete(work: Work, seed: int, baseline: float) -> None:
    """The map adds up to f(image) − f(baseline), f being the logit of the class."""
    model, images, classes = models.smooth(work.seed), models.images(seed), models.classes(seed)
    answer = work.contrastive.integrated_gradients(model, images, classes, baseline, 64)
    sums = as_array(answer, images.shape).sum(axis=(1, 2, 3))
    plain = np.full_like(images, baseline)
    rise = models.outputs(model, images, classes) - models.outputs(model, plain, classes)
    # The midpoint rule is off by (1/64)² of a second derivative of the order of the logits.
    check_close(sums, rise, what="the sum", tolerance=TOLERANCE_OF_64_STEPS)


TOLERANCE_OF_64_STEPS = 5e-3


@integrated_gradients
def test_integrated_gradients_have_defaults(work: Work) -> None:
    """By default, the way leads from black (0), in 32 steps."""
    model, weights = models.power(3, work.seed), models.weights_of_power(3, work.seed)
    images = models.images(work.seed)
    answer = work.contrastive.integrated_gradients(model, images, 0)
    check_close(answer, weights[0] * path_gradient(images, 0.0, 32, 3) * images)


@integrated_gradients
def test_integrated_gradients_refuse_no_steps(work: Work) -> None:
    """Less than one step is a ValueError."""
    model, images = models.power(1, work.seed), models.images(0)
    function = work.contrastive.integrated_gradients
    function(model, images, 0, 0.0, 1)
    check_refuses(function, model, images, 0, 0.0, 0, argument="steps=0")


# --- grad_cam -------------------------------------------------------------------------------------

grad_cam = task(
    "contrastive.grad_cam",
    hints=(
        "Grad-CAM does not look at the pixels, but at a layer inside: at each position it has many "
        "channels. Which channels matter to the class? Take the gradient of the logit with respect "
        "to that layer's activations, and turn it into one weight a channel. Which Keras model "
        "gives you the activations and the logits at once?",
        "Build keras.Model(model.inputs, [layer.output, model.output]) and call it inside a tape "
        "that watches the activations (or ask for the gradient with respect to them). The weight "
        "of a channel is the mean of its gradient over the positions. Add the channels up with "
        "their weights, set negative sums to zero, and resize to the size of the image.",
        "activations, logits = both(images, training=False) within the tape; value = the class's "
        "logit; gradient = tape.gradient(value, activations). weights = mean of the gradient over "
        "axes 1 and 2, keepdims. cam = tf.nn.relu(sum over the last axis of weights * "
        "activations), then tf.image.resize(cam[..., None], (H, W))[..., 0], which is bilinear. "
        "ReLU once, after the sum; no division by the maximum; model.get_layer raises the "
        "ValueError by itself.",
    ),
)


def bilinear(maps: np.ndarray, height: int, width: int) -> np.ndarray:
    """Bring maps `(B, h, w)` to another size, linearly between the centres of their pixels."""

    def spread(size: int, new: int) -> np.ndarray:
        places = np.clip((np.arange(new) + 0.5) * size / new - 0.5, 0, size - 1)
        return np.maximum(0, 1 - np.abs(places[:, None] - np.arange(size)[None, :]))

    return np.einsum(
        "yh,bhw,xw->byx", spread(maps.shape[1], height), maps, spread(maps.shape[2], width)
    )


def class_activation_map(work: Work, images: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """What Grad-CAM is on `pooling`: the class's weights times the features, per position."""
    model = models.pooling(work.seed)
    features = models.activations(model, "features", images)
    weights = np.asarray(model.get_layer("logits").get_weights()[0], np.float64)
    positions = features.shape[1] * features.shape[2]
    return np.einsum("bhwc,cb->bhw", features, weights[:, classes]) / positions


@grad_cam
@settings
@given(seeds, shared)
def test_equals_the_class_activation_map(work: Work, seed: int, is_shared: bool) -> None:
    """After global average pooling, it is the class's weights times the features, above zero."""
    images, classes = models.images(seed), models.some_classes(seed, 2, is_shared)
    answer = work.contrastive.grad_cam(models.pooling(work.seed), images, classes, "features")
    check(np.min(as_array(answer, images.shape[:3])) >= 0, "The map has negative values.")
    cam = class_activation_map(work, images, np.broadcast_to(classes, 2))
    check_close(answer, bilinear(np.maximum(cam, 0), *models.SHAPE[:2]))


@grad_cam
@settings
@given(seeds)
def test_weighs_channels_by_the_mean_of_their_gradient(work: Work, seed: int) -> None:
    """A channel's weight is the mean of its gradient over all positions of the layer."""
    model, images, classes = models.smooth(work.seed), models.images(seed), models.classes(seed)
    features = models.activations(model, "second", images)
    kernel, bias = (np.asarray(one, np.float64) for one in model.get_layer("logits").get_weights())
    del bias
    gradients = kernel.T[classes].reshape(features.shape)  # from the flattened features to a logit
    weights = gradients.mean(axis=(1, 2), keepdims=True)
    cam = np.maximum((weights * features).sum(axis=-1), 0)
    answer = work.contrastive.grad_cam(model, images, classes, "second")
    check_close(answer, bilinear(cam, *models.SHAPE[:2]))


@grad_cam
def test_grad_cam_refuses_an_unknown_layer(work: Work) -> None:
    """A layer that the model does not have is a ValueError."""
    model, images = models.pooling(work.seed), models.images(0)
    function = work.contrastive.grad_cam
    function(model, images, 0, "features")
    check_refuses(function, model, images, 0, "feature", argument='layer_name="feature"')


@grad_cam
def test_grad_cam_leaves_the_model_alone(work: Work) -> None:
    """The model runs in inference mode, and its weights are the same afterwards."""
    model, images = models.with_training_state(work.seed), models.images(work.seed)
    first = work.contrastive.grad_cam(model, images, 1, "first")
    again = work.contrastive.grad_cam(model, images, 1, "first")
    check_close(again, first, "The model seems to run in training mode: two calls differ.")
    check_untrained(work, model)


# --- occlusion_sensitivity ------------------------------------------------------------------------

occlusion_sensitivity = task(
    "contrastive.occlusion_sensitivity",
    hints=(
        "No gradient this time: cover a part of the image with a grey patch, and see how far the "
        "logit falls. Where does the patch stand first, where next, and where last? How many "
        "patches cover one pixel, if they overlap, and what number does the pixel get then?",
        "Two loops over the upper left corners: from 0 in steps of stride, as long as the whole "
        "patch fits. For each, copy the images, fill the patch, call the model, and take the "
        "original logit minus the new one. Keep two arrays: the sum of these drops for each pixel, "
        "and the number of patches that covered it.",
        "range(0, height - patch + 1, stride) gives the upper edges, and likewise the left ones. "
        "total[:, y : y + patch, x : x + patch] += drop[:, None, None], and count likewise + 1. "
        "Return total / np.maximum(count, 1), so that pixels which no patch reaches stay 0. The "
        "drop is positive where covering hurts. A patch or stride below 1, or a patch that does "
        "not fit, is a ValueError that names it.",
    ),
)


def covered_drops(
    contributions: np.ndarray, patch: int, stride: int
) -> tuple[np.ndarray, np.ndarray]:
    """Mean drop of every pixel and number of patches on it, if each pixel has its own drop."""
    height, width = contributions.shape[1:]
    total, count = np.zeros_like(contributions), np.zeros((height, width))
    for top in range(0, height - patch + 1, stride):
        for left in range(0, width - patch + 1, stride):
            rows, columns = slice(top, top + patch), slice(left, left + patch)
            drop = contributions[:, rows, columns].sum(axis=(1, 2))
            total[:, rows, columns] += drop[:, None, None]
            count[rows, columns] += 1
    return total / np.maximum(count, 1), count


@occlusion_sensitivity
@settings
@given(seeds, shared, st.sampled_from([(2, 1), (2, 2), (3, 2), (1, 1), (5, 3), (2, 3)]))
def test_is_exact_on_an_additive_model(
    work: Work, seed: int, is_shared: bool, sizes: tuple[int, int]
) -> None:
    """A pixel's value is the mean drop of the logit over the patches that cover it."""
    model, weights = models.power(1, work.seed), models.weights_of_power(1, work.seed)
    images, classes = models.images(seed), models.some_classes(seed, 2, is_shared)
    patch, stride = sizes
    answer = work.contrastive.occlusion_sensitivity(model, images, classes, patch, stride)
    own = (weights[np.broadcast_to(classes, 2)] * (images - 0.5)).sum(axis=-1)
    check_close(answer, covered_drops(own, patch, stride)[0])


@occlusion_sensitivity
@settings
@given(seeds, st.sampled_from([0.0, 1.0]))
def test_covers_with_the_fill(work: Work, seed: int, fill: float) -> None:
    """A covered pixel has the grey level `fill` in every channel."""
    model, weights = models.power(2, work.seed), models.weights_of_power(2, work.seed)
    images = models.images(seed)
    answer = work.contrastive.occlusion_sensitivity(model, images, 1, 2, 2, fill)
    own = (weights[1] * (images.astype(np.float64) ** 2 - fill**2)).sum(axis=-1)
    check_close(answer, covered_drops(own, 2, 2)[0])


@occlusion_sensitivity
@settings
@given(seeds, st.sampled_from([(2, 3), (3, 3), (1, 2)]))
def test_is_zero_where_no_patch_reaches(work: Work, seed: int, sizes: tuple[int, int]) -> None:
    """A pixel that no whole patch covers has the value 0."""
    images, (patch, stride) = models.images(seed), sizes
    model = models.power(1, work.seed)
    answer = as_array(
        work.contrastive.occlusion_sensitivity(model, images, 0, patch, stride), images.shape[:3]
    )
    _, count = covered_drops(np.zeros(images.shape[:3]), patch, stride)
    missed = np.abs(answer[:, count == 0]).max(initial=0)
    check(missed == 0, "", f"There the largest value should be 0; yours is {missed:.3g}.")


@occlusion_sensitivity
def test_occlusion_refuses_bad_sizes(work: Work) -> None:
    """A stride or patch below 1, or a patch larger than the image, is a ValueError."""
    model, images = models.power(1, work.seed), models.images(0)
    function = work.contrastive.occlusion_sensitivity
    function(model, images, 0, 5, 1)
    check_refuses(function, model, images, 0, 2, 0, argument="stride=0")
    check_refuses(function, model, images, 0, 0, 1, argument="patch=0")
    check_refuses(function, model, images, 0, 6, 1, argument="patch=6 (for images of 6 × 5)")


@occlusion_sensitivity
def test_occlusion_runs_for_inference(work: Work) -> None:
    """The model is called with training=False."""
    model, images = models.with_training_state(work.seed), models.images(work.seed)
    first = work.contrastive.occlusion_sensitivity(model, images, 1, 3, 2)
    again = work.contrastive.occlusion_sensitivity(model, images, 1, 3, 2)
    check_close(again, first, "The model seems to run in training mode: two calls differ.")


# --- contrast -------------------------------------------------------------------------------------

contrast = task(
    "contrastive.contrast",
    hints=(
        "The method is a function that you get as an argument, like any other value: you call it "
        "with a model, images and a class. How often do you need it here, and what differs between "
        "the calls? Nothing in this function depends on which method it is.",
        "Call the method once for the predicted class and once for the true one, on the same "
        "images. The third part of the result is the first map minus the second one, value by "
        "value, with its sign. Mind the order: where the difference is positive, the image spoke "
        "for the error.",
        "for_predicted = method(model, images, predicted), for_true = method(model, images, true), "
        "and return Contrast(for_predicted, for_true, for_predicted - for_true). No normalising, "
        "no absolute value, no loop over the images: the method takes one class for the whole "
        "batch as well as one for each image, and the shape of its maps is its own business.",
    ),
)

PARTS = ("for_predicted", "for_true", "difference")


def expected_maps(work: Work, images: np.ndarray, classes: object) -> np.ndarray:
    """What the probe `logit_times_image` gives on `smooth`."""
    values = models.outputs(models.smooth(work.seed), images, classes)
    return images * values[:, None, None, None]


@contrast
@settings
@given(seeds, shared, st.booleans())
def test_maps_both_classes_and_their_difference(
    work: Work, seed: int, is_shared: bool, in_colour: bool
) -> None:
    """The parts are the method's map for the predicted class, for the true one, and the rest."""
    model, images = models.smooth(work.seed), models.images(seed)
    predicted = models.some_classes(seed, 2, is_shared)
    true = (predicted + 1) % models.CLASSES
    method = functools.partial(probes.logit_times_image, in_colour=in_colour)
    answer = work.contrastive.contrast(method, model, images, predicted, true)
    parts = check_tuple(answer, PARTS)
    first, second = (expected_maps(work, images, one) for one in (predicted, true))
    if not in_colour:
        first, second = first.sum(axis=-1), second.sum(axis=-1)
    for part, expected, name in zip(parts, (first, second, first - second), PARTS, strict=True):
        check_close(part, expected, what=name)


@contrast
@settings
@given(seeds)
def test_changes_sign_with_the_classes(work: Work, seed: int) -> None:
    """With the two classes exchanged, the difference has the other sign."""
    model, images, one, other = models.smooth(work.seed), models.images(seed), 0, 2
    method = probes.logit_times_image
    there = work.contrastive.contrast(method, model, images, one, other)
    back = work.contrastive.contrast(method, model, images, other, one)
    check_close(check_tuple(back, PARTS)[2], -as_array(check_tuple(there, PARTS)[2]))
