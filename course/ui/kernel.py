"""What a notebook's kernel holds, as the text of a module.

Not what the cells say, but what they have come to: a function may have been decorated, assigned,
redefined, or made in a cell that was deleted since. Each object that a task's function uses,
directly or by others, is written down as Python that makes the same object again: functions and
classes by their source, as IPython keeps it for tracebacks; numbers, texts and arrays by their
values; other objects as `copy` takes them apart. What cannot be written down, such as a trained
network, is named.
"""

import ast
import base64
import builtins
import copyreg
import dis
import enum
import functools
import io
import itertools
import linecache
import re
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TypeGuard

import numpy as np

from course.grader.notebooks import PYTHON_MAGICS, without_magic
from course.grader.slicing import used_by
from course.grader.sources import is_stub

LARGEST_ARRAY = 2**22
"""Bytes of an array that is sent along; what is larger is data, and belongs into an argument."""

LARGEST_TEXT = 2**23
"""Characters of all that goes along with one function."""

PLAIN = (bool, int, str, bytes, type(None), type(Ellipsis), range, slice)

APART = sys.stdlib_module_names | {"__main__", "numpy", "scipy", "ml_dtypes", "tensorflow"}
"""The libraries whose objects may be taken apart: all that they hold is in their parts."""

_NOTHING = object()

_BUILD = """\
def _build(make, args, state, items, pairs):
    made = make(*args)
    if hasattr(made, "__setstate__"):
        if state is not None:
            made.__setstate__(state)
    else:
        plain, slots = state if isinstance(state, tuple) else (state, None)
        if plain:
            vars(made).update(plain)
        for name, value in (slots or {}).items():
            object.__setattr__(made, name, value)
    for item in items:
        made.append(item)
    for key, value in pairs:
        made[key] = value
    return made"""
"""Puts together again what `__reduce_ex__` gives, as `copy.copy` does."""


class CannotCrossError(Exception):
    """Something that a function uses cannot be sent to where it is graded; says what, and why."""


class Kernel:
    """The names of a notebook.

    Args:
        names: what each of them means.
        cells: the cells that were run, in their order, as they were typed.
    """

    def __init__(self, names: Mapping[str, Any], cells: Iterable[str] = ()) -> None:
        self._names = names
        self._cells = list(cells)
        self._numbers = itertools.count(1)  # of all tasks: their parts may stand in one module

    def has(self, module: str, function: str) -> bool:
        """Whether the notebook itself gives a task's name a meaning.

        One that is imported from a module of the course, the student's or the solutions', does not
        count: the file does, which is there as well.
        """
        value = self._names.get(function)
        if not callable(value):
            return False
        home = str(getattr(value, "__module__", "")).split(".")
        is_imported = home[-1] == module and home[0] in ("course", "solutions")
        return not is_imported

    def is_stub(self, function: str) -> bool:
        """Whether a task's name still means the stub that the notebook came with."""
        value: Any = self._names.get(function)
        if not _is_own_function(value):
            return False
        try:
            node = self._writer().node_of(value)
        except CannotCrossError:
            return False
        return isinstance(node, ast.FunctionDef) and is_stub(node)

    def source_of(self, function: str) -> list[str]:
        """The parts of a module's text in which a name means what it means in the notebook.

        Raises:
            CannotCrossError: if that cannot be written down.
        """
        writer = self._writer()
        try:
            writer.write_global(function)
        except RecursionError:
            raise CannotCrossError(f"{_cannot(function)}. What it uses lies too deep.") from None
        if sum(map(len, writer.parts)) > LARGEST_TEXT:
            size = f"more than {LARGEST_TEXT // 2**20} megabytes"
            raise CannotCrossError(
                f"{_cannot(function)}. What it uses of the notebook is {size}: pass it as an "
                "argument."
            )
        return writer.parts

    def _writer(self) -> "_Writer":
        return _Writer(self._names, self._cells, self._numbers)


def _cannot(task: str) -> str:
    return f"`{task}` cannot be sent from the notebook to where it is graded"


