"""Many steps? From noise or from a photo? The logit or the softmax? Behind chapter 1.4.

    python -m docs.experiments.ascents

takes about two minutes of one processor core, and writes `ascents.json`: what two networks that
were not asked see in images of six classes, made as those of the ablation, but with fewer or more
steps, from photos, or on the softmax.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from course.given import PHOTOS, load_photos, recognized_by
from course.given.types import Array, Images

from . import ablation, records
from .ablation import CLASSES, SIDE, climb, photo_colors, slow_waves
from .records import begin, rounded, write

RESULTS = Path(__file__).with_name("ascents.json")
FEW = CLASSES[:6]
ASCENTS: dict[str, dict[str, Any]] = {
    "16 steps": {"steps": 16},
    "64 steps": {},
    "256 steps": {"steps": 256},
    "64 steps, from a photo": {},
    "64 steps, the softmax": {"output": "softmax"},
}


def spectra_of_photos(count: int) -> Array:
    """Spectra of which `climb` makes photos, `(2, B, 3, 160, 81)`: one to start each class from."""
    photos = np.stack([load_photos([name], size=SIDE)[0] for name in list(PHOTOS)[:count]])
    inside = np.clip(photos, 0.02, 0.98)
    z = np.log(inside / (1 - inside)) @ np.linalg.inv(photo_colors()).T
    spectra = np.fft.rfft2(np.moveaxis(z, -1, 1), norm="ortho") / slow_waves()
    return np.stack([spectra.real, spectra.imag]).astype(np.float32)


def ascend(name: str, count: int = len(FEW)) -> Images:
    """Make the images of one ascent, `(count, 160, 160, 3)`, of the first classes."""
    start = spectra_of_photos(count) if "from a photo" in name else None
    return climb(FEW[:count], start=start, **ASCENTS[name])


def piece(name: str) -> dict[str, Any]:
    """What the two others see after one ascent: what the slow test computes again."""
    seen = recognized_by(ablation.others(), ascend(name), FEW)
    return {
        "probability": [rounded(each) for each in seen.probability],
        "rank": seen.rank.tolist(),
    }


def code_hash() -> str:
    """Of all code whose change could change the results."""
    return records.code_hash(
        sys.modules[__name__], text=f"ablation_code = {ablation.code_hash()!r}"
    )


def main() -> None:
    """Measure everything, and write it down."""
    results = begin(RESULTS, code_hash())
    pieces = results.setdefault("pieces", {})
    for name in list(ASCENTS)[len(pieces) :]:
        pieces[name] = piece(name)
        write(RESULTS, results)


if __name__ == "__main__":
    main()
