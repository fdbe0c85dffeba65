"""The graders are graded: wrong answers fail and are named, right ones pass; also by fresh eyes.

pytest tests/answers                    a wrong and a right answer to each task, and one by fresh
                                        eyes to a task of each module
pytest tests/answers --slow             all of them, and that no other task suffers, and that every
                                        property is needed; with -k saliency for one module
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from course.grader.grading import Verdict, grade_task, try_property
from course.grader.mistakes import Mistake, mistakes_of, source_of
from course.grader.pool import PRELOAD, Workers, start_workers
from course.grader.sources import read_submission
from course.grader.tasks import Task, modules_with_tasks, select_tasks
from course.grader.work import Work
from tests.answers.fresh import Fresh, answers_of
from tests.answers.right import Answer, answers_to

SOLUTIONS = read_submission(Path(__file__).resolve().parents[2] / "solutions")
TASKS = {task.name: task for task in select_tasks()}
WRONG = [known for name in TASKS for known in mistakes_of(name)]
RIGHT = [other for name in TASKS for other in answers_to(name)]
FRESH = [answer for module in modules_with_tasks() for answer in answers_of(module)]
FRESH_RIGHT = [answer for answer in FRESH if answer.is_right]
FRESH_WRONG = [answer for answer in FRESH if not answer.is_right]


def name_of(one: Mistake | Answer | Fresh) -> str:
    return f"{one.task}-{one.function.__name__}"


def first_of_each(answers: list[Any], what: Callable[[Any], str]) -> list[Any]:
    """All answers; those beyond the first to each task, or module, are left to the slow tests."""
    firsts = {what(one): one for one in reversed(answers)}
    parameters = []
    for one in answers:
        marks = [] if firsts[what(one)] is one else [pytest.mark.slow]
        parameters.append(pytest.param(one, marks=marks, id=name_of(one)))
    return parameters


def task_of(one: Mistake | Answer | Fresh) -> str:
    return one.task


def module_of(one: Mistake | Answer | Fresh) -> str:
    return one.task.partition(".")[0]


every_task = pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    workers = start_workers(PRELOAD, "spawn")  # stays warm, while every fork begins cold
    yield workers
    workers.close()


def submission_of(one: Mistake | Answer | Fresh, workers: Workers) -> Work:
    """The solutions, with one function replaced by another."""
    module = module_of(one)
    replaced = SOLUTIONS[module] + source_of(one.task, one.function)
    return Work(SOLUTIONS | {module: replaced}, workers)


def headline_of(verdict: Verdict) -> str:
    """What comes first in a message, and may be wrapped."""
    first = verdict.message
    for next_line in ("What should hold:", "This does not hold:", "For example:"):
        first = first.partition(next_line)[0]
    return " ".join(first.split())


@pytest.mark.parametrize("known", first_of_each(WRONG, task_of))
def test_a_wrong_answer_is_rejected_and_named(known: Mistake, workers: Workers) -> None:
    verdict = grade_task(TASKS[known.task], submission_of(known, workers))
    assert verdict.status in ("failed", "error", "timeout")
    assert known.says in headline_of(verdict), verdict.message


@pytest.mark.parametrize("other", first_of_each(RIGHT, task_of))
def test_a_right_answer_is_accepted(other: Answer, workers: Workers) -> None:
    verdict = grade_task(TASKS[other.task], submission_of(other, workers))
    assert verdict.status == "passed", verdict.message


@pytest.mark.parametrize("answer", first_of_each(FRESH_WRONG, module_of))
def test_a_wrong_answer_by_fresh_eyes_is_rejected(answer: Fresh, workers: Workers) -> None:
    verdict = grade_task(TASKS[answer.task], submission_of(answer, workers))
    assert verdict.status in ("failed", "error", "timeout"), answer.says


@pytest.mark.slow
@pytest.mark.parametrize("answer", FRESH_RIGHT, ids=name_of)
def test_a_right_answer_by_fresh_eyes_is_accepted(answer: Fresh, workers: Workers) -> None:
    verdict = grade_task(TASKS[answer.task], submission_of(answer, workers))
    assert verdict.status == "passed", verdict.message


@every_task
def test_a_task_has_wrong_and_right_answers_enough(task: Task) -> None:
    assert len(mistakes_of(task.name)) >= 6
    assert len(answers_to(task.name)) >= 3


# --- the long ones --------------------------------------------------------------------------------


def users_of(function: str) -> set[str]:
    """The tasks whose solution uses a function, directly or by others in between."""
    uses: dict[str, set[str]] = {}
    for module, source in SOLUTIONS.items():
        for node in ast.parse(source).body:
            names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
            if isinstance(node, ast.FunctionDef):
                uses[f"{module}.{node.name}"] = names
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                uses[f"{module}.{node.targets[0].id}"] = names  # logit = compiled(select_output)
    found = {function}
    while True:
        names = {one.partition(".")[2] for one in found}
        more = {user for user, used in uses.items() if used & names} - found
        if not more:
            return found & set(TASKS)
        found |= more


@pytest.mark.slow
@every_task
def test_a_task_passes_though_all_it_does_not_use_is_wrong(task: Task, workers: Workers) -> None:
    """So a wrong function costs its own task, and those that build on it, and no other."""
    sources = dict(SOLUTIONS)
    for other in TASKS.values():
        if task.name not in users_of(other.name):
            sources[other.module] += f"\n\n{other.function} = lambda *args, **kwargs: None\n"
    verdict = grade_task(task, Work(sources, workers))
    assert verdict.status == "passed", verdict.message


@pytest.mark.slow
@every_task
def test_every_property_catches_what_no_other_does(task: Task, workers: Workers) -> None:
    caught_alone = set()
    for known in mistakes_of(task.name):
        work = submission_of(known, workers)
        caught_by = set()
        for test in task.properties:
            work.begin(task.name)
            if try_property(task, test, work).status != "passed":
                caught_by.add(test.__name__)
        if len(caught_by) == 1:
            caught_alone |= caught_by
    assert {test.__name__ for test in task.properties} == caught_alone
