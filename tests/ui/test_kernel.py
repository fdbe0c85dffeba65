"""What a notebook's kernel holds is written down as a module, or named if that cannot be done."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
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
    "below %%time, after empty lines": ["\n\n%%time\n\n\ndef smooth(x):\n    return x + 1"],
    "a name that Python has built in": [
        "def sum(x, y):\n    return x + max + y\nmax = 0\n"
        "def smooth(x):\n    return sum(x, 1) + len(())"
    ],
    "what IPython builds in": [
        "def smooth(x):\n    with open(__import__('os').devnull) as file:\n"
        "        display(file.read())\n    return x + 1"
    ],
    "an attribute of a function": ["def smooth(x):\n    return x + smooth.by", "smooth.by = 1"],
    "an object that can be called": [
        "class Adder:\n    def __init__(self, by):\n        self.by = by\n"
        "    def __call__(self, x):\n        return x + self.by\nsmooth = Adder(1)"
    ],
    "a method": [
        "class Adder:\n    __slots__ = ('by',)\n    def add(self, x):\n        return x + self.by\n"
        "adder = Adder()\nadder.by = 1\nsmooth = adder.add"
    ],
    "a class that has changed since": [
        "class By:\n    one = 7\ndef two(self):\n    return self.one / self.one",
        "By.one = 0.5\nBy.two = two\ndef smooth(x):\n    return x + By.one + By().two() / 2",
    ],
    "a class redefined below a condition": [
        "class By:\n    one = 7\nif True:\n    class By:\n        one = 1\n"
        "def smooth(x):\n    return x + By.one"
    ],
    "a class whose methods use other meanings of the notebook's names": [
        "import threading\nmodel = threading.Lock()\n"
        "class Adder:\n    def add(self, model):\n        return model + 1\n"
        "def smooth(x):\n    return Adder().add(x)"
    ],
    "a frozen dataclass": [
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass By:\n    one: int = 7\n"
        "BY = By(1)\ndef smooth(x):\n    return x + BY.one"
    ],
    "named tuples": [
        "from collections import namedtuple\nfrom typing import NamedTuple\n"
        "First = namedtuple('First', 'a b', defaults=[0])\n"
        "class Second(NamedTuple):\n    a: int\n    b: int = 0\n"
        "PAIR = First(1), Second(0)\ndef smooth(x):\n    return x + PAIR[0].a + PAIR[1].b"
    ],
    "an enumeration": [
        "import enum\nclass By(enum.Enum):\n    ONE = 1\nBY = By.ONE\n"
        "def smooth(x):\n    return x + BY.value"
    ],
    "values of the standard library": [
        "import collections, decimal, fractions, pathlib, random, re, types\n"
        "VALUES = [pathlib.Path('a'), re.compile('a'), fractions.Fraction(1, 2),\n"
        "    decimal.Decimal('0.5'), collections.Counter('a'), collections.deque([1], 3),\n"
        "    collections.defaultdict(list, a=[1]), types.SimpleNamespace(a=1), random.Random(0),\n"
        "    complex('nan')]\n"
        "def smooth(x):\n"
        "    path, one, half, other, count, queue, lists, space, rng, nan = VALUES\n"
        "    ones = [count['a'], queue[0], lists['a'][0], space.a, len(one.findall(path.name))]\n"
        "    assert ones == [1] * 5 and nan != nan and queue.maxlen == 3 and rng.random() < 1\n"
        "    return x + half + fractions.Fraction(other)"
    ],
    "an array with a mask": [
        "W = np.ma.masked_array([1, 2], [0, 1])\ndef smooth(x):\n    return x + W.sum()"
    ],
    "an array of objects": ["W = np.array([1, None])\ndef smooth(x):\n    return x + W[0]"],
    "half precision": [
        "import tensorflow as tf\nONE = tf.Variable(1, dtype=tf.bfloat16)\nKIND = ONE.dtype\n"
        "def smooth(x):\n    return x + float(tf.cast(ONE, tf.float32)) + (KIND != tf.bfloat16)"
    ],
    "an object in two places": [
        "class Count:\n    n = 0\n    def __call__(self):\n        self.n += 1\n"
        "        return self.n\n"
        "first = Count()\nboth = [first, first]\n"
        "def smooth(x):\n    return x + both[1]() * 0 + both[0]() - 1"
    ],
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
        (
            ["PARTS = ['a' * 2**23]\ndef smooth(x):\n    return PARTS"],
            r"cannot be sent .* graded\. What it uses of the notebook is more than \d megabytes",
        ),
        (
            [
                "import keras\nclass Own(keras.layers.Layer):\n    pass\nown = Own()\n"
                "def smooth(x):\n    return own(x)"
            ],
            "it uses `own`, an Own",
        ),
        (
            ["file = open(__import__('os').devnull)\ndef smooth(x):\n    return file"],
            "`file`, a Text",
        ),
        (["parts = (i for i in [1])\ndef smooth(x):\n    return next(parts)"], "a generator"),
        (
            [
                "held = [open(__import__('os').devnull)]\nclass Box:\n    pass\nBox.kept = held\n"
                "def smooth(x):\n    return Box(), held"
            ],
            "it uses `held`, a Text",  # also where a class has it, too
        ),
        (
            [
                "def make(by):\n    class Adder:\n        def add(self, x): return x + by\n"
                "    return Adder\nAdder = make(1)\ndef smooth(x):\n    return Adder().add(x)"
            ],
            "its class was made in a function",
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


def test_what_tasks_bring_along_does_not_get_mixed_up(shell: InteractiveShell) -> None:
    """The parts of all tasks stand in one module, each once."""
    cell = "def adding(f):\n    return lambda x: x + f()\n"
    names = ("smooth", "to_heatmap", "symmetric_limit")
    cells = [f"{name} = adding(lambda: {by})" for name, by in zip(names, (1, 2, 1), strict=True)]
    kernel = held(shell, cell, *cells)
    parts = [part for name in names for part in kernel.source_of(name)]
    scope: dict[str, Any] = {}
    exec("\n\n".join(dict.fromkeys(parts)), scope)
    assert [scope[name](0) for name in names] == [1, 2, 1]


def test_what_is_run_from_a_file_is_the_notebooks(shell: InteractiveShell, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("ONE = 1\ndef smooth(x):\n    return x + ONE\n")
    assert made_again(held(shell, f"%run {tmp_path}/mine.py"))(41) == 42
