"""One run of `course grade`: from a folder of hand-ins to a folder of results."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from course.grader.batch import pages, results
from course.grader.batch.classroom import grade_all, key_of, read_result
from course.grader.batch.handins import Handin, read_handins
from course.grader.batch.results import Row
from course.grader.files import write_whole
from course.grader.grading import Report, fresh_seed
from course.grader.processes import BrokenGraderError
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
    """Grade a folder of hand-ins and write all results.

    Args:
        folder: the hand-ins, one folder or zip each.
        out: where results go; a second run with the same folder goes on where the first ended.
        tasks: what to grade.
        seed: draws the inputs; None takes that of the run before, or a fresh one.
        mode: what kind of processes runs the students' code, as for `start_workers`.
        scheduler: the address of a cluster's scheduler, or None.
        workers: how many processes, or None.
        regrade: if hand-ins have changed since the run before: "newer" takes the new scores,
            "higher" the higher ones.
        console: where progress and changes are shown.

    Returns:
        The gradebook's lines.

    Raises:
        CannotGradeError: if there is nothing to grade, or the folder of results belongs to another
            run.
    """
    try:
        handins = read_handins(folder)
    except (OSError, ValueError) as error:
        raise CannotGradeError(f"HANDINS: {error}") from None
    names, points = tuple(task.name for task in tasks), {task.name: task.points for task in tasks}
    before = _earlier(out)
    if seed is None:
        seed = before.seed if before else fresh_seed()
    keys = {one.name: key_of(one, names, seed) for one in handins}
    if before is not None and before.rows and not regrade:
        _insist_on_the_same(before, names, keys)
    # Written at once, so that a run that is killed goes on with the same seed.
    kept = before.rows if before else []
    _save(out, Run(seed=seed, tasks=names, rows=kept))

    try:
        with _shown(console, len(handins)) as advance:
            reports = grade_all(
                handins, out / "results", names, seed, mode, scheduler, workers, advance
            )
    except OSError as error:
        where = f"--scheduler: {scheduler}" if scheduler else "this computer"
        raise CannotGradeError(f"{where} does not answer ({error}); nothing is lost") from None
    except (BrokenGraderError, NoSandboxError) as error:
        raise CannotGradeError(f"A worker cannot grade: {error}") from None
    rows = [results.row_of(one, reports.get(one.name), keys[one.name], points) for one in handins]
    if regrade == "higher":
        old = {row.name: row for row in kept if row.scores.keys() == points.keys()}
        rows = [max(row, old.get(row.name, row), key=lambda one: one.score) for row in rows]
        for row in rows:  # the feedback is on the hand-in that counts
            if row.key != keys[row.name]:
                reports[row.name] = read_result(out / "results", row.key) or reports[row.name]
    _write(out, handins, reports, rows, seed)
    if regrade:
        changed = results.changes(kept, rows)
        write_whole(out / "changes.csv", results.changes_table(changed))
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
    write_whole(out / "run.json", msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")


def _write(
    out: Path, handins: list[Handin], reports: dict[str, Report], rows: list[Row], seed: int
) -> None:
    for handin in handins:
        report = reports.get(handin.name)
        name = results.file_name(handin.name)
        write_whole(out / "feedback" / f"{name}.html", pages.feedback(handin, report))
        if report is not None:
            as_dict = msgspec.to_builtins(report)
            scope = msgspec.json.format(msgspec.json.encode(results.gradescope(as_dict)), indent=1)
            write_whole(out / "gradescope" / name / "results.json", scope + b"\n")
            write_whole(out / "junit" / f"{name}.xml", results.junit(handin.name, report))
    write_whole(out / "summary.html", pages.summary(rows, reports, seed))
    write_whole(out / "canvas.csv", results.canvas(rows, "Introspection"))
    write_whole(out / "moodle.csv", results.moodle(rows))
    write_whole(out / "gradebook.csv", results.gradebook(rows))


@contextmanager
def _shown(console: Console, total: int) -> Iterator[Callable[[Handin], None]]:
    """A bar with the time left, for a person; now and then a line, for a log."""
    if not console.is_terminal:
        done, last = 0, time.monotonic()

        def say(handin: Handin) -> None:
            nonlocal done, last
            done += 1
            if done == total or time.monotonic() - last > 10:
                last = time.monotonic()
                console.print(f"{done} of {total} hand-ins")

        yield say
        return
    columns = (TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        shown = bar.add_task("", total=total)
        yield lambda handin: bar.advance(shown)
