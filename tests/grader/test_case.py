"""Judging a case: right claims get their points, guesses get none, slips are named."""

import contextlib
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.given.cases.making import CLASSES, Cheat
from course.given.cases.marks import KINDS, WITHOUT_A_PLACE, Box, draw_mark
from course.given.cases.plan import NETWORKS, Plan, draw_plan
from course.given.shapes import SIZE
from course.grader.case.claims import CannotReadError, Claim, Finding, parse_claims, read_claims
from course.grader.case.judge import FULL, is_solved, judge, total
from course.grader.case.truth import Sealed, Truth, overlap, seal, sentences
from tests.proofs.detective import guess

HONEST = Finding("honest", {}, "", [])
OPEN = Finding("open", {}, "", [])

WITH_A_PLACE = [kind for kind in KINDS if kind not in WITHOUT_A_PLACE]

seeds = st.integers(0, 2**32)


def truth_of(plan: Plan) -> Truth:
    """What would be measured if the plan came true."""
    effects = itertools.cycle([0.3, 0.55, 0.8])
    return {
        network: {name: Cheat(plan.marks[name], next(effects)) for name in names}
        for network, names in plan.learned.items()
    }


def findings_of(truth: Truth) -> dict[str, Finding]:
    """What someone finds who finds everything."""
    return {
        network: Finding(
            "cheating" if cheats else "honest",
            {name: Claim(name, mark.kind, mark.box, e) for name, (mark, e) in cheats.items()},
            "",
            [],
        )
        for network, cheats in truth.items()
    }


def facts_of(truth: Truth) -> frozenset[str]:
    return frozenset(sentences(truth))


def a_cheating(truth: Truth, count: int = 1) -> str:
    """A network that cheats on so many classes."""
    return next(network for network, cheats in truth.items() if len(cheats) == count)


@pytest.fixture(scope="module")
def truth() -> Truth:
    """Of a case with a network that cheats on two classes and one that cheats on one."""
    truths = (truth_of(draw_plan(seed)) for seed in itertools.count())
    return next(one for one in truths if {1, 2} <= {len(cheats) for cheats in one.values()})


# --- the points -----------------------------------------------------------------------------------


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_who_finds_everything_gets_all_points(seed: int) -> None:
    truth = truth_of(draw_plan(seed))
    judged = judge(findings_of(truth), facts_of(truth))
    assert total(judged) == FULL == 20
    assert is_solved(judged)
    assert not any(one.messages for one in judged)


def test_to_leave_everything_open_costs_nothing_and_brings_nothing(truth: Truth) -> None:
    judged = judge(dict.fromkeys(NETWORKS, OPEN), facts_of(truth))
    assert [one.points for one in judged] == [0] * 5
    assert not is_solved(judged)


def test_a_wrong_verdict_costs_what_a_right_one_brings(truth: Truth) -> None:
    for network, finding in findings_of(truth).items():
        right, wrong = finding, HONEST
        if finding.verdict == "honest":
            wrong = Finding(
                "cheating", {"star": Claim("star", "square", (0, 0, 6, 6), 0.5)}, "", []
            )
        facts = facts_of(truth)
        assert judge({network: right}, facts)[0].points == 4
        assert judge({network: wrong}, facts)[0].points == -4


def test_each_part_of_a_claim_counts_one_point(truth: Truth) -> None:
    network = a_cheating(truth)
    [claim] = findings_of(truth)[network].claims.values()
    kind = next(one for one in KINDS if one != claim.kind)
    far = next(b for b in [(0, 0, 4, 4), (28, 28, 32, 32)] if not claim.box or not near(b, claim))
    for changed in (
        claim._replace(kind=kind),
        claim._replace(box=far),
        claim._replace(effect=claim.effect * 1.7),
        claim._replace(effect=claim.effect / 1.7),
    ):
        finding = Finding("cheating", {claim.class_name: changed}, "", [])
        [judged] = judge({network: finding}, facts_of(truth))
        assert judged.points == 3
        assert len(judged.messages) == 1
        assert f"On {claim.class_name}" in judged.messages[0]


def near(box: Box, claim: Claim) -> bool:
    assert claim.box is not None
    return overlap(box, claim.box) > 0.3


def test_of_two_classes_each_counts_half(truth: Truth) -> None:
    network = a_cheating(truth, 2)
    full = findings_of(truth)[network]
    first = dict([next(iter(full.claims.items()))])
    [judged] = judge({network: full._replace(claims=first)}, facts_of(truth))
    assert judged.points == 2
    assert "there is more" in judged.messages[0]


