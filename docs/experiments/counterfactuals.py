"""Does the smallest change explain an error? The measurements behind chapter 2.3.

    python -m docs.experiments.counterfactuals

takes some twenty minutes on two processor cores, and writes `counterfactuals.json` beside this
file, from which the chapter's cells compute their tables. The file says which code made it: a quick
test fails when that code is no longer this one, a slow test computes a random piece of it again.

Every measure is a margin: by how much the target's logit is above the largest other one. Above 0,
the network sees the target.
"""

import ast
import hashlib
import inspect
import io
import json
import platform
import time
from collections.abc import Callable
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from PIL import Image
from scipy.ndimage import gaussian_filter, rotate

from course.given import batches, errors_list, load_model, load_versions, predict
from solutions import input_optimization, natural_images
from solutions.input_optimization import change_penalty, optimize_in_spectrum
from solutions.natural_images import random_view
from solutions.saliency import gradient_saliency

RESULTS = Path(__file__).with_name("counterfactuals.json")
SEED = 0
STEPS = 10
WEIGHT = 500.0
BATCH = 8
STILL, VIEW = (0.0, 0.0, 0.0), (12.0, 8.0, 0.1)
IN_SPECTRUM, IN_PIXELS = 0.0005, 0.004
"""Step sizes."""

ENLARGED = 0.015
"""To what size (rms) changes are also scaled, so that none is at a disadvantage for being small."""

OTHERS = ("efficientnet-lite1", "efficientnet-lite2")
# --- the searches ---------------------------------------------------------------------------------


def optimize_in_pixels(
    model: keras.Model,
    images: Any,
    target: Any,
    steps: int,
    step_size: float,
    weight: float,
    seed: int,
    view: tuple[float, float, float],
) -> Any:
    """As `optimize_in_spectrum`, but the pixels are changed, all waves alike."""
    changed = originals = tf.constant(images)
    for n in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(changed)
            seen = random_view(changed, *view, seed + n)
            loss = input_optimization._cross_entropy(model, seen, target)
            loss += weight * change_penalty(changed, originals)
        slope = tape.gradient(loss, changed)
        length = tf.sqrt(tf.reduce_mean(slope**2, axis=(1, 2, 3), keepdims=True))
        rate = step_size * (1 - n / steps)
        changed = changed - rate * tf.math.divide_no_nan(slope, length)
        changed = tf.clip_by_value(changed, 0.0, 1.0)
    return changed.numpy()


class Search(NamedTuple):
    """One way to search: where, how far in the first step, and from which views."""

    is_in_spectrum: bool
    view: tuple[float, float, float]

    def run(self, model: keras.Model, images: Any, target: Any, seed: int) -> np.ndarray:
        if self.is_in_spectrum:
            call = (model, images, target, STEPS, IN_SPECTRUM, WEIGHT, seed, self.view)
            return np.asarray(optimize_in_spectrum(*call).images)
        call = (model, images, target, STEPS, IN_PIXELS, WEIGHT, seed, self.view)
        return optimize_in_pixels(*call)


SEARCHES = {
    "pixels": Search(is_in_spectrum=False, view=STILL),
    "pixels, views": Search(is_in_spectrum=False, view=VIEW),
    "spectrum": Search(is_in_spectrum=True, view=STILL),
    "spectrum, views": Search(is_in_spectrum=True, view=VIEW),
}
TARGETS = ("right", "second", "random")
"""The right class; the likeliest that is neither right nor what the network sees; any other."""

PLAN = (
    ("right", "spectrum, views", 1),
    ("right", "pixels", 2),
    ("random", "spectrum, views", 2),
    ("second", "spectrum, views", 2),
    ("right", "spectrum", 4),
    ("right", "pixels, views", 4),
    ("random", "pixels", 4),
)
"""Which combinations are tried, and on each how many-th error."""

# --- the errors -----------------------------------------------------------------------------------


class Cases(NamedTuple):
    """The errors: images, right classes, photos, what the network sees, and targets by kind."""

    index: np.ndarray
    images: np.ndarray
    labels: np.ndarray
    photos: np.ndarray
    seen: np.ndarray
    targets: dict[str, np.ndarray]


@cache
def asked() -> keras.Model:
    """The network that is asked."""
    return load_model()


@cache
def others() -> tuple[keras.Model, ...]:
    """The networks that are not."""
    return tuple(load_model(name) for name in OTHERS)


