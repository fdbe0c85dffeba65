import numpy as np
import pytest

from course.given import class_index_of, class_name_of, class_names, top_classes


def test_names_are_a_thousand_and_all_different() -> None:
    names = class_names()
    assert len({name.casefold() for name in names}) == 1000


def test_every_name_leads_back_to_its_number() -> None:
    assert [class_index_of(name) for name in class_names()] == list(range(1000))
    assert all(class_index_of(class_name_of(index)) == index for index in range(1000))


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("espresso", 967),
        ("Espresso", 967),
        (" military  uniform ", 652),
        ("military_uniform", 652),
        ("tabby cat", 281),  # a synonym
        ("carton", 478),
        ("cardigan", 474),  # the garment, not the dog
        ("967", 967),
        (967, 967),
        (np.int64(3), 3),
    ],
)
def test_finds_a_class(name: str | int, index: int) -> None:
    assert class_index_of(name) == index


def test_a_typo_gets_near_names() -> None:
    with pytest.raises(ValueError, match=r"no class 'espreso'.*espresso"):
        class_index_of("espreso")
    with pytest.raises(ValueError, match=r"no class 'qqqqqq'; there are tench, .* in all"):
        class_index_of("qqqqqq")


def test_part_of_a_name_gets_the_names_that_hold_it() -> None:
    with pytest.raises(ValueError, match="golden retriever"):
        class_index_of("retriever")
    with pytest.raises(ValueError, match=r"tabby \(281\), tiger cat \(282\).*Egyptian cat \(285\)"):
        class_index_of("cat")


def test_words_that_only_one_class_has_are_enough() -> None:
    assert class_index_of("lorikeet") == class_index_of("Lorikeet ") == 90
    assert class_index_of("egyptian") == 285


def test_a_name_with_two_meanings_is_not_guessed() -> None:
    with pytest.raises(ValueError, match=r"crane \(bird\)' \(134\) or 'crane \(machine\)' \(517\)"):
        class_index_of("crane")


@pytest.mark.parametrize("index", [-1, 1000, "1000"])
def test_numbers_out_of_range(index: int | str) -> None:
    with pytest.raises(ValueError, match="outside 0 to 999"):
        class_index_of(index)


def test_top_classes_are_probabilities_in_order() -> None:
    logits = np.zeros((2, 1000))
    logits[0, 967], logits[0, 281] = 50, 49
    logits[1, 3] = 1000  # no overflow

    def model(images: np.ndarray, training: bool) -> np.ndarray:
        assert not training
        return logits

    first, second = top_classes(model, np.zeros((2, 8, 8, 3)), k=2)
    assert [name for name, _ in first] == ["espresso", "tabby"]
    odds = np.exp([1, 0])
    np.testing.assert_allclose([p for _, p in first], odds / odds.sum(), rtol=1e-6)
    assert second[0] == (class_names()[3], 1.0)
