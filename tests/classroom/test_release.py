"""The student's edition: complete, working, and without a solution anywhere."""

import ast
import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from course.classroom import release as release_module
from course.classroom.release import CannotReleaseError, insist_on_stubs, without_answers
from course.given.modules import MODULES
from course.grader import grading, messages
from course.grader.tasks import select_tasks
from course.ui import command

ROOT = Path(__file__).resolve().parents[2]

ALSO_ELSEWHERE = {
    # Statements of solutions that the edition may hold, and why.
    "size = tf.sqrt(tf.reduce_mean(tf.square(gradient), axis=(1, 2, 3), keepdims=True))": "a hint",
    "for_predicted = method(model, images, predicted)": "a hint",
    "return Contrast(for_predicted, for_true, for_predicted - for_true)": "a hint",
    "for_true = method(model, images, true)": "a hint",
    "classes = np.broadcast_to(class_index, len(images))": "course.given does the same elsewhere",
    "images = np.asarray(images, np.float32)": "course.given does the same elsewhere",
    "names = [layer.name for layer in model.layers]": "course.given does the same elsewhere",
    "index = np.flatnonzero(predicted != labels)": "what a property expects",
}


def run(*words: object) -> Result:
    return CliRunner().invoke(command.main, ["release", *map(str, words)])


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("class") / "edition"
    assert run(folder, "--docs").exit_code == 0
    return folder


def statements_of(path: Path) -> Iterator[str]:
    """Every statement of every function's body, as Python would write it."""
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
                if isinstance(node, ast.stmt) and node is not function and not is_text:
                    yield squeezed(ast.unparse(node))


def squeezed(text: str) -> str:
    return "".join(text.replace('"', "'").split())


def test_no_solution_is_in_it(edition: Path) -> None:
    texts = {
        path: squeezed(path.read_text(encoding="utf-8", errors="ignore"))
        for path in edition.rglob("*")
        if path.is_file()
    }
    found = [
        (path.relative_to(edition).as_posix(), statement)
        for module in MODULES
        for statement in statements_of(ROOT / "solutions" / f"{module}.py")
        if len(statement) > 30 and not statement.startswith("raise")
        for path, text in texts.items()
        if statement in text
    ]
    excused = {squeezed(line) for line in ALSO_ELSEWHERE}
    assert [one for one in found if one[1] not in excused] == []


def test_nothing_else_that_gives_away_is_in_it(edition: Path) -> None:
    names = {path.relative_to(edition).as_posix() for path in edition.rglob("*")}
    for kept in ("solutions", "tests/answers", "tests/attacks", "tests/proofs", "tools", ".git"):
        assert kept not in names
    assert not any("__pycache__" in name for name in names)
    assert {"README.md", ".gitignore", "pyproject.toml", "tests/grading/models.py"} <= names


def test_chapters_have_their_questions_and_no_answers(edition: Path) -> None:
    text = (edition / "docs" / "saliency.md").read_text()
    assert "**Question.**" in text
    assert "`course check saliency.smooth`" in text
    assert "```python" not in text
    chapter = (
        '# %% [markdown]\n# ??? question "Why?"\n# %% [markdown] tags=["answer"]\n# Because.\n'
    )
    assert without_answers(chapter) == "**Question.** Why?\n"


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "DIR" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]


def test_nothing_is_left_behind_by_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release_module, "FILES", ("no such file",))
    with pytest.raises(OSError, match="no such file"):
        release_module.release(tmp_path / "edition")
    assert list(tmp_path.iterdir()) == []


def test_a_stub_that_is_filled_in_is_not_released(tmp_path: Path) -> None:
    for module in MODULES:
        (tmp_path / f"{module}.py").write_bytes((ROOT / "course" / f"{module}.py").read_bytes())
    insist_on_stubs(tmp_path)
    (tmp_path / "contrastive.py").write_text("def contrast():\n    return 1\n")
    with pytest.raises(CannotReleaseError, match=r"contrastive\.py: contrast has been filled in"):
        insist_on_stubs(tmp_path)


