"""What `course watch` does at each save and key, with the grader's place taken by a quick one."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from course.grader.grading import Report, Verdict
from course.grader.tasks import Task, select_tasks
from course.ui import watch
from course.ui.watch import Watch

NAMES = [task.function for task in select_tasks(["saliency"])]


class NoWorkers:
    def renew(self) -> None: ...

    def prepare(self) -> None: ...

    def ask(self, request: Any, seconds: float) -> Any: ...

    def close(self) -> None: ...


def written(**what: str) -> str:
    """A module in which functions are right, wrong, or as they were given."""
    stub = 'def {0}(x):\n    raise NotImplementedError("saliency.{0}")\n'
    done = "def {0}(x):\n    return {1!r}\n"
    return "".join(
        done.format(name, what[name]) if name in what else stub.format(name) for name in NAMES
    )


class Session:
    """A student's folder, the watch on it, and what it has printed."""

    def __init__(self, folder: Path, tasks: list[Task]) -> None:
        self.folder = folder
        self.graded: list[str] = []
        self.printed = io.StringIO()
        console = Console(file=self.printed, soft_wrap=True, highlight=False)
        self.watch = Watch(folder, tasks, NoWorkers(), console)

    def grade(
        self, sources: dict[str, str], tasks: Sequence[Task], seed: int, workers: Any
    ) -> Report:
        """What returns "right" passes; anything else is the message of what fails."""
        verdicts = []
        for task in tasks:
            self.graded.append(task.name)
            scope: dict[str, Any] = {}
            exec(sources[task.module].replace("from .", "import sys #"), scope)
            try:
                answer = scope[task.function](0)
            except NotImplementedError:
                status, message = "not_started", ""
            else:
                status, message = ("passed", "") if answer == "right" else ("failed", answer)
            points = float(status == "passed")
            verdicts.append(
                Verdict(task=task.name, status=status, score=points, max_score=1, message=message)
            )
        return Report(score=0, max_score=1, seed=0, version="", properties="", tasks=verdicts)

    def save(self, text: str, module: str = "saliency") -> str:
        """Save the file, look until there is nothing more to do, and return what was printed."""
        (self.folder / f"{module}.py").write_text(text)
        self.watch.look()
        for _ in range(20):
            self.watch.look()
        return self.said()

    def press(self, key: str) -> str:
        self.watch.press(key)
        return self.said()

    def said(self) -> str:
        text = self.printed.getvalue()
        self.printed.seek(0)
        self.printed.truncate()
        return text


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    (tmp_path / "saliency.py").write_text(written())
    session = Session(tmp_path, select_tasks(["saliency"]))
    monkeypatch.setattr(watch, "grade_sources", session.grade)
    session.watch.begin()
    return session


def test_it_begins_with_what_there_is_to_do(session: Session) -> None:
    said = session.said()
    assert "1.1 Saliency" in said
    assert f"0 of {len(NAMES)}" in said
    assert "Now: saliency.select_output: fill it in in saliency.py, and save (about " in said


def test_it_moves_on_when_a_task_passes(session: Session) -> None:
    assert "Now: saliency.gradient_saliency" in session.save(written(select_output="right"))
    said = session.save(written(select_output="right", gradient_saliency="upside down"))
    assert "upside down" in said
    assert "Now: saliency.gradient_saliency: change it and save" in said


def test_it_passes_over_what_is_done_already(session: Session) -> None:
    done = dict.fromkeys(("select_output", "gradient_saliency", "to_heatmap"), "right")
    assert "Now: saliency.smooth" in session.save(written(**done))


def test_b_goes_back_and_n_to_what_is_open(session: Session) -> None:
    session.save(written(select_output="right"))
    assert "saliency.select_output: passed" in session.press("b")
    assert session.watch.current.name == "saliency.select_output"
    session.press("n")
    assert session.watch.current.name == "saliency.gradient_saliency"


def test_what_passed_and_is_broken_while_another_is_at_hand_is_seen(session: Session) -> None:
    session.save(written(select_output="right"))
    said = session.save(written(select_output="broken now"))
    assert "saliency.select_output: failed (it was: passed)" in said
    assert "broken now" in said
    assert f"0 of {len(NAMES)} passed" in said


def test_until_it_is_graded_again_no_verdict_is_shown(session: Session) -> None:
    session.save(written(select_output="right"))
    (session.folder / "saliency.py").write_text(written(select_output="broken now"))
    session.watch.look()  # this grades the task at hand
    assert "to be graded again" in session.press("l")
    session.watch.look()
    assert "to be graded again" not in session.press("l")


def test_what_imports_the_changed_module_is_graded_again(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contrastive = "from .saliency import gradient_saliency\ndef find_errors(x):\n    return 'right'"
    (tmp_path / "contrastive.py").write_text(contrastive)
    (tmp_path / "saliency.py").write_text(written(select_output="right"))
    tasks = select_tasks(["saliency.select_output", "contrastive.find_errors"])
    both = Session(tmp_path, tasks)
    monkeypatch.setattr(watch, "grade_sources", both.grade)
    both.watch.begin()
    both.graded.clear()
    both.save(written(select_output="right", smooth="right"))
    assert set(both.graded) == {"saliency.select_output", "contrastive.find_errors"}
    both.graded.clear()
    both.save(contrastive + "\n", "contrastive")
    assert both.graded == ["contrastive.find_errors"]


def test_after_the_last_green_of_a_module_come_its_figure_and_its_questions(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = session.save(written(**dict.fromkeys(NAMES, "right")))
    assert "All of 1.1 Saliency passes" in said
    assert "Which parts of the photo does the network look at?" in said
    assert "course show saliency --output softmax" in said
    assert "Key s draws it" in said
    drawn: list[str] = []
    monkeypatch.setattr(session.watch, "_show", drawn.append)
    session.press("s")
    assert drawn == ["saliency"]
    again = session.save(written(**dict.fromkeys(NAMES, "right")) + "\n")
    assert "Which parts of the photo" not in again


def test_after_everything_comes_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = select_tasks()
    for module in {task.module for task in tasks}:
        functions = [task.function for task in tasks if task.module == module]
        text = "".join(f"def {name}(x):\n    return 'right'\n" for name in functions)
        (tmp_path / f"{module}.py").write_text(text)
    session = Session(tmp_path, tasks)
    monkeypatch.setattr(watch, "grade_sources", session.grade)
    session.watch.begin()
    assert "course report" in session.said()


@pytest.mark.parametrize("words", ["[score(images)]", "[/conv]", "[bold red]", "[link=x]:smile:"])
def test_messages_are_text_and_never_markup(session: Session, words: str) -> None:
    assert words in session.save(written(select_output=f"see {words} there"))


def test_the_last_hint_is_said_to_be_the_last(session: Session) -> None:
    said = [session.press("h") for _ in range(4)]
    assert ["That was the last one." in text for text in said] == [False, False, True, True]


def test_what_is_a_stub_again_is_not_started(session: Session) -> None:
    session.save(written(select_output="wrong"))
    (session.folder / "saliency.py").write_text(written())
    session.watch.look()
    assert "saliency.select_output: not started" in session.said()
