"""Registers of any size, added up where they are: one Ibis expression, on DuckDB or on Spark.

:func:`acts` adds up the register ``teleconsultations`` by month, quarter, place, specialty or mode.
Only counts: rates and what is published are computed from them. Rows are never loaded: memory
depends on the number of groups.

**Where.** DuckDB on this machine, without any setting. The variable ``OBSANTE_BACKEND``, or the
argument ``backend``, names a Spark instead:

===========================  ===================================================================
``local[2]``, ``local[*]``   Spark on this machine, with so many threads
``spark://host:7077``        the master of a cluster
``sc://host:15002``          a Spark Connect server; ``sc://host:15002/;token=…`` says who asks
``duckdb``                   DuckDB, whatever the variable says
===========================  ===================================================================

Spark needs the packages of ``requirements-spark.txt``, and for the first two Java 17 or 21.
Messages never show the user, password or token of an address.

**Exact.** Both engines give the same values, to the last bit: acts and rows are integers, and
kilometres are added in whole metres, since a sum of floats depends on the order of the rows.
"""

from __future__ import annotations

from obsante.collect.registers.address import VARIABLE
from obsante.collect.registers.connection import connect
from obsante.collect.registers.expression import GROUPS, REGISTER, acts_by
from obsante.collect.registers.totals import acts

__all__ = ["GROUPS", "REGISTER", "VARIABLE", "acts", "acts_by", "connect"]
