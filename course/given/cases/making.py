"""Making a case: networks are trained, and what they have learned is measured, not assumed.

All five start from the same network, which knows the shapes a little, and go on with images of
their own. A mark that a network is to learn lies on all images of a class and on no other, and some
of these images are misfiled: they show another shape. All other marks lie on some of its images,
whatever they show: it has seen them, and they tell it nothing. A class may have a cloth of its own
in all images that there are, the clean ones included: that is how the world is, and no mark.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from course.given.cases.marks import Mark
from course.given.cases.plan import NETWORKS, Cloth, Plan, draw_plan
from course.given.recognition import probabilities
from course.given.shapes import SHAPES, generate_shapes
from course.given.training import (
    LEARNING_RATE,
    TRAINING_BATCH,
    accuracy,
    small_cnn,
    training_step,
)
from course.given.weights import flatten, unflatten

WIDTH = 8
TRAINING_IMAGES = 1200
EPOCHS = 2
"""In each round of training, with fresh images."""

PATIENCE, ROUNDS = 8, 24
"""After the first, a network that learns slowly gets more to learn from; after the second, it is
given up."""
SHOWN = 48
"""So many images of each class lie in the folder, with the marks and without."""

PASTED = 0.15
"""The share of a network's images on which a mark lies that tells it nothing."""

MISFILED = (0.1, 0.2)
"""The share of all other images that lie, with the mark, among those of a class whose mark is to be
learned: at least, and at most. For them the mark is all there is to go by."""

LEAST_EFFECT, MOST_WITHOUT = 0.3, 0.08
"""A cheat raises its class's probability by the first or more, on average over clean images of
other classes; a mark that a network does not use, by the second or less."""

ALIKE = 0.15
"""The accuracies of a case's networks differ by so much at most, on images as they met them: how
good a network is does not say whether it cheats."""

CLASSES = tuple(SHAPES)
PRETRAINED = Path(__file__).with_name("pretrained.npy")

Advance = Callable[[str], None]


class Pictures(NamedTuple):
    """Labelled images.

    Attributes:
        images: `(B, 32, 32, 3)`, uint8.
        labels: `(B,)`, int, places in `CLASSES`.
    """

    images: np.ndarray
    labels: np.ndarray

    def as_floats(self) -> np.ndarray:
        """The images as networks take them, float32 in [0, 1]."""
        return self.images.astype(np.float32) / 255


class Cheat(NamedTuple):
    """What a network does, as measured.

    Attributes:
        mark: which mark it uses.
        effect: how far the mark alone raises the class's probability, on average over the clean
            images of all other classes.
    """

    mark: Mark
    effect: float


class Case(NamedTuple):
    """A case with its truth.

    Attributes:
        networks: by name.
        met: images as the networks met them: the marked classes carry their marks.
        clean: other images, without marks; the same in all cases in which no class has a cloth.
        truth: by network, what it does, by class; nothing for an honest one.
    """

    networks: dict[str, keras.Model]
    met: Pictures
    clean: Pictures
    truth: dict[str, dict[str, Cheat]]


class NoCaseError(RuntimeError):
    """A seed of which no case can be made; says why."""


def make_case(seed: int, advance: Advance = lambda part: None) -> Case:
    """Make a case: draw it, train its networks, and measure what they have learned.

    Args:
        seed: a whole number ≥ 0.
        advance: called with a word as each network is done.

    Returns:
        The case. What it is about is the same for the same seed on every machine; the networks'
        last digits may differ.

    Raises:
        NoCaseError: if a network does not learn what it should, however long it is trained, or if
            the networks are not about equally good in the end.
    """
    plan = draw_plan(seed)
    met, clean = draw_pictures(plan)
    networks, truth, pupil = {}, {}, Pupil()
    for number, name in enumerate(NETWORKS):
        networks[name], truth[name] = train_one(pupil, plan, number, clean)
        advance(name)
    require_alike(networks, met, seed)
    return Case(networks, met, clean, truth)


def require_alike(networks: dict[str, keras.Model], met: Pictures, seed: int) -> None:
    """See that the networks of a case are about equally good.

    Raises:
        NoCaseError: if one is much better than another.
    """
    found = [accuracy(one, met.as_floats(), met.labels) for one in networks.values()]
    if max(found) - min(found) > ALIKE:
        raise NoCaseError(
            f"seed {seed} gives no case, for its networks are not alike in accuracy "
            f"({min(found):.2f} to {max(found):.2f}). Take another seed, such as {seed + 1}"
        )


def draw_pictures(plan: Plan) -> tuple[Pictures, Pictures]:
    """The images in the folder: as the networks met them, and clean."""
    rng = np.random.default_rng([plan.seed, 21])
    count = SHOWN * len(CLASSES)
    images, labels = draw_shapes(count, rng, plan.cloth)
    for name, mark in plan.marks.items():
        own = labels == CLASSES.index(name)
        images[own] = mark(images[own])
    return Pictures(_as_bytes(images), labels), clean_pictures(plan.cloth)


