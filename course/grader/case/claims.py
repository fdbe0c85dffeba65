"""What `case.toml` claims, read so that every slip is named by network and key."""

import re
import tomllib
from pathlib import Path, PurePath
from typing import Any, Literal, NamedTuple, cast, get_args

from course.given.cases.marks import EVERYWHERE, KINDS, WITHOUT_A_PLACE, Box
from course.given.cases.plan import NETWORKS
from course.given.near import suggest
from course.given.shapes import SHAPES, SIZE
from course.grader.text import one_line

Verdict = Literal["open", "honest", "cheating"]

LARGEST = 20_000
"""So many bytes has a `case.toml` at most."""

_TEXTS = (  # one without an end goes on to the end, so that none is looked at twice
    r"#[^\n]*",
    *(r'"""(?:\\.|[^\\])*?(?:"{3,5}|\Z)', r"'''.*?(?:'{3,5}|\Z)"),
    *(r'"(?:\\[^\n]|[^"\\\n])*"?', r"'[^'\n]*'?"),
)
_TEXT = re.compile("|".join(_TEXTS), flags=re.DOTALL)
_LONG_KEY = re.compile(r"(?<![\w-])(?:[\w-]+[ \t]*\.[ \t]*){9}")
"""A key of many parts, `a.b.c.d...`: to read it takes time and memory with their number squared."""


class CannotReadError(ValueError):
    """A `case.toml` that cannot be judged; says what is wrong, and where."""


class Claim(NamedTuple):
    """A cheat that a network is accused of.

    Attributes:
        class_name: the class on which it cheats.
        kind: of the mark.
        box: where the mark is; None if it is everywhere.
        effect: how far the mark alone raises the class's probability, above 0 and at most 1.
    """

    class_name: str
    kind: str
    box: Box | None
    effect: float


class Finding(NamedTuple):
    """What is said of one network.

    Attributes:
        verdict: what it is said to be.
        claims: its cheats, by class; none unless the verdict is "cheating".
        why: in the student's own words.
        evidence: paths of pictures, relative to the case's folder.
    """

    verdict: Verdict
    claims: dict[str, Claim]
    why: str
    evidence: list[str]


def read_claims(path: Path) -> dict[str, Finding]:
    """Read a `case.toml`.

    Args:
        path: of the file.

    Returns:
        What is said of each of the five networks, in their order.

    Raises:
        CannotReadError: if it cannot be read, is no TOML, or says what cannot be.
    """
    if not path.is_file():
        raise CannotReadError(f"{path} cannot be read: there is no such file")
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise CannotReadError(f"{path} cannot be read: {error.strerror}") from None
    return claims_in(data, str(path))


def claims_in(data: bytes, name: str) -> dict[str, Finding]:
    """Read what a `case.toml` holds, of which `LARGEST + 1` bytes are enough."""
    if len(data) > LARGEST:
        raise CannotReadError(f"{name} is larger than {LARGEST // 1000} kB: is it the right file?")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CannotReadError(f"{name} is not text in UTF-8; save it so in your editor") from None
    return parse_claims(text, PurePath(name).name)


def parse_claims(text: str, name: str = "case.toml") -> dict[str, Finding]:
    """Read the text of a `case.toml`; `name` is what errors call it."""
    if _LONG_KEY.search(_TEXT.sub("text", text)):
        raise CannotReadError(f"{name}: a name in it has too many parts, with a dot before each")
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also numbers with thousands of digits
        raise CannotReadError(f"{name} is no TOML: {one_line(str(error))}") from None
    for key in table:
        if key not in NETWORKS:
            raise CannotReadError(f"{name}: there is no {_quoted(key)}; {suggest(key, NETWORKS)}")
    if missing := [network for network in NETWORKS if network not in table]:
        raise CannotReadError(
            f"{name} does not say anything of {', '.join(missing)}: a network that you leave open "
            'has the verdict "open"'
        )
    return {network: _Reader(name, network).finding(table[network]) for network in NETWORKS}


