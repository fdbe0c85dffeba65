"""How fast the grader is: `python -m tests.benchmarks.grader`.

Prints, measured on this machine in one run:
- a cold `course check` of one task, as a ratio to `python -c "import tensorflow"`, interleaved;
- the time from saving a file to the verdict in `course watch`, for each task, in milliseconds;
- all solutions in one `course check`, in seconds.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from course.grader.tasks import select_tasks
from tests.proofs.results import record

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = ROOT / "solutions"
QUIET = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUNBUFFERED": "1"}
COURSE = [sys.executable, "-m", "course.ui"]


def seconds(command: list[str]) -> float:
    """How long a command takes."""
    started = time.perf_counter()
    subprocess.run(command, env=QUIET, cwd=ROOT, capture_output=True, check=True)
    return time.perf_counter() - started


def cold_checks(names: tuple[str, ...], rounds: int = 5) -> dict[str, float]:
    """Median over the rounds of each task's check, divided by that round's import of TensorFlow."""
    ratios: dict[str, list[float]] = {name: [] for name in names}
    seconds([sys.executable, "-c", "import tensorflow"])  # the first reads from the disk
    for _ in range(rounds):
        bound = seconds([sys.executable, "-c", "import tensorflow"])
        for name in names:
            check = [*COURSE, "check", name, "--work", str(SOLUTIONS)]
            ratios[name].append(seconds(check) / bound)
    return {name: statistics.median(values) for name, values in ratios.items()}


def save_to_verdict(task: str, rounds: int = 7) -> float:
    """Median milliseconds from a save to the verdict, in a `course watch` of its own."""
    module = task.partition(".")[0]
    with tempfile.TemporaryDirectory() as folder:
        for path in SOLUTIONS.glob("*.py"):
            (Path(folder) / path.name).write_bytes(path.read_bytes())
        file = Path(folder) / f"{module}.py"
        source = file.read_text(encoding="utf-8")
        process = subprocess.Popen(
            [*COURSE, "watch", task, "--work", folder],
            env=QUIET,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        times = []
        try:
            _wait_for("q quit", process)
            for round_ in range(rounds):
                time.sleep(0.3)
                started = time.perf_counter()
                file.write_text(f"{source}\n# saved {round_}\n", encoding="utf-8")
                _wait_for(f"{task}: passed", process)
                times.append(time.perf_counter() - started)
        finally:
            process.kill()
            process.wait()
    return 1000 * statistics.median(times)


def _wait_for(text: str, process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return
    raise RuntimeError(f"course watch ended before it said {text!r}")


def main(names: list[str]) -> None:
    """Measure, and print a table."""
    console = Console()
    cold = cold_checks(("saliency.smooth", "saliency.gradient_saliency"))
    for name, ratio in cold.items():
        console.print(f"cold check of {name}: {ratio:.2f} × import tensorflow")
    table = Table("task", "milliseconds from save to verdict")
    medians = []
    for task in select_tasks(names):
        medians.append(save_to_verdict(task.name))
        table.add_row(task.name, f"{medians[-1]:.0f}")
    table.add_row("median of all", f"{statistics.median(medians):.0f}")
    console.print(table)
    everything = seconds([*COURSE, "check", "--work", str(SOLUTIONS)])
    console.print(f"all tasks in one check: {everything:.1f} s")
    if not names:
        record(
            "speed",
            cold_without_network=round(cold["saliency.smooth"], 2),
            cold_with_network=round(cold["saliency.gradient_saliency"], 2),
            milliseconds_to_verdict=round(statistics.median(medians)),
            slowest_milliseconds=round(max(medians)),
            seconds_for_all_tasks=round(everything, 1),
        )


if __name__ == "__main__":
    main(sys.argv[1:])
