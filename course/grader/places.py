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
"""What a wheel carries of the rest of the checkout."""

IS_INSTALLED = CARRIED.is_dir()
"""Whether this is an installed wheel, and not a checkout."""

ROOT = CARRIED if IS_INSTALLED else PACKAGE.parent
GRADING = ROOT / "tests" / "grading"
ANSWERS = ROOT / "tests" / "answers"
SOLUTIONS = ROOT / "solutions"
DOCS = ROOT / "docs"

VERSION = importlib.metadata.version("introspection-course")
"""The version of the distribution, which every mark names."""


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
