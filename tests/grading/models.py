"""Tiny networks on which the right answer is known.

All take images of 6 × 5 pixels with 3 channels (not square, so that a mixed-up axis shows) and
give logits of 4 classes. Weights are drawn from the seed of the run, so no answer can be learnt by
heart. Each is built once. Keras is imported when the first is built: a task that needs no network
does not wait for it.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

SHAPE = (6, 5, 3)
CLASSES = 4


def images(seed: int, count: int = 2, shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    """Random images with values in steps of 0.01, away from black and white."""
    draw = np.random.default_rng([seed, count])
    return (draw.integers(10, 91, (count, *shape)) / 100).astype(np.float32)


def classes(seed: int, count: int = 2) -> np.ndarray:
    """One class an image; all different, as far as there are classes."""
    order = np.random.default_rng([seed, 7]).permutation(CLASSES)
    return np.resize(order, count).astype(np.int64)


@functools.cache
def linear(seed: int = 0) -> Any:
    """Logits are weighted sums of the pixels: the gradient is the weights, everywhere."""
    import keras

    model = _chain(
        [keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(CLASSES, name="logits")]
    )
    return _with_random_weights(model, seed)


def weights_of_linear(seed: int = 0) -> np.ndarray:
    """The weights of `linear`, one image a class: `(CLASSES, H, W, C)`."""
    kernel = linear(seed).get_weights()[0]
    return kernel.T.reshape(CLASSES, *SHAPE).astype(np.float64)


@functools.cache
def smooth(seed: int = 0, dtype: str = "float32") -> Any:
    """A small convolutional network with soft activations: differentiable everywhere.

    With `dtype="float64"`, the same network in double precision: an oracle for the first.
    """
    import keras
    from keras import layers

    model = _chain(
        [
            keras.Input(SHAPE, dtype=dtype),
            layers.Conv2D(4, 3, padding="same", activation="softplus", name="first", dtype=dtype),
            layers.Conv2D(5, 3, activation="tanh", name="second", dtype=dtype),
            layers.Flatten(name="flatten", dtype=dtype),
            layers.Dense(CLASSES, name="logits", dtype=dtype),
        ]
    )
    return _with_random_weights(model, seed)


@functools.cache
def with_training_state(seed: int = 0, dtype: str = "float32") -> Any:
    """A network that behaves differently, and changes, when it is called for training.

    With `dtype="float64"`, the same network in double precision.
    """
    import keras
    from keras import layers

    model = _chain(
        [
            keras.Input(SHAPE, dtype=dtype),
            layers.Conv2D(4, 3, padding="same", name="first", dtype=dtype),
            layers.BatchNormalization(name="norm", dtype=dtype),
            layers.Activation("softplus", name="active", dtype=dtype),
            layers.Flatten(name="flatten", dtype=dtype),
            layers.Dropout(0.5, name="dropout", dtype=dtype),
            layers.Dense(CLASSES, name="logits", dtype=dtype),
        ]
    )
    model = _with_random_weights(model, seed)
    model.trainable = True  # a frozen batch normalisation would not notice training
    return model


def logits(model: Any, batch: np.ndarray) -> np.ndarray:
    """What a network says of a batch, in inference mode, as float64."""
    return np.asarray(model(batch, training=False), np.float64)


def softmax(values: np.ndarray) -> np.ndarray:
    """Probabilities from logits `(B, K)`."""
    exponentials = np.exp(values - values.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def outputs(model: Any, batch: np.ndarray, class_index: Any, output: str = "logit") -> np.ndarray:
    """The explained value of every image, as `select_output` defines it."""
    values = logits(model, batch)
    values = softmax(values) if output == "softmax" else values
    return values[np.arange(len(batch)), np.broadcast_to(class_index, len(batch))]


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


def _chain(layers: list[Any]) -> Any:
    """A network of an input and layers, one after the other.

    A functional model, not a `keras.Sequential`: one that has been saved and loaded again computes
    `layer.output` and `model.output` on two separate ways, so that between them there is no
    gradient, and right answers fail.
    """
    import keras

    inputs, *others = layers
    outputs = inputs
    for layer in others:
        outputs = layer(outputs)
    return keras.Model(inputs, outputs)


def _with_random_weights(model: Any, seed: int) -> Any:
    """Draw weights so that activations are neither tiny nor saturated."""
    draw = np.random.default_rng([seed, 11])
    for layer in model.layers:
        weights = layer.get_weights()
        drawn = [
            draw.normal(0, 1.5 / np.sqrt(max(1, np.prod(w.shape[:-1]))), w.shape) for w in weights
        ]
        if layer.name == "norm":  # scale, shift, mean, variance: the last must be positive
            drawn = [1 + 0.3 * drawn[0], drawn[1], drawn[2], 0.5 + np.abs(drawn[3])]
        layer.set_weights(drawn)
    model.trainable = False
    return model


def some_classes(seed: int, count: int, is_shared: bool) -> Any:
    """A class index as functions take it: one int for all images, or an array with one each."""
    return seed % CLASSES if is_shared else classes(seed, count)


@functools.cache
def power(exponent: int, seed: int = 0) -> Any:
    """Logits are weighted sums of the pixels' 1st, 2nd or 3rd power: all known in closed form."""
    import keras

    inputs = keras.Input(SHAPE)
    powers = keras.layers.Multiply()([inputs] * exponent) if exponent > 1 else inputs
    outputs = keras.layers.Dense(CLASSES, name="logits")(keras.layers.Flatten()(powers))
    model = keras.Model(inputs, outputs)
    draw = np.random.default_rng([seed, 13])
    size = (np.prod(SHAPE), CLASSES)
    kernel = draw.choice([-1, 1], size) * draw.uniform(0.5, 1.5, size)
    model.set_weights([kernel, draw.normal(size=CLASSES)])
    model.trainable = False
    return model