def test_a_claim_on_a_wrong_class_costs(truth: Truth) -> None:
    network = a_cheating(truth)
    full = findings_of(truth)[network]
    [name] = full.claims
    other = next(one for one in CLASSES if one != name)
    both = full.claims | {other: full.claims[name]._replace(class_name=other)}
    [judged] = judge({network: full._replace(claims=both)}, facts_of(truth))
    assert judged.points == 2
    assert judged.messages[0].startswith(f"It cheats, but not on {other}.")
    everything = {one: full.claims[name]._replace(class_name=one) for one in CLASSES}
    assert judge({network: full._replace(claims=everything)}, facts_of(truth))[0].points == -4


def test_messages_do_not_tell_the_answer(truth: Truth) -> None:
    """A first line says which claim does not hold, and names no class or kind that was not said."""
    facts = facts_of(truth)
    for network, cheats in truth.items():
        for name in CLASSES:
            said = {"class": name, "kind": "square"}
            claim = Claim(name, "square", (0, 0, 3, 3), 0.01)
            for finding in (HONEST, Finding("cheating", {name: claim}, "", [])):
                for message in judge({network: finding}, facts)[0].messages:
                    words = message.partition("\n")[0]
                    for hidden in {*cheats, *(cheat.mark.kind for cheat in cheats.values())}:
                        assert hidden in said.values() or hidden not in words


@pytest.mark.slow
def test_guessing_scores_about_zero() -> None:
    """A coin for each verdict and dice for the rest: less than one point of twenty on average."""
    rng = np.random.default_rng(0)
    points = []
    for seed in range(100):
        facts = facts_of(truth_of(draw_plan(seed)))
        points += [total(judge(guess(rng), facts)) for _ in range(10)]
    assert np.mean(points) < 1


@pytest.mark.slow
@pytest.mark.parametrize("verdict", ["honest", "cheating"])
def test_one_verdict_for_all_scores_little(verdict: str) -> None:
    rng, points = np.random.default_rng(1), []
    for seed in range(200):
        facts = facts_of(truth_of(draw_plan(seed)))
        findings = dict.fromkeys(NETWORKS, HONEST)
        while verdict == "cheating" and any(one.verdict != "cheating" for one in findings.values()):
            findings |= {k: v for k, v in guess(rng).items() if v.verdict == "cheating"}
        points.append(total(judge(findings, facts)))
    assert np.mean(points) < 2


# --- places and effects ---------------------------------------------------------------------------


@given(seeds, st.sampled_from(WITH_A_PLACE), st.data())
@settings(max_examples=60, deadline=None)
def test_a_box_counts_if_it_overlaps_by_half(seed: int, kind: str, data: st.DataObject) -> None:
    mark = draw_mark(kind, np.random.default_rng(seed))
    assert mark.box is not None
    moves = [data.draw(st.integers(-4, 4)) for _ in range(4)]
    top, left, bottom, right = (
        int(np.clip(edge + move, 0, SIZE)) for edge, move in zip(mark.box, moves, strict=True)
    )
    box = (top, left, max(bottom, top + 1), max(right, left + 1))
    facts = facts_of({"network_1": {"star": Cheat(mark, 0.5)}})
    claim = Claim("star", kind, box, 0.5)
    [judged] = judge({"network_1": Finding("cheating", {"star": claim}, "", [])}, facts)
    if overlap(box, mark.box) >= 0.7:
        assert judged.points == 4
    if overlap(box, mark.box) < 0.2:
        assert judged.points == 3


def test_overlap_is_the_common_area_divided_by_the_joint_area() -> None:
    assert overlap((0, 0, 4, 4), (0, 0, 4, 4)) == 1
    assert overlap((0, 0, 4, 4), (0, 2, 4, 6)) == pytest.approx(8 / 24)
    assert overlap((0, 0, 4, 4), (4, 4, 8, 8)) == 0


# --- sealed truth ---------------------------------------------------------------------------------


def test_sealed_facts_answer_as_the_facts_do_and_hold_none_of_their_words(truth: Truth) -> None:
    few = {network: cheats for network, cheats in truth.items() if not cheats}
    network = a_cheating(truth)
    mark, effect = next(iter(truth[network].values()))
    few[network] = {"star": Cheat(mark, effect)}
    plain = sorted(sentences(few))[:40]
    data = seal(plain)
    sealed = Sealed(data)
    assert all(one in sealed for one in plain)
    assert not any(f"{one}x" in sealed for one in plain)
    for word in (b"network", b"star", b"honest", mark.kind.encode()):
        assert word not in data


def test_all_sealed_files_are_of_one_size_and_no_two_are_alike() -> None:
    one, other, many = seal(["a"]), seal(["a"]), seal([str(n) for n in range(50)])
    assert len(one) == len(many)
    assert one != other


# --- what can be wrong with a file ----------------------------------------------------------------


def toml(part: str = "", **others: str) -> str:
    """A whole file in which network_3 is what is said."""
    parts = dict.fromkeys(NETWORKS, 'verdict = "open"') | {"network_3": part} | others
    return "\n".join(f"[{network}]\n{text}" for network, text in parts.items())


