"""The codebook: what each column of each table means, as printed, as CSV and as DDI-Codebook.

Everything comes from the dictionary; the words read before a matrix of questions come from the
instrument that asks it.
"""

from obsante.collect.codebook.ddi import ddi_codebook
from obsante.collect.codebook.variables import Variable, codebook_csv, variables

__all__ = ["Variable", "codebook_csv", "ddi_codebook", "variables"]
