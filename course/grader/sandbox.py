"""The sandbox in which a teacher's computer runs what strangers have written.

Two walls, one in the other:

- bubblewrap starts the warm server with no network, nothing to write to, an empty environment, and
  of all files only the system's libraries, Python, and the two folders that the worker needs.
- Every process that the server forks for a task shuts itself in (`course.worker.confine`): process,
  mount and user namespaces of its own, an empty folder for temporary files, no capabilities, and
  limits. When its first process is killed, the kernel ends all that it has started.

The walls are the kernel's namespaces: they hold as well as those do.
"""

import functools
import os
import shutil
import site
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from course.grader.places import IS_INSTALLED, ROOT
from course.worker import filter
from course.worker.confine import TEMPORARY_BYTES
from course.worker.settings import BARE

PACKAGE = Path(__file__).resolve().parents[1]

VISIBLE = ("__init__.py", "given", "worker")
"""What of the package can be seen inside: neither properties nor hints nor known mistakes."""


class NoSandboxError(Exception):
    """There is no bubblewrap here, or it cannot do its work."""


def what_is_missing() -> str:
    """What the sandbox has to do without on this computer; empty if nothing."""
    if filter.is_available():
        return ""
    return (
        "Without libseccomp, submissions may call all of the kernel "
        "(Debian: apt-get install libseccomp2; then pip install pyseccomp)."
    )


@functools.cache
def require_bubblewrap() -> str:
    """Find bubblewrap, and see that it works.

    Returns:
        The path of the program.

    Raises:
        NoSandboxError: if there is none, or the kernel does not let it work; says what to do.
    """
    program = shutil.which("bwrap")
    otherwise = "or say --no-sandbox if you trust every submission."
    if sys.platform != "linux":
        raise NoSandboxError(
            f"There can be no sandbox here: use Linux with bubblewrap, {otherwise}"
        )
    if program is None:
        raise NoSandboxError(
            "There is no bubblewrap here. Install it (Debian: apt-get install bubblewrap), "
            + otherwise
        )
    nested = "from course.worker import confine; confine.harden_server(); confine.confine()"
    tried = subprocess.run(
        [*command(program), "-c", nested], capture_output=True, text=True, check=False
    )
    if tried.returncode != 0:
        why = (tried.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise NoSandboxError(
            f"bubblewrap cannot make a sandbox here ({why}). Allow unprivileged user namespaces "
            f"(sysctl user.max_user_namespaces), {otherwise}"
        )
    return program


def command(program: str) -> list[str]:
    """The command line that starts Python inside the first wall.

    Args:
        program: the path of bubblewrap.
    """
    words = [program, "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    words += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    words += ["--unshare-cgroup-try"]
    if os.getuid() == 0:
        # Root is above some limits, so the server soon becomes nobody (`harden_server`).
        words += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        words += ["--unshare-user"]
    words += ["--hostname", "sandbox", "--proc", "/proc", "--dev", "/dev"]
    words += ["--perms", "1777", "--size", str(TEMPORARY_BYTES), "--tmpfs", "/tmp"]
    words += [*_system(), *_python(), *_course()]
    words += ["--remount-ro", "/dev", "--remount-ro", "/"]
    for name, value in BARE.items():
        words += ["--setenv", name, value]
    return [*words, "--chdir", "/", sys.executable, "-P", "-B"]


def _system() -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        path = Path(name)
        if path.is_symlink():  # into /usr, on most systems of today
            yield from ("--symlink", os.readlink(path), name)
        elif path.is_dir():
            yield from ("--ro-bind", name, name)
    yield from ("--dir", "/etc", "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache")


def _python() -> Iterator[str]:
    """The interpreter and its libraries, at the places where they are."""
    places = {Path(sys.base_prefix), Path(sys.prefix), Path(sys.executable).resolve().parents[1]}
    places |= {Path(folder) for folder in site.getsitepackages()}
    seen: list[Path] = [Path("/usr")]
    for place in sorted(places):
        if os.path.isdir(place) and not any(place.is_relative_to(outer) for outer in seen):
            _require_harmless(place)
            seen.append(place)
            # The folders above have to be made first, or bubblewrap hides them from nobody.
            yield from ("--dir", str(place.parent), "--ro-bind", str(place), str(place))
    if not IS_INSTALLED and any(ROOT.is_relative_to(outer) for outer in seen):
        yield from _rest_of_checkout(places)


def _require_harmless(place: Path) -> None:
    """A folder with Python in it is shown whole: it must not be where a person's own files are."""
    if Path(os.path.expanduser("~")).is_relative_to(place):
        raise NoSandboxError(
            f"Python is installed in {place}, and would show all that lies there to submissions. "
            "Use another Python, or say --no-sandbox if you trust every submission."
        )


def _rest_of_checkout(places: Iterable[Path]) -> Iterator[str]:
    """Hide what lies beside the package, solutions above all.

    For a checkout among the libraries, where `pip install -e git+https://...` puts it.
    """
    for path in sorted(ROOT.iterdir()):
        if not any(place.is_relative_to(path) for place in (PACKAGE, *places)):
            hidden = ("--tmpfs",) if path.is_dir() else ("--ro-bind", "/dev/null")
            yield from (*hidden, str(path))


def _course() -> Iterator[str]:
    """The package, of which most is hidden: also where it lies among the libraries.

    There, an editable installation leaves what a wheel carries, the properties among it.
    """
    for folder in map(Path, site.getsitepackages()):
        if (folder / PACKAGE.name).is_dir() and folder != PACKAGE.parent:
            yield from ("--tmpfs", str(folder / PACKAGE.name))
    yield from ("--tmpfs", str(PACKAGE))
    for name in VISIBLE:
        yield from ("--ro-bind", str(PACKAGE / name), str(PACKAGE / name))
    yield from ("--remount-ro", str(PACKAGE))
