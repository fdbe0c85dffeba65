"""`work`: a student's functions, called as if they were here.

    work.saliency.gradient_saliency(model, images, 3)

packs the arguments, has the worker call the function, and unpacks what it returned.
"""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.grader.compare import SideEffectError
from course.grader.networks import Network
from course.grader.pool import LostError, Workers
from course.worker import protocol
from course.worker.protocol import DTYPES, pack_array, unpack_array

CALL_SECONDS = 20.0
"""How long one call may take; a right answer takes some milliseconds."""

TASK_SECONDS = 120.0
"""How long all calls of one task may take together."""

MOST_RECORDS = 60
"""How many calls are kept, however long an example shrinks."""


class StudentError(Exception):
    """A student's function raised an error.

    Attributes:
        types: the names of the exception's class and of its bases.
        message: the exception's own words.
        frames: the student's own lines on the way to it.
        printed: what was printed before.
        record: the call that raised it; None if it was raised outside of a call.
        wanted: the bad argument for which a ValueError was expected, if one was.
    """

    record: "Record | None" = None
    wanted: str = ""

    def __init__(self, raised: protocol.Raised) -> None:
        self.types = raised.types
        self.message = raised.message
        self.frames = raised.frames
        self.printed = raised.printed
        super().__init__(f"{self.types[0]}: {self.message}")


@dataclass(frozen=True)
class Tensor:
    """An array that a student's function gets as a `tf.Tensor`."""

    array: np.ndarray


class NotStartedError(BaseException):
    """The function is still a stub. Not an `Exception`: hypothesis has nothing to shrink."""


@dataclass
class Record:
    """One call of a student's function, kept to recognize a mistake by."""

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    answer: Any
    printed: str = ""


