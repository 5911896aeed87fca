"""Names of the built-in rules, as the quarantine files print them."""

from __future__ import annotations

REQUIRED = "obligatoire"  # a cell is empty in a required column
TYPE = "type"  # a cell is not written as its type asks
CATEGORY = "modalite"  # a value is not in the closed list
PATTERN = "format"  # a text does not match the pattern
MINIMUM = "minimum"  # a value is below the minimum
MAXIMUM = "maximum"  # a value is above the maximum
UNIQUE = "unique"  # a value is not unique in its column
EDITION = "edition"  # a row is of another edition
KEY = "cle"  # different rows carry the same primary key
COPY = "doublon"  # a row is identical to an earlier one of the same key
REFERENCE = "reference"  # a value is no row of the table that it refers to
AMBIGUOUS = "ambigu"  # a cell may be read in several ways
IDENTIFIER = "identifiant"  # a cell tells who someone is

RESERVED = frozenset(
    {REQUIRED, TYPE, CATEGORY, PATTERN, MINIMUM, MAXIMUM,
     UNIQUE, EDITION, KEY, COPY, REFERENCE, AMBIGUOUS, IDENTIFIER}
)  # fmt: skip
