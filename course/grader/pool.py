"""Workers as the grader sees them: something to ask, that answers in time or is lost.

On Linux one server process imports TensorFlow once and forks a fresh worker for every task.
Elsewhere fork is missing or unsafe (macOS), and a worker is a new process; since it has to import
TensorFlow itself, it serves task after task for as long as none of them breaks it. A class's run
has it forget one submission before the next.
"""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, BinaryIO, Protocol, cast

from course.worker import protocol
from course.worker.process import Student
from course.worker.protocol import Channel, ProtocolError
from course.worker.settings import BARE, environment

START_SECONDS = 180.0
"""How long a process may take to import TensorFlow: on a cold disk that is slow."""

PRELOAD = (
    "tensorflow",
    "keras",
    "numpy",
    "scipy.ndimage",
    "matplotlib.figure",
    "sklearn.cluster",
    "sklearn.feature_extraction.image",
    "course.given.compiling",
)
"""What the worker imports ahead of time, if a submission mentions it."""


SERVER_GONE = 1000
"""Stands for an exit code where there is nobody left to ask for it."""

KILLED = -9
"""The exit code of a process that was ended by force."""

CLOSED = "it has been stopped"
"""What a thread is told that asks for a worker when all have been ended."""

COMMAND_SECONDS = 30.0
"""How long the server may take for what takes it milliseconds: more, and it has been stopped."""


class LostError(BaseException):
    """The worker gave no answer.

    Not an `Exception`, so that hypothesis does not go on asking a worker that is gone.

    Attributes:
        status: `"timeout"` or `"error"`.
        reason: what happened, for the student.
        is_worth_another_try: whether it was ended from outside: perhaps for nothing that it did.
    """

    def __init__(self, status: str, reason: str, is_worth_another_try: bool = False) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.is_worth_another_try = is_worth_another_try


class BrokenGraderError(Exception):
    """The grader itself cannot work here, for instance because TensorFlow cannot be imported.

    Attributes:
        report: what has been found out until then, if anything has been asked.
    """

    report: Any = None


class Workers(Protocol):
    """Where the worker of each task comes from."""

    def renew(self) -> None:
        """Let the next request go to a fresh worker."""

    def prepare(self) -> None:
        """Renew, and let the next worker get ready, without waiting for it."""

    def forget(self) -> None:
        """Keep nothing that a submission may have changed: the next is somebody else's."""

    def ask(self, request: Any, seconds: float) -> Any:
        """Send a request and wait for its answer; `LostError` if none comes."""

    def close(self) -> None:
        """End every process."""


class _Connection:
    """A channel to a worker, with a time limit on every answer."""

    def __init__(self, channel: Channel, end: Callable[[], int]) -> None:
        self._channel = channel
        self._end = end

    def ask(self, request: Any, seconds: float) -> Any:
        out_of_time = threading.Event()

        def stop() -> None:
            out_of_time.set()
            self._end()

        # A timer that ends the worker, rather than a time limit on reading, so that an answer that
        # starts and never finishes cannot hold the grader either.
        timer = threading.Timer(seconds, stop)
        timer.start()
        try:
            self._channel.send(request)
            return self._channel.receive()
        except ProtocolError as error:
            if out_of_time.is_set():
                raise LostError("timeout", f"no answer within {seconds:g} seconds") from None
            code = self._end()
            by_force = code in (SERVER_GONE, KILLED)
            raise LostError("error", _say_how_it_ended(code, error), by_force) from None
        finally:
            timer.cancel()


def _say_how_it_ended(code: int, error: ProtocolError) -> str:
    if str(error) != "the other side has gone":
        return f"the answer could not be read: {error}"
    if code == SERVER_GONE:
        return "the process that starts all others has ended, too"
    if code in (-signal.SIGABRT, KILLED):
        return "the process was ended from outside or by a failed library call (out of memory?)"
    if code < 0:
        return f"the process crashed ({_name_of(-code)})"
    return f"the process ended itself with exit code {code} in the middle of the call"


def _name_of(number: int) -> str:
    """A signal's name, or its number: those of real time have no names."""
    with contextlib.suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "course.worker.process", *arguments]


