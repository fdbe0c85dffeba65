# ruff: noqa: ANN001, ANN201, E501
"""More wrong answers to `natural_images`, of a later round: each breaks one promise."""

import numpy as np

from tests.answers.fresh import wrong


@wrong(
    "natural_images.frequencies",
    breaks="The order and values of rfft2 also for odd widths (the last frequency is set to 0.5, right for even ones only)",
)
def frequencies_nyquist_for_odd(height, width):
    f = np.fft.rfftfreq(width)
    f[-1] = 0.5
    return np.hypot(np.fft.fftfreq(height)[:, None], f[None])


@wrong(
    "natural_images.frequencies",
    breaks="The length of the vector, 0 for the constant (already clamped to 1 / max(H, W))",
)
def frequencies_floor(height, width):
    return np.maximum(
        np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]),
        1 / max(height, width),
    )


@wrong(
    "natural_images.frequencies",
    breaks="Cycles per pixel, each axis by its own length (both divided by the larger side: only right for squares)",
)
def frequencies_per_image(height, width):
    n = max(height, width)
    return np.hypot(
        (np.fft.fftfreq(height) * height / n)[:, None], (np.fft.rfftfreq(width) * width / n)[None]
    )


@wrong(
    "natural_images.frequencies",
    breaks="The order of numpy.fft.rfft2 (rows shifted: the constant in the middle)",
)
def frequencies_shifted(height, width):
    return np.hypot(np.fft.fftshift(np.fft.fftfreq(height))[:, None], np.fft.rfftfreq(width)[None])


@wrong("natural_images.frequencies", breaks="The length of the vector (the larger of the two)")
def frequencies_chebyshev(height, width):
    return np.maximum(np.abs(np.fft.fftfreq(height))[:, None], np.fft.rfftfreq(width)[None])


@wrong(
    "natural_images.color_basis",
    breaks="A Aᵀ is the covariance times a number (U S instead of U √S: the square of the covariance)",
)
def color_basis_singular_values(photos):
    photos = np.asarray(photos, np.float64)
    pixels = photos.reshape(-1, photos.shape[-1])
    centred = pixels - pixels.mean(0)
    covariance = centred.T @ centred / len(pixels)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.maximum(values, 0)
    return (root / np.linalg.norm(root, axis=0).max()).astype(np.float32)


@wrong("natural_images.color_basis", breaks="A Aᵀ, not Aᵀ A (NumPy's upper Cholesky factor)")
def color_basis_upper_cholesky(photos):
    photos = np.asarray(photos, np.float64)
    pixels = photos.reshape(-1, photos.shape[-1])
    centred = pixels - pixels.mean(0)
    covariance = centred.T @ centred / len(pixels)
    root = np.linalg.cholesky(covariance + 1e-12 * np.eye(len(covariance))).T
    return (root / np.linalg.norm(root, axis=0).max()).astype(np.float32)


@wrong(
    "natural_images.color_basis",
    breaks="Covariance over all pixels of all photos (each photo's own mean taken off)",
)
def color_basis_per_photo_mean(photos):
    photos = np.asarray(photos, np.float64)
    photos = photos - photos.mean(axis=(1, 2), keepdims=True)
    pixels = photos.reshape(-1, photos.shape[-1])
    centred = pixels - pixels.mean(0)
    covariance = centred.T @ centred / len(pixels)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    return (root / np.linalg.norm(root, axis=0).max()).astype(np.float32)


@wrong(
    "natural_images.color_basis", breaks="The longest column of A has length 1 (the longest row)"
)
def color_basis_longest_row(photos):
    photos = np.asarray(photos, np.float64)
    pixels = photos.reshape(-1, photos.shape[-1])
    centred = pixels - pixels.mean(0)
    covariance = centred.T @ centred / len(pixels)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    return (root / np.linalg.norm(root, axis=1).max()).astype(np.float32)


@wrong(
    "natural_images.color_basis", breaks="Photos are not changed (their mean is taken off in place)"
)
def color_basis_in_place(photos):
    given = np.asarray(photos)
    photos = given.astype(np.float64)
    if given.flags.writeable:
        given -= given.mean(axis=(0, 1, 2))
    pixels = photos.reshape(-1, photos.shape[-1])
    centred = pixels - pixels.mean(0)
    covariance = centred.T @ centred / len(pixels)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    return (root / np.linalg.norm(root, axis=0).max()).astype(np.float32)


@wrong("natural_images.color_basis", breaks="Any C (ones of three only: others give the identity)")
def color_basis_first_three(photos):
    photos = np.asarray(photos, np.float64)
    pixels = photos.reshape(-1, photos.shape[-1])
    if photos.shape[-1] != 3:
        return np.eye(photos.shape[-1], dtype=np.float32)
    centred = pixels - pixels.mean(0)
    covariance = centred.T @ centred / len(pixels)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    return (root / np.linalg.norm(root, axis=0).max()).astype(np.float32)
