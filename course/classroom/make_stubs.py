"""Make the stubs in `course/` from `solutions/`: the same files with the bodies taken out.

    python -m course.classroom.make_stubs            those that are missing or still untouched
    python -m course.classroom.make_stubs --check    exits 1 if a stub differs from its solution
    python -m course.classroom.make_stubs --force    all of them, over a student's work too

Kept are the module docstring, the imports, and every public function with its signature and
docstring. Left out are bodies, decorators and private helpers.
"""

import ast
import sys
from pathlib import Path

from course.given.modules import MODULES
from course.grader.places import PACKAGE, SOLUTIONS
from course.grader.sources import is_stub

SOLUTION_FILES = sorted(path for path in SOLUTIONS.glob("*.py") if path.stem != "__init__")


def public_functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """The functions of a module that a student writes, in their order."""
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def stub_of(function: ast.FunctionDef, source: str, module: str) -> str:
    """One function as a stub: the lines from `def` to the end of its docstring, then the error."""
    documented = function.body[0]
    head = source.splitlines()[function.lineno - 1 : documented.end_lineno]
    return "\n".join([*head, f'    raise NotImplementedError("{module}.{function.name}")'])


def make_stubs(source: str, module: str) -> str:
    """The text of a stub module, from the text of its solution."""
    tree = ast.parse(source)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    top = "\n".join(source.splitlines()[: imports[-1].end_lineno])
    stubs = [stub_of(function, source, module) for function in public_functions(tree)]
    return "\n\n\n".join([top, *stubs]) + "\n"


def fresh_stubs() -> dict[str, str]:
    """The text of every stub module by its name, whatever a student has written meanwhile.

    An installed course has no solutions: there the stubs are taken as they were installed.
    """
    if SOLUTION_FILES:
        texts = {path.stem: path.read_text(encoding="utf-8") for path in SOLUTION_FILES}
        return {module: make_stubs(text, module) for module, text in texts.items()}
    return {module: (PACKAGE / f"{module}.py").read_text(encoding="utf-8") for module in MODULES}


def is_untouched(path: Path) -> bool:
    """Whether a file of stubs holds nothing that a student has written: every body only raises."""
    functions = public_functions(ast.parse(path.read_text(encoding="utf-8")))
    return all(is_stub(function) for function in functions)


def main(arguments: list[str]) -> int:
    """Write or check all stubs; returns the exit code."""
    drifted = 0
    for solution in SOLUTION_FILES:
        stub = PACKAGE / solution.name
        text = make_stubs(solution.read_text(encoding="utf-8"), solution.stem)
        if stub.exists() and stub.read_text(encoding="utf-8") == text:
            continue
        if "--check" in arguments:
            print(f"course/{stub.name} has drifted from solutions/{solution.name}")
            drifted = 1
        elif "--force" in arguments or not stub.exists() or is_untouched(stub):
            stub.write_text(text, encoding="utf-8")
            print(f"wrote course/{stub.name}")
        else:
            print(f"course/{stub.name} holds work of a student: left as it is (see --force)")
    return drifted


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
