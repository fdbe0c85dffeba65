"""A test for people: `python -m docs.microscope.naming FOLDER`.

Twelve images of twelve classes, those of chapter 1.4, with four names each. Who does not know the
classes marks one name per image; three right in twelve would be chance. The sheet is `sheet.png`
and `sheet.txt`, the solution `solution.json`.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from course.given import PHOTOS, class_index_of, class_names, load_model, load_photos
from solutions.natural_images import color_basis, visualize_class

NAMES = (
    *("pineapple", "tarantula", "espresso", "tabby", "goldfish", "zebra"),
    *("volcano", "strawberry", "hen", "beaver", "starfish", "balloon"),
)
STEPS = 128
CHOICES = 4


def shuffled(names: list[str], salt: str) -> list[str]:
    """Names in an order that nobody has chosen: that of their hashes."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{salt} {name}".encode()).digest())


def sheet() -> dict[str, list[str]]:
    """Each class with its four names: its own, and three drawn from all other classes."""
    known = class_names()
    others = [name for name in known if name not in NAMES and known.count(name) == 1]
    return {
        name: shuffled([name, *shuffled(others, name)[: CHOICES - 1]], f"order {name}")
        for name in shuffled(list(NAMES), "images")
    }


def main(folder: Path) -> None:
    """Make the images, and write the sheet and its solution."""
    asked = sheet()
    classes = np.array([class_index_of(name) for name in asked])
    ascent = visualize_class(load_model(), classes, STEPS, 0, color_basis(load_photos(PHOTOS)))
    figure = Figure(figsize=(12, 10.5), layout="constrained")
    lines, solution = [], {}
    for number, (axes, image, (name, choices)) in enumerate(
        zip(figure.subplots(3, 4).flat, np.asarray(ascent.images), asked.items(), strict=True), 1
    ):
        marked = [f"{letter}) {choice}" for letter, choice in zip("abcd", choices, strict=True)]
        axes.imshow(image)
        axes.set(xticks=[], yticks=[], title=f"image {number}", xlabel="\n".join(marked))
        lines.append(f"image {number}: {'  '.join(marked)}")
        solution[number] = "abcd"[choices.index(name)]
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "sheet.png", dpi=110)
    (folder / "sheet.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "solution.json").write_text(json.dumps(solution, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
