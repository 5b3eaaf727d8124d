"""Who was expected, who reported, and when: the calendar of a form against the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from layers.base.clock import today
from layers.base.errors import InputError
from layers.base.messages import message
from layers.io.table_output import save_csv
from maps.annex.workbook import BookHead, save_tables
from maps.layout.page_table import PageColumn, PageTable
from zones.output.folder import filled_folder
from zones.output.result_csv import OFFICE, CsvForm, office_table
from zones.project.form_schema import Form
from zones.reports.layout import lay_out
from zones.reports.ledger import WITHOUT_FIGURES, Ledger
from zones.reports.reading.entries import Told
from zones.reports.tables import REPORT_FINDINGS, STATUS
from zones.reports.writing.cell_ranges import cell_ranges
from zones.reports.writing.letters import save_reminder
from zones.reports.writing.status_map import save_status_map
from zones.reports.year_round import Round

#: Columns of who must answer what, with their widths in letters.
_WIDTHS = {
    "reporter": 9, "name": 22, "state": 14, "due": 11, "received": 11, "file": 24, "place": 18,
    "question": 58, "article": 12,
}  # fmt: skip
_TO_ANSWER = tuple(_WIDTHS)


def due_day(form: Form, year: int) -> dt.date:
    """Last day on which a form of a year is on time."""
    return _day(form.due.last_day, year)


def consolidation_day(form: Form, year: int) -> dt.date | None:
    """Day by which a form of a year is consolidated; a day before the due one is next year's."""
    if form.due.consolidated is None:
        return None
    day = _day(form.due.consolidated, year)
    return day if day >= due_day(form, year) else _day(form.due.consolidated, year + 1)


def _day(day: str, year: int) -> dt.date:
    month, date = map(int, day.split("-"))
    try:
        return dt.date(year, month, date)
    except ValueError as error:
        raise InputError("zones.reports.no_such_day", day=day, year=year) from error


def round_status(
    form: Form, asked: Round, history: pd.DataFrame, findings: pd.DataFrame, on: dt.date
) -> pd.DataFrame:
    """State of every reporter of a form on a day, columns of ``STATUS``.

    ``missing`` is who is past the last day with nothing received, ``expected`` who still has time;
    ``unread`` is who sent files without a figure alone; ``asked`` has questions about what
    counts: figures asked back, or ``findings`` of the form, as
    of a row that is not there any more.
    """
    problems = findings.loc[findings["severity"] == "problem", "reporter"].value_counts()
    last_day = due_day(form, asked.year)
    of_form = history[(history["form"] == form.form) & (history["year"] == asked.year)]
    counted = of_form[~of_form["older"]]
    read = of_form[~of_form["verdict"].isin(WITHOUT_FIGURES)]
    sent, first = (one.groupby("reporter")["received"].min() for one in (of_form, read))
    newest = counted.groupby("reporter").last()
    rows = []
    for reporter in asked.reporters(form):
        is_read = reporter.code in first.index
        received = first.get(reporter.code, sent.get(reporter.code))
        asked_back = int(newest["asked"].get(reporter.code, 0)) if len(newest) else 0
        questions = max(asked_back, int(problems.get(reporter.code, 0)))
        if received is None:
            state = "missing" if on > last_day else "expected"
        elif questions or not is_read:
            state = "asked" if is_read else "unread"
        else:
            state = "on_time" if dt.date.fromisoformat(received[:10]) <= last_day else "late"
        times = int((of_form["reporter"] == reporter.code).sum())
        rows.append(
            {
                "reporter": reporter.code,
                "name": reporter.name,
                "form": form.form,
                "year": asked.year,
                "due": last_day.isoformat(),
                "received": received,
                "late": received is not None and received[:10] > last_day.isoformat(),
                "state": state,
                "questions": questions,
                "submissions": times,
            }
        )
    return STATUS.validate(pd.DataFrame(rows))


