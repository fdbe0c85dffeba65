"""Gradescope: the autograder's zip, and what runs in it for every submission.

    python -m course.classroom.gradescope SUBMISSION RESULTS_JSON

grades one submission and writes its results. In Gradescope's container bubblewrap mostly cannot
work. Then the student's code runs as nobody, if the grader is root, and so cannot reach the
results; only if neither is possible does it run unprotected, and the output says so.
"""

import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import msgspec

from course.classroom.folder import TEMPLATES
from course.classroom.gradebook import gradescope
from course.classroom.submissions import read_submission_at
from course.classroom.wheel import write_wheel
from course.grader.files import require_writable_file, write_atomic
from course.grader.grading import Report, fresh_seed, grade_sources
from course.grader.pool import PRELOAD, start_workers
from course.grader.sandbox import NoSandboxError, require_bubblewrap, what_is_missing
from course.grader.tasks import select_tasks
from course.worker.confine import NOBODY
from course.worker.family import adopt_orphans, end_orphans

INSIDE = "introspection-course"


def build_zip(path: Path) -> None:
    """Write the zip to upload at Configure Autograder: two scripts, and a wheel of the course.

    Args:
        path: a new file.

    Raises:
        ValueError: if the file is there already, its folder is not, or its name does not end in
            .zip.
        MissingLibraryError: if the wheel has to be built, and cannot be.
        CannotWriteError: if one may not write there.
    """
    if path.suffix != ".zip":
        raise ValueError(f"ZIP: {path} should end in .zip")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"ZIP: there is no folder {path.absolute().parent}")
    if path.exists():
        raise ValueError(f"ZIP: {path} is there already")
    require_writable_file(path, "ZIP")
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        tempfile.TemporaryDirectory() as folder,
    ):
        for name in ("setup.sh", "run_autograder"):
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, (TEMPLATES / name).read_bytes())
        wheel = write_wheel(Path(folder))
        archive.write(wheel, f"{INSIDE}/{wheel.name}")
    write_atomic(path, buffer.getvalue())


def best_protection() -> tuple[str | None, str]:
    """The safest kind of workers that works here, and a word on it."""
    try:
        require_bubblewrap()
        return "sandbox", f"in a sandbox. {what_is_missing()}".strip().rstrip(".")
    except NoSandboxError:
        if _nobody_can_run_python():
            return "nobody", "as the user nobody, without a sandbox"
        return None, "without a sandbox, as the grader's own user"


def _nobody_can_run_python() -> bool:
    try:
        tried = subprocess.run([sys.executable, "-c", ""], user=NOBODY, group=NOBODY, check=False)
    except (OSError, ValueError):  # the grader is not root, or Python lies where nobody may look
        return False
    return tried.returncode == 0


def main(submission: Path, results: Path) -> None:
    """Grade one submission."""
    found = read_submission_at(submission, submission.name)
    mode, how = best_protection()
    if found.refusal:
        answer: dict[str, object] = {"score": 0, "output": f"Not graded: {found.refusal}."}
    else:
        workers = start_workers(PRELOAD, mode)
        try:
            report: Report = grade_sources(found.sources, select_tasks(), fresh_seed(), workers)
        finally:
            workers.close()
        answer = gradescope(msgspec.to_builtins(report))
        answer["output"] = f"{answer['output']} Your code ran {how}."
    write_atomic(results, msgspec.json.format(msgspec.json.encode(answer), indent=1) + b"\n")


if __name__ == "__main__":
    adopt_orphans()  # so that nothing that a submission starts outlives its grading
    try:
        main(*map(Path, sys.argv[1:]))
    finally:
        end_orphans()
