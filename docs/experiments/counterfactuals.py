"""Does the smallest change explain an error? The measurements behind chapter 2.3.

    python -m docs.experiments.counterfactuals

takes some thirty minutes on two processor cores, and writes `counterfactuals.json` beside this
file, from which the chapter's cells compute their tables. It writes after every combination, and
goes on from there when it is started again. The file says which code made it: a quick test fails
when that code is no longer this one, a slow test computes a piece of it again.

Every measure is a margin: by how much the target's logit is above the largest other one. Above 0,
the network sees the target.
"""

import io
import sys
from collections.abc import Callable
from functools import cache
from itertools import chain, product
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

from . import records
from .records import begin, rounded, write

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
COMBINATIONS = tuple(product(TARGETS, SEARCHES))

# --- the errors -----------------------------------------------------------------------------------


class Cases(NamedTuple):
    """The errors: images, right classes, photos, where the object is, and targets by kind."""

    index: np.ndarray
    images: np.ndarray
    labels: np.ndarray
    photos: np.ndarray
    masks: np.ndarray
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
    return Cases(wrong, made.images[wrong], labels, made.photos[wrong], made.masks[wrong], targets)


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


def density(maps: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """How many times as much lies inside a mask as chance would have it: sums of magnitudes."""
    inside = (np.abs(maps).sum(axis=-1) * masks).sum(axis=(1, 2)) / np.abs(maps).sum(axis=(1, 2, 3))
    return inside / masks.mean(axis=(1, 2))


def measure(
    images: np.ndarray, changed: np.ndarray, target: np.ndarray, masks: np.ndarray
) -> dict[str, list[Any]]:
    """All measures of some changes: a list by each name, with an entry per image."""
    change = changed - images
    smooth = gaussian_filter(change, (0, 4, 4, 0))
    found = {
        "rms": np.sqrt(np.mean(change**2, axis=(1, 2, 3))),
        "smooth rms": np.sqrt(np.mean(smooth**2, axis=(1, 2, 3))),
        "on the object": density(change, masks),
        "object": masks.mean(axis=(1, 2)),
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
    return {name: rounded(values) for name, values in found.items()}


def piece(target: str, search: str, part: slice) -> dict[str, list[Any]]:
    """One batch of one combination: what the slow test computes again."""
    cases = errors()
    images, wanted = cases.images[part], cases.targets[target][part]
    changed = SEARCHES[search].run(asked(), images, wanted, seed=1000 * part.start)
    found = {"target": wanted.tolist()}
    return found | measure(images, changed, wanted, cases.masks[part])


def pieces() -> list[slice]:
    """The batches of a combination."""
    return batches(len(errors().index), BATCH)


# --- where the right change is known --------------------------------------------------------------

EDGE, STRIDE = 80, 36
"""Of a square that is spoilt, and between the places where it may lie, in pixels."""

KINDS = ("covered", "blurred", "pasted")
AT_MOST = 8
"""Examples per photo and kind."""


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


def places_tried() -> list[tuple[int, int]]:
    """Where a square may lie: the rows and columns of its corner."""
    starts = range(0, 224 - EDGE + 1, STRIDE)
    return list(product(starts, starts))


def fatal(image: np.ndarray, label: int, kind: str) -> list[tuple[np.ndarray, int, np.ndarray]]:
    """An image spoilt, what is then seen in it, and where: for all squares that make it wrong.

    Squares do not overlap; those that cost the right class most come first.
    """
    places = places_tried()
    tried = np.stack([spoilt(image, kind, *place) for place in places])
    logits = predict(asked(), tried, 16)
    seen = logits.argmax(axis=1)
    others = np.delete(logits, label, axis=1)
    found: list[tuple[np.ndarray, int, np.ndarray]] = []
    for n in np.argsort(logits[:, label] - others.max(axis=1)):
        mask = np.zeros((224, 224), bool)
        row, column = places[n]
        mask[row : row + EDGE, column : column + EDGE] = True
        if seen[n] != label and not any(np.any(mask & taken) for *_, taken in found):
            found.append((tried[n], int(seen[n]), mask))
    return found


@cache
def spoil(kind: str) -> Spoilt:
    """Of the versions that the network gets right, also mirrored, those that a square makes wrong.

    Of every photo the first `AT_MOST`, in the order of the versions, mirrored ones last.
    """
    made = load_versions()
    right = np.flatnonzero(predict(asked(), made.images, 16).argmax(axis=1) == made.labels)
    kept: list[tuple[np.ndarray, int, str, int, np.ndarray]] = []
    for mirrored, index in product((False, True), right):
        image = made.images[index][:, ::-1] if mirrored else made.images[index]
        label, photo = int(made.labels[index]), str(made.photos[index])
        room = AT_MOST - sum(one[2] == photo for one in kept)
        if room:
            wrong = fatal(image, label, kind)[:room]
            kept += [(other, label, photo, seen, mask) for other, seen, mask in wrong]
    return Spoilt(*map(np.stack, zip(*kept, strict=True)))


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
        found[name] = rounded(density(changed - cases.images, cases.masks))
        found[f"{name}, margin"] = rounded(margins(asked(), changed, target))
    for_seen, for_true = (
        np.concatenate(
            [
                np.asarray(gradient_saliency(asked(), cases.images[part], classes[part]))
                for part in batches(len(classes), BATCH)
            ]
        )
        for classes in (cases.seen, cases.labels)
    )
    found["saliency's difference"] = rounded(density(for_seen - for_true, cases.masks))
    return found


# --- what made the file ---------------------------------------------------------------------------


def code_hash() -> str:
    """Of all code whose change could change the results."""
    return records.code_hash(
        sys.modules[__name__],
        errors_list,
        input_optimization.optimize_in_spectrum,
        input_optimization.change_penalty,
        natural_images.fourier_images,
        natural_images.frequencies,
        natural_images._views,
        natural_images.random_view,
    )


def main() -> None:
    """Measure everything, and write it down."""
    results = begin(RESULTS, code_hash())
    results |= {"photos": errors().photos.tolist(), "errors": errors().index.tolist()}
    searches, found_places = results.setdefault("searches", []), results.setdefault("places", {})
    for target, search in COMBINATIONS[len(searches) :]:
        done = [piece(target, search, part) for part in pieces()]
        measures = {name: list(chain(*(one[name] for one in done))) for name in done[0]}
        searches.append({"target": target, "search": search, "measures": measures})
        write(RESULTS, results)
    for kind in KINDS[len(found_places) :]:
        found_places[kind] = places(kind)
        write(RESULTS, results)


if __name__ == "__main__":
    main()
