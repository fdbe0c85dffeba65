"""What the process of a submission is set to, whatever the machine and the submission say."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

VARIABLES = {
    "KERAS_BACKEND": "tensorflow",
    "KERAS_HOME": str(HERE / "keras"),  # its keras.json, not the one in the home folder
    "TF_USE_LEGACY_KERAS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "Agg",
    "PYTHONWARNINGS": "ignore",
    "PYTHONUTF8": "1",
    "PYTHONPATH": str(HERE.parents[1]),  # this package, wherever another one of its name lies
    # The arrays are tiny: more threads than one only wait for each other on a busy machine.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""Environment variables that every worker has."""

BARE = VARIABLES | {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "PYTHONNOUSERSITE": "1",  # HOME is a folder in which submissions can write
    "MPLCONFIGDIR": "/tmp/matplotlib",
}
"""All variables of a worker that runs a stranger's code."""

_STEERING = ("KERAS_", "TF_", "XLA_", "JAX_", "MPL", "OMP_", "OPENBLAS_", "MKL_", "PYTHON")
"""What variables begin with that change what libraries or Python do."""


def environment(outside: dict[str, str]) -> dict[str, str]:
    """The variables of a worker outside of a sandbox.

    Args:
        outside: those of this process. What steers libraries is left out, for a verdict must not
            depend on it; what says where Python's libraries are is kept.
    """
    kept = {name: value for name, value in outside.items() if not name.startswith(_STEERING)}
    for name in ("PYTHONHOME", "PYTHONUSERBASE"):
        if name in outside:
            kept[name] = outside[name]
    places = [VARIABLES["PYTHONPATH"], outside.get("PYTHONPATH", "")]
    return kept | VARIABLES | {"PYTHONPATH": os.pathsep.join(filter(None, places))}


def hold_settings() -> None:
    """Let the calls that libraries advise for the top of a file change nothing here, nor fail.

    The worker has chosen already: figures without a window, one thread, no graphics card. Called
    once the libraries are there.
    """
    if "matplotlib" in sys.modules:
        _ignore(sys.modules["matplotlib"], "use")
    if "tensorflow" in sys.modules:
        config = sys.modules["tensorflow"].config
        # Improving a graph takes longer than these small networks take with it and without.
        config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
        _ignore(config.optimizer, "set_experimental_options")
        _ignore(config.threading, "set_intra_op_parallelism_threads")
        _ignore(config.threading, "set_inter_op_parallelism_threads")
        for module in (config, config.experimental):
            _ignore(module, "set_visible_devices")
            _ignore(module, "set_memory_growth")


def _ignore(module: object, name: str) -> None:
    if hasattr(module, name):
        setattr(module, name, lambda *args, **kwargs: None)
