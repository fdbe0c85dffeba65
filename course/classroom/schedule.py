"""A classroom: many submissions, shared out over processes or computers by dask.distributed.

Every process keeps one warm TensorFlow worker, which serves submission after submission. A
result is written whole as soon as it is there, under a name made from all that it depends on; a
second run takes it from there. So a run can be killed at any time, and started again.
"""

import atexit
import contextlib
import functools
import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import msgspec

from course.classroom.submissions import Submission
from course.grader.files import write_atomic
from course.grader.grading import (
    Report,
    Verdict,
    as_json,
    grade_sources,
    hash_of_properties,
)
from course.grader.places import VERSION
from course.grader.pool import PRELOAD, BrokenGraderError, Workers, start_workers
from course.grader.sandbox import NoSandboxError
from course.grader.tasks import select_tasks
from course.grader.text import one_line
from course.worker.confine import die_with_parent

WORKER_BYTES = 3 * 2**30
"""What one worker may need: two imports of TensorFlow, and a submission that computes something."""

TRIES = 2
"""How often a submission may bring its worker down before it is given up."""


SETTINGS = {
    # One submission at a time, so that only the one at work is blamed when a worker ends.
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.allowed-failures": TRIES - 1,
    # dask's profiler walks all threads' frames, and Python before 3.11.9 and 3.12.1 may then wait
    # for itself without end (python/cpython issue 106883).
    "distributed.worker.profile.enabled": False,
}


def key_of(submission: Submission, tasks: tuple[str, ...], seed: int) -> str:
    """The name of a submission's result: another one if anything that it depends on is another."""
    drawn_by = [VERSION, hash_of_properties(), hypothesis.__version__, seed]
    depends = [drawn_by, tasks, sorted(submission.sources.items())]
    return hashlib.sha256(msgspec.json.encode(depends)).hexdigest()[:24]


def grade_all(
    submissions: Iterable[Submission],
    results: Path,
    tasks: tuple[str, ...],
    seed: int,
    mode: str | None,
    scheduler: str | None = None,
    workers: int | None = None,
    on_result: Callable[[Submission], None] = lambda submission: None,
) -> dict[str, Report]:
    """Grade submissions, except those whose result is there already.

    Args:
        submissions: what to grade; those that are refused are passed over.
        results: the folder of results, one JSON file each.
        tasks: the names of what to grade.
        seed: the inputs are drawn from it, the same for all.
        mode: what kind of processes runs the students' code, as for `start_workers`.
        scheduler: the address of a cluster's scheduler; None starts processes on this computer.
        workers: how many; None as many as processors and memory allow.
        on_result: called with each submission when its result is there.

    Returns:
        The reports by the submissions' names.
    """
    waiting: dict[
        str, list[Submission]
    ] = {}  # by key: the same files handed in twice are graded once
    reports = {}
    for submission in submissions:
        if submission.refusal:
            on_result(submission)
            continue
        key = key_of(submission, tasks, seed)
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            reports[submission.name] = msgspec.json.decode(
                _file(results, key).read_bytes(), type=Report
            )
            on_result(submission)
            continue
        waiting.setdefault(key, []).append(submission)
    if waiting:
        for key, report in _share_out(waiting, tasks, seed, mode, scheduler, workers):
            if not any(verdict.property == LOST for verdict in report.tasks):
                keep_result(results, key, report)
            for submission in waiting[key]:
                reports[submission.name] = report
                on_result(submission)
    return reports


