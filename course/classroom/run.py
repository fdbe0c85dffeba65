"""One run of `course grade`: from a folder of submissions to a folder of results."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from course.classroom import gradebook, pages
from course.classroom.gradebook import Row
from course.classroom.schedule import grade_all, key_of, read_result
from course.classroom.submissions import Submission, read_submissions
from course.grader.files import write_atomic
from course.grader.grading import Report, fresh_seed
from course.grader.pool import BrokenGraderError
from course.grader.sandbox import NoSandboxError
from course.grader.tasks import Task


class CannotGradeError(ValueError):
    """A run that would lose or mix up something; says which argument is at fault."""


class Run(msgspec.Struct, kw_only=True):
    """What a folder of results was made with."""

    seed: int
    tasks: tuple[str, ...]
    rows: list[Row]


def grade_folder(
    folder: Path,
    out: Path,
    tasks: list[Task],
    seed: int | None,
    mode: str | None,
    scheduler: str | None,
    workers: int | None,
    regrade: str | None,
    console: Console,
) -> list[Row]:
    """Grade a folder of submissions and write all results.

    Args:
        folder: the submissions, one folder or zip each.
        out: where results go; a second run with the same folder goes on where the first ended.
        tasks: what to grade.
        seed: draws the inputs; None takes that of the run before, or a fresh one.
        mode: what kind of processes runs the students' code, as for `start_workers`.
        scheduler: the address of a cluster's scheduler, or None.
        workers: how many processes, or None.
        regrade: if submissions have changed since the run before: "newer" takes the new scores,
            "higher" the higher ones.
        console: where progress and changes are shown.

    Returns:
        The gradebook's lines.

    Raises:
        CannotGradeError: if there is nothing to grade, or the folder of results belongs to another
            run.
    """
    try:
        submissions = read_submissions(folder)
    except (OSError, ValueError) as error:
        raise CannotGradeError(f"HANDINS: {error}") from None
    names, points = tuple(task.name for task in tasks), {task.name: task.points for task in tasks}
    before = _earlier(out)
    if seed is None:
        seed = before.seed if before else fresh_seed()
    keys = {one.name: key_of(one, names, seed) for one in submissions}
    if before is not None and before.rows and not regrade:
        _insist_on_the_same(before, names, keys)
    # Written at once, so that a run that is killed goes on with the same seed.
    kept = before.rows if before else []
    _save(out, Run(seed=seed, tasks=names, rows=kept))

    try:
        with _shown(console, len(submissions)) as advance:
            reports = grade_all(
                submissions, out / "results", names, seed, mode, scheduler, workers, advance
            )
    except OSError as error:
        where = f"--scheduler: {scheduler}" if scheduler else "this computer"
        raise CannotGradeError(f"{where} does not answer ({error}); nothing is lost") from None
    except (BrokenGraderError, NoSandboxError) as error:
        raise CannotGradeError(f"A worker cannot grade: {error}") from None
    rows = [
        gradebook.row_of(one, reports.get(one.name), keys[one.name], points) for one in submissions
    ]
    if regrade == "higher":
        old = {row.name: row for row in kept if row.scores.keys() == points.keys()}
        rows = [max(row, old.get(row.name, row), key=lambda one: one.score) for row in rows]
        for row in rows:  # the feedback is on the submission that counts
            if row.key != keys[row.name]:
                reports[row.name] = read_result(out / "results", row.key) or reports[row.name]
    _write(out, submissions, reports, rows, seed)
    if regrade:
        changed = gradebook.changes(kept, rows)
        write_atomic(out / "changes.csv", gradebook.changes_table(changed))
        for name, old_score, new in changed:
            console.print(f"{name}: {'new' if old_score is None else f'{old_score:g}'} → {new:g}")
        console.print(f"Scores that changed: {len(changed)} (changes.csv)")
    _save(out, Run(seed=seed, tasks=names, rows=rows))  # last: only a whole run counts as done
    return rows


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


def _insist_on_the_same(before: Run, tasks: tuple[str, ...], keys: dict[str, str]) -> None:
    changed = [row.name for row in before.rows if keys.get(row.name) != row.key]
    if before.tasks != tasks or changed:
        what = ", ".join(changed[:3]) + ("…" if len(changed) > 3 else "") or "the tasks asked for"
        raise CannotGradeError(
            f"--out: its gradebook was made from something else ({what}). Say --regrade newer or "
            "--regrade higher, or name another folder."
        )


def _save(out: Path, run: Run) -> None:
    write_atomic(out / "run.json", msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")


def _write(
    out: Path, submissions: list[Submission], reports: dict[str, Report], rows: list[Row], seed: int
) -> None:
    for submission in submissions:
        report = reports.get(submission.name)
        name = gradebook.file_name(submission.name)
        write_atomic(out / "feedback" / f"{name}.html", pages.feedback(submission, report))
        if report is not None:
            as_dict = msgspec.to_builtins(report)
            scope = msgspec.json.format(
                msgspec.json.encode(gradebook.gradescope(as_dict)), indent=1
            )
            write_atomic(out / "gradescope" / name / "results.json", scope + b"\n")
            write_atomic(out / "junit" / f"{name}.xml", gradebook.junit(submission.name, report))
    write_atomic(out / "summary.html", pages.summary(rows, reports, seed))
    write_atomic(out / "canvas.csv", gradebook.canvas(rows, "Introspection"))
    write_atomic(out / "moodle.csv", gradebook.moodle(rows))
    write_atomic(out / "gradebook.csv", gradebook.gradebook(rows))


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
