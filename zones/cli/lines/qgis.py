"""What was changed in a QGIS project, as the terminal tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from layers.base.language import Language, format_number
from layers.base.messages import message
from zones.output.text_table import table_lines

_SHOWN = 20


def change_lines(
    changes: pd.DataFrame, communes: Mapping[str, str], language: Language
) -> Iterator[str]:
    """Hectares by layer and commune, then the rows that were changed."""
    if changes.empty:
        yield message("zones.cli.lines.nothing_changed").text(language)
        return
    sums = changes.groupby(["layer", "commune_code", "change"])[["before_ha", "after_ha"]]
    counts = sums.size()
    rows = [
        [
            str(layer),
            communes.get(str(code), str(code)),
            message(f"zones.cli.lines.rows_{change}", count=int(counts[layer, code, change])).text(
                language
            ),
            *(format_number(float(value), language, decimals=2) for value in values),
        ]
        for (layer, code, change), values in zip(counts.index, sums.sum().to_numpy(), strict=True)
    ]
    head = [
        message(f"zones.cli.lines.head_{key}").text(language)
        for key in ("layer", "commune", "changed", "before", "after")
    ]
    yield from table_lines([head, *rows], left=range(3))
    for row in changes.head(_SHOWN).to_dict("records"):
        told = message(f"zones.cli.lines.row_{row['change']}", fid=row["fid"], fields=row["fields"])
        yield f"  {row['layer']}: {told.text(language)}"
    if len(changes) > _SHOWN:
        yield message("zones.cli.lines.more_edits", count=len(changes) - _SHOWN).text(language)
