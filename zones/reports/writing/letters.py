"""Letters to those who report: questions about what they sent, and reminders to those who did not.

They go back to the one reporter alone, in Vietnamese.
"""

from __future__ import annotations

import datetime as dt
import gc
import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from layers.base.clock import today
from layers.communes.gazetteer import province_name
from maps.annex.official import Block, OfficialContent, Text, save_official
from maps.layout.page_table import PageColumn, PageTable
from zones.project.form_schema import Form
from zones.reports.writing.cell_ranges import cell_ranges
from zones.reports.year_round import Round

AGENCY = "SỞ NÔNG NGHIỆP\nVÀ MÔI TRƯỜNG"
#: The department that writes; it asks itself by a note, not by a letter.
_OWN = "so-nnmt"
#: Bytes of a letter's name; a folder takes 255, with what is put around it while it is written.
_LONGEST_NAME = 160
#: Days within which a letter is to be answered.
_ANSWER_DAYS = 5
#: States of those who are reminded.
_TO_REMIND = ("missing", "unread", "asked")
#: Questions that are asked one by one; of more those of one kind are put together.
_SHORT = 15
#: Ranges of cells that stand in one row of a table.
_LONGEST = 40
#: Who has sent nothing, and who sent what could not be read.
NOT_THERE, NOT_READ = "chưa gửi báo cáo", "đã gửi nhưng tệp chưa đọc được"
_COLUMNS = (
    PageColumn("number", "TT", "count", 5),
    PageColumn("place", "Trang, ô", "text", 16),
    PageColumn("message", "Nội dung cần làm rõ", "text", 60),
    PageColumn("article", "Căn cứ", "text", 14, missing=""),
)


def answer_by(on: dt.date) -> str:
    """Day by which a letter of a day is to be answered."""
    return _written(on + dt.timedelta(days=_ANSWER_DAYS))


