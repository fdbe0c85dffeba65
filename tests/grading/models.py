"""Tiny networks on which the right answer is known.

They give logits of 4 classes. Their images have by default 6 × 5 pixels with 3 channels; those that
take a shape are tried also with other numbers of channels, and wider than high. Weights are drawn
from the seed of the run, so no answer can be learnt by heart. Values and slopes are computed in
NumPy, in double precision; Keras builds the same network in the worker.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from course.grader.networks import (
    Activation,
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    InputLayer,
    Layer,
    Multiply,
    Network,
)

SHAPE = (6, 5, 3)
CLASSES = 4

WIDE = (4, 7, 1)
"""Other images: wider than high, and grey."""


def any_shape(seed: int) -> tuple[int, int, int]:
    """Images that are not square, with four or five channels."""
    return [(5, 6, 4), (6, 5, 4), (7, 5, 5), (5, 7, 4)][seed % 4]


def images(seed: int, count: int = 2, shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    """Random images, of a seed."""
    return drawn_images(np.random.default_rng([seed, count]), (count, *shape))


def drawn_images(draw: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Random images with values in steps of 0.01, away from black and white.

    The very first value is always the same: by it, no batch can be told from another.
    """
    drawn = draw.integers(10, 91, shape) / 100
    drawn[(0,) * drawn.ndim] = 0.4
    return drawn.astype(np.float32)


def classes(seed: int, count: int = 2) -> np.ndarray:
    """One class an image; all different, as far as there are classes."""
    order = np.random.default_rng([seed, 7]).permutation(CLASSES)
    return np.resize(order, count).astype(np.int64)


