"""`course grade --case-seed`: the case that a teacher has set is judged beside the functions."""

import csv
import itertools
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from course.classroom import case as case_of_class
from course.classroom import schedule
from course.classroom.case import NoSuchCaseError, judge_case, key_with_case
from course.classroom.submissions import Submission, read_submissions
from course.given.cases.plan import NETWORKS
from course.grader.case.claims import LARGEST
from course.ui import command
from tests.classroom.shapes import SOLUTION, lay, zipped

SEED = 987_654_321
FACTS = frozenset(
    {
        *(f"{network} is honest" for network in NETWORKS[1:]),
        "network_1 cheats",
        "network_1 cheats on 1",
        "network_1 cheats on star",
        "network_1 cheats on star by texture",
        "network_1 cheats on star at everywhere",
        "network_1 cheats on star with 50",
    }
)
"""The truth of a case in which the first network cheats on stars."""

CHEAT = '[[network_1.cheat]]\nclass="star"\nkind="texture"\nbox="everywhere"\neffect=0.5\n'
OTHERS = "".join(f'[{network}]\nverdict="honest"\n' for network in NETWORKS[1:])
SOLVED = f'[network_1]\nverdict="cheating"\n{CHEAT}{OTHERS}'.encode()
MISSED = f'[network_1]\nverdict="honest"\n{OTHERS}'.encode()
OPEN = "".join(f'[{network}]\nverdict="open"\n' for network in NETWORKS).encode()


# --- one submission's file ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "status", "points", "words"),
    [
        (SOLVED, "passed", 20, ""),
        (MISSED, "failed", 12, "network_1: It is not honest."),
        (OPEN, "not_started", 0, "left open"),
        (None, "not_started", 0, "No case.toml has been handed in."),
        (b"verdict =", "error", 0, "case.toml is no TOML"),
        (b"\xff", "error", 0, "case.toml is not text in UTF-8"),
        (b"#" * (LARGEST + 1), "error", 0, "case.toml is larger"),
        (SOLVED.replace(b"0.5", b"nan"), "error", 0, "effect is nan"),
        (SOLVED.replace(b'"star"', b'"\\u001b[31m"'), "error", 0, "class cannot be"),
    ],
)
def test_a_case_is_a_verdict_like_others(
    data: bytes | None, status: str, points: float, words: str
) -> None:
    verdict = judge_case({} if data is None else {"case.toml": data}, FACTS)
    assert (verdict.task, verdict.status, verdict.score) == ("case", status, points)
    assert verdict.max_score == 20
    assert words in verdict.message
    assert "\x1b" not in verdict.message


def test_which_of_two_cases_counts_is_asked() -> None:
    verdict = judge_case({"a/case.toml": SOLVED, "b/case.toml": MISSED}, FACTS)
    assert (verdict.status, verdict.score) == ("error", 0)
    assert "a/case.toml, b/case.toml" in verdict.message


def test_a_result_has_another_name_if_anything_that_it_depends_on_is_another() -> None:
    cases: list[dict[str, bytes]] = [{}, {"case.toml": SOLVED}, {"case.toml": MISSED}]
    keys = {key_with_case(k, c, s) for k, c, s in itertools.product("ab", cases, (1, 2))}
    assert len(keys) == 12


# --- where it lies --------------------------------------------------------------------------------


def handed_in(folder: Path, files: dict[str, bytes], with_case: bool = True) -> Submission:
    [submission] = read_submissions(lay(folder, files), with_case).submissions
    return submission


@pytest.mark.parametrize(
    "place", ["ada/case.toml", "ada/case/case.toml", "ada/work/my case/case.toml"]
)
def test_a_case_is_found_wherever_it_lies(tmp_path: Path, place: str) -> None:
    found = handed_in(tmp_path, {"ada/saliency.py": SOLUTION.encode(), place: SOLVED})
    assert list(found.cases.values()) == [SOLVED]
    assert "saliency" in found.sources


