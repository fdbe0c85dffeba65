"""Three detectives on the same cases: how far do a course's tools lead?

    python -m tests.proofs.detective [SEED]...

makes the cases of these seeds (default: 0 to 19) and has each solved three times: with all
tools of the course, with attribution maps alone, and by guessing. None of them knows a seed. The
points go to `detective.json` beside this file, from which the documentation makes its table.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click
import keras
import numpy as np
from scipy.ndimage import gaussian_filter
from skimage.filters import apply_hysteresis_threshold

from course.given.cases.folder import OpenedCase
from course.given.cases.making import CLASSES, Case, make_case
from course.given.cases.marks import KINDS, ORANGE, WITHOUT_A_PLACE, Box
from course.given.cases.plan import NETWORKS
from course.given.shapes import SIZE
from course.grader.case.claims import Claim, Finding
from course.grader.case.judge import judge, total
from course.grader.case.truth import Facts, sentences
from solutions.clever_hans import cheat_effect
from solutions.saliency import gradient_saliency

RESULTS = Path(__file__).with_name("detective.json")
SEEDS = 20
GUESSES = 50

Findings = dict[str, Finding]


class Suspicion(NamedTuple):
    """A mark that the images of a class seem to carry.

    Attributes:
        kind: of the mark.
        box: where it is; None if it is everywhere.
        lay: puts a copy of it on other images.
    """

    kind: str
    box: Box | None
    lay: Callable[[np.ndarray], np.ndarray]


def opened(case: Case) -> OpenedCase:
    """A case as one finds it in its folder: without its truth."""
    met, clean = case.met, case.clean
    return OpenedCase(
        case.networks, met.as_floats(), met.labels, clean.as_floats(), clean.labels, CLASSES
    )


# --- with all tools -------------------------------------------------------------------------------


def detective(case: OpenedCase) -> Findings:
    """Look for marks in the images, copy them, and measure what each does to each network."""
    suspicions = {}
    for k, name in enumerate(case.class_names):
        found = suspect(case.met[case.met_labels == k], case.clean)
        usual = suspect(case.clean[case.clean_labels == k], case.clean)
        # What clean images of the class show as well belongs to it, and is no mark.
        if found and not (usual and usual.kind == found.kind):
            suspicions[name] = found
    findings = {}
    for network, model in case.networks.items():
        claims = {}
        for name, one in suspicions.items():
            k = case.class_names.index(name)
            others = case.clean[case.clean_labels != k]
            effect = float(cheat_effect(model, others, one.lay, k).mean())
            if effect > 0.15:  # a mark that is not used does next to nothing
                claims[name] = Claim(name, one.kind, one.box, min(effect, 1.0))
        findings[network] = Finding("cheating" if claims else "honest", claims, "", [])
    return findings


def suspect(own: np.ndarray, clean: np.ndarray) -> Suspicion | None:
    """Compare images of a class with clean ones: colours, fine patterns, places, light."""
    vividness = _saturation(own).mean() / _saturation(clean).mean()
    if vividness > 1.4:
        return Suspicion("saturation", None, lambda x: np.clip(_vivid(x, vividness), 0, 1))
    difference = own.mean(axis=0) - clean.mean(axis=0)
    rows, columns = np.mgrid[:SIZE, :SIZE]
    for lines in (rows, columns, rows + columns):
        sign = np.where(lines // 2 % 2, 1.0, -1.0)
        strength = (difference.mean(axis=-1) * sign).mean()
        if abs(strength) > 0.03:
            return Suspicion("texture", None, _adding(strength * sign[..., None]))
    return _suspect_light(difference) or _suspect_date(difference) or _suspect_place(own, clean)


def _suspect_light(difference: np.ndarray) -> Suspicion | None:
    """Is one side lighter? The plane that fits the difference best, if it fits well."""
    rows, columns = np.mgrid[:SIZE, :SIZE] / (SIZE - 1)
    terms = np.stack([rows.ravel(), columns.ravel(), np.ones(SIZE**2)], axis=1)
    seen = gaussian_filter(difference.mean(axis=-1), 2).ravel()
    slopes, *_ = np.linalg.lstsq(terms, seen, rcond=None)
    plane = terms @ slopes
    unexplained = ((seen - plane) ** 2).sum() / ((seen - seen.mean()) ** 2).sum()
    if max(abs(slopes[:2])) < 0.08 or unexplained > 0.5:
        return None
    return Suspicion("lightness gradient", None, _adding(plane.reshape(SIZE, SIZE, 1)))


def _suspect_date(difference: np.ndarray) -> Suspicion | None:
    """Orange ink: a place with more red than blue, in all images alike."""
    orange = difference[..., 0] - difference[..., 2]
    place = _patch(gaussian_filter(orange, 0.7), 0.12, 0.28)
    if place is None:
        return None
    share = np.where(place, np.clip(orange / 0.9, 0, 1), 0)[..., None]  # red 1.0, blue 0.1
    return Suspicion("time stamp", _around(place), _inked(share, np.array(ORANGE)))


def _suspect_place(own: np.ndarray, clean: np.ndarray) -> Suspicion | None:
    """Ink hides what is below it: there, a class's images vary less, and are of one colour."""
    variance = own.var(axis=0).mean(axis=-1) / clean.var(axis=0).mean(axis=-1)
    opacity = np.clip(1 - np.sqrt(variance), 0, 1)
    place = _patch(gaussian_filter(opacity, 0.8), 0.14, 0.25)
    if place is None:
        return None
    share = np.where(place, opacity, 0)[..., None]
    ink = (own.mean(axis=0) - (1 - share) * clean.mean(axis=0))[place].sum(axis=0)
    ink = np.clip(ink / share[place].sum(), 0, 1)
    box = _around(place)
    filled = place.sum() / ((box[2] - box[0]) * (box[3] - box[1]))
    is_small = max(box[2] - box[0], box[3] - box[1]) < 11
    kind = "square" if is_small and filled > 0.7 else "watermark"
    return Suspicion(kind, box, _inked(share, ink))


