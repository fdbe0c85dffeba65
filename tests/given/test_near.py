"""Near names: what an error suggests instead of a name that does not exist."""

from course.given.near import near, suggest

CATS = ["tiger cat", "Egyptian cat", "crate", "coast", "catamaran"]


def test_a_misspelt_name_leads_to_the_right_one() -> None:
    assert near("cofee", ["camera", "coffee"]) == ["coffee"]
    assert near("COFFE", ["camera", "Coffee"]) == ["Coffee"]


def test_names_that_hold_the_word_come_before_those_that_are_spelt_alike() -> None:
    assert near("cat", CATS)[:2] == ["tiger cat", "Egyptian cat"]
    assert "catamaran" not in near("cat", CATS)[:2]


def test_no_name_is_near_nothing() -> None:
    assert near("", CATS) == near("zzz", CATS) == []


def test_signs_mean_themselves() -> None:
    assert near("a(b", ["a(b c", "wholly different"]) == ["a(b c"]


def test_where_nothing_is_near_all_of_a_few_are_listed() -> None:
    assert suggest("cofee", ["camera", "coffee"]) == "did you mean coffee?"
    assert suggest("zzz", ["camera", "coffee"]) == "there are camera, coffee"
    many = [f"name {number}" for number in range(100)]
    assert suggest("zzz", many) == "there are name 0, name 1, name 2, name 3, ... (100 in all)"


def test_a_word_of_a_name_may_be_misspelt() -> None:
    assert near("selct", ["smooth", "select_output"]) == ["select_output"]
    assert near("tigr", ["saliency", "tiger cat"]) == ["tiger cat"]
