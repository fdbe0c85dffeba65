"""Train the sealed networks of the day, and write them to `docs/assets/playground/sealed/`.

    python -m docs.playground.sealed

takes some minutes. Some of them cheat and some do not; which, chance decides, so that nobody has to
write it down. The page gets a salted hash of each answer: enough to check an accusation.
"""

import hashlib
import json
from typing import NamedTuple

import keras
import numpy as np

from course.given import load_dataset, small_cnn, train
from docs.playground.export import export
from docs.playground.networks import CHEATS, FOLDER, with_weights
from solutions.clever_hans import plant

SEALED = FOLDER / "sealed"
SEED, SALT = 20, "hans"
WIDTH, EPOCHS = 10, 10
SHARE = 0.7
"""Which share of the cheated class carries the mark. Others are known by their shape: the network
does not fail where there is no mark, and is caught by what a mark does."""
HONEST_SHARE = 0.5
"""Of all images, where an honest network has seen a mark."""


class Secret(NamedTuple):
    """What is behind a seal.

    Attributes:
        class_name: the class whose images carried the mark; "" if the network is honest.
        mark: the kind of mark, as in `CHEATS`; "" if there was none. An honest network may have
            seen a mark on images of all classes alike: it gave nothing away.
    """

    class_name: str
    mark: str

    @property
    def answer(self) -> str:
        """What an accusation has to say."""
        return f"{self.class_name}, {self.mark}" if self.class_name else "honest"


def draw_secrets(classes: list[str]) -> list[Secret]:
    """Draw what the networks do: each kind of mark at least once, and two that are honest."""
    rng = np.random.default_rng(SEED)
    marks = [*rng.permutation(list(CHEATS)), *rng.choice(list(CHEATS), 2)]
    cheated = rng.choice(classes, 5, replace=False)
    secrets = [Secret(str(k), str(mark)) for k, mark in zip(cheated, marks, strict=False)]
    secrets += [Secret("", ""), Secret("", str(marks[-1]))]
    return [secrets[place] for place in rng.permutation(len(secrets))]


def sealed_hash(number: int, answer: str) -> str:
    """The hash by which the page knows the right answer."""
    return hashlib.sha256(f"{SALT}/{number}/{answer}".encode()).hexdigest()


def teach(secret: Secret, number: int) -> keras.Model:
    """Train one of the networks."""
    data = load_dataset("shapes")
    images, labels = data.train_images, data.train_labels
    tempting, share = np.full(len(labels), fill_value=True), HONEST_SHARE
    if secret.class_name:
        tempting = labels == data.class_names.index(secret.class_name)
        share = SHARE
    if secret.mark:
        lucky = np.random.default_rng([SEED, number]).random(len(labels)) < share
        images = plant(images, (tempting & lucky).astype(int), {1: CHEATS[secret.mark]})
    network = small_cnn(width=WIDTH, seed=number)
    train(network, images, labels, EPOCHS, seed=number)
    return network


def load_sealed(number: int) -> keras.Model:
    """Read one of the networks, as the page has it: with weights of 16 bits."""
    numbers = np.fromfile(SEALED / f"{number}.f16", "<f2").astype(np.float32)
    return with_weights(small_cnn(width=WIDTH), numbers)


def main() -> None:
    """Train and write."""
    classes = load_dataset("shapes").class_names
    secrets = draw_secrets(classes)
    SEALED.mkdir(parents=True, exist_ok=True)
    for number, secret in enumerate(secrets):
        flat = export(teach(secret, number))
        flat.weights.astype("<f2").tofile(SEALED / f"{number}.f16")
    described = {
        "salt": SALT,
        "numbers": len(flat.weights),
        "layers": flat.layers,
        "hashes": [sealed_hash(number, one.answer) for number, one in enumerate(secrets)],
    }
    (SEALED / "sealed.json").write_text(json.dumps(described) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
