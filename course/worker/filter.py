"""The system calls that no answer needs, refused: less of the kernel to attack.

Needs libseccomp and its binding for Python (`pip install pyseccomp`, or the system's own
`seccomp`). Where they are missing the other walls stand, and `is_available` says so.
"""

import contextlib
import errno
import socket
from itertools import product
from typing import Any

REFUSED = (
    # keys of whoever runs the grader
    *("keyctl", "add_key", "request_key"),
    # large parts of the kernel that are seldom used, and often in need of repair
    *("io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd", "perf_event_open"),
    *("bpf", "fanotify_init", "modify_ldt", "personality", "syslog", "quotactl", "acct"),
    *("kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module"),
    *("reboot", "swapon", "swapoff", "iopl", "ioperm", "lookup_dcookie", "uselib"),
    # other processes
    *("ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "setns"),
    # other namespaces, other file systems
    *("unshare", "mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount"),
    *("fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr"),
    *("open_by_handle_at", "name_to_handle_at"),
    # watching files: a user may have few watchers, and this takes them from the user's own programs
    *("inotify_init", "inotify_init1"),
    # the clock
    *("settimeofday", "clock_settime", "clock_adjtime", "adjtimex"),
    # memory that belongs to no process, so that no limit of a process counts it
    *("memfd_create", "memfd_secret", "shmget", "msgget", "semget", "mq_open"),
)

FAMILY = socket.AF_UNIX
"""The one kind of socket that is left, for processes that talk to each other. Gradescope's
containers have a network; and other kinds, such as those to the host of a virtual machine (vsock),
know nothing of namespaces."""

F_SETLEASE, F_NOTIFY = 1024, 1026
"""A lease on a file makes everybody else wait who opens it; a notice tells that somebody does."""

CLONE_NEWUSER = 0x1000_0000
"""Asks for a process that is root in a world of its own, as `unshare` does."""


def _binding() -> Any:
    """The Python binding of libseccomp, or None."""
    for name in ("pyseccomp", "seccomp"):
        with contextlib.suppress(ImportError, RuntimeError, OSError):
            return __import__(name)
    return None


def is_available() -> bool:
    """Whether there is a filter here. Loads the libraries: before a fork, it saves them all."""
    return _binding() is not None


def refuse_system_calls() -> bool:
    """Refuse what is not needed, for this process and all that it starts, for good.

    Returns:
        Whether that was possible.

    Raises:
        OSError: if the kernel does not take the filter.
    """
    seccomp = _binding()
    if seccomp is None:
        return False
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    for name in REFUSED:
        with contextlib.suppress(OSError):  # there is no such call on this kind of processor
            rules.add_rule(seccomp.ERRNO(errno.EPERM), name)
    other = seccomp.ERRNO(errno.EAFNOSUPPORT)
    for call in ("socket", "socketpair"):
        rules.add_rule(other, call, seccomp.Arg(0, seccomp.GT, FAMILY))
    is_root = seccomp.Arg(0, seccomp.MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER)
    rules.add_rule(seccomp.ERRNO(errno.EPERM), "clone", is_root)
    # What clone3 is asked lies in memory, where no filter can look. Libraries go on with clone.
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    for call, word in product(("fcntl", "fcntl64"), (F_SETLEASE, F_NOTIFY)):
        is_it = seccomp.Arg(1, seccomp.MASKED_EQ, 2**32 - 1, word)  # the kernel sees no other bits
        with contextlib.suppress(OSError):
            rules.add_rule(seccomp.ERRNO(errno.EPERM), call, is_it)
    rules.load()
    return True
