"""What stands around a commune's name in a cell: its district, its province, or the whole of it."""

from __future__ import annotations

import re
from functools import lru_cache

from layers.base.errors import NameResolutionError
from layers.communes.gazetteer import find_province
from layers.communes.spelling import KIND_WORDS, exact_key, split_kind, tidy, without_marks

#: With or without their marks, but not with others: a commune is called Tĩnh Túc.
_WHOLE = re.compile(
    r"^(to[àa]n|c[ảa]) t[ỉi]nh\b|^(t[ổo]ng( c[ộo]ng| s[ốo])?|c[ộo]ng)$|^t[ỉi]nh l[ạa]ng s[ơo]n$"
    r"|\b(tr[êe]n|trong) (ph[ạa]m vi |[đd][ịi]a b[àa]n )?(to[àa]n |c[ảa] )?t[ỉi]nh\b"
    r"|^(t[ổo]ng( c[ộo]ng| s[ốo])?|c[ộo]ng):? "
    r"((to[àa]n|c[ảa]) t[ỉi]nh$|\(?(\d+|c[áa]c) (x[ãa]|ph[ưu][ờo]ng|[đd][ơo]n v[ịi])\b)"
    r"|^c[áa]c x[ãa],? (v[àa] )?ph[ưu][ờo]ng$"
)
_BEHIND = re.compile(r"^(?P<name>[^,(]+?)\s*(?:,|\(|\s-\s)\s*(?P<rest>[^()]+?)\s*\)?$")
_DISTRICT = re.compile(
    r"^(?:(?:huyện|huyen|thành phố|thanh pho|thị xã|thi xa|tp)(?=\s)|(?:h|tp|tx)\.)\s*",
    re.IGNORECASE,
)


def names_whole_province(text: str) -> bool:
    """Whether a text means every commune of the province."""
    return bool(_WHOLE.search(exact_key(text)))


@lru_cache(maxsize=4096)
def district_key(text: str) -> str:
    """Key of the district that a text names with its kind ("huyện Chi Lăng"); empty for none."""
    clean = tidy(text)
    found = _DISTRICT.match(clean)
    return exact_key(clean[found.end() :]) if found else ""


def split_qualifier(text: str) -> tuple[str, str, str | None]:
    """Part the name of a commune, its kind in front, from the district or province behind it."""
    found = _BEHIND.match(text)
    if not found:
        return text, "", None
    name, district, province = tidy(found["name"]), "", None
    for part in re.split(r",|\s-\s", found["rest"]):
        clean = tidy(part)
        if without_marks(clean.casefold()) in KIND_WORDS:
            # "Lộc Bình (xã)"; in "Xã Lộc Bình (xã)" it is said already.
            name = name if len(split_kind(name)) > 1 else f"{clean} {name}"
            continue
        try:
            province = find_province(clean)
        except NameResolutionError:
            district = exact_key(_DISTRICT.sub("", clean))
        else:
            # The town of Lạng Sơn bears the province's name: a district where it says so.
            if _DISTRICT.match(clean):
                district, province = exact_key(_DISTRICT.sub("", clean)), None
    return name, district, province
