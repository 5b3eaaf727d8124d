"""Map of who has reported."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from layers.base.clock import today
from layers.base.messages import message
from maps.charts.commune_states import save_state_map
from maps.layout.content import DEMO_MARK
from maps.layout.words import page_day
from zones.reports.year_round import Round

_COLOURS = {
    "on_time": "#2F7D4F", "late": "#9CC48A", "asked": "#E8C34A", "unread": "#D9822B",
    "missing": "#B3261E", "expected": "#E3E3E3",
}  # fmt: skip


def save_status_map(table: pd.DataFrame, asked: Round, path: Path) -> Path | None:
    """Draw who has reported (``table``: columns of ``STATUS``); None without boundaries."""
    if asked.boundaries is None:
        return None
    codes = asked.boundaries["commune_code"]
    known = table.set_index("reporter")
    names = codes.map(known["name"]).str.removeprefix("xã ").str.removeprefix("phường ")
    drawn = asked.boundaries.assign(state=codes.map(known["state"]), name=names)
    others = table[~table["reporter"].isin(set(codes))]
    sent = int(others["received"].notna().sum())
    note = f"Sở, ngành (không có trên bản đồ): {sent}/{len(others)} đã gửi" if len(others) else ""
    states = [
        (name, message(f"zones.reports.state_{name}").vi, colour)
        for name, colour in _COLOURS.items()
    ]
    day = page_day(today().isoformat(), "vi")
    title = f"{message('zones.reports.who_reported', year=asked.year).vi}, đến ngày {day}"
    mark = DEMO_MARK.vi if asked.demo else ""
    return save_state_map(drawn, states, path, title=title, mark=mark, note=note)
