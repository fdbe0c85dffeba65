"""Submissions as they come: folders, archives and single files, in every shape that is met.

Of every submission only the texts of the modules are read; whatever goes wrong with one submission
is that one's refusal, with a reason in words.
"""

import difflib
import os
import re
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from course.classroom.archives import (
    ARCHIVES,
    UNREAD,
    Budget,
    RefusedError,
    files_in,
    is_archive,
    lies_aside,
    opened,
    read,
)
from course.classroom.case import FILE as CASE
from course.classroom.names import Label, label_of, readable
from course.given.modules import MODULES
from course.grader.case.claims import LARGEST as MAX_CASE
from course.grader.sources import (
    FILES,
    MAX_NOTEBOOK,
    MAX_SOURCE,
    has_been_started,
    source_of,
    untouched_functions,
)
from course.grader.text import one_line

MAX_INNER = 32 * 2**20
"""Bytes: the longest archive within another."""

MAX_RIVALS = 8
"""How many files of one name are compared, to tell which has been worked on."""

MAX_COMPARED = 2 * 2**20
"""Bytes: how much of a submission is compared, all in all. To compare files, they are parsed."""

MOST_CASES = 4
"""How many `case.toml` of one submission are kept: of two, nobody can tell which one counts."""

MOST_NOTES = 10
"""How many notes are made on one submission: they are not to hide those on others."""

MAX_NAME = 255
"""Characters of a name that matter: no disk has longer ones."""


_AS_TEXT = ("py", "pyw", "ipynb", "txt", "bak", "")
_AS_SOMETHING_ELSE = ("pyc", "html", "htm", "pdf", "doc", "docx", "odt", "rtf", "md", "gz")
"""What a file's name may end with that holds a module, in a form that is not read."""

_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+\.?(\w+)", flags=re.MULTILINE)
"""The name that an import begins with."""


@dataclass(frozen=True)
class Submission:
    """One submission.

    Attributes:
        name: of the student, with the platform's number, or of the file or folder; unique.
        student: who it is of, as far as the name tells.
        number: the student's number in the learning platform, as far as the name tells.
        sources: the modules' texts by name.
        refusal: why it is not graded; empty if it is.
        notes: what the student and the teacher should know about how it was read.
        cases: what its `case.toml` holds, by where it lies: of several in equal depth all, for then
            it cannot be told which one counts.
    """

    name: str
    student: str = ""
    number: str = ""
    sources: dict[str, str] = field(default_factory=dict)
    refusal: str = ""
    notes: tuple[str, ...] = ()
    cases: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Arrivals:
    """All that lies in a folder of submissions.

    Attributes:
        submissions: in the order of their names; those that are refused are among them.
        passed_over: what belongs to no submission, and why, by its name.
    """

    submissions: list[Submission]
    passed_over: dict[str, str]


def read_submissions(folder: Path, with_case: bool = False) -> Arrivals:
    """Read a folder of submissions.

    A folder or an archive is one submission. The files that Canvas and Moodle have marked with a
    student's number are gathered by student. Everything else is passed over, and listed.

    Args:
        folder: the submissions.
        with_case: whether a `case.toml` is looked for too.

    Raises:
        ValueError: if there is none.
    """
    if not folder.is_dir():
        raise ValueError(
            f"{folder} is a file, not a folder. If it holds a whole class's submissions, unpack "
            "it, and name the folder that comes out"
        )
    passed_over: dict[str, str] = {}
    groups: dict[tuple[str, str], list[tuple[Label, Path]]] = {}
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        name = readable(path.name)
        if reason := _why_not(path, name):
            passed_over[name] = reason
            continue
        label = label_of(name if path.is_dir() else _stem(name))
        if label.is_from_platform:
            # A student is known by the number; the file's own name is needed with its suffix.
            label = label_of(name)
            key = ("number", label.number or label.student)
        else:
            key = ("name", path.name)  # as it is, for two may look alike
        groups.setdefault(key, []).append((label, path))
    if not groups:
        modules = [name for name in passed_over if name in FILES]
        raise ValueError(
            f"{folder} holds no submissions: one folder or one archive for each is needed"
            + (f"; {modules[0]} lies in it without a folder of its own" if modules else "")
        )
    submissions: dict[str, Submission] = {}
    for group in groups.values():
        submission = _read_group(group, with_case)
        while submission.name in submissions:  # both anna/ and anna.zip
            submission = _renamed(submission)
        submissions[submission.name] = submission
    return Arrivals(sorted(submissions.values(), key=lambda one: one.name), passed_over)


