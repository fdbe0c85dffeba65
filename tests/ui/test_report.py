"""The lab report: made of the student's own work, and nothing of it lost."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from matplotlib.figure import Figure

from course.given.modules import MODULES
from course.ui import command, show
from course.ui.questions import answer_sheet

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
    assert page.count("data:image/png;base64,") == len(MODULES) - 2
    assert page.count('alt="') == len(MODULES) - 2
    assert "&lt;b&gt;check&lt;/b&gt;" in page
    assert "ZeroDivisionError" in page
    assert "0 of " in page
    assert "No figure of clever_hans" in result.output


def test_the_questions_are_asked_once_and_answers_never_overwritten(here: Path) -> None:
    assert "answers.md, with the questions" in run().output
    assert (here / "answers.md").read_text() == answer_sheet()
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


def test_answers_and_figures_of_a_module_stand_together(here: Path) -> None:
    text = (
        "Me\n\n## 1.1 Saliency\n\nthe cup\n\n```\n## 1.2 no heading\n```\n\n"
        "## Activation maximization\n\na spider\n"
    )
    (here / "answers.md").write_text(text)
    show.save(Figure(figsize=(1, 1)), here / "report/saliency-2.png", "course show saliency [x]")
    show.save(Figure(figsize=(1, 1)), here / "report/saliency.png", "course show saliency")
    show.save(Figure(figsize=(1, 1)), here / "report/saliency_old.png", "nobody asks")
    assert run().exit_code == 0
    page = (here / "report.html").read_text()
    first, second = page.index("<h2>1.1 Saliency"), page.index("<h2>1.2 Activation")
    chapter = page[first:second]
    assert "the cup" in chapter
    assert "## 1.2 no heading" in chapter
    assert chapter.count("<figure>") == 3
    assert "course show saliency [x]" in chapter
    assert "a spider" in page[second:]
    assert "nobody asks" not in page


def test_pictures_of_ones_own_are_taken_into_the_page(here: Path) -> None:
    show.save(Figure(figsize=(1, 1)), here / "my dog.png")
    (here / "secret.txt").write_text("secret")
    (here / "answers.md").write_text(
        "## 2.2 Contrastive explanations\n\n![my *dog*](my%20dog.png) ![no](cat.png)\n"
        "![elsewhere](https://example.org/a.png) ![text](secret.txt)\n"
    )
    result = run()
    page = (here / "report.html").read_text()
    assert 'alt="my dog"' in page
    assert page.count("data:image/png;base64,") == len(MODULES) - 2 + 1
    assert "example.org/a.png: it lies elsewhere" in page
    assert "cat.png: there is no such file" in result.output
    assert "secret.txt: its name should end in" in result.output


def test_a_kept_figure_that_is_damaged_is_named(here: Path) -> None:
    (here / "answers.md").write_text("mine")
    (here / "report").mkdir()
    (here / "report" / "saliency.png").write_text("no picture")
    result = run()
    assert result.exit_code == 0
    assert "report/saliency.png" in result.output
