"""The codebook as DDI-Codebook 2.5 (ddialliance.org/Specification/DDI-Codebook/2.5), in XML.

One ``fileDscr`` for each table, one ``var`` for each column, in the order of children that the
schema asks for. Values are not described (no frequencies): the dictionary knows none.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from itertools import groupby

from obsante.collect.codebook.variables import Variable
from obsante.collect.table_schema import Table
from obsante.edition import Edition
from obsante.stats.answers import NOT_APPLICABLE

_SPACE = "ddi:codebook:2_5"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_TITLE = "Observatoire de la santé numérique au Maroc, dictionnaire des données"
_PRODUCER = "Observatoire de la santé numérique"
# What XML can't hold, escaped or not.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def ddi_codebook(found: Iterable[Variable], edition: Edition) -> str:
    """XML of the variables, as they stand in an edition."""
    root = ElementTree.Element("codeBook", {"xmlns": _SPACE, "version": "2.5", _LANGUAGE: "fr"})
    _study(root, edition)
    by_table = [(table, list(group)) for table, group in groupby(found, lambda one: one.table)]
    for table, group in by_table:
        _file(root, table, len(group))
    data = ElementTree.SubElement(root, "dataDscr")
    for _, group in by_table:
        for variable in group:
            _variable(data, variable)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _study(root: ElementTree.Element, edition: Edition) -> None:
    period = edition.reference_period
    citation = _add(_add(root, "stdyDscr"), "citation")
    _add(_add(citation, "titlStmt"), "titl", f"{_TITLE}, {edition.edition}")
    _add(_add(citation, "rspStmt"), "AuthEnty", _PRODUCER)
    version = _add(citation, "verStmt")
    mark = "démonstration" if edition.demonstration else "réelle"
    _add(version, "version", f"édition {edition.edition}, {mark}",
         date=edition.publication_date.isoformat())  # fmt: skip
    summary = _add(_add(root.find("stdyDscr"), "stdyInfo"), "sumDscr")
    for event, day in (("start", period.start), ("end", period.end)):
        _add(summary, "timePrd", date=day.isoformat(), event=event)
    _add(summary, "nation", "Maroc", abbr="MA")


def _file(root: ElementTree.Element, table: Table, columns: int) -> None:
    text = _add(_add(root, "fileDscr", ID=_file_id(table)), "fileTxt")
    _add(text, "fileName", table.file)
    _add(text, "fileCont", f"{table.title}. {table.description}")
    _add(_add(text, "dimensns"), "varQnty", str(columns))


def _variable(data: ElementTree.Element, one: Variable) -> None:
    field = one.field
    limits = field.constraints
    numeric = field.type in ("integer", "number") and not field.codes
    element = _add(
        data, "var", ID=f"v-{one.table.name}-{field.name}", name=field.name,
        files=_file_id(one.table), intrvl="contin" if numeric else "discrete",
    )  # fmt: skip
    _add(element, "labl", field.title)
    _question(element, one)
    if limits.minimum is not None or limits.maximum is not None:
        bounds = {"min": limits.minimum, "max": limits.maximum}
        shown = {key: str(bound) for key, bound in bounds.items() if bound is not None}
        _add(_add(element, "valrng"), "range", **shown)
    if field.asked_if:
        _add(element, "universe", field.asked_if)
    _add(element, "txt", one.definition)
    for category in field.categories:
        absent = {"missing": "Y"} if category.value == NOT_APPLICABLE else {}
        coded = _add(element, "catgry", **absent)
        _add(coded, "catValu", str(category.value))
        _add(coded, "labl", category.label)
    _add(element, "varFormat", type="numeric" if numeric else "character", schema="other")
    for kind, text in (("unite", field.unit), ("identifiant", one.identifier),
                       ("reference", one.reference), ("format", limits.pattern)):  # fmt: skip
        if text:
            _add(element, "notes", text, type=kind)


def _question(element: ElementTree.Element, one: Variable) -> None:
    asked = one.field.question
    if asked is None:
        return
    question = _add(element, "qstn")
    texts = [("preQTxt", one.stem.fr if one.stem else ""), ("qstnLit", asked.fr),
             ("ivuInstr", asked.hint_fr or "")]  # fmt: skip
    for name, text in texts:
        if text:
            _add(question, name, text)


def _add(
    parent: ElementTree.Element, name: str, text: str = "", /, **attributes: str
) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, name, attributes)
    child.text = _FORBIDDEN.sub(" ", text) or None
    return child


def _file_id(table: Table) -> str:
    return f"f-{table.name}"
