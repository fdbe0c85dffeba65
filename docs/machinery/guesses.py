"""What of an answer's code computes the number that a reader's guess is put beside.

A notebook to work in leaves the answers out. But a guess wants something to be compared with: so
the lines that lead to `computed(...)`, and no others, go into a cell of their own.
"""

import ast
from collections.abc import Iterable, Iterator

CELL = """\
# @title Your guess
guess = ""  # between the quotation marks; then run this cell
{lines}
computed({answer}, guess)"""

Statement = tuple[ast.stmt, str]
"""A statement, and its text."""


def cell_for_guess(answers: Iterable[str]) -> str:
    """The code of a cell that shows a guess beside what is computed for it.

    Args:
        answers: the code of the answers' cells, up to the one that says what was computed.

    Returns:
        The cell's code; "" if nothing says what was computed.
    """
    statements = [one for source in answers for one in _statements(source)]
    place = next((i for i, one in enumerate(statements) if _answer(one)), None)
    if place is None:
        return ""
    answer = _answer(statements[place])
    lines = "\n".join(_leading_to(answer, statements[:place]))
    return CELL.format(lines=lines, answer=answer).replace("\n\n", "\n")


def _statements(source: str) -> Iterator[Statement]:
    for statement in ast.parse(source).body:
        yield statement, ast.get_source_segment(source, statement) or ""


def _answer(statement: Statement) -> str:
    """What is said to be computed; "" if the statement says nothing of it."""
    match statement[0]:
        case ast.Expr(value=ast.Call(func=ast.Name(id="computed"), args=[said])):
            return ast.unparse(said)
    return ""


def _leading_to(answer: str, statements: list[Statement]) -> list[str]:
    """The texts of the statements that an expression depends on, in their order."""
    at_last, kept = _used(ast.parse(answer)), list[Statement]()
    while True:
        wanted, found = set(at_last), list[Statement]()
        for statement, text in reversed(statements):
            if _changed(statement) & wanted:
                wanted = (wanted - _made_anew(statement)) | _used(statement)
                found.append((statement, text))
        if len(found) == len(kept):
            return [text for _, text in reversed(found)]
        kept = found
        # A function looks for its names when it is called: what it uses may come after it.
        functions = (one for one, _ in found if isinstance(one, ast.FunctionDef))
        at_last |= {name for one in functions for name in _used(one)}


def _used(node: ast.AST) -> set[str]:
    """The names that are looked at, but for those that are given a value inside before that."""
    match node:
        case ast.For(target=target, iter=values, body=body):
            return _used(values) | (_used_in_order(body) - _names(target))
        case ast.FunctionDef(args=arguments, body=body):
            given = {one.arg for one in ast.walk(arguments) if isinstance(one, ast.arg)}
            return _used_in_order(body) - given
        case ast.If(test=test, body=body, orelse=other):
            return _used(test) | _used_in_order(body) | _used_in_order(other)
    own = {
        name
        for part in ast.walk(node)
        if isinstance(part, ast.comprehension)
        for name in _names(part.target)
    }
    loads = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and not _is_set(one)}
    return loads - own


def _used_in_order(statements: list[ast.stmt]) -> set[str]:
    used: set[str] = set()
    known: set[str] = set()
    for statement in statements:
        used |= _used(statement) - known
        known |= _made_anew(statement)
    return used


def _names(target: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(target) if isinstance(one, ast.Name)}


def _made_anew(statement: ast.stmt) -> set[str]:
    """The names that mean nothing else from here on, whatever they have meant before."""
    match statement:
        case ast.Assign(targets=targets):
            names = [one for target in targets for one in ast.walk(target)]
            return {one.id for one in names if isinstance(one, ast.Name) and _is_set(one)}
        case ast.FunctionDef(name=name):
            return {name}
    return set()


def _is_set(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


FILLING = ("append", "extend", "update", "add", "insert")
"""Methods by which something is put into a list, a dictionary or a set."""


def _changed(statement: ast.stmt) -> set[str]:
    """The names to which a statement gives something, also to a part or by a method."""
    found: set[str] = set()
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.FunctionDef(name=name):
                found.add(name)
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                found.add(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)):
                found |= {name} if method in FILLING else set()
            case ast.alias(name=name, asname=other):
                found.add(other or name)
    return found
