"""Which unit a title, a heading or a note says, also one from which no figure can be brought.

"Đơn vị: 1000ha" or "(công)" is no unit of ours; passed over, it would leave a figure in hectares.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from layers.base.resources import data_rows, kept

_MANY = r"(?:nghìn|ngàn|triệu|trăm|chục|mươi|mười|vạn|tỷ|thousand|million)"
#: "nghìn con", "1.000 ha", "1000ha", "1/10 ha", "10³ ha"
_MULTIPLE = re.compile(
    rf"[x×]?\s*(?P<count>\d[\d.,/^³⁴ ]*)?(?P<words>(?:\s*{_MANY}\b)*)\s*(?P<unit>[^\W\d_%].*|%)",
    re.IGNORECASE,
)
#: Counts of units, not sizes of zones: "Vùng hồi (33.000 ha)" is a zone.
_ROUND = re.compile(r"1/10+|0[.,]0*1|10{1,6}|1[., ]000(?:[., ]000)?|10[\^³⁴]\d?")
#: What is measured, not counted: a figure before it in a heading is a multiple of it.
_SIZED = ("area", "volume", "mass", "money")
#: Measures of land that no plan of ours is in.
_FOREIGN = (
    r"(?:acres?|ares?|(?:sq|square)\.? ?(?:km|m|ft|feet|met(?:er|re)s?)|"
    r"(?:dam|dm|cm|ft)[2²])"
)
#: Of land people also count what has no one size, or another one from place to place.
_NO_SIZE = re.compile(
    r"(?:công|thửa|khoảnh|thước|đám|miếng|luống)(?: (?:đất|ruộng|tầm lớn|tầm nhỏ|tầm cắt))?|"
    + _FOREIGN,
    re.IGNORECASE,
)
#: "(Mẫu)", "(Mẫu 01)": which form it is
_FORM = re.compile(r"(?:Mẫu|MẪU|Mau|MAU)(?!\w)(?!\s+(?i:bắc|bac|trung|nam)\b)")
_SAYS_UNIT = (
    r"(?:(?:đơn vị|don vi|đv|dv)(?P<sure>\s+t[íi]nh)?|(?P<short>đvt|dvt)|"
    r"(?P<by>tính (?:bằng|theo)))"
)
_AFTER_WORD = re.compile(
    rf"(?<!\w){_SAYS_UNIT}(?!\w)(?:\s+(?:diện tích|dt)\b)?\s*(?P<mark>[:=–-]|là\b)?\s*"
    r"(?P<rest>[^()\[\]\n]{0,60})",  # No unit is longer, and a cell may hold a book.
    re.IGNORECASE,
)
BRACKET = re.compile(r"[(\[](?P<inside>[^()\[\]]{1,60})[)\]]")
#: Whose name, number or signature follows, not a unit
_OF_SOMEBODY = re.compile(r"\b(?:tên|mã|số|trưởng|các|lãnh đạo)\s*$", re.IGNORECASE)
_OFFICE = re.compile(
    r"(?:xã|phường|thị trấn|đặc khu|huyện|thành phố|tỉnh|thôn|bản|ubnd|uỷ ban|ủy ban|hđnd|phòng|"
    r"văn phòng|ban|bql|hạt|kiểm lâm|chi cục|cục|chi nhánh|sở|bộ|ngành|viện|trường|công ty|cty|"
    r"tổng công ty|tập đoàn|tnhh|doanh nghiệp|dn|htx|hợp tác xã|trạm|"
    r"trung tâm|tổ|đội|hội|liên minh|nông trường|lâm trường|vườn|khu|trang trại|cơ sở|đơn vị)\b",
    re.IGNORECASE,
)
_REGION = re.compile(r"\s*(?:miền )?(?:bắc|trung|nam)(?: bộ)?\b", re.IGNORECASE)
#: Other units of land, wherever they stand: those of fields, multiples of the hectare, metres.
_OTHER_AREA = re.compile(
    r"(?<!\w)(?:sào(?!\w)|(?:nghìn|nghin|ngàn|ngan|vạn|triệu|1[.,]?000)\s*ha(?!\w))|"
    r"(?:(?<!\w)|(?<=dt))(?<!ban )sao(?: bac bo)?(?=(?: \d+)?$)|(?<=dt )mau(?=(?: \d+)?$)|"
    r"(?<=dien tich )(?:mau|cong)$|\((?:mẫu|công)\)|"
    r"(?:(?<![^\W_])|(?<=dt)|(?<=dtich)|(?<=dientich)|(?<=area))"
    r"(?:k?m2|k?m²|mét vuông|met vuong|m vuông)(?![^\W_])|"
    rf"(?:(?<!\w)|(?<=dt)|(?<=area)){_FOREIGN}(?=(?: \d+)?$)"
)
#: What a row of other figures than areas says of itself.
_FIGURES = re.compile(
    r"(?<!\w)(?:t[ỷỉ] lệ|ty le|mật độ|mat do|giá (?:trị|bán)|gia (?:tri|ban)|số lượng|so luong|"
    r"thu nhập|chi phí|tuổi|density|price|rate|value)(?!\w)"
)
_RATE = re.compile(r"[(\[]\s*(?P<rate>(?P<above>[^\s()\[\]/]+)\s*/[^()\[\]]+)[)\]]")
_YEARLY = re.compile(r"ha\s*/\s*(?:năm|vụ|year)", re.IGNORECASE)
_OF_AREA = re.compile(r"(?<!\w)(?:diện tích|dien tich|dt|area)(?!\w)", re.IGNORECASE)
#: What tables of crops tell beside areas; "giá trị" or "số lượng" may head a column of areas.
_QUANTITY = re.compile(
    r"(?<!\w)(?:năng suất|nang suat|sản lượng|san luong|trữ lượng|tru luong|doanh thu|"
    r"số (?:hộ|cây|con|lao động|thôn|xã)|so (?:ho|cay|con)|yield|production|households?)(?!\w)",
    re.IGNORECASE,
)
_UNIT_HEAD = re.compile(
    r"(?:đơn|don)[\s_]*(?:vị|vi)(?:[\s_]*(?:tính|tinh))?|[đd]vt|[đd]v[\s_]*(?:tính|tinh)|units?"
)
_UNIT_OR_OFFICE = re.compile(r"(?:đơn|don)[\s_]*(?:vị|vi)")
_AND = re.compile(r"\s*(?:và|hoặc|hay|&|\+|,|;|-)\s*", re.IGNORECASE)
#: "Bằng" and "Quy" begin names of communes.
_FILLER = re.compile(
    r".*\b(?:diện tích|dt)\s*:?\s*|"
    r"(?<!\w)(?-i:[Tt]ính|[Tt]heo|bằng|quy|là|TÍNH|THEO|BẰNG|QUY|LÀ)\s+",
    re.IGNORECASE,
)
#: Words of units without marks, or without the unit: no names
_HALF_UNIT = re.compile(rf"{_MANY}|sao|mau|cong|nghin|ngan|trieu|van|tan|met", re.IGNORECASE)
#: "Láng", "M'Drắk", "Lộ 25"
_ONE_NAME = re.compile(r"(?P<name>[^\W\d_](?:[^\W\d_]|['’])*)(?: \d+)?")
#: What may stand before the unit of a whole table
_OF_TABLE = re.compile(r"\W*(?:(?:biểu|bảng|phụ lục|báo cáo)(?!\w)[^()\[\]]*\W)?", re.IGNORECASE)
#: "Hiện có, sào", "Hiện có sào"
TAIL = re.compile(
    r"\s*[,;:–-]\s*(?P<apart>[^,;:–()\[\]-]+)$|\s(?P<near>ha|k?m2|k?m²|sào)$", re.IGNORECASE
)


@kept
def _written_units() -> Mapping[str, tuple[str, float]]:
    """Dimension and factor of every way to write a unit."""
    found: dict[str, tuple[str, float]] = {}
    for row in data_rows("units.csv"):
        for word in (row["unit"], row["name_vi"], *filter(None, row["written"].split("|"))):
            found.setdefault(word.casefold(), (row["dimension"], float(row["factor"])))
    for row in data_rows("forms", "units.csv"):
        for word in row["written"].split("|"):
            found[word.casefold()] = (row["dimension"], float(row["factor"]))
    return found


def unit_of(written: str) -> tuple[str, float] | None:
    """Dimension and factor of a unit as written; None where it is no unit."""
    words = written.casefold().strip(" .()")
    return _written_units().get(words) or _written_units().get(words.replace(" ", ""))


def conversion(written: str, unit: str) -> float | None:
    """Factor from a unit as written to the unit asked for; None where it does not lead there."""
    here, there = unit_of(written), unit_of(unit)
    if here is None or there is None:
        return 1.0 if written.casefold() == unit.casefold() else None
    return here[1] / there[1] if here[0] == there[0] else None


def heads_units(text: str) -> bool:
    """Whether a header stands over units."""
    return bool(_UNIT_HEAD.fullmatch(unicodedata.normalize("NFC", text).casefold().strip(" .:")))


def is_unit_alone(text: str) -> bool:
    """Whether a header can mean units alone: "Đơn vị" may be who reports, "ĐVT" may not."""
    return not _UNIT_OR_OFFICE.fullmatch(unicodedata.normalize("NFC", text).casefold().strip(" .:"))


def unit_in(text: str) -> str:
    """Unit that a title names, in brackets or after "Đơn vị"; empty for none."""
    return next(_said(text), "")


def unit_said(text: str) -> str:
    """Unit that a title names, or that it is: "10 ha"."""
    bare = text.strip(" .")
    if _FORM.fullmatch(bare.strip("()[]")):
        return ""
    counts = unit_of(bare) is not None and is_count(bare)
    return bare.strip("()[]") if is_unit(bare) and not counts else unit_in(text)


def unit_of_table(text: str) -> str:
    """Unit that a title gives for the figures of a table: "ĐVT: sào", "(sào)"; empty for none.

    So does "Diện tích (1.000 ha)"; "Đất vườn ươm (m2)" or "tính theo sào" speaks of what it names.
    """
    bare, said = text.strip(" .()[]"), unit_said(text)
    if said == bare or (_OF_AREA.search(text) and is_hectares(many_of(said))):
        return said
    found = (_after_word(one, text) for one in _AFTER_WORD.finditer(text) if not one["by"])
    return next(filter(None, found), "")


def is_title_of_units(heading: str) -> bool:
    """Whether the heading of an empty column is a line about the unit of the table beside it."""
    bare = heading.strip(" .()[]")
    if measure_of(bare) == "area":
        return True
    sentence = _AFTER_WORD.search(heading)
    return sentence is not None and bool(_OF_TABLE.fullmatch(heading[: sentence.start()]))


def unit_of_heading(text: str) -> str:
    """Unit that a heading names: in brackets with whatever count, behind a comma, or alone."""
    if unit := next(_said(text, heading=True), ""):
        return unit
    bare = text.strip()
    if is_unit(bare) and not is_count(bare):
        return bare
    tail = TAIL.search(bare)
    said = (tail["apart"] or tail["near"] or "").strip() if tail else ""
    return said if said and is_unit(said) and not is_count(said) else ""


def unit_of_note(text: str, units: Iterable[str]) -> str:
    """Unit that a note says of figures in these units, and not of a figure of its own.

    "ĐVT: sào" and "(sào)" say it, "mất 3 sào", "sản lượng 5 (tấn)" or "tỷ lệ sống (%)" do not.
    """
    bare = text.strip(" .")
    alone = unit_of(bare) or unit_of(many_of(bare))
    said = unit_said(text) if alone and not bare[:1].isdigit() else unit_in(text)
    if not said or _AFTER_WORD.match(bare.lstrip("([")) or bare[1:-1].strip() == said:
        return said
    figure = re.search(r"\d", re.sub(r"\bk?m[23]\b", "", text))
    same = dimension_of(said) in {dimension_of(unit) for unit in units}
    return said if same and not figure else ""


def many_of(words: str) -> str:
    """Unit of which a text says a multiple: ha of "nghìn ha"; empty for none."""
    found = _MULTIPLE.fullmatch(words.strip())
    many = found is not None and (found["count"] or found["words"])
    return found["unit"].strip() if found and many else ""


def is_unit(words: str) -> bool:
    """Whether a text is a unit, a multiple of one, or a measure of land without a size."""
    return any(unit_of(one) or _NO_SIZE.fullmatch(one) for one in (words, many_of(words)))


def dimension_of(words: str) -> str:
    """Dimension of a unit or of that of which it is a multiple; empty for what has none."""
    return (unit_of(words) or unit_of(_within(words)) or ("",))[0]


def openings(text: str) -> list[str]:
    """First words of a text, the longest first."""
    parts = text.split()
    return [" ".join(parts[:count]) for count in range(len(parts), 0, -1)]


def _within(words: str) -> str:
    """Unit of a multiple, or the first of several."""
    many = many_of(words)
    if many and unit_of(many):
        return many
    return next((one for one in openings(re.sub(r"[,;/]", " ", words)) if unit_of(one)), "")


def other_quantity(heading: str) -> str:
    """What a heading of areas names in place of hectares, a unit or a quantity; empty for none."""
    plain = unicodedata.normalize("NFC", heading).replace("_", " ")
    found = _OTHER_AREA.search(plain.casefold())
    if found and re.search(r"\d\s*$", plain[: found.start()]):  # "Vườn >= 500 m2 (ha)"
        found = None if any(map(is_hectares, _said(plain, heading=True))) else found
    if found:
        return found.group().strip("()")
    rate = _RATE.search(plain)
    if rate and unit_of(rate["above"]):
        return "" if _YEARLY.fullmatch(rate["rate"]) else rate["rate"]
    said, of_area = unit_of_heading(plain), _OF_AREA.search(plain)
    if said and is_hectares(said):
        return ""
    if said and not (of_area and is_count(said)):  # "Diện tích (hộ)": who has it
        return said
    other = _QUANTITY.search(plain)
    return other.group() if other and not said and not of_area else ""


def speaks_of_area(text: str) -> bool:
    """Whether a heading says that its figures are areas, in whatever unit."""
    plain = unicodedata.normalize("NFC", text).replace("_", " ")
    return bool(_OF_AREA.search(plain)) or is_hectares(unit_of_heading(plain))


def is_no_area(label: str) -> bool:
    """Whether the label of a row says that its figure is none of areas: "Sản lượng"."""
    words = unicodedata.normalize("NFC", label).replace("_", " ").casefold()
    return bool(_QUANTITY.search(words) or _FIGURES.search(words)) and not _OF_AREA.match(words)


def measure_of(words: str) -> str:
    """Dimension of a unit in a cell of its own, "rate" of one by another; empty for no unit."""
    known = unit_of(words)
    if known is not None:
        return known[0]
    if is_unit(words):
        return dimension_of(words) or "area"  # "công", "thửa"
    return "rate" if "/" in words and unit_of(words.partition("/")[0]) else ""


def is_size_of_land(words: str) -> bool:
    """Whether a unit, or that of which it is a multiple, is one of land with one size."""
    return dimension_of(words) == "area" or bool(re.fullmatch(_FOREIGN, words.casefold()))


def is_hectares(words: str) -> bool:
    """Whether a text is the hectare as people write it."""
    return unit_of(words) == ("area", 1.0)


def is_count(words: str) -> bool:
    """Whether a unit, or that of which it is a multiple, is counted one by one."""
    return dimension_of(words) == "count"


def _said(text: str, *, heading: bool = False) -> Iterator[str]:
    """Units that a text names, in its order."""
    found = [(one.start(), _after_word(one, text)) for one in _AFTER_WORD.finditer(text)]
    found += [
        (one.start(), _in_bracket(one["inside"].strip(), heading=heading))
        for one in BRACKET.finditer(text)
    ]
    return (unit for _, unit in sorted(found) if unit and dimension_of(unit) != "time")


def _in_bracket(inside: str, *, heading: bool) -> str:
    """Unit that stands in brackets; of a heading with any count and any words before it."""
    if _AFTER_WORD.search(inside) or (not heading and _FORM.match(inside)):
        return ""
    first = next(filter(is_unit, openings(re.split("[,;]", inside)[0])), "")
    if first == inside and not many_of(inside):
        return inside
    behind = inside[len(first) :]
    if first and not is_count(first) and (_REGION.match(behind) or _AND.match(behind)):
        return _plain(first, behind, inside)
    many = many_of(inside)
    if unit_of(many):
        count = inside[: -len(many)].strip(" x×")
        if count == "1":
            return many
        words = not count[:1].isdigit()
        sized = dimension_of(many) in _SIZED
        is_round = bool(_ROUND.fullmatch(count)) and (sized or len(count) > 3)
        return inside if words or is_round or (heading and sized) else ""
    last = inside.split()[-1]
    if not heading or dimension_of(last) not in _SIZED:
        return ""
    plain = _FILLER.sub("", inside)
    return plain if unit_of(plain) else inside


def _after_word(found: re.Match[str], text: str) -> str:
    """Unit after the word for it; what is neither one nor somebody's name is none of ours."""
    rest = _FILLER.sub("", found["rest"]).strip(" .…_:")
    if not re.search(r"[^\W\d_]|%", rest) or _OF_SOMEBODY.search(text[: found.start()]):
        return ""
    sure = bool(found["sure"] or found["short"])
    parts = re.split(r"\s*[,;]\s*", rest)[0]
    for words in openings(parts):
        if not is_unit(words):
            continue
        behind = rest[len(words) :]
        by_each = found["by"] and unit_of(words) and is_count(words)
        if by_each or (not sure and _is_somebody(words, behind)):
            return ""
        return _plain(words, behind, rest)
    open_end = re.match(r"[^\s/]+/", rest)
    known = open_end is not None and unit_of(open_end[0].strip("/")) is not None
    if not found["mark"] and not known:
        return ""
    return rest if sure or known or not _is_name(rest) else ""


