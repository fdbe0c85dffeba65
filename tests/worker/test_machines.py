"""A verdict does not depend on how a machine is set up."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TASKS = ("saliency.gradient_saliency", "saliency.plot_saliency", "contrastive.grad_cam")

ODD = {
    "backend": "jax",
    "floatx": "float64",
    "epsilon": 1e-3,
    "image_data_format": "channels_first",
}

SETTINGS: dict[str, dict[str, str]] = {
    "keras.json in the home folder": {"HOME": "{home}", "KERAS_HOME": ""},
    "keras.json elsewhere": {"KERAS_HOME": "{home}/.keras"},
    "another backend": {"KERAS_BACKEND": "torch"},
    "the older Keras": {"TF_USE_LEGACY_KERAS": "1"},
    "packages named tests, docs and solutions": {"PYTHONPATH": "{others}"},
    "the C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "a home folder that cannot be written": {"HOME": "/dev/null/home"},
    "a graphics card": {"CUDA_VISIBLE_DEVICES": "0"},
    "a window for figures": {"MPLBACKEND": "TkAgg"},
    "assertions off": {"PYTHONOPTIMIZE": "2"},
    "compilation of everything": {"TF_XLA_FLAGS": "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit"},
    "warnings as errors": {"PYTHONWARNINGS": "error::UserWarning"},
    "a continuous integration": {"CI": "true", "GITHUB_ACTIONS": "true"},
}


def points(folder: Path, settings: dict[str, str]) -> tuple[float, str]:
    """The points of the solutions with these variables, from a folder with packages of its own."""
    (folder / "home" / ".keras").mkdir(parents=True)
    (folder / "home" / ".keras" / "keras.json").write_text(json.dumps(ODD))
    for name in ("tests", "docs", "solutions"):
        (folder / "others" / name).mkdir(parents=True)
        (folder / "others" / name / "__init__.py").write_text("raise ImportError('the wrong one')")
    places = {"home": folder / "home", "others": folder / "others"}
    variables = {name: value.format(**places) for name, value in settings.items()}
    options = ["--work", str(ROOT / "solutions"), "--json", str(folder / "verdicts.json")]
    done = subprocess.run(
        [sys.executable, "-m", "course.ui", "check", *TASKS, *options],
        capture_output=True,
        cwd=folder / "others",
        env={name: value for name, value in (os.environ | variables).items() if value},
        check=False,
    )
    assert (folder / "verdicts.json").exists(), done.stderr.decode()
    report = json.loads((folder / "verdicts.json").read_text(encoding="utf-8"))
    return report["score"], done.stdout.decode(errors="replace")


@pytest.mark.slow
def test_all_settings_at_once_cost_nothing(tmp_path: Path) -> None:
    together: dict[str, str] = {}
    for one in reversed(SETTINGS.values()):
        together |= one
    together |= {"HOME": "/dev/null/home", "KERAS_HOME": "{home}/.keras"}
    score, board = points(tmp_path, together)
    assert score == len(TASKS), board


@pytest.mark.slow
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_no_setting_of_a_machine_costs_a_point(settings: dict[str, str], tmp_path: Path) -> None:
    score, board = points(tmp_path, settings)
    assert score == len(TASKS), board
