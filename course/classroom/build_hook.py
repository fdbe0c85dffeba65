"""What a wheel carries beside the package, so that it is a whole course (run by hatchling).

The properties are copied as they are (pyproject.toml). The chapters are made here, without answers,
and the fingerprints of the known mistakes go along where there are any; never the mistakes
themselves, nor the solutions.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CarriedFiles(BuildHookInterface):
    """Adds the files to a wheel; an editable one finds them in the checkout."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the files, and say where they go."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from course.classroom import chapters

        # Kept until the process ends, as the files are read after this function has returned.
        self._folder = tempfile.TemporaryDirectory()
        made = {f"{name}.md": text for name, text in chapters.texts().items()}
        made |= {f"{name}.ipynb": text for name, text in chapters.notebooks().items()}
        for name, text in made.items():
            file = Path(self._folder.name, name)
            file.write_bytes(text.encode())
            build_data["force_include"][str(file)] = f"course/carried/chapters/{name}"
        for file in Path(self.root, "tests", "answers").glob("fingerprints.*"):
            build_data["force_include"][str(file)] = f"course/carried/tests/answers/{file.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Take the files away again."""
        if version != "editable":
            self._folder.cleanup()
