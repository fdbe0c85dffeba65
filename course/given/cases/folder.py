"""The folder of a case: networks and images as files, written and opened."""

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from course.given.cases.making import CLASSES, Pictures
from course.given.cases.plan import NETWORKS

CARD = "case.json"
"""The file that says which case it is, and what its files' contents hash to."""

COLUMNS, SCALE, MARGIN = 10, 3, 72
"""Of the sheets: images in a row, their enlargement, and the room for a name in pixels."""


class NotACaseError(ValueError):
    """A folder that is no case, or not as it was made; says which file is at fault."""


class OpenedCase(NamedTuple):
    """A case to be looked into.

    Attributes:
        networks: five models from images to logits `(B, 6)`, by name.
        met: `(B, 32, 32, 3)`, float32 in [0, 1]: images as the networks met them.
        met_labels: `(B,)`, int, the classes of these.
        clean: `(B, 32, 32, 3)`, float32 in [0, 1]: images without marks.
        clean_labels: `(B,)`, int, the classes of these.
        class_names: of the six classes, by label.
    """

    networks: dict[str, keras.Model]
    met: np.ndarray
    met_labels: np.ndarray
    clean: np.ndarray
    clean_labels: np.ndarray
    class_names: tuple[str, ...]


def load_case(folder: str | Path = "case") -> OpenedCase:
    """Open a case, as `course case new` has written it.

    Args:
        folder: of the case.

    Returns:
        Its networks and images.

    Raises:
        ValueError: if it is no case, or a file is not as it was written; the message names it.
    """
    folder = Path(folder)
    require_untouched(folder)
    networks = {
        name: keras.saving.load_model(folder / f"{name}.keras", compile=False, safe_mode=True)
        for name in NETWORKS
    }
    met, clean = (_load_pictures(folder / f"{name}.npz") for name in ("met", "clean"))
    return OpenedCase(
        networks, met.as_floats(), met.labels, clean.as_floats(), clean.labels, CLASSES
    )


def _load_pictures(path: Path) -> Pictures:
    with np.load(path, allow_pickle=False) as arrays:
        return Pictures(arrays["images"], arrays["labels"].astype(np.int64))


def save_case(
    folder: Path, name: str, networks: dict[str, keras.Model], met: Pictures, clean: Pictures
) -> None:
    """Write networks and images into a folder.

    Args:
        folder: a new one.
        name: of the case; `""` if it was made from a seed, which stays out of the folder.
        networks: by name.
        met: images as the networks met them.
        clean: images without marks.
    """
    folder.mkdir(parents=True)
    for network, model in networks.items():
        model.save(folder / f"{network}.keras")
    for what, pictures in (("met", met), ("clean", clean)):
        np.savez_compressed(
            folder / f"{what}.npz",
            images=pictures.images,
            labels=pictures.labels.astype(np.uint8),
            class_names=np.array(CLASSES),
        )
        sheet(pictures).save(folder / f"{what}.png")
    files = [f"{network}.keras" for network in networks] + ["met.npz", "clean.npz"]
    card = {
        "case": name,
        "drawn": _drawn(met),
        "sha256": {file: _digest(folder / file) for file in files},
    }
    (folder / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def name_of(folder: Path) -> str:
    """The case's name; `""` if it was made from a seed.

    Raises:
        NotACaseError: if the folder is no case.
    """
    return _card(folder)[0]


def require_drawn(folder: Path, met: Pictures) -> None:
    """See that a case's images are those that a seed draws, without opening any file of them.

    Args:
        folder: of the case.
        met: what the seed draws.

    Raises:
        NotACaseError: if it is a case of another seed, or no case.
    """
    _, drawn, _ = _card(folder)
    if drawn != _drawn(met):
        raise NotACaseError(
            f"{folder} was not made from this seed: is it another number, or was it made with "
            "another version of the course?"
        )


def _drawn(met: Pictures) -> str:
    """What tells the images of seeds apart: their order, which is the same on every machine."""
    return hashlib.sha256(met.labels.astype(np.uint8).tobytes()).hexdigest()


def require_untouched(folder: Path) -> None:
    """See that a case's files are as they were written, without opening any of them.

    Raises:
        NotACaseError: naming the file that is missing, or has other contents.
    """
    *_, digests = _card(folder)
    owner = {digest: file for file, digest in digests.items()}
    for file, digest in digests.items():
        path = folder / file
        if not path.is_file():
            raise NotACaseError(f"{path} is missing; `course case new` writes a case anew")
        found = _digest(path)
        if found == digest:
            continue
        if found in owner:
            raise NotACaseError(f"{path} holds what belongs into {owner[found]}: put them back")
        raise NotACaseError(
            f"{path} is not the file of this case: it has been changed, or comes from another case"
        )


def _card(folder: Path) -> tuple[str, str, dict[str, str]]:
    path = folder / CARD
    if not path.is_file():
        raise NotACaseError(
            f"{folder} is no case: there is no {CARD} in it. `course case new` makes one"
        )
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        name, drawn, digests = card["case"], card["drawn"], card["sha256"]
        files = {f"{network}.keras" for network in NETWORKS} | {"met.npz", "clean.npz"}
        if not (isinstance(name, str) and isinstance(drawn, str) and set(digests) == files):
            raise ValueError("other entries than a case has")
    except (ValueError, TypeError, KeyError) as error:
        raise NotACaseError(f"{path} is not as it was written: {error}") from None
    return name, drawn, digests


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sheet(pictures: Pictures) -> Image.Image:
    """Some images of each class on one page, a row for each."""
    edge = SCALE * pictures.images.shape[1]
    page = Image.new("RGB", (MARGIN + COLUMNS * edge, len(CLASSES) * edge), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(14)
    for row, name in enumerate(CLASSES):
        draw.text((6, row * edge + edge // 2 - 8), name, fill="black", font=font)
        own = pictures.images[pictures.labels == row][:COLUMNS]
        for column, image in enumerate(own):
            large = Image.fromarray(image).resize((edge, edge), Image.Resampling.NEAREST)
            page.paste(large, (MARGIN + column * edge, row * edge))
    return page
