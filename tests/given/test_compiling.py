"""`compiled`: traced once for a network, whatever the class, the step or the number of images."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from course.given import compiled, float_images


@pytest.fixture
def traces() -> list[str]:
    return []


@pytest.fixture
def explain(traces: list[str]) -> Any:
    @compiled
    def explain(model: Any, images: Any, class_index: Any, output: str = "logit") -> Any:
        traces.append(output)  # Python runs only while tracing
        return tf.gather(model(images, training=False), class_index, axis=1)

    return explain


def network() -> keras.Model:
    inputs = keras.Input((4, 3, 1))
    return keras.Model(inputs, keras.layers.Dense(5)(keras.layers.Flatten()(inputs)))


def test_another_class_does_not_trace_again(explain: Any, traces: list[str]) -> None:
    model, images = network(), np.zeros((2, 4, 3, 1), np.float32)
    for class_index in (0, 3, np.int64(2)):
        explain(model, images, class_index)
    assert len(traces) == 1


def test_batch_sizes_trace_once_more_for_all(explain: Any, traces: list[str]) -> None:
    model = network()
    for count in (1, 2, 3, 7):
        assert explain(model, np.zeros((count, 4, 3, 1), np.float32), 1).shape == (count,)
    assert len(traces) == 2


def test_another_network_or_word_is_another_graph(explain: Any, traces: list[str]) -> None:
    images = np.zeros((1, 4, 3, 1), np.float32)
    one, other = network(), network()
    for model, word in ((one, "logit"), (other, "logit"), (one, "softmax"), (one, "logit")):
        explain(model, images, 1, word)
    assert traces == ["logit", "logit", "softmax"]


def test_doubles_become_floats(explain: Any) -> None:
    assert explain(network(), np.zeros((1, 4, 3, 1)), 1).dtype == tf.float32


def test_named_arguments_and_defaults_reach_the_function() -> None:
    @compiled
    def weighted(images: Any, /, power: float = 2.0, *, scale: float = 3.0, shift: Any = 0) -> Any:
        return scale * images**power + tf.cast(shift, images.dtype)

    images = np.full((1, 2, 2, 1), 0.5, np.float32)
    for answer, expected in (
        (weighted(images), 0.75),
        (weighted(images, scale=1.0), 0.25),
        (weighted(images, 1.0, scale=2.0, shift=np.float64(1)), 2.0),
        (weighted(images, shift=1, power=0.0), 4.0),
    ):
        np.testing.assert_allclose(answer, np.full_like(images, expected))
    with pytest.raises(TypeError, match="missing a required argument: 'images'"):
        weighted(scale=1)


def test_further_arguments_reach_the_function_too() -> None:
    @compiled
    def total(*numbers: Any, **named: Any) -> Any:
        return sum(numbers) + sum(named.values())

    assert float(total(1.0, 2.0, more=3.0)) == 6.0


@pytest.mark.parametrize("make", [np.asarray, tf.constant])
def test_whole_numbers_as_images_are_named(explain: Any, make: Any) -> None:
    """TensorFlow gives None as their gradient, without a word."""
    images = make(np.full((1, 4, 3, 1), 255, np.uint8))
    with pytest.raises(ValueError, match="images must be real numbers from 0 to 1, not uint8"):
        explain(network(), images, 1)


@pytest.mark.parametrize("make", [np.asarray, tf.constant])
def test_images_become_tensors_of_float32_unless_they_are_whole_numbers(make: Any) -> None:
    images = float_images(make(np.full((1, 4, 3, 1), 0.5)))
    assert isinstance(images, tf.Tensor)
    assert images.dtype == tf.float32
    with pytest.raises(ValueError, match="images must be real numbers from 0 to 1, not uint8"):
        float_images(make(np.full((1, 4, 3, 1), 255, np.uint8)))
