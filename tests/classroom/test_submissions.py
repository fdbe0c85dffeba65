"""Reading submissions in the shapes in which they arrive."""

import gzip
import json
import os
import random
from pathlib import Path

import pytest

from course.classroom.names import label_of
from course.classroom.submissions import Submission, read_submission_at, read_submissions
from tests.classroom.shapes import lay, tarred, zipped

CODE = b"x = 1\n"
TEXT = {"saliency": "x = 1\n"}
HERE = Path(__file__).resolve().parent


def one(folder: Path) -> Submission:
    (submission,) = read_submissions(folder).submissions
    return submission


# --- where the modules lie ------------------------------------------------------------------------

SHAPES = {
    "at the top of a folder": {"ada/saliency.py": CODE},
    "a repository as a folder": {"ada/introspection-main/course/saliency.py": CODE},
    "a repository as a zip": {"ada.zip": zipped({"introspection-main/course/saliency.py": CODE})},
    "a zip in a folder": {"ada/handin.zip": zipped({"saliency.py": CODE})},
    "a zip in a zip": {"ada.zip": zipped({"handin.zip": zipped({"saliency.py": CODE})})},
    "a zip in a zip in a folder": {"ada/a.zip": zipped({"b.zip": zipped({"saliency.py": CODE})})},
    "a tar in a folder": {"ada/handin.tgz": tarred({"work/saliency.py": CODE})},
    ".tar.gz": {"ada.tar.gz": tarred({"./saliency.py": CODE})},
    ".tar": {"ada.tar": tarred({"saliency.py": CODE}, "w")},
    "a tar named as a zip": {"ada.zip": tarred({"saliency.py": CODE})},
    "in upper case": {"ada.ZIP": zipped({"saliency.py": CODE})},
    "packed on Windows": {"ada.zip": zipped({"work\\course\\saliency.py": CODE})},
    "packed on a Mac": {
        "ada.zip": zipped({"ada/saliency.py": CODE, "__MACOSX/ada/._saliency.py": b"\x00\x05"})
    },
    "a Mac's zip in a zip": {
        "ada.zip": zipped({"w.zip": zipped({"saliency.py": CODE}), "__MACOSX/._w.zip": b"\x00\x05"})
    },
    "with its environment": {
        "ada/saliency.py": CODE,
        "ada/.venv/lib/python3.12/site-packages/saliency.py": b"?",
        "ada/venv/lib/site-packages/course/saliency.py": b"?",
        "ada/.git/hooks/saliency.py": b"?",
    },
    "a zip with its environment": {
        "ada.zip": zipped({"work/saliency.py": CODE, "work/.venv/x/saliency.py": b"?"})
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_modules_are_found_in_every_shape(tmp_path: Path, shape: str) -> None:
    submission = one(lay(tmp_path, SHAPES[shape]))
    assert (submission.name, submission.sources, submission.refusal) == ("ada", TEXT, "")


def test_of_several_the_upper_one_counts_and_that_is_said(tmp_path: Path) -> None:
    lay(tmp_path / "ada", {"saliency.py": CODE, "old/v1/saliency.py": b"y = 2\n"})
    submission = one(tmp_path)
    assert submission.sources == TEXT
    assert "Of several saliency.py, saliency.py was graded" in submission.notes[0]
    assert "old/v1/saliency.py" in submission.notes[0]


def test_of_two_in_equal_depth_the_one_in_course_counts(tmp_path: Path) -> None:
    lay(tmp_path / "ada", {"course/saliency.py": CODE, "solutions/saliency.py": b"y = 2\n"})
    assert one(tmp_path).sources == TEXT


def test_where_it_cannot_be_told_which_counts_it_is_asked(tmp_path: Path) -> None:
    lay(tmp_path / "ada", {"a/saliency.py": CODE, "b/saliency.py": b"y = 2\n"})
    assert "more than once (a/saliency.py, b/saliency.py)" in one(tmp_path).refusal


def test_a_stub_is_no_rival_of_what_has_been_worked_on(tmp_path: Path) -> None:
    stub = b'def smooth(a, b):\n    raise NotImplementedError("saliency.smooth")\n'
    lay(tmp_path / "ada", {"a/saliency.py": stub, "b/saliency.py": b"def smooth(a, b): return a\n"})
    submission = one(tmp_path)
    assert "return a" in submission.sources["saliency"]
    assert not submission.notes


def test_a_stub_is_no_rival_of_a_notebook_in_a_folder_below(tmp_path: Path) -> None:
    """The whole edition, handed in by somebody who works in its notebooks, or in its files."""
    stub = b'def smooth(a, b):\n    raise NotImplementedError("saliency.smooth")\n'
    lay(tmp_path / "ada", {"saliency.py": stub, "notebooks/saliency.ipynb": NOTEBOOK.encode()})
    assert "return a" in one(tmp_path).sources["saliency"]
    lay(tmp_path / "ada", {"saliency.py": b"def smooth(a, b):\n    return b\n"})
    assert "return b" in one(tmp_path).sources["saliency"]


def test_copies_are_no_question(tmp_path: Path) -> None:
    lay(tmp_path / "ada", {"a/saliency.py": CODE, "b/saliency.py": CODE})
    assert one(tmp_path).sources == TEXT


def test_links_beside_the_modules_do_no_harm(tmp_path: Path) -> None:
    lay(tmp_path / "ada", {"saliency.py": CODE})
    (tmp_path / "ada" / "data").symlink_to("/etc")
    (tmp_path / "ada" / "python").symlink_to("/usr/bin/python3")
    assert one(tmp_path).sources == TEXT


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("Saliency.py", "Saliency.py was not graded: its name has to be saliency.py"),
        ("saliency (1).py", "saliency (1).py was not graded: its name has to be saliency.py"),
        ("saliency-final.py", "its name has to be saliency.py"),
        ("saliancy.py", "its name has to be saliency.py"),
        ("saliency.py.txt", "its name has to be saliency.py"),
        ("clever_hans_2.py", "its name has to be clever_hans.py"),
        ("SALIENCY.PY", "SALIENCY.PY was not graded: its name has to be saliency.py"),
        ("Copy of saliency.py", "Copy of saliency.py was not graded: its name has to be saliency"),
        ("saliency", "saliency was not graded: its name has to be saliency.py"),
        ("1.1 my_saliency.txt", "its name has to be saliency.py"),
        ("Saliency.ipynb.txt", "its name has to be saliency.ipynb"),
        ("saliency.html", "saliency.html was not graded: saliency.py itself is needed, or"),
        ("saliency.png", "there is saliency.png"),
        ("handin.gz", "handin.gz cannot be read: a zip or a .tar.gz can"),
        ("notes.txt", "none of the modules is in it; there is notes.txt"),
        ("handin.rar", "handin.rar cannot be read: a zip or a .tar.gz can"),
    ],
)
def test_refusals_say_what_was_found(tmp_path: Path, file: str, says: str) -> None:
    assert says in one(lay(tmp_path, {f"ada/{file}": CODE})).refusal


