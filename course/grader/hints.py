"""Hints, one at a time: the next one of three, and a memory of which have been read."""

import json
from pathlib import Path

from course.grader.files import write_atomic
from course.grader.tasks import Task


def memory_of(work: Path) -> Path:
    """Where a student's folder remembers which hints have been read."""
    return work / ".course" / "hints.json"


IS_LAST = "That was the last one."
"""What is said below the last of a task's hints, wherever one reads it."""


def next_hint(task: Task, work: Path) -> tuple[int, str]:
    """The next hint for a task; the last one again once all have been read.

    Args:
        task: what the hint is for.
        work: the student's folder, which remembers.

    Returns:
        Its number, from 1, and its text.
    """
    read = _read(memory_of(work))
    number = min(read.get(task.name, 0) + 1, len(task.hints))
    write_atomic(memory_of(work), json.dumps(read | {task.name: number}, indent=2).encode())
    return number, task.hints[number - 1]


def _read(path: Path) -> dict[str, int]:
    """How many hints have been read, by task; a spoilt file only means starting over."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(read, dict):
        return {}
    return {task: count for task, count in read.items() if isinstance(count, int) and count >= 0}
