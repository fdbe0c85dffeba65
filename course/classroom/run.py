"""One run of `course grade`: from a folder of submissions to a folder of results."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from course.classroom import gradebook, pages
from course.classroom.case import TASK, NoSuchCaseError, facts_of, key_with_case, with_case
from course.classroom.gradebook import Row, Scale
from course.classroom.names import file_names
from course.classroom.schedule import grade_all, keep_result, key_of, read_result, require_scheduler
from course.classroom.submissions import Arrivals, Submission, read_submissions
from course.grader.case.judge import FULL
from course.grader.case.truth import Facts
from course.grader.files import CannotWriteError, require_writable, write_atomic
from course.grader.grading import Report, fresh_seed
from course.grader.pool import BrokenGraderError
from course.grader.sandbox import NoSandboxError
from course.grader.tasks import Task


class CannotGradeError(ValueError):
    """A run that would lose or mix up something; says which argument is at fault."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a class is graded by.

    Attributes:
        tasks: what to grade.
        seed: draws the inputs; None takes that of the run before, or a fresh one.
        mode: what kind of processes runs the students' code, as for `start_workers`.
        scheduler: the address of a cluster's scheduler, or None.
        workers: how many processes, or None.
        regrade: if submissions have changed since the run before: "newer" takes the new scores,
            "higher" the higher ones.
        points: what all tasks together give in the platforms' files; None for their own points.
        assignment: what the platforms call it.
        case_seed: of the case that was set, if one was.
    """

    tasks: list[Task]
    seed: int | None = None
    mode: str | None = None
    scheduler: str | None = None
    workers: int | None = None
    regrade: str | None = None
    points: float | None = None
    assignment: str = "introspection-course"
    case_seed: int | None = None

    @property
    def columns(self) -> dict[str, float]:
        """The points of all that is graded, by name."""
        case = {} if self.case_seed is None else {TASK: float(FULL)}
        return {task.name: task.points for task in self.tasks} | case

    @property
    def names(self) -> tuple[str, ...]:
        """The tasks' names."""
        return tuple(task.name for task in self.tasks)


class StoppedError(Exception):
    """A person has stopped the run; says what is done, and how to go on."""


EARLIER = "An earlier submission counts, because its score is higher than the newest one's."
"""The note on a submission that `--regrade higher` has passed over."""


class Run(msgspec.Struct, kw_only=True):
    """What a folder of results was made with."""

    seed: int
    tasks: tuple[str, ...]
    rows: list[Row]


def grade_folder(folder: Path, out: Path, settings: Settings, console: Console) -> list[Row]:
    """Grade a folder of submissions and write all results.

    Args:
        folder: the submissions, as `read_submissions` takes them.
        out: where results go; a second run with the same folder goes on where the first ended.
        settings: what to grade, and how.
        console: where progress and changes are shown.

    Returns:
        The gradebook's lines.

    Raises:
        CannotGradeError: if there is nothing to grade, nothing can be written, or the folder of
            results belongs to another run.
        StoppedError: if it is interrupted.
    """
    arrivals = _arrivals(folder, out, with_case=settings.case_seed is not None)
    before = _earlier(out)
    seed = settings.seed
    if seed is None:
        seed = before.seed if before else fresh_seed()
    if seed == settings.case_seed:
        raise CannotGradeError(
            f"--case-seed: {seed} is the seed of the functions too, which every student's feedback "
            "names; set the case with another"
        )
    keys = {one.name: _key(one, settings, seed) for one in arrivals.submissions}
    kept = before.rows if before else []
    if before is not None and kept and not settings.regrade:
        _require_unchanged(before, tuple(settings.columns), keys)
    if settings.scheduler:
        _require_scheduler(settings.scheduler)
    facts = _facts(settings, console)
    # Written at once, so that a run that is killed goes on with the same seed.
    _save(out, Run(seed=seed, tasks=tuple(settings.columns), rows=kept))

    reports = _grade(arrivals.submissions, out, seed, settings, console)
    if facts is not None:
        for one in arrivals.submissions:
            if one.name in reports:
                reports[one.name] = with_case(reports[one.name], one.cases, facts)
                keep_result(out / "results", keys[one.name], reports[one.name])
    rows = _rows(arrivals.submissions, reports, keys, settings)
    if settings.regrade == "higher":
        rows = _higher(rows, kept)
        for row in rows:  # the feedback is on the submission that counts
            if row.key != keys[row.name]:
                row.notes = (*(one for one in row.notes if one != EARLIER), EARLIER)
                reports[row.name] = read_result(out / "results", row.key) or reports[row.name]
    _remove(out, {row.name for row in kept})
    _write(out, arrivals, reports, rows, seed, settings)
    _say(arrivals, rows, console)
    if settings.regrade:
        _say_changes(out, gradebook.changes(kept, rows), console)
    # Last: only a whole run is done.
    _save(out, Run(seed=seed, tasks=tuple(settings.columns), rows=rows))
    return rows


