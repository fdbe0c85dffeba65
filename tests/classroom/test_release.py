"""The students' edition: complete, working, and without a solution or an answer anywhere."""

import ast
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

pytest.importorskip("hatchling")
pytest.importorskip("jupytext")

from course.classroom import release as release_module
from course.classroom.chapters import without_answers
from course.classroom.release import CannotReleaseError, require_stubs
from course.given.modules import MODULES
from course.ui import command

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = [module for module in MODULES if (ROOT / "docs" / f"{module}.py").is_file()]

ALSO_ELSEWHERE = {
    # Statements of solutions that what is given holds too. The last of three hints is nearly the
    # answer, so hints are not searched at all.
    "classes = np.broadcast_to(class_index, len(images))",
    "images = np.asarray(images, np.float32)",
    "names = [layer.name for layer in model.layers]",
}


def run(*words: object) -> Result:
    return CliRunner().invoke(command.main, ["release", *map(str, words)])


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("class") / "edition"
    result = run(folder, "--docs", "--notebooks")
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def texts(edition: Path) -> dict[str, str]:
    """Every file of the edition, also those in the wheel; of notebooks, what is in their cells."""
    found = {path.relative_to(edition).as_posix(): path.read_bytes() for path in files_in(edition)}
    (wheel,) = (name for name in found if name.endswith(".whl"))
    with zipfile.ZipFile(edition / wheel) as archive:
        del found[wheel]
        found |= {f"{wheel}/{name}": archive.read(name) for name in archive.namelist()}
    texts = {name: data.decode(errors="ignore") for name, data in found.items()}
    return {
        name: "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
        if name.endswith(".ipynb")
        else text
        for name, text in texts.items()
    }


def files_in(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


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


def test_no_solution_is_in_it(texts: dict[str, str]) -> None:
    plain = {name: squeezed(text) for name, text in texts.items() if "/hints/" not in name}
    found = [
        (name, statement)
        for module in MODULES
        for statement in statements_of(ROOT / "solutions" / f"{module}.py")
        if len(statement) > 30 and not statement.startswith("raise")
        for name, text in plain.items()
        if statement in text
    ]
    excused = {squeezed(line) for line in ALSO_ELSEWHERE}
    assert [one for one in found if one[1] not in excused] == []


def test_nothing_else_that_gives_away_is_in_it(texts: dict[str, str]) -> None:
    given_away = (
        "solutions/",
        "answers/wrong",
        "answers/right",
        "attacks",
        "proofs",
        "__pycache__",
    )
    assert not [name for name in texts if any(one in name for one in given_away)]
    there = {"README.md", ".gitignore", "requirements.txt", ".github/workflows/check.yml"}
    assert there | {f"{module}.py" for module in MODULES} <= set(texts)
    for module in CHAPTERS:
        assert {f"chapters/{module}.md", f"notebooks/{module}.ipynb"} <= set(texts)


def answers_in(chapter: str) -> Iterator[str]:
    """The lines of a chapter's answers: of its cells, and of what stands below a question."""
    for cell in re.split(r"^# %%", chapter, flags=re.M)[1:]:
        head, _, body = cell.partition("\n")
        if "answer" in head:
            yield from body.splitlines()
        elif "[markdown]" in head:
            below = re.findall(r"^# \?\?\? question .*\n((?:#(?: {5}.*)?\n)*)", body, flags=re.M)
            yield from "".join(below).splitlines()


GUESS = re.compile(r"^# @title Your guess$.*?^computed\(.*?, guess\)$", flags=re.M | re.S)
"""The code of a notebook's cell that puts a guess beside what is computed."""


@pytest.mark.parametrize("module", CHAPTERS)
def test_no_line_of_an_answer_is_in_it(module: str, texts: dict[str, str]) -> None:
    answers = {
        squeezed(line.removeprefix("#"))
        for line in answers_in((ROOT / "docs" / f"{module}.py").read_text(encoding="utf-8"))
        if len(line.split()) > 6
    }
    assert len(answers) > 5
    for name in (f"chapters/{module}.md", f"notebooks/{module}.ipynb"):
        # The cell for a guess computes what it is put beside, and says nothing of it.
        there = squeezed(GUESS.sub("", texts[name]))
        assert [line for line in answers if line in there] == []


def test_chapters_have_their_questions_and_no_answers(texts: dict[str, str]) -> None:
    text = texts["chapters/saliency.md"]
    assert "**Question.** Which colour map, and why?" in text
    assert "`course check saliency.smooth`" in text
    assert "```python" not in text
    chapter = (
        '# %% [markdown]\n# ??? question "Why?"\n#\n#     Since.\n#\n#     And.\n#\n# On.\n'
        '# %% [markdown] tags=["answer"]\n# Because.\n'
    )
    assert without_answers(chapter) == "**Question.** Why?\n\nOn.\n"


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "DIR" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]