def _server(mode: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """How the server of a mode is started: the words, and the variables."""
    if mode == "fork":
        return _command(mode, *arguments), environment(dict(os.environ))
    if mode == "nobody":
        return _command(mode, *arguments), BARE
    from course.grader import memory, sandbox  # not on Windows

    inside = sandbox.command(sandbox.require_bubblewrap())
    return memory.limited([*inside, "-m", "course.worker.process", mode, *arguments])


class ForkedWorkers:
    """A fresh fork of one warm process for every task.

    Args:
        preload: libraries that the process imports ahead of time.
        is_sandbox: whether strangers' code may run in it.
        user: the number of the user that it runs as; None for the same as here.
    """

    def __init__(
        self, preload: Sequence[str], is_sandbox: bool = False, user: int | None = None
    ) -> None:
        self._preload = preload
        self._user = user
        self._mode = "sandbox" if is_sandbox else "fork" if user is None else "nobody"
        self._ending = threading.Lock()
        self._is_closed = False
        self._connection: _Connection | None = None
        self._start()

    def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        self._control.settimeout(START_SECONDS)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (closed in close)
        command, variables = _server(self._mode, str(theirs.fileno()), *self._preload)
        self._server = subprocess.Popen(
            command,
            env=variables,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            user=self._user,
            group=self._user,
            extra_groups=None if self._user is None else [],
        )
        theirs.close()
        self._is_ready = False
        self._is_used = False  # whether the worker has been asked anything
        self._line: socket.socket | None = None
        self._exit_code: int | None = None

    def renew(self) -> None:
        """End the worker of the task before; the next request forks another."""
        if self._connection is not None and self._is_used:
            self._connection = None
            if self._end() == SERVER_GONE and not self._is_closed:
                self._stop()
                self._start()

    def prepare(self) -> None:
        """End the worker of the task before, and fork another, which gets warm on its own."""
        self.renew()
        if self._connection is None and self._server_answers():
            self._connection = self._fork(b"w")

    def forget(self) -> None:
        """End the worker: no fork knows of another."""
        self.renew()

    def ask(self, request: Any, seconds: float) -> Any:
        """Send a request to the worker of this task."""
        if self._connection is None:
            self._connection = self._fork(b"f")
        self._is_used = True
        return self._connection.ask(request, seconds)

    def close(self) -> None:
        """End the worker and the server; a task that another thread grades gets no further."""
        self._is_closed = True
        if self._is_ready and self._connection is not None:
            self._end()
        self._stop()

    def _stop(self) -> None:
        self._hang_up()
        self._control.close()
        self._server.kill()
        self._server.wait()
        self._log.close()

    def _server_answers(self) -> bool:
        """Whether the server has imported its libraries by now, or ended over them."""
        return self._is_ready or bool(select.select([self._control], [], [], 0)[0])

    def _fork(self, command: bytes) -> _Connection:
        if self._is_closed:
            raise BrokenGraderError(CLOSED)
        self._is_used = False
        try:
            return self._ask_for_a_worker(command)
        except OSError:
            if not self._is_ready:
                raise BrokenGraderError(
                    f"the grader's process did not start:\n{self._last_words()}"
                ) from None
        self._stop()  # it was there, and has ended since
        self._start()
        try:
            return self._ask_for_a_worker(command)
        except OSError:
            raise BrokenGraderError(
                f"the grader's process does not start again:\n{self._last_words()}"
            ) from None

    def _ask_for_a_worker(self, command: bytes) -> _Connection:
        """Have the server fork; `OSError` if it does not answer."""
        if not self._is_ready:
            self._expect(b"r")
            self._is_ready = True
            self._control.settimeout(COMMAND_SECONDS)
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [command], [theirs.fileno()])
        self._expect(b"f")
        self._exit_code, self._line = None, ours
        reader, writer = ours.makefile("rb"), ours.makefile("wb")
        return _Connection(Channel(reader, writer, protocol.Reply), self._end)

    def _end(self) -> int:
        with self._ending:  # the timer's thread may be here too
            if self._exit_code is None:
                try:
                    self._control.sendall(b"e")
                    self._exit_code = int(self._read(6))
                except (OSError, ValueError):
                    self._exit_code = SERVER_GONE
                self._hang_up()
            return self._exit_code

    def _hang_up(self) -> None:
        """Wait no longer for a worker, even if one is still there to hold the line."""
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)
            self._line.close()
            self._line = None

    def _expect(self, word: bytes) -> None:
        if self._read(len(word)) != word:
            raise ConnectionError("the server answered nonsense")

    def _read(self, length: int) -> bytes:
        answer = self._control.recv(length, socket.MSG_WAITALL)
        if len(answer) < length:
            raise ConnectionError("the server has gone")
        return answer

    def _last_words(self) -> str:
        self._log.seek(0)
        return "\n".join(self._log.read().decode(errors="replace").strip().splitlines()[-3:])


