"""Whose a file is, as the learning platforms write it into its name; and names for results."""

import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from course.grader.text import one_line

_MOODLE = re.compile(
    r"(?P<student>.+?)_(?P<number>[0-9]+)_assignsubmission_(?P<kind>[a-z]+)_?(?P<file>.*)",
    re.DOTALL,
)
# Canvas: the name, perhaps LATE, the student's number, the file's number, the file's own name.
_CANVAS = re.compile(
    r"(?P<student>.+?)(?P<late>_late)?_(?P<number>[0-9]+)_(?P<order>[0-9]+)_(?P<file>.+)",
    re.DOTALL | re.IGNORECASE,
)
_CANVAS_ANONYMOUS = re.compile(
    r"(?P<late>late_)?(?P<student>anon_[a-z0-9]+)_(?P<order>[0-9]+)_(?P<file>.+)",
    re.DOTALL | re.IGNORECASE,
)
# What Canvas adds to the name of a file that is handed in once more: saliency-1.py.
_ATTEMPT = re.compile(
    r"(?P<stem>.+)-(?P<attempt>[0-9]{1,3})(?P<suffix>(\.[A-Za-z]\w*)*)", re.DOTALL
)


@dataclass(frozen=True)
class Label:
    """What a name says.

    Attributes:
        student: who it is of; the whole name where no platform has written it.
        number: the student's number in the platform; empty where there is none.
        file: the file's own name, without what a platform has put round it.
        order: larger for what was handed in later.
        is_late: whether the platform says so.
        is_from_platform: whether files of one student are to be gathered.
    """

    student: str
    number: str = ""
    file: str = ""
    order: tuple[int, int] = (0, 0)
    is_late: bool = False
    is_from_platform: bool = False

    @property
    def name(self) -> str:
        """What to call the submission: the same name, whatever was handed in and how often."""
        return f"{self.student}_{self.number}" if self.number else self.student


def label_of(name: str) -> Label:
    """Read the name of a file or a folder among the submissions.

    Moodle: `Ada Lovelace_1234567_assignsubmission_file_`, alone or before the file's own name.
    Canvas: `lovelaceada_LATE_321_98765_saliency-1.py`. Any other name is the student's.

    A platform writes in front, and what follows is the student's own choice. If both seem to have
    written, one of them is only quoted: the one further behind.
    """
    moodle = _MOODLE.fullmatch(name)
    canvas = _CANVAS_ANONYMOUS.fullmatch(name) or _CANVAS.fullmatch(name)
    if moodle and not (canvas and len(canvas["student"]) < len(moodle["student"])):
        file = moodle["file"] or moodle["kind"]
        return Label(moodle["student"], moodle["number"], file, is_from_platform=True)
    if match := canvas:
        file, attempt = _own_name(match["file"])
        return Label(
            match["student"],
            match.groupdict().get("number") or "",
            file,
            (attempt, int(match["order"])),
            bool(match["late"]),
            True,
        )
    return Label(name)


def _own_name(file: str) -> tuple[str, int]:
    """A file's name without the number of the attempt, and that number."""
    match = _ATTEMPT.fullmatch(file)
    return (match["stem"] + match["suffix"], int(match["attempt"])) if match else (file, 0)


def readable(name: str) -> str:
    """A file's name as text that can be shown and written anywhere."""
    text = os.fsencode(name).decode("utf-8", errors="replace")
    return one_line(unicodedata.normalize("NFC", text))


# --- names of files that are written --------------------------------------------------------------

# What Windows keeps for itself, and what ends like the names that are given here.
_TAKEN = re.compile(
    r"(con|nul|aux|prn|com\d|lpt\d)(\..*)?|.*-[0-9a-f]{8}", re.IGNORECASE | re.DOTALL
)


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Name a file for each submission: readable, possible on every disk, and never another's.

    Some disks take `Ada` and `ada` for one, or ü in one character and in two. Where two names
    would meet there, each ends with a hash of what it stands for.

    Args:
        names: of submissions; any text.

    Returns:
        A file's name for each, without a suffix.
    """
    plain = {name: _plain(name) for name in names}
    alike = Counter(map(_as_a_disk_sees_it, plain.values()))

    def is_free(name: str) -> bool:
        file = plain[name]
        is_alone = alike[_as_a_disk_sees_it(file)] == 1
        return bool(name) and file == name and is_alone and not _TAKEN.fullmatch(file)

    return {
        name: file if is_free(name) else f"{file or 'submission'}-{_hash(name)}"
        for name, file in plain.items()
    }


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFC", name)
    kept = "".join(char if _is_harmless(char) else "_" for char in text)
    cut = kept.encode()[:120].decode(errors="ignore")  # of 255 bytes, and a suffix may follow
    return cut.strip(" .")


def _is_harmless(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN" or char in " .,-_()'"


def _as_a_disk_sees_it(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:8]
