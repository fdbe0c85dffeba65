"""Fresh eyes: answers written from the stubs alone, graded.

    python -m tests.proofs.fresh [MODULE ...] [--from FOLDER]

grades the answers in `tests/answers/fresh/`, or in another folder with such files, and names every
wrong one that passes and every right one that does not. Exits with 1 if there is one.
"""

import argparse
import importlib.util
import sys
from pathlib import Path

from rich.console import Console

from course.grader.grading import grade_task
from course.grader.mistakes import source_of
from course.grader.pool import PRELOAD, Workers, start_workers
from course.grader.tasks import modules_with_tasks
from course.grader.work import Work
from tests.answers.fresh import Fresh, answers_of, registered
from tests.answers.test_answers import SOLUTIONS, TASKS


def answers_in(folder: Path, modules: list[str]) -> list[Fresh]:
    """The answers in the files of a folder."""
    before = len(registered)
    for module in modules:
        for kind in ("wrong", "right"):
            path = folder / f"{kind}_{module}.py"
            if path.is_file():
                name = f"fresh_from_elsewhere.{path.stem}"
                spec = importlib.util.spec_from_file_location(name, path)
                assert spec is not None
                assert spec.loader is not None
                sys.modules[name] = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(sys.modules[name])
    return registered[before:]


def judge(answer: Fresh, workers: Workers) -> str:
    """Why the verdict on an answer is not true; nothing if it is."""
    module = answer.task.partition(".")[0]
    sources = SOLUTIONS | {module: SOLUTIONS[module] + source_of(answer.task, answer.function)}
    verdict = grade_task(TASKS[answer.task], Work(sources, workers))
    if (verdict.status == "passed") == answer.is_right:
        return ""
    if answer.is_right:
        return f"{verdict.property}: {verdict.message}"
    return f"passes, but breaks: {answer.says}"


def main() -> int:
    """Grade them; returns the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("modules", nargs="*", default=modules_with_tasks())
    parser.add_argument("--from", dest="folder", type=Path)
    asked = parser.parse_args()
    console = Console(soft_wrap=True, highlight=False, markup=False)
    answers = [one for module in asked.modules for one in answers_of(module)]
    if asked.folder:
        answers = answers_in(asked.folder, asked.modules)
    workers, untrue = start_workers(PRELOAD), 0
    try:
        for module in asked.modules:
            count = {True: [0, 0], False: [0, 0]}
            for answer in answers:
                if not answer.task.startswith(f"{module}."):
                    continue
                trouble = judge(answer, workers)
                count[answer.is_right][0] += 1
                count[answer.is_right][1] += bool(trouble)
                if trouble:
                    console.print(f"{answer.task}, {answer.function.__name__}: {trouble}")
            (wrong, passed), (right, rejected) = count[False], count[True]
            untrue += passed + rejected
            console.print(
                f"{module}: {wrong} wrong, {passed} pass; {right} right, {rejected} rejected"
            )
    finally:
        workers.close()
    return 1 if untrue else 0


if __name__ == "__main__":
    sys.exit(main())
