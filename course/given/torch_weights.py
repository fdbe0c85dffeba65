"""Read a PyTorch weight file without PyTorch, and without trusting it.

A `.pth` file is a pickle, and a pickle is a program: unpickling a stranger's file may run anything.
This reader knows tensors and nothing else. Whatever else the file asks for is refused before it
is looked up.
"""

import math
import pickle
import struct
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

_MAGIC = 0x1950A86A20F9469CFC6C
_TYPES: dict[str, np.dtype] = {
    "FloatStorage": np.dtype("<f4"),
    "DoubleStorage": np.dtype("<f8"),
    "HalfStorage": np.dtype("<f2"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
}


class _Storage(NamedTuple):
    """A run of numbers that stands further down in the file."""

    key: str
    type: str


class _View(NamedTuple):
    """A tensor: how to look at a storage."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _view(storage: Any, offset: int, shape: Any, strides: Any, *_: Any) -> _View:
    """Stand in for `torch._utils._rebuild_tensor_v2`."""
    return _View(storage, offset, tuple(shape), tuple(strides))


class _TensorUnpickler(pickle.Unpickler):
    """An unpickler for a dictionary of tensors: three names are known, no other is looked up."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _view
        if module == "torch" and name in _TYPES:
            return name
        raise pickle.UnpicklingError(f"refused: the file asks for {module}.{name}, not a tensor")

    def persistent_load(self, pid: Any) -> _Storage:
        kind, storage_type, key = pid[:3]
        if kind != "storage" or storage_type not in _TYPES:
            raise pickle.UnpicklingError(f"refused: {pid!r} is not a storage of numbers")
        return _Storage(key, storage_type)


def read_torch_weights(path: str | Path) -> dict[str, np.ndarray]:
    """Read the tensors of a weight file that PyTorch saved before its version 1.6.

    Such a file is five pickles (a magic number, a version, facts about the machine, the dictionary
    of tensors, the order of the storages), then each storage: its length and its numbers.

    Args:
        path: the `.pth` file.

    Returns:
        Each tensor's name and its values, in the order and the types of the file.

    Raises:
        pickle.UnpicklingError: if the file holds anything but a dictionary of tensors. Nothing in
            it has been run.
    """
    with open(path, "rb") as file:
        if _load(file) != _MAGIC:
            raise pickle.UnpicklingError(f"{path} is not a weight file of PyTorch's older format")
        _version, _machine = _load(file), _load(file)
        views, keys = _load(file), _load(file)
        if not _is_state(views):
            raise pickle.UnpicklingError("refused: the file is not a dictionary of tensors")
        types = {view.storage.key: _TYPES[view.storage.type] for view in views.values()}
        if set(keys) != set(types):
            raise pickle.UnpicklingError("the file's storages are not those of its tensors")
        storages = {key: _read_storage(file, types[key]) for key in keys}
    return {name: _array(view, storages[view.storage.key]) for name, view in views.items()}


def _load(file: BinaryIO) -> Any:
    return _TensorUnpickler(file).load()


def _is_state(views: Any) -> bool:
    return isinstance(views, dict) and all(isinstance(view, _View) for view in views.values())


def _read_storage(file: BinaryIO, dtype: np.dtype) -> np.ndarray:
    header = file.read(8)
    length = struct.unpack("<Q", header)[0] * dtype.itemsize if len(header) == 8 else 0
    data = file.read(min(length, sys.maxsize))
    if len(header) < 8 or len(data) < length:
        raise pickle.UnpicklingError("the file ends in the middle of a tensor")
    return np.frombuffer(data, dtype)


def _array(view: _View, storage: np.ndarray) -> np.ndarray:
    """Copy a view out of its storage, never past the storage's end."""
    reach = sum((n - 1) * stride for n, stride in zip(view.shape, view.strides, strict=True))
    if min((view.offset, *view.shape, *view.strides)) < 0:
        raise pickle.UnpicklingError("refused: a tensor with a negative size or stride")
    if math.prod(view.shape) and view.offset + reach >= len(storage):
        raise pickle.UnpicklingError("refused: a tensor that reaches past its storage")
    strides = [stride * storage.itemsize for stride in view.strides]
    return np.lib.stride_tricks.as_strided(storage[view.offset :], view.shape, strides).copy()
