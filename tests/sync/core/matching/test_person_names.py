"""Whether two names may belong to one person, in any spelling and order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.matching.person_names import Likeness, likeness, person_name
from tests.sync.core.documents import modest

SAME = [
    ("Kari Nordmann", "Kari Nordmann"),
    ("Kari Nordmann", "NORDMANN, Kari"),
    ("Kari Marie Nordmann", "Kari Nordmann"),
    ("Kari Nordmann Berg", "Kari Berg"),
    ("Øyvind Sæther", "Oyvind Saether"),
    ("Øyvind Sæther", "Oeyvind Saether"),
    ("Åse Håkonsen", "Aase Haakonsen"),
    ("Bjørn Ødegård", "Bjoern Oedegaard"),
    ("Jürgen Müller", "Juergen Mueller"),
    ("Jürgen Müller", "Jurgen Muller"),
    ("Björn Jäger", "Bjoern Jaeger"),
    ("Björn Jäger", "Bjorn Jager"),
    ("Nguyễn Thị Hương", "Nguyen Thi Huong"),
    ("Đặng Văn Lâm", "Dang Van Lam"),
    ("José García", "Jose Garcia"),
    ("Łukasz Wałęsa", "Lukasz Walesa"),
    ("Anne-Marie Lie", "Anne Marie Lie"),
    ("Anne-Marie Lie", "Annemarie Lie"),
    ("Anne Marie Lie", "Annemarie Lie"),
    ("Sinead O'Brien", "Sinead O’Brien"),
    ("Sinead O'Brien", "Sinead OBrien"),
    ("Guðrún Þórsdóttir", "Gudrun Thorsdottir"),
    ("İbrahim Yılmaz", "Ibrahim Yilmaz"),
    ("Groß Weiß", "Gross Weiss"),
    ("Олена Шевченко", "Шевченко Олена"),
    ("A\u030ase Lie", "Åse Lie"),
    ("Sinead O\u02bcBrien", "Sinead O'Brien"),
    ("Ka\u02bbiulani Berg", "Kaiulani Berg"),
    ("Ali Ali", "Ali Ali"),
    ("सुनीता शर्मा", "शर्मा सुनीता"),
    ("Ελένη Παππά", "Ελενη Παππα"),
    ("שָׂרָה לֵוִי", "שרה לוי"),
    ("مُحَمَّد أَحْمَد", "محمد احمد"),
    ("Əli Əliyev", "Ali Aliyev"),
    ("Máret Áŋŋel", "Maret Annel"),
    ("Iŋgá Beaŧŧi", "Inga Beatti"),
]
HALF = [
    ("Kari Nordmann", "Kari Berg"),
    ("Kari Nordmann", "Ola Nordmann"),
    ("K. Nordmann", "Kari Nordmann"),
    ("Kari", "Kari Nordmann"),
]
OTHER = [
    ("Kari Nordmann", "Ola Hansen"),
    ("Niamh O'Brien", "Sean O'Neill"),
    ("Олена Шевченко", "Іван Франко"),
    ("राम सेन", "मोर नस"),
]
UNKNOWN = [
    ("", "Kari Nordmann"),
    ("Олена Шевченко", "Ελένη Σεφτσένκο"),
    ("Kari", "Ola Hansen"),
    ("Олена Шевченко", "Olena Shevchenko"),
    ("王小明", "Wang Xiaoming"),
    ("Олена Shevchenko", "Olena Shevchenko"),
    ("-", "Kari Nordmann"),
]
TABLE = [
    *((*pair, Likeness.SAME) for pair in SAME),
    *((*pair, Likeness.HALF) for pair in HALF),
    *((*pair, Likeness.OTHER) for pair in OTHER),
    *((*pair, Likeness.UNKNOWN) for pair in UNKNOWN),
]


@pytest.mark.parametrize(("one", "other", "expected"), TABLE)
def test_how_alike_two_names_are(one: str, other: str, expected: Likeness) -> None:
    first, second = person_name(*_parts(one)), person_name(*_parts(other))
    assert likeness(first, second) is expected
    assert likeness(second, first) is expected


@pytest.mark.parametrize(("one", "other", "expected"), TABLE)
def test_people_with_the_same_name_have_a_couple_of_words_in_common(one: str, other: str, expected: Likeness) -> None:
    first, second = person_name(*_parts(one)), person_name(*_parts(other))
    assert expected is not Likeness.SAME or set(first.couples) & set(second.couples)


def _parts(text: str) -> tuple[str, str]:
    given, _, family = text.partition(" ")
    return given, family


words = st.lists(st.text(st.characters(categories=("L", "M", "P", "Zs")), max_size=8), min_size=2, max_size=2)


@modest
@given(words, words)
def test_it_is_the_same_from_both_sides_and_any_text_will_do(one: list[str], other: list[str]) -> None:
    first, second = person_name(*one), person_name(*other)
    assert likeness(first, second) is likeness(second, first)
    if likeness(first, second) is Likeness.SAME:
        assert set(first.couples) & set(second.couples)
