"""From a hand-in to verdicts: properties are tried, and what fails is explained."""

import functools
import hashlib
import random
import re
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import hypothesis
import msgspec
from hypothesis.configuration import set_hypothesis_home_dir

from course.grader.compare import NamedError, WrongAnswerError
from course.grader.handin import read_handin, untouched_functions
from course.grader.mistakes import recognise
from course.grader.processes import (
    BrokenGraderError,
    LostError,
    Workers,
    libraries_in,
    start_workers,
)
from course.grader.tasks import GRADING, Property, Task, describe_property
from course.grader.work import NotStartedError, Record, StudentError, Work

DOCS = Path(__file__).resolve().parents[2] / "docs"
VERSION = "0.1.0"
WIDTH = 78

# Its notes belong to no student's folder.
set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "hypothesis-of-the-course")

STATUSES = ("passed", "failed", "error", "timeout", "not_started")

settings = hypothesis.settings(
    max_examples=12,
    deadline=None,  # the first call of a compiled function takes long, and that is no mistake
    database=None,  # a verdict depends on the seed alone
    print_blob=False,
    report_multiple_bugs=False,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate, hypothesis.Phase.shrink],
    suppress_health_check=list(hypothesis.HealthCheck),
    verbosity=hypothesis.Verbosity.quiet,
)
"""How hypothesis runs in the grader. Few examples: each is drawn to be telling."""


class Verdict(msgspec.Struct, kw_only=True):
    """What became of one task."""

    task: str
    status: str
    score: float
    max_score: float
    message: str = ""
    hint: str = ""
    seconds: float = 0.0
    property: str = ""


class Report(msgspec.Struct, kw_only=True):
    """What became of a hand-in, and all that is needed to replay it."""

    score: float
    max_score: float
    seed: int
    version: str
    properties: str
    tasks: list[Verdict]

    @property
    def is_full(self) -> bool:
        """Whether everything that was asked passes."""
        return all(verdict.status == "passed" for verdict in self.tasks)


def grade(
    folder: Path,
    tasks: Sequence[Task],
    seed: int = 0,
    workers: Workers | None = None,
    on_verdict: Callable[[Verdict], None] = lambda verdict: None,
) -> Report:
    """Grade a folder with a student's modules.

    Args:
        folder: holds some of the six modules; missing ones count as not started.
        tasks: what to grade.
        seed: inputs are drawn from it; the same seed gives the same verdicts.
        workers: where the student's code runs; by default new ones, closed at the end.
        on_verdict: called with every verdict as it is there.

    Returns:
        The verdicts, one a task in their order, and their sum.
    """
    return grade_sources(read_handin(folder), tasks, seed, workers, on_verdict)


def grade_sources(
    sources: dict[str, str],
    tasks: Sequence[Task],
    seed: int = 0,
    workers: Workers | None = None,
    on_verdict: Callable[[Verdict], None] = lambda verdict: None,
) -> Report:
    """Grade a student's modules, given as texts by module name; otherwise as `grade`."""
    untouched = untouched_tasks(sources, tasks)
    to_run = [task for task in tasks if task.name not in untouched]
    own_workers = None
    if workers is None and to_run:
        workers = own_workers = start_workers(libraries_in(sources.values()))
    verdicts = []
    try:
        for task in tasks:
            if task in to_run and workers is not None:
                verdict = grade_task(task, Work(sources, workers, seed))
            else:
                verdict = _verdict(task, "not_started")
            verdicts.append(verdict)
            on_verdict(verdict)
    finally:
        if own_workers is not None:
            own_workers.close()
    return Report(
        score=sum(verdict.score for verdict in verdicts),
        max_score=sum(verdict.max_score for verdict in verdicts),
        seed=seed,
        version=VERSION,
        properties=hash_of_properties(),
        tasks=verdicts,
    )


def untouched_tasks(sources: dict[str, str], tasks: Iterable[Task]) -> set[str]:
    """The names of the tasks that there is nothing to run for: a stub, or no module at all."""
    stubs = {module: untouched_functions(source) for module, source in sources.items()}
    return {task.name for task in tasks if task.function in stubs.get(task.module, {task.function})}


