"""Writing files so that nothing is ever lost: whole or not at all, and never over another."""

import os
import tempfile
from pathlib import Path


class FileExistsAlreadyError(Exception):
    """There is a file already, and nobody said that it may go."""


def write_whole(path: Path, data: bytes) -> None:
    """Write a file by a rename, so that a crash leaves the old one or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def free_name(path: Path) -> Path:
    """The path itself if nothing is there, or the first of `name-2`, `name-3`, ... that is free."""
    number, candidate = 1, path
    while candidate.exists():
        number += 1
        candidate = path.with_stem(f"{path.stem}-{number}")
    return candidate
