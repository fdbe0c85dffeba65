"""The wheel is a whole course: installed in a bare environment, used in an empty folder."""

import ast
import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("hatchling")
pytest.importorskip("jupytext")
pytest.importorskip("markdown")

from course.classroom.release import fill
from course.classroom.wheel import build
from course.given.modules import MODULES
from course.grader.grading import as_json, grade, hash_of_properties
from course.grader.tasks import select_tasks

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.slow

Course = Callable[..., subprocess.CompletedProcess[str]]
"""Runs the installed `course` in a folder."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare environment with the wheel, beside another package that is called `tests`."""
    folder = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    # TensorFlow and the others are not installed again, but lent by this environment; its own
    # course is not, as a .pth file in a folder that is named in a .pth file is not read.
    where = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    libraries = Path(run(where, folder).stdout.strip())
    (libraries / "lent.pth").write_text(sysconfig.get_path("purelib"))
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--ignore-installed"]
    assert run([python, *install, wheel], folder).returncode == 0
    (libraries / "tests").mkdir()
    (libraries / "tests" / "__init__.py").write_text("raise RuntimeError('another tests')")
    used = run([python, "-c", "import course; print(course.__file__)"], folder)
    assert Path(used.stdout.strip()).is_relative_to(libraries)
    return python


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """An empty folder, but for folders with the names of a checkout's that are nobody's."""
    for name in ("tests", "docs", "solutions"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('not the course')")
    return tmp_path


@pytest.fixture
def course(python: Path, here: Path) -> Course:
    def call(*words: object, folder: Path = here) -> subprocess.CompletedProcess[str]:
        return run([python.with_name("course"), *words], folder)

    return call


@pytest.fixture
def work(course: Course, here: Path) -> Path:
    """A folder to work in, made by the installed course."""
    assert course("init", "work").returncode == 0
    return here / "work"


def run(words: list[object], folder: Path) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        list(map(str, words)), cwd=folder, env=clean, capture_output=True, text=True, check=False
    )


# --- what is in it --------------------------------------------------------------------------------


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_it_carries_stubs_properties_and_chapters_but_no_answers(wheel: Path) -> None:
    names = names_in(wheel)
    carried = "course/carried"
    for module in MODULES:
        assert f"course/{module}.py" in names
        assert f"{carried}/tests/grading/test_{module}.py" in names
        if (ROOT / "docs" / f"{module}.py").is_file():
            assert {f"{carried}/chapters/{module}.{kind}" for kind in ("md", "ipynb")} <= names
    for file in (ROOT / "tests" / "answers").glob("fingerprints.*"):
        assert f"{carried}/tests/answers/{file.name}" in names
    given_away = ("solutions", "answers/wrong", "answers/right", "attacks", "proofs", "__pycache__")
    assert not [name for name in names if any(one in name for one in given_away)]


def test_no_statement_of_a_solution_is_in_its_stubs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for module in MODULES:
            source = archive.read(f"course/{module}.py").decode()
            for node in ast.parse(source).body:
                if isinstance(node, ast.FunctionDef):
                    assert isinstance(node.body[-1], ast.Raise), node.name


def test_a_source_distribution_gives_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t"]
    assert run([*command, "sdist", "-d", tmp_path], ROOT).returncode == 0
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        # Python before 3.11.4 has no filters; what is unpacked here is our own.
        files.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
        files.extractall(tmp_path)
    (unpacked,) = (path for path in tmp_path.iterdir() if path.is_dir())
    done = run([*command, "wheel", "-d", tmp_path], unpacked)
    assert done.returncode == 0, done.stderr
    assert names_in(next(tmp_path.glob("*.whl"))) == names_in(wheel)


# --- a student with it ----------------------------------------------------------------------------


def test_without_a_folder_it_says_how_to_get_one(course: Course) -> None:
    for words in (["check"], ["hint", "saliency.smooth"], ["show", "saliency"], ["report"]):
        done = course(*words)
        assert done.returncode == 2, words
        assert "course init work" in done.stderr
        assert "Traceback" not in done.stderr


def test_where_there_is_nothing_to_grade_nothing_passes(course: Course, here: Path) -> None:
    done = course("check", "--work", here)
    assert done.returncode == 2
    assert "there is nothing to grade" in done.stderr
    assert "course init work" in done.stderr


def test_a_newcomer_is_led_from_the_start_to_the_first_task(course: Course, here: Path) -> None:
    first = course("start")
    assert first.returncode == 0, first.stderr
    assert "espresso" in first.stdout
    assert "course init work" in first.stdout
    assert (here / "pictures" / "start-photo.png").is_file()
    made = course("init", "work")
    assert made.returncode == 0, made.stderr
    assert "cd work" in made.stdout
    page = (here / "work" / "README.md").read_text()
    assert all(title in page for title in ("Ten minutes", "course watch", "course.given"))
    second = course("start", folder=here / "work")
    assert "Open saliency.py and fill in select_output" in second.stdout, second.stderr