def test_without_chapters_a_message_leads_to_the_docstring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(tmp_path / "edition").exit_code == 0
    assert not (tmp_path / "edition" / "docs").exists()
    monkeypatch.setattr(messages, "DOCS", tmp_path / "edition" / "docs")
    (tmp_path / "saliency.py").write_text("def smooth(heatmaps, sigma):\n    return heatmaps\n")
    (verdict,) = grading.grade(tmp_path, select_tasks(["saliency.smooth"])).tasks
    assert "Read on: course/saliency.py, the docstring of smooth" in verdict.message


def test_hidden_seeds_stay_with_the_teacher(tmp_path: Path) -> None:
    assert run(tmp_path / "edition", "--with-hidden", tmp_path / "seeds.json").exit_code == 0
    seeds = json.loads((tmp_path / "seeds.json").read_text())["seeds"]
    assert len(set(seeds)) == 3
    for path in (tmp_path / "edition").rglob("*"):
        assert not path.is_file() or not any(
            str(seed).encode() in path.read_bytes() for seed in seeds
        )
    inside = run(tmp_path / "other", "--with-hidden", tmp_path / "other" / "seeds.json")
    assert inside.exit_code == 2
    assert "--with-hidden" in inside.output


# --- it works -------------------------------------------------------------------------------------


def course(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the edition's own `course`, with this Python's libraries."""
    return subprocess.run(
        [sys.executable, "-m", "course.ui", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_student_can_work_with_it(edition: Path) -> None:
    board = course(edition, "check")
    assert board.returncode == 1, board.stderr
    assert "select_output" in board.stdout
    stub = edition / "course" / "saliency.py"
    before = stub.read_text()
    try:
        right = "def smooth(heatmaps, sigma):\n    return heatmaps\n"
        stub.write_text(f"{before}\n\n{right}")
        wrong = course(edition, "check", "saliency.smooth")
        assert wrong.returncode == 1
        assert "What should hold" in wrong.stdout or "does not hold" in wrong.stdout
        assert "docs/saliency.md" in wrong.stdout
    finally:
        stub.write_text(before)


def test_it_can_be_installed_in_an_environment_of_its_own(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    assert run(tmp_path / "edition").exit_code == 0
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")

    def output_of(*words: object) -> str:
        # Elsewhere than in the edition, so that only what is installed can be found.
        clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        return subprocess.run(
            words, cwd=tmp_path, env=clean, capture_output=True, text=True, check=False
        ).stdout

    # TensorFlow and the others are not installed again, but lent by this environment; its own
    # course is not, as a .pth file in a folder that is named in a .pth file is not read.
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    libraries = Path(output_of(scripts / "python", "-c", where).strip())
    (libraries / "lent.pth").write_text(sysconfig.get_path("purelib"))
    install = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation")
    # Without --ignore-installed, pip would take the course out of the environment that lends.
    output_of(scripts / "python", *install, "--ignore-installed", "-e", tmp_path / "edition")
    used = output_of(scripts / "python", "-c", "import course; print(course.__file__)")
    assert Path(used.strip()) == tmp_path / "edition" / "course" / "__init__.py"
    board = output_of(scripts / "course", "check")
    assert board.count("not started") == 34
    assert "0 of 34 points" in board


def test_the_workflow_for_github_classroom_grades(edition: Path, tmp_path: Path) -> None:
    workflow = yaml.safe_load((edition / ".github" / "workflows" / "check.yml").read_text())
    (grade,) = (step for step in workflow["jobs"]["check"]["steps"] if step.get("name") == "Grade")
    summary = tmp_path / "summary.md"
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "course").write_text(f'#!/bin/sh\nexec {sys.executable} -m course.ui "$@"\n')
    (bin_ / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    for path in bin_.iterdir():
        path.chmod(0o755)
    run = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", grade["run"]],
        cwd=edition,
        env=os.environ
        | {"PYTHONPATH": str(edition), "PATH": f"{bin_}:{os.environ['PATH']}"}
        | {"GITHUB_STEP_SUMMARY": str(summary)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1  # nothing is done yet
    assert "::notice title=Score::0 of 34" in run.stdout, run.stderr
    assert "select_output" in summary.read_text()
    (edition / "result.json").unlink()
    (edition / "board.txt").unlink()