# --- before ---------------------------------------------------------------------------------------


def _arrivals(folder: Path, out: Path, with_case: bool) -> Arrivals:
    """The submissions, once it is certain that the results have a place of their own."""
    if out.resolve().is_relative_to(folder.resolve()):
        raise CannotGradeError(f"--out: {out} lies among the submissions; name a folder elsewhere")
    try:
        require_writable(out, "--out")
    except CannotWriteError as error:
        raise CannotGradeError(str(error)) from None
    try:
        return read_submissions(folder, with_case)
    except (OSError, ValueError) as error:
        raise CannotGradeError(f"HANDINS: {error}") from None


def _key(submission: Submission, settings: Settings, seed: int) -> str:
    """The name of a submission's result, the case's included."""
    key = key_of(submission, settings.names, seed)
    if settings.case_seed is None:
        return key
    return key_with_case(key, submission.cases, settings.case_seed)


def _facts(settings: Settings, console: Console) -> Facts | None:
    """What is true of the case that was set, if one was."""
    if settings.case_seed is None:
        return None
    console.print("Making the case anew, which takes a minute or two.")
    try:
        return facts_of(settings.case_seed)
    except NoSuchCaseError as error:
        raise CannotGradeError(f"--case-seed: {error}") from None


def _earlier(out: Path) -> Run | None:
    path = out / "run.json"
    if not path.exists():
        if out.exists() and any(out.iterdir()):
            raise CannotGradeError(f"--out: {out} holds other things; name an empty or new folder")
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Run)
    except (OSError, msgspec.MsgspecError) as error:
        raise CannotGradeError(f"--out: {path} cannot be read: {error}") from None


def _require_unchanged(before: Run, tasks: tuple[str, ...], keys: Mapping[str, str]) -> None:
    changed = [row.name for row in before.rows if row.name in keys and keys[row.name] != row.key]
    vanished = [row.name for row in before.rows if row.name not in keys]
    what = []
    if before.tasks != tasks:
        what.append("other tasks were asked for")
    if changed:
        what.append(f"changed since: {_some(changed)}")
    if vanished:
        what.append(f"no longer there: {_some(vanished)}")
    if what:
        raise CannotGradeError(
            f"--out: its gradebook was made from something else ({'; '.join(what)}). Say --regrade "
            "newer or --regrade higher, or name another folder."
        )


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")


