"""What a spreadsheet shows of a figure under a number format, grouping and needless noughts aside.

A format may show 999.9 of a cell that holds 5: by its text, by a comma that divides by a thousand,
by fewer digits, or by nothing at all. Formats of plain figures are read; of others, as of dates,
fractions or powers of ten, nothing is said.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, localcontext

#: Formats that a workbook names by their number alone.
BUILT_IN = {
    "0": "General",
    "1": "0",
    "2": "0.00",
    "3": "#,##0",
    "4": "#,##0.00",
    "9": "0%",
    "10": "0.00%",
    "37": "#,##0 ;(#,##0)",
    "38": "#,##0 ;[Red](#,##0)",
    "39": "#,##0.00;(#,##0.00)",
    "40": "#,##0.00;[Red](#,##0.00)",
    "49": "@",
}
#: A text, an escaped letter, a blank as wide as a letter, a letter that fills, brackets, a letter.
_PIECE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|general|.', re.DOTALL | re.IGNORECASE)
#: A currency shows its mark; a locale alone changes no digit.
_CURRENCY = re.compile(r"\[\$([^\-\]]*)(-[^\]]*)?\]")
_COLOUR = re.compile(r"\[(black|blue|cyan|green|magenta|red|yellow|color *\d+)\]", re.IGNORECASE)
#: Letters that stand for themselves without quotes.
_PLAIN = "-+()$:! ^&'~{}<>=%–−\xa0"
_NUMBER = ("0", "#", "?", ".", ",", "General", "@")
_NOUGHT = ("-", "–", "—")
#: Longest format that Excel takes; more digits than a figure has.
_LONGEST, _PRECISION = 255, 700


def shown_figure(value: float, code: str) -> str | None:
    """Letters that a reader sees of a figure; None where the format is of no kind known here."""
    if len(code) > _LONGEST:
        return None
    parts = _parts(code)
    place = 0 if value > 0 else 1 if value < 0 else 2
    part = parts[place] if place < len(parts) else parts[0]
    texts = [None if piece in _NUMBER else _text(piece) for piece in part]
    number = [piece for piece in part if piece in _NUMBER]
    at = [place for place, piece in enumerate(part) if piece in _NUMBER]
    first, last = (at[0], at[-1] + 1) if at else (len(part), len(part))
    if last - first > len(number) or None in (*texts[:first], *texts[last:]):
        return None
    before, after = ("".join(map(str, some)) for some in (texts[:first], texts[last:]))
    with localcontext(prec=_PRECISION):
        amount = abs(Decimal(repr(float(value)))) * 100 ** part.count("%")
        figure = _digits(amount, number)
    if figure is None or "[white]" in map(str.lower, part):
        return figure and ""
    minus = "-" if value < 0 and len(parts) == 1 else ""
    shown = f"{minus}{before}{figure}{after}".replace("−", "-").strip()
    return "0" if value == 0 and shown in _NOUGHT else shown


def _parts(code: str) -> list[list[str]]:
    """Pieces of the parts of a format: for figures above, below and of nought."""
    parts: list[list[str]] = [[]]
    for piece in _PIECE.findall(code):
        if piece == ";":
            parts.append([])
        else:
            parts[-1].append("General" if piece.lower() == "general" else piece)
    return parts


def _text(piece: str) -> str | None:
    """What a piece shows that is no digit; None where that depends on more than the figure."""
    if piece[0] == '"' and len(piece) > 1:
        return piece[1:-1]
    if piece[0] in "\\_*" and len(piece) > 1:
        return piece[1] if piece[0] == "\\" else ""
    if mark := _CURRENCY.fullmatch(piece):
        return mark.group(1)
    if _COLOUR.fullmatch(piece) or piece.lower() == "[white]":
        return ""
    return piece if piece in _PLAIN else None


def _digits(amount: Decimal, number: list[str]) -> str | None:
    """Digits of an amount by the marks of a format, without noughts at its end."""
    if "General" in number or "@" in number:
        return _plain(amount) if len(number) == 1 else None
    whole, _, rest = "".join(number).partition(".")
    if "." in rest:
        return None
    marks = whole.replace(",", ""), rest.replace(",", "")
    if not any(marks):
        return ""
    # A comma behind the last digit divides by a thousand; before it thousands are grouped.
    scale = sum(len(part) - len(part.rstrip(",")) for part in (whole, rest))
    rounded = (amount / 1000**scale).quantize(Decimal(1).scaleb(-len(marks[1])), ROUND_HALF_UP)
    return "" if not rounded and set(marks[0] + marks[1]) == {"#"} else _plain(rounded)


def _plain(amount: Decimal) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
