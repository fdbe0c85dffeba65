"""One progress bar, for a person; nothing at all where nobody looks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
)


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Callable[..., None]]:
    """Show a bar on the terminal's error stream while something long is done.

    Args:
        title: what is being done.
        total: how many parts it has, if that is known.

    Yields:
        A function to call with the name of each part that is done. Where the number of parts is not
        known, it takes the share of all that is done, from 0 to 1, as well; without one the bar
        swings to and fro.
    """
    done = MofNCompleteColumn() if total else TaskProgressColumn()
    columns = [SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), done]
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        shown = bar.add_task(title, total=total)

        def advance(part: str, share: float | None = None) -> None:
            said = f"{title}: {part}"
            if share is None:
                bar.update(shown, advance=1, description=said)
            else:
                bar.update(shown, completed=share, total=1, description=said)

        yield advance
