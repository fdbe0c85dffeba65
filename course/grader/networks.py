"""Small networks in NumPy: the truth that answers are compared with, without TensorFlow.

A network is a list of layers, each with its name, its weights and the names of the layers that it
takes its values from. Here it is computed in double precision, forwards and backwards; to the
worker goes its description, from which Keras builds the same network (`course.worker.build`).
Every layer is called as its class is in `keras.layers`, and does what it does there in inference
mode. A network can stand in a network.
"""

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from course.worker import protocol
from course.worker.protocol import pack_array

Backward = Callable[[np.ndarray], tuple[np.ndarray, ...]]
"""From the slope of a number over a layer's values to that over the values it was given."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer.

    Attributes:
        name: by which others refer to it.
        weights: in the order in which Keras lists them.
        inputs: the layers whose values it takes; by default the one before it.
        options: further arguments of the layer's class in Keras.
    """

    name: str
    weights: tuple[np.ndarray, ...] = ()
    inputs: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)

    def forward(self, *values: np.ndarray) -> tuple[np.ndarray, Backward]:
        """What comes out of the layer, and the way back."""
        raise NotImplementedError

    def sizes(self) -> dict[str, Any]:
        """Arguments of the layer's class in Keras that its weights already say."""
        return {}

    def describe(self) -> protocol.Layer:
        """The layer as data."""
        return protocol.Layer(
            kind=type(self).__name__,
            name=self.name,
            inputs=list(self.inputs),
            options=self.options | self.sizes(),
            # As precise as in the worker, so that both compute with the very same numbers.
            weights=[pack_array(weight.astype(np.float32)) for weight in self.weights],
        )


class InputLayer(Layer):
    """Where the images come in; its option `shape` is theirs."""


class Dense(Layer):
    """Weighted sums along the last axis, and a bias."""

    def sizes(self) -> dict[str, Any]:
        """How many sums."""
        return {"units": self.weights[0].shape[-1]}

    def forward(self, *values: np.ndarray) -> tuple[np.ndarray, Backward]:
        """Multiply by the kernel."""
        kernel, bias = self.weights
        value, rise = bend(values[0] @ kernel + bias, self.options.get("activation", "linear"))
        return value, lambda slope: (slope * rise @ kernel.T,)


