"""The Gradescope autograder: its zip, unpacked in a bare folder, grades a submission."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("hatchling")
pytest.importorskip("jupytext")

from course.ui import command

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def autograder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders of Gradescope's container: source, submission, results."""
    root = tmp_path_factory.mktemp("autograder")
    result = CliRunner().invoke(command.main, ["gradescope", str(root / "grader.zip")])
    assert result.exit_code == 0, result.output
    for name in ("source", "submission", "results"):
        (root / name).mkdir()
    with zipfile.ZipFile(root / "grader.zip") as archive:
        archive.extractall(root / "source")
    return root


def test_no_solution_is_in_the_zip(autograder: Path) -> None:
    names = {path.relative_to(autograder).as_posix() for path in autograder.rglob("*")}
    (wheel,) = (name for name in names if name.endswith(".whl"))
    assert wheel.startswith("source/introspection-course/introspection_course-")
    with zipfile.ZipFile(autograder / wheel) as archive:
        inside = archive.namelist()
    assert "course/carried/tests/grading/test_saliency.py" in inside
    assert not any(f"{name}/" in one for name in ("solutions", "wrong", "right") for one in inside)
    assert (autograder / "source" / "run_autograder").exists()


def test_an_older_zip_is_not_overwritten(autograder: Path) -> None:
    result = CliRunner().invoke(command.main, ["gradescope", str(autograder / "grader.zip")])
    assert result.exit_code == 2
    assert "ZIP" in result.output


@pytest.mark.parametrize(
    ("name", "words"), [("x.tar", "should end in .zip"), ("no/x.zip", "there is no folder")]
)
def test_a_zip_has_a_name_and_a_place(tmp_path: Path, name: str, words: str) -> None:
    result = CliRunner().invoke(command.main, ["gradescope", str(tmp_path / name)])
    assert result.exit_code == 2
    assert words in result.output
    assert list(tmp_path.iterdir()) == []


def test_setup_installs_what_is_in_the_zip(autograder: Path, tmp_path: Path) -> None:
    carried = autograder / "venv/lib/python3.12/site-packages/course/carried"
    carried.mkdir(parents=True)
    for name in ("apt-get", "python3"):  # stand-ins that say how they were called
        (tmp_path / name).write_text(
            f'#!/bin/sh\necho {name} "$@" >> {tmp_path}/calls\n'
            f"mkdir -p {autograder}/venv/bin && cp {tmp_path}/python3 {autograder}/venv/bin/pip\n"
        )
        (tmp_path / name).chmod(0o755)
    subprocess.run(
        ["bash", str(autograder / "source" / "setup.sh")],
        env=os.environ
        | {"AUTOGRADER_ROOT": str(autograder), "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        check=True,
    )
    calls = (tmp_path / "calls").read_text()
    assert "bubblewrap" in calls
    installed = calls.splitlines()[-1].split()[-1]
    assert installed.endswith(".whl[teach]")
    assert Path(installed.removesuffix("[teach]")).is_file()
    for hidden in (autograder / "source", carried):
        assert hidden.stat().st_mode & 0o077 == 0


def grade(autograder: Path) -> dict:
    subprocess.run(
        ["bash", str(autograder / "source" / "run_autograder")],
        env=os.environ | {"AUTOGRADER_ROOT": str(autograder), "AUTOGRADER_PYTHON": sys.executable},
        cwd=autograder,
        check=True,
        capture_output=True,
    )
    return json.loads((autograder / "results" / "results.json").read_text())


def test_it_grades_a_submission(autograder: Path) -> None:
    shutil.copy(ROOT / "solutions" / "saliency.py", autograder / "submission")
    results = grade(autograder)
    assert results["score"] == 6
    by_name = {test["name"]: test for test in results["tests"]}
    assert by_name["saliency.smooth"]["status"] == "passed"
    assert by_name["contrastive.grad_cam"]["output"] == "not started"
    assert "--seed" in results["output"]


def test_an_empty_submission_gets_zero_and_a_reason(autograder: Path) -> None:
    (autograder / "submission" / "saliency.py").unlink(missing_ok=True)
    results = grade(autograder)
    assert results["score"] == 0
    assert "none of the modules" in results["output"]
