"""Prepare the cases that come with the installation.

    python -m course.grader.case.prepare NAME...

Each is drawn from a seed that is not kept, so that not even who runs this knows the truth.
"""

import secrets

import click

from course.given.cases.making import make_case
from course.given.cases.ready import FOLDER, save_ready
from course.grader.case.truth import seal, sentences


@click.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
def main(names: tuple[str, ...]) -> None:
    """Make a case under each name, over one that is there."""
    for name in names:
        case = make_case(secrets.randbits(128))
        save_ready(name, case.networks, case.met)
        (FOLDER / f"{name}.facts").write_bytes(seal(sentences(case.truth)))
        click.echo(f"prepared {name}")


if __name__ == "__main__":
    main()
