"""What goes in and what comes out, by name: a signature says its shapes.

B images of H × W pixels with C channels, K classes. Arrays come as NumPy arrays or as TensorFlow
tensors, and a result may be either, in float32 or float64.
"""

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:  # names for readers and type checkers: nobody waits for TensorFlow
    import numpy as np
    import tensorflow as tf

Array: TypeAlias = "np.ndarray | tf.Tensor"
"""NumPy's or TensorFlow's."""

Images: TypeAlias = Array
"""`(B, H, W, C)`, float32 in [0, 1]; B and C are any number from 1."""

Image: TypeAlias = Array
"""`(H, W, C)`, float32 in [0, 1]: one of them."""

Maps: TypeAlias = Array
"""`(B, H, W, C)`, signed: a number for every value of every image, such as a gradient."""

Heatmaps: TypeAlias = Array
"""`(B, H, W)`, signed: a number for every pixel of every image."""

Heatmap: TypeAlias = Array
"""`(H, W)`, signed: one of them."""

Mask: TypeAlias = Array
"""`(H, W)` in [0, 1]: 1 inside, 0 outside."""

Values: TypeAlias = Array
"""`(B,)`: a number per image."""

Labels: TypeAlias = Array
"""`(B,)`, int: the class of each image."""

Classes: TypeAlias = "int | np.ndarray | tf.Tensor"
"""A class: one int for the whole batch, or an int array `(B,)` with one class per image."""

Output: TypeAlias = Literal["logit", "softmax"]
"""What is explained: the logit of a class, or its probability."""

Penalty: TypeAlias = Literal["l2", "l1", "tv"]
"""How a change is measured: its mean square, its mean size, or its total variation."""