def test_an_archive_too_deep_in_others_is_named(tmp_path: Path) -> None:
    inner = zipped({"c.zip": zipped({"saliency.py": CODE})})
    lay(tmp_path, {"ada.zip": zipped({"b.zip": inner}), "eve.tar.gz": gzip.compress(CODE)})
    ada, eve = read_submissions(tmp_path).submissions
    assert "c.zip is an archive in too many others: one zip of the modules is enough" in ada.refusal
    assert "there is no tar in it, or it is damaged" in eve.refusal


def test_a_notebook_full_of_pictures_says_what_to_do(tmp_path: Path) -> None:
    pictures = b'{"cells": [], "metadata": "' + b"A" * 2**25 + b'"}'
    lay(tmp_path, {"ada/saliency.ipynb": pictures, "eve.zip": zipped({"saliency.ipynb": pictures})})
    for submission in read_submissions(tmp_path).submissions:
        assert "saliency.ipynb is longer than 32 MB: clear its outputs" in submission.refusal


def test_a_near_name_is_named_beside_what_is_graded(tmp_path: Path) -> None:
    lay(tmp_path / "ada", {"saliency.py": CODE, "Contrastive.py": CODE, "test_saliency.py": CODE})
    assert one(tmp_path).notes == (
        "Contrastive.py was not graded: its name has to be contrastive.py.",
    )


NOTEBOOK = json.dumps(
    {
        "cells": [{"cell_type": "code", "source": "%%time\ndef smooth(a, b):\n    return a"}],
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
    }
)


@pytest.mark.parametrize("name", ["saliency.ipynb", "saliency.py"])
def test_a_notebook_is_read_by_its_definitions_under_either_name(tmp_path: Path, name: str) -> None:
    lay(tmp_path / "ada", {name: NOTEBOOK.encode()})
    assert "def smooth(a, b):" in one(tmp_path).sources["saliency"]
    assert "%%time" not in one(tmp_path).sources["saliency"]


