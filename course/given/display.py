"""How chapters and notebooks show figures, tables and sentences that hold computed numbers.

Figures become SVG in the page itself, so that their text takes the page's colour: dark on light, or
light on dark.
"""

import base64
import html
import io
import logging
import re
from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib as mpl
from cycler import cycler
from IPython.display import HTML, Markdown, display
from matplotlib.figure import Figure
from PIL import Image

INK = "#7a7a7b"
"""The colour of text and lines: replaced by the page's own, and legible where it is not."""

QUALITY = 82
"""Of photos and large maps, on WebP's scale: on a page they cannot be told from the original."""

FEW_PLACES = 64
"""A map with no more of them along its longer side is stored exactly."""

# Told apart by the colour-blind, and visible on white and on black (after Okabe and Ito, 2008).
COLORS = ("#0090d4", "#e08a00", "#00a078", "#d4603a", "#b878b0")

# That a function is compiled once more for another model is not news in a chapter.
logging.getLogger("tensorflow").setLevel(logging.ERROR)

mpl.rcParams.update(
    {
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "grid.color": INK,
        "legend.frameon": False,
        "axes.linewidth": 0.6,
        "axes.prop_cycle": cycler(color=COLORS),
        "image.interpolation": "none",  # keep an image's own pixels
        "font.size": 9.5,
        "font.sans-serif": ["DejaVu Sans"],  # as wide as any, so what fits here fits elsewhere
        "svg.fonttype": "none",  # letters, not their outlines: a tenth of the size
        "svg.hashsalt": "figures",
    }
)


def show(figure: Figure, alt: str, caption: str) -> None:
    """Show a figure in the page.

    Args:
        figure: any matplotlib figure.
        alt: what is to be seen, for those who cannot see it.
        caption: one or two plain sentences below it.
    """
    width = figure.get_size_inches()[0]
    display(
        HTML(
            f'<figure style="--width: {width / 8.8:.0%}">'
            f'<div role="img" aria-label="{html.escape(alt)}">{to_svg(figure)}</div>'
            f"<figcaption>{html.escape(caption, quote=False)}</figcaption></figure>"
        )
    )


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Show a table; the first column is text, the others numbers.

    Args:
        header: one text a column.
        rows: texts, or numbers that are formatted already.
    """
    rows = [[re.sub(r"(?<!\w)-(?=\d)", "−", str(cell)) for cell in row] for row in rows]
    lines = [header, [":--", *["--:"] * (len(header) - 1)], *rows]
    display(Markdown("\n".join(f"| {' | '.join(line)} |" for line in lines)))


def write(text: str) -> None:
    """Show a paragraph of Markdown: for sentences with numbers that were just computed."""
    display(Markdown(text))


def to_svg(figure: Figure) -> str:
    """Draw a figure as SVG that takes on the colour of the text around it."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    # matplotlib styles every element of the page here; on the root, only its own inherit it.
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.S)
    svg = svg.replace("<svg", '<svg style="stroke-linejoin: round; stroke-linecap: butt"', 1)
    svg = re.sub(r'(data:image/png;base64,)([^"]+)', _smaller, svg)
    return re.sub(r"\n\s*", " ", svg.replace(INK, "currentColor"))


def _smaller(png: re.Match[str]) -> str:
    """Store a picture as WebP where that is smaller: a photo nearly as it is, a small map exactly.

    A map of few places is drawn enlarged, and would show every place that is not quite its colour.
    """
    image = Image.open(io.BytesIO(base64.b64decode(png[2])))
    opaque = image.mode != "RGBA" or image.getchannel("A").getextrema() == (255, 255)
    exact = max(image.size) <= FEW_PLACES or not opaque
    packed = io.BytesIO()
    image.convert("RGB" if opaque else "RGBA").save(
        packed, "webp", lossless=exact, quality=100 if exact else QUALITY, method=6
    )
    encoded, before = base64.b64encode(packed.getvalue()).decode(), png[2].replace("\n", "")
    return f"data:image/webp;base64,{encoded}" if len(encoded) < len(before) else png[1] + before
