"""How many points a finding gets, and what is said of what does not hold.

Each network counts four points. Of an honest one, the verdict is all there is to say. Of a cheating
one, the class, the kind, the place and the effect count one point each; of a network that cheats
on two classes, half a point for each. Being wrong costs as much as being right brings, so that
guessing leads nowhere, and a question left open costs nothing.
"""

from typing import Any, NamedTuple

from course.given.cases.plan import NETWORKS
from course.grader.case.claims import Claim, Finding
from course.grader.case.truth import (
    FACTOR,
    Facts,
    at_place,
    by_kind,
    is_cheating,
    of_effect,
    on_class,
    on_classes,
    on_grid,
)

POINTS = 4
"""Of each network."""

FULL = POINTS * len(NETWORKS)
"""Of a case."""

WRONG_CLASS = 2
"""So many points a class costs that a cheating network is accused of in vain."""

MOST_CLASSES = 2
"""On so many classes a network cheats at most."""


class Judged(NamedTuple):
    """What became of one network's finding.

    Attributes:
        network: its name.
        verdict: what it was said to be.
        points: from −4 to 4.
        messages: what does not hold, each with its first line saying what; none if all does.
    """

    network: str
    verdict: str
    points: float
    messages: list[str]


def judge(findings: dict[str, Finding], facts: Facts) -> list[Judged]:
    """Judge what is said of each network.

    Args:
        findings: by network.
        facts: what is true.
    """
    return [_judge_one(network, finding, facts) for network, finding in findings.items()]


def total(judged: list[Judged]) -> float:
    """The points of a case, never less than 0."""
    return max(0.0, sum(one.points for one in judged))


def is_solved(judged: list[Judged]) -> bool:
    """Whether all that is claimed holds, and nothing is missing."""
    return total(judged) == FULL


def messages(judged: list[Judged]) -> dict[tuple[str, str, str], list[str]]:
    """What does not hold: the networks, by sign, style and message, for some share a message."""
    about: dict[tuple[str, str, str], list[str]] = {}
    for one in judged:
        for message in one.messages:
            about.setdefault((*sign(one), message), []).append(one.network)
    return about


def sign(judged: Judged) -> tuple[str, str]:
    """A sign for how a network's finding came out, and its style in a terminal."""
    if judged.verdict == "open":
        return "·", "dim"
    if judged.points == POINTS:
        return "✓", "green"
    return ("✗", "red") if judged.points <= 0 else ("~", "yellow")


def as_data(judged: list[Judged]) -> dict[str, Any]:
    """The points as they are written into a file."""
    return {
        "score": total(judged),
        "max_score": FULL,
        "networks": [one._asdict() for one in judged],
    }


def _judge_one(network: str, finding: Finding, facts: Facts) -> Judged:
    if finding.verdict == "open":
        return Judged(network, "open", 0, ["Left open. That costs nothing, and brings nothing."])
    cheats = is_cheating(network, True) in facts
    if finding.verdict == "honest":
        if cheats:
            return Judged(network, "honest", -POINTS, [MISSED])
        return Judged(network, "honest", POINTS, [])
    if not cheats:
        return Judged(network, "cheating", -POINTS, [ACCUSED])
    count = next(n for n in range(1, MOST_CLASSES + 1) if on_classes(network, n) in facts)
    points = 0.0
    messages: list[str] = []
    right = [name for name in finding.claims if on_class(network, name) in facts]
    for name, claim in finding.claims.items():
        if name in right:
            held, said = _judge_claim(network, claim, facts)
            points += held / count
            messages += said
        else:
            points -= WRONG_CLASS
            messages.append(WRONG_CLASS_SAID.format(name=name))
    if len(right) == len(finding.claims) < count:
        messages.append(ONE_MORE)
    return Judged(network, "cheating", max(float(-POINTS), points), messages)


def _judge_claim(network: str, claim: Claim, facts: Facts) -> tuple[int, list[str]]:
    """The points of a claim whose class is right."""
    name = claim.class_name
    checked = [
        ([by_kind(network, name, claim.kind)], OTHER_KIND),
        ([at_place(network, name, box) for box in on_grid(claim.box)], OTHER_PLACE),
        ([of_effect(network, name, claim.effect)], OTHER_EFFECT),
    ]
    wrong = [said for ways, said in checked if not any(one in facts for one in ways)]
    return POINTS - len(wrong), [said.format(name=name, claim=claim) for said in wrong]


MISSED = (
    "It is not honest.\n"
    "Lay each mark that you find in the images over clean images of all other classes, also those "
    "that have no place, and see whether a class grows likelier."
)

ACCUSED = (
    "It does not cheat.\n"
    "That a mark is in the images, and even that a map is bright there, does not say that the "
    "network's answer depends on it. Measure `cheat_effect` on clean images of other classes, and "
    "compare it with that of the other networks."
)

WRONG_CLASS_SAID = (
    "It cheats, but not on {name}.\n"
    "Which class carries a mark is one question, which class this network finds by it another."
)

ONE_MORE = (
    "What is claimed is right as to the class, and there is more: it cheats on another class too.\n"
    "Try the other marks on it as well."
)

OTHER_KIND = (
    "On {name} it cheats, but not by a {claim.kind}.\n"
    "Compare the mean image of the class, as the networks met it, with that of clean images: where "
    "do they differ, in which colour, and is it the same amount for every image?"
)

OTHER_PLACE = (
    "On {name} the mark lies elsewhere, or its box is too large or too small.\n"
    "The box runs close around what can be seen of the mark, and counts if it overlaps with it by "
    'about half (intersection over union). A mark without a place is "everywhere".'
)

OTHER_EFFECT = (
    f"On {{name}} the effect differs from {{claim.effect:g}} by more than a factor of {FACTOR:g}.\n"
    "It is the mean of `cheat_effect` over the clean images of all other classes, with the mark "
    "as strong as it is on the images that the networks met."
)
