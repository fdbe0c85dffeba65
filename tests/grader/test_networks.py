"""The networks in NumPy are the ones that Keras builds, and their slopes are slopes."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course.grader.compare import is_close
from course.grader.networks import Network
from course.worker.build import state_of
from tests.grading import models

WIDE = (5, 7, 2)
NETWORKS = {
    "linear": models.linear(3),
    "linear, wide": models.linear(3, WIDE),
    "balanced": models.balanced(3),
    "smooth": models.smooth(3),
    "smooth, one channel": models.smooth(3, (4, 6, 1)),
    "with training state": models.with_training_state(3),
    "branching": models.branching(3),
    "branching, four channels": models.branching(3, (5, 4, 4)),
    "nested": models.nested(3),
    "loud": models.loud(3),
    "loud, below zero": models.loud(3, -1000),
    "hill": models.hill(3),
    "power 1": models.power(1, 3),
    "power 3": models.power(3, 3),
    "pooling": models.pooling(3),
    "readout": models.readout(),
}

every_network = pytest.mark.parametrize("network", NETWORKS.values(), ids=list(NETWORKS))


def images_for(network: Network) -> np.ndarray:
    return models.images(1, 3, tuple(network.layers[0].options["shape"]))


@every_network
def test_keras_agrees(network: Network) -> None:
    import tensorflow as tf

    images, weights = images_for(network), np.random.default_rng(2).normal(size=(3, 4))
    given = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(given)
        outputs = network.keras_model(given, training=False)
        value = tf.reduce_sum(outputs * weights.astype(np.float32))
    assert is_close(network.outputs(images), np.asarray(outputs, np.float64))
    slopes = np.asarray(tape.gradient(value, given), np.float64)
    assert is_close(network.gradients(images, weights)["input"], slopes)


@every_network
def test_slopes_are_what_central_differences_find(network: Network) -> None:
    images = images_for(network)
    for output in ("logit", "softmax"):
        slopes = models.slopes(network, images, 1, output)
        found = models.central_differences(
            lambda moved, output=output: models.outputs(network, moved, 1, output), images
        )
        assert np.allclose(slopes, found, rtol=1e-6, atol=1e-6 * np.abs(slopes).max())


@pytest.mark.parametrize("name", ["first", "second", "side", "joined", "pool", "logits"])
def test_the_slopes_of_a_layers_channel_are_right(name: str) -> None:
    network = models.branching(3)
    images = images_for(network)
    slopes = models.channel_slopes(network, name, 1, images)
    found = models.central_differences(
        lambda moved: models.channel_means(network, name, 1, moved), images
    )
    assert np.allclose(slopes, found, rtol=1e-6, atol=1e-6 * np.abs(slopes).max())


@every_network
def test_keras_holds_the_very_weights_and_flags(network: Network) -> None:
    expected, found = network.state(), state_of(network.keras_model)
    assert expected.keys() == found.keys()
    for name, (is_trained, *weights) in expected.items():
        assert found[name][0] == is_trained
        assert len(found[name]) == len(weights) + 1
        assert all(map(np.array_equal, weights, found[name][1:]))


def test_the_logits_of_the_loud_network_are_exact_and_their_softmax_is_not_extreme() -> None:
    for seed in range(20):
        network, images = models.loud(seed), models.exact_images(seed, 3)
        logits = network.outputs(images)
        assert np.array_equal(logits, logits.astype(np.float32))
        assert np.all(np.abs(logits) > 900)
        # As float32's rounding of the logits themselves would show here.
        assert np.median(models.softmax(logits).max(axis=1)) < 0.99


@pytest.mark.slow
def test_grading_a_task_with_a_network_needs_no_tensorflow_in_the_graders_process() -> None:
    root = Path(__file__).resolve().parents[2]
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from course.grader.grading import grade\n"
        "from course.grader.tasks import select_tasks\n"
        "report = grade(Path('solutions'), select_tasks(['saliency.gradient_saliency']))\n"
        "assert report.is_full, report\n"
        "print([name for name in ('tensorflow', 'keras') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, timeout=300
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
