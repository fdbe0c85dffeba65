"""Writing files, and saying beforehand where one may not."""

import os
import sys
from pathlib import Path

import pytest

from course.grader.files import (
    CannotWriteError,
    require_writable,
    require_writable_file,
    write_atomic,
)
from course.grader.text import one_line, printable


def test_a_file_is_written_whole_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "new" / "results.json"
    write_atomic(path, b"old")
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_a_name_may_be_as_long_as_the_disk_allows(tmp_path: Path) -> None:
    write_atomic(tmp_path / ("a" * 255), b"")
    assert len(list(tmp_path.iterdir())) == 1


def test_a_link_a_device_and_a_folder_are_never_replaced(tmp_path: Path) -> None:
    target = tmp_path / "thesis.tex"
    target.write_text("precious")
    (tmp_path / "link").symlink_to(target)
    (tmp_path / "loose").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    for name, says in (
        ("link", "is a link to .*thesis.tex"),
        ("loose", "is a link to"),
        ("pipe", "is a device"),
        ("", "is a folder"),
    ):
        with pytest.raises(CannotWriteError, match=says):
            write_atomic(tmp_path / name, b"")
        with pytest.raises(CannotWriteError, match=f"^--json: .*{says}"):
            require_writable_file(tmp_path / name, "--json")
    assert target.read_text() == "precious"
    assert (tmp_path / "link").is_symlink()


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_where_one_may_not_write_is_said_beforehand() -> None:
    """Nobody can write into /proc, not even root."""
    with pytest.raises(CannotWriteError, match=r"^--out: cannot write into /proc "):
        require_writable(Path("/proc/results/new"), "--out")
    with pytest.raises(CannotWriteError, match=r"^--json: cannot write into /proc "):
        require_writable_file(Path("/proc/report.json"), "--json")


def test_a_folder_below_a_file_is_said_beforehand(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotWriteError, match=r"--out: .*file \(Not a directory\)"):
        require_writable(tmp_path / "file" / "results", "--out")


def test_asking_leaves_nothing_behind(tmp_path: Path) -> None:
    require_writable(tmp_path / "a" / "b", "--out")
    require_writable_file(tmp_path / "report.json", "--json")
    assert list(tmp_path.iterdir()) == []


def test_what_steers_a_terminal_becomes_a_question_mark() -> None:
    assert printable("a\x1b[2J\r\nb\u202e\x00\ud800") == "a?[2J?\nb???"
    assert one_line("a\tb\nc") == "a?b?c"
    assert one_line("a" * 500) == "a" * 300


def test_names_in_any_script_stay_as_they_are() -> None:
    names = ("Zoë Müller", "Чехов", "李小龙", "山田　太郎", "علی\u200cرضا", "अनु")
    assert [one_line(name) for name in names] == [name.replace("\u3000", " ") for name in names]
