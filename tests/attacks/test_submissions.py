"""Submissions that attack the reading of submissions: refused, with the part that is at fault."""

import io
import json
import os
import stat
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from course.classroom.archives import Budget, RefusedError, files_in
from course.classroom.submissions import read_submission_at, read_submissions

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
    "name",
    [
        "../saliency.py",
        "a/../../saliency.py",
        "/etc/saliency.py",
        "C:/saliency.py",
        "C:\\saliency.py",
        "..\\saliency.py",
        "\\saliency.py",
    ],
)
def test_a_module_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    submission = read_submission_at(zip_of(tmp_path / "eve.zip", {name: CODE}), "eve")
    assert "leads out of the submission" in submission.refusal
    assert submission.sources == {}


@pytest.mark.parametrize(
    "name",
    [
        "sali\x1b[2Jency.py",
        "sali\nency.py",
        "sali\u202eency.py",
        "a" * 300 + ".py",
        "../../etc/cron.d/x",
        "x/" * 1500 + "x",
    ],
)
def test_odd_names_beside_the_modules_do_nothing(tmp_path: Path, name: str) -> None:
    path = zip_of(tmp_path / "eve.zip", {"saliency.py": CODE, name: b"?"})
    assert read_submission_at(path, "eve").sources == {"saliency": "x = 1\n"}
    alone = read_submission_at(zip_of(tmp_path / "eve.zip", {name: CODE}), "eve")
    assert "none of the modules" in alone.refusal
    assert alone.refusal.isprintable()


def test_a_name_with_a_null_byte_is_not_the_name_before_it(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "eve.zip", {"saliency.py#.txt": CODE})
    path.write_bytes(path.read_bytes().replace(b"#", b"\x00"))
    assert "saliency.py?.txt was not graded" in read_submission_at(path, "eve").refusal


def test_an_odd_folder_is_shown_harmless(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "eve.zip", {"a/saliency.py": CODE, "\x1b[2J/saliency.py": b"y = 2\n"})
    assert "?[2J/saliency.py" in read_submission_at(path, "eve").refusal


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    link = (stat.S_IFLNK | 0o777) << 16
    path = zip_of(tmp_path / "eve.zip", {"saliency.py": b"/etc/passwd"}, external_attr=link)
    assert "saliency.py is a link" in read_submission_at(path, "eve").refusal


def test_a_bomb_beside_the_modules_is_never_lit(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "eve.zip", {"saliency.py": CODE, "notes.txt": bytes(64 * 2**20)})
    assert read_submission_at(path, "eve").sources == {"saliency": "x = 1\n"}


@pytest.mark.parametrize(("size", "says"), [(2, "longer than 256 KB"), (40, "longer than 32 MB")])
def test_a_bomb_is_cut_as_it_comes_out(tmp_path: Path, size: int, says: str) -> None:
    name = "saliency.py" if size == 2 else "inner.zip"
    path = zip_of(tmp_path / "eve.zip", {name: bytes(size * 2**20)})
    assert says in read_submission_at(path, "eve").refusal


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_zipfile_unpacks_without_a_limit_is_refused(tmp_path: Path, method: int) -> None:
    """Of 900 bytes came two gigabytes."""
    with zipfile.ZipFile(tmp_path / "eve.zip", "w", method) as archive:
        archive.writestr("saliency.py", bytes(2**20))
    assert "unusual way" in read_submission_at(tmp_path / "eve.zip", "eve").refusal


def test_a_tar_that_grows_is_cut_as_it_comes_out(tmp_path: Path) -> None:
    member = tarfile.TarInfo("notes.txt")
    member.size = 3 * 2**20
    with tarfile.open(tmp_path / "eve.tgz", "w:gz") as archive:
        archive.addfile(member, io.BytesIO(bytes(member.size)))
    with pytest.raises(RefusedError, match="unpacks to more than"):
        list(files_in(tmp_path / "eve.tgz", lambda place: False, Budget(size=2**20)))


def test_a_note_in_a_tar_is_cut_before_it_is_read(tmp_path: Path) -> None:
    member = tarfile.TarInfo("x" * 2**20)
    with tarfile.open(tmp_path / "eve.tgz", "w:gz", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(member)
    assert "header in it is too long" in read_submission_at(tmp_path / "eve.tgz", "eve").refusal


def test_a_long_table_of_contents_is_cut_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course.classroom.archives.MAX_TABLE", 100_000)
    path = zip_of(tmp_path / "eve.zip", {"x" * 60_000 + str(i): b"" for i in range(2)})
    assert "table of contents is too long" in read_submission_at(path, "eve").refusal


def test_zips_in_zips_in_zips_are_not_followed(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "0.zip", {"saliency.py": CODE})
    for depth in range(1, 4):
        path = zip_of(tmp_path / f"{depth}.zip", {"in.zip": path.read_bytes()})
    assert "none of the modules" in read_submission_at(path, "eve").refusal


def test_a_lie_about_the_size_is_no_way_round(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "eve.zip", {"saliency.py": os.urandom(3 * 2**20)})
    data = path.read_bytes()
    size = (3 * 2**20).to_bytes(4, "little")
    path.write_bytes(data.replace(size, (10).to_bytes(4, "little")))
    submission = read_submission_at(path, "eve")
    assert submission.refusal
    assert submission.sources == {}


def test_many_files_are_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "eve.zip", {f"{i}.txt": b"" for i in range(11)})
    (tmp_path / "eve").mkdir()
    for i in range(11):
        (tmp_path / "eve" / f"{i}.txt").touch()
    for source in (path, tmp_path / "eve"):
        with pytest.raises(RefusedError, match="more than 100,000 files"):
            list(files_in(source, lambda place: False, Budget(files=10)))