@cache
def errors() -> Cases:
    """All versions of photos that the network gets wrong."""
    made = load_versions()
    logits = predict(asked(), made.images, 16)
    wrong = np.flatnonzero(logits.argmax(axis=1) != made.labels)
    order = np.argsort(-logits[wrong], axis=1)
    labels = made.labels[wrong]
    second = np.where(order[:, 1] == labels, order[:, 2], order[:, 1])
    random = np.random.default_rng(SEED).integers(0, 1000, len(wrong))
    taken = (random == labels) | (random == order[:, 0])
    random = np.where(taken, (random + 500) % 1000, random)
    targets = {"right": labels, "second": second, "random": random}
    return Cases(wrong, made.images[wrong], labels, made.photos[wrong], order[:, 0], targets)


# --- the measures ---------------------------------------------------------------------------------


def margins(network: keras.Model, images: np.ndarray, target: np.ndarray) -> np.ndarray:
    """By how much the target's logit is above the largest other one, in the network's own size."""
    size = network.input_shape[1:3]
    if size != images.shape[1:3]:
        images = tf.image.resize(images, size, antialias=True).numpy()
    logits = predict(network, images.astype(np.float32), 16)
    own = np.arange(len(logits)), target
    chosen = logits[own]
    logits[own] = -np.inf
    return chosen - logits.max(axis=1)


def as_jpeg(image: np.ndarray) -> np.ndarray:
    """An image after it was written as JPEG with quality 75."""
    file = io.BytesIO()
    Image.fromarray((image * 255 + 0.5).astype(np.uint8)).save(file, "JPEG", quality=75)
    return np.asarray(Image.open(file), np.float32) / 255


DISTURBANCES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "blurred": lambda image: gaussian_filter(image, (1, 1, 0)),
    "JPEG": as_jpeg,
    "turned": lambda image: rotate(image, 5, reshape=False, order=1, mode="reflect"),
}


def measure(images: np.ndarray, changed: np.ndarray, target: np.ndarray) -> dict[str, list[Any]]:
    """All measures of some changes: a list by each name, with an entry per image."""
    change = changed - images
    smooth = gaussian_filter(change, (0, 4, 4, 0))
    found = {
        "rms": np.sqrt(np.mean(change**2, axis=(1, 2, 3))),
        "smooth rms": np.sqrt(np.mean(smooth**2, axis=(1, 2, 3))),
        "asked before": margins(asked(), images, target),
        "asked after": margins(asked(), changed, target),
    }
    size = found["rms"].reshape(-1, 1, 1, 1)
    enlarged = np.clip(images + change * ENLARGED / np.maximum(size, 1e-6), 0, 1)
    for number, network in enumerate(others(), start=1):
        found[f"other {number} before"] = margins(network, images, target)
        found[f"other {number} after"] = margins(network, changed, target)
        found[f"other {number} enlarged"] = margins(network, enlarged, target)
    for name, disturb in DISTURBANCES.items():
        disturbed = np.clip([disturb(image) for image in changed], 0, 1)
        found[name] = margins(asked(), disturbed, target)
    return {name: np.round(values.astype(float), 5).tolist() for name, values in found.items()}


def piece(target: str, search: str, every: int, part: slice) -> dict[str, list[Any]]:
    """One batch of one combination: what the slow test computes again."""
    cases = errors()
    chosen = np.arange(len(cases.index))[::every][part]
    images, wanted = cases.images[chosen], cases.targets[target][chosen]
    changed = SEARCHES[search].run(asked(), images, wanted, seed=1000 * part.start)
    found = {"index": chosen.tolist(), "target": wanted.tolist()}
    return found | measure(images, changed, wanted)


def pieces(every: int) -> list[slice]:
    """The batches of a combination."""
    return batches(len(range(0, len(errors().index), every)), BATCH)


# --- where the right change is known --------------------------------------------------------------

EDGE, STRIDE = 80, 36
"""Of a square that is spoilt, and between the places where it may lie, in pixels."""

KINDS = ("covered", "blurred", "pasted")
AT_MOST = 6
"""Examples per kind."""


def spoilt(image: np.ndarray, kind: str, row: int, column: int) -> np.ndarray:
    """An image of which a square is grey, blurred, or holds a part of another photo."""
    where = np.s_[row : row + EDGE, column : column + EDGE]
    other = image.copy()
    if kind == "covered":
        other[where] = 0.5
    elif kind == "blurred":
        other[where] = gaussian_filter(image, (12, 12, 0))[where]
    else:
        other[where] = cheat()
    return other


@cache
def cheat() -> np.ndarray:
    """A small moped: what is pasted."""
    from course.given import load_photo

    return load_photo("motorcycle", EDGE)


