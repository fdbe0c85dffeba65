"""A class of more than thirty, each handed in another way, as platforms and people do.

    python -m tests.classroom.shapes FOLDER

writes it into a new folder. Every other submission deserves 2 points for `saliency.smooth` and
`saliency.to_heatmap`, the others 1; and each differs in a comment, so that none is taken for
another.
"""

import io
import json
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOLUTION = (HERE.parents[1] / "solutions" / "saliency.py").read_text(encoding="utf-8")
WRONG = "\n\ndef smooth(heatmaps, sigma):\n    return heatmaps * 0\n"
TASKS = ("saliency.smooth", "saliency.to_heatmap")


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(entries: dict[str, bytes], mode: str = "w:gz") -> bytes:
    """A tar of these files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in entries.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def lay(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files into a folder, and the folders that they need."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def notebook(code: bytes) -> bytes:
    """A notebook with this code, and with a cell that must not be run."""
    sources = [code.decode(), "%%time\nraise SystemExit('hours of training')"]
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1, "source": one}
        for one in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


OTHER = b"raise SystemExit('this file is not the one that counts')\n"
WINDOWS = b"\xef\xbb\xbf"
"""The mark that editors on Windows put at the beginning of a text."""

GRADED: dict[str, Callable[[bytes], dict[str, bytes]]] = {
    "a folder": lambda code: {"a folder/saliency.py": code},
    "the course's folder": lambda code: {"the course's folder/course/saliency.py": code},
    "repository": lambda code: {
        "repository/introspection-main/course/saliency.py": code,
        "repository/introspection-main/README.md": b"Mine.",
    },
    "zip": lambda code: {"zip.zip": zipped({"saliency.py": code})},
    "zip with a folder": lambda code: {
        "zip with a folder.zip": zipped({"ada/": b"", "ada/saliency.py": code})
    },
    "repository-main": lambda code: {
        "repository-main.zip": zipped({"introspection-main/course/saliency.py": code})
    },
    "zip in a folder": lambda code: {"zip in a folder/handin.zip": zipped({"saliency.py": code})},
    "zip in a zip": lambda code: {
        "zip in a zip.zip": zipped({"handin.zip": zipped({"work/saliency.py": code})})
    },
    "tar.gz": lambda code: {"tar.gz.tar.gz": tarred({"./saliency.py": code})},
    "tgz": lambda code: {"tgz.tgz": tarred({"tgz/saliency.py": code})},
    "tar": lambda code: {"tar.tar": tarred({"saliency.py": code}, "w")},
    "tar that is called zip": lambda code: {
        "tar that is called zip.zip": tarred({"saliency.py": code})
    },
    "Windows": lambda code: {
        "Windows.zip": zipped({"work\\course\\saliency.py": WINDOWS + code.replace(b"\n", b"\r\n")})
    },
    "Mac": lambda code: {
        "Mac.zip": zipped(
            {"Mac/saliency.py": code, "__MACOSX/Mac/._saliency.py": b"\0", "Mac/.DS_Store": b"\0"}
        )
    },
    "environment": lambda code: {
        "environment/saliency.py": code,
        "environment/.venv/lib/python3.12/site-packages/saliency.py": OTHER,
        "environment/.git/hooks/saliency.py": OTHER,
        "environment/env/lib/site-packages/course/saliency.py": OTHER,
    },
    "older versions": lambda code: {
        "older versions/saliency.py": code,
        "older versions/old/saliency.py": OTHER,
        "older versions/old/older/saliency.py": OTHER,
    },
    "Ada Lovelace_1201": lambda code: {
        "Ada Lovelace_1201_assignsubmission_file_/saliency.py": code,
        "Ada Lovelace_1201_assignsubmission_onlinetext_/onlinetext.html": b"<p>Done.</p>",
    },
    "Zoë Müller_1202": lambda code: {
        "Zoë Müller_1202_assignsubmission_file_/handin.zip": zipped({"saliency.py": code})
    },
    "Чехов Антон_1203": lambda code: {"Чехов Антон_1203_assignsubmission_file_saliency.py": code},
    "lovelaceada_321": lambda code: {
        "lovelaceada_321_98765_saliency.py": OTHER,
        "lovelaceada_321_98770_saliency-1.py": OTHER,
        "lovelaceada_321_98780_saliency-2.py": code,
        "lovelaceada_321_98781_contrastive.py": b"",
        "lovelaceada_321_98782_notes.pdf": b"%PDF-1.7",
    },
    "müllerjürgen_322": lambda code: {
        "müllerjürgen_LATE_322_98766_work.zip": zipped({"saliency.py": code})
    },
    "smith2john_323": lambda code: {"smith2john_323_98767_saliency.py": code},
    "cantorgeorg_324": lambda code: {
        "cantorgeorg_324_98768_hw.zip": zipped({"saliency.py": OTHER}),
        "cantorgeorg_late_324_98799_hw.zip": zipped({"saliency.py": code}),
    },
    "anon_x7bQ2": lambda code: {"anon_x7bQ2_98769_saliency.py": code},
    "李小龙": lambda code: {"李小龙/saliency.py": code},
    "O'Neill; =1+1": lambda code: {"O'Neill; =1+1/saliency.py": code},
    "notebook": lambda code: {"notebook/saliency.ipynb": notebook(code)},
    "notebook called py": lambda code: {"notebook called py/saliency.py": notebook(code)},
}
"""What is graded: from a module's text to the files that are handed in."""

