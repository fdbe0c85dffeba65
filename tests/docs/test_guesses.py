"""The cell of a notebook that puts a guess beside what is computed."""

import numpy as np

from docs.machinery.guesses import cell_for_guess

ANSWERS = [
    """
rows = [1, 2]
table(["a"], rows)
""",
    """
sizes, rows = {}, []
for name, maps in found.items():
    largest = maps.max()
    sizes[name] = largest
    rows.append(name)
total = sum(sizes.values())
unused = total + 1
show(total)
computed(f"{total:.1f}")
""",
]


def test_it_holds_what_leads_to_the_number_and_nothing_else() -> None:
    cell = cell_for_guess(ANSWERS)
    assert "sizes[name] = largest" in cell
    assert "total = sum(sizes.values())" in cell
    for other in ("unused", "show", "table", "rows = [1, 2]"):
        assert other not in cell


def test_a_guess_goes_in_first_and_comes_out_beside_the_number() -> None:
    said: list[tuple[str, str]] = []
    cell = cell_for_guess(ANSWERS).replace('guess = ""', 'guess = "7"')
    found = {"a": np.array([1, 3]), "b": np.array([4, 2])}
    exec(cell, {"found": found, "computed": lambda *both: said.append(both)})
    assert said == [("7.0", "7")]


def test_without_a_number_there_is_no_cell() -> None:
    assert cell_for_guess(["total = 1"]) == ""
