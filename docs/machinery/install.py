"""Install the course into the Python that runs this file, as the first cell of a notebook does.

    python docs/machinery/install.py

A TensorFlow that is there already, as in Colab, stays what it is: the course asks for the smaller
`tensorflow-cpu`, which would write over the files of the other.
"""

import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PIP = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def requirements(has_tensorflow: bool) -> list[str]:
    """What the course needs, as pyproject.toml says it, but for a TensorFlow that is there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = project["dependencies"]
    return [one for one in needed if not (has_tensorflow and re.match(r"tensorflow\b", one))]


def main() -> None:
    """Install what the course needs, and then the course itself, from this folder."""
    subprocess.run([*PIP, *requirements(find_spec("tensorflow") is not None)], check=True)
    subprocess.run([*PIP, "--no-deps", "--editable", str(ROOT)], check=True)


if __name__ == "__main__":
    main()
