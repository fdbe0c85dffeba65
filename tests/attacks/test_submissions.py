"""Submissions that attack the reading of submissions: refused, with the part that is at fault."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from course.classroom.submissions import read_submission_at, read_submissions, student_of

CODE = b"x = 1\n"


def zip_of(path: Path, entries: dict[str, bytes], **attributes: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for attribute, value in attributes.items():
                setattr(entry, attribute, value)
            archive.writestr(entry, data)
    return path


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../saliency.py", "leads out of the submission"),
        ("a/../../saliency.py", "leads out of the submission"),
        ("/etc/saliency.py", "leads out of the submission"),
        ("C:/saliency.py", "leads out of the submission"),
        ("..\\saliency.py", "leads out of the submission"),
        ("sali\x1b[2Jency.py", "odd name"),
        ("sali\nency.py", "odd name"),
        ("sali\u202eency.py", "odd name"),
        ("a" * 300 + ".py", "odd name"),
    ],
)
def test_odd_names_are_refused(tmp_path: Path, name: str, reason: str) -> None:
    path = zip_of(tmp_path / "eve.zip", {"saliency.py": CODE, name: CODE})
    submission = read_submission_at(path, "eve")
    assert reason in submission.refusal
    assert submission.refusal.isprintable()
    assert submission.sources == {}


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    link = (stat.S_IFLNK | 0o777) << 16
    path = zip_of(tmp_path / "eve.zip", {"saliency.py": b"/etc/passwd"}, external_attr=link)
    assert "saliency.py is a link" in read_submission_at(path, "eve").refusal


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "eve.zip", {"saliency.py": CODE, "notes.txt": bytes(64 * 2**20)})
    assert "notes.txt is a zip bomb" in read_submission_at(path, "eve").refusal


def test_a_lie_about_the_size_is_no_way_round(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "eve.zip", {"saliency.py": os.urandom(3 * 2**20)})
    data = path.read_bytes()
    size = (3 * 2**20).to_bytes(4, "little")
    path.write_bytes(data.replace(size, (10).to_bytes(4, "little")))
    submission = read_submission_at(path, "eve")
    assert submission.refusal
    assert submission.sources == {}


def test_many_files_are_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "eve.zip", {f"{i}.txt": b"" for i in range(5001)})
    assert "more than 5,000 files" in read_submission_at(path, "eve").refusal


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_module_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "eve.zip", "w") as archive:
        archive.writestr("saliency.py", CODE)
        archive.writestr("saliency.py", b"y = 2\n")
    assert "saliency.py is in it twice" in read_submission_at(tmp_path / "eve.zip", "eve").refusal


def test_an_encrypted_file_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "eve.zip", {"saliency.py": CODE})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "encrypted" in read_submission_at(path, "eve").refusal


def test_no_zip_at_all_is_refused(tmp_path: Path) -> None:
    (tmp_path / "eve.zip").write_bytes(b"not a zip")
    assert "not a zip" in read_submission_at(tmp_path / "eve.zip", "eve").refusal


@pytest.mark.parametrize("what", ["saliency.py", "notes.txt", "folder"])
def test_a_link_in_a_folder_is_refused(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "eve"
    folder.mkdir()
    (folder / "clever_hans.py").write_bytes(CODE)
    (folder / what).symlink_to("/etc" if what == "folder" else "/etc/passwd")
    assert f"{what} is a link" in read_submission_at(folder, "eve").refusal


def test_a_handin_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "eve").symlink_to("/etc")
    (submission,) = read_submissions(tmp_path)
    assert "link" in submission.refusal


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "eve").mkdir()
    os.mkfifo(tmp_path / "eve" / "saliency.py")
    assert "no ordinary file" in read_submission_at(tmp_path / "eve", "eve").refusal


def test_a_source_that_is_too_long_is_refused(tmp_path: Path) -> None:
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / "saliency.py").write_bytes(b"#" * (2**20 + 1))
    assert "longer than a megabyte" in read_submission_at(tmp_path / "eve", "eve").refusal


# --- and honest ones are read ---------------------------------------------------------------------


def test_modules_may_lie_one_folder_deep(tmp_path: Path) -> None:
    inside = {
        "course/saliency.py": CODE,
        "__MACOSX/saliency.py": b"?",
        "course/given/models.py": b"",
    }
    submission = read_submission_at(zip_of(tmp_path / "ada.zip", inside), "ada")
    assert submission.sources == {"saliency": "x = 1\n"}
    (tmp_path / "ada" / "work").mkdir(parents=True)
    (tmp_path / "ada" / "work" / "saliency.py").write_bytes(b"\xef\xbb\xbfx = 1\n")
    assert read_submission_at(tmp_path / "ada", "ada").sources == submission.sources


def test_modules_in_two_folders_are_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "ada.zip", {"a/saliency.py": CODE, "b/saliency.py": CODE})
    assert "more than one folder: a, b" in read_submission_at(path, "ada").refusal


def test_a_source_that_is_no_text_costs_only_its_module(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "ada.zip", {"saliency.py": b"\xff\xfe", "contrastive.py": CODE})
    sources = read_submission_at(path, "ada").sources
    assert "not UTF-8" in sources["saliency"]
    assert sources["contrastive"] == "x = 1\n"


def test_nothing_to_grade_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no submissions"):
        read_submissions(tmp_path)
    (tmp_path / "ada").mkdir()
    (submission,) = read_submissions(tmp_path)
    assert "none of the six modules" in submission.refusal


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("Ada Lovelace_1234567_assignsubmission_file_", ("Ada Lovelace", "1234567")),
        ("lovelaceada_LATE_321_98765_hw1", ("lovelaceada", "321")),
        ("lovelaceada_321_98765_hw-2", ("lovelaceada", "321")),
        ("ada", ("ada", "")),
    ],
)
def test_names_that_platforms_give_are_understood(name: str, student: tuple[str, str]) -> None:
    assert student_of(name) == student
