"""What grader and worker say to each other: typed messages in frames of a known length.

The worker runs code that nobody has read, so nothing that comes from it is ever unpickled or
evaluated: msgspec checks every message against the types below, arrays cross as raw bytes with a
known set of dtypes, and a frame that is too large, too short or of another type is refused.
"""

import math
import struct
from collections.abc import Collection
from typing import Annotated, Any, BinaryIO

import msgspec
import numpy as np

MAX_FRAME = 64 * 2**20
"""Bytes of a message to the worker."""

MAX_REPLY = 4 * 2**20
"""Bytes of a message from the worker: some times as many as the largest right answer has."""

Name = Annotated[str, msgspec.Meta(max_length=100)]
Text = Annotated[str, msgspec.Meta(max_length=2000)]
"""Every text that comes from the worker has a limit, and longer ones are not messages. Much of what
the grader does with a text takes longer than the text is long."""

MOST_NOTHING = 2**20
"""How large an array without any values may claim to be, were its sides of length 0 of length 1: as
nested lists, which hold nothing, it would still fill the memory."""

MOST_FRAMES = 8
MOST_BASES = 20

_SIZED = {"int": (8, 16, 32, 64), "uint": (8, 16, 32, 64), "float": (16, 32, 64)}
DTYPES = {"bool", *(f"{kind}{bits}" for kind, sizes in _SIZED.items() for bits in sizes)}
"""What an answer may be made of."""

ARGUMENTS = {*DTYPES, "complex64"}
"""What an argument may be made of: spectra too."""


class ProtocolError(Exception):
    """The other side sent what is not a message, or hung up in the middle of one."""


# --- values ---------------------------------------------------------------------------------------


class Array(msgspec.Struct, tag="array"):
    """An array, as the raw bytes of its elements in C order."""

    dtype: Name
    shape: Annotated[tuple[int, ...], msgspec.Meta(max_length=8)]
    data: bytes
    is_tensor: bool = False  # whether a student's function gets it as a `tf.Tensor`


class Model(msgspec.Struct, tag="model"):
    """A Keras model that the worker holds, by the name under which it holds it."""

    handle: Name


class Function(msgspec.Struct, tag="function"):
    """A function in the worker by its dotted name, with some of its arguments filled in."""

    name: str
    options: "dict[str, Value]"


class Scalar(msgspec.Struct, tag="scalar"):
    """A plain number, string or None."""

    value: bool | int | float | Text | None


class Items(msgspec.Struct, tag="items"):
    """A list or a tuple, plain or named; an argument is told to be a list."""

    values: "list[Value]"
    is_list: bool = False


class Mapping(msgspec.Struct, tag="mapping"):
    """A dictionary from classes to values."""

    keys: list[int | Name]
    values: "list[Value]"


class Drawn(msgspec.Struct):
    """One image drawn on a pair of axes: what a plot is judged by, instead of its pixels."""

    values: Array
    is_mapped: bool  # whether a colour map gave the colours (RGB images have none)
    colors: Array  # the colour map itself, (N, 4)
    limits: tuple[float, float]
    alpha: float


class Axes(msgspec.Struct):
    """One pair of axes of a figure; of a colour bar, `images` holds what the bar explains."""

    is_colorbar: bool
    images: list[Drawn]


class Figure(msgspec.Struct, tag="figure"):
    """A matplotlib figure, described."""

    axes: list[Axes]


class Opaque(msgspec.Struct, tag="opaque"):
    """A value of a type that no task asks for: only its type's name crosses."""

    type_name: Name


Value = Array | Model | Function | Scalar | Items | Mapping | Figure | Opaque


# --- messages to the worker -----------------------------------------------------------------------


class Load(msgspec.Struct, tag="load"):
    """Forget everything and take these sources, by module name, as the student's modules."""

    sources: dict[str, str]


class Layer(msgspec.Struct):
    """A layer of a network: its class in `keras.layers`, and all that it is made of.

    One that has `layers` is a network itself; its kind is then "Functional" or "Sequential".
    """

    kind: str
    name: str
    inputs: list[str]
    options: dict[str, Any]
    weights: list[Array]
    layers: "list[Layer]" = []


class PutModel(msgspec.Struct, tag="put_model"):
    """Build and hold the model of this network."""

    handle: str
    network: Layer


class Call(msgspec.Struct, tag="call"):
    """Call a function of the student's, or a model that an earlier call returned."""

    name: str
    args: list[Value]
    kwargs: dict[str, Value]


class GetState(msgspec.Struct, tag="get_state"):
    """Send what a model's layers are now: whether they are trained, and their weights."""

    handle: str


class Look(msgspec.Struct, tag="look"):
    """Draw the figure that the last call returned, and send the page as it would be seen.

    The answer holds the page's colours, `(rows, columns, 3)`, and for every image on the axes the
    places of the middles of its pixels on the page, `(H, W, 2)`: first the row, then the column.
    """