class _Reader:
    """Reads one network's part; every error begins with where it stands."""

    def __init__(self, file: str, network: str) -> None:
        self.where = f"{file}, {network}"

    def finding(self, part: Any) -> Finding:
        part = self._table(part, ("verdict", "why", "evidence", "cheat"))
        verdict = self._one_of("verdict", part.get("verdict", "open"), get_args(Verdict))
        why = part.get("why", "")
        if not isinstance(why, str):
            self._stop("why", "has to be a text in quotes")
        evidence = part.get("evidence", [])
        if not (isinstance(evidence, list) and all(isinstance(one, str) for one in evidence)):
            self._stop("evidence", 'has to be a list of files, such as ["map_1.png"]')
        cheats = part.get("cheat", [])
        if not isinstance(cheats, list):
            self._stop("cheat", "stands in double brackets: [[network_1.cheat]]")
        if verdict == "cheating" and not cheats:
            self._stop("verdict", 'is "cheating", but there is no [[cheat]] that says on what')
        if verdict != "cheating" and cheats:
            self._stop("verdict", f'is "{verdict}", but there is a [[cheat]]: which of them holds?')
        claims: dict[str, Claim] = {}
        for one in cheats:
            claim = self._claim(one)
            if claim.class_name in claims:
                self._stop("cheat", f'names the class "{claim.class_name}" twice')
            claims[claim.class_name] = claim
        return Finding(cast(Verdict, verdict), claims, why, evidence)

    def _claim(self, part: Any) -> Claim:
        part = self._table(part, ("class", "kind", "box", "effect"))
        if missing := [key for key in ("class", "kind", "box", "effect") if key not in part]:
            self._stop("cheat", f"does not say its {', '.join(missing)}")
        class_name = self._one_of("class", part["class"], tuple(SHAPES))
        kind = self._one_of("kind", part["kind"], KINDS)
        return Claim(class_name, kind, self._box(kind, part["box"]), self._effect(part["effect"]))

    def _box(self, kind: str, value: Any) -> Box | None:
        if value == EVERYWHERE:
            if kind not in WITHOUT_A_PLACE:
                self._stop("box", f'is "{EVERYWHERE}", but a {kind} has a place')
            return None
        if not (
            isinstance(value, list)
            and len(value) == 4
            and all(isinstance(edge, int) and not isinstance(edge, bool) for edge in value)
        ):
            self._stop(
                "box",
                f'has to be four whole numbers, [top, left, bottom, right], or "{EVERYWHERE}"',
            )
        top, left, bottom, right = value
        if not (0 <= top < bottom <= SIZE and 0 <= left < right <= SIZE):
            self._stop(
                "box",
                f"{_shown(value)} is no part of an image of {SIZE} × {SIZE} pixels: "
                f"0 ≤ top < bottom ≤ {SIZE} and 0 ≤ left < right ≤ {SIZE}",
            )
        return top, left, bottom, right

    def _effect(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._stop("effect", "has to be a number, such as 0.5")
        if not 0 < value <= 1:  # also where it is not a number
            self._stop(
                "effect",
                f"is {_shown(value)}, and has to lie above 0 and at most at 1: it is a difference "
                "of probabilities, and a cheat without an effect is none",
            )
        return float(value)

    def _one_of(self, key: str, value: Any, names: tuple[str, ...]) -> str:
        if not isinstance(value, str):
            self._stop(key, f"has to be one of {', '.join(names)}, in quotes")
        if value not in names:
            self._stop(key, f"cannot be {_quoted(value)}; {suggest(value, names)}")
        return value

    def _table(self, part: Any, keys: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(part, dict):
            self._stop("", f"has to be a table with {', '.join(keys)}")
        for key in part:
            if key not in keys:
                self._stop("", f"knows no {_quoted(key)}; {suggest(key, keys)}")
        return part

    def _stop(self, key: str, words: str) -> Any:
        raise CannotReadError(f"{self.where}: {key} {words}".replace(":  ", ": "))


def _shown(value: Any) -> str:
    try:
        return one_line(str(value), 40)
    except ValueError:  # more digits than Python writes
        return "that number"


def _quoted(value: str) -> str:
    return f'"{one_line(value, 40)}"'
