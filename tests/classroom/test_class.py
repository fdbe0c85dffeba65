"""A class of more than thirty, each handed in another way, from the folder to the gradebook."""

import csv
import sys
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner

from course.classroom.submissions import read_submissions
from course.ui import command
from tests.classroom import shapes


def test_each_is_read_and_none_is_lost(tmp_path: Path) -> None:
    points = shapes.fill(tmp_path)
    arrivals = read_submissions(tmp_path)
    by_name = {one.name: one for one in arrivals.submissions}
    assert by_name.keys() == points.keys() | shapes.REFUSED.keys()
    assert arrivals.passed_over.keys() == shapes.PASSED_OVER.keys()
    for name in points:
        assert by_name[name].refusal == "", name
        assert "def smooth" in by_name[name].sources["saliency"], name
        assert "SystemExit" not in by_name[name].sources["saliency"], name
    for name, (_, reason) in shapes.REFUSED.items():
        assert reason in by_name[name].refusal, name
    for name, note in shapes.NOTES.items():
        assert any(note in one for one in by_name[name].notes), name


@pytest.mark.slow
def test_each_is_graded_by_its_own_merits(tmp_path: Path, needs_sandbox: None) -> None:
    pytest.importorskip("distributed")
    points = shapes.fill(tmp_path / "submissions")
    out = tmp_path / "results"
    call = ["grade", str(tmp_path / "submissions"), "--out", str(out), "--seed", "5"]
    tasks = [word for task in shapes.TASKS for word in ("--only", task)]
    result = CliRunner().invoke(command.main, [*call, *tasks, "--workers", "1"])
    assert result.exit_code == 0, result.output
    text = (out / "gradebook.csv").read_text(encoding="utf-8-sig")
    lines = {line["submission"]: line for line in csv.DictReader(text.splitlines())}
    graded = {name: float(line["score"]) for name, line in lines.items() if not line["refused"]}
    assert graded == {name.replace("; =", ";' ="): score for name, score in points.items()}
    assert lines.keys() - graded.keys() == shapes.REFUSED.keys()
    pages = [unicodedata.normalize("NFC", page.stem) for page in (out / "feedback").iterdir()]
    assert len(pages) == len(set(map(str.casefold, pages))) == len(lines)
    assert f"{len(points)} submissions graded, {len(shapes.REFUSED)} refused" in result.output


if sys.platform == "win32":
    pytest.skip("shapes has names that Windows does not take", allow_module_level=True)
