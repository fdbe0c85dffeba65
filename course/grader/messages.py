"""What a student reads: the likely mistake first, then what should hold, and the numbers."""

import re
import textwrap
from typing import Any

from course.grader.compare import NamedError, WrongAnswerError
from course.grader.mistakes import recognise
from course.grader.places import DOCS
from course.grader.pool import LostError
from course.grader.tasks import Property, Task, describe_property
from course.grader.text import printable
from course.grader.work import Record, StudentError

WIDTH = 78


def explain_failure(
    task: Task, test: Property, wrong: WrongAnswerError, records: list[Record]
) -> str:
    """The likely mistake, what is true of a right answer, the numbers, and where to read on."""
    known = None if isinstance(wrong, NamedError) else recognise(task.name, records)
    statement = describe_property(test)
    headline = f"This looks like {known.says}." if known else wrong.headline
    lines = [headline or f"This does not hold: {statement}"]
    if headline:
        lines.append(f"What should hold: {statement}")
    if records:
        lines.append(f"For example: {show_call(records[-1])}")
    lines += [wrong.example, _where_to_read(task)]
    return "\n".join(wrap(line) for line in lines if line)


def explain_error(task: Task, error: StudentError) -> str:
    """An exception: what and where, in the student's own lines only."""
    kind = error.types[0]
    if kind == "NotImplementedError" and error.message != task.name:
        headline = f"It needs {error.message}, which is not started yet."
    elif kind == "SyntaxError" or "SyntaxError" in error.types:
        headline = f"Python cannot read the file: {error.message}."
    elif kind == "NameError" and error.message == f"the module has no function {task.function}":
        headline = f"There is no function {task.function} in {task.module}.py."
    elif "SystemExit" in error.types:
        headline = "The function ends the whole program (exit or quit): return a result instead."
    elif "MemoryError" in error.types:
        headline = "The function asks for more memory than there is."
    elif kind == "ModuleNotFoundError":
        headline = f"An import fails: {error.message}."
    else:
        headline = f"The function raises {kind}: {_in_short(error.message)}"
    lines = [wrap(headline)]
    if error.record is not None and error.record.function == task.name:
        lines.append(wrap(f"For example: {show_call(error.record)}"))
    for frame in error.frames[-3:]:
        place = f" in {frame.function[:60]}" if frame.function not in ("", "<module>") else ""
        lines.append(wrap(f"{frame.file[:60]}, line {frame.line}{place}:"))
        lines.append("    " + textwrap.shorten(frame.text[:500], WIDTH - 4))
    if error.printed.strip():
        lines.append(wrap(f"It printed: {error.printed.strip()[-200:]}"))
    return printable("\n".join([*lines, _where_to_read(task)]))


def _in_short(message: str) -> str:
    """What an error says, without what TensorFlow and Keras put around it."""
    text = re.sub(r"\x1b\[[0-9;]*m|\{\{.*?\}\}|\[Op:.*", "", message)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wrapping = "Exception encountered when calling"
    lines = [line for line in lines if not line.startswith(wrapping)] or lines
    return lines[0] if lines else "without a message"


def explain_loss(task: Task, lost: LostError) -> str:
    """What became of a worker that gave no answer."""
    if lost.status == "timeout":
        headline = f"The function takes too long: {lost.reason}. Is there an endless loop?"
    else:
        headline = f"The function never came back: {lost.reason}."
    return "\n".join([wrap(headline), _where_to_read(task)])


def explain_flaky(
    task: Task, test: Property, flaky: Exception, records: list[Record]
) -> tuple[str, str]:
    """The answer changed from call to call: a mistake of its own."""
    headline = "The function gives different answers for the same arguments."
    wrong = WrongAnswerError(headline, "Chance has to come from the seed alone.")
    for error in getattr(flaky, "exceptions", ()):
        if isinstance(error, WrongAnswerError) and error.headline:
            wrong = error
    return "failed", explain_failure(task, test, wrong, records)


def show_call(record: Record) -> str:
    """A call as one would write it, with arrays shown by their shapes."""
    shown = [_show(value) for value in record.args]
    shown += [f"{key}={_show(value)}" for key, value in record.kwargs.items()]
    return f"{record.function.partition('.')[2]}({', '.join(shown)})"


def _show(value: Any) -> str:
    shape = getattr(value, "shape", None)
    if shape == () or isinstance(value, float):
        return f"{value:.4g}"
    if shape is not None and not hasattr(value, "layers"):
        return f"array of shape {tuple(shape)}" if value.size > 4 else str(value.tolist())
    if hasattr(value, "layers"):
        return "model"
    if callable(value):
        value = getattr(value, "func", value)
        return getattr(value, "__name__", None) or getattr(value, "name", "function")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_show(item)}" for key, item in value.items()) + "}"
    return repr(value)


def _where_to_read(task: Task) -> str:
    # The student's edition has the chapters as plain text, if it has them.
    for kind in ("md", "py"):
        if (DOCS / f"{task.module}.{kind}").exists():
            return f"Read on: docs/{task.module}.{kind}, section {task.name}"
    return f"Read on: course/{task.module}.py, the docstring of {task.function}"


def wrap(text: str) -> str:
    """Text in lines that a terminal shows whole, and without control characters."""
    lines = text.splitlines() or [""]
    return printable("\n".join(textwrap.fill(line, WIDTH) for line in lines))