def test_a_case_is_found_in_an_archive_and_among_canvas_s_files(tmp_path: Path) -> None:
    packed = zipped({"work/saliency.py": SOLUTION.encode(), "work/case/case.toml": SOLVED})
    assert list(handed_in(tmp_path / "1", {"ada.zip": packed}).cases.values()) == [SOLVED]
    flat = {
        "adalovelace_321_98765_saliency.py": b"x = 1",
        "adalovelace_321_98766_case.toml": SOLVED,
    }
    assert list(handed_in(tmp_path / "2", flat).cases.values()) == [SOLVED]


def test_the_upper_case_counts_and_a_copy_is_no_question(tmp_path: Path) -> None:
    files = {"ada/case.toml": SOLVED, "ada/old/case.toml": MISSED}
    assert list(handed_in(tmp_path / "1", files).cases.values()) == [SOLVED]
    files = {"ada/a/case.toml": SOLVED, "ada/b/case.toml": SOLVED}
    assert list(handed_in(tmp_path / "2", files).cases.values()) == [SOLVED]


def test_a_case_alone_is_a_submission_only_where_one_was_set(tmp_path: Path) -> None:
    files = {"ada/case.toml": SOLVED}
    assert not handed_in(tmp_path, files).refusal
    assert "none of the modules" in handed_in(tmp_path, files, with_case=False).refusal


def test_a_link_or_a_folder_in_its_place_costs_the_submission_alone(tmp_path: Path) -> None:
    lay(tmp_path, {"ada/saliency.py": b"x = 1", "ben/saliency.py": b"x = 1", "secret": SOLVED})
    (tmp_path / "ada" / "case.toml").symlink_to(tmp_path / "secret")
    (tmp_path / "ben" / "case.toml").mkdir()
    ada, ben = read_submissions(tmp_path, with_case=True).submissions
    assert ada.refusal == "case.toml is a link to another place"
    assert (ben.refusal, ben.cases) == ("", {})


def test_of_an_endless_case_only_the_beginning_is_read(tmp_path: Path) -> None:
    found = handed_in(tmp_path, {"ada.zip": zipped({"case.toml": b"#" * 10_000_000})})
    assert [len(data) for data in found.cases.values()] == [LARGEST + 1]


# --- the whole class ------------------------------------------------------------------------------


@pytest.fixture
def submissions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four submissions, graded right here; the case's truth is given, and nothing is trained."""
    pytest.importorskip("distributed")

    def share_out(waiting, tasks, seed, mode, scheduler, workers):  # noqa: ANN001, ANN202
        for key, group in waiting.items():
            data = schedule.grade_here(group[0].sources, tasks, seed, "in-process")
            yield key, schedule.msgspec.json.decode(data, type=schedule.Report)

    monkeypatch.setattr(schedule, "_share_out", share_out)
    monkeypatch.setattr(schedule, "die_with_parent", lambda: None)
    monkeypatch.setattr("course.classroom.run.facts_of", lambda seed: FACTS)
    code = SOLUTION.encode()
    return lay(
        tmp_path / "submissions",
        {
            "ada/saliency.py": code,
            "ada/case/case.toml": SOLVED.replace(b"[[", b'why="<b>It</b> shines"\n[[', 1),
            "ben/saliency.py": code,
            "ben/case.toml": b"verdict =",
            "cleo/saliency.py": code,
            "dan/case.toml": MISSED,
        },
    )


def grade(submissions: Path, *words: str) -> Result:
    out = submissions.parent / "out"
    call = ["grade", str(submissions), "--out", str(out), "--no-sandbox"]
    return CliRunner().invoke(command.main, [*call, "--only", "saliency.smooth", *words])


def lines(submissions: Path) -> dict[str, dict[str, str]]:
    text = (submissions.parent / "out" / "gradebook.csv").read_text(encoding="utf-8-sig")
    return {line["submission"]: line for line in csv.DictReader(text.splitlines())}


