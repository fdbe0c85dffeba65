"""What README and the other pages at the top level show is true."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from course.classroom.folder import modules, write_folder
from course.ui import command

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def block(label: str) -> str:
    """The code below an invisible comment."""
    (found,) = re.findall(rf"^<!-- {label} -->\n```\w+\n(.*?)^```$", README, flags=re.M | re.S)
    return found


def test_its_table_is_that_of_the_modules() -> None:
    assert modules() in README, f"README's table should be:\n{modules()}"


def test_the_first_try_prints_what_it_says(tmp_path: Path) -> None:
    write_folder(tmp_path)
    stubs = (tmp_path / "saliency.py").read_text(encoding="utf-8")
    first_try = block("a first try")
    assert first_try.splitlines()[0] in stubs
    for code, printed, code_of_exit in (
        (first_try, block("what it prints"), 1),
        (first_try.replace("reduce_mean", "reduce_sum"), block("what the right one prints"), 0),
    ):
        (tmp_path / "saliency.py").write_text(f"{stubs}\n\n{code}", encoding="utf-8")
        words = ["check", "to_heatmap", "--work", str(tmp_path)]
        done = CliRunner().invoke(command.main, words)
        assert done.exit_code == code_of_exit
        said = "\n".join(line.rstrip() for line in done.output.splitlines())
        assert printed.rstrip() in said, said


def test_the_version_stands_in_one_place() -> None:
    change_log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\d+\.\d+\.\d+)", change_log, flags=re.M)
    assert newest is not None
    assert newest[1] == PROJECT["version"], "the newest entry is about this version"
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert "version" not in citation


def test_the_licence_and_the_authors_are_the_same_everywhere() -> None:
    (author,) = (one["name"] for one in PROJECT["authors"])
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert licence.startswith("MIT License")
    assert author in licence
    assert citation["authors"] == [{"name": author}]
    assert citation["license"] == PROJECT["license"] == "MIT"


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_to_files_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", text):
        assert (ROOT / target).exists(), target


def test_every_command_for_authors_exists() -> None:
    """Those that are modules of ours, or the course's own."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for module in re.findall(r"python -m ((?:course|tests)[\w.]+)", text):
        assert (ROOT / module.replace(".", "/")).with_suffix(".py").is_file(), module
    helped = CliRunner().invoke(command.main, ["--help"]).output
    for name in re.findall(r"^course (\w+)", text, flags=re.M):
        assert re.search(rf"^  {name}\b", helped, flags=re.M), name


def test_the_name_of_the_project_is_spelt_in_one_way() -> None:
    files = subprocess.run(
        ["git", "ls-files", "*.py", "*.md", "*.toml", "*.yml", "*.sh", "*.cff", ".ci", "*.html"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    if not files:
        pytest.skip("this is no clone")
    other = "course-of-" + "introspection"
    assert [name for name in files if other in (ROOT / name).read_text(encoding="utf-8")] == []
    assert PROJECT["name"] == "introspection-course"
