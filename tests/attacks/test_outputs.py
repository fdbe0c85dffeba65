"""Submissions that attack whoever reads the results: markup, formulas, escape codes, names."""

import csv
import io
import unicodedata
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from course.classroom import gradebook, pages
from course.classroom.names import file_names
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
    rows, reports = [row(EVIL), row("b", EVIL)], {EVIL: report(), "b": report()}
    page += pages.summary(rows, reports, 1, {EVIL: EVIL}).decode()
    page += pages.index(rows, file_names(reports)).decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page


def test_pages_ask_nobody_for_anything() -> None:
    page = pages.summary([row("a")], {"a": report()}, 1).decode()
    assert "<svg" in page
    assert "src=" not in page
    assert "@import" not in page


FORMULA = ("=", "+", "-", "@", "\uff1d")


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "\r=1", "a;=1", "a; +1", "a\t=1", "\uff1d1"],
)
def test_no_cell_is_a_formula(name: str) -> None:
    """Not even where a spreadsheet cuts lines at semicolons."""
    rows = [row(name, refusal="=evil()"), row("b", refusal=f"there is {name}")]
    for data in (
        gradebook.gradebook(rows),
        gradebook.canvas(rows, name),
        gradebook.moodle(rows),
        gradebook.changes_table([(name, 1.0, None)]),
        gradebook.table([(name, name)]),
    ):
        text = data.decode("utf-8-sig")
        for line in [*csv.reader(io.StringIO(text)), *csv.reader(io.StringIO(text), delimiter=";")]:
            for cell in line:
                if cell != "-":  # where Moodle wants it so
                    assert not cell.lstrip("\t ").startswith(FORMULA), cell
                assert cell.isprintable()


def test_xml_stays_xml() -> None:
    suite = ET.fromstring(gradebook.junit(EVIL, report()))
    (error,) = suite.iter("error")
    assert "<script>alert(1)</script>" in str(error.get("message"))
    assert "\x1b" not in str(error.text)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "a/b", "con", "COM1", "nul.x", "..", "", "\x1b[2J", "ä" * 300, "\udcff"],
)
def test_file_names_stay_in_the_folder(name: str) -> None:
    file = file_names([name])[name]
    assert Path("out", file).resolve().parent == Path("out").resolve()
    assert file.isprintable()
    assert file.lower() not in ("con", "com1", "nul.x")
    assert len(f"{file}.html".encode()) < 255


@pytest.mark.parametrize("name", ["Zoë Müller_1", "李小龙", "Чехов", "राजेश", "O'Neill, J. (2)"])
def test_names_in_any_script_can_be_read_in_file_names(name: str) -> None:
    assert file_names([name])[name] == unicodedata.normalize("NFC", name)


def test_different_names_have_different_files_on_every_disk() -> None:
    names = ["a/b", "a_b", "a:b", "A/b", "ada", "Ada", "M\u00fcller", "Mu\u0308ller", "ﬁn", "fin"]
    names += ["x" * 200, "x" * 201, "ada.", "con", "a_b-"]
    names += [f"eve/{number}" for number in range(3)]
    names += list(file_names(names).values())[-3:]  # who has guessed what others are called
    files = file_names(names).values()
    assert len({unicodedata.normalize("NFKD", file).casefold() for file in files}) == len(names)


def test_refused_submissions_are_empty_cells_and_not_zeros() -> None:
    rows = [row("ada"), row("eve", refusal="it is damaged")]
    canvas = list(csv.reader(io.StringIO(gradebook.canvas(rows, "x").decode("utf-8-sig"))))
    moodle = list(csv.reader(io.StringIO(gradebook.moodle(rows).decode("utf-8-sig"))))
    assert [line[3] for line in canvas[2:]] == ["0", ""]
    assert [line[2] for line in moodle[1:]] == ["0", ""]
    assert moodle[2][5] == "Not graded: it is damaged"


def test_spreadsheets_see_that_tables_are_utf_8() -> None:
    rows = [row("Zoë Müller")]
    for data in (gradebook.gradebook(rows), gradebook.canvas(rows, "x"), gradebook.moodle(rows)):
        assert data.startswith(b"\xef\xbb\xbf")
        assert "Zoë Müller" in data.decode("utf-8-sig")
