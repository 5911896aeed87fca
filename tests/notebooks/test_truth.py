"""The demonstration's known truth: intervals cover it about as often as they say."""

from __future__ import annotations

from obsante import collect
from obsante.results.values import load_values


def test_intervals_cover_the_known_national_values(rooted, executed):
    values = load_values(executed, 2025).set_index(["indicateur", "dimension", "modalite"])
    covered = []
    published = set(values.index.get_level_values("indicateur"))
    for identifier, known in collect.truth(2025).items():
        if identifier not in published:
            continue
        key = (identifier, "national", "national")
        row = values.loc[key if key in values.index else (identifier, "ecart", "ecart")]
        if row["borne_inf"] == row["borne_inf"]:
            covered.append(row["borne_inf"] <= known["national"] <= row["borne_sup"])
    assert len(covered) >= 8
    # With 95 % intervals, three misses among ten would happen once in about ninety editions.
    assert sum(covered) >= len(covered) - 2