class _Writer:
    """Writes down one object after another, what each needs before it."""

    def __init__(self, names: Mapping[str, Any], cells: list[str], numbers: Iterator[int]) -> None:
        self.parts: list[str] = []
        self._names = names
        self._cells = cells
        self._numbers = numbers
        self._written: set[str] = set()
        self._inside: list[str] = []  # what is being written down: the way from the task's name
        self._depth: set[int] = set()
        self._made: dict[int, tuple[str, Any]] = {}  # with the object, so that its id stays its own

    # --- names ------------------------------------------------------------------------------------

    def write_global(self, name: str) -> None:
        """Write down what a name of the notebook means; nothing if it means nothing there."""
        if name in self._written:
            return
        value = self._names.get(name, getattr(builtins, name, _NOTHING))
        if value is _NOTHING or _is_pythons_own(name, value):
            return
        if name == "get_ipython":
            raise self._refuse(value, "there is a magic of IPython in it: %, ! or ?")
        self._written.add(name)
        with self._within(name):
            self._define(name, value)

    @contextmanager
    def _within(self, name: str) -> Iterator[None]:
        self._inside.append(name)
        try:
            yield
        finally:
            self._inside.pop()

    @contextmanager
    def _deeper(self, value: Any) -> Iterator[None]:
        """While the parts of an object are written down: it cannot be one of them."""
        if id(value) in self._depth:
            raise self._refuse(value, "it holds itself")
        self._depth.add(id(value))
        try:
            yield
        finally:
            self._depth.discard(id(value))

    def _define(self, name: str, value: Any) -> None:
        """Write a statement, or several, that give a name to an object that is made again."""
        if isinstance(value, types.ModuleType):
            self._add(f"import {value.__name__} as {name}")
        elif _is_own_function(value):
            self._define_function(name, value)
        elif isinstance(value, type) and _is_own(value):
            self._define_class(name, value)
        elif decorated := self._decorated(value):
            self._define_decorated(name, *decorated)
        elif (address := _address_of(value)) and "." not in address[1]:
            self._add(f"from {address[0]} import {address[1]} as {name}")
        else:
            text = self._express(value)
            if text != name:
                self._add(f"{name} = {text}")

    def _fresh(self, value: Any, hint: str) -> str:
        """A new name for an object that has none of its own in the notebook."""
        name = self._number(hint)
        self._define(name, value)
        return name

    def _number(self, hint: str) -> str:
        return f"_{re.sub(r'[^0-9a-zA-Z_]', '', hint)}_{next(self._numbers)}"

    def _add(self, text: str) -> None:
        if text not in self.parts:
            self.parts.append(text)

    def _refuse(self, value: Any, why: str = "") -> CannotCrossError:
        task, *others = self._inside
        way = " → ".join(f"`{name}`" for name in others)
        what = f": it uses {way}" if way else ""
        if not why:
            kind = type(value).__name__
            article = "an" if kind[0] in "AEIOUaeiou" else "a"
            what = f"{what}, {article} {kind}" if way else f": it is {article} {kind}"
            why = "it can only be used there: pass it as an argument, or make it in the function"
        return CannotCrossError(f"{_cannot(task)}{what}. {why[0].upper()}{why[1:]}.")

    # --- values -----------------------------------------------------------------------------------

    def _express(self, value: Any) -> str:
        """An expression that makes an object again."""
        if type(value) in PLAIN:
            return repr(value)
        if type(value) is float:
            return repr(value) if np.isfinite(value) else f"float({str(value)!r})"
        if type(value) in (tuple, list, set, frozenset, dict):
            return self._collection(value)
        if type(value) is np.ndarray or isinstance(value, np.generic):
            return self._array(value)
        if type(value) is functools.partial:
            return self._partial(value)
        if isinstance(value, types.ModuleType):
            return self._fresh(value, "module")
        if _is_own_function(value) or (isinstance(value, type) and _is_own(value)):
            name = str(value.__name__)
            if self._names.get(name) is not value:
                return self._fresh(value, name)
            self.write_global(name)
            return name
        if self._decorated(value):
            return self._fresh(value, "decorated")
        if tensor := self._tensor(value):
            return tensor
        if address := _address_of(value):
            home, (first, *rest) = address[0], address[1].split(".")
            alias = self._number(first)
            self._add(f"from {home} import {first} as {alias}")
            return ".".join([alias, *rest])
        return self._put_together(value)

    def _collection(self, value: Any) -> str:
        with self._deeper(value):
            if isinstance(value, dict):
                pairs = [f"{self._express(k)}: {self._express(v)}" for k, v in value.items()]
                return f"{{{', '.join(pairs)}}}"
            items = ", ".join(map(self._express, value))
            comma = "," if len(value) == 1 else ""
            forms = {
                "tuple": f"({items}{comma})",
                "list": f"[{items}]",
                "set": f"{{{items}}}" if items else "set()",
                "frozenset": f"frozenset([{items}])",
            }
            return forms[type(value).__name__]

    def _array(self, value: Any) -> str:
        array = np.asarray(value)
        if array.dtype.isbuiltin == 2 or array.dtype.hasobject:  # such as bfloat16
            return self._put_together(value)
        if array.nbytes > LARGEST_ARRAY:
            size = f"an array of {array.nbytes / 2**20:.0f} megabytes is data"
            raise self._refuse(value, f"{size}: pass it as an argument")
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        data = base64.b64encode(buffer.getvalue()).decode()
        loaded = f"_load_array({data!r})"
        self._add(
            "def _load_array(text):\n    import base64, io, numpy\n"
            "    return numpy.load(io.BytesIO(base64.b64decode(text)))"
        )
        return loaded if isinstance(value, np.ndarray) else f"{loaded}[()]"

    def _put_together(self, value: Any) -> str:
        """Any other object by its parts: who makes it, and of what."""
        if id(value) in self._made:
            return self._made[id(value)][0]
        with self._deeper(value):
            try:
                texts = [self._express(part) for part in _parts_of(value)]
            except Exception:
                raise self._refuse(value) from None
        self._add(_BUILD)
        name = self._number("made")
        self._made[id(value)] = (name, value)
        self._add(f"{name} = _build({', '.join(texts)})")
        return name

    def _tensor(self, value: Any) -> str:
        """A tensor or a variable of TensorFlow; "" for anything else."""
        tensorflow = sys.modules.get("tensorflow")
        if tensorflow is None:
            return ""
        kinds = {"constant": tensorflow.Tensor, "Variable": tensorflow.Variable}
        for name, kind in kinds.items():
            if isinstance(value, kind) and hasattr(value, "numpy"):
                self._add("import tensorflow")
                text = self._express(value.numpy())
                return f"tensorflow.{name}({text}, tensorflow.{value.dtype.name})"
        return ""

    def _partial(self, value: functools.partial[Any]) -> str:
        self._add("import functools")
        parts = [self._express(value.func), *map(self._express, value.args)]
        parts += [f"{key}={self._express(option)}" for key, option in value.keywords.items()]
        return f"functools.partial({', '.join(parts)})"

    # --- functions --------------------------------------------------------------------------------

    def _define_function(self, name: str, function: types.FunctionType) -> None:
        """Write a function under a name, whatever it was called where it was defined."""
        node = self.node_of(function)
        self._bind_uses(function)
        free = self._free_names(function)
        if isinstance(node, ast.Lambda):
            self._set_defaults(node.args, function)
            text = f"{name} = {ast.unparse(node)}"
        else:
            node.name, node.decorator_list, node.returns = name, [], None
            self._set_defaults(node.args, function)
            text = ast.unparse(node)
        if free:  # what a function has kept of the one that made it
            kept = [f"{inner} = {outer}" for inner, outer in free.items()]
            lines = "\n".join([*kept, text, f"return {name}"])
            maker = f"_make_{name}"
            indented = "\n".join(f"    {line}" for line in lines.splitlines())
            text = f"def {maker}():\n{indented}\n\n{name} = {maker}()"
        self._add(text)
        for attribute, value in vars(function).items():
            if attribute != "__wrapped__":  # what functools.wraps leaves, and nobody asks for
                self._set(name, attribute, value)

    def _set(self, name: str, attribute: str, value: Any) -> None:
        with self._within(f"{name}.{attribute}"):
            self._add(f"{name}.{attribute} = {self._express(value)}")

    def _bind_uses(self, function: types.FunctionType) -> None:
        """Write down what a function looks up outside of itself."""
        for used in _globals_used_by(function.__code__):
            self.write_global(used)
            self._import_submodules(self._names.get(used), function.__code__)

    def _import_submodules(self, value: Any, code: types.CodeType) -> None:
        """`scipy.ndimage` is there only once somebody has imported it, not by `import scipy`."""
        if not isinstance(value, types.ModuleType):
            return
        for attribute in _attributes_in(code):
            full = f"{value.__name__}.{attribute}"
            if getattr(sys.modules.get(full), "__name__", "") == full:
                self._add(f"import {full}")

    def _free_names(self, function: types.FunctionType) -> dict[str, str]:
        """The variables that a function has kept of the one that made it, and names for them."""
        kept = {}
        for name, cell in zip(
            function.__code__.co_freevars, function.__closure__ or (), strict=True
        ):
            try:
                value = cell.cell_contents
            except ValueError:  # never assigned
                continue
            if value is function:  # it calls itself; inside the maker that is its own name
                raise self._refuse(function, "it calls itself by a name of another function")
            with self._within(name):
                kept[name] = self._express(value)
        return kept

    def _set_defaults(self, args: ast.arguments, function: types.FunctionType) -> None:
        """Defaults are what they were when the function was made; annotations say nothing."""
        values = function.__defaults__ or ()
        args.defaults = [self._default(value) for value in values]
        named = function.__kwdefaults__ or {}
        args.kw_defaults = [
            self._default(named[arg.arg]) if arg.arg in named else None for arg in args.kwonlyargs
        ]
        every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
        for arg in filter(None, every):
            arg.annotation = None

    def _default(self, value: Any) -> ast.expr:
        with self._within("a default"):
            text = self._express(value)
        return ast.parse(text, mode="eval").body

    def _decorated(self, value: Any) -> tuple[types.FunctionType, str] | None:
        """The function inside what a library's decorator has made of it, and a call that does so.

        The call is empty if the decorator stands above the function.
        """
        inner = getattr(value, "python_function", None) or getattr(value, "__wrapped__", None)
        if inner is None or isinstance(value, type) or not callable(value):
            return None
        if not _is_own_function(inner):
            return None
        with suppress(CannotCrossError):
            if getattr(self.node_of(inner), "decorator_list", []):
                return inner, ""
        if hasattr(value, "python_function"):
            options = f"autograph={getattr(value, '_autograph', True)!r}"
            made = f"__import__('tensorflow').function, {options}"
            return inner, f"__import__('functools').partial({made})"
        home = _address_of(_maker_of(value))
        if home is None:
            return None
        return inner, f"__import__({home[0]!r}, fromlist=['_']).{home[1]}"

    def _define_decorated(self, name: str, inner: types.FunctionType, call: str) -> None:
        if call:
            self._add(f"{name} = {call}({self._fresh(inner, inner.__name__)})")
            return
        node = self.node_of(inner)
        self._bind_uses(inner)
        if self._free_names(inner):
            raise self._refuse(inner, "it is decorated inside of another function")
        for decorator in node.decorator_list:
            for used in _names_in(decorator):
                self.write_global(used)
        node.name, node.returns = name, None
        self._set_defaults(node.args, inner)
        self._add(ast.unparse(node))

    # --- sources ----------------------------------------------------------------------------------

    def node_of(self, function: types.FunctionType) -> Any:
        """The definition of a function, from the source that IPython keeps of its cell."""
        code = function.__code__
        found = [node for text in self._texts_of(code) for node in _definitions(text, code)]
        if not found:
            raise self._refuse(function, "the cell in which it was defined is not known: run it")
        if len({ast.dump(node) for node in found}) > 1:
            raise self._refuse(function, "its line holds several functions: give each its own")
        return found[0]

    def _texts_of(self, code: types.CodeType) -> Iterator[str]:
        lines = linecache.getlines(code.co_filename)
        if lines:
            yield "".join(lines)
            return
        # Below %%time a cell is run under no name of its own: the last one that compiles to just
        # this function is the one.
        for cell in reversed(self._cells):
            first, _, body = cell.lstrip().partition("\n")
            if first.startswith("%%") and (first[2:].split() or [""])[0] in PYTHON_MAGICS:
                text = without_magic(re.sub(r"\A(\s*\n)+", "", body))  # as IPython does
                if any(one == code for one in _codes_in(text)):
                    yield text
                    return

    def _define_class(self, name: str, value: type) -> None:
        fields = getattr(value, "_fields", None)
        if issubclass(value, tuple) and fields and not hasattr(value, "__orig_bases__"):
            defaults = self._express(tuple(vars(value)["_field_defaults"].values()))
            self._add("import collections")
            made = f"collections.namedtuple({value.__name__!r}, {fields!r}, defaults={defaults})"
            self._add(f"{name} = {made}")
            return
        node = self._class_node(value)
        for used in sorted(used_by(node) - {value.__name__}):
            self.write_global(used)
        for member in filter(_has_own_lines, vars(value).values()):
            if set(member.__code__.co_freevars) - {"__class__"}:
                raise self._refuse(value, "its class was made in a function: make it in a cell")
            self._bind_uses(member)
        node.name = name
        self._add(ast.unparse(node))
        self._set_what_has_changed(name, value)

    def _set_what_has_changed(self, name: str, value: type) -> None:
        """Write down what a class holds by now, where its definition may have said otherwise."""
        if issubclass(value, enum.Enum):
            return  # nobody can change it
        for key, member in list(vars(value).items()):
            if key.startswith("__"):
                continue
            is_in_the_definition = str(getattr(member, "__qualname__", "")).startswith(
                f"{value.__qualname__}."
            )
            if _has_own_lines(member) and not is_in_the_definition:
                self._set(name, key, member)
            elif type(member) in (*PLAIN, float, tuple, list, set, frozenset, dict, np.ndarray):
                with suppress(CannotCrossError):  # then it is what the definition says
                    self._set(name, key, member)

    def _class_node(self, value: type) -> ast.ClassDef:
        codes = [one.__code__ for one in vars(value).values() if _has_own_lines(one)]
        texts = ["".join(linecache.getlines(code.co_filename)) for code in codes]
        texts += [without_magic(cell) for cell in reversed(self._cells)]
        for text in texts:
            with suppress(SyntaxError, ValueError):
                found = [
                    node
                    for node in ast.walk(ast.parse(text))
                    if isinstance(node, ast.ClassDef) and node.name == value.__name__
                ]
                found.sort(key=lambda node: (_is_around(node, codes), node.lineno))
                if found:
                    return found[-1]
        raise self._refuse(value, "the cell in which it was defined is not known: run it")


