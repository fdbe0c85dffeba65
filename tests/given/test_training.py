import io
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from rich.console import Console

from course.given import (
    accuracy,
    load_dataset,
    load_photo,
    predict,
    randomize_layers,
    small_cnn,
    train,
)
from course.given import training as module


@pytest.fixture(scope="module")
def stripes() -> tuple[np.ndarray, np.ndarray]:
    """Horizontal stripes are class 0, vertical ones class 1: 64 images of 12 × 12 pixels."""
    rng = np.random.default_rng(0)
    wave = np.sin(np.arange(12) * 1.5 + rng.uniform(0, 6, (64, 1)))
    images = np.repeat(np.repeat(wave[:, :, None], 12, 2)[..., None], 3, -1)
    labels = np.arange(64) % 2
    images[labels == 1] = images[labels == 1].transpose(0, 2, 1, 3)
    noise = rng.normal(0, 0.05, images.shape)
    return np.clip(0.5 + 0.3 * images + noise, 0, 1).astype(np.float32), labels


def tiny(seed: int = 0) -> keras.Model:
    return small_cnn((12, 12, 3), classes=2, seed=seed, width=4)


def test_the_network_and_its_layers() -> None:
    model = small_cnn((20, 28, 1), classes=7, width=6)
    assert model.input_shape == (None, 20, 28, 1)
    assert model.output_shape == (None, 7)
    assert model.get_layer("features").output.shape == (None, 5, 7, 24)
    assert model.get_layer("conv1").output.shape == (None, 20, 28, 6)
    features = np.random.default_rng(0).normal(size=(2, 5, 7, 24)).astype(np.float32)
    head = model.get_layer("logits")
    kernel, bias = head.get_weights()
    logits = head(model.get_layer("mean")(features))
    np.testing.assert_allclose(logits, features.mean((1, 2)) @ kernel + bias, atol=1e-5)


def test_the_network_is_the_same_for_the_same_seed() -> None:
    weights = tiny(1).get_weights()
    for a, b in zip(weights, tiny(1).get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.abs(weights[0] - tiny(2).get_weights()[0]).max() > 0.01


def test_the_network_has_no_training_mode(stripes: tuple[np.ndarray, np.ndarray]) -> None:
    model, images = tiny(), stripes[0]
    np.testing.assert_array_equal(model(images, training=True), model(images, training=False))


def test_learns(stripes: tuple[np.ndarray, np.ndarray]) -> None:
    model = tiny()
    before = accuracy(model, *stripes)
    history = train(model, *stripes, epochs=20, progress=False)
    assert set(history) == {"loss", "accuracy"}
    assert len(history["loss"]) == len(history["accuracy"]) == 20
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    assert accuracy(model, *stripes) > max(before, 0.95)


def test_learns_the_same_for_the_same_seed(stripes: tuple[np.ndarray, np.ndarray]) -> None:
    def trained(seed: int) -> tuple[keras.Model, dict[str, list[float]]]:
        model = tiny()
        return model, train(model, *stripes, epochs=2, seed=seed, progress=False)

    (a, history), (b, again), (c, _) = trained(5), trained(5), trained(6)
    assert history == again
    for x, y in zip(a.get_weights(), b.get_weights(), strict=True):
        np.testing.assert_array_equal(x, y)
    assert np.abs(a.get_weights()[0] - c.get_weights()[0]).max() > 1e-5


def test_augments_every_batch_with_a_seed_of_its_own(
    stripes: tuple[np.ndarray, np.ndarray],
) -> None:
    calls: list[tuple[int, Any]] = []

    def augment(images: np.ndarray, seed: int) -> np.ndarray:
        calls.append((seed, images.shape))
        return np.zeros_like(images)

    model = tiny()
    train(model, *stripes, epochs=2, augment=augment, progress=False)
    assert sum(shape[0] for _, shape in calls) == 2 * 64
    assert len({seed for seed, _ in calls}) == len(calls)
    # It saw nothing but black images, so it can have learned nothing about them.
    assert np.ptp(predict(model, np.zeros((3, 12, 12, 3))), axis=0).max() < 1e-6
    first = [seed for seed, _ in calls]
    calls.clear()
    train(tiny(), *stripes, epochs=2, augment=augment, progress=False)
    assert [seed for seed, _ in calls] == first


def test_images_are_not_changed(stripes: tuple[np.ndarray, np.ndarray]) -> None:
    images, labels = stripes
    copy = images.copy()
    train(tiny(), images, labels, epochs=1, progress=False)
    np.testing.assert_array_equal(images, copy)


@pytest.mark.parametrize("progress", [True, False])
@pytest.mark.parametrize("terminal", [True, False])
def test_shows_a_bar_only_to_a_person(
    stripes: tuple[np.ndarray, np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool,
    progress: bool,
) -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=terminal)
    monkeypatch.setattr(module, "Console", lambda **_: console)
    train(tiny(), *stripes, epochs=1, progress=progress)
    assert ("training" in screen.getvalue()) == (terminal and progress)


def test_mistakes_are_named(stripes: tuple[np.ndarray, np.ndarray]) -> None:
    images, labels = stripes
    with pytest.raises(ValueError, match="labels must be 64 integers"):
        train(tiny(), images, labels[:5])
    with pytest.raises(ValueError, match="labels must be 64 integers"):
        train(tiny(), images, labels.astype(float))
    with pytest.raises(ValueError, match="labels must be from 0 to 1"):
        train(tiny(), images, labels + 1)
    with pytest.raises(ValueError, match="images must be"):
        train(tiny(), images[0], labels)
    frozen = tiny()
    frozen.trainable = False
    with pytest.raises(ValueError, match="model has no weights"):
        train(frozen, images, labels)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda images: images * 255, "images must be from 0 to 1, not from 0 to 255"),
        (lambda images: images * 2 - 1, "images must be from 0 to 1, not from -1 to 1"),
        (lambda images: images * np.nan, "images must be from 0 to 1, not from nan to nan"),
        (lambda images: np.uint8(images * 255), "must be real numbers from 0 to 1, not uint8"),
    ],
)
def test_images_in_another_range_are_named(
    stripes: tuple[np.ndarray, np.ndarray], change: Callable, says: str
) -> None:
    images, labels = stripes
    images = (images - images.min()) / (images.max() - images.min())
    with pytest.raises(ValueError, match=says):
        train(small_cnn(images.shape[1:], 2), change(images), labels, epochs=1)


