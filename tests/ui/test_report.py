"""The lab report: made of the student's own work, and nothing of it lost."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from matplotlib.figure import Figure

from course.ui import command, show
from course.ui.report import CAPTIONS, QUESTIONS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def quick_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures without a network; two of them cannot be drawn."""

    def draw(what: str, *args: object) -> Figure:
        if what == "clever_hans":
            raise show.CannotShowError("clever_hans.plant is not started: <b>check</b>")
        if what == "input_optimization":
            raise ZeroDivisionError
        return Figure(figsize=(1, 1))

    monkeypatch.setattr(show, "draw", draw)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(command.main, ["report", "--work", str(ROOT / "course"), *words])


def test_writes_figures_answers_and_board(here: Path) -> None:
    (here / "answers.md").write_text("# My report\n\nIt looks at the *cup*. <script>x()</script>\n")
    result = run()
    assert result.exit_code == 0, result.output
    page = (here / "report.html").read_text()
    assert "<em>cup</em>" in page
    assert "<script" not in page
    assert page.count("data:image/png;base64,") == len(CAPTIONS) - 2
    assert page.count('alt="') == len(CAPTIONS) - 2
    assert "&lt;b&gt;check&lt;/b&gt;" in page
    assert "ZeroDivisionError" in page
    assert "0 of 34 points" in page
    assert "No figure of clever_hans" in result.output


def test_the_questions_are_asked_once_and_answers_never_overwritten(here: Path) -> None:
    assert "answers.md, with the questions" in run().output
    assert (here / "answers.md").read_text() == QUESTIONS
    (here / "answers.md").write_text("mine")
    assert "with the questions" not in run().output
    assert (here / "answers.md").read_text() == "mine"


def test_answers_that_are_no_text_are_named(here: Path) -> None:
    (here / "answers.md").write_bytes(b"\xff\xfe\x00")
    result = run()
    assert result.exit_code == 2
    assert "--answers" in result.output
    assert not (here / "report.html").exists()


def test_a_report_is_html(here: Path) -> None:
    result = run("--out", "report.pdf")
    assert result.exit_code == 2
    assert "--out" in result.output