def read_submission_at(path: Path, name: str) -> Submission:
    """Read the one submission that lies at a place."""
    label = label_of(name)
    return _read_parts(label, [(label, path)], name)


def what_lies_in(folder: Path) -> list[str]:
    """What a folder holds in the place of modules that are missing there, in sentences."""
    with os.scandir(folder) as entries:
        entries_in_order = sorted(entries, key=lambda one: one.name)
    files = [readable(one.name) for one in entries_in_order if one.is_file()]
    there = {FILES[name] for name in files if name in FILES}
    sentences = []
    for file in files:
        module = None if file in FILES else _meant(file)
        if module and module not in there:
            sentences.append(f"{file} was not graded: {_what_to_do(file, module)}.")
    if there:
        return sentences
    packed = [name for name in files if name.lower().endswith(ARCHIVES + UNREAD)]
    sentences += [f"{name} has to be unpacked first." for name in packed[:1]]
    for entry in entries_in_order:
        if entry.is_dir() and any(Path(entry.path, file).is_file() for file in FILES):
            sentences.append(f"There are modules in {readable(entry.path)}: name that folder.")
    return sentences[:MOST_NOTES]


# --- which file belongs to whom -------------------------------------------------------------------


def _why_not(path: Path, name: str) -> str:
    """Why a file is no submission; empty if it is one, or a part of one."""
    if name.startswith(".") or name in ("__MACOSX", "Thumbs.db", "desktop.ini"):
        return "the computer's own notes"
    if path.is_dir() or path.is_symlink() or name.lower().endswith(ARCHIVES + UNREAD):
        return ""
    if label_of(name).is_from_platform:
        return ""
    if name.endswith((".py", ".ipynb")):
        return "a file without a folder of its own: whose it is cannot be told"
    return "neither a folder nor an archive"


def _stem(name: str) -> str:
    """An archive's name without what says that it is one."""
    for suffix in sorted(ARCHIVES + UNREAD, key=len, reverse=True):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def _renamed(submission: Submission) -> Submission:
    parts = {name: getattr(submission, name) for name in submission.__dataclass_fields__}
    return Submission(**(parts | {"name": f"{submission.name}'"}))


def _read_group(group: list[tuple[Label, Path]], with_case: bool) -> Submission:
    """Read all that one student has handed in, of each file the latest attempt."""
    group = sorted(group, key=lambda one: one[0].order, reverse=True)
    latest: dict[str, tuple[Label, Path]] = {}
    earlier = []
    for label, path in group:
        if label.file in latest:
            earlier.append(readable(path.name))
        latest.setdefault(label.file, (label, path))
    label = group[0][0]
    name = label.name if label.is_from_platform else _own_stem(group[0][1])
    notes = []
    if any(label.is_late for label, _ in latest.values()):
        notes.append("Handed in late, says the name of its file.")
    if earlier:
        notes.append(f"An earlier attempt does not count: {', '.join(sorted(earlier))}.")
    return _read_parts(label, list(latest.values()), name, notes, with_case)


def _own_stem(path: Path) -> str:
    name = readable(path.name)
    return name if path.is_dir() else _stem(name)


def _read_parts(
    label: Label,
    parts: list[tuple[Label, Path]],
    name: str,
    notes: list[str] | None = None,
    with_case: bool = False,
) -> Submission:
    """Read a submission of one or more parts. Whatever happens is a matter of this one alone."""
    student = label.student if label.is_from_platform else name
    search = Search(with_case)
    try:
        for part, path in parts:
            search.look_at(part, path)
        sources = search.choose()
    except Exception as error:  # of damaged archives anything may come
        return Submission(name, student, label.number, refusal=_in_words(error))
    notes = [one_line(note) for note in (notes or []) + search.notes]
    if more := notes[MOST_NOTES:]:
        notes[MOST_NOTES:] = [f"There is more to note of it: {len(more)} files or so."]
    cases = search.choose_case()
    return Submission(name, student, label.number, sources, notes=tuple(notes), cases=cases)


def _in_words(error: Exception) -> str:
    """Why a submission cannot be read, for people."""
    match error:
        case RefusedError():
            return one_line(str(error))
        case UnicodeDecodeError():
            return "it is damaged: the name of a file in it is not UTF-8"
        case tarfile.ReadError():
            return one_line(f"there is no tar in it, or it is damaged: {error}")
        case zipfile.BadZipFile() | EOFError():
            return one_line(f"it is damaged: {str(error) or 'it ends too early'}")
        case OSError(strerror=str(why)):
            return one_line(f"it cannot be read: {why}")
        case MemoryError():
            return "it needs more memory than there is"
    return one_line(f"it is damaged: {type(error).__name__}: {error}")


