"""Names in a table that no commune bears as they stand: a person says which commune is meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd
from ruamel.yaml.comments import CommentedMap

from layers.communes.gazetteer import communes_on
from layers.communes.match_result import Match, NoMatch
from layers.communes.matching import match_commune
from layers.convert.rows import CommuneColumns, find_units
from zones.app.entries import sections

_MOST_NAMES = 100
#: Why a name is no commune: it is a former district or the province, whose rows are sums.
_ABOVE = ("district", "whole-province")


def communes_in_doubt(
    frame: pd.DataFrame,
    columns: Mapping[str, str],
    document: CommentedMap,
    said: Mapping[str, Any],
) -> dict[str, Any]:
    """Names that a person must confirm, how often each stands there, and communes to choose from.

    ``said`` is the entry of the table in the project, whose choices stay listed. None where the
    table is of another day than the boundaries: its names are those of other communes.
    """
    given = CommuneColumns(code=columns.get("commune_code"), name=columns.get("commune"))
    province = str(document.get("province", ""))
    day = str(sections(document, "communes").get("vintage") or "") or None
    own = sections(sections(document, "layers"), str(said.get("name", ""))).get("vintage")
    if not set(given.named().values()) & set(frame.columns) or (own and str(own) != day):
        return {"doubts": [], "units": []}
    rows = find_units(frame, given, province=province, on=day)
    chosen = said.get("communes", {})
    settled = {str(one.get("written", "")) for one in _corrected(document)} - set(chosen)
    counts = Counter(row.text for row in rows if row.role == "unmatched" and row.text.strip())
    names = [*counts, *(text for text in chosen if text not in counts)]
    doubts = []
    for text in [name for name in names if name not in settled][:_MOST_NAMES]:
        found = match_commune(text, province=province, on=day)
        if isinstance(found, NoMatch) and found.reason in _ABOVE and text not in chosen:
            continue
        near = found.unit.code if isinstance(found, Match) and found.confirm else ""
        count = counts[text] or sum(row.text == text for row in rows)
        doubts.append({"text": text, "count": count, "near": near})
    units = communes_on(province, day).values() if doubts else ()
    listed = [{"code": one.code, "name": f"{one.name} ({one.kind})"} for one in units]
    return {"doubts": doubts, "units": listed}


def _corrected(document: CommentedMap) -> list[Mapping[str, Any]]:
    """Names that the project as a whole says the commune of."""
    found = sections(document, "corrections").get("communes")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