def cheat(**changed: str) -> str:
    """A cheat of network_3, as TOML."""
    keys = {"class": '"star"', "kind": '"square"', "box": "[0, 0, 6, 6]", "effect": "0.5"} | changed
    lines = "\n".join(f"{key} = {value}" for key, value in keys.items() if value)
    return f'verdict = "cheating"\n[[network_3.cheat]]\n{lines}'


def test_a_file_is_read() -> None:
    findings = parse_claims(toml(cheat(), network_1='verdict = "honest"\nwhy = "no effect"'))
    assert list(findings) == list(NETWORKS)
    assert findings["network_1"] == Finding("honest", {}, "no effect", [])
    assert findings["network_2"] == OPEN
    assert findings["network_3"].claims == {"star": Claim("star", "square", (0, 0, 6, 6), 0.5)}


def test_the_file_to_fill_in_says_nothing_yet() -> None:
    from click.testing import CliRunner

    from course.ui.case import _write_words

    with CliRunner().isolated_filesystem():
        Path("case").mkdir()
        _write_words(Path("case"), None)
        assert read_claims(Path("case/case.toml")) == dict.fromkeys(NETWORKS, OPEN)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("verdict =", "is no TOML"),
        ("[network_1]\n[network_1]", "is no TOML"),
        ("a = " + 5000 * "[", "is no TOML"),
        ('[network_1]\nverdict = "open"', "network_2, network_3, network_4, network_5"),
        (toml(network_6=""), 'no "network_6"; did you mean network_5'),
        ("network_1 = 3\n" + toml().replace("[network_1]\n", ""), "network_1"),
        (toml('verdict = "guilty"'), 'network_3: verdict cannot be "guilty"; there are open'),
        (toml("verdict = true"), "network_3: verdict has to be one of open, honest, cheating"),
        (toml('verdict = "cheating"'), "no [[cheat]] that says on what"),
        (toml(cheat().replace("cheating", "honest")), 'is "honest", but there is a [[cheat]]'),
        (toml(cheat() + "\n" + cheat().partition("\n")[2]), 'names the class "star" twice'),
        (toml(cheat(box="")), "cheat does not say its box"),
        (toml(cheat(colour="3")), 'knows no "colour"'),
        (toml(cheat(**{"class": '"stars"'})), 'class cannot be "stars"; did you mean star?'),
        (toml(cheat(kind='"squares"')), "did you mean square?"),
        (toml(cheat(box="[0, 0, 40, 6]")), "[0, 0, 40, 6] is no part of an image of 32 × 32"),
        (toml(cheat(box="[-1, 0, 4, 6]")), "is no part"),
        (toml(cheat(box="[6, 0, 6, 6]")), "is no part"),
        (toml(cheat(box="[0, 0, 6]")), "four whole numbers"),
        (toml(cheat(box="[0.5, 0, 6, 6]")), "four whole numbers"),
        (toml(cheat(box="[true, 0, 6, 6]")), "four whole numbers"),
        (toml(cheat(box='"somewhere"')), "four whole numbers"),
        (toml(cheat(box='"everywhere"')), "a square has a place"),
        (toml(cheat(effect="0")), "a cheat without an effect is none"),
        (toml(cheat(effect="-0.4")), "effect is -0.4"),
        (toml(cheat(effect="1.5")), "effect is 1.5"),
        (toml(cheat(effect="nan")), "effect is nan"),
        (toml(cheat(effect="inf")), "effect is inf"),
        (toml(cheat(effect="9" * 400)), "effect is 999"),
        (toml(cheat(effect="9" * 9000)), "is no TOML"),
        (toml(cheat(effect="0x" + "f" * 9000)), "effect is that number"),
        (toml(cheat(box=f"[0, 0, 0x{'f' * 9000}, 3]")), "is no part of an image"),
        (toml(cheat(effect='"much"')), "effect has to be a number"),
        (toml("why = 3"), "why has to be a text"),
        (toml('evidence = "map.png"'), "evidence has to be a list"),
        (toml('cheat = "star"'), "double brackets"),
        (toml('cheat = ["star"]\nverdict = "cheating"'), "has to be a table"),
    ],
)
def test_a_slip_is_named_with_its_network_and_key(text: str, words: str) -> None:
    with pytest.raises(CannotReadError, match=r"case\.toml") as error:
        parse_claims(text)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"\xff\xfe", "UTF-8"), (b"#" * 200_000, "larger"), (None, "cannot be read")],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, data: bytes | None, words: str
) -> None:
    path = tmp_path / "case.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(CannotReadError, match=words):
        read_claims(path)


@given(st.text(max_size=60))
@settings(deadline=None)
def test_no_text_whatever_ends_in_another_error(text: str) -> None:
    for whole in (text, toml(text), toml(cheat(box=text.replace("\n", "")))):
        with contextlib.suppress(CannotReadError):
            parse_claims(whole)
