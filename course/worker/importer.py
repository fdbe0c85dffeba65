"""A submission's texts become modules: `course.saliency` and its siblings, in the worker."""

import importlib.abc
import importlib.machinery
import linecache
import sys
from types import ModuleType

from course.given.modules import MODULES


class SubmissionImporter(importlib.abc.MetaPathFinder, importlib.abc.ExecutionLoader):
    """Imports `course.saliency` and its siblings from a submission instead of the package's folder.

    So a student's modules may import each other, by `from .saliency import ...` or by
    `from course.saliency import ...`, and always find the submission's own. Whoever asks for the
    source of a function gets it: tracebacks do, and so does AutoGraph, which turns the loops in a
    `tf.function` into loops of a graph.
    """

    def __init__(self) -> None:
        self.sources: dict[str, str] = {}

    def install(self, sources: dict[str, str]) -> None:
        """Take a new submission, and forget the modules of the one before."""
        self.sources = sources
        package = sys.modules.get("course")
        for name in MODULES:
            sys.modules.pop(f"course.{name}", None)
            linecache.cache.pop(f"{name}.py", None)
            if package is not None and hasattr(package, name):
                delattr(package, name)
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find one of the modules, or leave the search to others."""
        package, _, name = fullname.partition(".")
        if package != "course" or name not in MODULES:
            return None
        if name not in self.sources:
            raise ModuleNotFoundError(f"the submission has no {name}.py", name=fullname)
        return importlib.machinery.ModuleSpec(fullname, self, origin=f"{name}.py")

    def get_filename(self, fullname: str) -> str:
        """The name of a module's file in the submission, as tracebacks show it."""
        return f"{fullname.partition('.')[2]}.py"

    def get_source(self, fullname: str) -> str:
        """A module's text."""
        return self.sources[fullname.partition(".")[2]]

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's source in it."""
        module.__file__ = self.get_filename(module.__name__)
        linecache.lazycache(module.__file__, module.__dict__)
        super().exec_module(module)
