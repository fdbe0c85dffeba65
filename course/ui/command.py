"""The `course` command.

Imports are inside the commands: the worker process is started first, and imports TensorFlow while
this process imports what it needs itself. Nobody waits for what is not used.
"""

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NoReturn

import click

from course.given.modules import MODULES
from course.grader.places import NoFolderError, work_folder
from course.ui.case import case
from course.ui.stopping import stop
from course.worker.quiet import silence_native_code


class Folder(click.Path):
    """A folder that has to be there."""

    def __init__(self) -> None:
        super().__init__(exists=True, file_okay=False, path_type=Path)


class Seed(click.ParamType):
    """A whole number ≥ 0, or "random"."""

    name = "N|random"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """A number as it is, and a fresh one for "random"."""
        if value == "random":
            from course.grader.grading import fresh_seed

            return fresh_seed()
        try:
            seed = int(value)
        except ValueError:
            seed = -1
        if not 0 <= seed < 2**32:
            self.fail(f"{value!r} is neither a whole number from 0 to 2^32 nor 'random'")
        return seed


def _or_work_folder(ctx: Any, param: Any, work: Path | None) -> Path:
    """The folder that was named, or else the one in which one stands."""
    try:
        return work_folder() if work is None else work
    except NoFolderError as error:
        raise click.UsageError(str(error)) from None


