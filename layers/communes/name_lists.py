"""Lists of communes in a sentence of a plan: which communes, and whether others may join them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from layers.communes.gazetteer import Day, communes_on
from layers.communes.match_result import Match, NoMatch
from layers.communes.matching import match_commune
from layers.communes.qualifiers import names_whole_province
from layers.communes.spelling import tidy

#: Words that open a list; what stands before is not part of it.
_OPENING = re.compile(
    r"\b(?:các\s+)?(?:xã\s*,\s*phường|phường\s*,\s*xã|xã|phường|thị trấn|đặc khu)\b\s*:?",
    re.IGNORECASE,
)
#: Three dots, an ellipsis or "v.v." leave a list open.
_OPEN_END = re.compile(
    r"…|\.{2,}|\bv\.?\s?v\b\.*"
    r"|(?:\b(?:và|cùng)\s+)?(?:\b(?:các|một số)\s+)?\bxã\s+(?:khác|lân cận|liền kề|phụ cận)\b"
)
#: Figures of single communes: "A (1.000 ha), B (500 ha)", "A 1.000 ha, B 500 ha"; a list may be cut
#: off within the parentheses.
_FIGURES = re.compile(
    r"\s*\((?:[^()]*\d[^()]*\)|[^()]*$)|:?\s+\d[\d.,]*\s*(?:ha|héc[- ]?ta|tấn|con|cây|m3|%)(?!\w)"
)
#: A full stop or the next bullet ends it; the dot of "P. Kỳ Lừa" or "TT. Na Dương" does not.
_SENTENCE_END = re.compile(r"(?<!\b[PXHpxh])(?<!\bTT)(?<!\bTP)(?<!\bTX)\.(?=\s|$)|\n\s*[-+•]")
_BETWEEN = re.compile(
    r"[,;:\n]|\s(?:và|với|cùng)\s|\s&\s|\s[-–]\s(?=(?:xã|phường|đặc khu)\s)", re.IGNORECASE
)
_LEADING = re.compile(r"^(?:và|cùng|với|gồm|các)\s+", re.IGNORECASE)
#: Words between the kind and the names ("các xã vùng cao như A"), in small letters: Như Thanh is a
#: name.
_CONNECTIVE = r"\b(?:như(?: là)?|(?:bao )?gồm(?: có)?|là|(?:như )?sau(?: đây)?|dưới đây|cụ thể)"
_INTRODUCED = re.compile(rf"^.*{_CONNECTIVE}\s+(?=[^\W\d_])")
_INTRODUCTION = re.compile(rf"^.*{_CONNECTIVE}$")
#: What the communes have in common, in small letters before the first name.
COMMON = (
    r"(?:vùng (?:cao|thấp|sâu|xa|đệm|biên|núi|đồng bằng|ven biển)|miền núi|biên giới|trung du"
    r"|ven (?:biển|sông|hồ|đô)|phía (?:bắc|nam|đông|tây))"
)
_IN_COMMON = re.compile(rf"(?P<kind>(?:các\s+)?(?:xã|phường))\s+{COMMON}\s+(?=[^\W\d_])")
_NAMES_FOLLOW = re.compile(rf"[^,;.\n]*{_CONNECTIVE}\s*:?\s*(?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A commune that a list names more than once."""

    code: str  # Its code
    name: str  # Its name
    texts: tuple[str, ...]  # The texts that mean it, in the order of the list