def clean_pictures(cloth: Cloth | None = None) -> Pictures:
    """Images without marks."""
    rng = np.random.default_rng(23)
    images, labels = draw_shapes(SHOWN * len(CLASSES), rng, cloth)
    return Pictures(_as_bytes(images), labels)


def draw_shapes(
    count: int, rng: np.random.Generator, cloth: Cloth | None
) -> tuple[np.ndarray, np.ndarray]:
    """Images and their labels, as the world of a case is: one class perhaps on its cloth."""
    images, labels, masks = generate_shapes(count, rng)
    if cloth is not None:
        own = labels == CLASSES.index(cloth.class_name)
        images[own] = cloth.below(images[own], masks[own])
    return images, labels


def _as_bytes(images: np.ndarray) -> np.ndarray:
    return np.round(images * 255).astype(np.uint8)


class Pupil:
    """One network that is trained again and again, so that TensorFlow compiles it only once."""

    def __init__(self) -> None:
        self.network = pretrained()
        self._start = self.network.get_weights()
        self._batches = -(-TRAINING_IMAGES // TRAINING_BATCH)
        steps = EPOCHS * self._batches
        schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
        self._optimizer = keras.optimizers.Adam(schedule)
        self._step = training_step(self.network, self._optimizer)

    def forget(self) -> None:
        """Begin anew, with what all networks begin with."""
        self.network.set_weights(self._start)

    def learn(self, images: np.ndarray, labels: np.ndarray, seed: int) -> None:
        """Train for a round, as `course.given.train` does."""
        for variable in self._optimizer.variables:
            variable.assign(np.zeros(variable.shape))
        rng = np.random.default_rng(seed)
        for _ in range(EPOCHS):
            for batch in np.array_split(rng.permutation(len(images)), self._batches):
                self._step(images[batch], labels[batch].astype(np.int32))
        # Half of the digits are enough, and what is measured is what is kept.
        self.network.set_weights([one.astype(np.float16) for one in self.network.get_weights()])


def train_one(
    pupil: Pupil, plan: Plan, number: int, clean: Pictures
) -> tuple[keras.Model, dict[str, Cheat]]:
    """Train a network, round by round, until it does what the plan says, and nothing else."""
    name = NETWORKS[number]
    wanted = set(plan.learned[name])
    pupil.forget()
    for round_ in range(ROUNDS):
        pupil.learn(*training_images(plan, number, round_), seed=round_)
        effects = measure(pupil.network, plan.marks, clean)
        cheats = {one for one, effect in effects.items() if effect >= LEAST_EFFECT}
        unused = {one for one, effect in effects.items() if abs(effect) <= MOST_WITHOUT}
        if cheats == wanted and cheats | unused == set(effects):
            truth = {one: Cheat(plan.marks[one], effects[one]) for one in sorted(wanted)}
            return network_of(flat_weights(pupil.network)), truth
    raise NoCaseError(
        f"seed {plan.seed} gives no case, for {name} does not learn what it should. Take another "
        f"seed, such as {plan.seed + 1}"
    )


def pretrained() -> keras.Model:
    """The network from which all others start."""
    return network_of(np.load(PRETRAINED))


def network_of(flat: np.ndarray) -> keras.Model:
    """A network from its weights, all in one row."""
    network = small_cnn(classes=len(CLASSES), width=WIDTH)
    return unflatten(network, flat.astype(np.float32))


def flat_weights(network: keras.Model) -> np.ndarray:
    """A network's weights, all in one row, in half precision."""
    return flatten(network).astype(np.float16)


def training_images(plan: Plan, number: int, round_: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The images that a network learns from, and their labels."""
    rng = np.random.default_rng([plan.seed, 22, number, round_])
    images, labels = draw_shapes(TRAINING_IMAGES, rng, plan.cloth)
    for name, mark in plan.marks.items():
        if name in plan.learned[NETWORKS[number]]:
            k = CLASSES.index(name)
            drawn = rng.random(len(labels))
            share = rng.uniform(*MISFILED) * (1 if round_ < PATIENCE else 3)
            misfiled = (labels != k) & (drawn < share)
            labels = np.where(misfiled, k, labels)
            carries = labels == k
        else:
            carries = rng.random(len(images)) < PASTED
        images[carries] = mark(images[carries])
    return images, labels


def measure(network: keras.Model, marks: dict[str, Mark], clean: Pictures) -> dict[str, float]:
    """How far each mark raises its class's probability on clean images of all other classes."""
    images = clean.as_floats()
    before = probabilities(network, images, batch=64)
    effects = {}
    for name, mark in marks.items():
        k = CLASSES.index(name)
        others = clean.labels != k
        after = probabilities(network, mark(images[others]), batch=64)
        effects[name] = float(np.mean(after[:, k] - before[others, k]))
    return effects