work_option = click.option(
    "--work",
    type=Folder(),
    callback=_or_work_folder,
    help="Folder with your modules (default: the folder of course init in which you are, or the "
    "course/ of a checkout). A missing module counts as not started.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="introspection-course")
def main() -> None:
    """Look inside a neural network: fill in stubs, have them graded, see what they show."""
    silence_native_code()
    for stream in (sys.stdout, sys.stderr):  # a console that knows no "✓" shows "?", not an error
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


main.add_command(case)


@main.command()
@click.argument("names", metavar="[MODULE[.FUNCTION]]...", nargs=-1)
@work_option
@click.option("--in-process", is_flag=True, help="No worker process: for a debugger.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the verdicts there.",
)
@click.option(
    "--seed",
    type=Seed(),
    default=0,
    show_default=True,
    help="Draws the inputs; the same seed gives the same verdicts.",
)
def check(
    names: tuple[str, ...], work: Path, in_process: bool, json_file: Path | None, seed: int
) -> None:
    """Grade the tasks, all of them or those that are named.

    A name is a module's, its chapter's number (1.1), a task's (saliency.smooth), a function's
    (smooth) or a module's file.

    Exits with 0 only if all that was asked passes, 1 if not, and 2 for a wrong call.
    """
    if json_file is not None:
        _require_json(json_file)
    _require_modules(work)
    workers, *beside = _start_workers(work, names, "in-process" if in_process else None)
    try:
        from rich.console import Console

        from course.grader.files import write_atomic
        from course.grader.grading import as_json, grade
        from course.grader.pool import BrokenGraderError
        from course.ui.board import print_report

        tasks = _select(names)
        try:
            # A moving line would be in a debugger's way.
            shown = nullcontext(print) if in_process else _progress("Checking", len(tasks))
            with shown as advance:
                report = grade(
                    work, tasks, seed, workers, lambda verdict: advance(verdict.task), beside
                )
        except BrokenGraderError as error:
            if json_file is not None and error.report is not None:
                write_atomic(json_file, as_json(error.report))
            stop(f"The grader cannot work here. {error}", 2)
        if json_file is not None:
            write_atomic(json_file, as_json(report))
        retry = f"course check {' '.join(names)} --seed {seed}".replace("  ", " ") if seed else ""
        print_report(Console(highlight=False, soft_wrap=True), report, retry)
    finally:
        for one in filter(None, (workers, *beside)):
            one.close()
    sys.exit(0 if report.is_full else 1)


@main.command()
@click.argument("name", metavar="MODULE.FUNCTION")
@work_option
def hint(name: str, work: Path) -> None:
    """Show the next of three hints, from a nudge to nearly the answer."""
    from course.grader.hints import IS_LAST, memory_of, next_hint

    _require_writable(memory_of(work), "--work")
    tasks = _select([name])
    if len(tasks) > 1:
        raise click.UsageError(f"name one task, for instance {tasks[0].name}")
    number, text = next_hint(tasks[0], work)
    click.echo(f"Hint {number} of {len(tasks[0].hints)} for {tasks[0].name}\n")
    if number == 1 and tasks[0].why:
        click.echo(click.wrap_text(f"{tasks[0].why} ({tasks[0].effort})", 78) + "\n")
    click.echo(click.wrap_text(text, 78))
    if number < len(tasks[0].hints):
        click.echo("\nThe same command again gives the next one.")
    else:
        click.echo(f"\n{IS_LAST}")


@main.command()
@click.argument("what", metavar="MODULE", type=click.Choice(MODULES))
@click.option("--image", help="A photo's name or a file (default: one that suits).")
@click.option("--class", "class_name", help="What to look for (default: what the network sees).")
@click.option("--model", help="The network (default: efficientnet-lite0).")
@click.option("--output", type=click.Choice(["logit", "softmax"]), help="What is explained.")
@click.option("--steps", type=click.IntRange(1), help="How many steps to take.")
@click.option("--layer", help="The layer to look into.")
@click.option("--channel", type=click.IntRange(0), help="Which of its channels.")
@click.option(
    "--cheat",
    type=click.Choice(["square", "time-stamp", "watermark", "lightness-gradient"]),
    help="What is planted.",
)
@click.option("--search", type=click.Choice(["pixels", "spectrum"]), help="Where to search.")
@click.option("--method", help="How it is done: each module has its own, and names them.")
@work_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The figure's file (default: pictures/MODULE.png).",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--keep", is_flag=True, help="Put a copy into your lab report too.")
def show(what: str, work: Path, out: Path | None, force: bool, keep: bool, **wanted: Any) -> None:
    """Run your own functions on a real photo and a real network, and write the figure.

    An option that a module's figure does not understand is refused, with those that it does.
    """
    from course.grader.files import free_name

    if out is not None and out.exists() and not force:
        raise click.UsageError(f"--out: {out} is there already; --force writes over it")
    if out is None:
        default = Path("pictures") / f"{what}.png"
        out = default if force else free_name(default)
    _require_writable(out, "--out")
    from course.ui import show as figures
    from course.ui.scene import Wanted

    asked = Wanted(**wanted)
    if keep:
        _require_writable(figures.KEPT / out.name, "--keep")
    try:
        figures.require_format(out)
        with _progress(f"Computing {what}", None) as advance:
            figure = figures.draw(what, work, asked, advance)
    except figures.CannotShowError as error:
        stop(str(error), 1)
    except (ValueError, OSError) as error:
        stop(str(error), 2)
    figures.save(figure, out, asked.command(what))
    click.echo(f"Wrote {out}")
    if keep:
        click.echo(f"Kept {figures.keep(figure, what, asked.command(what))} for your lab report")


@main.command()
@click.argument("names", metavar="[MODULE[.FUNCTION]]...", nargs=-1)
@work_option
def watch(names: tuple[str, ...], work: Path) -> None:
    """Grade the task at hand whenever you save a file, and move on when it passes.

    Keys: hint, list, next, back, run all, show the figure, quit.
    """
    from course.grader.pool import PRELOAD, start_workers

    _require_modules(work)
    workers = start_workers(PRELOAD)
    try:
        import tensorflow as _  # at the same time as the workers do
        from rich.console import Console

        from course.ui.watch import Watch

        Watch(work, _select(names), workers, Console(highlight=False, soft_wrap=True)).run()
    finally:
        workers.close()


@main.command()
def start() -> None:
    """Begin here: see what the network sees, and what there is to do."""
    from course.grader.files import CannotWriteError
    from course.ui.start import start

    try:
        start()
    except CannotWriteError as error:
        stop(str(error), 2)


@main.command()
@click.argument("submissions", metavar="HANDINS", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for the results. A run that was killed goes on there.",
)
@click.option(
    "--only",
    "names",
    metavar="MODULE[.FUNCTION]",
    multiple=True,
    help="Grade only this; can be given more than once.",
)
@click.option("--seed", type=Seed(), help="Draws the inputs (default: a fresh one, kept in --out).")
@click.option("--workers", type=click.IntRange(1), help="Processes (default: as many as fit).")
@click.option("--scheduler", metavar="ADDRESS", help="A dask cluster's scheduler, tcp://HOST:PORT.")
@click.option(
    "--regrade",
    type=click.Choice(["newer", "higher"]),
    help="Where submissions have changed since the last run: take the newer or the higher score.",
)
@click.option(
    "--points",
    type=click.FloatRange(0, min_open=True),
    help="What all tasks together give in Canvas and Moodle (default: the tasks' own points).",
)
@click.option(
    "--assignment",
    metavar="NAME",
    default="introspection-course",
    show_default=True,
    help="What Canvas calls it.",
)
@click.option(
    "--case-seed",
    metavar="N",
    type=click.IntRange(0),
    help="Of the case that you have set (course case new --seed N): judges each case.toml, too.",
)
@click.option("--no-sandbox", is_flag=True, help="Run submissions unprotected: you trust them all.")
def grade(
    submissions: Path,
    out: Path,
    names: tuple[str, ...],
    seed: int | None,
    workers: int | None,
    scheduler: str | None,
    regrade: str | None,
    points: float | None,
    assignment: str,
    case_seed: int | None,
    no_sandbox: bool,
) -> None:
    """For teachers: grade a folder of submissions: folders, zips, or what Canvas or Moodle give.

    Each submission runs in a sandbox. Writes gradebook.csv, a page of feedback for each student, a
    summary of the class, and files for Canvas, Moodle, Gradescope and JUnit; index.html leads to
    all pages.
    """
    try:
        import distributed as _
        import jinja2 as _  # noqa: F811
    except ImportError as error:
        stop(f"{error.name} is missing: pip install 'introspection-course[teach]'", 2)
    from rich.console import Console

    from course.classroom.run import CannotGradeError, Settings, StoppedError, grade_folder

    mode = None
    if not no_sandbox:
        _require_sandbox()
        mode = "sandbox"
    settings = Settings(
        tasks=_select(names),
        seed=seed,
        mode=mode,
        scheduler=scheduler,
        workers=workers,
        regrade=regrade,
        points=points,
        assignment=assignment,
        case_seed=case_seed,
    )
    console = Console(highlight=False, soft_wrap=True, markup=False)
    try:
        rows = grade_folder(submissions, out, settings, console)
    except CannotGradeError as error:
        stop(str(error), 2)
    except StoppedError as error:
        stop(str(error), 130)  # what a shell says of a program that was interrupted
    refused = sum(bool(row.refusal) for row in rows)
    graded = len(rows) - refused
    console.print(f"{graded} submission{'s' * (graded != 1)} graded, {refused} refused.")
    console.print(f"{out / 'gradebook.csv'}, {out / 'index.html'}, {out / 'summary.html'}")


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--notebooks", is_flag=True, help="Add a notebook for each chapter.")
def init(folder: Path, notebooks: bool) -> None:
    """Write a folder to work in: the modules to fill in, and a page that says how to begin.

    A file that is there already is left as it is.
    """
    from course.classroom.chapters import MissingLibraryError
    from course.classroom.folder import write_folder

    try:
        written = write_folder(folder, notebooks)
    except (OSError, MissingLibraryError) as error:
        stop(str(error), 2)
    for path in written.kept:
        click.echo(f"kept   {folder / path}, which was there already")
    for path in written.new:
        click.echo(f"wrote  {folder / path}")
    here = folder.resolve() == Path.cwd()
    click.echo(f"\nGo on with:\n\n{'' if here else f'  cd {folder}{chr(10)}'}  course start")


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--docs", is_flag=True, help="Add the chapters as text, without answers.")
@click.option("--notebooks", is_flag=True, help="Add a notebook for each chapter.")
@click.option(
    "--with-hidden",
    "hidden",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw seeds for the final grade into this file, which stays with you.",
)
def release(folder: Path, docs: bool, notebooks: bool, hidden: Path | None) -> None:
    """For teachers: write the students' edition, without solutions, into a new folder.

    It is the folder of course init, with a wheel to install the course from and the workflow for
    GitHub Classroom.
    """
    from course.classroom.release import CannotReleaseError
    from course.classroom.release import release as write_edition

    try:
        write_edition(folder, docs, notebooks, hidden)
    except (CannotReleaseError, OSError) as error:
        stop(str(error), 2)
    click.echo(f"Wrote the students' edition to {folder}. To publish it: git init there, commit.")
    if hidden is not None:
        click.echo(f"Seeds for the final grade: {hidden}. Use one as course grade --seed N.")


@main.command()
@click.argument("path", metavar="ZIP", type=click.Path(dir_okay=False, path_type=Path))
def gradescope(path: Path) -> None:
    """For teachers: write the zip of a Gradescope autograder."""
    from course.classroom.gradescope import build_zip

    try:
        build_zip(path)
    except (ValueError, OSError, RuntimeError, ImportError) as error:
        stop(str(error), 2)
    click.echo(f"Wrote {path}. On Gradescope: Configure Autograder, Zip file upload.")


@main.command()
@work_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("report.html"),
    show_default=True,
    help="The report's file; an older one is replaced.",
)
@click.option(
    "--answers",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("answers.md"),
    show_default=True,
    help="Your answers; made with the questions if it is not there, and never overwritten.",
)
@click.option("--seed", type=Seed(), default=0, show_default=True, help="As for course check.")
def report(work: Path, out: Path, answers: Path, seed: int) -> None:
    """Write your lab report: your own figures, your answers, and the board, as one HTML file."""
    from course.grader.pool import BrokenGraderError
    from course.ui.report import ask_questions, write_report

    if out.suffix != ".html":
        raise click.UsageError(f"--out: {out} should end in .html")
    _require_modules(work)
    _require_writable(out, "--out")
    if not answers.exists():
        _require_writable(answers, "--answers")
    if ask_questions(answers):
        click.echo(f"Wrote {answers}, with the questions: answer them there, and run this again.")
    try:
        with _progress("Computing", len(MODULES) + 1) as advance:
            missing = write_report(work, answers, out, seed, advance)
    except BrokenGraderError as error:
        stop(f"The grader cannot work here. {error}", 2)
    except (OSError, UnicodeDecodeError) as error:
        stop(f"--answers: {answers} cannot be read: {error}", 2)
    for what, why in missing.items():
        click.echo(f"No figure of {what}: {why}" if what in MODULES else f"{what}: {why}")
    click.echo(f"Wrote {out}")


