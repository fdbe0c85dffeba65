"""The workflow's own commands put the notebooks, and nothing else, on the branch "notebooks"."""

import os
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

from tests.docs.sources import ROOT

WORKFLOW = (ROOT / ".github" / "workflows" / "site.yml").read_text(encoding="utf-8")


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def commands() -> str:
    """What the step runs: the last one of the workflow."""
    step = WORKFLOW[WORKFLOW.index("- name: Publish the notebooks") :]
    return textwrap.dedent(step.partition("run: |\n")[2])


@pytest.mark.skipif(shutil.which("bash") is None, reason="the workflow's shell is bash")
def test_the_branch_holds_the_notebooks_alone(tmp_path: Path) -> None:
    hub, clone = tmp_path / "hub.git", tmp_path / "clone"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(hub))
    git(tmp_path, "clone", "-q", str(hub), str(clone))
    (clone / "README.md").write_text("The course.")
    (clone / ".gitignore").write_text("*.ipynb\n")
    git(clone, "add", "--all")
    git(clone, "commit", "-q", "-m", "Begin")
    git(clone, "push", "-q", "origin", "HEAD:main")
    before = git(hub, "rev-parse", "main")
    (clone / "notebooks").mkdir()
    given = {"RUNNER_TEMP": str(tmp_path), "GITHUB_SHA": "1234567", "GITHUB_ACTOR": "someone"}
    environment = os.environ | given
    for names in (["saliency", "contrastive"], ["saliency"]):  # the second time one is gone
        shutil.rmtree(clone / "notebooks")
        (clone / "notebooks").mkdir()
        for name in names:
            (clone / "notebooks" / f"{name}.ipynb").write_text("{}")
        (tmp_path / "index").unlink(missing_ok=True)
        script = ["bash", "-euo", "pipefail", "-c", commands()]
        subprocess.run(script, cwd=clone, env=environment, check=True, capture_output=True)
        tree = git(hub, "ls-tree", "-r", "--name-only", "notebooks").split()
        assert tree == sorted(f"{name}.ipynb" for name in names)
        assert git(hub, "rev-list", "--count", "notebooks").strip() == "1"
        assert git(hub, "log", "-1", "--format=%an", "notebooks").strip() == "someone"
    assert git(hub, "rev-parse", "main") == before


def test_only_the_job_that_pushes_may_write() -> None:
    assert WORKFLOW.count("contents: write") == 1
    assert "pip install" not in WORKFLOW[WORKFLOW.index("contents: write") :]