class Work:
    """The functions of one submission.

    Attributes:
        seed: fresh models and inputs are drawn from it.
        sources: the student's modules, as texts.
        records: the calls of the current task's function.
    """

    def __init__(self, sources: dict[str, str], workers: Workers, seed: int = 0) -> None:
        self.seed = seed
        self.records: list[Record] = []
        self.sources = sources
        self._workers = workers
        self._task = ""
        self._is_loaded = False
        self._sent: set[str] = set()
        self._seconds_left = TASK_SECONDS

    def begin(self, task: str) -> None:
        """Start on a task: with a fresh worker, and nothing recorded."""
        self._task = task
        self._seconds_left = TASK_SECONDS
        self.begin_again()

    def begin_again(self) -> None:
        """Go on with the same task and a fresh worker; the time that is used up stays so."""
        self._workers.renew()
        self._is_loaded = False
        self._sent = set()
        self.records = []

    def __getattr__(self, module: str) -> "Module":
        if module.startswith("_"):
            raise AttributeError(module)
        return Module(self, module)

    def state(self, network: Network) -> dict[str, list[Any]]:
        """What `Network.state` says, of the worker's copy of a network as it is now."""
        value = self._request(protocol.GetState(self._handle(network))).value
        match value:
            case protocol.Mapping(names, layers) if len(names) == len(layers):
                return dict(zip(map(str, names), map(self._read, layers), strict=True))
        raise LostError("error", "the state of the model could not be read")

    def look(self) -> tuple[np.ndarray, ...]:
        """The figure that was returned last as it would be seen; see `protocol.Look`."""
        return self._read(self._request(protocol.Look()).value)

    def call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function by its dotted name.

        Raises:
            StudentError: if it raised an error.
            NotStartedError: if it is the current task, and still a stub.
            SideEffectError: if it wrote into one of its arguments.
            LostError: if the worker did not answer.
        """
        packed = [self._pack(value) for value in args]
        given = tuple(arg.array if isinstance(arg, Tensor) else arg for arg in args)
        packed_kwargs = {key: self._pack(value) for key, value in kwargs.items()}
        try:
            reply = self._request(protocol.Call(name, packed, packed_kwargs))
        except StudentError as error:
            error.record = Record(name, given, kwargs, answer=None)
            raise
        answer = self._read(reply.value)
        if reply.changed:
            position = reply.changed[0]
            value = dict(enumerate([*given, *kwargs.values()])).get(position)
            what = f"a {type(value).__name__}" if isinstance(value, list | dict) else "an array"
            raise SideEffectError(
                f"The function writes into {what} that it was given: work on a copy.",
                f"Changed in place: argument number {position + 1}.",
            )
        if name == self._task:
            given = tuple(arg.array if isinstance(arg, Tensor) else arg for arg in args)
            self.records.append(Record(name, given, kwargs, answer, reply.printed))
            if len(self.records) > MOST_RECORDS:  # the first ones and the last ones tell the most
                del self.records[MOST_RECORDS // 2]
        return answer

    def _request(self, request: Any) -> protocol.Returned:
        if not self._is_loaded:
            self._is_loaded = True
            self._request(protocol.Load(self.sources))
        started = time.monotonic()
        try:
            reply = self._workers.ask(request, min(CALL_SECONDS, self._seconds_left))
        finally:
            self._seconds_left -= time.monotonic() - started
        if self._seconds_left <= 0:
            raise LostError("timeout", f"all calls together took over {TASK_SECONDS:g} seconds")
        if isinstance(reply, protocol.Returned):
            return reply
        if "NotImplementedError" in reply.types and reply.message == self._task:
            raise NotStartedError(self._task)
        raise StudentError(reply)

    # --- packing ----------------------------------------------------------------------------------

    def _pack(self, value: Any) -> protocol.Value:
        if value is None or type(value) in (bool, int, float, str):
            return protocol.Scalar(value)
        if isinstance(value, np.ndarray | np.generic):
            return pack_array(value)
        if isinstance(value, Tensor):
            packed = pack_array(value.array)
            packed.is_tensor = True
            return packed
        if isinstance(value, tuple | list):
            return protocol.Items([self._pack(item) for item in value], isinstance(value, list))
        if isinstance(value, dict):
            return protocol.Mapping(list(value), [self._pack(item) for item in value.values()])
        if isinstance(value, Network):
            return protocol.Model(self._handle(value))
        if callable(value):
            return self._pack_function(value)
        raise TypeError(f"a property cannot pass a {type(value).__name__} to a student's function")

    def _pack_function(self, value: Callable[..., Any]) -> protocol.Function:
        options: dict[str, Any] = {}
        if isinstance(value, functools.partial):
            options = value.keywords
            value = value.func
        packed = {key: self._pack(option) for key, option in options.items()}
        name = value.name if isinstance(value, Function) else f"{value.__module__}.{value.__name__}"
        return protocol.Function(name, packed)

    def _handle(self, network: Network) -> str:
        if network.handle not in self._sent:
            self._request(protocol.PutModel(network.handle, network.describe()))
            self._sent.add(network.handle)
        return network.handle

    def _read(self, value: protocol.Value) -> Any:
        """Unpack a value; `LostError` if it is none."""
        try:
            return self._unpack(value)
        except (protocol.ProtocolError, RecursionError) as error:
            raise LostError("error", f"the answer could not be read: {error}") from None

    def _unpack(self, value: protocol.Value) -> Any:
        match value:
            case protocol.Array():
                return unpack_array(value, DTYPES)
            case protocol.Scalar(plain):
                return plain
            case protocol.Items(values):
                return tuple(self._unpack(item) for item in values)
            case protocol.Model(handle):
                return Function(self, handle)
            case protocol.Figure(axes):
                for drawn in (drawn for one in axes for drawn in one.images):
                    drawn.values = unpack_array(drawn.values, DTYPES)  # type: ignore[assignment]
                    drawn.colors = unpack_array(drawn.colors, DTYPES)  # type: ignore[assignment]
        return value


@dataclass
class Module:
    """One of the student's modules."""

    work: Work
    name: str

    def __getattr__(self, function: str) -> "Function":
        return Function(self.work, f"{self.name}.{function}")


@dataclass
class Function:
    """One of the student's functions, or a model that one of them returned."""

    work: Work
    name: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it in the worker."""
        return self.work.call(self.name, args, kwargs)
