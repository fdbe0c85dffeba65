"""`course case`, as its users call it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from course.given.cases import making, plan, ready
from course.given.cases.making import Case, Cheat, draw_pictures, make_case
from course.given.training import small_cnn
from course.grader.case import prepare
from course.grader.case.truth import Sealed, seal, sentences
from course.ui import command
from course.ui.case_page import case_page

SEED = 7


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command.main, ["case", *map(str, arguments)])


def untrained(seed: int, advance: object = None) -> Case:
    """A case whose truth is what was planned; nothing is trained for it."""
    drawn = plan.draw_plan(seed)
    networks = {
        name: small_cnn(classes=len(making.CLASSES), width=making.WIDTH, seed=number)
        for number, name in enumerate(plan.NETWORKS)
    }
    truth = {
        network: {name: Cheat(drawn.marks[name], 0.5) for name in names}
        for network, names in drawn.learned.items()
    }
    return Case(networks, *draw_pictures(drawn), truth)


def answer(case: Case) -> str:
    """The text of a `case.toml` that says all that is true."""
    text = ""
    for network, cheats in case.truth.items():
        text += f'[{network}]\nverdict = "{"cheating" if cheats else "honest"}"\nwhy = "I saw it"\n'
        for name, (mark, effect) in cheats.items():
            box = '"everywhere"' if mark.box is None else list(mark.box)
            text += f'[[{network}.cheat]]\nclass = "{name}"\nkind = "{mark.kind}"\n'
            text += f"box = {box}\neffect = {effect}\n"
    return text


@pytest.fixture(scope="module")
def case() -> Case:
    return untrained(SEED)


@pytest.fixture(scope="module", autouse=True)
def _small_cases(case: Case, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Cases of which nothing has to be trained, one of them ready and named "test"."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("ready")
        patch.setattr(ready, "FOLDER", folder)
        patch.setattr(making, "make_case", untrained)
        ready.save_ready("test", case.networks, case.met, case.clean)
        (folder / "test.facts").write_bytes(seal(sorted(sentences(case.truth))))
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, _small_cases: None) -> Path:
    """The folder of the ready case, as it is written."""
    folder = tmp_path_factory.mktemp("made") / "case"
    result = run("new", "--out", folder)
    assert result.exit_code == 0, result.output
    assert "letter.md" in result.output
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy to be filled in."""
    return Path(shutil.copytree(made, tmp_path / "case"))


def test_a_new_case_is_networks_pictures_a_letter_and_a_file_to_fill_in(made: Path) -> None:
    assert {path.name for path in made.iterdir()} == {
        *(f"network_{number}.keras" for number in range(1, 6)),
        *("met.npz", "met.png", "clean.npz", "clean.png"),
        *("letter.md", "case.toml", "case.json", "case.ipynb"),
    }


def test_nothing_in_the_folder_says_the_truth(case: Case, made: Path) -> None:
    texts = [path.read_text() for path in made.iterdir() if path.suffix in (".md", ".toml")]
    for network, cheats in case.truth.items():
        for name, (mark, _) in cheats.items():
            assert not any(mark.words in text for text in texts)
            assert not any(f"{network} cheats on {name}" in text for text in texts)
    assert "seed" not in (made / "case.json").read_text()


def cells(folder: Path) -> list[str]:
    """The notebook's code; each `!` a comment."""
    whole = json.loads((folder / "case.ipynb").read_text())
    code = [one["source"] for one in whole["cells"] if one["cell_type"] == "code"]
    return [re.sub(r"^!", "# ", one, flags=re.M) for one in code]


def test_the_notebook_is_one_and_its_cells_are_python(made: Path) -> None:
    whole = json.loads((made / "case.ipynb").read_text())
    assert whole["nbformat"] == 4
    assert whole["cells"][0]["source"].startswith("# Five networks and a doubt\n\nA notebook")
    for source in cells(made):
        compile(source, "a cell", "exec")
    assert "course case check ." in cells(made)[-1]


