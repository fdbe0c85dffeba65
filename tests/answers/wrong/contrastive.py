"""Known mistakes in 2.2, by task."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from course.grader.mistakes import mistake

TENSOR = "Given a tensor instead of a NumPy array"


def _each(class_index: Any, images: Any) -> Any:
    """One class an image."""
    return np.broadcast_to(class_index, len(images))


def _value(model: Any, images: Any, class_index: Any, training: bool = False) -> Any:
    """The logit of the class, one an image."""
    return tf.gather(model(images, training=training), _each(class_index, images), batch_dims=1)


def _slope(model: Any, images: Any, class_index: Any, training: bool = False) -> Any:
    """The gradient of the logit."""
    images = tf.convert_to_tensor(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = _value(model, images, class_index, training)
    return tape.gradient(value, images).numpy()


def _softmax_slope(model: Any, images: Any, class_index: Any) -> Any:
    images = tf.convert_to_tensor(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        table = tf.nn.softmax(model(images, training=False))
        value = tf.gather(table, _each(class_index, images), batch_dims=1)
    return tape.gradient(value, images).numpy()


def _first_of(class_index: Any) -> Any:
    return np.ravel(class_index)[0]


# --- find_errors ----------------------------------------------------------------------------------


def _predicted(model: Any, images: Any, labels: Any, training: bool = False) -> Any:
    if len(labels) != len(images):
        raise ValueError("labels")
    return model(images, training=training).numpy().argmax(axis=1)


@mistake("contrastive.find_errors", "predicted and true exchanged")
def errors_with_classes_exchanged(model: Any, images: Any, labels: Any) -> Any:
    predicted = _predicted(model, images, labels)
    index = np.flatnonzero(predicted != labels)
    return index, labels[index], predicted[index]


@mistake("contrastive.find_errors", "a list of the right predictions, not of the wrong ones")
def errors_that_are_right(model: Any, images: Any, labels: Any) -> Any:
    predicted = _predicted(model, images, labels)
    index = np.flatnonzero(predicted == labels)
    return index, predicted[index], labels[index]


@mistake("contrastive.find_errors", "predictions and labels of the whole batch, not of the errors")
def errors_with_all_classes(model: Any, images: Any, labels: Any) -> Any:
    predicted = _predicted(model, images, labels)
    return np.flatnonzero(predicted != labels), predicted, labels


@mistake("contrastive.find_errors", "an array of true and false instead of positions")
def errors_as_a_mask(model: Any, images: Any, labels: Any) -> Any:
    predicted = _predicted(model, images, labels)
    is_wrong = predicted != labels
    return is_wrong, predicted[is_wrong], labels[is_wrong]


@mistake("contrastive.find_errors", "the smallest logit taken for the prediction")
def errors_by_smallest_logit(model: Any, images: Any, labels: Any) -> Any:
    predicted = (-model(images).numpy()).argmax(axis=1)
    index = np.flatnonzero(predicted != labels)
    return index, predicted[index], labels[index]


@mistake("contrastive.find_errors", "the errors from the last to the first")
def errors_backwards(model: Any, images: Any, labels: Any) -> Any:
    predicted = _predicted(model, images, labels)
    index = np.flatnonzero(predicted != labels)[::-1]
    return index, predicted[index], labels[index]


@mistake("contrastive.find_errors", "is not listed", is_computed=False)
def errors_counted_anew_in_every_part(model: Any, images: Any, labels: Any) -> Any:
    predicted = _predicted(model, images, labels)
    index = np.flatnonzero(predicted != labels)
    return index % 32, predicted[index], np.asarray(labels)[index]


@mistake("contrastive.find_errors", "only the first of the errors")
def errors_up_to_the_first(model: Any, images: Any, labels: Any) -> Any:
    predicted = _predicted(model, images, labels)
    index = np.flatnonzero(predicted != labels)[:1]
    return index, predicted[index], labels[index]


@mistake("contrastive.find_errors", "should hold whole numbers", is_computed=False)
def errors_as_floats(model: Any, images: Any, labels: Any) -> Any:
    predicted = _predicted(model, images, labels)
    index = np.flatnonzero(predicted != labels)
    return index.astype(float), predicted[index], labels[index]


@mistake("contrastive.find_errors", "It finds errors where there are none", is_computed=False)
def errors_in_training(model: Any, images: Any, labels: Any) -> Any:
    predicted = _predicted(model, images, labels, training=True)
    index = np.flatnonzero(predicted != labels)
    return index, predicted[index], labels[index]


@mistake("contrastive.find_errors", "is accepted, but should be a", is_computed=False)
def errors_with_any_labels(model: Any, images: Any, labels: Any) -> Any:
    predicted = model(images).numpy().argmax(axis=1)
    index = [i for i, (one, k) in enumerate(zip(predicted, labels)) if one != k]  # noqa: B905
    return np.array(index, int), predicted[index], labels[index]


@mistake("contrastive.find_errors", "", is_computed=False)
def errors_by_overflowing_softmax(model: Any, images: Any, labels: Any) -> Any:
    if len(labels) != len(images):
        raise ValueError("labels")
    table = np.exp(model(images, training=False).numpy())
    predicted = (table / table.sum(axis=1, keepdims=True)).argmax(axis=1)
    index = np.flatnonzero(predicted != labels)
    return index, predicted[index], labels[index]


@mistake("contrastive.find_errors", "", is_computed=False)
def errors_squeezed(model: Any, images: Any, labels: Any) -> Any:
    predicted = _predicted(model, images, labels)
    index = np.argwhere(predicted != labels).squeeze()
    return index, predicted[index], labels[index]


@mistake("contrastive.find_errors", TENSOR, is_computed=False)
def errors_in_a_copy_of_an_array(model: Any, images: Any, labels: Any) -> Any:
    predicted = _predicted(model, images.copy(), labels)
    index = np.flatnonzero(predicted != labels)
    return index, predicted[index], labels[index]


# --- gradient_times_input -------------------------------------------------------------------------


@mistake("contrastive.gradient_times_input", "the gradient alone: the image is missing")
def product_without_image(model: Any, images: Any, class_index: Any) -> Any:
    return _slope(model, images, class_index)


@mistake("contrastive.gradient_times_input", "the absolute value: the signs are lost")
def product_without_sign(model: Any, images: Any, class_index: Any) -> Any:
    return np.abs(images * _slope(model, images, class_index))


@mistake("contrastive.gradient_times_input", "the gradient of the softmax, not of the logit")
def product_with_softmax(model: Any, images: Any, class_index: Any) -> Any:
    return images * _softmax_slope(model, images, class_index)


@mistake("contrastive.gradient_times_input", "the first image's class used for all images")
def product_for_the_first_class(model: Any, images: Any, class_index: Any) -> Any:
    return images * _slope(model, images, _first_of(class_index))


@mistake("contrastive.gradient_times_input", "the class that the model predicts, not the given one")
def product_for_the_predicted(model: Any, images: Any, class_index: Any) -> Any:
    return images * _slope(model, images, model(images).numpy().argmax(axis=1))


@mistake("contrastive.gradient_times_input", "the image shifted to [-1, 1] before multiplying")
def product_with_shifted_image(model: Any, images: Any, class_index: Any) -> Any:
    return (2 * images - 1) * _slope(model, images, class_index)


@mistake("contrastive.gradient_times_input", "integrated gradients: one gradient was asked for")
def product_along_a_path(model: Any, images: Any, class_index: Any) -> Any:
    middles = (np.arange(8) + 0.5) / 8
    return images * np.mean([_slope(model, a * images, class_index) for a in middles], axis=0)


@mistake("contrastive.gradient_times_input", "a sum over the channels: every value counts here")
def product_without_channels(model: Any, images: Any, class_index: Any) -> Any:
    return (images * _slope(model, images, class_index)).sum(axis=-1)


@mistake("contrastive.gradient_times_input", "the gradients averaged over the batch")
def product_with_mean_gradient(model: Any, images: Any, class_index: Any) -> Any:
    return images * _slope(model, images, class_index).mean(axis=0)


@mistake("contrastive.gradient_times_input", "in training mode", is_computed=False)
def product_in_training(model: Any, images: Any, class_index: Any) -> Any:
    return images * _slope(model, images, class_index, training=True)


@mistake("contrastive.gradient_times_input", TENSOR, is_computed=False)
def product_with_a_copy_of_an_array(model: Any, images: Any, class_index: Any) -> Any:
    return images.copy() * _slope(model, images, class_index)


@mistake("contrastive.gradient_times_input", "`trainable` flags", is_computed=False)
def product_of_a_frozen_model(model: Any, images: Any, class_index: Any) -> Any:
    model.trainable = False
    return images * _slope(model, images, class_index)


# --- smooth_grad ----------------------------------------------------------------------------------


def _smooth(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int | None
) -> Any:
    """The gradients at the noisy copies, `(samples, B, H, W, C)`: right so far."""
    if samples < 1 or noise < 0:
        raise ValueError("samples or noise")
    draw = np.random.default_rng(seed)
    copies = (images + noise * draw.standard_normal(images.shape) for _ in range(samples))
    return np.stack([_slope(model, copy, class_index) for copy in copies])


@mistake(
    "contrastive.smooth_grad", "random state that all code shares is changed", is_computed=False
)
def smoothed_by_the_shared_state(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    np.random.seed(seed)
    seed = int(np.random.randint(2**31))
    return _smooth(model, images, class_index, samples, noise, seed).mean(axis=0)


@mistake("contrastive.smooth_grad", "the sum over the samples, not their mean")
def smoothed_sum(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    return _smooth(model, images, class_index, samples, noise, seed).sum(axis=0)


@mistake("contrastive.smooth_grad", "absolute gradients averaged: the signs are lost")
def smoothed_without_sign(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    return np.abs(_smooth(model, images, class_index, samples, noise, seed)).mean(axis=0)


@mistake("contrastive.smooth_grad", "squared gradients averaged: that is SmoothGrad-Squared")
def smoothed_squares(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    return (_smooth(model, images, class_index, samples, noise, seed) ** 2).mean(axis=0)


@mistake("contrastive.smooth_grad", "the variance of the gradients: that is VarGrad")
def smoothed_variance(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    return _smooth(model, images, class_index, samples, noise, seed).var(axis=0)


@mistake("contrastive.smooth_grad", "the result multiplied with the image")
def smoothed_times_image(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    return images * _smooth(model, images, class_index, samples, noise, seed).mean(axis=0)


@mistake("contrastive.smooth_grad", "noise added to the gradient, not to the image")
def smoothed_with_noise_outside(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    draw = np.random.default_rng(seed).standard_normal((samples, *images.shape))
    return _slope(model, images, class_index) + noise * draw.mean(axis=0)


@mistake("contrastive.smooth_grad", "the first image's class used for all images")
def smoothed_for_the_first_class(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    return _smooth(model, images, _first_of(class_index), samples, noise, seed).mean(axis=0)


@mistake("contrastive.smooth_grad", "the gradient of the softmax, not of the logit")
def smoothed_softmax(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    draw = np.random.default_rng(seed)
    copies = [images + noise * draw.standard_normal(images.shape) for _ in range(samples)]
    return np.mean([_softmax_slope(model, copy, class_index) for copy in copies], axis=0)


@mistake("contrastive.smooth_grad", "noisy images are averaged", is_computed=False)
def smoothed_image(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    if samples < 1 or noise < 0:
        raise ValueError("samples or noise")
    draw = np.random.default_rng(seed).standard_normal((samples, *images.shape))
    return _slope(model, images + noise * draw.mean(axis=0), class_index)


@mistake("contrastive.smooth_grad", "same noise added to every sample", is_computed=False)
def smoothed_with_one_noise(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    if samples < 1 or noise < 0:
        raise ValueError("samples or noise")
    maps = []
    for _ in range(samples):
        draw = np.random.default_rng(seed)
        copy = images + noise * draw.standard_normal(images.shape)
        maps.append(_slope(model, copy, class_index))
    return np.mean(maps, axis=0)


@mistake("contrastive.smooth_grad", "the noisy copies clipped", is_computed=False)
def smoothed_and_clipped(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    draw = np.random.default_rng(seed)
    copies = [images + noise * draw.standard_normal(images.shape) for _ in range(samples)]
    return np.mean([_slope(model, np.clip(copy, 0, 1), class_index) for copy in copies], axis=0)


@mistake("contrastive.smooth_grad", "another standard deviation than asked for", is_computed=False)
def smoothed_relative_to_range(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    noise = noise * float(images.max() - images.min())
    return _smooth(model, images, class_index, samples, noise, seed).mean(axis=0)


@mistake("contrastive.smooth_grad", "taken for the variance", is_computed=False)
def smoothed_with_a_variance(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    noise = np.sign(noise) * np.sqrt(abs(noise))
    return _smooth(model, images, class_index, samples, noise, seed).mean(axis=0)


@mistake("contrastive.smooth_grad", "same seed give different results", is_computed=False)
def smoothed_without_seed(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    return _smooth(model, images, class_index, samples, noise, None).mean(axis=0)


@mistake("contrastive.smooth_grad", "Another seed gives the same result", is_computed=False)
def smoothed_with_seed_zero(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    return _smooth(model, images, class_index, samples, noise, 0).mean(axis=0)


@mistake("contrastive.smooth_grad", "is accepted, but should be a", is_computed=False)
def smoothed_at_any_rate(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    return _smooth(model, images, class_index, max(samples, 1), abs(noise), seed).mean(axis=0)


@mistake("contrastive.smooth_grad", "not normally distributed", is_computed=False)
def smoothed_with_uniform_noise(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    if samples < 1 or noise < 0:
        raise ValueError("samples or noise")
    draw, edge = np.random.default_rng(seed), noise * np.sqrt(3)
    copies = (images + draw.uniform(-edge, edge, images.shape) for _ in range(samples))
    return np.mean([_slope(model, copy, class_index) for copy in copies], axis=0)


@mistake("contrastive.smooth_grad", "same seed give different results", is_computed=False)
def smoothed_with_zero_as_no_seed(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    return _smooth(model, images, class_index, samples, noise, seed or None).mean(axis=0)


@mistake("contrastive.smooth_grad", TENSOR, is_computed=False)
def smoothed_copy_of_an_array(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    return _smooth(model, images.copy(), class_index, samples, noise, seed).mean(axis=0)


# --- integrated_gradients -------------------------------------------------------------------------


def _on_the_way(
    model: Any, images: Any, class_index: Any, baseline: float, alphas: Any, weights: Any = None
) -> Any:
    """The mean of the gradients at some fractions of the way."""
    if len(alphas) == 0:
        raise ValueError("steps")
    places = [baseline + a * (images - baseline) for a in alphas]
    maps = [_slope(model, place, class_index) for place in places]
    return np.average(maps, axis=0, weights=weights)


def _middles(steps: int) -> Any:
    return (np.arange(max(steps, 0)) + 0.5) / max(steps, 1)


@mistake("contrastive.integrated_gradients", "the left end of each step, not its middle")
def path_from_left_ends(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    alphas = np.arange(steps) / steps
    return (images - baseline) * _on_the_way(model, images, class_index, baseline, alphas)


@mistake("contrastive.integrated_gradients", "the right end of each step, not its middle")
def path_from_right_ends(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    alphas = (np.arange(steps) + 1) / steps
    return (images - baseline) * _on_the_way(model, images, class_index, baseline, alphas)


@mistake("contrastive.integrated_gradients", "the trapezoidal rule, not the midpoint rule")
def path_of_trapezoids(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    if steps < 1:
        raise ValueError("steps")
    weights = np.ones(steps + 1)
    weights[[0, -1]] = 0.5
    alphas = np.arange(steps + 1) / steps
    mean = _on_the_way(model, images, class_index, baseline, alphas, weights)
    return (images - baseline) * mean


@mistake("contrastive.integrated_gradients", "the mean multiplied with the image, not with the way")
def path_times_image(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    return images * _on_the_way(model, images, class_index, baseline, _middles(steps))


@mistake("contrastive.integrated_gradients", "a way from black: the baseline is not used")
def path_from_black(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    return images * _on_the_way(model, images, class_index, 0.0, _middles(steps))


@mistake("contrastive.integrated_gradients", "gradients on a way from black, not from the baseline")
def path_that_begins_at_black(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    return (images - baseline) * _on_the_way(model, images, class_index, 0.0, _middles(steps))


@mistake("contrastive.integrated_gradients", "the mean gradient: the factor of the way is missing")
def path_without_factor(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    return _on_the_way(model, images, class_index, baseline, _middles(steps))


@mistake("contrastive.integrated_gradients", "the sum over the steps, not their mean")
def path_summed(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    mean = _on_the_way(model, images, class_index, baseline, _middles(steps))
    return steps * (images - baseline) * mean


@mistake("contrastive.integrated_gradients", "gradient times way at the image itself: no path")
def path_without_path(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    return (images - baseline) * _slope(model, images, class_index)


@mistake("contrastive.integrated_gradients", "the first image's class used for all images")
def path_for_the_first_class(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    mean = _on_the_way(model, images, _first_of(class_index), baseline, _middles(steps))
    return (images - baseline) * mean


@mistake("contrastive.integrated_gradients", "a grey baseline by default, where black is asked for")
def path_from_grey_by_default(
    model: Any, images: Any, class_index: Any, baseline: float = 0.5, steps: int = 32
) -> Any:
    mean = _on_the_way(model, images, class_index, baseline, _middles(steps))
    return (images - baseline) * mean


@mistake("contrastive.integrated_gradients", "a mean of the means of chunks that differ in size")
def path_of_chunks(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    chunks = [_middles(steps)[i : i + 8] for i in range(0, max(steps, 1), 8)]
    means = [_on_the_way(model, images, class_index, baseline, chunk) for chunk in chunks]
    return (images - baseline) * np.mean(means, axis=0)


@mistake("contrastive.integrated_gradients", "in training mode", is_computed=False)
def path_in_training(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    noisy = lambda batch, training: model(batch, training=True)  # noqa: E731
    return (images - baseline) * _on_the_way(noisy, images, class_index, baseline, _middles(steps))


@mistake("contrastive.integrated_gradients", "is accepted, but should be a", is_computed=False)
def path_of_any_steps(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    mean = _on_the_way(model, images, class_index, baseline, _middles(max(steps, 1)))
    return (images - baseline) * mean


@mistake("contrastive.integrated_gradients", TENSOR, is_computed=False)
def path_to_a_copy_of_an_array(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    way = images.copy() - baseline
    return way * _on_the_way(model, images, class_index, baseline, _middles(steps))


@mistake("contrastive.integrated_gradients", "", is_computed=False)
def path_in_half_as_many_steps(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 16
) -> Any:
    middles = _middles(steps)
    return (images - baseline) * _on_the_way(model, images, class_index, baseline, middles)


# --- grad_cam -------------------------------------------------------------------------------------


def _look_inside(
    model: Any, images: Any, class_index: Any, layer_name: str, training: bool = False
) -> tuple[Any, Any]:
    """What comes out of a layer, and the gradient of the logit with respect to it."""
    layer = model.get_layer(layer_name)
    both = keras.Model(model.inputs[0], [layer.output, model.outputs[0]])
    images = tf.convert_to_tensor(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        activation, logits = both(images, training=training)
        value = tf.gather(logits, _each(class_index, images), batch_dims=1)
    return activation.numpy(), tape.gradient(value, activation).numpy()


def _cam(activation: Any, gradient: Any) -> Any:
    """The weighted sum of the channels, before the ReLU."""
    return (gradient.mean(axis=(1, 2), keepdims=True) * activation).sum(axis=-1)


def _large(maps: Any, images: Any, how: str = "bilinear") -> Any:
    return tf.image.resize(maps[..., None], images.shape[1:3], how).numpy()[..., 0]


@mistake("contrastive.grad_cam", "is None", is_computed=False)
def map_by_a_tape_that_watches_only_weights(
    model: Any, images: Any, class_index: Any, layer_name: str
) -> Any:
    both = keras.Model(model.inputs, [model.get_layer(layer_name).output, model.outputs[0]])
    images = np.asarray(images)
    with tf.GradientTape() as tape:
        activation, logits = both(images, training=False)
        value = tf.gather(logits, _each(class_index, images), batch_dims=1)
    gradient = tape.gradient(value, activation)
    return _large(np.maximum(_cam(activation.numpy(), gradient.numpy()), 0), images)


@mistake("contrastive.grad_cam", "a map without ReLU: it has negative values")
def cam_without_relu(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    return _large(_cam(*_look_inside(model, images, class_index, layer_name)), images)


@mistake("contrastive.grad_cam", "the absolute value where the ReLU should be")
def cam_without_sign(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    return _large(np.abs(_cam(*_look_inside(model, images, class_index, layer_name))), images)


@mistake("contrastive.grad_cam", "the ReLU after the resizing, not before it")
def cam_with_late_relu(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    cam = _large(_cam(*_look_inside(model, images, class_index, layer_name)), images)
    return np.maximum(cam, 0)


@mistake("contrastive.grad_cam", "a ReLU on every channel, before they are added up")
def cam_with_early_relu(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    activation, gradient = _look_inside(model, images, class_index, layer_name)
    channels = gradient.mean(axis=(1, 2), keepdims=True) * activation
    return _large(np.maximum(channels, 0).sum(axis=-1), images)


@mistake("contrastive.grad_cam", "negative gradients left out of the weights")
def cam_with_positive_gradients(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    activation, gradient = _look_inside(model, images, class_index, layer_name)
    return _large(np.maximum(_cam(activation, np.maximum(gradient, 0)), 0), images)


@mistake("contrastive.grad_cam", "the sum of the gradients as a weight, not their mean")
def cam_with_summed_gradients(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    activation, gradient = _look_inside(model, images, class_index, layer_name)
    size = gradient.shape[1] * gradient.shape[2]
    return _large(size * np.maximum(_cam(activation, gradient), 0), images)


@mistake("contrastive.grad_cam", "the mean over the channels, not their weighted sum")
def cam_with_channel_mean(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    activation, gradient = _look_inside(model, images, class_index, layer_name)
    return _large(np.maximum(_cam(activation, gradient), 0) / gradient.shape[-1], images)


@mistake("contrastive.grad_cam", "a map divided by its maximum: nothing is rescaled")
def cam_rescaled(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    cam = np.maximum(_cam(*_look_inside(model, images, class_index, layer_name)), 0)
    cam = _large(cam, images)
    return cam / np.maximum(cam.max(axis=(1, 2), keepdims=True), 1e-9)


@mistake("contrastive.grad_cam", "resizing to the nearest pixel, not bilinearly")
def cam_by_nearest_pixel(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    cam = np.maximum(_cam(*_look_inside(model, images, class_index, layer_name)), 0)
    return _large(cam, images, "nearest")


@mistake("contrastive.grad_cam", "resizing that puts corner on corner, not centre between centres")
def cam_with_corners_aligned(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    cam = np.maximum(_cam(*_look_inside(model, images, class_index, layer_name)), 0)
    for axis, size in ((1, images.shape[1]), (2, images.shape[2])):
        old = np.arange(cam.shape[axis])
        new = np.linspace(0, old[-1], size)
        cam = np.apply_along_axis(lambda line: np.interp(new, old, line), axis, cam)  # noqa: B023
    return cam


@mistake("contrastive.grad_cam", "height and width exchanged", is_computed=True)
def cam_with_swapped_sides(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    cam = np.maximum(_cam(*_look_inside(model, images, class_index, layer_name)), 0)
    height, width = images.shape[1:3]
    return tf.image.resize(cam[..., None], (width, height)).numpy()[..., 0]


@mistake("contrastive.grad_cam", "a map that is not resized to the size of the image")
def cam_not_resized(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    return np.maximum(_cam(*_look_inside(model, images, class_index, layer_name)), 0)


@mistake("contrastive.grad_cam", "", is_computed=False)
def cam_without_the_batch_of_one(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    activation, gradient = _look_inside(model, images, class_index, layer_name)
    maps = _large(np.maximum(_cam(activation, gradient), 0), images)
    return maps[0] if len(maps) == 1 else maps


@mistake("contrastive.grad_cam", "gradient times activation at each position: no mean is taken")
def cam_without_mean(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    activation, gradient = _look_inside(model, images, class_index, layer_name)
    return _large(np.maximum((activation * gradient).sum(axis=-1), 0), images)


@mistake("contrastive.grad_cam", "the last convolution, not the layer that is named")
def cam_of_the_last_layer(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    model.get_layer(layer_name)
    last = [layer.name for layer in model.layers if len(layer.output.shape) == 4][-1]
    return _large(np.maximum(_cam(*_look_inside(model, images, class_index, last)), 0), images)


@mistake("contrastive.grad_cam", "the first image's class used for all images")
def cam_for_the_first_class(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    inside = _look_inside(model, images, _first_of(class_index), layer_name)
    return _large(np.maximum(_cam(*inside), 0), images)


@mistake("contrastive.grad_cam", "in training mode", is_computed=False)
def cam_in_training(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    inside = _look_inside(model, images, class_index, layer_name, training=True)
    return _large(np.maximum(_cam(*inside), 0), images)


@mistake("contrastive.grad_cam", "is accepted, but should be a", is_computed=False)
def cam_of_any_layer(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    names = [layer.name for layer in model.layers if len(layer.output.shape) == 4]
    name = layer_name if layer_name in names else names[-1]
    return _large(np.maximum(_cam(*_look_inside(model, images, class_index, name)), 0), images)


@mistake("contrastive.grad_cam", "", is_computed=False)
def cam_of_a_chain(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    """The layers behind the named one are called one after the other: no branch may join."""
    named = model.get_layer(layer_name)
    activation = keras.Model(model.inputs[0], named.output)(images, training=False)
    with tf.GradientTape() as tape:
        tape.watch(activation)
        logits = activation
        for layer in model.layers[model.layers.index(named) + 1 :]:
            logits = layer(logits, training=False)
        value = tf.gather(logits, _each(class_index, images), batch_dims=1)
    weights = tf.reduce_mean(tape.gradient(value, activation), axis=(1, 2), keepdims=True)
    cam = tf.nn.relu(tf.reduce_sum(weights * activation, axis=-1))
    return tf.image.resize(cam[..., None], images.shape[1:3])[..., 0].numpy()


@mistake("contrastive.grad_cam", TENSOR, is_computed=False)
def cam_of_a_copy_of_an_array(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    both = keras.Model(model.inputs[0], [model.get_layer(layer_name).output, model.outputs[0]])
    with tf.GradientTape() as tape:
        activation, logits = both(tf.Variable(images.copy()), training=False)
        value = tf.gather(logits, _each(class_index, images), batch_dims=1)
    weights = tf.reduce_mean(tape.gradient(value, activation), axis=(1, 2), keepdims=True)
    cam = tf.nn.relu(tf.reduce_sum(weights * activation, axis=-1))
    return tf.image.resize(cam[..., None], images.shape[1:3])[..., 0].numpy()


# --- occlusion_sensitivity ------------------------------------------------------------------------


def _drop(model: Any, images: Any, class_index: Any, window: Any, fill: float) -> Any:
    """How far the logits fall when a window is covered: right."""
    covered = np.array(images)
    covered[(slice(None), *window)] = fill
    return (_value(model, images, class_index) - _value(model, covered, class_index)).numpy()


def _windows(images: Any, patch: int, stride: int, is_cut_off: bool = False) -> Any:
    height, width = images.shape[1:3]
    if stride < 1 or not 1 <= patch <= min(height, width):
        raise ValueError("patch or stride")
    ends = (height, width) if is_cut_off else (height - patch + 1, width - patch + 1)
    tops, lefts = (range(0, end, stride) for end in ends)
    return [np.s_[y : y + patch, x : x + patch] for y in tops for x in lefts]


def _add_up(images: Any, windows: Any, drop: Any) -> tuple[Any, Any]:
    """Sum of the drops and number of the windows, for every pixel."""
    total, count = np.zeros(images.shape[:3]), np.zeros(images.shape[1:3])
    for window in windows:
        total[(slice(None), *window)] += drop(window)[:, None, None]
        count[window] += 1
    return total, count


@mistake("contrastive.occlusion_sensitivity", "the drop with its sign flipped: covered minus image")
def drops_backwards(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    windows = _windows(images, patch, stride)
    drop = lambda window: -_drop(model, images, class_index, window, fill)  # noqa: E731
    total, count = _add_up(images, windows, drop)
    return total / np.maximum(count, 1)


@mistake("contrastive.occlusion_sensitivity", "steps of a whole patch: the stride is not used")
def drops_side_by_side(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    drop = lambda window: _drop(model, images, class_index, window, fill)  # noqa: E731
    total, count = _add_up(images, _windows(images, patch, patch), drop)
    return total / np.maximum(count, 1)


@mistake("contrastive.occlusion_sensitivity", "the sum of the drops, not their mean")
def drops_summed(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    drop = lambda window: _drop(model, images, class_index, window, fill)  # noqa: E731
    return _add_up(images, _windows(images, patch, stride), drop)[0]


@mistake("contrastive.occlusion_sensitivity", "the drop of the last patch only: none is averaged")
def drops_overwritten(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    maps = np.zeros(images.shape[:3])
    for window in _windows(images, patch, stride):
        drop = _drop(model, images, class_index, window, fill)
        maps[(slice(None), *window)] = drop[:, None, None]
    return maps


@mistake("contrastive.occlusion_sensitivity", "the drops divided by the number of all patches")
def drops_over_all_patches(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    windows = _windows(images, patch, stride)
    drop = lambda window: _drop(model, images, class_index, window, fill)  # noqa: E731
    return _add_up(images, windows, drop)[0] / len(windows)


@mistake("contrastive.occlusion_sensitivity", "patches cut off at the edges: they should fit")
def drops_of_cut_patches(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    windows = _windows(images, patch, stride, is_cut_off=True)
    drop = lambda window: _drop(model, images, class_index, window, fill)  # noqa: E731
    total, count = _add_up(images, windows, drop)
    return total / np.maximum(count, 1)


@mistake("contrastive.occlusion_sensitivity", "black patches by default, where grey is asked for")
def drops_with_black_by_default(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.0
) -> Any:
    drop = lambda window: _drop(model, images, class_index, window, fill)  # noqa: E731
    total, count = _add_up(images, _windows(images, patch, stride), drop)
    return total / np.maximum(count, 1)


@mistake("contrastive.occlusion_sensitivity", "", is_computed=False)
def drops_with_a_fill_of_0_not_given(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    drop = lambda window: _drop(model, images, class_index, window, fill or 0.5)  # noqa: E731
    total, count = _add_up(images, _windows(images, patch, stride), drop)
    return total / np.maximum(count, 1)


@mistake("contrastive.occlusion_sensitivity", "black patches: the fill is not used")
def drops_with_black(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    drop = lambda window: _drop(model, images, class_index, window, 0.0)  # noqa: E731
    total, count = _add_up(images, _windows(images, patch, stride), drop)
    return total / np.maximum(count, 1)


@mistake("contrastive.occlusion_sensitivity", "patches that stay covered while others are tried")
def drops_that_pile_up(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    covered = np.array(images)

    def drop(window: Any) -> Any:
        covered[(slice(None), *window)] = fill
        left = _value(model, covered, class_index)
        return (_value(model, images, class_index) - left).numpy()

    total, count = _add_up(images, _windows(images, patch, stride), drop)
    return total / np.maximum(count, 1)


@mistake("contrastive.occlusion_sensitivity", "positive drops only: the signs are lost")
def drops_without_sign(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    drop = lambda window: _drop(model, images, class_index, window, fill)  # noqa: E731
    total, count = _add_up(images, _windows(images, patch, stride), drop)
    return np.maximum(total / np.maximum(count, 1), 0)


@mistake("contrastive.occlusion_sensitivity", "the drop of the probability, not of the logit")
def drops_of_the_probability(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    soft = keras.Sequential([model, keras.layers.Softmax()])
    drop = lambda window: _drop(soft, images, class_index, window, fill)  # noqa: E731
    total, count = _add_up(images, _windows(images, patch, stride), drop)
    return total / np.maximum(count, 1)


@mistake("contrastive.occlusion_sensitivity", "the first image's class used for all images")
def drops_for_the_first_class(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    only = _first_of(class_index)
    drop = lambda window: _drop(model, images, only, window, fill)  # noqa: E731
    total, count = _add_up(images, _windows(images, patch, stride), drop)
    return total / np.maximum(count, 1)


@mistake("contrastive.occlusion_sensitivity", "which is NaN", is_computed=False)
def drops_divided_by_nothing(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    drop = lambda window: _drop(model, images, class_index, window, fill)  # noqa: E731
    total, count = _add_up(images, _windows(images, patch, stride), drop)
    return total / count


@mistake("contrastive.occlusion_sensitivity", "an estimate by the gradient: nothing is covered")
def drops_by_the_gradient(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    lost = ((images - fill) * _slope(model, images, class_index)).sum(axis=-1)
    drop = lambda window: lost[(slice(None), *window)].sum(axis=(1, 2))  # noqa: E731
    total, count = _add_up(images, _windows(images, patch, stride), drop)
    return total / np.maximum(count, 1)


@mistake("contrastive.occlusion_sensitivity", "in training mode", is_computed=False)
def drops_in_training(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    noisy = lambda batch, training: model(batch, training=True)  # noqa: E731
    drop = lambda window: _drop(noisy, images, class_index, window, fill)  # noqa: E731
    total, count = _add_up(images, _windows(images, patch, stride), drop)
    return total / np.maximum(count, 1)


@mistake("contrastive.occlusion_sensitivity", "is accepted, but should be a", is_computed=False)
def drops_of_any_size(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    patch, stride = min(max(patch, 1), *images.shape[1:3]), max(stride, 1)
    drop = lambda window: _drop(model, images, class_index, window, fill)  # noqa: E731
    total, count = _add_up(images, _windows(images, patch, stride), drop)
    return total / np.maximum(count, 1)


@mistake("contrastive.occlusion_sensitivity", TENSOR, is_computed=False)
def drops_in_a_copy_of_an_array(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    height, width = images.shape[1:3]
    if stride < 1 or not 1 <= patch <= min(height, width):
        raise ValueError("patch or stride")
    total, count = np.zeros(images.shape[:3]), np.zeros((height, width))
    whole = _value(model, images, class_index).numpy()
    for top in range(0, height - patch + 1, stride):
        for left in range(0, width - patch + 1, stride):
            covered = images.copy()
            covered[:, top : top + patch, left : left + patch] = fill
            drop = whole - _value(model, covered, class_index).numpy()
            total[:, top : top + patch, left : left + patch] += drop[:, None, None]
            count[top : top + patch, left : left + patch] += 1
    return total / np.maximum(count, 1)


# --- contrast -------------------------------------------------------------------------------------


@mistake("contrastive.contrast", "the difference with its sign flipped: true minus predicted")
def contrast_backwards(method: Any, model: Any, images: Any, predicted: Any, true: Any) -> Any:
    one, other = method(model, images, predicted), method(model, images, true)
    return one, other, other - one


@mistake("contrastive.contrast", "the maps of the two classes exchanged")
def contrast_exchanged(method: Any, model: Any, images: Any, predicted: Any, true: Any) -> Any:
    one, other = method(model, images, predicted), method(model, images, true)
    return other, one, one - other


@mistake("contrastive.contrast", "the absolute difference: its sign is lost")
def contrast_without_sign(method: Any, model: Any, images: Any, predicted: Any, true: Any) -> Any:
    one, other = method(model, images, predicted), method(model, images, true)
    return one, other, np.abs(one - other)


@mistake("contrastive.contrast", "a map of its own: the method that is given is not used")
def contrast_by_its_own(method: Any, model: Any, images: Any, predicted: Any, true: Any) -> Any:
    one, other = (images * _slope(model, images, k) for k in (predicted, true))
    return one, other, one - other


@mistake("contrastive.contrast", "the first image's classes used for all images")
def contrast_of_the_first(method: Any, model: Any, images: Any, predicted: Any, true: Any) -> Any:
    one, other = (method(model, images, _first_of(k)) for k in (predicted, true))
    return one, other, one - other


@mistake("contrastive.contrast", "the sum of the two maps, not their difference")
def contrast_summed(method: Any, model: Any, images: Any, predicted: Any, true: Any) -> Any:
    one, other = method(model, images, predicted), method(model, images, true)
    return one, other, one + other


@mistake("contrastive.contrast", "the difference of maps that are rescaled first")
def contrast_of_rescaled(method: Any, model: Any, images: Any, predicted: Any, true: Any) -> Any:
    one, other = method(model, images, predicted), method(model, images, true)
    return one, other, one / np.abs(one).max() - other / np.abs(other).max()


@mistake("contrastive.contrast", "one class for both maps")
def contrast_of_one_class(method: Any, model: Any, images: Any, predicted: Any, true: Any) -> Any:
    one = method(model, images, predicted)
    return one, one, one - one


@mistake("contrastive.contrast", "should have 3 parts", is_computed=False)
def contrast_alone(method: Any, model: Any, images: Any, predicted: Any, true: Any) -> Any:
    one, other = method(model, images, predicted), method(model, images, true)
    return (one - other,)


# --- as others do it, and have written it down ----------------------------------------------------


def _smooth_with(change: Any) -> Any:
    """SmoothGrad with noise that is changed after it is drawn; it gets the noise before it too."""

    def smooth(
        model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
    ) -> Any:
        draw, maps, before = np.random.default_rng(seed), [], None
        for _ in range(samples):
            before = change(draw.standard_normal(images.shape), before)
            maps.append(_slope(model, images + noise * before, class_index))
        return np.mean(maps, axis=0)

    return smooth


@mistake("contrastive.smooth_grad", "noise that is mirrored in every second sample")
def smoothed_with_mirrored_noise(*call: Any) -> Any:
    parity = {"is_second": True}

    def change(fresh: Any, before: Any) -> Any:
        parity["is_second"] = not parity["is_second"]
        return -before if parity["is_second"] else fresh

    return _smooth_with(change)(*call)


@mistake("contrastive.smooth_grad", "noise that is shared by the channels of a pixel")
def smoothed_with_grey_noise(*call: Any) -> Any:
    return _smooth_with(lambda fresh, before: fresh[..., :1] + 0 * fresh)(*call)


@mistake("contrastive.smooth_grad", "the median over the samples, not their mean")
def smoothed_by_the_median(*call: Any) -> Any:
    return np.median(_smooth(*call), axis=0)


def _loss_slope(model: Any, images: Any, class_index: Any) -> Any:
    images = tf.convert_to_tensor(images, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(images)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(
            _each(class_index, images), model(images, training=False)
        )
    return tape.gradient(loss, images).numpy()


@mistake("contrastive.smooth_grad", "the gradient of the cross-entropy, not of the logit")
def smoothed_loss(
    model: Any, images: Any, class_index: Any, samples: int, noise: float, seed: int
) -> Any:
    draw = np.random.default_rng(seed)
    copies = [images + noise * draw.standard_normal(images.shape) for _ in range(samples)]
    return np.mean([_loss_slope(model, copy, class_index) for copy in copies], axis=0)


@mistake("contrastive.integrated_gradients", "the softmax's gradient, as in TensorFlow's tutorial")
def path_of_the_softmax(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    places = [baseline + a * (images - baseline) for a in _middles(steps)]
    mean = np.mean([_softmax_slope(model, place, class_index) for place in places], axis=0)
    return (images - baseline) * mean


@mistake(
    "contrastive.integrated_gradients",
    "TensorFlow's tutorial: trapezoids, and the softmax's gradient",
)
def path_of_the_tutorial(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    places = [baseline + a * (images - baseline) for a in np.linspace(0, 1, steps + 1)]
    maps = np.array([_softmax_slope(model, place, class_index) for place in places])
    return (images - baseline) * np.mean((maps[:-1] + maps[1:]) / 2, axis=0)


@mistake("contrastive.integrated_gradients", "places from end to end, both counted: take middles")
def path_with_both_ends(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    alphas = np.linspace(0, 1, steps)
    return (images - baseline) * _on_the_way(model, images, class_index, baseline, alphas)


@mistake("contrastive.integrated_gradients", "the mean at steps + 1 places, both ends counted")
def path_with_one_place_more(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    alphas = np.linspace(0, 1, steps + 1)
    return (images - baseline) * _on_the_way(model, images, class_index, baseline, alphas)


@mistake("contrastive.integrated_gradients", "Gauss-Legendre's places, as in Captum: take middles")
def path_of_gauss(
    model: Any, images: Any, class_index: Any, baseline: float = 0.0, steps: int = 32
) -> Any:
    places, weights = np.polynomial.legendre.leggauss(steps)
    mean = _on_the_way(model, images, class_index, baseline, (places + 1) / 2, weights)
    return (images - baseline) * mean


@mistake("contrastive.grad_cam", "weights averaged over the batch too, as in Keras' tutorial")
def cam_with_weights_of_the_batch(
    model: Any, images: Any, class_index: Any, layer_name: str
) -> Any:
    activation, gradient = _look_inside(model, images, class_index, layer_name)
    cam = (gradient.mean(axis=(0, 1, 2)) * activation).sum(axis=-1)
    return _large(np.maximum(cam, 0), images)


@mistake("contrastive.grad_cam", "a map divided by its maximum, as most tutorials do")
def cam_by_its_maximum(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    activation, gradient = _look_inside(model, images, class_index, layer_name)
    cam = np.maximum(_cam(activation, gradient), 0)
    most = cam.max(axis=(1, 2), keepdims=True)
    return _large(cam / np.where(most > 0, most, 1), images)


@mistake("contrastive.grad_cam", "all maps divided by the batch's maximum, as in Keras' tutorial")
def cam_by_the_batch_maximum(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    activation, gradient = _look_inside(model, images, class_index, layer_name)
    cam = np.maximum(_cam(activation, gradient), 0)
    return _large(cam / cam.max(), images)


@mistake("contrastive.grad_cam", "negative weights left out: the ReLU comes after the sum")
def cam_of_positive_weights(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    activation, gradient = _look_inside(model, images, class_index, layer_name)
    weights = np.maximum(gradient.mean(axis=(1, 2), keepdims=True), 0)
    return _large(np.maximum((weights * activation).sum(axis=-1), 0), images)


@mistake("contrastive.grad_cam", "resizing that is bicubic, not bilinear")
def cam_bicubic(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    cam = np.maximum(_cam(*_look_inside(model, images, class_index, layer_name)), 0)
    return _large(cam, images, "bicubic")


@mistake("contrastive.grad_cam", "the gradient of the probability, not of the logit")
def cam_of_the_softmax(model: Any, images: Any, class_index: Any, layer_name: str) -> Any:
    both = keras.Model(model.inputs[0], [model.get_layer(layer_name).output, model.outputs[0]])
    images = tf.convert_to_tensor(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        activation, logits = both(images, training=False)
        value = tf.gather(tf.nn.softmax(logits), _each(class_index, images), batch_dims=1)
    gradient = tape.gradient(value, activation).numpy()
    return _large(np.maximum(_cam(activation.numpy(), gradient), 0), images)


@mistake("contrastive.occlusion_sensitivity", "positive drops only: a rise counts as nothing")
def drops_without_rises(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    def drop(window: Any) -> Any:
        return np.maximum(_drop(model, images, class_index, window, fill), 0)

    total, count = _add_up(images, _windows(images, patch, stride), drop)
    return total / np.maximum(count, 1)


@mistake("contrastive.occlusion_sensitivity", "a map that is rescaled to [0, 1]")
def drops_rescaled(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    drop = lambda window: _drop(model, images, class_index, window, fill)  # noqa: E731
    total, count = _add_up(images, _windows(images, patch, stride), drop)
    maps = total / np.maximum(count, 1)
    low = maps.min(axis=(1, 2), keepdims=True)
    return (maps - low) / (maps.max(axis=(1, 2), keepdims=True) - low)


@mistake("contrastive.occlusion_sensitivity", "the last patch that fits left out: range ends early")
def drops_without_the_last(
    model: Any, images: Any, class_index: Any, patch: int, stride: int, fill: float = 0.5
) -> Any:
    height, width = images.shape[1:3]
    windows = [
        np.s_[y : y + patch, x : x + patch]
        for y in range(0, height - patch, stride)
        for x in range(0, width - patch, stride)
    ]
    drop = lambda window: _drop(model, images, class_index, window, fill)  # noqa: E731
    total, count = _add_up(images, windows, drop)
    return total / np.maximum(count, 1)


@mistake("contrastive.contrast", "the model's own prediction, whatever predicted says")
def contrast_of_the_prediction(
    method: Any, model: Any, images: Any, predicted: Any, true: Any
) -> Any:
    own = np.argmax(model(images, training=False), axis=1)
    one, other = method(model, images, own), method(model, images, true)
    return one, other, one - other


@mistake("contrastive.contrast", "the difference of maps that are each divided by their maximum")
def contrast_of_scaled(method: Any, model: Any, images: Any, predicted: Any, true: Any) -> Any:
    one, other = method(model, images, predicted), method(model, images, true)

    def scaled(maps: Any) -> Any:
        return maps / np.abs(maps).max(axis=tuple(range(1, maps.ndim)), keepdims=True)

    return one, other, scaled(one) - scaled(other)


@mistake("contrastive.contrast", "", is_computed=False)
def contrast_with_a_third_call(
    method: Any, model: Any, images: Any, predicted: Any, true: Any
) -> Any:
    one, other = method(model, images, predicted), method(model, images, true)
    return one, other, one - method(model, images, true)


@mistake("contrastive.contrast", TENSOR, is_computed=False)
def contrast_of_a_copy_of_an_array(
    method: Any, model: Any, images: Any, predicted: Any, true: Any
) -> Any:
    one, other = (method(model, images.copy(), k) for k in (predicted, true))
    return one, other, one - other
