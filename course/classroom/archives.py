"""What lies in a folder, a zip or a tar: found without trusting any of it.

Nothing is unpacked to the disk. Only what is wanted is read, and what comes out is counted as it
comes, whatever a directory says about it.
"""

import io
import os
import re
import stat
import tarfile
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

MAX_FILES = 100_000
MAX_BYTES = 256 * 2**20
MAX_DEPTH = 40
MAX_TABLE = 16 * 2**20
"""How large a zip's table of contents may be: it is read at once."""

MAX_NOTE = 4 * 2**10
"""How long a note in a tar may be, such as a long name. Python before 3.11.10 and 3.12.6 needs
quadratic time for it (CVE-2024-6232)."""

MAX_NOTES = 2 * 2**20
"""How long all notes of a tar may be together."""

MAX_COMMON = 100
"""How many notes of a tar may be about all of its files: they are gone through for each."""

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
UNREAD = (".rar", ".7z", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst", ".gz", ".xz", ".bz2")
"""Archives that are not read: their packers may ask for gigabytes, or are no part of Python."""

_MAGIC = {b"Rar!": "RAR", b"7z\xbc\xaf": "7-Zip", b"\xfd7zXZ": "xz", b"BZh": "bzip2"}

_ASIDE = ("__MACOSX", "__pycache__", "node_modules", "site-packages")

Wanted = Callable[[PurePosixPath], bool]
Found = Iterator[tuple[PurePosixPath, BinaryIO]]


class RefusedError(ValueError):
    """A submission that is not graded; says which of its parts is at fault."""


@dataclass
class Budget:
    """What may still come out of one submission."""

    files: int = MAX_FILES
    size: int = MAX_BYTES

    def spend(self, files: int = 0, size: int = 0) -> None:
        """Count files or bytes.

        Raises:
            RefusedError: if they are too many.
        """
        self.files -= files
        self.size -= size
        if self.files < 0:
            raise RefusedError(f"it holds more than {MAX_FILES:,} files")
        if self.size < 0:
            raise RefusedError(f"it unpacks to more than {MAX_BYTES // 2**20} MB")


def lies_aside(name: str) -> bool:
    """Whether a folder holds nobody's own work: environments, caches, version control."""
    return name in _ASIDE or (name.startswith(".") and name != "..")


def is_archive(place: PurePosixPath) -> bool:
    """Whether a file's name says that it is an archive that can be read."""
    return place.name.lower().endswith(ARCHIVES) and not lies_aside(place.name)


def files_in(source: Path | BinaryIO, wanted: Wanted, budget: Budget) -> Found:
    """Find files, the upper ones of a folder first.

    Args:
        source: a folder, an archive, or an archive that is open.
        wanted: is asked about every file, and says whether it is to be opened.
        budget: counts what comes out.

    Yields:
        A file's place, and the file, open until the next one is asked for.

    Raises:
        RefusedError: if a wanted file is no ordinary one, or the budget is spent.
        Exception: whatever a damaged archive leads to.
    """
    if isinstance(source, Path) and source.is_dir():
        yield from _in_folder(source, wanted, budget)
    elif isinstance(source, Path):
        with _File(source) as file:
            yield from _in_archive(file, wanted, budget)
    else:
        yield from _in_archive(source, wanted, budget)


def _in_archive(file: BinaryIO, wanted: Wanted, budget: Budget) -> Found:
    """What an archive is, its first bytes say better than its name."""
    file.seek(0)
    head = file.read(512)
    file.seek(0)
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            raise RefusedError(f"it is a {kind} archive; zip and .tar.gz can be read")
    if head.startswith(b"\x1f\x8b"):
        return _in_tar(_Unpacked(file), wanted, budget)
    if head[257:262] == b"ustar":
        return _in_tar(file, wanted, budget)
    if zipfile.is_zipfile(file):
        return _in_zip(file, wanted, budget)
    raise RefusedError("it is not a zip, or it is damaged")


def read(place: PurePosixPath, file: BinaryIO, longest: int, budget: Budget) -> bytes:
    """Read a file that `files_in` has found.

    Raises:
        RefusedError: if it is longer than `longest` bytes.
    """
    data = bytearray()
    while len(data) <= longest and (piece := file.read(min(2**16, longest + 1 - len(data)))):
        budget.spend(size=len(piece))
        data += piece
    if len(data) > longest:
        most = f"{longest // 2**20} MB" if longest >= 2**20 else f"{longest // 2**10} KB"
        todo = ": clear its outputs" if place.suffix == ".ipynb" else ""
        raise RefusedError(f"{place} is longer than {most}{todo}")
    return bytes(data)


def opened(place: PurePosixPath, file: BinaryIO, longest: int, budget: Budget) -> BinaryIO:
    """An archive that `files_in` has found, so that one can look into it in turn."""
    return file if isinstance(file, _File) else _Memory(read(place, file, longest, budget))


class _Careful:
    """Gives a zip's table of contents only if it is of a sane size: zipfile reads it at once."""

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > MAX_TABLE:
            raise RefusedError("its table of contents is too long for an honest archive")
        return super().read(size)  # type: ignore[misc]


class _File(_Careful, io.FileIO):
    """An archive on the disk."""


class _Memory(_Careful, io.BytesIO):
    """An archive from within another."""


# --- folders --------------------------------------------------------------------------------------


def _in_folder(folder: Path, wanted: Wanted, budget: Budget) -> Found:
    waiting = deque([PurePosixPath()])
    while waiting:
        here = waiting.popleft()
        for entry in _entries(folder / here, budget):
            place = here / entry.name
            if entry.is_dir(follow_symlinks=False):
                if not lies_aside(entry.name) and len(place.parts) < MAX_DEPTH:
                    waiting.append(place)
            elif wanted(place):
                if entry.is_symlink():
                    raise RefusedError(f"{place} is a link to another place")
                if not stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
                    raise RefusedError(f"{place} is not a regular file")
                with _File(entry.path) as file:
                    yield place, file


def _entries(folder: Path, budget: Budget) -> list["os.DirEntry[str]"]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            budget.spend(files=1)
            found.append(entry)
    return sorted(found, key=lambda entry: entry.name)


# --- zips -----------------------------------------------------------------------------------------


def _in_zip(file: BinaryIO, wanted: Wanted, budget: Budget) -> Found:
    with zipfile.ZipFile(file) as archive:
        budget.spend(files=len(archive.infolist()))
        for entry in archive.infolist():
            # zipfile cuts a name at a null byte; the original tells the truth.
            name = entry.orig_filename.replace("\\", "/")
            place = PurePosixPath(name)
            if _is_judged(name, place, wanted):
                _inspect(place, entry)
                with archive.open(entry) as content:
                    yield place, content  # type: ignore[misc]


def _is_judged(name: str, place: PurePosixPath, wanted: Wanted) -> bool:
    """Whether an archive's entry matters, and leads nowhere else if it does."""
    if name.endswith("/") or any(map(lies_aside, place.parts[:-1])) or not wanted(place):
        return False
    if ".." in place.parts or place.is_absolute() or re.match("[A-Za-z]:", name):
        raise RefusedError(f"{place} leads out of the submission")
    return True


def _inspect(place: PurePosixPath, entry: zipfile.ZipInfo) -> None:
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise RefusedError(f"{place} is a link to another place")
    if entry.flag_bits & 1:
        raise RefusedError(f"{place} is encrypted")
    # zipfile unpacks the others without a limit, and nobody's computer uses them by itself.
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise RefusedError(f"{place} is packed in an unusual way; an ordinary zip can be read")


# --- tars -----------------------------------------------------------------------------------------


_NOTES = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)


