"""A classroom: many mixed submissions in one run, and once more with a kill in the middle.

    python -m tests.proofs.classroom [COUNT] [--workers N]

makes a folder of submissions (default 200: solutions, stubs, wrong answers, attacks, and what is no
submission at all, one module each), grades it undisturbed, and again with `kill -9` when half of
the results are there and a second run that goes on. The two gradebooks have to be the same, byte
for byte, and every score as it should be.
"""

import csv
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path

import click

from course.given.modules import MODULES
from course.grader.mistakes import mistakes_of, source_of
from course.grader.sources import read_submission
from course.grader.tasks import select_tasks
from tests.attacks.known import FORGERIES, THEFTS
from tests.proofs.results import record

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Room:
    """A folder of submissions, and the points that each should get."""

    folder: Path
    points: dict[str, tuple[float, float]]

    def check(self, gradebook: Path) -> None:
        """Insist on the points: at least and at most."""
        lines = list(csv.DictReader(gradebook.read_text(encoding="utf-8-sig").splitlines()))
        assert {line["submission"] for line in lines} == self.points.keys()
        for line in lines:
            least, most = self.points[line["submission"]]
            assert least <= float(line["score"]) <= most, line


def fill(folder: Path, count: int = 200) -> Room:
    """Make a folder of submissions, of all kinds in turn."""
    solutions = read_submission(ROOT / "solutions")
    stubs = read_submission(ROOT / "course")
    tasks = {module: [one for one in select_tasks() if one.module == module] for module in MODULES}
    own = {module: sum(task.points for task in tasks[module]) for module in MODULES}
    needs = {module: needed_by(module, solutions) for module in MODULES}
    full = {module: sum(own[one] for one in needs[module]) for module in MODULES}
    known = [one for task in select_tasks() for one in mistakes_of(task.name)]
    wrong = [
        (
            f"wrong-{one.task}-{one.function.__name__}",
            one.task.partition(".")[0],
            solutions[one.task.partition(".")[0]] + source_of(one.task, one.function),
            # It costs its own task at least, and at most those that build on it.
            (0.0, full[one.task.partition(".")[0]] - 1),
        )
        for one in sorted(known, key=lambda one: one.function.__name__)  # of all modules in turn
    ]
    attacks = [
        (f"attack-{name}", "saliency", source, (0.0, 0.0))
        for name, source in (FORGERIES | THEFTS).items()
    ]
    others = [
        *((f"right-{name}", name, solutions[name], (full[name],) * 2) for name in MODULES),
        *((f"stubs-{name}", name, stubs[name], (0.0, 0.0)) for name in MODULES),
    ]
    points, turns = {}, zip_longest(wrong, attacks, others)
    everything = (one for one in chain.from_iterable(turns) if one is not None)
    folder.mkdir(parents=True)
    for number, (name, module, source, expected) in enumerate(islice(everything, count - 2)):
        points[name] = expected
        sources = {one: solutions[one] for one in needs[module]} | {module: source}
        if name.startswith("stubs"):
            sources = {module: source}
        if number % 2:
            with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
                for one, text in sources.items():
                    archive.writestr(f"{one}.py", text)
        else:
            (folder / name).mkdir()
            for one, text in sources.items():
                (folder / name / f"{one}.py").write_text(text, encoding="utf-8")
    (folder / "broken.zip").write_bytes(b"not a zip")
    (folder / "link").symlink_to("/etc")
    return Room(folder, points | {"broken": (0.0, 0.0), "link": (0.0, 0.0)})


def needed_by(module: str, sources: dict[str, str]) -> list[str]:
    """A module, and those that it imports, directly or by others."""
    found = [module]
    for one in found:
        named = re.findall(r"^from \.(\w+) import", sources[one], flags=re.M)
        found += [other for other in named if other not in found]
    return found


def start(room: Room, out: Path, workers: int) -> subprocess.Popen[bytes]:
    """Start `course grade` in a group of processes of its own."""
    call = [sys.executable, "-m", "course.ui", "grade", str(room.folder), "--out", str(out)]
    call += ["--seed", "7", "--workers", str(workers)]
    return subprocess.Popen(call, start_new_session=True, stdout=subprocess.DEVNULL)


@click.command()
@click.argument("count", type=click.IntRange(8), default=200)
@click.option("--workers", type=click.IntRange(1), default=2)
def main(count: int, workers: int) -> None:
    """Run the proof."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        room = fill(place / "submissions", count)
        began = time.monotonic()
        assert start(room, place / "whole", workers).wait() == 0
        seconds = time.monotonic() - began
        click.echo(f"{count} submissions in {seconds:.0f} s with {workers} workers")
        room.check(place / "whole" / "gradebook.csv")

        half = len(list((place / "whole" / "results").glob("*.json"))) // 2
        first = start(room, place / "killed", workers)
        while len(list((place / "killed").glob("results/*.json"))) < half:
            assert first.poll() is None
            time.sleep(0.02)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        at_the_kill = len(list((place / "killed").glob("results/*.json")))
        assert not (place / "killed" / "gradebook.csv").exists()
        assert start(room, place / "killed", workers).wait() == 0
        same = [(place / name / "gradebook.csv").read_bytes() for name in ("whole", "killed")]
        assert same[0] == same[1]
        click.echo(f"killed with {at_the_kill} results, gone on: the same gradebook, byte for byte")
        record("classroom", submissions=count, seconds=round(seconds), at_the_kill=at_the_kill)


if __name__ == "__main__":
    main()
