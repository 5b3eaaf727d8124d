"""What a run rests on, as its pages name it: boundaries, layers and plans, with date and origin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from layers.base.language import Phrase
from layers.base.messages import joined, message

if TYPE_CHECKING:
    from zones.project.model import Project


def layer_names(project: Project) -> dict[str, Phrase]:
    """Call the layers of a project by what they are."""
    several = Counter(item.kind for item in project.layers.values())
    names = {}
    for name, item in project.layers.items():
        kind = message(f"zones.project.kind_{item.kind}")
        if several[item.kind] > 1:
            kind = joined([kind, Phrase(f"({name})", f"({name})")], between=" ")
        names[name] = kind
    return names


def sources_table(
    project: Project, plans: Iterable[tuple[Phrase, str | None, str | None]]
) -> pd.DataFrame:
    """List what a run rests on; of each plan its name, date and issuer."""
    names = layer_names(project)
    rows: list[tuple[Phrase, str | None, str | None]] = [
        (
            message("zones.project.commune_boundaries"),
            str(project.communes.vintage),
            project.communes.path.name,
        )
    ]
    for name, item in project.layers.items():
        rows.append((names[name], str(item.date), item.source))
    rows += plans
    language = project.annex.language
    table = [(what.text(language), date, source, what.vi, what.en) for what, date, source in rows]
    return pd.DataFrame(table, columns=["layer", "date", "source", "layer_vi", "layer_en"])
