"""What is given to use: models, photos, data sets, result types, plots, measures.

Names are loaded on first use, so that `from course.given import Ascent` does not wait for
TensorFlow.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "compiling": ["compiled"],
        "results": ["Ascent", "Contrast", "Errors", "Optimized"],
    },
)
