"""The inner wall of the sandbox: a process shuts itself in, just after it has been forked."""

import contextlib
import ctypes
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from course.worker import filter as system_calls

PACKAGE = Path(__file__).resolve().parents[1]

TEMPORARY_BYTES = 64 * 2**20
"""How much a task may write, all in all: to /tmp, which is gone afterwards."""

LIMITS = {
    "RLIMIT_CPU": 180,  # seconds; the time limits of a task are shorter, but not in CPU time
    "RLIMIT_DATA": 4 * 2**30,
    "RLIMIT_NPROC": 128,  # processes and threads
    "RLIMIT_FSIZE": TEMPORARY_BYTES,
    "RLIMIT_NOFILE": 256,
    "RLIMIT_SIGPENDING": 256,  # signals and timers, of which a user has so many
    "RLIMIT_CORE": 0,
}
"""The kernel's limits for every process of a task."""

ADDRESS_BYTES = 4 * 2**30
"""How much a process of a task may have mapped, shared memory included, beyond what it starts with:
TensorFlow reserves much that it never uses."""

NICENESS = 5
"""How far processes of a task step back behind others."""

NOBODY = 65534

_CLONE_NEWNS, _CLONE_NEWIPC = 0x0002_0000, 0x0800_0000
_CLONE_NEWUSER, _CLONE_NEWPID = 0x1000_0000, 0x2000_0000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REMOUNT, _MS_BIND, _MS_MOVE, _MS_REC, _MS_PRIVATE = 0x20, 0x1000, 0x2000, 0x4000, 0x4_0000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38


def harden_server() -> None:
    """Make the server nobody, if it is root, and its memory unreadable for what it forks."""
    system_calls.is_available()  # loaded once, and not by every fork
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    set_process_option(_PR_SET_NO_NEW_PRIVS, 1)
    set_process_option(_PR_SET_DUMPABLE, 0)


def die_with_parent() -> None:
    """Let the kernel end this process when its parent ends, however that happens."""
    if sys.platform == "linux":
        set_process_option(_PR_SET_PDEATHSIG, 9)


def confine(tell: int | None = None) -> int:
    """Shut this process's children in: call it just after a fork, and before anything else.

    It forks once more. The child returns 0 from here, as process 1 of a world of its own; the
    parent waits for it and ends as it has ended.

    Args:
        tell: a file descriptor to which the parent writes the child's process number, as four
            bytes; it is closed in both.

    Returns:
        0, in the child.

    Raises:
        OSError: if the kernel does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    set_process_option(_PR_SET_DUMPABLE, 1)  # or the files of /proc/self would belong to root
    _libc("unshare", _CLONE_NEWUSER | _CLONE_NEWNS | _CLONE_NEWPID | _CLONE_NEWIPC)
    for file, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{NOBODY} {user} 1"),
        ("gid_map", f"{NOBODY} {group} 1"),
    ):
        Path(f"/proc/self/{file}").write_text(text)
    child = os.fork()
    if child:
        if tell is not None:
            os.write(tell, child.to_bytes(4, "little"))
        _wait_and_follow(child)
    if tell is not None:
        os.close(tell)
    die_with_parent()
    os.setsid()  # or `kill(0, 9)` would reach out of the namespace, to all of the server's group
    be_the_first_to_go()  # here, where there still is such a file
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
    safely = _MS_NOSUID | _MS_NODEV
    with _kept(Path(sys.prefix), Path(sys.base_prefix), PACKAGE):
        how = f"size={TEMPORARY_BYTES},nr_inodes=4096,mode=700"
        _mount("tmpfs", "/tmp", "tmpfs", safely, how)
    # Whoever is not root owns the terminals, and could lock them for all later tasks.
    _mount("tmpfs", "/dev/pts", "tmpfs", safely | _MS_RDONLY, "size=4k,mode=755")
    # No further namespaces: less of the kernel to attack.
    with contextlib.suppress(OSError):
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
    _cover_proc(safely)
    _drop_capabilities()
    restrict()
    return 0


def restrict() -> None:
    """Limit this process and all that it starts: rights, memory, keys and system calls."""
    set_process_option(_PR_SET_DUMPABLE, 1)  # or the files of /proc/self would belong to root
    set_process_option(_PR_SET_NO_NEW_PRIVS, 1)
    be_the_first_to_go()
    _limit(LIMITS | {"RLIMIT_AS": _mapped_bytes() + ADDRESS_BYTES})
    os.nice(NICENESS)
    _forget_keys()
    system_calls.refuse_system_calls()


def be_the_first_to_go() -> None:
    """If memory runs out, let the kernel end this process before any other."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _mapped_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")


