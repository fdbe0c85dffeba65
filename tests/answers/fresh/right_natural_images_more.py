# ruff: noqa: ANN001, ANN201
"""More right answers to `natural_images`, of a later round, each in another style."""

import numpy as np
import tensorflow as tf

from tests.answers.fresh import right


@right("natural_images.frequencies", how="integers by hand")
def frequencies_modular_int(height, width):
    i, j = (np.arange(height)[:, None], np.arange(width // 2 + 1)[None])
    return np.sqrt((np.minimum(i, height - i) / height) ** 2 + (j / width) ** 2)


@right("natural_images.frequencies", how="abs of complex frequencies, float32 tensor")
def frequencies_complex_abs_tf(height, width):
    return tf.abs(
        tf.complex(
            tf.cast(np.fft.rfftfreq(width), tf.float32)[None],
            tf.cast(np.fft.fftfreq(height), tf.float32)[:, None],
        )
    )


@right("natural_images.color_basis", how="np.cov and the symmetric root by SVD, as Lucid")
def color_basis_svd_symmetric(photos):
    p = np.asarray(photos)
    c = np.atleast_2d(np.cov(p.reshape(-1, p.shape[-1]).T.astype(np.float64)))
    u, s, _ = np.linalg.svd(c)
    a = u @ np.diag(np.sqrt(s + 1e-18)) @ u.T
    return a / np.max(np.linalg.norm(a, axis=0))


@right("natural_images.color_basis", how="R of a QR decomposition of the pixels, transposed")
def color_basis_qr(photos):
    p = np.asarray(photos, np.float64).reshape(-1, np.shape(photos)[-1])
    r = np.linalg.qr(p - p.mean(0), mode="r")
    a = r.T
    return a / np.linalg.norm(a, axis=0).max()
