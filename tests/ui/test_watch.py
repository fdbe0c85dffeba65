"""`course watch`, through a pseudo-terminal, as a student sits before it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pexpect = pytest.importorskip("pexpect")

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "course.ui", "watch", "saliency"]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A student's folder in which 1.1 is solved."""
    shutil.copy(ROOT / "solutions" / "saliency.py", tmp_path)
    return tmp_path


@pytest.fixture
def terminal(work: Path) -> Iterator["pexpect.spawn"]:
    child = pexpect.spawn(
        COMMAND[0],
        [*COMMAND[1:], "--work", str(work)],
        timeout=300,
        encoding="utf-8",
        dimensions=(30, 90),
        cwd=str(ROOT),
    )
    yield child
    child.close(force=True)


def change(work: Path, old: str, new: str) -> None:
    path = work / "saliency.py"
    source = path.read_text()
    assert old in source
    path.write_text(source.replace(old, new))


@pytest.mark.slow
def test_a_session(terminal: "pexpect.spawn", work: Path) -> None:
    """Everything passes; then one thing after another goes wrong, and is mended."""
    limit = "np.max(np.abs(heatmap))"
    terminal.expect("6 of 6 passed")
    terminal.expect("q quit")

    # The last task is at hand; what the save has broken is seen all the same.
    change(work, limit, "np.max(heatmap)")
    terminal.expect(r"symmetric_limit: failed \(it was: passed\)")
    terminal.expect("Now: saliency")
    terminal.send("r")
    terminal.expect("failed")
    terminal.expect("passed.  Now: ")
    terminal.expect("q quit")
    terminal.send("b")
    terminal.expect(r"symmetric_limit: failed")

    terminal.send("h")
    terminal.expect("Hint 1 of 3 for saliency.symmetric_limit")
    terminal.send("l")
    terminal.expect(r"gradient_saliency.*passed")
    terminal.expect("q quit")

    terminal.setwinsize(20, 60)
    change(work, "np.max(heatmap)", "np.max(heatmap")
    terminal.expect("symmetric_limit: error")
    terminal.expect("Python cannot read the file")

    (work / "saliency.py").unlink()
    terminal.expect("symmetric_limit: not started")

    shutil.copy(ROOT / "solutions" / "saliency.py", work)
    terminal.expect("symmetric_limit: passed")

    terminal.send("q")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


@pytest.mark.slow
def test_a_hang_is_survived(terminal: "pexpect.spawn", work: Path) -> None:
    terminal.expect("6 of 6 passed")
    change(work, "return float(np.max", "while True: pass\n    return float(np.max")
    terminal.expect("plot_saliency: timeout")
    shutil.copy(ROOT / "solutions" / "saliency.py", work)
    terminal.expect("plot_saliency: passed")


def test_without_a_terminal_it_prints_lines(work: Path) -> None:
    change(work, "np.max(np.abs(heatmap))", "np.max(heatmap)")
    process = subprocess.Popen(
        [*COMMAND, "--work", str(work)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    try:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "5 of 6 passed" in line or "4 of 6 passed" in line:
                break
        shutil.copy(ROOT / "solutions" / "saliency.py", work)
        until = time.monotonic() + 300
        for line in process.stdout:
            lines.append(line)
            if "symmetric_limit: passed" in line or time.monotonic() > until:
                break
    finally:
        process.kill()
        process.wait()
    text = "".join(lines)
    assert "symmetric_limit: passed" in text
    assert "\x1b[" not in text