def test_nothing_is_left_behind_by_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(folder: Path) -> Path:
        raise RuntimeError("no wheel today")

    monkeypatch.setattr(release_module, "write_wheel", fails)
    result = run(tmp_path / "edition")
    assert result.exit_code == 2
    assert "no wheel today" in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_stub_that_is_filled_in_is_not_released(tmp_path: Path) -> None:
    for module in MODULES:
        (tmp_path / f"{module}.py").write_bytes((ROOT / "course" / f"{module}.py").read_bytes())
    require_stubs(tmp_path)
    (tmp_path / "contrastive.py").write_text("def contrast():\n    return 1\n")
    with pytest.raises(CannotReleaseError, match=r"contrastive\.py: contrast has been filled in"):
        require_stubs(tmp_path)


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


def course(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `course` in the edition; tests/test_wheel.py tries the one that is installed from it."""
    command = [sys.executable, "-m", "course.ui", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_student_can_work_with_it(edition: Path) -> None:
    board = course(edition, "check")
    assert board.returncode == 1, board.stderr
    assert "select_output" in board.stdout
    stub = edition / "saliency.py"
    before = stub.read_text()
    try:
        stub.write_text(f"{before}\n\ndef smooth(heatmaps, sigma):\n    return heatmaps\n")
        wrong = course(edition, "check", "saliency.smooth")
        assert wrong.returncode == 1
        assert "What should hold" in wrong.stdout or "does not hold" in wrong.stdout
        assert "chapters/saliency.md" in wrong.stdout
    finally:
        stub.write_text(before)


def test_its_requirements_name_the_wheel_that_lies_in_it(edition: Path) -> None:
    (line,) = (edition / "requirements.txt").read_text().splitlines()
    assert (edition / line).is_file()
    assert line.endswith(".whl")
    assert "pip install -r requirements.txt" in (edition / "README.md").read_text()


def test_git_keeps_the_mark_by_which_the_folder_is_known(edition: Path) -> None:
    """Else `course check` would not find the folder in a clone."""
    subprocess.run(["git", "init", "-q"], cwd=edition, check=True)
    subprocess.run(["git", "add", "."], cwd=edition, check=True)
    (edition / ".course" / "hints.json").write_text("{}")
    listed = subprocess.run(
        ["git", "ls-files", "-o", "-c", "--exclude-standard", ".course"],
        cwd=edition,
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stdout.split() == [".course/folder.json"]


def test_the_workflow_for_github_classroom_grades(edition: Path, tmp_path: Path) -> None:
    workflow = yaml.safe_load((edition / ".github" / "workflows" / "check.yml").read_text())
    steps = workflow["jobs"]["check"]["steps"]
    assert any("pip install --quiet -r requirements.txt" in step.get("run", "") for step in steps)
    (grade,) = (step for step in steps if step.get("name") == "Grade")
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
        | {"PATH": f"{bin_}:{os.environ['PATH']}", "GITHUB_STEP_SUMMARY": str(summary)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1  # nothing is done yet
    assert re.search(r"::notice title=Score::0 of \d\d", run.stdout), run.stderr
    assert "select_output" in summary.read_text()
    (edition / "result.json").unlink()
    (edition / "board.txt").unlink()
