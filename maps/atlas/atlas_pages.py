"""Which pages an atlas has, and what each of them needs: small parcels, made one at a time.

A page is handed to another process, so it carries its own geometry and nothing else; pages are made
only when they are about to be drawn, which keeps memory flat in their number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from layers.base.errors import InputError
from layers.base.language import Phrase
from maps.atlas.book import AtlasBook
from maps.atlas.commune_data import CommuneParcels
from maps.atlas.commune_page import CommunePage
from maps.atlas.content import AtlasContent
from maps.atlas.province_data import ProvinceParcels
from maps.atlas.province_pages import GlancePage, OverviewPage
from maps.atlas.sheet_layout import lay_out

__all__ = ["AtlasPage", "PageParcel", "list_pages"]

PageParcel = CommunePage | OverviewPage | GlancePage

_GROUPS = Phrase(en="Communes", vi="Các xã, phường")
_PROVINCE = Phrase(en="Overview", vi="Toàn tỉnh")


@dataclass(frozen=True, slots=True)
class AtlasPage:
    """One page to be drawn.

    Parameters
    ----------
    bookmark : str
        Its bookmark.
    group : str
        Bookmark above it.
    make : callable
        Makes the parcel, when it is needed.
    """

    bookmark: str
    group: str
    make: Callable[[], PageParcel]


def list_pages(
    content: AtlasContent, *, communes: Sequence[str] | None, overview: bool, paper: str
) -> list[AtlasPage]:
    """List the pages of an atlas in order.

    Parameters
    ----------
    content : AtlasContent
        What the atlas is made of.
    communes : sequence of str or None
        Codes of the communes to print; None for all.
    overview : bool
        Whether the pages of the province come first.
    paper : {"A3", "A4"}
        Paper.

    Returns
    -------
    list of AtlasPage
        All zones at a glance, one page per zone, forest cover, one page per commune.

    Raises
    ------
    InputError
        A code is not among the communes, nothing is to be printed, or the paper is unknown.
    """
    codes = content.communes["commune_code"].tolist()
    wanted = codes if communes is None else list(dict.fromkeys(communes))
    unknown = [code for code in wanted if code not in codes]
    if unknown or not (wanted or overview):
        raise InputError(
            en=f"Atlas: {len(unknown)} commune codes are unknown (first {unknown[:5]}); the "
            f"communes layer has {codes[:5]}, …",
            vi=f"Tập bản đồ: {len(unknown)} mã xã không có (đầu tiên {unknown[:5]}); lớp xã gồm "
            f"{codes[:5]}, …",
        )
    book = AtlasBook(content, lay_out(paper))
    listed: list[tuple[str, Phrase, Callable[[int, int], PageParcel]]] = []
    if overview:
        listed += [(name, _PROVINCE, make) for name, make in ProvinceParcels(book).listed()]
    parcels = CommuneParcels(book)
    names = content.communes.set_index("commune_code")["commune"]
    listed += [(str(names[code]), _GROUPS, partial(parcels.make, code)) for code in wanted]
    return [
        AtlasPage(name, group.text(content.language), partial(make, number, len(listed)))
        for number, (name, group, make) in enumerate(listed, start=1)
    ]
