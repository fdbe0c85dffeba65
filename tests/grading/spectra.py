"""Images and their spectra, in double precision: what the oracles of 1.4 and 2.3 share."""

import numpy as np


def speeds(height: int, width: int) -> np.ndarray:
    """Cycles per pixel of every coefficient, by counting cycles."""
    down = np.minimum(np.arange(height), height - np.arange(height)) / height
    return np.sqrt(down[:, None] ** 2 + (np.arange(width // 2 + 1) / width) ** 2)


def weights(height: int, width: int) -> np.ndarray:
    """By how much coefficients are divided."""
    return np.maximum(speeds(height, width), 1 / max(height, width))


def painted(spectrum: np.ndarray, height: int, width: int) -> np.ndarray:
    """What `fourier_images` is."""
    divided = spectrum.astype(np.complex128) / weights(height, width)
    planes = np.fft.irfft2(divided, s=(height, width), norm="ortho")
    return np.moveaxis(planes, 1, -1)


def multiplicity(height: int, width: int) -> np.ndarray:
    """How many coefficients of the full transform each column of the half one stands for."""
    columns = np.arange(width // 2 + 1)
    return np.where((columns == 0) | (2 * columns == width), 1, 2)


def free_parts(height: int, width: int) -> np.ndarray:
    """Which real and which imaginary parts have an influence on real images: `(2, H, F)`."""
    free = np.ones((2, height, width // 2 + 1), bool)
    rows = [0, height // 2] if height % 2 == 0 else [0]
    columns = [0, width // 2] if width % 2 == 0 else [0]
    free[1][np.ix_(rows, columns)] = False
    return free
