"""Forms of identifiers: what is one, what is not, and what is left once masked."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from obsante.collect.privacy.patterns import SUSPECT, folded, kinds, masked, matches
from obsante.paths import find_project

MAIL = "@".join(["prenom.nom", "exemple.invalid"])
ZEROS = ["00"] * 4
PHONES = ["+212 600 " + " ".join(ZEROS[1:]), "+2126" + "".join(ZEROS), "00212 6 " + " ".join(ZEROS),
          "06" + "".join(ZEROS), "06 " + " ".join(ZEROS), "05." + ".".join(ZEROS),
          "07-" + "-".join(ZEROS), "2126" + "".join(ZEROS), "(+212) 6" + "".join(ZEROS),
          "Tél06" + "".join(ZEROS), "+212 (0) 6 " + " ".join(ZEROS)]  # fmt: skip
CARD = "ZZ" + "0" * 6
IDENTIFIERS = [
    ("courriel", MAIL), ("courriel", MAIL.upper()), ("courriel", MAIL.replace("@", " [at] ")),
    *(("telephone", phone) for phone in PHONES),
    ("cin", CARD), ("cin", CARD.lower()), ("cin", "Z" + "0" * 5),
    ("cin", f"CIN : {CARD[:2]} 000000"),
    ("position", "33.0000, -7.0000"), ("position", "33,00 -7,00"), ("position", "33.00, 7.00 O"),
    ("position", "-7.0000000 33.0000000"), ("position", "33° 00' 00\" N, 7° 00' 00\" W"),
]  # fmt: skip
OTHERS = [
    "E0000010", "04.281", "2025-12-31", "E0000036-00003", "T2025-000000001", "14.857143", "1587",
    "p" + "0123456789" * 2, "cabinet_prive-urbain-03", "#f12345", "05, 06, 07, 08, 09",
    "2025-06-12 14:56:58", "2025-06-12-14-56-58", "36 828 330", "1 200 000 000", "0,0612345678",
    "25,5 [-7,5 ; 3,2]", "30000 DH", "12,34 et 56,78", "Dahir n° 1-22-77", "@media", "@ 12",
    "https://exemple.invalid/a" + "0" * 6, "612345678",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), IDENTIFIERS)
def test_an_identifier_is_found_alone_and_in_a_sentence_and_masked(kind, text):
    assert kinds(text) == kinds(f"Voir {text}, merci.") == [kind]
    assert masked(f"Voir {text}, merci.").startswith("Voir ")
    assert kinds(masked(f"Voir {text}, merci.")) == []
    assert pc.match_substring_regex(pa.array([text]), SUSPECT)[0].as_py()


@pytest.mark.parametrize("text", OTHERS)
def test_codes_dates_and_numbers_are_not_identifiers(text):
    assert kinds(text) == []
    assert masked(text) == text


def test_arabic_digits_and_invisible_characters_hide_nothing():
    arabic = "".join(chr(0x660 + int(digit)) for digit in "06" + "".join(ZEROS))
    marked = "\u202a" + PHONES[0].replace(" ", "\u202f") + "\u202c"
    for text in (arabic, marked, MAIL.replace("@", "\uff20")):
        assert len(kinds(text)) == 1
        assert pc.match_substring_regex(pa.array([text]), SUSPECT)[0].as_py()


def test_two_identifiers_leave_what_is_between_them():
    assert masked(f"{MAIL} ou {PHONES[3]}") == "••• ou •••"


def test_a_page_is_read_with_less_severity():
    text = f"commit a{'1' * 6}, écarts 25.12 -1.34, {CARD}"
    assert [match.kind for match in matches(folded(text), page=True)] == ["cin"]
    assert kinds(text) == ["cin", "position"]


def test_no_cell_of_the_files_of_the_project_looks_like_an_identifier():
    project = find_project()
    files = sorted(project.reference.glob("*.csv"))
    assert len(files) > 5
    wrong = []
    for path in files:
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        values = pa.array(pd.unique(table.to_numpy().ravel()))
        suspects = values.filter(pc.match_substring_regex(values, SUSPECT)).to_pylist()
        wrong += [(path.name, text) for text in suspects if kinds(text)]
    assert wrong == []
