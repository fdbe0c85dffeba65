"""Notebooks as modules: what their cells define, and nothing of what else they do."""

import json
from typing import Any

import pytest

from course.grader.notebooks import definitions_in, notebook_source


def notebook(*cells: str | list[str]) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]})


def defined(text: str) -> dict[str, Any]:
    scope: dict[str, Any] = {}
    exec(notebook_source(text), scope)
    return scope


def test_definitions_are_taken_and_work_is_not() -> None:
    scope = defined(
        notebook(
            ["import math\n", "def area(r):\n", "    return PI * r**2"],
            "PI = 3.0\nmodel = train_for_an_hour()\nprint(area(1))",
        )
    )
    assert scope["area"](2) == 12.0
    assert "model" not in scope


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%prun -q", "\n%%time"])
def test_a_cell_that_is_timed_or_captured_defines_what_it_holds(magic: str) -> None:
    assert defined(notebook(f"{magic}\ndef f():\n    return 1"))["f"]() == 1


@pytest.mark.parametrize("magic", ["%%bash", "%%timeit -n 1", "%%writefile saliency.py"])
def test_other_cell_magics_define_nothing_in_the_notebook(magic: str) -> None:
    assert "f" not in defined(notebook(f"{magic}\ndef f():\n    return 1"))


def test_a_line_of_a_function_that_looks_like_magic_stays() -> None:
    cell = "def f():\n    n = (5\n    % 3\n    )\n    return n"
    assert defined(notebook(cell))["f"]() == 2


def test_line_magics_and_shell_lines_are_left_out() -> None:
    cell = "%matplotlib inline\n!pip list\n?print\ndef f():\n    return 1"
    assert defined(notebook(cell))["f"]() == 1


def test_definitions_below_a_condition_count() -> None:
    assert defined(notebook("if True:\n    def f():\n        return 1"))["f"]() == 1


def test_names_for_functions_and_constants_go_along() -> None:
    scope = defined(
        notebook(
            "import functools\nimport numpy as np",
            "def blur(x, s):\n    return x * s",
            "smooth = functools.partial(blur, s=2)\nother = blur\nEPS = 1 / 255\nAXIS: int = -1",
            "W = np.array([1.0, 1.0])",
        )
    )
    assert scope["smooth"](3) == 6
    assert scope["other"] is scope["blur"]
    assert scope["EPS"] == 1 / 255
    assert scope["AXIS"] == -1
    assert scope["W"].sum() == 2


def test_the_last_definition_counts() -> None:
    assert defined(notebook("def f():\n    return 1", "def f():\n    return 2"))["f"]() == 2


def test_a_cell_that_cannot_be_parsed_costs_itself_only() -> None:
    assert definitions_in("def f(:\n    return 1") == ""
    assert defined(notebook("def f(:", "def g():\n    return 1"))["g"]() == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": 3}', '{"cells": [{}]}', "def f(): 1"])
def test_what_is_not_a_notebook_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="it is not a notebook"):
        notebook_source(text)


def test_a_signature_may_name_what_is_not_taken_along() -> None:
    cell = "models = load()\ndef f(x: models.Kind) -> tuple[slice, nothing]:\n    return 1"
    assert defined(notebook("import math", "from __future__ import annotations", cell))["f"](0) == 1


def test_aliases_of_types_go_along() -> None:
    assert defined(notebook("Window = tuple[slice, slice]"))["Window"] == tuple[slice, slice]


MADE = {
    "in a loop": "for k in (5, 1):\n    def f(k=k):\n        return k",
    "by a condition's other branch": "if not True:\n    f = abs\nelse:\n    f = lambda: 1",
    "by a condition that does not hold": "f = lambda: 1\nif False:\n    def f():\n        return 0",
    "by what is there": "try:\n    import torch.x as m\nexcept ImportError:\n    import math as m\n"
    "def f():\n    return m.cos(0)",
    "in a context": "import contextlib\nwith contextlib.suppress(OSError):\n    f = lambda: 1",
    "by a match": "match 3:\n    case 3:\n        def f():\n            return 1",
    "by another function": "def make(by):\n    def inner():\n        return by\n    return inner\n"
    "f = make(by=1)",
    "by a class": "class Make:\n    def __init__(self, by):\n        self.by = by\n"
    "    def __call__(self):\n        return self.by\nf = Make(1)",
    "of one that is redefined": "def mine():\n    return 1\nf = mine\ndef mine():\n    return 0",
    "by a decorator that is made": "import functools\ncached = functools.lru_cache(maxsize=3)\n"
    "@cached\ndef f():\n    return 1",
    "two at once": "f, g = (lambda: 1), 3",
    "of constants": "import math, re\nR = re.compile('a')\nK = math.exp(0) if len([1]) > 0 else 2\n"
    "L = K == 1 and not 0\n"
    "def f():\n    return K * L * len(R.findall('a'))",
    "of constants in steps": "import numpy as np\nK = np.array([1.0, 3.0])\nK /= K.sum()\n"
    "K = {'a': [i for i in K]}\nK['b'] = 4\nL = []\nL.append(K['a'][0] * K['b'])\n"
    "for k in L:\n    L[0] = L[0] + 0\ndef f():\n    return L[0]",
    "of what a function gives": "def one():\n    return ONE\nONE = 1\nK = one()\nONE = 2\n"
    "def f():\n    return K",
    "with a value of TensorFlow": "import tensorflow as tf\nK = tf.constant(1)\n"
    "def f():\n    return int(K)",
    "in a cell of old": "def f():\n    return 1",
}