def _is_own(value: Any) -> bool:
    """Whether a class was made in the notebook."""
    return getattr(value, "__module__", "") == "__main__"


def _is_own_function(value: Any) -> TypeGuard[types.FunctionType]:
    """Whether a function's own lines stand in the notebook, not those of a library's wrapper."""
    if not isinstance(value, types.FunctionType):
        return False
    return value.__globals__.get("__name__") in ("__main__", None)  # None below %run


def _has_own_lines(value: Any) -> TypeGuard[types.FunctionType]:
    """Whether a method was written by somebody, and not by `dataclasses`."""
    return _is_own_function(value) and value.__code__.co_filename != "<string>"


def _is_pythons_own(name: str, value: Any) -> bool:
    """Whether a name means what it means in any module, also where IPython has dressed it up.

    A notebook can give another meaning to `max`; and IPython adds `display` to what is built in.
    """
    built_in = getattr(builtins, name, _NOTHING)
    if value is built_in:
        return not isinstance(value, types.FunctionType)
    return built_in is not _NOTHING and getattr(value, "__wrapped__", None) is built_in


def _parts_of(value: Any) -> list[Any]:
    """What makes an object, of what, its state, and what it lists and maps.

    Raises:
        TypeError: if it has no parts to be taken into, or is of a library whose objects hold more.
    """
    reduce = copyreg.dispatch_table.get(type(value))
    reduced = reduce(value) if reduce else value.__reduce_ex__(4)
    if not isinstance(reduced, tuple):
        raise TypeError("it is known by its name only")
    make, args, state, items, pairs, *_ = (*reduced, None, None, None)
    homes = {_library_of(type(value)), _library_of(make)}
    is_left_to_python = make in (copyreg.__newobj__, copyreg.__newobj_ex__)  # type: ignore[attr-defined]
    if not homes <= APART or ("tensorflow" in homes and is_left_to_python):
        raise TypeError("nobody says that its parts are all of it")
    return [make, args, state, list(items or ()), list(pairs or ())]