def test_what_is_there_is_never_overwritten(course: Course, work: Path) -> None:
    (work / "saliency.py").write_text("mine = 1\n")
    (work / "contrastive.py").unlink()
    again = course("init", work)
    assert again.returncode == 0
    assert (work / "saliency.py").read_text() == "mine = 1\n"
    assert (work / "contrastive.py").is_file()
    assert f"kept   {work / 'saliency.py'}" in again.stdout
    assert f"wrote  {work / 'contrastive.py'}" in again.stdout


def test_the_verdicts_are_those_of_the_checkout(course: Course, work: Path) -> None:
    source = (ROOT / "solutions" / "saliency.py").read_text()
    wrong = "\n\ndef to_heatmap(saliency):\n    return abs(saliency).sum(-1)\n"
    (work / "saliency.py").write_text(source + wrong)
    below = work / "notebooks"
    below.mkdir()
    done = course("check", "saliency", "--json", "r.json", "--seed", 3, folder=below)
    assert done.returncode == 1, done.stderr
    here = json.loads((below / "r.json").read_text())
    there = json.loads(as_json(grade(work, select_tasks(["saliency"]), seed=3)))
    assert here["properties"] == there["properties"] == hash_of_properties()
    statuses = [task["status"] for task in here["tasks"]]
    assert statuses == [task["status"] for task in there["tasks"]]
    assert statuses.count("failed") == 1
    # The wheel has no catalogue of wrong answers, and names the same mistakes.
    for one, other in zip(here["tasks"], there["tasks"], strict=True):
        messages = [verdict["message"].partition("Read on:")[0] for verdict in (one, other)]
        assert messages[0] == messages[1]
    assert "absolute" in here["tasks"][2]["message"].splitlines()[0]
    assert "Read on: saliency.py" in here["tasks"][2]["message"]


def test_hint_show_and_report_work_with_no_option(course: Course, work: Path) -> None:
    assert course("hint", "smooth", folder=work).stdout.startswith("Hint 1 of 3")
    not_started = course("show", "saliency", folder=work)
    assert not_started.returncode == 1
    assert "not started" in not_started.stderr
    (work / "saliency.py").write_text((ROOT / "solutions" / "saliency.py").read_text())
    shown = course("show", "saliency", folder=work)
    assert shown.returncode == 0, shown.stderr
    assert (work / "pictures" / "saliency.png").is_file()
    report = course("report", folder=work)
    assert report.returncode == 0, report.stderr
    assert (work / "report.html").is_file()


# --- notebooks ------------------------------------------------------------------------------------


def test_notebooks_work_without_the_checkout(course: Course, work: Path, python: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    assert course("init", work, "--notebooks").returncode == 0
    notebook = nbformat.read(work / "notebooks" / "contrastive.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    text = "\n".join(cell.source for cell in code)
    assert not any(f"from {name}" in text for name in ("docs", "solutions", "tests"))
    own = "select_output([[0.0]], None, 0)"
    answer = "def find_errors(model, images, labels):\n    return [gradient_saliency]"
    cells = [*(cell.source for cell in code[:3]), answer, 'check("find_errors")', own]
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in cells]
    kernel = work / "kernels" / "bare"
    kernel.mkdir(parents=True)
    words = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": words, "display_name": "bare", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    client = nbclient.NotebookClient(
        notebook,
        timeout=300,
        kernel_name="bare",
        resources={"metadata": {"path": str(work / "notebooks")}},
        allow_errors=True,
    )
    client.create_kernel_manager()
    client.km.kernel_spec_manager.kernel_dirs = [str(work / "kernels")]
    client.execute(env=clean)
    said = ["".join(str(one) for one in cell.outputs) for cell in notebook.cells]
    assert said[:4] == [""] * 4
    assert "contrastive.find_errors: failed" in said[4]
    assert "this needs your own saliency.select_output, which is not started" in said[5]


# --- a teacher with it ----------------------------------------------------------------------------


def test_an_installed_course_makes_the_edition_of_the_checkout(
    course: Course, here: Path, wheel: Path, tmp_path: Path
) -> None:
    done = course("release", here / "edition", "--docs", "--notebooks")
    assert done.returncode == 0, done.stderr
    fill(tmp_path / "own", with_docs=True, with_notebooks=True)
    of_wheel, of_checkout = (
        {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix != ".whl"
        }
        for folder in (here / "edition", tmp_path / "own")
    )
    assert of_wheel == of_checkout
    (packed,) = (here / "edition" / "wheel").iterdir()
    assert packed.name == wheel.name
    assert names_in(packed) == names_in(wheel)
    with zipfile.ZipFile(packed) as again, zipfile.ZipFile(wheel) as before:
        for name in names_in(wheel):
            if not name.endswith("RECORD"):
                assert again.read(name) == before.read(name), name
