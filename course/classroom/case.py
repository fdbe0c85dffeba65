"""The case that a teacher has set: each submission's `case.toml`, judged beside its functions.

Of the case a submission holds no more than what is claimed. The truth is made anew from the
teacher's seed, once for all, and neither of them is written anywhere.
"""

import hashlib
from collections.abc import Mapping

import msgspec

from course.grader.case.claims import CannotReadError, claims_in
from course.grader.case.judge import FULL, is_solved, judge, messages, total
from course.grader.case.truth import Facts, sentences
from course.grader.grading import LONGEST_MESSAGE, Report, Verdict

FILE = "case.toml"

TASK = "case"
"""What it is called among the tasks."""


class NoSuchCaseError(ValueError):
    """A seed that gives no case."""


def facts_of(seed: int) -> Facts:
    """What is true of a seed's case.

    Raises:
        NoSuchCaseError: if the seed gives none.
    """
    from course.given.cases.making import NoCaseError, make_case

    try:
        return frozenset(sentences(make_case(seed).truth))
    except NoCaseError as error:
        raise NoSuchCaseError(str(error)) from None


def with_case(report: Report, cases: Mapping[str, bytes], facts: Facts) -> Report:
    """A report to which the case has been added.

    Args:
        report: on the functions.
        cases: what the submission's `case.toml` holds, by its place, as in `Submission`.
        facts: what is true.
    """
    verdict = judge_case(cases, facts)
    return msgspec.structs.replace(
        report,
        score=report.score + verdict.score,
        max_score=report.max_score + verdict.max_score,
        tasks=[*report.tasks, verdict],
    )


def judge_case(cases: Mapping[str, bytes], facts: Facts) -> Verdict:
    """Judge one submission's case; whatever is wrong with its file is said in the verdict."""
    if not cases:
        return _verdict("not_started", message=f"No {FILE} has been handed in.")
    if len(cases) > 1:
        places = ", ".join(sorted(cases)[:4])
        return _verdict("error", message=f"{FILE} is there more than once: {places}. Which counts?")
    try:
        findings = claims_in(*next((data, FILE) for data in cases.values()))
    except CannotReadError as error:
        return _verdict("error", message=str(error))
    judged = judge(findings, facts)
    if all(one.verdict == "open" for one in judged):
        return _verdict("not_started", message="All five networks are left open.")
    said = [
        f"{', '.join(networks)}: {message}"
        for (_, _, message), networks in messages(judged).items()
    ]
    status = "passed" if is_solved(judged) else "failed"
    return _verdict(status, total(judged), "\n\n".join(said))


def key_with_case(key: str, cases: Mapping[str, bytes], seed: int) -> str:
    """The name of a result to which the case has been added.

    Args:
        key: of the result without it.
        cases: as in `Submission`.
        seed: of the case.
    """
    depends = [key, seed, sorted(cases.items())]
    return hashlib.sha256(msgspec.json.encode(depends)).hexdigest()[:24]


def _verdict(status: str, score: float = 0.0, message: str = "") -> Verdict:
    message = message[:LONGEST_MESSAGE]
    return Verdict(task=TASK, status=status, score=score, max_score=FULL, message=message)
