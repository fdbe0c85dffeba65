"""Where the course's own files are: in a checkout, or in what a wheel has installed.

Everything is found by path and never by a top-level name: another package named `tests` or `docs`
may be installed, or lie where one happens to stand.
"""

import importlib
import importlib.metadata
import sys
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType

PACKAGE = Path(__file__).resolve().parents[1]
"""The package: also the folder of the stubs."""

CARRIED = PACKAGE / "carried"
"""What a wheel carries of the rest of the checkout: properties, fingerprints, chapters."""

IS_INSTALLED = CARRIED.is_dir()
"""Whether this is an installed wheel, and not a checkout."""

ROOT = CARRIED if IS_INSTALLED else PACKAGE.parent
GRADING = ROOT / "tests" / "grading"
ANSWERS = ROOT / "tests" / "answers"
SOLUTIONS = ROOT / "solutions"
DOCS = ROOT / "docs"

try:
    VERSION = importlib.metadata.version("introspection-course")
except importlib.metadata.PackageNotFoundError:  # while its wheel is being built
    VERSION = "unknown"
"""The version of the distribution, which every mark names."""

MARK = Path(".course", "folder.json")
"""The file by which a folder of `course init` is known."""


class NoFolderError(LookupError):
    """There is no folder to work in here; the message says how to get one."""


def marked_folder(here: Path | None = None) -> Path | None:
    """The folder of `course init` in which one stands, or None.

    Args:
        here: where to look, and then in the folders above; None for the current folder.
    """
    here = Path.cwd() if here is None else here.resolve()
    return next((one for one in (here, *here.parents) if (one / MARK).is_file()), None)


def work_folder() -> Path:
    """The folder with the student's modules, where none is named.

    Returns:
        The folder of `course init` in which one stands; in a checkout otherwise its `course/`.

    Raises:
        NoFolderError: if there is neither.
    """
    if found := marked_folder():
        return found
    if IS_INSTALLED:
        raise NoFolderError(
            "there is no folder of the course here: `course init work` makes one, "
            "and `cd work` goes into it"
        )
    return PACKAGE


def load(folder: Path, name: str) -> ModuleType:
    """Import a module of a folder that is no package of ours by name.

    Args:
        folder: its modules import each other relatively.
        name: of the module.

    Raises:
        ModuleNotFoundError: if it is not there.
    """
    package = f"course_{folder.parent.name}_{folder.name}"
    if package not in sys.modules:
        spec = ModuleSpec(package, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
        sys.modules[package] = module_from_spec(spec)
    return importlib.import_module(f"{package}.{name}")
