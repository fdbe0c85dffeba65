"""What goes in and comes out, by name: a signature says its shapes.

B images of H × W pixels with C channels, K classes. Arrays come as NumPy arrays or as TensorFlow
tensors, and results may be either.
"""

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Images: TypeAlias = NDArray[np.float32]
"""`(B, H, W, C)`, float32 in [0, 1]; B and C are any number from 1."""

Image: TypeAlias = NDArray[np.float32]
"""`(H, W, C)`: one of them."""

Maps: TypeAlias = NDArray[np.float32]
"""`(B, H, W, C)`, signed: a number for every value of the images, such as a gradient."""

Heatmaps: TypeAlias = NDArray[np.float32]
"""`(B, H, W)`, signed: a number per pixel."""

Heatmap: TypeAlias = NDArray[np.float32]
"""`(H, W)`: one of them."""

Values: TypeAlias = NDArray[np.float32]
"""`(B,)`: a number per image."""

Classes: TypeAlias = int | NDArray[np.integer]
"""A class: one int for the whole batch, or an int array `(B,)` with one for each image."""

Output: TypeAlias = Literal["logit", "softmax"]
"""What is explained: the logit of a class, or its probability."""
