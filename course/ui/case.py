"""`course case`: five networks of which nobody says whether they cheat."""

import json
import re
import secrets
import sys
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any

import click

from course.ui.stopping import stop

if TYPE_CHECKING:
    from course.given.cases.making import Pictures
    from course.grader.case.claims import Finding
    from course.grader.case.judge import Judged
    from course.grader.case.truth import Facts

DEFAULT = Path("case")

Seed = click.IntRange(0)


@click.group()
def case() -> None:
    """Take on a case: five networks, some of which cheat. Find out which, and how."""


@case.command()
@click.option("--seed", type=Seed, help="Make a case of your own (default: one that is ready).")
@click.option("--name", help="Which of the ready cases (default: any).")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT,
    show_default=True,
    help="A new folder for it.",
)
def new(seed: int | None, name: str | None, out: Path) -> None:
    """Write a case into a new folder: networks, pictures, and a letter that says what is asked.

    A case that is ready takes seconds. One of a seed is trained on the spot, which takes a minute
    or two; the seed is not written down, and `course case check` asks for it.
    """
    from course.given.cases.folder import save_case
    from course.given.cases.making import NoCaseError
    from course.given.cases.ready import load_ready, ready_names
    from course.given.near import suggest
    from course.grader.files import CannotWriteError, require_writable

    if out.exists():
        stop(f"--out: {out} is there already; name a new folder, such as --out {out}-2", 2)
    if seed is not None and name is not None:
        stop("--name: a case is either ready or made from a seed, not both", 2)
    if name is not None and name not in ready_names():
        stop(f"--name: there is no case {name!r}; {suggest(name, ready_names())}", 2)
    try:
        require_writable(out, "--out")
        if seed is None:
            name = name or secrets.choice(ready_names())
            save_case(out, name, *load_ready(name))
        else:
            made = _make(seed)
            save_case(out, "", made.networks, made.met, made.clean)
    except (CannotWriteError, NoCaseError) as error:
        stop(str(error), 2)
    _write_words(out, seed)
    title = f"The case {name}" if name else f"The case of seed {seed}"
    click.echo(f"{title} is in the folder {out}. Begin with the letter: {out / 'letter.md'}")


@case.command()
@click.argument(
    "folders", metavar="[DIR]...", nargs=-1, type=click.Path(file_okay=False, path_type=Path)
)
@click.option("--seed", type=Seed, help="Of the case, if it was made from one.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the points there.",
)
def check(folders: tuple[Path, ...], seed: int | None, json_file: Path | None) -> None:
    """Judge what `case.toml` claims of the five networks (default: in the folder "case").

    With --seed the case is made anew, and no network of the folder is opened; then several folders
    can be judged at once, and each needs to hold no more than its case.toml. One that cannot be
    judged costs the others nothing.

    Exits with 0 only if all that is claimed holds, 1 if not, and 2 for a wrong call or a file that
    cannot be judged.
    """
    from rich.console import Console

    from course.given.cases.folder import NotACaseError
    from course.given.cases.making import NoCaseError, draw_pictures
    from course.given.cases.plan import draw_plan
    from course.grader.case.claims import CannotReadError, read_claims
    from course.grader.case.judge import FULL, as_data, judge
    from course.grader.case.truth import sentences
    from course.grader.files import CannotWriteError, require_writable_file, write_atomic

    console = Console(highlight=False, soft_wrap=True)
    folders = folders or (DEFAULT,)
    findings: dict[Path, dict[str, Finding]] = {}
    refused: dict[Path, str] = {}
    met = None if seed is None else draw_pictures(draw_plan(seed))[0]
    for folder in folders:
        try:
            claimed = read_claims(folder / "case.toml")
            if met is None:
                _require_ready(folder)
            else:
                _require_drawn(folder, met)
            findings[folder] = claimed
        except (CannotReadError, NotACaseError) as error:
            refused[folder] = str(error)  # which costs the other folders nothing
    try:
        if json_file is not None:
            require_writable_file(json_file, "--json")
        if not findings:
            stop("\n".join(refused.values()), 2)
        made = None if seed is None else frozenset(sentences(_make(seed).truth))
    except (NoCaseError, CannotWriteError) as error:
        stop(str(error), 2)
    data: dict[str, Any] = {}
    for folder in folders:
        if len(folders) > 1:
            console.print(f"\n{folder}", style="bold", markup=False)
        if folder in refused:
            console.print(refused[folder], markup=False)
            data[str(folder)] = {"score": 0.0, "max_score": FULL, "error": refused[folder]}
            continue
        judged = judge(findings[folder], _sealed_facts(folder) if made is None else made)
        print_judged(console, judged, findings[folder])
        data[str(folder)] = as_data(judged)
    if json_file is not None:
        write_atomic(json_file, json.dumps(data, indent=2).encode() + b"\n")
    if refused:
        sys.exit(2)
    sys.exit(0 if all(one["score"] == FULL for one in data.values()) else 1)