Request = Load | PutModel | Call | GetState | Look


# --- messages from the worker ---------------------------------------------------------------------


class Returned(msgspec.Struct, tag="returned"):
    """A function returned this; `changed` counts the arguments that it wrote into."""

    value: Value
    changed: Annotated[list[int], msgspec.Meta(max_length=100)]
    printed: Text = ""


class Frame(msgspec.Struct):
    """One of the student's own lines on the way to an error."""

    file: Name
    line: int
    function: Name
    text: Text


class Raised(msgspec.Struct, tag="raised"):
    """A function raised this. `types` are the names of the exception's class and its bases."""

    types: Annotated[list[Name], msgspec.Meta(min_length=1, max_length=MOST_BASES)]
    message: Text
    frames: Annotated[list[Frame], msgspec.Meta(max_length=MOST_FRAMES)]
    printed: Text


Reply = Returned | Raised


def cut(text: str, most: int = 2000) -> str:
    """The beginning of a text, as long as may cross and with nothing that cannot."""
    return str(text)[:most].encode(errors="replace").decode()


# --- frames ---------------------------------------------------------------------------------------

_HEADER = struct.Struct("<I")


class Channel:
    """Messages over a pair of binary files.

    Args:
        reader: where frames come from.
        writer: where frames go.
        incoming: the type of the messages that come in, `Request` or `Reply`.
    """

    def __init__(self, reader: BinaryIO, writer: BinaryIO, incoming: Any) -> None:
        self._reader = reader
        self._writer = writer
        self._most_out, self._most_in = MAX_FRAME, MAX_REPLY
        if incoming is Request:
            self._most_out, self._most_in = self._most_in, self._most_out
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(incoming).decode

    def send(self, message: Any) -> None:
        """Send one message.

        Raises:
            ProtocolError: if it is too large or no message, or nobody listens any more.
        """
        try:
            frame = self._encode(message)
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            raise ProtocolError(f"cannot be sent: {error}") from error
        if len(frame) > self._most_out:
            raise ProtocolError(
                f"a message of {len(frame):,} bytes is larger than {self._most_out:,}"
            )
        try:
            self._writer.write(_HEADER.pack(len(frame)) + frame)
            self._writer.flush()
        except (OSError, ValueError) as error:
            raise ProtocolError("the other side has gone") from error

    def receive(self) -> Any:
        """Wait for one message.

        Raises:
            ProtocolError: if the other side hangs up or sends what is not a message.
        """
        (length,) = _HEADER.unpack(self._read(_HEADER.size))
        if length > self._most_in:
            raise ProtocolError(f"a frame of {length:,} bytes is larger than {self._most_in:,}")
        try:
            return self._decode(self._read(length))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise ProtocolError(f"not a message: {str(error)[:200]}") from error
        except RecursionError as error:
            raise ProtocolError("not a message: nested too deeply") from error

    def _read(self, length: int) -> bytes:
        try:
            data = self._reader.read(length)
        except (OSError, ValueError) as error:
            raise ProtocolError("the other side has gone") from error
        if len(data) < length:
            raise ProtocolError("the other side has gone")
        return data


# --- arrays ---------------------------------------------------------------------------------------


def pack_array(array: Any) -> Array:
    """An array as a message.

    Raises:
        TypeError: if its dtype is none that may cross (objects, strings).
    """
    array = np.asarray(array)
    if array.dtype.name not in ARGUMENTS:
        raise TypeError(f"an array of dtype {array.dtype.name} cannot be graded")
    little_endian = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return Array(array.dtype.name, array.shape, little_endian.tobytes())


def unpack_array(message: Array, allowed: Collection[str] = ARGUMENTS) -> np.ndarray:
    """The array that a message holds, writable and with memory of its own.

    Args:
        message: holds it.
        allowed: the dtypes that it may have.

    Raises:
        ProtocolError: if dtype, shape and number of bytes do not fit together.
    """
    is_shape = len(message.shape) <= 8 and all(0 <= side < 2**31 for side in message.shape)
    if not message.data:
        is_shape &= math.prod(side or 1 for side in message.shape) <= MOST_NOTHING
    if message.dtype not in allowed or not is_shape:
        raise ProtocolError(f"not an array: {message.dtype[:20]} {str(message.shape)[:80]}")
    dtype = np.dtype(message.dtype).newbyteorder("<")
    if math.prod(message.shape) * dtype.itemsize != len(message.data):
        raise ProtocolError(f"{len(message.data)} bytes are no {message.dtype} {message.shape}")
    try:
        array = np.frombuffer(bytearray(message.data), dtype).reshape(message.shape)
    except ValueError as error:  # without any elements the other sides may be as long as they like
        raise ProtocolError(f"not an array: {str(message.shape)[:80]}") from error
    return array.astype(message.dtype, copy=False)
