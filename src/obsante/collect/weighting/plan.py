"""What a survey's dictionary says of its draw: in strata, or in primary units of strata."""

from __future__ import annotations

from dataclasses import dataclass

from obsante.collect.expressions import names
from obsante.collect.sample_schema import Answered, SamplePart, Units
from obsante.collect.table_schema import Table
from obsante.errors import DataError

SAMPLING = "poids_sondage"
# Units drawn in a primary unit, and those of them that answered.
TAKEN, RESPONDING = "tires_etablissement", "repondants_etablissement"


@dataclass(frozen=True)
class Plan:
    """Draw of a survey.

    Attributes:
        strata: strata, and the number and size of what is drawn in them.
        within: the same of the primary units; None where units are drawn in strata.
        weights: column of the weights of the respondents.
    """

    strata: SamplePart
    within: SamplePart | None
    weights: str

    @property
    def last(self) -> SamplePart:
        """The stage that draws the units themselves."""
        return self.within or self.strata

    @property
    def answered(self) -> Answered:
        """Where a row says that its unit answered."""
        return self.strata.answered

    @property
    def counts(self) -> list[str]:
        """Columns of a sample that count units, drawn or in the frame."""
        parts = [part.units for part in (self.strata, self.within) if part is not None]
        return [name for units in parts for name in (units.drawn, units.size)]

    @property
    def numbers(self) -> list[str]:
        """Columns of numbers that the answers change, whatever the sample says."""
        return [SAMPLING, *self.counts, *([RESPONDING] if self.within else [])]


def plan_of(table: Table) -> Plan:
    """The draw that the dictionary's ``sample`` describes.

    In two stages, it has a part by stratum whose units are named by a column (``id_etablissement``)
    and a part by that column whose weights add up to a product of which one factor, the size of the
    primary unit, is not of the first part (``n_professionnels * taille_strate / upe_strate``).

    Raises:
        DataError: neither a draw in strata nor one in two stages.
    """
    found = _direct(table) or _two_stages(table)
    if found is None or len(table.primaryKey) != 1:
        raise DataError(
            f"table '{table.name}'",
            found="no sample of units drawn in strata, or in primary units of strata, with weights",
            expected="a table such as 'etablissements' or 'professionnels' (key sample of their "
            "dictionary)",
            remedy="fill in the columns of the sample and the weights outside obsante, as "
            f"config/dictionary/{table.name}.yml defines them, and list the file in sources.yml",
        )
    return found


def _direct(table: Table) -> Plan | None:
    for part in table.sample:
        if part.weights and part.units and part.units.column is None:
            return Plan(part, None, part.weights.column)
    return None


def _two_stages(table: Table) -> Plan | None:
    first = next((part for part in table.sample if part.units and part.units.column), None)
    if first is None or not {SAMPLING, TAKEN, RESPONDING} <= set(table.columns):
        return None
    for part in table.sample:
        if part.by == first.units.column and part.weights:
            sizes = names(part.weights.total) - {first.units.drawn, first.units.size}
            if len(sizes) == 1:
                units = Units(drawn=TAKEN, size=sizes.pop())
                within = part.model_copy(update={"units": units})
                return Plan(first, within, part.weights.column)
    return None
