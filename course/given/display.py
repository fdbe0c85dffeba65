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

QUALITY = 72
"""Of photos and large maps, on WebP's scale: in a page they cannot be told from the original."""

FEW_PLACES = 64
"""A map with no more of them along its longer side is stored exactly."""

COLUMN = 8.8
"""As wide as the column of a page, in inches; what is wider is shown smaller."""

PIXELS_PER_INCH = 85
"""Of a figure in a page: so many of a screen's pixels for each of matplotlib's inches."""

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
            f'<figure style="--width: {width / COLUMN:.0%}">'
            f'<div role="img" aria-label="{html.escape(alt)}" data-search-exclude>{to_svg(figure)}'
            "</div>"
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


def computed(answer: str, guess: str | None = None) -> None:
    """Say in one word or number what was computed, to put a reader's guess beside it.

    Args:
        answer: what was computed.
        guess: the reader's, in a notebook; "" if there is none yet. None on a page, which asks for
            the guess itself.
    """
    if guess is not None:
        said = f"Your guess: **{guess}**. Computed: **{answer}**."
        write(
            said if guess else "First your guess: type it in the cell's first line, run it again."
        )
        return
    display(HTML(f'<p class="computed">Computed: <b>{html.escape(answer)}</b></p>'))


def to_svg(figure: Figure) -> str:
    """Draw a figure as SVG that takes on the colour of the text around it."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.S)
    # matplotlib styles every element of the page here; on the root, only its own inherit it.
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.S)
    svg = svg.replace("<svg", '<svg style="stroke-linejoin: round; stroke-linecap: butt"', 1)
    scale = min(1.0, COLUMN / figure.get_size_inches()[0])
    svg = _IMAGE.sub(lambda image: _packed(image, scale), svg)
    return _without_ballast(re.sub(r"\n\s*", " ", svg.replace(INK, "currentColor")))


_IMAGE = re.compile(r'<image [^>]*?xlink:href="data:image/png;base64,([^"]+)"[^>]*>')


def _packed(image: re.Match[str], scale: float) -> str:
    """Store a picture as WebP: a large one as large as it is shown, a small map exactly.

    A map of few places is drawn enlarged, and would show every place that is not quite its colour.
    """
    element, data = image[0], image[1]
    picture: Image.Image = Image.open(io.BytesIO(base64.b64decode(data)))
    opaque = picture.mode != "RGBA" or picture.getchannel("A").getextrema() == (255, 255)
    picture = picture.convert("RGB" if opaque else "RGBA")
    exact = max(picture.size) <= FEW_PLACES or not opaque
    if not exact:
        stretched = re.search(r"matrix\(([\d.]+)", element)
        points = float(re.search(r' width="([\d.]+)"', element)[1])  # type: ignore[index]
        points *= float(stretched[1]) if stretched else 1.0
        shown = round(points / 72 * PIXELS_PER_INCH * scale)
        if picture.width > shown:
            picture = picture.resize((shown, round(picture.height * shown / picture.width)))
        element = re.sub(r' style="image-rendering[^"]*"', "", element)
    packed = io.BytesIO()
    quality = 100 if exact else QUALITY
    picture.save(packed, "webp", lossless=exact, quality=quality, method=6)
    encoded = base64.b64encode(packed.getvalue()).decode()
    if len(encoded) >= len(data):
        return element.replace("\n", "")
    return element.replace(f"png;base64,{data}", f"webp;base64,{encoded}")


def _without_ballast(svg: str) -> str:
    """Leave out what nobody sees: names, shapes of no colour, empty groups, far decimals."""
    used = set(re.findall(r"url\(#([\w-]+)\)|href=\"#([\w-]+)\"", svg))
    names = {name for pair in used for name in pair}
    svg = re.sub(r' id="([^"]*)"', lambda one: one[0] if one[1] in names else "", svg)
    svg = re.sub(r' d="[^"]*"', lambda path: re.sub(r"(\.\d\d)\d+", r"\1", path[0]), svg)
    svg = re.sub(r'<path d="[^"]*"( clip-path="[^"]*")? style="fill: none" ?/>', "", svg)
    svg = re.sub(r"\s+", " ", _without_bare_groups(svg)).replace("> <", "><")
    while (fewer := _SAME_LINES.sub(r'<path d="\1 \3" style="\2"/>', svg)) != svg:
        svg = fewer
    return svg


_SAME_LINES = re.compile(
    r'<path d="([^"]*)" style="(fill: none; (?![^"]*opacity)[^"]*)" ?/>'
    r'<path d="([^"]*)" style="\2" ?/>'
)
"""Two lines drawn alike, one after the other, such as two sides of a frame."""


def _without_bare_groups(svg: str) -> str:
    """Leave out groups that have no attribute, and keep what is in them."""
    has_attributes: list[bool] = []

    def replace(tag: re.Match[str]) -> str:
        if tag[0].startswith("</"):
            return tag[0] if has_attributes.pop() else ""
        if not tag[0].endswith("/>"):
            has_attributes.append(tag[0] != "<g>")
        return tag[0] if tag[0] != "<g>" and not tag[0].endswith("/>") else ""

    return re.sub(r"<g\b[^>]*>|</g>", replace, svg)
