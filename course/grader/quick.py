"""Which statements of a notebook may be run again: those that cannot take long.

A notebook's constants are computed, `K = np.log(2)`, and its functions are made by others,
`smooth = blur_by(2.0)`; its networks are trained for an hour, by statements that look alike. What
decides is who is called: Python, NumPy, TensorFlow's own functions, and the notebook's functions
that call nothing else. Where a value comes from anything slower, it is slow as well.
"""

import ast
import builtins
import sys
from collections.abc import Iterable, Iterator

LIBRARIES = (sys.stdlib_module_names | {"numpy", "scipy", "tensorflow", "builtins"}) - {
    *("asyncio", "http", "multiprocessing", "socket", "subprocess", "time", "urllib", "webbrowser")
}
"""The libraries whose functions are quick."""

ASKING = {f"builtins.{name}" for name in ("breakpoint", "eval", "exec", "help", "input", "open")}
"""What is built in and asks a person, or does whatever it is told."""

_HOLDS_OTHERS = (ast.If, ast.With, ast.Try)
_IS_HARMLESS = (ast.Pass, ast.Break, ast.Continue, ast.Raise, ast.Assert, ast.Global)
_DEFINES = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def quick_statements(nodes: list[ast.stmt]) -> list[ast.stmt]:
    """Those of a notebook's statements that define something, and cost nothing.

    Of a condition, a `with` and a `try` it may be a part.

    Args:
        nodes: the statements of all cells, in their order.
    """
    judge = _Judge(nodes)
    kept: list[ast.stmt] = []
    for node in nodes:
        parts = list(judge.parts(node))
        kept += parts
        judge.note(node, parts)
    return kept


class _Judge:
    """Knows what the names of a notebook mean, as far as that tells how long a call takes."""

    def __init__(self, nodes: list[ast.stmt]) -> None:
        self._places: dict[str, str] = {}  # what is imported, by the name that it has here
        self._made: dict[str, ast.AST] = {}  # functions and classes
        self._values: set[str] = set()  # that a quick statement has computed
        self._slow: set[str] = set()
        self._verdicts: dict[ast.AST, bool] = {}
        for outer in nodes:
            for node in ast.walk(outer):
                match node:
                    case ast.Import(names=names):
                        self._places |= {
                            one.asname or one.name.partition(".")[0]: one.name for one in names
                        }
                    case ast.ImportFrom(module=module, names=names):
                        self._places |= {
                            one.asname or one.name: f"{module}.{one.name}" for one in names
                        }
                    case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                        self._made[name] = node
                    case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as made):
                        self._made[name] = made

    def note(self, node: ast.stmt, parts: list[ast.stmt]) -> None:
        """Remember what is quick to be had, once a statement has been judged."""
        stored = _stored(executed(node))
        kept = _stored(one for part in parts for one in executed(part))
        self._values |= kept
        self._slow -= kept
        self._slow |= stored - kept

    def parts(self, node: ast.stmt) -> Iterator[ast.stmt]:
        """A statement, or those in it, that may be run."""
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            return  # it has to stand at a file's top, and does already
        if isinstance(node, _DEFINES) or (self._binds(node) and self._is_quick(node)):
            yield node
        elif isinstance(node, _HOLDS_OTHERS):
            # A definition in there is one of the notebook's; what decides over it is not run.
            for inner in node.body:
                yield from self.parts(inner)

    def _binds(self, node: ast.stmt) -> bool:
        """Whether a statement gives a name a meaning, or changes what a name means."""
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute() as called)):
                root = root_of(called)  # of the notebook's, not a library's
                return root in self._values and root not in self._places
            case ast.Expr():
                return any(isinstance(one, ast.NamedExpr) for one in ast.walk(node))
        return not isinstance(node, (*_IS_HARMLESS, ast.Delete, ast.Return))

    def _is_quick(self, node: ast.AST, own: frozenset[str] = frozenset()) -> bool:
        """Whether nothing in a statement or an expression takes long.

        Args:
            node: what is run.
            own: the names that mean something else inside of the function in which it stands.
        """
        for one in executed(node):
            match one:
                case ast.Call() if not self._is_quick_call(one, own):
                    return False
                case ast.Name(id=name, ctx=ast.Load()) if name in self._slow and name not in own:
                    return False
                case ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                    return False
        return True

    def _is_quick_call(self, call: ast.Call, own: frozenset[str]) -> bool:
        if self._makes_of_a_function(call):
            return True
        root, *names = _names(call.func)
        if root in own:
            return bool(names)  # a method of what a function was given; not a function to be called
        if not names and root in self._made:
            return self._is_quick_inside(self._made[root])
        if root in self._places or not names:
            where = [*self._places.get(root, f"builtins.{root}").split("."), *names]
            is_known = root in self._places or hasattr(builtins, root) or not root
            is_value = root in self._values and root not in self._places
            is_quick = where[0] in LIBRARIES and ".".join(where) not in ASKING
            return is_value or (is_known and is_quick and "keras" not in where)
        # A method of a value. If it is one of the notebook's own, that decides.
        made = self._made.get(names[-1])
        return made is None or self._is_quick_inside(made)

    def _makes_of_a_function(self, call: ast.Call) -> bool:
        """Such as `tf.function(step)` or `functools.partial(blur, sigma=1.0)`."""
        match call.args:
            case [ast.Lambda(), *_]:
                return True
            case [ast.Name(id=name), *_]:
                return name in self._made and not isinstance(self._made[name], ast.ClassDef)
        return False

    def _is_quick_inside(self, made: ast.AST) -> bool:
        """Whether calling one of the notebook's functions or classes takes no time."""
        if made not in self._verdicts:
            self._verdicts[made] = True  # meanwhile: a function that calls itself is what it is
            self._verdicts[made] = self._judge_inside(made)
        return self._verdicts[made]

    def _judge_inside(self, made: ast.AST) -> bool:
        match made:
            case ast.Lambda(args=args, body=body):
                return self._is_quick(body, _arguments(args))
            case ast.FunctionDef(args=args, body=statements):
                stored = _stored(one for inner in statements for one in executed(inner))
                own = _arguments(args) | (stored - self._made.keys())
                return all(self._is_quick(inner, own) for inner in statements)
            case ast.ClassDef(bases=bases, body=members):
                roots = [
                    self._places.get(name, name) for base in bases for name in _names(base)[:1]
                ]
                if any("keras" in root.split(".") for root in roots):
                    return False
                return all(
                    self._is_quick_inside(member)
                    for member in members
                    if isinstance(member, ast.FunctionDef)
                    and member.name in ("__new__", "__init__", "__post_init__")
                )
        return False


def executed(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a statement that are run with it: not the insides of functions."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        match one:
            case ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args):
                waiting += [*one.decorator_list, *args.defaults, *filter(None, args.kw_defaults)]
            case ast.Lambda(args=args):
                waiting += [*args.defaults, *filter(None, args.kw_defaults)]
            case _:
                waiting += ast.iter_child_nodes(one)


def _stored(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that are given a meaning there."""
    names: set[str] = set()
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.alias(name=name, asname=alias):
                names.add(alias or name.partition(".")[0])
    return names


def _arguments(args: ast.arguments) -> frozenset[str]:
    return frozenset(one.arg for one in ast.walk(args) if isinstance(one, ast.arg))


def _names(node: ast.AST) -> list[str]:
    """`a.b.c` as a list; it begins with nothing where something else than a name stands there."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [node.id if isinstance(node, ast.Name) else "", *reversed(names)]


def root_of(node: ast.AST) -> str:
    """The name whose object an attribute or a part belongs to; empty if there is none."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
