"""Looking inside a neural network: the modules to fill in, and what is given with them.

The student's modules are not imported here, so that a mistake in one of them can break nothing but
its own grade. In a notebook: `from course import check, hint`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"ui.notebook": ["check", "hint"], "ui.own": ["use_own_modules"]},
)
