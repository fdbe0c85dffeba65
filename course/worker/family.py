"""Processes that a submission starts, and that would rather live on."""

import contextlib
import os
import signal

from course.worker.confine import set_process_option

_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends: none gets out of sight."""
    set_process_option(_PR_SET_CHILD_SUBREAPER, 1)


def end_orphans() -> None:
    """End all children of this process, and theirs, until there are none.

    Only for a process that has adopted orphans, at a moment when it needs none of its children.
    """
    for _ in range(1000):  # what is forked meanwhile is found in the next round
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        for number in _children():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(number, signal.SIGKILL)


def _children() -> list[int]:
    own, found = os.getpid(), []
    for name in os.listdir("/proc"):
        if name.isdecimal():
            with contextlib.suppress(OSError, ValueError, IndexError):
                with open(f"/proc/{name}/stat", "rb") as file:
                    # After the name, in brackets, which may hold anything: state, parent, ...
                    parent = int(file.read().rpartition(b")")[2].split()[1])
                if parent == own:
                    found.append(int(name))
    return found
