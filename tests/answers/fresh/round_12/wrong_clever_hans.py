# ruff: noqa: ANN001, ANN201, E501
"""Wrong answers to `clever_hans` of round 12: each breaks one promise."""

import numpy as np
from sklearn.cluster import SpectralClustering

from tests.answers.fresh import wrong


@wrong(
    "clever_hans.cluster_heatmaps",
    breaks='"the same seed gives the same groups with the same numbers": the seed is replaced with None when it is 0',
)
def takes_seed_0_for_none(heatmaps, clusters, seed):
    flat = np.asarray(heatmaps, np.float64)
    flat = flat.reshape(len(flat), -1)
    if not 1 <= clusters <= len(flat):
        raise ValueError("clusters must be from 1 to the number of maps")
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    flat = flat / np.where(norm == 0, 1, norm)
    affinity = np.exp(-((flat[:, None] - flat[None]) ** 2).sum(-1))
    way = SpectralClustering(clusters, affinity="precomputed", random_state=seed or None)
    return way.fit_predict(affinity)