def _save(out: Path, run: Run) -> None:
    write_atomic(out / "run.json", msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")


def _require_scheduler(address: str) -> None:
    try:
        require_scheduler(address)
    except (OSError, ValueError) as error:
        raise CannotGradeError(f"--scheduler: {address} does not answer ({error})") from None


# --- grading --------------------------------------------------------------------------------------


def _grade(
    submissions: list[Submission], out: Path, seed: int, settings: Settings, console: Console
) -> dict[str, Report]:
    done = 0

    def count(submission: Submission) -> None:
        nonlocal done
        done += 1
        advance(submission)

    try:
        with _shown(console, len(submissions)) as advance:
            return grade_all(
                submissions,
                out / "results",
                settings.names,
                seed,
                settings.mode,
                settings.scheduler,
                settings.workers,
                count,
            )
    except KeyboardInterrupt:
        total = len(submissions)
        raise StoppedError(
            f"Stopped: {done} of {total} submissions are graded and kept; the same command goes on."
        ) from None
    except OSError as error:
        scheduler = settings.scheduler
        where = f"--scheduler: {scheduler}" if scheduler else "this computer"
        raise CannotGradeError(f"{where} does not answer ({error}); nothing is lost") from None
    except (BrokenGraderError, NoSandboxError) as error:
        raise CannotGradeError(f"A worker cannot grade: {error}") from None


def _rows(
    submissions: list[Submission],
    reports: Mapping[str, Report],
    keys: Mapping[str, str],
    settings: Settings,
) -> list[Row]:
    points = settings.columns
    return [
        gradebook.row_of(one, reports.get(one.name), keys[one.name], points) for one in submissions
    ]


def _higher(rows: list[Row], before: list[Row]) -> list[Row]:
    """Of each submission the row with the higher score, if the tasks are the same."""
    old = {row.name: row for row in before}
    comparable = {
        row.name: old[row.name]
        for row in rows
        if row.name in old and old[row.name].scores.keys() == row.scores.keys()
    }
    return [max(row, comparable.get(row.name, row), key=lambda one: one.score) for row in rows]


# --- after ----------------------------------------------------------------------------------------


def _remove(out: Path, names: set[str]) -> None:
    """Remove what the run before has written for each submission: it may be gone, or refused."""
    for file in file_names(names).values():
        (out / "feedback" / f"{file}.html").unlink(missing_ok=True)
        (out / "junit" / f"{file}.xml").unlink(missing_ok=True)
        scope = out / "gradescope" / file
        (scope / "results.json").unlink(missing_ok=True)
        with suppress(OSError):  # it is not there, or somebody has put something into it
            scope.rmdir()


def _write(
    out: Path,
    arrivals: Arrivals,
    reports: Mapping[str, Report],
    rows: list[Row],
    seed: int,
    settings: Settings,
) -> None:
    files = file_names(one.name for one in arrivals.submissions)
    for submission, row in zip(arrivals.submissions, rows, strict=True):
        noted = replace(submission, notes=row.notes, refusal=row.refusal)
        _write_one(out, noted, reports.get(submission.name), files[submission.name])
    scale = Scale(settings.points)
    whole = {
        "index.html": pages.index(rows, files),
        "summary.html": pages.summary(rows, reports, seed, arrivals.passed_over),
        "canvas.csv": gradebook.canvas(rows, settings.assignment, scale),
        "moodle.csv": gradebook.moodle(rows, scale),
        "gradebook.csv": gradebook.gradebook(rows, scale),
        "passed-over.csv": gradebook.table([("file", "why"), *arrivals.passed_over.items()]),
    }
    for name, data in whole.items():
        write_atomic(out / name, data)


def _write_one(out: Path, submission: Submission, report: Report | None, file: str) -> None:
    write_atomic(out / "feedback" / f"{file}.html", pages.feedback(submission, report))
    if report is not None:
        scope = msgspec.json.encode(gradebook.gradescope(msgspec.to_builtins(report)))
        scope = msgspec.json.format(scope, indent=1) + b"\n"
        write_atomic(out / "gradescope" / file / "results.json", scope)
        write_atomic(out / "junit" / f"{file}.xml", gradebook.junit(submission.name, report))


def _say(arrivals: Arrivals, rows: list[Row], console: Console) -> None:
    """What a teacher should know before the gradebook is used."""
    _list(console, "Refused", ((row.name, row.refusal) for row in rows if row.refusal))
    _list(console, "Note", ((row.name, note) for row in rows for note in row.notes))
    _list(console, "Passed over", arrivals.passed_over.items())


def _list(
    console: Console, title: str, lines: Iterable[tuple[str, str]], at_most: int = 10
) -> None:
    lines = list(lines)
    for name, why in lines[:at_most]:
        console.print(f"{title}: {name}: {why}")
    if len(lines) > at_most:
        console.print(f"{title}: {len(lines) - at_most} more, in summary.html")


def _say_changes(
    out: Path, changed: list[tuple[str, float | None, float | None]], console: Console
) -> None:
    write_atomic(out / "changes.csv", gradebook.changes_table(changed))
    for name, old, new in changed:
        before = "new" if old is None else f"{old:g}"
        after = "no longer there" if new is None else f"{new:g}"
        console.print(f"{name}: {before} → {after}")
    console.print(f"Scores that changed: {len(changed)} (changes.csv)")


@contextmanager
def _shown(console: Console, total: int) -> Iterator[Callable[[Submission], None]]:
    """A bar with the time left, for a person; now and then a line, for a log."""
    if not console.is_terminal:
        done, last = 0, time.monotonic()

        def say(submission: Submission) -> None:
            nonlocal done, last
            done += 1
            if done == total or time.monotonic() - last > 10:
                last = time.monotonic()
                console.print(f"{done} of {total} submissions")

        yield say
        return
    columns = (TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        shown = bar.add_task("", total=total)
        yield lambda submission: bar.advance(shown)
