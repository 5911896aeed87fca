"""Tables of the notebook of interviews: passages, tones, coders, editions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from obsante.collect import labels
from obsante.results import french, wording
from obsante.results.columns import count, share, shown, text
from obsante.results.concordance import Rule
from obsante.results.display import Markdown, pipe_table
from obsante.results.interviews import INTERVIEW, TABLE, TONES
from obsante.results.publication import current, indicator

_NAMES = {"negatif": "Négatifs", "neutre": "Neutres", "positif": "Positifs"}


def domains(
    passages: pd.DataFrame, interviews: pd.DataFrame, shares: Mapping[str, pd.DataFrame],
    dimension: str, heading: str,
) -> Markdown:  # fmt: skip
    """Passages, interviews and share of each tone for the domains of one dimension.

    Args:
        passages, interviews: published rows of ``ent.passages`` and ``ent.entretiens``.
        shares: tone -> published rows of ``ent.part_<tone>``.
        heading: of the first column, in French.
    """
    own = [frame[frame["dimension"] == dimension].reset_index(drop=True)
           for frame in (passages, interviews, *shares.values())]  # fmt: skip
    frame = pd.DataFrame({heading: own[0]["libelle"],
                          "Passages": own[0]["estimation"].map(count),
                          "Entretiens": own[1]["estimation"].map(count)})  # fmt: skip
    for name, rows in zip(shares, own[2:], strict=True):
        frame[_NAMES[name]] = [wording.value(row) for row in _records(rows)]
    marks = wording.marks(own[2]["etat"].tolist())
    return _with(pipe_table(frame, right=list(frame.columns[1:])), marks)


def axis(
    themes: pd.DataFrame, whole: pd.DataFrame, axes: Mapping[str, str], code: str
) -> Markdown:
    """Themes of one axis, then the whole axis: passages, interviews, passages of each tone.

    Args:
        themes, whole: :func:`obsante.results.interviews.by_domain` of the themes, of the axes.
        axes: theme -> its axis.
        code: of the axis.
    """
    own = themes[[axes[name] == code for name in themes.index]]
    rows = pd.concat([own, whole.loc[[code]].assign(libelle="Ensemble de l'axe")])
    return _tones(rows, {"Thème": rows["libelle"].tolist()})


def all_themes(
    themes: pd.DataFrame, whole: pd.DataFrame, axes: Mapping[str, str], rule: Rule
) -> Markdown:
    """Every axis, in bold, then its themes, with the tone of each.

    Args:
        themes, whole, axes: as :func:`axis`.
        rule: that tells a clear tone, the same as the confrontation with figures.
    """
    parts = []
    for code, own in whole.iterrows():
        bold = pd.DataFrame([own]).assign(libelle=f"**{own['libelle']}**")
        parts += [bold, themes[[axes[name] == code for name in themes.index]]]
    rows = pd.concat(parts)
    before = {"Axe, puis ses thèmes": rows["libelle"].tolist()}
    return _tones(rows, before, {"Ton": [rule.tone(row) for row in _records(rows)]})


def _tones(
    rows: pd.DataFrame, before: dict[str, list[str]], after: dict[str, list[str]] | None = None
) -> Markdown:
    """Counts of a domain a line, between columns of texts; a withheld one is marked."""
    numbers = {"Passages": rows["n"].map(count), "Entretiens": rows["entretiens"].map(count)}
    for tone, name in _NAMES.items():
        numbers[name] = [french.MARKS["suppressed"] if pd.isna(n) else count(n) for n in rows[tone]]
    frame = pd.DataFrame(before | {name: list(cells) for name, cells in numbers.items()}
                         | (after or {}))  # fmt: skip
    return _with(pipe_table(frame, right=list(numbers)), wording.marks(rows["etat"].tolist()))


def _with(table: Markdown, note: str) -> Markdown:
    return Markdown(f"{table.text}\n\n{note}") if note else table


def kappas(rows: pd.DataFrame) -> Markdown:
    """Kappas that the notebook of the collection published.

    Args:
        rows: those of :func:`obsante.results.earlier.earlier`.
    """
    frame = pd.DataFrame({
        "Accord": [indicator(name).title for name in rows["indicateur"]],
        "Kappa": [wording.value(r) for r in _records(rows)],
        f"IC {french.level(current().level)}": [wording.interval(r) for r in _records(rows)],
        "Passages": rows["n"].map(count),
    })  # fmt: skip
    if rows.empty:
        return Markdown("Aucun kappa n'est publié pour cette édition.")
    return pipe_table(frame, right=list(frame.columns[1:]))


def _records(rows: pd.DataFrame) -> list[dict]:
    return rows.to_dict("records")


def disagreements(passages: pd.DataFrame, most: int) -> Markdown:
    """Pairs of themes that the two coders give to the same passages, the most frequent first.

    Args:
        most: how many pairs are shown; the order of the two coders does not count.
    """
    twice = passages[["theme", "theme_codeur_2"]].dropna().astype("str")
    apart = twice[twice["theme"] != twice["theme_codeur_2"]]
    order = {code: rank for rank, code in enumerate(labels(TABLE, "theme"))}
    pairs = [tuple(sorted(pair, key=order.get)) for pair in apart.itertuples(index=False)]
    found = pd.DataFrame(pairs, columns=["un", "deux"]).value_counts().rename("passages")
    ranked = found.reset_index().sort_values(
        ["passages", "un", "deux"], ascending=[False, True, True],
        key=lambda column: column.map(order) if column.name != "passages" else column,
    ).head(most)  # fmt: skip
    names = labels(TABLE, "theme")
    named = ranked.assign(un=ranked["un"].map(names), deux=ranked["deux"].map(names))
    return shown(named, {"Un codeur": ("un", text), "L'autre": ("deux", text),
                         "Passages": ("passages", count)},
                 "Les deux codeurs ont donné partout le même thème.")  # fmt: skip


def confusion(passages: pd.DataFrame) -> Markdown:
    """Tones given by both coders to the same passages, crossed."""
    twice = passages[["valence", "valence_codeur_2"]].dropna().astype("str")
    names = labels(TABLE, "valence")
    if twice.empty:
        return Markdown("Aucun passage n'a été codé deux fois dans cette édition.")
    crossed = pd.crosstab(twice["valence"], twice["valence_codeur_2"])
    crossed = crossed.reindex(index=list(names), columns=list(names), fill_value=0)
    frame = pd.DataFrame({"Premier codeur": list(names.values())} | {
        f"Second{french.NBSP}: {french.in_sentence(names[code])}": [count(size) for size in crossed[code]]
        for code in names
    })  # fmt: skip
    return pipe_table(frame, right=list(frame.columns[1:]))


def agreement(passages: pd.DataFrame) -> Markdown:
    """Passages coded twice, by theme of the first coder: same theme, same tone."""
    twice = passages.dropna(subset=["theme_codeur_2", "valence_codeur_2"])
    same = pd.DataFrame({
        "theme": twice["theme"].astype("str"),
        "meme_theme": twice["theme"].astype("str") == twice["theme_codeur_2"].astype("str"),
        "meme_ton": twice["valence"].astype("str") == twice["valence_codeur_2"].astype("str"),
    })  # fmt: skip
    found = same.groupby("theme").agg(n=("meme_theme", "size"), theme=("meme_theme", "sum"),
                                      ton=("meme_ton", "sum"))  # fmt: skip
    names = labels(TABLE, "theme")
    found = found.reindex([code for code in names if code in found.index])
    found.loc["ensemble"] = found.sum()
    named = found.assign(libelle=[names.get(code, "Ensemble") for code in found.index],
                         part_theme=found["theme"] / found["n"].where(found["n"] > 0),
                         part_ton=found["ton"] / found["n"].where(found["n"] > 0))  # fmt: skip
    return shown(named, {
        "Thème du premier codeur": ("libelle", text), "Codés deux fois": ("n", count),
        "Même thème": ("theme", count), "Part, thème": ("part_theme", share),
        "Même ton": ("ton", count), "Part, ton": ("part_ton", share),
    })  # fmt: skip


def editions(tables: Mapping[int, pd.DataFrame]) -> Markdown:
    """Passages of each theme by edition, and their share of the edition's passages.

    Args:
        tables: edition -> passages, oldest first.
    """
    frame = pd.DataFrame({"Thème": list(labels(TABLE, "theme").values()) + ["Ensemble"]})
    for year, passages in tables.items():
        sizes = passages["theme"].astype("str").value_counts()
        sizes = sizes.reindex(labels(TABLE, "theme"), fill_value=0)
        cells = [f"{count(n)} ({share(n / max(len(passages), 1))})" for n in sizes]
        whole = f"{count(len(passages))}, {count(passages[INTERVIEW].nunique())} entretiens"
        frame[f"Édition {year}"] = [*cells, whole]
    return pipe_table(frame, right=list(frame.columns[1:]))


def tone_variants(passages: pd.DataFrame) -> Markdown:
    """Share of each tone under other conventions; nothing is published."""
    twice = passages.dropna(subset=["valence_codeur_2"])
    each = pd.crosstab(passages[INTERVIEW], passages["valence"].astype("str"), normalize="index")
    variants = {
        "Publiée : chaque passage compte une fois": _shares(passages["valence"]),
        "Chaque entretien compte une fois": each.mean().reindex(TONES, fill_value=0.0),
        "Passages codés deux fois, premier codeur": _shares(twice["valence"]),
        "Passages codés deux fois, second codeur": _shares(twice["valence_codeur_2"]),
    }
    frame = pd.DataFrame({"Convention": [french.spaced(name) for name in variants]} | {
        name: [share(v[tone]) for v in variants.values()] for tone, name in _NAMES.items()
    })  # fmt: skip
    return pipe_table(frame, right=list(_NAMES.values()))


def _shares(codes: pd.Series) -> pd.Series:
    sizes = codes.astype("str").value_counts().reindex(TONES, fill_value=0)
    return sizes / sizes.sum() if sizes.sum() else sizes * np.nan


def followed(tables: Mapping[int, pd.DataFrame], *, linked: bool) -> Markdown:
    """How many persons of the latest edition were met in an earlier one.

    Args:
        tables: edition -> passages, oldest first.
        linked: whether one key made the pseudonyms of all these editions.
    """
    *before, latest = tables
    if not before:
        return Markdown("Aucune édition antérieure n'est comparée.")
    if not linked:
        return Markdown("La clé des pseudonymes a changé : personne ne peut être suivi.")
    now = set(tables[latest]["interlocuteur"])
    known = now & {person for year in before for person in tables[year]["interlocuteur"]}
    return Markdown(f"Sur {count(len(now))} personnes interrogées à l'édition {latest}, "
                    f"{count(len(known))} l'avaient été à une édition comparée.")  # fmt: skip
