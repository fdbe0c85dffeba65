"""The hook that puts the microscope's pictures into the site.

The images of channels and classes take long, and are made beforehand
(`docs/experiments/channels.py` and `classes.py`). Where channels answer in the photos is looked up
when the site is built, and kept for the next time. Each picture is a strip of tiles
of one size, of which the page shows one at a time.
"""

import io
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from mkdocs.structure.files import File, Files
from PIL import Image

from course.given import PHOTOS, class_names, load_photos
from docs.experiments import load_results
from docs.machinery.notebooks import ROOT, key
from docs.microscope.describe import describe, whereabouts

if TYPE_CHECKING:
    from docs.microscope.channels import Row

CACHE = ROOT / ".cache" / "microscope"
PLACE = "assets/microscope"


def on_files(files: Files, config: Any) -> Files:
    """Add the strips, unless the site is built without its figures."""
    if config.extra.get("run", True):
        for name, content in assets().items():
            files.append(File.generated(config, f"{PLACE}/{name}", content=content))
    return files


def contents() -> dict[str, Any]:
    """What is on the strips: the parts of the network, the classes, the photos."""
    return json.loads(assets()["contents.json"])


def assets() -> dict[str, bytes]:
    """All files, by name: from the cache, or made."""
    folder = CACHE / key("import docs.microscope.files")
    if not folder.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as draft:  # all of them, or none
            (Path(draft) / "new").mkdir()
            for name, content in make().items():
                (Path(draft) / "new" / name).write_bytes(content)
            (Path(draft) / "new").rename(folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def make() -> dict[str, bytes]:
    """Look at all of the network."""
    from docs.experiments.channels import load_liked, strip_of
    from docs.experiments.classes import CLASSES, IMAGES
    from docs.microscope.channels import LAYERS, activations, row

    made = {"photos.webp": strip(load_photos(PHOTOS))}
    parts, answers = {}, activations(LAYERS.values())
    for part, layer in LAYERS.items():
        found = row(layer, answers[layer], load_liked(part))
        made |= {f"{part}.webp": strip_of(part), **strips(part, found)}
        parts[part] = described(layer, found)
    made["classes.webp"] = IMAGES.read_bytes()
    judged = load_results("classes")
    contents = {
        "parts": parts,
        "classes": {
            "names": [class_names()[index] for index in CLASSES],
            **{name: judged[name] for name in ("probability", "rank", "instead")},
        },
        "photos": {name: photo.shows for name, photo in PHOTOS.items()},
    }
    return {**made, "contents.json": json.dumps(contents).encode()}


def strips(part: str, row: "Row") -> dict[str, bytes]:
    """The pictures of a layer in the photos: crops, and maps of where it answers."""
    from docs.microscope.channels import small_map

    maps = [small_map(one) for each in row.answers.maps for one in each]
    return {
        f"{part}-crops.webp": strip(one for each in row.crops for one in each),
        f"{part}-maps.webp": shade(maps),
    }


def described(layer: str, row: "Row") -> dict[str, Any]:
    """A layer in numbers and words."""
    return {
        "layer": layer,
        "width": row.width,
        "answering": row.answering,
        "sees": row.sees,
        "channels": row.liked.channels.tolist(),
        "photos": row.answers.photos.tolist(),
        "reached": row.liked.reached.tolist(),
        "strongest": row.answers.strongest.tolist(),
        "words": [describe(image) for image in row.liked.images],
        "where": [
            [whereabouts(place, len(maps[0])) for place in places]
            for places, maps in zip(row.answers.places, row.answers.maps, strict=True)
        ],
    }


def strip(images: Iterable[np.ndarray]) -> bytes:
    """Images side by side, as WebP."""
    pixels = np.concatenate([np.asarray(image) for image in images], axis=1)
    return _webp(Image.fromarray(np.round(255 * pixels).astype(np.uint8)))


def shade(maps: Iterable[np.ndarray]) -> bytes:
    """Maps side by side, as black that covers a photo where the channel does not answer."""
    answers = np.concatenate(list(maps), axis=1)
    covered = np.zeros((*answers.shape, 4), np.uint8)
    covered[..., 3] = np.round(255 * 0.85 * (1 - answers))
    return _webp(Image.fromarray(covered))


def _webp(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "webp", quality=80, alpha_quality=60, method=6)
    return buffer.getvalue()
