import collections
import os
import pickle
import struct
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course.given.torch_weights import read_torch_weights

MAGIC = 0x1950A86A20F9469CFC6C


class Storage:
    """What PyTorch's pickler writes as a persistent id."""

    def __init__(self, type_name: str, key: str, values: np.ndarray) -> None:
        self.type_name, self.key, self.values = type_name, key, values


class Tensor:
    def __init__(self, storage: Storage, offset: int, shape: tuple, strides: tuple) -> None:
        self.arguments = (storage, offset, shape, strides, False, collections.OrderedDict())

    def __reduce__(self) -> tuple:
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.arguments


@pytest.fixture(autouse=True)
def _torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """As much of PyTorch as pickle needs to write its names."""

    def _rebuild_tensor_v2(*_: Any) -> None:
        raise AssertionError("the reader must not call what the file names")

    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    for name in ("FloatStorage", "LongStorage"):
        setattr(torch, name, type(name, (), {"__module__": "torch"}))
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)


def save(path: Path, state: Any, storages: list[Storage]) -> Path:
    """Write PyTorch's older format."""

    class Pickler(pickle.Pickler):
        def persistent_id(self, value: Any) -> Any:
            if isinstance(value, Storage):
                kind = getattr(sys.modules["torch"], value.type_name)
                return ("storage", kind, value.key, "cpu", len(value.values), None)
            return None

    with open(path, "wb") as file:
        for value in (MAGIC, 1001, {"little_endian": True}, state, [s.key for s in storages]):
            Pickler(file, 2).dump(value)
        for storage in storages:
            file.write(struct.pack("<q", len(storage.values)) + storage.values.tobytes())
    return path


def test_reads_tensors_of_two_types_and_any_strides(tmp_path: Path) -> None:
    floats = Storage("FloatStorage", "a", np.arange(12, dtype=np.float32))
    count = Storage("LongStorage", "b", np.array([7]))
    state = collections.OrderedDict(
        rows=Tensor(floats, 0, (3, 4), (4, 1)),
        turned=Tensor(floats, 2, (2, 3), (1, 4)),
        count=Tensor(count, 0, (), ()),
    )
    read = read_torch_weights(save(tmp_path / "w.pth", state, [floats, count]))
    rows = np.arange(12, dtype=np.float32).reshape(3, 4)
    np.testing.assert_array_equal(read["rows"], rows)
    np.testing.assert_array_equal(read["turned"], rows[:, 2:].T)
    assert read["count"] == 7
    assert read["rows"].dtype == np.float32


class Malicious:
    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple:
        return self.call


@pytest.mark.parametrize("function", [os.system, exec, eval])
@pytest.mark.parametrize("place", range(4))
def test_refuses_a_file_that_wants_to_run_something(
    tmp_path: Path, function: Any, place: int
) -> None:
    trace = tmp_path / "trace"
    code = f"touch {trace}" if function is os.system else f"open({str(trace)!r}, 'w')"
    pickles = [MAGIC, 1001, {}, {}]
    pickles[place] = {"weight": Malicious(function, code)}
    path = tmp_path / "w.pth"
    path.write_bytes(b"".join(pickle.dumps(value, 2) for value in pickles))
    with pytest.raises(pickle.UnpicklingError, match="refused"):
        read_torch_weights(path)
    assert not trace.exists()


def test_refuses_what_is_no_tensor(tmp_path: Path) -> None:
    with pytest.raises(pickle.UnpicklingError, match="not a dictionary of tensors"):
        read_torch_weights(save(tmp_path / "w.pth", {"weight": "text"}, []))


@pytest.mark.parametrize(
    ("offset", "shape", "strides"), [(0, (5,), (1,)), (1, (4,), (1,)), (3, (4,), (-1,))]
)
def test_refuses_a_tensor_that_reaches_past_its_storage(
    tmp_path: Path, offset: int, shape: tuple, strides: tuple
) -> None:
    storage = Storage("FloatStorage", "a", np.zeros(4, np.float32))
    path = save(tmp_path / "w.pth", {"w": Tensor(storage, offset, shape, strides)}, [storage])
    with pytest.raises(pickle.UnpicklingError, match="refused: a tensor"):
        read_torch_weights(path)


def test_notices_a_file_cut_short(tmp_path: Path) -> None:
    storage = Storage("FloatStorage", "a", np.zeros(4, np.float32))
    path = save(tmp_path / "w.pth", {"w": Tensor(storage, 0, (4,), (1,))}, [storage])
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(pickle.UnpicklingError, match="middle of a tensor"):
        read_torch_weights(path)


def test_refuses_another_format(tmp_path: Path) -> None:
    path = tmp_path / "w.pth"
    path.write_bytes(pickle.dumps({"weight": 1}, 2))
    with pytest.raises(pickle.UnpicklingError, match="older format"):
        read_torch_weights(path)
