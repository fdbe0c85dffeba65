# %% [markdown]
# # Ten thousand submissions
#
# `course grade` shares submissions out with [dask.distributed](https://distributed.dask.org). On
# one computer it starts the processes itself; `--workers` says how many, and without it there are
# as many as processors and memory allow. This page plans for more than one computer, from figures
# that `python -m tests.benchmarks.batch` measured on a computer with 2 processors.

# %% tags=["hide"]
import json

from docs.machinery.figures import table, write
from tests.proofs.results import RESULTS

results = json.loads(RESULTS.read_text(encoding="utf-8"))
scale, room = results["scale"], results["classroom"]
seconds = scale["seconds_alone"] * (1 + max(0, scale["overhead"]))
write(
    f"- A submission with all {scale['tasks']} tasks solved takes {scale['seconds_alone']} s in "
    "one process, once TensorFlow is imported.\n"
    f"- Sharing it out changes that by {scale['overhead']:+.0%} with one worker, and two workers "
    f"on the two processors are {scale['speed_up']} times as fast as one.\n"
    f"- A worker takes {scale['worker_gigabytes']} GB, most of it TensorFlow's (measured "
    f"on {scale['day']}).\n"
    f"- A folder of {room['submissions']} mixed submissions (solutions, stubs, wrong answers, "
    f"attacks) took {room['seconds']} s with 2 workers. Killed with {room['at_the_kill']} results "
    "done and started again, it gave the same gradebook, byte for byte "
    f"(`python -m tests.proofs.classroom`, {room['day']})."
)

# %% [markdown]
# The plan below counts every submission as solved. Stubs cost nothing and a wrong answer ends its
# task early, so it errs on the safe side. It assumes a worker for each processor, and that each is
# slowed down by the others as much as the two were above.

# %% tags=["hide"]
gain = scale["speed_up"] / 2  # of a worker among others, against one alone
rows = []
for submissions in (100, 1000, 10_000):
    hours = submissions * seconds / 3600
    row = [f"{submissions:,}", f"{hours:.2g}"]
    rows.append(row + [f"{hours / (workers * gain):.2g}" for workers in (2, 16, 64)])
table(["submissions", "processor hours", "2 workers (h)", "16 workers (h)", "64 workers (h)"], rows)
write(
    f"For 64 workers, plan {64 * scale['worker_gigabytes']:.0f} GB of memory in all, and what the "
    "submissions themselves compute with on top (each at most 4 GB, mostly a hundredth of that)."
)

# %% [markdown]
# ## On a cluster
#
# Every computer needs the course installed in the same place with the extra `[teach]`, and
# bubblewrap. One runs the scheduler, the others a worker for each processor:
#
# ```bash
# dask scheduler --port 8786
# dask worker tcp://SCHEDULER:8786 --nworkers -1 --nthreads 1 --memory-limit 0
# ```
#
# Then, from where the submissions are:
#
# ```bash
# course grade submissions/ --out results/ --scheduler tcp://SCHEDULER:8786
# ```
#
# The workers need no shared disk: submissions go out as text, and verdicts come back as JSON. Set
# `DASK_DISTRIBUTED__SCHEDULER__WORKER_SATURATION=1.0` and
# `DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=1` for the scheduler, as `course grade` does for
# its own: then a submission that brings a worker down takes no other with it. Set
# `DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED=False` for the workers: dask's profiler can stop older
# versions of Python 3.11 and 3.12 for good. On Slurm and its kin,
# dask-jobqueue starts the workers; on Kubernetes, the dask operator. The connection is not
# encrypted unless you tell dask so: use a network that students cannot reach.
#
# ## When something breaks
#
# - A worker dies: dask gives its submission to another. If that one dies as well, the submission
#   gets no points in this run, and is tried again in the next.
# - The run is killed: start it again with the same `--out`. What has been graded is kept under a
#   name made from the submission, the seed and the grader; nothing is graded twice.
# - The grader changes: results of another version or of other properties are not used again.