def test_what_is_used_endlessly_is_refused() -> None:
    names = [f"n{i}" for i in range(2000)]
    cells = [f"{', '.join(names)} = {(0,) * 2000}", f"def g():\n    return {', '.join(names)}"]
    chain = "k = 0\n" + "k = (k, g())\n" * 2000 + "def f():\n    return k"
    with pytest.raises(ValueError, match="use each other in too many ways"):
        notebook_source(notebook(*cells, chain), ["f"])


@pytest.mark.parametrize("how", MADE)
def test_a_function_is_what_it_is_in_the_notebook(how: str) -> None:
    text = notebook(MADE[how])
    if how == "in a cell of old":  # nbformat 3
        cells = [{"cell_type": "code", "input": MADE[how].splitlines(keepends=True)}]
        text = json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3})
    scope: dict[str, Any] = {"__name__": "made"}
    exec(notebook_source(text, ["f"]), scope)
    assert scope["f"]() == 1


@pytest.mark.parametrize(
    "slow",
    [
        "import keras\nvalue = keras.Sequential()",
        "from tensorflow import keras\nvalue = keras.Sequential()",
        "import tensorflow as tf\nvalue = tf.keras.Sequential()",
        "from course.given import load_model\nvalue = load_model()",
        "import keras\ndef train():\n    return keras.Sequential().fit()\nvalue = train()",
        "import keras\ndef train():\n    keras.Sequential().fit()\nvalue = list(map(train, [1]))",
        "import keras\nclass Own(keras.Model):\n    pass\nvalue = Own()",
        "import keras\nmodel = keras.Sequential()\nvalue = len(model.fit().history)",
        "import time\nvalue = time.sleep(3600)",
        "value = input()",
        "value = !sleep 3600",
        "value = await hours()",
        "while True:\n    value = train_for_an_hour()",
    ],
)
def test_what_may_take_long_is_not_run_and_costs_only_what_needs_it(slow: str) -> None:
    text = notebook(slow, "def f():\n    return value", "def g():\n    return 1")
    scope: dict[str, Any] = {"__name__": "made"}
    exec(notebook_source(text, ["f", "g"]), scope)
    assert scope["g"]() == 1
    with pytest.raises(NameError, match="value"):
        scope["f"]()


def test_what_fails_in_a_cell_costs_only_what_needs_it() -> None:
    text = notebook("import numpy as np\nvalue = np.load('there')", "def g():\n    return 1")
    source = notebook_source(text, ["g"])
    assert "np" not in source
    scope: dict[str, Any] = {"__name__": "made"}
    exec(notebook_source(notebook("import numpy as np\nvalue = np.load('there')")), scope)
    assert "value" not in scope


def test_a_cell_that_python_cannot_read_says_so_where_it_is_asked_for() -> None:
    broken = "def f():\n    return 1\nx = = 3"
    scope: dict[str, Any] = {}
    exec(notebook_source(notebook(broken), ["f"]), scope)
    with pytest.raises(SyntaxError, match="cell that defines f: invalid syntax, line 3"):
        scope["f"](0)
    exec(notebook_source(notebook("def f():\n    return 2", broken), ["f"]), scope)
    assert scope["f"]() == 2


def test_a_magic_inside_of_a_function_is_named() -> None:
    scope: dict[str, Any] = {}
    exec(notebook_source(notebook("def f():\n    %time x = 1\n    return x"), ["f"]), scope)
    with pytest.raises(RuntimeError, match="there is a magic of IPython in this function"):
        scope["f"]()
