"""Other ways to be right in 1.1, by task."""

from typing import Any

import numpy as np

from tests.answers.right import answer


@answer("saliency.to_heatmap")
def heatmap_by_numpy(saliency: Any) -> Any:
    return np.asarray(saliency, np.float64).sum(-1)