def grade_task(task: Task, work: Work) -> Verdict:
    """Try the properties of one task, up to the first that fails."""
    started = time.monotonic()
    work.begin(task.name)
    verdict = _verdict(task, "error", "The grader has no property for this task.")
    for test in task.properties:
        verdict = try_property(task, test, work)
        if verdict.status != "passed":
            break
    verdict.seconds = round(time.monotonic() - started, 3)
    return verdict


def try_property(task: Task, test: Property, work: Work) -> Verdict:
    """Try one property. Whatever happens that is no plain success is no pass."""
    work.records.clear()
    runnable = _seeded(test, work.seed)
    try:
        runnable(work)
    except NotStartedError:
        verdict = _verdict(task, "not_started")
    except LostError as lost:
        verdict = _verdict(task, lost.status, _explain_loss(task, lost))
    except StudentError as error:
        verdict = _verdict(task, "error", explain_error(task, error))
    except WrongAnswerError as wrong:
        verdict = _verdict(task, "failed", explain_failure(task, test, wrong, work.records))
    except hypothesis.errors.Flaky as flaky:
        verdict = _verdict(task, *_explain_flaky(task, test, flaky, work.records))
    except BrokenGraderError:
        raise
    except Exception as error:
        # A property that stumbles over an answer has not approved of it.
        message = f"The grader could not judge this answer: {type(error).__name__}: {error}"
        verdict = _verdict(task, "error", _wrap(message))
    else:
        if work.records:
            verdict = _verdict(task, "passed")
        else:
            verdict = _verdict(task, "error", "The grader never called this function.")
    verdict.property = test.__name__
    return verdict


def _seeded(test: Property, seed: int) -> Property:
    """The property with hypothesis drawing from the seed, or as it is if it draws nothing."""
    if not hasattr(test, "hypothesis"):
        return test
    return hypothesis.seed(seed)(test)


def _verdict(task: Task, status: str, message: str = "") -> Verdict:
    passed = status == "passed"
    return Verdict(
        task=task.name,
        status=status,
        score=task.points if passed else 0.0,
        max_score=task.points,
        message=message,
        hint="" if passed else task.hints[0],
    )


# --- messages -------------------------------------------------------------------------------------


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
    return "\n".join(_wrap(line) for line in lines if line)


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
    lines = [_wrap(headline)]
    if error.record is not None and error.record.function == task.name:
        lines.append(_wrap(f"For example: {show_call(error.record)}"))
    for frame in error.frames[-3:]:
        place = f" in {frame.function[:60]}" if frame.function not in ("", "<module>") else ""
        lines.append(_wrap(f"{frame.file[:60]}, line {frame.line}{place}:"))
        lines.append("    " + textwrap.shorten(frame.text[:500], WIDTH - 4))
    if error.printed.strip():
        lines.append(_wrap(f"It printed: {error.printed.strip()[-200:]}"))
    return _printable("\n".join([*lines, _where_to_read(task)]))


def _in_short(message: str) -> str:
    """What an error says, without what TensorFlow and Keras put around it."""
    text = re.sub(r"\x1b\[[0-9;]*m|\{\{.*?\}\}|\[Op:.*", "", message)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wrapping = "Exception encountered when calling"
    lines = [line for line in lines if not line.startswith(wrapping)] or lines
    return lines[0] if lines else "without a message"


def _explain_loss(task: Task, lost: LostError) -> str:
    if lost.status == "timeout":
        headline = f"The function takes too long: {lost.reason}. Is there an endless loop?"
    else:
        headline = f"The function never came back: {lost.reason}."
    return "\n".join([_wrap(headline), _where_to_read(task)])


def _explain_flaky(
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


def _wrap(text: str) -> str:
    lines = text.splitlines() or [""]
    return _printable("\n".join(textwrap.fill(line, WIDTH) for line in lines))


def _printable(text: str) -> str:
    """Text without control characters: a student's words must not steer the teacher's terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in text)


def as_json(report: Report) -> bytes:
    """A report as the JSON file that `course check --json` writes."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


# --- replay ---------------------------------------------------------------------------------------


@functools.cache
def hash_of_properties() -> str:
    """Names the exact properties a mark was given by."""
    digest = hashlib.sha256()
    for path in sorted(GRADING.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def fresh_seed() -> int:
    """A seed that nobody can know beforehand."""
    return random.SystemRandom().randrange(2**31)