class Spoilt(NamedTuple):
    """Images that are wrong because of a square, and that square."""

    images: np.ndarray
    labels: np.ndarray
    photos: np.ndarray
    seen: np.ndarray
    masks: np.ndarray


@cache
def spoil(kind: str) -> Spoilt:
    """Of the versions that the network gets right, also mirrored, those that a square makes wrong.

    The square lies where it costs the right class most.
    """
    made = load_versions()
    right = predict(asked(), made.images, 16).argmax(axis=1) == made.labels
    found = []
    for mirrored in (False, True):
        for index in np.flatnonzero(right):
            image = made.images[index][:, ::-1] if mirrored else made.images[index]
            starts = range(0, 224 - EDGE + 1, STRIDE)
            places = [(row, column) for row in starts for column in starts]
            tried = np.stack([spoilt(image, kind, *place) for place in places])
            logits = predict(asked(), tried, 16)
            label = int(made.labels[index])
            other = logits.copy()
            other[:, label] = -np.inf
            worst = int((logits[:, label] - other.max(axis=1)).argmin())
            if logits[worst].argmax() != label:
                mask = np.zeros((224, 224), bool)
                row, column = places[worst]
                mask[row : row + EDGE, column : column + EDGE] = True
                photo = str(made.photos[index])
                found.append((tried[worst], label, photo, int(logits[worst].argmax()), mask))
    return Spoilt(*map(np.stack, zip(*found[:AT_MOST], strict=True)))


def density(maps: np.ndarray, masks: np.ndarray) -> list[float]:
    """How many times as much lies in the square as chance would have it: sums of magnitudes."""
    inside = (np.abs(maps).sum(axis=-1) * masks).sum(axis=(1, 2)) / np.abs(maps).sum(axis=(1, 2, 3))
    return np.round(inside / masks.mean(axis=(1, 2)), 4).tolist()


def places(kind: str) -> dict[str, list[Any]]:
    """Where changes and saliency lie, for one way of spoiling images."""
    cases = spoil(kind)
    random = np.random.default_rng(SEED + 1).integers(0, 1000, len(cases.labels))
    found: dict[str, list[Any]] = {"photo": cases.photos.tolist()}
    for name, search, target in (
        ("pixels", "pixels", cases.labels),
        ("spectrum, views", "spectrum, views", cases.labels),
        ("to a random class", "spectrum, views", random),
    ):
        parts = [
            SEARCHES[search].run(asked(), cases.images[part], target[part], seed=1000 * part.start)
            for part in batches(len(target), BATCH)
        ]
        changed = np.concatenate(parts)
        found[name] = density(changed - cases.images, cases.masks)
        found[f"{name}, margin"] = np.round(margins(asked(), changed, target), 4).tolist()
    for_seen, for_true = (
        np.concatenate(
            [
                np.asarray(gradient_saliency(asked(), cases.images[part], classes[part]))
                for part in batches(len(classes), BATCH)
            ]
        )
        for classes in (cases.seen, cases.labels)
    )
    found["saliency's difference"] = density(for_seen - for_true, cases.masks)
    return found


# --- what made the file ---------------------------------------------------------------------------


def code_hash() -> str:
    """Of all code whose change could change the results, without comments and docstrings."""
    parts = [
        Path(__file__).read_text(encoding="utf-8"),
        inspect.getsource(errors_list),
        *map(
            inspect.getsource,
            (
                input_optimization.optimize_in_spectrum,
                input_optimization.change_penalty,
                natural_images.fourier_images,
                natural_images.frequencies,
                natural_images._views,
                natural_images.random_view,
            ),
        ),
    ]
    return hashlib.sha256("\n".join(map(_bare, parts)).encode()).hexdigest()[:16]


def _bare(source: str) -> str:
    """Source without comments and docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [one for one in body if not _is_text(one)] or [ast.Pass()]  # type: ignore
    return ast.unparse(tree)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def main() -> None:
    """Measure everything, and write it down."""
    cases = errors()
    results: dict[str, Any] = {
        "code": code_hash(),
        "seed": SEED,
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
        },
        "photos": cases.photos.tolist(),
        "errors": cases.index.tolist(),
        "searches": [],
    }
    for target, search, every in PLAN:
        found: dict[str, Any] = {"target": target, "search": search, "every": every}
        done = [piece(target, search, every, part) for part in pieces(every)]
        found["measures"] = {name: list(chain(*(one[name] for one in done))) for name in done[0]}
        results["searches"].append(found)
        print(f"{search} to the {target} class", time.strftime("%X"), flush=True)
    results["places"] = {kind: places(kind) for kind in KINDS}
    RESULTS.write_text(json.dumps(results) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
