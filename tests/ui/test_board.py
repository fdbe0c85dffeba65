"""The board, and what is said below it."""

import io

from rich.console import Console

from course.grader.grading import Report, Verdict
from course.grader.statuses import OUTCOMES, STATUSES, outcome
from course.grader.tasks import Task, modules_with_tasks, select_tasks
from course.ui.board import board, next_step, print_report
from course.ui.questions import answer_sheet, questions_of


def verdicts(names: list[str], status: str = "passed") -> list[Verdict]:
    return [
        Verdict(task=task.name, status=status, score=float(status == "passed"), max_score=1)
        for task in select_tasks(names)
    ]


def shown(thing: object) -> str:
    console = Console(file=io.StringIO(), width=100)
    console.print(thing)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_each_module_has_its_number_its_title_and_how_far_one_is() -> None:
    some = verdicts(["saliency"])
    some[0].status = "failed"
    text = shown(board(some + verdicts(["clever_hans"], "not_started")))
    assert "1.1 Saliency  saliency" in text
    assert f"{len(some) - 1} of {len(some)}" in text
    assert "2.1 Clever Hans" in text
    assert "0 of " in text


def test_full_marks_of_a_module_lead_to_its_questions_and_the_next_module() -> None:
    said = next_step(verdicts(["saliency"]))
    for question in questions_of("saliency"):
        assert question.ask in said
    assert "Next: 1.2 Activation maximization   (course check activation_maximization)" in said


def test_a_single_task_that_passes_is_not_a_module() -> None:
    assert "think" not in next_step(verdicts(["saliency.smooth"]))


def test_all_points_lead_to_the_report() -> None:
    said = next_step(verdicts([]))
    assert "`course report` writes your lab report" in said
    assert "Next:" not in said


def test_what_is_open_comes_next() -> None:
    some = verdicts(["saliency"])
    some[2].status = "failed"
    first, why = next_step(some).split("\n")
    assert first == f"Next: {some[2].task}   (course hint {some[2].task})"
    assert why == f"  {Task(some[2].task).why} ({Task(some[2].task).effort})"


def test_messages_and_commands_are_text() -> None:
    verdict = Verdict(
        task="saliency.smooth", status="error", score=0, max_score=1, message="[score(x)] [/conv]"
    )
    report = Report(score=0, max_score=1, seed=0, version="", properties="", tasks=[verdict])
    console = Console(file=io.StringIO(), width=100)
    print_report(console, report, "course check [x]")
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "[score(x)] [/conv]" in text
    assert "course check [x]" in text


def test_every_module_has_questions_and_the_sheet_asks_them_all() -> None:
    sheet = answer_sheet()
    for module in modules_with_tasks():
        assert questions_of(module), module
        for question in questions_of(module):
            assert question.ask in sheet
            assert question.look.startswith("course show ")


def test_every_status_says_so_without_color() -> None:
    for status in STATUSES.values():
        assert len(status.sign) == 1
        assert status.words
        assert status.color.startswith("#")
    assert {
        outcome(status) for status in ("passed", "failed", "error", "timeout", "not_started")
    } == (set(OUTCOMES))
