"""For notebooks: `from course.saliency import ...` finds what the student has written."""

from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from course.grader.places import work_folder
from course.grader.sources import read_submission, untouched_functions
from course.worker.importer import SubmissionImporter


class NotDoneError(NotImplementedError):
    """A function of another module is used before it has been written."""


def use_own_modules(work: str | Path | None = None) -> None:
    """Let imports from `course.saliency` and its siblings find the student's own functions.

    What is imported again afterwards is read anew from the files.

    Args:
        work: the folder with the modules; None for the one in which the notebook lies.

    Raises:
        NoFolderError: if no folder is named, and there is none.
    """
    folder = work_folder() if work is None else Path(work)
    _importer.folder = folder
    _importer.install(read_submission(folder))


class _OwnImporter(SubmissionImporter):
    """Says of a stub that is called, or of a file that is missing, what there is to do."""

    folder = Path()

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        name = module.__name__.rpartition(".")[2]
        for function in untouched_functions(self.sources[name]):
            setattr(module, function, self._not_done(f"{name}.{function}"))

    def _not_done(self, task: str) -> Any:
        def stub(*args: Any, **kwargs: Any) -> NoReturn:
            raise NotDoneError(
                f"this needs your own {task}, which is not started: write it in "
                f"{self.folder / task.partition('.')[0]}.py, then run the notebook's first cells "
                "again"
            )

        stub.__module__, _, stub.__name__ = f"course.{task}".rpartition(".")
        stub.__qualname__ = stub.__name__
        return stub


_importer = _OwnImporter()
