"""Cases to solve: marks, what is planned with them, and networks that have learned them or not."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"folder": ["OpenedCase", "load_case"]}
)
