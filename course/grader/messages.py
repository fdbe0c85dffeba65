"""What a student reads: the likely mistake first, then what should hold, and the numbers."""

import itertools
import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import numpy as np

from course.given.modules import TABLE
from course.grader.compare import MissingError, NamedError, Pair, WrongAnswerError, compared
from course.grader.diagnosis.asked import Question, has_network, ignored, right_for_others
from course.grader.diagnosis.changes import find_change
from course.grader.diagnosis.climbed import climbed
from course.grader.diagnosis.clues import describe, find_clue
from course.grader.diagnosis.compared import Case, case_of, without_repeats
from course.grader.diagnosis.factors import ask_of_factor
from course.grader.diagnosis.measured import find_number
from course.grader.diagnosis.moved import find_clue_of_a_move
from course.grader.diagnosis.probes import RIGHT_ALONE, depends_on_its_batch, part_of
from course.grader.diagnosis.relations import ALL_ZERO, diagnose
from course.grader.diagnosis.where import count_right, locate, locate_row, when_wrong
from course.grader.errors import in_short, translate
from course.grader.fingerprints import (
    calls_of,
    is_same,
    recognize,
    recognize_by_computing,
    take,
)
from course.grader.networks import Network
from course.grader.places import IS_INSTALLED, PACKAGE, marked_folder
from course.grader.pool import LostError
from course.grader.reading import argument_names, broken_path, returns_nothing, uses_numpy
from course.grader.tasks import Property, Task, describe_property
from course.grader.text import printable
from course.grader.work import Function, NotStartedError, Record, StudentError, Work
from course.worker.protocol import Figure

WIDTH = 78

LONGEST_LINE = 2000
"""Characters of a line before it is wrapped: a property may name all that is in an answer."""

FILE_LEVEL = ("Python cannot read the file", "Python cannot run the file", "An import fails")
"""How a message begins that is about a whole file: it is given once, not once a function."""


SEE_ABOVE = "cannot be read or run: see the message above."
"""How a message ends that only points to another one."""

_NEXT = ("What should hold:", "For example:", "It printed:", "Read on:", " ")
_PLACE = re.compile(r"\S+, line \d+( in \S+)?:")


def first_sentence(message: str) -> str:
    """What a message says first, in one line, however many lines it was wrapped into."""
    lines = message.splitlines() or [""]
    first = lines[0]
    for line, following in itertools.pairwise(lines):
        # A line ends early where the next word did not fit, or where something new begins.
        fitted = len(line) + 1 + len(following.partition(" ")[0]) <= WIDTH
        if fitted or not following or following.startswith(_NEXT) or _PLACE.fullmatch(following):
            break
        first += following if re.search(r"\w-$", line) else f" {following}"
    return first


def explain_failure(task: Task, test: Property, wrong: WrongAnswerError, work: Work) -> str:
    """The likely mistake, what is true of a right answer, the numbers, and where to read on."""
    statement, records = describe_property(test), list(work.records)
    source = work.sources.get(task.module, "")
    cases = _cases(wrong, records, source, task)
    headline = _wrong_type(task, wrong, records, source, work)
    headline = headline or _likely_mistake(task, wrong, records, cases, source, work)
    lines = [headline or " ".join([f"This does not hold: {statement}", describe(cases)]).strip()]
    if headline:
        lines.append(f"What should hold: {statement}")
    if records:
        lines.append(f"For example: {show_call(records[-1])}")
    lines.append(wrong.example)
    if cases:
        lines.append(count_right(cases[-1]))
    if records and records[-1].printed.strip():
        lines.append(f"It printed: {records[-1].printed.strip()[-200:]}")
    lines.append(_where_to_read(task))
    return "\n".join(wrap(line) for line in lines if line)


