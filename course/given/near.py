"""Names that are near a misspelt one: every "there is no ..." of the course ends with them."""

import difflib
import re
from collections.abc import Iterable

FEW = 16
"""So many names are listed in full where none is near."""


_PARTS = re.compile(r"[\W_]+")
"""What stands between the words of a name."""


def near(name: str, names: Iterable[str], at_most: int = 4) -> list[str]:
    """Find names like one that does not exist.

    Args:
        name: what was asked for.
        names: what there is.
        at_most: how many to return.

    Returns:
        First the names that hold it as a whole word, so that "cat" leads to "tiger cat" and not to
        "crate"; then those that are spelt alike, upper or lower case. If there are none,
        those of which a word is spelt very much alike. May be empty.
    """
    spelt = {one.casefold(): one for one in names}
    wanted = name.casefold().strip()
    word = re.compile(rf"\b{re.escape(wanted)}\b")
    holding = [key for key in spelt if wanted and word.search(key)]
    alike = difflib.get_close_matches(wanted, spelt, n=at_most, cutoff=0.6)
    if found := list(dict.fromkeys([*holding, *alike])):
        return [spelt[key] for key in found][:at_most]
    words = dict.fromkeys(part for key in spelt for part in _PARTS.split(key))
    close = set(difflib.get_close_matches(wanted, words, n=at_most, cutoff=0.8))
    return [spelt[key] for key in spelt if close & set(_PARTS.split(key))][:at_most]


def suggest(name: str, names: Iterable[str]) -> str:
    """Say what may have been meant, as the end of an error message.

    Args:
        name: what was asked for.
        names: what there is; at least one.

    Returns:
        "did you mean coffee?", or if nothing is near, what there is: all names if they are few.
    """
    names = list(names)
    if found := near(name, names):
        return f"did you mean {', '.join(found)}?"
    others = "" if len(names) <= FEW else f", ... ({len(names)} in all)"
    return f"there are {', '.join(names[: None if not others else 4])}{others}"
