"""A form as a workbook: one sheet for each table, filled with what is known, the rest to fill in.

The first row and the first column are hidden and say what each column and row is, and cell A1
whose form it is: so a sheet is known again when the file was renamed, copied or saved by another
program.
Labels are locked, cells to fill in are yellow and take only what belongs there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from layers.base.clock import midnight
from layers.io.atomic import written_at_once
from layers.io.table_output import WORKBOOK_OPTIONS, sheet_name
from maps.layout.content import DEMO_MARK
from zones.project.form_schema import Form, FormColumn
from zones.project.form_schema import Identity as Rule
from zones.reports.layout import HOW, Identity, Reporter, Row, Sheet, heading, unit_label
from zones.reports.reading.figures import is_counted

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: Known figures by table, row and column.
Known = Mapping[tuple[str, str, str], float]

_FONT = "Times New Roman"
_BLUE, _GREY, _YELLOW, _GREEN = "#D9E7F5", "#F0F0F0", "#FFFBD6", "#E8F1E4"
#: Columns before those of the form: the hidden key, the number, the label; then perhaps the unit.
_KEY, _NUMBER, _LABEL = 0, 1, 2
#: Widest table, in letters, that is printed upright.
_UPRIGHT_LETTERS = 120
#: Rows: hidden keys, title, reporter, remark; the header begins here.
_HEAD = 4


@dataclass(frozen=True, slots=True)
class Issue:
    """A form for one reporter and year, with what is known before it goes out."""

    form: Form
    reporter: Reporter
    year: int
    project: str
    vintage: str
    sheets: Sequence[Sheet]
    known: Known
    demo: bool = False


def save_form(issue: Issue, path: Path, *, overwrite: bool = False) -> None:
    """Write the workbook of a form."""
    with written_at_once(path, program="Excel", overwrite=overwrite) as out:
        book = xlsxwriter.Workbook(out, {**WORKBOOK_OPTIONS, "in_memory": True})
        title = f"{issue.form.name.vi} {issue.year}"
        book.set_properties({"title": title, "author": "vungtrong", "created": midnight()})
        book.set_size(1800, 1200)
        styles = _Styles(book)
        _write_how(book, styles, issue)
        taken = {HOW.casefold()}
        for sheet in issue.sheets:
            if not sheet.rows:
                continue
            name = sheet_name(sheet.table.name.vi, taken)
            taken.add(name.casefold())
            made = book.add_worksheet(name)
            _SheetWriter(made, styles, issue, sheet).write()
            if len(taken) == 2:
                made.activate()
        book.close()


@dataclass(slots=True)
class _Styles:
    """Cell formats, made once each."""

    book: xlsxwriter.Workbook
    made: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict)

    def get(self, **properties: Any) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            base = {"font_name": _FONT, "font_size": 11, "valign": "vcenter"}
            self.made[key] = self.book.add_format({**base, **properties})
        return self.made[key]


def _write_how(book: xlsxwriter.Workbook, styles: _Styles, issue: Issue) -> None:
    """Sheet that says how to fill in, by when and who is asked."""
    sheet = book.add_worksheet(HOW)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 4)
    sheet.set_column(1, 1, 92)
    due = issue.form.due
    last, first = _day(due.last_day, issue.year), due.first_day
    span = f"từ {_day(first, issue.year)} đến {last}" if first else f"trước hết ngày {last}"
    lines: list[tuple[str, dict[str, Any]]] = [
        (issue.form.name.vi.upper(), {"bold": True, "font_size": 14, "align": "center"}),
        (f"{issue.reporter.name} – năm {issue.year}", {"bold": True, "align": "center"}),
        (DEMO_MARK.vi if issue.demo else "", {"font_color": "#C00000", "align": "center"}),
        (f"Thời hạn gửi: {span}", {"italic": True, "align": "center"}),
    ]
    for row, (text, style) in enumerate(lines):
        sheet.merge_range(row, 0, row, 1, "", styles.get(text_wrap=True, **style))
        sheet.write_string(row, 0, text, styles.get(text_wrap=True, **style))
    sheet.write_string(5, 0, "Cách điền biểu", styles.get(bold=True))
    for number, text in enumerate(issue.form.how, start=1):
        sheet.write_number(5 + number, 0, number, styles.get(align="center", valign="top"))
        sheet.write_string(5 + number, 1, text, styles.get(text_wrap=True, valign="top"))
        sheet.set_row(5 + number, 16 * (1 + len(text) // 125))
    row = 7 + len(issue.form.how)
    sheet.write_blank(row, 0, None, styles.get(bg_color=_YELLOW, border=1))
    sheet.write_string(row, 1, "ô cần điền", styles.get())
    sheet.write_blank(row + 1, 0, None, styles.get(bg_color=_BLUE, border=1))
    sheet.write_string(row + 1, 1, "số đã có, để đối chiếu, không sửa", styles.get())
    sheet.write_blank(row + 2, 0, None, styles.get(bg_color=_GREY, border=1))
    sheet.write_string(row + 2, 1, "ô tự tính", styles.get())
    sheet.protect()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _day(day: str, year: int) -> str:
    month, date = day.split("-")
    return f"{int(date)}/{int(month)}/{year}"


class _SheetWriter:
    """Writes the sheet of one table."""

    def __init__(self, page: Worksheet, styles: _Styles, issue: Issue, sheet: Sheet) -> None:
        self.page, self.styles, self.issue, self.sheet = page, styles, issue, sheet
        self.table = sheet.table
        by_row = any(column.unit == "row" for column in self.table.columns)
        self.unit_at = _LABEL + 1 if by_row else None
        self.first = _LABEL + 1 + by_row
        self.last = self.first + len(self.table.columns) - 1
        self.rules = self.table.identities
        self.check_at = self.last + 1 if self.rules else None
        self.grouped = any(column.group for column in self.table.columns)
        self.top = _HEAD + 2 + self.grouped
        self.place = {row.row: self.top + at for at, row in enumerate(sheet.rows)}

    def write(self) -> None:
        """Write everything."""
        self._write_keys()
        self._write_heading()
        self._write_header()
        for row in self.sheet.rows:
            self._write_row(row)
        self._set_up()

    def _at(self, column: str) -> int:
        names = [item.column for item in self.table.columns]
        return self.first + names.index(column)

    def _write_keys(self) -> None:
        plain = self.styles.get(font_color="#808080", font_size=8)
        issue, table = self.issue, self.table
        identity = Identity(
            *(issue.project, issue.form.form, issue.form.version, table.table),
            *(issue.reporter.code, issue.vintage, issue.year),
        )
        self.page.write_string(0, 0, identity.text(), plain)
        for column in table.columns:
            self.page.write_string(0, self._at(column.column), column.column, plain)
        for row in self.sheet.rows:
            self.page.write_string(self.place[row.row], _KEY, row.row, plain)
        self.page.set_row(0, None, None, {"hidden": True})
        self.page.set_column(0, 0, 3, None, {"hidden": True})

    def _write_heading(self) -> None:
        wide = self.check_at or self.last
        texts = (
            (self.table.name.vi.upper(), {"bold": True, "font_size": 13, "align": "center"}),
            (
                f"{self.issue.reporter.name} – năm {self.issue.year}",
                {"bold": True, "align": "center"},
            ),
            (self._remark(), {"italic": True, "align": "right"}),
        )
        for row, (text, style) in enumerate(texts, start=1):
            made = self.styles.get(**style)
            self.page.merge_range(row, _NUMBER, row, wide, "", made)
            self.page.write_string(row, _NUMBER, text, made)

    def _remark(self) -> str:
        units = {column.unit for column in self.table.columns if column.is_figure}
        said = [DEMO_MARK.vi] if self.issue.demo else []
        said += ["Đơn vị: ha"] if units == {"ha"} else []
        return ". ".join(said)

    def _write_header(self) -> None:
        style = self.styles.get(
            bold=True, border=1, align="center", text_wrap=True, bg_color=_GREEN
        )
        small = self.styles.get(italic=True, border=1, align="center", font_size=9)
        titles = [(_NUMBER, "TT"), (_LABEL, self.table.label.vi)]
        titles += [(self.unit_at, "Đơn vị")] if self.unit_at else []
        titles += [(self.check_at, "Kiểm tra")] if self.check_at else []
        for at, text in titles:
            self._over(at, text, style)
        for at, column in enumerate(self.table.columns, start=self.first):
            if column.group is None:
                self._over(at, heading(column), style)
            else:
                self.page.write_string(_HEAD + 1, at, heading(column), style)
        self._write_groups(style)
        for number, at in enumerate(range(_NUMBER, (self.check_at or self.last) + 1), start=1):
            self.page.write_string(self.top - 1, at, f"({number})", small)
        self.page.set_row(_HEAD + self.grouped, 48)

    def _over(self, at: int, text: str, style: Format) -> None:
        """Header cell over both header rows."""
        if self.grouped:
            self.page.merge_range(_HEAD, at, _HEAD + 1, at, "", style)
        self.page.write_string(_HEAD, at, text, style)

    def _write_groups(self, style: Format) -> None:
        columns = self.table.columns
        start = 0
        while start < len(columns):
            group, end = columns[start].group, start
            while end + 1 < len(columns) and columns[end + 1].group == group:
                end += 1
            if group is not None:
                left, right = self.first + start, self.first + end
                if left < right:
                    self.page.merge_range(_HEAD, left, _HEAD, right, "", style)
                self.page.write_string(_HEAD, left, group.vi, style)
            start = end + 1

    def _write_row(self, row: Row) -> None:
        line = self.place[row.row]
        number = line - self.top + 1
        self.page.set_row(line, 18)
        label = self.styles.get(border=1, text_wrap=True, indent=row.level, bold=row.own)
        self.page.write_number(line, _NUMBER, number, self.styles.get(border=1, align="center"))
        if self.table.rows == "open":
            self.page.write_blank(line, _LABEL, None, label)
        else:
            self.page.write_string(line, _LABEL, row.name, label)
        if self.unit_at:
            centre = self.styles.get(border=1, align="center")
            self.page.write_string(line, self.unit_at, unit_label(row.unit), centre)
        for column in self.table.columns:
            self._write_cell(line, row, column)
        if self.check_at:
            formula = self._check(line)
            red = self.styles.get(border=1, text_wrap=True, font_color="#C00000", font_size=9)
            self.page.write_formula(line, self.check_at, formula, red, "")

    def _restrict(self, at: int, column: FormColumn) -> None:
        """Let cells of a column take only what belongs there: no half of what is counted."""
        if not column.is_asked:
            return
        for counted, rows in groupby(
            self.sheet.rows, key=lambda row: is_counted(self.sheet.unit(row, column.column))
        ):
            lines = [self.place[row.row] for row in rows]
            rule = _validation(column, whole=counted or column.kind == "whole")
            self.page.data_validation(lines[0], at, lines[-1], at, rule)

    def _write_cell(self, line: int, row: Row, column: FormColumn) -> None:
        at = self._at(column.column)
        unit = self.sheet.unit(row, column.column)
        shape = _shape(column, unit)
        formula = self._formula(line, row, column)
        if column.known:
            known = "#,##0" if is_counted(unit) else "#,##0.0#"
            style = self.styles.get(border=1, bg_color=_BLUE, num_format=known)
            value = self.issue.known.get((self.table.table, row.row, column.column))
            if value is None:
                self.page.write_blank(line, at, None, style)
            else:
                self.page.write_number(line, at, round(value, 2), style)
        elif formula:
            style = self.styles.get(border=1, bg_color=_GREY, num_format="#,##0.0#")
            self.page.write_formula(line, at, formula, style, "")
        else:
            wrap = column.kind in ("text", "choice")
            style = self.styles.get(
                border=1, bg_color=_YELLOW, locked=False, num_format=shape, text_wrap=wrap
            )
            self.page.write_blank(line, at, None, style)

    def _formula(self, line: int, row: Row, column: FormColumn) -> str:
        """Formula of a total: of columns, or of rows; blank as long as nothing is filled in."""
        if column.adds:
            cells = [xl_rowcol_to_cell(line, self._at(name)) for name in column.adds]
            less = [xl_rowcol_to_cell(line, self._at(name)) for name in column.takes]
        else:
            sums = [item for item in self.table.row_sums if item.row == row.row]
            if not (sums and column.is_figure):
                return ""
            at = self._at(column.column)
            cells, less = [xl_rowcol_to_cell(self.place[part], at) for part in sums[0].parts], []
        minus = "".join(f"-{cell}" for cell in less)
        listed = ",".join(cells)
        return f'=IF(COUNT({listed})=0,"",SUM({listed}){minus})'

    def _check(self, line: int) -> str:
        """Formula that names the first rule a row breaks."""
        formula = '""'
        for rule in reversed(self.rules):
            formula = f'IF({self._broken(rule, line)},"Xem lại: {rule.name.vi}",{formula})'
        return f"={formula}"

    def _broken(self, rule: Rule, line: int) -> str:
        def cell(name: str) -> str:
            return str(xl_rowcol_to_cell(line, self._at(name)))

        filled = [rule.subject, *rule.plus[:1], *filter(None, [rule.of])]
        right = "+".join(f"N({cell(name)})" for name in rule.plus)
        right += "".join(f"-N({cell(name)})" for name in rule.minus)
        if rule.of:
            right = f"({right})*{rule.times:g}/MAX(N({cell(rule.of)}),0.000001)"
        left = f"N({cell(rule.subject)})"
        unequal = (
            f"{left}-({right})>{rule.tolerance:g}"
            if rule.most
            else f"ABS({left}-({right}))>{rule.tolerance:g}"
        )
        asked = ",".join(cell(name) for name in dict.fromkeys(filled))
        return f"AND(COUNT({asked})={len(dict.fromkeys(filled))},{unequal})"

    def _set_up(self) -> None:
        page, bottom = self.page, self.top + len(self.sheet.rows) - 1
        printed = 5.0 + (11 if self.unit_at else 0)
        for at, column in enumerate(self.table.columns, start=self.first):
            page.set_column(at, at, _width(column))
            printed += _width(column)
            self._restrict(at, column)
        page.set_column(_NUMBER, _NUMBER, 5)
        wide = min(46, max(18, 6 + max(len(row.name) + 2 * row.level for row in self.sheet.rows)))
        # Rows that are the reporter's own have a number and no label.
        hidden = {"hidden": True} if self.table.rows == "open" else {}
        page.set_column(_LABEL, _LABEL, wide, None, hidden)
        if self.unit_at:
            page.set_column(self.unit_at, self.unit_at, 11)
        if self.check_at:
            page.set_column(self.check_at, self.check_at, 28)
        page.freeze_panes(self.top, self.first)
        page.protect(options={"format_columns": True, "format_rows": True})
        # The column of checks is for the screen; a narrow table stands upright on one sheet.
        printed += wide
        if printed > _UPRIGHT_LETTERS:
            page.set_landscape()
        else:
            page.set_portrait()
        page.set_paper(8 if len(self.table.columns) > 11 else 9)
        page.set_margins(left=0.6, right=0.5, top=0.7, bottom=0.7)
        page.fit_to_pages(1, 0)
        page.repeat_rows(_HEAD, self.top - 1)
        right = xl_col_to_name(self.last)
        page.print_area(f"B2:{right}{bottom + 1}")
        name = f"{self.issue.form.name.vi} {self.issue.year}".replace("&", "&&")
        page.set_footer(f'&L&"{_FONT}"&8 {name}&R&8 &P/&N')


def _width(column: FormColumn) -> float:
    if column.kind in ("text", "choice"):
        return max(12, len(column.name.vi) + 4) if column.column != "note" else 20
    return 12


def _shape(column: FormColumn, unit: str) -> str:
    """Number format of a cell to fill in."""
    if column.kind == "date":
        return "dd/mm/yyyy"
    if column.kind == "number":
        return "#,##0" if is_counted(unit) else "#,##0.##"
    return "0" if column.kind == "whole" else "@"


def _validation(column: FormColumn, *, whole: bool) -> dict[str, Any]:
    """What a cell takes; the reader is told in Vietnamese."""
    told: dict[str, Any] = {"error_title": "Chưa đúng"}
    if column.choices:
        rule: dict[str, Any] = {"validate": "list", "source": list(column.choices)}
        return {**rule, **told, "error_message": "Hãy chọn một mục trong danh sách."}
    if column.kind == "date":
        rule = {"validate": "date", "criteria": ">=", "value": dt.date(2000, 1, 1)}
        return {**rule, **told, "error_message": "Hãy ghi ngày dạng ngày/tháng/năm."}
    if column.kind == "text":
        return {"validate": "length", "criteria": "<=", "value": 500, **told}
    low = -1e9 if column.negative else 0
    rule = {"validate": "integer" if whole else "decimal", "criteria": "between"}
    rule |= {"minimum": int(low) if whole else low, "maximum": 10**9}
    which = "một số nguyên" if whole else "một số"
    which = which if column.negative else f"{which} không âm"
    return {**rule, **told, "error_message": f"Hãy ghi {which}, không kèm đơn vị."}