def _likely_mistake(
    task: Task,
    wrong: WrongAnswerError,
    records: list[Record],
    cases: list[Case],
    source: str,
    work: Work,
) -> str:
    """What is said by the first that knows: catalogue; property and numbers; the place."""
    if calls_of(task.name):
        known = recognize(task.name, lambda call: _ask(work, task.name, call))
    else:
        known = recognize_by_computing(task.name, records)
    if known:
        return f"This looks like {known}."
    distinct = without_repeats(cases)
    headline = _if_true(wrong.headline, records, work)
    related = diagnose(distinct) or ""
    if related == ALL_ZERO:  # of images that are painted black, it is better said where
        related = _find_change(distinct) or related
    asking = task, records, source, work
    elsewhere = partial(right_for_others, wrong.pair)
    if not related and not headline and not _is_slow(records):
        related = _asked(elsewhere, *asking)
    related = related or next(filter(None, (find(distinct) for find in RELATED)), "")
    mixed = "" if related or headline else _mixed_up(task, wrong.pair, records, source, work)
    # That images are right alone says more than what they have become; that they differ, less.
    related = related or (mixed if mixed == RIGHT_ALONE else "")
    if not related and not headline and _is_slow(records):
        related = _asked(elsewhere, *asking)
    related = related or find_clue(distinct) or find_clue_of_a_move(distinct) or ""
    what = wrong.pair.what if wrong.pair else "the result"
    if related and what != "the result":
        related = f"{what[:1].upper()}{what[1:]}: {related}"
    # What a property says of its own example is about more than the numbers: both are said.
    if headline and re.match(r"(It is|All is right up to) .*\b(times|factor)\b", related):
        related = ""  # a factor says little beside a property's own words
    said: str | None = " ".join(filter(None, [headline, related]))
    said = said or _asked(ignored, *asking) or locate(cases)
    return said or _kept(records, work) or _when(cases) or mixed


def _when(cases: list[Case]) -> str | None:
    """Which calls go wrong, and how those do that go wrong."""
    says = when_wrong(cases)
    wrong = without_repeats([case for case in cases if not case.is_right])
    how = diagnose(wrong) or find_clue(wrong) if len(wrong) < len(cases) else None
    if says and how:
        return f"{says} There: {how}"
    return says or (f"Where it is wrong: {how}" if how else ask_of_factor(cases))


def _is_slow(records: list[Record]) -> bool:
    """Whether to ask once more takes a while: where a network is looked at."""
    return bool(records) and has_network(records[-1])


def _find_change(cases: list[Case]) -> str | None:
    """What became of images that were given, where no network says what is to become of them."""
    return find_change(cases) if cases and cases[-1].network is None else None


def _find_change_of_a_climb(cases: list[Case]) -> str | None:
    """What became of images that have climbed, where the mixture that they follow does not tell."""
    return find_change(cases) if cases and "step_size" in cases[-1].options else None


RELATED = (_find_change, find_number, locate_row, climbed, _find_change_of_a_climb)
"""They tell how numbers are related to what is expected, the plain before the far-fetched."""


def _mixed_up(task: Task, pair: Pair | None, records: list[Record], source: str, work: Work) -> str:
    """Whether the images of a batch get in each other's way."""
    if pair is None or not records:
        return ""
    names = _argument_names(task, source)
    with _unrecorded(work):
        return depends_on_its_batch(
            records[-1], pair, lambda one: _ask(work, one.function, one), is_drawn="seed" in names
        )


def _asked(question: Question, task: Task, records: list[Record], source: str, work: Work) -> str:
    """What comes of a question that makes the last call once more, with other arguments."""
    if not records or records[-1].function != task.name:
        return ""
    names = _argument_names(task, source)
    with _unrecorded(work):
        return question(records[-1], lambda one: _ask(work, one.function, one), names)


@contextmanager
def _unrecorded(work: Work) -> Iterator[None]:
    """Calls that are made to find a reason are not among those that are explained."""
    kept = list(work.records)
    yield
    work.records = kept


def _kept(records: list[Record], work: Work) -> str:
    """Whether the same call has another answer when it is made again: alone, or after others."""
    if not records:
        return ""
    last = records[-1]
    with _unrecorded(work):
        answers = [take(last.answer), take(_ask(work, last.function, last))]
        if is_same(*answers):  # one that keeps its first answer gives it away in a new process
            work.begin_again()
            answers[1] = take(_ask(work, last.function, last))
    if answers[1] is None or is_same(*answers):
        return ""
    return (
        "The same call has another answer when it is made again: something is kept from one call "
        "to the next, or left to chance."
    )


def _if_true(headline: str, records: list[Record], work: Work) -> str:
    """A property's headline, unless it blames training mode where nothing is left to chance.

    In training mode dropout draws anew, so the same call would have another answer; not every time,
    where a single channel is looked at that may be dropped again.
    """
    if "training mode" in headline and records:
        last, first = records[-1], take(records[-1].answer)
        others = (take(_ask(work, last.function, last)) for _ in range(5))
        return "" if all(is_same(first, other) for other in others) else headline
    return headline


def _ask(work: Work, task: str, call: Any) -> Any:
    """The student's answer to one more call; None if there is none."""
    with suppress(StudentError, WrongAnswerError, LostError, NotStartedError):
        return work.call(task, call.args, call.kwargs)
    return None


