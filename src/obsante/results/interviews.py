"""Coded passages of interviews, counted: how many, by whom, in which tone.

The persons are chosen for their role: a count describes what these persons said. Nothing here
estimates a share of a population, hence no interval anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from obsante.collect import dictionary, labels
from obsante.errors import ResultError
from obsante.results import french
from obsante.results.display import Markdown
from obsante.stats import NATIONAL

TABLE = "entretiens"
INTERVIEW = "id_entretien"
TONES = ("negatif", "neutre", "positif")


def counts(passages: pd.DataFrame, by: Sequence[str], *, interviews: bool = False) -> pd.DataFrame:
    """Passages, or the interviews that they come from, in all and by domain.

    Args:
        passages: rows of the table ``entretiens``.
        by: columns of the dimensions; each code of the dictionary is a domain, a code that nobody
            used being a true zero.
        interviews: count distinct interviews instead.

    Returns:
        ``dimension``, ``modalite``, ``estimation`` and ``n``, the passages behind it.
    """
    rows = []
    for dimension, modality, own in _domains(passages, by):
        size = own[INTERVIEW].nunique() if interviews else len(own)
        rows.append({"dimension": dimension, "modalite": modality, "estimation": float(size),
                     "n": len(own)})  # fmt: skip
    return pd.DataFrame(rows)


def tones(
    passages: pd.DataFrame,
    by: Sequence[str],
    tone: str,
    *,
    minimum: int,
    groups: Mapping[str, str],
) -> pd.DataFrame:
    """Share of the passages that have one tone, in all and by domain.

    A domain of fewer than ``minimum`` interviews is withheld: its tone would be a person's
    opinion. Where it is alone in that case among those that add up to a published whole, the
    smallest other one is withheld too, and the smallest theme of an axis withheld so, for the
    themes that add up to it would give it back.

    Args:
        tone: one of :data:`TONES`.
        minimum: fewest interviews behind a published tone.
        groups: theme -> its axis: the themes of an axis add up to it.

    Returns:
        ``dimension``, ``modalite``, ``estimation`` (in proportion), ``n``, ``secret``, ``motif``.
    """
    rows = counts(passages, by, interviews=True)
    own = {(d, m): (part["valence"] == tone).mean() for d, m, part in _domains(passages, by)}
    pairs = list(zip(rows["dimension"], rows["modalite"], strict=True))
    whole = [f"{d} {groups[m]}" if d == "theme" else d for d, m in pairs]
    hidden = _withheld(rows["estimation"], pd.Series(whole), minimum)
    rows["secret"] = _themes_of_withheld(rows, hidden, groups)
    rows["estimation"] = np.where(rows["secret"], np.nan, [own[pair] for pair in pairs])
    few = f"ton non publié, moins de {minimum} entretiens ici ou dans un domaine qui s'en déduirait"
    silent = rows["n"].eq(0)
    rows["motif"] = np.where(rows["secret"], few, np.where(silent, "aucun passage", ""))
    return rows


def _withheld(sizes: pd.Series, groups: pd.Series, minimum: int) -> pd.Series:
    """Domains that some interviews speak of, too few of them; then a second one if it is alone."""
    said = sizes > 0
    few = said & (sizes < minimum)
    hidden = few.copy()
    for _, own in sizes[said].groupby(groups[said]):
        others = own[~few[own.index]]
        if few[own.index].sum() == 1 and len(others):
            hidden[others.idxmin()] = True
    return hidden


def _themes_of_withheld(
    rows: pd.DataFrame, hidden: pd.Series, groups: Mapping[str, str]
) -> pd.Series:
    """``hidden``, with a theme of each withheld axis whose themes would all be published."""
    hidden = hidden.copy()
    for axis in rows.loc[hidden & (rows["dimension"] == "axe"), "modalite"]:
        own = (rows["dimension"] == "theme") & rows["modalite"].map(groups).astype(str).eq(str(axis))
        said = own & (rows["estimation"] > 0)
        if said.any() and not hidden[said].any():
            hidden[rows.loc[said, "estimation"].idxmin()] = True
    return hidden


def _domains(
    passages: pd.DataFrame, by: Sequence[str]
) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Dimension, modality and passages of each domain, the whole first."""
    yield NATIONAL, NATIONAL, passages
    for dimension in by:
        codes = passages[dimension].astype("str")
        for code in labels(TABLE, dimension):
            yield dimension, code, passages[codes == code]