class SpawnedWorkers:
    """A process that goes on from task to task, and is replaced as soon as one has broken it."""

    def __init__(self, preload: Sequence[str]) -> None:
        self._preload = preload
        self._is_closed = False
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            _command("serve", *self._preload),
            env=environment(dict(os.environ)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pipes = cast(BinaryIO, self._process.stdout), cast(BinaryIO, self._process.stdin)
        channel = Channel(*pipes, protocol.Reply)
        self._connection = _Connection(channel, self._end)
        self._is_warm = False
        self._is_ended = False

    def renew(self) -> None:
        """Start another process if the one before has ended, or been ended."""
        if self._is_closed:
            raise BrokenGraderError(CLOSED)
        if self._is_ended or self._process.poll() is not None:
            self._process.wait()
            self._start()

    def prepare(self) -> None:
        """Start another process if need be: one that goes on is warm."""
        self.renew()

    def forget(self) -> None:
        """Start another process: what one submission has patched, the next would be graded with."""
        if self._is_warm:
            self._end()
            self._start()

    def ask(self, request: Any, seconds: float) -> Any:
        """Send a request to the process."""
        if not self._is_warm:  # the first answer waits for the imports
            self._connection.ask(protocol.Load({}), START_SECONDS)
            self._is_warm = True
        return self._connection.ask(request, seconds)

    def close(self) -> None:
        """End the process; a task that another thread grades gets no further."""
        self._is_closed = True
        self._end()

    def _end(self) -> int:
        self._is_ended = True
        try:
            self._process.wait(timeout=0.2)  # it may be ending by itself: keep its own exit code
        except subprocess.TimeoutExpired:
            self._process.kill()
        return self._process.wait()


class InProcess:
    """No process at all, for debuggers: the student's functions run right here."""

    def __init__(self) -> None:
        self._student = Student()

    def renew(self) -> None:
        """Nothing to renew: the next `Load` replaces the modules."""

    def prepare(self) -> None:
        """Nothing to get ready: it is here."""

    def forget(self) -> None:
        """Nothing that could be forgotten: whoever debugs grades one submission."""

    def ask(self, request: Any, seconds: float) -> Any:
        """Do at once what is asked; there is no time limit, so that one can step through."""
        reply = self._student.answer(request)
        if isinstance(self._student.error, KeyboardInterrupt):
            raise self._student.error
        return reply

    def close(self) -> None:
        """Nothing to end."""


def libraries_in(sources: Iterable[str]) -> list[str]:
    """Which of the libraries worth importing ahead a submission mentions."""
    text = "\n".join(sources)
    roots = {"course.given.compiling": "course.given"}
    return [name for name in PRELOAD if roots.get(name, name.split(".")[0]) in text]


def start_workers(preload: Sequence[str], mode: str | None = None) -> Workers:
    """Start the kind of workers that suits this machine.

    Args:
        preload: libraries to import ahead of time.
        mode: `"fork"`, `"spawn"`, `"in-process"`, or for strangers' code `"sandbox"` or, at
            least, `"nobody"`; by default what the environment variable COURSE_WORKER says, or else
            fork on Linux and spawn elsewhere.

    Raises:
        ValueError: if there is no such mode.
        NoSandboxError: if a sandbox is asked for, and there can be none.
    """
    mode = mode or os.environ.get("COURSE_WORKER")
    mode = mode or ("fork" if sys.platform == "linux" else "spawn")
    match mode:
        case "fork":
            return ForkedWorkers(preload)
        case "sandbox":
            return ForkedWorkers(preload, is_sandbox=True)
        case "nobody":
            from course.worker.confine import NOBODY

            return ForkedWorkers(preload, user=NOBODY)
        case "spawn":
            return SpawnedWorkers(preload)
        case "in-process":
            return InProcess()
    modes = '"fork", "sandbox", "nobody", "spawn" or "in-process"'
    raise ValueError(f"COURSE_WORKER must be {modes}, not {mode!r}")
