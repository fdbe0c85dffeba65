"""What hypothesis draws depends on the seed and the property, and on nothing else.

From version 6.131 on, hypothesis mixes constants into its draws that it finds in the source of
whatever local module has been imported by then. That is a good way to find bugs in one's own code,
but here nobody's code is under test in this process. The same seed would draw other inputs for
`course check` than for `course grade`, since they import different files.
"""

import os

import hypothesis
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.internal.conjecture import providers

settings = hypothesis.settings(
    max_examples=12,
    deadline=None,  # the first call of a compiled function takes long, and that is not a mistake
    database=None,
    derandomize=False,  # hypothesis would turn it on where the variable CI is set
    backend="hypothesis",
    print_blob=False,
    report_multiple_bugs=False,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate, hypothesis.Phase.shrink],
    suppress_health_check=list(hypothesis.HealthCheck),
    verbosity=hypothesis.Verbosity.quiet,
)
"""How hypothesis runs in the grader. Few examples: each is drawn to be telling."""


def forget_local_constants() -> None:
    """Let hypothesis find no constants in local modules.

    There is no setting for this. tests/grader/test_repeats.py notices if a later version of
    hypothesis has another way of finding them.
    """
    if hasattr(providers, "_get_local_constants"):
        nothing = providers.Constants()
        providers._get_local_constants = lambda: nothing
        providers.CONSTANTS_CACHE.cache.clear()


forget_local_constants()
# Hypothesis keeps tables. They belong neither beside a student's files, nor under a fixed name in
# the folder for temporary files, where somebody else could put them first.
set_hypothesis_home_dir(os.path.expanduser("~/.cache/introspection-course/hypothesis"))
