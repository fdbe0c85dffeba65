"""The list of figures: which there are, and what can be asked of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.figure import Figure

from course.given.near import suggest
from course.ui.scene import Scene, Wanted, WrongCallError


@dataclass(frozen=True)
class Kind:
    """One figure.

    Attributes:
        name: the module's.
        compute: from a scene to what is found, by the student's functions.
        lay_out: from what is found to a figure without a title.
        caption: from what is found to the title, which says what is to be seen.
        takes: the options that it understands.
        methods: what `--method` can be; the first is the default.
        reasons: why an option is not understood, by the option, where that needs a word.
        no_class: what to say if there is an image without a class; empty if that is fine.
    """

    name: str
    compute: Callable[[Scene], Any]
    lay_out: Callable[[Any], Figure]
    caption: Callable[[Any], str]
    takes: Sequence[str]
    methods: Sequence[str] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    no_class: str = ""

    def draw(self, scene: Scene) -> Figure:
        """Compute, lay out, and say what is to be seen."""
        found = self.compute(scene)
        figure = self.lay_out(found)
        figure.suptitle(self.caption(found))
        return figure

    def require(self, wanted: Wanted) -> None:
        """Make sure that the figure understands all that is asked for.

        Raises:
            WrongCallError: if it does not; the message says what it takes.
        """
        takes = [*self.takes, *(["--method"] if self.methods else [])]
        for option in wanted.given():
            if option not in takes:
                why = self.reasons.get(option) or f"its options are {', '.join(takes)}"
                raise WrongCallError(f"{option} is not for the figure of {self.name}: {why}")
        if wanted.method is not None and wanted.method not in self.methods:
            raise WrongCallError(
                f"--method: {self.name} has no method {wanted.method!r}; "
                + suggest(wanted.method, self.methods)
            )
        if self.no_class and wanted.image is not None and wanted.class_name is None:
            raise WrongCallError(self.no_class)


FIGURES: dict[str, Kind] = {}
"""By the module's name."""


def register(kind: Kind) -> None:
    """List a figure."""
    FIGURES[kind.name] = kind
