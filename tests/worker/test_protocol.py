"""What crosses between grader and worker is checked before it is believed."""

import io
import pickle
import struct

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from course.worker import protocol
from course.worker.protocol import Array, Channel, ProtocolError, pack_array, unpack_array


def receive(data: bytes, incoming: object = protocol.Reply) -> object:
    return Channel(io.BytesIO(data), io.BytesIO(), incoming).receive()


def framed(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


@given(hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(min_dims=0, max_side=3)))
def test_arrays_cross_unchanged_or_are_refused(array: np.ndarray) -> None:
    if array.dtype.name not in protocol.ARGUMENTS:
        with pytest.raises(TypeError, match="cannot be graded"):
            pack_array(array)
        return
    crossed = unpack_array(pack_array(array))
    np.testing.assert_array_equal(crossed, array.astype(array.dtype.newbyteorder("=")))
    assert crossed.flags.writeable


@pytest.mark.parametrize(
    "array",
    [
        Array("float32", (2,), b"\0" * 9),
        Array("float32", (2**40, 2**40), b""),
        Array("float32", (-1, -2), b"\0" * 8),
        Array("object", (1,), b"\0" * 8),
        Array("O", (1,), b"\0" * 8),
        Array("<U4", (1,), b"\0" * 16),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(array: Array) -> None:
    with pytest.raises(ProtocolError):
        unpack_array(array)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0",
        framed(b""),
        framed(b"garbage"),
        framed(pickle.dumps(print)),
        framed(msgspec.msgpack.encode({"type": "returned", "value": 3, "changed": []})),
        framed(msgspec.msgpack.encode({"type": "call", "name": "x", "args": [], "kwargs": {}})),
        struct.pack("<I", 2**32 - 1),
        struct.pack("<I", 100) + b"short",
        framed(b"\x91" * 100_000),
    ],
)
def test_what_is_no_reply_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        receive(data)


def test_a_message_crosses_a_channel() -> None:
    wire = io.BytesIO()
    sent = protocol.Returned(protocol.Items([protocol.Scalar(1.5), pack_array(np.eye(2))]), [0])
    Channel(io.BytesIO(), wire, protocol.Request).send(sent)
    assert receive(wire.getvalue()) == sent


@pytest.mark.parametrize("incoming", [protocol.Request, protocol.Reply], ids=["reply", "request"])
def test_a_message_that_is_too_large_is_not_sent(
    monkeypatch: pytest.MonkeyPatch, incoming: object
) -> None:
    monkeypatch.setattr(protocol, "MAX_FRAME", 10)
    monkeypatch.setattr(protocol, "MAX_REPLY", 10)
    with pytest.raises(ProtocolError, match="larger than"):
        Channel(io.BytesIO(), io.BytesIO(), incoming).send(protocol.Scalar("x" * 20))


def test_what_cannot_be_encoded_is_not_sent() -> None:
    with pytest.raises(ProtocolError, match="cannot be sent"):
        Channel(io.BytesIO(), io.BytesIO(), protocol.Request).send(protocol.Scalar(2**100))


def raised(**parts: object) -> bytes:
    plain = {"type": "raised", "types": ["E"], "message": "", "frames": [], "printed": ""}
    return framed(msgspec.msgpack.encode(plain | parts))


FRAME = {"file": "saliency.py", "line": 1, "function": "smooth", "text": "return 1"}
ARRAY = {"type": "array", "dtype": "uint8", "shape": [0], "data": b""}


@pytest.mark.parametrize(
    "parts",
    [
        {"types": []},
        {"types": ["X" * 101]},
        {"types": ["X"] * 21},
        {"message": "X" * 2001},
        {"printed": "X" * 2001},
        {"frames": [FRAME] * 9},
        {"frames": [FRAME | {"file": "X" * 101}]},
        {"frames": [FRAME | {"function": "X" * 101}]},
        {"frames": [FRAME | {"text": "X" * 2001}]},
    ],
    ids=lambda parts: "-".join(parts),
)
def test_an_error_longer_than_an_honest_worker_sends_is_refused(parts: dict[str, object]) -> None:
    assert receive(raised(types=["X" * 100], frames=[FRAME] * 8))
    with pytest.raises(ProtocolError, match="not a message"):
        receive(raised(**parts))


@pytest.mark.parametrize(
    "value",
    [
        {"type": "opaque", "type_name": "X" * 101},
        {"type": "model", "handle": "X" * 101},
        {"type": "scalar", "value": "X" * 2001},
        {"type": "mapping", "keys": ["X" * 101], "values": []},
        ARRAY | {"dtype": "X" * 101},
        ARRAY | {"shape": [1] * 9},
        {"type": "X" * 400_000},
    ],
    ids=lambda value: value["type"][:10],
)
def test_no_text_or_shape_in_an_answer_is_longer_than_its_limit(value: dict[str, object]) -> None:
    answer = {"type": "returned", "value": value, "changed": []}
    with pytest.raises(ProtocolError) as refused:
        receive(framed(msgspec.msgpack.encode(answer)))
    assert len(str(refused.value)) < 300


def test_a_frame_from_the_worker_is_smaller_than_one_to_it() -> None:
    length = struct.pack("<I", protocol.MAX_REPLY + 1)
    with pytest.raises(ProtocolError, match="larger than"):
        receive(length)