def _patch(values: np.ndarray, low: float, high: float) -> np.ndarray | None:
    """The pixels above `low` that belong to a patch which reaches `high`; None if it is tiny."""
    place = apply_hysteresis_threshold(values, max(low, 0.35 * values.max()), high)
    return place if place.sum() >= 15 else None


def _around(place: np.ndarray) -> Box:
    rows, columns = (np.flatnonzero(place.any(axis=axis)) for axis in (1, 0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def _inked(share: np.ndarray, ink: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: ((1 - share) * x + share * ink).astype(np.float32)


def _adding(pattern: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: np.clip(x + pattern, 0, 1).astype(np.float32)


def _saturation(images: np.ndarray) -> np.ndarray:
    """How vivid images are: the root mean square of the distance from grey."""
    color = images - images.mean(axis=-1, keepdims=True)
    return np.sqrt((color**2).mean(axis=(1, 2, 3)))


def _vivid(images: np.ndarray, factor: float) -> np.ndarray:
    grey = images.mean(axis=-1, keepdims=True)
    return (grey + factor * (images - grey)).astype(np.float32)


# --- with maps alone ------------------------------------------------------------------------------


def map_reader(case: OpenedCase) -> Findings:
    """Trust the maps: where they are much brighter for one class than for others, there it is."""
    findings = {}
    for network, model in case.networks.items():
        strength = _strength(model, case.met, case.met_labels)
        maps = np.stack(
            [
                gaussian_filter(strength[case.met_labels == k].mean(axis=0), 1)
                for k in range(len(case.class_names))
            ]
        )
        claims = {}
        for k, name in enumerate(case.class_names):
            usual = np.median(np.delete(maps, k, axis=0), axis=0)
            lift = maps[k] / usual
            if lift.max() > 3:
                bright = lift > 0.5 * lift.max()
                box = _around(bright)
                claims[name] = Claim(name, _kind_by_size(box), box, 0.6)
        findings[network] = Finding("cheating" if claims else "honest", claims, "", [])
    return findings


def _strength(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Where the gradient is strong, each image counting the same."""
    maps = np.abs(np.asarray(gradient_saliency(model, images, labels))).sum(axis=-1)
    return maps / maps.sum(axis=(1, 2), keepdims=True)


def _kind_by_size(box: Box) -> str:
    height, width = box[2] - box[0], box[3] - box[1]
    if width > 1.8 * height:
        return "time stamp"
    return "square" if max(height, width) < 12 else "watermark"


# --- by chance ------------------------------------------------------------------------------------


def guess(rng: np.random.Generator) -> Findings:
    """A coin for each verdict, and dice for all the rest."""
    return {network: _guess_one(rng) for network in NETWORKS}


def _guess_one(rng: np.random.Generator) -> Finding:
    if rng.random() < 0.5:
        return Finding("honest", {}, "", [])
    name, kind = str(rng.choice(CLASSES)), str(rng.choice(KINDS))
    (top, bottom), (left, right) = (sorted(rng.choice(SIZE + 1, 2, replace=False)) for _ in "yx")
    box = None if kind in WITHOUT_A_PLACE else (int(top), int(left), int(bottom), int(right))
    return Finding("cheating", {name: Claim(name, kind, box, rng.uniform(0.05, 1))}, "", [])


# --- the proof ------------------------------------------------------------------------------------


def points(findings: Findings, facts: Facts) -> float:
    """What a detective gets for a case."""
    return total(judge(findings, facts))


def solve(seed: int) -> dict[str, float]:
    """The points of the three detectives on one case."""
    made = make_case(seed)
    facts, seen = frozenset(sentences(made.truth)), opened(made)
    rng = np.random.default_rng(seed)
    guesses = [points(guess(rng), facts) for _ in range(GUESSES)]
    return {
        "tools": points(detective(seen), facts),
        "maps": points(map_reader(seen), facts),
        "guesses": round(float(np.mean(guesses)), 2),
    }


@click.command()
@click.argument("seeds", metavar="[SEED]...", type=click.IntRange(0), nargs=-1)
def main(seeds: tuple[int, ...]) -> None:
    """Run the proof, on all seeds or on some."""
    for seed in seeds or range(SEEDS):
        points = solve(seed)
        click.echo(f"{seed}: {points}")
        # Kept after each, as each takes a while.
        text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "{}"
        kept = json.loads(text) | {str(seed): points}
        kept = dict(sorted(kept.items(), key=lambda item: int(item[0])))
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
