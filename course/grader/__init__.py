"""The grader: given to run, not to edit. In a notebook: `from course.grader import check, hint`."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"notebook": ["check", "hint"]}
)
