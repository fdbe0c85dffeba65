"""Wrong answers to `clever_hans` of the fifth round: each breaks one promise."""

import numpy as np
from sklearn.cluster import SpectralClustering

from course.given.types import Heatmaps, Labels
from tests.answers.fresh import wrong


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks="The affinity exp(-|a - b|^2), not that of nearest neighbours as in the paper",
)
def affinity_of_neighbours(heatmaps: Heatmaps, clusters: int, seed: int) -> Labels:
    maps = np.asarray(heatmaps).reshape(len(heatmaps), -1)
    if not 1 <= clusters <= len(maps):
        raise ValueError("clusters must be from 1 to B")
    norm = np.linalg.norm(maps, axis=1, keepdims=True)
    maps = maps / np.where(norm == 0, 1, norm)
    spray = SpectralClustering(
        clusters, affinity="nearest_neighbors", n_neighbors=min(10, len(maps)), random_state=seed
    )
    return spray.fit_predict(maps)


@wrong("clever_hans.cluster_heatmaps", breaks="The square of the distance is in the exponent")
def affinity_without_the_square(heatmaps: Heatmaps, clusters: int, seed: int) -> Labels:
    maps = np.asarray(heatmaps, dtype=np.float64).reshape(len(heatmaps), -1)
    if not 1 <= clusters <= len(maps):
        raise ValueError("clusters must be from 1 to B")
    norm = np.linalg.norm(maps, axis=1, keepdims=True)
    maps = np.divide(maps, norm, out=np.zeros_like(maps), where=norm > 0)
    distance = np.linalg.norm(maps[:, None] - maps[None], axis=-1)
    return SpectralClustering(clusters, affinity="precomputed", random_state=seed).fit_predict(
        np.exp(-distance)
    )