_KEYCTL = {"x86_64": 250, "aarch64": 219}
_KEYCTL_JOIN_SESSION_KEYRING = 1


def _forget_keys() -> None:
    """Take an empty ring of keys of one's own, instead of that of whoever runs the grader."""
    number = _KEYCTL.get(platform.machine())
    if number is not None:
        join = ctypes.c_ulong(_KEYCTL_JOIN_SESSION_KEYRING)
        # Where it fails there are no keys: a kernel without them, or a container that forbids them.
        ctypes.CDLL(None).syscall(ctypes.c_long(number), join, None)


def _cover_proc(flags: int) -> None:
    """Leave of /proc what libraries read of their own process, and nothing of any other.

    A new /proc would be simpler, but the kernel allows that only where the old one is not covered
    anywhere, and bubblewrap covers parts of it.
    """
    new = Path("/tmp/proc")
    new.mkdir()
    _mount("tmpfs", str(new), "tmpfs", flags, "size=64k,nr_inodes=16,mode=755")
    (new / "self").mkdir()
    (new / "cpuinfo").touch()
    (new / "meminfo").touch()
    for name in ("self", "cpuinfo", "meminfo"):
        _mount(str(Path("/proc", name).resolve()), str(new / name), None, _MS_BIND)
    _mount(str(new), "/proc", None, _MS_MOVE)
    # Of its own process too: or it could say that others are to go first when memory runs out.
    for place in ("/proc", "/proc/self"):
        how = flags | _MS_NOEXEC | _MS_REMOUNT | _MS_BIND | _MS_RDONLY
        _mount(None, place, None, how)
    new.rmdir()


@contextlib.contextmanager
def _kept(*places: Path) -> Iterator[None]:
    """Keep what lies in /tmp of these places while another file system is mounted over it."""
    held = [(place, os.open(place, os.O_PATH)) for place in places if place.is_relative_to("/tmp")]
    yield
    for place, number in held:
        place.mkdir(parents=True, exist_ok=True)
        _mount(f"/proc/self/fd/{number}", str(place), None, _MS_BIND | _MS_REC)
        os.close(number)


def _wait_and_follow(child: int) -> None:
    """Wait for a child, and end in the same way."""
    for number in range(3, 1024):
        with contextlib.suppress(OSError):
            os.close(number)  # above all the channel, whose other end waits for this
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        _limit({"RLIMIT_CORE": 0})
        os.kill(os.getpid(), -code)
    os._exit(code if code >= 0 else 1)


def _limit(limits: dict[str, int]) -> None:
    import resource  # not on Windows, where this module is imported only to say that it cannot work

    for name, most in limits.items():
        resource.setrlimit(getattr(resource, name), (most, most))


class _CapHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("process", ctypes.c_int))


def _drop_capabilities() -> None:
    header, nothing = _CapHeader(0x2008_0522, 0), (ctypes.c_uint32 * 6)()
    _libc("capset", ctypes.byref(header), ctypes.byref(nothing))


def _mount(source: str | None, place: str, kind: str | None, flags: int, how: str = "") -> None:
    words = [word.encode() if word is not None else None for word in (source, place, kind)]
    _libc("mount", *words, ctypes.c_ulong(flags), how.encode())


def set_process_option(option: int, value: int) -> None:
    """Call prctl."""
    _libc("prctl", option, ctypes.c_ulong(value), *[ctypes.c_ulong(0)] * 3)


def _libc(name: str, *arguments: object) -> None:
    """Call a function of the C library that returns 0, or sets errno."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