def _wrong_type(
    task: Task, wrong: WrongAnswerError, records: list[Record], source: str, work: Work
) -> str | None:
    """What is wrong with the answer's type: said first, whatever else may be true."""
    if isinstance(wrong, MissingError):
        if returns_nothing(source, task.function):
            return "The result is None: the `return` is missing."
        path = broken_path(source, task.function)
        return f"The result is None: the gradient is. {path}" if path else wrong.headline
    answer = records[-1].answer if records else None
    if isinstance(answer, tuple) and any(isinstance(part, Figure) for part in answer):
        return "The result is a tuple of a figure and more: return the figure alone."
    if wrong.headline.startswith(NO_GRADIENT):
        if records and _flows_at_first(records[-1], work):
            return f"{NO_GRADIENT} in a second call: a value of the first call is kept."
        if not uses_numpy(source, task.function):
            return f"{NO_GRADIENT}, and later tasks climb on it: {WITHOUT_NUMPY}"
    return wrong.headline if isinstance(wrong, NamedError) else None


NO_GRADIENT = "No gradient flows through it"
WITHOUT_NUMPY = "is it cut off (stop_gradient, round, argmax, a cast to whole numbers)?"


def _flows_at_first(record: Record, work: Work) -> bool:
    """Whether a new process, which has kept nothing, finds a gradient where there was none."""
    is_batch = (isinstance(one, np.ndarray) and one.ndim > 2 for one in record.args)
    place = next((i for i, is_it in enumerate(is_batch) if is_it), None)
    if place is None:
        return False
    gradient = None
    with _unrecorded(work), suppress(StudentError, WrongAnswerError, LostError, NotStartedError):
        work.begin_again()
        given = Function(work, record.function), place, np.float32(1), *record.args
        gradient = work.call("course.worker.helpers.slope_through", given, record.kwargs)
    return gradient is not None


def _cases(wrong: WrongAnswerError, records: list[Record], source: str, task: Task) -> list[Case]:
    """All that has been compared under the name of what failed, with the calls it comes from."""
    if wrong.pair is None:
        return []
    names = _argument_names(task, source)
    others = (pair for pair in compared.pairs if pair is not wrong.pair)
    pairs = [*(pair for pair in others if pair.what == wrong.pair.what), wrong.pair]
    recent = pairs[-MOST_RECENT:]
    return [_case(pair, records, names, pair in recent) for pair in pairs]


def _argument_names(task: Task, source: str) -> list[str]:
    """As the stub names the arguments, whatever the student does; else as the student does."""
    with suppress(OSError, UnicodeDecodeError):
        stub = (PACKAGE / f"{task.module}.py").read_text(encoding="utf-8")
        if names := argument_names(stub, task.function):
            return names
    return argument_names(source, task.function)


MOST_RECENT = 6
"""Of how many of the last pairs it is computed what known mistakes would give."""


def _case(pair: Pair, records: list[Record], names: list[str], is_recent: bool) -> Case:
    for record in reversed(records):
        if part_of(record.answer, pair.raw) is not None:
            unnamed = [f"argument {i + 1}" for i in range(len(record.args))]
            named = dict(zip([*names, *unnamed[len(names) :]], record.args, strict=False))
            return case_of(pair, named | record.kwargs, is_recent)
    return case_of(pair, {}, is_recent)


def explain_error(task: Task, error: StudentError, source: str = "") -> str:
    """An exception: what and where, in the student's own lines only."""
    lines = [wrap(_error_headline(task, error, source))]
    if error.record is not None and error.record.function == task.name:
        lines.append(wrap(f"For example: {show_call(error.record)}"))
    for frame in error.frames[-3:]:
        place = f" in {frame.function[:60]}" if frame.function not in ("", "<module>") else ""
        lines.append(wrap(f"{frame.file[:60]}, line {frame.line}{place}:"))
        lines.append("    " + textwrap.shorten(frame.text[:500], WIDTH - 4))
    if error.printed.strip():
        lines.append(wrap(f"It printed: {error.printed.strip()[-200:]}"))
    return printable("\n".join([*lines, _where_to_read(task)]))


def _error_headline(task: Task, error: StudentError, source: str) -> str:
    kind, message = error.types[0], in_short(error.message)
    if kind == "NotImplementedError" and error.message != task.name:
        return f"It needs {error.message}, which is not started yet."
    if kind == "NameError" and error.message == f"the module has no function {task.function}":
        return f"There is no function {task.function} in {task.module}.py."
    if error.wanted:
        return f"A ValueError is expected for {error.wanted}; yours raises {kind}: {message}"
    says = translate(error, source, task.function)
    flat = _flat_layer(error)
    if says:
        return f"{says} {flat}".strip()
    if error.frames and all(frame.function in ("", "<module>") for frame in error.frames):
        return f"Python cannot run the file: {kind}: {message}"
    if flat:
        return f"{flat} The function raises {kind}: {message}"
    return f"The function raises {kind}: {message}{_refused(task, error, source)}"


