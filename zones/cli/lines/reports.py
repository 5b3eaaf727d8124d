"""Lines that ``zones reports`` prints."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from layers.base.language import Language
from layers.base.messages import message
from zones.output.text_table import table_lines

if TYPE_CHECKING:
    import pandas as pd

    from zones.reports.checking.earlier_files import Doubt

#: States that call for action, in this order.
_OPEN = ("missing", "unread", "asked")


def collected_lines(
    files: pd.DataFrame, names: Mapping[str, str], language: Language
) -> Iterator[str]:
    """What became of each file, and whose it is."""
    rows = [
        [
            message(f"zones.reports.verdict_{row['verdict']}").text(language),
            str(row["file"]),
            ", ".join(names.get(code, code) for code in str(row["reporters"]).split()),
        ]
        for row in files.to_dict("records")
    ]
    for line, said in zip(
        table_lines(rows, left=range(3)), files[f"message_{language}"], strict=True
    ):
        yield line
        if said:
            yield f"    {said}"


def doubted_lines(
    doubts: Sequence[Doubt], names: Mapping[str, str], language: Language
) -> Iterator[str]:
    """Files of earlier collections that are asked back now, and why."""
    for doubt in doubts:
        told = doubt.told
        yield message(
            "zones.reports.earlier_asked_back",
            file=told.file,
            number=doubt.submission,
            name=names.get(told.reporter, told.reporter),
            why=told.phrase(),
        ).text(language)


def status_lines(table: pd.DataFrame, language: Language) -> Iterator[str]:
    """How many reported of each form, then who did not and who has questions to answer."""
    for name, rows in table.groupby("form", sort=False):
        counts = rows["state"].value_counts()
        yield message(
            "zones.reports.status",
            form=name,
            year=int(rows["year"].iloc[0]),
            due=dt.date.fromisoformat(rows["due"].iloc[0]),
            expected=len(rows),
            received=int(rows["received"].notna().sum()),
            # Who was late may have questions to answer as well.
            late=int(rows["late"].sum()),
            **{state: int(counts.get(state, 0)) for state in _OPEN},
        ).text(language)
    rows = table[table["state"].isin(_OPEN)]
    cells = [
        [
            message(f"zones.reports.state_{row['state']}").text(language),
            f"{row['reporter']} {row['name']}",
        ]
        for row in rows.to_dict("records")
    ]
    yield from (f"  {line}" for line in table_lines(cells, left=range(2)))


def history_lines(table: pd.DataFrame, language: Language) -> Iterator[str]:
    """Every submission: when, whose, what became of it, its file, and what it replaced."""
    rows = [_submission(row, language) for row in table.to_dict("records")]
    yield from table_lines(rows, left=range(1, 9))


def _submission(row: Mapping[Any, Any], language: Language) -> list[str]:
    day = message("zones.reports.on_day", day=dt.date.fromisoformat(row["received"][:10]))
    replaced = row["replaced"]
    note = ""
    if row["older"] and row["verdict"] not in ("refused", "empty"):
        note = message("zones.reports.older").text(language)
    elif replaced == replaced and replaced is not None:
        note = message("zones.reports.replaces", number=int(replaced)).text(language)
    verdict = message(f"zones.reports.verdict_{row['verdict']}").text(language)
    return [
        *(str(row["submission"]), day.text(language), str(row["year"]), str(row["reporter"])),
        *(str(row["form"]), verdict, row["sha256"][:12], str(row["file"]), note),
    ]