def weights_of_power(exponent: int, seed: int = 0) -> np.ndarray:
    """The weights of `power`, one image a class: `(CLASSES, H, W, C)`."""
    kernel = power(exponent, seed).get_weights()[0]
    return kernel.T.reshape(CLASSES, *SHAPE).astype(np.float64)


@functools.cache
def pooling(seed: int = 0) -> Any:
    """A convolution ("features"), the mean of each of its channels, and a weighted sum of these."""
    import keras
    from keras import layers

    model = _chain(
        [
            keras.Input(SHAPE),
            layers.Conv2D(5, 3, activation="tanh", name="features"),
            layers.GlobalAveragePooling2D(name="pool"),
            layers.Dense(CLASSES, name="logits"),
        ]
    )
    return _with_random_weights(model, seed)


@functools.cache
def readout() -> Any:
    """Logits are the first four values of the image, so that a test can write them by hand."""
    import keras

    model = _chain(
        [keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(CLASSES, name="logits")]
    )
    model.set_weights([np.eye(np.prod(SHAPE), CLASSES), np.zeros(CLASSES)])
    model.trainable = False
    return model


def images_with_logits(wanted: np.ndarray, seed: int) -> np.ndarray:
    """Images for which `readout` gives these logits, `(B, CLASSES)`."""
    batch = images(seed, len(wanted)).reshape(len(wanted), -1)
    batch[:, :CLASSES] = wanted
    return batch.reshape(-1, *SHAPE)


def starts(seed: int, count: int = 2) -> np.ndarray:
    """Random images in which a fifth of the values is black, and a fifth is white."""
    draw = np.random.default_rng([seed, count, 17])
    return np.clip(draw.uniform(-0.33, 1.33, (count, *SHAPE)), 0, 1).astype(np.float32)


def distinct(seed: int, count: int = 2) -> np.ndarray:
    """Random images between 0.3 and 0.7 in which no two values of an image are near each other."""
    draw = np.random.default_rng([seed, count, 19])
    levels = np.linspace(0.3, 0.7, np.prod(SHAPE))
    drawn = np.stack([draw.permutation(levels) for _ in range(count)])
    return drawn.reshape(count, *SHAPE).astype(np.float32)


def slopes(model: Any, batch: np.ndarray, class_index: Any, output: str = "logit") -> np.ndarray:
    """The gradient of every image's explained value, by central differences.

    Args:
        model: a network in double precision.
        batch: `(B, H, W, C)`.
        class_index: one int, or one class an image.
        output: `"logit"` or `"softmax"`.
    """
    each = np.broadcast_to(class_index, len(batch))
    gradients = [
        central_differences(lambda moved, one=one: outputs(model, moved, one, output), image[None])
        for image, one in zip(batch, each, strict=True)
    ]
    return np.concatenate(gradients)


def forget() -> None:
    """Let go of every network that has been built, for those who grade with many seeds."""
    for value in list(globals().values()):
        if hasattr(value, "cache_clear"):
            value.cache_clear()


@functools.cache
def as_graph(model: Any) -> Any:
    """The same layers as a functional model, whose `input` Keras knows also after loading."""
    import keras

    return keras.Model(model.inputs[0], model.outputs[0])


def activations(model: Any, layer_name: str, batch: np.ndarray) -> np.ndarray:
    """What comes out of a layer of a network whose layers form a chain, found by walking it."""
    values = batch
    for layer in model.layers[1:]:  # the first is the input
        values = layer(values)
        if layer.name == layer_name:
            return np.asarray(values, np.float64)
    raise LookupError(layer_name)


def channel_means(model: Any, layer_name: str, channel: int, batch: np.ndarray) -> np.ndarray:
    """The mean of one channel of a layer over all positions, one an image: `(B,)`."""
    values = activations(model, layer_name, batch)[..., channel]
    return values.reshape(len(batch), -1).mean(axis=1)


@functools.cache
def balanced(seed: int = 0) -> Any:
    """`linear` with biases for which a grey image has equal logits: no class is out of reach."""
    import keras

    kernel, _ = linear(seed).get_weights()
    model = keras.models.clone_model(linear(seed))
    model.set_weights([kernel, -0.5 * kernel.sum(axis=0)])
    model.trainable = False
    return model
