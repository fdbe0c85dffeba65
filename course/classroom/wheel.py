"""A wheel of the course itself: an edition and an autograder install the course from it."""

import base64
import hashlib
import subprocess
import sys
import zipfile
from importlib.metadata import Distribution, distribution
from importlib.util import find_spec
from pathlib import Path

from course.classroom.chapters import MissingLibraryError
from course.grader.places import IS_INSTALLED, ROOT

NAME = "introspection-course"


def write_wheel(folder: Path) -> Path:
    """Write a wheel of the course: built in a checkout, packed again where it is installed.

    Args:
        folder: where to.

    Returns:
        The wheel's file.

    Raises:
        MissingLibraryError: in a checkout without the library that builds it.
        RuntimeError: if it cannot be built; the message says why.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return pack(distribution(NAME), folder) if IS_INSTALLED else build(folder)


def build(folder: Path) -> Path:
    """Build the wheel of a checkout."""
    if find_spec("hatchling") is None:
        raise MissingLibraryError(
            "a wheel needs hatchling: pip install 'introspection-course[teach]'"
        )
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the wheel cannot be built: {done.stderr.strip()[-2000:]}")
    return next(folder.glob("*.whl"))


def pack(installed: Distribution, folder: Path) -> Path:
    """Pack an installed distribution again, from the list of its files.

    Args:
        installed: was installed from a wheel of pure Python.
        folder: where to.
    """
    # A wheel's own files lie beside each other; what the installer has made lies elsewhere, or
    # says how it was installed here.
    made_here = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json"}
    files = [
        file
        for file in installed.files or ()
        if ".." not in file.parts and file.suffix != ".pyc" and file.name not in made_here
    ]
    about = next(file.parts[0] for file in files if file.parts[0].endswith(".dist-info"))
    path = folder / f"{about.removesuffix('.dist-info')}-py3-none-any.whl"
    record = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files):
            data = Path(str(installed.locate_file(file))).read_bytes()
            archive.writestr(file.as_posix(), data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
            record.append(f"{file.as_posix()},sha256={digest.decode()},{len(data)}")
        archive.writestr(f"{about}/RECORD", "\n".join([*record, f"{about}/RECORD,,", ""]))
    return path
