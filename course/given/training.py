"""Train a small network in less than a minute, and ask it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.progress import Progress

from course.given.batching import BATCH, batches
from course.given.compiling import compiled, require_real

TRAINING_BATCH = 16
LEARNING_RATE = 2e-3

Augment = Callable[[Any, int], Any]


def small_cnn(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 6,
    seed: int = 0,
    width: int = 16,
) -> keras.Model:
    """Build a small convolutional network, with weights drawn at random.

    It is made to be explained: its activation (SiLU) and its pooling (the mean) are smooth, so that
    gradients mean something, and its head is global average pooling, so that the logits are sums
    over the places of the last feature maps. There is nothing in it that behaves differently while
    training.

    Args:
        input_shape: `(H, W, C)`.
        classes: how many classes, K.
        seed: the same weights for the same seed.
        width: channels of the first layer; the last has four times as many.

    Returns:
        A model from images `(B, H, W, C)` in [0, 1] to logits `(B, K)`; the activation of its last
        convolution is the layer `"features"`.
    """
    images = keras.Input(input_shape, name="images")
    x = keras.layers.Rescaling(4, -2, name="preprocess")(images)
    # SiLU lets less variance through than ReLU: He's factor 2 would let the signal fade.
    start = partial(keras.initializers.VarianceScaling, 3.0)
    widths = (width, width, 2 * width, 2 * width, 4 * width)
    for number, channels in enumerate(widths, start=1):
        x = keras.layers.Conv2D(
            channels,
            3,
            padding="same",
            activation="silu",
            kernel_initializer=start(seed=101 * seed + number),
            name="features" if number == len(widths) else f"conv{number}",
        )(x)
        if number in (2, 4):
            x = keras.layers.AveragePooling2D(2, name=f"pool{number}")(x)
    x = keras.layers.GlobalAveragePooling2D(name="mean")(x)
    logits = keras.layers.Dense(classes, kernel_initializer=start(seed=101 * seed), name="logits")(
        x
    )
    return keras.Model(images, logits, name="small_cnn")


def train(
    model: keras.Model,
    images: np.ndarray,
    labels: np.ndarray,
    epochs: int = 10,
    seed: int = 0,
    augment: Augment | None = None,
    progress: bool = True,
) -> dict[str, list[float]]:
    """Train a model in place: cross-entropy of its logits, Adam, a step size that fades out.

    Args:
        model: from images to logits `(B, K)`; its weights are changed.
        images: `(N, H, W, C)`, float32 in [0, 1].
        labels: `(N,)`, int, from 0 to K − 1.
        epochs: how often every image is seen.
        seed: in which order the images are seen, and what chance `augment` is given.
        augment: a function of a batch of images and a seed that returns changed images, for every
            batch anew.
        progress: show a progress bar, if a terminal is there to see it.

    Returns:
        `"loss"` and `"accuracy"`, each a list with one number per epoch, measured on the fly.

    Raises:
        ValueError: if images and labels do not go together, images are not in [0, 1], or nothing in
            the model can be trained.
    """
    images, labels = _as_floats(images), np.asarray(labels)
    _check(model, images, labels)
    rng = np.random.default_rng(seed)
    count = -(-len(images) // TRAINING_BATCH)
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, epochs * count)
    step = training_step(model, keras.optimizers.Adam(schedule))
    history: dict[str, list[float]] = {"loss": [], "accuracy": []}
    console = Console(stderr=True)
    with Progress(console=console, disable=not (progress and console.is_terminal)) as bar:
        task = bar.add_task("training", total=epochs * count)
        for _ in range(epochs):
            totals = np.zeros(2)
            for batch in np.array_split(rng.permutation(len(images)), count):
                seen = images[batch]
                if augment is not None:
                    seen = augment(seen, int(rng.integers(2**31)))
                totals += step(tf.constant(seen, tf.float32), tf.constant(labels[batch], tf.int32))
                bar.advance(task)
            for name, total in zip(history, totals / len(images), strict=True):
                history[name].append(float(total))
            bar.update(task, description=f"training, accuracy {history['accuracy'][-1]:.3f}")
    return history


def _as_floats(images: Any) -> np.ndarray:
    images = np.asarray(images)
    require_real(images)
    return images.astype(np.float32, copy=False)


def _check(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> None:
    if not model.trainable_weights:
        raise ValueError("model has no weights that can be trained")
    if images.ndim != 4 or not len(images):
        raise ValueError(f"images must be (N, H, W, C) with N > 0, not {images.shape}")
    least, most = images.min(), images.max()
    if not (least >= 0 and most <= 1):  # also where one is not a number
        raise ValueError(f"images must be from 0 to 1, not from {least:.3g} to {most:.3g}")
    if labels.shape != (len(images),) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"labels must be {len(images)} integers, not {labels.dtype} {labels.shape}"
        )
    given = model(images[:1], training=False)  # the only way to know of a subclassed model
    shape = getattr(given, "shape", None)
    if shape is None or len(shape) != 2:
        what = f"{len(given)} arrays" if shape is None else f"an array {tuple(shape)} for one image"
        raise ValueError(f"the model has to give logits (N, K), not {what}")
    classes = shape[-1]
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"labels must be from 0 to {classes - 1}")


def training_step(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> Callable:
    """One compiled step, which returns the batch's summed loss and its number of right answers."""
    weights = model.trainable_weights
    optimizer.build(weights)

    @tf.function(reduce_retracing=True)
    def step(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            logits = model(images, training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(losses)
        optimizer.apply(tape.gradient(loss, weights), weights)
        right = tf.argmax(logits, -1, output_type=labels.dtype) == labels
        return tf.stack([tf.reduce_sum(losses), tf.reduce_sum(tf.cast(right, losses.dtype))])

    return step


@compiled
def _logits(model: keras.Model, images: Any) -> Any:
    return model(images, training=False)


def predict(model: keras.Model, images: np.ndarray, batch: int = BATCH) -> np.ndarray:
    """Ask a model for its logits, in inference mode, a few images at a time.

    Args:
        model: from images to logits.
        images: `(N, H, W, C)`, float32 in [0, 1].
        batch: how many images at once; it bounds the memory and changes nothing else.

    Returns:
        `(N, K)`, float32: the logits.

    Raises:
        ValueError: if images are whole numbers, as files hold them.
    """
    images = _as_floats(images)
    parts = [
        np.asarray(_logits(model, images[part]), np.float32)  # also of a network in float16
        for part in batches(len(images), batch)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, model.output_shape[-1]), np.float32)


def accuracy(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    """Count how often a model is right.

    Args:
        model: from images to logits `(N, K)`.
        images: `(N, H, W, C)`, float32 in [0, 1].
        labels: `(N,)` or `(N, 1)`, int.

    Returns:
        The share of images whose largest logit is the label's, 0 to 1.

    Raises:
        ValueError: if there are not as many labels as images.
    """
    predicted = predict(model, images).argmax(-1)
    labels = np.asarray(labels)
    if labels.shape not in (predicted.shape, (len(predicted), 1)):
        raise ValueError(f"labels must have {len(predicted)} entries, not shape {labels.shape}")
    return float(np.mean(predicted == labels.reshape(-1)))
