"""`course show`: a student's own functions at work on a real photo and a real network."""

import io
from collections.abc import Callable
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course.given import class_index_of, load_model, load_photo
from course.grader.files import free_name, write_atomic
from course.grader.sources import read_submission
from course.ui import figures as figures  # lists them in the registry
from course.ui.figures.registry import FIGURES
from course.ui.scene import DEFAULT_NETWORK, CannotShowError, Scene, Wanted, WrongCallError
from course.worker.importer import SubmissionImporter

KEPT = Path("report")
"""Where figures are kept for the lab report, in the folder in which one stands."""

COMMAND = "Description"
"""The text in a kept figure's file that says which command made it (a keyword of PNG's own)."""


def draw(
    what: str,
    work: Path,
    wanted: Wanted | None = None,
    advance: Callable[..., None] = lambda part, share=None: None,
) -> Figure:
    """Draw one of the figures.

    Args:
        what: the figure's name, which is its module's.
        work: the folder with the student's modules.
        wanted: what is asked for.
        advance: called with a word as parts of the work are done, and with the share of all that is
            done then, where the figure knows it.

    Raises:
        CannotShowError: if a function that it needs is missing or fails.
        WrongCallError: if the figure does not understand what is asked for.
        ValueError: if there is no such class or network, or the photo cannot be read.
        OSError: if there is no such photo, or the network cannot be fetched.
    """
    wanted = wanted or Wanted()
    if what not in FIGURES:
        raise CannotShowError(f"there is no figure {what!r} yet; there are {', '.join(FIGURES)}")
    FIGURES[what].require(wanted)
    class_index = None if wanted.class_name is None else class_index_of(wanted.class_name)
    if wanted.image is not None:
        load_photo(wanted.image)  # what is wrong with it is said before a network is fetched
    model = load_model(wanted.model or DEFAULT_NETWORK)
    photo = None if wanted.image is None else load_photo(wanted.image, model)
    SubmissionImporter().install(read_submission(work))
    try:
        return FIGURES[what].draw(Scene(model, photo, class_index, wanted, advance))
    except (CannotShowError, WrongCallError):
        raise
    except Exception as error:
        # The student's functions ran, and what they return is of no use for a figure.
        raise CannotShowError(
            f"what the functions return cannot be drawn ({type(error).__name__}: {error}): "
            f"course check {what}"
        ) from error


def require_format(path: Path) -> None:
    """Make sure that a figure can be written into a file of this name.

    Raises:
        WrongCallError: if its ending is none that is known.
    """
    known = sorted(FigureCanvasAgg(Figure()).get_supported_filetypes())
    if path.suffix.lstrip(".").lower() not in known:
        raise WrongCallError(f"--out: {path} should end in .{', .'.join(known)}")


def save(figure: Figure, path: Path, command: str = "") -> None:
    """Write a figure as a file of the kind that its name says, whole or not at all.

    Args:
        figure: to be written.
        path: where to.
        command: which made it; a PNG file carries it.
    """
    kind = path.suffix.lstrip(".").lower() or "png"
    metadata = {COMMAND: command} if kind == "png" and command else None
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=150, metadata=metadata)
    write_atomic(path, buffer.getvalue())


def keep(figure: Figure, what: str, command: str) -> Path:
    """Put a figure among those that the lab report takes in, and return where it is."""
    path = free_name(KEPT / f"{what}.png")
    save(figure, path, command)
    return path
