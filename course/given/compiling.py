"""One decorator that makes a function run as a compiled graph, and keeps it compiled."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import tensorflow as tf

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """`tf.function` for functions of a model and images.

    `tf.function` traces anew for every *Python* number it is given: another class or step size
    would cost seconds. Here numbers and arrays are turned into tensors first, so that only another
    model, another string or another function is traced again; a second batch size is traced once
    more, for all sizes. AutoGraph is off: a `for` or an `if` is plain Python, run while tracing,
    and an error looks as it would without a graph. XLA (`jit_compile=True`) is off on purpose: on
    depthwise convolutions on a CPU it is many times slower.

    Args:
        function: its arguments may be models, numbers, arrays, tensors, strings and functions.

    Returns:
        The function, compiled. It returns tensors.
    """
    graph = tf.function(function, reduce_retracing=True, autograph=False)
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return graph(*(_as_tensor(value) for value in bound.arguments.values()))

    return call  # type: ignore[return-value]


def _as_tensor(value: Any) -> Any:
    """A number or an array as a tensor (float32 or int32), anything else as it is."""
    if isinstance(value, np.ndarray | np.generic | bool | int | float | list):
        array = np.asarray(value)
        if array.dtype.kind == "f":
            return tf.constant(array, tf.float32)
        if array.dtype.kind in "iu":
            return tf.constant(array, tf.int32)
        return tf.constant(array)
    return value
