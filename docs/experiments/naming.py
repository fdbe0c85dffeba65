"""Who does not know the classes: can they name them? A test for people, behind chapter 1.4.

    python -m docs.experiments.naming FOLDER

writes a sheet of 24 images with four names each, `sheet.png` and `sheet.txt`, and its key,
`key.json`. Twelve classes are those of the chapter, twelve are chosen by rule (every 83rd of
ImageNet). The three wrong names of an image are neighbours of the right one for the network: the
class whose weights in the last layer are most like its own, the tenth and the hundredth. Every
letter is right six times; six right answers in 24 would be chance. What a reader answered is in
`naming.json`, with who it was.
"""

import json
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from course.given import PHOTOS, class_names, load_model, load_photos
from solutions.natural_images import color_basis, visualize_class

from .ablation import CLASSES as CHOSEN

BY_RULE = np.arange(0, 1000, 83)[:12]
STEPS, SEED, BATCH = 128, 0, 4
NEIGHBOURS = (1, 10, 100)
"""Which of a class's nearest are the wrong names: one like it, one akin, one far off."""

LETTERS = "abcd"


class Question(NamedTuple):
    """One image of the sheet: its class, and the four that may be named."""

    wanted: int
    choices: tuple[int, ...]

    @property
    def right(self) -> str:
        """The letter of the right name."""
        return LETTERS[self.choices.index(self.wanted)]


@cache
def nearest() -> np.ndarray:
    """Each class's others, `(1000, 1000)`: by the cosine of their weights in the last layer."""
    weights = load_model().layers[-1].get_weights()[0]
    weights = weights / np.linalg.norm(weights, axis=0)
    return np.argsort(-(weights.T @ weights), axis=1)


def questions() -> list[Question]:
    """The sheet's images in a drawn order; every letter is right for as many."""
    rng = np.random.default_rng(SEED)
    wanted = rng.permutation(np.concatenate([CHOSEN, BY_RULE]))
    letters = rng.permutation(np.arange(len(wanted)) % len(LETTERS))
    asked = []
    for own, place in zip(wanted, letters, strict=True):
        wrong = rng.permutation(nearest()[own][list(NEIGHBOURS)])
        asked.append(Question(int(own), tuple(np.insert(wrong, place, own).tolist())))
    return asked


def kind_of(question: Question, letter: str) -> int:
    """What was answered: 0 for the right class, else its place among the neighbours."""
    answered = question.choices[LETTERS.index(letter)]
    return int(np.flatnonzero(nearest()[question.wanted] == answered)[0])


def main(folder: Path) -> None:
    """Make the images, and write the sheet and its key."""
    asked, names = questions(), class_names()
    model, colors = load_model(), color_basis(load_photos(PHOTOS))
    wanted = np.array([one.wanted for one in asked])
    parts = np.split(wanted, range(BATCH, len(wanted), BATCH))
    images = [visualize_class(model, part, STEPS, SEED, colors).images for part in parts]
    figure = Figure(figsize=(14, 24), layout="constrained")
    lines = []
    for number, (axes, image, one) in enumerate(
        zip(figure.subplots(6, 4).flat, np.concatenate(images), asked, strict=True), 1
    ):
        marked = [
            f"{letter}) {names[choice]}"
            for letter, choice in zip(LETTERS, one.choices, strict=True)
        ]
        short = [line if len(line) < 46 else line[:44] + "…" for line in marked]
        axes.imshow(image)
        axes.set(xticks=[], yticks=[], title=f"image {number}", xlabel="\n".join(short))
        lines.append(f"image {number}: {'  '.join(marked)}")
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "sheet.png", dpi=100)
    (folder / "sheet.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    key = {number: one.right for number, one in enumerate(asked, 1)}
    (folder / "key.json").write_text(json.dumps(key, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