def test_folders_1500_deep_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / "saliency.py").write_bytes(CODE)
    here = os.open(tmp_path / "eve", os.O_RDONLY)
    handles = [here]
    for _ in range(1500):
        os.mkdir("d", dir_fd=handles[-1])
        handles.append(os.open("d", os.O_RDONLY, dir_fd=handles[-1]))
        if len(handles) > 2:
            os.close(handles.pop(0))
    try:
        assert read_submission_at(tmp_path / "eve", "eve").sources == {"saliency": "x = 1\n"}
    finally:
        for handle in handles:
            os.close(handle)
        subprocess.run(["rm", "-rf", str(tmp_path / "eve")], check=True)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_module_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "eve.zip", "w") as archive:
        archive.writestr("saliency.py", CODE)
        archive.writestr("saliency.py", b"y = 2\n")
    assert "saliency.py is in it twice" in read_submission_at(tmp_path / "eve.zip", "eve").refusal


def test_many_files_of_one_name_are_not_compared(tmp_path: Path) -> None:
    """To compare them each has to be parsed, which takes a second or two."""
    code = b"x = 1\n" * 40_000
    entries = {f"{i}/saliency.py": code + str(i).encode() for i in range(100)}
    submission = read_submission_at(zip_of(tmp_path / "eve.zip", entries), "eve")
    assert "more than once (0/saliency.py, 1/saliency.py, 10/saliency.py" in submission.refusal


def test_an_encrypted_file_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "eve.zip", {"saliency.py": CODE})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "encrypted" in read_submission_at(path, "eve").refusal


def test_no_zip_at_all_is_refused(tmp_path: Path) -> None:
    (tmp_path / "eve.zip").write_bytes(b"not a zip")
    assert "not a zip" in read_submission_at(tmp_path / "eve.zip", "eve").refusal


def test_a_module_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / "clever_hans.py").write_bytes(CODE)
    (tmp_path / "eve" / "saliency.py").symlink_to("/etc/passwd")
    assert "saliency.py is a link" in read_submission_at(tmp_path / "eve", "eve").refusal


def test_a_link_in_a_tar_is_refused(tmp_path: Path) -> None:
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        member = tarfile.TarInfo("saliency.py")
        member.type, member.linkname = kind, "/etc/passwd"
        with tarfile.open(tmp_path / "eve.tar", "w") as archive:
            archive.addfile(member)
        assert "saliency.py is a link" in read_submission_at(tmp_path / "eve.tar", "eve").refusal


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "saliency.py").write_bytes(CODE)
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / "course").symlink_to(tmp_path / "other")
    assert "none of the modules" in read_submission_at(tmp_path / "eve", "eve").refusal


def test_a_submission_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "eve").symlink_to("/etc")
    (submission,) = read_submissions(tmp_path).submissions
    assert "link" in submission.refusal


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "eve").mkdir()
    os.mkfifo(tmp_path / "eve" / "saliency.py")
    assert "not a regular file" in read_submission_at(tmp_path / "eve", "eve").refusal


def test_a_source_that_is_too_long_is_refused(tmp_path: Path) -> None:
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / "saliency.py").write_bytes(b"#" * (2**20 + 1))
    assert "longer than 256 KB" in read_submission_at(tmp_path / "eve", "eve").refusal


def test_a_source_that_is_no_text_costs_only_its_module(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "ada.zip", {"saliency.py": b"\xff\xfe", "contrastive.py": CODE})
    sources = read_submission_at(path, "ada").sources
    assert "not text in UTF-8" in sources["saliency"]
    assert sources["contrastive"] == "x = 1\n"


# --- and notebooks --------------------------------------------------------------------------------


def notebook_of(*cells: str) -> bytes:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]}).encode()


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        # IPython reads a cell once for each magic in it: this took minutes.
        (["%magic a\n" * 600 + "x = 1\n" * 20_000], "too many magics"),
        (["! ls\n" * 200] * 200, "too many magics"),
        (["x = 1\n" * 90_000] * 3, "longer than 256 KB"),
    ],
)
def test_a_notebook_that_takes_long_to_read_is_cut_before(
    tmp_path: Path, cells: list[str], says: str
) -> None:
    path = zip_of(tmp_path / "eve.zip", {"saliency.ipynb": notebook_of(*cells)})
    assert says in read_submission_at(path, "eve").sources["saliency"]


@pytest.mark.parametrize(
    "cell",
    ["x = " + "1+" * 3000 + "1", "x = " + "-" * 5000 + "1", "x=[" * 90, "x = a" + ".a" * 9999],
)
def test_a_cell_that_is_nested_too_deeply_defines_nothing(tmp_path: Path, cell: str) -> None:
    data = notebook_of(cell, "def smooth(a, b):\n    return a")
    path = zip_of(tmp_path / "eve.zip", {"saliency.ipynb": data})
    source = read_submission_at(path, "eve").sources["saliency"]
    assert "def smooth" in source
    assert "x =" not in source


@pytest.mark.parametrize(
    "data", [b"{", b'{"cells": 1}', b'{"cells": [1]}', b"{" * 99_999, b'{"cells": ' + b"[" * 99_999]
)
def test_what_is_no_notebook_costs_its_module(tmp_path: Path, data: bytes) -> None:
    path = zip_of(tmp_path / "eve.zip", {"saliency.ipynb": data, "contrastive.py": CODE})
    sources = read_submission_at(path, "eve").sources
    assert "cannot be read: it is not a notebook" in sources["saliency"]
    assert sources["contrastive"] == "x = 1\n"