def test_of_file_and_notebook_the_one_that_was_worked_on_counts(tmp_path: Path) -> None:
    stub = b'def smooth(a, b):\n    raise NotImplementedError("saliency.smooth")\n'
    lay(tmp_path / "ada", {"saliency.py": stub, "saliency.ipynb": NOTEBOOK.encode()})
    assert "return a" in one(tmp_path).sources["saliency"]
    lay(tmp_path / "ada", {"saliency.py": b"def smooth(a, b):\n    return b\n"})
    assert "return b" in one(tmp_path).sources["saliency"]


def test_an_empty_folder_is_empty(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    assert "it is empty" in one(tmp_path).refusal


# --- whose they are -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "student", "number"),
    [
        ("Ada Lovelace_1234567_assignsubmission_file_", "Ada Lovelace", "1234567"),
        ("Ada Lovelace_1234567_assignsubmission_file", "Ada Lovelace", "1234567"),
        ("Ada_Byron_Lovelace_12_assignsubmission_file_work.zip", "Ada_Byron_Lovelace", "12"),
        ("李 小龙_77_assignsubmission_file_", "李 小龙", "77"),
        ("lovelaceada_LATE_321_98765_hw1", "lovelaceada", "321"),
        ("lovelaceada_late_323_98767_hw", "lovelaceada", "323"),
        ("lovelaceada_321_98765_hw-2", "lovelaceada", "321"),
        ("müllerjürgen_322_98766_hw", "müllerjürgen", "322"),
        ("smith2john_324_98768_hw", "smith2john", "324"),
        ("राजेश_325_98769_saliency.py", "राजेश", "325"),
        ("anon_x7bQ2_98770_saliency.py", "anon_x7bQ2", ""),
        ("ada", "ada", ""),
        ("ada_lovelace", "ada_lovelace", ""),
    ],
)
def test_names_that_platforms_give_are_understood(name: str, student: str, number: str) -> None:
    label = label_of(name)
    assert (label.student, label.number) == (student, number)


def test_what_canvas_lays_flat_is_gathered_by_student(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "lovelaceada_321_98765_saliency.py": b"y = 2\n",
            "lovelaceada_321_98790_saliency-1.py": CODE,
            "lovelaceada_321_98766_contrastive.py": CODE,
            "lovelaceada_321_98767_notes.pdf": b"%PDF",
            "müllerjürgen_LATE_322_98768_saliency.py": CODE,
            "smith2john_323_98769_work.zip": zipped({"saliency.py": CODE}),
        },
    )
    arrivals = read_submissions(tmp_path)
    ada, jurgen, john = arrivals.submissions
    assert (ada.name, ada.student, ada.number) == ("lovelaceada_321", "lovelaceada", "321")
    assert ada.sources == {"saliency": "x = 1\n", "contrastive": "x = 1\n"}
    assert "lovelaceada_321_98765_saliency.py" in ada.notes[0]
    assert (jurgen.number, jurgen.sources) == ("322", TEXT)
    assert "late" in jurgen.notes[0]
    assert (john.number, john.sources) == ("323", TEXT)
    assert arrivals.passed_over == {}


def test_the_latest_of_many_attempts_counts(tmp_path: Path) -> None:
    """Attempts are counted as numbers: 10 comes after 9."""
    for attempt in range(1, 12):
        lay(tmp_path, {f"ada_1_{100 - attempt}_saliency-{attempt}.py": f"x = {attempt}".encode()})
    assert one(tmp_path).sources == {"saliency": "x = 11"}


def test_two_submissions_of_one_number_are_one(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "ada_321_98765_hw.zip": zipped({"saliency.py": b"y = 2\n"}),
            "ada_LATE_321_98799_hw.zip": zipped({"saliency.py": CODE}),
        },
    )
    submission = one(tmp_path)
    assert submission.sources == TEXT
    assert any("ada_321_98765_hw.zip" in note for note in submission.notes)


