"""Submissions that attack whoever reads the results: markup, formulas, escape codes, names."""

import csv
import io
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from course.classroom import gradebook, pages
from course.classroom.submissions import Submission
from course.grader.grading import Report, Verdict

EVIL = "<script>alert(1)</script> ]]> =cmd|'/c calc'!A0 \x1b[2J \u202e & \"'"


def report(message: str = EVIL) -> Report:
    verdict = Verdict(
        task="saliency.smooth", status="error", score=0.0, max_score=1.0, message=message
    )
    return Report(score=0.0, max_score=1.0, seed=1, version="0", properties="0", tasks=[verdict])


def row(name: str, refusal: str = "") -> gradebook.Row:
    submission = Submission(name, name, "", refusal=refusal)
    return gradebook.row_of(submission, report(), "key", {"saliency.smooth": 1.0})


def test_markup_in_a_page_is_text() -> None:
    page = pages.feedback(Submission(EVIL, EVIL), report()).decode()
    page += pages.summary([row(EVIL), row("b", EVIL)], {EVIL: report(), "b": report()}, 1).decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page


def test_pages_ask_nobody_for_anything() -> None:
    page = pages.summary([row("a")], {"a": report()}, 1).decode()
    assert "<svg" in page
    assert "src=" not in page
    assert "@import" not in page


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1"])
def test_no_cell_is_a_formula(name: str) -> None:
    rows = [row(name, refusal="=evil()")]
    for data in (gradebook.gradebook(rows), gradebook.canvas(rows, "x"), gradebook.moodle(rows)):
        for line in csv.reader(io.StringIO(data.decode())):
            assert not any(cell.lstrip("\t ").startswith(("=", "+", "-", "@")) for cell in line)
            assert all(cell.isprintable() for cell in line)


def test_xml_stays_xml() -> None:
    suite = ET.fromstring(gradebook.junit(EVIL, report()))
    (error,) = suite.iter("error")
    assert "<script>alert(1)</script>" in str(error.get("message"))
    assert "\x1b" not in str(error.text)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "con", "..", "", "\x1b[2J", "ä" * 300])
def test_file_names_stay_in_the_folder(name: str) -> None:
    file = gradebook.file_name(name)
    assert Path("out", file).resolve().parent == Path("out").resolve()
    assert file.isascii()
    assert len(file) < 100


def test_different_names_have_different_files() -> None:
    names = ["a/b", "a_b", "a:b", "A/b"]
    assert len({gradebook.file_name(name) for name in names}) == len(names)