def _written(day: dt.date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def _addressee(reporter: str, name: str) -> str:
    """Who is written to: a commune by its people's committee, a department by its name."""
    if reporter == _OWN:
        return "các phòng, đơn vị chuyên môn của Sở"
    return f"Ủy ban nhân dân {name}" if reporter.isdigit() else name


def _content(
    asked: Round, subject: str, blocks: Sequence[Block], kind: str = ""
) -> OfficialContent:
    """Letter of the department, or a note of a kind."""
    province = province_name(asked.plans[0].province)
    return OfficialContent(
        parent=f"UBND TỈNH {province.upper()}",
        agency=AGENCY,
        place=province,
        kind=kind,
        subject=subject,
        blocks=blocks,
        recipients=("Như trên", "Lưu: VT"),
        demo=asked.demo,
    )


def save_questions(
    questions: Iterable[tuple[str, pd.DataFrame]],
    asked: Round,
    heard: Collection[str],
    folder: Path,
) -> list[Path]:
    """Write one letter for each reporter whose figures are asked back, of its questions.

    What cannot be put to one reporter goes to whoever sent the file. Letters of the year that lie
    in the folder to those who were ``heard`` (reporters and files) and have nothing to answer any
    more are taken away; those to others stay.
    """
    made, names = [], asked.names()
    for reporter, rows in questions:
        file = rows["file"].iloc[0]
        name = names.get(reporter, reporter) if reporter else f"Đơn vị gửi tệp {file}"
        path = folder / _letter_name(reporter or file, name if reporter else "", asked.year)
        kinds = _by_kind(rows)
        grouped = len(kinds) < len(rows) or any(len(_places(one)) > 1 for one in rows["cell"])
        below = f"({len(kinds)} loại dưới đây, từng ô ở Phụ lục)" if grouped else "dưới đây"
        blocks: list[Block] = [
            Text(f"Kính gửi: {_addressee(reporter, name)}", heading=True),
            Text(
                f"Qua kiểm tra báo cáo năm {asked.year} của đơn vị (tệp "
                f"{_quoted(list(dict.fromkeys(rows['file'])))}), còn {len(rows)} nội dung {below} "
                "cần làm rõ. Các số liệu khác đã được ghi nhận. Đề nghị đơn vị sửa trực tiếp "
                "vào biểu rồi gửi lại; số đã kiểm tra là đúng thì ghi “xác nhận” vào cột Ghi chú "
                f"của dòng đó. Thời hạn trả lời: trước hết ngày {answer_by(today())}."
            ),
            _questions(kinds, "Nội dung đề nghị làm rõ"),
            Text("Số liệu chưa trả lời được coi là chưa có, không tính là 0."),
        ]
        subject = f"làm rõ số liệu báo cáo năm {asked.year}"
        own = ("PHIẾU YÊU CẦU", subject.capitalize()) if reporter == _OWN else ("", subject)
        annex = "PHỤ LỤC. Từng nội dung đề nghị làm rõ"
        every = [_questions(rows, annex, whole=True)] if grouped else []
        content = replace(_content(asked, own[1], blocks, own[0]), annexes=every)
        save_official(content, path, overwrite=True)
        made.append(path)
        gc.collect(1)  # A document is a ring of parts, and as large as a thousand questions
    to_files = {_letter_name(one, "", asked.year) for one in heard}
    for path in set(folder.glob(f"* {asked.year}.docx")) - set(made):
        if path.name.partition(" ")[0] in heard or path.name in to_files:
            path.unlink()
    return made


def _letter_name(who: str, name: str, year: int) -> str:
    """Name of a letter: to a reporter by code and name, to whoever sent a file by that file."""
    # Files one/a.doc and one-a.doc are two, and each has its letter.
    text = f"{who} {name.replace('/', '-')}".strip().replace("/", "›")
    if len(text.encode()) > _LONGEST_NAME:
        start = text.encode()[:_LONGEST_NAME].decode(errors="ignore").strip()
        text = f"{start}… {hashlib.sha256(text.encode()).hexdigest()[:8]}"
    return f"{text} {year}.docx"


def _quoted(files: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in files)


def _by_kind(rows: pd.DataFrame) -> pd.DataFrame:
    """Questions of one rule about one column of a sheet as one, where there are many."""
    if len(rows) <= _SHORT:
        return rows
    column = rows["cell"].str.extract(r"^(?:.*!)?([A-Z]+)\d", expand=False).fillna("")
    keys = [rows[name] for name in ("kind", "file", "sheet", "article")] + [column]
    found = []
    for _, same in rows.groupby(keys, sort=False):
        first = same.iloc[0].to_dict()
        more = len(same) - 1
        if more:
            first["message_vi"] += f" Còn {more} nội dung cùng loại ở cột này, xem Phụ lục."
        # Of several the one that is likely wrong is named, and not what it was held against.
        cells = [cell.split(", ")[0] if more else cell for cell in same["cell"]]
        found.append(first | {"cell": ", ".join(dict.fromkeys(cells))})
    return pd.DataFrame(found)


def _questions(rows: pd.DataFrame, title: str, *, whole: bool = False) -> PageTable:
    """Questions with their cells by ranges; ``whole`` lists all of these, on several rows."""
    several = (rows["file"] != rows["file"].iloc[0]).any()
    told = []
    for number, row in enumerate(rows.to_dict("records"), start=1):
        parts = _places(row["cell"])
        if not whole and len(parts) > 1:
            parts = [f"{parts[0]} … (xem Phụ lục)"]
        where = f"{row['file']}, trang {row['sheet']}" if several else row["sheet"]
        where = where if row["sheet"] else row["file"]
        for at, part in enumerate(parts):
            message = row["message_vi"] if at == 0 else "(tiếp theo)"
            place = f"{where}, ô {part}" if part else row["file"]
            told.append((number, place, message, row["article"] if at == 0 else ""))
    ruled = rows["article"].ne("").any()
    columns = tuple(column for column in _COLUMNS if ruled or column.key != "article")
    frame = pd.DataFrame(told, columns=[column.key for column in _COLUMNS])
    return PageTable("Câu hỏi", title, "targets", columns, frame)


def _places(cells: str) -> list[str]:
    """Cells by ranges, as many together as stand in one row of a page."""
    ranges = cell_ranges(cells).split(", ")
    return [", ".join(ranges[at : at + _LONGEST]) for at in range(0, len(ranges), _LONGEST)]


def save_reminder(
    status: pd.DataFrame, form: Form, last_day: dt.date, asked: Round, path: Path
) -> Path | None:
    """Write the letter that reminds all who have not reported, or not answered; None for none."""
    silent, unread, open_ = (status[status["state"] == one] for one in _TO_REMIND)
    if silent.empty and unread.empty and open_.empty:
        path.unlink(missing_ok=True)
        return None
    told = [f"{len(silent)} đơn vị {NOT_THERE}"] if len(silent) else []
    told += [f"{len(unread)} đơn vị {NOT_READ}"] if len(unread) else []
    told += [f"{len(open_)} đơn vị đã gửi nhưng chưa làm rõ số liệu"] if len(open_) else []
    blocks: list[Block] = [
        Text("Kính gửi: Các đơn vị có tên dưới đây", heading=True),
        Text(
            f"Theo quy định, {form.name.vi} {asked.year} gửi trước hết ngày {_written(last_day)}. "
            f"Đến nay còn {_listed_words(told)}. Đề nghị các đơn vị khẩn trương hoàn thành và gửi "
            f"về Sở trước hết ngày {answer_by(today())} để tổng hợp."
        ),
    ]
    if len(silent):
        blocks.append(_listed(silent, "Danh sách đơn vị chưa gửi báo cáo"))
    if len(unread):
        blocks.append(_listed(unread, "Danh sách đơn vị phải gửi lại tệp"))
    if len(open_):
        blocks.append(_listed(open_, "Danh sách đơn vị còn phải trả lời", questions=True))
    subject = f"đôn đốc gửi báo cáo năm {asked.year}"
    return save_official(_content(asked, subject, blocks), path, overwrite=True)


def _listed_words(parts: Sequence[str]) -> str:
    """Parts of a sentence: "a, b và c"."""
    *first, last = parts
    return f"{', '.join(first)} và {last}" if first else last


def _listed(status: pd.DataFrame, title: str, *, questions: bool = False) -> PageTable:
    """Reporters with their numbers, and how many questions each has to answer."""
    columns = [PageColumn("number", "TT", "count", 6), PageColumn("name", "Đơn vị", "text", 50)]
    columns += [PageColumn("questions", "Số nội dung", "count", 12)] if questions else []
    rows = status.assign(number=range(1, len(status) + 1))
    return PageTable("Đơn vị", title, "targets", tuple(columns), rows)
