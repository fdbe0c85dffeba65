"""Hand-ins that attack whoever reads the results: with markup, formulas, escape codes and names."""

import csv
import io
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from course.grader.batch import pages, results
from course.grader.batch.handins import Handin
from course.grader.grading import Report, Verdict

EVIL = "<script>alert(1)</script> ]]> =cmd|'/c calc'!A0 \x1b[2J \u202e & \"'"


def report(message: str = EVIL) -> Report:
    verdict = Verdict(
        task="saliency.smooth", status="error", score=0.0, max_score=1.0, message=message
    )
    return Report(score=0.0, max_score=1.0, seed=1, version="0", properties="0", tasks=[verdict])


def row(name: str, refusal: str = "") -> results.Row:
    handin = Handin(name, name, "", refusal=refusal)
    return results.row_of(handin, report(), "key", {"saliency.smooth": 1.0})


def test_markup_in_a_page_is_text() -> None:
    page = pages.feedback(Handin(EVIL, EVIL), report()).decode()
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
    for data in (results.gradebook(rows), results.canvas(rows, "x"), results.moodle(rows)):
        for line in csv.reader(io.StringIO(data.decode())):
            assert not any(cell.lstrip("\t ").startswith(("=", "+", "-", "@")) for cell in line)
            assert all(cell.isprintable() for cell in line)


def test_xml_stays_xml() -> None:
    suite = ET.fromstring(results.junit(EVIL, report()))
    (error,) = suite.iter("error")
    assert "<script>alert(1)</script>" in str(error.get("message"))
    assert "\x1b" not in str(error.text)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "con", "..", "", "\x1b[2J", "ä" * 300])
def test_file_names_stay_in_the_folder(name: str) -> None:
    file = results.file_name(name)
    assert Path("out", file).resolve().parent == Path("out").resolve()
    assert file.isascii()
    assert len(file) < 100


def test_different_names_have_different_files() -> None:
    names = ["a/b", "a_b", "a:b", "A/b"]
    assert len({results.file_name(name) for name in names}) == len(names)