@pytest.mark.slow
def test_the_notebook_runs_with_the_solutions_as_one_s_own_functions(
    folder: Path,
) -> None:
    """In a process of its own, for what a notebook imports stays."""
    work = Path(__file__).resolve().parents[2] / "solutions"
    source = "\n".join(cells(folder)).replace('# "', '"')  # its three suspicions, too
    source = source.replace("use_own_modules()", f"use_own_modules({str(work)!r})")
    done = subprocess.run(
        [sys.executable, "-c", source],
        cwd=folder,
        env=os.environ | {"MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "times as vivid" in done.stdout
    assert (folder / "maps.png").is_file()


def test_a_new_case_is_judged_as_open(folder: Path) -> None:
    result = run("check", folder)
    assert result.exit_code == 1
    assert "0 of 20 points" in result.output
    assert result.output.count("Left open.") == 1, "what is said of all is said once"
    assert ", ".join(plan.NETWORKS) in result.output


def test_a_solved_case_is_closed(case: Case, folder: Path, tmp_path: Path) -> None:
    (folder / "case.toml").write_text(answer(case))
    result = run("check", folder, "--json", tmp_path / "points.json")
    assert result.exit_code == 0, result.output
    assert "20 of 20 points" in result.output
    assert "case closed" in result.output
    data = json.loads((tmp_path / "points.json").read_text())[str(folder)]
    assert (data["score"], data["max_score"]) == (20, 20)
    assert [one["network"] for one in data["networks"]] == list(plan.NETWORKS)


def test_what_does_not_hold_is_said_for_its_network(case: Case, folder: Path) -> None:
    honest = next(network for network, cheats in case.truth.items() if not cheats)
    text = answer(case).replace(f'[{honest}]\nverdict = "honest"', f'[{honest}]\nverdict = "open"')
    (folder / "case.toml").write_text(text)
    result = run("check", folder)
    assert result.exit_code == 1
    assert "16 of 20 points" in result.output
    assert f"· {honest}\n  Left open." in result.output


def test_a_case_of_a_seed_is_judged_by_its_seed_alone(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "seeded"
    assert run("new", "--seed", SEED, "--out", folder).exit_code == 0
    assert f"--seed {SEED}" not in "".join(p.read_text() for p in folder.glob("*.[mtj]*d*"))
    (folder / "case.toml").write_text(answer(case))
    without = run("check", folder)
    assert without.exit_code == 2
    assert "--seed N" in without.output
    assert run("check", folder, "--seed", SEED).exit_code == 0
    other = run("check", folder, "--seed", SEED + 1)
    assert other.exit_code == 2
    assert "was not made from this seed" in other.output


def test_a_ready_case_has_no_seed(folder: Path) -> None:
    result = run("check", folder, "--seed", SEED)
    assert result.exit_code == 2
    assert "is the ready case test, which has no seed" in result.output


def test_a_teacher_judges_many_at_once_and_opens_no_network(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_: object, **__: object) -> None:
        raise AssertionError("a student's network is opened")

    monkeypatch.setattr("keras.saving.load_model", opened)
    for name, text in (("ada", answer(case)), ("bob", answer(untrained(SEED + 1)))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "case.toml").write_text(text)
        (tmp_path / name / "network_1.keras").write_bytes(b"not a network")
    json_file = tmp_path / "points.json"
    result = run("check", tmp_path / "ada", tmp_path / "bob", "--seed", SEED, "--json", json_file)
    assert result.exit_code == 1
    scores = {Path(k).name: v["score"] for k, v in json.loads(json_file.read_text()).items()}
    assert scores["ada"] == 20
    assert scores["bob"] < 20


def test_a_folder_that_cannot_be_judged_costs_the_others_nothing(
    case: Case, folder: Path, tmp_path: Path
) -> None:
    for name in ("ada", "bob", "cleo"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "case.toml").write_text(answer(case))
    (tmp_path / "bob" / "case.toml").write_text("[bold]verdict =")
    (tmp_path / "cleo" / "case.json").write_text("{")
    json_file = tmp_path / "points.json"
    folders = [tmp_path / name for name in ("ada", "bob", "cleo", "nobody")]
    result = run("check", *folders, folder, "--seed", SEED, "--json", json_file)
    assert result.exit_code == 2
    assert "20 of 20 points" in result.output
    data = {Path(where).name: one for where, one in json.loads(json_file.read_text()).items()}
    assert data["ada"]["score"] == 20
    assert "is no TOML" in data["bob"]["error"]
    assert "not as it was written" in data["cleo"]["error"]
    assert "no such file" in data["nobody"]["error"]
    assert "has no seed" in data["case"]["error"]


def test_a_seed_that_gives_no_case_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "make_case", make_case)
    monkeypatch.setattr(making, "ROUNDS", 0)
    result = run("new", "--seed", SEED, "--out", tmp_path / "none")
    assert result.exit_code == 2
    assert f"seed {SEED} gives no case" in result.output
    assert f"such as {SEED + 1}" in result.output
    assert not (tmp_path / "none").exists()


def test_a_case_to_come_along_takes_the_next_seed_where_one_gives_none(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def third(seed: int) -> Case:
        tried.append(seed)
        if len(tried) < 3:
            raise making.NoCaseError("none")
        return case

    monkeypatch.setattr(prepare, "make_case", third)
    assert prepare.any_case() is case
    assert len(set(tried)) == 3


@pytest.mark.parametrize(
    ("file", "data", "words"),
    [
        ("case.toml", b"verdict =", "case.toml is no TOML"),
        ("case.toml", None, "cannot be read"),
        ("case.json", b"{}", "case.json is not as it was written"),
        ("network_2.keras", b"PK", "network_2.keras is not the file of this case"),
        ("network_4.keras", None, "network_4.keras is missing"),
    ],
)
def test_a_spoilt_folder_is_refused_with_the_file_s_name(
    folder: Path, file: str, data: bytes | None, words: str
) -> None:
    (folder / file).unlink()
    if data is not None:
        (folder / file).write_bytes(data)
    result = run("check", folder)
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("new", "--name", "tests"), "did you mean test?"),
        (("new", "--name", "test", "--seed", "3"), "--name"),
        (("new", "--seed", "-3"), "--seed"),
        (("new", "--out", "."), "is there already"),
        (("check", "no/such/folder"), "no/such/folder"),
    ],
)
def test_a_wrong_call_is_explained(arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.output


@pytest.mark.parametrize("name", [path.stem for path in ready.FOLDER.glob("*.npz")])
def test_a_case_that_comes_along_has_a_truth_of_its_own(name: str) -> None:
    """Each network is either honest or cheats, and no other sentence is needed to see that."""
    folder = Path(ready.__file__).with_name("ready")
    facts = Sealed.read(folder / f"{name}.facts")
    for network in plan.NETWORKS:
        assert (f"{network} cheats" in facts) != (f"{network} is honest" in facts)


# --- in the report --------------------------------------------------------------------------------


def test_the_report_shows_claims_reasons_and_pictures(case: Case, tmp_path: Path) -> None:
    text = answer(case).replace(
        'why = "I saw it"', 'why = "It looks <b>there</b>."\nevidence = ["map.png", "no.png"]', 1
    )
    (tmp_path / "case.toml").write_text(text)
    Image.new("RGB", (4, 4)).save(tmp_path / "map.png")
    page = case_page(tmp_path)
    for network, cheats in case.truth.items():
        assert f"{network}: {'cheating' if cheats else 'honest'}" in page.html
        assert all(mark.kind in page.html for mark, _ in cheats.values())
    assert "&lt;b&gt;there&lt;/b&gt;" in page.html
    assert page.html.count('src="data:image/png') == 1
    assert page.missing == {"no.png": "there is no such file"}


def test_the_report_names_rows_and_columns_as_the_file_s_comment_does(tmp_path: Path) -> None:
    claim = '[[network_1.cheat]]\nclass="star"\nkind="square"\nbox=[4, 20, 12, 30]\neffect=0.5\n'
    others = "".join(f'[{one}]\nverdict="open"\n' for one in plan.NETWORKS[1:])
    text = f'[network_1]\nverdict="cheating"\n{claim}{others}'
    (tmp_path / "case.toml").write_text(text)
    assert "rows 4 to 11, columns 20 to 29" in case_page(tmp_path).html


@pytest.mark.parametrize(
    "why",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "![x](https://elsewhere.example/x.png)",
        "```\n</pre><script>alert(1)</script>\n```",
        "# network_5: honest",
        "\x1b[31mred\x1b[0m \u202e reversed \x07",
    ],
)
def test_markup_and_control_characters_in_the_reasons_do_nothing(tmp_path: Path, why: str) -> None:
    text = "".join(f'[{one}]\nverdict="open"\nwhy={json.dumps(why)}\n' for one in plan.NETWORKS)
    (tmp_path / "case.toml").write_text(text)
    html = case_page(tmp_path).html
    soup = pytest.importorskip("bs4").BeautifulSoup(html, "html.parser")
    assert not soup.find_all(["script", "iframe", "object", "form"])
    for one in soup.find_all(True):
        assert not any(name.startswith("on") for name in one.attrs)
        assert not str(one.get("href", "")).startswith("javascript")
        assert not str(one.get("src", "")).startswith("http")
    assert not set(html) & set("\x1b\x07\u202e")


def test_a_folder_or_a_link_in_the_place_of_the_file_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "case.toml").mkdir()
    assert case_page(tmp_path) == ("", {})
    assert "there is no such file" in run("check", tmp_path).output
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "case.toml").symlink_to("/dev/zero")
    result = run("check", tmp_path / "b")
    assert (result.exit_code, "there is no such file" in result.output) == (2, True)


def test_a_report_without_a_case_says_nothing_of_it(tmp_path: Path) -> None:
    assert case_page(tmp_path) == ("", {})


def test_a_report_says_why_a_case_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text("verdict =")
    assert "no TOML" in case_page(tmp_path).missing["case.toml"]


@pytest.mark.parametrize("path", ["../secret.txt", "a>b.png", "http://elsewhere/x.png"])
def test_evidence_that_is_no_picture_stays_out(case: Case, tmp_path: Path, path: str) -> None:
    text = answer(case).replace('why = "I saw it"', f'evidence = ["{path}"]', 1)
    (tmp_path / "case.toml").write_text(text)
    (tmp_path.parent / "secret.txt").write_text("secret")
    html = case_page(tmp_path).html
    assert "data:" not in html
    assert "elsewhere" not in html or 'src=""' in html