def open_questions(ledger: Ledger, form: Form, asked: Round) -> pd.DataFrame:
    """Questions of a form about what counts, columns of ``REPORT_FINDINGS``.

    Of who sent some of its tables it is asked where the others are: what was not sent is not 0.
    """
    told = ledger.findings(asked.year, form.form)
    sent = ledger.tables(asked.year, form.form)
    rows = [
        Told(
            *("table-missing", one.code, "", sheet.table.name.vi, ""),
            what=sheet.table.name.phrase,
        ).as_row()
        for one in asked.reporters(form)
        if one.code in sent
        for sheet in lay_out(form, asked.plans, one)
        if sheet.rows and sheet.table.rows not in ("open", "zones")
        if sheet.table.table not in sent[one.code]
    ]
    more = REPORT_FINDINGS.validate(pd.DataFrame(rows)) if rows else REPORT_FINDINGS.empty()
    unread = ledger.unread(asked.year, form.form)
    return pd.concat([told, unread, more], ignore_index=True)


def save_status(
    table: pd.DataFrame,
    questions: pd.DataFrame,
    form: Form,
    asked: Round,
    folder: Path,
    *,
    csv: CsvForm = "machine",
) -> None:
    """Write the table and the map of who reported, who must answer what, and the reminder.

    ``questions`` are the findings about what counts.
    """
    with filled_folder(folder) as stage:
        _save_status(table, to_answer(table, questions), form, asked, stage, csv)


def _save_status(
    table: pd.DataFrame,
    sheet: pd.DataFrame,
    form: Form,
    asked: Round,
    folder: Path,
    csv: CsvForm,
) -> None:
    path = folder / f"status-{form.form}-{asked.year}.csv"
    if csv == "machine":
        save_csv(table, path)
    else:
        states = [message(f"zones.reports.state_{state}").vi for state in table["state"]]
        save_csv(office_table(table.assign(state=states), STATUS.name, "vi"), path, **OFFICE)
    save_status_map(table, asked, folder / f"tinh-hinh-gui-{form.form}-{asked.year}.png")
    headings = {one: _head(one) for one in _TO_ANSWER}
    save_csv(sheet.rename(columns=headings), folder / f"phai-tra-loi-{form.form}-{asked.year}.csv")
    path = folder / f"phai-tra-loi-{form.form}-{asked.year}.xlsx"
    name = message("zones.reports.to_answer").vi
    title = f"Đơn vị phải gửi báo cáo hoặc trả lời, năm {asked.year}"
    columns = tuple(PageColumn(key, headings[key], "text", _WIDTHS[key]) for key in _TO_ANSWER)
    page = PageTable(name, title, "targets", columns, sheet)
    day = f"(Đến ngày {_date(today().isoformat())})"
    save_tables([page], BookHead(title, below=day, demo=asked.demo), path, overwrite=True)
    path = folder / f"don-doc-{form.form}-{asked.year}.docx"
    save_reminder(table, form, due_day(form, asked.year), asked, path)


def to_answer(table: pd.DataFrame, questions: pd.DataFrame) -> pd.DataFrame:
    """Who must send a report or answer a question, a row for each, in Vietnamese as letters are."""
    rows = []
    for one in table[table["state"].isin(["missing", "unread", "asked"])].to_dict("records"):
        same = {
            "reporter": one["reporter"],
            "name": one["name"],
            "state": message(f"zones.reports.state_{one['state']}").vi,
            "due": _date(one["due"]),
            "received": _date(one["received"]),
        }
        mine = questions[questions["reporter"] == one["reporter"]]
        told = mine[mine["severity"] == "problem"].to_dict("records")
        rows += [same | _question(row) for row in told] or [same | _nothing_sent()]
    return pd.DataFrame(rows, columns=list(_TO_ANSWER)).astype("str")


def _question(row: Mapping[Hashable, Any]) -> dict[str, str]:
    place = ", ".join(part for part in (row["sheet"], cell_ranges(row["cell"])) if part)
    told = {"file": row["file"], "question": row["message_vi"], "article": row["article"]}
    return told | {"place": place}


def _nothing_sent() -> dict[str, str]:
    sent = message("zones.reports.send_report").vi
    return {"file": "", "place": "", "question": sent, "article": ""}


def _head(column: str) -> str:
    return message(f"zones.reports.head_{column}").vi


def _date(day: object) -> str:
    """Day as people write it; empty for none."""
    return dt.date.fromisoformat(day[:10]).strftime("%d/%m/%Y") if isinstance(day, str) else ""