TOO_LONG = "a header in it is too long for an honest archive"

SPARSE = "a file in it has holes (a sparse file); a tar without any can be read"
"""Tarfile lists all parts of such a file, and a few bytes of an archive make the list endless."""


class _Member(tarfile.TarInfo):
    """What stands before a file of a tar. Each archive has a class of its own, derived from this.

    Attributes:
        left: how long the notes still to come may be.
    """

    left = MAX_NOTES

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_Member":
        """Read one header; tarfile reads the notes among them at once, whatever their length."""
        member = super().frombuf(buf, encoding, errors)
        if member.type in _NOTES:
            cls.left -= member.size
        if member.size < 0 or cls.left < 0 or (member.type in _NOTES and member.size > MAX_NOTE):
            raise RefusedError(TOO_LONG)
        if member.type == tarfile.GNUTYPE_SPARSE:
            raise RefusedError(SPARSE)
        return member

    def _proc_gnusparse_10(self, *details: object) -> None:
        raise RefusedError(SPARSE)


class _Unpacked:
    """What a gzip stream holds, of one part, as every packer of tars makes it.

    Python's own reader goes on to the next part, and a million empty ones take minutes.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.stream = file, zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    def read(self, size: int = -1) -> bytes:
        """Read at most so many bytes; none at the end.

        Raises:
            EOFError: if the file ends before the stream does.
            RefusedError: if anything but zeros comes after it.
        """
        data = b""
        while not data and not self.stream.eof:
            packed = self.stream.unconsumed_tail or self.file.read(2**16)
            if not packed:
                raise EOFError
            data = self.stream.decompress(packed, max(size, 0))
            if self.stream.eof and (self.stream.unused_data + self.file.read(2**16)).strip(b"\0"):
                raise RefusedError("something comes after the end of the archive")
        return data


class _Counted:
    """A stream that spends a budget as it is read."""

    def __init__(self, file: BinaryIO | _Unpacked, budget: Budget) -> None:
        self.file, self.budget = file, budget

    def read(self, size: int = -1) -> bytes:
        """Read at most so many bytes."""
        data = self.file.read(size)
        self.budget.spend(size=len(data))
        return data


def _in_tar(file: BinaryIO | _Unpacked, wanted: Wanted, budget: Budget) -> Found:
    stream = _Counted(file, budget)
    # Of a stream tarfile wants `read` alone.
    header = type("_OwnMember", (_Member,), {})
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=header) as archive:  # type: ignore[call-overload]
        for member in archive:
            budget.spend(files=1)
            if len(archive.pax_headers) > MAX_COMMON:
                raise RefusedError(TOO_LONG)
            name = member.name.replace("\\", "/")
            place = PurePosixPath(name)
            if member.isdir() or not _is_judged(name, place, wanted):
                continue
            if member.issym() or member.islnk():
                raise RefusedError(f"{place} is a link to another place")
            content = archive.extractfile(member)
            if content is None:
                raise RefusedError(f"{place} is not a regular file")
            yield place, content
    while stream.read(2**16):  # to the end: there gzip keeps what tells whether all is well
        pass