def _plain(words: str, behind: str, rest: str) -> str:
    """Unit with which a text begins, or all of the text where it goes on with another one."""
    joined = _AND.match(behind)
    after = openings(behind[joined.end() :]) if joined else []
    other = next((unit_of(one) for one in after if unit_of(one)), None)
    here = unit_of(words)
    another = here and other and here[0] == other[0] != "count" and here != other
    if another or behind[:1] == "/" or _REGION.match(behind):
        return rest
    many = many_of(words)
    return many if many and words[: -len(many)].strip() == "1" else words


def _is_somebody(words: str, behind: str) -> bool:
    """Whether it is a name that begins like a unit: "xã Lộc Bình", "Mẫu Sơn"."""
    further = behind.strip().split()
    if not further or (_REGION.match(behind) and measure_of(words) == "area"):
        return False
    return is_count(words) or (words[0].isupper() and further[0][0].isupper())


def _is_name(words: str) -> bool:
    """Whether a text after "Đơn vị:" is who reports: an office, or a name."""
    parts = words.split()
    alone = _ONE_NAME.fullmatch(re.split(r"\s*[,;]\s*|\s+[–-]\s+", words)[0])
    if alone and alone["name"][0].isupper():
        return not _HALF_UNIT.fullmatch(alone["name"])
    return bool(_OFFICE.match(words)) or any(part[0].isupper() for part in parts[1:])
