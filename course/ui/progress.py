"""One progress bar, for a person; nothing at all where nobody looks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Callable[[str], None]]:
    """Show a bar on the terminal's error stream while something long is done.

    Args:
        title: what is being done.
        total: how many parts it has, if that is known.

    Yields:
        A function to call with the name of each part that is done.
    """
    columns = [SpinnerColumn(), TextColumn("{task.description}")]
    columns += [BarColumn(), MofNCompleteColumn()] if total else []
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        shown = bar.add_task(title, total=total)

        def advance(part: str) -> None:
            bar.update(shown, advance=1, description=f"{title}: {part}")

        yield advance
