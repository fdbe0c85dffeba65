"""The folder to work in: `course init`, and how the other commands find it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from course.given.modules import MODULES
from course.grader import places
from course.grader.sources import read_submission, untouched_functions
from course.ui import command


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command.main, [str(argument) for argument in arguments])


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh folder, in which one stands."""
    assert run("init", tmp_path / "work").exit_code == 0
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def test_it_holds_fresh_stubs_and_a_page_that_says_how_to_begin(work: Path) -> None:
    sources = read_submission(work)
    assert list(sources) == list(MODULES)
    for module, source in sources.items():
        assert untouched_functions(source), module
    page = (work / "README.md").read_text(encoding="utf-8")
    assert "{" not in page.replace("{ ", "")
    assert all(word in page for word in ("course start", "course watch", "select_output"))


def test_a_file_that_is_there_is_kept_and_named(work: Path) -> None:
    (work / "saliency.py").write_text("mine = 1\n")
    (work / "contrastive.py").unlink()
    again = run("init", ".")
    assert again.exit_code == 0
    assert (work / "saliency.py").read_text() == "mine = 1\n"
    assert "kept   saliency.py" in again.output
    assert "wrote  contrastive.py" in again.output
    assert "cd " not in again.output, "one stands there already"


@pytest.mark.parametrize("folder", [places.ROOT, places.PACKAGE])
def test_the_checkout_itself_is_no_folder_to_work_in(folder: Path) -> None:
    result = run("init", folder)
    assert result.exit_code == 2
    assert "is the course itself" in result.output
    assert not (folder / places.MARK).exists()


def test_where_one_may_not_write_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    result = run("init", tmp_path / "a file" / "work")
    assert result.exit_code == 2
    assert "DIR: cannot write into" in result.output


def test_commands_find_the_folder_from_below_it(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "notes" / "deep").mkdir(parents=True)
    monkeypatch.chdir(work / "notes" / "deep")
    assert run("hint", "smooth").exit_code == 0
    assert (work / ".course" / "hints.json").is_file()
    assert places.work_folder() == work
    board = run("check", "saliency.smooth")
    assert board.exit_code == 1
    assert "not started" in board.output


def test_elsewhere_a_checkout_grades_its_own_and_an_installed_course_asks_for_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert places.work_folder() == places.PACKAGE
    monkeypatch.setattr(places, "IS_INSTALLED", True)
    for words in (["check"], ["hint", "smooth"], ["show", "saliency"], ["watch"], ["report"]):
        result = run(*words)
        assert result.exit_code == 2, words
        assert "`course init work`" in result.output


@pytest.mark.parametrize("words", [["check"], ["watch"], ["report"]])
def test_where_there_is_nothing_to_grade_it_says_what_to_do(
    words: list[str], tmp_path: Path
) -> None:
    result = run(*words, "--work", tmp_path)
    assert result.exit_code == 2
    assert "there is nothing to grade" in result.output
    assert "`course init work`" in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("Saliency.py", "Saliency.py was not graded: its name has to be saliency.py."),
        ("saliency (1).ipynb", "its name has to be saliency.ipynb."),
        ("handin.zip", "handin.zip has to be unpacked first."),
        ("mine/saliency.ipynb", "There are modules in {folder}/mine: name that folder."),
    ],
)
def test_what_lies_there_instead_is_named(tmp_path: Path, file: str, says: str) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).touch()
    result = run("check", "--work", tmp_path)
    assert result.exit_code == 2
    assert says.format(folder=tmp_path) in " ".join(result.output.split())


def test_a_near_name_is_named_beside_other_modules(work: Path) -> None:
    (work / "saliency.py").rename(work / "saliency.txt")
    result = run("check", "smooth", "--work", work)
    assert result.exit_code == 1
    assert "saliency.txt was not graded: its name has to be saliency.py." in result.output


def test_a_debugger_can_be_used(work: Path) -> None:
    source = (work / "saliency.py").read_text(encoding="utf-8")
    seen = "import sys\n\ndef smooth(heatmaps, sigma):\n    sys.in_this_process = True\n"
    (work / "saliency.py").write_text(f"{source}\n\n{seen}", encoding="utf-8")
    import sys

    try:
        assert run("check", "smooth", "--in-process").exit_code == 1
        assert sys.in_this_process  # type: ignore[attr-defined]
    finally:
        vars(sys).pop("in_this_process", None)