def test_whole_numbers_are_no_images_to_predict() -> None:
    model = small_cnn((8, 8, 1), 2)
    with pytest.raises(ValueError, match="divide whole numbers from 0 to 255"):
        predict(model, np.zeros((1, 8, 8, 1), np.uint8))


def test_logits_in_half_precision_become_float32() -> None:
    images = keras.Input((4, 4, 1))
    flat = keras.layers.Flatten()(images)
    logits = keras.layers.Dense(2, dtype="float16")(flat)
    answer = predict(keras.Model(images, logits), np.zeros((3, 4, 4, 1)))
    assert (answer.dtype, answer.shape) == (np.float32, (3, 2))


def test_predict_does_not_depend_on_the_batch(stripes: tuple[np.ndarray, np.ndarray]) -> None:
    model, images = tiny(), stripes[0]
    logits = predict(model, images, batch=7)
    assert logits.shape == (64, 2)
    np.testing.assert_allclose(logits, predict(model, images), atol=1e-5)
    np.testing.assert_allclose(logits, model(images, training=False), atol=1e-5)
    assert predict(model, images[:0]).shape == (0, 2)


def test_accuracy_counts(stripes: tuple[np.ndarray, np.ndarray]) -> None:
    images, _ = stripes
    model = tiny()
    seen = predict(model, images).argmax(-1)
    assert accuracy(model, images, seen) == 1
    wrong = seen.copy()
    wrong[:16] = 1 - wrong[:16]
    assert accuracy(model, images, wrong) == 0.75


@pytest.mark.slow
def test_learns_digits_in_seconds() -> None:
    data = load_dataset("digits")
    model = small_cnn(classes=10, width=8)
    train(model, data.train_images, data.train_labels, epochs=5, progress=False)
    assert accuracy(model, data.test_images, data.test_labels) > 0.7


@pytest.mark.slow
def test_learns_the_shapes_well_and_leaves_some_errors() -> None:
    data = load_dataset("shapes")
    model = small_cnn()
    train(model, data.train_images, data.train_labels, progress=False)
    assert 0.93 <= accuracy(model, data.test_images, data.test_labels) <= 0.99


def test_accuracy_takes_labels_in_a_column() -> None:
    model = small_cnn((8, 8, 3), classes=3)
    images = np.random.default_rng(0).uniform(size=(5, 8, 8, 3)).astype(np.float32)
    labels = predict(model, images).argmax(-1)
    assert accuracy(model, images, labels) == 1
    assert accuracy(model, images, labels[:, None]) == 1
    with pytest.raises(ValueError, match="labels must have 5 entries"):
        accuracy(model, images, labels[:4])


def test_what_gives_no_logits_is_refused() -> None:
    images, labels = np.zeros((2, 8, 8, 3), np.float32), np.array([0, 1])
    entry = keras.Input((8, 8, 3))
    flat = keras.layers.Flatten()(entry)
    two = keras.Model(entry, [keras.layers.Dense(2)(flat), keras.layers.Dense(3)(flat)])
    maps = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(2, 3)])
    for model in (two, maps):
        with pytest.raises(ValueError, match=r"the model has to give logits \(N, K\), not"):
            train(model, images, labels, epochs=1)


def test_a_subclassed_model_learns_too() -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.flat, self.last = keras.layers.Flatten(), keras.layers.Dense(2)

        def call(self, images: tf.Tensor) -> tf.Tensor:
            return self.last(self.flat(images))

    model = Own()
    images = np.zeros((2, 4, 4, 1), np.float32)
    model(images)
    train(model, images, np.array([0, 1]), epochs=1)
    with pytest.raises(ValueError, match="cannot be copied: it has to be functional"):
        randomize_layers(model)
    assert load_photo("coffee", model).shape == (224, 224, 3)