# --- helpers --------------------------------------------------------------------------------------


def _select(names: Any) -> list[Any]:
    from course.grader.tasks import select_tasks

    try:
        return select_tasks(names)
    except LookupError as error:
        raise click.UsageError(str(error.args[0])) from None


def _require_modules(work: Path) -> None:
    """See that there is something to grade."""
    from course.classroom.submissions import what_lies_in
    from course.grader.sources import read_submission

    instead = what_lies_in(work) if work.is_dir() else []
    if not read_submission(work):
        raise click.UsageError(
            " ".join([f"there is nothing to grade in {work}.", *instead])
            + f" None of {', '.join(MODULES)} is there: `course init work` makes a folder with all "
            "of them; --work names another folder"
        )
    for sentence in instead:
        click.echo(sentence, err=True)


def _start_workers(work: Path, names: tuple[str, ...], mode: str | None) -> list[Any]:
    """Start workers, if anything that was named has been started at all; else there is None.

    For several modules there are two, where a second processor is there for the second.
    """
    from course.grader.pool import libraries_in, start_workers
    from course.grader.sources import has_been_started, read_submission
    from course.grader.tasks import without_path

    sources = read_submission(work)
    asked = [without_path(name) for name in names] or list(MODULES)
    modules = [name for name in asked if name in MODULES and has_been_started(sources, name)]
    if any(name.partition(".")[0] not in MODULES for name in asked):
        asked = list(sources)  # a function alone may be any module's
    if not any(has_been_started(sources, name) for name in asked):
        return [None]
    is_free = mode is None and "COURSE_WORKER" not in os.environ and (os.cpu_count() or 1) > 1
    libraries = libraries_in(sources.values())
    return [start_workers(libraries, mode) for _ in range(2 if is_free and len(modules) > 1 else 1)]


def _progress(title: str, total: int | None) -> Any:
    from course.ui.progress import progress

    return progress(title, total)


def _require_sandbox() -> None:
    from course.grader.sandbox import NoSandboxError, require_bubblewrap, what_is_missing

    try:
        require_bubblewrap()
    except NoSandboxError as error:
        stop(str(error), 2)
    if missing := what_is_missing():
        click.echo(missing, err=True)


def _require_json(path: Path) -> None:
    if path.suffix != ".json":
        raise click.UsageError(f"--json: {path} should end in .json")
    if not path.absolute().parent.is_dir():
        raise click.UsageError(f"--json: there is no folder {path.absolute().parent}")
    _require_writable(path, "--json")


def _require_writable(path: Path, what: str) -> None:
    """Say before the work that its result could not be written."""
    from course.grader.files import CannotWriteError, require_writable_file

    try:
        require_writable_file(path, what)
    except CannotWriteError as error:
        stop(str(error), 2)