@dataclass(frozen=True, slots=True)
class NameList:
    """Communes that a sentence lists.

    Parameters
    ----------
    matches : tuple of Match
        One for each distinct commune, in the order of the list; all of the province, in order of
        code, where the sentence means the whole province.
    open : bool
        The list ends in an ellipsis: other communes may join.
    duplicates : tuple of Duplicate
        Communes named more than once.
    unresolved : tuple of NoMatch
        Items that mean no single commune, each with its reason.
    whole_province : bool
        The sentence means every commune ("các xã, phường trên địa bàn tỉnh").
    """

    matches: tuple[Match, ...]
    open: bool
    duplicates: tuple[Duplicate, ...] = ()
    unresolved: tuple[NoMatch, ...] = ()
    whole_province: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the matches."""
        return tuple(match.code for match in self.matches)


def _opening(text: str) -> int:
    """Where the list begins: at the first kind word before a capital letter, else at the first."""
    found = list(_OPENING.finditer(text))
    named = [one for one in found if _before_names(text[one.end() :])]
    return (named or found)[0].start() if found else 0


def _before_names(rest: str) -> bool:
    """Whether names follow, at once or behind words such as "như" and "gồm"."""
    introduced = _NAMES_FOLLOW.match(rest) or re.match(rf"\s*{COMMON}\s+", rest)
    return rest[introduced.end() if introduced else 0 :].lstrip(" :")[:1].isupper()


def _items(text: str) -> tuple[list[str], bool]:
    """Texts between the separators of the first list of a text, and whether it is open."""
    # A line break within a sentence is the page's, unless names stand one below the other.
    joined = text if not re.search("[,;]", text) else re.sub(r"\n(?!\s*[-+•])", " ", text)
    listed = joined[_opening(joined) :]
    ellipsis, end = _OPEN_END.search(listed), _SENTENCE_END.search(listed)
    is_open = ellipsis is not None and (end is None or ellipsis.start() <= end.start())
    stops = [found.start() for found in (ellipsis, end) if found]
    parts = [tidy(part) for part in _BETWEEN.split(listed[: min(stops, default=None)])]
    return [part for part in (_LEADING.sub("", part) for part in parts) if part], is_open


def _strip_opening(item: str) -> str:
    """Drop the words that open the whole list, keeping a kind word before a single name."""
    introduced = _INTRODUCED.match(item)
    if introduced and item[introduced.end()].isupper():
        return item[introduced.end() :]
    common = _IN_COMMON.match(item)
    if common and item[common.end()].isupper():
        return f"{common['kind']} {item[common.end() :]}"
    opening = _OPENING.match(item)
    return "" if (opening and _INTRODUCTION.match(item)) or _OPENING.fullmatch(item) else item


def read_name_list(text: str, *, province: str, on: Day = None) -> NameList:
    """Read the communes that a sentence lists.

    Parameters
    ----------
    text : str
        A sentence or a bare list: "các xã A, B, C và phường D, …". Only the first list of the text
        is read, up to the end of its sentence or its ellipsis.
    province : str
        Code or name of the province.
    on : str, int, date or None
        Day of the text; the newest vintage without it.

    Returns
    -------
    NameList
        Distinct communes, whether the list is open, duplicates, and what could not be resolved.

    Raises
    ------
    InputError
        No table for that province and day.

    Examples
    --------
    >>> found = read_name_list("tại các xã Lộc Bình, Ba sơn và phường Kỳ Lừa,...", province="20")
    >>> found.codes, found.open
    (('06529', '06196', '06187'), True)
    """
    whole = _FIGURES.sub("", unicodedata.normalize("NFC", text))
    items, is_open = _items(whole)
    if names_whole_province(_first_sentence(whole)) and not _resolvable(items, province, on):
        return NameList(_everything(province, on), open=False, whole_province=True)
    found: dict[str, list[Match]] = {}
    unresolved = []
    for item in filter(None, map(_strip_opening, items)):
        match = match_commune(_without_heading(item), province=province, on=on)
        if isinstance(match, NoMatch):
            unresolved.append(match)
        else:
            found.setdefault(match.code, []).append(match)
    return NameList(
        matches=tuple(same[0] for same in found.values()),
        open=is_open,
        duplicates=tuple(
            Duplicate(code, same[0].name, tuple(match.text for match in same))
            for code, same in found.items()
            if len(same) > 1
        ),
        unresolved=tuple(unresolved),
    )


def _first_sentence(text: str) -> str:
    end = _SENTENCE_END.search(text)
    return text[: end.start()] if end else text


def _without_heading(item: str) -> str:
    """Name of an item; "các xã Đình Lập" heads a list whose members may be of any kind."""
    return re.sub(r"^các\s+(?:xã|phường|thị trấn)\s+", "", item, flags=re.IGNORECASE)


def _resolvable(items: list[str], province: str, on: Day) -> bool:
    return any(isinstance(match_commune(item, province=province, on=on), Match) for item in items)


def _everything(province: str, on: Day) -> tuple[Match, ...]:
    return tuple(
        Match(unit.code, unit.name, "exact", 1.0, (), unit.name, unit)
        for unit in communes_on(province, on).values()
    )
