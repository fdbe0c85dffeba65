"""From a submission to verdicts: properties are tried, and what fails is explained."""

import functools
import hashlib
import random
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import hypothesis
import msgspec
import numpy as np

from course.grader.compare import WrongAnswerError, compared
from course.grader.draws import settings as settings  # for the properties
from course.grader.messages import (
    explain_error,
    explain_failure,
    explain_flaky,
    explain_loss,
    shorten_repeats,
    show_call,
    wrap,
)
from course.grader.places import GRADING, VERSION
from course.grader.pool import (
    BrokenGraderError,
    LostError,
    Workers,
    libraries_in,
    start_workers,
)
from course.grader.sources import read_submission, untouched_functions
from course.grader.tasks import Property, Task
from course.grader.work import NotStartedError, Record, StudentError, Work

LARGEST_SHOWN = 1000
"""How many numbers of an array a counter-example shows."""

LONGEST_MESSAGE = 5000
"""Characters of a message; the longest of an honest mistake has some hundreds."""


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
    counterexample: "Counterexample | None" = None


class Counterexample(msgspec.Struct, kw_only=True):
    """The call on which a property failed: what the function was given, and what it returned.

    Attributes:
        call: as one would write it.
        arguments: by position or name; arrays as nested lists, those of more than 1,000 numbers
            and networks in a few words.
        answer: likewise.
    """

    call: str
    arguments: dict[str, Any]
    answer: Any


class Report(msgspec.Struct, kw_only=True):
    """What became of a submission, and all that is needed to replay it."""

    score: float
    max_score: float
    seed: int
    version: str
    properties: str
    hypothesis: str = hypothesis.__version__  # another version draws other inputs from a seed
    tasks: list[Verdict]

    @property
    def is_full(self) -> bool:
        """Whether something was asked and all of it passes."""
        return bool(self.tasks) and all(verdict.status == "passed" for verdict in self.tasks)


def grade(
    folder: Path,
    tasks: Sequence[Task],
    seed: int = 0,
    workers: Workers | None = None,
    on_verdict: Callable[[Verdict], None] = lambda verdict: None,
    beside: Sequence[Workers] = (),
) -> Report:
    """Grade a folder with a student's modules.

    Args:
        folder: holds some of the modules; missing ones count as not started.
        tasks: what to grade.
        seed: inputs are drawn from it; the same seed gives the same verdicts.
        workers: where the student's code runs; by default new ones, closed at the end.
        on_verdict: called with every verdict, in the order of the tasks.
        beside: more of them, to grade as many more tasks at the same time.

    Returns:
        The verdicts, one per task in their order, and their sum.
    """
    return grade_sources(read_submission(folder), tasks, seed, workers, on_verdict, beside)


def grade_sources(
    sources: dict[str, str],
    tasks: Sequence[Task],
    seed: int = 0,
    workers: Workers | None = None,
    on_verdict: Callable[[Verdict], None] = lambda verdict: None,
    beside: Sequence[Workers] = (),
) -> Report:
    """Grade a student's modules, given as texts by module name; otherwise as `grade`."""
    untouched = untouched_tasks(sources, tasks)
    to_run = [task for task in tasks if task.name not in untouched]
    own_workers = None
    if workers is None and to_run:
        workers = own_workers = start_workers(libraries_in(sources.values()))
    free: SimpleQueue[Workers] = SimpleQueue()
    for one in filter(None, (workers, *beside)):
        free.put(one)

    def verdict_on(task: Task) -> Verdict:
        if task in to_run:
            own = free.get()
            try:
                return grade_task(task, Work(sources, own, seed))
            finally:
                free.put(own)
        return _verdict(task, "not_started")

    verdicts: list[Verdict] = []
    told: set[str] = set()
    # Threads, though Python runs only one of them at a time: they wait for their workers mostly.
    threads = ThreadPoolExecutor(1 + len(beside)) if beside else None
    try:
        for verdict in threads.map(verdict_on, tasks) if threads else map(verdict_on, tasks):
            task = tasks[len(verdicts)]
            verdict.message = shorten_repeats(task, verdict.message, told)
            verdicts.append(verdict)
            on_verdict(verdict)
    except BrokenGraderError as broken:
        words = wrap(f"Not graded: {str(broken)[:500]}")
        left = [_verdict(task, "error", words) for task in tasks[len(verdicts) :]]
        broken.report = _report(verdicts + left, seed)
        raise
    finally:
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)
        if own_workers is not None:
            own_workers.close()
    return _report(verdicts, seed)


