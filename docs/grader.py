# %% [markdown]
# # How far to trust the grader
#
# A grade should be true: no wrong answer passes, no right one fails, and the same submission gets
# the same verdict twice. This page says how the grader comes to a verdict, and how it is proved.
#
# ## How a verdict comes about
#
# Each task has *properties*: sentences that hold of every right answer, written as tests in
# `tests/grading/`. Students may read them. The inputs are drawn by
# [hypothesis](https://hypothesis.readthedocs.io) from a seed, and so are the weights of the small
# networks, so no answer can be learnt by heart. What is expected is computed without the student's
# code, and mostly without a tape: by central differences in double precision, or on networks whose
# gradient is known in closed form.
#
# The student's functions run in a process of their own. They get the inputs and send back arrays
# as raw bytes; expected values never go there. A function that hangs, crashes or floods its output
# costs its own task and no other.
#
# When a property fails, hypothesis looks for a smaller example that fails as well. Then the first
# line of the message should name the mistake, whoever made it. What is wrong with the type of the
# answer is said first. Then the grader asks the function a few fixed calls, and compares what it
# answers with the *fingerprints* of known mistakes: what each of them answers to the same calls. If
# exactly one fits, it is named. If none does, the numbers are looked at: is the answer what is
# expected, but for a factor, a sign, an axis, a norm? That is said if it holds for everything that
# was compared, and nothing else holds as well. Then the function is asked once more, with other
# arguments: is there one for which it gives what is expected here (the square of `sigma`, one step
# more, the mask upside down), or one that it does not use at all? Here is what a student sees who
# takes the absolute value before adding up the channels:

# %% tags=["hide"]
import json

from course.grader.compare import TOLERANCE
from course.grader.grading import grade_task, hash_of_properties
from course.grader.mistakes import mistakes_of
from course.grader.pool import start_workers
from course.grader.tasks import select_tasks
from course.grader.work import Work
from docs.machinery.figures import table, write
from tests.answers.right import answers_to
from tests.proofs.results import RESULTS

wrong = """
import tensorflow as tf

def to_heatmap(saliency):
    return tf.reduce_sum(tf.abs(saliency), axis=-1)
"""
workers = start_workers([], "in-process")
verdict = grade_task(*select_tasks(["saliency.to_heatmap"]), Work({"saliency": wrong}, workers))
assert verdict.status == "failed"
assert "absolute" in verdict.message.splitlines()[0]
write(f"```text\n{verdict.message}\n```")

# %% [markdown]
# ## Tolerance
#
# Students compute in float32, and two right ways to do so differ a little.

# %% tags=["hide"]
write(
    "An answer may differ from what is expected by "
    f"{TOLERANCE:.1e} of the largest magnitude in the array. That is 2¹⁰ times the precision of "
    "float32: sums of some hundred terms a layer, through two or three layers, stay below it, and "
    "the mistakes that the properties look for differ by percents. The number stands in one place, "
    "`course/grader/compare.py`, with the reasoning."
)

# %% [markdown]
# ## The catalogue
#
# Every task has six wrong answers or more, each a plausible mistake, and at least three other ways
# to be right. A wrong answer has to fail its own task, and its message has to name it. A right one
# has to pass: eager or compiled, in loops or at once, in TensorFlow or numpy. And each property has
# a wrong answer that no other property catches, or it would not be there.

# %% tags=["hide"]
tasks = select_tasks()
modules = list(dict.fromkeys(task.module for task in tasks))
rows = []
for module in modules:
    own = [task for task in tasks if task.module == module]
    counts = (
        len(own),
        sum(len(task.properties) for task in own),
        sum(len(mistakes_of(task.name)) for task in own),
        sum(len(answers_to(task.name)) for task in own),
    )
    rows.append((f"`{module}`", *counts))
rows.append(("all", *(sum(row[i] for row in rows) for i in range(1, 5))))
table(["module", "tasks", "properties", "wrong answers", "right answers"], rows)

# %% [markdown]
# ## The proofs
#
# Quick ones run with every change. The long ones are commands in the repository; they leave their
# figures in `tests/proofs/results.json`, from which this table is made.

# %% tags=["hide"]
results = json.loads(RESULTS.read_text(encoding="utf-8"))
answers, mutants, flakes = results["answers"], results["mutants"], results["flakes"]
speed = results["speed"]
measured = {
    "wrong answers": (
        f"{answers['wrong']}, rejected {answers['rejected']}, named {answers['named']}",
        answers,
        "`python -m tests.proofs.answers`",
    ),
    "right answers": (
        f"{answers['right']}, accepted {answers['accepted']}",
        answers,
        "the same",
    ),
    "mutants of the solutions": (
        f"{mutants['mutants']}, killed {mutants['killed']}, equivalent {mutants['equivalent']}, "
        f"survivors {mutants['survivors']}",
        mutants,
        "`python -m tests.proofs.mutants`",
    ),
    "solutions graded again with fresh seeds": (
        f"{flakes['runs']} runs of {flakes['tasks']} tasks, {flakes['failures']} failures",
        flakes,
        "`python -m tests.proofs.flakes`",
    ),
}

# %% tags=["hide"]
measured |= {
    "from save to verdict, median of the tasks": (
        f"{speed['milliseconds_to_verdict']} ms (slowest: {speed['slowest_milliseconds']} ms)",
        speed,
        "`python -m tests.benchmarks.grader`",
    ),
    "cold check of one task, in imports of TensorFlow": (
        f"{speed['cold_without_network']} to {speed['cold_with_network']}",
        speed,
        "the same",
    ),
}
table(
    ["proof", "figure", "measured on", "command"],
    [(proof, figure, run["day"], command) for proof, (figure, run, command) in measured.items()],
)

# %% tags=["hide"]
named_by = {
    "the catalogue of known mistakes, by fingerprints": "catalogue",
    "a relation of the numbers": "numbers",
    "the property, or the type of the answer": "property",
    "what the function answers when it is asked once more": "asked",
    "where, or in which calls, the numbers are wrong": "place",
    "an exception, in words": "error",
    "nobody: the property's sentence alone": "nobody",
}
if "named_by_catalogue" in answers:
    write(
        "And who names the mistake of a wrong answer, in the first line of the message. The "
        "students' edition carries the fingerprints, so it says the same as the teacher's command:"
    )
    rows = [(who, answers.get(f"named_by_{key}", 0)) for who, key in named_by.items()]
    table(["named by", "wrong answers"], rows)
stale = [name for name, result in results.items() if result["properties"] != hash_of_properties()]
if stale:
    write(
        f"The properties have been edited since the figures of {', '.join(stale)} were taken; "
        "the commands above take them again."
    )

# %% [markdown]
# A check of one module imports TensorFlow once, in the student's process: what is expected is
# computed by NumPy. So a cold check takes about as long as that import. With a network it takes a
# little longer, since the network is built there and traced. Where several modules are checked, and
# there is a second processor, two tasks are graded at a time, each with a process of its own. While
# `course watch` waits for you, the next process gets warm.
#
# A mutant is a solution with one small thing changed: a plus turned into a minus, an argument left
# out, a call skipped. Each has to be failed by some property. Those that no student could tell from
# the solution are listed with a reason, one by one, in `tests/proofs/equivalent.toml`.
#
# ## What it cannot do
#
# The grader judges what functions return, not how they are written. It cannot tell who wrote them.
# Random inputs show that an answer is wrong; that one is right is only as sure as the properties
# are many. And a mistake that nobody has thought of gets a message that says what does not hold,
# with numbers, but cannot say why.
