"""Tables and sentences of models: tests of factors, gaps established or not, other specifications."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from obsante.results import french, wording
from obsante.results.columns import DASH, probability
from obsante.results.display import Markdown, pipe_table
from obsante.results.publication import indicator

_ALONE = "Les spécifications du modèle ne peuvent pas être comparées."


def wald_tests(tests: pd.DataFrame, names: Mapping[str, str]) -> Markdown:
    """Wald tests of whole factors: F, its degrees of freedom, probability under no association.

    Args:
        tests: rows of :func:`obsante.stats.models.wald`, one for each factor; none, where the
            model could not be estimated.
        names: term of the formula -> its French name.
    """
    if tests.empty:
        return Markdown("Aucun test n'a pu être fait.")
    records = tests.to_dict("records")
    frame = pd.DataFrame(
        {
            "Caractéristique": [names[row["terme"]] for row in records],
            "F de Wald": [_statistic(row["statistique"]) for row in records],
            "Degrés de liberté": [
                f"{french.number(row['ddl'])} et {french.number(row['ddl_residuel'])}"
                for row in records
            ],
            "Probabilité": [probability(row["p_valeur"]) for row in records],
        }
    )
    return pipe_table(frame, right=list(frame.columns[1:]))


def established(rows: pd.DataFrame, subject: str = "") -> Markdown:
    """Which gaps are established, and which are not: those whose interval excludes zero, and the others.

    Args:
        rows: published rows of gaps, in the order wanted.
        subject: what the gaps are of, in French, as in ``l'accès``; none where it goes without saying.
    """
    known = [row for row in rows.to_dict("records") if row["etat"] not in french.MARKS]
    of = f" pour {subject}" if subject else ""
    if not known:
        return Markdown(f"Aucun de ces écarts n'a pu être estimé{of}.")
    groups = {
        f"Écarts établis{of}": [row for row in known if wording.significant(row)],
        f"Écarts non significatifs{of}": [row for row in known if not wording.significant(row)],
    }
    return Markdown("\n\n".join(_group(name, own) for name, own in groups.items()))


def depends(identifier: str, variants: Mapping[str, pd.Series], *, raw: float) -> Markdown:
    """Which specifications of a model establish a gap, and whether the conclusion depends on them.

    Args:
        variants: French name -> estimate, the published one first; one that is NaN is left out.
        raw: the gap before any model: an established gap of the other sign is said to be so.
    """
    signs, unit = _signs(variants), indicator(identifier).unit
    if len(signs) < 2 or next(iter(variants)) not in signs:
        return Markdown(_ALONE)
    found = [_found(name, variants[name], unit, raw) for name, sign in signs.items() if sign]
    same = len(set(signs.values())) == 1
    end = "Toutes concluent de même." if same else "**La conclusion dépend du modèle.**"
    counted = _counted(len(signs) - len(found), len(found))
    named = f"{french.NBSP}: {f'{french.THIN}; '.join(found)}" if found else ""
    return Markdown(f"Sur {french.number(len(signs))} spécifications, {counted}{named}. {end}")


def _counted(without: int, within: int) -> str:
    if not within:
        return "aucune n'établit d'écart"
    verb = "établit" if within == 1 else "établissent chacune"
    found = f"{french.number(within)} {verb} un écart"
    if not without:
        return found
    verb = "n'établit" if without == 1 else "n'établissent"
    return f"{french.number(without)} {verb} aucun écart et {found}"


def depends_briefly(variants: Mapping[str, pd.Series]) -> Markdown:
    """:func:`depends` in one sentence: how many specifications conclude unlike the published one."""
    known = _signs(variants)
    if len(known) < 2 or next(iter(variants)) not in known:
        return Markdown(_ALONE)
    signs = list(known.values())
    others, total = sum(sign != signs[0] for sign in signs[1:]), french.number(len(signs) - 1)
    gap = "L'écart à caractéristiques égales"
    if not others:
        return Markdown(f"{gap} mène à la même conclusion avec les autres spécifications essayées "
                        f"({total}).")  # fmt: skip
    verb = "concluent" if others > 1 else "conclut"
    return Markdown(f"**{gap} dépend du modèle**{french.NBSP}: sur {total} autres spécifications "
                    f"essayées, {french.number(others)} {verb} autrement.")  # fmt: skip


def _signs(variants: Mapping[str, pd.Series]) -> dict[str, int]:
    """Sign of each established gap, zero where the interval holds zero."""
    known = {name: row for name, row in variants.items() if not np.isnan(row["estimation"])}
    return {name: int(np.sign(row["estimation"])) * wording.significant(row.to_dict())
            for name, row in known.items()}  # fmt: skip


def _found(name: str, row: pd.Series, unit: str, raw: float) -> str:
    bounds = french.interval(row["borne_inf"], row["borne_sup"], unit)
    opposite = ", de sens contraire à l'écart brut" if row["estimation"] * raw < 0 else ""
    size = french.quantity(row["estimation"], unit, signed=True)
    return f"«{french.NBSP}{name}{french.NBSP}», {size} {bounds}{opposite}"


def _group(name: str, rows: list[dict]) -> str:
    parts = [f"{french.in_sentence(row['libelle'])} ({wording.value(row)})" for row in rows]
    return f"**{name}**{french.NBSP}: {f'{french.THIN}; '.join(parts) or 'aucun'}."


def _statistic(value: float) -> str:
    return DASH if np.isnan(value) else french.number(value, 1)