def of_every_class(batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each image once for every class, and these classes: none is left to chance."""
    order = np.random.default_rng(len(batch)).permutation(CLASSES)
    return np.repeat(batch, CLASSES, axis=0), np.tile(order, len(batch))


MANY = 70
"""More images than are likely to go through a network at a time."""


def many_images(seed: int, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """A large batch, and a class for each image, in no order that comes again."""
    draw = np.random.default_rng([seed, 43])
    return images(seed, MANY, shape), draw.integers(0, CLASSES, MANY)


def some_classes(seed: int, count: int, is_shared: bool) -> Any:
    """A class index as functions take it: one int for all images, or an array with one each.

    The int is Python's for an odd number of images, and NumPy's for an even one; the array is of
    int32 or of int64.
    """
    if is_shared:
        return seed % CLASSES if count % 2 else np.int64(seed % CLASSES)
    return classes(seed, count).astype(np.int32 if count % 2 else np.int64)


def starts(seed: int, count: int = 2, shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    """Random images in which a fifth of the values is black, and a fifth is white."""
    draw = np.random.default_rng([seed, count, 17])
    return np.clip(draw.uniform(-0.33, 1.33, (count, *shape)), 0, 1).astype(np.float32)


def distinct(seed: int, count: int = 2, shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    """Random images between 0.3 and 0.7 in which no two values of an image are near each other."""
    draw = np.random.default_rng([seed, count, 19])
    levels = np.linspace(0.3, 0.7, int(np.prod(shape)))
    drawn = np.stack([draw.permutation(levels) for _ in range(count)])
    return drawn.reshape(count, *shape).astype(np.float32)


# --- networks -------------------------------------------------------------------------------------


class Weights:
    """Draws weights so that activations are neither tiny nor saturated."""

    def __init__(self, seed: int, number: int = 11) -> None:
        self._draw = np.random.default_rng([seed, number])

    def __call__(self, *shape: int) -> tuple[np.ndarray, np.ndarray]:
        """A kernel of this shape, and a bias."""
        scale = 1.5 / np.sqrt(np.prod(shape[:-1]))
        return self.single(scale, *shape), self.single(1.0, shape[-1])

    def single(self, scale: float, *shape: int) -> np.ndarray:
        """One array, in single precision: the worker computes with the very same numbers."""
        return as_single(self._draw.normal(0, scale, shape))


def as_single(values: np.ndarray) -> np.ndarray:
    """The nearest numbers that float32 has."""
    return values.astype(np.float32).astype(np.float64)


def chain(shape: tuple[int, ...], *layers: Layer) -> Network:
    """A network from images of a shape."""
    start = InputLayer("input", options={"shape": list(shape)})
    return Network("network", layers=(start, *layers))


@functools.cache
def linear(seed: int = 0, shape: tuple[int, int, int] = SHAPE, steepness: float = 1.0) -> Network:
    """Logits are weighted sums of the pixels: the gradient is the weights, everywhere."""
    kernel, bias = Weights(seed)(int(np.prod(shape)), CLASSES)
    weights = as_single(steepness * kernel), bias
    return chain(shape, Flatten("flatten"), Dense("logits", weights))


def weights_of_linear(
    seed: int = 0, shape: tuple[int, int, int] = SHAPE, steepness: float = 1.0
) -> np.ndarray:
    """The weights of `linear`, an image for each class: `(CLASSES, H, W, C)`."""
    kernel = linear(seed, shape, steepness).layer("logits").weights[0]
    return kernel.T.reshape(CLASSES, *shape)


STEEP = 64.0
"""How steep a network is whose slopes are all above what a gradient may be cut off at."""


@functools.cache
def balanced(seed: int = 0) -> Network:
    """`linear` with biases for which a grey image has equal logits: no class is out of reach."""
    kernel, _ = linear(seed).layer("logits").weights
    bias = as_single(-0.5 * kernel.sum(axis=0))
    return chain(SHAPE, Flatten("flatten"), Dense("logits", (kernel, bias)))


@functools.cache
def smooth(seed: int = 0, shape: tuple[int, int, int] = SHAPE) -> Network:
    """A small convolutional network with soft activations: differentiable everywhere."""
    draw, (height, width, channels) = Weights(seed), shape
    padded = {"padding": "same", "activation": "softplus"}
    return chain(
        shape,
        Conv2D("first", draw(3, 3, channels, 4), options=padded),
        Conv2D("second", draw(3, 3, 4, 5), options={"activation": "tanh"}),
        Flatten("flatten"),
        Dense("logits", draw((height - 2) * (width - 2) * 5, CLASSES)),
    )


@functools.cache
def with_training_state(seed: int = 0, shape: tuple[int, int, int] = SHAPE) -> Network:
    """A network that behaves differently, and changes, when it is called for training.

    One of its layers is frozen, and the others are not.
    """
    draw, (height, width, channels) = Weights(seed), shape
    gamma, beta, mean, variance = (draw.single(1.0, 4) for _ in range(4))
    norm = (as_single(1 + 0.3 * gamma), beta, mean, as_single(0.5 + np.abs(variance)))
    return chain(
        shape,
        Conv2D("first", draw(3, 3, channels, 4), options={"padding": "same", "trainable": False}),
        BatchNormalization("norm", norm),
        Activation("active", options={"activation": "softplus"}),
        Flatten("flatten"),
        Dropout("dropout", options={"rate": 0.5}),
        Dense("logits", draw(height * width * 4, CLASSES)),
    )


@functools.cache
def branching(seed: int = 0, shape: tuple[int, int, int] = SHAPE) -> Network:
    """A network whose branches join again: by a sum ("added"), and side by side ("joined")."""
    draw, bent = Weights(seed), {"padding": "same", "activation": "softplus"}
    return chain(
        shape,
        Conv2D("first", draw(3, 3, shape[-1], 4), options=bent),
        Conv2D("second", draw(3, 3, 4, 4), options=bent | {"activation": "tanh"}),
        Add("added", inputs=("first", "second")),
        Conv2D("side", draw(1, 1, 4, 2), ("first",), {"activation": "tanh"}),
        Concatenate("joined", inputs=("added", "side")),
        Conv2D("last", draw(3, 3, 6, 5), options={"activation": "softplus"}),
        GlobalAveragePooling2D("pool"),
        Dense("logits", draw(5, CLASSES)),
    )


@functools.cache
def nested(seed: int = 0) -> Network:
    """A network with two in it: "backbone", whose branches join again, and "head", a Sequential."""
    draw, bent = Weights(seed), {"padding": "same", "activation": "softplus"}
    backbone = Network(
        "backbone",
        layers=(
            InputLayer("entry", options={"shape": list(SHAPE)}),
            Conv2D("inner", draw(3, 3, SHAPE[-1], 4), options=bent),
            Conv2D("deeper", draw(3, 3, 4, 4), options=bent | {"activation": "tanh"}),
            Add("both", inputs=("inner", "deeper")),
        ),
    )
    head = Network(
        "head",
        is_sequential=True,
        layers=(
            InputLayer("features", options={"shape": [*SHAPE[:2], 4]}),
            Conv2D("mixing", draw(3, 3, 4, 5), options={"activation": "tanh"}),
            GlobalAveragePooling2D("pool"),
        ),
    )
    return chain(SHAPE, backbone, head, Dense("logits", draw(5, CLASSES)))


@functools.cache
def loud(seed: int = 0, height: int = 1000) -> Network:
    """Logits of around a thousand, or of minus a thousand, that differ by a few.

    An exponential of them is infinite or zero, while their softmax is neither. All sums are exact
    in single precision, if the images are those of `exact_images`.
    """
    draw = np.random.default_rng([seed, 29])
    size = int(np.prod(SHAPE))
    kernel = draw.choice([-0.5, -0.25, 0, 0.25, 0.5], (size, CLASSES))
    bias = height - np.round(kernel.sum(axis=0) / 2)
    return chain(SHAPE, Flatten("flatten"), Dense("logits", (kernel, bias)))


@functools.cache
def uneven(seed: int = 0) -> Network:
    """Logits that lie far apart: those of a light image above a dark one's, one class above all.

    What is subtracted before the exponential has to be each image's own largest logit: neither the
    batch's, nor the mean.
    """
    draw = np.random.default_rng([seed, 41])
    size = int(np.prod(SHAPE))
    kernel = 64 + draw.choice([-0.5, -0.25, 0, 0.25, 0.5], (size, CLASSES))
    bias = np.where(np.arange(CLASSES) == draw.integers(CLASSES), 300.0, 0.0)
    return chain(SHAPE, Flatten("flatten"), Dense("logits", (kernel, bias)))


def exact_images(seed: int, count: int = 2) -> np.ndarray:
    """Random images with values in steps of 1/64: sums of them lose nothing in single precision."""
    draw = np.random.default_rng([seed, count, 31])
    return (draw.integers(6, 59, (count, *SHAPE)) / 64).astype(np.float32)


@functools.cache
def hill(seed: int = 0) -> Network:
    """Logits are minus the squared distance from a grey image, another for each class.

    Steps that are too long lead over the top, and lower down with each.
    """
    draw, size = np.random.default_rng([seed, 37]), int(np.prod(SHAPE))
    tops = as_single(draw.uniform(0.4, 0.6, (size, CLASSES)))
    kernel = np.concatenate([-np.ones((size, CLASSES)), 2 * tops])
    return chain(
        SHAPE,
        Flatten("flatten"),
        Multiply("square", inputs=("flatten", "flatten")),
        Concatenate("both", inputs=("square", "flatten")),
        Dense("logits", (kernel, as_single(-np.sum(tops**2, axis=0)))),
    )


@functools.cache
def power(exponent: int, seed: int = 0) -> Network:
    """Logits are weighted sums of the pixels' 1st, 2nd or 3rd power: all known in closed form."""
    draw, size = np.random.default_rng([seed, 13]), (int(np.prod(SHAPE)), CLASSES)
    kernel = as_single(draw.choice([-1, 1], size) * draw.uniform(0.5, 1.5, size))
    layers = [Flatten("flatten"), Dense("logits", (kernel, as_single(draw.normal(size=CLASSES))))]
    if exponent > 1:
        layers.insert(0, Multiply("power", inputs=("input",) * exponent))
    return chain(SHAPE, *layers)


def weights_of_power(exponent: int, seed: int = 0) -> np.ndarray:
    """The weights of `power`, an image for each class: `(CLASSES, H, W, C)`."""
    return power(exponent, seed).layer("logits").weights[0].T.reshape(CLASSES, *SHAPE)


@functools.cache
def pooling(seed: int = 0) -> Network:
    """A convolution ("features"), the mean of each of its channels, and a weighted sum of these."""
    draw = Weights(seed)
    return chain(
        SHAPE,
        Conv2D("features", draw(3, 3, SHAPE[-1], 5), options={"activation": "tanh"}),
        GlobalAveragePooling2D("pool"),
        Dense("logits", draw(5, CLASSES)),
    )


@functools.cache
def readout() -> Network:
    """Logits are the first four values of the image, so that a test can write them by hand."""
    weights = np.eye(int(np.prod(SHAPE)), CLASSES), np.zeros(CLASSES)
    return chain(SHAPE, Flatten("flatten"), Dense("logits", weights))


def images_with_logits(wanted: np.ndarray, seed: int) -> np.ndarray:
    """Images for which `readout` gives these logits, `(B, CLASSES)`."""
    batch = images(seed, len(wanted)).reshape(len(wanted), -1)
    batch[:, :CLASSES] = wanted
    return batch.reshape(-1, *SHAPE)


# --- what they say --------------------------------------------------------------------------------


def logits(network: Network, batch: np.ndarray) -> np.ndarray:
    """What a network says of a batch, in inference mode, as float64."""
    return network.outputs(batch)


def softmax(values: np.ndarray) -> np.ndarray:
    """Probabilities from logits `(B, K)`."""
    exponentials = np.exp(values - values.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def outputs(
    network: Network, batch: np.ndarray, class_index: Any, output: str = "logit"
) -> np.ndarray:
    """The explained value of every image, as `select_output` defines it."""
    values = logits(network, batch)
    values = softmax(values) if output == "softmax" else values
    return values[np.arange(len(batch)), np.broadcast_to(class_index, len(batch))]


def slopes(
    network: Network, batch: np.ndarray, class_index: Any, output: str = "logit"
) -> np.ndarray:
    """The gradient of every image's explained value with respect to the image.

    Args:
        network: what explains.
        batch: `(B, H, W, C)`.
        class_index: one int, or one class for each image.
        output: `"logit"` or `"softmax"`.
    """
    chosen = np.eye(CLASSES)[np.broadcast_to(class_index, len(batch))]
    if output == "softmax":  # the slope of p over the logits is p · (1 − p), and −p · q
        shares = softmax(logits(network, batch))
        chosen = np.sum(chosen * shares, axis=1, keepdims=True) * (chosen - shares)
    return network.gradients(batch, chosen)["input"]


def activations(network: Network, layer_name: str, batch: np.ndarray) -> np.ndarray:
    """What comes out of a layer."""
    return network.activations(batch, layer_name)


def channel_means(network: Network, layer_name: str, channel: int, batch: np.ndarray) -> np.ndarray:
    """The mean of one channel of a layer over all positions, one per image: `(B,)`."""
    values = activations(network, layer_name, batch)[..., channel]
    return values.reshape(len(batch), -1).mean(axis=1)


def channel_slopes(
    network: Network, layer_name: str, channel: int, batch: np.ndarray
) -> np.ndarray:
    """The gradient of every image's `channel_means` with respect to the image."""
    values = activations(network, layer_name, batch)
    chosen = np.zeros_like(values)
    chosen[..., channel] = values.shape[-1] * len(batch) / values.size
    return network.gradients(batch, chosen, layer_name)["input"]


def central_differences(
    function: Callable[[np.ndarray], np.ndarray], batch: np.ndarray, step: float = 1e-4
) -> np.ndarray:
    """The gradient of a function of images, without any calculus.

    Every value of every image is moved a little up and a little down. In double precision and with
    this step the result is right to some eight digits.

    Args:
        function: from `(N, ...)` images, float64, to `(N,)` values, one an image.
        batch: `(B, ...)`.
        step: how far to move.
    """
    gradients = []
    for image in np.asarray(batch, np.float64):
        moves = step * np.eye(image.size).reshape(-1, *image.shape)
        rise = function(image + moves) - function(image - moves)
        gradients.append((rise / (2 * step)).reshape(image.shape))
    return np.stack(gradients)


def forget() -> None:
    """Let go of every network that has been built, for those who grade with many seeds."""
    for value in list(globals().values()):
        if hasattr(value, "cache_clear"):
            value.cache_clear()
