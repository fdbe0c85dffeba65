"""A network's weights in one row, as small files hold them."""

import keras
import numpy as np


def flatten(network: keras.Model) -> np.ndarray:
    """All weights, one after the other, in Keras' order; float32."""
    return np.concatenate([one.ravel() for one in network.get_weights()])


def unflatten(network: keras.Model, numbers: np.ndarray) -> keras.Model:
    """Give a network the weights that `flatten` has put into a row; return it."""
    shapes = [weight.shape for weight in network.weights]
    ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes])
    parts = np.split(numbers, ends[:-1])
    network.set_weights([part.reshape(s) for part, s in zip(parts, shapes, strict=True)])
    return network
