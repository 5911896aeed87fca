"""The libraries compared, each with the same four steps: table, design, estimate, numbers."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pandas as pd

from obsante import stats

LEVEL = 0.95
COLUMN = {"mean": "y", "proportion": "yes"}


class Obsante:
    """This project's estimates, from a pandas table."""

    name = "obsante"

    @staticmethod
    def table(columns: dict[str, np.ndarray]) -> pd.DataFrame:
        """The table in memory, before any measure."""
        return pd.DataFrame(columns).astype({name: "str" for name in _texts(columns)})

    @staticmethod
    def read(path: str) -> pd.DataFrame:
        """A table from an Arrow file, all in memory."""
        return pd.read_feather(path)

    @staticmethod
    def design(table: pd.DataFrame) -> stats.SurveyDesign:
        """Strata and population sizes, with the units of both stages if there are two."""
        two = {"psu": "psu", "ssu": "ssu", "ssu_population": "ssu_population"}
        return stats.survey_design(
            table, weights="weight", strata="stratum", psu_population="psu_population",
            **(two if "psu" in table else {}),
        )  # fmt: skip

    @staticmethod
    def estimate(table: pd.DataFrame, design: stats.SurveyDesign, statistic: str) -> pd.DataFrame:
        """The country and the domains, in one call."""
        answers = stats.numeric(table[COLUMN[statistic]])
        function = getattr(stats, statistic)
        return function(answers, design, table[["domain"]], by=["domain"], level=LEVEL)

    @staticmethod
    def numbers(result: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Estimates and standard errors, the country then the domains in order."""
        return result["estimation"].to_numpy(), result["erreur_type"].to_numpy()


class Svy:
    """svy: Python over Rust, from a polars table; one call for the country, one for the domains."""

    name = "svy"

    @staticmethod
    def table(columns: dict[str, np.ndarray]):
        """The table in memory, before any measure."""
        import polars

        texts = {name: polars.String for name in _texts(columns)}
        return polars.DataFrame(columns, schema_overrides=texts)

    @staticmethod
    def read(path: str):
        """A table from an Arrow file, all in memory: a page mapped later would count as work."""
        import polars
        from pyarrow import feather

        return polars.from_arrow(feather.read_table(path, memory_map=False))

    @staticmethod
    def design(table):
        """As for the other; without ``ssu`` svy leaves the second stage's variance out."""
        import svy

        sizes, units = "psu_population", {}
        if "psu" in table.columns:
            sizes = svy.PopSize("psu_population", "ssu_population")
            units = {"psu": "psu", "ssu": "ssu"}
        return svy.Sample(
            table, svy.Design(stratum="stratum", wgt="weight", pop_size=sizes, **units)
        )

    @staticmethod
    def estimate(table, design, statistic: str) -> tuple:
        """Proportions come for both answers, 0 and 1: svy has no other way."""
        column = COLUMN[statistic]
        if statistic == "mean":
            call, options = design.estimation.mean, {}
        else:
            call, options = design.estimation.prop, {"ci_method": "korn-graubard"}
        return call(column, **options), call(column, by="domain", **options)

    @staticmethod
    def numbers(result: tuple) -> tuple[np.ndarray, np.ndarray]:
        """Estimates and standard errors, the country then the domains in order."""
        frames = [part.to_polars() for part in result]
        rows = [f.filter(f["yes"] == 1) if "yes" in f.columns else f for f in frames]
        rows[1] = rows[1].sort("domain")
        return tuple(
            np.concatenate([frame[name].to_numpy() for frame in rows]) for name in ("est", "se")
        )


def installed() -> list:
    """The libraries that can be measured here; svy is the optional extra ``benchmarks``."""
    return [Obsante, Svy] if find_spec("svy") else [Obsante]


def _texts(columns: dict[str, np.ndarray]) -> list[str]:
    return [name for name, values in columns.items() if values.dtype == object]