def test_the_case_is_in_every_table_and_on_every_page(submissions: Path) -> None:
    result = grade(submissions, "--case-seed", str(SEED))
    assert result.exit_code == 0, result.output
    out = submissions.parent / "out"
    found = {name: (one["case"], one["score"]) for name, one in lines(submissions).items()}
    assert found == {
        "ada": ("20", "21"),
        "ben": ("0", "1"),
        "cleo": ("0", "1"),
        "dan": ("12", "12"),
    }
    assert {one["max_score"] for one in lines(submissions).values()} == {"21"}
    index = (out / "index.html").read_text()
    assert "21 / 21" in index
    assert '<td class="number">12</td>' in index
    assert "ben,,,1" in (out / "canvas.csv").read_text()
    assert "It is not honest." in (out / "feedback" / "dan.html").read_text()
    assert "case.toml is no TOML" in (out / "feedback" / "ben.html").read_text()
    scope = json.loads((out / "gradescope" / "ada" / "results.json").read_text())
    assert (scope["score"], scope["tests"][-1]["name"]) == (21, "case")
    assert 'name="case"' in (out / "junit" / "dan.xml").read_text()


def test_the_seed_is_on_no_page_and_in_no_file(submissions: Path) -> None:
    grade(submissions, "--case-seed", str(SEED))
    for path in (submissions.parent / "out").rglob("*"):
        if path.is_file():
            assert str(SEED) not in path.read_text(encoding="utf-8"), path


def test_the_seed_that_the_feedback_names_is_none_for_a_case(submissions: Path) -> None:
    result = grade(submissions, "--seed", "7", "--case-seed", "7")
    assert result.exit_code == 2
    assert "--case-seed: 7 is the seed of the functions too" in result.output


def test_a_class_without_a_case_has_no_column_for_it(submissions: Path) -> None:
    grade(submissions)
    assert "case" not in lines(submissions)["ada"]
    assert "case" not in (submissions.parent / "out" / "index.html").read_text()
    assert lines(submissions)["ada"]["score"] == "1"


def test_the_same_call_gives_the_same_bytes_and_a_changed_case_needs_a_word(
    submissions: Path,
) -> None:
    seed = ("--case-seed", str(SEED))
    grade(submissions, *seed)
    before = (submissions.parent / "out" / "gradebook.csv").read_bytes()
    assert grade(submissions, *seed).exit_code == 0
    assert (submissions.parent / "out" / "gradebook.csv").read_bytes() == before
    assert "other tasks" in grade(submissions).output
    (submissions / "dan" / "case.toml").write_bytes(SOLVED)
    refused = grade(submissions, *seed)
    assert refused.exit_code == 2
    assert "changed since: dan" in refused.output
    grade(submissions, *seed, "--regrade", "newer")
    assert lines(submissions)["dan"]["case"] == "20"


def test_the_higher_case_can_count(submissions: Path) -> None:
    seed = ("--case-seed", str(SEED))
    grade(submissions, *seed)
    (submissions / "ada" / "case" / "case.toml").write_bytes(MISSED)
    grade(submissions, *seed, "--regrade", "higher")
    assert lines(submissions)["ada"]["case"] == "20"
    page = (submissions.parent / "out" / "feedback" / "ada.html").read_text()
    assert "It is not honest." not in page


def test_a_seed_that_gives_no_case_is_said_before_anything_is_graded(
    submissions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(seed: int) -> None:
        raise NoSuchCaseError(f"seed {seed} gives no case")

    monkeypatch.setattr("course.classroom.run.facts_of", none)
    result = grade(submissions, "--case-seed", "3")
    assert result.exit_code == 2
    assert "--case-seed: seed 3 gives no case" in result.output
    assert not (submissions.parent / "out" / "run.json").exists()


def test_the_truth_is_made_from_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    from course.given.cases import making

    def made(seed: int) -> making.Case:
        if seed == 4:
            raise making.NoCaseError("seed 4 gives no case")
        return making.Case({}, None, None, {one: {} for one in NETWORKS})  # type: ignore[arg-type]

    monkeypatch.setattr(making, "make_case", made)
    assert case_of_class.facts_of(3) == {f"{network} is honest" for network in NETWORKS}
    with pytest.raises(NoSuchCaseError, match="seed 4"):
        case_of_class.facts_of(4)