# --- what is in it --------------------------------------------------------------------------------


class Search:
    """Looks for the modules in all parts of one submission, and remembers what it has met."""

    def __init__(self, with_case: bool = False) -> None:
        self.with_case = with_case
        self.cases: dict[bytes, PurePosixPath] = {}
        self.budget = Budget()
        self.modules: dict[str, list[tuple[PurePosixPath, bytes]]] = {}
        self.notes: list[str] = []
        self.others: list[str] = []
        self.students: set[str] = set()
        self._left = MAX_COMPARED

    def look_at(self, label: Label, path: Path) -> None:
        """Look at a folder, an archive or a single file."""
        if path.is_symlink():
            raise RefusedError("the submission itself is a link to another place")
        if path.is_dir():
            self._look_into(path, PurePosixPath(), levels=2)
        elif not path.is_file():
            raise RefusedError("it is not a regular file")
        elif path.name.lower().endswith(ARCHIVES + UNREAD) or not label.is_from_platform:
            self._look_into(path, PurePosixPath(), levels=1)
        elif self._is_wanted(place := PurePosixPath(label.file)):
            with path.open("rb") as file:
                self._enter(place, file)

    def _look_into(self, source: Path | BinaryIO, under: PurePosixPath, levels: int) -> None:
        """Take what a folder or an archive holds, or else what the archives in it hold."""
        before = len(self.modules)
        for place, file in files_in(source, self._is_wanted, self.budget):
            self._enter(under / place, file)
        if levels and len(self.modules) == before:
            for place, file in files_in(source, is_archive, self.budget):
                inner = opened(place, file, MAX_INNER, self.budget)
                self._look_into(inner, under / place, levels - 1)

    def _is_wanted(self, place: PurePosixPath) -> bool:
        if any(map(lies_aside, place.parts)):
            return False
        upper = [_stem(part[:MAX_NAME]) for part in place.parts[:3]]
        self.students |= {label.number for label in map(label_of, upper) if label.number}
        if self.with_case and place.name == CASE:
            return True
        if place.name not in FILES and len(self.others) < 1000:
            self.others.append(place.name[:MAX_NAME])
        return place.name in FILES

    def _enter(self, place: PurePosixPath, file: BinaryIO) -> None:
        if place.name == CASE:
            data = file.read(MAX_CASE + 1)  # of one that is longer, that is all one needs to know
            self.budget.spend(size=len(data))
            self._keep_case(place, data)
            return
        longest = MAX_NOTEBOOK if place.suffix == ".ipynb" else MAX_SOURCE
        data = read(place, file, longest, self.budget)
        self.modules.setdefault(FILES[place.name], []).append((place, data))

    def _keep_case(self, place: PurePosixPath, data: bytes) -> None:
        """Keep the upper ones, and of these few."""
        depths = {len(other.parts) for other in self.cases.values()}
        if depths and len(place.parts) < min(depths):
            self.cases.clear()
        elif depths and len(place.parts) > min(depths):
            return
        if len(self.cases) < MOST_CASES:
            self.cases.setdefault(data, place)

    def choose(self) -> dict[str, str]:
        """The modules' texts: of several of one name, that of the upper folder.

        Raises:
            RefusedError: if there is none, or if it cannot be told which one counts.
        """
        if len(self.students) > 1:
            raise RefusedError(
                f"it holds submissions of {len(self.students)} students: unpack it, and grade the "
                "folder that comes out"
            )
        self._name_near_ones()
        if not self.modules and not self.cases:
            raise RefusedError(f"none of the modules is in it; {self._what_there_is()}")
        sources = {name: self._choose(name, self.modules[name]) for name in sorted(self.modules)}
        self._name_helpers(sources)
        return sources

    def choose_case(self) -> dict[str, bytes]:
        """What the uppermost `case.toml` holds, by its place; of equal ones the first.

        Places are named so that they can be written anywhere; where two then look alike, the
        second ends with its number.
        """
        found: dict[str, bytes] = {}
        for number, (data, place) in enumerate(self.cases.items(), start=1):
            name = readable(str(place)[-MAX_NAME:])
            found[f"{name} ({number})" if name in found else name] = data
        return found

    def _choose(self, name: str, found: list[tuple[PurePosixPath, bytes]]) -> str:
        if self._are_comparable(found):  # stubs come along wherever the edition is handed in
            found = [one for one in found if _is_started(name, *one)] or found
        ranked = sorted(found, key=lambda one: (*_height(one[0]), str(one[0])))
        nearest: dict[bytes, PurePosixPath] = {}
        for place, data in ranked:
            if _height(place) == _height(ranked[0][0]):
                nearest.setdefault(data, place)  # a copy is not a question
        data, place = self._decide(name, nearest)
        if others := [str(other) for other, content in ranked if content != data]:
            few = ", ".join(others[:3])
            self.notes.append(f"Of several {name}.py, {place} was graded, and not {few}.")
        return source_of(place.name, data)

    def _are_comparable(self, found: list[tuple[PurePosixPath, bytes]]) -> bool:
        if not 1 < len(found) <= MAX_RIVALS:
            return False
        self._left -= sum(min(len(data), MAX_SOURCE // 2) for _, data in found)  # or pictures
        return self._left >= 0

    def _decide(
        self, name: str, nearest: dict[bytes, PurePosixPath]
    ) -> tuple[bytes, PurePosixPath]:
        """Of files in equal depth Python's own."""
        candidates = list(nearest.items())
        if len(candidates) == 1:
            return candidates[0]

        own = [candidate for candidate in candidates if candidate[1].suffix == ".py"]
        if len(own) == 1:
            return own[0]
        places = list(map(str, nearest.values()))
        if places[0] == places[1]:
            raise RefusedError(f"{places[0]} is in it twice")
        raise RefusedError(
            f"{name}.py is in it more than once ({', '.join(places[:4])}): which one counts? If "
            "these are submissions of several students, unpack them"
        )

    def _what_there_is(self) -> str:
        if self.notes:
            return " ".join(self.notes).rstrip(".")
        if packed := [name for name in self.others if name.lower().endswith(UNREAD)]:
            return f"{packed[0]} cannot be read: a zip or a .tar.gz can"
        if packed := [name for name in self.others if name.lower().endswith(ARCHIVES)]:
            return (
                f"{packed[-1]} is an archive in too many others: one zip of the modules is enough"
            )
        some = ", ".join(self.others[:3]) + (", ..." if len(self.others) > 3 else "")
        return f"there is {some}" if some else "it is empty"

    def _name_helpers(self, sources: dict[str, str]) -> None:
        """Say which of the student's other files a module imports: they are not taken along."""
        users = {
            stem: module for module, source in sources.items() for stem in _IMPORT.findall(source)
        }
        for file in dict.fromkeys(self.others):
            if user := file.endswith(".py") and users.get(file.removesuffix(".py")):
                self.notes.append(
                    f"{file} was not graded, and {user} imports it: what it needs has to be in "
                    f"{user}.py itself."
                )

    def _name_near_ones(self) -> None:
        """Say what looks like a module that is missing."""
        for file in dict.fromkeys(self.others):
            module = _meant(file)
            if module and module not in self.modules:
                self.notes.append(f"{file} was not graded: {_what_to_do(file, module)}.")


def _height(place: PurePosixPath) -> tuple[int, bool]:
    """What counts first: the upper folder, and among equals the one that the course has made."""
    return len(place.parts), place.parent.name != "course"


def _is_started(module: str, place: PurePosixPath, data: bytes) -> bool:
    """Whether a file holds anything else than stubs."""
    source = source_of(place.name, data)
    return has_been_started({module: source}, module) or not untouched_functions(source)


def _meant(file: str) -> str | None:
    """The module that a file's name may stand for: `Saliency.py`, `Copy of saliency (1).py`."""
    stem, _, suffix = file.casefold().rpartition(".") if "." in file else (file.casefold(), "", "")
    if suffix.isdecimal() or " " in suffix:  # 1.1 saliency
        stem, suffix = f"{stem}.{suffix}", ""
    words = re.sub(r"[\W\d_]+", "_", stem.removesuffix(".py").removesuffix(".ipynb")).strip("_")
    if words in MODULES and suffix in (*_AS_TEXT, *_AS_SOMETHING_ELSE):
        return words
    if suffix not in ("py", "ipynb", "txt") or words.startswith("test_"):
        return None
    held = [name for name in MODULES if re.search(rf"(^|_){name}", words)]
    near = difflib.get_close_matches(words, MODULES, n=1, cutoff=0.85)
    return next(iter(held or near), None)


def _what_to_do(file: str, module: str) -> str:
    if file.casefold().endswith(_AS_SOMETHING_ELSE):
        return f"{module}.py itself is needed, or {module}.ipynb"
    suffix = ".ipynb" if ".ipynb" in file.casefold() else ".py"
    return f"its name has to be {module}{suffix}"
