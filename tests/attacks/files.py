"""Attacks of the last round on the reading: archives, sources, notebooks and names."""

import gzip
import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from typing import NamedTuple


class FileAttack(NamedTuple):
    """A submission whose files attack.

    Attributes:
        tries: what, in a line.
        file: its name.
        data: makes its bytes.
        says: what its refusal, its module or its notes say; empty if it is harmless.
        broke: what it broke when it was new; empty if it never did.
    """

    tries: str
    file: str
    data: Callable[[], bytes]
    says: str
    broke: str = ""


def zipped(entries: dict[str, bytes], extra: bytes = b"") -> bytes:
    """A zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type, entry.extra = zipfile.ZIP_DEFLATED, extra
            archive.writestr(entry, data)
    return buffer.getvalue()


def header(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0) -> bytes:
    """What stands before a file of a tar."""
    member = tarfile.TarInfo(name)
    member.type, member.size = kind, size
    return member.tobuf(tarfile.GNU_FORMAT if size < 0 else tarfile.USTAR_FORMAT)


def note(records: Iterable[tuple[str, str]], kind: bytes = tarfile.XHDTYPE) -> bytes:
    """A note in a tar on the next file, or on all files."""
    body = b""
    for key, value in records:
        line = f" {key}={value}\n".encode()
        length = next(n for n in range(len(line), len(line) + 9) if len(f"{n}") + len(line) == n)
        body += f"{length}".encode() + line
    return header("note", kind, len(body)) + body + bytes(-len(body) % 512)


def gzipped(*parts: bytes) -> bytes:
    """A compressed tar."""
    return gzip.compress(b"".join([*parts, bytes(1024)]), compresslevel=1)


def with_holes() -> bytes:
    """A file of which a list of a million parts is told, in the format of today."""
    about = {"major": "1", "minor": "0", "name": "x", "realsize": "1"}
    body = b"1000000\n" + b"1\n" * 1_000_000
    start = note((f"GNU.sparse.{key}", value) for key, value in about.items())
    return gzipped(start, header("x", size=len(body)), body)


def with_old_holes() -> bytes:
    """The same in the format of old."""
    start = bytearray(header("x", tarfile.GNUTYPE_SPARSE))
    start[482], start[386:482] = 1, b"00000000001\0" * 8
    start[148:156] = b" " * 8
    start[148:156] = b"%06o\0 " % sum(start)
    return gzipped(bytes(start), (b"00000000001\0" * 42 + b"\1" + bytes(7)) * 2000)


def common_notes() -> bytes:
    """Notes on all files, to be gone through for each."""
    notes = [note([(f"k{i}-{j}", "v") for j in range(200)], tarfile.XGLTYPE) for i in range(10)]
    return gzipped(*notes, *[header(f"{i}.txt") for i in range(100)])


def many_notes() -> bytes:
    """Long notes on each file."""
    one = note([(f"k{j}", "v") for j in range(300)])
    return gzipped(*[one + header(f"{i}.txt") for i in range(900)])


def tar_of(kind: bytes, linkname: str = "") -> bytes:
    """A tar in which the module is something else than a file."""
    member = tarfile.TarInfo("saliency.py")
    member.type, member.linkname, member.devmajor, member.devminor = kind, linkname, 1, 5
    return gzipped(member.tobuf(tarfile.GNU_FORMAT))


def notebook(*cells: str) -> bytes:
    """A notebook of these cells."""
    return json.dumps({"cells": [{"cell_type": "code", "source": one} for one in cells]}).encode()


def other_names(name: bytes, told: bytes) -> bytes:
    """A zip whose entries are called otherwise where their data lie."""
    return zipped({name.decode(): b"x = 1\n"}).replace(name, told, 1)


SMOOTH = "def smooth(a, b):\n    return x\n"
NAMES = ", ".join(f"a{i}" for i in range(6000))
CODE = b"x = 1\n"
STUB = b"def smooth(a, b):\n    raise NotImplementedError\n"
UNICODE_NAME = struct.pack("<HHBI", 0x7075, 5 + 11, 1, 0) + b"saliency.py"

FILES: dict[str, FileAttack] = {
    "holes": FileAttack(
        "a list of the parts of a file that has no end",
        "eve.tgz",
        with_holes,
        "has holes",
        broke="a minute, and some gigabytes for 1 MB",
    ),
    "old_holes": FileAttack(
        "the same, as it was told of old",
        "eve.tgz",
        with_old_holes,
        "has holes",
        broke="a quarter of a minute, and a gigabyte",
    ),
    "common_notes": FileAttack(
        "notes that are gone through for every file",
        "eve.tgz",
        common_notes,
        "header in it is too long",
        broke="hours",
    ),
    "many_notes": FileAttack(
        "many long notes, each read in quadratic time",
        "eve.tgz",
        many_notes,
        "header in it is too long",
        broke="hours, with Python before 3.11.10",
    ),
    "a_note_in_digits": FileAttack(
        "the longest note in which Python looks for a number",
        "eve.tgz",
        lambda: gzipped(header("note", tarfile.XHDTYPE, 60_000), b"1" * 60_000),
        "header in it is too long",
        broke="5 seconds, and again for every other note",
    ),
    "a_device": FileAttack(
        "a module that is a device", "eve.tgz", lambda: tar_of(tarfile.CHRTYPE), "regular file"
    ),
    "a_pipe_in_a_tar": FileAttack(
        "a module that is a pipe", "eve.tgz", lambda: tar_of(tarfile.FIFOTYPE), "regular file"
    ),
    "a_hard_link": FileAttack(
        "a module that is another name for a file outside",
        "eve.tgz",
        lambda: tar_of(tarfile.LNKTYPE, "../../../etc/passwd"),
        "is a link",
    ),
    "punycode": FileAttack(
        "an encoding that Python reads in quadratic time",
        "saliency.py",
        lambda: b"# coding: punycode\n" + b"a" * 100_000 + b"-" + b"b" * 100_000,
        "save it as UTF-8",
        broke="minutes for a megabyte",
    ),
    "utf_7": FileAttack(
        "an encoding in which code looks like a comment",
        "saliency.py",
        lambda: b"# coding: utf-7\n# +AAo-import os\n",
        "save it as UTF-8",
    ),
    "short_lines": FileAttack(
        "source that is parsed to nearly a thousand times its length",
        "saliency.py",
        lambda: b"a\n" * 500_000,
        "longer than 256 KB",
        broke="0.9 GB and 6 seconds, for each time it was looked at",
    ),
    "brackets": FileAttack(
        "brackets in which a parser may go back and forth",
        "saliency.py",
        lambda: b"with " + b"(" * 90 + b"a as b" + b")" * 90 + b" as c, d: pass\n",
        "",
    ),
    "versions": FileAttack(
        "eight large versions of each module, all of which have to be parsed",
        "eve.zip",
        lambda: zipped(
            {
                f"{i}/{name}.py": b"#" * 2**18 if i == 0 else (STUB + b"#" * 2**18)[: 2**18 - i]
                for i in range(8)
                for name in ("clever_hans", "contrastive", "saliency")
            }
        ),
        "saliency.py is in it more than once",
        broke="minutes",
    ),
    "a_chain_of_names": FileAttack(
        "a notebook in which a name is assigned to itself, over and over",
        "saliency.ipynb",
        lambda: notebook("x = 1\n" + "x = x\n" * 10_000 + SMOOTH),
        "too many definitions",
        broke="half an hour",
    ),
    "names_at_once": FileAttack(
        "a notebook that assigns thousands of names at once, and uses each",
        "saliency.ipynb",
        lambda: notebook(f"{NAMES} = (1,)\ndef smooth(a, b):\n    return [{NAMES}]\n"),
        "",
        broke="hours",
    ),
    "values": FileAttack(
        "a notebook of a million empty dictionaries",
        "saliency.ipynb",
        lambda: b'{"cells": [], "metadata": [' + b"{}," * 1_000_000 + b"1]}",
        "too many values",
        broke="0.8 GB for 32 MB",
    ),
    "long_names": FileAttack(
        "names of which each is compared with the modules'",
        "eve.zip",
        lambda: zipped({f"{'saliency' * 8000}{i}.py": b"" for i in range(100)}),
        "none of the modules",
    ),
    "long_numbers": FileAttack(
        "a name as of Canvas, with a number that Python does not read",
        "eve.zip",
        lambda: zipped({f"x_1_{'9' * 5000}_saliency.py": CODE, "saliency.py": CODE}),
        "",
    ),
    "a_second_name": FileAttack(
        "a text file that another field of the zip calls saliency.py",
        "eve.zip",
        lambda: zipped({"notes.txtxx": CODE}, UNICODE_NAME),
        "none of the modules",
    ),
    "a_name_at_the_data": FileAttack(
        "an entry that is called otherwise where its data lie",
        "eve.zip",
        lambda: other_names(b"saliency.py", b"notes.txt!!"),
        "damaged",
    ),
    "a_twin": FileAttack(
        "a name that looks like saliency.py, with a letter of another script",
        "eve.zip",
        lambda: zipped({"s\u0430liency.py": CODE}),
        "none of the modules|was not graded",
    ),
    "capitals": FileAttack(
        "two names that are one on some disks",
        "eve.zip",
        lambda: zipped({"SALIENCY.PY": b"y = 2\n", "saliency.py": CODE}),
        "",
    ),
    "a_folder_like_a_module": FileAttack(
        "a folder called saliency.py",
        "eve.zip",
        lambda: zipped({"saliency.py/": b"", "saliency.py/x.txt": b""}),
        "none of the modules",
    ),
}
"""What arrives: each is refused, or read as it should be, and never more than that."""


class ClassAttack(NamedTuple):
    """A student who wants to be counted as another one, by the names of files.

    Attributes:
        tries: what, in a line.
        files: all that lies in the class's folder.
        expected: the texts of the modules by the students' names.
        broke: what it broke when it was new; empty if it never did.
    """

    tries: str
    files: dict[str, bytes]
    expected: dict[str, dict[str, str]]
    broke: str = ""


OWN, OTHER = {"saliency": "x = 1\n"}, {"saliency": "y = 2\n"}
EVIL = b"y = 2\n"

CLASSES: dict[str, ClassAttack] = {
    "canvas_quotes_moodle": ClassAttack(
        "a file in Canvas that is called as Moodle calls another student's",
        {
            "ada_55_1_saliency.py": CODE,
            "eve_66_2_x_55_assignsubmission_file_all.zip": zipped({"saliency.py": EVIL}),
        },
        {"ada_55": OWN, "eve_66": OTHER},
        broke="the other student was refused",
    ),
    "moodle_quotes_canvas": ClassAttack(
        "a file in Moodle that is called as Canvas calls another student's",
        {
            "Ada_55_assignsubmission_file_saliency.py": CODE,
            "Eve_66_assignsubmission_file_all.zip": zipped(
                {"ada_55_9_saliency.py/saliency.py": EVIL}
            ),
        },
        {"Ada_55": OWN, "Eve_66": OTHER},
    ),
    "canvas_quotes_itself": ClassAttack(
        "a file in Canvas that is called as another student's",
        {"ada_55_1_saliency.py": CODE, "eve_66_2_ada_55_9_all.zip": zipped({"saliency.py": EVIL})},
        {"ada_55": OWN, "eve_66": OTHER},
    ),
    "nearly_one_name": ClassAttack(
        "a name that differs in what cannot be seen",
        {"Ada.zip": zipped({"saliency.py": CODE}), "Ada\u200d.zip": zipped({"saliency.py": EVIL})},
        {"Ada": OWN, "Ada\u200d": OTHER},
    ),
    "one_name_twice": ClassAttack(
        "a name that is written in one character, and in two",
        {
            "M\u00fc.zip": zipped({"saliency.py": CODE}),
            "Mu\u0308.zip": zipped({"saliency.py": EVIL}),
        },
        {"M\u00fc": OTHER, "M\u00fc'": OWN},
        broke="the other student was graded by it",
    ),
}
"""None gets into another student's place."""
