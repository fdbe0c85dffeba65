"""Writing files so that nothing is ever lost: whole or not at all, and never over another."""

import contextlib
import os
import tempfile
from pathlib import Path


class CannotWriteError(OSError):
    """A place where one may not write, or should not; says which, and why."""


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file by a rename, so that a crash leaves the old one or the new one, never half.

    Raises:
        CannotWriteError: if a link, a device or a folder is there already. A rename would put an
            ordinary file in its place.
    """
    _require_regular(path, str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{os.getpid()}.draft")
    try:
        draft.write_bytes(data)
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


def require_writable(folder: Path, what: str) -> None:
    """Make sure that files can be written into a folder, before any work is done for them.

    Args:
        folder: it may not exist yet; then the nearest folder above it counts.
        what: the argument that names the folder, such as `"--out"`: the error begins with it.

    Raises:
        CannotWriteError: if nothing can be written there.
    """
    place = folder.absolute()
    while not os.path.lexists(place) and place != place.parent:
        place = place.parent
    try:
        # Permissions alone do not tell: a disk may be mounted read-only, or be full.
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"?")
    except OSError as error:
        raise CannotWriteError(f"{what}: cannot write into {place} ({error.strerror})") from None


def require_writable_file(path: Path, what: str) -> None:
    """Make sure that a file can be written, before any work is done for it.

    Args:
        path: of the file; it may be there already.
        what: the argument that names it, such as `"--json"`: the error begins with it.

    Raises:
        CannotWriteError: if it cannot be written, or a link, a device or a folder is there.
    """
    _require_regular(path, what)
    require_writable(path.parent, what)


def _require_regular(path: Path, what: str) -> None:
    if path.is_symlink():
        target = os.readlink(path)
        raise CannotWriteError(f"{what}: {path} is a link to {target}; name the file itself")
    if path.is_dir():
        raise CannotWriteError(f"{what}: {path} is a folder")
    if path.exists() and not path.is_file():
        raise CannotWriteError(f"{what}: {path} is a device, not a regular file")


def free_name(path: Path) -> Path:
    """The path itself if nothing is there, or the first of `name-2`, `name-3`, ... that is free."""
    number, candidate = 1, path
    while candidate.exists():
        number += 1
        candidate = path.with_stem(f"{path.stem}-{number}")
    return candidate
