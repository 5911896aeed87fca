"""What identifies a person by its form alone: e-mail, telephone, national card, position.

The one place where these forms are written; the door (:mod:`.protection`) and the scan use it.
A name has no form: the door drops it only where the dictionary declares its column, and the scan
finds it elsewhere because it knows the values of these columns.

Two severities. A cell of data is searched for every form. A page (``page=True``) is full of
numbers and of short commit names: there a national card is in upper case, and a position has four
decimals.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

MASK = "•••"

# Digits of a number are written together, or parted by one or two of these.
_SEP = r"[ .\-/\u2010-\u2013]{0,2}"
# Morocco lies between 20 and 36 degrees north, 0 and 18 west.
_NORTH, _TO_WEST = r"(?:2\d|3[0-6])[.,]\d{%d,}", r"(?:1[0-8]|\d)[.,]\d{%d,}"
_BETWEEN = r"\s?°?\s?(?:[Nn]\b)?\s?[,;/]?\s?"
_MINUTES = r"\s?°\s?\d{1,2}\s?['′’]\s?(?:\d{1,2}(?:[.,]\d+)?\s?(?:[\"″”]|''|′′)\s?)?"


def _decimal_pair(decimals: int) -> list[str]:
    """Two decimals are about 1 km, and a commune is wider; both orders are in use."""
    north, west = _NORTH % decimals, _TO_WEST % decimals
    west = rf"(?:[-\u2212]{west}|{west}\s?°?\s?[WOwo]\b)"
    return [rf"(?<![\d.,]){north}{_BETWEEN}{west}",
            rf"(?<![\d.,]){west}\s?[,;/]?\s?{north}(?!\d)"]  # fmt: skip


_ALWAYS = {
    "courriel": [
        r"[\w.+%'-]+\s?(?:@|[\[(]\s?(?:[Aa][Tt]|[Aa]robase)\s?[\])])\s?"
        r"(?:[\w-]+\.)+[^\W\d_]{2,}",
    ],
    "telephone": [
        rf"(?:\+|(?<!\w)00){_SEP}212\)?{_SEP}(?:\(0\)|0)?(?:{_SEP}\d){{9}}(?![.,]?\d)",
        r"(?<![\dA-Fa-f_])(?<!\d[.,])(?:212[5-7]|0[5-7])\d{8}(?!\w)(?![.,]\d)",
        rf"(?<!\w)(?<!\d[.,\-/])0[5-7](?:{_SEP}\d){{8}}(?!\w)(?![.,]\d)",
    ],
    "cin": [r"(?<![\w#])[A-Z]{1,2}\d{5,6}(?!\w)",
            r"\bCN?I[EN]?\b\W{0,4}[A-Za-z]{1,2}[ \-]?\d{5,6}(?!\w)"],
    "position": [rf"(?<!\d)(?:2\d|3[0-6]){_MINUTES}N[^\d\n]{{0,4}}\d{{1,2}}{_MINUTES}[WO]\b"],
}  # fmt: skip
_CELLS = {"cin": [r"(?<![\w#])[A-Za-z]{1,2}\d{5,6}(?!\w)"], "position": _decimal_pair(2)}
_PAGES = {"position": _decimal_pair(4)}


def _compiled(also: dict[str, list[str]]) -> list[tuple[str, re.Pattern[str]]]:
    return [(kind, re.compile(form)) for kind, forms in _ALWAYS.items()
            for form in forms + also.get(kind, [])]  # fmt: skip


_FORMS = {False: _compiled(_CELLS), True: _compiled(_PAGES)}
# What every form above has, as written, for RE2, which has no look-around.
_BLANK = r"\t \x{A0}\x{2000}-\x{200A}\x{202F}"
SUSPECT = (
    rf"[@\x{{FF20}}]|(?i:at|arobase)\s?[\])]|\d[\d{_BLANK}.\-/()\x{{2010}}-\x{{2013}}]{{7,}}\d"
    r"|[A-Za-z][ \-]?\d{5}|\d[.,]\d\d[^\n]*\d[.,]\d\d|°"
    # Digits of other scripts and invisible characters, which `folded` undoes.
    r"|[\x{660}-\x{669}\x{6F0}-\x{6F9}\x{FF10}-\x{FF19}\x{AD}\x{2060}\x{FEFF}]"
    r"|[\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2066}-\x{2069}]|[\x{1D7CE}-\x{1D7FF}]"
)
_INVISIBLE = dict.fromkeys(
    [0xAD, 0x2060, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_WEB = re.compile(r"https?://\S+")
Codes = Sequence[re.Pattern[str]]
_NAMES = {
    "courriel": "une adresse électronique",
    "telephone": "un numéro de téléphone",
    "cin": "un numéro de carte nationale",
    "position": "une position géographique précise",
    "nom": "un nom",
    "texte_libre": "un texte libre",
}


class Match(NamedTuple):
    """An identifier in a text: its kind, where it is, and the whole word around it."""

    kind: str
    start: int
    end: int
    word: str


def named(kind: str) -> str:
    """A kind of identifier in French, with its article."""
    return _NAMES[kind]


def folded(text: str) -> str:
    """``text`` in compatibility form (NFKC), digits 0 to 9, without invisible characters.

    >>> folded("٠٦\\u200e１２")
    '0612'
    """
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text.translate(_INVISIBLE))
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)


def matches(text: str, *, page: bool = False, codes: Codes = ()) -> Iterator[Match]:
    """Identifiers in a text that is already :func:`folded`.

    A national card is not looked for in a web address, where such words are common.

    Args:
        codes: forms of whole words that are no identifiers, though they may look like one.
    """
    addresses = [match.span() for match in _WEB.finditer(text)]
    for kind, form in _FORMS[page]:
        for match in form.finditer(text):
            start, end = match.span()
            inside = kind == "cin" and any(a <= start < b for a, b in addresses)
            word = word_around(text, start, end)
            if not inside and not any(code.fullmatch(word) for code in codes):
                yield Match(kind, start, end, word)


def kinds(text: str) -> list[str]:
    """Kinds of the identifiers found in a cell, each once; empty if there is none.

    >>> kinds("Appeler le +212 (0) 6-00 00 00 00"), kinds("E0000010, 04.281, 2025-12-31")
    (['telephone'], [])
    """
    return list(dict.fromkeys(match.kind for match in matches(folded(text))))


def masked(text: str, codes: Codes = ()) -> str:
    """``text`` with each identifier replaced by :data:`MASK`; unchanged if there is none.

    >>> masked("Écrire à personne@exemple.invalid.")
    'Écrire à •••.'
    """
    plain = folded(text)
    spans = sorted((match.start, match.end) for match in matches(plain, codes=codes))
    if not spans:
        return text
    parts, last = [], 0
    for start, end in spans:
        if start > last or not parts:
            parts.append(plain[last:start])
        last = max(last, end)
    return MASK.join([*parts, plain[last:]])


def word_around(text: str, start: int, end: int) -> str:
    """The word, with its dots and hyphens, that holds ``text[start:end]``."""
    while start and (text[start - 1].isalnum() or text[start - 1] in "_.-"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] in "_.-"):
        end += 1
    return text[start:end].strip(".-")