def crossed(passages: pd.DataFrame, rows: str, columns: str) -> pd.DataFrame:
    """Passages by two columns: codes of the dictionary in rows and columns, in their order."""
    counted = pd.crosstab(passages[rows].astype("str"), passages[columns].astype("str"))
    return counted.reindex(
        index=list(labels(TABLE, rows)), columns=list(labels(TABLE, columns)), fill_value=0
    )


def by_domain(
    shares: Mapping[str, pd.DataFrame], interviews: pd.DataFrame, dimension: str
) -> pd.DataFrame:
    """Published rows of the domains of one dimension side by side, as counts.

    Args:
        shares: tone -> published rows of ``ent.part_<tone>``.
        interviews: published rows of ``ent.entretiens``.

    Returns:
        By domain: ``libelle``, ``n`` (passages), ``entretiens``, ``etat``, and a count for each
        tone, NaN where it is withheld. A domain of which nobody spoke has true zeros.
    """
    own = {name: rows[rows["dimension"] == dimension].set_index("modalite")
           for name, rows in {**shares, INTERVIEW: interviews}.items()}  # fmt: skip
    found = own[TONES[0]][["libelle", "n", "etat"]].copy()
    found["entretiens"] = own[INTERVIEW]["estimation"].astype(int)
    silent = found["n"] == 0
    found["etat"] = found["etat"].mask(silent, "published")
    for tone in shares:
        found[tone] = (own[tone]["estimation"] * own[tone]["n"]).round().mask(silent, 0.0)
    return found


def partition(shares: Mapping[str, pd.DataFrame]) -> Markdown:
    """Check that the tones of each domain add up to one.

    Args:
        shares: tone -> published rows of ``ent.part_<tone>``.

    Raises:
        ResultError: they do not, or a tone of a domain is published without the others.
    """
    key = ["dimension", "modalite"]
    parts = pd.concat([rows.set_index(key)["estimation"] for rows in shares.values()], axis=1)
    known = parts.dropna()
    wrong = parts[parts.isna().any(axis=1) != parts.isna().all(axis=1)].index.tolist()
    wrong += known[(known.sum(axis=1) - 1).abs() > 1e-9].index.tolist()
    if wrong:
        raise ResultError(
            f"tones of interviews, {' = '.join(wrong[0])}",
            found=f"shares {parts.loc[wrong[0]].tolist()}", expected="three shares that make one",
            remedy="look for passages without a tone in that domain",
        )  # fmt: skip
    return Markdown(
        f"Contrôle{french.NBSP}: dans les {french.number(len(known))} domaines dont le ton est "
        "publié, les parts des tons font le tout."
    )


def of_axes(passages: pd.DataFrame, axes: Mapping[str, str]) -> Markdown:
    """Check that the passages of each theme are in the axis declared for it.

    Args:
        axes: theme -> its axis, as the registry declares them.

    Raises:
        ResultError: a theme of the dictionary has no axis, or a passage is in another one.
    """
    undeclared = sorted(set(labels(TABLE, "theme")) ^ set(axes))
    told = passages["axe"].astype("str").to_numpy()
    strays = passages[passages["theme"].astype("str").map(axes).to_numpy() != told]
    if undeclared or len(strays):
        raise ResultError(
            "indicator 'ent.passages', parameter axes",
            found=f"theme '{undeclared[0]}' on one side only" if undeclared
            else f"passage {strays['id_passage'].iloc[0]} in another axis than its theme",
            expected=f"the themes of config/dictionary/{TABLE}.yml, each with its axis",
            remedy="correct the parameter, or the passage at its source",
        )  # fmt: skip
    return Markdown(
        f"Contrôle{french.NBSP}: chacun des {french.number(len(passages))} passages est dans l'axe "
        f"de son thème{french.THIN}; {french.number(len(axes))} thèmes ont un axe."
    )


def without_words(passages: pd.DataFrame) -> Markdown:
    """Check that the words of the persons did not enter the table.

    Raises:
        ResultError: a column that the dictionary drops is there.
    """
    dropped = [field for field in dictionary.load(TABLE).fields if field.dropped]
    there = [field.name for field in dropped if field.name in passages.columns]
    if there or not dropped:
        raise ResultError(
            f"table '{TABLE}'", found=f"column '{there[0]}'" if there else "no column to drop",
            expected="no words of a person after ingest, as the interview promises",
            remedy=f"restore the treatment of the words in config/dictionary/{TABLE}.yml",
        )  # fmt: skip
    names = ", ".join(f"«{french.NBSP}{field.title}{french.NBSP}»" for field in dropped)
    return Markdown(
        f"Contrôle{french.NBSP}: {names}, supprimé à l'entrée, n'est pas dans la table lue."
    )