def test_moodle_s_folders_are_read(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "Ada Lovelace_12_assignsubmission_file_/handin.zip": zipped({"saliency.py": CODE}),
            "Ada Lovelace_12_assignsubmission_onlinetext_/onlinetext.html": b"<p>Done.</p>",
            "Zoë_13_assignsubmission_file_saliency.py": CODE,
        },
    )
    ada, zoe = read_submissions(tmp_path).submissions
    assert (ada.name, ada.number, ada.sources) == ("Ada Lovelace_12", "12", TEXT)
    assert (zoe.student, zoe.number, zoe.sources) == ("Zoë", "13", TEXT)


def test_nothing_is_passed_over_in_silence(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "ada/saliency.py": CODE,
            "gauss.rar": b"Rar!\x1a\x07\x01\x00",
            "noether.7z": b"7z\xbc\xaf\x27\x1c",
            "hilbert.tar.xz": b"\xfd7zXZ\x00",
            "README.md": b"The class of 2026",
            "saliency.py": CODE,
            ".DS_Store": b"\x00",
        },
    )
    arrivals = read_submissions(tmp_path)
    refused = {one.name: one.refusal for one in arrivals.submissions if one.refusal}
    assert refused.keys() == {"gauss", "noether", "hilbert"}
    assert "RAR archive; zip and .tar.gz can be read" in refused["gauss"]
    assert arrivals.passed_over.keys() == {"README.md", "saliency.py", ".DS_Store"}
    assert "whose it is" in arrivals.passed_over["saliency.py"]


def test_a_whole_class_in_one_zip_is_recognized(tmp_path: Path) -> None:
    flat = {f"{who}_{i}_9876{i}_saliency.py": CODE for i, who in enumerate(("ada", "ben"))}
    folders = {f"{name}/saliency.py": name.encode() for name in ("ada", "ben")}
    lay(tmp_path, {"class.zip": zipped(flat), "other.zip": zipped(folders)})
    first, second = read_submissions(tmp_path).submissions
    assert "submissions of 2 students" in first.refusal
    assert "several students" in second.refusal
    with pytest.raises(ValueError, match=r"is a file, not a folder.*unpack"):
        read_submissions(tmp_path / "class.zip")


def test_one_submission_is_no_class(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"saliency\.py lies in it without a folder of its own"):
        read_submissions(lay(tmp_path, {"saliency.py": CODE}))


def test_names_that_are_not_utf_8_can_be_written(tmp_path: Path) -> None:
    try:
        os.mkdir(os.fsencode(tmp_path) + b"/m\xfcller")
    except OSError:
        pytest.skip("this disk has UTF-8 names only")
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/m\xfcller")) / "saliency.py").write_bytes(CODE)
    submission = one(tmp_path)
    assert (submission.name, submission.sources) == ("m\ufffdller", TEXT)


def test_names_that_look_alike_are_two(tmp_path: Path) -> None:
    """A Mac writes ü as two characters."""
    lay(
        tmp_path,
        {"M\u00fcller/saliency.py": CODE, "Mu\u0308ller.zip": zipped({"saliency.py": CODE})},
    )
    names = [one.name for one in read_submissions(tmp_path).submissions]
    assert names == ["M\u00fcller", "M\u00fcller'"]


# --- damage ---------------------------------------------------------------------------------------


def test_a_damaged_zip_costs_itself_only(tmp_path: Path) -> None:
    damaged = (HERE / "damaged_deflate.zip").read_bytes()
    lay(tmp_path, {"ada/saliency.py": CODE, "eve.zip": damaged})
    ada, eve = read_submissions(tmp_path).submissions
    assert ada.sources == TEXT
    assert "damaged" in eve.refusal


def fuzz(folder: Path, count: int) -> None:
    """Archives with a few bytes changed are read as they were, or refused with a reason."""
    rng = random.Random(1)
    text = "\n".join(f"x{i} = {rng.random()}" for i in range(60))
    entries = {"work/saliency.py": text.encode(), "work/notes.md": b"Hello. " * 50}
    good = [zipped(entries), zipped({"a.zip": zipped(entries)}), tarred(entries)]
    path = folder / "eve.zip"
    for number in range(count):
        data = bytearray(good[number % len(good)])
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(data)
        submission = read_submission_at(path, "eve")
        assert submission.refusal.isprintable()
        assert bool(submission.refusal) != bool(submission.sources)
        assert submission.sources in ({}, {"saliency": text})


def test_no_damage_is_the_class_s(tmp_path: Path) -> None:
    fuzz(tmp_path, 200)


@pytest.mark.slow
def test_no_damage_is_the_class_s_in_ten_thousand(tmp_path: Path) -> None:
    fuzz(tmp_path, 10_000)
