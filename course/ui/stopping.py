"""How a command ends early."""

import sys
from typing import NoReturn

import click


def stop(message: str, code: int) -> NoReturn:
    """Say why on the error stream, and exit with a code."""
    click.echo(message, err=True)
    sys.exit(code)
