"""Single keys from the terminal, without waiting for the enter key."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def keys() -> Iterator[Callable[[float], str]]:
    """Read single keys while the context lasts.

    Yields:
        A function that waits at most that many seconds, and returns the key that was pressed, or an
        empty string. Without a terminal it only waits.
    """
    if not (sys.stdin and sys.stdin.isatty()):
        yield _wait
    elif os.name == "nt":
        yield _read_on_windows
    else:
        import termios
        import tty

        before = termios.tcgetattr(sys.stdin)
        tty.setcbreak(sys.stdin)  # key by key and unseen, but with Ctrl-C and line ends as usual
        try:
            yield _read_on_posix
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _wait(seconds: float) -> str:
    time.sleep(seconds)
    return ""


def _read_on_posix(seconds: float) -> str:
    import select

    ready, _, _ = select.select([sys.stdin], [], [], seconds)
    if not ready:
        return ""
    pressed = os.read(sys.stdin.fileno(), 32).decode(errors="ignore")
    return pressed[:1] or "q"  # nothing to read although ready: the terminal has gone


def _read_on_windows(seconds: float) -> str:
    import msvcrt

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if msvcrt.kbhit():  # type: ignore[attr-defined]
            return msvcrt.getwch()  # type: ignore[attr-defined]
        time.sleep(0.02)
    return ""
