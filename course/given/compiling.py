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
        The function, compiled. It returns tensors. For images of whole numbers (uint8, from 0 to
        255), which have no gradient, it raises a ValueError.
    """
    graph = tf.function(function, reduce_retracing=True, autograph=False)
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        for name, value in bound.arguments.items():
            if getattr(value, "ndim", 0) == 4:
                require_real(value, name)
        named = {name: _as_tensor(value) for name, value in bound.kwargs.items()}
        return graph(*map(_as_tensor, bound.args), **named)

    return call  # type: ignore[return-value]


def require_real(images: Any, name: str = "images") -> None:
    """Make sure that images are real numbers, which have a gradient.

    Raises:
        ValueError: if they are whole numbers, as image files hold them.
    """
    dtype = np.dtype(getattr(images.dtype, "as_numpy_dtype", images.dtype))
    if dtype.kind in "iu":
        raise ValueError(
            f"{name} must be real numbers from 0 to 1, not {dtype}: divide whole numbers from 0 to "
            "255 by np.float32(255)"
        )


def float_images(images: Any) -> tf.Tensor:
    """Images as a tensor of float32, from an array or a tensor.

    Raises:
        ValueError: if they are whole numbers, as image files hold them.
    """
    images = tf.convert_to_tensor(images)
    require_real(images)
    return tf.cast(images, tf.float32)


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
