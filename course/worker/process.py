"""The process in which a student's functions run.

It loads the modules it is sent, calls their functions, and says what they returned or raised. It
knows no expected values and decides nothing. Run as

    python -m course.worker.process serve MODULE...        one process, talking over stdin and
    python -m course.worker.process fork FD MODULE...      a server that forks a process on request
    python -m course.worker.process nobody FD MODULE...    the same, with limits for every fork
    python -m course.worker.process sandbox FD MODULE...   the same, with every fork shut in

where MODULE... are libraries to import ahead of time: importing TensorFlow takes seconds, and
forking a process that has done so takes milliseconds.
"""

import contextlib
import gc
import importlib
import io
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO, TextIO, cast

import numpy as np

from course.worker import protocol
from course.worker.build import build, state_of
from course.worker.confine import LIMITS, confine, die_with_parent, harden_server, restrict
from course.worker.family import adopt_orphans, end_orphans
from course.worker.importer import SubmissionImporter
from course.worker.protocol import Channel, Raised, Returned, cut
from course.worker.settings import hold_settings
from course.worker.warm import warm_up


class Tail(io.RawIOBase):
    """A binary file that keeps the last 2,000 bytes written to it, however many come."""

    kept = 2000

    def __init__(self) -> None:
        self._end = b""

    @property
    def text(self) -> str:
        """What is kept."""
        return self._end.decode(errors="ignore")

    def forget(self) -> None:
        """Keep nothing of what has been written so far."""
        self._end = b""

    def write(self, data: Any) -> int:
        """Keep the end."""
        view = memoryview(data).cast("B")
        self._end = (self._end + view[-self.kept :].tobytes())[-self.kept :]
        return len(view)

    def writable(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """Stay open: a submission that closes its output may still be asked what it printed."""

    def fileno(self) -> int:
        """The number of the standard output, which leads nowhere here."""
        return 1

    def as_text(self) -> TextIO:
        """A stream for `sys.stdout`, with all that the real one has."""
        raw = cast(BinaryIO, self)
        return io.TextIOWrapper(raw, "utf-8", errors="replace", write_through=True)


def _is_changed(value: Any, packed: protocol.Value) -> bool:
    """Whether an argument is no longer what came in, of which no copy has to be made beforehand."""
    match packed:
        case protocol.Array():
            return isinstance(value, np.ndarray) and value.tobytes() != packed.data
        case protocol.Scalar(plain):
            return value is not plain
        case protocol.Mapping(keys, values) if list(value) == keys:
            return any(map(_is_changed, value.values(), values))
        case protocol.Items(values) if len(value) == len(values):
            return any(map(_is_changed, value, values))
    return isinstance(packed, protocol.Mapping | protocol.Items)


class Student:
    """A student's modules and the models they are given; answers one request at a time."""

    def __init__(self, printed: Tail | None = None) -> None:
        self.error: BaseException | None = None
        self._printed = printed
        self._importer = SubmissionImporter()
        self._models: dict[str, Any] = {}
        self._figure: Any = None

    def answer(self, request: Any) -> Returned | Raised:
        """Do what a request asks for; whatever the student's code raises becomes an answer."""
        self.error = None
        try:
            match request:
                case protocol.Load(sources):
                    if self._printed is not None:  # not in a debugger's own process
                        hold_settings()
                    self._importer.install(sources)
                    return _nothing()
                case protocol.PutModel(handle, network):
                    self._models[handle] = build(network)
                    return _nothing()
                case protocol.GetState(handle):
                    state = state_of(self._models[handle])
                    layers = [self._pack(layer) for layer in state.values()]
                    return Returned(protocol.Mapping(list(state), layers), [])
                case protocol.Look():
                    return Returned(self._pack(look(self._figure)), [])
                case protocol.Call(name, args, kwargs):
                    return self._call(name, args, kwargs)
        except BaseException as error:  # SystemExit and KeyboardInterrupt are answers too
            self.error = error
            return self.describe(error)
        raise TypeError(f"no such request: {request!r}")

    def _call(
        self, name: str, packed_args: list[protocol.Value], packed_kwargs: dict[str, protocol.Value]
    ) -> Returned:
        args = [self._unpack(value) for value in packed_args]
        kwargs = {key: self._unpack(value) for key, value in packed_kwargs.items()}
        if self._printed is not None:
            self._printed.forget()
        result = self._pack(self._function(name)(*args, **kwargs))
        given = [*zip(args, packed_args, strict=True)]
        given += [(kwargs[key], packed_kwargs[key]) for key in kwargs]
        changed = [i for i, (value, packed) in enumerate(given) if _is_changed(value, packed)]
        return Returned(result, changed, self._printed.text if self._printed else "")

    def _function(self, name: str) -> Any:
        if name in self._models:
            return lambda images: self._models[name](images, training=False)
        module_name, _, function_name = name.rpartition(".")
        if module_name != "course.worker.helpers":
            module_name = f"course.{module_name}"
        module = importlib.import_module(module_name)
        if not hasattr(module, function_name):
            raise NameError(f"the module has no function {function_name}")
        return getattr(module, function_name)

    def _unpack(self, value: protocol.Value) -> Any:
        match value:
            case protocol.Array(is_tensor=True):
                import tensorflow as tf

                return tf.constant(protocol.unpack_array(value))
            case protocol.Array(shape=()):
                return protocol.unpack_array(value)[()]  # NumPy's own kind of number
            case protocol.Array():
                return protocol.unpack_array(value)
            case protocol.Scalar(plain):
                return plain
            case protocol.Model(handle):
                return self._models[handle]
            case protocol.Items(values, is_list):
                return (list if is_list else tuple)(self._unpack(item) for item in values)
            case protocol.Mapping(keys, values):
                return dict(zip(keys, map(self._unpack, values), strict=True))
            case protocol.Function(name, options):
                filled = {key: self._unpack(option) for key, option in options.items()}
                function = self._function(name)
                return lambda *args, **kwargs: function(*args, **(filled | kwargs))
        raise TypeError(f"no argument can be {value!r}")

    def _pack(self, value: Any) -> protocol.Value:
        if value is None or type(value) in (bool, int, float, str):
            return protocol.Scalar(value)
        if isinstance(value, tuple | list):
            return protocol.Items([self._pack(item) for item in value])
        if _is_a(value, "matplotlib.figure", "Figure"):
            self._figure = value
            return describe_figure(value)
        if _is_a(value, "keras", "Model"):
            handle = f"returned-{len(self._models)}"
            self._models[handle] = value
            return protocol.Model(handle)
        if hasattr(value, "__array__"):
            array = np.asarray(value)
            if array.dtype.name in protocol.DTYPES:
                return protocol.pack_array(array)
            return protocol.Opaque(cut(f"array of dtype {array.dtype.name}", 100))
        return protocol.Opaque(cut(type(value).__name__, 100))

    def describe(self, error: BaseException) -> Raised:
        """What an error is, as a message; an error may be of any class, and full of surprises."""
        try:
            return self._describe_error(error)
        except BaseException:
            return Raised(["Exception"], "an error that cannot even be described", [], "")

    def _describe_error(self, error: BaseException) -> Raised:
        message = _words_of(error)
        frames = self._own_frames(error)
        if isinstance(error, SyntaxError) and self._is_own(error.filename):
            text = (error.text or "").strip()
            file, number = cut(str(error.filename), 100), error.lineno or 0
            frames.append(protocol.Frame(file, number, "", cut(text)))
            message = error.msg
        types = [cut(base.__name__, 100) for base in type(error).__mro__]
        printed = self._printed.text if self._printed else ""
        return Raised(types[: protocol.MOST_BASES], cut(message), frames[-8:], printed)

    def _own_frames(self, error: BaseException) -> list[protocol.Frame]:
        """The student's own lines on the way to an error.

        What AutoGraph has rewritten runs under another name; it notes where the lines were.
        """
        lines = [
            (frame.filename, frame.lineno or 0, frame.name, frame.line or "")
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        notes = getattr(error, "ag_error_metadata", None)
        if notes is not None:
            rewritten = [_line_of(frame) for frame in reversed(notes.translated_stack)]
            lines += [line for line in rewritten if line not in lines]
        return [
            protocol.Frame(cut(file, 100), number, cut(function, 100), cut(text))
            for file, number, function, text in lines
            if self._is_own(file)
        ][-protocol.MOST_FRAMES :]

    def _is_own(self, file: str | None) -> bool:
        return file is not None and file.removesuffix(".py") in self._importer.sources


def _line_of(frame: Any) -> tuple[str, int, str, str]:
    """File, line number, function and text, as AutoGraph notes them of a line."""
    name, text = str(frame.function_name), frame.code or ""
    return frame.filename, frame.lineno or 0, name.removeprefix("tf__"), text.strip()


def _words_of(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:  # an exception class of the student's own may do anything here
        return "its message cannot be read"


def _nothing() -> Returned:
    return Returned(protocol.Scalar(None), [])


def _is_a(value: Any, module: str, name: str) -> bool:
    """`isinstance`, without importing what the value cannot be an instance of anyway."""
    return module in sys.modules and isinstance(value, getattr(sys.modules[module], name))


def describe_figure(figure: Any) -> protocol.Figure:
    """What a figure shows, as data: its axes, and the arrays, colours and limits drawn on them."""
    described = []
    for axes in figure.axes:
        bar = getattr(axes, "_colorbar", None)
        shown = images_on(axes) if bar is None else [bar.mappable]
        described.append(protocol.Axes(bar is not None, [_describe_drawn(one) for one in shown]))
    return protocol.Figure(described)


def images_on(axes: Any) -> list[Any]:
    """What is drawn on axes from arrays: by `imshow`, or by `pcolormesh` and its kin."""
    return [*axes.images, *axes.collections]


def _describe_drawn(drawn: Any) -> protocol.Drawn:
    values = drawn.get_array()
    values = np.zeros(0) if values is None else np.ma.filled(np.ma.asarray(values, float), np.nan)
    alpha = drawn.get_alpha()
    low, high = drawn.get_clim()
    finite = np.abs(values[np.isfinite(values)])
    # The colours of the values from the most negative to the most positive, zero in the middle.
    # A colour bar may have a mappable of its own, without values: the limits are its scale.
    largest = finite.max() if finite.size else max(abs(low or 0.0), abs(high or 0.0)) or 1.0
    scale = np.linspace(-1, 1, 257) * largest
    return protocol.Drawn(
        values=protocol.pack_array(values),
        is_mapped=values.ndim == 2,
        colors=protocol.pack_array(drawn.cmap(drawn.norm(scale))),
        limits=(float(low), float(high)),
        alpha=float(np.mean(1.0 if alpha is None else alpha)),
    )


def look(figure: Any) -> list[np.ndarray]:
    """The page as it would be seen, and where on it the pixels of every image lie; see `Look`."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(40)  # enough to see every pixel of the small images
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    page = np.asarray(canvas.buffer_rgba())
    shown = page[..., :3] / 255 * (page[..., 3:] / 255) + 1 - page[..., 3:] / 255  # on white paper
    places = []
    for axes in figure.axes:
        if getattr(axes, "_colorbar", None) is None:
            for drawn in images_on(axes):
                middles = middles_of(drawn)
                x, y = axes.transData.transform(middles.reshape(-1, 2)).T
                places.append(np.stack([len(page) - y, x], axis=-1).reshape(middles.shape))
    return [shown, *places]


def middles_of(drawn: Any) -> np.ndarray:
    """The middles of an image's pixels, in the coordinates of its axes: `(H, W, 2)`."""
    if hasattr(drawn, "get_coordinates"):  # of pcolormesh: the corners
        corners = np.asarray(drawn.get_coordinates())
        return (corners[1:, 1:] + corners[:-1, 1:] + corners[1:, :-1] + corners[:-1, :-1]) / 4
    height, width = drawn.get_array().shape[:2]
    left, right, bottom, top = drawn.get_extent()
    first, last = (top, bottom) if drawn.origin == "upper" else (bottom, top)
    x = left + (np.arange(width) + 0.5) / width * (right - left)
    y = first + (np.arange(height) + 0.5) / height * (last - first)
    return np.stack(np.meshgrid(x, y), axis=-1)


# --- the process ----------------------------------------------------------------------------------


def serve(channel: Channel, is_to_warm_up: bool = False) -> None:
    """Answer requests until the grader hangs up."""
    printed = Tail()
    sys.stdin = io.TextIOWrapper(io.BytesIO(), "utf-8")
    sys.stdout, sys.stderr = printed.as_text(), printed.as_text()
    _limit_memory()
    if is_to_warm_up:
        with contextlib.suppress(Exception):  # a worker that is cold is slower, and no worse
            warm_up()
    student = Student(printed)
    while True:
        try:
            request = channel.receive()
        except protocol.ProtocolError:
            return
        reply = student.answer(request)
        try:
            channel.send(reply)
        except protocol.ProtocolError as error:
            channel.send(student.describe(error))


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no such limits
        import resource

        most = LIMITS["RLIMIT_DATA"]
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _serve_over_standard_streams() -> None:
    """Keep the two pipes for messages; what students print goes nowhere near them."""
    reader, writer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "r+b") as nothing:
        for stream in (0, 1, 2):
            os.dup2(nothing.fileno(), stream)
    serve(Channel(reader, writer, protocol.Request))


def _serve_forks(control: socket.socket, mode: str) -> None:
    """Fork a process for every socket that comes in; end it, and say how it ended, on request.

    Commands and answers strictly alternate: "f" with a socket forks, "w" likewise, and the fork
    gets warm while it waits for its first request; "e" ends the fork before and all that it has
    started.
    """
    fork = {"fork": _fork_plainly, "nobody": _fork_limited, "sandbox": _fork_shut_in}[mode]
    if sys.platform == "linux":
        adopt_orphans()
    child: int = 0
    others: list[int] = []
    while True:
        command, sockets, _, _ = socket.recv_fds(control, 1, 1)
        if command in (b"f", b"w"):
            child, others = fork(socket.socket(fileno=sockets[0]), command == b"w")
            control.sendall(b"f")
        elif command == b"e":
            for process in [*others, child]:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(process, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            if sys.platform == "linux":
                end_orphans()
            control.sendall(b"%6d" % os.waitstatus_to_exitcode(status))
        else:
            return


def _fork_plainly(
    connection: socket.socket, is_to_warm_up: bool, confine_it: Callable[[], None] = lambda: None
) -> tuple[int, list[int]]:
    """Fork a worker: its process number, and what to kill with it (its group)."""
    child = os.fork()
    if child == 0:
        os.setsid()  # a group of its own, so that what it starts can be ended with it
        die_with_parent()
        confine_it()
        _become_worker(connection, is_to_warm_up)
    connection.close()
    return child, [-child]


def _fork_limited(connection: socket.socket, is_to_warm_up: bool) -> tuple[int, list[int]]:
    """Fork a worker that is not shut in, but has the sandbox's limits."""
    return _fork_plainly(connection, is_to_warm_up, restrict)


def _fork_shut_in(connection: socket.socket, is_to_warm_up: bool) -> tuple[int, list[int]]:
    """The same in a sandbox: killing the first process in there ends all of them."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(OSError):
            confine(tell=writer)
            _become_worker(connection, is_to_warm_up)
        os._exit(1)
    os.close(writer)
    connection.close()
    with open(reader, "rb") as told:
        inner = told.read(4)
    return child, [int.from_bytes(inner, "little")] if inner else []


def _become_worker(connection: socket.socket, is_to_warm_up: bool) -> None:
    try:
        _leave_only(connection.fileno())
        files = connection.makefile("rb"), connection.makefile("wb")
        serve(Channel(*files, protocol.Request), is_to_warm_up)
    finally:
        os._exit(0)


def _leave_only(number: int) -> None:
    """Close every file that a fork has inherited but this one."""
    with open(os.devnull, "r+b") as nothing:
        for stream in (0, 1, 2):
            os.dup2(nothing.fileno(), stream)
    os.closerange(3, number)
    os.closerange(number + 1, 65536)


def _import_for_good(names: list[str]) -> None:
    """Import libraries, and let no search for garbage look through all that is theirs.

    There are hundreds of thousands of objects, and in a fork each that is looked at is copied.
    """
    gc.disable()
    for name in names:
        importlib.import_module(name)
    gc.freeze()
    gc.enable()


def main(arguments: list[str]) -> None:
    """Run as a server or as a single worker; see the module's docstring."""
    mode, *rest = arguments
    if mode in ("sandbox", "nobody"):
        harden_server()
    control = socket.socket(fileno=int(rest.pop(0))) if mode != "serve" else None
    _import_for_good(rest)
    if control is None:
        _serve_over_standard_streams()
    else:
        control.sendall(b"r")  # ready
        _serve_forks(control, mode)


if __name__ == "__main__":
    main(sys.argv[1:])
