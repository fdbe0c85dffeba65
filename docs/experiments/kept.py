"""What chapters 1.4 and 2.2 compute with cells that take too long for a page.

    python -m docs.experiments.kept [CHAPTER ...]

takes a minute or two of one processor core per chapter, and writes `CHAPTER_kept.npz`. The cells
with the tag "kept" are all that the results depend on. Those that are tagged "skip-execution" too
take long: a page shows them, but does not run them, and loads what this command has kept. Notebooks
to work in run all of them. A quick test fails when these cells are no longer those that made the
results.
"""

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from solutions import contrastive, natural_images, saliency

from . import networks, records

CHAPTERS: dict[str, tuple[tuple[str, ...], tuple[records.Code, ...]]] = {
    "natural_images": (
        ("images",),
        (
            natural_images.color_basis,
            natural_images.frequencies,
            natural_images.fourier_images,
            natural_images.visualize_class,
            natural_images._painted,
            natural_images._views,
            natural_images._climb,
            saliency.select_output,
        ),
    ),
    "contrastive": (
        ("for_predicted", "for_right"),
        (
            contrastive.find_errors,
            contrastive.gradient_times_input,
            contrastive.smooth_grad,
            contrastive.integrated_gradients,
            contrastive.grad_cam,
            contrastive._activation_map,
            contrastive.occlusion_sensitivity,
            contrastive.contrast,
            saliency.gradient_saliency,
            saliency.select_output,
        ),
    ),
}
"""Of each chapter, the names of what is kept, and what is behind its cells."""


def file(chapter: str) -> Path:
    """Where a chapter's results lie."""
    return Path(__file__).with_name(f"{chapter}_kept.npz")


def code_hash(chapter: str) -> str:
    """Of all code whose change could change the results; imports of plots and tables do not."""
    cells = networks.cells(chapter, "kept")
    text = "\n".join(networks.without_imports(cell.source) for cell in cells)
    return records.code_hash(*CHAPTERS[chapter][1], text=text)


def made_by(chapter: str) -> str:
    """The hash of the code that made a chapter's results."""
    with np.load(file(chapter)) as kept:
        return str(kept["code"])


def load_kept(chapter: str) -> dict[str, Any]:
    """Read what a chapter's long cells have computed.

    Args:
        chapter: its name, such as `"contrastive"`.

    Returns:
        By name, images `(B, 224, 224, 3)`, or arrays by their own names.
    """
    with np.load(file(chapter)) as kept:
        found = {name: kept[name] for name in kept if name != "code"}
    results: dict[str, Any] = {}
    for name, array in found.items():
        whole, _, part = name.partition("/")
        if part:
            results.setdefault(whole, {})[part] = array
        else:
            results[name] = records.unpacked(array.tobytes())
    return results


def main(chapters: list[str]) -> None:
    """Run the cells, and keep their results."""
    for chapter in chapters:
        names = networks.run(chapter, tag="kept")
        kept: dict[str, np.ndarray] = {}
        for name in CHAPTERS[chapter][0]:
            result = names[name]
            if isinstance(result, dict):
                kept |= {f"{name}/{part}": np.float32(one) for part, one in result.items()}
            else:
                kept[name] = np.frombuffer(packed(result), np.uint8)
        np.savez(file(chapter), code=code_hash(chapter), **kept)


def packed(images: np.ndarray) -> bytes:
    """Images side by side, as WebP without loss: networks see what an eye would not miss."""
    pixels = np.round(255 * np.concatenate(images, axis=1)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "webp", lossless=True, quality=100, method=4)
    return buffer.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:] or list(CHAPTERS))