def _report(verdicts: list[Verdict], seed: int) -> Report:
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


def try_property(task: Task, test: Property, work: Work, may_try_again: bool = True) -> Verdict:
    """Try one property. Whatever happens that is not a plain success is not a pass.

    A worker that was ended by force, as the kernel does when memory runs out, says nothing about
    the answer: the property is tried again, once.
    """
    work.records.clear()
    compared.pairs.clear()
    runnable = _seeded(test, work.seed)
    try:
        runnable(work)
    except NotStartedError:
        verdict = _verdict(task, "not_started")
    except LostError as lost:
        if lost.is_worth_another_try and may_try_again:
            work.begin_again()
            return try_property(task, test, work, may_try_again=False)
        verdict = _verdict(task, lost.status, explain_loss(task, lost))
    except StudentError as error:
        source = work.sources.get(task.module, "")
        verdict = _explained(task, "error", explain_error, task, error, source)
    except WrongAnswerError as wrong:
        verdict = _explained(task, "failed", explain_failure, task, test, wrong, work)
    except hypothesis.errors.Flaky as flaky:
        verdict = _explained(task, "failed", explain_flaky, task, test, flaky, work)
    except BrokenGraderError:
        raise
    except Exception as error:
        # A property that stumbles over an answer has not approved of it.
        words = f"{type(error).__name__}: {error}"[:500]
        message = f"The grader could not judge this answer: {words}"
        verdict = _verdict(task, "error", wrap(message))
    else:
        if work.records:
            verdict = _verdict(task, "passed")
        else:
            verdict = _verdict(task, "error", "The grader never called this function.")
    verdict.property = test.__name__
    if verdict.status == "failed" and work.records:
        verdict.counterexample = _counterexample(work.records[-1])
    return verdict


def _explained(task: Task, status: str, explain: Callable[..., str], *details: Any) -> Verdict:
    """A verdict that stands, also if looking for its reason stumbles over a stranger's answers."""
    try:
        with np.errstate(all="ignore"):  # numbers may be of any size
            return _verdict(task, status, explain(*details))
    except BrokenGraderError:
        raise
    except Exception as error:
        words = f"{type(error).__name__}: {error}"[:500]
        return _verdict(task, status, wrap(f"The grader could not say what is wrong: {words}"))


def _counterexample(record: Record) -> Counterexample:
    given = {str(place): value for place, value in enumerate(record.args)} | record.kwargs
    return Counterexample(
        call=show_call(record),
        arguments={name: _as_plain(value) for name, value in given.items()},
        answer=_as_plain(record.answer),
    )


def _as_plain(value: Any, depth: int = 2) -> Any:
    """A value as JSON has it, or a few words on it."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, np.ndarray | np.generic):
        if np.iscomplexobj(value):  # of which JSON knows nothing
            value = value.astype(str)
        is_shown = 0 < value.size <= LARGEST_SHOWN  # nothing may still be a list of many lists
        return value.tolist() if is_shown else f"array of shape {value.shape}"
    if isinstance(value, tuple | list) and depth:
        return [_as_plain(item, depth - 1) for item in value[:10]]
    return str(value)[:200] if isinstance(value, str) else f"a {type(value).__name__}"


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
        message=message[:LONGEST_MESSAGE],
        hint="" if passed else task.hints[0],
    )


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