def _require_drawn(folder: Path, met: "Pictures") -> None:
    """See that a folder holds the case of a seed, if it holds one: its claims are enough.

    Args:
        folder: of the case.
        met: what the seed draws.

    Raises:
        NotACaseError: if it holds another.
    """
    from course.given.cases.folder import CARD, NotACaseError, name_of, require_drawn

    if not (folder / CARD).is_file():
        return
    if name := name_of(folder):
        raise NotACaseError(f"--seed: {folder} is the ready case {name}, which has no seed")
    require_drawn(folder, met)


def _require_ready(folder: Path) -> None:
    """See that a folder holds a case that came with the installation.

    Raises:
        NotACaseError: if it holds another, or none.
    """
    from course.given.cases.folder import NotACaseError, name_of, require_untouched
    from course.given.cases.ready import ready_names

    name = name_of(folder)
    require_untouched(folder)
    if not name:
        raise NotACaseError(
            f"{folder} was made from a seed, which is not in the folder: say it as --seed N"
        )
    if name not in ready_names():
        raise NotACaseError(f"{folder}: there is no case {name!r} in this version of the course")


def _sealed_facts(folder: Path) -> "Facts":
    """What is true of a case that came with the installation."""
    from course.given.cases.folder import name_of
    from course.given.cases.ready import FOLDER
    from course.grader.case.truth import Sealed

    return Sealed.read(FOLDER / f"{name_of(folder)}.facts")


def _make(seed: int) -> Any:
    from course.given.cases.making import make_case
    from course.given.cases.plan import NETWORKS
    from course.ui.progress import progress

    with progress("Training", len(NETWORKS)) as advance:
        return make_case(seed, advance)


def _write_words(folder: Path, seed: int | None) -> None:
    """Write the letter, and the file to fill in."""
    import jinja2

    from course.given.cases.making import CLASSES
    from course.given.cases.marks import KINDS
    from course.given.cases.plan import NETWORKS
    from course.grader.files import write_atomic

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("course.ui"), trim_blocks=True, undefined=jinja2.StrictUndefined
    )
    words = {
        "folder": folder.as_posix(),
        "seed": " --seed N" if seed is not None else "",
        "kinds": KINDS,
        "classes": CLASSES,
        "networks": NETWORKS,
    }
    for name in ("letter.md", "case.toml"):
        write_atomic(folder / name, environment.get_template(name).render(words).encode())
    script = environment.get_template("notebook.txt").render(words)
    write_atomic(folder / "case.ipynb", notebook(script).encode())


def notebook(script: str) -> str:
    """A script in percent format as the text of a notebook."""
    cells: list[dict[str, Any]] = []
    for number, cell in enumerate(re.split(r"^# %%", script, flags=re.M)[1:]):
        head, _, body = cell.partition("\n")
        made: dict[str, Any] = {"id": f"cell-{number:02}", "metadata": {}, "source": body.strip()}
        if "[markdown]" in head:
            made |= {
                "cell_type": "markdown",
                "source": re.sub(r"^# ?", "", made["source"], flags=re.M),
            }
        else:
            made |= {"cell_type": "code", "outputs": [], "execution_count": None}
        cells.append(made)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1) + "\n"


def print_judged(console: Any, judged: "list[Judged]", findings: "dict[str, Finding]") -> None:
    """Print what became of the claims: a line per network, then what does not hold, the points."""
    from rich.table import Table
    from rich.text import Text

    from course.grader.case.judge import FULL, POINTS, is_solved, messages, sign, total

    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    for one in judged:
        symbol, style = sign(one)
        table.add_row(
            Text(symbol, style),
            Text(one.network),
            Text(said(findings[one.network])),
            Text(f"{one.points:g} / {POINTS}".replace("-", "−"), "dim"),
        )
    console.print(table)
    for (symbol, style, message), networks in messages(judged).items():
        console.print(Text(f"\n{symbol} {', '.join(networks)}", f"bold {style}"))
        console.print(Text(indent(message, "  ")))
    console.print(Text(f"\n{total(judged):g} of {FULL} points", "bold"))
    if is_solved(judged):
        console.print("Every claim holds. The keeper of the collection thanks you: case closed.")


def said(finding: "Finding") -> str:
    """A finding in a few words."""
    claims = "; ".join(f"{one.class_name}: {one.kind}" for one in finding.claims.values())
    return f"{finding.verdict} ({claims})" if claims else finding.verdict
