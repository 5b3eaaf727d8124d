"""Map of who has reported."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from layers.base.clock import today
from layers.base.messages import message
from maps.charts.commune_states import save_state_map
from maps.layout.content import DEMO_MARK
from zones.reports.year_round import Round

_COLOURS = {
    "on_time": "#2F7D4F", "late": "#9CC48A", "asked": "#E8C34A", "missing": "#B3261E",
    "expected": "#E3E3E3",
}  # fmt: skip


def save_status_map(table: pd.DataFrame, asked: Round, path: Path) -> Path | None:
    """Draw who has reported (``table``: columns of ``STATUS``); None without boundaries."""
    if asked.boundaries is None:
        return None
    state = asked.boundaries["commune_code"].map(table.set_index("reporter")["state"])
    states = [
        (name, message(f"zones.reports.state_{name}").vi, colour)
        for name, colour in _COLOURS.items()
    ]
    day = message("zones.reports.on_day", day=today()).vi
    mark = f" – {DEMO_MARK.vi}" if asked.demo else ""
    title = f"{message('zones.reports.who_reported', year=asked.year).vi}\n({day}{mark})"
    return save_state_map(asked.boundaries.assign(state=state), states, path, title=title)
