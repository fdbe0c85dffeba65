"""Submissions as they come: a folder or a zip each, read without trusting any of it.

Nothing is unpacked to the disk. Of every submission only the texts of the six modules are read,
from its top or from the one folder in it that holds them.
"""

import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from course.given.modules import MODULES
from course.grader.sources import MAX_SOURCE
from course.grader.text import one_line

MAX_FILES = 5000
MAX_BYTES = 256 * 2**20
MAX_RATIO = 200
"""What a zip may unpack to, and how many times its packed size: beyond this it is a bomb."""

FILES = {f"{name}.py": name for name in MODULES}


class RefusedError(ValueError):
    """A submission that is not graded; says which of its parts is at fault."""


@dataclass(frozen=True)
class Submission:
    """One submission.

    Attributes:
        name: of its file or folder, without `.zip`; unique.
        student: who it is of, as far as the name tells.
        number: the student's number in the learning platform, as far as the name tells.
        sources: the modules' texts by name.
        refusal: why it is not graded; empty if it is.
    """

    name: str
    student: str = ""
    number: str = ""
    sources: dict[str, str] = field(default_factory=dict)
    refusal: str = ""


def read_submissions(folder: Path) -> list[Submission]:
    """Read every submission of a folder: each folder or zip in it; other files are passed over.

    Args:
        folder: the submissions.

    Returns:
        The submissions in the order of their names; what is refused is among them, and says why.

    Raises:
        ValueError: if there is none.
    """
    found = {}
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        is_zip = path.suffix.lower() == ".zip"
        if path.name.startswith(".") or not (is_zip or path.is_dir()):
            continue
        name = path.name[: -len(".zip")] if is_zip else path.name
        while name in found:  # both anna/ and anna.zip
            name += "'"
        found[name] = read_submission_at(path, name)
    if not found:
        raise ValueError(f"{folder} holds no submissions: one folder or one zip for each is needed")
    return list(found.values())


def read_submission_at(path: Path, name: str) -> Submission:
    """Read one submission."""
    student, number = student_of(name)
    try:
        if path.is_symlink():
            raise RefusedError("the submission itself is a link to another place")
        files = _in_folder(path) if path.is_dir() else _in_zip(path)
        sources = {module: _decode(module, data) for module, data in files.items()}
        if not sources:
            raise RefusedError("none of the six modules is in it")
        return Submission(name, student, number, sources)
    except (RefusedError, zipfile.BadZipFile, OSError, NotImplementedError) as error:
        return Submission(name, student, number, refusal=one_line(str(error)))


def student_of(name: str) -> tuple[str, str]:
    """Who a submission is of, and the number: from the names that Moodle and Canvas give to files.

    Moodle: `Ada Lovelace_1234567_assignsubmission_file_`. Canvas: `lovelaceada_LATE_321_98765_hw1`.
    Any other name is the student's.
    """
    moodle = re.fullmatch(r"(.+)_(\d+)_assignsubmission_file_?.*", name)
    canvas = re.fullmatch(r"([a-z]+)(?:_LATE)?_(\d+)_\d+_.*", name)
    match = moodle or canvas
    return (match[1], match[2]) if match else (name, "")


def _decode(module: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return f"raise ImportError({f'{module}.py cannot be read: it is not UTF-8'!r})"


def _in_folder(folder: Path) -> dict[str, bytes]:
    found = {}
    for path in _walk(folder):
        shown = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise RefusedError(f"{shown} is a link to another place")
        if path.name in FILES and len(path.relative_to(folder).parts) <= 2:
            if not stat.S_ISREG(path.lstat().st_mode):
                raise RefusedError(f"{shown} is no ordinary file")
            found[shown] = path
    return _choose(found, lambda path: _read(path))


def _walk(folder: Path) -> Iterator[Path]:
    """What lies in a folder and in the folders in it; links are not followed."""
    for number, path in enumerate(sorted(folder.rglob("*"))):
        if number > MAX_FILES:
            raise RefusedError(f"it holds more than {MAX_FILES:,} files")
        yield path


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_SOURCE + 1)


def _in_zip(path: Path) -> dict[str, bytes]:
    if not path.is_file():
        raise RefusedError("it is no ordinary file")
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_FILES:
            raise RefusedError(f"it holds more than {MAX_FILES:,} files")
        total, found = 0, {}
        for entry in entries:
            _inspect(entry)
            total += entry.file_size
            if total > MAX_BYTES:
                raise RefusedError(f"it would unpack to more than {MAX_BYTES // 2**20} MB")
            place = PurePosixPath(entry.filename)
            if place.name in FILES and len(place.parts) <= 2 and place.parts[0] != "__MACOSX":
                if entry.filename in found:
                    raise RefusedError(f"{entry.filename} is in it twice")
                found[entry.filename] = entry
        return _choose(found, lambda entry: archive.open(entry).read(MAX_SOURCE + 1))


def _inspect(entry: zipfile.ZipInfo) -> None:
    """Refuse what no honest tool writes into a zip."""
    name = entry.filename
    # zipfile cuts a name at a null byte and turns backslashes; the original tells the truth.
    original = getattr(entry, "orig_filename", name)
    parts = re.split(r"[/\\]", original)
    shown = original[:80]
    if original != one_line(original) or len(original) > 250:
        raise RefusedError(f"{shown!r} is an odd name")
    if ".." in parts or original.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", original):
        raise RefusedError(f"{shown} leads out of the submission")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise RefusedError(f"{shown} is a link to another place")
    if entry.flag_bits & 1:
        raise RefusedError(f"{shown} is encrypted")
    if entry.file_size > max(2**20, MAX_RATIO * entry.compress_size):
        raise RefusedError(f"{shown} is a zip bomb: {entry.file_size:,} bytes when unpacked")


def _choose(found: dict[str, object], read: Callable[..., bytes]) -> dict[str, bytes]:
    """The modules of the top, or else of the one folder that has any."""
    by_folder: dict[str, dict[str, bytes]] = {}
    for shown, where in found.items():
        place = PurePosixPath(shown)
        data = read(where)
        if len(data) > MAX_SOURCE:
            raise RefusedError(f"{shown} is longer than a megabyte")
        by_folder.setdefault(str(place.parent), {})[FILES[place.name]] = data
    if "." in by_folder:
        return by_folder["."]
    if len(by_folder) > 1:
        raise RefusedError(f"modules are in more than one folder: {', '.join(sorted(by_folder))}")
    return next(iter(by_folder.values()), {})