def _flat_layer(error: StudentError) -> str:
    """If a call asks for a layer without rows and columns, and something has no such axes."""
    if error.record is None or not re.search(r"axis|axes|dim|rank|index|ndim", error.message):
        return ""
    given = [*error.record.args, *error.record.kwargs.values()]
    networks = [value for value in given if isinstance(value, Network)]
    for name in (value for value in given if isinstance(value, str)):
        for network in networks:
            shape = network.layers[0].options["shape"]
            if name in {layer.name for layer in network.layers} and None not in shape:
                values = network.activations(np.zeros((1, *shape)), name)
                if values.ndim == 2:
                    return (
                        f'Layer "{name}" has activations (B, K): no rows and columns. Its '
                        "channels are the last axis, as of any layer."
                    )
    return ""


def _refused(task: Task, error: StudentError, source: str) -> str:
    """If the function itself refuses to go on: what is asked is allowed, also an argument of 0."""
    if error.record is None or not (error.frames and error.frames[-1].text.startswith("raise ")):
        return ""
    call = zip(_argument_names(task, source), error.record.args, strict=False)
    zeros = [
        name
        for name, value in [*call, *error.record.kwargs.items()]
        if type(value) in (int, float) and value == 0 and not name.startswith(("class", "seed"))
    ]
    return f" ({zeros[0]}=0 is allowed.)" if len(zeros) == 1 else " (But the call is allowed.)"


def shorten_repeats(task: Task, message: str, told: set[str]) -> str:
    """A message about a whole file in full the first time, and in brief after that.

    Args:
        task: whose message it is.
        message: what is to be said.
        told: the modules of which it has been said; added to.
    """
    if not message.startswith(FILE_LEVEL):
        return message
    if task.module in told:
        return f"{task.module}.py {SEE_ABOVE}"
    told.add(task.module)
    return message


def explain_loss(task: Task, lost: LostError) -> str:
    """What became of a worker that gave no answer."""
    if lost.status == "timeout":
        headline = f"The function takes too long: {lost.reason}. Is there an endless loop?"
    else:
        headline = f"The function never came back: {lost.reason}."
    return "\n".join([wrap(headline), _where_to_read(task)])


def explain_flaky(task: Task, test: Property, flaky: Exception, work: Work) -> str:
    """The answer changed from call to call: a mistake of its own."""
    headline = "The function gives different answers for the same arguments."
    wrong = WrongAnswerError(headline, "Chance has to come from the seed alone.")
    for error in getattr(flaky, "exceptions", ()):
        if isinstance(error, WrongAnswerError) and error.headline:
            wrong = error
    return explain_failure(task, test, wrong, work)


def show_call(record: Record) -> str:
    """A call as one would write it, with arrays shown by their shapes."""
    shown = [_show(value) for value in record.args]
    shown += [f"{key}={_show(value)}" for key, value in record.kwargs.items()]
    return f"{record.function.partition('.')[2]}({', '.join(shown)})"


def _show(value: Any) -> str:
    shape = getattr(value, "shape", None)
    if shape == () or isinstance(value, float):
        return f"{value:.4g}"
    if shape is not None and not hasattr(value, "layers"):
        return f"array of shape {tuple(shape)}" if value.size > 4 else str(value.tolist())
    if hasattr(value, "layers"):
        return "model"
    if callable(value):
        value = getattr(value, "func", value)
        return str(getattr(value, "__name__", None) or getattr(value, "name", "function"))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_show(item)}" for key, item in value.items()) + "}"
    return repr(value)


def _where_to_read(task: Task) -> str:
    folder = marked_folder()
    if folder and (folder / "chapters" / f"{task.module}.md").is_file():  # an edition with chapters
        return f"Read on: chapters/{task.module}.md, section {task.name}"
    if folder or IS_INSTALLED:
        return f"Read on: {task.module}.py, the docstring of {task.function}"
    # Also what `course grade` says in a checkout, to students who have none.
    (module,) = (one for one in TABLE if one.name == task.module)
    return (
        f"Read on: the docstring of {task.function},\n"
        f"or chapter {module.number} {module.title}, section {task.name}"
    )


def wrap(text: str) -> str:
    """Text in lines that a terminal shows whole, and without control characters."""
    lines = text.splitlines() or [""]
    return printable("\n".join(textwrap.fill(line[:LONGEST_LINE], WIDTH) for line in lines))
