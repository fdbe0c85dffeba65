"""Prepare the cases that come with the installation.

    python -m course.grader.case.prepare NAME...

Each is drawn from a seed that is not kept, so that not even who runs this knows the truth.
"""

import contextlib
import secrets

import click

from course.given.cases.making import Case, NoCaseError, make_case
from course.given.cases.ready import FOLDER, save_ready
from course.grader.case.truth import seal, sentences


@click.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
def main(names: tuple[str, ...]) -> None:
    """Make a case under each name, over one that is there."""
    for name in names:
        case = any_case()
        save_ready(name, case.networks, case.met, case.clean)
        (FOLDER / f"{name}.facts").write_bytes(seal(sentences(case.truth)))
        click.echo(f"prepared {name}")


def any_case() -> Case:
    """A case of a seed that nobody knows; if one gives none, of the next."""
    while True:
        with contextlib.suppress(NoCaseError):
            return make_case(secrets.randbits(128))


if __name__ == "__main__":
    main()