def _library_of(value: Any) -> str:
    return str(getattr(value, "__module__", None) or "builtins").partition(".")[0]


def _globals_used_by(code: types.CodeType) -> list[str]:
    """The names that a function, and the functions in it, look up outside."""
    used = {
        str(one.argval): None
        for one in dis.get_instructions(code)
        if one.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            used |= dict.fromkeys(_globals_used_by(inner))
    return list(used)


def _attributes_in(code: types.CodeType) -> set[str]:
    inner = [_attributes_in(one) for one in code.co_consts if isinstance(one, types.CodeType)]
    return set(code.co_names).union(*inner)


def _names_in(node: ast.AST) -> list[str]:
    return list(dict.fromkeys(one.id for one in ast.walk(node) if isinstance(one, ast.Name)))


def _is_around(node: ast.ClassDef, codes: list[types.CodeType]) -> bool:
    last = node.end_lineno or node.lineno
    return any(node.lineno <= code.co_firstlineno <= last for code in codes)


def _codes_in(text: str) -> Iterator[types.CodeType]:
    """All functions' code that a text compiles to."""
    try:
        waiting = [compile(ast.parse(text), "<cell>", "exec")]
    except (SyntaxError, ValueError):
        return
    while waiting:
        code = waiting.pop()
        yield code
        waiting += [one for one in code.co_consts if isinstance(one, types.CodeType)]


def _definitions(text: str, code: types.CodeType) -> Iterator[Any]:
    """The definitions in a text that may have been compiled to some code, anew each time."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name):
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                if name == code.co_name and first == code.co_firstlineno:
                    yield node
            case ast.Lambda() if code.co_name == "<lambda>" and node.lineno == code.co_firstlineno:
                names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
                if names == list(code.co_varnames[: code.co_argcount]):
                    yield node


def _maker_of(value: Any) -> Any:
    """The library's function that has made a wrapper: `compiled` of `compiled.<locals>.call`."""
    code = getattr(value, "__code__", None)
    made_in = getattr(code, "co_qualname", "").partition(".<locals>")[0]
    home = getattr(value, "__globals__", {})
    return home.get(made_in)


def _address_of(value: Any) -> tuple[str, str] | None:
    """Where an object of a library can be imported from: module and dotted name; or None."""
    names = [getattr(value, "__qualname__", ""), getattr(value, "__name__", "")]
    homes = [str(getattr(value, "__module__", "") or ""), "numpy", "tensorflow"]
    for home in homes:
        module = sys.modules.get(home)
        if module is None or home == "__main__":
            continue
        for name in filter(None, names):
            found: Any = module
            for part in name.split("."):
                found = getattr(found, part, None)
            if found is value:
                return home, name
    if not any(names) or homes[0] == "__main__":
        return None  # only functions and classes are to be found by their names
    library = homes[0].partition(".")[0]
    for home, module in list(sys.modules.items()):  # under another name: np.abs is np.absolute
        if isinstance(module, types.ModuleType) and home.partition(".")[0] == library:
            for name, found in list(vars(module).items()):
                if found is value:
                    return home, name
    return None
