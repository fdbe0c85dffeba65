"""Every citation has its work, every work is cited, and leads to where it can be read."""

import re
from pathlib import Path

import pytest

from course.classroom.chapters import without_answers
from docs.machinery.citations import cited, entry, link, names, page_of_all, with_citations, works
from tests.docs.sources import CHAPTERS, DOCS, chapter

PAGES = sorted(path for path in DOCS.glob("*.*") if path.suffix in (".py", ".md"))


def text_of(path: Path) -> str:
    """A page's Markdown; of a chapter, that in its Markdown cells."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return text
    cells = re.split(r"^# %%", text, flags=re.M)
    return "\n\n".join(
        re.sub(r"^# ?", "", cell.partition("\n")[2], flags=re.M)
        for cell in cells
        if cell.startswith(" [markdown]")
    )


# --- the works ------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", works())
def test_a_work_has_a_doi_or_says_why_not(key: str) -> None:
    work = works()[key]
    needed, allowed = {"authors", "title", "venue"}, {"doi", "url", "note"}
    assert needed <= set(work) <= needed | allowed
    assert ("doi" in work) != ("note" in work)
    assert re.fullmatch(r"10\.\d{4,5}/\S+", work.get("doi", "10.1234/x"))
    assert re.fullmatch(r"[a-z]+\d{4}[a-z]?", key)
    first = names(key).split()[0].lower()
    assert key.startswith(re.sub(r"[^a-z]", "", first))


def test_no_work_is_listed_twice() -> None:
    dois = [work["doi"] for work in works().values() if "doi" in work]
    assert len(dois) == len(set(dois))


def test_every_work_is_cited_and_every_citation_has_its_work() -> None:
    assert set().union(*(cited(text_of(path)) for path in PAGES)) == set(works())


# --- the pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_lists_what_it_cites(name: str) -> None:
    text = text_of(DOCS / f"{name}.py")
    (listed,) = re.findall(r"^\{\{ references ([^}]*) \}\}$", text, re.M)
    assert set(listed.split()) == cited(text)
    assert listed.split() == sorted(listed.split())


@pytest.mark.parametrize("name", CHAPTERS)
def test_chapters_are_built_alike(name: str) -> None:
    parts = ["What is asked", "Questions", "What you know now", "Try this", "Read more"]
    headings = re.findall(r"^# ## (.*?)(?: \{.*)?$", chapter(name), re.M)
    assert [heading for heading in headings if heading in parts] == parts
    assert headings[-4:] == parts[1:]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_work_is_named_by_hand(path: Path) -> None:
    text = text_of(path)
    assert not re.search(r"arxiv|doi\.org|doi:", text, re.I)
    assert not re.search(r"et al\.|\(\w+(?: and \w+)?, (?:19|20)\d\d\)", text)


# --- how they are shown ---------------------------------------------------------------------------


def test_in_text_and_in_brackets() -> None:
    made = with_citations("@olah2017 and others [@rudin1992; @zeiler2014].")
    assert made == (
        '[Olah et al. (2017)](references.md#olah2017 "Feature visualization") and others '
        "([Rudin et al., 1992](references.md#rudin1992 "
        '"Nonlinear total variation based noise removal algorithms"); '
        "[Zeiler and Fergus, 2014](references.md#zeiler2014 "
        '"Visualizing and understanding convolutional networks")).'
    )


def test_a_citation_leads_to_the_pages_own_list() -> None:
    made = with_citations("[@olah2017]\n\n{{ references rudin1992\nolah2017 }}\n")
    assert "(#ref-olah2017 " in made
    assert made.index('id="ref-olah2017"') < made.index('id="ref-rudin1992"')
    assert "[doi:10.1016/0167-2789(92)90242-F]" in made
    assert "(https://doi.org/10.1016/0167-2789%2892%2990242-F)" in made


def test_away_from_the_site_links_lead_to_the_works() -> None:
    made = with_citations("[@olah2017] @erhan2009\n\n{{ references olah2017 }}", away=True)
    assert made.startswith("([Olah et al., 2017](https://doi.org/10.23915/distill.00007 ")
    assert " Erhan et al. (2009)\n" in made
    assert "<span" not in made
    assert "references.md" not in made


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_students_edition_has_whole_citations(name: str) -> None:
    text = with_citations(without_answers(chapter(name)), away=True)
    assert "](https://doi.org/10." in text
    assert not re.search(r"\[@|\{\{|references\.md", text)


def test_code_and_addresses_are_left_alone() -> None:
    indented, fenced = "    ```python\n    @olah2017\n    ```", "```\n[@olah2017]\n```"
    text = f"`@olah2017`, a@olah2017\n\n{indented}\n\n{fenced}\n"
    assert with_citations(text) == text
    assert cited(text) == set()


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(LookupError, match="nobody1999"):
        with_citations("[@nobody1999]")


def test_the_page_of_all_says_where_a_work_is_cited() -> None:
    everything = {"saliency.md": set(works())}
    text = page_of_all(everything, {"saliency.md": "1.1 Saliency"})
    assert text.count("Cited in [1.1 Saliency](saliency.md).") == len(works())
    for key in works():
        assert f'<span id="{key}"></span>{entry(key)}' in text
        assert link(key) or works()[key]["note"]
