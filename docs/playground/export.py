"""Write a Keras network down so that a page in a browser can compute with it.

A list of layers goes into JSON, and all weights, one after the other, into one flat file. Batch
normalization, which is a multiplication and an addition once the training is over, is folded into
the convolution before it, and an activation into what it follows.
"""

from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

ACTIVATIONS = {"linear": tf.identity, "relu6": tf.nn.relu6, "silu": tf.nn.silu}


class Flat(NamedTuple):
    """A network as data.

    Attributes:
        layers: each with its kind, the layers that go into it (by their place in this list, −1 is
            the image), its settings, and the shapes of its weights, kernel first.
        weights: all of them in the order of the layers, float32.
    """

    layers: list[dict[str, Any]]
    weights: np.ndarray


def export(model: keras.Model) -> Flat:
    """Write down a network.

    Args:
        model: a functional model from images to logits, of the layers that the course's own
            networks have.

    Returns:
        Its layers and weights.

    Raises:
        ValueError: if the model has a layer of another kind.
    """
    layers: list[dict[str, Any]] = []
    values: list[list[np.ndarray]] = []
    place: dict[str, int] = {}  # where each Keras layer's output stands
    for layer in model.layers:
        inputs = [place[parent.name] for parent in _parents(layer)]
        if isinstance(layer, keras.layers.InputLayer):
            place[layer.name] = -1
        elif isinstance(layer, keras.layers.BatchNormalization):
            _require(layer, layers[inputs[0]].get("activation") == "linear")
            values[inputs[0]] = _fold(layer, layers[inputs[0]]["kind"], *values[inputs[0]])
            place[layer.name] = inputs[0]
        elif isinstance(layer, keras.layers.ReLU):
            _require(layer, layer.max_value == 6 and layers[inputs[0]]["activation"] == "linear")
            layers[inputs[0]]["activation"] = "relu6"
            place[layer.name] = inputs[0]
        else:
            place[layer.name] = len(layers)
            layers.append({"name": layer.name, "inputs": inputs, **_settings(layer)})
            values.append(_kernel_and_bias(layer))
    for described, own in zip(layers, values, strict=True):
        described["shapes"] = [list(value.shape) for value in own]
    flat = [np.ravel(value) for own in values for value in own]
    return Flat(layers, np.concatenate(flat).astype(np.float32))


def _parents(layer: keras.Layer) -> list[keras.Layer]:
    return [
        tensor._keras_history.operation
        for node in layer._inbound_nodes
        for tensor in node.input_tensors
    ]


def _require(layer: keras.Layer, known: bool) -> None:
    if not known:
        kind = type(layer).__name__
        raise ValueError(f"model: no way to write down the layer {layer.name} ({kind})")


def _settings(layer: keras.Layer) -> dict[str, Any]:
    """What a layer does, in the words of `docs/playground/src/network.js`."""
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    is_convolution = isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D)
    _require(layer, activation in (("linear", "silu") if is_convolution else ("linear",)))
    padding = "same" if is_convolution else "valid"
    is_pointwise = getattr(layer, "kernel_size", None) == (1, 1)  # it needs no padding
    _require(layer, is_pointwise or getattr(layer, "padding", padding) == padding)
    match layer:
        case keras.layers.Rescaling():
            return {"kind": "rescale", "scale": layer.scale, "offset": layer.offset}
        case keras.layers.DepthwiseConv2D():
            return {"kind": "depthwise", "stride": layer.strides[0], "activation": activation}
        case keras.layers.Conv2D():
            return {"kind": "conv", "stride": layer.strides[0], "activation": activation}
        case keras.layers.AveragePooling2D():
            return {"kind": "averagePool", "size": layer.pool_size[0]}
        case keras.layers.GlobalAveragePooling2D():
            return {"kind": "mean"}
        case keras.layers.Add():
            return {"kind": "add"}
        case keras.layers.Dense():
            return {"kind": "dense"}
    _require(layer, False)
    return {}


def _kernel_and_bias(layer: keras.Layer) -> list[np.ndarray]:
    weights = layer.get_weights()
    if len(weights) == 1:  # without a bias of its own; its batch normalization will give it one
        axis = 2 if isinstance(layer, keras.layers.DepthwiseConv2D) else -1
        weights.append(np.zeros(weights[0].shape[axis], np.float32))
    return weights


def _fold(
    norm: keras.layers.BatchNormalization, kind: str, kernel: np.ndarray, bias: np.ndarray
) -> list[np.ndarray]:
    """Batch normalization in inference mode is y = scale · x + shift, channel by channel."""
    gamma, beta, mean, variance = norm.get_weights()
    scale = gamma / np.sqrt(variance + norm.epsilon)
    by_channel = scale[:, None] if kind == "depthwise" else scale
    return [kernel * by_channel, (bias - mean) * scale + beta]


def compute(flat: Flat, images: Any) -> Any:
    """Compute with a network that is written down, as `docs/playground/src/network.js` does.

    Args:
        flat: as `export` returns it.
        images: `(B, H, W, 3)`, float32 in [0, 1].

    Returns:
        `(B, K)`: the logits.
    """
    outputs: list[Any] = []
    left = flat.weights
    for layer in flat.layers:
        inputs = [images if place < 0 else outputs[place] for place in layer["inputs"]]
        weights = []
        for shape in layer["shapes"]:
            value, left = np.split(left, [int(np.prod(shape))])
            weights.append(value.reshape(shape))
        outputs.append(_forward(layer, inputs, *weights))
    return outputs[-1]


def _forward(layer: dict[str, Any], inputs: list[Any], kernel: Any = None, bias: Any = None) -> Any:
    x = inputs[0]
    match layer["kind"]:
        case "rescale":
            return x * layer["scale"] + layer["offset"]
        case "conv":
            x = tf.nn.conv2d(x, kernel, layer["stride"], "SAME") + bias
            return ACTIVATIONS[layer["activation"]](x)
        case "depthwise":
            strides = [1, layer["stride"], layer["stride"], 1]
            x = tf.nn.depthwise_conv2d(x, kernel, strides, "SAME") + bias
            return ACTIVATIONS[layer["activation"]](x)
        case "averagePool":
            return tf.nn.avg_pool2d(x, layer["size"], layer["size"], "VALID")
        case "mean":
            return tf.reduce_mean(x, axis=(1, 2))
        case "add":
            return x + inputs[1]
    return x @ kernel + bias
