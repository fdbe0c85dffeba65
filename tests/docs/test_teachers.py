"""The teachers' page is true: what it tells one to do works as it says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "teachers.md").read_text(encoding="utf-8")


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(folder)}
    command = [sys.executable, *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_a_task_of_ones_own(tmp_path: Path) -> None:
    for name in ("course", "solutions", "tests"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    blocks = re.findall(r'^```\w+ title="(.+?)"\n(.*?)^```', PAGE, flags=re.M | re.S)
    assert len(blocks) == 4
    for name, code in blocks:
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(f"\n\n{code}")
    assert "python -m course.classroom.make_stubs" in PAGE
    assert run(tmp_path, "-m", "course.classroom.make_stubs").returncode == 0
    stub = (tmp_path / "course" / "saliency.py").read_text()
    assert 'NotImplementedError("saliency.share_in_favour")' in stub

    check = ["-m", "course.ui", "check", "saliency.share_in_favour", "--work"]
    assert " ".join(["course", *check[2:], "solutions"]) in PAGE
    right = run(tmp_path, *check, "solutions")
    assert right.returncode == 0, right.stdout + right.stderr
    assert "not started" in run(tmp_path, *check, "course").stdout
    body = 'raise NotImplementedError("saliency.share_in_favour")'
    own = stub.replace(body, "return (heatmaps > 0).mean(axis=(1, 2))")
    (tmp_path / "course" / "saliency.py").write_text(own)
    wrong = run(tmp_path, *check, "course")
    assert wrong.returncode == 1
    assert "the share of pixels, not of their values" in " ".join(wrong.stdout.split())


def test_every_command_on_the_page_exists() -> None:
    named = set(re.findall(r"(?:^|`)course (\w+)", PAGE, flags=re.M))
    helped = run(ROOT, "-m", "course.ui", "--help").stdout
    assert {"grade", "release", "report", "gradescope", "check"} <= named
    assert all(re.search(rf"^  {name}\b", helped, flags=re.M) for name in named)
