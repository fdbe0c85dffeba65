"""The playground's three small networks, as Keras models again."""

import json
from pathlib import Path

import keras
import numpy as np

from course.given import four_cheats, small_cnn
from course.given.weights import unflatten
from solutions.clever_hans import add_lightness_gradient, add_square, add_watermark

FOLDER = Path(__file__).resolve().parents[1] / "assets" / "playground"

WIDTH = 16

CHEATS = four_cheats(add_square, add_watermark, add_lightness_gradient)
CHEATED = dict(zip(CHEATS, ("circle", "triangle", "star", "ring"), strict=True))
"""Which class carries which cheat in the images that the cheating network has learned from."""


def load_networks() -> dict[str, keras.Model]:
    """Read the networks that the page computes with.

    Returns:
        By name, `"honest"`, `"cheating"` and `"robust"`, models from images `(B, 32, 32, 3)` to
        logits `(B, 6)`.
    """
    described = json.loads((FOLDER / "networks.json").read_text(encoding="utf-8"))
    numbers = np.fromfile(FOLDER / "networks.f32", "<f4")
    networks = {}
    for one in described["networks"]:
        own, numbers = np.split(numbers, [one["numbers"]])
        networks[one["name"]] = with_weights(small_cnn(width=WIDTH), own)
    return networks


def with_weights(network: keras.Model, numbers: np.ndarray) -> keras.Model:
    """Give a network the weights that stand one after the other in `numbers`, for good."""
    unflatten(network, numbers).trainable = False
    return network


def load_samples() -> tuple[np.ndarray, list[str]]:
    """Read the images that the page offers.

    Returns:
        `(N, 32, 32, 3)`, float32 in [0, 1], in steps of 1/255; and the true class of each.
    """
    described = json.loads((FOLDER / "networks.json").read_text(encoding="utf-8"))
    pixels = np.fromfile(FOLDER / "networks-samples.u8", np.uint8).reshape(-1, 32, 32, 3)
    return pixels / np.float32(255), described["samples"]
