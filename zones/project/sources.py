"""What a run rests on, as its pages name it: boundaries, layers and plans, with date and origin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from layers.base.language import Phrase

if TYPE_CHECKING:
    from zones.project.model import Project

_KINDS = {
    "forest_status": Phrase(en="Forest status layer", vi="Lớp hiện trạng rừng"),
    "crop_plots": Phrase(en="Crop plots", vi="Lớp thửa cây trồng"),
    "land_use": Phrase(en="Land-use map", vi="Bản đồ hiện trạng sử dụng đất"),
    "raster": Phrase(en="Classified image", vi="Ảnh phân loại lớp phủ"),
    "report": Phrase(en="Reports of the communes", vi="Báo cáo của các xã"),
}
_COMMUNES = Phrase(en="Commune boundaries", vi="Ranh giới xã, phường")


def layer_names(project: Project) -> dict[str, Phrase]:
    """Call the layers of a project by what they are."""
    several = Counter(item.kind for item in project.layers.values())
    names = {}
    for name, item in project.layers.items():
        kind = _KINDS[item.kind]
        if several[item.kind] > 1:
            kind = Phrase(en=f"{kind.en} ({name})", vi=f"{kind.vi} ({name})")
        names[name] = kind
    return names


def sources_table(
    project: Project, plans: Iterable[tuple[Phrase, str | None, str | None]]
) -> pd.DataFrame:
    """List what a run rests on; of each plan its name, date and issuer."""
    names = layer_names(project)
    rows: list[tuple[Phrase, str | None, str | None]] = [
        (_COMMUNES, str(project.communes.vintage), project.communes.path.name)
    ]
    for name, item in project.layers.items():
        rows.append((names[name], str(item.date), item.source))
    rows += plans
    language = project.annex.language
    table = [(what.text(language), date, source, what.vi, what.en) for what, date, source in rows]
    return pd.DataFrame(table, columns=["layer", "date", "source", "layer_vi", "layer_en"])
