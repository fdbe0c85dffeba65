"""What a notebook's kernel holds is written down as a module, or named if that cannot be done."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from course.ui.kernel import CannotCrossError, Kernel

pytest.importorskip("IPython")
from IPython.core.interactiveshell import InteractiveShell

IMPORTS = "import functools\nimport numpy as np\n"


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    before = sys.modules["__main__"]
    shell = InteractiveShell(history_length=0)
    shell.history_manager.enabled = False
    yield shell
    sys.modules["__main__"] = before


def held(shell: InteractiveShell, *cells: str) -> Kernel:
    for cell in (IMPORTS, *cells):
        shell.run_cell(cell, store_history=True).raise_error()
    return Kernel(shell.user_ns, shell.history_manager.input_hist_raw)


def made_again(kernel: Kernel, name: str = "smooth") -> Callable[..., Any]:
    """The function, from the text alone, as a module of its own."""
    scope: dict[str, Any] = {"__name__": "course.saliency"}
    exec("\n\n".join(kernel.source_of(name)), scope)
    return scope[name]


CELLS = {
    "below %%time": ["%%time\ndef smooth(x):\n    return x + 1"],
    "below %%capture": ["%%capture\nprint(3)\ndef smooth(x):\n    return x + 1"],
    "below %%time, again": [
        "%%time\ndef smooth(x):\n    return x - 1",
        "%%time\ndef smooth(x):\n    return x + 1",
    ],
    "under if": ["if 2 > 1:\n    def smooth(x):\n        return x + 1"],
    "under with": [
        "import contextlib\nwith contextlib.suppress(ValueError):\n"
        "    def smooth(x):\n        return x + 1"
    ],
    "in a loop": ["for step in (3, 1):\n    def smooth(x, step=step):\n        return x + step"],
    "redefined": ["def smooth(x):\n    return 0", "def smooth(x):\n    return x + 1"],
    "defined, then an error, then right": [
        "def smooth(x):\n    return x + ONE",
        "ONE = 1",
    ],
    "assigned": ["def mine(x):\n    return x + 1\nsmooth = mine", "def mine(x):\n    return 0"],
    "a partial": ["def add(x, by):\n    return x + by\nsmooth = functools.partial(add, by=1)"],
    "a partial of positions": [
        "def add(by, x):\n    return x + by\nsmooth = functools.partial(add, 1)"
    ],
    "a lambda": ["smooth = lambda x: x + 1"],
    "a lambda among others": ["other, smooth = (lambda y: 0), (lambda x: x + 1)"],
    "a closure": [
        "def adding(by):\n    def inner(x):\n        return x + by\n    return inner\n"
        "smooth = adding(1)"
    ],
    "a closure over a function": [
        "def twice(f, g):\n    return lambda x: f(g(x))\n"
        "smooth = twice(lambda y: y + 0.5, functools.partial(np.add, 0.5))"
    ],
    "decorated": [
        "def plus_one(f):\n    @functools.wraps(f)\n    def wrapper(*args, **kwargs):\n"
        "        return f(*args, **kwargs) + 1\n    return wrapper\n"
        "@plus_one\ndef smooth(x):\n    return x"
    ],
    "decorated by a library": ["@functools.lru_cache\ndef smooth(x):\n    return x + 1"],
    "decorated by tf.function": [
        "import tensorflow as tf\n@tf.function\ndef smooth(x):\n    return x + 1"
    ],
    "made by tf.function": [
        "import tensorflow as tf\ndef raw(x):\n    return x + 1\nsmooth = tf.function(raw)"
    ],
    "compiled by the course": [
        "from course.given import compiled\n@compiled\ndef smooth(x):\n    return x + 1"
    ],
    "a library's": ["import operator\nadd = operator.add\ndef smooth(x):\n    return add(x, 1)"],
    "an array": ["W = np.ones((2, 2)).sum() / 4\ndef smooth(x):\n    return x + W"],
    "an array computed": ["W = np.linspace(0, 1, 7)[-1:]\ndef smooth(x):\n    return (x + W)[0]"],
    "constants": [
        "ONES: dict = {'a': (1, [0.5, 0.5]), 'b': {2}, None: float('inf')}\n"
        "def smooth(x):\n    return x + sum(ONES['a'][1])"
    ],
    "a default that has changed since": [
        "BY = 1\ndef smooth(x, by=BY, *, also: 'np.ndarray' = BY - 1):\n    return x + by + also",
        "BY = 7",
    ],
    "a constant that has changed since": ["BY = 7\ndef smooth(x):\n    return x + BY", "BY = 1"],
    "annotated with what is only here": [
        "def smooth(x: np.ndarray) -> 'nothing':\n    return x + 1"
    ],
    "an import after": ["def smooth(x):\n    return x + math.cos(0)", "import math"],
    "an import from": ["from math import cos as c\ndef smooth(x):\n    return x + c(0)"],
    "a submodule": [
        "import scipy.ndimage\ndef smooth(x):\n"
        "    return x + scipy.ndimage.gaussian_filter(np.ones(3), 1.0)[1]"
    ],
    "a tensor": ["import tensorflow as tf\nONE = tf.ones(())\ndef smooth(x):\n    return x + ONE"],
    "a generator": [
        "rng = np.random.default_rng(3)\ndef smooth(x):\n    return x + (rng.random() < 2)"
    ],
    "recursion": ["def smooth(x, n=3):\n    return x + 1 if n == 0 else smooth(x, n - 1)"],
    "two that call each other": [
        "def even(n):\n    return True if n == 0 else odd(n - 1)\n"
        "def odd(n):\n    return False if n == 0 else even(n - 1)\n"
        "def smooth(x):\n    return x + even(4)"
    ],
    "a class": [
        "class Adder:\n    BY = 1\n    def __call__(self, x):\n        return x + self.BY + ZERO\n"
        "ZERO = 0\ndef smooth(x):\n    return Adder()(x)"
    ],
    "a percent sign at the beginning of a line": [
        "def smooth(x):\n    n = (5\n% 4)\n    return x + n"
    ],
    "a deleted helper's name": ["def smooth(x):\n    one = 1\n    return x + one"],
}


@pytest.mark.parametrize("cells", CELLS.values(), ids=CELLS)
def test_however_it_has_come_about(shell: InteractiveShell, cells: list[str]) -> None:
    kernel = held(shell, *cells)
    assert kernel.has("saliency", "smooth")
    assert float(made_again(kernel)(41)) == 42


def test_what_is_used_of_the_notebook_is_all_that_goes_along(shell: InteractiveShell) -> None:
    kernel = held(
        shell, "DATA = np.zeros(9)", "def other(x):\n    return DATA", "smooth = lambda x: x"
    )
    text = "\n".join(kernel.source_of("smooth"))
    assert "other" not in text
    assert "DATA" not in text


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (
            ["import keras\nm = keras.Sequential()\ndef smooth(x):\n    return m(x)"],
            r"`smooth` cannot be sent.*it uses `m`, a Sequential\. .*pass it as an argument",
        ),
        (
            [
                "import keras\ndef using(model):\n    return lambda x: model(x)\n"
                "smooth = using(keras.Sequential())"
            ],
            "it uses `model`, a Sequential",
        ),
        (["def smooth(x):\n    %pwd\n    return x"], "there is a magic of IPython in it"),
        (["def smooth(x):\n    files = !ls\n    return x"], "there is a magic of IPython in it"),
        (
            [
                "BIG = np.zeros(2**20)",
                "def mean():\n    return BIG\ndef smooth(x):\n    return mean()",
            ],
            "it uses `mean` → `BIG`. An array of 8 megabytes is data",
        ),
        (["L = []\nL.append(L)\ndef smooth(x):\n    return L"], "It holds itself"),
        (["smooth = eval('lambda x: x')"], "the cell in which it was defined is not known"),
        (
            ["import threading\nk = threading.Lock()\ndef smooth(x):\n    return k"],
            "it uses `k`, a lock",
        ),
    ],
)
def test_what_cannot_go_along_is_named(
    shell: InteractiveShell, cells: list[str], words: str
) -> None:
    with pytest.raises(CannotCrossError, match=f"(?is){words}"):
        held(shell, *cells).source_of("smooth")


def test_what_is_imported_from_the_course_is_the_files(shell: InteractiveShell) -> None:
    assert not held(shell, "from solutions.saliency import smooth").has("saliency", "smooth")
    assert not held(shell, "smooth = 3").has("saliency", "smooth")
    assert not held(shell).has("saliency", "to_heatmap")


def test_what_is_imported_is_imported_again(shell: InteractiveShell) -> None:
    """Also from the solutions: who works on one chapter need not have done those before."""
    cell = "from solutions.saliency import to_heatmap\ndef contrast(x):\n    return to_heatmap(x)"
    parts = held(shell, cell).source_of("contrast")
    assert "from solutions.saliency import to_heatmap as to_heatmap" in parts


def test_a_stub_is_known(shell: InteractiveShell) -> None:
    kernel = held(shell, 'def smooth(x):\n    """Blur."""\n    raise NotImplementedError("s.s")')
    assert kernel.is_stub("smooth")
    assert not held(shell, "def smooth(x):\n    return x").is_stub("smooth")


def test_arrays_arrive_bit_by_bit(shell: InteractiveShell) -> None:
    cell = "W = np.float32([[1 / 3, np.nan], [np.inf, -0.0]])\ndef smooth():\n    return W"
    again = made_again(held(shell, cell))()
    assert again.dtype == np.float32
    assert again.tobytes() == shell.user_ns["W"].tobytes()
