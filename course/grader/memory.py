"""The memory of a submission as a whole, where systemd can limit it.

Each process of a submission has a limit of its own (`course.worker.confine`); what they take
together only a control group can limit, and on most systems it is systemd that makes one.
"""

import functools
import os
import shutil
import subprocess

from course.worker.settings import BARE

LIMIT = "6G"
"""So much may the warm server and all that it has started take together: a right answer takes 1."""

ENV = "/usr/bin/env"

TRY_SECONDS = 10.0
"""How long systemd may take to say whether it can; it takes milliseconds."""


def limited(command: list[str]) -> tuple[list[str], dict[str, str]]:
    """A command within a control group that limits its memory, if systemd can make one.

    Args:
        command: what to run, with the variables of a worker (`BARE`) and no others.

    Returns:
        The words to start, and the variables to start them with.
    """
    scope = _scope()
    if not scope:
        return command, BARE
    # systemd-run needs this process's variables to find systemd; none of them gets any further.
    bare = [f"{name}={value}" for name, value in BARE.items()]
    return [*scope, ENV, "-i", *bare, *command], dict(os.environ)


@functools.cache
def _scope() -> list[str]:
    """The words that go before a command; none if there is no systemd here, or it may not."""
    program = shutil.which("systemd-run")
    if program is None:
        return []
    words = [program, *([] if os.getuid() == 0 else ["--user"]), "--scope", "--quiet", "--collect"]
    words += ["--property", f"MemoryMax={LIMIT}", "--property", "MemorySwapMax=0", "--"]
    try:
        tried = subprocess.run(
            [*words, ENV, "-i", "true"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TRY_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return words if tried.returncode == 0 else []
