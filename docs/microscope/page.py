"""The microscope's page as HTML: whole without a script, which only hides what was not chosen."""

from collections.abc import Mapping
from html import escape
from typing import Any

PLACE = "assets/microscope"


def tile(strip: str, number: int, count: int, alt: str, kind: str = "") -> str:
    """One tile of a strip, as an image of its own.

    Args:
        strip: the strip's name.
        number: which tile.
        count: how many the strip has.
        alt: what is to be seen; empty where words beside it say so.
        kind: a class for the style.
    """
    return (
        f'<img class="mi-tile {kind}" src="{PLACE}/{strip}.webp" alt="{escape(alt)}" '
        f'loading="lazy" style="--tile: {number / max(count - 1, 1):.6f}">'
    )


def blocks(contents: Mapping[str, Any]) -> str:
    """All parts of the network, each with its row of channels, and links to choose one.

    Args:
        contents: as `docs.microscope.files.contents` returns them.
    """
    links = [f'<a href="#{part}">{_short(part)}</a>' for part in contents["parts"]]
    rows = [_part(part, one, contents["photos"]) for part, one in contents["parts"].items()]
    return (
        '<div class="mi" data-microscope>'
        '<nav class="mi-choose" aria-label="Parts of the network">'
        f'{"".join(links)}<a href="#all-parts" id="all-parts">all</a></nav>{"".join(rows)}</div>'
    )


def heads(contents: Mapping[str, Any]) -> str:
    """All classes, each with its image and with what the two others see.

    Args:
        contents: as `docs.microscope.files.contents` returns them.
    """
    found = contents["classes"]
    items = []
    for i, name in enumerate(found["names"]):
        judged = [
            f"<span>Lite{judge + 1} {found['probability'][judge][i]:.2f}"
            + ("" if found["rank"][judge][i] == 1 else f", first: {found['instead'][judge][i]}")
            + "</span>"
            for judge in (0, 1)
        ]
        picture = tile("classes", i, len(found["names"]), f"Image made for the class {name}")
        items.append(f"<li>{picture}<b>{escape(name)}</b>{''.join(judged)}</li>")
    return f'<ul class="mi mi-classes">{"".join(items)}</ul>'


def _part(part: str, one: Mapping[str, Any], photos: Mapping[str, str]) -> str:
    seen = "the whole photo" if one["sees"] >= 224 else f"{one['sees']} × {one['sees']} pixels"
    channels = "".join(_channel(part, one, i, photos) for i in range(len(one["channels"])))
    return (
        f'<section id="{part}"><h3>{_long(part)}</h3>'
        f"<p>{one['answering']} of {one['width']} channels answer to the photos; "
        f"a position sees {seen}. Layer <code>{one['layer']}</code>.</p>"
        f"<ul>{channels}</ul></section>"
    )


def _channel(part: str, one: Mapping[str, Any], i: int, photos: Mapping[str, str]) -> str:
    number, count = one["channels"][i], len(one["channels"])
    names = list(photos)
    best = [names[photo] for photo in one["photos"][i]]
    crops, where = [], []
    for j, (name, place) in enumerate(zip(best, one["where"][i], strict=True)):
        strip = i * len(best) + j, count * len(best)
        crops.append(tile(f"{part}-crops", *strip, f"{name}, {place}"))
        photo = tile("photos", names.index(name), len(names), photos[name])
        shadow = tile(f"{part}-maps", *strip, "", "mi-map")
        words = f"{name}: most in the {place}"
        where.append(f"<li><span>{photo}{shadow}</span>{words}</li>")
    image = tile(part, i, count, f"Made for channel {number}: {one['words'][i]}")
    return (
        f'<li><details name="channel"><summary>{image}'
        f'<span class="mi-crops">{"".join(crops)}</span>'
        f"<span>channel {number}</span></summary>"
        f'<ul class="mi-where">{"".join(where)}</ul></details></li>'
    )


def _short(part: str) -> str:
    return part.removeprefix("block")


def _long(part: str) -> str:
    return f"Block {_short(part)}" if part.startswith("block") else f"The {part}"