def read_result(results: Path, key: str) -> Report | None:
    """A result that is there already, or None."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(_file(results, key).read_bytes(), type=Report)
    return None


def keep_result(results: Path, key: str, report: Report) -> None:
    """Write a result under a name, for `read_result`."""
    write_atomic(_file(results, key), as_json(report))


def _file(results: Path, key: str) -> Path:
    return results / f"{key}.json"


def _share_out(
    waiting: dict[str, list[Submission]],
    tasks: tuple[str, ...],
    seed: int,
    mode: str | None,
    scheduler: str | None,
    workers: int | None,
) -> Iterator[tuple[str, Report]]:
    import dask
    import distributed

    dask.config.set(SETTINGS)
    with contextlib.ExitStack() as stack:
        if scheduler is None:
            cluster = distributed.LocalCluster(
                n_workers=workers or default_workers(),
                threads_per_worker=1,
                memory_limit=None,  # the submissions' processes have limits of their own
                dashboard_address="127.0.0.1:0",  # any free port, and for nobody else
                silence_logs=logging.CRITICAL,
            )
            scheduler = stack.enter_context(cluster).scheduler_address
        client = stack.enter_context(distributed.Client(scheduler, timeout="10s"))
        futures = [
            client.submit(grade_here, group[0].sources, tasks, seed, mode, key=key, retries=1)
            for key, group in waiting.items()
        ]
        for future in distributed.as_completed(futures):
            try:
                yield future.key, msgspec.json.decode(future.result(), type=Report)
            except distributed.scheduler.KilledWorker:
                reason = f"The grader's process ended {TRIES} times over this submission"
                yield future.key, lost(tasks, seed, reason)
            future.release()


def require_scheduler(address: str) -> None:
    """Make sure that a cluster's scheduler answers, before anything is written.

    Raises:
        OSError: if nobody answers there.
        ValueError: if it is not an address.
    """
    import distributed

    distributed.Client(address, timeout="10s").close()


def default_workers() -> int:
    """As many workers as there are processors, and as fit into the memory."""
    import psutil

    fitting = psutil.virtual_memory().available // WORKER_BYTES
    return max(1, min(psutil.cpu_count() or 1, fitting))


LOST = "worker lost"


def lost(tasks: tuple[str, ...], seed: int, reason: str) -> Report:
    """The report on a submission that the grader could not cope with: no points.

    It is not kept, so the next run tries again.
    """
    message = f"{reason}; it was given up."
    verdicts = [
        Verdict(
            task=task.name,
            status="error",
            score=0.0,
            max_score=task.points,
            message=message,
            property=LOST,
        )
        for task in select_tasks(tasks)
    ]
    return Report(
        score=0.0,
        max_score=sum(verdict.max_score for verdict in verdicts),
        seed=seed,
        version=VERSION,
        properties=hash_of_properties(),
        tasks=verdicts,
    )


# --- in a worker of the cluster -------------------------------------------------------------------


def grade_here(
    sources: dict[str, str], tasks: tuple[str, ...], seed: int, mode: str | None
) -> bytes:
    """Grade one submission in this process; the report as JSON."""
    try:
        report = _grade(sources, tasks, seed, mode)
        late = [verdict.task for verdict in report.tasks if verdict.status == "timeout"]
        if late:  # perhaps the computer was busy: what is slow in itself is slow again
            again = {one.task: one for one in _grade(sources, tuple(late), seed, mode).tasks}
            report.tasks = [again.get(verdict.task, verdict) for verdict in report.tasks]
            report.score = sum(verdict.score for verdict in report.tasks)
    except BrokenGraderError:
        _warm_workers(mode).close()
        _warm_workers.cache_clear()
        raise
    except NoSandboxError:
        raise
    except Exception as error:  # one submission must not end the whole class's run
        words = one_line(f"{type(error).__name__}: {error}")
        report = lost(tasks, seed, f"The grader stumbled over this submission ({words})")
    return as_json(report)


def _grade(sources: dict[str, str], tasks: tuple[str, ...], seed: int, mode: Any) -> Report:
    workers = _warm_workers(mode)
    workers.forget()
    return grade_sources(sources, select_tasks(tasks), seed, workers)


@functools.cache
def _warm_workers(mode: str | None) -> Workers:
    die_with_parent()  # a run that is killed leaves nothing behind
    workers = start_workers(PRELOAD, mode)
    atexit.register(workers.close)
    return workers
