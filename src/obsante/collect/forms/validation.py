"""Forms read as a server of ODK or KoboToolbox reads them: by pyxform, without a warning."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from obsante.collect.forms.rows import ARABIC, FRENCH
from obsante.errors import DataError

_XFORMS = {"x": "http://www.w3.org/2002/xforms"}
# What pyxform writes where a language has no text.
_ABSENT = {"", "-"}


def validate_form(name: str, content: bytes) -> str:
    """The XForm of a workbook, in XML.

    Raises:
        DataError: pyxform refuses it or warns, or a text is missing in one of the languages.
    """
    warnings: list[str] = []
    try:
        xform = convert(io.BytesIO(content), warnings=warnings, file_type=".xlsx").xform
    except PyXFormError as error:
        raise _invalid(name, str(error)) from error
    if warnings:
        raise _invalid(name, warnings[0])
    untranslated = missing_texts(xform)
    if untranslated:
        raise _invalid(name, f"no text for {untranslated[0]}")
    return xform


def missing_texts(xform: str) -> list[str]:
    """Texts of an XForm that one of its two languages lacks, as ``language: identifier``."""
    root = ElementTree.fromstring(xform)
    texts = {t.get("lang"): _texts(t) for t in root.iterfind(".//x:translation", _XFORMS)}
    wanted = {name for found in texts.values() for name in found}
    return [
        f"{language}: {name}"
        for language in (FRENCH, ARABIC)
        for name in sorted(wanted or {"any text"})
        if texts.get(language, {}).get(name, "").strip() in _ABSENT
    ]


def _texts(translation: ElementTree.Element) -> dict[str, str]:
    """Words of each text, those of values that it includes apart."""
    return {
        text.get("id", ""): "".join("".join(value.itertext()) for value in text)
        for text in translation.iterfind("x:text", _XFORMS)
    }


def _invalid(name: str, found: str) -> DataError:
    return DataError(
        f"form '{name}', read by pyxform", found=" ".join(found.split()),
        expected="a form that ODK and KoboToolbox take as it is",
        remedy="correct the question in config/dictionary, or the page in config/instruments",
    )  # fmt: skip