class Conv2D(Layer):
    """Weighted sums of neighbours; with `padding="same"`, beyond the border all is zero."""

    def sizes(self) -> dict[str, Any]:
        """How many sums, and of how many rows and columns."""
        rows, columns, _, filters = self.weights[0].shape
        return {"filters": filters, "kernel_size": [rows, columns]}

    def forward(self, *values: np.ndarray) -> tuple[np.ndarray, Backward]:
        """Add up one product for each place in the kernel."""
        kernel, bias = self.weights
        rows, columns = kernel.shape[:2]
        border = [(0, 0)] * 4
        if self.options.get("padding") == "same":
            border[1:3] = [((side - 1) // 2, side // 2) for side in (rows, columns)]
        padded = np.pad(values[0], border)
        height, width = padded.shape[1] - rows + 1, padded.shape[2] - columns + 1
        windows = [
            (slice(None), slice(row, row + height), slice(column, column + width))
            for row in range(rows)
            for column in range(columns)
        ]
        parts = kernel.reshape(-1, *kernel.shape[2:])

        def backward(slope: np.ndarray) -> tuple[np.ndarray]:
            found, slope = np.zeros_like(padded), slope * rise
            for window, part in zip(windows, parts, strict=True):
                found[window] += slope @ part.T
            inner = (
                slice(low, low + size)
                for (low, _), size in zip(border, values[0].shape, strict=True)
            )
            return (found[tuple(inner)],)

        sums = sum(padded[window] @ part for window, part in zip(windows, parts, strict=True))
        value, rise = bend(sums + bias, self.options.get("activation", "linear"))
        return value, backward


class Activation(Layer):
    """A function of every value by itself."""

    def forward(self, *values: np.ndarray) -> tuple[np.ndarray, Backward]:
        """Bend."""
        value, rise = bend(values[0], self.options["activation"])
        return value, lambda slope: (slope * rise,)


def bend(values: np.ndarray, activation: str) -> tuple[np.ndarray, np.ndarray]:
    """An activation of Keras's, smooth so that it has a slope everywhere, and that slope."""
    match activation:
        case "linear":
            return values, np.ones_like(values)
        case "tanh":
            return np.tanh(values), 1 - np.tanh(values) ** 2
        case "softplus":
            return np.logaddexp(0, values), 1 / (1 + np.exp(-values))
    raise ValueError(f"no activation is called {activation!r} here")


def softmax(values: np.ndarray) -> np.ndarray:
    """Probabilities from logits, along the last axis."""
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


class BatchNormalization(Layer):
    """In inference: the mean and the variance that it has been given, not those of the batch."""

    def forward(self, *values: np.ndarray) -> tuple[np.ndarray, Backward]:
        """Shift and scale the channels."""
        gamma, beta, mean, variance = self.weights
        scale = gamma / np.sqrt(variance + 1e-3)
        return (values[0] - mean) * scale + beta, lambda slope: (slope * scale,)


class Dropout(Layer):
    """In inference: nothing."""

    def forward(self, *values: np.ndarray) -> tuple[np.ndarray, Backward]:
        """Hand on."""
        return values[0], lambda slope: (slope,)


class Flatten(Layer):
    """One row per image."""

    def forward(self, *values: np.ndarray) -> tuple[np.ndarray, Backward]:
        """Reshape."""
        (value,) = values
        return value.reshape(len(value), -1), lambda slope: (slope.reshape(value.shape),)


class GlobalAveragePooling2D(Layer):
    """The mean of each channel."""

    def forward(self, *values: np.ndarray) -> tuple[np.ndarray, Backward]:
        """Average over the positions."""
        shape = values[0].shape
        spread = np.ones(shape) / (shape[1] * shape[2])
        return values[0].mean(axis=(1, 2)), lambda slope: (slope[:, None, None] * spread,)


class Add(Layer):
    """The sum of several layers: where a branch joins again."""

    def forward(self, *values: np.ndarray) -> tuple[np.ndarray, Backward]:
        """Add up."""
        return np.add.reduce(values), lambda slope: (slope,) * len(values)


class Multiply(Layer):
    """The product of a layer with itself, as often as it is named."""

    def forward(self, *values: np.ndarray) -> tuple[np.ndarray, Backward]:
        """Raise to a power."""
        power = len(values)
        slope_of_one = values[0] ** (power - 1)
        return values[0] ** power, lambda slope: (slope * slope_of_one,) * power


class Concatenate(Layer):
    """The channels of several layers, one after the other."""

    def forward(self, *values: np.ndarray) -> tuple[np.ndarray, Backward]:
        """Join along the last axis."""
        ends = np.cumsum([value.shape[-1] for value in values])[:-1]
        joined = np.concatenate(values, axis=-1)
        return joined, lambda slope: tuple(np.split(slope, ends, axis=-1))


@dataclass(frozen=True, eq=False)
class Network(Layer):
    """Layers in an order in which each can be computed; the first is the input.

    Attributes:
        layers: of the network.
        is_sequential: whether Keras builds it as a `Sequential`; its layers then form a chain.
    """

    layers: tuple[Layer, ...] = ()
    is_sequential: bool = False

    def outputs(self, images: np.ndarray) -> np.ndarray:
        """What comes out of the last layer: the logits `(B, K)`, float64."""
        return self.run(images)[0][self.layers[-1].name]

    def activations(self, images: np.ndarray, layer: str) -> np.ndarray:
        """What comes out of a layer, float64."""
        return self.run(images)[0][layer]

    def gradients(
        self, images: np.ndarray, weights: np.ndarray, layer: str = ""
    ) -> dict[str, np.ndarray]:
        """Differentiate a weighted sum of what comes out of a layer (by default the last).

        Args:
            images: `(B, H, W, C)`.
            weights: of the sum; shaped like the layer's values.
            layer: its name.

        Returns:
            The slopes of the sum over the values of every layer on the way to this one, by the
            layer's name; that of the input is the gradient with respect to the images.
        """
        _, backwards = self.run(images)
        slopes = {layer or self.layers[-1].name: np.asarray(weights, np.float64)}
        for name, inputs, backward in reversed(backwards):
            if name in slopes:
                for source, slope in zip(inputs, backward(slopes[name]), strict=True):
                    slopes[source] = slopes.get(source, 0) + slope
        return slopes

    def run(
        self, images: np.ndarray
    ) -> tuple[dict[str, np.ndarray], list[tuple[str, tuple[str, ...], Backward]]]:
        """The values of all layers, and the ways back: name, inputs and `Backward` of each."""
        before = self.layers[0].name
        values, backwards = {before: np.asarray(images, np.float64)}, []
        for layer in self.layers[1:]:
            inputs = layer.inputs or (before,)
            values[layer.name], backward = layer.forward(*(values[name] for name in inputs))
            backwards.append((layer.name, inputs, backward))
            before = layer.name
        return values, backwards

    def forward(self, *values: np.ndarray) -> tuple[np.ndarray, Backward]:
        """As a layer of another network."""
        first = self.layers[0].name
        return self.outputs(values[0]), lambda slope: (self.gradients(values[0], slope)[first],)

    def layer(self, name: str) -> Layer:
        """The layer of this name."""
        return next(one for one in self.layers if one.name == name)

    def describe(self) -> protocol.Layer:
        """The network as data, its layers within."""
        kind = "Sequential" if self.is_sequential else "Functional"
        layers = [layer.describe() for layer in self.layers]
        return protocol.Layer(kind, self.name, list(self.inputs), {}, [], layers)

    def state(self) -> dict[str, list[Any]]:
        """What a student's function must leave as it was: by layer, is it trained, and weights.

        Without the layers that have no weights: for them, being trained means nothing.
        """
        found: dict[str, list[Any]] = {}
        for layer in self.layers:
            if isinstance(layer, Network):
                found |= layer.state()
            elif layer.weights:
                is_trained = layer.options.get("trainable", True)
                found[layer.name] = [is_trained, *(w.astype(np.float32) for w in layer.weights)]
        return found

    @functools.cached_property
    def handle(self) -> str:
        """A name that says which network it is: equal for equal ones."""
        encoded = msgspec.msgpack.encode(self.describe())
        return f"network-{hashlib.sha256(encoded).hexdigest()[:16]}"

    @functools.cached_property
    def keras_model(self) -> Any:
        """The network as a `keras.Model`, for those who do not mind to import TensorFlow."""
        from course.worker.build import build

        return build(self.describe())