REFUSED: dict[str, tuple[dict[str, bytes], str]] = {
    "gauss": ({"gauss.rar": b"Rar!\x1a\x07\x01\0"}, "RAR archive"),
    "noether": ({"noether.7z": b"7z\xbc\xaf\x27\x1c"}, "7-Zip archive"),
    "damaged": ({"damaged.zip": (HERE / "damaged_deflate.zip").read_bytes()}, "damaged"),
    "web page": ({"web page.zip": b"<html>Please log in</html>"}, "not a zip"),
    "near name": ({"near name/Saliency.py": OTHER}, "Saliency.py was not graded"),
    "a browser's copy": (
        {"a browser's copy/saliency (1).py": OTHER},
        "saliency (1).py was not graded: its name has to be saliency.py",
    ),
    "twice": ({"twice/a/saliency.py": OTHER, "twice/b/saliency.py": b""}, "which one counts"),
    "bomb": (
        {"bomb.zip": zipped({"saliency.py": bytes(2**21)}, zipfile.ZIP_LZMA)},
        "unusual way",
    ),
    "class": (
        {"class.zip": zipped({f"s{i}_{i}_9_saliency.py": OTHER for i in range(3)})},
        "submissions of 3 students",
    ),
}
"""What is refused: the files, and a part of the reason."""

PASSED_OVER = {"minutes.docx": b"PK", "saliency.py": OTHER, ".DS_Store": b"\0", "list.csv": b"a,b"}
"""What belongs to nobody."""

NOTES = {
    "older versions": "saliency.py was graded, and not old/saliency.py",
    "lovelaceada_321": "lovelaceada_321_98765_saliency.py",
    "müllerjürgen_322": "late",
    "cantorgeorg_324": "cantorgeorg_324_98768_hw.zip",
}
"""A part of what is to be said about them."""


def fill(folder: Path) -> dict[str, float]:
    """Write the class into a new folder.

    Returns:
        The points that each submission that is graded deserves, by its name.
    """
    points = {}
    for number, (name, shape) in enumerate(GRADED.items()):
        is_right = number % 2 == 0
        code = f"{SOLUTION}{'' if is_right else WRONG}\n# {number}\n"
        lay(folder, shape(code.encode()))
        points[name] = 2.0 if is_right else 1.0
    for files, _ in REFUSED.values():
        lay(folder, files)
    lay(folder, PASSED_OVER)
    (folder / "a folder" / "data").symlink_to("/etc")
    return points


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
