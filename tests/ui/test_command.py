"""The command, as its users call it."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from course.grader.tasks import select_tasks
from course.ui import command

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command.main, [str(argument) for argument in arguments])


@pytest.fixture
def stubs(tmp_path: Path) -> Path:
    """A student's folder, fresh from the stub maker, whatever stands in course/."""
    from course.classroom.make_stubs import make_stubs

    for solution in (ROOT / "solutions").glob("*.py"):
        text = make_stubs(solution.read_text(), solution.stem) if "__" not in solution.stem else ""
        (tmp_path / solution.name).write_text(text)
    return tmp_path


def test_stubs_are_not_started_and_the_exit_code_is_1(stubs: Path, tmp_path: Path) -> None:
    result = run("check", "--work", stubs, "--json", tmp_path / "r.json")
    assert result.exit_code == 1
    report = json.loads((tmp_path / "r.json").read_text())
    assert {task["status"] for task in report["tasks"]} == {"not_started"}
    assert report["score"] == 0
    assert report["max_score"] == len(report["tasks"]) > 6
    assert "select_output" in result.output


def test_right_and_wrong_answers(stubs: Path, tmp_path: Path) -> None:
    """One solved, one wrong, the others untouched: each gets its own verdict."""
    solution = (ROOT / "solutions" / "saliency.py").read_text()
    wrong = "\ndef to_heatmap(saliency):\n    return abs(saliency).sum(-1)\n"
    (stubs / "saliency.py").write_text(solution + wrong)
    result = run("check", "saliency.smooth", "--work", stubs, "--json", tmp_path / "a.json")
    assert result.exit_code == 0, result.output
    task = json.loads((tmp_path / "a.json").read_text())["tasks"][0]
    assert set(task) >= {"task", "status", "score", "max_score", "message", "hint", "seconds"}
    assert (task["task"], task["status"], task["score"]) == ("saliency.smooth", "passed", 1.0)

    names = ["saliency.to_heatmap", "saliency.smooth", "feature_visualization.jitter"]
    result = run("check", *names, "--work", stubs, "--json", tmp_path / "b.json", "--seed", "7")
    assert result.exit_code == 1
    report = json.loads((tmp_path / "b.json").read_text())
    assert [task["status"] for task in report["tasks"]] == ["failed", "passed", "not_started"]
    assert "absolute" in report["tasks"][0]["message"].splitlines()[0]
    assert report["seed"] == 7
    assert len(report["properties"]) == 12
    assert "--seed 7" in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "saliencey"), "saliency"),
        (("check", "saliency.smoth"), "saliency.smooth"),
        (("check", "to_heatmaps"), "to_heatmap?"),
        (("check", "saliency.nothing"), "did you mean saliency.smooth"),
        (("check", "--work", "no/such/folder"), "--work"),
        (("check", "--seed", "-1"), "--seed"),
        (("check", "--seed", "soon"), "--seed"),
        (("check", "--json", "course/saliency.py"), "--json"),
        (("check", "--json", "no/such/folder/r.json"), "--json"),
        (("hint", "saliency"), "saliency.select_output"),
        (("check", "selct"), "select_output"),
        (("check", "zzz"), f"({len(select_tasks())} in all)"),
        (("hint", "saliency.nothing"), "did you mean saliency.smooth"),
        (("show", "everything"), "saliency"),
        (("nonsense",), "nonsense"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_what_is_wrong(
    arguments: tuple[str, ...], words: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.output


def test_hints_come_one_by_one_and_are_remembered(stubs: Path) -> None:
    texts = [run("hint", "saliency.smooth", "--work", stubs).output for _ in range(4)]
    assert [text.split(" for ")[0] for text in texts] == [f"Hint {n} of 3" for n in (1, 2, 3, 3)]
    assert len(set(texts)) == 3
    assert ["about 10 minutes, easy" in text for text in texts] == [True, False, False, False]
    assert ["That was the last one." in text for text in texts] == [False, False, True, True]
    memory = stubs / ".course" / "hints.json"
    assert json.loads(memory.read_text()) == {"saliency.smooth": 3}
    assert max(len(line) for text in texts for line in text.splitlines()) <= 80


@pytest.mark.parametrize("spoilt", ["", "{", "[]", '{"saliency.smooth": "two"}', "\0"])
def test_a_spoilt_memory_only_means_starting_over(stubs: Path, spoilt: str) -> None:
    memory = stubs / ".course" / "hints.json"
    memory.parent.mkdir()
    memory.write_text(spoilt)
    assert run("hint", "saliency.smooth", "--work", stubs).output.startswith("Hint 1 of 3")


def test_show_never_writes_over_a_file(tmp_path: Path) -> None:
    there = tmp_path / "mine.png"
    there.write_text("precious")
    result = run("show", "saliency", "--out", there)
    assert result.exit_code == 2
    assert "--force" in result.output
    assert there.read_text() == "precious"


def test_show_says_what_is_not_started(stubs: Path, tmp_path: Path) -> None:
    result = run("show", "saliency", "--work", stubs, "--out", tmp_path / "new.png")
    assert result.exit_code == 1
    assert "saliency.gradient_saliency is not started" in result.output
    assert not (tmp_path / "new.png").exists()


def test_show_refuses_an_unknown_class_and_photo(stubs: Path) -> None:
    result = run("show", "saliency", "--work", stubs, "--class", "expresso")
    assert result.exit_code == 2
    assert "espresso" in result.output
    result = run("show", "saliency", "--work", stubs, "--image", "no-such-photo")
    assert result.exit_code == 2
    assert "no-such-photo" in result.output


def test_show_writes_the_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert run("show", "saliency", "--work", ROOT / "solutions").exit_code == 0
    names = ["saliency-2.png", "saliency.png"]
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == names
    assert (tmp_path / "pictures" / "saliency.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["to_heatmap", "course/saliency.py", "saliency.py"])
def test_a_function_alone_and_a_path_are_understood(stubs: Path, name: str) -> None:
    result = run("check", name, "--work", stubs)
    assert result.exit_code == 1
    assert "to_heatmap" in result.output
    assert "contrast" not in result.output


def test_a_chapter_s_number_means_its_module() -> None:
    assert select_tasks(["1.1"]) == select_tasks(["saliency"])
    assert select_tasks(["2.3"]) == select_tasks(["input_optimization"])


def test_a_function_of_two_modules_has_to_be_named_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    from course.grader import tasks

    smooth = tasks.Task("contrastive.smooth", ("", "", ""))
    assert tasks.select_tasks(["smooth"])[0].name == "saliency.smooth"
    monkeypatch.setitem(tasks._declared, smooth.name, smooth)
    with pytest.raises(LookupError, match=r"saliency\.smooth or contrastive\.smooth"):
        tasks.select_tasks(["smooth"])


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
@pytest.mark.parametrize(
    "words",
    [
        ["check", "saliency", "--json", "/proc/report.json"],
        ["show", "saliency", "--out", "/proc/saliency.png"],
        ["report", "--out", "/proc/report.html"],
        ["report", "--answers", "/proc/answers.md"],
    ],
)
def test_where_one_may_not_write_is_said_before_the_work(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert result.exit_code == 2
    assert f"{words[-2]}: cannot write into /proc" in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_hint_says_where_it_cannot_be_remembered(stubs: Path) -> None:
    (stubs / ".course").touch()  # a file, where a folder has to be
    result = run("hint", "saliency.smooth", "--work", stubs)
    assert result.exit_code == 2
    assert "--work: cannot write into" in result.output


def test_show_never_writes_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "thesis.png").write_bytes(b"precious")
    (tmp_path / "link.png").symlink_to(tmp_path / "thesis.png")
    result = run("show", "saliency", "--force", "--out", tmp_path / "link.png")
    assert result.exit_code == 2
    assert "is a link to" in result.output
    assert (tmp_path / "thesis.png").read_bytes() == b"precious"
